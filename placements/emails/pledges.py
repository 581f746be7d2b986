"""How many places do you have? Asked of hosts, asked again, answered; and what a lead should hear of it."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from partnership import clock, outbox
from partnership.models import User, Zone
from partnership.templatetags.figures import phone

from .. import policies
from ..models import AskLine, HostPledge
from ..states import PLEDGE, Chooser, PledgeAnswer

# So many days after the first letter a host that has not answered is reminded.
ASKED_AGAIN_AFTER = (5, 10)


def asking_keys(line: AskLine) -> list[str]:
    """The business events of the letters by which a host is asked, and reminded."""
    return [f"places_asked:{line.pk}", *(f"places_asked_again:{line.pk}:{days}" for days in ASKED_AGAIN_AFTER)]


def _facts(line: AskLine, last: HostPledge | None, lead: User) -> dict:
    intake = line.round.intake
    return {
        "site": line.site.name,
        "company": line.site.company.name,
        "programme": intake.programme.short_title,
        "starts_on": intake.starts_on,
        "last_said_on": last.answered_at.astimezone(clock.PARIS).date() if last else "",
        "last_answer": last.answer if last else "",
        "last_places": last.places_sure if last else 0,
        "lead": lead.full_name,
        "lead_phone": phone(lead.phone),
    }


def places_asked(line: AskLine, *, last: HostPledge | None) -> None:
    """A host is asked how many places it has; what it said last is recalled."""
    lead = line.round.created_by
    outbox.post(
        "placements/places_asked",
        key=asking_keys(line)[0],
        about=line.about,
        to=line.site,
        link=(PLEDGE, line),
        reply_to=lead.email,
        asked=False,
        paragraph=line.round.words,
        **_facts(line, last, lead),
    )


def places_asked_again(line: AskLine, *, days: int, written_on: date, last: HostPledge | None, lead: User) -> None:
    """A host that has not answered is reminded, with the date of the letter before."""
    outbox.post(
        "placements/places_asked_again",
        key=f"places_asked_again:{line.pk}:{days}",
        about=line.about,
        to=line.site,
        link=(PLEDGE, line),
        reply_to=lead.email,
        asked=False,
        written_on=written_on,
        **_facts(line, last, lead),
    )


def pledge_link(line: AskLine, *, last: HostPledge | None, lead: User) -> None:
    """The link of the answer again, once a day: they asked for it."""
    outbox.post(
        "placements/pledge_link",
        key=f"pledge_link:{line.pk}:{clock.today()}",
        about=line.about,
        to=line.site,
        link=(PLEDGE, line),
        reply_to=lead.email,
        **_facts(line, last, lead),
    )


def host_answered_places(pledge: HostPledge, *, to: User, taken: int) -> None:
    """The lead learns what a host has answered by its link."""
    site, intake = pledge.site, pledge.intake
    with translation.override(to.language):
        address = settings.PUBLIC_URL + reverse("placements:site_detail", args=[site.pk])
    outbox.post(
        "placements/host_answered_places",
        key=f"host_answered_places:{pledge.pk}:{pledge.version}",
        about=pledge.about,
        to=to,
        site=site.name,
        company=site.company.name,
        programme=intake.programme.short_title,
        starts_on=intake.starts_on,
        answer=str(pledge.answer),
        sure=pledge.places_sure,
        possible=pledge.places_possible,
        ask_again_on=pledge.ask_again_on or "",
        is_hosts_choice=int(pledge.chooser == Chooser.HOST and pledge.answer != PledgeAnswer.NO),
        taken=taken,
        address=address,
    )


def places_to_reconfirm(zone: Zone, pledges: Iterable[HostPledge], *, to: User) -> None:
    """The lead learns, once a day, which answers have just become older than ninety days.

    Whom to call stands in it for those whose contacts they read, and for no rival.
    """
    interests = policies.interests_of(to)
    with translation.override(to.language):
        address = settings.PUBLIC_URL + reverse("placements:call_list", args=[zone.code])
    rows = [
        {
            "site": pledge.site.name,
            "said_on": pledge.answered_at.astimezone(clock.PARIS).date(),
            "is_shown": int(interests.reads_contacts(pledge.site)),
            "phone": phone(interests.contact_of(pledge.site).phone),
            "contact": interests.contact_of(pledge.site).name,
        }
        for pledge in pledges
    ]
    outbox.post(
        "placements/places_to_reconfirm",
        key=f"places_to_reconfirm:{zone.pk}:{clock.today()}:{to.pk}",
        about=zone,
        to=to,
        asked=False,
        zone=zone.name,
        rows=rows,
        number=len(rows),
        address=address,
    )

"""The places of a site: announced by its host, opened and closed by what it says, never closed under a student."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Intake
from partnership import clock, outbox
from partnership.models import User
from partnership.states import ActorKind, Channel
from partnership.workflow import Actor, Refused, Stale, record, record_all

from .. import emails, policies
from ..models import AskLine, HostPledge, HostSite, Placement, Seat
from ..states import Chooser, PledgeAnswer
from .zone_leads import lead_of


@dataclass(frozen=True)
class Heard:
    """What became of a host's answer: places opened and closed, and those that students keep."""

    pledge: HostPledge
    opened: int
    closed: int
    taken: int
    announced: int

    @property
    def kept(self) -> str:
        """What stays open other than announced, in a sentence for whoever answered; else empty."""
        if self.taken <= self.announced:
            return ""
        words = ngettext(
            "%(n)s place is taken by a student: it stays open.",
            "%(n)s places are taken by students: they stay open.",
            self.taken,
        )
        return words % {"n": self.taken}


@transaction.atomic
def pledge(
    site: HostSite,
    intake: Intake,
    *,
    answer: str,
    by: Actor,
    places_sure: int = 0,
    places_possible: int = 0,
    ask_again_on: date | None = None,
    chooser: str = Chooser.LEAD,
    channel: Channel = Channel.PHONE,
    said_by: str = "",
    version: int | None = None,
) -> Heard:
    """Hear a host about an intake: as many places are open as it announces, none is closed under a student.

    `places_sure` counts the places that are taken too. A perhaps keeps what is open, a no closes what is free. Stale if
    another answer has been heard since a page that showed `version` (0: none).
    """
    if answer == PledgeAnswer.YES and places_sure < 1:
        raise Refused(_("A yes announces one place at least: else answer perhaps."))
    known = _locked(site, intake, version=version)
    said = {"ask_again_on": ask_again_on, "chooser": chooser, "said_by": said_by, "places_possible": places_possible}
    if answer == PledgeAnswer.NO:
        said["places_possible"] = 0
    return _hear(site, intake, known, answer=answer, wanted=places_sure, by=by, channel=channel, **said)


@transaction.atomic
def open_seats(
    site: HostSite,
    intake: Intake,
    *,
    number: int,
    by: User,
    shown: int | None = None,
    channel: Channel = Channel.WEB,
) -> list[Seat]:
    """Open so many places more for an intake: the host has just said yes to them.

    Stale if others have been opened since a page that showed `shown` of them, by somebody else or by the same click.
    """
    known = _locked(site, intake)
    if shown is not None and site.seats.count() != shown:
        raise Stale(site)
    before = set(_open(site, intake).values_list("pk", flat=True))
    _hear(site, intake, known, answer=PledgeAnswer.YES, wanted=len(before) + number, by=by, channel=channel)
    return list(_open(site, intake).exclude(pk__in=before))


@transaction.atomic
def reconfirm(site: HostSite, intake: Intake, *, by: User, channel: Channel = Channel.WEB) -> None:
    """The host says again that the places are open: they count for another ninety days."""
    known = _locked(site, intake)
    number = _open(site, intake).count()
    _hear(site, intake, known, answer=PledgeAnswer.YES, wanted=number, by=by, channel=channel, ask_again_on=None)


@transaction.atomic
def close_seat(seat: Seat, *, by: User) -> None:
    """Close a free place, which the host then announces no more; Refused while somebody is proposed or sits there."""
    known = _locked(seat.site, seat.intake)
    # The row's lock makes a placement that is being proposed at this moment wait for us, or us for it.
    seat = Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)
    if seat.closed_at:
        raise Refused(_("This place is already closed."))
    if seat.placements.live().exists():
        raise Refused(_("Somebody is placed there: cancel the placement first."))
    _close([seat], by=by)
    _announce_open(known, seat)


def _announce_open(known: HostPledge | None, seat: Seat, *, returning: int = 0) -> None:
    """What a host announces follows a place that was closed or opened again, unless it had announced fewer anyway.

    `returning` students are about to sit on open places.
    """
    if known is None:
        return
    places = _open(seat.site, seat.intake)
    number = places.count()
    taken = Placement.objects.live().filter(seat__in=places).count() + returning
    if number != max(known.places_sure, taken):
        known.places_sure = number
        known.version += 1
        known.save(update_fields=["places_sure", "version"])


def close_free(seat: Seat, *, by: User, at: datetime) -> None:
    """Close a place that its student has just left, in the transaction that says so; one that is closed stays so."""
    known = _locked(seat.site, seat.intake)
    if Seat.objects.filter(pk=seat.pk, closed_at=None).update(closed_at=at, closed_by=by):
        record(seat, "closed", by=by)
        _announce_open(known, seat)


def open_again(seat: Seat, *, by: User) -> None:
    """Open a place that was closed as its student left, because they come back to it."""
    known = _locked(seat.site, seat.intake)
    Seat.objects.filter(pk=seat.pk).update(closed_at=None, closed_by=None)
    record(seat, "opened", by=by)
    _announce_open(known, seat, returning=1)


def let_go(seat: Seat, *, by: Actor, channel: Channel = Channel.WEB) -> None:
    """Nobody sits there any more: the place is free again, or closes if its host announces fewer than are open.

    Called in the transaction that ends a placement, once it has ended.
    """
    site = HostSite.objects.select_for_update(no_key=True).get(pk=seat.site_id)
    known = HostPledge.objects.filter(site=site, intake=seat.intake_id).first()
    if known is not None and Seat.objects.open().filter(site=site, intake=seat.intake_id).count() > known.places_sure:
        free = Seat.objects.free().filter(pk=seat.pk)
        _close(free.select_for_update(no_key=True, of=("self",)), by=by, channel=channel)


# -- what they have in common -----------------------------------------------------------------------------------------


def _locked(site: HostSite, intake: Intake, *, version: int | None = None) -> HostPledge | None:
    """What a site has said last about an intake, once nobody else can change it or its places until the commit."""
    if not intake.programme.is_hosted:
        raise Refused(_("This course needs no host: its students have their employer."))
    HostSite.objects.select_for_update(no_key=True).get(pk=site.pk)
    known = HostPledge.objects.filter(site=site, intake=intake).first()
    if version is not None and version != (known.version if known else 0):
        raise Stale(known or site)
    return known


def _open(site: HostSite, intake: Intake) -> Any:
    return Seat.objects.open().filter(site=site, intake=intake).order_by("opened_at", "pk")


def _hear(
    site: HostSite,
    intake: Intake,
    known: HostPledge | None,
    *,
    answer: str,
    wanted: int,
    by: Actor,
    channel: Channel,
    **said: Any,
) -> Heard:
    # Whoever is placing somebody holds the place: we wait, and then see who sits there.
    seats = list(_open(site, intake).select_for_update(no_key=True))
    taken = set(Placement.objects.live().filter(seat__in=seats).values_list("seat", flat=True))
    if answer != PledgeAnswer.YES:
        wanted = len(seats) if answer == PledgeAnswer.MAYBE else 0
    stay = max(wanted, len(taken))
    # The places opened last close first.
    surplus = [seat for seat in reversed(seats) if seat.pk not in taken][: max(len(seats) - stay, 0)]
    _close(surplus, by=by, channel=channel)
    now, who = clock.now(), by if isinstance(by, User) else None
    opened = Seat.objects.bulk_create(
        Seat(site=site, intake=intake, opened_at=now, opened_by=who) for _number in range(stay - len(seats))
    )
    record_all([(seat, "") for seat in opened], "opened", by=by, channel=channel)
    pledge = known or HostPledge(version=0)
    pledge.site, pledge.intake = site, intake
    for name, value in said.items():
        setattr(pledge, name, value)
    pledge.answer, pledge.answered_at, pledge.heard_through, pledge.told_old_at = answer, now, channel, None
    # What it announces, even where more students sit there: as they go, those places close (let_go).
    pledge.places_sure = wanted
    pledge.version += 1
    if not said.get("said_by"):
        pledge.said_by = ""
    pledge.save()
    record(pledge, answer, by=by, channel=channel, reason=f"{pledge.places_sure}+{pledge.places_possible}")
    heard = Heard(pledge, len(opened), len(surplus), len(taken), wanted)
    asked = list(AskLine.objects.asked().filter(site=site, round__intake=intake).select_related("round__created_by"))
    outbox.cancel(key=[key for line in asked for key in emails.asking_keys(line)])
    if by.actor_kind == ActorKind.HOST:
        lead: User | None = asked[0].round.created_by if asked else None
        if lead is None or not (policies.is_lead(lead) and policies.can_lead(lead, site.zone)):
            lead = lead_of(site.zone)
        if lead is not None:
            emails.host_answered_places(pledge, to=lead, taken=heard.taken)
    return heard


def _close(seats: Iterable[Seat], *, by: Actor, channel: Channel = Channel.WEB) -> None:
    seats = list(seats)
    if seats:
        changes = {"closed_at": clock.now(), "closed_by": by if isinstance(by, User) else None}
        Seat.objects.filter(pk__in=[seat.pk for seat in seats]).update(**changes)
        record_all([(seat, "") for seat in seats], "closed", by=by, channel=channel)

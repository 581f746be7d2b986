"""The weekly state of the convention, told to its coordinators on the first working day of each week.

One letter a reader and week, whoever writes it and however often; a morning without a worker is told in the afternoon.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import clock, emails, outbox
from ..board import PLACES, YOUNG, Board, Card, Row, amount, countdown, list_url, open_for
from ..measures import Census
from ..models import Convention, Membership, Milestone, OptOut, User, ref
from ..projections import Projection
from ..reminders import Reminder, untold
from ..states import ConventionState, LetterKind, MilestoneStatus, Role
from ..templatetags.figures import longdate, number
from ..working_time import QUIET_FROM, QUIET_UNTIL, add_working_days
from .milestones import turns

_WEEK = timedelta(days=7)
# What is due within so many days stands in two letters before it is.
SOON = timedelta(days=14)


def _monday() -> date:
    today = clock.today()
    return today - timedelta(days=today.weekday())


def _is_the_day() -> bool:
    """Whether it is the first working day of the week, out of the quiet hours."""
    now, first = clock.now(), add_working_days(_monday() - timedelta(days=1), 1)
    begins, ends = (datetime.combine(first, hour, clock.PARIS) for hour in (QUIET_UNTIL, QUIET_FROM))
    return begins <= now < ends


def _event() -> str:
    return f"weekly_state:{clock.today():%G-W%V}"


def _to_tell() -> QuerySet[User]:
    """The coordinators of a signed convention who were not told this week, and want to be."""
    if not _is_the_day():
        return User.objects.none()
    coordinating = Membership.objects.current().filter(
        role=Role.COORDINATOR, party__signatures__convention__state=ConventionState.SIGNED
    )
    reader = Concat(Value("partnership.user:"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    unwanted = OptOut.objects.filter(person=reader, kind=LetterKind.WEEKLY)
    readers = User.objects.filter(~Exists(unwanted), is_active=True, pk__in=coordinating.values("user"))
    key = Concat(Value(f"{_event()}:"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    return untold(readers, key=key)


def _tell(reader: User) -> None:
    # The one their board shows: a signed one, for they coordinate in such.
    convention = Convention.objects.visible_to(reader).running()
    with translation.override(reader.language):
        shown = open_for(Census(reader, convention))
        milestones = [card.milestone for card in shown.cards]
        emails.weekly_state(
            convention,
            to=reader,
            event=_event(),
            monday=_monday(),
            today=clock.today(),
            verdict=shown.title if milestones else "",
            milestones=[_milestone(card) for card in shown.cards],
            turned=_turned(milestones),
            zones=_zones(shown, reader),
            commitments=_commitments(convention),
            waiting=[_waiting(card) for card in shown.cards if card.waiting or card.late],
        )


def _milestone(card: Card) -> dict[str, outbox.Plain]:
    coming = card.standing.next_date
    return {
        "title": card.milestone.title,
        "status": str(card.standing.status.label),
        "reason": card.standing.reason,
        "next_date": coming.words if coming else "",
        "address": _page(card.url),
    }


def _turned(milestones: list[Milestone]) -> emails.Lines:
    """What has changed since the letter of a week ago; the first look at a milestone is no change."""
    titles = {ref(milestone): milestone.title for milestone in milestones}
    week = datetime.combine(_monday() - _WEEK, QUIET_UNTIL, clock.PARIS)
    return [
        {
            "title": titles[line.subject],
            "before": str(MilestoneStatus(line.before).label),
            "after": str(MilestoneStatus(line.after).label),
            "on": longdate(line.at),
        }
        for line in reversed(turns(milestones, since=week))
        if line.before
    ]


def _zones(shown: Board, reader: User) -> emails.Lines:
    """Each row of the board: the zones of a milestone, then all of them together."""
    urls = {card.milestone: card.url for card in shown.cards}
    rows = [row for card in shown.cards for row in shown.rows + shown.totals if row.milestone == card.milestone]
    return [
        {
            "zone": str(row.zone) if row.zone else _("All zones"),
            "milestone": row.milestone.short_title,
            "figures": _figures(row),
            "side": _side(row),
            "rhythm": _rhythm(row.forecast),
            "address": _page(list_url(YOUNG, row.milestone, row.zone, reader=reader) or urls[row.milestone]),
        }
        for row in rows
    ]


def _figures(row: Row) -> str:
    """« 15 jeunes confirmés sur 20, 8 places sur 12 »."""
    young = ngettext("%(n)s young person confirmed", "%(n)s young people confirmed", row.young)
    said = [_of(young % {"n": number(row.young)}, row.young_target)]
    if row.seats is not None:
        said.append(_of(amount(PLACES, row.seats), row.seats_target))
    return ", ".join(said)


def _of(said: str, target: int | None) -> str:
    return said if target is None else _("%(amount)s of %(target)s") % {"amount": said, "target": number(target)}


def _side(row: Row) -> str:
    """« Recrutement : encore 33 jeunes, 2 places à trouver »."""
    lacks = any(side.missing for side in (row.young_side, row.places_side) if side)
    said = {"side": row.short_side, "lacks": row.lacks}
    if lacks:
        return _("%(side)s: %(lacks)s still to find") % said
    return _("%(side)s: %(lacks)s") % said if row.lacks else row.short_side


def _rhythm(seen: Projection | None) -> str:
    """« 9 candidatures par semaine, 14 nécessaires »; nothing where the forecast says nothing."""
    if seen is None or seen.needed_per_week is None:
        return ""
    received = round(seen.received_per_week)
    came = ngettext("%(n)s application a week", "%(n)s applications a week", received) % {"n": number(received)}
    needed = ngettext("%(n)s needed", "%(n)s needed", seen.needed_per_week) % {"n": number(seen.needed_per_week)}
    return f"{came}, {needed}"


def _commitments(convention: Convention) -> emails.Lines:
    """What is late or due soon, whichever milestone it belongs to."""
    today = clock.today()
    due = convention.commitments.filter(done_at=None, due_on__lte=today + SOON).select_related("party")
    return [
        {
            "party": promise.party.short_name,
            "text": promise.text,
            "due": f"{longdate(promise.due_on)}, {countdown(promise.due_on, today)}",
            "is_late": promise.due_on < today,
        }
        for promise in due
    ]


def _waiting(card: Card) -> dict[str, outbox.Plain]:
    return {
        "title": card.milestone.title,
        "said": ", ".join(filter(None, [card.waiting_words, card.late_words])),
        "address": _page(card.waiting_url or card.url),
    }


def _page(url: str) -> str:
    return settings.PUBLIC_URL + url


WEEKLY = (Reminder("weekly_state", _to_tell, _tell),)

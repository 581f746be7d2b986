"""The story of a site or of a student, as a lead may read it: the journal and the letters, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cohorts import journal
from cohorts.models import Application
from cohorts.states import ApplicationState, Coming, EnrolmentState, ExitReason
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, User, ref
from partnership.states import ActorKind, Channel

from ..models import HostSite, Placement
from ..states import BreakCause, DeclineReason, PlacementState

_LONGEST_STORY = 100
# The letters to hosts of which a placement has one each.
_TO_HOSTS = ("placement_proposed", "placement_cancelled", "placement_started", "placement_completed", "proposal_over")


@dataclass
class Event:
    """One line of a timeline, as components/timeline.html reads it."""

    text: str
    at: datetime
    who: str = ""
    after: str = ""
    reason: str = ""
    shape: str = "disc"
    meaning: str = "go"
    before: str = ""
    url: str = ""
    link: str = ""


def of_site(site: HostSite) -> list[dict[str, Any]]:
    """What was done with a site and its places, newest first."""
    entries = list(JournalEntry.objects.filter(about=ref(site))[:_LONGEST_STORY])
    names = _names(entries)
    told = {
        "created": (_("Site recorded"), "document"),
        "edited": (_("Record changed"), "pencil"),
        "opened": (_("Place opened"), "seat"),
        "closed": (_("Place closed"), "refused"),
        "yes": (_("Places confirmed by the host"), "tick"),
    }
    events: list[Event] = []
    for entry in entries:
        text, shape = told.get(entry.after, (entry.after, "disc"))
        event = Event(text, entry.at, names.get(entry.actor_ref, ""), shape=shape)
        last = events[-1] if events else None
        # Ten places opened by one tap are ten rows of the journal and one line here.
        if last and (last.text, last.at.replace(microsecond=0), last.who) == (
            text,
            entry.at.replace(microsecond=0),
            event.who,
        ):
            continue
        events.append(event)
    return _by_day(events)


def of_student(application: Application, *, placements: Iterable[Placement]) -> list[dict[str, Any]]:
    """The journal and the letters of a student's file, as a lead may read it.

    No note of recruitment's, and nothing of a placement that the reader may not see.
    """
    seen = {ref(placement): placement for placement in placements}
    entries = list(JournalEntry.objects.filter(about=ref(application))[: 2 * _LONGEST_STORY])
    names = _names(entries)
    events = []
    for entry in entries:
        kind = entry.subject.partition(":")[0]
        if kind == "placements.visit":
            events.append(
                Event(str(journal.word(entry.subject, entry.after)), entry.at, _who(entry, names), shape="tick")
            )
        elif kind == "placements.placement" and entry.subject in seen:
            events.append(_told_of_placement(entry, seen[entry.subject], names))
        elif kind == "cohorts.application" and entry.after in ApplicationState.values:
            events.append(_told_of_application(entry, names))
        elif kind == "cohorts.enrolment" and entry.after != EnrolmentState.EXPECTED:
            events.append(_told_of_enrolment(entry, names))
    to_hosts = (
        "placement_proposed",
        "placement_cancelled",
        "placement_started",
        "placement_completed",
        "proposal_over",
    )
    host_letters = {f"{name}:{placement.pk}" for placement in seen.values() for name in to_hosts}
    for letter in OutgoingMessage.objects.filter(about=ref(application)).order_by("-written_at")[:_LONGEST_STORY]:
        to_the_student = letter.to_ref == ref(application.candidate)
        if to_the_student or letter.key in host_letters:
            text = _("Letter to %(name)s: %(subject)s") % {"name": letter.to_name, "subject": letter.subject}
            at = letter.sent_at or letter.written_at
            events.append(Event(text, at, letter.get_state_display(), shape="letter"))
    return _by_day(sorted(events, key=lambda event: event.at, reverse=True)[:_LONGEST_STORY])


def _told_of_placement(entry: JournalEntry, placement: Placement, names: dict[str, str]) -> Event:
    words = {"site": placement.seat.site.name}
    if entry.after == "letter_hastened":
        return Event(_("Letter to %(site)s sent at once") % words, entry.at, _who(entry, names), shape="letter")
    if entry.after == "amended":
        return Event(_("Site or tutor changed:"), entry.at, _who(entry, names), after=entry.reason, shape="pencil")
    ended = entry.after in (PlacementState.DECLINED, PlacementState.BROKEN, PlacementState.LAPSED)
    return Event(
        _("Placement at %(site)s:") % words,
        entry.at,
        _who(entry, names),
        after=journal.word(entry.subject, entry.after),
        reason=_reason(entry),
        shape="refused" if ended else "seat",
        meaning="late" if ended else "go",
    )


def _told_of_enrolment(entry: JournalEntry, names: dict[str, str]) -> Event:
    is_trouble = entry.after in (EnrolmentState.ENDED, Coming.HESITATES)
    return Event(
        _("Enrolment: %(state)s") % {"state": journal.word(entry.subject, entry.after)},
        entry.at,
        _who(entry, names),
        reason=_reason(entry),
        shape="octagon" if is_trouble else "disc",
        meaning="late" if is_trouble else "go",
    )


def _told_of_application(entry: JournalEntry, names: dict[str, str]) -> Event:
    return Event(
        pgettext("timeline", "Application:"),
        entry.at,
        _who(entry, names),
        after=str(ApplicationState(entry.after).label),
        reason=_reason(entry),
    )


def _reason(entry: JournalEntry) -> str:
    """A coded reason in words; free words of recruitment's are theirs, a lead's own about a placement are shown."""
    if entry.reason in BreakCause.values and entry.after == PlacementState.BROKEN:
        return str(BreakCause(entry.reason).label)
    if entry.reason in ExitReason.values:
        return str(ExitReason(entry.reason).label)
    if entry.reason in DeclineReason.values:
        return str(DeclineReason(entry.reason).label)
    return entry.reason if entry.subject.startswith("placements.") else ""


def _names(entries: list[JournalEntry]) -> dict[str, str]:
    keys = {entry.actor_ref for entry in entries if entry.actor_kind == ActorKind.USER}
    return {str(user.pk): user.full_name for user in User.objects.filter(pk__in=[UUID(key) for key in keys])}


def _who(entry: JournalEntry, names: dict[str, str]) -> str:
    if entry.actor_kind == ActorKind.USER:
        who = names.get(entry.actor_ref, "")
        if entry.channel in (Channel.PHONE, Channel.PAPER):
            return f"{who} ({Channel(entry.channel).label})"
        return who
    return str(ActorKind(entry.actor_kind).label)


def _by_day(events: list[Event]) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = []
    for event in events:
        day = event.at.astimezone(clock.PARIS).date()
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "entries": []})
        days[-1]["entries"].append(event)
    return days

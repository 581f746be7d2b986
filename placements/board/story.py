"""The story of a site or of a student, as a lead may read it: the journal and the letters, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cohorts import journal
from cohorts.models import Application
from cohorts.states import ApplicationState, Coming, EnrolmentState, ExitReason
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, User, ref
from partnership.states import ActorKind, Channel
from partnership.templatetags.figures import longdate

from ..models import ContractFile, HostCall, HostSite, Introduction, Placement
from ..states import (
    INTRODUCTION_LIVE,
    BreakCause,
    ContractPaperKind,
    ContractState,
    DeclineReason,
    IntroductionReason,
    IntroductionState,
    PlacementState,
    PledgeAnswer,
)

LONGEST = 100
_OF_INTRODUCTIONS = [
    f"placements/{name}" for name in ("introduction_presented", "meeting_fixed", "not_chosen", "host_meeting_cancelled")
]
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


def of_site(site: HostSite, *, calls: Iterable[HostCall], with_notes: bool) -> list[dict[str, Any]]:
    """What was done with a site: its calls, pledges, places, tutors, placements; newest first.

    Whoever may not read the notes is given no calls, and sees no line about contacts.
    """
    placements = {ref(one): one for one in _placements_at(site)}
    about = Q(about__in=[ref(site), ref(site.company)]) | Q(subject__in=placements)
    entries = list(JournalEntry.objects.filter(about)[:LONGEST])
    calls_made = {ref(call): call for call in calls}
    names = _names(entries)
    told = _words_of_sites()
    events: list[Event] = []
    for entry in entries:
        if entry.subject in placements:
            events.append(_told_of_placement(entry, placements[entry.subject], names, of=_STUDENT))
            continue
        if entry.after in _OF_CONTACTS and not with_notes:
            continue
        if entry.after == "host_called":
            call = calls_made.get(entry.subject)
            if call is not None:
                events.append(_told_of_call(call, entry))
            continue
        text, shape = told.get(entry.after, (entry.after, "disc"))
        event = Event(text, entry.at, _who(entry, names), reason=_announced(entry), shape=shape)
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


_OF_CONTACTS = ("host_called", "contact_added", "contact_edited", "contact_removed", "contact_answers")


def _words_of_sites() -> dict[str, tuple[str, str]]:
    """What a line about a site says, and its shape."""
    return {
        "created": (_("Site recorded"), "document"),
        "edited": (_("Record changed"), "pencil"),
        "company_edited": (_("Company’s record changed"), "pencil"),
        "opened": (_("Place opened"), "seat"),
        "closed": (_("Place closed"), "refused"),
        "yes": (_("Places confirmed by the host"), "tick"),
        "maybe": (_("Places possible, says the host"), "half"),
        "no": (_("No place this time, says the host"), "refused"),
        "asked": (_("Host asked for its places by letter"), "letter"),
        "presented": (_("Students presented by letter"), "letter"),
        "handed": (_("Students presented by a handed link"), "letter"),
        "link_handed": (_("Link of a presentation shown, to hand over"), "letter"),
        "tutor_added": (_("Tutor recorded"), "document"),
        "tutor_edited": (_("Tutor’s record changed"), "pencil"),
        "tutor_left": (_("A tutor has left"), "refused"),
        "contact_added": (_("Contact recorded"), "document"),
        "contact_edited": (_("Contact changed"), "pencil"),
        "contact_removed": (_("Contact no longer kept"), "refused"),
        "contact_answers": (_("Somebody else answers for the site"), "arrow"),
    }


def _placements_at(site: HostSite) -> Iterable[Placement]:
    """The last placements of a site, with what their lines say."""
    rows = Placement.objects.filter(seat__site=site).select_related("enrolment__application__candidate", "seat__site")
    return rows.order_by("-proposed_at")[:LONGEST]


def _told_of_call(call: HostCall, entry: JournalEntry) -> Event:
    text = _("Call: %(result)s") % {"result": call.get_result_display()}
    if call.next_on:
        text = _("%(what)s, next on %(day)s") % {"what": text, "day": longdate(call.next_on)}
    return Event(text, entry.at, call.by.full_name, reason=call.note, shape="disc")


def _announced(entry: JournalEntry) -> str:
    """How many places the answer of a host announces, sure and possible, which its line keeps as « 3+1 »."""
    sure, plus, possible = entry.reason.partition("+")
    if not (plus and entry.subject.startswith("placements.hostpledge:") and entry.after != PledgeAnswer.NO):
        return ""
    said = ngettext("%(n)s sure place", "%(n)s sure places", int(sure)) % {"n": sure}
    if int(possible):
        said += ", " + ngettext("%(n)s possible", "%(n)s possible", int(possible)) % {"n": possible}
    return said


def of_student(
    application: Application, *, placements: Iterable[Placement], introductions: Iterable[Introduction] = ()
) -> list[dict[str, Any]]:
    """The journal and the letters of a student's file, as a lead may read it.

    No note of recruitment's, and nothing of a placement or an introduction that the reader may not see.
    """
    seen = {ref(placement): placement for placement in placements}
    shown = {ref(introduction): introduction for introduction in introductions}
    entries = list(JournalEntry.objects.filter(about=ref(application))[: 2 * LONGEST])
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
        elif kind == "placements.introduction" and entry.subject in shown:
            events.append(_told_of_introduction(entry, shown[entry.subject], names))
        elif kind == "cohorts.application" and entry.after in ApplicationState.values:
            events.append(_told_of_application(entry, names))
        elif kind == "cohorts.enrolment" and entry.after != EnrolmentState.EXPECTED:
            events.append(_told_of_enrolment(entry, names))
    host_letters = {f"{name}:{placement.pk}": placement.seat.site for placement in seen.values() for name in _TO_HOSTS}
    host_letters |= {f"introduction_closed:{introduction.pk}": introduction.site for introduction in shown.values()}
    keys = {str(introduction.pk) for introduction in shown.values()}
    for letter in OutgoingMessage.objects.filter(about=ref(application)).order_by("-written_at")[:LONGEST]:
        to_the_student = letter.to_ref == ref(application.candidate)
        if letter.template in _OF_INTRODUCTIONS and letter.key.split(":")[1] not in keys:
            continue  # their subject names a host of a zone that is not the reader's
        if to_the_student or letter.key in host_letters:
            # Who answers for a host is on its own page, for those who may read it.
            to = letter.to_name if to_the_student else host_letters[letter.key].name
            text = _("Letter to %(name)s: %(subject)s") % {"name": to, "subject": letter.subject}
            at = letter.sent_at or letter.written_at
            events.append(Event(text, at, letter.get_state_display(), shape="letter"))
    return _by_day(sorted(events, key=lambda event: event.at, reverse=True)[:LONGEST])


def of_contract(contract: ContractFile) -> list[dict[str, Any]]:
    """What was done with a contract file, newest first."""
    entries = list(JournalEntry.objects.filter(about=contract.about, subject=ref(contract))[:LONGEST])
    names = _names(entries)
    return _by_day([_told_of_contract(entry, names) for entry in entries])


def _told_of_contract(entry: JournalEntry, names: dict[str, str]) -> Event:
    told = {
        "sheet_asked_again": (_("Another link to the employer sheet sent"), "letter"),
        "sheet_changed": (_("Employer sheet changed"), "pencil"),
        "paper_kept": (_("Paper kept:"), "document"),
        "paper_dropped": (_("Paper taken out:"), "refused"),
        "paper_infected": (_("Paper taken out, a virus was found in it:"), "refused"),
    }
    if entry.after in told:
        text, shape = told[entry.after]
        paper = dict(ContractPaperKind.choices).get(entry.reason, "")
        return Event(text, entry.at, _who(entry, names), after=str(paper), shape=shape)
    reasons = {"silence": _("by the operator’s silence"), "placement_ended": _("the placement has ended")}
    is_trouble = entry.after in (ContractState.RETURNED, ContractState.REFUSED, ContractState.CANCELLED)
    return Event(
        _("Contract:"),
        entry.at,
        _who(entry, names),
        after=journal.word(entry.subject, entry.after),
        reason=reasons.get(entry.reason, entry.reason),
        shape="octagon" if is_trouble else "document",
        meaning="late" if is_trouble else "go",
    )


_STUDENT = "student"


def _told_of_placement(entry: JournalEntry, placement: Placement, names: dict[str, str], *, of: str = "site") -> Event:
    """A line about a placement: on a student's page it names the site, on a site's the student."""
    words = {"site": placement.seat.site.name}
    if entry.after == "letter_hastened":
        return Event(_("Letter to %(site)s sent at once") % words, entry.at, _who(entry, names), shape="letter")
    if entry.after == "amended":
        return Event(_("Site or tutor changed:"), entry.at, _who(entry, names), after=entry.reason, shape="pencil")
    who = _("Placement of %(student)s:") % {"student": placement.enrolment}
    if entry.after == "tutor_given":
        given = (
            _("Tutor given to %(student)s") % {"student": placement.enrolment} if of == _STUDENT else _("Tutor given")
        )
        return Event(given, entry.at, _who(entry, names), shape="document")
    if entry.after == "edited":
        # Field names are nobody's words: what is edited so is the kind of contract.
        return Event(_("Kind of contract noted"), entry.at, _who(entry, names), shape="pencil")
    ended = entry.after in (PlacementState.DECLINED, PlacementState.BROKEN, PlacementState.LAPSED)
    return Event(
        who if of == _STUDENT else _("Placement at %(site)s:") % words,
        entry.at,
        _who(entry, names),
        after=journal.word(entry.subject, entry.after),
        reason=_reason(entry),
        shape="refused" if ended else "seat",
        meaning="late" if ended else "go",
    )


def _told_of_introduction(entry: JournalEntry, introduction: Introduction, names: dict[str, str]) -> Event:
    goes_on = entry.after in (*INTRODUCTION_LIVE, IntroductionState.CHOSEN)
    return Event(
        _("Introduction to %(site)s:") % {"site": introduction.site.name},
        entry.at,
        _who(entry, names),
        after=journal.word(entry.subject, entry.after),
        reason=_reason(entry),
        shape="arrow" if goes_on else "refused",
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
    if entry.reason in IntroductionReason.values:
        return str(IntroductionReason(entry.reason).label)
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

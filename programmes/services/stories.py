"""The stories of a version and of an activity of the chair, from their journals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import JournalEntry, User, ref
from partnership.states import ActorKind

from ..models import ChairActivity, Curriculum
from ..states import FAVOURABLE_OPINIONS, ActivityState, CurriculumState, Opinion, Outcome


@dataclass(frozen=True)
class Event:
    """A line of a version's story, as the timeline shows it."""

    text: str
    at: datetime
    who: str
    shape: str = "disc"
    meaning: str = "go"


def story(curriculum: Curriculum, *, most: int = 60) -> list[dict[str, Any]]:
    """The journal of a version by day, newest first; writing the same module all day long is one line."""
    entries = list(JournalEntry.objects.filter(about=ref(curriculum))[: 5 * most])
    names = {
        str(user.pk): user.full_name
        for user in User.objects.filter(pk__in={key for entry in entries for key in _people(entry)})
    }
    titles = {entry.subject: entry.reason for entry in entries if entry.after == "removed"}
    titles |= {ref(module): module.title for module in curriculum.modules.all()}
    days: list[dict[str, Any]] = []
    seen: set[tuple] = set()
    for entry in entries:
        day = entry.at.astimezone(clock.PARIS).date()
        line = (day, entry.subject, entry.after, entry.actor_ref)
        if entry.after in ("edited", "moved") and line in seen:
            continue
        seen.add(line)
        if len(seen) > most:
            break
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "entries": []})
        text, shape, meaning = _told(entry, titles, names)
        days[-1]["entries"].append(Event(text, entry.at, names.get(entry.actor_ref, ""), shape, meaning))
    return days


def activity_story(activity: ChairActivity, *, most: int = 60) -> list[dict[str, Any]]:
    """The journal of an activity by day, newest first; who comes to it is told in no line of it."""
    entries = list(JournalEntry.objects.filter(about=ref(activity))[:most])
    keys = {entry.actor_ref for entry in entries if entry.actor_kind == ActorKind.USER}
    names = {str(user.pk): user.full_name for user in User.objects.filter(pk__in=keys)}
    days: list[dict[str, Any]] = []
    for entry in entries:
        day = entry.at.astimezone(clock.PARIS).date()
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "entries": []})
        is_state = entry.after in ActivityState
        text = str(ActivityState(entry.after).label) if is_state else _("Changed")
        shape, meaning = ("refused", "late") if entry.after == ActivityState.CANCELLED else ("disc", "go")
        event = Event(text, entry.at, names.get(entry.actor_ref, ""), shape if is_state else "pencil", meaning)
        days[-1]["entries"].append(event)
    return days


def _people(entry: JournalEntry) -> list[str]:
    """The keys of the people a line speaks of: who did it, and who was asked to judge."""
    people = [entry.actor_ref] if entry.actor_kind == ActorKind.USER else []
    return people + ([entry.reason] if entry.subject.startswith("programmes.assignment:") else [])


def _told(entry: JournalEntry, titles: dict[str, str], names: dict[str, str]) -> tuple[str, str, str]:
    kind = entry.subject.partition(":")[0]
    if kind == "programmes.module":
        told = {
            "added": _("“%(module)s” added"),
            "edited": _("“%(module)s” rewritten"),
            "moved": _("“%(module)s” moved"),
            "removed": _("“%(module)s” removed"),
        }[entry.after]
        return told % {"module": titles.get(entry.subject, "")}, "pencil", "go"
    if kind == "programmes.review":
        words = {"module": entry.reason, "opinion": Opinion(entry.after).label}
        is_favourable = entry.after in FAVOURABLE_OPINIONS
        return _("“%(module)s”: %(opinion)s") % words, "disc" if is_favourable else "triangle", "go"
    if kind == "programmes.changerequest":
        told = {
            "asked": _("“%(module)s”: a change is requested"),
            "replied": _("“%(module)s”: a word in the thread of a request"),
            "settled": _("“%(module)s”: a request is settled"),
        }[entry.after]
        return told % {"module": entry.reason}, "pencil", "go"
    if kind == "programmes.attachment":
        told = {"attached": _("“%(title)s” attached"), "detached": _("“%(title)s” taken away")}[entry.after]
        return told % {"title": entry.reason}, "pencil", "go"
    if kind == "programmes.assignment":
        told = {"assigned": _("%(person)s is asked to judge"), "released": _("%(person)s is no longer asked")}
        return told[entry.after] % {"person": names.get(entry.reason, "")}, "ring", "go"
    if kind == "programmes.commissionopinion":
        return _("Commission: %(outcome)s") % {"outcome": Outcome(entry.after).label}, "disc", "go"
    if entry.after == CurriculumState.DRAFT:
        return (_("Withdrawn by its author") if entry.before else _("Version begun")), "ring", "go"
    told = {
        CurriculumState.SUBMITTED: (_("Submitted to the reviewers"), "arrow", "go"),
        CurriculumState.IN_REVIEW: (_("Reading begun"), "half", "go"),
        CurriculumState.CHANGES_REQUESTED: (_("Changes requested"), "triangle", "go"),
        CurriculumState.VALIDATED: (_("Content validated"), "tick", "go"),
        CurriculumState.REFUSED: (_("Content refused"), "refused", "late"),
        CurriculumState.SUPERSEDED: (_("Superseded by a newer version"), "disc", "go"),
    }
    return told[CurriculumState(entry.after)]

"""What is held about a person, in words: each section as titled lines that anybody can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cohorts import journal
from cohorts.letters import readable
from cohorts.states import (
    ApplicationState,
    Availability,
    BookingState,
    CallResult,
    Coming,
    ConditionKind,
    ConsentPurpose,
    EnrolmentState,
    Funding,
    Level,
    PaperRequestState,
    Source,
)
from partnership.states import ActorKind, Channel, LetterKind
from partnership.templatetags.figures import daytime, longdate

from ..states import (
    BeyondAge,
    BreakCause,
    ContractKind,
    ContractPaperKind,
    ContractState,
    DeclineReason,
    IntroductionReason,
    IntroductionState,
    PlacementState,
    Signal,
    VisitKind,
    WishSide,
)

SECTIONS: dict[str, Promise] = {
    "identity": gettext_lazy("Who you are"),
    "applications": gettext_lazy("Your applications"),
    "dossier": gettext_lazy("Your dossier"),
    "papers": gettext_lazy("Papers you were asked for"),
    "interviews": gettext_lazy("Interviews and meetings"),
    "marks": gettext_lazy("Marks given on the spot"),
    "enrolments": gettext_lazy("Your place on the course"),
    "blocks": gettext_lazy("Blocks you have acquired"),
    "calls": gettext_lazy("Telephone calls"),
    "conditions": gettext_lazy("Conditions of an offer"),
    "consents": gettext_lazy("What you agreed to"),
    "letters": gettext_lazy("Letters to you"),
    "opt_outs": gettext_lazy("Letters you do not want"),
    "lists": gettext_lazy("Lists on which your name came to us"),
    "placements": gettext_lazy("Host companies"),
    "mobility": gettext_lazy("How far you go"),
    "wishes": gettext_lazy("Hosts you wish for, or that asked for you"),
    "introductions": gettext_lazy("Hosts to whom you were presented"),
    "contracts": gettext_lazy("Your contract"),
    "contract_papers": gettext_lazy("Papers of your contract"),
    "amendments": gettext_lazy("Changes at your host"),
    "visits": gettext_lazy("Visits and calls while you were at your host"),
    "journal": gettext_lazy("What was done with your file"),
}
NAMES: dict[str, Promise] = {
    "actor_kind": gettext_lazy("By"),
    "after": pgettext_lazy("held", "What"),
    "answered_at": gettext_lazy("Answered on"),
    "application__number": gettext_lazy("File number"),
    "enrolment__application__number": gettext_lazy("File number"),
    "at": gettext_lazy("When"),
    "availability": gettext_lazy("Availability"),
    "before": gettext_lazy("Before that"),
    "break_cause": gettext_lazy("Why it ended early"),
    "break_note": gettext_lazy("What was written about it"),
    "hours_reason": gettext_lazy("Why the hours work all the same"),
    "birth_month": gettext_lazy("month of birth"),
    "birth_year": gettext_lazy("year of birth"),
    "channel": gettext_lazy("How we learned it"),
    "cohort": gettext_lazy("cohort"),
    "comment": gettext_lazy("Comment"),
    "commune__name": gettext_lazy("commune"),
    "created_at": gettext_lazy("begun on"),
    "decline_reason": gettext_lazy("Why the host said no"),
    "diploma_on": gettext_lazy("date of the diploma"),
    "done_on": gettext_lazy("Done on"),
    "due_on": gettext_lazy("Date"),
    "ended_on": gettext_lazy("Last day at the host"),
    "from_on": gettext_lazy("From"),
    "from_site__name": gettext_lazy("Former site"),
    "from_tutor__name": gettext_lazy("Former tutor"),
    "email": gettext_lazy("e-mail address"),
    "end_reason": gettext_lazy("reason"),
    "ended_at": gettext_lazy("Over on"),
    "first_name": gettext_lazy("first name"),
    "given_at": gettext_lazy("Given on"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("language"),
    "languages": gettext_lazy("languages spoken"),
    "last_name": gettext_lazy("last name"),
    "level": gettext_lazy("highest diploma"),
    "meeting_at": gettext_lazy("Meeting on"),
    "meeting_place": gettext_lazy("Place"),
    "met_at": gettext_lazy("Met on"),
    "next_at": gettext_lazy("next date"),
    "note": gettext_lazy("Note"),
    "notes": gettext_lazy("Notes"),
    "notice_version": gettext_lazy("Notice read"),
    "other_zones": gettext_lazy("other possible zones"),
    "phone": gettext_lazy("telephone"),
    "postcode": gettext_lazy("postcode"),
    "presentation__sent_at": gettext_lazy("Presented on"),
    "proposed_at": gettext_lazy("Proposed on"),
    "purpose": gettext_lazy("For"),
    "reason": gettext_lazy("reason"),
    "reference": gettext_lazy("Reference"),
    "result": gettext_lazy("Result"),
    "seat__site__name": gettext_lazy("Site"),
    "sent_at": gettext_lazy("Sent on"),
    "side": gettext_lazy("wished by"),
    "site__company__name": gettext_lazy("Company"),
    "site__name": gettext_lazy("Site"),
    "slot__place": gettext_lazy("Place"),
    "slot__starts_at": gettext_lazy("Date"),
    "signal": gettext_lazy("Impression"),
    "started_on": gettext_lazy("First day at the host"),
    "source": gettext_lazy("heard of us through"),
    "state": gettext_lazy("state"),
    "subject": gettext_lazy("Subject"),
    "submitted_at": gettext_lazy("submitted on"),
    "supported_by": gettext_lazy("supported by"),
    "text": gettext_lazy("Text"),
    "text_version": gettext_lazy("Version of the text"),
    "to_email": gettext_lazy("To"),
    "to_site__name": gettext_lazy("New site"),
    "to_tutor__name": gettext_lazy("New tutor"),
    "tutor__name": gettext_lazy("Tutor"),
    "withdrawn_at": gettext_lazy("Withdrawn on"),
    "written_at": gettext_lazy("Written on"),
}
_STATES = dict([*EnrolmentState.choices, *BookingState.choices, *PlacementState.choices, *ApplicationState.choices])
_CODES: dict[str, Mapping[Any, str | Promise]] = {
    "actor_kind": dict(ActorKind.choices),
    "answer": dict(Coming.choices),
    "availability": dict(Availability.choices),
    "break_cause": dict(BreakCause.choices),
    "channel": dict(Channel.choices),
    "decline_reason": dict(DeclineReason.choices),
    "end_reason": dict(IntroductionReason.choices),
    "kind": dict([*ConditionKind.choices, *LetterKind.choices, *VisitKind.choices]),
    "funding": dict(Funding.choices),
    "level": dict(Level.choices),
    "purpose": dict(ConsentPurpose.choices),
    "result": dict(CallResult.choices),
    "side": dict(WishSide.choices),
    "signal": dict(Signal.choices),
    "source": dict(Source.choices),
    "state": _STATES,
}


@dataclass(frozen=True)
class Section:
    """A kind of thing that is held, and each of them as (name, value) pairs without the empty ones."""

    title: str
    entries: list[list[tuple[str, str]]]


def sections(held: Mapping[str, list[dict[str, Any]]]) -> list[Section]:
    """All that is held, the person first and the journal last; what has no words yet is shown by its own name."""
    order = [*SECTIONS]
    known = sorted(held, key=lambda key: order.index(key) if key in order else len(order) - 1.5)
    return [Section(_title(key, SECTIONS), [_entry(_worded(key, line)) for line in held[key]]) for key in known]


def _worded(section: str, line: Mapping[str, Any]) -> Mapping[str, Any]:
    """The line with the words of its kind of thing for its codes; no colleague is named in the journal."""
    if section == "introductions":
        return {**line, "state": IntroductionState(line["state"]).label}
    if section == "papers":
        return {**line, "state": PaperRequestState(line["state"]).label}
    if section == "contracts":
        beyond = BeyondAge(line["beyond_age"]).label if line["beyond_age"] else ""
        named = {"state": ContractState(line["state"]).label, "kind": ContractKind(line["kind"]).label}
        return {**line, **named, "beyond_age": beyond}
    if section == "contract_papers":
        return {**line, "kind": ContractPaperKind(line["kind"]).label}
    if section != "journal":
        return line
    said = {name: journal.word(line["subject"], line[name]) for name in ("before", "after") if line[name]}
    said["reason"] = journal.reason(line["after"], line["reason"], {})
    return {name: said.get(name, value) for name, value in line.items() if name != "subject"}


def _title(key: str, names: Mapping[str, Promise]) -> str:
    field = key.rpartition("__")[2]
    return capfirst(str(names.get(key) or _fields().get(field) or field.replace("_", " ")))


@cache
def _fields() -> dict[str, Any]:
    """What our records call their fields, for whatever a section holds beyond the names above."""
    ours = [model for model in apps.get_models() if model._meta.app_label in ("placements", "cohorts")]
    return {field.name: field.verbose_name for model in ours for field in model._meta.concrete_fields}


def _entry(line: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = [(_title(key, NAMES), _said(key, value)) for key, value in line.items()]
    return [(name, value) for name, value in told if value]


def _said(key: str, value: Any) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(_said(key, one) for one in value)
    if isinstance(value, Mapping):
        colon = _("%(name)s: %(value)s")
        pairs = [(_title(name, NAMES), _said(name, one)) for name, one in value.items() if one]
        return "\n".join(colon % {"name": name, "value": said} for name, said in pairs)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return daytime(value)
    if isinstance(value, date):
        return longdate(value)
    said = _CODES.get(key, {}).get(value, value)
    # A letter is kept with marks where its reader saw a link or a code.
    return readable(str(said)) if key == "text" else str(said)

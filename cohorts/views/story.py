"""The story of a file: the journal, the calls and the letters in one line of time, the newest first."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, User, ref
from partnership.outbox import TEST
from partnership.states import UNWANTED, ActorKind, Channel, LetterKind, MessageState, Way
from partnership.templatetags.ui import daytime

from ..handover import ENTRUSTED, SILENCE
from ..models import Application, Booking, Call, Candidate, PaperRequest
from ..states import EXITS, BookingState, Coming, ConditionKind, ConsentPurpose, ExitReason, SlotKind

NEWEST = 200
# Lines whose reason is the key of a colleague.
_ABOUT_SOMEBODY = (ENTRUSTED, SILENCE)
# Of each of two people beside each other.
FEW = 40
# A call speaks for itself.
_CALLED = "called"
_HEARD = "heard"
_LABELS = {field.name: field.verbose_name for model in (Candidate, Application) for field in model._meta.fields}
_REASONS = dict(
    [*ExitReason.choices, *ConsentPurpose.choices, *ConditionKind.choices, *LetterKind.choices, *Way.choices]
)
_REASONS[UNWANTED] = gettext_lazy("such letters are no longer wanted")


def calls_of(application: Application) -> list[Call]:
    """The calls of the story, the newest first."""
    return list(Call.objects.filter(application__in=application.line()).select_related("by"))


def days_of(
    application: Application,
    calls: Iterable[Call],
    named: Iterable[Booking | PaperRequest],
    *,
    everything: bool = False,
) -> tuple[list[dict[str, Any]], bool]:
    """The days of the story with their entries, and whether older ones were left out; three statements.

    `named` are the bookings and the papers that lines are about: each is called by its kind.

    What a postponed or redirected file continues is part of its story.
    """
    about = [ref(file) for file in application.line()]
    bookings = [one for one in named if isinstance(one, Booking)]
    kinds = {ref(one): one.get_kind_display() if isinstance(one, Booking) else str(one) for one in named}
    journal = JournalEntry.objects.filter(about__in=about).exclude(_told_by_the_file(bookings)).exclude(after=_CALLED)
    letters = OutgoingMessage.objects.filter(about__in=about).exclude(template__startswith=TEST).defer("text", "html")
    if not everything:
        journal, letters = journal[: NEWEST + 1], letters[: NEWEST + 1]
    lines = list(journal)
    names = _names_of(lines)
    # A letter follows the deed it tells: newest first, it stands above.
    entries = [_letter(letter, application) for letter in letters]
    entries += [_deed(line, application, names, kinds) for line in lines]
    entries += [_call(call) for call in calls]
    entries.sort(key=lambda entry: entry["at"], reverse=True)
    left_out = not everything and len(entries) > NEWEST
    if left_out:
        del entries[NEWEST:]
    return _by_day(entries), left_out


def days_of_people(people: Sequence[Sequence[Application]]) -> list[tuple[list[dict[str, Any]], bool]]:
    """The story of each of some people, over all their files: its days, the newest entries, and whether there are more.

    As many statements for two people as for twenty.
    """
    files = {ref(file): file for theirs in people for file in theirs}
    keys = [file.pk for file in files.values()]
    bookings = list(Booking.objects.filter(application__in=keys))
    kinds = {ref(booking): booking.get_kind_display() for booking in bookings}
    journal = JournalEntry.objects.filter(about__in=files).exclude(_told_by_the_file(bookings)).exclude(after=_CALLED)
    lines = list(journal[:NEWEST])
    letters = list(OutgoingMessage.objects.filter(about__in=files).defer("text", "html")[:NEWEST])
    calls = list(Call.objects.filter(application__in=keys).select_related("by")[:NEWEST])
    names = _names_of(lines)
    stories = []
    for theirs in people:
        own = {ref(file): file for file in theirs}
        entries = [_letter(letter, own[letter.about]) for letter in letters if letter.about in own]
        entries += [_deed(line, own[line.about], names, kinds) for line in lines if line.about in own]
        entries += [_call(call) for call in calls if f"cohorts.application:{call.application_id}" in own]
        entries.sort(key=lambda entry: entry["at"], reverse=True)
        stories.append((_by_day(entries[:FEW]), len(entries) > FEW))
    return stories


def _by_day(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    days = itertools.groupby(entries, key=lambda entry: entry["at"].astimezone(clock.PARIS).date())
    return [{"day": day, "entries": list(found)} for day, found in days]


def _told_by_the_file(bookings: Iterable[Booking]) -> Q:
    """The application's own moves say when an interview was booked, held, missed or cancelled; not when it moved."""
    interviews = [ref(booking) for booking in bookings if booking.kind == SlotKind.INTERVIEW]
    return Q(subject__in=interviews) & ~Q(before=BookingState.BOOKED, after=BookingState.BOOKED)


def _names_of(lines: Iterable[JournalEntry]) -> dict[str, str]:
    keys = {line.actor_ref for line in lines if line.actor_kind == ActorKind.USER}
    keys |= {line.reason for line in lines if line.after in _ABOUT_SOMEBODY and _is_key(line.reason)}
    return {str(key): name for key, name in User.objects.filter(pk__in=keys).values_list("pk", "full_name")}


def _reason(line: JournalEntry, names: dict[str, str]) -> str:
    if line.after in _ABOUT_SOMEBODY:
        return names.get(line.reason, "")
    if line.after == _HEARD:
        return ", ".join(str(_LABELS.get(name, name)) for name in line.reason.split(", "))
    return str(_REASONS.get(line.reason, line.reason))


def _is_key(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def _who(line: JournalEntry, application: Application, names: dict[str, str]) -> str:
    if line.actor_kind == ActorKind.USER:
        who = names.get(line.actor_ref, _("somebody who has left"))
    elif line.actor_kind == ActorKind.CANDIDATE:
        who = application.candidate.first_name
    elif line.actor_kind == ActorKind.HOST:
        who = _("the host")
    else:
        who = _("automatic")
    return who if line.channel == Channel.WEB else f"{who}, {line.get_channel_display()}"


def _deed(line: JournalEntry, application: Application, names: dict[str, str], kinds: dict[str, str]) -> dict[str, Any]:
    label = line.subject.partition(":")[0]
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        model = None
    words = {
        "edited": _("Changed"),
        "applied_again": _("The same person applied again"),
        "refused": pgettext("letters", "No more wanted"),
        "wanted": pgettext("letters", "Wanted again"),
        "readdressed": _("Telephone or address corrected"),
        "transferred": _("Moved to another zone"),
        "merged": _("Two records of this person are one"),
        "told_apart": _("Told apart from somebody who resembles them"),
        "invited": _("Invited to choose a date"),
        "source_set": _("Recruitment source said"),
        ENTRUSTED: _("Entrusted to a colleague"),
        SILENCE: _("Nothing done for days: told by letter"),
        _HEARD: _("Answers heard"),
        "notice_told": _("Told what becomes of their data"),
        "asked": pgettext("condition", "asked for"),
        "met": pgettext("condition", "met"),
        "unmet": pgettext("condition", "still to be met"),
        "rated": _("given"),
        "dossier": _("Dossier filled in"),
        "asked_if_coming": _("asked whether they still come"),
        **{value: str(label) for value, label in Coming.choices},
        "consent_given": _("Agrees"),
        "consent_renewed": _("Agrees again"),
        "consent_withdrawn": _("No longer agrees"),
        "data_asked": _("Asked for their data"),
        "data_taken": _("Received their data"),
        "erasure_asked": _("Asked for the erasure of their file"),
        "erasure_link_asked": _("Asked for the link that erases their file"),
        "erased": _("Erased"),
        "notice_read": _("Read the notice on personal data"),
        "told_it_ends": _("Told that their file ends"),
    } | _states(model)
    if line.before == line.after == BookingState.BOOKED:
        words |= {line.before: "", line.after: _("Moved")}
    own = model is Application
    ends = line.after in EXITS if own else line.after in ("ended", "declined", "broken", "cancelled")
    what = kinds.get(line.subject) or ("" if own or model is None else model._meta.verbose_name)
    return {
        "at": line.at,
        "text": _("%(what)s:") % {"what": capfirst(what)} if what else "",
        "before": _word(line.before, words),
        "after": _word(line.after, words),
        "reason": _reason(line, names),
        "who": _who(line, application, names),
        "meaning": "late" if ends else "",
        "shape": "octagon" if ends else "disc",
    }


def _call(call: Call) -> dict[str, Any]:
    note = [call.note] if call.note else []
    if call.next_at:
        note.append(_("Next: %(moment)s.") % {"moment": daytime(call.next_at)})
    return {
        "at": call.at,
        "text": pgettext("in the story", "Call:"),
        "after": call.get_result_display(),
        "reason": "\n".join(note),
        "who": str(call.by),
        "shape": "phone",
    }


def _word(said: str, words: dict[str, str]) -> str:
    verb, _space, figure = said.partition(" ")
    if verb == "rank":
        return _("Rank %(n)s on the waiting list") % {"n": figure}
    return words.get(said, said)


def _states(model: type[models.Model] | None) -> dict[str, str]:
    if model is None or not any(field.name == "state" for field in model._meta.fields):
        return {}
    return {str(value): str(label) for value, label in model._meta.get_field("state").flatchoices}


def _letter(letter: OutgoingMessage, application: Application) -> dict[str, Any]:
    lost = letter.state in (MessageState.DEAD, MessageState.BOUNCED)
    return {
        "at": letter.sent_at or letter.written_at,
        "text": pgettext("in the story", "Letter “%(subject)s”") % {"subject": letter.subject},
        "url": reverse("cohorts:application_letter", args=[application.pk, letter.pk]),
        "link": _("read"),
        "letter": letter,
        "meaning": "late" if lost else "",
        "shape": "letter",
    }

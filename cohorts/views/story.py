"""The story of a file: the journal, the calls and the letters in one line of time, the newest first."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partnership import clock
from partnership.fields import key_in
from partnership.models import JournalEntry, OutgoingMessage, User, ref
from partnership.outbox import TEST
from partnership.states import ActorKind, Channel, MessageState
from partnership.templatetags.figures import daytime

from .. import journal
from ..models import Application, Booking, Call, PaperRequest
from ..states import EXITS, TRANSFERRED, BookingState, SlotKind

NEWEST = 200
# Of each of two people beside each other.
FEW = 40


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
    told, letters = _lines_about(about, bookings), letters_about(about)
    if not everything:
        told, letters = told[: NEWEST + 1], letters[: NEWEST + 1]
    lines = list(told)
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
    lines = list(_lines_about(files, bookings)[:NEWEST])
    letters = list(letters_about(files)[:NEWEST])
    calls = list(Call.objects.filter(application__in=keys).select_related("by")[:NEWEST])
    names = _names_of(lines)
    stories = []
    for theirs in people:
        own = {ref(file): file for file in theirs}
        entries = [_letter(letter, own[letter.about]) for letter in letters if letter.about in own]
        entries += [_deed(line, own[line.about], names, kinds) for line in lines if line.about in own]
        entries += [_call(call) for call in calls if f"cohorts.application:{call.application_id}" in own]
        entries.sort(key=lambda entry: entry["at"], reverse=True)
        # What one of them fills leaves less of the other.
        is_cut = NEWEST in (len(lines), len(letters), len(calls))
        stories.append((_by_day(entries[:FEW]), is_cut or len(entries) > FEW))
    return stories


def letters_about(files: Iterable[str]) -> models.QuerySet[OutgoingMessage]:
    """The letters about files, by reference; what a colleague has tried on themselves is none."""
    letters = OutgoingMessage.objects.filter(about__in=list(files)).exclude(template__startswith=TEST)
    return letters.defer("text", "html")


def _lines_about(files: Iterable[str], bookings: Iterable[Booking]) -> models.QuerySet[JournalEntry]:
    # A call speaks for itself.
    lines = JournalEntry.objects.filter(about__in=list(files)).exclude(after=journal.CALLED)
    return lines.exclude(_told_by_the_file(bookings))


def _by_day(entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    days = itertools.groupby(entries, key=lambda entry: entry["at"].astimezone(clock.PARIS).date())
    return [{"day": day, "entries": list(found)} for day, found in days]


def _told_by_the_file(bookings: Iterable[Booking]) -> Q:
    """The application's own moves say when an interview was booked, held, missed or cancelled; not when it moved."""
    interviews = [ref(booking) for booking in bookings if booking.kind == SlotKind.INTERVIEW]
    return Q(subject__in=interviews) & ~Q(before=BookingState.BOOKED, after=BookingState.BOOKED)


def _names_of(lines: Iterable[JournalEntry]) -> dict[str, str]:
    keys = {line.actor_ref for line in lines if line.actor_kind == ActorKind.USER}
    keys |= {line.reason for line in lines if line.after in journal.ABOUT_SOMEBODY and key_in(line.reason)}
    return {str(key): name for key, name in User.objects.filter(pk__in=keys).values_list("pk", "full_name")}


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
    moved = line.before == line.after == BookingState.BOOKED
    own = model is Application
    ends = line.after in EXITS if own else line.after in ("ended", "declined", "broken", "cancelled")
    what = kinds.get(line.subject) or ("" if own or model is None else model._meta.verbose_name)
    return {
        "at": line.at,
        "text": _("%(what)s:") % {"what": capfirst(what)} if what else "",
        # Of a file that changes its zone the reason says both.
        "before": "" if moved or line.after == TRANSFERRED else journal.word(line.subject, line.before),
        "after": _("Moved") if moved else journal.word(line.subject, line.after),
        "reason": journal.reason(line.after, line.reason, names),
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

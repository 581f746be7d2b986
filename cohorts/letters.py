"""Letters as recruitment reads them: those of the files one may see, without what is for their readers alone.

And each kind of letter on a real file, before anybody is written: what the file does not say yet is an example's.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, UUIDField, Value, When
from django.db.models.functions import Cast, Coalesce, Substr
from django.utils import translation
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import OutgoingMessage, User, ref
from partnership.outbox import LINK_MARK, SECRET_MARK, STOP_MARK
from partnership.states import STOPPED, MessageState

from . import emails
from .models import Application, ApplicationQuerySet, Booking, Candidate, Cohort, Slot
from .states import ExitReason, SlotKind

_FILE, _PERSON = "cohorts.application:", "cohorts.candidate:"


def readable(text: str) -> str:
    """A letter's text without its secrets: the words « lien personnel » stand for the link."""
    text = text.replace(LINK_MARK, _("[personal link]")).replace(SECRET_MARK, _("[personal code]"))
    return text.replace(STOP_MARK, _("[link to say so]"))


# How much of a letter goes into a message that one writes oneself.
MOST_OF_A_MESSAGE = 320
_ABOUT_THE_LETTER = re.compile(r"https?://|\b(?:ce lien|ce courriel|this link|this letter)\b", re.IGNORECASE)


def short_of(letter: OutgoingMessage) -> str:
    """The essential of a letter, to be said or written by one of us: no link, for nobody but its reader sees that."""
    *body, signature = letter.text.partition("\n---\n")[0].strip().split("\n\n")
    said: list[str] = []
    for paragraph in body:
        if _ABOUT_THE_LETTER.search(paragraph) or SECRET_MARK in paragraph:
            continue
        lines = [line.removeprefix("> ").strip() for line in paragraph.split("\n")]
        if len(said) > 1 and len("\n".join([*said, *lines])) > MOST_OF_A_MESSAGE:
            break
        said += lines
    return "\n".join([*said, signature])


def with_marks(text: str) -> str:
    """A readable text with its link again, in whichever language it was read."""
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            text = text.replace(_("[personal link]"), LINK_MARK).replace(_("[link to say so]"), STOP_MARK)
    return text


# -- the desk ---------------------------------------------------------------------------------------------------------

# What lies on the desk, by the words of its address.
TRAYS: dict[str, tuple[MessageState, ...]] = {
    "partent": (MessageState.PENDING, MessageState.SENDING),
    "brouillons": (MessageState.DRAFT,),
    "en-doute": (MessageState.HELD,),
    "non-parties": (MessageState.DEAD,),
    "revenues": (MessageState.BOUNCED,),
}


def letters_of(user: User, *states: MessageState) -> QuerySet[OutgoingMessage]:
    """The letters in some states to the applicants whose files somebody may read, each with its file's key."""
    # In this order: only what names a file is read as the key of one.
    key = Cast(Substr("about", len(_FILE) + 1), UUIDField())
    letters = OutgoingMessage.objects.filter(state__in=states, to_ref__startswith=_PERSON)
    letters = letters.annotate(file=Case(When(about__startswith=_FILE, then=key), default=None))
    return letters.filter(Exists(Application.objects.visible_to(user).filter(pk=OuterRef("file"))))


def counts(user: User) -> dict[str, int]:
    """How many letters lie in each tray, in one statement."""
    # One branch a state, so that each is answered by its own small index and never by the whole table.
    first, *others = (
        letters_of(user, state)
        .order_by()
        .values(where=Value(tray, output_field=CharField()))
        .annotate(number=Count("pk"))
        .values_list("where", "number")
        for tray, states in TRAYS.items()
        for state in states
    )
    found = dict.fromkeys(TRAYS, 0)
    for tray, number in first.union(*others, all=True):
        found[tray] += number
    return found


# -- what no address has taken ----------------------------------------------------------------------------------------


def _returned() -> QuerySet[OutgoingMessage]:
    """The letters to applicants that their address has not taken, each with its person's key."""
    key = Cast(Substr("to_ref", len(_PERSON) + 1), UUIDField())
    theirs = outbox.returned().filter(to_ref__startswith=_PERSON)
    return theirs.annotate(person=Case(When(to_ref__startswith=_PERSON, then=key), default=None))


def is_unreached() -> Exists:
    """Of a file: whether the present address of its person has not taken a letter."""
    return Exists(_returned().filter(person=OuterRef("candidate"), to_email=OuterRef("candidate__email")))


def unreached(files: ApplicationQuerySet | None = None) -> ApplicationQuerySet:
    """The live files, of some or of all, of people whose present address takes no letter: to call, then to correct."""
    files = Application.objects.all() if files is None else files
    return files.live().exclude(candidate__email="").filter(is_unreached())


def returned_to(person: Candidate) -> OutgoingMessage | None:
    """The last letter that somebody's present address has not taken."""
    if not person.email:
        return None
    theirs = outbox.returned().filter(to_ref=ref(person), to_email=person.email)
    return theirs.defer("text", "html", "secret").order_by("-pk").first()


def stopped_for(person: Candidate, user: User) -> QuerySet[OutgoingMessage]:
    """The letters to somebody, of the files one may read, that have stopped and can still leave; the newest first."""
    theirs = letters_of(user, *STOPPED).filter(to_ref=ref(person)).exclude(text="")
    return theirs.defer("text", "html", "secret").order_by("-pk")


# -- each letter, on a real file --------------------------------------------------------------------------------------


def _appointment(application: Application) -> Booking:
    """The last appointment of a file, or one of tomorrow; asked once for all its letters."""
    if hasattr(application, "example"):
        return application.example
    booking = application.bookings.select_related("slot__held_by").order_by("-slot__starts_at").first()
    if booking is None:
        held_by = application.owner or User(full_name=_("One of us"), email="nous@exemple.invalid")
        place = _("12 Example Street, room 3")
        slot = Slot(cohort=application.cohort, starts_at=_tomorrow(), place=place, held_by=held_by)
        booking = Booking(slot=slot, kind=SlotKind.INTERVIEW)
    booking.application = application
    application.example = booking
    return booking


def _tomorrow() -> datetime:
    return datetime.combine(clock.today() + timedelta(days=1), time(10), clock.PARIS)


# What a letter asks for besides, by its type: an example.
_EXAMPLES: dict[Any, Callable[[Application], Any]] = {
    Application: lambda file: file,
    Cohort: lambda file: file.cohort,
    Booking: _appointment,
    Booking | None: lambda file: None,
    Sequence[tuple[Booking, Slot, Slot | None]]: lambda file: [(_appointment(file), _appointment(file).slot, None)],
    SlotKind: lambda file: SlotKind.INTERVIEW,
    datetime: lambda file: _tomorrow(),
    date: lambda file: clock.today() + timedelta(days=30),
    int: lambda file: 1,
    bool: lambda file: True,
    str: lambda file: _("What you write."),
    Iterable[str]: lambda file: [_("your highest diploma"), _("the languages you speak")],
}


def _writer(write: Callable[..., None]) -> Callable[[Application], None] | None:
    """How a letter is written about a file with nothing but examples; None if it is not about one, or asks for more."""
    asked = [one for one in inspect.signature(write).parameters.values() if one.default is one.empty]
    if not asked or asked[0].annotation not in (Application, Booking):
        return None
    if any(one.annotation not in _EXAMPLES for one in asked):
        return None

    def written(file: Application) -> None:
        first, *others = ((one.name, _EXAMPLES[one.annotation](file)) for one in asked)
        write(first[1], **dict(others))

    return written


def _letters() -> dict[str, Callable[[Application], None]]:
    """Each letter to an applicant, and how it is written about a file, in the order in which emails/ has them."""
    ours = [
        (name, write)
        for name, write in inspect.getmembers(emails, inspect.isfunction)
        if write.__module__.startswith(emails.__name__) and not name.startswith("_")
    ]
    ours.sort(key=lambda one: (one[1].__module__, one[1].__code__.co_firstlineno))
    return {name: writer for name, write in ours if (writer := _writer(write))}


LETTERS = _letters()


def proof_of(
    name: str, application: Application, *, language: str = "", dressed: bool = False
) -> OutgoingMessage | None:
    """A letter as it would be written about a file now; nothing is kept. None for somebody without an address."""
    application.cohort.intake = application.intake
    if language:
        application.candidate.language = language
    application.reply_before = application.reply_before or clock.now() + timedelta(days=7)
    application.waiting_rank = application.waiting_rank or 1
    application.exit_reason = application.exit_reason or ExitReason.PROFILE
    with translation.override(application.candidate.language), outbox.proofs(dressed=dressed) as proofs:
        LETTERS[name](application)
    return proofs[0] if proofs else None


def example_for(user: User, *, intake: int | None = None, among: Q | None = None) -> Application | None:
    """The newest file one may read, of somebody who can be written to."""
    files = Application.objects.for_letters().visible_to(user).filter(candidate__erased_at=None)
    files = files.exclude(candidate__email="").filter(among or Q(), **({"intake": intake} if intake else {}))
    files = files.order_by(Coalesce("submitted_at", "created_at").desc(), "-id")
    return files.prefetch_related("intake__paragraphs").first()

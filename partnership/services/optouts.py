"""What somebody wants no more of: said by the link of any such letter, or to their mail program, and taken back so."""

from dataclasses import dataclass

from django.apps import apps
from django.db import transaction

from .. import clock
from ..models import OptOut, OutgoingMessage
from ..states import UNWANTED, ActorKind, Channel, MessageState
from ..workflow import Actor, Stale, move, record


@dataclass(frozen=True)
class Reader:
    """Whoever a letter went to, known by its reference alone."""

    actor_kind: ActorKind
    pk: str


def reader_of(letter: OutgoingMessage) -> Reader:
    """The reader of a letter, as whoever does a deed."""
    label, _colon, key = letter.to_ref.partition(":")
    return Reader(apps.get_model(label).actor_kind, key)


def is_unwanted(letter: OutgoingMessage) -> bool:
    """Whether the reader of a letter wants no more of its kind."""
    return OptOut.objects.filter(person=letter.to_ref, kind=letter.kind).exists()


@transaction.atomic
def refuse_letters(letter: OutgoingMessage, *, by: Actor) -> None:
    """No more letters of the kind of this one for its reader; those that wait are cancelled. Said once or twice."""
    said = {"person": letter.to_ref, "kind": letter.kind}
    _kept, is_new = OptOut.objects.get_or_create(**said, defaults={"at": clock.now()})
    if is_new:
        record(letter, "refused", by=by, reason=letter.kind, channel=Channel.LINK)
    waiting = OutgoingMessage.objects.filter(to_ref=letter.to_ref, kind=letter.kind, state__in=_WAITING)
    for one in waiting:
        try:
            with transaction.atomic():
                move(one, MessageState.CANCELLED, by=by, reason=UNWANTED, channel=Channel.LINK)
        except Stale:
            continue  # it leaves at this moment


_WAITING = (MessageState.DRAFT, MessageState.PENDING)


@transaction.atomic
def want_letters(letter: OutgoingMessage, *, by: Actor) -> None:
    """Letters of the kind of this one again for its reader."""
    if OptOut.objects.filter(person=letter.to_ref, kind=letter.kind).delete()[0]:
        record(letter, "wanted", by=by, reason=letter.kind, channel=Channel.LINK)

"""A letter in the hands of whoever writes to people: a draft is changed, written anew, thrown away or sent."""

import re

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from .. import clock, outbox
from ..models import OutgoingMessage, User
from ..states import MESSAGE_FLOW, Channel, MessageState, Way
from ..workflow import Actor, Refused, edit, move
from ..working_time import next_polite_moment
from .optouts import reader_of, refuse_letters


@transaction.atomic
def edit_letter(letter: OutgoingMessage, *, subject: str, text: str, by: Actor, version: int | None = None) -> None:
    """Change what a draft says; Refused if the personal link went with the change, Stale if somebody else was first."""
    _must_be_draft(letter)
    if letter.link_purpose and outbox.LINK_MARK not in text:
        raise Refused(_("Leave the personal link in the letter: without it its reader cannot answer."))
    text = text.strip() + "\n"
    html = outbox.html_of(subject, text, letter.language)
    edit(letter, by=by, version=version, subject=subject, text=text, html=html)


@transaction.atomic
def rewrite_letter(letter: OutgoingMessage, proof: OutgoingMessage, *, by: Actor, version: int | None = None) -> None:
    """Put into a draft what its template says today (`outbox.proofs`); what was changed by hand is lost."""
    _must_be_draft(letter)
    written = {
        name: getattr(proof, name)
        for name in ("subject", "text", "html", "calendar", "reply_to", "to_email", "to_name")
    }
    edit(letter, by=by, version=version, **written)


@transaction.atomic
def discard_letter(letter: OutgoingMessage, *, by: Actor, version: int | None = None) -> None:
    """Throw a draft away."""
    _must_be_draft(letter)
    move(letter, MessageState.CANCELLED, by=by, version=version)


@transaction.atomic
def send_letter(letter: OutgoingMessage, *, by: Actor, version: int | None = None) -> None:
    """Let a draft leave, at the next polite moment."""
    _must_be_draft(letter)
    move(letter, MessageState.PENDING, by=by, version=version, due_at=next_polite_moment(clock.now()))
    outbox.ring_on_commit()


def _must_be_draft(letter: OutgoingMessage) -> None:
    if letter.state != MessageState.DRAFT:
        raise Refused(_("“%(letter)s” is no longer a draft.") % {"letter": letter})


# Whatever has not left, or has come back.
BY_HAND = (MessageState.DRAFT, MessageState.PENDING, MessageState.HELD, MessageState.DEAD, MessageState.BOUNCED)


@transaction.atomic
def tell_letter(letter: OutgoingMessage, *, way: Way, by: User, version: int | None = None) -> None:
    """Say that one has told what a letter says, by telephone or by a message of one's own: it leaves no more."""
    if letter.state not in BY_HAND:
        raise Refused(_("“%(letter)s” has left, or is leaving: it needs not be told.") % {"letter": letter})
    now = clock.now()
    told = {"way": way, "said_by": by, "said_at": now, "sent_at": now}
    move(letter, MessageState.SENT, by=by, version=version, channel=Channel.PHONE, reason=way, **told)


# -- what became of it ------------------------------------------------------------------------------------------------

# How a letter is called by whoever sent it (sending.sending_of), alone or in its Message-ID.
_SENDING = re.compile(r"(?:<?letter-)?(\d{1,18})(?:\.(\d{1,9}))?(?:@.*)?")
_ON_THE_WAY = (MessageState.SENT, MessageState.DELIVERED)


class NotYet(Exception):
    """News of a letter whose sender has not yet written down that it has left: to be told again a little later."""


def note_news(sending: str, to: MessageState, *, recipient: str, why: str = "") -> bool:
    """Write down what became of a letter that has left, delivered or returned; whether it changed anything.

    Nothing changes for a letter or a sending that nobody knows, that went to another address, or of which this or
    something later was told: news are repeated, and overtake each other. The row is the record, as for its sending.
    """
    told = _told_of(sending, recipient)
    before = [state for state in _ON_THE_WAY if to in MESSAGE_FLOW[state]]
    if told.filter(state__in=before).update(state=to, last_error=why[:300].replace("\x00", "")):
        return True
    if told.filter(state=MessageState.SENDING).exists():
        raise NotYet
    return False


def note_complaint(sending: str, *, recipient: str) -> bool:
    """A reader has told their mail program that a letter is not wanted: none of its kind any more, if it has one."""
    letter = _told_of(sending, recipient).exclude(kind="").first()
    if letter is not None:
        refuse_letters(letter, by=reader_of(letter))
    return letter is not None


def _told_of(sending: str, recipient: str) -> QuerySet[OutgoingMessage]:
    """The letter that is spoken of, if it was sent so and to that address."""
    named = _SENDING.fullmatch(sending)
    if named is None:
        return OutgoingMessage.objects.none()
    return OutgoingMessage.objects.filter(pk=int(named[1]), version=int(named[2] or 1), to_email__iexact=recipient)

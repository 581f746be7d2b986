"""A letter in the hands of whoever writes to people: a draft is changed, written anew, thrown away or sent."""

from django.db import transaction
from django.utils.translation import gettext as _

from .. import clock, outbox
from ..models import OutgoingMessage
from ..states import MessageState
from ..workflow import Actor, Refused, edit, move
from ..working_time import next_polite_moment


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

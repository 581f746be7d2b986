"""Letters: written in the transaction of the deed, sent after it (sending.py), never lost.

A letter is a row, unique by the business event it tells.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

import css_inline
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from . import clock, doorbell
from .models import OutgoingMessage, ref
from .states import STOPPED, LetterKind, MessageState, OnDoubt
from .working_time import next_polite_moment

# Marks that stand in the stored letter for what only its reader may see; `.invalid` leads nowhere by RFC 2606.
LINK_MARK = "https://lien-personnel.invalid/"
# How the template of a letter begins that somebody sent to themselves, to see it.
TEST = "test:"
# And for the address at which the reader says that they want no more of a kind.
STOP_MARK = "https://desinscription.invalid/"
SECRET_MARK = "§secret§"  # noqa: S105 (a mark, not a secret)
_SIGNS = r"([\\`*_{}\[\]()#+\-=.!<>|~&])"
_MARKDOWN_SIGNS = re.compile(_SIGNS)
_ESCAPED_SIGN = re.compile(r"\\" + _SIGNS)
_MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
# How a link on a line of its own reads in the text form; how a quotation or an item of a list begins.
_LINK_LINE = re.compile(rf"(.+?)\s?:\s{re.escape(LINK_MARK)}")
_BLOCK = re.compile(r"(> |- )?(.*)")
_STRONG = re.compile(r"\*\*([^*\n]+)\*\*")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_SET_IN = re.compile(r"\n[ \t]+")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_LONELY_LINK = re.compile(r"<p>(<a [^>]*>[^<]*</a>)</p>")


# What a letter says, and the rows of one that lists: each row names plain values.
Plain = str | int | date
Value = Plain | list[dict[str, Plain]]


class Addressee(Protocol):
    """Somebody a letter goes to: a User, a Candidate, a HostSite."""

    email: str
    language: str

    @property
    def called(self) -> str:
        """The name a letter greets."""


# -- writing ------------------------------------------------------------------------------------------------------


def post(
    template: str,
    *,
    key: str,
    about: models.Model | str,
    to: Addressee,
    due: datetime | None = None,
    link: tuple[str, models.Model] | None = None,
    secret: str = "",
    calendar: str = "",
    on_doubt: OnDoubt = OnDoubt.RESEND,
    reply_to: str = "",
    is_draft: bool = False,
    asked: bool = True,
    paragraph: str = "",
    kind: LetterKind | Literal[""] = "",
    **context: Value,
) -> None:
    """Write a letter in the present transaction, once for each `key`; it leaves after the commit, when it is due.

    `template` names `emails/<template>.<language>.txt`; `link` is a purpose and the thing it opens; `secret` is shown
    in the letter and nowhere else, `calendar` attached to it; a draft leaves only once somebody sends it, and what
    nobody asked for at no quiet hour; a `paragraph` stands above the signature. A letter of a `kind` is not one its
    reader has to know: they may say that they want no more of them. The context holds plain values only, or rows of
    them for a letter that lists: what a person typed is escaped here, for both forms. Whoever gave a telephone and no
    address is written nothing: the work list calls them.
    """
    if not to.email:
        return
    proof = _proof.get()
    said = context | {"name": to.called}
    subject, text, html = render(
        template, to.language, said, paragraph=paragraph, kind=kind, dressed=proof is None or proof.dressed
    )
    purpose, thing = link or ("", None)
    now = clock.now()
    due = (due or now) if asked else next_polite_moment(due or now)
    letter = OutgoingMessage(
        key=key,
        template=template,
        kind=kind,
        language=to.language,
        about=about if isinstance(about, str) else ref(about),
        to_ref=ref(to),
        to_email=to.email,
        to_name=to.called,
        reply_to=reply_to,
        subject=subject,
        text=text,
        html=html,
        calendar=calendar,
        link_purpose=purpose,
        link_subject=ref(thing) if thing is not None else "",
        secret=secret,
        on_doubt=on_doubt,
        state=MessageState.DRAFT if is_draft else MessageState.PENDING,
        written_at=now,
        due_at=due,
    )
    if proof is not None:
        proof.letters.append(letter)
        return
    OutgoingMessage.objects.bulk_create([letter], ignore_conflicts=True)
    if due <= now and not is_draft:
        ring_on_commit()


@dataclass(frozen=True)
class _Proof:
    dressed: bool
    letters: list[OutgoingMessage] = field(default_factory=list)


_proof: ContextVar[_Proof | None] = ContextVar("proof", default=None)


@contextmanager
def proofs(*, dressed: bool = True) -> Iterator[list[OutgoingMessage]]:
    """Letters posted inside are neither kept nor sent: they are collected, to be read as they would leave.

    Undressed, they have no HTML form, which costs most of the work.
    """
    proof = _Proof(dressed)
    before = _proof.set(proof)
    try:
        yield proof.letters
    finally:
        _proof.reset(before)


def post_test(proof: OutgoingMessage, *, to: Addressee) -> None:
    """Send one of ours a letter as it would leave, marked as a test; its link opens nothing. Once a minute."""
    now = clock.now()
    with translation.override(proof.language):
        subject = _("[Test] %(subject)s") % {"subject": proof.subject}
        notice = _("This is a test: nobody but you has received it, and its personal link leads nowhere.")
    test = OutgoingMessage(
        key=f"{TEST}{ref(to)}:{proof.about.rpartition(':')[2]}:{proof.template}:{now:%Y%m%d%H%M}"[:160],
        template=f"{TEST}{proof.template}"[:80],
        language=proof.language,
        about=proof.about,
        to_ref=ref(to),
        to_email=to.email,
        to_name=to.called,
        subject=subject[:250],
        text=f"{notice}\n\n{proof.text}",
        html=proof.html.replace('<p class="mark"', f'<p><strong>{notice}</strong></p><p class="mark"', 1),
        written_at=now,
        due_at=now,
    )
    OutgoingMessage.objects.bulk_create([test], ignore_conflicts=True)
    ring_on_commit()


def render(
    template: str,
    language: str,
    context: dict,
    *,
    paragraph: str = "",
    kind: LetterKind | Literal[""] = "",
    dressed: bool = True,
) -> tuple[str, str, str]:
    """A letter's subject, text and HTML; the template's first line is the subject, the rest is Markdown."""
    marks = {"link": LINK_MARK, "secret": SECRET_MARK}
    plain = {key: _plain(value) for key, value in context.items()}
    escaped = {key: _escaped(value) for key, value in context.items()}
    with translation.override(language):
        name = f"emails/{template}.{language}.txt"
        subject = _one_line(render_to_string(name, plain | marks).partition("\n")[0])
        marked_up = render_to_string(name, escaped | marks).partition("\n")[2]
    if paragraph:
        above, _blank, signature = marked_up.rstrip().rpartition("\n\n")
        marked_up = f"{above}\n\n{_escaped(paragraph)}\n\n{signature}"
    if kind:
        with translation.override(language):
            why = _("You receive this among the following letters: %(what)s.") % {"what": LetterKind(kind).label}
            marked_up = f"{marked_up.rstrip()}\n\n---\n\n{_escaped(why)} [{_('Receive them no more')}]({STOP_MARK})"
    colon = "\u00a0: " if language == "fr" else ": "
    # Read from the escaped form: only the letter's own marks are taken out, what somebody typed stays as typed.
    text = _STRONG.sub(r"\1", _MARKDOWN_LINK.sub(rf"\1{colon}\2", marked_up))
    html = _dressed(subject, marked_up, language) if dressed else ""
    return subject[:250], _ESCAPED_SIGN.sub(r"\1", text).strip() + "\n", html


def _dressed(subject: str, marked_up: str, language: str) -> str:
    """The HTML of a letter, from its Markdown."""
    body = _LONELY_LINK.sub(r'<p class="button">\1</p>', _MARKDOWN.render(marked_up.strip()))
    body = SafeString(body)  # nosec B703  # the renderer lets no HTML of a letter's text through
    with translation.override(language):
        page = render_to_string("emails/letter.html", {"subject": subject, "body": body, "language": language})
    return css_inline.inline(page)


def html_of(subject: str, text: str, language: str) -> str:
    """The HTML of a text that somebody has changed: nothing in it is obeyed but quotations, lists and its link."""
    return _dressed(subject, "\n".join(map(_marked_up, text.split("\n"))), language)


def _marked_up(line: str) -> str:
    line = line.strip()
    if link := _LINK_LINE.fullmatch(line):
        return f"[{_escaped(link[1])}]({LINK_MARK})"
    block, words = _BLOCK.fullmatch(line).groups()
    return (block or "") + f"<{LINK_MARK}>".join(map(_escaped, words.split(LINK_MARK)))


def _one_line(subject: str) -> str:
    # No line may break a header; the non-breaking spaces of French are no lines.
    return _SPACES.sub(" ", subject).strip()


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [{key: _plain(one) for key, one in row.items()} for row in value]
    # The text form is no HTML: an apostrophe stays one.
    return SafeString(value) if isinstance(value, str) else value  # nosec B703  # for text alone


def _escaped(value: object) -> object:
    # Markdown's own escapes: the renderer turns what follows them into HTML entities where needed.
    if isinstance(value, list):
        return [{key: _escaped(one) for key, one in row.items()} for row in value]
    if not isinstance(value, str):
        return value
    value = _SET_IN.sub("\n", value)  # what is set in is no program
    return SafeString(_MARKDOWN_SIGNS.sub(r"\\\1", value))  # nosec B703  # the renderer escapes it


def ring_on_commit() -> None:
    """Tell the worker, once the transaction is over, that a letter is due."""
    doorbell.once_on_commit(ring)


def ring() -> None:
    """Tell the worker that a letter is due: a hint, for the relay sends what nobody sent within a minute."""
    doorbell.ring("send_due", otherwise="the relay will send")


# -- changing one's mind --------------------------------------------------------------------------------------------


# A letter that has not left, or of which nobody knows; a dead one would leave if somebody sent it again.
_NOT_LEFT = (MessageState.DRAFT, MessageState.PENDING, MessageState.HELD, MessageState.DEAD)


def cancel(
    *,
    about: models.Model | str | None = None,
    to: models.Model | None = None,
    template: str | None = None,
    key: str | Sequence[str] | None = None,
    even_returned: bool = False,
) -> int:
    """Cancel the letters of a file (to one reader, or of one kind), or those with a key, that have not left.

    `even_returned`: nor are those sent again that came back.
    """
    states = (*_NOT_LEFT, MessageState.BOUNCED) if even_returned else _NOT_LEFT
    letters = OutgoingMessage.objects.filter(state__in=states)
    if key is not None:
        letters = letters.filter(key__in=[key] if isinstance(key, str) else key)
    if to is not None:
        letters = letters.filter(to_ref=ref(to))
    if template is not None:
        letters = letters.filter(template=template)
    if about is not None:
        letters = letters.filter(about=about if isinstance(about, str) else ref(about))
    return letters.update(state=MessageState.CANCELLED, secret="")  # nosec B106  # it is forgotten


def readdress(to: Addressee, *, even_refused: bool = True) -> int:
    """Let the letters that have not left go to the address somebody has now; the number that change.

    Unless `even_refused`, what a server has refused keeps the address that it has refused.
    """
    states = [state for state in _NOT_LEFT if even_refused or state != MessageState.DEAD]
    waiting = OutgoingMessage.objects.filter(state__in=states, to_ref=ref(to)).exclude(to_email=to.email)
    return waiting.update(to_email=to.email, to_name=to.called)


def hasten(key: str) -> bool:
    """Make a letter that waits for its day due now; False if it is due already, or no longer pending."""
    now = clock.now()
    waiting = OutgoingMessage.objects.filter(key=key, state=MessageState.PENDING, due_at__gt=now)
    hastened = bool(waiting.update(due_at=now, retry_at=None))
    ring_on_commit()
    return hastened


# How the sender writes down that a server has refused its reader (refusals.py), whichever way the letter took.
_READER_REFUSED = ("SMTPRecipientsRefused", "AnymailRecipientsRefused")


def returned() -> models.QuerySet[OutgoingMessage]:
    """The letters that their address has not taken: those that came back, and those its server has refused."""
    refused = models.Q()
    for name in _READER_REFUSED:
        refused |= models.Q(last_error__startswith=f"{name}:")
    # The first condition is the one that has an index.
    stopped = OutgoingMessage.objects.filter(state__in=STOPPED)
    return stopped.filter(models.Q(state=MessageState.BOUNCED) | models.Q(refused, state=MessageState.DEAD))


def send_again(letter: OutgoingMessage) -> bool:
    """Put a dead, held or bounced letter back among those to send; False if somebody else just did."""
    stopped = OutgoingMessage.objects.filter(
        pk=letter.pk, state__in=[MessageState.DEAD, MessageState.HELD, MessageState.BOUNCED]
    ).exclude(text="")  # blanked: there is nothing left to send
    # Another sending: what is still told of the former one must not be taken for news of this one.
    sending = {"attempts": 0, "retry_at": None, "due_at": clock.now(), "version": models.F("version") + 1}
    again = bool(stopped.update(state=MessageState.PENDING, **sending))
    ring_on_commit()
    return again

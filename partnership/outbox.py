"""Letters: written in the transaction of the deed, sent after it, never lost; Celery rings, and is never the record.

A letter is a row, unique by the business event it tells. The worker (rung on commit, and by beat) and the relay
(without any broker) share the loop below: claim with a lease, hand over, finish only while the lease is still ours.
Due dates are compared with `clock.now()`; leases with the database's clock, so that a machine with a wrong clock
steals nobody's letter.
"""

import logging
import random
import re
import smtplib
import time
import uuid
from datetime import date, datetime, timedelta
from email.message import Message
from email.utils import parseaddr
from typing import Protocol

import css_inline
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString
from kombu.exceptions import OperationalError as BrokerError
from markdown_it import MarkdownIt

from . import clock, links
from .models import OutgoingMessage, ref
from .refusals import Verdict, verdict
from .states import MessageState, OnDoubt

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
MOST_ATTEMPTS = 10
# A batch ends well within a task's time limit: a task that is cut short leaves letters in doubt.
BATCH_SECONDS = 30
# The relay leaves to the worker whatever has been due for less than this.
RELAY_PATIENCE = timedelta(seconds=60)
# Marks that stand in the stored letter for what only its reader may see; `.invalid` leads nowhere by RFC 2606.
LINK_MARK = "https://lien-personnel.invalid/"
SECRET_MARK = "§secret§"  # noqa: S105 (a mark, not a secret)
_SIGNS = r"([\\`*_{}\[\]()#+\-.!<>|~&])"
_MARKDOWN_SIGNS = re.compile(_SIGNS)
_ESCAPED_SIGN = re.compile(r"\\" + _SIGNS)
_MARKDOWN_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_STRONG = re.compile(r"\*\*([^*\n]+)\*\*")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True})
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_LONELY_LINK = re.compile(r"<p>(<a [^>]*>[^<]*</a>)</p>")


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
    on_doubt: OnDoubt = OnDoubt.RESEND,
    reply_to: str = "",
    **context: str | int | date,
) -> None:
    """Write a letter in the present transaction, once for each `key`; it leaves after the commit, when it is due.

    `template` names `emails/<template>.<language>.txt`; `link` is a purpose and the thing it opens; `secret` is shown
    in the letter and nowhere else. The context holds plain values only: what a person typed is escaped here, for both
    forms. Whoever gave a telephone and no address is written nothing: the work list calls them.
    """
    if not to.email:
        return
    subject, text, html = render(template, to.language, context | {"name": to.called})
    purpose, thing = link or ("", None)
    letter = OutgoingMessage(
        key=key,
        template=template,
        language=to.language,
        about=about if isinstance(about, str) else ref(about),
        to_ref=ref(to),
        to_email=to.email,
        to_name=to.called,
        reply_to=reply_to,
        subject=subject,
        text=text,
        html=html,
        link_purpose=purpose,
        link_subject=ref(thing) if thing is not None else "",
        secret=secret,
        on_doubt=on_doubt,
        written_at=clock.now(),
        due_at=due or clock.now(),
    )
    OutgoingMessage.objects.bulk_create([letter], ignore_conflicts=True)
    if due is None:
        _ring_on_commit()


def render(template: str, language: str, context: dict) -> tuple[str, str, str]:
    """A letter's subject, text and HTML; the template's first line is the subject, the rest is Markdown."""
    marks = {"link": LINK_MARK, "secret": SECRET_MARK}
    plain = {key: _plain(value) for key, value in context.items()}
    escaped = {key: _escaped(value) for key, value in context.items()}
    with translation.override(language):
        name = f"emails/{template}.{language}.txt"
        subject = render_to_string(name, plain | marks).partition("\n")[0]
        _, _, marked_up = render_to_string(name, escaped | marks).partition("\n")
        body = _LONELY_LINK.sub(r'<p class="button">\1</p>', _MARKDOWN.render(marked_up.strip()))
        body = SafeString(body)  # nosec B703  # the renderer lets no HTML of a letter's text through
        page = render_to_string(
            "emails/letter.html", {"subject": _one_line(subject), "body": body, "language": language}
        )
    colon = "\u00a0: " if language == "fr" else ": "
    # Read from the escaped form: only the letter's own marks are taken out, what somebody typed stays as typed.
    marked_up = _STRONG.sub(r"\1", _MARKDOWN_LINK.sub(rf"\1{colon}\2", marked_up))
    text = _ESCAPED_SIGN.sub(r"\1", marked_up).strip() + "\n"
    return _one_line(subject)[:250], text, css_inline.inline(page)


def _one_line(subject: str) -> str:
    # No line may break a header; the non-breaking spaces of French are no lines.
    return _SPACES.sub(" ", subject).strip()


def _plain(value: object) -> object:
    # The text form is no HTML: an apostrophe stays one.
    return SafeString(value) if isinstance(value, str) else value  # nosec B703  # for text alone


def _escaped(value: object) -> object:
    # Markdown's own escapes: the renderer turns what follows them into HTML entities where needed.
    if not isinstance(value, str):
        return value
    return SafeString(_MARKDOWN_SIGNS.sub(r"\\\1", value))  # nosec B703  # the renderer escapes it


def _ring_on_commit() -> None:
    # Once a transaction, however many letters it writes: a deaf broker makes each ring wait.
    if not any(callback is ring for _savepoints, callback, _robust in transaction.get_connection().run_on_commit):
        transaction.on_commit(ring)


def ring() -> None:
    """Tell the worker that a letter is due: a hint, so a dead broker costs a minute and never an error."""
    try:
        current_app.send_task("partnership.tasks.send_due", retry=False)
    except (BrokerError, OSError) as problem:
        log.warning("broker unreachable, the relay will send: %s", type(problem).__name__)


# -- changing one's mind --------------------------------------------------------------------------------------------


# A letter that has not left, or of which nobody knows; a dead one would leave if somebody sent it again.
_NOT_LEFT = (MessageState.DRAFT, MessageState.PENDING, MessageState.HELD, MessageState.DEAD)


def cancel(
    *,
    about: models.Model | str | None = None,
    to: models.Model | None = None,
    template: str | None = None,
    key: str | None = None,
    even_returned: bool = False,
) -> int:
    """Cancel the letters of a file (to one reader, or of one kind), or the one with a key, that have not left.

    `even_returned`: nor are those sent again that came back.
    """
    states = (*_NOT_LEFT, MessageState.BOUNCED) if even_returned else _NOT_LEFT
    letters = OutgoingMessage.objects.filter(state__in=states)
    if key is not None:
        letters = letters.filter(key=key)
    if to is not None:
        letters = letters.filter(to_ref=ref(to))
    if template is not None:
        letters = letters.filter(template=template)
    if about is not None:
        letters = letters.filter(about=about if isinstance(about, str) else ref(about))
    return letters.update(state=MessageState.CANCELLED, secret="")  # nosec B106  # it is forgotten


def readdress(to: Addressee) -> int:
    """Let the letters that have not left go to the address somebody has now; the number that change."""
    waiting = OutgoingMessage.objects.filter(state__in=_NOT_LEFT, to_ref=ref(to)).exclude(to_email=to.email)
    return waiting.update(to_email=to.email, to_name=to.called)


def hasten(key: str) -> bool:
    """Make a letter that waits for its day due now; False if it is due already, or no longer pending."""
    now = clock.now()
    waiting = OutgoingMessage.objects.filter(key=key, state=MessageState.PENDING, due_at__gt=now)
    hastened = bool(waiting.update(due_at=now, retry_at=None))
    _ring_on_commit()
    return hastened


def send_again(letter: OutgoingMessage) -> bool:
    """Put a dead, held or bounced letter back among those to send; False if somebody else just did."""
    stopped = OutgoingMessage.objects.filter(
        pk=letter.pk, state__in=[MessageState.DEAD, MessageState.HELD, MessageState.BOUNCED]
    ).exclude(text="")  # blanked: there is nothing left to send
    again = bool(stopped.update(state=MessageState.PENDING, attempts=0, retry_at=None, due_at=clock.now()))
    _ring_on_commit()
    return again


# -- sending ------------------------------------------------------------------------------------------------------


def send_due(*, limit: int = 50, patience: timedelta = timedelta(0)) -> int:
    """Claim and send up to `limit` letters due for longer than `patience`; the number that were handled.

    What there was no time for, or no server that takes us, goes back untouched; 0 means that there is no use in more.
    """
    connection = get_connection()  # first: a provider that is not configured must not cost a letter anything
    letters = _claim(limit, patience)
    if not letters:
        return 0
    until = time.monotonic() + BATCH_SECONDS
    tokens = _tokens(letters)
    try:
        for place, letter in enumerate(letters):
            if not _is_reached(connection):
                _release(letters[place:], pause=timedelta(seconds=30))
                return place
            if place and time.monotonic() > until:
                _release(letters[place:])
                return place
            if not _deliver(letter, connection, tokens.get(letter.pk)):
                _release(letters[place:], pause=timedelta(seconds=30))
                return place
    finally:
        connection.close()
    return len(letters)


def _is_reached(connection: BaseEmailBackend) -> bool:
    """Whether the line is open; after a cut it is opened again."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as problem:
        log.warning("mail server unreachable: %s", type(problem).__name__)
        connection.close()  # after a refused login the line is still open
        return False
    return True


def _claim(limit: int, patience: timedelta) -> list[OutgoingMessage]:
    due = Q(state=MessageState.PENDING, due_at__lte=clock.now() - patience) & (
        Q(retry_at__isnull=True) | Q(retry_at__lte=Now())
    )
    abandoned = Q(state=MessageState.SENDING, lease_until__lt=Now())
    token = uuid.uuid4()
    with transaction.atomic():
        # Its sender died after handing it over: nobody knows, and for this kind a person decides.
        OutgoingMessage.objects.filter(abandoned, handed_over=True, on_doubt=OnDoubt.HOLD).update(
            state=MessageState.HELD, lease_token=None, lease_until=None, last_error="sender lost after handing over"
        )
        keys = list(
            OutgoingMessage.objects.filter(due | abandoned)
            .order_by("due_at", "pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[:limit]
        )
        OutgoingMessage.objects.filter(pk__in=keys).update(
            state=MessageState.SENDING,
            lease_token=token,
            lease_until=Now() + LEASE,
            handed_over=False,
            attempts=F("attempts") + 1,
        )
    return list(OutgoingMessage.objects.filter(lease_token=token).order_by("due_at", "pk"))


def _release(letters: list[OutgoingMessage], *, pause: timedelta = timedelta(0)) -> None:
    OutgoingMessage.objects.filter(
        pk__in=[letter.pk for letter in letters], lease_token=letters[0].lease_token, handed_over=False
    ).update(
        state=MessageState.PENDING,
        lease_token=None,
        lease_until=None,
        attempts=F("attempts") - 1,
        retry_at=Now() + pause,
    )


def _tokens(letters: list[OutgoingMessage]) -> dict[int, str]:
    """The personal links of a batch, minted in one statement; a letter that then waits leaves one nobody ever knew."""
    known = [letter for letter in letters if letter.link_purpose in links.PURPOSES]
    minted = links.mint_all([(letter.link_purpose, letter.link_subject) for letter in known])
    return dict(zip([letter.pk for letter in known], minted, strict=True))


# Written out, for each letter asks for both: composing them anew costs more than PostgreSQL's own work.
_FENCE = f"""UPDATE {OutgoingMessage._meta.db_table} SET lease_until = statement_timestamp() + %s, handed_over = true
    WHERE id = %s AND lease_token = %s"""  # noqa: S608 # nosec B608 (a table's name)
_SENT = f"""UPDATE {OutgoingMessage._meta.db_table} SET state = '{MessageState.SENT.value}', sent_at = %s,
    lease_token = NULL, lease_until = NULL, secret = '', last_error = ''
    WHERE id = %s AND lease_token = %s"""  # noqa: S608 # nosec B608


def _still_ours(letter: OutgoingMessage, statement: str, value: object) -> bool:
    with database.cursor() as cursor:
        cursor.execute(statement, [value, letter.pk, letter.lease_token])
        return cursor.rowcount == 1


def _deliver(letter: OutgoingMessage, connection: BaseEmailBackend, token: str | None = None) -> bool:
    """Send one letter and write down what became of it; False if nobody's would be taken at present."""
    ours = OutgoingMessage.objects.filter(pk=letter.pk, lease_token=letter.lease_token)
    # The fence: whoever lost the lease (a long pause, a slow server) must not send what another sender has taken over.
    if not _still_ours(letter, _FENCE, LEASE):
        return True
    try:
        message = _envelope(letter, connection, token)
    except Exception as problem:  # noqa: BLE001 (one letter that cannot be built must not stop the others)
        # A broken release is nobody's refusal: the letter waits for the repaired one.
        log.exception("letter %s cannot be built", letter.pk)
        _fail(ours, letter, problem, dead=False)
        return True
    try:
        message.send()
    except Exception as problem:  # noqa: BLE001 (whatever happened, the letter may have left)
        return _settle(ours, letter, problem, connection)
    _still_ours(letter, _SENT, clock.now())
    return True


def _settle(ours: models.QuerySet, letter: OutgoingMessage, problem: Exception, connection: BaseEmailBackend) -> bool:
    known = verdict(problem)
    if known is not Verdict.NEVER:
        connection.close()  # it broke, or 421 was said by a server that hangs up
    if known is Verdict.NOBODYS:
        log.warning("mail provider takes nothing from us: %s", type(problem).__name__)
        ours.update(handed_over=False)
        return False
    if known is Verdict.UNKNOWN:
        # The line broke or our time was up, after the server had the whole letter or before.
        log.warning("letter %s may have left: %s", letter.pk, type(problem).__name__)
        if letter.on_doubt == OnDoubt.HOLD:
            ours.update(state=MessageState.HELD, lease_token=None, lease_until=None, last_error=_short(problem))
            return True
    _fail(ours, letter, problem, dead=known is Verdict.NEVER)
    return True


class _Letter(EmailMultiAlternatives):
    """A letter whose parts are set apart by a mark drawn for it: searching its text for a free one costs more."""

    def message(self) -> Message:
        built = super().message()
        built.set_boundary(f"=_{uuid.uuid4().hex}")
        return built


def _envelope(letter: OutgoingMessage, connection: BaseEmailBackend, token: str | None) -> EmailMultiAlternatives:
    text, html = letter.text, letter.html
    if letter.link_purpose:
        token = token or links.mint(letter.link_purpose, letter.link_subject)
        address = links.url(letter.link_purpose, token, language=letter.language)
        text, html = text.replace(LINK_MARK, address), html.replace(LINK_MARK, address)
    if letter.secret:
        text, html = text.replace(SECRET_MARK, letter.secret), html.replace(SECRET_MARK, letter.secret)
    message = _Letter(
        subject=letter.subject,
        body=text,
        to=[letter.to_email],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers={"Message-ID": message_id(letter)},
        connection=connection,
    )
    message.attach_alternative(html, "text/html")
    return message


def message_id(letter: OutgoingMessage) -> str:
    """The same Message-ID at each attempt, so that a doubled letter can be recognised."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<letter-{letter.pk}@{domain}>"


def _fail(ours: models.QuerySet, letter: OutgoingMessage, problem: Exception, *, dead: bool) -> None:
    if dead or letter.attempts >= MOST_ATTEMPTS:
        ours.update(state=MessageState.DEAD, lease_token=None, lease_until=None, last_error=_short(problem))
        log.error("letter %s is dead: %s", letter.pk, type(problem).__name__)
        return
    # Ten attempts spread over about a day, with jitter so that a thousand letters do not come back together.
    wait = min(30 * 2.75 ** (letter.attempts - 1), 8 * 3600) * random.uniform(0.8, 1.2)  # noqa: S311
    ours.update(
        state=MessageState.PENDING,
        lease_token=None,
        lease_until=None,
        retry_at=Now() + timedelta(seconds=wait),
        last_error=_short(problem),
    )


def _short(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300].replace("\x00", "")

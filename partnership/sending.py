"""Letters on their way: Celery rings, and is never the record.

The worker (rung on commit, and by beat) and the relay (without any broker) share the loop below: claim with a lease,
hand over, finish only while the lease is still ours. Due dates are compared with `clock.now()`; leases with the
database's clock, so that a machine with a wrong clock steals nobody's letter.
"""

import logging
import random
import smtplib
import time
import uuid
from datetime import timedelta
from email.message import Message
from email.mime.text import MIMEText
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from . import clock, links
from .models import OptOut, OutgoingMessage, ref
from .outbox import LINK_MARK, SECRET_MARK, STOP_MARK
from .refusals import Verdict, verdict
from .states import STOP, UNWANTED, MessageState, OnDoubt
from .workflow import THE_CLOCK, record

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
MOST_ATTEMPTS = 10
# A batch ends well within a task's time limit: a task that is cut short leaves letters in doubt.
BATCH_SECONDS = 30
# The relay leaves to the worker whatever has been due for less than this.
RELAY_PATIENCE = timedelta(seconds=60)


def send_due(*, limit: int = 50, patience: timedelta = timedelta(0)) -> int:
    """Claim and send up to `limit` letters due for longer than `patience`; the number that were handled.

    What there was no time for, or no server that takes us, goes back untouched; 0 means that there is no use in more.
    """
    connection = get_connection()  # first: a provider that is not configured must not cost a letter anything
    claimed = _claim(limit, patience)
    if not claimed:
        return 0
    letters = _wanted(claimed)
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
    return len(claimed)


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
    # Its sender died after handing it over: nobody knows, and for this kind a person decides.
    in_doubt = Q(handed_over=True, on_doubt=OnDoubt.HOLD)
    token = uuid.uuid4()
    with transaction.atomic():
        OutgoingMessage.objects.filter(abandoned & in_doubt).update(
            state=MessageState.HELD, lease_token=None, lease_until=None, last_error="sender lost after handing over"
        )
        # Each statement has a time of its own: a lease may end between these two, and its letter waits for the next.
        keys = list(
            OutgoingMessage.objects.filter(due | abandoned & ~in_doubt)
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


def _wanted(letters: list[OutgoingMessage]) -> list[OutgoingMessage]:
    """The letters without those of a kind that their reader wants no more of: these are cancelled, and say why."""
    readers = [letter.to_ref for letter in letters if letter.kind]
    if not readers:
        return letters
    unwanted = set(OptOut.objects.filter(person__in=readers).values_list("person", "kind"))
    for letter in letters:
        if (letter.to_ref, letter.kind) in unwanted:
            with transaction.atomic():
                ours = OutgoingMessage.objects.filter(pk=letter.pk, lease_token=letter.lease_token)
                if ours.update(state=MessageState.CANCELLED, lease_token=None, lease_until=None):
                    record(letter, MessageState.CANCELLED, by=THE_CLOCK, before=MessageState.PENDING, reason=UNWANTED)
    return [letter for letter in letters if (letter.to_ref, letter.kind) not in unwanted]


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
    headers = {"Message-ID": message_id(letter)}
    if letter.kind:
        # RFC 8058: a mail program has a button that posts to this address.
        stop = links.url(STOP, links.mint(STOP, ref(letter)), language=letter.language)
        text, html = text.replace(STOP_MARK, stop), html.replace(STOP_MARK, stop)
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if letter.secret:
        text, html = text.replace(SECRET_MARK, letter.secret), html.replace(SECRET_MARK, letter.secret)
    message = _Letter(
        subject=letter.subject,
        body=text,
        to=[letter.to_email],
        reply_to=[letter.reply_to] if letter.reply_to else None,
        headers=headers,
        connection=connection,
    )
    # A provider that has a way to say it gives this back with its news.
    message.metadata = {"letter": sending_of(letter)}
    message.attach_alternative(html, "text/html")
    if letter.calendar:
        message.attach(_appointment(letter.calendar))
    return message


def _appointment(calendar: str) -> MIMEText:
    """The attachment that a calendar reads; its kind says, as the text does, whether it is kept or taken out."""
    part = MIMEText(calendar, "calendar", "utf-8")
    part.set_param("method", calendar.partition("\r\nMETHOD:")[2].partition("\r\n")[0])
    part.add_header("Content-Disposition", "attachment", filename="tandem.ics")
    return part


def sending_of(letter: OutgoingMessage) -> str:
    """The letter's number, and which sending of it once a person has had it sent again."""
    return f"{letter.pk}.{letter.version}" if letter.version > 1 else str(letter.pk)


def message_id(letter: OutgoingMessage) -> str:
    """The same Message-ID at each attempt, so that a doubled letter can be recognised."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<letter-{sending_of(letter)}@{domain}>"


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

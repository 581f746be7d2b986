"""Calls: what each gave, and when the next thing is due."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.states import Channel
from partnership.workflow import Refused, edit
from partnership.working_time import next_morning

from ..models import Application, Call
from ..states import APPLICATION_FLOW, AWAITING, EXITS, ApplicationState, CallResult, ExitReason
from .decisions import decline, mark_unreachable, withdraw


@transaction.atomic
def record_call(
    application: Application,
    *,
    result: str,
    by: User,
    note: str = "",
    next_at: datetime | None = None,
    reason: str = "",
    version: int | None = None,
) -> Call:
    """Keep what a call gave; a wrong number, or somebody who is not interested, closes the file.

    Without a next date, whoever waits for us comes back the next working day. `reason` is why they are not interested.
    """
    now = clock.now()
    if application.state in EXITS:
        raise Refused(_("This file is closed: open it again first."))
    if result == CallResult.CALL_BACK and next_at is None:
        raise Refused(_("Say when to call back."))
    if next_at is not None and next_at <= now:
        raise Refused(_("A next date is still to come."))
    closes = _closes(application, result)
    if closes:
        next_at = None
    elif next_at is None and application.state in AWAITING:
        next_at = next_morning(now)
    call = Call.objects.create(application=application, by=by, at=now, result=result, note=note, next_at=next_at)
    edit(
        application,
        by=by,
        version=version,
        channel=Channel.PHONE,
        deed="called",
        reason=result,
        acted_at=now,
        next_at=next_at,
    )
    if closes == ApplicationState.UNREACHABLE:
        mark_unreachable(application, reason=ExitReason.WRONG_CONTACT, by=by)
    elif closes == ApplicationState.DECLINED:
        decline(application, reason=reason, by=by, channel=Channel.PHONE)
    elif closes == ApplicationState.WITHDRAWN:
        withdraw(application, reason=reason, by=by, channel=Channel.PHONE)
    return call


def _closes(application: Application, result: str) -> ApplicationState | None:
    """How a call ends the file; whoever has come further than a first contact is not lost for a wrong number."""
    onward = APPLICATION_FLOW[ApplicationState(application.state)]
    if result == CallResult.WRONG_NUMBER and ApplicationState.UNREACHABLE in onward:
        return ApplicationState.UNREACHABLE
    if result == CallResult.NOT_INTERESTED:
        return ApplicationState.DECLINED if ApplicationState.DECLINED in onward else ApplicationState.WITHDRAWN
    return None

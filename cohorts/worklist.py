"""What is due: contacts and applications in one list, by when their next thing is due; an agreed date comes first."""

from datetime import datetime

from django.db import models
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import User

from .listing import OVERDUE, TO_RECORD, stages
from .models import Application, ApplicationQuerySet, Booking
from .states import AWAITING, LIVE, ApplicationState, SlotKind

S = ApplicationState


class Due(models.TextChoices):
    """What is due in a file."""

    CALL_BACK = "call_back", _("Call as agreed")
    ANSWER = "answer", _("Answer to the offer")
    CONTACT = "contact", _("First contact")
    NEW_DATE = "new_date", _("New date after an absence")
    RECORD = "record", _("Interview to record")
    DECISION = "decision", _("Decision after the interview")


_OF_STATE = {
    S.ENQUIRY: Due.CONTACT,
    S.SUBMITTED: Due.CONTACT,
    S.NO_SHOW: Due.NEW_DATE,
    S.INTERVIEWED: Due.DECISION,
    S.INTERVIEW_SCHEDULED: Due.RECORD,
    S.ADMITTED: Due.ANSWER,
}
# What is done by telephone.
_BY_TELEPHONE = (S.ENQUIRY, S.SUBMITTED, S.NO_SHOW, S.ADMITTED)


def what_is_due(application: Application) -> Due:
    """What is due in a file of the list."""
    return Due.CALL_BACK if application.next_at else _OF_STATE[ApplicationState(application.state)]


def due(user: User, *, at: datetime | None = None) -> ApplicationQuerySet:
    """The files one may see in which something is due, each with its moment (`due_at`), the earliest first."""
    at = at or clock.now()
    waits = Greatest("state_since", "acted_at")
    interview = Booking.objects.booked().filter(application=OuterRef("pk"), kind=SlotKind.INTERVIEW)
    derived = Case(
        When(state__in=AWAITING, then=waits),
        When(state=S.ADMITTED, then="reply_before"),
        When(state=S.INTERVIEW_SCHEDULED, then=Subquery(interview.values("slot__starts_at")[:1])),
    )
    # Each of these has its index: whatever else there is is not looked at.
    past = Q(next_at__lte=at, state__in=LIVE) | Q(next_at=None) & (stages()[OVERDUE] | stages()[TO_RECORD])
    awaiting = Q(state__in=AWAITING, awaited_at__lte=at)
    files = Application.objects.visible_to(user).alias(awaited_at=Coalesce("next_at", waits))
    return files.filter(past | awaiting).annotate(due_at=Coalesce("next_at", derived)).order_by("due_at", "pk")


def mine(user: User, *, at: datetime | None = None) -> ApplicationQuerySet:
    """What is due in the files somebody follows, and in those nobody does."""
    return due(user, at=at).filter(Q(owner=user) | Q(owner=None))


def next_call(user: User, *, but: object = None) -> Application | None:
    """The file that has waited longest for a call of somebody's; `but` is the key of the one just called."""
    calls = mine(user).filter(Q(next_at__isnull=False) | Q(state__in=_BY_TELEPHONE)).exclude(candidate__phone="")
    return calls.exclude(pk=but).first()

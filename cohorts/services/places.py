"""The places of a cohort: who waits for one, in which order, and how a place that is given back goes on by itself."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from partnership import clock, workflow, working_time
from partnership.models import OutgoingMessage, User
from partnership.reminders import Reminder, untold
from partnership.states import MessageState
from partnership.workflow import THE_CLOCK, Actor, Refused, Stale, record

from .. import emails, policies
from ..models import RANK, Application, Cohort
from ..states import ApplicationState, ExitReason
from .moves import WITH_ALL_A_LETTER_SAYS, hold_queue, leave, let_cascade, offer

log = logging.getLogger(__name__)

# What a sweep offers at most in one cohort; the next one, half a minute later, goes on.
MOST_OFFERS = 200
DAYS_BEFORE_THE_REMINDER = 2
_OFFERS = ("cohorts/application_admitted", "cohorts/application_reopened")


# -- the waiting list -------------------------------------------------------------------------------------------------


@transaction.atomic
def rank(application: Application, *, position: int, shown: int, by: User) -> None:
    """Put somebody at a position of the waiting list; Stale if they are no longer where the page showed them."""
    hold_queue(application.cohort_id)
    row = list(Application.objects.waiting().filter(cohort=application.cohort_id))
    place = next((place for place, one in enumerate(row, start=1) if one.pk == application.pk), None)
    if place != shown:
        raise Stale(application)
    moved = row.pop(place - 1)
    row.insert(max(position, 1) - 1, moved)
    changed = []
    for number, one in enumerate(row, start=1):
        if one.waiting_rank != number:
            one.waiting_rank = number
            changed.append(one)
    Application.objects.bulk_update(changed, ["waiting_rank"], batch_size=500)
    application.waiting_rank = moved.waiting_rank
    if (now := row.index(moved) + 1) != shown:
        record(application, f"rank {now}", by=by, before=f"rank {shown}")


# -- what the head of recruitment decides once for all -----------------------------------------------------------------


@transaction.atomic
def rule_places(
    cohort: Cohort, *, cascades: bool, overbooking_percent: int, hours_to_reply: int, by: User, version: int
) -> None:
    """Say how the places of a cohort go on by themselves; whoever switches the cascade on is the hand of its offers.

    Refused where less over-booking would leave fewer places than are held; Stale if somebody else was first.
    """
    changes = {"overbooking_percent": overbooking_percent, "hours_to_reply": hours_to_reply}
    if cascades and not (cohort.cascades and policies.can_rule_places(cohort.cascade_by, cohort)):
        changes |= {"cascade_by": by, "cascade_at": clock.now()}
    elif cohort.cascades and not cascades:
        changes |= {"cascade_by": None, "cascade_at": None}
    changes = {name: value for name, value in changes.items() if getattr(cohort, name) != value}
    before, switched = cohort.overbooking_percent, "cascade_at" in changes
    too_few = _("More places than that are already offered or confirmed.")
    with workflow.refusing({"offers_never_exceed_the_places": too_few}):
        workflow.edit(cohort, by=by, version=version, **changes)
    if switched:
        record(cohort, "cascade_on" if cascades else "cascade_off", by=by)
    if overbooking_percent != before:
        record(cohort, f"overbooking {overbooking_percent} %", before=f"overbooking {before} %", by=by)
    let_cascade(cohort)


# -- the cascade ------------------------------------------------------------------------------------------------------


def fill_places() -> int:
    """Offer the free places of every cohort that cascades to whoever waits first; how many offers were made."""
    made = 0
    somebody_waits = Exists(Application.objects.waiting().order_by().filter(cohort=OuterRef("pk")))
    for key in Cohort.objects.cascading().filter(somebody_waits).order_by("pk").values_list("pk", flat=True):
        try:
            while made < MOST_OFFERS and offer_next(key):
                made += 1
        except Refused as refusal:
            # Without a validated content nobody is offered anything; nor has anybody's offer ended for it.
            log.info("cohort %s offers nothing: %s", key, refusal)
    return made


@transaction.atomic
def offer_next(cohort_key: int) -> Application | None:
    """Offer a place to whoever is first in rank: a free one, else that of an offer nobody answered in its time.

    Nobody's offer ends but for somebody who waits: there is no place left, and the next offer is in the same commit.
    """
    cohort = hold_queue(cohort_key)
    if not cohort.cascades or not policies.can_rule_places(cohort.cascade_by, cohort):
        return None
    of_cohort = WITH_ALL_A_LETTER_SAYS.select_for_update(of=("self",), no_key=True).filter(cohort=cohort)
    # The lock is waited for: nobody is passed over because their file is being written in.
    first = of_cohort.filter(state=ApplicationState.WAITLISTED).order_by(RANK, "pk").first()
    if first is None:
        return None
    if cohort.applications.holding().count() >= cohort.places:
        late = unanswered(of_cohort).order_by("reply_before", "pk").first()
        if late is None:
            return None
        expire(late, by=THE_CLOCK)
    first.cohort.intake = first.intake
    offer(first, by=THE_CLOCK, decided_by=cohort.cascade_by)
    emails.application_admitted(first, asked=False)
    return first


def unanswered(offers: QuerySet[Application]) -> QuerySet[Application]:
    """Offers whose time is over though their letter has left: whoever was never told still has all their time."""
    told = OutgoingMessage.objects.filter(
        about=Concat(Value("cohorts.application:"), Cast(OuterRef("pk"), TextField())),
        template__in=_OFFERS,
        state__in=[MessageState.SENT, MessageState.DELIVERED],
        written_at__gte=OuterRef("decided_at"),
    )
    return offers.filter(Exists(told), state=ApplicationState.ADMITTED, reply_before__lt=clock.now())


@transaction.atomic
def expire(application: Application, *, by: Actor) -> None:
    """End an offer that was not answered in its time, and tell; Refused while there is time left."""
    if application.state == ApplicationState.ADMITTED and application.reply_before >= clock.now():
        raise Refused(_("There is still time to answer this offer."))
    leave(application, ApplicationState.EXPIRED, reason=ExitReason.NO_ANSWER, by=by)
    emails.application_expired(application)


# -- reminders --------------------------------------------------------------------------------------------------------


def _offers_to_remind() -> QuerySet[Application]:
    """Offers to be answered within two working days, at least a day old, whose applicant has not been reminded."""
    now = clock.now()
    if working_time.next_polite_moment(now) > now:
        return Application.objects.none()
    last = working_time.add_working_days(now.date(), DAYS_BEFORE_THE_REMINDER)
    offers = WITH_ALL_A_LETTER_SAYS.filter(
        state=ApplicationState.ADMITTED,
        reply_before__gt=now,
        reply_before__date__lte=last,
        decided_at__lte=now - timedelta(days=1),
    ).exclude(candidate__email="")
    return untold(offers, "cohorts/offer_awaits", since="decided_at")


REMINDERS = (Reminder("offers", _offers_to_remind, emails.offer_awaits),)

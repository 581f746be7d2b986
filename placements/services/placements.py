"""A student and a place: proposed, sent, answered, taken back."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Enrolment
from partnership import clock, outbox, workflow
from partnership.models import OutgoingMessage, User
from partnership.states import ActorKind, Channel, MessageState
from partnership.workflow import Actor, Refused, move, record

from .. import emails, policies
from ..models import TIME_TO_UNDO, HostSite, Placement, Seat
from ..states import PLACED, BreakCause, DeclineReason, IntroductionReason, PlacementState
from .closing import close_introductions
from .contracts import cancel_contracts
from .fitting import check_hours
from .places import let_go
from .tutor_dates import release_tutors
from .zone_leads import lead_of

MOST_TRIES = 3
ON_ITS_WAY = (
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.BOUNCED,
    MessageState.HELD,
)
FULL = gettext_lazy("Every place of this site is taken.")
REFUSALS = {
    "one_live_placement_per_student": gettext_lazy("This student already has a place."),
    "only_an_enrolled_student_is_placed": gettext_lazy("This student is no longer enrolled."),
    "a_placement_needs_an_open_place": gettext_lazy("This place is closed, or meant for another intake."),
    "a_placement_stays_in_the_zones_of_the_student": gettext_lazy(
        "This site is outside the zones where the student can go."
    ),
}


def propose(enrolment: Enrolment, *, site: HostSite, by: User, hours_reason: str = "") -> Placement:
    """Place a student on a free seat of a site; the host is written to when the time to undo is over.

    Of many who want the last seat at the same moment one gets it, the others are Refused. Refused as well where the law
    of minors forbids the site's hours; Clash where it is closed on company days and nobody has written why it works.
    """
    hours_reason = check_hours(enrolment, site, reason=hours_reason)
    for attempt in range(MOST_TRIES):
        try:
            return _propose(enrolment, site, by, hours_reason, skip_locked=attempt == 0)
        except IntegrityError as refusal:
            name = getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", None)
            if name != "one_live_placement_per_seat":
                raise
    raise Refused(FULL)


@transaction.atomic
def _propose(enrolment: Enrolment, site: HostSite, by: User, hours_reason: str, *, skip_locked: bool) -> Placement:
    # The student before the place, as whoever has been chosen by a host (introductions): nobody waits in a circle.
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    seat = hold_free_seat(site, enrolment.application.intake_id, skip_locked=skip_locked)
    now = clock.now()
    with workflow.refusing(REFUSALS):
        placement = Placement.objects.create(
            enrolment=enrolment, seat=seat, proposed_at=now, proposed_by=by, hours_reason=hours_reason
        )
    record(placement, PlacementState.PROPOSED, by=by, reason=hours_reason)
    emails.placement_proposed(placement, due=now + TIME_TO_UNDO)
    return placement


def hold_free_seat(site: HostSite, intake: int, *, skip_locked: bool = True) -> Seat:
    """A free place of a site for an intake (its key), held until the transaction ends; Refused where none is left."""
    free = Seat.objects.free().filter(site=site, intake=intake).order_by("opened_at", "pk")
    seat = free.select_for_update(skip_locked=skip_locked, of=("self",)).first()
    if seat is None and skip_locked:
        # Those that are free may all be held by others who have not finished: wait for them.
        seat = free.select_for_update(of=("self",)).first()
    if seat is None:
        raise Refused(FULL)
    return seat


def send_now(placement: Placement, *, by: User) -> None:
    """Let the host's letter leave at once; Refused if it has left."""
    with transaction.atomic():
        if placement.state != PlacementState.PROPOSED or not outbox.hasten(emails.proposal_key(placement)):
            raise Refused(_("The letter has already left."))
        record(placement, "letter_hastened", by=by)


@transaction.atomic
def undo(placement: Placement, *, by: User) -> None:
    """Take a placement back before the host hears of it; Refused once the letter has left."""
    move(placement, PlacementState.CANCELLED, by=by)
    if not outbox.cancel(key=emails.proposal_key(placement)):
        raise Refused(_("The host has already been written to: cancel the placement instead."))
    let_go(placement.seat, by=by)


@transaction.atomic
def cancel(placement: Placement, *, by: Actor, reason: str = "", version: int | None = None) -> None:
    """Cancel a placement; whoever had heard of it is written to, and the seat is free."""
    told = host_knows(placement)
    accepted = placement.state in PLACED
    move(placement, PlacementState.CANCELLED, by=by, reason=reason, version=version)
    let_go(placement.seat, by=by)
    cancel_contracts(placement, by=by)
    if told:
        emails.placement_cancelled(placement)
    if accepted:
        emails.placement_withdrawn(placement)


@transaction.atomic
def accept(placement: Placement, *, by: Actor, channel: Channel = Channel.LINK, version: int | None = None) -> None:
    """The host takes the student: they and the lead are told, and every other host who was presented them."""
    # Held first: whoever presents them elsewhere at this moment is closed below, or is refused.
    Enrolment.objects.select_for_update(no_key=True).get(pk=placement.enrolment_id)
    outbox.cancel(key=emails.proposal_key(placement))
    move(placement, PlacementState.ACCEPTED, by=by, channel=channel, version=version, answered_at=clock.now())
    emails.placement_accepted(placement)
    _tell_the_lead(placement)
    close_introductions(placement.enrolment, reason=IntroductionReason.PLACED, by=by)


@transaction.atomic
def decline(
    placement: Placement,
    *,
    reason: str,
    by: Actor,
    comment: str = "",
    channel: Channel = Channel.LINK,
    version: int | None = None,
) -> None:
    """The host does not take the student, for a coded reason: the lead is told, the seat is free."""
    if reason not in DeclineReason.values:
        raise Refused(_("Choose a reason."))
    outbox.cancel(key=emails.proposal_key(placement))
    move(
        placement,
        PlacementState.DECLINED,
        by=by,
        channel=channel,
        reason=reason,
        version=version,
        answered_at=clock.now(),
        decline_reason=reason,
        comment=comment,
    )
    let_go(placement.seat, by=by, channel=channel)
    _tell_the_lead(placement)


def _tell_the_lead(placement: Placement) -> None:
    """Whoever proposed learns the answer while they lead the zone; else a lead of today, for somebody must act."""
    lead = responsible_for(placement)
    if lead is not None:
        emails.host_answered(placement, to=lead)


def responsible_for(placement: Placement) -> User | None:
    """Whoever proposed a placement, while they lead the zone of its site; else a lead of today."""
    zone, proposer = placement.seat.site.zone, placement.proposed_by
    if policies.is_lead(proposer) and policies.can_lead(proposer, zone):
        return proposer
    return lead_of(zone)


@transaction.atomic
def free_the_seat(enrolment: Enrolment, *, by: Actor, reason: str) -> None:
    """A student's enrolment has ended: their placement ends with it, in the same commit."""
    for placement in enrolment.placements.live().select_related("seat__site__company", "proposed_by"):
        if placement.state == PlacementState.ACTIVE:
            ended = end_of(placement, on=clock.today(), by=by)
            move(placement, PlacementState.BROKEN, by=by, reason=reason, break_cause=BreakCause.LEFT_COURSE, **ended)
            let_go(placement.seat, by=by)
            cancel_contracts(placement, by=by)
            emails.placement_cancelled(placement)
            release_tutors(placement, lead=responsible_for(placement) or placement.proposed_by)
            continue
        told = host_knows(placement)
        move(placement, PlacementState.CANCELLED, by=by, reason=reason)
        let_go(placement.seat, by=by)
        cancel_contracts(placement, by=by)
        if told:
            emails.placement_cancelled(placement)


def end_of(placement: Placement, *, on: date, by: Actor) -> dict[str, Any]:
    """What is kept of the end of a placement: never before its first day, and by whom if somebody of ours says it."""
    hand = by if by.actor_kind == ActorKind.USER else None
    first_day = placement.started_on
    return {"ended_on": max(on, first_day) if first_day else on, "ended_at": clock.now(), "ended_by": hand}


def host_knows(placement: Placement) -> bool:
    """Stop the proposal's letter if it can still be stopped; whether the host has heard, by letter or by telephone."""
    outbox.cancel(key=emails.proposal_key(placement))
    return placement.answered_at is not None or has_left(placement)


def has_left(placement: Placement) -> bool:
    """Whether the host has been written to about a placement."""
    return OutgoingMessage.objects.filter(key=emails.proposal_key(placement), state__in=ON_ITS_WAY).exists()

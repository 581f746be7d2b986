"""What is done with hosts, seats and placements: each service reads like the minutes of a meeting."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Application, Enrolment, Intake
from cohorts.states import CONTINUED
from partnership import clock, outbox, workflow
from partnership.models import Membership, OutgoingMessage, User
from partnership.states import Channel, MessageState, Role
from partnership.workflow import Actor, Refused, Stale, move, record

from . import emails, policies
from .models import TIME_TO_UNDO, HostCompany, HostPledge, HostSite, Placement, Seat
from .states import PLACED, DeclineReason, PlacementState, PledgeAnswer

MOST_TRIES = 3
# Files of one address that get a new link at once: a family shares an address, a crowd does not.
MOST_LINKS = 5
_ON_ITS_WAY = (
    MessageState.SENDING,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.BOUNCED,
    MessageState.HELD,
)
_FULL = gettext_lazy("Every place of this site is taken.")
_SITE_REFUSALS = {
    "placements_hostsite_siret_key": gettext_lazy("This SIRET is already that of another site."),
    "a_site_keeps_to_the_zones_of_its_students": gettext_lazy(
        "Somebody is placed on this site who cannot go to that zone: cancel the placement first."
    ),
}
_REFUSALS = {
    "one_live_placement_per_student": gettext_lazy("This student already has a place."),
    "only_an_enrolled_student_is_placed": gettext_lazy("This student is no longer enrolled."),
    "a_placement_needs_an_open_place": gettext_lazy("This place is closed, or meant for another intake."),
    "a_placement_stays_in_the_zones_of_the_student": gettext_lazy(
        "This site is outside the zones where the student can go."
    ),
}


# -- hosts and their places ---------------------------------------------------------------------------------------


@transaction.atomic
def add_site(*, company_name: str, is_partner: bool, by: User, **fields: Any) -> HostSite:
    """Record a site, and its company if it is new."""
    company, _created = HostCompany.objects.get_or_create(name=company_name, defaults={"is_partner": is_partner})
    with workflow.refusing(_SITE_REFUSALS):
        site = HostSite.objects.create(company=company, **fields)
    record(site, "created", by=by)
    return site


@transaction.atomic
def edit_site(site: HostSite, *, by: User, version: int, **fields: Any) -> None:
    """Change a site's record; letters that have not left follow its address; Stale if somebody else changed it."""
    changes = {name: value for name, value in fields.items() if getattr(site, name) != value}
    with workflow.refusing(_SITE_REFUSALS):
        workflow.edit(site, by=by, version=version, **changes)
    outbox.readdress(site)


@transaction.atomic
def open_seats(site: HostSite, intake: Intake, *, number: int, by: User, shown: int | None = None) -> list[Seat]:
    """Open so many places for an intake: the host has just said yes to them.

    Stale if others have been opened since a page that showed `shown` of them, by somebody else or by the same click.
    """
    if not intake.programme.is_hosted:
        raise Refused(_("This course needs no host: its students have their employer."))
    if shown is not None:
        HostSite.objects.select_for_update(no_key=True).get(pk=site.pk)
        if site.seats.count() != shown:
            raise Stale(site)
    now = clock.now()
    _pledge(site, intake, by=by)
    seats = [Seat.objects.create(site=site, intake=intake, opened_at=now, opened_by=by) for _number in range(number)]
    for seat in seats:
        record(seat, "opened", by=by)
    return seats


@transaction.atomic
def reconfirm(site: HostSite, intake: Intake, *, by: User) -> None:
    """The host says again that the places are open: they count for another ninety days."""
    _pledge(site, intake, by=by)


def _pledge(site: HostSite, intake: Intake, *, by: User) -> None:
    pledge, _created = HostPledge.objects.update_or_create(
        site=site, intake=intake, defaults={"answer": PledgeAnswer.YES, "answered_at": clock.now()}
    )
    record(pledge, PledgeAnswer.YES, by=by)


@transaction.atomic
def close_seat(seat: Seat, *, by: User) -> None:
    """Close a free place; Refused while somebody is proposed or sits there."""
    # The row's lock makes a placement that is being proposed at this moment wait for us, or us for it.
    seat = Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)
    if seat.closed_at:
        raise Refused(_("This place is already closed."))
    if seat.placements.live().exists():
        raise Refused(_("Somebody is placed there: cancel the placement first."))
    Seat.objects.filter(pk=seat.pk).update(closed_at=clock.now(), closed_by=by)
    record(seat, "closed", by=by)


# -- placements ---------------------------------------------------------------------------------------------------


def propose(enrolment: Enrolment, *, site: HostSite, by: User) -> Placement:
    """Place a student on a free seat of a site; the host is written to when the time to undo is over.

    Of many who want the last seat at the same moment one gets it, the others are Refused.
    """
    for attempt in range(MOST_TRIES):
        try:
            return _propose(enrolment, site, by, skip_locked=attempt == 0)
        except IntegrityError as refusal:
            name = getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", None)
            if name != "one_live_placement_per_seat":
                raise
    raise Refused(_FULL)


@transaction.atomic
def _propose(enrolment: Enrolment, site: HostSite, by: User, *, skip_locked: bool) -> Placement:
    free = Seat.objects.free().filter(site=site, intake=enrolment.application.intake_id).order_by("opened_at", "pk")
    seat = free.select_for_update(skip_locked=skip_locked, of=("self",)).first()
    if seat is None and skip_locked:
        # Those that are free may all be held by others who have not finished: wait for them.
        seat = free.select_for_update(of=("self",)).first()
    if seat is None:
        raise Refused(_FULL)
    now = clock.now()
    with workflow.refusing(_REFUSALS):
        placement = Placement.objects.create(enrolment=enrolment, seat=seat, proposed_at=now, proposed_by=by)
    record(placement, PlacementState.PROPOSED, by=by)
    emails.placement_proposed(placement, due=now + TIME_TO_UNDO)
    return placement


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


@transaction.atomic
def cancel(placement: Placement, *, by: Actor, reason: str = "", version: int | None = None) -> None:
    """Cancel a placement; whoever had heard of it is written to, and the seat is free."""
    told = _host_knows(placement)
    accepted = placement.state in PLACED
    move(placement, PlacementState.CANCELLED, by=by, reason=reason, version=version)
    if told:
        emails.placement_cancelled(placement)
    if accepted:
        emails.placement_withdrawn(placement)


@transaction.atomic
def accept(placement: Placement, *, by: Actor, channel: Channel = Channel.LINK, version: int | None = None) -> None:
    """The host takes the student: they and the lead are told."""
    outbox.cancel(key=emails.proposal_key(placement))
    move(placement, PlacementState.ACCEPTED, by=by, channel=channel, version=version, answered_at=clock.now())
    emails.placement_accepted(placement)
    _tell_the_lead(placement)


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
    _tell_the_lead(placement)


def _tell_the_lead(placement: Placement) -> None:
    """Whoever proposed learns the answer while they lead the zone; else a lead of today, for somebody must act."""
    zone = placement.seat.site.zone
    lead: User | None = placement.proposed_by
    if not (policies.is_lead(lead) and policies.can_lead(lead, zone)):
        memberships = Membership.objects.current().filter(
            Q(zone=zone) | Q(zone=None), role=Role.REGIONAL_LEAD, user__is_active=True
        )
        lead = User.objects.filter(memberships__in=memberships).order_by("email").first()
    if lead is not None:
        emails.host_answered(placement, to=lead)


@transaction.atomic
def free_the_seat(enrolment: Enrolment, *, by: Actor, reason: str) -> None:
    """A student's enrolment has ended: their placement ends with it, in the same commit."""
    for placement in enrolment.placements.live().select_related("seat__site__company", "proposed_by"):
        if placement.state == PlacementState.ACTIVE:
            move(placement, PlacementState.BROKEN, by=by, reason=reason)
            emails.placement_cancelled(placement)
            continue
        told = _host_knows(placement)
        move(placement, PlacementState.CANCELLED, by=by, reason=reason)
        if told:
            emails.placement_cancelled(placement)


def _host_knows(placement: Placement) -> bool:
    """Stop the proposal's letter if it can still be stopped; whether the host has heard, by letter or by telephone."""
    outbox.cancel(key=emails.proposal_key(placement))
    return placement.answered_at is not None or _has_left(placement)


def _has_left(placement: Placement) -> bool:
    return OutgoingMessage.objects.filter(key=emails.proposal_key(placement), state__in=_ON_ITS_WAY).exists()


# -- personal links ------------------------------------------------------------------------------------------------


@transaction.atomic
def send_new_follow_link(email: str) -> None:
    """Send whoever applied under an address the link of their page again, once a day; a stranger gets nothing."""
    for application in (
        Application.objects.submitted()
        .filter(candidate__email__iexact=email)
        # Its link would open the file that goes on with it, which has its own.
        .exclude(exit_reason__in=CONTINUED)
        .select_related("candidate", "cohort__intake__programme", "intake")[:MOST_LINKS]
    ):
        emails.follow_link(application)


@transaction.atomic
def send_new_answer_link(email: str) -> None:
    """Send a host the links of the answers they still owe, once a day; an unknown address gets nothing."""
    waiting = Placement.objects.filter(state=PlacementState.PROPOSED, seat__site__contact_email__iexact=email)
    for placement in waiting.select_related("seat__site__company", "proposed_by")[:MOST_LINKS]:
        # A proposal that can still be undone is nothing to the host yet.
        if _has_left(placement):
            emails.answer_link(placement)

"""Who sits where."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment
from partnership.models import User
from partnership.states import Role

from ..states import (
    BEGUN,
    PLACEMENT_FLOW,
    PLACEMENT_LIVE,
    BreakCause,
    ContractKind,
    DeclineReason,
    PlacementState,
)
from .places import Seat
from .proposals import ProposalRun
from .tutors import Tutor

# The host hears of a placement when this is over, or at once if the lead says so.
TIME_TO_UNDO = timedelta(minutes=10)


class PlacementQuerySet(models.QuerySet["Placement"]):
    def visible_to(self, user: User) -> "PlacementQuerySet":
        """A lead sees the placements on the sites of their zone, and those of the zone's students."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        if zones is None:
            return self
        return self.filter(Q(seat__site__zone__in=zones) | Q(enrolment__application__cohort__zone__in=zones))

    def live(self) -> "PlacementQuerySet":
        return self.filter(state__in=PLACEMENT_LIVE)


class Placement(models.Model):
    """A student on a seat; the database refuses a second live one for either, and a site out of the student's zones."""

    FLOW = PLACEMENT_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="placements")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="placements")
    state = models.CharField(_("state"), max_length=10, choices=PlacementState.choices, default=PlacementState.PROPOSED)
    version = models.PositiveIntegerField(default=1, editable=False)
    # Often known only once the host has said yes; both are due before the contract is filed.
    tutor = models.ForeignKey(
        Tutor, models.PROTECT, null=True, blank=True, related_name="placements", verbose_name=_("tutor")
    )
    contract_kind = models.CharField(_("contract"), max_length=20, choices=ContractKind.choices, blank=True)
    # Why it works although the site is closed on days that the student spends in the company.
    hours_reason = models.CharField(_("why the hours work"), max_length=300, blank=True)
    # The proposal whose line a lead accepted.
    proposal = models.ForeignKey(ProposalRun, models.SET_NULL, null=True, editable=False, related_name="placements")
    # One tutor may have one apprentice more who repeats the year (R6223-6).
    repeats_year = models.BooleanField(_("repeats the year"), default=False)
    proposed_at = models.DateTimeField(_("proposed on"))
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    answered_at = models.DateTimeField(_("answered on"), null=True)
    decline_reason = models.CharField(_("reason"), max_length=12, choices=DeclineReason.choices, blank=True)
    comment = models.CharField(_("comment"), max_length=300, blank=True)
    # The first day at the host is said by a person: the clock does not invent it.
    started_on = models.DateField(_("first day at the host"), null=True)
    started_at = models.DateTimeField(_("first day recorded on"), null=True)
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"))
    ended_on = models.DateField(_("last day at the host"), null=True)
    ended_at = models.DateTimeField(_("end recorded on"), null=True)
    # Nobody, where a student ended their enrolment themselves.
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"))
    break_cause = models.CharField(_("cause of the break"), max_length=20, choices=BreakCause.choices, blank=True)
    break_note = models.CharField(_("what happened"), max_length=300, blank=True)
    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["-proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(state__in=PLACEMENT_LIVE), name="one_live_placement_per_seat"
            ),
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(state__in=PLACEMENT_LIVE), name="one_live_placement_per_student"
            ),
            models.CheckConstraint(
                name="a_host_declines_for_a_reason",
                condition=(Q(state=PlacementState.DECLINED) & ~Q(decline_reason=""))
                | (~Q(state=PlacementState.DECLINED) & Q(decline_reason="")),
            ),
            models.CheckConstraint(
                name="an_answered_placement_is_dated",
                condition=~Q(state__in=[PlacementState.ACCEPTED, PlacementState.ACTIVE, PlacementState.DECLINED])
                | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_placement_under_way_has_its_first_day",
                condition=Q(state__in=BEGUN, started_on__isnull=False, started_at__isnull=False)
                | (~Q(state__in=BEGUN) & Q(started_on__isnull=True, started_at__isnull=True, started_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_break_has_a_cause_and_a_date",
                condition=(
                    Q(state=PlacementState.BROKEN, ended_on__isnull=False, ended_at__isnull=False) & ~Q(break_cause="")
                )
                | Q(state=PlacementState.COMPLETED, ended_on__isnull=False, ended_at__isnull=False, break_cause="")
                | (
                    ~Q(state__in=[PlacementState.BROKEN, PlacementState.COMPLETED])
                    & Q(ended_on__isnull=True, ended_at__isnull=True, ended_by__isnull=True, break_cause="")
                ),
            ),
            models.CheckConstraint(name="a_placement_ends_after_it_began", condition=Q(ended_on__gte=F("started_on"))),
        ]

    def __str__(self) -> str:
        return _("the placement of %(student)s at %(site)s") % {
            "student": self.enrolment.application.candidate,
            "site": self.seat.site,
        }

    @property
    def told_at(self) -> datetime | None:
        """When host and student hear of a break: until then it can be undone."""
        return self.ended_at + TIME_TO_UNDO if self.ended_at else None

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.enrolment.application_id}"

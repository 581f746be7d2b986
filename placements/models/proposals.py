"""What students and hosts wish, and the proposals in which they are weighed."""

import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment, Intake
from partnership.models import Job, User, Zone
from partnership.states import Role

from ..states import WishSide
from .hosts import HostSite

# More wishes than these weigh nothing: a longer list would only push hosts down that nobody meant to refuse.
MOST_WISHES = 3


class Mobility(models.Model):
    """How far a student goes by road, in kilometres: in their own zone, and in the others they said they could."""

    enrolment = models.OneToOneField(Enrolment, models.CASCADE, primary_key=True, related_name="mobility")
    near_km = models.PositiveSmallIntegerField(_("kilometres at most"), null=True, blank=True)
    far_km = models.PositiveSmallIntegerField(_("kilometres at most in another zone"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    said_at = models.DateTimeField(_("said on"))
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    class Meta:
        verbose_name = _("mobility")
        verbose_name_plural = _("mobilities")

    def __str__(self) -> str:
        return str(self.enrolment)


class Wish(models.Model):
    """A host that a student would rather have, by rank, or a student for whom a host has asked."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="wishes", verbose_name=_("student"))
    site = models.ForeignKey(HostSite, models.CASCADE, related_name="wishes", verbose_name=_("host site"))
    side = models.CharField(_("wished by"), max_length=7, choices=WishSide.choices)
    rank = models.PositiveSmallIntegerField(_("rank"), default=0)
    said_at = models.DateTimeField(_("said on"))
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["enrolment", "side", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "site", "side"], name="a_wish_is_said_once"),
            models.UniqueConstraint(
                fields=["enrolment", "rank"], condition=Q(side=WishSide.STUDENT), name="one_wish_a_rank"
            ),
            models.CheckConstraint(
                name="a_student_ranks_three_wishes",
                condition=Q(side=WishSide.STUDENT, rank__gte=1, rank__lte=MOST_WISHES) | Q(side=WishSide.HOST, rank=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}, {self.site}"


class ProposalRunQuerySet(models.QuerySet["ProposalRun"]):
    def visible_to(self, user: User) -> "ProposalRunQuerySet":
        """A lead sees the proposals of their zones; those of all zones, only who leads them all."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        return self if zones is None else self.filter(zone__in=zones)

    def with_students(self, enrolments: Iterable[object]) -> "ProposalRunQuerySet":
        """Those that were computed from one of these students (their keys), or were asked about one by name."""
        found = Q(pk__in=[])
        for key in map(str, enrolments):
            # A row of a stored problem begins with the key of its student.
            found |= Q(inputs__students__rows__contains=[[key]]) | Q(change__student=key)
        return self.filter(found)


class ProposalRun(models.Model):
    """One proposal: what was asked, what it was computed from, what came out; it changes nothing by itself.

    The inputs name students and sites by their keys alone, and are enough to compute the same answer again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="proposals", verbose_name=_("intake"))
    # Empty: every zone at once.
    zone = models.ForeignKey(Zone, models.PROTECT, null=True, related_name="proposals", verbose_name=_("zone"))
    asked_at = models.DateTimeField(_("asked on"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="proposal", editable=False)
    # « What if »: the proposal that was looked at, and what was changed in it.
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, related_name="variants", editable=False)
    change = models.JSONField(default=dict, editable=False)
    # Empty once a student in it has been erased, or its time is over: what is left are the counts.
    inputs = models.JSONField(null=True, editable=False)
    plan = models.JSONField(null=True, editable=False)
    made_at = models.DateTimeField(_("made on"), null=True, editable=False)
    students = models.PositiveIntegerField(_("students to place"), default=0, editable=False)
    places = models.PositiveIntegerField(_("free places"), default=0, editable=False)
    placed = models.PositiveIntegerField(_("placed by the proposal"), default=0, editable=False)
    # The last time the stored inputs were computed again, and whether the answer was the same.
    replayed_at = models.DateTimeField(_("computed again on"), null=True, editable=False)
    replayed_same = models.BooleanField(_("same answer"), null=True, editable=False)
    objects = ProposalRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                name="a_replay_has_an_outcome",
                condition=Q(replayed_at__isnull=True, replayed_same__isnull=True)
                | Q(replayed_at__isnull=False, replayed_same__isnull=False),
            ),
            models.CheckConstraint(
                name="a_proposal_places_no_more_than_there_are",
                condition=Q(placed__lte=models.F("students")) & Q(placed__lte=models.F("places")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake}, {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def about(self) -> str:
        return f"placements.proposalrun:{self.pk}"

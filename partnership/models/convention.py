"""What was promised: a convention, its signatures, its milestones with their objectives, its commitments."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..states import CONVENTION_FLOW, ConventionState, Precision, Role
from .mechanisms import ref
from .people import Party, User, Zone


class ConventionQuerySet(models.QuerySet["Convention"]):
    def visible_to(self, user: User) -> "ConventionQuerySet":
        """Conventions of the parties the user belongs to; administrators see all."""
        if user.has_role(Role.ADMINISTRATOR):
            return self
        parties = {membership.party_id for membership in user.current_memberships()}
        return self.filter(signatures__party__in=parties).distinct()

    def running(self) -> "Convention | None":
        """The one whose pages are opened: the newest signed one, else a draft, else the last that ended."""
        order = [ConventionState.SIGNED, ConventionState.DRAFT, ConventionState.ENDED]
        newest_first = self.order_by(F("signed_at").desc(nulls_last=True), "pk")
        return min(newest_first, key=lambda convention: order.index(convention.state), default=None)


class Convention(models.Model):
    """A convention de partenariat: its parties sign it, then its milestones are due."""

    FLOW = CONVENTION_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=160)
    purpose = models.TextField(_("purpose"), blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=ConventionState.choices, default=ConventionState.DRAFT, editable=False
    )
    signed_at = models.DateTimeField(_("signed on"), null=True, editable=False)
    # Goes up with each change of the text, of whatever part: whoever changes or signs it has read this one.
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = _("convention")
        verbose_name_plural = _("conventions")
        constraints = [
            models.CheckConstraint(
                name="a_convention_has_a_date_once_signed",
                condition=Q(state=ConventionState.DRAFT, signed_at__isnull=True)
                | (~Q(state=ConventionState.DRAFT) & Q(signed_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def measured_from(self) -> date:
        """Nothing is measured before the signature: a draft's time starts today."""
        return self.signed_at.astimezone(clock.PARIS).date() if self.signed_at else clock.today()


class Signature(models.Model):
    """A party's signature, awaited until it is given."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="signatures")
    party = models.ForeignKey(Party, models.PROTECT, related_name="signatures", verbose_name=_("signatory party"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    signed_at = models.DateTimeField(_("signed on"), null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "party"], name="a_party_signs_once"),
            models.CheckConstraint(
                name="a_signature_has_a_hand_and_a_date",
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}"


class Commitment(models.Model):
    """Something a party promised to do, with its evidence once done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    convention = models.ForeignKey(Convention, models.CASCADE, related_name="commitments")
    milestone = models.ForeignKey(
        "Milestone", models.SET_NULL, null=True, blank=True, related_name="commitments", verbose_name=_("milestone")
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="commitments", verbose_name=_("signatory party"))
    text = models.CharField(_("commitment"), max_length=240)
    due_on = models.DateField(_("due"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=240, blank=True)
    done_at = models.DateTimeField(_("done on"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = [F("due_on").asc(nulls_last=True), "text"]
        constraints = [
            models.CheckConstraint(
                name="a_commitment_is_done_by_somebody_at_a_date",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def about(self) -> str:
        return ref(self.convention)


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def with_objectives(self) -> "MilestoneQuerySet":
        objectives = Objective.objects.select_related("zone").order_by("measure", "zone__order")
        return self.select_related("owner").prefetch_related(models.Prefetch("objectives", objectives))

    def with_promises(self) -> "MilestoneQuerySet":
        """With all that their statuses are computed from: objectives and commitments."""
        commitments = Commitment.objects.select_related("party")
        return self.with_objectives().prefetch_related(models.Prefetch("commitments", commitments))


class Milestone(models.Model):
    """A jalon of the convention; its status is computed by the board, never typed."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="milestones")
    order = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("title"), max_length=120)
    short_title = models.CharField(_("short title"), max_length=40)
    owner = models.ForeignKey(Party, models.PROTECT, related_name="milestones", verbose_name=_("owner"))
    opens_on = models.DateField(_("opens"), null=True, blank=True)
    opens_precision = models.CharField(
        _("precision of the opening"), max_length=5, choices=Precision.choices, default=Precision.DAY
    )
    finalise_by = models.DateField(_("everything settled by"), null=True, blank=True)
    finalise_precision = models.CharField(
        _("precision of the settlement"), max_length=5, choices=Precision.choices, default=Precision.DAY
    )
    objects = MilestoneQuerySet.as_manager()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "order"], name="a_milestone_has_its_own_number"),
            models.CheckConstraint(
                name="an_opening_is_dated_unless_it_has_no_date",
                condition=Q(opens_precision=Precision.NONE, opens_on__isnull=True)
                | (~Q(opens_precision=Precision.NONE) & Q(opens_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_settlement_is_dated_unless_it_has_no_date",
                condition=Q(finalise_precision=Precision.NONE, finalise_by__isnull=True)
                | (~Q(finalise_precision=Precision.NONE) & Q(finalise_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def about(self) -> str:
        return ref(self.convention)


class Objective(models.Model):
    """A target for one measure of a milestone, in a zone or in all."""

    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="objectives", verbose_name=_("milestone"))
    measure = models.CharField(_("measure"), max_length=40)
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="objectives", verbose_name=_("zone")
    )
    target = models.PositiveIntegerField(_("target"))
    due_on = models.DateField(_("due"), null=True, blank=True)

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["milestone", "measure", "zone__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "measure", "zone"],
                name="one_target_per_measure_and_zone",
                nulls_distinct=False,
                violation_error_message=_("This milestone already has a target for that measure and zone."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.milestone} : {self.measure} {self.zone or ''} = {self.target}"

    @property
    def about(self) -> str:
        return self.milestone.about


class Snapshot(models.Model):
    """A figure of the board at the end of a day, in a zone or in none; a milestone without any keeps a nought."""

    day = models.DateField(_("day"))
    measure = models.CharField(_("measure"), max_length=40)
    # The milestone is its convention's.
    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="snapshots", verbose_name=_("milestone"))
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="snapshots", verbose_name=_("zone")
    )
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("figure of a day")
        verbose_name_plural = _("figures of a day")
        ordering = ["day", "measure"]
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "measure", "day", "zone"],
                name="one_number_a_day_measure_and_zone",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.measure} = {self.number}"

"""Where they go: host companies and sites, the places they pledge, and who sits in each."""

import uuid
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment, Intake
from partnership.models import Commune, User, Zone
from partnership.states import ActorKind, Role

from .states import PLACEMENT_FLOW, PLACEMENT_LIVE, CallFlow, DeclineReason, PlacementState, PledgeAnswer

# A place whose host has not said so again for longer is « à reconfirmer » and not counted.
PLEDGE_LIFE = timedelta(days=90)
# The host hears of a placement when this is over, or at once if the lead says so.
TIME_TO_UNDO = timedelta(minutes=10)


class HostCompany(models.Model):
    """A company that hosts students on one or more sites."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    is_partner = models.BooleanField(
        _("partner"), default=True, help_text=_("An employer outside the partnership is counted apart.")
    )

    class Meta:
        verbose_name = _("host company")
        verbose_name_plural = _("host companies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HostSiteQuerySet(models.QuerySet["HostSite"]):
    def visible_to(self, user: User) -> "HostSiteQuerySet":
        """A lead sees the sites of their own zone."""
        zones = user.zones_as(Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
        return self if zones is None else self.filter(zone__in=zones)


class HostSite(models.Model):
    """A plateau of a company: where students are hosted, and who answers for it by personal link."""

    actor_kind = ActorKind.HOST

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(HostCompany, models.PROTECT, related_name="sites", verbose_name=_("host company"))
    name = models.CharField(_("name of the site"), max_length=120)
    siret = models.CharField(_("SIRET"), max_length=14, unique=True)
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="sites", verbose_name=_("zone"))
    postcode = models.CharField(_("postcode"), max_length=5)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name=_("commune"))
    workstations = models.PositiveSmallIntegerField(_("workstations"), null=True, blank=True)
    calls = models.CharField(_("calls"), max_length=8, choices=CallFlow.choices, blank=True)
    hours = models.CharField(_("days and hours"), max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=2), default=list, blank=True, verbose_name=_("languages"))
    contact_name = models.CharField(_("contact"), max_length=120)
    contact_email = models.EmailField(_("contact’s e-mail address"))
    contact_phone = models.CharField(_("contact’s telephone"), max_length=16, blank=True)
    contact_language = models.CharField(_("contact’s language"), max_length=2, default="fr")
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = HostSiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("host site")
        verbose_name_plural = _("host sites")
        ordering = ["zone__order", "name"]

    def __str__(self) -> str:
        return self.name

    # Letters to the site are letters to its contact.
    @property
    def email(self) -> str:
        return self.contact_email

    @property
    def called(self) -> str:
        return self.contact_name

    @property
    def language(self) -> str:
        return self.contact_language


class HostPledge(models.Model):
    """What a site last said about an intake: yes, perhaps or no, and how many places for sure."""

    site = models.ForeignKey(HostSite, models.CASCADE, related_name="pledges", verbose_name=_("host site"))
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="pledges", verbose_name=_("intake"))
    answer = models.CharField(_("answer"), max_length=5, choices=PledgeAnswer.choices, default=PledgeAnswer.YES)
    answered_at = models.DateTimeField(_("answered on"))

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        constraints = [models.UniqueConstraint(fields=["site", "intake"], name="one_pledge_a_site_and_intake")]

    def __str__(self) -> str:
        return f"{self.site}, {self.intake}"

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"


class SeatQuerySet(models.QuerySet["Seat"]):
    def visible_to(self, user: User) -> "SeatQuerySet":
        zones = user.zones_as(Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
        return self if zones is None else self.filter(site__zone__in=zones)

    def open(self) -> "SeatQuerySet":
        return self.filter(closed_at__isnull=True)

    def free(self) -> "SeatQuerySet":
        """Open, and nobody proposed, accepted or sitting there."""
        return self.open().exclude(placements__state__in=PLACEMENT_LIVE)


class Seat(models.Model):
    """One place for one student of an intake: a row, never a counter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(HostSite, models.PROTECT, related_name="seats", verbose_name=_("host site"))
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="seats", verbose_name=_("intake"))
    opened_at = models.DateTimeField(_("opened on"))
    opened_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("opened by"))
    closed_at = models.DateTimeField(_("closed on"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("host place")
        verbose_name_plural = _("host places")
        ordering = ["site", "opened_at"]
        constraints = [
            models.CheckConstraint(
                name="a_seat_is_closed_by_somebody_at_a_date",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.site}"

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"


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
    proposed_at = models.DateTimeField(_("proposed on"))
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    answered_at = models.DateTimeField(_("answered on"), null=True)
    decline_reason = models.CharField(_("reason"), max_length=12, choices=DeclineReason.choices, blank=True)
    comment = models.CharField(_("comment"), max_length=300, blank=True)
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
        ]

    def __str__(self) -> str:
        return _("the placement of %(student)s at %(site)s") % {
            "student": self.enrolment.application.candidate,
            "site": self.seat.site,
        }

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.enrolment.application_id}"

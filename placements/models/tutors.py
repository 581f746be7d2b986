"""Who trains students in a company, how many one person may have, and what makes them eligible."""

import uuid
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User
from partnership.states import Role

from ..states import ContractKind
from .hosts import HostCompany, HostSite


class TutorQuerySet(models.QuerySet["Tutor"]):
    def visible_to(self, user: User) -> "TutorQuerySet":
        """A lead sees the tutors who serve a site of their zones."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        return self if zones is None else self.filter(sites__zone__in=zones).distinct()

    def there(self) -> "TutorQuerySet":
        """Those who have not left."""
        return self.filter(left_at__isnull=True)


class Tutor(models.Model):
    """Whoever trains students in a company: apprentice master or workplace tutor, on one or more of its sites."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(HostCompany, models.PROTECT, related_name="tutors", verbose_name=_("host company"))
    sites = models.ManyToManyField(HostSite, related_name="tutors", verbose_name=_("host sites"))
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True)
    job = models.CharField(_("position held"), max_length=120, blank=True)
    is_employer = models.BooleanField(_("is the employer"), default=False)
    # What makes somebody eligible (R6223-22, D6325-6): whole years of related work, and a diploma of the field.
    years_in_job = models.PositiveSmallIntegerField(_("years in a related job"), null=True, blank=True)
    diploma_level = models.PositiveSmallIntegerField(_("level of a diploma of the field"), null=True, blank=True)
    left_at = models.DateTimeField(_("left on"), null=True, editable=False)
    left_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = TutorQuerySet.as_manager()

    class Meta:
        verbose_name = _("tutor")
        verbose_name_plural = _("tutors")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="a_tutor_leaves_at_a_date",
                condition=Q(left_at__isnull=True, left_by__isnull=True)
                | Q(left_at__isnull=False, left_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def about(self) -> str:
        return f"placements.hostcompany:{self.company_id}"

    # Letters to a tutor: they have said no language, so it is that of the letters of a site where they train.
    @property
    def called(self) -> str:
        return self.name

    @cached_property
    def language(self) -> str:
        return self.sites.order_by("pk").values_list("contact_language", flat=True).first() or settings.LANGUAGE_CODE


class TutorCeiling(models.Model):
    """How many students one tutor may have, by kind of contract and date: an editable row with its source."""

    kind = models.CharField(_("contract"), max_length=20, choices=ContractKind.choices)
    since = models.DateField(_("since"))
    most = models.PositiveSmallIntegerField(_("students at most"))
    most_repeating = models.PositiveSmallIntegerField(_("more who repeat their year"), default=0)
    most_of_employer = models.PositiveSmallIntegerField(
        _("students of an employer who is the tutor"), null=True, blank=True
    )
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("tutor’s ceiling")
        verbose_name_plural = _("tutors’ ceilings")
        ordering = ["kind", "-since"]
        constraints = [models.UniqueConstraint(fields=["kind", "since"], name="one_ceiling_a_contract_and_date")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.since}"


class TutorEligibility(models.Model):
    """How long somebody must have done related work to train, by kind of contract and date: an editable row.

    `years` is enough by itself; with a diploma of the field of at least the level that is prepared, so is
    `years_with_diploma`, where the law has such a way.
    """

    kind = models.CharField(_("contract"), max_length=20, choices=ContractKind.choices)
    since = models.DateField(_("since"))
    years = models.PositiveSmallIntegerField(_("years in a related job"))
    years_with_diploma = models.PositiveSmallIntegerField(
        _("years with a diploma of the field, of the level prepared at least"), null=True, blank=True
    )
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("tutor’s eligibility")
        verbose_name_plural = _("tutors’ eligibility")
        ordering = ["kind", "-since"]
        constraints = [models.UniqueConstraint(fields=["kind", "since"], name="one_eligibility_a_contract_and_date")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.since}"

    def allows(self, tutor: Tutor, level: int | None) -> bool:
        """Whether a tutor has worked long enough, given the level that is prepared; no, while nothing says so."""
        if tutor.years_in_job is None:
            return False
        has_diploma = tutor.diploma_level is not None and tutor.diploma_level >= (level or 0)
        fewer = self.years_with_diploma if has_diploma else None
        return tutor.years_in_job >= (self.years if fewer is None else min(self.years, fewer))

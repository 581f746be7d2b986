"""Courses taken block by block, beside one's work: the days of a cohort, and the blocks each student has acquired."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import User

from .enrolments import Enrolment
from .intakes import RECRUITMENT, Cohort


class CourseDayQuerySet(models.QuerySet["CourseDay"]):
    def visible_to(self, user: User) -> "CourseDayQuerySet":
        """Recruitment plans the days of its zones."""
        zones = user.zones_as(*RECRUITMENT)
        return self if zones is None else self.filter(cohort__zone__in=zones)

    def ahead(self, today: date) -> "CourseDayQuerySet":
        return self.filter(day__gte=today)


class CourseDay(models.Model):
    """A day of class of a cohort: which block, from when to when, and the hours of class it makes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="days", verbose_name=_("cohort"))
    block = models.CharField(_("competence block"), max_length=120)
    day = models.DateField(_("day"))
    begins = models.TimeField(_("from"))
    ends = models.TimeField(_("until"))
    hours = models.DecimalField(_("hours of class"), max_digits=3, decimal_places=1)
    place = models.CharField(_("place"), max_length=160)
    planned_at = models.DateTimeField(_("planned on"))
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("planned by"))
    objects = CourseDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("day of class")
        verbose_name_plural = _("days of class")
        ordering = ["day", "begins"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "day", "begins"], name="a_cohort_begins_one_class_at_a_time"),
            models.CheckConstraint(name="a_class_ends_after_it_begins", condition=Q(ends__gt=F("begins"))),
            models.CheckConstraint(name="a_class_lasts", condition=Q(hours__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.block}, {self.day:%d/%m/%Y}"

    @property
    def about(self) -> str:
        return f"cohorts.cohort:{self.cohort_id}"

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.day, self.begins, clock.PARIS)

    @property
    def minutes(self) -> int:
        """From its beginning to its end, the break included."""
        return (self.ends.hour - self.begins.hour) * 60 + self.ends.minute - self.begins.minute


def hours_by_block(days: Iterable[CourseDay]) -> dict[str, Decimal]:
    """The hours of class that days make, by block."""
    found: dict[str, Decimal] = {}
    for one in days:
        found[one.block] = found.get(one.block, Decimal(0)) + one.hours
    return found


class AcquiredBlock(models.Model):
    """A block that a student has acquired; theirs for good, whatever becomes of the rest of the course."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="blocks", verbose_name=_("enrolment"))
    block = models.CharField(_("competence block"), max_length=120)
    acquired_on = models.DateField(_("acquired on"))
    recorded_at = models.DateTimeField(_("recorded on"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    class Meta:
        verbose_name = _("competence block")
        verbose_name_plural = _("competence blocks")
        ordering = ["acquired_on", "recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "block"], name="a_student_acquires_a_block_once"),
        ]

    def __str__(self) -> str:
        return self.block

    @property
    def about(self) -> str:
        return self.enrolment.about

"""What is recruited for: intakes of a programme, and their cohorts by zone."""

from datetime import date, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, F, FilteredRelation, Q
from django.db.models.functions import Greatest
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import User, Zone
from partnership.states import Role
from programmes.models import Curriculum, Programme
from programmes.states import CurriculumState

from ..states import HOLDING, RhythmKind

# The days that may be days of school, and the longest a training lasts: four years (Code du travail, L6222-7-1).
SCHOOL_WEEKDAYS = range(5)
LONGEST_TRAINING = timedelta(days=4 * 366)
MOST_WEEKS = 52
RECRUITMENT = (Role.RECRUITER, Role.HEAD_OF_RECRUITMENT)


class Intake(models.Model):
    """A rentrée of a programme."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="intakes", verbose_name=_("programme"))
    starts_on = models.DateField(_("starts on"))

    class Meta:
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "starts_on"], name="one_intake_a_programme_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.programme}, {self.starts_on:%d/%m/%Y}"


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: User) -> "CohortQuerySet":
        zones = user.zones_as(*RECRUITMENT, Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
        return self if zones is None else self.filter(zone__in=zones)

    def with_places_left(self) -> "CohortQuerySet":
        """Each with `held`, how many places are offered or confirmed, and `left`, how many are not."""
        places = F("capacity") * (100 + F("overbooking_percent")) / 100
        # Whoever holds none is not even read: a cohort has as many of those as people apply.
        holding = FilteredRelation("applications", condition=Q(applications__state__in=HOLDING))
        return self.alias(holding=holding).annotate(held=Count("holding"), left=Greatest(places - F("held"), 0))

    def ahead_of(self, day: date) -> "CohortQuerySet":
        """Cohorts that have not begun: people may ask about them before they take applications, and after."""
        return self.filter(intake__starts_on__gt=day)

    def open_on(self, day: date) -> "CohortQuerySet":
        """Cohorts that take applications: a curriculum recorded, and within the dates."""
        return self.filter(curriculum__isnull=False, applications_from__lte=day, applications_until__gte=day).exclude(
            curriculum__state__in=[CurriculumState.DRAFT, CurriculumState.REFUSED]
        )

    def cascading(self) -> "CohortQuerySet":
        """Cohorts whose free places are offered to whoever waits without anybody's click."""
        return self.filter(cascade_at__isnull=False)


class Cohort(models.Model):
    """The promotion of an intake in a zone, with its places."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="cohorts", verbose_name=_("intake"))
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="cohorts", verbose_name=_("zone"))
    groups = models.PositiveSmallIntegerField(_("class groups"), default=1)
    capacity = models.PositiveSmallIntegerField(_("places"))
    overbooking_percent = models.PositiveSmallIntegerField(_("over-booking, %"), default=0)
    # Five working days of nine hours, unless the head of recruitment says otherwise.
    hours_to_reply = models.PositiveSmallIntegerField(_("open hours to answer an offer"), default=45)
    # The hand behind each offer that the cascade makes; off unless somebody has switched it on.
    cascade_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("cascade switched on by")
    )
    cascade_at = models.DateTimeField(_("cascade switched on"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # The rhythm in words, where somebody would rather write them; the calendar follows the pattern below.
    rhythm = models.CharField(_("rhythm"), max_length=120, blank=True)
    rhythm_kind = models.CharField(_("alternation by"), max_length=10, choices=RhythmKind.choices, blank=True)
    school_weeks = models.PositiveSmallIntegerField(_("weeks in school"), null=True, blank=True)
    company_weeks = models.PositiveSmallIntegerField(_("weeks in the company"), null=True, blank=True)
    school_weekdays = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("days in school")
    )
    training_from = models.DateField(_("first day of the training"), null=True, blank=True)
    training_until = models.DateField(_("last day of the training"), null=True, blank=True)
    # What students read of their first day; its letter leaves a week before, once both are known.
    first_day_time = models.TimeField(_("hour of the first day"), null=True, editable=False)
    first_day_place = models.CharField(_("place of the first day"), max_length=160, blank=True, editable=False)
    first_day_bring = models.CharField(_("what to bring on the first day"), max_length=300, blank=True, editable=False)
    first_day_said_at = models.DateTimeField(null=True, editable=False)
    first_day_said_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    applications_from = models.DateField(_("applications from"))
    applications_until = models.DateField(_("applications until"))
    curriculum = models.ForeignKey(
        Curriculum, models.PROTECT, null=True, blank=True, related_name="cohorts", verbose_name=_("content")
    )
    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["intake__starts_on", "zone__order"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "zone"], name="one_cohort_an_intake_and_zone"),
            models.CheckConstraint(
                name="a_cascade_has_a_hand_and_a_date",
                condition=Q(cascade_at__isnull=True, cascade_by__isnull=True)
                | Q(cascade_at__isnull=False, cascade_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_first_day_is_said_whole",
                condition=Q(first_day_said_at__isnull=True, first_day_said_by__isnull=True, first_day_place="")
                | Q(first_day_said_at__isnull=False, first_day_said_by__isnull=False, first_day_time__isnull=False)
                & ~Q(first_day_place=""),
            ),
            models.CheckConstraint(
                name="a_rhythm_is_said_whole",
                condition=Q(
                    rhythm_kind="", school_weeks__isnull=True, company_weeks__isnull=True, school_weekdays__len=0
                )
                | Q(
                    # A comparison with nothing is neither true nor false, and would pass.
                    rhythm_kind=RhythmKind.WEEKS,
                    school_weeks__isnull=False,
                    company_weeks__isnull=False,
                    school_weeks__range=(1, MOST_WEEKS),
                    company_weeks__range=(1, MOST_WEEKS),
                    school_weekdays__len=0,
                    training_from__isnull=False,
                    training_until__isnull=False,
                )
                | Q(
                    rhythm_kind=RhythmKind.WEEKDAYS,
                    school_weeks__isnull=True,
                    company_weeks__isnull=True,
                    school_weekdays__len__range=(1, len(SCHOOL_WEEKDAYS) - 1),
                    school_weekdays__contained_by=list(SCHOOL_WEEKDAYS),
                    training_from__isnull=False,
                    training_until__isnull=False,
                ),
                violation_error_message=_("Say the whole rhythm: its weeks or its days, the first day and the last."),
            ),
            models.CheckConstraint(
                name="a_training_ends_after_it_begins_within_four_years",
                condition=Q(
                    training_until__gt=F("training_from"), training_until__lte=F("training_from") + LONGEST_TRAINING
                )
                | Q(training_from__isnull=True)
                | Q(training_until__isnull=True),
                violation_error_message=_("A training ends after it begins, within four years."),
            ),
            models.CheckConstraint(name="an_offer_leaves_time_to_answer", condition=Q(hours_to_reply__gte=1)),
            models.CheckConstraint(
                name="applications_close_after_they_open",
                condition=Q(applications_until__gte=F("applications_from")),
                violation_error_message=_("Applications cannot close before they open."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake.programme}, {self.zone}"

    @property
    def first_day_at(self) -> datetime | None:
        """When students are expected, once it was said."""
        if self.first_day_time is None:
            return None
        return datetime.combine(self.intake.starts_on, self.first_day_time, clock.PARIS)

    @property
    def rhythm_words(self) -> str:
        """The rhythm as somebody wrote it, or else as its pattern says it; empty while there is neither."""
        if self.rhythm or not self.rhythm_kind:
            return self.rhythm
        if self.rhythm_kind == RhythmKind.WEEKS:
            school, company = self.school_weeks, self.company_weeks
            return ", ".join(
                [
                    ngettext("%(n)s week in school", "%(n)s weeks in school", school) % {"n": school},
                    ngettext("%(n)s week in the company", "%(n)s weeks in the company", company) % {"n": company},
                ]
            )
        days = get_text_list([str(WEEKDAYS[day]) for day in sorted({*self.school_weekdays})], gettext("and"))
        return capfirst(gettext("%(days)s in school, the other days in the company") % {"days": days})

    @property
    def cascades(self) -> bool:
        """Whether free places are offered to whoever waits without anybody's click."""
        return self.cascade_at is not None

    @property
    def places(self) -> int:
        """How many offers may be held at once: the capacity and its over-booking, rounded down."""
        return self.capacity * (100 + self.overbooking_percent) // 100


class LetterParagraph(models.Model):
    """What recruitment adds to one of its letters for an intake, in each language; it stands above the signature."""

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="paragraphs")
    template = models.CharField(max_length=40)
    text_fr = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    written_at = models.DateTimeField(_("written on"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))

    class Meta:
        verbose_name = _("paragraph of a letter")
        verbose_name_plural = _("paragraphs of letters")
        constraints = [
            models.UniqueConstraint(fields=["intake", "template"], name="one_paragraph_an_intake_and_letter")
        ]

    def __str__(self) -> str:
        return self.template

    def text_in(self, language: str) -> str:
        """The words in a language; nothing where they were not written."""
        return self.text_fr if language == "fr" else self.text_en

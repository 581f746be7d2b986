"""Young people presented to a site that wants to meet several: who, when, and what became of each."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Enrolment, Intake
from cohorts.states import Availability
from partnership.models import User
from partnership.states import Channel, Role

from ..states import INTRODUCTION_FLOW, INTRODUCTION_LIVE, INTRODUCTION_REASONS, IntroductionReason, IntroductionState
from .hosts import HostSite

# A host answers within so many working days of being written to.
DAYS_TO_REPLY = 5
_ENDED_BY_ONE = (IntroductionState.NOT_CHOSEN, IntroductionState.STUDENT_DECLINED)


class PresentationQuerySet(models.QuerySet["Presentation"]):
    def visible_to(self, user: User) -> "PresentationQuerySet":
        """A lead sees what was presented to the sites of their zone."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        return self if zones is None else self.filter(site__zone__in=zones)

    def waiting(self) -> "PresentationQuerySet":
        """Those in which the host has not said a word yet about somebody."""
        unheard = Introduction.objects.filter(presentation=models.OuterRef("pk"), state=IntroductionState.SENT)
        return self.filter(models.Exists(unheard))


class Presentation(models.Model):
    """Several young people presented together: one letter or one handed link, one date to reply by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(HostSite, models.PROTECT, related_name="presentations", verbose_name=_("host site"))
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="presentations", verbose_name=_("intake"))
    sent_at = models.DateTimeField(_("presented on"))
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("presented by"))
    # The lead gives the link themselves: nothing is written to the host.
    is_handed = models.BooleanField(_("handed over"), default=False)
    reply_by = models.DateField(_("reply awaited by"))
    objects = PresentationQuerySet.as_manager()

    class Meta:
        verbose_name = _("presentation")
        verbose_name_plural = _("presentations")
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"{self.site}"

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"


class IntroductionQuerySet(models.QuerySet["Introduction"]):
    def visible_to(self, user: User) -> "IntroductionQuerySet":
        """A lead sees the introductions to the sites of their zone, and those of the zone's students."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        if zones is None:
            return self
        return self.filter(Q(site__zone__in=zones) | Q(enrolment__application__cohort__zone__in=zones))

    def live(self) -> "IntroductionQuerySet":
        return self.filter(state__in=INTRODUCTION_LIVE)


class Introduction(models.Model):
    """A student presented to a site: many at once for either, which blocks nothing; a live one once for both."""

    FLOW = INTRODUCTION_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    presentation = models.ForeignKey(Presentation, models.PROTECT, related_name="introductions")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="introductions")
    # The presentation's own, here so that the database can refuse a second live one.
    site = models.ForeignKey(HostSite, models.PROTECT, related_name="introductions", verbose_name=_("host site"))
    state = models.CharField(
        _("state"), max_length=16, choices=IntroductionState.choices, default=IntroductionState.SENT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    meeting_at = models.DateTimeField(_("meeting on"), null=True)
    meeting_place = models.CharField(_("place of the meeting"), max_length=160, blank=True)
    # The last word of the host or of the student, and how it reached us.
    answered_at = models.DateTimeField(_("answered on"), null=True)
    answered_through = models.CharField(_("how we learned it"), max_length=8, choices=Channel.choices, blank=True)
    ended_at = models.DateTimeField(_("over on"), null=True)
    end_reason = models.CharField(_("reason"), max_length=12, choices=IntroductionReason.choices, blank=True)
    comment = models.CharField(_("comment"), max_length=300, blank=True)
    objects = IntroductionQuerySet.as_manager()

    class Meta:
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        ordering = ["-presentation__sent_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "site"],
                condition=Q(state__in=INTRODUCTION_LIVE),
                name="one_live_introduction_per_student_and_site",
            ),
            models.CheckConstraint(
                name="an_introduction_ends_for_a_reason_of_its_kind",
                condition=Q(end_reason="") & ~Q(state__in=[*INTRODUCTION_REASONS])
                | Q(
                    state=IntroductionState.NOT_CHOSEN,
                    end_reason__in=INTRODUCTION_REASONS[IntroductionState.NOT_CHOSEN],
                )
                | Q(
                    state=IntroductionState.STUDENT_DECLINED,
                    end_reason__in=INTRODUCTION_REASONS[IntroductionState.STUDENT_DECLINED],
                )
                | Q(state=IntroductionState.CLOSED, end_reason__in=INTRODUCTION_REASONS[IntroductionState.CLOSED]),
            ),
            models.CheckConstraint(
                name="an_introduction_that_is_over_is_dated",
                condition=Q(state__in=INTRODUCTION_LIVE, ended_at__isnull=True)
                | ~Q(state__in=INTRODUCTION_LIVE) & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="an_answered_introduction_says_when_and_how",
                condition=Q(answered_at__isnull=True, answered_through="") & ~Q(state__in=[IntroductionState.MEETING])
                | Q(answered_at__isnull=False) & ~Q(answered_through="") & ~Q(state=IntroductionState.SENT),
            ),
            models.CheckConstraint(
                name="a_choice_was_answered",
                condition=~Q(state__in=[IntroductionState.CHOSEN, *_ENDED_BY_ONE]) | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_meeting_has_a_date",
                condition=~Q(state=IntroductionState.MEETING) | Q(meeting_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["site"], condition=Q(state__in=INTRODUCTION_LIVE), name="introductions_under_way"),
        ]

    def __str__(self) -> str:
        return _("the introduction of %(student)s to %(site)s") % {
            "student": self.enrolment.application.candidate,
            "site": self.site,
        }

    @property
    def is_live(self) -> bool:
        return self.state in INTRODUCTION_LIVE

    @property
    def shown_name(self) -> str:
        """How a host knows the student: by a first name and an initial, in full once they are to meet."""
        person = self.enrolment.application.candidate
        is_met = self.meeting_at is not None or self.state == IntroductionState.CHOSEN
        if is_met or not person.last_name:
            return str(person)
        return f"{person.first_name} {person.last_name[0]}."

    @property
    def availability(self) -> str:
        """When the student can work beyond office hours, in the present language."""
        known = [value for value in self.enrolment.application.availability if value in Availability.values]
        return ", ".join(str(Availability(value).label) for value in known)

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.enrolment.application_id}"

"""Students: from the confirmation to the end of the course."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User
from partnership.states import Role
from programmes.states import HOSTED

from ..states import (
    ENROLMENT_FLOW,
    ENROLMENT_LIVE,
    Coming,
    EnrolmentState,
    ExitReason,
)
from .applications import Application
from .intakes import RECRUITMENT

# So many questions in a row without an answer are a silence, once there was time to answer the last.
SILENCE = 2
TIME_TO_ANSWER = timedelta(days=3)
_SILENT, _HESITANT = Q(unanswered__gte=SILENCE), Q(answer=Coming.HESITATES)


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: User) -> "EnrolmentQuerySet":
        """Students to host in the lead's zone, and those who could move to it; recruitment sees its own zones."""
        recruiting = user.zones_as(*RECRUITMENT)
        leading = user.zones_as(Role.REGIONAL_LEAD)
        if recruiting is None:
            return self
        # Whoever has an employer is nobody's to place, and is no rival's to know.
        to_host = Q(application__intake__programme__kind__in=HOSTED)
        if leading is not None:
            movable = Q(pk__in=Enrolment.objects.filter(application__other_zones__in=leading).values("pk"))
            to_host &= Q(application__cohort__zone__in=leading) | movable
        return self.filter(Q(application__cohort__zone__in=recruiting) | to_host)

    def expected(self) -> "EnrolmentQuerySet":
        return self.filter(state=EnrolmentState.EXPECTED)

    def at_risk(self, now: datetime) -> "EnrolmentQuerySet":
        """Expected students who hesitate, or who let two questions pass without a word."""
        silent = _SILENT & Q(asked_at__lte=now - TIME_TO_ANSWER)
        # Whoever is silent without having had the time is left out of those in doubt, whom an index holds.
        return self.expected().filter(_SILENT | _HESITANT).filter(silent | _HESITANT)

    def completed(self) -> "EnrolmentQuerySet":
        return self.filter(state=EnrolmentState.COMPLETED)

    def live(self) -> "EnrolmentQuerySet":
        return self.filter(state__in=ENROLMENT_LIVE)


class Enrolment(models.Model):
    """A confirmed student, from the confirmation to the end of the course."""

    FLOW = ENROLMENT_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="enrolments")
    state = models.CharField(_("state"), max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.EXPECTED)
    enrolled_at = models.DateTimeField(_("enrolled on"))
    ended_at = models.DateTimeField(_("ended on"), null=True)
    # Whether they still come: when they were last asked, how often since they last answered, and what they answered.
    asked_at = models.DateTimeField(_("asked whether they still come"), null=True, editable=False)
    unanswered = models.PositiveSmallIntegerField(default=0, editable=False)
    answer = models.CharField(_("answer"), max_length=12, choices=Coming.choices, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered on"), null=True, editable=False)
    # Nobody, where they answered themselves by their link.
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    # Seen to arrive on the first day or after; it stays when they leave later.
    present_at = models.DateTimeField(_("seen to arrive on"), null=True, editable=False)
    present_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    end_reason = models.CharField(_("reason"), max_length=20, choices=ExitReason.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=60, blank=True)
    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["enrolled_at"]
        indexes = [
            # Who hesitates or is silent, has arrived, has acquired all, by file: as the board counts them (tally.py).
            models.Index(
                fields=["application"],
                include=["asked_at", "unanswered", "answer"],
                condition=Q(state=EnrolmentState.EXPECTED) & (_SILENT | _HESITANT),
                name="doubts_by_application",
            ),
            models.Index(fields=["application"], condition=Q(present_at__isnull=False), name="arrivals_by_application"),
            models.Index(
                fields=["application"],
                condition=Q(state=EnrolmentState.COMPLETED),
                name="completions_by_application",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=ENROLMENT_LIVE),
                name="one_live_enrolment_per_application",
            ),
            models.CheckConstraint(
                name="an_ended_enrolment_has_a_date_and_a_reason",
                condition=(Q(state=EnrolmentState.ENDED, ended_at__isnull=False) & ~Q(end_reason=""))
                | (~Q(state=EnrolmentState.ENDED) & Q(ended_at__isnull=True, end_reason="")),
            ),
            models.CheckConstraint(
                name="a_presence_has_a_hand_and_a_date",
                condition=Q(present_at__isnull=True, present_by__isnull=True)
                | Q(present_at__isnull=False, present_by__isnull=False),
            ),
            models.CheckConstraint(
                name="an_answer_of_a_student_has_a_date",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | ~Q(answer="") & Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_question_without_an_answer_was_asked",
                condition=Q(unanswered=0) | Q(asked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.candidate}"

    def is_at_risk(self, now: datetime) -> bool:
        """The same as the list of those at risk says."""
        is_silent = self.unanswered >= SILENCE and self.asked_at <= now - TIME_TO_ANSWER
        return self.state == EnrolmentState.EXPECTED and (is_silent or self.answer == Coming.HESITATES)

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.application_id}"

"""Students: from the confirmation to the end of the course."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User
from partnership.states import Role

from ..states import (
    ENROLMENT_FLOW,
    ENROLMENT_LIVE,
    EnrolmentState,
    ExitReason,
)
from .applications import Application
from .intakes import RECRUITMENT


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: User) -> "EnrolmentQuerySet":
        """Students of the lead's zone, and those who said they could move to it; recruitment sees its own zones."""
        recruiting = user.zones_as(*RECRUITMENT)
        leading = user.zones_as(Role.REGIONAL_LEAD)
        if recruiting is None or leading is None:
            return self
        here = Q(application__cohort__zone__in=recruiting | leading)
        movable = Q(pk__in=Enrolment.objects.filter(application__other_zones__in=leading).values("pk"))
        return self.filter(here | movable)

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
    end_reason = models.CharField(_("reason"), max_length=20, choices=ExitReason.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=60, blank=True)
    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["enrolled_at"]
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
        ]

    def __str__(self) -> str:
        return f"{self.application.candidate}"

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.application_id}"

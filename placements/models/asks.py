"""How many places do you have? Asked of many hosts at once, each with a link of its own."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Intake
from cohorts.states import BulkOutcome
from partnership.models import Job, User, Zone
from partnership.states import Role

from .hosts import HostSite


class AskRoundQuerySet(models.QuerySet["AskRound"]):
    def visible_to(self, user: User) -> "AskRoundQuerySet":
        """The leads of a zone read what its hosts are asked."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        return self if zones is None else self.filter(zone__in=zones)


class AskRound(models.Model):
    """A question to the hosts of a zone about an intake: looked at, then sent by a long task; after it, its report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="+", verbose_name=_("intake"))
    # What the lead adds to each letter.
    words = models.TextField(_("a word of yours"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("chosen on"))
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    # Empty while it is only looked at.
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(_("started on"), null=True)
    objects = AskRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("question to hosts")
        verbose_name_plural = _("questions to hosts")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.zone}, {self.intake}"


class AskLineQuerySet(models.QuerySet["AskLine"]):
    def asked(self) -> "AskLineQuerySet":
        """The hosts that were written to, the last first."""
        return self.filter(outcome=BulkOutcome.DONE).order_by("-asked_at", "-pk")


class AskLine(models.Model):
    """A host of a question, what became of it, and what its personal link opens."""

    round = models.ForeignKey(AskRound, models.CASCADE, related_name="lines")
    site = models.ForeignKey(HostSite, models.CASCADE, related_name="asks", verbose_name=_("host site"))
    outcome = models.CharField(max_length=8, choices=BulkOutcome.choices, default=BulkOutcome.CHOSEN)
    # Why it was passed over: a code of AskSkip.
    reason = models.CharField(max_length=12, blank=True)
    asked_at = models.DateTimeField(_("asked on"), null=True)
    objects = AskLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("host of a question")
        verbose_name_plural = _("hosts of a question")
        ordering = ["site__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "site"], name="a_question_holds_a_host_once"),
            models.CheckConstraint(
                name="whoever_was_asked_was_at_a_date",
                condition=Q(outcome=BulkOutcome.DONE, asked_at__isnull=False)
                | (~Q(outcome=BulkOutcome.DONE) & Q(asked_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.outcome}"

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"

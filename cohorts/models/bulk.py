"""One deed done to many files: who was chosen, what is said, and what became of each."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnership.models import Job, User

from ..states import BulkOutcome
from .applications import Application
from .intakes import RECRUITMENT


class BulkQuerySet(models.QuerySet["Bulk"]):
    def visible_to(self, user: User) -> "BulkQuerySet":
        """What somebody has chosen is read by them alone, while they recruit."""
        return self.filter(created_by=user) if user.has_role(*RECRUITMENT) else self.none()


class Bulk(models.Model):
    """A deed chosen for many files, reviewed before it is done; once it is done, its report."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # A key of bulk.ACTIONS, and what its form holds.
    action = models.CharField(_("action"), max_length=24)
    said = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("chosen on"))
    created_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    # Empty while it is only looked at.
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(_("started on"), null=True)
    as_drafts = models.BooleanField(default=False)
    objects = BulkQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.action}, {self.created_at:%Y-%m-%d %H:%M}"


class BulkLine(models.Model):
    """A file of a bulk action, and what became of it."""

    bulk = models.ForeignKey(Bulk, models.CASCADE, related_name="lines")
    application = models.ForeignKey(Application, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=8, choices=BulkOutcome.choices, default=BulkOutcome.CHOSEN)
    # Why it was skipped: a code of states.Skip, or the rule's own words.
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("line of a bulk action")
        verbose_name_plural = _("lines of bulk actions")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["bulk", "application"], name="a_bulk_holds_a_file_once")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.outcome}"

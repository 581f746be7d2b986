"""Calls to applicants, and what they gave."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from ..states import CallResult
from .applications import Application


class Call(models.Model):
    """Somebody of ours called an applicant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="calls")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("date and time"))
    result = models.CharField(_("result"), max_length=16, choices=CallResult.choices)
    note = models.TextField(_("note"), blank=True)
    next_at = models.DateTimeField(_("next date"), null=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-at"]
        indexes = [models.Index(fields=["application", "-at"], name="calls_of_a_file")]
        constraints = [
            models.CheckConstraint(
                name="calling_back_has_a_date",
                condition=~models.Q(result=CallResult.CALL_BACK) | models.Q(next_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.get_result_display()

"""The planning rates of the forecast: assumptions, until an intake has shown better."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programmes.models import Programme

from ..states import Step


class PlanningRate(models.Model):
    """Of those who come to a step, the share that passes it, and the days it takes: for every course, or for one."""

    step = models.CharField(_("step"), max_length=16, choices=Step.choices)
    programme = models.ForeignKey(
        Programme,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="planning_rates",
        verbose_name=_("of this course alone"),
    )
    rate = models.DecimalField(
        _("rate"), max_digits=4, decimal_places=3, help_text=_("The share that passes, from 0 to 1: 0.75 for 75 %.")
    )
    days = models.PositiveSmallIntegerField(_("days it takes on average"), default=0)

    class Meta:
        verbose_name = _("planning rate")
        verbose_name_plural = _("planning rates")
        constraints = [
            models.UniqueConstraint(
                fields=["step", "programme"],
                name="one_planning_rate_per_step_and_course",
                nulls_distinct=False,
                violation_error_message=_("This step already has a rate for that course."),
            ),
            models.CheckConstraint(
                name="a_planning_rate_lies_between_0_and_1",
                condition=Q(rate__gte=0, rate__lte=1),
                violation_error_message=_("A rate lies between 0 and 1."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_step_display()

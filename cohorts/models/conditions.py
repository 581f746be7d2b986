"""On what a place is offered, and who saw that it is met."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from ..states import ConditionKind
from .applications import Application
from .intakes import RECRUITMENT


class ConditionQuerySet(models.QuerySet["Condition"]):
    def visible_to(self, user: User) -> "ConditionQuerySet":
        """Recruitment sees those of the files of its zones."""
        zones = user.zones_as(*RECRUITMENT)
        return self if zones is None else self.filter(application__cohort__zone__in=zones)

    def unmet(self) -> "ConditionQuerySet":
        return self.filter(met_at=None)


class Condition(models.Model):
    """Something on which a place is offered: chosen with the offer, ticked once it is met."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="conditions")
    kind = models.CharField(_("condition"), max_length=8, choices=ConditionKind.choices)
    text = models.CharField(_("which one"), max_length=160, blank=True)
    met_at = models.DateTimeField(_("met on"), null=True)
    met_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    objects = ConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        ordering = ["pk"]
        indexes = [models.Index(fields=["kind"], condition=Q(met_at=None), name="conditions_to_meet")]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                name="one_condition_of_a_kind_an_offer",
            ),
            models.CheckConstraint(
                name="a_condition_is_met_by_a_hand_on_a_date",
                condition=Q(met_at=None, met_by=None) | Q(met_at__isnull=False, met_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """The condition in the present language; another one in the words it was written in."""
        return self.text or self.get_kind_display()

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.application_id}"

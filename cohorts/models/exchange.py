"""What comes from other software and goes to it: choices of columns."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from partnership.models import User


class ColumnTemplate(models.Model):
    """The columns that other software expects: which, in which order, under which titles."""

    name = models.CharField(_("name"), max_length=60)
    # [key, title] each, in order; without a title of its own a column has ours.
    columns = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("column template")
        verbose_name_plural = _("column templates")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="a_template_has_a_name_of_its_own")]

    def __str__(self) -> str:
        return self.name

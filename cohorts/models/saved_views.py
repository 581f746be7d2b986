"""Views of the list that somebody keeps: a name and what the address asks for."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from .intakes import RECRUITMENT


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> "SavedViewQuerySet":
        """One's own, and those that somebody of recruitment shares."""
        if not user.has_role(*RECRUITMENT):
            return self.none()
        return self.filter(Q(made_by=user) | Q(is_shared=True))


class SavedView(models.Model):
    """A view of the list, for oneself or for all who recruit; never what was searched for, which may be a name."""

    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=400, blank=True)
    is_shared = models.BooleanField(_("shared with the team"), default=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["made_by", "name"], name="one_view_of_a_name_each"),
        ]

    def __str__(self) -> str:
        return self.name

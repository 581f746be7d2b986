"""Where young people come from: the lycées, fairs and pages that carry a link of ours."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from partnership.models import User, Zone

from ..states import SourceKind
from .intakes import RECRUITMENT


class RecruitmentSourceQuerySet(models.QuerySet["RecruitmentSource"]):
    def visible_to(self, user: User) -> "RecruitmentSourceQuerySet":
        """Whoever recruits knows all of them: they name places, and nobody."""
        return self if user.has_role(*RECRUITMENT) else self.none()

    def in_use(self, day: date) -> "RecruitmentSourceQuerySet":
        """Those to choose among on a day: not set aside, and not to begin later."""
        return self.filter(Q(begins_on=None) | Q(begins_on__lte=day), is_active=True)


class RecruitmentSource(models.Model):
    """A lycée, a fair, a page: its link says who came by it, as long as posters hang."""

    # In the addresses of its links, on paper: it never changes.
    code = models.SlugField(max_length=40, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=16, choices=SourceKind.choices)
    zone = models.ForeignKey(Zone, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("zone"))
    begins_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)
    objects = RecruitmentSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("recruitment source")
        verbose_name_plural = _("recruitment sources")
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["code"], name="a_source_has_a_code_of_its_own"),
            models.UniqueConstraint(Lower("name"), name="a_source_has_a_name_of_its_own"),
            models.CheckConstraint(
                name="a_source_ends_after_it_begins",
                condition=Q(begins_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("begins_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

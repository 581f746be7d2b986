"""Lists of hosts from elsewhere: what each row says, what becomes of it, and the file's own words nowhere else."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from cohorts.models import Intake
from partnership.models import User

from ..states import HOST_LIST_FLOW, HostListState


class HostListQuerySet(models.QuerySet["HostList"]):
    def visible_to(self, user: User) -> "HostListQuerySet":
        """A list is its bringer's: it may name whom nobody else of the zone has spoken to."""
        return self.filter(made_by=user)


class HostList(models.Model):
    """A list of hosts that somebody brought; it is forgotten a while after, its sites stay."""

    FLOW = HOST_LIST_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=HostListState.choices, default=HostListState.CHECKED)
    intake = models.ForeignKey(Intake, models.CASCADE, null=True, related_name="+", verbose_name=_("intake"))
    # One object a row: line, name, verdict, told (sentences' codes), answers (as a site is recorded), site.
    rows = models.JSONField(_("rows"), default=list)
    made_at = models.DateTimeField(_("brought on"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("brought by"))
    objects = HostListQuerySet.as_manager()

    class Meta:
        verbose_name = _("list of hosts")
        verbose_name_plural = _("lists of hosts")
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["made_by", "-made_at"], name="host_lists_of_somebody")]

    def __str__(self) -> str:
        return self.name

"""Whom one speaks to at a site beside whoever answers for it, and what calls gave: hidden from the site's rivals."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from ..states import HostCallResult
from .hosts import HostSite


class HostContactQuerySet(models.QuerySet["HostContact"]):
    def visible_to(self, user: User) -> "HostContactQuerySet":
        """Who is known at the sites whose contacts the user reads: their zone's, but no rival's."""
        return self.filter(site__in=HostSite.objects.visible_to(user).but_rivals_of(user))


class HostContact(models.Model):
    """Somebody else who is known at a site; whoever answers for it stands in its record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(HostSite, models.CASCADE, related_name="contacts", verbose_name=_("host site"))
    name = models.CharField(_("name"), max_length=120)
    job = models.CharField(_("position held"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = HostContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact at a host")
        verbose_name_plural = _("contacts at hosts")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="a_contact_can_be_reached", condition=~Q(email="") | ~Q(phone="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"


class HostCall(models.Model):
    """A lead called a site."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(HostSite, models.CASCADE, related_name="phone_calls", verbose_name=_("host site"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("date and time"))
    result = models.CharField(_("result"), max_length=12, choices=HostCallResult.choices)
    note = models.TextField(_("note"), blank=True)
    next_on = models.DateField(_("next date"), null=True)

    class Meta:
        verbose_name = _("call to a host")
        verbose_name_plural = _("calls to hosts")
        ordering = ["-at"]
        indexes = [models.Index(fields=["site", "-at"], name="calls_to_a_host")]
        constraints = [
            models.CheckConstraint(
                name="calling_a_host_back_has_a_date",
                condition=~Q(result=HostCallResult.CALL_BACK) | Q(next_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.get_result_display()

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"

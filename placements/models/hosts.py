"""Host companies and their sites, and who answers for them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from partnership.models import Commune, User, Zone
from partnership.states import ActorKind, Role

from ..states import CallFlow


class HostCompany(models.Model):
    """A company that hosts students on one or more sites."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    is_partner = models.BooleanField(
        _("partner"), default=True, help_text=_("An employer outside the partnership is counted apart.")
    )

    class Meta:
        verbose_name = _("host company")
        verbose_name_plural = _("host companies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HostSiteQuerySet(models.QuerySet["HostSite"]):
    def visible_to(self, user: User) -> "HostSiteQuerySet":
        """A lead sees the sites of their own zone."""
        zones = user.zones_as(Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
        return self if zones is None else self.filter(zone__in=zones)


class HostSite(models.Model):
    """A plateau of a company: where students are hosted, and who answers for it by personal link."""

    actor_kind = ActorKind.HOST

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(HostCompany, models.PROTECT, related_name="sites", verbose_name=_("host company"))
    name = models.CharField(_("name of the site"), max_length=120)
    siret = models.CharField(_("SIRET"), max_length=14, unique=True)
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="sites", verbose_name=_("zone"))
    postcode = models.CharField(_("postcode"), max_length=5)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name=_("commune"))
    workstations = models.PositiveSmallIntegerField(_("workstations"), null=True, blank=True)
    calls = models.CharField(_("calls"), max_length=8, choices=CallFlow.choices, blank=True)
    hours = models.CharField(_("days and hours"), max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=2), default=list, blank=True, verbose_name=_("languages"))
    contact_name = models.CharField(_("contact"), max_length=120)
    contact_email = models.EmailField(_("contact’s e-mail address"))
    contact_phone = models.CharField(_("contact’s telephone"), max_length=16, blank=True)
    contact_language = models.CharField(_("contact’s language"), max_length=2, default="fr")
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = HostSiteQuerySet.as_manager()

    class Meta:
        verbose_name = _("host site")
        verbose_name_plural = _("host sites")
        ordering = ["zone__order", "name"]

    def __str__(self) -> str:
        return self.name

    # Letters to the site are letters to its contact.
    @property
    def email(self) -> str:
        return self.contact_email

    @property
    def called(self) -> str:
        return self.contact_name

    @property
    def language(self) -> str:
        return self.contact_language

"""Host companies and their sites, and who answers for them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from partnership.models import Commune, User, Zone
from partnership.states import ActorKind, Role

from ..states import CallFlow


class FundingOperator(models.Model):
    """A skills operator (OPCO; OPCA until 2019) that pays for the training: an editable row."""

    code = models.SlugField(_("code"), max_length=24, primary_key=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("funding operator")
        verbose_name_plural = _("funding operators")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CollectiveAgreement(models.Model):
    """A collective agreement (IDCC) and, where it is known, its operator: an editable row, asked and never inferred."""

    idcc = models.CharField(
        _("IDCC"), max_length=4, primary_key=True, validators=[RegexValidator(r"^\d{4}$", _("Four digits, like 2098."))]
    )
    name = models.CharField(_("name"), max_length=160)
    operator = models.ForeignKey(
        FundingOperator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements",
        verbose_name=_("funding operator"),
    )

    class Meta:
        verbose_name = _("collective agreement")
        verbose_name_plural = _("collective agreements")
        ordering = ["idcc"]

    def __str__(self) -> str:
        return f"{self.idcc} {self.name}"


class HostCompany(models.Model):
    """A company that hosts students on one or more sites."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    siren = models.CharField(_("SIREN"), max_length=9, blank=True)
    agreement = models.ForeignKey(
        CollectiveAgreement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="companies",
        verbose_name=_("collective agreement"),
    )
    operator = models.ForeignKey(
        FundingOperator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="companies",
        verbose_name=_("funding operator"),
    )
    headcount = models.PositiveIntegerField(_("headcount"), null=True, blank=True)
    directors = models.ManyToManyField(
        User,
        blank=True,
        related_name="host_companies",
        verbose_name=_("run by"),
        help_text=_("A lead who runs a host reads no contact and no note of the other hosts of that zone."),
    )
    is_partner = models.BooleanField(
        _("partner"), default=True, help_text=_("An employer outside the partnership is counted apart.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("host company")
        verbose_name_plural = _("host companies")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["siren"], condition=~Q(siren=""), name="one_company_a_siren"),
        ]

    def __str__(self) -> str:
        return self.name


class HostSiteQuerySet(models.QuerySet["HostSite"]):
    def visible_to(self, user: User) -> "HostSiteQuerySet":
        """A lead sees the sites of their own zone."""
        zones = user.zones_as(Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
        return self if zones is None else self.filter(zone__in=zones)

    def but_rivals_of(self, user: User) -> "HostSiteQuerySet":
        """Without the other companies' sites of a zone where the user runs a company: see policies.reads_contacts."""
        theirs = HostSite.objects.filter(company__directors=user)
        return self.exclude(
            ~Exists(HostCompany.directors.through.objects.filter(hostcompany=OuterRef("company"), user=user)),
            zone__in=theirs.values("zone"),
        )


class HostSite(models.Model):
    """A plateau of a company: where students are hosted, and who answers for it by personal link."""

    actor_kind = ActorKind.HOST

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(HostCompany, models.PROTECT, related_name="sites", verbose_name=_("host company"))
    name = models.CharField(_("name of the site"), max_length=120)
    # An employer outside the partnership may have none yet: it is due before the contract is filed.
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="sites", verbose_name=_("zone"))
    postcode = models.CharField(_("postcode"), max_length=5)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name=_("commune"))
    workstations = models.PositiveSmallIntegerField(_("workstations"), null=True, blank=True)
    calls = models.CharField(_("calls"), max_length=8, choices=CallFlow.choices, blank=True)
    # What the days and hours below do not say.
    hours = models.CharField(_("remark on the hours"), max_length=80, blank=True)
    languages = ArrayField(models.CharField(max_length=2), default=list, blank=True, verbose_name=_("languages"))
    # Of these, whoever works there must speak each one; the others are welcome.
    languages_needed = ArrayField(
        models.CharField(max_length=2), default=list, blank=True, verbose_name=_("languages needed")
    )
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
        constraints = [
            models.UniqueConstraint(fields=["siret"], condition=~Q(siret=""), name="one_site_a_siret"),
        ]

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


# Minutes after midnight; a plateau that is open all night closes at 24 hours and opens again at zero.
MIDNIGHT = 24 * 60


class OpeningHours(models.Model):
    """When a site works on a day of the week (Monday is 0), in minutes after midnight; without a row it is closed."""

    site = models.ForeignKey(HostSite, models.CASCADE, related_name="opening_hours", verbose_name=_("host site"))
    weekday = models.PositiveSmallIntegerField(_("day of the week"))
    opens = models.PositiveSmallIntegerField(_("opens"))
    closes = models.PositiveSmallIntegerField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["site", "weekday"]
        constraints = [
            models.UniqueConstraint(fields=["site", "weekday"], name="a_site_opens_once_a_day"),
            models.CheckConstraint(name="a_week_has_seven_days", condition=Q(weekday__lte=6)),
            models.CheckConstraint(
                name="a_site_closes_after_it_opens", condition=Q(opens__lt=F("closes"), closes__lte=MIDNIGHT)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}, {self.weekday}"

"""Host companies and their sites, and who answers for them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partnership.models import Commune, User, Zone
from partnership.states import ActorKind, Role

from ..states import CallFlow, ContractKind


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
    is_partner = models.BooleanField(
        _("partner"), default=True, help_text=_("An employer outside the partnership is counted apart.")
    )

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
    hours = models.CharField(_("days and hours"), max_length=80, blank=True)
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


class Tutor(models.Model):
    """Whoever trains students in a company: apprentice master or workplace tutor, on one or more of its sites."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(HostCompany, models.PROTECT, related_name="tutors", verbose_name=_("host company"))
    sites = models.ManyToManyField(HostSite, related_name="tutors", verbose_name=_("host sites"))
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True)
    job = models.CharField(_("position held"), max_length=120, blank=True)
    is_employer = models.BooleanField(_("is the employer"), default=False)
    # What makes somebody eligible (R6223-22, D6325-6): whole years of related work, and a diploma of the field.
    years_in_job = models.PositiveSmallIntegerField(_("years in a related job"), null=True, blank=True)
    diploma_level = models.PositiveSmallIntegerField(_("level of a diploma of the field"), null=True, blank=True)
    left_at = models.DateTimeField(_("left on"), null=True, editable=False)
    left_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("tutor")
        verbose_name_plural = _("tutors")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="a_tutor_leaves_at_a_date",
                condition=Q(left_at__isnull=True, left_by__isnull=True)
                | Q(left_at__isnull=False, left_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TutorCeiling(models.Model):
    """How many students one tutor may have, by kind of contract and date: an editable row with its source."""

    kind = models.CharField(_("contract"), max_length=20, choices=ContractKind.choices)
    since = models.DateField(_("since"))
    most = models.PositiveSmallIntegerField(_("students at most"))
    most_repeating = models.PositiveSmallIntegerField(_("more who repeat their year"), default=0)
    most_of_employer = models.PositiveSmallIntegerField(
        _("students of an employer who is the tutor"), null=True, blank=True
    )
    source = models.CharField(_("source"), max_length=120)

    class Meta:
        verbose_name = _("tutor’s ceiling")
        verbose_name_plural = _("tutors’ ceilings")
        ordering = ["kind", "-since"]
        constraints = [models.UniqueConstraint(fields=["kind", "since"], name="one_ceiling_a_contract_and_date")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.since}"

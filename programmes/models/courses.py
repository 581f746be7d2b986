"""Programmes: what is taught, to whom, by whom, and who vouches for it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import Convention, Milestone, Party, User

from ..states import HOSTED, WITH_CONTENT, Assigned, ProgrammeKind

# Three years, four for whoever has a disability (Code du travail, art. L6222-7-1 and R6222-46).
LONGEST_CONTRACT = 48
# More than that on one module, and nothing is ever decided.
MOST_OPINIONS = 9


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def visible_to(self, user: User) -> "ProgrammeQuerySet":
        """The programmes of the conventions the user sees."""
        return self.filter(milestone__convention__in=Convention.objects.visible_to(user))

    def with_content(self) -> "ProgrammeQuerySet":
        """Those whose content must be validated."""
        return self.filter(kind__in=WITH_CONTENT)


class Programme(models.Model):
    """A formation: a diploma, a title, a school's certificate or a chair."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="programmes", verbose_name=_("milestone"))
    slug = models.SlugField(_("address"), unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=ProgrammeKind.choices)
    title = models.CharField(_("official title"), max_length=160)
    short_title = models.CharField(_("short title"), max_length=40)
    level = models.PositiveSmallIntegerField(_("level"), null=True, blank=True)
    # Unknown codes stay unknown (domain facts, §9): never invented, shown as "to be completed".
    rncp_code = models.CharField(_("RNCP code"), max_length=12, blank=True)
    hours = models.PositiveSmallIntegerField(
        _("hours of class"), null=True, blank=True, help_text=_("What the modules of its content should make.")
    )
    months = models.PositiveSmallIntegerField(
        _("months"), null=True, blank=True, help_text=_("How long a contract lasts; empty if there is none.")
    )
    recognised_by = models.CharField(_("recognised by"), max_length=120, blank=True)
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="predecessors", verbose_name=_("successor")
    )
    pitch = models.TextField(_("presentation"), blank=True, help_text=_("Shown on the public page."))
    audience = models.TextField(_("for whom"), blank=True)
    outcome = models.TextField(_("what one gains"), blank=True)
    # What a training body tells before anybody enrols (Code du travail, art. L6353-8, L6111-8; quality indicator 1).
    # Unknown stays unknown: it is asked of the staff and not shown to the public.
    objectives = models.TextField(
        _("objectives"), blank=True, help_text=_("What one is able to do at the end. Shown on the public page.")
    )
    prerequisites = models.TextField(_("prerequisites"), blank=True)
    access_terms = models.TextField(
        _("access and delays"), blank=True, help_text=_("How one is admitted, and how long it takes.")
    )
    price = models.TextField(
        _("price"), blank=True, help_text=_("Empty where an employer hosts: it is free for the apprentice.")
    )
    methods = models.TextField(_("teaching methods"), blank=True)
    assessment = models.TextField(_("how it is assessed"), blank=True)
    accessibility = models.TextField(_("accessibility for disabled people"), blank=True)
    disability_contact = models.CharField(
        _("disability officer"), max_length=160, blank=True, help_text=_("A name and how to reach it.")
    )
    contact = models.CharField(
        _("contact of the course"),
        max_length=160,
        blank=True,
        help_text=_("A name and how to reach it; empty: whoever recruits."),
    )
    results = models.TextField(
        _("results"),
        blank=True,
        help_text=_("Rates of success, of contracts broken off, of employment, with their year."),
    )
    provider = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("taught by"))
    reviewer_party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("content validated by"))
    quorum = models.PositiveSmallIntegerField(_("favourable opinions needed"), default=2)
    assigned = models.CharField(
        _("a submitted version is given"), max_length=10, choices=Assigned.choices, default=Assigned.EVERYBODY
    )
    review_days = models.PositiveSmallIntegerField(
        _("days to judge a version"), default=14, help_text=_("Afterwards the coordinator is told.")
    )
    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        ordering = ["milestone__order"]
        constraints = [
            models.CheckConstraint(
                name="a_programme_needs_an_opinion",
                condition=Q(quorum__range=(1, MOST_OPINIONS)),
                violation_error_message=_("One to nine favourable opinions."),
            ),
            models.CheckConstraint(
                name="a_version_is_judged_in_days",
                condition=Q(review_days__range=(3, 180)),
                violation_error_message=_("Three to 180 days."),
            ),
            models.CheckConstraint(
                name="a_programme_lasts",
                condition=(Q(hours__isnull=True) | Q(hours__gte=1))
                & (Q(months__isnull=True) | Q(months__range=(1, LONGEST_CONTRACT))),
                violation_error_message=_("A contract lasts 1 to 48 months; a programme at least an hour."),
            ),
        ]

    def __str__(self) -> str:
        return self.short_title

    @property
    def recruits(self) -> bool:
        """Whether young people apply to it: a chair has activities, no students."""
        return self.kind != ProgrammeKind.CHAIR

    @property
    def is_hosted(self) -> bool:
        """Whether its students sit at a host: those of a certificate already have their employer."""
        return self.kind in HOSTED

    @property
    def is_for_professionals(self) -> bool:
        """Whether its students are in post: of age, admitted on file, on no waiting list, certified block by block."""
        return self.kind == ProgrammeKind.SCHOOL_CERTIFICATE

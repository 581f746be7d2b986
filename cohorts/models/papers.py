"""Papers: the kinds that are asked for, and what became of each that was asked of somebody."""

import uuid
from collections.abc import Iterable

from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnership.models import User
from partnership.papers import FOLDER
from partnership.states import Scan
from programmes.models import Programme

from ..states import PAPER_REQUEST_FLOW, PAPERS_MISSING, AskedOf, AskedWhen
from ..states import PaperRequestState as S
from .applications import Application
from .intakes import RECRUITMENT, Cohort


class PaperKindQuerySet(models.QuerySet["PaperKind"]):
    def for_file(self, application: Application) -> "PaperKindQuerySet":
        """Those still in use that every course asks for, or the file's course, or its cohort alone."""
        of_all = Q(programme=None, cohort=None)
        its_own = Q(programme=application.intake.programme_id) | Q(cohort=application.cohort_id)
        return self.filter(of_all | its_own, is_in_use=True)


class PaperKind(models.Model):
    """A paper that may be asked for: its name, and of whom and when it is asked for by itself."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    hint = models.CharField(_("what it must show"), max_length=200, blank=True)
    hint_en = models.CharField(_("what it must show, in English"), max_length=200, blank=True)
    programme = models.ForeignKey(
        Programme, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("of this course alone")
    )
    cohort = models.ForeignKey(
        Cohort, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("of this cohort alone")
    )
    asked_of = models.CharField(_("asked of"), max_length=12, choices=AskedOf.choices, default=AskedOf.EVERYBODY)
    asked_when = models.CharField(
        _("asked for once"), max_length=12, choices=AskedWhen.choices, default=AskedWhen.CONFIRMED
    )
    order = models.PositiveSmallIntegerField(_("order"), default=10)
    is_in_use = models.BooleanField(_("asked for today"), default=True)
    objects = PaperKindQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of paper")
        verbose_name_plural = _("kinds of papers")
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                name="a_paper_is_of_a_course_or_of_a_cohort",
                condition=Q(programme=None) | Q(cohort=None),
                violation_error_message=_("Choose a course or a cohort, not both."),
            )
        ]

    def __str__(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def said_hint(self) -> str:
        """What it must show, in the present language."""
        return self.hint_en if self.hint_en and get_language() == "en" else self.hint

    def fits(self, application: Application) -> bool:
        """Whether it may be asked for in a file, of its course and its cohort."""
        if self.cohort_id:
            return self.cohort_id == application.cohort_id
        return self.programme_id in (None, application.intake.programme_id)


class PaperRequestQuerySet(models.QuerySet["PaperRequest"]):
    def visible_to(self, user: User) -> "PaperRequestQuerySet":
        """Recruitment sees the papers of the files of its zones."""
        zones = user.zones_as(*RECRUITMENT)
        return self if zones is None else self.filter(application__cohort__zone__in=zones)

    def missing(self) -> "PaperRequestQuerySet":
        return self.filter(state__in=PAPERS_MISSING)

    def shown(self) -> "PaperRequestQuerySet":
        """Those that are still asked for, or were received, in the order of their kinds."""
        return self.in_order().exclude(state=S.DROPPED)

    def in_order(self) -> "PaperRequestQuerySet":
        return self.select_related("kind").order_by("kind__order", "kind__name")


class PaperRequest(models.Model):
    """A paper asked of somebody, and the file they sent for it; whoever may see the application may open it."""

    FLOW = PAPER_REQUEST_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="papers")
    kind = models.ForeignKey(PaperKind, models.PROTECT, related_name="requests", verbose_name=_("paper"))
    state = models.CharField(_("state"), max_length=10, choices=S.choices, default=S.ASKED)
    version = models.PositiveIntegerField(default=1, editable=False)
    # By nobody where the course asks for it by itself; asked for anew when it is refused.
    asked_at = models.DateTimeField(_("asked for on"))
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent on"), null=True)
    # One PDF. Of a refused paper the file stays until another takes its place: whoever refused by mistake finds it.
    file = models.FileField(upload_to=FOLDER, max_length=80, blank=True)
    scan = models.CharField(max_length=10, choices=Scan.choices, blank=True)
    pages = models.PositiveSmallIntegerField(_("pages"), default=0)
    # Seen in somebody's hands rather than sent: there is no file.
    is_on_paper = models.BooleanField(_("handed over on paper"), default=False)
    checked_at = models.DateTimeField(_("looked at on"), null=True)
    # Nobody, where the virus scanner refused it.
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    refusal = models.CharField(_("why it is refused"), max_length=300, blank=True)
    objects = PaperRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        ordering = ["asked_at", "pk"]
        indexes = [
            models.Index(fields=["application"], condition=Q(state__in=PAPERS_MISSING), name="papers_missing"),
            models.Index(fields=["application"], condition=Q(state=S.RECEIVED), name="papers_to_look_at"),
            models.Index(fields=["sent_at"], condition=Q(scan=Scan.PENDING), name="papers_to_scan"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["application", "kind"], name="a_file_is_asked_for_a_paper_once"),
            models.CheckConstraint(
                name="a_paper_sent_is_there",
                condition=~Q(state=S.RECEIVED) | (~Q(file="") & Q(sent_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="an_accepted_paper_was_seen_by_a_hand",
                condition=~Q(state=S.ACCEPTED)
                | Q(checked_at__isnull=False, checked_by__isnull=False) & (~Q(file="") | Q(is_on_paper=True)),
            ),
            models.CheckConstraint(
                name="a_refused_paper_says_why",
                condition=~Q(state=S.REFUSED) | Q(checked_at__isnull=False) & ~Q(refusal=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.kind)

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.application_id}"

    @property
    def filename(self) -> str:
        """What its file is called for whoever saves it."""
        return f"{self.application.reference}-{self.kind.code}.pdf"

    @property
    def is_missing(self) -> bool:
        return self.state in PAPERS_MISSING


def names_of(kinds: Iterable[PaperKind], language: str) -> list[str]:
    """The papers, as a language calls them."""
    with translation.override(language):
        return [str(kind) for kind in kinds]

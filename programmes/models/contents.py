"""Contents: the versions of what a programme teaches, and their modules."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import User
from partnership.papers import FOLDER
from partnership.states import Role, Scan

from ..states import CURRICULUM_FLOW, REVIEWABLE, CurriculumState
from .courses import Programme

# Beside the fields of a module, what its attachments are called in its text.
ATTACHMENTS = "attachments"


class CurriculumQuerySet(models.QuerySet["Curriculum"]):
    def visible_to(self, user: User) -> "CurriculumQuerySet":
        """Authors see their own party's contents; reviewers and coordinators of the party that validates, no drafts."""
        if user.has_role(Role.ADMINISTRATOR):
            return self
        taught_by = [m.party_id for m in user.current_memberships() if m.role == Role.AUTHOR]
        judging = (Role.REVIEWER, Role.COORDINATOR)
        reviewed_by = [m.party_id for m in user.current_memberships() if m.role in judging]
        return self.filter(
            Q(programme__provider__in=taught_by)
            | (Q(programme__reviewer_party__in=reviewed_by) & ~Q(state=CurriculumState.DRAFT))
        )

    def validated(self) -> "CurriculumQuerySet":
        return self.filter(state=CurriculumState.VALIDATED)

    def late(self) -> "CurriculumQuerySet":
        """Those that their reviewers were to have judged before today."""
        due = F("submitted_at") + F("programme__review_days") * Value(timedelta(days=1))
        midnight = datetime.combine(clock.today(), time(), clock.PARIS)
        rows = self.filter(state__in=REVIEWABLE).alias(due=ExpressionWrapper(due, models.DateTimeField()))
        return rows.filter(due__lt=midnight)


class Curriculum(models.Model):
    """One version of a programme's content; once validated the database lets nobody change it."""

    FLOW = CURRICULUM_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="curricula", verbose_name=_("programme"))
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(
        _("state"), max_length=20, choices=CurriculumState.choices, default=CurriculumState.DRAFT, editable=False
    )
    created_at = models.DateTimeField(_("begun on"), editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", editable=False, verbose_name=_("begun by"))
    submitted_at = models.DateTimeField(_("submitted on"), null=True, editable=False)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("submitted by")
    )
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("decided by")
    )
    # The hash of the whole text as validated; check_invariants compares it with the text.
    content_hash = models.CharField(max_length=64, blank=True, editable=False)
    objects = CurriculumQuerySet.as_manager()

    class Meta:
        verbose_name = _("content version")
        verbose_name_plural = _("content versions")
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="a_version_has_its_own_number"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(state=CurriculumState.VALIDATED),
                name="one_validated_version_per_programme",
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(
                    state__in=[
                        CurriculumState.DRAFT,
                        CurriculumState.SUBMITTED,
                        CurriculumState.IN_REVIEW,
                        CurriculumState.CHANGES_REQUESTED,
                    ]
                ),
                name="one_version_at_a_time_in_preparation",
            ),
            models.CheckConstraint(
                name="a_submitted_version_has_a_date_and_an_author",
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_decided_version_has_a_date_and_a_reviewer",
                condition=(
                    Q(state__in=[CurriculumState.VALIDATED, CurriculumState.SUPERSEDED, CurriculumState.REFUSED])
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                )
                | (
                    ~Q(state__in=[CurriculumState.VALIDATED, CurriculumState.SUPERSEDED, CurriculumState.REFUSED])
                    & Q(decided_at__isnull=True, decided_by__isnull=True)
                ),
            ),
        ]

    def __str__(self) -> str:
        return _("%(programme)s, version %(number)s") % {"programme": self.programme, "number": self.number}

    @property
    def due_on(self) -> date | None:
        """The day by which its reviewers are to have judged it; None while nobody is asked to."""
        if self.state not in REVIEWABLE or self.submitted_at is None:
            return None
        return self.submitted_at.astimezone(clock.PARIS).date() + timedelta(days=self.programme.review_days)

    @property
    def is_late(self) -> bool:
        return self.due_on is not None and self.due_on < clock.today()

    def text_hash(self) -> str:
        """The hash of the present text of all its modules, in order."""
        known = "modules" in getattr(self, "_prefetched_objects_cache", {})
        modules = self.modules.all() if known else self.modules.prefetch_related("attachments")
        return hashlib.sha256("".join(module.text_hash() for module in modules).encode()).hexdigest()


class ModuleQuerySet(models.QuerySet["Module"]):
    def visible_to(self, user: User) -> "ModuleQuerySet":
        """The modules of the versions the user sees."""
        return self.filter(curriculum__in=Curriculum.objects.visible_to(user))


class Module(models.Model):
    """A module of a version: its title, hours and four texts."""

    TEXTS = ("title", "hours", "objectives", "content", "assessment", "regulatory_review_on")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    curriculum = models.ForeignKey(Curriculum, models.CASCADE, related_name="modules", editable=False)
    # The same module keeps its lineage from version to version: that is what a comparison compares.
    lineage = models.UUIDField(default=uuid.uuid4, editable=False)
    order = models.PositiveSmallIntegerField(_("order"), editable=False)
    block = models.CharField(_("competence block"), max_length=120, blank=True)
    title = models.CharField(_("title"), max_length=120)
    hours = models.PositiveSmallIntegerField(_("hours"))
    objectives = models.TextField(_("objectives"))
    content = models.TextField(_("content"))
    assessment = models.TextField(_("assessment"), blank=True)
    regulatory_review_on = models.DateField(
        _("regulatory review"), null=True, blank=True, help_text=_("When the law behind it must be read again.")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = ModuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        ordering = ["curriculum", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["curriculum", "order"], name="a_module_has_its_own_place", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(fields=["curriculum", "lineage"], name="a_module_appears_once_in_a_version"),
            models.CheckConstraint(name="a_module_lasts", condition=Q(hours__gte=1)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def about(self) -> str:
        return f"programmes.curriculum:{self.curriculum_id}"

    def texts(self) -> dict[str, str | int]:
        """The exact text an opinion is given on, by field; a day as it is written in ISO 8601."""
        values = {name: getattr(self, name) for name in ("block", *self.TEXTS)}
        said = {name: value.isoformat() if isinstance(value, date) else value or "" for name, value in values.items()}
        # A module without any keeps the hash it had before there were attachments.
        if attachments := sorted(self.attachments.all(), key=lambda attachment: attachment.title):
            said[ATTACHMENTS] = "\n".join(attachment.said for attachment in attachments)
        return said

    def field_hash(self, field: str) -> str:
        """The hash of one field's text; of the whole text where no field is named."""
        return hashlib.sha256(str(self.texts().get(field, "")).encode()).hexdigest() if field else self.text_hash()

    def text_hash(self) -> str:
        """The hash of the exact text an opinion is given on."""
        return hashlib.sha256("\x1f".join(map(str, self.texts().values())).encode()).hexdigest()


@dataclass(frozen=True)
class Block:
    """A competence block of a content: its modules, wherever they stand in it; or a module that stands in none."""

    name: str
    modules: list[Module]

    @property
    def title(self) -> str:
        """Its title where it is a block; a module alone has its own."""
        return self.modules[0].block

    @property
    def hours(self) -> int:
        return sum(module.hours for module in self.modules)


def blocks_of(modules: Iterable[Module]) -> list[Block]:
    """The blocks of a content, in the order of its modules; a module without a block is one by itself."""
    found: dict[str, list[Module]] = {}
    for module in modules:
        found.setdefault(module.block or module.title, []).append(module)
    return [Block(name, within) for name, within in found.items()]


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, user: User) -> "AttachmentQuerySet":
        """The attachments of the modules the user sees."""
        return self.filter(module__in=Module.objects.visible_to(user))


class Attachment(models.Model):
    """A PDF that belongs to a module's text: an opinion is given on it as well."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    module = models.ForeignKey(Module, models.CASCADE, related_name="attachments", verbose_name=_("module"))
    title = models.CharField(_("title"), max_length=120)
    # A later version's copy names the same file.
    file = models.FileField(upload_to=FOLDER, max_length=80)
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(_("pages"))
    scan = models.CharField(max_length=10, choices=Scan.choices)
    added_at = models.DateTimeField(_("added on"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["module", "title"], name="an_attachment_has_its_own_title"),
            models.CheckConstraint(name="an_attachment_is_there", condition=~Q(file="") & Q(pages__gte=1)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def about(self) -> str:
        return f"programmes.curriculum:{self.module.curriculum_id}"

    @property
    def said(self) -> str:
        """What the text of its module says of it: another file under the same title is another text."""
        return f"{self.title} ({self.pages} p., {self.sha256})"

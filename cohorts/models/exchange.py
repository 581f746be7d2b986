"""What comes from other software and goes to it: lists of people, and choices of columns."""

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from partnership.models import Job, User, Zone

from ..states import IMPORT_FLOW, ImportState, RowVerdict, Source
from .applications import Application
from .intakes import Intake
from .sources import RecruitmentSource


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> "ImportQuerySet":
        """The lists that somebody brought themselves."""
        return self.filter(made_by=user)


class Import(models.Model):
    """A list from elsewhere, from its upload to its report; its rows stay a few days, then the whole goes."""

    FLOW = IMPORT_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=8, choices=ImportState.choices, default=ImportState.RECEIVED)
    name = models.CharField(_("list"), max_length=120)
    file = models.FileField(upload_to="imports/", blank=True)
    # Of the file's bytes: the same file is known again.
    digest = models.CharField(max_length=64, db_index=True)
    # How it was read: kind, encoding, delimiter, other_sheets.
    reading = models.JSONField(default=dict)
    headings = models.JSONField(default=list)
    # The first rows, which show what a column holds.
    sample = models.JSONField(default=list)
    # What each column is: a key of imports.columns, or nothing for one that is not taken.
    columns = models.JSONField(default=list)
    intake = models.ForeignKey(Intake, models.CASCADE, related_name="+", verbose_name=_("intake"))
    # Of the rows that name none; nothing where it follows from each postcode.
    zone = models.ForeignKey(Zone, models.CASCADE, null=True, related_name="+", verbose_name=_("zone"))
    source = models.CharField(_("heard of us through"), max_length=16, choices=Source.choices, blank=True)
    # By which source all of them came.
    recruitment_source = models.ForeignKey(
        RecruitmentSource, models.SET_NULL, null=True, related_name="+", verbose_name=_("recruitment source")
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    # Why it could not be read to its end.
    problem = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.CASCADE, related_name="+")
    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return self.name


class ImportRow(models.Model):
    """A row of a list: what it says, what becomes of it, and what there is to say about it."""

    of = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    verdict = models.CharField(max_length=9, choices=RowVerdict.choices)
    # As it was written, where something of it is to be corrected; else what was understood.
    cells = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    # [code, column, value, application] each (imports.rows.SENTENCES).
    told = models.JSONField(default=list)
    application = models.ForeignKey(Application, models.SET_NULL, null=True, related_name="+")
    written = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("row of a list")
        verbose_name_plural = _("rows of a list")
        ordering = ["line"]
        constraints = [models.UniqueConstraint(fields=["of", "line"], name="a_line_of_a_list_is_read_once")]
        indexes = [models.Index(fields=["of", "verdict", "line"], name="rows_by_verdict")]

    def __str__(self) -> str:
        return f"{self.line}"


class KnownHeadings(models.Model):
    """What the columns of a set of headings were the last time: the next list with the same ones is matched already."""

    # Of the headings, in order (imports.columns.signature).
    signature = models.CharField(max_length=64, unique=True)
    columns = models.JSONField(default=list)

    class Meta:
        verbose_name = _("known headings")
        verbose_name_plural = _("known headings")

    def __str__(self) -> str:
        return ", ".join(filter(None, self.columns))


class ColumnTemplate(models.Model):
    """The columns that other software expects: which, in which order, under which titles."""

    name = models.CharField(_("name"), max_length=60)
    # [key, title] each, in order; without a title of its own a column has ours.
    columns = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("column template")
        verbose_name_plural = _("column templates")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="a_template_has_a_name_of_its_own")]

    def __str__(self) -> str:
        return self.name

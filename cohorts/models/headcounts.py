"""How many files each cohort has: what triggers note as files come, move and go, so that nobody counts a million."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from ..states import LIVE, ApplicationState, HeadcountKind
from .intakes import RECRUITMENT, Cohort
from .sources import RecruitmentSource

# No foreign key in the database: its check would hold the other row, for which whoever offers a place waits.
_NO_CONSTRAINT = {"on_delete": models.DO_NOTHING, "related_name": "+", "db_constraint": False, "db_index": False}
_COLUMNS = (
    "kind, cohort_id, state, left_from, was_submitted, was_offered, owner_id, has_date, source, recruitment_source_id"
)
_GROUPS = ", ".join(str(number) for number in range(1, 11))
_LIVE = ", ".join(f"'{state}'" for state in LIVE)
# What the triggers write of each file (the newest migration about them), for all files at once.
_LINES = f"""
    SELECT line.kind, file.cohort_id, line.state, line.left_from, line.was_submitted, line.was_offered, line.owner_id,
        line.has_date, line.source, line.recruitment_source_id, count(*)
    FROM cohorts_application AS file, LATERAL (VALUES
        ('{HeadcountKind.STAGE}', file.state, file.left_from, file.submitted_at IS NOT NULL,
            file.offered_curriculum_id IS NOT NULL, NULL::uuid, false, '', NULL::bigint),
        ('{HeadcountKind.OWNER}', file.state, '', false, false, file.owner_id, file.next_at IS NOT NULL, '', NULL),
        ('{HeadcountKind.SOURCE}', CASE file.state WHEN '{ApplicationState.CONFIRMED}' THEN file.state ELSE '' END, '',
            file.submitted_at IS NOT NULL, file.offered_curriculum_id IS NOT NULL, NULL, false, file.source,
            file.recruitment_source_id)
    ) AS line (kind, state, left_from, was_submitted, was_offered, owner_id, has_date, source, recruitment_source_id)
    WHERE file.state <> '{ApplicationState.DRAFT}' AND (line.kind <> '{HeadcountKind.OWNER}' OR file.state IN ({_LIVE}))
    GROUP BY {_GROUPS}
"""  # noqa: S608 (ours, no input)


class HeadcountQuerySet(models.QuerySet["Headcount"]):
    def visible_to(self, user: User) -> "HeadcountQuerySet":
        """The lines of the files that recruitment sees (ApplicationQuerySet.visible_to)."""
        zones = user.zones_as(*RECRUITMENT)
        return self if zones is None else self.filter(cohort__zone__in=zones)


class Headcount(models.Model):
    """Files of a cohort that are alike: so many, or so many more or fewer since; all lines add up. Drafts are not here.

    A file has a line of each kind, which says nothing of what the others say: where it is; while it is live, who
    follows it and whether a date was agreed; by which source it came and how far (of its state, only whether it is
    confirmed). Whoever moves a file adds lines and changes none: nobody waits for anybody. Now and then the files are
    counted again, and that count takes the place of the lines before it (services/headcounts.py).
    """

    # What distinguishes lines, and the lines that all files together have now: for statements that no queryset says.
    COLUMNS, LINES = _COLUMNS, _LINES

    # One of states.HeadcountKind; nobody reads it on a page.
    kind = models.CharField(max_length=8)
    cohort = models.ForeignKey(Cohort, verbose_name=_("cohort"), **_NO_CONSTRAINT)
    state = models.CharField(_("state"), max_length=20)
    left_from = models.CharField(max_length=20, blank=True)
    was_submitted = models.BooleanField()
    was_offered = models.BooleanField()
    owner = models.ForeignKey(User, null=True, **_NO_CONSTRAINT)
    has_date = models.BooleanField(default=False)
    source = models.CharField(max_length=16, blank=True, default="")
    recruitment_source = models.ForeignKey(RecruitmentSource, null=True, **_NO_CONSTRAINT)
    number = models.IntegerField()
    is_change = models.BooleanField()
    objects = HeadcountQuerySet.as_manager()

    class Meta:
        verbose_name = _("headcount")
        verbose_name_plural = _("headcounts")

    def __str__(self) -> str:
        return f"{self.state} {self.number:{'+' if self.is_change else ''}}"

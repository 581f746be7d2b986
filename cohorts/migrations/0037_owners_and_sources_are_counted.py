"""Beside where files are, who follows them and by which source they came is counted as they come, move and go."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

_COLUMNS = (
    "kind, cohort_id, state, left_from, was_submitted, was_offered, owner_id, has_date, source, recruitment_source_id"
)
_GROUPS = ", ".join(str(number) for number in range(1, 11))
_LIVE = (
    "enquiry",
    "submitted",
    "interview_scheduled",
    "no_show",
    "interviewed",
    "waitlisted",
    "admitted",
    "confirmed",
)
_AWAITING = ("enquiry", "submitted", "no_show", "interviewed")
# A file has a line of each kind, the second while it is live.
_LINES = f"""LATERAL (VALUES
        ('stage', file.state, file.left_from, file.submitted_at IS NOT NULL, file.offered_curriculum_id IS NOT NULL,
            NULL::uuid, false, '', NULL::bigint),
        ('owner', file.state, '', false, false, file.owner_id, file.next_at IS NOT NULL, '', NULL),
        ('source', CASE file.state WHEN 'confirmed' THEN file.state ELSE '' END, '', file.submitted_at IS NOT NULL,
            file.offered_curriculum_id IS NOT NULL, NULL, false, file.source, file.recruitment_source_id)
    ) AS line (kind, state, left_from, was_submitted, was_offered, owner_id, has_date, source, recruitment_source_id)
    WHERE file.state <> 'draft' AND (line.kind <> 'owner' OR file.state IN {_LIVE})"""  # noqa: S608 (ours, no input)
_SELECTED = (
    "line.kind, file.cohort_id, line.state, line.left_from, line.was_submitted, line.was_offered, line.owner_id,"
    " line.has_date, line.source, line.recruitment_source_id"
)
_SEEN = (
    "cohort_id",
    "state",
    "left_from",
    "submitted_at",
    "offered_curriculum_id",
    "owner_id",
    "next_at",
    "source",
    "recruitment_source_id",
)
_ONLY_WHETHER = ("submitted_at", "offered_curriculum_id", "next_at")


def _row(name: str) -> str:
    return ", ".join(f"{name}.{column}" for column in _SEEN)


def _cells(name: str) -> str:
    return ", ".join(f"{name}.{column} IS NULL" if column in _ONLY_WHETHER else f"{name}.{column}" for column in _SEEN)


def _count(files: str, *, sign: str = "", is_change: bool = True) -> str:
    return f"""INSERT INTO cohorts_headcount ({_COLUMNS}, number, is_change)
        SELECT {_SELECTED}, {sign}count(*), {is_change} FROM {files} AS file, {_LINES} GROUP BY {_GROUPS};"""  # noqa: S608 (ours, no input)


_COME_AND_GO = f"""
CREATE OR REPLACE FUNCTION files_that_come_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_count("came")}
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION files_that_go_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_count("gone", sign="-")}
    RETURN NULL;
END $$;
"""
_MOVE = f"""
CREATE OR REPLACE FUNCTION files_that_move_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What a move leaves as it was adds up to nothing.
    INSERT INTO cohorts_headcount ({_COLUMNS}, number, is_change)
        SELECT {_SELECTED}, sum(file.number), true
        FROM (VALUES ({_row("OLD")}, -1), ({_row("NEW")}, 1)) AS file ({", ".join(_SEEN)}, number), {_LINES}
        GROUP BY {_GROUPS} HAVING sum(file.number) <> 0;
    RETURN NULL;
END $$;
DROP TRIGGER files_that_move_are_counted ON cohorts_application;
CREATE TRIGGER files_that_move_are_counted AFTER UPDATE ON cohorts_application
    FOR EACH ROW WHEN (({_cells("OLD")}) IS DISTINCT FROM ({_cells("NEW")}))
    EXECUTE FUNCTION files_that_move_are_counted();
"""  # noqa: S608 (ours, no input)
LAW = f"""{_COME_AND_GO}{_MOVE}
DELETE FROM cohorts_headcount;
{_count("cohorts_application", is_change=False)}
"""  # noqa: S608 (ours, no input)


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0036_files_are_counted"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        # How many files somebody follows is counted by the triggers now; what of theirs is due is walked in order.
        migrations.RemoveIndex(model_name="application", name="live_applications_by_owner"),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                "owner",
                Coalesce("next_at", Greatest("state_since", "acted_at")),
                "id",
                condition=Q(state__in=_LIVE),
                name="live_applications_by_owner",
            ),
        ),
        migrations.AddField(
            model_name="headcount",
            name="kind",
            field=models.CharField(default="stage", max_length=8),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="headcount",
            name="owner",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(model_name="headcount", name="has_date", field=models.BooleanField(default=False)),
        migrations.AddField(
            model_name="headcount", name="source", field=models.CharField(blank=True, default="", max_length=16)
        ),
        migrations.AddField(
            model_name="headcount",
            name="recruitment_source",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="cohorts.recruitmentsource",
            ),
        ),
        migrations.RunSQL(LAW),
    ]

"""Files are counted as they come, move and go; those that are here, now."""

import django.db.models.deletion
from django.db import migrations, models

_COLUMNS = "cohort_id, state, left_from, was_submitted, was_offered, number, is_change"
_ALIKE = "cohort_id, state, left_from, submitted_at IS NOT NULL, offered_curriculum_id IS NOT NULL"
_ROW = "{0}.cohort_id, {0}.state, {0}.left_from, {0}.submitted_at, {0}.offered_curriculum_id"
_CELL = "{0}.cohort_id, {0}.state, {0}.left_from, {0}.submitted_at IS NULL, {0}.offered_curriculum_id IS NULL"


def _count(files: str, *, sign: str = "", is_change: bool = True) -> str:
    return f"""INSERT INTO cohorts_headcount ({_COLUMNS})
        SELECT {_ALIKE}, {sign}count(*), {is_change} FROM {files} WHERE state <> 'draft' GROUP BY 1, 2, 3, 4, 5;"""  # noqa: S608 (ours, no input)


LAW = f"""
CREATE FUNCTION files_that_come_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_count("came")}
    RETURN NULL;
END $$;
CREATE FUNCTION files_that_go_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {_count("gone", sign="-")}
    RETURN NULL;
END $$;
CREATE FUNCTION files_that_move_are_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cohorts_headcount ({_COLUMNS})
        SELECT {_ALIKE}, number, true
        FROM (VALUES ({_ROW.format("OLD")}, -1), ({_ROW.format("NEW")}, 1))
            AS file (cohort_id, state, left_from, submitted_at, offered_curriculum_id, number)
        WHERE state <> 'draft';
    RETURN NULL;
END $$;
CREATE TRIGGER files_that_come_are_counted AFTER INSERT ON cohorts_application
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION files_that_come_are_counted();
CREATE TRIGGER files_that_go_are_counted AFTER DELETE ON cohorts_application
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION files_that_go_are_counted();
CREATE TRIGGER files_that_move_are_counted AFTER UPDATE ON cohorts_application
    FOR EACH ROW WHEN (({_CELL.format("OLD")}) IS DISTINCT FROM ({_CELL.format("NEW")}))
    EXECUTE FUNCTION files_that_move_are_counted();
{_count("cohorts_application", is_change=False)}
"""  # noqa: S608 (ours, no input)
REPEAL = """
DROP TRIGGER files_that_move_are_counted ON cohorts_application;
DROP TRIGGER files_that_go_are_counted ON cohorts_application;
DROP TRIGGER files_that_come_are_counted ON cohorts_application;
DROP FUNCTION files_that_move_are_counted();
DROP FUNCTION files_that_go_are_counted();
DROP FUNCTION files_that_come_are_counted();
"""


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0035_the_board_counts_along_indexes")]
    operations = [
        # What an exit left from is counted by the triggers now; the strongest lock comes first.
        migrations.RemoveIndex(model_name="application", name="applications_by_state"),
        migrations.AddIndex(
            model_name="application", index=models.Index(fields=["cohort", "state"], name="applications_by_state")
        ),
        migrations.CreateModel(
            name="Headcount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(max_length=20, verbose_name="state")),
                ("left_from", models.CharField(blank=True, max_length=20)),
                ("was_submitted", models.BooleanField()),
                ("was_offered", models.BooleanField()),
                ("number", models.IntegerField()),
                ("is_change", models.BooleanField()),
                (
                    "cohort",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="cohorts.cohort",
                        verbose_name="cohort",
                    ),
                ),
            ],
            options={"verbose_name": "headcount", "verbose_name_plural": "headcounts"},
        ),
        migrations.RunSQL(LAW, REPEAL),
    ]

"""An offer is answered by an hour, not by a day; what was promised by a day keeps that whole day."""

from django.db import migrations, models

WIDEN = """
ALTER TABLE cohorts_application ALTER COLUMN reply_before TYPE timestamptz
    USING (reply_before + time '23:59') AT TIME ZONE 'Europe/Paris';
"""
NARROW = """
ALTER TABLE cohorts_application ALTER COLUMN reply_before TYPE date
    USING (reply_before AT TIME ZONE 'Europe/Paris')::date;
"""
_HOLDING = ("admitted", "confirmed")


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0007_files_in_hand")]
    operations = [
        migrations.RemoveIndex("application", "applications_by_reply"),
        migrations.RemoveConstraint("application", "an_offer_names_its_content_and_its_term"),
        migrations.RenameField("application", "reply_by", "reply_before"),
        migrations.RunSQL(
            WIDEN,
            NARROW,
            state_operations=[
                migrations.AlterField(
                    "application",
                    "reply_before",
                    models.DateTimeField(editable=False, null=True, verbose_name="answer expected before"),
                )
            ],
        ),
        migrations.AddIndex(
            "application",
            models.Index(
                fields=["reply_before", "id"], condition=models.Q(state="admitted"), name="applications_by_reply"
            ),
        ),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(
                name="an_offer_names_its_content_and_its_term",
                condition=models.Q(("state__in", _HOLDING), _negated=True)
                | models.Q(
                    ("decided_at__isnull", False),
                    ("offered_curriculum__isnull", False),
                    ("reply_before__isnull", False),
                ),
            ),
        ),
        migrations.AddField(
            "cohort",
            "hours_to_reply",
            models.PositiveSmallIntegerField(default=45, verbose_name="open hours to answer an offer"),
        ),
        migrations.AddConstraint(
            "cohort",
            models.CheckConstraint(
                name="an_offer_leaves_time_to_answer", condition=models.Q(("hours_to_reply__gte", 1))
            ),
        ),
    ]

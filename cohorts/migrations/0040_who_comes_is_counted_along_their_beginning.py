"""Who came lately and applied, along the moment they began: a narrower index, of which nothing is read in vain.

Nobody who has applied or was offered a place is a draft: what counts them need not look.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0039_people_are_looked_at_in_time")]
    operations = [
        migrations.RemoveIndex(model_name="application", name="applications_by_arrival"),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("submitted_at__isnull", False)),
                fields=["cohort", "created_at"],
                name="applications_by_beginning",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "draft"), _negated=True),
                    models.Q(("offered_curriculum", None), ("submitted_at", None)),
                    _connector="OR",
                ),
                name="a_draft_is_neither_submitted_nor_offered",
            ),
        ),
    ]

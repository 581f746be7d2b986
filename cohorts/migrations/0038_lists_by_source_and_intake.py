"""The files of a source and of an intake in the order they came in; whoever has a name and a month of birth."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Lower


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0037_owners_and_sources_are_counted")]
    operations = [
        # The index of each key alone gives its place to one that begins with it; the strongest lock comes first.
        migrations.AlterField(
            model_name="application",
            name="intake",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="cohorts.intake",
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="recruitment_source",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="cohorts.recruitmentsource",
                verbose_name="recruitment source",
            ),
        ),
        migrations.RemoveIndex(model_name="candidate", name="applicants_by_name"),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                F("intake"), Coalesce("submitted_at", "created_at"), F("id"), name="applications_by_intake"
            ),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                F("recruitment_source"),
                Coalesce("submitted_at", "created_at"),
                F("id"),
                condition=Q(recruitment_source__isnull=False),
                name="applications_by_source",
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                Lower("last_name"),
                Lower("first_name"),
                F("id"),
                F("birth_year"),
                F("birth_month"),
                name="applicants_by_name",
            ),
        ),
    ]

"""Every order of the recruiter's list, a search for a part of a word, and who is already known: each by an index."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Lower, Upper


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0005_erased_people")]
    operations = [
        # Trusted since PostgreSQL 13: whoever owns the database may.
        TrigramExtension(),
        migrations.AddIndex(
            "application",
            models.Index(fields=["state", "state_since", "id"], name="applications_by_stage_and_wait"),
        ),
        migrations.AddIndex(
            "application",
            models.Index(Coalesce("submitted_at", "created_at"), F("id"), name="applications_by_submission"),
        ),
        migrations.AddIndex(
            "application",
            models.Index(fields=["reply_by", "id"], condition=Q(state="admitted"), name="applications_by_reply"),
        ),
        migrations.AddIndex(
            "application",
            models.Index(
                F("cohort"),
                Coalesce("waiting_rank", Value(32_767, output_field=models.PositiveSmallIntegerField())),
                F("id"),
                condition=Q(state="waitlisted"),
                name="applications_by_rank",
            ),
        ),
        migrations.AddIndex(
            "candidate", models.Index(Lower("last_name"), Lower("first_name"), F("id"), name="applicants_by_name")
        ),
        migrations.AddIndex("candidate", GinIndex(OpClass("search_text", "gin_trgm_ops"), name="applicants_by_a_part")),
        migrations.AddIndex("candidate", models.Index(fields=["phone"], name="applicants_by_phone")),
        migrations.AddIndex("candidate", models.Index(Upper("email"), name="applicants_by_email")),
    ]

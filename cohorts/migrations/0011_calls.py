"""Calls; of each application the last deed of ours and the next date that was agreed."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.functions import Coalesce, Greatest


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0010_files_go_on"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            "application",
            "acted_at",
            models.DateTimeField(editable=False, null=True, verbose_name="last deed of ours"),
        ),
        migrations.AddField(
            "application", "next_at", models.DateTimeField(editable=False, null=True, verbose_name="next date")
        ),
        # Nobody knows who moved what until now: nothing old is told as new.
        migrations.RunSQL(
            "UPDATE cohorts_application SET acted_at = state_since WHERE state <> 'draft'", migrations.RunSQL.noop
        ),
        migrations.AddIndex(
            "application",
            models.Index(
                Coalesce("next_at", Greatest("state_since", "acted_at")),
                models.F("id"),
                condition=models.Q(state__in=("enquiry", "submitted", "no_show", "interviewed")),
                name="applications_by_due_date",
            ),
        ),
        migrations.AddIndex(
            "application",
            models.Index(
                fields=["next_at"], condition=models.Q(next_at__isnull=False), name="applications_by_next_date"
            ),
        ),
        migrations.CreateModel(
            "Call",
            [
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(verbose_name="date and time")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("reached", "Reached"),
                            ("voicemail", "Voicemail"),
                            ("wrong_number", "Wrong number"),
                            ("call_back", "Call back on…"),
                            ("not_interested", "Not interested"),
                        ],
                        max_length=16,
                        verbose_name="result",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="note")),
                ("next_at", models.DateTimeField(null=True, verbose_name="next date")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="calls", to="cohorts.application"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            {
                "verbose_name": "call",
                "verbose_name_plural": "calls",
                "ordering": ["-at"],
                "indexes": [models.Index(fields=["application", "-at"], name="calls_of_a_file")],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(result="call_back") | models.Q(next_at__isnull=False),
                        name="calling_back_has_a_date",
                    )
                ],
            },
        ),
    ]

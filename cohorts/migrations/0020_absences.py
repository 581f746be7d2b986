"""Absences: one a person and day, and somebody else stands in."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0019_dossiers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        # Trusted since PostgreSQL 13: whoever owns the database may.
        BtreeGistExtension(),
        migrations.CreateModel(
            "Absence",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField(verbose_name="first day")),
                ("until", models.DateField(verbose_name="last day")),
                ("planned_at", models.DateTimeField(editable=False)),
                (
                    "cover",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="stands in",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            {
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ["since", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(until__gte=models.F("since")), name="an_absence_ends_after_it_began"
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(cover=models.F("user")), name="nobody_stands_in_for_themselves"
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        name="one_absence_a_person_and_day",
                        expressions=[
                            ("user", RangeOperators.EQUAL),
                            (
                                models.Func(
                                    "since",
                                    "until",
                                    models.Value("[]"),
                                    function="daterange",
                                    output_field=DateRangeField(),
                                ),
                                RangeOperators.OVERLAPS,
                            ),
                        ],
                    ),
                ],
            },
        ),
    ]

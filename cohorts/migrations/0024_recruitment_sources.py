import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0023_papers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecruitmentSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(editable=False, max_length=40)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("lycee", "lycée"),
                            ("mission_locale", "mission locale"),
                            ("france_travail", "France Travail"),
                            ("cio", "guidance centre (CIO)"),
                            ("fair", "fair or forum"),
                            ("open_day", "open day"),
                            ("alternance", "La bonne alternance"),
                            ("parcoursup", "Parcoursup or Affelnet"),
                            ("social", "social network"),
                            ("site", "page of a site"),
                            ("host", "an employer"),
                            ("former_students", "former students"),
                            ("member", "member of a partner"),
                            ("word_of_mouth", "word of mouth"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("begins_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("made_at", models.DateTimeField(editable=False)),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "zone",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="partnership.zone",
                        verbose_name="zone",
                    ),
                ),
            ],
            options={
                "verbose_name": "recruitment source",
                "verbose_name_plural": "recruitment sources",
                "ordering": [django.db.models.functions.text.Lower("name"), "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("code",), name="a_source_has_a_code_of_its_own"),
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="a_source_has_a_name_of_its_own"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("begins_on", None),
                            ("ends_on", None),
                            ("ends_on__gte", models.F("begins_on")),
                            _connector="OR",
                        ),
                        name="a_source_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "application",
            "recruitment_source",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="applications",
                to="cohorts.recruitmentsource",
                verbose_name="recruitment source",
            ),
        ),
    ]

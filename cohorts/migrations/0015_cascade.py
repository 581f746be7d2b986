"""The cascade of a cohort: off until somebody switches it on, whose hand its offers have."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0014_slots_keep_their_word"),
        ("partnership", "0009_letters_by_hand"),
        ("programmes", "0002_immutable_content"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="cohort",
            name="cascade_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="cascade switched on"),
        ),
        migrations.AddField(
            model_name="cohort",
            name="cascade_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cascade switched on by",
            ),
        ),
        migrations.AddField(
            model_name="cohort",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cascade_at__isnull", True), ("cascade_by__isnull", True)),
                    models.Q(("cascade_at__isnull", False), ("cascade_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_cascade_has_a_hand_and_a_date",
            ),
        ),
    ]

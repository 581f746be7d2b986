from django.db import migrations, models

import partnership.clock

KINDS = [
    ("drafts", "reminders of an application that is not handed in"),
    ("warmth", "news between the admission and the first day"),
    ("later", "news of later intakes"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0011_drafts_have_their_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmessage",
            name="kind",
            field=models.CharField(blank=True, choices=KINDS, default="", max_length=8),
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("person", models.CharField(max_length=80)),
                ("kind", models.CharField(choices=KINDS, max_length=8)),
                ("at", models.DateTimeField(default=partnership.clock.now)),
            ],
            options={
                "verbose_name": "letters no longer wanted",
                "verbose_name_plural": "letters no longer wanted",
                "constraints": [
                    models.UniqueConstraint(fields=("person", "kind"), name="one_opt_out_a_person_and_kind")
                ],
            },
        ),
    ]

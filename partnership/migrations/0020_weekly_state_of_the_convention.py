from django.db import migrations, models

KINDS = [
    ("drafts", "reminders of an application that is not handed in"),
    ("warmth", "news between the admission and the first day"),
    ("later", "news of later intakes"),
    ("weekly", "the weekly state of the convention"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0019_snapshots"),
    ]

    operations = [
        migrations.AlterField(
            model_name="outgoingmessage",
            name="kind",
            field=models.CharField(blank=True, choices=KINDS, default="", max_length=8),
        ),
        migrations.AlterField(
            model_name="optout",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=8),
        ),
    ]

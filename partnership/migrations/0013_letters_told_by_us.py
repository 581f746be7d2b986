import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WAYS = [
    ("email", "by e-mail"),
    ("phone", "by telephone"),
    ("sms", "by SMS"),
    ("whatsapp", "by WhatsApp"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0012_letters_nobody_has_to_want"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingmessage",
            name="way",
            field=models.CharField(choices=WAYS, default="email", max_length=8),
        ),
        migrations.AddField(
            model_name="outgoingmessage",
            name="said_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="outgoingmessage",
            name="said_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="outgoingmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("said_at__isnull", True), ("said_by__isnull", True), ("way", "email")),
                    models.Q(
                        models.Q(("way", "email"), _negated=True),
                        ("said_at__isnull", False),
                        ("said_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="whoever_tells_a_letter_says_how_and_when",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("partnership", "0020_weekly_state_of_the_convention"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="first_steps_done_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="first steps done on"),
        ),
    ]

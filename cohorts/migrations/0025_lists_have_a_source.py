import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0024_recruitment_sources")]

    operations = [
        migrations.AddField(
            "import",
            "recruitment_source",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="cohorts.recruitmentsource",
                verbose_name="recruitment source",
            ),
        ),
    ]

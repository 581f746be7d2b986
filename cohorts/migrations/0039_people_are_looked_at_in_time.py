"""Until when somebody is kept at least, as last looked at: of everybody here that is not known yet."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0038_lists_by_source_and_intake")]
    operations = [
        migrations.AddField(
            model_name="candidate",
            name="kept_at_least_until",
            field=models.DateTimeField(
                db_default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC), editable=False
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True)),
                fields=["kept_at_least_until", "id"],
                name="applicants_by_their_end",
            ),
        ),
    ]

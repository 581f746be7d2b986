"""What a host announced for sure before it was counted: the places it has open."""

from django.db import migrations

COUNT = """
UPDATE placements_hostpledge p SET places_sure = (
    SELECT count(*) FROM placements_seat s
        WHERE s.site_id = p.site_id AND s.intake_id = p.intake_id AND s.closed_at IS NULL
) WHERE p.answer <> 'no';
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0010_pledges_and_asks")]
    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop)]

"""A placement that has begun says when, one that has ended says when and why; it never leaves its company."""

from django.db import migrations, models

LAW = """
CREATE FUNCTION a_placement_stays_in_its_company() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seat_id = OLD.seat_id THEN RETURN NEW; END IF;
    IF (SELECT h.company_id FROM placements_seat s JOIN placements_hostsite h ON h.id = s.site_id
            WHERE s.id = NEW.seat_id)
        IS DISTINCT FROM
       (SELECT h.company_id FROM placements_seat s JOIN placements_hostsite h ON h.id = s.site_id
            WHERE s.id = OLD.seat_id) THEN
        RAISE EXCEPTION 'another company is another placement'
            USING ERRCODE = '23514', CONSTRAINT = 'a_placement_stays_in_its_company';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_placement_stays_in_its_company BEFORE UPDATE OF seat_id
    ON placements_placement FOR EACH ROW EXECUTE FUNCTION a_placement_stays_in_its_company();
"""
REPEAL = """
DROP TRIGGER a_placement_stays_in_its_company ON placements_placement;
DROP FUNCTION a_placement_stays_in_its_company();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0018_placements_begin_and_end")]

    operations = [
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("started_at__isnull", False),
                        ("started_on__isnull", False),
                        ("state__in", ("active", "completed", "broken")),
                    ),
                    models.Q(
                        models.Q(("state__in", ("active", "completed", "broken")), _negated=True),
                        ("started_at__isnull", True),
                        ("started_by__isnull", True),
                        ("started_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_placement_under_way_has_its_first_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", False),
                        ("ended_on__isnull", False),
                        ("state", "broken"),
                        models.Q(("break_cause", ""), _negated=True),
                    ),
                    models.Q(
                        ("break_cause", ""),
                        ("ended_at__isnull", False),
                        ("ended_on__isnull", False),
                        ("state", "completed"),
                    ),
                    models.Q(
                        models.Q(("state__in", ["broken", "completed"]), _negated=True),
                        ("break_cause", ""),
                        ("ended_at__isnull", True),
                        ("ended_by__isnull", True),
                        ("ended_on__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_break_has_a_cause_and_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_on__gte", models.F("started_on"))), name="a_placement_ends_after_it_began"
            ),
        ),
        migrations.RunSQL(LAW, REPEAL),
    ]

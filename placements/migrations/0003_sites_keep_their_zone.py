"""A site moves to another zone only if everybody placed there can go to it (ERRCODE 23514)."""

from django.db import migrations

LAW = """
CREATE FUNCTION a_site_keeps_to_the_zones_of_its_students() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.zone_id = OLD.zone_id THEN RETURN NEW; END IF;
    -- Whoever is being placed holds a place of the site: one of the two moves waits for the other, and sees it.
    PERFORM FROM placements_seat WHERE site_id = NEW.id ORDER BY id FOR UPDATE;
    IF EXISTS (
        SELECT FROM placements_placement p
            JOIN placements_seat s ON s.id = p.seat_id
            JOIN cohorts_enrolment e ON e.id = p.enrolment_id
            JOIN cohorts_application a ON a.id = e.application_id
            JOIN cohorts_cohort c ON c.id = a.cohort_id
            WHERE s.site_id = NEW.id AND p.state IN ('proposed', 'accepted', 'active') AND c.zone_id <> NEW.zone_id
                AND NOT EXISTS (
                    SELECT FROM cohorts_application_other_zones o
                        WHERE o.application_id = a.id AND o.zone_id = NEW.zone_id
                )
    ) THEN
        RAISE EXCEPTION 'somebody is placed on this site who cannot go to that zone'
            USING ERRCODE = '23514', CONSTRAINT = 'a_site_keeps_to_the_zones_of_its_students';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_site_keeps_to_the_zones_of_its_students BEFORE UPDATE OF zone_id
    ON placements_hostsite FOR EACH ROW EXECUTE FUNCTION a_site_keeps_to_the_zones_of_its_students();
"""
REPEAL = """
DROP TRIGGER a_site_keeps_to_the_zones_of_its_students ON placements_hostsite;
DROP FUNCTION a_site_keeps_to_the_zones_of_its_students();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0002_fitting_placements")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

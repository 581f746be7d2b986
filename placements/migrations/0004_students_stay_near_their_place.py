"""A student who has a place moves only to a cohort of a zone in which that place lies, or can lie (ERRCODE 23514)."""

from django.db import migrations

LAW = """
CREATE FUNCTION a_student_stays_in_the_zones_of_their_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cohort_id = OLD.cohort_id THEN RETURN NEW; END IF;
    -- Whoever is being placed holds their enrolment for share: one of the two moves waits for the other, and sees it.
    PERFORM FROM cohorts_enrolment WHERE application_id = NEW.id ORDER BY id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM placements_placement p
            JOIN cohorts_enrolment e ON e.id = p.enrolment_id
            JOIN placements_seat s ON s.id = p.seat_id
            JOIN placements_hostsite h ON h.id = s.site_id
            JOIN cohorts_cohort c ON c.id = NEW.cohort_id
            WHERE e.application_id = NEW.id AND p.state IN ('proposed', 'accepted', 'active')
                AND h.zone_id <> c.zone_id
                AND NOT EXISTS (
                    SELECT FROM cohorts_application_other_zones o
                        WHERE o.application_id = NEW.id AND o.zone_id = h.zone_id
                )
    ) THEN
        RAISE EXCEPTION 'placed outside the zones of the new cohort'
            USING ERRCODE = '23514', CONSTRAINT = 'a_student_stays_in_the_zones_of_their_place';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_student_stays_in_the_zones_of_their_place BEFORE UPDATE OF cohort_id
    ON cohorts_application FOR EACH ROW EXECUTE FUNCTION a_student_stays_in_the_zones_of_their_place();
"""
REPEAL = """
DROP TRIGGER a_student_stays_in_the_zones_of_their_place ON cohorts_application;
DROP FUNCTION a_student_stays_in_the_zones_of_their_place();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0003_sites_keep_their_zone"), ("cohorts", "0007_files_in_hand")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

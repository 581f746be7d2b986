"""A student is introduced while enrolled and unplaced, to a site of their zones, by a presentation that is its own."""

from django.db import migrations

LAW = """
CREATE FUNCTION an_introduction_fits_its_student() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    student record;
    shown record;
BEGIN
    IF NEW.state NOT IN ('sent', 'meeting') THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.enrolment_id = NEW.enrolment_id AND OLD.site_id = NEW.site_id
        AND OLD.presentation_id = NEW.presentation_id AND OLD.state IN ('sent', 'meeting') THEN
        RETURN NEW;
    END IF;
    -- Whoever ends the enrolment or finds the student a place holds this row: they close what they see after us, or we
    -- see what they did.
    PERFORM FROM cohorts_enrolment WHERE id = NEW.enrolment_id FOR SHARE;
    SELECT e.state, a.id AS application_id, a.intake_id, c.zone_id INTO student
        FROM cohorts_enrolment e
        JOIN cohorts_application a ON a.id = e.application_id
        JOIN cohorts_cohort c ON c.id = a.cohort_id
        WHERE e.id = NEW.enrolment_id;
    SELECT p.site_id, p.intake_id, h.zone_id INTO shown
        FROM placements_presentation p JOIN placements_hostsite h ON h.id = p.site_id
        WHERE p.id = NEW.presentation_id;
    IF student.state NOT IN ('expected', 'present') THEN
        RAISE EXCEPTION 'not enrolled' USING ERRCODE = '23514', CONSTRAINT = 'only_an_enrolled_student_is_introduced';
    END IF;
    IF EXISTS (
        SELECT FROM placements_placement p WHERE p.enrolment_id = NEW.enrolment_id AND p.state IN ('accepted', 'active')
    ) THEN
        RAISE EXCEPTION 'has a place' USING ERRCODE = '23514', CONSTRAINT = 'a_student_with_a_place_is_not_introduced';
    END IF;
    IF shown.site_id <> NEW.site_id OR shown.intake_id <> student.intake_id THEN
        RAISE EXCEPTION 'another site or intake'
            USING ERRCODE = '23514', CONSTRAINT = 'an_introduction_is_of_its_presentation';
    END IF;
    IF shown.zone_id <> student.zone_id AND NOT EXISTS (
        SELECT FROM cohorts_application_other_zones o
            WHERE o.application_id = student.application_id AND o.zone_id = shown.zone_id
    ) THEN
        RAISE EXCEPTION 'outside the zones of the student'
            USING ERRCODE = '23514', CONSTRAINT = 'an_introduction_stays_in_the_zones_of_the_student';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_introduction_fits_its_student BEFORE INSERT OR UPDATE OF state, enrolment_id, site_id, presentation_id
    ON placements_introduction FOR EACH ROW EXECUTE FUNCTION an_introduction_fits_its_student();
"""
REPEAL = """
DROP TRIGGER an_introduction_fits_its_student ON placements_introduction;
DROP FUNCTION an_introduction_fits_its_student();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0016_introductions")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

"""A placement that waited for a transfer reads where the student is now (ERRCODE 23514)."""

from django.db import migrations

LAW = """
CREATE OR REPLACE FUNCTION a_placement_fits_its_student() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    student record;
    place record;
BEGIN
    IF NEW.state NOT IN ('proposed', 'accepted', 'active') THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.seat_id = NEW.seat_id AND OLD.enrolment_id = NEW.enrolment_id
        AND OLD.state IN ('proposed', 'accepted', 'active') THEN
        RETURN NEW;
    END IF;
    -- The locks make an ending enrolment, a transfer or a closing place wait for this placement, or this one for them.
    -- What they may have changed is read once they are held: a row that was only locked meanwhile is not read again.
    PERFORM FROM cohorts_enrolment WHERE id = NEW.enrolment_id FOR SHARE;
    SELECT e.state, a.id AS application_id, a.intake_id, c.zone_id INTO student
        FROM cohorts_enrolment e
        JOIN cohorts_application a ON a.id = e.application_id
        JOIN cohorts_cohort c ON c.id = a.cohort_id
        WHERE e.id = NEW.enrolment_id;
    PERFORM FROM placements_seat WHERE id = NEW.seat_id FOR SHARE;
    SELECT s.closed_at, s.intake_id, h.zone_id INTO place
        FROM placements_seat s JOIN placements_hostsite h ON h.id = s.site_id
        WHERE s.id = NEW.seat_id;
    IF student.state NOT IN ('expected', 'present') THEN
        RAISE EXCEPTION 'not enrolled' USING ERRCODE = '23514', CONSTRAINT = 'only_an_enrolled_student_is_placed';
    END IF;
    IF place.closed_at IS NOT NULL OR place.intake_id <> student.intake_id THEN
        RAISE EXCEPTION 'place closed, or of another intake'
            USING ERRCODE = '23514', CONSTRAINT = 'a_placement_needs_an_open_place';
    END IF;
    IF place.zone_id <> student.zone_id AND NOT EXISTS (
        SELECT FROM cohorts_application_other_zones o
            WHERE o.application_id = student.application_id AND o.zone_id = place.zone_id
    ) THEN
        RAISE EXCEPTION 'outside the zones of the student'
            USING ERRCODE = '23514', CONSTRAINT = 'a_placement_stays_in_the_zones_of_the_student';
    END IF;
    RETURN NEW;
END $$;
"""
REPEAL = """
CREATE OR REPLACE FUNCTION a_placement_fits_its_student() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    student record;
    place record;
BEGIN
    IF NEW.state NOT IN ('proposed', 'accepted', 'active') THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.seat_id = NEW.seat_id AND OLD.enrolment_id = NEW.enrolment_id
        AND OLD.state IN ('proposed', 'accepted', 'active') THEN
        RETURN NEW;
    END IF;
    -- The locks make an ending enrolment or a closing place wait for this placement, or this one for them.
    SELECT e.state, a.id AS application_id, a.intake_id, c.zone_id INTO student
        FROM cohorts_enrolment e
        JOIN cohorts_application a ON a.id = e.application_id
        JOIN cohorts_cohort c ON c.id = a.cohort_id
        WHERE e.id = NEW.enrolment_id FOR SHARE OF e;
    SELECT s.closed_at, s.intake_id, h.zone_id INTO place
        FROM placements_seat s JOIN placements_hostsite h ON h.id = s.site_id
        WHERE s.id = NEW.seat_id FOR SHARE OF s;
    IF student.state NOT IN ('expected', 'present') THEN
        RAISE EXCEPTION 'not enrolled' USING ERRCODE = '23514', CONSTRAINT = 'only_an_enrolled_student_is_placed';
    END IF;
    IF place.closed_at IS NOT NULL OR place.intake_id <> student.intake_id THEN
        RAISE EXCEPTION 'place closed, or of another intake'
            USING ERRCODE = '23514', CONSTRAINT = 'a_placement_needs_an_open_place';
    END IF;
    IF place.zone_id <> student.zone_id AND NOT EXISTS (
        SELECT FROM cohorts_application_other_zones o
            WHERE o.application_id = student.application_id AND o.zone_id = place.zone_id
    ) THEN
        RAISE EXCEPTION 'outside the zones of the student'
            USING ERRCODE = '23514', CONSTRAINT = 'a_placement_stays_in_the_zones_of_the_student';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0004_students_stay_near_their_place")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

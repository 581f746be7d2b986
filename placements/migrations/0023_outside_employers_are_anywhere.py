"""An employer outside the partnership is anywhere: the zones of a student bind its places no more (ERRCODE 23514).

Whoever is placed there stays where they are when the company becomes a partner: each law asks at the moment of a move,
and a move of the site or of the student takes nobody out of their zones who was in them.
"""

from django.db import migrations

LAW = """
CREATE OR REPLACE FUNCTION a_placement_fits_its_student() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    student record;
    place record;
    of_partner boolean;
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
    SELECT s.closed_at, s.intake_id, h.zone_id, h.company_id INTO place
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
        -- Whoever makes the company a partner at this moment waits for this placement, or this one for them.
        SELECT k.is_partner INTO of_partner FROM placements_hostcompany k WHERE k.id = place.company_id FOR SHARE;
        IF of_partner THEN
            RAISE EXCEPTION 'outside the zones of the student'
                USING ERRCODE = '23514', CONSTRAINT = 'a_placement_stays_in_the_zones_of_the_student';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION a_site_keeps_to_the_zones_of_its_students() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.zone_id = OLD.zone_id THEN RETURN NEW; END IF;
    -- Whoever is being placed holds a place of the site: one of the two moves waits for the other, and sees it.
    PERFORM FROM placements_seat WHERE site_id = NEW.id ORDER BY id FOR UPDATE;
    -- Likewise whoever makes the company a partner.
    PERFORM FROM placements_hostcompany WHERE id = NEW.company_id FOR NO KEY UPDATE;
    IF (SELECT is_partner FROM placements_hostcompany WHERE id = NEW.company_id) AND EXISTS (
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
                AND (c.zone_id = OLD.zone_id OR EXISTS (
                    SELECT FROM cohorts_application_other_zones o
                        WHERE o.application_id = a.id AND o.zone_id = OLD.zone_id
                ))
    ) THEN
        RAISE EXCEPTION 'somebody is placed on this site who cannot go to that zone'
            USING ERRCODE = '23514', CONSTRAINT = 'a_site_keeps_to_the_zones_of_its_students';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION a_student_stays_in_the_zones_of_their_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.cohort_id = OLD.cohort_id THEN RETURN NEW; END IF;
    -- Whoever is being placed holds their enrolment for share: one of the two moves waits for the other, and sees it.
    PERFORM FROM cohorts_enrolment WHERE application_id = NEW.id ORDER BY id FOR NO KEY UPDATE;
    -- Likewise whoever makes the company a partner.
    PERFORM FROM placements_hostcompany WHERE id IN (
        SELECT h.company_id FROM placements_placement p
            JOIN cohorts_enrolment e ON e.id = p.enrolment_id
            JOIN placements_seat s ON s.id = p.seat_id
            JOIN placements_hostsite h ON h.id = s.site_id
            WHERE e.application_id = NEW.id AND p.state IN ('proposed', 'accepted', 'active')
    ) FOR SHARE;
    IF EXISTS (
        SELECT FROM placements_placement p
            JOIN cohorts_enrolment e ON e.id = p.enrolment_id
            JOIN placements_seat s ON s.id = p.seat_id
            JOIN placements_hostsite h ON h.id = s.site_id
            JOIN placements_hostcompany k ON k.id = h.company_id
            JOIN cohorts_cohort former ON former.id = OLD.cohort_id
            JOIN cohorts_cohort c ON c.id = NEW.cohort_id
            WHERE e.application_id = NEW.id AND p.state IN ('proposed', 'accepted', 'active')
                AND k.is_partner AND h.zone_id = former.zone_id AND h.zone_id <> c.zone_id
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
CREATE OR REPLACE FUNCTION a_site_keeps_to_the_zones_of_its_students() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE OR REPLACE FUNCTION a_student_stays_in_the_zones_of_their_place() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0022_placed_for_a_reason")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

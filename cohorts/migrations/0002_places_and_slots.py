"""Offers never exceed a cohort's places and need a validated content; a slot holds no more than its places (23514)."""

from django.db import migrations

LAW = """
CREATE FUNCTION offers_never_exceed_the_places() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer;
    held integer;
    content varchar;
BEGIN
    IF NEW.state NOT IN ('admitted', 'confirmed') THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.state IN ('admitted', 'confirmed') AND OLD.cohort_id = NEW.cohort_id THEN
        RETURN NEW;
    END IF;
    -- Whoever counts holds the cohort's row: without the lock two offers count the same last place.
    SELECT capacity * (100 + overbooking_percent) / 100 INTO places
        FROM cohorts_cohort WHERE id = NEW.cohort_id FOR NO KEY UPDATE;
    SELECT count(*) INTO held FROM cohorts_application
        WHERE cohort_id = NEW.cohort_id AND state IN ('admitted', 'confirmed') AND id <> NEW.id;
    IF held >= places THEN
        RAISE EXCEPTION 'no place left in this cohort'
            USING ERRCODE = '23514', CONSTRAINT = 'offers_never_exceed_the_places';
    END IF;
    SELECT state INTO content FROM programmes_curriculum WHERE id = NEW.offered_curriculum_id;
    IF content IS DISTINCT FROM 'validated' THEN
        RAISE EXCEPTION 'no offer before a validated content'
            USING ERRCODE = '23514', CONSTRAINT = 'no_offer_before_validation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offers_never_exceed_the_places BEFORE INSERT OR UPDATE OF state, cohort_id ON cohorts_application
    FOR EACH ROW EXECUTE FUNCTION offers_never_exceed_the_places();

CREATE FUNCTION a_slot_holds_its_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer;
    held integer;
BEGIN
    IF NEW.state = 'cancelled' THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'cancelled' AND OLD.slot_id = NEW.slot_id THEN RETURN NEW; END IF;
    SELECT capacity INTO places FROM cohorts_slot WHERE id = NEW.slot_id FOR NO KEY UPDATE;
    SELECT count(*) INTO held FROM cohorts_booking
        WHERE slot_id = NEW.slot_id AND state <> 'cancelled' AND id <> NEW.id;
    IF held >= places THEN
        RAISE EXCEPTION 'this slot is full' USING ERRCODE = '23514', CONSTRAINT = 'a_slot_holds_its_capacity';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_slot_holds_its_capacity BEFORE INSERT OR UPDATE OF state, slot_id ON cohorts_booking
    FOR EACH ROW EXECUTE FUNCTION a_slot_holds_its_capacity();
"""
REPEAL = """
DROP TRIGGER a_slot_holds_its_capacity ON cohorts_booking;
DROP FUNCTION a_slot_holds_its_capacity();
DROP TRIGGER offers_never_exceed_the_places ON cohorts_application;
DROP FUNCTION offers_never_exceed_the_places();
"""


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0001_initial")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

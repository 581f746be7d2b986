"""A slot holds no more than its places, takes nobody once cancelled, and keeps its kind (ERRCODES 23514, 23503)."""

from django.db import migrations

LAW = """
CREATE OR REPLACE FUNCTION a_slot_holds_its_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer;
    held integer;
    standing varchar;
BEGIN
    IF NEW.state = 'cancelled' THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'cancelled' AND OLD.slot_id = NEW.slot_id THEN RETURN NEW; END IF;
    SELECT capacity, state INTO places, standing FROM cohorts_slot WHERE id = NEW.slot_id FOR NO KEY UPDATE;
    IF standing = 'cancelled' THEN
        RAISE EXCEPTION 'this slot is cancelled'
            USING ERRCODE = '23514', CONSTRAINT = 'a_cancelled_slot_takes_nobody';
    END IF;
    SELECT count(*) INTO held FROM cohorts_booking
        WHERE slot_id = NEW.slot_id AND state <> 'cancelled' AND id <> NEW.id;
    IF held >= places THEN
        RAISE EXCEPTION 'this slot is full' USING ERRCODE = '23514', CONSTRAINT = 'a_slot_holds_its_capacity';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION a_slot_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The update holds the slot's row, for which every booking waits before it counts.
    IF NEW.capacity < OLD.capacity AND NEW.capacity < (
        SELECT count(*) FROM cohorts_booking WHERE slot_id = NEW.id AND state <> 'cancelled'
    ) THEN
        RAISE EXCEPTION 'more people have booked'
            USING ERRCODE = '23514', CONSTRAINT = 'a_slot_holds_its_capacity';
    END IF;
    IF NEW.state = 'cancelled' AND EXISTS (
        SELECT FROM cohorts_booking WHERE slot_id = NEW.id AND state = 'booked'
    ) THEN
        RAISE EXCEPTION 'somebody is still expected'
            USING ERRCODE = '23514', CONSTRAINT = 'a_cancelled_slot_expects_nobody';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_slot_keeps_its_word BEFORE UPDATE OF capacity, state ON cohorts_slot
    FOR EACH ROW EXECUTE FUNCTION a_slot_keeps_its_word();

UPDATE cohorts_booking SET kind = slot.kind FROM cohorts_slot AS slot WHERE slot.id = slot_id;
"""
KIND = """
ALTER TABLE cohorts_booking ADD CONSTRAINT a_booking_is_of_its_slots_kind
    FOREIGN KEY (slot_id, kind) REFERENCES cohorts_slot (id, kind);
"""
REPEAL = """
DROP TRIGGER a_slot_keeps_its_word ON cohorts_slot;
DROP FUNCTION a_slot_keeps_its_word();
CREATE OR REPLACE FUNCTION a_slot_holds_its_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0013_slots_of_every_kind")]
    operations = [
        migrations.RunSQL(LAW, REPEAL),
        migrations.RunSQL(KIND, "ALTER TABLE cohorts_booking DROP CONSTRAINT a_booking_is_of_its_slots_kind;"),
    ]

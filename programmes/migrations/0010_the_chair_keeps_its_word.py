"""An activity of the chair takes no more people than it has places, and nobody once cancelled (ERRCODE 23514)."""

from django.db import migrations

LAW = """
CREATE FUNCTION an_activity_holds_its_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    places integer;
    held integer;
    standing varchar;
BEGIN
    IF NEW.state = 'cancelled' THEN RETURN NEW; END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = NEW.state AND OLD.activity_id = NEW.activity_id THEN RETURN NEW; END IF;
    SELECT capacity, state INTO places, standing FROM programmes_chairactivity
        WHERE id = NEW.activity_id FOR NO KEY UPDATE;
    IF standing = 'cancelled' THEN
        RAISE EXCEPTION 'this activity is cancelled'
            USING ERRCODE = '23514', CONSTRAINT = 'a_cancelled_activity_takes_nobody';
    END IF;
    IF NEW.state <> 'registered' OR places IS NULL THEN RETURN NEW; END IF;
    SELECT count(*) INTO held FROM programmes_registration
        WHERE activity_id = NEW.activity_id AND state = 'registered' AND id <> NEW.id;
    IF held >= places THEN
        RAISE EXCEPTION 'this activity is full' USING ERRCODE = '23514', CONSTRAINT = 'an_activity_holds_its_capacity';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_activity_holds_its_capacity BEFORE INSERT OR UPDATE OF state, activity_id
    ON programmes_registration FOR EACH ROW EXECUTE FUNCTION an_activity_holds_its_capacity();

CREATE FUNCTION an_activity_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The update holds the activity's row, for which every registration waits before it counts.
    IF NEW.capacity IS DISTINCT FROM OLD.capacity AND NEW.capacity < (
        SELECT count(*) FROM programmes_registration WHERE activity_id = NEW.id AND state = 'registered'
    ) THEN
        RAISE EXCEPTION 'more people are registered'
            USING ERRCODE = '23514', CONSTRAINT = 'an_activity_holds_its_capacity';
    END IF;
    IF NEW.state = 'cancelled' AND EXISTS (
        SELECT FROM programmes_registration WHERE activity_id = NEW.id AND state <> 'cancelled'
    ) THEN
        RAISE EXCEPTION 'somebody is still expected'
            USING ERRCODE = '23514', CONSTRAINT = 'a_cancelled_activity_expects_nobody';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER an_activity_keeps_its_word BEFORE UPDATE OF capacity, state ON programmes_chairactivity
    FOR EACH ROW EXECUTE FUNCTION an_activity_keeps_its_word();
"""
REPEAL = """
DROP TRIGGER an_activity_keeps_its_word ON programmes_chairactivity;
DROP FUNCTION an_activity_keeps_its_word();
DROP TRIGGER an_activity_holds_its_capacity ON programmes_registration;
DROP FUNCTION an_activity_holds_its_capacity();
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0009_chair_activities")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

"""A validated text is immutable, whoever asks: all that may happen to it is to be superseded (ERRCODE 23001)."""

from django.db import migrations

LAW = """
CREATE FUNCTION validated_curriculum_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('validated', 'superseded', 'refused') THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'validated' AND NEW.state = 'superseded'
        AND to_jsonb(OLD) - 'state' = to_jsonb(NEW) - 'state' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a decided content version is immutable'
        USING ERRCODE = '23001', CONSTRAINT = 'a_validated_text_is_immutable';
END $$;
CREATE TRIGGER validated_curriculum_is_immutable BEFORE UPDATE OR DELETE ON programmes_curriculum
    FOR EACH ROW EXECUTE FUNCTION validated_curriculum_is_immutable();

-- A module may be written only while its author holds the version; the row lock makes a decision wait for the writing,
-- and the writing for the decision.
CREATE FUNCTION module_is_written_in_preparation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held varchar;
    curriculum uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.curriculum_id ELSE NEW.curriculum_id END;
BEGIN
    SELECT state INTO held FROM programmes_curriculum WHERE id = curriculum FOR SHARE;
    IF held IN ('draft', 'changes_requested') OR held IS NULL THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the text of a version that has left its author is immutable'
        USING ERRCODE = '23001', CONSTRAINT = 'a_validated_text_is_immutable';
END $$;
CREATE TRIGGER module_is_written_in_preparation BEFORE INSERT OR UPDATE OR DELETE ON programmes_module
    FOR EACH ROW EXECUTE FUNCTION module_is_written_in_preparation();
"""
REPEAL = """
DROP TRIGGER module_is_written_in_preparation ON programmes_module;
DROP FUNCTION module_is_written_in_preparation();
DROP TRIGGER validated_curriculum_is_immutable ON programmes_curriculum;
DROP FUNCTION validated_curriculum_is_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

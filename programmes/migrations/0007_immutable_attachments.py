"""An attachment is part of its module's text; and no text leaves a version by being given to another one."""

from django.db import migrations

LAW = """
-- Where a row goes and where it comes from: its author must hold both.
CREATE OR REPLACE FUNCTION module_is_written_in_preparation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM programmes_curriculum
        WHERE (TG_OP <> 'INSERT' AND id = OLD.curriculum_id OR TG_OP <> 'DELETE' AND id = NEW.curriculum_id)
        FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM programmes_curriculum
        WHERE (TG_OP <> 'INSERT' AND id = OLD.curriculum_id OR TG_OP <> 'DELETE' AND id = NEW.curriculum_id)
            AND state NOT IN ('draft', 'changes_requested')
    ) THEN
        RAISE EXCEPTION 'the text of a version that has left its author is immutable'
            USING ERRCODE = '23001', CONSTRAINT = 'a_validated_text_is_immutable';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION attachment_is_written_in_preparation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What a virus scanner says of a file changes nothing of the text.
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'scan' = to_jsonb(NEW) - 'scan' THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM programmes_curriculum c JOIN programmes_module m ON m.curriculum_id = c.id
        WHERE (TG_OP <> 'INSERT' AND m.id = OLD.module_id OR TG_OP <> 'DELETE' AND m.id = NEW.module_id)
        FOR SHARE OF c;
    IF EXISTS (
        SELECT 1 FROM programmes_curriculum c JOIN programmes_module m ON m.curriculum_id = c.id
        WHERE (TG_OP <> 'INSERT' AND m.id = OLD.module_id OR TG_OP <> 'DELETE' AND m.id = NEW.module_id)
            AND c.state NOT IN ('draft', 'changes_requested')
    ) THEN
        RAISE EXCEPTION 'the text of a version that has left its author is immutable'
            USING ERRCODE = '23001', CONSTRAINT = 'a_validated_text_is_immutable';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attachment_is_written_in_preparation BEFORE INSERT OR UPDATE OR DELETE ON programmes_attachment
    FOR EACH ROW EXECUTE FUNCTION attachment_is_written_in_preparation();
"""
REPEAL = """
DROP TRIGGER attachment_is_written_in_preparation ON programmes_attachment;
DROP FUNCTION attachment_is_written_in_preparation();

CREATE OR REPLACE FUNCTION module_is_written_in_preparation() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0006_requests_behind_opinions")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

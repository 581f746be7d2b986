"""A signed text is immutable, whoever asks: a convention changes by an amendment that all its parties have signed.

Nor does a draft change under a signature: whoever changes it takes the signatures back first (ERRCODE 23001).
"""

from django.db import migrations

LAW = """
CREATE FUNCTION refuse_to_change_a_signed_text() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what has been signed is immutable'
        USING ERRCODE = '23001', CONSTRAINT = 'a_signed_text_is_immutable';
END $$;

-- A convention, an amendment. The arguments: the table of its signatures, and their column that names it.
CREATE FUNCTION a_signed_text_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_given boolean;
BEGIN
    IF OLD.state = 'draft' THEN
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = $1 AND signed_at IS NOT NULL)', TG_ARGV[0], TG_ARGV[1])
            INTO is_given USING OLD.id;
        IF TG_OP = 'DELETE' AND NOT is_given THEN RETURN OLD; END IF;
        IF TG_OP = 'UPDATE' AND (NOT is_given OR
            to_jsonb(OLD) - '{state,signed_at,version}'::text[] = to_jsonb(NEW) - '{state,signed_at,version}'::text[])
        THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'UPDATE' AND (NEW.state = OLD.state OR (OLD.state = 'signed' AND NEW.state = 'ended'))
        AND to_jsonb(OLD) - '{state,version}'::text[] = to_jsonb(NEW) - '{state,version}'::text[]
    THEN RETURN NEW; END IF;
    PERFORM refuse_to_change_a_signed_text();
END $$;
CREATE TRIGGER a_signed_convention_is_immutable BEFORE UPDATE OR DELETE ON partnership_convention
    FOR EACH ROW EXECUTE FUNCTION a_signed_text_is_immutable('partnership_signature', 'convention_id');
CREATE TRIGGER a_signed_amendment_is_immutable BEFORE UPDATE OR DELETE ON partnership_amendment
    FOR EACH ROW EXECUTE FUNCTION a_signed_text_is_immutable('partnership_amendmentsignature', 'amendment_id');

-- Signatures, and what an amendment changes. The arguments: the table of what they belong to, and their column that
-- names it. The row lock makes the last signature wait for the writing, and the writing for the signature.
CREATE FUNCTION a_signed_text_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line jsonb := CASE WHEN TG_OP = 'INSERT' THEN to_jsonb(NEW) ELSE to_jsonb(OLD) END;
    held varchar;
BEGIN
    EXECUTE format('SELECT state FROM %I WHERE id = $1 FOR SHARE', TG_ARGV[0])
        INTO held USING (line ->> TG_ARGV[1])::uuid;
    IF held <> 'draft' OR (TG_OP = 'UPDATE' AND to_jsonb(NEW) -> TG_ARGV[1] <> line -> TG_ARGV[1]) THEN
        PERFORM refuse_to_change_a_signed_text();
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER signatures_of_a_signed_convention_stay BEFORE INSERT OR UPDATE OR DELETE ON partnership_signature
    FOR EACH ROW EXECUTE FUNCTION a_signed_text_is_closed('partnership_convention', 'convention_id');
CREATE TRIGGER signatures_of_a_signed_amendment_stay BEFORE INSERT OR UPDATE OR DELETE ON partnership_amendmentsignature
    FOR EACH ROW EXECUTE FUNCTION a_signed_text_is_closed('partnership_amendment', 'amendment_id');

CREATE FUNCTION an_amendment_lists_its_changes_before_it_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    amendment uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.amendment_id ELSE OLD.amendment_id END;
    held varchar;
BEGIN
    SELECT state INTO held FROM partnership_amendment WHERE id = amendment FOR SHARE;
    IF TG_OP = 'UPDATE' OR held <> 'draft' OR EXISTS (
        SELECT FROM partnership_amendmentsignature WHERE amendment_id = amendment AND signed_at IS NOT NULL
    ) THEN
        PERFORM refuse_to_change_a_signed_text();
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER changes_of_a_signed_amendment_stay BEFORE INSERT OR UPDATE OR DELETE ON partnership_amendmentchange
    FOR EACH ROW EXECUTE FUNCTION an_amendment_lists_its_changes_before_it_is_signed();

-- Milestones, objectives, commitments. The argument: how the journal names such a part. Under a signed convention a row
-- is written as an amendment says that bears all its signatures and is not closed yet: the moment of the last one.
CREATE FUNCTION a_signed_convention_changes_by_amendment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    becomes jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    part jsonb := COALESCE(was, becomes);
    -- That a promise has been kept is no part of the text.
    kept text[] := CASE WHEN TG_ARGV[0] = 'partnership.commitment' THEN '{done_at,done_by_id,evidence}'::text[]
        ELSE '{}'::text[] END;
    whole uuid;
    held varchar;
BEGIN
    IF TG_OP = 'UPDATE' AND was - kept = becomes - kept THEN RETURN NEW; END IF;
    IF TG_ARGV[0] = 'partnership.objective' THEN
        SELECT convention_id INTO whole FROM partnership_milestone WHERE id = (part ->> 'milestone_id')::bigint;
    ELSE
        whole := (part ->> 'convention_id')::uuid;
    END IF;
    SELECT state INTO held FROM partnership_convention WHERE id = whole FOR SHARE;
    IF TG_OP = 'UPDATE' AND (was -> 'convention_id' IS DISTINCT FROM becomes -> 'convention_id'
        OR (TG_ARGV[0] = 'partnership.objective' AND was -> 'milestone_id' <> becomes -> 'milestone_id')) THEN
        PERFORM refuse_to_change_a_signed_text();
    ELSIF held = 'draft' AND EXISTS (
        SELECT FROM partnership_signature WHERE convention_id = whole AND signed_at IS NOT NULL
    ) THEN
        PERFORM refuse_to_change_a_signed_text();
    ELSIF held <> 'draft' AND NOT EXISTS (
        SELECT FROM partnership_amendmentchange AS change
        JOIN partnership_amendment AS amendment ON amendment.id = change.amendment_id
        WHERE amendment.convention_id = whole AND amendment.state = 'draft'
            AND EXISTS (SELECT FROM partnership_amendmentsignature AS hand WHERE hand.amendment_id = amendment.id)
            AND NOT EXISTS (
                SELECT FROM partnership_amendmentsignature AS hand
                WHERE hand.amendment_id = amendment.id AND hand.signed_at IS NULL
            )
            AND CASE TG_OP
                WHEN 'INSERT' THEN
                    change.kind = 'promise' AND TG_ARGV[0] = 'partnership.commitment' AND becomes @> change.new
                WHEN 'UPDATE' THEN
                    change.subject = TG_ARGV[0] || ':' || (was ->> 'id') AND was @> change.old
                    AND becomes = was || change.new
                ELSE false
            END
    ) THEN
        PERFORM refuse_to_change_a_signed_text();
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER milestones_change_by_amendment BEFORE INSERT OR UPDATE OR DELETE ON partnership_milestone
    FOR EACH ROW EXECUTE FUNCTION a_signed_convention_changes_by_amendment('partnership.milestone');
CREATE TRIGGER objectives_change_by_amendment BEFORE INSERT OR UPDATE OR DELETE ON partnership_objective
    FOR EACH ROW EXECUTE FUNCTION a_signed_convention_changes_by_amendment('partnership.objective');
CREATE TRIGGER commitments_change_by_amendment BEFORE INSERT OR UPDATE OR DELETE ON partnership_commitment
    FOR EACH ROW EXECUTE FUNCTION a_signed_convention_changes_by_amendment('partnership.commitment');
"""
REPEAL = """
DROP TRIGGER commitments_change_by_amendment ON partnership_commitment;
DROP TRIGGER objectives_change_by_amendment ON partnership_objective;
DROP TRIGGER milestones_change_by_amendment ON partnership_milestone;
DROP FUNCTION a_signed_convention_changes_by_amendment();
DROP TRIGGER changes_of_a_signed_amendment_stay ON partnership_amendmentchange;
DROP FUNCTION an_amendment_lists_its_changes_before_it_is_signed();
DROP TRIGGER signatures_of_a_signed_amendment_stay ON partnership_amendmentsignature;
DROP TRIGGER signatures_of_a_signed_convention_stay ON partnership_signature;
DROP FUNCTION a_signed_text_is_closed();
DROP TRIGGER a_signed_amendment_is_immutable ON partnership_amendment;
DROP TRIGGER a_signed_convention_is_immutable ON partnership_convention;
DROP FUNCTION a_signed_text_is_immutable();
DROP FUNCTION refuse_to_change_a_signed_text();
"""


class Migration(migrations.Migration):
    dependencies = [("partnership", "0017_amendments")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

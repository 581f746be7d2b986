"""A tutor has no more students than the law allows, on the sites they serve, while they are there (ERRCODE 23514).

R6223-6 (two apprentices, and one who repeats the year), D6325-9 (three people, two of an employer): the figures are rows
of placements_tutorceiling, by kind of contract and by the start of the latest intake that the tutor trains for. A kind
without a row has no ceiling that is known; a student whose contract is not known yet counts as the strictest kind.
"""

from django.db import migrations

LAW = """
CREATE FUNCTION a_tutor_is_beyond(who uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    WITH live AS (
        SELECT p.contract_kind, p.repeats_year, i.starts_on
            FROM placements_placement p
            JOIN placements_seat s ON s.id = p.seat_id
            JOIN cohorts_intake i ON i.id = s.intake_id
            WHERE p.tutor_id = who AND p.state IN ('proposed', 'accepted', 'active')
    ), ceiling AS (
        SELECT DISTINCT ON (c.kind) c.kind, c.most_repeating AS more,
                CASE WHEN t.is_employer THEN coalesce(c.most_of_employer, c.most) ELSE c.most END AS most
            FROM placements_tutorceiling c JOIN placements_tutor t ON t.id = who
            WHERE c.since <= (SELECT max(starts_on) FROM live)
            ORDER BY c.kind, c.since DESC
    ), counted AS (
        SELECT coalesce(nullif(live.contract_kind, ''), (SELECT kind FROM ceiling ORDER BY most, kind LIMIT 1)) AS kind,
                count(*) AS everybody, count(*) FILTER (WHERE NOT live.repeats_year) AS for_the_first_time
            FROM live GROUP BY 1
    )
    SELECT EXISTS (
        SELECT FROM counted JOIN ceiling USING (kind) WHERE for_the_first_time > most OR everybody > most + more
    ) OR coalesce((
        -- Of several kinds together, no more than the largest allows.
        SELECT sum(everybody) > max(most + more) FROM counted JOIN ceiling USING (kind)
    ), false)
$$;

CREATE FUNCTION a_tutor_has_room() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tutor record;
    place record;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state IN ('proposed', 'accepted', 'active')
        AND OLD.tutor_id IS NOT DISTINCT FROM NEW.tutor_id AND OLD.contract_kind = NEW.contract_kind
        AND OLD.repeats_year = NEW.repeats_year AND OLD.seat_id = NEW.seat_id THEN
        RETURN NULL;
    END IF;
    -- Whoever else is given to this tutor, or their leaving, waits for us or we for them; the count is read after that.
    SELECT t.company_id, t.left_at INTO tutor FROM placements_tutor t WHERE t.id = NEW.tutor_id FOR NO KEY UPDATE;
    SELECT h.id, h.company_id INTO place
        FROM placements_seat s JOIN placements_hostsite h ON h.id = s.site_id WHERE s.id = NEW.seat_id;
    IF tutor.left_at IS NOT NULL THEN
        RAISE EXCEPTION 'this tutor has left'
            USING ERRCODE = '23514', CONSTRAINT = 'a_tutor_who_has_left_takes_nobody';
    END IF;
    IF tutor.company_id <> place.company_id OR NOT EXISTS (
        SELECT FROM placements_tutor_sites served WHERE served.tutor_id = NEW.tutor_id AND served.hostsite_id = place.id
    ) THEN
        RAISE EXCEPTION 'this tutor does not serve the site'
            USING ERRCODE = '23514', CONSTRAINT = 'a_tutor_serves_the_site';
    END IF;
    IF a_tutor_is_beyond(NEW.tutor_id) THEN
        RAISE EXCEPTION 'this tutor has as many students as the law allows'
            USING ERRCODE = '23514', CONSTRAINT = 'a_tutor_has_room';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_tutor_has_room
    AFTER INSERT OR UPDATE OF tutor_id, contract_kind, repeats_year, state, seat_id ON placements_placement
    FOR EACH ROW WHEN (NEW.tutor_id IS NOT NULL AND NEW.state IN ('proposed', 'accepted', 'active'))
    EXECUTE FUNCTION a_tutor_has_room();

CREATE FUNCTION an_employer_has_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF a_tutor_is_beyond(NEW.id) THEN
        RAISE EXCEPTION 'an employer has fewer students'
            USING ERRCODE = '23514', CONSTRAINT = 'a_tutor_has_room';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER an_employer_has_room AFTER UPDATE OF is_employer ON placements_tutor
    FOR EACH ROW WHEN (NEW.is_employer AND NOT OLD.is_employer) EXECUTE FUNCTION an_employer_has_room();
"""
REPEAL = """
DROP TRIGGER an_employer_has_room ON placements_tutor;
DROP FUNCTION an_employer_has_room();
DROP TRIGGER a_tutor_has_room ON placements_placement;
DROP FUNCTION a_tutor_has_room();
DROP FUNCTION a_tutor_is_beyond(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("placements", "0008_contacts_and_eligibility"),
        ("cohorts", "0031_no_waiting_list_for_a_certificate"),
    ]
    operations = [migrations.RunSQL(LAW, REPEAL)]

"""A cohort somebody has applied to keeps its intake, its zone and the places it has offered (ERRCODE 23514)."""

from django.db import migrations

LAW = """
CREATE FUNCTION a_cohort_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held integer;
BEGIN
    -- Applications carry the intake, and placements follow the zone.
    IF (NEW.intake_id <> OLD.intake_id OR NEW.zone_id <> OLD.zone_id)
        AND EXISTS (SELECT FROM cohorts_application WHERE cohort_id = NEW.id) THEN
        RAISE EXCEPTION 'somebody has applied to this cohort'
            USING ERRCODE = '23514', CONSTRAINT = 'a_cohort_keeps_its_intake_and_zone';
    END IF;
    IF NEW.capacity * (100 + NEW.overbooking_percent) / 100 < OLD.capacity * (100 + OLD.overbooking_percent) / 100 THEN
        -- The update holds the cohort's row, for which every offer waits before it counts.
        SELECT count(*) INTO held FROM cohorts_application
            WHERE cohort_id = NEW.id AND state IN ('admitted', 'confirmed');
        IF held > NEW.capacity * (100 + NEW.overbooking_percent) / 100 THEN
            RAISE EXCEPTION 'more places are already offered'
                USING ERRCODE = '23514', CONSTRAINT = 'offers_never_exceed_the_places';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_cohort_keeps_its_word BEFORE UPDATE OF intake_id, zone_id, capacity, overbooking_percent
    ON cohorts_cohort FOR EACH ROW EXECUTE FUNCTION a_cohort_keeps_its_word();
"""
REPEAL = """
DROP TRIGGER a_cohort_keeps_its_word ON cohorts_cohort;
DROP FUNCTION a_cohort_keeps_its_word();
"""


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0003_repeated_applications")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

"""Whoever takes a certificate has an employer already: no host opens a place for it (23514)."""

from django.db import migrations

LAW = """
CREATE FUNCTION a_certificate_has_no_host_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM cohorts_intake i JOIN programmes_programme p ON p.id = i.programme_id
        WHERE i.id = NEW.intake_id AND p.kind NOT IN ('diploma', 'professional_title')
    ) THEN
        RAISE EXCEPTION 'no host place for this course'
            USING ERRCODE = '23514', CONSTRAINT = 'a_certificate_has_no_host_place';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_certificate_has_no_host_place BEFORE INSERT OR UPDATE OF intake_id ON placements_seat
    FOR EACH ROW EXECUTE FUNCTION a_certificate_has_no_host_place();
CREATE TRIGGER a_certificate_has_no_host_place BEFORE INSERT OR UPDATE OF intake_id ON placements_hostpledge
    FOR EACH ROW EXECUTE FUNCTION a_certificate_has_no_host_place();
"""
REPEAL = """
DROP TRIGGER a_certificate_has_no_host_place ON placements_hostpledge;
DROP TRIGGER a_certificate_has_no_host_place ON placements_seat;
DROP FUNCTION a_certificate_has_no_host_place();
"""


class Migration(migrations.Migration):
    dependencies = [("placements", "0005_placed_after_the_wait"), ("cohorts", "0030_careers")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

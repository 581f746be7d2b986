"""Nobody waits for a certificate: an application to one is offered a place, or refused (23514)."""

from django.db import migrations

LAW = """
CREATE FUNCTION a_certificate_has_no_waiting_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'waitlisted' AND EXISTS (
        SELECT 1 FROM cohorts_intake i JOIN programmes_programme p ON p.id = i.programme_id
        WHERE i.id = NEW.intake_id AND p.kind = 'school_certificate'
    ) THEN
        RAISE EXCEPTION 'a certificate has no waiting list'
            USING ERRCODE = '23514', CONSTRAINT = 'a_certificate_has_no_waiting_list';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_certificate_has_no_waiting_list BEFORE INSERT OR UPDATE OF state, intake_id ON cohorts_application
    FOR EACH ROW WHEN (NEW.state = 'waitlisted') EXECUTE FUNCTION a_certificate_has_no_waiting_list();
"""
REPEAL = """
DROP TRIGGER a_certificate_has_no_waiting_list ON cohorts_application;
DROP FUNCTION a_certificate_has_no_waiting_list();
"""


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0030_careers")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

"""The journal is append-only: the database refuses to change or remove a line (ERRCODE 23001, an IntegrityError)."""

from django.db import migrations

LAW = """
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = '23001', CONSTRAINT = 'the_journal_is_append_only';
END $$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON partnership_journalentry
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
"""
REPEAL = """
DROP TRIGGER journal_is_append_only ON partnership_journalentry;
DROP FUNCTION journal_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("partnership", "0001_initial")]
    operations = [migrations.RunSQL(LAW, REPEAL)]

"""Tombstones; and the journal stays append-only but for one thing: an erasure may blank what was typed as a reason."""

from django.db import migrations, models

LAW = """
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('tandem.erasing', true) = 'on' AND NEW.reason = ''
        AND to_jsonb(OLD) - 'reason' = to_jsonb(NEW) - 'reason' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = '23001', CONSTRAINT = 'the_journal_is_append_only';
END $$;
"""
REPEAL = """
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = '23001', CONSTRAINT = 'the_journal_is_append_only';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("partnership", "0004_signs_of_life")]
    operations = [
        migrations.CreateModel(
            name="Tombstone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=80, unique=True)),
                ("erased_at", models.DateTimeField()),
            ],
            options={"verbose_name": "tombstone", "verbose_name_plural": "tombstones", "ordering": ["erased_at"]},
        ),
        migrations.RunSQL(LAW, REPEAL),
    ]

"""A record that was merged into another stays so, and what is given to it is given to whoever it leads to (23001)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


LAW = """
CREATE FUNCTION a_merged_person_stays_merged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.merged_into_id IS NULL THEN
        RAISE EXCEPTION 'this record was merged into another'
            USING ERRCODE = '23001', CONSTRAINT = 'a_merged_person_stays_merged';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER a_merged_person_stays_merged BEFORE UPDATE ON cohorts_candidate
    FOR EACH ROW WHEN (OLD.merged_into_id IS NOT NULL) EXECUTE FUNCTION a_merged_person_stays_merged();

CREATE FUNCTION a_merge_is_followed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    further uuid;
BEGIN
    LOOP
        -- Waits for a merge that is under way, which locks both people for itself.
        SELECT merged_into_id INTO further FROM cohorts_candidate WHERE id = NEW.candidate_id FOR KEY SHARE;
        EXIT WHEN further IS NULL;
        NEW.candidate_id := further;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER an_application_follows_its_person BEFORE INSERT OR UPDATE OF candidate_id ON cohorts_application
    FOR EACH ROW EXECUTE FUNCTION a_merge_is_followed();
CREATE TRIGGER a_consent_follows_its_person BEFORE INSERT OR UPDATE OF candidate_id ON cohorts_consent
    FOR EACH ROW EXECUTE FUNCTION a_merge_is_followed();
CREATE TRIGGER a_dossier_follows_its_person BEFORE INSERT OR UPDATE OF candidate_id ON cohorts_dossier
    FOR EACH ROW EXECUTE FUNCTION a_merge_is_followed();
"""
REPEAL = """
DROP TRIGGER a_dossier_follows_its_person ON cohorts_dossier;
DROP TRIGGER a_consent_follows_its_person ON cohorts_consent;
DROP TRIGGER an_application_follows_its_person ON cohorts_application;
DROP FUNCTION a_merge_is_followed();
DROP TRIGGER a_merged_person_stays_merged ON cohorts_candidate;
DROP FUNCTION a_merged_person_stays_merged();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cohorts", "0026_consents_and_terms"),
        ("partnership", "0013_letters_told_by_us"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TwoPeople",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("said_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "two people",
                "verbose_name_plural": "two people",
            },
        ),
        migrations.RemoveConstraint(
            model_name="candidate",
            name="a_candidate_can_be_reached",
        ),
        migrations.AddField(
            model_name="candidate",
            name="merged_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="merged on"),
        ),
        migrations.AddField(
            model_name="candidate",
            name="merged_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="candidate",
            name="merged_into",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="cohorts.candidate",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone", ""), _negated=True),
                    models.Q(("email", ""), _negated=True),
                    ("erased_at__isnull", False),
                    ("merged_into__isnull", False),
                    _connector="OR",
                ),
                name="a_candidate_can_be_reached",
            ),
        ),
        migrations.AddConstraint(
            model_name="candidate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("merged_at", None), ("merged_by", None), ("merged_into", None)),
                    models.Q(
                        ("email", ""),
                        ("first_name", ""),
                        ("merged_at__isnull", False),
                        ("merged_by__isnull", False),
                        ("phone", ""),
                        ("merged_into__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_merged_person_is_blank_and_dated",
            ),
        ),
        migrations.AddField(
            model_name="twopeople",
            name="one",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cohorts.candidate"
            ),
        ),
        migrations.AddField(
            model_name="twopeople",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cohorts.candidate"
            ),
        ),
        migrations.AddField(
            model_name="twopeople",
            name="said_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="twopeople",
            constraint=models.UniqueConstraint(fields=("one", "other"), name="two_people_are_told_apart_once"),
        ),
        migrations.AddConstraint(
            model_name="twopeople",
            constraint=models.CheckConstraint(
                condition=models.Q(("one__lt", models.F("other"))), name="two_people_are_named_in_order"
            ),
        ),
        migrations.RunSQL(LAW, REPEAL),
    ]

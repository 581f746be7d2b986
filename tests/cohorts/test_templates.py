"""Column templates: made, changed and taken away by recruitment; every export can follow one."""

import csv
import io

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from cohorts import exports, services
from cohorts.models import ColumnTemplate
from partnership import jobs
from partnership.models import Job, JournalEntry, ref
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
SAID = {"name": "Logiciel de vœux", "place_phone": "2", "title_phone": "TEL_1", "place_last_name": "1"}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def template(recruiter) -> ColumnTemplate:
    return services.make_template(name="Voeux", columns=[("phone", "TEL"), ("reference", "")], by=recruiter)


def rows(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_a_template_keeps_its_columns_in_the_order_of_their_numbers(recruiter, client_of):
    answer = client_of(recruiter).post(reverse("cohorts:template_add"), SAID)
    assert answer.status_code == 302
    made = ColumnTemplate.objects.get()
    assert made.columns == [["last_name", ""], ["phone", "TEL_1"]]
    assert (made.made_by, JournalEntry.objects.get(subject=ref(made)).after) == (recruiter, "made")


def test_an_export_follows_the_template_and_says_so(recruiter, client_of, template):
    known = factories.application(of=factories.candidate(phone="+33465712036"))
    answer = client_of(recruiter).get(reverse("cohorts:application_export"), {"modele": template.pk})
    assert rows(answer) == [["TEL", "Reference"], ["+33465712036", known.reference]]
    assert "template=Voeux" in JournalEntry.objects.get(after="exported").reason


def test_a_long_export_keeps_the_columns_it_was_asked_for(recruiter, client_of, template, monkeypatch, folder):
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    factories.application(of=factories.candidate(phone="+33465712036"))
    client_of(recruiter).get(reverse("cohorts:application_export"), {"modele": template.pk})
    services.change_template(template, name="Voeux", columns=[("zone", "")], by=recruiter)
    job = Job.objects.get()
    jobs.run_slice(str(job.pk))
    job.refresh_from_db()
    with job.result.open() as file:
        assert file.read().decode("utf-8-sig").startswith("TEL;Reference")


@pytest.mark.parametrize("wanted", ["0", "999999999", "x", "9" * 40, "-1"])
def test_an_unknown_template_is_nowhere(recruiter, client_of, wanted):
    answer = client_of(recruiter).get(reverse("cohorts:application_export"), {"modele": wanted})
    assert answer.status_code == 404


def test_the_list_of_templates_leads_to_the_rows_one_was_looking_at(recruiter, client_of, template):
    page = client_of(recruiter).get(reverse("cohorts:template_list"), {"etat": "interviewed", "modele": "3"})
    assert f"?modele={template.pk}&amp;etat=interviewed" in page.content.decode()
    assert "1 column template" in page.content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "", "place_phone": "1"}, "Give the template a name."),
        ({"name": "Vide"}, "Number at least one column"),
        ({"name": "Lettre", "place_phone": "premier"}, "Write a number between 1 and 99."),
        ({"name": "Long", "place_phone": "1", "title_phone": "x" * 61}, "at most 60"),
        ({"name": "VOEUX", "place_phone": "1"}, "There is already a template of this name."),
    ],
)
def test_a_template_that_cannot_be_comes_back_with_what_is_wrong(recruiter, client_of, template, said, words):
    page = client_of(recruiter).post(reverse("cohorts:template_add"), said)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert ColumnTemplate.objects.count() == 1


def test_two_people_who_change_a_template_do_not_overwrite_each_other(recruiter, client_of, template):
    services.change_template(template, name="Voeux 2", columns=[("zone", "Z")], by=recruiter)
    page = client_of(recruiter).post(reverse("cohorts:template_edit", args=[template.pk]), SAID | {"version": "1"})
    assert page.status_code == 409
    text = page.content.decode()
    assert "Voeux 2" in text and "TEL_1" in text
    sent_again = client_of(recruiter).post(
        reverse("cohorts:template_edit", args=[template.pk]), SAID | {"version": "2"}
    )
    assert sent_again.status_code == 302
    template.refresh_from_db()
    assert (template.name, template.version) == ("Logiciel de vœux", 3)
    with pytest.raises(Stale):
        services.change_template(template, name="x", columns=[], by=recruiter, version=1)


def test_a_name_is_taken_once(recruiter, template):
    with pytest.raises(Refused):
        services.make_template(name="voeux", columns=[("zone", "")], by=recruiter)
    with pytest.raises(IntegrityError), transaction.atomic():
        ColumnTemplate.objects.create(name="voeux", made_at=template.made_at)


def test_a_template_taken_away_is_in_the_journal(recruiter, client_of, template):
    client_of(recruiter).post(reverse("cohorts:template_remove", args=[template.pk]))
    assert not ColumnTemplate.objects.exists()
    assert JournalEntry.objects.get(after="removed").subject == ref(template)


def test_the_form_shows_what_a_template_says(recruiter, client_of, template):
    page = client_of(recruiter).get(reverse("cohorts:template_edit", args=[template.pk])).content.decode()
    assert 'value="TEL"' in page and 'name="place_phone" value="1"' in page


def test_nobody_else_sees_templates(client_of, template, lyon_lead, coordinator, reviewer, administrator):
    for user in (lyon_lead, coordinator, reviewer, administrator):
        assert client_of(user).get(reverse("cohorts:template_list")).status_code == 403

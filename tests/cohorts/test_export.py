"""The export: the rows of the list and no other, safe in a spreadsheet, intact when read again."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from cohorts import exports
from cohorts.models import Application, ColumnTemplate
from cohorts.states import ApplicationState as S
from partnership import clock, jobs
from partnership.models import Job, JournalEntry, User
from partnership.states import JobState, Role

from .. import factories

pytestmark = pytest.mark.django_db


def _export(client, language="en", kind="", **parameters):
    with translation.override(language):
        return client.get(reverse(f"cohorts:application_export{kind}"), parameters)


def _rows(response_or_bytes):
    content = getattr(response_or_bytes, "content", response_or_bytes)
    if content.startswith(b"PK"):
        return [[cell.value or "" for cell in row] for row in load_workbook(io.BytesIO(content)).active.iter_rows()]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


KINDS = pytest.mark.parametrize("kind", ["", "_xlsx"])


@KINDS
def test_the_export_holds_as_many_rows_as_the_list_shows_in_the_same_order(recruiter, client_of, kind):
    for state in (S.SUBMITTED, S.INTERVIEWED, S.REJECTED):
        for _ in range(2):
            factories.application(state=state)
    client = client_of(recruiter)
    parameters = {"etat": "en_cours", "tri": "nom"}
    with translation.override("en"):
        shown = client.get(reverse("cohorts:application_list"), parameters)
    rows = _rows(_export(client, kind=kind, **parameters))
    assert len(rows) - 1 == shown.context["total"] == 4
    assert [row[0] for row in rows[1:]] == [one.reference for one in shown.context["rows"]]


def test_a_spreadsheet_opens_it(recruiter, client_of):
    factories.application(of=factories.candidate(first_name="Zoé"))
    response = _export(client_of(recruiter))
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert b";" in response.content
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in response["Content-Disposition"]


@KINDS
def test_a_telephone_comes_back_intact(recruiter, client_of, kind):
    factories.application(of=factories.candidate(phone="+33465712036"))
    assert _rows(_export(client_of(recruiter), kind=kind))[1][3] == "+33465712036"


@KINDS
def test_every_column_says_what_the_file_says(recruiter, client_of, kind):
    known = factories.application(
        of=factories.candidate(birth_month=4, birth_year=2008),
        owner=recruiter,
        supported_by="Mission locale",
        availability=["evenings", "sundays"],
        diploma_on=date(2026, 6, 1),
        reply_before=datetime(2027, 7, 1, 10, 0, tzinfo=UTC),
        since=datetime(2027, 3, 1, 23, 30, tzinfo=UTC),
    )
    known.other_zones.set([factories.zone("toulouse"), factories.zone("paris")])
    Application.objects.update(number=12_345)
    known.refresh_from_db()
    template = ColumnTemplate.objects.create(
        name="Tout", columns=[[key, ""] for key in exports.COLUMNS], made_at=clock.now()
    )
    header, row = _rows(_export(client_of(recruiter), kind=kind, modele=template.pk))
    said = dict(zip(header, row, strict=True))
    assert said == said | {
        "Reference": known.reference,
        "State": "Submitted",
        "In this state since": "02/03/2027",
        "Zone": "Lyon",
        "Intake": f"{known.intake.starts_on:%d/%m/%Y}",
        "Heard of us through": "lycée",
        "Followed by": "Claire Devaux",
        "Month of birth": "04/2008",
        "Commune": "Villeurbanne",
        "Level": "baccalauréat (level 4)",
        "Diploma": "06/2026",
        "Availability": "evenings until 9 p.m., some Sundays",
        "Employer": "no",
        "Other possible zones": "Paris, Toulouse",
        "Offer answered by": "01/07/2027 12:00",
        "Rank on the waiting list": "",
        "Closed because": "",
    }
    assert said["Reference"].endswith("-12345")


def test_a_name_that_is_a_formula_is_not_run(recruiter, client_of):
    factories.application(of=factories.candidate(last_name="=cmd|' /C calc'!A0", first_name="+33 fictif"))
    row = _rows(_export(client_of(recruiter)))[1]
    assert row[1:3] == ["'=cmd|' /C calc'!A0", "'+33 fictif"]


def test_whoever_sees_no_zone_takes_no_row(recruiter):
    factories.application()
    file = io.BytesIO()
    assert exports.write(file, Application.objects.none(), exports.Layout.of("csv")) == 0
    assert len(_rows(file.getvalue())) == 1


def test_another_zones_rows_never_leave(lyon_recruiter, client_of):
    factories.application(factories.cohort("paris"), of=factories.candidate(last_name="Parisienne"))
    assert len(_rows(_export(client_of(lyon_recruiter)))) == 1
    assert len(_rows(_export(client_of(lyon_recruiter), zone="paris"))) == 1


def test_whoever_exports_is_in_the_journal_and_what_they_searched_is_not(recruiter, client_of):
    factories.application()
    _export(client_of(recruiter), q="fictif", etat="submitted")
    line = JournalEntry.objects.get(after="exported")
    assert line.actor_ref == str(recruiter.pk)
    assert "applications=1" in line.reason
    assert "etat=submitted" in line.reason
    assert "fictif" not in line.reason
    assert "format=csv" in line.reason


def test_only_recruitment_exports(client_of, lyon_lead, coordinator, reviewer, author, administrator, stranger):
    for user in (lyon_lead, coordinator, reviewer, author, administrator, stranger):
        assert _export(client_of(user)).status_code == _export(client_of(user), kind="_xlsx").status_code == 403


def test_the_export_costs_the_same_statements_for_one_row_and_for_thirty(
    recruiter, client_of, django_assert_max_num_queries
):
    client = client_of(recruiter)
    factories.application()
    with django_assert_max_num_queries(12) as one:
        _export(client)
    for _ in range(29):
        factories.application()
    with django_assert_max_num_queries(12) as thirty:
        _export(client)
    assert len(one) == len(thirty)


# -- a long export is a task ------------------------------------------------------------------------------------------


@pytest.fixture
def few_at_once(monkeypatch, folder):
    """Two rows are already many."""
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    monkeypatch.setattr(exports, "BATCH", 2)


@KINDS
def test_a_long_export_becomes_a_task_whose_file_holds_the_same_rows(recruiter, client_of, few_at_once, kind):
    for _ in range(5):
        factories.application(state=S.INTERVIEWED)
    factories.application(state=S.REJECTED)
    client = client_of(recruiter)
    response = _export(client, kind=kind, etat="interviewed", tri="nom")
    job = Job.objects.get()
    assert response.status_code == 302
    assert response["Location"].endswith(f"/taches/{job.pk}/")
    jobs.run_slice(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 5, 5)
    with job.result.open() as file:
        assert len(_rows(file.read())) == 6


def test_a_long_export_holds_only_what_whoever_asked_may_see(lyon_recruiter, few_at_once):
    factories.application(factories.cohort("paris"))
    factories.application(factories.cohort("lyon"))
    job = jobs.start("applications_export", by=lyon_recruiter, filters={}, order="nom", language="en")
    jobs.run_slice(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 1)


def test_an_export_whose_worker_died_before_it_could_say_so_is_journalled_once(recruiter, few_at_once):
    factories.application()
    job = jobs.start("applications_export", by=recruiter, filters={}, order="nom", language="en")
    jobs.run_slice(str(job.pk))
    Job.objects.update(state=JobState.RUNNING, ended_at=None, lease_until=Now() - timedelta(seconds=1))
    jobs.run_slice(str(job.pk))
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 1)
    assert JournalEntry.objects.filter(after="exported").count() == 1


def test_the_header_speaks_the_readers_language(recruiter, client_of):
    factories.application()
    assert _rows(_export(client_of(recruiter), "en"))[0][1] == "Last name"


def test_a_task_and_its_file_are_for_whoever_started_it(recruiter, lyon_recruiter, client_of, few_at_once):
    factories.application()
    job = jobs.start("applications_export", by=recruiter, filters={}, order="nom", language="en")
    with translation.override("en"):
        page, file = reverse("job_detail", args=[job.pk]), reverse("job_result", args=[job.pk])
    mine, theirs = client_of(recruiter), client_of(lyon_recruiter)
    waiting = mine.get(page)
    assert waiting.status_code == 200
    assert waiting["Refresh"] == "4"
    assert mine.get(file).status_code == 404
    jobs.run_slice(str(job.pk))
    done = mine.get(page)
    assert "ready" in done.content.decode()
    assert "Refresh" not in done
    served = mine.get(file)
    assert "attachment" in served["Content-Disposition"]
    assert len(_rows(b"".join(served.streaming_content))) == 2
    assert theirs.get(page).status_code == theirs.get(file).status_code == 404


@pytest.mark.parametrize("change", [{"role": Role.REVIEWER}, {"zone": "paris"}])
def test_a_file_is_no_longer_taken_by_whoever_would_not_see_its_rows(lyon_recruiter, client_of, few_at_once, change):
    factories.application()
    job = jobs.start("applications_export", by=lyon_recruiter, filters={}, order="nom", language="en")
    jobs.run_slice(str(job.pk))
    page, file = reverse("job_detail", args=[job.pk]), reverse("job_result", args=[job.pk])
    served = client_of(lyon_recruiter).get(file)
    assert len(_rows(b"".join(served.streaming_content))) == 2
    if "zone" in change:
        change = {"zone": factories.zone(change["zone"])}
    lyon_recruiter.memberships.update(**change)
    later = client_of(User.objects.get(pk=lyon_recruiter.pk))
    assert later.get(file).status_code == 403
    assert file not in later.get(page).content.decode()

"""The pages of an import: what is uploaded, matched, shown row by row, confirmed and reported, in sentences."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from cohorts import services
from cohorts.models import Application, Import
from cohorts.states import ImportState
from partnership import jobs
from partnership.models import Job
from partnership.states import JobState

from .. import factories
from .lists import HEADINGS, check, confirm, receive, text, work
from .test_imports import NILS, ZOE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
WRONG = ["Petit", "Tom", "12 34", "", "69100"]


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def intake():
    factories.commune()
    return factories.cohort("lyon").intake


def _upload(client, content, rentree, name="forum.csv", **said):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    answers = {"file": file, "intake": rentree.pk, "zone": "", "source": "fair"} | said
    return client.post(reverse("cohorts:import_list"), answers)


def _page(client, imported, name="import_detail", **query):
    return client.get(reverse(f"cohorts:{name}", args=[imported.pk]), query)


def test_a_list_goes_from_the_file_to_the_report_by_its_pages(recruiter, client_of, intake):
    client = client_of(recruiter)
    answer = _upload(client, text([ZOE, NILS, WRONG]), intake)
    imported = Import.objects.get()
    assert answer["Location"] == reverse("cohorts:import_columns", args=[imported.pk])
    page = _page(client, imported, "import_columns").content.decode()
    assert "5 columns of 5 are recognised" in page
    assert "text in UTF-8, cells parted by “;”" in page
    kinds = {f"column_{place}": kind for place, kind in enumerate(imported.columns)}
    client.post(reverse("cohorts:import_columns", args=[imported.pk]), kinds)
    waiting = _page(client, imported)
    assert waiting["Refresh"] == "2"
    assert "The rows are being checked" in waiting.content.decode()
    work(imported)
    shown = _page(client, imported)
    page = shown.content.decode()
    assert "2 new enquiries, 1 row to correct." in page
    assert "Create 2 enquiries" in page
    assert "“12 34” is no telephone number" in page
    assert "Refresh" not in shown
    client.post(reverse("cohorts:import_confirm", args=[imported.pk]))
    assert "The enquiries are being written" in _page(client, imported).content.decode()
    work(imported)
    report = _page(client, imported).content.decode()
    assert "2 enquiries created, 1 row to correct." in report
    file = Application.objects.get(candidate__first_name="Zoé")
    assert reverse("cohorts:application_detail", args=[file.pk]) in report
    assert "Create" not in report


def test_everybody_of_a_list_comes_by_the_source_it_is_brought_with(recruiter, client_of, intake):
    fair = services.open_source(name="Forum de mars (fictif)", kind="fair", by=recruiter)
    client = client_of(recruiter)
    _upload(client, text([ZOE, NILS]), intake, came_by=fair.code)
    imported = Import.objects.get()
    kinds = {f"column_{place}": kind for place, kind in enumerate(imported.columns)}
    client.post(reverse("cohorts:import_columns", args=[imported.pk]), kinds)
    work(imported)
    client.post(reverse("cohorts:import_confirm", args=[imported.pk]))
    work(imported)
    assert list(Application.objects.values_list("recruitment_source", flat=True)) == [fair.pk, fair.pk]
    assert _upload(client, text([ZOE]), intake, came_by="ailleurs").status_code == 422


def test_rows_are_shown_by_what_becomes_of_them(recruiter, client_of, intake):
    imported = check(text([ZOE, WRONG]), by=recruiter, intake=intake)
    client = client_of(recruiter)
    wrong = _page(client, imported, lignes="wrong").content.decode()
    assert "Tom" in wrong and "Vasseur" not in wrong
    odd = _page(client, imported, lignes="nulle-part")
    assert odd.status_code == 200
    assert "not understood" in odd.content.decode()


def test_a_long_list_is_shown_in_pages_for_the_same_statements(
    recruiter, client_of, intake, django_assert_max_num_queries
):
    few = check(text([ZOE]), by=recruiter, intake=intake)
    rows = [["F", f"Prénom{place}", f"04657120{place:02}", "", "69100"] for place in range(10, 90)]
    many = check(text(rows), by=recruiter, intake=intake)
    client = client_of(recruiter)
    with django_assert_max_num_queries(12) as one:
        _page(client, few)
    with django_assert_max_num_queries(12) as eighty:
        page = _page(client, many).content.decode()
    assert len(one) == len(eighty)
    assert page.count("Prénom") == 50
    assert "51 to 80 of 80" in _page(client, many, page="2").content.decode()


def test_the_rows_to_correct_are_a_list_again(recruiter, client_of, intake):
    imported = check(text([ZOE, WRONG]), by=recruiter, intake=intake)
    client = client_of(recruiter)
    answer = _page(client, imported, "import_corrections")
    book = load_workbook(io.BytesIO(answer.content))
    header, row = book.active.iter_rows(values_only=True)
    assert header == (*HEADINGS, "Line", "What to correct")
    assert row[:3] == ("Petit", "Tom", "12 34")
    assert row[5] == "3" and "Téléphone: “12 34” is no telephone number" in row[6]
    book.active["C2"] = "04 65 71 20 40"
    corrected = io.BytesIO()
    book.save(corrected)
    again = check(corrected.getvalue(), by=recruiter, intake=intake, name="corrigee.xlsx")
    assert again.columns == [*imported.columns, "", ""]
    confirm(again, by=recruiter)
    assert Application.objects.get().candidate.phone == "+33465712040"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7", "liste.csv", "not a sheet"),
        (b"\x89PNG\r\n\x1a\n\0\0", "liste.xlsx", "not a sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "liste.xls", "old Excel"),
        (b"PK\x03\x04", "liste.xlsx", "damaged"),
        (b"", "liste.csv", "empty"),
    ],
)
def test_a_file_that_is_not_a_sheet_comes_back_with_a_sentence(recruiter, client_of, intake, content, name, words):
    answer = _upload(client_of(recruiter), content, intake, name=name)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Import.objects.exists()


def test_an_upload_of_two_hundred_megabytes_is_refused_before_it_is_read(recruiter, client_of, intake):
    client = client_of(recruiter)
    answer = client.generic(
        "POST",
        reverse("cohorts:import_list"),
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
    )
    assert answer.status_code == 413
    assert not Import.objects.exists()


def test_a_file_a_little_too_large_comes_back_with_a_sentence(recruiter, client_of, intake, monkeypatch):
    monkeypatch.setattr("partnership.sheets.MOST_BYTES", 100)
    answer = _upload(client_of(recruiter), text([ZOE] * 10), intake)
    assert answer.status_code == 422
    assert "larger than 20 MB" in answer.content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"intake": ""}, "Choose the intake these people ask about."),
        ({"intake": "999"}, "Choose the intake these people ask about."),
        ({"zone": "999"}, "Choose a zone of this intake."),
        ({"source": "nulle-part"}, "Choose how they heard of us."),
        ({"file": ""}, "Choose a file: CSV or XLSX, 20 MB at most."),
    ],
)
def test_what_is_missing_is_told(recruiter, client_of, intake, said, words):
    answer = _upload(client_of(recruiter), text([ZOE]), intake, **said)
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["last_name", "", "phone", "email", ""], "Which column holds the first name"),
        (["last_name", "first_name", "", "", ""], "Which column holds the telephone"),
        (["first_name", "first_name", "phone", "", ""], "Another column is “First name” already"),
        (["last_name", "first_name", "phone", "nothing", ""], "Choose what this column is."),
    ],
)
def test_columns_that_cannot_be_are_told(recruiter, client_of, intake, kinds, words):
    imported = receive(text([ZOE]), by=recruiter, intake=intake)
    answer = client_of(recruiter).post(
        reverse("cohorts:import_columns", args=[imported.pk]),
        {f"column_{place}": kind for place, kind in enumerate(kinds)},
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    imported.refresh_from_db()
    assert imported.state == ImportState.RECEIVED


def test_the_same_file_is_known_again_before_anything_is_done(recruiter, client_of, intake):
    confirm(check(text([ZOE]), by=recruiter, intake=intake), by=recruiter)
    again = receive(text([ZOE]), by=recruiter, intake=intake)
    client = client_of(recruiter)
    assert "This very file has been imported already." in _page(client, again, "import_columns").content.decode()
    services.match_columns(again, columns=again.columns, by=recruiter)
    work(again)
    page = _page(client, again).content.decode()
    assert "1 person already known." in page
    assert "there is nothing to confirm" in page


def test_a_list_that_breaks_off_is_told_where_its_columns_are_matched(recruiter, client_of, intake):
    imported = check(text([ZOE, NILS, ZOE, NILS, ["a"] * 201]), by=recruiter, intake=intake)
    page = _page(client_of(recruiter), imported)
    assert page.status_code == 302
    page = client_of(recruiter).get(page["Location"]).content.decode()
    assert "could not be read to its end" in page and "Line 6" in page


def test_a_failure_is_told_and_started_again(recruiter, client_of, intake):
    imported = receive(text([ZOE]), by=recruiter, intake=intake)
    services.match_columns(imported, columns=imported.columns, by=recruiter)
    Job.objects.update(state=JobState.FAILED)
    client = client_of(recruiter)
    page = _page(client, imported)
    assert "stopped by a failure" in page.content.decode() and "Refresh" not in page
    client.post(reverse("job_restart", args=[imported.job_id]))
    jobs.run_slice(str(imported.job_id))
    assert "1 new enquiry." in _page(client, imported).content.decode()


def test_a_list_is_for_whoever_brought_it(recruiter, lyon_recruiter, client_of, intake):
    imported = check(text([ZOE, WRONG]), by=recruiter, intake=intake)
    others = client_of(lyon_recruiter)
    for name in ("import_detail", "import_columns", "import_corrections"):
        assert _page(others, imported, name).status_code == 404
    for name in ("import_confirm", "import_drop"):
        assert others.post(reverse(f"cohorts:{name}", args=[imported.pk])).status_code == 404
    assert "Vasseur" not in others.get(reverse("cohorts:import_list")).content.decode()


def test_only_recruitment_brings_lists(client_of, lyon_lead, coordinator, reviewer, administrator):
    for user in (lyon_lead, coordinator, reviewer, administrator):
        client = client_of(user)
        for name in ("import_list", "fair_sheet", "fair_sheet_file"):
            assert client.get(reverse(f"cohorts:{name}")).status_code == 403


def test_a_list_is_forgotten(recruiter, client_of, intake):
    imported = check(text([ZOE]), by=recruiter, intake=intake)
    answer = client_of(recruiter).post(reverse("cohorts:import_drop", args=[imported.pk]), follow=True)
    assert "The list forum.csv is forgotten." in answer.content.decode()
    assert not Import.objects.exists()


def test_the_fair_sheet_is_its_own_template(recruiter, client_of, intake):
    client = client_of(recruiter)
    page = client.get(reverse("cohorts:fair_sheet")).content.decode()
    header = [
        cell.value
        for cell in load_workbook(io.BytesIO(client.get(reverse("cohorts:fair_sheet_file")).content)).active[1]
    ]
    assert [title for title in header if f'<th scope="col">{title}</th>' not in page] == []
    filled = text(
        [["Vasseur", "Zoé", "04 65 71 20 36", "", "04/2008", "69100", "Terminale", "", "Lycée Fictif"]], header
    )
    imported = confirm(check(filled, by=recruiter, intake=intake), by=recruiter)
    assert "" not in imported.columns
    file = Application.objects.get()
    assert (file.candidate.birth_month, file.level, file.supported_by) == (4, "4", "Lycée Fictif")


def test_nothing_can_be_brought_where_nobody_is_taken(recruiter, client_of):
    page = client_of(recruiter).get(reverse("cohorts:import_list")).content.decode()
    assert "No intake takes anybody at this moment" in page

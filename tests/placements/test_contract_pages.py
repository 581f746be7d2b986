"""The pages of contract files: the list of a zone, a file, the employer's link, the sheet as a PDF."""

import io
from datetime import date, timedelta

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts.models import Application, Candidate, Cohort, Enrolment
from cohorts.states import ApplicationState
from partnership import clock, links
from partnership.models import AccessLink, ref
from placements import services
from placements.board import contracts as boards
from placements.models import ContractFile, HostPledge, Placement, Seat
from placements.states import CONTRACT, ContractKind, ContractState, PlacementState

from .. import factories
from ..papers import corpus
from ..printed import words
from . import contract_factory as making

pytestmark = pytest.mark.django_db
S = ContractState


@pytest.fixture
def placement(student, seat, lyon_lead):
    return factories.placement(student, seat, state=PlacementState.ACCEPTED, by=lyon_lead)


def url(name: str, *args) -> str:
    return reverse(f"placements:contract_{name}", args=args)


def h1(response) -> str:
    return response.content.decode().partition("<h1>")[2].partition("</h1>")[0]


# -- the lead's pages -------------------------------------------------------------------------------------------------


def test_a_lead_takes_a_file_from_the_sheet_through_a_return_to_its_acceptance(lead, placement):
    today = clock.today().isoformat()
    asked = lead.post(url("ask", placement.pk), {"kind": "apprenticeship"})
    contract = ContractFile.objects.get()
    assert asked.url == url("detail", contract.pk)
    making.dossier(placement.enrolment)
    start = placement.enrolment.application.intake.starts_on
    sheet = {"employer_name": "Rhône Contact (fictif)", "siret": making.SIRET, "tutor_name": "Tutrice Fictive"}
    sheet |= {
        "starts_on": start.isoformat(),
        "ends_on": (start + timedelta(days=364)).isoformat(),
        "weekly_hours": "35",
    }
    assert lead.post(url("sheet_write", contract.pk), sheet | {"version": "1"}).status_code == 302
    said = [
        {"training_hours": "460"},
        {},
        {"number": "DEPOT-1"},
        {"answer": "returned", "reason": "Le SIRET ne convient pas."},
        {"number": "DEPOT-2"},
        {"answer": "accepted"},
    ]
    for answers in said:
        contract.refresh_from_db()
        answers |= {"on": today, "version": str(contract.version)}
        assert lead.post(url("step", contract.pk), answers).status_code == 302
    contract.refresh_from_db()
    assert (contract.state, contract.number, contract.weekly_minutes) == (S.ACCEPTED, "DEPOT-2", 2100)
    page = lead.get(url("detail", contract.pk))
    assert "Le SIRET ne convient pas." in page.content.decode()


def test_an_opco_return_without_its_reason_comes_back_with_a_sentence(lead, placement):
    contract = making.contract(placement, state=S.FILED)
    said = {"on": clock.today().isoformat(), "answer": "returned", "version": str(contract.version)}
    page = lead.post(url("step", contract.pk), said)
    assert page.status_code == 422
    assert page.context["step_form"].errors["reason"]


def test_the_title_is_the_deadline(lead, placement):
    contract = making.contract(placement, state=S.RECEIVED, starts_on=date(2027, 9, 13), ends_on=date(2028, 9, 11))
    contract.state = S.SIGNED
    with translation.override("en"):
        assert boards.verdict(contract).replace("\u00a0", " ") == "To file by Saturday 18 September 2027"
    late = making.contract(factories.placement(state=PlacementState.ACCEPTED), state=S.SIGNED)
    ContractFile.objects.filter(pk=late.pk).update(file_by=clock.today() - timedelta(days=1))
    late.refresh_from_db()
    assert boards.is_late(late)


def test_what_the_law_forbids_is_told_with_its_article_where_it_is_prepared(lead, placement):
    contract = making.contract(placement, state=S.RECEIVED)
    said = {"on": clock.today().isoformat(), "training_hours": "100", "version": str(contract.version)}
    page = lead.post(url("step", contract.pk), said)
    assert page.status_code == 422 and "L6211-2" in page.content.decode()


def test_a_lead_who_saw_an_older_file_overwrites_nothing(lead, placement):
    contract = making.contract(placement, state=S.SIGNED)
    said = {"on": clock.today().isoformat(), "number": "DEPOT-1", "version": "1"}
    assert lead.post(url("step", contract.pk), said).status_code == 409
    contract.refresh_from_db()
    assert contract.state == S.SIGNED


def test_the_pay_says_what_it_comes_from_and_what_is_not_known(placement, lead):
    born = date(2006, 5, 14)
    making.dossier(placement.enrolment, born_on=born)
    contract = making.contract(placement, state=S.RECEIVED)
    dossier = placement.enrolment.application.candidate.dossier
    contract.starts_on, contract.ends_on = date(2026, 9, 14), date(2027, 9, 13)
    first, birthday = services.pay_steps(contract, dossier)
    # 43 % of 1,823.03 €, and the figures of 2027 are nobody's to guess.
    assert first.amount.replace("\u202f", "").replace(",", ".").startswith("783.90")
    assert "D6222-26" in first.words and birthday.since == date(2027, 6, 1) and birthday.amount == ""
    contract.kind = ContractKind.QUALIFICATION
    contract.starts_on, contract.ends_on = date(2002, 9, 16), date(2003, 9, 15)
    dossier.born_on = date(1983, 5, 1)
    (only,) = services.pay_steps(contract, dossier)
    assert "50" in only.words and only.amount == ""


# -- the list ---------------------------------------------------------------------------------------------------------


def _fill(number: int, lyon, lyon_lead) -> None:
    """Rows as an import leaves them: written at once, and nobody has run ANALYZE."""
    site = factories.site("lyon")
    for n in range(number):
        seat = factories.seat(site, of=lyon.intake, by=lyon_lead)
        placement = factories.placement(factories.enrolment(lyon), seat, state=PlacementState.ACCEPTED, by=lyon_lead)
        if n % 2:
            ContractFile.objects.create(
                placement=placement, kind=ContractKind.APPRENTICESHIP, asked_on=clock.today() - timedelta(days=n)
            )


def test_the_list_asks_as_much_of_two_files_as_of_forty_and_shows_the_late_first(lead, lyon, lyon_lead):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert lead.get(url("list", "lyon")).status_code == 200
        return len(captured)

    _fill(3, lyon, lyon_lead)
    few = statements()
    _fill(40, lyon, lyon_lead)
    assert statements() == few <= 20
    rows = lead.get(url("list", "lyon")).context["rows"]
    assert [row.is_late for row in rows] == sorted((row.is_late for row in rows), reverse=True)
    late = lead.get(url("list", "lyon"), {"step": "late"}).context["rows"]
    assert len(late) == boards.number_late(lyon.zone) == sum(row.is_late for row in rows) > 0


def test_the_list_keeps_to_few_joins_whatever_the_planner_knows(lead, lyon, lyon_lead):
    """The statement that finds the files joins four tables: a dozen took two minutes where statistics were stale."""
    _fill(4, lyon, lyon_lead)
    with CaptureQueriesContext(connection) as captured:
        lead.get(url("list", "lyon"), {"step": "late"})
    ours = [query["sql"] for query in captured if "placements_contractfile" in query["sql"]]
    assert ours and all(sql.count(" JOIN ") <= 5 for sql in ours)


def test_the_list_is_quick_after_rows_were_written_at_once_and_nobody_counted_them(lead, lyon, lyon_lead):
    """As after an import: no ANALYZE, so that the planner takes each table for an empty one."""
    number, now, by = 600, clock.now(), factories.user()
    site = factories.site("lyon")
    Cohort.objects.filter(pk=lyon.pk).update(capacity=1_000)
    people = [
        Candidate(first_name="Jeune", last_name=f"Fictif{n}", phone=f"+3346571{n:04d}", search_text="")
        for n in range(number)
    ]
    Candidate.objects.bulk_create(people)
    content = lyon.curriculum
    files = Application.objects.bulk_create(
        Application(
            cohort=lyon,
            intake=lyon.intake,
            candidate=person,
            state=ApplicationState.CONFIRMED,
            created_at=now,
            state_since=now,
            acted_at=now,
            submitted_at=now,
            offered_curriculum=content,
            reply_before=now,
            decided_by=by,
            decided_at=now,
            has_employer=False,
        )
        for person in people
    )
    students = Enrolment.objects.bulk_create(Enrolment(application=one, enrolled_at=now) for one in files)
    HostPledge.objects.create(site=site, intake=lyon.intake, answered_at=now)
    seats = Seat.objects.bulk_create(
        Seat(site=site, intake=lyon.intake, opened_at=now, opened_by=lyon_lead) for _student in students
    )
    placed = Placement.objects.bulk_create(
        Placement(
            enrolment=student, seat=seat, state="accepted", proposed_at=now, proposed_by=lyon_lead, answered_at=now
        )
        for student, seat in zip(students, seats, strict=True)
    )
    kind, first = ContractKind.APPRENTICESHIP, clock.today() - timedelta(days=30)
    ContractFile.objects.bulk_create(
        ContractFile(placement=one, kind=kind, asked_on=first + timedelta(days=n % 40))
        for n, one in enumerate(placed)
        if n % 3
    )
    # Each statement by itself has an end: a machine at work is no statement that hangs.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20s'")
    for step in ("", "late", "all"):
        assert lead.get(url("list", "lyon"), {"step": step}).status_code == 200


def test_the_board_says_how_many_are_late_and_leads_to_the_list(lead, placement, lyon):
    making.contract(placement)
    ContractFile.objects.update(asked_on=clock.today() - timedelta(days=11))
    page = lead.get(reverse("placements:zone_board", args=["lyon"]))
    assert page.context["contracts_late"] == 1 and url("list", "lyon") in page.content.decode()


# -- the employer's link ----------------------------------------------------------------------------------------------


@pytest.fixture
def contract(placement):
    return making.contract(placement)


@pytest.fixture
def token(contract) -> str:
    return links.mint(CONTRACT, ref(contract))


def answers(contract, **said) -> dict[str, str]:
    start = contract.placement.enrolment.application.intake.starts_on
    usual = {"employer_name": "Rhône Contact (fictif)", "siret": "732 829 320 00074", "idcc": "2098"}
    usual |= {"tutor_name": "Tutrice Fictive", "headcount": "120", "weekly_hours": "35"}
    usual |= {"starts_on": start.isoformat(), "ends_on": (start + timedelta(days=364)).isoformat()}
    return usual | {"version": str(contract.version)} | said


def test_a_link_opened_by_a_scanner_changes_nothing(client, contract, token):
    for _time in range(3):
        assert client.get(url("sheet", token)).status_code == 200
        client.head(url("sheet", token))
    contract.refresh_from_db()
    assert (contract.state, contract.version) == (S.ASKED, 1)
    assert AccessLink.objects.get(purpose=CONTRACT).used_at is None


def test_an_employer_fills_the_sheet_in_and_corrects_it_until_it_is_prepared(client, contract, token, lyon_lead):
    assert client.post(url("sheet", token), answers(contract)).status_code == 302
    contract.refresh_from_db()
    assert (contract.state, contract.siret, contract.idcc) == (S.RECEIVED, making.SIRET, "2098")
    said = answers(contract, tutor_name="Tuteur Fictif")
    assert client.post(url("sheet", token), said).status_code == 302
    contract.refresh_from_db()
    assert (contract.state, contract.tutor_name) == (S.RECEIVED, "Tuteur Fictif")
    assert client.post(url("sheet", token), said | {"tutor_name": "Autre"}).status_code == 409
    services.prepare_contract(contract, on=clock.today(), training_hours=460, by=lyon_lead)
    client.post(url("sheet", token), answers(contract, tutor_name="Encore"))
    contract.refresh_from_db()
    assert contract.tutor_name == "Tuteur Fictif"
    assert client.get(url("sheet", token)).status_code == 200


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("note", "Numéro de sécurité sociale 2 84 05 88 321 025 91"),
        ("tutor_job", "IBAN FR14 2004 1010 0505 0001 3M02 606"),
        ("workplace", "Nationalité portugaise"),
        ("siret", "73282932000075"),
        ("idcc", "20"),
        ("ends_on", "2001-01-01"),
        ("starts_on", "9999-12-31"),
        ("tutor_name", ""),
        ("weekly_hours", "60"),
    ],
)
def test_what_must_not_be_kept_or_cannot_be_is_refused_with_a_sentence(client, contract, token, field, typed):
    page = client.post(url("sheet", token), answers(contract, **{field: typed}))
    assert page.status_code == 422 and page.context["form"].errors[field]
    contract.refresh_from_db()
    assert (contract.state, contract.note) == (S.ASKED, "")


def test_a_link_of_a_file_that_is_over_says_so_and_offers_another(client, contract, token, lyon_lead):
    services.cancel(contract.placement, by=lyon_lead, reason="Le site ferme.")
    assert client.get(url("sheet", token)).status_code == 410
    page = client.post(url("renew", "inconnu"), {"email": contract.placement.seat.site.contact_email})
    assert page.status_code == 200


# -- the sheet as a PDF -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_employer_sheet_is_a_tagged_pdf_in_its_language(lead, placement, language):
    making.dossier(placement.enrolment, street="3 rue très privée")
    contract = making.contract(placement, state=S.RECEIVED)
    made = services.employer_sheet(contract, language=language)
    with pikepdf.open(io.BytesIO(made)) as file, file.open_metadata() as metadata:
        assert bool(file.Root.MarkInfo.Marked) and "/StructTreeRoot" in file.Root
        assert (str(file.Root.Lang), metadata["pdfuaid:part"]) == (language, "1")
    read = " ".join(words(made).split())
    candidate = placement.enrolment.application.candidate
    for said in (str(candidate), "Tutrice Fictive", "732 829 320 00074", "10103"):
        assert said in read
    # No more of the student than their name.
    for unsaid in ("très privée", candidate.email, candidate.phone):
        assert unsaid not in read


def test_the_sheet_is_read_by_the_lead_and_by_the_employers_link(lead, client, contract, token):
    for browser, address in ((lead, url("pdf", contract.pk)), (client, url("sheet_pdf", token))):
        answer = browser.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")


# -- papers -----------------------------------------------------------------------------------------------------------


def test_a_paper_of_the_file_is_checked_kept_opened_replaced_and_taken_out(lead, placement):
    contract = making.contract(placement, state=S.SIGNED)
    sent = SimpleUploadedFile("contrat.jpg", corpus.TAKEN_PHOTOS["JPEG, with its place"]())
    assert lead.post(url("paper_add", contract.pk), {"kind": "contract", "paper": sent}).status_code == 302
    (paper,) = contract.papers.all()
    opened = lead.get(url("paper_open", contract.pk, paper.pk))
    assert opened.status_code == 200 and b"".join(opened.streaming_content).startswith(b"%PDF-")
    wrong = SimpleUploadedFile("contrat.txt", b"rien")
    assert lead.post(url("paper_add", contract.pk), {"kind": "contract", "paper": wrong}).status_code == 422
    lead.post(url("paper_drop", contract.pk, paper.pk))
    assert not contract.papers.exists()

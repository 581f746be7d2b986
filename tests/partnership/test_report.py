"""The report for both boards: every number is the board's, one page in either language, whatever is missing."""

import io
from datetime import date, datetime
from fractions import Fraction

import pikepdf
import pytest
from django.utils import translation

from partnership import board as boards
from partnership import clock, measures, projections
from partnership.board.key_figures import key_figures
from partnership.board.sentences import sentences
from partnership.models import Milestone
from partnership.states import Precision, Role

from .. import factories
from ..printed import words
from .reporting import (
    SETTLED,
    START,
    TARGETS,
    TODAY,
    book,
    by_key,
    diploma,
    opened,
    projection,
    signed,
    told,
)

pytestmark = pytest.mark.usefixtures("day_of_the_report")
PAGES = ("partnership:report", "partnership:report_pdf", "partnership:report_xlsx")


@pytest.fixture
def foreseen():
    """What is projected: `foreseen[milestone.pk, None] = projection()`."""
    known, told = list(projections._SOURCES), {}
    projections._SOURCES[:] = [lambda census: told]
    yield told
    projections._SOURCES[:] = known


# -- the same numbers everywhere --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_number_of_the_report_is_the_board_s(coordinator, client_of, figures, foreseen):
    milestone = diploma(figures)
    foreseen[milestone.pk, None] = projection()
    client = client_of(coordinator)
    shown = opened(client, "partnership:board").context["board"]
    report = opened(client, "partnership:report").context["report"]
    assert report.title == shown.title == "Late? No, but one milestone is at risk."
    assert [line.row for line in report.lines] == [*shown.rows, *shown.totals]
    (total,) = shown.totals
    found = {key: (figure.value, figure.beside) for key, figure in by_key(report).items()}
    assert found == {
        "confirmed": (str(total.young), "of 100 expected"),
        "host_places": (str(total.seats), "of 50 expected"),
        "placed": (str(total.linked), "for 52 confirmed"),
        "expected": ("80", "of 100, on 15\u00a0September"),
        "required": ("16", "a week, for 9 received"),
        "contents": ("0", "of 0, in every milestone"),
    }


@pytest.mark.django_db
def test_every_cell_of_the_workbook_is_the_board_s_and_a_number(coordinator, client_of, figures, foreseen):
    milestone = diploma(figures)
    foreseen[milestone.pk, factories.zone("lyon").pk] = projection(received_per_week=Fraction(7, 4))
    client = client_of(coordinator)
    shown = opened(client, "partnership:board").context["board"]
    sheet = book(client)["Figures"]
    header, *lines = sheet.iter_rows(values_only=True)
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert [row["Zone"] for row in rows] == ["Paris", "Lyon", "Toulouse", "All zones"]
    for row, own in zip(rows, [*shown.rows, *shown.totals], strict=True):
        for (_heading, measure), cell in zip(shown.columns, own.cells, strict=True):
            assert row[measure.label.capitalize()] == cell.n
        assert (row["Young people: objective"], row["Places: objective"]) == (own.young_target, own.seats_target)
        assert row["Young people: missing"] == max(own.young_target - own.young, 0)
        assert (row["Short side"], row["What lacks"]) == (own.short_side, own.lacks)
        assert row["Settled by"].date() == SETTLED
    lyon = rows[1]
    assert (lyon["Young people: needed today"], lyon["Places: needed today"]) == (13, 8)
    assert lyon["Start"].date() == START
    assert lyon["Applications received a week"] == 1.75
    assert rows[0]["Start"] is None


@pytest.mark.django_db
def test_what_is_missing_in_the_workbook_is_what_its_definition_says(coordinator, client_of, figures):
    milestone = diploma(figures, zones=("paris", "lyon"))
    figures["host_places"][milestone.pk, factories.zone("lyon").pk] = 14
    made = book(client_of(coordinator))
    header, *_zones, total = made["Figures"].iter_rows(values_only=True)
    row = dict(zip(header, total, strict=True))
    assert (row["Zone"], row["Host places"], row["Places: objective"], row["Places: missing"]) == (
        "All zones",
        38,
        38,
        2,
    )
    meanings = dict(made["Definitions"].iter_rows(min_row=2, values_only=True))
    assert meanings["Missing"].endswith("In all zones, what one zone has beyond its own counts for no other.")


@pytest.mark.django_db
def test_the_workbook_says_what_each_figure_means_and_every_date(coordinator, client_of, figures):
    milestone = diploma(figures, zones=("lyon",))
    kept = datetime(2027, 5, 3, 9, tzinfo=clock.PARIS)
    convention, party = milestone.convention, factories.party("smt")
    factories.commitment(convention=convention, party=party, text="=1+1", due_on=date(2027, 6, 1))
    factories.commitment(
        convention=convention, party=party, text="Une fois", done_at=kept, done_by=coordinator, evidence="Lettre"
    )
    made = book(client_of(coordinator))
    assert made.sheetnames == ["Figures", "Definitions", "Dates and commitments"]
    meanings = dict(made["Definitions"].iter_rows(min_row=2, values_only=True))
    assert meanings["Host places"] == "Définition de host_places"
    assert {"Short side", "Needed today", "Missing"} <= set(meanings)
    dates = {row[0].value: row for row in made["Dates and commitments"].iter_rows(min_row=2)}
    assert dates["Settlement"][3].value.date() == SETTLED
    assert dates["=1+1"][0].data_type == "s"
    assert (dates["=1+1"][5].value, dates["=1+1"][3].value.date()) == ("late", date(2027, 6, 1))
    assert [cell.value for cell in dates["Une fois"][5:]] == ["kept", datetime(2027, 5, 3), "Lettre"]


# -- one page ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "En retard\u202f? Non, mais un jalon est à risque."), ("en", "Late? No, but one milestone is at risk.")],
)
def test_the_paper_is_one_tagged_page_in_the_language_of_its_address(
    coordinator, client_of, figures, foreseen, language, title
):
    milestone = diploma(figures)
    foreseen[milestone.pk, None] = projection()
    with translation.override(language):
        content = opened(client_of(coordinator), "partnership:report_pdf").content
    with pikepdf.open(io.BytesIO(content)) as file, file.open_metadata() as metadata:
        assert len(file.pages) == 1
        assert str(file.Root.Lang) == language
        assert "/StructTreeRoot" in file.Root
        assert (metadata["pdfuaid:part"], metadata["dc:title"]) == ("1", title)
    said = words(content)
    assert all(number in said for number in ("52", "39", "19", "80", "16"))
    assert "Paris" in said and "Toulouse" in said


@pytest.mark.django_db
def test_the_longest_words_still_stand_on_one_page(coordinator, client_of, figures, foreseen):
    milestone = diploma(figures)
    convention = milestone.convention
    factories.rewrite(convention, title="Convention de partenariat en alternance " * 3)
    for order in (2, 3, 4):
        other = factories.milestone(convention, order=order)
        for zone in map(factories.zone, TARGETS):
            factories.objective(milestone=other, measure="confirmed", zone=zone, target=123_456)
        figures["waiting_for_content"] = {(other.pk, None): 1_234}
    with factories.before_the_signature():
        Milestone.objects.update(short_title="W" * 40, title="W" * 120)
    factories.Zone.objects.update(name="Provence-Alpes-Côte d’Azur et principautés voisines WWWW")
    factories.Party.objects.update(short_name="M" * 40)
    for _n in range(8):
        factories.commitment(
            convention=convention, party=factories.party(), text="Un engagement mûrement pesé " * 8, due_on=TODAY
        )
    foreseen[milestone.pk, None] = projection(unknown="Une raison dite en beaucoup de mots, " * 5)
    content = opened(client_of(coordinator), "partnership:report_pdf").content
    with pikepdf.open(io.BytesIO(content)) as file:
        assert len(file.pages) == 1


@pytest.mark.django_db
def test_no_sentence_of_a_usual_convention_is_cut_from_the_paper(coordinator, client_of, figures, foreseen):
    milestone = diploma(figures)
    certificate, chair = (factories.milestone(milestone.convention, order=order) for order in (2, 3))
    names = {
        milestone: "Certificat directeur de centre d’appels",
        certificate: "Diplôme d’assistance et vente à distance",
        chair: "Chaire de télémarketing",
    }
    for one, name in names.items():
        factories.rewrite(one, short_title=name)
    for kind in ("waiting_for_content", "contents_late"):
        figures[kind] = {(one.pk, None): 131 for one in (milestone, certificate)}
    few = {"needed_per_week": None, "places": 64, "open_places": 64, "target": 128}
    for zone in (None, factories.zone("paris").pk):
        foreseen[milestone.pk, zone] = projection(low=15, likely=20, high=25, **few)
    with translation.override("fr"):
        content = opened(client_of(coordinator), "partnership:report_pdf").content
        report = opened(client_of(coordinator), "partnership:report").context["report"]
    said = " ".join(words(content).split())
    assert "…" not in said
    # The longest of each kind are there to their ends.
    required = by_key(report)["required"].note
    assert required.startswith("Aucun nombre ne suffit") and len(required) > 150
    for text in (required, *(sentence.text for sentence in report.sentences)):
        assert " ".join(text.split())[-30:] in said
    assert len(report.sentences[0].text) > 230
    with pikepdf.open(io.BytesIO(content)) as file:
        assert len(file.pages) == 1


# -- bad input --------------------------------------------------------------------------------------------------------


def answers(client) -> list[int]:
    return [opened(client, name).status_code for name in PAGES]


@pytest.mark.django_db
def test_without_a_convention_the_page_says_so(coordinator, stranger, client_of):
    assert answers(client_of(coordinator)) == [200, 404, 404]
    assert "There is no convention yet" in opened(client_of(coordinator), PAGES[0]).content.decode()
    signed()
    assert answers(client_of(stranger)) == [200, 404, 404]


@pytest.mark.django_db
def test_a_draft_has_no_report_and_the_page_says_why(coordinator, client_of):
    factories.milestone(factories.convention(signed=False))
    client = client_of(coordinator)
    assert answers(client) == [200, 302, 302]
    assert "The convention is not signed yet" in opened(client, PAGES[0]).content.decode()


@pytest.mark.django_db
def test_a_convention_without_anything_is_reported_as_unknown(coordinator, client_of, figures):
    signed()
    client = client_of(coordinator)
    assert answers(client) == [200, 200, 200]
    page = opened(client, PAGES[0]).content.decode()
    assert page.count("Not known: no zone has an objective or a figure yet.") == 5
    assert "Nothing waits: no promise is open" in page


@pytest.mark.django_db
def test_one_application_is_reported(coordinator, client_of):
    milestone = factories.milestone(signed())
    factories.application(factories.cohort("lyon", of=factories.intake(factories.programme(milestone=milestone))))
    client = client_of(coordinator)
    assert answers(client) == [200, 200, 200]
    figure = by_key(opened(client, PAGES[0]).context["report"])["confirmed"]
    assert (figure.value, figure.beside) == ("0", "without an objective")


@pytest.mark.django_db
def test_a_target_of_nought_is_told(coordinator, client_of, figures):
    milestone = diploma(figures)
    with factories.before_the_signature():
        milestone.objectives.update(target=0)
    client = client_of(coordinator)
    assert answers(client) == [200, 200, 200]
    assert "The objective is nought: nobody is awaited." in opened(client, PAGES[0]).content.decode()


@pytest.mark.django_db
def test_a_start_in_the_past_is_told(coordinator, client_of, figures, foreseen):
    milestone = diploma(figures)
    with factories.before_the_signature():
        Milestone.objects.update(finalise_by=date(2026, 7, 31), opens_on=date(2026, 9, 15))
    foreseen[milestone.pk, None] = projection(rentree=date(2026, 9, 15), unknown="The start has passed.")
    client = client_of(coordinator)
    assert answers(client) == [200, 200, 200]
    assert opened(client, PAGES[0]).content.decode().count("The start has passed.") == 2


@pytest.mark.django_db
def test_a_milestone_without_a_date_is_reported(coordinator, client_of, figures):
    diploma(figures)
    with factories.before_the_signature():
        Milestone.objects.update(
            finalise_by=None, finalise_precision=Precision.NONE, opens_on=None, opens_precision=Precision.NONE
        )
    client = client_of(coordinator)
    assert answers(client) == [200, 200, 200]
    assert opened(client, PAGES[0]).context["report"].focus.card.date == "no date"


@pytest.mark.django_db
def test_a_zone_without_hosts_is_told(coordinator, client_of, figures):
    milestone = factories.milestone(signed(), finalise_by=SETTLED)
    factories.objective(milestone=milestone, measure="confirmed", zone=factories.zone("paris"), target=15)
    client = client_of(coordinator)
    assert answers(client) == [200, 200, 200]
    figure = by_key(opened(client, PAGES[0]).context["report"])["host_places"]
    assert (figure.value, figure.note) == ("", "Not known: no host place has been promised, nor found.")


@pytest.mark.django_db
def test_a_milestone_whose_young_people_have_employers_is_asked_for_no_place(figures):
    milestone = diploma(figures, zones=("lyon",))
    report = told(milestone)
    counts = measures.counts(None, milestone.convention)
    left_out = {milestone.pk: frozenset({"host_places", "placed", "with_employer"})}
    shown = boards.build(
        report.convention.milestones.with_promises(), list(factories.Zone.objects.all()), counts,
        signed_on=report.convention.measured_from, today=TODAY, exceptions=left_out,
    )  # fmt: skip
    focus = boards.focus_of(boards.lines_of(shown))
    found = {figure.key: figure.note for figure in key_figures(shown, focus)}
    assert found["host_places"] == found["placed"] == "Does not apply: nobody of this milestone needs a host."
    assert len(sentences(shown, [], focus, {}, today=TODAY)) <= 5


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_page_leads_to_its_files_in_both_languages(coordinator, client_of, figures):
    diploma(figures)
    page = opened(client_of(coordinator), PAGES[0]).content.decode()
    for address in ("/en/partenariat/rapport.pdf", "/en/partenariat/rapport.xlsx", "/fr/partenariat/rapport.pdf"):
        assert f'href="{address}"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.RECRUITER, Role.REVIEWER, Role.REGIONAL_LEAD, Role.ADMINISTRATOR])
def test_whoever_works_for_the_convention_reads_its_report(role, client_of, figures):
    diploma(figures)
    assert answers(client_of(factories.user(role))) == [200, 200, 200]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_the_report_costs_the_same_with_one_zone_and_with_three(
    coordinator, client_of, figures, django_assert_max_num_queries, name
):
    milestone, client, costs = diploma(figures, zones=("lyon",)), client_of(coordinator), []
    for zones in ([], ["paris", "toulouse"]):
        for code in zones:
            factories.objective(milestone=milestone, measure="confirmed", zone=factories.zone(code), target=9)
            factories.commitment(
                convention=milestone.convention, milestone=milestone, party=factories.party(), text=code
            )
        with django_assert_max_num_queries(20) as counted:
            assert opened(client, name).status_code == 200
        costs.append(len(counted))
    assert costs[0] == costs[1]

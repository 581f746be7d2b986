"""The report for both boards: every number is the board's, every sentence a rule, one page in either language."""

import io
from datetime import date, datetime, timedelta
from fractions import Fraction

import openpyxl
import pikepdf
import pytest
from django.urls import reverse
from django.utils import translation

from partnership import board as boards
from partnership import clock, measures, next_steps, projections
from partnership.board.key_figures import key_figures
from partnership.board.sentences import sentences
from partnership.measures import Census
from partnership.models import Convention, Milestone
from partnership.next_steps import Step
from partnership.projections import Projection
from partnership.states import MilestoneStatus, Precision, Role
from programmes.states import CurriculumState

from .. import factories
from ..placements import pledge_factory
from ..printed import words

TODAY, SETTLED, START = date(2027, 6, 14), date(2027, 7, 31), date(2027, 9, 15)
TARGETS = {"paris": (64, 26), "lyon": (20, 12), "toulouse": (16, 12)}
FIGURES = {
    "paris": {"contacts": 262, "applied": 121, "admitted": 46, "confirmed": 31, "host_places": 24, "placed": 12},
    "lyon": {"contacts": 104, "applied": 49, "admitted": 21, "confirmed": 15, "host_places": 3, "placed": 3},
    "toulouse": {"contacts": 61, "applied": 27, "admitted": 9, "confirmed": 6, "host_places": 12, "placed": 4},
}
PAGES = ("partnership:report", "partnership:report_pdf", "partnership:report_xlsx")


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def june():
    """Monday 14 June 2027, ten in the morning."""
    with clock.travel(datetime(2027, 6, 14, 10, 12, tzinfo=clock.PARIS)):
        yield


@pytest.fixture
def foreseen():
    """What is projected: `foreseen[milestone.pk, None] = projection()`."""
    known, told = list(projections._SOURCES), {}
    projections._SOURCES[:] = [lambda census: told]
    yield told
    projections._SOURCES[:] = known


def projection(**said) -> Projection:
    usual = {
        "rentree": START,
        "low": 71,
        "likely": 80,
        "high": 88,
        "target": 100,
        "needed_per_week": 16,
        "received_per_week": Fraction(9),
        "weeks_left": 11,
        "at_risk": 5,
        "is_small": False,
        "unknown": "",
    }
    return Projection(**(usual | said))


def signed() -> Convention:
    convention = factories.convention()
    factories.rewrite(convention, signed_at=datetime(2027, 3, 28, 12, tzinfo=clock.PARIS))
    return convention


def diploma(figures, *, zones=tuple(TARGETS)) -> Milestone:
    """A milestone in three zones, with its figures."""
    milestone = factories.milestone(signed(), finalise_by=SETTLED)
    for code in zones:
        for measure, target in zip(("confirmed", "host_places"), TARGETS[code], strict=True):
            factories.objective(milestone=milestone, measure=measure, zone=factories.zone(code), target=target)
        for key, n in FIGURES[code].items():
            figures[key][milestone.pk, factories.zone(code).pk] = n
    return milestone


def told(milestone: Milestone, *, series=None, steps=(), commitments=(), foreseen=None):
    """The report of the milestone's convention, as the page puts it together."""
    convention = milestone.convention
    counts = measures.counts(None, convention)
    shown = boards.build(
        list(convention.milestones.with_promises()),
        list(factories.Zone.objects.all()),
        counts,
        signed_on=convention.measured_from,
        today=TODAY,
        projections=foreseen,
    )
    lines = boards.lines_of(shown)
    return boards.report_of(convention, shown, lines, today=TODAY, commitments=commitments, steps=steps, series=series)


def opened(client, name: str):
    return client.get(reverse(name))


def book(client) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(opened(client, "partnership:report_xlsx").content))


def by_key(report) -> dict:
    return {figure.key: figure for figure in report.figures}


def by_topic(report) -> dict:
    return {sentence.topic: sentence.text for sentence in report.sentences}


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


# -- six figures ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "key", "value", "note"),
    [
        ({}, "expected", "80", "Eight chances in ten: between 71 and 88."),
        ({"is_small": True, "likely": 12}, "expected", "12", "About so many: too few people for an interval."),
        ({"unknown": "No intake to come."}, "expected", "", "No intake to come."),
        ({"unknown": "No intake to come."}, "required", "", "No intake to come."),
        ({}, "required", "16", "As received in the last four weeks; 11 weeks left."),
        (
            {"needed_per_week": None, "target": None},
            "required",
            "",
            "Not known: no number of young people was promised.",
        ),
        (
            {"needed_per_week": None, "weeks_left": 0},
            "required",
            "",
            "Applications are closed: none brings the objective any more.",
        ),
        (
            {"needed_per_week": None},
            "required",
            "",
            "No number is enough, at today’s rates and in the time that is left.",
        ),
        ({"needed_per_week": 0}, "required", "0", "The applications that have come are enough."),
    ],
)
def test_what_is_projected_is_told_or_why_it_is_not(figures, said, key, value, note):
    milestone = diploma(figures)
    figure = by_key(told(milestone, foreseen={(milestone.pk, None): projection(**said)}))[key]
    assert (figure.value, figure.note) == (value, note)


@pytest.mark.django_db
def test_what_nobody_projects_is_said_to_be_unknown(figures):
    report = told(diploma(figures))
    for key in ("expected", "required"):
        figure = by_key(report)[key]
        assert (figure.value, figure.note) == ("", "Not known: nothing has been projected for this milestone.")


@pytest.mark.django_db
@pytest.mark.parametrize(("received", "status"), [(9, MilestoneStatus.AT_RISK), (16, MilestoneStatus.ON_TRACK)])
def test_fewer_applications_than_needed_are_a_risk(figures, received, status):
    milestone = diploma(figures)
    seen = projection(received_per_week=Fraction(received))
    assert by_key(told(milestone, foreseen={(milestone.pk, None): seen}))["required"].status == status


@pytest.mark.django_db
def test_each_side_is_held_against_its_own_objective_of_today(figures):
    report = told(diploma(figures))
    confirmed, places = by_key(report)["confirmed"], by_key(report)["host_places"]
    # 78 of the 125 days have passed: of 100, 62.4 are needed, and of 50, 31.2.
    assert (confirmed.note, confirmed.status) == ("63 needed by today; 48 missing in all.", MilestoneStatus.AT_RISK)
    assert (places.note, places.status) == ("32 needed by today; 11 missing in all.", MilestoneStatus.ON_TRACK)


@pytest.mark.django_db
def test_contents_are_counted_over_every_milestone_with_who_waits(figures):
    first = diploma(figures)
    second = factories.milestone(first.convention, order=2)
    for milestone, (validated, total) in ((first, (1, 1)), (second, (1, 3))):
        figures["contents"][milestone.pk, None] = total
        figures["contents_validated"][milestone.pk, None] = validated
    figures["waiting_for_content"] = {(second.pk, factories.zone("paris").pk): 31}
    figures["contents_late"] = {(second.pk, None): 1}
    figure = by_key(told(first))["contents"]
    assert (figure.value, figure.beside) == ("2", "of 4, in every milestone")
    assert figure.note == "1 content is not judged in time, 31 applications wait for the content."
    assert figure.status == MilestoneStatus.LATE


@pytest.mark.django_db
def test_the_figures_are_those_of_the_next_tandem_then_of_what_is_left(figures):
    first = diploma(figures)
    later = factories.milestone(first.convention, order=2, finalise_by=date(2027, 6, 1))
    factories.objective(milestone=later, measure="confirmed", target=15)
    report = told(first)
    assert report.focus.card.milestone == first
    with factories.before_the_signature():
        first.objectives.filter(measure__in=("confirmed", "host_places")).update(target=1)
    assert told(first).focus.card.milestone == later


# -- five sentences ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_each_milestone_has_a_sentence_with_its_status_and_its_reason(figures):
    first = diploma(figures)
    factories.milestone(first.convention, order=2, finalise_by=date(2027, 6, 1))
    report = told(first)
    said = [(one.topic, one.status, one.text) for one in report.sentences[:2]]
    cards = {card.milestone.short_title: card.standing for card in report.board.cards}
    assert said == [
        ("Jalon 1", MilestoneStatus.AT_RISK, cards["Jalon 1"].reason),
        ("Jalon 2", MilestoneStatus.LATE, "Not settled 13 days after its date."),
    ]


@pytest.mark.django_db
def test_of_many_milestones_the_worst_are_told_and_the_others_counted(figures):
    first = diploma(figures)
    for order in range(2, 6):
        factories.milestone(first.convention, order=order, finalise_by=date(2027, 6, 1 if order == 4 else 30))
    report = told(first)
    assert [one.topic for one in report.sentences] == [
        "Jalon 4", "Jalon 1", "Other milestones", "Short side", "In four weeks",
    ]  # fmt: skip
    assert by_topic(report)["Other milestones"] == "On track: 3."


@pytest.mark.django_db
def test_the_short_side_is_told_zone_by_zone(figures):
    report = told(diploma(figures))
    assert by_topic(report)["Short side"].replace("\u00a0", " ") == (
        "Recruitment: Paris (33 young people and 2 places missing) and Toulouse (10 young people missing); "
        "Hosting: Lyon (9 places and 5 young people missing)."
    )


@pytest.mark.django_db
def test_no_side_is_short_where_both_have_their_share(figures):
    milestone = diploma(figures, zones=("lyon",))
    figures["host_places"][milestone.pk, factories.zone("lyon").pk] = 8
    assert by_topic(told(milestone))["Short side"] == "None: each zone has its share of today on both sides."
    with factories.before_the_signature():
        milestone.objectives.all().delete()
    assert by_topic(told(milestone))["Short side"] == "Not known: no zone has an objective."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("young", "places", "expected"),
    [
        ([], [], "Not known: no figure has been kept yet."),
        (
            [(date(2027, 6, 6), 50)],
            [(date(2027, 6, 6), 30)],
            "Not known: figures have been kept since 6 June 2027 only.",
        ),
        (
            [(date(2027, 5, 9), 30), (date(2027, 5, 16), 40), (date(2027, 6, 13), 51)],
            [(date(2027, 5, 16), 44)],
            "52 young people confirmed, against 40; 39 places, against 44 on 16 May 2027.",
        ),
        ([(date(2027, 5, 16), 40)], [], "52 young people confirmed, against 40 on 16 May 2027."),
    ],
)
def test_what_changed_in_four_weeks_is_told_or_since_when_figures_are_kept(figures, young, places, expected):
    report = told(diploma(figures), series={"confirmed": young, "host_places": places})
    assert by_topic(report)["In four weeks"].replace("\u00a0", " ") == expected


@pytest.mark.django_db
def test_who_waits_for_a_content_the_forecast_and_the_next_date_follow(figures):
    milestone = diploma(figures)
    figures["waiting_for_content"] = {(milestone.pk, factories.zone("paris").pk): 4}
    report = told(milestone, foreseen={(milestone.pk, None): projection()})
    assert [one.topic for one in report.sentences] == [
        "Jalon 1", "Short side", "In four weeks", "Contents", "Forecast",
    ]  # fmt: skip
    assert by_topic(report)["Contents"] == "Jalon 1: 4 applications wait for the content."
    assert by_topic(report)["Forecast"].replace("\u00a0", " ") == (
        "80 young people present on 15 September 2027. Eight chances in ten: between 71 and 88."
    )
    del figures["waiting_for_content"]
    assert by_topic(told(milestone))["Next date"].replace("\u00a0", " ") == ("Jalon 1, settled by 31 July 2027, D−47.")


# -- next actions -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_next_actions_are_the_six_most_urgent_each_with_its_owner(figures):
    milestone = diploma(figures)
    convention, smt = milestone.convention, factories.party("smt")
    factories.commitment(
        convention=convention, milestone=milestone, party=smt, text="Plateau", due_on=date(2027, 6, 30)
    )
    factories.commitment(convention=convention, party=smt, text="Sans date")
    late = Step("Judge the content", "SMT", date(2027, 6, 8), 1)
    report = told(milestone, commitments=convention.commitments.all(), steps=[late])
    found = [(one.step.what, one.step.owner, one.due.replace("\u00a0", " "), one.is_late) for one in report.steps]
    settled = "31 July 2027, D−47"
    assert [(what.replace("\u00a0", " "), *rest) for what, *rest in found] == [
        ("Judge the content", "SMT", "8 June 2027, D+6", True),
        ("Plateau", "SMT", "30 June 2027, D−16", False),
        ("Jalon 1: recruit, 33 young people missing", "Recruitment, Paris", settled, False),
        ("Jalon 1: find places, 9 places missing", "Regional lead, Lyon", settled, False),
        ("Jalon 1: recruit, 10 young people missing", "Recruitment, Toulouse", settled, False),
        ("Sans date", "SMT", "no date", False),
    ]
    more = [Step(f"Step {n}", "SMT", date(2027, 6, n)) for n in range(1, 10)]
    assert [one.step.what for one in told(milestone, steps=more).steps] == [f"Step {n}" for n in range(1, 7)]


@pytest.mark.django_db
def test_a_promise_that_is_kept_waits_for_nobody(figures, coordinator):
    milestone = diploma(figures, zones=())
    factories.commitment(
        convention=milestone.convention, party=factories.party(), text="Fait", done_at=clock.now(), done_by=coordinator
    )
    assert told(milestone, commitments=milestone.convention.commitments.all()).steps == []


@pytest.mark.django_db
def test_a_content_that_is_judged_late_is_the_move_of_whoever_validates_it():
    milestone = factories.milestone(signed(), finalise_by=SETTLED)
    content = factories.curriculum(factories.programme(milestone=milestone), state=CurriculumState.SUBMITTED)
    content.submitted_at = clock.now() - timedelta(days=content.programme.review_days + 6)
    content.save()
    (step,) = next_steps.told(Census(None, milestone.convention))
    assert (step.what, step.owner, step.milestone) == ("Judge the content of CS ACVD, version 1", "SMT", 1)
    assert step.due_on == TODAY - timedelta(days=6)


@pytest.mark.django_db
def test_hosts_that_stay_silent_are_the_move_of_the_zone_s_lead(lyon_lead):
    intake = factories.intake(factories.programme(milestone=factories.milestone(signed())))
    with clock.travel(clock.now() - timedelta(days=6)):
        silent, heard = factories.site("lyon"), factories.site("lyon")
        for site in (silent, heard):
            pledge_factory.asked(site, intake, by=lyon_lead)
    pledge_factory.answered(heard, intake, by=lyon_lead)
    pledge_factory.asked(factories.site("lyon"), intake, by=lyon_lead)
    (step,) = next_steps.told(Census(None, intake.programme.milestone.convention))
    assert step.what.replace("\u00a0", " ") == "Call 1 host that has not said its places, asked on 8 June 2027"
    assert (step.owner, step.due_on, step.milestone) == ("Regional lead, Lyon", date(2027, 6, 18), 1)


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

"""What the report says: six figures, five sentences, next actions; each a rule, and the board's numbers in it."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.utils import translation

from partnership import clock, next_steps
from partnership.documents.report import LONGEST_SENTENCE
from partnership.measures import Census
from partnership.next_steps import Step
from partnership.states import MilestoneStatus, Precision
from programmes.states import CurriculumState

from .. import factories
from ..placements import pledge_factory
from .reporting import SETTLED, TODAY, by_key, by_topic, diploma, projection, signed, told

pytestmark = pytest.mark.usefixtures("day_of_the_report")

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
@pytest.mark.parametrize(
    ("last", "others"),
    [
        (5, "At risk: Jalon 1. On track: Jalon 2, Jalon 3 and Jalon 5."),
        (7, "At risk: Jalon 1. On track: 5 other milestones."),
    ],
)
def test_of_many_milestones_the_worst_are_told_and_the_others_named_or_counted(figures, last, others):
    first = diploma(figures)
    for order in range(2, last + 1):
        factories.milestone(first.convention, order=order, finalise_by=date(2027, 6, 1 if order == 4 else 30))
    report = told(first)
    assert [one.topic for one in report.sentences] == [
        "Jalon 4", "Other milestones", "Short side", "In four weeks", "Next date",
    ]  # fmt: skip
    assert by_topic(report)["Other milestones"] == others


def founding(figures):
    """The convention of three milestones: a day, a month, no date; all of it known but contents."""
    first = diploma(figures)
    second, third = (factories.milestone(first.convention, order=order) for order in (2, 3))
    month = {"finalise_by": date(2028, 1, 1), "finalise_precision": Precision.MONTH}
    factories.rewrite(second, short_title="Certificat", opens_on=date(2028, 1, 10), **month)
    undated = {"finalise_by": None, "finalise_precision": Precision.NONE, "opens_precision": Precision.NONE}
    factories.rewrite(third, short_title="Chaire", opens_on=None, **undated)
    factories.rewrite(first, short_title="Diplôme")
    known = {
        "foreseen": {(first.pk, None): projection()},
        "series": {"confirmed": [(date(2027, 5, 16), 40)], "host_places": [(date(2027, 5, 16), 44)]},
    }
    return first, known


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("waiting", "late", "days", "fifth", "text"),
    [
        (0, 0, None, "Next date", "Diplôme – Settlement: 31 July 2027, D−47."),
        (4, 0, None, "Contents", "Diplôme: 4 applications wait for the content."),
        (4, 0, 15, "Contents", "Diplôme: 4 applications wait for the content."),
        (4, 0, 14, "Next date", "Diplôme – Commitment “Trente places”: 28 June 2027, D−14."),
        (
            4, 1, 14, "Contents",
            "Diplôme: 1 content is not judged in time, 4 applications wait for the content.",
        ),
    ],
)  # fmt: skip
def test_of_three_milestones_five_sentences_tell_the_worst_the_side_the_forecast_the_weeks_and_what_presses(
    figures, waiting, late, days, fifth, text
):
    first, known = founding(figures)
    figures["waiting_for_content"] = {(first.pk, factories.zone("paris").pk): waiting}
    figures["contents_late"] = {(first.pk, None): late}
    if days:
        factories.commitment(
            convention=first.convention, milestone=first, party=factories.party("smt"), text="Trente places",
            due_on=TODAY + timedelta(days=days),
        )  # fmt: skip
    report = told(first, **known)
    assert [one.topic for one in report.sentences] == ["Diplôme", "Short side", "Forecast", "In four weeks", fifth]
    worst = next(card.standing for card in report.board.cards if card.milestone == first)
    assert (report.sentences[0].status, worst.status) == (MilestoneStatus.AT_RISK, MilestoneStatus.AT_RISK)
    said = by_topic(report)
    assert said["Diplôme"] == f"{worst.reason} On track: Certificat and Chaire."
    assert said["Short side"].startswith("Recruitment: Paris (33")
    assert said["Forecast"].startswith("80")
    assert said["In four weeks"].startswith("52")
    assert said[fifth].replace("\u00a0", " ") == text


@pytest.mark.django_db
def test_of_three_milestones_the_late_one_is_the_worst_though_another_has_the_figures(figures):
    first, known = founding(figures)
    factories.rewrite(first.convention.milestones.get(order=2), finalise_by=date(2027, 5, 1))
    report = told(first, **known)
    worst = report.sentences[0]
    assert (worst.topic, worst.status) == ("Certificat", MilestoneStatus.LATE)
    assert worst.text == "Not settled 14 days after its date. At risk: Diplôme. On track: Chaire."


@pytest.mark.django_db
def test_where_nothing_is_counted_each_of_three_milestones_has_its_sentence(figures):
    first, _known = founding(figures)
    with factories.before_the_signature():
        first.objectives.all().delete()
    figures.update({key: {} for key in figures})
    report = told(first)
    assert report.focus is None
    assert [one.topic for one in report.sentences] == ["Diplôme", "Certificat", "Chaire", "Next date"]
    assert [one.text for one in report.sentences[:3]] == [card.standing.reason for card in report.board.cards]


@pytest.mark.django_db
def test_the_day_of_a_long_promise_is_not_cut_from_the_paper(figures):
    milestone = diploma(figures)
    factories.commitment(
        convention=milestone.convention, milestone=milestone, party=factories.party("smt"), text="W" * 240, due_on=TODAY
    )
    text = by_topic(told(milestone))["Next date"].replace("\u00a0", " ")
    assert text.endswith("…”: 14 June 2027, today.") and len(text) < LONGEST_SENTENCE


@pytest.mark.django_db
def test_a_long_promise_keeps_the_quotes_around_it(figures):
    milestone = diploma(figures)
    factories.commitment(
        convention=milestone.convention, milestone=milestone, party=factories.party("smt"), text="W" * 240, due_on=TODAY
    )
    with translation.override("fr"):
        text = by_topic(told(milestone))["Prochaine date"].replace("\u00a0", " ")
    assert text.startswith("Jalon 1 – Engagement « W") and text.endswith("W… » : 14 juin 2027, aujourd’hui.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "text"),
    [
        (3, "Commitment “Comité de pilotage”: 17 June 2027, D−3."),
        (60, "Jalon 1 – Settlement: 31 July 2027, D−47."),
        (-1, "Jalon 1 – Settlement: 31 July 2027, D−47."),
    ],
)
def test_the_next_date_may_be_that_of_a_promise_without_a_milestone(figures, days, text):
    milestone = diploma(figures)
    convention = milestone.convention
    factories.commitment(
        convention=convention,
        party=factories.party("smt"),
        text="Comité de pilotage",
        due_on=TODAY + timedelta(days=days),
    )
    report = told(milestone, commitments=convention.commitments.all())
    assert by_topic(report)["Next date"].replace("\u00a0", " ") == text


@pytest.mark.django_db
def test_the_next_date_is_that_of_what_is_not_done_yet(figures):
    first, _known = founding(figures)
    with factories.before_the_signature():
        first.objectives.all().update(target=1)
    report = told(first)
    assert report.board.cards[0].standing.status == MilestoneStatus.DONE
    assert by_topic(report)["Next date"].replace("\u00a0", " ") == "Certificat – Opening: 10 January 2028, D−210."


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
        "Jalon 1", "Short side", "Forecast", "In four weeks", "Contents",
    ]  # fmt: skip
    assert by_topic(report)["Contents"] == "Jalon 1: 4 applications wait for the content."
    assert by_topic(report)["Forecast"].replace("\u00a0", " ") == (
        "80 young people present on 15 September 2027. Eight chances in ten: between 71 and 88."
    )
    del figures["waiting_for_content"]
    assert by_topic(told(milestone))["Next date"].replace("\u00a0", " ") == (
        "Jalon 1 – Settlement: 31 July 2027, D−47."
    )


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

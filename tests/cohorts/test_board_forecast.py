"""What the board itself says of the rentrée: from one application, one that is past, rates of zero, few places."""

import re
from datetime import date
from fractions import Fraction
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts.models import PlanningRate
from cohorts.states import ApplicationState as S
from partnership.states import MilestoneStatus

from .. import factories
from .foreseeing import TODAY, cohort, files, promise, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mid_june")]
AT_RISK, ON_TRACK = MilestoneStatus.AT_RISK, MilestoneStatus.ON_TRACK
both = pytest.mark.parametrize("language", ["fr", "en"])


def said(html: str) -> str:
    """Its words, without what is only drawn."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.fixture
def milestone(convention):
    return factories.milestone(convention)


@pytest.fixture
def opened(client_of, coordinator):
    client = client_of(coordinator)

    def open_in(language: str, name: str = "partnership:board"):
        with translation.override(language):
            answer = client.get(reverse(name))
        assert answer.status_code == 200
        return answer

    return open_in


def row(answer, zone: str) -> str:
    """What a line of the board says."""
    (found,) = re.findall(rf'<tr><th scope="row">{zone}.*?</tr>', answer.content.decode(), re.DOTALL)
    return said(found)


def card(answer) -> str:
    (found,) = re.findall(r'<li class="milestone .*?</li>', answer.content.decode(), re.DOTALL)
    return said(found)


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "0 peu de monde sans objectif"), ("en", "0 few people no objective")],
)
def test_of_one_application_the_board_says_that_it_is_one(opened, milestone, language, words):
    files(cohort(), S.ENQUIRY)
    assert words in row(opened(language), "Lyon")


@pytest.mark.parametrize(
    ("language", "zone", "status", "words"),
    [
        (
            "fr",
            "Toutes les zones",
            "À risque",
            "La rentrée a eu lieu le 14 juin 2027 : les présents sont comptés, il n’y a plus rien à prévoir.",
        ),
        (
            "en",
            "All zones",
            "At risk",
            "The first day was on 14 June 2027: who has come is counted, nothing is left to forecast.",
        ),
    ],
)
def test_of_a_rentree_that_is_past_the_board_says_why_nothing_is_forecast(
    opened, milestone, language, zone, status, words
):
    cohort(starts_on=date(2027, 6, 14), capacity=5)
    promise(milestone, 10)
    answer = opened(language)
    assert words in row(answer, zone)
    # Nobody can be put into a class that has begun: its places say nothing more.
    assert status in card(answer) and answer.context["board"].few_places == []


@pytest.mark.parametrize(
    ("language", "zone", "words", "reason"),
    [
        (
            "fr",
            "Toutes les zones",
            "0 peu de monde aucun nombre ne suffit",
            "Prévision : environ 0 jeune présent pour 10 attendus le 15 septembre, petit effectif.",
        ),
        (
            "en",
            "All zones",
            "0 few people no number is enough",
            "Forecast: about 0 young people present for 10 awaited on 15 September, small sample.",
        ),
    ],
)
def test_at_rates_of_zero_the_board_says_that_no_number_is_enough(opened, milestone, language, zone, words, reason):
    files(cohort(), S.SUBMITTED, 3)
    promise(milestone, 10)
    PlanningRate.objects.update(rate=0)
    answer = opened(language)
    assert words in row(answer, zone)
    assert reason in card(answer)


@both
def test_once_applications_are_closed_the_board_says_so(opened, milestone, language):
    files(cohort(applications_until=date(2027, 6, 14)), S.SUBMITTED)
    promise(milestone, 10)
    words = {"fr": ("Toutes les zones", "candidatures closes"), "en": ("All zones", "applications closed")}
    zone, closed = words[language]
    assert closed in row(opened(language), zone)


@both
def test_a_zone_without_a_cohort_says_so_where_its_forecast_would_stand(opened, milestone, language):
    files(cohort("paris"), S.SUBMITTED, 2)
    promise(milestone, 20, "lyon")
    promise(milestone, 20, "paris")
    words = {
        "fr": "Aucune promotion ne recrute encore dans cette zone.",
        "en": "No cohort recruits in this zone yet.",
    }
    answer = opened(language)
    assert words[language] in row(answer, "Lyon")
    assert words[language] not in row(answer, "Paris")


# -- fewer places in class than young people promised -----------------------------------------------------------------

FEW = {
    "fr": "16 places seulement sont ouvertes en classe pour 20 attendus : ouvrez des promotions ou des places.",
    "en": "Only 16 places are open in class for 20 awaited: open cohorts or places.",
}


def few_places(milestone) -> None:
    """More come than are needed for what was promised, but the class is too small for it."""
    here = cohort(capacity=16)
    files(here, S.CONFIRMED, 10)
    files(here, S.SUBMITTED, 40, created_at=TODAY, submitted_at=TODAY)
    promise(milestone, 20, "lyon")


@pytest.mark.parametrize(
    ("language", "status", "reason"),
    [
        (
            "fr",
            "À risque",
            "Prévision pour Lyon : environ {n} jeunes présents le 15 septembre ; 16 places seulement sont ouvertes en "
            "classe pour 20 attendus : ouvrez des promotions ou des places.",
        ),
        (
            "en",
            "At risk",
            "Forecast for Lyon: about {n} young people present on 15 September; only 16 places are open in class for "
            "20 awaited: open cohorts or places.",
        ),
    ],
)
def test_a_class_too_small_is_the_reason_and_a_sentence_of_the_board(opened, milestone, language, status, reason):
    few_places(milestone)
    seen = told(milestone.convention, "lyon")
    assert (seen.places, seen.target) == (16, 20) and seen.needed_per_week <= seen.received_per_week
    answer = opened(language)
    assert status in card(answer) and reason.format(n=seen.likely) in card(answer)
    (sentence,) = re.findall(r'<div class="alert alert--risk.*?</div></div>', answer.content.decode(), re.DOTALL)
    words = FEW[language][:1].lower() + FEW[language][1:]
    zones = {"fr": ("Lyon", "Toutes les zones"), "en": ("Lyon", "All zones")}
    shown = [where for where in zones[language] if f"{where}, Jalon 1" in said(sentence)]
    assert words in said(sentence) and shown


@both
def test_a_class_too_small_is_told_by_the_report_and_the_forecast_as_by_the_board(opened, milestone, language):
    few_places(milestone)
    report = opened(language, "partnership:report")
    figure = next(one for one in report.context["report"].figures if one.key == "required")
    assert figure.status == AT_RISK and figure.note.replace("\xa0", " ") == FEW[language]
    assert FEW[language] in said(report.content.decode())
    assert FEW[language] in said(opened(language, "cohorts:forecast").content.decode())


@both
def test_on_the_day_of_the_signature_a_class_too_small_is_the_reason(opened, milestone, language):
    factories.rewrite(milestone.convention, signed_at=TODAY)
    cohort(capacity=16)
    promise(milestone, 20)
    answer = opened(language)
    (shown,) = answer.context["board"].cards
    assert shown.standing.status == AT_RISK
    assert FEW[language] in card(answer)


def test_more_places_than_were_promised_are_no_risk(opened, milestone):
    here = cohort(capacity=30)
    files(here, S.CONFIRMED, 19)
    files(here, S.SUBMITTED, 40, created_at=TODAY, submitted_at=TODAY)
    promise(milestone, 20, "lyon")
    answer = opened("fr")
    (shown,) = answer.context["board"].cards
    assert told(milestone.convention, "lyon").received_per_week == Fraction(10)
    assert (shown.standing.status, answer.context["board"].few_places) == (ON_TRACK, [])
    assert "ouvertes en classe" not in said(answer.content.decode())


def test_a_zone_too_small_is_told_beside_one_with_room(opened, milestone):
    files(cohort("lyon", capacity=8), S.CONFIRMED, 2)
    files(cohort("paris", capacity=60), S.CONFIRMED, 2)
    promise(milestone, 12, "lyon")
    promise(milestone, 20, "paris")
    few = [words.replace("\xa0", " ") for words in opened("fr").context["board"].few_places]
    assert few == [
        f"Lyon, {milestone.short_title} : 8 places seulement sont ouvertes en classe pour 12 attendus : "
        "ouvrez des promotions ou des places."
    ]


def test_a_place_more_than_promised_in_one_zone_is_none_in_another(opened, milestone):
    for zone, number in (("lyon", 12), ("paris", 18)):
        factories.objective(milestone=milestone, measure="confirmed", zone=factories.zone(zone), target=15)
        files(cohort(zone, capacity=30), S.CONFIRMED, number)
    answer = opened("fr")
    assert "3 jeunes" in row(answer, "Toutes les zones") and "Il manque 3 jeunes" in card(answer)


# -- other intakes, which the promise counts as well ------------------------------------------------------------------

EARLIER, LATER = date(2027, 6, 1), date(2028, 1, 10)


def few_places_of(answer) -> list[str]:
    return [words.replace("\xa0", " ") for words in answer.context["board"].few_places]


def test_whoever_is_confirmed_in_a_class_that_has_begun_needs_no_other_place(opened, milestone):
    files(cohort(starts_on=EARLIER, capacity=12), S.CONFIRMED, 12)
    files(cohort(capacity=8), S.SUBMITTED, 2)
    promise(milestone, 20, "lyon")
    assert (told(milestone.convention).places, few_places_of(opened("fr"))) == (8, [])


def test_places_of_a_later_intake_are_places(opened, milestone):
    files(cohort(capacity=8), S.SUBMITTED, 2)
    cohort(starts_on=LATER, capacity=12)
    promise(milestone, 20, "lyon")
    assert (told(milestone.convention).places, few_places_of(opened("fr"))) == (8, [])


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Lyon, Jalon 1 : 13 places seulement sont ouvertes en classe pour 18 autres attendus : ouvrez"),
        ("en", "Lyon, Jalon 1: only 13 places are open in class for 18 more awaited: open cohorts"),
    ],
)
def test_places_too_few_for_those_who_have_not_begun_are_told(opened, milestone, language, words):
    # Of fourteen places two are empty, and stay so: the class has begun.
    files(cohort(starts_on=EARLIER, capacity=14), S.CONFIRMED, 12)
    files(cohort(capacity=8), S.SUBMITTED, 2)
    cohort(starts_on=LATER, capacity=5)
    promise(milestone, 30, "lyon")
    answer = opened(language)
    with translation.override(language):
        assert few_places_of(answer)[0].startswith(words)
    assert words.partition(": ")[2].partition(": ")[0] in card(answer)


def test_once_the_objective_is_reached_nothing_is_said_of_places(opened, milestone):
    files(cohort(starts_on=EARLIER, capacity=20), S.CONFIRMED, 20)
    cohort(capacity=8)
    promise(milestone, 20, "lyon")
    answer = opened("fr")
    (shown,) = answer.context["board"].cards
    assert (shown.standing.status, few_places_of(answer)) == (MilestoneStatus.DONE, [])
    assert "ouvertes en classe" not in said(opened("fr", "partnership:report").content.decode())


def test_the_forecast_and_the_places_are_held_against_the_same_promise(opened, milestone):
    factories.rewrite(milestone.convention, signed_at=TODAY)
    here = cohort(capacity=16)
    files(here, S.CONFIRMED, 10)
    files(here, S.SUBMITTED, 40, created_at=TODAY, submitted_at=TODAY)
    promise(milestone, 20)
    promise(milestone, 12, measure="present")
    answer = opened("fr")
    (shown,) = answer.context["board"].cards
    assert told(milestone.convention).target == 12
    assert (shown.standing.status, few_places_of(answer)) == (ON_TRACK, [])
    assert "pour 12 attendus" in card(answer)


# -- zones of which nothing is projected ------------------------------------------------------------------------------


@both
def test_a_zone_with_an_older_intake_alone_says_that_it_does_not_recruit(opened, milestone, language):
    files(cohort("lyon", starts_on=date(2026, 9, 15)), S.CONFIRMED)
    files(cohort("paris"), S.SUBMITTED, 2)
    promise(milestone, 20, "paris")
    words = {
        "fr": "Aucune promotion ne recrute encore dans cette zone.",
        "en": "No cohort recruits in this zone yet.",
    }
    answer = opened(language)
    assert words[language] in row(answer, "Lyon")
    assert words[language] not in row(answer, "Paris")


def test_what_holds_in_all_zones_is_said_of_each(opened, milestone):
    for zone in ("lyon", "paris"):
        files(cohort(zone, starts_on=date(2027, 6, 14)), S.CONFIRMED)
    promise(milestone, 20)
    assert "La rentrée a eu lieu le 14 juin 2027" in row(opened("fr"), "Lyon")

"""Milestones that turn: at risk by the forecast, late by the date, each told once to every coordinator."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from config.celery import app
from partnership import board, clock, services, tasks
from partnership.board import Contents, Reading
from partnership.models import Commitment, Convention, JournalEntry, Milestone, OutgoingMessage, User, ref
from partnership.states import ActorKind, ConventionState, MilestoneStatus, Precision, Role

from .. import factories
from ..races.crowd import at_once
from .promising import RENTREE, SETTLED, SIGNED, at, letters, projection, promise

TODAY = date(2027, 7, 17)
DAY = timedelta(days=1)
DONE, ON_TRACK, AT_RISK, LATE = (
    MilestoneStatus.DONE,
    MilestoneStatus.ON_TRACK,
    MilestoneStatus.AT_RISK,
    MilestoneStatus.LATE,
)


# -- by the forecast --------------------------------------------------------------------------------------------------


def _milestone(**fields) -> Milestone:
    dated = {"finalise_by": SETTLED, "finalise_precision": Precision.DAY, "opens_precision": Precision.NONE}
    return Milestone(order=1, title="Diplôme", short_title="Diplôme", **(dated | fields))


def _reading(figure: int, target: int = 100, *, measure: str = "confirmed", zone=None, today: date = TODAY) -> Reading:
    return Reading(measure, figure, target, SETTLED, board.elapsed_share(SIGNED, SETTLED, today), zone)


def _standing(*read: Reading, forecast=None, validated: int = 0, today: date = TODAY) -> board.Standing:
    return board.standing(_milestone(), list(read), Contents(validated, 1), (), forecast, today=today)


@pytest.mark.parametrize(
    ("figure", "likely", "expected"),
    [
        (88, 100, ON_TRACK),  # behind today's share, but enough will come
        (99, 99, AT_RISK),  # ahead of today's share, but some will melt away
        (100, 99, AT_RISK),
        (0, 0, AT_RISK),
        (0, 130, ON_TRACK),
    ],
)
def test_young_people_are_judged_by_the_forecast_where_it_is_known(figure, likely, expected):
    assert _standing(_reading(figure), forecast={None: projection(likely)}).status == expected


def test_without_a_forecast_the_share_of_today_decides():
    unknown = projection(100, unknown="Aucune candidature encore.")
    for forecast in (None, {}, {None: unknown}, {7: projection(100)}):
        assert _standing(_reading(88), forecast=forecast).status == AT_RISK
        assert _standing(_reading(89), forecast=forecast).status == ON_TRACK


def test_places_keep_the_share_of_today_beside_a_good_forecast():
    places = _reading(10, 50, measure="host_places")
    said = _standing(_reading(60), places, forecast={None: projection(120)})
    assert said.status == AT_RISK and said.reason.startswith("10\u00a0places")


def test_what_is_done_or_late_asks_no_forecast():
    forecast = {None: projection(12)}
    assert _standing(_reading(100), validated=1, forecast=forecast).status == DONE
    assert _standing(_reading(99), today=SETTLED, forecast=forecast).status == AT_RISK
    assert _standing(_reading(99), today=SETTLED + DAY, forecast={None: projection(120)}).status == LATE


def test_a_target_of_nobody_is_never_at_risk():
    assert _standing(_reading(0, 0), forecast={None: projection(0)}).status == ON_TRACK


@pytest.mark.parametrize(
    ("language", "said", "expected"),
    [
        (
            "fr",
            {},
            "Prévision\u00a0: 80\u00a0jeunes présents pour 100\u00a0attendus le 15\u00a0septembre, entre 71 et 88.",
        ),
        ("en", {}, "Forecast: 80 young people present for 100 awaited on 15\u00a0September, between 71 and 88."),
        (
            "fr",
            {"is_small": True},
            "Prévision\u00a0: environ 80\u00a0jeunes présents pour 100\u00a0attendus le 15\u00a0septembre,"
            " petit effectif.",
        ),
        (
            "en",
            {"is_small": True},
            "Forecast: about 80 young people present for 100 awaited on 15\u00a0September, small sample.",
        ),
    ],
)
def test_the_forecast_is_the_reason_in_a_sentence(language, said, expected):
    with translation.override(language):
        assert _standing(_reading(90), forecast={None: projection(80, **said)}).reason == expected


@pytest.mark.django_db
def test_a_zone_is_held_against_its_own_forecast_and_the_worst_is_told():
    paris, lyon = factories.zone("paris"), factories.zone("lyon")
    read = [_reading(60, 64, zone=paris), _reading(10, 20, zone=lyon), _reading(70)]
    forecast = {paris.pk: projection(60), lyon.pk: projection(10), None: projection(100)}
    said = _standing(*read, forecast=forecast)
    assert said.status == AT_RISK
    assert said.reason.startswith("Prévision pour Lyon\u00a0: 10\u00a0jeunes présents pour 20\u00a0attendus")


@pytest.mark.django_db
def test_the_page_of_a_milestone_tells_the_forecast_and_the_next_date(coordinator, client_of, figures, foreseen):
    milestone = promise(confirmed=100)
    foreseen[milestone.pk, None] = projection(80)
    with at(date(2027, 4, 1)):
        page = client_of(coordinator).get(reverse("partnership:milestone_detail", args=[1]))
        shown = client_of(coordinator).get(reverse("partnership:board")).context["board"]
    text = page.content.decode().replace("\u00a0", " ")
    assert "80 jeunes présents pour 100 attendus le 15 septembre" in text
    assert "<dt>Prochaine date</dt><dd>Finalisation : 31 juillet 2027, J−121</dd>" in text
    assert [card.standing.status for card in shown.cards] == [AT_RISK]


# -- the next date ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "Finalisation\u00a0: 31\u00a0juillet 2027, J−14"),
        ({"finalise_by": TODAY}, "Finalisation\u00a0: 17\u00a0juillet 2027, aujourd’hui"),
        ({"finalise_by": TODAY - DAY}, None),
        ({"finalise_by": date(2027, 7, 1), "finalise_precision": Precision.MONTH}, "Finalisation\u00a0: juillet 2027"),
        ({"finalise_by": None, "finalise_precision": Precision.NONE}, None),
        (
            {"opens_on": date(2027, 7, 20), "opens_precision": Precision.DAY},
            "Ouverture\u00a0: 20\u00a0juillet 2027, J−3",
        ),
        (
            {"opens_on": date(2027, 7, 1), "opens_precision": Precision.DAY},
            "Finalisation\u00a0: 31\u00a0juillet 2027, J−14",
        ),
    ],
)
def test_the_next_date_is_the_earliest_to_come(fields, expected):
    said = board.next_date(_milestone(**fields), [], [], today=TODAY)
    assert (said.words if said else None) == expected


def test_objectives_and_commitments_have_their_dates_until_they_are_kept():
    due = date(2027, 7, 24)
    waiting = Reading("confirmed", 10, 20, due)
    reached = Reading("confirmed", 20, 20, due - DAY)
    kept = Commitment(text="Liste", due_on=due - DAY, done_at=datetime(2027, 7, 1, tzinfo=clock.PARIS))
    promised = Commitment(text="Liste", due_on=due - 2 * DAY)
    words = [
        board.next_date(_milestone(), read, commitments, today=TODAY).words
        for read, commitments in (([waiting], []), ([reached], [kept]), ([waiting], [promised]))
    ]
    assert words == [
        "Objectif, 20\u00a0jeunes\u00a0: 24\u00a0juillet 2027, J−7",
        "Finalisation\u00a0: 31\u00a0juillet 2027, J−14",
        "Engagement «\u00a0Liste\u00a0»\u00a0: 22\u00a0juillet 2027, J−5",
    ]


# -- the turn ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def readers(db) -> list[User]:
    """A coordinator of each party, who read different languages; the one who signed is no longer one of them."""
    with at(date(2027, 3, 1)):
        return [
            factories.user(Role.COORDINATOR, name="Hélène Brossard"),
            factories.user(Role.COORDINATOR, party_code="smt", name="Paul Vernet", language="en"),
        ]


@pytest.fixture
def diploma(readers, figures) -> Milestone:
    """A hundred young people promised until 31 July."""
    with at(date(2027, 3, 28), 12):
        milestone = promise(confirmed=100)
    User.objects.filter(memberships__role=Role.COORDINATOR).exclude(pk__in=[one.pk for one in readers]).update(
        is_active=False
    )
    return milestone


def _confirmed(figures, milestone: Milestone, number: int) -> None:
    figures["confirmed"][milestone.pk, factories.zone("paris").pk] = number


def _look(day: date, hour: int = 9) -> int:
    with at(day, hour, 7):
        return services.notice_turns()


def _journal(milestone: Milestone) -> list[tuple[str, str, date]]:
    lines = JournalEntry.objects.filter(subject=ref(milestone)).order_by("pk")
    return [(line.before, line.after, line.at.astimezone(clock.PARIS).date()) for line in lines]


def test_a_milestone_turns_on_the_day_its_share_is_missed_and_on_the_day_after_its_date(diploma, figures):
    _confirmed(figures, diploma, 88)
    # 100 × 110 / 125 = 88 are needed on 16 July, and one more the day after.
    seen = {day: (_look(day), len(letters("milestone_turned"))) for day in (date(2027, 7, n) for n in range(15, 19))}
    assert list(seen.values()) == [(1, 0), (0, 0), (1, 2), (0, 2)]
    later = {day: (_look(day), len(letters("milestone_turned"))) for day in (SETTLED - DAY, SETTLED, SETTLED + DAY)}
    assert list(later.values()) == [(0, 2), (0, 2), (1, 4)]
    assert _journal(diploma) == [
        ("", ON_TRACK, date(2027, 7, 15)),
        (ON_TRACK, AT_RISK, date(2027, 7, 17)),
        (AT_RISK, LATE, date(2027, 8, 1)),
    ]


def test_the_forecast_turns_it_long_before_its_date(diploma, figures, foreseen):
    _confirmed(figures, diploma, 60)
    for day, likely in ((date(2027, 5, 3), 101), (date(2027, 5, 4), 99), (date(2027, 5, 5), 100)):
        foreseen[diploma.pk, None] = projection(likely)
        assert _look(day) == 1
    assert [after for _before, after, _day in _journal(diploma)] == [ON_TRACK, AT_RISK, ON_TRACK]
    assert [(letter.to_name, letter.language, letter.subject) for letter in letters("milestone_turned")] == [
        ("Hélène Brossard", "fr", "À risque\u00a0: Diplôme"),
        ("Paul Vernet", "en", "At risk: Diplôme"),
        ("Hélène Brossard", "fr", "De nouveau dans les temps\u00a0: Diplôme"),
        ("Paul Vernet", "en", "On track again: Diplôme"),
    ]


def test_the_letter_says_why_what_comes_next_and_where_to_look(diploma, figures, settings):
    _confirmed(figures, diploma, 88)
    _look(date(2027, 7, 15))
    _look(TODAY)
    french, english = letters("milestone_turned")
    for words in (
        "Le jalon 1, Diplôme, est à risque\u00a0: à ce rythme, il ne sera pas tenu à sa date.",
        "> 88\u00a0jeunes confirmés, 89\u00a0attendus à ce jour.",
        "Prochaine date. Finalisation\u00a0: 31\u00a0juillet 2027, J−14",
        f"Voir le jalon\u00a0: {settings.PUBLIC_URL}/fr/partenariat/jalons/1/",
    ):
        assert words in french.text
    for words in (
        "Milestone 1, Diplôme, is at risk: at this rate it will not be met by its date.",
        "> 88 young people confirmed, 89 expected by today.",
        "Next date. Settlement: 31\u00a0July 2027, D−14",
        f"See the milestone: {settings.PUBLIC_URL}/en/partenariat/jalons/1/",
    ):
        assert words in english.text
    assert f'href="{settings.PUBLIC_URL}/fr/partenariat/jalons/1/"' in french.html
    # What one has to know is not among the letters one may want no more of.
    assert {letter.kind for letter in (french, english)} == {""}


def test_the_journal_says_by_the_clock_what_was_judged(diploma, figures):
    _confirmed(figures, diploma, 88)
    factories.objective(milestone=diploma, measure="confirmed", zone=factories.zone("lyon"), target=12)
    _look(TODAY)
    line = JournalEntry.objects.get(subject=ref(diploma))
    assert (line.actor_kind, line.about) == (ActorKind.CLOCK, ref(diploma.convention))
    assert set(line.reason.split(", ")) == {"confirmed 88/100", "confirmed:lyon 0/12"}


def test_at_night_it_is_journaled_and_the_letter_waits_for_the_morning(diploma, figures):
    _confirmed(figures, diploma, 88)
    _look(date(2027, 7, 16))
    assert _look(TODAY, hour=0) == 1
    morning = datetime(2027, 7, 17, 8, 30, tzinfo=clock.PARIS)
    assert {letter.due_at for letter in letters("milestone_turned")} == {morning}


@pytest.mark.parametrize(("number", "expected"), [(100, 0), (89, 0), (88, 2)])
def test_the_first_look_tells_only_what_is_to_worry_about(diploma, figures, number, expected):
    _confirmed(figures, diploma, number)
    assert _look(TODAY) == 1 and _look(TODAY, hour=10) == 0
    assert len(_journal(diploma)) == 1 and len(letters("milestone_turned")) == expected


def test_what_is_done_is_told_and_what_is_open_again_too(diploma, figures):
    for day, number in enumerate((95, 100, 99, 100, 88), start=13):
        _confirmed(figures, diploma, number)
        _look(date(2027, 7, day))
    subjects = [letter.subject for letter in letters("milestone_turned", language="fr")]
    assert subjects == [
        "Fait\u00a0: Diplôme",
        "Rouvert, dans les temps\u00a0: Diplôme",
        "Fait\u00a0: Diplôme",
        "À risque\u00a0: Diplôme",
    ]


def test_a_status_that_goes_to_and_fro_is_told_once_a_day(diploma, figures):
    for hour, number in enumerate((90, 88, 90, 88, 90, 88), start=9):
        _confirmed(figures, diploma, number)
        _look(TODAY, hour=hour)
    assert len(_journal(diploma)) == 6
    assert [letter.subject.partition("\u00a0")[0] for letter in letters("milestone_turned", language="fr")] == [
        "À risque",
        "De nouveau dans les temps",
    ]


def test_weeks_without_a_look_are_made_up_for_at_once(diploma, figures):
    _confirmed(figures, diploma, 95)
    _look(date(2027, 6, 1))
    assert _look(date(2027, 8, 20)) == 1 and _look(date(2027, 8, 21)) == 0
    assert _journal(diploma)[1:] == [(ON_TRACK, LATE, date(2027, 8, 20))]
    assert "Non finalisé 20\u00a0jours après sa date" in letters("milestone_turned", language="fr")[0].text


def test_what_has_no_date_no_figure_no_zone_or_no_target_is_looked_at_like_the_others(diploma, figures):
    convention, party = diploma.convention, factories.party("igs")
    undated = {"opens_precision": Precision.NONE, "finalise_precision": Precision.NONE}
    with factories.before_the_signature():
        chair = Milestone.objects.create(convention=convention, order=2, title="Chaire", owner=party, **undated)
    with factories.before_the_signature():
        empty = Milestone.objects.create(
            convention=convention,
            order=3,
            title="Certificat",
            owner=party,
            finalise_by=SETTLED,
            opens_precision=Precision.NONE,
        )
    with factories.before_the_signature():
        zero = Milestone.objects.create(convention=convention, order=4, title="Rien", owner=party, **undated)
    factories.objective(milestone=zero, measure="confirmed", target=0)
    assert _look(TODAY) == 4 and _look(SETTLED + DAY) == 2
    assert [_journal(one)[-1][1] for one in (diploma, chair, empty, zero)] == [LATE, ON_TRACK, LATE, DONE]


@pytest.mark.parametrize("state", [ConventionState.DRAFT, ConventionState.ENDED])
def test_only_a_signed_convention_is_looked_at(diploma, figures, state):
    at_ = None if state == ConventionState.DRAFT else diploma.convention.signed_at
    with factories.before_the_signature():
        Convention.objects.update(state=state, signed_at=at_)
    assert _look(TODAY) == 0 and _journal(diploma) == []


def test_of_a_convention_that_the_board_does_not_show_the_text_is_opened(diploma, readers, settings):
    with at(date(2027, 7, 10)):
        newer = factories.convention()
    with factories.before_the_signature():
        newer.signatures.exclude(party=factories.party("smt")).delete()
    User.objects.exclude(pk__in=[one.pk for one in readers]).update(is_active=False)
    _look(TODAY)
    french, english = letters("milestone_turned")
    with translation.override("en"):
        text = reverse("partnership:convention_detail", args=[diploma.convention.pk])
    assert f"{settings.PUBLIC_URL}/fr/partenariat/jalons/1/" in french.text
    assert settings.PUBLIC_URL + text in english.text


def test_the_look_costs_the_same_with_one_milestone_and_with_four(diploma, figures):
    def cost(day: date) -> int:
        with at(day), CaptureQueriesContext(connection) as counted:
            services.notice_turns()
        return len(counted)

    _confirmed(figures, diploma, 95)
    _look(date(2027, 6, 1))
    alone = cost(date(2027, 6, 2))
    for order in (2, 3, 4):
        factories.milestone(diploma.convention, order=order, finalise_by=SETTLED)
    _look(date(2027, 6, 3))
    assert cost(date(2027, 6, 4)) == alone


def test_the_scheduler_asks_for_a_look_each_hour(diploma, figures):
    hourly = app.conf.beat_schedule["notice turned milestones"]
    assert hourly["task"] == tasks.notice_turns.name
    assert (hourly["schedule"].minute, len(hourly["schedule"].hour)) == ({7}, 24)
    _confirmed(figures, diploma, 88)
    with at(TODAY):
        tasks.notice_turns()
    assert [after for _before, after, _day in _journal(diploma)] == [AT_RISK]


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_tell_each_coordinator_once(figures):
    with at(date(2027, 3, 28), 12):
        milestone = promise(confirmed=100)
        factories.user(Role.COORDINATOR, party_code="smt")
    _confirmed(figures, milestone, 88)
    with at(TODAY):
        at_once(6, lambda _place: services.notice_turns())
        assert services.notice_turns() == 0
    assert len(_journal(milestone)) == 1
    assert OutgoingMessage.objects.count() == OutgoingMessage.objects.values("to_email").distinct().count() == 2
    connection.close()


# -- a season ---------------------------------------------------------------------------------------------------------


def test_over_a_season_each_turn_falls_on_its_day_and_is_told_once(diploma, figures, foreseen):
    """Nothing is foreseen at first; the forecast is short in May, good in July, and one is missing at the end."""
    told_of = {date(2027, 4, 12): 0, date(2027, 5, 10): 92, date(2027, 7, 5): 103}
    confirmed = {date(2027, 4, 1): 4, date(2027, 4, 20): 40, date(2027, 6, 14): 60, date(2027, 7, 26): 99}
    confirmed[date(2027, 8, 4)] = 100
    day, number = SIGNED, 0
    while day <= RENTREE:
        number = confirmed.get(day, number)
        _confirmed(figures, diploma, number)
        if day in told_of:
            unknown = "" if told_of[day] else "Aucune candidature encore."
            foreseen[diploma.pk, None] = projection(told_of[day], unknown=unknown)
        for hour in (0, 9, 17):
            _look(day, hour)
        day += DAY
    assert _journal(diploma) == [
        ("", ON_TRACK, SIGNED),
        # Of 100 over 125 days one is needed the day after the signature, and nobody is there yet.
        (ON_TRACK, AT_RISK, date(2027, 3, 29)),
        (AT_RISK, ON_TRACK, date(2027, 4, 1)),
        # Four are enough for 5 days of 125.
        (ON_TRACK, AT_RISK, date(2027, 4, 3)),
        (AT_RISK, ON_TRACK, date(2027, 4, 20)),
        (ON_TRACK, AT_RISK, date(2027, 5, 10)),
        (AT_RISK, ON_TRACK, date(2027, 7, 5)),
        (ON_TRACK, LATE, date(2027, 8, 1)),
        (LATE, DONE, date(2027, 8, 4)),
    ]
    told = [
        (letter.to_name, letter.written_at.astimezone(clock.PARIS).date()) for letter in letters("milestone_turned")
    ]
    turned = [day for _before, _after, day in _journal(diploma)[1:]]
    assert told == [(name, day) for day in turned for name in ("Hélène Brossard", "Paul Vernet")]

"""What the board says: statuses, sentences and short sides from figures and dates."""

import re
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from partnership import board, clock, measures, policies
from partnership.board import Contents, Reading
from partnership.models import Commitment, Milestone, Zone
from partnership.states import MilestoneStatus, Precision

from .. import factories

SIGNED = date(2027, 3, 28)
SETTLED = date(2027, 7, 31)
# 125 days lie between the signature and the settlement: on 17 July 111 of them have passed.
TODAY = date(2027, 7, 17)
DONE, ON_TRACK, AT_RISK, LATE = (
    MilestoneStatus.DONE,
    MilestoneStatus.ON_TRACK,
    MilestoneStatus.AT_RISK,
    MilestoneStatus.LATE,
)


def _milestone(finalise_by: date | None = SETTLED, precision: str = Precision.DAY) -> Milestone:
    return Milestone(
        order=1,
        title="Diplôme",
        short_title="Diplôme",
        finalise_by=finalise_by,
        finalise_precision=precision if finalise_by else Precision.NONE,
    )


def _reading(figure: int, target: int = 100, *, measure: str = "confirmed", due: date = SETTLED, today: date = TODAY):
    return Reading(measure, figure, target, due, board.elapsed_share(SIGNED, due, today))


@pytest.mark.parametrize(
    ("figure", "contents", "today", "expected"),
    [
        (100, (1, 1), TODAY, DONE),
        (130, (1, 1), TODAY, DONE),
        (100, (0, 1), TODAY, ON_TRACK),
        (100, (0, 0), TODAY, DONE),
        (99, (1, 1), SETTLED, AT_RISK),
        (99, (1, 1), SETTLED + timedelta(days=1), LATE),
        (100, (1, 1), SETTLED + timedelta(days=90), DONE),
        (100, (0, 1), SETTLED + timedelta(days=1), LATE),
        (0, (0, 1), SIGNED, ON_TRACK),
        (0, (0, 1), SIGNED + timedelta(days=1), AT_RISK),
        # 100 × 111 / 125 = 88.8: 89 are on track, 88 are not.
        (89, (0, 1), TODAY, ON_TRACK),
        (88, (0, 1), TODAY, AT_RISK),
    ],
)
def test_the_status_follows_figures_and_dates(figure, contents, today, expected):
    read = [_reading(figure, today=today)]
    assert board.standing(_milestone(), read, Contents(*contents), today=today).status == expected


def test_one_objective_behind_puts_the_milestone_at_risk():
    read = [_reading(100), _reading(10, 50, measure="host_places")]
    assert board.standing(_milestone(), read, Contents(1, 1), today=TODAY).status == AT_RISK


def test_a_month_is_kept_until_its_last_day():
    milestone, read = _milestone(date(2028, 1, 1), Precision.MONTH), [_reading(100)]
    assert board.standing(milestone, read, Contents(0, 1), today=date(2028, 1, 31)).status == ON_TRACK
    assert board.standing(milestone, read, Contents(0, 1), today=date(2028, 2, 1)).status == LATE


def test_what_has_no_date_is_on_track():
    read = [_reading(0, due=SETTLED)]
    assert board.standing(_milestone(None), read, Contents(), today=date(2030, 1, 1)).status == ON_TRACK


def test_nothing_promised_in_figures_is_not_done_by_itself():
    assert board.standing(_milestone(), [], Contents(), today=TODAY).status == ON_TRACK
    assert board.standing(_milestone(), [], Contents(), today=SETTLED + timedelta(days=1)).status == LATE


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "80\u00a0jeunes confirmés, 89\u00a0attendus à ce jour."),
        ("en", "80 young people confirmed, 89 expected by today."),
    ],
)
def test_a_risk_is_told_by_its_worst_objective(language, expected):
    read = [_reading(44, 50, measure="host_places"), _reading(80)]
    with translation.override(language):
        assert board.standing(_milestone(), read, Contents(), today=TODAY).reason == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fr", "Non finalisé 6\u00a0jours après sa date\u00a0: il manque 20\u00a0jeunes et 1\u00a0contenu validé."),
        ("en", "Not settled 6 days after its date: 20 young people and 1 validated content missing."),
    ],
)
def test_a_delay_is_told_with_what_lacks(language, expected):
    today = SETTLED + timedelta(days=6)
    with translation.override(language):
        assert board.standing(_milestone(), [_reading(80)], Contents(2, 3), today=today).reason == expected


@pytest.mark.parametrize(
    ("late", "risk", "language", "expected"),
    [
        (0, 0, "fr", "En retard\u202f? Non, chaque jalon est dans les temps."),
        (0, 1, "fr", "En retard\u202f? Non, mais un jalon est à risque."),
        (0, 2, "fr", "En retard\u202f? Non, mais 2\u00a0jalons sont à risque."),
        (1, 0, "fr", "En retard\u202f? Oui, sur un jalon."),
        (1, 1, "fr", "En retard\u202f? Oui, sur un jalon\u202f; un autre est à risque."),
        (2, 2, "fr", "En retard\u202f? Oui, sur 2\u00a0jalons\u202f; 2\u00a0autres sont à risque."),
        (1, 1, "en", "Late? Yes, on one milestone; another is at risk."),
        (0, 0, "en", "Late? No, every milestone is on track."),
    ],
)
def test_the_title_answers_whether_it_is_late(late, risk, language, expected):
    with translation.override(language):
        assert board.verdict([LATE] * late + [AT_RISK] * risk + [ON_TRACK]) == expected


def test_the_title_says_when_everything_is_done():
    with translation.override("fr"):
        assert board.verdict([DONE, DONE]) == "En retard\u202f? Non, tout est fait."


@pytest.mark.parametrize(
    ("young", "places", "expected"),
    [
        # (figure, target) of each side, when half of the time has passed.
        ((31, 64), (24, 26), ("Recrutement", "33\u00a0jeunes, 2\u00a0places")),
        ((15, 20), (4, 12), ("Accueil", "8\u00a0places, 5\u00a0jeunes")),
        ((50, 100), (25, 50), ("Tenu", "50\u00a0jeunes, 25\u00a0places")),
        ((10, 100), (5, 50), ("Recrutement", "90\u00a0jeunes, 45\u00a0places")),
        ((100, 100), (50, 50), ("Tenu", "objectifs atteints")),
        ((10, 100), None, ("Recrutement", "90\u00a0jeunes")),
        (None, None, ("sans objectif", "")),
    ],
)
def test_the_short_side_is_the_one_further_behind_its_own_objective(young, places, expected):
    half = Fraction(1, 2)
    sides = [
        Reading(measure, *side, SETTLED, half) if side else None
        for measure, side in (("confirmed", young), ("host_places", places))
    ]
    with translation.override("fr"):
        assert board.short_side(*sides) == expected


@pytest.mark.parametrize(
    ("whole", "zones", "expected"),
    [
        # (figure, target) of all zones, and of each zone with a target of its own: what lacks in all.
        ((20, 50), [], 30),
        (None, [(24, 26), (14, 12)], 2),
        ((38, 38), [(24, 26), (14, 12)], 2),
        ((38, 39), [(24, 26), (14, 12)], 2),
        ((38, 45), [(24, 26), (14, 12)], 7),
        ((38, 38), [(26, 26), (12, 12)], 0),
        (None, [(0, 0)], 0),
    ],
)
def test_what_one_zone_has_beyond_its_target_fills_no_place_of_another(whole, zones, expected):
    read = [Reading("host_places", *whole)] if whole else []
    read += [Reading("host_places", *zone, zone=Zone(code=str(number))) for number, zone in enumerate(zones)]
    assert board.missing(read, Contents()).get("host_places", 0) == expected


def test_two_sides_are_held_against_their_own_due_dates():
    # 40 of 100 with 50 needed today is further behind than 20 of 50 with 20 needed today.
    young = Reading("confirmed", 40, 100, SETTLED, Fraction(1, 2))
    places = Reading("host_places", 20, 50, SETTLED, Fraction(2, 5))
    with translation.override("fr"):
        assert board.short_side(young, places)[0] == "Recrutement"


@pytest.mark.parametrize(
    ("day", "precision", "today", "french", "english"),
    [
        (
            SETTLED,
            Precision.DAY,
            date(2027, 6, 14),
            "tout finalisé le 31\u00a0juillet 2027, J−47",
            "settled by 31\u00a0July 2027, D−47",
        ),
        (SETTLED, Precision.DAY, SETTLED, "tout finalisé le 31\u00a0juillet 2027, aujourd’hui", None),
        (SETTLED, Precision.DAY, date(2027, 8, 6), "tout finalisé le 31\u00a0juillet 2027, J+6", None),
        (date(2028, 1, 1), Precision.MONTH, TODAY, "janvier 2028", "January 2028"),
        (None, Precision.NONE, TODAY, "sans date", "no date"),
    ],
)
def test_a_date_is_written_as_precisely_as_it_is_known(day, precision, today, french, english):
    for language, expected in (("fr", french), ("en", english)):
        with translation.override(language):
            assert board.settlement_words(_milestone(day, precision), today) == expected or expected is None


@pytest.mark.parametrize(
    ("due", "done", "expected"),
    [
        (date(2027, 10, 7), False, "Rien n’est dû\u202f; prochain engagement le 7\u00a0octobre 2027."),
        (date(2027, 7, 1), False, "Un engagement est dû depuis le 1er\u00a0juillet 2027."),
        (date(2027, 7, 1), True, "Rien n’est dû."),
    ],
)
def test_an_undated_milestone_tells_its_next_commitment(due, done, expected):
    promise = Commitment(text="Séminaire", due_on=due, done_at=timezone.now() if done else None)
    with translation.override("fr"):
        assert board.standing(_milestone(None), [], Contents(), [promise], today=TODAY).reason == expected


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def june():
    """Monday 14 June 2027, ten in the morning."""
    with clock.travel(datetime(2027, 6, 14, 10, 12, tzinfo=clock.PARIS)):
        yield


def _convention(zones: tuple[str, ...] = ("paris", "lyon", "toulouse")):
    signed = factories.convention()
    factories.rewrite(signed, signed_at=datetime(2027, 3, 28, 12, tzinfo=clock.PARIS))
    milestone = factories.milestone(signed, finalise_by=SETTLED)
    targets = {"paris": (64, 26), "lyon": (20, 12), "toulouse": (16, 12)}
    for code in zones:
        for measure, target in zip(("confirmed", "host_places"), targets[code], strict=True):
            factories.objective(milestone=milestone, measure=measure, zone=factories.zone(code), target=target)
    return milestone


def _told(figures, milestone: Milestone, zone: str, **numbers: int) -> None:
    for key, n in numbers.items():
        figures[key][milestone.pk, factories.zone(zone).pk] = n


@pytest.mark.django_db
def test_the_board_shows_each_zone_and_their_total(june, coordinator, client_of, figures):
    milestone = _convention()
    _told(figures, milestone, "paris", contacts=262, applied=121, admitted=46, confirmed=31, host_places=24, placed=12)
    _told(figures, milestone, "lyon", contacts=104, applied=49, admitted=21, confirmed=15, host_places=8, placed=3)
    response = client_of(coordinator).get(reverse("partnership:board"))
    shown = response.context["board"]
    assert [(str(row.zone), row.young, row.seats, row.short_side) for row in shown.rows] == [
        ("Paris", 31, 24, "Recrutement"),
        ("Lyon", 15, 8, "Tenu"),
        ("Toulouse", 0, 0, "Recrutement"),
    ]
    (total,) = shown.totals
    assert (total.young, total.young_target, total.seats, total.seats_target) == (46, 100, 32, 50)
    assert [cell.n for cell in total.cells] == [366, 170, 67, 46, 0, 32, 15]
    assert shown.scale == 100
    page = response.content.decode()
    assert "En retard\u202f? Non, mais un jalon est à risque." in page
    assert "31 jeunes confirmés" in page.replace("\u00a0", " ")
    assert "J−47" in page


@pytest.mark.django_db
def test_each_number_opens_the_list_of_its_milestone_and_zone(june, coordinator, client_of, figures):
    milestone = _convention(("lyon",))
    _told(figures, milestone, "lyon", confirmed=15)
    measures.MEASURES["confirmed"] = measures.Measure("confirmed", "confirmées", "…", "partnership:commitment_list")
    page = client_of(coordinator).get(reverse("partnership:board")).content.decode()
    assert '<a href="/fr/partenariat/engagements/?mesure=confirmed&amp;jalon=1&amp;zone=lyon">15</a>' in page


@pytest.mark.django_db
def test_the_board_works_before_any_app_counts_anything(june, coordinator, client_of, figures):
    _convention()
    measures.MEASURES.clear()
    figures.clear()
    response = client_of(coordinator).get(reverse("partnership:board"))
    assert response.status_code == 200
    assert response.context["board"].columns == []


@pytest.mark.django_db
def test_a_milestone_without_hosting_has_no_second_bar(june, coordinator, client_of, figures):
    milestone = factories.milestone(finalise_by=SETTLED)
    factories.objective(milestone=milestone, measure="confirmed", zone=factories.zone("paris"), target=15)
    response = client_of(coordinator).get(reverse("partnership:board"))
    (row,) = response.context["board"].rows
    assert row.seats is None
    assert "sans accueil" in response.content.decode()


@pytest.mark.django_db
def test_a_target_for_all_zones_is_held_against_their_sum(june, figures):
    milestone = factories.milestone(finalise_by=SETTLED)
    factories.objective(milestone=milestone, measure="confirmed", target=20)
    _told(figures, milestone, "lyon", confirmed=12)
    _told(figures, milestone, "paris", confirmed=8)
    card = board.card_of(milestone, measures.counts(None, milestone.convention), signed_on=SIGNED, today=TODAY)
    assert card.standing.status == DONE


@pytest.mark.django_db
def test_a_zone_short_of_its_own_target_keeps_the_milestone_open(june, figures):
    milestone = factories.milestone(finalise_by=SETTLED)
    factories.objective(milestone=milestone, measure="confirmed", target=20)
    factories.objective(milestone=milestone, measure="confirmed", zone=factories.zone("lyon"), target=15)
    _told(figures, milestone, "lyon", confirmed=12)
    _told(figures, milestone, "paris", confirmed=30)
    card = board.card_of(milestone, measures.counts(None, milestone.convention), signed_on=SIGNED, today=TODAY)
    assert card.standing.status != DONE
    with translation.override("fr"):
        assert "3\u00a0jeunes" in board.lacks_words(board.missing(card.readings, card.contents))


@pytest.mark.django_db
@pytest.mark.parametrize("whole", [None, 50])
def test_the_card_and_the_line_of_all_zones_lack_the_same(june, coordinator, client_of, figures, whole):
    milestone = _convention(("paris", "lyon"))
    _told(figures, milestone, "paris", confirmed=31, host_places=24)
    # Two places more than were promised in Lyon, which are none of the two that Paris lacks.
    _told(figures, milestone, "lyon", confirmed=15, host_places=14)
    if whole:
        factories.objective(milestone=milestone, measure="host_places", target=38)
    answer = client_of(coordinator).get(reverse("partnership:board"))
    shown = answer.context["board"]
    (card,), (total,) = shown.cards, shown.totals
    assert card.link == "Il manque 38\u00a0jeunes et 2\u00a0places"
    assert total.lacks == "38\u00a0jeunes, 2\u00a0places"
    assert total.places_side.missing == 2 and not total.places_side.is_reached
    # The report says it as the board does.
    report = client_of(coordinator).get(reverse("partnership:report")).context["report"]
    places = next(figure for figure in report.figures if figure.key == "host_places")
    assert places.note.endswith("il en manque 2 en tout.") and places.status != DONE


@pytest.mark.django_db
@pytest.mark.parametrize("whole", [None, 38])
def test_on_its_date_the_line_of_all_zones_is_behind_as_long_as_a_zone_is(june, coordinator, client_of, figures, whole):
    milestone = _convention(("paris", "lyon"))
    _told(figures, milestone, "paris", confirmed=64, host_places=24)
    _told(figures, milestone, "lyon", confirmed=20, host_places=14)
    if whole:
        factories.objective(milestone=milestone, measure="host_places", target=whole)
    with clock.travel(datetime(2027, 8, 2, 10, tzinfo=clock.PARIS)):
        client = client_of(coordinator)
        shown = client.get(reverse("partnership:board")).context["board"]
        report = client.get(reverse("partnership:report")).context["report"]
    (card,), (total,) = shown.cards, shown.totals
    assert (card.standing.status, card.link) == (LATE, "Il manque 2\u00a0places")
    assert (total.places_side.figure, total.places_side.target) == (38, 38)
    assert (total.short_side, total.places_side.missing) == ("Accueil", 2)
    places = next(figure for figure in report.figures if figure.key == "host_places")
    assert (places.value, places.status) == ("38", AT_RISK) and places.note.endswith("il en manque 2 en tout.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Prochaine date\u00a0: 30\u00a0juin 2027, J−16 · Engagement «\u00a0Plateau prêt\u00a0»"),
        ("en", "Next date: 30\u00a0June 2027, D−16 · Commitment “Plateau prêt”"),
    ],
)
def test_a_card_shows_its_next_date_unless_that_is_the_settlement(
    june, coordinator, client_of, figures, language, words
):
    milestone = _convention(("lyon",))
    with translation.override(language):
        client, address = client_of(coordinator), reverse("partnership:board")
        (before,) = client.get(address).context["board"].cards
        assert (before.coming, before.standing.next_date.day) == (None, SETTLED)
        assert "Prochaine date" not in (page := client.get(address).content.decode()) and "Next date" not in page
        factories.commitment(
            convention=milestone.convention,
            milestone=milestone,
            party=factories.party(),
            text="Plateau prêt",
            due_on=date(2027, 6, 30),
        )
        page = client.get(address).content.decode()
    (found,) = re.findall(r'<p class="small milestone__next">(.*?)</p>', page)
    assert re.sub(r"<[^>]*>", "", found) == words


@pytest.mark.django_db
def test_the_board_costs_the_same_with_one_zone_and_with_three(
    june, coordinator, client_of, figures, django_assert_max_num_queries
):
    milestone, client, costs = _convention(("lyon",)), client_of(coordinator), []
    for zones in ([], ["paris", "toulouse"]):
        for code in zones:
            factories.objective(milestone=milestone, measure="confirmed", zone=factories.zone(code), target=9)
            factories.commitment(
                convention=milestone.convention, milestone=milestone, party=factories.party(), text=code
            )
        with django_assert_max_num_queries(16) as counted:
            assert client.get(reverse("partnership:board")).status_code == 200
        costs.append(len(counted))
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_a_milestone_page_tells_each_objective(june, coordinator, client_of, figures):
    milestone = _convention(("lyon",))
    _told(figures, milestone, "lyon", confirmed=15, host_places=2)
    response = client_of(coordinator).get(reverse("partnership:milestone_detail", args=[1]))
    assert [(line.figure, line.expected, line.is_behind) for line, _url in response.context["lines"]] == [
        (15, 13, False),
        (2, 8, True),
    ]
    assert client_of(coordinator).get(reverse("partnership:milestone_detail", args=[9])).status_code == 404


@pytest.mark.django_db
def test_whoever_has_no_convention_is_told_so(stranger, client_of):
    factories.convention()
    response = client_of(stranger).get(reverse("partnership:board"))
    assert response.status_code == 200
    assert "Convention SMT" not in response.content.decode()
    assert client_of(stranger).get(reverse("partnership:convention")).status_code == 404


def test_a_figure_opens_its_list_only_for_whoever_may_read_all_its_lines(coordinator, lyon_lead, reviewer):
    lyon, paris = factories.zone("lyon"), factories.zone("paris")
    opened = {
        person: [policies.can_open_figure(person, zone) for zone in (lyon, paris, None)]
        for person in (coordinator, lyon_lead, reviewer)
    }
    assert opened == {
        coordinator: [True, True, True],
        lyon_lead: [True, False, False],
        reviewer: [False, False, False],
    }

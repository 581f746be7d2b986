"""How far two communes are: the great circle times what roads add; approximate where one end is; never an error."""

import pytest
from django.utils import translation

from partnership.distance import Distance, between, great_circle, nearness
from partnership.models import Commune

# Where GeoNames has them, as they are shipped.
TOWNS = {
    "Paris": (48.8534, 2.3488),
    "Lyon": (45.7491, 4.8479),
    "Marseille": (43.297, 5.3811),
    "Toulouse": (43.6043, 1.4437),
    "Lille": (50.633, 3.0586),
    "Bordeaux": (44.8404, -0.5805),
    "Nice": (43.7031, 7.2661),
    "Saint-Denis de La Réunion": (-20.8823, 55.4504),
}


def commune(name: str, code: str = "", **fields) -> Commune:
    latitude, longitude = TOWNS.get(name, (None, None))
    return Commune(
        insee_code=code or name[:5], name=name, postcodes=[], latitude=latitude, longitude=longitude, **fields
    )


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ("Paris", "Lyon", 392),
        ("Paris", "Marseille", 661),
        ("Paris", "Toulouse", 589),
        ("Paris", "Lille", 204),
        ("Lyon", "Marseille", 276),
        ("Paris", "Bordeaux", 499),
        ("Paris", "Nice", 686),
    ],
)
def test_known_towns_are_as_far_as_they_are(one, other, km):
    assert great_circle(*TOWNS[one], *TOWNS[other]) == pytest.approx(km, abs=2)
    assert great_circle(*TOWNS[other], *TOWNS[one]) == pytest.approx(great_circle(*TOWNS[one], *TOWNS[other]))


def test_roads_are_longer_by_what_the_settings_say(settings):
    settings.ROAD_FACTOR = 1.3
    assert between(commune("Paris"), commune("Lyon")) == Distance(511)
    settings.ROAD_FACTOR = 1
    assert between(commune("Paris"), commune("Lyon")) == Distance(393)


def test_one_end_that_is_approximate_makes_the_whole_approximate():
    about = commune("Lyon", is_approximate=True)
    for one, other in ((commune("Paris"), about), (about, commune("Paris"))):
        assert between(one, other).is_approximate
    assert not between(commune("Paris"), commune("Lyon")).is_approximate


def test_within_one_commune_it_is_nothing_and_to_another_one_at_least():
    assert between(commune("Nowhere"), commune("Nowhere")) == Distance(0)
    assert between(commune("Paris", "75056"), commune("Paris", "75101")) == Distance(1)


def test_where_a_commune_or_its_place_is_not_known_there_is_no_distance():
    assert between(None, commune("Paris")) is between(commune("Paris"), None) is None
    assert between(commune("Nowhere"), commune("Paris")) is between(commune("Paris"), commune("Nowhere")) is None


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (Distance(0), "same commune"),
        (Distance(12), "12 km"),
        (Distance(12, True), "about 12 km"),
        (Distance(3, True), "a few km"),
        (Distance(3), "3 km"),
    ],
)
def test_a_distance_is_said_in_words(distance, words):
    with translation.override("en"):
        assert str(distance) == words


def test_the_database_puts_the_nearest_first_and_the_unknown_last(db):
    for name in TOWNS:
        commune(name).save()
    commune("Nowhere").save()
    here = Commune.objects.get(name="Lyon")
    found = Commune.objects.alias(way=nearness("", here)).order_by("way")
    by_hand = sorted(TOWNS, key=lambda name: great_circle(*TOWNS["Lyon"], *TOWNS[name]))
    assert [row.name for row in found] == [*by_hand, "Nowhere"]

"""The zones on a map: which is furthest behind, the board's figures, and what is not drawn is said."""

import json
import re
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import translation

from partnership import clock, measures
from partnership.management import outlines
from partnership.management.commands.build_departments import FIXTURE, SOURCE, written
from partnership.management.commands.load_reference import REFERENCE
from partnership.models import Zone, ZoneDepartment
from partnership.states import MilestoneStatus, Role
from partnership.templatetags import maps

from .. import factories

SETTLED = date(2027, 7, 31)
DONE, ON_TRACK, AT_RISK, LATE = (
    MilestoneStatus.DONE,
    MilestoneStatus.ON_TRACK,
    MilestoneStatus.AT_RISK,
    MilestoneStatus.LATE,
)
TARGETS = {"paris": (64, 26), "lyon": (20, 12), "toulouse": (16, 12)}


@pytest.fixture
def june():
    """Monday 14 June 2027: of the 125 days from the signature to the settlement, 78 have passed."""
    with clock.travel(datetime(2027, 6, 14, 10, 12, tzinfo=clock.PARIS)):
        yield


@pytest.fixture
def page(june, coordinator, client_of):
    """Ask for the map as the coordinator does, and return the answer."""
    client = client_of(coordinator)
    return lambda: client.get(reverse("partnership:zone_map"))


def _milestone(*zones: str):
    signed = factories.convention()
    factories.rewrite(signed, signed_at=datetime(2027, 3, 28, 12, tzinfo=clock.PARIS))
    milestone = factories.milestone(signed, finalise_by=SETTLED)
    for code in zones:
        for measure, target in zip(("confirmed", "host_places"), TARGETS[code], strict=True):
            factories.objective(milestone=milestone, measure=measure, zone=factories.zone(code), target=target)
    return milestone


def _told(figures, milestone, zone: str, **numbers: int) -> None:
    for key, n in numbers.items():
        figures[key][milestone.pk, factories.zone(zone).pk] = n


def _plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


def _text(answer) -> str:
    return _plain(answer.content.decode())


# -- the answer --------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_title_names_the_zone_furthest_behind_and_what_it_lacks(page, figures):
    milestone = _milestone("paris", "lyon")
    # Of 64 and 26, 40 and 17 are needed today; of 20 and 12, 13 and 8.
    _told(figures, milestone, "paris", confirmed=39, host_places=26)
    _told(figures, milestone, "lyon", confirmed=15, host_places=4)
    answer = page()
    assert _plain(answer.context["title"]) == ("Lyon est la zone la plus en retard : 5 jeunes et 8 places manquent.")
    assert [(str(one.zone), one.status) for one in answer.context["standings"]] == [
        ("Paris", AT_RISK),
        ("Lyon", AT_RISK),
    ]


@pytest.mark.django_db
def test_one_thing_missing_is_said_in_the_singular_and_late_after_its_date(coordinator, client_of, figures):
    with clock.travel(datetime(2027, 8, 1, 10, tzinfo=clock.PARIS)):
        milestone = _milestone("lyon")
        _told(figures, milestone, "lyon", confirmed=20, host_places=11)
        answer = client_of(coordinator).get(reverse("partnership:zone_map"))
    assert _plain(answer.context["title"]) == "Lyon est la zone la plus en retard : 1 place manque."
    assert answer.context["standings"][0].status == LATE


@pytest.mark.django_db
def test_the_title_says_so_when_no_zone_is_behind_and_when_all_is_reached(page, figures):
    milestone = _milestone("lyon", "toulouse")
    _told(figures, milestone, "lyon", confirmed=20, host_places=12)
    _told(figures, milestone, "toulouse", confirmed=15, host_places=10)
    answer = page()
    assert _plain(answer.context["title"]) == ("Aucune zone n’est en retard : il reste à trouver 1 jeune et 2 places.")
    assert [one.status for one in answer.context["standings"]] == [DONE, ON_TRACK]
    _told(figures, milestone, "toulouse", confirmed=16, host_places=12)
    assert page().context["title"] == "Chaque zone a atteint ses objectifs."


@pytest.mark.django_db
def test_a_zone_without_an_objective_is_neither_ahead_nor_behind(page, figures):
    milestone = _milestone()
    factories.objective(milestone=milestone, measure="confirmed", target=100)
    factories.zone("lyon")
    _told(figures, milestone, "lyon", confirmed=3)
    answer = page()
    assert _plain(answer.context["title"]) == (
        "Aucune zone n’a d’objectif à elle : aucune n’est en avance ni en retard."
    )
    assert answer.context["standings"][0].status is None
    assert "Sans objectif" in _text(answer)


@pytest.mark.django_db
def test_a_zone_about_which_nothing_is_known_is_on_the_map_and_says_so(page, figures):
    _milestone("lyon")
    factories.zone("toulouse")
    text = _text(page())
    assert "Toulouse. Sans objectif. rien de compté pour l’instant" in text
    assert "Rien de compté pour l’instant : ni objectif, ni candidature, ni place d’accueil." in text


@pytest.mark.django_db
def test_a_zone_without_hosts_says_that_no_place_is_there(page, figures):
    milestone = _milestone("lyon")
    _told(figures, milestone, "lyon", confirmed=20)
    answer = page()
    assert _plain(answer.context["title"]) == "Lyon est la zone la plus en retard : 12 places manquent."
    assert "20 jeunes confirmés sur 20 attendus, 0 place confirmée sur 12 attendues" in _text(answer)


@pytest.mark.django_db
def test_without_a_zone_nothing_is_drawn_and_the_page_says_so(page, figures):
    _milestone()
    answer = page()
    assert answer.status_code == 200
    assert _plain(answer.context["title"]) == "Pas encore de zone : rien n’est sur la carte."
    assert "<pattern" not in _text(answer)


@pytest.mark.django_db
def test_before_the_signature_the_board_answers_instead(june, coordinator, client_of):
    factories.milestone(factories.convention(signed=False))
    answer = client_of(coordinator).get(reverse("partnership:zone_map"))
    assert answer.status_code == 302 and answer.url == reverse("partnership:board")


@pytest.mark.django_db
def test_who_has_no_part_in_the_convention_finds_no_map(june, stranger, client_of):
    _milestone("lyon")
    assert client_of(stranger).get(reverse("partnership:zone_map")).status_code == 404


# -- its figures and links --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_figures_beside_the_map_are_the_board_s(page, coordinator, client_of, figures):
    milestone = _milestone("paris", "lyon")
    _told(figures, milestone, "paris", confirmed=31, host_places=24, placed=12)
    _told(figures, milestone, "lyon", confirmed=15, host_places=8, placed=3)
    answer = page()
    board = client_of(coordinator).get(reverse("partnership:board")).context["board"]
    shown = [(str(line["row"].zone), *(cell.n for cell in line["cells"])) for line in answer.context["lines"]]
    assert shown == [("Paris", 31, 24, 12), ("Lyon", 15, 8, 3)]
    assert [line["row"] for line in answer.context["lines"]] == board.rows
    (total,) = answer.context["totals"]
    assert total["row"] == board.totals[0] and [cell.n for cell in total["cells"]] == [46, 32, 15]


@pytest.mark.django_db
def test_a_zone_opens_its_list_for_whoever_may_read_it_and_for_nobody_else(june, client_of, figures):
    measures.MEASURES["confirmed"] = measures.Measure("confirmed", "confirmées", "…", "partnership:commitment_list")
    _milestone("paris", "lyon")
    lead = client_of(factories.user(Role.REGIONAL_LEAD, zone=factories.zone("lyon")))
    author = client_of(factories.user(Role.AUTHOR))
    seen, hidden = (_text(who.get(reverse("partnership:zone_map"))) for who in (lead, author))
    query = "/fr/partenariat/engagements/?mesure=confirmed&amp;jalon=1&amp;zone="
    # On the map and in the table.
    assert seen.count(f'<a href="{query}lyon"') == 2
    assert f"{query}paris" not in seen and query not in hidden
    assert re.search(r'<g role="img" aria-label="Paris\. À risque\. ', seen)
    assert re.search(rf'<a href="{re.escape(query)}lyon" aria-label="Lyon\. À risque\. Jalon 1, 0 jeune', seen)


@pytest.mark.django_db
def test_a_certificate_has_no_host_place_beside_the_map(page, figures):
    milestone = factories.milestone(factories.convention(), finalise_by=SETTLED)
    factories.objective(milestone=milestone, measure="confirmed", zone=factories.zone("paris"), target=15)
    text = _text(page())
    assert "sans accueil" in text


@pytest.mark.django_db
def test_each_state_has_a_hatch_of_its_own_and_is_told_in_words(page, figures):
    milestone = _milestone("paris", "lyon", "toulouse")
    _told(figures, milestone, "lyon", confirmed=20, host_places=12)
    _told(figures, milestone, "toulouse", confirmed=15, host_places=10)
    text = _text(page())
    lines = dict(re.findall(r'<pattern id="map-(\w+)".*?<g [^>]*>(.*?)</g></pattern>', text))
    assert lines.keys() == {"done", "on_track", "at_risk", "late", "unknown"}
    assert len(set(lines.values())) == 5
    for key, word in (("done", "Fait"), ("on_track", "Dans les temps"), ("at_risk", "À risque")):
        assert f'fill="url(#map-{key})"' in text
        assert f"</svg>{word}</span>" in text
    assert "style=" not in text and "</svg>En retard</span>" not in text


@pytest.mark.django_db
def test_what_the_map_cannot_show_is_said(page, figures):
    _milestone("lyon")
    ZoneDepartment.objects.create(zone=factories.zone("lyon"), department="971")
    Zone.objects.create(code="vide", name="Zone vide", order=9)
    answer = page()
    text = _text(answer)
    assert "Lyon : cette carte ne montre pas les départements 971." in text
    assert "Zone vide n’a pas encore de département : la zone n’est pas dessinée." in text
    assert "Licence Ouverte 2.0" in text and "IGN" in text


@pytest.mark.django_db
def test_a_name_typed_by_hand_stays_a_text(page, figures):
    _milestone("lyon")
    Zone.objects.filter(code="lyon").update(name='<script>"x"</script>')
    text = _text(page())
    assert "<script>&quot;" not in text and "&lt;script&gt;" in text and '<script>"x"' not in text


@pytest.mark.django_db
def test_the_map_asks_the_same_of_the_database_for_one_zone_and_for_three(page, figures, django_assert_max_num_queries):
    _milestone("lyon")
    costs = []
    for more in ((), ("paris", "toulouse")):
        for code in more:
            factories.objective(
                milestone=factories.milestone(), measure="confirmed", zone=factories.zone(code), target=9
            )
        with django_assert_max_num_queries(20) as counted:
            assert page().status_code == 200
        costs.append(len(counted))
    assert costs[0] == costs[1]


def test_names_of_neighbours_do_not_cover_each_other():
    zones = [{"name": name, "word": "À risque", "x": 540, "y": 250} for name in ("Paris", "Seine", "Marne")]
    edge = {"name": "Finistère et ses îles", "word": "Fait", "x": 60, "y": 300}
    maps._keep_apart([*zones, edge], 1133)
    assert sorted(zone["y"] for zone in zones) == [250, 250 + maps.LINE, 250 + 2 * maps.LINE]
    assert edge["x"] - maps.LETTER * len(edge["name"]) // 2 >= 0


# -- the drawing -------------------------------------------------------------------------------------------------------


def test_the_shipped_drawing_has_every_department_of_the_mainland_and_is_small():
    drawn = maps.outlines()
    corsica = {"2A", "2B"}
    assert drawn.paths.keys() == {f"{n:02}" for n in range(1, 96) if n != 20} | corsica
    assert FIXTURE.stat().st_size <= 40_000
    assert json.loads(FIXTURE.read_text())["source"] == SOURCE
    for code, (x, y) in drawn.middles.items():
        assert 0 < x < drawn.width and 0 < y < drawn.height, code
    # Lille north of Paris, Paris north of Marseille; Brest west of Strasbourg.
    assert drawn.middles["59"][1] < drawn.middles["75"][1] < drawn.middles["13"][1]
    assert drawn.middles["29"][0] < drawn.middles["67"][0]


def test_the_zones_of_a_new_installation_can_all_be_drawn():
    text = (REFERENCE / "zones.toml").read_text()
    named = set(re.findall(r'"(\d\d|2[AB])"', text))
    assert named and named <= maps.outlines().paths.keys()


def test_kilometres_are_those_of_the_official_map():
    # Paris, the point zero of the roads of France: 652.5 km east, 6862 km north in Lambert-93.
    x, y = outlines.projected((2.3488, 48.8534))
    assert abs(x - 652_200) < 500 and abs(y - 6_862_000) < 500


def _two_neighbours() -> dict:
    """Two lands with a crooked border between them, as the file has them: each runs along it its own way."""
    border = [(3 + 0.02 * (n % 2) + 0.001 * n, 45 + n / 40) for n in range(41)]
    west = [(2, 46), (2, 45), *border]
    east = [(4, 45), (4, 46), *border[::-1]]
    return {"01": [[*west, west[0]]], "02": [[*east, east[0]]]}


def test_neighbours_keep_the_same_points_along_their_border():
    made = outlines.simplified(_two_neighbours())
    west, east = (set(made[code][0]) for code in ("01", "02"))
    shared = west & east
    assert len(shared) >= 2
    # Everything but the four outer corners is shared: no gap, no overlap.
    assert len(west - shared) == len(east - shared) == 2
    assert len(shared) < 41


def test_small_islands_are_left_out_and_the_largest_ring_stays():
    square = [(2, 45), (3, 45), (3, 46), (2, 46), (2, 45)]
    islet = [(5, 45), (5.01, 45), (5.01, 45.01), (5, 45)]
    made = outlines.simplified({"01": [islet, square], "02": [islet[::-1]]})
    assert len(made["01"]) == 1 and outlines.area(made["01"][0]) > 8000
    assert len(made["02"]) == 1


def test_the_same_borders_make_the_same_file():
    lands = _two_neighbours()
    first = written(outlines.simplified(lands))
    again = written(outlines.simplified(dict(reversed(lands.items()))))
    assert first == again
    assert json.loads(first)["departments"]["01"]["path"].startswith("M")


def test_a_file_that_is_none_of_departments_is_refused(tmp_path):
    for text in ("", "{}", '{"features": [{"properties": {}}]}', '{"features": []}'):
        (tmp_path / "x.geojson").write_text(text)
        with pytest.raises(CommandError):
            call_command("build_departments", tmp_path / "x.geojson", output=tmp_path / "out.json", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("build_departments", tmp_path / "none", output=tmp_path / "out.json", stdout=StringIO())
    assert not (tmp_path / "out.json").exists()


@pytest.mark.django_db
def test_the_map_is_written_in_english_too(june, coordinator, client_of, figures):
    milestone = _milestone("lyon")
    _told(figures, milestone, "lyon", confirmed=15, host_places=4)
    with translation.override("en"):
        answer = client_of(coordinator).get(reverse("partnership:zone_map"))
    assert _plain(answer.context["title"]) == (
        "Lyon is the zone furthest behind: 5 young people and 8 places are missing."
    )

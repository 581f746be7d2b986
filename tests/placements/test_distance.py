"""Kilometres wherever a lead chooses: the board, a student's page, the list of sites; and for very many at once."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import gettext as _

from cohorts.models import Enrolment
from partnership.distance import Distance, great_circle
from partnership.models import Commune
from placements.models import HostSite
from placements.nearness import nearest

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def communes(db) -> dict[str, Commune]:
    """Around Villeurbanne, where students live unless told otherwise: 10 km by road, 28, about 34, and no place."""
    facts = {
        "Vénissieux": ("69259", 45.6974, 4.8867, False),
        "Givors": ("69091", 45.5898, 4.7687, False),
        "Affoux": ("69001", 45.8450, 4.5600, True),
        "Nulle-Part": ("69999", None, None, False),
    }
    return {
        name: Commune.objects.create(
            insee_code=code,
            name=name,
            department="69",
            postcodes=[code],
            latitude=latitude,
            longitude=longitude,
            is_approximate=is_approximate,
        )
        for name, (code, latitude, longitude, is_approximate) in facts.items()
    }


@pytest.fixture
def sites(communes, lyon, lyon_lead) -> dict[str, HostSite]:
    """A site with a free place in each, the farthest recorded first."""
    made = {
        name: factories.site("lyon", name=f"Plateau {name}", commune=commune)
        for name, commune in reversed((communes | {"Villeurbanne": factories.commune()}).items())
    }
    for site in made.values():
        factories.seat(site, of=lyon.intake, by=lyon_lead)
    return made


NEAREST_FIRST = [
    ("Plateau Villeurbanne", Distance(0)),
    ("Plateau Vénissieux", Distance(10)),
    ("Plateau Givors", Distance(28)),
    ("Plateau Affoux", Distance(34, is_approximate=True)),
    ("Plateau Nulle-Part", None),
]


def _board(lead):
    return lead.get(reverse("placements:zone_board", args=["lyon"]))


def _page(lead, student: Enrolment):
    return lead.get(reverse("placements:student_detail", args=[student.pk]))


def _sites(lead, student: Enrolment, **query: str):
    return lead.get(reverse("placements:site_list"), {"etudiant": str(student.pk)} | query)


def _live(student: Enrolment, commune: Commune | None) -> None:
    student.application.candidate.commune = commune
    student.application.candidate.save()


def test_the_board_offers_the_nearest_sites_first_with_their_kilometres(lead, student, sites):
    page = _board(lead)
    (row,) = page.context["board"].students
    assert [(option.site.name, option.distance) for option in row.options] == NEAREST_FIRST
    text = page.content.decode()
    assert f">{Distance(28)}, Plateau Givors, Givors, 1 libre<" in text
    assert f">{Distance(34, is_approximate=True)}, Plateau Affoux, Affoux, 1 libre<" in text
    assert ">Plateau Nulle-Part, Nulle-Part, 1 libre<" in text


def test_each_student_has_a_way_of_their_own(lead, lyon, student, sites, communes):
    other = factories.enrolment(lyon)
    _live(other, communes["Givors"])
    first = {row.enrolment: row.options[0] for row in _board(lead).context["board"].students}
    assert (first[student].site, first[other].site) == (sites["Villeurbanne"], sites["Givors"])


def test_a_students_page_names_the_nearest_sites_with_a_free_place(lead, student, sites, lyon, lyon_lead):
    page = _page(lead, student)
    assert [(option.site.name, option.distance) for option in page.context["nearest"]] == NEAREST_FIRST
    assert f"{Distance(28)}<" in page.content.decode()
    factories.placement(factories.enrolment(lyon), sites["Villeurbanne"].seats.get(), by=lyon_lead)
    assert _page(lead, student).context["nearest"][0].site == sites["Vénissieux"]
    factories.placement(student, sites["Givors"].seats.get(), by=lyon_lead)
    assert _page(lead, student).context["nearest"] == []


def test_the_list_of_sites_puts_those_near_a_student_first(lead, student, sites):
    page = _sites(lead, student)
    assert [(row.site.name, row.distance) for row in page.context["rows"]] == NEAREST_FIRST
    (chip,) = page.context["chips"]
    assert (chip["value"], chip["url"]) == (str(student), "?")
    assert f'value="{student.pk}"' in page.content.decode()


@pytest.mark.parametrize("home", [None, "Nulle-Part"])
def test_a_student_whose_place_is_not_known_is_shown_sites_without_a_distance(lead, student, sites, communes, home):
    _live(student, communes.get(home))
    pages = [_board(lead), _page(lead, student), _sites(lead, student)]
    assert [page.status_code for page in pages] == [200, 200, 200]
    options = pages[0].context["board"].students[0].options
    assert len(options) == len(pages[1].context["nearest"]) == len(pages[2].context["rows"]) == 5
    # A site of the same commune is near, even where nobody knows where that is.
    assert {option.distance for option in options} == ({None, Distance(0)} if home else {None})
    said = _("Where %(home)s is, is not known, so no distance can be said.") % {"home": home}
    said = said if home else _("The student’s commune is not known, so no distance can be said.")
    assert all(said in page.content.decode() for page in pages[1:])
    assert home or _("commune not known, so no distance") in pages[0].content.decode()


def test_only_a_student_the_lead_may_see_is_measured_from(lead, lyon, sites):
    parisian = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    assert _sites(lead, parisian).status_code == 404
    page = lead.get(reverse("placements:site_list"), {"etudiant": "pas-un-uuid"})
    assert (page.status_code, page.context["wrong"], len(page.context["rows"])) == (200, True, 5)


def test_distances_cost_one_statement_at_most(lead, student, sites, lyon, lyon_lead):
    def statements(ask) -> int:
        with CaptureQueriesContext(connection) as sent:
            ask()
        return len(sent)

    near, far = (
        statements(lambda: _sites(lead, student)),
        statements(lambda: lead.get(reverse("placements:site_list"))),
    )
    assert near == far + 1
    few = [statements(lambda: _page(lead, student)), near]
    for _one in range(15):
        factories.seat(factories.site("lyon"), of=lyon.intake, by=lyon_lead)
    assert [statements(lambda: _page(lead, student)), statements(lambda: _sites(lead, student))] == few
    assert max(few) <= 20


# -- very many at once ------------------------------------------------------------------------------------------------


def _naive(sites: np.ndarray, point: np.ndarray, n: int) -> list[int]:
    ways = [(great_circle(*point, *site), row) for row, site in enumerate(sites)]
    return [row for _way, row in sorted(ways)[:n]]


def test_the_nearest_of_many_are_those_found_one_by_one(settings, monkeypatch):
    monkeypatch.setattr("placements.nearness.AT_ONCE", 1000)
    drawn = np.random.default_rng(7)
    communes = np.round(drawn.uniform((43, -2), (50, 7), size=(150, 2)), 4)
    sites, points = communes[drawn.integers(0, 150, 400)], communes[drawn.integers(0, 150, 60)]
    found, km = nearest(sites, points, 12)
    assert found.shape == km.shape == (60, 12)
    for row, point in enumerate(points):
        assert list(found[row]) == _naive(sites, point, 12)
        way = great_circle(*point, *sites[found[row, -1]]) * settings.ROAD_FACTOR
        assert km[row, -1] == round(way)


def test_a_place_nobody_knows_is_near_nothing():
    sites = np.array([[np.nan, np.nan], [45.0, 4.0], [46.0, 4.0]])
    found, km = nearest(sites, np.array([[45.9, 4.0], [np.nan, np.nan]]), 3)
    assert found.tolist() == [[2, 1, -1], [-1, -1, -1]]
    assert km.tolist() == [[14, 130, -1], [-1, -1, -1]]
    assert nearest(np.empty((0, 2)), np.array([[45.9, 4.0]]), 2)[0].tolist() == [[-1, -1]]

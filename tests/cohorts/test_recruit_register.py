"""The register: the board's figures row by row, without a name."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import tally
from cohorts.states import ApplicationState as S
from partnership.measures import Census
from partnership.models import Convention

from .. import factories

pytestmark = pytest.mark.django_db


def _register(client, **parameters):
    with translation.override("en"):
        return client.get(reverse("cohorts:register"), parameters)


@pytest.fixture
def mixed(db):
    """Applications of every kind in two zones."""
    for zone in ("lyon", "paris"):
        for state in (S.DRAFT, S.ENQUIRY, S.SUBMITTED, S.ADMITTED, S.CONFIRMED, S.REJECTED):
            factories.application(factories.cohort(zone), state=state, of=factories.candidate(last_name="Nomsecret"))


def test_each_figure_opens_a_list_with_its_very_count(coordinator, client_of, mixed):
    convention = Convention.objects.get()
    client = client_of(coordinator)
    counted = tally.counts(Census(coordinator, convention))
    for key, cells in counted.items():
        assert _register(client, mesure=key, jalon="1").context["total"] == sum(cells.values())
        for (_milestone, zone), figure in cells.items():
            code = factories.Zone.objects.get(pk=zone).code
            response = _register(client, mesure=key, jalon="1", zone=code)
            assert response.context["total"] == figure == len(response.context["rows"])


@pytest.mark.parametrize("key", ["contacts", "applied", "admitted", "confirmed", "waiting_for_content"])
def test_a_figure_of_files_is_added_up_and_no_file_is_counted(coordinator, client_of, mixed, key):
    with CaptureQueriesContext(connection) as sent:
        _register(client_of(coordinator), mesure=key, zone="lyon")
    assert not [query["sql"] for query in sent if "COUNT(" in query["sql"]]


def test_the_files_of_another_milestone_are_neither_listed_nor_counted(coordinator, client_of, mixed):
    other = factories.programme("autre", milestone=factories.milestone(order=2))
    file = factories.application(factories.cohort(of=factories.intake(other)), state=S.REJECTED)
    response = _register(client_of(coordinator), jalon="2")
    assert (response.context["total"], response.context["rows"]) == (1, [file])
    assert _register(client_of(coordinator), jalon="1").context["total"] == 10
    assert _register(client_of(coordinator)).context["total"] == 11


def test_the_register_names_nobody(coordinator, client_of, mixed):
    body = _register(client_of(coordinator)).content.decode()
    assert "Nomsecret" not in body
    assert "CV-" in body


def test_a_recruiter_reads_the_lines_of_their_zones_and_opens_their_files(
    lyon_recruiter, coordinator, client_of, mixed
):
    response = _register(client_of(lyon_recruiter))
    assert {one.cohort.zone.code: one.readable for one in response.context["rows"]} == {"lyon": True}
    everywhere = _register(client_of(coordinator)).context["rows"]
    assert {one.cohort.zone.code for one in everywhere} == {"lyon", "paris"}
    assert not any(one.readable for one in everywhere)


def test_reviewers_and_authors_read_figures_and_no_line_behind_them(reviewer, author, client_of, mixed):
    for person in (reviewer, author):
        assert _register(client_of(person)).status_code == 403


def test_an_unknown_figure_zone_or_milestone_is_ignored_and_told(coordinator, client_of, mixed):
    for parameters in ({"mesure": "salaires"}, {"zone": "atlantide"}, {"jalon": "99"}, {"jalon": "x"}):
        response = _register(client_of(coordinator), **parameters)
        assert response.status_code == 200
        assert "is unknown: it was ignored." in response.content.decode()


def test_without_a_convention_the_register_is_empty(coordinator, client_of):
    assert _register(client_of(coordinator)).context["total"] == 0


def test_somebody_without_a_role_does_not_read_it(stranger, client_of):
    assert _register(client_of(stranger)).status_code == 403


def test_the_register_costs_the_same_statements_for_one_row_and_for_thirty(
    coordinator, client_of, django_assert_max_num_queries
):
    client = client_of(coordinator)
    factories.application()
    with django_assert_max_num_queries(9) as one:
        _register(client, jalon="1", zone="lyon")
    for _ in range(29):
        factories.application()
    with django_assert_max_num_queries(9) as thirty:
        _register(client, jalon="1", zone="lyon")
    assert len(one) == len(thirty)

"""The team's load: what each has in hand, what waits and since when; each figure opens the list it counts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Absence
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.states import Role

from .. import factories

pytestmark = pytest.mark.django_db
# A Tuesday, at noon.
TUESDAY = clock.now().replace(2027, 6, 15, 12, 0, 0, 0)


@pytest.fixture(autouse=True)
def tuesday():
    with clock.travel(TUESDAY):
        yield


@pytest.fixture
def client(client_of):
    return client_of(factories.user(Role.HEAD_OF_RECRUITMENT, name="Solène Baret"))


def _page(client, language="en"):
    with translation.override(language):
        return client.get(reverse("cohorts:team_load"))


def _waiting(hours, **fields):
    return factories.application(since=TUESDAY - timedelta(hours=hours), **fields)


def _fill(recruiter, lyon_recruiter):
    for owner in (recruiter, lyon_recruiter, None):
        for state in (S.ENQUIRY, S.SUBMITTED, S.INTERVIEWED, S.WAITLISTED, S.ADMITTED, S.CONFIRMED):
            _waiting(3, owner=owner, state=state, in_cohort=factories.cohort(capacity=60))
    for hours in (30, 200):
        _waiting(hours, owner=lyon_recruiter)
    met = _waiting(1, owner=recruiter)
    tomorrow = TUESDAY + timedelta(days=1)
    services.schedule_interview(met, starts_at=tomorrow, place="Salle 3 (fictif)", by=recruiter)


def _figures(row):
    return [row["live"], row["late"], row["to_call"], row["silent"], row["interviews"], *row["steps"]]


def _counted(client, figure):
    page = client.get(figure["url"])
    if "total" in page.context:
        assert not page.context["ignored"]
        return page.context["total"]
    # The heading takes its number from where this page takes it: what counts are the rows.
    return sum(len(page.context[part]) for part in ("late", "now_due", "later"))


def test_each_figure_opens_a_list_of_the_same_number(client, recruiter, lyon_recruiter):
    _fill(recruiter, lyon_recruiter)
    rows = {str(row["person"]): row for row in _page(client).context["rows"]}
    assert set(rows) >= {"Claire Devaux", "Mehdi Ancelin", "Solène Baret", "None"}
    figures = [figure for row in rows.values() for figure in _figures(row)]
    assert sum(figure["n"] > 0 for figure in figures) > 25
    for figure in figures:
        assert figure["n"] == _counted(client, figure), figure["url"]
    mehdi = rows["Mehdi Ancelin"]
    assert [mehdi[name]["n"] for name in ("live", "late", "to_call", "silent", "interviews")] == [8, 2, 4, 1, 0]
    assert rows["Claire Devaux"]["interviews"]["n"] == 1
    assert mehdi["oldest"] == "6 working days"
    first = client.get(mehdi["oldest_url"]).context["late"][0]
    assert first["application"].owner == lyon_recruiter


def test_the_title_says_what_is_silent_then_what_is_late_then_that_all_is_well(client, recruiter, lyon_recruiter):
    def title():
        return _page(client).context["verdict"]

    assert title() == "Nobody has a file in hand."
    _waiting(1, owner=recruiter)
    assert title() == "Nothing is past its time: 1 file is in hand."
    _waiting(30, owner=recruiter)
    assert title() == "1 file is past its time, with Claire Devaux."
    _waiting(200, owner=lyon_recruiter)
    _waiting(200, owner=lyon_recruiter)
    _waiting(200)
    assert title() == "3 files have had no deed for 3 working days or more, 2 of them with Mehdi Ancelin."
    french = "3\xa0dossiers n’ont connu aucune action depuis 3\xa0jours ouvrés ou plus, dont 2 chez Mehdi Ancelin."
    assert _page(client, "fr").context["verdict"] == french


def test_an_absence_is_told_and_who_no_longer_recruits(client, recruiter, lyon_recruiter):
    _waiting(1, owner=factories.user(name="Partie Fictive"))
    Absence.objects.create(
        user=lyon_recruiter,
        since=clock.today(),
        until=clock.today() + timedelta(days=3),
        cover=recruiter,
        planned_at=clock.now(),
        planned_by=recruiter,
    )
    notes = {str(row["person"]): row["note"] for row in _page(client).context["rows"]}
    assert notes["Mehdi Ancelin"] == "away until 18\xa0June 2027, Claire Devaux stands in"
    assert notes["Partie Fictive"] == "no longer recruits here"


def test_a_head_sees_their_own_zone_only(client_of, recruiter):
    theirs = client_of(factories.user(Role.HEAD_OF_RECRUITMENT, zone=factories.zone("lyon")))
    _waiting(1, owner=recruiter)
    _waiting(1, owner=recruiter, in_cohort=factories.cohort("paris"))
    rows = {row["person"]: row for row in _page(theirs).context["rows"]}
    assert rows[recruiter]["live"]["n"] == 1


def test_only_a_head_reads_it(client_of, recruiter, coordinator, administrator):
    for user in (recruiter, coordinator, administrator):
        assert _page(client_of(user)).status_code == 403


def test_the_number_of_statements_does_not_grow(client, recruiter, lyon_recruiter, django_assert_max_num_queries):
    _fill(recruiter, lyon_recruiter)
    with django_assert_max_num_queries(14) as few:
        _page(client)
    for _ in range(5):
        other = factories.user(Role.RECRUITER)
        _waiting(200, owner=other)
        _waiting(2, owner=other, state=S.INTERVIEWED)
    with django_assert_max_num_queries(14) as many:
        _page(client)
    assert len(many) == len(few)

"""The work list: what is due, counted and ordered, for the recruiter's own zones."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.states import ApplicationState as S
from partnership import clock

from .. import factories

pytestmark = pytest.mark.django_db
# A day's noon that is past whatever the hour of the run.
NOON = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)


def _page(client, name="cohorts:worklist", language="en"):
    with translation.override(language):
        return client.get(reverse(name))


def test_the_title_says_what_awaits_the_recruiter(recruiter, client_of):
    for _ in range(2):
        factories.application(state=S.INTERVIEWED)
    factories.application(state=S.SUBMITTED)
    body = _page(client_of(recruiter)).content.decode()
    assert "2 applications await a decision, 1 a first contact." in body


def test_with_nothing_due_the_title_says_so(recruiter, client_of):
    factories.application(state=S.CONFIRMED)
    body = _page(client_of(recruiter)).content.decode()
    assert "Nothing is waiting for you" in body


def test_the_longest_wait_comes_first(recruiter, client_of):
    newer = factories.application(since=clock.now() - timedelta(days=1))
    older = factories.application(since=clock.now() - timedelta(days=9))
    groups = _page(client_of(recruiter)).context["groups"]
    assert [application.pk for application in groups[0]["rows"]] == [older.pk, newer.pk]
    assert groups[0]["rows"][0].waited.startswith("9")


def test_offers_past_their_date_stand_before_the_others(recruiter, client_of):
    due = factories.application(state=S.ADMITTED, reply_before=clock.now() + timedelta(days=3))
    late = factories.application(state=S.ADMITTED, reply_before=clock.now() - timedelta(days=1))
    groups = {one["group"].key: one["rows"] for one in _page(client_of(recruiter)).context["groups"]}
    assert [one.pk for one in groups["overdue"]] == [late.pk]
    assert [one.pk for one in groups["offer"]] == [due.pk]


def test_an_interview_is_in_the_agenda_before_it_and_to_be_recorded_after_it(recruiter, client_of):
    application = factories.application()
    with clock.travel(NOON):
        services.schedule_interview(
            application, starts_at=NOON + timedelta(hours=2), place="Salle 3 (fictif)", by=recruiter
        )
        before = _page(client_of(recruiter))
    # Signed in anew: a session is not silent for three hours.
    with clock.travel(NOON + timedelta(hours=3)):
        after = _page(client_of(recruiter))
    assert [one["bookings"][0].application_id for one in before.context["agenda"]] == [application.pk]
    assert before.context["groups"] == []
    assert after.context["agenda"] == []
    assert [one["group"].key for one in after.context["groups"]] == ["held"]


def test_a_long_group_shows_its_first_rows_and_the_way_to_all(recruiter, client_of):
    for _ in range(10):
        factories.application()
    response = _page(client_of(recruiter))
    assert len(response.context["groups"][0]["rows"]) == 6
    assert "All 10: First contact" in response.content.decode()


def test_each_group_leads_to_a_list_of_the_same_number(recruiter, client_of):
    client = client_of(recruiter)
    for state in (S.ENQUIRY, S.SUBMITTED, S.INTERVIEWED, S.NO_SHOW, S.WAITLISTED, S.ADMITTED, S.CONFIRMED):
        for _ in range(2):
            factories.application(state=state)
    factories.application(state=S.ADMITTED, reply_before=clock.now() - timedelta(days=2))
    held, ahead = factories.application(), factories.application()
    with clock.travel(NOON - timedelta(days=3)):
        services.schedule_interview(held, starts_at=NOON - timedelta(days=2), place="Salle 3 (fictif)", by=recruiter)
        services.schedule_interview(ahead, starts_at=NOON + timedelta(days=2), place="Salle 3 (fictif)", by=recruiter)
    groups = _page(client).context["groups"]
    assert {one["group"].key: one["total"] for one in groups} == {
        "decision": 2,
        "contact": 4,
        "held": 1,
        "absence": 2,
        "overdue": 1,
        "offer": 2,
        "waiting": 2,
    }
    with translation.override("en"):
        address = reverse("cohorts:application_list")
    for one in groups:
        response = client.get(f"{address}?{one['group'].query}")
        assert response.context["total"] == one["total"], one["group"].key
        assert not response.context["ignored"]


def test_another_zones_applications_are_not_there(lyon_recruiter, client_of):
    factories.application(factories.cohort("paris"), of=factories.candidate(last_name="Parisienne"))
    body = _page(client_of(lyon_recruiter)).content.decode()
    assert "Parisienne" not in body


def test_only_recruitment_has_a_work_list(client_of, lyon_lead, coordinator, reviewer, author, administrator, stranger):
    for user in (lyon_lead, coordinator, reviewer, author, administrator, stranger):
        assert _page(client_of(user)).status_code == 403


def test_the_number_of_statements_does_not_grow(recruiter, client_of, django_assert_max_num_queries):
    client = client_of(recruiter)
    states = [S.SUBMITTED, S.INTERVIEWED, S.NO_SHOW, S.ADMITTED, S.WAITLISTED]
    for state in states:
        factories.application(factories.cohort(capacity=40), state=state)
    with django_assert_max_num_queries(14) as few:
        _page(client)
    for _ in range(6):
        for state in states:
            factories.application(factories.cohort(), state=state)
    with django_assert_max_num_queries(14) as many:
        _page(client)
    assert len(many) == len(few)

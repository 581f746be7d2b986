"""The work list: what is due, the late ones first, by open hours waited; one's own, everybody's, an absent one's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services, worklist
from cohorts.models import Absence
from cohorts.states import ApplicationState as S
from cohorts.worklist import Due
from partnership import clock
from partnership.states import Role

from .. import factories

pytestmark = pytest.mark.django_db
# A Tuesday, at noon: eight working days after a Thursday.
TUESDAY = clock.now().replace(2027, 6, 15, 12, 0, 0, 0)


@pytest.fixture(autouse=True)
def tuesday():
    with clock.travel(TUESDAY):
        yield


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def _page(client, language="en", **asked):
    with translation.override(language):
        return client.get(reverse("cohorts:worklist"), asked)


def _waiting(hours, **fields):
    return factories.application(since=TUESDAY - timedelta(hours=hours), **fields)


def _away(user, cover, days=3):
    return Absence.objects.create(
        user=user,
        since=clock.today(),
        until=clock.today() + timedelta(days=days),
        cover=cover,
        planned_at=clock.now(),
        planned_by=cover,
    )


def _shown(page):
    return [row["application"] for row in page.context["late"] + page.context["now_due"]]


# -- what is shown, in which order ------------------------------------------------------------------------------------


def test_the_title_counts_what_awaits_and_what_is_late(client):
    assert "Nothing is waiting for you" in _page(client).content.decode()
    _waiting(1)
    assert "<h1>1 file awaits you.</h1>" in _page(client).content.decode()
    for _ in range(2):
        _waiting(40)
    assert "<h1>3 files await you, 2 of them past their time.</h1>" in _page(client).content.decode()
    assert "<h1>3\xa0dossiers vous attendent, dont 2 hors délai.</h1>" in _page(client, "fr").content.decode()


def test_the_late_ones_come_first_then_whoever_has_waited_longest(client):
    decision = _waiting(4 * 24, state=S.INTERVIEWED)  # promised within five days
    late, later = _waiting(30), _waiting(50)
    fresh, fresher = _waiting(3), _waiting(1, state=S.ENQUIRY)
    overdue = _waiting(200, state=S.ADMITTED, reply_before=TUESDAY - timedelta(minutes=5))
    for state in (S.CONFIRMED, S.WAITLISTED, S.REJECTED):
        _waiting(90, state=state)
    _waiting(90, state=S.ADMITTED)
    page = _page(client)
    assert [row["application"] for row in page.context["late"]] == [later, late, overdue]
    assert [row["application"] for row in page.context["now_due"]] == [decision, fresh, fresher]


@pytest.mark.parametrize(
    ("hours", "english", "french"),
    [
        (0, "under an open hour", "moins d’1\xa0h ouvrée"),
        (1, "1 open hour", "1\xa0h ouvrée"),
        (3, "3 open hours", "3\xa0h ouvrées"),
        (20, "5 open hours", "5\xa0h ouvrées"),  # since Monday at four
        (24, "1 working day", "1\xa0jour ouvré"),
        (72, "1 working day", "1\xa0jour ouvré"),  # since Saturday at noon
        (5 * 24, "3 working days", "3\xa0jours ouvrés"),  # since Thursday at noon
    ],
)
def test_a_wait_is_told_in_open_hours(client, hours, english, french):
    _waiting(hours)
    (row,) = _page(client).context["late"] or _page(client).context["now_due"]
    assert row["waited"] == english
    assert french in _page(client, "fr").content.decode()


def test_each_row_says_what_is_due_and_leads_there(client, recruiter):
    contact, decision = _waiting(1), _waiting(2, state=S.INTERVIEWED)
    called = _waiting(99, next_at=TUESDAY - timedelta(minutes=30))
    met = _waiting(5)
    with clock.travel(TUESDAY - timedelta(hours=4)):
        services.schedule_interview(met, starts_at=TUESDAY - timedelta(hours=3), place="Salle 3 (fictif)", by=recruiter)
    rows = {row["application"]: row for row in _page(client).context["now_due"]}
    said = {file: (row["due"], row["action"], row["url"].partition("/candidatures/")[2]) for file, row in rows.items()}
    assert said == {
        contact: (Due.CONTACT, "Call", f"{contact.pk}/#appel"),
        decision: (Due.DECISION, "Decide", f"{decision.pk}/"),
        called: (Due.CALL_BACK, "Call", f"{called.pk}/#appel"),
        met: (Due.RECORD, "Record it", f"{met.pk}/#passe"),
    }
    assert rows[called]["since"] == "agreed for Tuesday 15\xa0June 2027, 11:30"
    assert rows[contact]["since"] == "submitted on 15\xa0June, 11:00"


def test_an_agreed_date_takes_a_file_off_the_list_until_it_comes(recruiter, client_of):
    agreed = _waiting(40, next_at=TUESDAY + timedelta(days=2))
    _waiting(40, next_at=TUESDAY + timedelta(days=30))
    page = _page(client_of(recruiter))
    assert _shown(page) == []
    assert [row["application"] for row in page.context["later"]] == [agreed]
    with clock.travel(TUESDAY + timedelta(days=2)):
        assert _shown(_page(client_of(recruiter))) == [agreed]


def test_an_interview_is_in_the_agenda_before_it_and_due_after_it(recruiter, client_of):
    application = _waiting(1)
    starts_at = TUESDAY + timedelta(hours=2)
    services.schedule_interview(application, starts_at=starts_at, place="Salle 3 (fictif)", by=recruiter)
    before = _page(client_of(recruiter))
    with clock.travel(TUESDAY + timedelta(hours=3)):
        after = _page(client_of(recruiter))
    assert [one["bookings"][0].application_id for one in before.context["agenda"]] == [application.pk]
    assert (_shown(before), after.context["agenda"], _shown(after)) == ([], [], [application])


def test_a_long_list_is_turned_and_nobody_is_left_out(client):
    files = {_waiting(hours).pk for hours in range(1, 41)}
    first, second = _page(client), _page(client, page="2")
    assert len(_shown(first)) == 20
    assert {one.pk for one in _shown(first) + _shown(second)} == files
    assert _shown(_page(client, page="99")) == _shown(second)


# -- whose it is ------------------------------------------------------------------------------------------------------


def test_mine_are_those_i_follow_and_those_nobody_does_and_all_are_one_click_away(client, recruiter, lyon_recruiter):
    own, nobodys, theirs = _waiting(3, owner=recruiter), _waiting(2), _waiting(1, owner=lyon_recruiter)
    page = _page(client)
    assert _shown(page) == [own, nobodys]
    assert [tab["count"] for tab in page.context["tabs"]] == [2, 3]
    everybody = _page(client, pour="tous")
    assert _shown(everybody) == [own, nobodys, theirs]
    assert "3 files await the team." in everybody.content.decode()
    assert "followed by Mehdi Ancelin" in everybody.content.decode()


def test_a_colleagues_list_is_shown_to_whoever_asks_and_an_unknown_one_is_ones_own(client, recruiter, lyon_recruiter):
    own, theirs, nobodys = _waiting(3, owner=recruiter), _waiting(1, owner=lyon_recruiter), _waiting(2)
    page = _page(client, pour=str(lyon_recruiter.pk))
    assert _shown(page) == [theirs] and "1 file awaits Mehdi Ancelin." in page.content.decode()
    assert _shown(_page(client, pour="personne")) == [nobodys]
    assert _shown(_page(client, pour=str(recruiter.pk))) == [own]
    for unknown in ("quelqu’un", "00000000-0000-0000-0000-000000000000"):
        assert _shown(_page(client, pour=unknown)) == [own, nobodys]


def test_whoever_no_longer_recruits_and_still_follows_a_file_has_a_list(client):
    gone = factories.user(name="Partie Fictive")
    theirs = _waiting(3, owner=gone)
    assert _shown(_page(client, pour=str(gone.pk))) == [theirs]


def test_the_list_is_narrowed_to_calls_to_the_late_to_the_silent_and_to_interviews(client, recruiter):
    decision = _waiting(3, state=S.INTERVIEWED)
    fresh, late, silent = _waiting(2), _waiting(30), _waiting(7 * 24)
    mute = _waiting(1.5, of=factories.candidate(phone=""))
    met = _waiting(1)
    services.schedule_interview(met, starts_at=TUESDAY + timedelta(days=1), place="Salle 3 (fictif)", by=recruiter)
    next_week = _waiting(1)
    in_a_week = TUESDAY + timedelta(days=7)
    services.schedule_interview(next_week, starts_at=in_a_week, place="Salle 3 (fictif)", by=recruiter)
    expected = {
        "appels": [silent, late, fresh],
        "retard": [silent, late],
        "silence": [silent],
        "autre chose": [silent, late, decision, fresh, mute],
    }
    for what, files in expected.items():
        assert _shown(_page(client, quoi=what)) == files, what
    page = _page(client, quoi="entretiens")
    assert [row["application"] for row in page.context["later"]] == [met] and _shown(page) == []
    assert "<h1>1 file: interviews of this week.</h1>" in page.content.decode()


def test_an_absent_colleagues_work_is_shown_to_whoever_stands_in(client, recruiter, lyon_recruiter):
    theirs, own = _waiting(2, owner=lyon_recruiter), _waiting(1, owner=recruiter)
    assert _shown(_page(client)) == [own]
    _away(lyon_recruiter, recruiter)
    page = _page(client)
    assert _shown(page) == [theirs, own]
    assert "followed by Mehdi Ancelin" in page.content.decode()
    assert worklist.next_call(recruiter) == theirs
    with clock.travel(TUESDAY + timedelta(days=4)):
        assert worklist.next_call(recruiter) == own


def test_whoever_stands_in_for_who_stands_in_does_both(recruiter, lyon_recruiter):
    third = factories.user(Role.RECRUITER)
    _away(lyon_recruiter, recruiter)
    _away(recruiter, third)
    assert worklist.covered_by(third) == {third.pk, recruiter.pk, lyon_recruiter.pk}


def test_two_who_stand_in_for_each_other_keep_their_own_work(recruiter, lyon_recruiter):
    _away(lyon_recruiter, recruiter)
    _away(recruiter, lyon_recruiter)
    assert worklist.covered_by(recruiter) == {recruiter.pk}
    assert worklist.covered_by(lyon_recruiter) == {lyon_recruiter.pk}


def test_another_zones_applications_are_not_there(lyon_recruiter, recruiter, client_of):
    _waiting(40, in_cohort=factories.cohort("paris"), of=factories.candidate(last_name="Parisienne"))
    _away(recruiter, lyon_recruiter)
    for asked in ("", "tous", str(recruiter.pk)):
        body = _page(client_of(lyon_recruiter), pour=asked).content.decode()
        assert "Parisienne" not in body


def test_only_recruitment_has_a_work_list(client_of, lyon_lead, coordinator, reviewer, author, administrator, stranger):
    for user in (lyon_lead, coordinator, reviewer, author, administrator, stranger):
        assert _page(client_of(user)).status_code == 403


def test_the_number_of_statements_does_not_grow(client, recruiter, lyon_recruiter, django_assert_max_num_queries):
    states = [S.SUBMITTED, S.INTERVIEWED, S.NO_SHOW, S.ADMITTED, S.ENQUIRY]
    _away(lyon_recruiter, recruiter)

    def fill():
        for state in states:
            owner = factories.user(Role.RECRUITER) if state == S.ENQUIRY else lyon_recruiter
            _waiting(20, in_cohort=factories.cohort(capacity=60), state=state, owner=owner)
            _waiting(20, in_cohort=factories.cohort(), next_at=TUESDAY + timedelta(hours=5), owner=owner)

    fill()
    with django_assert_max_num_queries(12) as few:
        _page(client, pour="tous")
    for _ in range(6):
        fill()
    with django_assert_max_num_queries(12) as many:
        _page(client, pour="tous")
    assert len(many) == len(few)

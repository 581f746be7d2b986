"""Loads: what is added up of each follower is what their lists hold, whatever becomes of the files."""

import random
from datetime import timedelta

import pytest
from django.conf import settings

from cohorts import loads, services, worklist
from cohorts.models import Application
from cohorts.states import LIVE, ExitReason
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.models import User
from partnership.states import Role

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]
# A Tuesday, at noon.
TUESDAY = clock.now().replace(2027, 6, 15, 12, 0, 0, 0)
# Around every moment at which something becomes due, late or silent.
HOURS = (-2, 0, 1, 23, 25, 27, 47, 49, 70, 97, 119, 121, 200, 900)


@pytest.fixture(autouse=True)
def tuesday():
    with clock.travel(TUESDAY):
        yield


@pytest.fixture
def head():
    return factories.user(Role.HEAD_OF_RECRUITMENT)


@pytest.fixture
def world(recruiter, lyon_recruiter):
    """Files of three followers, in two zones, of every live state and age, some with a date, an interview, no phone."""
    drawn = random.Random(7)
    cohorts = [factories.cohort(zone, capacity=200) for zone in ("lyon", "paris")]
    for number in range(120):
        state = drawn.choice([*LIVE, S.REJECTED, S.DRAFT])
        file = factories.application(
            drawn.choice(cohorts),
            state=state,
            since=TUESDAY - timedelta(hours=drawn.choice(HOURS)),
            owner=drawn.choice([recruiter, lyon_recruiter, None]),
            of=factories.candidate(phone=drawn.choice(["", "+33199000001"])),
        )
        moments = {"next_at": TUESDAY - timedelta(hours=drawn.choice(HOURS))} if number % 4 == 0 else {}
        moments |= {"acted_at": TUESDAY - timedelta(hours=drawn.choice(HOURS))} if number % 3 == 0 else {}
        if state == S.ADMITTED:
            moments["reply_before"] = TUESDAY - timedelta(hours=drawn.choice(HOURS))
        Application.objects.filter(pk=file.pk).update(**moments)
    for hours in (*HOURS, -30):
        met = factories.application(cohorts[0], owner=recruiter, since=TUESDAY - timedelta(days=40))
        starts_at = TUESDAY - timedelta(hours=hours)
        with clock.travel(starts_at - timedelta(days=2)):
            services.schedule_interview(met, starts_at=starts_at, place="Salle 3 (fictif)", by=recruiter)


def _told(file: Application) -> tuple:
    return file.pk, file.due_at, file.late


def _by_lists(files, user: User) -> dict[str, int]:
    """What the lists hold, file by file."""
    due = list(worklist.due_among(files).select_related("candidate"))
    silent_before = worklist.silent_since(settings.SILENCE_DAYS_OWNER)
    since, until = worklist.this_week()
    states = {state.value: files.filter(state=state).count() for state in LIVE}
    figures = states | {
        loads.IN_HAND: sum(states.values()),
        loads.DUE: len(due),
        loads.LATE: sum(file.late for file in due),
        loads.TO_CALL: sum(worklist.what_is_due(file) in worklist.CALLS and bool(file.candidate.phone) for file in due),
        loads.SILENT: sum(file.due_at < silent_before for file in due),
        loads.INTERVIEWS: worklist.interviews(files, since=since, until=until).count(),
    }
    return {figure: number for figure, number in figures.items() if number}


@pytest.mark.usefixtures("world")
def test_what_is_added_up_is_what_the_lists_hold(head, recruiter, lyon_recruiter):
    for user in (head, lyon_recruiter):
        counted = loads.loads(user)
        visible = Application.objects.visible_to(user)
        for owner in (recruiter, lyon_recruiter, None):
            said = {figure: number for figure, number in counted[owner and owner.pk].items() if number}
            assert said == _by_lists(visible.filter(owner=owner), user), owner
        assert {figure: n for figure, n in loads.total(counted).items() if n} == _by_lists(visible, user)
    assert min(loads.total(counted)[figure] for figure in (loads.LATE, loads.TO_CALL, loads.SILENT)) > 5


@pytest.mark.usefixtures("world")
def test_counting_again_changes_nothing(head):
    before = loads.loads(head)
    services.count_again()
    assert {owner: +load for owner, load in loads.loads(head).items()} == {
        owner: +load for owner, load in before.items()
    }


@pytest.mark.usefixtures("world")
def test_the_parts_together_are_what_is_due_in_its_order(head, recruiter, lyon_recruiter):
    for moment in (None, TUESDAY - timedelta(hours=5)):
        visible = Application.objects.visible_to(head)
        found, due = worklist.parts(visible, at=moment), list(worklist.due_among(visible, at=moment))
        assert len(due) > 40
        assert worklist.first_of(found, stop=200) == [_told(file) for file in due]
        assert worklist.first_of(found, start=7, stop=19) == [_told(file) for file in due[7:19]]
        for owners in ({recruiter.pk, None}, {None}, {lyon_recruiter.pk}):
            theirs = [_told(file) for file in due if file.owner_id in owners]
            assert theirs and worklist.first_of(found, owners, stop=200) == theirs
        by_moment = sorted(due, key=lambda file: (file.due_at, file.pk))
        assert worklist.first_of(found, stop=30, by_moment=True) == [_told(file) for file in by_moment[:30]]


@pytest.mark.usefixtures("world")
def test_each_narrowing_takes_from_every_part_what_it_says(head):
    visible = Application.objects.visible_to(head)
    found = worklist.parts(visible)
    due = list(worklist.due_among(visible).select_related("candidate"))
    silent_before = worklist.silent_since(2)
    expected = [
        (worklist.past_their_time(found), [file for file in due if file.late]),
        (worklist.silent_in(found, days=2), [file for file in due if file.due_at < silent_before]),
        (
            worklist.to_call(found),
            [file for file in due if worklist.what_is_due(file) in worklist.CALLS and file.candidate.phone],
        ),
    ]
    for narrowed, files in expected:
        assert worklist.first_of(narrowed, stop=200) == [_told(file) for file in files]


@pytest.mark.usefixtures("world")
def test_the_oldest_is_the_first_that_waits_with_its_follower(head, recruiter, lyon_recruiter):
    first = loads.oldest(head, loads.loads(head))
    for owner in (recruiter, lyon_recruiter, None):
        due = worklist.due_among(Application.objects.visible_to(head).filter(owner=owner))
        assert first[owner and owner.pk] == min(file.due_at for file in due)


def test_a_file_that_moves_on_between_the_two_statements_of_a_page_is_not_shown(head):
    moved, stays = (factories.application(since=TUESDAY - timedelta(hours=hours)) for hours in (9, 5))
    visible = Application.objects.visible_to(head)
    rows = worklist.first_of(worklist.parts(visible), stop=9)
    services.reject(moved, reason=ExitReason.PROFILE, by=head)
    assert [row[0] for row in rows] == [moved.pk, stays.pk]
    assert worklist.with_moments(rows, visible) == [stays]


def test_a_file_that_changes_hands_is_counted_with_whoever_follows_it(head, recruiter, lyon_recruiter):
    file = factories.application(owner=recruiter)
    Application.objects.filter(pk=file.pk).update(owner=lyon_recruiter)
    counted = loads.loads(head)
    assert recruiter.pk not in counted and counted[lyon_recruiter.pk][loads.IN_HAND] == 1
    lyon_recruiter.delete()
    assert loads.loads(head)[None][loads.IN_HAND] == 1


def test_the_followers_are_counted_in_one_statement_however_many(head, django_assert_num_queries):
    for _ in range(3):
        factories.application(owner=factories.user(Role.RECRUITER))
    head.zones_as(Role.RECRUITER)
    with django_assert_num_queries(1):
        counted = loads.loads(head)
    with django_assert_num_queries(1):
        loads.oldest(head, counted)

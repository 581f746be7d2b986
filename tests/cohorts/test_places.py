"""Places that are given back go on to whoever waits, in the order of the list, and nobody loses one for nothing."""

from datetime import datetime, timedelta

import pytest

from cohorts import emails, services
from cohorts.models import Application, Cohort
from cohorts.states import ApplicationState as S
from partnership import clock, reminders
from partnership import services as team
from partnership.clock import PARIS
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import ActorKind, MessageState, Role
from partnership.workflow import THE_CLOCK, Refused, Stale
from programmes.states import CurriculumState
from tests import factories

pytestmark = pytest.mark.django_db
MONDAY = datetime(2027, 6, 14, 10, 0, tzinfo=PARIS)


@pytest.fixture
def head():
    return factories.user(Role.HEAD_OF_RECRUITMENT, name="Claire Devaux")


@pytest.fixture(autouse=True)
def monday_at_ten():
    with clock.travel(MONDAY):
        yield


def full(head=None, *, capacity=2, waiting=3, **fields):
    """A cohort with every place offered, and so many people waiting; with a head of recruitment, it cascades."""
    if head:
        fields |= {"cascade_by": head, "cascade_at": clock.now()}
    cohort = factories.cohort(capacity=capacity, **fields)
    offers = [factories.application(cohort, state=S.ADMITTED) for _ in range(capacity)]
    row = [factories.application(cohort, state=S.WAITLISTED, waiting_rank=rank) for rank in range(1, waiting + 1)]
    return cohort, offers, row


def state_of(application) -> str:
    return Application.objects.get(pk=application.pk).state


def letters(application):
    return OutgoingMessage.objects.filter(about=ref(application)).order_by("pk")


# -- the list ---------------------------------------------------------------------------------------------------------


def _row(cohort):
    return list(Application.objects.waiting().filter(cohort=cohort).values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("who", "position", "order"),
    [(2, 1, [2, 0, 1]), (0, 2, [1, 0, 2]), (0, 99, [1, 2, 0]), (1, 2, [0, 1, 2]), (1, -4, [1, 0, 2])],
)
def test_somebody_is_put_at_a_position_and_the_others_move_up(who, position, order, recruiter):
    cohort, _offers, row = full()
    services.rank(row[who], position=position, shown=who + 1, by=recruiter)
    assert _row(cohort) == [row[place].pk for place in order]
    ranked = JournalEntry.objects.filter(subject=ref(row[who]), after__startswith="rank ")
    assert ranked.count() == (order.index(who) != who)


def test_the_journal_says_from_which_position_to_which(recruiter):
    _cohort, _offers, row = full()
    services.rank(row[2], position=1, shown=3, by=recruiter)
    line = JournalEntry.objects.get(subject=ref(row[2]))
    assert (line.before, line.after, line.actor_ref) == ("rank 3", "rank 1", str(recruiter.pk))


def test_a_page_that_shows_an_older_list_changes_nothing(recruiter):
    cohort, _offers, row = full()
    services.rank(row[2], position=1, shown=3, by=recruiter)
    with pytest.raises(Stale):
        services.rank(row[0], position=3, shown=1, by=recruiter)
    assert _row(cohort) == [row[2].pk, row[0].pk, row[1].pk]


def test_whoever_has_left_the_list_is_ranked_no_more(recruiter):
    cohort, _offers, row = full()
    services.withdraw(row[1], reason="job", by=row[1].candidate)
    with pytest.raises(Stale):
        services.rank(row[1], position=1, shown=2, by=recruiter)
    assert _row(cohort) == [row[0].pk, row[2].pk]


def test_the_position_is_the_present_one_and_not_the_number_of_the_day():
    _cohort, _offers, row = full()
    services.withdraw(row[0], reason="job", by=row[0].candidate)
    row[2].refresh_from_db()
    assert (row[2].waiting_rank, row[2].position) == (3, 2)


def test_the_letter_of_the_waiting_list_says_the_present_position(recruiter):
    cohort, _offers, row = full()
    services.withdraw(row[0], reason="job", by=row[0].candidate)
    newcomer = factories.application(cohort, state=S.INTERVIEWED)
    services.waitlist(newcomer, by=recruiter)
    assert newcomer.waiting_rank == 4
    assert "au rang 3" in letters(newcomer).get().text


# -- the cascade ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["decline", "withdraw", "reject"])
def test_a_place_given_back_goes_to_the_first_in_rank(deed, head, recruiter, django_capture_on_commit_callbacks):
    _cohort, offers, row = full(head)
    leaving, by = offers[0], offers[0].candidate
    with django_capture_on_commit_callbacks() as rung:
        if deed == "reject":
            services.reject(leaving, reason="condition", by=recruiter)
        else:
            getattr(services, deed)(leaving, reason="job", by=by)
    assert "sweeps" in {callback.__module__.rpartition(".")[2] for callback in rung}
    assert services.fill_places() == 1
    assert [state_of(one) for one in row] == [S.ADMITTED, S.WAITLISTED, S.WAITLISTED]


def test_an_automatic_offer_is_the_clocks_deed_by_the_hand_of_whoever_switched_it_on(head):
    _cohort, offers, row = full(head)
    services.decline(offers[0], reason="job", by=offers[0].candidate)
    services.fill_places()
    offered = Application.objects.get(pk=row[0].pk)
    assert (offered.decided_by, offered.decided_at, offered.waiting_rank) == (head, MONDAY, None)
    assert JournalEntry.objects.get(subject=ref(offered)).actor_kind == ActorKind.CLOCK
    assert letters(offered).get().template == "cohorts/application_admitted"


def test_without_the_cascade_a_place_given_back_waits_for_a_recruiter(django_capture_on_commit_callbacks):
    _cohort, offers, row = full()
    with django_capture_on_commit_callbacks() as rung:
        services.decline(offers[0], reason="job", by=offers[0].candidate)
    assert "sweeps" not in {callback.__module__.rpartition(".")[2] for callback in rung}
    assert services.fill_places() == 0
    assert state_of(row[0]) == S.WAITLISTED


def test_it_goes_on_until_the_list_ends(head):
    _cohort, offers, row = full(head, capacity=5, waiting=3)
    for offer in offers:
        services.decline(offer, reason="job", by=offer.candidate)
    assert services.fill_places() == 3
    assert {state_of(one) for one in row} == {S.ADMITTED}
    assert services.fill_places() == 0


def test_more_places_are_offered_as_well(head):
    cohort, _offers, row = full(head, capacity=10, waiting=3)
    services.rule_places(
        cohort, cascades=True, overbooking_percent=20, hours_to_reply=45, by=head, version=cohort.version
    )
    assert services.fill_places() == 2
    assert [state_of(one) for one in row] == [S.ADMITTED, S.ADMITTED, S.WAITLISTED]


def test_whoever_joins_the_list_while_a_place_is_free_is_offered_it(head, recruiter):
    cohort = factories.cohort(capacity=1, cascade_by=head, cascade_at=clock.now())
    newcomer = factories.application(cohort, state=S.INTERVIEWED)
    services.waitlist(newcomer, by=recruiter)
    assert services.fill_places() == 1
    assert state_of(newcomer) == S.ADMITTED


def test_the_order_of_the_list_is_the_order_of_the_offers(head, recruiter):
    _cohort, offers, row = full(head)
    services.rank(row[2], position=1, shown=3, by=recruiter)
    services.decline(offers[0], reason="job", by=offers[0].candidate)
    services.fill_places()
    assert [state_of(one) for one in row] == [S.WAITLISTED, S.WAITLISTED, S.ADMITTED]


def test_an_offer_of_the_night_is_told_in_the_morning(head):
    _cohort, offers, row = full(head, hours_to_reply=9)
    with clock.travel(MONDAY.replace(hour=23)):
        services.decline(offers[0], reason="job", by=offers[0].candidate)
        services.fill_places()
    tuesday = MONDAY + timedelta(days=1)
    assert letters(row[0]).get().due_at == tuesday.replace(hour=8, minute=30)
    assert Application.objects.get(pk=row[0].pk).reply_before == tuesday.replace(hour=18)


def test_the_cascade_stands_still_when_its_head_no_longer_heads(head):
    _cohort, offers, row = full(head)
    head.memberships.update(until=clock.today() - timedelta(days=1))
    services.decline(offers[0], reason="job", by=offers[0].candidate)
    assert services.fill_places() == 0
    assert state_of(row[0]) == S.WAITLISTED


def test_nobody_is_offered_a_place_before_the_content_is_validated_and_no_other_cohort_waits_for_it(head):
    cascade = {"cascade_by": head, "cascade_at": clock.now()}
    unread = factories.intake(factories.programme("crcd"))
    content = factories.curriculum(unread.programme, state=CurriculumState.SUBMITTED)
    stopped = factories.cohort("paris", of=unread, content=content, **cascade)
    factories.application(stopped, state=S.WAITLISTED, waiting_rank=1)
    _cohort, offers, row = full(head)
    services.decline(offers[0], reason="job", by=offers[0].candidate)
    assert services.fill_places() == 1
    assert state_of(row[0]) == S.ADMITTED


# -- offers nobody answers --------------------------------------------------------------------------------------------


def overdue(head=None, *, letter=MessageState.SENT, waiting=1):
    """A full cohort with an offer whose time is over, its letter, and whoever waits."""
    cohort, offers, row = full(head, waiting=waiting)
    late = offers[0]
    Application.objects.filter(pk=late.pk).update(reply_before=clock.now() - timedelta(hours=1))
    late.refresh_from_db()
    if letter:
        emails.application_admitted(late)
        letters(late).update(state=letter, sent_at=clock.now())
    return cohort, late, row


def test_an_unanswered_offer_ends_only_for_somebody_who_waits(head):
    _cohort, late, row = overdue(head)
    assert services.fill_places() == 1
    late.refresh_from_db()
    assert (late.state, late.exit_reason, late.left_from) == (S.EXPIRED, "no_answer", S.ADMITTED)
    assert state_of(row[0]) == S.ADMITTED
    assert letters(late).last().template == "cohorts/application_expired"
    assert JournalEntry.objects.get(subject=ref(late)).actor_kind == ActorKind.CLOCK


def test_without_anybody_who_waits_no_offer_ends(head):
    _cohort, late, _row = overdue(head, waiting=0)
    assert services.fill_places() == 0
    assert state_of(late) == S.ADMITTED


def test_without_the_cascade_no_offer_ends():
    _cohort, late, row = overdue()
    assert services.fill_places() == 0
    assert (state_of(late), state_of(row[0])) == (S.ADMITTED, S.WAITLISTED)


def test_no_offer_ends_while_a_free_place_can_be_offered_instead(head):
    cohort, late, row = overdue(head)
    Cohort.objects.filter(pk=cohort.pk).update(capacity=3)
    assert services.fill_places() == 1
    assert (state_of(late), state_of(row[0])) == (S.ADMITTED, S.ADMITTED)


def test_of_several_unanswered_offers_the_oldest_ends_and_no_more_than_there_are_people_waiting(head):
    _cohort, late, row = overdue(head)
    other = Application.objects.filter(state=S.ADMITTED).exclude(pk=late.pk).get()
    Application.objects.filter(pk=other.pk).update(reply_before=clock.now() - timedelta(minutes=1))
    emails.application_admitted(other)
    letters(other).update(state=MessageState.SENT, sent_at=clock.now())
    assert services.fill_places() == 1
    assert (state_of(late), state_of(other), state_of(row[0])) == (S.EXPIRED, S.ADMITTED, S.ADMITTED)


@pytest.mark.parametrize(
    "letter", ["", MessageState.PENDING, MessageState.HELD, MessageState.DEAD, MessageState.BOUNCED]
)
def test_whoever_was_never_told_of_their_offer_keeps_it(head, letter):
    _cohort, late, row = overdue(head, letter=letter)
    assert services.fill_places() == 0
    assert (state_of(late), state_of(row[0])) == (S.ADMITTED, S.WAITLISTED)


def test_an_offer_with_time_left_does_not_end(head):
    _cohort, offers, _row = full(head)
    with pytest.raises(Refused, match="."):
        services.expire(offers[0], by=THE_CLOCK)
    assert state_of(offers[0]) == S.ADMITTED


def test_an_offer_ends_with_the_next_one_or_not_at_all(head):
    cohort, late, row = overdue(head)
    content = cohort.curriculum
    type(content).objects.filter(pk=content.pk).update(state=CurriculumState.SUPERSEDED)
    assert services.fill_places() == 0
    assert (state_of(late), state_of(row[0])) == (S.ADMITTED, S.WAITLISTED)


# -- the rules --------------------------------------------------------------------------------------------------------


def rule(cohort, by, *, cascades=True, overbooking=0, hours=45):
    services.rule_places(
        cohort,
        cascades=cascades,
        overbooking_percent=overbooking,
        hours_to_reply=hours,
        by=by,
        version=cohort.version,
    )
    return Cohort.objects.get(pk=cohort.pk)


def test_the_cascade_and_the_over_booking_are_off_until_somebody_switches_them_on(head):
    cohort = factories.cohort()
    assert (cohort.cascades, cohort.overbooking_percent) == (False, 0)
    cohort = rule(cohort, head, overbooking=10)
    assert (cohort.cascade_by, cohort.cascade_at, cohort.overbooking_percent) == (head, MONDAY, 10)
    lines = JournalEntry.objects.filter(subject=ref(cohort)).values_list("before", "after")
    assert set(lines) == {("", "edited"), ("", "cascade_on"), ("overbooking 0 %", "overbooking 10 %")}


def test_whoever_changes_something_else_does_not_become_the_hand(head):
    other = factories.user(Role.HEAD_OF_RECRUITMENT)
    cohort = rule(factories.cohort(), head)
    assert rule(cohort, other, hours=18).cascade_by == head
    head.memberships.update(until=clock.today() - timedelta(days=1))
    assert rule(Cohort.objects.get(), other, hours=27).cascade_by == other


def test_the_cascade_is_switched_off(head):
    cohort = rule(factories.cohort(), head)
    assert rule(cohort, head, cascades=False).cascade_by is None


def test_less_over_booking_than_is_held_is_refused(head):
    cohort = factories.cohort(capacity=2, overbooking_percent=50)
    for _ in range(3):
        factories.application(cohort, state=S.ADMITTED)
    with pytest.raises(Refused, match="."):
        rule(cohort, head, overbooking=10)


def test_two_heads_do_not_overwrite_each_other(head):
    cohort = factories.cohort()
    shown = Cohort.objects.get()
    rule(cohort, head)
    with pytest.raises(Stale):
        rule(shown, head, cascades=False)


def test_whoever_leaves_hands_their_cascades_over_or_they_stop(head, administrator):
    heir = factories.user(Role.HEAD_OF_RECRUITMENT, zone=factories.zone("lyon"))
    here, there = rule(factories.cohort("lyon"), head), rule(factories.cohort("paris"), head)
    assert team.dismiss(head, by=administrator, heirs={"cascades": heir}) == 1
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.cascade_by, there.cascade_by) == (heir, None)


# -- the reminder -----------------------------------------------------------------------------------------------------


def offered(**fields):
    return factories.application(factories.cohort(), state=S.ADMITTED, since=MONDAY - timedelta(days=4), **fields)


def reminded(application) -> int:
    return letters(application).filter(template="cohorts/offer_awaits").count()


@pytest.mark.parametrize(
    ("until", "times"),
    [
        ("2027-06-16 18:00", 1),
        ("2027-06-14 10:01", 1),
        ("2027-06-17 09:30", 0),
        ("2027-06-14 09:59", 0),
    ],
)
def test_two_working_days_before_the_end_of_an_offer_its_applicant_is_reminded_once(until, times):
    application = offered(reply_before=datetime.fromisoformat(until).replace(tzinfo=PARIS))
    for _ in range(2):
        reminders.remind()
    assert reminded(application) == times


def test_a_weekend_does_not_count():
    friday, tuesday = MONDAY + timedelta(days=4), MONDAY + timedelta(days=8)
    application = offered(reply_before=tuesday)
    with clock.travel(friday):
        reminders.remind()
    assert reminded(application) == 1


@pytest.mark.parametrize("hour", [7, 21])
def test_nobody_is_reminded_at_night(hour):
    application = offered(reply_before=MONDAY + timedelta(days=1))
    with clock.travel(MONDAY.replace(hour=hour)):
        reminders.remind()
    assert not reminded(application)


def test_an_offer_of_today_is_not_reminded_of_today(recruiter):
    application = factories.application(factories.cohort(hours_to_reply=9), state=S.INTERVIEWED)
    services.admit(application, by=recruiter)
    reminders.remind()
    assert not reminded(application)


def test_a_second_offer_has_its_own_reminder(recruiter):
    application = offered(reply_before=MONDAY + timedelta(days=1))
    reminders.remind()
    with clock.travel(MONDAY + timedelta(hours=1)):
        services.decline(application, reason="job", by=application.candidate)
        services.reopen(application, reason="Elle a changé d’avis.", by=recruiter)
    with clock.travel(MONDAY + timedelta(days=4)):
        reminders.remind()
    assert reminded(application) == 2

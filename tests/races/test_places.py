"""Places are taken, given back, offered and ranked at the same moment: never too many, nobody skipped or doubled."""

import pytest

from cohorts import emails, services
from cohorts.models import Application, Enrolment
from cohorts.states import HOLDING
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Role
from partnership.workflow import THE_CLOCK, Stale, record
from tests import factories

from .crowd import at_once, naive

THREADS = 50
PLACES, WAITING = 20, 40


@pytest.fixture
def cohort():
    """Twenty offers, forty people on the list, and a head of recruitment who wants places to go on by themselves."""
    head = factories.user(Role.HEAD_OF_RECRUITMENT)
    made = factories.cohort(capacity=PLACES, cascade_by=head, cascade_at=clock.now())
    for _ in range(PLACES):
        factories.application(made, state=S.ADMITTED, decided_by=head)
    for rank in range(1, WAITING + 1):
        factories.application(made, state=S.WAITLISTED, waiting_rank=rank, decided_by=head)
    return made


def _offers(cohort):
    return list(cohort.applications.filter(state=S.ADMITTED).order_by("pk"))


def _row(cohort):
    return list(Application.objects.waiting().filter(cohort=cohort))


def _again(application):
    return Application.objects.get(pk=application.pk)


def _nobody_is_skipped_or_doubled(cohort, row, gone=()):
    """Whoever was offered a place since is the beginning of the list, each of them once."""
    stayed = [one for one in row if one not in gone]
    states = [_again(one).state for one in stayed]
    offered = [state != S.WAITLISTED for state in states]
    assert offered == sorted(offered, reverse=True), states
    for one in stayed[: sum(offered)]:
        assert JournalEntry.objects.filter(subject=ref(one), after=S.ADMITTED).count() == 1
        assert OutgoingMessage.objects.filter(about=ref(one), template="cohorts/application_admitted").count() == 1
    held = cohort.applications.filter(state__in=HOLDING).count()
    assert held == PLACES
    return sum(offered)


def _leave(application):
    try:
        services.withdraw(_again(application), reason="job", by=application.candidate)
    except Stale:
        # Offered a place at that very moment: they are told so, and leave all the same.
        services.withdraw(_again(application), reason="job", by=application.candidate)


def test_fifty_answers_withdrawals_and_cascades_at_once(cohort):
    offers, row = _offers(cohort), _row(cohort)
    leaving = row[::8][:5]

    def deed(place):
        match place:
            case _ if place < 8:
                services.confirm(_again(offers[place]), by=offers[place].candidate)
            case _ if place < 20:
                services.decline(_again(offers[place]), reason="job", by=offers[place].candidate)
            case _ if place < 25:
                _leave(leaving[place - 20])
            case _:
                services.fill_places()

    outcomes = at_once(THREADS, deed)
    services.fill_places()

    assert outcomes == {"done": THREADS}
    gone = [one for one in leaving if _again(one).state == S.WITHDRAWN]
    assert len(gone) == 5
    assert _nobody_is_skipped_or_doubled(cohort, row, gone) == 12
    assert Enrolment.objects.filter(application__in=offers[:8]).count() == 8


def test_fifty_confirmations_at_once_are_fifty_students_and_no_more_places():
    cohort = factories.cohort(capacity=THREADS)
    offers = [factories.application(cohort, state=S.ADMITTED) for _ in range(THREADS)]

    outcomes = at_once(THREADS, lambda place: services.confirm(_again(offers[place]), by=offers[place].candidate))

    assert outcomes == {"done": THREADS}
    assert cohort.applications.filter(state=S.CONFIRMED).count() == THREADS == Enrolment.objects.count()


def test_of_fifty_cascades_for_one_place_one_offers_it(cohort):
    row, leaving = _row(cohort), _offers(cohort)[0]
    services.decline(leaving, reason="job", by=leaving.candidate)

    outcomes = at_once(THREADS, lambda place: services.fill_places())

    assert outcomes == {"done": THREADS}
    assert _nobody_is_skipped_or_doubled(cohort, row) == 1


def test_an_answer_at_the_last_moment_counts_or_comes_too_late_and_the_place_is_held_once(cohort):
    """Everybody whose time is over says yes while the cascade wants their places."""
    offers, row = _offers(cohort), _row(cohort)
    for one in offers:
        emails.application_admitted(one)
    OutgoingMessage.objects.update(state="sent", sent_at=clock.now())
    Application.objects.filter(pk__in=[one.pk for one in offers]).update(reply_before=clock.now())

    def deed(place):
        if place < PLACES:
            services.confirm(_again(offers[place]), by=offers[place].candidate)
        else:
            services.fill_places()

    outcomes = at_once(THREADS, deed)

    confirmed = cohort.applications.filter(state=S.CONFIRMED).count()
    expired = cohort.applications.filter(state=S.EXPIRED).count()
    assert confirmed + expired == PLACES
    assert outcomes["done"] == THREADS - expired
    assert outcomes["Stale"] + outcomes["Refused"] == expired
    assert _nobody_is_skipped_or_doubled(cohort, row) == expired


def test_the_list_is_ranked_while_its_places_are_offered_and_people_join_it(cohort):
    recruiter = factories.user(Role.RECRUITER)
    offers, row = _offers(cohort), _row(cohort)
    met = [factories.application(cohort, state=S.INTERVIEWED) for _ in range(5)]

    def deed(place):
        match place % 5:
            case 0:
                one = row[place % WAITING]
                services.rank(_again(one), position=1, shown=_again(one).position, by=recruiter)
            case 1:
                one = offers[place // 5]
                services.decline(_again(one), reason="job", by=one.candidate)
            case 2 if place < 25:
                services.waitlist(_again(met[place // 5]), by=recruiter)
            case 3:
                services.admit(_again(row[-1 - place // 5]), by=recruiter)
            case _:
                services.fill_places()

    outcomes = at_once(THREADS, deed)
    services.fill_places()

    assert set(outcomes) <= {"done", "Refused", "Stale"}, outcomes
    assert cohort.applications.filter(state__in=HOLDING).count() == PLACES
    ranks = list(Application.objects.waiting().filter(cohort=cohort).values_list("waiting_rank", flat=True))
    assert len(set(ranks)) == len(ranks) and None not in ranks
    told = JournalEntry.objects.filter(after=S.ADMITTED).values_list("subject", flat=True)
    assert len(set(told)) == len(told) == 10


def test_without_taking_turns_the_first_in_rank_is_offered_one_place_ten_times(cohort):
    leaving, chosen = _offers(cohort)[0], {}
    services.decline(leaving, reason="job", by=leaving.candidate)

    def read(place):
        chosen[place] = _row(cohort)[0]
        return cohort.applications.holding().count() < PLACES

    believed = naive(10, read=read, write=lambda place: record(chosen[place], S.ADMITTED, by=THE_CLOCK))
    assert believed == 10
    assert JournalEntry.objects.filter(subject=ref(chosen[0]), after=S.ADMITTED).count() == 10

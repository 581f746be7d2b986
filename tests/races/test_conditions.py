"""Conditions ticked by many at once, together and one by one: each once, nobody waits for ever."""

from cohorts import services
from cohorts.models import Condition
from cohorts.states import ApplicationState
from partnership import clock
from partnership.models import JournalEntry
from partnership.states import Role
from tests import factories

from .crowd import at_once, naive


def _conditions(number):
    cohort = factories.cohort(capacity=number)
    files = [factories.application(cohort, state=ApplicationState.ADMITTED) for _ in range(number)]
    return [Condition.objects.create(application=file, kind="bac") for file in files]


def test_a_condition_ticked_by_ten_at_once_is_ticked_once():
    (condition,), recruiter = _conditions(1), factories.user(Role.RECRUITER)

    assert at_once(10, lambda place: services.meet(condition, by=recruiter)) == {"done": 1, "Refused": 9}

    assert JournalEntry.objects.filter(subject=f"cohorts.condition:{condition.pk}", after="met").count() == 1


def test_without_looking_again_a_condition_is_ticked_by_each():
    (condition,), recruiter = _conditions(1), factories.user(Role.RECRUITER)
    believed = naive(
        10,
        read=lambda place: Condition.objects.get(pk=condition.pk).met_at is None,
        write=lambda place: Condition.objects.filter(pk=condition.pk).update(met_at=clock.now(), met_by=recruiter),
    )
    assert believed == 10


def test_the_same_list_ticked_from_both_ends_is_ticked_once():
    conditions, recruiter = _conditions(12), factories.user(Role.RECRUITER)
    told = []

    def deed(place):
        mine = conditions if place % 2 else conditions[::-1]
        told.append(services.meet_all(mine, by=recruiter)[0])

    assert at_once(6, deed) == {"done": 6}
    assert sum(told) == len(conditions)
    assert JournalEntry.objects.filter(after="met").count() == len(conditions)

"""Colleagues type the same person at once, at the same fair: one contact, and the others are told."""

from cohorts import services
from cohorts.models import Application, Candidate
from cohorts.states import LIVE, ApplicationState
from partnership.states import Role
from tests import factories

from .crowd import at_once, naive

TIMES = 10
IDENTITY = {"first_name": "Basma", "phone": "+33465718803"}


def test_of_ten_colleagues_who_type_the_same_person_one_makes_a_contact():
    cohort, by = factories.cohort(), [factories.user(Role.RECRUITER) for _ in range(TIMES)]

    def deed(place):
        name = {"last_name": "Fictive"} if place % 2 else {}
        services.add_contact(cohort, identity=IDENTITY | name, owner=by[place], by=by[place])

    assert at_once(TIMES, deed) == {"done": 1, "Refused": TIMES - 1}
    assert Candidate.objects.count() == 1
    assert Application.objects.live().count() == 1


def test_without_waiting_for_each_other_one_person_is_entered_many_times():
    cohort = factories.cohort()
    naive(
        TIMES,
        read=lambda place: not Application.objects.filter(state__in=LIVE).exists(),
        write=lambda place: factories.application(
            cohort, state=ApplicationState.ENQUIRY, of=factories.candidate(**IDENTITY)
        ),
    )
    assert Application.objects.live().count() == TIMES

"""Recruiters decide at the same moment: offers stop at the places, a file is decided once, a slot is never too full."""

import pytest
from django.db.models import F

from cohorts import services
from cohorts.models import Application, Booking, Enrolment, Slot
from cohorts.states import HOLDING, ApplicationState, BookingState
from partnership import clock, workflow
from partnership.models import JournalEntry, OutgoingMessage
from partnership.states import Role
from tests import factories

from .crowd import at_once, naive, without_trigger

THREADS = 50


@pytest.fixture
def recruiters():
    return [factories.user(Role.RECRUITER) for _ in range(2)]


def _cohort(*, places_left, **fields):
    """A cohort where all places but so many are confirmed, and fifty people have been interviewed."""
    cohort = factories.cohort(**fields)
    by = factories.user(Role.RECRUITER)
    for _ in range(cohort.places - places_left):
        factories.application(cohort, state=ApplicationState.CONFIRMED, decided_by=by)
    return cohort, [factories.application(cohort, state=ApplicationState.INTERVIEWED) for _ in range(THREADS)]


def _admit(applications, recruiters):
    def deed(place):
        services.admit(Application.objects.get(pk=applications[place].pk), by=recruiters[place % 2])

    return deed


CASES = [
    pytest.param({"capacity": 4}, 1, id="the last place"),
    pytest.param({"capacity": 10}, 10, id="ten places"),
    pytest.param({"capacity": 10, "overbooking_percent": 25}, 1, id="the last over-booked place"),
]


@pytest.mark.parametrize(("fields", "left"), CASES)
def test_fifty_admissions_fill_exactly_the_places_left(fields, left, recruiters):
    cohort, applications = _cohort(places_left=left, **fields)

    outcomes = at_once(THREADS, _admit(applications, recruiters))

    assert outcomes == {"done": left, "Refused": THREADS - left}
    assert cohort.applications.holding().count() == cohort.places
    assert JournalEntry.objects.filter(after=ApplicationState.ADMITTED).count() == left
    assert OutgoingMessage.objects.filter(template="cohorts/application_admitted").count() == left


@pytest.mark.parametrize(("fields", "left"), CASES)
def test_without_the_law_of_the_places_too_many_are_admitted(fields, left, recruiters):
    cohort, applications = _cohort(places_left=left, **fields)
    offer = {
        "decided_by": recruiters[0],
        "decided_at": clock.now(),
        "offered_curriculum": cohort.curriculum,
        "reply_before": clock.now(),
    }
    with without_trigger("cohorts_application", "offers_never_exceed_the_places"):
        naive(
            THREADS,
            read=lambda place: cohort.applications.holding().count() < cohort.places,
            write=lambda place: Application.objects.filter(pk=applications[place].pk).update(
                state=ApplicationState.ADMITTED, **offer
            ),
        )
    assert cohort.applications.holding().count() > cohort.places


def test_a_place_given_back_while_two_want_it_goes_to_one(recruiters):
    cohort, applications = _cohort(places_left=0, capacity=3)
    leaving = cohort.applications.filter(state=ApplicationState.CONFIRMED).first()
    Enrolment.objects.create(application=leaving, enrolled_at=clock.now())

    def deed(place):
        if place == 0:
            services.withdraw(leaving, reason="moved", by=leaving.candidate)
        else:
            services.admit(applications[place], by=recruiters[0])

    outcomes = at_once(THREADS, deed)

    assert outcomes["done"] in (1, 2)
    assert cohort.applications.holding().count() == cohort.places - 2 + outcomes["done"]


def test_two_recruiters_who_admit_and_reject_at_once_decide_once(recruiters):
    shown = factories.application(state=ApplicationState.INTERVIEWED)

    def deed(place):
        application = Application.objects.get(pk=shown.pk)
        if place:
            services.admit(application, by=recruiters[1], version=shown.version)
        else:
            services.reject(application, reason="profile", by=recruiters[0], version=shown.version)

    outcomes = at_once(2, deed)

    assert outcomes["done"] == 1
    assert outcomes["Stale"] + outcomes["Refused"] == 1
    decided = Application.objects.get(pk=shown.pk)
    assert decided.state in (ApplicationState.ADMITTED, ApplicationState.REJECTED)
    assert JournalEntry.objects.filter(subject=workflow.ref(shown)).count() == 1
    assert list(OutgoingMessage.objects.values_list("template", flat=True)) == [f"cohorts/application_{decided.state}"]


def test_two_recruiters_with_the_same_page_before_them_are_told_who_came_first(recruiters):
    shown = factories.application(state=ApplicationState.INTERVIEWED)
    pages = [Application.objects.get(pk=shown.pk) for _ in range(2)]

    def deed(place):
        if place:
            services.admit(pages[1], by=recruiters[1], version=shown.version)
        else:
            services.reject(pages[0], reason="profile", by=recruiters[0], version=shown.version)

    assert at_once(2, deed) == {"done": 1, "Stale": 1}


def test_without_compare_and_set_both_decisions_are_taken_and_told(recruiters):
    application = factories.application(state=ApplicationState.INTERVIEWED)

    def write(place):
        to = ApplicationState.ADMITTED if place else ApplicationState.REJECTED
        workflow.record(application, to, by=recruiters[place], before=ApplicationState.INTERVIEWED)

    believed = naive(
        2,
        read=lambda place: Application.objects.get(pk=application.pk).state == ApplicationState.INTERVIEWED,
        write=write,
    )
    assert believed == 2
    assert JournalEntry.objects.filter(subject=workflow.ref(application)).count() == 2


def test_confirming_ten_times_at_once_enrols_once():
    application = factories.application(state=ApplicationState.ADMITTED)

    def deed(place):
        services.confirm(Application.objects.get(pk=application.pk), by=application.candidate)

    outcomes = at_once(10, deed)

    assert outcomes["done"] == 1
    assert Enrolment.objects.filter(application=application).count() == 1
    assert OutgoingMessage.objects.count() == 1


def test_fifty_people_put_on_the_waiting_list_at_once_have_fifty_ranks(recruiters):
    cohort, applications = _cohort(places_left=0, capacity=1)

    assert at_once(THREADS, lambda place: services.waitlist(applications[place], by=recruiters[0])) == {"done": THREADS}

    ranks = cohort.applications.filter(state=ApplicationState.WAITLISTED).values_list("waiting_rank", flat=True)
    assert sorted(ranks) == list(range(1, THREADS + 1))


def test_without_queueing_everybody_on_the_waiting_list_has_the_same_rank():
    cohort, applications = _cohort(places_left=0, capacity=1)
    naive(
        THREADS,
        read=lambda place: not cohort.applications.filter(waiting_rank__isnull=False).exists(),
        write=lambda place: Application.objects.filter(pk=applications[place].pk).update(waiting_rank=1),
    )
    assert cohort.applications.filter(waiting_rank=1).count() > 1


@pytest.mark.parametrize("capacity", [1, 10])
def test_a_slot_holds_what_it_holds_though_fifty_book_it(capacity, recruiters):
    slot, applications = _slot(capacity, recruiters[0])

    outcomes = at_once(THREADS, lambda place: _book(slot, applications[place]))

    assert outcomes == {"done": capacity, "Refused": THREADS - capacity}
    assert slot.bookings.exclude(state=BookingState.CANCELLED).count() == capacity


@pytest.mark.parametrize("capacity", [1, 10])
def test_without_the_law_of_the_slot_more_sit_than_there_are_chairs(capacity, recruiters):
    slot, applications = _slot(capacity, recruiters[0])
    with without_trigger("cohorts_booking", "a_slot_holds_its_capacity"):
        naive(
            THREADS,
            read=lambda place: slot.bookings.count() < capacity,
            write=lambda place: _book(slot, applications[place]),
        )
    assert slot.bookings.count() > capacity


def _slot(capacity, by):
    cohort = factories.cohort()
    slot = Slot.objects.create(
        cohort=cohort, starts_at=clock.now(), place="12 rue fictive", capacity=capacity, held_by=by
    )
    return slot, [factories.application(cohort) for _ in range(THREADS)]


def _book(slot, application):
    with workflow.refusing({"a_slot_holds_its_capacity": "full"}):
        Booking.objects.create(slot=slot, application=application)


def test_a_version_goes_up_once_for_each_change_though_many_change_it(recruiters):
    application = factories.application(state=ApplicationState.SUBMITTED)

    def deed(place):
        workflow.edit(
            Application.objects.get(pk=application.pk), by=recruiters[0], version=1, supported_by=f"Mission {place}"
        )

    assert at_once(10, deed) == {"done": 1, "Stale": 9}
    application.refresh_from_db()
    assert application.version == 2


def test_without_the_version_the_last_writer_wins_in_silence():
    application = factories.application(state=ApplicationState.SUBMITTED)

    def write(place):
        Application.objects.filter(pk=application.pk).update(supported_by=str(place), version=F("version") + 1)

    believed = naive(10, read=lambda place: Application.objects.get(pk=application.pk).version == 1, write=write)
    assert believed == 10


def test_two_closed_files_of_one_person_opened_again_at_once_are_one_live_application(recruiters):
    person = factories.candidate()
    here, there = factories.cohort("lyon"), factories.cohort("paris")
    first = factories.application(here, state=ApplicationState.REJECTED, of=person, left_from="interviewed")
    second = factories.application(there, state=ApplicationState.REJECTED, of=person, left_from="interviewed")
    pair = [first, second]

    outcomes = at_once(2, lambda place: services.reopen(pair[place], reason="Erreur de dossier.", by=recruiters[0]))

    assert outcomes == {"done": 1, "Refused": 1}
    assert Application.objects.live().filter(candidate=person).count() == 1
    assert not Application.objects.filter(candidate=person, state__in=HOLDING).exists()

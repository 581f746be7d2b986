"""Files change zone and intake at the same moment: places hold, ranks differ, a person goes on once."""

from datetime import timedelta

import pytest

from cohorts import services
from cohorts.models import Application
from cohorts.states import LIVE, ApplicationState
from partnership import clock
from partnership.models import OutgoingMessage
from partnership.states import Role
from placements import services as places
from placements.models import Placement
from tests import factories

from .crowd import at_once, naive, without_trigger

THREADS = 20


@pytest.fixture
def recruiter():
    return factories.user(Role.RECRUITER)


def _fetched(application):
    return Application.objects.get(pk=application.pk)


@pytest.mark.parametrize("left", [1, 5])
def test_offers_that_come_from_elsewhere_fill_exactly_the_places_left(left, recruiter):
    lyon = factories.cohort("lyon", capacity=2 * THREADS)
    paris = factories.cohort("paris", of=lyon.intake, capacity=left)
    offers = [
        factories.application(lyon, state=ApplicationState.ADMITTED, decided_by=recruiter) for _ in range(THREADS)
    ]

    outcomes = at_once(THREADS, lambda place: services.transfer(_fetched(offers[place]), cohort=paris, by=recruiter))

    assert outcomes == {"done": left, "Refused": THREADS - left}
    assert paris.applications.holding().count() == left
    assert lyon.applications.holding().count() == THREADS - left
    assert OutgoingMessage.objects.count() == left


def test_without_the_law_of_the_places_too_many_offers_arrive(recruiter):
    lyon = factories.cohort("lyon", capacity=2 * THREADS)
    paris = factories.cohort("paris", of=lyon.intake, capacity=1)
    offers = [
        factories.application(lyon, state=ApplicationState.ADMITTED, decided_by=recruiter) for _ in range(THREADS)
    ]
    with without_trigger("cohorts_application", "offers_never_exceed_the_places"):
        naive(
            THREADS,
            read=lambda place: not paris.applications.holding().exists(),
            write=lambda place: Application.objects.filter(pk=offers[place].pk).update(cohort=paris),
        )
    assert paris.applications.holding().count() > 1


def test_people_who_wait_and_arrive_at_once_have_each_a_rank(recruiter):
    lyon = factories.cohort("lyon")
    paris = factories.cohort("paris", of=lyon.intake)
    waiting = [
        factories.application(lyon, state=ApplicationState.WAITLISTED, decided_by=recruiter, waiting_rank=rank + 1)
        for rank in range(THREADS)
    ]

    assert at_once(THREADS, lambda place: services.transfer(_fetched(waiting[place]), cohort=paris, by=recruiter)) == {
        "done": THREADS
    }

    assert sorted(paris.applications.values_list("waiting_rank", flat=True)) == list(range(1, THREADS + 1))


def test_a_file_postponed_by_two_at_once_goes_on_once(recruiter):
    lyon = factories.cohort("lyon")
    later = factories.cohort(
        "lyon", of=factories.intake(lyon.intake.programme, starts_on=clock.today() + timedelta(days=455))
    )
    application = factories.application(lyon)
    pages = [_fetched(application) for _ in range(2)]

    outcomes = at_once(
        2, lambda place: services.postpone(pages[place], cohort=later, by=recruiter, version=application.version)
    )

    assert outcomes == {"done": 1, "Stale": 1}
    assert later.applications.count() == 1
    assert OutgoingMessage.objects.count() == 1


def test_two_files_of_one_person_postponed_to_one_intake_are_one_live_file(recruiter):
    person, lyon = factories.candidate(), factories.cohort("lyon")
    today = clock.today()
    sooner = factories.cohort("lyon", of=factories.intake(lyon.intake.programme, starts_on=today + timedelta(days=200)))
    later = factories.cohort("lyon", of=factories.intake(lyon.intake.programme, starts_on=today + timedelta(days=455)))
    files = [factories.application(cohort, of=person) for cohort in (lyon, sooner)]

    outcomes = at_once(2, lambda place: services.postpone(_fetched(files[place]), cohort=later, by=recruiter))

    assert outcomes == {"done": 1, "Refused": 1}
    assert Application.objects.filter(candidate=person, intake=later.intake, state__in=LIVE).count() == 1


def test_a_student_placed_and_transferred_at_once_is_never_outside_their_zones(recruiter):
    lyon = factories.cohort("lyon")
    paris = factories.cohort("paris", of=lyon.intake)
    lead = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=lyon.zone)
    students = [factories.enrolment(lyon) for _ in range(THREADS // 2)]
    site = factories.site("lyon")
    for _student in students:
        factories.seat(site, of=lyon.intake, by=lead)

    def deed(place):
        student = students[place // 2]
        if place % 2:
            places.propose(type(student).objects.get(pk=student.pk), site=site, by=lead)
        else:
            services.transfer(_fetched(student.application), cohort=paris, by=recruiter)

    outcomes = at_once(THREADS, deed)

    # Of the two moves of a student one is done; that none is outside their zones is one of the promises.
    assert outcomes == {"done": THREADS // 2, "Refused": THREADS // 2}
    moved = Application.objects.filter(cohort=paris).count()
    assert Placement.objects.live().count() == THREADS // 2 - moved

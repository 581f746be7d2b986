"""A host says how many places it has while leads place students on them, and while somebody else records its answer."""

import pytest
from django.db.models import F

from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage
from partnership.states import Channel, Role
from placements import services
from placements.models import HostPledge, Placement, Seat
from placements.states import PledgeAnswer
from tests import factories

from .crowd import at_once, naive, without_trigger

THREADS = 50


@pytest.fixture
def lead():
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"))


@pytest.fixture
def site(lead):
    return factories.site()


def _open(site) -> int:
    return Seat.objects.open().filter(site=site).count()


@pytest.mark.parametrize("announced", [0, 5])
def test_a_pledge_lowered_while_leads_place_never_closes_a_place_under_a_student(site, lead, announced):
    cohort = factories.cohort(capacity=THREADS)
    students = [factories.enrolment(cohort) for _number in range(THREADS - 1)]
    services.open_seats(site, cohort.intake, number=20, by=lead)
    answer = PledgeAnswer.YES if announced else PledgeAnswer.NO

    def deed(place):
        if place == 0:
            services.pledge(site, cohort.intake, answer=answer, places_sure=announced, by=site, channel=Channel.LINK)
        else:
            services.propose(students[place - 1], site=site, by=lead)

    outcomes = at_once(THREADS, deed)

    placed = Placement.objects.live().count()
    assert outcomes == {"done": placed + 1, "Refused": THREADS - 1 - placed}
    assert not Placement.objects.live().filter(seat__closed_at__isnull=False).exists()
    assert _open(site) == max(announced, placed)
    assert HostPledge.objects.get().places_sure == announced


def test_without_waiting_for_each_other_a_lowered_pledge_closes_a_place_under_a_student(site, lead):
    cohort = factories.cohort(capacity=2)
    student = factories.enrolment(cohort)
    (seat,) = services.open_seats(site, cohort.intake, number=1, by=lead)

    def write(place):
        if place:
            Seat.objects.filter(pk=seat.pk).update(closed_at=clock.now(), closed_by=lead)
        else:
            said = {"proposed_at": clock.now(), "proposed_by": lead}
            Placement.objects.create(enrolment=student, seat=seat, **said)

    with without_trigger("placements_placement", "a_placement_fits_its_student"):
        naive(2, read=lambda place: Seat.objects.free().filter(pk=seat.pk).exists(), write=write)
    assert Placement.objects.live().filter(seat__closed_at__isnull=False).exists()


def test_answers_by_link_and_by_telephone_from_one_page_are_one(site, lead):
    intake = factories.intake()

    def answer(place):
        by, channel = (site, Channel.LINK) if place % 2 else (lead, Channel.PHONE)
        services.pledge(site, intake, answer=PledgeAnswer.YES, places_sure=place + 1, by=by, channel=channel, version=0)

    outcomes = at_once(THREADS, answer)

    assert outcomes == {"done": 1, "Stale": THREADS - 1}
    pledge = HostPledge.objects.get()
    assert (pledge.version, pledge.places_sure) == (1, _open(site))
    assert JournalEntry.objects.filter(after=PledgeAnswer.YES).count() == 1
    told = OutgoingMessage.objects.filter(template="placements/host_answered_places").count()
    assert told == (pledge.heard_through == Channel.LINK)


def test_answers_that_follow_each_other_leave_the_places_of_the_last(site, lead):
    intake = factories.intake()

    def answer(place):
        services.pledge(site, intake, answer=PledgeAnswer.YES, places_sure=1 + place % 7, by=lead)

    assert at_once(THREADS, answer) == {"done": THREADS}
    pledge = HostPledge.objects.get()
    assert (pledge.version, pledge.places_sure) == (THREADS, _open(site))


def test_without_the_lock_of_the_site_more_places_are_open_than_announced(site, lead):
    intake = factories.intake()
    HostPledge.objects.create(site=site, intake=intake, answered_at=clock.now())

    def write(place):
        said = {"opened_at": clock.now(), "opened_by": lead}
        Seat.objects.create(site=site, intake=intake, **said)
        HostPledge.objects.update(places_sure=1, version=F("version") + 1)

    believed = naive(THREADS, read=lambda place: not _open(site), write=write)
    assert _open(site) == believed > HostPledge.objects.get().places_sure


def test_one_tap_of_fifty_opens_one_place(site, lead):
    intake = factories.intake()
    outcomes = at_once(THREADS, lambda place: services.open_seats(site, intake, number=1, by=lead, shown=0))
    assert outcomes == {"done": 1, "Stale": THREADS - 1}
    assert _open(site) == HostPledge.objects.get().places_sure == 1


def test_a_student_who_goes_while_the_host_says_no_leaves_no_free_place(site, lead):
    cohort = factories.cohort(capacity=10)
    services.open_seats(site, cohort.intake, number=10, by=lead)
    placed = [services.propose(factories.enrolment(cohort), site=site, by=lead) for _number in range(10)]

    def deed(place):
        if place == 0:
            services.pledge(site, cohort.intake, answer=PledgeAnswer.NO, by=lead)
        else:
            services.cancel(Placement.objects.get(pk=placed[place - 1].pk), by=lead, reason="Essai.")

    assert at_once(11, deed) == {"done": 11}
    assert _open(site) == 0

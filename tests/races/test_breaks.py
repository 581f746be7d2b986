"""A break, its undoing and a new place for the same student at the same moment; and one free place for two changes."""

from datetime import timedelta

import pytest

from partnership import clock
from partnership.models import OutgoingMessage
from partnership.states import Role
from placements import services
from placements.models import Placement, Seat
from placements.states import BreakCause, PlacementState
from tests import factories

from .crowd import at_once, naive, without_index

S = PlacementState


@pytest.fixture
def lead():
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"))


def _begun(lead, *, cohort=None, company=None) -> Placement:
    """Somebody at a host, with the letters and the journal that got them there."""
    cohort = cohort or factories.cohort(capacity=60, of=factories.intake(starts_on=clock.today() - timedelta(days=5)))
    site = factories.site(company=company) if company else factories.site()
    factories.seat(site, of=cohort.intake, by=lead)
    placement = services.propose(factories.enrolment(cohort), site=site, by=lead)
    services.accept(placement, by=site)
    services.start(placement, on=clock.today(), by=lead)
    return placement


def _fresh(placement) -> Placement:
    return Placement.objects.select_related("seat__site__company", "proposed_by").get(pk=placement.pk)


def _break(placement, lead, *, reopen=True):
    services.break_off(_fresh(placement), cause=BreakCause.AGREEMENT, on=clock.today(), reopen=reopen, by=lead)


def test_twenty_who_break_off_at_once_are_one_break_with_three_letters(lead):
    placement = _begun(lead)
    outcomes = at_once(20, lambda place: _break(placement, lead, reopen=bool(place % 2)))
    assert outcomes["done"] == 1
    assert OutgoingMessage.objects.filter(template__startswith="placements/break_told").count() == 3
    assert Seat.objects.get(pk=placement.seat_id).placements.filter(state=S.BROKEN).count() == 1


def test_a_break_that_meets_a_new_place_leaves_the_student_on_one(lead):
    placement = _begun(lead)
    other = factories.seat(of=placement.seat.intake, by=lead)

    def deed(place):
        if place:
            services.propose(placement.enrolment, site=other.site, by=lead)
        else:
            _break(placement, lead)

    outcomes = at_once(2, deed)
    assert outcomes["done"] >= 1
    assert Placement.objects.live().filter(enrolment=placement.enrolment).count() <= 1
    assert Placement.objects.get(pk=placement.pk).state == S.BROKEN


@pytest.mark.parametrize("reopen", [True, False])
def test_undoing_a_break_while_the_student_is_placed_again_does_one_of_both(lead, reopen):
    placement = _begun(lead)
    other = factories.seat(of=placement.seat.intake, by=lead)
    _break(placement, lead, reopen=reopen)

    def deed(place):
        if place:
            services.propose(placement.enrolment, site=other.site, by=lead)
        else:
            services.undo_break(_fresh(placement), by=lead)

    assert at_once(2, deed) == {"done": 1, "Refused": 1}
    assert Placement.objects.live().filter(enrolment=placement.enrolment).count() == 1


def test_without_the_law_of_the_student_a_break_is_undone_beside_a_new_place(lead):
    placement = _begun(lead)
    other = factories.seat(of=placement.seat.intake, by=lead)
    _break(placement, lead)

    def write(place):
        if place:
            Placement.objects.create(
                enrolment=placement.enrolment, seat=other, proposed_at=clock.now(), proposed_by=lead
            )
        else:
            Placement.objects.filter(pk=placement.pk).update(
                state=S.ACTIVE, ended_on=None, ended_at=None, ended_by=None, break_cause=""
            )

    with without_index("placements_placement", "one_live_placement_per_student"):
        naive(
            2,
            read=lambda place: not Placement.objects.live().filter(enrolment=placement.enrolment).exists(),
            write=write,
        )
        assert Placement.objects.live().filter(enrolment=placement.enrolment).count() == 2


def test_two_who_change_to_the_last_place_of_a_site_get_it_once(lead):
    first = _begun(lead)
    cohort, company = first.enrolment.application.cohort, first.seat.site.company
    second = _begun(lead, cohort=cohort, company=company)
    site = factories.site(company=company)
    seat = factories.seat(site, of=cohort.intake, by=lead)

    outcomes = at_once(
        2,
        lambda place: services.amend(
            _fresh((first, second)[place]), site=site, tutor=None, from_on=clock.today(), by=lead
        ),
    )
    assert outcomes == {"done": 1, "Refused": 1}
    assert Placement.objects.live().filter(seat=seat).count() == 1


def test_a_change_to_a_place_that_somebody_is_proposed_for_takes_it_or_not(lead):
    first = _begun(lead)
    cohort, company = first.enrolment.application.cohort, first.seat.site.company
    site = factories.site(company=company)
    seat = factories.seat(site, of=cohort.intake, by=lead)
    waits = factories.enrolment(cohort)

    def deed(place):
        if place:
            services.propose(waits, site=site, by=lead)
        else:
            services.amend(_fresh(first), site=site, tutor=None, from_on=clock.today(), by=lead)

    assert at_once(2, deed) == {"done": 1, "Refused": 1}
    assert Placement.objects.live().filter(seat=seat).count() == 1


def test_a_host_who_answers_as_the_proposal_lapses_is_heard_or_not(lead):
    seat = factories.seat(by=lead)
    placement = services.propose(factories.enrolment(factories.cohort(of=seat.intake)), site=seat.site, by=lead)

    def deed(place):
        mine = _fresh(placement)
        if place:
            services.lapse(mine, by=lead)
        else:
            services.accept(mine, by=mine.seat.site)

    outcomes = at_once(2, deed)
    assert outcomes["done"] == 1
    placement.refresh_from_db()
    assert placement.state in (S.ACCEPTED, S.LAPSED)

"""Many accept lines of proposals at once: a student gets one place, a place one student, the others a sentence."""

import pytest

from partnership import clock, jobs
from partnership.models import JournalEntry, OutgoingMessage
from partnership.states import Role
from partnership.workflow import Refused
from placements import services
from placements.board.problem import problem_of
from placements.matching.stored import as_data
from placements.models import Placement, ProposalRun, Seat
from placements.services.placements import FULL, REFUSALS
from placements.states import PlacementState
from tests import factories

from .crowd import at_once, naive, without_index

THREADS = 50
# As many at each of two sites: whoever has tried so many times in vain has met a full site.
SEATS = 3


@pytest.fixture
def lead():
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone("lyon"))


@pytest.fixture
def cohort():
    return factories.cohort(capacity=THREADS)


@pytest.fixture
def sites(cohort, lead):
    made = [factories.site(), factories.site()]
    for site in made:
        for _number in range(SEATS):
            factories.seat(site, of=cohort.intake, by=lead)
    return made


@pytest.fixture
def proposal(cohort, sites, lead):
    """Have a proposal made; some pairs are ruled out."""

    def made(exclusions=()):
        run = services.ask_for_proposal(cohort.intake, cohort.zone, by=lead)
        problem = problem_of(cohort.intake, cohort.zone, exclusions=exclusions)
        ProposalRun.objects.filter(pk=run.pk).update(inputs=as_data(problem))
        jobs.run_slice(str(run.job_id))
        run.refresh_from_db()
        assert run.placed == 2 * SEATS
        return run

    return made


@pytest.fixture
def lines(cohort, proposal):
    """Every line of two proposals for the same students and places: the one puts each where the other does not."""
    for _number in range(2 * SEATS):
        factories.enrolment(cohort)
    one = proposal()
    other = proposal([(line.student, line.site) for line in services.plan_of(one).lines])
    found = [(run, line.student, line.site) for run in (one, other) for line in services.plan_of(run).lines]
    assert len({(student, site) for _run, student, site in found}) == len(found) == 4 * SEATS
    return found


class Acceptance:
    """Lines that are accepted in turn, each as a request of its own would, and what the refused were told."""

    def __init__(self, lines, lead):
        self.lines, self.lead, self.told = lines, lead, []

    def __call__(self, place):
        run, student, _site = self.lines[place % len(self.lines)]
        try:
            services.accept_line(ProposalRun.objects.get(pk=run.pk), student=student, by=self.lead)
        except Refused as refusal:
            self.told.append(refusal.reason)
            raise


def _placed():
    return list(Placement.objects.live().select_related("seat"))


def _is_lawful(lines) -> bool:
    """Whether each student and each place is taken once, by a line of the proposal that the placement names."""
    placed = _placed()
    of_lines = {(str(run.pk), student, site) for run, student, site in lines}
    taken = [(str(one.proposal_id), str(one.enrolment_id), str(one.seat.site_id)) for one in placed]
    return (
        len({one.enrolment_id for one in placed}) == len({one.seat_id for one in placed}) == len(placed)
        and set(taken) <= of_lines
    )


def test_lines_of_one_proposal_that_many_accept_are_placed_once_each(lines, lead):
    mine = lines[: 2 * SEATS]
    accept = Acceptance(mine, lead)

    outcomes = at_once(THREADS, accept)

    assert outcomes == {"done": len(mine), "Refused": THREADS - len(mine)}
    assert _is_lawful(mine) and len(_placed()) == len(mine)
    # Whoever comes second meets their student placed, or the places gone with them.
    assert len(accept.told) == THREADS - len(mine)
    assert set(accept.told) <= {str(FULL), str(REFUSALS["one_live_placement_per_student"])}
    assert JournalEntry.objects.filter(after=PlacementState.PROPOSED).count() == len(mine)
    assert OutgoingMessage.objects.count() == len(mine)


def test_of_two_proposals_about_the_same_students_and_places_each_is_taken_once(lines, lead):
    accept = Acceptance(lines, lead)

    outcomes = at_once(THREADS, accept)

    # Whoever is refused at both sites has met both full: nobody stays without a place.
    assert outcomes == {"done": 2 * SEATS, "Refused": THREADS - 2 * SEATS}
    assert _is_lawful(lines)
    assert set(Placement.objects.live().values_list("seat", flat=True)) == set(
        Seat.objects.values_list("pk", flat=True)
    )
    assert len(accept.told) == THREADS - 2 * SEATS
    assert set(accept.told) <= {str(FULL), str(REFUSALS["one_live_placement_per_student"])}
    assert JournalEntry.objects.filter(after=PlacementState.PROPOSED).count() == 2 * SEATS
    assert OutgoingMessage.objects.count() == 2 * SEATS


def test_without_the_laws_of_student_and_place_two_proposals_place_the_same_ones_twice(lines, lead):
    def free(place):
        _run, student, site = lines[place % len(lines)]
        has_place = Placement.objects.live().filter(enrolment=student).exists()
        return not has_place and Seat.objects.free().filter(site=site).exists()

    def sit(place):
        run, student, site = lines[place % len(lines)]
        seat = Seat.objects.filter(site=site).order_by("pk").first()
        said = {"proposed_at": clock.now(), "proposed_by": lead, "proposal": run}
        Placement.objects.create(enrolment_id=student, seat=seat, **said)

    laws = ("one_live_placement_per_student", "one_live_placement_per_seat")
    with without_index("placements_placement", *laws):
        believed = naive(THREADS, read=free, write=sit)
        assert len(_placed()) == believed > 2 * SEATS
        assert not _is_lawful(lines)

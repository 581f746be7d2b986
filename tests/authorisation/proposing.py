"""What is proposed in each zone: one proposal that was made, and what a lead may ask of it."""

from cohorts.models import Cohort, Enrolment
from partnership import jobs
from placements import services as places
from placements.board.problem import problem_of
from placements.matching.stored import as_data
from placements.models import ProposalRun

from .world import LYON, LYON_LEAD, PARIS_LEAD, World


def propose_best(world: World, zone: str, cohort: Cohort) -> None:
    """A proposal for whoever has no place yet, computed once; and how far somebody goes."""
    lead = world.people[LYON_LEAD if zone == LYON else PARIS_LEAD]
    run = places.ask_for_proposal(cohort.intake, cohort.zone, by=lead)
    student, site = (str(world.things[what, zone]["pk"]) for what in ("student", "site"))
    # Several press for the same place: settled, so that the table knows who has it.
    problem = problem_of(cohort.intake, cohort.zone, pins=[(student, site)])
    ProposalRun.objects.filter(pk=run.pk).update(inputs=as_data(problem))
    jobs.run_slice(str(run.job_id))
    run.refresh_from_db()
    assert (student, site) in {(line.student, line.site) for line in places.plan_of(run).lines}
    placed = Enrolment.objects.get(pk=world.things["placed student", zone]["pk"])
    places.say_mobility(placed, near_km=20, far_km=None, wishes=[], by=lead, version=0)
    world.things["proposal run", zone] = {"pk": run.pk}
    far = {"near_km": "15", "far_km": "", "wish_1": site, "wish_2": "", "wish_3": "", "version": "0"}
    world.answers |= {
        ("placements:proposal_list", zone): {"intake": str(cohort.intake_id)},
        ("placements:proposal_accept", zone): {"line": [student]},
        ("placements:proposal_what_if", zone): {"what": "exclude", "student": student, "site": site},
        ("placements:mobility_edit", zone): far,
    }

"""Proposals for a demonstration: one that is made, one with something changed, one that still waits."""

from cohorts.models import Cohort
from partnership import jobs
from partnership.models import User
from placements import services as places
from placements.models import ProposalRun


def worked(run: ProposalRun) -> ProposalRun:
    """A proposal whose task has been done, here and now."""
    jobs.run_slice(str(run.job_id))
    run.refresh_from_db()
    assert run.made_at is not None, run.job.errors
    return run


def proposals(cohort: Cohort, *, by: User) -> dict[str, ProposalRun]:
    """By what the page of each shows."""
    asked = {"by": by}
    made = worked(places.ask_for_proposal(cohort.intake, cohort.zone, **asked))
    prices = places.plan_of(made).prices
    dearest = max(sorted(prices), key=lambda site: prices[site].students)
    changed = worked(places.ask_what_if(made, what="one_more", site=dearest, **asked))
    return {"made": made, "what if": changed, "waiting": places.ask_for_proposal(cohort.intake, cohort.zone, **asked)}

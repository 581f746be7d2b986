"""Proposals: asked for, computed by the worker, looked at under « what if », accepted line by line, computed again."""

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, JSONField, QuerySet, TextField, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Enrolment, Intake
from partnership import clock, jobs
from partnership.models import Job, User, Zone
from partnership.workflow import Refused, Stale, record

from ..board import problem as rows
from ..matching.answer import plan_from_data
from ..matching.pairs import broken_by_rules
from ..matching.plan import Plan
from ..matching.problem import HOST, Pair, Problem, changed
from ..matching.rules import Rule
from ..matching.stored import as_data, from_data
from ..models import MOST_WISHES, HostSite, Mobility, Placement, ProposalRun, ProposalRunQuerySet, Wish
from ..states import WishSide
from .placements import REFUSALS, propose
from .tutors import assign_tutor, why_not_eligible

KIND, REPLAY = "proposal", "proposal_replay"
# The solver's own program: 500,000 students took it 42 s (matching.md); ten times that is a mistake.
MOST_SECONDS = 420
# Gathered, solved, written: what the page of a run shows of its progress.
STEPS = 3
CHANGES = ("pin", "unpin", "exclude", "allow", "one_more")
_GONE = gettext_lazy("What this proposal was computed from is no longer kept: ask for a new one.")


class NoAnswer(RuntimeError):
    """The solver's program gave no plan."""


# -- asked ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_proposal(
    intake: Intake, zone: Zone | None, *, by: User, with_visitors: bool = False, like: ProposalRun | None = None
) -> ProposalRun:
    """Have the best assignment of an intake's students computed, in one zone or in all; nothing is placed by it.

    `like` is a proposal whose pins and exclusions are kept.
    """
    if not intake.programme.is_hosted:
        raise Refused(_("This course needs no host: its students have their employer."))
    change = {"with_visitors": with_visitors}
    return _ask(intake, zone, by=by, change=change, based_on=like)


@transaction.atomic
def ask_what_if(run: ProposalRun, *, by: User, what: str, student: str = "", site: str = "") -> ProposalRun:
    """The same proposal with one thing changed: a pair pinned or excluded, or taken back, or one place more."""
    if what not in CHANGES:
        raise Refused(_("Choose what is to be changed."))
    problem = problem_of_run(run)
    people, places = {one.key for one in problem.students}, {one.key for one in problem.sites}
    needs_student, needs_site = what != "one_more", what != "unpin"
    if (needs_student and student not in people) or (needs_site and site not in places):
        raise Refused(_("That student or that site is not in this proposal."))
    change = {"what": what, "student": student, "site": site}
    return _ask(run.intake, run.zone, by=by, change=change, based_on=run)


def _ask(
    intake: Intake, zone: Zone | None, *, by: User, change: dict[str, Any], based_on: ProposalRun | None
) -> ProposalRun:
    run = ProposalRun.objects.create(
        intake=intake, zone=zone, asked_at=clock.now(), asked_by=by, based_on=based_on, change=change
    )
    run.job = jobs.start(KIND, by=by, run=str(run.pk))
    run.save(update_fields=["job"])
    record(run, "asked", by=by)
    return run


# -- computed by the worker -------------------------------------------------------------------------------------------


def proposal_step(job: Job) -> bool:
    """One of: read the rows, solve, write; each is kept, so that a worker that dies loses one step."""
    run = ProposalRun.objects.select_related("intake__programme", "zone", "based_on").get(pk=job.parameters["run"])
    job.total = STEPS
    if run.inputs is None:
        run.inputs = as_data(_gathered(run))
        run.save(update_fields=["inputs"])
        job.done = 1
        return False
    if run.made_at is None:
        answer = solved(run.inputs)
        problem, plan = from_data(run.inputs), plan_from_data(answer["plan"])
        kept = ProposalRun.objects.filter(pk=run.pk, inputs__isnull=False).update(
            plan=answer,
            made_at=clock.now(),
            students=len(problem.students),
            places=sum(site.seats for site in problem.sites),
            placed=len(plan.lines),
        )
        if not kept:
            # Somebody in it was erased while it was being solved: what it says of them is not written down again.
            raise Refused(_GONE)
    job.done = STEPS
    return True


def _gathered(run: ProposalRun) -> Problem:
    """What is to be solved: today's rows, or what the proposal it is based on was computed from, changed."""
    change, before = run.change, run.based_on
    if "what" in change:
        if before is None or before.inputs is None or "student" not in change:
            raise Refused(_GONE)
        return what_if(from_data(before.inputs), change)
    problem = rows.problem_of(
        run.intake,
        run.zone,
        with_visitors=change.get("with_visitors", False),
        pins=from_data(before.inputs).pins if before and before.inputs else (),
        exclusions=from_data(before.inputs).exclusions if before and before.inputs else (),
        keep=_kept(run),
    )
    return problem


def what_if(problem: Problem, change: dict[str, Any]) -> Problem:
    """A problem with one thing changed."""
    pair = change["student"], change["site"]
    values: dict[str, Any] = {
        "pin": {"pin": pair},
        "exclude": {"exclude": pair},
        "allow": {"allow": pair},
        "unpin": {"unpin": change["student"]},
        "one_more": {"one_more": change["site"]},
    }[change["what"]]
    return changed(problem, **values)


def _kept(run: ProposalRun) -> list[Pair]:
    """The lines of the last proposal of which a line was accepted: whoever stays where they were told stays sure."""
    last = (
        ProposalRun.objects.filter(intake=run.intake, zone=run.zone, plan__isnull=False, placements__isnull=False)
        .order_by("-made_at")
        .first()
    )
    return [(line.student, line.site) for line in plan_of(last).lines] if last is not None else []


def solved(inputs: dict[str, Any]) -> dict[str, Any]:
    """The solver's answer to stored inputs, from a program of its own: its libraries weigh on no other process.

    Raises NoAnswer where it gives none.
    """
    done = subprocess.run(
        [sys.executable, "-m", "placements.matching"],
        input=json.dumps(inputs).encode(),
        capture_output=True,
        cwd=settings.BASE_DIR,
        timeout=MOST_SECONDS,
        check=False,
    )
    if done.returncode:
        # Its last line names the mistake; what it was given may name people's whereabouts, and is not repeated.
        raise NoAnswer(done.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200])
    return json.loads(done.stdout)


# -- read -------------------------------------------------------------------------------------------------------------


def plan_of(run: ProposalRun) -> Plan:
    """The plan of a proposal that has been made; Refused once it is no longer kept."""
    if run.plan is None:
        raise Refused(_GONE)
    return plan_from_data(run.plan["plan"])


def problem_of_run(run: ProposalRun) -> Problem:
    """What a proposal was computed from; Refused once it is no longer kept."""
    if run.inputs is None:
        raise Refused(_GONE)
    return from_data(run.inputs)


# -- accepted, line by line -------------------------------------------------------------------------------------------


@transaction.atomic
def accept_line(run: ProposalRun, *, student: str, by: User) -> Placement:
    """Place a student where a proposal says; every rule is checked again, with what is known now.

    Refused, in a sentence, for what no longer holds: the student has a place, the site is full, the host has taken its
    word back, hours or languages have changed.
    """
    line = next((line for line in plan_of(run).lines if line.student == student), None)
    if line is None:
        raise Refused(_("That student is not placed by this proposal."))
    enrolment = rows.read_for_matching(Enrolment.objects.filter(pk=student)).get()
    site = HostSite.objects.select_related("company", "zone").get(pk=line.site)
    if broken := broken_now(enrolment, site):
        raise Refused(refusal_of(broken))
    placement = propose(enrolment, site=site, by=by)
    Placement.objects.filter(pk=placement.pk).update(proposal=run)
    placement.proposal = run
    if line.tutor is not None:
        tutor = site.tutors.filter(pk=line.tutor, left_at__isnull=True).first()
        # Of whom too little is known, the lead is asked later: the student has their place meanwhile.
        if tutor is not None and not why_not_eligible(tutor, placement=placement, contract_kind=""):
            assign_tutor(placement, tutor=tutor, contract_kind="", by=by)
    return placement


def broken_now(enrolment: Enrolment, site: HostSite) -> Rule:
    """Which hard rules keep a student from a site today; whether a place is free is asked as it is taken."""
    sites, tutors = rows.sites_of(enrolment.application.intake, site.zone)
    here = next(one for one in sites if one.key == str(site.pk))
    found = broken_by_rules(rows.student_of(enrolment), here, rows.weights_today())
    if here.who_chooses == HOST:
        found |= Rule.HOST_CHOOSES
    if here.tutors and not any(tutor.is_eligible for tutor in tutors if tutor.key in here.tutors):
        found |= Rule.TUTOR
    return found


_REFUSALS = {
    Rule.ZONE: REFUSALS["a_placement_stays_in_the_zones_of_the_student"],
    Rule.DATES: gettext_lazy("The places of this site are for another intake than the student’s."),
    Rule.DISTANCE: gettext_lazy("It is farther than the student said they go."),
    Rule.LANGUAGES: gettext_lazy("The site needs a language that the student does not speak."),
    Rule.HOURS: gettext_lazy("The site’s hours and the student’s have too little in common."),
    Rule.MINOR: gettext_lazy(
        "The student is a minor: the site has too few hours that a minor may work (Labour code, L3162-1 to L3164-5)."
    ),
    Rule.EXCLUDED: gettext_lazy("You ruled this site out for the student: allow it again first."),
    Rule.STALE: gettext_lazy("The host has not confirmed its places for ninety days: ask it first."),
    Rule.TUTOR: gettext_lazy("No tutor of this site may train the student: record another one first."),
    Rule.HOST_CHOOSES: gettext_lazy("The host chooses its students by itself: present this one to it."),
}


def refusal_of(broken: Rule) -> str:
    """The rules that keep a student from a site, in sentences."""
    return " ".join(str(sentence) for rule, sentence in _REFUSALS.items() if rule in broken)


# -- computed again ---------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_replay(run: ProposalRun, *, by: User) -> Job:
    """Have a proposal computed again from its stored inputs, by the worker; Refused once they are no longer kept."""
    if run.inputs is None or run.plan is None:
        raise Refused(_GONE)
    record(run, "replay_asked", by=by)
    return jobs.start(REPLAY, by=by, run=str(run.pk))


def replay_step(job: Job) -> bool:
    """Compute a proposal again and keep whether the answer was the same; nothing else of it changes."""
    run = ProposalRun.objects.get(pk=job.parameters["run"])
    job.total = job.done = 1
    if run.inputs is None or run.plan is None:
        raise NoAnswer("no inputs")
    is_same = solved(run.inputs)["fingerprint"] == run.plan["fingerprint"]
    ProposalRun.objects.filter(pk=run.pk).update(replayed_at=clock.now(), replayed_same=is_same)
    return True


# -- wishes and mobility ----------------------------------------------------------------------------------------------


@transaction.atomic
def say_mobility(
    enrolment: Enrolment,
    *,
    near_km: int | None,
    far_km: int | None,
    wishes: Iterable[HostSite],
    by: User,
    version: int,
    among: QuerySet[HostSite] | None = None,
) -> Mobility:
    """Record how far a student goes and the hosts they would rather have, the dearest first; Stale if changed.

    `among` are the hosts that whoever records it may see: what was wished elsewhere keeps its rank, and counts.
    """
    mobility, is_new = Mobility.objects.select_for_update(no_key=True).get_or_create(
        enrolment=enrolment, defaults={"said_at": clock.now(), "said_by": by}
    )
    if not is_new and mobility.version != version:
        raise Stale(mobility)
    mobility.near_km, mobility.far_km = near_km, far_km
    mobility.said_at, mobility.said_by = clock.now(), by
    mobility.version += not is_new
    mobility.save()
    said = Wish.objects.filter(enrolment=enrolment, side=WishSide.STUDENT)
    (said if among is None else said.filter(site__in=among)).delete()
    taken, wished = set(said.values_list("rank", flat=True)), list(wishes)
    ranks = [rank for rank in range(1, MOST_WISHES + 1) if rank not in taken]
    if len(wished) > len(ranks):
        raise Refused(_("Three wishes at most: the student has some in other zones as well."))
    for rank, site in zip(ranks, wished, strict=False):
        Wish.objects.create(
            enrolment=enrolment, site=site, side=WishSide.STUDENT, rank=rank, said_at=clock.now(), said_by=by
        )
    record(mobility, "said", by=by)
    return mobility


@transaction.atomic
def ask_for_student(site: HostSite, enrolment: Enrolment, *, by: User, asked: bool = True) -> None:
    """Record that a host asks for a student, or no longer does."""
    if asked:
        Wish.objects.get_or_create(
            enrolment=enrolment, site=site, side=WishSide.HOST, defaults={"said_at": clock.now(), "said_by": by}
        )
    else:
        Wish.objects.filter(enrolment=enrolment, site=site, side=WishSide.HOST).delete()
    record(site, "student_asked" if asked else "student_not_asked", by=by)


def forget_inputs(runs: ProposalRunQuerySet) -> int:
    """Take away what proposals were computed from and what they said of each student; the counts stay."""
    change: Any = F("change")
    for name in ("student", "site"):
        change = CombinedExpression(change, "-", Cast(Value(name), TextField()), output_field=JSONField())
    return runs.update(inputs=None, plan=None, change=change)

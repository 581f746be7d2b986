"""How many files each cohort has, by where they are: one grouped statement, read once for the board and its forecast.

What a file says of itself is added up from the headcounts (models/headcounts.py); what other records say, and who came
lately, is counted along the index of those it is about. What a figure means is said once, in measures.py, and read
there by its list; what is added up here says the same, and a test holds it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum, Value

from partnership import clock
from partnership.measures import Census, Counts
from programmes.models import Curriculum

from .forecast import AT_RISK, WEEKS_LOOKED_AT
from .measures import CONDITIONS, behind
from .models import Application, Cohort, Enrolment, Headcount
from .states import AWAITING_OFFER, ApplicationState, HeadcountKind

# Facts of a file that its state does not tell; the last is no figure, but what the forecast asks.
APPLIED, ADMITTED, PRESENT, ARRIVED = "applied", "admitted", "present", "arrived"
_ROWS = Count("*")
_OF_STUDENTS = (PRESENT, "with_block", "certified")
# Those of them that a headcount knows, by the name that its lines have for them.
_OF_LINES = {APPLIED: "was_submitted", ADMITTED: "was_offered"}
# What the lines of a headcount say of its files, and what stands in its place where a fact is counted otherwise.
_SAID = ("state", "left_from", *_OF_LINES.values())
_SAYS_NOTHING = (Value(""), Value(""), Value(False), Value(False))


@dataclass
class Tally:
    """The files of a cohort, drafts apart."""

    # By state, and by the state that an exit left from.
    files: Counter[tuple[str, str]] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)

    def in_states(self, states: Iterable[str]) -> int:
        """How many are in one of some states."""
        wanted = set(states)
        return sum(number for (state, _left_from), number in self.files.items() if state in wanted)

    def add(self, other: "Tally") -> None:
        """Count the files of another cohort as well."""
        self.files.update(other.files)
        self.facts.update(other.facts)


def cohorts_of(census: Census) -> list[Cohort]:
    """The cohorts of a convention in the order of their first days, with their courses; whether one has its content."""
    validated = Curriculum.objects.validated().filter(programme=OuterRef("intake__programme"))
    found = Cohort.objects.filter(intake__programme__milestone__convention=census.convention)
    found = found.select_related("intake__programme").annotate(has_content=Exists(validated))
    return list(found.order_by("intake__starts_on", "zone__order", "pk"))


def tallies(census: Census) -> Mapping[int, Tally]:
    """What is counted of each cohort of a convention, by its key."""
    found = {cohort.pk: Tally() for cohort in census.once(cohorts_of)}
    lines = Headcount.objects.filter(kind=HeadcountKind.STAGE, cohort__in=found)
    # Whoever was offered a place or has applied is no draft, by law of the database.
    files = Application.objects.filter(cohort__in=found)
    at_risk = Enrolment.objects.at_risk(clock.now()).filter(application__cohort__in=found)
    # Lines of files that came and went add up to nobody.
    states = _grouped(lines, said=_SAID, number=Sum("number")).exclude(n=0)
    arms = [
        *(_grouped(files.filter(CONDITIONS[key]), key) for key in _OF_STUDENTS),
        _grouped(_lately(files), ARRIVED),
        _grouped(at_risk, AT_RISK, cohort="application__cohort"),
    ]
    for fact, cohort, state, left_from, *known, number in states.union(*arms, all=True):
        if fact:
            found[cohort].facts[fact] += number
        else:
            found[cohort].files[state, left_from] += number
            found[cohort].facts.update({of: number for of, is_so in zip(_OF_LINES, known, strict=True) if is_so})
    return found


def _lately(files: QuerySet) -> QuerySet:
    """Who has come and applied in the weeks that the forecast looks at."""
    first = clock.today() - timedelta(days=7 * WEEKS_LOOKED_AT - 1)
    since = datetime.combine(first, time.min, clock.PARIS)
    # Whoever asked before the window and applied in it counts among the enquiries, not among those who come; nobody
    # applies before they have begun.
    return files.filter(created_at__gte=since, submitted_at__isnull=False)


def _grouped(
    rows: QuerySet,
    fact: str = "",
    *,
    cohort: str = "cohort",
    said: Iterable[str | Value] = _SAYS_NOTHING,
    number: Any = _ROWS,
) -> QuerySet:
    return rows.order_by().values_list(Value(fact), cohort, *said).annotate(n=number)


def counts(census: Census) -> Counts:
    """The board's figures by milestone and zone; a cell without a file is not there."""
    figures: Counts = {key: {} for key in CONDITIONS}
    counted = census.once(tallies)
    for cohort in census.once(cohorts_of):
        if counted[cohort.pk].files:
            cell = cohort.intake.programme.milestone_id, cohort.zone_id
            for key, number in _figures(cohort, counted[cohort.pk]).items():
                figures[key][cell] = figures[key].get(cell, 0) + number
    return figures


def _figures(cohort: Cohort, tally: Tally) -> dict[str, int]:
    return {
        "contacts": tally.files.total(),
        "confirmed": tally.in_states([ApplicationState.CONFIRMED]),
        "waiting_for_content": 0 if cohort.has_content else tally.in_states(AWAITING_OFFER),
        **{key: tally.facts[key] for key in (APPLIED, ADMITTED, *_OF_STUDENTS)},
    }


def total(key: str, cohorts: Collection[int]) -> int:
    """How many files of some cohorts a figure counts, in one statement; of students each, of others the headcounts."""
    if key in _OF_STUDENTS:
        return behind(key, cohorts).count()
    # A line has a file's own words for its state and its cohort.
    known = Q(**{_OF_LINES[key]: True}) if key in _OF_LINES else CONDITIONS[key]
    lines = Headcount.objects.filter(known, kind=HeadcountKind.STAGE, cohort__in=cohorts)
    return lines.aggregate(n=Sum("number"))["n"] or 0

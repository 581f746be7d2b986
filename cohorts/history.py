"""How far the young people of an intake have come, how long each stage takes, how soon we answer whoever comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median

from django.conf import settings
from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from partnership.measures import Census
from partnership.models import JournalEntry, Zone
from partnership.states import ActorKind
from partnership.templatetags.figures import number
from partnership.working_time import open_hours_between

from .journal import CALLED
from .models import Application, ApplicationQuerySet, Enrolment, Intake
from .states import LIVE, ApplicationState
from .tally import ADMITTED, APPLIED, PRESENT, Tally, cohorts_of, tallies

S = ApplicationState
# From one to the next; what ends a file, or is reached for good, is no stage.
STAGES = (S.ENQUIRY, S.SUBMITTED, S.INTERVIEW_SCHEDULED, S.NO_SHOW, S.INTERVIEWED, S.WAITLISTED, S.ADMITTED)
# What is an answer to somebody who waits: a call, an invitation, or a move that one of ours made.
DEEDS = (*S.values, CALLED, "invited")
# The state of a file, when it was opened, and when we answered first.
Opened = tuple[str, datetime, datetime | None]
# Of an intake with more files, so many drawn at random tell how long and how soon as well.
MOST_FILES = 400


def of_intake(intake: Intake, zone: Zone | None = None) -> ApplicationQuerySet:
    """The files of an intake that count, in a zone or in all."""
    rows = Application.objects.submitted().filter(intake=intake)
    return rows if zone is None else rows.filter(cohort__zone=zone)


def _drawn(intake: Intake, zone: Zone | None) -> ApplicationQuerySet:
    """Those that are looked at one by one; their keys are random, so that the first ones are drawn without bias."""
    return of_intake(intake, zone).order_by("pk")


# -- how far they have come -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """How many have ever come so far, of how many who had come to the step before."""

    label: str | Promise
    number: int
    of: int | None = None

    @property
    def rate(self) -> int | None:
        """In percent of the step before; None for the first one, and where nobody had come to it."""
        return round(Fraction(100 * self.number, self.of)) if self.of else None


_LABELS: dict[str, str | Promise] = {
    "contacts": _("Contacts"),
    APPLIED: _("Applications"),
    ADMITTED: pgettext_lazy("measure", "Admitted"),
    "confirmed": pgettext_lazy("funnel", "Confirmed, once at least"),
    PRESENT: pgettext_lazy("measure", "Present"),
}


def funnel(census: Census, intake: Intake, zone: Zone | None = None) -> list[Step]:
    """From the contact to the first day: how many ever came to each step, whoever left since as well."""
    counted, by_cohort = Tally(), census.once(tallies)
    for cohort in census.once(cohorts_of):
        if cohort.intake_id == intake.pk and (zone is None or cohort.zone_id == zone.pk):
            counted.add(by_cohort[cohort.pk])
    # Whoever was a student once had confirmed, whatever became of it.
    ever_students = of_intake(intake, zone).filter(pk__in=Enrolment.objects.values("application"))
    counted.facts.update(contacts=counted.files.total(), confirmed=ever_students.count())
    found: list[Step] = []
    for key, label in _LABELS.items():
        found.append(Step(label, counted.facts[key], found[-1].number if found else None))
    return found


# -- how long each stage takes ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """How long files stayed in a stage: those that have left it, and how many are still there."""

    stage: ApplicationState
    left: int = 0
    there: int = 0
    half: timedelta | None = None
    nine_tenths: timedelta | None = None


def stays(intake: Intake, zone: Zone | None = None) -> list[Stay]:
    """The time in each stage, median and 90th percentile, of the files that have left it; one statement."""
    files = _drawn(intake, zone).annotate(subject=_subject()).values("subject")[:MOST_FILES]
    asked, parameters = files.query.sql_with_params()
    journal = JournalEntry._meta.db_table
    told = (
        f"WITH file AS ({asked}), stay AS (SELECT line.after AS stage, "  # noqa: S608 (ours)
        "lead(line.at) OVER (PARTITION BY line.subject ORDER BY line.at, line.id) - line.at AS length "
        f"FROM {journal} line JOIN file ON file.subject = line.subject WHERE line.after = ANY(%s)) "
        "SELECT stage, count(length), count(*) - count(length), "
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY length), percentile_cont(0.9) WITHIN GROUP (ORDER BY length) "
        "FROM stay WHERE stage = ANY(%s) GROUP BY stage"
    )
    with connection.cursor() as cursor:
        cursor.execute(told, [*parameters, S.values, [stage.value for stage in STAGES]])
        found = {stage: Stay(S(stage), *rest) for stage, *rest in cursor.fetchall()}
    return [found.get(stage, Stay(stage)) for stage in STAGES]


def _subject(key: str | OuterRef = "pk") -> Concat:
    """The name by which the journal knows a file."""
    return Concat(Value(f"{Application._meta.label_lower}:"), Cast(key, TextField()), output_field=TextField())


# -- how soon we answer -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Speed:
    """In a zone, or in all: how many were called or answered, how many still wait, and after how many open hours."""

    zone: Zone | None
    answered: int
    waiting: int
    half: timedelta | None

    @property
    def words(self) -> str:
        """The median in words, in working days from two of them on."""
        return working_words(self.half) if self.half is not None else ""


def speeds(intake: Intake, zone: Zone | None = None) -> list[Speed]:
    """The median of the open hours from a file's first line to our first deed about it, by zone; all zones last."""
    came = _lines_of_the_file().filter(after__in=[state for state in S if state != S.DRAFT])
    deeds = _lines_of_the_file().filter(actor_kind=ActorKind.USER, after__in=DEEDS, at__gt=OuterRef("came_at"))
    files = _drawn(intake, zone).annotate(came_at=Subquery(came.values("at")[:1]))
    files = files.annotate(answered_at=Subquery(deeds.values("at")[:1]))
    rows = files.values_list("cohort__zone", "state", "came_at", "answered_at")[:MOST_FILES]
    by_zone: dict[int, list[Opened]] = {}
    for of, state, came_at, answered_at in rows:
        if came_at is None:
            continue
        by_zone.setdefault(of, []).append((state, came_at, answered_at))
    found = [_speed(one, by_zone[one.pk]) for one in Zone.objects.filter(pk__in=by_zone)]
    if len(found) > 1:
        found.append(_speed(None, [told for theirs in by_zone.values() for told in theirs]))
    return found


def _lines_of_the_file() -> QuerySet[JournalEntry]:
    """The lines in the file of an outer query."""
    return JournalEntry.objects.filter(about=_subject(OuterRef("pk"))).order_by("at", "pk")


def _speed(zone: Zone | None, files: Iterable[Opened]) -> Speed:
    files = list(files)
    hours = [open_hours_between(came, answered) for _state, came, answered in files if answered]
    waiting = sum(1 for state, _came, answered in files if answered is None and state in LIVE)
    return Speed(zone, len(hours), waiting, median(hours) if hours else None)


def working_words(length: timedelta) -> str:
    """« 40 minutes ouvrées », « 5 heures ouvrées », « 3 jours ouvrés »: open hours, in days from two of them on."""
    opening, closing = (datetime.combine(date.min, hour) for hour in settings.OPENING)
    minutes, days = round(length / timedelta(minutes=1)), round(length / (closing - opening))
    if length >= 2 * (closing - opening):
        return ngettext("%(n)s working day", "%(n)s working days", days) % {"n": number(days)}
    if minutes >= 90:
        hours = round(Fraction(minutes, 60))
        return ngettext("%(n)s working hour", "%(n)s working hours", hours) % {"n": number(hours)}
    return ngettext("%(n)s working minute", "%(n)s working minutes", minutes) % {"n": number(minutes)}

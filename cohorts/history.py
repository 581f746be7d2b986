"""How far the young people of an intake have come, how long each stage takes, how soon we answer whoever comes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet, TextField, Value
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
_JOURNAL = JournalEntry._meta.db_table


def of_intake(intake: Intake, zone: Zone | None = None) -> ApplicationQuerySet:
    """The files of an intake that count, in a zone or in all."""
    rows = Application.objects.submitted().filter(intake=intake)
    return rows if zone is None else rows.filter(cohort__zone=zone)


def _of_drawn(files: QuerySet, told: str, parameters: list[Any]) -> list[tuple]:
    """What a statement tells about `file`: the values of the files that are looked at one by one, and their `subject`.

    That is the name by which the journal knows each. Keys are random: the first ones are drawn without bias.
    """
    label = Value(f"{Application._meta.label_lower}:")
    subject = Concat(label, Cast("pk", TextField()), output_field=TextField())
    drawn = files.order_by("pk").annotate(subject=subject)
    asked, known = drawn[:MOST_FILES].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"WITH file AS ({asked}), {told}", [*known, *parameters])
        return cursor.fetchall()


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
    told = (
        "stay AS (SELECT line.after AS stage, "  # noqa: S608 (ours)
        "lead(line.at) OVER (PARTITION BY line.subject ORDER BY line.at, line.id) - line.at AS length "
        f"FROM {_JOURNAL} line JOIN file ON file.subject = line.subject WHERE line.after = ANY(%s)) "
        "SELECT stage, count(length), count(*) - count(length), "
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY length), percentile_cont(0.9) WITHIN GROUP (ORDER BY length) "
        "FROM stay WHERE stage = ANY(%s) GROUP BY stage"
    )
    rows = _of_drawn(of_intake(intake, zone).values("pk"), told, [S.values, [stage.value for stage in STAGES]])
    found = {stage: Stay(S(stage), *rest) for stage, *rest in rows}
    return [found.get(stage, Stay(stage)) for stage in STAGES]


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


def speeds(intake: Intake, zones: Iterable[Zone], zone: Zone | None = None) -> list[Speed]:
    """The median of the open hours from a file's first line to our first deed about it, by zone; all zones last.

    `zones` are all there are, in their order; one may be asked for alone.
    """
    lines = f"SELECT line.at FROM {_JOURNAL} line WHERE line.about = file.subject AND line.after = ANY(%s)"  # noqa: S608
    first = "ORDER BY line.at, line.id LIMIT 1"
    told = (
        f"opened AS (SELECT file.*, line.at FROM file, LATERAL ({lines} {first}) line) "  # noqa: S608 (ours)
        "SELECT file.zone, file.state, file.at, deed.at FROM opened file LEFT JOIN LATERAL "
        f"({lines} AND line.actor_kind = %s AND line.at > file.at {first}) deed ON true"
    )
    opening = [state.value for state in S if state != S.DRAFT]
    parameters = [opening, list(DEEDS), ActorKind.USER.value]
    rows = _of_drawn(of_intake(intake, zone).values("state", zone=F("cohort__zone")), told, parameters)
    by_zone: dict[int, list[Opened]] = {}
    for of, state, came_at, answered_at in rows:
        by_zone.setdefault(of, []).append((state, came_at, answered_at))
    found = [_speed(one, by_zone[one.pk]) for one in zones if one.pk in by_zone]
    if len(found) > 1:
        found.append(_speed(None, [opened for theirs in by_zone.values() for opened in theirs]))
    return found


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

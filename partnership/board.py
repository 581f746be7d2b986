"""The convention at a glance: statuses, short sides and sentences, computed from figures and dates, never typed."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from . import policies
from .measures import MEASURES, Counts, Measure
from .models import Commitment, Milestone, Objective, User, Zone
from .states import MilestoneStatus, Precision
from .templatetags.figures import longdate, monthdate, number

YOUNG, PLACES, PLACED = "confirmed", "host_places", "placed"
CONTENTS, VALIDATED = "contents", "contents_validated"
# Who waits for a content to be validated: said beside it, in no column.
WAITING = "waiting_for_content"
# The columns of the board, in the order of a young person's way; soft hyphens keep them narrow.
COLUMNS = {
    "contacts": pgettext_lazy("column", "Contacts"),
    "applied": pgettext_lazy("column", "Appli\u00adcations"),
    "admitted": pgettext_lazy("column", "Admitted"),
    YOUNG: pgettext_lazy("column", "Con\u00adfirmed"),
    "with_employer": pgettext_lazy("column", "With em\u00adployer"),
    PLACES: pgettext_lazy("column", "Places"),
    PLACED: pgettext_lazy("column", "Placed"),
    "present": pgettext_lazy("column", "Present"),
    "with_block": pgettext_lazy("column", "With a block"),
    "certified": pgettext_lazy("column", "Cer\u00adtified"),
}
# Shown where a milestone says that they apply, never for want of knowing.
_ON_DEMAND = frozenset({"present", "with_block", "certified"})

# Those of a chair, which has no young people to place; a milestone has one kind of line or the other, or both.
ACTIVITIES, DELIVERED = "activities", "activities_delivered"
CHAIR_COLUMNS = {
    ACTIVITIES: pgettext_lazy("column", "Activities"),
    DELIVERED: pgettext_lazy("column", "Delivered"),
    "registrations": pgettext_lazy("column", "Registered"),
    "attendances": pgettext_lazy("column", "Came"),
}


# -- dates ----------------------------------------------------------------------------------------------------------


def last_day(day: date | None, precision: str) -> date | None:
    """The last day on which a date of the convention is still kept: a month lasts until its end."""
    if day is None or precision == Precision.NONE:
        return None
    if precision == Precision.MONTH:
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day


def date_words(day: date | None, precision: str) -> str:
    """« 31 juillet 2027 », « janvier 2028 » or « sans date », as precisely as it is known."""
    if day is None or precision == Precision.NONE:
        return _("no date")
    return monthdate(day) if precision == Precision.MONTH else longdate(day)


def countdown(day: date | None, today: date) -> str:
    """« J−47 », « aujourd’hui », « J+6 » once past; nothing without a day."""
    if day is None:
        return ""
    left = (day - today).days
    if left == 0:
        return _("today")
    return _("D−%(n)s") % {"n": left} if left > 0 else _("D+%(n)s") % {"n": -left}


def elapsed_share(start: date, due: date | None, today: date) -> Fraction:
    """The share of the time from the signature to a due date that has passed, 0 to 1; 0 for what has no date."""
    if due is None or today <= start:
        return Fraction(0)
    if today >= due:
        return Fraction(1)
    return Fraction((today - start).days, (due - start).days)


# -- figures held against what was promised ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """An objective and its figure today."""

    measure: str
    figure: int
    target: int
    due: date | None = None
    share: Fraction = Fraction(0)
    zone: Zone | None = None

    @property
    def is_reached(self) -> bool:
        return self.figure >= self.target

    @property
    def is_behind(self) -> bool:
        """Below the target times the elapsed share of time."""
        return self.figure < self.target * self.share

    @property
    def expected(self) -> int:
        """What is needed at today's date, in whole people or places."""
        return ceil(self.target * self.share)

    @property
    def missing(self) -> int:
        return max(self.target - self.figure, 0)

    @property
    def ratio(self) -> Fraction:
        """The figure over what is needed today; whole as long as nothing is."""
        needed = self.target * self.share
        return Fraction(self.figure) / needed if needed else Fraction(max(self.figure, 1))

    @property
    def label(self) -> str:
        return str(MEASURES[self.measure].label) if self.measure in MEASURES else self.measure


@dataclass(frozen=True)
class Contents:
    """How many programmes of a milestone need a validated content, and how many have one."""

    validated: int = 0
    total: int = 0

    @property
    def missing(self) -> int:
        return max(self.total - self.validated, 0)


def figure(counts: Counts, key: str, milestone: Milestone, zone: Zone | None) -> int:
    """A figure of a milestone, in a zone or in all."""
    cells = counts.get(key, {})
    if zone is not None:
        return cells.get((milestone.pk, zone.pk), 0)
    return sum(n for (of, _zone), n in cells.items() if of == milestone.pk)


def due_of(objective: Objective, milestone: Milestone) -> date | None:
    """An objective is due on its own date, or with the settlement of its milestone."""
    return objective.due_on or last_day(milestone.finalise_by, milestone.finalise_precision)


def readings(milestone: Milestone, counts: Counts, *, signed_on: date, today: date) -> list[Reading]:
    """Each objective of a milestone beside its figure."""
    read = []
    for objective in milestone.objectives.all():
        due = due_of(objective, milestone)
        read.append(
            Reading(
                measure=objective.measure,
                figure=figure(counts, objective.measure, milestone, objective.zone),
                target=objective.target,
                due=due,
                share=elapsed_share(signed_on, due, today),
                zone=objective.zone,
            )
        )
    return read


def contents_of(milestone: Milestone, counts: Counts) -> Contents:
    """The contents of a milestone's programmes."""
    return Contents(figure(counts, VALIDATED, milestone, None), figure(counts, CONTENTS, milestone, None))


def missing(read: Iterable[Reading], contents: Contents) -> dict[str, int]:
    """What lacks by measure; a target for all zones stands for the sum of the zones' own targets."""
    read = list(read)
    lacks: dict[str, int] = {}
    for measure in dict.fromkeys(reading.measure for reading in read):
        same = [reading for reading in read if reading.measure == measure]
        whole = [reading for reading in same if reading.zone is None]
        lacks[measure] = sum(reading.missing for reading in whole or same)
        # Reached as a whole is not reached where one zone was promised its own number.
        lacks[measure] = lacks[measure] or sum(reading.missing for reading in same)
    lacks[CONTENTS] = contents.missing
    return {measure: n for measure, n in lacks.items() if n}


# -- statuses -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Where a milestone stands, and why, in one sentence."""

    status: MilestoneStatus
    reason: str


def standing(
    milestone: Milestone,
    read: list[Reading],
    contents: Contents,
    commitments: Iterable[Commitment] = (),
    *,
    today: date,
) -> Standing:
    """Done: objectives reached and contents validated; late: not done after its date; at risk: behind today's share."""
    lacks = missing(read, contents)
    if (read or contents.total) and not lacks:
        return Standing(MilestoneStatus.DONE, _done_reason(read, contents))
    settled = last_day(milestone.finalise_by, milestone.finalise_precision)
    if settled is None:
        return Standing(MilestoneStatus.ON_TRACK, _undated_reason(commitments, today))
    if today > settled:
        return Standing(MilestoneStatus.LATE, _late_reason((today - settled).days, lacks))
    behind = [reading for reading in read if reading.is_behind]
    if behind:
        return Standing(MilestoneStatus.AT_RISK, _risk_reason(min(behind, key=lambda reading: reading.ratio)))
    if not read:
        return Standing(MilestoneStatus.ON_TRACK, _("No objective in figures before this date."))
    return Standing(MilestoneStatus.ON_TRACK, _("Every objective has its share of today."))


def _done_reason(read: list[Reading], contents: Contents) -> str:
    if not read:
        return _("The content is validated.")
    return _("Objectives reached, content validated.") if contents.total else _("Objectives reached.")


def _undated_reason(commitments: Iterable[Commitment], today: date) -> str:
    waiting = sorted(promise.due_on for promise in commitments if promise.due_on and not promise.done_at)
    if not waiting:
        return _("Nothing is due.")
    if waiting[0] < today:
        return _("A commitment has been due since %(date)s.") % {"date": longdate(waiting[0])}
    return _("Nothing is due; next commitment on %(date)s.") % {"date": longdate(waiting[0])}


def _late_reason(days: int, lacks: dict[str, int]) -> str:
    since = ngettext("Not settled one day after its date", "Not settled %(n)s days after its date", days) % {"n": days}
    return _("%(since)s: %(lacks)s missing.") % {"since": since, "lacks": lacks_words(lacks)} if lacks else f"{since}."


def _risk_reason(reading: Reading) -> str:
    figures = {"n": number(reading.figure), "expected": number(reading.expected), "label": reading.label}
    if reading.measure == YOUNG:
        said = ngettext(
            "%(n)s young person confirmed, %(expected)s expected by today",
            "%(n)s young people confirmed, %(expected)s expected by today",
            reading.figure,
        )
    elif reading.measure == PLACES:
        said = ngettext(
            "%(n)s host place, %(expected)s expected by today",
            "%(n)s host places, %(expected)s expected by today",
            reading.figure,
        )
    elif reading.measure == DELIVERED:
        said = ngettext(
            "%(n)s activity delivered, %(expected)s expected by today",
            "%(n)s activities delivered, %(expected)s expected by today",
            reading.figure,
        )
    else:
        said = _("%(label)s: %(n)s, %(expected)s expected by today")
    sentence = said % figures + "."
    return _("%(zone)s: %(sentence)s") % {"zone": reading.zone, "sentence": sentence} if reading.zone else sentence


def lacks_words(lacks: dict[str, int]) -> str:
    """« 48 jeunes et 6 places »."""
    return get_text_list([_amount(measure, n) for measure, n in lacks.items()], _("and"))


def _amount(measure: str, n: int) -> str:
    if measure == YOUNG:
        said = ngettext("%(n)s young person", "%(n)s young people", n)
    elif measure == PLACES:
        said = ngettext("%(n)s place", "%(n)s places", n)
    elif measure == CONTENTS:
        said = ngettext("%(n)s validated content", "%(n)s validated contents", n)
    elif measure == DELIVERED:
        said = ngettext("%(n)s delivered activity", "%(n)s delivered activities", n)
    else:
        said = "%(n)s × %(label)s"
    return said % {"n": number(n), "label": str(MEASURES[measure].label) if measure in MEASURES else measure}


def verdict(statuses: list[MilestoneStatus]) -> str:
    """The title of the board: late or not, on how many milestones."""
    late, risk = statuses.count(MilestoneStatus.LATE), statuses.count(MilestoneStatus.AT_RISK)
    if late:
        said = ngettext("Late? Yes, on one milestone", "Late? Yes, on %(n)s milestones", late) % {"n": late}
        if risk:
            said += ngettext("; another is at risk", "; %(n)s others are at risk", risk) % {"n": risk}
        return said + "."
    if risk:
        return ngettext(
            "Late? No, but one milestone is at risk.", "Late? No, but %(n)s milestones are at risk.", risk
        ) % {"n": risk}
    if statuses and all(status == MilestoneStatus.DONE for status in statuses):
        return _("Late? No, everything is done.")
    return _("Late? No, every milestone is on track.")


# -- what the page shows ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """A milestone as the board and its own page show it."""

    milestone: Milestone
    standing: Standing
    date: str
    link: str
    readings: list[Reading]
    contents: Contents
    waiting: int = 0
    # The list of who waits, for whoever may read it.
    waiting_url: str = ""

    @property
    def waiting_words(self) -> str:
        """« 4 candidatures attendent ce contenu »; nothing while nobody waits."""
        if not self.waiting:
            return ""
        words = ngettext(
            "%(n)s application waits for the content", "%(n)s applications wait for the content", self.waiting
        )
        return words % {"n": number(self.waiting)}

    @property
    def url(self) -> str:
        return reverse("partnership:milestone_detail", args=[self.milestone.order])


@dataclass(frozen=True)
class Cell:
    """A number and the list whose count equals it."""

    measure: str
    n: int
    url: str = ""


@dataclass(frozen=True)
class Row:
    """A milestone in a zone, or in all of them."""

    milestone: Milestone
    zone: Zone | None
    cells: list[Cell]
    young: int
    seats: int | None
    linked: int
    young_target: int | None
    seats_target: int | None
    short_side: str
    lacks: str
    days_left: str


@dataclass(frozen=True)
class ChairRow:
    """A milestone whose chair has activities: in no zone, and without a tandem."""

    milestone: Milestone
    cells: list[Cell]
    lacks: str
    days_left: str


@dataclass(frozen=True)
class Table:
    """The rows of milestones to which the same figures apply, under these."""

    columns: list[tuple[Promise, Measure]]
    rows: list[Row]
    totals: list[Row]

    @property
    def milestones(self) -> list[Milestone]:
        return list(dict.fromkeys(row.milestone for row in self.rows + self.totals))


@dataclass(frozen=True)
class Board:
    """The convention on one screen."""

    title: str
    cards: list[Card]
    tables: list[Table]
    scale: int
    chair_rows: list[ChairRow]
    chair_columns: list[tuple[Promise, Measure]]

    @property
    def rows(self) -> list[Row]:
        return [row for table in self.tables for row in table.rows]

    @property
    def totals(self) -> list[Row]:
        return [row for table in self.tables for row in table.totals]

    @property
    def columns(self) -> list[tuple[Promise, Measure]]:
        """Each figure that some table shows, once."""
        return list(
            {measure.key: (label, measure) for table in self.tables for label, measure in table.columns}.values()
        )


def build(
    milestones: list[Milestone],
    zones: list[Zone],
    counts: Counts,
    *,
    signed_on: date,
    today: date,
    reader: User | None = None,
    exceptions: Mapping[int, frozenset[str]] | None = None,
) -> Board:
    """Compute the board from milestones (with objectives and commitments), zones, figures and what does not apply.

    Its figures open the lists that the reader may read; those of the public front page open none.
    """
    chair_columns = [key for key in CHAIR_COLUMNS if key in MEASURES]
    cards: list[Card] = []
    chair_rows: list[ChairRow] = []
    # By the columns that apply, in the order of the milestones: those of one kind stand in one table.
    tables: dict[tuple[str, ...], tuple[list[Row], list[Row]]] = {}
    for milestone in milestones:
        left_out = (exceptions or {}).get(milestone.pk, _ON_DEMAND)
        columns = [key for key in COLUMNS if key in MEASURES and key not in left_out]
        card = card_of(milestone, counts, signed_on=signed_on, today=today, reader=reader)
        cards.append(card)
        own = [
            _row(milestone, zone, card.readings, counts, columns, today=today, reader=reader)
            for zone in zones
            if _concerns(milestone, zone, card.readings, counts)
        ]
        is_summed = len(own) > 1 or any(one.zone is None and one.measure in COLUMNS for one in card.readings)
        if is_summed and len(own) == 1 and not any(one.zone for one in card.readings):
            # One zone without an objective of its own: the line of all zones says the same, and what is promised.
            own = []
        promised = [reading for reading in card.readings if reading.measure in CHAIR_COLUMNS]
        if promised or figure(counts, ACTIVITIES, milestone, None):
            chair_rows.append(_chair_row(milestone, promised, counts, chair_columns, today=today, reader=reader))
        if not own and not is_summed:
            continue
        rows, totals = tables.setdefault(tuple(columns), ([], []))
        rows += own
        if is_summed:
            totals.append(_row(milestone, None, card.readings, counts, columns, today=today, reader=reader))
    every = [row for rows, totals in tables.values() for row in rows + totals]
    widest = [n for row in every for n in (row.young, row.seats, row.young_target, row.seats_target) if n]
    return Board(
        title=verdict([card.standing.status for card in cards]),
        cards=cards,
        tables=[
            Table([(COLUMNS[key], MEASURES[key]) for key in columns], rows, totals)
            for columns, (rows, totals) in tables.items()
        ],
        scale=max(widest, default=1),
        chair_rows=chair_rows,
        chair_columns=[(CHAIR_COLUMNS[key], MEASURES[key]) for key in chair_columns],
    )


def card_of(milestone: Milestone, counts: Counts, *, signed_on: date, today: date, reader: User | None = None) -> Card:
    """A milestone with its status, its reason, its date and what lacks."""
    read = readings(milestone, counts, signed_on=signed_on, today=today)
    contents, commitments = contents_of(milestone, counts), list(milestone.commitments.all())
    return Card(
        milestone=milestone,
        standing=standing(milestone, read, contents, commitments, today=today),
        date=settlement_words(milestone, today),
        link=_link_words(missing(read, contents), contents, commitments),
        readings=read,
        contents=contents,
        waiting=figure(counts, WAITING, milestone, None),
        waiting_url=list_url(WAITING, milestone, None, reader=reader),
    )


def settlement_words(milestone: Milestone, today: date) -> str:
    """« tout finalisé le 31 juillet 2027, J−47 », « janvier 2028 », « sans date »."""
    said = date_words(milestone.finalise_by, milestone.finalise_precision)
    if milestone.finalise_precision != Precision.DAY:
        return said
    return _("settled by %(date)s, %(countdown)s") % {
        "date": said,
        "countdown": countdown(milestone.finalise_by, today),
    }


def _link_words(lacks: dict[str, int], contents: Contents, commitments: list[Commitment]) -> str:
    if lacks:
        return _("%(lacks)s missing") % {"lacks": lacks_words(lacks)}
    if contents.total:
        return ngettext(
            "%(n)s content validated of %(total)s", "%(n)s contents validated of %(total)s", contents.validated
        ) % {"n": contents.validated, "total": contents.total}
    if commitments:
        kept = sum(1 for promise in commitments if promise.done_at)
        return ngettext("%(n)s commitment kept of %(total)s", "%(n)s commitments kept of %(total)s", kept) % {
            "n": kept,
            "total": len(commitments),
        }
    return _("See the milestone")


def _concerns(milestone: Milestone, zone: Zone, read: list[Reading], counts: Counts) -> bool:
    return any(reading.zone == zone for reading in read) or any(figure(counts, key, milestone, zone) for key in COLUMNS)


def _row(
    milestone: Milestone,
    zone: Zone | None,
    read: list[Reading],
    counts: Counts,
    columns: list[str],
    *,
    today: date,
    reader: User | None,
) -> Row:
    young, places = _side(YOUNG, milestone, zone, read, counts), _side(PLACES, milestone, zone, read, counts)
    hosts = any(reading.measure == PLACES for reading in read) or bool(figure(counts, PLACES, milestone, None))
    short, lacks = short_side(young, places)
    settled = last_day(milestone.finalise_by, milestone.finalise_precision)
    exact = milestone.finalise_precision == Precision.DAY
    return Row(
        milestone=milestone,
        zone=zone,
        cells=[
            Cell(key, figure(counts, key, milestone, zone), list_url(key, milestone, zone, reader=reader))
            for key in columns
        ],
        young=figure(counts, YOUNG, milestone, zone),
        seats=figure(counts, PLACES, milestone, zone) if hosts else None,
        linked=figure(counts, PLACED, milestone, zone),
        young_target=young.target if young else None,
        seats_target=places.target if places else None,
        short_side=short,
        lacks=lacks,
        days_left=countdown(settled, today) if exact else date_words(settled, milestone.finalise_precision),
    )


def _chair_row(
    milestone: Milestone,
    promised: list[Reading],
    counts: Counts,
    columns: list[str],
    *,
    today: date,
    reader: User | None,
) -> ChairRow:
    settled = last_day(milestone.finalise_by, milestone.finalise_precision)
    exact = milestone.finalise_precision == Precision.DAY
    lacks = missing(promised, Contents())
    said = _("%(lacks)s missing") % {"lacks": lacks_words(lacks)} if lacks else _("objectives reached")
    return ChairRow(
        milestone=milestone,
        cells=[
            Cell(key, figure(counts, key, milestone, None), list_url(key, milestone, None, reader=reader))
            for key in columns
        ],
        lacks=said if promised else _("no objective"),
        days_left=countdown(settled, today) if exact else date_words(settled, milestone.finalise_precision),
    )


def _side(measure: str, milestone: Milestone, zone: Zone | None, read: list[Reading], counts: Counts) -> Reading | None:
    same = [reading for reading in read if reading.measure == measure]
    own = [reading for reading in same if reading.zone == zone]
    if own:
        return own[0]
    if zone is not None or not same:
        return None
    # No target for all zones: the zones' targets and their shares of today add up.
    target = sum(reading.target for reading in same)
    needed = sum(reading.target * reading.share for reading in same)
    return Reading(
        measure=measure,
        figure=figure(counts, measure, milestone, None),
        target=target,
        share=Fraction(needed) / target if target else Fraction(0),
    )


def list_url(key: str, milestone: Milestone, zone: Zone | None, *, reader: User | None) -> str:
    """The list whose count is this number, where its measure has one and the reader may open it."""
    name = MEASURES[key].url_name if key in MEASURES else ""
    if not name or reader is None or not policies.can_open_figure(reader, zone):
        return ""
    query = {"mesure": key, "jalon": milestone.order} | ({"zone": zone.code} if zone else {})
    return f"{reverse(name)}?{urlencode(query)}"


def short_side(young: Reading | None, places: Reading | None) -> tuple[str, str]:
    """The side further behind its own objective at today's date, and what lacks to both, the short side first."""
    sides = [reading for reading in (young, places) if reading is not None]
    if not sides:
        return _("no objective"), ""
    if any(reading.is_behind for reading in sides):
        # Recruitment first when both are equally behind: young people are what is hard to find.
        sides.sort(key=lambda reading: reading.ratio)
        name = _("Recruitment") if sides[0].measure == YOUNG else _("Hosting")
    else:
        name = _("Met")
    if not any(reading.missing for reading in sides):
        return name, _("objectives reached")
    return name, ", ".join(_amount(reading.measure, reading.missing) for reading in sides)

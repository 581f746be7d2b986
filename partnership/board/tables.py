"""What the page shows: a card for each milestone, the tables of zones, those of a chair."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import policies
from ..measures import MEASURES, Counts, Measure
from ..models import Commitment, Milestone, User, Zone
from ..projections import Projection, few_places_clause
from ..states import Precision
from ..templatetags.figures import number
from .amounts import amount, lacks_words
from .columns import ACTIVITIES, CHAIR_COLUMNS, COLUMNS, LATE, ON_DEMAND, PLACED, PLACES, WAITING, YOUNG
from .dates import countdown, date_words, last_day
from .next_dates import NextDate
from .outlooks import nothing_required, unknown
from .readings import Contents, Reading, contents_of, figure, missing, missing_in_all, readings
from .standings import Standing, standing, verdict

# Of a convention, by milestone and zone.
Projections = Mapping[tuple[int, int | None], Projection]


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
    late: int = 0

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
    def late_words(self) -> str:
        """« 1 contenu n’est pas jugé à temps »; nothing while all are."""
        if not self.late:
            return ""
        words = ngettext("%(n)s content is not judged in time", "%(n)s contents are not judged in time", self.late)
        return words % {"n": number(self.late)}

    @property
    def coming(self) -> NextDate | None:
        """What comes before the settlement, or after it; None where that is next: the card's date says it."""
        settled = last_day(self.milestone.finalise_by, self.milestone.finalise_precision)
        coming = self.standing.next_date
        return coming if coming and coming.day != settled else None

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
    # Each side beside its own objective, where it has one.
    young_side: Reading | None
    places_side: Reading | None
    short_side: str
    lacks: str
    days_left: str
    projection: Projection | None = None
    # Of its milestone in all zones.
    projection_in_all: Projection | None = None

    @property
    def young_target(self) -> int | None:
        return self.young_side.target if self.young_side else None

    @property
    def seats_target(self) -> int | None:
        return self.places_side.target if self.places_side else None

    @property
    def forecast(self) -> Projection | None:
        """Who is expected at the rentrée, where anything can be said."""
        return self.projection if self.projection is not None and self.projection.is_known else None

    @property
    def interval(self) -> tuple[int, int, int] | None:
        """The likely number and its bounds, where enough is known for them."""
        return self.forecast.interval if self.forecast else None

    @property
    def unknown(self) -> str:
        """Why nothing can be said of the rentrée, in a sentence."""
        return unknown(self.projection, self.projection_in_all)

    @property
    def nothing_required(self) -> str:
        """Why no number of applications a week is asked for, in a few words; nothing where one is, or nobody knows."""
        if self.forecast is None or self.forecast.needed_per_week is not None:
            return ""
        words, _sentence = nothing_required(self.forecast)
        return words

    @property
    def few_places(self) -> str:
        """« Paris, CS ACVD : 32 places seulement sont ouvertes… »; nothing where there are as many as were promised."""
        few = few_places_clause(self.projection, self.projection.target) if self.projection else ""
        where = ", ".join([str(self.zone or _("All zones")), self.milestone.short_title])
        return _("%(zone)s: %(sentence)s") % {"zone": where, "sentence": f"{few}."} if few else ""


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

    @property
    def milestone(self) -> Milestone | None:
        """The only milestone of the rows: it is named once, above them."""
        return self.milestones[0] if len(self.milestones) == 1 else None

    @property
    def days_left(self) -> str:
        return next((row.days_left for row in self.rows + self.totals), "")

    @property
    def rentree(self) -> date | None:
        """The day for which the forecast of some row is; None where nothing is forecast."""
        return min((row.projection.rentree for row in self.rows + self.totals if row.projection), default=None)


@dataclass(frozen=True)
class Board:
    """The convention on one screen."""

    title: str
    cards: list[Card]
    tables: list[Table]
    scale: int
    chair_rows: list[ChairRow]
    chair_columns: list[tuple[Promise, Measure]]
    commitments: list[Commitment]

    @property
    def is_forecast(self) -> bool:
        """Whether some table shows who is expected."""
        return any(table.rentree for table in self.tables)

    @property
    def rows(self) -> list[Row]:
        return [row for table in self.tables for row in table.rows]

    @property
    def totals(self) -> list[Row]:
        return [row for table in self.tables for row in table.totals]

    @property
    def few_places(self) -> list[str]:
        """Where there are fewer places in class than young people promised, a sentence each."""
        return [row.few_places for row in self.rows + self.totals if row.few_places]

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
    projections: Projections | None = None,
    commitments: list[Commitment] | None = None,
) -> Board:
    """Compute the board from milestones (with objectives and commitments), zones, figures and what does not apply.

    Who is expected at the rentrée, where `projections` say it, decides what is at risk.

    Its figures open the lists that the reader may read; those of the public front page open none.
    """
    chair_columns = [key for key in CHAIR_COLUMNS if key in MEASURES]
    cards: list[Card] = []
    chair_rows: list[ChairRow] = []
    # By the columns that apply, in the order of the milestones: those of one kind stand in one table.
    tables: dict[tuple[str, ...], tuple[list[Row], list[Row]]] = {}
    for milestone in milestones:
        left_out = (exceptions or {}).get(milestone.pk, ON_DEMAND)
        columns = [key for key in COLUMNS if key in MEASURES and key not in left_out]
        card = card_of(
            milestone,
            counts,
            signed_on=signed_on,
            today=today,
            reader=reader,
            projections=projections,
            commitments=commitments,
        )
        cards.append(card)
        foreseen = _of(milestone, projections)
        own = [
            _row(milestone, zone, card.readings, counts, columns, foreseen, today=today, reader=reader)
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
            totals.append(_row(milestone, None, card.readings, counts, columns, foreseen, today=today, reader=reader))
    every = [row for rows, totals in tables.values() for row in rows + totals]
    widest = [n for row in every for n in _lengths(row) if n]
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
        commitments=commitments or [],
    )


def card_of(
    milestone: Milestone,
    counts: Counts,
    *,
    signed_on: date,
    today: date,
    reader: User | None = None,
    projections: Projections | None = None,
    commitments: list[Commitment] | None = None,
) -> Card:
    """A milestone with its status, its reason, its date and what lacks.

    `commitments` are the convention's, where they are known already; else the milestone's own are asked for.
    """
    read = readings(milestone, counts, signed_on=signed_on, today=today)
    contents = contents_of(milestone, counts)
    if commitments is None:
        commitments = list(milestone.commitments.all())
    else:
        commitments = [one for one in commitments if one.milestone_id == milestone.pk]
    return Card(
        milestone=milestone,
        standing=standing(milestone, read, contents, commitments, _of(milestone, projections), today=today),
        date=settlement_words(milestone, today),
        link=_link_words(missing(read, contents), contents, commitments),
        readings=read,
        contents=contents,
        waiting=figure(counts, WAITING, milestone, None),
        waiting_url=list_url(WAITING, milestone, None, reader=reader),
        late=figure(counts, LATE, milestone, None),
    )


def _of(milestone: Milestone, projections: Projections | None) -> dict[int | None, Projection]:
    return {zone: projection for (of, zone), projection in (projections or {}).items() if of == milestone.pk}


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
    foreseen: Mapping[int | None, Projection],
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
        young_side=young,
        places_side=places,
        short_side=short,
        lacks=lacks,
        days_left=countdown(settled, today) if exact else date_words(settled, milestone.finalise_precision),
        projection=foreseen.get(zone.pk if zone else None),
        projection_in_all=foreseen.get(None),
    )


def _lengths(row: Row) -> tuple[int | None, ...]:
    return (row.young, row.seats, row.young_target, row.seats_target, *(row.interval or ()))


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
    if zone is not None or not same:
        return own[0] if own else None
    lacking = missing_in_all(same)
    if own:
        return replace(own[0], at_least=lacking)
    # No target for all zones: the zones' targets and their shares of today add up.
    target = sum(reading.target for reading in same)
    needed = sum(reading.target * reading.share for reading in same)
    return Reading(
        measure=measure,
        figure=figure(counts, measure, milestone, None),
        target=target,
        share=Fraction(needed) / target if target else Fraction(0),
        at_least=lacking,
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
    sides = short_first(young, places)
    if not sides:
        return _("no objective"), ""
    if any(reading.is_behind for reading in sides):
        name = _("Recruitment") if sides[0].measure == YOUNG else _("Hosting")
    else:
        name = _("Met")
    if not any(reading.missing for reading in sides):
        return name, _("objectives reached")
    return name, ", ".join(amount(reading.measure, reading.missing) for reading in sides)


def short_first(young: Reading | None, places: Reading | None) -> list[Reading]:
    """The sides that have an objective, the one further behind it first."""
    sides = [reading for reading in (young, places) if reading is not None]
    if any(reading.is_behind for reading in sides):
        # Recruitment first when both are equally behind: young people are what is hard to find.
        sides.sort(key=lambda reading: reading.ratio)
    return sides

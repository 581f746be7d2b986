"""The recruiter's list: one filter, one order, one page of it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Count, F, Func, Q, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, Lower

from partnership import clock
from partnership.models import User

from .measures import CONDITIONS
from .models import (
    NO_RANK,
    RANK,
    RECRUITMENT,
    Application,
    ApplicationQuerySet,
    Booking,
    Cohort,
    Condition,
    Enrolment,
    PaperRequest,
    RecruitmentSource,
    dialled,
    plain,
)
from .states import (
    HOLDING,
    LIVE,
    ApplicationState,
    BookingState,
    PaperRequestState,
    SlotKind,
)

S = ApplicationState
# Values of the filter `etat` that say more, or less, than one state; every other value is a state.
IN_PROGRESS = "en_cours"
TO_CONTACT = "a_contacter"
TO_RECORD = "a_enregistrer"
OVERDUE = "a_relancer"
OFFERED = "offre_en_cours"
NOBODY = "personne"
# The value of `venu_par` for whoever came by no source that is known; every code ends in four letters of its own.
NO_SOURCE = "aucune"
# The value of `vue` that shows the stages side by side.
COLUMNS = "colonnes"
# Values of the filter `suivi`: what there is to do for somebody once they are asked for papers, or have their place.
INCOMPLETE = "pieces_manquantes"
TO_LOOK_AT = "pieces_a_verifier"
AT_RISK = "fragile"
# Past so many applications a page counts nothing: the exact number is an address of its own.
COUNTED_AT_ONCE = 10_000


@dataclass(frozen=True)
class Order:
    """Keys that all rise, or all fall; the last one makes the order total, so that no row shows on two pages.

    `stages` are the values of `etat` in which every row has the keys: without one of them the order means nothing.
    """

    keys: tuple[F | Func, ...]
    falls: bool = False
    stages: tuple[str, ...] = ()

    def turned(self) -> "Order":
        return replace(self, falls=not self.falls)

    def sorting(self) -> list[OrderBy]:
        return [key.desc() if self.falls else key.asc() for key in self.keys]


# An enquiry has not been submitted: it came in when it was begun.
_SUBMISSION = (Coalesce("submitted_at", "created_at"), F("id"))
_WAIT = (F("state_since"), F("id"))
_PERSON = (Lower("candidate__last_name"), Lower("candidate__first_name"), F("candidate"))
_NAME = (*_PERSON, F("id"))
_REPLY = (F("reply_before"), F("id"))
_OFFER_STAGES = (S.ADMITTED.value, OVERDUE, OFFERED)
# The value of `tri` → what it orders by. Each has its index (models.py): the first page and the last cost the same.
ORDERS: dict[str, Order] = {
    "-deposee": Order(_SUBMISSION, falls=True),
    "deposee": Order(_SUBMISSION),
    # The longest wait is the oldest state.
    "-attente": Order(_WAIT),
    "attente": Order(_WAIT, falls=True),
    "nom": Order(_NAME),
    "-nom": Order(_NAME, falls=True),
    # Zone by zone, in each the longest wait first.
    "zone": Order(_WAIT),
    "-zone": Order(_WAIT),
    "reponse": Order(_REPLY, stages=_OFFER_STAGES),
    "-reponse": Order(_REPLY, falls=True, stages=_OFFER_STAGES),
    "rang": Order((F("cohort"), RANK, F("id")), stages=(S.WAITLISTED.value,)),
}
FIRST_ORDER = "-deposee"
_REFERENCE = re.compile(r"(?:cv )?(\d{2}) (\d{1,9})")
_TELEPHONE = re.compile(r"[+(]?\d[\d ./()]*")
# Of an application's number; and how many figures at least may be a part of a telephone.
_MOST_DIGITS, _FEWEST_DIGITS = 9, 4
# The index of names, addresses and telephones knows three letters in a row.
_SHORTEST = 3


def stages() -> dict[str, Q]:
    """What each value of `etat` that is no state means now; the work list counts by the same conditions."""
    past = Booking.objects.booked().filter(kind=SlotKind.INTERVIEW, slot__starts_at__lte=clock.now())
    return {
        IN_PROGRESS: Q(state__in=LIVE),
        TO_CONTACT: Q(state__in=[S.SUBMITTED, S.ENQUIRY]),
        TO_RECORD: Q(state=S.INTERVIEW_SCHEDULED, pk__in=past.values("application")),
        OVERDUE: Q(state=S.ADMITTED, reply_before__lt=clock.now()),
        OFFERED: Q(state=S.ADMITTED, reply_before__gte=clock.now()),
    }


def follow_ups() -> dict[str, Q]:
    """What each value of `suivi` means now."""
    received = PaperRequest.objects.filter(state=PaperRequestState.RECEIVED)
    return {
        INCOMPLETE: Q(state__in=LIVE, pk__in=PaperRequest.objects.missing().values("application")),
        TO_LOOK_AT: Q(state__in=LIVE, pk__in=received.values("application")),
        AT_RISK: Q(state=S.CONFIRMED, pk__in=Enrolment.objects.at_risk(clock.now()).values("application")),
    }


def steps() -> dict[str, Q]:
    """How far a file has come, from the first contact to the course: each value of `atteint`, one after the other.

    As on the board, but for the interviews, which it does not count.
    """
    interviews = Booking.objects.filter(kind=SlotKind.INTERVIEW, state=BookingState.ATTENDED)
    return {
        "contacts": CONDITIONS["contacts"],
        "applied": CONDITIONS["applied"],
        "interviewed": Q(pk__in=interviews.values("application")),
        "admitted": CONDITIONS["admitted"],
        "confirmed": CONDITIONS["confirmed"],
        "present": CONDITIONS["present"],
    }


def where(filters: Mapping[str, Any]) -> Q:
    """What the filters describe: q, zone (code), etat, rentree (key), source, responsable (key), suivi, condition.

    And by which source people came (`venu_par`, a code), and how far (`atteint`).
    """
    condition = Q()
    if words := filters.get("q"):
        condition &= _matching(words)
    if zone := filters.get("zone"):
        condition &= Q(cohort__zone__code=zone)
    if state := filters.get("etat"):
        condition &= stages().get(state) or Q(state=state)
    if intake := filters.get("rentree"):
        condition &= Q(intake=intake)
    if source := filters.get("source"):
        condition &= Q(source=source)
    if code := filters.get("venu_par"):
        by_none = Q(recruitment_source__isnull=True)
        # By its key: of a code in another table the database does not know how rare it is.
        known = RecruitmentSource.objects.filter(code=code).order_by().values_list("pk", flat=True)
        condition &= by_none if code == NO_SOURCE else Q(recruitment_source__in=list(known))
    if step := filters.get("atteint"):
        condition &= steps()[step]
    if owner := filters.get("responsable"):
        condition &= Q(owner__isnull=True) if owner == NOBODY else Q(owner=owner)
    if follow_up := filters.get("suivi"):
        condition &= follow_ups()[follow_up]
    if kind := filters.get("condition"):
        unmet = Condition.objects.unmet().filter(kind=kind)
        condition &= Q(state__in=HOLDING, pk__in=unmet.values("application"))
    return condition


def _matching(words: str) -> Q:
    """Every word in the name, e-mail or telephone; or the telephone as one says it; or the reference.

    All that is said of the person is asked of one column, whose index knows every three letters of it.
    """
    text = plain(words)
    if not text:
        return Q()
    reference = _REFERENCE.fullmatch(text)
    if reference and text.startswith("cv"):
        return _numbered(*reference.groups())
    if text.isdecimal() and len(text) < _FEWEST_DIGITS:
        # So few figures stand in everybody's telephone: they are a file's number.
        return Q(number=int(text))
    found = _of_the_person(text)
    if text.isdecimal() and len(text) <= _MOST_DIGITS:
        return _either(found, Q(number=int(text)))
    return _either(found, _numbered(*reference.groups())) if reference else found


def _numbered(year: str, number: str) -> Q:
    return Q(number=int(number), intake__starts_on__year=2000 + int(year))


def _of_the_person(text: str) -> Q:
    if _TELEPHONE.fullmatch(text) and len(digits := dialled(text)) >= _SHORTEST:
        return Q(candidate__search_text__contains=digits)
    condition = Q()
    for word in text.split():
        if len(word) >= _SHORTEST:
            condition &= Q(candidate__search_text__contains=word)
        else:
            # The index knows one or two letters only where a word begins with them.
            condition &= Q(candidate__search_text__startswith=word) | Q(candidate__search_text__contains=f" {word}")
    return condition


def _either(person: Q, file: Q) -> Q:
    """One index cannot answer for two tables: each finds its own files, and those of both are meant."""
    of_the_person, of_the_file = (Application.objects.filter(one).order_by().values("pk") for one in (person, file))
    return Q(pk__in=of_the_person.union(of_the_file))


def order_of(filters: Mapping[str, Any], order: str) -> str:
    """The order asked for, where it means something; else the first one."""
    known = ORDERS.get(order)
    return order if known and (not known.stages or filters.get("etat") in known.stages) else FIRST_ORDER


def chosen(user: User, filters: Mapping[str, Any]) -> ApplicationQuerySet:
    """The applications of the list, in no order."""
    return Application.objects.visible_to(user).filter(where(filters))


def _chosen_in(cohorts: Mapping[int, Cohort], user: User, filters: Mapping[str, Any]) -> ApplicationQuerySet:
    """The same, where the cohorts that the user may see are at hand: of some zones, by their cohorts' keys.

    Of a zone in another table the database does not know how rare it is.
    """
    zone = filters.get("zone")
    found = chosen(user, {**filters, "zone": ""})
    if not zone and user.zones_as(*RECRUITMENT) is None:
        return found
    return found.filter(cohort__in=[key for key, cohort in cohorts.items() if not zone or cohort.zone.code == zone])


def rows(user: User, filters: Mapping[str, Any], order: str = "") -> ApplicationQuerySet:
    """The applications of the list, in order; an unknown order is the first one."""
    name = order_of(filters, order)
    by_zone = {
        "zone": ["cohort__zone__order", "cohort__zone__name"],
        "-zone": ["-cohort__zone__order", "-cohort__zone__name"],
    }
    related = chosen(user, filters).select_related("candidate", "cohort__zone", "intake__programme", "owner")
    return related.order_by(*by_zone.get(name, ()), *ORDERS[name].sorting())


def counts(user: User, filters: Mapping[str, Any]) -> dict[str, int]:
    """How many applications the list holds (`shown`), and how many are in each state, in one statement."""
    states = {state.value: Count("pk", filter=Q(state=state)) for state in ApplicationState}
    return Application.objects.visible_to(user).aggregate(
        shown=Count("pk", filter=where(filters)), all=Count("pk"), live=Count("pk", filter=Q(state__in=LIVE)), **states
    )


# The stages of the pipeline, from left to right.
PIPELINE = LIVE
ROWS_A_COLUMN = 8


def columns(user: User, filters: Mapping[str, Any], *, cohorts: Iterable[Cohort]) -> dict[str, "Column"]:
    """The files in progress by stage: how many, and those that have been there longest; three statements."""
    known = {cohort.pk: cohort for cohort in cohorts}
    source = _chosen_in(known, user, filters)
    wanted = [
        source.filter(state=stage).order_by(*Order(_WAIT).sorting()).values("pk")[:ROWS_A_COLUMN] for stage in PIPELINE
    ]
    first, *others = wanted
    oldest = [row["pk"] for row in first.union(*others, all=True)]
    totals = dict(source.filter(state__in=PIPELINE).order_by().values_list("state").annotate(n=Count("pk")))
    found = {stage.value: Column(totals.get(stage, 0)) for stage in PIPELINE}
    # Asked again: one of them may have moved on meanwhile.
    shown = Application.objects.filter(pk__in=oldest, state__in=PIPELINE, cohort__in=known)
    shown = shown.select_related("candidate", "owner").only(*_SHOWN)
    for application in shown.order_by("state_since", "pk"):
        application.cohort = known[application.cohort_id]
        application.intake = application.cohort.intake
        found[application.state].rows.append(application)
    return found


@dataclass
class Column:
    """A stage of the pipeline: how many files are there, and the first to look at."""

    total: int
    rows: list[Application] = field(default_factory=list)


def count(user: User, filters: Mapping[str, Any]) -> int:
    """How many applications the list holds."""
    return chosen(user, filters).count()


def is_long() -> bool:
    """Whether there are too many applications to count them on every page, as PostgreSQL remembers their number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [Application._meta.db_table])
        return cursor.fetchone()[0] > COUNTED_AT_ONCE


# -- one page of it -----------------------------------------------------------------------------------------------


class _Compared(Func):
    """Two rows of values side by side, as PostgreSQL compares them: an index on the keys answers it."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


class _Row(Func):
    function = "ROW"
    output_field = BooleanField()  # nobody reads it alone


@dataclass(frozen=True)
class Slice:
    """Some rows of the list, and the places before the first and after the last where there are more."""

    rows: list[Application]
    before: str = ""
    after: str = ""


def page(
    user: User,
    filters: Mapping[str, Any],
    order: str,
    *,
    size: int,
    cohorts: Iterable[Cohort],
    after: str = "",
    before: str = "",
) -> Slice:
    """The rows after a place, or before one, or the first ones; a place nobody knows is the beginning.

    A place is the keys of a row, so that the next page begins right behind it even if the row has moved since; names
    stay out of addresses, so where the order is by name it is the row's number alone. `cohorts` are those the user
    may see: what they say of a row is not asked again of the database.
    """
    name, known = order_of(filters, order), {cohort.pk: cohort for cohort in cohorts}
    place = _place(user, name, after or before)
    back = bool(before) and not after and place is not None
    source = _chosen_in(known, user, filters).select_related("candidate", "owner").only(*_SHOWN)
    found = _from(source, name, known, place=place, back=back, limit=size + 1)
    if place is not None and (len(found) < size if back else not found):
        # The list has changed at its head, or there is nothing behind the place: the first page is a whole one.
        place, back = None, False
        found = _from(source, name, known, place=None, back=False, limit=size + 1)
    more = len(found) > size
    found = found[:size]
    if back:
        found.reverse()
    for application in found:
        application.cohort = known[application.cohort_id]
        application.intake = application.cohort.intake
    if not found:
        return Slice([])
    return Slice(
        found,
        before=_named(name, found[0]) if (more if back else place is not None) else "",
        after=_named(name, found[-1]) if back or more else "",
    )


_SHOWN = (
    "number",
    "state",
    "state_since",
    "submitted_at",
    "created_at",
    "source",
    "reply_before",
    "waiting_rank",
    "cohort",
    "intake",
    "candidate__first_name",
    "candidate__last_name",
    "owner__full_name",
)


def _from(
    source: ApplicationQuerySet, name: str, cohorts: dict[int, Cohort], *, place: list | None, back: bool, limit: int
) -> list[Application]:
    order = ORDERS[name]
    if name not in ("zone", "-zone"):
        order = order.turned() if back else order
        return list(_behind(source, order, place).order_by(*order.sorting())[:limit])
    # No index leads from zone to zone: each is asked for its own first rows, and the first ones of all are kept.
    zones = sorted({cohort.zone for cohort in cohorts.values()}, key=lambda zone: (zone.order, zone.name))
    if (name == "-zone") != back:
        zones.reverse()
    order = order.turned() if back else order
    parts, begun = [], place is None
    for number, zone in enumerate(zones):
        here = not begun and zone.code == place[0]
        if not (begun or here):
            continue
        inside = source.filter(cohort__in=[key for key, cohort in cohorts.items() if cohort.zone == zone])
        inside = _behind(inside, order, place[1:] if here else None).order_by(*order.sorting())
        parts.append(
            inside.select_related(None).only("pk").annotate(turn=Value(number)).values_list("turn", "pk")[:limit]
        )
        begun = True
    if not parts:
        return []
    keys = [key for _turn, key in (parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])[:limit]]
    found = {application.pk: application for application in source.filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def _behind(rows: ApplicationQuerySet, order: Order, place: list | None) -> ApplicationQuerySet:
    if place is None:
        return rows
    sign = " < " if order.falls else " > "
    if order.keys is _NAME:
        # The names are another table's, and its index is entered by what is compared in that table alone: the names.
        near = _Compared(_Row(*_PERSON[:2]), _Row(*map(Value, place[:2])), arg_joiner=f"{sign.rstrip()}= ")
        rows = rows.filter(near)
    return rows.filter(_Compared(_Row(*order.keys), _Row(*map(Value, place)), arg_joiner=sign))


_FAR = "~"
_READ: dict[str, tuple[Callable[[str], Any], ...]] = {
    "-deposee": (datetime.fromisoformat, UUID),
    "-attente": (datetime.fromisoformat, UUID),
    "zone": (str, datetime.fromisoformat, UUID),
    "reponse": (datetime.fromisoformat, UUID),
    "rang": (int, int, UUID),
    "nom": (UUID,),
}


def _place(user: User, name: str, text: str) -> list | None:
    """The keys that an address names; None if it names none."""
    readers = _READ.get(name) or _READ.get(name.removeprefix("-")) or _READ[f"-{name}"]
    parts = text.split(_FAR)
    if len(parts) != len(readers):
        return None
    try:
        place = [read(part) for read, part in zip(readers, parts, strict=True)]
    except (ValueError, OverflowError):
        return None
    if name in ("nom", "-nom"):
        found = Application.objects.visible_to(user).filter(pk=place[0]).values_list(*_NAME).first()
        return list(found) if found else None
    if any(isinstance(key, datetime) and key.tzinfo is None for key in place) or any(
        isinstance(key, int) and not 0 <= key < 2**31 for key in place
    ):
        return None
    return place


def _named(name: str, row: Application) -> str:
    """The place of a row in an order, as an address names it."""
    moments: dict[str, tuple[Any, ...]] = {
        "deposee": (row.submitted_at or row.created_at,),
        "attente": (row.state_since,),
        "zone": (row.cohort.zone.code, row.state_since),
        "reponse": (row.reply_before,),
        "rang": (row.cohort_id, NO_RANK if row.waiting_rank is None else row.waiting_rank),
        "nom": (),
    }
    keys = (*moments[name.removeprefix("-")], row.pk)
    return _FAR.join(
        key.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(key, datetime) else str(key) for key in keys
    )

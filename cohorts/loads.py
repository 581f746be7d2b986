"""How much whoever follows files has in hand, and how much of it is due: added up, and not counted file by file.

What awaits us and has no date is due whenever it came, and the headcounts know how much that is: those of the last
days, which an index finds, are taken off what is late or silent. A test holds that this says what the lists say.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Func,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    UUIDField,
    Value,
    When,
)

from partnership import clock
from partnership.models import User

from .models import Application, ApplicationQuerySet, Headcount
from .states import AWAITING, HeadcountKind
from .worklist import BY_TELEPHONE, CALLS, Due, Part, Parts, awaiting, interviews, parts, silent_since, this_week

# What is counted of each: every live state by its value, all of them, what is due and what of it; `interviews` are
# those of this week.
IN_HAND, DUE, LATE, TO_CALL, SILENT, INTERVIEWS = "live", "due", "late", "to_call", "silent", "interviews"
Loads = dict[UUID | None, Counter[str]]
# Of these parts there are few, and each file is looked at.
_LOOKED_AT = (Due.CALL_BACK, Due.ANSWER, Due.RECORD)


def loads(user: User, found: Parts | None = None) -> Loads:
    """What each follower of the files one may see has in hand (None: nobody follows them); one statement.

    `found` are the parts of what is due among these files, for whoever has them.
    """
    files, at = Application.objects.visible_to(user), clock.now()
    found = found or parts(files, at=at)
    lines = Headcount.objects.visible_to(user).filter(kind=HeadcountKind.OWNER)
    silent_before, (since, until) = silent_since(settings.SILENCE_DAYS_OWNER), this_week()
    waiting, mute = awaiting(files), Q(candidate__phone="", candidate__erased_at=None)
    contact, decision = found[Due.CONTACT], found[Due.DECISION]
    called = Q(state__in=BY_TELEPHONE)
    recent = {
        LATE: called & Q(due_at__gte=contact.late_before) | ~called & Q(due_at__gte=decision.late_before),
        SILENT: Q(due_at__gte=silent_before),
        DUE: Q(due_at__gt=at),
        TO_CALL: called & Q(due_at__gt=at),
    }
    since_when = min(contact.late_before, decision.late_before, silent_before)
    waits = Case(When(has_date=False, state__in=AWAITING, then=Value("waits")), default=Value("held"))
    # What a row counts (`_figures`); its detail is a state, or the other figures it adds to or takes away from.
    arms = [
        # Lines of files that went elsewhere add up to nobody.
        _told(lines, waits, F("state")).annotate(n=Sum("number")).exclude(n=0),
        _counted(waiting.filter(due_at__gte=since_when), "less", _words_of(recent)),
        _counted(contact.files.filter(mute), "less", Value(TO_CALL)),
        *(_due_in(found[due], due, silent_before) for due in _LOOKED_AT),
        _counted(interviews(files, since=since, until=until), "interviews", Value("")),
    ]
    counted: Loads = defaultdict(Counter)
    for owner, what, detail, number in arms[0].union(*arms[1:], all=True):
        for figure in _figures(what, detail):
            counted[owner][figure] += -number if what == "less" else number
    return dict(counted)


# What each row adds to, whatever its detail says beside it.
_ALWAYS = {
    "held": (IN_HAND,),
    "waits": (IN_HAND, DUE, LATE, SILENT),
    "less": (),
    "due": (DUE,),
    "late": (DUE, LATE),
    "interviews": (INTERVIEWS,),
}


def _figures(what: str, detail: str) -> list[str]:
    """To which figures a row adds, or from which it takes away."""
    called = [TO_CALL] if what == "waits" and detail in BY_TELEPHONE else []
    return [*_ALWAYS[what], *detail.split(), *called]


def _due_in(part: Part, due: Due, silent_before: datetime) -> QuerySet:
    """The rows of a part in which each file is looked at."""
    true = {SILENT: Q(due_at__lt=silent_before)}
    if part.late_before:
        true[LATE] = Q(due_at__lt=part.late_before)
    if due in CALLS:
        true[TO_CALL] = Q(candidate__phone__gt="")
    return _counted(part.files, "due" if part.late_before else "late", _words_of(true))


class _Words(Func):
    """Those of some words that are not null, in one text."""

    function = "CONCAT_WS"
    output_field = CharField()


def _words_of(true: dict[str, Q]) -> _Words:
    """The names of the figures of which something is true of a file."""
    return _Words(Value(" "), *(Case(When(is_so, then=Value(figure))) for figure, is_so in true.items()))


def _counted(files: ApplicationQuerySet, what: str, detail: object) -> QuerySet:
    return _told(files, Value(what), detail).annotate(n=Count("*"))


def _told(rows: QuerySet, what: object, detail: object) -> QuerySet:
    return rows.order_by().values_list("owner", what, detail)


def total(counted: Loads, owners: Iterable[UUID | None] | None = None) -> Counter[str]:
    """The load of some followers together, or of all."""
    added: Counter[str] = Counter()
    for owner in counted if owners is None else set(owners):
        added.update(counted.get(owner, {}))
    return added


def oldest(user: User, counted: Loads) -> dict[UUID | None, datetime]:
    """Since when the first of what is due waits, by who follows it; one statement."""
    files = Application.objects.visible_to(user)
    found, waiting = parts(files), awaiting(files).filter(due_at__lte=clock.now()).order_by("due_at")
    theirs = waiting.filter(owner=OuterRef("pk")).values("due_at")[:1]
    nobodys = waiting.filter(owner=None).annotate(whose=Value(None, output_field=UUIDField()))
    arms = [
        *(found[due].files.order_by().values_list("owner").annotate(first=Min("due_at")) for due in _LOOKED_AT),
        User.objects.filter(pk__in=[key for key in counted if key]).order_by().values_list("pk", Subquery(theirs)),
        nobodys.values_list("whose", "due_at")[:1],
    ]
    first: dict[UUID | None, datetime] = {}
    for owner, moment in arms[0].union(*arms[1:], all=True):
        if moment is not None:
            first[owner] = min(moment, first.get(owner, moment))
    return first

"""By which source people come: what an address carries of it, and how far each source's people have come."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, Sum, Value
from django.http import HttpRequest

from partnership.models import User

from . import listing
from .models import Headcount, RecruitmentSource
from .states import ApplicationState, HeadcountKind

# What the address of a source's link carries, from the course to the first step; afterwards the draft knows.
PARAMETER = "src"
CODE = re.compile(r"[a-z0-9-]{4,40}")
# Fewer people than this say nothing about a rate.
COMPARABLE = 30


def code_in(request: HttpRequest) -> str:
    """The code that an address carries, if it may be one: whether there is such a source is asked when it counts."""
    code = request.GET.get(PARAMETER, "")
    return code if CODE.fullmatch(code) else ""


def carried(request: HttpRequest) -> str:
    """What the next address must carry: « ?src=… », or nothing."""
    code = code_in(request)
    return f"?{PARAMETER}={code}" if code else ""


def came_by(request: HttpRequest) -> RecruitmentSource | None:
    """The source whose link was followed, in use or not: its posters still hang. An unknown code is nobody's."""
    code = code_in(request)
    return RecruitmentSource.objects.filter(code=code).first() if code else None


# -- how far they come ------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """The people of a source, or of an answer: how many have reached each step, and what they say they heard of."""

    reached: Counter[str] = field(default_factory=Counter)
    heard: Counter[str] = field(default_factory=Counter)

    @property
    def is_small(self) -> bool:
        """Whether there are too few people for a percentage to say anything."""
        return self.reached["contacts"] < COMPARABLE

    def share(self, step: str) -> int | None:
        """Of a hundred contacts, how many have reached a step; None where too few people say nothing."""
        return None if self.is_small else round(100 * self.reached[step] / self.reached["contacts"])


@dataclass
class Funnel:
    """The same files twice: by the source that brought them (a key, None where nobody knows), and by their answer."""

    by_source: dict[int | None, Line] = field(default_factory=dict)
    by_answer: dict[str, Line] = field(default_factory=dict)
    all: Line = field(default_factory=Line)


def funnel(user: User, filters: Mapping[str, Any]) -> Funnel:
    """How many of the files one may see have reached each step, in one statement.

    What a file says of itself is added up from the headcounts; what other records say is counted among those they are
    about. `filters` are those that the pages of the sources know (zone, rentree, venu_par).
    """
    found, steps = Funnel(), listing.steps()
    lines = Headcount.objects.visible_to(user).filter(kind=HeadcountKind.SOURCE, **_narrowed(filters))
    told = {"contacts": Q(), "applied": Q(was_submitted=True), "admitted": Q(was_offered=True)}
    told["confirmed"] = Q(state=ApplicationState.CONFIRMED)
    counted = {step: lines.filter(condition) for step, condition in told.items()}
    files = listing.chosen(user, filters)
    arms = [
        (counted[step] if step in told else files.filter(condition))
        .order_by()
        .values_list("recruitment_source", "source", Value(step))
        .annotate(n=Sum("number") if step in told else Count("*"))
        # Lines of files that went elsewhere add up to nobody.
        .exclude(n=0)
        for step, condition in steps.items()
    ]
    for source, answer, step, number in arms[0].union(*arms[1:], all=True):
        for line in (
            found.by_source.setdefault(source, Line()),
            found.by_answer.setdefault(answer, Line()),
            found.all,
        ):
            line.reached[step] += number
            line.heard[answer] += number if step == "contacts" else 0
    return found


def _narrowed(filters: Mapping[str, Any]) -> dict[str, Any]:
    named = {"zone": "cohort__zone__code", "rentree": "cohort__intake", "venu_par": "recruitment_source__code"}
    by_none = {"recruitment_source__isnull": True} if filters.get("venu_par") == listing.NO_SOURCE else {}
    return {named[name]: value for name, value in filters.items() if value and value != listing.NO_SOURCE} | by_none

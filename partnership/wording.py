"""The parts of a convention, and what has changed in them, in words: for pages, for paper and for the history."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .board import date_words
from .measures import MEASURES
from .models import Amendment, AmendmentChange, Commitment, Convention, Milestone, Objective, Party, ref
from .states import ChangeKind, Precision
from .templatetags.figures import longdate, number

# A date of a milestone is said with its precision.
PRECISIONS = {"opens_on": "opens_precision", "finalise_by": "finalise_precision"}
MODELS = {model._meta.label_lower: model for model in (Convention, Milestone, Objective, Commitment, Amendment)}
Parts = dict[str, Any]
_PARTY = f"{Party._meta.label_lower}:{{}}"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Line:
    """What a field of a part said, and says."""

    part: str
    field: str
    old: str
    new: str


def measure_words(key: str) -> str:
    """The name of a figure."""
    return str(MEASURES[key].label) if key in MEASURES else key


def objective_words(objective: Objective) -> str:
    """« Confirmés, Lyon » of an objective."""
    label = measure_words(objective.measure)
    return f"{label}, {objective.zone}" if objective.zone else label


def part_words(part: Milestone | Objective | Commitment) -> str:
    """What a part of a convention is called where it does not stand below its milestone."""
    if isinstance(part, Milestone):
        return _("Milestone %(n)s: %(title)s") % {"n": part.order, "title": part.short_title}
    if isinstance(part, Objective):
        return f"{objective_words(part)} ({part.milestone.short_title})"
    return part.text


def parts(convention: Convention) -> Parts:
    """Every part of a convention and its parties, by the name under which journal and amendments know it."""
    objectives = Objective.objects.filter(milestone__convention=convention).select_related("milestone", "zone")
    found = [
        *convention.milestones.all(),
        *objectives.order_by("milestone__order", "measure", "zone__order"),
        *convention.commitments.select_related("party", "milestone"),
        *Party.objects.filter(signatures__convention=convention),
    ]
    return {ref(part): part for part in found}


def change_lines(changes: Iterable[AmendmentChange], known: Parts) -> list[tuple[AmendmentChange, list[Line]]]:
    """Each change of an amendment with what it says, field by field; `known` is what `parts` found."""
    return [(change, _lines(change, known)) for change in changes]


def _lines(change: AmendmentChange, known: Parts) -> list[Line]:
    if change.kind == ChangeKind.PROMISE:
        return [
            Line(
                _("New commitment"), known[_PARTY.format(change.new["party_id"])].short_name, "", _promised(change.new)
            )
        ]
    part = part_words(known[change.subject]) if change.subject in known else change.subject
    model = MODELS[change.subject.partition(":")[0]]
    return [
        Line(part, field_words(model, name), _value(name, change.old), _value(name, change.new))
        for name in change.new
        if name not in PRECISIONS.values()
    ]


def _promised(new: dict[str, Any]) -> str:
    if not new["due_on"]:
        return new["text"]
    return _("%(promise)s (due on %(day)s)") % {"promise": new["text"], "day": _value("due_on", new)}


def field_words(model: type[models.Model], name: str) -> str:
    """The name of a column, as its page calls it."""
    if name == "parties":
        return _("Parties")
    return capfirst(str(model._meta.get_field(name).verbose_name))


def _value(name: str, values: dict[str, Any]) -> str:
    value = values[name]
    if name in PRECISIONS:
        return date_words(date.fromisoformat(value) if value else None, values[PRECISIONS[name]])
    if value in (None, ""):
        return _("no date") if name == "due_on" else "–"
    if name == "due_on":
        return longdate(date.fromisoformat(value))
    return number(value) if name == "target" else str(value)


def journal_words(model: type[models.Model], reason: str) -> Line:
    """What a line of the journal says of a field: « target: 100 → 120 »."""
    name, _colon, sides = reason.partition(": ")
    old, _arrow, new = sides.partition(" → ")
    try:
        field = field_words(model, name)
    except FieldDoesNotExist:
        return Line("", "", "", reason)
    return Line("", field, _kept(name, old), _kept(name, new))


def objective_kept_words(reason: str) -> str:
    """« Confirmés, Lyon – 20 », from « confirmed: Lyon = 20 » of the journal: of an objective that may be gone."""
    key, _colon, rest = reason.partition(": ")
    zone, _equals, target = rest.partition(" = ")
    return f"{measure_words(key)}, {_('every zone') if zone == '*' else zone} – {target}"


def _kept(name: str, text: str) -> str:
    if name in PRECISIONS.values():
        return str(dict(Precision.choices).get(text, text))
    if name == "measure":
        return measure_words(text)
    return longdate(date.fromisoformat(text)) if _DAY.fullmatch(text) else text

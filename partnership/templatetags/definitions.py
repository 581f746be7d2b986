"""What figures count, in words, on whatever page they stand."""

from collections.abc import Iterable
from typing import Any

from django import template

from ..board import TERMS, Reading
from ..measures import MEASURES
from ..models import Objective

register = template.Library()


@register.inclusion_tag("components/definitions.html")
def definitions(*keys: str, readings: Iterable[Reading | Objective] = ()) -> dict[str, Any]:
    """List what some measures count, by their keys or by whatever names them; each of them once."""
    wanted = dict.fromkeys([*keys, *(reading.measure for reading in readings)])
    known = MEASURES | TERMS
    return {"measures": [known[key] for key in wanted if key in known]}


@register.filter
def defined(key: str) -> Any:
    """What a term means that follows from figures, by its key."""
    return TERMS[key].definition

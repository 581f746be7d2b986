"""What figures count, in words, on whatever page they stand."""

from collections.abc import Iterable
from typing import Any

from django import template

from ..board import Reading
from ..measures import MEASURES
from ..models import Objective

register = template.Library()


@register.inclusion_tag("components/definitions.html")
def definitions(*keys: str, readings: Iterable[Reading | Objective] = ()) -> dict[str, Any]:
    """List what some measures count, by their keys or by whatever names them; each of them once."""
    wanted = dict.fromkeys([*keys, *(reading.measure for reading in readings)])
    return {"measures": [MEASURES[key] for key in wanted if key in MEASURES]}

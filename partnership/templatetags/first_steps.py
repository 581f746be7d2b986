"""The list of first steps, wherever the home of a role has room for it."""

from typing import Any

from django import template

from .. import first_steps as registered
from ..states import Role

register = template.Library()


@register.inclusion_tag("components/first_steps.html", takes_context=True)
def first_steps(context: template.Context, *roles: str, folded: bool = False) -> dict[str, Any]:
    """Show what the reader does first in these roles, until it is done or put away; `folded` takes a button's room."""
    steps = registered.of(context["user"], *map(Role, roles))
    return {
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "folded": folded,
        "csrf_token": context.get("csrf_token"),
        "request": context.get("request"),
    }

"""What must not be kept is refused in every form whose words stay in somebody's file."""

from typing import Any

from django import forms

from ..contract_law import not_to_be_kept


def refuse_the_unkept(form: forms.Form, answers: dict[str, Any]) -> dict[str, Any]:
    """Refuse each text in which somebody typed what must not be kept; the answers that are left."""
    for name, value in list(answers.items()):
        if isinstance(value, str) and (why := not_to_be_kept(value)):
            form.add_error(name, why)
    return answers

"""Choices of columns: recruitment makes them for the software of others, shares them and takes them away."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from partnership import clock, workflow
from partnership.models import User
from partnership.workflow import edit, record

from ..models import ColumnTemplate

_REFUSALS = {"a_template_has_a_name_of_its_own": _("There is already a template of this name.")}
Columns = Sequence[tuple[str, str]]


@transaction.atomic
def make_template(*, name: str, columns: Columns, by: User) -> ColumnTemplate:
    """Keep a choice of columns under a name; Refused if the name is taken."""
    with workflow.refusing(_REFUSALS):
        made = ColumnTemplate.objects.create(name=name, columns=columns, made_at=clock.now(), made_by=by)
    record(made, "made", by=by)
    return made


@transaction.atomic
def change_template(
    template: ColumnTemplate, *, name: str, columns: Columns, by: User, version: int | None = None
) -> None:
    """Change the name or the columns of a template; Refused if the name is taken, Stale if it has changed since."""
    with workflow.refusing(_REFUSALS):
        edit(template, by=by, version=version, name=name, columns=columns)


@transaction.atomic
def remove_template(template: ColumnTemplate, *, by: User) -> None:
    """Take a template away; files that were written by it stay what they are."""
    record(template, "removed", by=by)
    template.delete()

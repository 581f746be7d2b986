"""The list of first steps goes: put away by its reader, or once everything on it is done."""

from django.db import transaction

from .. import clock, first_steps
from ..models import User
from ..workflow import record


@transaction.atomic
def put_first_steps_away(*, by: User) -> None:
    """Show somebody no more of the list, whatever is left on it; a role given later brings its own."""
    by.first_steps_done_at = clock.now()
    by.save(update_fields=["first_steps_done_at"])
    record(by, "first_steps_put_away", by=by)


def settle_first_steps(person: User) -> None:
    """Ask no more about somebody who has done everything: pages are spared the question."""
    if first_steps.are_over(person):
        person.first_steps_done_at = clock.now()
        person.save(update_fields=["first_steps_done_at"])

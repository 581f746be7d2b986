"""Who is the same person: a name, and a telephone or an e-mail address; whoever asks at once waits in turn."""

from collections.abc import Iterable

from django.db import connection
from django.db.models import Func, Q, TextField, Value

from partnership import links, outbox

from ..models import Application, Candidate, Intake, plain, same_name
from ..states import ERASE, TAKE, ApplicationState


class Turn(Func):
    """Waits, until the end of the transaction, for whoever brings somebody of the same first name for an intake."""

    template = "pg_advisory_xact_lock(hashtextextended(%(expressions)s))"
    output_field = TextField()

    def __init__(self, candidate: Candidate, intake: str = "intake"):
        super().__init__(Value(plain(candidate.first_name)), intake)


def take_turns(first_names: Iterable[str], intake: Intake) -> None:
    """Wait for whoever brings somebody of one of these first names, as Turn does, in an order that cannot cross."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(name, %s)) FROM unnest(%s::text[]) AS name",
            [intake.pk, sorted(set(map(plain, first_names)))],
        )


def same_person(candidate: Candidate, intake: Intake) -> Candidate | None:
    """Whoever is already known by the name and a way to reach them; of several, the one with a live application."""
    reached = Q()
    if candidate.phone:
        reached |= Q(phone=candidate.phone)
    if candidate.email:
        reached |= Q(email__iexact=candidate.email)
    alike = Candidate.objects.filter(reached).exclude(pk=candidate.pk).only("first_name", "last_name")
    name = (candidate.first_name, candidate.last_name)
    named = [other.pk for other in alike if same_name(name, (other.first_name, other.last_name))]
    if not named:
        return None
    same = list(
        Candidate.objects.filter(pk__in=named, applications__isnull=False)
        .exclude(applications__state=ApplicationState.DRAFT)
        .distinct()
    )
    live = Application.objects.live().filter(candidate__in=same, intake=intake).first()
    return live.candidate if live is not None else next(iter(same), None)


def close_fresh_links(files: Iterable[Application]) -> None:
    """The links that open or erase everything held go with the address, and with the person, they were sent for."""
    for file in files:
        for purpose, template in ((TAKE, "cohorts/data_link"), (ERASE, "cohorts/erasure_link")):
            links.revoke(purpose, file)
            outbox.cancel(about=file, template=template)


def held(person: Candidate) -> Candidate:
    """The person as they are now, theirs to be changed until the commit; the one they were merged into, if they were.

    After the row of a file of theirs, if that is locked as well: a merge takes both in this order.
    """
    locked = Candidate.objects.select_for_update(no_key=True)
    found = locked.get(pk=person.pk)
    while found.merged_into_id:
        found = locked.get(pk=found.merged_into_id)
    return found

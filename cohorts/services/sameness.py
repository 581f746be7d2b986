"""Who is the same person: a name, and a telephone or an e-mail address; whoever asks at once waits in turn."""

from django.db.models import Func, Q, TextField, Value

from ..models import Application, Candidate, Intake, plain
from ..states import ApplicationState


class Turn(Func):
    """Waits, until the end of the transaction, for whoever brings somebody of the same first name for an intake."""

    template = "pg_advisory_xact_lock(hashtextextended(%(expressions)s))"
    output_field = TextField()

    def __init__(self, candidate: Candidate, intake: str = "intake"):
        super().__init__(Value(plain(candidate.first_name)), intake)


def same_person(candidate: Candidate, intake: Intake) -> Candidate | None:
    """Whoever is already known by the name and a way to reach them; of several, the one with a live application."""
    reached = Q()
    if candidate.phone:
        reached |= Q(phone=candidate.phone)
    if candidate.email:
        reached |= Q(email__iexact=candidate.email)
    alike = Candidate.objects.filter(reached).exclude(pk=candidate.pk).only("first_name", "last_name")
    named = [other.pk for other in alike if _have_one_name(candidate, other)]
    if not named:
        return None
    same = list(
        Candidate.objects.filter(pk__in=named, applications__isnull=False)
        .exclude(applications__state=ApplicationState.DRAFT)
        .distinct()
    )
    live = Application.objects.live().filter(candidate__in=same, intake=intake).first()
    return live.candidate if live is not None else next(iter(same), None)


def _have_one_name(one: Candidate, other: Candidate) -> bool:
    """Whether two people are called the same; of a contact one may know the first name alone."""
    if not (one.last_name and other.last_name):
        return plain(one.first_name) == plain(other.first_name)
    return plain(str(one)) == plain(str(other))

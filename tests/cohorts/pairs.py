"""Somebody entered twice, and the pairs that a recruiter is shown."""

from cohorts import duplicates
from cohorts.models import Application, Candidate
from cohorts.states import ApplicationState as S

from .. import factories

LEA = {"first_name": "Léa", "last_name": "Roche", "phone": "+33465710001", "email": "lea@exemple.test"}


def entered(*, state=S.SUBMITTED, zone="lyon", of=None, **said) -> Application:
    """A file of somebody who is called Léa Roche, but for what is said otherwise."""
    return factories.application(factories.cohort(zone, of=of), state=state, of=factories.candidate(**(LEA | said)))


def twice(**said) -> tuple[Application, Application]:
    """Somebody entered twice; nobody waits for the second file."""
    return entered(), entered(**({"state": S.REJECTED, "email": "lea.roche@exemple.test"} | said))


def found(user) -> list[set[Candidate]]:
    return [{pair.one.candidate, pair.other.candidate} for pair in duplicates.pairs(user).pairs]

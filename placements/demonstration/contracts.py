"""The contract files of the demonstration: one in each of their first steps, and one that came back."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from partnership import clock
from partnership.models import User

from .. import services as placing
from ..models import ContractFile, Placement
from ..states import ContractKind, ContractState

if TYPE_CHECKING:
    from .story import Story

# How far the file of every seventh placed student has come, by their number.
_STEPS = {0: 1, 1: 2, 2: 3, 3: 4, 4: 5, 5: 6, 6: 0}


def plan(story: "Story", placement: Placement, *, number: int, accepted: datetime, by: User) -> None:
    """Plan the steps of a placement's contract file, two days from each to the next."""
    far = _STEPS[number % len(_STEPS)]
    kind = ContractKind.PROFESSIONALISATION if number % 4 == 3 else ContractKind.APPRENTICESHIP
    deeds = [
        lambda: placing.ask_for_sheet(placement, kind=kind, by=by),
        lambda: _receive(placement),
        lambda: placing.prepare_contract(_of(placement), on=clock.today(), training_hours=430, by=by),
        lambda: placing.sign_contract(_of(placement), on=clock.today(), by=by),
        lambda: placing.file_contract(_of(placement), on=clock.today(), number=f"D-{number:05d}", by=by),
        lambda: placing.answer_contract(
            _of(placement),
            ContractState.RETURNED,
            on=clock.today(),
            reason="La convention de formation n’est pas jointe.",
            by=by,
        ),
    ]
    for step, deed in enumerate(deeds[:far], start=1):
        story.plan(accepted + timedelta(days=2 * step), deed)


def _of(placement: Placement) -> ContractFile:
    return ContractFile.objects.live().get(placement=placement)


def _receive(placement: Placement) -> None:
    site, first = placement.seat.site, placement.enrolment.application.intake.starts_on
    placing.receive_sheet(
        _of(placement),
        by=site,
        employer_name=site.company.name,
        siret=site.siret,
        tutor_name=site.contact_name,
        tutor_job="Responsable de plateau",
        starts_on=first,
        works_from=first,
        ends_on=first + timedelta(days=364),
        weekly_minutes=35 * 60,
    )

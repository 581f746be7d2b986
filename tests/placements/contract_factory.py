"""Contract files in each of their states, by services; and a sheet as an employer fills it in."""

from datetime import date, timedelta
from typing import Any

from cohorts.models import Dossier, Enrolment
from partnership import clock
from partnership.models import User
from placements import services
from placements.models import ContractFile, Placement
from placements.states import ContractKind, ContractState, PlacementState

from .. import factories

S = ContractState
SIRET = "73282932000074"


def dossier(of: Enrolment, *, born_on: date | None = None, **fields: Any) -> Dossier:
    """What a student has said of themselves after the confirmation: twenty years old unless said otherwise."""
    defaults = {"saved_at": clock.now(), "street": "3 rue fictive", "postcode": "69001", "town": "Lyon"}
    born_on = born_on or clock.today().replace(day=1) - timedelta(days=20 * 366)
    return Dossier.objects.update_or_create(
        candidate=of.application.candidate, defaults=defaults | {"born_on": born_on} | fields
    )[0]


def sheet(contract: ContractFile, **said: Any) -> dict[str, Any]:
    """The answers of an employer: a year from the first day of the course."""
    start = contract.placement.enrolment.application.intake.starts_on
    usual = {
        "employer_name": contract.placement.seat.site.company.name,
        "siret": SIRET,
        "tutor_name": "Tutrice Fictive",
        "tutor_job": "Responsable de plateau",
        "headcount": 120,
        "starts_on": start,
        "works_from": start,
        "ends_on": start + timedelta(days=364),
        "weekly_minutes": 35 * 60,
    }
    return usual | said


def contract(
    on: Placement | None = None,
    *,
    state: str = S.ASKED,
    kind: str = ContractKind.APPRENTICESHIP,
    by: User | None = None,
    **said: Any,
) -> ContractFile:
    """A contract file in a state, each step dated today by services; `said` changes the sheet."""
    on = on or factories.placement(state=PlacementState.ACCEPTED)
    by = by or on.proposed_by
    if not Dossier.objects.filter(candidate=on.enrolment.application.candidate_id).exists():
        dossier(on.enrolment)
    made, today = services.ask_for_sheet(on, kind=kind, by=by), clock.today()
    steps = {
        S.RECEIVED: lambda: services.receive_sheet(made, by=on.seat.site, **sheet(made, **said)),
        S.PREPARED: lambda: services.prepare_contract(made, on=today, training_hours=460, by=by),
        S.SIGNED: lambda: services.sign_contract(made, on=today, by=by),
        S.FILED: lambda: services.file_contract(made, on=today, number="DEPOT-1", by=by),
    }
    why = "Le SIRET ne convient pas."
    answers = {
        S.ACCEPTED: lambda: services.answer_contract(made, S.ACCEPTED, on=today, by=by),
        S.RETURNED: lambda: services.answer_contract(made, S.RETURNED, on=today, reason=why, by=by),
        S.REFUSED: lambda: services.answer_contract(made, S.REFUSED, on=today, reason="Employeur inconnu.", by=by),
    }
    if state not in (S.ASKED, S.CANCELLED):
        for step, do in steps.items():
            do()
            if step == state:
                break
        if state in answers:
            answers[state]()
    if state == S.CANCELLED:
        services.cancel(on, by=by, reason="Erreur")
    made.refresh_from_db()
    return made

"""What every installation knows of companies and tutors: operators, agreements, ceilings, eligibility."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction

from ..models import CollectiveAgreement, FundingOperator, TutorCeiling, TutorEligibility

_REFERENCE = Path(__file__).parents[1] / "reference" / "hosts.toml"


@transaction.atomic
def load_host_reference() -> Iterator[str]:
    """Create the rows that are missing, and say so; those already there belong to the administrators."""
    described = tomllib.loads(_REFERENCE.read_text())
    said = []
    for entry in described["operator"]:
        if FundingOperator.objects.get_or_create(code=entry["code"], defaults={"name": entry["name"]})[1]:
            said.append(f"Operator {entry['code']}: created.")
    for entry in described["agreement"]:
        told = {"name": entry["name"], "operator_id": entry.get("operator")}
        if CollectiveAgreement.objects.get_or_create(idcc=entry["idcc"], defaults=told)[1]:
            said.append(f"Agreement {entry['idcc']}: created.")
    for name, model in (("ceiling", TutorCeiling), ("eligibility", TutorEligibility)):
        # Administrators may have moved a date: a kind that has rows is theirs.
        known = set(model.objects.values_list("kind", flat=True))
        for entry in described[name]:
            if entry["kind"] not in known:
                model.objects.create(**entry)
                said.append(f"Tutors’ {name} {entry['kind']}, {entry['since']}: created.")
    return iter(said)

"""A convention from its draft to its board, in a browser: written, signed by two, forecast."""

import pytest
from django.urls import reverse

from partnership.models import Convention
from partnership.states import ConventionState, Role
from tests import factories

from .visitor import BOTH_WAYS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def parties(transactional_db):
    """Who signs for each of the two parties; the planning rates are known."""
    for code in ("smt", "igs"):
        factories.party(code)
    factories.zone("lyon")
    factories.planning_rates()
    return {
        code: factories.user(Role.COORDINATOR, party_code=code, name=name)
        for code, name in (("smt", "Paule Ramond"), ("igs", "Jean Istel"))
    }


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_convention_is_drafted_signed_by_two_and_answers_on_its_board(parties, visit, javascript):
    paule, jean = visit(javascript=javascript), visit(javascript=javascript)
    paule.enter_as(parties["smt"])
    jean.enter_as(parties["igs"])
    _draft(paule)
    convention = Convention.objects.get()
    _sign(jean, convention, "IGS")
    assert convention.signatures.exclude(signed_at=None).count() == 1
    # A change takes the signature back.
    _objective(paule, "host_places", "50")
    assert not convention.signatures.exclude(signed_at=None).exists()
    _sign(jean, convention, "IGS")
    _sign(paule, convention, "SMT")
    convention.refresh_from_db()
    assert convention.state == ConventionState.SIGNED
    paule.open(reverse("partnership:board"))
    paule.sees("En retard ? Non", inside="h1")
    paule.sees("Il manque 100 jeunes et 50 places", inside=".milestones")
    # Both sides again beside the tandem, in all zones.
    paule.sees("100 jeunes, 50 places", inside=".board-table tfoot")
    _suppose(paule, convention)


def _draft(paule: Visitor) -> None:
    """The text of a first milestone with its objective, and a promise."""
    paule.open(reverse("partnership:convention_list"))
    paule.click("New convention", role="link")
    paule.fill("Title", "Convention de formation (fictive)")
    paule.fill("Purpose", "Former des jeunes en alternance.")
    for party in ("IGS", "SMT"):
        paule.page.get_by_role("checkbox", name=party).check()
    paule.click("Begin the draft")
    paule.sees("It cannot be signed yet")
    paule.click("Add a milestone", role="link")
    paule.fill("Title", "Ouvrir le diplôme")
    paule.fill("Short title", "Diplôme")
    paule.page.locator("[name=opens_on]").fill("2027-09-13")
    paule.page.locator("[name=finalise_by]").fill("2027-07-31")
    paule.click("Add the milestone")
    _objective(paule, "confirmed", "100")
    paule.click("Add a commitment", role="link")
    paule.fill("Commitment", "Ouvrir un plateau de simulation.")
    paule.click("Add the commitment")
    paule.sees("Ouvrir un plateau de simulation.")
    assert paule.page.get_by_text("Il lui manque").count() == 0


def _objective(paule: Visitor, measure: str, target: str) -> None:
    paule.open(reverse("partnership:convention_detail", args=[Convention.objects.get().pk]))
    paule.click("Add an objective", role="link")
    paule.choose("Figure", measure)
    paule.fill("Target", target)
    paule.click("Add the objective")
    # Its line: the figure, a dash, the number.
    paule.sees(f"– {target}")


def _sign(signer: Visitor, convention: Convention, party: str) -> None:
    signer.open(reverse("partnership:convention_detail", args=[convention.pk]))
    signer.click(f"Signer pour {party}")
    signer.sees("Vous avez signé", inside="body")


def _suppose(paule: Visitor, convention: Convention) -> None:
    """With a course that recruits, what more applications would change; the address says it to somebody else."""
    programme = factories.programme(milestone=convention.milestones.get())
    cohort = factories.cohort("lyon", of=factories.intake(programme))
    for _number in range(12):
        factories.application(cohort)
    paule.open(reverse("cohorts:forecast"))
    paule.fill("Applications a week, in all zones", "60")
    paule.click("See what it would change")
    paule.sees("So supposed")
    answer = paule.page.locator("h1").inner_text()
    paule.open(paule.page.url)
    assert paule.page.locator("h1").inner_text() == answer

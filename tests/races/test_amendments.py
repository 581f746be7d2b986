"""Two parties at one text: both signatures count once, and whoever writes and whoever signs do not pass each other."""

from datetime import date

from partnership import services
from partnership.models import AmendmentSignature, Milestone, Objective, OutgoingMessage, Signature
from partnership.states import AmendmentState, ConventionState, Role
from tests import factories

from .crowd import at_once


def _coordinators():
    return {code: factories.user(Role.COORDINATOR, party_code=code) for code in ("smt", "igs")}


def test_the_last_two_parties_who_sign_an_amendment_at_once_apply_it_once():
    people, milestone = _coordinators(), factories.milestone()
    objective = factories.objective(milestone=milestone, measure="confirmed", target=100)
    by = people["igs"]
    amendment = services.begin_amendment(milestone.convention, reason="R", effective_on=date(2027, 3, 1), by=by)
    services.propose_change(amendment, objective, by=by, target=80)
    services.propose_promise(amendment, by=by, party=factories.party("igs"), text="Recruter")
    hands = list(amendment.signatures.select_related("party"))

    def sign(place):
        signature = AmendmentSignature.objects.get(pk=hands[place].pk)
        services.sign_amendment(signature, by=people[hands[place].party.code])

    assert at_once(2, sign) == {"done": 2}
    amendment.refresh_from_db()
    assert amendment.state == AmendmentState.SIGNED
    assert Objective.objects.get().target == 80
    assert milestone.convention.commitments.count() == 1
    # Whoever came first asks the coordinators of the other party, of whom there may be several.
    asked = OutgoingMessage.objects.filter(template="partnership/amendment_awaits").values_list("key", flat=True)
    assert len({key.split(":")[3] for key in asked}) == 1


def test_a_crowd_that_signs_for_one_party_signs_once():
    people, milestone = _coordinators(), factories.milestone()
    objective = factories.objective(milestone=milestone, measure="confirmed", target=100)
    by = people["igs"]
    amendment = services.begin_amendment(milestone.convention, reason="R", effective_on=date(2027, 3, 1), by=by)
    services.propose_change(amendment, objective, by=by, target=80)
    mine = amendment.signatures.get(party__code="igs")

    found = at_once(10, lambda _place: services.sign_amendment(AmendmentSignature.objects.get(pk=mine.pk), by=by))
    assert found == {"done": 1, "Refused": 9}


def test_two_coordinators_who_change_one_milestone_at_once_do_not_write_over_each_other():
    people, draft = _coordinators(), factories.draft()
    milestone = draft.milestones.get()

    def edit(place):
        mine = Milestone.objects.select_related("convention").get(pk=milestone.pk)
        by = list(people.values())[place]
        services.edit_part(mine, by=by, version=draft.version, title=f"Titre {place}")

    assert at_once(2, edit) == {"done": 1, "Stale": 1}


def test_whoever_signs_while_the_text_changes_has_signed_nothing_else_than_they_read():
    people, draft = _coordinators(), factories.draft()
    milestone, mine = draft.milestones.get(), draft.signatures.get(party__code="smt")

    def deed(place):
        if place:
            current = Milestone.objects.select_related("convention").get(pk=milestone.pk)
            services.edit_part(current, by=people["igs"], title="Tout autre chose")
        else:
            signature = Signature.objects.select_related("convention", "party").get(pk=mine.pk)
            services.sign(signature, by=people["smt"], version=draft.version)

    at_once(2, deed)
    draft.refresh_from_db()
    mine.refresh_from_db()
    # Before the change: taken back with it. After it: another text than the one that was read.
    assert (draft.state, mine.signed_at) == (ConventionState.DRAFT, None)

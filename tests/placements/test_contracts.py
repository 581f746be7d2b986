"""The contract file, step by step: asked for, received, prepared, signed, filed, returned, filed again, accepted."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from partnership import clock, invariants, links, outbox, reminders, sending
from partnership.models import AccessLink, OutgoingMessage, ref
from partnership.states import MessageState
from partnership.workflow import Refused
from placements import services
from placements.models import ContractFile, HostSite
from placements.states import CONTRACT, ContractKind, ContractState, PlacementState

from .. import factories
from . import contract_factory as making

pytestmark = pytest.mark.django_db
S = ContractState


@pytest.fixture
def placement(student, seat, lyon_lead):
    return factories.placement(student, seat, state=PlacementState.ACCEPTED, by=lyon_lead)


def letters(template: str) -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.filter(template=f"placements/{template}").order_by("written_at"))


# -- the steps --------------------------------------------------------------------------------------------------------


def test_a_contract_file_goes_through_a_return_to_its_acceptance(placement, lyon_lead):
    contract = making.contract(placement, state=S.FILED)
    today = clock.today()
    services.answer_contract(contract, S.RETURNED, on=today, reason="Le SIRET ne convient pas.", by=lyon_lead)
    (told,) = letters("contract_returned")
    assert (told.to_email, "Le SIRET ne convient pas." in told.text) == (placement.seat.site.contact_email, True)
    contract.refresh_from_db()
    with clock.travel(clock.now() + timedelta(days=3)):
        services.file_contract(contract, on=clock.today(), number="DEPOT-2", by=lyon_lead)
        contract.refresh_from_db()
        assert (contract.filed_on - contract.first_filed_on, contract.answer_reason) == (timedelta(days=3), "")
        services.answer_contract(contract, S.ACCEPTED, on=clock.today(), by=lyon_lead)
    contract.refresh_from_db()
    assert (contract.state, contract.number) == (S.ACCEPTED, "DEPOT-2")
    assert invariants.INVARIANTS["contractfile_as_journal_says"].find() == []


def test_a_sheet_has_its_deadline_from_the_start_of_execution(placement):
    contract = making.contract(placement, state=S.RECEIVED, starts_on=date(2027, 9, 13), ends_on=date(2028, 9, 12))
    assert contract.file_by == date(2027, 9, 18)
    assert invariants.INVARIANTS["contracts_filed_by"].find() == []


def test_only_a_student_the_host_has_taken_has_a_contract_and_one_at_a_time(placement, student, seat, lyon_lead):
    services.ask_for_sheet(placement, kind=ContractKind.APPRENTICESHIP, by=lyon_lead)
    with pytest.raises(Refused):
        services.ask_for_sheet(placement, kind=ContractKind.PROFESSIONALISATION, by=lyon_lead)
    other = factories.placement(factories.enrolment(student.application.cohort))
    with pytest.raises(Refused):
        services.ask_for_sheet(other, kind=ContractKind.APPRENTICESHIP, by=lyon_lead)
    with pytest.raises(Refused):
        services.ask_for_sheet(placement, kind=ContractKind.QUALIFICATION, by=lyon_lead)


def test_what_the_law_forbids_is_neither_prepared_nor_signed(placement, lyon_lead):
    contract = making.contract(placement, state=S.RECEIVED)
    with pytest.raises(Refused, match="L6211-2"):
        services.prepare_contract(contract, on=clock.today(), training_hours=100, by=lyon_lead)
    making.dossier(placement.enrolment, born_on=date(1980, 1, 1))
    with pytest.raises(Refused, match="L6222-1"):
        services.prepare_contract(contract, on=clock.today(), training_hours=460, by=lyon_lead)
    contract.refresh_from_db()
    assert contract.state == S.RECEIVED


def test_a_contract_is_not_filed_without_a_siret_and_a_tutor(placement, lyon_lead):
    contract = making.contract(placement, state=S.SIGNED, siret="", tutor_name="")
    with pytest.raises(Refused):
        services.file_contract(contract, on=clock.today(), number="DEPOT-1", by=lyon_lead)


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"number": ""}, "a_filed_contract_has_a_date_and_a_number"),
        ({"filed_on": None}, "a_filed_contract_has_a_date_and_a_number"),
        ({"siret": ""}, "a_filed_contract_names_its_employer"),
        ({"signed_on": None}, "a_signed_contract_is_dated"),
        ({"prepared_on": None}, "a_prepared_contract_is_dated"),
        ({"received_on": None}, "a_received_sheet_has_its_dates"),
        ({"state": S.RETURNED, "answer_reason": "SIRET"}, "an_operator_answers_at_a_date"),
        ({"state": S.RETURNED, "answered_on": date(2090, 1, 1)}, "a_returned_or_refused_contract_says_why"),
        ({"state": S.CANCELLED}, "a_cancelled_contract_is_dated"),
        ({"filed_on": date(2001, 1, 1)}, "the_steps_of_a_contract_come_in_order"),
        ({"ends_on": date(2001, 1, 1)}, "a_contract_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_a_contract_that_skips_a_step(placement, changes, law):
    contract = making.contract(placement, state=S.FILED)
    with pytest.raises(IntegrityError, match=law), transaction.atomic():
        ContractFile.objects.filter(pk=contract.pk).update(**changes)


def test_a_day_to_come_or_before_the_last_step_is_refused(placement, lyon_lead):
    contract = making.contract(placement, state=S.PREPARED)
    for day in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=1)):
        with pytest.raises(Refused):
            services.sign_contract(contract, on=day, by=lyon_lead)


def test_an_opco_return_needs_its_reason_in_a_clear_sentence(placement, lyon_lead):
    """Bad input: an OPCO return without its reason, and one of a contract that was never filed."""
    signed = making.contract(placement, state=S.SIGNED)
    with pytest.raises(Refused, match="cannot go|ne peut pas passer"):
        services.answer_contract(signed, S.RETURNED, on=clock.today(), reason="Le SIRET ne convient pas.", by=lyon_lead)
    services.file_contract(signed, on=clock.today(), number="DEPOT-1", by=lyon_lead)
    with pytest.raises(Refused) as refusal:
        services.answer_contract(signed, S.RETURNED, on=clock.today(), by=lyon_lead)
    assert refusal.value.reason in (
        "Write the reason that the operator gives.",
        "Écrivez le motif que donne l’opérateur.",
    )
    signed.refresh_from_db()
    assert (signed.state, letters("contract_returned")) == (S.FILED, [])


@pytest.mark.parametrize(
    ("kind", "meaning"),
    [(ContractKind.APPRENTICESHIP, S.REFUSED), (ContractKind.PROFESSIONALISATION, S.ACCEPTED)],
)
def test_the_operators_silence_is_what_the_law_makes_of_it_and_not_a_day_before(placement, lyon_lead, kind, meaning):
    contract = making.contract(placement, state=S.FILED, kind=kind)
    with clock.travel(clock.now() + timedelta(days=20)), pytest.raises(Refused):
        services.note_silence(contract, by=lyon_lead)
    with clock.travel(clock.now() + timedelta(days=21)):
        services.note_silence(contract, by=lyon_lead)
    contract.refresh_from_db()
    assert (contract.state, contract.is_silent) == (meaning, True)


def test_after_a_refusal_another_contract_file_is_opened(placement, lyon_lead):
    making.contract(placement, state=S.REFUSED)
    again = services.ask_for_sheet(placement, kind=ContractKind.PROFESSIONALISATION, by=lyon_lead)
    assert again.state == S.ASKED
    placement.refresh_from_db()
    assert placement.contract_kind == ContractKind.PROFESSIONALISATION


# -- with its placement -----------------------------------------------------------------------------------------------


def test_a_contract_ends_with_its_placement_and_so_do_its_links_and_letters(placement, lyon_lead):
    contract = making.contract(placement)
    links.mint(CONTRACT, ref(contract))
    services.cancel(placement, by=lyon_lead, reason="Le site ferme.")
    contract.refresh_from_db()
    assert (contract.state, contract.cancelled_on) == (S.CANCELLED, clock.today())
    assert AccessLink.objects.get(purpose=CONTRACT).revoked_at
    assert {letter.state for letter in letters("contract_sheet_asked")} == {MessageState.CANCELLED}
    assert invariants.INVARIANTS["contracts_with_placements"].find() == []


def test_an_enrolment_that_ends_takes_its_contract_with_it_but_not_an_accepted_one(placement, lyon, lyon_lead):
    from_return = making.contract(placement, state=S.RETURNED)
    services.free_the_seat(placement.enrolment, by=lyon_lead, reason="job")
    from_return.refresh_from_db()
    assert (from_return.state, from_return.answer_reason) == (S.CANCELLED, "")
    other = factories.placement(factories.enrolment(lyon), state=PlacementState.ACCEPTED)
    accepted = making.contract(other, state=S.ACCEPTED)
    services.free_the_seat(other.enrolment, by=lyon_lead, reason="job")
    accepted.refresh_from_db()
    assert accepted.state == S.ACCEPTED


# -- the records of the host ------------------------------------------------------------------------------------------


def test_what_the_hosts_records_lack_is_completed_and_nothing_else(placement):
    site = placement.seat.site
    HostSite.objects.filter(pk=site.pk).update(siret="")
    making.contract(placement, state=S.RECEIVED)
    site.refresh_from_db()
    site.company.refresh_from_db()
    assert (site.siret, site.company.headcount) == (making.SIRET, 120)


def test_a_siret_of_another_site_is_told_by_nobody_but_kept_on_the_sheet(placement):
    factories.site(siret=making.SIRET)
    HostSite.objects.filter(pk=placement.seat.site_id).update(siret="")
    contract = making.contract(placement, state=S.RECEIVED)
    placement.seat.site.refresh_from_db()
    assert (contract.siret, placement.seat.site.siret) == (making.SIRET, "")


# -- what time brings -------------------------------------------------------------------------------------------------


def _days_later(days: int, hour: int = 10) -> datetime:
    at = clock.now().replace(hour=hour, minute=0) + timedelta(days=days)
    return at + timedelta(days=at.weekday() == 6)


def _remind(days: int) -> None:
    with clock.travel(_days_later(days)):
        reminders.remind()


def test_a_sheet_is_asked_for_again_after_five_and_ten_days_with_the_date_of_the_last(placement):
    contract = making.contract(placement)
    first_day = outbox.clock.today()
    for days in (4, 5, 5, 8, 11, 12):
        _remind(days)
    first, second = letters("contract_sheet_reminder")
    assert [one.link_purpose for one in (first, second)] == [CONTRACT, CONTRACT]
    assert str(first_day.year) in first.text and first.to_email == placement.seat.site.contact_email
    assert first.key.endswith(":5") and second.key.endswith(":10")
    assert contract.state == S.ASKED


def test_a_sheet_that_has_come_is_asked_for_no_more(placement):
    making.contract(placement, state=S.RECEIVED)
    for days in (5, 10):
        _remind(days)
    assert letters("contract_sheet_reminder") == []


def test_the_lead_hears_two_days_before_the_deadline_and_when_it_is_past_once(placement, lyon_lead):
    start = clock.today() + timedelta(days=2)
    contract = making.contract(placement, state=S.SIGNED, starts_on=start, ends_on=start + timedelta(days=364))
    left = (contract.file_by - clock.today()).days
    for days in (left - 4, left - 1, left, left):
        _remind(days)
    (near,) = letters("contract_deadline")
    assert near.to_email == lyon_lead.email
    for days in (left + 2, left + 3):
        _remind(days)
    assert len(letters("contract_step_late")) == 1


def test_the_lead_hears_of_a_silence_of_twenty_days_and_of_what_it_means(placement):
    making.contract(placement, state=S.FILED)
    _remind(20)
    assert letters("contract_step_late") == []
    _remind(21)
    _remind(22)
    (told,) = letters("contract_step_late")
    assert "Son silence vaut refus" in told.text


def test_the_letter_leaves_with_a_link_that_opens_the_sheet(placement, client, mailoutbox):
    making.contract(placement)
    assert sending.send_due(limit=5)
    (letter,) = [one for one in mailoutbox if "fiche employeur" in one.subject]
    address = re.search(r"https?://\S+/contrat/\S+/", letter.body)[0]
    assert client.get(address.partition("/fr/")[1] + address.partition("/fr/")[2]).status_code == 200

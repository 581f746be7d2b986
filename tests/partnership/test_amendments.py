"""Amending a signed convention: listed, signed by every party, applied as signed, and by no other way."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from partnership import documents, services
from partnership.models import (
    Amendment,
    AmendmentChange,
    AmendmentSignature,
    Commitment,
    Convention,
    JournalEntry,
    Milestone,
    Objective,
    OutgoingMessage,
    ref,
)
from partnership.states import AmendmentState, Precision
from partnership.workflow import Refused, Stale

from .. import factories, printed

pytestmark = pytest.mark.django_db
DAY = date(2027, 3, 1)


@pytest.fixture
def convention() -> Convention:
    """A signed convention with a milestone, an objective and a promise."""
    signed = factories.convention()
    milestone = factories.milestone(signed)
    factories.objective(milestone=milestone, measure="confirmed", target=100)
    factories.commitment(convention=signed, party=factories.party("igs"), text="Recruter", due_on=date(2027, 5, 31))
    return signed


@pytest.fixture
def amendment(convention, coordinator) -> Amendment:
    return services.begin_amendment(convention, reason="Moins de candidats.", effective_on=DAY, by=coordinator)


def _sign(amendment: Amendment, party: str, by) -> None:
    services.sign_amendment(amendment.signatures.get(party__code=party), by=by)


def _sign_all(amendment: Amendment, coordinator, smt_coordinator) -> None:
    _sign(amendment, "smt", smt_coordinator)
    _sign(amendment, "igs", coordinator)
    amendment.refresh_from_db()


# -- listing and signing ----------------------------------------------------------------------------------------------


def test_an_amendment_takes_the_next_number_and_the_signatories_of_its_convention(amendment, convention, coordinator):
    second = services.begin_amendment(convention, reason="Autre.", effective_on=DAY, by=coordinator)
    assert (amendment.number, second.number) == (1, 2)
    assert [one.party.code for one in second.signatures.all()] == ["smt", "igs"]


def test_the_last_signature_applies_every_change_and_journals_old_and_new(amendment, coordinator, smt_coordinator):
    objective, milestone, promise = Objective.objects.get(), Milestone.objects.get(), Commitment.objects.get()
    services.propose_change(amendment, objective, by=coordinator, target=80, due_on=date(2027, 8, 31))
    services.propose_change(
        amendment, milestone, by=coordinator, finalise_by=date(2027, 9, 1), finalise_precision=Precision.MONTH
    )
    services.propose_change(amendment, promise, by=coordinator, text="Recruter davantage")
    smt = factories.party("smt")
    services.propose_promise(amendment, by=coordinator, party=smt, text="Trouver des places", milestone=milestone)
    settled = milestone.finalise_by
    _sign(amendment, "smt", smt_coordinator)
    objective.refresh_from_db()
    assert objective.target == 100
    _sign(amendment, "igs", coordinator)
    for thing in (amendment, objective, milestone, promise):
        thing.refresh_from_db()
    assert amendment.state == AmendmentState.SIGNED
    assert (objective.target, objective.due_on) == (80, date(2027, 8, 31))
    assert (milestone.finalise_by, milestone.finalise_precision) == (date(2027, 9, 1), Precision.MONTH)
    assert (promise.text, promise.due_on) == ("Recruter davantage", date(2027, 5, 31))
    added = Commitment.objects.get(party=smt)
    assert (added.text, added.milestone, added.due_on) == ("Trouver des places", milestone, None)
    lines = JournalEntry.objects.filter(about=ref(amendment.convention), after__in=["amended", "promised"])
    assert [line.reason for line in lines.order_by("pk")] == [
        "due_on: – → 2027-08-31",
        "target: 100 → 80",
        f"finalise_by: {settled} → 2027-09-01",
        "finalise_precision: day → month",
        "text: Recruter → Recruter davantage",
        "Trouver des places",
    ]


def test_a_coordinator_lists_and_signs_on_the_pages(convention, coordinator, smt_coordinator, client_of):
    client, objective = client_of(coordinator), Objective.objects.get()
    said = {"reason": "Moins de candidats.", "effective_on": "2027-03-01"}
    response = client.post(reverse("partnership:amendment_begin", args=[convention.pk]), said)
    amendment = Amendment.objects.get()
    assert response.url == reverse("partnership:amendment_detail", args=[amendment.pk])
    url = reverse("partnership:amendment_objective", args=[amendment.pk, objective.pk])
    assert client.post(url, {"target": "80", "due_on": "", "version": amendment.version}).status_code == 302
    amendment.refresh_from_db()
    for user, party in ((coordinator, "igs"), (smt_coordinator, "smt")):
        own = reverse("partnership:amendment_sign", args=[amendment.signatures.get(party__code=party).pk])
        page = client_of(user).get(reverse("partnership:amendment_detail", args=[amendment.pk])).content.decode()
        assert f'action="{own}"' in page
        assert client_of(user).post(own, {"version": amendment.version}).status_code == 302
    objective.refresh_from_db()
    assert objective.target == 80
    page = client.get(reverse("partnership:convention_detail", args=[convention.pk])).content.decode()
    assert f'href="{reverse("partnership:amendment_detail", args=[amendment.pk])}"' in page
    assert "<strong>80</strong>" in page


def test_a_change_of_the_same_part_listed_again_gives_way(amendment, coordinator):
    objective = Objective.objects.get()
    services.propose_change(amendment, objective, by=coordinator, target=80)
    services.propose_change(amendment, objective, by=coordinator, target=90)
    assert amendment.changes.get().new == {"target": 90}


def test_a_change_that_changes_nothing_is_refused(amendment, coordinator):
    with pytest.raises(Refused):
        services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=100)
    assert not AmendmentChange.objects.exists()


def test_a_part_of_another_convention_is_refused(amendment, coordinator, client_of):
    other = factories.milestone(factories.convention(signed=False), order=4)
    with pytest.raises(Refused):
        services.propose_change(amendment, other, by=coordinator, opens_on=DAY, opens_precision=Precision.DAY)
    url = reverse("partnership:amendment_milestone", args=[amendment.pk, other.pk])
    assert client_of(coordinator).get(url).status_code == 404


def test_a_promise_that_has_been_kept_is_changed_no_more(amendment, coordinator):
    promise = Commitment.objects.get()
    services.keep_commitment(promise, evidence="vu", by=coordinator)
    with pytest.raises(Refused):
        services.propose_change(amendment, promise, by=coordinator, text="Autre chose")


def test_an_empty_amendment_is_not_signed(amendment, coordinator, smt_coordinator):
    with pytest.raises(Refused):
        _sign(amendment, "smt", smt_coordinator)


def test_an_amendment_of_a_convention_that_has_ended_is_neither_begun_nor_signed(
    amendment, convention, coordinator, smt_coordinator
):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    services.end_convention(convention, reason="Fin.", by=coordinator)
    with pytest.raises(Refused):
        _sign(amendment, "smt", smt_coordinator)
    with pytest.raises(Refused):
        services.begin_amendment(convention, reason="R", effective_on=DAY, by=coordinator)


def test_a_draft_is_not_amended_but_changed(coordinator):
    with pytest.raises(Refused):
        services.begin_amendment(factories.draft(), reason="R", effective_on=DAY, by=coordinator)


@pytest.mark.parametrize("persona", ["recruiter", "reviewer", "lyon_lead", "administrator"])
def test_no_other_role_signs_an_amendment(persona, request, amendment, coordinator, client_of):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    url = reverse("partnership:amendment_sign", args=[amendment.signatures.get(party__code="igs").pk])
    assert client_of(request.getfixturevalue(persona)).post(url, {"version": 2}).status_code == 403


# -- meanwhile --------------------------------------------------------------------------------------------------------


def test_a_value_that_has_changed_meanwhile_stops_the_signature_and_nothing_is_applied(
    amendment, convention, coordinator, smt_coordinator
):
    objective, promise = Objective.objects.get(), Commitment.objects.get()
    services.propose_change(amendment, promise, by=coordinator, text="Recruter davantage")
    services.propose_change(amendment, objective, by=coordinator, target=80)
    _sign(amendment, "smt", smt_coordinator)
    other = services.begin_amendment(convention, reason="Autre.", effective_on=DAY, by=coordinator)
    services.propose_change(other, objective, by=coordinator, target=120)
    _sign_all(other, coordinator, smt_coordinator)
    with pytest.raises(Refused, match="Jalon 1"):
        _sign(amendment, "igs", coordinator)
    for thing in (amendment, objective, promise):
        thing.refresh_from_db()
    assert amendment.state == AmendmentState.DRAFT
    assert (objective.target, promise.text) == (120, "Recruter")
    assert amendment.signatures.get(party__code="igs").signed_at is None


def test_a_change_takes_the_signatures_back_and_whoever_signed_is_told(amendment, coordinator, smt_coordinator):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    _sign(amendment, "smt", smt_coordinator)
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=70)
    assert not amendment.signatures.filter(signed_at__isnull=False).exists()
    letter = OutgoingMessage.objects.get(template="partnership/signature_void")
    assert letter.to_email == smt_coordinator.email
    assert letter.subject == "L’avenant n°\u00a01 a changé\u00a0: votre signature ne vaut plus"


def test_whoever_signs_has_read_what_is_listed_now(amendment, coordinator, smt_coordinator, client_of):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    amendment.refresh_from_db()
    seen = amendment.version
    services.propose_change(amendment, Objective.objects.get(), by=smt_coordinator, target=10)
    url = reverse("partnership:amendment_sign", args=[amendment.signatures.get(party__code="igs").pk])
    assert client_of(coordinator).post(url, {"version": seen}).status_code == 409
    with pytest.raises(Stale), transaction.atomic():
        services.edit_amendment(amendment, reason="R", effective_on=DAY, by=coordinator, version=seen)


def test_a_change_is_taken_out_and_an_amendment_thrown_away(amendment, convention, coordinator, client_of):
    change = services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    amendment.refresh_from_db()
    client = client_of(coordinator)
    url = reverse("partnership:amendment_withdraw", args=[change.pk])
    assert client.post(url, {"version": amendment.version}).status_code == 302
    assert not amendment.changes.exists()
    amendment.refresh_from_db()
    url = reverse("partnership:amendment_discard", args=[amendment.pk])
    assert client.post(url, {"version": amendment.version}).url.endswith(f"{convention.pk}/")
    assert not Amendment.objects.exists()
    told = JournalEntry.objects.filter(about=ref(convention)).order_by("pk").values_list("after", flat=True)
    assert list(told) == ["begun", "change_listed", "change_withdrawn", "discarded"]


# -- letters ----------------------------------------------------------------------------------------------------------


def test_the_first_signature_asks_the_others_for_theirs_in_their_language(amendment, coordinator, smt_coordinator):
    coordinator.language = "en"
    coordinator.save()
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    _sign(amendment, "smt", smt_coordinator)
    letter = OutgoingMessage.objects.get(to_email=coordinator.email)
    assert letter.template == "partnership/amendment_awaits"
    assert not OutgoingMessage.objects.filter(to_email=smt_coordinator.email).exists()
    assert letter.subject == "Amendment no. 1 awaits your signature: Convention SMT – Groupe IGS"
    assert "Moins de candidats." in letter.text
    assert f"/en/partenariat/avenants/{amendment.pk}/" in letter.text


def test_the_last_signature_is_told_once_to_every_coordinator(amendment, coordinator, smt_coordinator):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    _sign_all(amendment, coordinator, smt_coordinator)
    letters = OutgoingMessage.objects.filter(template="partnership/amendment_signed")
    reached = {letter.to_email: letter for letter in letters}
    assert {coordinator.email, smt_coordinator.email} <= reached.keys()
    assert len(reached) == letters.count()
    assert reached[coordinator.email].subject == ("L’avenant n°\u00a01 est signé\u00a0: Convention SMT – Groupe IGS")


# -- the law of the database ------------------------------------------------------------------------------------------

FORBIDDEN = [
    "UPDATE partnership_objective SET target = 100",
    "UPDATE partnership_amendment SET reason = 'Autre'",
    "UPDATE partnership_amendment SET state = 'draft', signed_at = NULL",
    "DELETE FROM partnership_amendment",
    "UPDATE partnership_amendmentsignature SET signed_at = NULL, signed_by_id = NULL",
    "DELETE FROM partnership_amendmentsignature",
    "UPDATE partnership_amendmentchange SET new = '{\"target\": 1}'",
    "DELETE FROM partnership_amendmentchange",
    "INSERT INTO partnership_amendmentchange (amendment_id, kind, subject, old, new)"
    " SELECT id, 'promise', '', '{}', '{\"text\": \"x\"}' FROM partnership_amendment",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses_to_change_a_signed_amendment_or_to_apply_it_again(
    amendment, coordinator, smt_coordinator, statement
):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    _sign_all(amendment, coordinator, smt_coordinator)
    back = services.begin_amendment(amendment.convention, reason="Retour.", effective_on=DAY, by=coordinator)
    services.propose_change(back, Objective.objects.get(), by=coordinator, target=100)
    with (
        pytest.raises(IntegrityError, match="what has been signed is immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_an_amendment_that_lacks_a_signature_changes_nothing_through_sql(amendment, coordinator, smt_coordinator):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    _sign(amendment, "smt", smt_coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objective.objects.update(target=80)


def test_even_fully_signed_it_changes_nothing_but_what_it_lists(amendment, coordinator, smt_coordinator):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    AmendmentSignature.objects.update(signed_at="2027-03-01T10:00Z", signed_by=coordinator)
    for change in ({"target": 81}, {"target": 80, "due_on": DAY}, {"measure": "applied"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Objective.objects.update(**change)
    assert Objective.objects.update(target=80) == 1


# -- on paper ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"), [("fr", ("Jalons", "Avant", "sans date")), ("en", ("Milestones", "Before", "no date"))]
)
def test_the_convention_is_set_as_a_tagged_pdf_in_both_languages(
    amendment, convention, coordinator, smt_coordinator, client_of, language, words
):
    services.propose_change(amendment, Objective.objects.get(), by=coordinator, target=80)
    services.propose_promise(amendment, by=coordinator, party=factories.party("smt"), text="Trouver des places")
    _sign_all(amendment, coordinator, smt_coordinator)
    url = reverse("partnership:convention_pdf", args=[convention.pk]).replace("/fr/", f"/{language}/")
    response = client_of(coordinator).get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert b"/StructTreeRoot" in response.content
    text = " ".join(printed.words(response.content).split())
    for word in (*words, "Convention SMT – Groupe IGS", "Jalon 1", "80", "Recruter", "Trouver des places"):
        assert word in text, word
    assert "Moins de candidats." in text
    assert smt_coordinator.full_name in text


def test_an_empty_draft_is_set_as_well(coordinator):
    assert documents.convention_paper(Convention.objects.create(title="Vide")).startswith(b"%PDF")

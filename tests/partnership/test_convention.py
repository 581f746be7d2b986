"""Signing a convention and keeping its commitments."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from partnership import clock, emails, outbox, services
from partnership.models import Commitment, Convention, JournalEntry, OutgoingMessage, Signature, ref
from partnership.states import ConventionState, MessageState, Role
from partnership.workflow import Refused, Stale

from .. import factories


def _signature(convention: Convention, party: str) -> Signature:
    return convention.signatures.get(party__code=party)


@pytest.mark.django_db
def test_the_last_signature_makes_the_convention_signed(coordinator, smt_coordinator):
    draft = factories.draft()
    services.sign(_signature(draft, "smt"), by=smt_coordinator)
    draft.refresh_from_db()
    assert draft.state == ConventionState.DRAFT
    services.sign(_signature(draft, "igs"), by=coordinator)
    draft.refresh_from_db()
    assert draft.state == ConventionState.SIGNED
    assert draft.signed_at is not None


@pytest.mark.django_db
def test_signing_is_told_once_to_every_coordinator_of_both_parties(coordinator, smt_coordinator, recruiter):
    other = factories.user(Role.COORDINATOR, party_code="tiers")
    draft = factories.draft()
    services.sign(_signature(draft, "smt"), by=smt_coordinator)
    assert not OutgoingMessage.objects.exists()
    services.sign(_signature(draft, "igs"), by=coordinator)
    told = list(OutgoingMessage.objects.values_list("to_email", flat=True))
    assert sorted(told) == sorted([coordinator.email, smt_coordinator.email])
    assert other.email not in told


@pytest.mark.django_db
def test_the_letter_is_written_in_the_reader_s_language(coordinator, smt_coordinator):
    coordinator.language = "en"
    signed = factories.convention()
    for reader in (coordinator, smt_coordinator):
        emails.convention_signed(signed, to=reader)
    english, french = (OutgoingMessage.objects.get(to_email=who.email) for who in (coordinator, smt_coordinator))
    assert english.subject == "The convention is signed: Convention SMT – Groupe IGS"
    assert "/en/partenariat/" in english.text
    assert french.subject == "La convention est signée\u00a0: Convention SMT – Groupe IGS"
    assert "/fr/partenariat/" in french.text


@pytest.mark.django_db
def test_each_signature_leaves_a_line_in_the_convention_s_file(coordinator, smt_coordinator):
    draft = factories.draft()
    services.sign(_signature(draft, "smt"), by=smt_coordinator)
    services.sign(_signature(draft, "igs"), by=coordinator)
    lines = JournalEntry.objects.filter(about=ref(draft)).order_by("pk").values_list("after", "actor_ref")
    assert list(lines) == [
        ("party_signed", str(smt_coordinator.pk)),
        ("party_signed", str(coordinator.pk)),
        ("signed", str(coordinator.pk)),
    ]


@pytest.mark.django_db
def test_nobody_signs_twice(smt_coordinator):
    draft = factories.draft()
    services.sign(_signature(draft, "smt"), by=smt_coordinator)
    with pytest.raises(Refused):
        services.sign(_signature(draft, "smt"), by=smt_coordinator)


@pytest.mark.django_db
def test_a_signed_convention_is_not_signed_again(coordinator):
    signed = factories.convention()
    with pytest.raises(Refused):
        services.sign(_signature(signed, "igs"), by=coordinator)


@pytest.mark.django_db(transaction=True)
def test_two_parties_who_sign_at_the_same_moment_leave_a_signed_convention(coordinator, smt_coordinator):
    draft = factories.draft()
    start, problems = threading.Barrier(2), []

    def sign(party, user):
        try:
            start.wait()
            services.sign(_signature(draft, party), by=user)
        except Exception as problem:  # noqa: BLE001 (told by the assertion below)
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=pair) for pair in (("smt", smt_coordinator), ("igs", coordinator))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draft.refresh_from_db()
    assert problems == []
    assert draft.state == ConventionState.SIGNED
    assert OutgoingMessage.objects.count() == 2


@pytest.mark.django_db
def test_a_coordinator_signs_on_the_page_for_their_own_party_only(coordinator, smt_coordinator, client_of):
    draft = factories.draft()
    page = client_of(coordinator).get(reverse("partnership:convention"))
    own = reverse("partnership:signature_sign", args=[_signature(draft, "igs").pk])
    other = reverse("partnership:signature_sign", args=[_signature(draft, "smt").pk])
    assert f'action="{own}"' in page.content.decode()
    assert other not in page.content.decode()
    assert client_of(coordinator).post(other).status_code == 403
    assert client_of(coordinator).get(own).status_code == 405
    assert client_of(coordinator).post(own, {"version": draft.version}).status_code == 302
    assert _signature(draft, "igs").signed_by == coordinator


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["recruiter", "reviewer", "lyon_lead", "administrator"])
def test_no_other_role_signs(persona, request, client_of):
    draft = factories.draft()
    url = reverse("partnership:signature_sign", args=[_signature(draft, "igs").pk])
    assert client_of(request.getfixturevalue(persona)).post(url).status_code == 403


@pytest.mark.django_db
def test_a_convention_of_others_cannot_be_seen_nor_signed(client_of):
    outsider = factories.user(Role.COORDINATOR, party_code="tiers")
    draft = factories.draft()
    client = client_of(outsider)
    assert client.post(reverse("partnership:signature_sign", args=[_signature(draft, "igs").pk])).status_code == 404
    assert client.get(reverse("partnership:convention_detail", args=[draft.pk])).status_code == 404


@pytest.mark.django_db
def test_signing_what_is_signed_is_refused_with_a_message(coordinator, client_of):
    signed = factories.convention()
    url = reverse("partnership:signature_sign", args=[_signature(signed, "igs").pk])
    response = client_of(coordinator).post(url, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]


@pytest.mark.django_db
def test_a_draft_says_who_must_still_sign(coordinator, smt_coordinator, client_of):
    draft = factories.draft()
    board = client_of(coordinator).get(reverse("partnership:board")).content.decode()
    assert "Signée\u202f? Pas encore\u00a0: il manque SMT, IGS." in board
    services.sign(_signature(draft, "smt"), by=smt_coordinator)
    assert "il manque IGS." in client_of(coordinator).get(reverse("partnership:board")).content.decode()


@pytest.mark.django_db
def test_a_draft_beside_a_signed_convention_does_not_hide_it(coordinator, client_of):
    factories.draft()
    signed = factories.convention()
    assert client_of(coordinator).get(reverse("partnership:board")).context["convention"] == signed


# -- commitments ------------------------------------------------------------------------------------------------------


def _promise(party: str = "igs", **fields) -> Commitment:
    convention = Convention.objects.first() or factories.convention()
    return factories.commitment(
        convention=convention, party=factories.party(party), text="Ouvrir un plateau pédagogique", **fields
    )


@pytest.mark.django_db
def test_keeping_a_commitment_records_who_when_and_by_what(coordinator, client_of):
    promise = _promise()
    url = reverse("partnership:commitment_keep", args=[promise.pk])
    assert client_of(coordinator).post(url, {"evidence": "Procès-verbal du 2 juin"}).status_code == 302
    promise.refresh_from_db()
    assert (promise.done_by, promise.evidence) == (coordinator, "Procès-verbal du 2 juin")
    line = JournalEntry.objects.get(subject=ref(promise))
    assert (line.after, line.about) == ("kept", ref(promise.convention))


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "   ", "x" * 241])
def test_missing_evidence_is_told_beside_the_field_and_keeps_the_rest(coordinator, client_of, typed):
    promise, other = _promise(), _promise()
    response = client_of(coordinator).post(
        reverse("partnership:commitment_keep", args=[promise.pk]), {"evidence": typed}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert f'href="#{promise.pk}_evidence"' in page
    assert f'id="{promise.pk}_evidence"' in page
    assert f'id="{other.pk}_evidence"' in page
    assert typed.strip() in page
    assert not Commitment.objects.filter(done_at__isnull=False).exists()


@pytest.mark.django_db
def test_only_the_party_that_promised_says_that_it_is_kept(coordinator, smt_coordinator, recruiter, client_of):
    url = reverse("partnership:commitment_keep", args=[_promise("smt").pk])
    assert client_of(coordinator).post(url, {"evidence": "vu"}).status_code == 403
    assert client_of(recruiter).post(url, {"evidence": "vu"}).status_code == 403
    assert client_of(smt_coordinator).post(url, {"evidence": "vu"}).status_code == 302


@pytest.mark.django_db
def test_a_commitment_kept_meanwhile_is_answered_with_a_conflict(coordinator, client_of):
    promise = _promise(done_at=clock.now(), done_by=coordinator, evidence="déjà vu")
    response = client_of(coordinator).post(
        reverse("partnership:commitment_keep", args=[promise.pk]), {"evidence": "vu"}
    )
    assert response.status_code == 409
    promise.refresh_from_db()
    assert promise.evidence == "déjà vu"
    with pytest.raises(Stale), transaction.atomic():
        services.keep_commitment(promise, evidence="vu", by=coordinator)


@pytest.mark.django_db
def test_nothing_is_kept_before_the_signature(coordinator):
    factories.draft()
    with pytest.raises(Refused):
        services.keep_commitment(_promise(), evidence="vu", by=coordinator)


@pytest.mark.django_db
def test_the_list_says_what_is_kept_overdue_and_to_come(coordinator, client_of, django_assert_num_queries):
    _promise(done_at=clock.now(), done_by=coordinator)
    _promise(due_on=clock.today() - timedelta(days=1))
    _promise("smt", due_on=clock.today() + timedelta(days=1))
    page = client_of(coordinator).get(reverse("partnership:commitment_list")).content.decode()
    assert "1\u00a0engagement tenu sur 3" in page
    assert [page.count(word) for word in ("Tenu le", "En retard depuis le", "À tenir")] == [1, 1, 1]
    # One form: what the other party promised, and what is kept, has none.
    assert page.count('name="evidence"') == 1


@pytest.mark.django_db
def test_the_list_costs_the_same_with_one_commitment_and_with_thirty(
    coordinator, client_of, django_assert_max_num_queries
):
    client, costs = client_of(coordinator), []
    for more in (1, 29):
        for _ in range(more):
            _promise()
        with django_assert_max_num_queries(15) as counted:
            client.get(reverse("partnership:commitment_list"))
        costs.append(len(counted))
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_sending_again_what_has_been_cancelled_is_refused(administrator):
    letter = OutgoingMessage.objects.create(
        key="annulee", template="x", language="fr", about="x:1", to_email="a@exemple.test", subject="s", text="t",
        html="h", due_at=clock.now(), state=MessageState.CANCELLED,
    )  # fmt: skip
    with pytest.raises(Refused):
        services.send_letter_again(letter, by=administrator)
    assert not outbox.hasten("annulee")

"""Drafting a convention: the whole, its parts, until every party has signed; and what nobody changes afterwards."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from partnership import clock, services
from partnership.models import Commitment, Convention, JournalEntry, Milestone, Objective, OutgoingMessage, ref
from partnership.states import ConventionState, Precision, Role
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
DATES = {"opens_on": date(2027, 9, 15), "finalise_by": date(2027, 7, 31)}


def _begun(by, **said) -> Convention:
    told = {"title": "Convention 2027", "purpose": "Former des jeunes."}
    parties = [factories.party("smt"), factories.party("igs")]
    return services.begin_convention(**(told | {"parties": parties} | said), by=by)


def _milestone(draft: Convention, by, title: str = "Un diplôme") -> Milestone:
    fields = {"title": title, "short_title": title, "owner": factories.party("igs")}
    return services.add_milestone(draft, by=by, **fields, **DATES)


def _signed(coordinator, smt_coordinator) -> Convention:
    draft = _begun(coordinator)
    milestone = _milestone(draft, coordinator)
    services.add_objective(milestone, by=coordinator, measure="confirmed", target=100)
    services.add_commitment(draft, by=coordinator, party=factories.party("igs"), text="Recruter")
    for signature in draft.signatures.select_related("convention", "party"):
        services.sign(signature, by=coordinator if signature.party.code == "igs" else smt_coordinator)
    draft.refresh_from_db()
    assert draft.state == ConventionState.SIGNED
    return draft


def _lines(convention: Convention) -> list[tuple[str, str]]:
    lines = JournalEntry.objects.filter(about=ref(convention)).order_by("pk")
    return [(line.after, line.reason) for line in lines]


# -- writing ----------------------------------------------------------------------------------------------------------


def test_a_coordinator_drafts_a_whole_convention_on_its_pages(coordinator, smt_coordinator, client_of):
    client, igs, smt = client_of(coordinator), factories.party("igs"), factories.party("smt")
    said = {"title": "Convention 2027", "purpose": "Former des jeunes.", "parties": [igs.pk, smt.pk], "copy_of": ""}
    response = client.post(reverse("partnership:convention_begin"), said)
    draft = Convention.objects.get()
    assert response.url == reverse("partnership:convention_detail", args=[draft.pk])
    titles = {"title": "Un diplôme", "short_title": "Diplôme", "owner": igs.pk}
    dates = {"opens_on": "2027-09-01", "opens_precision": "month", "finalise_by": "", "finalise_precision": "none"}
    client.post(reverse("partnership:milestone_add", args=[draft.pk]), titles | dates)
    milestone = draft.milestones.get()
    assert (milestone.order, milestone.opens_precision, milestone.finalise_by) == (1, Precision.MONTH, None)
    target = {"measure": "confirmed", "zone": "", "target": "100", "due_on": ""}
    client.post(reverse("partnership:objective_add", args=[milestone.pk]), target)
    promised = {"party": smt.pk, "text": "Trouver des places", "due_on": "2027-05-31", "milestone": milestone.pk}
    client.post(reverse("partnership:commitment_add", args=[draft.pk]), promised)
    page = client.get(reverse("partnership:convention_detail", args=[draft.pk])).content.decode().replace("\u00a0", " ")
    for words in ("Convention 2027", "Un diplôme", "septembre 2027", "100", "Trouver des places", "31 mai 2027"):
        assert words in page
    draft.refresh_from_db()
    own = reverse("partnership:signature_sign", args=[draft.signatures.get(party=igs).pk])
    assert f'action="{own}"' in page
    assert client.post(own, {"version": draft.version}).status_code == 302
    assert draft.signatures.get(party=igs).signed_by == coordinator


def test_each_change_of_a_draft_is_a_line_with_what_was_and_what_is(coordinator):
    draft = _begun(coordinator)
    objective = services.add_objective(_milestone(draft, coordinator), by=coordinator, measure="confirmed", target=100)
    services.edit_part(objective, by=coordinator, target=120)
    services.remove_part(objective, by=coordinator)
    assert _lines(draft) == [
        ("begun", ""),
        ("added", "1. Un diplôme"),
        ("added", "confirmed: * = 100"),
        ("edited", "target: 100 → 120"),
        ("removed", "confirmed: * = 120"),
    ]


def test_a_milestone_that_takes_another_s_number_gives_it_its_own(coordinator):
    draft = _begun(coordinator)
    first, second = _milestone(draft, coordinator, "Un"), _milestone(draft, coordinator, "Deux")
    services.edit_part(second, by=coordinator, order=1)
    assert list(draft.milestones.values_list("order", "title")) == [(1, "Deux"), (2, "Un")]
    services.edit_part(first, by=coordinator, order=7)
    assert list(draft.milestones.values_list("order", "title")) == [(1, "Deux"), (7, "Un")]


def test_a_second_target_for_the_same_figure_and_zone_is_refused_beside_the_form(coordinator, client_of):
    milestone = _milestone(_begun(coordinator), coordinator)
    services.add_objective(milestone, by=coordinator, measure="confirmed", target=100)
    said = {"measure": "confirmed", "zone": "", "target": "90", "due_on": ""}
    response = client_of(coordinator).post(reverse("partnership:objective_add", args=[milestone.pk]), said)
    assert response.status_code == 422
    assert "Ce jalon a déjà un objectif" in response.content.decode()
    assert milestone.objectives.get().target == 100


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"opens_precision": "none"}, "opens_on"),
        ({"finalise_by": ""}, "finalise_by"),
        ({"title": "   "}, "title"),
        ({"order": "0"}, "order"),
        ({"finalise_by": "31/02/2027"}, "finalise_by"),
    ],
)
def test_a_milestone_that_makes_no_sense_is_told_beside_its_field(coordinator, client_of, typed, wrong):
    milestone = _milestone(_begun(coordinator), coordinator)
    said = {"order": "1", "title": "T", "short_title": "T", "owner": milestone.owner_id}
    said |= {"opens_on": "2027-09-15", "opens_precision": "day", "finalise_by": "2027-07-31"}
    said |= {"finalise_precision": "day", "version": milestone.convention.version}
    response = client_of(coordinator).post(reverse("partnership:milestone_edit", args=[milestone.pk]), said | typed)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]


def test_a_copy_begins_with_milestones_objectives_and_promises_a_year_later(coordinator, smt_coordinator):
    running = _signed(coordinator, smt_coordinator)
    promise = running.commitments.get()
    services.keep_commitment(promise, evidence="vu", by=coordinator)
    copy = _begun(coordinator, title="Convention 2028", copy_of=running)
    milestone = copy.milestones.get()
    assert (milestone.opens_on, milestone.finalise_by) == (date(2028, 9, 15), date(2028, 7, 31))
    assert milestone.objectives.get().target == 100
    copied = copy.commitments.get()
    assert (copied.text, copied.done_at, copied.evidence) == ("Recruter", None, "")
    assert running.milestones.get().finalise_by == date(2027, 7, 31)


def test_the_day_that_next_year_does_not_have_becomes_the_one_before(coordinator, smt_coordinator):
    draft = _begun(coordinator)
    services.add_milestone(
        draft,
        by=coordinator,
        title="Bissextile",
        short_title="B",
        owner=factories.party("igs"),
        opens_on=date(2028, 2, 29),
        finalise_by=date(2028, 2, 28),
    )
    copy = _begun(coordinator, copy_of=draft)
    assert copy.milestones.get().opens_on == date(2029, 2, 28)


def test_a_party_that_promises_something_cannot_leave_the_draft(coordinator):
    draft = _begun(coordinator)
    services.add_commitment(draft, by=coordinator, party=factories.party("smt"), text="Trouver des places")
    igs = [factories.party("igs")]
    with pytest.raises(Refused):
        services.edit_convention(draft, title="T", purpose="", parties=igs, by=coordinator)
    assert draft.signatures.count() == 2


def test_a_draft_is_written_for_one_s_own_party(coordinator, client_of):
    said = {"title": "T", "purpose": "", "parties": [factories.party("smt").pk], "copy_of": ""}
    response = client_of(coordinator).post(reverse("partnership:convention_begin"), said)
    assert response.status_code == 422
    assert not Convention.objects.exists()


def test_a_milestone_on_which_a_course_stands_is_not_thrown_away(coordinator):
    draft = _begun(coordinator)
    milestone = _milestone(draft, coordinator)
    factories.programme(milestone=milestone)
    for deed in (
        lambda: services.remove_part(milestone, by=coordinator),
        lambda: services.discard_convention(draft, by=coordinator),
    ):
        with pytest.raises(Refused):
            deed()
    assert Milestone.objects.filter(pk=milestone.pk).exists()


def test_a_draft_is_thrown_away_and_the_journal_remembers_it(coordinator, client_of):
    draft = _begun(coordinator)
    _milestone(draft, coordinator)
    draft.refresh_from_db()
    url, about = reverse("partnership:convention_discard", args=[draft.pk]), ref(draft)
    assert client_of(coordinator).post(url, {"version": draft.version}).url == reverse("partnership:convention_list")
    assert not Convention.objects.exists()
    assert JournalEntry.objects.filter(about=about, after="discarded").exists()


@pytest.mark.parametrize("persona", ["recruiter", "reviewer", "lyon_lead"])
def test_nobody_else_writes_a_convention(persona, request, client_of, coordinator):
    draft, client = _begun(coordinator), client_of(request.getfixturevalue(persona))
    assert client.get(reverse("partnership:convention_edit", args=[draft.pk])).status_code == 403
    assert client.get(reverse("partnership:convention_begin")).status_code == 403
    outsider = client_of(factories.user(Role.COORDINATOR, party_code="tiers"))
    assert outsider.get(reverse("partnership:convention_edit", args=[draft.pk])).status_code == 404


# -- two at once ------------------------------------------------------------------------------------------------------


def test_whoever_changes_what_somebody_else_has_changed_sees_both(coordinator, smt_coordinator, client_of):
    draft = _begun(coordinator)
    objective = services.add_objective(_milestone(draft, coordinator), by=coordinator, measure="confirmed", target=100)
    draft.refresh_from_db()
    seen = draft.version
    services.edit_part(objective, by=smt_coordinator, version=seen, target=80)
    url = reverse("partnership:objective_edit", args=[objective.pk])
    said = {"measure": "confirmed", "zone": "", "target": "120", "due_on": "", "version": seen}
    response = client_of(coordinator).post(url, said)
    page = response.content.decode()
    assert response.status_code == 409
    assert 'value="120"' in page
    assert "80" in page
    objective.refresh_from_db()
    assert objective.target == 80
    # Sent again from what was shown, it is done knowingly.
    again = said | {"version": response.context["form"]["version"].value()}
    assert client_of(coordinator).post(url, again).status_code == 302
    objective.refresh_from_db()
    assert objective.target == 120


def test_what_has_been_taken_out_meanwhile_is_not_changed(coordinator):
    draft = _begun(coordinator)
    milestone = _milestone(draft, coordinator)
    services.remove_part(Milestone.objects.get(), by=coordinator)
    with pytest.raises(Stale), transaction.atomic():
        services.edit_part(milestone, by=coordinator, title="Trop tard")


def test_a_removal_seen_from_an_older_page_is_answered_with_a_conflict(coordinator, client_of):
    draft = _begun(coordinator)
    milestone = _milestone(draft, coordinator)
    url = reverse("partnership:milestone_remove", args=[milestone.pk])
    assert client_of(coordinator).post(url, {"version": 1}).status_code == 409
    assert Milestone.objects.exists()


# -- signing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lacking", ["purpose", "party", "milestone"])
def test_nobody_signs_a_draft_that_lacks_something_and_its_page_says_what(coordinator, client_of, lacking):
    parties = [factories.party("igs")] + ([factories.party("smt")] if lacking != "party" else [])
    draft = _begun(coordinator, purpose="" if lacking == "purpose" else "Former.", parties=parties)
    if lacking != "milestone":
        _milestone(draft, coordinator)
    words = {"purpose": "son objet", "party": "deux parties pour la signer", "milestone": "un jalon"}[lacking]
    client = client_of(coordinator)
    page = client.get(reverse("partnership:convention_detail", args=[draft.pk])).content.decode()
    assert words in page
    signature = draft.signatures.get(party__code="igs")
    assert reverse("partnership:signature_sign", args=[signature.pk]) not in page
    with pytest.raises(Refused, match=words):
        services.sign(signature, by=coordinator)


def test_a_change_takes_the_signatures_back_and_tells_whoever_signed(coordinator, smt_coordinator):
    draft = _begun(coordinator)
    milestone = _milestone(draft, coordinator)
    services.sign(draft.signatures.get(party__code="smt"), by=smt_coordinator)
    services.edit_part(milestone, by=coordinator, title="Un autre diplôme")
    assert not draft.signatures.filter(signed_at__isnull=False).exists()
    assert ("signature_void", "smt") in _lines(draft)
    letter = OutgoingMessage.objects.get(template="partnership/signature_void")
    assert letter.to_email == smt_coordinator.email
    assert "Convention 2027" in letter.text
    assert reverse("partnership:convention_detail", args=[draft.pk]) in letter.text


def test_the_letter_about_a_signature_taken_back_is_in_the_reader_s_language(coordinator, smt_coordinator):
    smt_coordinator.language = "en"
    smt_coordinator.save()
    draft = _begun(coordinator)
    services.add_milestone(draft, by=coordinator, title="T", short_title="T", owner=factories.party("igs"), **DATES)
    services.sign(draft.signatures.get(party__code="smt"), by=smt_coordinator)
    _milestone(draft, coordinator)
    assert OutgoingMessage.objects.get().subject == "The draft has changed: your signature does not stand"


def test_whoever_signed_a_draft_that_is_thrown_away_is_told(coordinator, smt_coordinator, promises_hold):
    draft = _begun(coordinator)
    _milestone(draft, coordinator)
    services.sign(draft.signatures.get(party__code="smt"), by=smt_coordinator)
    services.discard_convention(draft, by=coordinator)
    letter = OutgoingMessage.objects.get()
    assert letter.subject == "Le projet de convention a été abandonné\u00a0: votre signature ne vaut plus"
    assert "partenariat" not in letter.text


def test_whoever_signs_has_read_the_text_as_it_is(coordinator, smt_coordinator, client_of):
    draft = _begun(coordinator)
    milestone = _milestone(draft, coordinator)
    draft.refresh_from_db()
    seen = draft.version
    services.edit_part(milestone, by=smt_coordinator, title="Tout autre chose")
    url = reverse("partnership:signature_sign", args=[draft.signatures.get(party__code="igs").pk])
    assert client_of(coordinator).post(url, {"version": seen}).status_code == 409
    assert client_of(coordinator).post(url).status_code == 409
    assert not draft.signatures.filter(signed_at__isnull=False).exists()


@pytest.mark.parametrize("who", ["services", "page"])
def test_a_signed_convention_is_written_no_more(coordinator, smt_coordinator, client_of, who):
    signed = _signed(coordinator, smt_coordinator)
    milestone = signed.milestones.get()
    if who == "services":
        with pytest.raises(Refused):
            services.edit_part(milestone, by=coordinator, title="Trop tard")
        with pytest.raises(Refused):
            services.discard_convention(signed, by=coordinator)
    else:
        said = {"title": "Trop tard", "purpose": "P", "version": signed.version}
        said["parties"] = [factories.party("igs").pk, factories.party("smt").pk]
        url = reverse("partnership:convention_edit", args=[signed.pk])
        assert client_of(coordinator).post(url, said).status_code == 422
    signed.refresh_from_db()
    assert signed.title == "Convention 2027"


# -- the law of the database ------------------------------------------------------------------------------------------

FORBIDDEN = [
    "UPDATE partnership_convention SET title = 'Autre'",
    "UPDATE partnership_convention SET state = 'draft', signed_at = NULL",
    "UPDATE partnership_convention SET signed_at = now()",
    "DELETE FROM partnership_convention",
    "UPDATE partnership_signature SET signed_at = NULL, signed_by_id = NULL",
    "DELETE FROM partnership_signature",
    'INSERT INTO partnership_signature (convention_id, party_id, "order")'
    " SELECT convention_id, 0, 9 FROM partnership_milestone",
    "UPDATE partnership_milestone SET finalise_by = '2030-01-01'",
    "UPDATE partnership_milestone SET convention_id = gen_random_uuid()",
    "DELETE FROM partnership_objective",
    "UPDATE partnership_objective SET target = 1",
    "INSERT INTO partnership_objective (milestone_id, measure, target)"
    " SELECT id, 'applied', 3 FROM partnership_milestone",
    "UPDATE partnership_commitment SET text = 'Rien'",
    "UPDATE partnership_commitment SET due_on = '2030-01-01', done_at = now()",
    "DELETE FROM partnership_commitment",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_database_refuses_to_change_a_signed_text(coordinator, smt_coordinator, statement):
    _signed(coordinator, smt_coordinator)
    with (
        pytest.raises(IntegrityError, match="what has been signed is immutable"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_refuses_to_change_a_draft_under_a_signature(coordinator, smt_coordinator):
    draft = _begun(coordinator)
    _milestone(draft, coordinator)
    services.sign(draft.signatures.get(party__code="smt"), by=smt_coordinator)
    for change in (
        lambda: Milestone.objects.update(title="Autre"),
        lambda: Convention.objects.update(purpose="Autre"),
        lambda: Objective.objects.create(milestone=Milestone.objects.get(), measure="applied", target=1),
    ):
        with pytest.raises(IntegrityError, match="what has been signed is immutable"), transaction.atomic():
            change()


def test_that_a_promise_is_kept_is_no_change_of_the_text(coordinator, smt_coordinator):
    promise = _signed(coordinator, smt_coordinator).commitments.get()
    services.keep_commitment(promise, evidence="vu", by=coordinator)
    assert Commitment.objects.get().done_at is not None


# -- ending, keeping, reading -----------------------------------------------------------------------------------------


def test_a_convention_ends_with_its_reason_and_is_kept_no_more(coordinator, smt_coordinator, client_of):
    signed = _signed(coordinator, smt_coordinator)
    url = reverse("partnership:convention_end", args=[signed.pk])
    said = {"reason": "Une autre la remplace.", "version": signed.version}
    assert client_of(coordinator).post(url, said | {"reason": ""}).status_code == 422
    assert client_of(coordinator).post(url, said).status_code == 302
    signed.refresh_from_db()
    assert signed.state == ConventionState.ENDED
    assert _lines(signed)[-1] == ("ended", "Une autre la remplace.")
    with pytest.raises(Refused):
        services.keep_commitment(signed.commitments.get(), evidence="vu", by=coordinator)
    with pytest.raises(Refused):
        services.end_convention(signed, reason="Encore", by=coordinator)


def test_a_kept_promise_is_taken_back_with_a_reason_by_the_party_that_kept_it(coordinator, smt_coordinator, client_of):
    promise = _signed(coordinator, smt_coordinator).commitments.get()
    services.keep_commitment(promise, evidence="Le procès-verbal", by=coordinator)
    url = reverse("partnership:commitment_reopen", args=[promise.pk])
    assert client_of(smt_coordinator).post(url, {"reason": "Non"}).status_code == 403
    assert client_of(coordinator).post(url, {"reason": " "}).status_code == 422
    assert client_of(coordinator).post(url, {"reason": "Le procès-verbal était d’une autre année"}).status_code == 302
    promise.refresh_from_db()
    assert (promise.done_at, promise.done_by, promise.evidence) == (None, None, "")
    told = JournalEntry.objects.filter(subject=ref(promise), after__in=["kept", "reopened"]).order_by("pk")
    assert [line.reason for line in told] == ["Le procès-verbal", "Le procès-verbal était d’une autre année"]
    assert client_of(coordinator).post(url, {"reason": "Encore"}).status_code == 409


def test_a_late_promise_is_marked_on_the_convention_s_page(coordinator, client_of):
    signed = factories.convention()
    factories.commitment(
        convention=signed, party=factories.party("igs"), text="Recruter", due_on=clock.today() - timedelta(days=1)
    )
    page = client_of(coordinator).get(reverse("partnership:convention_detail", args=[signed.pk])).content.decode()
    assert "en retard" in page


def test_the_history_says_who_as_a_role_of_a_party_and_what(coordinator, smt_coordinator, recruiter, client_of):
    signed = _signed(coordinator, smt_coordinator)
    response = client_of(recruiter).get(reverse("partnership:convention_history", args=[signed.pk]))
    page = response.content.decode()
    assert "coordination, IGS" in page
    assert "coordination, SMT" in page
    assert coordinator.full_name not in page.split("<main")[1]
    for words in ("Projet commencé", "Jalon ajouté", "Signée par toutes les parties"):
        assert words in page


def test_the_history_costs_the_same_with_few_deeds_and_with_many(coordinator, client_of, django_assert_max_num_queries):
    draft = _begun(coordinator)
    milestone, client, costs = _milestone(draft, coordinator), client_of(coordinator), []
    for turn in range(2):
        for number in range(1 + 29 * turn):
            services.edit_part(milestone, by=coordinator, title=f"Titre {turn} {number}")
        with django_assert_max_num_queries(20) as counted:
            client.get(reverse("partnership:convention_history", args=[draft.pk]))
        costs.append(len(counted))
    assert costs[0] == costs[1]


def test_the_draft_s_page_costs_the_same_with_one_part_and_with_thirty(
    coordinator, client_of, django_assert_max_num_queries
):
    draft, client, costs = _begun(coordinator), client_of(coordinator), []
    for turn in range(2):
        for number in range(1 + 29 * turn):
            milestone = _milestone(draft, coordinator, f"Jalon {turn} {number}")
            services.add_objective(milestone, by=coordinator, measure="confirmed", target=1)
            services.add_commitment(
                draft, by=coordinator, party=factories.party("igs"), text=f"Promesse {number}", milestone=milestone
            )
        with django_assert_max_num_queries(20) as counted:
            client.get(reverse("partnership:convention_detail", args=[draft.pk]))
        costs.append(len(counted))
    assert costs[0] == costs[1]


def test_every_convention_stands_in_the_list_drafts_first(coordinator, smt_coordinator, client_of):
    _signed(coordinator, smt_coordinator)
    _begun(coordinator, title="Convention 2028")
    page = client_of(coordinator).get(reverse("partnership:convention_list")).content.decode()
    assert page.index("Convention 2028") < page.index("Convention 2027")
    assert reverse("partnership:convention_begin") in page

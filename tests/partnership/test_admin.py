"""The administrators' desk: everything for them, nothing for reviewers, and no secret for anybody."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse

from partnership import clock, emails, outbox
from partnership.models import Convention, JournalEntry, Membership, Objective, OutgoingMessage
from partnership.states import ConventionState, Role

from .. import factories

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model._meta.app_label == "partnership"]
LISTS = [f"admin:partnership_{model._meta.model_name}_changelist" for model in OURS]


def _letter(**fields) -> OutgoingMessage:
    defaults = {
        "key": "essai",
        "template": "cohorts/application_admitted",
        "language": "fr",
        "about": "cohorts.application:1",
        "to_email": "jeune@exemple.test",
        "subject": "Votre candidature est admise",
        "text": f"Répondre : {outbox.LINK_MARK} avec le code {outbox.SECRET_MARK}\n",
        "html": "<p>",
        "secret": "481516",
        "due_at": clock.now(),
    }
    return OutgoingMessage.objects.create(**(defaults | fields))


@pytest.mark.parametrize("name", LISTS)
def test_an_administrator_opens_every_list(administrator, client_of, name):
    factories.milestone()
    _letter()
    assert client_of(administrator).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_reviewer_sees_none_of_it(reviewer, client_of, name):
    assert client_of(reviewer).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_a_recruiter_does_not_enter(recruiter, client_of, name):
    assert client_of(recruiter).get(reverse(name)).status_code in (302, 403)


def test_a_reviewer_is_offered_no_model_of_the_partnership(reviewer, client_of):
    index = client_of(reviewer).get(reverse("admin:index")).content.decode()
    assert "/admin/partnership/" not in index


def test_the_libraries_own_tables_are_not_offered(administrator, client_of):
    index = client_of(administrator).get(reverse("admin:index")).content.decode()
    assert "/admin/auth/" not in index
    assert "/admin/account/" not in index
    # People and their roles have pages of their own, under /equipe/: one way to do a thing.
    assert "/admin/partnership/user/" not in index
    assert "/admin/partnership/membership/" not in index


def test_every_form_of_the_partnership_opens(administrator, client_of):
    client, things = client_of(administrator), [_letter()]
    milestone = factories.milestone()
    things += [milestone, milestone.convention, factories.zone("lyon"), factories.party("smt")]
    things.append(JournalEntry.objects.create(actor_kind="clock", subject="x:1", about="x:1", after="added"))
    for thing in things:
        url = reverse(f"admin:partnership_{thing._meta.model_name}_change", args=[thing.pk])
        assert client.get(url).status_code == 200, url
    assert {type(thing) for thing in things} == set(OURS)


def test_the_history_of_a_record_is_its_journal(administrator, client_of):
    client, party = client_of(administrator), factories.party("igs")
    url = reverse("admin:partnership_party_history", args=[party.pk])
    response = client.get(url)
    assert response.status_code == 302
    assert f"partnership.party%3A{party.pk}" in response.url
    assert client.get(response.url).status_code == 200


def test_a_signed_convention_keeps_its_words_and_cannot_be_deleted(administrator, client_of):
    signed, client = factories.convention(), client_of(administrator)
    assert (
        client.post(reverse("admin:partnership_convention_delete", args=[signed.pk]), {"post": "yes"}).status_code
        == 403
    )
    form = client.get(reverse("admin:partnership_convention_change", args=[signed.pk])).content.decode()
    assert 'name="title"' not in form
    assert 'name="signatures-0-party"' not in form


def test_the_administration_has_no_path_to_sign(administrator, client_of):
    draft = factories.convention(signed=False)
    form = (
        client_of(administrator).get(reverse("admin:partnership_convention_change", args=[draft.pk])).content.decode()
    )
    assert 'name="title"' in form
    assert 'name="signatures-0-party"' in form
    assert not re.search(r'name="signatures-[^"]*signed', form)
    assert Convention.objects.get().state == ConventionState.DRAFT


def test_a_second_target_for_the_same_measure_is_refused_in_the_form(administrator, client_of, figures):
    milestone = factories.milestone()
    Objective.objects.create(milestone=milestone, measure="confirmed", target=100)
    data = {"convention": milestone.convention_id, "order": 1, "title": "Jalon 1", "short_title": "J1"}
    data |= {"owner": milestone.owner_id, "opens_precision": "none", "finalise_precision": "none"}
    data |= {"objectives-TOTAL_FORMS": 2, "objectives-INITIAL_FORMS": 1}
    first = milestone.objectives.get()
    data |= {
        f"objectives-0-{key}": value for key, value in {"id": first.pk, "measure": "confirmed", "target": 100}.items()
    }
    data |= {"objectives-1-measure": "confirmed", "objectives-1-target": 90}
    data |= {"objectives-0-milestone": milestone.pk, "objectives-1-milestone": milestone.pk}
    url = reverse("admin:partnership_milestone_change", args=[milestone.pk])
    response = client_of(administrator).post(url, data)
    assert response.status_code == 422
    assert response.context["errors"]
    assert milestone.objectives.count() == 1


def test_two_milestones_that_exchange_numbers_are_refused_in_the_form(administrator, client_of):
    first = factories.milestone(order=1)
    second = factories.milestone(order=2)
    data = {f"{name}-TOTAL_FORMS": 0 for name in ("signatures", "commitments")}
    data |= {f"{name}-INITIAL_FORMS": 0 for name in ("signatures", "commitments")}
    data |= {"milestones-TOTAL_FORMS": 2, "milestones-INITIAL_FORMS": 2}
    for row, (milestone, order) in enumerate([(first, 2), (second, 1)]):
        line = {
            "id": milestone.pk,
            "convention": milestone.convention_id,
            "order": order,
            "title": "T",
            "short_title": "T",
        }
        line |= {"owner": milestone.owner_id, "opens_precision": "none", "finalise_precision": "none"}
        data |= {f"milestones-{row}-{key}": value for key, value in line.items()}
    url = reverse("admin:partnership_convention_change", args=[first.convention_id])
    response = client_of(administrator).post(url, data)
    assert response.status_code == 422
    first.refresh_from_db()
    assert first.order == 1


def test_a_letter_shows_neither_link_nor_code(administrator, client_of):
    url = reverse("admin:partnership_outgoingmessage_change", args=[_letter().pk])
    page = client_of(administrator).get(url).content.decode()
    assert "lien-personnel.invalid" not in page
    assert "481516" not in page
    assert outbox.SECRET_MARK not in page
    assert "lien personnel" in page or "personal link" in page


def test_letters_cannot_be_written_or_deleted_by_hand(administrator, client_of):
    letter, client = _letter(), client_of(administrator)
    assert client.get(reverse("admin:partnership_outgoingmessage_add")).status_code == 403
    assert client.post(reverse("admin:partnership_outgoingmessage_delete", args=[letter.pk])).status_code == 403


def test_a_sign_in_code_stands_in_its_letter_as_a_mark(author):
    emails.sign_in_code(author, code="481516", asked_at=clock.now())
    letter = OutgoingMessage.objects.get()
    assert outbox.SECRET_MARK in letter.text
    assert "481516" not in letter.text + letter.html


def test_an_ended_membership_opens_no_door(administrator, client_of):
    Membership.objects.filter(user=administrator, role=Role.ADMINISTRATOR).update(
        until=clock.today() - timedelta(days=1)
    )
    assert client_of(administrator).get(reverse("admin:partnership_party_changelist")).status_code in (302, 403)

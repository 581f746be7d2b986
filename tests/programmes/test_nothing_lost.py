"""What reviewers write is kept whatever happens; what they asked for is heard; nobody is asked for nothing."""

from datetime import timedelta

import pytest

from partnership import clock
from partnership.models import OutgoingMessage
from partnership.reminders import remind
from partnership.states import Role
from partnership.workflow import Refused
from programmes import services
from programmes.models import ChangeRequest, Curriculum, OpinionDraft, Review
from programmes.states import CurriculumState, Opinion

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewers():
    return [factories.user(Role.REVIEWER, party_code="smt", name=f"Relectrice {n}") for n in (1, 2)]


@pytest.fixture
def submitted(author, reviewers):
    draft = factories.curriculum(state=CurriculumState.DRAFT, modules=2, by=author)
    services.submit(draft, by=author)
    return draft


def give(module, opinion, comment="", *, by):
    services.review_module(module, opinion=opinion, comment=comment, text_hash=module.text_hash(), by=by)


def address(module):
    return f"/fr/admin/programmes/curriculum/{module.curriculum_id}/relire/{module.pk}/"


def words(module):
    return {
        "opinion": "changes",
        "comment": "Tout revoir.",
        "request_hours": "Trop court.",
        "text_hash": module.text_hash(),
    }


# -- words ------------------------------------------------------------------------------------------------------------


def test_words_on_a_version_taken_back_meanwhile_are_shown_and_kept(submitted, author, reviewers, client_of):
    module = submitted.modules.get(order=1)
    said = words(module)
    services.withdraw(submitted, by=author)
    answer = client_of(reviewers[0]).post(address(module), said)
    text = answer.content.decode()
    assert (answer.status_code, "Tout revoir." in text, "Trop court." in text) == (409, True, True)
    assert (OpinionDraft.objects.get().comment, ChangeRequest.objects.get().text) == ("Tout revoir.", "Trop court.")


def test_words_on_a_module_removed_meanwhile_are_shown_to_be_copied(submitted, author, reviewers, client_of):
    module = submitted.modules.get(order=1)
    said = words(module)
    services.withdraw(submitted, by=author)
    services.remove_module(submitted.modules.get(order=1), by=author)
    services.submit(submitted, by=author)
    answer = client_of(reviewers[0]).post(address(module), said)
    assert (answer.status_code, "Trop court." in answer.content.decode()) == (409, True)


def test_words_on_a_version_decided_meanwhile_are_shown_even_beside_an_opinion_given(submitted, reviewers, client_of):
    module = submitted.modules.get(order=1)
    give(module, Opinion.REMARK, "Bien.", by=reviewers[0])
    services.approve_rest(submitted, by=reviewers[1])
    text = client_of(reviewers[0]).post(address(module), words(module)).content.decode()
    assert "Tout revoir." in text and "Trop court." in text


def test_a_form_sent_twice_asks_once(author, reviewers):
    version = factories.curriculum(factories.programme(quorum=2), state=CurriculumState.SUBMITTED, modules=2, by=author)
    module = version.modules.get(order=1)
    for _turn in range(2):
        give(module, Opinion.CHANGES, "Tout revoir.", by=reviewers[0])
    assert ChangeRequest.objects.get().is_open


# -- what was asked ---------------------------------------------------------------------------------------------------


def test_who_was_answered_in_words_alone_is_heard_before_a_decision(submitted, author, reviewers):
    first, second = reviewers
    give(submitted.modules.get(order=1), Opinion.UNFAVOURABLE, "Hors sujet.", by=first)
    services.approve_rest(submitted, by=second)
    submitted.refresh_from_db()
    assert submitted.state == CurriculumState.CHANGES_REQUESTED
    services.reply(ChangeRequest.objects.get(), text="Non merci.", by=author)
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(submitted, by=author)
        services.approve_rest(submitted, by=second)
        submitted.refresh_from_db()
        assert submitted.state == CurriculumState.IN_REVIEW
        # Unless the coordinator asks somebody else.
        coordinator = factories.user(Role.COORDINATOR, party_code="smt")
        services.assign(submitted, [second], by=coordinator)
        services.approve_rest(submitted, by=second)
        submitted.refresh_from_db()
        assert submitted.state == CurriculumState.VALIDATED
    assert not ChangeRequest.objects.get().is_open


def test_the_only_request_of_an_opinion_is_not_settled_behind_it(submitted, reviewers):
    give(submitted.modules.get(order=1), Opinion.CHANGES, "Tout revoir.", by=reviewers[0])
    with pytest.raises(Refused):
        services.settle_request(ChangeRequest.objects.get(), by=reviewers[0])


def test_a_text_that_was_rejected_and_comes_back_is_not_approved_with_the_rest(submitted, author, reviewers):
    give(submitted.modules.get(order=1), Opinion.CHANGES, "Tout revoir.", by=reviewers[0])
    services.approve_rest(submitted, by=reviewers[0])
    submitted.refresh_from_db()
    services.reply(ChangeRequest.objects.get(), text="Nous le gardons.", by=author)
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(submitted, by=author)
        assert services.approve_rest(submitted, by=reviewers[0]) == 0


# -- interests --------------------------------------------------------------------------------------------------------


def test_an_interest_declared_after_a_decision_changes_nothing_of_its_record(submitted, reviewers):
    services.approve_rest(submitted, by=reviewers[0])
    with clock.travel(clock.now() + timedelta(days=1)):
        services.declare_interest(submitted.programme, kind="sells", by=reviewers[0])
        version = services.with_opinions(Curriculum.objects.filter(pk=submitted.pk)).get()
        assert [line.favourable for line in services.standings(version)] == [1, 1]


def test_a_reviewer_who_comes_to_work_for_its_teachers_no_longer_counts(author, reviewers):
    version = factories.curriculum(factories.programme(quorum=2), state=CurriculumState.SUBMITTED, modules=1, by=author)
    services.approve_rest(version, by=reviewers[0])
    reviewers[0].memberships.create(
        party=version.programme.provider, role=Role.AUTHOR, since=clock.today() - timedelta(days=1)
    )
    services.approve_rest(version, by=reviewers[1])
    version.refresh_from_db()
    assert (version.state, Review.objects.count()) == (CurriculumState.IN_REVIEW, 2)


# -- reminders --------------------------------------------------------------------------------------------------------


def test_whose_opinions_all_stand_is_reminded_of_nothing(author, reviewers):
    programme = factories.programme(quorum=2)
    version = factories.curriculum(programme, state=CurriculumState.DRAFT, modules=1, by=author)
    services.submit(version, by=author)
    module = version.modules.get()
    services.approve_rest(version, by=reviewers[0])
    give(module, Opinion.CHANGES, "Tout revoir.", by=reviewers[1])
    services.reply(ChangeRequest.objects.get(), text="Nous le gardons.", by=author)
    version.refresh_from_db()
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(version, by=author)
    with clock.travel(clock.now() + timedelta(days=4)):
        remind()
    told = OutgoingMessage.objects.filter(template="programmes/curriculum_waits").values_list("to_email", flat=True)
    assert list(told) == [reviewers[1].email]


def test_an_opinion_asks_a_bounded_number_of_statements(submitted, reviewers, client_of, django_assert_max_num_queries):
    site, module = client_of(reviewers[0]), submitted.modules.get(order=1)
    site.get(address(module))
    with django_assert_max_num_queries(50):
        site.post(address(module), words(module))

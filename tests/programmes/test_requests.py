"""What a reviewer asks of a field: kept while they read, asked with their opinion, answered, settled."""

from datetime import timedelta

import pytest

from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage
from partnership.states import Role
from partnership.workflow import Refused
from programmes import services
from programmes.models import ChangeRequest, OpinionDraft, Review
from programmes.states import CurriculumState, Opinion

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(author, reviewer):
    draft = factories.curriculum(state=CurriculumState.DRAFT, modules=3, by=author)
    services.submit(draft, by=author)
    return draft


def give(module, opinion, comment="", *, by, **requests):
    said = {"opinion": opinion, "comment": comment, "requests": requests}
    return services.review_module(module, text_hash=module.text_hash(), by=by, **said)


def first(curriculum):
    return curriculum.modules.select_related("curriculum__programme").get(order=1)


def asked_of(curriculum, reviewer, **requests):
    """The version has come back to its author with these requests on its first module."""
    give(first(curriculum), Opinion.CHANGES, by=reviewer, **requests)
    services.approve_rest(curriculum, by=reviewer)
    curriculum.refresh_from_db()
    assert curriculum.state == CurriculumState.CHANGES_REQUESTED
    return list(ChangeRequest.objects.order_by("field"))


# -- kept -------------------------------------------------------------------------------------------------------------


def test_what_is_kept_is_read_by_its_writer_alone(submitted, reviewer, author):
    module = first(submitted)
    services.save_draft(module, opinion="", comment="À relire.", requests={"hours": "Trop court."}, by=reviewer)
    request = ChangeRequest.objects.get()
    assert not request.is_open
    second = factories.user(Role.REVIEWER, party_code="smt")
    assert list(ChangeRequest.objects.visible_to(reviewer)) == [request]
    assert not ChangeRequest.objects.visible_to(second).exists()
    assert not ChangeRequest.objects.visible_to(author).exists()
    assert services.standings(submitted, reader=second)[0].prepared == []
    assert not JournalEntry.objects.filter(subject__startswith="programmes.changerequest").exists()


def test_keeping_again_takes_the_place_of_what_was_kept_and_nothing_takes_it_away(submitted, reviewer):
    module = first(submitted)
    for text in ("Trop court.", "Bien trop court."):
        services.save_draft(module, requests={"hours": text}, by=reviewer)
    assert ChangeRequest.objects.get().text == "Bien trop court."
    services.save_draft(module, requests={"hours": ""}, by=reviewer)
    assert not ChangeRequest.objects.exists()


def test_a_draft_is_gone_once_the_opinion_is_given(submitted, reviewer):
    module = first(submitted)
    services.save_draft(module, opinion=Opinion.REMARK, comment="Un exemple.", requests={}, by=reviewer)
    assert OpinionDraft.objects.get().comment == "Un exemple."
    give(module, Opinion.REMARK, "Un exemple de plus.", by=reviewer)
    assert not OpinionDraft.objects.exists()


@pytest.mark.parametrize("said", [{"comment": "À relire.", "requests": {}}, {"requests": {"hours": "Trop court."}}])
def test_what_is_begun_is_commented_and_not_approved_with_the_rest(submitted, reviewer, said):
    services.save_draft(first(submitted), by=reviewer, **said)
    assert services.approve_rest(submitted, by=reviewer) == 2


# -- asked ------------------------------------------------------------------------------------------------------------


def test_an_opinion_asks_what_was_kept_and_what_is_written_with_it(submitted, reviewer):
    module = first(submitted)
    services.save_draft(module, requests={"hours": "Trop court."}, by=reviewer)
    give(module, Opinion.CHANGES, "Tout revoir.", by=reviewer, assessment="Deux appels.")
    assert sorted(ChangeRequest.objects.exclude(asked_at=None).values_list("field", "text")) == [
        ("", "Tout revoir."),
        ("assessment", "Deux appels."),
        ("hours", "Trop court."),
    ]
    assert Review.objects.get().comment == ""


@pytest.mark.parametrize("opinion", [Opinion.FAVOURABLE, Opinion.REMARK])
def test_one_does_not_favour_what_one_asks_to_change(submitted, reviewer, opinion):
    with pytest.raises(Refused):
        give(first(submitted), opinion, "Bien.", by=reviewer, hours="Trop court.")
    assert not Review.objects.exists()


# -- answered ---------------------------------------------------------------------------------------------------------


def test_each_request_is_answered_by_another_text_of_its_field_or_in_words(submitted, author, reviewer):
    on_assessment, on_hours = asked_of(submitted, reviewer, hours="Trop court.", assessment="Deux appels.")
    module = first(submitted)
    services.edit_module(module, version=module.version, by=author, content="Un autre contenu.")
    with pytest.raises(Refused) as refusal:
        services.submit(submitted, by=author)
    assert "1 (Module 1)" in refusal.value.reason
    module = first(submitted)
    services.edit_module(module, version=module.version, by=author, hours=35)
    with pytest.raises(Refused):
        services.submit(submitted, by=author)
    services.reply(on_assessment, text="Un seul, faute de temps.", by=author)
    services.submit(submitted, by=author)
    assert submitted.state == CurriculumState.SUBMITTED


def test_a_word_of_a_reviewer_is_no_answer_and_its_authors_hear_of_it(submitted, author, reviewer):
    (request,) = asked_of(submitted, reviewer, hours="Trop court.")
    said = services.reply(request, text="Trente-cinq heures suffiraient.", by=reviewer)
    assert not said.is_answer
    with pytest.raises(Refused):
        services.submit(submitted, by=author)
    letter = OutgoingMessage.objects.get(template="programmes/change_request_replied")
    assert (letter.to_email, "Trente-cinq heures" in letter.text) == (author.email, True)
    assert f"/fr/contenus/demandes/{request.pk}/" in letter.text


def test_an_answer_counts_for_the_request_it_answers_not_for_a_later_one(submitted, author, reviewer):
    (request,) = asked_of(submitted, reviewer, hours="Trop court.")
    services.reply(request, text="C’est le maximum.", by=author)
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(submitted, by=author)
        give(first(submitted), Opinion.CHANGES, by=reviewer)
        submitted.refresh_from_db()
        assert submitted.state == CurriculumState.CHANGES_REQUESTED
        with pytest.raises(Refused):
            services.submit(submitted, by=author)


# -- settled ----------------------------------------------------------------------------------------------------------


def test_a_favourable_opinion_settles_what_its_reviewer_asked(submitted, author, reviewer):
    (request,) = asked_of(submitted, reviewer, hours="Trop court.")
    module = first(submitted)
    services.edit_module(module, version=module.version, by=author, hours=35)
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(submitted, by=author)
        give(first(submitted), Opinion.FAVOURABLE, by=reviewer)
    request.refresh_from_db()
    submitted.refresh_from_db()
    assert (request.is_open, submitted.state) == (False, CurriculumState.VALIDATED)


def test_only_its_writer_settles_a_request_and_once(submitted, author, reviewer):
    (request,) = asked_of(submitted, reviewer, hours="Trop court.")
    with pytest.raises(Refused):
        services.settle_request(request, by=factories.user(Role.REVIEWER, party_code="smt"))
    services.settle_request(request, by=reviewer)
    with pytest.raises(Refused):
        services.settle_request(request, by=reviewer)
    with pytest.raises(Refused):
        services.reply(request, text="Trop tard.", by=author)
    services.submit(submitted, by=author)


# -- the pages --------------------------------------------------------------------------------------------------------


def test_a_thread_is_read_and_answered_by_its_two_sides_only(submitted, author, reviewer, client_of, recruiter):
    (request,) = asked_of(submitted, reviewer, hours="Trop court.")
    url = f"/fr/contenus/demandes/{request.pk}/"
    answer = client_of(author).post(url, {"text": "Nous ajoutons sept heures."})
    assert (answer.status_code, answer["Location"]) == (302, f"/fr/contenus/modules/{request.module_id}/")
    text = client_of(reviewer).get(url).content.decode()
    assert "Nous ajoutons sept heures." in text
    assert client_of(recruiter).get(url).status_code == 404
    assert client_of(author).post(url, {"text": "  "}).status_code == 422


def test_a_request_in_preparation_has_no_thread_yet(submitted, reviewer, client_of):
    services.save_draft(first(submitted), requests={"hours": "Trop court."}, by=reviewer)
    url = f"/fr/contenus/demandes/{ChangeRequest.objects.get().pk}/"
    assert client_of(reviewer).get(url).status_code == 403
    assert client_of(factories.user(Role.REVIEWER, party_code="smt")).get(url).status_code == 404


def test_a_reply_to_a_settled_request_says_so_and_keeps_its_words(submitted, author, reviewer, client_of):
    (request,) = asked_of(submitted, reviewer, hours="Trop court.")
    services.settle_request(request, by=reviewer)
    answer = client_of(author).post(f"/fr/contenus/demandes/{request.pk}/", {"text": "Trop tard."})
    assert answer.status_code == 409
    request.refresh_from_db()
    assert not request.replies.exists()


def test_the_desk_keeps_a_request_of_a_field_and_shows_it_again(submitted, reviewer, client_of):
    site = client_of(reviewer)
    module = first(submitted)
    url = f"/fr/admin/programmes/curriculum/{submitted.pk}/relire/{module.pk}/"
    said = {"draft": "hours", "comment": "En cours.", "request_hours": "Trop court.", "text_hash": module.text_hash()}
    answer = site.post(url, said)
    assert (answer.status_code, answer["Location"]) == (302, f"{url}#f-hours")
    form = site.get(url).context["form"]
    assert (form["request_hours"].value(), form["comment"].value()) == ("Trop court.", "En cours.")
    assert not Review.objects.exists()


def test_a_request_written_and_not_kept_is_asked_with_the_opinion_all_the_same(submitted, reviewer, client_of):
    module = first(submitted)
    url = f"/fr/admin/programmes/curriculum/{submitted.pk}/relire/{module.pk}/"
    said = {"opinion": "changes", "request_hours": "Trop court.", "text_hash": module.text_hash()}
    assert client_of(reviewer).post(url, said).status_code == 302
    assert ChangeRequest.objects.get().is_open


def test_what_a_reviewer_wrote_on_a_text_that_changed_a_second_ago_is_kept(submitted, author, reviewer, client_of):
    module = first(submitted)
    url = f"/fr/admin/programmes/curriculum/{submitted.pk}/relire/{module.pk}/"
    read = module.text_hash()
    services.withdraw(submitted, by=author)
    services.edit_module(module, version=module.version, by=author, hours=35)
    services.submit(submitted, by=author)
    said = {"opinion": "changes", "comment": "Tout.", "request_hours": "Trop court.", "text_hash": read}
    site = client_of(reviewer)
    answer = site.post(url, said)
    assert (answer.status_code, Review.objects.count()) == (409, 0)
    form = site.get(url).context["form"]
    assert (form["request_hours"].value(), form["comment"].value()) == ("Trop court.", "Tout.")

"""The reviewers' desk in the administration."""

import pytest
from django.test import Client
from django.urls import reverse

from partnership.models import OutgoingMessage
from partnership.states import Role
from programmes import services
from programmes.models import Curriculum, OpinionDraft, Review
from programmes.states import CurriculumState, Opinion

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(author, reviewer) -> Curriculum:
    curriculum = factories.curriculum(state=CurriculumState.DRAFT, modules=3, by=author)
    services.submit(curriculum, by=author)
    return curriculum


@pytest.fixture
def desk(reviewer, client_of) -> Client:
    return client_of(reviewer)


def page(name: str, *args: object) -> str:
    return reverse(f"admin:programmes_{name}", args=args)


def module_page(curriculum: Curriculum, order: int) -> str:
    return page("module_review", curriculum.pk, curriculum.modules.get(order=order).pk)


def opinion(curriculum: Curriculum, order: int, value: str, comment: str = "") -> dict[str, str]:
    return {"opinion": value, "comment": comment, "text_hash": curriculum.modules.get(order=order).text_hash()}


def test_the_administration_opens_on_what_is_to_validate(desk, submitted):
    answer = desk.get(reverse("admin:index"))
    assert [line["curriculum"] for line in answer.context["waiting"]] == [submitted]
    assert answer.context["waiting"][0]["to_read"] == 3
    assert page("curriculum_review", submitted.pk) in answer.content.decode()


def test_the_desk_says_so_when_nothing_is_to_validate(desk, author):
    factories.curriculum(state=CurriculumState.DRAFT, by=author)
    answer = desk.get(reverse("admin:index"))
    assert (answer.context["waiting"], answer.context["others"]) == ([], [])


def test_an_administrator_keeps_the_stock_index_and_a_reviewer_sees_no_table(administrator, client_of, desk):
    table = reverse("admin:programmes_curriculum_changelist")
    assert table in client_of(administrator).get(reverse("admin:index")).content.decode()
    assert table not in desk.get(reverse("admin:index")).content.decode()
    assert desk.get(table).status_code == 403


def test_nobody_changes_a_version_through_a_stock_form(administrator, client_of, submitted):
    site = client_of(administrator)
    change = reverse("admin:programmes_curriculum_change", args=[submitted.pk])
    assert site.get(change).status_code == 200
    assert site.post(change, {"state": "validated"}).status_code == 403
    assert site.get(reverse("admin:programmes_curriculum_add")).status_code == 403
    assert site.post(reverse("admin:programmes_curriculum_delete", args=[submitted.pk])).status_code == 403


def test_from_the_letter_to_an_opinion_in_four_clicks(desk, submitted, reviewer):
    letter = OutgoingMessage.objects.get(to_email=reviewer.email)
    address = page("curriculum_review", submitted.pk)
    assert address in letter.text
    first = module_page(submitted, 1)
    assert first in desk.get(address).content.decode()
    assert desk.get(first).status_code == 200
    answer = desk.post(first, opinion(submitted, 1, Opinion.FAVOURABLE))
    assert Review.objects.get().given_by == reviewer
    assert answer.url == module_page(submitted, 2)


def test_an_opinion_goes_on_to_the_next_module_without_one(desk, submitted):
    desk.post(module_page(submitted, 2), opinion(submitted, 2, Opinion.FAVOURABLE))
    answer = desk.post(module_page(submitted, 3), opinion(submitted, 3, Opinion.FAVOURABLE))
    assert answer.url == module_page(submitted, 1)


def test_the_last_opinion_goes_back_to_the_version_and_says_what_it_decided(desk, submitted, reviewer):
    for order in (1, 2):
        desk.post(module_page(submitted, order), opinion(submitted, order, Opinion.FAVOURABLE))
    answer = desk.post(module_page(submitted, 3), opinion(submitted, 3, Opinion.FAVOURABLE), follow=True)
    assert answer.redirect_chain[-1][0] == page("curriculum_review", submitted.pk)
    submitted.refresh_from_db()
    assert submitted.state == CurriculumState.VALIDATED
    assert answer.context["is_open"] is False


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"opinion": "", "comment": "Rien"}, "opinion"),
        ({"opinion": "parfait"}, "opinion"),
        ({"opinion": Opinion.CHANGES, "comment": "   "}, "comment"),
        ({"opinion": Opinion.UNFAVOURABLE}, "comment"),
        ({"opinion": Opinion.REMARK}, "comment"),
        ({"opinion": Opinion.REMARK, "comment": "x" * 4001}, "comment"),
    ],
)
def test_a_bad_opinion_is_told_beside_its_field_and_in_the_summary(desk, submitted, answers, field):
    url = module_page(submitted, 1)
    answer = desk.post(url, opinion(submitted, 1, "") | answers)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'id="id_{field}_error"' in text and f'href="#id_{field}' in text
    assert not Review.objects.exists()


def test_a_text_changed_since_the_page_was_opened_is_shown_and_the_comment_kept(desk, submitted, author):
    answers = opinion(submitted, 1, Opinion.CHANGES, "Préciser la grille.")
    services.withdraw(submitted, by=author)
    module = submitted.modules.get(order=1)
    services.edit_module(module, version=1, by=author, objectives="Un objectif tout neuf.")
    services.submit(submitted, by=author)
    answer = desk.post(module_page(submitted, 1), answers)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Un objectif tout neuf." in text and "Préciser la grille." in text
    assert submitted.modules.get(order=1).text_hash() in text
    assert not Review.objects.exists()


def test_an_opinion_on_a_closed_version_is_refused_with_its_reason_and_its_words_are_kept(desk, submitted, reviewer):
    services.approve_rest(submitted, by=reviewer)
    answer = desk.post(module_page(submitted, 1), opinion(submitted, 1, Opinion.UNFAVOURABLE, "Finalement non."))
    assert answer.status_code == 409
    assert OpinionDraft.objects.get(reader=reviewer).comment == "Finalement non."
    url = page("curriculum_approve_rest", submitted.pk)
    answer = desk.post(url, {"text_hash": submitted.text_hash()}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert set(Review.objects.values_list("opinion", flat=True)) == {Opinion.FAVOURABLE}


def test_a_decided_version_is_read_without_any_form(desk, submitted, reviewer):
    services.approve_rest(submitted, by=reviewer)
    for url in (page("curriculum_review", submitted.pk), module_page(submitted, 1)):
        text = desk.get(url).content.decode()
        assert 'name="opinion"' not in text and "/reste/" not in text


def test_a_reviewer_who_wrote_in_it_reads_it_without_judging(author, client_of, reviewer):
    curriculum = services.create_curriculum(factories.programme(), by=author)
    services.add_module(curriculum, by=reviewer, title="Voix", hours=56, objectives="Parler.", content="Écouter.")
    services.submit(curriculum, by=author)
    site = client_of(reviewer)
    url = module_page(curriculum, 1)
    assert 'name="opinion"' not in site.get(url).content.decode()
    assert site.post(url, opinion(curriculum, 1, Opinion.FAVOURABLE)).status_code == 409
    assert not Review.objects.exists()


def test_the_rest_is_approved_in_one_click(desk, submitted):
    desk.post(module_page(submitted, 1), opinion(submitted, 1, Opinion.REMARK, "Bien."))
    text = desk.get(page("curriculum_review", submitted.pk)).content.decode()
    assert f'name="text_hash" value="{submitted.text_hash()}"' in text
    desk.post(page("curriculum_approve_rest", submitted.pk), {"text_hash": submitted.text_hash()})
    submitted.refresh_from_db()
    assert (submitted.state, Review.objects.count()) == (CurriculumState.VALIDATED, 3)


def test_a_text_submitted_again_since_the_page_was_read_is_not_approved_unread(author, desk, submitted):
    read = submitted.text_hash()
    services.withdraw(submitted, by=author)
    services.edit_module(submitted.modules.get(order=2), version=1, by=author, content="Tout autre chose.")
    services.submit(submitted, by=author)
    answer = desk.post(page("curriculum_approve_rest", submitted.pk), {"text_hash": read})
    submitted.refresh_from_db()
    assert (answer.status_code, submitted.state) == (409, CurriculumState.SUBMITTED)
    assert not Review.objects.exists()


def _whole(pieces):
    return "".join(piece.text for piece in pieces)


def test_the_new_text_stands_beside_the_one_in_force(author, desk, submitted, reviewer):
    services.approve_rest(submitted, by=reviewer)
    second = services.create_curriculum(submitted.programme, by=author)
    module = second.modules.get(order=1)
    services.edit_module(module, version=1, by=author, objectives="Prévenir avant d’appeler.", hours=35)
    services.submit(second, by=author)
    context = desk.get(module_page(second, 1), {"depuis": "version"}).context
    assert [(_whole(field.gone), _whole(field.come)) for field in context["fields"]] == [
        ("28", "35"),
        ("Accueillir une personne au téléphone.", "Prévenir avant d’appeler."),
    ]
    unchanged = desk.get(module_page(second, 2)).context
    assert (unchanged["fields"], len(unchanged["unchanged"])) == ([], 8)


def test_a_draft_or_another_party_s_content_is_not_on_the_desk(desk, author, client_of, submitted):
    other = client_of(factories.user(Role.REVIEWER, party_code="ailleurs"))
    assert other.get(page("curriculum_review", submitted.pk)).status_code == 404
    assert other.post(module_page(submitted, 1), opinion(submitted, 1, "favourable")).status_code == 404
    services.withdraw(submitted, by=author)
    assert desk.get(page("curriculum_review", submitted.pk)).status_code == 404


def test_a_module_of_another_version_is_not_found_under_this_one(desk, submitted, author):
    other = factories.curriculum(factories.programme("cmc"), state=CurriculumState.SUBMITTED, by=author)
    assert desk.get(page("module_review", submitted.pk, other.modules.first().pk)).status_code == 404


def test_an_administrator_who_reviews_nothing_gives_no_opinion(administrator, client_of, submitted):
    site = client_of(administrator)
    assert site.get(page("curriculum_review", submitted.pk)).status_code == 403
    assert site.post(page("curriculum_approve_rest", submitted.pk)).status_code == 403


def test_authors_do_not_enter_the_administration(author, client_of, submitted):
    site = client_of(author)
    for url in (reverse("admin:index"), page("curriculum_review", submitted.pk), module_page(submitted, 1)):
        assert site.get(url, follow=True).status_code == 403
    site.post(page("curriculum_approve_rest", submitted.pk))
    assert not Review.objects.exists()


def test_the_desk_asks_the_same_of_the_database_for_one_version_and_for_ten(
    desk, submitted, author, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(15) as few:
        desk.get(reverse("admin:index"))
    for number in range(9):
        factories.curriculum(factories.programme(f"f{number}"), state=CurriculumState.SUBMITTED, modules=5, by=author)
    with django_assert_num_queries(len(few)):
        desk.get(reverse("admin:index"))


def test_a_version_on_the_desk_asks_the_same_for_three_modules_and_for_thirty(
    desk, submitted, author, django_assert_num_queries, django_assert_max_num_queries
):
    long = factories.curriculum(factories.programme("long"), state=CurriculumState.SUBMITTED, modules=30, by=author)
    with django_assert_max_num_queries(15) as few:
        desk.get(page("curriculum_review", submitted.pk))
    with django_assert_num_queries(len(few)):
        desk.get(page("curriculum_review", long.pk))
    with django_assert_max_num_queries(16) as few:
        desk.get(module_page(submitted, 1))
    with django_assert_num_queries(len(few)):
        desk.get(module_page(long, 30))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_desk_speaks_both_languages(desk, submitted, language):
    for url in (reverse("admin:index"), page("curriculum_review", submitted.pk), module_page(submitted, 1)):
        assert desk.get(url.replace("/fr/", f"/{language}/")).status_code == 200


# -- what has changed --------------------------------------------------------------------------------------------------


def _rewritten(version, author, order, **texts):
    module = version.modules.get(order=order)
    services.edit_module(module, version=module.version, by=author, **texts)


def _asked_and_reworked(submitted, desk, author):
    """The reviewer asks for a change to the second module; it comes back with other objectives."""
    for order, value in ((1, Opinion.FAVOURABLE), (2, Opinion.CHANGES), (3, Opinion.FAVOURABLE)):
        desk.post(module_page(submitted, order), opinion(submitted, order, value, "Préciser."))
    submitted.refresh_from_db()
    assert submitted.state == CurriculumState.CHANGES_REQUESTED
    _rewritten(submitted, author, 2, objectives="Accueillir chaque appelant.")
    services.submit(submitted, by=author)


def test_a_reworked_module_stands_beside_what_its_reader_read_last(desk, submitted, author, reviewer):
    before = submitted.modules.get(order=2).objectives
    _asked_and_reworked(submitted, desk, author)
    answer = desk.get(module_page(submitted, 2))
    said = answer.content.decode()
    (field,) = answer.context["fields"]
    assert (_whole(field.gone), _whole(field.come)) == (before, "Accueillir chaque appelant.")
    assert "<ins>" in said and "<del>" in said and "Lu le" in said
    assert "1 champ modifié sur 7" in said.replace("\u00a0", " ")
    # Only it has come back: the other opinions stand.
    assert [line.mine is None for line in answer.context["lines"]] == [False, True, False]


def test_somebody_who_read_nothing_of_it_reads_it_whole(desk, submitted, author, client_of):
    _asked_and_reworked(submitted, desk, author)
    other = client_of(factories.user(Role.REVIEWER, party_code="smt"))
    answer = other.get(module_page(submitted, 2))
    assert answer.context["olders"] == []
    assert "Accueillir chaque appelant." in answer.content.decode() and "<ins>" not in answer.content.decode()


def test_a_new_version_is_read_against_the_last_opinion_or_the_version_in_force(desk, submitted, author, reviewer):
    services.approve_rest(submitted, by=reviewer)
    submitted.refresh_from_db()
    assert submitted.state == CurriculumState.VALIDATED
    second = services.create_curriculum(submitted.programme, by=author)
    _rewritten(second, author, 1, content="Écouter, noter, relancer.", hours=85)
    services.submit(second, by=author)
    for asked in ("version", "lecture", "", "inconnu"):
        answer = desk.get(module_page(second, 1), {"depuis": asked})
        assert answer.context["older"].key == ("version" if asked == "version" else "lecture")
        assert [str(field.value) for field in answer.context["fields"]] == ["85", "Écouter, noter, relancer."]
    assert [one.key for one in answer.context["olders"]] == ["lecture", "version"]
    # Nothing to compare it with: it is said to be unchanged, and can be read.
    assert desk.get(module_page(second, 2)).context["fields"] == []


def test_a_page_of_the_desk_asks_little_of_the_database_whatever_was_read_before(
    desk, submitted, author, django_assert_max_num_queries
):
    _asked_and_reworked(submitted, desk, author)
    with django_assert_max_num_queries(20):
        desk.get(module_page(submitted, 2))


def test_markup_in_a_text_stays_text_on_the_desk(desk, submitted, author):
    _asked_and_reworked(submitted, desk, author)
    services.withdraw(submitted, by=author)
    _rewritten(submitted, author, 2, objectives="<script>alert(1)</script> **fort**")
    services.submit(submitted, by=author)
    said = desk.get(module_page(submitted, 2)).content.decode()
    assert "<script>alert(1)</script>" not in said and "&lt;script&gt;" in said

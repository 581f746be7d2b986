"""The authors' pages: what they show, what they refuse, and what happens to what was typed."""

import pytest
from django.test import Client
from django.urls import reverse

from partnership.states import Role
from programmes import services
from programmes.models import Curriculum, Module
from programmes.states import CurriculumState, Opinion, ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db
TEXTS = {
    "title": "Accueil à distance",
    "block": "",
    "hours": "84",
    "objectives": "Accueillir.",
    "content": "Écouter.",
    "assessment": "",
    "regulatory_review_on": "",
}


@pytest.fixture
def draft(author) -> Curriculum:
    return factories.curriculum(state=CurriculumState.DRAFT, modules=2, by=author)


@pytest.fixture
def site(author, client_of) -> Client:
    return client_of(author)


def page(name: str, *args: object) -> str:
    return reverse(f"programmes:{name}", args=args)


# -- the list -------------------------------------------------------------------------------------------------------


def test_the_list_opens_with_its_verdict_and_leaves_the_chair_out(site, draft):
    factories.programme("chaire", kind=ProgrammeKind.CHAIR, short_title="Chaire")
    answer = site.get(page("curriculum_list"))
    assert answer.status_code == 200
    assert (answer.context["total"], answer.context["validated"]) == (1, 0)
    assert "Chaire" not in answer.content.decode().partition("<main")[2]


def test_the_list_of_validated_contents_keeps_to_them_and_to_the_milestone(site):
    factories.curriculum(factories.programme("acvd"))
    second = factories.milestone(order=2)
    factories.curriculum(factories.programme("cmc", milestone=second, short_title="CMC"))
    factories.curriculum(
        factories.programme("autre", milestone=second, short_title="Autre"), state=CurriculumState.SUBMITTED
    )
    rows = site.get(page("curriculum_validated_list"), {"jalon": "2"}).context["rows"]
    assert [str(row["programme"]) for row in rows] == ["CMC"]


@pytest.mark.parametrize("milestone", ["x", "²", "99999999999999999999", ""])
def test_a_milestone_that_is_no_number_filters_nothing(site, draft, milestone):
    answer = site.get(page("curriculum_list"), {"jalon": milestone})
    assert answer.status_code == 200
    assert len(answer.context["rows"]) == 1


def test_the_list_asks_the_same_of_the_database_for_one_programme_and_for_thirty(
    site, draft, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(15) as few:
        site.get(page("curriculum_list"))
    for number in range(29):
        factories.curriculum(factories.programme(f"formation-{number}"), by=draft.created_by)
    with django_assert_num_queries(len(few)):
        site.get(page("curriculum_list"))


def test_a_version_asks_the_same_of_the_database_for_two_modules_and_for_thirty(
    author, site, reviewer, django_assert_num_queries, django_assert_max_num_queries
):
    short = factories.curriculum(factories.programme("court"), state=CurriculumState.SUBMITTED, modules=2, by=author)
    long = factories.curriculum(factories.programme("long"), state=CurriculumState.SUBMITTED, modules=30, by=author)
    services.approve_rest(short, by=reviewer)
    services.approve_rest(long, by=reviewer)
    with django_assert_max_num_queries(25) as few:
        site.get(page("curriculum_read", short.pk))
    with django_assert_num_queries(len(few)):
        site.get(page("curriculum_read", long.pk))


def test_a_coordinator_sees_where_contents_stand_and_opens_none(coordinator, client_of, draft):
    site = client_of(coordinator)
    answer = site.get(page("curriculum_list"))
    assert answer.status_code == 200
    assert page("curriculum_read", draft.pk) not in answer.content.decode()
    assert site.get(page("curriculum_read", draft.pk)).status_code == 404


def test_recruiters_have_no_business_with_contents(recruiter, client_of, draft):
    site = client_of(recruiter)
    assert site.get(page("curriculum_list")).status_code == 403
    assert site.get(page("curriculum_read", draft.pk)).status_code == 404


def test_a_stranger_to_the_convention_sees_none_of_its_programmes(client_of, draft):
    other = client_of(factories.user(Role.AUTHOR, party_code="ailleurs"))
    assert other.get(page("curriculum_list")).context["rows"] == []
    assert other.get(page("curriculum_read", draft.pk)).status_code == 404
    assert other.post(page("curriculum_submit", draft.pk)).status_code == 404
    assert other.post(page("curriculum_create", "acvd")).status_code == 404


def test_a_reviewer_sees_a_version_once_it_is_submitted_and_writes_in_none(reviewer, author, client_of, draft):
    site = client_of(reviewer)
    assert site.get(page("curriculum_read", draft.pk)).status_code == 404
    services.submit(draft, by=author)
    assert site.get(page("curriculum_read", draft.pk)).status_code == 200
    module = draft.modules.first()
    assert site.get(page("module_edit", module.pk)).status_code == 200
    assert site.post(page("curriculum_withdraw", draft.pk)).status_code == 403
    assert site.post(page("module_edit", module.pk), TEXTS).status_code == 403
    assert site.post(page("module_remove", module.pk)).status_code == 403
    assert site.post(page("curriculum_create", "acvd")).status_code == 403


# -- writing --------------------------------------------------------------------------------------------------------


def test_an_author_begins_writes_and_submits_a_content(author, site, reviewer):
    factories.programme()
    site.post(page("curriculum_create", "acvd"))
    curriculum = Curriculum.objects.get()
    assert site.post(page("module_add", curriculum.pk), TEXTS).status_code == 302
    assert site.post(page("curriculum_submit", curriculum.pk)).status_code == 302
    curriculum.refresh_from_db()
    assert (curriculum.state, curriculum.modules.get().hours) == (CurriculumState.SUBMITTED, 84)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 121),
        ("hours", "0"),
        ("hours", "1000"),
        ("hours", "beaucoup"),
        ("objectives", " "),
        ("content", ""),
        ("assessment", "x" * 20_001),
        ("regulatory_review_on", "le 30 février"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_in_the_summary_with_nothing_to_retype(site, draft, field, value):
    typed = TEXTS | {"block": "Ce que j’ai tapé", field: value}
    answer = site.post(page("module_add", draft.pk), typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in text and f'id="id_{field}_error"' in text
    assert "Ce que j’ai tapé" in text
    assert draft.modules.count() == 2


@pytest.mark.parametrize("version", ["", "-1", "x", "99999999999999"])
def test_a_form_without_its_version_never_overwrites(site, draft, version):
    module = draft.modules.first()
    answer = site.post(page("module_edit", module.pk), TEXTS | {"version": version})
    assert answer.status_code in (409, 422)
    assert Module.objects.get(pk=module.pk).title == "Module 1"


def test_two_authors_editing_the_second_sees_the_newer_text_and_keeps_their_own(site, draft, author):
    module = draft.modules.first()
    services.edit_module(module, version=1, by=author, title="Celui de l’autre")
    answer = site.post(page("module_edit", module.pk), TEXTS | {"title": "Le mien", "version": "1"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Celui de l’autre" in text and 'value="Le mien"' in text
    assert 'name="version" value="2"' in text
    again = site.post(page("module_edit", module.pk), TEXTS | {"title": "Le mien", "version": "2"})
    assert again.status_code == 302
    assert Module.objects.get(pk=module.pk).title == "Le mien"


def test_a_module_submitted_meanwhile_is_refused_with_its_reason_and_the_text_kept(site, draft, author):
    module = draft.modules.first()
    services.submit(draft, by=author)
    for url in (page("module_edit", module.pk), page("module_add", draft.pk)):
        answer = site.post(url, TEXTS | {"title": "Trop tard", "version": "1"})
        assert answer.status_code == 409
        assert 'value="Trop tard"' in answer.content.decode()
        assert answer.context["form"].non_field_errors()


def test_a_submitted_module_is_read_not_written(site, draft, author):
    services.submit(draft, by=author)
    answer = site.get(page("module_edit", draft.modules.first().pk))
    assert answer.status_code == 200
    assert "<textarea" not in answer.content.decode()


def test_an_illegal_move_is_refused_with_a_message(site, draft, author, reviewer):
    services.submit(draft, by=author)
    services.approve_rest(draft, by=reviewer)
    module = draft.modules.first()
    for url in (
        page("curriculum_submit", draft.pk),
        page("curriculum_withdraw", draft.pk),
        page("module_remove", module.pk),
        page("module_lower", module.pk),
    ):
        answer = site.post(url, follow=True)
        assert answer.status_code == 200
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    draft.refresh_from_db()
    assert (draft.state, draft.modules.count()) == (CurriculumState.VALIDATED, 2)


def test_modules_are_moved_and_removed_from_the_page(site, draft):
    last = draft.modules.get(order=2)
    site.post(page("module_raise", last.pk))
    assert [module.title for module in draft.modules.all()] == ["Module 2", "Module 1"]
    site.post(page("module_lower", last.pk))
    site.post(page("module_remove", last.pk))
    assert [module.title for module in draft.modules.all()] == ["Module 1"]


def test_an_action_is_never_done_by_following_a_link(site, draft):
    module = draft.modules.first()
    for url in (
        page("curriculum_submit", draft.pk),
        page("curriculum_withdraw", draft.pk),
        page("curriculum_create", "acvd"),
        page("module_remove", module.pk),
        page("module_raise", module.pk),
    ):
        assert site.get(url).status_code == 405


def test_what_reviewers_typed_is_text_not_markup(site, draft, author, reviewer):
    services.submit(draft, by=author)
    module = draft.modules.get(order=1)
    services.review_module(
        module, opinion=Opinion.REMARK, comment="<script>x</script>", text_hash=module.text_hash(), by=reviewer
    )
    for url in (page("curriculum_read", draft.pk), page("module_edit", module.pk)):
        text = site.get(url).content.decode()
        assert "&lt;script&gt;x" in text and "<script>x" not in text


@pytest.mark.parametrize("state", CurriculumState.values)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_version_has_its_page_in_every_state_and_language(site, author, state, language):
    curriculum = factories.curriculum(state=state, by=author)
    answer = site.get(f"/{language}/contenus/{curriculum.pk}/")
    assert answer.status_code == 200
    assert answer.context["due"]["title"]

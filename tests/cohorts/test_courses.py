"""A course: its page, and when one may apply to it."""

import io
from datetime import timedelta

import pikepdf
import pytest

from cohorts.models import Application
from partnership import clock, pdf
from partnership.models import JournalEntry, ref
from programmes import services as teaching
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories
from ..printed import words
from .test_apply import STEP, identity

pytestmark = pytest.mark.django_db


def test_before_the_opening_the_page_says_when_applications_open(client, recruiter):
    opens = clock.today() + timedelta(days=30)
    factories.cohort(applications_from=opens)
    response = client.get(STEP % "identite")
    page = response.content.decode()
    assert response.status_code == 200
    assert str(opens.year) in page and "Les candidatures ouvrent le" in page
    assert recruiter.email in page
    assert "<form" not in page


def test_after_the_closing_the_page_says_so(client):
    factories.cohort(applications_until=clock.today() - timedelta(days=1))
    assert "closes pour le moment" in client.get(STEP % "identite").content.decode()
    assert client.post(STEP % "identite", identity()).status_code == 200
    assert not Application.objects.exists()


def test_nobody_applies_to_a_chair(client):
    chair = factories.programme("chaire", kind=ProgrammeKind.CHAIR)
    assert client.get("/fr/candidater/chaire/identite/").status_code == 404
    page = client.get(f"/fr/formations/{chair.slug}/").content.decode()
    assert "candidater" not in page


def test_a_block_whose_modules_stand_apart_is_told_once_with_all_its_hours(client, author, reviewer):
    course = factories.programme()
    version = factories.curriculum(course, state=CurriculumState.DRAFT, modules=3, by=author)
    for order, block in ((1, "Culture"), (2, "Pratique"), (3, "Culture")):
        teaching.edit_module(version.modules.get(order=order), version=1, by=author, block=block)
    teaching.submit(version, by=author)
    teaching.approve_rest(version, by=reviewer)
    page = client.get(f"/en/formations/{course.slug}/").content.decode()
    assert page.count("Culture") == 1
    assert "56 h" in page.partition("Culture")[2][:80]


def test_an_unknown_course_is_not_found(client):
    for address in ("formations/nulle/", "candidater/nulle/", "candidater/nulle/identite/"):
        assert client.get(f"/fr/{address}").status_code == 404


def test_the_course_page_says_what_where_and_when(client):
    factories.cohort("lyon")
    page = client.get("/en/formations/acvd/").content.decode()
    assert "Assistance, conseil, vente à distance" in page
    assert "Module 1" in page and "56" in page and "Content validated by Syndicat" in page and "version 1" in page
    assert "Accueillir une personne au téléphone." in page and "Un appel simulé de 5 minutes." in page
    assert "Lyon" in page and ">16<" in page
    assert "/en/candidater/acvd/identite/" in page


@pytest.mark.parametrize("state", [CurriculumState.SUBMITTED, CurriculumState.CHANGES_REQUESTED])
def test_of_a_content_that_is_not_validated_no_text_is_public(client, state):
    course = factories.programme()
    factories.cohort(of=factories.intake(course), content=factories.curriculum(course, state=state))
    page = client.get("/en/formations/acvd/").content.decode()
    assert "Content being validated" in page and "Content validated" not in page
    assert "Module 1" not in page and "Accueillir une personne" not in page
    assert "Module 1" not in words(client.get("/en/formations/acvd/programme.pdf").content)


def test_of_a_draft_beside_the_version_in_force_nothing_is_public(client):
    course = factories.programme()
    factories.cohort(of=factories.intake(course), content=factories.curriculum(course))
    draft = factories.curriculum(course, state=CurriculumState.DRAFT, modules=3)
    draft.modules.update(title="Brouillon")
    for address in ("/en/formations/acvd/", "/en/formations/acvd/programme.pdf"):
        answer = client.get(address)
        said = words(answer.content) if address.endswith("pdf") else answer.content.decode()
        assert "Module 2" in said and "Brouillon" not in said


def test_before_any_content_is_handed_in_the_page_says_so(client):
    factories.curriculum(factories.programme(), state=CurriculumState.DRAFT)
    page = client.get("/en/formations/acvd/").content.decode()
    assert "The content is being written" in page and "Module 1" not in page


# -- what a training body publishes -----------------------------------------------------------------------------------

TOLD = {
    "audience": "Vous avez le bac.",
    "prerequisites": "Être à l’aise à l’oral.",
    "objectives": "Conseiller un client au téléphone.",
    "access_terms": "Un entretien ; une réponse sous cinq jours.",
    "methods": "Des mises en situation.",
    "assessment": "Trois épreuves.",
    "accessibility": "Les locaux sont accessibles.",
    "disability_contact": "Sabine Fictive, 04 65 71 00 00",
    "contact": "Le secrétariat, 04 65 71 00 01",
    "results": "82 % de reçus en 2026.",
    "hours": 532,
    "months": 10,
}


def test_the_page_and_the_paper_tell_all_that_a_training_body_must(client):
    factories.cohort(of=factories.intake(factories.programme(**TOLD)))
    page = client.get("/en/formations/acvd/").content.decode()
    paper = " ".join(words(client.get("/en/formations/acvd/programme.pdf").content).split())
    for text in (value for value in TOLD.values() if isinstance(value, str)):
        assert text in page
        assert text in paper
    for said in (page, paper):
        assert "532 hours of class" in said and "Nothing: the employer pays you" in said
        assert "Last changed on" in said


def test_what_is_not_known_is_not_shown_to_the_public_and_asked_of_the_staff(
    client, client_of, administrator, recruiter
):
    factories.cohort()
    public = client.get("/en/formations/acvd/").content.decode()
    assert "To be completed" not in public and "What you need" not in public
    assert "To be completed" not in client_of(recruiter).get("/en/formations/acvd/").content.decode()
    seen = client_of(administrator).get("/en/formations/acvd/").content.decode()
    assert "To be completed" in seen and "prerequisites" in seen and "/admin/programmes/programme/" in seen


def test_nothing_is_asked_of_the_staff_for_a_chair_or_a_whole_course(client_of, administrator):
    factories.programme(**TOLD)
    factories.programme("chaire", kind=ProgrammeKind.CHAIR, short_title="Chaire")
    site = client_of(administrator)
    for slug in ("acvd", "chaire"):
        assert "To be completed" not in site.get(f"/en/formations/{slug}/").content.decode()


def test_the_page_says_when_it_last_changed(client, administrator):
    content = factories.curriculum(factories.programme())
    later = clock.now() + timedelta(days=3)
    JournalEntry.objects.create(at=later, actor_kind="user", subject=ref(content.programme), about="x", after="edited")
    assert client.get("/en/formations/acvd/").context["updated_on"] == later.astimezone(clock.PARIS).date()


def test_the_paper_is_tagged_and_kept_under_the_name_of_the_course(client):
    factories.cohort()
    answer = client.get("/fr/formations/acvd/programme.pdf")
    assert answer["Content-Type"] == "application/pdf" and 'filename="acvd.pdf"' in answer["Content-Disposition"]
    assert "public" in answer["Cache-Control"]
    with pikepdf.open(io.BytesIO(answer.content)) as paper:
        assert bool(paper.Root.MarkInfo.Marked) and str(paper.Root.Lang) == "fr"


def test_every_kind_of_course_has_its_paper(client):
    for kind in ProgrammeKind:
        factories.programme(kind, kind=kind, short_title=kind)
        assert client.get(f"/fr/formations/{kind}/programme.pdf").content.startswith(b"%PDF-")


def test_a_course_too_long_for_one_paper_leads_back_to_its_page(client, monkeypatch):
    factories.cohort()
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 10)
    answer = client.get("/en/formations/acvd/programme.pdf", follow=True)
    assert answer.redirect_chain == [("/en/formations/acvd/", 302)]
    assert "public" not in client.get("/en/formations/acvd/programme.pdf").get("Cache-Control", "")
    assert "too long to be set" in answer.content.decode()


def test_the_page_asks_the_same_of_the_database_for_two_modules_and_for_thirty(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    for slug, modules in (("court", 2), ("long", 30)):
        course = factories.programme(slug, short_title=slug)
        factories.cohort(of=factories.intake(course), content=factories.curriculum(course, modules=modules))
    with django_assert_max_num_queries(12) as few:
        client.get("/fr/formations/court/")
    with django_assert_num_queries(len(few)):
        client.get("/fr/formations/long/")

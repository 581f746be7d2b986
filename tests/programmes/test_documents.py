"""Papers on a version: what the record of a validation says, and how a text is marked against the one in force."""

import io
import time

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from partnership import clock, papers, pdf
from partnership.states import Role
from programmes import documents, services
from programmes.models import ChangeRequest, Curriculum, Module, Programme
from programmes.states import CurriculumState, Opinion

from .. import factories
from ..papers import corpus
from ..partnership.test_prose import ATTACKS
from ..printed import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def site(author, client_of) -> Client:
    return client_of(author)


@pytest.fixture
def course() -> Programme:
    return factories.programme()


@pytest.fixture
def validated(course, author, reviewer) -> Curriculum:
    """A version of three modules, one of them judged with a remark."""
    made = factories.curriculum(course, state=CurriculumState.DRAFT, modules=3, by=author)
    services.submit(made, by=author)
    second = made.modules.get(order=2)
    services.review_module(
        second, opinion=Opinion.REMARK, comment="Un œil sur l’été.", text_hash=second.text_hash(), by=reviewer
    )
    services.approve_rest(made, by=reviewer)
    made.refresh_from_db()
    assert made.state == CurriculumState.VALIDATED
    return made


def read(content: bytes) -> str:
    return " ".join(words(content).split())


def fetched(curriculum: Curriculum) -> Curriculum:
    return services.with_opinions(Curriculum.objects.all()).get(pk=curriculum.pk)


def record(curriculum: Curriculum) -> str:
    return read(documents.record(fetched(curriculum)))


def submission(curriculum: Curriculum) -> str:
    return read(documents.submission(fetched(curriculum)))


def grouped(value: str) -> str:
    return " ".join(value[place : place + 8] for place in range(0, 64, 8))


# -- the record -------------------------------------------------------------------------------------------------------


def test_the_record_says_who_validated_what_and_when(validated, author, reviewer):
    said = record(validated)
    assert "CS ACVD, version 1: content validated by Syndicat du marketing téléphonique" in said
    assert f"by {reviewer.full_name}" in said and f"by {author.full_name}" in said
    assert "1 favourable opinion a module" in said
    assert grouped(validated.content_hash) in said
    assert "has the hash that was written down" in said


def test_the_record_tells_each_opinion_on_which_text_with_its_comment(validated, reviewer):
    said = record(validated)
    assert f"Favourable with a remark, {reviewer.full_name}" in said
    assert "Un œil sur l’été." in said
    for module in validated.modules.all():
        assert said.count(grouped(module.text_hash())) == 2
    assert "Accueillir une personne au téléphone." in said


def test_an_opinion_on_an_earlier_text_is_told_as_such(course, author, reviewer):
    made = factories.curriculum(course, state=CurriculumState.DRAFT, modules=1, by=author)
    services.submit(made, by=author)
    module = made.modules.get()
    before = module.text_hash()
    services.review_module(module, opinion=Opinion.CHANGES, comment="À revoir.", text_hash=before, by=reviewer)
    made.refresh_from_db()
    module.refresh_from_db()
    services.edit_module(module, version=module.version, by=author, content="Autre chose.")
    services.submit(made, by=author)
    said = record(made)
    assert f"on an earlier text, {grouped(before)}" in said and "À revoir." in said
    assert "not decided on" in said
    assert [moment for moment in ("Submitted", "In review", "Changes requested") if moment not in said] == []


def test_the_record_names_the_versions_before(validated, author, reviewer):
    newer = services.create_curriculum(validated.programme, by=author)
    services.submit(newer, by=author)
    services.approve_rest(newer, by=reviewer)
    said = record(newer)
    assert "This is the first version." not in said and "Superseded" in said
    assert grouped(validated.content_hash) in said


def test_a_text_that_is_not_the_one_decided_on_is_told(validated):
    shown = fetched(validated)
    shown.content_hash = "0" * 64
    assert "does NOT have the hash" in read(documents.record(shown))


def test_a_version_without_a_module_or_an_opinion_has_its_record(course, author):
    empty = factories.curriculum(course, state=CurriculumState.DRAFT, modules=0, by=author)
    said = record(empty)
    assert "No module yet." in said and "No opinion has been given." in said


# -- the text, marked -------------------------------------------------------------------------------------------------


@pytest.fixture
def newer(validated, author) -> Curriculum:
    """The version after it: one module rewritten, one removed, one added."""
    made = services.create_curriculum(validated.programme, by=author)
    first = made.modules.get(order=1)
    services.edit_module(
        first, version=first.version, by=author, hours=35, content="Écoute, empathie, reformulation, conclusion."
    )
    services.remove_module(made.modules.get(order=2), by=author)
    services.add_module(made, by=author, title="Module nouveau", hours=7, objectives="Un.", content="Deux.")
    services.submit(made, by=author)
    return made


def test_what_has_come_and_what_has_gone_is_marked_word_by_word(newer):
    said = submission(newer)
    assert "1 module of 3 changed, 1 added, 1 removed" in said
    assert "[−28−][+35+]" in said
    assert "Écoute[+, empathie+], reformulation" in said
    assert "What has been added is underlined, between [+ and +]" in said


def test_a_module_that_has_gone_is_struck_and_one_that_has_moved_says_from_where(newer):
    said = submission(newer)
    assert "[−Accueillir une personne au téléphone.−]" in said
    assert "It was module 3." in said
    assert "new" in said and "removed" in said


def test_a_first_version_has_nothing_to_be_marked_against(course, author):
    first = factories.curriculum(course, state=CurriculumState.SUBMITTED, by=author)
    said = submission(first)
    assert "2 modules, all of them new" in said
    assert "[+" not in said.replace("between [+ and +]", "")


def test_a_version_in_force_is_marked_against_the_one_it_superseded(newer, reviewer):
    services.approve_rest(newer, by=reviewer)
    newer.refresh_from_db()
    assert newer.state == CurriculumState.VALIDATED
    assert "Against version 1" in submission(newer)


def test_a_refused_version_is_nobodys_measure(validated, newer, author, reviewer):
    module = newer.modules.first()
    services.review_module(
        module, opinion=Opinion.UNFAVOURABLE, comment="Non.", text_hash=module.text_hash(), by=reviewer
    )
    services.refuse(newer, reason="Hors sujet.", by=reviewer)
    third = services.create_curriculum(validated.programme, by=author)
    assert documents.in_force_before(third) == validated


@pytest.mark.parametrize(
    ("old", "new", "woven"),
    [
        ("Il lit bien.", "Il écrit bien.", "Il [−lit−] [+écrit+] bien."),
        ("", "Tout.", "[+Tout.+]"),
        ("Tout.", "", "[−Tout.−]"),
        ("a\nb\nc", "a\nB\nc", "a|[−b−][+B+]|c"),
        ("pareil", "pareil", "pareil"),
    ],
)
def test_two_texts_are_woven_into_one(old, new, woven):
    signs = {"same": "%s", "come": "[+%s+]", "gone": "[−%s−]"}
    pieces = documents._woven(*documents.diff.words(old, new))
    told = "".join("|" if "break" in piece else signs[piece["mark"]] % piece["text"] for piece in pieces)
    assert told == woven


@pytest.mark.parametrize("both", [("a b c", "c b a"), ("x " * 50, "y x " * 40), ("l1\nl2\n\nl3", "l0\nl2\nl3\n")])
def test_nothing_of_either_text_is_lost_when_they_are_woven(both):
    pieces = documents._woven(*documents.diff.words(*both))
    for mark, text in zip(("gone", "come"), both, strict=True):
        kept = [piece.get("text", " ") for piece in pieces if piece.get("mark", "same") in (mark, "same")]
        assert "".join(kept).split() == text.split()


# -- both -------------------------------------------------------------------------------------------------------------

PAPERS = ("curriculum_record", "curriculum_submission")


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_is_tagged_in_its_language_and_kept_under_a_name(site, newer, name):
    answer = site.get(f"/fr{reverse(f'programmes:{name}', args=[newer.pk])[3:]}")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert 'filename="acvd-v2-' in answer["Content-Disposition"]
    with pikepdf.open(io.BytesIO(answer.content)) as paper:
        assert bool(paper.Root.MarkInfo.Marked) and "/StructTreeRoot" in paper.Root
        assert str(paper.Root.Lang) == "fr"


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("state", CurriculumState.values)
def test_a_version_has_its_papers_in_every_state(site, author, name, state):
    made = factories.curriculum(state=state, by=author)
    assert site.get(reverse(f"programmes:{name}", args=[made.pk])).content.startswith(b"%PDF-")


@pytest.mark.parametrize("name", PAPERS)
def test_who_may_not_read_a_version_has_no_paper_of_it(client, client_of, coordinator, recruiter, newer, author, name):
    url = reverse(f"programmes:{name}", args=[newer.pk])
    other = factories.user(Role.AUTHOR, party_code="ailleurs")
    assert client.get(url).status_code == 302
    assert [client_of(person).get(url).status_code for person in (coordinator, recruiter, other)] == [404] * 3
    draft = services.create_curriculum(factories.programme("autre", short_title="Autre"), by=author)
    reader = factories.user(Role.REVIEWER, party_code="smt")
    assert client_of(reader).get(url).status_code == 200
    assert client_of(reader).get(reverse(f"programmes:{name}", args=[draft.pk])).status_code == 404


@pytest.mark.parametrize("name", PAPERS)
def test_a_version_too_long_for_a_paper_leads_back_to_its_page(site, newer, monkeypatch, name):
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 10)
    answer = site.get(reverse(f"programmes:{name}", args=[newer.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("programmes:curriculum_read", args=[newer.pk]), 302)]
    assert "too long to be set" in answer.content.decode()


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_asks_the_same_of_the_database_for_two_modules_and_for_thirty(
    site, author, reviewer, django_assert_num_queries, django_assert_max_num_queries, name
):
    urls = []
    for slug, modules in (("court", 2), ("long", 30)):
        made = factories.curriculum(
            factories.programme(slug, short_title=slug), state=CurriculumState.SUBMITTED, modules=modules, by=author
        )
        services.approve_rest(made, by=reviewer)
        urls.append(reverse(f"programmes:{name}", args=[made.pk]))
    with django_assert_max_num_queries(20) as few:
        site.get(urls[0])
    with django_assert_num_queries(len(few)):
        site.get(urls[1])


def test_the_page_of_a_version_leads_to_its_papers_once_it_is_submitted(site, newer, author):
    page = site.get(reverse("programmes:curriculum_read", args=[newer.pk])).content.decode()
    assert all(reverse(f"programmes:{name}", args=[newer.pk]) in page for name in PAPERS)
    draft = factories.curriculum(factories.programme("autre", short_title="Autre"), state="draft", by=author)
    page = site.get(reverse("programmes:curriculum_read", args=[draft.pk])).content.decode()
    assert not any(reverse(f"programmes:{name}", args=[draft.pk]) in page for name in PAPERS)


def test_the_whole_corpus_of_attacks_comes_out_clean_in_every_paper(course, author, reviewer):
    made = factories.curriculum(course, state=CurriculumState.DRAFT, modules=1, by=author)
    for number, attack in enumerate(attack for attack in ATTACKS if "\x00" not in attack):
        Module.objects.create(
            curriculum=made, order=number + 2, title="M", hours=1, objectives=attack, content=attack, assessment=attack
        )
    services.submit(made, by=author)
    services.approve_rest(made, by=reviewer)
    second = services.create_curriculum(course, by=author)
    for module in second.modules.all():
        services.edit_module(module, version=module.version, by=author, content=f"Avant {module.content} après")
    for content in (documents.record(fetched(made)), documents.submission(fetched(second))):
        with pikepdf.open(io.BytesIO(content)) as paper:
            assert not {"/OpenAction", "/AA", "/AcroForm"} & set(paper.Root.keys())
        assert "<script>alert(1)</script>" in words(content)


def test_a_whole_diploma_is_set_while_one_waits(course, author, reviewer):
    """Ten modules of 532 hours, each with four thousand characters, half of them rewritten."""
    text = "Accueillir une personne au téléphone, l’écouter, reformuler sa demande et conclure. " * 15
    made = factories.curriculum(course, state=CurriculumState.DRAFT, modules=0, by=author)
    for number in range(10):
        services.add_module(
            made, by=author, title=f"Module {number}", hours=53, objectives=text, content=text, assessment=text
        )
    services.submit(made, by=author)
    services.approve_rest(made, by=reviewer)
    second = services.create_curriculum(course, by=author)
    for module in list(second.modules.all())[::2]:
        services.edit_module(module, version=module.version, by=author, content=text.replace("écouter", "entendre"))
    for paper, of in ((documents.record, made), (documents.submission, second)):
        since = time.monotonic()
        assert paper(fetched(of)).startswith(b"%PDF-")
        # Half a second on an idle machine.
        assert time.monotonic() - since < 5


def test_the_record_holds_what_was_asked_its_answers_the_attachments_and_the_commission(course, author, reviewer):
    made = factories.curriculum(course, state=CurriculumState.DRAFT, modules=2, by=author)
    module = made.modules.get(order=1)
    paper = papers.check([ContentFile(corpus.saved(corpus.plain(2)), name="grille.pdf")])
    services.attach(module, paper, title="Grille de notation", by=author)
    services.submit(made, by=author)
    module = made.modules.get(order=1)
    asked = {"assessment": "Préciser la grille."}
    services.review_module(module, opinion=Opinion.CHANGES, requests=asked, text_hash=module.text_hash(), by=reviewer)
    services.reply(ChangeRequest.objects.get(), text="Elle est jointe.", by=author)
    minutes = papers.check([ContentFile(corpus.saved(corpus.plain()), name="pv.pdf")])
    said = {"outcome": "favourable", "present": "La commission paritaire", "text": ""}
    services.record_commission(
        made, held_on=clock.today(), minutes=minutes, text_hash=made.text_hash(), by=reviewer, **said
    )
    text = read(documents.record(fetched(made)))
    for words_ in ("Préciser la grille.", "Elle est jointe.", "Grille de notation (2 p.", "La commission paritaire"):
        assert words_ in text
    later = services.create_curriculum(course, by=author)
    services.detach(later.modules.get(order=1).attachments.get(), by=author)
    assert "Grille de notation" in read(documents.submission(fetched(later)))

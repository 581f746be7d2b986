"""PDFs attached to a module: part of its text, judged with it, kept with the version for ever."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from partnership import papers
from partnership.states import Role, Scan
from partnership.workflow import Refused
from programmes import services
from programmes.models import Attachment, Module
from programmes.states import CurriculumState, Opinion

from .. import factories
from ..papers import corpus

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(author):
    return factories.curriculum(state=CurriculumState.DRAFT, modules=2, by=author)


def pdf(pages=1):
    return corpus.saved(corpus.plain(pages))


def attach(module, *, by, title="Grille de notation", content=None):
    paper = papers.check([ContentFile(content or pdf(), name="grille.pdf")])
    paper.scan = Scan.CLEAN
    return services.attach(module, paper, title=title, by=by)


def first(curriculum):
    return Module.objects.select_related("curriculum__programme").get(curriculum=curriculum, order=1)


def test_an_attachment_is_part_of_the_text_an_opinion_is_given_on(draft, author, reviewer):
    before = first(draft).text_hash()
    attach(first(draft), by=author)
    with_one = first(draft).text_hash()
    attach(first(draft), by=author, content=pdf(2))
    assert len({before, with_one, first(draft).text_hash()}) == 3
    assert first(draft).attachments.get().pages == 2
    services.submit(draft, by=author)
    module = first(draft)
    services.review_module(module, opinion=Opinion.FAVOURABLE, text_hash=module.text_hash(), by=reviewer)
    assert "Grille de notation (2 p." in module.reviews.get().read["attachments"]


def test_replacing_an_attachment_leaves_no_file_behind(draft, author, django_capture_on_commit_callbacks):
    attach(first(draft), by=author)
    former = Attachment.objects.get().file.name
    with django_capture_on_commit_callbacks(execute=True):
        attach(first(draft), by=author, content=pdf(2))
    assert not default_storage.exists(former)
    assert default_storage.exists(Attachment.objects.get().file.name)


def test_a_new_version_has_the_same_files_and_the_old_one_keeps_them(
    draft, author, reviewer, django_capture_on_commit_callbacks
):
    attach(first(draft), by=author)
    services.submit(draft, by=author)
    services.approve_rest(draft, by=reviewer)
    copy = services.create_curriculum(draft.programme, by=author)
    assert copy.text_hash() == Attachment.objects.first().module.curriculum.content_hash
    mine = first(copy).attachments.get()
    with django_capture_on_commit_callbacks(execute=True):
        services.detach(mine, by=author)
    assert default_storage.exists(first(draft).attachments.get().file.name)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programmes_attachment SET title = 'Autre'",
        "DELETE FROM programmes_attachment",
        "UPDATE programmes_attachment SET module_id = (SELECT id FROM programmes_module WHERE title = 'Ailleurs')",
        "INSERT INTO programmes_attachment SELECT gen_random_uuid(), 'Autre', file, sha256, pages, scan, added_at,"
        " added_by_id, module_id FROM programmes_attachment",
        "UPDATE programmes_module SET curriculum_id = (SELECT curriculum_id FROM programmes_module"
        " WHERE title = 'Ailleurs'), \"order\" = 9 WHERE title = 'Module 1'",
    ],
)
def test_no_sql_changes_the_attachments_or_the_place_of_a_submitted_text(draft, author, statement):
    attach(first(draft), by=author)
    services.submit(draft, by=author)
    elsewhere = factories.curriculum(factories.programme("autre"), state=CurriculumState.DRAFT, modules=1, by=author)
    services.edit_module(first(elsewhere), version=1, by=author, title="Ailleurs")
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_a_virus_scanner_says_later_changes_no_text(draft, author):
    attach(first(draft), by=author)
    services.submit(draft, by=author)
    before = first(draft).text_hash()
    Attachment.objects.update(scan=Scan.PENDING)
    assert services.look_again() == 1
    assert (Attachment.objects.get().scan, first(draft).text_hash()) == (Scan.CLEAN, before)


def test_a_version_that_has_left_its_author_takes_no_attachment_and_leaves_no_file(draft, author):
    services.submit(draft, by=author)
    _folders, before = default_storage.listdir(papers.FOLDER) if default_storage.exists(papers.FOLDER) else ([], [])
    with pytest.raises(Refused):
        attach(first(draft), by=author)
    _folders, after = default_storage.listdir(papers.FOLDER)
    assert (Attachment.objects.count(), set(after)) == (0, set(before))


def test_a_module_has_ten_attachments_at_most(draft, author):
    module = first(draft)
    for number in range(services.MOST_ATTACHMENTS):
        attach(module, by=author, title=f"Pièce {number}")
    with pytest.raises(Refused):
        attach(module, by=author, title="Une de trop")


def test_an_author_attaches_opens_and_takes_away(draft, author, client_of):
    site, module = client_of(author), first(draft)
    url = f"/fr/contenus/modules/{module.pk}/pieces/"
    assert site.get(url).status_code == 200
    sent = {"title": "Grille", "paper": SimpleUploadedFile("grille.pdf", pdf(), "application/pdf")}
    assert site.post(url, sent).status_code == 302
    attachment = Attachment.objects.get()
    answer = site.get(f"/fr/contenus/pieces/{attachment.pk}/")
    assert (answer.status_code, answer["Content-Disposition"]) == (200, 'attachment; filename="grille.pdf"')
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert site.post(f"/fr/contenus/pieces/{attachment.pk}/retirer/").status_code == 302
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("grille.docx", b"PK\x03\x04 un traitement de texte", "PDF"), ("grille.pdf", b"", "vide")],
)
def test_an_attachment_that_is_not_a_pdf_is_refused_in_words(draft, author, client_of, name, content, words):
    url = f"/fr/contenus/modules/{first(draft).pk}/pieces/"
    answer = client_of(author).post(url, {"title": "Grille", "paper": SimpleUploadedFile(name, content)})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Attachment.objects.exists()


def test_reviewers_open_the_attachments_of_what_is_submitted_and_nobody_else(draft, author, reviewer, client_of):
    attachment = attach(first(draft), by=author)
    url = f"/fr/contenus/pieces/{attachment.pk}/"
    assert client_of(reviewer).get(url).status_code == 404
    services.submit(draft, by=author)
    assert client_of(reviewer).get(url).getvalue().startswith(b"%PDF-")
    assert client_of(factories.user(Role.RECRUITER)).get(url).status_code == 404
    assert client_of(reviewer).post(f"{url}retirer/").status_code == 403

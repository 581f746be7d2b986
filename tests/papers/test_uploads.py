"""A paper on its way from the browser to the disk: bounded as it comes, kept with its row or not at all, handed out."""

import errno
import os
import re
import uuid
from http.client import HTTPConnection

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from config.embedded import free_port
from partnership import papers
from partnership.models import Job
from partnership.papers import checking
from partnership.papers.sentences import SENTENCES
from partnership.states import Scan
from tests.faults.processes import Program, until
from tests.faults.test_disk import hardly_any_room
from tests.production.test_bodies import HUGE, exchange, status_of

from . import corpus
from .conftest import sent

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.papers.urls")]
PLAIN = corpus.saved(corpus.plain())
PHOTO = corpus.encoded(corpus.picture(), "JPEG")


@pytest.fixture
def visitor(stranger):
    """A browser that is shown the page of a failure instead of the failure."""
    return Client(raise_request_exception=False)


def send(visitor, *contents: bytes, language: str = "fr", **fields: str):
    return visitor.post(f"/{language}/envoyer/", {"paper": sent(*contents), **fields})


def files(folder) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


# -- kept, and handed out ---------------------------------------------------------------------------------------------


def test_a_paper_is_kept_under_a_number_and_handed_out_as_a_file(visitor, folder):
    answer = send(visitor, PHOTO, PHOTO, name="Zoé")
    assert (answer.status_code, answer.content.decode()) == (200, "Zoé: 2 p., clean")
    row = Job.objects.get(kind="paper")
    assert re.fullmatch(r"papers/[0-9a-f]{8}-[0-9a-f-]{27}\.pdf", row.result.name)
    assert files(folder) == [row.result.name.removeprefix("papers/")]
    answer = visitor.get(f"/fr/lire/{row.pk}/")
    assert answer.getvalue() == (folder / row.result.name).read_bytes()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''dipl%C3%B4me.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("why", ["script", "blurred", "kind", "empty"])
def test_what_is_no_paper_is_refused_in_the_language_of_the_page(visitor, folder, language, why):
    content = {
        "script": corpus.with_root(OpenAction=corpus.script()),
        "blurred": PHOTO[:200],
        "kind": b"<script>alert(1)</script>",
        "empty": b"",
    }[why]
    answer = send(visitor, content, language=language, name="Zoé")
    with translation.override(language):
        words = translation.gettext(str(SENTENCES[why]))
    # What was typed beside it is still there.
    assert answer.status_code == 422
    assert answer.content.decode().startswith("Zoé: ") and words in answer.content.decode()
    assert not Job.objects.exists() and not files(folder)


def test_nothing_chosen_is_told_as_such(visitor):
    assert "Choisissez le document" in visitor.post("/fr/envoyer/", {"name": "Zoé"}).content.decode()
    assert papers.PaperField(required=False).clean([]) is None


def test_the_field_offers_what_is_taken_and_several_at_once():
    drawn = str(papers.PaperField().widget.render("paper", None))
    assert "multiple" in drawn and "application/pdf" in drawn and "image/heic" in drawn


def test_a_row_that_is_not_written_takes_its_file_along(folder, stranger):
    paper = papers.check(sent(PLAIN))
    with pytest.raises(ZeroDivisionError), papers.kept(paper) as name:
        Job.objects.create(kind="paper", result=name, started_by=stranger)
        assert files(folder)
        raise ZeroDivisionError
    assert not Job.objects.exists() and not files(folder)


@pytest.mark.django_db(transaction=True)
def test_a_paper_is_discarded_with_its_row(folder, stranger):
    with papers.kept(papers.check(sent(PLAIN))) as name:
        row = Job.objects.create(kind="paper", result=name, started_by=stranger)
    row.delete()
    papers.discard(name)
    assert not files(folder)


@pytest.mark.parametrize(("scan", "status"), [(Scan.PENDING, 422), (Scan.INFECTED, 422), ("", 422), (Scan.CLEAN, 404)])
def test_a_paper_that_is_not_known_as_clean_or_not_there_is_not_handed_out(visitor, folder, stranger, scan, status):
    name = f"papers/{uuid.uuid4()}.pdf"
    if scan != Scan.CLEAN:
        (folder / "papers").mkdir()
        (folder / name).write_bytes(PLAIN)
    row = Job.objects.create(kind="paper", result=name, state=scan, started_by=stranger)
    answer = visitor.get(f"/fr/lire/{row.pk}/")
    assert answer.status_code == status and b"%PDF" not in answer.content
    assert ("virus" in answer.content.decode()) == (status == 422)


# -- the disk is full -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_full_disk_is_a_503_without_a_row_or_a_part_of_a_file(visitor, folder, language):
    light = corpus.encoded(corpus.Image.frombytes("L", (400, 400), b"\0\xff" * 80_000), "PNG")
    heavy = corpus.encoded(corpus.Image.effect_noise((120, 120), 90), "PNG")
    assert len(light) < 4096 < min(len(heavy), len(papers.check(sent(light)).read()))
    for content in (heavy, light):  # no room for what is sent; none for what is made of it
        with hardly_any_room():
            answer = send(visitor, content, language=language)
        assert answer.status_code == 503 and int(answer["Retry-After"]) > 0
        assert f'<html lang="{language}"' in answer.content.decode()
        assert not Job.objects.exists() and not files(folder)
    assert send(visitor, light, language=language).status_code == 200


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no device that is always full")
def test_a_disk_that_is_full_where_the_paper_is_made_is_told_from_a_bad_paper(tmp_path, monkeypatch):
    monkeypatch.setattr(checking.tempfile, "TemporaryFile", Full(checking.tempfile.TemporaryFile))
    with pytest.raises(OSError) as problem:
        papers.check(sent(PLAIN))
    assert problem.value.errno == errno.ENOSPC


class Full:
    """The first file it gives is on a disk that is always full."""

    def __init__(self, usual):
        self.usual, self.is_first = usual, True

    def __call__(self, *args, **kwargs):
        first, self.is_first = self.is_first, False
        return open("/dev/full", "r+b", buffering=0) if first else self.usual(*args, **kwargs)


# -- more than there is room for --------------------------------------------------------------------------------------


def test_a_file_larger_than_its_room_is_told_with_the_form(visitor, folder):
    answer = send(visitor, b"%PDF-" + b"x" * papers.ROOM.each, name="Zoé")
    assert answer.status_code == 422
    assert answer.content.decode().startswith("Zoé: ") and "dépasse 15 Mo" in answer.content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_more_than_the_page_takes_is_told_with_its_own_limit(visitor, language):
    headers = {"CONTENT_LENGTH": str(papers.ROOM.together + 1), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = visitor.generic("POST", f"/{language}/envoyer/", **headers)
    assert answer.status_code == 413
    assert re.search(r"40\s*Mo" if language == "fr" else r"40\s*MB", answer.content.decode())


@pytest.mark.parametrize("address", ["/fr/connexion/", "/fr/nulle-part/", "/envoyer/", "/de/envoyer/", "/fr/envoyer/x"])
def test_every_other_page_keeps_its_small_limit(visitor, settings, address):
    too_much = {
        "CONTENT_LENGTH": str(settings.REQUEST_LIMIT_BYTES + 1),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    assert visitor.generic("POST", address, **too_much).status_code == 413


def test_only_a_form_with_files_has_more_room(visitor, settings):
    length = str(settings.REQUEST_LIMIT_BYTES + 1)
    for kind in ("application/x-www-form-urlencoded", "application/json", ""):
        headers = {"CONTENT_LENGTH": length, "CONTENT_TYPE": kind}
        assert visitor.generic("POST", "/fr/envoyer/", **headers).status_code == 413
        assert visitor.generic("GET", "/fr/envoyer/", **headers).status_code == 413


@pytest.mark.parametrize("name", ["x" * 5_000, "a." + "x" * 5_000, "../../etc/passwd", "a\r\nb.pdf", "é/\u202e.pdf"])
def test_the_name_of_a_file_means_nothing(visitor, folder, name):
    answer = visitor.post("/fr/envoyer/", {"paper": SimpleUploadedFile(name, PLAIN)})
    assert answer.status_code in (200, 422)
    assert all(re.fullmatch(r"[0-9a-f-]{36}\.pdf", name) for name in files(folder))


def test_several_files_on_any_page_are_bounded_and_forgotten(visitor, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    before = len(os.listdir("/dev/fd"))
    for address in ("/fr/connexion/", "/fr/envoyer/"):
        visitor.post(address, {"paper": sent(*[b"x" * 1_000_000] * 3), "autre": sent(PLAIN)})
    assert len(os.listdir("/dev/fd")) == before and not list(tmp_path.iterdir())


# -- for real ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The web server as production starts it, with one worker; nothing here needs the database."""
    port, log = free_port(), tmp_path_factory.mktemp("web") / "web.log"
    command = ["-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
    command += ["--blocking-threads", "4", "--log-level", "warning", "tests.papers.site:application"]
    program = Program(*command, environment=dict(os.environ), log=log)

    def answers() -> bool:
        try:
            return status_of(exchange(port, b"GET /livez HTTP/1.1")) == 200
        except OSError:
            return False

    try:
        until(answers, "the web server answers", seconds=60)
        post(port, PLAIN, PHOTO)  # what is loaded at the first form is no growth
        yield port, program
    finally:
        program.kill()


def post(port: int, *contents: bytes, language: str = "fr") -> tuple[int, str]:
    """Send files as a browser does."""
    parts = [
        b'--limit\r\nContent-Disposition: form-data; name="paper"; filename="a.pdf"\r\n\r\n' + content + b"\r\n"
        for content in contents
    ]
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    kind = {"Content-Type": "multipart/form-data; boundary=limit"}
    line.request("POST", f"/{language}/envoyer/", b"".join(parts) + b"--limit--\r\n", kind)
    answer = line.getresponse()
    told = answer.status, answer.read().decode()
    line.close()
    return told


def cost(program: Program) -> tuple[int, int]:
    """The memory of the web server and its worker, and the bytes they have written anywhere."""
    processes = [psutil.Process(pid) for pid in [program.process.pid, *program.children()]]
    written = sum(process.io_counters().write_chars for process in processes)
    return sum(process.memory_info().rss for process in processes), written


@pytest.mark.parametrize("language", ["fr", "en"])
def test_two_hundred_megabytes_for_a_paper_cost_neither_disk_nor_memory(server, language):
    port, program = server
    memory, written = cost(program)
    head = f"POST /{language}/envoyer/ HTTP/1.1\r\nContent-Length: {HUGE}".encode()
    answer = exchange(port, head + b"\r\nContent-Type: multipart/form-data; boundary=limit", send=HUGE)
    assert status_of(answer) == 413 and f'<html lang="{language}"'.encode() in answer
    now = cost(program)
    assert now[0] - memory < 20 << 20 and now[1] - written < 1 << 20


def test_one_file_of_thirty_megabytes_is_told_with_the_form_and_half_written(server):
    port, program = server
    memory, written = cost(program)
    status, words = post(port, b"%PDF-" + b"x" * (30 << 20))
    assert status == 422 and "dépasse 15 Mo" in words
    now = cost(program)
    assert now[0] - memory < 20 << 20 and now[1] - written < 16 << 20

"""What opens the papers may do nothing else, whatever a paper makes of it; and nothing that is sent makes it fail."""

import os
import shutil
import threading
import time

import pikepdf
import pytest
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st

from partnership import papers
from partnership.papers import checking
from tests.authorisation.strange import often

from . import corpus
from .conftest import refusal, sent
from .nursery import Nursery

PLAIN = corpus.saved(corpus.plain())


@pytest.fixture
def taken_over(tmp_path, monkeypatch):
    """The sandbox, run by somebody who found a hole in a library: what they write there is done in its place."""
    folder = tmp_path / "sandbox"
    shutil.copytree(checking.SANDBOX, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(checking, "SANDBOX", folder)
    monkeypatch.setattr(checking, "SECONDS", 1)

    def write(*lines: str) -> None:
        body = "".join(f"    {line}\n" for line in lines)
        imports = "import os, signal, socket, subprocess, sys, time\nfrom refused import Refused\n"
        (folder / "pdf.py").write_text(f"{imports}def make(order, read):\n{body}")

    return write


def tried(taken_over, *lines: str) -> str:
    """What becomes of a deed: `done`, or the error it met."""
    taken_over("try:", *(f"    {line}" for line in lines), "except Exception as problem:", "    told = repr(problem)")
    with open(checking.SANDBOX / "pdf.py", "a") as maker:
        maker.write("    else:\n        told = 'done'\n    return told.encode(), 1\n")
    return papers.check(sent(PLAIN)).read().decode()


@pytest.mark.parametrize(
    "deed",
    [
        "open('/etc/passwd').read()",
        "open('/tmp/left', 'w')",
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 80))",
        "subprocess.run(['id'])",
        "os.pipe()",
        "bytearray(700 << 20)",
    ],
)
def test_whoever_takes_it_over_opens_nothing_and_reaches_nobody(taken_over, deed):
    said = tried(taken_over, deed)
    assert "Too many open files" in said or "MemoryError" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="no limit of processes holds for root")
def test_whoever_takes_it_over_starts_nothing(taken_over):
    assert "BlockingIOError" in tried(taken_over, "os.fork()")


def test_it_knows_nothing_of_us(taken_over, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "SECRET")
    assert tried(taken_over, "assert not [name for name in os.environ if name != 'LC_CTYPE'], os.environ") == "done"
    assert tried(taken_over, "assert sys.flags.isolated and os.getcwd() == '/'") == "done"
    # Nothing to read, its answer, nowhere to complain; the file that was sent, and the paper.
    count = [
        "found = []",
        "for name in range(256):",
        "    try: found.append(os.fstat(name))",
        "    except OSError: pass",
    ]
    assert tried(taken_over, *count, "assert len(found) == 5, found") == "done"


@pytest.mark.parametrize(
    "line",
    [
        "while True: pass",
        "time.sleep(60)",
        "signal.alarm(0); time.sleep(60)",
        "return b'x' * (50 << 20), 1",
        "raise MemoryError",
        "os.kill(os.getpid(), signal.SIGKILL)",
        "os.abort()",
    ],
)
def test_what_takes_too_much_is_ended(taken_over, line):
    taken_over(line)
    began = time.monotonic()
    assert refusal(PLAIN).code == "heavy"
    assert time.monotonic() - began < 15


@pytest.mark.parametrize("line", ["os.kill(os.getpid(), signal.SIGSEGV)", "raise ValueError", "1 / 0"])
def test_a_library_that_falls_is_a_refusal(taken_over, line):
    taken_over(line)
    assert refusal(PLAIN).code == "broken"


@pytest.mark.parametrize("line", ["os._exit(3)", "os.write(1, b'fine 1' * 100)", "raise Refused('nonsense')"])
def test_an_answer_that_is_none_is_a_failure_of_ours(taken_over, line):
    taken_over(line)
    with pytest.raises(RuntimeError, match="sandbox of the papers"):
        papers.check(sent(PLAIN))


def test_a_paper_waits_for_its_turn_and_not_for_ever(monkeypatch):
    monkeypatch.setattr(checking, "PATIENCE", 0.05)
    with checking._TURN:
        assert refusal(PLAIN).code == "busy"
    assert papers.check(sent(PLAIN)).pages == 1


def test_papers_that_come_together_are_all_looked_through():
    found: list[object] = []

    def send() -> None:
        found.append(papers.check(sent(PLAIN)).read())

    threads = [threading.Thread(target=send) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6 and len(set(found)) == 1


def test_nothing_is_left_open_or_lying_about(tmp_path, monkeypatch):
    monkeypatch.setattr(checking.tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/dev/fd"))
    for content in (PLAIN, corpus.heic(), b"%PDF-", b"\xff\xd8\xff"):
        try:
            papers.check([ContentFile(content)]).read()
        except papers.Unacceptable:
            pass
    assert len(os.listdir("/dev/fd")) == before and not list(tmp_path.iterdir())


# -- whatever is sent -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def nursery():
    """The sandbox with its libraries loaded once: each paper is opened by a child of it, bound as any other."""
    with Nursery(checking) as nursery:
        yield nursery


SEEDS = [make() for make in corpus.TAKEN_PDFS.values()] + [make() for _why, make in corpus.REFUSED_PDFS.values()]
SEEDS = [seed for seed in SEEDS if len(seed) < 100_000]
PHOTOS = [make() for make in corpus.TAKEN_PHOTOS.values()] + [make() for _why, make in corpus.REFUSED_PHOTOS.values()]
PHOTOS = [photo for photo in PHOTOS if len(photo) < 100_000]


@st.composite
def altered(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A paper with bytes changed, taken out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _time in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 40))
        match draw(st.sampled_from(["change", "take", "double", "put", "swap"])):
            case "change":
                data[place : place + 1] = bytes([draw(st.integers(0, 255))])
            case "take":
                del data[place : place + length]
            case "double":
                data[place:place] = data[place : place + length]
            case "put":
                data[place:place] = draw(st.binary(max_size=20) | st.sampled_from(TOKENS))
            case "swap":
                other = draw(st.integers(0, max(0, len(data) - 1)))
                data[place : place + length] = data[other : other + length]
    return bytes(data)


TOKENS = [b"/JS", b"/OpenAction", b"/Encrypt", b"<<", b">>", b"[", b"1 0 R", b"endobj", b"stream\n", b"-1", b"9" * 30]


def kind_of(data: bytes) -> str:
    [kind] = checking._kinds([ContentFile(data)])
    return kind


@pytest.mark.timeout(600)
@pytest.mark.both
@often(75)
@given(data=altered(SEEDS) | st.binary(max_size=300).map(lambda data: b"%PDF-" + data + b"%%EOF"))
def test_whatever_pdf_is_sent_is_taken_or_refused(nursery, data):
    if not data.startswith(b"%PDF-"):
        return
    why, paper = nursery.opened("pdf", [("PDF", data)])
    assert why in checking.SENTENCES or why == "fine"
    if why == "fine":
        # What is taken is whole, and goes through the check once more.
        assert paper.startswith(b"%PDF-") and nursery.opened("pdf", [("PDF", paper)])[0] == "fine"


NAMES = st.sampled_from(["/A", "/AA", "/Next", "/Names", "/Kids", "/Resources", "/JS", "/EF", "/Odd"])
HARMS = {
    "script": [corpus.script, lambda: pikepdf.Dictionary(JS=pikepdf.String("x"))],
    "launch": [lambda: pikepdf.Dictionary(S=pikepdf.Name.Launch), lambda: pikepdf.Dictionary(S=pikepdf.Name.GoToR)],
    "files": [lambda: pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment)],
    "form": [lambda: pikepdf.Dictionary(XFA=pikepdf.Array([]))],
}


@st.composite
def hidden(draw: st.DrawFn, harm: pikepdf.Object, pdf: pikepdf.Pdf) -> pikepdf.Object:
    """Something harmful within lists and dictionaries, some of which have a number of their own."""
    thing = harm
    for _level in range(draw(st.integers(0, 8))):
        if draw(st.booleans()):
            thing = pdf.make_indirect(thing)
        if draw(st.booleans()):
            others = draw(st.lists(st.integers(0, 9), max_size=3))
            place = draw(st.integers(0, len(others)))
            thing = pikepdf.Array([*others[:place], thing, *others[place:]])
        else:
            thing = pikepdf.Dictionary({"/B": 1, draw(NAMES): thing})
    return thing


@pytest.mark.timeout(600)
@pytest.mark.both
@often(50)
@given(data=st.data())
def test_what_is_harmful_is_found_wherever_it_hides(nursery, data):
    why, pdf = data.draw(st.sampled_from(sorted(HARMS))), corpus.plain()
    harm = data.draw(hidden(data.draw(st.sampled_from(HARMS[why]))(), pdf))
    # From the catalogue, from a page, or from what stands beside the table of objects.
    data.draw(st.sampled_from([pdf.Root, pdf.pages[0].obj, pdf.trailer]))["/Odd"] = harm
    mode = data.draw(st.sampled_from(list(pikepdf.ObjectStreamMode.__members__.values())))
    assert nursery.opened("pdf", [("PDF", corpus.saved(pdf, object_stream_mode=mode))])[0] == why


BEGUN = st.sampled_from(PHOTOS).flatmap(lambda photo: st.binary(max_size=300).map(photo[:12].__add__))
MARKS = st.sampled_from([*checking.MARKS, b"\0\0\0\x18ftypheic"])


@pytest.mark.timeout(600)
@pytest.mark.both
@often(75)
@given(data=altered(PHOTOS) | BEGUN)
def test_whatever_photo_is_sent_is_taken_or_refused(nursery, data):
    try:
        kind = kind_of(data)
    except papers.Unacceptable:
        return
    why, paper = nursery.opened("photos", [(kind, data)])
    assert why in checking.SENTENCES or why == "fine"
    if why == "fine":
        assert nursery.opened("pdf", [("PDF", paper)])[0] == "fine"


@pytest.mark.both
@often(75)
@given(contents=st.lists(st.binary(max_size=40) | MARKS, min_size=1))
def test_whatever_bytes_are_sent_have_a_kind_or_are_refused(contents):
    try:
        assert set(checking._kinds([ContentFile(content) for content in contents])) <= {"PDF", "JPEG", "PNG", "HEIF"}
    except papers.Unacceptable as refused:
        assert refused.messages[0]

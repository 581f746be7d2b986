"""Only clean papers come in: a PDF that can do no more than be read, or photos that become one."""

import io
import zipfile

import pikepdf
import pytest
from django.utils import translation

from partnership import papers
from partnership.papers import checking
from partnership.papers.sentences import SENTENCES

from . import corpus
from .conftest import pages, refusal, sent


def read(paper: papers.Paper) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(paper.read()), attempt_recovery=False)


# -- PDF --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", corpus.TAKEN_PDFS)
def test_a_pdf_that_is_only_read_is_taken(name):
    sent_pdf = corpus.TAKEN_PDFS[name]()
    paper = papers.check(sent(sent_pdf))
    kept = paper.read()
    assert kept.startswith(b"%PDF-") and kept.endswith(b"%%EOF\n")
    with pikepdf.open(io.BytesIO(kept), attempt_recovery=False) as pdf, pikepdf.open(io.BytesIO(sent_pdf)) as before:
        assert len(pdf.pages) == len(before.pages) == paper.pages
        for page, other in zip(pdf.pages, before.pages, strict=True):
            assert pikepdf.unparse_content_stream(pikepdf.parse_content_stream(page)) == (
                pikepdf.unparse_content_stream(pikepdf.parse_content_stream(other))
            )


@pytest.mark.parametrize("name", corpus.REFUSED_PDFS)
def test_a_pdf_that_does_more_is_refused(name):
    why, make = corpus.REFUSED_PDFS[name]
    assert refusal(make()).code == why


def test_what_is_kept_is_what_was_looked_through():
    """Nothing that the check has not seen: no older version, no archive, no word about who wrote it."""
    for name in ("with a script in an older version", "with an archive after it", "with metadata"):
        data = corpus.TAKEN_PDFS[name]()
        assert corpus.SCRIPT.encode() in data or corpus.SECRET.encode() in data or zipfile.is_zipfile(io.BytesIO(data))
        kept = papers.check(sent(data)).read()
        assert b"SECRET" not in kept and not zipfile.is_zipfile(io.BytesIO(kept))


def test_what_somebody_wrote_into_a_form_stays_and_their_signature_goes():
    with read(papers.check(sent(corpus.signed()))) as pdf:
        text, signature = pdf.Root.AcroForm.Fields
        assert str(text.V) == "Manon" and "/V" not in signature
        assert "/SigFlags" not in pdf.Root.AcroForm and "/Perms" not in pdf.Root


# -- photos -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", corpus.TAKEN_PHOTOS)
def test_a_photo_becomes_a_page_and_tells_nothing_more(name):
    paper = papers.check(sent(corpus.TAKEN_PHOTOS[name]()))
    data = paper.read()
    assert paper.pages == 1 and corpus.SECRET.encode() not in data
    for told in (b"Exif", b"ICC_PROFILE", b"adobe.com/xap", b"Photoshop", b"CreationDate", b"PK\5\6", b"<script"):
        assert told not in data
    paper.seek(0)
    [picture] = pages(paper)
    assert max(picture.size) <= 2_480


@pytest.mark.parametrize("name", corpus.REFUSED_PHOTOS)
def test_a_photo_that_cannot_be_seen_is_refused(name):
    why, make = corpus.REFUSED_PHOTOS[name]
    assert refusal(make()).code == why


def is_upright(picture) -> bool:
    """Red above and blue below."""
    picture = picture.convert("RGB")
    above, below = (picture.getpixel((picture.width // 2, picture.height * part // 4)) for part in (1, 3))
    return above[0] > 200 > above[2] and below[2] > 200 > below[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright_however_the_telephone_was_held(orientation):
    upright = corpus.picture()
    turned = {
        1: [],
        2: ["FLIP_LEFT_RIGHT"],
        3: ["ROTATE_180"],
        4: ["FLIP_TOP_BOTTOM"],
        5: ["TRANSPOSE"],
        6: ["ROTATE_90"],
        7: ["TRANSVERSE"],
        8: ["ROTATE_270"],
    }
    for turn in turned[orientation]:
        upright = upright.transpose(getattr(corpus.Image.Transpose, turn))
    photo = corpus.encoded(upright, "JPEG", exif=corpus.exif(Orientation=orientation))
    [picture] = pages(papers.check(sent(photo)))
    assert picture.size == (120, 80) and is_upright(picture)


def test_a_photo_keeps_its_colours():
    for name in ("JPEG", "JPEG, for the press", "JPEG, two in one", "JPEG, larger than a scan", "PNG", "HEIC"):
        [picture] = pages(papers.check(sent(corpus.TAKEN_PHOTOS[name]())))
        assert is_upright(picture), name
    [grey] = pages(papers.check(sent(corpus.TAKEN_PHOTOS["PNG, of sixteen bits"]())))
    assert grey.mode == "L"
    [white] = pages(papers.check(sent(corpus.encoded(corpus.Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"))))
    assert white.getpixel((4, 4)) == (255, 255, 255)


def test_several_photos_become_one_paper_in_their_order():
    photos = [corpus.TAKEN_PHOTOS[name]() for name in ("JPEG", "PNG", "HEIC")]
    tall = corpus.encoded(corpus.picture(size=(80, 120)), "JPEG")
    paper = papers.check(sent(*photos, tall))
    assert paper.pages == 4
    assert [picture.size for picture in pages(paper)] == [(120, 80)] * 3 + [(80, 120)]
    paper.seek(0)
    with read(paper) as pdf:
        assert [[int(side) for side in page.MediaBox] for page in pdf.pages][-2:] == [
            [0, 0, 842, 561],
            [0, 0, 561, 842],
        ]


def test_of_several_photos_it_says_which_is_damaged():
    good = corpus.TAKEN_PHOTOS["JPEG"]()
    refused = refusal(good, good, corpus.REFUSED_PHOTOS["PNG, cut off"][1]())
    assert refused.messages == [f"Photo 3 sur 3. {translation.gettext(SENTENCES['blurred'])}"]
    assert refusal(good, b"").messages[0].startswith("Photo 2 sur 2. ")
    assert refusal(good, b"MZ").messages[0].startswith("Photo 2 sur 2. ")


# -- anything else ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", corpus.OTHERS)
def test_anything_else_is_refused_whatever_its_name(name):
    for called in ("diplome.pdf", "photo.jpg"):
        with pytest.raises(papers.Unacceptable) as refused:
            papers.check(sent(corpus.OTHERS[name](), name=called, kind="application/pdf"))
        assert refused.value.code == "kind"


def test_an_empty_file_is_told_as_such():
    assert refusal(b"").code == "empty"


def test_a_pdf_comes_alone_and_photos_come_together():
    pdf, photo = corpus.saved(corpus.plain()), corpus.TAKEN_PHOTOS["JPEG"]()
    assert refusal(pdf, photo).code == refusal(photo, pdf).code == refusal(pdf, pdf).code == "mixed"
    assert refusal(*[photo] * 21).code == "pages"


def test_a_file_larger_than_the_room_is_refused_unread(monkeypatch):
    monkeypatch.setattr(checking, "ROOM", checking.Room(each=2_000_000, together=3_000_000))
    assert refusal(b"%PDF-" + b"x" * 2_000_000).code == "size"
    assert refusal(*[b"\xff\xd8\xff" + b"x" * 1_900_000] * 2).code == "together"


@pytest.mark.parametrize("why", SENTENCES)
def test_each_refusal_is_a_sentence_in_both_languages_that_says_what_to_do(why):
    said = {}
    for language in ("fr", "en"):
        with translation.override(language):
            [said[language]] = papers.Unacceptable(why).messages
    assert said["fr"] != said["en"]
    for words in said.values():
        # What is the matter, then what to do about it; no word of the trade.
        assert words.endswith(".") and ":" in words and "%" not in words and len(words) < 160
        assert not {"JavaScript", "XFA", "metadata", "MIME", "parse"} & set(words.split())

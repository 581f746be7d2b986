"""PDFs: they open, are tagged, say what was written, and nothing that anybody typed is obeyed."""

import io
import time

import pikepdf
import pytest
from django.utils import translation

from partnership import clock, pdf
from partnership.pdf.letters import LETTERS, MISSING, settable

from ..printed import links, words
from .test_prose import ATTACKS

# A template of the tests' own: a title, and a text as Markdown and as lines.
SOURCE = """
#import "/tandem.typ": data, paper, prose, marked
#show: paper.with(title: data.title, foot: data.foot)
= #data.title
#prose(data.prose, level: 2)
#prose(data.lines, level: 2)
#marked(data.pieces)
"""


@pytest.fixture
def setting(tmp_path, monkeypatch):
    """Set a text, and read what was set: the file, and its words."""
    (tmp_path / "tandem.typ").write_text((pdf.TEMPLATES / "tandem.typ").read_text())
    (tmp_path / "essai.typ").write_text(SOURCE)
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)

    def set_it(text: str = "", *, title: str = "Essai", pieces: tuple = ()) -> bytes:
        told = {"title": title, "foot": "Tandem", "prose": pdf.prose(text), "lines": pdf.lines(text)}
        return pdf.render("essai", told | {"pieces": pieces})

    return set_it


def test_a_pdf_is_tagged_titled_and_in_its_language(setting):
    for language in ("fr", "en"):
        with translation.override(language), pikepdf.open(io.BytesIO(setting("Un texte."))) as file:
            assert bool(file.Root.MarkInfo.Marked)
            assert "/StructTreeRoot" in file.Root
            assert str(file.Root.Lang) == language
            with file.open_metadata() as metadata:
                assert metadata["dc:title"] == "Essai"
                assert metadata["pdfuaid:part"] == "1"


def test_accents_come_out_of_it_as_they_went_in(setting):
    text = "Élève, cœur, Noël, ça, à Béziers : « 1 823,03 € » ; l’été — œuvre, Łódź, Ελλάδα, Привет."
    assert " ".join(words(setting(text)).split()).count(text) == 2


def test_the_same_data_at_the_same_moment_gives_the_same_file(setting, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert setting("Un texte.") == setting("Un texte.")


@pytest.mark.parametrize(
    "typed", ["#panic()", "*a* _b_ $x$", "\\ \" ' ` ~ @a <b> = c", "// /* */", "#sys.inputs", "]["]
)
def test_nothing_typed_is_markup_of_the_template(setting, typed):
    read = words(setting(f"    {typed}", title=typed))
    assert typed.split()[0] in read and typed.split()[-1] in read


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_typed_is_obeyed(setting, text):
    content = setting(text)
    assert all(link.partition(":")[0].lower() in ("https", "http", "mailto", "tel") for link in links(content))
    with pikepdf.open(io.BytesIO(content)) as file:
        assert not {"/OpenAction", "/AA", "/Names", "/AcroForm"} & set(file.Root.keys())
        assert not any("/JS" in str(item) for page in file.pages for item in page.get("/Annots", []))


def test_markdown_is_set_as_it_was_meant(setting):
    nodes = pdf.prose(
        "## Appels\n\n- **Accueillir**\n- *écouter* `x`\n\n3. Noter\n\n> cité\n\nun\ndeux\n\n---\n\n    code"
    )
    assert [node["kind"] for node in nodes] == ["heading", "list", "list", "quote", "paragraph", "rule", "code"]
    bullets, numbers = nodes[1], nodes[2]
    assert (bullets["start"], numbers["start"]) == (None, 3)
    assert bullets["items"][0][0]["runs"] == [{"text": "Accueillir", "marks": ["strong"], "href": ""}]
    assert [run.get("marks") for run in bullets["items"][1][0]["runs"]] == [["em"], [], ["code"]]
    assert nodes[4]["runs"][1] == {"break": True}


def test_a_link_leads_where_it_says(setting):
    address = "https://legifrance.exemple.test/a?b=1&c=2"
    content = setting(f"[ici]({address}) et <mailto:a@exemple.test>")
    assert links(content) == [address, "mailto:a@exemple.test"]


def test_a_link_no_address_is_as_long_as_is_its_words(setting):
    content = setting(f"[ici](https://exemple.test/{'a' * 9_000})")
    assert links(content) == [] and "ici" in words(content)


@pytest.mark.parametrize(
    "text",
    ["> " * 30 + "profond", "".join(f"{'  ' * n}- n{n}\n" for n in range(18)), "*" * 3_000 + "a" + "*" * 3_000],
    ids=["quotes", "lists", "stars"],
)
def test_what_is_very_deep_is_set_all_the_same(setting, text):
    assert setting(text).startswith(b"%PDF-")


@pytest.mark.parametrize("empty", ["", None, "\n", "#", "- \n- ", "> "])
def test_nothing_is_nothing(setting, empty):
    assert setting(empty).startswith(b"%PDF-")


def test_what_has_come_and_what_has_gone_is_told_in_signs_too(setting):
    pieces = ({"text": "Il ", "mark": "same"}, {"text": "lit", "mark": "gone"}, {"text": "écrit", "mark": "come"})
    assert "Il [−lit−][+écrit+]" in words(setting(pieces=pieces))


# -- letters ----------------------------------------------------------------------------------------------------------


def test_every_letter_that_is_let_through_can_be_set(setting):
    assert setting(title="".join(sorted(LETTERS - {" "}))).startswith(b"%PDF-")


def test_a_letter_that_no_font_has_is_told_as_missing_and_nothing_fails(setting):
    assert "a \ufffd b" in words(setting(title="a 😀 b"))
    assert settable("漢字") == MISSING * 2


def test_what_is_not_seen_is_left_out():
    assert settable("a\x01\u202e\ud800\ue000\ufeffb\ufe0f\u2028c") == "abc"
    assert settable("e\u0301") == "é"
    assert settable("un\ndeux\ttrois") == "un\ndeux\ttrois"


def test_a_word_longer_than_the_line_stays_on_the_page(setting):
    with_breaks = settable("a" * 500)
    assert max(map(len, with_breaks.split("\u200b"))) <= 80
    assert words(setting("a" * 2_000)).replace("\n", "").replace("\u200b", "").count("a") >= 4_000


# -- its end ----------------------------------------------------------------------------------------------------------


def test_a_very_long_text_is_set_in_its_time(setting):
    since = time.monotonic()
    assert setting("Accueillir une personne au téléphone, l’écouter. " * 6_000).startswith(b"%PDF-")
    assert time.monotonic() - since < 15


def test_a_text_beyond_all_measure_is_refused_in_a_sentence(setting):
    with pytest.raises(pdf.Unset) as refusal:
        setting("a " * pdf.MOST_CHARACTERS)
    assert refusal.value.reason


@pytest.mark.parametrize(("bound", "value"), [("SECONDS", 1), ("MEMORY", 160 * 1024 * 1024)])
def test_what_takes_more_than_its_share_is_ended_and_refused_in_a_sentence(setting, monkeypatch, bound, value):
    monkeypatch.setattr(pdf, bound, value)
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 100_000_000)
    with pytest.raises(pdf.Unset):
        setting("Accueillir une personne au téléphone. " * 60_000)


def test_a_template_that_does_not_understand_its_data_is_a_fault_of_ours(setting):
    with pytest.raises(RuntimeError, match="press"):
        pdf.render("essai", {"title": "x"})


def test_one_is_set_at_a_time_and_whoever_waits_too_long_is_told(setting, monkeypatch):
    monkeypatch.setattr(pdf, "PATIENCE", 0.05)
    with pdf._turn(), pytest.raises(pdf.Unset):
        setting("Un texte.")
    assert setting("Un texte.").startswith(b"%PDF-")

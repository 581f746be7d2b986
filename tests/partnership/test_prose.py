"""Markdown that people write: it reads as meant, and nothing in it is obeyed."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnership.prose import RANK, SCHEMES
from partnership.templatetags.prose import markdown

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a", RANK}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}, "code": {"class"}}
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=https://mal.test></iframe>",
    "<!-- --><script>alert(1)</script>",
    "<a href=javascript:alert(1)>ici</a>",
    "[ici](javascript:alert(1))",
    "[ici](JaVaScRiPt:alert(1))",
    "[ici](java\tscript:alert(1))",
    "[ici](java&#115;cript:alert(1))",
    "[ici](<javascript:alert(1)>)",
    "[ici](data:text/html;base64,PHNjcmlwdD4=)",
    "[ici](vbscript:msgbox(1))",
    "[ici](file:///etc/passwd)",
    "[ici](//mal.test)",
    "[ici](http://[)",
    "<http://[::1>",
    "[ici](/fr/administration/)",
    "[ici][x]\n\n[x]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "![suivi](https://mal.test/pixel.png)",
    '[ici](https://exemple.test "\\" onmouseover=\\"alert(1)")',
    "[ici](https://exemple.test'onmouseover='alert(1))",
    '```"><script>alert(1)</script>\ncode\n```',
    "`<script>`",
    "# <b onclick=alert(1)>titre</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[" * 2_000 + "](x)" * 2_000,
    "> " * 500 + "profond",
    "*" * 5_000,
    "\x00<script>",
    "\u202e<script>",
]


class Reader(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.links, self.words, self.faults = [], [], "", []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in TAGS:
            self.faults.append(tag)
        self.faults += [f"{tag} {name}" for name, _ in attrs if name not in ATTRIBUTES.get(tag, set())]
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_data(self, data):
        self.words += data

    def handle_comment(self, data):
        self.faults.append(f"comment {data}")

    def handle_decl(self, decl):
        self.faults.append(f"declaration {decl}")


def _is_clean(text):
    read = Reader(markdown(text))
    assert read.faults == []
    assert all(link["href"].partition(":")[0].lower() in SCHEMES for link in read.links)
    assert all("nofollow" in link["rel"] and "noopener" in link["rel"] for link in read.links)


def test_it_reads_as_it_was_meant():
    read = Reader(markdown("## Appels\n\n- **Accueillir**\n- *écouter*\n\n1. Noter\n\n> cité\n\nune ligne\nune autre"))
    assert read.tags == [RANK, "ul", "li", "strong", "li", "em", "ol", "li", "blockquote", "p", "p", "br"]
    assert "une ligne" in read.words and "Accueillir" in read.words


def test_headings_stand_on_one_rank_under_those_of_the_page():
    read = Reader(markdown("# un\n\n#### quatre\n\ntrois\n---"))
    assert read.tags == [RANK] * 3


@pytest.mark.parametrize(
    "address", ["https://legifrance.exemple.test/a?b=1&c=2", "mailto:a@exemple.test", "tel:+33465"]
)
def test_a_link_leads_where_it_says_and_lends_it_nothing(address):
    (link,) = Reader(markdown(f"[ici]({address})")).links
    assert link == {"href": address, "rel": "noopener noreferrer nofollow"}


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_in_it_is_obeyed(text):
    _is_clean(text)


def test_what_was_typed_as_html_is_read_as_typed():
    assert Reader(markdown("<script>alert(1)</script>")).words.strip() == "<script>alert(1)</script>"


@given(st.text(st.sampled_from("<>[]()!`*_#&;:/\\\"'=\n\t -javscriptdonhlx0\u00a0é"), max_size=120))
def test_no_text_whatsoever_becomes_more_than_text(text):
    _is_clean(text)


@pytest.mark.parametrize("empty", ["", None, "\n"])
def test_nothing_is_nothing(empty):
    assert markdown(empty) == ""

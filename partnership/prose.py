"""Markdown that people write: the one reader of it, for pages and for papers, that lets nothing in it be obeyed."""

from collections.abc import MutableMapping

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

# Where a link may lead; a relative one would take on another meaning on each page that shows the text.
SCHEMES = ("https", "http", "mailto", "tel")
# Headings of a text stand under those of the page, all on one rank: no rank is skipped, whatever was typed.
RANK = "h3"


def _leads_somewhere(address: str) -> bool:
    return address.partition(":")[0].lower() in SCHEMES


def _rank_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = state.env.get("rank", RANK)


def _open_link(
    renderer: RendererHTML, tokens: list[Token], place: int, options: OptionsDict, _env: MutableMapping
) -> str:
    tokens[place].attrSet("rel", "noopener noreferrer nofollow")
    return renderer.renderToken(tokens, place, options, _env)


def _reader() -> MarkdownIt:
    """CommonMark without HTML, which stays text, and without images, which would be asked of a third party."""
    reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")
    reader.validateLink = _leads_somewhere
    reader.core.ruler.push("rank_headings", _rank_headings)
    reader.add_render_rule("link_open", _open_link)
    return reader


_READER = _reader()


def html(text: str | None, *, rank: str = RANK) -> str:
    """A text as HTML that can hurt nobody, its headings on a rank."""
    return _READER.render(text or "", {"rank": rank})


def tokens(text: str | None) -> list[Token]:
    """A text as the reader takes it apart, for those who set it otherwise."""
    return _READER.parse(text or "")

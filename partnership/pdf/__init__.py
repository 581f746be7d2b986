"""PDFs: a Typst template and its data give a file that is tagged, in its language, and the same for the same data.

What people wrote reaches a template as data, never as source: nothing in it is markup there. The work is done by a
process of its own (press.py), with an end to its time and its memory.
"""

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it.token import Token

from .. import clock
from ..prose import tokens
from .letters import settable

TEMPLATES = Path(settings.BASE_DIR) / "templates" / "pdf"
PRESS = Path(__file__).with_name("press.py")
# Accessible (PDF/UA-1): what the file is must be said of each part, or it is not made.
STANDARDS = ["ua-1"]
# A version of ten long modules has 60,000 characters: 0.3 s and 66 MB, a second where every fourth word is marked. So
# many take four seconds and 260 MB at most (measured, one slow core); the addresses reserved for them are twice that.
MOST_CHARACTERS = 600_000
SECONDS, MEMORY = 10, 640 * 1024 * 1024
# One PDF is set at a time in each web process, so that their memory adds up to what the container has.
_TURN = threading.BoundedSemaphore()
PATIENCE = 5
# One thread: a PDF is one of many things that a machine does, and each thread has memory of its own.
ENVIRONMENT = {"RAYON_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
# How the press ends when it used up its seconds, its memory or its hour (NO_MEMORY of press.py is 3).
TOO_MUCH = {3, -signal.SIGXCPU, -signal.SIGALRM, -signal.SIGKILL, -signal.SIGABRT}
# Lists and quotations inside each other are set so deep; what is deeper stands there too.
DEEPEST = 6
# A link is no longer than addresses are.
LONGEST_LINK = 500


class Unset(Exception):
    """No PDF could be made; `reason` is a sentence for whoever asked."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


# -- setting ----------------------------------------------------------------------------------------------------------


def render(name: str, data: dict[str, Any]) -> bytes:
    """Set a template (`programmes/record` is templates/pdf/programmes/record.typ) with data that JSON can hold.

    The template finds it under `data`, by importing `/tandem.typ`, with the present language and Paris's today. Unset
    if it is too long, or too many others are being set.
    """
    known = {"language": get_language() or "fr", "today": clock.today().isoformat()}
    found, length = _settable(data | known)
    if length > MOST_CHARACTERS:
        raise _too_long()
    order = {
        "input": str(TEMPLATES / f"{name}.typ"),
        "root": str(TEMPLATES),
        "sys_inputs": {"data": json.dumps(found)},
        "pdf_standards": STANDARDS,
        "ignore_system_fonts": True,
        # No package is ever fetched: a template has what lies beside it.
        "package_path": str(TEMPLATES),
        "package_cache_path": str(TEMPLATES),
        "timestamp": int(clock.now().timestamp()),
        "seconds": SECONDS,
        "memory": MEMORY,
    }
    with _turn():
        return _press(order)


def answer(content: bytes, name: str) -> HttpResponse:
    """A PDF as what an address answers, to be kept under a name."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{slugify(name)}.pdf"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _too_long() -> Unset:
    return Unset(_("This text is too long to be set as one PDF. Print the page instead."))


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURN.acquire(timeout=PATIENCE):
        raise Unset(_("Many PDFs are being set at this moment. Try again in a minute."))
    try:
        yield
    finally:
        _TURN.release()


def _press(order: dict[str, Any]) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-B", str(PRESS)],
            input=json.dumps(order).encode(),
            capture_output=True,
            env=ENVIRONMENT,
            cwd="/",
            timeout=2 * order["seconds"] + 5,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_long() from None
    if done.returncode in TOO_MUCH:
        raise _too_long()
    if done.returncode:
        # Ours to repair: a template that does not understand its data, or a library that is missing.
        raise RuntimeError(f"the press ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def _settable(value: Any) -> tuple[Any, int]:
    """Data whose every text can be set, and how many characters its texts have."""
    if isinstance(value, str):
        text = settable(value)
        return text, len(text)
    if isinstance(value, dict):
        # An address leads where it led; it is no text to be seen.
        pairs = {key: (inner, len(inner)) if key == "href" else _settable(inner) for key, inner in value.items()}
        return {key: inner for key, (inner, _length) in pairs.items()}, sum(length for _inner, length in pairs.values())
    if isinstance(value, list | tuple):
        items = [_settable(inner) for inner in value]
        return [inner for inner, _length in items], sum(length for _inner, length in items)
    return value, 0


# -- what people wrote ------------------------------------------------------------------------------------------------

_MARKS = ("strong", "em")
_CONTAINERS = ("bullet_list", "ordered_list", "list_item", "blockquote")


def prose(text: str | None) -> list[dict[str, Any]]:
    """Markdown as the tree that `prose` of tandem.typ sets: paragraphs, lists, headings, quotations, code, rules.

    In each, `runs` are stretches of text with their marks: none is inside another, however deep the emphasis.
    """
    top: list[dict[str, Any]] = []
    # Where the next block goes, and the list whose items come next.
    inside: list[tuple[list, dict[str, Any] | None]] = [(top, None)]
    opened = ""
    for token in tokens(text):
        kind, _, move = token.type.rpartition("_")
        if move == "open" and kind in _CONTAINERS:
            depth = sum(of_list is None for _holder, of_list in inside)
            inside.append(_opened(kind, token, *inside[-1], is_too_deep=depth > DEEPEST))
        elif move == "close" and kind in _CONTAINERS:
            inside.pop()
        elif token.type == "inline":
            runs = _runs(token.children or [])
            if runs:
                inside[-1][0].append({"kind": "heading" if opened == "heading" else "paragraph", "runs": runs})
        elif token.type in ("fence", "code_block"):
            inside[-1][0].append({"kind": "code", "text": token.content.rstrip("\n")})
        elif token.type == "hr":
            inside[-1][0].append({"kind": "rule"})
        elif move == "open":
            opened = kind
    return top


def lines(text: str | None) -> list[dict[str, Any]]:
    """A text without markup, its lines kept, as the same tree."""
    blocks = [block.strip() for block in re.split(r"\n\s*\n", text or "")]
    return [{"kind": "paragraph", "runs": _broken(block)} for block in blocks if block]


def _opened(
    kind: str, token: Token, holder: list, of_list: dict[str, Any] | None, *, is_too_deep: bool
) -> tuple[list, dict[str, Any] | None]:
    if kind == "list_item":
        if of_list is None:
            return holder, None
        of_list["items"].append([])
        return of_list["items"][-1], None
    if is_too_deep:
        return holder, None
    if kind == "blockquote":
        holder.append({"kind": "quote", "blocks": []})
        return holder[-1]["blocks"], None
    start = int(token.attrGet("start") or 1) if kind == "ordered_list" else None
    holder.append({"kind": "list", "start": start, "items": []})
    return holder, holder[-1]


def _runs(children: list[Token]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    depth = dict.fromkeys(_MARKS, 0)
    href = ""
    for token in children:
        kind, _, move = token.type.rpartition("_")
        if kind in _MARKS and move in ("open", "close"):
            depth[kind] += 1 if move == "open" else -1
        elif token.type == "link_open":
            href = str(token.attrGet("href") or "")
            href = href if len(href) <= LONGEST_LINK else ""
        elif token.type == "link_close":
            href = ""
        elif token.type in ("softbreak", "hardbreak"):
            runs.append({"break": True})
        elif token.content:
            marks = [mark for mark, number in depth.items() if number]
            if token.type == "code_inline":
                marks.append("code")
            _add(runs, {"text": token.content, "marks": marks, "href": href})
    return runs


def _add(runs: list[dict[str, Any]], run: dict[str, Any]) -> None:
    """Add a stretch, to the last one if it is of its kind."""
    last = runs[-1] if runs else {}
    if "text" in last and (last["marks"], last["href"]) == (run["marks"], run["href"]):
        last["text"] += run["text"]
    else:
        runs.append(run)


def _broken(block: str) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    for number, line in enumerate(block.splitlines()):
        if number:
            runs.append({"break": True})
        if line.strip():
            runs.append({"text": line.strip(), "marks": [], "href": ""})
    return runs

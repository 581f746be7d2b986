"""What has changed between two texts, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
# A word with the blanks that follow it, or a sign with them: a comma that goes does not take its word along.
_WORDS = re.compile(r"\w+(?:[’'\-]\w+)*[^\S\n]*|[^\w\n][^\S\n]*|\n")
# Comparing costs at worst the product of both lengths: past 2,000 words against 2,000, a passage is new as a whole.
MOST_PAIRS = 4_000_000


@dataclass(frozen=True)
class Piece:
    """A stretch of a text that stands in the other one too, or does not."""

    text: str
    is_changed: bool


def words(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in stretches: what the older one has lost, what the newer one has gained; nothing else differs."""
    gone: list[Piece] = []
    come: list[Piece] = []
    # By lines first: a long text of which little has changed is compared word by word there alone.
    for tag, left, right in _runs(_LINES.findall(old), _LINES.findall(new)):
        if tag != "replace":
            _keep(gone, left, is_changed=tag != "equal")
            _keep(come, right, is_changed=tag != "equal")
            continue
        for inner, ours, theirs in _runs(_WORDS.findall(left), _WORDS.findall(right)):
            _keep(gone, ours, is_changed=inner != "equal")
            _keep(come, theirs, is_changed=inner != "equal")
    return gone, come


def count(pieces: list[Piece]) -> int:
    """How many words the changed stretches hold."""
    return sum(len(piece.text.split()) for piece in pieces if piece.is_changed)


def _runs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    if len(old) * len(new) > MOST_PAIRS:
        yield "delete", "".join(old), ""
        yield "insert", "", "".join(new)
        return
    for tag, start, end, since, until in SequenceMatcher(None, old, new).get_opcodes():
        yield tag, "".join(old[start:end]), "".join(new[since:until])


def _keep(pieces: list[Piece], text: str, *, is_changed: bool) -> None:
    """Add a stretch, to the last one if it is of its kind."""
    if not text:
        return
    if pieces and pieces[-1].is_changed == is_changed:
        text = pieces.pop().text + text
    pieces.append(Piece(text, is_changed))

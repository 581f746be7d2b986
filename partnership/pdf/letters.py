"""Which letters a PDF can be set with: those of the fonts that come with Typst, and nothing that is not seen.

A letter that no font has would make the file inaccessible, so that none would be made: it is set as U+FFFD.
"""

import re
import unicodedata

MISSING = "\ufffd"
# Alphabets and signs that the fonts have whole; tests/partnership/test_pdf.py sets each of them.
ALPHABETS = (
    (0x0020, 0x007E),
    (0x00A0, 0x0484),  # Latin, Greek, Cyrillic, and accents to combine
    (0x0487, 0x04FF),
    (0x05D0, 0x05EA),  # Hebrew
    (0x0621, 0x063A),  # Arabic
    (0x0640, 0x064A),
    (0x0660, 0x066D),
    (0x1E00, 0x1FFF),
    (0x2000, 0x2040),  # dashes, quotation marks, points
    (0x2044, 0x2052),
    (0x2070, 0x20C0),
    (0x2100, 0x211E),
    (0x2122, 0x2122),
    (0x2126, 0x2151),
    (0x2153, 0x2184),
    (0x2190, 0x23FF),  # arrows, mathematics
    (0x2460, 0x2606),
    (0x2609, 0x262F),
    (0x2638, 0x268B),
    (0x2701, 0x2704),
    (0x2706, 0x2709),
    (0x270C, 0x2714),
    (0x2717, 0x2726),
    (0xFB00, 0xFB06),
    (0xFFFD, 0xFFFD),
)
# Not seen: control characters, surrogates, private and unassigned ones; marks that choose between pictures.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LETTERS = frozenset(
    letter
    for first, last in ALPHABETS
    for letter in map(chr, range(first, last + 1))
    if unicodedata.category(letter) not in _UNSEEN
)
_KEPT = "\n\t\u200c\u200d"
# Words are broken where they can be; longer ones would leave the page.
_LONG_WORD = re.compile(r"\S{72}(?=\S{8})")
_ZERO_WIDTH_SPACE = "\u200b"


def settable(text: str) -> str:
    """The text as it can be set: composed, without what is not seen, U+FFFD for what no font has."""
    composed = unicodedata.normalize("NFC", text)
    if not (composed.isascii() and composed.isprintable()):
        composed = "".join(map(_seen, composed))
    return _LONG_WORD.sub(lambda word: word[0] + _ZERO_WIDTH_SPACE, composed)


def _seen(letter: str) -> str:
    if letter in LETTERS or letter in _KEPT:
        return letter
    if unicodedata.category(letter) in _UNSEEN or 0xFE00 <= ord(letter) <= 0xFE0F:
        return ""
    return MISSING

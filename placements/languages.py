"""The languages that people write in their own words, as two-letter codes."""

import re
from functools import cache

from babel import Locale

from cohorts.models import plain

# What Babel calls otherwise than people do, or what they write of themselves.
_ALSO = {"creole": "ht", "mandarin": "zh", "chinois": "zh", "kabyle": "kab", "lsf": "", "berbere": "ber"}


@cache
def _codes() -> dict[str, str]:
    found = {
        plain(name): code
        for tongue in ("en", "fr")
        for code, name in Locale(tongue).languages.items()
        if len(code) == 2 and " " not in name
    }
    return found | {code: code for code in Locale("fr").languages if len(code) == 2} | _ALSO


def spoken(text: str) -> frozenset[str]:
    """The languages in a sentence, by their French or English names; what names none is left out."""
    codes = _codes()
    words = re.findall(r"[a-z]+", plain(text))
    # Two letters are a code only where they stand alone between commas: « et » and « un » are words.
    alone = {plain(part).strip() for part in re.split(r"[,;/]", text)}
    return frozenset(codes[word] for word in words if codes.get(word) and (len(word) > 2 or word in alone))

"""The languages that people write in their own words."""

import pytest

from placements.languages import spoken


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("français, italien", {"fr", "it"}),
        ("Français et anglais courant", {"fr", "en"}),
        ("FRANÇAIS ; Arabe / espagnol (bases)", {"fr", "ar", "es"}),
        ("English, Spanish", {"en", "es"}),
        ("fr, en", {"fr", "en"}),
        ("créole, kabyle", {"ht", "kab"}),
        ("mandarin", {"zh"}),
        ("", set()),
        ("oui", set()),
        # two letters are a code only by themselves: « et », « un » and « de » are words
        ("un peu de portugais et deux mots de turc", {"pt", "tr"}),
    ],
)
def test_languages_are_read_in_the_words_of_those_who_speak_them(said, codes):
    assert spoken(said) == codes

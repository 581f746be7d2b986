"""What is typed is cleaned once, everywhere the same: what nobody sees goes, what nobody can type is refused."""

import time
import unicodedata
from uuid import UUID

import pytest
from django import forms
from django.utils import translation
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partnership.fields import (
    JOINERS,
    MOST_MARKS,
    AddressField,
    Impossible,
    LineField,
    NameField,
    PhoneField,
    ProseField,
    key_in,
    tidy,
    tidy_lines,
)

PERSIAN = "می\u200cخواهم"
FAMILY = "👩\u200d👧"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Zoé   Martin ", "Zoé Martin"),
        ("Zoe\u0301", "Zoé"),
        ("\ufeffZoé\u200b Mar\u00adtin", "Zoé Martin"),
        ("Zoé\u202e nitraM", "Zoé nitraM"),
        ("\u2066Zoé\u2069\u200e", "Zoé"),
        ("Zoé\r\nMartin\tDit\u2028Autre", "Zoé Martin Dit Autre"),
        ("Zoé\x1b[31m\x07", "Zoé[31m"),
        ("Zoé\ufffe\ufdd0", "Zoé"),
        (PERSIAN, PERSIAN),
        (FAMILY, FAMILY),
        (f"Zoé{JOINERS}", "Zoé"),
        ("\u200b\u2060\ufeff", ""),
        (f" {JOINERS} ", ""),
        ("\u3164\u2800", ""),
        ("\u0301\ufe0f", ""),
        ("李小龙", "李小龙"),
    ],
)
def test_a_line_keeps_what_is_seen(typed, kept):
    assert tidy(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("un\r\ndeux\rtrois\x0bquatre\u2028cinq", "un\ndeux\ntrois\nquatre\ncinq"),
        ("  un \t\n\n  - deux  \n\n", "un\n\n  - deux"),
        ("Objectifs\u00a0: «\u202fdire\u202f»", "Objectifs\u00a0: «\u202fdire\u202f»"),
        ("un\u3000deux\ttrois", "un deux\ttrois"),
        ("a\u202eb\x00".replace("\x00", ""), "ab"),
        ("\n\ufeff\n\u200d\n", ""),
    ],
)
def test_a_text_of_several_lines_keeps_its_lines(typed, kept):
    assert tidy_lines(typed) == kept


@pytest.mark.parametrize("typed", ["a\0b", "a\ud800b", "\udfff", "a" + "\u0301" * (MOST_MARKS + 1)])
@pytest.mark.parametrize("clean", [tidy, tidy_lines])
def test_what_nobody_types_is_refused(clean, typed):
    with pytest.raises(Impossible):
        clean(typed)


@pytest.mark.parametrize(("language", "words"), [("fr", "Retapez-le"), ("en", "Type it again")])
def test_the_refusal_says_what_to_do_in_the_language_of_the_reader(language, words):
    with translation.override(language):
        with pytest.raises(forms.ValidationError) as refusal:
            LineField().clean("a\0b")
        # Put into words where they are shown: as long as the reader's language is spoken.
        assert [words in message for message in refusal.value.messages] == [True]


@pytest.mark.parametrize("mark", ["\u0301\u0327", "\u0f73"])
def test_a_heap_of_accents_costs_no_time(mark):
    """Composing 100,000 accents takes Python twenty seconds: whoever sends them is answered at once."""
    began = time.perf_counter()
    with pytest.raises(Impossible):
        tidy_lines("a" + mark * 50_000)
    assert time.perf_counter() - began < 5


@settings(max_examples=500, deadline=None, database=None)
@given(st.text(max_size=60))
@example("\u0344" * 20)
@example("e\u200b\u0301")
@example("\u2000\u200d\u2001a")
def test_cleaning_is_done_once_for_all(text):
    for clean, spared in ((tidy, ""), (tidy_lines, "\n\t")):
        try:
            kept = clean(text)
        except Impossible:
            continue
        assert clean(kept) == kept == unicodedata.normalize("NFC", kept)
        left = {c for c in kept if unicodedata.category(c) in ("Cc", "Cf", "Cs")}
        assert left <= set(JOINERS + spared)
        assert kept == kept.strip()


def test_lengths_are_counted_after_cleaning():
    assert LineField(max_length=3).clean("  e\u0301\u200be\u0301  e\u0301 ".replace("  ", "")) == "ééé"
    assert ProseField(max_length=3).clean("a\r\nb\r\n") == "a\nb"
    with pytest.raises(forms.ValidationError):
        LineField(max_length=3).clean("abcd")


@pytest.mark.parametrize("typed", ["\u200b", " \u202e ", JOINERS, "\ufeff"])
@pytest.mark.parametrize("field", [LineField, ProseField, NameField, AddressField, PhoneField])
def test_the_invisible_is_no_answer(field, typed):
    with pytest.raises(forms.ValidationError) as refusal:
        field().clean(typed)
    assert refusal.value.code == "required"
    assert field(required=False).clean(typed) == ""


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06\u00a012\u202f34 56\u200b78", "+33612345678"),
        ("\u202a+33 6 12 34 56 78\u202c", "+33612345678"),
        ("+49 30 123456", "+4930123456"),
    ],
)
def test_a_telephone_copied_from_a_page_is_understood(typed, kept):
    assert PhoneField().clean(typed) == kept


def test_a_telephone_longer_than_any_is_refused():
    """The library lets seventeen figures through for Germany; the column has room for fifteen and their sign."""
    with pytest.raises(forms.ValidationError):
        PhoneField().clean("+49 123456789012345")


def test_an_address_copied_with_invisible_marks_is_the_address():
    assert AddressField().clean("\ufeff manon@exemple.test\u200b ") == "manon@exemple.test"


def test_a_button_carries_a_key_or_none():
    assert key_in(str(UUID(int=7))) == UUID(int=7)
    assert [key_in(text) for text in (None, "", "7", "x" * 36)] == [None] * 4

"""What has changed between two texts, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmes import diff


def _marked(old, new):
    return tuple("".join(f"[{p.text}]" if p.is_changed else p.text for p in side) for side in diff.words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "gone", "come"),
    [
        ("un appel", "un appel", "un appel", "un appel"),
        ("", "un appel", "", "[un appel]"),
        ("un appel", "", "[un appel]", ""),
        ("noté sur 20.", "notés sur 20.", "[noté ]sur 20.", "[notés ]sur 20."),
        ("Conclusion et relance.", "Conclusion.", "[Conclusion et relance].", "[Conclusion]."),
        ("une\ndeux\ntrois\n", "une\ntrois\n", "une\n[deux\n]trois\n", "une\ntrois\n"),
        ("l’appel d’un client", "l’appel d’une cliente", "l’appel [d’un client]", "l’appel [d’une cliente]"),
    ],
)
def test_what_went_and_what_came_are_told_by_the_word(old, new, gone, come):
    assert _marked(old, new) == (gone, come)


@given(st.text(st.sampled_from("ab,.’- \n\té"), max_size=60), st.text(st.sampled_from("ab,.’- \n\té"), max_size=60))
def test_nothing_of_either_text_is_lost_and_the_rest_is_the_same(old, new):
    gone, come = diff.words(old, new)
    assert "".join(piece.text for piece in gone) == old
    assert "".join(piece.text for piece in come) == new
    kept = ["".join(piece.text for piece in side if not piece.is_changed) for side in (gone, come)]
    assert kept[0] == kept[1]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("un deux trois " * 1_400, "quatre cinq six " * 1_200),
        # A minute and two, where every word is looked for beside each of its likes.
        ("a b " * 1_000, "b c a " * 660),
        ("x\n" * 1_990, "y\nx\n" * 990),
    ],
)
def test_two_long_texts_of_few_words_are_told_apart_at_once(old, new):
    gone, come = diff.words(old, new)
    assert "".join(piece.text for piece in gone) == old
    assert "".join(piece.text for piece in come) == new

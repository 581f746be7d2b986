"""Fifty who try at the same moment: as many pass as the limit says, whichever process counts them."""

from partnership import limits

from .crowd import TOO_LATE, at_once, naive

TIMES, MOST = 50, 10


def test_a_limit_of_ten_lets_ten_of_fifty_pass():
    outcome = at_once(
        TIMES,
        lambda place: limits.count("a door", most=MOST, seconds=3600),
        beaten=(*TOO_LATE, limits.TooMany),
    )

    assert outcome == {"done": MOST, "TooMany": TIMES - MOST}


def test_without_one_statement_more_than_ten_pass():
    tried = []

    assert naive(TIMES, read=lambda place: len(tried) < MOST, write=tried.append) == TIMES

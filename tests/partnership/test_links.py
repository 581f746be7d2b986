"""Personal links: they open one thing, for a time, once or until they are taken back, and nobody can guess one."""

from datetime import timedelta

import pytest

from partnership import clock, links
from partnership.models import AccessLink, ref
from tests import factories

pytestmark = pytest.mark.django_db
PURPOSE, OTHER = "test", "test of another kind"


@pytest.fixture(autouse=True)
def purposes(monkeypatch):
    for key in (PURPOSE, OTHER):
        monkeypatch.setitem(links.PURPOSES, key, links.Purpose(key, "front", days=3))


def _why(token, purpose=PURPOSE):
    with pytest.raises(links.Unusable) as refusal:
        links.find(token, purpose)
    return refusal.value.why


def test_a_token_opens_its_subject(stranger):
    token = links.mint(PURPOSE, ref(stranger))
    assert links.key_of(links.find(token, PURPOSE)) == str(stranger.pk)


def test_two_tokens_are_never_alike_and_are_long():
    tokens = {links.mint(PURPOSE, "x:1") for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 32


def test_only_the_hash_of_a_token_is_kept():
    token = links.mint(PURPOSE, "x:1")
    assert token not in str(AccessLink.objects.values().get())


def test_a_tampered_token_opens_nothing():
    token = links.mint(PURPOSE, "x:1")
    for altered in (token[:-1], token + "x", token.swapcase(), token[::-1], "", " " + token, "é" * 32):
        assert _why(altered) == "unknown"


def test_a_token_opens_nothing_of_another_kind():
    assert _why(links.mint(PURPOSE, "x:1"), OTHER) == "unknown"


def test_a_link_opens_until_the_very_end_of_its_life():
    token = links.mint(PURPOSE, "x:1")
    made = clock.now()
    with clock.travel(made + timedelta(days=3) - timedelta(seconds=1)):
        assert links.find(token, PURPOSE)
    with clock.travel(made + timedelta(days=3)):
        assert _why(token) == "expired"


def test_a_used_link_opens_nothing_more_and_says_what_it_opened():
    token = links.mint(PURPOSE, "x:1")
    links.consume(links.find(token, PURPOSE))
    with pytest.raises(links.Unusable) as refusal:
        links.find(token, PURPOSE)
    assert refusal.value.why == "used"
    assert links.key_of(refusal.value.link) == "1"


def test_what_a_used_link_opened_is_told_for_its_life_and_no_longer():
    token = links.mint(PURPOSE, "x:1")
    links.consume(links.find(token, PURPOSE))
    with clock.travel(clock.now() + timedelta(days=3)):
        assert _why(token) == "expired"


def test_a_link_is_used_once():
    link = links.find(links.mint(PURPOSE, "x:1"), PURPOSE)
    links.consume(link)
    with pytest.raises(links.Unusable, match="used"):
        links.consume(link)


def test_a_link_that_is_not_used_up_opens_again_and_again():
    token = links.mint(PURPOSE, "x:1")
    assert links.find(token, PURPOSE) == links.find(token, PURPOSE)


def test_a_revoked_link_opens_nothing_and_its_neighbours_still_do():
    mine, theirs = factories.user(), factories.user()
    first, second = (links.mint(PURPOSE, ref(mine)) for _ in range(2))
    neighbour, other = links.mint(PURPOSE, ref(theirs)), links.mint(OTHER, ref(mine))
    links.revoke(PURPOSE, mine)
    assert _why(first) == _why(second) == "revoked"
    assert links.find(neighbour, PURPOSE)
    assert links.find(other, OTHER)


def test_a_revoked_link_is_not_used_by_whoever_had_it_open():
    user = factories.user()
    link = links.find(links.mint(PURPOSE, ref(user)), PURPOSE)
    links.revoke(PURPOSE, user)
    with pytest.raises(links.Unusable):
        links.consume(link)
    link.refresh_from_db()
    assert link.used_at is None

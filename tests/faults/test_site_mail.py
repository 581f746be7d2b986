"""The mail server takes half a minute a letter: no page notices, no letter is lost."""

import time

import pytest

from .load import Load, audit

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]
SLOW, SECONDS = 30, 60


@pytest.fixture
def slow_mail(site):
    """A mail server that takes a letter, and says so too late for anybody's patience."""
    site.mail.answers_after(SLOW)
    yield site.mail
    site.mail.answers_after(0)


def test_no_page_notices_a_mail_server_that_takes_half_a_minute(site, slow_mail):
    load, before = Load(site), slow_mail.taken()
    with load.running():
        time.sleep(SECONDS)
    in_doubt = (slow_mail.taken() - before).total()
    slow_mail.answers_after(0)
    time.sleep(SLOW)  # what it had in hand, it still answers slowly
    settled = site.settle(seconds=180)
    found = audit(site, load.ledger)
    print(
        f"\nmail server {SLOW} s slow for {SECONDS} s: {load.ledger.requests} requests, longest"
        f" {load.ledger.longest:.1f} s, {in_doubt} letters in doubt, {found.letters_doubled} doubled,"
        f" {found.held} held, settled after {settled:.1f} s, {dict(found.kept)} acknowledged, {len(found.lost)} lost"
    )
    assert load.ledger.errors() == {}
    assert found.kept["submitted"]
    assert (found.lost, found.doubled, found.halves) == ([], [], [])
    assert found.letters_doubled <= in_doubt

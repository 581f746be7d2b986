"""Minutes of random kill -9 of everything but the mail server, under load: what was acknowledged is there, once."""

import os
import random
import time
from collections import Counter

import pytest

from .load import Load, audit

pytestmark = pytest.mark.timeout(1800)
SECONDS = int(os.environ.get("CHAOS_SECONDS") or 600)
READY_AGAIN = 15
# What holds letters when it dies: each such kill may leave one that nobody knows to have left.
SENDERS = ("relay", "quick worker", "PostgreSQL")
PAUSE = (2, 6)


@pytest.mark.full
@pytest.mark.parametrize("seconds", [pytest.param(SECONDS, id="long")])
def test_random_kills_lose_nothing_that_was_acknowledged(seconds, site):
    load, killed = Load(site), Counter()
    with load.running():
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            time.sleep(random.uniform(*PAUSE))
            name = random.choice(list(site.children))
            site.kill(name, random.randrange(len(site.children[name])))
            killed[name] += 1
        ready = site.wait_until_ready(seconds=120)
        time.sleep(3)
    settled = site.settle(seconds=120)
    found, broken = audit(site, load.ledger), site.broken()
    print(
        f"\n{seconds} s, {killed.total()} kills {dict(killed)}: {load.ledger.requests} requests,"
        f" {dict(found.kept)} acknowledged, {dict(load.ledger.errors())} failed, longest {load.ledger.longest:.1f} s;"
        f" {len(found.lost)} lost, {len(found.doubled)} doubled, {len(found.halves)} half done; letters:"
        f" {found.sent} sent, {found.letters_doubled} doubled, {found.held} held; {len(broken)} invariants broken;"
        f" ready again after {ready:.1f} s, letters settled after {settled:.1f} s"
    )
    assert (found.lost, found.doubled, found.halves, broken) == ([], [], [], [])
    assert load.ledger.unexpected == {}
    assert found.letters_doubled <= sum(killed[name] for name in SENDERS)
    assert found.kept.keys() >= {"submitted", "interviewed", "admitted", "confirmed", "code"}
    assert ready <= READY_AGAIN

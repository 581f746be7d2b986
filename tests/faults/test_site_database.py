"""PostgreSQL is restarted at once or killed -9 under load: what was acknowledged is there, and nobody needs a hand."""

import signal
import time

import pytest

from .load import Load, audit
from .person import Person
from .processes import until

pytestmark = pytest.mark.timeout(600)
# A page asked for while there is no database says so within these seconds.
LONGEST_REFUSAL = 8
LONGEST_RECOVERY = 10


@pytest.mark.parametrize(
    ("how", "seconds_down"),
    [
        pytest.param(signal.SIGKILL, 4, id="kill -9"),
        pytest.param(signal.SIGQUIT, 4, id="immediate restart", marks=pytest.mark.full),
        pytest.param(signal.SIGKILL, 90, id="kill -9 and down for 90 s", marks=pytest.mark.full),
    ],
)
def test_without_its_database_the_site_says_so_and_recovers_alone(how, seconds_down, site):
    load = Load(site)
    refusals = []
    with load.running():
        time.sleep(4)
        site.held.add("PostgreSQL")
        try:
            site.kill("PostgreSQL", with_signal=how)
            until(lambda: not site.children["PostgreSQL"][0].is_alive(), "PostgreSQL is down", seconds=10)
            ends = time.monotonic() + seconds_down
            while time.monotonic() < ends:
                place = len(refusals) % 2
                assert site.status("/livez", place) == 200
                started = time.monotonic()
                assert site.status("/readyz", place) == 503
                refusals.append(time.monotonic() - started)
                refusals.append(Person(site.webs[place]).get("/en/").seconds)
                time.sleep(0.3)
        finally:
            site.held.discard("PostgreSQL")
        back = time.monotonic()
        until(lambda: all(site.status(place=place) == 200 for place in (0, 1)), "readyz is green", seconds=60)
        green = time.monotonic() - back
        time.sleep(4)
    last_error = max((at - back for at, _status, _path in load.ledger.failed), default=0)
    recovered = site.wait_until_ready(seconds=60)
    settled = site.settle(seconds=60)
    found = audit(site, load.ledger)
    print(
        f"\nPostgreSQL {signal.Signals(how).name}, down {seconds_down} s: {load.ledger.requests} requests,"
        f" {dict(load.ledger.errors())} failed, refused within {max(refusals):.1f} s, green after {green:.1f} s,"
        f" last error after {last_error:.1f} s, all well after {recovered:.1f} s, settled after {settled:.1f} s,"
        f" {dict(found.kept)} acknowledged, {len(found.lost)} lost, {found.letters_doubled} letters doubled"
    )
    assert found.kept["submitted"]
    assert (found.lost, found.doubled, found.halves) == ([], [], [])
    assert max(refusals) < LONGEST_REFUSAL
    assert last_error < LONGEST_RECOVERY
    assert found.letters_doubled <= 3  # one a sender that had a letter in hand

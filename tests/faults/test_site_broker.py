"""The broker is emptied, restarted and down for minutes under load: no page notices, no letter is lost."""

import time

import pytest

from .load import Load, audit
from .processes import until

pytestmark = pytest.mark.timeout(900)
LONGEST_STANDSTILL = 30


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        pytest.param("emptied", 0, id="flushed"),
        pytest.param("killed", 0, id="restarted", marks=pytest.mark.full),
        pytest.param("down", 6, id="down for a moment"),
        pytest.param("down", 300, id="down for five minutes", marks=pytest.mark.full),
    ],
)
def test_no_page_notices_what_happens_to_the_broker(fault, seconds, site):
    load = Load(site)
    with load.running():
        time.sleep(3)
        if fault == "emptied":
            site.flush_broker()
        elif fault == "killed":
            site.kill("broker")
        else:
            with site.without("broker"):
                time.sleep(seconds)
        (row,) = site.rows("SELECT max(id) AS newest FROM partnership_outgoingmessage")
        later = "SELECT 1 FROM partnership_outgoingmessage WHERE id > %s AND state = 'sent'"
        moving = until(lambda: site.rows(later, row["newest"]), "a later letter leaves", seconds=90)
        time.sleep(2)
    recovered = site.wait_until_ready(seconds=60)
    settled = site.settle(seconds=90)
    found = audit(site, load.ledger)
    print(
        f"\nbroker {fault} {seconds} s: {load.ledger.requests} requests, {dict(load.ledger.errors())} failed,"
        f" longest {load.ledger.longest:.1f} s, letters move after {moving:.1f} s, all well after {recovered:.1f} s,"
        f" settled after {settled:.1f} s, {dict(found.kept)} acknowledged, {len(found.lost)} lost,"
        f" {found.letters_doubled} letters doubled"
    )
    assert found.kept["submitted"]
    assert load.ledger.errors() == {}
    assert (found.lost, found.doubled, found.halves, found.letters_doubled) == ([], [], [], 0)
    assert moving < LONGEST_STANDSTILL

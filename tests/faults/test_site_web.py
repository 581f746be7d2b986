"""A web is killed -9 in the middle of a request: the row, its line in the journal and its letter are there, or none."""

import random
import threading
import time

import pytest

from .load import APPLY, LIST, Load, audit, identity_of_somebody
from .processes import until

pytestmark = pytest.mark.timeout(1200)
AT_ONCE = 2
# The database takes this long to write a letter, so that a kill lands between the row and its letter.
SLOW = """
CREATE FUNCTION slow_letter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.15); RETURN NEW; END $$;
CREATE TRIGGER slow_letter BEFORE INSERT ON partnership_outgoingmessage FOR EACH ROW EXECUTE FUNCTION slow_letter();
"""
QUICK = "DROP TRIGGER slow_letter ON partnership_outgoingmessage; DROP FUNCTION slow_letter"


@pytest.fixture
def slow_letters(site):
    """A database that is slow exactly where it hurts."""
    site.rows(SLOW)
    yield
    site.rows(QUICK)


@pytest.mark.parametrize("kills", [pytest.param(2), pytest.param(30, marks=pytest.mark.full)])
def test_a_web_killed_mid_request_leaves_row_and_letter_or_neither(kills, site, request):
    load = Load(site)
    files = load.interviewed(kills * AT_ONCE, load.signed_in(0, "recruteur1@exemple.test"))
    request.getfixturevalue("slow_letters")
    recruiter = load.signed_in(1, "recruteur2@exemple.test")
    answers, applicants = [], []
    for number in range(kills):
        before = time.monotonic()
        threads = []
        for place in range(AT_ONCE):
            person = load.person(1)
            page = person.get(APPLY)
            _number, identity = identity_of_somebody()
            applicants.append(identity["email"])
            threads.append(_post(person, page, "/identite/", answers, **identity))
            page = recruiter.get(f"{LIST}{files[number * AT_ONCE + place]}/")
            threads.append(_post(recruiter, page, "/admettre/" if place else "/liste-attente/", answers))
        for thread in threads:
            thread.start()
        # Every other kill certainly falls between a row and its letter, the others where they may.
        until(lambda: site.rows(_ASLEEP), "a letter is being written", seconds=30)
        time.sleep(random.uniform(0, 0.1) if number % 2 == 0 else random.uniform(0.1, 1))
        site.kill("web", 1)
        for thread in threads:
            thread.join(30)
        site.wait_until_ready(seconds=60)
        assert time.monotonic() - before < 60
    site.settle(seconds=60)

    begun = {row["email"]: row["id"] for row in site.rows(_FILES, applicants)}
    deeds = [(begun.get(email), "draft", "application_begun") for email in applicants]
    for place, key in enumerate(files):
        state = "admitted" if place % AT_ONCE else "waitlisted"
        deeds.append((key, state, f"application_{state}"))
    traces = [_traces(site, *deed) for deed in deeds]
    whole, none = traces.count((True, True, True)), traces.count((False, False, False))
    found = audit(site, load.ledger)
    words = f"web killed {kills} times in {len(deeds)} requests: {whole} whole, {none} not at all, answers {answers}"
    print(f"\n{words}")
    assert whole + none == len(deeds), [one for one in zip(deeds, traces, strict=True) if len(set(one[1])) > 1]
    assert none, "no kill fell into a request"
    assert (found.lost, found.doubled, found.halves) == ([], [], [])


def _traces(site, key, state, letter):
    """Whether a deed shows in the row, in the journal and among the letters."""
    if key is None:
        return (False, False, False)
    return (
        bool(site.rows("SELECT 1 FROM cohorts_application WHERE id = %s AND state = %s", key, state)),
        bool(site.rows(_JOURNALLED, f"cohorts.application:{key}", state)),
        bool(site.rows("SELECT 1 FROM partnership_outgoingmessage WHERE key LIKE %s", f"{letter}:{key}:%")),
    )


_FILES = (
    "SELECT c.email, a.id::text FROM cohorts_application a JOIN cohorts_candidate c ON c.id = a.candidate_id"
    " WHERE c.email = ANY(%s)"
)


_ASLEEP = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
_JOURNALLED = "SELECT 1 FROM partnership_journalentry WHERE subject = %s AND after = %s"


def _post(person, page, ending, answers, **fields):
    form = page.form(ending)
    return threading.Thread(target=lambda: answers.append(person.send(form, page, **fields).status))

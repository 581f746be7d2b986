"""The whole site is hurt under load: what was acknowledged is there, once, and all is well again by itself."""

import os
import random
import signal
import threading
import time
from collections import Counter

import pytest

from .load import APPLY, LIST, Ledger, Load, audit, identity_of_somebody
from .person import Person
from .prepare import PLACES
from .processes import until

pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]


# -- PostgreSQL --------------------------------------------------------------------------------------------------------

# A page asked for while there is no database says so within these seconds.
LONGEST_REFUSAL = 8
LONGEST_RECOVERY = 10


@pytest.mark.parametrize(
    ("how", "seconds_down"),
    [
        pytest.param(signal.SIGKILL, 4, id="kill -9"),
        pytest.param(signal.SIGQUIT, 4, id="immediate restart"),
        pytest.param(signal.SIGKILL, 90, id="kill -9 and down for 90 s"),
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
        started = until(site.has_its_database, "PostgreSQL answers", seconds=60)
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
        f" {dict(load.ledger.errors())} failed, refused within {max(refusals):.1f} s, back in {started:.1f} s;"
        f" green after {green:.1f} s, last error after {last_error:.1f} s, all well after {recovered:.1f} s,"
        f" settled after {settled:.1f} s,"
        f" {dict(found.kept)} acknowledged, {len(found.lost)} lost, {found.letters_doubled} letters doubled"
    )
    assert found.kept["submitted"]
    assert (found.lost, found.doubled, found.halves) == ([], [], [])
    assert max(refusals) < LONGEST_REFUSAL
    assert last_error < LONGEST_RECOVERY
    assert found.letters_doubled <= 3  # one a sender that had a letter in hand


# -- the broker --------------------------------------------------------------------------------------------------------

LONGEST_STANDSTILL = 30


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        pytest.param("emptied, then down", 5, id="emptied, then down for a moment"),
        pytest.param("emptied", 0, id="emptied"),
        pytest.param("down", 0, id="restarted"),
        pytest.param("down", 300, id="down for five minutes"),
    ],
)
def test_no_page_notices_what_happens_to_the_broker(fault, seconds, site):
    load = Load(site)
    with load.running():
        time.sleep(3)
        if "emptied" in fault:
            site.flush_broker()
        if "down" in fault:
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


# -- the web -----------------------------------------------------------------------------------------------------------

AT_ONCE = 2
# The database takes this long to write a letter, so that a kill lands between the row and its letter.
SLOW_LETTERS = """
CREATE FUNCTION slow_letter() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN NEW; END $$;
CREATE TRIGGER slow_letter BEFORE INSERT ON partnership_outgoingmessage FOR EACH ROW EXECUTE FUNCTION slow_letter();
"""
QUICK_LETTERS = "DROP TRIGGER slow_letter ON partnership_outgoingmessage; DROP FUNCTION slow_letter"


@pytest.fixture
def slow_letters(site):
    """A database that is slow exactly where it hurts."""
    site.rows(SLOW_LETTERS)
    yield
    site.rows(QUICK_LETTERS)


@pytest.mark.parametrize("kills", [pytest.param(2), pytest.param(30)])
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
        time.sleep(random.uniform(0, 0.3) if number % 2 == 0 else random.uniform(0.3, 2))
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


# -- the mail server ---------------------------------------------------------------------------------------------------

SLOW, SLOW_FOR = 30, 60


@pytest.fixture
def slow_mail(site):
    """A mail server that takes a letter, and says so too late for anybody's patience."""
    site.mail.answers_after(SLOW)
    yield site.mail
    site.mail.answers_after(0)


def test_no_page_notices_a_mail_server_that_takes_half_a_minute(site, slow_mail):
    load, before = Load(site), slow_mail.taken()
    with load.running():
        time.sleep(SLOW_FOR)
    in_doubt = (slow_mail.taken() - before).total()
    slow_mail.answers_after(0)
    time.sleep(SLOW)  # what it had in hand, it still answers slowly
    settled = site.settle(seconds=180)
    found = audit(site, load.ledger)
    print(
        f"\nmail server {SLOW} s slow for {SLOW_FOR} s: {load.ledger.requests} requests, longest"
        f" {load.ledger.longest:.1f} s, {in_doubt} letters in doubt, {found.letters_doubled} doubled,"
        f" {found.held} held, settled after {settled:.1f} s, {dict(found.kept)} acknowledged, {len(found.lost)} lost"
    )
    assert load.ledger.errors() == {}
    assert found.kept["submitted"]
    assert (found.lost, found.doubled, found.halves) == ([], [], [])
    assert found.letters_doubled <= in_doubt


# -- many machines -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [pytest.param(6), pytest.param(120)])
def test_a_crowd_on_two_machines_loses_and_doubles_nothing(seconds, site):
    load = Load(site, pause=0.05)
    with load.running():
        time.sleep(seconds)
    settled = site.settle(seconds=60)
    found = audit(site, load.ledger)
    print(
        f"\ntwo webs, two relays, three workers for {seconds} s: {load.ledger.requests} requests, {dict(found.kept)}"
        f" acknowledged, {found.sent} letters sent, settled after {settled:.1f} s, {len(found.lost)} lost,"
        f" {found.letters_doubled} letters doubled"
    )
    assert found.kept["submitted"]
    assert (load.ledger.errors(), load.ledger.unexpected) == ({}, {})
    assert (found.lost, found.doubled, found.halves, found.letters_doubled) == ([], [], [], 0)


def test_a_promise_that_was_not_kept_is_found(site):
    """The control: the audit of these tests is not blind."""
    told = [(what, "personne") for what in ("submitted", "interviewed", "admitted", "confirmed", "placed", "code")]
    assert len(audit(site, Ledger(told=told)).lost) == len(told)


def test_a_session_and_a_personal_link_are_good_on_either_web(site):
    load = Load(site)
    recruiter = load.signed_in(0, "recruteur1@exemple.test")
    for web in (1, 0, 1):
        recruiter.go_to(site.webs[web])
        assert "Sign out" in recruiter.get(LIST).text

    person = load.person(0)
    _number, identity = identity_of_somebody()
    page = person.get(APPLY)
    person.go_to(site.webs[1])
    page = person.send(page.form("/identite/"), page, **identity)
    assert page.path.endswith("/projet/")
    until(lambda: site.mail.letters_to(identity["email"]), "the letter with the link leaves", seconds=60)
    (text,) = site.mail.letters_to(identity["email"])
    link = next(word for word in text.split() if "/reprendre/" in word).removeprefix(site.webs[0])
    for web in (0, 1):
        assert load.person(web).get(link).path.endswith("/projet/")


def test_the_same_form_sent_to_both_webs_at_once_is_one_file(site):
    load = Load(site)
    for _turn in range(3):
        person, other = load.person(0), load.person(0)
        page = person.get(APPLY)
        other.cookies = dict(person.cookies)
        other.go_to(site.webs[1])
        _number, identity = identity_of_somebody()
        answers = _together(
            lambda one, page=page, identity=identity: one.send(page.form("/identite/"), page, **identity),
            [person, other],
        )
        assert Counter(answer.status for answer in answers) == {200: 2}
        files = site.rows(
            "SELECT a.id::text FROM cohorts_application a JOIN cohorts_candidate c ON c.id = a.candidate_id"
            " WHERE c.email = %s",
            identity["email"],
        )
        assert len(files) == 1
    site.settle(seconds=60)
    found = audit(site, load.ledger)
    assert (found.lost, found.doubled, found.halves) == ([], [], [])


def test_the_last_place_asked_for_on_both_webs_goes_to_one(site):
    load = Load(site)
    people = [load.signed_in(web, f"recruteur{web + 1}@exemple.test") for web in (0, 1)]
    keys = load.interviewed(2, people[0], zone="lyon")
    (row,) = site.rows(_HELD)
    site.rows("UPDATE cohorts_cohort SET capacity = %s WHERE id = %s", row["held"] + 1, row["cohort"])
    try:
        pages = [person.get(f"{LIST}{key}/") for person, key in zip(people, keys, strict=True)]
        answers = _together(
            lambda one: people[one].send(pages[one].form("/admettre/"), pages[one]),
            [0, 1],
        )
        assert sorted("A place is offered to" in answer.text for answer in answers) == [False, True]
        assert {answer.status for answer in answers} == {200}
        (after,) = site.rows(_HELD)
        assert after["held"] == row["held"] + 1
    finally:
        # No fewer places than are offered by then: the crowd of another test may have filled the zone.
        places = max(PLACES["lyon"], row["held"] + 1)
        site.rows("UPDATE cohorts_cohort SET capacity = %s WHERE id = %s", places, row["cohort"])


_HELD = (
    "SELECT c.id AS cohort, count(a.id) FILTER (WHERE a.state IN ('admitted', 'confirmed')) AS held"
    " FROM cohorts_cohort c JOIN partnership_zone z ON z.id = c.zone_id LEFT JOIN cohorts_application a"
    " ON a.cohort_id = c.id WHERE z.code = 'lyon' GROUP BY c.id"
)


def _together(deed, whom):
    """What each gets who does a deed at the same moment as the others."""
    answers, start = [], threading.Barrier(len(whom))

    def one(who):
        start.wait(30)
        answers.append(deed(who))

    threads = [threading.Thread(target=one, args=[who]) for who in whom]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


# -- everything --------------------------------------------------------------------------------------------------------

CHAOS_SECONDS = int(os.environ.get("CHAOS_SECONDS") or 600)
READY_AGAIN = 15
# What holds letters when it dies: each such kill may leave one that nobody knows to have left.
SENDERS = ("relay", "quick worker", "PostgreSQL")
PAUSE = (2, 6)


def test_random_kills_lose_nothing_that_was_acknowledged(site):
    load, killed = Load(site), Counter()
    with load.running():
        ends = time.monotonic() + CHAOS_SECONDS
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
        f"\n{CHAOS_SECONDS} s, {killed.total()} kills {dict(killed)}: {load.ledger.requests} requests,"
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

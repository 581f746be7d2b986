"""Two webs, two relays and three workers on one database and one broker: nothing is lost, nothing is done twice."""

import threading
import time
from collections import Counter

import pytest

from .load import APPLY, LIST, Load, audit, identity_of_somebody
from .prepare import PLACES
from .processes import until

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("seconds", [pytest.param(6), pytest.param(120, marks=pytest.mark.full)])
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
        site.rows("UPDATE cohorts_cohort SET capacity = %s WHERE id = %s", PLACES["lyon"], row["cohort"])


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

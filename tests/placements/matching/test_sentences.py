"""What a plan says: sentences a lead can act on, never a price and never points."""

import re

import pytest
from django.utils import translation

from placements.matching import sentences
from placements.matching.plan import Reason, difference
from placements.matching.problem import Place, Problem, Site, Student, Tutor, changed
from placements.matching.proposing import propose
from placements.matching.ranking import rank_for
from placements.matching.sentences import Known

KNOWN = Known(
    {"jeanne": "Jeanne Corvisart", "nils": "Nils Abergault", "zoe": "Zoé Pallandre", "oscar": "Oscar Lemarquand"},
    {"rhone": "Rhône Relation Client", "part-dieu": "Part-Dieu Assurances", "garonne": "Garonne Contact"},
    {"tutor": "Karim Sautel"},
)
LYON, BRON, GIVORS = Place(45.764, 4.836), Place(45.738, 4.913), Place(45.59, 4.77)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def student(key, **facts):
    return Student(key, **{"zone": "lyon", "position": LYON, "languages": frozenset({"fr"}), **facts})


def site(key, **facts):
    return Site(key, **{"zone": "lyon", "position": BRON, "seats": 1, **facts})


def of(plan, key):
    found = [line for line in plan.lines if line.student == key]
    return found[0] if found else next(one for one in plan.unplaced if one.student == key)


def test_the_verdict_counts_who_is_placed_and_what_is_missing():
    full = propose(Problem((student("jeanne"), student("nils"), student("zoe")), (site("rhone"),)))
    assert sentences.verdict(full, "Lyon") == "1 student placed out of 3; 2 places are missing in Lyon."
    assert sentences.verdict(full) == "1 student placed out of 3; 2 places are missing."
    nowhere = propose(Problem((student("jeanne"), student("nils", zone="paris")), (site("rhone"),)))
    assert sentences.verdict(nowhere) == "1 student placed out of 2; no site is possible for 1 student."
    both = propose(Problem((student("jeanne"), student("zoe"), student("nils", zone="paris")), (site("rhone"),)))
    assert sentences.verdict(both, "Lyon") == (
        "1 student placed out of 3; 1 place is missing in Lyon, and no site is possible for 1 student."
    )
    everybody = propose(Problem((student("jeanne"), student("nils")), (site("rhone", seats=2),)))
    assert sentences.verdict(everybody) == "All 2 students are placed."
    assert sentences.verdict(propose(Problem((), ()))) == "Nobody waits for a place."


def test_a_line_says_why_and_what_else_there_is_in_words():
    jeanne = student(
        "jeanne", wishes=("rhone",), languages=frozenset({"fr", "en"}), availability=frozenset({"evenings"})
    )
    hours = (*((9 * 60, 20 * 60),) * 5, None, None)
    rhone = site("rhone", languages=frozenset({"fr", "en"}), hours=hours, asked=frozenset({"jeanne"}))
    plan = propose(Problem((jeanne,), (rhone, site("part-dieu", position=GIVORS)), keep=(("jeanne", "rhone"),)))
    line = of(plan, "jeanne")
    assert sentences.why(line) == [
        "9 km",
        "first wish",
        "asked for by the site",
        "English spoken there",
        "evenings accepted",
        "unchanged since the last proposal",
    ]
    assert sentences.instead(line, KNOWN) == (
        "Part-Dieu Assurances: 17 km more, without English, not among their wishes, not asked for by the site, "
        "hours that suit less, a change since the last proposal, a place is free there."
    )


def test_languages_have_names_in_the_language_of_the_page():
    assert sentences.named(["en", "es"]) == "English and Spanish"
    with translation.override("fr"):
        assert sentences.named(["en"]) == "anglais"


def test_what_is_taken_from_others_is_said():
    people = (student("jeanne"), student("nils"), student("zoe"))
    near, far = site("rhone"), site("part-dieu", position=GIVORS)
    plan = propose(Problem(people, (near, far)))
    said = {sentences.instead(line, KNOWN) for line in plan.lines}
    assert said == {
        "Part-Dieu Assurances: 17 km more, others would have to give way.",
        "Rhône Relation Client: 17 km less, others would have to give way.",
    }
    alone = propose(Problem(people[:1], (near,)))
    assert sentences.instead(alone.lines[0], KNOWN) == "No other site is possible."


def test_full_sites_say_how_many_wait_and_what_one_place_more_would_do():
    people = (student("jeanne", wishes=("rhone",)), student("nils"), student("zoe", near_km=20))
    plan = propose(Problem(people, (site("rhone"), site("part-dieu", position=GIVORS))))
    (one,) = plan.unplaced
    assert one.reason is Reason.FULL
    said = sentences.blocked(one, KNOWN), sentences.unblocks(one, KNOWN)
    assert said == (
        "The only possible site is full: Rhône Relation Client. 3 students have no other, for 2 places.",
        "One place more at Rhône Relation Client.",
    )
    assert sentences.most_wanted(plan) == "rhone"
    assert sentences.seat("rhone", plan.prices["rhone"], KNOWN) == (
        "One place more at Rhône Relation Client would place Zoé Pallandre."
    )


def test_a_place_elsewhere_may_free_the_one_that_is_needed():
    people = (student("jeanne", wishes=("rhone",)), student("nils", near_km=20))
    plan = propose(Problem(people, (site("rhone"), site("part-dieu", seats=0, position=GIVORS, tutors=frozenset()))))
    assert [line.student for line in plan.lines] == ["jeanne"]
    assert sentences.unblocks(plan.unplaced[0], KNOWN) == "One place more at Rhône Relation Client."
    tutored = Problem(
        people,
        (site("rhone", seats=5, tutors=frozenset({"tutor"})), site("part-dieu", seats=0, position=GIVORS)),
        (Tutor("tutor", 1),),
    )
    one = propose(tutored).unplaced[0]
    assert sentences.unblocks(one, KNOWN) == (
        "One place more at Part-Dieu Assurances, which would free one at Rhône Relation Client."
    )
    only = changed(changed(tutored, exclude=("jeanne", "part-dieu")), exclude=("nils", "part-dieu"))
    assert sentences.unblocks(propose(only).unplaced[0], KNOWN) == (
        "One student more for Karim Sautel, who follows those of Rhône Relation Client."
    )


@pytest.mark.parametrize(
    ("facts", "there", "blocked", "unblocks"),
    [
        (
            {"near_km": 20},
            {"position": GIVORS},
            "No site is possible: farther than they go (1).",
            "To go as far as 26 km, to Rhône Relation Client.",
        ),
        (
            {},
            {"needs": frozenset({"it"})},
            "No site is possible: a language is lacking (1).",
            "The languages that Rhône Relation Client asks for.",
        ),
        (
            {"is_minor": True},
            {"hours": (*((9 * 60, 18 * 60),) * 4, None, (9 * 60, 18 * 60), None)},
            "No site is possible: too few hours in common (1).",
            "More hours in common with Rhône Relation Client: evenings or weekends.",
        ),
        (
            {"is_minor": True, "availability": frozenset({"saturdays"})},
            {"hours": (*((9 * 60, 18 * 60),) * 4, None, (9 * 60, 18 * 60), None)},
            "No site is possible: hours that a minor may not work (1).",
            "Hours at Rhône Relation Client that a minor may work.",
        ),
        (
            {},
            {"is_fresh": False},
            "No site is possible: places to be confirmed again (1).",
            "That Rhône Relation Client confirms its places again.",
        ),
        (
            {},
            {"tutors": frozenset({"tutor"})},
            "No site is possible: no tutor may follow (1).",
            "A tutor at Rhône Relation Client who may follow a student.",
        ),
        (
            {},
            {"who_chooses": "host"},
            "The sites that are possible choose for themselves: Rhône Relation Client.",
            "To present them to Rhône Relation Client.",
        ),
        (
            {"zone": "paris"},
            {},
            "There is no site in their zones.",
            "A site in one of their zones, or one more zone they could move to.",
        ),
        ({"near_km": 20}, {"position": GIVORS, "is_fresh": False}, None, ""),
    ],
)
def test_each_rule_says_what_it_keeps_out_and_what_would_lift_it(facts, there, blocked, unblocks):
    problem = Problem((student("oscar", **facts),), (site("rhone", **there),), (Tutor("tutor", 2, is_eligible=False),))
    one = propose(problem).unplaced[0]
    assert blocked is None or sentences.blocked(one, KNOWN) == blocked
    assert sentences.unblocks(one, KNOWN) == unblocks


def test_a_site_too_far_says_both_distances():
    problem = Problem((student("oscar", near_km=20),), (site("rhone", position=GIVORS),))
    (removed,) = propose(problem).unplaced[0].removed
    assert sentences.removed(removed, KNOWN) == "Rhône Relation Client: 26 km, for a limit of 20 km."


def test_a_pin_against_a_rule_says_so_and_one_without_room_too():
    people = (student("jeanne", near_km=20), student("nils"))
    problem = Problem(people, (site("rhone", position=GIVORS),), pins=(("jeanne", "rhone"), ("nils", "rhone")))
    plan = propose(problem)
    assert sentences.why(of(plan, "jeanne")) == ["settled by hand", "26 km", "against a rule: farther than they go"]
    assert sentences.blocked(of(plan, "nils"), KNOWN) == "Settled at Rhône Relation Client, where no place is left."


def test_another_plan_says_who_comes_goes_and_moves():
    people = (student("jeanne", wishes=("rhone",)), student("nils"))
    problem = Problem(people, (site("rhone"), site("part-dieu", seats=0)))
    before = propose(problem)
    after = propose(changed(problem, pin=("nils", "rhone")))
    assert sentences.changes(difference(before, after), KNOWN) == [
        "Nils Abergault: a place at Rhône Relation Client.",
        "Jeanne Corvisart: without a place, no longer at Rhône Relation Client.",
    ]
    both = propose(changed(changed(problem, pin=("nils", "rhone")), one_more="part-dieu"))
    assert sentences.changes(difference(before, both), KNOWN) == [
        "Nils Abergault: a place at Rhône Relation Client.",
        "Jeanne Corvisart: from Rhône Relation Client to Part-Dieu Assurances.",
    ]
    assert sentences.changes(difference(before, before), KNOWN) == ["Nothing would change."]


def test_between_runs_hosts_come_by_what_they_are_worth_to_all():
    people = (student("jeanne", wishes=("rhone",)), student("nils"), student("zoe"))
    free = site("garonne", position=GIVORS, seats=3)
    problem = Problem(people, (site("rhone"), free, site("part-dieu", needs=frozenset({"it"}))))
    ranked = rank_for("zoe", problem, propose(problem))
    assert [one.fit.site for one in ranked] == ["garonne", "rhone", "part-dieu"]
    said = {one.fit.site: sentences.host(one, KNOWN) for one in ranked}
    assert said["garonne"] == "Garonne Contact: 26 km, a place is free there."
    assert said["rhone"] == "Rhône Relation Client: 9 km, full."
    assert said["part-dieu"] == "Part-Dieu Assurances: not possible, a language is lacking."


def test_no_sentence_tells_a_price_or_points():
    people = tuple(student(f"s{n}", near_km=20 + n) for n in range(9))
    problem = Problem(people, (site("rhone", seats=2), site("part-dieu", position=GIVORS, seats=1)))
    plan = propose(problem)
    said = [sentences.verdict(plan), *sentences.proof(plan)]
    said += [text for line in plan.lines for text in (*sentences.why(line), sentences.instead(line, KNOWN))]
    said += [text for one in plan.unplaced for text in (sentences.blocked(one, KNOWN), sentences.unblocks(one, KNOWN))]
    said += [sentences.seat(site, price, KNOWN) for site, price in plan.prices.items()]
    assert not [text for text in said if re.search(r"\bpoint|\b\d{3,}\b|-\d", text)]

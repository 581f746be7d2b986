"""Small problems of every kind, for Hypothesis to draw."""

from hypothesis import strategies as st

from placements.matching.problem import Place, Problem, Site, Student, Tutor, Weights

ZONES = ("lyon", "paris")
SLOTS = ("evenings", "saturdays", "sundays")
WEEKDAYS = ((9 * 60, 19 * 60),) * 5
WEEKS = (
    None,
    (*WEEKDAYS, None, None),
    (*WEEKDAYS, (9 * 60, 18 * 60), None),
    ((8 * 60, 22 * 60),) * 7,
    (*((14 * 60, 22 * 60),) * 5, (14 * 60, 20 * 60), None),
    (None, None, None, None, (10 * 60, 20 * 60), (9 * 60, 20 * 60), (9 * 60, 20 * 60)),
)


@st.composite
def positions(draw):
    """Around Lyon and around Paris, or unknown."""
    if draw(st.integers(0, 4)) == 0:
        return None
    north, east = draw(st.sampled_from([(45.76, 4.83), (48.86, 2.35)]))
    tenths = st.integers(-5, 5)
    return Place(north + draw(tenths) / 17, east + draw(tenths) / 13, draw(st.booleans()))


def few(values, most=2):
    return st.frozensets(st.sampled_from(values), max_size=most)


@st.composite
def students(draw, key, sites):
    zone = draw(st.sampled_from(ZONES))
    wishes = draw(st.lists(st.sampled_from([*sites, "gone"]), max_size=3, unique=True))
    return Student(
        key,
        zone,
        draw(few(ZONES)) - {zone},
        draw(positions()),
        draw(st.sampled_from([None, None, 15, 40, 80])),
        draw(st.sampled_from([None, 60, 700])),
        draw(few(("en", "es", "fr"), 3)),
        draw(few(SLOTS, 3)),
        draw(st.booleans()),
        draw(st.sampled_from([frozenset(), frozenset({0, 1})])),
        draw(st.sampled_from(["", "", "a", "b"])),
        tuple(wishes),
    )


@st.composite
def sites(draw, key, students, tutors):
    return Site(
        key,
        draw(st.sampled_from(ZONES)),
        draw(positions()),
        draw(st.integers(0, 3)),
        draw(st.integers(0, 3)),
        draw(few(("en", "es"), 1)) if draw(st.integers(0, 3)) == 0 else frozenset(),
        draw(few(("en", "es", "fr"), 3)),
        draw(st.sampled_from(WEEKS)),
        draw(few(tutors, 3)) if tutors and draw(st.booleans()) else frozenset(),
        draw(st.integers(0, 7)) > 0,
        draw(st.sampled_from(["lead"] * 6 + ["host"])),
        draw(st.sampled_from(["", "", "a"])),
        draw(few(students)),
    )


@st.composite
def loose_problems(draw, most=6):
    """Few rules, so that students press for the same seats: what moves, and what one seat more would do."""
    names = [f"s{number}" for number in range(draw(st.integers(2, most)))]
    tutors = tuple(Tutor(f"t{n}", draw(st.integers(0, 2))) for n in range(draw(st.integers(0, 3))))
    places = []
    for number in range(draw(st.integers(1, 4))):
        shared = draw(few([t.key for t in tutors], 2)) if tutors else frozenset()
        places.append(Site(f"h{number}", "lyon", draw(positions()), draw(st.integers(0, 2)), tutors=shared))
    pairs = st.tuples(st.sampled_from(names), st.sampled_from([place.key for place in places]))
    people = tuple(Student(name, "lyon", position=draw(positions()), near_km=120) for name in names)
    return Problem(
        people,
        tuple(places),
        tutors,
        pins=_pins(draw, pairs, 1),
        exclusions=tuple(draw(st.sets(pairs, max_size=6))),
        keep=tuple(draw(st.sets(pairs, max_size=3))),
        weights=draw(st.sampled_from([Weights(), Weights(balance=200), Weights(balance=0, keep=0)])),
    )


@st.composite
def strict_problems(draw, most=5):
    """Every rule there is."""
    names = [f"s{number}" for number in range(draw(st.integers(0, most)))]
    hosts = [f"h{number}" for number in range(draw(st.integers(0, 4)))]
    tutors = tuple(
        Tutor(f"t{n}", draw(st.integers(0, 2)), draw(st.integers(0, 4)) > 0) for n in range(draw(st.integers(0, 3)))
    )
    known = [tutor.key for tutor in tutors]
    people = tuple(draw(students(name, hosts)) for name in names)
    places = tuple(draw(sites(host, [*names, "gone"], known)) for host in hosts)
    if not (names and hosts):
        return Problem(people, places, tutors)
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(hosts))
    return Problem(
        people,
        places,
        tutors,
        pins=_pins(draw, pairs, 2),
        exclusions=tuple(draw(st.sets(pairs, max_size=3))),
        keep=tuple(draw(st.sets(pairs, max_size=4))),
        weights=draw(
            st.sampled_from([Weights(), Weights(balance=200), Weights(commute=900, bad_below=700, bad_divisor=400)])
        ),
    )


def _pins(draw, pairs, most):
    return tuple(dict(draw(st.sets(pairs, max_size=most))).items())


problems = st.one_of(strict_problems(), loose_problems())

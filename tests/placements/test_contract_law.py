"""What the law asks of a contract, to the day: ages, lengths, deadlines in *jours ouvrables*, silence."""

from datetime import date, timedelta

import holidays
import pytest

from cohorts import rhythm
from partnership.templatetags.figures import longdate
from placements import contract_law as law
from placements.contract_law import BreakFacts, Caution, Facts, Refusal
from placements.contract_law.deadlines import add_jours_ouvrables
from placements.contract_law.findings import hours_of
from placements.contract_law.presence import day_at_the_host, days_at_the_host
from placements.states import BeyondAge, BreakCause, ContractKind, ContractState

A, P, Q = ContractKind.APPRENTICESHIP, ContractKind.PROFESSIONALISATION, ContractKind.QUALIFICATION
START = date(2026, 9, 14)
YEAR = date(2027, 9, 13)


def facts(kind: ContractKind = A, **said) -> Facts:
    """A contract of twelve months of somebody of twenty, to which the law has nothing to say."""
    usual = {"on": date(2026, 9, 1), "starts_on": START, "ends_on": YEAR, "born_on": date(2006, 5, 14)}
    usual |= {"works_from": START, "course_from": START, "course_until": date(2027, 8, 31), "training_hours": 402}
    return Facts(kind=kind, **(usual | said))


def told(of: Facts) -> list[tuple[type, str]]:
    return [(type(one), one.article) for one in law.findings(of)]


# -- the table of domain.md, § 3.9 ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_on", "last"),
    [
        (date(2026, 9, 1), date(2026, 9, 7)),
        (date(2026, 9, 14), date(2026, 9, 19)),
        (date(2026, 10, 28), date(2026, 11, 3)),
    ],
)
def test_a_contract_is_filed_within_five_jours_ouvrables_of_the_start_of_execution(starts_on, last):
    assert law.filing_deadline(A, starts_on) == last


def test_jours_ouvrables_are_those_that_another_calendar_counts():
    french = holidays.France(years=range(2024, 2030))
    day = date(2024, 1, 1)
    while day < date(2028, 12, 1):
        expected, left = day, 5
        while left:
            expected += timedelta(days=1)
            left -= expected.weekday() != 6 and expected not in french
        assert add_jours_ouvrables(day, 5) == expected, day
        day += timedelta(days=1)


def test_a_professionalisation_contract_is_filed_within_five_days_each_of_them_counted():
    assert law.filing_deadline(P, date(2026, 9, 14)) == date(2026, 9, 19)
    assert law.filing_deadline(P, date(2026, 9, 15)) == date(2026, 9, 20)


def test_what_is_not_known_of_another_time_is_not_said():
    assert law.filing_deadline(Q, date(2002, 9, 16)) is None
    assert law.silence_means(Q, date(2002, 9, 20)) is None
    assert told(facts(A, on=date(2010, 9, 1), starts_on=date(2010, 9, 1), ends_on=date(2011, 8, 31))) == [(Caution, "")]


def test_silence_refuses_an_apprentice_and_accepts_a_professionalisation_contract():
    filed = date(2026, 9, 18)
    assert (law.answer_by(A, filed), law.silence_means(A, filed)) == (date(2026, 10, 8), ContractState.REFUSED)
    assert (law.answer_by(P, filed), law.silence_means(P, filed)) == (date(2026, 10, 8), ContractState.ACCEPTED)


def test_each_date_has_its_kinds_of_contract():
    assert law.kinds_on(date(2002, 9, 16)) == [A, Q]
    assert law.kinds_on(date(2004, 10, 15)) == [A, Q, P]
    assert law.kinds_on(START) == [A, P]
    (refusal,) = law.findings(facts(Q))
    assert isinstance(refusal, Refusal)
    assert (law.operator_word(date(2002, 9, 16)), law.operator_word(START)) == ("OPCA", "OPCO")


# -- the rules, each broken alone -------------------------------------------------------------------------------------


def test_a_contract_in_order_has_nothing_said_of_it():
    assert told(facts()) == []
    assert told(facts(P, ends_on=date(2027, 9, 13))) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # R1: the eve of the thirtieth birthday, and the day itself
        ({"born_on": date(1996, 9, 15)}, []),
        ({"born_on": date(1996, 9, 14)}, [(Refusal, "L6222-1")]),
        ({"born_on": date(1996, 9, 14), "beyond_age": BeyondAge.SUCCESSION}, []),
        ({"born_on": date(1990, 1, 1), "beyond_age": BeyondAge.SUCCESSION}, [(Refusal, "L6222-1")]),
        ({"born_on": date(1970, 1, 1), "beyond_age": BeyondAge.NO_LIMIT}, []),
        ({"born_on": None}, [(Caution, "L6222-1")]),
        # R2: six months to the day, one less; three years to the day, one more
        ({"ends_on": date(2027, 3, 13), "course_until": None, "training_hours": 201}, []),
        ({"ends_on": date(2027, 3, 12), "course_until": None}, [(Refusal, "L6222-7-1")]),
        ({"ends_on": date(2029, 9, 13), "course_until": None, "training_hours": 1300}, []),
        ({"ends_on": date(2029, 9, 14), "course_until": None, "training_hours": 1300}, [(Refusal, "L6222-7-1")]),
        # R3 and R4
        ({"works_from": date(2026, 12, 14)}, []),
        ({"works_from": date(2026, 12, 15)}, [(Refusal, "L6222-12")]),
        ({"course_from": date(2026, 12, 15)}, [(Refusal, "L6222-12")]),
        ({"works_from": date(2026, 9, 13)}, [(Refusal, "L6222-12")]),
        ({"course_from": date(2026, 6, 14)}, []),
        ({"course_from": date(2026, 6, 13)}, [(Refusal, "L6222-12-1")]),
        # R5: the one that the State's own tool tolerates
        ({"course_until": date(2027, 7, 13)}, []),
        ({"course_until": date(2027, 7, 12)}, [(Caution, "doctrine")]),
        # R6
        ({"training_hours": 401}, [(Refusal, "L6211-2")]),
        ({"training_hours": None}, [(Caution, "L6211-2")]),
        # R7
        ({"on": date(2026, 9, 19)}, []),
        ({"on": date(2026, 9, 21)}, [(Caution, "D6224-1")]),
        ({"on": date(2026, 11, 1), "filed_on": date(2026, 9, 19)}, []),
    ],
)
def test_an_apprenticeship_is_held_against_each_article(said, expected):
    assert told(facts(**said)) == expected


def test_somebody_of_sixteen_needs_a_guardian_and_a_medical_visit_before_the_first_day():
    young = {"born_on": date(2010, 5, 1)}
    assert told(facts(**young)) == [(Refusal, "L3162-1 s."), (Caution, "R4624-18")]
    there = young | {"guardian": "Parent fictif"}
    assert told(facts(**there)) == [(Caution, "R4624-18")]
    assert (Refusal, "L3162-1 s.") in told(facts(**there, weekly_minutes=36 * 60))
    assert told(facts(**there, on=START)) == [(Refusal, "R4624-18")]
    assert told(facts(**there, medical_visit_on=date(2026, 9, 10))) == []
    assert told(facts(**there, medical_visit_on=date(2026, 9, 15))) == [(Refusal, "R4624-18")]
    assert told(facts(born_on=date(2011, 5, 1), guardian="P", medical_visit_on=START)) == [(Caution, "L6222-1")]
    assert told(facts(born_on=date(2011, 9, 15), guardian="P", medical_visit_on=START)) == [(Refusal, "L6222-1")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"born_on": date(1999, 1, 1)}, [(Caution, "L6325-1")]),
        ({"ends_on": date(2027, 3, 12), "training_hours": 160}, [(Refusal, "L6325-11")]),
        ({"ends_on": date(2027, 9, 14), "training_hours": 300}, [(Caution, "L6325-11")]),
        ({"ends_on": date(2029, 9, 14), "training_hours": 900}, [(Refusal, "L6325-11")]),
        ({"ends_on": date(2027, 3, 13), "training_hours": 149}, [(Refusal, "L6325-13")]),
        ({"training_hours": 241}, [(Refusal, "L6325-13")]),
        ({"training_hours": 242}, []),
        ({"training_hours": 403}, [(Caution, "L6325-13")]),
    ],
)
def test_a_professionalisation_contract_is_held_against_each_article(said, expected):
    assert told(facts(P, **said)) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, []),
        ({"habilitation": ""}, [(Refusal, "L981-2")]),
        ({"born_on": date(1976, 9, 17)}, []),
        ({"born_on": date(1976, 9, 16)}, [(Refusal, "L981-1")]),
        ({"ends_on": date(2003, 3, 14), "training_hours": 300}, [(Refusal, "L981-1")]),
        ({"ends_on": date(2004, 9, 16), "training_hours": 900}, [(Refusal, "L981-1")]),
        ({"training_hours": 301}, [(Refusal, "L981-1")]),
    ],
)
def test_a_qualification_contract_of_2002_is_held_against_its_own_time(said, expected):
    usual = {"on": date(2002, 9, 1), "starts_on": date(2002, 9, 16), "ends_on": date(2003, 6, 15)}
    usual |= {"works_from": None, "course_from": None, "course_until": None, "born_on": date(1983, 5, 1)}
    usual |= {"habilitation": "75-2002-001", "training_hours": 302}
    found = told(facts(Q, **(usual | said)))
    # By when it was filed is not known, and said each time.
    assert found.pop() == (Caution, "")
    assert found == expected


def test_a_quarter_of_a_year_of_work_is_402_hours():
    assert hours_of(START, YEAR, 25, 1607) == 402
    assert hours_of(START, date(2027, 3, 13), 25, 1607) == 201


# -- R16 --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"weekly_minutes": 35 * 60}, []),
        ({"weekly_minutes": 35 * 60 + 1}, [(Caution, "L6222-24")]),
        # Of somebody whose age is not known both are said.
        ({"weekly_minutes": 39 * 60, "born_on": None}, [(Caution, "L6222-1"), (Caution, "L6222-24")]),
    ],
)
def test_more_than_35_hours_a_week_are_looked_at_for_the_hours_in_school_are_among_them(said, expected):
    assert told(facts(**said)) == expected


def test_of_another_contract_nothing_is_said_of_the_hours_a_week():
    assert told(facts(P, weekly_minutes=39 * 60)) == []


# -- breaks: R9 and R10 -----------------------------------------------------------------------------------------------

# School on Mondays and Tuesdays from 14 September 2026, in the school zone of Paris. By hand: three days a week in the
# company but five in the autumn holidays, and not on 11 November; the 45th is the last before the Christmas holidays.
CALENDAR = rhythm.calendar(rhythm.Pattern.of_weekdays(0, 1), START, date(2027, 7, 2), rhythm.in_zone("C"))
UNKNOWN_HOLIDAYS = rhythm.calendar(rhythm.Pattern.of_weekdays(0, 1), START, date(2027, 7, 2), ())
LAST_FREE_DAY = date(2026, 12, 18)
EMPLOYER, STUDENT = BreakCause.PROBATION_EMPLOYER, BreakCause.PROBATION_APPRENTICE


def broken(cause: BreakCause, on: date, **said) -> list[tuple[type, str]]:
    usual = {"started_on": START, "kind": A, "calendar": CALENDAR}
    found = law.break_findings(BreakFacts(cause=cause, on=on, **(usual | said)))
    return [(type(one), one.article) for one in found]


def test_the_days_at_the_host_are_those_that_are_neither_of_school_nor_holidays():
    assert days_at_the_host(CALENDAR, START, START) == 0
    assert days_at_the_host(CALENDAR, START, date(2026, 9, 18)) == 3
    # In the autumn holidays all five.
    assert days_at_the_host(CALENDAR, date(2026, 10, 19), date(2026, 10, 25)) == 5
    assert days_at_the_host(CALENDAR, date(2026, 11, 9), date(2026, 11, 15)) == 2
    assert days_at_the_host(CALENDAR, START, LAST_FREE_DAY) == 45
    assert day_at_the_host(CALENDAR, START, 45) == LAST_FREE_DAY
    # Before the training and after it no day is of school; nor is any known without a calendar.
    assert days_at_the_host(CALENDAR, date(2026, 9, 7), date(2026, 9, 13)) == 5
    assert days_at_the_host(None, START, date(2026, 9, 18)) == 5


@pytest.mark.parametrize("cause", [EMPLOYER, STUDENT])
def test_either_side_leaves_freely_until_the_45th_day_at_the_host_and_not_on_the_next(cause):
    assert broken(cause, START) == []
    assert broken(cause, LAST_FREE_DAY) == []
    assert broken(cause, LAST_FREE_DAY + timedelta(days=2)) == []  # a Sunday
    assert broken(cause, date(2026, 12, 21)) == [(Refusal, "L6222-18")]


def test_days_of_absence_do_not_count():
    on = date(2026, 12, 23)
    assert days_at_the_host(CALENDAR, START, on) == 48
    assert broken(STUDENT, on, absent=3) == []
    assert broken(STUDENT, on, absent=2) == [(Refusal, "L6222-18")]
    assert broken(STUDENT, on, absent=49) == [(Refusal, "")]
    assert broken(BreakCause.AGREEMENT, on, absent=49) == [(Refusal, "")]


def test_what_the_calendar_does_not_say_is_not_concluded():
    # Without a rhythm, days of school are counted too: the 45th is a Monday, at the earliest.
    assert broken(STUDENT, date(2026, 11, 16), calendar=None) == []
    assert broken(STUDENT, date(2026, 11, 17), calendar=None) == [(Caution, "L6222-18")]
    # Without the school holidays there are as many days at the host, or more.
    day = day_at_the_host(UNKNOWN_HOLIDAYS, START, 45)
    assert day > LAST_FREE_DAY
    assert broken(STUDENT, day, calendar=UNKNOWN_HOLIDAYS) == [(Caution, "L6222-18")]
    after = day_at_the_host(UNKNOWN_HOLIDAYS, START, 46)
    assert broken(STUDENT, after, calendar=UNKNOWN_HOLIDAYS) == [(Refusal, "L6222-18")]


def test_the_first_days_are_of_an_apprenticeship_contract_alone():
    assert broken(STUDENT, START, kind=P) == [(Refusal, "L6222-18")]
    (finding,) = law.break_findings(BreakFacts(STUDENT, START, START, kind=P, calendar=CALENDAR))
    # A fixed-term contract has its own trial period: these days alone are not its own.
    assert "45" in finding.sentence
    assert broken(STUDENT, date(2002, 9, 20), kind=Q, started_on=date(2002, 9, 16)) == [(Refusal, "L117-17")]
    assert broken(STUDENT, START, kind="") == [(Caution, "L6222-18")]
    # Whatever the contract is, it is none in which they still last.
    assert broken(STUDENT, date(2026, 12, 21), kind="") == [(Refusal, "L6222-18")]


def test_in_2002_they_were_the_first_two_months_and_of_other_times_nothing_is_known():
    begun = date(2002, 9, 16)
    assert broken(EMPLOYER, date(2002, 11, 15), started_on=begun, calendar=None) == []
    assert broken(EMPLOYER, date(2002, 11, 16), started_on=begun, calendar=None) == [(Refusal, "L117-17")]
    assert broken(BreakCause.RESIGNATION, date(2003, 3, 1), started_on=begun) == []
    assert broken(EMPLOYER, date(2010, 9, 20), started_on=date(2010, 9, 13)) == [(Caution, "")]
    assert broken(BreakCause.DISMISSAL, date(2010, 9, 20), started_on=date(2010, 9, 13)) == []


@pytest.mark.parametrize(
    ("begun", "last"),
    [
        # A month that has no such day ends with its own last one.
        (date(2002, 7, 31), date(2002, 9, 30)),
        (date(2002, 7, 30), date(2002, 9, 29)),
        (date(2002, 12, 29), date(2003, 2, 28)),
        (date(2002, 12, 28), date(2003, 2, 27)),
        (date(2002, 8, 1), date(2002, 9, 30)),
    ],
    ids=str,
)
def test_two_months_end_on_the_eve_of_the_same_day_or_with_the_month_that_has_none(begun, last):
    said = {"started_on": begun, "calendar": None}
    assert broken(EMPLOYER, last, **said) == []
    assert broken(EMPLOYER, last + timedelta(days=1), **said) == [(Refusal, "L117-17")]
    assert longdate(last) in law.first_days(begun, kind=A)


@pytest.mark.parametrize(
    ("cause", "before", "after"),
    [
        (BreakCause.AGREEMENT, [], []),
        (BreakCause.RESIGNATION, [(Caution, "L6222-18")], [(Caution, "L6222-18, D6222-21-1")]),
        (BreakCause.DISMISSAL, [(Caution, "L6222-18")], [(Caution, "L6222-18")]),
        (BreakCause.HEALTH, [], []),
        (BreakCause.SCHOOL_EXCLUSION, [], []),
        (BreakCause.EMPLOYER_CLOSES, [], []),
        (BreakCause.LEFT_COURSE, [], []),
        (BreakCause.OTHER, [], [(Caution, "L6222-18")]),
    ],
)
def test_every_other_cause_is_recorded_and_looked_at_where_the_law_asks_for_more(cause, before, after):
    assert broken(cause, LAST_FREE_DAY) == before
    assert broken(cause, date(2026, 12, 21)) == after
    # Of other contracts, and of one that is not known, nothing is concluded.
    for kind in (P, ""):
        assert broken(cause, date(2026, 12, 21), kind=kind) == []


def test_a_resignation_says_when_the_mediator_and_the_employer_had_to_know():
    (finding,) = law.break_findings(
        BreakFacts(BreakCause.RESIGNATION, date(2027, 3, 20), START, kind=A, calendar=CALENDAR)
    )
    # Seven days, and five more.
    assert longdate(date(2027, 3, 13)) in finding.sentence and longdate(date(2027, 3, 8)) in finding.sentence


def test_the_term_of_the_first_days_is_told_with_what_is_not_known_of_it():
    known = law.first_days(START, kind=A, calendar=CALENDAR)
    assert longdate(LAST_FREE_DAY) in known and "L6222-18" in known and "absences" in known
    assert f"{longdate(date(2026, 11, 16))} au plus tôt" in law.first_days(START)
    assert "ou avant" in law.first_days(START, calendar=UNKNOWN_HOLIDAYS)
    assert longdate(date(2002, 11, 15)) in law.first_days(date(2002, 9, 16), kind=A)
    assert law.first_days(START, kind=P) == law.first_days(date(2010, 9, 13)) == ""


# -- what must not be kept --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "Son numéro : 2 84 05 88 321 025 91",
        "184127645108946",
        "1841276451089",
        "2 84 05 2A 321 025",
        "IBAN FR14 2004 1010 0505 0001 3M02 606, merci",
        "fr1420041010050500013m02606",
        "De nationalité italienne",
    ],
)
def test_what_belongs_to_the_operators_portal_alone_is_refused(typed):
    assert law.not_to_be_kept(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "SIRET 732 829 320 00074, IDCC 2098",
        "04 65 71 00 12 ou +33 6 39 98 12 34",
        "Du 14/09/2026 au 13/09/2027, 35 h, badge 123456",
        "Code diplôme 45231201, RNCP38677",
    ],
)
def test_what_a_contract_needs_is_kept(typed):
    assert not law.not_to_be_kept(typed)

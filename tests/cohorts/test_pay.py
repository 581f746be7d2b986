"""The pay estimate: domain.md's own figures, each step on its day, and silence where nothing is known."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.utils import translation

from cohorts import pay
from cohorts.pay import Contract, Estimate, Unknown, age_for_pay, estimate, year_of_contract
from cohorts.states import Level

APPRENTICE, PROFESSIONALISATION = Contract.APPRENTICESHIP, Contract.PROFESSIONALISATION
SMIC = Decimal("1823.03")
SEPTEMBER = date(2026, 9, 14)
# domain.md §2.2, line by line.
OF_APPRENTICES = {
    (16, 17): (27, 39, 55),
    (18, 20): (43, 51, 67),
    (21, 25): (53, 61, 78),
    (26, 45): (100, 100, 100),
}


@pytest.mark.parametrize(
    ("age", "year", "share"),
    [
        (age, year, share)
        for ages, shares in OF_APPRENTICES.items()
        for age in ages
        for year, share in enumerate(shares, start=1)
    ],
)
def test_an_apprentice_is_paid_by_age_and_year(age, year, share):
    found = estimate(APPRENTICE, on=SEPTEMBER, age=age, year=year)
    assert found.share == share
    assert abs(found.amount - SMIC * share / 100) <= Decimal("0.005")
    assert (found.minimum_wage, found.since) == (SMIC, date(2026, 1, 1))
    # From 21 the branch's own minimum counts where it is higher.
    assert found.share_of_branch == (share if age >= 21 else None)


@pytest.mark.parametrize(
    ("age", "year", "amount"),
    [
        (17, 1, "492.22"),
        (18, 1, "783.90"),
        (20, 2, "929.75"),
        (21, 1, "966.21"),
        (25, 3, "1421.96"),
        (26, 1, "1823.03"),
    ],
)
def test_euros_are_rounded_to_the_cent(age, year, amount):
    assert estimate(APPRENTICE, on=SEPTEMBER, age=age, year=year).amount == Decimal(amount)


@pytest.mark.parametrize(
    ("age", "level", "has_bac_pro", "share"),
    [
        (16, Level.BELOW_BAC, None, 55),
        (20, Level.BAC, False, 55),
        (20, Level.BAC, True, 65),
        (18, Level.BAC_2, None, 65),
        (21, Level.BELOW_BAC, None, 70),
        (25, Level.BAC, True, 80),
        (25, Level.BAC_3, None, 80),
        (26, Level.BELOW_BAC, None, 100),
        (26, "", None, 100),
    ],
)
def test_a_professionalisation_contract_is_paid_by_age_and_diploma(age, level, has_bac_pro, share):
    found = estimate(PROFESSIONALISATION, on=SEPTEMBER, age=age, level=level, has_bac_pro=has_bac_pro)
    assert found.share == share
    # « SMIC or 85 % SMC »: from 26 alone.
    assert found.share_of_branch == (85 if age >= 26 else None)


def test_the_whole_estimate_of_a_common_case():
    assert estimate(PROFESSIONALISATION, on=SEPTEMBER, age=19, level=Level.BELOW_BAC) == Estimate(
        Decimal("1002.67"), 55, SMIC, date(2026, 1, 1), None
    )


def test_a_certificate_after_a_bac_pro_adds_fifteen_points():
    found = estimate(APPRENTICE, on=SEPTEMBER, age=19, is_same_level=True)
    assert (found.share, found.amount, found.share_of_branch) == (58, Decimal("1057.36"), None)
    found = estimate(APPRENTICE, on=SEPTEMBER, age=22, is_same_level=True)
    assert (found.share, found.share_of_branch) == (68, 68)
    # A rule of apprentices: it changes nothing elsewhere.
    usual = estimate(PROFESSIONALISATION, on=SEPTEMBER, age=19, level=Level.BAC_2)
    assert estimate(PROFESSIONALISATION, on=SEPTEMBER, age=19, level=Level.BAC_2, is_same_level=True) == usual


# -- what is not known ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("contract", Contract)
@pytest.mark.parametrize("on", [date(2002, 9, 16), date(2025, 12, 31), date(2027, 1, 1), date(2027, 9, 13)])
def test_a_date_outside_the_table_is_not_known(contract, on):
    assert estimate(contract, on=on, age=26) is Unknown.DATE


@pytest.mark.parametrize("contract", Contract)
def test_the_first_and_the_last_day_of_a_row_are_known(contract):
    assert isinstance(estimate(contract, on=date(2026, 1, 1), age=26), Estimate)
    assert isinstance(estimate(contract, on=date(2026, 12, 31), age=26), Estimate)


@pytest.mark.parametrize(
    ("contract", "asked", "why"),
    [
        (APPRENTICE, {"age": 15}, Unknown.AGE),
        (PROFESSIONALISATION, {"age": 15, "level": Level.BELOW_BAC}, Unknown.AGE),
        (APPRENTICE, {"age": 18, "year": 4}, Unknown.YEAR),
        (APPRENTICE, {"age": 30, "year": 4}, Unknown.YEAR),
        (APPRENTICE, {"age": 18, "year": 0}, Unknown.YEAR),
        (PROFESSIONALISATION, {"age": 18}, Unknown.LEVEL),
        (PROFESSIONALISATION, {"age": 18, "level": Level.BAC}, Unknown.LEVEL),
        (APPRENTICE, {"age": 26, "is_same_level": True}, Unknown.POINTS),
    ],
)
def test_what_no_row_states_is_not_guessed(contract, asked, why):
    assert estimate(contract, on=SEPTEMBER, **asked) is why


def test_the_reason_is_a_sentence_in_both_languages():
    for language in ("fr", "en"):
        with translation.override(language):
            assert all(str(reason.label).endswith(".") for reason in Unknown)
    with translation.override("fr"):
        assert Unknown.DATE.label == "Les montants de cette date ne sont pas connus."


# -- the days on which pay changes ------------------------------------------------------------------------------------


def test_age_counts_from_the_month_after_the_birthday():
    assert age_for_pay(2008, 9, date(2026, 9, 30)) == 17
    assert age_for_pay(2008, 9, date(2026, 10, 1)) == 18
    assert age_for_pay(2008, 12, date(2026, 12, 31)) == 17
    assert age_for_pay(2008, 12, date(2027, 1, 1)) == 18


def test_the_year_changes_on_the_anniversary_of_execution():
    start = date(2026, 9, 14)
    assert year_of_contract(start, start - timedelta(days=1)) == 0
    assert year_of_contract(start, start) == 1
    assert year_of_contract(start, date(2027, 9, 13)) == 1
    assert year_of_contract(start, date(2027, 9, 14)) == 2
    assert year_of_contract(date(2028, 2, 29), date(2029, 2, 28)) == 1
    assert year_of_contract(date(2028, 2, 29), date(2029, 3, 1)) == 2


# -- the rows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["smic", *Contract])
def test_a_day_belongs_to_one_row_at_most(name):
    rows = pay._FIGURES[name]
    assert all(row["from"] <= row["until"] for row in rows)
    assert all(before["until"] < after["from"] for before, after in pairwise(rows))


@pytest.mark.parametrize("contract", Contract)
def test_an_age_belongs_to_one_row_and_none_is_left_out(contract):
    for grid in pay._FIGURES[contract]:
        assert grid["ages"][0]["from"] == 16 and "until" not in grid["ages"][-1]
        assert all(before["until"] + 1 == after["from"] for before, after in pairwise(grid["ages"]))

"""One pair judged without a library as the solver judges it; a plan read back as it was; who loads the libraries."""

import json
import subprocess
import sys

import pytest
from django.conf import settings as site_settings
from hypothesis import HealthCheck, event, given, settings

from placements.matching.answer import plan_as_data, plan_from_data
from placements.matching.pairs import broken_by_rules
from placements.matching.proposing import propose
from placements.matching.rules import Rule
from placements.matching.table import Table
from tests import runs

from .problems import problems, strict_problems

MANY = settings(
    max_examples=1_000 if runs.IS_LONG else 60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# What is asked where a line is accepted by other means: exclusions are the lead's, places and tutors the database's.
ELSEWHERE = Rule.EXCLUDED | Rule.TUTOR | Rule.HOST_CHOOSES


def both(problem):
    """Each pair of a problem, as judged alone and as judged by the solver's table."""
    table = Table(problem)
    for student in problem.students:
        for site in problem.sites:
            numbers = table.student_number[student.key], table.site_number[site.key]
            alone = broken_by_rules(student, site, problem.weights)
            yield alone, table.broken_by(*numbers) & ~ELSEWHERE


@pytest.mark.both
@pytest.mark.timeout(1800 if runs.IS_LONG else 120)
@MANY
@given(strict_problems())
def test_a_pair_judged_alone_breaks_the_rules_that_the_solver_says(problem):
    for alone, by_table in both(problem):
        event(f"breaks {alone!r}")
        assert alone == by_table


@pytest.mark.both
@pytest.mark.timeout(1800 if runs.IS_LONG else 120)
@MANY
@given(problems)
def test_a_plan_kept_as_json_is_read_back_as_it_was(problem):
    plan = propose(problem)
    assert plan_from_data(json.loads(json.dumps(plan_as_data(plan)))) == plan


PAGES = """
import sys
import django
django.setup()
import placements.services, placements.urls
print(sorted({"numpy", "ortools", "placements.matching.table"} & set(sys.modules)))
"""


def test_what_serves_pages_and_sends_letters_loads_no_library_of_the_solver():
    done = subprocess.run(
        [sys.executable, "-c", PAGES], capture_output=True, text=True, cwd=site_settings.BASE_DIR, timeout=100
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr

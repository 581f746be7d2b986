"""Where the rate of each step comes from, as the page of the forecast tells it: step by step, and nothing more."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from cohorts import projections
from cohorts.models import Enrolment
from cohorts.states import ApplicationState as S
from cohorts.states import Origin, Step
from partnership import clock
from partnership.measures import Census
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = datetime(2027, 6, 15, 10, 0, tzinfo=clock.PARIS)
LEARNS = {Step.ATTENDED, Step.ADMITTED, Step.ACCEPTED}
SEEN_BEFORE = LEARNS | {Step.PRESENT}
ROW = re.compile(r'<tr><th scope="row">([^<]*)</th>(?:(?!</tr>).)*?<td>([^<]*)</td></tr>')


@pytest.fixture(autouse=True)
def mid_june():
    with clock.travel(TODAY):
        yield


@pytest.fixture
def convention(mid_june):
    found = factories.convention()
    factories.planning_rates()
    return found


def cohort(starts_on):
    until = starts_on - timedelta(days=15)
    intake = factories.intake(starts_on=starts_on)
    return factories.cohort(
        of=intake, capacity=64, applications_from=starts_on - timedelta(days=160), applications_until=until
    )


def files(in_cohort, *states):
    for state in states:
        factories.application(in_cohort, state=state, created_at=TODAY, submitted_at=TODAY)


def sources(client) -> dict[Step, str]:
    page = client.get(reverse("cohorts:forecast")).content.decode().replace("\xa0", " ")
    rows = dict(ROW.findall(page))
    return {step: rows[str(step.label)] for step in Step}


def belief_of(convention, step):
    (found,) = projections.recruitments(Census(None, convention))
    return found.season.belief(step)


def test_each_step_tells_the_origin_of_its_own_rate(convention, coordinator, client_of):
    before, here = cohort(date(2026, 9, 15)), cohort(date(2027, 9, 15))
    came = factories.enrolment(before)
    Enrolment.objects.filter(pk=came.pk).update(present_at=clock.now(), present_by=factories.user())
    files(here, S.ENQUIRY, S.SUBMITTED, S.INTERVIEWED, S.INTERVIEWED, S.ADMITTED, S.CONFIRMED)
    told = sources(client_of(coordinator))
    assert {step for step, source in told.items() if "de cette saison" in source} == LEARNS
    assert {step for step, source in told.items() if str(Origin.LAST_INTAKE.label) in source} == SEEN_BEFORE
    assert {step for step, source in told.items() if source == Origin.PLANNING.label} == set(Step) - SEEN_BEFORE
    for step, source in told.items():
        assert str(belief_of(convention, step).origin.label) in source, step


def test_before_any_file_has_come_so_far_no_step_tells_of_this_season(convention, coordinator, client_of):
    files(cohort(date(2027, 9, 15)), S.ENQUIRY, S.SUBMITTED)
    assert set(sources(client_of(coordinator)).values()) == {str(Origin.PLANNING.label)}


def test_the_formula_leaves_it_to_the_table_which_steps_learn_from_this_season(convention, coordinator, client_of):
    files(cohort(date(2027, 9, 15)), S.SUBMITTED)
    page = client_of(coordinator).get(reverse("cohorts:forecast")).content.decode().replace("\xa0", " ")
    formula = page[page.index('id="formula"') :]
    assert "Les dossiers de cette saison ne comptent que là où ils sont nommés" in formula
    assert "Le taux d’une étape est ce que" not in formula
    assert '<th scope="col">D’après</th>' in page

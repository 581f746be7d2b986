"""Where the rate of each step comes from, as the page of the forecast tells it: step by step, and nothing more."""

import re
from datetime import date

import pytest
from django.urls import reverse

from cohorts import projections
from cohorts.models import Enrolment
from cohorts.states import ApplicationState as S
from cohorts.states import Origin, Step
from partnership import clock
from partnership.measures import Census
from tests import factories

from .foreseeing import cohort, files

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mid_june")]
LEARNS = {Step.ATTENDED, Step.ADMITTED, Step.ACCEPTED}
SEEN_BEFORE = LEARNS | {Step.PRESENT}
ROW = re.compile(r'<tr><th scope="row">([^<]*)</th>(?:(?!</tr>).)*?<td>([^<]*)</td></tr>')


def sources(client) -> dict[Step, str]:
    page = client.get(reverse("cohorts:forecast")).content.decode().replace("\xa0", " ")
    rows = dict(ROW.findall(page))
    return {step: rows[str(step.label)] for step in Step}


def belief_of(convention, step):
    (found,) = projections.recruitments(Census(None, convention))
    return found.season.belief(step)


def test_each_step_tells_the_origin_of_its_own_rate(convention, coordinator, client_of):
    before, here = cohort(starts_on=date(2026, 9, 15)), cohort()
    came = factories.enrolment(before)
    Enrolment.objects.filter(pk=came.pk).update(present_at=clock.now(), present_by=factories.user())
    for state in (S.ENQUIRY, S.SUBMITTED, S.INTERVIEWED, S.INTERVIEWED, S.ADMITTED, S.CONFIRMED):
        files(here, state)
    told = sources(client_of(coordinator))
    assert {step for step, source in told.items() if "de cette saison" in source} == LEARNS
    assert {step for step, source in told.items() if str(Origin.LAST_INTAKE.label) in source} == SEEN_BEFORE
    assert {step for step, source in told.items() if source == Origin.PLANNING.label} == set(Step) - SEEN_BEFORE
    for step, source in told.items():
        assert str(belief_of(convention, step).origin.label) in source, step


def test_before_any_file_has_come_so_far_no_step_tells_of_this_season(convention, coordinator, client_of):
    here = cohort()
    files(here, S.ENQUIRY), files(here, S.SUBMITTED)
    assert set(sources(client_of(coordinator)).values()) == {str(Origin.PLANNING.label)}


def test_the_formula_leaves_it_to_the_table_which_steps_learn_from_this_season(convention, coordinator, client_of):
    files(cohort(), S.SUBMITTED)
    page = client_of(coordinator).get(reverse("cohorts:forecast")).content.decode().replace("\xa0", " ")
    formula = page[page.index('id="formula"') :]
    assert "Les dossiers de cette saison ne comptent que là où ils sont nommés" in formula
    assert "Le taux d’une étape est ce que" not in formula
    assert '<th scope="col">D’après</th>' in page

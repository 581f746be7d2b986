"""From the files as they stand to the forecast, in few statements; and the page that tells it."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects
from django.urls import reverse

from cohorts import projections as ours
from cohorts import services
from cohorts.forecast import AT_RISK
from cohorts.models import Application, Cohort, Enrolment, PlanningRate
from cohorts.states import ApplicationState as S
from cohorts.states import Coming, Origin, Step
from partnership import clock, measures, projections
from partnership.measures import Census
from partnership.models import Convention, JournalEntry
from tests import factories

from .foreseeing import RENTREE, TODAY, cohort, files, promise, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mid_june")]


@pytest.fixture
def milestone(convention):
    return factories.milestone(convention)


def only(convention):
    (found,) = ours.recruitments(Census(None, convention))
    return found


# -- from rows --------------------------------------------------------------------------------------------------------


def test_a_file_counts_at_its_stage_and_drafts_nowhere(convention, milestone):
    here = cohort()
    for number, state in enumerate((S.ENQUIRY, S.SUBMITTED, S.NO_SHOW, S.WAITLISTED, S.ADMITTED), start=1):
        files(here, state, number)
    files(here, S.DRAFT, 3, submitted_at=None)
    (pool,) = only(convention).season.pools
    counted = {state: pool.at(state) for state in (S.ENQUIRY, S.SUBMITTED, S.NO_SHOW, S.WAITLISTED, S.ADMITTED)}
    assert list(counted.values()) == [1, 2, 3, 4, 5]
    assert sum(pool.files) == 15
    assert (pool.days_to_start, pool.days_to_apply, pool.places) == (92, 78, 64)


def test_whoever_hesitates_is_at_risk_and_weighs_less(convention, milestone):
    # As many places as students, whom no others follow: only what they weigh can change.
    here = cohort(capacity=20, applications_until=date(2027, 6, 14))
    promise(milestone, 20)
    students = [factories.enrolment(here, since=TODAY - timedelta(days=60)) for _ in range(20)]
    sure = told(convention)
    hesitant = [student.pk for student in students[:10]]
    Enrolment.objects.filter(pk__in=hesitant).update(answer=Coming.HESITATES, answered_at=clock.now())
    (pool,) = only(convention).season.pools
    assert (pool.at(AT_RISK), pool.at(S.CONFIRMED)) == (10, 10)
    doubtful = told(convention)
    assert (sure.at_risk, doubtful.at_risk) == (0, 10)
    # Nine in ten of the others come, and half of these.
    assert abs(sure.likely - 18) <= 1 and abs(doubtful.likely - 14) <= 1


def test_a_step_is_seen_in_those_who_passed_it_and_those_who_left_there(convention, milestone):
    here = cohort()
    files(here, S.SUBMITTED, 7)
    files(here, S.INTERVIEWED, 2)
    files(here, S.CONFIRMED, 3)
    files(here, S.REJECTED, 4, left_from=S.INTERVIEWED)
    files(here, S.UNREACHABLE, 5, left_from=S.SUBMITTED)
    files(here, S.WITHDRAWN, 1, left_from=S.CONFIRMED)
    (pool,) = only(convention).season.pools
    seen = dict(zip(Step, pool.seen, strict=True))
    assert seen[Step.ATTENDED] == (2 + 3 + 4 + 1, 5)
    assert seen[Step.ADMITTED] == (3 + 1, 4)
    assert seen[Step.ACCEPTED] == (3 + 1, 0)
    # Who will be present is seen on the first day, and who began as an enquiry is not to be read off a file.
    assert seen[Step.PRESENT] == seen[Step.REACHED] == (0, 0)


def test_what_came_in_the_last_four_weeks_is_a_pace(convention, milestone):
    here = cohort()
    for days in (0, 3, 27, 28, 50):
        at = TODAY - timedelta(days=days)
        files(here, S.SUBMITTED, created_at=at, submitted_at=at)
    # Asked before, applied since: it counts where it is now, and not among those who come.
    files(here, S.SUBMITTED, submitted_at=TODAY)
    files(here, S.ENQUIRY, created_at=TODAY, submitted_at=None)
    assert told(convention).received_per_week == Fraction(3, 4)


def test_a_cohort_that_has_just_opened_has_fewer_days_to_look_at(convention, milestone):
    here = cohort(applications_from=date(2027, 6, 9))
    files(here, S.SUBMITTED, 7, created_at=TODAY, submitted_at=TODAY)
    assert told(convention).received_per_week == 7


def test_the_last_intake_says_more_than_the_plan(convention, milestone):
    before, here = cohort(starts_on=date(2026, 9, 15)), cohort()
    files(here, S.SUBMITTED, 30)
    files(before, S.CONFIRMED, 5)
    files(before, S.DECLINED, 15, left_from=S.ADMITTED)
    season = only(convention).season
    assert season.belief(Step.ACCEPTED).origin == Origin.LAST_INTAKE
    assert season.belief(Step.ACCEPTED).rate < 0.4
    # Nobody was seen to arrive: it was not recorded, and says nothing.
    assert season.belief(Step.PRESENT).origin == Origin.PLANNING
    assert len(season.pools) == 1 and season.pools[0].at(S.CONFIRMED) == 0
    student = factories.enrolment(before)
    Enrolment.objects.filter(pk=student.pk).update(present_at=clock.now(), present_by=factories.user())
    assert only(convention).season.belief(Step.PRESENT).origin == Origin.LAST_INTAKE
    assert only(convention).season.belief(Step.PRESENT).rate < 0.5


def test_a_course_has_planning_rates_of_its_own(convention, milestone):
    here = cohort()
    PlanningRate.objects.create(step=Step.ADMITTED, programme=here.intake.programme, rate="0.200", days=9)
    season = only(convention).season
    assert season.belief(Step.ADMITTED).rate == pytest.approx(0.2)
    assert season.belief(Step.ADMITTED).days == 9
    assert season.belief(Step.ACCEPTED).rate == pytest.approx(0.74)


def test_two_courses_of_a_zone_are_one_pool(convention, milestone):
    first = cohort()
    other = factories.intake(factories.programme("autre", milestone=milestone), starts_on=RENTREE)
    dates = {"applications_from": first.applications_from, "applications_until": first.applications_until}
    second = factories.cohort("lyon", of=other, capacity=10, **dates)
    files(first, S.CONFIRMED, 2)
    files(second, S.CONFIRMED, 3)
    (pool,) = only(convention).season.pools
    assert (pool.at(S.CONFIRMED), pool.places) == (5, 74)


def test_zones_add_up_and_each_has_its_target(convention, milestone):
    lyon, paris = cohort("lyon"), cohort("paris")
    files(lyon, S.CONFIRMED, 12)
    files(paris, S.CONFIRMED, 24)
    promise(milestone, 20, "lyon")
    promise(milestone, 40, "paris")
    found = projections.projections(None, convention)
    assert set(found) == {(milestone.pk, key) for key in (lyon.zone_id, paris.zone_id, None)}
    both = told(convention)
    assert (both.target, told(convention, "lyon").target) == (60, 20)
    assert abs(both.likely - told(convention, "lyon").likely - told(convention, "paris").likely) <= 1
    assert told(convention, "lyon").is_small and both.rentree == RENTREE
    promise(milestone, 100)
    promise(milestone, 90, measure="present")
    assert told(convention).target == 90


def test_it_costs_three_statements_and_the_milestones_whatever_the_zones(
    convention, milestone, django_assert_num_queries
):
    for zone in ("lyon", "paris", "toulouse"):
        files(cohort(zone), S.SUBMITTED, 2)
        cohort(zone, starts_on=date(2026, 9, 15))
        promise(milestone, 20, zone)
    prefetch_related_objects([convention], "milestones__objectives")
    with django_assert_num_queries(3):
        projections.projections(None, convention)


# -- what is not known ------------------------------------------------------------------------------------------------


def test_without_a_cohort_it_says_so(convention, milestone):
    promise(milestone, 100)
    assert told(convention).unknown == "Aucune promotion ne recrute encore pour ce jalon."
    assert told(convention).target == 100


def test_a_milestone_that_promises_nobody_and_recruits_nobody_is_left_out(convention, milestone):
    assert projections.projections(None, convention) == {}


def test_a_zone_without_a_cohort_says_so(convention, milestone):
    files(cohort("paris"), S.SUBMITTED, 2)
    promise(milestone, 20, "lyon")
    assert told(convention, "lyon").unknown == "Aucune promotion ne recrute encore dans cette zone."
    assert not told(convention, "paris").unknown


def test_a_rentree_that_is_past_says_so(convention, milestone):
    cohort(starts_on=date(2027, 6, 14))
    promise(milestone, 10)
    assert "14\u00a0juin 2027" in told(convention).unknown
    assert told(convention).needed_per_week is None


def test_nobody_yet_says_so_and_still_what_is_needed(convention, milestone):
    cohort()
    promise(milestone, 10)
    assert told(convention).unknown.startswith("Aucune candidature n’est encore arrivée")
    assert told(convention).needed_per_week > 0


def test_one_application_is_enough_to_say_something(convention, milestone):
    files(cohort(), S.SUBMITTED)
    one = told(convention)
    assert not one.unknown and one.is_small and one.low == 0 and one.target is None


def test_a_target_of_zero_needs_nobody(convention, milestone):
    files(cohort(), S.SUBMITTED)
    promise(milestone, 0)
    assert told(convention).needed_per_week == 0


def test_no_week_is_left_once_applications_are_closed(convention, milestone):
    files(cohort(applications_until=date(2027, 6, 14)), S.SUBMITTED)
    promise(milestone, 10)
    assert (told(convention).weeks_left, told(convention).needed_per_week) == (0, None)


def test_rates_of_zero_are_no_error(convention, milestone):
    files(cohort(), S.SUBMITTED, 3)
    promise(milestone, 10)
    PlanningRate.objects.update(rate=0)
    found = told(convention)
    assert (found.likely, found.needed_per_week, found.unknown) == (0, None, "")


def test_a_planning_rate_that_is_missing_is_named(convention, milestone):
    files(cohort(), S.SUBMITTED)
    PlanningRate.objects.filter(step=Step.ADMITTED).delete()
    assert str(Step.ADMITTED.label) in told(convention).unknown


# -- the planning rates -----------------------------------------------------------------------------------------------


def test_the_planning_rates_are_loaded_once_and_belong_to_the_administrators():
    made = list(services.load_planning_rates())
    assert len(made) == len(Step) == PlanningRate.objects.count()
    PlanningRate.objects.filter(step=Step.PRESENT).update(rate="0.5")
    assert list(services.load_planning_rates()) == []
    assert float(PlanningRate.objects.get(step=Step.PRESENT).rate) == 0.5


def test_the_command_loads_them():
    call_command("load_reference", verbosity=0)
    assert PlanningRate.objects.count() == len(Step)


@pytest.mark.parametrize("rate", ["1.001", "-0.001"])
def test_a_planning_rate_lies_between_0_and_1(rate):
    with pytest.raises(IntegrityError, match="a_planning_rate_lies_between_0_and_1"), transaction.atomic():
        PlanningRate.objects.create(step=Step.PRESENT, rate=rate)


def test_a_step_has_one_planning_rate_for_every_course():
    factories.planning_rates()
    with pytest.raises(IntegrityError, match="one_planning_rate_per_step_and_course"), transaction.atomic():
        PlanningRate.objects.create(step=Step.PRESENT, rate="0.5")


def test_an_administrator_changes_a_planning_rate_and_the_journal_keeps_it(client_of, administrator):
    rate = next(one for one in factories.planning_rates() if one.step == Step.PRESENT)
    address = reverse("admin:cohorts_planningrate_change", args=[rate.pk])
    answer = client_of(administrator).post(address, {"step": rate.step, "programme": "", "rate": "0.85", "days": "0"})
    assert answer.status_code == 302
    rate.refresh_from_db()
    assert float(rate.rate) == 0.85
    assert JournalEntry.objects.filter(subject=f"cohorts.planningrate:{rate.pk}", after="edited").exists()
    wrong = client_of(administrator).post(address, {"step": rate.step, "programme": "", "rate": "1.2", "days": "0"})
    assert wrong.status_code == 422


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(client_of, coordinator):
    client = client_of(coordinator)
    return lambda query="": client.get(reverse("cohorts:forecast") + query)


def h1(answer):
    return answer.content.decode().split("<h1>")[1].split("</h1>")[0].replace("\u202f", " ").replace("\xa0", " ")


def test_the_title_is_the_answer(page, convention, milestone):
    here = cohort(capacity=120)
    files(here, S.CONFIRMED, 40)
    promise(milestone, 100)
    answer = page()
    likely = told(convention).likely
    assert answer.status_code == 200
    assert h1(answer) == f"{likely} jeunes présents le 15 septembre 2027, pour 100 attendus."
    text = answer.content.decode()
    assert f"(de {told(convention).low} à {told(convention).high})" in text.replace("\xa0", " ")
    assert "taux prévisionnel" in text and "Comment c’est calculé" in text


def test_of_few_people_the_words_stand_in_the_place_of_the_interval(page, convention, milestone):
    files(cohort(), S.CONFIRMED, 12)
    answer = page()
    assert h1(answer).startswith("Environ ")
    assert "petit effectif" in answer.content.decode()
    assert "huit fois sur dix il y en aura" not in answer.content.decode().lower()


def test_cohorts_too_small_for_what_was_promised_are_told(page, convention, milestone):
    here = cohort(capacity=16)
    files(here, S.CONFIRMED, 2)
    promise(milestone, 100)
    said = "16 places seulement sont ouvertes en classe pour 100 attendus : ouvrez des promotions ou des places."
    assert said in page().content.decode().replace("\xa0", " ")
    # A full class may be over-booked: what counts is how many may hold a place.
    Cohort.objects.filter(pk=here.pk).update(capacity=80, overbooking_percent=25)
    assert told(convention).places == 100 and not told(convention).few_places
    assert "ouvertes en classe" not in page().content.decode()


def test_the_page_supposes_what_its_address_says(page, convention, milestone):
    files(cohort(capacity=200), S.SUBMITTED, 40, created_at=TODAY, submitted_at=TODAY)
    before = told(convention).likely
    answer = page("?arrivees=60&taux_admitted=90&entretien=5")
    assert answer.status_code == 200
    assert h1(answer).startswith("Dans ce cas")
    likely = int("".join(filter(str.isdigit, h1(answer).split(" jeunes")[0])))
    assert likely > before
    assert 'value="60"' in answer.content.decode()


@pytest.mark.parametrize(
    "wrong",
    ["arrivees=-1", "arrivees=beaucoup", "taux_admitted=101", "taux_present=x", "entretien=9999", "arrivees=1e9"],
)
def test_what_cannot_be_supposed_is_told_and_answered_422(page, convention, milestone, wrong):
    files(cohort(), S.CONFIRMED, 40)
    answer = page(f"?{wrong}")
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    # The forecast stays beside what is wrong.
    assert "15 septembre 2027" in h1(answer)


def test_each_zone_may_have_its_own_arrivals(page, convention, milestone):
    for zone in ("lyon", "paris"):
        files(cohort(zone), S.SUBMITTED, 2)
    answer = page("?arrivees_paris=30")
    assert answer.status_code == 200 and h1(answer).startswith("Dans ce cas")


def test_an_unknown_milestone_shows_the_first(page, convention, milestone):
    files(cohort(), S.CONFIRMED, 2)
    assert page("?jalon=99").status_code == page("?jalon=x").status_code == 200


def test_without_anything_to_recruit_the_page_says_so(page, convention):
    answer = page()
    assert answer.status_code == 200 and h1(answer) == "Rien à prévoir pour l’instant."


def test_a_draft_or_no_convention_is_no_error(page, client_of, coordinator):
    assert page().status_code == 404
    factories.convention(signed=False)
    assert page().status_code == 200


def test_whoever_has_no_role_reads_no_forecast(client_of, stranger, convention):
    assert client_of(stranger).get(reverse("cohorts:forecast")).status_code in (403, 404)


def test_reviewers_read_figures_and_no_name(client_of, reviewer, convention, milestone):
    (file,) = files(cohort(), S.CONFIRMED)
    text = client_of(reviewer).get(reverse("cohorts:forecast")).content.decode()
    assert file.candidate.last_name not in text and file.reference not in text


def test_the_page_costs_few_statements_however_many_files(page, convention, milestone, django_assert_max_num_queries):
    here = cohort()
    files(here, S.SUBMITTED, 1)
    page()
    with django_assert_max_num_queries(20):
        page()
    files(here, S.SUBMITTED, 20)
    with django_assert_max_num_queries(20):
        page()


def test_the_confirmed_of_the_forecast_are_those_of_the_board(convention, milestone):
    here = cohort()
    files(here, S.CONFIRMED, 3)
    factories.enrolment(here)
    (pool,) = only(convention).season.pools
    counted = measures.counts(None, convention)["confirmed"][milestone.pk, here.zone_id]
    assert pool.at(S.CONFIRMED) + pool.at(AT_RISK) == counted == Application.objects.filter(state=S.CONFIRMED).count()
    assert Convention.objects.count() == 1

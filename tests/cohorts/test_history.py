"""How far young people come, how long each stage takes, how soon we answer; and the page that says it."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import history, services
from cohorts.models import Application, Cohort
from cohorts.states import ApplicationState
from partnership import clock, projections
from partnership import services as partnership
from partnership.measures import Census
from partnership.models import Convention, JournalEntry, Snapshot, Zone
from partnership.personal_data import NOTICE_VERSION

from .. import factories

pytestmark = pytest.mark.django_db
S = ApplicationState
MONDAY = datetime(2027, 5, 3, 10, tzinfo=clock.PARIS)


def at(day, hour=10, minute=0):
    """So many days after the Monday."""
    return clock.travel((MONDAY + timedelta(days=day)).replace(hour=hour, minute=minute))


@pytest.fixture
def lyon(db):
    with at(0):
        return factories.cohort("lyon")


@pytest.fixture
def paris(lyon):
    with at(0):
        return factories.cohort("paris", of=lyon.intake)


def apply(cohort, name):
    identity = factories.identity() | {"first_name": name, "email": f"{name.lower()}@exemple.test"}
    identity |= {"phone": f"+3346571{sum(map(ord, name)):04d}", "commune": factories.commune()}
    draft = services.begin(cohort, submit_key=uuid4(), identity=identity, language="fr")
    project = {"level": "4", "languages": "français", "has_employer": False, "source": "lycee"}
    services.describe_project(draft, cohort=cohort, other_zones=[], project=project)
    services.submit(draft, consents=[], notice_version=NOTICE_VERSION)
    return file(name)


def file(name):
    return Application.objects.for_letters().get(candidate__first_name=name)


def opened(cohort):
    """The convention that somebody opens now."""
    return Census(None, cohort.intake.programme.milestone.convention)


# -- how far ----------------------------------------------------------------------------------------------------------


def test_a_funnel_counts_whoever_ever_came_so_far(lyon, paris):
    for state in (S.ENQUIRY, S.SUBMITTED, S.REJECTED, S.ADMITTED):
        factories.application(lyon, state=state)
    factories.enrolment(lyon)
    left = factories.enrolment(paris)
    Application.objects.filter(pk=left.application_id).update(
        state=S.WITHDRAWN, exit_reason="job", left_from=S.CONFIRMED
    )
    factories.application(lyon, state=S.DRAFT)
    assert [step.number for step in history.funnel(opened(lyon), lyon.intake)] == [6, 5, 3, 2, 0]
    assert [step.rate for step in history.funnel(opened(lyon), lyon.intake)] == [None, 83, 60, 67, 0]
    assert [step.number for step in history.funnel(opened(lyon), lyon.intake, lyon.zone)] == [5, 4, 2, 1, 0]


def test_without_anybody_no_rate_is_invented(lyon):
    assert [(step.number, step.rate) for step in history.funnel(opened(lyon), lyon.intake)] == [(0, None)] * 5


# -- how long ---------------------------------------------------------------------------------------------------------


def test_a_stage_lasts_from_coming_into_it_to_leaving_it(lyon, recruiter):
    days = {"Ana": 2, "Bob": 4, "Cléo": 12}
    for name, stays in days.items():
        with at(0):
            apply(lyon, name)
        with at(stays):
            services.record_interview(file(name), note="", by=recruiter)
    with at(3):
        apply(lyon, "Dan")
    found = {stay.stage: stay for stay in history.stays(lyon.intake)}
    submitted = found[S.SUBMITTED]
    assert (submitted.left, submitted.there, submitted.half) == (3, 1, timedelta(days=4))
    # Between the second and the third: at nine tenths of the way.
    assert submitted.nine_tenths == timedelta(days=4) + 0.8 * timedelta(days=8)
    assert (found[S.INTERVIEWED].left, found[S.INTERVIEWED].there, found[S.INTERVIEWED].half) == (0, 3, None)
    assert found[S.WAITLISTED] == history.Stay(S.WAITLISTED)
    assert set(found) == set(history.STAGES)


def test_a_stage_that_somebody_comes_back_to_is_two_stays(lyon, recruiter):
    with at(0):
        apply(lyon, "Ana")
    with at(1):
        services.schedule_interview(file("Ana"), starts_at=MONDAY + timedelta(days=5), place="Salle 2", by=recruiter)
    with at(3):
        services.cancel_interview(file("Ana"), by=recruiter)
    with at(10):
        services.reject(file("Ana"), reason="profile", by=recruiter)
    submitted = next(stay for stay in history.stays(lyon.intake) if stay.stage == S.SUBMITTED)
    assert (submitted.left, submitted.half) == (2, timedelta(days=4))


def test_of_a_large_intake_some_are_drawn_and_the_page_says_so(lyon, coordinator, recruiter, client_of, monkeypatch):
    for name in ("Ana", "Bob", "Cléo"):
        with at(0):
            apply(lyon, name)
    assert "au hasard" not in text_of(read(client_of, coordinator))
    monkeypatch.setattr(history, "MOST_FILES", 2)
    page = read(client_of, coordinator)
    assert [step.number for step in page.context["steps"]][:2] == [3, 3]
    assert [(stay.stage, stay.there) for stay in page.context["stays"]] == [(S.SUBMITTED, 2)]
    assert [speed.waiting for speed in page.context["speeds"]] == [2]
    assert text_of(page).count("Sur 3 dossiers, 2 ont été tirés au hasard : les nombres sont les leurs.") == 2


# -- how soon ---------------------------------------------------------------------------------------------------------


def test_the_first_answer_is_measured_in_open_hours(lyon, paris, recruiter):
    with at(4, 17):
        apply(lyon, "Ana")
    with at(7, 11):
        # Over a weekend: from Friday at five to Monday at eleven.
        services.record_call(file("Ana"), result="voicemail", by=recruiter)
    with at(1, 9):
        apply(lyon, "Bob")
    with at(1, 10):
        services.schedule_interview(file("Bob"), starts_at=MONDAY + timedelta(days=5), place="Salle 2", by=recruiter)
    with at(2):
        apply(paris, "Cléo")
        entrusted = file("Cléo")
        services.entrust(entrusted, to=factories.user("recruiter", name="Claire"), by=recruiter)
    of_lyon, of_paris, all_zones = sorted(
        history.speeds(lyon.intake, Zone.objects.all()), key=lambda speed: (speed.zone is None, str(speed.zone))
    )
    hours = [
        timedelta(hours=1),
        history.open_hours_between(
            MONDAY.replace(hour=17) + timedelta(days=4), MONDAY.replace(hour=11) + timedelta(days=7)
        ),
    ]
    assert (of_lyon.answered, of_lyon.waiting, of_lyon.half) == (2, 0, sum(hours, timedelta()) / 2)
    # To give a file to a colleague is no answer to whoever waits.
    assert (of_paris.answered, of_paris.waiting, of_paris.half) == (0, 1, None)
    assert (all_zones.zone, all_zones.answered, all_zones.waiting) == (None, 2, 1)
    assert [speed.zone for speed in history.speeds(lyon.intake, Zone.objects.all(), paris.zone)] == [paris.zone]


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=1), "1 minute ouvrée"),
        (timedelta(minutes=40), "40 minutes ouvrées"),
        (timedelta(hours=2), "2 heures ouvrées"),
        (timedelta(hours=17), "17 heures ouvrées"),
        (timedelta(hours=27), "3 jours ouvrés"),
    ],
)
def test_open_hours_are_told_in_working_days_from_two_of_them_on(length, words):
    assert history.working_words(length).replace("\xa0", " ") == words


# -- the page ---------------------------------------------------------------------------------------------------------

ADDRESS = "cohorts:history"


def read(client_of, user, **asked):
    return client_of(user).get(reverse(ADDRESS), asked)


def text_of(page):
    return page.content.decode().replace("\xa0", " ")


def test_the_page_says_plainly_that_there_is_no_history_yet(lyon, coordinator, client_of):
    page = read(client_of, coordinator)
    assert page.status_code == 200
    assert page.context["title"].startswith("0 jeune confirmé")
    assert not page.context["has_history"] and "chart" not in text_of(page)


def test_the_page_of_one_application(lyon, coordinator, recruiter, client_of):
    with at(0):
        apply(lyon, "Ana")
    partnership.take_snapshot(Convention.objects.get(), clock.today() - timedelta(days=1))
    page = read(client_of, coordinator)
    assert page.status_code == 200
    assert [step.number for step in page.context["steps"]] == [1, 1, 0, 0, 0]
    assert [(stay.stage, stay.there) for stay in page.context["stays"]] == [(S.SUBMITTED, 1)]
    assert "Ana" not in text_of(page)


@pytest.fixture
def season(lyon, paris):
    """Forty evenings, on which the confirmed of Lyon grew by one every fourth day."""
    convention, milestone = Convention.objects.get(), lyon.intake.programme.milestone
    factories.objective(milestone=milestone, measure="confirmed", zone=lyon.zone, target=20)
    today = clock.today()
    Snapshot.objects.bulk_create(
        Snapshot(day=today - timedelta(days=ago), measure=key, milestone=milestone, zone=zone, number=number)
        for ago in range(40, 0, -1)
        for key, zone, number in (
            ("confirmed", None, 0),
            ("host_places", None, 0),
            ("confirmed", lyon.zone, (40 - ago) // 4),
        )
    )
    for _n in range(12):
        factories.enrolment(lyon)
    return convention


def test_the_title_tells_the_figure_of_the_board_and_what_four_weeks_brought(season, coordinator, client_of):
    page = read(client_of, coordinator)
    assert page.context["title"] == "12 jeunes confirmés, 9 de plus en quatre semaines"
    assert page.context["curves"][0].last == 12
    assert read(client_of, coordinator, zone="paris").context["title"] == (
        "0 jeune confirmé, sans changement en quatre semaines"
    )


def test_only_what_is_shown_is_counted(season, coordinator, client_of):
    with CaptureQueriesContext(connection) as asked:
        assert read(client_of, coordinator).status_code == 200
    sent = " ".join(query["sql"] for query in asked.captured_queries)
    assert "placements_seat" in sent and "contents_validated" not in sent


def test_a_target_is_drawn_from_the_signature_to_its_day(season, lyon, coordinator, client_of):
    curve = read(client_of, coordinator, zone="lyon").context["curves"][0]
    assert curve.target == (lyon.intake.programme.milestone.finalise_by, 20)
    assert read(client_of, coordinator, zone="paris").context["curves"][0].target is None
    assert read(client_of, coordinator).context["curves"][0].target[1] == 20


def test_the_table_has_the_numbers_of_the_drawing(season, coordinator, client_of):
    page = read(client_of, coordinator, zone="lyon")
    young = page.context["curves"][0]
    text = text_of(page)
    table = text[text.index("<tbody>") : text.index("</tbody>")]
    assert (
        table.count("<tr>")
        == len(young.points)
        == len({day.isocalendar()[:2] for day, _n in young.points})
        + (young.points[-2][0].isocalendar()[:2] == young.points[-1][0].isocalendar()[:2])
    )
    assert f'<td class="num">{young.last}</td>' in table


def test_the_drawing_ends_with_who_is_expected_on_the_first_day(season, lyon, coordinator, client_of):
    assert read(client_of, coordinator).context["forecast"] is None  # no rate is known
    factories.planning_rates()
    assert read(client_of, coordinator).context["forecast"] is None  # too few for an interval
    Cohort.objects.filter(pk=lyon.pk).update(capacity=200)
    for _n in range(120):
        factories.application(lyon)
    page = read(client_of, coordinator)
    told = projections.projections(coordinator, Convention.objects.get())[lyon.intake.programme.milestone.pk, None]
    assert page.context["forecast"] == (lyon.intake.starts_on, told.low, told.likely, told.high)
    assert "bar-dot" in text_of(page) and f"{told.likely}, entre {told.low} et {told.high}" in text_of(page)


def test_a_filter_that_means_nothing_is_ignored_and_told(season, coordinator, client_of):
    page = read(client_of, coordinator, jalon="99", zone="<script>")
    assert page.status_code == 200
    assert len(page.context["messages"]) == 2
    assert page.context["zone"] is None


def test_the_page_takes_as_many_statements_whatever_it_counts(
    season, lyon, coordinator, client_of, django_assert_max_num_queries
):
    client = client_of(coordinator)
    client.get(reverse(ADDRESS))
    with django_assert_max_num_queries(20) as first:
        client.get(reverse(ADDRESS))
    for _n in range(10):
        factories.application(lyon)
    with django_assert_max_num_queries(len(first)):
        client.get(reverse(ADDRESS))


def test_a_chair_recruits_nobody_and_the_page_says_so(coordinator, client_of):
    factories.chair()
    page = read(client_of, coordinator)
    assert page.context["milestone"] is None
    assert "personne n’est recruté" in text_of(page)


def test_nothing_is_told_of_a_draft(coordinator, client_of):
    factories.programme(milestone=factories.milestone(factories.convention(signed=False)))
    page = read(client_of, coordinator)
    assert page.status_code == 200 and page.context["convention"].signed_at is None
    assert "pas encore signée" in text_of(page) and "chart" not in text_of(page)


def test_a_zone_that_a_transfer_left_is_in_the_journal_and_no_page_reads_it(lyon, paris, recruiter, client_of):
    with at(0):
        apply(lyon, "Ana")
    with at(1):
        services.transfer(file("Ana"), cohort=paris, by=recruiter)
    assert JournalEntry.objects.get(after="transferred").before == "lyon"
    story = text_of(client_of(recruiter).get(reverse("cohorts:application_detail", args=[file("Ana").pk])))
    assert "lyon →" not in story and "Lyon → Paris" in story

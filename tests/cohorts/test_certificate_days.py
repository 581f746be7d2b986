"""The days of class of a part-time cohort: planned by block, held against its hours, printed and in calendars."""

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import CourseDay
from cohorts.states import FOLLOW
from partnership import links
from partnership.models import JournalEntry, ref
from partnership.workflow import Refused

from .. import factories
from . import certificates
from .certificates import BLOCKS

pytestmark = pytest.mark.django_db
# Thursdays and Fridays of a winter without a holiday.
STARTS = date(2028, 1, 13)
BLOCK = "Technologies"


@pytest.fixture
def cohort(db):
    return certificates.cohort(begun=False, starts_on=STARTS)


def plan(cohort, *days, by, **said):
    usual = {"block": BLOCK, "begins": time(9), "ends": time(17), "hours": Decimal(7), "place": "Campus, salle 4"}
    return services.plan_days(cohort, days, by=by, **usual | said)


def sent(*days, **said):
    typed = {f"day_{n}": day.isoformat() for n, day in enumerate(days, start=1)}
    usual = {"block": BLOCK, "begins": "09:00", "ends": "17:00", "hours": "7", "place": "Campus, salle 4"}
    return usual | typed | said


def page_of(cohort):
    return reverse("cohorts:course_plan", args=[cohort.pk])


def test_days_of_a_block_are_planned_at_once_and_journalled(recruiter, cohort):
    plan(cohort, STARTS, STARTS + timedelta(days=1), by=recruiter)
    assert [one.day for one in cohort.days.all()] == [STARTS, STARTS + timedelta(days=1)]
    assert JournalEntry.objects.filter(after="day_planned", about=f"cohorts.cohort:{cohort.pk}").count() == 2


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (STARTS - timedelta(days=1), {}),
        (date(2028, 1, 16), {}),
        (date(2028, 5, 1), {}),
        (STARTS, {"block": "Cuisine"}),
        (STARTS, {"hours": Decimal("8.5")}),
    ],
    ids=["before the course", "a Sunday", "a public holiday", "no block", "longer than the day"],
)
def test_a_day_that_cannot_be_is_refused_and_nothing_is_planned(recruiter, cohort, day, said):
    with pytest.raises(Refused):
        plan(cohort, STARTS + timedelta(days=7), day, by=recruiter, **said)
    assert not CourseDay.objects.exists()


def test_two_classes_do_not_overlap_but_a_morning_and_an_afternoon_may(recruiter, cohort):
    plan(cohort, STARTS, by=recruiter, ends=time(12), hours=Decimal(3))
    with pytest.raises(Refused):
        plan(cohort, STARTS, by=recruiter, begins=time(11))
    plan(cohort, STARTS, by=recruiter, begins=time(13), hours=Decimal(4))
    assert cohort.days.count() == 2


def test_the_page_holds_the_days_against_the_hours_of_each_block(lyon_recruiter, client_of, cohort):
    plan(cohort, *(STARTS + timedelta(weeks=n) for n in range(3)), by=lyon_recruiter)
    with translation.override("en"):
        answer = client_of(lyon_recruiter).get(page_of(cohort))
    assert "161 h of 182 are still to be planned." in answer.content.decode()
    found = {line.block: (line.owed, line.planned) for line in answer.context["lines"]}
    assert found == {name: (hours, Decimal(21 if name == BLOCK else 0)) for name, hours in BLOCKS.items()}


def test_twenty_six_days_of_seven_hours_are_the_whole_certificate(lyon_recruiter, client_of, cohort):
    days = (STARTS + timedelta(weeks=n) for n in range(40))
    for name, hours in BLOCKS.items():
        for _n in range(hours // 7):
            day = next(days)
            while day.month == 5:
                day = next(days)
            plan(cohort, day, by=lyon_recruiter, block=name)
    with translation.override("en"):
        page = client_of(lyon_recruiter).get(page_of(cohort)).content.decode()
    assert "All is planned: 182 h in 26 days." in page


def test_days_are_planned_and_taken_out_on_the_page(lyon_recruiter, client_of, cohort):
    client = client_of(lyon_recruiter)
    assert client.post(page_of(cohort), sent(STARTS, STARTS + timedelta(days=1), hours="3,5")).status_code == 302
    first = cohort.days.first()
    assert (cohort.days.count(), first.hours) == (2, Decimal("3.5"))
    drop = reverse("cohorts:course_day_drop", args=[cohort.pk, first.pk])
    assert client.post(drop).status_code == client.post(drop).status_code == 302
    assert cohort.days.count() == 1
    assert JournalEntry.objects.filter(after="day_dropped").count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"block": "Cuisine"},
        {"day_1": ""},
        {"day_2": "le 31 février"},
        {"ends": "08:00"},
        {"hours": "0"},
        {"hours": "huit"},
        {"place": " "},
        {"day_1": "2020-01-02"},
    ],
)
def test_what_cannot_be_planned_comes_back_with_a_sentence(lyon_recruiter, client_of, cohort, said):
    answer = client_of(lyon_recruiter).post(page_of(cohort), sent(STARTS, **said))
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not CourseDay.objects.exists()


def test_the_page_costs_the_same_for_one_day_and_for_thirty(
    lyon_recruiter, client_of, cohort, django_assert_max_num_queries
):
    client = client_of(lyon_recruiter)
    plan(cohort, *(STARTS + timedelta(weeks=n) for n in range(15)), by=lyon_recruiter)
    with django_assert_max_num_queries(20):
        client.get(page_of(cohort))
    with django_assert_max_num_queries(20):
        client.post(page_of(cohort), sent(*(STARTS + timedelta(days=1 + 7 * n) for n in range(6))))


def test_the_plan_is_read_by_calendars(lyon_recruiter, client_of, cohort):
    plan(cohort, STARTS, by=lyon_recruiter)
    answer = client_of(lyon_recruiter).get(reverse("cohorts:course_calendar", args=[cohort.pk]))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode().replace("\r\n ", "")
    assert "DTSTART:20280113T080000Z" in text and "DTEND:20280113T160000Z" in text
    assert "SUMMARY:Certificat de directeur\\, Technologies" in text


def test_the_student_reads_the_days_by_their_link_and_puts_them_into_a_calendar(client, recruiter, cohort):
    plan(cohort, STARTS, by=recruiter)
    token = links.mint(FOLLOW, ref(certificates.student(cohort, state="expected").application))
    with translation.override("en"):
        page = client.get(reverse("cohorts:follow_days", args=[token]))
        follow = client.get(reverse("placements:application_follow", args=[token])).content.decode()
    assert "1 day of class ahead of you." in page.content.decode()
    assert "Campus, salle 4" in follow
    calendar = client.get(reverse("cohorts:follow_days_calendar", args=[token])).content.decode()
    assert calendar.count("BEGIN:VEVENT") == 1


def test_whoever_is_no_student_of_it_is_led_back_to_their_page(client, cohort):
    token = links.mint(FOLLOW, ref(factories.application(cohort)))
    other = links.mint(FOLLOW, ref(factories.enrolment(factories.cohort("paris")).application))
    for name in ("follow_days", "follow_days_calendar", "follow_attestation"):
        for one in (token, other):
            assert client.get(reverse(f"cohorts:{name}", args=[one])).status_code == 302


def test_another_zones_plan_is_not_found_and_a_diploma_has_none(lyon_recruiter, client_of, cohort):
    client = client_of(lyon_recruiter)
    elsewhere = certificates.cohort("paris", starts_on=STARTS)
    day = plan(elsewhere, STARTS, by=lyon_recruiter)[0]
    assert client.get(page_of(elsewhere)).status_code == 404
    assert client.get(page_of(factories.cohort("lyon"))).status_code == 404
    assert client.post(reverse("cohorts:course_day_drop", args=[cohort.pk, day.pk])).status_code == 302
    assert elsewhere.days.count() == 1

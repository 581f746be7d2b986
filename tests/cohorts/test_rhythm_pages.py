"""A cohort's calendar as it is kept, read and downloaded, and what administrators are told as they write it."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from cohorts import services
from cohorts.models import Cohort
from cohorts.rhythm import Pattern
from cohorts.states import FOLLOW, RhythmKind
from cohorts.states import ApplicationState as S
from partnership import clock, links
from partnership.models import JournalEntry, SchoolZone, ref
from partnership.states import Role

from .. import factories
from . import certificates, rhythms

pytestmark = pytest.mark.django_db


def _page(cohort, name="cohort_calendar", language="fr"):
    return _address(name, cohort.pk, language)


def _address(name, key, language="en"):
    with translation.override(language):
        return reverse(f"cohorts:{name}", args=[key])


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_the_calendar_of_a_cohort_is_that_of_its_pattern_dates_and_school_zone(django_assert_num_queries):
    cohort = rhythms.said("toulouse", training_from=date(2002, 9, 16), training_until=date(2003, 6, 20))
    assert services.pattern_of(cohort) == Pattern.of_weeks(1, 1)
    assert not services.calendar_of(cohort).is_known
    SchoolZone.objects.create(zone=cohort.zone, letter="A", since=date(1995, 9, 1))
    made = services.calendar_of(Cohort.objects.get())
    assert (made.school_hours, len(made.company_days), made.is_known) == (539, 114, True)
    read = Cohort.objects.prefetch_related("zone__school_zones").get()
    with django_assert_num_queries(0):
        assert services.calendar_of(read) == made


def test_a_cohort_whose_rhythm_is_not_said_has_no_calendar():
    assert services.calendar_of(factories.cohort()) is None


@pytest.mark.parametrize(
    "half",
    [
        {"school_weeks": None},
        {"company_weeks": 0},
        {"school_weekdays": [0]},
        {"training_until": None},
        {"rhythm_kind": ""},
        {"rhythm_kind": RhythmKind.WEEKDAYS},
        {"rhythm_kind": RhythmKind.WEEKDAYS, "school_weeks": None, "company_weeks": None, "school_weekdays": [0, 6]},
        {"training_until": date(2026, 9, 14)},
        {"training_until": date(2030, 12, 31)},
    ],
    ids=str,
)
def test_the_database_keeps_a_rhythm_whole_or_not_at_all(half):
    cohort = rhythms.said()
    with pytest.raises(IntegrityError, match="a_rhythm_is_said_whole|a_training_ends_after"), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(**half)


def test_the_rhythm_is_told_in_the_words_of_the_school_or_else_in_those_of_the_pattern():
    cohort = rhythms.said(company_weeks=2)
    days = rhythms.said("paris", rhythm_kind="weekdays", school_weeks=None, company_weeks=None, school_weekdays=[0, 1])
    with translation.override("en"):
        assert cohort.rhythm_words == "1 week in school, 2 weeks in the company"
        assert days.rhythm_words == "Monday and Tuesday in school, the other days in the company"
    cohort.rhythm = "une semaine sur trois"
    assert cohort.rhythm_words == "une semaine sur trois"


# -- as administrators write it ---------------------------------------------------------------------------------------


def _form(cohort, **changes):
    fields = {
        "intake": cohort.intake_id,
        "zone": cohort.zone_id,
        "groups": 1,
        "capacity": cohort.capacity,
        "applications_from": clock.today().isoformat(),
        "applications_until": clock.today().isoformat(),
        "curriculum": cohort.curriculum_id,
        "rhythm_kind": "weeks",
        "school_weeks": 1,
        "company_weeks": 2,
        "training_from": "2026-09-14",
        "training_until": "2027-09-10",
    }
    return fields | changes


@pytest.fixture
def write(administrator, client_of):
    cohort = factories.cohort("paris")
    SchoolZone.objects.create(zone=cohort.zone, letter="C", since=date(1995, 9, 1))
    client = client_of(administrator)
    address = reverse("admin:cohorts_cohort_change", args=[cohort.pk])

    def send(**changes):
        return client.post(address, _form(cohort, **changes), follow=True, headers={"accept-language": "en"})

    return send


def _told(response):
    return [str(message) for message in response.context["messages"]]


def test_too_few_hours_are_said_and_not_refused(write):
    response = write()
    assert Cohort.objects.get().training_until == date(2027, 9, 10)
    assert any("378" in said and "402" in said for said in _told(response))
    again = write(school_weeks=1, company_weeks=1)
    assert not any("402" in said for said in _told(again))
    page = again.client.get(reverse("admin:cohorts_cohort_change", args=[Cohort.objects.get().pk])).content.decode()
    made = services.calendar_of(Cohort.objects.get())
    with translation.override("fr"):
        assert made.verdict in page.replace("&nbsp;", "\u00a0").replace("&#x27;", "'")


def test_the_first_day_is_that_of_the_intake_unless_it_is_said_and_what_is_left_over_is_dropped(write):
    until = (Cohort.objects.get().intake.starts_on + timedelta(days=300)).isoformat()
    write(rhythm_kind="weekdays", school_weekdays=[0, 1], training_from="", training_until=until)
    cohort = Cohort.objects.get()
    assert (cohort.school_weekdays, cohort.school_weeks, cohort.company_weeks) == ([0, 1], None, None)
    assert cohort.training_from == cohort.intake.starts_on
    write(rhythm_kind="")
    cohort.refresh_from_db()
    assert (cohort.rhythm_kind, cohort.school_weeks, cohort.school_weekdays) == ("", None, [])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"school_weeks": ""}, "school_weeks"),
        ({"company_weeks": "0"}, "company_weeks"),
        ({"rhythm_kind": "weekdays"}, "school_weekdays"),
        ({"rhythm_kind": "weekdays", "school_weekdays": [0, 1, 2, 3, 4]}, "school_weekdays"),
        ({"rhythm_kind": "weekdays", "school_weekdays": [6]}, "school_weekdays"),
        ({"training_until": ""}, "training_until"),
        ({"training_until": "2026-09-01"}, "__all__"),
        ({"training_until": "2036-09-01"}, "__all__"),
    ],
    ids=str,
)
def test_half_a_rhythm_comes_back_with_what_it_lacks(write, changes, field):
    response = write(**changes)
    assert response.status_code == 422
    assert field in response.context["adminform"].form.errors
    assert not Cohort.objects.get().rhythm_kind


def test_an_administrator_says_in_which_school_zone_a_zone_lies_and_since_when(administrator, client_of):
    zone = factories.zone("toulouse")
    row, client = zone.departments.get(), client_of(administrator)
    fields = {"name": zone.name, "code": zone.code, "order": zone.order}
    fields |= {"departments-TOTAL_FORMS": 1, "departments-INITIAL_FORMS": 1, "departments-0-id": row.pk}
    fields |= {"departments-0-zone": zone.pk, "departments-0-department": "31", "departments-0-is_core": "on"}
    fields |= {"school_zones-TOTAL_FORMS": 2, "school_zones-INITIAL_FORMS": 0}
    for n, (letter, since) in enumerate([("A", "1995-09-01"), ("C", "2015-09-01")]):
        fields |= {f"school_zones-{n}-letter": letter, f"school_zones-{n}-since": since}
    assert client.post(reverse("admin:partnership_zone_change", args=[zone.pk]), fields).status_code == 302
    assert [row.letter for row in zone.school_zones.all()] == ["A", "C"]
    assert JournalEntry.objects.filter(subject=ref(zone), after="edited").exists()


# -- the pages --------------------------------------------------------------------------------------------------------


def test_recruiters_leads_and_administrators_of_the_zone_read_the_calendar_and_nobody_else(
    recruiter, lyon_lead, paris_lead, administrator, reviewer, client_of
):
    cohort = rhythms.said("lyon")
    answers = {
        person: client_of(person).get(_page(cohort)).status_code
        for person in (recruiter, lyon_lead, administrator, paris_lead, reviewer)
    }
    assert list(answers.values()) == [200, 200, 200, 404, 403]


def test_the_page_opens_on_its_verdict_and_shows_each_month_and_each_week(lyon_lead, client_of):
    cohort = rhythms.said("lyon")
    made = services.calendar_of(cohort)
    page = client_of(lyon_lead).get(_page(cohort, language="en")).content.decode()
    heading = re.search(r"<h1>(.*?)</h1>", page).group(1)
    with translation.override("en"):
        assert heading == made.verdict
    assert page.count('<table class="cal">') == 10
    for kind, days in (("school", made.school_days), ("company", made.company_days)):
        assert page.count(f'<td class="cal--{kind}">') == len(days)
    assert "All Saints" not in page
    assert "autumn holidays" in page.lower()


def test_a_cohort_without_a_rhythm_says_what_will_appear(recruiter, client_of):
    cohort = factories.cohort()
    client = client_of(recruiter)
    page = client.get(_page(cohort, language="en"))
    assert "No calendar yet" in page.content.decode()
    assert client.get(_page(cohort, "cohort_calendar_file")).status_code == 404


def test_a_course_taken_block_by_block_has_no_calendar_of_this_kind(recruiter, client_of):
    assert client_of(recruiter).get(_page(certificates.cohort("lyon"))).status_code == 404


def test_the_page_costs_the_same_for_a_month_and_for_four_years(
    recruiter, client_of, django_assert_num_queries, django_assert_max_num_queries
):
    cohort, client = rhythms.said(training_until=date(2026, 9, 30)), client_of(recruiter)
    client.get(_page(cohort))
    with django_assert_max_num_queries(8) as short:
        client.get(_page(cohort))
    rhythms.write(cohort, training_until=date(2030, 9, 13))
    SchoolZone.objects.bulk_create(
        SchoolZone(zone=cohort.zone, letter="B", since=date(2016, 1, 1) + timedelta(days=n)) for n in range(20)
    )
    with django_assert_num_queries(len(short)):
        assert "2028" in client.get(_page(cohort)).content.decode()


# -- for calendars ----------------------------------------------------------------------------------------------------


def test_the_calendar_to_download_holds_every_day_of_school_and_of_the_company_and_no_other(recruiter, client_of):
    cohort = rhythms.said("lyon")
    made = services.calendar_of(cohort)
    answer = client_of(recruiter).get(_page(cohort, "cohort_calendar_file"))
    assert answer["Content-Type"].startswith("text/calendar")
    whole = Calendar.from_ical(answer.content)
    found = {}
    for event in whole.walk("VEVENT"):
        day, end = event.decoded("DTSTART"), event.decoded("DTEND")
        assert type(day) is date
        while day < end:
            found.setdefault(str(event["SUMMARY"]).split(",")[0], []).append(day)
            day += timedelta(days=1)
    assert sorted(map(tuple, found.values())) == sorted([made.school_days, made.company_days])
    keys = [str(event["UID"]) for event in whole.walk("VEVENT")]
    assert len(keys) == len({*keys})


# -- for the student --------------------------------------------------------------------------------------------------


def test_a_student_reads_where_they_are_today_and_takes_the_calendar_away(client):
    cohort = rhythms.said("lyon")
    application = factories.application(cohort, state=S.CONFIRMED)
    token = links.mint(FOLLOW, ref(application))
    follow = client.get(reverse("placements:application_follow", args=[token])).content.decode()
    address = reverse("cohorts:follow_rhythm", args=[token])
    assert address in follow
    said = {
        date(2026, 9, 10): "You begin on Monday 14\u00a0September 2026, in school.",
        date(2026, 9, 16): "Today you are in school.",
        date(2026, 9, 19): "On Monday 21\u00a0September 2026 you are in the company.",
        date(2026, 9, 22): "Today you are in the company.",
        date(2027, 6, 26): "Your training is over.",
    }
    for day, words in said.items():
        with clock.travel(clock.now().replace(year=day.year, month=day.month, day=day.day, hour=10)):
            token = links.mint(FOLLOW, ref(application))
            page = client.get(_address("follow_rhythm", token))
            assert f"<h1>{words}</h1>" in page.content.decode()
    answer = client.get(_address("follow_rhythm_calendar", token))
    assert Calendar.from_ical(answer.content).walk("VEVENT")


def test_whoever_holds_no_place_has_no_calendar_yet(client):
    application = factories.application(rhythms.said("lyon"), state=S.SUBMITTED)
    token = links.mint(FOLLOW, ref(application))
    for name in ("follow_rhythm", "follow_rhythm_calendar"):
        assert client.get(reverse(f"cohorts:{name}", args=[token])).status_code == 302


def test_the_board_of_a_zone_leads_to_the_calendar_of_its_cohort(client_of):
    cohort = rhythms.said("lyon")
    rhythms.said("paris")
    lead = factories.user(Role.REGIONAL_LEAD, zone=factories.zone("lyon"), party_code="smt")
    page = client_of(lead).get(reverse("placements:zone_board", args=["lyon"])).content.decode()
    assert f'href="{_page(cohort)}"' in page

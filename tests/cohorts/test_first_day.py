"""The first day: said once by letter where and when, told again if it changes, and who has come in one tap."""

from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Cohort, Enrolment
from cohorts.states import EnrolmentState, ExitReason
from partnership import clock, measures, reminders
from partnership.clock import PARIS
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
# A Monday.
FIRST_DAY = date(2027, 9, 13)
SAID = {"first_day_time": time(9), "first_day_place": "12 rue de l’Exemple", "first_day_bring": "une pièce d’identité"}


@contextmanager
def before(days: int, hour: int = 10):
    with clock.travel(datetime.combine(FIRST_DAY, time(hour), PARIS) - timedelta(days=days)):
        yield


@pytest.fixture
def cohort():
    with before(60):
        return factories.cohort(of=factories.intake(starts_on=FIRST_DAY))


@pytest.fixture
def student(cohort):
    with before(60):
        return factories.enrolment(cohort)


def say(cohort: Cohort, by, **said) -> None:
    cohort.refresh_from_db()
    services.say_first_day(cohort, by=by, version=cohort.version, **(SAID | said))


def letters() -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.filter(template="cohorts/first_day").order_by("pk"))


def address(name: str, *args) -> str:
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


def now(student: Enrolment) -> Enrolment:
    return Enrolment.objects.get(pk=student.pk)


# -- the letter -------------------------------------------------------------------------------------------------------


def test_a_week_before_one_letter_says_where_when_and_what_to_bring(cohort, student, recruiter, only_reminders):
    only_reminders("first_day")
    with before(30):
        say(cohort, recruiter)
        factories.paper(student.application)
    told = {}
    for days in range(10, -3, -1):
        with before(days):
            reminders.remind()
            reminders.remind()
        told[days] = len(letters())
    assert [days for days in told if told[days]][0] == 7 and told[-2] == 1
    (letter,) = letters()
    for words in (
        "lundi 13\xa0septembre 2027, 9\xa0h",
        "12 rue de l’Exemple",
        "une pièce d’identité",
        "Pièce identity",
    ):
        assert words in letter.text, words


def test_as_long_as_nothing_is_said_no_letter_leaves_and_the_page_asks(cohort, student, recruiter, client_of):
    with before(5):
        client = client_of(recruiter)
        assert reminders.remind()["first_day"] == 0
        page = client.get(address("first_day", cohort.pk))
        assert page.context["due"]["title"] == "Nobody knows yet where to come, and when"
        client.post(
            address("first_day_edit", cohort.pk),
            {"first_day_time": "09:00", "first_day_place": "Campus", "first_day_bring": "", "version": "1"},
        )
        assert client.get(address("first_day", cohort.pk)).context["due"] is None
        assert reminders.remind()["first_day"] == 1


def test_another_place_is_told_by_another_letter_and_the_same_place_is_not(cohort, student, recruiter):
    with before(6):
        say(cohort, recruiter)
        reminders.remind()
    with before(5):
        say(cohort, recruiter)
        assert reminders.remind()["first_day"] == 0
        say(cohort, recruiter, first_day_place="Campus de Lyon")
        assert reminders.remind()["first_day"] == 1
    assert "Campus de Lyon" in letters()[1].text and len({letter.key for letter in letters()}) == 2


def test_whoever_goes_to_another_zone_is_told_of_that_one(cohort, student, recruiter):
    other = factories.cohort("paris", of=cohort.intake)
    with before(6):
        say(cohort, recruiter)
        say(other, recruiter, first_day_place="Campus de Paris")
        assert reminders.remind()["first_day"] == 1
    with before(5):
        services.transfer(student.application, cohort=other, by=recruiter)
        assert reminders.remind()["first_day"] == 1
        assert reminders.remind()["first_day"] == 0
    there, elsewhere = letters()
    assert "12 rue de l’Exemple" in there.text and "Campus de Paris" in elsewhere.text


@pytest.mark.parametrize("why", ["withdrawn", "no address", "night"])
def test_nobody_is_told_who_does_not_come_or_cannot_be_written_to(cohort, student, recruiter, why):
    with before(6, 22 if why == "night" else 10):
        say(cohort, recruiter)
        if why == "withdrawn":
            services.withdraw(student.application, reason=ExitReason.JOB, by=recruiter)
        if why == "no address":
            student.application.candidate.email = ""
            student.application.candidate.save()
        assert reminders.remind()["first_day"] == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"first_day_time": "25:00"}, "Give the hour"),
        ({"first_day_time": ""}, "Give the hour"),
        ({"first_day_place": " "}, "Say where students are expected."),
        ({"first_day_place": "x" * 161}, "at most 160 characters"),
    ],
)
def test_what_is_said_too_little_comes_back_with_what_was_typed(cohort, recruiter, client_of, said, words):
    typed = {"first_day_time": "09:00", "first_day_place": "Campus", "first_day_bring": "un stylo", "version": "1"}
    answer = client_of(recruiter).post(address("first_day_edit", cohort.pk), typed | said)
    assert answer.status_code == 422
    assert words in answer.content.decode() and "un stylo" in answer.content.decode()


def test_whoever_says_it_second_is_told_and_loses_nothing(cohort, recruiter, client_of):
    say(cohort, recruiter)
    typed = {"first_day_time": "09:00", "first_day_place": "Autre campus", "first_day_bring": "", "version": "1"}
    answer = client_of(recruiter).post(address("first_day_edit", cohort.pk), typed)
    assert answer.status_code == 409 and "Autre campus" in answer.content.decode()
    with pytest.raises(Stale):
        services.say_first_day(cohort, by=recruiter, version=1, **(SAID | {"first_day_place": "Autre"}))


# -- who has come -----------------------------------------------------------------------------------------------------


def test_a_presence_is_one_tap_and_is_taken_back_by_another(cohort, student, recruiter, client_of):
    with before(0):
        client = client_of(recruiter)
        other = factories.enrolment(cohort)
        assert client.get(address("first_day", cohort.pk)).context["roll"].verdict == "Here: 0 of 2. To call: 2."
        answer = client.post(address("enrolment_arrive", student.pk))
        assert answer.url.endswith(f"#e-{student.pk}")
        client.post(address("enrolment_arrive", student.pk))
        assert (now(student).state, now(student).present_by) == (EnrolmentState.PRESENT, recruiter)
        lines = JournalEntry.objects.filter(subject=ref(student), after=EnrolmentState.PRESENT)
        assert lines.count() == 1
        client.post(address("enrolment_arrive", other.pk))
        assert client.get(address("first_day", cohort.pk)).context["roll"].verdict == "Everybody is here: 2."
        client.post(address("enrolment_expect", student.pk))
        assert (now(student).state, now(student).present_at) == (EnrolmentState.EXPECTED, None)


def test_nobody_has_come_before_the_first_day(cohort, student, recruiter, client_of):
    with before(1):
        page = client_of(recruiter).get(address("first_day", cohort.pk))
        assert page.context["roll"].verdict == "1 student is expected on Monday 13\xa0September 2027."
        assert "/present/" not in page.content.decode()
        with pytest.raises(Refused, match="."):
            services.arrive(student, by=recruiter)
    with before(0), pytest.raises(Refused, match="."):
        services.expect_student_again(student, by=recruiter)


def test_who_came_is_counted_and_stays_counted_when_they_leave(cohort, student, recruiter, coordinator, client_of):
    with before(0):
        services.arrive(student, by=recruiter)
        convention = cohort.intake.programme.milestone.convention
        cell = (cohort.intake.programme.milestone_id, cohort.zone_id)
        assert measures.counts(coordinator, convention)["present"] == {cell: 1}
        services.withdraw(now(student).application, reason=ExitReason.JOB, by=recruiter)
        figures = measures.counts(coordinator, convention)
        assert (figures["present"], figures["contacts"]) == ({cell: 1}, {cell: 1})
        with translation.override("en"):
            page = client_of(coordinator).get(reverse("cohorts:register"), {"mesure": "present"})
    assert page.context["total"] == 1


def test_another_zone_is_not_ticked(student, client_of):
    colleague = factories.user("recruiter", zone=factories.zone("paris"))
    with before(0):
        elsewhere = client_of(colleague)
        assert elsewhere.post(address("enrolment_arrive", student.pk)).status_code == 404
        assert elsewhere.get(address("first_day", student.application.cohort_id)).status_code == 404


def test_the_page_costs_the_same_for_one_and_for_thirty(cohort, student, recruiter, client_of):
    url = address("first_day", cohort.pk)
    with before(0):
        client = client_of(recruiter)
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            assert client.get(url).status_code == 200
        Cohort.objects.update(capacity=40)
        for _number in range(29):
            factories.enrolment(cohort)
        with CaptureQueriesContext(connection) as many:
            assert len(client.get(url).context["roll"].rows) == 30
    assert len(many) == len(few) <= 10

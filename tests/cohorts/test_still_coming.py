"""Kept warm: asked once a fortnight whether they still come, answered by one tap; at risk where nobody is heard of."""

from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import personal_data as ours
from cohorts import services
from cohorts.models import Enrolment
from cohorts.states import FOLLOW, Coming, ExitReason
from partnership import clock, links, reminders
from partnership.clock import PARIS
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Channel, MessageState
from partnership.workflow import Refused

from .. import factories

pytestmark = pytest.mark.django_db
# A Tuesday; the course begins on a Monday, 91 days later.
TUESDAY = datetime(2027, 6, 15, 10, 0, tzinfo=PARIS)
FIRST_DAY = date(2027, 9, 13)


@contextmanager
def day(number: int, hour: int = 10):
    with clock.travel(TUESDAY + timedelta(days=number, hours=hour - 10)):
        yield


@pytest.fixture
def student():
    with day(0):
        return factories.enrolment(factories.cohort(of=factories.intake(starts_on=FIRST_DAY)))


def letters(about: Enrolment) -> list[OutgoingMessage]:
    of_file = OutgoingMessage.objects.filter(about=ref(about.application), template="cohorts/still_coming")
    return list(of_file.order_by("pk"))


def now(student: Enrolment) -> Enrolment:
    return Enrolment.objects.get(pk=student.pk)


def link(student: Enrolment, name: str = "cohorts:follow_coming") -> str:
    with translation.override("en"):
        return reverse(name, args=[links.mint(FOLLOW, ref(student.application))])


def at_risk() -> set[Enrolment]:
    return set(Enrolment.objects.at_risk(clock.now()))


# -- asked ------------------------------------------------------------------------------------------------------------


def test_a_student_is_asked_each_fortnight_until_a_week_before_the_first_day(student, only_reminders):
    only_reminders("still_coming")
    told = {}
    for number in range(0, 92):
        with day(number):
            reminders.remind()
            reminders.remind()
        told[number] = len(letters(student))
    days = [number for number in range(1, 92) if told[number] != told[number - 1]]
    assert days == [14, 28, 42, 56, 70]
    assert "Venez-vous toujours" in letters(student)[0].text
    assert len({letter.key for letter in letters(student)}) == 5


def test_an_answer_counts_from_its_own_day(student):
    with day(14):
        reminders.remind()
    with day(20):
        services.answer_if_coming(student, Coming.YES, by=student.application.candidate)
        assert now(student).unanswered == 0
    with day(33):
        assert reminders.remind()["still_coming"] == 0
    with day(34):
        assert reminders.remind()["still_coming"] == 1


@pytest.mark.parametrize("why", ["withdrawn", "present", "night", "sunday"])
def test_nobody_is_asked_who_is_not_awaited_nor_at_a_quiet_hour(student, recruiter, why):
    with day(19 if why == "sunday" else 15, 22 if why == "night" else 10):
        if why == "withdrawn":
            services.withdraw(student.application, reason=ExitReason.JOB, by=recruiter)
        if why == "present":
            Enrolment.objects.update(state="present")
        assert reminders.remind()["still_coming"] == 0
    assert not letters(student)


def test_whoever_has_no_address_is_written_nothing_and_called_in_the_end(student):
    person = student.application.candidate
    person.email = ""
    person.save()
    for number in (14, 28):
        with day(number):
            assert reminders.remind()["still_coming"] == 1
            assert reminders.remind()["still_coming"] == 0
    assert not letters(student)
    with day(32):
        assert at_risk() == {student}


# -- at risk ----------------------------------------------------------------------------------------------------------


def test_two_questions_unanswered_put_somebody_at_risk_once_there_was_time(student, recruiter, client_of):
    with day(14):
        reminders.remind()
    with day(28):
        reminders.remind()
    with day(30):
        assert at_risk() == set()
    with day(31), translation.override("en"):
        client = client_of(recruiter)
        assert at_risk() == {student} and now(student).is_at_risk(clock.now())
        page = client.get(reverse("cohorts:application_list"), {"suivi": "fragile"})
        assert [row.pk for row in page.context["rows"]] == [student.application_id]
        file = client.get(reverse("cohorts:application_detail", args=[student.application_id]))
        assert file.context["due"]["title"] == "At risk: 2 questions unanswered"
        assert "badge--risk badge--fill" in file.content.decode()
        services.answer_if_coming(student, Coming.YES, by=student.application.candidate)
        assert at_risk() == set()


def test_whoever_hesitates_is_at_risk_at_once(student):
    with day(3):
        services.answer_if_coming(student, Coming.HESITATES, by=student.application.candidate)
        assert at_risk() == {student} and now(student).is_at_risk(clock.now())


# -- answered ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", list(Coming))
def test_one_tap_answers_and_the_story_says_so(student, client, answer):
    with day(15):
        reminders.remind()
        page = client.get(link(student, "placements:application_follow")).content.decode()
        assert "Are you still coming?" in page
        client.post(link(student), {"answer": answer})
        assert (now(student).answer, now(student).answered_by) == (answer, None)
        assert "On 30\xa0June 2027" in client.get(link(student, "placements:application_follow")).content.decode()
    line = JournalEntry.objects.get(subject=ref(student), after=answer)
    assert (line.channel, line.actor_kind, line.about) == (Channel.LINK, "candidate", ref(student.application))


def test_to_no_longer_come_leads_to_the_page_that_asks_why(student, client):
    with day(15):
        page = client.get(link(student, "placements:application_follow")).content.decode()
    assert "I am no longer coming…" in page and "/retirer/" in page


@pytest.mark.parametrize("answer", ["", "x", "no"])
def test_an_answer_that_is_none_is_refused_in_words(student, client, answer):
    with day(15):
        answered = client.post(link(student), {"answer": answer})
    assert answered.status_code == 422 and "Choose one of the two answers." in answered.content.decode()


def test_the_link_of_somebody_who_withdrew_answers_nothing(student, client, recruiter):
    with day(15):
        services.withdraw(student.application, reason=ExitReason.JOB, by=recruiter)
        answered = client.post(link(student), {"answer": Coming.YES}, follow=True)
        assert "no longer awaited" in answered.content.decode()
    assert now(student).answer == ""


def test_what_they_told_by_telephone_is_recorded_with_who_and_how(student, recruiter, client_of):
    with day(15), translation.override("en"):
        client = client_of(recruiter)
        url = reverse("cohorts:application_coming", args=[student.application_id])
        wrong = client.post(url, {"coming-channel": "phone"})
        assert wrong.status_code == 422 and "Choose an answer." in wrong.content.decode()
        client.post(url, {"coming-answer": Coming.HESITATES, "coming-channel": "phone"})
        assert now(student).answered_by == recruiter
        file = client.get(reverse("cohorts:application_detail", args=[student.application_id]))
    assert recruiter.full_name in {row["label"]: row["value"] for row in file.context["coming"]}["Last answer"]
    entry = file.context["days"][0]["entries"][0]
    assert (entry["after"], entry["who"]) == ("hesitates", f"{recruiter.full_name}, by telephone")


def test_a_question_that_has_not_left_is_kept_back_by_the_answer(student):
    with day(14):
        reminders.remind()
        services.answer_if_coming(student, Coming.YES, by=student.application.candidate)
    assert letters(student)[0].state == MessageState.CANCELLED


def test_a_student_who_has_arrived_is_asked_nothing_more(student):
    Enrolment.objects.update(state="present")
    with pytest.raises(Refused, match="."):
        services.answer_if_coming(student, Coming.YES, by=student.application.candidate)


def test_what_was_asked_and_answered_is_handed_over_and_erased(student, recruiter):
    with day(15):
        services.answer_if_coming(student, Coming.HESITATES, by=recruiter, channel=Channel.PHONE)
        person = ref(student.application.candidate)
        assert ours.collect(person)["enrolments"][0]["answer"] == Coming.HESITATES
        services.withdraw(student.application, reason=ExitReason.JOB, by=recruiter)
        ours.erase(person, clock.now())
    assert (now(student).answer, now(student).answered_by) == ("", None)

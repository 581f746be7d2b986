"""The morning's letters to recruiters: what is due, and which files are silent; each once, whoever writes them."""

import threading
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import emails, services
from cohorts.models import Absence, Booking
from cohorts.services import mornings
from cohorts.states import ApplicationState as S
from partnership import clock, personal_data, reminders
from partnership.models import JournalEntry, Membership, OutgoingMessage, ref
from partnership.states import Role

from .. import factories

pytestmark = pytest.mark.django_db
DUE, SILENT = "cohorts/due_today", "cohorts/files_silent"


def _moment(day, hour=9, minute=0):
    return datetime(2027, 6, day, hour, minute, tzinfo=clock.PARIS)  # the 14th is a Monday


def _at(day, hour=9, minute=0):
    return clock.travel(_moment(day, hour, minute))


def _letters(template, **of):
    return OutgoingMessage.objects.filter(template=template, **of).order_by("pk")


def _since(day, hour=10, **fields):
    return factories.application(since=_moment(day, hour), **fields)


def _away(user, cover, first, last):
    return Absence.objects.create(
        user=user,
        since=_moment(first).date(),
        until=_moment(last).date(),
        cover=cover,
        planned_at=_moment(first),
        planned_by=cover,
    )


@pytest.fixture(autouse=True)
def in_june(db):
    """Whatever is made is made then: the people have recruited for long."""
    with _at(7):
        yield


@pytest.fixture
def head(db):
    return factories.user(Role.HEAD_OF_RECRUITMENT, name="Solène Baret")


# -- what is due ------------------------------------------------------------------------------------------------------


def test_a_recruiter_is_told_once_in_the_morning_of_a_working_day(recruiter):
    _since(11, owner=recruiter)
    told = {}
    for day, hour, minute in ((12, 9, 0), (13, 9, 0), (14, 8, 29), (14, 8, 31), (14, 11, 0), (15, 12, 0), (15, 9, 0)):
        with _at(day, hour, minute):
            reminders.remind()
            reminders.remind()
        told[day, hour, minute] = _letters(DUE).count()
    assert list(told.values()) == [0, 0, 0, 1, 1, 1, 2]
    assert {letter.to_email for letter in _letters(DUE)} == {recruiter.email}
    assert _letters(DUE).first().due_at == _moment(14, 8, 31)


def test_on_a_public_holiday_nobody_is_told(recruiter):
    _since(11, owner=recruiter)
    with clock.travel(datetime(2027, 7, 14, 9, tzinfo=clock.PARIS)):
        reminders.remind()
    assert not _letters(DUE).exists()


def test_where_nothing_is_due_nothing_is_written(recruiter, lyon_recruiter):
    _since(14, owner=recruiter, state=S.CONFIRMED)
    _since(11, owner=lyon_recruiter)
    with _at(15):
        reminders.remind()
    assert [letter.to_email for letter in _letters(DUE)] == [lyon_recruiter.email]


def test_the_letter_says_what_is_late_what_is_due_what_is_agreed_and_who_comes(recruiter):
    late, fresh = _since(11, owner=recruiter), _since(15, 8, owner=recruiter, state=S.INTERVIEWED)
    agreed = _since(11, owner=recruiter, next_at=_moment(15, 15))
    met = _since(11, owner=recruiter, state=S.INTERVIEW_SCHEDULED)
    slot = factories.slot(starts_at=_moment(15, 14, 30), held_by=recruiter, place="Salle 3 (fictif)")
    Booking.objects.filter(pk=factories.booking(slot, met).pk).update(booked_at=_moment(11))
    others = [_since(11, owner=factories.user()), _since(11, owner=recruiter, next_at=_moment(16))]
    with _at(15):
        others.append(_since(15, 8, owner=recruiter, of=factories.candidate(), state=S.CONFIRMED))
        reminders.remind()
    letter = _letters(DUE).get(to_email=recruiter.email)
    assert letter.subject == "Aujourd’hui\u00a0: 2 dossiers à traiter, dont 1 hors délai"
    for file, words in (
        (late, "Premier contact, depuis 1\u00a0jour ouvré"),
        (fresh, "Décision après l’entretien, depuis moins d’1\u00a0h ouvrée"),
        (agreed, "à 15\u00a0h"),
        (met, "14\u00a0h\u00a030, Salle 3 (fictif)"),
    ):
        line = next(line for line in letter.text.splitlines() if file.reference in line)
        assert line.startswith(f"- {file.candidate}, Lyon\u00a0: {words}, {file.reference}\u00a0: ")
        assert line.endswith(f"{settings.PUBLIC_URL}/fr/recrutement/candidatures/{file.pk}/")
        assert f'href="{settings.PUBLIC_URL}/fr/recrutement/candidatures/{file.pk}/"' in letter.html
    assert letter.text.index(late.reference) < letter.text.index(fresh.reference) < letter.text.index(met.reference)
    assert not any(file.reference in letter.text for file in others)


def test_what_comes_during_the_morning_has_a_letter_of_its_own(recruiter):
    with _at(15, 10):
        factories.application(owner=recruiter, since=_moment(15, 9, 30))
        reminders.remind()
    assert not _letters(DUE).exists()


def test_an_interview_alone_is_told(recruiter):
    slot = factories.slot(starts_at=_moment(15, 14, 30), held_by=recruiter)
    factories.booking(slot)
    with _at(15):
        reminders.remind()
    letter = _letters(DUE).get()
    assert (letter.to_email, letter.subject) == (recruiter.email, "Aujourd’hui\u00a0: vos rendez-vous")


def test_whoever_stands_in_is_told_instead_of_whoever_is_away(recruiter, lyon_recruiter):
    file = _since(11, owner=lyon_recruiter)
    _away(lyon_recruiter, recruiter, 14, 16)
    with _at(15):
        reminders.remind()
    letter = _letters(DUE).get()
    assert letter.to_email == recruiter.email and file.reference in letter.text
    with _at(17):
        reminders.remind()
    assert _letters(DUE).last().to_email == lyon_recruiter.email


def test_what_nobody_follows_is_told_to_all_who_recruit_there(recruiter, lyon_recruiter):
    _since(11, in_cohort=factories.cohort("paris"))
    with _at(15):
        reminders.remind()
    assert [letter.to_email for letter in _letters(DUE)] == [recruiter.email]
    _since(11)
    with _at(16):
        reminders.remind()
    assert _letters(DUE).count() == 3


def test_a_file_of_another_zone_is_told_to_nobody_who_cannot_read_it(lyon_recruiter):
    paris = _since(11, in_cohort=factories.cohort("paris"), owner=lyon_recruiter)
    lyon = _since(11, owner=lyon_recruiter)
    with _at(15):
        reminders.remind()
    text = _letters(DUE).get().text
    assert lyon.reference in text and paris.reference not in text


def test_a_long_list_shows_the_first_ones_and_counts_the_others(recruiter):
    for _one in range(emails.MOST_LISTED + 7):
        _since(11, owner=recruiter, in_cohort=factories.cohort(capacity=60))
    with _at(15):
        reminders.remind()
    letter = _letters(DUE).get()
    assert letter.subject.startswith("Aujourd’hui\u00a0: 27 dossiers à traiter, dont 27 hors délai")
    assert letter.text.count("CV-") == emails.MOST_LISTED and "Et 7 autres dans votre liste." in letter.text


def test_an_english_reader_reads_english():
    reader = factories.user(Role.RECRUITER, language="en")
    _since(11, owner=reader)
    with _at(15):
        reminders.remind()
    letter = _letters(DUE).get()
    assert letter.subject == "Today: 1 file to deal with, 1 of them past its time"
    assert "First contact, for 1 working day" in letter.text


# -- what is silent ---------------------------------------------------------------------------------------------------


def test_after_three_working_days_who_follows_it_after_seven_the_head_and_no_more(recruiter, head):
    file = _since(14, owner=recruiter)
    told = {}
    for day in range(14, 29):
        for hour in (8, 9, 9, 15, 19):
            with _at(day, hour):
                reminders.remind()
        told[day] = [letter.to_email for letter in _letters(SILENT)]
    assert [day for day in told if told[day] != told.get(day - 1, [])] == [17, 23]
    assert told[28] == [recruiter.email, head.email]
    lines = JournalEntry.objects.filter(subject=ref(file), after="silence")
    assert sorted(lines.values_list("reason", flat=True)) == sorted([str(recruiter.pk), str(head.pk)])
    owner, chief = _letters(SILENT)
    assert owner.subject == "1 dossier sans action depuis 3 jours ouvrés ou plus"
    assert "Dans ces dossiers que vous suivez" in owner.text and "de l’équipe" not in owner.text
    assert chief.subject == "1 dossier sans action depuis 7 jours ouvrés ou plus"
    assert "suivi par Claire Devaux" in chief.text and file.reference in chief.text


def test_a_deed_ends_a_silence_and_the_next_one_is_told_anew(recruiter):
    file = _since(14, owner=recruiter)
    told = {}
    for day in (17, 18, 21, 23, 24, 25):
        with _at(day):
            reminders.remind()
            if day == 18:
                services.record_call(file, result="voicemail", by=recruiter)  # due again on Monday the 21st
        told[day] = _letters(SILENT).count()
    assert told == {17: 1, 18: 1, 21: 1, 23: 1, 24: 2, 25: 2}


def test_one_letter_lists_all_the_files_of_a_day_the_longest_silence_first(recruiter, lyon_recruiter):
    shorter, longer = _since(11, owner=recruiter), _since(10, owner=recruiter)
    _since(11, owner=lyon_recruiter)
    _since(11, owner=recruiter, state=S.CONFIRMED)
    _since(11, owner=recruiter, next_at=_moment(21))
    with _at(16):
        reminders.remind()
    letter = _letters(SILENT).get(to_email=recruiter.email)
    assert letter.text.count("CV-") == 2
    assert letter.text.index(longer.reference) < letter.text.index(shorter.reference)
    assert _letters(SILENT).count() == 2


def test_whoever_stands_in_is_told_of_an_absent_colleagues_silences(recruiter, lyon_recruiter):
    file = _since(14, owner=lyon_recruiter)
    _away(lyon_recruiter, recruiter, 16, 18)
    with _at(17):
        reminders.remind()
    letter = _letters(SILENT).get()
    assert letter.to_email == recruiter.email and file.reference in letter.text


@pytest.mark.parametrize("why", ["nobody follows it", "no longer recruits", "recruits elsewhere"])
def test_where_nobody_answers_for_a_file_the_head_is_told_at_once(why, lyon_recruiter, head):
    _since(14, owner=None if why == "nobody follows it" else lyon_recruiter)
    if why == "no longer recruits":
        Membership.objects.filter(user=lyon_recruiter).update(until=_moment(10).date())
    if why == "recruits elsewhere":
        Membership.objects.filter(user=lyon_recruiter).update(zone=factories.zone("paris"))
    with _at(17):
        reminders.remind()
    letter = _letters(SILENT).get()
    assert letter.to_email == head.email and "depuis 3 jours ouvrés ou plus" in letter.text


def test_without_any_head_all_who_recruit_there_are_told(recruiter, lyon_recruiter):
    _since(14, owner=None)
    with _at(17):
        reminders.remind()
    assert {letter.to_email for letter in _letters(SILENT)} == {recruiter.email, lyon_recruiter.email}


def test_each_head_is_told_and_of_their_own_zone_only(recruiter):
    lyon, _paris, all_zones = (
        factories.user(Role.HEAD_OF_RECRUITMENT, zone=zone)
        for zone in (factories.zone("lyon"), factories.zone("paris"), None)
    )
    _since(14, owner=recruiter)
    with _at(23):
        reminders.remind()
    assert {letter.to_email for letter in _letters(SILENT)} == {recruiter.email, lyon.email, all_zones.email}


def test_the_days_are_settings(recruiter, head, settings):
    settings.SILENCE_DAYS_OWNER, settings.SILENCE_DAYS_HEAD = 1, 2
    _since(14, owner=recruiter)
    told = []
    for day in (14, 15, 16):
        with _at(day):
            reminders.remind()
        told.append([letter.to_email for letter in _letters(SILENT)])
    assert told == [[], [recruiter.email], [recruiter.email, head.email]]


def test_the_story_says_whom(recruiter, client_of):
    file = _since(14, owner=recruiter)
    with _at(17):
        reminders.remind()
        page = client_of(recruiter).get(reverse("cohorts:application_detail", args=[file.pk]))
    told = [(entry["after"], entry["reason"]) for day in page.context["days"] for entry in day["entries"]]
    assert told == [("Rien de fait depuis des jours : rappel par lettre".replace(" :", "\u00a0:"), "Claire Devaux")]


# -- once, whoever writes ---------------------------------------------------------------------------------------------


def _people(number):
    people = [factories.user(Role.RECRUITER) for _one in range(number)]
    for person in people:
        for _file in range(2):
            _since(14, owner=person, in_cohort=factories.cohort(capacity=60))
    return people


@pytest.mark.parametrize("letter", ["due_today", "files_silent"])
def test_a_run_killed_in_the_middle_tells_each_once(letter, monkeypatch):
    people, really, seen = _people(5), getattr(emails, letter), []

    def killed(**said):
        if len(seen) == 3:
            raise SystemExit  # a worker that is taken away says nothing
        seen.append(said["to"])
        really(**said)

    with _at(17):
        with monkeypatch.context() as patched:
            patched.setattr(emails, letter, killed)
            with pytest.raises(SystemExit):
                reminders.remind()
        assert _letters(f"cohorts/{letter}").count() == 3
        reminders.remind()
        reminders.remind()
    told = [one.to_email for one in _letters(f"cohorts/{letter}")]
    assert sorted(told) == sorted(person.email for person in people)
    assert JournalEntry.objects.filter(after="silence").count() == 10


def test_a_letter_that_another_worker_has_just_written_ticks_nothing_off(recruiter):
    _since(14, owner=recruiter)
    with _at(17):
        reminders.remind()
        other = _since(14, owner=recruiter)
        mornings._tell_of_silence(recruiter)
    assert _letters(SILENT).count() == 1
    assert not JournalEntry.objects.filter(subject=ref(other)).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_once():
    with _at(7):
        people = _people(8)
    start, failed = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            for _run in range(3):
                reminders.remind()
        except BaseException as problem:
            failed.append(problem)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _one in range(2)]
    # The clock is the process's: both work on the same day.
    with _at(17):
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert not failed
    for template in (DUE, SILENT):
        told = [letter.to_email for letter in _letters(template)]
        assert sorted(told) == sorted(person.email for person in people)
    assert JournalEntry.objects.filter(after="silence").count() == 16


def test_a_run_asks_as_much_for_many_files_as_for_few(recruiter):
    def statements(day, number):
        for _one in range(number):
            _since(day - 3, owner=recruiter, in_cohort=factories.cohort(capacity=90))
        with _at(day), CaptureQueriesContext(connection) as queries:
            told = reminders.remind()
        assert (told["due_today"], told["files_silent"]) == (1, 1)
        return len(queries)

    assert statements(10, 1) == statements(17, 30)


# -- whoever is erased ------------------------------------------------------------------------------------------------


def test_letters_that_list_somebody_who_is_erased_are_blanked(recruiter):
    one, other = _since(14, owner=recruiter), _since(14, owner=factories.user(Role.RECRUITER))
    with _at(17):
        reminders.remind()
        OutgoingMessage.objects.update(state="sent", sent_at=clock.now())
        personal_data.erase(f"cohorts.candidate:{one.candidate_id}", by=recruiter, even_if_live=True)
    bodies = {letter.to_email: letter.text for letter in [*_letters(DUE), *_letters(SILENT)]}
    assert bodies[recruiter.email] == "" and other.reference in bodies[other.owner.email]
    assert not OutgoingMessage.objects.filter(text__contains=one.candidate.last_name).exists()

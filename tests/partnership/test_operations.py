"""The look at the machine: one verdict, computed; what stopped is decided about here, once."""

import re
import socket
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from partnership import clock, jobs, operations, services
from partnership.models import Heartbeat, InvariantCheck, Job, JournalEntry, OutgoingMessage, ref
from partnership.states import JobState, MessageState, Process, ProcessState, Rule
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/fr/exploitation/"


def letter(state=MessageState.PENDING, *, minutes=0, **fields):
    """A letter in a state, due for so many minutes."""
    at = clock.now() - timedelta(minutes=minutes)
    defaults = {
        "key": f"essai:{OutgoingMessage.objects.count()}",
        "template": "partnership/sign_in_code",
        "language": "fr",
        "about": "essai",
        "to_email": "jeanne.martin@exemple.test",
        "subject": "Votre dossier, Jeanne",
        "text": "Bonjour.",
        "html": "<p>Bonjour.</p>",
        "state": state,
        "due_at": at,
        "written_at": at,
        "sent_at": at if state in (MessageState.SENT, MessageState.BOUNCED) else None,
    }
    return OutgoingMessage.objects.create(**defaults | fields)


def alive(*processes, minutes=0, instance="une"):
    """Signs of life of processes, so many minutes old."""
    for process in processes:
        Heartbeat.objects.create(
            process=process, instance=instance, version="0.1.0", at=Now() - timedelta(minutes=minutes)
        )


@pytest.fixture
def all_is_well():
    alive(*Process)


@pytest.fixture
def look(administrator, client_of):
    """The h1 and the text of the page, as an administrator reads it."""

    def read(address=PAGE):
        page = client_of(administrator).get(address)
        assert page.status_code == 200
        text = page.content.decode()
        return re.search(r"<h1>(.*?)</h1>", text)[1], text

    return read


# -- the verdict --------------------------------------------------------------------------------------------------


def test_when_all_is_well_the_page_says_so(look, all_is_well):
    letter(minutes=2)
    letter(MessageState.SENT, minutes=500)
    assert look()[0] == "Tout fonctionne."
    assert look("/en/exploitation/")[0] == "Everything works."


def test_the_verdict_names_what_is_wrong(look):
    alive(Process.RELAY, Process.QUICK, Process.JOBS)
    alive(Process.BEAT, minutes=12)
    for _ in range(3):
        letter(MessageState.DEAD)
    assert look()[0] == "3 lettres n’ont pas pu partir, le planificateur se tait depuis 12 minutes."
    said = look("/en/exploitation/")[0]
    assert said == "3 letters could not leave, the scheduler has been silent for 12 minutes."


@pytest.mark.parametrize(
    ("minutes", "state"), [(0, ProcessState.LIVES), (2, ProcessState.LIVES), (4, ProcessState.SILENT)]
)
def test_a_process_is_silent_after_three_minutes(minutes, state):
    alive(Process.RELAY, minutes=minutes)
    part = next(part for part in operations.look().parts if part.process == Process.RELAY)
    assert part.state == state


def test_while_beat_is_silent_nobody_knows_of_the_workers_it_makes_answer(look):
    alive(Process.RELAY)
    alive(Process.BEAT, Process.QUICK, minutes=12)
    states = {part.process: part.state for part in operations.look().parts}
    assert states[Process.BEAT] == ProcessState.SILENT
    assert states[Process.QUICK] == states[Process.JOBS] == ProcessState.UNASKED
    assert look()[0] == "Le planificateur se tait depuis 12 minutes."


def test_a_process_never_seen_is_absent_and_a_web_nobody_asks_is_no_problem():
    alive(Process.BEAT)
    report = operations.look()
    states = {part.process: part.state for part in report.parts}
    assert states.pop(Process.WEB) == ProcessState.UNASKED
    assert states.pop(Process.BEAT) == ProcessState.LIVES
    assert set(states.values()) == {ProcessState.ABSENT}
    assert {problem.process for problem in report.problems} == {Process.RELAY, Process.QUICK, Process.JOBS}


def test_one_living_machine_is_enough_for_a_process(look, all_is_well):
    alive(Process.RELAY, minutes=30, instance="arrêtée")
    assert look()[0] == "Tout fonctionne."
    assert "arrêtée" in look()[1]


def test_signs_of_life_are_compared_on_the_databases_clock(all_is_well):
    with clock.travel(clock.now() + timedelta(days=3)):
        assert not operations.look().problems


@pytest.mark.parametrize(("minutes", "rules"), [(9, []), (11, [Rule.LATE_LETTERS])])
def test_a_letter_that_has_waited_for_ten_minutes_is_a_problem(all_is_well, minutes, rules):
    letter(minutes=minutes)
    assert [problem.rule for problem in operations.look().problems] == rules


def test_a_letter_for_later_is_no_problem(all_is_well):
    letter(minutes=-300)
    assert not operations.look().problems
    assert operations.look().oldest is None


def test_a_task_that_failed_is_news_for_a_day(all_is_well, administrator):
    for hours in (1, 30):
        at = clock.now() - timedelta(hours=hours)
        Job.objects.create(kind="x", started_by=administrator, state=JobState.FAILED, ended_at=at)
    assert [(problem.rule, problem.number) for problem in operations.look().problems] == [(Rule.FAILED_JOBS, 1)]


def test_every_problem_has_its_words_in_both_languages():
    ago = timedelta(minutes=25)
    problems = [
        operations.Problem(rule, 2, ago, process)
        for rule in Rule
        for process in (Process if rule == Rule.SILENT_PROCESS else [None])
    ]
    french = [problem.words for problem in problems]
    with translation.override("en"):
        english = [problem.words for problem in problems]
    assert len({*french, *english}) == 2 * len(problems)
    assert len({problem.key for problem in problems}) == len(problems)


def test_a_backup_too_old_is_a_problem_where_it_is_known(settings):
    known = {"parts": [], "letters": {MessageState.DEAD: 0, MessageState.HELD: 0}, "oldest": None, "jobs": {}}
    settings.BACKUP_HOURS = 26

    def rules(age):
        return [problem.rule for problem in operations.Report(**known, failed_lately=0, backup=age).problems]

    assert rules(None) == rules(timedelta(hours=25)) == []
    assert rules(timedelta(hours=27)) == [Rule.OLD_BACKUP]
    settings.BACKUP_HOURS = 0
    assert rules(timedelta(hours=27)) == []


def test_the_age_of_the_last_backup_is_read_in_the_journal(look, all_is_well):
    assert operations.look().backup is None
    assert "aucune connue" in look()[1]
    with clock.travel(clock.now() - timedelta(hours=40)):
        services.note_backup()
    assert look()[0] == "La dernière sauvegarde date de 40 heures."
    services.note_backup()
    assert look()[0] == "Tout fonctionne."


# -- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_deaf", [False, True])
def test_without_a_broker_the_page_says_so_within_two_seconds(look, all_is_well, settings, is_deaf):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if is_deaf:
            listener.listen(10)
        settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        started = time.monotonic()
        assert not operations.ask_broker().answers
        took = time.monotonic() - started
        title, text = look()
    assert title.startswith("Le courtier de messages ne répond pas")
    assert "Ne répond pas" in text
    assert took < 2


def test_a_letter_that_stopped_shows_its_reason_and_nobodys_name(look, all_is_well):
    refusal = (
        "SMTPRecipientsRefused: {'jeanne.martin@exemple.test': (550, b'No such user <jeanne.martin@exemple.test>')}"
    )
    letter(MessageState.DEAD, last_error=refusal, to_name="Jeanne Martin")
    text = look()[1]
    assert "j…@exemple.test" in text and "550" in text and "No such user" in text
    assert "jeanne" not in text.casefold() and "martin" not in text.casefold() and "Bonjour" not in text


def test_stopped_letters_come_by_pages_the_newest_first(look, all_is_well):
    keys = [letter(MessageState.DEAD).pk for _ in range(25)]
    shown = [int(key) for key in re.findall(r'name="only" value="(\d+)"', look()[1])]
    assert shown == sorted(keys, reverse=True)[:20]
    older = re.search(r"\?avant=(\d+)", look()[1])[1]
    rest = [int(key) for key in re.findall(r'name="only" value="(\d+)"', look(f"{PAGE}?avant={older}")[1])]
    assert [*shown, *rest] == sorted(keys, reverse=True)


@pytest.mark.parametrize("before", ["x", "-1", "1" * 40, "²"])
def test_a_page_of_letters_that_cannot_be_is_not_found(administrator, client_of, before):
    assert client_of(administrator).get(PAGE, {"avant": before}).status_code == 404


def test_the_page_costs_as_many_statements_with_one_line_as_with_thirty(
    administrator, client_of, django_assert_num_queries, all_is_well
):
    client = client_of(administrator)

    def fill(number):
        for place in range(number):
            letter(MessageState.DEAD)
            letter(minutes=30)
            started_by = factories.user()
            Job.objects.create(kind="x", started_by=started_by, state=JobState.FAILED, ended_at=clock.now())
            alive(Process.RELAY, instance=f"machine-{Heartbeat.objects.count()}-{place}")

    fill(1)
    with CaptureQueriesContext(connection) as first:
        client.get(PAGE)
    fill(29)
    with django_assert_num_queries(len(first)):
        client.get(PAGE)
    assert len(first) <= 14


def test_what_contradicts_itself_is_shown_by_reference(look, all_is_well):
    findings = {"journal_kept": [f"partnership.job:{n}" for n in range(12)]}
    InvariantCheck.objects.create(at=clock.now(), broken=12, findings=findings)
    title, text = look()
    assert title == "Le contrôle des données a trouvé 12 contradictions."
    assert "partnership.job:9" in text and "partnership.job:10" not in text and "et 2 autres" in text


def test_a_check_replaces_the_one_before_it(all_is_well, client_of, administrator):
    InvariantCheck.objects.create(pk=1, at=clock.now() - timedelta(hours=5), broken=1, findings={"x": ["y"]})
    client_of(administrator).post(reverse("partnership:invariants_check"))
    task = Job.objects.get()
    jobs.run_slice(task.pk)
    task.refresh_from_db()
    assert task.state == JobState.DONE
    check = InvariantCheck.objects.get()
    assert (check.broken, check.findings) == (0, {})
    assert check.at > clock.now() - timedelta(minutes=1)


def test_a_broken_invariant_is_kept_and_told_in_the_log(caplog):
    Job.objects.create(kind="x", started_by=factories.user(), state=JobState.DONE)
    check = services.check_invariants()
    assert check.broken == 1
    said = [record.levelname for record in caplog.records if record.name == "partnership.services.operations"]
    assert said == ["ERROR"]


# -- deciding about letters -----------------------------------------------------------------------------------------


def decide(client, deed, *letters, only=None):
    said = {"letter": [one.pk for one in letters]} | ({"only": only.pk} if only else {})
    page = client.post(reverse(f"partnership:{deed}"), said, follow=True)
    return [message.level_tag for message in page.context["messages"]]


def states(*letters):
    return [OutgoingMessage.objects.get(pk=one.pk).state for one in letters]


@pytest.mark.parametrize("state", [MessageState.DEAD, MessageState.HELD, MessageState.BOUNCED])
def test_a_stopped_letter_is_sent_again_and_journalled(administrator, client_of, state):
    one = letter(state, attempts=10)
    assert decide(client_of(administrator), "letters_send_again", one) == ["success"]
    one.refresh_from_db()
    assert (one.state, one.attempts) == (MessageState.PENDING, 0)
    assert JournalEntry.objects.filter(subject=ref(one), before=state, after="pending").count() == 1


def test_several_letters_are_sent_again_or_the_one_whose_button_was_pressed(administrator, client_of):
    first, second, third = (letter(MessageState.DEAD) for _ in range(3))
    client = client_of(administrator)
    decide(client, "letters_send_again", first, second, only=third)
    assert states(first, second, third) == ["dead", "dead", "pending"]
    decide(client, "letters_send_again", first, second)
    assert states(first, second, third) == ["pending"] * 3


def test_a_letter_that_has_left_is_not_sent_again(administrator, client_of):
    one = letter(MessageState.SENT)
    assert decide(client_of(administrator), "letters_send_again", one) == ["error"]
    assert states(one) == ["sent"]


def test_a_letter_in_doubt_had_left(administrator, client_of):
    held, dead = letter(MessageState.HELD, secret="481516"), letter(MessageState.DEAD)
    assert decide(client_of(administrator), "letters_settle", held, dead) == ["error", "success"]
    held.refresh_from_db()
    assert (held.state, held.secret) == (MessageState.SENT, "")
    assert held.sent_at is not None
    assert states(dead) == ["dead"]
    assert JournalEntry.objects.filter(subject=ref(held), before="held", after="sent").count() == 1


def test_a_letter_is_given_up_and_one_on_its_way_is_not(administrator, client_of):
    held, dead, pending = letter(MessageState.HELD), letter(MessageState.DEAD), letter()
    assert decide(client_of(administrator), "letters_cancel", held, dead, pending) == ["error", "success"]
    assert states(held, dead, pending) == ["cancelled", "cancelled", "pending"]


@pytest.mark.parametrize("said", [{}, {"letter": "x"}, {"letter": "9" * 30}, {"only": "-1"}, {"only": "'"}])
def test_nothing_ticked_is_told_and_changes_nothing(administrator, client_of, said):
    one = letter(MessageState.DEAD)
    page = client_of(administrator).post(reverse("partnership:letters_send_again"), said, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert states(one) == ["dead"]


# -- starting tasks again -------------------------------------------------------------------------------------------


def failed(by):
    return Job.objects.create(
        kind="x", started_by=by, state=JobState.FAILED, ended_at=clock.now(), errors=["ligne 3 : date impossible"]
    )


@pytest.mark.parametrize("by", ["recruiter", "administrator"])
def test_a_failed_task_is_started_again_by_its_owner_or_an_administrator(request, client_of, recruiter, by):
    task = failed(recruiter)
    client_of(request.getfixturevalue(by)).post(reverse("job_restart", args=[task.pk]))
    task.refresh_from_db()
    assert (task.state, task.ended_at) == (JobState.WAITING, None)
    assert task in jobs.waiting()
    assert JournalEntry.objects.filter(subject=ref(task), before="failed", after="waiting").count() == 1


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING, JobState.DONE])
def test_only_a_task_that_failed_is_started_again(client_of, recruiter, state):
    task = Job.objects.create(kind="applications_export", started_by=recruiter, state=state)
    page = client_of(recruiter).post(reverse("job_restart", args=[task.pk]), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    task.refresh_from_db()
    assert task.state == state


def test_an_administrator_sees_why_a_task_failed(look, all_is_well, recruiter):
    failed(recruiter)
    title, text = look()
    assert title == "1 tâche longue a échoué."
    assert "ligne 3 : date impossible" in text

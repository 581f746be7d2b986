"""A season: 620 young people asked, 100 were there on the first day, and every one of them was answered."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from cohorts.handover import SILENCE
from cohorts.models import Application, Booking
from cohorts.states import EXITS, ApplicationState, BookingState
from partnership import clock, measures, sending, working_time
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState, MilestoneStatus

from .lives import CONFIRMED, OFFERED, End
from .season import Season

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("promises_hold")]
YEAR = 2027
MORNINGS = ("cohorts/due_today", "cohorts/files_silent")
WEEK, TURN = "partnership/weekly_state", "partnership/milestone_turned"
ANSWERS = {
    ApplicationState.CONFIRMED: {"application_confirmed"},
    ApplicationState.REJECTED: {"application_rejected"},
    ApplicationState.DECLINED: {"application_closed"},
    ApplicationState.WITHDRAWN: {"application_closed"},
    ApplicationState.EXPIRED: {"application_expired"},
    ApplicationState.UNREACHABLE: {"application_unreachable"},
}


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scale", [10, 1], ids=lambda scale: f"1 of {scale}")
def test_a_season_loses_nobody(scale, smtp):
    season = Season(YEAR, scale)
    season.pass_by()
    everybody_is_answered(season)
    each_letter_left_once(season, smtp)
    figures_are_what_sql_counts(season)
    the_forecast_followed_from_the_files(season)


def everybody_is_answered(season):
    """Nobody waits any more, and what the file ended with was told in a letter of its own."""
    files = Application.objects.submitted().select_related("candidate")
    assert files.count() == len(season.people)
    assert set(files.values_list("state", flat=True)) <= {*EXITS, ApplicationState.CONFIRMED}
    told = {}
    for about, template in OutgoingMessage.objects.filter(state=MessageState.SENT).values_list("about", "template"):
        told.setdefault(about, set()).add(template.removeprefix("cohorts/"))
    unanswered = [file for file in files if not ANSWERS[file.state] & told.get(f"cohorts.application:{file.pk}", set())]
    assert unanswered == []


def each_letter_left_once(season, mail_server):
    """What each life should have brought is what the mail server took, once each, and nothing else."""
    letters = list(OutgoingMessage.objects.all())
    taken = mail_server.taken()
    assert set(taken.values()) == {1}
    sent = [letter for letter in letters if letter.state == MessageState.SENT]
    assert {sending.message_id(letter) for letter in sent} == set(taken)
    assert {letter.state for letter in letters} <= {MessageState.SENT, MessageState.CANCELLED}
    of_mornings = [letter for letter in sent if letter.template in MORNINGS]
    of_nobody = [letter for letter in sent if letter.template in (*MORNINGS, WEEK, TURN)]
    had = Counter((letter.to_email, letter.template.partition("/")[2]) for letter in sent if letter not in of_nobody)
    awaited = Counter({(email, "file_entrusted"): number for email, number in season.entrusted.items()})
    for young in season.people:
        awaited.update({(young.email, template): number for template, number in young.awaited.items()})
    assert (had - awaited, awaited - had) == (Counter(), Counter())
    mornings_are_told_once(of_mornings)
    weeks_are_told_once(season, [letter for letter in sent if letter.template == WEEK])
    turns_are_told_once(season, [letter for letter in sent if letter.template == TURN])


def weeks_are_told_once(season, letters):
    """The state of the convention: a letter on the first working day of each week, to the only coordinator."""
    told = [letter.sent_at.astimezone(clock.PARIS).date() for letter in letters]
    seen = (season.starts_on + timedelta(days=2) - season.first).days
    days = [season.first + timedelta(days=n) for n in range(seen + 1)]
    monday = {day: day - timedelta(days=day.weekday()) for day in days}
    assert sorted(told) == [
        day for day in days if day == working_time.add_working_days(monday[day] - timedelta(days=1), 1)
    ]


def turns_are_told_once(season, letters):
    """Where the milestone stood goes on from line to line of the journal, and each turn is one letter of its day."""
    lines = list(JournalEntry.objects.filter(subject=ref(season.milestone)).order_by("pk"))
    assert [line.before for line in lines[1:]] == [line.after for line in lines[:-1]]
    assert len(lines) > 1 and lines[-1].after == MilestoneStatus.DONE
    turned = {
        (line.after, line.at.astimezone(clock.PARIS).date())
        for line in lines
        if line.before or line.after != MilestoneStatus.ON_TRACK
    }
    told = [(letter.key.split(":")[2], letter.written_at.astimezone(clock.PARIS).date()) for letter in letters]
    assert sorted(told) == sorted(turned)


def mornings_are_told_once(letters):
    """What is due and what is silent: a letter a recruiter and working day at most, and of each silence one word."""
    days = Counter(
        (letter.template, letter.to_email, letter.sent_at.astimezone(clock.PARIS).date()) for letter in letters
    )
    assert set(days.values()) == {1}
    assert all(working_time.is_working_day(day) for _template, _reader, day in days)
    held = Booking.objects.filter(state__in=[BookingState.ATTENDED, BookingState.MISSED]).select_related(
        "slot__held_by"
    )
    expected = {("cohorts/due_today", one.slot.held_by.email, one.slot.day) for one in held}
    assert expected and expected - set(days) == set()
    silences = JournalEntry.objects.filter(after=SILENCE).values_list("subject", "reason")
    assert len(silences) == len(set(silences)) > 0


def figures_are_what_sql_counts(season):
    """The measures of the convention, against statements of their own and against the lives."""
    convention = season.cohorts["lyon"].intake.programme.milestone.convention
    figures = {key: sum(by.values()) for key, by in measures.counts(None, convention).items()}
    statements = {
        "contacts": "state <> 'draft'",
        "applied": "submitted_at IS NOT NULL AND state <> 'draft'",
        "admitted": "offered_curriculum_id IS NOT NULL AND state <> 'draft'",
        "confirmed": "state = 'confirmed'",
    }
    for key, condition in statements.items():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM cohorts_application WHERE {condition}")
            assert figures[key] == cursor.fetchone()[0], key
    lives = Counter(young.end for young in season.people)
    assert figures["contacts"] == len(season.people)
    assert figures["admitted"] == sum(lives[end] for end in OFFERED)
    assert figures["present"] == lives[End.PRESENT]
    assert figures["confirmed"] == sum(lives[end] for end in CONFIRMED) - lives[End.MELTED]
    assert clock.now().year != YEAR  # nobody travels any more


def the_forecast_followed_from_the_files(season):
    """Each Monday it said what SQL counted; from the first file until the first day it said something."""
    assert [day for day, (told, counted) in season.foreseen.items() if told != counted] == []
    in_all = {day: told[season.milestone.order, ""] for day, (told, _counted) in season.foreseen.items()}
    first = min(young.begins for young in season.people).date()
    awaited = [day for day in in_all if first < day <= season.starts_on]
    assert len(awaited) > 10 and [day for day in awaited if in_all[day] is None] == []
    # Some were silent long enough to be at risk.
    assert any(in_all[day][-1] for day in awaited)

"""The demonstration: told by services, whole, once, and refused where real people are."""

import tomllib
from datetime import date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from cohorts.models import Application, Cohort
from cohorts.services import calendar_of
from cohorts.states import ApplicationState
from partnership import clock, invariants
from partnership.models import Convention, JournalEntry, OutgoingMessage
from partnership.states import ConventionState, MessageState
from placements.demonstration import Story
from placements.management.commands.demo import DATA
from placements.models import ContractFile, Placement, Seat
from programmes.models import Curriculum

pytestmark = pytest.mark.django_db


def test_the_founding_story_is_told_whole_once_and_up_to_its_opening(folder):
    # One telling for all that is said of it: it takes longer than any other test of this folder.
    call_command("load_reference")
    call_command("demo", rentree="2027-09")

    convention = Convention.objects.get()
    assert convention.state == ConventionState.SIGNED
    assert convention.signed_at.astimezone(clock.PARIS).date() == date(2027, 3, 28)
    assert Curriculum.objects.validated().get().modules.count() == 10
    young = Application.objects.submitted().filter(intake__programme__kind="diploma")
    assert (young.count(), Application.objects.submitted().count()) == (120, 125)
    assert set(Application.objects.values_list("state", flat=True)) >= {
        ApplicationState.SUBMITTED,
        ApplicationState.INTERVIEW_SCHEDULED,
        ApplicationState.WAITLISTED,
        ApplicationState.ADMITTED,
        ApplicationState.CONFIRMED,
        ApplicationState.WITHDRAWN,
    }
    assert Seat.objects.count() == 46
    assert Placement.objects.live().exists()
    assert set(ContractFile.objects.values_list("state", flat=True)) >= {"asked", "received", "signed", "returned"}
    assert invariants.check() == []

    # Nothing happens after the opening, and no letter of the past leaves in a burst.
    opening = datetime(2027, 6, 15, 9, 30, tzinfo=clock.PARIS)
    assert JournalEntry.objects.latest("at").at <= opening
    waiting = OutgoingMessage.objects.filter(state=MessageState.PENDING)
    assert waiting.exists() and not waiting.filter(due_at__lte=opening).exists()

    assert int((folder / "clock_shift").read_text())
    lines = JournalEntry.objects.count()
    call_command("demo", rentree="2027-09")
    assert JournalEntry.objects.count() == lines


@override_settings(DEVELOPMENT=False)
def test_it_is_refused_in_production():
    with pytest.raises(CommandError):
        call_command("demo")


def test_an_intake_is_a_september():
    with pytest.raises(CommandError):
        call_command("demo", rentree="2027-02")
    with pytest.raises(CommandError):
        call_command("demo", rentree="bientôt")


def test_the_year_of_the_agreement_has_its_calendars_to_the_hour(db):
    call_command("load_reference")
    story = Story(2002, tomllib.loads(DATA.read_text()))
    with clock.travel(story.at(3, 1)):
        story.found()
    made = {cohort.zone.code: calendar_of(cohort) for cohort in Cohort.objects.exclude(rhythm_kind="")}
    assert {code: (one.school_hours, len(one.company_days)) for code, one in made.items()} == {
        "paris": (532, 115),
        "lyon": (539, 114),
        "toulouse": (539, 114),
    }

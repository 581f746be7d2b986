"""Offers: until when they are answered."""

import importlib
from datetime import datetime

import pytest
from django.db import connection

from cohorts import services
from cohorts.models import Application
from cohorts.states import ApplicationState
from partnership import clock
from partnership.clock import PARIS
from partnership.models import OutgoingMessage, ref
from tests import factories

pytestmark = pytest.mark.django_db
an_hour_to_answer = importlib.import_module("cohorts.migrations.0008_an_hour_to_answer")


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("offered", "hours", "until"),
    [
        ("2027-06-14 10:00", 45, "2027-06-21 10:00"),
        ("2027-06-11 17:00", 2, "2027-06-14 10:00"),
        # In the night the letter waits for the morning, and so do the hours.
        ("2027-06-12 23:00", 9, "2027-06-14 18:00"),
        # The Thursday before Easter Monday.
        ("2027-03-25 17:00", 11, "2027-03-30 10:00"),
    ],
)
def test_the_time_to_answer_is_counted_in_open_hours_of_the_cohort(offered, hours, until, recruiter):
    with clock.travel(paris(offered)):
        cohort = factories.cohort(hours_to_reply=hours)
        application = factories.application(cohort, state=ApplicationState.INTERVIEWED)
        services.admit(application, by=recruiter)
    assert application.reply_before == paris(until)


def test_the_letter_of_an_offer_says_the_day_and_the_hour(recruiter):
    with clock.travel(paris("2027-06-14 10:12")):
        application = factories.application(state=ApplicationState.INTERVIEWED)
        services.admit(application, by=recruiter)
    letter = OutgoingMessage.objects.get(about=ref(application))
    assert "lundi 21 juin 2027, 10 h 12" in letter.subject.replace("\xa0", " ")
    assert "lundi 21 juin 2027, 10 h 12" in letter.text.replace("\xa0", " ")


def test_whoever_was_promised_a_day_keeps_the_whole_of_it():
    """What the migration makes of the dates that earlier letters have said."""
    application = factories.application(state=ApplicationState.ADMITTED, reply_before=paris("2027-06-21 10:00"))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(an_hour_to_answer.NARROW)
        cursor.execute(an_hour_to_answer.WIDEN)
    assert Application.objects.get(pk=application.pk).reply_before == paris("2027-06-21 23:59")

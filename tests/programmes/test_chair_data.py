"""What the chair keeps of people from outside: handed over, erased, forgotten in time; the figures stay."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from partnership import clock, personal_data, retention
from partnership.measures import Census
from partnership.models import OutgoingMessage, Tombstone, ref
from partnership.workflow import Refused
from programmes import measures, services
from programmes.models import Contribution, Registration
from programmes.states import Attendance, RegistrationState

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "promises_hold")]
EMAIL = "amina@exemple.test"


@pytest.fixture
def known(coordinator):
    """Somebody with a place, a proposal and letters."""
    soon = clock.today() + timedelta(days=9)
    activity = factories.activity(capacity=5, contributions_until=soon, lead=coordinator)
    who = {"name": "Amina Fictive", "organisation": "Contact Exemple", "language": "fr"}
    services.register(activity, submit_key=uuid4(), email=EMAIL, **who)
    services.contribute(activity, submit_key=uuid4(), email=EMAIL, title="Écouter", abstract="Une page.", **who)
    return Registration.objects.get()


def test_everything_of_an_address_is_handed_over(known):
    held = personal_data.collect(ref(known))
    assert [line["activity__title"] for line in held["registrations"]] == [known.activity.title]
    assert held["contributions"][0]["abstract"] == "Une page."
    assert len(held["guest letters"]) == 2 and held["guest journal"]


def test_whoever_is_expected_is_erased_only_when_asked_and_gives_the_place_back(known, administrator):
    with pytest.raises(Refused):
        personal_data.erase(ref(known), by=administrator)
    personal_data.erase(ref(known), by=administrator, even_if_live=True)
    known.refresh_from_db()
    assert (known.state, known.email) == (RegistrationState.CANCELLED, "")


def test_an_erasure_takes_every_trace_of_the_address_and_leaves_a_tombstone_for_each(known, administrator):
    proposal = Contribution.objects.get()
    personal_data.erase(ref(proposal), by=administrator, even_if_live=True)
    proposal.refresh_from_db()
    assert (proposal.name, proposal.title, proposal.abstract) == ("", "", "")
    assert set(Tombstone.objects.values_list("subject", flat=True)) == {ref(known), ref(proposal)}
    letters = OutgoingMessage.objects.filter(to_ref__in=[ref(known), ref(proposal)])
    assert letters and not any(letter.text or letter.to_email or letter.calendar for letter in letters)
    # Again, as after a restore: nothing is left to take.
    assert personal_data.erase(ref(proposal), by=administrator, even_if_live=True) == {}


def test_another_address_keeps_everything(known, administrator):
    other = factories.registration(known.activity)
    personal_data.erase(ref(known), by=administrator, even_if_live=True)
    other.refresh_from_db()
    assert other.email


def test_a_year_after_the_activity_its_guests_are_forgotten_and_the_figures_stay(known, coordinator, settings):
    activity = known.activity
    with clock.travel(activity.begins_at + timedelta(minutes=5)):
        services.mark_attendance(known, Attendance.PRESENT, version=known.version, by=coordinator)
    convention = activity.programme.milestone.convention
    before = measures.counts(Census(coordinator, convention))
    rule, last = retention.RULES["guests"], activity.ends_at + timedelta(days=settings.RETENTION_DAYS["guests"])
    with clock.travel(last):
        assert rule.count() == 0
    with clock.travel(last + timedelta(minutes=1)):
        assert rule.count() == 2
        gone, _all = retention.apply()
        assert gone["guests"] == 2 and rule.count() == 0
        assert measures.counts(Census(coordinator, convention)) == before
    known.refresh_from_db()
    assert (known.name, known.attendance) == ("", Attendance.PRESENT)
    assert not OutgoingMessage.objects.filter(to_email=EMAIL).exists()


def test_a_younger_registration_of_the_same_address_is_not_forgotten_with_the_older(known, settings):
    later = factories.activity(days=300, lead=known.activity.lead)
    services.register(later, submit_key=uuid4(), email=EMAIL, name="Amina", organisation="", language="fr")
    with clock.travel(known.activity.ends_at + timedelta(days=settings.RETENTION_DAYS["guests"], minutes=1)):
        retention.RULES["guests"].take(500)
    assert [one.activity for one in Registration.objects.filter(email=EMAIL)] == [later]


def test_the_dry_run_of_retention_says_how_many(known, settings, capsys):
    with clock.travel(known.activity.ends_at + timedelta(days=settings.RETENTION_DAYS["guests"], minutes=1)):
        call_command("retention", dry_run=True)
    assert re.search(r"[1-9]  invités de la chaire", capsys.readouterr().out)

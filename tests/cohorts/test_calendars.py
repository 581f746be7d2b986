"""Appointments in calendars: attached, replaced when moved, taken out when cancelled; and the feed of their holder."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from cohorts import services
from cohorts.states import AGENDA, SlotKind
from partnership import clock, links, personal_data, retention, sending
from partnership.models import OutgoingMessage, ref

from .. import factories

pytestmark = pytest.mark.django_db


def _letter(template):
    return OutgoingMessage.objects.filter(template=f"cohorts/{template}").latest("pk")


def _read(text):
    whole = Calendar.from_ical(text)
    [event] = whole.walk("VEVENT")
    return whole, event


# -- the applicant's --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (SlotKind.INTERVIEW, ("interview_booked", "interview_moved", "interview_cancelled")),
        (SlotKind.OPEN_DAY, ("meeting_booked", "meeting_moved", "meeting_cancelled")),
    ],
)
def test_an_appointment_is_one_entry_that_moves_and_goes(kind, names, recruiter):
    here, there = factories.slot(kind=kind), factories.slot(kind=kind, days=8)
    application = factories.application(here.cohort)
    booking = services.book(application, here, by=recruiter)
    services.book(application, there, by=recruiter)
    booking.refresh_from_db()
    services.give_up(booking, by=recruiter)
    read = [_read(_letter(name).calendar) for name in names]
    assert [whole["METHOD"] for whole, _event in read] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert len({event["UID"] for _whole, event in read}) == 1
    sequences = [event["SEQUENCE"] for _whole, event in read]
    assert sequences == sorted(set(sequences))
    assert [event.start for _whole, event in read] == [
        slot.starts_at.replace(microsecond=0) for slot in (here, there, there)
    ]
    assert read[0][1]["LOCATION"] == here.place


def test_another_room_replaces_the_entry_of_everybody(recruiter):
    slot = factories.slot(kind=SlotKind.TESTS)
    services.book(factories.application(slot.cohort), slot, by=recruiter)
    before = _read(_letter("meeting_booked").calendar)[1]
    services.change_slot(slot, by=recruiter, place="Salle des fêtes, 2, rue Neuve")
    after = _read(_letter("meeting_moved").calendar)[1]
    assert before["UID"] == after["UID"] and after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LOCATION"] == "Salle des fêtes, 2, rue Neuve"


def test_an_interview_fixed_at_once_is_kept_and_given_up_in_the_calendar(recruiter):
    application = factories.application()
    services.schedule_interview(application, starts_at=clock.now() + timedelta(days=2), place="Ici", by=recruiter)
    services.cancel_interview(application, by=recruiter)
    assert _read(_letter("interview_booked").calendar)[0]["METHOD"] == "PUBLISH"
    assert _read(_letter("interview_cancelled").calendar)[0]["METHOD"] == "CANCEL"


def test_a_file_that_goes_on_elsewhere_takes_its_interview_out(recruiter):
    slot = factories.slot()
    application = factories.application(slot.cohort)
    services.book(application, slot, by=recruiter)
    application.refresh_from_db()
    later = factories.intake(starts_on=clock.today() + timedelta(days=400))
    services.postpone(application, cohort=factories.cohort(of=later), by=recruiter)
    whole, event = _read(_letter("application_postponed").calendar)
    assert (whole["METHOD"], event["SEQUENCE"] > 1) == ("CANCEL", True)


def test_the_words_are_the_applicants_and_hold_no_personal_link(recruiter):
    slot = factories.slot()
    person = factories.candidate(language="en")
    with translation.override("fr"):
        services.book(factories.application(slot.cohort, of=person), slot, by=recruiter)
    event = _read(_letter("interview_booked").calendar)[1]
    assert event["SUMMARY"].startswith("Interview, ")
    assert "lien-personnel" not in _letter("interview_booked").calendar


def test_the_letter_leaves_with_it_attached_as_a_calendar(recruiter, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    slot = factories.slot()
    booking = services.book(factories.application(slot.cohort), slot, by=recruiter)
    services.give_up(booking, by=recruiter)
    sending.send_due()
    kinds = []
    for sent in mail.outbox:
        message = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
        [part] = message.iter_attachments()
        assert part.get_content_type() == "text/calendar"
        assert (part.get_filename(), part.get_content_charset()) == ("tandem.ics", "utf-8")
        kinds.append(part["Content-Type"].params["method"])
        text = part.get_payload(decode=True).decode()
        assert "\r\nUID:cohorts.booking:" in text and f"METHOD:{kinds[-1]}" in text
        assert {inner.get_content_type() for inner in message.walk()} >= {"text/plain", "text/html"}
    assert kinds == ["PUBLISH", "CANCEL"]


def test_other_letters_carry_nothing(recruiter, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    services.mark_unreachable(factories.application(), reason="no_answer", by=recruiter)
    sending.send_due()
    assert mail.outbox[0].message().get_content_type() == "multipart/alternative"


def test_erasure_and_time_take_the_appointment_out_of_the_letter(recruiter, folder):
    slot = factories.slot(kind=SlotKind.TESTS, capacity=2)
    erased, old = (factories.application(slot.cohort) for _ in range(2))
    for application in (erased, old):
        services.book(application, slot, by=recruiter)
    personal_data.erase(ref(erased.candidate), by=recruiter, even_if_live=True)
    assert not OutgoingMessage.objects.filter(about=ref(erased)).exclude(calendar="").exists()
    long_ago = clock.now() - timedelta(days=3 * 365)
    OutgoingMessage.objects.filter(about=ref(old)).update(state="sent", written_at=long_ago, sent_at=long_ago)
    retention.apply()
    assert not OutgoingMessage.objects.exclude(calendar="").exists()


# -- the recruiter's --------------------------------------------------------------------------------------------------


def _feed(client, token):
    return client.get(reverse("cohorts:slot_feed", args=[token]))


@pytest.fixture
def token(recruiter):
    return services.open_agenda(recruiter).split("/")[-2]


def test_the_feed_holds_the_slots_one_holds_by_how_many_come_and_names_nobody(client, recruiter, token):
    cohort = factories.cohort()
    slot = factories.slot(cohort, kind=SlotKind.OPEN_DAY, held_by=recruiter)
    booking = factories.booking(slot)
    factories.slot(cohort, days=4)
    answer = _feed(client, token)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store, private"
    text = answer.content.decode()
    event = _read(text)[1]
    assert event["SUMMARY"] == "Journée portes ouvertes, Lyon, 1 sur 20"
    assert event["URL"].endswith(f"/fr/recrutement/creneaux/{slot.pk}/")
    person = booking.application.candidate
    assert person.last_name not in text and person.first_name not in text


@pytest.mark.parametrize("why", ["closed", "made anew", "left", "no role", "unknown"])
def test_an_address_that_is_closed_finds_nothing(client, recruiter, token, why):
    factories.slot(held_by=recruiter)
    assert _feed(client, token).status_code == 200
    if why == "closed":
        services.close_agenda(recruiter)
    elif why == "made anew":
        services.open_agenda(recruiter)
    elif why == "left":
        type(recruiter).objects.filter(pk=recruiter.pk).update(is_active=False)
    elif why == "no role":
        recruiter.memberships.all().delete()
    else:
        token = "inconnu"  # noqa: S105
    assert _feed(client, token).status_code == 404


def test_a_zone_one_no_longer_recruits_in_leaves_the_feed(client, lyon_recruiter):
    token = services.open_agenda(lyon_recruiter).split("/")[-2]
    factories.slot(factories.cohort("lyon"), held_by=lyon_recruiter)
    factories.slot(factories.cohort("paris"), held_by=lyon_recruiter)
    assert len(Calendar.from_ical(_feed(client, token).content.decode()).walk("VEVENT")) == 1


def test_the_address_is_shown_once_and_closed_by_a_button(client_of, recruiter):
    client = client_of(recruiter)
    with translation.override("en"):
        page, close = reverse("cohorts:slot_agenda"), reverse("cohorts:slot_agenda_close")
    shown = client.post(page)
    address = shown.context["address"]
    assert address in shown.content.decode()
    assert client.get(address.partition("/fr/")[1] + address.partition("/fr/")[2]).status_code == 200
    assert address not in client.get(page).content.decode()
    assert len(services.open_agendas(recruiter)) == 1
    client.post(close)
    assert services.open_agendas(recruiter) == []
    assert links.PURPOSES[AGENDA].days > 365

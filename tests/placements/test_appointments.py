"""The applicant's appointments by personal link: chosen, moved, cancelled on a phone, without an account."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Booking
from cohorts.states import FOLLOW, ApplicationState, BookingState, SlotKind
from partnership import clock, links
from partnership.models import ref
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]
S = ApplicationState


@pytest.fixture
def phone():
    return Client()


@pytest.fixture
def lyon():
    return factories.cohort("lyon")


class Reader:
    """An applicant with a link."""

    def __init__(self, phone, application, language="fr"):
        self.phone, self.application, self.language = phone, application, language
        self.token = links.mint(FOLLOW, ref(application))

    def address(self, name, *more):
        with translation.override(self.language):
            return reverse(f"placements:{name}", args=[self.token, *more])

    def open(self, name="follow_appointments", *more):
        return self.phone.get(self.address(name, *more))

    def tap(self, slot, *, shown="0", **options):
        said = {"slot": str(slot.pk), "shown": shown}
        return self.phone.post(self.address("follow_appointments"), said, **options)


@pytest.fixture
def reader(phone, lyon):
    return Reader(phone, factories.application(lyon))


def test_the_page_of_the_application_leads_to_the_open_dates(reader, lyon):
    assert reader.address("follow_appointments") not in reader.open("application_follow").content.decode()
    factories.slot(lyon)
    assert reader.address("follow_appointments") in reader.open("application_follow").content.decode()


def test_one_tap_books_and_the_page_says_when_and_where(reader, lyon):
    slot = factories.slot(lyon)
    assert f'value="{slot.pk}"' in reader.open().content.decode()
    answer = reader.tap(slot, follow=True)
    body = answer.content.decode()
    assert "C’est noté" in body and slot.place in body
    reader.application.refresh_from_db()
    assert reader.application.state == S.INTERVIEW_SCHEDULED


def test_times_are_those_of_paris(reader, lyon):
    summer = datetime(clock.today().year + 1, 7, 5, 8, 30, tzinfo=clock.PARIS)
    factories.slot(lyon, starts_at=summer)
    assert "8\u00a0h\u00a030" in reader.open().content.decode()


def test_an_appointment_is_moved_by_one_tap_and_its_place_is_free_again(reader, lyon):
    here, there = factories.slot(lyon), factories.slot(lyon, days=6)
    reader.tap(here)
    page = reader.open()
    assert "Choisissez un autre moment pour le déplacer" in page.content.decode()
    assert f'value="{here.pk}"' not in page.content.decode()
    assert reader.tap(there, shown="1").status_code == 302
    assert reader.application.bookings.get().slot_id == there.pk
    assert list(services.kinds_to_choose(factories.application(lyon))[0].days[0].slots) == [here]


def test_a_slot_that_was_full_meanwhile_offers_the_others(reader, lyon):
    gone, left = factories.slot(lyon), factories.slot(lyon, days=5)
    reader.open()
    factories.booking(gone)
    answer = reader.tap(gone)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert "La dernière place de ce créneau vient d’être prise" in body
    assert f'value="{left.pk}"' in body and f'value="{gone.pk}"' not in body
    assert not reader.application.bookings.exists()


def test_an_appointment_that_the_team_moved_meanwhile_is_shown(reader, lyon, recruiter):
    first, second, third = (factories.slot(lyon, days=days) for days in (2, 3, 4))
    reader.tap(first)
    services.book(reader.application, second, by=recruiter)
    answer = reader.tap(third, shown="1")
    assert answer.status_code == 409
    assert reader.application.bookings.get().slot_id == second.pk


def test_an_appointment_is_cancelled_after_one_question(reader, lyon):
    slot = factories.slot(lyon, kind=SlotKind.OPEN_DAY)
    other = factories.slot(lyon, kind=SlotKind.OPEN_DAY, days=9)
    reader.tap(slot)
    asked = reader.open("follow_appointment_cancel", "open_day").content.decode()
    assert slot.place in asked and reader.address("follow_appointments") in asked
    address = reader.address("follow_appointment_cancel", "open_day")
    assert reader.phone.post(address, {"shown": "1"}).status_code == 302
    assert reader.application.bookings.get().state == BookingState.CANCELLED
    # A second tap, and then another date.
    assert reader.phone.post(address, {"shown": "1"}).status_code == 302
    assert reader.tap(other).status_code == 302


def test_a_cancelled_interview_may_be_chosen_again(reader, lyon):
    slot = factories.slot(lyon)
    reader.tap(slot)
    reader.phone.post(reader.address("follow_appointment_cancel", "interview"), {"shown": "1"})
    reader.application.refresh_from_db()
    assert reader.application.state == S.SUBMITTED
    assert reader.tap(slot).status_code == 302
    assert Booking.objects.filter(state=BookingState.BOOKED).count() == 1


def test_a_past_appointment_is_neither_moved_nor_cancelled(reader, lyon):
    booking = factories.booking(factories.slot(lyon, kind=SlotKind.TESTS, days=-1), reader.application)
    body = reader.open("application_follow").content.decode()
    assert reader.address("follow_appointment_cancel", "tests") not in body
    reader.phone.post(reader.address("follow_appointment_cancel", "tests"), {"shown": "1"})
    booking.refresh_from_db()
    assert booking.state == BookingState.BOOKED


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        (S.ENQUIRY, {"open_day"}),
        (S.SUBMITTED, {"interview", "open_day"}),
        (S.NO_SHOW, {"interview", "open_day"}),
        (S.INTERVIEWED, {"open_day"}),
        (S.ADMITTED, {"open_day"}),
        (S.CONFIRMED, {"open_day"}),
        (S.WITHDRAWN, set()),
    ],
)
def test_what_may_be_chosen_follows_the_stage(phone, lyon, state, kinds):
    slots = [factories.slot(lyon), factories.slot(lyon, kind=SlotKind.OPEN_DAY)]
    visitor = Reader(phone, factories.application(lyon, state=state))
    assert {choice.kind.value for choice in visitor.open().context["kinds"]} == kinds
    for slot in slots:
        assert visitor.tap(slot).status_code == (302 if slot.kind in kinds else 409)


def test_only_the_offered_slots_of_ones_own_course_and_zone_are_to_choose(reader, lyon, recruiter):
    elsewhere = factories.slot(factories.cohort("paris"))
    own = factories.slot(lyon, is_offered=False)
    assert reader.open().context["kinds"] == []
    assert [reader.tap(slot).status_code for slot in (elsewhere, own)] == [409, 409]
    assert not Booking.objects.exists()


@pytest.mark.parametrize("said", [{}, {"slot": "x"}, {"slot": "1" * 5000, "shown": "9" * 5000}, {"shown": "²"}])
def test_whatever_is_sent_is_answered_in_words(reader, said):
    answer = reader.phone.post(reader.address("follow_appointments"), said)
    assert answer.status_code == 409
    assert "Choisissez une de ces dates." in answer.content.decode()
    assert reader.open("follow_appointment_cancel", "sieste").status_code == 302


def test_the_link_of_somebody_who_withdrew_books_nothing(reader, lyon):
    slot = factories.slot(lyon)
    services.withdraw(reader.application, reason="job", by=reader.application.candidate)
    assert reader.tap(slot).status_code == 409
    assert not Booking.objects.exists()


def test_an_unknown_link_opens_nothing(phone):
    with translation.override("fr"):
        for name, more in (("follow_appointments", []), ("follow_appointment_cancel", ["interview"])):
            assert phone.get(reverse(f"placements:{name}", args=["inconnu", *more])).status_code == 404


def test_the_pages_are_read_in_english_too(phone, lyon):
    factories.slot(lyon)
    visitor = Reader(phone, factories.application(lyon), language="en")
    assert "Which date suits you?" in visitor.open().content.decode()
    assert "See the open dates" in visitor.open("application_follow").content.decode()


def test_the_page_asks_as_much_for_one_slot_as_for_thirty(reader, lyon):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            reader.open()
        return len(queries)

    factories.slot(lyon)
    one = asked()
    for number in range(29):
        factories.slot(lyon, starts_at=clock.now() + timedelta(days=2, hours=number))
    assert asked() == one

"""Several young people presented to a host: who is told what, and what each answer leads to."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from cohorts import services as recruitment
from partnership import clock, reminders, sending
from partnership.models import JournalEntry, OutgoingMessage
from partnership.outbox import LINK_MARK
from partnership.states import ActorKind, Channel, Role
from partnership.workflow import Refused
from placements import services
from placements.models import Introduction, Placement
from placements.states import IntroductionReason, IntroductionState, PlacementState

from .. import factories
from . import introductions_factory as introduced

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]
I = IntroductionState  # noqa: E741
TUESDAY = datetime(2027, 6, 15, 10, tzinfo=clock.PARIS)


@pytest.fixture
def three(lyon):
    return [factories.enrolment(lyon) for _number in range(3)]


@pytest.fixture
def shown(three, seat, lyon_lead):
    """Three young people presented to a site with one free place."""
    services.present(three, site=seat.site, by=lyon_lead)
    return [Introduction.objects.get(enrolment=one) for one in three]


def letters(name: str) -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.filter(template=f"placements/{name}").order_by("pk"))


def meeting_day(days: int = 3) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(hour=14, minute=30, second=0, microsecond=0)


def reload(*introductions):
    for one in introductions:
        one.refresh_from_db()


# -- presented --------------------------------------------------------------------------------------------------------


def test_presenting_writes_one_letter_to_the_host_and_one_to_each_student(three, seat, lyon_lead):
    with clock.travel(TUESDAY):
        presentation = services.present(three, site=seat.site, by=lyon_lead)
    assert presentation.reply_by.isoformat() == "2027-06-22"
    [letter] = letters("students_presented")
    assert letter.to_email == seat.site.contact_email and LINK_MARK in letter.text
    assert letter.reply_to == lyon_lead.email
    for student in three:
        person = student.application.candidate
        assert f"{person.first_name} {person.last_name[0]}." in letter.text
        # What would let a host reach them, and their whole name, is not in it.
        assert not any(word in letter.text for word in (person.last_name, person.email, person.phone))
    assert {one.to_email for one in letters("introduction_presented")} == {
        student.application.candidate.email for student in three
    }
    assert JournalEntry.objects.filter(after=I.SENT).count() == 3


def test_a_handed_link_writes_nothing_to_the_host(three, seat, lyon_lead):
    presentation = services.present(three, site=seat.site, by=lyon_lead, handed=True)
    assert presentation.is_handed and letters("students_presented") == []
    assert len(letters("introduction_presented")) == 3


def test_presenting_blocks_nothing(shown, seat, lyon_lead, student):
    """Neither the place, nor another introduction of the same people."""
    services.present([one.enrolment for one in shown], site=factories.site(), by=lyon_lead)
    assert services.propose(student, site=seat.site, by=lyon_lead).seat == seat


def test_nobody_is_presented_twice_to_a_site_while_it_has_not_answered(shown, seat, lyon_lead, student):
    name = str(shown[0].enrolment)
    with pytest.raises(Refused, match=name):
        services.present([student, shown[0].enrolment], site=seat.site, by=lyon_lead)
    assert Introduction.objects.count() == 3
    services.not_choose(shown[0], reason="hours", by=seat.site)
    services.present([student, shown[0].enrolment], site=seat.site, by=lyon_lead)


def test_whoever_has_a_place_or_cannot_come_is_not_presented(seat, site, lyon, lyon_lead, student):
    services.accept(services.propose(student, site=site, by=lyon_lead), by=site)
    with pytest.raises(Refused, match=str(student)):
        services.present([student], site=site, by=lyon_lead)
    parisian = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    with pytest.raises(Refused):
        services.present([parisian], site=site, by=lyon_lead)
    later = factories.enrolment(factories.cohort(of=factories.intake(starts_on=clock.today() + timedelta(days=400))))
    with pytest.raises(Refused):
        services.present([factories.enrolment(lyon), later], site=site, by=lyon_lead)
    with pytest.raises(Refused):
        services.present([], site=site, by=lyon_lead)
    assert not Introduction.objects.exists()


# -- a meeting --------------------------------------------------------------------------------------------------------


def test_a_meeting_is_written_to_the_student_with_a_file_for_their_calendar(shown, seat, lyon_lead):
    services.fix_meeting(shown[0], at=meeting_day(), by=seat.site)
    reload(shown[0])
    assert shown[0].state == I.MEETING
    [letter] = letters("meeting_fixed")
    assert "BEGIN:VEVENT" in letter.calendar and seat.site.name in letter.text
    [told] = letters("introduction_answered")
    assert told.to_email == lyon_lead.email
    # The same tap again changes nothing; another hour is told anew, as the same appointment.
    services.fix_meeting(shown[0], at=meeting_day(), by=seat.site)
    assert len(letters("meeting_fixed")) == 1
    services.fix_meeting(shown[0], at=meeting_day(4), place="Accueil, 2e étage", by=seat.site)
    first, second = letters("meeting_fixed")
    uid = next(line for line in first.calendar.splitlines() if line.startswith("UID"))
    assert uid in second.calendar and "Accueil" in second.text


def test_a_meeting_is_not_fixed_in_the_past(shown, seat):
    with pytest.raises(Refused):
        services.fix_meeting(shown[0], at=clock.now() - timedelta(minutes=1), by=seat.site)


def test_what_a_lead_records_by_telephone_is_said_in_the_journal_and_not_written_to_them(shown, lyon_lead):
    services.fix_meeting(shown[0], at=meeting_day(), by=lyon_lead, channel=Channel.PHONE)
    line = JournalEntry.objects.get(after=I.MEETING)
    assert (line.actor_kind, line.channel) == (ActorKind.USER, Channel.PHONE)
    assert letters("introduction_answered") == []


# -- chosen -----------------------------------------------------------------------------------------------------------


def test_choosing_places_the_student_and_closes_what_was_under_way_elsewhere(shown, seat, lyon_lead):
    other = factories.site()
    services.present([shown[0].enrolment], site=other, by=lyon_lead)
    elsewhere = Introduction.objects.get(site=other)
    placement = services.choose(shown[0], by=seat.site)
    assert (placement.state, placement.seat) == (PlacementState.ACCEPTED, seat)
    reload(*shown, elsewhere)
    assert [one.state for one in shown] == [I.CHOSEN, I.SENT, I.SENT]
    assert (elsewhere.state, elsewhere.end_reason) == (I.CLOSED, IntroductionReason.PLACED)
    assert len(letters("placement_accepted")) == len(letters("host_answered")) == 1
    [closed] = letters("introduction_closed")
    assert closed.to_email == other.contact_email
    # The host has chosen: nothing is asked of it any more.
    assert [one.state for one in letters("placement_proposed")] == ["cancelled"]
    line = JournalEntry.objects.get(after=PlacementState.ACCEPTED)
    assert line.actor_kind == ActorKind.HOST


def test_choosing_needs_a_free_place(shown, seat):
    services.choose(shown[0], by=seat.site)
    with pytest.raises(Refused):
        services.choose(shown[1], by=seat.site)
    reload(shown[1])
    assert shown[1].state == I.SENT
    assert Placement.objects.live().count() == 1


def test_a_host_that_comes_too_late_reads_why(shown, seat, lyon_lead, lyon):
    other = factories.seat(factories.site(), of=lyon.intake, by=lyon_lead).site
    services.present([shown[0].enrolment], site=other, by=lyon_lead)
    late = Introduction.objects.get(site=other)
    services.choose(shown[0], by=seat.site)
    with pytest.raises(Refused, match="another host|autre entreprise"):
        services.choose(late, by=other)


def test_a_placement_accepted_by_another_way_closes_introductions_too(shown, seat, lyon_lead, lyon):
    other = factories.seat(factories.site(), of=lyon.intake, by=lyon_lead)
    services.fix_meeting(shown[0], at=meeting_day(), by=seat.site)
    services.accept(services.propose(shown[0].enrolment, site=other.site, by=lyon_lead), by=other.site)
    reload(shown[0])
    assert (shown[0].state, shown[0].end_reason) == (I.CLOSED, IntroductionReason.PLACED)
    [cancelled] = letters("host_meeting_cancelled")
    assert "METHOD:CANCEL" in cancelled.calendar


def test_an_enrolment_that_ends_closes_its_introductions(shown, seat, recruiter):
    application = shown[0].enrolment.application
    recruitment.withdraw(application, reason="job", by=recruiter)
    reload(*shown)
    assert [one.state for one in shown] == [I.CLOSED, I.SENT, I.SENT]
    assert shown[0].end_reason == IntroductionReason.ENDED
    assert [one.to_email for one in letters("introduction_closed")] == [seat.site.contact_email]


# -- not chosen -------------------------------------------------------------------------------------------------------


def test_not_chosen_is_worded_kindly_and_repeats_no_reason(shown, seat):
    with pytest.raises(Refused):
        services.not_choose(shown[0], reason="placed", by=seat.site)
    services.not_choose(shown[0], reason="languages", comment="Il faut l’italien.", by=seat.site)
    [letter] = letters("not_chosen")
    assert letter.to_email == shown[0].enrolment.application.candidate.email
    assert "italien" not in letter.text
    [told] = letters("introduction_answered")
    assert "italien" in told.text
    with pytest.raises(Refused):
        services.choose(shown[0], by=seat.site)


def test_a_student_declines_and_the_host_is_told(shown, seat):
    person = shown[0].enrolment.application.candidate
    services.student_declines(shown[0], reason="too_far", by=person)
    reload(shown[0])
    assert shown[0].state == I.STUDENT_DECLINED
    assert len(letters("introduction_closed")) == len(letters("introduction_answered")) == 1


def test_a_lead_takes_an_introduction_back(shown, lyon_lead):
    services.take_back(shown[0], by=lyon_lead)
    reload(shown[0])
    assert (shown[0].state, shown[0].end_reason) == (I.CLOSED, IntroductionReason.TAKEN_BACK)


# -- time -------------------------------------------------------------------------------------------------------------


def test_a_silent_host_is_asked_again_twice_with_the_day_of_our_last_letter(three, seat, lyon_lead):
    with clock.travel(TUESDAY):
        services.present(three, site=seat.site, by=lyon_lead)
        sending.send_due()
        services.not_choose(Introduction.objects.get(enrolment=three[0]), reason="hours", by=seat.site)
    for moment, told in ((2, 0), (3, 1), (3, 1), (7, 2), (8, 2)):
        with clock.travel(TUESDAY + timedelta(days=moment)):
            reminders.remind()
        assert len(letters("students_presented_again")) == told, moment
    first, _second = letters("students_presented_again")
    assert "15\u00a0juin" in first.text and LINK_MARK in first.text
    # Who was answered for is no longer asked about.
    assert str(three[0].application.candidate.first_name) not in first.text


def test_after_ten_working_days_nobody_is_waited_for(three, seat, lyon_lead):
    with clock.travel(TUESDAY):
        services.present(three, site=seat.site, by=lyon_lead)
        met = Introduction.objects.get(enrolment=three[0])
        services.fix_meeting(met, at=TUESDAY + timedelta(days=2), by=seat.site)
    with clock.travel(TUESDAY + timedelta(days=7)):
        with pytest.raises(Refused):
            services.no_answer(Introduction.objects.get(enrolment=three[1]), by=lyon_lead)
    with clock.travel(TUESDAY + timedelta(days=8)):
        services.no_answer(Introduction.objects.get(enrolment=three[1]), by=lyon_lead)
    with clock.travel(TUESDAY + timedelta(days=14)):
        reminders.remind()
    states = dict(Introduction.objects.values_list("enrolment", "state"))
    assert [states[one.pk] for one in three] == [I.MEETING, I.NO_ANSWER, I.NO_ANSWER]


def test_a_handed_link_is_recalled_by_nobody_but_the_lead(three, seat, lyon_lead):
    with clock.travel(TUESDAY):
        services.present(three, site=seat.site, by=lyon_lead, handed=True)
    with clock.travel(TUESDAY + timedelta(days=3)):
        reminders.remind()
    assert letters("students_presented_again") == []


def test_answers_go_to_a_lead_of_today_when_the_one_who_presented_has_left(shown, seat, lyon_lead):
    lyon_lead.memberships.update(until=clock.today() - timedelta(days=1))
    successor = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=seat.site.zone)
    services.not_choose(shown[0], reason="hours", by=seat.site)
    assert [one.to_email for one in letters("introduction_answered")] == [successor.email]


# -- the laws ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"state": I.NOT_CHOSEN, "ended_at": "now", "answered_at": "now"}, "for_a_reason"),
        ({"end_reason": "hours"}, "for_a_reason"),
        ({"state": I.CLOSED, "end_reason": "hours", "ended_at": "now"}, "for_a_reason"),
        ({"state": I.NO_ANSWER}, "over_is_dated"),
        ({"state": I.CHOSEN, "ended_at": "now"}, "was_answered"),
        ({"state": I.MEETING, "answered_at": "now"}, "has_a_date"),
        ({"answered_at": "now"}, "when_and_how"),
    ],
)
def test_the_database_refuses_what_an_introduction_cannot_be(changes, law):
    one = introduced.introduction()
    said = {name: clock.now() if value == "now" else value for name, value in changes.items()}
    if "answered_at" in said and law != "when_and_how":
        said["answered_through"] = Channel.LINK
    with pytest.raises(IntegrityError, match=law), transaction.atomic():
        Introduction.objects.filter(pk=one.pk).update(**said)


def test_the_database_refuses_a_second_live_introduction_and_one_out_of_zone():
    one = introduced.introduction()
    with pytest.raises(IntegrityError, match="one_live_introduction"), transaction.atomic():
        introduced.introduction(one.enrolment, within=one.presentation)
    with pytest.raises(IntegrityError, match="outside the zones"), transaction.atomic():
        introduced.introduction(one.enrolment, to=factories.site("paris"))
    introduced.introduction(one.enrolment, state=I.NO_ANSWER, within=one.presentation)

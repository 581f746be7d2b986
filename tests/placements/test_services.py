"""Seats and placements: what is done, who is written to and when, and what is refused."""

from datetime import timedelta

import pytest

from cohorts import services as cohort_services
from cohorts.models import Enrolment
from cohorts.states import ApplicationState, EnrolmentState
from partnership import clock, outbox, sending
from partnership.models import JournalEntry, OutgoingMessage
from partnership.states import Channel, MessageState, Role
from partnership.workflow import Refused, Stale
from placements import emails, services
from placements.models import Placement, Seat
from placements.states import PlacementState

from .. import factories


def _letter(placement: Placement) -> OutgoingMessage:
    return OutgoingMessage.objects.get(key=emails.proposal_key(placement))


def _templates() -> list[str]:
    sent = OutgoingMessage.objects.exclude(state=MessageState.CANCELLED)
    return sorted(sent.values_list("template", flat=True))


def _let_it_leave(placement: Placement) -> None:
    OutgoingMessage.objects.filter(key=emails.proposal_key(placement)).update(
        state=MessageState.SENT, sent_at=clock.now()
    )


# -- proposing --------------------------------------------------------------------------------------------------------


def test_the_host_is_written_to_ten_minutes_after_the_placement(student, seat, lyon_lead):
    now = clock.now()
    with clock.travel(now):
        placement = services.propose(student, site=seat.site, by=lyon_lead)
    assert _letter(placement).due_at == now + timedelta(minutes=10)
    assert _letter(placement).to_email == seat.site.contact_email


def test_the_letter_does_not_leave_before_its_time(student, seat, lyon_lead, mailoutbox):
    services.propose(student, site=seat.site, by=lyon_lead)
    assert sending.send_due() == 0
    with clock.travel(clock.now() + timedelta(minutes=11)):
        assert sending.send_due() == 1
    assert mailoutbox[0].to == [seat.site.contact_email]


def test_sending_now_makes_the_letter_due_at_once(student, seat, lyon_lead, mailoutbox):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.send_now(placement, by=lyon_lead)
    # The same click again, by somebody whose first answer got lost.
    with pytest.raises(Refused):
        services.send_now(placement, by=lyon_lead)
    assert JournalEntry.objects.filter(after="letter_hastened").count() == 1
    assert sending.send_due() == 1
    with pytest.raises(Refused):
        services.send_now(placement, by=lyon_lead)


def test_undoing_before_the_letter_leaves_tells_nobody(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.undo(placement, by=lyon_lead)
    assert placement.state == PlacementState.CANCELLED
    assert _letter(placement).state == MessageState.CANCELLED
    assert _templates() == []
    assert list(Seat.objects.free()) == [seat]


def test_undoing_after_the_letter_has_left_is_refused_and_changes_nothing(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    _let_it_leave(placement)
    with pytest.raises(Refused):
        services.undo(placement, by=lyon_lead)
    placement.refresh_from_db()
    assert placement.state == PlacementState.PROPOSED


def test_a_student_with_a_place_is_not_placed_again(student, seat, site, lyon_lead):
    services.propose(student, site=site, by=lyon_lead)
    factories.seat(site, of=seat.intake)
    with pytest.raises(Refused, match="already has a place|déjà"):
        services.propose(student, site=site, by=lyon_lead)


def test_a_site_without_a_free_place_takes_nobody(student, seat, lyon, lyon_lead):
    services.propose(student, site=seat.site, by=lyon_lead)
    with pytest.raises(Refused):
        services.propose(factories.enrolment(lyon), site=seat.site, by=lyon_lead)


def test_a_student_is_not_placed_outside_their_zones(seat, lyon_lead, lyon):
    parisian = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    with pytest.raises(Refused):
        services.propose(parisian, site=seat.site, by=lyon_lead)
    parisian.application.other_zones.add(factories.zone("lyon"))
    assert services.propose(parisian, site=seat.site, by=lyon_lead).seat == seat


# -- answers and cancellations ----------------------------------------------------------------------------------------


def test_accepting_tells_the_student_and_the_lead_once(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    _let_it_leave(placement)
    services.accept(placement, by=seat.site)
    assert _templates() == [
        "placements/host_answered",
        "placements/placement_accepted",
        "placements/placement_proposed",
    ]
    with pytest.raises(Refused):
        services.accept(placement, by=seat.site)


def test_an_answer_by_telephone_stops_the_letter_that_asked_for_it(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.accept(placement, by=lyon_lead, channel=Channel.PHONE)
    assert _letter(placement).state == MessageState.CANCELLED
    line = JournalEntry.objects.filter(after=PlacementState.ACCEPTED).get()
    assert (line.channel, line.actor_ref) == (Channel.PHONE, str(lyon_lead.pk))


def test_the_answer_goes_to_a_lead_of_today_when_the_one_who_proposed_has_left(student, seat, lyon_lead, paris_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    lyon_lead.memberships.update(until=clock.today() - timedelta(days=1))
    successor = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=seat.site.zone)
    placement = Placement.objects.get(pk=placement.pk)
    services.decline(placement, by=seat.site, reason="hours")
    assert OutgoingMessage.objects.get(template="placements/host_answered").to_email == successor.email


def test_an_answer_is_written_to_nobody_when_nobody_leads_the_zone(student, seat, lyon_lead, paris_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    type(lyon_lead).objects.filter(pk=lyon_lead.pk).update(is_active=False)
    services.accept(Placement.objects.get(pk=placement.pk), by=seat.site)
    assert _templates() == ["placements/placement_accepted"]


def test_declining_needs_a_reason_and_frees_the_seat(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    with pytest.raises(Refused):
        services.decline(placement, reason="", by=seat.site)
    services.decline(placement, reason="hours", by=seat.site, comment="Pas de soir.")
    assert placement.comment == "Pas de soir."
    assert list(Seat.objects.free()) == [seat]


def test_cancelling_before_the_letter_leaves_tells_nobody(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.cancel(placement, by=lyon_lead, reason="erreur")
    assert _templates() == []


def test_cancelling_after_a_yes_by_telephone_tells_the_host_and_the_student(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.accept(placement, by=lyon_lead, channel=Channel.PHONE)
    services.cancel(placement, by=lyon_lead, reason="site fermé")
    assert {"placements/placement_cancelled", "placements/placement_withdrawn"} <= set(_templates())


def test_an_older_page_does_not_cancel_a_placement_that_has_changed(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.accept(placement, by=seat.site)
    with pytest.raises(Stale):
        services.cancel(placement, by=lyon_lead, reason="trop tard", version=1)


# -- a site changes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [MessageState.PENDING, MessageState.DEAD])
def test_a_proposal_that_has_not_left_follows_the_corrected_address(student, seat, lyon_lead, mailoutbox, state):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    OutgoingMessage.objects.update(state=state)
    services.edit_site(seat.site, by=lyon_lead, version=1, contact_email="juste@exemple.test")
    outbox.send_again(_letter(placement))
    with clock.travel(clock.now() + timedelta(minutes=11)):
        sending.send_due()
    assert [letter.to for letter in mailoutbox] == [["juste@exemple.test"]]


def test_a_letter_that_has_left_keeps_the_address_it_went_to(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    _let_it_leave(placement)
    before = _letter(placement).to_email
    services.edit_site(seat.site, by=lyon_lead, version=1, contact_email="juste@exemple.test")
    assert _letter(placement).to_email == before


def test_a_site_does_not_move_to_a_zone_where_its_students_cannot_go(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    paris = factories.zone("paris")
    with pytest.raises(Refused):
        services.edit_site(seat.site, by=lyon_lead, version=1, zone=paris)
    student.application.other_zones.add(paris)
    services.edit_site(seat.site, by=lyon_lead, version=1, zone=paris)
    services.cancel(placement, by=lyon_lead, reason="Autre plateau.")
    services.edit_site(seat.site, by=lyon_lead, version=2, zone=factories.zone("toulouse"))


# -- an enrolment ends ------------------------------------------------------------------------------------------------


def test_ending_an_enrolment_frees_the_seat(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    cohort_services.withdraw(student.application, reason="moved", by=lyon_lead, channel=Channel.PHONE)
    placement.refresh_from_db()
    student.refresh_from_db()
    assert (placement.state, student.state) == (PlacementState.CANCELLED, EnrolmentState.ENDED)
    assert list(Seat.objects.free()) == [seat]


def test_ending_an_enrolment_and_freeing_its_seat_are_one_commit(student, seat, lyon_lead, monkeypatch):
    placement = services.propose(student, site=seat.site, by=lyon_lead)

    def fail(*args, **kwargs):
        raise RuntimeError("the machine stops here")

    _let_it_leave(placement)
    monkeypatch.setattr(emails, "placement_cancelled", fail)
    with pytest.raises(RuntimeError):
        cohort_services.withdraw(student.application, reason="moved", by=lyon_lead)
    for thing, state in ((student, EnrolmentState.EXPECTED), (placement, PlacementState.PROPOSED)):
        thing.refresh_from_db()
        assert thing.state == state
    student.application.refresh_from_db()
    assert student.application.state == ApplicationState.CONFIRMED


def test_a_host_who_has_heard_nothing_is_not_told_that_the_student_left(student, seat, lyon_lead):
    services.propose(student, site=seat.site, by=lyon_lead)
    cohort_services.withdraw(student.application, reason="moved", by=lyon_lead)
    assert "placements/placement_cancelled" not in _templates()


def test_a_host_who_had_been_asked_is_told_that_the_student_left(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    _let_it_leave(placement)
    cohort_services.withdraw(student.application, reason="moved", by=lyon_lead)
    assert "placements/placement_cancelled" in _templates()


def test_a_student_who_leaves_takes_back_no_letter_to_a_host_or_a_lead(student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.accept(placement, by=lyon_lead, channel=Channel.PHONE)
    services.cancel(placement, by=lyon_lead, reason="Le plateau ferme.")
    cohort_services.withdraw(student.application, reason="moved", by=lyon_lead)
    assert _templates() == ["cohorts/application_closed", "placements/host_answered", "placements/placement_cancelled"]


def test_a_student_whose_enrolment_has_ended_is_not_placed(student, seat, lyon_lead):
    cohort_services.withdraw(student.application, reason="moved", by=lyon_lead)
    with pytest.raises(Refused):
        services.propose(Enrolment.objects.get(pk=student.pk), site=seat.site, by=lyon_lead)


# -- seats ------------------------------------------------------------------------------------------------------------


def test_a_taken_seat_is_not_closed(student, seat, lyon_lead):
    services.propose(student, site=seat.site, by=lyon_lead)
    with pytest.raises(Refused):
        services.close_seat(seat, by=lyon_lead)


def test_a_closed_seat_is_not_closed_again(seat, lyon_lead):
    services.close_seat(seat, by=lyon_lead)
    with pytest.raises(Refused):
        services.close_seat(seat, by=lyon_lead)


# -- letters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_letter_is_written_in_both_languages_without_a_gap(student, seat, lyon_lead, language):
    seat.site.contact_language = student.application.candidate.language = lyon_lead.language = language
    seat.site.save(), student.application.candidate.save(), lyon_lead.save()
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.send_now(placement, by=lyon_lead)
    services.accept(placement, by=seat.site)
    emails.placement_cancelled(placement)
    emails.placement_withdrawn(placement)
    emails.follow_link(student.application)
    emails.answer_link(placement)
    letters = OutgoingMessage.objects.all()
    assert len(letters) == 7
    for letter in letters:
        assert letter.language == language
        assert letter.subject and "{{" not in letter.text and "None" not in letter.text
    assert (letters.filter(link_purpose="answer").count(), letters.filter(link_purpose="follow").count()) == (2, 3)


def test_the_lead_reads_the_hosts_answer_in_their_own_language(student, seat, lyon_lead):
    lyon_lead.language = "en"
    lyon_lead.save()
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    services.decline(placement, reason="no_place", by=seat.site)
    letter = OutgoingMessage.objects.get(template="placements/host_answered")
    assert "has said no" in letter.subject
    assert "the place is no longer open" in letter.text

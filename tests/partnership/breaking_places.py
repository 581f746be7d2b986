"""The promises of hosts, places and placements, each broken once."""

from django.db.models import F

from cohorts.models import Enrolment
from cohorts.states import EnrolmentState
from partnership import clock, jobs
from partnership.models import OutgoingMessage
from partnership.states import Role
from placements import services as placing
from placements.models import ContractFile, HostPledge, Placement, Seat, Visit
from placements.states import ContractState, IntroductionState, PlacementState
from tests import factories
from tests.placements import contract_factory as contracts
from tests.placements import hosting_factory as hosting
from tests.placements import introductions_factory as introduced

from .breaking import breaks, found, repeal


@breaks("one_student_a_seat")
def _two_on_one_seat():
    repeal("one_live_placement_per_seat")
    seat = factories.seat()
    factories.placement(on=seat), factories.placement(on=seat)
    return seat


@breaks("one_seat_a_student")
def _one_student_on_two_seats():
    repeal("one_live_placement_per_student")
    student = factories.enrolment()
    factories.placement(student), factories.placement(student)
    return student


@breaks("zones_of_the_student")
def _placed_where_they_cannot_go():
    repeal("a_placement_fits_its_student")
    return factories.placement(factories.enrolment(), factories.seat(factories.site("paris")))


@breaks("open_seats_only")
def _placed_on_a_closed_seat():
    placement = factories.placement()
    Seat.objects.update(closed_at=clock.now(), closed_by=F("opened_by"))
    return placement


@breaks("placed_while_enrolled")
def _placed_after_leaving():
    placement = factories.placement()
    Enrolment.objects.update(state=EnrolmentState.ENDED, ended_at=clock.now(), end_reason="moved")
    return placement


@breaks("contracts_with_placements")
def _a_contract_past_its_placement():
    contract = contracts.contract()
    Placement.objects.update(state=PlacementState.CANCELLED)
    return contract


@breaks("contracts_filed_by")
def _a_contract_with_another_deadline():
    contract = contracts.contract(state=ContractState.RECEIVED)
    ContractFile.objects.update(file_by=clock.today())
    return contract


@breaks("contractfile_as_journal_says")
def _a_contract_cancelled_by_nobody():
    contract = contracts.contract()
    ContractFile.objects.update(state=ContractState.CANCELLED, cancelled_on=clock.today())
    return contract


@breaks("seats_pledged")
def _a_seat_nobody_pledged():
    seat = factories.seat()
    HostPledge.objects.all().delete()
    return seat


@breaks("tutors_have_room")
def _one_student_too_many_for_a_tutor():
    repeal("a_tutor_has_room")
    placing.load_host_reference()
    site = factories.site()
    tutor = hosting.tutor(site)
    for _number in range(3):
        hosting.trained(tutor, site)
    return tutor


@breaks("tutors_of_the_site")
def _a_tutor_of_another_site():
    repeal("a_tutor_has_room")
    return hosting.trained(hosting.tutor(factories.site()), factories.site())


@breaks("places_as_announced")
def _a_place_beyond_what_its_host_announces():
    site, of, lead = factories.site(), factories.intake(), factories.user(Role.REGIONAL_LEAD)
    placing.open_seats(site, of, number=2, by=lead)
    assert found("places_as_announced") == []
    Seat.objects.create(site=site, intake=of, opened_at=clock.now(), opened_by=lead)
    return HostPledge.objects.get()


@breaks("hosts_asked")
def _a_host_asked_by_no_letter():
    site, of, lead = factories.site(), factories.intake(), factories.user(Role.REGIONAL_LEAD)
    asked = placing.choose_hosts(site.zone, of, [site], by=lead)
    jobs.run_slice(str(placing.start_asking(asked, version=1, by=lead).pk))
    assert found("hosts_asked") == []
    OutgoingMessage.objects.all().delete()
    return asked.lines.get()


@breaks("placements_told")
def _a_host_nobody_wrote_to():
    student = factories.enrolment()
    seat = factories.seat(of=student.application.intake)
    placement = placing.propose(student, site=seat.site, by=factories.user(Role.REGIONAL_LEAD, zone=seat.site.zone))
    assert found("placements_told") == []
    OutgoingMessage.objects.all().delete()
    return placement


@breaks("breaks_told")
def _a_break_nobody_was_written_about():
    placement = factories.placement(state=PlacementState.ACTIVE)
    placing.break_off(placement, cause="agreement", on=clock.today(), reopen=True, by=placement.proposed_by)
    assert found("breaks_told") == []
    OutgoingMessage.objects.all().delete()
    return placement


@breaks("amendments_agree")
def _somewhere_else_than_the_last_change_says():
    placement = factories.placement(state=PlacementState.ACTIVE)
    there = factories.site(company=placement.seat.site.company)
    seat, former = factories.seat(there, of=placement.seat.intake), placement.seat
    by = placement.proposed_by
    placing.amend(placement, site=there, tutor=None, from_on=clock.today(), by=by)
    assert placement.seat == seat and found("amendments_agree") == []
    Placement.objects.filter(pk=placement.pk).update(seat=former)
    return placement


@breaks("visits_once_begun")
def _followed_before_the_first_day():
    placement = factories.placement(state=PlacementState.ACCEPTED)
    return Visit.objects.create(placement=placement, kind="visit", due_on=clock.today())


@breaks("placement_as_journal_says")
def _a_placement_accepted_by_nobody():
    student = factories.enrolment()
    seat = factories.seat(of=student.application.intake)
    placement = placing.propose(student, site=seat.site, by=factories.user(Role.REGIONAL_LEAD, zone=seat.site.zone))
    assert found("placement_as_journal_says") == []
    Placement.objects.update(state=PlacementState.ACCEPTED, answered_at=clock.now())
    return placement


@breaks("introduced_to_be_placed")
def _presented_with_a_place():
    repeal("an_introduction_fits_its_student")
    placement = factories.placement(state=PlacementState.ACCEPTED)
    return introduced.introduction(placement.enrolment, placement.seat.site)


@breaks("introduced_within_reach")
def _presented_where_they_cannot_go():
    repeal("an_introduction_fits_its_student")
    return introduced.introduction(to=factories.site("paris"))


@breaks("presentations_told")
def _a_presentation_nobody_was_told_of():
    shown = placing.present([factories.enrolment()], site=(site := factories.site()), by=_lead_of(site))
    assert found("presentations_told") == []
    OutgoingMessage.objects.all().delete()
    return shown


@breaks("introduction_as_journal_says")
def _an_introduction_left_in_silence():
    shown = placing.present([factories.enrolment()], site=(site := factories.site()), by=_lead_of(site))
    assert found("introduction_as_journal_says") == []
    shown.introductions.update(state=IntroductionState.NO_ANSWER, ended_at=clock.now())
    return shown.introductions.get()


def _lead_of(site):
    return factories.user(Role.REGIONAL_LEAD, zone=site.zone)

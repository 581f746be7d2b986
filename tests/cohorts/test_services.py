"""The rules of recruitment, each as a sentence."""

import uuid
from datetime import timedelta

import pytest

from cohorts import duplicates, services
from cohorts.models import Application, Consent
from cohorts.states import ApplicationState, BookingState, EnrolmentState
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState
from partnership.workflow import Refused, Stale
from placements.models import Seat
from programmes.states import CurriculumState, ProgrammeKind
from tests import factories

pytestmark = pytest.mark.django_db


def letters(application: Application, template: str):
    return OutgoingMessage.objects.filter(about=ref(application), template=f"cohorts/{template}")


def begun(cohort, **identity):
    typed = {
        "first_name": "Chloé",
        "last_name": "Vasseur",
        "phone": "+33465712036",
        "email": "chloe@exemple.test",
        "birth_year": 2008,
        "birth_month": 4,
        "postcode": "69100",
        "commune": factories.commune(),
    }
    draft = services.begin(cohort, submit_key=uuid.uuid4(), identity=typed | identity, language="fr")
    services.describe_project(draft, cohort=cohort, other_zones=[], project={"level": "4", "source": "lycee"})
    return draft


# -- applying ---------------------------------------------------------------------------------------------------


def test_the_first_step_sends_one_resume_link_however_often_it_is_clicked():
    cohort, key = factories.cohort(), uuid.uuid4()
    identity = {"first_name": "Noé", "last_name": "Fictif", "phone": "+33465712001", "email": "noe@exemple.test"}
    first = services.begin(cohort, submit_key=key, identity=identity, language="fr")
    again = services.begin(cohort, submit_key=key, identity=identity, language="fr")
    assert first.pk == again.pk
    assert letters(first, "application_begun").get().link_purpose == "resume"


def test_submitting_tells_the_applicant_once_and_gives_the_file_an_owner():
    cohort = factories.cohort()
    recruiter = factories.user("recruiter")
    draft = begun(cohort)
    services.submit(draft, consents=["talent_pool"], notice_version="2026-1")
    services.submit(draft, consents=["talent_pool"], notice_version="2026-1")
    draft.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    assert draft.owner == recruiter
    assert letters(draft, "application_received").count() == 1
    assert Consent.objects.get().text_version == "2026-1"


def test_somebody_who_applies_twice_keeps_one_live_application_and_gets_its_link():
    cohort = factories.cohort()
    first, second = begun(cohort), begun(cohort, first_name="CHLOE", email="autre@exemple.test")
    services.submit(first, consents=[], notice_version="2026-1")
    services.submit(second, consents=[], notice_version="2026-1")
    second.refresh_from_db()
    assert second.repeats == first
    assert Application.objects.live().count() == 1
    letter = letters(first, "application_already_open").get()
    # The link goes to the address we know, never to the one just typed.
    assert letter.to_email == "chloe@exemple.test"


def test_a_shared_address_does_not_make_two_people_one():
    cohort = factories.cohort()
    sister, brother = begun(cohort), begun(cohort, first_name="Théo", phone="+33465712099")
    services.submit(sister, consents=[], notice_version="2026-1")
    services.submit(brother, consents=[], notice_version="2026-1")
    assert Application.objects.live().count() == 2


def test_an_enquiry_becomes_the_application_of_whoever_applies():
    cohort = factories.cohort()
    person = factories.candidate(first_name="Chloé", last_name="Vasseur", phone="+33465712036", email="")
    enquiry = factories.application(cohort, state=ApplicationState.ENQUIRY, of=person)
    services.submit(begun(cohort), consents=[], notice_version="2026-1")
    enquiry.refresh_from_db()
    assert enquiry.state == ApplicationState.SUBMITTED
    assert enquiry.candidate.email == "chloe@exemple.test"


def test_a_known_person_may_apply_to_another_intake():
    cohort = factories.cohort()
    person = factories.candidate(first_name="Chloé", last_name="Vasseur", email="Chloe@exemple.test")
    earlier = factories.intake(starts_on=clock.today() - timedelta(days=300))
    factories.application(factories.cohort(of=earlier), state=ApplicationState.REJECTED, of=person)
    draft = begun(cohort)
    services.submit(draft, consents=[], notice_version="2026-1")
    draft.refresh_from_db()
    assert draft.candidate == person
    assert draft.state == ApplicationState.SUBMITTED


def test_a_name_and_a_telephone_do_not_draw_somebodys_letters_to_another_address():
    person = factories.candidate(
        first_name="Chloé", last_name="Vasseur", phone="+33465712036", email="vraie@exemple.test"
    )
    other_intake = factories.intake(starts_on=clock.today() + timedelta(days=300))
    theirs = factories.application(factories.cohort(of=other_intake), of=person)
    draft = begun(factories.cohort(), email="intruse@exemple.test")
    services.submit(draft, consents=[], notice_version="2026-1")
    draft.refresh_from_db()
    person.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    assert person.email == "vraie@exemple.test"
    services.send_links("intruse@exemple.test")
    assert not OutgoingMessage.objects.filter(about=ref(theirs)).exists()


def test_nor_to_a_first_address_where_more_is_held_than_a_call(recruiter):
    known = {"first_name": "Chloé", "last_name": "Vasseur", "phone": "+33465712036", "email": ""}
    person, cohort = factories.candidate(**known), factories.cohort()
    earlier = factories.cohort(of=factories.intake(starts_on=clock.today() - timedelta(days=300)))
    factories.application(earlier, state=ApplicationState.REJECTED, of=person)
    enquiry = factories.application(cohort, state=ApplicationState.ENQUIRY, of=person)
    draft = begun(cohort, email="intruse@exemple.test")
    services.submit(draft, consents=[], notice_version="2026-1")
    for row in (draft, enquiry, person):
        row.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED and draft.candidate != person
    assert enquiry.state == ApplicationState.ENQUIRY and person.email == ""
    # Recruitment sees that they may be one, and asks.
    found = duplicates.pairs(recruiter).pairs
    assert {one.candidate for pair in found for one in (pair.one, pair.other)} == {person, draft.candidate}


def test_of_two_files_of_one_person_the_live_one_counts():
    cohort = factories.cohort()
    name = {"first_name": "Chloé", "last_name": "Vasseur"}
    earlier = factories.cohort(of=factories.intake(starts_on=clock.today() - timedelta(days=300)))
    by_address = factories.candidate(**name, email="chloe@exemple.test")
    by_telephone = factories.candidate(**name, phone="+33465712036")
    for closed, live in ((by_address, by_telephone), (by_telephone, by_address)):
        Application.objects.all().delete()
        factories.application(earlier, state=ApplicationState.REJECTED, of=closed)
        known = factories.application(cohort, of=live)
        draft = begun(cohort)
        services.submit(draft, consents=[], notice_version="2026-1")
        draft.refresh_from_db()
        assert draft.repeats == known


# -- interviews -------------------------------------------------------------------------------------------------


def test_an_interview_is_booked_and_told(recruiter):
    application = factories.application()
    booking = services.schedule_interview(
        application, starts_at=clock.now() + timedelta(days=2), place="Salle 3", by=recruiter
    )
    assert application.state == ApplicationState.INTERVIEW_SCHEDULED
    assert booking.slot.capacity == 1
    assert letters(application, "interview_booked").count() == 1


def test_no_interview_is_fixed_in_the_past(recruiter):
    application = factories.application()
    with pytest.raises(Refused):
        services.schedule_interview(application, starts_at=clock.now(), place="Salle 3", by=recruiter)
    assert application.state == ApplicationState.SUBMITTED


def test_whoever_misses_an_interview_is_written_to(recruiter):
    application = factories.application()
    booking = services.schedule_interview(
        application, starts_at=clock.now() + timedelta(hours=1), place="Salle 3", by=recruiter
    )
    services.record_absence(application, by=recruiter)
    booking.refresh_from_db()
    assert (application.state, booking.state) == (ApplicationState.NO_SHOW, BookingState.MISSED)
    # When it leaves is asked of the letter (test_letters.py).
    assert letters(application, "interview_missed").get().state == MessageState.PENDING


def test_whoever_has_a_new_date_the_same_day_is_not_asked_for_one_the_next_morning(recruiter):
    application = factories.application()
    for hours in (1, 30):
        services.schedule_interview(
            application, starts_at=clock.now() + timedelta(hours=hours), place="Salle 3", by=recruiter
        )
        if hours == 1:
            services.record_absence(application, by=recruiter)
    assert letters(application, "interview_missed").get().state == MessageState.CANCELLED
    assert letters(application, "interview_booked").filter(state=MessageState.PENDING).count() == 2


def test_a_walk_in_is_interviewed_without_a_booking(recruiter):
    application = factories.application()
    services.record_interview(application, note="Voix posée.", by=recruiter)
    assert application.bookings.get().note == "Voix posée."


# -- decisions --------------------------------------------------------------------------------------------------


def test_admitting_tells_the_candidate_once(recruiter):
    application = factories.application(state=ApplicationState.INTERVIEWED)
    services.admit(application, by=recruiter)
    letter = letters(application, "application_admitted").get()
    assert (letter.link_purpose, letter.to_email) == ("follow", application.candidate.email)
    assert application.decided_by == recruiter


def test_no_offer_before_the_content_is_validated(recruiter):
    content = factories.curriculum(state=CurriculumState.SUBMITTED)
    application = factories.application(factories.cohort(content=content), state=ApplicationState.INTERVIEWED)
    with pytest.raises(Refused, match="."):
        services.admit(application, by=recruiter)
    application.refresh_from_db()
    assert application.state == ApplicationState.INTERVIEWED
    assert not letters(application, "application_admitted").exists()


def test_offers_never_exceed_the_places_and_over_booking_adds_to_them(recruiter):
    cohort = factories.cohort(capacity=2, overbooking_percent=50)
    waiting = [factories.application(cohort, state=ApplicationState.INTERVIEWED) for _ in range(4)]
    for application in waiting[:3]:
        services.admit(application, by=recruiter)
    with pytest.raises(Refused):
        services.admit(waiting[3], by=recruiter)
    assert Application.objects.holding().count() == 3


def test_this_course_admits_only_after_an_interview_but_a_certificate_may_on_file(recruiter):
    with pytest.raises(Refused):
        services.admit(factories.application(), by=recruiter)
    certificate = factories.programme("directeur", kind=ProgrammeKind.SCHOOL_CERTIFICATE)
    on_file = factories.application(factories.cohort("paris", of=factories.intake(certificate)))
    services.admit(on_file, by=recruiter)
    assert on_file.state == ApplicationState.ADMITTED


def test_the_waiting_list_is_ranked_in_the_order_of_arrival(recruiter):
    first, second = (factories.application(state=ApplicationState.INTERVIEWED) for _ in range(2))
    services.waitlist(first, by=recruiter)
    services.waitlist(second, by=recruiter)
    assert (first.waiting_rank, second.waiting_rank) == (1, 2)


def test_an_exit_needs_a_reason_that_fits_it(recruiter):
    application = factories.application(state=ApplicationState.INTERVIEWED)
    with pytest.raises(Refused):
        services.reject(application, reason="job", by=recruiter)
    services.reject(application, reason="profile", by=recruiter)
    assert (application.exit_reason, application.left_from) == ("profile", "interviewed")


def test_an_exit_cancels_what_had_not_left_yet(recruiter):
    application = factories.application()
    services.schedule_interview(application, starts_at=clock.now() + timedelta(days=2), place="Salle 3", by=recruiter)
    services.withdraw(application, reason="job", by=application.candidate)
    assert letters(application, "interview_booked").get().state == MessageState.CANCELLED
    assert application.bookings.get().state == BookingState.CANCELLED
    assert letters(application, "application_closed").get().state == MessageState.PENDING


def test_an_illegal_move_is_refused_with_its_reason(recruiter):
    application = factories.application(state=ApplicationState.SUBMITTED)
    with pytest.raises(Refused) as refusal:
        services.confirm(application, by=recruiter, channel="phone")
    assert "CV-" in refusal.value.reason


def test_a_decision_on_a_page_grown_old_is_stale(recruiter):
    application = factories.application(state=ApplicationState.INTERVIEWED)
    shown = application.version
    services.waitlist(Application.objects.get(pk=application.pk), by=recruiter)
    with pytest.raises(Stale):
        services.reject(application, reason="profile", by=recruiter, version=shown)


# -- answers, and coming back -------------------------------------------------------------------------------------


def test_confirming_makes_a_student():
    application = factories.application(state=ApplicationState.ADMITTED)
    services.confirm(application, by=application.candidate, channel="link")
    assert application.enrolments.get().state == EnrolmentState.EXPECTED


def test_leaving_a_confirmed_place_ends_the_enrolment_and_frees_the_seat_at_once(recruiter):
    placement = factories.placement(state="accepted")
    application = placement.enrolment.application
    services.withdraw(application, reason="moved", by=recruiter, channel="phone")
    placement.enrolment.refresh_from_db()
    assert placement.enrolment.state == EnrolmentState.ENDED
    assert list(Seat.objects.free()) == [placement.seat]


def test_a_reopened_confirmation_gets_a_new_enrolment(recruiter):
    application = factories.enrolment().application
    services.withdraw(application, reason="job", by=recruiter)
    services.reopen(application, reason="A rappelé : revient.", by=recruiter)
    assert application.state == ApplicationState.CONFIRMED
    assert application.enrolments.count() == 2
    assert application.enrolments.live().count() == 1


def test_an_interview_missed_before_the_exit_reopens_as_submitted(recruiter):
    application = factories.application(state=ApplicationState.NO_SHOW)
    services.withdraw(application, reason="job", by=recruiter)
    services.reopen(application, reason="A rappelé.", by=recruiter)
    assert application.state == ApplicationState.SUBMITTED


def test_a_file_reopened_to_the_waiting_list_is_behind_whoever_is_there(recruiter):
    first, second = (factories.application(state=ApplicationState.INTERVIEWED) for _ in range(2))
    services.waitlist(first, by=recruiter)
    services.waitlist(second, by=recruiter)
    services.withdraw(first, reason="job", by=recruiter)
    services.reopen(first, reason="A rappelé.", by=recruiter)
    assert (first.state, first.waiting_rank) == (ApplicationState.WAITLISTED, 3)


def test_a_refusal_taken_back_is_no_longer_the_decision_of_the_file(recruiter):
    application = factories.application(state=ApplicationState.INTERVIEWED)
    services.reject(application, reason="profile", by=recruiter)
    services.reopen(application, reason="Un élément nous avait échappé.", by=recruiter)
    assert (application.state, application.decided_by, application.decided_at) == ("interviewed", None, None)


def test_reopening_passes_the_places_and_the_live_rule_again(recruiter):
    cohort = factories.cohort(capacity=1)
    left = factories.application(cohort, state=ApplicationState.ADMITTED)
    services.decline(left, reason="job", by=left.candidate)
    factories.application(cohort, state=ApplicationState.CONFIRMED)
    with pytest.raises(Refused):
        services.reopen(left, reason="A rappelé.", by=recruiter)
    again = factories.application(factories.cohort("paris"), state=ApplicationState.SUBMITTED, of=left.candidate)
    Application.objects.filter(pk=left.pk).update(left_from=ApplicationState.INTERVIEWED)
    left.refresh_from_db()
    with pytest.raises(Refused):
        services.reopen(left, reason="A rappelé.", by=recruiter)
    assert again.state == ApplicationState.SUBMITTED


def test_every_move_leaves_a_line_without_a_name_in_the_journal(recruiter):
    application = factories.application(state=ApplicationState.INTERVIEWED)
    services.admit(application, by=recruiter)
    line = JournalEntry.objects.get(subject=ref(application))
    assert (line.before, line.after, line.actor_ref) == ("interviewed", "admitted", str(recruiter.pk))
    assert application.candidate.last_name not in f"{line.reason}{line.subject}{line.about}"

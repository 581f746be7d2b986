"""What must always hold: each promise is broken once, behind the services' back, and found."""

import io
import os
import uuid
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from cohorts import services
from cohorts.models import Application, Booking, Candidate, Cohort, Enrolment, PaperRequest, Slot
from cohorts.states import ApplicationState, BookingState, EnrolmentState, ExitReason, PaperRequestState, SlotState
from partnership import clock, invariants, outbox
from partnership.models import AccessLink, Amendment, Job, OutgoingMessage, Tombstone, ref
from partnership.states import AmendmentState, JobState, MessageState, Role
from programmes import services as teaching
from programmes.models import Contribution, Curriculum, Module
from programmes.states import ContributionState
from tests import factories

from . import breaking_places  # noqa: F401 (it breaks its promises as it is read)
from .breaking import BREAK, breaks, found, repeal

pytestmark = pytest.mark.django_db
S = ApplicationState


def _letter(**fields) -> OutgoingMessage:
    person = factories.user(Role.COORDINATOR)
    outbox.post("placements/follow_link", key=str(uuid.uuid4()), about=person, to=person, reference="", programme="")
    OutgoingMessage.objects.update(**fields)
    return OutgoingMessage.objects.get()


@breaks("laws_in_force")
def _a_trigger_is_gone():
    repeal("offers_never_exceed_the_places")
    return "law:offers_never_exceed_the_places"


@breaks("letters_leased")
def _a_letter_is_held_for_an_hour():
    return _letter(
        state=MessageState.SENDING, lease_token=uuid.uuid4(), lease_until=Now() - timedelta(hours=1), handed_over=True
    )


@breaks("letters_addressed")
def _a_letter_goes_nowhere():
    return _letter(to_email="")


@breaks("letters_about_something")
def _a_letter_is_about_nothing():
    _letter(about="cohorts.application:00000000-0000-0000-0000-000000000000")
    return "cohorts.application:00000000-0000-0000-0000-000000000000"


@breaks("links_open_something")
def _a_link_opens_nothing():
    later = clock.now() + timedelta(days=3)
    AccessLink.objects.create(
        token_hash="a" * 64, purpose="follow", subject="cohorts.application:gone", expires_at=later
    )
    return "cohorts.application:gone"


@breaks("tasks_leased")
def _a_task_runs_without_a_lease():
    return Job.objects.create(kind="x", state=JobState.RUNNING, started_by=factories.user())


@breaks("rows_have_files")
def _a_file_is_gone():
    return Job.objects.create(
        kind="x", state=JobState.DONE, ended_at=clock.now(), result="jobs/gone.csv", started_by=factories.user()
    )


@breaks("erased_written_down")
def _an_erasure_a_restore_would_forget():
    return Tombstone.objects.create(subject="cohorts.candidate:x", erased_at=clock.now()).subject


@breaks("conventions_signed_by_all")
def _a_signature_is_missing():
    convention = factories.convention()
    repeal("signatures_of_a_signed_convention_stay")
    convention.signatures.filter(order=1).update(signed_at=None, signed_by=None)
    return convention


def _amended_by_nobody() -> Amendment:
    fields = {"number": 1, "reason": "Un report.", "effective_on": clock.today()}
    signed = {"state": AmendmentState.SIGNED, "signed_at": clock.now()}
    return Amendment.objects.create(convention=factories.convention(), **fields, **signed)


@breaks("amendments_signed_by_all")
def _an_amendment_bears_no_signature():
    return _amended_by_nobody()


@breaks("amendment_as_journal_says")
def _an_amendment_is_signed_in_silence():
    return _amended_by_nobody()


@breaks("convention_as_journal_says")
def _a_convention_is_signed_by_nobody():
    return factories.convention()


@breaks("validated_texts")
def _a_validated_text_is_changed():
    content = factories.curriculum()
    repeal("module_is_written_in_preparation")
    Module.objects.filter(curriculum=content, order=1).update(hours=1)
    return content


@breaks("one_content_at_a_time")
def _two_contents_in_force():
    repeal("one_validated_version_per_programme")
    return [factories.curriculum(), factories.curriculum()][0].programme


@breaks("no_one_judges_themselves")
def _an_author_decides():
    content = factories.curriculum()
    repeal("validated_curriculum_is_immutable")
    Curriculum.objects.update(decided_by=F("submitted_by"))
    return content


@breaks("curriculum_as_journal_says")
def _a_content_is_validated_by_nobody():
    return factories.curriculum()


@breaks("cohort_places")
def _one_offer_too_many():
    repeal("offers_never_exceed_the_places")
    cohort = factories.cohort(capacity=1)
    factories.application(cohort, state=S.ADMITTED)
    factories.application(cohort, state=S.CONFIRMED)
    return cohort


def _booking(slot: Slot, state: str = BookingState.BOOKED) -> Booking:
    file = factories.application(slot.cohort, state=S.INTERVIEW_SCHEDULED)
    return Booking.objects.create(slot=slot, application=file, state=state)


def _slot() -> Slot:
    return Slot.objects.create(cohort=factories.cohort(), starts_at=clock.now(), place="Ici", held_by=factories.user())


@breaks("slot_places")
def _two_in_one_slot():
    repeal("a_slot_holds_its_capacity")
    slot = _slot()
    _booking(slot), _booking(slot)
    return slot


@breaks("slots_cancelled")
def _somebody_is_expected_at_a_cancelled_slot():
    repeal("a_slot_keeps_its_word")
    booking = _booking(_slot())
    Slot.objects.update(state=SlotState.CANCELLED)
    return booking


@breaks("one_open_booking")
def _somebody_has_two_interviews():
    repeal("one_open_booking_per_application_and_kind")
    booking = _booking(_slot())
    Booking.objects.create(slot=_slot(), application=booking.application)
    return booking.application


@breaks("slot_as_journal_says")
def _a_slot_is_cancelled_by_nobody():
    slot = _slot()
    assert found("slot_as_journal_says") == []
    Slot.objects.update(state=SlotState.CANCELLED)
    return slot


@breaks("one_live_application")
def _somebody_applies_twice():
    repeal("one_live_application_per_person_and_intake")
    person = factories.candidate()
    factories.application(of=person), factories.application(of=person)
    return person


@breaks("intake_of_the_cohort")
def _an_application_of_another_intake():
    file = factories.application()
    later = factories.intake(starts_on=clock.today() + timedelta(days=500))
    Application.objects.filter(pk=file.pk).update(intake=later)
    return file


@breaks("repetitions_rest")
def _a_repetition_lives():
    return factories.application(repeats=factories.application())


@breaks("files_go_on")
def _a_file_goes_on_nowhere():
    return factories.application(state=S.WITHDRAWN, exit_reason="postponed", left_from=S.SUBMITTED)


@breaks("offers_have_content")
def _an_offer_before_the_validation():
    repeal("no_offer_before_validation"), repeal("offers_never_exceed_the_places")
    return factories.application(factories.cohort(content=factories.curriculum(state="submitted")), state=S.ADMITTED)


@breaks("waiting_ranks")
def _two_of_one_rank():
    first = factories.application(state=S.WAITLISTED, waiting_rank=1)
    factories.application(state=S.WAITLISTED, waiting_rank=1)
    return first.cohort


@breaks("enrolled_once_confirmed")
def _a_student_who_never_confirmed():
    return Enrolment.objects.create(application=factories.application(), enrolled_at=clock.now())


@breaks("confirmed_are_enrolled")
def _confirmed_and_forgotten():
    return factories.application(state=S.CONFIRMED)


@breaks("one_live_enrolment")
def _enrolled_twice():
    repeal("one_live_enrolment_per_application")
    student = factories.enrolment()
    Enrolment.objects.create(application=student.application, enrolled_at=clock.now())
    return student.application


@breaks("interviews_booked")
def _an_interview_nobody_booked():
    return factories.application(state=S.INTERVIEW_SCHEDULED)


@breaks("decisions_told")
def _a_refusal_without_its_letter():
    file = factories.application()
    services.reject(file, reason=ExitReason.PROFILE, by=factories.user(Role.RECRUITER))
    OutgoingMessage.objects.update(template="cohorts/application_received", written_at=file.state_since)
    return file


@breaks("people_reached")
def _nobody_can_be_called():
    repeal("a_candidate_can_be_reached")
    return factories.candidate(phone="", email="")


@breaks("merged_hold_nothing")
def _a_record_that_was_merged_has_a_file():
    by = factories.user(Role.RECRUITER)
    stays, goes = (factories.application(state=S.REJECTED) for _place in range(2))
    services.merge(stays.candidate, goes.candidate, by=by)
    assert found("merged_hold_nothing") == []
    repeal("an_application_follows_its_person")
    Application.objects.filter(pk=goes.pk).update(candidate=goes.candidate_id)
    return goes


@breaks("content_of_the_programme")
def _a_cohort_with_the_content_of_another():
    other = factories.programme("autre", short_title="Autre")
    cohort = factories.cohort()
    Cohort.objects.filter(pk=cohort.pk).update(curriculum=factories.curriculum(other))
    return cohort


@breaks("files_counted")
def _a_file_moves_uncounted():
    file = factories.application(state=S.SUBMITTED)
    repeal("files_that_move_are_counted")
    Application.objects.filter(pk=file.pk).update(state=S.NO_SHOW)
    return file.cohort


@breaks("application_as_journal_says")
def _an_application_is_admitted_behind_the_back():
    file = factories.application(state=S.INTERVIEWED)
    services.admit(file, by=factories.user(Role.RECRUITER))
    assert found("application_as_journal_says") == []
    Application.objects.filter(pk=file.pk).update(state=S.CONFIRMED)
    return file


@breaks("booking_as_journal_says")
def _a_booking_nobody_wrote_down():
    return _booking(_slot())


@breaks("paperrequest_as_journal_says")
def _a_paper_dropped_in_silence():
    kind = factories.paper_kind("identity")
    (asked,) = services.ask_papers(factories.application(), [kind], by=factories.user(Role.RECRUITER))
    assert found("paperrequest_as_journal_says") == []
    PaperRequest.objects.update(state=PaperRequestState.DROPPED)
    return asked


@breaks("enrolment_as_journal_says")
def _an_enrolment_ends_in_silence():
    file = factories.application(state=S.ADMITTED)
    services.confirm(file, by=file.candidate)
    assert found("enrolment_as_journal_says") == []
    Enrolment.objects.update(state=EnrolmentState.PRESENT)
    return Enrolment.objects.get()


@breaks("activities_hold_their_places")
def _one_more_comes_than_there_are_places():
    repeal("an_activity_holds_its_capacity")
    activity = factories.activity(capacity=1)
    factories.registration(activity), factories.registration(activity)
    return activity


@breaks("activities_are_a_chairs")
def _a_course_with_an_activity():
    return factories.activity(factories.programme())


@breaks("chairactivity_as_journal_says")
def _an_activity_nobody_planned():
    return factories.activity()


@breaks("registration_as_journal_says")
def _somebody_registered_by_nobody():
    return factories.registration()


@breaks("contribution_as_journal_says")
def _a_proposal_accepted_in_silence():
    activity = factories.activity(contributions_until=clock.today() + timedelta(days=3))
    who = {"email": "dora@exemple.test", "name": "Dora", "organisation": "", "language": "fr"}
    proposal = teaching.contribute(activity, submit_key=uuid.uuid4(), title="Écouter", abstract="Une page.", **who)
    assert found("contribution_as_journal_says") == []
    decided = {"decided_at": clock.now(), "decided_by": activity.lead}
    Contribution.objects.update(state=ContributionState.ACCEPTED, **decided)
    return proposal


@pytest.mark.parametrize("key", BREAK)
def test_a_broken_promise_is_found(key):
    broken = BREAK[key]()
    assert found(key) == [broken if isinstance(broken, str) else ref(broken)]


def test_every_promise_is_broken_above():
    assert set(invariants.INVARIANTS) == {*BREAK, "files_have_rows"}


def test_a_file_without_a_row_is_found_once_it_is_an_hour_old():
    job = Job.objects.create(kind="x", started_by=factories.user())
    job.result.save("kept.csv", ContentFile(b"kept"))
    orphan = default_storage.save("jobs/orphan.csv", ContentFile(b"nobody's"))
    try:
        assert f"file:{orphan}" not in found("files_have_rows")
        for name in (orphan, job.result.name):
            os.utime(default_storage.path(name), (1, 1))
        assert found("files_have_rows") == [f"file:{orphan}"]
    finally:
        default_storage.delete(orphan)
        default_storage.delete(job.result.name)


def test_the_triggers_that_must_be_in_force_are_all_that_there_are():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        assert {row[0] for row in cursor.fetchall()} == invariants.TRIGGERS


def test_a_disabled_trigger_is_found():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE partnership_journalentry DISABLE TRIGGER ALL")
    assert found("laws_in_force") == ["law:journal_is_append_only"]


def test_the_command_is_silent_or_says_a_line_a_finding():
    output = io.StringIO()
    call_command("check_invariants", stdout=output)
    assert output.getvalue() == ""
    person = factories.candidate()
    file = factories.application(of=person, state=S.CONFIRMED)
    with pytest.raises(SystemExit) as end:
        call_command("check_invariants", stdout=output)
    assert end.value.code == 1
    assert f"confirmed_are_enrolled: {ref(file)} (" in output.getvalue()
    # References, never names.
    assert person.last_name not in output.getvalue()


def test_somebody_without_an_address_is_told_nothing_and_that_is_no_finding():
    file = factories.application(of=factories.candidate(email=""))
    services.reject(file, reason=ExitReason.PROFILE, by=factories.user(Role.RECRUITER))
    # Their address is known since: the refusal of then stays untold.
    Candidate.objects.update(email="plus.tard@exemple.test")
    assert found("decisions_told") == []

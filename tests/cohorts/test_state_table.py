"""The table of states, move by move: each is done from a page of recruitment, or is somebody else's, who is named."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cohorts import services
from cohorts.models import Application
from cohorts.states import APPLICATION_FLOW, EXITS, REOPENS_AS
from cohorts.states import ApplicationState as S
from partnership import clock
from programmes.states import ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db

# What a recruiter posts: the address and its answers.
SCHEDULE = (
    "interview_schedule",
    lambda: {
        "schedule-day": (clock.today() + timedelta(days=1)).isoformat(),
        "schedule-time": "14:30",
        "schedule-minutes": "30",
        "schedule-place": "Salle 3 (fictif)",
    },
)
RECORD = ("interview_record", lambda: {"record-note": "Voix posée."})
REJECT = ("application_reject", lambda: {"reject-reason": "profile"})
TAKE_BACK = ("application_reject", lambda: {"reject-reason": "course_cancelled"})
WITHDRAW = ("application_withdraw", lambda: {"withdraw-reason": "job", "withdraw-channel": "phone"})
UNREACHABLE = ("application_mark_unreachable", lambda: {"unreachable-reason": "no_answer"})
ADMIT, WAITLIST = ("application_admit", dict), ("application_waitlist", dict)
CONFIRM = ("application_confirm", lambda: {"confirm-channel": "phone"})
DECLINE = ("application_decline", lambda: {"decline-reason": "moved", "decline-channel": "paper"})
CANCEL, MISS = ("interview_cancel", dict), ("interview_miss", dict)

MOVES = {
    (S.ENQUIRY, S.REJECTED): REJECT,
    (S.ENQUIRY, S.UNREACHABLE): UNREACHABLE,
    (S.ENQUIRY, S.WITHDRAWN): WITHDRAW,
    (S.SUBMITTED, S.INTERVIEW_SCHEDULED): SCHEDULE,
    # walked in
    (S.SUBMITTED, S.INTERVIEWED): RECORD,
    # a course that admits on file
    (S.SUBMITTED, S.ADMITTED): ADMIT,
    (S.SUBMITTED, S.REJECTED): REJECT,
    (S.SUBMITTED, S.UNREACHABLE): UNREACHABLE,
    (S.SUBMITTED, S.WITHDRAWN): WITHDRAW,
    (S.INTERVIEW_SCHEDULED, S.INTERVIEWED): RECORD,
    (S.INTERVIEW_SCHEDULED, S.NO_SHOW): MISS,
    (S.INTERVIEW_SCHEDULED, S.SUBMITTED): CANCEL,
    (S.INTERVIEW_SCHEDULED, S.WITHDRAWN): WITHDRAW,
    (S.NO_SHOW, S.INTERVIEW_SCHEDULED): SCHEDULE,
    (S.NO_SHOW, S.REJECTED): REJECT,
    (S.NO_SHOW, S.UNREACHABLE): UNREACHABLE,
    (S.NO_SHOW, S.WITHDRAWN): WITHDRAW,
    # a second interview
    (S.INTERVIEWED, S.INTERVIEW_SCHEDULED): SCHEDULE,
    (S.INTERVIEWED, S.ADMITTED): ADMIT,
    (S.INTERVIEWED, S.WAITLISTED): WAITLIST,
    (S.INTERVIEWED, S.REJECTED): REJECT,
    (S.INTERVIEWED, S.WITHDRAWN): WITHDRAW,
    (S.WAITLISTED, S.ADMITTED): ADMIT,
    (S.WAITLISTED, S.REJECTED): REJECT,
    (S.WAITLISTED, S.WITHDRAWN): WITHDRAW,
    (S.ADMITTED, S.CONFIRMED): CONFIRM,
    (S.ADMITTED, S.DECLINED): DECLINE,
    (S.ADMITTED, S.REJECTED): REJECT,
    (S.ADMITTED, S.WITHDRAWN): WITHDRAW,
    (S.CONFIRMED, S.REJECTED): TAKE_BACK,
    (S.CONFIRMED, S.WITHDRAWN): WITHDRAW,
}
# The applicant's own steps, a call that fills the application in, and time.
SOMEBODY_ELSES = {(S.DRAFT, S.SUBMITTED), (S.ENQUIRY, S.SUBMITTED), (S.ADMITTED, S.EXPIRED)}
# The table of product.md §4, written down once more: whoever changes states.py meets it here.
OF_PRODUCT = set(MOVES) | SOMEBODY_ELSES
REOPENED = (S.ENQUIRY, S.SUBMITTED, S.INTERVIEWED, S.WAITLISTED, S.ADMITTED, S.CONFIRMED)


def test_the_moves_are_those_of_the_table_and_no_other():
    assert {(old, new) for old, after in APPLICATION_FLOW.items() if old not in EXITS for new in after} == OF_PRODUCT
    assert all(set(APPLICATION_FLOW[state]) == set(REOPENED) for state in EXITS)


def act(client, application: Application, name: str, said: dict) -> None:
    url = reverse(f"cohorts:{name}", args=[application.pk])
    answer = client.post(url, {"version": application.version, **said})
    assert answer.status_code == 302, answer.context and answer.context.get("form") and answer.context["form"].errors


@pytest.mark.parametrize(("old", "new"), MOVES, ids=lambda state: state.value)
def test_each_move_is_done_from_a_page(old, new, recruiter, client_of):
    on_file = (old, new) == (S.SUBMITTED, S.ADMITTED)
    programme = factories.programme("certificat", kind=ProgrammeKind.SCHOOL_CERTIFICATE) if on_file else None
    application = factories.application(factories.cohort(of=factories.intake(programme)), state=old)
    name, said = MOVES[old, new]
    client = client_of(recruiter)
    # The file's own page leads there.
    assert (
        reverse(f"cohorts:{name}", args=[application.pk])
        in client.get(reverse("cohorts:application_detail", args=[application.pk])).content.decode()
    )
    act(client, application, name, said())
    application.refresh_from_db()
    assert application.state == new


@pytest.mark.parametrize("left", [state for state in APPLICATION_FLOW if state not in (*EXITS, S.DRAFT)])
@pytest.mark.parametrize("exit_", [S.REJECTED, S.DECLINED, S.EXPIRED, S.WITHDRAWN, S.UNREACHABLE])
def test_each_exit_is_reopened_to_where_it_left(left, exit_, recruiter, client_of):
    application = factories.application(state=exit_, left_from=left)
    act(client_of(recruiter), application, "application_reopen", {"reopen-reason": "A rappelé."})
    application.refresh_from_db()
    assert application.state == REOPENS_AS.get(left, left)


def test_a_walk_in_a_second_interview_and_the_decision_after_it(recruiter):
    application = factories.application()
    services.record_interview(application, note="Venue sans rendez-vous.", by=recruiter)
    services.schedule_interview(application, starts_at=clock.now() + timedelta(days=1), place="Salle 3", by=recruiter)
    services.record_interview(application, note="Le second entretien convainc.", by=recruiter)
    services.admit(application, by=recruiter)
    assert application.state == S.ADMITTED
    assert application.bookings.count() == 2


@pytest.mark.parametrize(("reason", "status"), [("profile", 422), ("full", 422), ("condition", 302)])
def test_a_confirmed_place_is_taken_back_for_few_reasons(reason, status, recruiter, client_of):
    application = factories.enrolment().application
    answer = client_of(recruiter).post(
        reverse("cohorts:application_reject", args=[application.pk]),
        {"version": application.version, "reject-reason": reason},
    )
    assert answer.status_code == status
    application.refresh_from_db()
    assert (application.state == S.REJECTED) == (status == 302)

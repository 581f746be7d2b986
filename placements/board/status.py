"""Where an application stands, for the applicant: a sentence, a next step and the dates of each state."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cohorts.models import Application, Booking
from cohorts.services import Standing
from cohorts.states import EXITS, ApplicationState, BookingState
from partnership import clock
from partnership.templatetags.figures import clocktime, daydate, daytime, longdate

from ..models import Placement
from ..states import PLACED

_S = ApplicationState
_BEFORE_THE_INTERVIEW = (_S.DRAFT, _S.ENQUIRY, _S.SUBMITTED, _S.INTERVIEW_SCHEDULED, _S.NO_SHOW)


@dataclass(frozen=True)
class Status:
    """The title of the applicant's page and the sentence below it."""

    title: str
    text: str


@dataclass(frozen=True)
class Step:
    """A main date: done, now, next, or stopped where the application ended."""

    label: str
    when: str
    state: str


def of(
    application: Application,
    placement: Placement | None,
    booking: Booking | None,
    *,
    now: datetime,
    standing: Standing | None = None,
) -> Status:
    """What the applicant reads first."""
    if standing is not None and standing.is_complete:
        return Status(
            _("You have acquired every block: the certificate is yours."),
            _("Your attestation is below, to keep and to show."),
        )
    if application.state == _S.CONFIRMED:
        return _of_student(application, placement)
    if application.state == _S.ADMITTED:
        return _of_offer(application, now)
    if application.state == _S.INTERVIEW_SCHEDULED and booking is not None:
        words = {"day": daydate(booking.slot.starts_at), "time": clocktime(booking.slot.starts_at)}
        return Status(
            _("Your interview is on %(day)s, %(time)s.") % words,
            _("If you cannot come, move it or cancel it here: another date will be found."),
        )
    if application.state == _S.WAITLISTED:
        return Status(
            _("You are number %(rank)s on the waiting list.") % {"rank": application.position},
            _("The course is full for now. We write to you as soon as a place is free; you have nothing to do."),
        )
    if application.state == _S.SUBMITTED and application.cohort.intake.programme.is_for_professionals:
        return Status(
            _("We have received your application."),
            _("Next step: we read your file, and call you if it raises a question."),
        )
    title, text = _sentences()[ApplicationState(application.state)]
    return Status(title, text)


def _sentences() -> dict[ApplicationState, tuple[str, str]]:
    return {
        _S.DRAFT: (
            _("Your application is not finished."),
            _("Open the link of our first letter to finish it: what you wrote is kept."),
        ),
        _S.ENQUIRY: (
            _("We have your details."),
            _("We call you to talk about the course and to complete your application."),
        ),
        _S.SUBMITTED: (
            _("We have received your application."),
            _("Next step: we call you within one working day to fix an interview."),
        ),
        _S.INTERVIEW_SCHEDULED: (
            _("Your interview is fixed."),
            _("If you cannot come, move it or cancel it here: another date will be found."),
        ),
        _S.NO_SHOW: (
            _("We missed each other: let us fix another date."),
            _("You could not come to the interview. It happens: call, and we find another date together."),
        ),
        _S.INTERVIEWED: (
            _("Your interview has taken place, the answer is on its way."),
            _("You have our answer within 5 days of the interview."),
        ),
        _S.REJECTED: (
            _("Your application was not accepted."),
            _("You may ask us why, and which other course would suit you: call or answer our letter."),
        ),
        _S.DECLINED: (
            _("You have given this place back."),
            _("It goes to somebody else. If you change your mind, call: your file can be opened again."),
        ),
        _S.EXPIRED: (
            _("The offered place is no longer held for you."),
            _("If you still want it, call: your file can be opened again if a place is left."),
        ),
        _S.WITHDRAWN: (
            _("Your application is withdrawn."),
            _("If you change your mind, call: your file can be opened again."),
        ),
        _S.UNREACHABLE: (
            _("We could not reach you."),
            _("Call us or answer our letter, and your application goes on where it stopped."),
        ),
    }


def _of_offer(application: Application, now: datetime) -> Status:
    if application.reply_before is None or application.reply_before < now:
        return Status(
            _("A place awaits you. Answer as soon as you can."),
            _("The date we had given is past. The place is still yours as long as nobody has told you otherwise."),
        )
    return Status(
        _("A place awaits you. Answer by %(moment)s.") % {"moment": daytime(application.reply_before)},
        _("Say yes or no below: one tap is enough."),
    )


def _of_student(application: Application, placement: Placement | None) -> Status:
    if not application.cohort.intake.programme.is_hosted:
        return Status(
            _("Your place is confirmed."),
            _("We write to you before the first day. If anything changes, call."),
        )
    if placement is None:
        return Status(
            _("Your place is confirmed. We are looking for your host company."),
            _("We look with you for the site where you will work."),
        )
    if placement.state in PLACED:
        words = {"site": placement.seat.site.name, "commune": placement.seat.site.commune.name}
        return Status(
            _("Your place is confirmed, and so is your host: %(site)s, in %(commune)s.") % words,
            _("Your contract is prepared with the host. You are written to before your first day."),
        )
    # The host is named once it has said yes: a refusal is nobody's business.
    return Status(
        _("Your place is confirmed. A site is being asked for you."),
        _("A site is contacted at this moment. We write to you as soon as it says yes."),
    )


# -- the main dates ---------------------------------------------------------------------------------------------------


def steps(application: Application, placement: Placement | None, booking: Booking | None) -> list[Step]:
    """The main dates of the application, past and to come."""
    state = application.state
    if state in EXITS:
        return _steps_to_the_exit(application, booking)
    decided = state in (_S.ADMITTED, _S.CONFIRMED)
    confirmed = state == _S.CONFIRMED
    placed = placement is not None and placement.state in PLACED
    starts = daydate(application.cohort.intake.starts_on)
    decision = _("Decision")
    if decided:
        decision = _("Admission decided")
    elif state == _S.WAITLISTED:
        decision = _("Waiting list")
    host = _("we look for it with you")
    if placed:
        host = longdate(placement.answered_at)
    elif placement is not None:
        host = _("a site is contacted")
    hosting = Step(_("Host company"), host if confirmed else "", "done" if placed else "now" if confirmed else "next")
    programme, interview = application.cohort.intake.programme, [_interview(application, booking)]
    if programme.is_for_professionals and booking is None:
        # Admitted on file: nobody waits for an interview that nobody fixes.
        interview = []
    is_awaited = state in (_S.INTERVIEWED, _S.WAITLISTED) or (not interview and application.submitted_at)
    return [
        _received(application),
        *interview,
        Step(
            decision,
            _day(application.decided_at) if decided or state == _S.WAITLISTED else "",
            "done" if decided else "now" if is_awaited else "next",
        ),
        Step(
            _("Your answer"),
            _("place confirmed")
            if confirmed
            else _("expected by %(moment)s") % {"moment": daytime(application.reply_before)}
            if state == _S.ADMITTED
            else "",
            "done" if confirmed else "now" if state == _S.ADMITTED else "next",
        ),
        *([hosting] if programme.is_hosted else []),
        Step(_("First day"), starts, "next" if programme.is_hosted or not confirmed else "now"),
    ]


def _steps_to_the_exit(application: Application, booking: Booking | None) -> list[Step]:
    found = [_received(application)]
    if booking is not None and booking.state == BookingState.ATTENDED:
        found.append(Step(_("Interview"), _day(booking.slot.starts_at), "done"))
    found.append(Step(str(application.get_state_display()), _day(application.state_since), "stopped"))
    return found


def _received(application: Application) -> Step:
    at = application.submitted_at
    return Step(_("Application received"), _day(at), "done" if at else "now")


def _interview(application: Application, booking: Booking | None) -> Step:
    if application.state not in _BEFORE_THE_INTERVIEW:
        return Step(_("Interview"), _day(booking.slot.starts_at) if booking else "", "done")
    if application.state == _S.INTERVIEW_SCHEDULED and booking is not None:
        when = f"{daydate(booking.slot.starts_at)}, {clocktime(booking.slot.starts_at)}"
        return Step(_("Interview"), when, "now")
    when = _("another date to be found") if application.state == _S.NO_SHOW else _("we call you to fix it")
    return Step(_("Interview"), when, "now" if application.submitted_at else "next")


def _day(at: datetime | None) -> str:
    return daydate(at.astimezone(clock.PARIS).date()) if at else ""

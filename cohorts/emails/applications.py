"""The letters to applicants about their application, from the first step to the first day."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from partnership import clock
from partnership.states import LetterKind, OnDoubt

from .. import calendars
from ..models import Application, Booking, Cohort, names_of
from ..states import FOLLOW, HOLDING, RESUME, ApplicationState, ExitReason, SlotKind
from .posting import kind_in_words, post, told, unmet


def application_begun(application: Application) -> None:
    """The link to go on with an application, on this device or another."""
    post(application, "application_begun", link=(RESUME, application))


def application_unfinished(application: Application, *, days: int) -> None:
    """One or three days after it was begun, an application is not handed in: the link once more."""
    post(
        application,
        "application_unfinished",
        event=f"application_unfinished:{application.pk}:{days}",
        link=(RESUME, application),
        asked=False,
        kind=LetterKind.DRAFTS,
        is_last=days > 1,
        closes_on=application.cohort.applications_until,
    )


def application_link(application: Application) -> None:
    """The link asked for again: to go on with a draft, or to follow an application; once an hour."""
    draft = application.state == ApplicationState.DRAFT
    post(
        application,
        "application_link",
        key=f"{application.pk}:{clock.now():%Y%m%d%H}",
        link=(RESUME if draft else FOLLOW, application),
        is_draft=draft,
    )


def application_received(application: Application) -> None:
    """Within the minute: what happens next, who is in charge, where to follow."""
    post(application, "application_received")


def application_already_open(application: Application, *, repetition: Application) -> None:
    """Somebody applied twice: the answer on the page was the same, the letter opens the first application."""
    post(application, "application_already_open", key=f"{application.pk}:{repetition.pk}")


def application_admitted(application: Application, *, asked: bool = True) -> None:
    """A place is offered; an answer is expected by a day and an hour."""
    post(
        application,
        "application_admitted",
        asked=asked,
        reply_before=application.reply_before,
        starts_on=application.cohort.intake.starts_on,
        cascades=application.cohort.cascades,
        conditions=unmet(application),
    )


def offer_awaits(application: Application) -> None:
    """Two working days are left to answer an offer."""
    post(
        application,
        "offer_awaits",
        reply_before=application.reply_before,
        starts_on=application.cohort.intake.starts_on,
        cascades=application.cohort.cascades,
    )


def application_expired(application: Application) -> None:
    """Nobody has answered in time and somebody waits: the place goes to them; how to come back."""
    post(application, "application_expired", asked=False, reply_before=application.reply_before)


def application_waitlisted(application: Application) -> None:
    """The course is full for now; the present place on the list."""
    post(application, "application_waitlisted", rank=application.position)


def application_rejected(application: Application) -> None:
    """No, and why, with the conditions not met.

    If a sender died after handing it over, a person decides whether it goes again.
    """
    post(
        application,
        "application_rejected",
        link=None,
        on_doubt=OnDoubt.HOLD,
        reason=told(application, "exit_reason"),
        unmet=unmet(application) if application.exit_reason == ExitReason.CONDITION else "",
    )


def application_confirmed(application: Application) -> None:
    """The place is theirs; what comes next, and which papers are asked for."""
    papers = names_of((one.kind for one in application.papers.missing().in_order()), application.candidate.language)
    starts_on = application.cohort.intake.starts_on
    post(application, "application_confirmed", starts_on=starts_on, papers=", ".join(papers))


def still_coming(application: Application, *, event: str) -> None:
    """Once a fortnight until the first day: are you still coming? One tap answers."""
    starts_on = application.cohort.intake.starts_on
    post(application, "still_coming", event=event, asked=False, starts_on=starts_on)


def first_day(
    application: Application, *, event: str, starts_at: datetime, place: str, bring: str, papers: Iterable[str]
) -> None:
    """A week before the first day, and again if it changes: where, when, what to bring, and what is still missing."""
    said = {"starts_at": starts_at, "place": place, "bring": bring, "papers": ", ".join(papers)}
    post(application, "first_day", event=event, asked=False, **said)


def papers_missing(application: Application, *, papers: Iterable[str], since: datetime, days: int) -> None:
    """Some days after papers were asked for: which are still missing, and where to send them."""
    event = f"papers_missing:{application.pk}:{since:%Y%m%d%H%M%S}:{days}"
    post(application, "papers_missing", event=event, asked=False, papers=", ".join(papers))


def paper_refused(application: Application, *, event: str, paper: str, reason: str) -> None:
    """What was sent is not the paper that was asked for: why, and where to send it again."""
    post(application, "paper_refused", event=event, asked=False, paper=paper, reason=reason)


def application_closed(application: Application) -> None:
    """What the applicant told us (declined, withdrawn) is recorded; how to come back."""
    post(application, "application_closed")


def application_unreachable(application: Application) -> None:
    """We could not reach them; how to come back."""
    post(application, "application_unreachable")


def application_reopened(application: Application) -> None:
    """The file is open again."""
    post(application, "application_reopened", state=told(application, "state"))


def application_transferred(
    application: Application, *, former: Cohort, kept: Booking | None, cancelled: Booking | None
) -> None:
    """The file is followed in another zone; what becomes of the interview, the rank or the place."""
    has_place = application.state in HOLDING
    post(
        application,
        "application_transferred",
        former_zone=former.zone.name,
        kept_at=kept.slot.starts_at if kept else "",
        kept_place=kept.slot.place if kept else "",
        cancelled_at=cancelled.slot.starts_at if cancelled else "",
        calendar=calendars.appointment(cancelled) if cancelled else "",
        rank=application.waiting_rank or 0,
        has_place=has_place,
    )


def application_postponed(following: Application, *, former: Application, cancelled: Booking | None) -> None:
    """The file goes on for a later intake; its link is the new file's."""
    post(following, "application_postponed", about=former, **_going_on(following, former, cancelled))


def application_redirected(following: Application, *, former: Application, cancelled: Booking | None) -> None:
    """The file goes on for another course; its link is the new file's."""
    post(following, "application_redirected", about=former, **_going_on(following, former, cancelled))


def _going_on(following: Application, former: Application, cancelled: Booking | None) -> dict[str, Any]:
    return {
        "former_programme": former.intake.programme.short_title,
        "former_starts_on": former.intake.starts_on,
        "former_reference": former.reference,
        "starts_on": following.intake.starts_on,
        "was_interviewed": following.state == ApplicationState.INTERVIEWED,
        "cancelled_at": cancelled.slot.starts_at if cancelled else "",
        "calendar": calendars.appointment(cancelled) if cancelled else "",
    }


def booking_invited(
    application: Application, *, event: str, kind: SlotKind, words: str = "", is_draft: bool = False
) -> None:
    """Come and choose a date: for an interview, a meeting, tests, an open day."""
    post(
        application,
        "booking_invited",
        event=event,
        is_draft=is_draft,
        asked=False,
        what=kind_in_words(kind, application),
        is_interview=kind == SlotKind.INTERVIEW,
        is_meeting=kind == SlotKind.INFORMATION,
        words=words,
    )


def answers_missing(
    application: Application, *, event: str, missing: Iterable[str], words: str = "", is_draft: bool = False
) -> None:
    """Some answers are missing before we can go on; `missing` names them in the applicant's language."""
    said = {"missing": ", ".join(missing), "words": words}
    post(application, "answers_missing", event=event, is_draft=is_draft, asked=False, **said)


def papers_asked(application: Application, *, event: str, papers: Iterable[str], words: str = "") -> None:
    """These papers are asked for, in addition to what was asked before."""
    said = {"papers": ", ".join(papers), "words": words}
    post(application, "papers_asked", event=event, asked=False, **said)


def recruiter_wrote(application: Application, *, event: str, subject: str, words: str, is_draft: bool = False) -> None:
    """What a recruiter has to say, in their own words."""
    said = {"subject": subject, "words": words}
    post(application, "recruiter_wrote", event=event, is_draft=is_draft, asked=False, **said)

"""The letters to applicants, and to recruiters about them; each is a function and a template of the same name."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from partnership import clock, outbox
from partnership.models import OutgoingMessage, User
from partnership.states import LetterKind, OnDoubt
from partnership.templatetags.ui import clocktime, daydate, phone

from . import calendars
from .models import Application, Booking, Candidate, Cohort, Import, Slot, names_of
from .states import ERASE, FOLLOW, HOLDING, RESUME, TAKE, ApplicationState, ExitReason, SlotKind

# Files, each with what a letter says of it; so many of them stand in it, the others behind its link.
Said = Sequence[tuple[Application, str]]
MOST_LISTED = 20


def _post(
    application: Application,
    template: str,
    *,
    key: str = "",
    event: str = "",
    about: Application | None = None,
    **options: Any,
) -> None:
    """`event` is the whole key of a letter that no version of the file gives rise to."""
    contact = application.contact
    outbox.post(
        f"cohorts/{template}",
        key=event or f"{template}:{key or application.pk}:{application.version}",
        about=about or application,
        to=application.candidate,
        reply_to=contact.email if contact else "",
        contact=contact.full_name if contact else "",
        contact_phone=phone(contact.phone) if contact else "",
        programme=application.cohort.intake.programme.short_title,
        zone=application.cohort.zone.name,
        provider=application.cohort.intake.programme.provider.name,
        reference=application.reference,
        is_hosted=application.cohort.intake.programme.is_hosted,
        paragraph=_paragraph(application, template),
        **{"link": (FOLLOW, application), **options},
    )


def _paragraph(application: Application, template: str) -> str:
    """What recruitment adds to this letter for this intake, in the applicant's language."""
    kept = (one for one in application.cohort.intake.paragraphs.all() if one.template == template)
    return next((one.text_in(application.candidate.language) for one in kept), "")


def _told(application: Application, field: str) -> str:
    """A choice in the words of the applicant's language, whoever's language the page is in."""
    with translation.override(application.candidate.language):
        return str(getattr(application, f"get_{field}_display")())


def application_begun(application: Application) -> None:
    """The link to go on with an application, on this device or another."""
    _post(application, "application_begun", link=(RESUME, application))


def application_unfinished(application: Application, *, days: int) -> None:
    """One or three days after it was begun, an application is not handed in: the link once more."""
    _post(
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
    _post(
        application,
        "application_link",
        key=f"{application.pk}:{clock.now():%Y%m%d%H}",
        link=(RESUME if draft else FOLLOW, application),
        is_draft=draft,
    )


def application_received(application: Application) -> None:
    """Within the minute: what happens next, who is in charge, where to follow."""
    _post(application, "application_received")


def application_already_open(application: Application, *, repetition: Application) -> None:
    """Somebody applied twice: the answer on the page was the same, the letter opens the first application."""
    _post(application, "application_already_open", key=f"{application.pk}:{repetition.pk}")


def _appointment_post(booking: Booking, template: str, *, event: str = "", **options: Any) -> None:
    slot = booking.slot
    _post(
        booking.application,
        template,
        key=f"{booking.pk}.{booking.version}",
        event=event,
        what=_kind(booking.kind, booking.application),
        starts_at=slot.starts_at,
        minutes=slot.minutes,
        place=slot.place,
        **options,
    )


def _kind(kind: str, application: Application) -> str:
    with translation.override(application.candidate.language):
        return str(SlotKind(kind).label)


def _others(booking: Booking) -> bool:
    """Whether the applicant may choose another moment at once."""
    ahead = Slot.objects.to_choose(booking.application.cohort, after=clock.now())
    return ahead.filter(kind=booking.kind).exists()


def interview_booked(booking: Booking) -> None:
    """When and where the interview is."""
    _appointment_post(booking, "interview_booked", calendar=calendars.appointment(booking))


def interview_moved(booking: Booking, *, before: datetime) -> None:
    """The interview has another hour or another place."""
    _appointment_post(booking, "interview_moved", calendar=calendars.appointment(booking), before=before)


def interview_cancelled(booking: Booking) -> None:
    """The interview does not take place; another date is chosen or told."""
    _appointment_post(booking, "interview_cancelled", calendar=calendars.appointment(booking), others=_others(booking))


def meeting_booked(booking: Booking) -> None:
    """When and where a meeting, tests or an open day are."""
    _appointment_post(booking, "meeting_booked", calendar=calendars.appointment(booking))


def meeting_moved(booking: Booking, *, before: datetime) -> None:
    """The meeting has another hour or another place."""
    _appointment_post(booking, "meeting_moved", calendar=calendars.appointment(booking), before=before)


def meeting_cancelled(booking: Booking) -> None:
    """The applicant is no longer expected at the meeting."""
    _appointment_post(booking, "meeting_cancelled", calendar=calendars.appointment(booking), others=_others(booking))


def day_cancelled(
    application: Application, told: Sequence[tuple[Booking, Slot, Slot | None]], *, reason: str, others: bool
) -> None:
    """What becomes of somebody's appointments of a day that does not take place: one letter for all of them.

    `told` holds each with the slot it was in and the one it moves to, if any; `others` says whether there is another
    moment to choose for those that move nowhere.
    """
    bookings = [booking for booking, _was, _to in told]
    first, day = bookings[0], told[0][1].starts_at
    kinds = dict.fromkeys(_kind(one.kind, application) for one in bookings)
    left = [(booking, was) for booking, was, to in told if to is None]
    _post(
        application,
        "day_cancelled",
        event=f"day_cancelled:{first.pk}:{first.version}",
        calendar=calendars.appointments(bookings),
        starts_at=day,
        what=", ".join(kinds),
        reason=reason,
        left=_in_words(application, left, places=False),
        moved=_in_words(application, [(booking, to) for booking, _was, to in told if to], places=True),
        others=others,
    )


def _in_words(application: Application, appointments: Iterable[tuple[Booking, Slot]], *, places: bool) -> str:
    """Appointments as a letter lists them, in the applicant's language."""
    with translation.override(application.candidate.language):
        return "; ".join(
            f"{SlotKind(booking.kind).label}, {daydate(slot.starts_at)}, {clocktime(slot.starts_at)}"
            + (f", {slot.place}" if places else "")
            for booking, slot in appointments
        )


def appointment_near(booking: Booking, *, before: int) -> None:
    """One or two days before: when and where, and what to do if they cannot come."""
    _appointment_post(
        booking,
        "appointment_near",
        event=booking.reminder_key(before),
        asked=False,
        is_interview=booking.kind == SlotKind.INTERVIEW,
    )


def interview_missed(booking: Booking) -> None:
    """The day after a missed interview, in the morning: shall we fix another?"""
    _appointment_post(booking, "interview_missed", due=_tomorrow_morning(), others=_others(booking))


def meeting_missed(booking: Booking) -> None:
    """The day after a missed meeting, in the morning: another date, or a call."""
    _appointment_post(booking, "meeting_missed", due=_tomorrow_morning(), others=_others(booking))


def _tomorrow_morning() -> datetime:
    return (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)


def application_admitted(application: Application, *, asked: bool = True) -> None:
    """A place is offered; an answer is expected by a day and an hour."""
    _post(
        application,
        "application_admitted",
        asked=asked,
        reply_before=application.reply_before,
        starts_on=application.cohort.intake.starts_on,
        cascades=application.cohort.cascades,
        conditions=_unmet(application),
    )


def _unmet(application: Application) -> str:
    """The conditions still to be met, in the words of the applicant's language."""
    with translation.override(application.candidate.language):
        return ", ".join(map(str, application.conditions.unmet()))


def offer_awaits(application: Application) -> None:
    """Two working days are left to answer an offer."""
    _post(
        application,
        "offer_awaits",
        reply_before=application.reply_before,
        starts_on=application.cohort.intake.starts_on,
        cascades=application.cohort.cascades,
    )


def application_expired(application: Application) -> None:
    """Nobody has answered in time and somebody waits: the place goes to them; how to come back."""
    _post(application, "application_expired", asked=False, reply_before=application.reply_before)


def application_waitlisted(application: Application) -> None:
    """The course is full for now; the present place on the list."""
    _post(application, "application_waitlisted", rank=application.position)


def application_rejected(application: Application) -> None:
    """No, and why, with the conditions not met.

    If a sender died after handing it over, a person decides whether it goes again.
    """
    _post(
        application,
        "application_rejected",
        link=None,
        on_doubt=OnDoubt.HOLD,
        reason=_told(application, "exit_reason"),
        unmet=_unmet(application) if application.exit_reason == ExitReason.CONDITION else "",
    )


def application_confirmed(application: Application) -> None:
    """The place is theirs; what comes next, and which papers are asked for."""
    papers = names_of((one.kind for one in application.papers.missing().in_order()), application.candidate.language)
    starts_on = application.cohort.intake.starts_on
    _post(application, "application_confirmed", starts_on=starts_on, papers=", ".join(papers))


def still_coming(application: Application, *, event: str) -> None:
    """Once a fortnight until the first day: are you still coming? One tap answers."""
    starts_on = application.cohort.intake.starts_on
    _post(application, "still_coming", event=event, asked=False, starts_on=starts_on)


def first_day(
    application: Application, *, event: str, starts_at: datetime, place: str, bring: str, papers: Iterable[str]
) -> None:
    """A week before the first day, and again if it changes: where, when, what to bring, and what is still missing."""
    said = {"starts_at": starts_at, "place": place, "bring": bring, "papers": ", ".join(papers)}
    _post(application, "first_day", event=event, asked=False, **said)


def papers_missing(application: Application, *, papers: Iterable[str], since: datetime, days: int) -> None:
    """Some days after papers were asked for: which are still missing, and where to send them."""
    event = f"papers_missing:{application.pk}:{since:%Y%m%d%H%M%S}:{days}"
    _post(application, "papers_missing", event=event, asked=False, papers=", ".join(papers))


def paper_refused(application: Application, *, event: str, paper: str, reason: str) -> None:
    """What was sent is not the paper that was asked for: why, and where to send it again."""
    _post(application, "paper_refused", event=event, asked=False, paper=paper, reason=reason)


def application_closed(application: Application) -> None:
    """What the applicant told us (declined, withdrawn) is recorded; how to come back."""
    _post(application, "application_closed")


def application_unreachable(application: Application) -> None:
    """We could not reach them; how to come back."""
    _post(application, "application_unreachable")


def application_reopened(application: Application) -> None:
    """The file is open again."""
    _post(application, "application_reopened", state=_told(application, "state"))


def application_transferred(
    application: Application, *, former: Cohort, kept: Booking | None, cancelled: Booking | None
) -> None:
    """The file is followed in another zone; what becomes of the interview, the rank or the place."""
    has_place = application.state in HOLDING
    _post(
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
    _post(following, "application_postponed", about=former, **_going_on(following, former, cancelled))


def application_redirected(following: Application, *, former: Application, cancelled: Booking | None) -> None:
    """The file goes on for another course; its link is the new file's."""
    _post(following, "application_redirected", about=former, **_going_on(following, former, cancelled))


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


# -- what recruiters decide to write ----------------------------------------------------------------------------------


def booking_invited(
    application: Application, *, event: str, kind: SlotKind, words: str = "", is_draft: bool = False
) -> None:
    """Come and choose a date: for an interview, a meeting, tests, an open day."""
    _post(
        application,
        "booking_invited",
        event=event,
        is_draft=is_draft,
        asked=False,
        what=_kind(kind, application),
        is_interview=kind == SlotKind.INTERVIEW,
        is_meeting=kind == SlotKind.INFORMATION,
        words=words,
    )


def answers_missing(
    application: Application, *, event: str, missing: Iterable[str], words: str = "", is_draft: bool = False
) -> None:
    """Some answers are missing before we can go on; `missing` names them in the applicant's language."""
    said = {"missing": ", ".join(missing), "words": words}
    _post(application, "answers_missing", event=event, is_draft=is_draft, asked=False, **said)


def papers_asked(application: Application, *, event: str, papers: Iterable[str], words: str = "") -> None:
    """These papers are asked for, in addition to what was asked before."""
    said = {"papers": ", ".join(papers), "words": words}
    _post(application, "papers_asked", event=event, asked=False, **said)


def recruiter_wrote(application: Application, *, event: str, subject: str, words: str, is_draft: bool = False) -> None:
    """What a recruiter has to say, in their own words."""
    said = {"subject": subject, "words": words}
    _post(application, "recruiter_wrote", event=event, is_draft=is_draft, asked=False, **said)


# -- their own data ---------------------------------------------------------------------------------------------------


def data_link(application: Application, *, event: str) -> None:
    """The link, for an hour, that opens everything held about somebody who asked for it."""
    _post(application, "data_link", event=event, link=(TAKE, application))


def erasure_link(application: Application, *, event: str) -> None:
    """The link, for an hour and once, by which somebody has their file erased."""
    _post(application, "erasure_link", event=event, link=(ERASE, application))


def file_erased(application: Application, *, to: Candidate) -> None:
    """The last letter: the file is erased. It names nobody and no course; its address is erased after it."""
    programme = application.cohort.intake.programme
    outbox.post(
        "cohorts/file_erased",
        key=f"file_erased:{to.pk}",
        about=application,
        to=to,
        day=clock.today(),
        provider=programme.provider.name,
        contact=settings.LEGAL_CONTACT,
    )


def file_ends(application: Application, *, event: str, on: date, why: str) -> None:
    """The file is erased on a day to come, unless its person has it kept; or at once, if they prefer."""
    _post(application, "file_ends", event=event, asked=False, on=on, why=why)


# -- to recruiters ----------------------------------------------------------------------------------------------------


def file_entrusted(application: Application, *, to: User, by: User | None = None) -> None:
    """Whoever now follows a file is told of it: by the colleague who gave it, or of somebody who has just applied."""
    person = application.candidate
    outbox.post(
        "cohorts/file_entrusted",
        key=f"file_entrusted:{application.pk}:{to.pk}:{application.version}",
        about=application,
        to=to,
        # At night it disturbs, and nobody would call then.
        asked=False,
        person=str(person),
        phone=phone(person.phone) if person.phone else "",
        programme=application.cohort.intake.programme.short_title,
        zone=application.cohort.zone.name,
        reference=application.reference,
        by=by.full_name if by else "",
        address=_address_of(application, to),
    )


def contacts_entrusted(imported: Import, *, to: User, number: int) -> None:
    """Whoever follows people of a list from now on is told how many, and where to find whom nobody has called yet."""
    outbox.post(
        "cohorts/contacts_entrusted",
        key=f"contacts_entrusted:{imported.pk}:{to.pk}",
        about=to,
        to=to,
        asked=False,
        number=number,
        list=imported.name,
        by=imported.made_by.full_name,
        programme=imported.intake.programme.short_title,
        address=f"{_list_of(to)}?etat=a_contacter&responsable={to.pk}&tri=-attente",
    )


def _list_of(reader: User) -> str:
    with translation.override(reader.language):
        return settings.PUBLIC_URL + reverse("cohorts:application_list")


def address_refused(application: Application, *, to: User, letter: OutgoingMessage) -> None:
    """Whoever follows a file learns, once an address, that it takes no letter: to call, then to correct it."""
    person = application.candidate
    outbox.post(
        "cohorts/address_refused",
        key=_refusal_key(application),
        about=application,
        to=to,
        asked=False,
        person=str(person),
        refused=letter.to_email,
        what=letter.subject,
        written_at=letter.written_at,
        phone=phone(person.phone) if person.phone else "",
        zone=application.cohort.zone.name,
        reference=application.reference,
        address=_address_of(application, to),
    )


def _refusal_key(application: Application) -> str:
    """The key of that letter: another address is told anew. No address stands in a key, which is never erased."""
    address = hashlib.md5(application.candidate.email.encode(), usedforsecurity=False).hexdigest()
    return f"address_refused:{application.pk}:{address}"


def files_entrusted(files: Sequence[Application], *, to: User, by: User, event: str) -> None:
    """Whoever now follows files is told in one letter, however many; `event` is what gave them."""
    with translation.override(to.language):
        listed = [_row(file, str(file.get_state_display()), to) for file in files[:MOST_LISTED]]
    outbox.post(
        "cohorts/files_entrusted",
        key=f"files_entrusted:{event}:{to.pk}",
        about=to,
        to=to,
        asked=False,
        by=by.full_name,
        number=len(files),
        files=listed,
        more=len(files) - len(listed),
        address=_page("cohorts:worklist", to),
    )


def due_today(
    *, to: User, event: str, late: Said, due: Said, agreed: Said, interviews: Said, numbers: tuple[int, int]
) -> None:
    """In the morning: what is due in the files somebody follows, the late ones first, and what was agreed for today.

    `numbers` says how much is due, and how much of it is late, for the letter does not list it all.
    """
    total, past = numbers
    parts = {"late_files": late, "due_files": due, "agreed": agreed, "interviews": interviews}
    listed = {name: [_row(file, said, to) for file, said in files[:MOST_LISTED]] for name, files in parts.items()}
    outbox.post(
        "cohorts/due_today",
        key=event,
        about=to,
        to=to,
        asked=False,
        total=total,
        late=past,
        more=max(total - len(listed["late_files"]) - len(listed["due_files"]), 0),
        address=_page("cohorts:worklist", to),
        **listed,
    )


def files_silent(*, to: User, event: str, own: Said, team: Said, team_days: int) -> None:
    """Once for each silence: in which files nothing was done for days, one's own and those of the team."""
    listed = {
        name: [_row(file, said, to) for file, said in files[:MOST_LISTED]]
        for name, files in {"own": own, "team": team}.items()
    }
    outbox.post(
        "cohorts/files_silent",
        key=event,
        about=to,
        to=to,
        asked=False,
        number=len(own) + len(team),
        days=settings.SILENCE_DAYS_OWNER if own else team_days,
        team_days=team_days,
        more=len(own) + len(team) - sum(map(len, listed.values())),
        address=_page("cohorts:worklist", to),
        **listed,
    )


def _row(file: Application, said: str, reader: User) -> dict[str, outbox.Plain]:
    return {
        "person": str(file.candidate),
        "zone": file.cohort.zone.name,
        "reference": file.reference,
        "said": said,
        "address": _address_of(file, reader),
    }


def _page(name: str, reader: User) -> str:
    with translation.override(reader.language):
        return settings.PUBLIC_URL + reverse(name)


def _address_of(application: Application, reader: User) -> str:
    with translation.override(reader.language):
        return settings.PUBLIC_URL + reverse("cohorts:application_detail", args=[application.pk])

"""Letters about contents and the chair; each is a function and a template of the same name."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from partnership import clock, outbox
from partnership.models import JournalEntry, User, ref
from partnership.states import OnDoubt

from . import calendars
from .models import ChairActivity, Contribution, Curriculum, Registration, Reply
from .states import GUEST, CurriculumState, RegistrationState


def curriculum_submitted(curriculum: Curriculum, *, to: User) -> None:
    """A reviewer learns that a version awaits their opinion."""
    modules = list(curriculum.modules.all())
    _post(
        "curriculum_submitted",
        curriculum,
        to=to,
        page="admin:programmes_curriculum_review",
        reply_to=curriculum.submitted_by,
        author=curriculum.submitted_by.full_name,
        party=str(curriculum.programme.provider),
        submitted_on=curriculum.submitted_at.astimezone(clock.PARIS).date(),
        modules=len(modules),
        hours=sum(module.hours for module in modules),
    )


def curriculum_waits(curriculum: Curriculum, *, to: User, days: int, unread: int, waiting: int) -> None:
    """A reviewer is reminded of a version some days after its submission, and of how many people wait for it."""
    _post(
        "curriculum_waits",
        curriculum,
        to=to,
        page="admin:programmes_curriculum_review",
        reply_to=curriculum.submitted_by,
        event=str(days),
        submitted_on=curriculum.submitted_at.astimezone(clock.PARIS).date(),
        due_on=curriculum.due_on,
        unread=unread,
        waiting=waiting,
    )


def curriculum_late(curriculum: Curriculum, *, to: User, unread: str, waiting: int) -> None:
    """A coordinator learns that a version is not judged in time, and who has not read all of it."""
    _post(
        "curriculum_late",
        curriculum,
        to=to,
        page="programmes:curriculum_assign",
        reply_to=curriculum.submitted_by,
        due_on=curriculum.due_on,
        unread=unread,
        waiting=waiting,
    )


def curriculum_to_assign(curriculum: Curriculum, *, to: User) -> None:
    """A coordinator learns that a version was submitted and nobody is asked to judge it."""
    _post(
        "curriculum_to_assign",
        curriculum,
        to=to,
        page="programmes:curriculum_assign",
        reply_to=curriculum.submitted_by,
        due_on=curriculum.due_on,
    )


def change_request_replied(reply: Reply, *, to: User) -> None:
    """An author learns that a reviewer has written in the thread of a request."""
    request = reply.request
    _post(
        "change_request_replied",
        request.module.curriculum,
        to=to,
        page="programmes:request_reply",
        of=request.pk,
        reply_to=reply.written_by,
        event=str(reply.pk),
        module=request.module.title,
        order=request.module.order,
        reviewer=reply.written_by.full_name,
        text=reply.text,
    )


def curriculum_validated(curriculum: Curriculum, *, to: User) -> None:
    """An author learns that the version is validated: offers may be made."""
    _post("curriculum_validated", curriculum, to=to, reply_to=curriculum.decided_by)


def curriculum_changes_requested(
    curriculum: Curriculum, *, to: User, by: User, modules: str = "", reason: str = ""
) -> None:
    """An author learns which modules must be written again, or what a commission asks."""
    _post("curriculum_changes_requested", curriculum, to=to, reply_to=by, modules=modules, reason=reason)


def curriculum_refused(curriculum: Curriculum, *, to: User, modules: str, reason: str) -> None:
    """An author learns that the version is refused, why, and for which modules."""
    _post("curriculum_refused", curriculum, to=to, reply_to=curriculum.decided_by, modules=modules, reason=reason)


def _post(
    name: str,
    curriculum: Curriculum,
    *,
    to: User,
    reply_to: User,
    page: str = "programmes:curriculum_read",
    of: UUID | None = None,
    event: str = "",
    **context: str | int | date,
) -> None:
    # One letter for each event, submission and reader: a version can come back several times.
    turn = JournalEntry.objects.filter(subject=ref(curriculum), after=CurriculumState.SUBMITTED).count()
    with translation.override(to.language):
        url = settings.PUBLIC_URL + reverse(page, args=[of or curriculum.pk])
    outbox.post(
        f"programmes/{name}",
        key=":".join(filter(None, [name, event, str(curriculum.pk), str(turn), str(to.pk)])),
        about=curriculum,
        to=to,
        reply_to=reply_to.email,
        programme=curriculum.programme.short_title,
        number=curriculum.number,
        party_of_reviewers=str(curriculum.programme.reviewer_party),
        url=url,
        **context,
    )


# -- the chair --------------------------------------------------------------------------------------------------------


def activity_entrusted(activity: ChairActivity) -> None:
    """Somebody learns that an activity of the chair is theirs to lead."""
    lead = activity.lead
    with translation.override(lead.language):
        url = settings.PUBLIC_URL + reverse("programmes:activity_read", args=[activity.pk])
    outbox.post(
        "programmes/activity_entrusted",
        key=f"activity_entrusted:{activity.pk}:{activity.version}:{lead.pk}",
        about=activity,
        to=lead,
        url=url,
        **_told_of(activity, lead.language),
    )


def registration_confirmed(registration: Registration) -> None:
    """Somebody has a place: when, where, the appointment for their calendar, and how to give it back."""
    _guest_post("registration_confirmed", registration, calendar=calendars.appointment(registration))


def registration_waiting(registration: Registration) -> None:
    """Every place is taken: somebody learns their rank on the waiting list."""
    _guest_post("registration_waiting", registration, rank=_rank(registration))


def registration_known(registration: Registration) -> None:
    """Somebody who registers once more learns where they stand; once a day."""
    _guest_post(
        "registration_known",
        registration,
        event=f"registration_known:{registration.pk}:{clock.today():%Y%m%d}",
        is_waiting=registration.state == RegistrationState.WAITING,
        rank=_rank(registration),
    )


def registration_promoted(registration: Registration) -> None:
    """Somebody who waited has a place."""
    _guest_post("registration_promoted", registration, calendar=calendars.appointment(registration))


def registration_given_up(registration: Registration, *, had_place: bool) -> None:
    """Somebody has given their place back: it leaves their calendar too."""
    calendar = calendars.appointment(registration) if had_place else ""
    _guest_post("registration_given_up", registration, calendar=calendar, link=None)


def registration_unserved(registration: Registration) -> None:
    """Somebody who waited to the end learns that no place became free."""
    _guest_post("registration_unserved", registration, link=None)


def activity_moved(registration: Registration, *, before: datetime, before_place: str) -> None:
    """Whoever has a place, or waits for one, learns of another date or place."""
    has_place = registration.state == RegistrationState.REGISTERED
    _guest_post(
        "activity_moved",
        registration,
        event=f"activity_moved:{registration.pk}:{registration.activity.version}",
        calendar=calendars.appointment(registration) if has_place else "",
        before=before,
        before_place=before_place,
    )


def activity_cancelled(registration: Registration, *, had_place: bool) -> None:
    """Whoever had a place, or waited for one, learns that the activity does not take place, and why."""
    calendar = calendars.appointment(registration) if had_place else ""
    reason = registration.activity.cancelled_because
    _guest_post("activity_cancelled", registration, calendar=calendar, link=None, reason=reason)


def contribution_received(contribution: Contribution) -> None:
    """Somebody learns that their proposal has arrived, and how to take it back."""
    _guest_post("contribution_received", contribution, proposal=contribution.title)


def contribution_kept(contribution: Contribution, *, words: str) -> None:
    """Somebody learns that their proposal is among those from which is chosen."""
    _guest_post("contribution_kept", contribution, proposal=contribution.title, words=words)


def contribution_accepted(contribution: Contribution, *, words: str) -> None:
    """Somebody learns that their proposal is accepted."""
    _guest_post("contribution_accepted", contribution, proposal=contribution.title, words=words)


def contribution_declined(contribution: Contribution, *, words: str) -> None:
    """Somebody learns that their proposal is not kept."""
    _guest_post("contribution_declined", contribution, proposal=contribution.title, words=words, on_doubt=OnDoubt.HOLD)


def _rank(registration: Registration) -> int:
    """How many wait before, and oneself."""
    return registration.activity.registrations.waiting().filter(number__lte=registration.number).count()


def _told_of(activity: ChairActivity, language: str) -> dict[str, str | datetime]:
    """What every letter about an activity says of it, in its reader's words."""
    with translation.override(language):
        kind = str(activity.get_kind_display())
    return {
        "activity": activity.title,
        "what": kind,
        "chair": activity.programme.short_title,
        "begins_at": activity.begins_at,
        "ends_at": activity.ends_at,
        "place": activity.place,
    }


def _guest_post(template: str, guest: Registration | Contribution, *, event: str = "", **options: Any) -> None:
    """A letter to somebody from outside, signed by whoever leads the activity; its link opens what is theirs."""
    activity = guest.activity
    outbox.post(
        f"programmes/{template}",
        key=event or f"{template}:{guest.pk}:{guest.version}",
        about=guest,
        to=guest,
        reply_to=activity.lead.email,
        contact=activity.lead.full_name,
        party=activity.lead_party.name,
        **_told_of(activity, guest.language),
        **{"link": (GUEST, guest), **options},
    )

"""Young people presented to a host: who, again, met, chosen or not; to host, student and lead."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cohorts.states import FOLLOW
from partnership import clock, outbox
from partnership.models import User
from partnership.templatetags.figures import phone

from .. import calendars
from ..models import Introduction, Presentation
from ..states import INTRODUCTION, IntroductionState


def presentation_key(presentation: Presentation) -> str:
    """The business event of the letter that presents several young people to a host."""
    return f"students_presented:{presentation.pk}"


def _to_host(presentation: Presentation) -> dict:
    lead = presentation.sent_by
    return {
        "site": presentation.site.name,
        "company": presentation.site.company.name,
        "programme": presentation.intake.programme.short_title,
        "starts_on": presentation.intake.starts_on,
        "reply_by": presentation.reply_by,
        "lead": lead.full_name,
        "lead_phone": phone(lead.phone),
    }


def _listed(introductions: Iterable[Introduction], language: str) -> list[dict]:
    """The young people as a letter to a host lists them."""
    with translation.override(language):
        return [
            {
                "who": one.shown_name,
                "commune": str(one.enrolment.application.candidate.commune or ""),
                "languages": one.enrolment.application.languages,
                "availability": one.availability,
            }
            for one in introductions
        ]


def students_presented(presentation: Presentation, introductions: list[Introduction]) -> None:
    """The host reads who is presented, and answers for each by one link."""
    outbox.post(
        "placements/students_presented",
        key=presentation_key(presentation),
        about=presentation.about,
        to=presentation.site,
        link=(INTRODUCTION, presentation),
        reply_to=presentation.sent_by.email,
        number=len(introductions),
        people=_listed(introductions, presentation.site.language),
        **_to_host(presentation),
    )


def students_presented_again(
    presentation: Presentation, introductions: list[Introduction], *, days: int, last_on: date
) -> None:
    """A host that has not answered for all is asked again, with the link and the day of our last letter."""
    outbox.post(
        "placements/students_presented_again",
        key=f"{presentation_key(presentation)}:{days}",
        about=presentation.about,
        to=presentation.site,
        link=(INTRODUCTION, presentation),
        reply_to=presentation.sent_by.email,
        asked=False,
        number=len(introductions),
        people=_listed(introductions, presentation.site.language),
        last_on=last_on,
        **_to_host(presentation),
    )


def presentation_link(presentation: Presentation) -> None:
    """The link of the answers a host still owes again, once a day: they asked for it."""
    outbox.post(
        "placements/presentation_link",
        key=f"presentation_link:{presentation.pk}:{clock.today()}",
        about=presentation.about,
        to=presentation.site,
        link=(INTRODUCTION, presentation),
        reply_to=presentation.sent_by.email,
        **_to_host(presentation),
    )


def introduction_closed(introduction: Introduction) -> None:
    """The host learns that somebody they were presented is no longer to be met: placed elsewhere, or not coming."""
    presentation = introduction.presentation
    outbox.post(
        "placements/introduction_closed",
        key=f"introduction_closed:{introduction.pk}",
        about=introduction.about,
        to=introduction.site,
        link=(INTRODUCTION, presentation),
        reply_to=presentation.sent_by.email,
        student=introduction.shown_name,
        is_declined=introduction.state == IntroductionState.STUDENT_DECLINED,
        meeting_at=introduction.meeting_at or "",
        **_to_host(presentation),
    )


def _student_post(introduction: Introduction, template: str, *, event: str, **options: object) -> None:
    lead, site = introduction.presentation.sent_by, introduction.site
    application = introduction.enrolment.application
    outbox.post(
        f"placements/{template}",
        key=event,
        about=introduction.about,
        to=application.candidate,
        link=(FOLLOW, application),
        reply_to=lead.email,
        site=site.name,
        company=site.company.name,
        host_commune=str(site.commune),
        lead=lead.full_name,
        lead_phone=phone(lead.phone),
        **options,
    )


def introduction_presented(introduction: Introduction) -> None:
    """The student learns who has their file, and by when that host answers."""
    _student_post(
        introduction,
        "introduction_presented",
        event=f"introduction_presented:{introduction.pk}",
        reply_by=introduction.presentation.reply_by,
    )


def meeting_fixed(introduction: Introduction) -> None:
    """The student learns when and where the host meets them; each hour it is moved to is told anew."""
    _student_post(
        introduction,
        "meeting_fixed",
        event=f"meeting_fixed:{introduction.pk}:{introduction.version}",
        calendar=calendars.meeting(introduction),
        meeting_at=introduction.meeting_at,
        place=introduction.meeting_place,
        host_contact=introduction.site.contact_name,
    )


def not_chosen(introduction: Introduction, *, others: int) -> None:
    """The student learns, kindly, that a host has taken nobody or somebody else; `others` still have their file."""
    _student_post(
        introduction,
        "not_chosen",
        event=f"not_chosen:{introduction.pk}",
        others=others,
        calendar=calendars.meeting(introduction) if introduction.meeting_at else "",
    )


def host_meeting_cancelled(introduction: Introduction) -> None:
    """The student learns that a meeting does not take place; their calendar too."""
    _student_post(
        introduction,
        "host_meeting_cancelled",
        event=f"host_meeting_cancelled:{introduction.pk}",
        calendar=calendars.meeting(introduction),
        meeting_at=introduction.meeting_at,
    )


def introduction_answered(introduction: Introduction, *, to: User) -> None:
    """The lead learns what the host or the student said."""
    # Whoever answers may read another language than the lead.
    with translation.override(to.language):
        reason = str(introduction.get_end_reason_display()) if introduction.end_reason else ""
        address = settings.PUBLIC_URL + reverse("placements:introduction_list", args=[introduction.site.zone.code])
    outbox.post(
        "placements/introduction_answered",
        key=f"introduction_answered:{introduction.pk}:{introduction.version}",
        about=introduction.about,
        to=to,
        student=str(introduction.enrolment.application.candidate),
        site=introduction.site.name,
        company=introduction.site.company.name,
        is_meeting=introduction.state == IntroductionState.MEETING,
        is_declined=introduction.state == IntroductionState.STUDENT_DECLINED,
        meeting_at=introduction.meeting_at or "",
        reason=reason,
        comment=introduction.comment,
        address=address,
    )

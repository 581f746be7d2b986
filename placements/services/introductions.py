"""Young people presented to a host: met, chosen or not; by its link, or as it told a lead."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Enrolment
from partnership import clock, workflow
from partnership.models import User
from partnership.states import Channel
from partnership.templatetags.figures import longdate
from partnership.workflow import Actor, Refused, move, record, record_all
from partnership.working_time import add_working_days

from .. import emails, policies
from ..models import DAYS_TO_REPLY, HostSite, Introduction, Placement, Presentation
from ..states import INTRODUCTION_REASONS, PLACED, IntroductionReason, IntroductionState
from .closing import close, take_out_of_the_calendar, with_all_a_letter_says
from .fitting import BY_THE_HOST
from .placements import accept, propose
from .zone_leads import lead_of

# A host reads so many at most in one letter: five for a place, of the three or four that a site opens.
MOST_PRESENTED = 20
_REFUSALS = {
    "one_live_introduction_per_student_and_site": gettext_lazy("One of them has just been presented to this site."),
    "only_an_enrolled_student_is_introduced": gettext_lazy("One of them is no longer enrolled."),
    "a_student_with_a_place_is_not_introduced": gettext_lazy("One of them has a place already."),
    "an_introduction_is_of_its_presentation": gettext_lazy("Present students of one intake at a time."),
    "an_introduction_stays_in_the_zones_of_the_student": gettext_lazy(
        "This site is outside the zones where one of them can go."
    ),
}


@transaction.atomic
def present(students: Iterable[Enrolment], *, site: HostSite, by: User, handed: bool = False) -> Presentation:
    """Present several students of an intake to a site: one letter to its contact, or a link that the lead hands over.

    Each student learns who has their file. It blocks nothing: neither a place, nor another introduction.
    """
    # In the order of their keys, so that two who present the same people do not wait for each other.
    students = sorted(students, key=lambda student: str(student.pk))
    if not students:
        raise Refused(_("Choose at least one student."))
    if len(students) > MOST_PRESENTED:
        raise Refused(_("Present at most %(n)s students at a time: a host reads no more.") % {"n": MOST_PRESENTED})
    intake = students[0].application.intake
    if any(student.application.intake_id != intake.pk for student in students):
        raise Refused(_REFUSALS["an_introduction_is_of_its_presentation"])
    _must_be_free(students, site)
    now = clock.now()
    presentation = Presentation.objects.create(
        site=site,
        intake=intake,
        sent_at=now,
        sent_by=by,
        is_handed=handed,
        reply_by=add_working_days(clock.today(), DAYS_TO_REPLY),
    )
    introductions = [Introduction(presentation=presentation, enrolment=one, site=site) for one in students]
    with workflow.refusing(_REFUSALS):
        Introduction.objects.bulk_create(introductions)
    record(presentation, "handed" if handed else "presented", by=by)
    record_all(((one, "") for one in introductions), IntroductionState.SENT, by=by)
    if not handed:
        emails.students_presented(presentation, introductions)
    for one in introductions:
        emails.introduction_presented(one)
    return presentation


def _must_be_free(students: list[Enrolment], site: HostSite) -> None:
    """Refused with their names for whoever has a place, or is presented there already."""
    placed = Placement.objects.filter(enrolment__in=students, state__in=PLACED)
    shown = Introduction.objects.live().filter(enrolment__in=students, site=site)
    for rows, one, many in (
        (placed, gettext_lazy("%(names)s has a place already."), gettext_lazy("%(names)s have a place already.")),
        (
            shown,
            gettext_lazy("%(names)s is already presented to this site."),
            gettext_lazy("%(names)s are already presented to this site."),
        ),
    ):
        keys = set(rows.values_list("enrolment", flat=True))
        if keys:
            names = ", ".join(str(student) for student in students if student.pk in keys)
            raise Refused((one if len(keys) == 1 else many) % {"names": names})


def _held(introduction: Introduction) -> Introduction:
    """The introduction as it is now, its student held until the commit; Refused, with the reason, once it is over."""
    Enrolment.objects.select_for_update(no_key=True).get(pk=introduction.enrolment_id)
    rows = with_all_a_letter_says(Introduction.objects.all())
    held = rows.select_for_update(of=("self",), no_key=True).get(pk=introduction.pk)
    if not held.is_live:
        raise Refused(_over(held))
    return held


def _over(introduction: Introduction) -> str:
    """Why an introduction can no longer be answered, for whoever answers it."""
    words = {"student": introduction.shown_name, "site": introduction.site}
    match introduction.state, introduction.end_reason:
        case IntroductionState.CLOSED, IntroductionReason.PLACED:
            return _("%(student)s has just found a place at another host.") % words
        case IntroductionState.CLOSED, _reason:
            return _("%(student)s is no longer available.") % words
        case IntroductionState.STUDENT_DECLINED, _reason:
            return _("%(student)s has just declined.") % words
        case IntroductionState.CHOSEN, _reason:
            return _("%(student)s is already chosen by %(site)s.") % words
    return _("An answer about %(student)s has already been recorded.") % words


@transaction.atomic
def fix_meeting(
    introduction: Introduction,
    *,
    at: datetime,
    place: str = "",
    by: Actor,
    channel: Channel = Channel.LINK,
    version: int | None = None,
) -> None:
    """The host wants to meet the student, at a moment to come; said again, the meeting is moved."""
    held = _held(introduction)
    if at <= clock.now():
        raise Refused(_("This time is already past."))
    where = place or f"{held.site.name}, {held.site.commune}"
    if (held.meeting_at, held.meeting_place) == (at, where):
        return  # a second tap says the same
    _answer(held, IntroductionState.MEETING, by, channel, version, meeting_at=at, meeting_place=where)
    emails.meeting_fixed(held)
    _tell_the_lead(held, by=by)


@transaction.atomic
def choose(
    introduction: Introduction, *, by: Actor, channel: Channel = Channel.LINK, version: int | None = None
) -> Placement:
    """The host has chosen: the student is placed there in the same commit, and every other host is told.

    Refused without a free place, or if another host was quicker.
    """
    held = _held(introduction)
    lead = _lead(held) or held.presentation.sent_by
    _answer(held, IntroductionState.CHOSEN, by, channel, version, ended_at=clock.now())
    placement = propose(held.enrolment, site=held.site, by=lead, hours_reason=str(BY_THE_HOST))
    accept(placement, by=by, channel=channel)
    return placement


@transaction.atomic
def not_choose(
    introduction: Introduction,
    *,
    reason: str,
    by: Actor,
    comment: str = "",
    channel: Channel = Channel.LINK,
    version: int | None = None,
) -> None:
    """The host does not go on with the student, for a coded reason: they are told kindly, and the lead."""
    held = _held(introduction)
    _end_for(held, IntroductionState.NOT_CHOSEN, reason, by, comment, channel, version)
    others = Introduction.objects.live().filter(enrolment=held.enrolment_id).count()
    emails.not_chosen(held, others=others)
    _tell_the_lead(held, by=by)


@transaction.atomic
def student_declines(
    introduction: Introduction,
    *,
    reason: str,
    by: Actor,
    comment: str = "",
    channel: Channel = Channel.LINK,
    version: int | None = None,
) -> None:
    """The student does not want to go on with this host, for a coded reason: the host and the lead are told."""
    held = _held(introduction)
    _end_for(held, IntroductionState.STUDENT_DECLINED, reason, by, comment, channel, version)
    emails.introduction_closed(held)
    take_out_of_the_calendar(held)
    _tell_the_lead(held, by=by)


@transaction.atomic
def no_answer(introduction: Introduction, *, by: Actor, version: int | None = None) -> None:
    """The day by which the host was to reply is past: the lead waits no longer; Refused before."""
    held = _held(introduction)
    if clock.today() <= held.presentation.reply_by:
        raise Refused(_("The host has until %(day)s to answer.") % {"day": longdate(held.presentation.reply_by)})
    move(held, IntroductionState.NO_ANSWER, by=by, version=version, ended_at=clock.now())
    take_out_of_the_calendar(held)


@transaction.atomic
def take_back(introduction: Introduction, *, by: User, version: int | None = None) -> None:
    """The lead takes an introduction back: the host is told not to expect this student."""
    held = _held(introduction)
    if version is not None:
        workflow.must_be_shown(held, str(version))
    close(held, reason=IntroductionReason.TAKEN_BACK, by=by)


def _end_for(
    held: Introduction,
    to: IntroductionState,
    reason: str,
    by: Actor,
    comment: str,
    channel: Channel,
    version: int | None,
) -> None:
    if reason not in INTRODUCTION_REASONS[to]:
        raise Refused(_("Choose a reason."))
    ended = {"ended_at": clock.now(), "end_reason": reason, "comment": comment, "reason": reason}
    _answer(held, to, by, channel, version, **ended)


def _answer(
    held: Introduction,
    to: IntroductionState,
    by: Actor,
    channel: Channel,
    version: int | None,
    **changes: object,
) -> None:
    said = {"answered_at": clock.now(), "answered_through": channel}
    move(held, to, by=by, channel=channel, version=version, **said, **changes)


def _lead(introduction: Introduction) -> User | None:
    """Whoever presented them, while they lead the zone; else a lead of today, for somebody must act."""
    lead, zone = introduction.presentation.sent_by, introduction.site.zone
    return lead if policies.is_lead(lead) and policies.can_lead(lead, zone) else lead_of(zone)


def _tell_the_lead(introduction: Introduction, *, by: Actor) -> None:
    lead = _lead(introduction)
    # What they have just recorded themselves they know.
    if lead is not None and lead != by:
        emails.introduction_answered(introduction, to=lead)


@transaction.atomic
def hand_link(presentation: Presentation, *, by: User) -> None:
    """The lead is shown a personal link to hand over; the journal says so."""
    record(presentation, "link_handed", by=by)

"""A placement broken off: its cause, the place left behind, and who hears of it; undone for ten minutes."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts import services as recruitment
from cohorts.models import Enrolment
from partnership import clock, outbox, workflow
from partnership.models import OutgoingMessage, User
from partnership.templatetags.figures import longdate
from partnership.workflow import Refused, move

from .. import contract_law as law
from .. import emails
from ..board import clocks
from ..models import TIME_TO_UNDO, HostSite, Placement, Seat
from ..states import BreakCause, IntroductionReason, PlacementState
from .closing import close_introductions
from .contracts import cancel_contracts, with_article
from .lifecycle import leads_concerned
from .placements import ON_ITS_WAY, end_of, responsible_for
from .places import close_free, let_go, open_again
from .tutor_dates import release_tutors, restore_tutors

_GONE = {
    "one_live_placement_per_student": gettext_lazy("This student already has another place: the break stays."),
    "one_live_placement_per_seat": gettext_lazy("Somebody else already has this place: the break stays."),
    "a_placement_needs_an_open_place": gettext_lazy("This place has been closed meanwhile: the break stays."),
    "only_an_enrolled_student_is_placed": gettext_lazy("This student is no longer enrolled."),
    "a_placement_stays_in_the_zones_of_the_student": gettext_lazy(
        "This site is outside the zones where the student can go."
    ),
}


@transaction.atomic
def break_off(
    placement: Placement,
    *,
    cause: str,
    on: date,
    reopen: bool,
    by: User,
    note: str = "",
    absent: int = 0,
    version: int | None = None,
) -> list[law.Finding]:
    """A placement under way ends early, on a day and for a coded cause; its place is open again, or closes with it.

    The student comes first on the lead's list at once; host, tutor, student and lead are written to once the time to
    undo is over. Refused before the first day, for an accepted placement is cancelled, and where the law gives another
    cause on that day or for that contract; what is to be looked at of it comes back. Of the days of absence that
    somebody says nothing is kept.
    """
    if cause not in BreakCause.values:
        raise Refused(_("Choose a cause."))
    if on > clock.today():
        raise Refused(_("This day is still to come: record it once it has passed."))
    if placement.started_on and on < placement.started_on:
        raise Refused(
            _("The first day was %(day)s: the break cannot be earlier.") % {"day": longdate(placement.started_on)}
        )
    if placement.state == PlacementState.ACCEPTED:
        raise Refused(_("This student has not begun yet: cancel the placement, or record the first day."))
    found = _held_to_the_law(placement, cause=cause, on=on, absent=absent)
    ended = end_of(placement, on=on, by=by)
    move(
        placement,
        PlacementState.BROKEN,
        by=by,
        reason=cause,
        version=version,
        break_cause=cause,
        break_note=note,
        **ended,
    )
    if reopen:
        let_go(placement.seat, by=by)
    else:
        close_free(placement.seat, by=by, at=placement.ended_at)
    cancel_contracts(placement, by=by)
    lead, due = responsible_for(placement) or by, placement.ended_at + TIME_TO_UNDO
    emails.break_told_host(placement, lead=lead, reopened=reopen, due=due)
    until = clocks.after_a_break(on)
    emails.break_told_student(placement, lead=lead, due=due, until=until)
    release_tutors(placement, lead=lead, due=due)
    for reader in leads_concerned(placement):
        emails.break_told_lead(placement, to=reader, due=due, until=until)
    return found


def _held_to_the_law(placement: Placement, *, cause: str, on: date, absent: int) -> list[law.Finding]:
    if placement.started_on is None:
        return []
    found = law.break_findings(
        law.BreakFacts(
            cause=cause,
            on=on,
            started_on=placement.started_on,
            kind=placement.contract_kind,
            calendar=recruitment.calendar_of(placement.enrolment.application.cohort),
            absent=absent,
        )
    )
    if forbidding := law.refusals(found):
        raise Refused(" ".join(with_article(finding) for finding in forbidding))
    return found


def first_days_of(placement: Placement) -> str:
    """Until when either side may leave a placement without a reason, in words; empty where no such term is known."""
    if placement.started_on is None:
        return ""
    calendar = recruitment.calendar_of(placement.enrolment.application.cohort)
    return law.first_days(placement.started_on, kind=placement.contract_kind, calendar=calendar)


@transaction.atomic
def undo_break(placement: Placement, *, by: User) -> None:
    """Take a break back within ten minutes, before anybody hears of it; Refused once a letter has left or the place,
    or the student, is taken."""
    told_at, keys = placement.ended_at, emails.break_keys(placement)
    if placement.state != PlacementState.BROKEN or told_at is None or told_at + TIME_TO_UNDO <= clock.now():
        raise Refused(_("It can no longer be undone: the letters have left."))
    # The student, then the place, then the placement: whoever places locks them in this order.
    Enrolment.objects.select_for_update(no_key=True).get(pk=placement.enrolment_id)
    HostSite.objects.select_for_update(no_key=True).get(pk=placement.seat.site_id)
    seat = (
        Seat.objects.select_for_update(no_key=True)
        .select_related("site", "intake__programme")
        .get(pk=placement.seat_id)
    )
    if seat.closed_at == told_at:
        open_again(seat, by=by)
    with workflow.refusing(_GONE):
        move(
            placement,
            PlacementState.ACTIVE,
            by=by,
            ended_on=None,
            ended_at=None,
            ended_by=None,
            break_cause="",
            break_note="",
        )
    restore_tutors(placement, lead=responsible_for(placement) or by)
    # Whoever was shown them within these minutes is told that they have a place.
    close_introductions(placement.enrolment, reason=IntroductionReason.PLACED, by=by)
    for key in keys:
        outbox.cancel(key=key)
    if OutgoingMessage.objects.filter(key__in=keys, state__in=ON_ITS_WAY).exists():
        raise Refused(_("It can no longer be undone: the letters have left."))


def can_be_undone(placement: Placement) -> bool:
    """Whether a break was recorded within the last ten minutes."""
    ended = placement.ended_at
    return placement.state == PlacementState.BROKEN and ended is not None and clock.now() < ended + TIME_TO_UNDO

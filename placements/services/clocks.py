"""What time brings to placements: hosts reminded, silence ended, terms that near their end, the week's follow-up.

Nothing of it is planned: it is looked for (partnership/reminders.py), and a letter's key is its event.
"""

from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Greatest, TruncDate
from django.utils import translation

from cohorts.models import Enrolment
from cohorts.states import ENROLMENT_LIVE
from partnership import clock, working_time
from partnership.models import Membership, OutgoingMessage, User, Zone
from partnership.reminders import Reminder, untold
from partnership.states import Role
from partnership.workflow import THE_CLOCK
from partnership.working_time import QUIET_UNTIL, add_working_days
from programmes.states import HOSTED

from .. import emails
from ..board import clocks, follow_up
from ..board.zone import with_names
from ..models import Placement
from ..states import PLACED, PlacementState
from .lifecycle import lapse
from .placements import ON_ITS_WAY, responsible_for
from .zone_leads import lead_of

# Working days after the proposal: the host is reminded, then the lead is asked, then the proposal lapses.
ASK_AFTER, LAPSE_AFTER = 7, 10
# How long before the end of a term the lead hears of it (board/clocks.py has the terms).
_THREE_MINUS_ONE, _SIX_MINUS_ONE = relativedelta(months=2), relativedelta(months=5)
_WEEK, NOON = timedelta(days=7), time(12)


def _is_polite() -> bool:
    now = clock.now()
    return working_time.next_polite_moment(now) <= now


def _waiting_since(days: int) -> QuerySet[Placement]:
    """The proposals whose letter has left, so many working days ago, and that wait for their answer."""
    last_day = add_working_days(clock.today(), -days)
    until = datetime.combine(last_day + timedelta(days=1), time(), clock.PARIS)
    rows = with_names(Placement.objects.filter(state=PlacementState.PROPOSED, proposed_at__lt=until))
    key = Concat(Value("placement_proposed:"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    return rows.filter(Exists(OutgoingMessage.objects.filter(key=key, state__in=ON_ITS_WAY)))


def _key(begins: str, ends: str = "") -> Concat:
    return Concat(Value(begins), Cast(OuterRef("pk"), TextField()), Value(ends), output_field=TextField())


# -- a host that does not answer --------------------------------------------------------------------------------------


def _to_remind(place: int) -> QuerySet[Placement]:
    """Proposals to remind for the first or the second time; whoever is late for both gets the second alone."""
    if not _is_polite():
        return Placement.objects.none()
    rows = _waiting_since(emails.REMINDED_AFTER[place])
    for later in emails.REMINDED_AFTER[place:]:
        rows = untold(rows, key=_key("proposal_reminder:", f":{later}"))
    # Nobody is reminded of what ends today.
    ending = _waiting_since(LAPSE_AFTER).order_by().values("pk")
    return rows.exclude(pk__in=ending)


def _remind(place: int, placement: Placement) -> None:
    former = OutgoingMessage.objects.filter(
        Q(key=emails.proposal_key(placement)) | Q(key__startswith=f"proposal_reminder:{placement.pk}:"),
        sent_at__isnull=False,
    )
    last = former.order_by("-sent_at").values_list("sent_at", flat=True).first() or placement.proposed_at
    lead = responsible_for(placement) or placement.proposed_by
    emails.proposal_reminder(placement, days=emails.REMINDED_AFTER[place], last_on=_day(last), lead=lead)


def _to_ask_the_lead() -> QuerySet[Placement]:
    if not _is_polite():
        return Placement.objects.none()
    rows = _waiting_since(ASK_AFTER).filter(seat__site__zone__in=_led_zones())
    return untold(rows, key=_key("placement_unanswered:"))


def _ask_the_lead(placement: Placement) -> None:
    lead = responsible_for(placement)
    if lead is not None:
        lapses_on = add_working_days(_day(placement.proposed_at), LAPSE_AFTER)
        emails.placement_unanswered(placement, to=lead, lapses_on=max(lapses_on, clock.today()))


def _to_lapse() -> QuerySet[Placement]:
    """Proposals without an answer for two weeks; where there is a lead, they were asked before today."""
    if not _is_polite():
        return Placement.objects.none()
    rows = _waiting_since(LAPSE_AFTER)
    today = datetime.combine(clock.today(), time(), clock.PARIS)
    asked = OutgoingMessage.objects.filter(key=_key("placement_unanswered:"), written_at__lt=today)
    return rows.filter(Exists(asked) | ~Q(seat__site__zone__in=_led_zones()))


def _lapse(placement: Placement) -> None:
    lapse(placement, by=THE_CLOCK)


# -- terms that near their end ----------------------------------------------------------------------------------------


def _led_zones() -> QuerySet[Zone]:
    """The zones that somebody leads today."""
    rows = Membership.objects.current().filter(role=Role.REGIONAL_LEAD, user__is_active=True)
    led = set(rows.values_list("zone", flat=True))
    return Zone.objects.all() if None in led else Zone.objects.filter(pk__in=led)


def _without_employer(enrolment: str) -> Q:
    """Still a student, and neither accepted, at a host nor at the end of a placement."""
    employed = Placement.objects.filter(enrolment=OuterRef(enrolment), state__in=(*PLACED, PlacementState.COMPLETED))
    return ~Q(Exists(employed))


def _three_months_end() -> QuerySet[Enrolment]:
    """Students who have had no employer for two months of their course."""
    if not _is_polite():
        return Enrolment.objects.none()
    rows = (
        Enrolment.objects.live()
        .filter(_without_employer("pk"), application__cohort__zone__in=_led_zones())
        .filter(application__intake__programme__kind__in=HOSTED)
        .exclude(placements__state=PlacementState.BROKEN)
        .annotate(begins=Greatest("application__intake__starts_on", TruncDate("enrolled_at", tzinfo=clock.PARIS)))
        .filter(begins__lte=clock.today() - _THREE_MINUS_ONE)
        .select_related(
            "application__candidate",
            "application__intake",
            "application__cohort__zone",
            "application__cohort__intake__programme",
        )
    )
    return untold(rows, key=_key("three_months_end:"))


def _tell_three_months_end(enrolment: Enrolment) -> None:
    lead = lead_of(enrolment.application.cohort.zone)
    if lead is not None:
        emails.three_months_end(enrolment, to=lead, ends_on=clocks.begins_on(enrolment) + clocks.WITHOUT_EMPLOYER)


def _six_months_end() -> QuerySet[Placement]:
    """Breaks of five months ago whose student has no employer again."""
    if not _is_polite():
        return Placement.objects.none()
    later = Placement.objects.filter(
        enrolment=OuterRef("enrolment"), state=PlacementState.BROKEN, ended_on__gt=OuterRef("ended_on")
    )
    rows = with_names(
        Placement.objects.filter(
            _without_employer("enrolment"),
            ~Exists(later),
            state=PlacementState.BROKEN,
            ended_on__lte=clock.today() - _SIX_MINUS_ONE,
            enrolment__state__in=ENROLMENT_LIVE,
            enrolment__application__cohort__zone__in=_led_zones(),
        )
    )
    return untold(rows, key=_key("six_months_end:"))


def _tell_six_months_end(placement: Placement) -> None:
    lead = lead_of(placement.enrolment.application.cohort.zone)
    if lead is not None and placement.ended_on is not None:
        emails.six_months_end(placement, to=lead, ends_on=clocks.after_a_break(placement.ended_on))


# -- the week's follow-up ---------------------------------------------------------------------------------------------


def _monday() -> date:
    today = clock.today()
    return today - timedelta(days=today.weekday())


def _event(reader: User) -> str:
    return f"follow_up_due:{reader.pk}:{_monday():%Y-%m-%d}"


def _is_the_morning() -> bool:
    """Whether it is the first working morning of the week."""
    now, first = clock.now(), add_working_days(_monday() - timedelta(days=1), 1)
    begins, ends = (datetime.combine(first, hour, clock.PARIS) for hour in (QUIET_UNTIL, NOON))
    return begins <= now < ends


def _due_this_week(placements: QuerySet[Placement]) -> list[follow_up.Due]:
    return follow_up.due_until(follow_up.followed(placements), _monday() + _WEEK - timedelta(days=1))


def _to_tell_of_the_week() -> QuerySet[User]:
    """On the first working morning of a week, the leads in whose zones something is due."""
    if not _is_the_morning():
        return User.objects.none()
    readers = untold(User.objects.filter(is_active=True), key=_key("follow_up_due:", f":{_monday():%Y-%m-%d}"))
    leads = Membership.objects.current().filter(role=Role.REGIONAL_LEAD, user__in=readers.values("pk"))
    zones = list(leads.values_list("user", "zone"))
    if not zones:
        return User.objects.none()
    busy = {due.placement.seat.site.zone_id for due in _due_this_week(Placement.objects.all())}
    return User.objects.filter(pk__in=[user for user, zone in zones if busy and (zone is None or zone in busy)])


def _tell_of_the_week(reader: User) -> None:
    zones = reader.zones_as(Role.REGIONAL_LEAD)
    rows = Placement.objects.all() if zones is None else Placement.objects.filter(seat__site__zone__in=zones)
    with translation.override(reader.language):
        due = _due_this_week(rows)
        lines = [
            {
                "what": one.label,
                "student": str(one.placement.enrolment),
                "site": one.placement.seat.site.name,
                "on": one.when,
            }
            for one in due
        ]
    late = sum(one.is_late for one in due)
    emails.follow_up_due(to=reader, event=_event(reader), lines=lines, total=len(due), late=late)


def _day(at: datetime) -> date:
    return at.astimezone(clock.PARIS).date()


CLOCKS = (
    Reminder("proposal_first", lambda: _to_remind(0), lambda placement: _remind(0, placement)),
    Reminder("proposal_second", lambda: _to_remind(1), lambda placement: _remind(1, placement)),
    Reminder("proposal_unanswered", _to_ask_the_lead, _ask_the_lead),
    Reminder("proposal_lapses", _to_lapse, _lapse),
    Reminder("three_months", _three_months_end, _tell_three_months_end),
    Reminder("six_months", _six_months_end, _tell_six_months_end),
    Reminder("follow_up_week", _to_tell_of_the_week, _tell_of_the_week),
)

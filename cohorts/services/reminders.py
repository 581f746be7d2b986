"""What time brings: a word two days before an appointment and on its eve; another to whoever stopped half way."""

from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat

from partnership import clock
from partnership.models import OptOut
from partnership.reminders import Reminder, untold
from partnership.states import LetterKind
from partnership.working_time import SUNDAY, next_polite_moment

from .. import emails
from ..models import Application, ApplicationQuerySet, Booking, BookingQuerySet, Cohort
from ..states import ApplicationState
from .bookings import OF_ITS_FILE

ONE_DAY = timedelta(days=1)


def days_told(today: date, before: int) -> list[date]:
    """The days whose appointments are told today, one or two days before; on Sundays nobody is written to.

    What would be told on a Sunday is told on the Saturday; whatever then falls together is told once, as the eve.
    """
    if today.weekday() == SUNDAY:
        return []
    sunday_follows = (today + ONE_DAY).weekday() == SUNDAY
    if before == 1:
        return [today + ONE_DAY, today + 2 * ONE_DAY] if sunday_follows else [today + ONE_DAY]
    return [today + 3 * ONE_DAY] if sunday_follows else [today + 2 * ONE_DAY]


def _near(before: int) -> BookingQuerySet:
    """The appointments that come near, told by nobody yet; what was booked today is fresh in the mind."""
    today, on_one_of_them = clock.today(), Q(pk=None)
    for day in days_told(today, before):
        on_one_of_them |= Q(slot__starts_at__gte=_midnight(day), slot__starts_at__lt=_midnight(day + ONE_DAY))
    rows = Booking.objects.booked().filter(on_one_of_them, booked_at__lt=_midnight(today))
    written_to = rows.exclude(application__candidate__email="").select_related("slot", *OF_ITS_FILE)
    # Of one appointment, each hour it was moved to is told anew.
    key = Concat(
        Value("appointment_near:"),
        Cast(OuterRef("pk"), TextField()),
        Value(":"),
        Cast(OuterRef("version"), TextField()),
        Value(f":{before}"),
        output_field=TextField(),
    )
    return untold(written_to, key=key)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.PARIS)


APPOINTMENTS = tuple(
    Reminder(
        f"appointments_{before}",
        lambda before=before: _near(before),
        lambda booking, before=before: emails.appointment_near(booking, before=before),
    )
    for before in (1, 2)
)

# -- half way ---------------------------------------------------------------------------------------------------------

# So many days after an application was begun, and no later than so many: what is older is not dug up.
_NUDGES = {1: 3, 3: 7}


def _unfinished(days: int) -> ApplicationQuerySet:
    """The drafts begun so many days ago that can still be handed in, by people who have not handed in another."""
    now, state = clock.now(), ApplicationState.DRAFT
    # Written in the night, it would leave in the morning to somebody who has handed it in meanwhile.
    if next_polite_moment(now) > now:
        return Application.objects.none()
    begun = {"state_since__lte": now - days * ONE_DAY, "state_since__gt": now - _NUDGES[days] * ONE_DAY}
    rows = Application.objects.filter(state=state, repeats=None, **begun).exclude(candidate__email="")
    # A family shares an address: the name must be the same too.
    same = {
        f"candidate__{name}__iexact": OuterRef(f"candidate__{name}") for name in ("email", "first_name", "last_name")
    }
    others = Application.objects.filter(intake=OuterRef("intake"), **same).exclude(pk=OuterRef("pk"))
    newer = Q(state=state, state_since__gt=OuterRef("state_since"))
    further = others.filter(Q(submitted_at__isnull=False) | Q(repeats__isnull=False) | newer)
    person = Concat(Value("cohorts.candidate:"), Cast(OuterRef("candidate"), TextField()), output_field=TextField())
    unwanted = OptOut.objects.filter(person=person, kind=LetterKind.DRAFTS)
    open_now = Cohort.objects.open_on(clock.today())
    rows = rows.filter(~Exists(further), ~Exists(unwanted), cohort__in=open_now).for_letters()
    key = Concat(
        Value("application_unfinished:"), Cast(OuterRef("pk"), TextField()), Value(f":{days}"), output_field=TextField()
    )
    # After a standstill of ours, two reminders do not come together.
    return untold(untold(rows, "cohorts/application_unfinished", since=now - ONE_DAY), key=key)


NUDGES = tuple(
    Reminder(
        f"unfinished_{days}",
        lambda days=days: _unfinished(days),
        lambda draft, days=days: emails.application_unfinished(draft, days=days),
    )
    for days in _NUDGES
)

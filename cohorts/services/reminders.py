"""What time brings to appointments: a word two days before, and another on the eve."""

from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Q, TextField, Value
from django.db.models.functions import Cast, Concat

from partnership import clock
from partnership.reminders import Reminder, untold
from partnership.working_time import SUNDAY

from .. import emails
from ..models import Booking, BookingQuerySet

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
    written_to = rows.exclude(application__candidate__email="").select_related(
        "slot",
        "application__candidate",
        "application__owner",
        "application__intake__programme",
        "application__cohort__zone",
        "application__cohort__intake__programme__provider",
    )
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

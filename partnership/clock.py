"""The one clock: nothing else in Tandem reads the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")
_travelled: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in Paris; the demonstration's own time where CLOCK_SHIFT says so."""
    if _travelled is not None:
        return _travelled
    return (timezone.now() + timedelta(seconds=settings.CLOCK_SHIFT)).astimezone(PARIS)


def today() -> date:
    """Today's date in Paris."""
    return now().astimezone(PARIS).date()


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Stand still at a moment, for the demonstration and the tests; refused in production."""
    global _travelled
    if not settings.DEVELOPMENT:
        raise ImproperlyConfigured("The clock does not travel outside development.")
    before, _travelled = _travelled, to.astimezone(PARIS)
    try:
        yield
    finally:
        _travelled = before

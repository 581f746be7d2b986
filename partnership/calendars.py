"""Appointments as every calendar reads them (RFC 5545): attached to a letter, or as a feed. Times leave in UTC.

Written by hand: a library that also reads them costs each process seven megabytes. Whatever somebody typed stays a
text: line ends cannot begin a property, nor a comma or a quotation mark a parameter.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

from . import clock
from .fields import tidy, tidy_lines

PUBLISH, CANCEL = "PUBLISH", "CANCEL"
# Octets of a line, its end not counted.
LONGEST = 75


class Organiser(NamedTuple):
    """Who holds an appointment, and the address at which they are written to."""

    name: str
    address: str


class Event(NamedTuple):
    """One appointment, line by line."""

    lines: list[str]
    is_cancelled: bool


def event(
    key: str,
    *,
    sequence: int,
    starts_at: datetime,
    minutes: int,
    summary: str,
    organiser: Organiser,
    location: str = "",
    description: str = "",
    url: str = "",
    alarms: Iterable[timedelta] = (),
    cancelled: bool = False,
    whole_day: bool = False,
) -> Event:
    """One appointment: its key stays when it is moved or cancelled, its sequence grows; alarms ring that long before.

    Of a `whole_day` only the day in Paris is told, without an hour.

    The key names the business event, as a letter's does: a calendar replaces what it knows by the same key.
    """
    texts = {"SUMMARY": tidy(summary), "LOCATION": tidy(location), "DESCRIPTION": tidy_lines(description)}
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_uid(key)}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_moment(clock.now())}",
        *_when(starts_at, minutes, whole_day),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        f'ORGANIZER;CN="{_parameter(tidy(organiser.name))}":{iri_to_uri(f"mailto:{organiser.address}")}',
        *(f"{name}:{_text(text)}" for name, text in texts.items() if text),
        *([f"URL:{iri_to_uri(url)}"] if url else []),
    ]
    for before in () if cancelled else alarms:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(texts['SUMMARY'])}"]
        lines += [f"TRIGGER:-PT{int(before.total_seconds()) // 60}M", "END:VALARM"]
    return Event([*lines, "END:VEVENT"], cancelled)


def whole_days(
    key: str, *, sequence: int, first: date, last: date, summary: str, description: str = "", url: str = ""
) -> Event:
    """Whole days from the first to the last, both included; nobody is busy by them, and nobody holds them."""
    texts = {"SUMMARY": tidy(summary), "DESCRIPTION": tidy_lines(description)}
    lines = [
        "BEGIN:VEVENT",
        f"UID:{_uid(key)}",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_moment(clock.now())}",
        f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
        # The end of whole days is the day after them.
        f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}",
        "TRANSP:TRANSPARENT",
        *(f"{name}:{_text(text)}" for name, text in texts.items() if text),
        *([f"URL:{iri_to_uri(url)}"] if url else []),
        "END:VEVENT",
    ]
    return Event(lines, is_cancelled=False)


def calendar(events: Iterable[Event], name: str) -> str:
    """A calendar to subscribe to, or to attach to the letter that fixes or moves an appointment."""
    return _written(events, name, PUBLISH)


def cancellation(event: Event, name: str) -> str:
    """What is attached to the letter that cancels an appointment: it leaves the calendar that knows it."""
    if not event.is_cancelled:
        raise ValueError("Only a cancelled appointment leaves a calendar.")
    return _written([event], name, CANCEL)


def _written(events: Iterable[Event], name: str, method: str) -> str:
    # The second name is how calendars named theirs before RFC 7986, and most still read it.
    called = _text(tidy(name))
    lines = ["BEGIN:VCALENDAR", "PRODID:-//Tandem//Tandem//FR", "VERSION:2.0", f"METHOD:{method}"]
    lines += [f"NAME;VALUE=TEXT:{called}", f"X-WR-CALNAME:{called}"]
    for each in events:
        lines += each.lines
    return "".join(f"{part}\r\n" for line in [*lines, "END:VCALENDAR"] for part in _folded(line))


def _uid(key: str) -> str:
    return f"{_text(tidy(key))}@{urlsplit(settings.PUBLIC_URL).hostname}"


def _when(starts_at: datetime, minutes: int, whole_day: bool) -> list[str]:
    if whole_day:
        # The end is the first day that no longer belongs to it (RFC 5545, 3.6.1).
        day = starts_at.astimezone(clock.PARIS).date()
        return [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]
    return [f"DTSTART:{_moment(starts_at)}", f"DTEND:{_moment(starts_at + timedelta(minutes=minutes))}"]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(sign, written)
    return value


def _parameter(value: str) -> str:
    # RFC 6868: between quotation marks there is no other way to write one.
    return value.replace("^", "^^").replace('"', "^'")


def _folded(line: str) -> Iterator[str]:
    """A line in parts of at most so many octets, none of which splits a letter."""
    part, octets = "", 0
    for letter in line:
        width = len(letter.encode())
        if octets + width > LONGEST:
            yield part
            part, octets = " ", 1
        part, octets = part + letter, octets + width
    yield part

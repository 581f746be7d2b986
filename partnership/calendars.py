"""Appointments as every calendar reads them (RFC 5545): attached to a letter, or as a feed. Times leave in UTC.

Whatever somebody typed stays a text: line ends cannot begin a property, nor a comma or a quotation mark a parameter.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri
from icalendar import Alarm, Calendar, Event, vCalAddress

from . import clock
from .fields import tidy, tidy_lines

PUBLISH, CANCEL = "PUBLISH", "CANCEL"


class Organiser(NamedTuple):
    """Who holds an appointment, and the address at which they are written to."""

    name: str
    address: str


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
) -> Event:
    """One appointment: its key stays when it is moved or cancelled, its sequence grows; alarms ring that long before.

    The key names the business event, as a letter's does: a calendar replaces what it knows by the same key.
    """
    made = Event()
    made.add("UID", f"{tidy(key)}@{urlsplit(settings.PUBLIC_URL).hostname}")
    made.add("SEQUENCE", sequence)
    made.add("DTSTAMP", clock.now().astimezone(UTC))
    made.add("DTSTART", starts_at.astimezone(UTC))
    made.add("DTEND", starts_at.astimezone(UTC) + timedelta(minutes=minutes))
    made.add("STATUS", "CANCELLED" if cancelled else "CONFIRMED")
    made.add("ORGANIZER", _address(organiser))
    texts = {"SUMMARY": tidy(summary), "LOCATION": tidy(location), "DESCRIPTION": tidy_lines(description)}
    for name, text in (texts | {"URL": iri_to_uri(url)}).items():
        if text:
            made.add(name, text)
    for before in () if cancelled else alarms:
        made.add_component(_alarm(texts["SUMMARY"], before))
    return made


def calendar(events: Iterable[Event], name: str) -> str:
    """A calendar to subscribe to, or to attach to the letter that fixes or moves an appointment."""
    return _written(events, name, PUBLISH)


def cancellation(event: Event, name: str) -> str:
    """What is attached to the letter that cancels an appointment: it leaves the calendar that knows it."""
    if event["STATUS"] != "CANCELLED":
        raise ValueError("Only a cancelled appointment leaves a calendar.")
    return _written([event], name, CANCEL)


def _written(events: Iterable[Event], name: str, method: str) -> str:
    made = Calendar()
    made.add("PRODID", "-//Tandem//Tandem//FR")
    made.add("VERSION", "2.0")
    made.add("METHOD", method)
    # The second is how calendars named theirs before RFC 7986, and most still read it.
    made.add("NAME", tidy(name))
    made.add("X-WR-CALNAME", tidy(name))
    for each in events:
        made.add_component(each)
    return made.to_ical().decode()


def _address(organiser: Organiser) -> vCalAddress:
    address = vCalAddress(iri_to_uri(f"mailto:{organiser.address}"))
    address.params["CN"] = tidy(organiser.name)
    return address


def _alarm(summary: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", summary)
    alarm.add("TRIGGER", -before)
    return alarm

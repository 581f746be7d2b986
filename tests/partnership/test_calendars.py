"""Appointments, read again by a parser: the same one when moved, gone when cancelled, texts that stay texts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from icalendar import Calendar, Component

from partnership import clock
from partnership.calendars import Organiser, calendar, cancellation, event
from partnership.clock import PARIS
from partnership.fields import tidy, tidy_lines

NOW = datetime(2027, 6, 15, 10, 12, tzinfo=PARIS)
START = datetime(2027, 6, 21, 14, 30, tzinfo=PARIS)
CLAIRE = Organiser("Claire Devaux", "claire.devaux@tandem.example")
INJECTION = "Salle 2\r\nATTENDEE:mailto:x@y.example\nEND:VEVENT\x0b\u2028BEGIN:VALARM"
MARKUP = 'Allô, "Conseil"; \\n ^n :=\t« voix » \U0001f600'


@pytest.fixture(autouse=True)
def present(settings):
    settings.PUBLIC_URL = "https://tandem.example:8443"
    with clock.travel(NOW):
        yield


def interview(key: str = "cohorts.booking:7", **changes):
    usual = {"sequence": 0, "starts_at": START, "minutes": 30, "summary": "Entretien", "organiser": CLAIRE}
    return event(key, **usual | changes)


def read(text: str) -> tuple[Calendar, list[Component]]:
    whole = Calendar.from_ical(text)
    return whole, whole.walk("VEVENT")


def lines(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_appointment_says_when_where_with_whom_and_how_to_change_it():
    made = interview(
        location="12, rue des Tanneurs, Lyon",
        description="Venez avec votre CV.\n\nÀ bientôt.",
        url="https://tandem.example/fr/suivi/jeton/",
        alarms=[timedelta(days=1), timedelta(hours=3)],
    )
    whole, [found] = read(calendar([made], "Rendez-vous à Lyon"))
    assert whole["METHOD"] == "PUBLISH" and whole["VERSION"] == "2.0"
    assert whole["NAME"] == whole["X-WR-CALNAME"] == "Rendez-vous à Lyon"
    assert found["UID"] == "cohorts.booking:7@tandem.example" and found["SEQUENCE"] == 0
    assert (found.start, found.end) == (START, START + timedelta(minutes=30))
    assert found.DTSTAMP == NOW
    assert found["STATUS"] == "CONFIRMED"
    assert found["SUMMARY"] == "Entretien" and found["LOCATION"] == "12, rue des Tanneurs, Lyon"
    assert found["DESCRIPTION"] == "Venez avec votre CV.\n\nÀ bientôt."
    assert found["URL"] == "https://tandem.example/fr/suivi/jeton/"
    assert found["ORGANIZER"] == "mailto:claire.devaux@tandem.example"
    assert found["ORGANIZER"].params["CN"] == "Claire Devaux"
    assert [alarm["TRIGGER"].dt for alarm in found.walk("VALARM")] == [-timedelta(days=1), -timedelta(hours=3)]
    assert {(alarm["ACTION"], alarm["DESCRIPTION"]) for alarm in found.walk("VALARM")} == {("DISPLAY", "Entretien")}


def test_times_leave_in_utc_whatever_the_season():
    winter = datetime(2027, 1, 18, 9, tzinfo=PARIS)
    text = calendar([interview("a"), interview("b", starts_at=winter), interview("c", starts_at=START)], "")
    assert [line for line in lines(text) if line.startswith("DTSTART")] == [
        "DTSTART:20270621T123000Z",
        "DTSTART:20270118T080000Z",
        "DTSTART:20270621T123000Z",
    ]
    assert "DTSTAMP:20270615T081200Z" in lines(text)


def test_nothing_is_said_of_what_nobody_wrote():
    [found] = read(calendar([interview()], "Rendez-vous"))[1]
    assert not {"LOCATION", "DESCRIPTION", "URL"} & set(found) and not found.walk("VALARM")


def test_a_moved_appointment_replaces_the_first():
    [first], [second] = (
        read(calendar([interview(sequence=sequence, starts_at=START + sequence * timedelta(days=1))], "Lyon"))[1]
        for sequence in (0, 1)
    )
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] == 1 and second.start == START + timedelta(days=1)


def test_a_cancelled_appointment_leaves_the_calendar_that_knows_it():
    gone = interview(sequence=2, cancelled=True, alarms=[timedelta(hours=3)])
    whole, [found] = read(cancellation(gone, "Lyon"))
    assert whole["METHOD"] == "CANCEL"
    assert found["STATUS"] == "CANCELLED"
    assert found["UID"] == "cohorts.booking:7@tandem.example" and found["SEQUENCE"] == 2
    assert found["ORGANIZER"] == "mailto:claire.devaux@tandem.example"
    assert not found.walk("VALARM")


def test_an_appointment_that_stands_is_not_cancelled_by_mistake():
    with pytest.raises(ValueError, match="cancelled"):
        cancellation(interview(), "Lyon")


def test_a_feed_holds_several_even_one_that_is_cancelled():
    feed = calendar([interview("a"), interview("b", cancelled=True)], "Créneaux")
    assert [(found["UID"], found["STATUS"]) for found in read(feed)[1]] == [
        ("a@tandem.example", "CONFIRMED"),
        ("b@tandem.example", "CANCELLED"),
    ]
    assert read(calendar([], "Créneaux"))[1] == []


def test_lines_are_folded_between_letters_and_ended_as_the_format_says():
    text = calendar([interview(description="Où ? À l’école, bâtiment « Été ». " * 40)], "é" * 80)
    assert text.endswith("END:VCALENDAR\r\n") and "\n" not in text.replace("\r\n", "")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert read(text)[1][0]["DESCRIPTION"] == ("Où ? À l’école, bâtiment « Été ». " * 40).strip()


# -- what people type --------------------------------------------------------------------------------------------------

typed = st.text(st.characters(exclude_categories=["Cs", "Mn", "Mc", "Me"], exclude_characters="\0"), max_size=120)
NAMES = ["DESCRIPTION", "DTEND", "DTSTAMP", "DTSTART", "LOCATION", "ORGANIZER", "SEQUENCE", "STATUS", "SUMMARY", "UID"]


@limits(max_examples=300, deadline=None, database=None)
@given(text=typed)
@example(text=INJECTION)
@example(text=MARKUP)
@example(text='"')
@example(text="X:Y;Z=1,2")
def test_a_text_begins_no_property_and_is_read_again_as_it_was(text):
    seen, prose = tidy(f"Salle {text}"), tidy_lines(f"Salle {text}")
    made = interview(
        summary=f"Salle {text}",
        location=f"Salle {text}",
        description=f"Salle {text}",
        organiser=Organiser(f"Salle {text}", "salle@tandem.example"),
    )
    written = calendar([made], f"Salle {text}")
    whole, [found] = read(written)
    assert found["SUMMARY"] == found["LOCATION"] == whole["NAME"] == seen
    assert found["DESCRIPTION"] == prose
    assert found["ORGANIZER"].params["CN"] == seen
    assert found["ORGANIZER"] == "mailto:salle@tandem.example"
    assert sorted(found) == NAMES and [part.name for part in whole.walk()] == ["VCALENDAR", "VEVENT"]
    # Beside the parser: every line of the file begins with a name we wrote.
    starts = {line.partition(":")[0].partition(";")[0] for line in lines(written) if line}
    assert starts == {*NAMES, "BEGIN", "END", "VERSION", "PRODID", "METHOD", "NAME", "X-WR-CALNAME"}


def test_an_address_stays_an_address():
    strange = interview(
        url="https://tandem.example/é ?q=1\r\nATTENDEE:mailto:x@y.example",
        organiser=Organiser("Claire", 'x@y.example\r\nATTENDEE;CN="z":mailto:z@y.example'),
    )
    [found] = read(calendar([strange], "Lyon"))[1]
    assert found["URL"] == "https://tandem.example/%C3%A9%20?q=1%0D%0AATTENDEE:mailto:x@y.example"
    assert found["ORGANIZER"].startswith("mailto:x@y.example%0D%0AATTENDEE;CN=%22z%22:")
    assert "ATTENDEE" not in found


def test_the_stamp_is_of_the_moment_not_of_the_appointment():
    with clock.travel(datetime(2027, 6, 16, 6, tzinfo=UTC)):
        assert "DTSTAMP:20270616T060000Z" in lines(calendar([interview()], "Lyon"))

"""The days to come in the calendar of whoever trains: from the start, as they change, until they are theirs no more."""

from datetime import date, timedelta

import icalendar
import pytest

from cohorts import services as recruitment
from cohorts.states import ExitReason
from partnership import clock, personal_data
from partnership.models import OutgoingMessage, ref
from partnership.states import LetterKind, MessageState
from partnership.templatetags.figures import longdate
from placements import services
from placements.board import follow_up
from placements.models import TIME_TO_UNDO, HostSite, Placement, Tutor
from placements.states import BreakCause, PlacementState, VisitKind

from .. import factories
from . import follow_up_factory as made
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db
TUTOR = "tutrice@exemple.test"


def _letters():
    return OutgoingMessage.objects.filter(template="placements/tutor_dates").order_by("pk")


def _events(letter: OutgoingMessage) -> dict[str, icalendar.Event]:
    """The events of a letter's calendar, by what their key ends with."""
    found = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    return {str(event["uid"]).partition("@")[0].rpartition(":")[2]: event for event in found}


def _days(letter: OutgoingMessage) -> dict[str, date]:
    return {kind: event["dtstart"].dt for kind, event in _events(letter).items()}


def _with_tutor(placement: Placement, **fields) -> Tutor:
    tutor = hosting.tutor(placement.seat.site, name="Camille Fictive", **({"email": TUTOR} | fields))
    Placement.objects.filter(pk=placement.pk).update(tutor=tutor)
    placement.refresh_from_db()
    return tutor


def _begun(**fields) -> Placement:
    """Somebody under way, whose tutor has heard of nothing yet."""
    placement = made.active(since=5)
    _with_tutor(placement, **fields)
    return placement


# -- at the start -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "fr",
            ("les jours à venir", "Bonjour Camille Fictive", "point du 45e jour", "(estimation)", "visite sur place"),
        ),
        ("en", ("the days to come", "Hello Camille Fictive", "check-in of day 45", "(estimated)", "visit to the site")),
    ],
)
def test_a_tutor_has_the_days_of_the_contact_in_the_language_of_the_site(lyon_lead, language, words):
    placement = made.accepted()
    HostSite.objects.filter(pk=placement.seat.site_id).update(contact_language=language)
    tutor = _with_tutor(placement)
    services.start(Placement.objects.get(pk=placement.pk), on=clock.today(), by=lyon_lead)
    letter = _letters().get()
    assert (letter.to_email, letter.to_ref, letter.language) == (TUTOR, ref(tutor), language)
    assert letter.about == placement.about and letter.reply_to
    for word in words:
        assert word in letter.subject + letter.text
    contacts = OutgoingMessage.objects.get(template="placements/placement_started")
    # The same days under the same keys: whoever is both has them once.
    assert _days(letter) == _days(contacts) and set(_days(letter)) == {"day_45", "visit"}
    event = _events(letter)["visit"]
    assert str(placement.enrolment) in event["summary"]
    assert str(placement.seat.site) in event["location"]
    assert event["organizer"] == f"mailto:{placement.proposed_by.email}"
    # Neither day has been agreed: letter and calendar say so.
    assert all("description" in event for event in _events(letter).values())
    about = {"fr": f"vers le {longdate(event['dtstart'].dt)}", "en": "about "}[language]
    assert f"{words[-1]}{chr(0xA0) if language == 'fr' else ''}: {about}" in letter.text


@pytest.mark.parametrize("has_left", [False, True])
def test_a_tutor_without_an_address_or_who_has_left_is_written_nothing(lyon_lead, has_left):
    placement = made.accepted()
    tutor = _with_tutor(placement, email=TUTOR if has_left else "")
    if has_left:
        services.let_tutor_go(tutor, by=lyon_lead)
    placement = Placement.objects.get(pk=placement.pk)
    services.start(placement, on=clock.today(), by=lyon_lead)
    assert placement.state == PlacementState.ACTIVE and not _letters().exists()
    services.plan_visit(placement, kind=VisitKind.VISIT, on=clock.today() + timedelta(days=3), by=lyon_lead)
    assert not _letters().exists()


def test_a_contact_who_is_the_tutor_is_not_written_to_twice(lyon_lead):
    placement = made.accepted()
    _with_tutor(placement, email=placement.seat.site.contact_email.upper())
    services.start(placement, on=clock.today(), by=lyon_lead)
    assert not _letters().exists()


def test_days_that_have_passed_are_not_to_come(lyon_lead):
    placement = made.active(since=70)
    tutor = hosting.tutor(placement.seat.site, email=TUTOR)
    services.assign_tutor(placement, tutor=tutor, contract_kind="", by=lyon_lead)
    # Day 45 of presence and the first visit were due before today.
    assert not _letters().exists()


# -- later ------------------------------------------------------------------------------------------------------------


def test_a_tutor_who_comes_later_has_what_is_still_to_come(lyon_lead):
    placement = made.active(since=5)
    agreed = clock.today() + timedelta(days=9)
    services.plan_visit(placement, kind=VisitKind.VISIT, on=agreed, by=lyon_lead)
    first, second = (hosting.tutor(placement.seat.site, email=f"t{n}@exemple.test") for n in (1, 2))
    services.assign_tutor(placement, tutor=first, contract_kind="", by=lyon_lead)
    # Nothing new about the tutor: nothing to write.
    services.assign_tutor(placement, tutor=first, contract_kind="apprenticeship", by=lyon_lead)
    services.amend(placement, site=placement.seat.site, tutor=second, from_on=clock.today(), by=lyon_lead)
    services.assign_tutor(placement, tutor=first, contract_kind="", by=lyon_lead)
    assert [letter.to_email for letter in _letters()] == ["t1@exemple.test", "t2@exemple.test", "t1@exemple.test"]
    expected = {"visit": agreed, "day_45": follow_up.due_day(placement, VisitKind.DAY_45)}
    assert all(_days(letter) == expected for letter in _letters())


def test_before_the_first_day_a_new_tutor_has_nothing_to_note(lyon_lead):
    placement = made.accepted()
    tutor = hosting.tutor(placement.seat.site, email=TUTOR)
    services.assign_tutor(placement, tutor=tutor, contract_kind="", by=lyon_lead)
    assert not _letters().exists()


def test_a_day_that_is_agreed_or_moved_replaces_the_one_in_the_tutors_calendar(lyon_lead):
    placement, today = _begun(), clock.today()
    for days in (10, 12, 12):
        with clock.travel(clock.now() + timedelta(minutes=days)):
            services.plan_visit(placement, kind=VisitKind.VISIT, on=today + timedelta(days=days), by=lyon_lead)
    agreed, moved = _letters()
    assert [_days(letter)["visit"] for letter in (agreed, moved)] == [today + timedelta(days=n) for n in (10, 12)]
    one, other = (_events(letter)["visit"] for letter in (agreed, moved))
    assert one["uid"] == other["uid"] and int(one["sequence"]) < int(other["sequence"])
    assert f": le {longdate(today + timedelta(days=12))}" in moved.text
    assert "description" not in other and "description" in _events(moved)["day_45"]


def test_a_visit_noted_with_the_day_of_the_next_tells_the_tutor(lyon_lead):
    placement, later = _begun(), clock.today() + timedelta(days=30)
    said = {"kind": VisitKind.VISIT, "done_on": clock.today(), "signal": "ok", "notes": "Rien pour lui."}
    services.record_visit(placement, by=lyon_lead, **said)
    assert not _letters().exists()
    services.record_visit(placement, by=lyon_lead, **(said | {"kind": VisitKind.PHONE}), next_on=later)
    letter = _letters().get()
    assert _days(letter)["visit"] == later
    assert "Rien pour lui" not in letter.text + letter.calendar


def test_a_tutor_who_moves_with_the_student_has_the_new_place(lyon_lead):
    placement = _begun()
    site = factories.site("lyon", company=placement.seat.site.company, name="Plateau nouveau (fictif)")
    factories.seat(site, of=placement.seat.intake)
    placement.tutor.sites.add(site)
    services.amend(placement, site=site, tutor=placement.tutor, from_on=clock.today(), by=lyon_lead)
    letter = _letters().get()
    assert all("Plateau nouveau" in event["location"] for event in _events(letter).values())


# -- whose days they are no more --------------------------------------------------------------------------------------


def _over():
    return OutgoingMessage.objects.filter(template="placements/tutor_dates_over").order_by("pk")


def _read(letters=None) -> None:
    """Letters have reached whoever they were written to."""
    (_letters() if letters is None else letters).update(state=MessageState.SENT, sent_at=clock.now())


def _told(*, on: int = 9, **fields) -> Placement:
    """Somebody under way, whose tutor has read of a visit in so many days."""
    placement = _begun(**fields)
    lead = placement.proposed_by
    services.plan_visit(placement, kind=VisitKind.VISIT, on=clock.today() + timedelta(days=on), by=lead)
    _read()
    return placement


def _statuses(letter: OutgoingMessage) -> dict[str, str]:
    return {kind: str(event["status"]) for kind, event in _events(letter).items()}


def _another(placement: Placement) -> Tutor:
    return hosting.tutor(placement.seat.site, name="Odile Fictive", email="autre@exemple.test")


def _amend(placement: Placement, tutor: Tutor, *, days: int = 0) -> None:
    on, site = clock.today() + timedelta(days=days), placement.seat.site
    services.amend(placement, site=site, tutor=tutor, from_on=on, by=placement.proposed_by)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ("jours à retirer de votre agenda", "vous ne formez plus", "visite sur place")),
        ("en", ("days to take off your calendar", "you no longer train", "visit to the site")),
    ],
)
@pytest.mark.parametrize("by_amendment", [True, False])
def test_a_tutor_who_is_replaced_learns_which_days_are_theirs_no_more(lyon_lead, language, words, by_amendment):
    placement = _told()
    HostSite.objects.filter(pk=placement.seat.site_id).update(contact_language=language)
    placement, other = Placement.objects.get(pk=placement.pk), _another(placement)
    with clock.travel(clock.now() + timedelta(minutes=5)):
        if by_amendment:
            _amend(placement, other)
        else:
            services.assign_tutor(placement, tutor=other, contract_kind="", by=lyon_lead)
    letter, first = _over().get(), _letters().first()
    assert (letter.to_email, letter.language, letter.state) == (TUTOR, language, MessageState.PENDING)
    for word in words:
        assert word in letter.subject + letter.text
    assert _days(letter) == _days(first) and set(_statuses(letter).values()) == {"CANCELLED"}
    known, gone = _events(first), _events(letter)
    assert all(known[kind]["uid"] == gone[kind]["uid"] for kind in known)
    assert all(int(known[kind]["sequence"]) < int(gone[kind]["sequence"]) for kind in known)
    assert _letters().last().to_email == other.email


def test_a_letter_that_waits_does_not_leave_for_whoever_is_replaced():
    placement = _told()
    _letters().update(state=MessageState.PENDING)
    _amend(placement, _another(placement))
    assert _letters().get(to_email=TUTOR).state == MessageState.CANCELLED
    # Who has heard of no day is not told that it is theirs no more.
    assert not _over().exists()


def test_a_contact_who_was_the_tutor_keeps_the_days_of_the_contact():
    placement = _begun()
    Tutor.objects.filter(pk=placement.tutor_id).update(email=placement.seat.site.contact_email)
    placement = Placement.objects.get(pk=placement.pk)
    services.plan_visit(placement, kind=VisitKind.VISIT, on=clock.today() + timedelta(days=3), by=placement.proposed_by)
    _read()
    _amend(placement, _another(placement))
    assert not _over().exists()


def test_until_an_amendment_to_come_each_tutor_has_the_days_that_are_theirs(lyon_lead):
    placement, today = _told(), clock.today()
    other = _another(placement)
    _amend(placement, other, days=20)
    # The visit stays with the former tutor, day 45 goes.
    assert _statuses(_over().get()) == {"day_45": "CANCELLED"}
    assert (_letters().last().to_email, set(_days(_letters().last()))) == (other.email, {"day_45"})
    assert not _letters().filter(state=MessageState.CANCELLED).exists()
    _read()
    _read(_over())

    def plan(days: int) -> None:
        with clock.travel(clock.now() + timedelta(minutes=days)):
            services.plan_visit(placement, kind=VisitKind.VISIT, on=today + timedelta(days=days), by=lyon_lead)

    plan(12)
    former, new = _letters().filter(to_email=TUTOR).last(), _letters().filter(to_email=other.email).last()
    assert _statuses(former) == {"visit": "CONFIRMED", "day_45": "CANCELLED"}
    assert _days(former)["visit"] == today + timedelta(days=12)
    assert _statuses(new)["day_45"] == "CONFIRMED"
    # It moves to the days of the new tutor: the former one has nothing left.
    plan(30)
    new, gone = _letters().last(), _over().last()
    assert (gone.to_email, _statuses(gone)["visit"]) == (TUTOR, "CANCELLED")
    assert (new.to_email, _statuses(new)) == (other.email, {"visit": "CONFIRMED", "day_45": "CONFIRMED"})


def test_a_tutor_who_moves_later_keeps_the_days_before(lyon_lead):
    placement = _told()
    site = factories.site("lyon", company=placement.seat.site.company, name="Plateau nouveau (fictif)")
    factories.seat(site, of=placement.seat.intake)
    placement.tutor.sites.add(site)
    on = clock.today() + timedelta(days=20)
    services.amend(placement, site=site, tutor=placement.tutor, from_on=on, by=lyon_lead)
    assert _statuses(_letters().last()) == {"day_45": "CONFIRMED"} and not _over().exists()


def test_a_break_tells_the_tutor_once_it_can_no_longer_be_undone(lyon_lead):
    placement = _told()
    said = {"cause": BreakCause.AGREEMENT, "on": clock.today(), "reopen": True, "by": lyon_lead}
    services.break_off(placement, **said)
    letter = _over().get()
    assert letter.due_at == placement.ended_at + TIME_TO_UNDO and "a pris fin" in letter.text
    assert set(_statuses(letter).values()) == {"CANCELLED"}
    services.undo_break(placement, by=lyon_lead)
    assert _over().get().state == MessageState.CANCELLED
    # The days that the tutor has read still hold.
    assert _letters().count() == 1
    with clock.travel(clock.now() + timedelta(minutes=1)):
        services.break_off(placement, **said)
    assert [letter.state for letter in _over()] == [MessageState.CANCELLED, MessageState.PENDING]


def test_a_letter_that_a_break_has_stopped_is_written_again_when_it_is_undone(lyon_lead):
    placement = _told()
    _letters().update(state=MessageState.PENDING)
    services.break_off(placement, cause=BreakCause.AGREEMENT, on=clock.today(), reopen=True, by=lyon_lead)
    assert _letters().get().state == MessageState.CANCELLED and not _over().exists()
    services.undo_break(placement, by=lyon_lead)
    stopped, again = _letters()
    assert again.state == MessageState.PENDING and _days(again) == _days(stopped)


@pytest.mark.parametrize("leaves", [True, False])
def test_the_end_of_a_placement_takes_the_days_off_the_tutors_calendar(lyon_lead, leaves):
    placement = _told()
    if leaves:
        recruitment.withdraw(placement.enrolment.application, reason=ExitReason.JOB, by=lyon_lead)
    else:
        services.complete(placement, on=clock.today(), by=lyon_lead)
    letter = _over().get()
    assert letter.to_email == TUTOR and set(_statuses(letter)) == {"visit", "day_45"}


# -- an address that changes, a reader who goes, a student who is forgotten -------------------------------------------


def test_letters_that_wait_follow_the_tutors_address_or_leave_no_more(lyon_lead):
    placement = _begun()
    services.plan_visit(placement, kind=VisitKind.VISIT, on=clock.today() + timedelta(days=3), by=lyon_lead)
    tutor, sites = placement.tutor, [placement.seat.site]
    services.edit_tutor(tutor, by=lyon_lead, version=tutor.version, sites=sites, email="autre@exemple.test")
    assert (_letters().get().to_email, _letters().get().state) == ("autre@exemple.test", MessageState.PENDING)
    services.edit_tutor(tutor, by=lyon_lead, version=tutor.version, sites=sites, email="")
    assert _letters().get().state == MessageState.CANCELLED


def test_whoever_leaves_gets_no_letter_that_waits(lyon_lead):
    placement = _begun()
    services.plan_visit(placement, kind=VisitKind.VISIT, on=clock.today() + timedelta(days=3), by=lyon_lead)
    services.let_tutor_go(placement.tutor, by=lyon_lead)
    assert _letters().get().state == MessageState.CANCELLED


def test_the_letter_is_of_no_kind_that_one_can_refuse_and_is_blanked_with_its_student(lyon_lead):
    placement = _begun()
    services.plan_visit(placement, kind=VisitKind.VISIT, on=clock.today() + timedelta(days=3), by=lyon_lead)
    letter = _letters().get()
    # It tells of a deed in a file of theirs, as the contact's does.
    assert letter.kind not in LetterKind.values
    _letters().update(state=MessageState.SENT, sent_at=clock.now())
    personal_data.erase(ref(placement.enrolment.application.candidate), by=lyon_lead, even_if_live=True)
    letter.refresh_from_db()
    assert (letter.subject, letter.text, letter.html, letter.calendar) == ("", "", "", "")

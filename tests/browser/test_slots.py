"""Appointments in a real browser: an open day signed in on a tablet; booked, moved, lost and given up on a phone."""

from datetime import timedelta
from itertools import product

import pytest

from cohorts import services
from cohorts.models import Booking, Evaluation, Slot
from cohorts.states import BookingState, SlotKind
from partnership import clock
from partnership.models import OutgoingMessage
from partnership.states import MessageState, Role
from tests import factories

from .visitor import BOTH_WAYS, PHONE, TABLET, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
FIRST = ("Inès", "Léo", "Maëlle", "Noé", "Zoé", "Éden", "Aïda", "Théo", "Chloé", "Loïc")
LAST = (
    "Abadie",
    "Brun",
    "Côme",
    "Dol",
    "Èbe",
    "Faure",
    "Gil",
    "Hué",
    "Imbert",
    "Jolly",
    "Kerr",
    "Lorin",
    "Ménard",
    "Œuvray",
)


@pytest.fixture
def recruiter(transactional_db):
    return factories.user(Role.RECRUITER, name="Claire Devaux")


def _begun(kind, people):
    """A slot that has just begun, with so many people expected."""
    slot = factories.slot(kind=kind, starts_at=clock.now() - timedelta(minutes=2), capacity=people)
    for first, last in list(product(FIRST, LAST))[:people]:
        person = factories.candidate(first_name=first, last_name=last)
        factories.booking(slot, factories.application(slot.cohort, of=person))
    return slot


@pytest.mark.parametrize("people", [9, pytest.param(140, marks=pytest.mark.full)])
def test_an_open_day_is_signed_in_on_a_tablet(recruiter, visit, people):
    slot = _begun(SlotKind.OPEN_DAY, people)
    tablet = visit(width=TABLET)
    tablet.enter_as(recruiter)
    tablet.open(f"/fr/recrutement/creneaux/{slot.pk}/")
    arrivals = list(product(FIRST, LAST))[: people - 2]
    for number, (first, last) in enumerate(arrivals):
        # Some letters of each name are enough, without accents.
        rows = tablet.page.locator("#awaited li:visible")
        tablet.page.locator("#q").fill(f"{last[:3]} {first[:3]}")
        assert rows.count() == 1
        rows.locator("button[name=present]").click()
        tablet.sees(f"{first} {last}", inside=".door__last")
        if number == 2:
            # The wrong person: taken back where one stands, then here after all.
            tablet.click("Undo", inside=".door__last")
            tablet.sees("attendu", inside=".door__last")
            tablet.page.locator("#awaited li", has_text=first).filter(has_text=last).locator("[name=present]").click()
    assert tablet.too_wide() == []
    tablet.page.locator("#q").fill("personne")
    tablet.click("They had not booked", role="link", inside="#nobody")
    for number, name in enumerate(("Lina", "Marius")):
        tablet.fill("First name", name)
        tablet.fill("Telephone", f"04 65 71 88 0{number}")
        tablet.click("They are here")
        tablet.sees(name, inside=".door__last")
    tablet.sees(f"{people} présents sur {people + 2}", inside="h1")
    tablet.page.locator("form[action$='/absents/'] button").click()
    tablet.sees("Have not come", inside="main")
    states = list(Booking.objects.values_list("state", flat=True))
    assert states.count(BookingState.ATTENDED) == people and states.count(BookingState.MISSED) == 2


def test_a_name_is_found_without_a_script(recruiter, visit):
    slot = _begun(SlotKind.OPEN_DAY, 6)
    tablet = visit(width=TABLET, javascript=False)
    tablet.enter_as(recruiter)
    tablet.open(f"/fr/recrutement/creneaux/{slot.pk}/")
    tablet.page.locator("#q").fill("come")
    tablet.click("Search")
    row = tablet.page.locator("#awaited li")
    assert row.count() == 1
    row.locator("[name=present]").click()
    tablet.sees("Inès Côme", inside=".door__last")
    tablet.click("Undo", inside=".door__last")
    assert tablet.page.locator("#awaited li").count() == 6


def test_marks_are_given_on_the_spot(recruiter, visit):
    slot = _begun(SlotKind.JOB_DATING, 2)
    tablet = visit(width=TABLET)
    tablet.enter_as(recruiter)
    tablet.open(f"/fr/recrutement/creneaux/{slot.pk}/")
    tablet.page.locator("#awaited [name=present]").first.click()
    tablet.click("Marks", role="link")
    for name, mark in (("call", 3), ("motivation", 4)):
        tablet.page.locator(f"input[name={name}][value='{mark}']").check()
    tablet.fill("Note", "Voix posée.")
    assert problems(tablet) == []
    tablet.click("Keep these marks")
    tablet.sees("Your marks are kept on the file.")
    assert list(Evaluation.objects.values_list("call", "motivation", "writing")) == [(3, 4, None)]


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_an_appointment_lives_by_the_links_of_its_letters(recruiter, worker, visit, post, javascript):
    """Booked, moved, lost with its whole day, chosen again and given up."""
    first, second, third = (factories.slot(days=days, place=f"Salle {days}", held_by=recruiter) for days in (3, 4, 6))
    person = factories.candidate(first_name="Inès", last_name="Escoffray", email="ines@exemple.test")
    application = factories.application(first.cohort, of=person, owner=recruiter)
    services.invite(application, kind=SlotKind.INTERVIEW, by=recruiter)
    post.hurry()
    phone = visit(width=PHONE, javascript=javascript)
    phone.follow(post.to(person.email, "Choisissez la date"))
    phone.click("See the open dates", role="link")
    _tap(phone, first)
    phone.sees("Salle 3")
    assert phone.too_wide() == []
    phone.follow(post.to(person.email, "Votre entretien"))
    phone.click("Move it", role="link")
    _tap(phone, second)
    phone.sees("Salle 4")
    phone.follow(post.to(person.email, "déplacé"))
    _cancel_the_day(visit(javascript=javascript), recruiter, second)
    phone.page.reload()
    phone.follow(post.to(person.email, "n’a pas lieu"))
    phone.click("See the open dates", role="link")
    assert phone.page.locator(f"[name=slot][value='{second.pk}']").count() == 0
    _tap(phone, third)
    phone.follow(post.to(person.email, "Votre entretien"))
    phone.click("I cannot come…", role="link")
    assert problems(phone) == []
    phone.widen(PHONE)
    phone.click("I cancel this appointment")
    phone.sees("Noted: your place goes to somebody else. Choose another date when you like.")
    post.to(person.email, "n’a pas lieu")
    assert list(Booking.objects.values_list("state", flat=True)) == [BookingState.CANCELLED] * 2
    assert OutgoingMessage.objects.exclude(state=MessageState.SENT).count() == 0


def _cancel_the_day(desk, recruiter, slot):
    """A recruiter reads who is told, and the very letter, before a day is cancelled."""
    desk.enter_as(recruiter)
    desk.open("/fr/recrutement/creneaux/")
    desk.page.locator(f"a[href$='/jour/{slot.day}/annuler/']").click()
    desk.fill("Why?", "Nos salles sont fermées ce jour-là.")
    desk.click("Read who is told")
    desk.sees("Inès Escoffray", "Nos salles sont fermées ce jour-là.")
    assert problems(desk) == []
    desk.click("Cancel, and send these letters")
    desk.sees("1 personne est prévenue par courriel", inside=".messages")
    assert Slot.objects.get(pk=slot.pk).state == "cancelled"


def _tap(phone, slot):
    phone.page.locator(f"[name=slot][value='{slot.pk}']").click()
    phone.clicks += 1

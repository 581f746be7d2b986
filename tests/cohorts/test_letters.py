"""Every letter of recruitment: who writes, what comes next, in the applicant's language and for their eyes."""

import inspect
import re
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.utils import translation

from cohorts import emails
from cohorts.states import ApplicationState as S
from cohorts.states import SlotKind
from partnership import clock
from partnership.models import OutgoingMessage, User
from partnership.outbox import LINK_MARK

from .. import factories

pytestmark = pytest.mark.django_db
STATES = {"application_admitted": S.ADMITTED, "application_confirmed": S.CONFIRMED, "application_rejected": S.REJECTED}
# What a recruiter decides to write says something more.
DECIDED = {
    "application_unfinished": {"days": 1},
    "data_link": {},
    "erasure_link": {},
    "file_ends": {"on": clock.today() + timedelta(days=30), "why": "applied"},
    "booking_invited": {"kind": SlotKind.INTERVIEW},
    "answers_missing": {"missing": ["votre plus haut diplôme"]},
    "papers_asked": {"papers": ["Pièce d’identité", "Photo"]},
    "still_coming": {},
    "first_day": {"starts_at": clock.now(), "place": "Campus", "bring": "un stylo", "papers": ["Photo"]},
    "papers_missing": {"papers": ["Pièce d’identité"], "since": clock.now(), "days": 2},
    "paper_refused": {"paper": "Pièce d’identité", "reason": "Le verso manque."},
    "recruiter_wrote": {"subject": "Une question pour votre dossier", "words": "Quand vous appeler\u202f?"},
}
LETTERS = {
    name: function
    for name, function in inspect.getmembers(emails, inspect.isfunction)
    if function.__module__.startswith(emails.__name__) and not name.startswith("_")
}
# Those to recruiters say to whom they go, and are held to other words (test_contacts.py, test_following.py).
FUNCTIONS = {name: function for name, function in LETTERS.items() if "to" not in inspect.signature(function).parameters}


@pytest.fixture
def recruiter(db):
    person = factories.user("recruiter", name="Claire Devaux")
    person.phone = "+33199002015"
    person.save()
    return person


def write(name, *, language="fr", owner=None, first_name="Manon", **fields):
    person = factories.candidate(first_name=first_name, last_name="Fictif", language=language)
    if STATES.get(name) == S.REJECTED:
        fields |= {"decided_by": factories.user()}
    if name == "application_waitlisted":
        fields |= {"waiting_rank": 3}
    application = factories.application(state=STATES.get(name, S.SUBMITTED), of=person, owner=owner, **fields)
    if name.startswith(("interview", "meeting", "appointment")):
        kind = SlotKind.OPEN_DAY if name.startswith("meeting") else SlotKind.INTERVIEW
        booking = factories.booking(factories.slot(application.cohort, kind=kind), application)
        said = {"moved": {"before": clock.now() + timedelta(days=1)}, "near": {"before": 2}}
        FUNCTIONS[name](booking, **said.get(name.partition("_")[2], {}))
    elif name in DECIDED:
        event = {"event": "an event"} if "event" in inspect.signature(FUNCTIONS[name]).parameters else {}
        FUNCTIONS[name](application, **event, **DECIDED[name])
    elif name == "day_cancelled":
        booking = factories.booking(factories.slot(application.cohort), application)
        FUNCTIONS[name](application, [(booking, booking.slot, None)], reason="La salle est fermée.", others=True)
    elif name == "application_already_open":
        FUNCTIONS[name](application, repetition=factories.application(state=S.DRAFT))
    elif name == "application_transferred":
        FUNCTIONS[name](application, former=factories.cohort("paris"), kept=None, cancelled=None)
    elif name in ("application_postponed", "application_redirected"):
        FUNCTIONS[name](application, former=factories.application(factories.cohort("paris")), cancelled=None)
    else:
        FUNCTIONS[name](application)
    return OutgoingMessage.objects.get(template=f"cohorts/{name}")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_letter_greets_signs_and_leads_on(name, language, recruiter):
    letter = write(name, language=language, owner=recruiter)
    assert letter.language == language
    assert ("Bonjour Manon" if language == "fr" else "Hello Manon") in letter.text
    assert "Claire Devaux" in letter.text and "01\xa099\xa000\xa020\xa015" in letter.text
    assert letter.reply_to == recruiter.email
    assert (LINK_MARK in letter.text) == (LINK_MARK in letter.html) == bool(letter.link_purpose)
    assert 20 <= len(letter.subject) <= 100
    for form in (letter.subject, letter.text, letter.html):
        assert not re.search(r"\{[{%]|None|&amp;#|\(\)", form)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_each_letter_is_written_without_a_named_recruiter_as_well(name):
    letter = write(name)
    assert "équipe de recrutement, Groupe IGS" in letter.text
    assert "appelez-moi" not in letter.text


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_name_cannot_write_into_a_letter(name):
    letter = write(name, first_name="[Cliquez](https://ailleurs.example) <b>x</b>")
    assert 'href="https://ailleurs.example"' not in letter.html
    assert "<b>x</b>" not in letter.html


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_french_letters_keep_their_signs_on_the_line(name, recruiter):
    letter = write(name, owner=recruiter)
    ours = re.sub(r"https?://\S+|^.* : https.*$", "", letter.subject + "\n" + letter.text, flags=re.M)
    assert not re.search(r"(?<![\u00a0\d/])[:](?!\d)| [;?!»]|« |'", ours)


def test_the_reason_and_the_state_are_in_the_applicants_language(recruiter):
    with translation.override("fr"):
        letter = write("application_rejected", language="en")
        reopened = write("application_reopened", language="en")
    assert "other reason" in letter.text
    assert "Submitted" in reopened.text


@pytest.mark.parametrize(("day", "morning"), [(10, (11, 9)), (12, (14, 8, 30))], ids=["on a Thursday", "on a Saturday"])
def test_a_missed_interview_is_written_about_the_next_morning_that_is_no_sunday(recruiter, day, morning):
    with clock.travel(datetime(2027, 6, day, 16, 0, tzinfo=clock.PARIS)):
        letter = write("interview_missed", owner=recruiter)
    assert letter.due_at == datetime(2027, 6, *morning, tzinfo=clock.PARIS)


def test_a_refusal_is_held_when_its_sender_died_and_carries_no_link(recruiter):
    letter = write("application_rejected", owner=recruiter)
    assert (letter.on_doubt, letter.link_purpose) == ("hold", "")


@pytest.mark.parametrize("left", ["the house", "its role", "the zone"])
def test_a_letter_sends_nobody_to_somebody_who_has_left(left, lyon_recruiter):
    if left == "the house":
        User.objects.update(is_active=False)
    if left == "its role":
        lyon_recruiter.memberships.update(until=clock.today() - timedelta(days=1))
    if left == "the zone":
        lyon_recruiter.memberships.update(zone=factories.zone("paris"))
    letter = write("application_received", owner=User.objects.get(pk=lyon_recruiter.pk))
    assert (letter.reply_to, lyon_recruiter.full_name in letter.text) == ("", False)


def test_every_letter_exists_in_both_languages_and_none_is_idle():
    folder = settings.BASE_DIR / "templates" / "emails" / "cohorts"
    wanted = {f"{name}.{language}.txt" for name in LETTERS for language in ("fr", "en")}
    assert {path.name for path in folder.iterdir()} == wanted

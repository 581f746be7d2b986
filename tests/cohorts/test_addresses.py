"""An address that takes no letter: whoever follows the file is told once, corrects it, and what had stopped leaves."""

import smtplib
from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from cohorts import emails, letters, services
from cohorts.models import Application
from cohorts.states import FOLLOW
from cohorts.states import ApplicationState as S
from partnership import clock, links, reminders, sending
from partnership.models import AccessLink, OutgoingMessage, ref
from partnership.states import MessageState, Role
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
REFUSED = "SMTPRecipientsRefused: {'inconnu@exemple.test': (550, b'5.1.1 no such user')}"
NOON = datetime(2027, 6, 15, 12, tzinfo=clock.PARIS)


@pytest.fixture
def file(recruiter):
    return factories.application(owner=recruiter, of=factories.candidate(email="inconnu@exemple.test"))


def _came_back(file, state=MessageState.BOUNCED, *, write=emails.application_received):
    write(file)
    letter = OutgoingMessage.objects.filter(about=ref(file)).latest("pk")
    sent = {"sent_at": clock.now()} if state == MessageState.BOUNCED else {"last_error": REFUSED}
    OutgoingMessage.objects.filter(pk=letter.pk).update(state=state, **sent)
    letter.refresh_from_db()
    return letter


def _told():
    return OutgoingMessage.objects.filter(template="cohorts/address_refused")


def _correct(file, by, **said):
    said = {"phone": file.candidate.phone, "email": "bonne@exemple.test"} | said
    services.correct_address(file, by=by, **said)


# -- who is to be called ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [MessageState.BOUNCED, MessageState.DEAD])
def test_whoever_is_not_reached_is_to_be_called(file, state):
    _came_back(file, state)
    assert list(letters.unreached()) == [file]


@pytest.mark.parametrize(
    "why", ["sent", "server down", "another address", "no address", "closed", "given up", "to somebody else"]
)
def test_nobody_else_is(file, recruiter, why):
    letter = _came_back(file)
    match why:
        case "sent":
            OutgoingMessage.objects.update(state=MessageState.SENT, last_error="")
        case "server down":
            OutgoingMessage.objects.update(state=MessageState.DEAD, last_error="TimeoutError: timed out")
        case "another address":
            OutgoingMessage.objects.update(to_email="autre@exemple.test")
        case "no address":
            file.candidate.email = ""
            file.candidate.save()
        case "closed":
            Application.objects.update(state=S.WITHDRAWN, exit_reason="job", left_from="submitted")
        case "given up":
            OutgoingMessage.objects.update(state=MessageState.CANCELLED)
        case "to somebody else":
            OutgoingMessage.objects.filter(pk=letter.pk).update(to_ref=ref(recruiter), to_email=file.candidate.email)
    assert not letters.unreached().exists()
    assert why == "closed" or letters.returned_to(file.candidate) is None


def test_a_server_that_refuses_the_reader_is_known_by_what_the_sender_wrote(file, monkeypatch):
    """The words by which it is recognised are the sender's own."""
    emails.application_received(file)

    def refuse(*_arguments):
        raise smtplib.SMTPRecipientsRefused({file.candidate.email: (550, b"5.1.1 no such user")})

    # The network's other end.
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    sending.send_due()
    assert OutgoingMessage.objects.get().state == MessageState.DEAD
    assert list(letters.unreached()) == [file]


def test_the_one_who_follows_the_file_is_told_once(file, recruiter):
    with clock.travel(NOON):
        _came_back(file)
        told = [reminders.remind()["addresses_refused"] for _number in range(3)]
        assert told == [1, 0, 0]
        letter = _told().get()
        assert letter.to_ref == ref(recruiter) and "inconnu@exemple.test" in letter.text
        assert reverse("cohorts:application_detail", args=[file.pk]) in letter.text
        _came_back(file, MessageState.DEAD, write=emails.application_link)
        reminders.remind()
        assert _told().count() == 1
        # Another address that is wrong as well is told anew.
        person = file.candidate
        person.email = "faux@exemple.test"
        person.save()
        OutgoingMessage.objects.filter(to_ref=ref(person)).update(to_email=person.email)
        reminders.remind()
        assert _told().count() == 2


def test_a_file_nobody_follows_tells_nobody_and_stays_to_be_called():
    file = factories.application(of=factories.candidate(email="inconnu@exemple.test"))
    _came_back(file)
    assert reminders.remind()["addresses_refused"] == 0
    assert list(letters.unreached()) == [file]


def test_asking_costs_one_statement_however_many_are_not_reached(django_assert_num_queries):
    for _number in range(3):
        _came_back(factories.application())
    with django_assert_num_queries(1):
        assert len(letters.unreached()) == 3


# -- correcting it ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [MessageState.BOUNCED, MessageState.DEAD, MessageState.HELD])
def test_a_letter_that_had_stopped_leaves_for_the_new_address(file, recruiter, state):
    letter = _came_back(file, state)
    _correct(file, recruiter, again=[letter])
    letter.refresh_from_db()
    assert (letter.state, letter.to_email) == (MessageState.PENDING, "bonne@exemple.test")
    assert not letters.unreached().exists()
    assert Application.objects.get(candidate__email="bonne@exemple.test") == file
    assert OutgoingMessage.objects.count() == 1


@pytest.mark.parametrize("state", [MessageState.BOUNCED, MessageState.DEAD])
def test_what_is_not_wanted_any_more_does_not_leave(file, recruiter, state):
    letter = _came_back(file, state)
    _correct(file, recruiter)
    letter.refresh_from_db()
    assert (letter.state, letter.to_email) == (MessageState.CANCELLED, "inconnu@exemple.test")
    assert not letters.unreached().exists()


def test_what_has_not_left_yet_goes_to_the_new_address(file, recruiter):
    letter = _came_back(file, MessageState.PENDING)
    _correct(file, recruiter)
    letter.refresh_from_db()
    assert (letter.state, letter.to_email) == (MessageState.PENDING, "bonne@exemple.test")


def test_the_same_address_is_tried_once_more(file, recruiter):
    letter = _came_back(file)
    _correct(file, recruiter, email=file.candidate.email, again=[letter])
    letter.refresh_from_db()
    assert letter.state == MessageState.PENDING and not letters.unreached().exists()


def test_whoever_has_the_former_address_reads_no_further_and_the_applicant_gets_a_link(file, recruiter):
    links.mint(FOLLOW, ref(file))
    _correct(file, recruiter)
    assert not AccessLink.objects.filter(revoked_at=None).exists()
    letter = OutgoingMessage.objects.get()
    assert (letter.template, letter.to_email) == ("cohorts/application_link", "bonne@exemple.test")


def test_a_telephone_alone_is_enough_and_then_nothing_leaves(file, recruiter):
    waiting, back = _came_back(file, MessageState.PENDING), _came_back(file, write=emails.application_link)
    _correct(file, recruiter, email="")
    for letter in (waiting, back):
        letter.refresh_from_db()
        assert letter.state == MessageState.CANCELLED


def test_somebody_stays_within_reach(file, recruiter):
    with pytest.raises(Refused):
        _correct(file, recruiter, phone="", email="")
    with pytest.raises(Stale):
        _correct(file, recruiter, version=file.version - 1)
    file.candidate.refresh_from_db()
    assert file.candidate.email == "inconnu@exemple.test"


def test_letters_of_another_zones_file_are_neither_shown_nor_given_up(lyon_recruiter, file):
    later = factories.intake(starts_on=clock.today() + timedelta(days=400))
    elsewhere = factories.application(factories.cohort("paris", of=later), of=file.candidate)
    unseen = _came_back(elsewhere, MessageState.DEAD)
    assert not letters.stopped_for(file.candidate, lyon_recruiter).exists()
    _correct(file, lyon_recruiter)
    unseen.refresh_from_db()
    assert (unseen.state, unseen.to_email) == (MessageState.DEAD, "inconnu@exemple.test")


# -- the pages --------------------------------------------------------------------------------------------------------


def _page(client, file, said=None):
    address = reverse("cohorts:address_correct", args=[file.pk])
    return client.post(address, said) if said is not None else client.get(address)


def test_the_file_says_it_with_the_telephone_first(file, recruiter, client_of):
    client = client_of(recruiter)
    address = reverse("cohorts:application_detail", args=[file.pk])
    assert reverse("cohorts:address_correct", args=[file.pk]) in client.get(address).content.decode()
    assert client.get(address).context["refused"] is None
    letter = _came_back(file)
    page = client.get(address)
    assert page.context["refused"] == letter
    said = page.content.decode().partition("inconnu@exemple.test ")[2]
    assert said.index("tel:") < said.index("coordonnees")


def test_the_work_list_shows_whom_to_call_to_whoever_follows_them(file, recruiter, client_of):
    page = client_of(recruiter).get(reverse("cohorts:worklist"))
    assert page.context["refused"] == []
    _came_back(file)
    page = client_of(recruiter).get(reverse("cohorts:worklist"))
    assert page.context["refused"] == [file]
    assert f"tel:{file.candidate.phone}" in page.content.decode()
    other = factories.user(Role.RECRUITER, zone=factories.zone("paris"))
    assert client_of(other).get(reverse("cohorts:worklist")).context["refused"] == []


def test_one_button_corrects_and_sends_again(file, recruiter, client_of):
    client, letter = client_of(recruiter), _came_back(file)
    page = _page(client, file)
    assert page.context["form"].initial["again"] == [letter.pk]
    said = {"phone": "06 12 34 56 78", "email": "bonne@exemple.test", "again": [letter.pk], "version": file.version}
    assert _page(client, file, said).status_code == 302
    file.candidate.refresh_from_db()
    letter.refresh_from_db()
    assert (file.candidate.phone, letter.state) == ("+33612345678", MessageState.PENDING)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"email": "bonne"}, 422),
        ({"phone": "12"}, 422),
        ({"phone": "", "email": ""}, 422),
        ({"email": "", "again": True}, 422),
        ({"again": ["999999"]}, 422),
        ({"again": ["x"]}, 422),
        ({"version": "1000"}, 409),
        ({"version": ""}, 409),
        ({"version": "9" * 40}, 409),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(file, recruiter, client_of, wrong, status):
    letter = _came_back(file)
    said = {"phone": "06 12 34 56 78", "email": "bonne@exemple.test", "version": file.version} | wrong
    if said.get("again") is True:
        said["again"] = [letter.pk]
    page = _page(client_of(recruiter), file, said)
    assert page.status_code == status
    assert page.context["form"]["phone"].value() == said["phone"]
    file.candidate.refresh_from_db()
    letter.refresh_from_db()
    assert (file.candidate.email, letter.state) == ("inconnu@exemple.test", MessageState.BOUNCED)

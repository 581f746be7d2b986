"""The letters desk: what lies on it is one's own files', each letter can be read before, tried, and added to."""

import inspect
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import emails, letters, services
from cohorts.models import Application, Booking, LetterParagraph
from cohorts.states import ApplicationState as S
from partnership import clock, outbox, personal_data, sending
from partnership.models import AccessLink, JournalEntry, OutgoingMessage, ref
from partnership.outbox import LINK_MARK
from partnership.states import MessageState
from partnership.workflow import THE_CLOCK, Refused

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def _written(state=MessageState.PENDING, *, zone="lyon", **fields):
    """A letter in some state about a file of its own."""
    file = factories.application(factories.cohort(zone), **fields)
    emails.application_received(file)
    dated = {"sent_at": clock.now()} if state == MessageState.BOUNCED else {}
    OutgoingMessage.objects.filter(about=ref(file)).update(state=state, **dated)
    return OutgoingMessage.objects.get(about=ref(file))


def _desk(client, **parameters):
    return client.get(reverse("cohorts:letter_desk"), parameters)


# -- what lies on it --------------------------------------------------------------------------------------------------


def test_each_tray_holds_its_letters_and_the_verdict_counts_them(client):
    kept = {state: _written(state) for states in letters.TRAYS.values() for state in states if state != "sending"}
    _written(MessageState.CANCELLED)
    page = _desk(client)
    assert {tray["key"]: tray["count"] for tray in page.context["trays"]} == dict.fromkeys(letters.TRAYS, 1)
    assert page.context["title"].startswith("1\u00a0")
    for tray, states in letters.TRAYS.items():
        assert _desk(client, vue=tray).context["rows"] == [kept[states[0]]]


def test_nothing_to_do_is_said(client):
    page = _desk(client, vue="x")
    assert page.status_code == 200 and page.context["rows"] == []


def test_another_zones_letters_do_not_lie_there(lyon_recruiter, client_of):
    here, _elsewhere = _written(), _written(zone="paris")
    page = _desk(client_of(lyon_recruiter))
    assert page.context["rows"] == [here] and page.context["trays"][0]["count"] == 1


def test_letters_to_others_than_applicants_do_not_lie_there(client, recruiter):
    outbox.post("placements/follow_link", key="x", about=recruiter, to=recruiter, reference="CV", programme="X")
    services.begin(
        factories.cohort(), submit_key=factories.application().submit_key, identity=_identity(), language="fr"
    )
    assert _desk(client).context["rows"] == []


def _identity():
    person = factories.candidate()
    names = ("first_name", "last_name", "phone", "email", "birth_year", "birth_month", "postcode", "commune")
    return {name: getattr(person, name) for name in names}


def test_the_first_to_leave_comes_first(client):
    later, sooner = _written(), _written()
    OutgoingMessage.objects.filter(pk=later.pk).update(due_at=clock.now() + timedelta(days=1))
    assert _desk(client).context["rows"] == [sooner, later]


def test_the_desk_costs_the_same_for_one_letter_and_for_thirty(client):
    def statements():
        with CaptureQueriesContext(connection) as queries:
            _desk(client)
        return len(queries)

    _written()
    one = statements()
    for _number in range(29):
        _written()
    assert statements() == one


# -- what each letter says --------------------------------------------------------------------------------------------


def _kind(client, name="application_received", said=None, query=""):
    address = reverse("cohorts:letter_kind", args=[name]) + query
    return client.post(address, said) if said is not None else client.get(address)


def test_every_letter_to_an_applicant_can_be_read_on_a_file():
    to_applicants = {
        name
        for name, write in inspect.getmembers(emails, inspect.isfunction)
        if write.__module__.startswith(emails.__name__) and not name.startswith("_") and _is_to_an_applicant(write)
    }
    # Whoever adds a letter that asks for something else gives an example of it (letters.py).
    assert to_applicants == set(letters.LETTERS)


def _is_to_an_applicant(write):
    asked = inspect.signature(write).parameters
    return next(iter(asked.values())).annotation in (Application, Booking) and "to" not in asked


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("state", [S.SUBMITTED, S.ADMITTED, S.REJECTED, S.ENQUIRY])
def test_each_reads_well_on_a_file_in_any_state(state, language):
    file = factories.application(state=state, decided_by=factories.user())
    for name in letters.LETTERS:
        proof = letters.proof_of(name, file, language=language)
        assert proof.language == language
        assert ("Bonjour" if language == "fr" else "Hello") in proof.text
        assert not [odd for odd in ("{{", "None", "()") if odd in proof.subject + proof.text]
    assert not OutgoingMessage.objects.exists()
    file.refresh_from_db()
    assert file.state == state


def test_the_list_shows_each_on_the_newest_file_or_the_one_asked_for(client):
    older = factories.application(of=factories.candidate(first_name="Anselme"), since=clock.now() - timedelta(days=3))
    newer = factories.application()
    address = reverse("cohorts:letter_kind_list")
    page = client.get(address)
    assert page.context["example"] == newer and len(page.context["letters"]) == len(letters.LETTERS)
    assert client.get(address, {"dossier": older.reference}).context["example"] == older
    assert client.get(address, {"dossier": "anselme"}).context["example"] == older
    assert client.get(address, {"rentree": "99999", "dossier": "zzzz"}).context["example"] is None


def test_the_file_of_another_zone_shows_nothing(lyon_recruiter, client_of):
    theirs = factories.application(factories.cohort("paris"))
    page = client_of(lyon_recruiter).get(reverse("cohorts:letter_kind_list"), {"dossier": theirs.reference})
    assert page.context["example"] is None
    assert str(theirs.candidate) not in page.content.decode()


def test_a_letter_on_a_file_is_the_one_that_leaves(client):
    file = factories.application(owner=factories.user("recruiter", name="Claire Fictive"))
    page = _kind(client)
    assert LINK_MARK not in page.content.decode()
    emails.application_received(file)
    letter = OutgoingMessage.objects.get()
    assert page.context["text"] == letters.readable(letter.text)


def test_an_unknown_kind_is_not_found(client):
    assert _kind(client, "rien").status_code == 404


def test_without_any_file_the_pages_say_so(client):
    assert client.get(reverse("cohorts:letter_kind_list")).status_code == 200
    assert _kind(client).status_code == 200


# -- a test to oneself ------------------------------------------------------------------------------------------------


def _try(client, name="application_received"):
    return client.post(reverse("cohorts:letter_test", args=[name]))


def test_a_test_goes_to_oneself_alone_marked_and_without_a_live_link(client, recruiter):
    file = factories.application()
    with clock.travel(clock.now()):
        _try(client)
        _try(client)  # a second click within the minute
    sending.send_due()
    (sent,) = mail.outbox
    assert sent.recipients() == [recruiter.email]
    assert sent.subject.startswith("[Essai] ") and "essai" in sent.body and "essai" in sent.alternatives[0].content
    assert LINK_MARK in sent.body and not AccessLink.objects.exists()
    assert not OutgoingMessage.objects.filter(to_ref=ref(file.candidate)).exists()


def test_a_test_is_no_letter_of_the_file(client):
    file = factories.application()
    _try(client)
    story = client.get(reverse("cohorts:application_detail", args=[file.pk])).context["days"]
    assert not [entry for day in story for entry in day["entries"] if entry.get("letter")]
    assert _desk(client).context["rows"] == []


def test_a_test_goes_with_the_person_it_names(client, folder):
    file = factories.application(state=S.WITHDRAWN)
    _try(client)
    sending.send_due()
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    assert OutgoingMessage.objects.get().text == ""


def test_without_a_file_no_test_leaves(client):
    _try(client)
    assert not OutgoingMessage.objects.exists()


# -- a paragraph of one's own -----------------------------------------------------------------------------------------

WORDS = "Le 12 mars, nos portes sont ouvertes.\n\nVenez avec [quelqu’un](https://mal.test) !"


def _said(file, **changes):
    return {"intake": file.intake_id, "version": "0", "text_fr": WORDS, "text_en": ""} | changes


def test_a_paragraph_stands_above_the_signature_in_each_such_letter_of_the_intake(client, recruiter):
    owner = factories.user("recruiter", name="Claire Fictive")
    file, elsewhere = (factories.application(owner=owner), factories.application(_another_intake(), owner=owner))
    assert _kind(client, said=_said(file)).status_code == 302
    page = _kind(client, query="?" + urlencode({"dossier": file.reference}))
    assert "nos portes sont ouvertes" in page.context["text"]
    assert page.context["kept"].written_by == recruiter and page.context["kept"].written_at
    for one in (file, elsewhere):
        emails.application_received(one)
        emails.application_unreachable(one)
    told = {
        (letter.about, letter.template): letter
        for letter in OutgoingMessage.objects.all()
        if "nos portes sont ouvertes" in letter.text
    }
    assert set(told) == {(ref(file), "cohorts/application_received")}
    (letter,) = told.values()
    assert letter.text.rstrip().endswith("Claire Fictive, recrutement, Groupe IGS")
    assert letter.text.index("ouvertes") < letter.text.index("Claire Fictive, recrutement")
    assert 'href="https://mal.test' not in letter.html and "nos portes sont ouvertes" in letter.html


def _another_intake():
    return factories.cohort(of=factories.intake(starts_on=clock.today() + timedelta(days=400)))


def test_whoever_reads_english_reads_the_english_one_or_none():
    english = factories.application(of=factories.candidate(language="en"))
    by = factories.user("recruiter")
    services.write_paragraph(english.intake, "application_received", text_fr="Bonjour", text_en="", by=by, version=0)
    assert "Bonjour" not in letters.proof_of("application_received", english).text
    kept = LetterParagraph.objects.get()
    services.write_paragraph(
        english.intake, "application_received", text_fr="Bonjour", text_en="See you", by=by, version=kept.version
    )
    english.refresh_from_db()
    assert "See you" in letters.proof_of("application_received", english).text


def test_two_people_do_not_write_it_over_each_other(client):
    file = factories.application()
    _kind(client, said=_said(file))
    page = _kind(client, said=_said(file, text_fr="Autre", text_en="Another"))
    assert page.status_code == 409
    kept = LetterParagraph.objects.get()
    assert kept.text_fr.startswith("Le 12 mars")
    # Theirs is shown, what was typed is kept, and the version that was seen is theirs now.
    assert [row["value"] for row in page.context["newer"]] == [kept.text_fr, "vide"]
    assert "Quelqu’un a modifié ce paragraphe entre-temps" in page.content.decode()
    again = {name: page.context["paragraph"][name].value() for name in _said(file)}
    assert again == {"intake": file.intake_id, "version": kept.version, "text_fr": "Autre", "text_en": "Another"}
    assert _kind(client, said=again).status_code == 302
    kept.refresh_from_db()
    assert (kept.text_fr, kept.text_en) == ("Autre", "Another")
    assert list(JournalEntry.objects.filter(subject=ref(kept)).order_by("pk").values_list("after", flat=True)) == [
        "written",
        "edited",
    ]


def test_english_alone_is_refused(client):
    file = factories.application()
    answer = _kind(client, said=_said(file, text_fr="", text_en="See you"))
    assert answer.status_code == 422 and not LetterParagraph.objects.exists()
    with pytest.raises(Refused):
        services.write_paragraph(file.intake, "x", text_fr="", text_en="See you", by=factories.user(), version=0)


def test_it_is_written_by_whoever_recruits_in_every_zone_of_the_intake(lyon_recruiter, client_of):
    file = factories.application()
    client = client_of(lyon_recruiter)
    assert _kind(client, said=_said(file)).status_code == 302  # Lyon alone recruits so far
    factories.cohort("paris", of=file.intake)
    assert _kind(client).context["may_write"] is False
    assert _kind(client, said=_said(file, version=1)).status_code == 403


def test_another_zones_intake_is_not_found(lyon_recruiter, client_of):
    factories.application()
    theirs = factories.cohort("paris", of=factories.intake(starts_on=clock.today() + timedelta(days=400)))
    answer = _kind(client_of(lyon_recruiter), said={"intake": theirs.intake_id, "version": "0", "text_fr": "x"})
    assert answer.status_code == 404


def test_who_reads_no_letters_is_kept_out(lyon_lead, client_of):
    assert _desk(client_of(lyon_lead)).status_code == 403

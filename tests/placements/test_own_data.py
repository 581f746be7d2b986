"""What people decide of their own data by link: consents, all that is held, their end; and what a link gives away."""

import io
import json
import re
from datetime import timedelta
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from cohorts import services
from cohorts.models import Application, Candidate, Consent
from cohorts.states import RESUME, ApplicationState, PaperRequestState
from partnership import clock, invariants, links, notices, personal_data, retention, sending
from partnership.models import AccessLink, JournalEntry, OutgoingMessage, Tombstone, ref
from partnership.states import ActorKind, Channel, MessageState, Role, Scan
from partnership.workflow import THE_CLOCK, Refused
from placements import services as placing
from placements.board import held as words

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
S, P = ApplicationState, PaperRequestState


@pytest.fixture
def phone() -> Client:
    """A browser where nobody is signed in."""
    return Client()


@pytest.fixture
def file(lyon) -> Application:
    return factories.application(lyon, state=S.REJECTED)


def _url(name: str, token: str) -> str:
    return reverse(f"placements:{name}", args=[token])


def _sent(mailoutbox) -> str:
    """The text of the last letter that leaves now."""
    while sending.send_due():
        pass
    return mailoutbox[-1].body


def _link_in(text: str) -> str:
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


def _said(page) -> list[str]:
    return [str(message) for message in page.context["messages"]]


# -- the notice -------------------------------------------------------------------------------------------------------


def test_whoever_comes_back_after_a_new_notice_is_told_what_changed_until_they_have_read_it(phone, lyon, follow_token):
    file = factories.application(lyon, notice_version="2026-11-23")
    token = follow_token(file)
    page = phone.get(_url("application_follow", token)).content.decode()
    assert str(notices.CURRENT.changes) in page.replace("&#x27;", "'")
    assert phone.post(_url("follow_notice", token), follow=True).status_code == 200
    phone.post(_url("follow_notice", token))
    assert str(notices.CURRENT.changes) not in phone.get(_url("application_follow", token)).content.decode()
    before = file.version
    file.refresh_from_db()
    assert (file.notice_version, file.version) == (notices.CURRENT.version, before)
    assert JournalEntry.objects.filter(after="notice_read").count() == 1


def test_whoever_has_read_the_present_notice_is_told_nothing(phone, lyon, follow_token):
    file = factories.application(lyon, notice_version=notices.CURRENT.version)
    assert "follow_notice" not in str(phone.get(_url("application_follow", follow_token(file))).content)
    assert "/notice/" not in phone.get(_url("application_follow", follow_token(file))).content.decode()


# -- consents ---------------------------------------------------------------------------------------------------------


def test_a_consent_is_given_and_taken_back_in_one_tap_each_and_dated(phone, file, follow_token):
    token = follow_token(file)
    assert "pas d’accord donné" in phone.get(_url("follow_data", token)).content.decode()
    for _twice in range(2):
        phone.post(_url("follow_consent", token), {"purpose": "talent_pool", "answer": "yes"})
    consent = Consent.objects.get()
    assert (consent.given_by, consent.channel, consent.withdrawn_at) == (None, Channel.LINK, None)
    assert consent.text_version == notices.CURRENT.version
    assert "avec votre accord" in phone.get(_url("follow_data", token)).context["title"]
    for _twice in range(2):
        phone.post(_url("follow_consent", token), {"purpose": "talent_pool", "answer": "no"})
    consent.refresh_from_db()
    assert consent.withdrawn_at and "retiré le" in phone.get(_url("follow_data", token)).content.decode()
    phone.post(_url("follow_consent", token), {"purpose": "talent_pool", "answer": "yes"})
    assert Consent.objects.filter(withdrawn_at=None).count() == 1 and Consent.objects.count() == 2
    lines = JournalEntry.objects.filter(about=ref(file)).order_by("pk").values_list("after", "actor_kind", "channel")
    mine = (ActorKind.CANDIDATE, Channel.LINK)
    assert list(lines) == [(word, *mine) for word in ("consent_given", "consent_withdrawn", "consent_given")]


@pytest.mark.parametrize("said", [{}, {"purpose": "everything", "answer": "yes"}, {"purpose": "", "answer": "no"}])
def test_a_purpose_that_does_not_exist_is_refused_in_a_sentence(phone, file, follow_token, said):
    page = phone.post(_url("follow_consent", follow_token(file)), said, follow=True)
    assert page.status_code == 200 and _said(page) == ["Choisissez une des lignes de cette page."]
    assert not Consent.objects.exists()


@pytest.mark.parametrize("state", S.values)
def test_the_page_says_in_every_state_until_when_the_file_is_kept(
    phone, lyon, follow_token, state, django_assert_max_num_queries
):
    token = follow_token(factories.application(lyon, state=state))
    with django_assert_max_num_queries(12):
        page = phone.get(_url("follow_data", token))
    assert page.status_code == 200 and page["Cache-Control"] == "no-store, private"
    assert page.context["title"] and page.context["text"]
    is_open = state not in (S.DRAFT, S.REJECTED, S.DECLINED, S.EXPIRED, S.WITHDRAWN, S.UNREACHABLE)
    assert ("tant que" in page.context["title"]) == is_open


# -- everything that is held ------------------------------------------------------------------------------------------


def test_everything_is_received_by_a_fresh_link_only(phone, file, follow_token, mailoutbox):
    token = follow_token(file)
    # The link of a letter opens none of it.
    assert file.candidate.email not in phone.get(_url("follow_data", token)).content.decode()
    page = phone.post(_url("follow_data_ask", token), follow=True)
    assert "Un courriel vous est envoyé" in _said(page)[0]
    address = _link_in(_sent(mailoutbox))
    assert mailoutbox[-1].to == [file.candidate.email]
    first = phone.get(address)
    # A robot that looks into the letter's link finds a button.
    assert first.status_code == 200 and file.candidate.last_name not in first.content.decode()
    assert not JournalEntry.objects.filter(after="data_taken").exists()
    read = phone.post(address, {"how": "read"}).content.decode()
    assert file.candidate.last_name in read and "Vos candidatures" in read and "Courriels que nous" in read
    assert "[lien personnel]" in read and ".invalid" not in read
    taken = phone.post(address, {"how": "file"})
    assert taken["Content-Type"] == "application/zip" and taken["Cache-Control"] == "no-store, private"
    with ZipFile(io.BytesIO(taken.getvalue())) as archive:
        assert sorted(archive.namelist()) == ["mes-donnees.html", "mes-donnees.json"]
        held = json.loads(archive.read("mes-donnees.json"))
        readable = archive.read("mes-donnees.html").decode()
    assert held["identity"][0]["email"] == file.candidate.email
    assert {section for section in personal_data.collect(ref(file.candidate))} == set(held)
    assert file.candidate.phone in readable and "lycée" in readable.lower() and "<style" not in readable
    assert list(JournalEntry.objects.filter(about=ref(file)).order_by("pk").values_list("after", flat=True)) == [
        "data_asked",
        "data_taken",
        "data_taken",
    ]


def test_the_papers_they_sent_are_among_it(phone, lyon, folder, follow_token, mailoutbox):
    file = factories.application(lyon, state=S.CONFIRMED)
    sent, waiting = b"%PDF-1.7 la mienne\n%%EOF\n", b"%PDF-1.7 pas encore vue\n%%EOF\n"
    factories.paper(file, kind=factories.paper_kind("identity"), state=P.ACCEPTED, content=sent)
    factories.paper(file, kind=factories.paper_kind("report"), state=P.RECEIVED, content=sent)
    factories.paper(file, kind=factories.paper_kind("diploma"), state=P.RECEIVED, content=waiting, scan=Scan.PENDING)
    lost = factories.paper(file, kind=factories.paper_kind("photo"), state=P.RECEIVED)
    default_storage.delete(lost.file.name)
    factories.paper(state=P.RECEIVED, content=b"%PDF-1.7 de quelqu'un d'autre\n%%EOF\n")
    phone.post(_url("follow_data_ask", follow_token(file)))
    taken = phone.post(_link_in(_sent(mailoutbox)), {"how": "file"})
    with ZipFile(io.BytesIO(taken.getvalue())) as archive:
        papers = {name: archive.read(name) for name in archive.namelist() if name.startswith("mes-pieces/")}
    assert papers == {
        f"mes-pieces/01-{file.reference}-identity.pdf": sent,
        f"mes-pieces/02-{file.reference}-report.pdf": sent,
    }


def test_twins_who_share_an_address_each_receive_their_own(phone, lyon, follow_token, mailoutbox):
    mother = {"email": "famille@exemple.test", "last_name": "Jumeau"}
    ines, noe = (factories.candidate(first_name=name, **mother) for name in ("Inès", "Noé"))
    file = factories.application(lyon, state=S.WITHDRAWN, of=ines)
    other = factories.application(lyon, of=noe, languages="langue-de-noé")
    phone.post(_url("follow_data_ask", follow_token(file)))
    read = phone.post(_link_in(_sent(mailoutbox)), {"how": "read"}).content.decode()
    assert "Inès" in read and "Noé" not in read and other.languages not in read
    phone.post(_url("follow_erase", follow_token(file)), {"understood": "on"})
    phone.post(_link_in(_sent(mailoutbox)))
    assert [(one.first_name, bool(one.erased_at)) for one in Candidate.objects.order_by("first_name")] == [
        ("", True),
        ("Noé", False),
    ]
    other.refresh_from_db()
    assert other.state == S.SUBMITTED


def test_the_fourth_letter_of_a_day_is_refused_in_a_sentence(phone, file, follow_token):
    for name, said in (("follow_data_ask", {}), ("follow_erase", {"understood": "on"})):
        token = follow_token(file)
        before = OutgoingMessage.objects.count()
        told = [_said(phone.post(_url(name, token), said, follow=True))[0] for _time in range(4)]
        assert "plusieurs fois aujourd’hui" in told[3] and "plusieurs fois" not in told[2]
        assert OutgoingMessage.objects.count() == before + 3


def test_whoever_gave_no_address_is_told_to_call(phone, lyon, follow_token):
    file = factories.application(lyon, of=factories.candidate(email=""))
    token = follow_token(file)
    page = phone.get(_url("follow_data", token)).content.decode()
    assert page.count("appelez-nous") == 2 and _url("follow_erase", token) not in page
    for name, said in (("follow_data_ask", {}), ("follow_erase", {"understood": "on"})):
        assert "appelez-nous" in _said(phone.post(_url(name, token), said, follow=True))[0]
    assert not OutgoingMessage.objects.exists()


# -- the end ----------------------------------------------------------------------------------------------------------


def _erase(phone, file, token, mailoutbox):
    phone.post(_url("follow_erase", token), {"understood": "on"})
    return phone.post(_link_in(_sent(mailoutbox)))


@pytest.mark.parametrize("state", [S.ENQUIRY, S.SUBMITTED, S.WAITLISTED, S.ADMITTED, S.REJECTED, S.WITHDRAWN])
def test_a_file_is_erased_by_a_tick_and_a_fresh_link(phone, lyon, follow_token, mailoutbox, state):
    file = factories.application(lyon, state=state)
    person, token = file.candidate, follow_token(file)
    refused = phone.post(_url("follow_erase", token), {})
    assert refused.status_code == 422 and 'class="errsum"' in refused.content.decode()
    phone.post(_url("follow_erase", token), {"understood": "on"})
    address = _link_in(_sent(mailoutbox))
    assert phone.get(address).status_code == 200
    person.refresh_from_db()
    assert person.first_name and not person.erased_at  # neither the tick nor a robot's look erases
    done = phone.post(address)
    assert done.status_code == 200 and "Votre dossier est effacé" in done.content.decode()
    person.refresh_from_db()
    file.refresh_from_db()
    assert (person.first_name, person.email, file.languages) == ("", "", "")
    assert file.state in (S.REJECTED, S.WITHDRAWN)
    assert Tombstone.objects.get().subject == ref(person)
    for gone in (address, _url("application_follow", token), _url("follow_data", token)):
        page = phone.get(gone)
        assert page.status_code == 410 and "Ce dossier a été effacé" in page.content.decode()
    assert phone.post(address).status_code == 410
    assert not AccessLink.objects.filter(subject=ref(file), revoked_at=None).exists()


def test_the_last_letter_names_nobody_and_its_address_goes_the_day_after(phone, file, follow_token, mailoutbox):
    address, name = file.candidate.email, file.candidate.first_name
    _erase(phone, file, follow_token(file), mailoutbox)
    last = _sent(mailoutbox)
    assert mailoutbox[-1].to == [address] and "Votre dossier est effacé" in mailoutbox[-1].subject
    assert name not in last and file.cohort.intake.programme.short_title not in last and file.reference not in last
    assert OutgoingMessage.objects.filter(to_email=address).count() == 1
    retention.apply()
    assert not OutgoingMessage.objects.exclude(to_email="", text="").exists()
    assert not [
        finding for finding in invariants.check() if finding.key in ("letters_addressed", "erased_written_down")
    ]


def test_erased_again_before_it_has_left_the_last_letter_leaves_all_the_same(file, mailoutbox):
    address = file.candidate.email
    services.erase_on_request(file, by=file.candidate)
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    sending.send_due()
    assert [letter.to for letter in mailoutbox] == [[address]]
    assert OutgoingMessage.objects.get(template="cohorts/file_erased").state == MessageState.SENT


def test_a_student_gives_the_place_back_and_the_host_hears_of_it(
    phone, student, seat, lyon_lead, follow_token, mailoutbox
):
    file = student.application
    placing.accept(placing.propose(student, site=seat.site, by=lyon_lead), by=seat.site)
    token = follow_token(file)
    told = phone.get(_url("follow_erase", token)).content.decode()
    assert "est rendue" in told and "L’entreprise d’accueil apprend" in told
    _erase(phone, file, token, mailoutbox)
    file.refresh_from_db()
    student.refresh_from_db()
    assert (file.state, student.state) == (S.WITHDRAWN, "ended")
    letters = OutgoingMessage.objects.filter(template="placements/placement_cancelled")
    assert letters.get().to_email == seat.site.contact_email
    # What the applicant would have been told of the closed file is not: there is nobody to tell.
    closed = OutgoingMessage.objects.filter(template="cohorts/application_closed")
    assert set(closed.values_list("state", "to_email")) <= {(MessageState.CANCELLED, "")}


def test_a_draft_is_erased_by_its_own_link_and_nobody_goes_on_with_it(phone, lyon, mailoutbox):
    identity = {"first_name": "Zoé", "last_name": "Inachevée", "phone": "", "email": "zoe@exemple.test"}
    draft = services.begin(lyon, submit_key=uuid4(), identity=identity, language="fr")
    token = links.mint(RESUME, ref(draft))
    phone.get(reverse("cohorts:application_resume", args=[token]))
    step = phone.get(reverse("cohorts:apply_project", args=[lyon.intake.programme.slug])).content.decode()
    assert "/?donnees" in step
    page = phone.get(reverse("cohorts:application_resume", args=[token]) + "?donnees", follow=True)
    assert page.status_code == 200 and reverse("cohorts:application_resume", args=[token]) in page.content.decode()
    _erase(phone, draft, token, mailoutbox)
    assert Candidate.objects.get().erased_at
    slug = lyon.intake.programme.slug
    assert "Zoé" not in phone.get(reverse("cohorts:apply_identity", args=[slug])).content.decode()
    assert phone.get(reverse("cohorts:apply_check", args=[slug])).status_code == 302
    draft.refresh_from_db()
    for deed in (
        lambda: services.correct_identity(draft, identity=identity),
        lambda: services.submit(draft, consents=[], notice_version="x"),
    ):
        with pytest.raises(Refused):
            deed()


def test_a_course_that_has_begun_is_kept_by_law(phone, student, follow_token, recruiter):
    JournalEntry.objects.create(
        actor_kind=ActorKind.USER,
        subject=ref(student),
        about=student.about,
        after="present",
        actor_ref=str(recruiter.pk),
    )
    type(student).objects.update(state="present")
    token = follow_token(student.application)
    page = phone.get(_url("follow_data", token))
    assert "cinq ans" in page.context["title"] and _url("follow_erase", token) not in page.content.decode()
    assert phone.get(_url("follow_erase", token)).status_code == 302
    answer = phone.post(_url("follow_erase", token), {"understood": "on"}, follow=True)
    assert "La loi nous oblige" in _said(answer)[0]
    assert not OutgoingMessage.objects.exists()
    with pytest.raises(Refused):
        services.erase_on_request(student.application, by=student.application.candidate)


# -- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["follow_data", "follow_erase", "data_take", "data_erase", "application_follow"])
@pytest.mark.parametrize(
    ("why", "status", "sentence"),
    [
        ("unknown", 404, "Ce lien n’ouvre rien"),
        ("expired", 410, "Ce lien est trop ancien"),
        ("revoked", 410, "Ce lien a été fermé"),
        ("erased", 410, "Ce dossier a été effacé"),
    ],
)
def test_a_link_that_opens_nothing_says_why(phone, file, name, why, status, sentence):
    purpose = {"data_take": "take", "data_erase": "erase"}.get(name, "follow")
    token = links.mint(purpose, ref(file)) if why != "unknown" else "inconnu"
    if why == "expired":
        AccessLink.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    elif why == "revoked":
        AccessLink.objects.update(revoked_at=clock.now())
    elif why == "erased":
        personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    page = phone.get(_url(name, token))
    assert page.status_code == status and sentence in page.content.decode()


@pytest.mark.parametrize("name", ["data_take", "data_erase"])
def test_the_link_of_a_letter_is_not_the_fresh_one_nor_the_other_way_round(phone, file, follow_token, name):
    assert phone.get(_url(name, follow_token(file))).status_code == 404
    purpose = {"data_take": "take", "data_erase": "erase"}[name]
    assert phone.get(_url("follow_data", links.mint(purpose, ref(file)))).status_code == 404
    other = {"data_take": "data_erase", "data_erase": "data_take"}[name]
    assert phone.post(_url(other, links.mint(purpose, ref(file)))).status_code == 404


def test_an_erasing_link_lives_an_hour_and_is_used_once(phone, file):
    token = links.mint("erase", ref(file))
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert phone.post(_url("data_erase", token)).status_code == 410
    file.candidate.refresh_from_db()
    assert not file.candidate.erased_at


def test_whoever_withdrew_still_reads_and_decides(phone, lyon, follow_token):
    file = factories.application(lyon, state=S.INTERVIEWED)
    services.withdraw(file, reason="job", by=file.candidate)
    token = follow_token(file)
    page = phone.get(_url("application_follow", token))
    assert page.status_code == 200 and _url("follow_data", token) in page.content.decode()
    assert phone.get(_url("follow_data", token)).status_code == 200
    assert phone.get(_url("follow_erase", token)).status_code == 200


def test_a_colleague_who_opens_a_link_stays_signed_in(client_of, file, mailoutbox):
    browser = client_of(factories.user(Role.RECRUITER))
    browser.post(_url("data_erase", links.mint("erase", ref(file))))
    assert browser.get(reverse("cohorts:worklist")).status_code == 200


@pytest.mark.parametrize("purpose", ["take", "erase"])
def test_a_link_sent_to_one_address_never_opens_what_is_held_of_another_person(phone, lyon, purpose):
    known = factories.candidate(first_name="Manon", last_name="Fictif", email="manon@exemple.test")
    closed = factories.application(lyon, state=S.REJECTED, of=known)
    later = factories.cohort("lyon", of=factories.intake(starts_on=clock.today() + timedelta(days=400)))
    someone = {"first_name": "Quelqu’un", "last_name": "D’autre", "phone": "", "email": "autre@exemple.test"}
    draft = services.begin(later, submit_key=uuid4(), identity=someone, language="fr")
    token = links.mint(purpose, ref(draft))
    services.correct_identity(
        draft, identity=someone | {"first_name": "Manon", "last_name": "Fictif", "email": known.email}
    )
    services.submit(draft, consents=[], notice_version=notices.CURRENT.version)
    draft.refresh_from_db()
    assert draft.candidate == known
    answer = phone.post(_url(f"data_{purpose}", token), {"understood": "on"})
    assert answer.status_code == 410
    known.refresh_from_db()
    closed.refresh_from_db()
    assert not known.erased_at and known.first_name == "Manon" and closed.state == S.REJECTED
    assert not JournalEntry.objects.filter(after="data_taken").exists()


def test_the_link_of_a_form_that_was_handed_in_opens_nothing_of_whom_we_know(phone, lyon):
    known = factories.candidate(first_name="Manon", last_name="Fictif", email="manon@exemple.test")
    factories.application(lyon, state=S.REJECTED, of=known)
    later = factories.cohort("lyon", of=factories.intake(starts_on=clock.today() + timedelta(days=400)))
    named = {"first_name": "Manon", "last_name": "Fictif", "phone": "", "email": known.email}
    draft = services.begin(later, submit_key=uuid4(), identity=named, language="fr")
    token = links.mint(RESUME, ref(draft))
    assert phone.get(_url("follow_data", token)).status_code == 200
    services.submit(draft, consents=[], notice_version=notices.CURRENT.version)
    assert phone.get(_url("follow_data", token)).status_code == 404
    phone.post(_url("follow_consent", token), {"purpose": "talent_pool", "answer": "yes"})
    assert not Consent.objects.exists()


def test_what_is_held_is_told_in_words_and_never_by_the_name_of_a_column(phone, student, seat, lyon_lead):
    placing.propose(student, site=seat.site, by=lyon_lead)
    held = personal_data.collect(ref(student.application.candidate))
    said = words.sections(held | {"new_things": [{"some_new__state": "withdrawn", "noted_on": clock.today()}]})
    assert said[0].title == "Qui vous êtes" and said[-1].title == "Ce qui a été fait de votre dossier"
    shown = [name for section in said for entry in section.entries for name, _value in entry]
    assert not [name for name in shown if "__" in name or "_" in name]
    assert "Prénom" in shown

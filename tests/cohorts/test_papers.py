"""Papers: asked once, sent by link from a telephone, looked at, and never in anybody's hands who may not see them."""

import io
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from cohorts import bulk, services
from cohorts.models import Application, PaperKind, PaperRequest
from cohorts.states import FOLLOW, ExitReason
from cohorts.states import ApplicationState as S
from cohorts.states import PaperRequestState as P
from partnership import clock, invariants, jobs, links, papers, personal_data, reminders
from partnership.clock import PARIS
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.papers.sentences import SENTENCES
from partnership.states import MessageState, Scan
from partnership.workflow import THE_CLOCK, Refused, Stale

from .. import factories
from ..papers import corpus

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
PDF = corpus.saved(corpus.plain())
# A Monday.
MONDAY = datetime(2027, 6, 7, 10, 0, tzinfo=PARIS)


@pytest.fixture
def kinds():
    return {
        "identity": factories.paper_kind("identity", order=1),
        "guardian": factories.paper_kind("guardian", order=2, asked_of="minors"),
        "report": factories.paper_kind("report", order=3, asked_when="by_hand"),
    }


def address(name: str, *args) -> str:
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


def by_link(paper: PaperRequest) -> str:
    return address("follow_paper", links.mint(FOLLOW, ref(paper.application)), paper.pk)


def file(content: bytes = PDF, name: str = "IMG_2031.heic") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


def names(application: Application) -> list[str]:
    return [one.kind.code for one in application.papers.in_order()]


def letters(template: str) -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.filter(template=f"cohorts/{template}").order_by("pk"))


@contextmanager
def day(number: int, hour: int = 10):
    with clock.travel(MONDAY + timedelta(days=number, hours=hour - 10)):
        yield


def now(paper: PaperRequest) -> PaperRequest:
    return PaperRequest.objects.select_related("application__candidate", "kind").get(pk=paper.pk)


# -- asked for --------------------------------------------------------------------------------------------------------


def test_confirming_asks_for_the_papers_of_the_course_and_the_letter_names_them(kinds):
    factories.paper_kind("elsewhere", programme=factories.programme("crcd"))
    factories.paper_kind("retired", is_in_use=False)
    application = factories.application(state=S.ADMITTED)
    services.confirm(application, by=application.candidate)
    assert names(application) == ["identity"]
    assert "envoyez Pièce identity." in letters("application_confirmed")[0].text
    line = JournalEntry.objects.get(subject__startswith="cohorts.paperrequest:")
    assert (line.after, line.about) == (P.ASKED, ref(application))


def test_a_minor_is_asked_for_the_guardian_as_soon_as_the_birth_is_known(kinds):
    person = factories.candidate(birth_year=clock.today().year - 30)
    application = factories.application(state=S.ADMITTED, of=person)
    services.confirm(application, by=person)
    born = clock.today() - timedelta(days=17 * 365)
    home = {"born_on": born, "street": "3 rue fictive", "postcode": "69001", "town": "Lyon"}
    minor = dict.fromkeys(services.dossiers.OF_MINORS, "") | {"guardian_name": "Awa", "guardian_phone": "+33465710001"}
    services.save_dossier(application, home | minor, by=person, version=0)
    assert names(application) == ["identity", "guardian"]


def test_a_file_that_goes_on_keeps_its_papers(kinds, recruiter):
    application = factories.application(state=S.INTERVIEWED)
    services.ask_papers(application, [kinds["report"]], by=recruiter)
    later = factories.intake(application.intake.programme, starts_on=clock.today() + timedelta(days=500))
    dates = {"applications_until": clock.today() + timedelta(days=400)}
    following = services.postpone(application, cohort=factories.cohort(of=later, **dates), by=recruiter)
    assert names(following) == ["report"] and names(application) == []


def test_what_is_asked_for_is_asked_once_and_by_letter(kinds, recruiter, client_of):
    application = factories.application(state=S.SUBMITTED)
    client = client_of(recruiter)
    page = client.get(address("application_papers", application.pk))
    assert page.context["verdict"] == "No paper is asked for."
    chosen = {"papers": [kinds["report"].pk, kinds["identity"].pk], "words": "Avant jeudi."}
    client.post(address("application_papers", application.pk), chosen)
    (letter,) = letters("papers_asked")
    assert "> Pièce identity, Pièce report" in letter.text.replace("\n\n", "\n") or "Pièce report" in letter.text
    assert "Avant jeudi." in letter.text
    again = client.post(address("application_papers", application.pk), chosen, follow=True)
    assert "is asked for already" in again.content.decode()
    assert len(letters("papers_asked")) == 1 and application.papers.count() == 2


@pytest.mark.parametrize("said", [{}, {"papers": "x"}, {"papers": "0"}, {"papers": "99999999999999999999"}])
def test_to_ask_for_nothing_comes_back_with_what_was_typed(kinds, recruiter, client_of, said):
    application = factories.application(state=S.SUBMITTED)
    answer = client_of(recruiter).post(address("application_papers", application.pk), said | {"words": "Avant jeudi."})
    assert answer.status_code == 422 and "Avant jeudi." in answer.content.decode()


def test_a_paper_of_another_course_is_not_asked_for(recruiter):
    application = factories.application(state=S.SUBMITTED)
    other = factories.paper_kind("elsewhere", programme=factories.programme("crcd"))
    with pytest.raises(Refused, match="."):
        services.ask_papers(application, [other], by=recruiter)


def test_many_are_asked_each_for_what_they_have_not_sent(kinds, recruiter, client_of):
    first, second = factories.application(), factories.application()
    services.ask_papers(first, [kinds["report"]], by=recruiter)
    client = client_of(recruiter)
    made = bulk.choose("papers", [first, second], said={}, by=recruiter)
    chosen = {"papers": [kinds["report"].pk, kinds["identity"].pk], "words": "", "version": "1"}
    client.post(address("bulk_detail", made.pk), chosen)
    page = client.get(address("bulk_detail", made.pk))
    texts = {one["line"].application_id: one["text"] for one in page.context["letters"]}
    assert "Pièce report" not in texts[first.pk] and "Pièce report" in texts[second.pk]
    made.refresh_from_db()
    jobs.run_slice(str(bulk.start(made, version=made.version).pk))
    assert sorted(names(first)) == sorted(names(second)) == ["identity", "report"]
    sent = {letter.about: letter.text for letter in letters("papers_asked")[1:]}
    assert set(sent) == {ref(first), ref(second)}
    again = bulk.choose("papers", [first], said={"papers": [kinds["report"].pk]}, by=recruiter)
    assert [line.reason for line in bulk.review(again).skipped] == ["asked_already"]


def test_looking_at_thirty_costs_the_same_as_at_one(kinds, recruiter, client_of, django_assert_num_queries):
    client = client_of(recruiter)
    said = {"papers": [kinds["report"].pk], "words": ""}

    def chosen(number: int):
        files = [factories.application() for _ in range(number)]
        for file in files:
            services.ask_papers(file, [kinds["identity"]], by=recruiter)
        return bulk.choose("papers", files, said=said, by=recruiter)

    one, many = chosen(1), chosen(30)
    client.get(address("bulk_detail", one.pk))
    with django_assert_num_queries(10) as few:
        client.get(address("bulk_detail", one.pk))
    with django_assert_num_queries(len(few)):
        client.get(address("bulk_detail", many.pk))


# -- sent by link -----------------------------------------------------------------------------------------------------


def test_photos_taken_with_a_telephone_become_one_document(client, kinds):
    paper = factories.paper()
    photo = corpus.encoded(corpus.picture(), "JPEG")
    page = client.get(by_link(paper))
    assert 'enctype="multipart/form-data"' in page.content.decode()
    answer = client.post(by_link(paper), {"paper": [file(photo), file(photo)]}, follow=True)
    assert "Received: Paper identity." in answer.content.decode()
    paper = now(paper)
    assert (paper.state, paper.pages, paper.scan) == (P.RECEIVED, 2, Scan.CLEAN)
    line = JournalEntry.objects.get(subject=ref(paper))
    assert (line.after, line.channel, line.actor_kind) == (P.RECEIVED, "link", "candidate")


@pytest.mark.parametrize(
    ("why", "content"),
    [
        ("script", lambda: corpus.with_root(OpenAction=corpus.script())),
        ("pixels", lambda: corpus.heic_of(60_000, 60_000)),
        ("kind", lambda: b"MZ\x90\x00 un programme"),
        ("empty", lambda: b""),
        ("size", lambda: PDF + b" " * papers.ROOM.each),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_no_paper_is_answered_by_a_sentence_and_nothing_is_kept(client, folder, why, content, language):
    paper = factories.paper()
    with translation.override(language):
        words = str(SENTENCES[why]) % {"size": 15, "pages": 20}
        url = reverse("cohorts:follow_paper", args=[links.mint(FOLLOW, ref(paper.application)), paper.pk])
    answer = client.post(url, {"paper": file(content())})
    text = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 422 and words in text
    assert now(paper).state == P.ASKED and not [path for path in folder.rglob("*") if path.is_file()]


def test_two_hundred_megabytes_are_refused_before_they_are_read(client):
    paper = factories.paper()
    address, body = by_link(paper), io.BytesIO(b"--x")
    answer = client.generic(
        "POST", address, body.read(), "multipart/form-data; boundary=x", CONTENT_LENGTH=str(200 * 1024 * 1024)
    )
    assert answer.status_code == 413 and "smaller file, or fewer photos" in answer.content.decode()
    assert now(paper).state == P.ASKED


def test_no_file_chosen_says_so(client):
    answer = client.post(by_link(factories.paper()), {})
    assert answer.status_code == 422 and "Choose the paper" in answer.content.decode()


@pytest.mark.parametrize("state", [P.ACCEPTED, P.DROPPED])
def test_what_is_accepted_or_no_longer_asked_for_takes_nothing_more(client, state):
    paper = factories.paper(state=state)
    assert client.get(by_link(paper)).status_code == 302
    answer = client.post(by_link(paper), {"paper": file()}, follow=True)
    assert "you have nothing" in answer.content.decode()
    assert now(paper).state == state


def test_the_link_of_somebody_who_withdrew_takes_no_paper(client, recruiter):
    application = factories.application(state=S.CONFIRMED)
    paper = factories.paper(application)
    services.withdraw(application, reason=ExitReason.JOB, by=recruiter)
    answer = client.post(by_link(paper), {"paper": file()}, follow=True)
    assert "This application is closed: nothing more is to be sent." in answer.content.decode()
    assert now(paper).state == P.ASKED


def test_a_link_opens_no_paper_of_somebody_else(client):
    mine, other = factories.paper(), factories.paper()
    token = links.mint(FOLLOW, ref(mine.application))
    for method in (client.get, client.post):
        assert method(address("follow_paper", token, other.pk)).status_code == 404
    assert client.get(address("follow_paper", "inconnu", mine.pk)).status_code == 302


def test_sent_once_more_the_new_file_takes_the_place_of_the_first(folder, django_capture_on_commit_callbacks):
    paper = factories.paper(state=P.RECEIVED)
    former = paper.file.name
    with django_capture_on_commit_callbacks(execute=True):
        services.send_paper(paper, papers.check([file()]), by=paper.application.candidate)
    assert not default_storage.exists(former) and default_storage.exists(now(paper).file.name)


def test_the_page_of_the_applicant_says_what_is_missing_and_what_was_received(client):
    application = factories.application(state=S.CONFIRMED)
    for code, state in (("a", P.ASKED), ("b", P.RECEIVED), ("c", P.ACCEPTED), ("d", P.REFUSED), ("e", P.DROPPED)):
        factories.paper(application, state=state, kind=factories.paper_kind(code))
    with translation.override("en"):
        url = reverse("placements:application_follow", args=[links.mint(FOLLOW, ref(application))])
    page = client.get(url).content.decode()
    for words in ("Paper a", "received on", "accepted: you have nothing more", "to be sent again: Le verso manque."):
        assert words in page
    assert "Paper e" not in page and page.count("/pieces/") == 3


# -- looked at --------------------------------------------------------------------------------------------------------


def test_the_team_opens_a_paper_then_accepts_it(recruiter, client_of):
    paper = factories.paper(state=P.RECEIVED, content=PDF)
    client, here = client_of(recruiter), (paper.application_id, paper.pk)
    file_page = client.get(address("application_detail", paper.application_id))
    assert file_page.context["due"]["title"] == "1 paper to look at."
    answer = client.get(address("paper_open", *here))
    assert answer.getvalue() == PDF and "attachment" in answer["Content-Disposition"]
    client.post(address("paper_accept", *here), {"version": "1"})
    paper = now(paper)
    assert (paper.state, paper.checked_by) == (P.ACCEPTED, recruiter)
    assert client.get(address("application_papers", here[0])).context["verdict"] == "Every paper is accepted."


def test_a_refused_paper_is_asked_for_again_in_words(recruiter, client_of):
    paper = factories.paper(state=P.RECEIVED)
    client, here = client_of(recruiter), (paper.application_id, paper.pk)
    empty = client.post(address("paper_refuse", *here), {"version": "1", "reason": " "})
    assert empty.status_code == 422 and "Say what is wrong" in empty.content.decode()
    client.post(address("paper_refuse", *here), {"version": "1", "reason": "Le verso manque <b>."})
    assert now(paper).state == P.REFUSED
    (letter,) = letters("paper_refused")
    assert "Le verso manque <b>." in letter.text and "&lt;b&gt;" in letter.html
    assert letter.link_purpose == FOLLOW


def test_a_refusal_that_has_not_left_is_kept_back_once_another_file_came(recruiter):
    paper = factories.paper(state=P.RECEIVED)
    with clock.travel(MONDAY.replace(hour=22)):
        services.refuse_paper(paper, reason="Flou.", by=recruiter)
        services.send_paper(paper, papers.check([file()]), by=paper.application.candidate)
    assert letters("paper_refused")[0].state == MessageState.CANCELLED


def test_a_paper_in_our_hands_is_received_without_a_file_and_the_story_says_so(recruiter, client_of):
    paper = factories.paper()
    client, here = client_of(recruiter), (paper.application_id, paper.pk)
    client.post(address("paper_receive", *here), {"version": "1"})
    paper = now(paper)
    assert (paper.state, paper.is_on_paper, paper.checked_by) == (P.ACCEPTED, True, recruiter)
    page = client.get(address("application_papers", here[0])).content.decode()
    assert "received on paper on" in page and recruiter.full_name in page
    story = client.get(address("application_detail", here[0])).context["days"][0]["entries"][0]
    assert (story["text"], story["after"], story["who"]) == (
        "Paper identity:",
        "Accepted",
        f"{recruiter.full_name}, on paper",
    )
    client.post(address("paper_take_back", *here), {"version": "2"})
    assert (now(paper).state, now(paper).is_on_paper) == (P.ASKED, False)


def test_a_page_that_shows_an_earlier_file_decides_nothing(recruiter, client_of):
    paper = factories.paper(state=P.RECEIVED)
    services.send_paper(paper, papers.check([file()]), by=paper.application.candidate)
    PaperRequest.objects.update(scan=Scan.CLEAN)
    answer = client_of(recruiter).post(address("paper_accept", paper.application_id, paper.pk), {"version": "1"})
    assert answer.status_code == 409 and now(paper).state == P.RECEIVED


@pytest.mark.parametrize("deed", ["accept", "receive", "drop", "take_back"])
@pytest.mark.parametrize("version", ["", "x", "²", "9" * 30])
def test_a_version_that_is_none_is_an_earlier_one(recruiter, client_of, deed, version):
    state = {"accept": P.RECEIVED, "take_back": P.ACCEPTED}.get(deed, P.ASKED)
    paper = factories.paper(state=state)
    url = address(f"paper_{deed}", paper.application_id, paper.pk)
    assert client_of(recruiter).post(url, {"version": version}).status_code == 409
    assert now(paper).state == state


def test_nobody_accepts_what_was_not_sent_or_not_scanned(recruiter):
    with pytest.raises(Refused, match="."):
        services.accept_paper(factories.paper(), by=recruiter)
    waiting = factories.paper(state=P.RECEIVED, scan=Scan.PENDING)
    with pytest.raises(Refused, match="."):
        services.accept_paper(waiting, by=recruiter)


def test_a_paper_asked_for_no_longer_takes_its_file_along(recruiter, folder, django_capture_on_commit_callbacks):
    paper = factories.paper(state=P.REFUSED)
    with django_capture_on_commit_callbacks(execute=True):
        services.drop_paper(paper, by=recruiter)
    assert now(paper).state == P.DROPPED and not [path for path in folder.rglob("*") if path.is_file()]
    services.ask_papers(paper.application, [paper.kind], by=recruiter)
    assert now(paper).state == P.ASKED


def test_another_zone_opens_no_paper(lyon_recruiter, client_of):
    paper = factories.paper(factories.application(factories.cohort("paris"), state=S.CONFIRMED), state=P.RECEIVED)
    client, here = client_of(lyon_recruiter), (paper.application_id, paper.pk)
    assert client.get(address("paper_open", *here)).status_code == 404
    assert client.get(address("application_papers", here[0])).status_code == 404


def test_a_paper_is_not_reached_through_another_file(recruiter, client_of):
    mine, other = factories.paper(state=P.RECEIVED), factories.paper(state=P.RECEIVED)
    client = client_of(recruiter)
    assert client.get(address("paper_open", mine.application_id, other.pk)).status_code == 404
    assert client.post(address("paper_accept", mine.application_id, other.pk), {"version": "1"}).status_code == 404


# -- viruses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "state"), [(Scan.CLEAN, P.RECEIVED), (Scan.INFECTED, P.REFUSED)])
def test_a_paper_that_waited_for_the_scanner_is_opened_or_refused(
    folder, monkeypatch, said, state, django_capture_on_commit_callbacks
):
    paper = factories.paper(state=P.RECEIVED, scan=Scan.PENDING)
    # The scanner is the network's other end.
    monkeypatch.setattr(papers, "look_again", lambda name: Scan.PENDING)
    assert services.look_again_at_papers() == 0
    monkeypatch.setattr(papers, "look_again", lambda name: said)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.look_again_at_papers() == 1
    paper = now(paper)
    assert paper.state == state and bool(paper.file) == (said == Scan.CLEAN)
    assert len(letters("paper_refused")) == (said == Scan.INFECTED)
    assert services.look_again_at_papers() == 0


# -- reminders --------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_after_two_days_and_after_five_once_each(kinds, recruiter):
    with day(0):
        application = factories.application(state=S.CONFIRMED)
        services.ask_papers(application, [kinds["identity"], kinds["report"]], by=recruiter)
    told = {}
    for number in range(9):
        with day(number):
            reminders.remind()
            reminders.remind()
        told[number] = len(letters("papers_missing"))
    # The fifth day is a Saturday.
    assert told == {0: 0, 1: 0, 2: 1, 3: 1, 4: 1, 5: 2, 6: 2, 7: 2, 8: 2}
    assert "Pièce identity, Pièce report" in letters("papers_missing")[0].text


def test_after_a_long_silence_of_the_machine_one_word_says_it_all(kinds, recruiter):
    with day(0):
        services.ask_papers(factories.application(), [kinds["identity"]], by=recruiter)
    with day(7):
        once, again = (
            [told[key] for key in ("papers_2", "papers_5")] for told in (reminders.remind(), reminders.remind())
        )
        assert sum(once) == 1
        assert again == [0, 0]


@pytest.mark.parametrize("why", ["sent", "dropped", "withdrawn", "no address", "night", "sunday"])
def test_nobody_is_reminded_who_has_nothing_to_send_or_cannot_be_written_to(kinds, recruiter, why):
    with day(0):
        application = factories.application(state=S.CONFIRMED)
        (paper,) = services.ask_papers(application, [kinds["identity"]], by=recruiter)
    with day(6 if why == "sunday" else 3, 21 if why == "night" else 10):
        if why == "sent":
            services.send_paper(paper, papers.check([file()]), by=application.candidate)
        if why == "dropped":
            services.drop_paper(paper, by=recruiter)
        if why == "withdrawn":
            services.withdraw(application, reason=ExitReason.JOB, by=recruiter)
        if why == "no address":
            application.candidate.email = ""
            application.candidate.save()
        reminders.remind()
    assert not letters("papers_missing")


def test_a_refused_paper_is_reminded_of_anew(kinds, recruiter):
    with day(0):
        paper = factories.paper(state=P.RECEIVED)
        services.refuse_paper(paper, reason="Flou.", by=recruiter)
    with day(2):
        assert reminders.remind()["papers_2"] == 1
    with day(3):
        services.send_paper(paper, papers.check([file()]), by=paper.application.candidate)
        services.refuse_paper(now(paper), reason="Encore flou.", by=recruiter)
    with day(4):
        assert reminders.remind()["papers_2"] == 0
    with day(5):
        assert reminders.remind()["papers_2"] == 1


def test_a_run_asks_as_much_for_each(kinds, recruiter, django_assert_max_num_queries):
    with day(0):
        for _ in range(10):
            factories.paper(kind=kinds["identity"], asked_at=clock.now())
    with day(2), django_assert_max_num_queries(10 * 9 + 20):
        assert reminders.remind()["papers_2"] == 10


# -- the list, and what is kept ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wanted", "state"), [("pieces_manquantes", P.REFUSED), ("pieces_a_verifier", P.RECEIVED)])
def test_the_list_finds_who_is_incomplete_and_whose_papers_wait(recruiter, client_of, wanted, state):
    for one in (P.RECEIVED, P.ACCEPTED, P.REFUSED, P.DROPPED):
        factories.paper(state=one)
    page = client_of(recruiter).get(address("application_list"), {"suivi": wanted})
    assert page.context["total"] == 1
    assert page.context["rows"][0].papers.get().state == state


def test_erasing_takes_the_files_and_the_download_names_them(folder, django_capture_on_commit_callbacks, recruiter):
    paper = factories.paper(state=P.RECEIVED)
    services.withdraw(paper.application, reason=ExitReason.JOB, by=recruiter)
    person = ref(paper.application.candidate)
    assert personal_data.collect(person)["papers"][0]["kind__name"] == "Pièce identity"
    assert {"papers"} <= set(personal_data.would_erase(person, by=THE_CLOCK))
    assert default_storage.exists(paper.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        personal_data.erase(person, by=THE_CLOCK)
    assert not PaperRequest.objects.exists() and not default_storage.exists(paper.file.name)


def test_a_file_is_known_to_backups_and_a_lost_one_is_found(folder):
    paper = factories.paper(state=P.RECEIVED)
    assert invariants.named_files()[paper.file.name] == ref(paper)
    default_storage.delete(paper.file.name)
    assert ref(paper) in {finding.reference for finding in invariants.check() if finding.key == "rows_have_files"}


def test_the_usual_kinds_are_loaded_once_and_stay_as_they_were_changed():
    made = list(services.load_kinds())
    assert len(made) == PaperKind.objects.count() >= 5
    PaperKind.objects.filter(code="photo").update(is_in_use=False, name="Portrait")
    assert list(services.load_kinds()) == []
    assert PaperKind.objects.get(code="photo").name == "Portrait"
    with translation.override("en"):
        assert str(PaperKind.objects.get(code="identity")) == "Identity document"


def test_two_who_decide_at_once_do_not_both(recruiter):
    paper = factories.paper(state=P.RECEIVED)
    services.accept_paper(paper, by=recruiter, version=1)
    with pytest.raises((Stale, Refused)):
        services.refuse_paper(paper, reason="Flou.", by=recruiter, version=1)

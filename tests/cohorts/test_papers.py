"""Papers: sent by link from a telephone, looked at, and never in anybody's hands who may not see them."""

import io
from datetime import datetime

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import PaperRequest
from cohorts.states import FOLLOW, ExitReason
from cohorts.states import ApplicationState as S
from cohorts.states import PaperRequestState as P
from partnership import clock, invariants, links, papers, personal_data
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


def address(name: str, *args) -> str:
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


def by_link(paper: PaperRequest) -> str:
    return address("follow_paper", links.mint(FOLLOW, ref(paper.application)), paper.pk)


def file(content: bytes = PDF, name: str = "IMG_2031.heic") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


def letters(template: str) -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.filter(template=f"cohorts/{template}").order_by("pk"))


def now(paper: PaperRequest) -> PaperRequest:
    return PaperRequest.objects.select_related("application__candidate", "kind").get(pk=paper.pk)


# -- sent by link -----------------------------------------------------------------------------------------------------


def test_photos_taken_with_a_telephone_become_one_document(client):
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


def test_a_file_that_was_sent_is_looked_at_before_the_paper_is_taken_as_seen(recruiter):
    paper = factories.paper(state=P.RECEIVED)
    with pytest.raises(Refused, match="look at it first|regardez-le"):
        services.receive_on_paper(paper, by=recruiter)
    assert now(paper).state == P.RECEIVED


def test_a_closed_file_keeps_its_papers(recruiter):
    paper = factories.paper(factories.application(state=S.WITHDRAWN))
    with pytest.raises(Refused, match="."):
        services.drop_paper(paper, by=recruiter)
    assert now(paper).state == P.ASKED


def test_nobody_is_offered_to_accept_what_is_still_looked_through(recruiter, client_of):
    paper = factories.paper(state=P.RECEIVED, scan=Scan.PENDING)
    client, page = client_of(recruiter), address("application_papers", paper.application_id)
    assert [row["may_accept"] for row in client.get(page).context["rows"]] == [False]
    PaperRequest.objects.update(scan=Scan.CLEAN)
    assert [row["may_accept"] for row in client.get(page).context["rows"]] == [True]


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


def test_a_virus_found_after_a_person_refused_takes_the_file_and_tells_nobody_twice(
    recruiter, folder, monkeypatch, django_capture_on_commit_callbacks
):
    paper = factories.paper(state=P.RECEIVED, scan=Scan.PENDING)
    services.refuse_paper(paper, reason="Le verso manque.", by=recruiter)
    monkeypatch.setattr(papers, "look_again", lambda name: Scan.INFECTED)
    with django_capture_on_commit_callbacks(execute=True):
        assert services.look_again_at_papers() == 1
    paper = now(paper)
    assert (paper.state, paper.refusal, paper.file.name) == (P.REFUSED, "Le verso manque.", "")
    assert len(letters("paper_refused")) == 1
    assert not [path for path in folder.rglob("*") if path.is_file()]


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


def test_two_who_decide_at_once_do_not_both(recruiter):
    paper = factories.paper(state=P.RECEIVED)
    services.accept_paper(paper, by=recruiter, version=1)
    with pytest.raises((Stale, Refused)):
        services.refuse_paper(paper, reason="Flou.", by=recruiter, version=1)

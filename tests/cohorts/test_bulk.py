"""Many files at once: who is chosen, who is passed over and why, the exact letters, and each of them once."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import bulk, emails, services
from cohorts.models import Application, Bulk, BulkLine
from cohorts.states import ApplicationState as S
from cohorts.states import BulkOutcome, Skip
from partnership import clock, jobs, retention, sending
from partnership.models import Job, JournalEntry, OutgoingMessage, User, ref
from partnership.outbox import LINK_MARK
from partnership.states import JobState, MessageState
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 3, 16, 12, tzinfo=clock.PARIS)  # a Tuesday


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


@pytest.fixture(autouse=True)
def at_noon(db):
    """Letters leave at once: nobody sleeps."""
    with clock.travel(NOON):
        yield


def _files(number=3, **fields):
    return [factories.application(**fields) for _one in range(number)]


def _choose(client, files, action="invite", *, who="ticked", query=""):
    answer = client.post(
        reverse("cohorts:bulk_choose") + query, {"action": action, "who": who, "file": [file.pk for file in files]}
    )
    assert answer.status_code == 302
    return Bulk.objects.filter(pk=answer.url.rstrip("/").rpartition("/")[2]).first(), answer.url


def _page(client, made):
    return client.get(reverse("cohorts:bulk_detail", args=[made.pk]))


def _say(client, made, **said):
    made.refresh_from_db()
    return client.post(reverse("cohorts:bulk_detail", args=[made.pk]), {"version": made.version, **said})


def _start(client, made, **said):
    made.refresh_from_db()
    return client.post(reverse("cohorts:bulk_start", args=[made.pk]), {"version": made.version, **said})


def _work(made):
    made.refresh_from_db()
    jobs.run_slice(str(made.job_id))
    made.refresh_from_db()


def _letters(template="cohorts/booking_invited"):
    return OutgoingMessage.objects.filter(template=template)


# -- choosing ---------------------------------------------------------------------------------------------------------


def test_the_ticked_ones_are_chosen(client):
    one, two, _three = _files()
    made, url = _choose(client, [one, two])
    assert {line.application_id for line in made.lines.all()} == {one.pk, two.pk}
    assert url == reverse("cohorts:bulk_detail", args=[made.pk])


def test_all_those_the_filters_show_are_chosen_and_no_other(client):
    here = _files(2, source="fair")
    _files(2, source="web")
    made, _url = _choose(client, [], who="all", query="?source=fair")
    assert {line.application_id for line in made.lines.all()} == {file.pk for file in here}


@pytest.mark.parametrize("said", [{"who": "ticked"}, {"who": "all"}, {"who": "x", "action": "y"}, {}])
def test_nothing_chosen_is_said_on_the_list(client, said):
    answer = client.post(reverse("cohorts:bulk_choose") + "?q=zzzz", {"action": "invite", **said}, follow=True)
    assert answer.redirect_chain == [(reverse("cohorts:application_list") + "?q=zzzz", 302)]
    assert answer.context["messages"] and not Bulk.objects.exists()


def test_more_than_can_be_looked_at_is_refused(client, monkeypatch):
    monkeypatch.setattr(bulk, "MOST", 2)
    _files(3)
    answer = client.post(reverse("cohorts:bulk_choose"), {"action": "invite", "who": "all"}, follow=True)
    assert "2" in str(list(answer.context["messages"])[0]) and not Bulk.objects.exists()


def test_another_zones_file_is_not_chosen(lyon_recruiter, client_of):
    theirs = factories.application(factories.cohort("paris"))
    client_of(lyon_recruiter).post(
        reverse("cohorts:bulk_choose"), {"action": "invite", "who": "ticked", "file": [theirs.pk]}
    )
    assert not BulkLine.objects.exists()


def test_what_somebody_chose_is_nobody_elses(client, lyon_recruiter, client_of):
    made, _url = _choose(client, _files(1))
    assert _page(client_of(lyon_recruiter), made).status_code == 404


# -- looking ----------------------------------------------------------------------------------------------------------


def test_who_is_passed_over_is_said_with_the_reason(client):
    good = factories.application()
    mute = factories.application(of=factories.candidate(email=""))
    gone = factories.application(state=S.REJECTED, decided_by=factories.user())
    invited = factories.application()
    emails.booking_invited(invited, event="before", kind="interview")
    made, _url = _choose(client, [good, mute, gone, invited])
    page = _page(client, made)
    assert [one["line"].application for one in page.context["letters"]] == [good]
    assert {(line.application_id, line.reason) for line in page.context["skipped"]} == {
        (mute.pk, Skip.NO_ADDRESS),
        (gone.pk, Skip.STAGE),
        (invited.pk, Skip.ALREADY),
    }


def test_the_letters_shown_are_those_that_are_written(client):
    files = _files(3, owner=factories.user("recruiter", name="Claire Fictive"))
    made, _url = _choose(client, files)
    _say(client, made, words="Apportez votre CV.\n\nÀ bientôt !")
    page = _page(client, made)
    shown = {one["line"].application_id: (one["letter"].subject, one["text"]) for one in page.context["letters"]}
    assert all("Apportez votre CV." in text and LINK_MARK not in text for _subject, text in shown.values())
    _start(client, made)
    _work(made)
    for file in files:
        letter = _letters().get(about=ref(file))
        text = letter.text.replace(LINK_MARK, "[lien personnel]")
        assert shown[file.pk] == (letter.subject, text)
        assert text.strip() in page.content.decode().replace("&#x27;", "'")


def test_looking_writes_nothing(client):
    made, _url = _choose(client, _files(3))
    _page(client, made)
    assert not OutgoingMessage.objects.exists()
    assert {line.outcome for line in made.lines.all()} == {BulkOutcome.CHOSEN}


def test_a_page_of_letters_costs_the_same_for_thirty_people(client):
    owner = factories.user("recruiter")

    def statements(number):
        made, _url = _choose(client, _files(number, owner=owner))
        with CaptureQueriesContext(connection) as queries:
            _page(client, made)
        return len(queries)

    assert statements(2) == statements(30)


def test_a_file_left_out_gets_no_letter_and_can_be_taken_in_again(client):
    one, two = _files(2)
    made, _url = _choose(client, [one, two])
    line = made.lines.get(application=two)
    leave_out = reverse("cohorts:bulk_leave_out", args=[made.pk, line.pk])
    client.post(leave_out)
    assert [line.application for line in _page(client, made).context["left_out"]] == [two]
    client.post(leave_out)
    assert _page(client, made).context["left_out"] == []
    client.post(leave_out)
    _start(client, made)
    _work(made)
    assert _letters().get().about == ref(one)
    client.post(leave_out)  # too late
    assert BulkLine.objects.get(pk=line.pk).outcome == BulkOutcome.LEFT_OUT


def test_what_must_be_said_first_is_asked_before_any_letter_is_shown(client):
    made, _url = _choose(client, _files(2), "write")
    page = _page(client, made)
    assert page.context["letters"] == [] and len(page.context["names"]) == 2
    assert _say(client, made, subject="", words="").status_code == 422
    _start(client, made)
    made.refresh_from_db()
    assert made.started_at is None
    assert _say(client, made, subject="La réunion de mardi", words="Elle a lieu en salle 4.").status_code == 302
    assert len(_page(client, made).context["letters"]) == 2


def test_what_was_changed_in_another_window_is_not_sent_as_it_was(client):
    made, _url = _choose(client, _files(1))
    shown = made.version
    _say(client, made, words="Autre chose.")
    assert client.post(reverse("cohorts:bulk_start", args=[made.pk]), {"version": shown}).status_code == 409
    assert not Job.objects.exists()


# -- doing ------------------------------------------------------------------------------------------------------------


def test_each_is_written_once_and_the_report_says_what_became_of_whom(client):
    good, mute = factories.application(), factories.application(of=factories.candidate(email=""))
    made, _url = _choose(client, [good, mute])
    _start(client, made)
    under_way = _page(client, made)
    assert under_way["Refresh"] and len(under_way.context["waiting"]) == 2
    _work(made)
    report = _page(client, made)
    assert "Refresh" not in report
    assert [line.file for line in report.context["done"]] == [good]
    assert [(line.file, line.reason) for line in report.context["skipped"]] == [(mute, Skip.NO_ADDRESS)]
    assert made.job.state == JobState.DONE and (made.job.done, made.job.total) == (2, 2)


def test_its_task_leads_to_its_own_page(client):
    made, url = _choose(client, _files(1))
    _start(client, made)
    made.refresh_from_db()
    assert client.get(reverse("job_detail", args=[made.job_id])).url == url


def test_two_clicks_start_it_once(client):
    made, _url = _choose(client, _files(2))
    said = {"version": made.version}
    answers = [client.post(reverse("cohorts:bulk_start", args=[made.pk]), said).status_code for _click in range(2)]
    assert answers == [302, 409] and Job.objects.count() == 1


def test_a_task_killed_in_the_middle_writes_each_letter_once(client, monkeypatch):
    files = _files(5)
    made, _url = _choose(client, files)
    _start(client, made)
    made.refresh_from_db()
    really, seen = bulk._do, []

    def killed(it, key):
        if len(seen) == 3:
            raise SystemExit  # a worker that is taken away says nothing
        seen.append(key)
        really(it, key)

    monkeypatch.setattr(bulk, "_do", killed)
    with pytest.raises(SystemExit):
        jobs.run_slice(str(made.job_id))
    monkeypatch.undo()
    assert _letters().count() == 3
    Job.objects.filter(pk=made.job_id).update(state=JobState.WAITING, lease_until=None)
    _work(made)
    assert sorted(_letters().values_list("about", flat=True)) == sorted(ref(file) for file in files)
    _work(made)  # and once more
    assert _letters().count() == 5


def test_one_that_cannot_be_done_stops_no_other(client):
    one, two = _files(2, state=S.INTERVIEWED)
    made, _url = _choose(client, [one, two], "reject")
    _say(client, made, reason="profile")
    _start(client, made)
    Application.objects.filter(pk=one.pk).update(state=S.INTERVIEW_SCHEDULED)
    _work(made)
    two.refresh_from_db()
    assert two.state == S.REJECTED
    assert made.lines.get(application=one).reason == Skip.STAGE


def test_whoever_no_longer_recruits_does_nothing_more(client, recruiter):
    files = _files(2)
    made, _url = _choose(client, files)
    _start(client, made)
    recruiter.memberships.update(until=clock.today() - timedelta(days=1))
    _work(made)
    assert not _letters().exists()
    assert {line.reason for line in made.lines.all()} == {Skip.GONE}


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_each_once(recruiter):
    files = [factories.application(factories.cohort(), state=S.SUBMITTED) for _one in range(12)]
    made = bulk.choose("invite", files, said={}, by=recruiter)
    bulk.start(made, version=made.version)
    start = threading.Barrier(2)

    def work():
        start.wait()
        job = Job.objects.get(pk=made.job_id)
        while not bulk.step(job):
            pass
        connection.close()

    workers = [threading.Thread(target=work) for _one in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(_letters().values_list("about", flat=True)) == sorted(ref(file) for file in files)
    assert {line.outcome for line in made.lines.all()} == {BulkOutcome.DONE}


# -- the deeds --------------------------------------------------------------------------------------------------------


def test_a_bulk_letter_waits_for_a_polite_hour(recruiter, client_of):
    with clock.travel(NOON.replace(hour=21)):
        client = client_of(recruiter)
        made, _url = _choose(client, _files(1))
        _start(client, made)
        _work(made)
    assert _letters().get().due_at == datetime(2027, 3, 17, 8, 30, tzinfo=clock.PARIS)


def test_only_what_a_file_lacks_is_asked_for(client):
    full = factories.application(level="4", languages="français", has_employer=False)
    without = factories.application(level="", languages="", of=factories.candidate(birth_year=None))
    made, _url = _choose(client, [full, without], "ask")
    _say(client, made, answers=["level", "languages", "birth_year", "has_employer"])
    page = _page(client, made)
    assert [line.reason for line in page.context["skipped"]] == [Skip.NOTHING_MISSING]
    (shown,) = page.context["letters"]
    assert "votre plus haut diplôme, les langues que vous parlez" in shown["text"].replace("\u00a0", " ")
    assert "employeur" not in shown["text"]


def test_a_refusal_is_shown_then_done_with_its_letter(client):
    files = _files(2, state=S.INTERVIEWED)
    made, _url = _choose(client, files, "reject")
    _say(client, made, reason="full")
    shown = {one["line"].application_id: one["letter"].text for one in _page(client, made).context["letters"]}
    _start(client, made)
    _work(made)
    for file in files:
        file.refresh_from_db()
        assert (file.state, file.exit_reason) == (S.REJECTED, "full")
        assert _letters("cohorts/application_rejected").get(about=ref(file)).text == shown[file.pk]
        assert JournalEntry.objects.filter(subject=ref(file), after=S.REJECTED).count() == 1


def test_a_refusal_is_never_a_draft(client):
    made, _url = _choose(client, _files(1, state=S.INTERVIEWED), "reject")
    _say(client, made, reason="full")
    assert not _page(client, made).context["may_draft"]
    _start(client, made, drafts="1")
    made.refresh_from_db()
    assert not made.as_drafts


def test_somebody_without_an_owner_and_in_english_is_written_to_as_well(client):
    file = factories.application(of=factories.candidate(language="en"))
    made, _url = _choose(client, [file])
    (shown,) = _page(client, made).context["letters"]
    assert "Hello" in shown["text"]


# -- drafts -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def drafts(client):
    made, _url = _choose(client, _files(3))
    _start(client, made, drafts="1")
    _work(made)
    return made


def test_drafts_wait_are_told_in_the_file_and_leave_together(client, drafts):
    assert {letter.state for letter in _letters()} == {MessageState.DRAFT}
    assert sending.send_due() == 0
    letter = _letters().first()
    file = Application.objects.get(pk=letter.about.rpartition(":")[2])
    story = client.get(reverse("cohorts:application_detail", args=[file.pk])).context["days"]
    assert letter in [entry.get("letter") for day in story for entry in day["entries"]]
    client.post(reverse("cohorts:bulk_send_drafts", args=[drafts.pk]))
    assert sending.send_due() == 3
    page = client.post(reverse("cohorts:bulk_send_drafts", args=[drafts.pk]), follow=True)
    assert _letters().filter(state=MessageState.SENT).count() == 3
    assert [message.level_tag for message in page.context["messages"]][-1] == "warning"


def _letter_url(letter, name):
    return reverse(f"cohorts:{name}", args=[letter.about.rpartition(":")[2], letter.pk])


def test_a_draft_is_changed_written_anew_thrown_away_and_sent_on_its_page(client, drafts):
    changed, thrown, sent = _letters().order_by("pk")
    form = client.get(_letter_url(changed, "letter_edit")).context["form"]
    text = form["text"].value()
    assert "[lien personnel]" in text and LINK_MARK not in text
    said = {"subject": "Un autre objet", "text": text.replace("Bonjour", "Salut"), "version": changed.version}
    assert client.post(_letter_url(changed, "letter_edit"), said).status_code == 302
    assert client.post(_letter_url(changed, "letter_edit"), said).status_code == 409
    changed.refresh_from_db()
    assert changed.subject == "Un autre objet" and "Salut" in changed.text and LINK_MARK in changed.html
    client.post(_letter_url(changed, "letter_rewrite"), {"version": changed.version})
    changed.refresh_from_db()
    assert "Salut" not in changed.text and changed.state == MessageState.DRAFT
    client.post(_letter_url(thrown, "letter_discard"), {"version": thrown.version})
    client.post(_letter_url(sent, "letter_send"), {"version": sent.version})
    states = {letter.pk: letter.state for letter in _letters()}
    assert (states[thrown.pk], states[sent.pk]) == (MessageState.CANCELLED, MessageState.PENDING)
    assert client.post(_letter_url(sent, "letter_send"), {"version": sent.version + 1}, follow=True).status_code == 200


def test_what_was_typed_into_a_draft_that_somebody_else_changed_comes_back_and_can_be_kept(client, drafts):
    letter = _letters().first()
    address, version = _letter_url(letter, "letter_edit"), letter.version
    text = client.get(address).context["form"]["text"].value()
    theirs = {"subject": "Le leur", "text": text.replace("Bonjour", "Salut"), "version": version}
    ours = {"subject": "Le nôtre", "text": text.replace("Bonjour", "Coucou"), "version": version}
    assert client.post(address, theirs).status_code == 302
    answer = client.post(address, ours)
    assert answer.status_code == 409
    form = answer.context["form"]
    assert form["subject"].value() == "Le nôtre" and "Coucou" in form["text"].value()
    assert "Le leur" in answer.content.decode() and "Salut" in answer.context["now"]
    assert client.post(address, ours | {"version": form["version"].value()}).status_code == 302
    letter.refresh_from_db()
    assert letter.subject == "Le nôtre" and "Coucou" in letter.text


def test_a_draft_that_has_left_meanwhile_is_not_changed(client, drafts):
    letter = _letters().first()
    said = {"subject": "Objet", "text": client.get(_letter_url(letter, "letter_edit")).context["form"]["text"].value()}
    said |= {"version": letter.version}
    client.post(_letter_url(letter, "letter_send"), {"version": letter.version})
    assert client.post(_letter_url(letter, "letter_edit"), said).status_code == 409
    letter.refresh_from_db()
    assert letter.subject != "Objet" and letter.state == MessageState.PENDING


def test_the_story_says_in_words_what_of_a_draft_was_changed(client, drafts):
    letter = _letters().first()
    text = client.get(_letter_url(letter, "letter_edit")).context["form"]["text"].value()
    said = {"subject": "Un autre objet", "text": text, "version": letter.version}
    client.post(_letter_url(letter, "letter_edit"), said)
    page = client.get(reverse("cohorts:application_detail", args=[letter.about.rpartition(":")[2]])).content.decode()
    assert "objet" in page and "html, subject" not in page


def test_a_draft_whose_link_was_taken_out_comes_back(client, drafts):
    letter = _letters().first()
    said = {"subject": "Objet", "text": "Bonjour, venez.", "version": letter.version}
    answer = client.post(_letter_url(letter, "letter_edit"), said)
    assert answer.status_code == 422 and "text" in answer.context["form"].errors


def test_a_draft_of_a_file_that_is_closed_is_gone(client, drafts, recruiter):
    letter = _letters().first()
    file = Application.objects.get(pk=letter.about.rpartition(":")[2])
    services.withdraw(file, reason="job", by=recruiter)
    letter.refresh_from_db()
    assert letter.state == MessageState.CANCELLED


def test_a_draft_whose_action_is_no_longer_kept_is_changed_by_hand(client, drafts):
    letter = _letters().first()
    Bulk.objects.all().delete()
    page = client.post(_letter_url(letter, "letter_rewrite"), {"version": letter.version}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]


# -- laws -------------------------------------------------------------------------------------------------------------


def test_the_service_refuses_what_the_pages_do_not_offer(recruiter):
    with pytest.raises(Refused):
        bulk.choose("invite", [], said={}, by=recruiter)
    made = bulk.choose("reject", _files(1, state=S.INTERVIEWED), said={}, by=recruiter)
    with pytest.raises(Refused):
        bulk.start(made, version=made.version)
    with pytest.raises(Stale):
        bulk.say(made, {"reason": "full"}, version=made.version + 1)


def test_bulk_actions_are_kept_no_longer_than_of_use(recruiter, client):
    looked_at = bulk.choose("invite", _files(1), said={}, by=recruiter)
    started, _url = _choose(client, _files(1))
    _start(client, started)
    day = timedelta(days=1)
    Bulk.objects.update(created_at=clock.now() - 8 * day)
    retention.apply()
    assert list(Bulk.objects.all()) == [started] and looked_at != started
    Bulk.objects.update(created_at=clock.now() - 366 * day)
    retention.apply()
    assert not Bulk.objects.exists() and User.objects.exists()

"""Who follows a file: given to a colleague, one or many at once, with one letter; whoever leaves leaves none behind."""

from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import bulk, services
from cohorts.models import Application, Bulk
from cohorts.states import ApplicationState as S
from cohorts.states import BulkOutcome, Skip
from partnership import clock, jobs
from partnership import services as team
from partnership.models import Job, JournalEntry, Membership, OutgoingMessage, ref
from partnership.states import JobState, Role
from partnership.workflow import Refused

from .. import factories

pytestmark = pytest.mark.django_db
NOON = datetime(2027, 3, 16, 12, tzinfo=clock.PARIS)  # a Tuesday


@pytest.fixture(autouse=True)
def at_noon(db):
    with clock.travel(NOON):
        yield


@pytest.fixture
def head(db):
    return factories.user(Role.HEAD_OF_RECRUITMENT, name="Solène Baret")


@pytest.fixture
def client(head, client_of):
    return client_of(head)


def _letters():
    return OutgoingMessage.objects.filter(template="cohorts/files_entrusted")


def _choose(client, files):
    ticked = {"action": "entrust", "who": "ticked", "file": [file.pk for file in files]}
    answer = client.post(reverse("cohorts:bulk_choose"), ticked)
    return Bulk.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])


def _page(client, made):
    with translation.override("en"):
        return client.get(reverse("cohorts:bulk_detail", args=[made.pk]))


def _say(client, made, owner):
    made.refresh_from_db()
    said = {"version": made.version, "owner": getattr(owner, "pk", owner)}
    return client.post(reverse("cohorts:bulk_detail", args=[made.pk]), said)


def _start(client, made):
    made.refresh_from_db()
    client.post(reverse("cohorts:bulk_start", args=[made.pk]), {"version": made.version})
    made.refresh_from_db()
    return made


def _owners(*files):
    return [Application.objects.get(pk=file.pk).owner for file in files]


# -- one file ---------------------------------------------------------------------------------------------------------


def test_a_file_is_given_and_its_applicant_waits_on(recruiter, lyon_recruiter, head):
    file = factories.application(owner=recruiter)
    before = (file.state_since, file.acted_at, file.version)
    services.entrust(file, to=lyon_recruiter, by=head)
    file.refresh_from_db()
    assert file.owner == lyon_recruiter
    assert (file.state_since, file.acted_at, file.version) == (*before[:2], before[2] + 1)
    line = JournalEntry.objects.get(subject=ref(file))
    assert (line.after, line.reason) == ("entrusted", str(lyon_recruiter.pk))


@pytest.mark.parametrize("why", ["closed", "theirs already", "elsewhere", "no recruiter"])
def test_a_file_goes_to_somebody_else_who_recruits_there(why, recruiter, lyon_recruiter, author, head):
    to, file = lyon_recruiter, factories.application(owner=recruiter)
    if why == "closed":
        file = factories.application(state=S.REJECTED, owner=recruiter, decided_by=recruiter)
    if why == "theirs already":
        to = recruiter
    if why == "elsewhere":
        file = factories.application(factories.cohort("paris"), owner=recruiter)
    if why == "no recruiter":
        to = author
    with pytest.raises(Refused):
        services.entrust(file, to=to, by=head)
    assert _owners(file) == [recruiter]


def test_the_story_says_to_whom(client, recruiter, lyon_recruiter, head):
    file = factories.application(owner=recruiter)
    services.entrust(file, to=lyon_recruiter, by=head)
    with translation.override("en"):
        page = client.get(reverse("cohorts:application_detail", args=[file.pk]))
    told = [entry for day in page.context["days"] for entry in day["entries"]]
    assert [(entry["after"], entry["reason"]) for entry in told] == [("Entrusted to a colleague", "Mehdi Ancelin")]


# -- many at once -----------------------------------------------------------------------------------------------------


def test_it_is_said_first_who_then_seen_what_goes_to_whom_then_done_with_one_letter(client, recruiter, lyon_recruiter):
    files = [factories.application(owner=recruiter) for _one in range(3)]
    mute = factories.application(owner=None, of=factories.candidate(email=""))
    made = _choose(client, [*files, mute])
    page = _page(client, made)
    assert page.context["hands"] == [] and "Who is to follow these 4 files?" in page.content.decode()
    _say(client, made, lyon_recruiter)
    page = _page(client, made)
    assert {line.application_id for line in page.context["hands"]} == {file.pk for file in (*files, mute)}
    body = page.content.decode()
    assert "4 files go to Mehdi Ancelin." in body and "Entrust these 4 files" in body
    assert not _letters().exists()
    jobs.run_slice(str(_start(client, made).job_id))
    assert _owners(*files, mute) == [lyon_recruiter] * 4
    letter = _letters().get()
    assert letter.to_email == lyon_recruiter.email and letter.text == page.context["told"].text
    assert letter.subject == "Solène Baret vous confie 4 dossiers"
    for file in (*files, mute):
        assert file.reference in letter.text and str(file.candidate) in letter.text
        assert f"/fr/recrutement/candidatures/{file.pk}/" in letter.html
    assert OutgoingMessage.objects.count() == 1
    assert "Done for 4 files." in _page(client, made).content.decode()


def test_who_is_passed_over_is_said_with_the_reason(head, client_of, recruiter, lyon_recruiter):
    lyon_head = factories.user(Role.HEAD_OF_RECRUITMENT, zone=factories.zone("lyon"))
    Membership.objects.create(
        user=lyon_head, party=factories.party("igs"), role=Role.RECRUITER, zone=None, since=clock.today()
    )
    here, already = factories.application(owner=recruiter), factories.application(owner=lyon_recruiter)
    elsewhere = factories.application(factories.cohort("paris"), owner=recruiter)
    closed = factories.application(state=S.REJECTED, decided_by=recruiter)
    client = client_of(lyon_head)
    made = _choose(client, [here, already, elsewhere, closed])
    _say(client, made, lyon_recruiter)
    skipped = {line.application_id: line.reason for line in _page(client, made).context["skipped"]}
    assert skipped == {already.pk: Skip.FOLLOWED, elsewhere.pk: Skip.NOT_YOURS, closed.pk: Skip.STAGE}
    everywhere = bulk.choose("entrust", [elsewhere], said={"owner": str(lyon_recruiter.pk)}, by=head)
    assert [line.reason for line in bulk.review(everywhere).skipped] == [Skip.ELSEWHERE]


def test_only_a_colleague_who_recruits_can_be_chosen(client, author):
    made = _choose(client, [factories.application()])
    for nobody in ("", "x", author):
        assert _say(client, made, nobody).status_code == 422
    made.refresh_from_db()
    assert made.said == {}


def test_whoever_takes_files_themselves_is_written_nothing(client, head, recruiter):
    file = factories.application(owner=recruiter)
    made = _choose(client, [file])
    _say(client, made, head)
    assert _page(client, made).context["told"] is None
    jobs.run_slice(str(_start(client, made).job_id))
    assert _owners(file) == [head] and not _letters().exists()


def test_a_task_killed_in_the_middle_and_at_its_end_writes_one_letter(client, recruiter, lyon_recruiter, monkeypatch):
    files = [factories.application(owner=recruiter) for _one in range(12)]
    made = _choose(client, files)
    _say(client, made, lyon_recruiter)
    _start(client, made)

    def killed(*_said, **_more):
        raise SystemExit  # a worker that is taken away says nothing

    def again():
        Job.objects.filter(pk=made.job_id).update(state=JobState.WAITING, lease_until=None)
        jobs.run_slice(str(made.job_id))

    with monkeypatch.context() as patched:
        patched.setattr(services, "tell_entrusted", killed)
        with pytest.raises(SystemExit):
            while True:
                jobs.run_slice(str(made.job_id))
    assert _owners(*files) == [lyon_recruiter] * 12 and not _letters().exists()
    again()
    again()
    assert _letters().get().text.count("CV-") == 12
    assert {line.outcome for line in made.lines.all()} == {BulkOutcome.DONE}
    assert JournalEntry.objects.filter(after="entrusted").count() == 12


def test_a_letter_lists_the_first_ones_and_counts_the_others(head, recruiter):
    files = [factories.application(factories.cohort(capacity=60)) for _one in range(23)]
    services.tell_entrusted(files, to=recruiter, by=head, event="an event")
    text = _letters().get().text
    assert "23 dossiers" in text and "et 3 autres" in text and files[20].reference not in text


def test_a_name_cannot_write_into_a_letter_that_lists(head, recruiter):
    person = factories.candidate(first_name="[Cliquez](https://ailleurs.example) <b>x</b>", last_name="**Fictif**")
    services.tell_entrusted([factories.application(of=person)], to=recruiter, by=head, event="an event")
    letter = _letters().get()
    assert 'href="https://ailleurs.example"' not in letter.html and "<b>x</b>" not in letter.html
    assert "[Cliquez](https://ailleurs.example) <b>x</b>" in letter.text


def test_an_english_reader_is_written_to_in_english(head):
    reader = factories.user(Role.RECRUITER, language="en")
    services.tell_entrusted([factories.application()], to=reader, by=head, event="an event")
    letter = _letters().get()
    assert letter.subject == "Solène Baret entrusts a file to you" and "/en/recrutement/" in letter.html


# -- who may ----------------------------------------------------------------------------------------------------------


def test_recruiters_are_not_offered_it_and_may_not(recruiter, head, client_of, client):
    file = factories.application(owner=recruiter)
    theirs = client_of(recruiter)
    page = reverse("cohorts:application_detail", args=[file.pk])
    for one, is_offered in ((theirs, False), (client, True)):
        actions = [action.key for action in one.get(reverse("cohorts:application_list")).context["actions"]]
        assert ("entrust" in actions) == is_offered
        assert ('value="entrust"' in one.get(page).content.decode()) == is_offered
    ticked = {"action": "entrust", "who": "ticked", "file": [file.pk]}
    assert theirs.post(reverse("cohorts:bulk_choose"), ticked).status_code == 403
    assert not Bulk.objects.exists()


# -- when somebody leaves ---------------------------------------------------------------------------------------------


def test_whoever_leaves_leaves_no_file_behind_and_each_new_follower_gets_one_letter(administrator, lyon_recruiter):
    person = factories.user(Role.RECRUITER, name="Partie Fictive")
    parisian = factories.user(Role.RECRUITER, zone=factories.zone("paris"))
    lyon = [factories.application(factories.cohort("lyon"), owner=person) for _one in range(3)]
    paris = [factories.application(factories.cohort("paris"), owner=person) for _one in range(2)]
    closed = factories.application(state=S.REJECTED, owner=person, decided_by=person)
    assert team.dismiss(person, by=administrator, heirs={"files": lyon_recruiter}) == 0
    assert _owners(*lyon, *paris) == [lyon_recruiter] * 3 + [parisian] * 2
    assert not Application.objects.live().filter(owner=None).exists()
    told = {letter.to_email: letter for letter in _letters()}
    assert set(told) == {lyon_recruiter.email, parisian.email} and len(told) == _letters().count()
    assert all(file.reference in told[lyon_recruiter.email].text for file in lyon)
    assert all(file.reference in told[parisian.email].text for file in paris)
    assert closed.reference not in told[lyon_recruiter.email].text

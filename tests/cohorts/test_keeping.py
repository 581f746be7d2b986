"""Whose file ends, who is told before, who stays: each told once, nobody erased who answered; and what staff see."""

import io
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import exports, retention, services
from cohorts.models import Application, Candidate, Consent
from cohorts.states import ApplicationState, Kept
from partnership import clock, measures, outbox, reminders
from partnership import retention as house
from partnership.models import Convention, JournalEntry, OutgoingMessage, Tombstone, ref
from partnership.states import ActorKind, Channel, MessageState, Role
from partnership.workflow import Refused

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
S = ApplicationState
# A Tuesday, in the morning.
CLOSED = datetime(2027, 3, 2, 7, 0, tzinfo=clock.PARIS)


def on(days: float, hour: int = 9):
    """So many days after the files were closed, at an hour."""
    return clock.travel((CLOSED + timedelta(days=days)).replace(hour=hour, minute=20))


@pytest.fixture
def cohort():
    return factories.cohort(of=factories.intake(starts_on=datetime(2027, 9, 14).date()))


def closed(cohort, state=S.REJECTED, **person) -> Application:
    return factories.application(cohort, state=state, since=CLOSED, of=factories.candidate(**person))


def told(days: float) -> int:
    with on(days):
        return reminders.remind()["files_end"]


def swept(days: float) -> int:
    with on(days, 3):
        return house.RULES["people"].take(500)


def is_erased(file: Application) -> bool:
    return Candidate.objects.get(pk=file.candidate_id).erased_at is not None


@pytest.mark.parametrize("state", [S.REJECTED, S.DECLINED, S.EXPIRED, S.WITHDRAWN, S.UNREACHABLE, S.DRAFT])
def test_a_closed_file_is_told_of_after_sixty_days_and_erased_after_ninety(cohort, state):
    file = closed(cohort, state)
    assert [told(day) for day in (59, 60, 60, 61, 75)] == [0, 1, 0, 0, 0]
    letter = OutgoingMessage.objects.get(template="cohorts/file_ends")
    assert letter.about == ref(file) and "31\u00a0mai 2027" in letter.subject
    assert (letter.to_email, letter.state) == (file.candidate.email, MessageState.PENDING)
    assert [swept(day) for day in (89, 90, 91, 92)] == [0, 0, 1, 0]
    assert is_erased(file) and Tombstone.objects.count() == 1
    file.refresh_from_db()
    assert file.state == state  # the figures stay


def test_nobody_is_erased_who_was_not_told_thirty_days_before(cohort):
    file = closed(cohort)
    assert swept(400) == 0
    assert told(400) == 1
    assert "5\u00a0mai 2028" in OutgoingMessage.objects.get(template="cohorts/file_ends").subject
    assert [swept(day) for day in (401, 429, 430, 431)] == [0, 0, 0, 1]
    assert is_erased(file)


def test_whoever_answers_stays_for_two_years_and_is_told_again_before_their_end(cohort):
    file = closed(cohort)
    assert told(60) == 1
    with on(80):
        services.give_consent(file, "talent_pool", by=file.candidate, channel=Channel.LINK)
        assert services.keeping_of(file.candidate).why == Kept.POOL
    assert [swept(day) for day in (91, 300)] == [0, 0] and told(300) == 0
    assert [told(day) for day in (80 + 699, 80 + 700, 80 + 701)] == [0, 1, 0]
    with on(80 + 710):  # once more: their first date stays, their time begins anew
        services.give_consent(file, "talent_pool", by=file.candidate, channel=Channel.LINK)
    assert Consent.objects.count() == 1 and swept(80 + 731) == 0
    assert JournalEntry.objects.filter(after="consent_renewed").count() == 1
    assert told(80 + 710 + 700) == 1 and swept(80 + 710 + 731) == 1


def test_a_consent_taken_back_lets_the_time_run_and_whoever_was_told_last_year_is_told_again(cohort):
    file = closed(cohort)
    with on(1):
        services.give_consent(file, "talent_pool", by=file.candidate)
    assert told(100) == 0
    with on(200):
        services.withdraw_consent(file, "talent_pool", by=file.candidate)
    assert told(200.5) == 1 and [swept(day) for day in (202, 229, 232)] == [0, 0, 1]


def test_a_file_that_is_opened_again_after_the_letter_stays(cohort, recruiter):
    file = closed(cohort)
    assert told(60) == 1
    with on(70):
        services.reopen(file, reason="Elle a rappelé.", by=recruiter)
    assert swept(200) == 0 and not is_erased(file)
    with on(201):
        services.reject(file, reason="profile", by=recruiter)
    assert told(202) == 0 and told(261) == 1 and swept(292) == 1


@pytest.mark.parametrize("state", [S.ENQUIRY, S.SUBMITTED, S.WAITLISTED, S.CONFIRMED])
def test_what_is_under_way_is_never_touched_and_told_once_its_intake_is_long_past(cohort, state):
    file = closed(cohort, state)
    assert told(1000) == 0 and swept(1000) == 0
    with on(100):
        assert not services.left_open(clock.now()).exists()
    with on(1000):
        assert list(services.left_open(clock.now())) == ([] if state == S.CONFIRMED else [file])


def test_another_file_under_way_keeps_the_closed_one(cohort):
    file = closed(cohort)
    later = factories.cohort(of=factories.intake(cohort.intake.programme, starts_on=datetime(2028, 9, 14).date()))
    factories.application(later, state=S.SUBMITTED, since=CLOSED, of=file.candidate)
    assert told(100) == 0 and swept(200) == 0


def test_whoever_gave_no_address_is_erased_at_the_term(cohort):
    file = closed(cohort, email="")
    assert told(60) == 0 and [swept(day) for day in (89, 91)] == [0, 1]
    assert is_erased(file)


def test_a_form_of_somebody_known_goes_with_them_and_is_not_told_of_apart(cohort):
    known = closed(cohort, first_name="Inès", last_name="Connue", email="ines@exemple.test")
    closed(cohort, S.DRAFT, first_name="inès", last_name="Connue", email="INES@exemple.test")
    twin = closed(cohort, S.DRAFT, first_name="Noé", last_name="Connue", email="ines@exemple.test")
    repeated = closed(cohort, S.DRAFT, first_name="Iness", email="autre@exemple.test")
    Application.objects.filter(pk=repeated.pk).update(repeats=known)
    assert told(60) == 2
    about = OutgoingMessage.objects.filter(template="cohorts/file_ends").values_list("about", flat=True)
    assert set(about) == {ref(known), ref(twin)}
    assert swept(91) == 2
    assert not Candidate.objects.filter(erased_at=None).exists()


def _studied(cohort, *, until: datetime) -> Application:
    student = factories.enrolment(cohort, since=CLOSED)
    came = until - timedelta(days=200)
    for word, at in (("present", came), ("completed", until)):
        JournalEntry.objects.create(
            at=at, actor_kind=ActorKind.CLOCK, subject=ref(student), about=student.about, after=word
        )
    type(student).objects.filter(pk=student.pk).update(state="completed", present_at=came, present_by=factories.user())
    return student.application


def test_a_course_that_was_followed_is_kept_five_years_after_its_end_and_stays_in_the_figures(cohort):
    file = _studied(cohort, until=CLOSED + timedelta(days=400))
    keeping = services.keeping_of(file.candidate)
    assert keeping.is_by_law and keeping.until
    assert [told(400 + day) for day in (90, 730, 1795, 1796)] == [0, 0, 0, 1]
    figures = measures.counts(None, Convention.objects.get())
    assert [swept(400 + day) for day in (1826, 1827)] == [0, 1]
    file.refresh_from_db()
    assert is_erased(file) and file.state == S.CONFIRMED
    assert measures.counts(None, Convention.objects.get()) == figures


def test_who_confirmed_and_never_came_is_like_anybody_else(cohort, recruiter):
    student = factories.enrolment(cohort, since=CLOSED)
    with clock.travel(CLOSED):
        services.withdraw(student.application, reason="job", by=recruiter)
    assert services.keeping_of(student.application.candidate).why == Kept.APPLIED
    assert told(60) == 1 and swept(91) == 1


def test_people_are_told_in_the_morning_only(cohort):
    closed(cohort)
    hours = []
    for hour in (0, 8, 10, 23, 9):
        with on(65, hour):
            hours.append(reminders.remind()["files_end"])
    assert hours == [0, 0, 0, 0, 1]


def test_how_long_is_a_setting(cohort, settings):
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"applicants": 20, "warning": 5}
    closed(cohort)
    assert [told(day) for day in (14, 15)] == [0, 1] and [swept(day) for day in (20, 21)] == [0, 1]


def test_a_person_that_somebody_counts_on_after_all_does_not_stop_the_others(cohort, monkeypatch):
    first, second = closed(cohort), closed(cohort)
    told(60)
    erase = retention.personal_data.erase

    def refusing(subject, **said):
        if subject == ref(first.candidate):
            raise Refused("counted on")
        return erase(subject, **said)

    monkeypatch.setattr(retention.personal_data, "erase", refusing)
    assert swept(91) == 1
    assert not is_erased(first) and is_erased(second)


# -- what staff read --------------------------------------------------------------------------------------------------


def test_files_are_taken_then_their_person_as_a_merge_takes_them_then_their_term_is_asked_again(cohort):
    closed(cohort)
    assert told(61) == 1
    with on(95), CaptureQueriesContext(connection) as asked:
        assert retention._take_people(1) == 1
    sent = [query["sql"] for query in asked]
    locks = [place for place, sql in enumerate(sent) if "FOR NO KEY UPDATE" in sql]
    assert [sent[place].split(" FROM ")[1].split()[0] for place in locks[:2]] == [
        '"cohorts_application"',
        '"cohorts_candidate"',
    ]
    # The question of whoever's term is over knows the consents.
    found, again, *_erasing = (place for place, sql in enumerate(sent) if "'talent_pool'" in sql)
    assert found < locks[1] < again


def test_a_dry_run_names_who_would_be_told_and_erased_and_does_nothing(cohort):
    asked, silent = closed(cohort), closed(cohort, email="")
    open_ = closed(cohort, S.SUBMITTED)
    said = io.StringIO()
    with on(61):
        reminders.remind()
    with on(62):
        call_command("retention", "--dry-run", stdout=said)
    lines = [line.split() for line in said.getvalue().splitlines() if "CV-" in line]
    assert sorted(lines) == sorted(
        [
            [asked.reference, "applied", "told", "2027-05-02", "erased", "2027-06-01"],
            [silent.reference, "applied", "no", "address", "erased", "2027-05-31"],
        ]
    )
    assert not Tombstone.objects.exists() and open_.reference not in said.getvalue()
    with on(1000):
        call_command("retention", "--dry-run", stdout=said)
    assert f"{open_.reference}  open  close it first" in said.getvalue()
    assert asked.candidate.last_name not in said.getvalue()


def test_the_report_shows_references_and_no_name_the_head_their_zones_only(cohort, client_of, administrator):
    mine, theirs = closed(cohort), closed(factories.cohort("paris", of=cohort.intake))
    with on(61):
        head = client_of(factories.user(Role.HEAD_OF_RECRUITMENT, zone=cohort.zone))
        of_the_administrator = client_of(administrator).get(reverse("cohorts:retention_report")).content.decode()
        of_the_head = head.get(reverse("cohorts:retention_report")).content.decode()
    assert "2 dossiers prennent fin" in of_the_administrator
    for file in (mine, theirs):
        assert file.reference in of_the_administrator and file.candidate.last_name not in of_the_administrator
        assert (file.reference in of_the_head) == (file == mine)
    assert reverse("cohorts:application_detail", args=[mine.pk]) in of_the_head
    assert reverse("cohorts:application_detail", args=[mine.pk]) not in of_the_administrator


def test_the_report_costs_the_same_for_one_file_and_for_thirty(cohort, client_of, administrator):
    costs = []
    with on(61):
        browser = client_of(administrator)
        for number in (1, 29):
            for _one in range(number):
                closed(cohort)
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(reverse("cohorts:retention_report")).status_code == 200
            costs.append(len(asked))
    assert costs[0] == costs[1] <= 20


def test_the_report_counts_every_file_left_open_and_names_the_first_twenty(cohort, client_of, administrator):
    files, counted = [], {}
    for more in (1, 19, 2):
        files += [closed(cohort, S.SUBMITTED) for _one in range(more)]
        with on(1000):
            page = client_of(administrator).get(reverse("cohorts:retention_report")).content.decode()
        counted[len(files)] = sum(file.reference in page for file in files)
        words = "dossier n’a jamais été clos" if len(files) == 1 else "dossiers n’ont jamais été clos"
        assert f"{len(files)} {words}" in page
    assert counted == {1: 1, 20: 20, 22: 20}


def test_an_exported_list_is_written_down_with_its_filter_and_a_search_without_its_words(
    cohort, client_of, recruiter, administrator
):
    for number in range(3):
        closed(cohort, S.SUBMITTED, last_name=f"Quatremarque{number}")
    client_of(recruiter).get(reverse("cohorts:application_export") + "?q=quatremarque&zone=lyon")
    exports.note(7, {"responsable": str(recruiter.pk)}, exports.Layout("xlsx", [], "Logiciel de vœux"), by=recruiter)
    page = client_of(administrator).get(reverse("cohorts:export_log")).content.decode()
    assert "2 listes" in page
    assert str(recruiter) in page and "Zone : Lyon" in page and "une recherche" in page and "quatremarque" not in page
    assert f"par : {recruiter}" in page and str(recruiter.pk) not in page
    assert "Logiciel de vœux" in page and "XLSX" in page
    assert client_of(recruiter).get(reverse("cohorts:export_log")).status_code == 403


def test_an_exported_list_is_told_in_the_words_of_the_filters(cohort, client_of, recruiter, administrator):
    fair = services.open_source(by=recruiter, name="Salon de mars", kind="fair")
    choices = {
        "etat": "submitted",
        "rentree": str(cohort.intake_id),
        "source": "lycee",
        "responsable": "personne",
        "condition": "bac",
        "suivi": "fragile",
        "venu_par": fair.code,
        "atteint": "interviewed",
    }
    asked = client_of(recruiter).get(reverse("cohorts:application_list"), choices).context
    kept = asked["filters"].kept()
    assert set(kept) == {*asked["filters"].fields} - {"q", "zone", "tri", "vue"}
    exports.note(0, kept | {"etat": "abandonné", "jadis": "7"}, exports.Layout("csv", []), by=recruiter)
    (row,) = client_of(administrator).get(reverse("cohorts:export_log")).context["rows"]
    told = [f"{chip['label']} : {chip['value']}" for chip in asked["chips"]]
    unknown = [one if not one.startswith("Étape") else "Étape : abandonné" for one in told]
    assert row["filters"] == [*unknown, "jadis 7"]
    assert "Source de recrutement : Salon de mars" in told and len(told) == len(choices)


# -- what somebody says on the telephone ------------------------------------------------------------------------------


def test_a_consent_told_on_the_telephone_says_who_wrote_it_down(cohort, client_of, recruiter):
    file = closed(cohort)
    url = reverse("cohorts:application_data", args=[file.pk])
    browser = client_of(recruiter)
    refused = browser.post(url, {"consent-channel": "phone"})
    assert refused.status_code == 422 and not Consent.objects.exists()
    said = {"consent-purpose": "talent_pool", "consent-answer": "yes", "consent-channel": "phone"}
    page = browser.post(url, said, follow=True).content.decode()
    consent = Consent.objects.get()
    assert (consent.given_by, consent.channel) == (recruiter, Channel.PHONE)
    assert f"noté par {recruiter}" in page and "par téléphone" in page
    browser.post(url, said | {"consent-answer": "no"})
    line = JournalEntry.objects.get(after="consent_withdrawn")
    assert (line.actor_ref, line.channel, line.reason) == (str(recruiter.pk), Channel.PHONE, "talent_pool")
    story = browser.get(reverse("cohorts:application_detail", args=[file.pk])).content.decode()
    assert "Retire son accord" in story


def test_the_head_erases_whoever_asks_on_the_telephone_and_nobody_else_does(cohort, client_of, recruiter):
    file = closed(cohort, email="")
    url = reverse("cohorts:application_erase", args=[file.pk])
    said = {"erase-is_theirs": "on", "erase-channel": "paper"}
    assert client_of(recruiter).post(url, said).status_code == 403
    browser = client_of(factories.user(Role.HEAD_OF_RECRUITMENT))
    assert browser.post(url, {"erase-channel": "paper"}).status_code == 422 and not is_erased(file)
    assert browser.post(url, said, follow=True).status_code == 200
    assert is_erased(file) and not OutgoingMessage.objects.exists()
    line = JournalEntry.objects.get(after="erasure_asked")
    assert (line.actor_kind, line.channel) == (ActorKind.USER, Channel.PAPER)
    page = browser.get(reverse("cohorts:application_data", args=[file.pk]))
    assert page.status_code == 200 and "a été effacé" in page.content.decode()
    with pytest.raises(Refused):
        services.give_consent(file, "sms", by=recruiter)
    assert outbox.cancel(about=file) == 0

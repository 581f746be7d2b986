"""Papers are asked for once, each of whoever has to send it, and reminded of while they are missing."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import translation

from cohorts import bulk, services
from cohorts.models import Application, PaperKind
from cohorts.states import ApplicationState as S
from cohorts.states import ExitReason
from cohorts.states import PaperRequestState as P
from partnership import clock, jobs, papers, reminders
from partnership.models import JournalEntry, ref
from partnership.workflow import Refused

from .. import factories
from .test_papers import MONDAY, address, file, letters, now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def kinds():
    return {
        "identity": factories.paper_kind("identity", order=1),
        "guardian": factories.paper_kind("guardian", order=2, asked_of="minors"),
        "report": factories.paper_kind("report", order=3, asked_when="by_hand"),
    }


def names(application: Application) -> list[str]:
    return [one.kind.code for one in application.papers.in_order()]


@contextmanager
def day(number: int, hour: int = 10):
    with clock.travel(MONDAY + timedelta(days=number, hours=hour - 10)):
        yield


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
    assert "Pièce identity, Pièce report" in letter.text and "Avant jeudi." in letter.text
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
        for application in files:
            services.ask_papers(application, [kinds["identity"]], by=recruiter)
        return bulk.choose("papers", files, said=said, by=recruiter)

    one, many = chosen(1), chosen(30)
    client.get(address("bulk_detail", one.pk))
    with django_assert_num_queries(10) as few:
        client.get(address("bulk_detail", one.pk))
    with django_assert_num_queries(len(few)):
        client.get(address("bulk_detail", many.pk))


# -- reminded of ------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_after_two_days_and_after_five_once_each(kinds, recruiter, only_reminders):
    only_reminders("papers_2", "papers_5")
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


# -- the kinds --------------------------------------------------------------------------------------------------------


def test_the_usual_kinds_are_loaded_once_and_stay_as_they_were_changed():
    made = list(services.load_kinds())
    assert len(made) == PaperKind.objects.count() >= 5
    PaperKind.objects.filter(code="photo").update(is_in_use=False, name="Portrait")
    assert list(services.load_kinds()) == []
    assert PaperKind.objects.get(code="photo").name == "Portrait"
    with translation.override("en"):
        assert str(PaperKind.objects.get(code="identity")) == "Identity document"

"""A paper sent, looked at and no longer asked for at the same moment: one file at most, and none is left behind."""

from django.core.files.storage import default_storage

from cohorts import services
from cohorts.models import PaperRequest
from cohorts.states import ApplicationState
from cohorts.states import PaperRequestState as P
from partnership import clock, papers
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Role, Scan
from tests import factories

from .crowd import at_once, naive

THREADS = 20


def _paper(**fields):
    return factories.paper(factories.application(state=ApplicationState.CONFIRMED), **fields)


def _sent(place):
    paper = papers.Paper(b"%%PDF-1.7 %d\n%%%%EOF\n" % place, pages=1)
    paper.scan = Scan.CLEAN
    return paper


def _kept():
    return set(default_storage.listdir(papers.FOLDER)[1])


def test_of_what_is_sent_from_twenty_telephones_one_file_stays():
    asked = _paper()

    def deed(place):
        services.send_paper(asked, _sent(place), by=asked.application.candidate)

    assert at_once(THREADS, deed) == {"done": THREADS}

    asked.refresh_from_db()
    assert asked.state == P.RECEIVED and _kept() == {asked.file.name.removeprefix(papers.FOLDER)}
    assert JournalEntry.objects.filter(subject=ref(asked), after=P.RECEIVED).count() == THREADS


def test_without_the_row_held_the_files_of_the_others_are_left_behind():
    asked = _paper()

    def write(place):
        with papers.kept(_sent(place)) as name:
            PaperRequest.objects.filter(pk=asked.pk).update(file=name, state=P.RECEIVED, sent_at=clock.now())

    believed = naive(10, read=lambda place: not PaperRequest.objects.get(pk=asked.pk).file, write=write)
    assert believed == 10 and len(_kept()) == 10


def test_a_paper_is_accepted_or_another_is_sent_never_one_that_nobody_has_seen():
    asked, recruiter = _paper(state=P.RECEIVED), factories.user(Role.RECRUITER)
    first, version = asked.file.name, asked.version

    def deed(place):
        if place:
            services.send_paper(asked, _sent(place), by=asked.application.candidate)
        else:
            services.accept_paper(asked, by=recruiter, version=version)

    told = at_once(2, deed)

    asked.refresh_from_db()
    # Whoever came second was told so.
    assert told["done"] == 1 and sum(told.values()) == 2
    assert (asked.state == P.ACCEPTED) == (asked.file.name == first)
    assert _kept() == {asked.file.name.removeprefix(papers.FOLDER)}


def test_a_paper_refused_by_twenty_is_refused_once_with_one_letter():
    asked, recruiter = _paper(state=P.RECEIVED), factories.user(Role.RECRUITER)
    version = asked.version

    def deed(place):
        services.refuse_paper(asked, reason="Le verso manque.", by=recruiter, version=version)

    told = at_once(THREADS, deed)

    assert told["done"] == 1
    assert OutgoingMessage.objects.filter(template="cohorts/paper_refused").count() == 1
    assert JournalEntry.objects.filter(subject=ref(asked), after=P.REFUSED).count() == 1


def test_what_is_asked_for_by_twenty_is_asked_once_with_one_letter():
    file = factories.application(state=ApplicationState.CONFIRMED)
    kinds, recruiter = [factories.paper_kind(code) for code in ("identity", "report")], factories.user(Role.RECRUITER)

    told = at_once(THREADS, lambda place: services.ask_papers(file, kinds[:: 1 - place % 2 * 2], by=recruiter))

    assert told == {"done": 1, "Refused": THREADS - 1}
    assert file.papers.count() == 2
    assert OutgoingMessage.objects.filter(template="cohorts/papers_asked").count() == 1


def test_a_file_sent_while_it_is_no_longer_asked_for_is_there_or_gone_with_it():
    asked, recruiter = _paper(), factories.user(Role.RECRUITER)

    def deed(place):
        if place:
            services.send_paper(asked, _sent(place), by=asked.application.candidate)
        else:
            services.drop_paper(asked, by=recruiter)

    at_once(2, deed)

    asked.refresh_from_db()
    assert asked.state in (P.DROPPED, P.RECEIVED)
    assert _kept() == ({asked.file.name.removeprefix(papers.FOLDER)} if asked.file else set())

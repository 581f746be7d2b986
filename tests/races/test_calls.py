"""Two recruiters call the same person from the same page: one call is kept, the other is told."""

from cohorts import services
from cohorts.models import Application, Call
from cohorts.states import CallResult
from partnership.models import JournalEntry
from partnership.states import Role
from tests import factories

from .crowd import at_once, naive

TIMES = 10


def _from_one_page(application, by, place):
    shown = Application.objects.get(pk=application.pk)
    services.record_call(shown, result=CallResult.VOICEMAIL, note=f"Appel {place}", by=by[place], version=1)


def test_of_ten_calls_recorded_from_the_same_page_one_is_kept():
    application = factories.application()
    recruiters = [factories.user(Role.RECRUITER) for _ in range(TIMES)]
    outcomes = at_once(TIMES, lambda place: _from_one_page(application, recruiters, place))
    assert outcomes == {"done": 1, "Stale": TIMES - 1}
    assert Call.objects.count() == 1
    assert JournalEntry.objects.filter(after="called").count() == 1
    application.refresh_from_db()
    assert application.version == 2 and application.next_at == Call.objects.get().next_at


def test_without_comparing_versions_every_call_believes_to_be_the_only_one():
    application = factories.application()
    believed = naive(
        TIMES,
        read=lambda place: Application.objects.get(pk=application.pk).version == 1,
        write=lambda place: Application.objects.filter(pk=application.pk).update(version=2),
    )
    assert believed == TIMES

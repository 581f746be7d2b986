"""P2 and P4: the recruiter's list at every size and page, its count; and a file with its story."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from cohorts.models import Application
from cohorts.states import ApplicationState
from partnership.models import JournalEntry, ref

from .measure import Line, Site, alternate, at_most, no_more, statements

if TYPE_CHECKING:
    from .bench import Bench


def measure(bench: "Bench") -> Iterator[Line]:
    """Ours beside the floor's list, one size beside the other."""
    small, large = bench.scale.small, bench.scale.large
    rounds, times = bench.scale.rounds, bench.scale.times

    def page(query: str = "", site: Site = bench.by_recruiter):
        def ask() -> None:
            answer = site.get(reverse("cohorts:application_list") + query)
            assert answer.status == 200, answer.status

        return ask

    def least(query: str = ""):
        return lambda: bench.floor.get("/liste/" + query)

    for number in (small, large):
        bench.use(number)
        for query in ("", "?zone=lyon", "?etat=interviewed"):
            mine, bare = alternate(page(query), least(query), rounds=rounds, times=times)
            yield at_most("P2", f"list of {number:,} rows, {query or 'no filter'}", mine.cpu, bare.cpu, 2)
        yield no_more("P2", "… its statements", len(statements(page("?zone=lyon"))), 8, "")


def file(bench: "Bench") -> Iterator[Line]:
    """The statements of a file, whether its story is short or long."""
    bench.use(bench.scale.small)
    short = Application.objects.filter(state=ApplicationState.INTERVIEWED).order_by("pk").first()
    long = Application.objects.filter(state=ApplicationState.ADMITTED).order_by("pk").first()
    JournalEntry.objects.bulk_create(
        JournalEntry(
            actor_kind="user", actor_ref=str(bench.recruiter.pk), subject=ref(long), about=ref(long), after="edited"
        )
        for _ in range(2_000)
    )
    for application, words in ((short, "two entries"), (long, "two thousand entries")):
        for query in ("", "?tout=1"):
            address = reverse("cohorts:application_detail", args=[application.pk]) + query
            sent = statements(lambda address=address: bench.by_recruiter.get(address))
            yield no_more("P4", f"a file whose story has {words} {query}", len(sent), 12, "statements")

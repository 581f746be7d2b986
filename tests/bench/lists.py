"""P2 to P4: the recruiter's list at every size and page, its count; a search; and a file with its story."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse

from cohorts import listing
from cohorts.models import Application
from cohorts.states import ApplicationState
from partnership.models import JournalEntry, ref

from . import floor
from .measure import Line, Site, alternate, beside, no_more, statements

if TYPE_CHECKING:
    from .bench import Bench


def measure(bench: "Bench") -> Iterator[Line]:
    """Ours beside the floor's list, one size beside the other, a page far down beside the first."""
    small, large = bench.scale.small, bench.scale.large
    how = {"rounds": bench.scale.rounds, "times": bench.scale.times}
    # Without the count: as if every list were a long one.
    listing.COUNTED_AT_ONCE = -2
    try:
        for number in (small, large):
            bench.use(number)
            for query in ("?tri=attente", "?tri=attente&zone=lyon", "?tri=attente&etat=interviewed"):
                mine, bare = alternate(page(bench, query), least(bench, query), **how)
                yield beside("P2", f"list of {number:,} rows, {query}", mine, bare, 2)
        yield no_more("P2", "… its statements", len(statements(page(bench, "?zone=lyon"))), 8, "")
        for name, order in listing.ORDERS.items():
            query = f"?tri={name}" + (f"&etat={order.stages[0]}" if order.stages else "")
            if not order.stages:  # of a thousand rows, too few are in one stage to fill a page
                less, more = bench.across(page(bench, query), small, large)
                yield beside("P2", f"{large:,} rows beside {small:,}, {query}", more, less, 1.1)
            bench.use(large)
            place = middle(bench, name)
            first, deep = alternate(page(bench, query), page(bench, f"{query}&apres={place}"), **how)
            yield beside("P2", f"a page in the middle of {large:,} beside the first, {query}", deep, first, 1.1)
        less, more = bench.across(page(bench, "?tri=-attente", bench.by_lyon), small, large)
        yield beside("P2", f"{large:,} rows beside {small:,}, a recruiter of one zone", more, less, 1.1)
    finally:
        listing.COUNTED_AT_ONCE = 10_000
    bench.use(large)
    for query in ("", "?zone=lyon", "?etat=interviewed"):
        filters = dict(parse_qsl(query[1:]))
        mine, bare = alternate(
            lambda filters=filters: listing.count(bench.recruiter, filters),
            lambda filters=filters: floor.count(filters.get("zone", ""), filters.get("etat", "")),
            rounds=bench.scale.rounds,
            times=2,
        )
        yield beside("P2", f"the exact count of {large:,} rows, {query or 'no filter'}", mine, bare, 1.2)


# What is typed, and the parts of the stored text for which the floor looks.
SEARCHES = (
    ("Nguyen", "nguyen"),
    ("Élodie Haddad", "elodie haddad"),
    ("jeune42@", "jeune42@"),
    ("01 99 00 00 42", "199000042"),
    ("+33 (0)1 99 00 00 42", "199000042"),
    ("personne ainsi", "personne ainsi"),
)


def search(bench: "Bench") -> Iterator[Line]:
    """Somebody looked for by a part of the name, of the address or of the telephone, accents or not."""
    bench.use(bench.scale.large)
    listing.COUNTED_AT_ONCE = -2
    try:
        for typed, part in SEARCHES:
            asked, bare = urlencode({"q": typed}), urlencode({"q": part})
            mine, least_ = alternate(
                page(bench, f"?{asked}"),
                least(bench, f"?{bare}"),
                rounds=bench.scale.rounds,
                times=bench.scale.times,
            )
            yield beside("P3", f"“{typed}” among {bench.scale.large:,}", mine, least_, 3)
    finally:
        listing.COUNTED_AT_ONCE = 10_000


def page(bench: "Bench", query: str = "", site: Site | None = None) -> Callable[[], None]:
    """Somebody asks for the list."""

    def ask() -> None:
        answer = (site or bench.by_recruiter).get(reverse("cohorts:application_list") + query)
        assert answer.status == 200, answer.status

    return ask


def least(bench: "Bench", query: str = "") -> Callable[[], object]:
    """The same of the floor."""
    return lambda: bench.floor.get("/liste/" + query)


def middle(bench: "Bench", order: str) -> str:
    """A place in the middle of the list, as its pages name one."""
    stage = listing.ORDERS[order].stages
    rows = listing.rows(bench.recruiter, {"etat": stage[0]} if stage else {}, order)
    return listing._named(order, rows[rows.count() // 2])


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
        for query in ("", "?histoire=tout"):
            address = reverse("cohorts:application_detail", args=[application.pk]) + query
            # Asked once before: after long items the first request says that its session is alive.
            bench.by_recruiter.get(address)
            sent = statements(lambda address=address: bench.by_recruiter.get(address))
            yield no_more("P4", f"a file whose story has {words} {query}", len(sent), 12, "statements")

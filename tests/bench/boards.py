"""P6: the board of a convention with a million applications, beside one count of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import connection
from django.urls import reverse

from partnership import measures
from partnership.models import Convention, User
from partnership.services import put_first_steps_away
from partnership.states import Role

from .measure import Line, alternate, beside, no_more, statements

if TYPE_CHECKING:
    from .bench import Bench


def measure(bench: "Bench") -> Iterator[Line]:
    """The whole page, forecast and next actions among it; its figures alone; what it sends.

    Whoever reads it has done their first steps, or put them away: until then they cost another statement.
    """
    bench.use(bench.scale.large)
    coordinator = User.objects.filter(memberships__role=Role.COORDINATOR)[0]
    put_first_steps_away(by=coordinator)
    site, address = bench.site_of(coordinator), reverse("partnership:board")

    def page() -> None:
        answer = site.get(address)
        assert answer.status == 200, answer.status

    rounds, times = bench.scale.rounds, max(bench.scale.times // 5, 1)
    shown, counted, bare = alternate(page, _figures, count, rounds=rounds, times=times, warm=1)
    work = f"the board of {bench.scale.large:,} applications"
    yield beside("P6", f"{work}, the page", shown, bare, 5)
    yield beside("P6", "… its figures alone", counted, bare, 5)
    sent = statements(page)
    yield no_more("P6", "… statements of the page", len(sent), 15, "")
    grouped = sum("GROUP BY" in one for one in statements(_figures))
    yield no_more("P6", "… grouped ones of its figures, for three apps", grouped, 3, "")


def count() -> None:
    """The floor: how many applications there are, off an index alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cohorts_application")
        cursor.fetchone()


def _figures() -> None:
    measures.counts(None, Convention.objects.running())

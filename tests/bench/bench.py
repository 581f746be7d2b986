"""What the items share: the databases by size, the two sites, how many turns; and the list of the items."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection

from partnership.models import User
from tests.browser.world import World

from . import applying, boards, exchange, floor, foresight, letters, lists, memory, nearness, pages, proposals, sizes
from .measure import Cost, Line, Site, cost_of, keep_the_connection, median_of

_ADDRESS = ("dbname", "user", "password", "host", "port")


@dataclass(frozen=True)
class Scale:
    """How much is measured: rows of the small and the large database, turns, requests a turn."""

    small: int = 1_000
    large: int = 1_000_000
    rounds: int = 9
    times: int = 10
    requests: int = 10_000
    exported: int = 100_000
    imported: int = 10_000
    students: int = 500_000
    proposed: tuple[int, ...] = (100, 10_000, 100_000)
    seasons: int = 500


class Bench:
    """The sites ready to be asked, and a database for each size."""

    def __init__(self, scale: Scale = Scale(), *, apart: bool = True):
        self.scale, self._apart = scale, apart
        self._made: dict[int, str] = {}
        self.recruiter, self.lyon_recruiter = sizes.found()
        keep_the_connection()
        self._base = connection.settings_dict["NAME"]
        self.world: World | None = None
        self._sites: dict[object, Site] = {}
        ours = Site(WSGIHandler())
        self.applicant = ours
        self.by_recruiter, self.by_lyon = ours.signed_in(self.recruiter), ours.signed_in(self.lyon_recruiter)
        self.floor = Site(floor.handler())

    def close(self) -> None:
        """Leave the server with the database it had."""
        self._point_to(self._base)
        for name in self._made.values():
            self._on_the_server(f'DROP DATABASE "{name}" WITH (FORCE)')

    def use(self, number: int) -> None:
        """Work from here on in the database of that many applications, made at first from the common one."""
        if not self._apart:
            if not self._made:
                sizes.fill(number)
                self._made[number] = ""
            return
        name = self._made.get(number)
        if name is None:
            name = self._made[number] = f"{self._base}_{number}"
            connection.close()
            self._on_the_server(f'CREATE DATABASE "{name}" TEMPLATE "{self._base}"')
            self._point_to(name)
            sizes.fill(number)
            sizes.settle()
        self._point_to(name)

    def use_demonstration(self, number: int = 0) -> None:
        """Work from here on in the database of the demonstration, which tells itself; or with that many more files."""
        if not self._apart:
            return
        told = f"{self._base}_demonstration"
        name = f"{told}_{number}" if number else told
        if name not in self._made.values():
            self._made[-1 - number] = name
            connection.close()
            template = f' TEMPLATE "{told}"' if number else ""
            self._on_the_server(f'CREATE DATABASE "{name}"{template}')
            self._point_to(name)
            if number:
                sizes.fill(number, seated=False)
                sizes.settle()
            else:
                call_command("migrate", verbosity=0)
                call_command("load_reference", verbosity=0)
        self._point_to(name)

    def site_of(self, user: User) -> Site:
        """The site asked by somebody of the demonstration."""
        if user.pk not in self._sites:
            self._sites[user.pk] = self.applicant.signed_in(user)
        return self._sites[user.pk]

    def across(self, work: Callable[[], object], *numbers: int) -> list[Cost]:
        """The median cost of a piece of work in each of several databases, by turns."""
        taken: dict[int, list[Cost]] = {number: [] for number in numbers}
        for turn in range(self.scale.rounds):
            for number in numbers if turn % 2 == 0 else reversed(numbers):
                self.use(number)
                cost_of(work, 3)
                taken[number].append(cost_of(work, self.scale.times))
        return [median_of(costs) for costs in taken.values()]

    def _point_to(self, name: str) -> None:
        if connection.settings_dict["NAME"] != name:
            connection.close()
            connection.settings_dict["NAME"] = name
        with connection.cursor() as cursor:
            # What a statement costs is then all in the backend that is watched.
            cursor.execute("SET max_parallel_workers_per_gather = 0")

    def _on_the_server(self, statement: str) -> None:
        connection.close()
        parameters = connection.get_connection_params() | {"dbname": "postgres"}
        with psycopg.connect(
            **{key: parameters[key] for key in _ADDRESS if key in parameters}, autocommit=True
        ) as server:
            server.execute(statement)


ITEMS: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "P1": applying.measure,
    "P2": lists.measure,
    "P3": lists.search,
    "P4": lists.file,
    "P5": exchange.take_out,
    "P6": boards.measure,
    "P7": letters.measure,
    "P8": proposals.measure,
    "P9": exchange.bring_in,
    "P10": pages.measure,
    "P11": memory.measure,
    "P12": pages.weigh,
    "P13": nearness.measure,
    "P14": foresight.measure,
}

"""P10 and P12: every page of the staff, what it costs and sends; every page of the public, what it weighs."""

import gzip
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from tests.browser import world as worlds
from tests.browser.pages import PAGES, Page
from tests.browser.world import World

from .measure import Line, Site, alternate, beside, cost_of, no_more, statements

if TYPE_CHECKING:
    from .bench import Bench

# Times the floor's list.
GOAL = 4.5
DEAREST = 5
# CPU milliseconds from which on a page is not asked again and again: it falls short by far.
SLOW = 1_000
_LINKED = re.compile(rb'(?:<link[^>]+?href|<script[^>]+?src|<img[^>]+?src)="(/[^"]+)"')

_IMPORTED = re.compile(rb"""@import url\(["']?([^"')]+)""")


def measure(bench: "Bench") -> Iterator[Line]:
    """Each page of the staff beside the floor's list, in the demonstration; and with a million applications more."""
    with demonstration(bench) as world:
        # The same addresses and sessions in both: the larger is a copy with more files.
        asks = {page: asking(bench, page, world) for page in of_the_staff()}
        yield from _dearest(bench, asks, "")
        bench.use_demonstration(bench.scale.large)
        yield from _dearest(bench, asks, f" with {bench.scale.large:,} applications")


def _dearest(bench: "Bench", asks: dict[Page, Callable[[], None]], size: str) -> Iterator[Line]:
    """The few that cost most, with all that cost too much; and those that send most."""
    rough, sent = {}, {}
    for page, ask in asks.items():
        first = cost_of(ask, 1).cpu
        rough[page] = first if first > SLOW else min(cost_of(ask, 2).cpu for _ in range(2))
        sent[page] = len(statements(ask))
    bare = cost_of(lambda: bench.floor.get("/liste/"), bench.scale.times).cpu
    dearest = sorted(rough, key=rough.get, reverse=True)
    for page in [page for number, page in enumerate(dearest) if number < DEAREST or rough[page] > GOAL * bare]:
        how = {"rounds": bench.scale.rounds, "times": max(bench.scale.times // 2, 1)}
        if rough[page] > SLOW:
            how = {"rounds": 1, "times": 1, "warm": 1}
        mine, floor = alternate(asks[page], lambda: bench.floor.get("/liste/"), **how)
        yield beside("P10", f"{page} ({page.reader.value}){size}", mine, floor, GOAL)
    most = sorted(sent, key=sent.get, reverse=True)
    for page in [page for page in most if sent[page] > 20] or most[:1]:
        yield no_more("P10", f"most statements of {len(sent)} pages{size}: {page}", sent[page], 20, "")


def weigh(bench: "Bench") -> Iterator[Line]:
    """Each page, compressed, with all that a first visit loads."""
    with demonstration(bench) as world:
        for kind, goal, pages in (
            ("public", 60, [page for page in PAGES if page.reader is None and page.before is None]),
            ("staff", 150, list(of_the_staff())),
        ):
            weights = {page: weight(bench, page, world) for page in pages}
            heaviest = max(weights, key=lambda page: weights[page][0])
            most = max(weights, key=lambda page: weights[page][1])
            yield no_more("P12", f"heaviest {kind} page of {len(pages)}: {heaviest}", weights[heaviest][0], goal, "kB")
            yield no_more("P12", f"most requests of a {kind} page: {most}", weights[most][1], 10, "")


class demonstration:
    """The demonstration on its own day, told once for all the items that look at it."""

    def __init__(self, bench: "Bench"):
        self.bench = bench

    def __enter__(self) -> World:
        self.bench.use_demonstration()
        if self.bench.world is None:
            call_command("demo", verbosity=0)
        self.shift = override_settings(CLOCK_SHIFT=worlds.shift())
        self.shift.enable()
        if self.bench.world is None:
            self.bench.world = World()
            self.bench.world.found()
        return self.bench.world

    def __exit__(self, *problem: object) -> None:
        self.shift.disable()


def of_the_staff() -> Iterator[Page]:
    """The pages of those who have an account."""
    return (page for page in PAGES if page.reader is not None and page.before is None and page.status == 200)


def asking(bench: "Bench", page: Page, world: World) -> Callable[[], None]:
    """Its reader asks for a page."""
    site = bench.site_of(world.user(page.reader, page.zone)) if page.reader else bench.applicant
    address = page.address(world)

    def ask() -> None:
        answer = site.get(address)
        assert answer.status == page.status, (str(page), answer.status)

    return ask


def weight(bench: "Bench", page: Page, world: World) -> tuple[float, int]:
    """Kilobytes and requests of a first visit."""
    site: Site = bench.site_of(world.user(page.reader, page.zone)) if page.reader else bench.applicant
    answer = site.get(page.address(world))
    body = gzip.decompress(answer.body) if answer.headers.get("content-encoding") == "gzip" else answer.body
    sizes = [len(answer.body)]
    asked, known = [urlsplit(found.decode()).path for found in _LINKED.findall(body)], set()
    for path in asked:
        if path in known or not (path.startswith(settings.STATIC_URL) or "jsi18n" in path):
            continue
        known.add(path)
        part = site.get(path)
        assert part.status == 200, path
        sizes.append(len(part.body))
        if path.endswith(".css"):
            # A style sheet that names another one makes the browser ask for it.
            words = gzip.decompress(part.body) if part.headers.get("content-encoding") == "gzip" else part.body
            asked += [urljoin(path, found.decode()) for found in _IMPORTED.findall(words)]
    return round(sum(sizes) / 1000, 1), len(sizes)

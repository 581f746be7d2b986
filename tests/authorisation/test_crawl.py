"""Every role follows every link and every search it is shown, in both languages: none fails, none is shut."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from .rows import PERSONAS
from .world import World

pytestmark = [pytest.mark.django_db, pytest.mark.full, pytest.mark.timeout(1_200)]
MOST_PAGES = 1_500
# Sorting and filtering make endless addresses of the same page: the first of each path are followed.
MOST_QUESTIONS = 6
BEGINNINGS = ("/fr/", "/fr/accueil/", "/en/", "/en/accueil/")


@dataclass
class Search:
    """A form that is sent as an address: where to, what it says as it opens, and what it must not be sent without."""

    action: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    required: set[str] = field(default_factory=set)

    def addresses(self) -> list[str]:
        """As it opens, then each choice of each list by itself; nothing that a browser would not send."""
        if self.required - {name for name, value in self.asked if value}:
            return []
        alone = [] if self.required else [{name: value} for name, value in self.asked if value]
        return [f"{self.action}?{urlencode(said)}" for said in (dict(self.asked), *alone)]


class Page(HTMLParser):
    """What a page leads to without a form being sent: its links and its searches, as they open."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.searches: list[Search] = []
        self._search: Search | None = None
        self._choice = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self._search = Search(said.get("action", "")) if said.get("method", "get").lower() == "get" else None
            self.searches += [self._search] if self._search else []
        elif self._search is None or not (name := said.get("name") or self._choice):
            return
        else:
            self._see(tag, name, said)

    def _see(self, tag: str, name: str, said: dict[str, str]) -> None:
        if "required" in said:
            self._search.required.add(name)
        if tag == "input" and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self._search.asked.append((name, said.get("value", "")))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice:
            self._search.asked.append((self._choice, said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._search = None
        elif tag == "select":
            self._choice = ""

    def leads_to(self) -> list[str]:
        return self.links + [address for search in self.searches for address in search.addresses()]


def crawl(world: World, persona: str) -> tuple[Counter, list[str]]:
    """How many pages answered how, and the links that should not have been shown."""
    client = world.client(persona)
    waiting = deque((address, "the beginning") for address in BEGINNINGS)
    seen, of_path, answers, wrong = set(BEGINNINGS), Counter(), Counter(), []
    while waiting and sum(answers.values()) < MOST_PAGES:
        address, source = waiting.popleft()
        answer = client.get(address)
        answers[answer.status_code] += 1
        if answer.status_code >= 400:
            wrong.append(f"{answer.status_code} {address} shown on {source}")
            continue
        if answer.status_code in (301, 302):
            onward = [answer.url]
        elif "html" in answer.get("Content-Type", ""):
            onward = Page(answer.body.decode()).leads_to()
        else:
            onward = []
        for link in onward:
            place = urlsplit(urljoin(address, link))
            if place.scheme not in ("", "http") or place.netloc not in ("", "testserver"):
                continue
            if re.match(r"/(static|media)/", place.path):
                continue
            there = place.path + (f"?{place.query}" if place.query else "")
            if there not in seen and of_path[place.path] < MOST_QUESTIONS:
                seen.add(there)
                of_path[place.path] += 1
                waiting.append((there, address))
    return answers, wrong


@pytest.mark.parametrize("persona", PERSONAS)
def test_what_a_role_is_shown_opens_for_it(world, persona, capsys):
    answers, wrong = crawl(world, persona)
    with capsys.disabled():
        print(f"\n{persona}: {sum(answers.values())} pages, {dict(answers)}")
    assert not wrong
    assert answers[200] > 4

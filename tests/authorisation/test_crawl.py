"""Every role follows every link and every search it is shown, in both languages: none fails, none is shut."""

import re
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from .table import PERSONAS
from .world import World

pytestmark = [pytest.mark.django_db, pytest.mark.full, pytest.mark.timeout(1_200)]
MOST_PAGES = 1_500
# Sorting and filtering make endless addresses of the same page: the first of each path are followed.
MOST_QUESTIONS = 6
BEGINNINGS = ("/fr/", "/fr/accueil/", "/en/", "/en/accueil/")


class Page(HTMLParser):
    """What a page leads to without a form being sent: its links and its searches, as they open."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.searches: list[tuple[str, list[tuple[str, str]]]] = []
        self._asked: list[tuple[str, str]] | None = None
        self._choice = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form" and said.get("method", "get").lower() == "get":
            self._asked = []
            self.searches.append((said.get("action", ""), self._asked))
        elif tag == "form":
            self._asked = None
        elif self._asked is None or not (name := said.get("name") or self._choice):
            return
        elif tag == "input" and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self._asked.append((name, said.get("value", "")))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice:
            self._asked.append((self._choice, said.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._asked = None
        elif tag == "select":
            self._choice = ""

    def leads_to(self) -> list[str]:
        found = list(self.links)
        for action, asked in self.searches:
            found.append(f"{action}?{urlencode(dict(asked))}")
            # Each choice of each list, by itself.
            found += [f"{action}?{urlencode({name: value})}" for name, value in asked if value]
        return found


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

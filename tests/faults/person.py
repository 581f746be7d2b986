"""A person at a browser without JavaScript: reads pages, fills in forms, keeps cookies; a dead site is an answer."""

import http.client
import time
import urllib.parse
from dataclasses import dataclass, field
from html.parser import HTMLParser

FOLLOWED = 5


@dataclass
class Form:
    """A form as it stands on a page: where it goes and what it already says."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Finds the forms, the links and the words of a page."""

    def __init__(self):
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.open: Form | None = None
        self.select = ""

    def handle_starttag(self, tag, attributes):
        said = {name: value or "" for name, value in attributes}
        if tag == "a":
            self.links.append(said.get("href", ""))
        elif tag == "form":
            self.open = Form(said.get("action", ""), said.get("method", "get").lower())
            self.forms.append(self.open)
        elif self.open is None:
            return
        elif tag == "input" and said.get("name"):
            if said.get("type") not in ("radio", "checkbox") or "checked" in said:
                self.open.fields[said["name"]] = said.get("value", "")
        elif tag == "select":
            self.select = said.get("name", "")
        elif tag == "option" and self.select and (self.select not in self.open.fields or "selected" in said):
            self.open.fields[self.select] = said.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = ""

    def handle_data(self, data):
        self.words.append(data)


class Page:
    """An answer: its status (0 if nobody answered), where it was, what it says."""

    def __init__(self, status: int, method: str, path: str, body: str, seconds: float):
        self.status, self.method, self.path, self.seconds = status, method, path, seconds
        reader = _Reader()
        reader.feed(body)
        self.forms, self.links = reader.forms, reader.links
        self.text = " ".join(" ".join(reader.words).split())

    @property
    def failed(self) -> bool:
        """Whether the site was at fault, or not there."""
        return self.status == 0 or self.status >= 500

    def form(self, ending: str) -> Form | None:
        """The first form that sends something to an address with such an end."""
        for form in self.forms:
            if form.method == "post" and (form.action or self.path).partition("?")[0].endswith(ending):
                return form
        return None


class Person:
    """One browser, on one of the site's webs: `said` hears of every answer."""

    def __init__(self, web: str, address: str = "", said=lambda page: None, patience: float = 30):
        self.place = urllib.parse.urlsplit(web)
        self.address, self.said, self.patience = address, said, patience
        self.cookies: dict[str, str] = {}

    def go_to(self, web: str) -> None:
        """Ask another web from now on, as a load balancer does unasked; the cookies come along."""
        self.place = urllib.parse.urlsplit(web)

    def get(self, path: str) -> Page:
        return self._ask("GET", path, None)

    def send(self, form: Form, page: Page, **fields: str) -> Page:
        """Send a form of a page, with what is typed into it."""
        return self._ask("POST", form.action or page.path, form.fields | fields)

    def _ask(self, method: str, path: str, fields: dict[str, str] | None) -> Page:
        started = time.monotonic()
        for _redirect in range(FOLLOWED):
            try:
                status, where, body = self._once(method, path, fields)
            except (OSError, http.client.HTTPException):
                status, where, body = 0, "", ""
            if status in (302, 303) and where:
                split = urllib.parse.urlsplit(urllib.parse.urljoin(path, where))
                method, fields, path = "GET", None, split.path + ("?" + split.query if split.query else "")
                continue
            break
        page = Page(status, method, path, body, time.monotonic() - started)
        self.said(page)
        return page

    def _once(self, method: str, path: str, fields: dict[str, str] | None) -> tuple[int, str, str]:
        line = http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=self.patience)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields, doseq=True)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.place.geturl() + path}
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            text = answer.read().decode()
            for cookie in answer.headers.get_all("Set-Cookie") or []:
                name, _, rest = cookie.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return answer.status, answer.headers.get("Location", ""), text
        finally:
            line.close()

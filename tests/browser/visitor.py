"""A person at a browser: what they do is counted, and what their pages complain of is kept."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from django.utils import translation
from playwright.sync_api import Browser, ConsoleMessage, Request, Response, expect

from config.caught_mail import Letter
from partnership.models import User
from tests import factories, runs

PHONE, TABLET, DESK, NARROWEST = 390, 768, 1280, 320
# A story is told without scripts in the long run.
BOTH_WAYS = [
    pytest.param(True, id="with JavaScript"),
    pytest.param(False, id="without JavaScript", marks=pytest.mark.full),
]
HEIGHTS = {PHONE: 844, TABLET: 1024, DESK: 800, NARROWEST: 640}
# Chromium says in its console that a page answered 403, 404, 409 or 422; whether it should is asked of the answer.
_ANSWERED = "Failed to load resource: the server responded with a status of 4"


class Visitor:
    """One person with a browser of their own, at a phone or at a desk."""

    def __init__(self, chromium: Browser, address: str, *, width: int = DESK, javascript: bool = True):
        self.address, self.javascript = address, javascript
        self.clicks = 0
        self.faults: list[str] = []
        self.context = chromium.new_context(
            base_url=address,
            viewport={"width": width, "height": HEIGHTS[width]},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        # In the long run everything makes way for the tests that count a site's seconds.
        self.context.set_default_timeout(90_000 if runs.IS_LONG else 10_000)
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        self.context.on("request", self._see_request)
        self.context.on("response", self._see_response)
        self.page = self.context.new_page()

    def close(self) -> None:
        self.context.close()

    # -- what the pages must not do -----------------------------------------------------------------------------------

    def _hear(self, message: ConsoleMessage) -> None:
        # Refusals of the Content-Security-Policy are errors of the console too.
        if message.type in ("error", "warning") and not message.text.startswith(_ANSWERED):
            self.faults.append(f"console of {message.location.get('url')}: {message.text}")

    def _see_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "about:")):
            self.faults.append(f"request to a third party: {request.url}")

    def _see_response(self, response: Response) -> None:
        document = response.request.resource_type == "document"
        if response.status >= (500 if document else 400):
            self.faults.append(f"{response.status} for {response.url}")

    # -- what the person does -----------------------------------------------------------------------------------------

    def open(self, address: str) -> Response | None:
        """Go to an address, as from a letter or the address bar."""
        return self.page.goto(address)

    def stay(self) -> None:
        """Stop what would load a page of work under way again by itself, and cross whatever we open next."""
        self.page.wait_for_load_state()
        self.page.evaluate("window.stop()")

    def follow(self, letter: Letter) -> None:
        """Click the button of a letter."""
        start = re.escape(settings.PUBLIC_URL)
        self.open(re.search(rf"{start}/[^\s)>\]]+", letter.text).group())
        self.clicks += 1

    def enter_as(self, user: User) -> None:
        """Be signed in already."""
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        self.enter_with(client.session.session_key)

    def enter_with(self, session: str) -> None:
        """Be in a session that exists already."""
        self.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address}])

    def sign_in(self, user: User, password: str = factories.PASSWORD, *, then: str = "") -> None:
        """Sign in on the page that asks for it, without a click."""
        self.page.locator("input[name=login]").fill(user.email)
        self.page.locator("input[name=password]").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(then or (lambda url: "/connexion/" not in url))

    def fill(self, label: str, text: str, *, inside: str = "body") -> None:
        """Type into a field; where several forms have one of this name, `inside` says which."""
        self.page.locator(inside).get_by_label(_starts(label)).fill(text)

    def choose(self, label: str, value: str) -> None:
        """Choose in a menu."""
        self.page.get_by_label(_starts(label)).select_option(value)

    def tick(self, *words: str, inside: str = "main") -> None:
        """Choose one of several in sight."""
        name = re.compile(rf"^\s*{_in_a_row(words)}", re.IGNORECASE)
        self.page.locator(inside).get_by_role("radio", name=name).check()
        self.clicks += 1

    def click(self, *words: str, role: str = "button", inside: str = "main") -> None:
        """Click the only thing that bears these words."""
        self.page.locator(inside).get_by_role(role, name=re.compile(_in_a_row(words))).click()
        self.clicks += 1

    def send_empty(self, form: str) -> Response:
        """Send a form with nothing in it, past what the browser would check."""
        with self.page.expect_navigation() as arrival:
            self.page.locator(form).evaluate(
                """form => {
                    for (const control of form.elements) {
                        if (["hidden", "submit"].includes(control.type)) continue
                        if (["checkbox", "radio"].includes(control.type)) control.checked = false
                        else control.value = ""
                    }
                    form.submit()
                }"""
            )
        return arrival.value

    def sees(self, *words: str, inside: str = "main") -> None:
        """Hold that something is to be read on the page."""
        for word in words:
            expect(self.page.locator(inside)).to_contain_text(re.compile(_spaced(said(word))), use_inner_text=True)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    # -- what is measured on a page -----------------------------------------------------------------------------------

    def widen(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    def violations(self) -> list[str]:
        """What axe finds on the page as it stands, each with the element and the reason."""
        if not self.javascript:
            return []  # axe waits for timers, which do not tick there
        # Run by the debugger's protocol, which the Content-Security-Policy of the page does not bind.
        self.page.evaluate(AXE_SCRIPT)
        found = self.page.evaluate(
            "axe.run({resultTypes: ['violations'], preload: false}).then(results => results.violations)"
        )
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary'].splitlines()[1].strip()} {node['html'][:160]}"
            for violation in found
            for node in violation["nodes"]
        ]

    def too_wide(self) -> list[str]:
        """The elements that make the page scroll sideways; what scrolls in a box of its own does not."""
        return self.page.evaluate(
            """() => {
                const root = document.documentElement
                if (root.scrollWidth <= root.clientWidth) return []
                const wide = [...document.querySelectorAll('body *')].filter(
                    element => element.getBoundingClientRect().right > root.clientWidth + 0.5)
                return [`${root.scrollWidth} px in ${root.clientWidth}`].concat(
                    wide.slice(0, 5).map(element => element.outerHTML.slice(0, 120)))
            }"""
        )


def problems(visitor: Visitor, *, language: str = "fr", with_axe: bool = True) -> list[str]:
    """What is wrong with the page in front of a visitor at a desk, on a phone, on the narrowest screen.

    Axe looks at it on the phone, and at the desk in the long run; it costs more than all the rest.
    """
    page = visitor.page
    found = []
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} h1")
    if page.locator("html").get_attribute("lang") != language:
        found.append(f"lang is not {language}")
    for width in (DESK, PHONE, NARROWEST):
        visitor.widen(width)
        found += [f"at {width} px, too wide: {element}" for element in visitor.too_wide()]
        if with_axe and (width == PHONE or (width == DESK and runs.IS_LONG)):
            found += [f"at {width} px, {violation}" for violation in visitor.violations()]
    return found + visitor.faults


def said(words: str) -> str:
    """Words of the interface in the language of the pages; the name of a person or a thing stays as it is."""
    with translation.override("fr"):
        return translation.gettext(str(words))


def _spaced(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def _in_a_row(words: Iterable[str]) -> str:
    return r"\s+".join(_spaced(said(word)) for word in words)


def _starts(label: str) -> re.Pattern:
    return re.compile(rf"^\s*{_spaced(said(label))}", re.IGNORECASE)

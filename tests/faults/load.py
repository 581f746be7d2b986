"""People at work on a site while it is hurt: what they were told is written down, and held against what is there."""

import itertools
import random
import re
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.factories import PASSWORD

from .person import Page, Person
from .prepare import SEATS
from .tandem import Site

APPLY = "/en/candidater/acvd/identite/"
LIST = "/en/recrutement/candidatures/"
POSTCODES = {"lyon": "69100", "paris": "75015"}
_FILE = re.compile(r"/en/recrutement/candidatures/([0-9a-f-]{36})/$")
_LINK = {purpose: re.compile(rf"/(?:en|fr)/{purpose}/[\w-]+/") for purpose in ("suivi", "reponse")}
_numbers = itertools.count(1)


def identity_of_somebody() -> tuple[int, dict[str, str]]:
    """A number that nobody else has, and what somebody new writes on the first page."""
    number = next(_numbers)
    return number, {
        "first_name": random.choice(["Ada", "Zoé", "Jean-Noël"]),
        "last_name": f"Fictif {''.join(random.choices('abcdefghijk', k=8))}",
        "email": f"jeune{number}@exemple.test",
        "phone": f"046571{number:04d}"[:10],
        "birth_month": "5",
        "birth_year": "2006",
        "postcode": POSTCODES["lyon" if number % 2 else "paris"],
    }


@dataclass
class Ledger:
    """What people were told, and how often the site let them down."""

    told: list[tuple[str, str]] = field(default_factory=list)
    had_before: Counter = field(default_factory=Counter)
    requests: int = 0
    failed: list[tuple[float, int, str]] = field(default_factory=list)
    longest: float = 0
    unexpected: Counter = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, page: Page) -> None:
        """An answer came, or none did."""
        with self.lock:
            self.requests += 1
            self.longest = max(self.longest, page.seconds)
            if page.failed:
                self.failed.append((time.monotonic(), page.status, page.path))
            elif page.status not in (200, 302, 303, 409):
                self.unexpected[page.status, page.path[:40]] += 1

    def tells(self, what: str, whom: str) -> None:
        """The site has said that something is done."""
        with self.lock:
            self.told.append((what, whom))

    def errors(self) -> Counter:
        """How often each status that is the site's fault was seen; 0 is a line that broke."""
        return Counter(status for _at, status, _path in self.failed)


class Load:
    """A bounded crowd: each person has a thread of their own and pauses between two pages."""

    def __init__(self, site: Site, *, pause: float = 0.2):
        self.site, self.pause = site, pause
        self.ledger = Ledger(had_before=site.mail.taken())
        self.ended = threading.Event()
        self.problems: list[Exception] = []

    @contextmanager
    def running(self):
        """Let everybody work until the block ends."""
        # An hour of its own: the codes that another crowd asked for just before are forgotten.
        for counted in ("partnership_limit", "tandem_cache"):
            self.site.rows(f"DELETE FROM {counted}")
        parts = [self.applies, self.applies, self.recruits, self.recruits, self.answers, self.places, self.codes]
        crowd = [threading.Thread(target=self._live, args=[part, place]) for place, part in enumerate(parts)]
        for one in crowd:
            one.start()
        try:
            yield self
        finally:
            self.ended.set()
            for one in crowd:
                one.join(120)
        assert not any(one.is_alive() for one in crowd), "somebody still waits for an answer"
        assert not self.problems, self.problems

    def _live(self, part, place: int) -> None:
        try:
            part(place)
        except Exception as problem:  # noqa: BLE001 (told by the test's own thread)
            self.problems.append(problem)

    def person(self, place: int) -> Person:
        """Somebody new, with an address of their own, on one of the webs."""
        return Person(
            self.site.webs[place % len(self.site.webs)],
            address=f"198.{random.randint(18, 19)}.{random.randrange(256)}.{random.randrange(256)}",
            said=self.ledger.answered,
        )

    def rest(self) -> None:
        self.ended.wait(random.uniform(0.5, 1.5) * self.pause)

    def _send(self, person: Person, page: Page, ending: str, **fields: str) -> Page | None:
        """Send a form, the same again while the site is at fault, as a browser does that is told to reload."""
        form = page.form(ending)
        if form is None:
            return None
        sent = person.send(form, page, **fields)
        while sent.failed and not self.ended.wait(0.3):
            self._go_round(person, sent)
            # Reloading asks for what the line broke on: the form, or the page that its answer led to.
            sent = person.send(form, page, **fields) if sent.method == "POST" else person.get(sent.path)
        return sent

    def _go_round(self, person: Person, page: Page) -> None:
        """Where a web is not there at all, the proxy in front of both asks the other one."""
        if page.status == 0:
            webs = self.site.webs
            person.go_to(webs[1 - webs.index(person.place.geturl())])

    def _read(self, person: Person, path: str) -> Page | None:
        page = person.get(path)
        while page.failed and not self.ended.wait(0.3):
            self._go_round(person, page)
            page = person.get(path)
        return None if page.failed else page

    # -- the parts ----------------------------------------------------------------------------------------------------
    def applies(self, place: int) -> None:
        """One applicant after another."""
        while not self.ended.is_set():
            self.apply_once()
            self.rest()

    def apply_once(self, zone: str = "") -> str:
        """Apply in three steps; the address of whoever was told that the application has arrived."""
        number, identity = identity_of_somebody()
        if zone:
            identity["postcode"] = POSTCODES[zone]
        project = {"level": "4", "languages": "français", "has_employer": "no", "source": "web"}
        person = self.person(number)
        page = self._read(person, APPLY)
        page = page and self._send(person, page, "/identite/", **identity)
        page = page and self._send(person, page, "/projet/", **project)
        page = page and self._send(person, page, "/verifier/")
        if not page or "your application has arrived" not in page.text:
            return ""
        self.ledger.tells("submitted", identity["email"])
        return identity["email"]

    def interviewed(self, number: int, recruiter: Person, zone: str = "") -> list[str]:
        """So many files in which a decision is due, made through the pages."""
        keys = []
        for _turn in range(number):
            email = self.apply_once(zone)
            (row,) = self.site.rows(
                "SELECT a.id::text FROM cohorts_application a JOIN cohorts_candidate c ON c.id = a.candidate_id"
                " WHERE c.email = %s",
                email,
            )
            page = recruiter.get(f"{LIST}{row['id']}/")
            done = recruiter.send(page.form("/entretien/passe/"), page, **{"record-note": "Bien."})
            assert not done.failed, done.status
            keys.append(row["id"])
        return keys

    def signed_in(self, place: int, email: str) -> Person:
        person = self.person(place)
        while not self.ended.is_set():
            page = self._read(person, "/en/connexion/")
            page = page and self._send(person, page, "/connexion/", login=email, password=PASSWORD)
            if page and "Sign out" in page.text:
                break
            self.rest()
        return person

    def recruits(self, place: int) -> None:
        """Records interviews and decides."""
        person = self.signed_in(place, f"recruteur{1 + place % 2}@exemple.test")
        while not self.ended.is_set():
            page = self._read(person, f"{LIST}?etat={random.choice(['submitted', 'interviewed', 'interviewed'])}")
            found = [match[1] for match in map(_FILE.match, page.links if page else []) if match]
            if found:
                self._decide(person, random.choice(found))
            self.rest()

    def _decide(self, person: Person, key: str) -> None:
        page = self._read(person, f"{LIST}{key}/")
        if page is None:
            return
        if page.form("/entretien/passe/"):
            done = self._send(person, page, "/entretien/passe/", **{"record-note": "Bien."})
            what, words = "interviewed", "a decision is due"
        elif random.random() < 0.65:
            done = self._send(person, page, "/admettre/")
            what, words = "admitted", "A place is offered to"
        elif random.random() < 0.4:
            done = self._send(person, page, "/liste-attente/")
            what, words = "waitlisted", "is on the waiting list and is told"
        else:
            page = self._read(person, f"{LIST}{key}/refuser/?reject-reason=profile")
            done = page and self._send(person, page, "/refuser/")
            what, words = "rejected", "is refused, a letter says so"
        if done and words in done.text:
            self.ledger.tells(what, key)

    def _letter_link(self, address: str, purpose: str, kind: str) -> str | None:
        for text in reversed(self.site.mail.letters_to(address)):
            if kind in text:
                found = _LINK[purpose].search(text)
                return found and found.group()
        return None

    def answers(self, place: int) -> None:
        """Applicants take the place that a letter offers them, each once, on either web."""
        seen: set[str] = set()
        while not self.ended.is_set():
            told = {whom for what, whom in list(self.ledger.told) if what == "submitted"}
            for email in told - seen:
                link = self._letter_link(email, "suivi", "your application is admitted")
                if link is None:
                    continue
                person = self.person(len(seen))
                page = self._read(person, link)
                done = page and self._send(person, page, "/confirmer/")
                if done and "Your place is confirmed" in done.text:
                    self.ledger.tells("confirmed", email)
                    seen.add(email)
                self.rest()
            self.rest()

    def codes(self, place: int) -> None:
        """People who have forgotten their password ask for a code, no more often than they may."""
        for turn in itertools.count():
            if self.ended.is_set():
                return
            email = f"auteur{1 + turn % 10}@exemple.test"
            person = self.person(turn)
            page = self._read(person, "/en/connexion/code/")
            form = page and page.form("/connexion/code/")
            # Sent once: whether the code of a request that failed leaves, nobody has promised.
            page = form and person.send(form, page, email=email)
            if page and page.status == 200 and page.path.endswith("/saisir/"):
                self.ledger.tells("code", email)
            # Ten people in ten minutes: each stays below the ten codes an hour that one address is sent.
            self.ended.wait(8)

    def places(self, place: int) -> None:
        """The lead seats whoever waits for a seat, the host says yes or no by its link."""
        lead = self.signed_in(place, "referent@exemple.test")
        answered: set[str] = set()
        while not self.ended.is_set():
            page = self._read(lead, "/en/places/lyon/")
            form = page and page.form("/placer/")
            if form:
                student = form.fields["enrolment"]
                page = self._send(lead, page, "/placer/")
                if page and page.form("/envoyer/"):
                    self.ledger.tells("placed", student)
            page = page and self._send(lead, page, "/envoyer/")
            texts = self.site.mail.letters_to("plateau@exemple.test")
            links = {found.group() for found in map(_LINK["reponse"].search, texts) if found}
            for link in links - answered:
                host = self.person(len(answered))
                page = self._read(host, link)
                done = page and self._send(host, page, "/accepter/")
                if done and not done.failed:
                    answered.add(link)
            self.rest()


# -- what is there --------------------------------------------------------------------------------------------------


@dataclass
class Findings:
    """What was promised and is not there, what is there twice, and what stands half done."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    halves: list[str] = field(default_factory=list)
    sent: int = 0
    letters_doubled: int = 0
    held: int = 0
    kept: Counter = field(default_factory=Counter)


_JOURNAL = "SELECT subject, after, count(*) AS number FROM partnership_journalentry GROUP BY subject, after"
_TOLD_BY = {
    "submitted": "application_received",
    "admitted": "application_admitted",
    "rejected": "application_rejected",
    "waitlisted": "application_waitlisted",
    "confirmed": "application_confirmed",
}


def audit(site: Site, ledger: Ledger) -> Findings:
    """Hold what people were told against the rows, the journal and the letters that the mail server had."""
    found = Findings(kept=Counter(what for what, _whom in ledger.told))
    journal = {(row["subject"], row["after"]): row["number"] for row in site.rows(_JOURNAL)}
    letters = site.rows("SELECT id, key, state, on_doubt, to_email FROM partnership_outgoingmessage")
    told = Counter(":".join(letter["key"].split(":")[:2]) for letter in letters)
    files = {}
    for row in site.rows(
        "SELECT a.id, a.state, c.email FROM cohorts_application a JOIN cohorts_candidate c ON c.id = a.candidate_id"
    ):
        files.setdefault(row["email"], []).append(row)

    _promises(found, ledger, journal, told, files, letters, site)
    for email, rows in files.items():
        if len(rows) > 1:
            found.doubled.append(f"{len(rows)} files of {email}")
    for (subject, after), number in journal.items():
        if number > 1 and after not in ("edited", "exported"):
            found.doubled.append(f"{subject} {after} ×{number}")
        if after in _TOLD_BY and subject.startswith("cohorts.application:"):
            key = subject.partition(":")[2]
            if told[f"{_TOLD_BY[after]}:{key}"] != number:
                found.halves.append(f"{subject} {after} without its letter")
    for row in [row for rows in files.values() for row in rows]:
        if not journal.get((f"cohorts.application:{row['id']}", row["state"])):
            found.halves.append(f"{row['id']} is {row['state']} without a line of the journal")
    _limits(found, site)
    _letters(found, letters, site, ledger.had_before)
    return found


def _promises(found, ledger, journal, told, files, letters, site) -> None:
    codes = Counter(whom for what, whom in ledger.told if what == "code")
    wrote = Counter(letter["to_email"] for letter in letters if letter["key"].startswith("sign_in_code:"))
    found.lost += [f"{codes[email] - wrote[email]} codes of {email}" for email in codes if codes[email] > wrote[email]]
    placed = {str(row["enrolment_id"]) for row in site.rows("SELECT enrolment_id FROM placements_placement")}
    for what, whom in ledger.told:
        if what in ("submitted", "confirmed"):
            kept = any(journal.get((f"cohorts.application:{row['id']}", what)) for row in files.get(whom, ()))
        elif what == "placed":
            kept = whom in placed
        else:
            kept = what == "code" or journal.get((f"cohorts.application:{whom}", what))
        if not kept:
            found.lost.append(f"{what} {whom}")


def _limits(found: Findings, site: Site) -> None:
    for row in site.rows(
        "SELECT z.code, c.capacity, count(*) AS number FROM cohorts_application a JOIN cohorts_cohort c"
        " ON c.id = a.cohort_id JOIN partnership_zone z ON z.id = c.zone_id"
        " WHERE a.state IN ('admitted', 'confirmed') GROUP BY z.code, c.capacity"
    ):
        if row["number"] > row["capacity"]:
            found.doubled.append(f"{row['number']} offers in {row['code']}")
    (row,) = site.rows(
        "SELECT count(*) AS placements, count(DISTINCT seat_id) AS seats FROM placements_placement"
        " WHERE state IN ('proposed', 'accepted', 'active')"
    )
    if row["placements"] > row["seats"] or row["seats"] > SEATS:
        found.doubled.append(f"{row['placements']} placements on {row['seats']} seats of {SEATS}")


def _letters(found: Findings, letters: list[dict], site: Site, before: Counter) -> None:
    had = site.mail.taken()
    for letter in letters:
        ident = f"<letter-{letter['id']}@tandem.example>"
        times = had[ident]
        if letter["state"] == "sent":
            found.sent += 1
            if not times:
                found.lost.append(f"letter {letter['key']}")
        elif letter["state"] == "held":
            found.held += 1
        elif letter["state"] in ("sending", "dead"):
            found.halves.append(f"letter {letter['key']} is {letter['state']}")
        if times > 1:
            found.letters_doubled += times - max(before[ident], 1)
            if letter["on_doubt"] == "hold":
                found.doubled.append(f"letter {letter['key']}, of a kind never sent twice")

"""Two zones that must not see each other, ten people who look at them, and one record of each kind in each zone."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from partnership.models import User

LYON, PARIS = "lyon", "paris"
ZONES = (LYON, PARIS)

# The personas; None has not signed in.
ANONYMOUS = "anonymous"
STRANGER = "stranger"
LYON_RECRUITER, RECRUITER = "lyon_recruiter", "recruiter"
LYON_HEAD = "lyon_head"
LYON_LEAD, PARIS_LEAD = "lyon_lead", "paris_lead"
AUTHOR, REVIEWER = "author", "reviewer"
COORDINATOR, ADMINISTRATOR = "coordinator", "administrator"
REACH = {
    LYON_RECRUITER: {LYON},
    LYON_HEAD: {LYON},
    RECRUITER: {LYON, PARIS},
    LYON_LEAD: {LYON},
    PARIS_LEAD: {PARIS},
}


def marker(zone: str, what: str = "") -> str:
    """A word that stands in a zone's records alone: `what` is `jeune` for people, `site` for hosts."""
    return f"MARQUEUR{zone}{what}".upper()


def secret(zone: str, what: str = "") -> str:
    """Another such word, for which nobody searches: it can only come from the record."""
    return f"SECRET{zone}{what}".upper()


class Browser(Client):
    """A test client that reads every answer to its end, a file's as well, and keeps it as `body`."""

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        answer.body = answer.getvalue() if answer.streaming else answer.content
        return answer


@dataclass
class World:
    """What a URL of the table names, who asks for it, and what a correct form of it says."""

    people: dict[str, User] = field(default_factory=dict)
    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    answers: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    untouched: tuple = ()

    def client(self, persona: str) -> Browser:
        """A browser in which the persona has signed in, without the memory of an earlier page."""
        client = Browser(raise_request_exception=False)
        if persona != ANONYMOUS:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[persona]
        return client

    def sign_in(self) -> None:
        """Everybody signs in, once."""
        for persona, user in self.people.items():
            client = Client()
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
            self.sessions[persona] = client.cookies[settings.SESSION_COOKIE_NAME].value

    def address(self, name: str, of: str = "", zone: str = LYON) -> str:
        """The address of a URL that names a record of a zone; what has no name is given by its route."""
        arguments = self.things[of, zone] if of else {}
        if "/" not in name:
            return reverse(name, kwargs=arguments)
        return "/fr/" + name.replace("<path:object_id>", str(arguments.get("object_id", ""))).replace("<id>", "1")

    def said(self, name: str, zone: str) -> dict[str, Any]:
        """A correct form of a deed; what needs none is sent empty."""
        return self.answers.get((name, zone), {})


def fingerprint() -> tuple[int, ...]:
    """The rows of every table of ours, so that a deed that must change nothing can be held to it."""
    ours = ("partnership_", "programmes_", "cohorts_", "placements_")
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name.startswith(ours)]
        tables.remove("partnership_heartbeat")  # that a process lives is nobody's deed
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT {number}, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM {name} t"
                for number, name in enumerate(sorted(tables))
            )
            + " ORDER BY 1"
        )
        return tuple(row[1:] for row in cursor.fetchall())

"""What a line of the table says, and of whom: groups of personas, and what they are answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .world import (
    ADMINISTRATOR,
    ANONYMOUS,
    AUTHOR,
    COORDINATOR,
    LYON,
    LYON_HEAD,
    LYON_LEAD,
    LYON_RECRUITER,
    PARIS,
    PARIS_LEAD,
    REACH,
    RECRUITER,
    REVIEWER,
    STRANGER,
    ZONES,
)

PERSONAS = (
    ANONYMOUS,
    STRANGER,
    LYON_RECRUITER,
    RECRUITER,
    LYON_HEAD,
    LYON_LEAD,
    PARIS_LEAD,
    AUTHOR,
    REVIEWER,
    COORDINATOR,
    ADMINISTRATOR,
)
EVERYBODY = frozenset(PERSONAS)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
MEMBERS = SIGNED_IN - {STRANGER}
RECRUITMENT = frozenset({LYON_RECRUITER, RECRUITER, LYON_HEAD})
HEADS = frozenset({LYON_HEAD})
LEADS = frozenset({LYON_LEAD, PARIS_LEAD})
AUTHORS = frozenset({AUTHOR})
REVIEWERS = frozenset({REVIEWER})
CONTENTS = frozenset({AUTHOR, REVIEWER, COORDINATOR, ADMINISTRATOR})
COORDINATION = frozenset({COORDINATOR})
ADMINISTRATION = frozenset({ADMINISTRATOR})
# Whoever writes conventions.
DRAFTERS = COORDINATION | ADMINISTRATION
# The author leads the activities of the table's chair.
CHAIR = AUTHORS | COORDINATION | ADMINISTRATION
REGISTERS = MEMBERS - {AUTHOR, REVIEWER}
DESK = REVIEWERS | ADMINISTRATION
NOBODY: frozenset[str] = frozenset()

SIGN_IN = "sign in"
OK, GO, FORBIDDEN, MISSING, NOT_ALLOWED, WRONG = 200, 302, 403, 404, 405, 422


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    url: str
    who: frozenset[str]
    get: int = NOT_ALLOWED
    post: int = NOT_ALLOWED
    of: str = ""
    zone: bool = False
    refused: int = FORBIDDEN
    unless: Mapping[str, int | tuple[int, int]] = field(default_factory=dict)
    changes: bool = True
    asks: tuple[str, ...] = ()

    def zones_for(self, method: str) -> tuple[str, ...]:
        """The zones in which its record is asked for."""
        is_answered = (self.get if method == "get" else self.post) != NOT_ALLOWED
        return ZONES if self.zone and is_answered else (LYON,)

    def is_behind_the_desk(self, persona: str) -> bool:
        """Whether the address is the administration's, to which reviewers and administrators alone have a door."""
        return self.url.startswith("admin") and persona not in DESK

    def expected(self, persona: str, method: str, zone: str) -> int | str:
        """What a persona is answered; SIGN_IN for the way to the sign-in page."""
        if persona not in self.who | self.unless.keys() and (persona == ANONYMOUS or self.is_behind_the_desk(persona)):
            return SIGN_IN
        answer = self.get if method == "get" else self.post
        if answer == NOT_ALLOWED:
            return answer
        if persona in self.unless:
            told = self.unless[persona]
            return told if isinstance(told, int) else told[method == "post"]
        if persona not in self.who:
            return self.refused
        if self.zone and zone not in REACH.get(persona, {LYON, PARIS}):
            return MISSING
        return answer


def row(url: str, who: frozenset[str], **said) -> Row:
    return Row(url, who, **said)


def page(url: str, who: frozenset[str], **said) -> Row:
    """An address that is read."""
    return Row(url, who, **{"get": OK, **said})


def deed(url: str, who: frozenset[str], **said) -> Row:
    """An address that does something and sends back: for those who may, something has changed."""
    return Row(url, who, **{"post": GO, **said})


def form(url: str, who: frozenset[str], **said) -> Row:
    """A page with a form, which does something when it is sent."""
    return Row(url, who, **{"get": OK, "post": GO, **said})

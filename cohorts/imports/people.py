"""Who of a list is known already: a person is a name, and a telephone or an e-mail address; addresses are shared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models.functions import Upper

from ..models import Application, Candidate, same_name
from ..states import EXITS, ApplicationState, RowVerdict
from .rows import Told

Answers = Mapping[str, Any]
WAYS = ("phone", "email")


def _way(answers: Answers, key: str) -> str:
    return str(answers.get(key) or "").casefold()


def _name(answers: Answers) -> tuple[str, str]:
    return answers.get("first_name", ""), answers.get("last_name", "")


@dataclass(frozen=True)
class File:
    """A file of somebody who is known."""

    key: UUID
    intake: int
    state: str
    zone: int


@dataclass
class Judgement:
    """What becomes of a row: whom it is about, and what there is to say."""

    verdict: RowVerdict
    told: list[Told] = field(default_factory=list)
    person: UUID | None = None
    file: UUID | None = None


class Seen:
    """The people of the rows above, by the ways to reach them."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, str], list[tuple[Answers, int]]] = {}

    def line_of(self, answers: Answers) -> int | None:
        """The line on which the same person stands already."""
        for key in WAYS:
            for other, line in self._by.get((key, _way(answers, key)), ()):
                if same_name(_name(answers), _name(other)):
                    return line
        return None

    def add(self, answers: Answers, line: int) -> None:
        """Remember a row."""
        kept = {name: answers[name] for name in ("first_name", "last_name") if name in answers}
        for key in WAYS:
            if way := _way(answers, key):
                self._by.setdefault((key, way), []).append((kept, line))


class Known:
    """Whoever may be meant by some rows, with their files: three statements however many rows there are."""

    def __init__(self, rows: Iterable[Answers], *, intake: int, zones: set[int] | None):
        self.intake, self.zones = intake, zones
        rows = list(rows)
        named = ("pk", "first_name", "last_name", "phone", "email")
        phones = {row["phone"] for row in rows if row.get("phone")}
        emails = {row["email"].upper() for row in rows if row.get("email")}
        found: dict[UUID, dict[str, Any]] = {}
        if phones:
            found |= {one["pk"]: one for one in Candidate.objects.filter(phone__in=phones).values(*named)}
        if emails:
            by_email = Candidate.objects.annotate(address=Upper("email")).filter(address__in=emails)
            found |= {one["pk"]: one for one in by_email.values(*named)}
        self.files: dict[UUID, list[File]] = {}
        theirs = Application.objects.submitted().filter(candidate__in=found).order_by("-created_at")
        for person, *file in theirs.values_list("candidate", "pk", "intake", "state", "cohort__zone"):
            self.files.setdefault(person, []).append(File(*file))
        self._by: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for person in found.values():
            # Whoever has only begun a form is not known yet.
            for key in WAYS if person["pk"] in self.files else ():
                if way := _way(person, key):
                    self._by.setdefault((key, way), []).append(person)

    def sees(self, file: File) -> bool:
        """Whether whoever brings the list may see a file."""
        return self.zones is None or file.zone in self.zones

    def _shown(self, files: Iterable[File]) -> str:
        return next((str(file.key) for file in files if self.sees(file)), "")

    def judge(self, answers: Answers) -> Judgement:
        """What becomes of a row by itself; an enquiry that it may complete is still to be looked at."""
        reached = {key: self._by.get((key, _way(answers, key)), []) for key in WAYS}
        same = {
            one["pk"]: one for people in reached.values() for one in people if same_name(_name(answers), _name(one))
        }
        ways = [key for key, people in reached.items() if any(one["pk"] in same for one in people)]
        ground = Told("by_both" if len(ways) > 1 else f"by_{ways[0]}") if ways else None
        files = [file for person in same for file in self.files[person]]
        if here := [file for file in files if file.intake == self.intake]:
            # The one that is still open, if there is one.
            file = min(here, key=lambda file: (file.state in EXITS, not self.sees(file)))
            if not self.sees(file):
                return Judgement(RowVerdict.KNOWN, [Told("elsewhere")])
            if file.state == ApplicationState.ENQUIRY:
                return Judgement(RowVerdict.COMPLETES, [ground], file=file.key)
            code = "closed" if file.state in EXITS else "open"
            return Judgement(RowVerdict.KNOWN, [ground, Told(code, about=str(file.key))], file=file.key)
        told = [
            Told(f"shares_{key}", about=self._shown(self.files[people[0]["pk"]]))
            for key, people in reached.items()
            if people and not any(one["pk"] in same for one in people)
        ]
        person = next(iter(same), None)
        if person is not None:
            told[:0] = [ground, Told("known_before", about=self._shown(self.files[person]))]
        return Judgement(RowVerdict.NEW, told, person=person)

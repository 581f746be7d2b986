"""Who works in one zone reads no word of another; who does not recruit reads no applicant's name."""

import io
from collections.abc import Callable, Iterator

import openpyxl
import pytest

from cohorts.models import Application, Intake, RecruitmentSource
from cohorts.states import ApplicationState
from partnership.models import User
from placements.models import HostSite

from .. import runs
from ..printed import words
from .rows import OK, Row
from .table import TABLE
from .world import (
    AUTHOR,
    COORDINATOR,
    LYON,
    LYON_LEAD,
    LYON_RECRUITER,
    PARIS,
    PARIS_LEAD,
    REVIEWER,
    STRANGER,
    ZONES,
    World,
    marker,
    secret,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both]
# Of each filter so many values are asked for in the quick run: the other zone and its words are among them.
MOST_VALUES = None if runs.IS_LONG else 2
# What a personal link opens is its holder's, whoever else has signed in.
Reading = tuple[str, dict[str, str], str]
READ = [row for row in TABLE if row.get == OK and "by link" not in row.of]


def questions(row: Row, world: World) -> list[dict[str, str]]:
    """The page as it opens, and with each of its filters on each of its values."""
    values = {
        "zone": [LYON, PARIS],
        "q": [marker(PARIS), marker(LYON), marker(PARIS, "jeune"), marker(PARIS, "site"), "CV"],
        "etat": ["en_cours", "tout", *ApplicationState.values],
        "rentree": [str(intake.pk) for intake in Intake.objects.all()],
        "vue": ["colonnes"],
        "venu_par": ["aucune", *RecruitmentSource.objects.values_list("code", flat=True)],
        "atteint": ["contacts", "applied", "interviewed", "admitted", "confirmed", "present"],
        "condition": ["other"],
        "suivi": ["pieces_manquantes", "pieces_a_verifier", "fragile"],
        "source": ["lycee"],
        "responsable": ["personne", *(str(user.pk) for user in User.objects.filter(full_name="Claire Devaux"))],
        "tri": ["nom", "-nom", "zone", "-attente", "reponse", "rang"],
        "places": ["free", "stale", "full", "none", "to_call"],
        "situation": ["to_place", "own_employer", "proposed", "placed", "ended"],
        "mesure": [
            "contacts",
            "applied",
            "admitted",
            "confirmed",
            "present",
            "certified",
            "host_places",
            "placed",
            "with_employer",
            "activities",
            "activities_delivered",
            "registrations",
            "attendances",
        ],
        "jalon": ["1"],
        "histoire": ["1"],
        "page": ["2"],
        "lignes": ["new", "wrong"],
        "term": [marker(PARIS)],
    }
    asked: list[dict[str, str]] = [{}]
    asked += [{name: value} for name in row.asks for value in values.get(name, [])[:MOST_VALUES]]
    if {"zone", "q"} <= set(row.asks):
        asked += [{"zone": PARIS, "q": marker(PARIS)}, {"zone": PARIS, "page": "2"}]
    return asked


def read(answer) -> str:
    """The words of an answer: a page's, those of a paper, or those in the cells of a sheet."""
    # A PDF that we have set; the invented ones of applicants are text.
    if answer.body.startswith(b"%PDF-") and not answer.body.endswith(b"(fictif)\n%%EOF\n"):
        return words(answer.body)
    if not answer.body.startswith(b"PK"):
        return answer.body.decode()
    sheets = openpyxl.load_workbook(io.BytesIO(answer.body), read_only=True)
    return "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)


@pytest.fixture(scope="module")
def known() -> dict[str, list[Reading]]:
    """What each persona reads, asked for once: reading changes nothing."""
    return {}


@pytest.fixture
def pages(world, known) -> Callable[[str], list[Reading]]:
    """Every page that a persona may read, in their own zones and with every filter: its address and its text."""

    def read_by(persona: str) -> list[Reading]:
        if persona not in known:
            known[persona] = list(readings(world, persona))
        return known[persona]

    return read_by


def readings(world: World, persona: str) -> Iterator[Reading]:
    client = world.client(persona)
    for row in READ:
        for zone in row.zones_for("get"):
            if row.expected(persona, "get", zone) != OK:
                continue
            address = world.address(row.url, row.of, zone)
            for asked in questions(row, world):
                answer = client.get(address, asked)
                assert answer.status_code == OK, f"{address} {asked}: {answer.status_code}"
                yield address, asked, read(answer).casefold()


def told(text: str, zone: str, asked: dict[str, str], what: str = "") -> bool:
    """Whether a page says a word of a zone that was not in the question: what is asked comes back in its field."""
    words = (marker(zone, what).casefold(), secret(zone, what).casefold())
    return any(word in text and not any(word in value.casefold() for value in asked.values()) for word in words)


@pytest.mark.parametrize("persona", [LYON_RECRUITER, LYON_LEAD])
def test_lyon_reads_no_word_of_paris(pages, persona):
    keys = [str(key) for key in Application.objects.filter(cohort__zone__code=PARIS).values_list("pk", flat=True)]
    keys += [str(key) for key in HostSite.objects.filter(zone__code=PARIS).values_list("pk", flat=True)]
    found, own = [], 0
    for address, asked, text in pages(persona):
        own += marker(LYON).casefold() in text
        if told(text, PARIS, asked) or any(key in text for key in keys):
            found.append((address, asked))
    assert not found
    # The same pages do show the persona's own zone: the silence about Paris is not an empty world's.
    assert own > 10


def test_paris_reads_no_word_of_lyon(pages):
    assert not [(address, asked) for address, asked, text in pages(PARIS_LEAD) if told(text, LYON, asked)]


@pytest.mark.parametrize("persona", [REVIEWER, AUTHOR, COORDINATOR, STRANGER])
def test_whoever_does_not_recruit_reads_no_applicants_name(pages, persona):
    found = [
        (address, asked)
        for address, asked, text in pages(persona)
        if any(told(text, zone, asked, "jeune") for zone in ZONES)
    ]
    assert not found


@pytest.mark.parametrize("persona", [REVIEWER, LYON_RECRUITER, LYON_LEAD, STRANGER])
def test_whoever_sees_to_no_activity_of_the_chair_reads_no_name_of_its_guests(pages, persona):
    found = [(address, asked) for address, asked, text in pages(persona) if told(text, LYON, asked, "invite")]
    assert not found


@pytest.mark.parametrize("persona", [COORDINATOR, AUTHOR])
def test_whoever_sees_to_an_activity_reads_who_comes(pages, persona):
    """A control: the silence above is not an empty chair's."""
    assert sum(told(text, LYON, asked, "invite") for _address, asked, text in pages(persona)) >= 3

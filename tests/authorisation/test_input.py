"""Strange input, in every parameter of every page and every field of every form: never a 5xx, never raw in a page.

The quick run proves the doors of every address; `--full` throws each payload at all fields of each at once, and at one
after the other in turn. What is made up by Hypothesis is in test_fuzz.py.
"""

import re
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from cohorts.models import Application, Cohort
from cohorts.states import ApplicationState
from partnership import clock
from partnership.models import Zone

from .. import factories
from .rows import FORBIDDEN, GO, MISSING, NOT_ALLOWED, OK, PERSONAS, SIGN_IN, WRONG, Row
from .table import TABLE
from .world import ADMINISTRATOR, ANONYMOUS, LYON, LYON_LEAD, LYON_RECRUITER, PARIS, World, fingerprint, marker, secret

pytestmark = pytest.mark.django_db
REFUSED = 400
TAG = "<script>alert('x')</script>"
PAYLOADS = [
    "x" * 10_000,
    "-1",
    "0",
    "99999999999999999999999999",
    "1e308",
    "²",
    "٣",
    "pas un nombre",
    str(uuid.uuid4()),
    "' OR 1=1 --",
    "%(n)s %s {0} {{ 7*7 }}",
    TAG,
    "=HYPERLINK(1)",
    "../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "\u202eabc\u200b\ufeff",
    "🪑" * 50,
]


def somebody(row: Row, method: str) -> str:
    """The persona with most rights among those who may use an address; where nobody may, the administrator."""
    shut = (SIGN_IN, FORBIDDEN, MISSING)
    may = (persona for persona in reversed(PERSONAS) if row.expected(persona, method, LYON) not in shut)
    return next(may, ADMINISTRATOR)


def fields(world: World, row: Row) -> set[str]:
    """The fields that a form of the page has, besides those that a correct answer fills in."""
    known = set(world.said(row.url, LYON))
    if row.get == OK:
        page = world.client(somebody(row, "get")).get(world.address(row.url, row.of))
        known |= set(re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page.body.decode()))
    return known - {"csrfmiddlewaretoken"}


def post(world: World, row: Row, said: Any, **options: Any) -> Any:
    """Send a form and forget what it did."""
    with transaction.atomic():
        answer = world.client(somebody(row, "post")).post(world.address(row.url, row.of), said, **options)
        transaction.set_rollback(True)
    return answer


full = pytest.mark.full
READ = [row for row in TABLE if row.get in (OK, GO)]
SENT = [row for row in TABLE if row.post in (OK, GO, WRONG)]
ASKED = [row for row in READ if row.asks]


def of_each(rows: list[Row]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.url)


def is_told_safely(answer: Any) -> bool:
    """Whether an answer is no failure of ours and shows nothing that a browser would run."""
    is_page = "html" in answer.get("Content-Type", "")
    return answer.status_code < 500 and not (is_page and TAG.encode() in answer.body)


def each_in_turn(names: Sequence[str]) -> list[tuple[str, Any]]:
    """Every name with its share of the payloads, all of them once or more; the forms themselves are asked the rest."""
    turns = max(len(names), len(PAYLOADS)) if names else 0
    return [(names[turn % len(names)], PAYLOADS[turn % len(PAYLOADS)]) for turn in range(turns)]


@full
@of_each(ASKED)
def test_a_page_takes_any_parameter(world, row):
    client, address = world.client(somebody(row, "get")), world.address(row.url, row.of)
    asked = [dict.fromkeys(row.asks, payload) for payload in [*PAYLOADS, ["1", "2", ""]]]
    asked += [{name: payload} for name, payload in each_in_turn(row.asks)]
    assert [query for query in asked if not is_told_safely(client.get(address, query))] == []


@of_each(READ)
def test_a_page_answers_400_to_text_that_cannot_be(world, row):
    client, address = world.client(somebody(row, "get")), world.address(row.url, row.of)
    for query in ("x=%00", "%00=x", "next=a%00b"):
        assert client.get(f"{address}?{query}").status_code == REFUSED


@full
@of_each(READ)
def test_a_page_reads_what_is_no_utf_8_as_something_odd(world, row):
    client, address = world.client(somebody(row, "get")), world.address(row.url, row.of)
    assert is_told_safely(client.get(f"{address}?q=%ED%A0%80&%ED%A0%80=x"))


@of_each([row for row in TABLE if "/" not in row.url])
def test_an_address_with_impossible_text_in_it_is_refused(world, row):
    client = world.client(somebody(row, "get" if row.get != NOT_ALLOWED else "post"))
    assert client.get(f"{world.address(row.url, row.of)}%00").status_code == REFUSED


@full
@of_each(SENT)
def test_a_form_takes_any_value_in_all_its_fields(world, row):
    names = fields(world, row)
    for payload in PAYLOADS:
        assert is_told_safely(post(world, row, dict.fromkeys(names, payload))), payload[:40]
    assert is_told_safely(post(world, row, dict.fromkeys(names, ["a", "b"])))


@full
@of_each(SENT)
def test_a_form_takes_any_value_in_one_field(world, row):
    right = world.said(row.url, LYON)
    tried = each_in_turn(sorted(fields(world, row)))
    wrong = [pair for pair in tried if not is_told_safely(post(world, row, right | {pair[0]: pair[1]}))]
    assert wrong == []


@of_each(SENT)
def test_a_form_refuses_text_that_cannot_be(world, row):
    right = world.said(row.url, LYON)
    for name in ("nobody_asked", *sorted(right)):
        assert post(world, row, right | {name: "a\0b"}).status_code == REFUSED, name


@full
@of_each(SENT)
def test_a_body_that_is_no_form_is_no_failure_of_ours(world, row):
    many = "&".join(f"f{number}=1" for number in range(1_100)).encode()
    for body, kind in [
        (b"a=%ED%A0%80&=&&%", "application/x-www-form-urlencoded"),
        (many, "application/x-www-form-urlencoded"),
        (b'{"a": "\\ud800"}', "application/json"),
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        (b"", "multipart/form-data"),
    ]:
        assert is_told_safely(post(world, row, body, content_type=kind)), f"{kind}, {body[:30]!r}"


# -- somebody else's records in one's own form -----------------------------------------------------------------------


def tampered(world: World, name: str, **changes: str) -> tuple[int, bool]:
    """What the Lyon persona of a deed is answered for a correct form in which some keys are another zone's."""
    row = next(row for row in TABLE if row.url == name)
    persona = LYON_RECRUITER if name.startswith("cohorts:") else LYON_LEAD
    with transaction.atomic():
        answer = world.client(persona).post(world.address(row.url, row.of), world.said(name, LYON) | changes)
        changed = fingerprint() != world.untouched
        transaction.set_rollback(True)
    return answer.status_code, changed


def key(world: World, what: str, zone: str = PARIS) -> str:
    return str(world.things[what, zone]["pk"])


def test_a_lead_places_no_student_of_another_zone(world):
    assert tampered(world, "placements:placement_propose", enrolment=key(world, "student")) == (MISSING, False)


def test_a_lead_places_nobody_on_a_site_of_another_zone(world):
    assert tampered(world, "placements:placement_propose", site=key(world, "site")) == (MISSING, False)


def test_a_recruiter_ticks_no_condition_of_another_zone(world):
    elsewhere = str(world.things["condition", PARIS]["condition"])
    assert tampered(world, "cohorts:conditions_meet", ticked=elsewhere) == (WRONG, False)
    address = world.address("cohorts:condition_meet", "condition").replace(
        str(world.things["condition", LYON]["condition"]), elsewhere
    )
    assert world.client(LYON_RECRUITER).post(address).status_code == MISSING
    assert fingerprint() == world.untouched


@pytest.mark.parametrize("name", ["placements:site_add", "placements:site_edit"])
def test_a_site_is_not_moved_to_a_zone_that_one_does_not_lead(world, name):
    elsewhere = Zone.objects.get(code=PARIS)
    assert tampered(world, name, zone=str(elsewhere.pk)) == (WRONG, False)


@pytest.mark.parametrize("name", ["placements:seats_open", "placements:seats_reconfirm"])
def test_no_place_is_opened_for_an_intake_that_the_zone_does_not_have(world, name):
    elsewhere = factories.intake(starts_on=clock.today() + timedelta(days=500))
    factories.cohort(PARIS, of=elsewhere)
    world_now = fingerprint()
    row = next(row for row in TABLE if row.url == name)
    answer = world.client(LYON_LEAD).post(
        world.address(name, row.of), world.said(name, LYON) | {"intake": str(elsewhere.pk)}
    )
    assert (answer.status_code, fingerprint()) == (WRONG, world_now)


@pytest.mark.parametrize("version", ["", "0", "2147483648", "-1", "abc"])
@pytest.mark.parametrize(
    "name",
    [
        "cohorts:application_admit",
        "cohorts:application_confirm",
        "placements:site_edit",
        "placements:company_edit",
        "placements:contact_edit",
        "placements:tutor_edit",
        "placements:placement_accept",
        "placements:placement_cancel",
        "placements:placement_decline",
        "placements:enrolment_end",
    ],
)
def test_a_form_whose_version_was_tampered_with_does_nothing(world, name, version):
    status, changed = tampered(world, name, version=version)
    assert (status in (409, WRONG), changed) == (True, False)


def test_what_a_form_does_not_ask_is_not_taken(world):
    hostile = {"state": "admitted", "cohort": "1", "owner": "1", "decided_by": "1", "zone": "1", "candidate": "1"}
    before = Application.objects.get(pk=key(world, "submitted", LYON))
    world.client(LYON_RECRUITER).post(
        world.address("cohorts:interview_schedule", "submitted"),
        world.said("cohorts:interview_schedule", LYON) | hostile,
    )
    after = Application.objects.get(pk=before.pk)
    assert after.state == ApplicationState.INTERVIEW_SCHEDULED
    assert (after.cohort_id, after.owner_id, after.decided_by_id) == (
        before.cohort_id,
        before.owner_id,
        before.decided_by_id,
    )


def test_an_applicant_chooses_no_cohort_that_is_not_offered(world):
    closed = factories.cohort("toulouse", of=factories.intake(starts_on=clock.today() + timedelta(days=600)))
    Cohort.objects.filter(pk=closed.pk).update(applications_until=clock.today() - timedelta(days=1))
    client = world.client(ANONYMOUS)
    client.post(world.address("cohorts:apply_identity", "programme"), world.said("cohorts:apply_identity", LYON))
    answer = client.post(
        world.address("cohorts:apply_project", "programme"),
        {
            "level": "4",
            "cohort": str(closed.pk),
            "languages": "français",
            "has_employer": "no",
            "source": "mission_locale",
        },
    )
    assert answer.status_code == WRONG
    assert Application.objects.latest("created_at").level == ""


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_the_key_of_somebody_elses_form_opens_nothing_of_theirs(world, state):
    """The key that keeps a form from being sent twice is no way to read or change another person's answers."""
    theirs = Application.objects.select_related("candidate").get(pk=key(world, state, LYON))
    client = world.client(ANONYMOUS)
    client.post(
        world.address("cohorts:apply_identity", "programme"),
        world.said("cohorts:apply_identity", LYON) | {"submit_key": str(theirs.submit_key)},
    )
    theirs.candidate.refresh_from_db()
    assert theirs.candidate.last_name == marker(LYON, "jeune")
    for step in ("apply_identity", "apply_project", "apply_check", "apply_thanks"):
        page = client.get(world.address(f"cohorts:{step}", "programme"), follow=True).body.decode()
        assert secret(LYON, "jeune").casefold() not in page.casefold()

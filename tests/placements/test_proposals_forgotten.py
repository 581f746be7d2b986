"""What is kept of students' wishes and of proposals: told to them, erased with them, forgotten after a season."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partnership import clock, jobs, personal_data, retention
from partnership.models import ref
from partnership.states import JobState
from partnership.workflow import THE_CLOCK
from placements import services
from placements.board import held as words
from placements.models import Mobility, ProposalRun, Wish
from placements.services import proposals

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def _work(run: ProposalRun) -> ProposalRun:
    jobs.run_slice(str(run.job_id))
    run.refresh_from_db()
    return run


@pytest.fixture
def other(lyon, lyon_lead, site):
    """A second student, with a place of their own to go to."""
    factories.seat(site, of=lyon.intake, by=lyon_lead)
    return factories.enrolment(lyon)


@pytest.fixture
def asked(lyon, lyon_lead, seat, student):
    """A proposal for one student and one place, made."""
    return _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))


@pytest.fixture
def wished(lyon_lead, student, site):
    """A student who said how far they go, and who wishes for a host that asked for them."""
    services.say_mobility(student, near_km=17, far_km=42, wishes=[site], by=lyon_lead, version=0)
    services.ask_for_student(site, student, by=lyon_lead)
    return student


def _erase(student) -> dict[str, int]:
    return personal_data.erase(ref(student.application.candidate), by=THE_CLOCK, even_if_live=True)


def _stored() -> str:
    return json.dumps(list(ProposalRun.objects.values_list("inputs", "plan", "change")), default=str)


# -- told -------------------------------------------------------------------------------------------------------------


def test_a_student_is_told_how_far_they_said_they_go_and_what_was_wished(wished, site):
    held = personal_data.collect(ref(wished.application.candidate))
    [mobility] = held["mobility"]
    assert (mobility["near_km"], mobility["far_km"]) == (17, 42) and mobility["said_at"]
    assert [(line["site__name"], line["side"], line["rank"]) for line in held["wishes"]] == [
        (site.name, "host", None),
        (site.name, "student", 1),
    ]
    told = {section.title: section.entries for section in words.sections(held)}
    lines = [dict(entry) for entries in told.values() for entry in entries]
    assert any("17" in line.values() and "42" in line.values() for line in lines)
    assert not [name for line in lines for name in line if "_" in name]


# -- erased -----------------------------------------------------------------------------------------------------------


def test_no_proposal_speaks_any_more_of_somebody_who_is_erased(asked, wished, other, lyon, lyon_lead, site):
    without = ProposalRun.objects.create(
        intake=lyon.intake,
        zone=lyon.zone,
        asked_at=clock.now(),
        asked_by=lyon_lead,
        inputs=asked.inputs | {"students": asked.inputs["students"] | {"rows": []}},
    )
    said = {"student": str(wished.pk), "site": str(site.pk)}
    pinned = _work(services.ask_what_if(asked, by=lyon_lead, what="pin", **said))
    waiting = services.ask_what_if(asked, by=lyon_lead, what="exclude", **said)
    assert str(wished.pk) in _stored()

    erased = _erase(wished)

    assert (erased["mobility"], erased["wishes"], erased["proposals"]) == (1, 2, 3)
    assert str(wished.pk) not in _stored()
    assert not Mobility.objects.exists() and not Wish.objects.exists()
    for run in (asked, pinned, without):
        run.refresh_from_db()
    assert without.inputs is not None
    # The counts stay, and what kind of change was asked for.
    assert (asked.students, asked.placed, pinned.change) == (1, 1, {"what": "pin"})
    assert _work(waiting).job.state == JobState.FAILED
    assert "proposals" not in _erase(wished)


def test_others_keep_their_wishes(wished, other, lyon_lead, site):
    services.say_mobility(other, near_km=9, far_km=None, wishes=[site], by=lyon_lead, version=0)
    _erase(wished)
    assert other.wishes.count() == 1 and Mobility.objects.get().enrolment == other


def test_who_is_erased_while_a_proposal_is_solved_is_not_written_down_again(
    lyon, lyon_lead, seat, student, monkeypatch
):
    run = services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead)
    solve = proposals.solved

    def erased_meanwhile(inputs):
        _erase(student)
        return solve(inputs)

    monkeypatch.setattr(proposals, "solved", erased_meanwhile)
    assert _work(run).job.state == JobState.FAILED
    assert run.made_at is None and str(student.pk) not in _stored()


def test_proposals_are_forgotten_in_as_many_statements_however_many_they_are(asked, lyon, lyon_lead, student):
    key = [student.pk]
    with CaptureQueriesContext(connection) as sent:
        assert services.forget_inputs(ProposalRun.objects.with_students(key)) == 1
    assert len(sent) == 1


def test_a_site_that_asked_for_somebody_else_keeps_no_key_of_theirs(lyon, lyon_lead, seat, student, site):
    elsewhere = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    for one in (student, elsewhere):
        services.ask_for_student(site, one, by=lyon_lead)
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    assert str(student.pk) in json.dumps(run.inputs["sites"])
    assert str(elsewhere.pk) not in _stored()


# -- forgotten --------------------------------------------------------------------------------------------------------


def test_a_proposal_is_forgotten_after_ninety_days_but_for_its_counts(asked):
    rule = retention.RULES["proposals"]
    with clock.travel(asked.asked_at + timedelta(days=90) - timedelta(minutes=1)):
        assert rule.count() == 0
    with clock.travel(asked.asked_at + timedelta(days=90, minutes=1)):
        assert (rule.count(), rule.take(10), rule.count()) == (1, 1, 0)
    asked.refresh_from_db()
    assert (asked.inputs, asked.plan) == (None, None)
    assert (asked.students, asked.places, asked.placed) == (1, 1, 1)

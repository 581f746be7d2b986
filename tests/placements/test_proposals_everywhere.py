"""A proposal for all zones at once: who may ask for it, from where, and what it places."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.models import Intake
from partnership import clock
from partnership.states import Role
from placements import services
from placements.board import zone as zones
from placements.models import Placement, ProposalRun
from programmes.states import ProgrammeKind

from .. import factories
from ..browser.proposing import worked

pytestmark = pytest.mark.django_db


def _list(code: str = "toutes") -> str:
    return reverse("placements:proposal_list", args=[code])


def _page(run: ProposalRun, name: str = "proposal_detail") -> str:
    return reverse(f"placements:{name}", args=[run.pk])


def _where(run: ProposalRun) -> dict[str, str]:
    return {line.student: line.site for line in services.plan_of(run).lines}


@pytest.fixture
def paris(lyon):
    """The same intake in another zone."""
    return factories.cohort("paris", of=lyon.intake)


@pytest.fixture
def lead_of_all(db):
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", name="Lise Aubry")


@pytest.fixture
def everywhere(lead_of_all, client_of):
    """The browser of whoever leads every zone."""
    return client_of(lead_of_all)


@pytest.fixture
def pairs(lyon, paris, student, site, lead_of_all):
    """In each of two zones a student, and a site with a place."""
    there = factories.site("paris")
    for here in (site, there):
        factories.seat(here, of=lyon.intake, by=lead_of_all)
    return {str(student.pk): str(site.pk), str(factories.enrolment(paris).pk): str(there.pk)}


# -- intakes ----------------------------------------------------------------------------------------------------------


def test_of_all_zones_each_intake_is_there_once_the_earliest_first(lyon, paris):
    earlier = factories.cohort("paris", of=factories.intake(starts_on=clock.today()))
    factories.intake(starts_on=clock.today().replace(year=clock.today().year + 2, day=1))  # in no zone yet
    certificate = factories.programme("certificat", kind=ProgrammeKind.SCHOOL_CERTIFICATE)
    factories.cohort("lyon", of=factories.intake(certificate))  # needs no host
    assert Intake.objects.count() == 4
    assert zones.intakes_of(None) == [earlier.intake, lyon.intake]


def test_of_a_zone_each_intake_has_its_cohort_there(lyon, paris):
    for cohort in (lyon, paris):
        [intake] = zones.intakes_of(cohort.zone)
        assert (intake, intake.cohort_pk) == (lyon.intake, cohort.pk)


# -- the service ------------------------------------------------------------------------------------------------------


def test_one_proposal_places_the_students_of_every_zone(pairs, lyon, lead_of_all):
    run = worked(services.ask_for_proposal(lyon.intake, None, by=lead_of_all))
    assert (run.zone, run.students, run.places, run.placed) == (None, 2, 2, 2)
    assert _where(run) == pairs
    for student, site in pairs.items():
        placement = services.accept_line(run, student=student, by=lead_of_all)
        assert (str(placement.seat.site_id), placement.proposal) == (site, run)


def test_all_zones_together_place_whoever_could_move(lyon, paris, student, lyon_lead, lead_of_all):
    there = factories.site("paris")
    factories.seat(there, of=lyon.intake, by=lead_of_all)
    together = worked(services.ask_for_proposal(lyon.intake, None, by=lead_of_all))
    assert _where(together) == {}
    student.application.other_zones.add(paris.zone)
    alone = worked(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    together = worked(services.ask_for_proposal(lyon.intake, None, by=lead_of_all))
    assert (_where(alone), _where(together)) == ({}, {str(student.pk): str(there.pk)})


def test_what_was_accepted_for_all_zones_is_kept_for_all_zones(pairs, lyon, lead_of_all):
    first = worked(services.ask_for_proposal(lyon.intake, None, by=lead_of_all))
    one, other = sorted(pairs)
    services.accept_line(first, student=one, by=lead_of_all)
    [line] = services.plan_of(worked(services.ask_for_proposal(lyon.intake, None, by=lead_of_all))).lines
    assert line.student == other and line.fit.is_kept


# -- pages ------------------------------------------------------------------------------------------------------------


def test_whoever_leads_every_zone_begins_asks_reads_and_accepts(everywhere, pairs, lyon):
    begins = everywhere.get(reverse("placements:home"), follow=True).content.decode()
    assert f'href="{_list()}"' in begins
    page = everywhere.get(_list()).content.decode()
    assert 'name="intake"' in page and 'name="with_visitors"' not in page
    asked = everywhere.post(_list(), {"intake": lyon.intake.pk})
    run = ProposalRun.objects.get()
    assert (asked["Location"], run.zone, run.change) == (_page(run), None, {"with_visitors": False})
    worked(run)
    assert f'href="{_page(run)}"' in everywhere.get(_list()).content.decode()
    text = everywhere.get(_page(run)).content.decode()
    assert all(f'name="line" value="{student}"' in text for student in pairs)
    everywhere.post(_page(run, "proposal_accept"), {"line": list(pairs)})
    assert {str(one.enrolment_id): str(one.seat.site_id) for one in Placement.objects.live()} == pairs
    everywhere.post(_page(run, "proposal_again"))
    assert list(ProposalRun.objects.values_list("zone", flat=True)) == [None, None]


def test_without_an_intake_nothing_can_be_asked_for(everywhere):
    page = everywhere.get(_list())
    assert page.status_code == 200 and 'name="intake"' not in page.content.decode()
    assert everywhere.post(_list(), {"intake": "1"}).status_code == 422
    assert not ProposalRun.objects.exists()


def test_the_page_asks_as_many_questions_however_many_intakes_and_proposals(everywhere, lyon, paris, lead_of_all):
    services.ask_for_proposal(lyon.intake, None, by=lead_of_all)
    everywhere.get(_list())
    with CaptureQueriesContext(connection) as few:
        everywhere.get(_list())
    for month in (1, 4, 9):
        starts = clock.today().replace(year=clock.today().year + 1, month=month, day=2)
        for zone in ("lyon", "paris"):
            cohort = factories.cohort(zone, of=factories.intake(starts_on=starts))
        services.ask_for_proposal(cohort.intake, None, by=lead_of_all)
    with CaptureQueriesContext(connection) as many:
        everywhere.get(_list())
    assert len(many) == len(few) <= 20


# -- who may ----------------------------------------------------------------------------------------------------------


def test_a_lead_of_some_zones_finds_no_way_to_all_of_them(lead, lyon, paris, student, everywhere, lyon_lead):
    lyon_lead.memberships.create(
        party=factories.party("smt"), role=Role.REGIONAL_LEAD, zone=paris.zone, since=clock.today()
    )
    for url in (reverse("placements:zone_board", args=["lyon"]), _list("lyon"), _list("paris")):
        assert _list() in everywhere.get(url).content.decode()
        page = lead.get(url)
        assert page.status_code == 200 and _list() not in page.content.decode()
    assert lead.get(_list()).status_code == lead.post(_list(), {"intake": lyon.intake.pk}).status_code == 403
    assert not ProposalRun.objects.exists()


def test_a_proposal_for_all_zones_does_not_exist_for_a_lead_of_one(lead, pairs, student, lyon, lead_of_all):
    run = worked(services.ask_for_proposal(lyon.intake, None, by=lead_of_all))
    assert lead.get(_page(run)).status_code == 404
    for name in ("accept", "what_if", "again", "replay"):
        assert lead.post(_page(run, f"proposal_{name}"), {"line": [str(student.pk)]}).status_code == 404
    assert not Placement.objects.exists() and ProposalRun.objects.count() == 1

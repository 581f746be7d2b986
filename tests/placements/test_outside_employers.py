"""An employer outside the partnership is anywhere: a student's zones bind partners alone, and nobody has to leave one
that becomes a partner."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.urls import reverse

from cohorts import services as recruitment
from cohorts.models import Application
from partnership import clock, invariants
from partnership.models import JournalEntry, ref
from partnership.workflow import Refused
from placements import services
from placements.models import HostCompany, Placement
from placements.states import PlacementState

from .. import factories

pytestmark = pytest.mark.django_db


def _site(zone: str, *, company: HostCompany | None = None, is_partner: bool = False):
    company = company or HostCompany.objects.create(name="Employeur trouvé (fictif)", is_partner=is_partner)
    return factories.site(zone, company=company)


def _placed_in_paris(lyon, by, *, is_partner: bool = False) -> Placement:
    """A student of Lyon at an employer in the zone of Paris."""
    site = _site("paris", is_partner=is_partner)
    factories.seat(site, of=lyon.intake)
    return services.propose(factories.enrolment(lyon), site=site, by=by)


def _make_a_partner(company: HostCompany, client) -> None:
    """As an administrator does, so that the journal says what the company was."""
    url = reverse("admin:placements_hostcompany_change", args=[company.pk])
    said = {"name": company.name, "siren": "", "headcount": "", "is_partner": "on"}
    assert client.post(url, said).status_code == 302
    company.refresh_from_db()
    assert company.is_partner


def _outside_the_zones() -> list[str]:
    return invariants.INVARIANTS["zones_of_the_student"].find()


def test_a_student_is_placed_at_an_outside_employer_of_any_zone_and_at_no_partner_there(lyon, lyon_lead):
    assert _placed_in_paris(lyon, lyon_lead).state == PlacementState.PROPOSED
    assert _outside_the_zones() == []
    with pytest.raises(Refused, match="hors des zones"):
        _placed_in_paris(lyon, lyon_lead, is_partner=True)


def test_whoever_is_there_stays_when_the_employer_becomes_a_partner_and_nobody_else_comes(
    lyon, lyon_lead, administrator, client_of
):
    placement = _placed_in_paris(lyon, lyon_lead)
    site = placement.seat.site
    _make_a_partner(site.company, client_of(administrator))
    assert JournalEntry.objects.filter(subject=ref(site.company), before="False").exists()
    placement = Placement.objects.get(pk=placement.pk)
    services.accept(placement, by=site)
    services.start(Placement.objects.get(pk=placement.pk), on=clock.today(), by=lyon_lead)
    assert _outside_the_zones() == []
    factories.seat(site, of=lyon.intake)
    with pytest.raises(Refused, match="hors des zones"):
        services.propose(factories.enrolment(lyon), site=site, by=lyon_lead)


def test_a_partner_that_never_was_outside_is_found(lyon, lyon_lead):
    placement = _placed_in_paris(lyon, lyon_lead)
    # Behind the journal's back.
    HostCompany.objects.update(is_partner=True)
    assert _outside_the_zones() == [ref(placement)]
    # Nor does it help to have been outside before the placement.
    line = {"actor_kind": "user", "actor_ref": str(lyon_lead.pk), "subject": ref(placement.seat.site.company)}
    at = placement.proposed_at - timedelta(seconds=1)
    JournalEntry.objects.create(at=at, about=line["subject"], before="False", after="edited", **line)
    assert _outside_the_zones() == [ref(placement)]


@pytest.mark.parametrize("becomes_partner", [False, True])
def test_a_student_with_an_outside_employer_moves_to_the_class_of_another_zone(
    lyon, lyon_lead, recruiter, administrator, client_of, becomes_partner
):
    placement = _placed_in_paris(lyon, lyon_lead)
    if becomes_partner:
        _make_a_partner(placement.seat.site.company, client_of(administrator))
    toulouse = factories.cohort("toulouse", of=lyon.intake)
    application = Application.objects.get(pk=placement.enrolment.application_id)
    recruitment.transfer(application, cohort=toulouse, by=recruiter)
    assert application.cohort == toulouse
    assert _outside_the_zones() == []


def test_a_student_with_a_place_at_a_partner_does_not(lyon, lyon_lead, recruiter):
    site = _site("lyon", is_partner=True)
    factories.seat(site, of=lyon.intake)
    placement = services.propose(factories.enrolment(lyon), site=site, by=lyon_lead)
    application = Application.objects.get(pk=placement.enrolment.application_id)
    toulouse = factories.cohort("toulouse", of=lyon.intake)
    with pytest.raises(Refused, match="hors de cette zone"):
        recruitment.transfer(application, cohort=toulouse, by=recruiter)
    HostCompany.objects.filter(pk=site.company_id).update(is_partner=False)
    recruitment.transfer(Application.objects.get(pk=application.pk), cohort=toulouse, by=recruiter)


def test_the_site_of_an_outside_employer_moves_under_its_students_and_a_partners_does_not(lyon, lyon_lead):
    toulouse = factories.zone("toulouse")
    for is_partner in (False, True):
        site = factories.site(
            "lyon", company=HostCompany.objects.create(name=f"Employeur {is_partner}", is_partner=is_partner)
        )
        factories.seat(site, of=lyon.intake)
        services.propose(factories.enrolment(lyon), site=site, by=lyon_lead)
        if is_partner:
            with pytest.raises(Refused):
                services.edit_site(site, by=lyon_lead, version=site.version, zone=toulouse)
        else:
            services.edit_site(site, by=lyon_lead, version=site.version, zone=toulouse)
    assert _outside_the_zones() == []


def test_a_change_within_an_outside_company_leads_anywhere(lyon, lyon_lead):
    here = _site("lyon")
    factories.seat(here, of=lyon.intake)
    placement = services.propose(factories.enrolment(lyon), site=here, by=lyon_lead)
    services.accept(placement, by=here)
    there = _site("paris", company=here.company)
    seat = factories.seat(there, of=lyon.intake)
    services.amend(placement, site=there, tutor=None, from_on=clock.today(), by=lyon_lead)
    placement.refresh_from_db()
    assert placement.seat == seat
    assert _outside_the_zones() == []


def test_the_migration_goes_back_and_forth(lyon, lyon_lead):
    law = import_module("placements.migrations.0023_outside_employers_are_anywhere")
    with connection.cursor() as cursor:
        cursor.execute(law.REPEAL)
    with pytest.raises(Refused, match="hors des zones"):
        _placed_in_paris(lyon, lyon_lead)
    with connection.cursor() as cursor:
        cursor.execute(law.LAW)
    assert _placed_in_paris(lyon, lyon_lead)

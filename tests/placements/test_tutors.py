"""Tutors: how many students one may have, where, and what makes somebody eligible."""

import pytest
from django.db import IntegrityError, transaction

from partnership import clock
from partnership.models import JournalEntry, ref
from partnership.workflow import Refused, Stale
from placements import services
from placements.models import Placement, TutorCeiling, TutorEligibility
from placements.states import ContractKind, PlacementState

from .. import factories
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db
APPRENTICE, PROFESSIONAL = ContractKind.APPRENTICESHIP, ContractKind.PROFESSIONALISATION


@pytest.fixture(autouse=True)
def law(db):
    return list(services.load_host_reference())


@pytest.fixture
def tutor(site):
    return hosting.tutor(site)


@pytest.fixture
def placed(site, lyon, lyon_lead):
    """Places a student more of the same intake, on the site or another."""

    def one(at=site) -> Placement:
        seat = factories.seat(at, of=lyon.intake, by=lyon_lead)
        return factories.placement(factories.enrolment(lyon), seat, by=lyon_lead)

    return one


@pytest.fixture
def give(placed, lyon_lead):
    def one(tutor, kind=APPRENTICE, *, at=None, **more) -> Placement:
        placement = placed(at) if at else placed()
        services.assign_tutor(placement, tutor=tutor, contract_kind=kind, by=lyon_lead, **more)
        return placement

    return one


def test_a_placement_gets_its_tutor_and_the_journal_says_so(give, tutor):
    placement = give(tutor)
    placement.refresh_from_db()
    assert (placement.tutor, placement.contract_kind, placement.version) == (tutor, APPRENTICE, 2)
    assert JournalEntry.objects.filter(subject=ref(placement), after="tutor_given", reason=APPRENTICE).count() == 1


def test_a_tutor_has_two_apprentices_and_one_who_repeats_the_year(give, tutor):
    give(tutor), give(tutor)
    with pytest.raises(Refused):
        give(tutor)
    give(tutor, repeats_year=True)
    with pytest.raises(Refused):
        give(tutor, repeats_year=True)


def test_of_professionalisation_contracts_three_and_two_of_an_employer(give, site, lyon_lead):
    tutor, employer = hosting.tutor(site), hosting.tutor(site, is_employer=True)
    for _number in range(3):
        give(tutor, PROFESSIONAL)
    with pytest.raises(Refused):
        give(tutor, PROFESSIONAL)
    give(employer, PROFESSIONAL), give(employer, PROFESSIONAL)
    with pytest.raises(Refused):
        give(employer, PROFESSIONAL)
    with pytest.raises(Refused, match="employ"):
        services.edit_tutor(tutor, by=lyon_lead, version=1, sites=[site], is_employer=True)
    assert not type(tutor).objects.get(pk=tutor.pk).is_employer


def test_both_kinds_together_are_no_more_than_the_larger_ceiling_in_any_order(give, site):
    for kinds in ([APPRENTICE, APPRENTICE, PROFESSIONAL], [PROFESSIONAL, PROFESSIONAL, APPRENTICE]):
        tutor = hosting.tutor(site)
        for kind in kinds:
            give(tutor, kind)
        for kind in (APPRENTICE, PROFESSIONAL):
            with pytest.raises(Refused):
                give(tutor, kind)


def test_a_contract_that_is_not_known_yet_counts_as_the_strictest(give, tutor):
    give(tutor, ""), give(tutor, "")
    with pytest.raises(Refused):
        give(tutor, "")


def test_a_tutor_shared_by_two_sites_at_ceiling(give, site, lyon):
    other = factories.site("lyon", company=site.company, name="Plateau du Pré (fictif)")
    tutor = hosting.tutor(site, other)
    give(tutor), give(tutor, at=other)
    with pytest.raises(Refused) as refusal:
        give(tutor, at=other)
    said = refusal.value.reason
    assert "Karima Fictive" in said and site.name in said and other.name in said and "2" in said
    assert tutor.placements.live().count() == 2


def test_a_student_who_has_left_makes_room(give, tutor):
    first = give(tutor)
    give(tutor)
    Placement.objects.filter(pk=first.pk).update(state=PlacementState.CANCELLED)
    give(tutor)


def test_the_ceiling_is_that_of_the_start_of_the_intake(give, tutor, lyon):
    TutorCeiling.objects.create(kind=APPRENTICE, since=lyon.intake.starts_on, most=1, source="Essai")
    give(tutor)
    with pytest.raises(Refused):
        give(tutor)


def test_a_kind_without_a_known_ceiling_has_none(give, tutor):
    TutorCeiling.objects.all().delete()
    for _number in range(4):
        give(tutor, ContractKind.QUALIFICATION)


def test_accepting_does_not_count_again(give, tutor, lyon_lead):
    placement = give(tutor)
    give(tutor)
    TutorCeiling.objects.update(most=1)
    services.accept(placement, by=lyon_lead)
    placement.refresh_from_db()
    assert placement.state == PlacementState.ACCEPTED


def test_a_tutor_of_another_company_or_site_is_refused_by_the_database(give, site):
    elsewhere = hosting.tutor(factories.site("lyon", company=site.company))
    with pytest.raises(Refused, match="site"):
        give(elsewhere)
    stranger = hosting.tutor(factories.site("lyon"))
    stranger.sites.add(site)
    with pytest.raises(Refused, match="site"):
        give(stranger)


def test_a_tutor_who_has_left_takes_nobody(give, tutor, lyon_lead):
    give(tutor)
    assert services.let_tutor_go(tutor, by=lyon_lead) == 1
    with pytest.raises(Refused, match="a quitté|has left"):
        give(tutor)
    with pytest.raises(Refused):
        services.let_tutor_go(tutor, by=lyon_lead)


def test_a_tutor_is_not_taken_from_a_site_where_they_train_somebody(give, site, lyon_lead):
    other = factories.site("lyon", company=site.company)
    tutor = hosting.tutor(site, other)
    give(tutor)
    with pytest.raises(Refused, match=site.name.split()[0]):
        services.edit_tutor(tutor, by=lyon_lead, version=1, sites=[other])
    services.edit_tutor(tutor, by=lyon_lead, version=1, sites=[site], job="Superviseure")
    assert [*tutor.sites.all()] == [site]
    with pytest.raises(Stale):
        services.edit_tutor(tutor, by=lyon_lead, version=1, sites=[site], job="Autre")


def test_a_tutor_serves_sites_of_one_company(site, lyon_lead):
    with pytest.raises(Refused):
        services.add_tutor(site, by=lyon_lead, name="Noé Fictif", also=[factories.site("lyon")])


@pytest.mark.parametrize(
    ("years", "level", "kind", "is_eligible"),
    [
        (None, 7, APPRENTICE, False),
        (1, None, APPRENTICE, False),
        (1, 3, APPRENTICE, False),
        (1, 4, APPRENTICE, True),
        (0, 4, APPRENTICE, False),
        (2, None, APPRENTICE, True),
        (1, 7, PROFESSIONAL, False),
        (2, None, PROFESSIONAL, True),
        (1, 4, "", True),
        (1, 3, "", False),
        (0, None, ContractKind.QUALIFICATION, True),
    ],
)
def test_who_is_eligible(give, site, lyon, years, level, kind, is_eligible):
    type(lyon.intake.programme).objects.update(level=4)
    tutor = hosting.tutor(site, years_in_job=years, diploma_level=level)
    if is_eligible:
        give(tutor, kind)
    else:
        with pytest.raises(Refused, match="Karima Fictive"):
            give(tutor, kind)


def test_the_rule_of_eligibility_is_that_of_the_start_of_the_intake(give, site, lyon):
    tutor = hosting.tutor(site, years_in_job=2)
    TutorEligibility.objects.filter(since__year=2019).update(since=lyon.intake.starts_on.replace(year=2098))
    with pytest.raises(Refused, match="2008|R6223-24"):
        give(tutor)


def test_an_ended_placement_gets_no_tutor(placed, tutor, lyon_lead):
    placement = placed()
    services.cancel(placement, by=lyon_lead)
    with pytest.raises(Refused):
        services.assign_tutor(placement, tutor=tutor, contract_kind="", by=lyon_lead)


def test_the_database_itself_refuses_whoever_writes(give, placed, tutor):
    give(tutor), give(tutor)
    third = placed()
    with pytest.raises(IntegrityError, match="as many students"), transaction.atomic():
        Placement.objects.filter(pk=third.pk).update(tutor=tutor)


def test_the_reference_is_loaded_once_and_then_belongs_to_the_administrators(law):
    assert len(law) == 11 + 3 + 2 + 3
    TutorCeiling.objects.filter(kind=APPRENTICE).update(most=4)
    assert list(services.load_host_reference()) == []
    assert TutorCeiling.objects.get(kind=APPRENTICE).most == 4
    assert TutorCeiling.objects.filter(since__lte=clock.today()).count() == 2

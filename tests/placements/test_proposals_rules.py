"""What a proposal and its acceptance hold to: ways as long as the pages say, and a sentence for each rule."""

import copy
from functools import reduce
from operator import or_

import pytest
from django.urls import reverse
from django.utils import translation

from partnership import jobs
from partnership.distance import between
from partnership.workflow import Refused
from placements import services
from placements.board import problem as rows
from placements.matching.answer import plan_from_data
from placements.matching.problem import Weights
from placements.matching.rules import Rule
from placements.matching.sentences import kilometres
from placements.matching.stored import as_data
from placements.models import HostCompany, HostPledge, HostSite, Placement, ProposalRun, Tutor
from placements.services import proposals
from placements.states import Chooser

from .. import factories
from ..browser.proposing import worked
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(lyon, lyon_lead):
    """Have a proposal for Lyon made."""
    return lambda **said: worked(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead, **said))


# -- ways -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def far(lyon, lyon_lead):
    """A site some 393 km from the student as the crow flies: 511 by road where roads add three tenths."""
    site = factories.site("lyon", commune=factories.commune("paris"))
    factories.seat(site, of=lyon.intake, by=lyon_lead)
    return site


@pytest.fixture
def goes_450_km(student, lyon_lead):
    services.say_mobility(student, near_km=450, far_km=None, wishes=[], by=lyon_lead, version=0)
    return student


def _detour(run: ProposalRun) -> int:
    return run.inputs["weights"]["detour"]


@pytest.mark.parametrize(("factor", "detour"), [(1, 100), (1.15, 115), (1.3, 130), (2.0, 200)])
def test_a_proposal_measures_ways_as_the_pages_do(ask, far, student, settings, factor, detour):
    settings.ROAD_FACTOR = factor
    run = ask()
    [line] = services.plan_of(run).lines
    shown = between(student.application.candidate.commune, far.commune)
    assert _detour(run) == detour
    assert kilometres(line.fit.hectometres) == pytest.approx(shown.km, abs=1)
    assert shown.km == pytest.approx(393 * factor, abs=2)


def test_roads_that_are_longer_keep_a_student_from_a_site(ask, far, goes_450_km, settings):
    settings.ROAD_FACTOR = 1.0
    assert ask().placed == 1
    settings.ROAD_FACTOR = 1.3
    [left] = services.plan_of(ask()).unplaced
    assert left.rules == ((Rule.DISTANCE, 1),)


def test_weights_that_are_given_are_taken_as_they_are(lyon, seat, student, settings):
    settings.ROAD_FACTOR = 2.0
    assert rows.problem_of(lyon.intake).weights == Weights(detour=200)
    assert rows.problem_of(lyon.intake, weights=Weights(detour=140)).weights.detour == 140


def _replayed(run: ProposalRun, by) -> bool | None:
    jobs.run_slice(str(services.ask_replay(run, by=by).pk))
    run.refresh_from_db()
    return run.replayed_same


def test_a_replay_has_the_roads_of_its_run(ask, far, goes_450_km, lyon_lead, settings):
    settings.ROAD_FACTOR = 1.0
    run = ask()
    settings.ROAD_FACTOR = 1.3
    assert _replayed(run, lyon_lead) is True
    # A control: with the roads of today the answer would have been another.
    inputs = copy.deepcopy(run.inputs)
    inputs["weights"]["detour"] = 130
    ProposalRun.objects.filter(pk=run.pk).update(inputs=inputs)
    run.refresh_from_db()
    assert _replayed(run, lyon_lead) is False


def test_what_if_has_the_roads_of_its_proposal_and_a_new_one_those_of_today(ask, far, goes_450_km, lyon_lead, settings):
    settings.ROAD_FACTOR = 1.0
    run = ask()
    settings.ROAD_FACTOR = 1.3
    beside = worked(services.ask_what_if(run, by=lyon_lead, what="one_more", site=str(far.pk)))
    assert (_detour(beside), beside.placed) == (100, 1)
    again = ask(like=run)
    assert (_detour(again), again.placed) == (130, 0)


def test_a_line_is_accepted_by_the_roads_of_today(ask, far, goes_450_km, lyon_lead, settings):
    settings.ROAD_FACTOR = 1.0
    run = ask()
    settings.ROAD_FACTOR = 1.3
    with pytest.raises(Refused, match="plus loin"):
        services.accept_line(run, student=str(goes_450_km.pk), by=lyon_lead)
    settings.ROAD_FACTOR = 1.0
    assert services.accept_line(run, student=str(goes_450_km.pk), by=lyon_lead)


# -- a sentence for each rule -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_rule_that_keeps_somebody_from_a_site_is_told_in_a_sentence(language):
    with translation.override(language):
        told = {rule: proposals.refusal_of(rule) for rule in Rule}
        together = proposals.refusal_of(reduce(or_, Rule))
    assert len(told) == len(set(told.values())) == 10
    for sentence in told.values():
        assert sentence[0].isupper() and sentence.endswith(".") and sentence in together


def test_whoever_no_longer_moves_to_a_zone_is_not_placed_there(client_of, paris_lead, student):
    there = factories.site("paris")
    factories.seat(there, of=student.application.intake, by=paris_lead)
    student.application.other_zones.add(there.zone)
    asked = services.ask_for_proposal(student.application.intake, there.zone, by=paris_lead, with_visitors=True)
    run = worked(asked)
    assert run.placed == 1
    student.application.other_zones.clear()
    with pytest.raises(Refused, match="hors des zones"):
        services.accept_line(run, student=str(student.pk), by=paris_lead)
    url = reverse("placements:proposal_accept", args=[run.pk])
    answer = client_of(paris_lead).post(url, {"line": [str(student.pk)]}, follow=True)
    assert "hors des zones" in answer.content.decode()
    assert not Placement.objects.exists()


def test_a_host_that_chooses_by_now_is_given_nobody(ask, site, seat, student, lyon_lead):
    run = ask()
    HostPledge.objects.filter(site=site).update(chooser=Chooser.HOST)
    with pytest.raises(Refused) as refused:
        services.accept_line(run, student=str(student.pk), by=lyon_lead)
    assert refused.value.reason == proposals.refusal_of(Rule.HOST_CHOOSES)
    HostPledge.objects.filter(site=site).update(chooser=Chooser.LEAD)
    assert services.accept_line(run, student=str(student.pk), by=lyon_lead)


def test_a_site_whose_tutors_may_train_nobody_by_now_is_given_nobody(ask, site, seat, student, lyon_lead):
    list(services.load_host_reference())
    tutor = hosting.tutor(site, years_in_job=5)
    run = ask()
    assert run.placed == 1
    Tutor.objects.filter(pk=tutor.pk).update(years_in_job=0)
    with pytest.raises(Refused) as refused:
        services.accept_line(run, student=str(student.pk), by=lyon_lead)
    assert refused.value.reason == proposals.refusal_of(Rule.TUTOR)
    # Another one who may: the place is given, the tutor is asked for later.
    hosting.tutor(site, name="Noé Fictif", years_in_job=6)
    assert services.accept_line(run, student=str(student.pk), by=lyon_lead)


def test_several_rules_are_told_together(ask, site, seat, student, lyon_lead):
    run = ask()
    HostSite.objects.filter(pk=site.pk).update(languages_needed=["it"])
    HostPledge.objects.filter(site=site).update(chooser=Chooser.HOST)
    with pytest.raises(Refused) as refused:
        services.accept_line(run, student=str(student.pk), by=lyon_lead)
    assert refused.value.reason == proposals.refusal_of(Rule.LANGUAGES | Rule.HOST_CHOOSES)


# -- employers that somebody brought ----------------------------------------------------------------------------------


@pytest.fixture
def brought(lyon, lyon_lead):
    """An employer outside the partnership, with two places."""
    site = factories.site("lyon", company=HostCompany.objects.create(name="Employeur (fictif)", is_partner=False))
    for _number in range(2):
        factories.seat(site, of=lyon.intake, by=lyon_lead)
    return site


def test_the_places_of_an_employer_that_somebody_brought_are_proposed_to_nobody(ask, brought, seat, lyon, student):
    factories.enrolment(lyon)
    run = ask()
    assert (run.students, run.places, run.placed) == (2, 1, 1)
    assert [site.key for site in rows.problem_of(lyon.intake).sites] == [str(seat.site_id)]
    # Whoever becomes a partner is proposed like the others.
    HostCompany.objects.update(is_partner=True)
    run = ask()
    assert (run.places, run.placed) == (3, 2)


def test_a_pin_has_a_place_there_and_nobody_beside_it(brought, lyon, lyon_lead, student):
    factories.enrolment(lyon)
    pin = str(student.pk), str(brought.pk)
    problem = rows.problem_of(lyon.intake, lyon.zone, pins=[pin])
    assert [(site.key, site.seats) for site in problem.sites] == [(str(brought.pk), 1)]
    plan = plan_from_data(proposals.solved(as_data(problem))["plan"])
    assert [(line.student, line.site) for line in plan.lines] == [pin]
    services.propose(student, site=brought, by=lyon_lead)
    assert rows.problem_of(lyon.intake, lyon.zone, pins=[pin]).sites == ()

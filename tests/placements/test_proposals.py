"""Proposals: computed from the rows, looked at under « what if », accepted line by line, computed again."""

import copy
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts.models import Enrolment
from partnership import clock, jobs
from partnership.models import Commune, JournalEntry
from partnership.states import JobState
from partnership.workflow import Refused, Stale
from placements import services
from placements.board import problem as rows
from placements.matching import sentences
from placements.matching.answer import ranked_from_data
from placements.matching.pairs import broken_by_rules
from placements.matching.plan import Reason
from placements.matching.rules import Rule
from placements.matching.stored import as_data, from_data
from placements.models import HostPledge, HostSite, Placement, ProposalRun, Seat, Wish
from placements.states import PlacementState, WishSide

from .. import factories
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db


def _work(run: ProposalRun) -> ProposalRun:
    """Let the worker do its task."""
    jobs.run_slice(str(run.job_id))
    run.refresh_from_db()
    assert run.job.state == JobState.DONE, run.job.errors
    return run


@pytest.fixture
def asked(lyon, lyon_lead, seat, student):
    """A proposal for one student and one place, made."""
    return _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))


def _page(run: ProposalRun, name: str = "proposal_detail") -> str:
    return reverse(f"placements:{name}", args=[run.pk])


# -- asked and computed -----------------------------------------------------------------------------------------------


def test_a_proposal_places_nobody_by_itself(asked, student, site):
    [line] = services.plan_of(asked).lines
    assert (line.student, line.site) == (str(student.pk), str(site.pk))
    assert (asked.students, asked.places, asked.placed) == (1, 1, 1)
    assert not Placement.objects.exists()


def test_what_a_proposal_keeps_names_nobody(asked, student):
    kept = str(asked.inputs) + str(asked.plan)
    candidate = student.application.candidate
    assert str(student.pk) in kept
    for word in (candidate.first_name, candidate.last_name, candidate.email, candidate.phone):
        assert word and word not in kept


def test_a_site_without_a_place_is_weighed_too(lyon, lyon_lead, site, student):
    HostPledge.objects.create(site=site, intake=lyon.intake, answered_at=clock.now())
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    plan = services.plan_of(run)
    assert not plan.lines
    assert plan.prices[str(site.pk)].students == 1


def test_an_impossible_zone_is_told_student_by_student(lead, lyon, lyon_lead, student):
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    [left] = services.plan_of(run).unplaced
    assert left.reason == Reason.NO_SITE
    with translation.override("fr"):
        said = sentences.blocked(left, sentences.Known())
    assert said in lead.get(_page(run)).content.decode()


def test_students_of_another_zone_come_when_they_are_asked_for(lyon, lyon_lead, seat, student):
    paris = factories.cohort("paris", of=lyon.intake)
    visitor = factories.enrolment(paris)
    visitor.application.other_zones.add(lyon.zone)
    assert [one.key for one in rows.students_of(lyon.intake, lyon.zone)] == [str(student.pk)]
    both = rows.students_of(lyon.intake, lyon.zone, with_visitors=True)
    assert {one.key for one in both} == {str(student.pk), str(visitor.pk)}


def test_rows_are_read_in_as_many_statements_however_many_they_are(lyon, lyon_lead, seat, student, site):
    rows.problem_of(lyon.intake, lyon.zone)
    with CaptureQueriesContext(
        connection,
    ) as few:
        rows.problem_of(lyon.intake, lyon.zone)
    for _number in range(5):
        factories.enrolment(lyon)
        factories.seat(factories.site("lyon"), of=lyon.intake, by=lyon_lead)
    with CaptureQueriesContext(connection) as many:
        problem = rows.problem_of(lyon.intake, lyon.zone)
    assert len(problem.students) == len(problem.sites) == 6
    assert len(many) == len(few) <= 16


def test_a_stored_problem_is_read_back(asked):
    assert as_data(from_data(asked.inputs)) == asked.inputs


# -- what if ----------------------------------------------------------------------------------------------------------


def test_one_place_more_is_tried_beside_the_proposal(asked, lyon, lyon_lead, site):
    second = factories.enrolment(lyon)
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    assert run.placed == 1
    other = _work(services.ask_what_if(run, by=lyon_lead, what="one_more", site=str(site.pk)))
    assert other.placed == 2 and other.based_on == run
    assert Seat.objects.count() == 1
    assert {line.student for line in services.plan_of(other).lines} >= {str(second.pk)}


def test_a_student_ruled_out_of_a_site_goes_nowhere_else_silently(asked, lyon_lead, student, site):
    other = _work(services.ask_what_if(asked, by=lyon_lead, what="exclude", student=str(student.pk), site=str(site.pk)))
    [left] = services.plan_of(other).unplaced
    assert left.rules == ((Rule.EXCLUDED, 1),)


def test_what_nobody_knows_is_no_change(asked, lyon_lead, student, site):
    for said in ({"what": "pin", "student": str(site.pk), "site": str(site.pk)}, {"what": "dance"}, {"what": "pin"}):
        with pytest.raises(Refused):
            services.ask_what_if(asked, by=lyon_lead, **said)


# -- accepted ---------------------------------------------------------------------------------------------------------


def test_an_accepted_line_is_a_placement_like_any_other(asked, student, seat, lyon_lead):
    placement = services.accept_line(asked, student=str(student.pk), by=lyon_lead)
    assert (placement.seat, placement.proposal, placement.state) == (seat, asked, PlacementState.PROPOSED)
    assert JournalEntry.objects.filter(subject=f"placements.placement:{placement.pk}").exists()


def test_a_line_accepted_twice_is_refused(asked, student, lyon_lead):
    services.accept_line(asked, student=str(student.pk), by=lyon_lead)
    with pytest.raises(Refused):
        services.accept_line(asked, student=str(student.pk), by=lyon_lead)
    assert Placement.objects.count() == 1


def test_every_rule_is_checked_again_as_a_line_is_accepted(asked, student, site, lyon, lyon_lead):
    HostSite.objects.filter(pk=site.pk).update(languages_needed=["it"])
    with pytest.raises(Refused, match="langue"):
        services.accept_line(asked, student=str(student.pk), by=lyon_lead)
    HostSite.objects.filter(pk=site.pk).update(languages_needed=[])
    HostPledge.objects.update(answered_at=clock.now() - timedelta(days=91))
    with pytest.raises(Refused, match="quatre-vingt-dix jours"):
        services.accept_line(asked, student=str(student.pk), by=lyon_lead)
    HostPledge.objects.update(answered_at=clock.now())
    assert services.accept_line(asked, student=str(student.pk), by=lyon_lead)


def test_whoever_stays_where_they_were_told_is_kept(asked, lyon, lyon_lead, student, site):
    factories.seat(site, of=lyon.intake, by=lyon_lead)
    second = factories.enrolment(lyon)
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    services.accept_line(run, student=str(student.pk), by=lyon_lead)
    again = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    [line] = services.plan_of(again).lines
    assert line.student == str(second.pk) and line.fit.is_kept


@pytest.mark.parametrize(("years", "is_placed", "has_tutor"), [(5, True, True), (None, True, False), (0, False, False)])
def test_a_tutor_who_may_not_train_is_proposed_to_nobody(
    lyon, lyon_lead, seat, site, student, years, is_placed, has_tutor
):
    list(services.load_host_reference())
    tutor = hosting.tutor(site, years_in_job=years)
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    assert run.placed == is_placed
    if is_placed:
        placement = services.accept_line(run, student=str(student.pk), by=lyon_lead)
        placement.refresh_from_db()
        # Of whom nothing is known, the lead is asked as they give the tutor: the student has the place meanwhile.
        assert placement.tutor == (tutor if has_tutor else None)


# -- computed again ---------------------------------------------------------------------------------------------------


def test_a_proposal_computed_again_has_the_same_answer(asked, lyon_lead):
    job = services.ask_replay(asked, by=lyon_lead)
    jobs.run_slice(str(job.pk))
    asked.refresh_from_db()
    assert asked.replayed_same is True


def test_inputs_that_were_changed_give_another_answer(asked, lyon_lead):
    changed = copy.deepcopy(asked.inputs)
    seats = changed["sites"]["fields"].index("seats")
    changed["sites"]["rows"][0][seats] = 0
    ProposalRun.objects.filter(pk=asked.pk).update(inputs=changed)
    job = services.ask_replay(asked, by=lyon_lead)
    jobs.run_slice(str(job.pk))
    asked.refresh_from_db()
    assert asked.replayed_same is False


def test_a_proposal_whose_inputs_are_forgotten_is_not_computed_again(asked, lyon_lead):
    services.forget_inputs(ProposalRun.objects.all())
    asked.refresh_from_db()
    with pytest.raises(Refused):
        services.ask_replay(asked, by=lyon_lead)


def test_a_solver_that_fails_is_a_task_that_failed(asked, lyon_lead, lyon):
    run = services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead)
    ProposalRun.objects.filter(pk=run.pk).update(inputs={"version": 0})
    jobs.run_slice(str(run.job_id))
    run.job.refresh_from_db()
    assert run.job.state == JobState.FAILED and "version 0" in run.job.errors[0]


# -- wishes -----------------------------------------------------------------------------------------------------------


def test_a_student_who_goes_no_farther_is_not_placed_farther(lyon, lyon_lead, student, site):
    far = factories.commune("paris")
    HostSite.objects.filter(pk=site.pk).update(commune=far)
    services.say_mobility(student, near_km=30, far_km=None, wishes=[], by=lyon_lead, version=0)
    [one] = rows.students_of(lyon.intake, lyon.zone)
    [here], _tutors = rows.sites_of(lyon.intake, lyon.zone)
    assert Rule.DISTANCE in broken_by_rules(one, here, rows.weights_today())


def test_wishes_are_kept_in_their_order_and_replaced_whole(lyon_lead, student, site):
    other = factories.site("lyon")
    services.say_mobility(student, near_km=None, far_km=None, wishes=[site, other], by=lyon_lead, version=0)
    services.say_mobility(student, near_km=12, far_km=None, wishes=[other], by=lyon_lead, version=1)
    kept = Wish.objects.filter(enrolment=student, side=WishSide.STUDENT).values_list("site", "rank")
    assert list(kept) == [(other.pk, 1)]


def test_of_two_who_record_wishes_the_second_is_told(lyon_lead, student, site):
    services.say_mobility(student, near_km=10, far_km=None, wishes=[], by=lyon_lead, version=0)
    services.say_mobility(student, near_km=20, far_km=None, wishes=[], by=lyon_lead, version=1)
    with pytest.raises(Stale):
        services.say_mobility(student, near_km=30, far_km=None, wishes=[], by=lyon_lead, version=1)


# -- pages ------------------------------------------------------------------------------------------------------------


def test_a_lead_asks_follows_reads_and_accepts(lead, lyon, student, seat, site):
    asked = lead.post(reverse("placements:proposal_list", args=["lyon"]), {"intake": lyon.intake.pk})
    run = ProposalRun.objects.get()
    assert asked["Location"] == _page(run)
    waiting = lead.get(_page(run))
    assert waiting["Refresh"] and "being computed" in waiting.content.decode() or "calcul" in waiting.content.decode()
    _work(run)
    text = lead.get(_page(run)).content.decode()
    assert str(student.application.candidate) in text and site.name in text
    lead.post(_page(run, "proposal_accept"), {"line": [str(student.pk)]})
    assert Placement.objects.get().enrolment == student
    assert "checkbox" not in lead.get(_page(run)).content.decode()


def test_the_page_asks_as_many_questions_with_one_line_as_with_ten(lead, asked, lyon, lyon_lead, site):
    lead.get(_page(asked))
    with CaptureQueriesContext(connection) as few:
        lead.get(_page(asked))
    for _number in range(9):
        factories.enrolment(lyon)
        factories.seat(site, of=lyon.intake, by=lyon_lead)
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    assert run.placed == 10
    with CaptureQueriesContext(connection) as many:
        lead.get(_page(run))
    assert len(many) == len(few) <= 20


def test_a_refused_line_is_told_and_the_others_go_on(lead, lyon, lyon_lead, site, seat, student):
    factories.seat(site, of=lyon.intake, by=lyon_lead)
    second = factories.enrolment(lyon)
    run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    services.propose(student, site=site, by=lyon_lead)
    answer = lead.post(_page(run, "proposal_accept"), {"line": [str(student.pk), str(second.pk)]}, follow=True)
    assert Placement.objects.filter(enrolment=second).exists()
    assert str(student.application.candidate) in answer.content.decode()


def test_a_lead_of_another_zone_sees_no_proposal(asked, client_of, paris_lead):
    assert client_of(paris_lead).get(_page(asked)).status_code == 404


def _north(km: int) -> Commune:
    """A commune so many kilometres by road north of Villeurbanne; south of it, if there are fewer than none."""
    home = factories.commune("lyon")
    where = {"latitude": home.latitude + km / (111.2 * settings.ROAD_FACTOR), "longitude": home.longitude}
    return Commune.objects.create(
        insee_code=f"{69900 + km}", name=f"À {km} km", department="69", postcodes=["69999"], **where
    )


def test_the_students_page_tells_their_hosts_as_they_were_weighed(lead, lyon, lyon_lead, student):
    hosts = {}
    for name, km, places in (("Alpha (fictif)", 2, 1), ("Bêta (fictif)", -4, 1), ("Gamma (fictif)", 20, 2)):
        hosts[name] = factories.site("lyon", name=name, commune=_north(km))
        for _number in range(places):
            factories.seat(hosts[name], of=lyon.intake, by=lyon_lead)

    def weighed() -> tuple[list[str], list[int], list[int]]:
        """The hosts in the page's order, then what each fits and what a place there takes from others."""
        run = _work(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
        text = lead.get(reverse("placements:student_detail", args=[student.pk])).content.decode()
        [listed] = re.findall(r"<details[^>]*>(?:(?!</details>).)*<ol>(.*?)</ol>", text, re.DOTALL)
        told = [re.split("\N{NO-BREAK SPACE}?:", words)[0] for words in re.findall("<li>(.*?)</li>", listed)]
        ranked = [ranked_from_data(row).fit for row in run.plan["ranks"][str(student.pk)]]
        fits = {fit.site: fit.total for fit in ranked}
        prices = services.plan_of(run).prices
        keys = [str(hosts[name].pk) for name in told]
        assert not any(prices[key].students for key in keys)
        return told, [fits[key] for key in keys], [prices[key].points for key in keys]

    told, fits, prices = weighed()
    # Nobody else wants a place: the nearest fits best.
    assert told == ["Alpha (fictif)", "Bêta (fictif)", "Gamma (fictif)"]
    assert prices == [0, 0, 0] and fits == sorted(fits, reverse=True)
    before = dict(zip(told, fits, strict=True))
    # Two others live beside Alpha, which has one place: a second one there would be worth more to them.
    for _number in range(2):
        factories.enrolment(lyon, of=factories.candidate(commune=_north(3 + _number)))
    told, fits, prices = weighed()
    assert told == ["Bêta (fictif)", "Alpha (fictif)", "Gamma (fictif)"]
    assert dict(zip(told, fits, strict=True)) == before
    assert prices[1] > prices[0] > prices[2] == 0
    left = [fit - price for fit, price in zip(fits, prices, strict=True)]
    assert left == sorted(left, reverse=True) and len(set(left)) == len(left)


@pytest.fixture
def elsewhere(lyon, student, lead):
    """A host of Paris, where the student could go as well: none of the Lyon lead's to know."""
    site = factories.site("paris", name="Plateau secret (fictif)")
    student.application.other_zones.add(site.zone)
    return site


def test_a_lead_reads_no_host_of_another_zone_that_was_weighed_or_wished_there(lead, paris_lead, student, elsewhere):
    factories.seat(elsewhere, of=student.application.intake, by=paris_lead)
    asked = services.ask_for_proposal(student.application.intake, elsewhere.zone, by=paris_lead, with_visitors=True)
    assert _work(asked).placed == 1
    services.say_mobility(student, near_km=None, far_km=None, wishes=[elsewhere], by=paris_lead, version=0)
    for name in ("student_detail", "mobility_edit"):
        page = lead.get(reverse(f"placements:{name}", args=[student.pk])).content.decode()
        assert "secret" not in page


def test_a_wish_in_another_zone_outlives_what_a_lead_records_here(lead, paris_lead, student, site, elsewhere):
    services.say_mobility(student, near_km=None, far_km=None, wishes=[elsewhere], by=paris_lead, version=0)
    url = reverse("placements:mobility_edit", args=[student.pk])
    assert lead.post(url, {"wish_1": site.pk, "version": "1"}).status_code == 302
    assert list(student.wishes.order_by("rank").values_list("site", flat=True)) == [elsewhere.pk, site.pk]
    more = [factories.site("lyon").pk for _number in range(2)]
    too_many = {"wish_1": site.pk, "wish_2": more[0], "wish_3": more[1], "version": "2"}
    assert lead.post(url, too_many).status_code == 422
    assert student.wishes.count() == 2


def test_a_lead_records_how_far_a_student_goes(lead, student, site):
    url = reverse("placements:mobility_edit", args=[student.pk])
    assert lead.get(url).status_code == 200
    twice = {"near_km": "15", "wish_1": site.pk, "wish_2": site.pk, "version": "0"}
    assert lead.post(url, twice).status_code == 422
    assert lead.post(url, {"near_km": "15", "wish_1": site.pk, "version": "0"}).status_code == 302
    student = Enrolment.objects.get(pk=student.pk)
    assert student.mobility.near_km == 15 and student.wishes.get().site == site
    assert lead.post(url, {"near_km": "20", "version": "7"}).status_code == 409

"""What one does first: the data say what is done, one statement asks, and the list goes by itself or by a click."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts.models import Call, RecruitmentSource
from cohorts.states import ApplicationState, CallResult
from partnership import clock, first_steps, services
from partnership.models import JournalEntry, User
from partnership.states import Role
from placements.models import HostCall
from placements.states import HostCallResult
from programmes.models import Assignment, Review
from programmes.services import add_module
from programmes.states import CurriculumState, Opinion

from .. import factories

pytestmark = pytest.mark.django_db
HEADING = {"fr": "Vos premiers pas", "en": "Your first steps"}
MODULE = {"title": "Écouter", "hours": 10, "objectives": "Écouter.", "content": "Écoute.", "assessment": "Un appel."}
# Where each role works first.
HOMES = {
    Role.RECRUITER: ("cohorts:worklist", []),
    Role.HEAD_OF_RECRUITMENT: ("cohorts:worklist", []),
    Role.REGIONAL_LEAD: ("placements:zone_board", ["lyon"]),
    Role.REVIEWER: ("admin:index", []),
    Role.AUTHOR: ("programmes:curriculum_list", []),
    Role.COORDINATOR: ("partnership:board", []),
    Role.ADMINISTRATOR: ("admin:index", []),
}


def done(user: User, role: Role) -> dict[str, bool]:
    """Which steps of a role are done, by their English words."""
    with translation.override("en"):
        return {str(step.label): step.is_done for step in first_steps.of(user, role)}


def somebody(role: Role) -> User:
    return factories.user(role, zone=factories.zone("lyon") if role == Role.REGIONAL_LEAD else None)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_first_steps_and_none_is_done_before_anything_is(role):
    steps = first_steps.of(somebody(role), role)
    assert 2 <= len(steps) <= 6
    # A convention without a chair has no activity to plan.
    assert [str(step.label) for step in steps if step.is_done and "chaire" not in str(step.label)] == []
    assert len({step.label for step in steps}) == len(steps)


@pytest.mark.parametrize("language", HEADING)
@pytest.mark.parametrize("role", Role)
def test_each_home_shows_them_in_both_languages(role, language, client_of):
    factories.cohort("lyon", of=factories.intake())
    name, args = HOMES[role]
    with translation.override(language):
        address = reverse(name, args=args)
    page = client_of(somebody(role)).get(address).content.decode()
    assert page.count(HEADING[language]) == 1
    assert reverse("partnership:first_steps_put_away") in page


def test_the_board_shows_them_to_whoever_coordinates_and_to_nobody_else(coordinator, recruiter, client_of):
    factories.milestone()
    board = reverse("partnership:board")
    assert HEADING["fr"] in client_of(coordinator).get(board).content.decode()
    assert HEADING["fr"] not in client_of(recruiter).get(board).content.decode()


@pytest.mark.parametrize("role", Role)
def test_one_statement_asks_for_the_whole_list_and_none_once_it_is_put_away(role, django_assert_num_queries):
    user = somebody(role)
    user.current_memberships()
    with django_assert_num_queries(1):
        assert first_steps.of(user, role)
    services.put_first_steps_away(by=user)
    with django_assert_num_queries(0):
        assert first_steps.of(user, role) == []


@pytest.mark.parametrize("role", Role)
def test_a_home_costs_one_statement_more_while_they_are_shown_and_stays_within_twenty(role, client_of):
    factories.cohort("lyon", of=factories.intake())
    user = somebody(role)
    name, args = HOMES[role]
    client, address = client_of(user), reverse(name, args=args)
    client.get(address)
    counts = []
    for _time in range(2):
        with CaptureQueriesContext(connection) as sent:
            assert client.get(address).status_code == 200
        counts.append(len(sent))
        User.objects.filter(pk=user.pk).update(first_steps_done_at=clock.now())
    assert counts[0] == counts[1] + 1 <= 20


# -- what makes each step done ----------------------------------------------------------------------------------------


def test_a_recruiter_is_done_by_a_file_a_call_a_slot_and_a_decision(recruiter):
    assert not any(done(recruiter, Role.RECRUITER).values())
    file = factories.application(owner=recruiter)
    Call.objects.create(application=file, by=recruiter, at=clock.now(), result=CallResult.REACHED)
    slot = factories.slot(file.cohort, held_by=recruiter)
    assert slot.held_by == recruiter
    steps = done(recruiter, Role.RECRUITER)
    assert [label for label, is_done in steps.items() if not is_done] == [
        "Set up your second factor",
        "Take a first decision after an interview",
    ]
    factories.application(file.cohort, state=ApplicationState.WAITLISTED, decided_by=recruiter)
    Authenticator.objects.create(user=recruiter, type=Authenticator.Type.TOTP, data={})
    # All of it is done: nothing is shown any more.
    assert done(recruiter, Role.RECRUITER) == {}


def test_what_a_colleague_did_counts_for_nobody_else(recruiter, lyon_recruiter):
    file = factories.application(owner=lyon_recruiter)
    Call.objects.create(application=file, by=lyon_recruiter, at=clock.now(), result=CallResult.REACHED)
    assert not any(done(recruiter, Role.RECRUITER).values())


def test_a_head_is_done_by_a_source():
    head = factories.user(Role.HEAD_OF_RECRUITMENT)
    label = "Create a first recruitment source, with its code to print"
    assert done(head, Role.HEAD_OF_RECRUITMENT)[label] is False
    RecruitmentSource.objects.create(
        name="Salon de Lyon", code="salon-lyon", kind="fair", made_by=head, made_at=clock.now()
    )
    assert done(head, Role.HEAD_OF_RECRUITMENT)[label] is True


def test_a_lead_is_done_by_a_call_a_place_and_a_placement(lyon_lead):
    seat = factories.seat(by=lyon_lead)
    HostCall.objects.create(site=seat.site, by=lyon_lead, at=clock.now(), result=HostCallResult.REACHED)
    assert [label for label, is_done in done(lyon_lead, Role.REGIONAL_LEAD).items() if not is_done] == [
        "Set up your second factor",
        "Place a first student",
    ]
    factories.placement(by=lyon_lead)
    assert done(lyon_lead, Role.REGIONAL_LEAD)["Place a first student"] is True


def test_an_author_is_done_by_a_content_a_module_and_a_submission(author):
    content = factories.curriculum(state=CurriculumState.DRAFT, modules=0)
    assert [*done(author, Role.AUTHOR).values()] == [True, False, False]
    add_module(content, by=author, **MODULE)
    assert [*done(author, Role.AUTHOR).values()] == [True, True, False]
    type(content).objects.filter(pk=content.pk).update(
        state=CurriculumState.SUBMITTED, submitted_by=author, submitted_at=clock.now()
    )
    assert done(author, Role.AUTHOR) == {}


def test_a_reviewer_is_done_by_an_opinion_and_by_a_whole_version(reviewer):
    content = factories.curriculum(state=CurriculumState.IN_REVIEW)
    Review.objects.create(
        module=content.modules.first(),
        opinion=Opinion.FAVOURABLE,
        text_hash="0" * 64,
        given_at=clock.now(),
        given_by=reviewer,
    )
    assert [*done(reviewer, Role.REVIEWER).values()] == [True, False]
    Assignment.objects.create(
        curriculum=content, reviewer=reviewer, assigned_at=clock.now(), read_at=clock.now(), assigned_by=None
    )
    assert done(reviewer, Role.REVIEWER) == {}


def test_a_coordinator_is_done_by_the_signature_of_their_party_and_a_kept_promise(coordinator):
    convention = factories.draft()
    label = "Read the convention and sign it for your party"
    assert done(coordinator, Role.COORDINATOR)[label] is False
    signature = convention.signatures.get(party=factories.party("smt"))
    signature.signed_at, signature.signed_by = clock.now(), factories.user(Role.COORDINATOR, party_code="smt")
    signature.save()
    assert done(coordinator, Role.COORDINATOR)[label] is False
    services.sign(convention.signatures.get(party=factories.party("igs")), by=coordinator)
    assert done(coordinator, Role.COORDINATOR)[label] is True


def test_an_activity_is_to_be_planned_where_there_is_a_chair(coordinator):
    label = "Plan a first activity of the chair"
    assert done(coordinator, Role.COORDINATOR)[label] is True
    factories.convention()
    chair = factories.chair()
    assert done(coordinator, Role.COORDINATOR)[label] is False
    factories.activity(chair)
    assert done(coordinator, Role.COORDINATOR)[label] is True


def test_an_administrator_is_done_by_an_invitation_a_convention_an_objective_and_a_cohort(administrator):
    assert not any(done(administrator, Role.ADMINISTRATOR).values())
    cohort = factories.cohort("lyon", of=factories.intake())
    milestone = cohort.intake.programme.milestone
    factories.objective(milestone=milestone, measure="confirmed", target=100)
    colleague = factories.user(Role.RECRUITER)
    User.objects.filter(pk=colleague.pk).update(invited_by=administrator, invited_at=clock.now())
    left = [label for label, is_done in done(administrator, Role.ADMINISTRATOR).items() if not is_done]
    assert left == ["Set up your second factor"]


# -- how the list goes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", HEADING)
def test_its_reader_puts_it_away_and_finds_it_no_more(language, author, client_of):
    client = client_of(author)
    with translation.override(language):
        home, put_away = reverse("programmes:curriculum_list"), reverse("partnership:first_steps_put_away")
    answer = client.post(put_away, follow=True)
    assert answer.redirect_chain[-1][0] == home
    assert HEADING[language] not in answer.content.decode().partition("<main")[2].partition("</h1>")[2]
    line = JournalEntry.objects.get(after="first_steps_put_away")
    assert line.subject == f"partnership.user:{author.pk}" and line.actor_ref == str(author.pk)


def test_a_page_asked_for_puts_nothing_away(author, client_of):
    assert client_of(author).get(reverse("partnership:first_steps_put_away")).status_code == 405
    author.refresh_from_db()
    assert author.first_steps_done_at is None


def test_a_role_given_later_brings_its_own(author):
    services.put_first_steps_away(by=author)
    with clock.travel(clock.now() + timedelta(days=3)):
        author.memberships.create(role=Role.COORDINATOR, party=factories.party("igs"), since=clock.today())
        user = User.objects.get(pk=author.pk)
        assert first_steps.of(user, Role.AUTHOR) == []
        assert first_steps.of(user, Role.COORDINATOR)


def test_somebody_who_has_done_everything_is_asked_no_more_from_their_next_sign_in(author):
    content = factories.curriculum(state=CurriculumState.DRAFT, modules=0)
    services.arrive(author)
    assert User.objects.get(pk=author.pk).first_steps_done_at is None
    add_module(content, by=author, **MODULE)
    type(content).objects.filter(pk=content.pk).update(
        state=CurriculumState.SUBMITTED, submitted_by=author, submitted_at=clock.now()
    )
    services.arrive(author)
    assert User.objects.get(pk=author.pk).first_steps_done_at is not None


def test_somebody_without_a_role_has_no_list(stranger):
    services.arrive(stranger)
    assert not first_steps.are_over(stranger)
    assert User.objects.get(pk=stranger.pk).first_steps_done_at is None

"""Who is asked to judge a version, who is reminded of it, and who hears that it is late."""

from datetime import timedelta

import pytest

from partnership import clock
from partnership import services as team
from partnership.models import OutgoingMessage
from partnership.reminders import remind
from partnership.states import Role
from partnership.workflow import Refused
from programmes import services
from programmes.models import Assignment, Programme
from programmes.states import Assigned, CurriculumState, Opinion

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewers():
    return [factories.user(Role.REVIEWER, party_code="smt", name=f"Relectrice {n}") for n in (1, 2, 3)]


@pytest.fixture
def coordinator():
    return factories.user(Role.COORDINATOR, party_code="smt")


def content(author, slug="acvd", **rules):
    programme = factories.programme(slug, **rules)
    return factories.curriculum(programme, state=CurriculumState.DRAFT, modules=2, by=author)


def submitted(author, slug="acvd", **rules):
    draft = content(author, slug, **rules)
    services.submit(draft, by=author)
    return draft


def asked(curriculum):
    return [assignment.reviewer for assignment in curriculum.assignments.order_by("reviewer__email")]


def letters(template):
    return sorted(OutgoingMessage.objects.filter(template=f"programmes/{template}").values_list("to_email", flat=True))


def later(**time):
    return clock.travel(clock.now() + timedelta(**time))


# -- asked ------------------------------------------------------------------------------------------------------------


def test_everybody_who_may_judge_is_asked_and_told(author, reviewers):
    version = submitted(author)
    assert {user.pk for user in asked(version)} == {user.pk for user in reviewers}
    assert letters("curriculum_submitted") == sorted(user.email for user in reviewers)


def test_in_turn_as_many_as_the_quorum_who_were_asked_longest_ago(author, reviewers):
    rules = {"assigned": Assigned.IN_TURN, "quorum": 2}
    first = asked(submitted(author, "un", **rules))
    with later(minutes=1):
        second = asked(submitted(author, "deux", **rules))
    assert len(first) == len(second) == 2
    # The third, whom nobody had asked, and one of the two.
    assert {user.pk for user in first} | {user.pk for user in second} == {user.pk for user in reviewers}


def test_those_who_were_asked_stay_asked_when_it_comes_back(author, reviewers):
    version = submitted(author, assigned=Assigned.IN_TURN)
    before = asked(version)
    services.withdraw(version, by=author)
    with later(minutes=1):
        services.submit(version, by=author)
    assert asked(version) == before


def test_where_the_coordinator_chooses_they_are_told_that_nobody_is_asked(author, reviewers, coordinator):
    version = submitted(author, assigned=Assigned.BY_HAND)
    assert (asked(version), letters("curriculum_submitted")) == ([], [])
    assert letters("curriculum_to_assign") == [coordinator.email]
    services.assign(version, reviewers[:2], by=coordinator)
    assert letters("curriculum_submitted") == sorted(user.email for user in reviewers[:2])


def test_choosing_others_tells_only_who_is_new(author, reviewers, coordinator):
    version = submitted(author, assigned=Assigned.BY_HAND)
    services.assign(version, reviewers[:2], by=coordinator)
    services.assign(version, reviewers[1:], by=coordinator)
    assert {user.pk for user in asked(version)} == {user.pk for user in reviewers[1:]}
    assert len(letters("curriculum_submitted")) == 3


def test_whom_the_coordinator_has_chosen_is_asked_alone_whatever_comes_after(author, reviewers, coordinator):
    version = submitted(author)
    services.assign(version, reviewers[:1], by=coordinator)
    services.declare_interest(version.programme, kind="sells", by=reviewers[1])
    assert asked(version) == reviewers[:1]
    services.withdraw(version, by=author)
    services.submit(version, by=author)
    assert asked(version) == reviewers[:1]


def test_nobody_with_an_interest_is_asked(author, reviewers, coordinator):
    version = content(author)
    services.declare_interest(version.programme, kind="sells", by=reviewers[0])
    services.submit(version, by=author)
    assert reviewers[0] not in asked(version)
    with pytest.raises(Refused):
        services.assign(version, reviewers, by=coordinator)


def test_a_decided_version_is_given_to_nobody(reviewers, coordinator):
    with pytest.raises(Refused):
        services.assign(factories.curriculum(), reviewers, by=coordinator)


# -- reminded ---------------------------------------------------------------------------------------------------------


def test_whoever_has_not_read_all_is_reminded_after_two_and_seven_days_once(author, reviewers):
    version = submitted(author, quorum=3)
    services.approve_rest(version, by=reviewers[0])
    for days, told in ((1, 0), (2, 2), (3, 2), (7, 4), (8, 4)):
        with later(days=days, minutes=5):
            remind()
            remind()
        assert len(letters("curriculum_waits")) == told, days
    assert reviewers[0].email not in letters("curriculum_waits")


def test_the_days_begin_again_with_each_submission(author, reviewers):
    version = submitted(author, quorum=3)
    with later(days=2, minutes=5):
        remind()
    with later(days=3):
        services.withdraw(version, by=author)
        services.submit(version, by=author)
    with later(days=4):
        remind()
    assert len(letters("curriculum_waits")) == 3
    with later(days=5, minutes=5):
        remind()
    assert len(letters("curriculum_waits")) == 6


def test_a_reviewer_dismissed_in_the_middle_is_reminded_no_more_and_their_opinions_stand(author, reviewers):
    version = submitted(author, quorum=2)
    services.approve_rest(version, by=reviewers[0])
    for gone in reviewers[:2]:
        gone.memberships.update(until=clock.today() - timedelta(days=1))
    with later(days=2, minutes=5):
        remind()
    assert letters("curriculum_waits") == [reviewers[2].email]
    services.approve_rest(version, by=reviewers[2])
    version.refresh_from_db()
    assert version.state == CurriculumState.VALIDATED


def test_a_late_version_is_told_to_the_coordinator_once(author, reviewers, coordinator):
    version = submitted(author, review_days=10)
    services.approve_rest(submitted(author, "autre"), by=reviewers[0])
    with later(days=10):
        remind()
    assert letters("curriculum_late") == []
    for days in (11, 12):
        with later(days=days):
            remind()
            assert version.is_late
    assert letters("curriculum_late") == [coordinator.email]
    letter = OutgoingMessage.objects.get(template="programmes/curriculum_late")
    assert all(user.full_name in letter.text for user in reviewers)


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_coordinator_of_the_party_that_validates_chooses_and_no_other(
    author, reviewers, coordinator, client_of, reviewer
):
    version = submitted(author, assigned=Assigned.BY_HAND)
    url = f"/fr/contenus/{version.pk}/relecteurs/"
    site = client_of(coordinator)
    assert site.get(url).status_code == 200
    assert site.post(url, {"reviewers": [reviewers[0].pk]}).status_code == 302
    assert asked(version) == [reviewers[0]]
    assert site.post(url, {}).status_code == 422
    assert client_of(reviewer).get(url).status_code == 403
    assert client_of(factories.user(Role.COORDINATOR)).get(url).status_code == 404


def test_whoever_may_not_judge_is_no_choice_of_the_page(author, reviewers, coordinator, client_of, recruiter):
    version = submitted(author)
    answer = client_of(coordinator).post(f"/fr/contenus/{version.pk}/relecteurs/", {"reviewers": [recruiter.pk]})
    assert answer.status_code == 422
    assert not Assignment.objects.filter(reviewer=recruiter).exists()


def test_the_page_says_how_many_reviewers_are_missing(author, reviewer, coordinator, client_of):
    version = submitted(author, quorum=3)
    answer = client_of(coordinator).get(f"/fr/contenus/{version.pk}/relecteurs/")
    assert answer.context["missing"] == 2


def test_reading_all_of_it_is_noted(author, reviewers):
    version = submitted(author, quorum=3)
    module = version.modules.get(order=1)
    services.review_module(module, opinion=Opinion.FAVOURABLE, text_hash=module.text_hash(), by=reviewers[0])
    assert not version.assignments.exclude(read_at=None).exists()
    services.approve_rest(version, by=reviewers[0])
    assert version.assignments.get(reviewer=reviewers[0]).read_at is not None


def test_a_programme_asks_for_two_opinions_unless_it_says_otherwise():
    assert Programme._meta.get_field("quorum").default == 2


# -- who leaves -------------------------------------------------------------------------------------------------------


def test_what_somebody_had_to_judge_goes_to_whom_the_administrator_chooses(author, reviewers, administrator):
    version = submitted(author, assigned=Assigned.IN_TURN)
    (gone,) = asked(version)
    heir = next(user for user in reviewers if user != gone)
    assert team.dismiss(gone, by=administrator, heirs={"readings": heir}) == 0
    assert asked(version) == [heir]
    assert heir.email in letters("curriculum_submitted")


def test_without_an_heir_the_next_in_turn_is_asked_and_with_nobody_left_it_is_said(author, reviewers, administrator):
    version = submitted(author, assigned=Assigned.IN_TURN)
    for left in (2, 1):
        (gone,) = asked(version)
        assert team.dismiss(gone, by=administrator, heirs={}) == 0
        assert (len(asked(version)), gone in asked(version)) == (1, False), left
    (last,) = asked(version)
    assert team.dismiss(last, by=administrator, heirs={}) == 1

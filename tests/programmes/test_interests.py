"""Nobody judges what they wrote, sell, or what their own organisation teaches; hosting students is no interest."""

import pytest

from partnership import clock
from partnership.models import Membership
from partnership.states import Role
from partnership.workflow import Refused
from programmes import policies, services
from programmes.models import Interest, Review
from programmes.states import CurriculumState

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(author):
    draft = factories.curriculum(factories.programme(quorum=2), state=CurriculumState.DRAFT, modules=2, by=author)
    services.submit(draft, by=author)
    return draft


def also(user, role, *, party):
    Membership.objects.create(user=user, party=party, role=role, since=clock.today())


def test_whoever_declares_an_interest_judges_no_more_and_their_opinions_no_longer_count(submitted, reviewer):
    services.approve_rest(submitted, by=reviewer)
    services.declare_interest(submitted.programme, kind="sells", by=reviewer)
    assert policies.interest(reviewer, submitted)
    with pytest.raises(Refused):
        services.approve_rest(submitted, by=reviewer)
    assert [line.opinions for line in services.standings(submitted)] == [[], []]
    assert Review.objects.count() == 2
    second, third = (factories.user(Role.REVIEWER, party_code="smt") for _ in range(2))
    services.approve_rest(submitted, by=second)
    submitted.refresh_from_db()
    assert submitted.state == CurriculumState.IN_REVIEW
    services.approve_rest(submitted, by=third)
    submitted.refresh_from_db()
    assert submitted.state == CurriculumState.VALIDATED


def test_an_interest_that_is_over_lets_one_judge_again(submitted, reviewer):
    services.declare_interest(submitted.programme, kind="written", by=reviewer)
    with pytest.raises(Refused):
        services.declare_interest(submitted.programme, kind="written", by=reviewer)
    key = str(Interest.objects.get().pk)
    services.end_interest(submitted.programme, interest=key, by=reviewer)
    assert services.approve_rest(submitted, by=reviewer) == 2
    with pytest.raises(Refused):
        services.end_interest(submitted.programme, interest=key, by=reviewer)


def test_whoever_belongs_to_the_party_that_teaches_does_not_judge(submitted, reviewer):
    also(reviewer, Role.RECRUITER, party=submitted.programme.provider)
    reviewer = type(reviewer).objects.get(pk=reviewer.pk)
    assert policies.interest(reviewer, submitted)
    assert reviewer not in services.reviewers(submitted)


def test_whoever_places_students_at_a_host_judges_all_the_same(submitted, reviewer):
    also(reviewer, Role.REGIONAL_LEAD, party=submitted.programme.reviewer_party)
    reviewer = type(reviewer).objects.get(pk=reviewer.pk)
    assert policies.interest(reviewer, submitted) == ""


def test_an_author_who_becomes_a_reviewer_does_not_judge_what_they_wrote(submitted, author):
    also(author, Role.REVIEWER, party=submitted.programme.reviewer_party)
    author.memberships.filter(role=Role.AUTHOR).delete()
    author = type(author).objects.get(pk=author.pk)
    assert policies.can_review(author, submitted)
    assert author not in services.reviewers(submitted)
    with pytest.raises(Refused):
        services.approve_rest(submitted, by=author)


def test_an_interest_is_declared_and_ended_on_the_desk(submitted, reviewer, client_of):
    site, url = client_of(reviewer), f"/fr/admin/programmes/curriculum/{submitted.pk}/relire/interet/"
    assert site.get(url).status_code == 200
    assert site.post(url, {}).status_code == 422
    assert site.post(url, {"kind": "sells", "note": "Je distribue la méthode."}).status_code == 302
    assert Interest.objects.in_force().get().user == reviewer
    module = submitted.modules.first()
    page = site.get(f"/fr/admin/programmes/curriculum/{submitted.pk}/relire/{module.pk}/").content.decode()
    assert 'name="opinion"' not in page
    twice = site.post(url, {"kind": "sells"})
    assert (twice.status_code, Interest.objects.in_force().count()) == (302, 1)
    assert site.post(url, {"end": str(Interest.objects.get().pk)}).status_code == 302
    assert not Interest.objects.in_force().exists()

"""Who waits for a content: the figure beside it on the board, and the list behind the figure."""

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts.states import ApplicationState as S
from partnership import clock, measures
from partnership.states import Role
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db
KEY = "waiting_for_content"


@pytest.fixture
def certificate(db):
    """A certificate whose content is under review, and five people who applied to it; three of them still wait."""
    milestone = factories.milestone(order=2)
    programme = factories.programme("directeur", milestone=milestone, kind=ProgrammeKind.SCHOOL_CERTIFICATE)
    content = factories.curriculum(programme, state=CurriculumState.IN_REVIEW)
    cohort = factories.cohort("paris", of=factories.intake(programme), content=content)
    for state in (S.SUBMITTED, S.INTERVIEWED, S.NO_SHOW, S.REJECTED, S.WITHDRAWN, S.ENQUIRY, S.DRAFT):
        factories.application(cohort, state=state, of=factories.candidate(last_name="Nomsecret"))
    return programme


def _waiting(user, programme):
    return measures.counts(user, programme.milestone.convention)[KEY]


def test_whoever_has_applied_and_cannot_be_offered_a_place_waits_for_the_content(coordinator, certificate):
    assert _waiting(coordinator, certificate) == {(certificate.milestone_id, factories.zone("paris").pk): 3}


def test_nobody_waits_for_a_content_that_is_validated(coordinator, certificate):
    factories.application(factories.cohort("lyon"), state=S.SUBMITTED)
    certificate.curricula.update(
        state=CurriculumState.SUPERSEDED,
        decided_at=clock.now(),
        decided_by=factories.user(Role.REVIEWER, party_code="smt"),
    )
    factories.curriculum(certificate)
    assert sum(_waiting(coordinator, certificate).values()) == 0


def test_a_new_version_under_review_makes_nobody_wait(coordinator):
    certificate = factories.programme("directeur", kind=ProgrammeKind.SCHOOL_CERTIFICATE)
    cohort = factories.cohort("paris", of=factories.intake(certificate))
    factories.curriculum(certificate, state=CurriculumState.SUBMITTED)
    factories.application(cohort)
    assert sum(_waiting(coordinator, certificate).values()) == 0


def test_the_board_says_it_beside_the_content_and_its_list_names_nobody(coordinator, client_of, certificate):
    client = client_of(coordinator)
    with translation.override("en"):
        page = client.get(reverse("partnership:board")).content.decode()
        address = f"{reverse('cohorts:register')}?mesure={KEY}&jalon=2"
        assert "3 applications wait for the content" in page
        assert address.replace("&", "&amp;") in page
        milestone = client.get(reverse("partnership:milestone_detail", args=[2])).content.decode()
        behind = client.get(address)
    assert "3 applications wait for the content" in milestone
    assert behind.context["total"] == 3
    assert "Nomsecret" not in behind.content.decode()


def test_reviewers_and_authors_read_how_many_and_open_no_list(reviewer, author, client_of, certificate):
    for person in (reviewer, author):
        with translation.override("en"):
            page = client_of(person).get(reverse("partnership:board")).content.decode()
        assert "3 applications wait for the content" in page
        assert KEY not in page

"""Which cohorts run on which version: numbers alone, for those who answer for the contents."""

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.states import ApplicationState
from partnership.states import Role
from programmes.models import Curriculum
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db
URL = "/en/contenus/formations/acvd/promotions/"


@pytest.fixture
def site(author, client_of) -> Client:
    return client_of(author)


@pytest.fixture
def two_versions() -> tuple[Curriculum, Curriculum]:
    """A cohort that opened on the version superseded since, another on the one in force; offers on both."""
    course = factories.programme()
    old = factories.curriculum(course)
    lyon = factories.cohort("lyon", of=factories.intake(course), content=old)
    for _number in range(2):
        factories.application(lyon, state=ApplicationState.ADMITTED)
    Curriculum.objects.filter(pk=old.pk).update(state=CurriculumState.SUPERSEDED)
    new = factories.curriculum(course)
    paris = factories.cohort("paris", of=factories.intake(course), content=new)
    factories.application(paris, state=ApplicationState.CONFIRMED)
    factories.application(lyon, state=ApplicationState.ADMITTED, offered_curriculum=new)
    factories.application(lyon, state=ApplicationState.SUBMITTED)
    return old, new


def test_each_version_names_the_cohorts_that_opened_on_it_and_counts_its_offers(site, two_versions):
    answer = site.get(URL)
    told = [
        (
            version.curriculum.number,
            version.offers,
            [(str(line.cohort.zone), line.has_opened, line.offers) for line in version.lines],
        )
        for version in answer.context["versions"]
    ]
    assert told == [
        (2, 2, [("Paris", True, 1), ("Lyon", False, 1)]),
        (1, 2, [("Lyon", True, 2)]),
    ]
    assert answer.context["verdict"] == "1 cohort of 2 opened on version 2, in force"


def test_nobody_is_named(site, two_versions):
    page = site.get(URL).content.decode()
    assert "Fictif" not in page and "Prénom" not in page and "CV-" not in page


def test_a_draft_is_not_there_and_a_cohort_without_content_is(site):
    course = factories.programme()
    factories.curriculum(course, state=CurriculumState.DRAFT)
    cohort = factories.cohort(of=factories.intake(course))
    type(cohort).objects.update(curriculum=None)
    answer = site.get(URL)
    assert answer.context["versions"] == [] and answer.context["without"] == [cohort]
    assert answer.context["verdict"] == "1 cohort, and no version in force"


def test_before_there_is_a_cohort_the_page_says_so(site):
    factories.programme()
    assert site.get(URL).context["verdict"] == "CS ACVD: no cohort yet"


def test_whoever_answers_for_the_contents_reads_it_and_nobody_else(client, client_of, two_versions):
    readers = {role: client_of(factories.user(role)).get(URL).status_code for role in Role}
    allowed = {Role.AUTHOR, Role.REVIEWER, Role.COORDINATOR, Role.ADMINISTRATOR}
    assert readers == {role: 200 if role in allowed else 403 for role in Role}
    assert client.get(URL).status_code == 302


def test_a_programme_of_another_convention_or_a_chair_is_not_found(client_of, site, two_versions):
    stranger = client_of(factories.user(Role.AUTHOR, party_code="ailleurs"))
    assert stranger.get(URL).status_code == 404
    factories.programme("chaire", kind=ProgrammeKind.CHAIR, short_title="Chaire")
    assert site.get(URL.replace("acvd", "chaire")).status_code == 404


def test_a_coordinator_opens_no_version_from_it(client_of, coordinator, site, two_versions):
    address = reverse("programmes:curriculum_read", args=[two_versions[1].pk])
    assert address[3:] in site.get(URL).content.decode()
    assert address[3:] not in client_of(coordinator).get(URL).content.decode()


def test_the_page_of_a_version_leads_to_it(site, two_versions):
    page = site.get(reverse("programmes:curriculum_read", args=[two_versions[1].pk])).content.decode()
    assert URL[3:] in page


def test_it_asks_the_same_of_the_database_for_two_cohorts_and_for_many(
    site, two_versions, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(15) as few:
        site.get(URL)
    course = two_versions[1].programme
    for days in range(1, 12):
        starts_on = factories.intake(course).starts_on.replace(year=2100 + days)
        factories.application(
            factories.cohort("toulouse", of=factories.intake(course, starts_on=starts_on), content=two_versions[1]),
            state=ApplicationState.CONFIRMED,
        )
    with django_assert_num_queries(len(few)):
        site.get(URL)

"""A course: its page, and when one may apply to it."""

from datetime import timedelta

import pytest

from cohorts.models import Application
from partnership import clock
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories
from .test_apply import STEP, identity

pytestmark = pytest.mark.django_db


def test_before_the_opening_the_page_says_when_applications_open(client, recruiter):
    opens = clock.today() + timedelta(days=30)
    factories.cohort(applications_from=opens)
    response = client.get(STEP % "identite")
    page = response.content.decode()
    assert response.status_code == 200
    assert str(opens.year) in page and "Les candidatures ouvrent le" in page
    assert recruiter.email in page
    assert "<form" not in page


def test_after_the_closing_the_page_says_so(client):
    factories.cohort(applications_until=clock.today() - timedelta(days=1))
    assert "closes pour le moment" in client.get(STEP % "identite").content.decode()
    assert client.post(STEP % "identite", identity()).status_code == 200
    assert not Application.objects.exists()


def test_nobody_applies_to_a_chair(client):
    chair = factories.programme("chaire", kind=ProgrammeKind.CHAIR)
    assert client.get("/fr/candidater/chaire/identite/").status_code == 404
    page = client.get(f"/fr/formations/{chair.slug}/").content.decode()
    assert "candidater" not in page


def test_an_unknown_course_is_not_found(client):
    for address in ("formations/nulle/", "candidater/nulle/", "candidater/nulle/identite/"):
        assert client.get(f"/fr/{address}").status_code == 404


def test_the_course_page_says_what_where_and_when(client):
    factories.cohort("lyon")
    page = client.get("/fr/formations/acvd/").content.decode()
    assert "Assistance, conseil, vente à distance" in page
    assert "Module 1" in page and "56" in page and "Contenu validé" in page
    assert "Lyon" in page and ">16<" in page
    assert f'href="{STEP % "identite"}"' in page


def test_content_not_yet_validated_is_marked_and_a_draft_is_not_shown(client):
    course = factories.programme()
    content = factories.curriculum(course, state=CurriculumState.DRAFT)
    factories.cohort(of=factories.intake(course), content=content)
    page = client.get("/fr/formations/acvd/").content.decode()
    assert "Module 1" not in page and "Contenu validé" not in page
    author = factories.user()
    type(content).objects.update(state=CurriculumState.SUBMITTED, submitted_at=clock.now(), submitted_by=author)
    page = client.get("/fr/formations/acvd/").content.decode()
    assert "Module 1" in page and "Contenu en cours de validation" in page

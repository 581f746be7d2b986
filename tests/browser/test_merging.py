"""One person entered twice, made one in a real browser: found in the list, read side by side, merged, found whole."""

import pytest

from cohorts.models import Application, Candidate
from cohorts.states import ApplicationState as S
from partnership.states import Role
from tests import factories

from .visitor import BOTH_WAYS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def twice():
    said = {"last_name": "Fictive", "phone": "+33639981234"}
    return [
        factories.application(state=state, of=factories.candidate(first_name=first, email=email, **said))
        for state, first, email in (
            (S.SUBMITTED, "Éloïse", "eloise@exemple.test"),
            (S.REJECTED, "Eloise", "mere@exemple.test"),
        )
    ]


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_person_entered_twice_is_made_one(visit, twice, javascript):
    claire = visit(javascript=javascript)
    claire.enter_as(factories.user(Role.RECRUITER))
    claire.open("/fr/recrutement/candidatures/")
    claire.click("Possible duplicates", role="link")
    claire.sees("1 paire de fiches", "même téléphone")
    claire.click("Compare", role="link")
    claire.sees("sont peut-être une seule personne", "eloise@exemple.test", "mere@exemple.test")
    stays, goes = (Candidate.objects.get(pk=key) for key in claire.path.strip("/").split("/")[-2:])
    claire.tick("Prénom :", "Éloïse")
    claire.tick("Courriel :", "eloise@exemple.test")
    claire.click("Make them one person")
    claire.sees("Éloïse Fictive", "eloise@exemple.test", "une seule personne")
    assert claire.clicks == 5
    stays.refresh_from_db()
    assert (stays.first_name, stays.email) == ("Éloïse", "eloise@exemple.test")
    assert set(stays.applications.all()) == set(twice)
    assert Candidate.objects.get(pk=goes.pk).merged_into == stays
    claire.open("/fr/recrutement/doublons/")
    claire.sees("Personne ne semble inscrit deux fois")
    assert Application.objects.filter(candidate=stays).count() == 2

"""Entering somebody new: whoever is known appears while one types, and without a script a button finds them."""

import pytest

from cohorts.models import Application
from cohorts.states import ApplicationState
from partnership.states import Role
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/fr/recrutement/nouveau-contact/"


@pytest.fixture
def known():
    return factories.application(of=factories.candidate(first_name="Éloïse", last_name="Fictive"))


def test_whoever_is_known_appears_while_one_types(visit, known):
    claire = visit()
    claire.enter_as(factories.user(Role.RECRUITER))
    claire.open(PAGE)
    claire.page.locator("#id_first_name").press_sequentially("elo")
    claire.sees("Éloïse Fictive", inside="#known")
    claire.page.locator("#id_first_name").fill("Basma")
    claire.sees("Nobody known resembles what is typed.", inside="#known")
    claire.fill("Telephone", "06 39 98 12 34")
    claire.page.keyboard.press("Enter")
    claire.page.wait_for_selector("#appel:focus")
    claire.sees("Appeler Basma")
    assert claire.clicks == 0
    assert Application.objects.get(state=ApplicationState.ENQUIRY).candidate.phone == "+33639981234"


def test_without_a_script_a_button_finds_them(visit, known):
    claire = visit(javascript=False)
    claire.enter_as(factories.user(Role.RECRUITER))
    claire.open(PAGE)
    claire.fill("First name", "Éloïse")
    claire.click("Search who is known")
    claire.sees("Éloïse Fictive", inside="#known")
    claire.click("Éloïse Fictive", role="link")
    assert str(known.pk) in claire.path

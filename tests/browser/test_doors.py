"""The doors in a real browser: a second factor, a code by letter, a lock and its way out, a dismissal."""

import re

import pytest

from partnership import services
from partnership.states import Role
from tests import factories
from tests.config.doors import code_of, enrol

from .visitor import BOTH_WAYS, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
NEW_PASSWORD = "encore une phrase assez longue"


@pytest.fixture(autouse=True)
def required(transactional_db, settings):
    """The second factor is asked for as in production."""
    settings.SECOND_FACTOR_REQUIRED = True
    factories.convention()


def in_a_field(visitor, name, text):
    visitor.page.locator(f"main input[name={name}]").fill(text)
    visitor.page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_second_factor_is_set_up_once_and_asked_for_each_time(visit, javascript):
    recruiter = factories.user(Role.RECRUITER, name="Claire Devaux")
    visitor = visit(javascript=javascript)
    visitor.open("/fr/recrutement/")
    visitor.sign_in(recruiter)
    visitor.sees("Set up your second factor", inside="h1")
    assert problems(visitor) == []
    secret = visitor.page.locator("#secret").inner_text()
    in_a_field(visitor, "code", code_of(secret))
    visitor.sees("Keep these recovery codes", inside="h1")
    assert problems(visitor) == []
    recovery = visitor.page.locator(".codes code").first.inner_text()
    visitor.click("I have kept them: continue", role="link")
    assert visitor.path == "/fr/recrutement/"
    visitor.click("Sign out", inside="header")
    for code in (code_of(secret), recovery):
        visitor.open("/fr/connexion/")
        visitor.sign_in(recruiter, then="**/second-facteur/")
        in_a_field(visitor, "code", code)
        visitor.page.wait_for_url("**/recrutement/")
        visitor.click("Sign out", inside="header")


def test_a_code_by_letter_opens_the_session_of_who_has_no_password(visit, post, worker):
    coordinator = factories.user(Role.COORDINATOR, name="Hélène Brossard")
    coordinator.set_unusable_password()
    coordinator.save()
    visitor = visit()
    visitor.open("/fr/partenariat/")
    visitor.click("Receive a code by e-mail", role="link")
    in_a_field(visitor, "email", coordinator.email)
    visitor.page.wait_for_url("**/saisir/**")
    letter = post.to(coordinator.email, "Votre code de connexion")
    in_a_field(visitor, "code", re.search(r"^([A-Z0-9-]{5,})\s*$", letter.text, re.MULTILINE)[1])
    visitor.page.wait_for_url("**/partenariat/")
    visitor.click("Hélène Brossard", role="link", inside="header")
    visitor.sees("Your sign-in", inside="h1")
    visitor.sees("this session")


def test_who_is_locked_out_chooses_a_new_password_by_letter(visit, post, worker):
    author = factories.user(Role.AUTHOR, name="Irène Castel")
    visitor = visit()
    for _ in range(5):
        visitor.open("/fr/connexion/")
        visitor.page.locator("input[name=login]").fill(author.email)
        with visitor.page.expect_navigation():
            in_a_field(visitor, "password", "une phrase que j’ai oubliée")
    visitor.sees("Too many wrong passwords", inside="h1")
    assert problems(visitor) == []
    visitor.click("Choose a new password", role="link")
    in_a_field(visitor, "email", author.email)
    visitor.sees("Look at your mail.", inside="h1")
    visitor.follow(post.to(author.email, "Choisissez votre nouveau mot de passe"))
    for field in ("new_password1", "new_password2"):
        visitor.page.locator(f"input[name={field}]").fill(NEW_PASSWORD)
    visitor.click("Change the password")
    visitor.page.wait_for_url("**/connexion/")
    visitor.sign_in(author, NEW_PASSWORD)
    visitor.open("/fr/accueil/")
    assert visitor.path == "/fr/contenus/"
    assert post.to(author.email, "Votre mot de passe a été changé")


def test_a_dismissal_ends_the_session_in_the_other_browser_at_once(visit):
    recruiter = factories.user(Role.RECRUITER, name="Claire Devaux")
    administrator = factories.user(Role.ADMINISTRATOR, name="Odile Ferrand")
    theirs, ours = visit(), visit()
    for visitor, user in ((theirs, recruiter), (ours, administrator)):
        secret = enrol(user)
        visitor.open("/fr/connexion/?next=/fr/compte/")
        visitor.sign_in(user, then="**/second-facteur/**")
        in_a_field(visitor, "code", code_of(secret))
        visitor.sees("Your sign-in", inside="h1")
    theirs.open("/fr/recrutement/")
    ours.open(f"/fr/equipe/{recruiter.pk}/depart/")
    ours.page.locator("main form button[type=submit]").last.click()
    ours.page.wait_for_url("**/equipe/**")
    theirs.open("/fr/recrutement/")
    assert theirs.path == "/fr/connexion/"
    theirs.page.locator("input[name=login]").fill(recruiter.email)
    in_a_field(theirs, "password", factories.PASSWORD)
    theirs.sees("Sign in", inside="h1")
    recruiter.refresh_from_db()
    assert not recruiter.is_active
    services.reset_second_factor(administrator, by=factories.user(Role.ADMINISTRATOR))
    ours.open("/fr/equipe/")
    assert ours.path == "/fr/connexion/"

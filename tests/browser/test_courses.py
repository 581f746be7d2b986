"""A course in a real browser: its modules unfold by keyboard, it prints whole, its paper is taken away."""

import pytest

from partnership.states import Role
from programmes import services
from tests import factories
from tests.printed import words

from .visitor import BOTH_WAYS, PHONE, problems

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture
def course(transactional_db):
    """A course with three modules in two blocks, validated."""
    author, reviewer = factories.user(Role.AUTHOR), factories.user(Role.REVIEWER, party_code="smt")
    made = factories.programme(prerequisites="Être à l’aise à l’oral.", hours=56)
    content = services.create_curriculum(made, by=author)
    for number, block in enumerate(["Conseiller", "Conseiller", "Vendre"], 1):
        texts = {"objectives": f"Objectif {number}.", "content": f"## Titre {number}\n\n- Contenu {number}"}
        services.add_module(content, by=author, block=block, title=f"Module {number}", hours=20, **texts)
    services.submit(content, by=author)
    services.approve_rest(content, by=reviewer)
    factories.cohort("lyon", of=factories.intake(made), content=content)
    return made


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_modules_unfold_by_keyboard_print_whole_and_are_taken_away(course, visit, javascript):
    visitor = visit(javascript=javascript, width=PHONE)
    visitor.open("/fr/formations/acvd/")
    page = visitor.page
    summary = page.locator("details.module summary").first
    assert not page.get_by_text("Contenu 1").is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert page.get_by_text("Contenu 1").is_visible()
    assert problems(visitor) == []
    printed = words(page.pdf())
    assert all(f"Contenu {order}" in printed and f"Objectif {order}." in printed for order in (1, 2, 3))
    with page.expect_download() as download:
        page.locator("a[href$='/programme.pdf']").click()
    assert download.value.suggested_filename == "acvd.pdf"
    taken = words(download.value.path().read_bytes())
    assert "Contenu 3" in taken and "Être à l’aise à l’oral." in taken

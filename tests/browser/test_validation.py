"""Three versions of the 532-hour diploma through two reviewers, in a browser: requests, answers, validation.

Each reviewer sees what has changed since their own last reading, and reads again only what has changed.
"""

import tomllib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from partnership import clock
from partnership.states import Role
from programmes import services
from programmes.models import Curriculum
from programmes.states import CurriculumState
from tests import factories

from .visitor import Visitor, problems

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXTS = ("title", "block", "hours", "objectives", "content", "assessment")


@pytest.fixture
def diploma(author):
    """The diploma of ten modules and 532 hours, as its author has written it."""
    told = tomllib.loads((Path(settings.BASE_DIR) / "placements/reference/demonstration.toml").read_text())
    version = services.create_curriculum(factories.programme(quorum=2, hours=532), by=author)
    for module in told["module"]:
        services.add_module(version, by=author, **{name: module[name] for name in TEXTS if name in module})
    assert sum(version.modules.values_list("hours", flat=True)) == 532
    return version


@pytest.fixture
def reviewers():
    return [factories.user(Role.REVIEWER, party_code="smt", name=name) for name in ("Paule Ramond", "Jean Istel")]


def at_the_desk(visit, reviewer, version) -> Visitor:
    desk = visit()
    desk.enter_as(reviewer)
    desk.open(reverse("admin:index"))
    desk.page.get_by_role("link", name=str(version)).first.click()
    return desk


def to_read(desk: Visitor, version) -> list[int]:
    """The numbers of the modules the side list says are to read, or asked about and unchanged."""
    desk.open(reverse("admin:programmes_curriculum_review", args=[version.pk]))
    lines = desk.page.locator(".desk__side li")
    return [
        number
        for number in range(1, lines.count() + 1)
        if any(word in lines.nth(number - 1).inner_text() for word in ("à lire", "inchangé", "sans changement"))
    ]


def go_to_module(desk: Visitor, version, order: int) -> None:
    module = version.modules.get(order=order)
    desk.open(reverse("admin:programmes_module_review", args=[version.pk, module.pk]))


def give(desk: Visitor, opinion: str) -> None:
    desk.page.get_by_role("radio", name=opinion, exact=False).first.check()
    desk.page.locator(".decision .btn--primary").click()


def in_the_new_text(desk: Visitor) -> str:
    return " ".join(desk.page.locator(".version-new ins").all_inner_texts())


def test_three_versions_through_two_reviewers(visit, author, reviewers, diploma):
    first, second = reviewers
    services.submit(diploma, by=author)

    # The first reader keeps a request on a field of module 3, comes back to it, then asks.
    desk = at_the_desk(visit, first, diploma)
    assert to_read(desk, diploma) == list(range(1, 11))
    go_to_module(desk, diploma, 3)
    desk.page.locator("#f-assessment summary").click()
    desk.page.locator("[name=request_assessment]").fill("Préciser la grille de notation.")
    desk.page.locator("#f-assessment button").click()
    desk.sees("Gardé pour vous seul")
    assert desk.page.locator("[name=request_assessment]").input_value() == "Préciser la grille de notation."
    assert problems(desk) == []
    give(desk, "Modifications demandées")
    desk.open(reverse("admin:programmes_curriculum_review", args=[diploma.pk]))
    desk.click("Favorable pour")
    diploma.refresh_from_db()
    assert diploma.state == CurriculumState.IN_REVIEW

    # The second one is unfavourable to module 8: that blocks, and refuses nothing.
    other = at_the_desk(visit, second, diploma)
    go_to_module(other, diploma, 8)
    other.page.locator("[name=comment]").fill("La loi a changé.")
    give(other, "Défavorable")
    other.open(reverse("admin:programmes_curriculum_review", args=[diploma.pk]))
    other.click("Favorable pour")
    diploma.refresh_from_db()
    assert diploma.state == CurriculumState.CHANGES_REQUESTED

    # The author may not submit before each request is answered: one by another text, one in words.
    writer = visit()
    writer.enter_as(author)
    writer.open(reverse("programmes:curriculum_read", args=[diploma.pk]))
    writer.click("Soumettre")
    writer.sees("2 demandes", "pas encore de réponse")
    module = diploma.modules.get(order=3)
    writer.open(reverse("programmes:module_edit", args=[module.pk]))
    writer.page.locator("[name=assessment]").fill("Deux appels simulés, notés selon la grille jointe.")
    writer.click("Enregistrer")
    thread = diploma.modules.get(order=8).requests.get()
    writer.open(reverse("programmes:request_reply", args=[thread.pk]))
    writer.page.locator("[name=text]").fill("L’arrêté en vigueur date de 2026.")
    writer.click("Répondre")
    writer.open(reverse("programmes:curriculum_read", args=[diploma.pk]))
    writer.click("Soumettre")
    diploma.refresh_from_db()
    assert diploma.state == CurriculumState.SUBMITTED

    # Exactly what has changed or was answered comes back; each reads it against their own last reading.
    assert to_read(desk, diploma) == [3]
    assert to_read(other, diploma) == [3, 8]
    go_to_module(desk, diploma, 3)
    assert "notés selon la grille jointe" in in_the_new_text(desk)
    give(desk, "Favorable")
    go_to_module(other, diploma, 8)
    other.sees("L’arrêté en vigueur date de 2026.")
    give(other, "Favorable")
    go_to_module(other, diploma, 3)
    give(other, "Favorable")
    diploma.refresh_from_db()
    assert diploma.state == CurriculumState.VALIDATED
    for statement in (
        "UPDATE programmes_module SET hours = 1 WHERE curriculum_id = %s",
        "DELETE FROM programmes_module WHERE curriculum_id = %s",
        "UPDATE programmes_curriculum SET state = 'draft' WHERE id = %s",
        'INSERT INTO programmes_module (id, lineage, "order", block, title, hours, objectives, content, assessment,'
        " version, curriculum_id) VALUES (gen_random_uuid(), gen_random_uuid(), 99, '', 'Ajout', 1, '', '', '', 1, %s)",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [diploma.pk])

    # A new version starts as a copy; its two readers judge only what is new, and it supersedes the first.
    writer.open(reverse("programmes:curriculum_read", args=[diploma.pk]))
    writer.click("Préparer une nouvelle version")
    newer = Curriculum.objects.get(programme=diploma.programme, number=2)
    module = newer.modules.get(order=1)
    services.edit_module(module, version=module.version, by=author, hours=module.hours + 7)
    services.submit(newer, by=author)
    go_to_module(desk, newer, 1)
    assert "35" in in_the_new_text(desk)
    for reader in (desk, other):
        reader.open(reverse("admin:programmes_curriculum_review", args=[newer.pk]))
        reader.click("Favorable pour")
    diploma.refresh_from_db()
    newer.refresh_from_db()
    assert (diploma.state, newer.state) == (CurriculumState.SUPERSEDED, CurriculumState.VALIDATED)


def test_a_reviewer_decides_a_module_with_the_keyboard_alone(visit, author, reviewers, diploma):
    services.submit(diploma, by=author)
    desk = visit(javascript=False)
    desk.enter_as(reviewers[0])
    go_to_module(desk, diploma, 1)
    page = desk.page
    page.locator(".desk__side a").last.focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "opinion":
            break
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert diploma.modules.get(order=1).reviews.get().given_by == reviewers[0]
    assert diploma.submitted_at <= clock.now()

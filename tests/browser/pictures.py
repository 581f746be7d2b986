"""Takes the README’s pictures anew: `python3 dev.py test tests/browser/pictures.py`. No test run finds it by itself."""

import pytest
from django.conf import settings
from django.urls import reverse

from cohorts.states import ApplicationState
from partnership.states import Role
from placements.states import PlacementState

from .visitor import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

FOLDER = settings.BASE_DIR / "static" / "img" / "readme"
# The README shows them side by side with words: heavier ones would make it slow to read.
HEAVIEST = 120_000

# Each by its name: who looks, in which zone, how wide, at which address.
SUBJECTS = {
    "front": (None, None, DESK, "front", lambda world: []),
    "apply": (None, None, PHONE, "cohorts:apply_identity", lambda world: [world.acvd.slug]),
    "application": (
        Role.RECRUITER,
        None,
        DESK,
        "cohorts:application_detail",
        lambda world: [world.application(ApplicationState.INTERVIEWED).pk],
    ),
    "review": (
        Role.REVIEWER,
        None,
        DESK,
        "admin:programmes_module_review",
        lambda world: [world.submitted_curriculum.pk, world.submitted_curriculum.modules.last().pk],
    ),
    "zone": (Role.REGIONAL_LEAD, "lyon", DESK, "placements:zone_board", lambda world: ["lyon"]),
    "answer": (
        None,
        None,
        PHONE,
        "placements:placement_answer",
        lambda world: [world.tokens[f"answer {PlacementState.PROPOSED}"]],
    ),
    "board": (Role.COORDINATOR, None, DESK, "partnership:board", lambda world: []),
    "content": (
        Role.AUTHOR,
        None,
        DESK,
        "programmes:curriculum_read",
        lambda world: [world.submitted_curriculum.pk],
    ),
}


def test_the_pictures_are_taken(world, visit):
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (role, zone, width, url_name, args) in SUBJECTS.items():
        visitor = visit(width=width)
        if role:
            visitor.enter_as(world.user(role, zone))
        visitor.open(reverse(url_name, args=args(world)))
        picture = FOLDER / f"{name}-{width}.png"
        visitor.page.screenshot(path=picture)
        assert picture.stat().st_size < HEAVIEST

"""Takes the pictures of the README and of the guide anew: `python3 dev.py test tests/browser/pictures.py`.

No test run finds it by itself.
"""

import base64
import itertools
import struct
import zlib
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page

from cohorts.states import ApplicationState
from partnership import clock
from partnership.models import User
from partnership.states import Role
from partnership.templatetags.handbook import PICTURES, picture_file
from placements.states import PlacementState

from .page import follow
from .visitor import DESK, PHONE, Visitor
from .world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

FOLDER = settings.BASE_DIR / "static" / "img" / "readme"
# The README shows them side by side with words: heavier ones would make it slow to read.
HEAVIEST = 120_000
# A page of the guide has two at most, and weighs no more than any other page of the staff.
HEAVIEST_OF_THE_GUIDE = 60_000

# Each by its name: who looks, in which zone, at which address.
SUBJECTS = {
    "front": (None, None, "front", lambda world: []),
    "apply": (None, None, "cohorts:apply_identity", lambda world: [world.acvd.slug]),
    "follow": (None, None, "placements:application_follow", follow(ApplicationState.ADMITTED)),
    "worklist": (Role.RECRUITER, None, "cohorts:worklist", lambda world: []),
    "application": (
        Role.RECRUITER,
        None,
        "cohorts:application_detail",
        lambda world: [world.application(ApplicationState.INTERVIEWED).pk],
    ),
    "load": (Role.HEAD_OF_RECRUITMENT, None, "cohorts:team_load", lambda world: []),
    "review": (
        Role.REVIEWER,
        None,
        "admin:programmes_module_review",
        lambda world: [world.submitted_curriculum.pk, world.submitted_curriculum.modules.last().pk],
    ),
    "zone": (Role.REGIONAL_LEAD, "lyon", "placements:zone_board", lambda world: ["lyon"]),
    "calls": (Role.REGIONAL_LEAD, "lyon", "placements:call_list", lambda world: ["lyon"]),
    "proposal": (
        Role.REGIONAL_LEAD,
        "lyon",
        "placements:proposal_detail",
        lambda world: [world.proposals["made"].pk],
    ),
    "answer": (
        None,
        None,
        "placements:placement_answer",
        lambda world: [world.tokens[f"answer {PlacementState.PROPOSED}"]],
    ),
    "board": (Role.COORDINATOR, None, "partnership:board", lambda world: []),
    "content": (
        Role.AUTHOR,
        None,
        "programmes:curriculum_read",
        lambda world: [world.submitted_curriculum.pk],
    ),
    "team": (Role.ADMINISTRATOR, None, "partnership:person_list", lambda world: []),
}
# Those of the README, with the width of the window. Those of the guide, and their sizes, are the guide's (PICTURES).
OF_THE_README = {
    "front": DESK,
    "apply": PHONE,
    "application": DESK,
    "review": DESK,
    "zone": DESK,
    "proposal": DESK,
    "answer": PHONE,
    "board": DESK,
    "content": DESK,
}


# Chromium writes four bytes a pixel; a page has few colours, and 256 of them show it as well.
_IN_256_COLOURS = """async source => {
    const image = new Image()
    image.src = source
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d")
    canvas.drawImage(image, 0, 0)
    const bytes = canvas.getImageData(0, 0, image.width, image.height).data
    const colours = Array.from({length: bytes.length / 4}, (_, i) =>
        bytes[4 * i] << 16 | bytes[4 * i + 1] << 8 | bytes[4 * i + 2])
    const counts = new Map()
    for (const colour of colours) counts.set(colour, (counts.get(colour) || 0) + 1)
    const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(entry => entry[0])
    const distance = (a, b) => [16, 8, 0].reduce((sum, bits) => sum + ((a >> bits & 255) - (b >> bits & 255)) ** 2, 0)
    const nearest = new Map()
    for (const colour of counts.keys())
        nearest.set(colour, palette.reduce((best, other, i) =>
            distance(colour, other) < distance(colour, palette[best]) ? i : best, 0))
    return {width: image.width, height: image.height, palette, pixels: colours.map(colour => nearest.get(colour))}
}"""


@pytest.fixture
def at_work(world):
    """Whoever looks has done their first steps: their pages show the work."""
    User.objects.update(first_steps_done_at=clock.now())
    return world


def test_the_pictures_are_taken(at_work, visit, chromium):
    desk = chromium.new_page()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, width in OF_THE_README.items():
        visitor = before(name, visit(width=width), at_work)
        keep(visitor.page.screenshot(), FOLDER / f"{name}-{width}.png", desk=desk, heaviest=HEAVIEST)
    # In the same test, for at its end the demonstration is taken down.
    for language, (name, (width, height)) in itertools.product(("fr", "en"), PICTURES.items()):
        with translation.override(language):
            visitor = before(name, visit(width=width), at_work)
        shot = visitor.page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": height})
        file = settings.BASE_DIR / "static" / picture_file(name, language)
        file.parent.mkdir(parents=True, exist_ok=True)
        keep(shot, file, desk=desk, heaviest=HEAVIEST_OF_THE_GUIDE)


def before(name: str, visitor: Visitor, world: World) -> Visitor:
    """Bring whoever looks before a subject."""
    role, zone, url_name, args = SUBJECTS[name]
    if role:
        visitor.enter_as(world.user(role, zone))
    visitor.open(reverse(url_name, args=args(world)))
    return visitor


def keep(shot: bytes, file: Path, *, desk: Page, heaviest: int) -> None:
    """Write a screenshot in 256 colours; one that is too heavy is a fault of the picture."""
    source = f"data:image/png;base64,{base64.b64encode(shot).decode()}"
    picture = png(**desk.evaluate(_IN_256_COLOURS, source))
    assert len(picture) < heaviest, f"{file.name}: {len(picture)} bytes"
    file.write_bytes(picture)


def png(*, width: int, height: int, palette: list[int], pixels: list[int]) -> bytes:
    """A PNG file of indexed colours."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes(pixels[row * width : (row + 1) * width]) for row in range(height))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            chunk(b"PLTE", b"".join(colour.to_bytes(3) for colour in palette)),
            chunk(b"IDAT", zlib.compress(rows, 9)),
            chunk(b"IEND", b""),
        ]
    )

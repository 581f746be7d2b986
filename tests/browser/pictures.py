"""Takes the README’s pictures anew: `python3 dev.py test tests/browser/pictures.py`. No test run finds it by itself."""

import base64
import struct
import zlib

import pytest
from django.conf import settings
from django.urls import reverse

from cohorts.states import ApplicationState
from partnership.states import Role
from placements.states import PlacementState

from .visitor import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

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
    "proposal": (
        Role.REGIONAL_LEAD,
        "lyon",
        DESK,
        "placements:proposal_detail",
        lambda world: [world.proposals["made"].pk],
    ),
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


def test_the_pictures_are_taken(world, visit, chromium):
    FOLDER.mkdir(parents=True, exist_ok=True)
    desk = chromium.new_page()
    for name, (role, zone, width, url_name, args) in SUBJECTS.items():
        visitor = visit(width=width)
        if role:
            visitor.enter_as(world.user(role, zone))
        visitor.open(reverse(url_name, args=args(world)))
        shot = base64.b64encode(visitor.page.screenshot()).decode()
        picture = png(**desk.evaluate(_IN_256_COLOURS, f"data:image/png;base64,{shot}"))
        assert len(picture) < HEAVIEST
        (FOLDER / f"{name}-{width}.png").write_bytes(picture)


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

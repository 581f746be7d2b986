"""Build partnership/reference/departments.json from the departments of France GeoJSON.

The file is `departements-version-simplifiee.geojson` of that project: the borders of IGN's Admin Express, of which we
keep fewer points, in whole kilometres. See partnership/reference/README.md.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partnership.management import outlines
from partnership.management.outlines import Ring

FIXTURE = Path(__file__).resolve().parents[2] / "reference" / "departments.json"
SOURCE = (
    "Contours: IGN, Admin Express COG 2018, Licence Ouverte 2.0 (Etalab), by way of France GeoJSON "
    "(Grégoire David); simplified, in whole kilometres of Lambert-93."
)
# Of the mainland and of Corsica.
HOW_MANY = 96
# White around the drawing, in kilometres.
MARGIN = 8


class Command(BaseCommand):
    help = "Build the outlines of the departments from departements-version-simplifiee.geojson of France GeoJSON."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--output", type=Path, default=FIXTURE)

    def handle(self, *, file: Path, output: Path, **options) -> None:
        territories = read(file)
        if len(territories) != HOW_MANY:
            raise CommandError(f"{file}: expected {HOW_MANY} departments, found {len(territories)}.")
        output.write_text(written(outlines.simplified(territories)), encoding="utf-8")
        self.stdout.write(f"{len(territories)} departments written to {output} ({output.stat().st_size // 1024} kB).")


def read(file: Path) -> dict[str, list[Ring]]:
    """The outer borders of each department, by its code."""
    try:
        features = json.loads(file.read_text(encoding="utf-8"))["features"]
        return {one["properties"]["code"]: _borders(one["geometry"]) for one in features}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{file}: not the file expected ({error!r}).") from error


def _borders(geometry: dict[str, Any]) -> list[Ring]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    # Of a polygon the first ring is its border, the others are holes: lands of a neighbour, which is drawn over them.
    return [[(x, y) for x, y in polygon[0]] for polygon in polygons]


def written(departments: dict[str, Sequence[Sequence[tuple[int, int]]]]) -> str:
    """The file: a line a department with its path and its middle, the north above; the same for the same borders."""
    points = [point for rings in departments.values() for ring in rings for point in ring]
    west, north = min(x for x, _ in points) - MARGIN, max(y for _, y in points) + MARGIN
    size = (max(x for x, _ in points) - west + MARGIN, north - min(y for _, y in points) + MARGIN)
    lines = []
    for code, rings in sorted(departments.items()):
        drawn = [[(x - west, north - y) for x, y in ring] for ring in rings]
        at = [round(part) for part in outlines.middle(drawn[0])]
        lines.append(f'"{code}": {json.dumps({"at": at, "path": _path(drawn)})}')
    head = f'"source": {json.dumps(SOURCE, ensure_ascii=False)},\n"size": {json.dumps(size)},\n"departments": '
    return "{\n" + head + "{\n" + ",\n".join(lines) + "\n}\n}\n"


def _path(rings: Iterable[Sequence[tuple[int, int]]]) -> str:
    """A path of SVG: where a ring begins, then each step from the point before."""
    parts = []
    for ring in rings:
        steps = [(x - before_x, y - before_y) for (before_x, before_y), (x, y) in zip(ring, ring[1:], strict=False)]
        parts.append(f"M{ring[0][0]} {ring[0][1]}l" + " ".join(f"{x} {y}" for x, y in steps) + "z")
    return "".join(parts).replace(" -", "-")

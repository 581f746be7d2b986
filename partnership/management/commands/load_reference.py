"""Load what every installation needs and nobody types: the communes of France, the first zones, what apps add to them.

Run at each start: it compares before it writes. Never a migration, since a test that flushes the tables would lose it.
"""

import contextlib
import csv
import gzip
import hashlib
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from partnership import clock
from partnership.models import Commune, JournalEntry, SchoolZone, Zone, ZoneDepartment
from partnership.states import ActorKind

REFERENCE = Path(__file__).resolve().parents[2] / "reference"

# The cities that have municipal districts: their postcodes lead to the districts, never to the city itself.
CITIES = ("13055", "69123", "75056")

INSEE_CODE = re.compile(r"[0-9][0-9AB][0-9]{3}")
POSTCODE = re.compile(r"[0-9]{5}")

# La Poste publishes some 35,000 communes. Far fewer is a cut file, and loading it would take the others away.
FEWEST_COMMUNES = 30_000
# Of a degree: about eleven metres.
DECIMALS = 4
LONGEST_NAME = Commune._meta.get_field("name").max_length

# What the journal calls the communes and their two sources: a start must not undo the official file somebody gave.
SUBJECT = Commune._meta.label_lower
SHIPPED = "shipped"
OFFICIAL = "official"


class CommuneRow(NamedTuple):
    """A commune as the reference files tell it, before it is a row of ours."""

    insee_code: str
    name: str
    department: str
    postcodes: tuple[str, ...]
    latitude: float | None = None
    longitude: float | None = None
    is_approximate: bool = False


class Command(BaseCommand):
    help = "Load the communes and the zones; does nothing when nothing has changed."

    def add_arguments(self, parser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument(
            "--communes",
            type=Path,
            metavar="FILE",
            help="replace the communes by the official CSV of La Poste (base officielle des codes postaux); "
            "later runs without this option keep them",
        )
        source.add_argument(
            "--shipped-communes", action="store_true", help="go back from the official file to the communes shipped"
        )

    def handle(self, *, communes: Path | None, shipped_communes: bool, verbosity: int, **options) -> None:
        say = self.stdout.write if verbosity else lambda line: None
        rows = shipped()
        if communes:
            rows = official(communes, known=rows)
        with transaction.atomic():
            # Two starts at the same time load one after the other; readers do not wait.
            _execute("LOCK TABLE partnership_commune IN SHARE ROW EXCLUSIVE MODE")
            before, after = last_source(), OFFICIAL if communes else SHIPPED
            if before == OFFICIAL and not communes and not shipped_communes:
                say("Communes: kept, they come from the official file." + give_positions(rows))
            else:
                say("Communes: " + replace_communes(rows, before=before, after=after))
            for line in create_zones(REFERENCE / "zones.toml"):
                say(line)
            # An app above has reference data of its own: it says so where it gets ready.
            for app in apps.get_app_configs():
                for line in getattr(app, "load_reference", list)():
                    say(line)


def shipped() -> list[CommuneRow]:
    """Return the communes shipped with the code (see build_communes)."""
    with gzip.open(REFERENCE / "communes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter=";")
        next(lines)
        return [
            CommuneRow(code, name, department, tuple(codes.split()), *_position(*where, approximate == "1"))
            for code, name, department, codes, *where, approximate in lines
        ]


def _position(latitude: str, longitude: str, is_approximate: bool = False) -> tuple[float | None, float | None, bool]:
    """Return the coordinates in degrees; ValueError where they are none."""
    if not latitude and not longitude:
        return None, None, False
    north, east = (round(float(text), DECIMALS) + 0.0 for text in (latitude, longitude))
    if not (-90 <= north <= 90 and -180 <= east <= 180):
        raise ValueError
    return north, east, is_approximate


def official(path: Path, *, known: Iterable[CommuneRow]) -> list[CommuneRow]:
    """Return the communes of La Poste's CSV; a bad file raises CommandError with the line at fault.

    Its names are capitals without accents (« ST ETIENNE »), so a commune we know already keeps its proper name; and its
    position, where the file tells none.
    """
    known = list(known)
    names = {row.insee_code: row.name for row in known}
    positions = {row.insee_code: (row.latitude, row.longitude, row.is_approximate) for row in known}
    found: dict[str, str] = {}
    postcodes: dict[str, set[str]] = {}
    for number, code, name, postcode, where in _official_lines(path):
        if not INSEE_CODE.fullmatch(code):
            raise CommandError(f"{path}, line {number}: “{code}” is not the INSEE code of a commune. Nothing changed.")
        if not POSTCODE.fullmatch(postcode):
            raise CommandError(f"{path}, line {number}: “{postcode}” is not a postcode. Nothing changed.")
        if not name or not name.isprintable() or len(name) > LONGEST_NAME:
            raise CommandError(f"{path}, line {number}: commune {code} has no readable name. Nothing changed.")
        found[code] = names.get(code, name.title())
        postcodes.setdefault(code, set()).add(postcode)
        if any(where):
            try:
                positions[code] = _position(*where)
            except ValueError as error:
                raise CommandError(
                    f"{path}, line {number}: “{', '.join(where)}” are not a latitude and a longitude. Nothing changed."
                ) from error
    if len(found) < FEWEST_COMMUNES:
        raise CommandError(
            f"{path} holds {len(found)} communes, {FEWEST_COMMUNES} at least were expected: is it cut? Nothing changed."
        )
    for city in CITIES:
        found[city] = names[city]
        postcodes[city] = set()
    return [
        CommuneRow(
            code,
            found[code],
            department_of(code),
            tuple(sorted(postcodes[code])),
            *positions.get(code, (None, None, False)),
        )
        for code in sorted(found)
    ]


def _official_lines(path: Path) -> Iterator[tuple[int, str, str, str, tuple[str, str]]]:
    """Yield (line number, INSEE code, name, postcode, position), whatever the encoding and the order of the columns."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}. Nothing changed.") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    try:
        heads = [_plain(head) for head in next(lines, [])]
        wanted = [_column(heads, *names) for names in (CODE_HEADS, NAME_HEADS, POSTCODE_HEADS)]
        if None in wanted:
            raise CommandError(
                f"{path} is not the CSV of La Poste: its first line should name Code_commune_INSEE, Nom_de_la_commune "
                "and Code_postal, separated by semicolons. Nothing changed."
            )
        # Older files tell where a commune is, in one column or in two; a line too short for it tells nothing.
        columns = [_column(heads, *names) for names in POSITION_HEADS]
        if None in columns:
            columns = [_column(heads, *PAIR_HEADS)]
        for cells in lines:
            if not cells:
                continue
            if len(cells) <= max(wanted):
                raise CommandError(f"{path}, line {lines.line_num}: columns are missing. Nothing changed.")
            code, name, postcode = (cells[index].strip() for index in wanted)
            told = ",".join(cells[index] for index in columns if index is not None and index < len(cells))
            latitude, _comma, longitude = told.partition(",")
            yield lines.line_num, code, name, postcode, (latitude.strip(), longitude.strip())
    except csv.Error as error:
        raise CommandError(f"{path}, line {lines.line_num}: {error}. Nothing changed.") from error


CODE_HEADS = ("code_commune_insee",)
NAME_HEADS = ("nom_de_la_commune", "nom_commune")
POSTCODE_HEADS = ("code_postal",)
POSITION_HEADS = (("latitude",), ("longitude",))
PAIR_HEADS = ("coordonnees_gps", "coordonnees_geographiques", "geopoint", "geo_point_d")


def _plain(head: str) -> str:
    """`#Code_commune_INSEE` → `code_commune_insee`: the name of a column varies in case, accents and signs."""
    letters = unicodedata.normalize("NFKD", head).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z]+", "_", letters).strip("_")


def _column(heads: list[str], *names: str) -> int | None:
    return next((heads.index(name) for name in names if name in heads), None)


def department_of(insee_code: str) -> str:
    """Return the department of a commune: two characters of its INSEE code, three overseas; never of a postcode."""
    return insee_code[:3] if insee_code.startswith(("97", "98")) else insee_code[:2]


def replace_communes(rows: list[CommuneRow], *, before: str, after: str) -> str:
    """Make the table hold these communes, journal it and say what changed; must run inside a transaction.

    A commune that is gone but that a file of ours still names stays, without a postcode, so that nobody can choose it.
    """
    if before == after and _hash_of_table() == _hash_of(rows):
        return f"{len(rows)}, nothing to change."
    with _incoming(rows) as cursor:
        cursor.execute(
            """
            INSERT INTO partnership_commune AS commune
                (insee_code, name, department, postcodes, latitude, longitude, is_approximate)
            SELECT insee_code, name, department, postcodes, latitude, longitude, is_approximate FROM incoming
            ON CONFLICT (insee_code) DO UPDATE
            SET (name, department, postcodes, latitude, longitude, is_approximate)
                = (excluded.name, excluded.department, excluded.postcodes,
                   excluded.latitude, excluded.longitude, excluded.is_approximate)
            WHERE (commune.name, commune.department, commune.postcodes,
                   commune.latitude, commune.longitude, commune.is_approximate)
                  IS DISTINCT FROM (excluded.name, excluded.department, excluded.postcodes,
                                    excluded.latitude, excluded.longitude, excluded.is_approximate)
            """
        )
        changed = cursor.rowcount
    gone = set(Commune.objects.values_list("pk", flat=True)) - {row.insee_code for row in rows}
    still_named = _named_elsewhere(gone)
    kept = Commune.objects.filter(pk__in=still_named).update(postcodes=[])
    removed, _by_model = Commune.objects.filter(pk__in=gone - still_named).delete()
    done = f"{len(rows)}: {changed} new or changed, {removed} removed, {kept} kept for the files that name them."
    _journal(before, after, done)
    return done


def give_positions(rows: list[CommuneRow]) -> str:
    """Give the communes that have no position the one we know, journal it and say so; nothing to say as a rule.

    An official file taken in before positions were kept, or one that tells none of a commune, needs it.
    """
    without = set(Commune.objects.filter(latitude__isnull=True).values_list("pk", flat=True))
    rows = [row for row in rows if row.insee_code in without and row.latitude is not None]
    if not rows:
        return ""
    with _incoming(rows) as cursor:
        cursor.execute(
            """
            UPDATE partnership_commune AS commune
            SET (latitude, longitude, is_approximate)
                = (incoming.latitude, incoming.longitude, incoming.is_approximate)
            FROM incoming WHERE commune.insee_code = incoming.insee_code
            """
        )
    _journal(OFFICIAL, OFFICIAL, f"{len(rows)} given a position.")
    return f" {len(rows)} of them were given a position."


@contextlib.contextmanager
def _incoming(rows: Iterable[CommuneRow]) -> Iterator[CursorWrapper]:
    """A cursor beside a temporary table `incoming` that holds these rows."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE incoming (LIKE partnership_commune)")
        with cursor.copy(f"COPY incoming ({', '.join(CommuneRow._fields)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row._replace(postcodes=list(row.postcodes)))
        yield cursor
        # The test suite holds one long transaction, where ON COMMIT DROP would come too late for a second load.
        cursor.execute("DROP TABLE incoming")


def _journal(before: str, after: str, done: str) -> None:
    JournalEntry.objects.create(
        at=clock.now(),
        actor_kind=ActorKind.CLOCK,
        subject=SUBJECT,
        about=SUBJECT,
        before=before,
        after=after,
        reason=done,
    )


def _named_elsewhere(codes: set[str]) -> set[str]:
    """Return which of those communes any row of any app refers to, without knowing the apps above."""
    named: set[str] = set()
    for relation in Commune._meta.get_fields(include_hidden=True):
        if relation.auto_created and (relation.one_to_many or relation.one_to_one) and not relation.concrete:
            column = relation.field.attname
            rows = relation.related_model._base_manager.filter(**{column + "__in": codes})
            named.update(rows.values_list(column, flat=True).distinct())
    return named


def _hash_of(rows: Iterable[CommuneRow]) -> str:
    lines = sorted(
        "|".join((row.insee_code, row.name, row.department, ",".join(row.postcodes), *_written(row))) for row in rows
    )
    return hashlib.md5("\n".join(lines).encode(), usedforsecurity=False).hexdigest()


def _written(row: CommuneRow) -> tuple[str, ...]:
    """The position as PostgreSQL writes it below; a position that is not known leaves nothing."""
    degrees = [f"{angle:.{DECIMALS}f}" for angle in (row.latitude, row.longitude) if angle is not None]
    return *degrees, str(row.is_approximate).lower()


def _hash_of_table() -> str | None:
    # A commune kept without a postcode is not one of the reference, a city is.
    return _execute(
        """
        SELECT md5(string_agg(line, E'\n' ORDER BY line COLLATE "C"))
        FROM (
            SELECT concat_ws(
                '|', insee_code, name, department, array_to_string(postcodes, ','),
                to_char(latitude, 'FM990.0000'), to_char(longitude, 'FM990.0000'), is_approximate::text
            ) AS line
            FROM partnership_commune
            WHERE cardinality(postcodes) > 0 OR insee_code = ANY(%s)
        ) AS lines
        """,
        list(CITIES),
    )


def last_source() -> str:
    """Return where the communes come from, by the journal: shipped, official, or nothing yet."""
    if not Commune.objects.exists():
        return ""
    lines = JournalEntry.objects.filter(subject=SUBJECT).order_by("-pk")
    return lines.values_list("after", flat=True).first() or ""


def _execute(statement: str, *values: object) -> str | None:
    """Run one statement and return its first value, if it has one."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0] if cursor.description else None


def create_zones(path: Path) -> Iterator[str]:
    """Create the zones of the file that are missing, and say so; those already there belong to the people who run them.

    A zone without any department counts as missing; a department that has joined another zone stays there. A zone
    without a school zone is given that of the file.
    """
    with path.open("rb") as file:
        described = tomllib.load(file)["zone"]
    taken = set(ZoneDepartment.objects.values_list("department", flat=True))
    for order, entry in enumerate(described, start=1):
        zone, created = Zone.objects.get_or_create(
            code=entry["code"],
            defaults={"name": entry["name"], "order": order, "is_pilot": entry["is_pilot"]},
        )
        if not zone.school_zones.exists():
            SchoolZone.objects.bulk_create(
                SchoolZone(zone=zone, letter=letter, since=since) for since, letter in entry["school"]
            )
            yield f"Zone {zone.name}: given its school zone."
        if not created and zone.departments.exists():
            continue
        departments = [(code, True) for code in entry["core"]] + [(code, False) for code in entry["extended"]]
        ZoneDepartment.objects.bulk_create(
            ZoneDepartment(zone=zone, department=code, is_core=is_core)
            for code, is_core in departments
            if code not in taken
        )
        taken.update(code for code, _is_core in departments)
        yield f"Zone {zone.name}: {'created' if created else 'given its departments'}."

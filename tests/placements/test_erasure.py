"""Erasing a person: nothing of theirs is left in any table or file, the figures stay, a second time is nothing."""

import io
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cohorts import services
from cohorts.models import Application, Candidate
from cohorts.states import ExitReason
from partnership import clock, invariants, jobs, measures, outbox, personal_data, sending, tombstones
from partnership.models import AccessLink, Convention, JournalEntry, OutgoingMessage, Tombstone, ref
from partnership.states import MessageState, Role
from partnership.workflow import THE_CLOCK, Refused
from placements import services as placing
from placements.models import Placement
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
# What is said of the person, where: each must be gone.
MARKERS = {
    "first name": "Zéphirine",
    "last name": "Quatremarque",
    "telephone": "465710042",
    "address": "zephirine.q@exemple.test",
    "languages": "wolof-courant",
    "support": "Éducatrice Marquante",
    "note": "bégaie un peu mais rit beaucoup",
    "call": "préfère qu’on appelle sa tante",
    "condition": "permis obtenu malgré le genou",
    "comment": "nous préférons une voix grave",
    "reason": "sa mère a rappelé",
    "visit": "dort mal depuis la rentrée",
    "break": "ne supporte plus le casque",
    "hours": "ses soins l’occupent le vendredi",
    "search": "quatremarque zeph",
}


def _identity(**fields):
    return {
        "first_name": MARKERS["first name"],
        "last_name": MARKERS["last name"],
        "phone": f"+33{MARKERS['telephone']}",
        "email": MARKERS["address"],
        "birth_year": 2006,
        "birth_month": 4,
        "postcode": "69100",
        "commune": factories.commune(),
    } | fields


def _apply(cohort) -> Application:
    draft = services.begin(cohort, submit_key=uuid4(), identity=_identity(), language="fr")
    project = {"languages": MARKERS["languages"], "supported_by": MARKERS["support"], "source": "lycee", "level": "4"}
    services.describe_project(draft, cohort=cohort, other_zones=[factories.zone("paris")], project=project)
    services.submit(draft, consents=["talent_pool"], notice_version="1")
    return Application.objects.get(pk=draft.pk)


def told() -> Application:
    """A person about whom everything has been written that can be, and who has left."""
    cohort, recruiter = factories.cohort(), factories.user(Role.RECRUITER)
    lead = factories.user(Role.REGIONAL_LEAD, zone=cohort.zone)
    file = _apply(cohort)
    services.begin(cohort, submit_key=uuid4(), identity=_identity(), language="fr")  # never handed in
    services.record_call(file, result="reached", note=MARKERS["call"], by=recruiter)
    services.schedule_interview(file, starts_at=clock.now() + timedelta(days=1), place="Lyon", by=recruiter)
    services.record_interview(file, note=MARKERS["note"], by=recruiter)
    services.reject(file, reason=ExitReason.PROFILE, by=recruiter)
    services.reopen(file, reason=MARKERS["reason"], by=recruiter)
    services.admit(file, conditions={"other": MARKERS["condition"]}, by=recruiter)
    services.confirm(file, by=file.candidate)
    student, site = file.enrolments.get(), factories.seat(of=cohort.intake).site
    first = placing.propose(student, site=site, by=lead)
    placing.decline(first, reason="other", comment=MARKERS["comment"], by=site)
    second = placing.propose(student, site=site, by=lead)
    placing.send_now(second, by=lead)
    placing.accept(second, by=site)
    placing.start(second, on=clock.today(), by=lead)
    said = {"kind": "phone", "done_on": clock.today(), "signal": "risk", "notes": MARKERS["visit"]}
    placing.record_visit(second, by=lead, **said)
    Placement.objects.filter(pk=second.pk).update(break_note=MARKERS["break"], hours_reason=MARKERS["hours"])
    _apply(cohort)  # again: a repetition
    export = jobs.start("applications_export", by=recruiter, filters={"q": MARKERS["search"]}, order="", language="fr")
    export.parameters["filters"] = {}
    export.save()
    jobs.run_slice(export.pk)
    export.refresh_from_db()
    export.parameters["filters"] = {"q": MARKERS["search"]}
    export.save()
    services.withdraw(file, reason=ExitReason.MOVED, by=file.candidate)
    while sending.send_due():
        pass
    file.refresh_from_db()
    return file


def everything() -> str:
    """Every column of every table as text, and every file."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT row_to_json(whole)::text FROM "{table}" AS whole')
            rows += [row[0] for row in cursor.fetchall()]
    folder = Path(default_storage.location)
    files = [path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()]
    return "\n".join([*rows, *files]).casefold()


def left() -> set[str]:
    text = everything()
    return {what for what, marker in MARKERS.items() if marker.casefold() in text}


def test_nothing_of_an_erased_person_is_left_anywhere(django_capture_on_commit_callbacks):
    file = told()
    figures = measures.counts(None, Convention.objects.get())
    assert left() == set(MARKERS)  # or the markers find nothing

    with django_capture_on_commit_callbacks(execute=True):
        personal_data.erase(ref(file.candidate), by=THE_CLOCK)

    assert left() == set()
    assert measures.counts(None, Convention.objects.get()) == figures
    file.refresh_from_db()
    assert (file.state, file.source, file.exit_reason) == ("withdrawn", "lycee", "moved")
    assert not AccessLink.objects.filter(subject__in=[ref(file)], revoked_at=None).exists()
    assert not OutgoingMessage.objects.filter(to_ref=ref(file.candidate)).exclude(to_email="", text="").exists()
    assert OutgoingMessage.objects.filter(to_ref=ref(file.candidate), state=MessageState.SENT).exists()
    assert JournalEntry.objects.filter(subject=ref(file), after="erased").count() == 1
    assert str(file.candidate) == "personne effacée"
    found = {finding.key for finding in invariants.check()} - {
        "curriculum_as_journal_says",
        "convention_as_journal_says",
    }
    assert found == set()


def test_a_second_time_changes_nothing_and_says_nothing_twice(folder):
    file = told()
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    before = everything()
    assert personal_data.erase(ref(file.candidate), by=THE_CLOCK) == {}
    assert everything() == before
    assert list(tombstones.read(folder / "tombstones")) == [ref(file.candidate)]


def test_others_keep_what_is_theirs(folder):
    file = told()
    brother = services.begin(file.cohort, submit_key=uuid4(), identity=_identity(first_name="Anselme"), language="fr")
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    brother.candidate.refresh_from_db()
    assert brother.candidate.email == MARKERS["address"]
    assert OutgoingMessage.objects.get(to_ref=ref(brother.candidate)).text


def test_an_open_file_is_refused_unless_asked_and_then_the_host_hears_of_it():
    cohort, recruiter = factories.cohort(), factories.user(Role.RECRUITER)
    file = factories.application(cohort, state="admitted", of=Candidate.objects.create(**_identity()))
    services.confirm(file, by=file.candidate)
    site = factories.seat(of=cohort.intake).site
    lead = factories.user(Role.REGIONAL_LEAD, zone=cohort.zone)
    placement = placing.propose(file.enrolments.get(), site=site, by=lead)
    placing.accept(placement, by=site)
    while sending.send_due():
        pass

    with pytest.raises(Refused):
        personal_data.erase(ref(file.candidate), by=recruiter)
    assert not Tombstone.objects.exists() and Candidate.objects.get(pk=file.candidate_id).first_name

    personal_data.erase(ref(file.candidate), by=recruiter, even_if_live=True)
    assert Placement.objects.live().count() == 0
    letter = OutgoingMessage.objects.get(template="placements/placement_cancelled")
    assert (letter.state, letter.to_email) == (MessageState.PENDING, site.contact_email)
    assert not OutgoingMessage.objects.filter(
        template="cohorts/application_closed", state=MessageState.PENDING
    ).exists()
    sending.send_due()
    # The next day's retention blanks what has left in between.
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    assert left() == set()


def test_a_letter_being_sent_does_not_come_back_blank():
    file = _apply(factories.cohort())
    services.withdraw(file, reason=ExitReason.MOVED, by=file.candidate)
    (letter,) = sending._claim(1, timedelta(0))
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    sending._deliver(letter, None)  # its lease is gone: it is not even opened
    letter.refresh_from_db()
    assert (letter.state, letter.text) == (MessageState.CANCELLED, "")
    assert sending.send_due() == 0
    assert not outbox.send_again(letter)


def test_a_person_is_told_all_that_is_held_and_nothing_once_erased():
    file = told()
    held = personal_data.collect(ref(file.candidate))
    assert set(held) >= {"identity", "applications", "interviews", "consents", "letters", "journal", "placements"}
    text = str(held)
    assert {what for what, marker in MARKERS.items() if marker not in text} == {"search"}
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    assert not [marker for marker in MARKERS.values() if marker in str(personal_data.collect(ref(file.candidate)))]


def test_the_journal_lets_nobody_else_change_a_line():
    file = told()
    lines = JournalEntry.objects.filter(subject=ref(file))
    with pytest.raises(IntegrityError), transaction.atomic():
        lines.update(reason="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('tandem.erasing', 'on', true)")
    for change in ({"reason": "autre"}, {"after": "x"}, {"reason": "", "actor_ref": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            lines.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        lines.delete()


def test_nothing_is_erased_if_it_cannot_be_written_down(folder):
    file = told()
    (folder / "tombstones").mkdir()
    with pytest.raises(OSError), transaction.atomic():
        personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    assert Candidate.objects.get(pk=file.candidate_id).first_name == MARKERS["first name"]
    (folder / "tombstones").rmdir()


def test_a_line_cut_short_is_no_line_and_harms_no_other(folder):
    tombstones.path().write_text("2027-06-01T10:00:00+02:00 cohorts.candidate:a\n2027-06-0")
    tombstones.engrave(Tombstone(subject="cohorts.candidate:b", erased_at=clock.now()))
    assert list(tombstones.read(tombstones.path())) == ["cohorts.candidate:a", "cohorts.candidate:b"]


def test_the_command_says_what_would_go_and_does_it_when_told():
    file = told()
    output = io.StringIO()
    call_command("erase", file.reference, stdout=output)
    assert ": would erase " in output.getvalue() and "people 3" in output.getvalue()
    assert not Tombstone.objects.exists()
    assert left() == set(MARKERS)
    call_command("erase", ref(file), "--yes", stdout=output)
    assert Tombstone.objects.get().subject == ref(file.candidate)
    call_command("erase", ref(file.candidate), "--yes", stdout=output)
    assert "nothing more" in output.getvalue()
    for unknown in ("CV-27-999999", "cohorts.candidate:x", "Dupont", f"cohorts.candidate:{uuid4()}"):
        with pytest.raises(CommandError):
            call_command("erase", unknown, stdout=output)


def test_an_erased_file_is_not_opened_again():
    file = told()
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    with pytest.raises(Refused):
        services.reopen(Application.objects.get(pk=file.pk), reason="erreur", by=factories.user(Role.RECRUITER))


def test_the_pages_of_an_erased_file_show_no_name_and_no_way_to_write(client_of):
    file = told()
    lead = Placement.objects.first().proposed_by
    personal_data.erase(ref(file.candidate), by=THE_CLOCK)
    recruiter = client_of(factories.user(Role.RECRUITER))
    for client, address in (
        (recruiter, reverse("cohorts:application_list")),
        (recruiter, reverse("cohorts:application_detail", args=[file.pk])),
        (client_of(lead), reverse("placements:student_detail", args=[file.enrolments.get().pk])),
    ):
        page = client.get(address)
        assert page.status_code == 200, address
        text = page.content.decode()
        assert "personne effacée" in text
        assert "mailto:" + MARKERS["address"] not in text
        assert not [marker for marker in MARKERS.values() if marker in text]

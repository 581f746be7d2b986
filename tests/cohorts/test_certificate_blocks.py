"""Blocks acquired one by one, and the certificate with the last of them."""

import io
from datetime import timedelta

import pypdf
import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import personal_data, services, tally
from cohorts.models import AcquiredBlock
from cohorts.states import FOLLOW, EnrolmentState
from partnership import clock, links
from partnership.measures import Census
from partnership.models import Convention, JournalEntry, ref
from partnership.workflow import Refused

from .. import factories
from ..printed import words
from . import certificates
from .certificates import BLOCKS

pytestmark = pytest.mark.django_db
NAMES = [*BLOCKS]


@pytest.fixture
def cohort(db):
    return certificates.cohort()


def acquire(cohort, student, *names, by, on=None):
    """What is ticked for a student."""
    pairs = [(student.pk, name) for name in names]
    return services.record_blocks(cohort, acquired=pairs, taken_back=[], on=on or clock.today(), by=by)


def take_back(cohort, student, *names, by):
    pairs = [(student.pk, name) for name in names]
    return services.record_blocks(cohort, acquired=[], taken_back=pairs, on=clock.today(), by=by)


def text_of(content: bytes) -> str:
    """The words of a PDF, one space between them."""
    return " ".join(words(content).split())


# -- one student ------------------------------------------------------------------------------------------------------


def test_a_block_is_acquired_on_a_day_by_somebody_and_the_journal_says_so(recruiter, cohort):
    student = certificates.student(cohort)
    assert acquire(cohort, student, NAMES[0], by=recruiter) == (1, 0)
    row = student.blocks.get()
    assert (row.block, row.acquired_on, row.recorded_by) == (NAMES[0], clock.today(), recruiter)
    line = JournalEntry.objects.get(after="block_acquired")
    assert (line.about, line.reason) == (student.about, NAMES[0])
    student.refresh_from_db()
    assert student.state == EnrolmentState.PRESENT


def test_recording_the_same_twice_changes_nothing(recruiter, cohort):
    student = certificates.student(cohort)
    acquire(cohort, student, NAMES[0], by=recruiter, on=clock.today() - timedelta(days=3))
    assert acquire(cohort, student, NAMES[0], by=recruiter) == (0, 0)
    assert student.blocks.get().acquired_on == clock.today() - timedelta(days=3)


def test_the_last_block_completes_the_course(recruiter, cohort):
    student = certificates.student(cohort)
    acquire(cohort, student, *NAMES[:4], by=recruiter)
    acquire(cohort, student, NAMES[4], by=recruiter)
    student.refresh_from_db()
    assert (student.state, student.outcome) == (EnrolmentState.COMPLETED, "certified")


def test_a_block_taken_back_is_no_longer_acquired_nor_is_the_certificate(recruiter, cohort):
    student = certificates.student(cohort)
    acquire(cohort, student, *NAMES, by=recruiter)
    assert take_back(cohort, student, NAMES[2], by=recruiter) == (0, 1)
    student.refresh_from_db()
    assert (student.state, student.outcome, student.blocks.count()) == (EnrolmentState.PRESENT, "", 4)
    assert JournalEntry.objects.filter(after="block_taken_back", reason=NAMES[2]).count() == 1


def test_a_block_is_neither_of_tomorrow_nor_from_before_the_course(recruiter, cohort):
    student = certificates.student(cohort)
    for day in (clock.today() + timedelta(days=1), cohort.intake.starts_on - timedelta(days=1)):
        with pytest.raises(Refused):
            acquire(cohort, student, NAMES[0], by=recruiter, on=day)


def test_whoever_has_not_arrived_acquires_nothing(recruiter, cohort):
    student = certificates.student(cohort, state=EnrolmentState.EXPECTED)
    with pytest.raises(Refused):
        acquire(cohort, student, NAMES[0], by=recruiter)


def test_what_is_no_block_of_the_version_is_refused(recruiter, cohort):
    with pytest.raises(Refused):
        acquire(cohort, certificates.student(cohort), "Cuisine", by=recruiter)


def test_whoever_leaves_keeps_their_blocks_and_finds_them_in_a_later_intake(recruiter, cohort):
    student = certificates.student(cohort)
    acquire(cohort, student, *NAMES[:2], by=recruiter)
    services.withdraw(student.application, reason="job", by=recruiter)
    person = student.application.candidate
    later = certificates.cohort("paris", starts_on=clock.today() - timedelta(days=5))
    again = certificates.student(later, of=person)
    (standing,) = services.standings([again])
    assert [block.name for block, _row in standing.acquired] == NAMES[:2]
    acquire(later, again, *NAMES[2:], by=recruiter)
    again.refresh_from_db()
    assert again.state == EnrolmentState.COMPLETED


def test_whoever_has_completed_the_course_does_not_leave_it(recruiter, cohort):
    student = certificates.student(cohort)
    acquire(cohort, student, *NAMES, by=recruiter)
    with pytest.raises(Refused):
        services.withdraw(student.application, reason="job", by=recruiter)


def test_an_arrival_is_not_taken_back_once_a_block_is_acquired(recruiter, cohort):
    student = certificates.student(cohort)
    acquire(cohort, student, NAMES[0], by=recruiter)
    with pytest.raises(Refused):
        services.expect_student_again(student, by=recruiter)


def test_what_was_acquired_is_part_of_what_is_held(recruiter, cohort):
    student = certificates.student(cohort)
    acquire(cohort, student, NAMES[0], by=recruiter)
    held = personal_data.collect(ref(student.application.candidate))["blocks"]
    assert [(one["block"], one["acquired_on"]) for one in held] == [(NAMES[0], clock.today())]


# -- a whole cohort on one page ---------------------------------------------------------------------------------------


def page_of(cohort):
    return reverse("cohorts:block_list", args=[cohort.pk])


def test_a_whole_cohort_is_recorded_on_one_page(lyon_recruiter, client_of, cohort):
    students = [certificates.student(cohort) for _n in range(3)]
    client, url = client_of(lyon_recruiter), page_of(cohort)
    ticked = [f"{students[0].pk}:{place}" for place in range(5)] + [f"{students[1].pk}:0"]
    assert client.post(url, {"acquired": ticked, "on": clock.today().isoformat()}).status_code == 302
    assert [one.blocks.count() for one in students] == [5, 1, 0]
    with translation.override("en"):
        page = client.get(page_of(cohort)).content.decode()
    assert "1 of 3 students has acquired" in page or "1 of 3 students have acquired every block." in page


def test_what_is_no_longer_ticked_is_taken_back_and_what_a_colleague_ticked_meanwhile_stays(
    lyon_recruiter, client_of, recruiter, cohort
):
    student = certificates.student(cohort)
    acquire(cohort, student, NAMES[0], by=recruiter)
    # The page was opened then; a colleague records the second block before it is sent.
    acquire(cohort, student, NAMES[1], by=recruiter)
    sent = {"shown": [f"{student.pk}:0"], "acquired": [f"{student.pk}:2"], "on": clock.today().isoformat()}
    client_of(lyon_recruiter).post(page_of(cohort), sent)
    assert {row.block for row in student.blocks.all()} == {NAMES[1], NAMES[2]}


@pytest.mark.parametrize("on", ["", "demain", "2999-01-01", "2001-01-01"])
def test_a_wrong_day_comes_back_with_what_was_ticked(lyon_recruiter, client_of, cohort, on):
    student = certificates.student(cohort)
    answer = client_of(lyon_recruiter).post(page_of(cohort), {"acquired": [f"{student.pk}:1"], "on": on})
    assert answer.status_code == 422
    assert f'value="{student.pk}:1" checked' in answer.content.decode()
    assert not AcquiredBlock.objects.exists()


@pytest.mark.parametrize("value", ["x", "1:1", "00000000-0000-0000-0000-000000000000:0", "\x00"])
def test_a_box_of_somebody_who_has_gone_is_told_and_nothing_is_recorded(lyon_recruiter, client_of, cohort, value):
    student = certificates.student(cohort)
    sent = {"acquired": [f"{student.pk}:1", value], "on": clock.today().isoformat()}
    assert client_of(lyon_recruiter).post(page_of(cohort), sent).status_code in (400, 409)
    assert not AcquiredBlock.objects.exists()


def test_the_page_costs_the_same_for_one_student_and_for_twenty(
    lyon_recruiter, client_of, cohort, django_assert_max_num_queries
):
    client = client_of(lyon_recruiter)
    for _n in range(20):
        certificates.student(cohort)
    with django_assert_max_num_queries(20):
        client.get(page_of(cohort))
    rows = [f"{one.pk}:0" for one in services.students_of(cohort)]
    with django_assert_max_num_queries(26):
        client.post(page_of(cohort), {"acquired": rows, "on": clock.today().isoformat()})
    assert AcquiredBlock.objects.count() == 20


def test_another_zones_cohort_is_not_found_and_a_diploma_has_no_such_page(lyon_recruiter, client_of, cohort):
    client = client_of(lyon_recruiter)
    elsewhere = certificates.cohort("paris")
    assert client.get(page_of(elsewhere)).status_code == 404
    assert client.get(page_of(factories.cohort("lyon"))).status_code == 404


# -- the attestation --------------------------------------------------------------------------------------------------


def test_the_attestation_names_the_blocks_acquired_in_french_with_its_accents(lyon_recruiter, client_of, cohort):
    person = factories.candidate(first_name="Anaïs", last_name="Lefèvre-Çağlar", birth_year=1985)
    student = certificates.student(cohort, of=person)
    acquire(cohort, student, *NAMES[:2], by=lyon_recruiter)
    url = reverse("cohorts:application_attestation", args=[student.application.pk])
    answer = client_of(lyon_recruiter).get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    said = text_of(answer.content)
    for word in (
        "Anaïs Lefèvre-Çağlar",
        "Stratégie et pilotage économique",
        "Directeur de centres de clientèle",
        "84 h",
    ):
        assert word in said


def test_the_attestation_of_the_whole_certificate_is_another_in_either_language(lyon_recruiter, client_of, cohort):
    student = certificates.student(cohort)
    client = client_of(lyon_recruiter)
    url = reverse("cohorts:application_attestation", args=[student.application.pk]) + "?langue=en"
    acquire(cohort, student, NAMES[0], by=lyon_recruiter)
    partial = text_of(client.get(url).content)
    acquire(cohort, student, *NAMES[1:], by=lyon_recruiter)
    whole = text_of(client.get(url).content)
    assert "Attestation of blocks acquired" in partial and "not yet" in partial
    assert "Certificate attestation" in whole and "not yet" not in whole and "182 h of 182" in whole


def test_markup_in_a_name_stays_a_name(lyon_recruiter, client_of, cohort):
    student = certificates.student(cohort, of=factories.candidate(last_name="#sys.inputs *gras* $x$", birth_year=1985))
    acquire(cohort, student, NAMES[0], by=lyon_recruiter)
    answer = client_of(lyon_recruiter).get(reverse("cohorts:application_attestation", args=[student.application.pk]))
    assert "#sys.inputs *gras* $x$" in text_of(answer.content)


def test_there_is_nothing_to_attest_before_the_first_block(lyon_recruiter, client_of, cohort):
    student = certificates.student(cohort)
    with translation.override("en"):
        answer = client_of(lyon_recruiter).get(
            reverse("cohorts:application_attestation", args=[student.application.pk]), follow=True
        )
    assert answer.redirect_chain == [(f"/en/recrutement/candidatures/{student.application.pk}/", 302)]
    assert "nothing to attest" in answer.content.decode()


def test_the_student_reads_their_blocks_and_takes_the_attestation_by_their_link(client, recruiter, cohort):
    student = certificates.student(cohort)
    token = links.mint(FOLLOW, ref(student.application))
    with translation.override("en"):
        page = client.get(reverse("placements:application_follow", args=[token])).content.decode()
        assert "My attestation" not in page and NAMES[0] in page
        acquire(cohort, student, *NAMES, by=recruiter)
        page = client.get(reverse("placements:application_follow", args=[token])).content.decode()
        assert "You have acquired every block: the certificate is yours." in page
        answer = client.get(reverse("cohorts:follow_attestation", args=[token]))
    assert "Certificate attestation" in text_of(answer.content)


# -- on the board -----------------------------------------------------------------------------------------------------


def test_the_board_counts_who_has_a_block_and_who_is_certified(coordinator, recruiter, client_of, cohort):
    students = [certificates.student(cohort) for _n in range(4)]
    acquire(cohort, students[0], *NAMES, by=recruiter)
    acquire(cohort, students[1], NAMES[0], by=recruiter)
    client = client_of(coordinator)
    counted = tally.counts(Census(coordinator, Convention.objects.get()))
    for key, number in (("present", 4), ("with_block", 2), ("certified", 1)):
        assert sum(counted[key].values()) == number
        assert client.get(reverse("cohorts:register"), {"mesure": key}).context["total"] == number


def test_the_board_shows_a_certificate_its_own_columns(coordinator, client_of, cohort):
    other = factories.milestone(order=2)
    factories.application(factories.cohort("paris", of=factories.intake(factories.programme("acvd", milestone=other))))
    certificates.student(cohort)
    with translation.override("en"):
        board = client_of(coordinator).get(reverse("partnership:board")).context["board"]
    shown = {table.milestones[0].order: [measure.key for _label, measure in table.columns] for table in board.tables}
    assert shown[1] == ["contacts", "applied", "admitted", "confirmed", "present", "with_block", "certified"]
    assert shown[2] == ["contacts", "applied", "admitted", "confirmed", "with_employer", "host_places", "placed"]

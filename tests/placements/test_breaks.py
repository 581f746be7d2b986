"""A placement that breaks: its cause and its place, the student first on the list, the six months; undone in time."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from cohorts import services as recruitment
from cohorts.models import Cohort
from cohorts.states import ExitReason, RhythmKind
from partnership import clock, outbox, reminders
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState
from partnership.workflow import Refused, Stale
from placements import services
from placements.board import clocks
from placements.board import zone as boards
from placements.contract_law import Caution
from placements.models import Placement, Seat
from placements.states import BreakCause, ContractKind, PlacementState

from .. import factories
from ..cohorts import rhythms
from . import follow_up_factory as made

pytestmark = pytest.mark.django_db


def _letters() -> list[str]:
    sent = OutgoingMessage.objects.exclude(state=MessageState.CANCELLED)
    return sorted(name.removeprefix("placements/") for name in sent.values_list("template", flat=True))


@pytest.fixture
def placement(lyon_lead) -> Placement:
    return made.active()


@pytest.fixture
def break_off(placement, lyon_lead):
    def act(**said):
        said = {"cause": BreakCause.RESIGNATION, "on": clock.today(), "reopen": True} | said
        services.break_off(placement, by=lyon_lead, **said)

    return act


def test_a_break_has_a_cause_and_a_date_and_three_letters_ten_minutes_later(placement, break_off, lyon_lead):
    now = clock.now()
    with clock.travel(now):
        break_off(note="Départ un lundi.")
    assert (placement.state, placement.break_cause) == (PlacementState.BROKEN, BreakCause.RESIGNATION)
    assert (placement.ended_on, placement.ended_by) == (clock.today(), lyon_lead)
    assert _letters() == ["break_told_host", "break_told_lead", "break_told_student"]
    assert set(OutgoingMessage.objects.values_list("due_at", flat=True)) == {now + timedelta(minutes=10)}
    line = JournalEntry.objects.get(subject=ref(placement), after=PlacementState.BROKEN)
    assert line.reason == BreakCause.RESIGNATION
    # The words of the break go to nobody.
    assert not OutgoingMessage.objects.filter(text__contains="lundi").exists()


@pytest.mark.parametrize("reopen", [True, False])
def test_the_place_is_open_again_or_closed_in_the_same_commit(placement, break_off, reopen):
    break_off(reopen=reopen)
    assert list(Seat.objects.free()) == ([placement.seat] if reopen else [])


@pytest.mark.parametrize(
    "said",
    [
        {"cause": "nonsense"},
        {"on": clock.today() + timedelta(days=1)},
        {"on": clock.today() - timedelta(days=60)},
    ],
    ids=str,
)
def test_what_is_no_break_is_refused(placement, break_off, said):
    with pytest.raises(Refused):
        break_off(**said)
    assert not OutgoingMessage.objects.exists()


def test_whoever_has_not_begun_is_cancelled_not_broken_off(lyon_lead):
    with pytest.raises(Refused):
        services.break_off(made.accepted(), cause=BreakCause.AGREEMENT, on=clock.today(), reopen=True, by=lyon_lead)


def test_whoever_lost_their_place_comes_first(placement, break_off):
    cohort = placement.enrolment.application.cohort
    waits = factories.enrolment(cohort)
    waits.enrolled_at = clock.now() - timedelta(days=90)
    waits.save()
    break_off()
    board = boards.build(cohort.zone, cohort.intake, [cohort.intake], user=placement.proposed_by)
    assert [row.enrolment for row in board.students] == [placement.enrolment, waits]
    assert board.students[0].clock.ends_on == clocks.after_a_break(clock.today())


def test_a_break_is_undone_within_ten_minutes_and_nobody_hears_of_it(placement, break_off, lyon_lead):
    break_off(reopen=False)
    # As the page reads it: the moment comes back from the database in another zone.
    services.undo_break(Placement.objects.get(pk=placement.pk), by=lyon_lead)
    placement.refresh_from_db()
    assert (placement.state, placement.break_cause, placement.ended_on) == (PlacementState.ACTIVE, "", None)
    assert _letters() == []
    assert Seat.objects.get(pk=placement.seat_id).closed_at is None
    # Said again, it is another break with letters of its own.
    services.break_off(placement, cause=BreakCause.AGREEMENT, on=clock.today(), reopen=True, by=lyon_lead)
    assert len(_letters()) == 3


def test_a_break_that_was_told_or_whose_student_or_place_is_taken_stays(placement, break_off, lyon_lead):
    break_off()
    with clock.travel(clock.now() + timedelta(minutes=11)), pytest.raises(Refused):
        services.undo_break(placement, by=lyon_lead)
    other = factories.seat(of=placement.seat.intake)
    elsewhere = services.propose(placement.enrolment, site=other.site, by=lyon_lead)
    with pytest.raises(Refused, match="autre|another"):
        services.undo_break(placement, by=lyon_lead)
    services.undo(elsewhere, by=lyon_lead)
    factories.placement(factories.enrolment(placement.enrolment.application.cohort), placement.seat)
    with pytest.raises(Refused):
        services.undo_break(placement, by=lyon_lead)
    placement.refresh_from_db()
    assert placement.state == PlacementState.BROKEN


def test_a_break_whose_letter_has_left_stays(placement, break_off, lyon_lead):
    break_off()
    OutgoingMessage.objects.filter(template="placements/break_told_host").update(
        state=MessageState.SENT, sent_at=clock.now()
    )
    with pytest.raises(Refused):
        services.undo_break(placement, by=lyon_lead)
    assert len(_letters()) == 3


def test_a_student_who_leaves_the_course_breaks_off_with_that_cause(placement, lyon_lead):
    recruitment.withdraw(placement.enrolment.application, reason=ExitReason.JOB, by=lyon_lead)
    placement.refresh_from_db()
    assert (placement.state, placement.break_cause) == (PlacementState.BROKEN, BreakCause.LEFT_COURSE)
    assert (placement.ended_on, placement.ended_by) == (clock.today(), lyon_lead)
    with pytest.raises(Refused):
        services.undo_break(placement, by=lyon_lead)


def test_two_who_break_off_at_once_are_one(placement, lyon_lead):
    late = Placement.objects.get(pk=placement.pk)
    said = {"cause": BreakCause.AGREEMENT, "on": clock.today(), "reopen": True, "by": lyon_lead}
    services.break_off(placement, **said)
    with pytest.raises(Stale):
        services.break_off(late, **said)


# -- the first 45 days, and what comes after ---------------------------------------------------------------------------


@pytest.fixture
def in_december(placement):
    """A student at a host since 14 September 2026, in school on Mondays and Tuesdays: the 45th day is 18 December."""
    rhythms.write(
        placement.enrolment.application.cohort,
        rhythm_kind=RhythmKind.WEEKDAYS,
        school_weeks=None,
        company_weeks=None,
        school_weekdays=[0, 1],
    )
    Placement.objects.filter(pk=placement.pk).update(
        started_on=date(2026, 9, 14), contract_kind=ContractKind.APPRENTICESHIP
    )
    with clock.travel(datetime(2026, 12, 31, 9, tzinfo=clock.PARIS)):
        yield Placement.objects.get(pk=placement.pk)


def test_either_side_leaves_freely_on_the_45th_day_at_the_host_and_not_on_the_next(in_december, lyon_lead):
    said = {"cause": BreakCause.PROBATION_APPRENTICE, "reopen": True, "by": lyon_lead}
    for on in (date(2026, 12, 21), date(2026, 12, 30)):
        with pytest.raises(Refused, match="L6222-18"):
            services.break_off(in_december, on=on, **said)
    assert (in_december.state, JournalEntry.objects.filter(after=PlacementState.BROKEN).count()) == ("active", 0)
    assert services.break_off(in_december, on=date(2026, 12, 18), **said) == []
    services.undo_break(in_december, by=lyon_lead)
    # A minute later; two days of illness, of which nothing is kept.
    with clock.travel(clock.now() + timedelta(minutes=1)):
        assert services.break_off(in_december, on=date(2026, 12, 22), absent=2, **said) == []
        assert in_december.break_note == ""
        services.undo_break(in_december, by=lyon_lead)
    in_december.refresh_from_db()
    assert (in_december.state, in_december.break_cause, in_december.ended_on) == ("active", "", None)


def test_another_contract_has_no_such_days(in_december, lyon_lead):
    Placement.objects.update(contract_kind=ContractKind.PROFESSIONALISATION)
    in_december.refresh_from_db()
    said = {"on": date(2026, 9, 16), "reopen": True, "by": lyon_lead}
    with pytest.raises(Refused, match="L6222-18"):
        services.break_off(in_december, cause=BreakCause.PROBATION_EMPLOYER, **said)
    assert services.break_off(in_december, cause=BreakCause.OTHER, **said) == []


def test_a_resignation_after_them_is_recorded_and_comes_with_what_to_look_at(in_december, lyon_lead):
    said = {"on": date(2026, 12, 22), "reopen": True, "by": lyon_lead}
    (finding,) = services.break_off(in_december, cause=BreakCause.RESIGNATION, **said)
    assert finding.article == "L6222-18, D6222-21-1"
    assert in_december.state == PlacementState.BROKEN


def test_without_a_rhythm_or_a_contract_nothing_more_than_that_is_said(placement, lyon_lead):
    found = services.break_off(
        placement, cause=BreakCause.PROBATION_EMPLOYER, on=clock.today(), reopen=True, by=lyon_lead
    )
    assert [(type(one), one.article) for one in found] == [(Caution, "L6222-18")]


@pytest.fixture
def after_them(placement):
    """A student at a host for two hundred days, some eighty of them in the company, of an apprenticeship contract."""
    since = clock.today() - timedelta(days=200)
    Cohort.objects.filter(pk=placement.enrolment.application.cohort_id).update(
        rhythm_kind=RhythmKind.WEEKDAYS,
        school_weekdays=[0, 1],
        training_from=since,
        training_until=since + timedelta(days=300),
    )
    Placement.objects.filter(pk=placement.pk).update(started_on=since, contract_kind=ContractKind.APPRENTICESHIP)
    placement.refresh_from_db()
    return placement


def test_the_page_says_when_they_end_and_a_wrong_cause_loses_nothing_that_was_typed(after_them, lead):
    url = reverse("placements:placement_break", args=[after_them.pk])
    assert "L6222-18" in lead.get(url).content.decode()
    said = {
        "on": clock.today(),
        "reopen": "no",
        "note": "Parti un lundi.",
        "version": after_them.version,
        "absent": "3",
    }
    wrong = lead.post(url, said | {"cause": BreakCause.PROBATION_EMPLOYER})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "choisissez une autre cause" in page and "Parti un lundi." in page and 'value="3"' in page
    after_them.refresh_from_db()
    assert after_them.state == PlacementState.ACTIVE
    board = lead.post(url, said | {"cause": BreakCause.RESIGNATION}, follow=True)
    assert "médiateur" in board.content.decode()
    after_them.refresh_from_db()
    assert (after_them.state, after_them.break_cause) == (PlacementState.BROKEN, BreakCause.RESIGNATION)
    # A second click, of the same page.
    again = lead.post(url, said | {"cause": BreakCause.RESIGNATION})
    assert again.status_code == 302


@pytest.mark.parametrize("typed", ["-1", "beaucoup", "501"])
def test_days_of_absence_are_a_number_of_days(after_them, lead, typed):
    url = reverse("placements:placement_break", args=[after_them.pk])
    said = {"on": clock.today(), "reopen": "no", "cause": BreakCause.AGREEMENT, "version": after_them.version}
    assert lead.post(url, said | {"absent": typed}).status_code == 422
    after_them.refresh_from_db()
    assert after_them.state == PlacementState.ACTIVE


# -- the clocks -------------------------------------------------------------------------------------------------------


def _clock(enrolment):
    return clocks.clock_of(clocks.with_clocks(type(enrolment).objects.all()).get(pk=enrolment.pk))


def test_three_months_run_from_the_first_day_of_the_course_while_there_is_no_employer():
    begins = clock.today() - timedelta(days=30)
    student = factories.enrolment(factories.cohort("lyon", of=factories.intake(starts_on=begins)))
    type(student).objects.filter(pk=student.pk).update(enrolled_at=clock.now() - timedelta(days=60))
    found = _clock(student)
    assert (found.broken_on, found.ends_on) == (None, begins + clocks.WITHOUT_EMPLOYER)
    assert str(found.left) in found.words
    factories.placement(student, state=PlacementState.ACCEPTED)
    assert _clock(student) is None


def test_no_clock_runs_before_the_course(student):
    assert _clock(student) is None


def test_six_months_run_from_a_break(placement, break_off):
    assert _clock(placement.enrolment) is None
    break_off(on=clock.today() - timedelta(days=3))
    found = _clock(placement.enrolment)
    assert found.ends_on == clocks.after_a_break(clock.today() - timedelta(days=3))
    assert (found.meaning, found.broken_on) == ("", placement.ended_on)
    with clock.travel(clock.now() + timedelta(days=200)):
        assert found.meaning == "late"


def test_the_lead_is_told_once_a_month_before_either_end(placement, break_off, lyon_lead):
    begins = placement.enrolment.application.intake.starts_on
    waits = factories.enrolment(placement.enrolment.application.cohort)
    break_off()
    told = {}
    for days in (45, 70, 71, 140, 160, 161):
        with clock.travel(clock.now().replace(hour=9) + timedelta(days=days)):
            reminders.remind()
            reminders.remind()
        told[days] = [name for name in _letters() if name.endswith("months_end")]
    assert told == {
        45: [],
        70: ["three_months_end"],
        71: ["three_months_end"],
        140: ["three_months_end"],
        160: ["six_months_end", "three_months_end"],
        161: ["six_months_end", "three_months_end"],
    }
    letter = OutgoingMessage.objects.get(template="placements/three_months_end")
    assert letter.key == f"three_months_end:{waits.pk}"
    assert begins < clock.today()
    assert outbox.returned().count() == 0

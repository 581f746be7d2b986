"""Students at their hosts: what falls due, what is noted, calendars, the report and the list to print."""

import io
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import icalendar
import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.services import calendar_of
from cohorts.states import RhythmKind
from partnership import clock, reminders
from partnership.models import OutgoingMessage, SchoolZone
from partnership.templatetags.figures import longdate
from partnership.workflow import Refused, Stale
from placements import contract_law as law
from placements import services
from placements.board import follow_up, reports
from placements.models import Placement, Visit
from placements.states import BreakCause, PlacementState, Signal, VisitKind

from .. import factories
from ..cohorts import rhythms
from . import follow_up_factory as made

pytestmark = pytest.mark.django_db


def _url(name: str, *args, **query: str) -> str:
    return reverse(f"placements:{name}", args=args, query=query or None)


@pytest.fixture
def placement(lyon_lead):
    return made.active(since=42)


def _note(placement, by, **said):
    said = {"kind": VisitKind.DAY_35, "done_on": clock.today(), "signal": Signal.OK} | said
    return services.record_visit(placement, by=by, **said)


# -- what falls due ---------------------------------------------------------------------------------------------------


def test_check_ins_and_the_first_visit_fall_due_by_themselves(placement):
    placement.started_on = date(2026, 9, 14)
    row = follow_up.of_one(placement, [])
    # Days of school are not known: seven weeks of five days; nine, and one day more for 11 November.
    assert [(due.kind, due.on, due.is_estimated) for due in row.due] == [
        (VisitKind.DAY_35, date(2026, 10, 30), True),
        (VisitKind.VISIT, date(2026, 11, 13), False),
        (VisitKind.DAY_45, date(2026, 11, 16), True),
    ]


def test_day_45_is_that_until_which_a_break_needs_no_reason(placement):
    cohort, start, last = placement.enrolment.application.cohort, date(2026, 9, 14), date(2026, 12, 18)
    in_school = {"rhythm_kind": RhythmKind.WEEKDAYS, "school_weekdays": [0, 1]}
    rhythms.write(cohort, school_weeks=None, company_weeks=None, **in_school)
    placement.started_on = start

    def day_45() -> follow_up.Due:
        [due] = [due for due in follow_up.of_one(placement, []).due if due.kind == VisitKind.DAY_45]
        assert follow_up.due_day(placement, VisitKind.DAY_45) == due.on
        assert longdate(due.on) in law.first_days(start, calendar=calendar_of(cohort))
        return due

    assert (day_45().on, day_45().is_estimated, day_45().when) == (last, False, longdate(last))
    # No school holiday is known any more: there are fewer days at the host, or as many.
    SchoolZone.objects.all().delete()
    assert day_45().on > last and day_45().is_estimated
    cohort.rhythm_kind = ""
    assert day_45().on < last and day_45().is_estimated


def test_what_is_noted_is_no_longer_due_and_the_next_visit_is_planned(placement, lyon_lead):
    _note(placement, lyon_lead, next_on=clock.today() + timedelta(days=5))
    row = follow_up.of_one(placement, placement.visits.all())
    assert [(due.kind, due.is_planned) for due in row.due] == [(VisitKind.VISIT, True), (VisitKind.DAY_45, False)]
    _note(placement, lyon_lead, kind=VisitKind.VISIT, signal=Signal.RISK, notes="Ne dort plus.")
    row = follow_up.of_one(placement, placement.visits.all())
    assert row.signal == Signal.RISK
    assert row.due[-1].on == clock.today() + follow_up.NEXT_VISIT
    assert Visit.objects.count() == 2


def test_a_check_in_is_held_once_and_a_double_click_is_one(placement, lyon_lead):
    _note(placement, lyon_lead, kind=VisitKind.PHONE, shown=0)
    with pytest.raises(Stale):
        _note(placement, lyon_lead, kind=VisitKind.PHONE, shown=0)
    _note(placement, lyon_lead)
    with pytest.raises(Refused):
        _note(placement, lyon_lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.create(placement=placement, kind=VisitKind.DAY_35, due_on=clock.today())
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.filter(kind=VisitKind.PHONE).update(signal="")


@pytest.mark.parametrize(
    "said",
    [
        {"done_on": clock.today() + timedelta(days=1)},
        {"done_on": clock.today() - timedelta(days=43)},
        {"kind": "x"},
        {"signal": "x"},
        {"next_on": clock.today() - timedelta(days=1)},
    ],
    ids=str,
)
def test_what_cannot_have_been_is_not_noted(placement, lyon_lead, said):
    with pytest.raises(Refused), transaction.atomic():
        _note(placement, lyon_lead, **said)
    assert not Visit.objects.exists()


def test_on_monday_a_lead_reads_what_the_week_brings_once(placement, lyon_lead, paris_lead):
    day = placement.started_on + timedelta(days=70)
    monday = day + timedelta(days=-day.weekday() % 7)
    with clock.travel(clock.now().replace(year=monday.year, month=monday.month, day=monday.day, hour=9, minute=0)):
        for _turn in range(2):
            reminders.remind()
    letters = OutgoingMessage.objects.filter(template="placements/follow_up_due")
    told = sorted(letter.to_email for letter in letters)
    # Whoever proposed and opened the place leads Lyon too; nobody is told twice, Paris not at all.
    assert lyon_lead.email in told and paris_lead.email not in told
    assert len(set(told)) == len(told)
    assert all(str(placement.enrolment) in letter.text for letter in letters)


# -- pages ------------------------------------------------------------------------------------------------------------


def test_a_visit_is_noted_from_the_phone_page(lead, placement):
    page = lead.get(_url("zone_follow_up", "lyon"))
    assert f"tel:{placement.enrolment.application.candidate.phone}" in page.content.decode()
    assert [due.kind for due in page.context["due"]] == [VisitKind.DAY_35]
    address = _url("visit_record", placement.pk)
    assert lead.get(address, {"quoi": "phone"}).context["form"]["kind"].value() == "phone"
    assert lead.post(address, {}).status_code == 422
    said = {"kind": "day_35", "done_on": clock.today(), "signal": "attention", "notes": "Fatigué.", "shown": "0"}
    assert lead.post(address, said).url == _url("zone_follow_up", "lyon")
    assert lead.post(address, said | {"kind": "phone"}).status_code == 409
    assert Visit.objects.get().signal == Signal.ATTENTION
    file = lead.get(_url("student_detail", placement.enrolment_id)).content.decode()
    assert not OutgoingMessage.objects.filter(text__contains="Fatigué").exists()
    assert reverse("placements:placement_break", args=[placement.pk]) in file


def test_a_break_and_its_undoing_from_the_board(lead, placement):
    address = _url("placement_break", placement.pk)
    assert lead.get(address).status_code == 200
    assert lead.post(address, {}).status_code == 422
    said = {"cause": BreakCause.HEALTH, "on": clock.today(), "reopen": "no", "version": placement.version}
    board = lead.get(lead.post(address, said).url)
    assert board.context["board"].broken == [placement]
    undo = _url("placement_break_undo", placement.pk)
    assert undo in board.content.decode()
    lead.post(undo)
    placement.refresh_from_db()
    assert placement.state == PlacementState.ACTIVE


def test_first_days_are_recorded_at_once_and_one_by_one(lead):
    first, second = made.accepted(), made.accepted()
    page = lead.get(_url("zone_waiting", "lyon"))
    assert {one.pk for one in page.context["due"]} == {first.pk, second.pk}
    start = _url("placements_start", "lyon")
    assert lead.post(start, {}).status_code == 422
    assert lead.post(start, {"on": clock.today(), "placements": [first.pk]}).status_code == 302
    assert lead.post(start, {"on": clock.today(), "placements": [first.pk]}).status_code == 422
    assert lead.get(_url("placement_start", second.pk)).status_code == 200
    lead.post(_url("placement_start", second.pk), {"on": clock.today(), "version": second.version})
    for placement in (first, second):
        placement.refresh_from_db()
        assert placement.state == PlacementState.ACTIVE
    lead.post(_url("placement_complete", second.pk), {"on": clock.today(), "version": second.version})
    second.refresh_from_db()
    assert second.state == PlacementState.COMPLETED


def test_a_silent_host_is_given_up_from_the_page(lead, student, seat):
    asked = factories.placement(student, seat)
    page = lead.get(_url("zone_waiting", "lyon"))
    assert [one.placement for one in page.context["waiting"]] == [asked]
    lead.post(_url("placement_lapse", asked.pk), {"version": asked.version})
    asked.refresh_from_db()
    assert asked.state == PlacementState.LAPSED


def test_a_tutor_is_changed_from_the_file(lead, placement):
    tutor = made.tutor(placement.seat.site)
    address = _url("placement_amend", placement.pk)
    assert lead.get(address).status_code == 200
    said = {"site": placement.seat.site_id, "tutor": tutor.pk, "from_on": clock.today(), "version": placement.version}
    lead.post(address, said)
    placement.refresh_from_db()
    assert placement.tutor == tutor


def test_pages_ask_as_many_questions_with_one_row_as_with_ten(lead, placement, lyon_lead):
    pages = [_url(name, "lyon") for name in ("zone_waiting", "zone_follow_up", "zone_report", "zone_board")]
    pages.append(_url("site_sheet", placement.seat.site_id))

    def count() -> dict[str, int]:
        found = {}
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert lead.get(page).status_code == 200
            found[page] = len(asked)
        return found

    today = clock.today()
    said = {"training_from": today - timedelta(days=42), "training_until": today + timedelta(days=250)}
    rhythms.write(placement.enrolment.application.cohort, **said)
    made.accepted(of=factories.enrolment(placement.enrolment.application.cohort))
    factories.placement(
        factories.enrolment(placement.enrolment.application.cohort), factories.seat(of=placement.seat.intake)
    )
    few = count()
    for _number in range(9):
        cohort = placement.enrolment.application.cohort
        other = made.active(of=factories.enrolment(cohort), since=20)
        _note(other, lyon_lead, kind=VisitKind.PHONE)
        made.accepted(of=factories.enrolment(cohort))
        factories.placement(factories.enrolment(cohort), factories.seat(placement.seat.site, of=placement.seat.intake))
    assert count() == few
    assert max(few.values()) <= 20


# -- calendars --------------------------------------------------------------------------------------------------------


def _events(text: bytes | str) -> list[dict]:
    return list(icalendar.Calendar.from_ical(text).walk("VEVENT"))


def test_a_lead_subscribes_to_what_is_due_without_a_name(lead, lyon_lead, client, placement):
    assert lead.get(_url("lead_agenda")).status_code == 200
    address = urlsplit(lead.post(_url("lead_agenda")).context["address"]).path
    answer = client.get(address)
    assert answer.status_code == 200
    events = _events(answer.content)
    assert {event["dtstart"].dt for event in events} == {due.on for due in follow_up.of_one(placement, []).due}
    assert placement.enrolment.application.candidate.last_name not in answer.content.decode()
    # The very address that answered a moment ago.
    lead.post(_url("lead_agenda_close"))
    assert client.get(address).status_code == 404


def test_an_address_that_was_replaced_or_never_given_opens_nothing(lead, client, placement):
    former, newer = (urlsplit(lead.post(_url("lead_agenda")).context["address"]).path for _turn in range(2))
    another = newer.replace("/tandem.ics", "x/tandem.ics")
    assert [client.get(address).status_code for address in (former, newer, another)] == [404, 200, 404]


def test_a_student_puts_their_days_into_their_calendar(client, placement, follow_token, lyon_lead):
    services.plan_visit(placement, kind=VisitKind.VISIT, on=clock.today() + timedelta(days=3), by=lyon_lead)
    token = follow_token(placement.enrolment.application)
    assert _url("follow_calendar", token) in client.get(_url("application_follow", token)).content.decode()
    answer = client.get(_url("follow_calendar", token))
    events = _events(answer.content)
    assert [event["dtstart"].dt for event in events] == [placement.started_on, clock.today() + timedelta(days=3)]


def test_the_hosts_letter_carries_the_days_that_follow(lyon_lead):
    placement = made.accepted()
    services.start(placement, on=clock.today(), by=lyon_lead)
    letter = OutgoingMessage.objects.get(template="placements/placement_started")
    events = _events(letter.calendar)
    assert len(events) == 2
    assert str(placement.enrolment) in str(events[0]["summary"])


# -- the report -------------------------------------------------------------------------------------------------------


def test_the_report_counts_places_answers_and_causes_and_each_link_shows_the_same(lead, lyon, lyon_lead):
    site = factories.site("lyon")
    for state in (PlacementState.DECLINED, PlacementState.ACTIVE, PlacementState.BROKEN, PlacementState.LAPSED):
        seat = factories.seat(site, of=lyon.intake)
        factories.placement(factories.enrolment(lyon), seat, state=state)
    parts = {
        part.key: {figure.label: figure for figure in part.figures} for part in reports.of_zone(lyon.zone, lyon.intake)
    }
    values = [figure.value for figure in parts["places"].values()]
    assert values == ["4", "3", "1", "0", "0"]
    assert [figure.value for figure in parts["answers"].values()][:1] == ["4"]
    assert [figure.value for figure in parts["breaks"].values()] == ["1"]
    assert [figure.value for figure in parts["refusals"].values()] == ["1"]
    taken = [figure.url for figure in parts["places"].values() if "situation" in figure.url]
    assert lead.get(taken[0]).context["page"].paginator.count == 1
    assert lead.get(_url("zone_report", "lyon")).status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(lead.get(_url("zone_report_export", "lyon")).content))
    assert book.active.max_row == 1 + sum(len(part) for part in parts.values())


def test_the_report_tells_how_soon_hosts_answer_and_how_far_students_go(lead, lyon):
    def placed(state, *, town, asked=1, answered, **dates) -> None:
        commune = factories.commune(town) if town else None
        student = factories.enrolment(lyon, of=factories.candidate(commune=commune))
        one = factories.placement(student, factories.seat(of=lyon.intake), state=state)
        moments = {"proposed_at": asked, "answered_at": answered}
        said = {name: datetime(2026, 6, day, 14, tzinfo=clock.PARIS) for name, day in moments.items()}
        Placement.objects.filter(pk=one.pk).update(**said, **dates)

    # The first of June 2026 is a Monday.
    began, ended = date(2026, 6, 15), date(2026, 7, 15)
    placed(PlacementState.ACTIVE, town="lyon", answered=3, started_on=began)
    placed(PlacementState.BROKEN, town="toulouse", answered=8, started_on=began, ended_on=ended)
    placed(PlacementState.ACCEPTED, town="paris", asked=5, answered=8)
    placed(PlacementState.ACCEPTED, town=None, answered=5)
    placed(PlacementState.DECLINED, town="paris", answered=2)
    factories.placement(factories.enrolment(lyon), factories.seat(of=lyon.intake))
    parts = reports.of_zone(lyon.zone, lyon.intake)
    values = {part.key: [figure.value for figure in part.figures] for part in parts}
    # Of answers after 2, 5, 1, 4 and 1 working days; of first days 12 and 7 days after the yes; of one break.
    assert values["delays"] == ["2\u00a0jours ouvrés", "5\u00a0jours ouvrés", "9,5 jours", "30 jours"]
    # Of those who have a place: in its commune, from Toulouse, from Paris, from nobody knows where.
    assert values["distances"] == ["471\u00a0km", "511\u00a0km", "2", "1"]
    assert reports.verdict(parts).endswith("2\u00a0jours ouvrés.")
    page = lead.get(_url("zone_report", "lyon")).content.decode()
    assert all(value in page for key in ("delays", "distances") for value in values[key])


def test_the_report_says_that_nothing_is_known_yet_of_delays_and_distances(lyon):
    factories.placement(factories.enrolment(lyon), factories.seat(of=lyon.intake))
    parts = {part.key: [figure.value for figure in part.figures] for part in reports.of_zone(lyon.zone, lyon.intake)}
    assert parts["delays"] == ["aucun"] * 4
    assert parts["distances"] == ["pas encore connu", "pas encore connu", "0", "0"]


def test_a_hosts_students_are_printed_with_their_dates_and_tutors(lead, placement):
    placement.tutor = made.tutor(placement.seat.site)
    placement.save()
    page = lead.get(_url("site_sheet", placement.seat.site_id)).content.decode()
    assert str(placement.enrolment) in page
    assert "Camille Fictive" in page

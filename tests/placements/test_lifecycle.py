"""A placement as time goes by: the host's silence, the first day, the last one, a change of site or tutor."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from partnership import clock, reminders
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState, Role
from partnership.workflow import Refused, Stale
from partnership.working_time import add_working_days
from placements import emails, services
from placements.models import Amendment, Placement, Seat
from placements.services.clocks import LAPSE_AFTER
from placements.states import PlacementState

from .. import factories
from . import follow_up_factory as made

pytestmark = pytest.mark.django_db


def _templates() -> list[str]:
    sent = OutgoingMessage.objects.filter(template__startswith="placements/")
    sent = sent.exclude(state=MessageState.CANCELLED)
    return sorted(name.removeprefix("placements/") for name in sent.values_list("template", flat=True))


def _morning(days: int):
    """Ten in the morning, so many working days from today."""
    day = add_working_days(clock.today(), days)
    return clock.now().replace(year=day.year, month=day.month, day=day.day, hour=9, minute=0)


@pytest.fixture(autouse=True)
def a_tuesday():
    """Working days are counted from one, whenever the tests run."""
    with clock.travel(datetime(2027, 6, 15, 10, 0, tzinfo=clock.PARIS)):
        yield


@pytest.fixture
def asked(student, seat, lyon_lead):
    """A proposal whose letter has left."""
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    OutgoingMessage.objects.filter(key=emails.proposal_key(placement)).update(
        state=MessageState.SENT, sent_at=clock.now()
    )
    return placement


# -- a host that does not answer --------------------------------------------------------------------------------------


def test_a_silent_host_is_reminded_twice_then_the_lead_is_asked_then_the_student_comes_back(asked, lyon_lead):
    told = []
    for days in (1, 2, 3, 5, 6, 7, 9, LAPSE_AFTER):
        with clock.travel(_morning(days)):
            reminders.remind()
            reminders.remind()
        told.append(len(_templates()))
        if days == 2:
            reminder = OutgoingMessage.objects.get(template="placements/proposal_reminder")
            assert reminder.link_purpose == "answer"
            assert reminder.to_email == asked.seat.site.contact_email
    asked.refresh_from_db()
    assert asked.state == PlacementState.LAPSED
    assert _templates() == [
        "placement_lapsed",
        "placement_proposed",
        "placement_unanswered",
        "proposal_over",
        "proposal_reminder",
        "proposal_reminder",
    ]
    # One reminder on the second day, one on the fifth, the question on the seventh, the end on the tenth.
    assert told == [1, 2, 2, 3, 3, 4, 4, 6]
    lapse = JournalEntry.objects.get(subject=ref(asked), after=PlacementState.LAPSED)
    assert lapse.actor_kind == "clock"
    assert list(Seat.objects.free()) == [asked.seat]


def test_a_host_that_answers_is_not_reminded(asked):
    services.accept(asked, by=asked.seat.site)
    with clock.travel(_morning(3)):
        reminders.remind()
    assert "proposal_reminder" not in _templates()


def test_a_lead_who_gives_up_is_not_written_to_about_it(asked, lyon_lead):
    services.lapse(asked, by=lyon_lead)
    assert _templates() == ["placement_proposed", "proposal_over"]


def test_a_late_yes_is_refused(asked, lyon_lead):
    late = Placement.objects.get(pk=asked.pk)
    services.lapse(asked, by=lyon_lead)
    with pytest.raises(Stale):
        services.accept(late, by=asked.seat.site)


# -- first and last day -----------------------------------------------------------------------------------------------


def test_the_first_day_is_said_by_somebody_and_the_host_has_what_follows(lyon_lead):
    placement = made.accepted()
    on = clock.today() - timedelta(days=1)
    services.start(placement, on=on, by=lyon_lead)
    assert (placement.state, placement.started_on, placement.started_by) == (PlacementState.ACTIVE, on, lyon_lead)
    letter = OutgoingMessage.objects.get(template="placements/placement_started")
    assert letter.calendar.count("BEGIN:VEVENT") == 2


def test_no_first_day_is_to_come_or_far_from_the_course(lyon_lead):
    placement = made.accepted()
    for on in (clock.today() + timedelta(days=1), clock.today() - timedelta(days=200)):
        with pytest.raises(Refused):
            services.start(placement, on=on, by=lyon_lead)


def test_all_who_have_begun_are_recorded_at_once_or_none(lyon_lead):
    ready, other = made.accepted(), made.accepted()
    cancelled = Placement.objects.get(pk=other.pk)
    services.cancel(other, by=lyon_lead)
    with pytest.raises(Stale):
        services.start_all([ready, cancelled], on=clock.today(), by=lyon_lead)
    ready.refresh_from_db()
    assert ready.state == PlacementState.ACCEPTED
    assert services.start_all([ready], on=clock.today(), by=lyon_lead) == 1


def test_a_completed_placement_closes_its_place(lyon_lead):
    placement = made.active()
    services.complete(placement, on=clock.today(), by=lyon_lead)
    assert (placement.state, placement.ended_on) == (PlacementState.COMPLETED, clock.today())
    assert Seat.objects.get(pk=placement.seat_id).closed_at
    assert "placement_completed" in _templates()


@pytest.mark.parametrize(
    "fields",
    [
        {"state": PlacementState.ACCEPTED},
        {"started_on": None},
        {"state": PlacementState.COMPLETED},
        {"state": PlacementState.BROKEN, "ended_on": "2020-01-01"},
        {"ended_on": clock.today()},
    ],
    ids=str,
)
def test_the_database_refuses_a_placement_without_its_dates(fields):
    placement = made.active()
    with pytest.raises(IntegrityError), transaction.atomic():
        Placement.objects.filter(pk=placement.pk).update(**fields)


# -- amendments -------------------------------------------------------------------------------------------------------


def _other_site(placement, **fields):
    site = factories.site("lyon", company=placement.seat.site.company, **fields)
    return site, factories.seat(site, of=placement.seat.intake)


def test_another_site_of_the_company_takes_its_free_place_and_gives_the_former_back(lyon_lead):
    placement = made.active()
    former = placement.seat
    site, seat = _other_site(placement)
    amendment = services.amend(placement, site=site, tutor=None, from_on=clock.today(), by=lyon_lead)
    placement.refresh_from_db()
    assert (placement.seat, placement.state) == (seat, PlacementState.ACTIVE)
    assert list(Seat.objects.free()) == [former]
    assert (amendment.from_site, amendment.to_site) == (former.site, site)
    assert _templates() == ["amendment_told_host", "amendment_told_host", "placement_amended"]


def test_another_tutor_is_an_amendment_of_the_same_place(lyon_lead):
    placement = made.active()
    tutor = made.tutor(placement.seat.site)
    services.amend(placement, site=placement.seat.site, tutor=tutor, from_on=clock.today(), by=lyon_lead)
    placement.refresh_from_db()
    assert placement.tutor == tutor
    assert Amendment.objects.get().to_tutor == tutor
    assert _templates() == ["amendment_told_host", "placement_amended", "tutor_dates"]


def test_what_is_no_amendment_is_refused(lyon_lead):
    placement = made.active()
    here, elsewhere = placement.seat.site, factories.seat(of=placement.seat.intake).site
    stranger = made.tutor(elsewhere)
    full, _seat = _other_site(placement)
    factories.placement(factories.enrolment(placement.enrolment.application.cohort), _seat)
    far = clock.today() + timedelta(days=400)
    for said in (
        {"site": here, "tutor": None},
        {"site": elsewhere, "tutor": None},
        {"site": here, "tutor": stranger},
        {"site": full, "tutor": None},
        {"site": here, "tutor": made.tutor(here), "from_on": far},
    ):
        with pytest.raises(Refused):
            services.amend(placement, **({"from_on": clock.today(), "by": lyon_lead} | said))
    assert not Amendment.objects.exists()


def test_the_database_keeps_a_placement_in_its_company_and_an_amendment_from_saying_nothing(lyon_lead):
    placement = made.active()
    elsewhere = factories.seat(of=placement.seat.intake)
    with pytest.raises(IntegrityError, match="another company"), transaction.atomic():
        Placement.objects.filter(pk=placement.pk).update(seat=elsewhere)
    site = placement.seat.site
    with pytest.raises(IntegrityError, match="an_amendment_changes_something"), transaction.atomic():
        Amendment.objects.create(
            placement=placement,
            from_site=site,
            to_site=site,
            from_on=clock.today(),
            amended_at=clock.now(),
            amended_by=lyon_lead,
        )


def test_two_leads_who_amend_the_same_page_do_not_overwrite_each_other(lyon_lead):
    placement = made.active()
    shown, site = placement.version, placement.seat.site
    services.amend(placement, site=site, tutor=made.tutor(site), from_on=clock.today(), by=lyon_lead, version=shown)
    with pytest.raises(Stale):
        services.amend(
            placement,
            site=site,
            tutor=made.tutor(site),
            from_on=clock.today(),
            by=factories.user(Role.REGIONAL_LEAD, zone=site.zone),
            version=shown,
        )

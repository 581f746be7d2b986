"""One way to change a state: the flow is obeyed, the newer state wins, and the journal keeps a line for ever."""

import pytest
from django.db import IntegrityError, connection, transaction

from cohorts.models import Application, Booking, Enrolment, Slot
from cohorts.states import ApplicationState, BookingState
from partnership import clock
from partnership.models import Amendment, Convention, Job, JournalEntry, OutgoingMessage, ref
from partnership.states import ActorKind, Channel
from partnership.workflow import THE_CLOCK, Refused, Stale, edit, move, record, refusing
from placements.models import Placement
from programmes.models import Curriculum
from tests import factories

pytestmark = pytest.mark.django_db
FLOWS = [Amendment, Application, Booking, Convention, Curriculum, Enrolment, Job, OutgoingMessage, Placement, Slot]


@pytest.mark.parametrize("model", FLOWS, ids=lambda model: model.__name__)
def test_every_state_stands_in_its_flow_and_every_move_leads_to_one(model):
    states = {value for value, _label in model._meta.get_field("state").flatchoices}
    assert {str(state) for state in model.FLOW} == states
    assert {str(to) for moves in model.FLOW.values() for to in moves} <= states


@pytest.mark.parametrize("before", ApplicationState.values)
def test_a_move_the_flow_does_not_name_is_refused_and_changes_nothing(before, recruiter):
    application = factories.application(state=before)
    for to in ApplicationState:
        if to in Application.FLOW[ApplicationState(before)]:
            continue
        with pytest.raises(Refused):
            move(application, to, by=recruiter)
    application.refresh_from_db()
    assert (application.state, application.version) == (before, 1)
    assert not JournalEntry.objects.filter(subject=ref(application)).exists()


def test_a_move_changes_the_state_counts_a_version_and_leaves_a_line(recruiter):
    application = factories.application()
    move(
        application,
        ApplicationState.INTERVIEWED,
        by=recruiter,
        reason="Entretien de groupe.",
        channel=Channel.PHONE,
        supported_by="Mission locale",
    )
    assert (application.state, application.version) == (ApplicationState.INTERVIEWED, 2)
    assert application.supported_by == "Mission locale"
    line = JournalEntry.objects.get(subject=ref(application))
    assert (line.before, line.after) == ("submitted", "interviewed")
    assert (line.actor_kind, line.actor_ref) == (ActorKind.USER, str(recruiter.pk))
    assert (line.channel, line.reason, line.about) == ("phone", "Entretien de groupe.", ref(application))


def test_whoever_comes_second_is_told_the_newer_state(recruiter):
    shown = factories.application()
    move(Application.objects.get(pk=shown.pk), ApplicationState.INTERVIEWED, by=recruiter)
    with pytest.raises(Stale) as conflict:
        move(shown, ApplicationState.REJECTED, by=recruiter, exit_reason="profile", left_from="submitted")
    assert conflict.value.thing.state == ApplicationState.INTERVIEWED
    assert conflict.value.state == ApplicationState.INTERVIEWED.label
    assert JournalEntry.objects.filter(subject=ref(shown)).count() == 1


def test_a_page_of_an_older_version_changes_nothing_though_the_state_is_the_same(recruiter):
    shown = factories.application()
    edit(Application.objects.get(pk=shown.pk), by=recruiter, version=1, supported_by="Mission locale")
    with pytest.raises(Stale):
        move(shown, ApplicationState.INTERVIEWED, by=recruiter, version=1)
    with pytest.raises(Stale):
        edit(shown, by=recruiter, version=1, supported_by="Une autre")
    shown.refresh_from_db()
    assert (shown.version, shown.supported_by) == (2, "Mission locale")


def test_an_edit_says_which_fields_and_not_what_was_written(recruiter):
    application = factories.application()
    edit(application, by=recruiter, version=1, supported_by="Mission locale", languages="arabe")
    line = JournalEntry.objects.get(subject=ref(application))
    assert (line.after, line.reason) == ("edited", "languages, supported_by")


def test_a_move_that_the_database_refuses_leaves_neither_state_nor_line(recruiter):
    application = factories.application(state=ApplicationState.INTERVIEWED)
    with pytest.raises(IntegrityError), transaction.atomic():
        move(application, ApplicationState.ADMITTED, by=recruiter)
    application.refresh_from_db()
    assert application.state == ApplicationState.INTERVIEWED
    assert not JournalEntry.objects.filter(subject=ref(application)).exists()


def test_every_kind_of_actor_is_told_apart(recruiter):
    application = factories.application()
    site = factories.site()
    for by in (recruiter, application.candidate, site, THE_CLOCK):
        record(application, "seen", by=by)
    lines = JournalEntry.objects.filter(after="seen").order_by("pk")
    assert [line.actor_kind for line in lines] == ["user", "candidate", "host", "clock"]
    assert lines[3].actor_ref == ""


def test_a_file_s_timeline_holds_the_lines_of_what_belongs_to_it(recruiter):
    enrolment = factories.enrolment()
    placement = factories.placement(of=enrolment)
    record(placement, "proposed", by=recruiter)
    record(enrolment, "expected", by=recruiter)
    assert JournalEntry.objects.filter(about=ref(enrolment.application)).count() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE partnership_journalentry SET after = 'otherwise'",
        "UPDATE partnership_journalentry SET at = at - interval '1 day'",
        "DELETE FROM partnership_journalentry",
    ],
)
def test_a_line_of_the_journal_is_never_changed_or_removed(statement, recruiter):
    record(recruiter, "seen", by=recruiter)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert JournalEntry.objects.get().after == "seen"


def test_the_models_cannot_change_the_journal_either(recruiter):
    record(recruiter, "seen", by=recruiter)
    line = JournalEntry.objects.get()
    line.reason = "otherwise"
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        line.delete()


def test_the_journal_keeps_no_name(recruiter):
    application = factories.application()
    move(application, ApplicationState.INTERVIEWED, by=recruiter)
    line = str(JournalEntry.objects.values().get(subject=ref(application)))
    for name in (recruiter.full_name, application.candidate.last_name, application.candidate.email):
        assert name not in line


def test_a_named_law_of_the_database_becomes_a_reason_and_any_other_stays_a_fault():
    application = factories.application()
    Booking.objects.create(slot=_slot(application), application=application, state=BookingState.BOOKED)
    with (
        pytest.raises(Refused, match="déjà"),
        refusing({"one_open_booking_per_application_and_kind": "C’est déjà fait."}),
    ):
        Booking.objects.create(slot=_slot(application), application=application)
    with pytest.raises(IntegrityError), refusing({"another_law": "…"}):
        Booking.objects.create(slot=_slot(application), application=application)


def _slot(application):
    return application.cohort.slots.create(starts_at=clock.now(), place="Ici", held_by=factories.user())

"""The chair: its activities move on, people come and wait, proposals are answered."""

from datetime import timedelta
from uuid import uuid4

import icalendar
import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from partnership import clock, invariants
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState, Role
from partnership.workflow import Refused, Stale
from programmes import services
from programmes.models import ChairActivity, Contribution, Registration
from programmes.states import ActivityKind, ActivityState, Attendance, ContributionState, RegistrationState

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]
S, R, C = ActivityState, RegistrationState, ContributionState


@pytest.fixture
def chair():
    return factories.chair()


def planned(chair, coordinator, **said):
    begins_at = clock.now().replace(microsecond=0) + timedelta(days=30)
    defaults = {
        "kind": ActivityKind.SEMINAR,
        "title": "Séminaire inaugural",
        "lead": coordinator,
        "lead_party": factories.party("igs"),
        "begins_at": begins_at,
        "ends_at": begins_at + timedelta(hours=3),
        "place": "Campus de Paris",
        "is_public": True,
        "registrations_until": begins_at.date(),
        "capacity": 1,
    }
    return services.plan_activity(chair, by=coordinator, **(defaults | said))


def opened(chair, coordinator, **said):
    activity = planned(chair, coordinator, **said)
    services.open_activity(activity, by=coordinator)
    activity.refresh_from_db()
    return activity


def come(activity, who="amina", **said):
    given = {"submit_key": uuid4(), "name": who.title(), "organisation": "", "language": "fr"}
    return services.register(activity, email=f"{who}@exemple.test", **(given | said))


def letters(who="", template=""):
    found = OutgoingMessage.objects.filter(to_email__startswith=who, template__contains=template).order_by("pk")
    return [letter.template.removeprefix("programmes/") for letter in found]


def of(who):
    return Registration.objects.get(email=f"{who}@exemple.test")


# -- an activity ------------------------------------------------------------------------------------------------------


def test_an_activity_goes_from_its_plan_to_its_publication_and_the_journal_tells_it(chair, coordinator):
    activity = planned(chair, coordinator)
    services.open_activity(activity, by=coordinator)
    services.begin_activity(activity, by=coordinator)
    with clock.travel(activity.ends_at + timedelta(days=3)):
        activity.refresh_from_db()
        services.deliver_activity(
            activity,
            version=activity.version,
            on=clock.today(),
            deliverable="Actes",
            deliverable_text="Ce qui s’est dit.",
            by=coordinator,
        )
        services.publish_activity(activity, by=coordinator)
    activity.refresh_from_db()
    assert activity.state == S.PUBLISHED
    told = JournalEntry.objects.filter(subject=ref(activity)).order_by("pk").values_list("after", flat=True)
    assert list(told) == [S.PLANNED, S.OPEN, S.RUNNING, S.DELIVERED, S.PUBLISHED]


def test_an_activity_skips_no_state(chair, coordinator):
    activity = planned(chair, coordinator)
    for deed in (services.begin_activity, services.publish_activity):
        with pytest.raises(Refused):
            deed(activity, by=coordinator)


def test_only_a_chair_has_activities(coordinator):
    with pytest.raises(Refused, match="chaire|chair"):
        planned(factories.programme(), coordinator)


def test_either_party_leads_and_a_third_does_not(chair, coordinator, smt_coordinator):
    other = factories.user(Role.COORDINATOR, party_code="ailleurs")
    assert planned(chair, coordinator, lead=smt_coordinator, lead_party=factories.party("smt")).lead == smt_coordinator
    with pytest.raises(Refused):
        planned(chair, coordinator, lead=other, lead_party=factories.party("ailleurs"))
    with pytest.raises(Refused):
        planned(chair, coordinator, lead=smt_coordinator, lead_party=factories.party("igs"))


def test_whoever_only_reviews_leads_nothing(chair, coordinator, reviewer):
    with pytest.raises(Refused):
        planned(chair, coordinator, lead=reviewer, lead_party=factories.party("smt"))


def test_whoever_is_given_an_activity_is_told_and_whoever_takes_it_is_not(chair, coordinator, author):
    activity = planned(chair, coordinator, lead=author)
    assert letters(author.email) == ["activity_entrusted"]
    services.edit_activity(activity, version=1, lead=coordinator, by=coordinator)
    assert letters(coordinator.email) == []


def test_what_is_delivered_has_a_day_between_its_first_and_today(chair, coordinator):
    activity = opened(chair, coordinator)
    services.begin_activity(activity, by=coordinator)
    activity.refresh_from_db()
    for day in (activity.begins_on, clock.today() - timedelta(days=1)):
        with pytest.raises(Refused):
            services.deliver_activity(activity, version=activity.version, on=day, deliverable="Actes", by=coordinator)


def test_what_has_nothing_to_read_is_not_published(coordinator):
    activity = factories.activity(state=S.DELIVERED, deliverable_text="", days=-5)
    with pytest.raises(Refused):
        services.publish_activity(activity, by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChairActivity.objects.filter(pk=activity.pk).update(state=S.PUBLISHED)


def test_a_stale_edit_is_told_and_changes_nothing(chair, coordinator):
    activity = planned(chair, coordinator)
    services.edit_activity(activity, version=1, title="Séminaire d’ouverture", by=coordinator)
    with pytest.raises(Stale):
        services.edit_activity(activity, version=1, title="Autre", by=coordinator)
    activity.refresh_from_db()
    assert (activity.title, activity.version) == ("Séminaire d’ouverture", 2)


def test_another_date_is_told_to_whoever_comes_and_replaces_it_in_their_calendar(chair, coordinator):
    activity = opened(chair, coordinator)
    come(activity, "amina")
    come(activity, "basile")
    later = activity.begins_at + timedelta(days=7)
    told = services.edit_activity(
        activity, version=activity.version, begins_at=later, ends_at=later + timedelta(hours=2), by=coordinator
    )
    assert told == 2
    first, moved = OutgoingMessage.objects.filter(to_email="amina@exemple.test").order_by("pk")
    assert moved.template == "programmes/activity_moved"
    before, after = (icalendar.Calendar.from_ical(one.calendar).walk("VEVENT")[0] for one in (first, moved))
    assert (before["UID"], after["DTSTART"].dt) == (after["UID"], later)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert OutgoingMessage.objects.get(to_email="basile@exemple.test", template__contains="moved").calendar == ""


def test_a_delivered_activity_keeps_its_day_and_takes_new_words(coordinator):
    activity = factories.activity(state=S.DELIVERED, days=-5)
    with pytest.raises(Refused):
        services.edit_activity(activity, version=1, place="Ailleurs", by=coordinator)
    services.edit_activity(activity, version=1, deliverable="Actes du séminaire", by=coordinator)
    activity.refresh_from_db()
    assert activity.deliverable == "Actes du séminaire"


def test_what_is_published_keeps_something_to_read(coordinator):
    activity = factories.activity(state=S.PUBLISHED, days=-5)
    with pytest.raises(Refused):
        services.edit_activity(activity, version=1, deliverable_text="", by=coordinator)
    services.edit_activity(activity, version=1, deliverable_url="https://exemple.test/actes", by=coordinator)
    services.edit_activity(activity, version=2, deliverable_text="", by=coordinator)


def test_cancelling_says_why_to_whoever_was_to_come_and_takes_it_out_of_their_calendar(chair, coordinator):
    activity = opened(chair, coordinator)
    come(activity, "amina")
    come(activity, "basile")
    assert services.cancel_activity(activity, because="La salle est fermée.", by=coordinator) == 2
    assert not Registration.objects.live().exists()
    assert letters("amina")[-1] == letters("basile")[-1] == "activity_cancelled"
    letter = OutgoingMessage.objects.get(to_email="amina@exemple.test", template__contains="cancelled")
    assert "La salle est fermée." in letter.text and "METHOD:CANCEL" in letter.calendar
    # Nobody who waited was given the place on the way out.
    assert "registration_promoted" not in letters()


def test_a_cancelled_activity_takes_nobody_whoever_asks(chair, coordinator):
    activity = opened(chair, coordinator)
    services.cancel_activity(activity, because="La salle est fermée.", by=coordinator)
    with pytest.raises(Refused):
        come(activity)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.registration(activity)


# -- who comes --------------------------------------------------------------------------------------------------------


def test_a_registration_is_told_with_a_link_and_an_appointment(chair, coordinator):
    activity = opened(chair, coordinator)
    assert come(activity) == R.REGISTERED
    letter = OutgoingMessage.objects.get()
    assert (letter.template, letter.link_purpose) == ("programmes/registration_confirmed", "guest")
    assert letter.reply_to == coordinator.email
    (event,) = icalendar.Calendar.from_ical(letter.calendar).walk("VEVENT")
    assert event["DTSTART"].dt == activity.begins_at and event["DTEND"].dt == activity.ends_at


def test_a_registration_after_the_last_seat_waits_and_is_told_its_rank(chair, coordinator):
    activity = opened(chair, coordinator)
    assert [come(activity, who) for who in ("amina", "basile", "carla")] == [R.REGISTERED, R.WAITING, R.WAITING]
    assert letters("carla") == ["registration_waiting"]
    assert "rang 2" in OutgoingMessage.objects.get(to_email="carla@exemple.test").text


def test_a_place_that_is_given_back_goes_to_the_first_who_waits(chair, coordinator):
    activity = opened(chair, coordinator)
    for who in ("amina", "basile", "carla"):
        come(activity, who)
    services.give_up(of("amina"), by=of("amina"))
    assert [of(who).state for who in ("amina", "basile", "carla")] == [R.CANCELLED, R.REGISTERED, R.WAITING]
    assert letters("basile") == ["registration_waiting", "registration_promoted"]
    assert letters("amina")[-1] == "registration_given_up"
    assert "METHOD:CANCEL" in OutgoingMessage.objects.get(template__contains="given_up").calendar
    # The news of the waiting list that had not left is not sent any more.
    waiting = OutgoingMessage.objects.get(to_email="basile@exemple.test", template__contains="waiting")
    assert waiting.state == MessageState.CANCELLED


def test_giving_up_a_rank_promotes_nobody(chair, coordinator):
    activity = opened(chair, coordinator)
    for who in ("amina", "basile", "carla"):
        come(activity, who)
    services.give_up(of("basile"), by=of("basile"))
    assert [of(who).state for who in ("amina", "carla")] == [R.REGISTERED, R.WAITING]
    assert OutgoingMessage.objects.get(template__contains="given_up").calendar == ""


def test_whoever_waits_until_it_begins_is_told_that_no_place_became_free(chair, coordinator):
    activity = opened(chair, coordinator)
    for who in ("amina", "basile"):
        come(activity, who)
    services.begin_activity(activity, by=coordinator)
    assert letters("basile") == ["registration_waiting", "registration_unserved"]
    assert letters("amina") == ["registration_confirmed"]


def test_giving_up_twice_says_the_same(chair, coordinator):
    activity = opened(chair, coordinator)
    come(activity)
    for _time in range(2):
        services.give_up(of("amina"), by=of("amina"))
    assert letters().count("registration_given_up") == 1


def test_the_same_address_is_one_registration_and_the_page_says_nothing_of_it(chair, coordinator):
    activity = opened(chair, coordinator, capacity=2)
    come(activity, "amina")
    # A place is left: whoever types her address reads what anybody would.
    assert come(activity, "amina", name="Quelqu’un d’autre") == R.REGISTERED
    come(activity, "basile")
    assert come(activity, "amina") == come(activity, "carla") == R.WAITING
    assert Registration.objects.filter(email="amina@exemple.test").count() == 1
    assert of("amina").name == "Amina"
    assert letters("amina") == ["registration_confirmed", "registration_known"]
    assert "votre place est réservée" in OutgoingMessage.objects.get(template__contains="known").text


def test_a_form_sent_twice_is_one_and_says_the_same(chair, coordinator):
    activity, key = opened(chair, coordinator), uuid4()
    assert come(activity, submit_key=key) == come(activity, submit_key=key) == R.REGISTERED
    assert letters() == ["registration_confirmed"]


def test_an_address_in_capitals_is_the_same(chair, coordinator):
    activity = opened(chair, coordinator, capacity=5)
    come(activity, "amina")
    come(activity, "AMINA")
    assert Registration.objects.get().email == "amina@exemple.test"


def test_whoever_gave_up_may_come_back(chair, coordinator):
    activity = opened(chair, coordinator)
    come(activity)
    services.give_up(of("amina"), by=of("amina"))
    assert come(activity) == R.REGISTERED
    assert Registration.objects.live().count() == 1


@pytest.mark.parametrize("state", [S.PLANNED, S.RUNNING])
def test_nobody_registers_before_it_opens_or_once_it_is_under_way(state):
    with pytest.raises(Refused):
        come(factories.activity(state=state))


def test_nobody_registers_after_the_last_day_nor_without_one(chair, coordinator):
    activity = opened(chair, coordinator, registrations_until=clock.today())
    come(activity, "amina")
    with clock.travel(clock.now() + timedelta(days=1)), pytest.raises(Refused):
        come(activity, "basile")
    with pytest.raises(Refused):
        come(opened(chair, coordinator, registrations_until=None, capacity=None), "carla")


def test_without_a_number_of_places_everybody_comes(chair, coordinator):
    activity = opened(chair, coordinator, capacity=None)
    assert {come(activity, f"invite{number}") for number in range(5)} == {R.REGISTERED}


def test_more_places_serve_those_who_wait_and_fewer_than_taken_are_refused(chair, coordinator):
    activity = opened(chair, coordinator)
    for who in ("amina", "basile", "carla", "dora"):
        come(activity, who)
    services.edit_activity(activity, version=activity.version, capacity=3, by=coordinator)
    assert Registration.objects.registered().count() == 3
    assert letters(template="promoted") == ["registration_promoted"] * 2
    with pytest.raises(Refused):
        services.edit_activity(activity, version=activity.version + 1, capacity=2, by=coordinator)


@pytest.mark.parametrize("kind", ["insert", "update", "fewer places"])
def test_the_database_refuses_one_too_many_whoever_asks(kind):
    activity = factories.activity(capacity=1)
    factories.registration(activity)
    waiting = factories.registration(activity, state=R.WAITING)
    with pytest.raises(IntegrityError, match="full|registered"), transaction.atomic():
        if kind == "insert":
            factories.registration(activity)
        elif kind == "update":
            Registration.objects.filter(pk=waiting.pk).update(state=R.REGISTERED)
        else:
            ChairActivity.objects.filter(pk=factories.activity(capacity=3).pk).update(capacity=1)
            other = factories.activity(capacity=3)
            for _number in range(2):
                factories.registration(other)
            ChairActivity.objects.filter(pk=other.pk).update(capacity=1)
    assert not [finding for finding in invariants.check() if finding.key == "activities_hold_their_places"]


def test_once_it_has_begun_nobody_gives_up(chair, coordinator):
    activity = opened(chair, coordinator)
    come(activity)
    with clock.travel(activity.begins_at), pytest.raises(Refused):
        services.give_up(of("amina"), by=of("amina"))


def test_who_has_come_is_said_from_the_first_day_on_and_can_be_taken_back(chair, coordinator):
    activity = opened(chair, coordinator)
    come(activity)
    with pytest.raises(Refused):
        services.mark_attendance(of("amina"), Attendance.PRESENT, version=1, by=coordinator)
    with clock.travel(activity.begins_at):
        services.mark_attendance(of("amina"), Attendance.PRESENT, version=1, by=coordinator)
        with pytest.raises(Stale):
            services.mark_attendance(of("amina"), Attendance.ABSENT, version=1, by=coordinator)
        services.mark_attendance(of("amina"), "", version=2, by=coordinator)
    assert of("amina").attendance == ""
    marked = JournalEntry.objects.filter(subject=ref(of("amina"))).values_list("after", flat=True)
    assert {"present", "expected"} <= set(marked)


def test_whoever_waits_is_not_marked(chair, coordinator):
    activity = opened(chair, coordinator)
    come(activity, "amina")
    come(activity, "basile")
    with clock.travel(activity.begins_at), pytest.raises(Refused):
        services.mark_attendance(of("basile"), Attendance.PRESENT, version=1, by=coordinator)


# -- what is proposed -------------------------------------------------------------------------------------------------


def propose(activity, **said):
    given = {"submit_key": uuid4(), "name": "Dora", "organisation": "", "language": "fr"}
    given |= {"title": "Écouter les conseillers", "abstract": "Une enquête."}
    return services.contribute(activity, email="dora@exemple.test", **(given | said))


@pytest.fixture
def call(chair, coordinator):
    return planned(chair, coordinator, contributions_until=clock.today() + timedelta(days=10))


def test_a_proposal_is_answered_when_it_arrives_and_when_it_is_decided(call, coordinator):
    contribution = propose(call)
    services.decide_contribution(contribution, C.KEPT, words="", version=1, by=coordinator)
    services.decide_contribution(contribution, C.ACCEPTED, words="Vingt minutes.", version=2, by=coordinator)
    assert letters("dora") == ["contribution_received", "contribution_kept", "contribution_accepted"]
    assert "Vingt minutes." in OutgoingMessage.objects.get(template__contains="accepted").text
    assert contribution.decided_by == coordinator


def test_a_proposal_is_declined_with_a_letter_and_decided_once(call, coordinator):
    contribution = propose(call)
    services.decide_contribution(contribution, C.DECLINED, words="", version=1, by=coordinator)
    assert letters("dora")[-1] == "contribution_declined"
    with pytest.raises(Refused):
        services.decide_contribution(contribution, C.ACCEPTED, words="", version=2, by=coordinator)


def test_two_who_decide_are_told_of_each_other(call, coordinator):
    contribution = propose(call)
    same = Contribution.objects.get()
    services.decide_contribution(contribution, C.KEPT, words="", version=1, by=coordinator)
    with pytest.raises((Stale, Refused)):
        services.decide_contribution(same, C.DECLINED, words="", version=1, by=coordinator)
    assert "contribution_declined" not in letters()


def test_a_proposal_sent_twice_is_one_and_none_comes_after_the_last_day(call, coordinator):
    key = uuid4()
    assert propose(call, submit_key=key) == propose(call, submit_key=key)
    with clock.travel(clock.now() + timedelta(days=11)), pytest.raises(Refused):
        propose(call)


def test_letters_speak_the_language_of_their_reader(chair, coordinator):
    activity = opened(chair, coordinator, kind=ActivityKind.WORKING_GROUP)
    with translation.override("fr"):
        come(activity, "amina", language="en")
    letter = OutgoingMessage.objects.get()
    assert letter.subject.startswith("Your place:") and "working group" in letter.text

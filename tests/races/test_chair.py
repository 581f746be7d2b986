"""A crowd at the last place of an activity: it takes as many as it has places, and everybody else waits or is told."""

from uuid import uuid4

from django.db.models import Max

from partnership.models import JournalEntry, OutgoingMessage
from programmes import services
from programmes.models import ChairActivity, Registration
from programmes.states import RegistrationState
from tests import factories

from .crowd import at_once, naive, without_index, without_trigger

R = RegistrationState
CROWD = 50


def _come(activity, *, same=False):
    def deed(place):
        services.register(
            ChairActivity.objects.get(pk=activity.pk),
            submit_key=uuid4(),
            email="meme@exemple.test" if same else f"invite{place}@exemple.test",
            name=f"Invité {place}",
            organisation="",
            language="fr",
        )

    return deed


def test_fifty_at_the_last_place_are_one_registered_and_forty_nine_waiting():
    activity = factories.activity(capacity=1)

    assert at_once(CROWD, _come(activity)) == {"done": CROWD}
    states = list(Registration.objects.values_list("state", flat=True))
    assert (states.count(R.REGISTERED), states.count(R.WAITING)) == (1, CROWD - 1)
    assert sorted(Registration.objects.values_list("number", flat=True)) == list(range(1, CROWD + 1))
    assert OutgoingMessage.objects.count() == CROWD


def test_fifty_at_ten_places_are_ten_registered():
    activity = factories.activity(capacity=10)

    at_once(CROWD, _come(activity))
    assert Registration.objects.registered().count() == 10


def test_without_holding_the_activity_more_come_than_there_are_places():
    activity = factories.activity(capacity=1)
    with (
        without_trigger("programmes_registration", "an_activity_holds_its_capacity"),
        without_index("programmes_registration", "a_registration_has_its_own_number"),
    ):
        believed = naive(
            10,
            read=lambda _place: services.places_left(activity) == 1,
            write=lambda _place: factories.registration(activity),
        )
        assert believed == Registration.objects.registered().count() == 10


def test_the_law_alone_holds_the_last_place_when_nobody_holds_the_activity():
    activity = factories.activity(capacity=1)

    believed = naive(
        10,
        read=lambda _place: services.places_left(activity) == 1,
        write=lambda _place: factories.registration(activity),
    )
    assert believed == Registration.objects.registered().count() == 1


def test_one_address_sent_fifty_times_is_one_registration():
    activity = factories.activity(capacity=10)

    assert at_once(CROWD, _come(activity, same=True)) == {"done": CROWD}
    assert Registration.objects.count() == 1
    # One that confirms, one of the day that says it was known.
    assert OutgoingMessage.objects.count() == 2


def test_places_given_back_at_once_go_each_to_one_who_waits():
    activity = factories.activity(capacity=10)
    _crowded(activity, registered=10, waiting=10)
    leaving = list(Registration.objects.registered().select_related("activity"))

    def deed(place):
        services.give_up(Registration.objects.select_related("activity").get(pk=leaving[place].pk), by=leaving[place])

    assert at_once(10, deed) == {"done": 10}
    assert Registration.objects.registered().count() == 10
    assert not Registration.objects.waiting().exists()
    promoted = JournalEntry.objects.filter(before=R.WAITING, after=R.REGISTERED)
    assert promoted.count() == 10


def test_the_same_place_given_back_ten_times_promotes_one():
    activity = factories.activity(capacity=1)
    _crowded(activity, registered=1, waiting=5)
    leaving = Registration.objects.registered().get()

    def deed(_place):
        services.give_up(Registration.objects.select_related("activity").get(pk=leaving.pk), by=leaving)

    at_once(10, deed)
    assert Registration.objects.registered().count() == 1
    assert Registration.objects.waiting().count() == 4
    assert OutgoingMessage.objects.filter(template="programmes/registration_promoted").count() == 1


def test_whoever_comes_as_it_is_cancelled_is_told_or_turned_away():
    activity, coordinator = factories.activity(capacity=5), factories.activity().lead

    def deed(place):
        if place:
            _come(activity)(place)
        else:
            services.cancel_activity(activity, because="La salle est fermée.", by=coordinator)

    outcomes = at_once(10, deed)
    assert not Registration.objects.filter(activity=activity).exclude(state=R.CANCELLED).exists()
    came = Registration.objects.filter(activity=activity)
    told = OutgoingMessage.objects.filter(template="programmes/activity_cancelled")
    assert outcomes["done"] == 1 + came.count() and told.count() == came.count()


def test_fewer_places_and_a_crowd_at_once_never_cross():
    activity = factories.activity(capacity=10)
    coordinator = activity.lead

    def deed(place):
        if place:
            _come(activity)(place)
        else:
            services.edit_activity(activity, version=1, capacity=3, by=coordinator)

    at_once(20, deed)
    activity.refresh_from_db()
    assert Registration.objects.registered().count() <= activity.capacity
    assert Registration.objects.aggregate(last=Max("number"))["last"] == 19


def _crowded(activity, *, registered, waiting):
    for place in range(registered + waiting):
        _come(activity)(place)
    assert Registration.objects.registered().count() == registered

"""The chair's public pages: the agenda, its calendar, a place, a proposal, and what one has by link."""

from datetime import timedelta
from uuid import uuid4

import icalendar
import pytest
from django.core import signing
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnership import clock, links
from partnership.models import OutgoingMessage, Tombstone, ref
from programmes.models import Contribution, Registration
from programmes.states import GUEST, ActivityState, RegistrationState

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "promises_hold")]
WHO = {"name": "Amina Fictive", "email": "Amina@exemple.test", "organisation": "Contact Exemple"}


@pytest.fixture
def chair():
    return factories.chair()


@pytest.fixture
def site() -> Client:
    return Client()


def page(name: str, activity=None, **more: object) -> str:
    keys = {"slug": activity.programme.slug, "pk": activity.pk} if activity else {}
    return reverse(f"programmes:{name}", kwargs=keys | more)


def send(site, activity, name="chair_register", **said):
    return site.post(page(name, activity), {"submit_key": str(uuid4())} | WHO | said, follow=True)


# -- the agenda -------------------------------------------------------------------------------------------------------


def test_the_agenda_says_what_is_to_come_and_what_has_been_delivered(chair, site):
    factories.activity(chair, title="À venir", state=ActivityState.PLANNED)
    factories.activity(chair, title="Plus tard", days=60)
    factories.activity(chair, title="Paru", state=ActivityState.PUBLISHED, days=-60)
    factories.activity(chair, title="Annulée", state=ActivityState.CANCELLED, days=5)
    answer = site.get(reverse("programmes:chair_agenda", args=[chair.slug]))
    assert [one.title for one in answer.context["ahead"]] == ["Annulée", "À venir", "Plus tard"]
    assert [one.title for one in answer.context["delivered"]] == ["Paru"]
    # The cancelled one is shown and not announced.
    assert "2 " in answer.context["verdict"]


def test_what_is_not_public_is_nobody_s_to_find(chair, site):
    hidden = factories.activity(chair, title="Secrète", is_public=False)
    agenda = reverse("programmes:chair_agenda", args=[chair.slug])
    feed = reverse("programmes:chair_feed", args=[chair.slug])
    assert all("Secrète" not in site.get(address).content.decode() for address in (agenda, feed))
    assert {site.get(page(name, hidden)).status_code for name in ("chair_activity", "chair_register")} == {404}
    assert send(site, hidden).status_code == 404


def test_a_course_that_is_no_chair_has_no_agenda(site):
    course = factories.programme()
    assert site.get(reverse("programmes:chair_agenda", args=[course.slug])).status_code == 404


def test_the_calendar_of_the_chair_names_nobody(chair, site):
    activity = factories.activity(chair, title="Séminaire ; inaugural, 1")
    factories.activity(chair, state=ActivityState.CANCELLED)
    answer = site.get(reverse("programmes:chair_feed", args=[chair.slug]))
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = icalendar.Calendar.from_ical(answer.content)
    first, cancelled = sorted(calendar.walk("VEVENT"), key=lambda one: one["STATUS"] == "CANCELLED")
    assert str(first["SUMMARY"]).endswith("Séminaire ; inaugural, 1")
    assert (first["DTSTART"].dt, first["DTEND"].dt) == (activity.begins_at, activity.ends_at)
    assert str(activity.pk) in str(first["URL"]) and cancelled["STATUS"] == "CANCELLED"
    assert activity.lead.email not in answer.content.decode()


def test_the_agenda_asks_the_same_of_the_database_for_one_activity_and_for_thirty(
    chair, site, django_assert_num_queries, django_assert_max_num_queries
):
    address = reverse("programmes:chair_agenda", args=[chair.slug])
    factories.registration(factories.activity(chair))
    with django_assert_max_num_queries(6) as few:
        site.get(address)
    for number in range(29):
        factories.registration(factories.activity(chair, days=number - 10))
    with django_assert_num_queries(len(few)):
        site.get(address)


def test_a_presentation_is_markdown_that_can_hurt_nobody(chair, site):
    activity = factories.activity(chair, description="**Fort** <script>alert(1)</script> [x](javascript:alert(1))")
    text = site.get(page("chair_activity", activity)).content.decode()
    assert "<strong>Fort</strong>" in text and "<script>alert" not in text and 'href="javascript' not in text


# -- registering ------------------------------------------------------------------------------------------------------


def test_a_registration_is_answered_on_the_page_and_by_letter(chair, site):
    activity = factories.activity(chair, capacity=1)
    answer = send(site, activity)
    assert answer.redirect_chain[-1][0] == page("chair_activity", activity)
    registration = Registration.objects.get()
    assert (registration.email, registration.language) == ("amina@exemple.test", "fr")
    assert OutgoingMessage.objects.get().to_email == "amina@exemple.test"


def test_a_registration_after_the_last_seat_reads_that_it_waits(chair, site):
    activity = factories.activity(chair, capacity=1)
    factories.registration(activity)
    text = site.get(page("chair_register", activity)).content.decode()
    assert site.get(page("chair_register", activity)).context["is_full"]
    assert "Book my place" not in text and "Réserver ma place" not in text
    answer = send(site, activity)
    assert Registration.objects.get(name="Amina Fictive").state == RegistrationState.WAITING
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]


def test_whether_an_address_is_registered_is_told_to_nobody(chair, site):
    activity = factories.activity(chair, capacity=1)
    send(site, activity)
    known = send(Client(), activity)
    unknown = send(Client(), activity, email="autre@exemple.test")
    said = [str(next(iter(answer.context["messages"]))).replace("autre", "Amina") for answer in (known, unknown)]
    assert said[0] == said[1]


def test_what_was_typed_stays_when_registrations_close_meanwhile(chair, site):
    activity = factories.activity(chair, state=ActivityState.RUNNING, days=-1)
    answer = send(site, activity)
    assert answer.status_code == 409
    assert "Amina Fictive" in answer.content.decode() and not Registration.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "12"},
        {"name": "a" + "\u0301" * 40},
        {"email": "amina"},
        {"email": ""},
        {"organisation": "x" * 121},
    ],
)
def test_a_form_with_a_mistake_comes_back_with_everything_in_it(chair, site, wrong):
    activity = factories.activity(chair)
    answer = site.post(page("chair_register", activity), WHO | wrong)
    assert answer.status_code == 422 and not Registration.objects.exists()
    kept = {"email": "Amina@exemple.test"} if "email" not in wrong else {"name": "Amina Fictive"}
    assert all(word in answer.content.decode() for word in kept.values())


@override_settings(PUBLIC_FORM_GUARD=True)
def test_machines_are_kept_out_of_both_forms(chair, site):
    activity = factories.activity(chair, contributions_until=clock.today() + timedelta(days=3))
    for name, more in (("chair_register", {}), ("chair_contribute", {"title": "T", "abstract": "A"})):
        answer = send(site, activity, name, website="http://spam.example", **more)
        assert answer.status_code == 422 and "Amina Fictive" in answer.content.decode()
    assert not Registration.objects.exists() and not Contribution.objects.exists()


def test_a_page_of_a_full_activity_costs_few_statements(chair, site, django_assert_max_num_queries):
    activity = factories.activity(chair, capacity=1)
    factories.registration(activity)
    with django_assert_max_num_queries(8):
        site.get(page("chair_activity", activity))
    shown = signing.dumps(0, salt="partnership.guard")
    with override_settings(PUBLIC_FORM_GUARD=True), CaptureQueriesContext(connection) as sent:
        site.post(page("chair_register", activity), WHO | {"submit_key": str(uuid4()), "shown": shown})
    # Within the test's own transaction each of ours is a savepoint.
    assert len([one for one in sent if "SAVEPOINT" not in one["sql"]]) <= 14
    assert Registration.objects.filter(state=RegistrationState.WAITING).count() == 1


# -- proposing --------------------------------------------------------------------------------------------------------


def test_a_proposal_is_kept_and_answered(chair, site):
    activity = factories.activity(
        chair, state=ActivityState.PLANNED, contributions_until=clock.today() + timedelta(days=3)
    )
    answer = send(site, activity, "chair_contribute", title="Écouter", abstract="Une page.\nDeux lignes.")
    assert answer.status_code == 200
    contribution = Contribution.objects.get()
    assert (contribution.title, contribution.abstract) == ("Écouter", "Une page.\nDeux lignes.")
    assert OutgoingMessage.objects.get().template == "programmes/contribution_received"


def test_a_proposal_after_the_last_day_keeps_its_words_on_the_page(chair, site):
    activity = factories.activity(chair, contributions_until=clock.today() - timedelta(days=1))
    answer = send(site, activity, "chair_contribute", title="Écouter", abstract="Une page.")
    assert answer.status_code == 409 and "Une page." in answer.content.decode()


# -- by link ----------------------------------------------------------------------------------------------------------


def by_link(guest, name="guest_follow"):
    return reverse(f"programmes:{name}", args=[links.mint(GUEST, ref(guest))])


def test_looking_changes_nothing_and_one_button_gives_the_place_back(chair, site):
    activity = factories.activity(chair, capacity=1)
    send(site, activity)
    send(site, activity, email="basile@exemple.test")
    mine = Registration.objects.get(email="amina@exemple.test")
    assert site.get(by_link(mine)).status_code == 200
    mine.refresh_from_db()
    assert mine.state == RegistrationState.REGISTERED
    site.post(by_link(mine, "guest_give_up"))
    states = dict(Registration.objects.values_list("email", "state"))
    assert states == {"amina@exemple.test": "cancelled", "basile@exemple.test": "registered"}


def test_a_page_by_link_is_kept_nowhere(chair, site):
    answer = site.get(by_link(factories.registration(factories.activity(chair))))
    assert "no-store" in answer["Cache-Control"]


def test_a_link_that_opens_nothing_says_so(chair, site):
    assert site.get(reverse("programmes:guest_follow", args=["inconnu"])).status_code == 404
    gone = factories.registration(factories.activity(chair))
    token = links.mint(GUEST, ref(gone))
    links.revoke(GUEST, gone)
    for name in ("guest_follow", "guest_erase"):
        assert site.get(reverse(f"programmes:{name}", args=[token])).status_code == 410
    assert site.post(reverse("programmes:guest_give_up", args=[token])).status_code == 410


def test_the_link_of_a_proposal_shows_it_and_gives_nothing_up(chair, site):
    contribution = factories.contribution(factories.activity(chair))
    assert contribution.title in site.get(by_link(contribution)).content.decode()
    assert site.post(by_link(contribution, "guest_give_up")).status_code == 302


def test_by_link_one_has_oneself_erased_and_the_place_goes_to_the_next(chair, site):
    activity = factories.activity(chair, capacity=1)
    send(site, activity)
    send(site, activity, email="basile@exemple.test")
    mine = Registration.objects.get(email="amina@exemple.test")
    address = by_link(mine, "guest_erase")
    assert site.post(address).status_code == 422
    assert site.post(address, {"understood": "on"}).status_code == 302
    mine.refresh_from_db()
    assert (mine.name, mine.email, mine.organisation, mine.state) == ("", "", "", RegistrationState.CANCELLED)
    assert Registration.objects.get(email="basile@exemple.test").state == RegistrationState.REGISTERED
    assert Tombstone.objects.filter(subject=ref(mine)).exists()
    assert site.get(address).status_code == 410


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_public_page_opens_in_both_languages(chair, site, language):
    activity = factories.activity(chair, contributions_until=clock.today() + timedelta(days=3))
    addresses = [reverse("programmes:chair_agenda", args=[chair.slug])]
    addresses += [page(name, activity) for name in ("chair_activity", "chair_register", "chair_contribute")]
    addresses += [by_link(factories.registration(activity), name) for name in ("guest_follow", "guest_erase")]
    for address in addresses:
        assert site.get(address.replace("/fr/", f"/{language}/", 1)).status_code == 200

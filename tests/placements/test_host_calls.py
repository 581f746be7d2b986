"""Contacts and calls: for the zone's lead on a phone; for whoever runs a rival, as if they did not exist."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Channel
from partnership.workflow import Refused
from placements import services
from placements.models import HostCall, HostContact, HostSite
from placements.states import HostCallResult, PlacementState

from .. import factories
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db


def _url(name, thing):
    return reverse(f"placements:{name}", args=[thing.pk])


# -- calls ------------------------------------------------------------------------------------------------------------


def test_a_call_is_recorded_in_one_form_and_told_on_the_page(lead, site):
    url, tomorrow = _url("site_call", site), clock.today() + timedelta(days=1)
    assert lead.get(url).status_code == 200
    said = {"result": "call_back", "note": "Rappeler Mme Fictive.", "next_on": tomorrow.isoformat()}
    page = lead.post(url, said, follow=True)
    assert "Rappeler Mme Fictive." in page.content.decode()
    call = HostCall.objects.get()
    assert (call.result, call.next_on) == (HostCallResult.CALL_BACK, tomorrow)
    line = JournalEntry.objects.get(subject=ref(call))
    assert (line.channel, line.about, line.reason) == (Channel.PHONE, ref(site), "call_back")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "result"),
        ({"result": "perdu"}, "result"),
        ({"result": "call_back"}, "next_on"),
        ({"result": "reached", "next_on": "2020-01-01"}, "next_on"),
        ({"result": "reached", "next_on": "demain"}, "next_on"),
    ],
)
def test_a_call_that_says_too_little_is_422(lead, site, said, field):
    page = lead.post(_url("site_call", site), said | {"note": "Gardé."})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert "Gardé." in page.content.decode()
    assert not HostCall.objects.exists()


def test_the_service_and_the_database_ask_for_a_day_to_call_back(site, lyon_lead):
    for said in ({"result": "call_back"}, {"result": "x"}, {"result": "reached", "next_on": clock.today().min}):
        with pytest.raises(Refused):
            services.record_host_call(site, by=lyon_lead, **said)
    with pytest.raises(IntegrityError), transaction.atomic():
        hosting.call(site, lyon_lead, result=HostCallResult.CALL_BACK)


def test_sites_to_call_are_those_whose_last_call_left_a_day_that_has_come(lead, lyon, lyon_lead):
    due, later, done = (factories.site("lyon") for _number in range(3))
    today, before = clock.today(), clock.now() - timedelta(days=2)
    hosting.call(due, lyon_lead, next_on=today)
    hosting.call(later, lyon_lead, next_on=today + timedelta(days=3))
    hosting.call(done, lyon_lead, next_on=today, at=before)
    hosting.call(done, lyon_lead)
    page = lead.get(reverse("placements:site_list"), {"places": "to_call"})
    assert [row.site for row in page.context["rows"]] == [due]


# -- contacts ---------------------------------------------------------------------------------------------------------


def test_a_contact_is_added_corrected_and_forgotten(lead, site):
    url = _url("contact_add", site)
    assert lead.get(url).status_code == 200
    assert lead.post(url, {"name": "Inès Fictive"}).status_code == 422
    assert lead.post(url, {"name": "Inès Fictive", "phone": "04 65 71 00 34"}).status_code == 302
    contact = HostContact.objects.get()
    edit = _url("contact_edit", contact)
    assert lead.get(edit).status_code == 200
    assert lead.post(edit, {"name": "Inès F.", "email": "ines@exemple.test", "version": "1"}).status_code == 302
    assert lead.post(edit, {"name": "Autre", "email": "ines@exemple.test", "version": "1"}).status_code == 409
    assert "Inès F." in lead.get(_url("site_detail", site)).content.decode()
    lead.post(_url("contact_remove", contact))
    assert not HostContact.objects.exists()


def test_another_contact_answers_and_letters_that_have_not_left_follow(lead, lyon, site, student, lyon_lead):
    contact, former = hosting.contact(site), site.contact_name
    factories.seat(site, of=lyon.intake)
    services.propose(student, site=site, by=lyon_lead)
    lead.post(_url("contact_answers", contact))
    site.refresh_from_db()
    assert (site.contact_name, site.contact_email) == ("Inès Fictive", "ines@exemple.test")
    assert [one.name for one in site.contacts.all()] == [former]
    assert OutgoingMessage.objects.get().to_email == "ines@exemple.test"


def test_whoever_has_no_address_does_not_answer_for_a_site(lead, site, lyon_lead):
    contact = hosting.contact(site, email="")
    page = lead.post(_url("contact_answers", contact), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert HostSite.objects.get().contact_name == site.contact_name


# -- rivals -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def rival(lyon, lyon_lead, student):
    """Another company's site, of which everything is known, seen by a lead who runs one of their own."""
    site = factories.site(
        "lyon", contact_name="Secret Contact", contact_email="secret@exemple.test", contact_phone="+33465719999"
    )
    hosting.contact(site, name="Secret Second", email="secret2@exemple.test", phone="+33465719998")
    hosting.call(site, lyon_lead, note="Secret note", next_on=clock.today())
    hosting.tutor(site, email="secret3@exemple.test", phone="+33465719997")
    factories.seat(site, of=lyon.intake)
    services.propose(student, site=site, by=lyon_lead)
    return site


SECRETS = ("Secret", "secret", "465719999", "65 71 99 9")


_OF_A_ZONE = (
    "call_list",
    "ask_choose",
    "introduction_list",
    "proposal_list",
    "zone_waiting",
    "contract_list",
    "zone_follow_up",
    "zone_report",
)


def _pages(site):
    placement = site.seats.get().placements.get()
    return [
        _url("site_detail", site),
        _url("site_edit", site),
        reverse("placements:site_list"),
        reverse("placements:site_list") + "?places=to_call",
        reverse("placements:zone_board", args=["lyon"]),
        reverse("placements:student_detail", args=[placement.enrolment_id]),
        reverse("placements:student_list"),
        reverse("placements:tutor_assign", args=[placement.pk]),
        reverse("placements:register") + "?mesure=placed",
        *(reverse(f"placements:{name}", args=["lyon"]) for name in _OF_A_ZONE),
        *(_url(name, site) for name in ("site_present", "pledge_record", "site_sheet")),
        *(_url(name, placement) for name in ("contract_ask", "visit_record")),
    ]


def _told(lead, site):
    return [url for url in _pages(site) if any(word in lead.get(url).content.decode() for word in SECRETS)]


def test_a_lead_who_runs_no_host_reads_whom_to_call(lead, rival):
    """A control: the silence below is not an empty world's."""
    assert len(_told(lead, rival)) >= 7


def test_a_lead_who_runs_a_host_reads_no_contact_and_no_note_of_a_rival(lead, rival, lyon_lead):
    hosting.run_by(lyon_lead)
    assert _told(lead, rival) == []


def test_a_rivals_contacts_calls_and_tutors_are_404(lead, rival, lyon_lead):
    own = hosting.run_by(lyon_lead)
    mine, theirs = hosting.contact(own), rival.contacts.get()
    tutor = rival.tutors.get()
    for name, thing in (
        ("site_call", rival),
        ("contact_add", rival),
        ("tutor_add", rival),
        ("contact_edit", theirs),
        ("tutor_edit", tutor),
    ):
        assert lead.get(_url(name, thing)).status_code == 404, name
    for name, thing in (("contact_remove", theirs), ("contact_answers", theirs), ("tutor_leave", tutor)):
        assert lead.post(_url(name, thing)).status_code == 404, name
    said = {"result": "reached", "note": "Vu."}
    assert lead.post(_url("site_call", rival), said).status_code == 404
    assert lead.post(_url("site_call", own), said).status_code == 302
    assert lead.get(_url("contact_edit", mine)).status_code == 200


def test_own_sites_are_marked_and_a_rivals_record_keeps_its_contact(lead, rival, lyon_lead):
    own = hosting.run_by(lyon_lead)
    page = lead.get(_url("site_detail", own))
    assert page.context["is_own"] and "Moi-même" in page.content.decode()
    listed = lead.get(reverse("placements:site_list")).context
    assert (listed["own"], listed["hidden"]) == ([own], [rival])
    said = {"name": "Plateau renommé", "zone": str(rival.zone_id), "postcode": rival.postcode, "version": "1"}
    said |= {"contact_name": "Pirate", "contact_email": "pirate@exemple.test", "siret": "73282932000074"}
    assert lead.post(_url("site_edit", rival), said).status_code == 302
    rival.refresh_from_db()
    assert (rival.name, rival.contact_name) == ("Plateau renommé", "Secret Contact")


def test_a_rival_is_one_in_the_zone_where_they_run_a_host_alone(lead, rival, lyon_lead):
    hosting.run_by(lyon_lead, "paris")
    assert _told(lead, rival)


def test_who_may_read_the_placement_of_a_rival_still_answers_for_it(lead, rival, lyon_lead):
    hosting.run_by(lyon_lead)
    placement = rival.seats.get().placements.get()
    lead.post(_url("placement_accept", placement), {"version": str(placement.version)})
    placement.refresh_from_db()
    assert placement.state == PlacementState.ACCEPTED


# -- the story and the cost -------------------------------------------------------------------------------------------


def test_the_story_of_a_site_tells_calls_tutors_and_placements(lead, rival, lyon_lead, student):
    services.add_tutor(rival, by=lyon_lead, name="Karima Fictive")
    services.record_host_call(rival, result="reached", by=lyon_lead, note="Deux places.")
    days = lead.get(_url("site_detail", rival)).context["days"]
    events = [event for day in days for event in day["entries"]]
    assert any(event.reason == "Deux places." for event in events)
    assert any(str(student) in event.text for event in events)
    assert len({event.text for event in events}) >= 3


@pytest.mark.parametrize("name", ["site_detail", "site_call"])
def test_a_page_costs_the_same_with_one_and_with_twenty_of_each(lead, site, lyon_lead, name):
    def grow(number):
        for _number in range(number):
            hosting.contact(site)
            hosting.tutor(site)
            services.record_host_call(site, result="reached", by=lyon_lead)

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert lead.get(_url(name, site)).status_code == 200
        return len(queries)

    grow(1)
    first = count()
    grow(19)
    assert count() == first <= 20

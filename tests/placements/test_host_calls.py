"""Contacts and calls: for the zone's lead on a phone; for whoever runs a rival, as if they did not exist."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnership import clock, jobs, outbox
from partnership.models import JournalEntry, OutgoingMessage, User, ref
from partnership.states import Channel
from partnership.workflow import Refused
from placements import emails, services
from placements.models import ContractFile, HostCall, HostContact, HostPledge, HostSite, Placement, ProposalRun
from placements.states import BreakCause, ContractState, HostCallResult, IntroductionState, PlacementState

from .. import factories
from . import contract_factory as contracts
from . import hosting_factory as hosting
from . import introductions_factory as introductions

pytestmark = pytest.mark.django_db
S = ContractState


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
    tutor = hosting.tutor(site, email="secret3@exemple.test", phone="+33465719997")
    factories.seat(site, of=lyon.intake)
    services.propose(student, site=site, by=lyon_lead)
    # Somebody who has begun there, with a contract to prepare; and one who is to be proposed.
    begun = factories.placement(
        factories.enrolment(lyon), factories.seat(site, of=lyon.intake), state=PlacementState.ACTIVE, by=lyon_lead
    )
    Placement.objects.filter(pk=begun.pk).update(tutor=tutor)
    contracts.contract(Placement.objects.get(pk=begun.pk), by=lyon_lead)
    factories.enrolment(lyon)
    factories.seat(site, of=lyon.intake)
    run = services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead)
    jobs.run_slice(str(run.job_id))
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


def _asked(site):
    return Placement.objects.get(seat__site=site, state=PlacementState.PROPOSED)


def _of_whoever_has_begun():
    """Pages about a student at the host and their contract; for whoever may read contacts, each names one."""
    contract = ContractFile.objects.get()
    pages = [_url(name, contract) for name in ("contract_detail", "contract_sheet_write")]
    return [*pages, _url("visit_record", contract.placement)]


def _pages(site):
    placement = _asked(site)
    begun = ContractFile.objects.get().placement
    return [
        *_of_whoever_has_begun(),
        _url("proposal_detail", ProposalRun.objects.get()),
        *(_url(name, begun) for name in ("placement_amend", "placement_break", "placement_complete")),
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
        _url("contract_ask", placement),
    ]


def _is_told(text):
    return any(word in text.replace("\u00a0", " ") for word in SECRETS)


def _told(lead, site):
    return [url for url in _pages(site) if _is_told(lead.get(url).content.decode())]


def test_a_lead_who_runs_no_host_reads_whom_to_call(lead, rival):
    """A control: the silence below is not an empty world's."""
    told = _told(lead, rival)
    assert len(told) >= 10 and set(_of_whoever_has_begun()) <= set(told)
    assert str(rival) in lead.get(_url("proposal_detail", ProposalRun.objects.get())).content.decode()


def test_a_lead_who_runs_a_host_reads_no_contact_and_no_note_of_a_rival(lead, rival, lyon_lead):
    hosting.run_by(lyon_lead)
    assert {lead.get(url).status_code for url in _pages(rival)} == {200}
    assert _told(lead, rival) == []


def test_a_rival_writes_the_sheet_down_without_the_tutors_address(lead, rival, lyon_lead):
    hosting.run_by(lyon_lead)
    contract = ContractFile.objects.get()
    url = _url("contract_sheet_write", contract)
    assert "tutor_email" not in lead.get(url).context["form"].fields
    start = contract.placement.enrolment.application.intake.starts_on
    said = {"employer_name": "Hôte (fictif)", "tutor_name": "Karima Fictive", "tutor_email": "pirate@exemple.test"}
    said |= {"starts_on": start, "ends_on": start + timedelta(days=300), "version": contract.version}
    refused = lead.post(url, said | {"employer_name": ""})
    assert refused.status_code == 422 and not _is_told(refused.content.decode())
    assert lead.post(url, said).status_code == 302
    contract.refresh_from_db()
    assert (contract.state, contract.tutor_name, contract.tutor_email) == (S.RECEIVED, "Karima Fictive", "")
    ContractFile.objects.update(tutor_email="secret4@exemple.test")
    assert not _is_told(lead.get(url).content.decode())
    contract.refresh_from_db()
    assert lead.post(url, said | {"version": contract.version}).status_code == 302
    contract.refresh_from_db()
    assert contract.tutor_email == "secret4@exemple.test"


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
    placement = _asked(rival)
    lead.post(_url("placement_accept", placement), {"version": str(placement.version)})
    placement.refresh_from_db()
    assert placement.state == PlacementState.ACCEPTED


# -- what is written to a lead ----------------------------------------------------------------------------------------


def _letters_to(reader: User, site: HostSite) -> dict[str, OutgoingMessage]:
    """Every letter that a lead may receive about a site, by its template."""
    asked, contract, today = _asked(site), ContractFile.objects.get(), clock.today()
    begun, pledge = contract.placement, HostPledge.objects.get(site=site)
    broken = Placement(pk=begun.pk, enrolment=begun.enrolment, seat=begun.seat, proposed_by=begun.proposed_by)
    broken.state, broken.break_cause, broken.ended_on = PlacementState.BROKEN, BreakCause.RESIGNATION, today
    met = introductions.introduction(to=site, by=reader, state=IntroductionState.MEETING)
    contract.file_by = contract.answered_on = today
    contract.answer_reason = "Le SIRET ne convient pas."
    with outbox.proofs() as letters:
        emails.placement_unanswered(asked, to=reader, lapses_on=today)
        emails.placement_lapsed(asked, to=reader)
        emails.host_answered(begun, to=reader)
        emails.break_told_lead(broken, to=reader, due=clock.now(), until=today)
        emails.six_months_end(broken, to=reader, ends_on=today)
        emails.contract_deadline(contract, to=reader)
        emails.contract_step_late(contract, to=reader, due=today, silence="")
        emails.contract_returned(contract, lead=reader)
        emails.introduction_answered(met, to=reader)
        emails.places_to_reconfirm(site.zone, [pledge], to=reader)
        emails.host_answered_places(pledge, to=reader, taken=1)
    return {letter.template.removeprefix("placements/"): letter for letter in letters}


_NAMES_A_CONTACT = {"placement_unanswered", "places_to_reconfirm"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_letter_gives_a_lead_the_contact_of_a_rival(rival, lyon_lead, language):
    User.objects.filter(pk=lyon_lead.pk).update(language=language)
    lyon_lead.refresh_from_db()
    told = _letters_to(lyon_lead, rival)
    assert len(told) == 11
    assert {name for name, letter in told.items() if _is_told(letter.text)} == _NAMES_A_CONTACT
    assert all("65 71 99 99" in told[name].text.replace("\u00a0", " ") for name in _NAMES_A_CONTACT)
    hosting.run_by(lyon_lead)
    for name, letter in _letters_to(lyon_lead, rival).items():
        assert not _is_told(letter.subject + letter.text + letter.html), name
        # They lead the zone all the same: the host is named, and what is due.
        assert rival.name in letter.text, name


def test_a_lead_who_runs_a_host_reads_the_contact_of_their_own(lyon, lyon_lead, student):
    own = hosting.run_by(lyon_lead)
    HostSite.objects.filter(pk=own.pk).update(contact_phone="+33465719999")
    own.refresh_from_db()
    factories.seat(own, of=lyon.intake)
    placement = services.propose(student, site=own, by=lyon_lead)
    with outbox.proofs() as letters:
        emails.placement_unanswered(placement, to=lyon_lead, lapses_on=clock.today())
        emails.places_to_reconfirm(own.zone, [HostPledge.objects.get(site=own)], to=lyon_lead)
    for letter in letters:
        assert "Moi-même" in letter.text and "65 71 99 99" in letter.text.replace("\u00a0", " ")


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

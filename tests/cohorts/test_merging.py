"""One person entered twice: read side by side, and made one with everything."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cohorts import services
from cohorts.models import Application, Candidate, Consent, Dossier, TwoPeople, kept_of_people
from cohorts.states import FOLLOW, RESUME
from cohorts.states import ApplicationState as S
from partnership import clock, links, outbox, personal_data
from partnership.models import JournalEntry, OptOut, OutgoingMessage, Tombstone, ref
from partnership.states import MessageState
from partnership.workflow import THE_CLOCK, Refused

from .. import factories
from .pairs import LEA, entered, found, twice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "promises_hold")]


# -- merging ----------------------------------------------------------------------------------------------------------


def test_files_calls_letters_links_and_choices_are_of_the_one_who_stays(recruiter):
    stays, goes = twice(phone="+33465710002", birth_month=6)
    token = links.mint(FOLLOW, ref(goes))
    outbox.post("cohorts/application_link", key="k", about=goes, to=goes.candidate, **_said(goes))
    person = services.merge(stays.candidate, goes.candidate, taken=["email"], by=recruiter)
    assert person == stays.candidate
    person = Candidate.objects.get(pk=person.pk)
    assert (person.phone, person.email, person.birth_month) == (LEA["phone"], "lea.roche@exemple.test", 5)
    assert "lea.roche" in person.search_text
    assert set(person.applications.all()) == {stays, goes}
    letter = OutgoingMessage.objects.get(key="k")
    assert (letter.to_ref, letter.to_email) == (ref(person), "lea.roche@exemple.test")
    assert links.key_of(links.find(token, FOLLOW)) == str(goes.pk)
    shell = Candidate.objects.get(pk=goes.candidate_id)
    assert (shell.merged_into, shell.merged_by, shell.first_name, shell.email) == (person, recruiter, "", "")
    assert shell.merged_at is not None
    for file, version in ((stays, stays.version), (goes, goes.version)):
        file.refresh_from_db()
        assert file.version == version + 1
        line = JournalEntry.objects.get(about=ref(file), after="merged")
        assert line.actor_ref == str(recruiter.pk)
        # What was dropped is found again in the story.
        assert line.reason == f"+33465710002, lea@exemple.test, 06/{person.birth_year}"


def _said(file):
    return {
        "is_draft": False,
        "contact": "",
        "contact_phone": "",
        "programme": "",
        "zone": "",
        "provider": "",
        "reference": "",
    }


def test_what_one_of_them_lacks_comes_from_the_other(recruiter):
    stays = entered(email="", last_name="", birth_year=None, birth_month=None, postcode="", commune=None)
    goes = entered(state=S.WITHDRAWN)
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    person = Candidate.objects.get(pk=stays.candidate_id)
    assert (person.last_name, person.email, person.birth_month, person.commune) == (
        "Roche",
        LEA["email"],
        5,
        factories.commune(),
    )
    assert JournalEntry.objects.get(about=ref(stays), after="merged").reason == ""


def test_a_letter_that_has_left_keeps_its_address_and_one_that_has_not_goes_to_the_one_that_is_kept(recruiter):
    stays, goes = twice()
    for key in ("left", "waits"):
        outbox.post("cohorts/application_link", key=key, about=goes, to=goes.candidate, **_said(goes))
    OutgoingMessage.objects.filter(key="left").update(state=MessageState.SENT, sent_at=clock.now())
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    addresses = dict(OutgoingMessage.objects.values_list("key", "to_email"))
    assert addresses == {"left": "lea.roche@exemple.test", "waits": LEA["email"]}
    assert set(OutgoingMessage.objects.values_list("to_ref", flat=True)) == {ref(stays.candidate)}


def test_whoever_wanted_no_more_letters_under_either_record_wants_none(recruiter):
    stays, goes = twice()
    for file, kind in ((stays, "drafts"), (goes, "drafts"), (goes, "warmth")):
        OptOut.objects.create(person=ref(file.candidate), kind=kind)
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    assert sorted(OptOut.objects.values_list("person", "kind")) == [
        (ref(stays.candidate), "drafts"),
        (ref(stays.candidate), "warmth"),
    ]


def test_old_links_open_the_file_they_opened(recruiter, client):
    stays, goes = twice()
    goes_link = reverse("placements:application_follow", args=[links.mint(FOLLOW, ref(goes))])
    draft = factories.application(
        factories.cohort("lyon", of=_later()), state=S.DRAFT, of=goes.candidate, submit_key=uuid4()
    )
    resume = reverse("cohorts:application_resume", args=[links.mint(RESUME, ref(draft))])
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    assert client.get(goes_link).status_code == 200
    assert client.get(resume, follow=True).status_code == 200
    draft.refresh_from_db()
    assert draft.candidate == stays.candidate


def _later():
    return factories.intake(starts_on=clock.today() + timedelta(days=400))


@pytest.mark.parametrize(
    ("of_stays", "of_goes", "holds"),
    [
        # (given, withdrawn) in days ago; what is in force afterwards was given so many days ago
        ((9, None), (5, None), 5),
        ((5, None), (9, None), 5),
        ((9, None), (8, 3), None),
        ((8, 3), (9, None), None),
        ((9, 8), (5, None), 5),
        ((9, 8), (7, 6), None),
        (None, (5, None), 5),
    ],
)
def test_of_two_consents_to_one_purpose_the_later_deed_holds(recruiter, of_stays, of_goes, holds):
    stays, goes = twice()
    now = clock.now()
    for file, said in ((stays, of_stays), (goes, of_goes)):
        if said:
            given, withdrawn = (now - timedelta(days=days) if days else None for days in said)
            Consent.objects.create(
                candidate=file.candidate,
                purpose="talent_pool",
                text_version="1",
                given_at=given,
                withdrawn_at=withdrawn,
            )
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    in_force = [(now - one.given_at).days for one in Consent.objects.filter(withdrawn_at=None)]
    assert in_force == ([holds] if holds else [])
    assert set(Consent.objects.values_list("candidate", flat=True)) <= {stays.candidate_id}


@pytest.mark.parametrize("of_stays", [True, False])
def test_the_dossier_goes_along_and_of_two_that_of_the_one_who_stays_is_completed(recruiter, of_stays):
    stays, goes = twice()
    said = {"saved_at": clock.now(), "born_on": clock.today() - timedelta(days=17 * 365), "postcode": "69100"}
    if of_stays:
        Dossier.objects.create(candidate=stays.candidate, street="1 rue du Test", town="Lyon", **said)
    Dossier.objects.create(
        candidate=goes.candidate, street="2 rue du Test", town="Lyon", guardian_name="Mère Fictive", **said
    )
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    dossier = Dossier.objects.get()
    street = "1 rue du Test" if of_stays else "2 rue du Test"
    assert (dossier.candidate, dossier.street, dossier.guardian_name) == (stays.candidate, street, "Mère Fictive")


def test_two_files_under_way_for_one_intake_are_refused_and_nothing_is_changed(recruiter):
    stays, goes = entered(), entered(state=S.ENQUIRY)
    with pytest.raises(Refused, match=f"{stays}.*{goes}|{goes}.*{stays}"):
        services.merge(stays.candidate, goes.candidate, by=recruiter)
    assert Candidate.objects.filter(merged_into=None).count() == 2
    services.withdraw(goes, reason="job", by=recruiter)
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    assert stays.candidate.applications.count() == 2


def test_files_under_way_for_two_intakes_are_one_persons(recruiter):
    stays, goes = entered(), entered(of=_later())
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    assert stays.candidate.applications.live().count() == 2


def test_a_postponed_file_stays_with_the_one_it_continues(recruiter):
    stays, goes = entered(state=S.REJECTED), entered()
    following = services.postpone(goes, cohort=factories.cohort("lyon", of=_later()), by=recruiter)
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    following.refresh_from_db()
    assert following.candidate == following.continues.candidate == stays.candidate


def test_three_records_of_one_person_become_one_whatever_the_order(recruiter):
    first, second, third = entered(), entered(state=S.REJECTED), entered(state=S.WITHDRAWN)
    services.merge(second.candidate, first.candidate, by=recruiter)
    services.merge(third.candidate, second.candidate, by=recruiter)
    # The first one leads to the third: nobody has to follow two records.
    merged = Candidate.objects.exclude(merged_into=None).values_list("merged_into", flat=True)
    assert list(merged) == [third.candidate_id] * 2
    assert third.candidate.applications.count() == 3


@pytest.mark.parametrize("deed", ["merged", "erased", "the same"])
def test_whoever_is_no_longer_there_is_not_merged(recruiter, deed):
    stays, goes = twice()
    if deed == "merged":
        services.merge(entered(state=S.REJECTED).candidate, goes.candidate, by=recruiter)
    elif deed == "erased":
        personal_data.erase(ref(goes.candidate), by=THE_CLOCK)
    with pytest.raises(Refused):
        services.merge(stays.candidate, stays.candidate if deed == "the same" else goes.candidate, by=recruiter)


def test_what_has_changed_since_it_was_shown_is_not_merged(recruiter):
    stays, goes = twice()
    shown = services.as_shown(stays.candidate, goes.candidate, [stays, goes])
    Candidate.objects.filter(pk=goes.candidate_id).update(phone="+33465710077")
    with pytest.raises(Refused):
        services.merge(stays.candidate, goes.candidate, shown=shown, by=recruiter)
    goes.candidate.refresh_from_db()
    shown = services.as_shown(stays.candidate, goes.candidate, [goes, stays])
    services.merge(stays.candidate, goes.candidate, shown=shown, by=recruiter)


def test_the_database_gives_nothing_to_a_record_that_was_merged_and_never_opens_it_again(recruiter):
    stays, goes = twice()
    stale = Candidate.objects.get(pk=goes.candidate_id)
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    # A page that was open before: what it gives goes to whoever the record leads to.
    late = factories.application(factories.cohort("lyon", of=_later()), of=stale)
    consent = Consent.objects.create(candidate=stale, purpose="sms", text_version="1", given_at=clock.now())
    for thing in (late, consent):
        thing.refresh_from_db()
        assert thing.candidate == stays.candidate
    with pytest.raises(IntegrityError, match="merged into another"), transaction.atomic():
        stale.save()


def test_every_table_that_names_an_applicant_is_known_to_a_merge():
    """Whoever adds one sees here that a merge gives it to whoever stays, and says in a test of theirs that it does."""
    known = {(one.related_model._meta.label, one.field.name) for one in kept_of_people()}
    assert known == {
        ("cohorts.Application", "candidate"),
        ("cohorts.Candidate", "merged_into"),
        ("cohorts.Consent", "candidate"),
        ("cohorts.Dossier", "candidate"),
        ("cohorts.TwoPeople", "one"),
        ("cohorts.TwoPeople", "other"),
    }


# -- the person's own data --------------------------------------------------------------------------------------------


def test_a_person_is_told_and_erased_by_either_reference_and_leaves_both_tombstones(recruiter):
    stays, goes = twice()
    services.tell_apart(stays.candidate, entered(first_name="Leo").candidate, by=recruiter)
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    subjects = [ref(stays.candidate), ref(goes.candidate)]
    held = [personal_data.collect(subject) for subject in subjects]
    assert held[0] == held[1]
    assert (len(held[0]["applications"]), len(held[0]["identity"])) == (2, 1)
    Application.objects.filter(pk=stays.pk).update(state=S.REJECTED, exit_reason="profile", left_from=S.SUBMITTED)
    personal_data.erase(subjects[1], by=THE_CLOCK)
    person = Candidate.objects.get(pk=stays.candidate_id)
    assert (person.first_name, person.phone) == ("", "") and person.erased_at
    # An older backup knows two people: both are erased again.
    assert set(Tombstone.objects.values_list("subject", flat=True)) == set(subjects)
    assert not TwoPeople.objects.exists()
    assert not JournalEntry.objects.filter(about=ref(goes), after="merged").exclude(reason="").exists()


# -- pages ------------------------------------------------------------------------------------------------------------


def address(stays, goes, name="candidate_merge"):
    return reverse(f"cohorts:{name}", args=[stays.candidate_id, goes.candidate_id])


def shown_on(page) -> str:
    return page.context["form"]["shown"].value()


def test_both_are_read_side_by_side_then_made_one_by_one_button(recruiter, client_of):
    stays, goes = twice(first_name="Lea")
    client = client_of(recruiter)
    page = client.get(address(stays, goes))
    text = page.content.decode()
    assert "Léa Roche et Lea Roche sont peut-être une seule personne" in text
    assert stays.reference in text and goes.reference in text
    answer = client.post(
        address(stays, goes), {"shown": shown_on(page), "first_name": "stays", "email": "goes"}, follow=True
    )
    assert answer.redirect_chain[-1][0] == reverse("cohorts:application_detail", args=[stays.pk])
    assert "Léa Roche est désormais une seule personne" in answer.content.decode()
    stays.candidate.refresh_from_db()
    assert (stays.candidate.first_name, stays.candidate.email) == ("Léa", "lea.roche@exemple.test")


def test_a_choice_left_out_comes_back_with_the_others_kept(recruiter, client_of):
    stays, goes = twice(first_name="Lea")
    client = client_of(recruiter)
    page = client.post(address(stays, goes), {"shown": "x", "email": "goes"})
    assert page.status_code == 422
    assert "Choisissez l’une des deux." in page.content.decode()
    assert page.context["form"]["email"].value() == "goes"
    assert Candidate.objects.filter(merged_into=None).count() == 2


def test_what_a_colleague_changed_meanwhile_is_shown_before_anything_is_merged(recruiter, client_of):
    stays, goes = twice()
    client = client_of(recruiter)
    shown = shown_on(client.get(address(stays, goes)))
    Candidate.objects.filter(pk=goes.candidate_id).update(phone="+33465710077")
    said = {"email": "goes", "phone": "goes", "shown": shown}
    page = client.post(address(stays, goes), said)
    assert page.status_code == 409
    assert page.context["form"]["email"].value() == "goes"
    assert client.post(address(stays, goes), said | {"shown": shown_on(page)}).status_code == 302
    stays.candidate.refresh_from_db()
    assert stays.candidate.phone == "+33465710077"


def test_two_live_files_are_named_with_a_way_out_and_no_button(recruiter, client_of):
    stays, goes = entered(), entered(state=S.ENQUIRY)
    page = client_of(recruiter).get(address(stays, goes)).content.decode()
    assert "dossier en cours pour la même rentrée" in page
    assert page.count(reverse("cohorts:application_detail", args=[goes.pk])) >= 2
    assert "En faire une seule personne" not in page


def test_a_page_of_records_that_are_one_already_leads_to_the_person(recruiter, client_of):
    stays, goes = twice()
    third = entered(state=S.WITHDRAWN)
    services.merge(stays.candidate, goes.candidate, by=recruiter)
    client = client_of(recruiter)
    assert client.get(address(goes, stays)).url in {
        reverse("cohorts:application_detail", args=[file.pk]) for file in (stays, goes)
    }
    assert client.get(address(goes, third)).url == address(stays, third)


def test_they_are_two_people_says_one_button(recruiter, client_of):
    one, other = twice()
    answer = client_of(recruiter).post(address(one, other, "candidate_tell_apart"), follow=True)
    assert "ne vous sera plus posée" in answer.content.decode()
    assert found(recruiter) == []


def test_whoever_does_not_see_every_file_of_both_is_told_nothing(lyon_recruiter, lyon_lead, client_of):
    here, there = entered(), entered(zone="paris", of=factories.intake(), state=S.REJECTED)
    client = client_of(lyon_recruiter)
    for name in ("candidate_merge", "candidate_tell_apart"):
        assert client.post(address(here, there, name)).status_code == 404
    assert client.get(address(here, here)).status_code == 404
    assert client_of(lyon_lead).get(reverse("cohorts:duplicate_list")).status_code == 403


def test_the_page_costs_the_same_whatever_both_have_lived(recruiter, client_of, django_assert_max_num_queries):
    stays, goes = twice()
    client = client_of(recruiter)
    client.get(address(stays, goes))
    with django_assert_max_num_queries(16) as short:
        client.get(address(stays, goes))
    for place in range(20):
        state = S.REJECTED
        more = factories.application(factories.cohort("lyon", of=_later()), state=state, of=goes.candidate)
        factories.booking(factories.slot(more.cohort, kind="tests", days=3 + place), more)
        outbox.post("cohorts/application_link", key=str(place), about=more, to=more.candidate, **_said(more))
    with django_assert_max_num_queries(16) as long:
        client.get(address(stays, goes))
    assert len(short) == len(long)

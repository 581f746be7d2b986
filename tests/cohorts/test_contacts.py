"""New contacts: a first name and a telephone are enough, and nobody is entered twice without being asked."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Application, Candidate
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.outbox import LINK_MARK
from partnership.states import Role
from partnership.workflow import Refused

from .. import factories

pytestmark = pytest.mark.django_db
MONDAY = clock.now().replace(2027, 6, 14, 10, 0, 0, 0)
IDENTITY = {"first_name": "Basma", "phone": "+33465718803"}


@pytest.fixture(autouse=True)
def monday():
    with clock.travel(MONDAY):
        yield


@pytest.fixture
def cohort():
    return factories.cohort()


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def _address(name="contact_add", *arguments):
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=arguments)


def _said(cohort, owner, **changes):
    said = {"first_name": "Basma", "phone": "04 65 71 88 03", "cohort": cohort.pk, "owner": owner.pk}
    return said | changes


# -- the service ------------------------------------------------------------------------------------------------------


def test_a_first_name_and_a_telephone_make_a_contact(cohort, recruiter):
    enquiry = services.add_contact(cohort, identity=IDENTITY, owner=recruiter, by=recruiter, note="Vue au forum.")
    assert (enquiry.state, enquiry.owner, enquiry.state_since) == (S.ENQUIRY, recruiter, MONDAY)
    assert (enquiry.candidate.first_name, enquiry.candidate.last_name) == ("Basma", "")
    line = JournalEntry.objects.get(subject=ref(enquiry))
    assert (line.after, line.reason, line.actor_ref) == (S.ENQUIRY, "Vue au forum.", str(recruiter.pk))
    assert not OutgoingMessage.objects.exists()


def test_a_colleague_who_is_to_follow_the_contact_is_told_once(cohort, recruiter, lyon_recruiter):
    enquiry = services.add_contact(cohort, identity=IDENTITY, owner=lyon_recruiter, by=recruiter)
    letter = OutgoingMessage.objects.get()
    assert (letter.template, letter.to_email, letter.about) == (
        "cohorts/file_entrusted",
        lyon_recruiter.email,
        ref(enquiry),
    )
    assert "Claire Devaux vous confie le dossier de Basma" in letter.text
    assert f"/fr/recrutement/candidatures/{enquiry.pk}/" in letter.text and LINK_MARK not in letter.text
    assert "04\xa065\xa071\xa088\xa003" in letter.text


def test_the_letter_to_a_colleague_speaks_their_language_and_waits_for_the_morning(cohort, recruiter):
    english = factories.user(Role.RECRUITER, language="en")
    with clock.travel(MONDAY.replace(hour=22)):
        services.add_contact(cohort, identity=IDENTITY, owner=english, by=recruiter)
    letter = OutgoingMessage.objects.get()
    assert "Claire Devaux entrusts you with the file of Basma" in letter.text
    assert letter.due_at == MONDAY.replace(day=15, hour=8, minute=30)


def test_whoever_does_not_recruit_there_follows_nothing(cohort, recruiter, lyon_recruiter, author):
    for owner, where in ((author, cohort), (lyon_recruiter, factories.cohort("paris"))):
        with pytest.raises(Refused, match="ne recrute pas"):
            services.add_contact(where, identity=IDENTITY, owner=owner, by=recruiter)
    assert not Application.objects.exists()


@pytest.mark.parametrize("last_name", ["", "Fictive"])
def test_the_same_person_has_one_live_application_an_intake(cohort, recruiter, last_name):
    known = factories.candidate(first_name="Basma", last_name="Fictive", phone=IDENTITY["phone"])
    factories.application(factories.cohort("paris"), of=known)
    with pytest.raises(Refused, match="déjà une autre candidature"):
        services.add_contact(cohort, identity=IDENTITY | {"last_name": last_name}, owner=recruiter, by=recruiter)
    assert Candidate.objects.count() == 1


def test_twins_share_a_telephone_and_have_a_file_each(cohort, recruiter):
    services.add_contact(cohort, identity=IDENTITY, owner=recruiter, by=recruiter)
    services.add_contact(cohort, identity=IDENTITY | {"first_name": "Yanis"}, owner=recruiter, by=recruiter)
    assert Application.objects.filter(state=S.ENQUIRY).count() == 2


def test_a_contact_who_applies_on_the_web_completes_the_enquiry_and_tells_their_name(cohort, recruiter):
    enquiry = services.add_contact(cohort, identity=IDENTITY, owner=recruiter, by=recruiter)
    services.record_call(enquiry, result="reached", by=recruiter)
    identity = IDENTITY | {"last_name": "Fictive", "email": "basma@exemple.test", "birth_year": 2008, "birth_month": 5}
    identity |= {"postcode": "69100", "commune": factories.commune()}
    draft = services.begin(cohort, submit_key=uuid.uuid4(), identity=identity, language="fr")
    services.submit(draft, consents=[], notice_version="1")
    enquiry.refresh_from_db()
    assert (enquiry.state, enquiry.owner, enquiry.next_at) == (S.SUBMITTED, recruiter, None)
    assert str(enquiry.candidate) == "Basma Fictive"
    assert Application.objects.live().count() == 1


# -- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_opens_on_oneself_and_on_the_first_open_course(client, recruiter, lyon_recruiter):
    later = factories.cohort("paris", applications_from=clock.today() + timedelta(days=1))
    opened = factories.cohort("lyon")
    form = client.get(_address()).context["form"]
    assert (form["owner"].value(), form["cohort"].value()) == (recruiter.pk, opened.pk)
    assert [pk for pk, _ in form.fields["cohort"].choices] == [str(opened.pk), str(later.pk)]


def test_without_an_intake_ahead_the_page_says_so(client):
    assert "No course is ahead" in client.get(_address()).content.decode()


def test_a_contact_leads_to_their_first_call(client, recruiter, cohort):
    answer = client.post(_address(), _said(cohort, recruiter, source="fair", note="Stand de\nVillefranche"))
    enquiry = Application.objects.get()
    assert answer.url == _address("application_detail", enquiry.pk) + "#appel"
    assert (enquiry.candidate.phone, enquiry.source) == ("+33465718803", "fair")
    assert "Stand de<br>Villefranche" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"first_name": ""}, "id_first_name"),
        ({"first_name": "42"}, "id_first_name"),
        ({"phone": ""}, "id_phone"),
        ({"phone": "12"}, "id_phone"),
        ({"email": "basma@"}, "id_email"),
        ({"cohort": "0"}, "id_cohort"),
        ({"owner": "0"}, "id_owner"),
        ({"note": "x" * 501}, "id_note"),
    ],
)
def test_a_form_that_says_too_little_comes_back(client, recruiter, cohort, changes, anchor):
    answer = client.post(_address(), _said(cohort, recruiter) | changes)
    body = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{anchor}"' in body and f'id="{anchor}"' in body and "<title>Error:" in body
    assert not Application.objects.exists()


def test_an_address_alone_is_enough(client, recruiter, cohort):
    answer = client.post(_address(), _said(cohort, recruiter, phone="", email="basma@exemple.test"))
    assert answer.status_code == 302


def test_whoever_has_the_same_telephone_is_offered_before_anything_is_created(client, recruiter, cohort):
    known = factories.application(cohort, of=factories.candidate(first_name="Amina", phone="+33465718803"))
    answer = client.post(_address(), _said(cohort, recruiter))
    body = answer.content.decode()
    assert answer.status_code == 200 and "is known already" in body
    assert _address("application_detail", known.pk) in body
    assert Application.objects.count() == 1
    answer = client.post(_address(), _said(cohort, recruiter, anyway="1"))
    assert answer.status_code == 302 and Application.objects.filter(state=S.ENQUIRY).count() == 1


def test_whoever_came_last_year_is_the_same_person_again(client, recruiter, cohort):
    last_year = factories.application(
        factories.cohort(of=factories.intake(starts_on=clock.today() - timedelta(days=300))),
        state=S.REJECTED,
        of=factories.candidate(first_name="Basma", last_name="Fictive", phone="+33465718803"),
        decided_by=recruiter,
    )
    body = client.post(_address(), _said(cohort, recruiter)).content.decode()
    assert f'name="person" value="{last_year.candidate_id}"' in body
    said = _said(cohort, recruiter, first_name="", phone="", person=last_year.candidate_id)
    assert client.post(_address(), said).status_code == 302
    enquiry = Application.objects.get(state=S.ENQUIRY)
    assert enquiry.candidate_id == last_year.candidate_id


def test_a_person_with_a_live_file_is_not_offered_another_nor_given_one(client, recruiter, cohort):
    live = factories.application(cohort, of=factories.candidate(first_name="Basma", phone="+33465718803"))
    body = client.post(_address(), _said(cohort, recruiter)).content.decode()
    assert 'name="person"' not in body
    answer = client.post(_address(), _said(cohort, recruiter, person=live.candidate_id))
    assert answer.status_code == 422 and "already has another application" in answer.content.decode()


# -- who is known already ---------------------------------------------------------------------------------------------


def _known(client, **typed):
    answer = client.post(_address(), typed, headers={"X-Part": "1"})
    assert answer.status_code == 200 and "<html" not in answer.content.decode()
    return [str(one["known"].person) for one in answer.context["found"]]


@pytest.mark.parametrize(
    "typed",
    [
        {"first_name": "Élo"},
        {"first_name": "elo", "last_name": "fic"},
        {"last_name": "FICTIVE"},
        {"phone": "04 65 71 88"},
        {"phone": "+33 4 65 71 88 03"},
        {"phone": "0033465718803"},
        {"email": "eloise@"},
    ],
)
def test_somebody_is_found_by_a_part_of_what_is_typed(client, cohort, typed):
    known = factories.candidate(
        first_name="Éloïse", last_name="Fictive", phone="+33465718803", email="Eloise@exemple.test"
    )
    factories.application(cohort, of=known)
    factories.application(cohort, of=factories.candidate(first_name="Noé", last_name="Autre", phone="+33100000000"))
    assert _known(client, **typed) == ["Éloïse Fictive"]


@pytest.mark.parametrize("typed", [{}, {"first_name": "El"}, {"phone": "0465"}, {"first_name": "\x07"}, {"email": "@"}])
def test_too_little_finds_nobody(client, cohort, typed):
    factories.application(cohort, of=factories.candidate(first_name="Éloïse", phone="+33465718803"))
    assert _known(client, **typed) == []


def test_the_same_telephone_comes_first_and_is_marked(client, cohort):
    factories.application(cohort, of=factories.candidate(first_name="Noé", last_name="A", phone="+33465718803"))
    factories.application(cohort, of=factories.candidate(first_name="Noé", last_name="B", phone="+33465710000"))
    answer = client.post(_address(), {"first_name": "Noé", "phone": "04 65 71 88 03"}, headers={"X-Part": "1"})
    assert [(str(one["known"].person), one["known"].same) for one in answer.context["found"]] == [
        ("Noé A", True),
        ("Noé B", False),
    ]


def test_nobody_of_another_zone_is_shown_or_taken(lyon_recruiter, client_of, cohort):
    client = client_of(lyon_recruiter)
    other = factories.application(factories.cohort("paris"), of=factories.candidate(first_name="Éloïse"))
    assert _known(client, first_name="Éloïse") == []
    said = _said(cohort, lyon_recruiter, person=other.candidate_id)
    assert client.post(_address(), said).status_code == 404
    assert client.post(_address(), _said(cohort, lyon_recruiter, person="moi")).status_code == 404
    paris = _said(other.cohort, lyon_recruiter)
    assert client.post(_address(), paris).status_code == 422


def test_without_a_script_a_button_searches_and_keeps_what_was_typed(client, recruiter, cohort):
    factories.application(cohort, of=factories.candidate(first_name="Éloïse", last_name="Fictive"))
    answer = client.post(_address(), _said(cohort, recruiter, first_name="Éloïse", note="Au forum", search="1"))
    body = answer.content.decode()
    assert answer.status_code == 200 and "Éloïse Fictive" in body and "Au forum" in body
    assert Application.objects.count() == 1


def test_the_search_costs_the_same_with_one_person_and_with_thirty(client, cohort, django_assert_max_num_queries):
    factories.application(cohort, of=factories.candidate(first_name="Éloïse"))
    with django_assert_max_num_queries(9) as few:
        _known(client, first_name="Éloïse")
    for _ in range(30):
        factories.application(cohort, of=factories.candidate(first_name="Éloïse"))
    with django_assert_max_num_queries(9) as many:
        assert len(_known(client, first_name="Éloïse")) == 8
    assert len(few) == len(many)

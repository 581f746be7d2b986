"""The call script: what is missing is asked in order, kept as it is heard, and handed in once all is said."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Application, Candidate, Consent
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.personal_data import NOTICE_VERSION
from partnership.states import Channel
from partnership.workflow import Refused, Stale

from .. import factories

pytestmark = pytest.mark.django_db
PERSON = {
    "last_name": "Vasseur-Fictif",
    "email": "chloe.v@exemple.test",
    "birth_month": "5",
    "birth_year": str(clock.today().year - 20),
    "postcode": "69100",
}
PLAN = {"level": "4", "languages": "français, italien", "availability": ["evenings"], "has_employer": "no"}
PLAN |= {"diploma_month": "7", "diploma_year": str(clock.today().year)}


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


@pytest.fixture
def contact(recruiter):
    """A first name and a telephone: nothing else is known."""
    factories.commune()
    person = Candidate.objects.create(first_name="Chloé", phone="+33465712036")
    blank = {"level": "", "languages": "", "has_employer": None, "source": ""}
    return factories.application(of=person, state=S.ENQUIRY, owner=recruiter, **blank)


def _address(file):
    with translation.override("en"):
        return reverse("cohorts:call_script", args=[file.pk])


def _page(client, file):
    return client.get(_address(file))


def _say(client, file, step, said, **more):
    version = Application.objects.get(pk=file.pk).version
    return client.post(_address(file), {"step": step, "version": version, **said, **more})


def _again(file):
    return Application.objects.select_related("candidate__commune").get(pk=file.pk)


# -- what is asked ----------------------------------------------------------------------------------------------------


def test_only_what_is_missing_is_asked_in_the_order_one_says_it(client, contact):
    page = _page(client, contact)
    assert list(page.context["steps"]) == ["qui", "projet", "origine", "donnees"]
    assert "<h1>11 questions left for Chloé.</h1>" in page.content.decode()
    body = page.content.decode()
    assert "Hello Chloé, this is Claire Devaux" in body and "You had asked us about it." in body
    assert body.index('id="bonjour"') < body.index('id="qui"') < body.index('id="projet"') < body.index('id="appel"')
    full = factories.application(languages="français", supported_by="Une conseillère", availability=["evenings"])
    Application.objects.filter(pk=full.pk).update(diploma_on=clock.today(), notice_version=NOTICE_VERSION)
    page = _page(client, full)
    assert list(page.context["steps"]) == []
    assert "Everything is known: fix what comes next" in page.content.decode()


def test_a_course_without_hosts_asks_nothing_about_evenings(client, contact):
    programme = contact.intake.programme
    programme.kind = "school_certificate"
    programme.save()
    assert "availability" not in _page(client, contact).context["steps"]["projet"].fields


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_each_step_is_kept_as_it_is_heard_by_telephone_and_by_whom(client, contact, recruiter):
    answer = _say(client, contact, "qui", PERSON)
    assert answer.status_code == 302 and answer.url.endswith("#projet")
    person = _again(contact).candidate
    assert (str(person), person.email, person.birth_month) == ("Chloé Vasseur-Fictif", "chloe.v@exemple.test", 5)
    assert person.commune == factories.commune() and person.search_text.startswith("chloe vasseur fictif")
    _say(client, contact, "projet", PLAN)
    file = _again(contact)
    assert (file.level, file.languages, file.has_employer) == ("4", "français, italien", False)
    assert (file.availability, file.diploma_on.month) == (["evenings"], 7)
    lines = JournalEntry.objects.filter(subject=ref(contact), after="heard")
    assert {(line.channel, line.actor_ref) for line in lines} == {(Channel.PHONE, str(recruiter.pk))}
    with translation.override("en"):
        page = client.get(reverse("cohorts:application_detail", args=[contact.pk]))
    entries = [entry for day in page.context["days"] for entry in day["entries"] if entry["after"] == "Answers heard"]
    project, person = (entry["reason"] for entry in entries)
    assert "languages spoken" in project and "last name" in person


def test_a_half_said_step_keeps_its_half_and_takes_nothing_away(client, contact):
    _say(client, contact, "qui", {"last_name": "Fictive"})
    assert _again(contact).candidate.last_name == "Fictive"
    assert set(_page(client, contact).context["steps"]["qui"].fields) == {
        "email",
        "birth_month",
        "birth_year",
        "postcode",
        "commune",
    }
    assert _say(client, contact, "qui", {}).status_code == 302
    assert _again(contact).candidate.last_name == "Fictive"


@pytest.mark.parametrize(
    ("step", "said", "field"),
    [
        ("qui", {"email": "chloe.v"}, "email"),
        ("qui", {"postcode": "691"}, "postcode"),
        ("qui", {"birth_year": "2200"}, "birth_year"),
        ("projet", {"diploma_month": "7"}, "diploma_year"),
        ("projet", {"level": "12"}, "level"),
        ("donnees", {"sms": "on"}, "told"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(client, contact, step, said, field):
    answer = _say(client, contact, step, {"last_name": "Fictive", "languages": "français"} | said)
    form = answer.context["form"]
    assert answer.status_code == 422 and list(form.errors) == [field]
    assert _again(contact).version == contact.version
    if step == "qui":
        assert 'value="Fictive"' in answer.content.decode()


def test_a_postcode_of_several_communes_asks_which(client, contact):
    first = factories.commune()
    other = type(first).objects.create(insee_code="69999", name="Ailleurs", department="69", postcodes=["69100"])
    answer = _say(client, contact, "qui", {"postcode": "69100"})
    assert answer.status_code == 200 and "ask which" in answer.content.decode()
    _say(client, contact, "qui", {"postcode": "69100", "commune": "69999", "communes_of": "69100"})
    assert _again(contact).candidate.commune == other


def test_a_file_that_has_moved_shows_what_was_typed_and_keeps_nothing(client, contact):
    answer = client.post(_address(contact), {"step": "qui", "version": "99", "last_name": "Fictive"})
    assert answer.status_code == 409 and 'value="Fictive"' in answer.content.decode()
    assert _again(contact).candidate.last_name == ""


def test_an_unknown_step_is_nowhere_and_a_known_answer_is_not_asked_again(client, contact):
    for step in ("", "autre"):
        assert _say(client, contact, step, {}).status_code == 404
    Application.objects.filter(pk=contact.pk).update(source="fair", supported_by="Une conseillère")
    assert _say(client, contact, "origine", {"source": "web"}).status_code == 409
    assert _again(contact).source == "fair"


def test_a_closed_file_has_no_script(client, recruiter):
    closed = factories.application(state=S.REJECTED, decided_by=recruiter)
    assert _page(client, closed).status_code == 302
    for deed in (
        lambda: services.hear(closed, answers={"level": "4"}, by=recruiter),
        lambda: services.tell_notice(closed, consents=[], notice_version=NOTICE_VERSION, by=recruiter),
        lambda: services.submit_by_telephone(closed, by=recruiter),
    ):
        with pytest.raises(Refused):
            deed()


# -- the notice, and handing in ---------------------------------------------------------------------------------------


def test_the_notice_and_each_consent_are_kept_as_said_on_the_telephone(client, contact):
    _say(client, contact, "donnees", {"told": "on", "sms": "on"})
    assert _again(contact).notice_version == NOTICE_VERSION
    consent = Consent.objects.get()
    assert (consent.purpose, consent.text_version, consent.withdrawn_at) == ("sms", NOTICE_VERSION, None)
    lines = JournalEntry.objects.filter(subject=ref(contact), channel=Channel.PHONE)
    assert {(line.after, line.reason) for line in lines} == {("notice_told", NOTICE_VERSION), ("consent_given", "sms")}
    assert "donnees" not in _page(client, contact).context["steps"]


def test_an_application_is_handed_in_once_all_is_said_and_its_receipt_leaves(client, contact, recruiter):
    for step, said in (("deposer", {}), ("qui", PERSON), ("projet", PLAN), ("deposer", {})):
        _say(client, contact, step, said)
        assert _again(contact).state == S.ENQUIRY
    assert not _page(client, contact).context["may_hand_in"]
    _say(client, contact, "donnees", {"told": "on"})
    assert _page(client, contact).context["may_hand_in"]
    assert _say(client, contact, "deposer", {}).url.endswith("#suite")
    file = _again(contact)
    assert file.state == S.SUBMITTED and file.submitted_at is not None and file.owner == recruiter
    line = JournalEntry.objects.get(subject=ref(contact), after=S.SUBMITTED)
    assert (line.channel, line.actor_ref) == (Channel.PHONE, str(recruiter.pk))
    letter = OutgoingMessage.objects.get(template="cohorts/application_received")
    assert letter.to_email == "chloe.v@exemple.test"
    _say(client, contact, "deposer", {})
    assert OutgoingMessage.objects.filter(template="cohorts/application_received").count() == 1


def test_in_a_zone_that_is_closed_nothing_is_handed_in(contact, recruiter):
    services.hear(contact, answers={"last_name": "Fictive", "birth_month": 5, "birth_year": 2007}, by=recruiter)
    services.hear(contact, answers={"postcode": "69100", "commune": factories.commune()}, by=recruiter)
    services.hear(contact, answers={"level": "4", "languages": "français", "has_employer": True}, by=recruiter)
    services.tell_notice(contact, consents=[], notice_version=NOTICE_VERSION, by=recruiter)
    contact.cohort.applications_until = clock.today() - timedelta(days=1)
    contact.cohort.save()
    with pytest.raises(Refused, match="closes|fermées"):
        services.submit_by_telephone(contact, by=recruiter)


def test_of_two_who_hear_at_once_the_second_is_told(contact, recruiter):
    version = contact.version
    services.hear(Application.objects.get(pk=contact.pk), answers={"level": "4"}, by=recruiter, version=version)
    with pytest.raises(Stale):
        services.hear(Application.objects.get(pk=contact.pk), answers={"level": "5"}, by=recruiter, version=version)
    assert _again(contact).level == "4"


def test_the_file_leads_to_its_script_and_the_script_ends_with_the_result(client, contact):
    with translation.override("en"):
        file = client.get(reverse("cohorts:application_detail", args=[contact.pk])).content.decode()
    assert f'href="{_address(contact)}"' in file
    body = _page(client, contact).content.decode()
    assert 'name="call-result"' in body and f'href="tel:{contact.candidate.phone}"' in body


def test_the_script_costs_the_same_statements_whatever_is_known(client, contact, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        _page(client, contact)

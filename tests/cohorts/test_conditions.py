"""A place offered on conditions: chosen when admitting, told, ticked one by one or together, not met in the end."""

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Application, Condition
from cohorts.states import ApplicationState as S
from partnership import links
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.workflow import Refused

from .. import factories

pytestmark = pytest.mark.django_db


def address(name: str, *args) -> str:
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


def offered(cohort=None, *kinds: str, state=S.ADMITTED, **fields) -> Application:
    application = factories.application(cohort, state=state, **fields)
    for kind in kinds or ("bac",):
        Condition.objects.create(application=application, kind=kind, text="Permis B" if kind == "other" else "")
    return application


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


# -- chosen with the offer --------------------------------------------------------------------------------------------


def test_a_place_is_offered_on_conditions_and_the_letter_names_them(recruiter):
    application = factories.application(state=S.INTERVIEWED)
    services.admit(application, by=recruiter, conditions={"bac": "", "other": "Permis B obtenu"})
    assert [(one.kind, str(one), one.met_at) for one in application.conditions.all()] == [
        ("bac", "diplôme requis obtenu", None),
        ("other", "Permis B obtenu", None),
    ]
    assert "sous conditions\u00a0: diplôme requis obtenu, Permis B obtenu." in OutgoingMessage.objects.get().text
    lines = JournalEntry.objects.filter(subject__startswith="cohorts.condition:", about=ref(application))
    # What is typed may name somebody: the journal says the kind alone.
    assert {(line.after, line.reason) for line in lines} == {("asked", "bac"), ("asked", "other")}


def test_a_place_offered_without_a_condition_says_nothing_of_any(recruiter):
    services.admit(factories.application(state=S.INTERVIEWED), by=recruiter)
    assert "condition" not in OutgoingMessage.objects.get().text


def test_the_letter_names_them_in_the_language_of_its_reader(recruiter):
    person = factories.candidate(language="en")
    services.admit(factories.application(state=S.INTERVIEWED, of=person), by=recruiter, conditions={"bac": ""})
    assert "on these conditions: diploma required obtained." in OutgoingMessage.objects.get().text


def test_a_new_offer_has_its_own_conditions_and_what_was_met_stays_met(recruiter):
    application = offered(None, "bac", "age", "papers", state=S.INTERVIEWED)
    services.admit(application, by=recruiter)
    services.meet(application.conditions.create(kind="bac"), by=recruiter)
    application.conditions.create(kind="papers")
    services.withdraw(application, reason="job", by=recruiter)
    Application.objects.filter(pk=application.pk).update(left_from=S.INTERVIEWED)
    application.refresh_from_db()
    services.reopen(application, reason="Revient.", by=recruiter)
    services.admit(application, by=recruiter, conditions={"bac": "", "age": ""})
    assert [(one.kind, bool(one.met_at)) for one in application.conditions.all()] == [("bac", True), ("age", False)]


def test_conditions_are_chosen_then_the_letter_is_read_then_it_leaves(client):
    application = factories.application(state=S.INTERVIEWED)
    url = address("application_admit", application.pk)
    assert client.get(url).context["heading"].startswith("On which conditions")
    chosen = {"lire": "1", "conditions": ["bac", "other"], "other": "Permis B obtenu"}
    read = client.get(url, chosen)
    assert read.context["heading"].startswith("This letter will leave:")
    assert "Permis B obtenu" in read.context["letter"].text
    assert (Condition.objects.count(), OutgoingMessage.objects.count()) == (0, 0)
    body = read.content.decode()
    for name, value in (("conditions", "bac"), ("conditions", "other"), ("other", "Permis B obtenu")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in body
    client.post(url, chosen | {"version": application.version})
    assert OutgoingMessage.objects.get().text == read.context["letter"].text
    assert Condition.objects.count() == 2


def test_to_read_the_letter_without_a_condition_is_an_answer_too(client):
    read = client.get(address("application_admit", factories.application(state=S.INTERVIEWED).pk), {"lire": "1"})
    assert read.context["letter"] is not None


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"conditions": ["other"]}, "other", "Say what the other condition is."),
        ({"conditions": ["bac"], "other": "Permis"}, "conditions", "Tick “other condition”, or leave its words out."),
        ({"conditions": ["permis"]}, "conditions", "Select a valid choice"),
        ({"conditions": ["other"], "other": "x" * 161}, "other", "at most 160 characters"),
    ],
)
def test_an_offer_that_says_too_little_comes_back(client, said, field, words):
    application = factories.application(state=S.INTERVIEWED)
    url = address("application_admit", application.pk)
    for answer in (client.get(url, said | {"lire": "1"}), client.post(url, said | {"version": application.version})):
        assert answer.status_code == 422
        assert words in str(answer.context["form"].errors[field])
    application.refresh_from_db()
    assert application.state == S.INTERVIEWED


def test_a_letter_that_cannot_leave_is_told_on_the_file(client):
    application = factories.application(state=S.SUBMITTED)
    answer = client.get(address("application_admit", application.pk), {"lire": "1"}, follow=True)
    assert "This course admits after an interview." in answer.content.decode()


# -- ticked one by one ------------------------------------------------------------------------------------------------


def test_a_condition_is_ticked_on_the_file_and_the_story_says_by_whom(client, recruiter):
    application = offered()
    condition = application.conditions.get()
    client.post(address("condition_meet", application.pk, condition.pk))
    condition.refresh_from_db()
    assert condition.met_by == recruiter
    page = client.get(address("application_detail", application.pk))
    assert "met, ticked on" in page.content.decode()
    entry = page.context["days"][0]["entries"][0]
    assert (entry["text"], entry["after"], entry["reason"]) == ("Condition:", "met", "diploma required obtained")


def test_a_tick_made_by_mistake_is_taken_back(client, recruiter):
    application = offered()
    condition = application.conditions.get()
    services.meet(condition, by=recruiter)
    client.post(address("condition_take_back", application.pk, condition.pk))
    condition.refresh_from_db()
    assert (condition.met_at, condition.met_by) == (None, None)
    assert list(JournalEntry.objects.order_by("pk").values_list("after", flat=True)) == ["met", "unmet"]


@pytest.mark.parametrize("state", [S.REJECTED, S.WITHDRAWN])
def test_nothing_is_ticked_once_no_place_is_offered(client, recruiter, state):
    application = offered(state=state)
    answer = client.post(address("condition_meet", application.pk, application.conditions.get().pk), follow=True)
    assert "No place is offered any more." in answer.content.decode()
    assert not Condition.objects.filter(met_at__isnull=False).exists()


def test_a_condition_is_ticked_once_and_what_is_not_ticked_is_not_taken_back(recruiter):
    condition = offered().conditions.get()
    with pytest.raises(Refused, match="."):
        services.take_back(condition, by=recruiter)
    services.meet(condition, by=recruiter)
    with pytest.raises(Refused, match="."):
        services.meet(condition, by=recruiter)


def test_the_condition_of_another_file_is_not_ticked_through_this_one(client):
    application, other = offered(), offered()
    answer = client.post(address("condition_meet", application.pk, other.conditions.get().pk))
    assert answer.status_code == 404


def test_another_zones_condition_does_not_exist(lyon_recruiter, client_of):
    application = offered(factories.cohort("paris"))
    condition = application.conditions.get()
    client = client_of(lyon_recruiter)
    assert client.post(address("condition_meet", application.pk, condition.pk)).status_code == 404
    assert client.post(address("conditions_meet"), {"ticked": condition.pk, "confirm": "1"}).status_code == 422
    assert client.get(address("condition_list")).context["page"].paginator.count == 0
    assert not Condition.objects.filter(met_at__isnull=False).exists()


# -- many at once -----------------------------------------------------------------------------------------------------


def test_many_are_ticked_after_a_look_at_who_is_and_who_is_not(client, recruiter):
    files = [offered(None, "bac", "papers", state=state) for state in (S.ADMITTED, S.CONFIRMED, S.CONFIRMED)]
    listed = client.get(address("condition_list"), {"condition": "bac"})
    assert listed.context["verdict"] == "3 conditions are still to be met (diploma required obtained: 3)."
    keys = [condition.pk for condition in listed.context["page"]]
    # Meanwhile one is ticked by somebody else, and one place is given back.
    services.meet(files[0].conditions.get(kind="bac"), by=factories.user("recruiter"))
    services.withdraw(Application.objects.get(pk=files[1].pk), reason="job", by=recruiter)
    read = client.post(address("conditions_meet"), {"ticked": keys})
    assert read.context["heading"] == "1 condition will be ticked"
    assert sorted(why for _condition, why in read.context["skipped"]) == [
        "Already ticked.",
        "No place is offered any more.",
    ]
    assert Condition.objects.filter(met_at__isnull=False).count() == 1
    done = client.post(address("conditions_meet"), {"ticked": keys, "confirm": "1"}, follow=True)
    assert "1 condition is ticked." in done.content.decode()
    assert Condition.objects.filter(kind="bac", met_at__isnull=False).count() == 2
    assert not Condition.objects.filter(kind="papers", met_at__isnull=False).exists()


def test_to_tick_nothing_comes_back_with_the_list(client):
    offered()
    answer = client.post(address("conditions_meet"))
    assert answer.status_code == 422
    assert 'href="#id_ticked_0"' in answer.content.decode() and 'id="id_ticked_0"' in answer.content.decode()


@pytest.mark.parametrize("ticked", ["x", "-1", "99999999999999999999999", "0", ["1", "x"]])
def test_a_condition_that_is_none_is_refused_with_a_sentence(client, ticked):
    offered()
    answer = client.post(address("conditions_meet"), {"ticked": ticked, "confirm": "1"})
    assert answer.status_code == 422
    assert "is not yours to tick" in answer.content.decode()


def test_the_list_of_applications_leads_to_the_conditions_it_shows(client):
    cohort = factories.cohort()
    offered(cohort, "bac")
    offered(cohort, "papers")
    factories.application(cohort, state=S.ADMITTED)
    page = client.get(address("application_list"), {"condition": "bac"})
    assert page.context["total"] == 1
    assert page.context["conditions_url"] == address("condition_list") + "?condition=bac"
    assert [(chip["label"], chip["value"]) for chip in page.context["chips"]] == [
        ("Condition not met", "diploma required obtained")
    ]
    # The filter is kept when another one is chosen.
    assert '<input type="hidden" name="condition" value="bac">' in page.content.decode()
    assert client.get(page.context["conditions_url"]).context["page"].paginator.count == 1


def test_the_list_costs_the_same_for_one_and_for_thirty(client, django_assert_num_queries):
    cohort = factories.cohort(capacity=40)
    offered(cohort)
    with django_assert_num_queries(8) as one:
        client.get(address("condition_list"))
    for _number in range(30):
        offered(cohort)
    with django_assert_num_queries(len(one)):
        client.get(address("condition_list"))


# -- not met ----------------------------------------------------------------------------------------------------------


def test_a_condition_not_met_in_the_end_leads_to_a_refusal_that_names_it(client, recruiter):
    application = offered(None, "bac", "papers", state=S.CONFIRMED)
    services.meet(application.conditions.get(kind="papers"), by=recruiter)
    page = client.get(address("application_detail", application.pk)).content.decode()
    url = address("application_reject", application.pk)
    assert f'{url}?reject-reason=condition"' in page
    client.post(url, {"reject-reason": "condition", "version": application.version})
    application.refresh_from_db()
    assert (application.state, application.exit_reason) == (S.REJECTED, "condition")
    letter = OutgoingMessage.objects.get(template="cohorts/application_rejected")
    assert "condition de l’offre non remplie (diplôme requis obtenu)" in letter.text


def test_nobody_is_refused_for_a_condition_when_all_are_met(recruiter):
    application = offered()
    services.meet(application.conditions.get(), by=recruiter)
    with pytest.raises(Refused, match="."):
        services.reject(application, reason="condition", by=recruiter)


# -- what the applicant sees ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [S.ADMITTED, S.CONFIRMED])
def test_the_applicant_sees_the_conditions_and_what_is_done(client, recruiter, state):
    application = offered(None, "bac", "other", state=state)
    services.meet(application.conditions.get(kind="bac"), by=recruiter)
    with translation.override("en"):
        url = reverse("placements:application_follow", args=[links.mint("follow", ref(application))])
    page = client.get(url).content.decode()
    assert "Your place is offered on these conditions" in page
    assert "diploma required obtained" in page and "Permis B" in page and "still to come" in page

"""Views that are kept, shared, renamed and taken away; and the stages side by side."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts import listing, services
from cohorts.models import SavedView
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.states import Role

from .. import factories

pytestmark = pytest.mark.django_db


def address(name: str, *args) -> str:
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=args)


@pytest.fixture
def colleague(db):
    return factories.user(Role.RECRUITER, name="Mehdi Ancelin")


@pytest.fixture
def client(recruiter, client_of):
    return client_of(recruiter)


def views(page) -> list[tuple[str, bool]]:
    return [(view["label"], view["current"]) for view in page.context["saved"]]


# -- kept -------------------------------------------------------------------------------------------------------------


def test_a_view_is_kept_under_a_name_and_shown_on_the_list_as_the_one_that_is_open(client, recruiter):
    factories.cohort()
    asked = "?zone=lyon&etat=en_cours&tri=-attente"
    page = client.get(address("application_list") + asked)
    assert address("view_add") + asked in page.content.decode().replace("&amp;", "&")
    kept = client.post(address("view_add") + asked, {"name": "Lyon à appeler"}, follow=True)
    assert views(kept) == [("Lyon à appeler", True)]
    view = SavedView.objects.get()
    assert (view.made_by, view.is_shared) == (recruiter, False)
    assert views(client.get(address("application_list"))) == [("Lyon à appeler", False)]


def test_the_words_searched_for_are_not_kept_and_the_page_says_so(client):
    factories.cohort()
    asked = "?q=Vasseur&zone=lyon"
    assert "somebody’s name" in client.get(address("view_add") + asked).content.decode()
    client.post(address("view_add") + asked, {"name": "Lyon"})
    assert SavedView.objects.get().query == "zone=lyon"


def test_what_the_list_does_not_know_is_not_kept(client):
    client.post(address("view_add") + "?zone=nulle-part&etat=interviewed&page=3&x=<script>", {"name": "À décider"})
    assert SavedView.objects.get().query == "etat=interviewed"


def test_a_view_of_everything_is_a_view(client):
    client.post(address("view_add"), {"name": "Tout"})
    assert SavedView.objects.get().query == ""
    assert views(client.get(address("application_list"))) == [("Tout", True)]


@pytest.mark.parametrize(("name", "words"), [("", "Give the view a name."), ("x" * 61, "at most 60 characters")])
def test_a_view_without_a_name_comes_back(client, name, words):
    answer = client.post(address("view_add"), {"name": name})
    assert (answer.status_code, words in answer.content.decode()) == (422, True)


def test_one_has_one_view_of_a_name_and_a_colleague_may_have_it_too(client, recruiter, colleague):
    services.save_view(name="Lyon", query="zone=lyon", is_shared=False, by=colleague)
    services.save_view(name="Lyon", query="zone=lyon", is_shared=False, by=recruiter)
    answer = client.post(address("view_add"), {"name": "Lyon"})
    assert answer.status_code == 422
    assert "You already have a view of this name." in answer.content.decode()
    other = services.save_view(name="Paris", query="zone=paris", is_shared=False, by=recruiter)
    assert client.post(address("view_edit", other.pk), {"name": "Lyon"}).status_code == 422


# -- shared -----------------------------------------------------------------------------------------------------------


def test_a_shared_view_is_the_teams_and_each_sees_their_own_zones_in_it(recruiter, lyon_recruiter, client_of):
    for zone in ("lyon", "paris"):
        factories.application(factories.cohort(zone), state=S.INTERVIEWED)
    services.save_view(name="À décider", query="etat=interviewed", is_shared=True, by=recruiter)
    services.save_view(name="Pour moi", query="etat=submitted", is_shared=False, by=recruiter)
    client = client_of(lyon_recruiter)
    page = client.get(address("application_list"))
    assert views(page) == [("À décider", False)]
    assert client.get(address("application_list") + page.context["saved"][0]["query"]).context["total"] == 1


def test_whoever_made_a_view_changes_it_and_a_head_those_that_are_shared(recruiter, colleague, client_of):
    head = factories.user(Role.HEAD_OF_RECRUITMENT)
    own = services.save_view(name="Pour moi", query="", is_shared=False, by=recruiter)
    shared = services.save_view(name="Pour tous", query="", is_shared=True, by=recruiter)
    expected = {
        (recruiter, own): 302,
        (recruiter, shared): 302,
        (colleague, own): 404,
        (colleague, shared): 403,
        (head, own): 404,
        (head, shared): 302,
    }
    for (user, view), status in expected.items():
        answer = client_of(user).post(
            address("view_edit", view.pk), {"name": view.name, "is_shared": "on" if view.is_shared else ""}
        )
        assert answer.status_code == status
    assert client_of(colleague).post(address("view_remove", shared.pk)).status_code == 403
    assert client_of(head).post(address("view_remove", shared.pk)).status_code == 302
    assert list(SavedView.objects.all()) == [own]


def test_a_view_is_renamed_and_no_longer_shared(client, recruiter, colleague, client_of):
    view = services.save_view(name="Lyon", query="zone=lyon", is_shared=True, by=recruiter)
    assert client.get(address("view_edit", view.pk)).context["form"].initial == {"name": "Lyon", "is_shared": True}
    client.post(address("view_edit", view.pk), {"name": "Lyon seul"})
    view.refresh_from_db()
    assert (view.name, view.is_shared, view.query) == ("Lyon seul", False, "zone=lyon")
    assert views(client_of(colleague).get(address("application_list"))) == []


def test_nobody_but_recruitment_has_views(recruiter, client_of, lyon_lead, coordinator, administrator):
    services.save_view(name="Pour tous", query="", is_shared=True, by=recruiter)
    for user in (lyon_lead, coordinator, administrator):
        for name in ("view_list", "view_add"):
            assert client_of(user).get(address(name)).status_code == 403


# -- the stages side by side ------------------------------------------------------------------------------------------


def test_each_stage_has_its_number_and_whoever_has_been_there_longest_first(recruiter, client_of):
    # A Monday; the Thursday before was Ascension Day.
    now = datetime(2027, 5, 10, 11, tzinfo=clock.PARIS)
    with clock.travel(now):
        client, cohort = client_of(recruiter), factories.cohort(capacity=40)
        for days in range(12):
            factories.application(cohort, state=S.INTERVIEWED, since=now - timedelta(days=days + 1))
        factories.application(cohort, state=S.SUBMITTED, since=now - timedelta(minutes=90))
        factories.application(cohort, state=S.CONFIRMED)
        factories.application(cohort, state=S.REJECTED)
        page = client.get(address("application_list"), {"vue": "colonnes"})
    stages = {stage["state"]: stage for stage in page.context["stages"]}
    assert list(stages) == list(listing.PIPELINE)
    held = stages[S.INTERVIEWED]
    assert (held["total"], len(held["rows"]), held["left"]) == (12, 8, 4)
    assert [row.age for row in held["rows"]][:3] == ["7 working days", "6 working days", "5 working days"]
    assert [row.age for stage in (S.SUBMITTED, S.CONFIRMED) for row in stages[stage]["rows"]] == [
        "1 open hour",
        "under an open hour",
    ]
    assert (stages[S.CONFIRMED]["total"], stages[S.NO_SHOW]["total"]) == (1, 0)
    assert page.context["verdict"] == "14 applications in progress, 12 await a decision."
    with clock.travel(now):
        listed = client.get(address("application_list") + held["url"])
    assert listed.context["total"] == 12
    assert [row.pk for row in listed.context["rows"]][:8] == [row.pk for row in held["rows"]]


def test_the_filters_hold_in_the_columns_as_in_the_table(client):
    for zone in ("lyon", "paris"):
        for _number in range(2):
            factories.application(factories.cohort(zone), state=S.SUBMITTED)
    page = client.get(address("application_list"), {"vue": "colonnes", "zone": "lyon"})
    assert sum(stage["total"] for stage in page.context["stages"]) == 2
    assert [chip["url"] for chip in page.context["chips"]] == ["?vue=colonnes"]
    assert page.context["as_table"] == "?zone=lyon"


def test_another_zones_files_are_in_no_column(lyon_recruiter, client_of):
    factories.application(factories.cohort("paris"), state=S.SUBMITTED)
    factories.cohort("lyon")
    page = client_of(lyon_recruiter).get(address("application_list"), {"vue": "colonnes"})
    assert sum(stage["total"] for stage in page.context["stages"]) == 0


def test_the_columns_cost_the_same_for_one_and_for_thirty(
    client, django_assert_num_queries, django_assert_max_num_queries
):
    cohort = factories.cohort(capacity=99)
    factories.application(cohort)
    with django_assert_max_num_queries(10) as one:
        client.get(address("application_list"), {"vue": "colonnes"})
    for state in (S.SUBMITTED, S.INTERVIEWED, S.ADMITTED):
        for _number in range(10):
            factories.application(cohort, state=state)
    with django_assert_num_queries(len(one)):
        client.get(address("application_list"), {"vue": "colonnes"})


def test_a_view_remembers_the_columns(client):
    client.post(address("view_add") + "?vue=colonnes&etat=interviewed", {"name": "Pipeline"})
    assert SavedView.objects.get().query == "etat=interviewed&vue=colonnes"
    page = client.get(address("application_list") + "?etat=interviewed&vue=colonnes")
    assert views(page) == [("Pipeline", True)]
    assert re.search(r'name="vue" value="colonnes"', page.content.decode())

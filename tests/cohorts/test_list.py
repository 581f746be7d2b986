"""The recruiter's list: what is filtered, sorted and counted is what is shown."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts import listing
from cohorts.states import ApplicationState as S
from partnership import clock

from .. import factories

pytestmark = pytest.mark.django_db


def _list(client, language="en", **parameters):
    with translation.override(language):
        return client.get(reverse("cohorts:application_list"), parameters)


def _names(response):
    return [str(application.candidate) for application in response.context["rows"]]


@pytest.fixture
def chloe(db):
    return factories.application(
        of=factories.candidate(
            first_name="Chloé", last_name="Vasseur-Fictif", phone="+33465712036", email="chloe.v@exemple.test"
        )
    )


@pytest.mark.parametrize(
    "words",
    ["vass", "CHLOE", "chloé", "vasseur chloe", "chloe.v@", "Vasseur-Fic", "04 65 71 20 36", "0465712036", "+33465"],
)
def test_a_part_of_the_name_address_or_telephone_finds_the_person(recruiter, client_of, chloe, words):
    factories.application(of=factories.candidate(first_name="Nour", last_name="Fictive", phone="+33199004127"))
    assert _names(_list(client_of(recruiter), q=words)) == ["Chloé Vasseur-Fictif"]


def test_the_reference_finds_the_application(recruiter, client_of, chloe):
    factories.application()
    assert _names(_list(client_of(recruiter), q=chloe.reference)) == ["Chloé Vasseur-Fictif"]
    assert _names(_list(client_of(recruiter), q=chloe.reference.lower().replace("-", " "))) == ["Chloé Vasseur-Fictif"]


def test_each_filter_keeps_its_own(recruiter, client_of):
    owner = factories.user("recruiter", name="Claire Fictive")
    here = factories.application(state=S.INTERVIEWED, source="fair", owner=owner)
    elsewhere = factories.application(factories.cohort("paris"), source="web", state=S.REJECTED)
    client = client_of(recruiter)
    for parameters, expected in [
        ({"zone": "paris"}, elsewhere),
        ({"etat": "interviewed"}, here),
        ({"etat": "en_cours"}, here),
        ({"source": "web"}, elsewhere),
        ({"responsable": str(owner.pk)}, here),
        ({"responsable": "personne"}, elsewhere),
    ]:
        response = _list(client, **parameters)
        assert [one.pk for one in response.context["rows"]] == [expected.pk], parameters
        assert response.context["total"] == 1
        assert [chip["url"] for chip in response.context["chips"]] == ["?"]


def test_an_intake_filters_by_programme_and_date(recruiter, client_of):
    factories.application()
    later = factories.intake(starts_on=clock.today() + timedelta(days=400))
    application = factories.application(factories.cohort(of=later))
    response = _list(client_of(recruiter), rentree=str(later.pk))
    assert [one.pk for one in response.context["rows"]] == [application.pk]


def test_drafts_are_not_applications_yet(recruiter, client_of):
    factories.application(state=S.DRAFT)
    response = _list(client_of(recruiter))
    assert response.context["rows"] == []
    assert "No application yet." in response.content.decode()


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("nom", ["Anne Alpha", "Zoé bêta"]),
        ("-nom", ["Zoé bêta", "Anne Alpha"]),
        ("-attente", ["Zoé bêta", "Anne Alpha"]),
        ("attente", ["Anne Alpha", "Zoé bêta"]),
        ("-deposee", ["Anne Alpha", "Zoé bêta"]),
        ("deposee", ["Zoé bêta", "Anne Alpha"]),
        ("zone", ["Zoé bêta", "Anne Alpha"]),
        ("-zone", ["Anne Alpha", "Zoé bêta"]),
    ],
)
def test_each_column_sorts_both_ways(recruiter, client_of, order, expected):
    now = clock.now()
    factories.application(
        factories.cohort("lyon"), of=factories.candidate(first_name="Anne", last_name="Alpha"), since=now
    )
    factories.application(
        factories.cohort("paris"),
        of=factories.candidate(first_name="Zoé", last_name="bêta"),
        since=now - timedelta(days=2),
    )
    response = _list(client_of(recruiter), tri=order)
    assert _names(response) == expected


def test_the_sorted_column_says_so_and_turns_round(recruiter, client_of):
    factories.application()
    body = _list(client_of(recruiter), tri="nom").content.decode()
    assert 'aria-sort="ascending"' in body
    assert "?tri=-nom" in body


def test_the_title_is_the_verdict_and_the_count_is_of_the_filter(recruiter, client_of):
    factories.application(state=S.INTERVIEWED)
    factories.application(factories.cohort("paris"))
    body = _list(client_of(recruiter), zone="paris").content.decode()
    assert "2 applications in progress, 1 awaits a decision." in body
    assert "<strong>1 application</strong>" in body


@pytest.mark.parametrize(
    "parameters",
    [
        {"zone": "atlantide"},
        {"etat": "draft"},
        {"rentree": "99999999999999999999"},
        {"source": "<script>"},
        {"responsable": "pas-un-uuid"},
        {"tri": "password"},
        {"q": "x" * 500},
    ],
)
def test_what_the_list_does_not_know_is_ignored_and_told(recruiter, client_of, chloe, parameters):
    response = _list(client_of(recruiter), **parameters)
    assert response.status_code == 200
    assert _names(response) == ["Chloé Vasseur-Fictif"]
    assert "A filter was ignored." in response.content.decode()


def test_a_page_that_does_not_exist_is_the_nearest(recruiter, client_of, chloe):
    for page in ("0", "-3", "9999999999999", "x"):
        assert _names(_list(client_of(recruiter), page=page)) == ["Chloé Vasseur-Fictif"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parameters=st.dictionaries(
        st.sampled_from(["q", "zone", "etat", "rentree", "source", "responsable", "tri", "page", "mesure", "jalon"]),
        st.text(max_size=40),
        max_size=4,
    )
)
def test_no_address_breaks_the_list_the_export_or_the_register(recruiter, client_of, parameters):
    client = client_of(recruiter)
    for name in ("application_list", "application_export", "register"):
        assert client.get(reverse(f"cohorts:{name}"), parameters).status_code in (200, 400)


def test_another_zones_people_are_neither_listed_counted_nor_offered(lyon_recruiter, client_of):
    factories.application(factories.cohort("paris"), of=factories.candidate(last_name="Parisienne"))
    factories.application(factories.cohort("lyon"))
    response = _list(client_of(lyon_recruiter))
    body = response.content.decode()
    assert response.context["total"] == 1
    assert "Parisienne" not in body
    assert 'value="paris"' not in body
    assert _names(_list(client_of(lyon_recruiter), q="Parisienne")) == []


def test_only_recruitment_reads_the_list(client_of, lyon_lead, coordinator, reviewer, author, administrator, stranger):
    for user in (lyon_lead, coordinator, reviewer, author, administrator, stranger):
        assert _list(client_of(user)).status_code == 403


def test_a_page_holds_fifty_and_the_next_one_the_rest(recruiter, client_of):
    cohort = factories.cohort()
    for _ in range(53):
        factories.application(cohort)
    first = _list(client_of(recruiter))
    second = _list(client_of(recruiter), page="2")
    shown = {one.pk for one in first.context["rows"]} | {one.pk for one in second.context["rows"]}
    assert (len(first.context["rows"]), len(second.context["rows"]), len(shown)) == (50, 3, 53)


def test_the_list_costs_the_same_statements_for_one_row_and_for_thirty(
    recruiter, client_of, django_assert_max_num_queries
):
    client = client_of(recruiter)
    factories.application(owner=recruiter)
    with django_assert_max_num_queries(8) as one:
        _list(client, etat="en_cours", q="fictif")
    for _ in range(29):
        factories.application(owner=recruiter)
    with django_assert_max_num_queries(8) as thirty:
        assert len(_list(client, etat="en_cours", q="fictif").context["rows"]) == 30
    assert len(one) == len(thirty)


def test_every_order_is_total(recruiter):
    for order, fields in listing.ORDERS.items():
        assert fields[-1] in ("id", "-id"), order


def test_each_view_leads_to_a_list_of_its_own_number(recruiter, client_of):
    for state in (S.ENQUIRY, S.SUBMITTED, S.INTERVIEWED, S.WAITLISTED, S.ADMITTED, S.REJECTED):
        factories.application(state=state)
    client = client_of(recruiter)
    views = _list(client).context["views"]
    assert [view["count"] for view in views] == [6, 5, 2, 1, 1, 1]
    with translation.override("en"):
        address = reverse("cohorts:application_list")
    for view in views:
        response = client.get(address + view["query"])
        assert response.context["total"] == view["count"], view["label"]
        assert [one["label"] for one in response.context["views"] if one["current"]] == [view["label"]]

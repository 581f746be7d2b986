"""The recruiter's list: what is filtered, sorted and counted is what is shown."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import listing
from cohorts.models import Application
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
        number=900_001,
        of=factories.candidate(
            first_name="Chloé", last_name="Vasseur-Fictif", phone="+33465712036", email="chloe.v@exemple.test"
        ),
    )


@pytest.mark.parametrize(
    "words",
    [
        *("vass", "CHLOE", "chloé", "vasseur chloe", "chloe.v@", "Vasseur-Fic"),
        *("04 65 71 20 36", "0465712036", "+33465", "+33 4 65 71 20 36", "0033 4 65 71 20 36", "+33 (0)4 65 71 20 36"),
        *("04.65.71.20.36", "04-65-71-20-36", "65 71 20", "33465712036"),
    ],
)
def test_a_part_of_the_name_address_or_telephone_finds_the_person(recruiter, client_of, chloe, words):
    factories.application(of=factories.candidate(first_name="Nour", last_name="Fictive", phone="+33199004127"))
    assert _names(_list(client_of(recruiter), q=words)) == ["Chloé Vasseur-Fictif"]


@pytest.mark.parametrize(
    ("words", "finds"),
    [
        # one or two letters: where a word begins
        *(("ch", True), ("va chl", True), ("f", True), ("ff", False), ("lo", False), ("v@", False)),
        *(("#", False), ("%", False), ("_____", False), ("' - '", True), ("007", False), ("0042", False)),
        *(("vasseur 04 65", False), ("465", False), ("4657", True), ("9999999999999", False)),
    ],
)
def test_what_is_too_short_or_strange_is_still_looked_for_by_the_index(recruiter, client_of, chloe, words, finds):
    assert _names(_list(client_of(recruiter), q=words)) == (["Chloé Vasseur-Fictif"] if finds else [])


def test_figures_alone_are_a_part_of_a_telephone_or_the_number_of_a_file(recruiter, client_of, chloe):
    numbered = factories.application(
        of=factories.candidate(first_name="Nour", last_name="Fictive", phone="+33199004127")
    )
    client = client_of(recruiter)
    for number, shown in ((17, {"Nour Fictive"}), (4_657, {"Nour Fictive", "Chloé Vasseur-Fictif"})):
        Application.objects.filter(pk=numbered.pk).update(number=number)
        assert set(_names(_list(client, q=str(number)))) == shown
        year = f"{numbered.intake.starts_on:%y}"
        assert _names(_list(client, q=f"{year} {number}")) == ["Nour Fictive"]
        assert _names(_list(client, q=f"CV-{year}-{number:04d}")) == ["Nour Fictive"]


def test_a_search_asks_one_index_of_three_letters_in_a_row(recruiter, client_of, chloe):
    for words in ("vasseur chloe", "chloe.v@", "04 65 71 20 36", "ch"):
        asked = str(listing.chosen(recruiter, {"q": words}).query)
        assert '"search_text"::text LIKE' in asked and " IN (SELECT" not in asked and "UNION" not in asked


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


@pytest.mark.parametrize("order", ["-deposee", "nom", "zone", "reponse"])
def test_a_place_nobody_knows_is_the_beginning(recruiter, client_of, chloe, order):
    client, key = client_of(recruiter), str(chloe.pk)
    for place in ("0", "x~y", f"1~2~{key}", f"nulle-part~2027-01-01T00:00:00Z~{key}", f"9999-12-31T23:59:59Z~{key}"):
        response = _list(client, tri=order, etat="submitted", apres=place, avant="0")
        assert _names(response) == ["Chloé Vasseur-Fictif"], place


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


# Every order, with a stage in which it means something.
ORDERS = [("", order) for order in listing.ORDERS if not listing.ORDERS[order].stages]
ORDERS += [(order.stages[0], name) for name, order in listing.ORDERS.items() if order.stages]


def _turn(client, response, direction):
    """The next or the previous page, by the link of the page."""
    with translation.override("en"):
        return client.get(reverse("cohorts:application_list") + response.context[direction])


@pytest.mark.parametrize(("stage", "order"), ORDERS)
def test_the_pages_hold_every_row_once_there_and_back(recruiter, client_of, monkeypatch, stage, order):
    monkeypatch.setattr("cohorts.views.recruiters.ROWS_A_PAGE", 3)
    since = clock.now() - timedelta(days=9)
    for number, zone in enumerate(["lyon", "paris", "toulouse", "paris"] * 2):
        person = factories.candidate(last_name="Pareille" if number % 3 else "Autre", first_name="Nour")
        # Several rows share each key, and some came in by telephone: submitted never.
        state = stage or (S.ENQUIRY if number == 5 else S.SUBMITTED)
        factories.application(factories.cohort(zone), of=person, state=state, since=since + timedelta(days=number % 2))
    client = client_of(recruiter)
    first = _list(client, tri=order, etat=stage)
    everything = [one.pk for one in listing.rows(recruiter, {"etat": stage} if stage else {}, order)]
    assert len(everything) == 8
    pages = [first]
    while pages[-1].context["after"]:
        assert f"tri={order}" in pages[-1].context["after"]
        pages.append(_turn(client, pages[-1], "after"))
    shown = [[one.pk for one in page.context["rows"]] for page in pages]
    assert [len(page) for page in shown] == [3, 3, 2]
    assert sum(shown, []) == everything
    back = [pages[-1]]
    while back[-1].context["before"]:
        back.append(_turn(client, back[-1], "before"))
    # From the end backwards the pages are whole too: the last step lands on the first page.
    assert [one.pk for one in back[1].context["rows"]] == everything[3:6]
    assert [one.pk for one in back[-1].context["rows"]] == everything[:3]


def test_the_next_page_begins_behind_the_last_row_even_if_that_row_has_moved(recruiter, client_of, monkeypatch):
    monkeypatch.setattr("cohorts.views.recruiters.ROWS_A_PAGE", 2)
    rows = [factories.application(since=clock.now() - timedelta(days=9 - number)) for number in range(4)]
    first = _list(client_of(recruiter), tri="-attente")
    rows[1].state_since = clock.now()
    rows[1].save()
    second = _turn(client_of(recruiter), first, "after")
    assert [one.pk for one in second.context["rows"]] == [rows[2].pk, rows[3].pk]


def test_no_name_is_in_an_address(recruiter, client_of, monkeypatch, chloe):
    monkeypatch.setattr("cohorts.views.recruiters.ROWS_A_PAGE", 1)
    factories.application(of=factories.candidate(last_name="Zzz"))
    assert _list(client_of(recruiter), tri="nom").context["after"] == f"?tri=nom&apres={chloe.pk}"


@pytest.mark.parametrize("order", ["nom", "-nom"])
def test_a_page_by_name_begins_in_the_index_at_its_place(recruiter, chloe, order):
    """An index read from its first name on is the whole list once more a page. A small table's ways are forbidden."""
    place = listing._place(recruiter, order, str(chloe.pk))
    rows = listing._behind(listing.chosen(recruiter, {}), listing.ORDERS[order], place)
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "mergejoin", "hashjoin", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plan = rows.select_related("candidate").order_by(*listing.ORDERS[order].sorting())[:51].explain()
    assert re.search(r"applicants_by_name on \w+.*\n +Index Cond: \(ROW\(lower", plan), plan


def test_another_zones_row_is_no_place(lyon_recruiter, client_of):
    here = factories.application(factories.cohort("lyon"), of=factories.candidate(last_name="Aaa"))
    elsewhere = factories.application(factories.cohort("paris"), of=factories.candidate(last_name="Bbb"))
    response = _list(client_of(lyon_recruiter), tri="nom", apres=str(elsewhere.pk))
    assert [one.pk for one in response.context["rows"]] == [here.pk]
    assert response.context["before"] == ""


def test_a_long_list_is_counted_at_an_address_of_its_own(recruiter, client_of, monkeypatch, chloe):
    monkeypatch.setattr(listing, "is_long", lambda: True)
    factories.application(factories.cohort("paris"))
    client = client_of(recruiter)
    with CaptureQueriesContext(connection) as sent:
        response = _list(client, zone="lyon")
    assert not [query["sql"] for query in sent if "COUNT(" in query["sql"]]
    body = response.content.decode()
    assert _names(response) == ["Chloé Vasseur-Fictif"]
    assert 'data-part="/en/recrutement/candidatures/nombre/?zone=lyon"' in body
    assert "js/parts" in body
    with translation.override("en"):
        address = reverse("cohorts:application_count") + "?zone=lyon"
    assert client.get(address, headers={"X-Part": "1"}).content == b"1 application"
    assert "<h1>1 application</h1>" in client.get(address).content.decode()


def test_the_list_costs_the_same_statements_for_one_row_and_for_thirty(
    recruiter, client_of, django_assert_max_num_queries
):
    client = client_of(recruiter)
    factories.application(owner=recruiter)
    # Eight for the list, and one for the count of one that is short.
    with django_assert_max_num_queries(9) as one:
        _list(client, etat="en_cours", q="fictif")
    for _ in range(29):
        factories.application(owner=recruiter)
    with django_assert_max_num_queries(9) as thirty:
        assert len(_list(client, etat="en_cours", q="fictif").context["rows"]) == 30
    assert len(one) == len(thirty)


def test_every_order_is_total():
    for name, order in listing.ORDERS.items():
        assert order.keys[-1] == F("id"), name


@pytest.mark.parametrize(
    ("stage", "order"), [(S.INTERVIEWED, "rang"), ("", "rang"), ("", "reponse"), (S.WAITLISTED, "reponse")]
)
def test_an_order_of_one_stage_means_nothing_in_another(recruiter, client_of, stage, order):
    assert _list(client_of(recruiter), etat=stage, tri=order).context["order"] == listing.FIRST_ORDER


def test_every_order_walks_along_an_index(recruiter):
    """The plan sorts nothing but the few rows that share a key, wherever the page begins."""
    place = {"deposee": f"2027-01-01T00:00:00Z~{uuid4()}", "attente": f"2027-01-01T00:00:00Z~{uuid4()}"}
    place |= {"reponse": f"2027-01-01T00:00:00Z~{uuid4()}", "rang": f"1~1~{uuid4()}"}
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    for name, order in listing.ORDERS.items():
        if name.lstrip("-") not in place:
            continue
        rows = listing.chosen(recruiter, {"etat": order.stages[0]} if order.stages else {})
        keys = listing._place(recruiter, name, place[name.lstrip("-")])
        plan = listing._behind(rows, order, keys).order_by(*order.sorting())[:51].explain()
        assert "Index Cond: (ROW(" in plan and "Sort" not in plan, (name, plan)


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


@pytest.mark.parametrize(
    ("since", "english", "french"),
    [
        ("2027-06-11 17:00", "2 h", "2\xa0h"),  # a Friday: the week-end is nobody's to answer
        ("2027-06-11 22:00", "1 h", "1\xa0h"),
        ("2027-06-10 10:00", "2 d", "2\xa0j"),
        ("2027-06-14 09:59", "0 h", "0\xa0h"),
    ],
)
def test_a_wait_is_counted_in_open_hours(recruiter, client_of, since, english, french):
    with clock.travel(datetime(2027, 6, 14, 10, tzinfo=clock.PARIS)):  # a Monday
        factories.application(since=datetime.fromisoformat(since).replace(tzinfo=clock.PARIS))
        client = client_of(recruiter)
        assert [one.waited for one in _list(client).context["rows"]] == [english]
        assert french in _list(client, "fr").content.decode()


def test_the_files_of_an_intake_are_walked_from_the_newest_along_its_own_index(recruiter):
    """They may lie far behind the newest files of all: an intake is over, its files are old."""
    rows = listing.chosen(recruiter, {"rentree": str(factories.application().intake_id)})
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = rows.order_by(*listing.ORDERS["-deposee"].sorting())[:51].explain()
    assert re.search(r"applications_by_intake on \w+.*\n +Index Cond: \(intake_id = ", plan), plan


@pytest.mark.parametrize("parameters", [{}, {"vue": "colonnes"}])
def test_zones_are_named_by_the_keys_of_their_cohorts(recruiter, lyon_recruiter, client_of, parameters):
    """Of a code in another table the database does not know how rare it is: it would walk through every file."""
    lyon = factories.application(factories.cohort("lyon")).cohort_id
    factories.application(factories.cohort("paris"))
    for client, zone in ((client_of(recruiter), "lyon"), (client_of(lyon_recruiter), "")):
        with CaptureQueriesContext(connection) as sent:
            _list(client, zone=zone, **parameters)
        pages = [query["sql"] for query in sent if re.search(r"LIMIT (51|8)\b", query["sql"])]
        assert pages and all(f'"cohort_id" IN ({lyon})' in page for page in pages)


@pytest.mark.parametrize("parameters", [{}, {"tri": "zone"}, {"vue": "colonnes"}])
def test_where_a_zone_has_no_cohort_yet_its_recruiter_has_an_empty_list(lyon_recruiter, client_of, parameters):
    factories.application(factories.cohort("paris"))
    response = _list(client_of(lyon_recruiter), **parameters)
    assert response.status_code == 200
    assert "Fictif" not in response.content.decode()

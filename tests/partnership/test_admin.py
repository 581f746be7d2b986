"""The administrators' desk: everything for them, nothing for reviewers, and no secret for anybody."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partnership import clock, desk, emails, outbox
from partnership.models import JournalEntry, Membership, OutgoingMessage, Zone, ZoneDepartment
from partnership.states import Role

from .. import factories

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model._meta.app_label == "partnership"]
LISTS = [f"admin:partnership_{model._meta.model_name}_changelist" for model in OURS]


def _letter(**fields) -> OutgoingMessage:
    defaults = {
        "key": "essai",
        "template": "cohorts/application_admitted",
        "language": "fr",
        "about": "cohorts.application:1",
        "to_email": "jeune@exemple.test",
        "subject": "Votre candidature est admise",
        "text": f"Répondre : {outbox.LINK_MARK} avec le code {outbox.SECRET_MARK}\n",
        "html": "<p>",
        "secret": "481516",
        "due_at": clock.now(),
    }
    return OutgoingMessage.objects.create(**(defaults | fields))


@pytest.mark.parametrize("name", LISTS)
def test_an_administrator_opens_every_list(administrator, client_of, name):
    factories.milestone()
    _letter()
    assert client_of(administrator).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_reviewer_sees_none_of_it(reviewer, client_of, name):
    assert client_of(reviewer).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_a_recruiter_does_not_enter(recruiter, client_of, name):
    assert client_of(recruiter).get(reverse(name)).status_code in (302, 403)


def test_a_reviewer_is_offered_no_model_of_the_partnership(reviewer, client_of):
    index = client_of(reviewer).get(reverse("admin:index")).content.decode()
    assert "/admin/partnership/" not in index


def test_the_libraries_own_tables_are_not_offered(administrator, client_of):
    index = client_of(administrator).get(reverse("admin:index")).content.decode()
    assert "/admin/auth/" not in index
    assert "/admin/account/" not in index
    # People and their roles have pages of their own, under /equipe/: one way to do a thing.
    assert "/admin/partnership/user/" not in index
    assert "/admin/partnership/membership/" not in index
    # … and so have conventions, under /partenariat/.
    assert "/admin/partnership/convention/" not in index
    assert "/admin/partnership/milestone/" not in index


def test_every_form_of_the_partnership_opens(administrator, client_of):
    client, things = client_of(administrator), [_letter()]
    things += [factories.zone("lyon"), factories.party("smt")]
    things.append(JournalEntry.objects.create(actor_kind="clock", subject="x:1", about="x:1", after="added"))
    for thing in things:
        url = reverse(f"admin:partnership_{thing._meta.model_name}_change", args=[thing.pk])
        assert client.get(url).status_code == 200, url
    assert {type(thing) for thing in things} == set(OURS)


def test_the_history_of_a_record_is_its_journal(administrator, client_of):
    client, party = client_of(administrator), factories.party("igs")
    url = reverse("admin:partnership_party_history", args=[party.pk])
    response = client.get(url)
    assert response.status_code == 302
    assert f"partnership.party%3A{party.pk}" in response.url
    assert client.get(response.url).status_code == 200


def _zone_form(zone: Zone, departments: list[tuple[ZoneDepartment | None, str]]) -> dict[str, object]:
    data = {"code": zone.code, "name": zone.name, "order": zone.order}
    data |= {"school_zones-TOTAL_FORMS": 0, "school_zones-INITIAL_FORMS": 0}
    known = [row for row, _code in departments if row is not None]
    data |= {"departments-TOTAL_FORMS": len(departments), "departments-INITIAL_FORMS": len(known)}
    for number, (row, code) in enumerate(departments):
        line = {"id": row.pk if row else "", "zone": zone.pk, "department": code}
        data |= {f"departments-{number}-{key}": value for key, value in line.items()}
    return data


def test_a_line_that_says_what_another_says_is_refused_in_the_form(administrator, client_of):
    zone = factories.zone("lyon")
    data = _zone_form(zone, [(zone.departments.get(), "69"), (None, "69")])
    response = client_of(administrator).post(reverse("admin:partnership_zone_change", args=[zone.pk]), data)
    assert response.status_code == 422
    assert response.context["errors"]
    assert zone.departments.count() == 1


def test_two_lines_that_exchange_their_values_are_refused_in_the_form(administrator, client_of):
    zone = factories.zone("lyon")
    first, second = zone.departments.get(), ZoneDepartment.objects.create(zone=zone, department="01")
    data = _zone_form(zone, [(second, "69"), (first, "01")])
    response = client_of(administrator).post(reverse("admin:partnership_zone_change", args=[zone.pk]), data)
    assert response.status_code == 422
    first.refresh_from_db()
    assert first.department == "69"


def test_a_letter_shows_neither_link_nor_code(administrator, client_of):
    url = reverse("admin:partnership_outgoingmessage_change", args=[_letter().pk])
    page = client_of(administrator).get(url).content.decode()
    assert "lien-personnel.invalid" not in page
    assert "481516" not in page
    assert outbox.SECRET_MARK not in page
    assert "lien personnel" in page or "personal link" in page


def _line(subject: str, about: str = "", **fields) -> JournalEntry:
    return JournalEntry.objects.create(
        **{"actor_kind": "clock", "subject": subject, "about": about or subject, "after": "added"} | fields
    )


def _shown(client, table: str = "journalentry", **asked) -> list:
    return list(client.get(reverse(f"admin:partnership_{table}_changelist"), asked).context["cl"].result_list)


def test_the_journal_is_searched_by_a_whole_reference_in_either_case(administrator, client_of):
    client, about = client_of(administrator), "partnership.convention:7f0c"
    line, other = _line("partnership.objective:5", about), _line(about)
    _line("partnership.convention:7f0c1")
    assert _shown(client, q="Partnership.Objective:5") == [line]
    assert _shown(client, q=about) == [other, line]
    assert _shown(client, q="partnership.convention") == []


def test_a_search_of_the_journal_asks_the_indexes_of_references(administrator, client_of):
    with CaptureQueriesContext(connection) as sent:
        _shown(client_of(administrator), q="partnership.convention:7f0c")
    [count] = [query["sql"] for query in sent if "COUNT(" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {count}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "journal_of_a_subject" in plan and "journal_of_a_file" in plan, plan


@pytest.mark.parametrize("asked", [{}, {"o": "-0"}])
def test_the_journal_stands_in_the_order_in_which_it_was_written(administrator, client_of, asked):
    now = clock.now()
    lines = [_line("x:1", at=now - timedelta(hours=hours)) for hours in (1, 3, 2)]
    with CaptureQueriesContext(connection) as sent:
        assert _shown(client_of(administrator), q="x:1", **asked) == lines[::-1]
    assert [query["sql"] for query in sent if query["sql"].endswith('ORDER BY "partnership_journalentry"."id" DESC')]


@pytest.mark.parametrize("table", ["journalentry", "outgoingmessage"])
def test_of_a_table_that_grows_the_first_lines_are_listed_and_no_more_counted(
    administrator, client_of, monkeypatch, table
):
    client, address = client_of(administrator), reverse(f"admin:partnership_{table}_changelist")
    lines = [_line("x:1") if table == "journalentry" else _letter(key=str(number)) for number in range(3)]
    about = lines[0].about
    body = client.get(address, {"q": about}).content.decode()
    assert "Seules les" not in body and "3 résultats" in body
    assert "<h1>3 " in body

    monkeypatch.setattr(desk, "MOST_LISTED", 2)
    monkeypatch.setattr(desk.RecordAdmin, "list_per_page", 1)
    page = client.get(address, {"q": about})
    body = page.content.decode()
    assert "Seules les 2 premières lignes sont affichées" in body
    assert "résultats" not in body and not re.search(r"<h1>\d", body)
    assert page.context["cl"].paginator.num_pages == 2
    assert _shown(client, table, q=about, p=2) == [lines[1]]


def test_letters_cannot_be_written_or_deleted_by_hand(administrator, client_of):
    letter, client = _letter(), client_of(administrator)
    assert client.get(reverse("admin:partnership_outgoingmessage_add")).status_code == 403
    assert client.post(reverse("admin:partnership_outgoingmessage_delete", args=[letter.pk])).status_code == 403


def test_a_sign_in_code_stands_in_its_letter_as_a_mark(author):
    emails.sign_in_code(author, code="481516", asked_at=clock.now())
    letter = OutgoingMessage.objects.get()
    assert outbox.SECRET_MARK in letter.text
    assert "481516" not in letter.text + letter.html


def test_an_ended_membership_opens_no_door(administrator, client_of):
    Membership.objects.filter(user=administrator, role=Role.ADMINISTRATOR).update(
        until=clock.today() - timedelta(days=1)
    )
    assert client_of(administrator).get(reverse("admin:partnership_party_changelist")).status_code in (302, 403)

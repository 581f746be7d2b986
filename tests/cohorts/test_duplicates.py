"""Two records that may be one person’s: found, with the reason; or told apart, and not asked about again."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from cohorts import duplicates, listing, services
from cohorts.models import TwoPeople
from cohorts.states import ApplicationState as S
from partnership.models import JournalEntry

from .. import factories
from .pairs import LEA, entered, found, twice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "promises_hold")]


# -- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "grounds"),
    [
        ({"email": ""}, ["phone"]),
        ({"phone": ""}, ["email"]),
        ({"phone": "", "email": "LEA@exemple.test", "last_name": "ROCHÉ"}, ["email"]),
        ({"email": "", "first_name": "Lea", "last_name": "Rocher"}, ["phone"]),
        ({"email": "", "first_name": "ROCHE", "last_name": "Lea"}, ["phone"]),
        ({"email": "", "last_name": ""}, ["phone"]),
        ({"phone": "+33465710002", "email": ""}, ["birth"]),
        ({}, ["phone", "email", "birth"]),
    ],
)
def test_whoever_resembles_and_shares_something_is_found_with_the_reason(recruiter, said, grounds):
    born = {} if "birth" in grounds else {"birth_year": 2001}
    one, other = entered(), entered(**said, **born, state=S.REJECTED)
    [pair], are_more, _lately = duplicates.pairs(recruiter)
    assert {pair.one.candidate, pair.other.candidate} == {one.candidate, other.candidate}
    assert pair.grounds == [duplicates.GROUNDS[ground] for ground in grounds]
    assert not are_more
    assert {file for person in (pair.one, pair.other) for file in person.files} == {one, other}


@pytest.mark.parametrize(
    "said",
    [
        {"first_name": "Tom", "birth_year": 2001},  # a brother, with the mother's telephone and address
        {"phone": "+33465710002", "email": "autre@exemple.test", "birth_year": 2001},  # somebody of the same name
        {"phone": "", "email": "autre@exemple.test", "birth_month": None, "birth_year": None},
    ],
)
def test_whoever_only_shares_or_only_resembles_is_not(recruiter, said):
    entered()
    entered(**said)
    assert found(recruiter) == []


def test_whoever_has_only_begun_a_form_is_not_known_yet(recruiter):
    entered()
    entered(state=S.DRAFT)
    assert found(recruiter) == []


def test_nobody_is_told_about_a_person_of_whom_they_may_not_see_every_file(recruiter, lyon_recruiter):
    one, other = twice()
    assert found(lyon_recruiter) == found(recruiter) == [{one.candidate, other.candidate}]
    factories.application(factories.cohort("paris", of=factories.intake()), state=S.REJECTED, of=other.candidate)
    assert (found(lyon_recruiter), len(found(recruiter))) == ([], 1)


def test_the_likeliest_pair_comes_first_and_what_is_left_out_is_said(recruiter, monkeypatch):
    monkeypatch.setattr(duplicates, "MOST", 1)
    entered(first_name="Ines", phone="+33465710009", email="")
    entered(first_name="Inès", phone="+33465710009", email="", last_name="Rochet", state=S.REJECTED)
    sure = twice(email=LEA["email"])
    shown, are_more, _lately = duplicates.pairs(recruiter)
    assert [{pair.one.candidate, pair.other.candidate} for pair in shown] == [{file.candidate for file in sure}]
    assert are_more


def test_the_list_costs_the_same_with_one_pair_and_with_thirty(recruiter, client_of, django_assert_max_num_queries):
    client, address = client_of(recruiter), reverse("cohorts:duplicate_list")
    twice()
    client.get(address)
    with django_assert_max_num_queries(12) as one:
        assert client.get(address).status_code == 200
    for place in range(10, 40):
        for state in (S.SUBMITTED, S.REJECTED):
            entered(first_name=f"Zoé{place}", phone=f"+334657101{place}", email="", state=state)
    with django_assert_max_num_queries(12) as thirty:
        page = client.get(address).content.decode()
    assert len(one) == len(thirty)
    assert "31 paires de fiches" in page


def test_each_ground_is_looked_up_by_an_index(recruiter):
    """With sequential scans forbidden nothing is left to scan but what has an index."""
    twice()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        values = {"everywhere": True, "zones": [], "lately": 10, "each": 5, "most": 5, "from": "é", "to": "e"}
        values |= {"near_first": 0.5, "near_full": 0.5}
        cursor.execute(f"EXPLAIN {duplicates._STATEMENT}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    for index in ("applicants_by_phone", "applicants_by_email", "applicants_by_name"):
        assert index in plan, plan
    # Namesakes are told apart in the index, before any of them is read.
    assert re.search(r"Index Cond: .*first_name.*birth_year = .*birth_month = ", plan), plan


def test_among_many_people_it_is_looked_for_around_fewer_files_and_no_further_once_a_page_is_full(
    recruiter, client_of, monkeypatch
):
    pairs = []
    for number in range(3):
        said = {"first_name": f"Zoé{number}", "phone": f"+3346571001{number}", "email": ""}
        pairs.append({entered(state=state, **said).candidate for state in (S.SUBMITTED, S.REJECTED)})
    monkeypatch.setattr(duplicates, "LATELY_OF_MANY", (2, 4))

    def seen():
        shown, are_more, lately = duplicates.pairs(recruiter, of_many=True)
        return [{pair.one.candidate, pair.other.candidate} for pair in shown], are_more, lately

    newest = sorted(pairs[1:], key=lambda pair: min(person.pk for person in pair))
    assert seen() == (newest, False, 4)
    monkeypatch.setattr(duplicates, "MOST", 0)
    assert seen() == ([], True, 2)
    assert duplicates.pairs(recruiter).lately == duplicates.LATELY

    monkeypatch.undo()
    monkeypatch.setattr(duplicates, "LATELY_OF_MANY", (1_234,))
    monkeypatch.setattr(listing, "is_long", lambda: True)
    page = client_of(recruiter).get(reverse("cohorts:duplicate_list")).content.decode()
    assert "1\u202f234 dossiers les plus récents" in page


def test_each_of_a_pair_leads_to_their_file_and_both_to_the_comparison(recruiter, client_of):
    one, other = twice(first_name="<b>Léa")
    again = factories.application(factories.cohort("paris", of=factories.intake()), state=S.REJECTED, of=one.candidate)
    page = client_of(recruiter).get(reverse("cohorts:duplicate_list")).content.decode()
    for file in (one, other, again):
        assert f"{file.reference}, " in page
    assert f'href="{reverse("cohorts:application_detail", args=[other.pk])}"' in page
    keys = sorted([one.candidate_id, other.candidate_id])
    assert f'href="{reverse("cohorts:candidate_merge", args=keys)}"' in page
    assert "&lt;b&gt;Léa" in page and "<b>Léa" not in page


# -- telling apart ----------------------------------------------------------------------------------------------------


def test_twins_with_their_mothers_address_are_told_apart_and_never_asked_about_again(recruiter):
    one, other = entered(first_name="Lea"), entered(first_name="Leo")
    assert len(found(recruiter)) == 1
    for first, second in ((one, other), (other, one)):
        services.tell_apart(first.candidate, second.candidate, by=recruiter)
    assert found(recruiter) == []
    said = TwoPeople.objects.get()
    assert (said.said_by, {said.one, said.other}) == (recruiter, {one.candidate, other.candidate})
    assert JournalEntry.objects.filter(after="told_apart").count() == 2


def test_what_was_said_of_two_people_is_said_of_the_one_who_stays(recruiter):
    one, twin, again = entered(), entered(first_name="Leo"), entered(state=S.REJECTED)
    services.tell_apart(again.candidate, twin.candidate, by=recruiter)
    services.tell_apart(one.candidate, again.candidate, by=recruiter)
    services.merge(one.candidate, again.candidate, by=recruiter)
    said = TwoPeople.objects.get()
    assert {said.one, said.other} == {one.candidate, twin.candidate}

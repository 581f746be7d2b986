"""The public forms keep machines out, and lose nothing of what a hurried person has typed."""

from datetime import timedelta
from html import unescape
from re import search

import pytest
from django.db import connection

from cohorts.models import Application
from partnership import clock, guard
from partnership.models import OutgoingMessage
from tests import factories

from .test_apply import STEP, identity

pytestmark = pytest.mark.django_db
FIRST = STEP % "identite"
NOW = clock.now()


@pytest.fixture(autouse=True)
def on(settings):
    settings.PUBLIC_FORM_GUARD = True
    with clock.travel(NOW):
        factories.cohort()
        factories.commune()
        yield


def _hidden(answer, name):
    return unescape(search(rf'name="{name}" value="([^"]*)"', answer.content.decode()).group(1))


def _shown(client, address=FIRST):
    return {"shown": _hidden(client.get(address), "shown")}


def _after(seconds):
    return clock.travel(NOW + timedelta(seconds=seconds))


def test_a_person_applies_without_noticing_anything(client):
    said = identity() | _shown(client) | {"website": ""}
    with _after(guard.QUICKEST_SECONDS):
        assert client.post(FIRST, said).status_code == 302
    assert Application.objects.count() == 1


def test_who_is_too_quick_finds_everything_kept_and_sends_it_again(client):
    said = identity() | _shown(client)
    answer = client.post(FIRST, said)
    assert answer.status_code == 422 and not Application.objects.exists()
    page = answer.content.decode()
    assert all(str(value) in page for name, value in identity().items() if name in ("first_name", "email", "postcode"))
    again = said | {"shown": _hidden(answer, "shown")}
    assert again["shown"] == said["shown"]
    with _after(guard.QUICKEST_SECONDS):
        assert client.post(FIRST, again).status_code == 302


@pytest.mark.parametrize("forged", [{}, {"shown": ""}, {"shown": "1700000000"}, {"shown": "MTcw:1abc:forged"}])
def test_a_moment_that_we_did_not_sign_does_not_count(client, forged):
    answer = client.post(FIRST, identity() | forged)
    assert answer.status_code == 422 and not Application.objects.exists()
    with _after(60):
        assert client.post(FIRST, identity() | {"shown": _hidden(answer, "shown")}).status_code == 302


def test_the_field_that_nobody_sees_stops_who_fills_it_in(client):
    said = identity() | _shown(client)
    with _after(60):
        answer = client.post(FIRST, said | {"website": "http://exemple.test"})
        assert answer.status_code == 422 and "http://exemple.test" not in answer.content.decode()
        assert not Application.objects.exists()


def test_a_school_applies_from_one_address_and_a_flood_does_not(client):
    shown = _shown(client)
    with _after(60):
        for number in range(120):
            visitor = client.__class__()
            assert visitor.post(FIRST, identity(email=f"eleve{number}@exemple.test") | shown).status_code == 302
        answer = client.post(FIRST, identity(email="dernier@exemple.test") | shown)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) <= 3600
    assert "dernier@exemple.test" in answer.content.decode()
    assert Application.objects.count() == 120


def test_one_address_begins_five_applications_an_hour(client):
    shown = _shown(client)
    with _after(60):
        answers = [client.__class__().post(FIRST, identity() | shown).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_without_its_table_the_form_stays_open(client):
    said = identity() | _shown(client)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE partnership_limit RENAME TO partnership_limit_away")
    with _after(60):
        assert client.post(FIRST, said).status_code == 302


@pytest.mark.parametrize("kind", ["/fr/reprendre/inconnu/", "/fr/suivi/inconnu/", "/fr/reponse/inconnu/"])
def test_links_are_asked_for_five_times_an_hour(client, kind):
    page = client.get(kind).content.decode()
    address = unescape((search(r'<form[^>]*method="post" action="([^"]+)"', page) or [kind, kind])[1])
    said = {"email": "quelqu.un@exemple.test"} | _shown(client, kind)
    assert client.post(address, said).status_code == 422
    with _after(60):
        answers = [client.post(address, said).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert not OutgoingMessage.objects.exists()


def test_to_correct_ones_own_answers_is_no_new_application(client):
    said = identity() | _shown(client)
    with _after(60):
        client.post(FIRST, said)
        key = _hidden(client.get(FIRST), "submit_key")
        for _ in range(7):
            assert client.post(FIRST, identity(first_name="Corrigée") | {"submit_key": key}).status_code == 302

"""Sessions: how long they last, how they end, and what was being sent when one had just ended."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cohorts.states import ApplicationState
from partnership import clock, retention, services
from partnership.models import JournalEntry, OutgoingMessage
from tests import factories

from .doors import sign_in

pytestmark = pytest.mark.django_db
NOW = clock.now()


def _after(**time):
    return clock.travel(NOW + timedelta(**time))


@pytest.fixture(autouse=True)
def today():
    with clock.travel(NOW):
        yield


def _is_open(client) -> bool:
    return client.get("/fr/compte/").status_code == 200


def test_of_whoever_sees_personal_data_a_silent_session_ends_after_two_hours(client, recruiter):
    sign_in(client, recruiter)
    with _after(minutes=119):
        assert _is_open(client)
    with _after(minutes=119 + 121):
        assert not _is_open(client)


def test_and_a_lively_one_after_twelve(client, recruiter):
    sign_in(client, recruiter)
    for hours in range(1, 13):
        with _after(hours=hours):
            assert _is_open(client)
    with _after(hours=12, minutes=1):
        assert not _is_open(client)


def test_the_device_of_the_others_is_remembered_for_thirty_days(client, coordinator):
    sign_in(client, coordinator)
    assert client.cookies["tandem_session"]["max-age"] == 30 * 24 * 3600
    with _after(days=29):
        assert _is_open(client)
    with _after(days=31):
        assert not _is_open(client)


def test_a_code_remembers_the_device_as_well(client, coordinator):
    client.post("/fr/connexion/code/", {"email": coordinator.email})
    code = OutgoingMessage.objects.get().secret
    client.post("/fr/connexion/code/saisir/", {"code": code})
    assert client.cookies["tandem_session"]["max-age"] == 30 * 24 * 3600


def test_every_session_ends_from_the_next_request(client, recruiter, client_of):
    sign_in(client, recruiter)
    other = client_of(recruiter)
    services.end_sessions(recruiter)
    assert not _is_open(client) and not _is_open(other)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(client, recruiter, client_of):
    sign_in(client, recruiter)
    other = client_of(recruiter)
    said = {
        "old_password": factories.PASSWORD,
        "new_password1": "encore une phrase",
        "new_password2": "encore une phrase",
    }
    assert client.post("/fr/compte/mot-de-passe/", said | {"old_password": "faux"}).status_code == 422
    assert client.post("/fr/compte/mot-de-passe/", said).status_code == 302
    assert _is_open(client) and not _is_open(other)
    assert OutgoingMessage.objects.filter(template="partnership/password_changed").count() == 1


def test_one_ends_a_session_of_ones_own_and_of_nobody_else(client, recruiter, coordinator):
    other = client.__class__()
    sign_in(client, recruiter)
    sign_in(other, recruiter)
    mine = UserSession.objects.exclude(session_key=client.session.session_key).get(user=recruiter)
    page = client.get("/fr/compte/").content.decode()
    assert f"/fr/compte/sessions/{mine.pk}/terminer/" in page
    thief = client.__class__()
    sign_in(thief, coordinator)
    assert thief.post(f"/fr/compte/sessions/{mine.pk}/terminer/").status_code == 404
    assert client.post(f"/fr/compte/sessions/{mine.pk}/terminer/").status_code == 302
    assert _is_open(client) and not _is_open(other)


def test_one_may_end_the_very_session_one_asks_from(client, coordinator):
    sign_in(client, coordinator)
    here = UserSession.objects.get(session_key=client.session.session_key)
    assert client.post(f"/fr/compte/sessions/{here.pk}/terminer/").status_code == 302
    assert client.get("/fr/compte/").status_code == 302


def test_one_ends_all_the_others_at_once(client, recruiter, client_of):
    sign_in(client, recruiter)
    other = client_of(recruiter)
    client.post("/fr/compte/sessions/terminer/")
    assert _is_open(client) and not _is_open(other)
    assert JournalEntry.objects.filter(after="sessions_ended").exists()


def test_old_sessions_are_tidied(client, recruiter):
    sign_in(client, recruiter)
    retention.apply()
    assert UserSession.objects.count() == 1
    client.session.delete()
    retention.apply()
    assert UserSession.objects.count() == 0


# -- what was being sent -------------------------------------------------------------------------------------------


@pytest.fixture
def deed(recruiter):
    """A form with a text of one's own: its address and what it says."""
    application = factories.application(state=ApplicationState.REJECTED)
    said = {
        "reopen-reason": "Elle a <b>rappelé</b>.",
        "version": str(application.version),
        "password": "ne me gardez pas",
        "csrfmiddlewaretoken": "non plus",
    }
    return application, f"/fr/recrutement/candidatures/{application.pk}/rouvrir/", said


def _send_late(client, user, deed):
    sign_in(client, user)
    application, address, said = deed
    page = f"http://testserver/fr/recrutement/candidatures/{application.pk}/"
    with _after(hours=3):
        return client.post(address, said, headers={"referer": page})


def test_what_was_being_sent_is_offered_again_to_the_same_person(client, recruiter, deed):
    application, address, _said = deed
    answer = _send_late(client, recruiter, deed)
    assert answer.headers["Location"] == "/fr/connexion/?next=/fr/compte/reprendre/"
    application.refresh_from_db()
    assert application.state == ApplicationState.REJECTED
    with _after(hours=3, minutes=5):
        assert sign_in(client, recruiter, next="/fr/compte/reprendre/").headers["Location"] == "/fr/compte/reprendre/"
        page = client.get("/fr/compte/reprendre/").content.decode()
        assert "Elle a &lt;b&gt;rappelé&lt;/b&gt;." in page and f'action="{address}"' in page
        assert f'href="/fr/recrutement/candidatures/{application.pk}/"' in page
        assert "ne me gardez pas" not in page and "non plus" not in page
        kept = dict(client.session["kept"]["fields"])
        assert set(kept) == {"reopen-reason", "version"}
        client.post(address, kept)
        application.refresh_from_db()
        assert application.state != ApplicationState.REJECTED
        assert client.get("/fr/compte/reprendre/").headers["Location"] == "/fr/accueil/"


def test_nobody_else_finds_it(client, recruiter, lyon_recruiter, deed):
    _send_late(client, recruiter, deed)
    with _after(hours=3, minutes=5):
        sign_in(client, lyon_recruiter)
        assert "rappelé" not in client.get("/fr/compte/reprendre/", follow=True).content.decode()
        assert "kept" not in client.session


def test_it_is_forgotten_after_half_an_hour(client, recruiter, deed):
    _send_late(client, recruiter, deed)
    with _after(hours=3, minutes=31):
        sign_in(client, recruiter)
        assert client.get("/fr/compte/reprendre/").status_code == 302
        assert "kept" not in client.session


def test_it_is_forgotten_when_asked(client, recruiter, deed):
    _send_late(client, recruiter, deed)
    with _after(hours=3, minutes=1):
        sign_in(client, recruiter)
        client.post("/fr/compte/reprendre/oublier/")
        assert "kept" not in client.session


def test_what_is_too_long_is_not_kept(client, recruiter, deed):
    application, address, said = deed
    answer = _send_late(client, recruiter, (application, address, said | {"reopen-reason": "x" * 100_001}))
    assert "reprendre" not in answer.headers["Location"]
    assert "kept" not in client.session


def test_no_file_is_kept(client, recruiter, deed):
    application, address, said = deed
    _send_late(
        client, recruiter, (application, address, said | {"paper": SimpleUploadedFile("a.pdf", b"secret paper")})
    )
    kept = client.session["kept"]
    assert kept["files"] and "secret paper" not in str(kept)


def test_nothing_of_the_account_is_kept(client, recruiter, deed):
    application, _address, _said = deed
    said = {"old_password": "a", "new_password1": "b", "new_password2": "b"}
    _send_late(client, recruiter, (application, "/fr/compte/mot-de-passe/", said))
    assert "kept" not in client.session


def test_a_forged_form_is_neither_done_nor_kept(recruiter, deed):
    client = Client(enforce_csrf_checks=True)
    client.force_login(recruiter, backend="allauth.account.auth_backends.AuthenticationBackend")
    application, address, said = deed
    with _after(hours=3):
        assert client.post(address, said).status_code == 403
    assert "kept" not in client.session


def test_a_late_visit_comes_back_where_it_wanted_to_go(client, recruiter):
    sign_in(client, recruiter)
    with _after(hours=3):
        there = client.get("/fr/recrutement/?q=a").headers["Location"]
        assert there == "/fr/connexion/?next=/fr/recrutement/%3Fq%3Da"


def test_a_page_that_needs_no_account_stays_open(client, recruiter):
    sign_in(client, recruiter)
    with _after(hours=3):
        assert client.get("/fr/").status_code == 200

"""Passwords: wrong ones lock out, lost ones are chosen again by letter, and nobody learns which addresses exist."""

import statistics
import time
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from axes.models import AccessAttempt
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partnership import clock, limits, links, sending, services
from partnership.models import AccessLink, OutgoingMessage, ref
from partnership.states import RESET
from tests.factories import PASSWORD

from .doors import sign_in

pytestmark = pytest.mark.django_db
NEW = "une phrase toute neuve"
FORGOTTEN = "/fr/connexion/mot-de-passe/"


def _mistake(client, user, times=1, **how):
    return [sign_in(client, user, "faux mot de passe", **how).status_code for _ in range(times)]


# -- locked out -------------------------------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_out_for_a_quarter_of_an_hour(client, recruiter):
    assert _mistake(client, recruiter, 5) == [422, 422, 422, 422, 429]
    locked = sign_in(client, recruiter)
    assert locked.status_code == 429 and locked.headers["Retry-After"] == "900"
    page = locked.content.decode()
    assert "/fr/connexion/code/" in page and FORGOTTEN in page
    assert (
        "Too many wrong passwords"
        in client.post("/en/connexion/", {"login": recruiter.email, "password": "x"}).content.decode()
    )
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=16))
    limits.Limit.objects.all().delete()
    assert sign_in(client, recruiter).status_code == 302


def test_another_spelling_of_the_address_counts_with_it(client, recruiter):
    for spelling in (recruiter.email.upper(), f" {recruiter.email} ", recruiter.email.title(), recruiter.email):
        client.post("/fr/connexion/", {"login": spelling, "password": "faux"})
    assert _mistake(client, recruiter) == [429]


def test_another_address_of_the_network_or_another_name_is_not_locked_out(client, recruiter, coordinator):
    _mistake(client, recruiter, 5)
    assert sign_in(client, coordinator).status_code == 302
    elsewhere = client.__class__(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, recruiter).status_code == 302


def test_a_good_password_begins_the_count_again(client, coordinator):
    _mistake(client, coordinator, 4)
    sign_in(client, coordinator)
    client.post("/fr/deconnexion/")
    assert _mistake(client, coordinator, 4) == [422] * 4


def test_whoever_is_locked_out_comes_in_by_code(client, coordinator):
    _mistake(client, coordinator, 5)
    client.post("/fr/connexion/code/", {"email": coordinator.email})
    code = OutgoingMessage.objects.get().secret
    client.post("/fr/connexion/code/saisir/", {"code": code})
    assert client.get("/fr/compte/").status_code == 200


def test_a_code_by_mail_is_not_guessed(client, coordinator):
    client.post("/fr/connexion/code/", {"email": coordinator.email})
    code = OutgoingMessage.objects.get().secret
    for _ in range(3):
        client.post("/fr/connexion/code/saisir/", {"code": "AAAA-AAAA"})
    client.post("/fr/connexion/code/saisir/", {"code": code})
    assert client.get("/fr/compte/").status_code == 302


def test_a_code_opens_nothing_to_whoever_has_left_meanwhile(client, coordinator, administrator):
    client.post("/fr/connexion/code/", {"email": coordinator.email})
    code = OutgoingMessage.objects.get().secret
    services.dismiss(coordinator, by=administrator, heirs={})
    answer = client.post("/fr/connexion/code/saisir/", {"code": code}, follow=True)
    assert answer.status_code == 200 and "Ce compte est fermé" in answer.content.decode()
    assert client.get("/fr/compte/").status_code == 302


# -- a lost password --------------------------------------------------------------------------------------------------


def _link(user):
    return f"{FORGOTTEN}{links.mint(RESET, ref(user))}/"


def test_the_received_letter_changes_the_password_once(client, coordinator, client_of):
    elsewhere = client_of(coordinator)
    assert client.post(FORGOTTEN, {"email": coordinator.email.upper()}).status_code == 200
    sending.send_due()
    address = mail.outbox[-1].body.split("http://")[1].split("\n")[0]
    path = address[address.index("/") :]
    assert client.get(path).status_code == client.head(path).status_code == 200
    assert client.post(path, {"new_password1": "court", "new_password2": "court"}).status_code == 422
    _mistake(client, coordinator, 5)
    assert client.post(path, {"new_password1": NEW, "new_password2": NEW}).status_code == 302
    assert elsewhere.get("/fr/compte/").status_code == 302
    assert client.post(path, {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 410
    assert sign_in(client, coordinator, NEW).status_code == 302
    assert OutgoingMessage.objects.filter(template="partnership/password_changed").count() == 1


def test_a_link_lives_an_hour_and_a_change_closes_the_others(client, coordinator):
    first, second = _link(coordinator), _link(coordinator)
    said = {"new_password1": NEW, "new_password2": NEW}
    with clock.travel(clock.now() + timedelta(minutes=61)):
        assert client.post(first, said).status_code == 410
    assert client.post(first, said).status_code == 302
    assert client.post(second, said).status_code == 410
    assert client.get(f"{FORGOTTEN}inconnu/").status_code == 404
    assert AccessLink.objects.filter(used_at__isnull=True, revoked_at__isnull=True).count() == 0


def test_a_closed_account_chooses_no_password(client, coordinator):
    path = _link(coordinator)
    coordinator.is_active = False
    coordinator.save()
    assert client.post(path, {"new_password1": NEW, "new_password2": NEW}).status_code == 410
    client.post(FORGOTTEN, {"email": coordinator.email})
    assert not OutgoingMessage.objects.exists()


def test_asking_again_and_again_is_stopped(client, coordinator):
    answers = [client.post(FORGOTTEN, {"email": coordinator.email}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert client.post(FORGOTTEN, {"email": "inconnu@exemple.test"}).status_code == 200


# -- nobody learns who has an account ---------------------------------------------------------------------------------

_ASKED = {
    "password": ("/fr/connexion/", {"login": "{}", "password": "faux mot de passe"}),
    "code": ("/fr/connexion/code/", {"email": "{}"}),
    "reset": (FORGOTTEN, {"email": "{}"}),
}


def _answer(client, door, email, host):
    """What is said and what is asked of the database, without what differs for everybody: tokens, savepoints."""
    client = client.__class__(REMOTE_ADDR=host)
    address, said = _ASKED[door]
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(address, {name: value.format(email) for name, value in said.items()})
    body = client.get(answer.headers["Location"]).content if answer.status_code == 302 else answer.content
    text = "\n".join(line for line in body.decode().splitlines() if "csrfmiddlewaretoken" not in line)
    verbs = [query["sql"].split()[0] for query in queries]
    asked = [verb for verb in verbs if verb not in ("SAVEPOINT", "RELEASE", "ROLLBACK")]
    return answer.status_code, text.replace(email, "…"), asked


@pytest.mark.parametrize("door", _ASKED)
def test_known_unknown_and_closed_accounts_are_answered_alike(client, recruiter, coordinator, door):
    coordinator.is_active = False
    coordinator.save()
    known = _answer(client, door, recruiter.email, "192.0.2.1")
    closed = _answer(client, door, coordinator.email, "192.0.2.2")
    unknown = _answer(client, door, "inconnu@exemple.test", "192.0.2.3")
    assert known == unknown
    assert closed == unknown
    assert OutgoingMessage.objects.exclude(to_email=recruiter.email).count() == 0


def test_an_unknown_name_takes_as_long_as_a_wrong_password(client, recruiter):
    def seconds(email):
        begun = time.perf_counter()
        client.post(
            "/fr/connexion/", {"login": email, "password": "faux mot de passe"}, REMOTE_ADDR=f"192.0.2.{next(hosts)}"
        )
        return time.perf_counter() - begun

    hosts = iter(range(1, 100))
    seconds(recruiter.email)
    known = [seconds(recruiter.email) for _ in range(7)]
    unknown = [seconds(f"inconnu{number}@exemple.test") for number in range(7)]
    assert 0.5 < statistics.median(known) / statistics.median(unknown) < 2


# -- how they are kept ------------------------------------------------------------------------------------------------


def test_a_hash_costs_19_mib_twice_on_one_lane(coordinator):
    coordinator.set_password(NEW)
    kept = extract_parameters(coordinator.password.removeprefix("argon2"))
    assert (kept.memory_cost, kept.time_cost, kept.parallelism, kept.type.name) == (19 * 1024, 2, 1, "ID")


def test_an_older_hash_is_renewed_at_sign_in(client, coordinator):
    coordinator.password = Argon2PasswordHasher().encode(PASSWORD, "un sel assez long")
    coordinator.save()
    assert get_hasher().must_update(coordinator.password)
    assert sign_in(client, coordinator).status_code == 302
    coordinator.refresh_from_db()
    assert not get_hasher().must_update(coordinator.password)
    assert client.get("/fr/compte/").status_code == 200


def test_a_letter_in_doubt_waits_for_a_person(coordinator):
    services.send_reset_link(coordinator.email)
    assert OutgoingMessage.objects.get().on_doubt == "hold"

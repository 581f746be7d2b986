"""The second factor: whoever sees personal data has one before anything else; nobody guesses or replays it."""

import pytest
from cryptography.fernet import InvalidToken
from django.core.cache import cache
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from partnership import clock, services
from partnership.adapter import SecondFactorAdapter
from partnership.models import JournalEntry, OutgoingMessage
from partnership.workflow import Refused

from .doors import code_of, enrol, recovery_codes, secret_of, shown_secret, sign_in

pytestmark = pytest.mark.django_db
SET_UP = "/fr/compte/second-facteur/"
PROVE = "/fr/connexion/second-facteur/"


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def _letters(user, kind):
    return OutgoingMessage.objects.filter(to_email=user.email, template=f"partnership/{kind}").count()


@pytest.mark.parametrize("persona", ["recruiter", "lyon_lead", "administrator"])
@pytest.mark.parametrize("page", ["/fr/accueil/", "/fr/admin/", "/fr/partenariat/", "/fr/compte/"])
def test_whoever_sees_personal_data_sets_it_up_before_anything_else(client, request, persona, page):
    sign_in(client, request.getfixturevalue(persona))
    assert client.get(page).headers["Location"] == SET_UP
    assert client.post(page).headers["Location"] == SET_UP


@pytest.mark.parametrize("persona", ["coordinator", "reviewer", "author"])
def test_the_others_are_asked_for_none(client, request, persona):
    sign_in(client, request.getfixturevalue(persona))
    assert client.get("/fr/compte/").status_code == 200


def test_it_is_set_up_with_the_shown_key_and_opens_everything(client, recruiter):
    sign_in(client, recruiter)
    page = client.get(SET_UP)
    secret = shown_secret(page.content.decode())
    assert "data:image/svg+xml;base64," in page.content.decode()
    assert client.post(SET_UP, {"code": "000 000"}).status_code == 422
    assert client.post(SET_UP, {"code": code_of(secret)}).headers["Location"] == "/fr/compte/codes-de-secours/"
    assert secret_of(recruiter) == secret
    codes = client.get("/fr/compte/codes-de-secours/").content.decode()
    assert all(code in codes for code in recovery_codes(recruiter))
    assert recovery_codes(recruiter)[0] in client.get("/fr/compte/codes-de-secours/fichier/").content.decode()
    assert client.get("/fr/recrutement/").status_code == 200
    assert _letters(recruiter, "second_factor_added") == 1
    assert JournalEntry.objects.filter(after="second_factor_added").exists()


def test_recovery_codes_are_not_shown_again_later(client, recruiter):
    secret = enrol(recruiter)
    sign_in(client, recruiter)
    client.post(PROVE, {"code": code_of(secret, -1)})
    assert recovery_codes(recruiter)[0] not in client.get("/fr/compte/codes-de-secours/").content.decode()
    assert client.get("/fr/compte/codes-de-secours/fichier/").status_code == 302
    before = recovery_codes(recruiter)
    client.post("/fr/compte/codes-de-secours/", {"code": code_of(secret)})
    assert not set(before) & set(recovery_codes(recruiter))
    assert recovery_codes(recruiter)[0] in client.get("/fr/compte/codes-de-secours/").content.decode()
    with clock.travel(timezone.now() + timezone.timedelta(minutes=11)):
        assert recovery_codes(recruiter)[0] not in client.get("/fr/compte/codes-de-secours/").content.decode()


def test_the_password_alone_opens_nothing(client, recruiter):
    enrol(recruiter)
    assert sign_in(client, recruiter).headers["Location"] == PROVE
    assert client.get("/fr/recrutement/").headers["Location"].startswith("/fr/connexion/?next=")


def test_the_emailed_code_alone_opens_nothing(client, recruiter):
    secret = enrol(recruiter)
    client.post("/fr/connexion/code/", {"email": recruiter.email})
    code = OutgoingMessage.objects.get(template="partnership/sign_in_code").secret
    assert client.post("/fr/connexion/code/saisir/", {"code": code}).headers["Location"] == PROVE
    assert client.get("/fr/recrutement/").headers["Location"].startswith("/fr/connexion/?next=")
    client.post(PROVE, {"code": code_of(secret)})
    assert client.get("/fr/recrutement/").status_code == 200


def test_a_session_from_before_the_second_factor_is_sent_to_sign_in_again(client_of, recruiter):
    client = client_of(recruiter)
    enrol(recruiter)
    assert client.get("/fr/recrutement/").headers["Location"] == "/fr/connexion/?next=/fr/recrutement/"


def test_a_role_that_shows_personal_data_asks_for_it_at_once(client_of, coordinator):
    client = client_of(coordinator)
    assert client.get("/fr/compte/").status_code == 200
    coordinator.memberships.update(role="recruiter")
    assert client.get("/fr/compte/").headers["Location"] == SET_UP


def test_a_code_opens_once(client, recruiter):
    secret = enrol(recruiter)
    code = code_of(secret)
    sign_in(client, recruiter)
    assert client.post(PROVE, {"code": code}).status_code == 302
    client.post("/fr/deconnexion/")
    sign_in(client, recruiter)
    assert client.post(PROVE, {"code": code}).status_code == 422


@pytest.mark.parametrize("written", ["{0}-{1}", "{0} {1}", "{0}.{1}_"])
def test_a_code_opens_once_however_it_is_written(client, recruiter, written):
    secret = enrol(recruiter)
    code = code_of(secret)
    sign_in(client, recruiter)
    assert client.post(PROVE, {"code": code}).status_code == 302
    client.post("/fr/deconnexion/")
    cache.clear()  # the library itself remembers it for half a minute only
    sign_in(client, recruiter)
    assert client.post(PROVE, {"code": written.format(code[:3], code[3:])}).status_code == 422


def test_a_recovery_code_opens_once(client, recruiter):
    enrol(recruiter)
    code = recovery_codes(recruiter)[0]
    for status in (302, 422):
        sign_in(client, recruiter)
        assert client.post(PROVE, {"code": code}).status_code == status
        client.post("/fr/deconnexion/")


def test_guessing_the_code_is_stopped(client, recruiter):
    secret = enrol(recruiter)
    sign_in(client, recruiter)
    for _ in range(5):
        client.post(PROVE, {"code": "000000"})
    assert client.post(PROVE, {"code": code_of(secret)}).status_code == 429
    assert client.get("/fr/recrutement/").status_code == 302


def test_the_secret_is_read_after_a_rotation_of_keys_and_never_without_its_key(settings, recruiter):
    enrol(recruiter)
    kept = SecondFactorAdapter().encrypt("JBSWY3DP")
    old = settings.SECRET_KEY
    with override_settings(SECRET_KEY="x" * 60, SECRET_KEY_FALLBACKS=[old]):
        assert SecondFactorAdapter().decrypt(kept) == "JBSWY3DP"
    with override_settings(SECRET_KEY="x" * 60, SECRET_KEY_FALLBACKS=[]), pytest.raises(InvalidToken):
        SecondFactorAdapter().decrypt(kept)


def test_it_moves_to_another_telephone_with_a_code(client, recruiter):
    enrol(recruiter)
    sign_in(client, recruiter)
    client.post(PROVE, {"code": recovery_codes(recruiter)[0]})
    assert client.post("/fr/compte/second-facteur/retirer/", {"code": "000000"}).status_code == 422
    answer = client.post("/fr/compte/second-facteur/retirer/", {"code": recovery_codes(recruiter)[1]})
    assert answer.headers["Location"] == SET_UP
    assert client.get("/fr/recrutement/").headers["Location"] == SET_UP
    assert _letters(recruiter, "second_factor_removed") == 1


def test_an_administrator_takes_a_lost_one_away(client, recruiter, administrator):
    secret = enrol(recruiter)
    sign_in(client, recruiter)
    client.post(PROVE, {"code": code_of(secret)})
    services.reset_second_factor(recruiter, by=administrator)
    assert client.get("/fr/recrutement/").headers["Location"].startswith("/fr/connexion/")
    assert _letters(recruiter, "second_factor_reset") == 1
    assert JournalEntry.objects.get(after="second_factor_reset").actor_ref == str(administrator.pk)
    sign_in(client, recruiter)
    assert client.get("/fr/recrutement/").headers["Location"] == SET_UP
    with pytest.raises(Refused):
        services.reset_second_factor(recruiter, by=administrator)


def test_an_administrator_gives_a_code_to_be_rid_of_their_own(client, administrator):
    secret = enrol(administrator)
    sign_in(client, administrator)
    client.post(PROVE, {"code": code_of(secret)})
    reset = reverse("partnership:person_reset_second_factor", args=[administrator.pk])
    record = reverse("partnership:person_detail", args=[administrator.pk])
    assert reset not in client.get(record).content.decode()
    client.post(reset)
    assert secret_of(administrator) == secret
    assert client.get(record).status_code == 200


def test_without_the_setting_whoever_has_one_still_gives_it_and_nobody_else_is_asked(settings, client, recruiter):
    settings.SECOND_FACTOR_REQUIRED = False
    sign_in(client, recruiter)
    assert client.get("/fr/recrutement/").status_code == 200
    client.post("/fr/deconnexion/")
    enrol(recruiter)
    assert sign_in(client, recruiter).headers["Location"] == PROVE


_NOT_OFFERED = ["inscription/", "compte/email/", "compte/2fa/webauthn/", "connexion/reauthenticate/", "social/signup/"]


@pytest.mark.parametrize("page", _NOT_OFFERED)
def test_what_we_do_not_offer_of_the_library_does_not_exist(client, page):
    assert client.get(f"/fr/{page}").status_code == 404

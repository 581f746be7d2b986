"""What anybody can read: the front page and the notice on personal data; and where each role lands."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.conf import settings
from django.urls import reverse

from partnership import clock, notices, personal_data
from programmes.states import CurriculumState

from .. import factories

pytestmark = pytest.mark.django_db


def _front(client) -> str:
    response = client.get("/fr/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_front_page_works_on_an_empty_database(client):
    assert "ne sont pas ouvertes" in _front(client)


def test_an_open_programme_is_offered_with_its_zones_and_its_start(client):
    intake = factories.intake()
    for zone in ("lyon", "paris"):
        factories.cohort(zone, of=intake)
    page = _front(client)
    assert f'href="{reverse("cohorts:apply_identity", args=["acvd"])}"' in page
    assert page.count("Paris et Lyon") == 4
    assert "Clôture des candidatures" in page
    assert "Contenu en cours de validation" not in page


@pytest.mark.parametrize("state", [CurriculumState.SUBMITTED, CurriculumState.IN_REVIEW])
def test_a_content_under_review_is_told(client, state):
    content = factories.curriculum(state=state)
    factories.cohort("lyon", content=content)
    assert "Contenu en cours de validation" in _front(client)


def test_a_cohort_not_yet_open_shows_when_it_opens_and_offers_no_form(client):
    opens = clock.today() + timedelta(days=5)
    factories.cohort("lyon", applications_from=opens, applications_until=opens + timedelta(days=30))
    page = _front(client)
    assert "Ouverture des candidatures" in page
    assert reverse("cohorts:apply_identity", args=["acvd"]) not in page


def test_a_cohort_whose_dates_have_passed_is_not_shown(client):
    ended = clock.today() - timedelta(days=1)
    factories.cohort("lyon", applications_until=ended)
    assert "Toulouse" not in _front(client)
    assert reverse("cohorts:apply_identity", args=["acvd"]) not in _front(client)


def test_the_public_sees_the_convention_in_figures(client):
    cohort = factories.cohort("lyon")
    milestone = cohort.intake.programme.milestone
    for measure, target in (("confirmed", 20), ("host_places", 12)):
        factories.objective(milestone=milestone, measure=measure, zone=cohort.zone, target=target)
    young = factories.enrolment(cohort).application.candidate
    factories.seat(of=cohort.intake)
    page = _front(client)
    assert "19\u00a0jeunes, 11\u00a0places" in page
    assert young.last_name not in page
    assert "Groupe IGS" in page


def test_the_front_page_costs_the_same_with_one_cohort_and_with_three(client, django_assert_max_num_queries):
    intake, costs = factories.intake(), []
    for zones in (["lyon"], ["paris", "toulouse"]):
        for zone in zones:
            factories.cohort(zone, of=intake)
        with django_assert_max_num_queries(15) as counted:
            _front(client)
        costs.append(len(counted))
    assert costs[0] == costs[1]


def test_the_front_page_is_also_in_english(client):
    factories.cohort("lyon")
    assert "Apply in 6 minutes" in client.get("/en/").content.decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_notice_names_who_is_responsible_and_its_version(client, language):
    factories.programme()
    page = client.get(f"/{language}/confidentialite/").content.decode()
    assert "Groupe IGS" in page
    assert personal_data.NOTICE_VERSION[:4] in page
    assert "CNIL" in page
    assert settings.DEFAULT_FROM_EMAIL.split("<")[1].rstrip(">") in page


# A text that somebody has read is kept as it was: a new meaning is a new version, and a line here.
TEXTS = {
    "2026-11-23.en": "a8f4efae27b6ab03e123827c2e7325efd6e36451c7e27c6dadbfaf754ceedd8a",
    "2026-11-23.fr": "cd57245f1d2c5d44f4f60045ce0947a05b4e0c6f2674a38ae6c5e1a98f90e51e",
    "2026-11-26.en": "8d74ca35eea19ae49fe004018717ae34e9f251ae08232aebf4e2651b5e88cf85",
    "2026-11-26.fr": "f0d97f5520901d1c2325a2d626dee70e03e28bd6ac5385ce6dd9061576d8ca31",
}


def test_no_version_of_the_notice_is_rewritten_and_each_has_its_texts():
    folder = settings.BASE_DIR / "templates" / "notices"
    kept = {path.name.removesuffix(".html"): path.read_bytes() for path in folder.iterdir()}
    assert {name: sha256(text).hexdigest() for name, text in kept.items()} == TEXTS
    assert {f"{notice.version}.{language}" for notice in notices.NOTICES for language in ("fr", "en")} == set(kept)
    assert sorted(notices.NOTICES, key=lambda notice: notice.since) == list(notices.NOTICES)
    assert all(notice.changes for notice in notices.NOTICES[1:])


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("notice", notices.NOTICES, ids=lambda notice: notice.version)
def test_each_version_of_the_notice_is_read_at_its_address(client, notice, language):
    page = client.get(f"/{language}/confidentialite/{notice.version}/")
    text = page.content.decode()
    assert page.status_code == 200 and "CNIL" in text
    is_former = notice != notices.CURRENT
    assert (f"/{language}/confidentialite/" in text.partition("<h2")[0].partition("<h1")[2]) == is_former
    assert all(f"/confidentialite/{other.version}/" in text for other in notices.NOTICES if other != notice)


@pytest.mark.parametrize("version", ["2020-01-01", "2026-11-2x", "x" * 300])
def test_a_notice_that_never_was_is_not_found(client, version):
    assert client.get(f"/fr/confidentialite/{version}/").status_code == 404


@pytest.mark.parametrize(
    ("persona", "home"),
    [
        ("coordinator", "partnership:board"),
        ("recruiter", "cohorts:worklist"),
        ("lyon_lead", "placements:home"),
        ("reviewer", "admin:index"),
        ("author", "programmes:curriculum_list"),
        ("administrator", "admin:index"),
    ],
)
def test_each_role_lands_on_its_own_page(persona, home, request, client_of):
    response = client_of(request.getfixturevalue(persona)).get(reverse("home"))
    assert (response.status_code, response.url) == (302, reverse(home))


def test_an_account_without_a_role_is_told_what_to_do(stranger, client_of):
    response = client_of(stranger).get(reverse("home"))
    assert response.status_code == 200
    assert stranger.email in response.content.decode()


def test_a_visitor_is_sent_to_sign_in(client):
    for name in ("home", "partnership:board", "partnership:commitment_list", "partnership:convention"):
        response = client.get(reverse(name))
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_legal_notice_names_publisher_and_host_as_they_are_set(client, settings, language):
    unset = client.get(f"/{language}/mentions-legales/")
    assert unset.status_code == 200
    settings.LEGAL_PUBLISHER, settings.LEGAL_HOST = "Association fictive\n1, rue du Test", "Hébergeur fictif"
    settings.LEGAL_CONTACT = "ecrire@exemple.test"
    page = client.get(f"/{language}/mentions-legales/").content.decode()
    assert "Association fictive<br>1, rue du Test" in page
    assert "Hébergeur fictif" in page
    assert "ecrire@exemple.test" in page
    assert "Etalab" in page
    assert "GeoNames" in page and "https://creativecommons.org/licenses/by/4.0/" in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_accessibility_statement_claims_no_more_than_is_true(client, language):
    page = client.get(f"/{language}/accessibilite/").content.decode()
    assert "RGAA 4.1" in page
    assert settings.LEGAL_CONTACT in page


@pytest.mark.parametrize("address", ["/fr/", "/fr/mentions-legales/", "/fr/connexion/", "/fr/nulle-part/"])
def test_each_public_page_leads_to_what_the_law_asks_for(client, address):
    page = client.get(address).content.decode()
    for name in ("privacy", "accessibility", "legal"):
        assert f'href="{reverse(name)}"' in page

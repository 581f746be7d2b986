"""Applying: three steps, twelve questions, no account."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts import services
from cohorts.models import Application, Candidate, Consent
from cohorts.states import ApplicationState
from partnership import clock, links
from partnership.models import Commune, OutgoingMessage
from partnership.personal_data import NOTICE_VERSION

from .. import factories

pytestmark = pytest.mark.django_db
STEP = "/fr/candidater/acvd/%s/"


def identity(**changes):
    return factories.identity() | {"submit_key": str(uuid.uuid4())} | changes


def project(where, **changes):
    answers = {
        "level": "4",
        "cohort": str(where.pk),
        "availability": ["evenings"],
        "languages": "français, anglais",
        "has_employer": "no",
        "source": "mission_locale",
    }
    return answers | changes


@pytest.fixture
def cohort(db):
    factories.commune("lyon")
    return factories.cohort("lyon")


@pytest.fixture
def draft(client, cohort):
    """Both first steps done in this browser."""
    client.post(STEP % "identite", identity())
    client.post(STEP % "projet", project(cohort))
    return Application.objects.get()


def letters(template):
    return OutgoingMessage.objects.filter(template=f"cohorts/{template}")


# -- the way through ----------------------------------------------------------------------------------------------


def test_three_pages_are_enough_to_apply(client, cohort):
    assert client.get("/fr/candidater/acvd/").url == STEP % "identite"
    assert client.post(STEP % "identite", identity()).url == STEP % "projet"
    assert client.post(STEP % "projet", project(cohort)).url == STEP % "verifier"
    assert client.post(STEP % "verifier", {"sms": "on"}).url == STEP % "merci"
    application = Application.objects.get()
    assert application.state == ApplicationState.SUBMITTED
    assert application.notice_version == NOTICE_VERSION
    assert application.candidate.phone == "+33465718802"
    assert application.candidate.commune.name == "Villeurbanne"
    assert application.availability == ["evenings"]
    assert list(Consent.objects.values_list("purpose", flat=True)) == ["sms"]
    assert application.reference in client.get(STEP % "merci").content.decode()


def test_nothing_is_agreed_to_unless_it_is_ticked(client, draft):
    assert "checked" not in client.get(STEP % "verifier").content.decode()
    client.post(STEP % "verifier")
    assert not Consent.objects.exists()


def test_there_are_at_most_twelve_questions(client, cohort):
    client.post(STEP % "identite", identity())
    names = set()
    for step in ("identite", "projet"):
        page = client.get(STEP % step).content.decode()
        names |= set(re.findall(r'<(?:input|select|textarea)[^>]* name="([a-z_]+)"', page))
    # A month and its year are one question; the zones, and who told and who supports, likewise.
    asked = names - {"csrfmiddlewaretoken", "submit_key", "birth_month", "diploma_month", "diploma_year"}
    asked -= {"other_zones", "supported_by", "commune", "communes_of"}
    # What keeps machines out asks nobody anything.
    asked -= {"website", "shown"}
    assert len(asked) == 12


def test_the_english_pages_speak_english_and_write_english_letters(client, cohort):
    assert "Who are you?" in client.get("/en/candidater/acvd/identite/").content.decode()
    client.post("/en/candidater/acvd/identite/", identity())
    assert letters("application_begun").get().language == "en"


def test_the_chosen_step_comes_back_with_its_answers(client, draft):
    page = client.get(STEP % "identite").content.decode()
    assert 'value="Escoffray"' in page and 'value="69100"' in page
    page = client.get(STEP % "projet").content.decode()
    assert "français, anglais" in page
    assert re.search(r'value="4"[^>]*checked', page)


def test_the_check_page_links_each_answer_to_its_field(client, draft):
    page = client.get(STEP % "verifier").content.decode()
    for step, names in (("identite", ["first_name", "phone"]), ("projet", ["level_0", "languages"])):
        target = client.get(STEP % step).content.decode()
        for name in names:
            assert f'href="{STEP % step}#id_{name}"' in page
            assert f'id="id_{name}"' in target


@pytest.mark.parametrize("step", ["projet", "verifier", "merci"])
def test_a_later_step_without_a_draft_begins_at_the_beginning(client, cohort, step):
    assert client.get(STEP % step).url == STEP % "identite"


def test_the_check_waits_for_the_plan(client, cohort):
    client.post(STEP % "identite", identity())
    assert client.get(STEP % "verifier").url == STEP % "projet"
    assert client.post(STEP % "verifier").url == STEP % "projet"


# -- once ---------------------------------------------------------------------------------------------------------


def test_a_double_click_on_the_first_step_makes_one_draft_and_one_letter(client, cohort):
    answers = identity()
    client.post(STEP % "identite", answers)
    client.post(STEP % "identite", answers)
    assert Application.objects.count() == Candidate.objects.count() == letters("application_begun").count() == 1


def test_a_double_click_on_send_leads_to_the_same_thanks_and_one_letter(client, draft):
    for _ in range(3):
        assert client.post(STEP % "verifier").url == STEP % "merci"
    assert letters("application_received").count() == 1


def test_what_another_tab_has_changed_is_shown_before_it_is_sent(client, draft):
    read = re.search(r'name="version" value="(\d+)"', client.get(STEP % "verifier").content.decode()).group(1)
    paris = factories.cohort("paris", of=draft.intake)
    client.post(STEP % "projet", project(paris))
    answer = client.post(STEP % "verifier", {"version": read, "sms": "on"})
    draft.refresh_from_db()
    assert (answer.status_code, draft.state) == (409, ApplicationState.DRAFT)
    text = answer.content.decode()
    assert "Paris" in text and "checked" in text
    now = re.search(r'name="version" value="(\d+)"', text).group(1)
    assert client.post(STEP % "verifier", {"version": now}).url == STEP % "merci"
    draft.refresh_from_db()
    assert draft.cohort == paris


@pytest.mark.parametrize("step", ["projet", "verifier"])
def test_a_submitted_application_cannot_be_written_over(client, draft, cohort, step):
    client.post(STEP % "verifier")
    before = Application.objects.values().get()
    assert client.post(STEP % step, project(cohort, languages="grec")).url == STEP % "merci"
    assert Application.objects.values().get() == before


def test_the_old_first_page_sent_again_after_submitting_leads_to_the_thanks(client, cohort):
    answers = identity()
    client.post(STEP % "identite", answers)
    client.post(STEP % "projet", project(cohort))
    client.post(STEP % "verifier")
    assert client.post(STEP % "identite", answers | {"first_name": "Autre"}).url == STEP % "merci"
    assert Candidate.objects.get().first_name == "Manon"


def test_applying_twice_shows_the_same_page_and_writes_another_letter(client, draft):
    client.post(STEP % "verifier")
    first = client.get(STEP % "merci").content.decode()
    client.post(STEP % "identite?autre=1", identity())
    client.post(STEP % "identite", identity())
    client.post(STEP % "projet", project(draft.cohort))
    client.post(STEP % "verifier")
    second = client.get(STEP % "merci").content.decode()
    reference = re.compile(r"CV-\d+-\d+")
    assert reference.sub("", first) == reference.sub("", second)
    assert Application.objects.live().count() == 1
    assert letters("application_already_open").count() == 1
    assert letters("application_received").count() == 1


def test_a_second_person_can_apply_from_the_same_computer(client, draft):
    client.post(STEP % "verifier")
    page = client.get(STEP % "identite?autre=1").content.decode()
    assert "Escoffray" not in page
    client.post(STEP % "identite", identity(first_name="Léo", last_name="Fictif", email="leo@exemple.test"))
    assert Application.objects.count() == 2


# -- wrong answers ------------------------------------------------------------------------------------------------

WRONG = [
    ("first_name", "", "first_name"),
    ("first_name", "1234", "first_name"),
    ("first_name", "M" * 61, "first_name"),
    ("last_name", "  ", "last_name"),
    ("email", "manon.exemple.test", "email"),
    ("email", "manon@", "email"),
    ("phone", "12", "phone"),
    ("phone", "06TANDEM", "phone"),
    ("phone", "+", "phone"),
    ("birth_month", "13", "birth_month"),
    ("birth_year", "99", "birth_year"),
    ("birth_year", "x", "birth_year"),
    ("birth_year", "9" * 400, "birth_year"),
    ("birth_year", str(clock.today().year - 10), "birth_year"),
    ("postcode", "6910", "postcode"),
    ("postcode", "٦٩١٠٠", "postcode"),
    ("postcode", "69999", "postcode"),
]


@pytest.mark.parametrize(("field", "value", "told"), WRONG)
def test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_retyped(client, cohort, field, value, told):
    response = client.post(STEP % "identite", identity(**{field: value}))
    page = response.content.decode()
    assert response.status_code == 422
    assert f'id="id_{told}_error"' in page
    assert f'<a href="#id_{told}">' in page
    assert "<title>Erreur" in page
    kept = "last_name" if field != "last_name" else "first_name"
    assert f'value="{identity()[kept]}"' in page
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("changes", "anchor"),
    [
        ({"level": ""}, "level_0"),
        ({"level": "9"}, "level_0"),
        ({"cohort": "x"}, "cohort_0"),
        ({"languages": ""}, "languages"),
        ({"has_employer": "maybe"}, "has_employer_0"),
        ({"source": ""}, "source"),
        ({"availability": ["nights"]}, "availability_0"),
        ({"other_zones": ["999999"]}, "other_zones_0"),
        ({"diploma_month": "6"}, "diploma_year"),
        ({"diploma_year": "2020"}, "diploma_month"),
        ({"diploma_month": "6", "diploma_year": "99999"}, "diploma_year"),
        ({"supported_by": "x" * 121}, "supported_by"),
    ],
)
def test_a_wrong_plan_is_told_beside_its_field(client, cohort, changes, anchor):
    client.post(STEP % "identite", identity())
    response = client.post(STEP % "projet", project(cohort, **changes))
    assert response.status_code == 422
    assert f'<a href="#id_{anchor}">' in response.content.decode()
    assert Application.objects.get().level == ""


@pytest.mark.parametrize("step", ["identite", "projet", "verifier"])
@pytest.mark.parametrize("junk", ["\x00", "\ud800"])
def test_impossible_text_is_refused_without_breaking(client, draft, step, junk):
    assert client.get(STEP % step, {"autre": "\x00"}).status_code == 400
    body = f"first_name=a{'%00' if junk == chr(0) else '%ED%A0%80'}"
    response = client.post(STEP % step, body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (302, 400, 422)


def test_a_missing_form_key_is_no_error(client, cohort):
    assert client.post(STEP % "identite", identity(submit_key="garbage")).status_code == 302


def test_spaces_signs_and_invisible_characters_are_tidied(client, cohort):
    client.post(STEP % "identite", identity(first_name=" Ma\u200bnon \t Élise ", phone="+33 (0)4.65-71 88 02"))
    person = Candidate.objects.get()
    assert (person.first_name, person.phone) == ("Manon Élise", "+33465718802")


@pytest.mark.parametrize("years", [15, 16, 29, 30, 45])
def test_an_unusual_age_is_told_and_never_refused(client, cohort, years):
    month = cohort.intake.starts_on.month
    client.post(
        STEP % "identite", identity(birth_year=str(cohort.intake.starts_on.year - years), birth_month=str(month))
    )
    client.post(STEP % "projet", project(cohort))
    assert ("De 16 à 29" in client.get(STEP % "verifier").content.decode()) == (years not in (16, 29))
    assert client.post(STEP % "verifier").url == STEP % "merci"


# -- the postcode ----------------------------------------------------------------------------------------------------


@pytest.fixture
def two_communes(cohort):
    for code, name in (("69046", "Charly"), ("69133", "Millery")):
        Commune.objects.create(insee_code=code, name=name, department="69", postcodes=["69390"])


def test_a_postcode_of_several_communes_asks_which(client, two_communes):
    response = client.post(STEP % "identite", identity(postcode="69390"))
    page = response.content.decode()
    assert response.status_code == 200
    assert "Charly" in page and "Millery" in page and "<title>Erreur" not in page
    assert 'value="Escoffray"' in page
    assert not Application.objects.exists()
    answered = identity(postcode="69390", communes_of="69390", commune="69133")
    assert client.post(STEP % "identite", answered).url == STEP % "projet"
    assert Candidate.objects.get().commune.name == "Millery"


def test_the_question_of_the_commune_left_open_is_an_error(client, two_communes):
    response = client.post(STEP % "identite", identity(postcode="69390", communes_of="69390"))
    assert response.status_code == 422
    assert '<a href="#id_commune_0">' in response.content.decode()


def test_a_commune_of_another_postcode_is_never_kept(client, two_communes):
    client.post(STEP % "identite", identity(postcode="69100", communes_of="69390", commune="69133"))
    assert Candidate.objects.get().commune.name == "Villeurbanne"


def test_a_postcode_of_many_communes_offers_a_menu(client, cohort):
    for number in range(20):
        Commune.objects.create(
            insee_code=f"51{number:03d}", name=f"Commune {number}", department="51", postcodes=["51300"]
        )
    page = client.post(STEP % "identite", identity(postcode="51300")).content.decode()
    assert '<select name="commune"' in page and 'href="#id_commune"' in page


def test_overseas_postcodes_are_welcome(client, cohort):
    factories.cohort("paris", of=cohort.intake)
    Commune.objects.create(insee_code="97411", name="Saint-Denis", department="974", postcodes=["97400"])
    client.post(STEP % "identite", identity(postcode="97400"))
    assert Candidate.objects.get().commune.department == "974"
    assert "hors de nos zones" in client.get(STEP % "projet").content.decode()


def test_the_zone_of_the_postcode_is_proposed_and_free_to_change(client, cohort):
    paris = factories.cohort("paris")
    client.post(STEP % "identite", identity())
    page = client.get(STEP % "projet").content.decode()
    assert re.search(rf'name="cohort" value="{cohort.pk}"[^>]*checked', page)
    client.post(STEP % "projet", project(paris, other_zones=[str(cohort.zone.pk), str(paris.zone.pk)]))
    draft = Application.objects.get()
    assert draft.cohort == paris
    assert list(draft.other_zones.all()) == [cohort.zone]


def test_no_zone_is_proposed_to_somebody_from_elsewhere(client, cohort):
    factories.commune("toulouse")
    client.post(STEP % "identite", identity(postcode="31000"))
    assert not re.search(r'name="cohort"[^>]*checked', client.get(STEP % "projet").content.decode())


# -- dates --------------------------------------------------------------------------------------------------------


def test_a_draft_cannot_be_submitted_where_applications_have_closed_meanwhile(client, draft):
    factories.cohort("paris")
    draft.cohort.applications_until = clock.today() - timedelta(days=1)
    draft.cohort.save()
    response = client.post(STEP % "verifier", follow=True)
    assert response.redirect_chain[-1][0] == STEP % "projet"
    assert "closes dans cette zone" in response.content.decode()
    draft.refresh_from_db()
    assert draft.state == ApplicationState.DRAFT


# -- coming back --------------------------------------------------------------------------------------------------


def resume(draft):
    return f"/fr/reprendre/{links.mint('resume', f'cohorts.application:{draft.pk}')}/"


def test_the_resume_link_opens_all_the_answers_on_another_device(client, draft):
    other = client.__class__()
    assert other.get(resume(draft)).url == STEP % "verifier"
    page = other.get(STEP % "verifier").content.decode()
    for answer in ("Manon Escoffray", "04 65 71 88 02", "français, anglais", "Villeurbanne"):
        assert answer in page
    assert other.post(STEP % "verifier").url == STEP % "merci"


def test_the_resume_link_goes_on_where_it_stopped(client, cohort):
    client.post(STEP % "identite", identity())
    assert client.__class__().get(resume(Application.objects.get())).url == STEP % "projet"


def test_the_resume_link_of_a_submitted_draft_leads_to_the_thanks(client, draft):
    address = resume(draft)
    client.post(STEP % "verifier")
    other = client.__class__()
    assert other.get(address, follow=True).redirect_chain[-1][0] == STEP % "merci"


def test_the_link_shown_to_copy_works_and_is_made_once_a_session(client, draft):
    shown = re.compile(r'readonly value="https?://[^/]+(/fr/reprendre/[^"]+)"')
    address = shown.search(client.get(STEP % "projet").content.decode())[1]
    assert shown.search(client.get(STEP % "verifier").content.decode())[1] == address
    assert client.__class__().get(address).status_code == 302


def test_personal_pages_stay_out_of_caches(client, draft):
    for address in (STEP % "identite", STEP % "projet", STEP % "verifier", resume(draft)):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_a_corrected_address_gets_the_link_and_the_wrong_one_loses_it(client, draft):
    address = resume(draft)
    client.post(STEP % "identite", identity(submit_key=str(draft.submit_key), email="manon@exemple.test"))
    assert [letter.to_email for letter in letters("application_begun").filter(state="pending")] == [
        "manon@exemple.test"
    ]
    assert client.__class__().get(address).status_code == 410


def test_an_expired_link_says_so_and_offers_another(client, draft):
    address = resume(draft)
    with clock.travel(clock.now() + timedelta(days=31)):
        response = client.get(address)
    assert response.status_code == 410
    assert "Ce lien a expiré" in response.content.decode()


def test_an_unknown_link_says_so_and_offers_another(client):
    response = client.get("/fr/reprendre/rien/")
    assert response.status_code == 404
    assert "n’ouvre aucune candidature" in response.content.decode()


def test_asking_for_another_link_answers_the_same_whoever_asks(client, draft):
    known = client.post("/fr/reprendre/rien/", {"email": "MANON.escoffray@exemple.test"})
    unknown = client.post("/fr/reprendre/rien/", {"email": "personne@exemple.test"})
    assert known.status_code == unknown.status_code == 200
    assert known.content == unknown.content
    assert [letter.link_purpose for letter in letters("application_link")] == ["resume"]


def test_another_link_is_sent_once_an_hour(client, draft):
    for _ in range(3):
        services.send_links("manon.escoffray@exemple.test")
    assert letters("application_link").count() == 1
    with clock.travel(clock.now() + timedelta(hours=1)):
        services.send_links("manon.escoffray@exemple.test")
    assert letters("application_link").count() == 2


def test_somebody_who_has_submitted_gets_the_link_to_follow(client, draft):
    client.post(STEP % "verifier")
    services.send_links("manon.escoffray@exemple.test")
    assert letters("application_link").get().link_purpose == "follow"


def test_a_wrong_address_for_another_link_is_an_error(client):
    response = client.post("/fr/reprendre/rien/", {"email": "manon"})
    assert response.status_code == 422
    assert 'href="#id_email"' in response.content.decode()


# -- cost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/fr/formations/acvd/", STEP % "identite", STEP % "projet", STEP % "verifier"])
def test_the_pages_cost_the_same_whatever_there_is(client, draft, address):
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(address)
    for code in ("paris", "toulouse"):
        factories.cohort(code)
    for _ in range(10):
        factories.application(draft.cohort)
    with CaptureQueriesContext(connection) as many:
        response = client.get(address)
    assert len(many) == len(few) <= 15
    assert len(response.content) <= 60_000

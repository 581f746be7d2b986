"""The dossier of a student: asked once the place is confirmed, of minors more than of others, and whole once erased."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cohorts import personal_data as ours
from cohorts import services
from cohorts.models import Dossier, is_minor
from cohorts.services.dossiers import OF_MINORS
from cohorts.states import FOLLOW, ApplicationState
from partnership import clock, links, personal_data
from partnership.clock import PARIS
from partnership.models import JournalEntry, ref
from partnership.states import Channel
from partnership.workflow import THE_CLOCK, Refused, Stale
from tests import factories

pytestmark = pytest.mark.django_db
JULY = datetime(2026, 7, 6, 10, 0, tzinfo=PARIS)
ADULT, MINOR = date(2005, 5, 14), date(2009, 5, 14)
HOME = {"street": "3 rue fictive", "postcode": "69001", "town": "Lyon"}
GUARDIAN = {"guardian_name": "Awa Fictive", "guardian_phone": "04 65 71 00 01", "guardian_email": ""}
TOLD = dict.fromkeys(OF_MINORS, "") | HOME


@pytest.fixture(autouse=True)
def july():
    with clock.travel(JULY):
        yield


@pytest.fixture
def student():
    return factories.enrolment(of=factories.candidate(birth_year=2005, birth_month=5)).application


@pytest.fixture
def young():
    return factories.enrolment(of=factories.candidate(birth_year=2009, birth_month=5)).application


def save(application, born_on=ADULT, *, version=0, **said):
    return services.save_dossier(
        application, TOLD | {"born_on": born_on} | said, by=application.candidate, version=version
    )


def follow(application, name="cohorts:follow_dossier") -> str:
    return reverse(name, args=[links.mint(FOLLOW, ref(application))])


def words(page) -> str:
    return page.content.decode().replace("\xa0", " ").replace("\u202f", " ").replace("&#x27;", "'")


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_a_dossier_is_kept_with_who_told_it_and_how(student, recruiter):
    services.save_dossier(student, TOLD | {"born_on": ADULT}, by=recruiter, version=0, channel=Channel.PHONE)
    dossier = Dossier.objects.get()
    assert (dossier.candidate, dossier.born_on, dossier.town) == (student.candidate, ADULT, "Lyon")
    line = JournalEntry.objects.get(subject=ref(student))
    assert (line.after, line.channel, line.actor_ref) == ("dossier", Channel.PHONE, str(recruiter.pk))


def test_the_day_of_birth_corrects_the_month_that_was_typed_before(student):
    save(student, date(2004, 11, 3))
    student.candidate.refresh_from_db()
    assert (student.candidate.birth_year, student.candidate.birth_month) == (2004, 11)


@pytest.mark.parametrize("state", [state for state in ApplicationState if state != ApplicationState.CONFIRMED])
def test_nothing_is_asked_before_the_place_is_confirmed(state):
    application = factories.application(state=state)
    with pytest.raises(Refused, match="."):
        save(application)


def test_whoever_saves_second_is_told(student):
    save(student)
    with pytest.raises(Stale):
        save(student, town="Vienne")
    save(student, version=1, town="Vienne")
    assert Dossier.objects.get().town == "Vienne"


def test_of_somebody_of_age_no_guardian_is_kept(student, young):
    save(student, guardian_name="Awa Fictive", contact_name="Sonia Fictive")
    save(young, MINOR, guardian_name="Awa Fictive")
    assert [one.guardian_name for one in Dossier.objects.order_by("born_on")] == ["", "Awa Fictive"]


@pytest.mark.parametrize(
    ("year", "month", "day", "minor"),
    [
        (2008, 7, "2026-07-31", True),
        (2008, 7, "2026-08-01", False),
        (2008, 8, "2026-08-31", True),
        (2000, 1, "2026-08-31", False),
        (None, None, "2026-08-31", False),
    ],
)
def test_by_the_month_alone_somebody_is_under_age_until_it_is_over(year, month, day, minor):
    person = factories.candidate(birth_year=year, birth_month=month)
    assert is_minor(person, date.fromisoformat(day)) is minor


@pytest.mark.parametrize(("day", "minor"), [("2027-05-13", True), ("2027-05-14", False)])
def test_with_the_day_of_birth_somebody_is_of_age_on_it(young, day, minor):
    save(young, MINOR)
    assert is_minor(young.candidate, date.fromisoformat(day)) is minor


# -- by personal link -------------------------------------------------------------------------------------------------


def test_a_student_fills_in_the_dossier_from_their_page(student, client):
    page = follow(student, "placements:application_follow")
    assert "Remplir mon dossier" in words(client.get(page))
    address = follow(student)
    assert "guardian_name" not in words(client.get(address))
    answer = client.post(address, HOME | {"born_on": "2005-05-14", "version": "0"}, follow=True)
    assert "Merci : votre dossier est enregistré." in words(answer)
    assert "Modifier mon dossier" in words(client.get(page))
    assert JournalEntry.objects.get(subject=ref(student)).channel == Channel.LINK


def test_a_minor_is_asked_who_answers_for_them(young, client):
    address = follow(young)
    said = HOME | {"born_on": "2009-05-14", "version": "0"}
    answer = client.post(address, said)
    assert answer.status_code == 422
    assert "Indiquez qui signe avec vous : un parent ou un représentant légal." in words(answer)
    assert client.post(address, said | GUARDIAN).status_code == 302
    assert Dossier.objects.get().guardian_phone == "+33465710001"


def test_whoever_turns_out_to_be_a_minor_is_asked_then(student, client):
    answer = client.post(follow(student), HOME | {"born_on": "2009-05-14", "version": "0"})
    assert answer.status_code == 422 and "guardian_name" in words(answer)
    assert not Dossier.objects.exists()


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"born_on": ""}, "Indiquez le jour de votre naissance, par exemple 14/05/2009."),
        ({"born_on": "31/02/2005"}, "Indiquez le jour de votre naissance, par exemple 14/05/2009."),
        ({"born_on": "2026-01-01"}, "Vérifiez l’année : cette date ne peut pas être celle de votre naissance."),
        ({"born_on": "0009-05-14"}, "Vérifiez l’année : cette date ne peut pas être celle de votre naissance."),
        ({"street": " "}, "Indiquez où vous habitez : le numéro et la rue."),
        ({"town": ""}, "Indiquez la ville."),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(student, client, said, wrong):
    answer = client.post(follow(student), HOME | {"born_on": "2005-05-14", "version": "0"} | said)
    assert answer.status_code == 422
    assert wrong in words(answer)


def test_a_contact_person_has_a_telephone(young, client):
    said = HOME | GUARDIAN | {"born_on": "2009-05-14", "version": "0", "contact_name": "Sonia Fictive"}
    answer = client.post(follow(young), said)
    assert "Indiquez le téléphone de la personne à appeler." in words(answer)


def test_two_telephones_do_not_overwrite_each_other(student, client):
    said = HOME | {"born_on": "2005-05-14", "version": "0"}
    client.post(follow(student), said)
    answer = client.post(follow(student), said | {"town": "Vienne"})
    assert answer.status_code == 409
    assert 'value="Vienne"' in words(answer) and 'name="version" value="1"' in words(answer)


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 40, "\u0663"])
def test_a_version_that_is_none_shows_what_there_is(student, client, version):
    answer = client.post(follow(student), HOME | {"born_on": "2005-05-14", "version": version})
    assert answer.status_code == 409
    assert not Dossier.objects.exists()


def test_a_link_that_opens_nothing_says_so_where_it_was_to_lead(client):
    address = reverse("cohorts:follow_dossier", args=["inconnu"])
    assert client.get(address, follow=True).status_code == 404
    assert client.post(address, HOME).status_code == 302


def test_before_the_place_is_confirmed_the_page_leads_back(client):
    application = factories.application(state=ApplicationState.ADMITTED)
    answer = client.post(follow(application), HOME | {"born_on": "2005-05-14", "version": "0"}, follow=True)
    assert "Le dossier se remplit une fois la place confirmée." in words(answer)
    assert "Remplir mon dossier" not in words(answer)


# -- on the file ------------------------------------------------------------------------------------------------------


def test_a_recruiter_writes_down_what_they_are_told(student, recruiter, client_of):
    browser, address = client_of(recruiter), reverse("cohorts:application_dossier", args=[student.pk])
    file = reverse("cohorts:application_detail", args=[student.pk])
    assert "Pas encore rempli" in words(browser.get(file))
    answer = browser.post(address, HOME | {"born_on": "2005-05-14", "version": "0", "channel": "paper"}, follow=True)
    assert "14 mai 2005" in words(answer) and "3 rue fictive" in words(answer)
    assert "Dossier rempli" in words(answer)
    assert JournalEntry.objects.get(subject=ref(student)).channel == Channel.PAPER


def test_a_lead_and_another_zones_recruiter_do_not_read_it(student, lyon_lead, client_of):
    elsewhere = factories.user("recruiter", zone=factories.zone("paris"))
    address = reverse("cohorts:application_dossier", args=[student.pk])
    assert client_of(lyon_lead).get(address).status_code == 403
    assert client_of(elsewhere).get(address).status_code == 404


# -- what it would pay ------------------------------------------------------------------------------------------------


def starting(day: date):
    intake = factories.intake(starts_on=day)
    return factories.enrolment(
        factories.cohort(of=intake), of=factories.candidate(birth_year=2005, birth_month=5)
    ).application


def test_the_page_estimates_what_the_contract_pays_on_the_first_day(client):
    student = starting(date(2026, 9, 14))
    apprentice, professional = services.pay_lines(student, None)
    # 21 since May: 53 % and 70 % or 80 % of 1,823.03 €, by a diploma of which the kind is not known.
    assert (apprentice.estimate.amount, apprentice.is_of_today) == (Decimal("966.21"), False)
    assert professional.estimate is None and professional.why
    page = words(client.get(follow(student, "placements:application_follow")))
    assert "966,21 € par mois au moins, 53 % du SMIC" in page


def test_without_the_figures_of_the_first_day_those_of_today_are_told_as_such():
    apprentice, _professional = services.pay_lines(starting(date(2027, 9, 13)), None)
    assert apprentice.is_of_today and apprentice.estimate.share == 53


def test_where_no_day_has_figures_nothing_is_said_of_pay():
    with clock.travel(datetime(2039, 6, 15, 10, tzinfo=PARIS)):
        student = starting(date(2040, 9, 10))
        assert services.pay_lines(student, None) == []


def test_the_day_of_birth_counts_for_the_professionalisation_contract():
    student = starting(date(2026, 9, 14))
    student.level = "3"
    dossier = save(student, date(2005, 9, 20))
    _apprentice, professional = services.pay_lines(student, dossier)
    assert professional.estimate.share == 55


def test_a_course_without_a_host_says_nothing_of_pay():
    course = factories.programme("directeur", kind="school_certificate")
    student = factories.enrolment(factories.cohort(of=factories.intake(course))).application
    assert services.pay_lines(student, None) == []


# -- rights -----------------------------------------------------------------------------------------------------------


def test_the_dossier_is_handed_over_and_erased_with_the_person(young):
    save(young, MINOR, guardian_name="Awa Fictive")
    held = ours.collect(ref(young.candidate))["dossier"]
    assert held[0]["guardian_name"] == "Awa Fictive" and held[0]["street"] == "3 rue fictive"
    with clock.travel(JULY + timedelta(days=1)):
        erased = personal_data.erase(ref(young.candidate), by=THE_CLOCK, even_if_live=True)
    assert erased["dossiers"] == 1
    assert not Dossier.objects.exists()

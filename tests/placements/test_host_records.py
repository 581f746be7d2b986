"""What is kept of a host: its numbers, when it works, its languages, its company."""

import pytest
from django.urls import reverse
from django.utils import translation

from cohorts.models import Enrolment
from partnership.models import JournalEntry, ref
from placements import services
from placements.board.opening_hours import in_words, words_of
from placements.models import CollectiveAgreement, FundingOperator, HostCompany, HostSite, OpeningHours
from placements.states import PlacementState

from .. import factories
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db
SIRET, SAME_COMPANY, OTHER_COMPANY = "73282932000074", "73282932000082", "55210055400013"
# La Poste's establishments break the usual check: the sum of their digits is a multiple of five.
LA_POSTE = "35600000049837"
WEEK = {day: (9 * 60, 19 * 60) for day in range(5)}


@pytest.fixture
def answers(lyon) -> dict:
    factories.commune("lyon")
    return {
        "company_name": "Rhône Contact (fictif)",
        "is_partner": "on",
        "name": "Plateau de la Soie",
        "siret": SIRET,
        "zone": str(lyon.zone.pk),
        "postcode": "69100",
        "contact_name": "Dominique Fictif",
        "contact_email": "dominique@exemple.test",
        "contact_phone": "04 65 71 00 12",
        "contact_language": "fr",
        "languages": ["fr"],
    }


def _add(lead, answers):
    return lead.post(reverse("placements:site_add"), answers)


def _edit(lead, site, answers):
    return lead.post(reverse("placements:site_edit", args=[site.pk]), answers | {"version": str(site.version)})


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_a_siret_of_la_poste_is_one_and_its_neighbour_is_none(lead, answers):
    assert _add(lead, answers | {"siret": "356 000 000 49837"}).status_code == 302
    assert HostSite.objects.get().siret == LA_POSTE
    assert _add(lead, answers | {"siret": "35600000049838"}).status_code == 422


def test_a_company_has_the_siren_of_its_site_and_other_sites_of_that_number_join_it(lead, answers):
    _add(lead, answers)
    _add(lead, answers | {"company_name": "RHONE CONTACT", "siret": SAME_COMPANY, "different": "on"})
    company = HostCompany.objects.get()
    assert (company.siren, company.sites.count()) == (SIRET[:9], 2)


def test_two_companies_may_have_one_name_and_never_one_siren(lead, answers):
    _add(lead, answers)
    _add(lead, answers | {"siret": OTHER_COMPANY, "different": "on"})
    assert sorted(HostCompany.objects.values_list("siren", flat=True)) == sorted([SIRET[:9], OTHER_COMPANY[:9]])


def test_a_site_does_not_take_the_siret_of_another_company(lead, answers):
    _add(lead, answers)
    page = _edit(lead, HostSite.objects.get(), answers | {"siret": OTHER_COMPANY})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["siret"]


def test_an_employer_outside_needs_no_siret_yet_and_a_partner_does(lead, answers):
    outside = {key: value for key, value in answers.items() if key != "is_partner"} | {"siret": ""}
    assert _add(lead, outside).status_code == 302
    site = HostSite.objects.get()
    assert (site.siret, site.company.siren, site.company.is_partner) == ("", "", False)
    page = lead.get(reverse("placements:site_detail", args=[site.pk]))
    assert page.status_code == 200
    # A second one of the same kind: no number is no double.
    again = outside | {"name": "Cabinet du Parc", "company_name": "Parc (fictif)", "different": "on"}
    assert _add(lead, again).status_code == 302
    _edit(lead, site, outside | {"siret": SIRET})
    site.refresh_from_db()
    assert (site.siret, HostCompany.objects.get(pk=site.company_id).siren) == (SIRET, SIRET[:9])


# -- hours ------------------------------------------------------------------------------------------------------------


def test_the_hours_of_the_week_are_kept_and_changed_in_the_form(lead, answers):
    days = {"day_0_0": "open", "day_0_1": "08:00", "day_0_2": "21:00", "day_1_0": "whole", "day_2_0": ""}
    days |= {"day_3_0": "", "day_3_1": "10:30", "day_3_2": "00:00"}
    assert _add(lead, answers | days).status_code == 302
    site = HostSite.objects.get()
    kept = {row.weekday: (row.opens, row.closes) for row in site.opening_hours.all()}
    assert kept == {0: (480, 1260), 1: (0, 1440), 3: (630, 1440)}
    form = lead.get(reverse("placements:site_edit", args=[site.pk])).content.decode()
    assert 'value="08:00"' in form and 'value="10:30"' in form
    assert _edit(lead, site, answers | {"day_6_0": "whole"}).status_code == 302
    assert [row.weekday for row in OpeningHours.objects.all()] == [6]
    assert "opening_hours" in JournalEntry.objects.get(subject=ref(site), after="edited").reason


@pytest.mark.parametrize(
    "day",
    [
        {"day_0_0": "open"},
        {"day_0_0": "open", "day_0_1": "08:00"},
        {"day_0_0": "open", "day_0_1": "20:00", "day_0_2": "08:00"},
        {"day_0_0": "open", "day_0_1": "08:00", "day_0_2": "08:00"},
        {"day_0_0": "jamais"},
    ],
)
def test_hours_that_cannot_be_are_told_beside_their_day(lead, answers, day):
    page = _add(lead, answers | day)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["day_0"]


def test_a_record_changed_meanwhile_shows_the_hours_it_has_now(lead, answers, lyon_lead):
    _add(lead, answers)
    site = HostSite.objects.get()
    services.edit_site(site, by=lyon_lead, version=1, opening={0: (480, 720)})
    page = lead.post(reverse("placements:site_edit", args=[site.pk]), answers | {"version": "1", "day_0_0": "whole"})
    assert page.status_code == 409
    assert "08:00, 12:00" in page.content.decode()
    assert site.opening_hours.get().opens == 480


def test_without_hours_in_the_call_the_days_stay(site, lyon_lead):
    OpeningHours.objects.create(site=site, weekday=2, opens=0, closes=60)
    services.edit_site(site, by=lyon_lead, version=1, name="Autre nom")
    assert site.opening_hours.count() == 1


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, ""),
        (WEEK, "Mon–Fri 09:00–19:00"),
        (WEEK | {5: (540, 1140)}, "Mon–Sat 09:00–19:00"),
        ({0: (480, 1260), 1: (480, 1260), 6: (600, 1080)}, "Mon, Tue 08:00–21:00, Sun 10:00–18:00"),
        ({0: (480, 1260), 2: (480, 1260)}, "Mon 08:00–21:00, Wed 08:00–21:00"),
        ({day: (420, 1380) for day in range(7)}, "every day 07:00–23:00"),
        ({day: (0, 1440) for day in range(7)}, "24 hours a day, 7 days a week"),
        ({5: (0, 1440), 6: (570, 1440)}, "Sat 24 hours, Sun 09:30–24:00"),
    ],
)
def test_days_that_are_alike_are_said_together(days, said):
    with translation.override("en"):
        assert in_words((day, *hours) for day, hours in days.items()) == said


def test_the_words_of_the_hours_stand_where_the_site_does(lead, lyon, site, student, follow_token, client):
    OpeningHours.objects.bulk_create(OpeningHours(site=site, weekday=day, opens=540, closes=1140) for day in range(5))
    HostSite.objects.update(hours="deux équipes")
    words = words_of(HostSite.objects.get())
    assert "deux équipes" in words and words != "deux équipes"
    factories.placement(student, factories.seat(site, of=lyon.intake), state=PlacementState.ACCEPTED)
    for url in (
        reverse("placements:site_detail", args=[site.pk]),
        reverse("placements:site_list"),
        reverse("placements:zone_board", args=["lyon"]),
        reverse("placements:application_follow", args=[follow_token(Enrolment.objects.get().application)]),
    ):
        assert "deux équipes)" in lead.get(url).content.decode(), url


# -- the company ------------------------------------------------------------------------------------------------------


def test_a_lead_keeps_the_facts_of_a_company_and_never_its_name(lead, site):
    services.load_host_reference()
    url = reverse("placements:company_edit", args=[site.pk])
    assert lead.get(url).status_code == 200
    said = {"agreement": "2098", "operator": "akto", "headcount": "240", "version": "1", "name": "Autre"}
    assert lead.post(url, said).status_code == 302
    company = HostCompany.objects.get()
    assert (company.agreement_id, company.operator_id, company.headcount) == ("2098", "akto", 240)
    assert company.name == site.company.name
    assert lead.post(url, said | {"headcount": "9"}).status_code == 409
    assert lead.post(url, said | {"headcount": "-1", "version": "2"}).status_code == 422
    page = lead.get(reverse("placements:site_detail", args=[site.pk])).content.decode()
    assert "2098" in page and "AKTO" in page


def test_what_is_not_sure_of_an_agreement_is_left_empty():
    services.load_host_reference()
    assert CollectiveAgreement.objects.get(pk="2098").operator is None
    assert CollectiveAgreement.objects.get(pk="1486").operator == FundingOperator.objects.get(pk="atlas")


def test_the_administrators_change_the_reference(administrator, client_of):
    services.load_host_reference()
    browser = client_of(administrator)
    for name in ("fundingoperator", "collectiveagreement", "tutorceiling", "tutoreligibility"):
        assert browser.get(reverse(f"admin:placements_{name}_changelist")).status_code == 200


# -- tutors on the page -----------------------------------------------------------------------------------------------


@pytest.fixture
def said(site):
    return {"name": "Karima Fictive", "job": "Superviseure", "years_in_job": "4", "sites": [str(site.pk)]}


def test_a_tutor_is_recorded_corrected_and_gone_on_the_page(lead, site, said):
    other = factories.site("lyon", company=site.company)
    add = reverse("placements:tutor_add", args=[site.pk])
    assert lead.get(add).status_code == 200
    page = lead.post(add, said | {"sites": [str(site.pk), str(other.pk)], "diploma_level": "5"}, follow=True)
    assert "Karima Fictive" in page.content.decode()
    (tutor,) = site.tutors.all()
    assert (tutor.sites.count(), tutor.years_in_job, tutor.diploma_level) == (2, 4, 5)
    edit = reverse("placements:tutor_edit", args=[tutor.pk])
    assert lead.get(edit).status_code == 200
    assert lead.post(edit, said | {"job": "Formatrice", "version": "1"}).status_code == 302
    assert lead.post(edit, said | {"job": "Autre", "version": "1"}).status_code == 409
    assert lead.post(edit, said | {"sites": [], "version": "2"}).status_code == 422
    page = lead.post(reverse("placements:tutor_leave", args=[tutor.pk]), follow=True)
    tutor.refresh_from_db()
    assert tutor.left_at and not page.context["tutors"]


def test_a_site_of_another_zone_or_company_is_no_choice(lead, site, said):
    add = reverse("placements:tutor_add", args=[site.pk])
    for other in (factories.site("lyon"), factories.site("paris", company=site.company)):
        assert lead.post(add, said | {"sites": [str(other.pk)]}).status_code == 422


def test_a_student_is_given_a_tutor_or_told_why_not(lead, lyon, site, lyon_lead):
    services.load_host_reference()
    tutor, young = hosting.tutor(site), hosting.tutor(site, name="Noé Fictif", years_in_job=0)
    placements = [
        factories.placement(factories.enrolment(lyon), factories.seat(site, of=lyon.intake), by=lyon_lead)
        for _number in range(3)
    ]
    urls = [reverse("placements:tutor_assign", args=[one.pk]) for one in placements]
    said = {"tutor": str(tutor.pk), "contract_kind": "apprenticeship", "version": "1"}
    assert lead.get(urls[0]).status_code == 200
    refused = lead.post(urls[0], said | {"tutor": str(young.pk)})
    assert refused.status_code == 422 and "Noé Fictif" in str(refused.context["form"].errors["tutor"])
    assert lead.post(urls[0], said).status_code == lead.post(urls[1], said).status_code == 302
    full = lead.post(urls[2], said)
    assert full.status_code == 422 and site.name in str(full.context["form"].errors["tutor"])
    assert lead.post(urls[2], said | {"repeats_year": "on"}).status_code == 302
    services.let_tutor_go(tutor, by=lyon_lead)
    page = lead.get(reverse("placements:site_detail", args=[site.pk]))
    assert [one.here for one in page.context["tutors"] if one.left_at] == [3]

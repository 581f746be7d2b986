"""Hosts' sites: the record, its checked SIRET, its commune, its places."""

from datetime import timedelta

import pytest
from django.urls import reverse

from partnership import clock
from partnership.models import Commune, Membership
from partnership.states import Role
from placements import services
from placements.forms import SiteForm
from placements.models import HostCompany, HostPledge, HostSite, Seat

from .. import factories

pytestmark = pytest.mark.django_db
# Numbers that pass the check; the first is the example of the reference documents.
SIRET, SAME_COMPANY = "73282932000074", "73282932000082"


def _url(name: str, thing) -> str:
    return reverse(f"placements:{name}", args=[thing.pk])


@pytest.fixture
def answers(lyon) -> dict[str, str]:
    factories.commune("lyon")
    return {
        "company_name": "Rhône Contact (fictif)",
        "is_partner": "on",
        "name": "Plateau de la Soie",
        "siret": "732 829 320 00074",
        "zone": str(lyon.zone.pk),
        "postcode": "69100",
        "contact_name": "Dominique Fictif",
        "contact_email": "dominique@exemple.test",
        "contact_phone": "04 65 71 00 12",
        "contact_language": "fr",
        "hours": "",
        **{f"day_{day}_0": "open" for day in range(5)},
        **{f"day_{day}_1": "09:00" for day in range(5)},
        **{f"day_{day}_2": "19:00" for day in range(5)},
        "languages": ["fr", "en"],
        "calls": "inbound",
        "workstations": "40",
    }


def _add(lead, answers):
    return lead.post(reverse("placements:site_add"), answers)


def test_a_site_is_recorded_with_its_numbers_in_one_form(lead, answers):
    assert _add(lead, answers).status_code == 302
    site = HostSite.objects.get()
    assert (site.siret, site.contact_phone, site.languages) == (SIRET, "+33465710012", ["fr", "en"])
    assert (site.commune.name, site.company.name, site.company.is_partner) == (
        "Villeurbanne",
        "Rhône Contact (fictif)",
        True,
    )


def test_a_language_nobody_can_do_without_is_spoken_on_the_site(lead, answers):
    assert _add(lead, answers | {"languages": ["fr"], "languages_needed": ["it"]}).status_code == 302
    site = HostSite.objects.get()
    assert (site.languages, site.languages_needed) == (["fr", "it"], ["it"])
    page = lead.get(reverse("placements:site_edit", args=[site.pk])).context["form"]
    assert page["languages_needed"].value() == ["it"]
    assert "talien" in lead.get(reverse("placements:site_detail", args=[site.pk])).content.decode()


def test_a_second_site_of_a_company_joins_it(lead, answers):
    _add(lead, answers)
    _add(lead, answers | {"siret": SAME_COMPANY, "name": "Plateau 2", "different": "on"})
    assert HostCompany.objects.count() == 1
    assert HostSite.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("siret", "732 829 320 00075"),
        ("siret", "abc"),
        ("postcode", "00000"),
        ("postcode", "691"),
        ("contact_phone", "12"),
        ("contact_email", "pas une adresse"),
        ("languages", "français"),
        ("siret", ""),
        ("day_0", "soir"),
        ("workstations", "-3"),
        ("workstations", "99999999999999999999"),
        ("zone", "999999"),
        ("name", ""),
        ("name", "x" * 121),
    ],
)
def test_bad_input_is_422_beside_its_field_and_keeps_what_was_typed(lead, answers, field, typed):
    page = _add(lead, answers | ({"day_0_1": typed} if field == "day_0" else {field: typed}))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    text = page.content.decode()
    assert 'class="errsum"' in text
    assert f'href="#id_{field}' in text
    assert "Dominique Fictif" in text
    assert not HostSite.objects.exists()


def test_a_form_sent_empty_is_422(lead, lyon):
    assert lead.post(reverse("placements:site_add")).status_code == 422


def test_a_known_siret_is_refused_clearly(lead, answers):
    factories.site("paris", siret=SIRET, name="Plateau secret")
    page = _add(lead, answers)
    assert page.status_code == 422
    assert "siret" in page.context["form"].errors
    assert "Plateau secret" not in page.content.decode()


def test_a_siret_recorded_a_moment_ago_by_somebody_else_is_refused_too(lead, answers, monkeypatch):
    factories.site("paris", siret=SIRET)
    # As if the other had come between the form's look and the insertion.
    monkeypatch.setattr(SiteForm, "clean_siret", lambda form: SIRET)
    page = _add(lead, answers)
    assert page.status_code == 422
    assert "siret" in page.context["form"].errors


def test_a_postcode_of_several_communes_asks_which(lead, answers):
    Commune.objects.create(insee_code="69999", name="Autre-Commune", department="69", postcodes=["69100"])
    page = _add(lead, answers)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["commune"]
    assert "Autre-Commune" in page.content.decode()
    assert _add(lead, answers | {"commune": "69999"}).status_code == 302
    assert HostSite.objects.get().commune.name == "Autre-Commune"


def test_a_lead_records_no_site_in_another_zone(lead, answers):
    paris = factories.zone("paris")
    assert _add(lead, answers | {"zone": str(paris.pk)}).status_code == 422


# -- changing the record ----------------------------------------------------------------------------------------------


def test_a_move_that_would_leave_a_student_behind_is_told_beside_the_zone(lead, answers, lyon_lead):
    _add(lead, answers)
    site, paris = HostSite.objects.get(), factories.zone("paris")
    Membership.objects.create(
        user=lyon_lead, party=factories.party("smt"), role=Role.REGIONAL_LEAD, zone=paris, since=clock.today()
    )
    factories.placement(on=factories.seat(site))
    page = lead.post(_url("site_edit", site), answers | {"zone": str(paris.pk), "version": str(site.version)})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["zone"]


def test_a_record_is_changed(lead, answers):
    _add(lead, answers)
    site = HostSite.objects.get()
    assert lead.get(_url("site_edit", site)).status_code == 200
    answer = lead.post(_url("site_edit", site), answers | {"name": "Plateau Part-Dieu", "version": str(site.version)})
    site.refresh_from_db()
    assert answer.status_code == 302
    assert (site.name, site.version) == ("Plateau Part-Dieu", 2)


def test_two_leads_who_change_one_record_are_told_and_lose_nothing(lead, answers):
    _add(lead, answers)
    site = HostSite.objects.get()
    mine = answers | {"name": "Mon texte", "version": "1"}
    lead.post(_url("site_edit", site), answers | {"name": "Le leur", "version": "1"})
    page = lead.post(_url("site_edit", site), mine)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Mon texte" in text and "Le leur" in text
    site.refresh_from_db()
    assert site.name == "Le leur"
    again = lead.post(_url("site_edit", site), mine | {"version": page.context["form"]["version"].value()})
    site.refresh_from_db()
    assert (again.status_code, site.name) == (302, "Mon texte")


def test_a_wrong_change_is_422(lead, answers):
    _add(lead, answers)
    site = HostSite.objects.get()
    assert lead.post(_url("site_edit", site), answers | {"siret": "1", "version": "1"}).status_code == 422


# -- places -----------------------------------------------------------------------------------------------------------


def test_one_tap_opens_a_place(lead, site, lyon):
    page = lead.post(_url("seats_open", site), {"number": "1", "intake": str(lyon.intake.pk)}, follow=True)
    assert page.status_code == 200
    assert Seat.objects.filter(site=site, intake=lyon.intake).count() == 1
    assert HostPledge.objects.get(site=site).answered_at.astimezone(clock.PARIS).date() == clock.today()


def test_a_double_click_opens_one_place_and_shows_it(lead, site, lyon):
    page = lead.get(_url("site_detail", site))
    said = {"number": "1", "intake": str(lyon.intake.pk), "shown": str(page.context["shown"])}
    assert page.content.decode().count(f'name="shown" value="{said["shown"]}"') == 2
    first, second = (lead.post(_url("seats_open", site), said) for _click in range(2))
    assert (first.status_code, second.status_code) == (302, 409)
    assert [len(group["places"]) for group in second.context["groups"]] == [1]
    assert Seat.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "31", "-1", "1.5", "beaucoup", "", "99999999999999999999"])
def test_a_number_of_places_out_of_reach_is_422(lead, site, lyon, number):
    page = lead.post(_url("seats_open", site), {"number": number, "intake": str(lyon.intake.pk)})
    assert page.status_code == 422
    assert 'class="errsum"' in page.content.decode()
    assert not Seat.objects.exists()


def test_places_are_opened_for_an_intake_of_the_zone_alone(lead, site, lyon):
    elsewhere = factories.intake(lyon.intake.programme, starts_on=lyon.intake.starts_on + timedelta(days=365))
    page = lead.post(_url("seats_open", site), {"number": "1", "intake": str(elsewhere.pk)})
    assert page.status_code == 422


def test_reconfirming_makes_the_places_count_again(lead, seat, lyon):
    HostPledge.objects.update(answered_at=clock.now() - timedelta(days=120))
    page = lead.get(_url("site_detail", seat.site))
    assert (page.context["free"], page.context["stale"]) == (0, 1)
    page = lead.post(_url("seats_reconfirm", seat.site), {"intake": str(lyon.intake.pk)}, follow=True)
    assert (page.context["free"], page.context["stale"]) == (1, 0)


def test_reconfirming_no_intake_is_422(lead, seat):
    assert lead.post(_url("seats_reconfirm", seat.site), {"intake": "x"}).status_code == 422


def test_a_free_place_is_closed_and_a_taken_one_is_not(lead, seat, student, lyon_lead):
    services.propose(student, site=seat.site, by=lyon_lead)
    refused = lead.post(_url("seat_close", seat), follow=True)
    assert [message.level_tag for message in refused.context["messages"]] == ["error"]
    free = factories.seat(seat.site, of=seat.intake)
    lead.post(_url("seat_close", free))
    free.refresh_from_db()
    assert (free.closed_by, Seat.objects.open().count()) == (lyon_lead, 1)


def test_the_story_of_a_site_tells_its_places(lead, site, lyon):
    lead.post(_url("seats_open", site), {"number": "3", "intake": str(lyon.intake.pk)})
    assert lead.get(_url("site_detail", site)).context["days"]


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_of_sites_is_filtered(lead, lyon, student, lyon_lead):
    free = factories.seat(factories.site("lyon", name="Libre"), of=lyon.intake).site
    stale = factories.seat(factories.site("lyon", name="Ancien"), of=lyon.intake).site
    HostPledge.objects.filter(site=stale).update(answered_at=clock.now() - timedelta(days=91))
    full = factories.seat(factories.site("lyon", name="Plein"), of=lyon.intake)
    factories.placement(student, full, by=lyon_lead)
    empty = factories.site("lyon", name="Vide")

    def listed(**query: str) -> set[HostSite]:
        return {row.site for row in lead.get(reverse("placements:site_list"), query).context["rows"]}

    assert listed() == {free, stale, full.site, empty}
    assert listed(places="free") == {free}
    assert listed(places="stale") == {stale}
    assert listed(places="full") == {full.site}
    assert listed(places="none") == {empty}
    assert listed(q="plein") == {full.site}
    assert listed(places="nonsense") == {free, stale, full.site, empty}


def test_the_administrators_keep_companies_and_nobody_else_does(administrator, reviewer, client_of):
    factories.site("lyon")
    url = reverse("admin:placements_hostcompany_changelist")
    assert client_of(administrator).get(url).status_code == 200
    assert client_of(reviewer).get(url).status_code == 403

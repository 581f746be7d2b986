"""Lists of hosts: each row shown with its reason, nothing recorded until confirmed, nothing recorded twice."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from partnership import clock, retention, sheets
from partnership.models import Commune
from partnership.states import Role
from partnership.workflow import Refused
from placements import services
from placements.imports import columns_of
from placements.models import HostCompany, HostList, HostPledge, HostSite, Seat
from placements.states import HostListState, HostRowVerdict

from .. import factories
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db
V = HostRowVerdict
HEAD = "Raison sociale;Plateau;SIRET;Zone;Code postal;Commune;Interlocuteur;Courriel;Téléphone;Langues;Nb de places"
GOOD = (
    "Rhône Contact (fictif);La Soie;732 829 320 00074;Lyon;69100;;"
    "Dominique Fictif;d@exemple.test;0465710012;français, anglais;3"
)
OUTSIDE = "Cabinet (fictif);;;;69100;;Ali Fictif;ali@exemple.test;;;"


@pytest.fixture(autouse=True)
def commune(lyon):
    return factories.commune("lyon")


def _file(*lines, name="hotes.csv", head=HEAD):
    return SimpleUploadedFile(name, "\n".join([head, *lines]).encode())


def _bring(lead, *lines, intake=None, head=HEAD):
    sent = {"file": _file(*lines, head=head), "intake": str(intake.pk) if intake else ""}
    return lead.post(reverse("placements:host_list_add"), sent)


def _rows():
    return {row["line"]: row for row in HostList.objects.get().rows}


def _url(name):
    return reverse(f"placements:{name}", args=[HostList.objects.get().pk])


def test_a_list_is_shown_and_nothing_is_recorded_until_it_is_confirmed(lead, lyon):
    assert lead.get(reverse("placements:host_list_add")).status_code == 200
    assert _bring(lead, GOOD, OUTSIDE, intake=lyon.intake).status_code == 302
    assert not HostSite.objects.exists() and not HostCompany.objects.exists()
    page = lead.get(_url("host_list"))
    assert [row["verdict"] for row in page.context["rows"]] == [V.NEW, V.NEW]
    lead.post(_url("host_list_confirm"))
    site = HostSite.objects.get(name="La Soie")
    assert (site.siret, site.languages, site.contact_phone) == ("73282932000074", ["fr", "en"], "+33465710012")
    assert (site.commune.name, site.zone.code, site.company.is_partner) == ("Villeurbanne", "lyon", True)
    assert Seat.objects.filter(site=site, intake=lyon.intake).count() == 3
    assert HostPledge.objects.filter(site=site).exists()
    outside = HostSite.objects.get(name="Cabinet (fictif)")
    assert (outside.siret, outside.company.is_partner) == ("", False)
    page = lead.get(_url("host_list"))
    assert page.context["written"] and [row["site"] for row in page.context["rows"]] == [site, outside]


def test_a_list_confirmed_twice_is_recorded_once(lead):
    _bring(lead, GOOD)
    for _click in range(2):
        assert lead.post(_url("host_list_confirm")).status_code == 302
    assert HostSite.objects.count() == 1
    assert HostList.objects.get().state == HostListState.WRITTEN


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("732 829 320 00074", "732 829 320 00075", "siret"),
        ("Rhône Contact (fictif)", "", "company"),
        ("Rhône Contact (fictif)", "=HYPERLINK(1)", "formula"),
        ("Dominique Fictif", "", "contact"),
        ("Dominique Fictif", "123", "text"),
        ("d@exemple.test", "", "email"),
        ("d@exemple.test", "d chez exemple", "email"),
        ("0465710012", "12", "phone"),
        ("69100", "691", "postcode"),
        ("69100", "00000", "postcode"),
        (";Lyon;", ";Marseille;", "zone"),
        (";3", ";trois", "places"),
        (";3", ";31", "places"),
        (";3", ";3;encore;plus", "cells"),
        ("La Soie", "x" * 200, "text"),
    ],
)
def test_a_row_that_cannot_be_says_why_and_stays_out(lead, old, new, code):
    assert old in GOOD
    _bring(lead, GOOD.replace(old, new), OUTSIDE)
    row = _rows()[2]
    assert row["verdict"] == V.WRONG
    assert code in [told[0] for told in row["told"]]
    assert any(told["wrong"] for told in lead.get(_url("host_list")).context["rows"][0]["told"])
    lead.post(_url("host_list_confirm"))
    assert HostSite.objects.count() == 1


def test_a_zone_one_does_not_lead_is_refused_and_a_postcode_gives_the_zone(lead):
    factories.zone("paris")
    _bring(lead, GOOD.replace(";Lyon;", ";Paris;"), OUTSIDE)
    rows = _rows()
    assert rows[2]["told"][0] == ["zone", "Paris"]
    assert rows[3]["answers"]["zone_id"] == factories.zone("lyon").pk


def test_a_postcode_of_several_communes_needs_the_commune(lead):
    Commune.objects.create(insee_code="69999", name="Autre-Commune", department="69", postcodes=["69100"])
    _bring(lead, GOOD, OUTSIDE.replace("69100;;", "69100;Autre Commune;"))
    rows = _rows()
    assert "commune" in [told[0] for told in rows[2]["told"]]
    assert rows[3]["answers"]["commune_id"] == "69999"


def test_known_repeated_and_alike_rows_are_told_apart(lead):
    known = factories.site("lyon", siret="73282932000074")
    alike = factories.site("lyon", name="Cabinet (fictif)")
    _bring(lead, GOOD, OUTSIDE, OUTSIDE.replace("ali@", "autre@"))
    rows = _rows()
    assert [rows[line]["verdict"] for line in (2, 3, 4)] == [V.KNOWN, V.ALIKE, V.KNOWN]
    assert (rows[2]["site"], rows[3]["site"]) == (str(known.pk), str(alike.pk))
    assert rows[4]["told"][-1] == ["repeated", "3"]
    lead.post(_url("host_list_confirm"), {"other": ["x", "4"]})
    assert HostSite.objects.count() == 2


def test_a_row_that_is_another_one_is_recorded_when_it_is_said(lead):
    factories.site("lyon", name="Cabinet (fictif)")
    _bring(lead, OUTSIDE)
    lead.post(_url("host_list_confirm"), {"other": ["2"]})
    assert HostSite.objects.filter(name="Cabinet (fictif)").count() == 2


def test_a_site_recorded_since_the_check_is_known(lead):
    _bring(lead, GOOD)
    factories.site("paris", siret="73282932000074", name="Plateau secret")
    lead.post(_url("host_list_confirm"))
    assert HostSite.objects.count() == 1
    page = lead.get(_url("host_list"))
    assert page.context["rows"][0]["verdict"] == V.KNOWN
    assert "Plateau secret" not in page.content.decode()


def test_places_without_an_intake_are_left_out_and_said(lead):
    _bring(lead, GOOD)
    assert _rows()[2]["told"] == [["no_intake", ""]]
    lead.post(_url("host_list_confirm"))
    assert not Seat.objects.exists()


@pytest.mark.parametrize(
    ("head", "lines"),
    [
        ("Nom;Prénom", ["a;b"]),
        (HEAD, []),
        ("", []),
        (HEAD, [OUTSIDE.replace("ali@", f"ali{n}@") for n in range(501)]),
    ],
)
def test_a_file_that_is_no_list_of_hosts_comes_back_with_a_sentence(lead, head, lines):
    page = _bring(lead, *lines, head=head)
    assert page.status_code == 422
    assert page.context["form"].errors["file"]
    assert not HostList.objects.exists()


def test_a_workbook_is_read_like_a_text_and_our_own_sheet_is_understood(lead):
    empty = lead.get(reverse("placements:host_list_sheet"))
    head = [cell.value for cell in openpyxl.load_workbook(BytesIO(empty.content)).active[1]]
    assert all(columns_of(head)) and len(set(columns_of(head))) == len(head)
    file = BytesIO()
    sheets.write("xlsx", file, HEAD.split(";"), [GOOD.split(";")])
    sent = {"file": SimpleUploadedFile("hotes.xlsx", file.getvalue()), "intake": ""}
    lead.post(reverse("placements:host_list_add"), sent)
    assert _rows()[2]["verdict"] == V.NEW


def test_a_list_is_its_bringers_and_goes_after_a_while(lead, client_of, lyon):
    _bring(lead, GOOD)
    other = factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=lyon.zone)
    assert client_of(other).get(_url("host_list")).status_code == 404
    rule = retention.RULES["host_lists"]
    assert rule.count() == 0
    HostList.objects.update(made_at=clock.now() - timedelta(days=8))
    assert (rule.count(), rule.take(10), HostList.objects.count()) == (1, 1, 0)


def test_a_list_is_forgotten_and_its_sites_stay(lead):
    _bring(lead, GOOD)
    lead.post(_url("host_list_confirm"))
    lead.post(_url("host_list_drop"))
    assert not HostList.objects.exists() and HostSite.objects.count() == 1


def test_a_rule_that_refuses_a_row_at_the_last_moment_is_told_and_the_others_are_recorded(lyon_lead, monkeypatch):
    kept = services.receive_host_list(_file(GOOD, OUTSIDE), name="hotes", by=lyon_lead)
    add = services.add_site

    def refuse(**said):
        if said["siret"]:
            raise Refused("Trop tard.")
        return add(**said)

    monkeypatch.setattr("placements.services.host_lists.add_site", refuse)
    services.write_host_list(kept, by=lyon_lead)
    kept.refresh_from_db()
    assert [row["verdict"] for row in kept.rows] == [V.WRONG, V.NEW]
    assert HostSite.objects.count() == 1


# -- entered twice ----------------------------------------------------------------------------------------------------


@pytest.fixture
def answers(lyon):
    return {
        "company_name": "Rhône Contact (fictif)",
        "is_partner": "on",
        "name": "Plateau de la Soie",
        "siret": "73282932000074",
        "zone": str(lyon.zone.pk),
        "postcode": "69100",
        "contact_name": "Dominique Fictif",
        "contact_email": "d@exemple.test",
        "contact_phone": "04 65 71 00 12",
        "contact_language": "fr",
    }


@pytest.mark.parametrize(
    "like",
    [
        {"siret": "73282932000082"},
        {"name": "plateau de la soié"},
        {"contact_email": "D@exemple.test"},
        {"contact_phone": "+33465710012"},
    ],
)
def test_a_site_that_looks_like_another_is_shown_before_it_is_recorded(lead, answers, like):
    other = factories.site("lyon", **like)
    page = lead.post(reverse("placements:site_add"), answers)
    assert page.status_code == 409
    assert [one.site for one in page.context["others"]] == [other]
    assert other.name in page.content.decode() and "Dominique Fictif" in page.content.decode()
    assert HostSite.objects.count() == 1
    assert lead.post(reverse("placements:site_add"), answers | {"different": "on"}).status_code == 302
    assert HostSite.objects.count() == 2


def test_a_site_of_another_zone_or_a_rivals_contact_is_not_told(lead, answers, lyon_lead):
    factories.site("paris", name="Plateau de la Soie", contact_email="d@exemple.test", postcode="69100")
    factories.site("lyon", contact_phone="+33465710012")
    hosting.run_by(lyon_lead)
    assert lead.post(reverse("placements:site_add"), answers).status_code == 302


def test_the_administrators_see_pairs_of_every_zone_and_nobody_else_does(administrator, client_of, lead):
    url = reverse("placements:site_duplicates")
    browser = client_of(administrator)
    assert browser.get(url).context["pairs"] == []
    one, other = (
        factories.site("lyon", contact_phone="+33465710012"),
        factories.site("paris", contact_phone="+33465710012"),
    )
    page = browser.get(url)
    assert [{site, alike.site} for site, alike in page.context["pairs"]] == [{one, other}]
    assert lead.get(url).status_code == 403

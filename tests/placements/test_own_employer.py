"""A student who brings an employer: a lead sees it wherever they meet them, and is led to recording it."""

import re
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from cohorts.models import Enrolment
from partnership.states import Role
from placements import services
from placements.models import HostCompany, HostSite, Placement
from placements.states import PlacementState

from .. import factories

pytestmark = pytest.mark.django_db
BADGE = r'<span class="badge badge--go[^"]*"><svg[^>]*aria-hidden="true".*?</svg>Employeur déjà trouvé</span>'


@pytest.fixture
def bringer(lyon) -> Enrolment:
    """Somebody who has found an employer."""
    return factories.enrolment(lyon, has_employer=True)


def _page(name: str, *args: object, **query: str) -> str:
    return reverse(f"placements:{name}", args=args, query=query or None)


def _read(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def _marked(text: str) -> int:
    return len(re.findall(BADGE, text, re.DOTALL))


def _counting() -> AbstractContextManager:
    return CaptureQueriesContext(connection)


# -- where a lead meets them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "marks"), [(True, 1), (False, 0), (None, 0)])
def test_whoever_says_so_is_marked_wherever_a_lead_meets_them(lead, lyon, seat, said, marks):
    student = factories.enrolment(lyon, has_employer=said)
    addresses = [
        _page("zone_board", "lyon"),
        _page("student_list"),
        _page("student_detail", student.pk),
        _page("site_present", seat.site_id),
    ]
    assert [_marked(_read(lead, address)) for address in addresses] == [marks] * len(addresses)


def test_on_the_board_the_mark_stands_beside_the_name_in_the_wide_form_and_on_a_phone(lead, student, bringer):
    text = _read(lead, _page("zone_board", "lyon"))
    heads = re.findall(r'<tr><th scope="row">(.*?)</th>', text, re.DOTALL)
    assert [str(bringer) in head for head in heads if _marked(head)] == [True]
    # What only one of the two forms shows is in a part of its own.
    [head] = [head for head in heads if _marked(head)]
    assert "to-place__wide" not in head and not _marked(head[head.index("to-place__phone") :])


def test_a_mark_costs_no_question_however_many_have_one(lead, lyon, seat):
    addresses = [_page("zone_board", "lyon"), _page("student_list"), _page("site_present", seat.site_id)]

    def asked() -> list[int]:
        numbers = []
        for address in addresses:
            with _counting() as queries:
                _read(lead, address)
            numbers.append(len(queries))
        return numbers

    factories.enrolment(lyon)
    few = asked()
    for _number in range(9):
        factories.enrolment(lyon, has_employer=True)
    assert asked() == few and max(few) <= 20


def test_the_list_is_narrowed_to_them(lead, lyon, student, bringer, seat, lyon_lead):
    placed = factories.enrolment(lyon, has_employer=True)
    services.propose(placed, site=seat.site, by=lyon_lead)

    def listed(situation: str) -> set[Enrolment]:
        return set(lead.get(_page("student_list"), {"situation": situation}).context["page"])

    assert listed("own_employer") == {bringer}
    assert listed("to_place") == {student, bringer}


def test_whoever_is_placed_is_marked_no_longer(lead, bringer, seat, lyon_lead):
    services.propose(bringer, site=seat.site, by=lyon_lead)
    for address in (_page("zone_board", "lyon"), _page("student_list"), _page("student_detail", bringer.pk)):
        assert not _marked(_read(lead, address))


@pytest.mark.parametrize(
    ("state", "is_partner", "marks"),
    [
        (PlacementState.BROKEN, True, 0),
        (PlacementState.BROKEN, False, 0),
        # Their own employer, outside the partnership, did not take them; that a partner did not says nothing of it.
        (PlacementState.DECLINED, False, 0),
        (PlacementState.LAPSED, False, 0),
        (PlacementState.DECLINED, True, 1),
        (PlacementState.LAPSED, True, 1),
        # Taken back by the lead: chosen by mistake.
        (PlacementState.CANCELLED, False, 1),
    ],
)
def test_an_employer_that_was_lost_is_found_no_longer(lead, bringer, seat, state, is_partner, marks):
    seat.site.company.is_partner = is_partner
    seat.site.company.save()
    factories.placement(bringer, seat, state=state)
    for address in (_page("zone_board", "lyon"), _page("student_detail", bringer.pk)):
        assert _marked(_read(lead, address)) == marks
    listed = lead.get(_page("student_list"), {"situation": "own_employer"}).context["page"]
    assert len(listed) == marks


# -- recorded ---------------------------------------------------------------------------------------------------------


def _record(student: Enrolment) -> str:
    return _page("site_add", etudiant=str(student.pk))


def test_their_page_leads_straight_to_recording_the_employer(lead, student, bringer):
    with translation.override("fr"):
        words = gettext("Record their employer")
    link = f'<a class="btn btn--primary" href="{_record(bringer)}">{words}</a>'
    assert link in _read(lead, _page("student_detail", bringer.pk))
    assert _page("site_add") not in _read(lead, _page("student_detail", student.pk))


def test_their_page_says_what_was_answered_and_who_the_employer_is_where_it_is_known(lead, lyon):
    for answer, said in ((True, "Oui, Cabinet du Parc (fictif)"), (False, "Non")):
        name = "Cabinet du Parc (fictif)" if answer else ""
        student = factories.enrolment(lyon, has_employer=answer, employer_name=name)
        assert f"<dt>Employeur déjà trouvé</dt><dd>{said}</dd>" in _read(lead, _page("student_detail", student.pk))
    unasked = factories.enrolment(lyon, has_employer=None)
    assert "Employeur déjà trouvé" not in _read(lead, _page("student_detail", unasked.pk))


def test_the_employer_is_recorded_outside_the_partnership_and_the_student_placed_there(lead, lyon, bringer):
    page = lead.get(_record(bringer))
    form = page.context["form"]
    assert (form["is_partner"].value(), form["zone"].value()) == (False, lyon.zone.pk)
    text = page.content.decode()
    assert str(bringer) in text and not re.search(r'<input[^>]*name="is_partner"[^>]*checked', text)
    answers = {
        "company_name": "Cabinet du Parc (fictif)",
        "name": "Cabinet du Parc",
        "zone": str(lyon.zone.pk),
        "postcode": "69100",
        "contact_name": "Dominique Fictif",
        "contact_email": "dominique@exemple.test",
        "contact_language": "fr",
    }
    wrong = lead.post(_record(bringer), answers | {"postcode": ""})
    assert wrong.status_code == 422 and _page("student_detail", bringer.pk) in wrong.content.decode()
    assert lead.post(_record(bringer), answers).status_code == 302
    site = HostSite.objects.get()
    assert not site.company.is_partner
    lead.post(_page("seats_open", site.pk), {"number": "1", "shown": "0", "intake": str(lyon.intake.pk)})
    lead.post(_page("placement_propose", "lyon"), {"enrolment": str(bringer.pk), "site": str(site.pk)})
    placement = Placement.objects.get()
    assert (placement.enrolment, placement.seat.site, placement.state) == (bringer, site, PlacementState.PROPOSED)


def test_what_the_application_says_of_the_employer_is_in_the_form(lead, lyon):
    known = {"employer_name": "Cabinet du Parc (fictif)", "employer_siret": "73282932000074"}
    form = lead.get(_record(factories.enrolment(lyon, has_employer=True, **known))).context["form"]
    assert (form["company_name"].value(), form["siret"].value()) == tuple(known.values())


def test_without_a_student_the_form_is_a_partners_and_another_zones_student_is_404(
    lead, client_of, paris_lead, bringer
):
    for asked in ("", "pas-une-cle"):
        assert lead.get(_page("site_add"), {"etudiant": asked}).context["form"]["is_partner"].value() is True
    assert client_of(paris_lead).get(_record(bringer)).status_code == 404


# -- placed where it was recorded, whatever the zone -------------------------------------------------------------------


def _outside(zone: str, lyon, *, name: str = "Employeur trouvé (fictif)", siret: str = "") -> HostSite:
    """An employer outside the partnership with a free place."""
    site = factories.site(zone, company=HostCompany.objects.create(name=name, is_partner=False), siret=siret)
    factories.seat(site, of=lyon.intake)
    return site


def _offered(client, student: Enrolment) -> tuple[list[HostSite], dict[str, dict[str, str]], str]:
    """The sites on a student's page in their order, what each form there posts where, and the text."""
    page = client.get(_page("student_detail", student.pk))
    text = page.content.decode()
    forms = re.findall(r'<form method="post" action="([^"]*/placer/)">(.*?)</form>', text, re.DOTALL)
    said = [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) | {"to": address} for address, form in forms]
    return [one.site for one in page.context["nearest"]], {one["site"]: one for one in said}, text


def test_their_page_offers_their_employer_first_and_places_them_there(lead, lyon, seat):
    here, there = _outside("lyon", lyon), _outside("paris", lyon, name="CABINET du Parc (fictif)")
    factories.seat(factories.site("paris"), of=lyon.intake)
    bringer = factories.enrolment(lyon, has_employer=True, employer_name="Cabinet du Parc (fictif)")
    sites, forms, text = _offered(lead, bringer)
    assert sites == [there, here, seat.site]
    assert set(forms) == {str(there.pk), str(here.pk)}
    # Of another zone's record a lead reads who and where it is.
    assert _page("site_detail", here.pk) in text and _page("site_detail", there.pk) not in text
    said = forms[str(there.pk)]
    answer = lead.post(said.pop("to"), said, follow=True)
    placement = Placement.objects.get()
    assert (placement.enrolment, placement.seat.site, placement.state) == (bringer, there, PlacementState.PROPOSED)
    # What the lead of the host's zone alone may do is not offered.
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    board = answer.context["board"]
    assert ([row.placement for row in board.placements], board.undoable) == ([placement], [])
    assert _page("placement_undo", placement.pk) not in answer.content.decode()


def test_the_employer_of_the_siret_that_the_application_names_is_first(lead, lyon):
    near, there = _outside("lyon", lyon), _outside("paris", lyon, siret="73282932000074")
    bringer = factories.enrolment(lyon, has_employer=True, employer_siret="73282932000074")
    assert _offered(lead, bringer)[0] == [there, near]


def test_whoever_brings_none_is_offered_outside_employers_by_their_distance(lead, lyon, seat, student):
    there = _outside("paris", lyon)
    sites, forms, _text = _offered(lead, student)
    assert sites == [seat.site, there] and set(forms) == {str(there.pk)}


def test_whoever_leads_the_employers_zone_as_well_can_take_back(client_of, lyon):
    there = _outside("paris", lyon)
    bringer = factories.enrolment(lyon, has_employer=True)
    everywhere = client_of(factories.user(Role.REGIONAL_LEAD))
    said = _offered(everywhere, bringer)[1][str(there.pk)]
    answer = everywhere.post(said.pop("to"), said, follow=True)
    assert [row.placement for row in answer.context["board"].undoable] == [Placement.objects.get()]
    assert not list(answer.context["messages"])


def test_a_full_employer_or_one_of_another_intake_is_not_offered(lead, lyon, bringer):
    full, later = _outside("paris", lyon), factories.site("paris", company=HostCompany.objects.get())
    factories.placement(factories.enrolment(lyon), full.seats.get())
    factories.seat(later, of=factories.intake(starts_on=lyon.intake.starts_on + timedelta(days=30)))
    assert _offered(lead, bringer)[:2] == ([], {})


def test_no_partner_of_another_zone_and_nobody_elses_student_is_placed_so(lead, client_of, paris_lead, lyon, bringer):
    there = _outside("paris", lyon)
    stranger = factories.enrolment(factories.cohort("paris", of=lyon.intake), has_employer=True)
    for browser, zone, student in ((lead, "lyon", stranger), (client_of(paris_lead), "paris", bringer)):
        said = {"enrolment": str(student.pk), "site": str(there.pk)}
        assert browser.post(_page("placement_propose", zone), said).status_code == 404
    HostCompany.objects.filter(pk=there.company_id).update(is_partner=True)
    said = {"enrolment": str(bringer.pk), "site": str(there.pk)}
    assert lead.post(_page("placement_propose", "lyon"), said).status_code == 404
    assert _offered(lead, bringer)[0] == [] and not Placement.objects.exists()


def test_their_page_asks_as_many_questions_with_one_employer_as_with_five(lead, lyon, bringer):
    def asked() -> int:
        with _counting() as queries:
            _read(lead, _page("student_detail", bringer.pk))
        return len(queries)

    _outside("paris", lyon)
    few = asked()
    for _number in range(4):
        _outside("paris", lyon)
    assert asked() == few <= 20

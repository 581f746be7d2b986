"""A student who brings an employer: a lead sees it wherever they meet them, and is led to recording it."""

import re
from contextlib import AbstractContextManager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from cohorts.models import Enrolment
from placements import services
from placements.models import HostSite, Placement
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

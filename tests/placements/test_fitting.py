"""Whether a student's age and rhythm fit a site's hours, as somebody places them."""

from datetime import date

import pytest
from django.urls import reverse

from cohorts.models import Candidate, Cohort
from cohorts.states import RhythmKind
from partnership.workflow import Refused
from placements import services
from placements.models import OpeningHours, Placement

from .. import factories
from . import hosting_factory as hosting

pytestmark = pytest.mark.django_db

MONDAY_TO_FRIDAY = range(5)


def _open(site, days, opens=9, closes=19):
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=day, opens=opens * 60, closes=closes * 60) for day in days
    )


@pytest.fixture
def alternating(lyon):
    """The cohort is one week at school and one in the company, for a year."""
    starts = lyon.intake.starts_on
    Cohort.objects.filter(pk=lyon.pk).update(
        rhythm_kind=RhythmKind.WEEKS,
        school_weeks=1,
        company_weeks=1,
        training_from=starts,
        training_until=date(starts.year + 1, starts.month, min(starts.day, 28)),
    )
    lyon.refresh_from_db()
    return lyon


def test_a_site_whose_hours_are_unknown_asks_nothing(alternating, site, seat, student, lyon_lead):
    assert services.propose(student, site=site, by=lyon_lead).hours_reason == ""


def test_a_site_open_all_week_fits(alternating, site, seat, student, lyon_lead):
    _open(site, MONDAY_TO_FRIDAY)
    assert services.propose(student, site=site, by=lyon_lead)


def test_a_site_closed_on_company_days_needs_a_written_reason(alternating, site, seat, student, lyon_lead):
    _open(site, range(4))
    with pytest.raises(services.Clash) as clash:
        services.propose(student, site=site, by=lyon_lead)
    assert len(clash.value.sentences) == 1
    assert not Placement.objects.exists()
    placement = services.propose(student, site=site, by=lyon_lead, hours_reason="Le vendredi en télétravail.")
    assert placement.hours_reason == "Le vendredi en télétravail."


def test_a_reason_is_not_kept_where_the_hours_fit(alternating, site, seat, student, lyon_lead):
    _open(site, MONDAY_TO_FRIDAY)
    assert services.propose(student, site=site, by=lyon_lead, hours_reason="Pour rien.").hours_reason == ""


def test_a_minor_is_refused_where_only_the_night_is_worked_and_the_article_is_named(
    alternating, site, seat, student, lyon_lead
):
    _open(site, MONDAY_TO_FRIDAY, opens=16, closes=24)
    _open(site, (5, 6), opens=16, closes=24)
    born = student.application.intake.starts_on.year - 17
    Candidate.objects.filter(pk=student.application.candidate_id).update(birth_year=born, birth_month=1)
    student.application.candidate.refresh_from_db()
    with pytest.raises(Refused, match=r"L31\d\d-\d") as refusal:
        services.propose(student, site=site, by=lyon_lead, hours_reason="Quand même.")
    assert not isinstance(refusal.value, services.Clash)


def test_the_lead_is_asked_why_on_a_page_of_its_own(alternating, site, seat, student, lead):
    _open(site, range(4))
    url = reverse("placements:placement_propose", args=["lyon"])
    asked = lead.post(url, {"enrolment": student.pk, "site": site.pk, "rentree": alternating.intake_id})
    assert asked.status_code == 422 and "hours_reason" in asked.content.decode()
    assert "(facultatif)" not in asked.content.decode() and not asked.context["form"].errors
    for typed, wrong in (("", "Écrivez pourquoi"), ("Elle est de nationalité italienne.", "nationalité")):
        again = lead.post(url, {"enrolment": student.pk, "site": site.pk, "hours_reason": typed})
        assert again.status_code == 422 and typed in again.content.decode()
        assert wrong in str(again.context["form"].errors["hours_reason"]) and not Placement.objects.exists()
    said = {"enrolment": student.pk, "site": site.pk, "hours_reason": "Le vendredi en télétravail."}
    assert lead.post(url, said).status_code == 302
    assert Placement.objects.get().hours_reason


def test_an_amendment_asks_the_same(alternating, site, seat, student, lyon_lead):
    other = factories.site("lyon", company=site.company)
    factories.seat(other, of=alternating.intake, by=lyon_lead)
    _open(other, range(4))
    placement = services.propose(student, site=site, by=lyon_lead)
    services.accept(placement, by=site)
    said = {"site": other, "tutor": None, "from_on": student.application.intake.starts_on, "by": lyon_lead}
    with pytest.raises(services.Clash):
        services.amend(placement, **said)
    services.amend(placement, **said, hours_reason="Le vendredi en télétravail.")
    placement.refresh_from_db()
    assert placement.seat.site == other and placement.hours_reason


def test_an_amendment_names_why_a_tutor_cannot_be_given(alternating, site, seat, student, lyon_lead):
    placement = services.propose(student, site=site, by=lyon_lead)
    services.accept(placement, by=site)
    services.load_host_reference()
    newcomer = hosting.tutor(site, years_in_job=0)
    with pytest.raises(Refused, match="moins de"):
        services.amend(placement, site=site, tutor=newcomer, from_on=date.today(), by=lyon_lead)

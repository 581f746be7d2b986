"""Applying to the certificate: a professional's own questions, no minor, no waiting list, no host."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from cohorts import exports, personal_data, services
from cohorts.models import CAREER, Application
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.models import ref
from partnership.workflow import Refused
from placements import services as placing
from programmes.states import ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db
SLUG = "directeur"
STEP = f"/fr/candidater/{SLUG}/%s/"
SIRET = "732 829 320 00074"


@pytest.fixture
def cohort(db):
    factories.commune("lyon")
    programme = factories.programme(SLUG, kind=ProgrammeKind.SCHOOL_CERTIFICATE, short_title="Certificat")
    return factories.cohort("lyon", of=factories.intake(programme, starts_on=date(clock.today().year + 1, 1, 11)))


def identity(**said: str) -> dict[str, str]:
    """A head of forty advisers, of age."""
    return factories.identity() | {"birth_year": str(clock.today().year - 38)} | said


def career(wanted, **said: str) -> dict[str, str]:
    """What a professional answers on the second page."""
    return {
        "employer_name": "Contact Rhône (fictif)",
        "employer_siret": SIRET,
        "job": "Responsable de plateau",
        "management_years": "6",
        "funding": "opco",
        "class_days": "jeudis et vendredis",
        "cohort": str(wanted.pk),
        "source": "word_of_mouth",
    } | said


def apply(client, cohort, **said: str) -> Application:
    """From the first page to the last."""
    client.post(STEP % "identite", identity())
    client.post(STEP % "projet", career(cohort, **said))
    client.post(STEP % "verifier", {})
    return Application.objects.submitted().get()


def test_a_professional_is_asked_for_employer_position_and_funding_on_the_same_three_pages(client, cohort):
    answer = client.post(STEP % "identite", identity())
    assert answer["Location"] == STEP % "projet"
    page = client.get(STEP % "projet")
    assert [*page.context["form"].fields] == [*CAREER, "cohort", "source"]
    assert client.post(STEP % "projet", career(cohort))["Location"] == STEP % "verifier"
    told = client.get(STEP % "verifier").content.decode()
    assert "Contact Rhône (fictif)" in told and "73282932000074" in told
    assert client.post(STEP % "verifier", {})["Location"] == STEP % "merci"
    sent = Application.objects.submitted().get()
    assert (sent.state, sent.employer_name, sent.employer_siret) == (
        S.SUBMITTED,
        "Contact Rhône (fictif)",
        SIRET.replace(" ", ""),
    )
    assert (sent.job, sent.management_years, sent.funding) == ("Responsable de plateau", 6, "opco")
    assert (sent.class_days, sent.has_employer) == ("jeudis et vendredis", True)


def test_neither_school_nor_host_nor_another_zone_is_spoken_of(client, cohort):
    client.post(STEP % "identite", identity())
    with translation.override("en"):
        page = client.get(reverse("cohorts:apply_project", args=[SLUG])).content.decode()
    for word in ("diploma", "move elsewhere", "open late", "Have you already found an employer"):
        assert word not in page
    assert "There is no waiting list" in page


def test_the_draft_is_kept_and_resumed_at_the_step_that_is_left(client, cohort):
    client.post(STEP % "identite", identity())
    assert client.get(STEP % "verifier")["Location"] == STEP % "projet"
    client.post(STEP % "projet", career(cohort))
    draft = Application.objects.get()
    assert (draft.state, draft.employer_name) == (S.DRAFT, "Contact Rhône (fictif)")
    again = client.get(STEP % "projet").context["form"]
    assert again.initial["job"] == "Responsable de plateau"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"employer_name": " "}, "employer_name"),
        ({"employer_siret": "73282932000075"}, "employer_siret"),
        ({"job": ""}, "job"),
        ({"management_years": "-1"}, "management_years"),
        ({"management_years": "61"}, "management_years"),
        ({"management_years": "six"}, "management_years"),
        ({"funding": "lottery"}, "funding"),
        ({"class_days": "x" * 121}, "class_days"),
        ({"cohort": "0"}, "cohort"),
        ({"source": ""}, "source"),
    ],
)
def test_a_wrong_answer_comes_back_with_all_that_was_typed(client, cohort, said, field):
    client.post(STEP % "identite", identity())
    answer = client.post(STEP % "projet", career(cohort, **said))
    assert answer.status_code == 422
    assert [*answer.context["form"].errors] == [field]


def test_an_employer_may_be_named_without_its_siret(client, cohort):
    assert apply(client, cohort, employer_siret="", class_days="").employer_siret == ""


@pytest.mark.parametrize("years", [10, 14, 16, 17])
def test_a_minor_is_told_so_and_cannot_go_on(client, cohort, years):
    year = cohort.intake.starts_on.year - years - 1
    answer = client.post(STEP % "identite", identity(birth_year=str(year), birth_month="12"))
    assert answer.status_code == 422
    assert "18" in str(answer.context["form"].errors["birth_year"])
    assert not Application.objects.exists()


def test_whoever_turns_eighteen_before_the_first_day_may_apply(client, cohort):
    year = cohort.intake.starts_on.year - 19
    assert client.post(STEP % "identite", identity(birth_year=str(year), birth_month="12")).status_code == 302


def test_no_other_door_lets_a_minor_in(recruiter, cohort):
    young = factories.candidate(birth_year=cohort.intake.starts_on.year - 17)
    file = factories.application(cohort, of=young, employer_name="Contact (fictif)")
    with pytest.raises(Refused, match="18"):
        services.admit(file, by=recruiter)
    diploma = factories.application(of=factories.candidate(birth_year=cohort.intake.starts_on.year - 17))
    with pytest.raises(Refused, match="18"):
        services.redirect(diploma, cohort=cohort, by=recruiter)
    draft = factories.application(cohort, state=S.DRAFT, of=factories.candidate(birth_year=young.birth_year))
    with pytest.raises(Refused, match="18"):
        services.submit(draft, consents=[], notice_version="x")


# -- no waiting list, no host -----------------------------------------------------------------------------------------


def test_nobody_is_put_on_a_waiting_list_and_the_file_does_not_offer_it(lyon_recruiter, client_of, cohort):
    file = factories.application(cohort, state=S.INTERVIEWED)
    with pytest.raises(Refused):
        services.waitlist(file, by=lyon_recruiter)
    client = client_of(lyon_recruiter)
    with translation.override("en"):
        page = client.get(reverse("cohorts:application_detail", args=[file.pk])).content.decode()
        assert reverse("cohorts:application_waitlist", args=[file.pk]) not in page
        answer = client.post(
            reverse("cohorts:application_waitlist", args=[file.pk]), {"version": file.version}, follow=True
        )
    assert "This course has no waiting list" in answer.content.decode()
    file.refresh_from_db()
    assert file.state == S.INTERVIEWED


def test_the_database_knows_no_waiting_list_of_a_certificate_whoever_writes(cohort):
    with pytest.raises(IntegrityError, match="no waiting list"):
        factories.application(cohort, state=S.WAITLISTED)


def test_no_host_opens_a_place_for_a_certificate(paris_lead, cohort):
    site = factories.site()
    with pytest.raises(Refused):
        placing.open_seats(site, cohort.intake, number=1, by=paris_lead)


def test_the_database_knows_no_host_place_of_a_certificate(cohort):
    with pytest.raises(IntegrityError, match="no host place"):
        factories.seat(of=cohort.intake)


def test_a_lead_neither_places_nor_sees_whoever_has_an_employer(lyon_lead, client_of, cohort):
    factories.enrolment(cohort, of=factories.candidate(last_name="Enposte"))
    with translation.override("en"):
        page = client_of(lyon_lead).get(reverse("placements:student_list")).content.decode()
    assert "Enposte" not in page


# -- on file ----------------------------------------------------------------------------------------------------------


def test_the_interview_is_optional_on_the_way_to_a_place(recruiter, cohort):
    on_file, met = factories.application(cohort), factories.application(cohort)
    services.admit(on_file, by=recruiter)
    services.record_interview(met, note="Vue au salon.", by=recruiter)
    services.admit(met, by=recruiter)
    assert (on_file.state, met.state) == (S.ADMITTED, S.ADMITTED)


def test_no_place_is_offered_before_the_content_is_validated(recruiter, cohort):
    programme = factories.programme("autre", kind=ProgrammeKind.SCHOOL_CERTIFICATE)
    content = factories.curriculum(programme, state="in_review")
    waiting = factories.application(factories.cohort("paris", of=factories.intake(programme), content=content))
    with pytest.raises(Refused, match="validated"), translation.override("en"):
        services.admit(waiting, by=recruiter)


# -- the same facts everywhere ----------------------------------------------------------------------------------------


def test_the_file_shows_what_was_said(lyon_recruiter, client_of, client, cohort):
    file = apply(client, cohort)
    with translation.override("en"):
        page = client_of(lyon_recruiter).get(reverse("cohorts:application_detail", args=[file.pk])).content.decode()
    for said in ("Contact Rhône (fictif)", "73282932000074", "Responsable de plateau", "a skills operator (OPCO)"):
        assert said in page
    assert "Other possible zones" not in page


def test_the_call_script_asks_the_same_questions_and_hands_in(lyon_recruiter, client_of, cohort):
    person = factories.candidate(birth_year=1988)
    file = factories.application(
        cohort, state=S.ENQUIRY, of=person, level="", languages="", has_employer=None, source="", notice_version="x"
    )
    client, url = client_of(lyon_recruiter), reverse("cohorts:call_script", args=[file.pk])
    assert [*client.get(url).context["steps"]["projet"].fields] == [*CAREER]
    assert "employer_name" in services.lacks(file)
    said = {name: value for name, value in career(cohort).items() if name in CAREER}
    client.post(url, said | {"step": "projet", "version": file.version})
    file.refresh_from_db()
    assert (file.employer_siret, file.management_years, file.has_employer) == ("73282932000074", 6, True)
    assert services.lacks(file) == []
    services.submit_by_telephone(file, by=lyon_recruiter)
    assert file.state == S.SUBMITTED


def test_the_export_writes_the_new_columns(client, cohort):
    apply(client, cohort)
    columns = [(name, name) for name in CAREER]
    with translation.override("en"), exports.cells(Application.objects.all(), columns) as rows:
        assert [*rows] == [
            [
                "Contact Rhône (fictif)",
                "73282932000074",
                "Responsable de plateau",
                "6",
                "a skills operator (OPCO)",
                "jeudis et vendredis",
            ]
        ]


def test_what_was_said_is_collected_and_erased(client, cohort):
    file = apply(client, cohort)
    subject = ref(file.candidate)
    (held,) = personal_data.collect(subject)["applications"]
    assert (held["employer_name"], held["job"], held["funding"]) == (
        "Contact Rhône (fictif)",
        "Responsable de plateau",
        "opco",
    )
    personal_data.erase(subject, clock.now())
    file.refresh_from_db()
    assert [getattr(file, name) for name in CAREER] == ["", "", "", None, "", ""]


def test_what_was_said_goes_on_with_a_postponed_file(client, recruiter, cohort):
    file = apply(client, cohort)
    later = factories.cohort(
        "lyon", of=factories.intake(cohort.intake.programme, starts_on=date(clock.today().year + 2, 1, 10))
    )
    following = services.postpone(file, cohort=later, by=recruiter)
    assert [getattr(following, name) for name in CAREER] == [getattr(file, name) for name in CAREER]

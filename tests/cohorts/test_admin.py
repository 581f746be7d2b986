"""The administrators' reference data of recruitment; applicants are nowhere in the admin."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import IntegrityError, transaction
from django.urls import reverse

from cohorts.models import Application, Booking, Candidate, Cohort, Consent, Enrolment
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.models import JournalEntry, ref

from .. import factories

pytestmark = pytest.mark.django_db


def _form(cohort, **changes):
    fields = {
        "intake": cohort.intake_id,
        "zone": cohort.zone_id,
        "groups": 1,
        "capacity": cohort.capacity,
        "rhythm": "2 jours de cours, 3 jours au plateau",
        "applications_from": clock.today().isoformat(),
        "applications_until": clock.today().isoformat(),
        "curriculum": cohort.curriculum_id,
    }
    return fields | changes


def _change(cohort):
    return reverse("admin:cohorts_cohort_change", args=[cohort.pk])


def test_no_applicant_is_in_the_admin():
    personal = {Application, Booking, Candidate, Consent, Enrolment}
    assert not personal & set(admin.site._registry)


def test_an_administrator_changes_a_cohort_and_the_journal_says_so(administrator, client_of):
    cohort = factories.cohort()
    response = client_of(administrator).post(_change(cohort), _form(cohort, capacity=20))
    assert response.status_code == 302
    assert Cohort.objects.get().capacity == 20
    assert JournalEntry.objects.get(subject=ref(cohort)).after == "edited"


def test_a_cohort_takes_no_content_of_another_programme(administrator, client_of):
    cohort = factories.cohort()
    other = factories.curriculum(factories.programme("autre"))
    response = client_of(administrator).post(_change(cohort), _form(cohort, curriculum=other.pk))
    assert "curriculum" in response.context["adminform"].form.errors


def test_a_cohort_keeps_the_places_already_offered(administrator, client_of):
    cohort = factories.cohort()
    for _ in range(3):
        factories.application(cohort, state=S.ADMITTED)
    client = client_of(administrator)
    response = client.post(_change(cohort), _form(cohort, capacity=2))
    assert "capacity" in response.context["adminform"].form.errors
    Cohort.objects.update(overbooking_percent=50)
    assert client.post(_change(cohort), _form(cohort, capacity=2)).status_code == 302


@pytest.mark.parametrize("field", ["intake", "zone"])
def test_a_cohort_somebody_has_applied_to_keeps_its_intake_and_zone(administrator, client_of, field):
    cohort = factories.cohort()
    other = {
        "intake": factories.intake(starts_on=clock.today() + timedelta(days=300)),
        "zone": factories.zone("paris"),
    }[field]
    factories.application(cohort)
    response = client_of(administrator).post(_change(cohort), _form(cohort, **{field: other.pk}))
    assert field in response.context["adminform"].form.errors
    with pytest.raises(IntegrityError, match="somebody has applied"), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(**{field: other})


def test_the_database_keeps_the_places_already_offered():
    cohort = factories.cohort(capacity=2)
    factories.application(cohort, state=S.ADMITTED)
    Cohort.objects.filter(pk=cohort.pk).update(capacity=1)
    with pytest.raises(IntegrityError, match="already offered"), transaction.atomic():
        Cohort.objects.filter(pk=cohort.pk).update(capacity=0)


@pytest.mark.parametrize("name", ["intake", "cohort"])
def test_only_administrators_open_the_lists(administrator, reviewer, recruiter, client_of, name):
    factories.cohort()
    address = reverse(f"admin:cohorts_{name}_changelist")
    assert client_of(administrator).get(address).status_code == 200
    assert client_of(reviewer).get(address).status_code == 403
    assert client_of(recruiter).get(address).status_code in (302, 403)

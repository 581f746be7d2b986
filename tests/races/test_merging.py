"""Two records of one person are made one while others merge, apply, enter or erase them: one person is left."""

from uuid import uuid4

import pytest

from cohorts import services
from cohorts.models import Application, Candidate
from cohorts.states import LIVE, ApplicationState
from partnership import clock, personal_data
from partnership.models import JournalEntry, ref
from partnership.states import Role
from partnership.workflow import THE_CLOCK
from tests import factories

from .crowd import at_once, naive

S = ApplicationState
SAID = {"first_name": "Léa", "last_name": "Roche", "phone": "+33465710001", "email": "lea@exemple.test"}


@pytest.fixture
def by():
    return factories.user(Role.RECRUITER)


def twice(*states) -> list[Application]:
    """The same person, entered once for each state."""
    cohort = factories.cohort()
    return [factories.application(cohort, state=state, of=factories.candidate(**SAID)) for state in states]


def _fresh(file: Application) -> Candidate:
    return Candidate.objects.get(pk=file.candidate_id)


def left() -> list[Candidate]:
    return list(Candidate.objects.filter(merged_into=None))


def test_of_merges_in_both_directions_one_happens(by):
    one, other = twice(S.SUBMITTED, S.REJECTED)

    def deed(place):
        first, second = (one, other) if place % 2 else (other, one)
        services.merge(_fresh(first), _fresh(second), by=by)

    outcomes = at_once(8, deed)
    assert outcomes == {"done": 1, "Refused": 7}
    [person] = left()
    assert person.applications.count() == 2
    assert JournalEntry.objects.filter(after="merged").count() == 2


def test_three_records_merged_in_a_ring_leave_one_that_the_others_lead_to(by):
    files = twice(S.SUBMITTED, S.REJECTED, S.WITHDRAWN)

    def deed(place):
        services.merge(_fresh(files[place]), _fresh(files[(place + 1) % 3]), by=by)

    outcomes = at_once(3, deed)
    people = left()
    assert len(people) == 3 - outcomes["done"]
    assert sum(person.applications.count() for person in people) == 3


def test_whoever_hands_in_while_they_are_merged_has_one_file_and_it_is_theirs(by):
    stays, goes = twice(S.REJECTED, S.ENQUIRY)
    draft = services.begin(
        goes.cohort,
        submit_key=uuid4(),
        identity=SAID | {"postcode": "69100", "commune": factories.commune(), "birth_year": 2006, "birth_month": 5},
        language="fr",
    )

    def deed(place):
        if place:
            services.submit(Application.objects.get(pk=draft.pk), consents=["talent_pool"], notice_version="1")
        else:
            services.merge(_fresh(stays), _fresh(goes), by=by)

    assert at_once(2, deed) == {"done": 2}
    live = Application.objects.filter(state__in=LIVE)
    assert [(file.candidate_id, file.state) for file in live] == [(stays.candidate_id, S.SUBMITTED)]
    assert stays.candidate.consents.count() == 1


def test_whoever_is_entered_again_while_they_are_merged_is_the_one_who_stays(by):
    stays, goes = twice(S.REJECTED, S.REJECTED)

    def deed(place):
        if place:
            services.add_contact(goes.cohort, of=_fresh(goes), owner=by, by=by)
        else:
            services.merge(_fresh(stays), _fresh(goes), by=by)

    assert at_once(2, deed) == {"done": 2}
    assert Application.objects.get(state=S.ENQUIRY).candidate_id == stays.candidate_id


@pytest.mark.parametrize("erased", ["the one who stays", "the one who goes"])
def test_of_a_merge_and_an_erasure_nobody_is_left_who_asked_to_be_erased(by, erased):
    stays, goes = twice(S.REJECTED, S.REJECTED)
    subject = ref((stays if erased == "the one who stays" else goes).candidate)

    def deed(place):
        if place:
            personal_data.erase(subject, by=THE_CLOCK)
        else:
            services.merge(_fresh(stays), _fresh(goes), by=by)

    outcomes = at_once(2, deed)
    asked = personal_data.HOLDERS["recruitment"].collect(subject)["identity"]
    assert [one["phone"] for one in asked] == [""]
    # Whoever came first: erased with the other record in it, or erased alone and not merged any more.
    names = Candidate.objects.exclude(first_name="").count()
    assert names == (0 if outcomes["done"] == 2 else 1)


def test_a_file_that_goes_on_for_a_later_intake_while_its_person_is_merged_goes_with_them(by):
    stays, goes = twice(S.REJECTED, S.SUBMITTED)
    later = factories.cohort(of=factories.intake(starts_on=clock.today().replace(year=clock.today().year + 2)))

    def deed(place):
        if place:
            services.postpone(Application.objects.get(pk=goes.pk), cohort=later, by=by)
        else:
            services.merge(_fresh(stays), _fresh(goes), by=by)

    assert at_once(2, deed) == {"done": 2}
    assert {file.candidate_id for file in Application.objects.all()} == {stays.candidate_id}


def test_without_a_lock_both_records_are_emptied_into_each_other(by):
    one, other = twice(S.SUBMITTED, S.REJECTED)
    pair = [(one.candidate, other.candidate), (other.candidate, one.candidate)]
    naive(
        2,
        read=lambda place: pair[place][1].merged_into_id is None,
        write=lambda place: Candidate.objects.filter(pk=pair[place][1].pk).update(
            merged_into=pair[place][0],
            merged_at=clock.now(),
            merged_by=by,
            first_name="",
            last_name="",
            phone="",
            email="",
            search_text="",
        ),
    )
    assert left() == []

"""Headcounts: whatever becomes of a file, the lines of its cohort add up to the files that are there."""

from collections import Counter

import pytest
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from cohorts import services
from cohorts.models import Application, Cohort, Headcount
from cohorts.services import headcounts
from cohorts.states import ApplicationState as S
from cohorts.states import ExitReason, HeadcountKind, Source
from partnership import clock, measures
from partnership.models import Convention
from partnership.states import Role

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]


@pytest.fixture
def recruiter():
    return factories.user(Role.RECRUITER)


def stages() -> QuerySet[Headcount]:
    return Headcount.objects.filter(kind=HeadcountKind.STAGE)


def lines(cohort: Cohort) -> dict[tuple, int]:
    alike = stages().filter(cohort=cohort).values_list("state", "left_from", "was_submitted", "was_offered")
    return {key: number for *key_, number in alike.annotate(Sum("number")) if number for key in [tuple(key_)]}


def test_a_file_is_counted_from_its_first_contact_to_its_exit(recruiter):
    file = factories.application(state=S.ENQUIRY, submitted_at=None)
    assert lines(file.cohort) == {(S.ENQUIRY, "", False, False): 1}

    Application.objects.filter(pk=file.pk).update(state=S.INTERVIEWED, submitted_at=clock.now())
    assert lines(file.cohort) == {(S.INTERVIEWED, "", True, False): 1}

    file.refresh_from_db()
    services.admit(file, by=recruiter)
    assert lines(file.cohort) == {(S.ADMITTED, "", True, True): 1}

    services.decline(file, reason=ExitReason.JOB, by=file.candidate)
    assert lines(file.cohort) == {(S.DECLINED, S.ADMITTED, True, True): 1}


def test_a_draft_is_not_counted_and_whoever_goes_is_counted_no_more():
    draft = factories.application(state=S.DRAFT, submitted_at=None)
    assert not Headcount.objects.exists()

    Application.objects.filter(pk=draft.pk).update(state=S.SUBMITTED, submitted_at=clock.now())
    assert lines(draft.cohort) == {(S.SUBMITTED, "", True, False): 1}

    draft.delete()
    assert lines(draft.cohort) == {}


def test_a_file_that_goes_to_another_zone_is_counted_there(recruiter):
    lyon = factories.cohort("lyon")
    paris = factories.cohort("paris", of=lyon.intake)
    file = factories.application(lyon)

    services.transfer(file, cohort=paris, by=recruiter)

    assert lines(lyon) == {}
    assert lines(paris) == {(S.SUBMITTED, "", True, False): 1}


def test_many_files_of_one_statement_are_one_line_for_each_kind(django_assert_num_queries):
    cohort, other = factories.cohort("lyon"), factories.cohort("paris")
    people = [factories.candidate() for _ in range(5)]
    fields = {"created_at": clock.now(), "submitted_at": clock.now(), "state_since": clock.now(), "state": S.SUBMITTED}
    with django_assert_num_queries(1):
        Application.objects.bulk_create(
            Application(candidate=person, cohort=to, intake=to.intake, **fields)
            for person, to in zip(people, [cohort] * 3 + [other] * 2, strict=True)
        )
    assert stages().count() == 2
    assert (lines(cohort), lines(other)) == ({(S.SUBMITTED, "", True, False): 3}, {(S.SUBMITTED, "", True, False): 2})


def test_a_deed_that_is_not_about_where_a_file_is_writes_no_line(recruiter):
    file = factories.application()
    before = Headcount.objects.count()
    Application.objects.filter(pk=file.pk).update(submitted_at=clock.now(), acted_at=clock.now())
    assert Headcount.objects.count() == before


def test_what_is_taken_back_is_not_counted():
    cohort = factories.cohort()
    with pytest.raises(RuntimeError), transaction.atomic():
        factories.application(cohort)
        raise RuntimeError
    assert lines(cohort) == {}


def test_counting_again_leaves_one_line_for_each_kind_and_the_same_board(recruiter):
    convention = factories.convention()
    milestone = factories.milestone(convention)
    cohort = factories.cohort(of=factories.intake(factories.programme(milestone=milestone)))
    for reason in (ExitReason.PROFILE, ExitReason.PROFILE, None):
        file = factories.application(cohort)
        if reason:
            services.reject(file, reason=reason, by=recruiter)
    before, counted = lines(cohort), measures.counts(None, Convention.objects.get(pk=convention.pk))
    assert stages().count() == 7

    services.count_again()

    assert lines(cohort) == before == {(S.SUBMITTED, "", True, False): 1, (S.REJECTED, S.SUBMITTED, True, False): 2}
    assert stages().count() == 2
    assert not Headcount.objects.filter(is_change=True).exists()
    assert measures.counts(None, Convention.objects.get(pk=convention.pk)) == counted
    assert counted["contacts"] == {(milestone.pk, cohort.zone_id): 3}


def test_counting_again_mends_what_was_counted_wrongly():
    file = factories.application()
    Headcount.objects.create(
        kind=HeadcountKind.STAGE,
        cohort=file.cohort,
        state=S.SUBMITTED,
        was_submitted=True,
        was_offered=False,
        number=7,
        is_change=True,
    )
    services.count_again()
    assert lines(file.cohort) == {(S.SUBMITTED, "", True, False): 1}


def test_files_are_counted_again_once_there_are_many_lines(monkeypatch):
    each = len(HeadcountKind)
    monkeypatch.setattr(headcounts, "MANY", 3 * each)
    cohort = factories.cohort()
    for _ in range(3):
        factories.application(cohort)
    services.count_again_if_many()
    assert Headcount.objects.count() == 3 * each

    factories.application(cohort)
    services.count_again_if_many()
    assert Headcount.objects.count() == each

    # What was counted is not counted again before as many have come as then.
    services.count_again_if_many()
    factories.application(cohort)
    services.count_again_if_many()
    assert Headcount.objects.count() == 2 * each


def test_a_live_file_is_counted_with_its_follower_and_whether_it_has_a_date(recruiter):
    def followed() -> dict[tuple, int]:
        alike = Headcount.objects.filter(kind=HeadcountKind.OWNER).values_list("state", "owner", "has_date")
        return {tuple(key): number for *key, number in alike.annotate(Sum("number")) if number}

    file = factories.application(owner=recruiter)
    assert followed() == {(S.SUBMITTED, recruiter.pk, False): 1}

    Application.objects.filter(pk=file.pk).update(next_at=clock.now(), owner=None)
    assert followed() == {(S.SUBMITTED, None, True): 1}

    file.refresh_from_db()
    services.reject(file, reason=ExitReason.PROFILE, by=recruiter)
    assert followed() == {}


def test_a_move_writes_only_the_lines_that_it_changes(recruiter):
    file = factories.application(owner=recruiter)
    before = Headcount.objects.count()
    # Neither where the file is nor who follows it is of the source; and the other way round.
    Application.objects.filter(pk=file.pk).update(state=S.INTERVIEWED)
    Application.objects.filter(pk=file.pk).update(source=Source.FAIR)
    kinds = Headcount.objects.order_by("pk").values_list("kind", flat=True)[before:]
    assert Counter(kinds) == {HeadcountKind.STAGE: 2, HeadcountKind.OWNER: 2, HeadcountKind.SOURCE: 2}


def test_a_draft_is_neither_submitted_nor_offered():
    draft, offered = factories.application(state=S.DRAFT), factories.application(state=S.ADMITTED)
    # The board counts who has applied and who was offered a place without a look at their state.
    for said in ({"submitted_at": clock.now()}, {"offered_curriculum": offered.offered_curriculum}):
        with pytest.raises(IntegrityError, match="a_draft_is_neither"), transaction.atomic():
            Application.objects.filter(pk=draft.pk).update(**said)

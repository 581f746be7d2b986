"""What the board counts of the contents."""

from datetime import timedelta

import pytest
from django.urls import reverse

from partnership import clock
from partnership import measures as board_measures
from partnership.measures import Census
from programmes import measures
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db


def test_contents_are_counted_by_milestone_without_the_chair(coordinator, django_assert_num_queries):
    first, third = factories.milestone(order=1), factories.milestone(order=3)
    factories.curriculum(factories.programme("acvd", milestone=first), state=CurriculumState.SUPERSEDED)
    factories.curriculum(factories.programme("acvd"), state=CurriculumState.VALIDATED)
    factories.curriculum(factories.programme("cmc", milestone=first), state=CurriculumState.SUBMITTED)
    factories.programme("chaire", milestone=third, kind=ProgrammeKind.CHAIR)
    # What is taught is asked for by others as well, and counted with the contents: once for all of them.
    with django_assert_num_queries(2):
        figures = measures.counts(Census(coordinator, first.convention))
    assert {key: by for key, by in figures.items() if by} == {
        "contents": {(first.pk, None): 2},
        "contents_validated": {(first.pk, None): 1},
    }


def test_contents_of_another_convention_are_not_counted(coordinator):
    factories.curriculum()
    assert not any(measures.counts(Census(coordinator, factories.convention())).values())


def test_a_content_not_judged_in_time_is_said_on_the_board(coordinator, client_of):
    content = factories.curriculum(factories.programme(review_days=10), state=CurriculumState.SUBMITTED)
    board = reverse("partnership:board")
    for days, late in ((10, False), (11, True)):
        with clock.travel(content.submitted_at + timedelta(days=days)):
            figures = measures.counts(Census(coordinator, content.programme.milestone.convention))
            assert sum(figures["contents_late"].values()) == late == content.is_late
            assert ("n’est pas jugé à temps" in client_of(coordinator).get(board).content.decode()) is late


@pytest.mark.parametrize("key", ["contents", "contents_validated"])
def test_each_figure_equals_the_number_of_rows_of_its_list(coordinator, client_of, key):
    milestone = factories.milestone(order=1)
    for number, state in enumerate([CurriculumState.VALIDATED, CurriculumState.DRAFT, CurriculumState.VALIDATED]):
        factories.curriculum(factories.programme(f"f{number}", milestone=milestone), state=state)
    measure = board_measures.MEASURES[key]
    figure = board_measures.counts(coordinator, milestone.convention)[key][milestone.pk, None]
    answer = client_of(coordinator).get(reverse(measure.url_name), {"jalon": milestone.order})
    assert len(answer.context["rows"]) == figure == (3 if key == "contents" else 2)

"""The ground itself: every factory makes a record that the database's laws accept."""

import pytest

from cohorts.states import ApplicationState

from . import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ApplicationState.values)
def test_an_application_can_be_made_in_every_state(state):
    assert factories.application(state=state).state == state


def test_a_placement_can_be_made_with_all_it_stands_on():
    assert factories.placement().seat.site.zone.code == "lyon"

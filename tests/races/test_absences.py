"""An absence is planned twice at once: one is kept."""

from datetime import timedelta

from cohorts import services
from cohorts.models import Absence
from partnership import clock
from partnership.states import Role
from tests import factories

from .crowd import at_once

TIMES = 8


def test_of_overlapping_absences_planned_at_once_one_is_kept():
    person, cover = factories.user(Role.RECRUITER), factories.user(Role.RECRUITER)

    def deed(place):
        since = clock.today() + timedelta(days=place)
        services.plan_absence(person, since=since, until=since + timedelta(days=TIMES), cover=cover, by=person)

    assert at_once(TIMES, deed) == {"done": 1, "Refused": TIMES - 1}
    assert Absence.objects.count() == 1

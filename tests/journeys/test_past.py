"""What the board showed on each evening of a year, and what the journal says it showed: the same in every cell."""

from datetime import date, timedelta

import pytest

from partnership import clock, measures, services
from partnership.models import Snapshot
from partnership.services.history import moment_of

from .diary import YEAR, Diary, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "promises_hold")]
END = date(YEAR, 9, 26)


def kept(convention, day):
    rows = Snapshot.objects.filter(day=day, milestone__convention=convention)
    return set(rows.values_list("measure", "milestone", "zone", "number"))


def test_every_figure_of_a_year_is_rebuilt_as_the_board_showed_it(client_of):
    diary = Diary(client_of)
    convention, nightly, shown = diary.convention, {}, {}
    for day in diary.nights(until=END):
        convention.refresh_from_db()
        shown[day] = told(measures.counts(None, convention))
        services.take_snapshot(convention, day)
        nightly[day] = kept(convention, day)
    # Everything has happened: each figure was something, and was several things.
    changing = {
        key: {day: [n for (of, _c), n in cells.items() if of == key] for day, cells in shown.items()}
        for key in measures.MEASURES
    }
    assert [key for key, days in changing.items() if len({str(sorted(n)) for n in days.values()}) < 2] == []
    assert len(nightly) > 90
    with clock.travel(moment_of(END) + timedelta(days=100)):
        different = {
            day: (cells.items() - past.items(), past.items() - cells.items())
            for day, cells in shown.items()
            if (past := told(measures.past(convention, moment_of(day)))) != cells
        }
        assert different == {}
        Snapshot.objects.all().delete()
        for day, rows in nightly.items():
            services.rebuild_snapshot(convention, day)
            assert kept(convention, day) == rows, day

"""The figures of each evening: kept once, caught up, and read by week."""

from datetime import date, datetime, timedelta

import pytest

from partnership import clock, history, services, tasks
from partnership.models import Snapshot
from partnership.services.history import MOST_DAYS, moment_of
from partnership.templatetags import charts, curves
from partnership.templatetags.charts import Curve, Forecast

from .. import factories

pytestmark = pytest.mark.django_db
DAY = date(2027, 6, 1)


@pytest.fixture
def milestone(figures):
    found = factories.milestone()
    factories.rewrite(found.convention, signed_at=moment_of(DAY) - timedelta(days=2))
    return found


def kept(day=DAY):
    return set(Snapshot.objects.filter(day=day).values_list("measure", "zone", "number"))


# -- kept -------------------------------------------------------------------------------------------------------------


def test_a_day_is_kept_once_however_often(milestone, figures):
    lyon = factories.zone("lyon")
    figures["confirmed"] = {(milestone.pk, lyon.pk): 3}
    services.take_snapshot(milestone.convention, DAY)
    first = kept()
    keys = set(Snapshot.objects.values_list("pk", flat=True))
    services.take_snapshot(milestone.convention, DAY)
    assert kept() == first and ("confirmed", lyon.pk, 3) in first
    assert set(Snapshot.objects.values_list("pk", flat=True)) == keys


def test_a_day_kept_again_says_what_is_so_now(milestone, figures):
    lyon, paris = factories.zone("lyon"), factories.zone("paris")
    figures["confirmed"] = {(milestone.pk, lyon.pk): 3}
    services.take_snapshot(milestone.convention, DAY)
    figures["confirmed"] = {(milestone.pk, paris.pk): 2}
    services.take_snapshot(milestone.convention, DAY)
    assert {row for row in kept() if row[0] == "confirmed"} == {("confirmed", None, 0), ("confirmed", paris.pk, 2)}


def test_a_day_on_which_nothing_was_counted_is_known_all_the_same(milestone, figures):
    services.take_snapshot(milestone.convention, DAY)
    assert kept() == {(key, None, 0) for key in figures}


def test_keeping_a_day_takes_few_statements(milestone, figures, django_assert_max_num_queries):
    figures["confirmed"] = {(milestone.pk, factories.zone(code).pk): 3 for code in ("lyon", "paris", "toulouse")}
    with django_assert_max_num_queries(6):
        services.take_snapshot(milestone.convention, DAY)


# -- each evening, and after the machine was down ---------------------------------------------------------------------


def test_nothing_is_kept_of_a_day_before_it_ends(milestone):
    with clock.travel(moment_of(DAY) - timedelta(minutes=1)):
        assert services.keep_snapshots()
    assert set(Snapshot.objects.values_list("day", flat=True)) == {DAY - timedelta(days=2), DAY - timedelta(days=1)}


def test_an_evening_keeps_the_present_and_rebuilds_the_days_that_were_missed(milestone, figures, monkeypatch):
    kept_how = {}
    for name in ("take_snapshot", "rebuild_snapshot"):
        real = getattr(services.history, name)
        note = lambda convention, day, real=real, name=name: (kept_how.__setitem__(day, name), real(convention, day))  # noqa: E731
        monkeypatch.setattr(services.history, name, note)
    with clock.travel(moment_of(DAY) + timedelta(seconds=20)):
        tasks.take_snapshots()
        tasks.take_snapshots()
    assert kept_how == {
        DAY: "take_snapshot",
        DAY - timedelta(days=1): "rebuild_snapshot",
        DAY - timedelta(days=2): "rebuild_snapshot",
    }


def test_an_evening_that_is_late_is_rebuilt(milestone, monkeypatch):
    monkeypatch.setattr(services.history, "take_snapshot", None)
    with clock.travel(moment_of(DAY) + timedelta(minutes=2)):
        assert services.keep_snapshots()
    assert kept()


def test_many_missed_days_are_rebuilt_a_few_at_a_time_the_last_ones_first(milestone):
    with clock.travel(moment_of(DAY) + timedelta(days=MOST_DAYS)):
        assert not services.keep_snapshots()
        days = Snapshot.objects.values_list("day", flat=True)
        assert min(days) == DAY + timedelta(days=1)
        assert services.keep_snapshots()
        assert min(days.all()) == DAY - timedelta(days=2)


def test_a_draft_has_no_history(figures):
    factories.milestone(factories.convention(signed=False))
    assert services.keep_snapshots()
    assert not Snapshot.objects.exists()


# -- read by week -----------------------------------------------------------------------------------------------------


def test_a_series_is_the_end_of_each_week_and_the_last_day(milestone, figures):
    lyon, paris = factories.zone("lyon"), factories.zone("paris")
    # From a Tuesday to the Wednesday of the week after the next.
    for ago, day in enumerate(DAY + timedelta(days=n) for n in range(16)):
        figures["confirmed"] = {(milestone.pk, lyon.pk): ago} | ({(milestone.pk, paris.pk): 10} if ago > 3 else {})
        services.take_snapshot(milestone.convention, day)
    told = {"convention": milestone.convention, "measure": "confirmed", "milestone": milestone}
    assert history.series(**told) == [(date(2027, 6, 6), 15), (date(2027, 6, 13), 22), (date(2027, 6, 16), 25)]
    assert history.series(**told, zone=paris) == [
        (date(2027, 6, 6), 10),
        (date(2027, 6, 13), 10),
        (date(2027, 6, 16), 10),
    ]
    assert history.series(**told, zone=factories.zone("toulouse")) == [
        (date(2027, 6, 6), 0),
        (date(2027, 6, 13), 0),
        (date(2027, 6, 16), 0),
    ]


def test_without_history_a_series_is_empty(milestone):
    assert history.series(milestone.convention, "confirmed", milestone) == []


def test_of_a_day_that_was_not_kept_the_one_before_speaks():
    points = [(DAY, 1), (DAY + timedelta(days=7), 5)]
    assert history.before(points, DAY + timedelta(days=6)) == (DAY, 1)
    assert history.before(points, DAY - timedelta(days=6)) == (DAY, 1)
    assert history.before([], DAY) is None


# -- drawn ------------------------------------------------------------------------------------------------------------


def drawn(**said):
    young = Curve(
        "Confirmés", [(DAY, 0), (DAY + timedelta(days=7), 12), (DAY + timedelta(days=14), 20)], (date(2027, 7, 31), 60)
    )
    places = Curve("Places", [(DAY + timedelta(days=7), 4), (DAY + timedelta(days=14), 19)])
    return charts.burn_up(shown=[young, places], since=DAY, until=date(2027, 7, 31), **said)


def heights(path):
    return [float(mark.split(" ")[1]) for mark in path.removeprefix("M").split("L")]


def numbers(path):
    """The numbers that a path marks, read back from the drawing."""
    field = curves.HEIGHT - curves.TOP - curves.BOTTOM
    return [round((curves.HEIGHT - curves.BOTTOM - y) / field * 60) for y in heights(path)]


def test_a_curve_marks_the_numbers_of_its_table():
    told = drawn()
    assert [row["numbers"] for row in told["rows"]] == [[0, None], [12, 4], [20, 19]]
    for place, line in enumerate(told["lines"]):
        in_table = [row["numbers"][place] for row in told["rows"] if row["numbers"][place] is not None]
        assert numbers(line["path"]) == in_table
        assert told["ends"][place]["n"] == str(in_table[-1])
    assert numbers(told["lines"][0]["target"]) == [0, 60]


def test_numbers_at_the_ends_of_curves_do_not_cover_each_other():
    one, other = (float(end["y"]) for end in drawn()["ends"])
    assert abs(one - other) >= charts.APART


def test_a_forecast_stands_on_its_day_with_its_interval():
    told = drawn(forecast=Forecast(date(2027, 9, 15), 40, 48, 57))
    assert float(told["forecast"]["high"]) < float(told["forecast"]["likely"]) < float(told["forecast"]["low"])
    assert float(told["forecast"]["x"]) == curves.WIDTH - curves.RIGHT
    assert "48, entre 40 et 57" in told["label"]


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (4, 4), (7, 8), (64, 80), (100, 100), (1_234, 1_500)])
def test_the_field_ends_on_a_whole_tick(most, top):
    assert curves.top_of(most) == top
    assert top % curves.step_of(most) == 0


def test_a_curve_of_one_point_is_seen():
    told = charts.burn_up(shown=[Curve("Confirmés", [(DAY, 0)])], since=DAY, until=DAY)
    assert told["lines"][0]["path"].endswith("h1")


def test_months_are_told_apart_on_a_telephone():
    assert curves.months_of(date(2027, 3, 28), date(2027, 7, 31)) == [date(2027, month, 1) for month in (4, 5, 6, 7)]
    assert len(curves.months_of(date(2026, 1, 1), date(2028, 3, 1))) <= curves.MOST_MONTHS


def test_the_moment_of_a_day_is_five_to_midnight_in_paris():
    assert moment_of(DAY) == datetime(2027, 6, 1, 23, 55, tzinfo=clock.PARIS)

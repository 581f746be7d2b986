"""Files move while they are counted again: none is counted twice, none is forgotten, and nobody waits."""

import threading
import time

from django.db import connection, transaction
from django.db.models import Sum

from cohorts import services
from cohorts.models import Application, Headcount
from cohorts.services import headcounts
from cohorts.states import ApplicationState as S
from cohorts.states import ExitReason
from partnership.states import Role
from tests import factories

from .crowd import PATIENCE, at_once

THREADS = 50


def _counted() -> int:
    return Headcount.objects.filter(kind="stage").aggregate(all=Sum("number"))["all"]


def test_fifty_files_move_while_they_are_counted_again():
    cohort = factories.cohort()
    files = [factories.application(cohort) for _ in range(THREADS)]
    recruiter = factories.user(Role.RECRUITER)

    def deed(place):
        if place % 5 == 0:
            services.count_again()
        else:
            services.reject(Application.objects.get(pk=files[place].pk), reason=ExitReason.PROFILE, by=recruiter)

    assert at_once(THREADS, deed) == {"done": THREADS}
    # That the lines add up to the files, kind by kind, is a promise (conftest.py).
    assert _counted() == THREADS
    assert cohort.applications.filter(state=S.REJECTED).count() == THREADS * 4 // 5


def test_a_file_that_moves_before_the_count_is_over_is_kept_apart():
    cohort = factories.cohort()
    files = [factories.application(cohort) for _ in range(2)]
    recruiter = factories.user(Role.RECRUITER)

    def deed(place):
        if place == 0:
            # Held open: whoever counts sees neither the move nor its lines, and does not wait for them.
            with transaction.atomic():
                services.reject(Application.objects.get(pk=files[0].pk), reason=ExitReason.PROFILE, by=recruiter)
                at_once(1, lambda _: services.count_again())
        else:
            services.count_again()

    assert at_once(2, deed) == {"done": 2}
    assert _counted() == 2


def test_without_the_lock_two_counts_both_stay():
    factories.application()
    first_has_counted = threading.Event()

    def deed(place):
        if place:
            assert first_has_counted.wait(PATIENCE)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(headcounts._COUNT)
            if not place:
                first_has_counted.set()
                _wait_until_somebody_waits(cursor)

    assert at_once(2, deed) == {"done": 2}
    assert _counted() == 2


def _wait_until_somebody_waits(cursor) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE NOT granted AND locktype = 'transactionid' AND datname = current_database()"
        )
        if cursor.fetchone()[0]:
            return
        time.sleep(0.02)
    raise AssertionError("nobody came to wait")

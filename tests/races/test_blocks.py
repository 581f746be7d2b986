"""Blocks recorded by many at once: each once, and the course completed once, whoever records the last of them."""

from datetime import timedelta

from cohorts import services
from cohorts.models import AcquiredBlock, CourseDay
from cohorts.states import EnrolmentState
from partnership import clock
from partnership.models import JournalEntry
from partnership.states import Role
from tests import factories
from tests.cohorts import certificates

from .crowd import at_once, naive

NAMES = [*certificates.BLOCKS]


def test_the_blocks_of_a_cohort_recorded_by_six_at_once_are_recorded_once():
    cohort, recruiter = certificates.cohort(), factories.user(Role.RECRUITER)
    students = [certificates.student(cohort) for _n in range(4)]
    pairs = [(student.pk, name) for student in students for name in NAMES]
    told = []

    def deed(place):
        mine = pairs if place % 2 else pairs[::-1]
        gained, _lost = services.record_blocks(cohort, acquired=mine, taken_back=[], on=clock.today(), by=recruiter)
        told.append(gained)

    assert at_once(6, deed) == {"done": 6}
    assert sum(told) == AcquiredBlock.objects.count() == len(pairs)
    completed = JournalEntry.objects.filter(after=EnrolmentState.COMPLETED, subject__startswith="cohorts.enrolment")
    assert completed.count() == len(students)


def test_one_block_each_of_the_last_five_completes_the_course_once():
    cohort, recruiter = certificates.cohort(), factories.user(Role.RECRUITER)
    student = certificates.student(cohort)

    def deed(place):
        pair = [(student.pk, NAMES[place])]
        services.record_blocks(cohort, acquired=pair, taken_back=[], on=clock.today(), by=recruiter)

    assert at_once(5, deed) == {"done": 5}
    student.refresh_from_db()
    assert (student.state, student.blocks.count()) == (EnrolmentState.COMPLETED, 5)


def test_without_the_students_row_held_five_believe_that_blocks_are_missing():
    cohort, recruiter = certificates.cohort(), factories.user(Role.RECRUITER)
    student = certificates.student(cohort)
    believed = naive(
        5,
        read=lambda place: student.blocks.count() < 4,
        write=lambda place: AcquiredBlock.objects.create(
            enrolment=student,
            block=NAMES[place],
            acquired_on=clock.today(),
            recorded_at=clock.now(),
            recorded_by=recruiter,
        ),
    )
    # Every block is there, and each thinks that it was not the last: nobody completes the course.
    assert (believed, student.blocks.count()) == (5, 5)


def test_the_same_day_planned_by_six_at_once_is_planned_once():
    cohort, recruiter = certificates.cohort(), factories.user(Role.RECRUITER)
    day = clock.today() + timedelta(days=3)
    while services.is_closed(day):
        day += timedelta(days=1)

    assert at_once(6, lambda place: certificates.day(cohort, day, by=recruiter)) == {"done": 1, "Refused": 5}

    assert CourseDay.objects.count() == 1

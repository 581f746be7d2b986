"""Blocks acquired one by one: recorded for a whole cohort, taken back, and what follows from the last of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.templatetags.figures import longdate
from partnership.workflow import Refused, move, record_all
from programmes import services as teaching
from programmes.models import Block, Curriculum, Module, blocks_of

from ..models import AcquiredBlock, Cohort, Enrolment, EnrolmentQuerySet
from ..states import ACQUIRED, CERTIFIED, NOT_ACQUIRED, EnrolmentState

# A student and a block, by its name.
Pair = tuple[UUID, str]


@dataclass(frozen=True)
class Standing:
    """What a student has acquired of the version their place was offered on."""

    enrolment: Enrolment
    blocks: list[tuple[Block, AcquiredBlock | None]]
    # Acquired under another version, whose blocks had other names: theirs all the same.
    former: list[AcquiredBlock]

    @property
    def acquired(self) -> list[tuple[Block, AcquiredBlock]]:
        return [(block, row) for block, row in self.blocks if row is not None]

    @property
    def is_complete(self) -> bool:
        return bool(self.blocks) and all(row is not None for _block, row in self.blocks)

    @property
    def hours(self) -> int:
        """The hours of the blocks acquired."""
        return sum(block.hours for block, _row in self.acquired)

    @property
    def completed_on(self) -> date | None:
        """The day of the last block, once every one is acquired."""
        return max(row.acquired_on for _block, row in self.acquired) if self.is_complete else None


def content_of(cohort: Cohort) -> Curriculum | None:
    """The version a cohort is taught: the validated one, else the one it took applications on."""
    return teaching.validated_curriculum(cohort.intake.programme) or cohort.curriculum


def students_of(cohort: Cohort) -> EnrolmentQuerySet:
    """The students of a cohort who may acquire its blocks or have, those who left apart."""
    rows = Enrolment.objects.filter(application__cohort=cohort).exclude(state=EnrolmentState.ENDED)
    return rows.select_related("application__candidate", "application__intake__programme").order_by(
        "application__candidate__last_name", "application__candidate__first_name", "pk"
    )


def standings(enrolments: Sequence[Enrolment]) -> list[Standing]:
    """What each of these students has acquired, in two statements; what they acquired in an earlier intake counts."""
    versions: dict[UUID, list[Module]] = {}
    offered = {one.application.offered_curriculum_id for one in enrolments}
    for module in Module.objects.filter(curriculum__in=offered).order_by("curriculum", "order"):
        versions.setdefault(module.curriculum_id, []).append(module)
    people = {one.application.candidate_id for one in enrolments}
    rows = AcquiredBlock.objects.filter(enrolment__application__candidate__in=people)
    theirs: dict[tuple[UUID, int], dict[str, AcquiredBlock]] = {}
    for row in rows.select_related("enrolment__application__intake", "recorded_by"):
        file = row.enrolment.application
        # The earliest, where a block was acquired twice.
        theirs.setdefault((file.candidate_id, file.intake.programme_id), {}).setdefault(row.block, row)
    found = []
    for one in enrolments:
        held = dict(theirs.get((one.application.candidate_id, one.application.intake.programme_id), {}))
        blocks = blocks_of(versions.get(one.application.offered_curriculum_id, []))
        found.append(Standing(one, [(block, held.pop(block.name, None)) for block in blocks], [*held.values()]))
    return found


@transaction.atomic
def record_blocks(
    cohort: Cohort, *, acquired: Iterable[Pair], taken_back: Iterable[Pair], on: date, by: User
) -> tuple[int, int]:
    """Record blocks as acquired on a day, and take others back; how many of each were not so already.

    Whoever has acquired all of them has completed the course, whoever loses one has not. Refused for a day that has not
    come or was before the course, for whoever has not arrived, and for what is no block of their version.
    """
    gained, lost = {*acquired}, {*taken_back}
    _must_be_a_day_of(cohort, on)
    keys = {key for key, _name in gained | lost}
    # In the order of their keys: two who record at once wait for each other, and never both for ever.
    rows = students_of(cohort).filter(pk__in=keys).select_for_update(of=("self",), no_key=True).order_by("pk")
    before = standings(list(rows))
    made, gone = _differences(before, gained, lost, on=on, by=by)
    AcquiredBlock.objects.bulk_create(made)
    record_all([(row, row.block) for row in made], ACQUIRED, by=by)
    AcquiredBlock.objects.filter(pk__in=[row.pk for row in gone]).delete()
    record_all([(row, row.block) for row in gone], NOT_ACQUIRED, by=by)
    for standing in standings([one.enrolment for one in before]):
        _follow(standing, by=by)
    return len(made), len(gone)


def _must_be_a_day_of(cohort: Cohort, on: date) -> None:
    if on > clock.today():
        raise Refused(_("A block is recorded once it is acquired: %(day)s is still to come.") % {"day": longdate(on)})
    starts_on = cohort.intake.starts_on
    if on < starts_on:
        raise Refused(_("The course begins on %(day)s: nothing is acquired before.") % {"day": longdate(starts_on)})


def _differences(
    before: Iterable[Standing], gained: set[Pair], lost: set[Pair], *, on: date, by: User
) -> tuple[list[AcquiredBlock], list[AcquiredBlock]]:
    """The rows to write and those to take away; what is so already stays as it was."""
    made, gone, now = [], [], clock.now()
    for standing in before:
        student = standing.enrolment
        known = {block.name: row for block, row in standing.blocks}
        wanted = {name for key, name in gained if key == student.pk}
        if wanted - known.keys():
            raise Refused(_("This is no block of the content on which the place was offered."))
        if wanted and student.state == EnrolmentState.EXPECTED:
            raise Refused(_("%(who)s has not arrived yet: tick the first day first.") % {"who": student})
        made += [
            AcquiredBlock(enrolment=student, block=name, acquired_on=on, recorded_at=now, recorded_by=by)
            for name in known
            if name in wanted and known[name] is None
        ]
        gone += [row for name, row in known.items() if row is not None and (student.pk, name) in lost]
    return made, gone


def _follow(standing: Standing, *, by: User) -> None:
    """The course is completed with its last block, and is not without it."""
    student = standing.enrolment
    if standing.is_complete and student.state == EnrolmentState.PRESENT:
        move(student, EnrolmentState.COMPLETED, by=by, outcome=CERTIFIED)
    elif not standing.is_complete and student.state == EnrolmentState.COMPLETED:
        move(student, EnrolmentState.PRESENT, by=by, outcome="")

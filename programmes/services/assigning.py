"""Who is asked to judge a version: all, some in turn, or those whom the coordinator chooses."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import Membership, User
from partnership.states import Role
from partnership.workflow import THE_CLOCK, Actor, Refused, record

from .. import emails
from ..models import Assignment, Curriculum
from ..states import REVIEWABLE, WRITABLE, Assigned
from .holding import hold
from .standings import reviewers, standings, with_opinions


def assign_for_submission(curriculum: Curriculum) -> list[User]:
    """Ask whoever the programme says, as a version is submitted; those who were asked before stay asked.

    With nobody asked yet where the coordinator chooses, the coordinator is told. Returns those who are asked.
    """
    Assignment.objects.filter(curriculum=curriculum).update(read_at=None)
    return _fill(curriculum)


def replace(curriculum: Curriculum) -> None:
    """Ask others, where somebody who was asked may judge no more; the caller holds the version's row."""
    before = set(curriculum.assignments.values_list("reviewer", flat=True))
    for reviewer in _fill(curriculum):
        if reviewer.pk not in before and curriculum.state in REVIEWABLE:
            emails.curriculum_submitted(curriculum, to=reviewer)


def ask_instead(assignment: Assignment, heir: User | None, *, by: User) -> bool:
    """Ask somebody else than whoever leaves: the heir if they may judge, else as the programme says.

    Whether somebody is asked to judge the version afterwards; the caller holds its row.
    """
    curriculum = assignment.curriculum
    record(assignment, "released", by=by, reason=str(assignment.reviewer_id))
    assignment.delete()
    asked = set(curriculum.assignments.values_list("reviewer", flat=True))
    if heir is not None and heir.pk not in asked and heir in reviewers(curriculum):
        _ask(curriculum, [heir], by=by, hand=by)
        _note_reading(curriculum)
        emails.curriculum_submitted(curriculum, to=heir)
    else:
        replace(curriculum)
    return curriculum.assignments.exists()


def _fill(curriculum: Curriculum) -> list[User]:
    able = reviewers(curriculum)
    # Once somebody has chosen who judges a version, nobody is added behind their back.
    is_chosen = curriculum.assignments.filter(assigned_by__isnull=False).exists()
    rule = Assigned.BY_HAND if is_chosen else curriculum.programme.assigned
    kept = _kept(curriculum, able)
    if rule == Assigned.EVERYBODY:
        fresh = [user for user in able if user not in kept]
    elif rule == Assigned.IN_TURN:
        fresh = _in_turn(curriculum, [user for user in able if user not in kept])
        fresh = fresh[: max(0, curriculum.programme.quorum - len(kept))]
    else:
        fresh = []
        if not kept:
            for coordinator in coordinators(curriculum):
                emails.curriculum_to_assign(curriculum, to=coordinator)
    _ask(curriculum, fresh, by=THE_CLOCK, hand=None)
    _note_reading(curriculum)
    return sorted([*kept, *fresh], key=lambda user: user.email)


@transaction.atomic
def assign(curriculum: Curriculum, chosen: Iterable[User], *, by: User) -> list[User]:
    """Ask exactly these reviewers, and tell those who were not asked before; returns them. Refused for who may not."""
    hold(curriculum)
    if curriculum.state not in (*REVIEWABLE, *WRITABLE):
        raise Refused(_("This version is decided: nobody is asked to judge it any more."))
    able = {user.pk: user for user in reviewers(curriculum)}
    wanted = {user.pk: user for user in chosen}
    if unable := [user for key, user in wanted.items() if key not in able]:
        raise Refused(_("%(person)s may not judge this content.") % {"person": unable[0].full_name})
    if not wanted:
        raise Refused(_("Choose at least one reviewer."))
    for assignment in curriculum.assignments.exclude(reviewer__in=wanted):
        record(assignment, "released", by=by, reason=str(assignment.reviewer_id))
        assignment.delete()
    asked = set(curriculum.assignments.values_list("reviewer", flat=True))
    fresh = [user for key, user in wanted.items() if key not in asked]
    _ask(curriculum, fresh, by=by, hand=by)
    # Those who were asked before are a choice as well, from now on.
    curriculum.assignments.update(assigned_by=by)
    _note_reading(curriculum)
    if curriculum.state in REVIEWABLE:
        for reviewer in fresh:
            emails.curriculum_submitted(curriculum, to=reviewer)
    return fresh


def coordinators(curriculum: Curriculum) -> list[User]:
    """The coordinators of the party that validates: whom a late version concerns."""
    coordinating = Membership.objects.current().filter(
        role=Role.COORDINATOR, party=curriculum.programme.reviewer_party_id
    )
    return list(User.objects.filter(is_active=True, pk__in=coordinating.values("user")).order_by("email"))


def _kept(curriculum: Curriculum, able: list[User]) -> list[User]:
    """Those asked before who may still judge; whoever may not is asked no longer."""
    asked = set(curriculum.assignments.values_list("reviewer", flat=True))
    curriculum.assignments.exclude(reviewer__in=able).delete()
    return [user for user in able if user.pk in asked]


def _in_turn(curriculum: Curriculum, able: list[User]) -> list[User]:
    """Whoever was asked longest ago, over all contents of the same party, first; who never was before them."""
    last = Assignment.objects.filter(
        reviewer=OuterRef("pk"), curriculum__programme__reviewer_party=curriculum.programme.reviewer_party_id
    )
    last_asked = Subquery(last.order_by().values("reviewer").annotate(at=Max("assigned_at")).values("at"))
    asked = dict(User.objects.filter(pk__in=[user.pk for user in able]).annotate(at=last_asked).values_list("pk", "at"))
    return sorted(able, key=lambda user: (asked[user.pk] is not None, asked[user.pk], user.email))


def _ask(curriculum: Curriculum, users: list[User], *, by: Actor, hand: User | None) -> None:
    now = clock.now()
    for user in users:
        asked = Assignment.objects.create(curriculum=curriculum, reviewer=user, assigned_at=now, assigned_by=hand)
        record(asked, "assigned", by=by, reason=str(user.pk))


def _note_reading(curriculum: Curriculum) -> None:
    """Whose opinions are all kept has nothing to read."""
    unread = curriculum.assignments.filter(read_at=None).select_related("reviewer")
    version = with_opinions(Curriculum.objects.filter(pk=curriculum.pk)).get()
    for assignment in unread:
        if all(line.mine for line in standings(version, reader=assignment.reviewer)):
            assignment.read_at = clock.now()
            assignment.save(update_fields=["read_at"])

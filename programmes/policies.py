"""Who may write, read and judge a content, and see to the chair; each policy is a sentence."""

from django.db.models import Q

from partnership.models import JournalEntry, User, ref
from partnership.states import ActorKind, Role

from .models import ChairActivity, Curriculum, Module, Programme
from .states import CurriculumState, ProgrammeKind


def can_list_contents(user: User) -> bool:
    """Whoever writes, judges or coordinates sees which contents are validated."""
    return user.has_role(Role.AUTHOR, Role.REVIEWER, Role.COORDINATOR, Role.ADMINISTRATOR)


def can_read(user: User, curriculum: Curriculum) -> bool:
    """Whoever sees a version may read it."""
    return user.has_role(Role.AUTHOR, Role.REVIEWER, Role.ADMINISTRATOR)


def can_read_module(user: User, module: Module) -> bool:
    """A module is read by whoever reads its version."""
    return can_read(user, module.curriculum)


def can_begin(user: User, programme: Programme) -> bool:
    """An author of the party that teaches the programme begins its versions."""
    return _has_role_in(user, Role.AUTHOR, programme.provider_id)


def can_write(user: User, curriculum: Curriculum) -> bool:
    """An author of the party that teaches the programme writes its versions; their state has its own say."""
    return can_begin(user, curriculum.programme)


def can_write_module(user: User, module: Module) -> bool:
    """A module is written by whoever writes its version."""
    return can_write(user, module.curriculum)


def can_review(user: User, curriculum: Curriculum) -> bool:
    """A reviewer of the party that validates the programme gives opinions on it."""
    return _has_role_in(user, Role.REVIEWER, curriculum.programme.reviewer_party_id)


def has_written(user: User, curriculum: Curriculum) -> bool:
    """Whether the user began, submitted or wrote in this version or an earlier one: nobody judges their own work."""
    if user.pk in (curriculum.created_by_id, curriculum.submitted_by_id):
        return True
    versions = [ref(version) for version in Curriculum.objects.filter(programme=curriculum.programme_id)]
    return JournalEntry.objects.filter(
        Q(subject__startswith="programmes.module:") | Q(after__in=[CurriculumState.DRAFT, CurriculumState.SUBMITTED]),
        about__in=versions,
        actor_kind=ActorKind.USER,
        actor_ref=str(user.pk),
    ).exists()


# -- the chair --------------------------------------------------------------------------------------------------------


def can_list_activities(user: User) -> bool:
    """Whoever works for the convention sees what its chair does: the agenda and figures, no name."""
    return bool(user.current_memberships())


def can_read_activity(user: User, activity: ChairActivity) -> bool:
    """Whoever sees the chair reads an activity; who comes to it is another matter."""
    return can_list_activities(user)


def can_see_to_chair(user: User, programme: Programme) -> bool:
    """Coordinators of either party of its convention, and administrators, see to a chair."""
    if programme.kind != ProgrammeKind.CHAIR:
        return False
    if user.has_role(Role.ADMINISTRATOR):
        return True
    parties = {membership.party_id for membership in user.current_memberships() if membership.role == Role.COORDINATOR}
    return user.is_active and programme.milestone.convention.signatures.filter(party__in=parties).exists()


def can_see_to_activity(user: User, activity: ChairActivity) -> bool:
    """Whoever sees to the chair, and whoever leads the activity, unless they only review contents."""
    return (activity.lead_id == user.pk and leads(user)) or can_see_to_chair(user, activity.programme)


def leads(user: User) -> bool:
    """Whoever only reviews contents leads no activity: as a reviewer, one reads no name of anybody from outside."""
    return user.is_active and any(membership.role != Role.REVIEWER for membership in user.current_memberships())


def _has_role_in(user: User, role: Role, party: int) -> bool:
    return user.is_active and any(
        membership.role == role and membership.party_id == party for membership in user.current_memberships()
    )

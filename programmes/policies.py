"""Who may write, read and judge a content, and see to the chair; each policy is a sentence."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from partnership.models import JournalEntry, Membership, MembershipQuerySet, User, ref
from partnership.states import ActorKind, Role

from .models import Attachment, ChairActivity, ChangeRequest, Curriculum, Interest, Module, Programme
from .states import CurriculumState, ProgrammeKind


def can_list_contents(user: User) -> bool:
    """Whoever writes, judges or coordinates sees which contents are validated."""
    return user.has_role(Role.AUTHOR, Role.REVIEWER, Role.COORDINATOR, Role.ADMINISTRATOR)


def can_read(user: User, curriculum: Curriculum) -> bool:
    """Whoever sees a version may read it."""
    return user.has_role(Role.AUTHOR, Role.REVIEWER, Role.COORDINATOR, Role.ADMINISTRATOR)


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
    """A reviewer of the party that validates the programme reads and judges it; an interest has its own say."""
    return _has_role_in(user, Role.REVIEWER, curriculum.programme.reviewer_party_id)


def can_assign(user: User, curriculum: Curriculum) -> bool:
    """The coordinator of the party that validates, and an administrator, choose who judges a version."""
    return user.has_role(Role.ADMINISTRATOR) or _has_role_in(
        user, Role.COORDINATOR, curriculum.programme.reviewer_party_id
    )


def can_open_attachment(user: User, attachment: Attachment) -> bool:
    """An attachment is opened by whoever reads its module."""
    return can_read(user, attachment.module.curriculum)


def can_write_attachment(user: User, attachment: Attachment) -> bool:
    """An attachment comes and goes by whoever writes its version."""
    return can_write(user, attachment.module.curriculum)


def can_reply(user: User, request: ChangeRequest) -> bool:
    """Authors and reviewers of a version talk about what was asked; what is in preparation is its writer's alone."""
    curriculum = request.module.curriculum
    return request.asked_at is not None and (can_write(user, curriculum) or can_review(user, curriculum))


def is_writer(user: User, request: ChangeRequest) -> bool:
    """Whoever wrote a request takes it away, or calls it settled."""
    return request.written_by_id == user.pk and can_review(user, request.module.curriculum)


def interest(user: User, curriculum: Curriculum) -> str:
    """Why a reviewer may not judge a version, in a sentence; empty if they may.

    Having written in it, selling it, or the authors' organisation are an interest; hosting its students is none.
    """
    programme = curriculum.programme
    if has_written(user, curriculum):
        return _("You wrote part of this content: somebody else must judge it.")
    if any(membership.party_id == programme.provider_id for membership in user.current_memberships()):
        return _("You belong to %(party)s, which teaches it: somebody else must judge it.") % {
            "party": programme.provider
        }
    if Interest.objects.in_force().filter(user=user, programme=programme).exists():
        return _("You declared an interest in this programme: somebody else must judge it.")
    return ""


def has_written(user: User, curriculum: Curriculum) -> bool:
    """Whether the user began, submitted or wrote in this version or an earlier one: nobody judges their own work."""
    return str(user.pk) in writers(Curriculum.objects.filter(programme=curriculum.programme_id))


def writers(versions: Iterable[Curriculum]) -> set[str]:
    """The keys of all who began, submitted or wrote in these versions, attachments included."""
    versions = list(versions)
    wrote = JournalEntry.objects.filter(
        Q(subject__startswith="programmes.module:")
        | Q(subject__startswith="programmes.attachment:")
        | Q(after__in=[CurriculumState.DRAFT, CurriculumState.SUBMITTED]),
        about__in=[ref(version) for version in versions],
        actor_kind=ActorKind.USER,
    )
    known = {key for version in versions for key in (version.created_by_id, version.submitted_by_id)} - {None}
    return {str(key) for key in known} | set(wrote.order_by().values_list("actor_ref", flat=True).distinct())


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


def leaders() -> MembershipQuerySet:
    """For which parties people may lead an activity today: those for which they do more than review contents."""
    return Membership.objects.current().filter(user__is_active=True).exclude(role=Role.REVIEWER)


def leads(user: User) -> bool:
    """Whoever only reviews contents leads no activity: as a reviewer, one reads no name of anybody from outside."""
    return user.is_active and any(membership.role != Role.REVIEWER for membership in user.current_memberships())


def _has_role_in(user: User, role: Role, party: int) -> bool:
    return user.is_active and any(
        membership.role == role and membership.party_id == party for membership in user.current_memberships()
    )

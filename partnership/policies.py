"""Who may do what; each policy is a sentence."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from .models import Amendment, AmendmentSignature, Commitment, Convention, Job, Signature, User, Zone
from .states import Role

P = ParamSpec("P")
T = TypeVar("T", bound=models.Model)


def get_allowed(rows: models.Manager[T], policy: Callable[[User, T], bool], user: User, **lookup: object) -> T:
    """Fetch through what the user may see (404), then ask the policy (403)."""
    thing = get_object_or_404(rows.all().visible_to(user), **lookup)
    require(policy(user, thing))
    return thing


def require(allowed: bool) -> None:
    """Answer 403 unless allowed."""
    if not allowed:
        raise PermissionDenied


def is_administrator(user: User) -> bool:
    return user.has_role(Role.ADMINISTRATOR)


def can_restart_job(user: User, job: Job) -> bool:
    """Whoever started a task, and an administrator, start it again once it has failed."""
    return job.started_by_id == user.pk or is_administrator(user)


# Whoever reads files of applicants, students or hosts, or every table.
PERSONAL_DATA_ROLES = (Role.RECRUITER, Role.HEAD_OF_RECRUITMENT, Role.REGIONAL_LEAD, Role.ADMINISTRATOR)


def can_manage(user: User, person: User | None = None) -> bool:
    """Administrators invite people, give and end their roles, and dismiss them."""
    return is_administrator(user)


def sees_personal_data(user: User) -> bool:
    """Whoever reads files of applicants, students or hosts, or every table: they sign in with a second factor."""
    return user.has_role(*PERSONAL_DATA_ROLES)


def shows_personal_data(view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a page that names people from outside to some whose role alone sees none.

    Whoever opens it has a second factor, and a session as short as that of those who see personal data all day.
    """
    view.shows_personal_data = True
    return view


def can_read_board(user: User, convention: Convention | None = None) -> bool:
    """Whoever works for the convention reads its board: it holds figures only."""
    return bool(user.current_memberships())


def register_zones(user: User) -> set[int] | None:
    """The zones whose lines behind a figure the user reads, without a name; None means all, none at all an empty set.

    Coordinators and administrators read every zone's, recruiters and leads those they work in; reviewers and authors
    see figures and nothing of any applicant.
    """
    if user.has_role(Role.COORDINATOR, Role.ADMINISTRATOR):
        return None
    return user.zones_as(Role.RECRUITER, Role.HEAD_OF_RECRUITMENT, Role.REGIONAL_LEAD)


def can_read_register(user: User) -> bool:
    """Whoever reads the lines of some zone."""
    return register_zones(user) != set()


def can_open_figure(user: User, zone: Zone | None) -> bool:
    """A figure opens its list for whoever reads all the lines it counts."""
    zones = register_zones(user)
    return zones is None or (zone is not None and zone.pk in zones)


def _coordinated(user: User) -> set[int]:
    """The parties for which somebody coordinates."""
    return {one.party_id for one in user.current_memberships() if one.role == Role.COORDINATOR}


def can_sign(user: User, signature: Signature | AmendmentSignature) -> bool:
    """A coordinator signs for their own party."""
    return signature.party_id in _coordinated(user)


def can_keep_commitment(user: User, commitment: Commitment) -> bool:
    """A coordinator of the party that promised says when it is done, and that it was not after all."""
    return commitment.party_id in _coordinated(user)


def can_begin_convention(user: User) -> bool:
    """Whoever coordinates for a party, and administrators, draft a new convention."""
    return is_administrator(user) or bool(_coordinated(user))


def can_draft(user: User, convention: Convention) -> bool:
    """Coordinators of a party that signs it, and administrators, write a convention, amend it and end it."""
    if is_administrator(user):
        return True
    parties = _coordinated(user)
    return any(signature.party_id in parties for signature in convention.signatures.all())


def can_draft_amendment(user: User, amendment: Amendment) -> bool:
    """Whoever writes the convention writes its amendments."""
    return can_draft(user, amendment.convention)

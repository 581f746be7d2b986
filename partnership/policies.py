"""Who may do what; each policy is a sentence."""

from collections.abc import Callable
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import models
from django.shortcuts import get_object_or_404

from .models import Commitment, Convention, Signature, User
from .states import Role

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


def can_enter_admin(user: User) -> bool:
    """Reviewers validate in the admin, administrators keep the reference data there; nobody else enters."""
    return user.has_role(Role.REVIEWER, Role.ADMINISTRATOR)


def can_read_board(user: User, convention: Convention | None = None) -> bool:
    """Whoever works for the convention reads its board: it holds figures only."""
    return bool(user.current_memberships())


def can_read_register(user: User) -> bool:
    """References, states, zones and dates without names, for coordinators and administrators."""
    return user.has_role(Role.COORDINATOR, Role.ADMINISTRATOR)


def can_sign(user: User, signature: Signature) -> bool:
    """A coordinator signs for their own party."""
    return any(
        membership.role == Role.COORDINATOR and membership.party_id == signature.party_id
        for membership in user.current_memberships()
    )


def can_keep_commitment(user: User, commitment: Commitment) -> bool:
    """A coordinator of the party that promised says when it is done."""
    return any(
        membership.role == Role.COORDINATOR and membership.party_id == commitment.party_id
        for membership in user.current_memberships()
    )

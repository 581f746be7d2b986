"""What somebody does first in a role: each app registers the steps of its roles, and the data say which are done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, Exists, ExpressionWrapper, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import clock, policies
from .models import Commitment, Convention, Objective, Signature, User
from .states import Role

# Asked of the database about a user: whether they have done something.
Done = Callable[[User], Exists | Q]


@dataclass(frozen=True)
class Step:
    """Something that one does first, where it is done, and whether a user has; nobody ticks it by hand."""

    key: str
    label: str | Promise
    url_name: str
    done: Done


@dataclass(frozen=True)
class Standing:
    """A step as it stands for somebody."""

    label: str | Promise
    url: str
    is_done: bool


_STEPS: dict[Role, dict[str, Step]] = {}


def register(*steps: Step, roles: Iterable[Role]) -> None:
    """Make the first steps of some roles known, in their order; lower apps, whose steps come first, register last."""
    for role in roles:
        _STEPS[role] = {step.key: step for step in steps} | _STEPS.get(role, {})


def of(user: User, *roles: Role) -> list[Standing]:
    """The first steps of those of the roles that the user holds, while one is to be done; one statement, or none."""
    steps = _wanted(user, roles)
    if not steps:
        return []
    done = _done(user, steps)
    if all(done.values()):
        return []
    return [Standing(step.label, reverse(step.url_name), done[step.key]) for step in steps]


def are_over(user: User) -> bool:
    """Whether the user has steps still shown and has done them all, in every role they hold."""
    steps = _wanted(user, Role)
    return bool(steps) and all(_done(user, steps).values())


def _wanted(user: User, roles: Iterable[Role]) -> list[Step]:
    # A role that was given later has first steps of its own.
    seen = user.first_steps_done_at and user.first_steps_done_at.astimezone(clock.PARIS).date()
    held = {one.role for one in user.current_memberships() if seen is None or one.since > seen}
    steps = {key: step for role in roles if role in held for key, step in _STEPS.get(role, {}).items()}
    return list(steps.values())


def _done(user: User, steps: list[Step]) -> dict[str, bool]:
    asked: dict[str, Any] = {
        step.key: ExpressionWrapper(Q(step.done(user)), output_field=BooleanField()) for step in steps
    }
    return User.objects.filter(pk=user.pk).values(**asked).get()


# -- the steps that need no other app ---------------------------------------------------------------------------------


def _parties(user: User) -> set[int]:
    return {one.party_id for one in user.current_memberships() if one.role == Role.COORDINATOR}


SECOND_FACTOR = Step(
    "second_factor",
    _("Set up your second factor"),
    "account",
    lambda user: Exists(Authenticator.objects.filter(user=user)),
)
OF_COORDINATORS = (
    Step(
        "signature",
        _("Read the convention and sign it for your party"),
        "partnership:convention",
        lambda user: Exists(Signature.objects.filter(party__in=_parties(user), signed_at__isnull=False)),
    ),
    Step(
        "commitment",
        _("Say that a first commitment has been kept"),
        "partnership:commitment_list",
        lambda user: Exists(Commitment.objects.filter(party__in=_parties(user), done_at__isnull=False)),
    ),
)
OF_ADMINISTRATORS = (
    Step(
        "colleague",
        _("Invite a first colleague"),
        "partnership:person_invite",
        lambda user: Exists(User.objects.filter(invited_by=user)),
    ),
    Step(
        "convention",
        _("Write the convention, and name who signs it"),
        "partnership:convention_list",
        lambda user: Exists(Convention.objects.filter(signatures__isnull=False)),
    ),
    Step(
        "objective",
        _("Give a milestone its first objective"),
        "partnership:convention_list",
        lambda user: Exists(Objective.objects.all()),
    ),
)


def register_ours() -> None:
    """Make known what coordinators and administrators do first, and whoever sees personal data before all else."""
    register(*OF_COORDINATORS, roles=[Role.COORDINATOR])
    register(*OF_ADMINISTRATORS, roles=[Role.ADMINISTRATOR])
    register(SECOND_FACTOR, roles=policies.PERSONAL_DATA_ROLES)

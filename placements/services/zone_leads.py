"""Who leads a zone today: somebody must act on what hosts and students say."""

from django.db.models import Q

from partnership.models import Membership, User, Zone
from partnership.states import Role


def leads_of(zone: Zone) -> list[User]:
    """Everybody who leads a zone today, always in the same order."""
    memberships = Membership.objects.current().filter(
        Q(zone=zone) | Q(zone=None), role=Role.REGIONAL_LEAD, user__is_active=True
    )
    return list(User.objects.filter(memberships__in=memberships).distinct().order_by("email"))


def lead_of(zone: Zone) -> User | None:
    """A lead of the zone today, if it has one."""
    memberships = Membership.objects.current().filter(
        Q(zone=zone) | Q(zone=None), role=Role.REGIONAL_LEAD, user__is_active=True
    )
    return User.objects.filter(memberships__in=memberships).order_by("email").first()

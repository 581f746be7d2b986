"""Who leads a zone today."""

from django.db.models import Q

from partnership.models import Membership, User, Zone
from partnership.states import Role


def leads_of(zone: Zone) -> list[User]:
    """The leads of a zone today, those of every zone included, in the order of their addresses."""
    memberships = Membership.objects.current().filter(
        Q(zone=zone) | Q(zone=None), role=Role.REGIONAL_LEAD, user__is_active=True
    )
    return list(User.objects.filter(memberships__in=memberships).distinct().order_by("email"))


def lead_of(zone: Zone) -> User | None:
    """A lead of a zone, if it has one."""
    return next(iter(leads_of(zone)), None)

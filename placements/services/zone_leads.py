"""Who leads a zone today, and so has to act."""

from django.db.models import Q, QuerySet

from partnership.models import Membership, User, Zone
from partnership.states import Role


def leads_of(zone: Zone) -> QuerySet[User]:
    """Everybody who leads a zone today, by address."""
    memberships = Membership.objects.current().filter(
        Q(zone=zone) | Q(zone=None), role=Role.REGIONAL_LEAD, user__is_active=True
    )
    return User.objects.filter(memberships__in=memberships).distinct().order_by("email")


def lead_of(zone: Zone) -> User | None:
    """The lead of a zone; of several the first by address."""
    return leads_of(zone).first()

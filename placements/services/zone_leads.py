"""Who leads a zone today: whoever must act there, and whoever may."""

from django.db.models import Q, QuerySet

from partnership.models import Membership, User, Zone
from partnership.states import Role


def leads_of(zone: Zone) -> QuerySet[User]:
    """Everybody who leads a zone today, by their address."""
    memberships = Membership.objects.current().filter(
        Q(zone=zone) | Q(zone=None), role=Role.REGIONAL_LEAD, user__is_active=True
    )
    return User.objects.filter(memberships__in=memberships).distinct().order_by("email")


def lead_of(zone: Zone) -> User | None:
    """The lead who is written to about a zone, if it has one."""
    return leads_of(zone).first()

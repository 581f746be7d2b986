"""Who may do what with hosts, seats and placements; each policy is a sentence."""

from cohorts.models import Enrolment
from partnership.models import User, Zone
from partnership.states import Role

from .models import HostSite, Introduction, Placement


def is_lead(user: User) -> bool:
    return user.has_role(Role.REGIONAL_LEAD)


def can_lead(user: User, zone: Zone) -> bool:
    """The lead of a zone; other zones are as if they did not exist."""
    zones = user.zones_as(Role.REGIONAL_LEAD)
    return zones is None or zone.pk in zones


def can_keep_site(user: User, site: HostSite) -> bool:
    """The lead of the site's zone keeps its record and opens or closes its places."""
    return can_lead(user, site.zone)


def can_place(user: User, enrolment: Enrolment) -> bool:
    """Any lead who may see the student; on which sites is can_keep_site: the host's lead places."""
    return is_lead(user)


def can_change(user: User, placement: Placement) -> bool:
    """The lead of the host's zone sends, undoes, cancels and answers for the host by telephone."""
    return can_lead(user, placement.seat.site.zone)


def can_change_introduction(user: User, introduction: Introduction) -> bool:
    """The lead of the host's zone records what host and student say, and takes back whom they presented."""
    return can_lead(user, introduction.site.zone)

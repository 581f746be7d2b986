"""Who may do what with hosts, seats and placements; each policy is a sentence."""

from dataclasses import dataclass
from typing import NamedTuple

from cohorts.models import Enrolment
from partnership.models import User, Zone
from partnership.states import Role

from .models import ContractFile, HostSite, Introduction, Placement


def is_lead(user: User) -> bool:
    return user.has_role(Role.REGIONAL_LEAD)


def can_lead(user: User, zone: Zone) -> bool:
    """The lead of a zone; other zones are as if they did not exist."""
    zones = user.zones_as(Role.REGIONAL_LEAD)
    return zones is None or zone.pk in zones


def can_lead_everywhere(user: User) -> bool:
    """Whoever leads every zone: all of them can be looked at together."""
    return is_lead(user) and user.zones_as(Role.REGIONAL_LEAD) is None


def can_keep_site(user: User, site: HostSite) -> bool:
    """The lead of the site's zone keeps its record and opens or closes its places."""
    return can_lead(user, site.zone)


class Contact(NamedTuple):
    """Who answers for a site; empty where the reader is a rival of it, but for what the site is called."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True)
class Interests:
    """The companies somebody runs, and the zones where these have sites: there they are a rival of the others."""

    companies: frozenset
    zones: frozenset

    def is_own(self, site: HostSite) -> bool:
        """Whether the site is of a company of theirs."""
        return site.company_id in self.companies

    def reads_contacts(self, site: HostSite) -> bool:
        """Who answers for a host, what its calls gave: for whoever leads the zone and is no rival of it there."""
        return self.is_own(site) or site.zone_id not in self.zones

    def contact_of(self, site: HostSite) -> Contact:
        """Whom to call at a site; a rival reads the site's own name, and no number."""
        if self.reads_contacts(site):
            return Contact(site.contact_name, site.contact_phone, site.contact_email)
        return Contact(site.name, "", "")


def interests_of(user: User) -> Interests:
    """What somebody runs, looked up once for a page."""
    own = list(HostSite.objects.filter(company__directors=user).values_list("company", "zone"))
    return Interests(frozenset(company for company, _zone in own), frozenset(zone for _company, zone in own))


def can_place(user: User, enrolment: Enrolment) -> bool:
    """Any lead who may see the student; on which sites is can_keep_site: the host's lead places."""
    return is_lead(user)


def can_change(user: User, placement: Placement) -> bool:
    """The lead of the host's zone sends, undoes, cancels and answers for the host by telephone."""
    return can_lead(user, placement.seat.site.zone)


def can_keep_contract(user: User, contract: ContractFile) -> bool:
    """The lead of the host's zone dates the steps of a contract file and keeps its papers."""
    return can_change(user, contract.placement)


def can_change_introduction(user: User, introduction: Introduction) -> bool:
    """The lead of the host's zone records what host and student say, and takes back whom they presented."""
    return can_lead(user, introduction.site.zone)

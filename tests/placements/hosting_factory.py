"""Tutors, contacts and calls of hosts, with good defaults."""

from typing import Any

from partnership import clock
from partnership.models import User
from placements.models import HostCall, HostContact, HostSite, Placement, Tutor
from placements.states import HostCallResult

from .. import factories


def tutor(site: HostSite | None = None, *also: HostSite, **fields: Any) -> Tutor:
    """Somebody with five years in the job, on a site and others of its company."""
    site = site or factories.site()
    made = Tutor.objects.create(company=site.company, **({"name": "Karima Fictive", "years_in_job": 5} | fields))
    made.sites.set([site, *also])
    return made


def trained(by: Tutor, site: HostSite, **fields: Any) -> Placement:
    """A student at a site with a tutor, behind the services’ back."""
    placement = factories.placement(on=factories.seat(site))
    Placement.objects.filter(pk=placement.pk).update(tutor=by, **fields)
    placement.refresh_from_db()
    return placement


def contact(site: HostSite, **fields: Any) -> HostContact:
    """Somebody else at a site, who has a telephone and an address."""
    known = {"name": "Inès Fictive", "job": "Planning", "email": "ines@exemple.test", "phone": "+33465710034"}
    return HostContact.objects.create(site=site, **(known | fields))


def call(site: HostSite, by: User, **fields: Any) -> HostCall:
    """A call that reached somebody."""
    said = {"result": HostCallResult.REACHED, "note": "Deux places en octobre.", "at": clock.now()}
    return HostCall.objects.create(site=site, by=by, **(said | fields))


def run_by(user: User, zone_code: str = "lyon") -> HostSite:
    """A site of a company that somebody of ours runs."""
    site = factories.site(zone_code, name="Plateau maison (fictif)", contact_name="Moi-même")
    site.company.directors.add(user)
    return site

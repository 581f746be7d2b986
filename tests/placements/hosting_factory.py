"""Tutors, contacts and calls of hosts, with good defaults."""

from typing import Any

from placements.models import HostSite, Placement, Tutor

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

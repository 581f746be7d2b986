"""Hosts that were asked for their places, and the link by which they answer."""

from datetime import timedelta
from typing import Any

from cohorts.models import Intake
from partnership import clock, jobs, links
from partnership.models import User, ref
from placements import services
from placements.models import AskLine, HostPledge, HostSite
from placements.states import PLEDGE


def asked(site: HostSite, intake: Intake, *, by: User) -> AskLine:
    """A host that was written to, alone."""
    made = services.choose_hosts(site.zone, intake, [site], by=by)
    jobs.run_slice(str(services.start_asking(made, version=made.version, by=by).pk))
    return made.lines.select_related("site__zone", "round__intake__programme").get()


def token(line: AskLine) -> str:
    """The token of the link that a letter to the host would carry."""
    return links.mint(PLEDGE, ref(line))


def answered(site: HostSite, intake: Intake, *, days: float = 0, **said: Any) -> HostPledge:
    """What a host has said so many days ago."""
    with clock.travel(clock.now() - timedelta(days=days)):
        return services.pledge(site, intake, **({"answer": "yes", "places_sure": 3} | said)).pledge

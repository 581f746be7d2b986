"""The hosts of the demonstration: their records, who trains there, what they said on the telephone."""

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from cohorts.models import plain
from partnership.models import User
from partnership.states import Channel, Role

from .. import services as placing
from ..models import HostSite
from ..states import Chooser, PledgeAnswer
from .journey import commune_of

if TYPE_CHECKING:
    from .story import Story

JOBS = ("Responsable d’équipe", "Chargée ou chargé de formation")


def open_host(story: "Story", host: dict[str, Any]) -> None:
    """A lead records a host, who trains there, and the places it is sure of."""
    lead = story.somebody(Role.REGIONAL_LEAD, host["zone"])
    site = placing.add_site(
        company_name=f"{host['name']} (fictif)",
        is_partner=True,
        by=lead,
        name=host["name"],
        siret=host["siret"],
        zone=story.zones[host["zone"]],
        postcode=host["postcode"],
        commune=commune_of(host["postcode"]),
        workstations=host["workstations"],
        calls=host["calls"],
        opening=_opening_of(host),
        languages=host["languages"],
        contact_name="Responsable de plateau",
        contact_email=f"accueil@{plain(host['name']).replace(' ', '-').replace('&', 'et')}.example",
        contact_phone=f"{story.data['names']['phones'][host['zone']]}{host['siret'][7:11]}",
    )
    _name_tutors(story, site, host, lead=lead)
    if host.get("run_by_lead"):
        site.company.directors.add(lead)
    placing.pledge(
        site,
        story.intake,
        answer=host.get("answer", PledgeAnswer.YES),
        places_sure=host["open"],
        places_possible=host.get("possible", 0),
        chooser=host.get("chooser", Chooser.LEAD),
        ask_again_on=date(story.year, *host["ask_again"]) if "ask_again" in host else None,
        channel=Channel.PHONE,
        said_by="Responsable de plateau",
        by=lead,
    )
    if "call" in host:
        again = host.get("call_again_in")
        next_on = story.today.date() + timedelta(days=again) if again is not None else None
        said = {"result": host["call"], "note": host.get("note", ""), "next_on": next_on}
        story.plan(story.today - timedelta(days=6), lambda: placing.record_host_call(site, by=lead, **said))


def _opening_of(host: dict[str, Any]) -> dict[int, tuple[int, int]]:
    """When a host works, as the services take it: minutes after midnight by weekday."""
    first, last = host["days"]
    return {weekday: (host["open_from"] * 60, host["open_to"] * 60) for weekday in range(first, last + 1)}


def _name_tutors(story: "Story", site: HostSite, host: dict[str, Any], *, lead: User) -> None:
    chance = random.Random(int(host["siret"]))  # noqa: S311 (names, not secrets)
    names = story.data["names"]
    for place in range(host["tutors"]):
        name = f"{chance.choice(names['first'])} {chance.choice(names['last'])}"
        address = f"{plain(name).replace(' ', '.')}@{site.contact_email.partition('@')[2]}"
        years = 2 + chance.randint(0, 8)
        placing.add_tutor(site, by=lead, name=name, job=JOBS[place % 2], years_in_job=years, email=address)

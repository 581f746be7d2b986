"""Host companies and their sites: recorded, corrected."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from partnership import outbox, workflow
from partnership.models import User
from partnership.workflow import record

from ..models import HostCompany, HostSite, OpeningHours

# When a site opens and closes, in minutes after midnight.
Hours = tuple[int, int]

_SITE_REFUSALS = {
    "one_site_a_siret": gettext_lazy("This SIRET is already that of another site."),
    "a_site_keeps_to_the_zones_of_its_students": gettext_lazy(
        "Somebody is placed on this site who cannot go to that zone: cancel the placement first."
    ),
}


@transaction.atomic
def add_site(
    *, company_name: str, is_partner: bool, by: User, opening: Mapping[int, Hours] | None = None, **fields: Any
) -> HostSite:
    """Record a site, and its company if it is new; `opening` is (opens, closes) in minutes, by weekday from Monday.

    A SIREN is a company's whatever name was typed: a site whose SIRET begins with it joins that company.
    """
    company = _company(company_name, fields.get("siret", "")[:9], is_partner=is_partner)
    with workflow.refusing(_SITE_REFUSALS):
        site = HostSite.objects.create(company=company, **fields)
    _open(site, opening or {})
    record(site, "created", by=by)
    return site


def _company(name: str, siren: str, *, is_partner: bool) -> HostCompany:
    known = HostCompany.objects.filter(siren=siren).first() if siren else None
    if known is not None:
        return known
    named = HostCompany.objects.filter(name=name, siren__in=["", siren]).order_by("-siren", "pk").first()
    if named is None:
        return HostCompany.objects.create(name=name, siren=siren, is_partner=is_partner)
    _give_siren(named, siren)
    return named


def _give_siren(company: HostCompany, siren: str) -> None:
    """A company without a SIREN has that of its site, unless it is another company's."""
    if siren and not company.siren and not HostCompany.objects.filter(siren=siren).exists():
        HostCompany.objects.filter(pk=company.pk, siren="").update(siren=siren)
        company.siren = siren


@transaction.atomic
def edit_site(
    site: HostSite, *, by: User, version: int, opening: Mapping[int, Hours] | None = None, **fields: Any
) -> None:
    """Change a site's record; letters that have not left follow its address; Stale if somebody else changed it.

    Without `opening` its days stay as they are.
    """
    changes = {name: value for name, value in fields.items() if getattr(site, name) != value}
    days = opening is not None and _days(site) != dict(opening)
    told = sorted([*changes, *(["opening_hours"] if days else [])])
    with workflow.refusing(_SITE_REFUSALS):
        before = site.zone.code if "zone" in changes else ""
        workflow.edit(site, by=by, version=version, before=before, reason=", ".join(told), **changes)
    if days:
        _open(site, opening or {})
    _give_siren(site.company, site.siret[:9])
    outbox.readdress(site)


def _days(site: HostSite) -> dict[int, Hours]:
    return {row.weekday: (row.opens, row.closes) for row in site.opening_hours.all()}


def _open(site: HostSite, opening: Mapping[int, Hours]) -> None:
    site.opening_hours.all().delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(site=site, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in sorted(opening.items())
    )


@transaction.atomic
def edit_company(company: HostCompany, *, by: User, version: int, **facts: Any) -> None:
    """Change what a company says of itself: its collective agreement, its operator, its headcount; Stale if changed."""
    changes = {name: value for name, value in facts.items() if getattr(company, name) != value}
    workflow.edit(company, by=by, version=version, deed="company_edited", **changes)

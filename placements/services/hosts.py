"""Host companies and their sites: recorded, corrected."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from partnership import outbox, workflow
from partnership.models import User
from partnership.workflow import record

from ..models import HostCompany, HostSite

_SITE_REFUSALS = {
    "one_site_a_siret": gettext_lazy("This SIRET is already that of another site."),
    "a_site_keeps_to_the_zones_of_its_students": gettext_lazy(
        "Somebody is placed on this site who cannot go to that zone: cancel the placement first."
    ),
}


@transaction.atomic
def add_site(*, company_name: str, is_partner: bool, by: User, **fields: Any) -> HostSite:
    """Record a site, and its company if it is new."""
    company, _created = HostCompany.objects.get_or_create(name=company_name, defaults={"is_partner": is_partner})
    with workflow.refusing(_SITE_REFUSALS):
        site = HostSite.objects.create(company=company, **fields)
    record(site, "created", by=by)
    return site


@transaction.atomic
def edit_site(site: HostSite, *, by: User, version: int, **fields: Any) -> None:
    """Change a site's record; letters that have not left follow its address; Stale if somebody else changed it."""
    changes = {name: value for name, value in fields.items() if getattr(site, name) != value}
    with workflow.refusing(_SITE_REFUSALS):
        workflow.edit(site, by=by, version=version, **changes)
    outbox.readdress(site)

"""Who answers for a host, for whoever may read it: a rival reads the site's own name, and no number to call."""

from typing import NamedTuple

from django import template

from .. import policies
from ..models import HostSite

register = template.Library()


class Contact(NamedTuple):
    """Who answers for a site; empty where the reader is a rival of it, but for what the site is called."""

    name: str
    phone: str
    email: str


@register.simple_tag(takes_context=True)
def contact_of(context: template.Context, site: HostSite) -> Contact:
    """The contact of a site as the reader of the page may know it; what they run is looked up once a page."""
    request = context["request"]
    if not hasattr(request, "interests"):
        request.interests = policies.interests_of(request.user)
    if request.interests.reads_contacts(site):
        return Contact(site.contact_name, site.contact_phone, site.contact_email)
    return Contact(site.name, "", "")

"""Who answers for a host, for whoever may read it: a rival reads the site's own name, and no number to call."""

from django import template

from .. import policies
from ..models import HostSite

register = template.Library()


@register.simple_tag(takes_context=True)
def contact_of(context: template.Context, site: HostSite) -> policies.Contact:
    """The contact of a site as the reader of the page may know it; what they run is looked up once a page."""
    request = context["request"]
    if not hasattr(request, "interests"):
        request.interests = policies.interests_of(request.user)
    return request.interests.contact_of(site)

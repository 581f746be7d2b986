"""What the pages about the convention have in common."""

from typing import Any

from django import template
from django.urls import reverse

from .. import pages

register = template.Library()


@register.inclusion_tag("components/convention_pages.html", takes_context=True)
def convention_pages(context: dict[str, Any]) -> dict[str, Any]:
    """The row of pages about the convention; the one that is open is marked."""
    here = context["request"].resolver_match
    return {
        "links": [
            {"url": reverse(page.url_name), "label": page.label, "current": here and page.url_name == here.view_name}
            for page in pages.pages()
        ]
    }

"""Markdown that people write, in pages."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from .. import prose

register = template.Library()


@register.filter
def markdown(text: str | None, rank: str = prose.RANK) -> SafeString:
    """Render what somebody wrote: emphasis, lists, quotations, headings and links; HTML in it is shown as typed.

    Its headings are of the rank given (`h5`), under those of the page.
    """
    return mark_safe(prose.html(text, rank=rank))  # noqa: S308 # nosec B308 B703 (the reader lets no HTML through)

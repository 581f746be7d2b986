"""What the handbook quotes of the other pages: the words of their buttons, and their pictures."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

register = template.Library()

# The pictures by name, each with its width and height; `tests/browser/pictures.py` takes them in both languages.
_DESK, _PHONE = (768, 560), (390, 640)
PICTURES = {
    "worklist": _DESK,
    "application": _DESK,
    "load": _DESK,
    "content": _DESK,
    "review": _DESK,
    "zone": _DESK,
    "calls": _PHONE,
    "board": _DESK,
    "team": _DESK,
    "follow": _PHONE,
    "answer": _PHONE,
}


@register.simple_tag(takes_context=True)
def label(context: template.Context, words: str, url_name: str = "", of: str = "") -> SafeString:
    """Quote a button, an entry of the menu or a heading in the page's own words, given in English.

    A link to the page it stands for, where the reader has the role (`is_own` in the context); `of` is the context of
    its translation.
    """
    quoted = _("“%(words)s”") % {"words": pgettext(of, words) if of else _(words)}
    if not url_name or not context.get("is_own"):
        return format_html("<strong>{}</strong>", quoted)
    return format_html('<strong><a href="{}">{}</a></strong>', reverse(url_name), quoted)


@register.inclusion_tag("components/picture.html")
def picture(name: str, says: str) -> dict[str, Any]:
    """Show a picture of a page in the reader's language; `says` tells what is to be seen on it."""
    width, height = PICTURES[name]
    return {"address": static(picture_file(name)), "width": width, "height": height, "says": says}


def picture_file(name: str, language: str = "") -> str:
    """Where the picture of that name is among the static files, in a language or in the reader's."""
    language = language or get_language() or "fr"
    return f"img/handbook/{name}.{'fr' if language.startswith('fr') else 'en'}.png"

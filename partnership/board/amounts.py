"""So many of what a measure counts, in words."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..measures import MEASURES
from ..templatetags.figures import number
from .columns import CONTENTS, DELIVERED, PLACES, YOUNG


def lacks_words(lacks: dict[str, int]) -> str:
    """« 48 jeunes et 6 places »."""
    return get_text_list([amount(measure, n) for measure, n in lacks.items()], _("and"))


def amount(measure: str, n: int) -> str:
    """So many of what a measure counts, in words."""
    if measure == YOUNG:
        said = ngettext("%(n)s young person", "%(n)s young people", n)
    elif measure == PLACES:
        said = ngettext("%(n)s place", "%(n)s places", n)
    elif measure == CONTENTS:
        said = ngettext("%(n)s validated content", "%(n)s validated contents", n)
    elif measure == DELIVERED:
        said = ngettext("%(n)s delivered activity", "%(n)s delivered activities", n)
    else:
        said = "%(n)s × %(label)s"
    return said % {"n": number(n), "label": str(MEASURES[measure].label) if measure in MEASURES else measure}

"""How the hours of a content add up: against what its programme promises, and against the law of apprenticeship."""

from math import ceil

from django.utils.translation import ngettext

from partnership.templatetags.figures import number

from .models import Programme

# A working year in hours, and the least part of a contract that is spent in class (Code du travail, art. L6211-2).
YEAR_OF_WORK = 1607
PART_IN_CLASS = 4


def least(months: int) -> int:
    """The hours of class owed to an apprenticeship contract of so many months (Code du travail, art. L6211-2)."""
    return ceil(YEAR_OF_WORK * months / 12 / PART_IN_CLASS)


def doubts(programme: Programme, total: int) -> list[str]:
    """What does not add up in a content of `total` hours, each in a sentence; it stops nobody from submitting it.

    Nothing is said of a content that has no module yet.
    """
    found: list[str] = []
    if not total:
        return found
    if programme.hours and total != programme.hours:
        found.append(
            ngettext(
                "The modules make %(n)s hour, the programme promises %(promised)s.",
                "The modules make %(n)s hours, the programme promises %(promised)s.",
                total,
            )
            % {"n": number(total), "promised": number(programme.hours)}
        )
    if programme.is_hosted and programme.months and total < least(programme.months):
        found.append(
            ngettext(
                "A contract of %(months)s month is owed %(least)s hours of class, a quarter of its working time "
                "(Labour Code, art. L6211-2).",
                "A contract of %(months)s months is owed %(least)s hours of class, a quarter of its working time "
                "(Labour Code, art. L6211-2).",
                programme.months,
            )
            % {"months": programme.months, "least": number(least(programme.months))}
        )
    return found

"""The hard rules, each a bit; and which hours of a site somebody can work."""

from enum import IntFlag

from .problem import EVENINGS, SATURDAYS, SUNDAYS, Hours

DAY_FROM, DAY_UNTIL, EVENING_UNTIL = 7 * 60, 19 * 60, 21 * 60
MOST_A_DAY = 8 * 60  # the legal day of a minor (C. trav., L3162-1), and a full one of anybody
A_DAY, DAYS_A_WEEK = 7 * 60, 5
SATURDAY, SUNDAY = 5, 6


class Rule(IntFlag):
    """What keeps a student from a site."""

    ZONE = 1  # neither their zone nor one they could move to
    DATES = 2  # the places are for another intake
    DISTANCE = 4  # farther than they said they go
    LANGUAGES = 8  # a language without which nobody can work there
    HOURS = 16  # too few hours in common
    MINOR = 32  # enough hours for an adult, too few of those a minor may work
    EXCLUDED = 64  # the lead has said so
    STALE = 128  # the host has not said lately that there are places
    TUTOR = 256  # no tutor there may follow a student
    HOST_CHOOSES = 512  # the host is sent a list instead


# What the student can do nothing about and a lead can: told first.
OF_THE_SITE = Rule.STALE | Rule.TUTOR | Rule.HOST_CHOOSES


def usable_minutes(hours: Hours, availability: frozenset[str], school_days: frozenset[int], is_minor: bool) -> int:
    """The minutes a week that somebody can work at a site.

    An adult works the best five days; a minor at most eight hours a day, not on a Sunday and with two days of rest in a
    row, the Sunday among them (C. trav., L3162-1, L3164-2, L3164-5).
    """
    until = EVENING_UNTIL if EVENINGS in availability else DAY_UNTIL
    days = []
    for day, opening in enumerate(hours):
        is_free = day not in school_days and opening is not None
        is_free = is_free and (day != SATURDAY or SATURDAYS in availability)
        is_free = is_free and (day != SUNDAY or (SUNDAYS in availability and not is_minor))
        usable = min(opening[1], until) - max(opening[0], DAY_FROM) if is_free and opening else 0
        days.append(min(max(usable, 0), MOST_A_DAY))
    if is_minor:
        return max(sum(days[:SATURDAY]), sum(days[1:SUNDAY]))
    return sum(sorted(days)[-DAYS_A_WEEK:])


def needed_minutes(school_days: frozenset[int]) -> int:
    """Seven hours for each day of a week that is not spent at school."""
    return A_DAY * max(DAYS_A_WEEK - len(school_days), 0)


def broken_by_hours(
    hours: Hours | None, availability: frozenset[str], school_days: frozenset[int], is_minor: bool
) -> Rule:
    """Which of the rules of hours keeps somebody from a site."""
    if hours is None:
        return Rule(0)
    needed = needed_minutes(school_days)
    if usable_minutes(hours, availability, school_days, is_minor) >= needed:
        return Rule(0)
    is_law = is_minor and usable_minutes(hours, availability, school_days, False) >= needed
    return Rule.MINOR if is_law else Rule.HOURS


def outside_the_day(hours: Hours) -> frozenset[str]:
    """Which of evenings, Saturdays and Sundays a site works."""
    found = set()
    if any(opening is not None and opening[1] > DAY_UNTIL for opening in hours):
        found.add(EVENINGS)
    if hours[SATURDAY] is not None:
        found.add(SATURDAYS)
    if hours[SUNDAY] is not None:
        found.add(SUNDAYS)
    return frozenset(found)


def accepted_outside(availability: frozenset[str], is_minor: bool) -> frozenset[str]:
    """Which of evenings, Saturdays and Sundays somebody may and can work."""
    return availability - {SUNDAYS} if is_minor else availability


def points_of_hours(
    most: int, hours: Hours | None, availability: frozenset[str], school_days: frozenset[int], is_minor: bool
) -> int:
    """Half of the points for hours that need no evening or weekend, half for accepting those the site has."""
    half = most // 2
    if hours is None:
        return half
    needed = needed_minutes(school_days)
    by_day = min(usable_minutes(hours, frozenset(), school_days, is_minor), needed)
    points = half * by_day // needed if needed else half
    worked = outside_the_day(hours)
    accepted = worked & accepted_outside(availability, is_minor)
    return points + ((most - half) * len(accepted) // len(worked) if worked else most - half)

"""A zone and the answers of its hosts in words: the page's title, the gap, what lacks to the objectives."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import HostPledge
from ..states import Chooser, PledgeAnswer


def verdict(students: int, places: int, *, anybody: bool) -> str:
    """The page's title: how many wait, how many places are free, and what lacks."""
    if not students and not places:
        return _("Everybody is placed, every place is taken: met.") if anybody else _("No student and no place yet.")
    who = (
        ngettext("%(n)s student to place", "%(n)s students to place", students) % {"n": students}
        if students
        else _("No student to place")
    )
    where = ngettext("%(n)s free place", "%(n)s free places", places) % {"n": places} if places else _("no free place")
    if students > places:
        what = _("hosting is what lacks")
    elif not students:
        what = _("young people are what lacks")
    elif students == places:
        what = _("the count is right")
    else:
        what = _("there is room for everybody")
    return _("%(who)s, %(where)s: %(what)s.") % {"who": who, "where": where, "what": what}


def gap_words(young: int, seats: int) -> str:
    """The difference between young people and places, in words."""
    if young > seats:
        n = young - seats
        return ngettext("%(n)s young person more than places.", "%(n)s young people more than places.", n) % {"n": n}
    if seats > young:
        n = seats - young
        return ngettext("%(n)s place more than young people.", "%(n)s places more than young people.", n) % {"n": n}
    return _("As many young people as places.")


def lacks_words(young: int, seats: int, young_target: int | None, seats_target: int | None, *, stale: int = 0) -> str:
    """What lacks to the objectives, and how many places only wait to be said again."""
    if young_target is None and seats_target is None:
        return _("This zone has no objective of its own.")
    people, places = max((young_target or 0) - young, 0), max((seats_target or 0) - seats, 0)
    lacking = []
    if people:
        lacking.append(ngettext("%(n)s young person", "%(n)s young people", people) % {"n": people})
    if places:
        lacking.append(ngettext("%(n)s place", "%(n)s places", places) % {"n": places})
    if not lacking:
        return _("The objectives are reached.")
    if stale:
        lacking[-1] += (
            ngettext(" (%(n)s to reconfirm)", " (%(n)s to reconfirm)", stale) % {"n": stale} if places else ""
        )
    return _("Lacking for the objective: %(lacking)s.") % {"lacking": _(" and ").join(lacking)}


def answer_words(pledge: HostPledge) -> str:
    """What a host has answered, in a few words."""
    if pledge.answer == PledgeAnswer.NO:
        return _("no place")
    said = []
    if pledge.places_sure:
        said.append(ngettext("%(n)s sure place", "%(n)s sure places", pledge.places_sure) % {"n": pledge.places_sure})
    if pledge.places_possible:
        words = ngettext("%(n)s possible", "%(n)s possible", pledge.places_possible) % {"n": pledge.places_possible}
        said.append(words)
    if pledge.answer == PledgeAnswer.MAYBE:
        said.insert(0, _("perhaps"))
    if pledge.chooser == Chooser.HOST:
        said.append(_("the host chooses"))
    return ", ".join(said) or _("yes")

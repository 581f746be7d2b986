"""A plan in words: never a dual price, never points; names are those the caller knows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from .plan import Alternative, Difference, Fit, Help, Line, Plan, Price, Ranked, Reason, Removed, Unplaced
from .problem import EVENINGS, SATURDAYS
from .rules import Rule

# Everybody speaks it: not worth a word.
COMMON = "fr"


@dataclass(frozen=True, slots=True)
class Known:
    """What to call whom, by key; whoever is not known is called by their key."""

    students: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    tutors: Mapping[str, str] = field(default_factory=dict)

    def student(self, key: str) -> str:
        return self.students.get(key, key)

    def site(self, key: str) -> str:
        return self.sites.get(key, key)

    def tutor(self, key: str) -> str:
        return self.tutors.get(key, key)


# -- the whole plan ---------------------------------------------------------------------------------------------------


def verdict(plan: Plan, zone: str = "") -> str:
    """What the page says first: how many are placed, and what is missing."""
    quality = plan.quality
    if not quality.students:
        return _("Nobody waits for a place.")
    if not plan.unplaced:
        return ngettext(
            "The only student waiting is placed.", "All %(number)s students are placed.", quality.students
        ) % {"number": quality.students}
    placed = ngettext(
        "%(placed)s student placed out of %(number)s", "%(placed)s students placed out of %(number)s", quality.placed
    ) % {"placed": quality.placed, "number": quality.students}
    full = sum(one.reason is Reason.FULL for one in plan.unplaced)
    others = len(plan.unplaced) - full
    if full and others:
        parts = {"placed": placed, "missing": _missing(full, zone), "others": _kept_out(others)}
        return _("%(placed)s; %(missing)s, and %(others)s.") % parts
    return _("%(placed)s; %(what)s.") % {"placed": placed, "what": _missing(full, zone) if full else _kept_out(others)}


def _missing(number: int, zone: str) -> str:
    if not zone:
        return ngettext("%(number)s place is missing", "%(number)s places are missing", number) % {"number": number}
    return ngettext("%(number)s place is missing in %(zone)s", "%(number)s places are missing in %(zone)s", number) % {
        "number": number,
        "zone": zone,
    }


def _kept_out(number: int) -> str:
    return ngettext(
        "no site is possible for %(number)s student", "no site is possible for %(number)s students", number
    ) % {"number": number}


def proof(plan: Plan) -> list[str]:
    """What is sure of the plan: that no other places more, and whom it moves."""
    found = [_("No other plan places more students.")] if plan.lines else []
    if plan.quality.kept or plan.quality.moved:
        moved = plan.quality.moved
        found.append(
            ngettext(
                "%(number)s student changes sites since the last proposal.",
                "%(number)s students change sites since the last proposal.",
                moved,
            )
            % {"number": moved}
            if moved
            else _("Nobody changes sites since the last proposal.")
        )
    return found


def seat(site: str, price: Price, known: Known) -> str:
    """What one place more at a site would bring."""
    where = {"site": known.site(site)}
    if price.students:
        return _("One place more at %(site)s would place %(student)s.") % {**where, "student": _who(price, known)}
    if price.points:
        return _("One place more at %(site)s would place nobody more, but suit those who are placed better.") % where
    return _("One place more at %(site)s would change nothing.") % where


def _who(price: Price, known: Known) -> str:
    return known.student(price.who) if price.who is not None else _("one student more")


def most_wanted(plan: Plan) -> str | None:
    """The site at which one place more would help the most; None where none would place anybody."""
    helping = [(price.students, price.points, site) for site, price in plan.prices.items() if price.students]
    return max(helping)[2] if helping else None


def changes(found: Difference, known: Known) -> list[str]:
    """What another plan changes, student by student."""
    lines = [
        _("%(student)s: a place at %(site)s.") % {"student": known.student(student), "site": known.site(site)}
        for student, site in found.placed
    ]
    lines += [
        _("%(student)s: without a place, no longer at %(site)s.")
        % {"student": known.student(student), "site": known.site(site)}
        for student, site in found.left
    ]
    lines += [
        _("%(student)s: from %(before)s to %(after)s.")
        % {"student": known.student(one.student), "before": known.site(one.before), "after": known.site(one.after)}
        for one in found.moved
    ]
    return lines or [_("Nothing would change.")]


# -- a line -----------------------------------------------------------------------------------------------------------


def why(line: Line) -> list[str]:
    """Why this host: a few words each."""
    found = [_("settled by hand")] if line.is_pinned else []
    found += facts(line.fit)
    return found + [_("against a rule: %(rule)s") % {"rule": words} for words in rules(line.broken)]


def facts(fit: Fit) -> list[str]:
    """What speaks for a student at a site, and how far it is."""
    found = [_way(fit)]
    if fit.wish:
        found.append((_("first wish"), _("second wish"), _("third wish"))[fit.wish - 1])
    if fit.is_asked:
        found.append(_("asked for by the site"))
    languages = [code for code in fit.languages if code != COMMON]
    if languages:
        found.append(_("%(languages)s spoken there") % {"languages": named(languages)})
    found += [_slot(slot) for slot in fit.outside]
    if not fit.is_home:
        found.append(_("in a zone they could move to"))
    if fit.is_kept:
        found.append(_("unchanged since the last proposal"))
    return found


def _slot(slot: str) -> str:
    if slot == EVENINGS:
        return _("evenings accepted")
    return _("Saturdays accepted") if slot == SATURDAYS else _("Sundays accepted")


def _way(fit: Fit | Removed) -> str:
    if fit.hectometres is None:
        return _("distance not known")
    km = kilometres(fit.hectometres)
    if isinstance(fit, Fit) and fit.is_approximate:
        return _("about %(km)s km") % {"km": km}
    return _("%(km)s km") % {"km": km} if km else _("less than 1 km")


def kilometres(hectometres: int) -> int:
    """Whole kilometres."""
    return (hectometres + 5) // 10


def instead(line: Line, known: Known) -> str:
    """What else there is for the student of a line, and what it would cost."""
    if line.is_pinned:
        return _("Settled: no other site has been looked for.")
    if line.other is None:
        return _("No other site is possible.")
    costs = losses(line.fit, line.other.fit) or [_("about as suitable")]
    parts = {"site": known.site(line.other.fit.site), "costs": ", ".join(costs + [_to_others(line.other)])}
    return _("%(site)s: %(costs)s.") % parts


def _to_others(other: Alternative) -> str:
    if other.is_free:
        return _("a place is free there")
    if other.students:
        return _("one student fewer would be placed")
    return _("others would have to give way")


def losses(chosen: Fit, other: Fit) -> list[str]:
    """What a student loses, and what they gain in way, at another site than the chosen one."""
    found = []
    if chosen.hectometres is not None and other.hectometres is not None:
        more = kilometres(other.hectometres) - kilometres(chosen.hectometres)
        if more:
            words = _("%(km)s km more") if more > 0 else _("%(km)s km less")
            found.append(words % {"km": abs(more)})
    lost = [code for code in chosen.languages if code not in other.languages and code != COMMON]
    if lost:
        found.append(_("without %(languages)s") % {"languages": named(lost)})
    if chosen.wish and not other.wish:
        found.append(_("not among their wishes"))
    elif chosen.wish and other.wish > chosen.wish:
        found.append(_("a lesser wish"))
    if chosen.is_asked and not other.is_asked:
        found.append(_("not asked for by the site"))
    if chosen.points.hours > other.points.hours:
        found.append(_("hours that suit less"))
    if chosen.is_home and not other.is_home:
        found.append(_("in another zone"))
    if chosen.is_kept:
        found.append(_("a change since the last proposal"))
    return found


def host(one: Ranked, known: Known) -> str:
    """A host of a student between runs: what it is like, and what a place there takes from others."""
    site = known.site(one.fit.site)
    if one.broken:
        return _("%(site)s: not possible, %(rules)s.") % {"site": site, "rules": listed(rules(one.broken))}
    if one.is_open:
        end = _("a place is free there")
    elif one.price.students:
        end = _("full, and awaited by a student without a place")
    else:
        end = _("full")
    return _("%(site)s: %(costs)s.") % {"site": site, "costs": ", ".join([*facts(one.fit), end])}


# -- a student without a place ----------------------------------------------------------------------------------------


def blocked(one: Unplaced, known: Known) -> str:
    """What keeps a student without a place."""
    sites = listed([known.site(site) for site in one.possible])
    if one.reason is Reason.NO_SITE:
        return _("There is no site in their zones.")
    if one.reason is Reason.PIN:
        return _("Settled at %(site)s, where no place is left.") % {"site": sites}
    if one.reason is Reason.HOST_CHOOSES:
        return _("The sites that are possible choose for themselves: %(sites)s.") % {"sites": sites}
    if one.reason is Reason.RULES:
        counts = [_counted(rule, number) for rule, number in sorted(one.rules, key=lambda row: (-row[1], row[0]))]
        return _("No site is possible: %(rules)s.") % {"rules": listed(counts)}
    number = one.possible_count
    if number == 1:
        full = _("The only possible site is full: %(site)s.") % {"site": sites}
    else:
        full = _("The %(number)s possible sites are full.") % {"number": number}
    if one.hall is None:
        return full
    places = ngettext("%(number)s place", "%(number)s places", one.hall.places) % {"number": one.hall.places}
    parts = {"full": full, "places": places, "number": one.hall.students}
    return (
        ngettext(
            "%(full)s %(number)s student has no other, for %(places)s.",
            "%(full)s %(number)s students have no other, for %(places)s.",
            one.hall.students,
        )
        % parts
    )


def unblocks(one: Unplaced, known: Known) -> str:
    """What would place the student without anybody losing their place; empty where no single thing would."""
    if one.unblock is not None:
        at, there = known.site(one.unblock.key), known.site(one.unblock.site)
        if one.unblock.what is Help.TUTOR:
            return _("One student more for %(tutor)s, who follows those of %(site)s.") % {
                "tutor": known.tutor(one.unblock.key),
                "site": there,
            }
        if one.unblock.what is Help.BOTH:
            return _("One place more at %(site)s, and somebody to follow one student more.") % {"site": at}
        if at != there:
            return _("One place more at %(site)s, which would free one at %(other)s.") % {"site": at, "other": there}
        return _("One place more at %(site)s.") % {"site": at}
    if one.reason is Reason.HOST_CHOOSES:
        return _("To present them to %(sites)s.") % {"sites": listed([known.site(site) for site in one.possible])}
    if one.reason is Reason.PIN:
        return _("One place more at %(site)s.") % {"site": listed([known.site(site) for site in one.possible])}
    if one.reason is Reason.NO_SITE:
        return _("A site in one of their zones, or one more zone they could move to.")
    return next((_lifted(removed, known) for removed in one.removed if _is_single(removed)), "")


def _is_single(removed: Removed) -> bool:
    return removed.rules.bit_count() == 1


def _lifted(removed: Removed, known: Known) -> str:
    """What would lift the only rule that keeps a student from a site."""
    site = {"site": known.site(removed.site)}
    if removed.rules is Rule.DISTANCE and removed.hectometres is not None:
        return _("To go as far as %(km)s km, to %(site)s.") % {**site, "km": -(-removed.hectometres // 10)}
    words: dict[Rule, Callable[[], str]] = {
        Rule.LANGUAGES: lambda: _("The languages that %(site)s asks for."),
        Rule.HOURS: lambda: _("More hours in common with %(site)s: evenings or weekends."),
        Rule.MINOR: lambda: _("Hours at %(site)s that a minor may work."),
        Rule.EXCLUDED: lambda: _("To allow %(site)s again."),
        Rule.STALE: lambda: _("That %(site)s confirms its places again."),
        Rule.TUTOR: lambda: _("A tutor at %(site)s who may follow a student."),
    }
    return words[removed.rules]() % site if removed.rules in words else ""


def rules(broken: Rule) -> list[str]:
    """Each rule that keeps a student from a site, in a few words."""
    if not broken:
        return []
    words = {
        Rule.ZONE: _("outside their zones"),
        Rule.DATES: _("places of another intake"),
        Rule.DISTANCE: _("farther than they go"),
        Rule.LANGUAGES: _("a language is lacking"),
        Rule.HOURS: _("too few hours in common"),
        Rule.MINOR: _("hours that a minor may not work"),
        Rule.EXCLUDED: _("ruled out by hand"),
        Rule.STALE: _("places to be confirmed again"),
        Rule.TUTOR: _("no tutor may follow"),
        Rule.HOST_CHOOSES: _("the host chooses"),
    }
    return [text for rule, text in words.items() if rule in broken]


def removed(one: Removed, known: Known) -> str:
    """A site and what keeps a student from it, with the kilometres where they do."""
    words = rules(one.rules)
    if Rule.DISTANCE in one.rules and one.hectometres is not None and one.limit_km is not None:
        km = -(-one.hectometres // 10)  # as many as it would take
        limit = {"km": km, "limit": one.limit_km}
        words[words.index(_("farther than they go"))] = _("%(km)s km, for a limit of %(limit)s km") % limit
    return _("%(site)s: %(costs)s.") % {"site": known.site(one.site), "costs": ", ".join(words)}


def _counted(rule: Rule, number: int) -> str:
    return _("%(rule)s (%(number)s)") % {"rule": rules(rule)[0], "number": number}


# -- words ------------------------------------------------------------------------------------------------------------


def named(codes: Iterable[str]) -> str:
    """Languages by name, in the language of the page."""
    names = _names(get_language() or COMMON)
    return listed([names.get(code, code) for code in codes])


@lru_cache(8)
def _names(language: str) -> Mapping[str, str]:
    return Locale.parse(language.replace("-", "_")).languages


def listed(parts: list[str]) -> str:
    """The parts with commas, and the last with a word."""
    if len(parts) < 2:
        return "".join(parts)
    return pgettext("the end of a list", "%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}

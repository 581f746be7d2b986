"""A contract held against the law: what forbids it, and what has to be looked at, each with its article.

Told elsewhere: how a contract breaks (breaks.py), what follows a break (L6231-2, 5°), how many students a tutor has
(R6223-6).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership.templatetags.figures import longdate, number

from ..states import BeyondAge
from .deadlines import filing_deadline
from .rows import kinds_on, rules_on

OF_AGE = 18
MOST_MINUTES_OF_A_MINOR = 35 * 60
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """Something the law says of a contract: a sentence, and the article it comes from."""

    sentence: str | Promise
    article: str


class Refusal(Finding):
    """The law forbids it: the contract goes no further as it stands."""


class Caution(Finding):
    """To be looked at: the law allows it under a condition, or a fact is not known."""


@dataclass(frozen=True)
class Facts:
    """What is known of a contract on a day; what is not known is None, and nothing is concluded from it."""

    kind: str
    on: date
    starts_on: date | None = None
    ends_on: date | None = None
    works_from: date | None = None
    course_from: date | None = None
    course_until: date | None = None
    born_on: date | None = None
    training_hours: int | None = None
    beyond_age: str = ""
    guardian: str = ""
    medical_visit_on: date | None = None
    habilitation: str = ""
    filed_on: date | None = None
    weekly_minutes: int | None = None


def refusals(found: Iterable[Finding]) -> list[Finding]:
    """Those that forbid."""
    return [one for one in found if isinstance(one, Refusal)]


def cautions(found: Iterable[Finding]) -> list[Finding]:
    """Those to be looked at."""
    return [one for one in found if isinstance(one, Caution)]


def findings(facts: Facts) -> list[Finding]:
    """Everything the law says of a contract, in the order of our table; nothing before its start is known."""
    if facts.starts_on is None:
        return []
    if facts.kind not in kinds_on(facts.starts_on):
        return [Refusal(_("No such contract can begin on %(day)s.") % {"day": longdate(facts.starts_on)}, "")]
    rules = rules_on(facts.kind, facts.starts_on)
    if rules is None:
        return [Caution(_("The rules of that date are not known here: ask the operator."), "")]
    checks = (_age, _length, _order, _end, _share, _habilitation, _minor, _working_time, _filing)
    return [finding for check in checks for finding in check(facts, rules)]


def _age(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R1: so old on the first day; the last age counts until the eve of the next birthday."""
    rule = rules.get("age")
    if rule is None:
        return
    if facts.born_on is None:
        yield Caution(_("The date of birth is not known: the age is to be checked."), rule["article"])
        return
    age = relativedelta(facts.starts_on, facts.born_on).years
    said = {"age": age, "youngest": rule["youngest"], "oldest": rule["oldest"]}
    if age < rule["youngest"]:
        if age >= rule.get("youngest_after_school", rule["youngest"]):
            words = _("%(age)s years old on the first day: only after the end of the third year of collège.")
            yield Caution(words % said, rule["article"])
        else:
            words = _("%(age)s years old on the first day: this contract is open from %(youngest)s.")
            yield Refusal(words % said, rule["article"])
    elif age > rule["oldest"]:
        yield from _too_old(facts, rule, age, said)


def _too_old(facts: Facts, rule: dict[str, Any], age: int, said: dict[str, int]) -> Iterator[Finding]:
    if rule.get("job_seekers_above"):
        words = _("%(age)s years old on the first day: open to job seekers and to those who receive certain benefits.")
        yield Caution(words % said, rule["article"])
        return
    in_succession = rule.get("oldest_in_succession")
    if in_succession and facts.beyond_age == BeyondAge.NO_LIMIT:
        return
    if in_succession and facts.beyond_age == BeyondAge.SUCCESSION and age <= in_succession:
        return
    words = _("%(age)s years old on the first day: this contract is open up to %(oldest)s.")
    yield Refusal(words % said, rule["article"])


def _length(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R2: from so many months to so many, both included."""
    rule = rules.get("length")
    if rule is None or facts.ends_on is None or facts.starts_on is None:
        return
    over = facts.ends_on + ONE_DAY
    longest = rule["longest"]
    if facts.beyond_age == BeyondAge.NO_LIMIT:
        longest = rule.get("longest_of_some", longest)
    if over < facts.starts_on + relativedelta(months=rule["shortest"]):
        words = _("The contract lasts less than %(n)s months.") % {"n": rule["shortest"]}
        yield Refusal(words, rule["article"])
    elif over > facts.starts_on + relativedelta(months=longest):
        yield Refusal(_("The contract lasts more than %(n)s months.") % {"n": longest}, rule["article"])
    elif "usual" in rule and over > facts.starts_on + relativedelta(months=rule["usual"]):
        words = _("More than %(n)s months: only where the branch or the person’s situation allows it.")
        yield Caution(words % {"n": rule["usual"]}, rule["article"])


def _order(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R3 and R4: work and course begin soon after the start, and the course not long before it."""
    rule, without = rules.get("months_to_begin"), rules.get("months_without_employer")
    if rule is None or facts.starts_on is None:
        return
    last = facts.starts_on + relativedelta(months=rule["most"])
    said = {"n": rule["most"], "day": longdate(last)}
    if facts.works_from is not None and facts.works_from < facts.starts_on:
        yield Refusal(_("Practical training begins before the contract does."), rule["article"])
    if facts.works_from is not None and facts.works_from > last:
        words = _("Practical training begins more than %(n)s months after the start: by %(day)s at the latest.")
        yield Refusal(words % said, rule["article"])
    if facts.course_from is not None and facts.course_from > last:
        words = _("The course begins more than %(n)s months after the start: by %(day)s at the latest.")
        yield Refusal(words % said, rule["article"])
    if without is not None and facts.course_from is not None:
        first = facts.starts_on - relativedelta(months=without["most"])
        if facts.course_from < first:
            words = _(
                "The course began more than %(n)s months before the contract: nobody stays in it so long without."
            )
            yield Refusal(words % {"n": without["most"]}, without["article"])


def _end(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R5: not long after the course or the examination; a doctrine, so that it warns."""
    rule = rules.get("months_after_the_course")
    if rule is None or facts.course_until is None or facts.ends_on is None:
        return
    if facts.ends_on > facts.course_until + relativedelta(months=rule["most"]):
        words = ngettext(
            "The contract ends more than %(n)s month after the course: the operator may ask why.",
            "The contract ends more than %(n)s months after the course: the operator may ask why.",
            rule["most"],
        )
        yield Caution(words % {"n": rule["most"]}, _("doctrine"))
    if facts.ends_on < facts.course_until:
        yield Caution(_("The contract ends before the course or its examination."), _("doctrine"))


def hours_of(starts_on: date, ends_on: date, share: int, hours_a_year: int) -> int:
    """So many percent of the working time of a contract, in whole hours, the begun one counted."""
    length = relativedelta(ends_on + ONE_DAY, starts_on)
    months = Decimal(length.years * 12 + length.months) + Decimal(length.days) / Decimal("30.5")
    hours = Decimal(share) / 100 * hours_a_year * months / 12
    return int(hours.to_integral_value(ROUND_CEILING))


def _share(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R6: the hours of training against the working time of the contract, on the base of a year's legal hours."""
    rule = rules.get("training")
    if rule is None or facts.ends_on is None or facts.starts_on is None:
        return
    if facts.training_hours is None:
        yield Caution(_("The hours of training are not known: their share is to be checked."), rule["article"])
        return
    ends_on = max(facts.ends_on, facts.starts_on)
    least = hours_of(facts.starts_on, ends_on, rule["least"], rule["hours_a_year"])
    least = max(least, rule.get("least_hours", 0))
    said = {"hours": number(facts.training_hours), "least": number(least), "share": rule["least"]}
    if facts.training_hours < least:
        words = _("%(hours)s h of training: at least %(least)s h are due (%(share)s %% of the contract’s time).")
        yield Refusal(words % said, rule["article"])
    elif "usual" in rule:
        most = hours_of(facts.starts_on, ends_on, rule["usual"], rule["hours_a_year"])
        if facts.training_hours > most:
            words = _("%(hours)s h of training: more than %(most)s h only where the branch allows it.")
            yield Caution(words % {"hours": said["hours"], "most": number(most)}, rule["article"])


def _habilitation(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """The qualification contract of 2002: the employer is allowed to make them by the DDTEFP."""
    rule = rules.get("habilitation")
    if rule is not None and not facts.habilitation:
        yield Refusal(_("The employer’s habilitation by the DDTEFP is missing."), rule["article"])


def _minor(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R15: the guardian signs too, and the medical visit comes before the first day."""
    rule = rules.get("minor")
    if rule is None or facts.born_on is None or facts.starts_on is None:
        return
    if relativedelta(facts.starts_on, facts.born_on).years >= OF_AGE:
        return
    if not facts.guardian:
        words = _("Under age on the first day: the guardian who signs too is not in the dossier.")
        yield Refusal(words, rule["guardian"])
    if facts.weekly_minutes is not None and facts.weekly_minutes > MOST_MINUTES_OF_A_MINOR:
        yield Refusal(_("Under age on the first day: 35 hours of work a week at most."), rule["guardian"])
    if facts.medical_visit_on is None:
        words = _("Under age on the first day: the medical visit comes before it.")
        # Until then there is time for it.
        yield (Caution if facts.on < facts.starts_on else Refusal)(words, rule["visit"])
    elif facts.medical_visit_on > facts.starts_on:
        yield Refusal(_("Under age on the first day: the medical visit came after it."), rule["visit"])


def _working_time(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R16: the time in school is time of work; it warns of adults, who may work longer; minors are refused above."""
    rule = rules.get("working_time")
    if rule is None or facts.weekly_minutes is None or facts.weekly_minutes <= rule["most"] * 60:
        return
    if facts.born_on and facts.starts_on and relativedelta(facts.starts_on, facts.born_on).years < OF_AGE:
        return
    words = _("More than %(n)s hours of work a week: those in school are among them.")
    yield Caution(words % {"n": rule["most"]}, rule["article"])


def _filing(facts: Facts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R7: filed in time; too late it is filed all the same, and said so."""
    rule = rules.get("filing")
    if facts.starts_on is None:
        return
    last = filing_deadline(facts.kind, facts.starts_on)
    if rule is None or last is None:
        yield Caution(_("By when this contract is filed is not known here: ask the operator."), "")
    elif (facts.filed_on or facts.on) > last:
        words = _("It was to be filed by %(day)s.") % {"day": longdate(last)}
        yield Caution(words, rule["article"])

"""A break held against the law of apprenticeship: whether its cause is one on that day, each time with the article.

R9: in the first days at the host either side leaves without a reason; R10: afterwards only in certain ways. Of another
contract these rows say nothing, and of a contract that is not known only what holds for each kind is concluded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from cohorts.rhythm import Calendar
from partnership.templatetags.figures import longdate, number
from partnership.working_time import ONE_DAY

from ..states import BreakCause, ContractKind
from .findings import Caution, Finding, Refusal
from .presence import day_at_the_host, days_at_the_host
from .rows import rules_on

PROBATION = (BreakCause.PROBATION_EMPLOYER, BreakCause.PROBATION_APPRENTICE)
# What would be said of the same end in the first days.
_RATHER = {
    BreakCause.RESIGNATION: BreakCause.PROBATION_APPRENTICE,
    BreakCause.DISMISSAL: BreakCause.PROBATION_EMPLOYER,
}


@dataclass(frozen=True)
class BreakFacts:
    """What is known of a placement that ends early: the days of absence are those that somebody says."""

    cause: str
    on: date
    started_on: date
    kind: str = ""
    calendar: Calendar | None = None
    absent: int = 0

    @cached_property
    def days(self) -> int:
        """The days at the host until the break, absences included."""
        return days_at_the_host(self.calendar, self.started_on, self.on)


def break_findings(facts: BreakFacts) -> list[Finding]:
    """What the law says of a break: that its cause is none on that day, and what has to be looked at."""
    if facts.absent > facts.days:
        words = _("%(absent)s days of absence, and only %(days)s days at the host until then: correct their number.")
        return [Refusal(words % {"absent": number(facts.absent), "days": number(facts.days)}, "")]
    rules = rules_on(ContractKind.APPRENTICESHIP, facts.started_on) or {}
    found = _in_the_first_days if facts.cause in PROBATION else _for_a_cause
    return [*found(facts, rules)]


def first_days(started_on: date, *, kind: str = "", calendar: Calendar | None = None) -> str:
    """Until when either side may leave without a reason, in words; empty where no such term is known."""
    rule = (rules_on(ContractKind.APPRENTICESHIP, started_on) or {}).get("probation")
    if rule is None or kind not in ("", ContractKind.APPRENTICESHIP):
        return ""
    if "months" in rule:
        words = _("The first %(n)s months end on %(day)s.")
        last = _last_of(rule["months"], since=started_on)
        said = {"n": rule["months"], "day": longdate(last)}
    else:
        said = {"n": rule["days"], "day": longdate(day_at_the_host(calendar, started_on, rule["days"]))}
        if calendar is None:
            words = _("The first %(n)s days at the host end on %(day)s at the earliest: days of school are not known.")
        elif not calendar.is_known:
            words = _("The first %(n)s days at the host end on %(day)s or before: school holidays are not known.")
        else:
            words = _("The first %(n)s days at the host end on %(day)s by the calendar of the course, absences apart.")
    may = _(
        "Until then either side may end an apprenticeship contract without a reason, in writing; the school is told "
        "(%(article)s)."
    )
    return f"{words % said} {may % {'article': rule['article']}}"


def _last_of(months: int, *, since: date) -> date:
    """The last day of so many months: the eve of the day of the same number or, where the month has none, its last."""
    then = since + relativedelta(months=months)
    return then if then.day < since.day else then - ONE_DAY


def _are_over(facts: BreakFacts, rule: dict[str, Any]) -> bool | None:
    """Whether the first days were over before the last one at the host; None where the calendar does not say."""
    if "months" in rule:
        return facts.on > _last_of(rule["months"], since=facts.started_on)
    days = facts.days - facts.absent
    if facts.calendar is None:
        # Days of school are counted with the others: there were fewer.
        return None if days > rule["days"] else False
    if days > rule["days"]:
        # School holidays that are not known would only make them more.
        return True
    return False if facts.calendar.is_known else None


def _in_the_first_days(facts: BreakFacts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R9: the cause is that of an apprenticeship contract, while its first days last."""
    rule = rules.get("probation")
    if facts.kind not in ("", ContractKind.APPRENTICESHIP):
        words = _("The first 45 days are those of an apprenticeship contract: choose another cause.")
        yield Refusal(words, rule["article"] if rule else "")
        return
    if rule is None:
        yield Caution(_("The rules of that date are not known here: ask the operator."), "")
        return
    over = _are_over(facts, rule)
    if over:
        yield Refusal(_too_late(facts, rule), rule["article"])
        return
    if over is None and facts.calendar is None:
        words = _("The days of school are not known: check that these were the first %(n)s days at the host.")
        yield Caution(words % {"n": rule["days"]}, rule["article"])
    elif over is None:
        words = _("The school holidays are not known: check that these were the first %(n)s days at the host.")
        yield Caution(words % {"n": rule["days"]}, rule["article"])
    if not facts.kind:
        words = _("The kind of contract is not known: only an apprenticeship contract has these first days.")
        yield Caution(words, rule["article"])


def _too_late(facts: BreakFacts, rule: dict[str, Any]) -> str:
    if "months" in rule:
        last = _last_of(rule["months"], since=facts.started_on)
        words = _("The first %(n)s months ended on %(day)s: choose another cause.")
        return words % {"n": rule["months"], "day": longdate(last)}
    words = _(
        "%(days)s days at the host by %(day)s, by the calendar of the course, and no reason is needed in the first "
        "%(n)s alone: choose another cause, or say how many days of absence do not count."
    )
    return words % {"days": number(facts.days - facts.absent), "day": longdate(facts.on), "n": rule["days"]}


def _for_a_cause(facts: BreakFacts, rules: dict[str, Any]) -> Iterator[Finding]:
    """R10: how an apprenticeship contract ends once its first days are over; what has ended has ended, so it warns."""
    first, then = rules.get("probation"), rules.get("after_probation")
    if facts.kind != ContractKind.APPRENTICESHIP or first is None or then is None:
        return
    over, said = _are_over(facts, first), {"n": first["days"]}
    if over is False:
        if facts.cause in _RATHER:
            words = _("These are the first %(n)s days at the host, without a reason or a notice: rather “%(cause)s”.")
            yield Caution(words % (said | {"cause": _RATHER[BreakCause(facts.cause)].label}), first["article"])
        return
    if facts.cause == BreakCause.RESIGNATION:
        told = facts.on - timedelta(days=then["to_leave"])
        asked = told - timedelta(days=then["to_tell"])
        words = _(
            "After the first %(n)s days whoever resigns has asked the mediator, by %(asked)s at the latest, and told "
            "the employer by %(told)s."
        )
        yield Caution(words % (said | {"asked": longdate(asked), "told": longdate(told)}), then["resignation"])
    elif facts.cause == BreakCause.DISMISSAL:
        words = _(
            "After the first %(n)s days an employer dismisses for a serious fault, unfitness, force majeure or the "
            "exclusion from the course alone."
        )
        yield Caution(words % said, then["article"])
    elif facts.cause == BreakCause.OTHER:
        words = _(
            "After the first %(n)s days a contract ends by agreement, by a resignation that the mediator knows of or "
            "by a dismissal: check which of them it is."
        )
        yield Caution(words % said, then["article"])

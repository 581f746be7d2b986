"""Young people presented to a site, as a lead would present them."""

from typing import Any

from cohorts.models import Enrolment
from partnership import clock
from partnership.models import User
from partnership.states import Channel, Role
from partnership.working_time import add_working_days
from placements.models import DAYS_TO_REPLY, HostSite, Introduction, Presentation
from placements.states import INTRODUCTION_LIVE, IntroductionReason, IntroductionState
from tests import factories

_REASONS = {
    IntroductionState.NOT_CHOSEN: IntroductionReason.HOURS,
    IntroductionState.STUDENT_DECLINED: IntroductionReason.TOO_FAR,
    IntroductionState.CLOSED: IntroductionReason.PLACED,
}


def presentation(to: HostSite | None = None, *, by: User | None = None, **fields: Any) -> Presentation:
    """A presentation of today without anybody in it yet."""
    to = to or factories.site()
    defaults: dict[str, Any] = {"sent_at": clock.now(), "reply_by": add_working_days(clock.today(), DAYS_TO_REPLY)}
    by = by or factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=to.zone)
    intake = fields.pop("intake", None) or factories.intake()
    return Presentation.objects.create(site=to, intake=intake, sent_by=by, **(defaults | fields))


def introduction(
    of: Enrolment | None = None,
    to: HostSite | None = None,
    *,
    state: str = IntroductionState.SENT,
    within: Presentation | None = None,
    by: User | None = None,
    **fields: Any,
) -> Introduction:
    """A student presented to a site, in any state."""
    of = of or factories.enrolment()
    within = within or presentation(to, by=by, intake=of.application.intake)
    defaults: dict[str, Any] = {"end_reason": _REASONS.get(state, "")}
    if state not in INTRODUCTION_LIVE:
        defaults["ended_at"] = clock.now()
    if state not in (IntroductionState.SENT, IntroductionState.NO_ANSWER, IntroductionState.CLOSED):
        defaults |= {"answered_at": clock.now(), "answered_through": Channel.LINK}
    if state == IntroductionState.MEETING:
        defaults["meeting_at"] = clock.now()
    return Introduction.objects.create(
        presentation=within, enrolment=of, site=within.site, state=state, **(defaults | fields)
    )

"""The vocabulary of places and placements, and the only moves of a placement."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PlacementState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("placement", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("placement", "Accepted")
    DECLINED = "declined", pgettext_lazy("placement", "Declined by the host")
    LAPSED = "lapsed", pgettext_lazy("placement", "Without answer")
    CANCELLED = "cancelled", pgettext_lazy("placement", "Cancelled")
    ACTIVE = "active", pgettext_lazy("placement", "Under way")
    COMPLETED = "completed", pgettext_lazy("placement", "Completed")
    BROKEN = "broken", pgettext_lazy("placement", "Broken off")


_S = PlacementState
PLACEMENT_LIVE = (_S.PROPOSED, _S.ACCEPTED, _S.ACTIVE)
PLACED = (_S.ACCEPTED, _S.ACTIVE)
PLACEMENT_FLOW = {
    _S.PROPOSED: (_S.ACCEPTED, _S.DECLINED, _S.LAPSED, _S.CANCELLED),
    _S.ACCEPTED: (_S.ACTIVE, _S.CANCELLED),
    _S.ACTIVE: (_S.COMPLETED, _S.BROKEN),
    _S.DECLINED: (),
    _S.LAPSED: (),
    _S.CANCELLED: (),
    _S.COMPLETED: (),
    # Taken back within ten minutes, before anybody hears of it.
    _S.BROKEN: (_S.ACTIVE,),
}
# Whoever has begun at the host, whatever became of it.
BEGUN = (_S.ACTIVE, _S.COMPLETED, _S.BROKEN)


# What the personal link of a host opens.
ANSWER = "answer"
# What a lead's calendar opens, again and again: the visits and check-ins of their zones.
ROUND = "round"


class DeclineReason(models.TextChoices):
    """Why a host says no."""

    NO_PLACE = "no_place", _("the place is no longer open")
    HOURS = "hours", _("hours do not fit")
    LANGUAGES = "languages", _("languages do not fit")
    OTHER_CHOICE = "other_choice", _("another person was chosen")
    OTHER = "other", _("other reason")


class BreakCause(models.TextChoices):
    """Why a placement that had begun ended early (C. trav., L6222-18 and following)."""

    PROBATION_EMPLOYER = "probation_employer", _("first 45 days, by the employer")
    PROBATION_APPRENTICE = "probation_apprentice", _("first 45 days, by the student")
    AGREEMENT = "agreement", _("by agreement")
    RESIGNATION = "resignation", _("resignation of the student")
    DISMISSAL = "dismissal", _("dismissal")
    EMPLOYER_CLOSES = "employer_closes", _("the company closes or stops the activity")
    SCHOOL_EXCLUSION = "school_exclusion", _("excluded from the course")
    HEALTH = "health", _("health, unfit for the post")
    LEFT_COURSE = "left_course", _("the student left the course")
    OTHER = "other", pgettext_lazy("break", "other cause")


class VisitKind(models.TextChoices):
    """How a student under way is followed; the two check-ins fall in the first 45 days of presence (L6222-18)."""

    DAY_35 = "day_35", _("check-in of day 35")
    DAY_45 = "day_45", _("check-in of day 45")
    VISIT = "visit", _("visit to the site")
    PHONE = "phone", _("telephone call")


CHECK_INS = (VisitKind.DAY_35, VisitKind.DAY_45)


class Signal(models.TextChoices):
    """What a visit or a call left as an impression."""

    OK = "ok", _("all is well")
    ATTENTION = "attention", _("to be watched")
    RISK = "risk", _("risk of a break")


class PledgeAnswer(models.TextChoices):
    YES = "yes", _("yes")
    MAYBE = "maybe", _("perhaps")
    NO = "no", _("no")


class Chooser(models.TextChoices):
    """Who chooses the student of a place: the regional lead proposes one, or the host meets several."""

    LEAD = "lead", _("the regional lead chooses")
    HOST = "host", _("the host chooses")


class ContractKind(models.TextChoices):
    """The work-study contracts; which one a date allows is a rule of the contract file."""

    APPRENTICESHIP = "apprenticeship", _("apprenticeship contract")
    PROFESSIONALISATION = "professionalisation", _("professionalisation contract")
    QUALIFICATION = "qualification_2002", _("qualification contract (2002)")


class CallFlow(models.TextChoices):
    INBOUND = "inbound", _("inbound calls")
    OUTBOUND = "outbound", _("outbound calls")
    BOTH = "both", _("inbound and outbound calls")

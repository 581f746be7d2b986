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
    _S.BROKEN: (),
}


class IntroductionState(models.TextChoices):
    SENT = "sent", pgettext_lazy("introduction", "Presented")
    MEETING = "meeting", pgettext_lazy("introduction", "Meeting fixed")
    CHOSEN = "chosen", pgettext_lazy("introduction", "Chosen by the host")
    NOT_CHOSEN = "not_chosen", pgettext_lazy("introduction", "Not chosen")
    STUDENT_DECLINED = "student_declined", pgettext_lazy("introduction", "Declined by the student")
    NO_ANSWER = "no_answer", pgettext_lazy("introduction", "Left without an answer")
    CLOSED = "closed", pgettext_lazy("introduction", "Closed")


_I = IntroductionState
INTRODUCTION_LIVE = (_I.SENT, _I.MEETING)
_INTRODUCTION_ENDS = (_I.CHOSEN, _I.NOT_CHOSEN, _I.STUDENT_DECLINED, _I.NO_ANSWER, _I.CLOSED)
INTRODUCTION_FLOW = {
    _I.SENT: (_I.MEETING, *_INTRODUCTION_ENDS),
    # From meeting to meeting: at another hour.
    _I.MEETING: (_I.MEETING, *_INTRODUCTION_ENDS),
    _I.CHOSEN: (),
    _I.NOT_CHOSEN: (),
    _I.STUDENT_DECLINED: (),
    _I.NO_ANSWER: (),
    _I.CLOSED: (),
}


class IntroductionReason(models.TextChoices):
    """Why an introduction came to nothing; never a word about the person, which they would read."""

    OTHER_CHOICE = "other_choice", _("another person was chosen")
    HOURS = "hours", _("hours do not fit")
    LANGUAGES = "languages", _("languages do not fit")
    NO_PLACE = "no_place", _("the place is no longer open")
    TOO_FAR = "too_far", _("the site is too far away")
    WORK = "work", _("the work proposed is not what they look for")
    ELSEWHERE = "elsewhere", _("they look elsewhere")
    OTHER = "other", _("other reason")
    PLACED = "placed", _("has a place at another host")
    ENDED = "ended", _("is no longer enrolled")
    TAKEN_BACK = "taken_back", _("taken back by the regional lead")


_R = IntroductionReason
INTRODUCTION_REASONS = {
    _I.NOT_CHOSEN: (_R.OTHER_CHOICE, _R.HOURS, _R.LANGUAGES, _R.NO_PLACE, _R.OTHER),
    _I.STUDENT_DECLINED: (_R.TOO_FAR, _R.HOURS, _R.WORK, _R.ELSEWHERE, _R.OTHER),
    _I.CLOSED: (_R.PLACED, _R.ENDED, _R.TAKEN_BACK),
}


# What the personal links of a host open: the answer about one student, and about those who are presented.
ANSWER = "answer"
INTRODUCTION = "introduction"


class DeclineReason(models.TextChoices):
    """Why a host says no."""

    NO_PLACE = "no_place", _("the place is no longer open")
    HOURS = "hours", _("hours do not fit")
    LANGUAGES = "languages", _("languages do not fit")
    OTHER_CHOICE = "other_choice", _("another person was chosen")
    OTHER = "other", _("other reason")


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

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


# What the personal links of a host open: a proposal to answer, how many places there are, those who are presented.
ANSWER = "answer"
PLEDGE = "pledge"
INTRODUCTION = "introduction"
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


class Asking(models.TextChoices):
    """Whether a host is to be asked for its places now, and why; computed, never stored."""

    NEVER = "never", pgettext_lazy("host", "never answered")
    STALE = "stale", pgettext_lazy("host", "to reconfirm")
    AGAIN = "again", pgettext_lazy("host", "asked to be asked again")
    LATER = "later", pgettext_lazy("host", "wants to be asked later")
    FRESH = "fresh", pgettext_lazy("host", "has answered")


# Whom the lead calls or writes to.
TO_ASK = (Asking.NEVER, Asking.STALE, Asking.AGAIN)


class AskSkip(models.TextChoices):
    """Why a host is passed over when all of them are asked."""

    ANSWERED = "answered", _("has answered for this intake within 90 days")
    SAID_NO = "said_no", _("has said no for this intake")
    LATER = "later", _("wants to be asked later")
    LATELY = "lately", _("was asked less than five days ago")
    NO_ADDRESS = "no_address", _("has no e-mail address: call")
    GONE = "gone", _("is no longer in your zone")


class ContractKind(models.TextChoices):
    """The work-study contracts; which one a date allows is a rule of the contract file."""

    APPRENTICESHIP = "apprenticeship", _("apprenticeship contract")
    PROFESSIONALISATION = "professionalisation", _("professionalisation contract")
    QUALIFICATION = "qualification_2002", _("qualification contract (2002)")


class CallFlow(models.TextChoices):
    INBOUND = "inbound", _("inbound calls")
    OUTBOUND = "outbound", _("outbound calls")
    BOTH = "both", _("inbound and outbound calls")


class WishSide(models.TextChoices):
    STUDENT = "student", _("by the student")
    HOST = "host", _("by the host")


class HostCallResult(models.TextChoices):
    """What a call to a host gave."""

    REACHED = "reached", _("Reached")
    VOICEMAIL = "voicemail", _("Voicemail")
    CALL_BACK = "call_back", _("Call back on…")


class HostListState(models.TextChoices):
    """Where a list of hosts is; nothing of it is recorded before somebody has confirmed it."""

    CHECKED = "checked", _("To confirm")
    WRITTEN = "written", pgettext_lazy("list", "Written")


HOST_LIST_FLOW = {HostListState.CHECKED: (HostListState.WRITTEN,), HostListState.WRITTEN: ()}


class HostRowVerdict(models.TextChoices):
    """What becomes of a row of a list of hosts."""

    NEW = "new", pgettext_lazy("host", "New site")
    ALIKE = "alike", pgettext_lazy("host", "Looks like another")
    KNOWN = "known", pgettext_lazy("host", "Already known")
    WRONG = "wrong", _("To correct")


# What the personal link of an employer opens: the sheet of a contract file.
CONTRACT = "contract"


class ContractState(models.TextChoices):
    """The steps of a contract file; the contract itself is signed and filed elsewhere."""

    ASKED = "asked", pgettext_lazy("contract", "Employer sheet asked for")
    RECEIVED = "received", pgettext_lazy("contract", "Employer sheet received")
    PREPARED = "prepared", pgettext_lazy("contract", "Prepared")
    SIGNED = "signed", pgettext_lazy("contract", "Signed")
    FILED = "filed", pgettext_lazy("contract", "Filed")
    ACCEPTED = "accepted", pgettext_lazy("contract", "Accepted by the operator")
    RETURNED = "returned", pgettext_lazy("contract", "Returned by the operator")
    REFUSED = "refused", pgettext_lazy("contract", "Refused by the operator")
    CANCELLED = "cancelled", pgettext_lazy("contract", "Cancelled")


_C = ContractState
CONTRACT_FLOW = {
    _C.ASKED: (_C.RECEIVED, _C.CANCELLED),
    _C.RECEIVED: (_C.PREPARED, _C.CANCELLED),
    _C.PREPARED: (_C.SIGNED, _C.CANCELLED),
    _C.SIGNED: (_C.FILED, _C.CANCELLED),
    _C.FILED: (_C.ACCEPTED, _C.RETURNED, _C.REFUSED, _C.CANCELLED),
    _C.RETURNED: (_C.FILED, _C.CANCELLED),
    _C.ACCEPTED: (),
    _C.REFUSED: (),
    _C.CANCELLED: (),
}
# Something is still to be done about these; of a live one there is one a placement.
CONTRACT_OPEN = (_C.ASKED, _C.RECEIVED, _C.PREPARED, _C.SIGNED, _C.FILED, _C.RETURNED)
CONTRACT_LIVE = (*CONTRACT_OPEN, _C.ACCEPTED)


class BeyondAge(models.TextChoices):
    """Why somebody may be older than the law's usual bound: never the reason itself, which may be about health."""

    SUCCESSION = "succession", _("one of the successions of contracts that the law lists: up to 35")
    NO_LIMIT = "no_limit", _("one of the cases without an age limit (which one is not kept)")


class ContractPaperKind(models.TextChoices):
    """The papers of a contract file, signed elsewhere."""

    CONTRACT = "contract", _("signed contract")
    AGREEMENT = "agreement", _("signed training agreement")
    DURATION = "duration", _("agreement of the three parties on the duration")
    PROOF = "proof", _("proof of the operator")

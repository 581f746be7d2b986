"""The vocabulary of recruitment, and the only moves of an application, a booking and an enrolment."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ApplicationState(models.TextChoices):
    ENQUIRY = "enquiry", _("Enquiry")
    DRAFT = "draft", _("Begun")
    SUBMITTED = "submitted", _("Submitted")
    INTERVIEW_SCHEDULED = "interview_scheduled", _("Interview scheduled")
    NO_SHOW = "no_show", _("Missed interview")
    INTERVIEWED = "interviewed", _("Interviewed")
    WAITLISTED = "waitlisted", _("Waiting list")
    ADMITTED = "admitted", _("Admitted")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")
    DECLINED = "declined", _("Offer declined")
    EXPIRED = "expired", _("Offer expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    UNREACHABLE = "unreachable", _("Unreachable")


_S = ApplicationState
# One of these a person and an intake, by the database.
LIVE = (
    _S.ENQUIRY,
    _S.SUBMITTED,
    _S.INTERVIEW_SCHEDULED,
    _S.NO_SHOW,
    _S.INTERVIEWED,
    _S.WAITLISTED,
    _S.ADMITTED,
    _S.CONFIRMED,
)
# Applied, and not offered a place yet.
AWAITING_OFFER = (_S.SUBMITTED, _S.INTERVIEW_SCHEDULED, _S.NO_SHOW, _S.INTERVIEWED, _S.WAITLISTED)
# Each takes one of the cohort's places, by the database.
HOLDING = (_S.ADMITTED, _S.CONFIRMED)
EXITS = (_S.REJECTED, _S.DECLINED, _S.EXPIRED, _S.WITHDRAWN, _S.UNREACHABLE)
# Whoever is in one of these waits for something from us, as long as no later date was agreed.
AWAITING = (_S.ENQUIRY, _S.SUBMITTED, _S.NO_SHOW, _S.INTERVIEWED)
_REOPENED = (_S.ENQUIRY, _S.SUBMITTED, _S.INTERVIEWED, _S.WAITLISTED, _S.ADMITTED, _S.CONFIRMED)
APPLICATION_FLOW = {
    _S.ENQUIRY: (_S.SUBMITTED, _S.REJECTED, _S.UNREACHABLE, _S.WITHDRAWN),
    _S.DRAFT: (_S.SUBMITTED,),
    _S.SUBMITTED: (
        _S.INTERVIEW_SCHEDULED,
        _S.INTERVIEWED,
        _S.ADMITTED,
        _S.REJECTED,
        _S.UNREACHABLE,
        _S.WITHDRAWN,
    ),
    _S.INTERVIEW_SCHEDULED: (_S.INTERVIEWED, _S.NO_SHOW, _S.SUBMITTED, _S.WITHDRAWN),
    _S.NO_SHOW: (_S.INTERVIEW_SCHEDULED, _S.REJECTED, _S.UNREACHABLE, _S.WITHDRAWN),
    _S.INTERVIEWED: (_S.INTERVIEW_SCHEDULED, _S.ADMITTED, _S.WAITLISTED, _S.REJECTED, _S.WITHDRAWN),
    _S.WAITLISTED: (_S.ADMITTED, _S.REJECTED, _S.WITHDRAWN),
    _S.ADMITTED: (_S.CONFIRMED, _S.DECLINED, _S.EXPIRED, _S.REJECTED, _S.WITHDRAWN),
    _S.CONFIRMED: (_S.REJECTED, _S.WITHDRAWN),
    _S.REJECTED: _REOPENED,
    _S.DECLINED: _REOPENED,
    _S.EXPIRED: _REOPENED,
    _S.WITHDRAWN: _REOPENED,
    _S.UNREACHABLE: _REOPENED,
}
# The deed that moves a file to another zone; the line of the journal says which one it leaves.
TRANSFERRED = "transferred"
# An interview that was fixed or missed before the exit is over; the file starts again where it was submitted.
REOPENS_AS = {_S.INTERVIEW_SCHEDULED: _S.SUBMITTED, _S.NO_SHOW: _S.SUBMITTED}


class Step(models.TextChoices):
    """What a young person does next on the way to the first day; each has a rate, of those who come to it."""

    REACHED = "reached", _("enquiry answered and reached")
    COMPLETED = "completed", _("reached, then applies")
    ATTENDED = "attended", _("applies, then comes to the interview")
    CAME_BACK = "came_back", _("misses the interview, then comes to another")
    ADMITTED = "admitted", _("interviewed, then admitted")
    CALLED_UP = "called_up", _("on the waiting list, then admitted")
    ACCEPTED = "accepted", _("admitted, then confirms the place")
    PRESENT = "present", _("confirms, then present on the first day")
    PRESENT_AT_RISK = "present_at_risk", _("confirmed but at risk, then present on the first day")


class Origin(models.TextChoices):
    """Where the rate of a step comes from, before this season's own files count."""

    PLANNING = "planning", _("planning rate")
    LAST_INTAKE = "last_intake", _("last intake")
    SUPPOSED = "supposed", _("supposed here")


class ExitReason(models.TextChoices):
    """Why an application ended; each exit offers the reasons that fit it (EXIT_REASONS)."""

    PROFILE = "profile", _("profile does not match the course")
    LEVEL = "level", _("level required not held")
    AGE = "age", _("age outside the legal limits")
    FULL = "full", _("no place left")
    CONDITION = "condition", _("condition of the offer not met")
    COURSE_CANCELLED = "course_cancelled", _("course cancelled")
    OTHER_COURSE = "other_course", _("chose another course")
    JOB = "job", _("found a job")
    MOVED = "moved", _("moved away")
    PERSONAL = "personal", _("personal reasons")
    NO_ANSWER = "no_answer", _("no answer")
    WRONG_CONTACT = "wrong_contact", _("telephone and e-mail wrong")
    POSTPONED = "postponed", _("goes on for a later intake")
    REDIRECTED = "redirected", _("goes on for another course")
    OTHER = "other", _("other reason")


_R = ExitReason
EXIT_REASONS = {
    _S.REJECTED: (_R.PROFILE, _R.LEVEL, _R.AGE, _R.FULL, _R.CONDITION, _R.COURSE_CANCELLED, _R.OTHER),
    _S.DECLINED: (_R.OTHER_COURSE, _R.JOB, _R.MOVED, _R.PERSONAL, _R.OTHER),
    _S.EXPIRED: (_R.NO_ANSWER,),
    _S.WITHDRAWN: (_R.OTHER_COURSE, _R.JOB, _R.MOVED, _R.PERSONAL, _R.OTHER),
    _S.UNREACHABLE: (_R.NO_ANSWER, _R.WRONG_CONTACT),
}
REASONS_AGAINST_THE_CONFIRMED = (_R.CONDITION, _R.COURSE_CANCELLED)
# Nobody chooses these: the file is withdrawn because another one continues it.
CONTINUED = (_R.POSTPONED, _R.REDIRECTED)


class ConditionKind(models.TextChoices):
    """On what a place is offered; ticked once it is met."""

    BAC = "bac", _("diploma required obtained")
    AGE = "age", _("age within the legal limits on the first day")
    PAPERS = "papers", _("papers asked for received")
    OTHER = "other", _("other condition")


# What a personal link of an applicant opens: the draft to go on with, or the page of the application.
RESUME = "resume"
FOLLOW = "follow"
# By a link sent anew to the address on file, within the hour: all that is held of them, or its end.
TAKE = "take"
ERASE = "erase"
# And of a recruiter: the slots they hold, in a calendar of their own.
AGENDA = "agenda"


class Level(models.TextChoices):
    """The highest diploma held or about to be."""

    BELOW_BAC = "3", _("CAP, BEP or no diploma (level 3 or below)")
    BAC = "4", _("baccalauréat (level 4)")
    BAC_2 = "5", _("two years after the baccalauréat (level 5)")
    BAC_3 = "6", _("licence or more (level 6 and above)")


class Availability(models.TextChoices):
    EVENINGS = "evenings", _("evenings until 9 p.m.")
    SATURDAYS = "saturdays", pgettext_lazy("availability", "Saturdays")
    SUNDAYS = "sundays", _("some Sundays")


class Funding(models.TextChoices):
    """Who pays for a professional's course."""

    EMPLOYER = "employer", _("the employer")
    OPCO = "opco", _("a skills operator (OPCO)")
    OWN_MEANS = "own_means", _("own means")
    CPF = "cpf", _("the personal training account (CPF)")
    OTHER = "other", pgettext_lazy("funding", "another, or not known yet")


class Source(models.TextChoices):
    LYCEE = "lycee", _("lycée")
    MISSION_LOCALE = "mission_locale", _("mission locale")
    FRANCE_TRAVAIL = "france_travail", _("France Travail")
    CIO = "cio", _("guidance centre (CIO)")
    FAIR = "fair", _("fair or forum")
    OPEN_DAY = "open_day", _("open day")
    WEB = "web", _("the web or social networks")
    HOST = "host", _("an employer")
    WORD_OF_MOUTH = "word_of_mouth", _("word of mouth")
    OTHER = "other", _("other")


class SourceKind(models.TextChoices):
    """What kind of place, or of page, brings young people."""

    LYCEE = "lycee", _("lycée")
    MISSION_LOCALE = "mission_locale", _("mission locale")
    FRANCE_TRAVAIL = "france_travail", _("France Travail")
    CIO = "cio", _("guidance centre (CIO)")
    FAIR = "fair", _("fair or forum")
    OPEN_DAY = "open_day", _("open day")
    ALTERNANCE = "alternance", _("La bonne alternance")
    PARCOURSUP = "parcoursup", _("Parcoursup or Affelnet")
    SOCIAL = "social", _("social network")
    SITE = "site", _("page of a site")
    HOST = "host", _("an employer")
    FORMER_STUDENTS = "former_students", _("former students")
    MEMBER = "member", _("member of a partner")
    WORD_OF_MOUTH = "word_of_mouth", _("word of mouth")
    OTHER = "other", _("other")


class CallResult(models.TextChoices):
    REACHED = "reached", _("Reached")
    VOICEMAIL = "voicemail", _("Voicemail")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    CALL_BACK = "call_back", _("Call back on…")
    NOT_INTERESTED = "not_interested", _("Not interested")


# Nobody was spoken to.
UNANSWERED = (CallResult.VOICEMAIL, CallResult.WRONG_NUMBER)


class SlotKind(models.TextChoices):
    INTERVIEW = "interview", _("interview")
    INFORMATION = "information", _("information meeting")
    TESTS = "tests", _("tests")
    OPEN_DAY = "open_day", _("open day")
    JOB_DATING = "job_dating", _("job dating")


# The kinds of which one person sees another long enough to mark what they saw.
RATED = (SlotKind.INTERVIEW, SlotKind.TESTS, SlotKind.JOB_DATING)


class SlotState(models.TextChoices):
    OPEN = "open", pgettext_lazy("slot", "Open")
    CANCELLED = "cancelled", pgettext_lazy("slot", "Cancelled")


SLOT_FLOW = {SlotState.OPEN: (SlotState.CANCELLED,), SlotState.CANCELLED: ()}


class BookingState(models.TextChoices):
    BOOKED = "booked", pgettext_lazy("booking", "Booked")
    ATTENDED = "attended", pgettext_lazy("booking", "Attended")
    MISSED = "missed", pgettext_lazy("booking", "Missed")
    CANCELLED = "cancelled", pgettext_lazy("booking", "Cancelled")


_B = BookingState
BOOKING_FLOW = {
    # From booked to booked: another slot, or another hour of the same.
    _B.BOOKED: (_B.BOOKED, _B.ATTENDED, _B.MISSED, _B.CANCELLED),
    # A tap beside the name is taken back; whoever was missed comes after all.
    _B.ATTENDED: (_B.BOOKED,),
    _B.MISSED: (_B.BOOKED,),
    _B.CANCELLED: (),
}


class EnrolmentState(models.TextChoices):
    EXPECTED = "expected", pgettext_lazy("enrolment", "Expected")
    PRESENT = "present", pgettext_lazy("enrolment", "Present")
    COMPLETED = "completed", pgettext_lazy("enrolment", "Completed")
    ENDED = "ended", pgettext_lazy("enrolment", "Ended")


ENROLMENT_FLOW = {
    EnrolmentState.EXPECTED: (EnrolmentState.PRESENT, EnrolmentState.ENDED),
    # A tap beside the name is taken back.
    EnrolmentState.PRESENT: (EnrolmentState.EXPECTED, EnrolmentState.COMPLETED, EnrolmentState.ENDED),
    # The last block was recorded by mistake.
    EnrolmentState.COMPLETED: (EnrolmentState.PRESENT,),
    EnrolmentState.ENDED: (),
}
# How the course of a certificate ends, once every block is acquired.
CERTIFIED = "certified"
# What the journal says of a block.
ACQUIRED, NOT_ACQUIRED = "block_acquired", "block_taken_back"
ENROLMENT_LIVE = (EnrolmentState.EXPECTED, EnrolmentState.PRESENT)


class Coming(models.TextChoices):
    """What a student answers who is asked whether they still come."""

    YES = "still_coming", _("still coming")
    HESITATES = "hesitates", _("hesitates")


class AskedOf(models.TextChoices):
    """Of whom a kind of paper is asked, by their age on the day it is asked for."""

    EVERYBODY = "everybody", _("everybody")
    MINORS = "minors", _("minors alone")
    ADULTS = "adults", _("people of age alone")


class AskedWhen(models.TextChoices):
    """What has a kind of paper asked for."""

    CONFIRMED = "confirmed", _("the place is confirmed")
    BY_HAND = "by_hand", _("somebody of the team asks for it")


class PaperRequestState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("paper", "Awaited")
    RECEIVED = "received", pgettext_lazy("paper", "Received, to be looked at")
    ACCEPTED = "accepted", pgettext_lazy("paper", "Accepted")
    REFUSED = "refused", pgettext_lazy("paper", "To be sent again")
    DROPPED = "dropped", pgettext_lazy("paper", "No longer asked for")


_P = PaperRequestState
PAPER_REQUEST_FLOW = {
    _P.ASKED: (_P.RECEIVED, _P.ACCEPTED, _P.DROPPED),
    # From received to received: sent once more, in place of the first.
    _P.RECEIVED: (_P.RECEIVED, _P.ACCEPTED, _P.REFUSED, _P.DROPPED),
    # Accepted by mistake: taken back, or refused after all.
    _P.ACCEPTED: (_P.ASKED, _P.RECEIVED, _P.REFUSED),
    _P.REFUSED: (_P.RECEIVED, _P.ACCEPTED, _P.DROPPED),
    _P.DROPPED: (_P.ASKED,),
}
# A file with one of these is incomplete.
PAPERS_MISSING = (_P.ASKED, _P.REFUSED)


class ConsentPurpose(models.TextChoices):
    """What somebody agrees to apart from their application; never ticked for them."""

    TALENT_POOL = "talent_pool", _("keep my file two years for a later intake")
    SMS = "sms", _("receive reminders by SMS")
    SHARE_WITH_HOSTS = "share_with_hosts", _("show my CV to the companies to which I am presented")


class Kept(models.TextChoices):
    """Why a file is still kept; computed, never stored."""

    OPEN = "open", pgettext_lazy("kept", "application under way")
    STUDIED = "studied", pgettext_lazy("kept", "course begun")
    POOL = "pool", pgettext_lazy("kept", "kept for a later intake, with consent")
    APPLIED = "applied", pgettext_lazy("kept", "application closed")
    BEGUN = "begun", pgettext_lazy("kept", "application never sent")


class RhythmKind(models.TextChoices):
    """How a cohort goes from school to company and back: the rhythm is the school's, never the host's."""

    WEEKS = "weeks", _("whole weeks")
    WEEKDAYS = "weekdays", _("days of the week")


class BulkOutcome(models.TextChoices):
    """What became of a file in a bulk action."""

    CHOSEN = "chosen", _("Chosen")
    LEFT_OUT = "left_out", _("Left out")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")


class Skip(models.TextChoices):
    """Why a bulk action passes a file over."""

    NO_ADDRESS = "no_address", _("no e-mail address: call")
    STAGE = "stage", _("the stage of the file does not allow it")
    ALREADY = "already", _("was written the same within a day")
    ASKED_ALREADY = "asked_already", _("each of these papers is asked for already, or is not of this course")
    NOTHING_MISSING = "nothing_missing", _("none of these answers is missing")
    FOLLOWED = "followed", _("already followed by this colleague")
    ELSEWHERE = "elsewhere", _("this colleague does not recruit in its zone")
    NOT_YOURS = "not_yours", _("only the head of recruitment of its zone says who follows it")
    CHANGED = "changed", _("somebody changed the file at that moment")
    GONE = "gone", _("this file is no longer yours to read")


class ImportState(models.TextChoices):
    """Where a list from elsewhere is; nothing of it becomes a file before somebody has confirmed it."""

    RECEIVED = "received", _("Columns to match")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("To confirm")
    WRITING = "writing", pgettext_lazy("list", "Being written")
    WRITTEN = "written", pgettext_lazy("list", "Written")


IMPORT_FLOW = {
    ImportState.RECEIVED: (ImportState.CHECKING,),
    # Back where it came from if a row cannot be read.
    ImportState.CHECKING: (ImportState.CHECKED, ImportState.RECEIVED),
    ImportState.CHECKED: (ImportState.CHECKING, ImportState.WRITING),
    ImportState.WRITING: (ImportState.WRITTEN,),
    ImportState.WRITTEN: (),
}


class RowVerdict(models.TextChoices):
    """What a row of a list from elsewhere becomes."""

    NEW = "new", _("New enquiry")
    COMPLETES = "completes", _("Completes an enquiry")
    KNOWN = "known", _("Already known, skipped")
    REPEATED = "repeated", _("Twice in this list, skipped")
    WRONG = "wrong", _("To correct")


# What is written once the list is confirmed; the rest of it is left alone.
BECOMES_SOMETHING = (RowVerdict.NEW, RowVerdict.COMPLETES)


class HeadcountKind(StrEnum):
    """What a line of the headcounts counts files by."""

    STAGE = "stage"
    OWNER = "owner"
    SOURCE = "source"

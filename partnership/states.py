"""The vocabulary of the partnership: roles, states and the only moves between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Role(models.TextChoices):
    """What a person does for a party, in some zone or in all."""

    RECRUITER = "recruiter", _("recruitment")
    HEAD_OF_RECRUITMENT = "head_of_recruitment", _("head of recruitment")
    AUTHOR = "author", _("content author")
    REVIEWER = "reviewer", _("content review")
    REGIONAL_LEAD = "regional_lead", _("regional lead")
    COORDINATOR = "coordinator", _("coordination")
    ADMINISTRATOR = "administrator", _("administration")


class ActorKind(models.TextChoices):
    """Who can do a deed: a person with an account, a candidate, a host or a guest by link, or time itself."""

    USER = "user", _("user")
    CANDIDATE = "candidate", _("candidate")
    HOST = "host", _("host")
    GUEST = "guest", _("guest of the chair")
    CLOCK = "clock", _("automatic")


class Channel(models.TextChoices):
    """The way a deed reached us; staff record what was said by telephone or on paper."""

    WEB = "web", _("on the site")
    LINK = "link", _("by personal link")
    PHONE = "phone", _("by telephone")
    PAPER = "paper", _("on paper")


class ConventionState(models.TextChoices):
    DRAFT = "draft", _("being drafted")
    SIGNED = "signed", _("signed")
    ENDED = "ended", _("ended")


CONVENTION_FLOW = {
    ConventionState.DRAFT: (ConventionState.SIGNED,),
    ConventionState.SIGNED: (ConventionState.ENDED,),
    ConventionState.ENDED: (),
}


class AmendmentState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("amendment", "being drafted")
    SIGNED = "signed", pgettext_lazy("amendment", "signed")


AMENDMENT_FLOW = {AmendmentState.DRAFT: (AmendmentState.SIGNED,), AmendmentState.SIGNED: ()}


class ChangeKind(models.TextChoices):
    """What an amendment changes of the convention."""

    OBJECTIVE = "objective", _("objective")
    MILESTONE = "milestone", _("milestone")
    COMMITMENT = "commitment", _("commitment")
    PROMISE = "promise", _("new commitment")


class Precision(models.TextChoices):
    """How precisely a date is known: the chair has none, the certificate a month, the diploma a day."""

    DAY = "day", _("to the day")
    MONTH = "month", _("to the month")
    NONE = "none", _("no date")


class MilestoneStatus(models.TextChoices):
    """Computed, never typed; the journal keeps when it turned."""

    DONE = "done", _("Done")
    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    LATE = "late", _("Late")


class MessageState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PENDING = "pending", _("To be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    BOUNCED = "bounced", _("Bounced")
    HELD = "held", _("Held")
    DEAD = "dead", _("Not sent")
    CANCELLED = "cancelled", _("Cancelled")


# One of us may have told what a letter says, instead of it: it counts as sent, and leaves no more.
MESSAGE_FLOW = {
    MessageState.DRAFT: (MessageState.PENDING, MessageState.CANCELLED, MessageState.SENT),
    MessageState.PENDING: (MessageState.SENDING, MessageState.CANCELLED, MessageState.SENT),
    MessageState.SENDING: (
        MessageState.SENT,
        MessageState.PENDING,
        MessageState.HELD,
        MessageState.DEAD,
        MessageState.SENDING,
        MessageState.CANCELLED,  # its reader was erased: the sender finds its lease gone
    ),
    MessageState.SENT: (MessageState.DELIVERED, MessageState.BOUNCED),
    MessageState.DELIVERED: (MessageState.BOUNCED,),
    MessageState.BOUNCED: (MessageState.PENDING, MessageState.CANCELLED, MessageState.SENT),
    MessageState.HELD: (MessageState.PENDING, MessageState.CANCELLED, MessageState.SENT),
    MessageState.DEAD: (MessageState.PENDING, MessageState.CANCELLED, MessageState.SENT),
    MessageState.CANCELLED: (),
}


# Letters that leave again only if somebody says so.
STOPPED = (MessageState.HELD, MessageState.DEAD, MessageState.BOUNCED)


class OnDoubt(models.TextChoices):
    """When a sender died after handing a letter over, nobody knows whether it left."""

    RESEND = "resend", _("send again")
    HOLD = "hold", _("a person decides")


class Way(models.TextChoices):
    """How somebody was told what a letter says; but for the first, one of us did it and says so."""

    EMAIL = "email", _("by e-mail")
    PHONE = "phone", _("by telephone")
    SMS = "sms", _("by SMS")
    WHATSAPP = "whatsapp", _("by WhatsApp")


class LetterKind(models.TextChoices):
    """What somebody may want no more of; a letter without a kind tells of a deed in their own file, and is none."""

    DRAFTS = "drafts", _("reminders of an application that is not handed in")
    WARMTH = "warmth", _("news between the admission and the first day")
    LATER = "later", _("news of later intakes")
    WEEKLY = "weekly", _("the weekly state of the convention")


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


JOB_FLOW = {
    JobState.WAITING: (JobState.RUNNING,),
    JobState.RUNNING: (JobState.DONE, JobState.FAILED, JobState.WAITING),
    JobState.DONE: (),
    JobState.FAILED: (JobState.WAITING,),
}


class Scan(models.TextChoices):
    """What the virus scanner says of a file; only a clean one is handed out."""

    PENDING = "pending", _("being looked through")
    CLEAN = "clean", _("no virus")
    INFECTED = "infected", _("a virus")


class Process(models.TextChoices):
    """What Tandem is made of once it runs; a worker is called by its queue."""

    WEB = "web", _("Web server")
    RELAY = "relay", _("Relay")
    QUICK = "quick", _("Quick worker")
    JOBS = "jobs", _("Worker of the long tasks")
    BEAT = "beat", _("Scheduler")


class ProcessState(models.TextChoices):
    """Computed from the signs of life, never stored."""

    LIVES = "lives", _("Alive")
    SILENT = "silent", _("Silent")
    ABSENT = "absent", _("Absent")
    UNASKED = "unasked", _("No news")


class Rule(models.TextChoices):
    """What administrators are written to about; computed, never stored."""

    LATE_LETTERS = "late_letters", _("letters that wait")
    DEAD_LETTERS = "dead_letters", _("letters that could not leave")
    HELD_LETTERS = "held_letters", _("letters that wait for a decision")
    SILENT_PROCESS = "silent_process", _("a process that is silent")
    FAILED_JOBS = "failed_jobs", _("long tasks that failed")
    BROKEN_INVARIANTS = "broken_invariants", _("data that contradict themselves")
    OLD_BACKUP = "old_backup", _("a backup that is too old")


# The purpose of a link: accept an invitation.
INVITATION = "invitation"
# Choose a new password.
RESET = "reset"
# Want no more of the letters of a kind; the link is the letter's own.
STOP = "stop"
# The dates of the convention, in a calendar of one's own.
DATES = "dates"
# Why a letter was cancelled, in the journal: its reader wants none of its kind.
UNWANTED = "unwanted"

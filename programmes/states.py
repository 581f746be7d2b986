"""The vocabulary of what is taught, and the only moves of a curriculum."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProgrammeKind(models.TextChoices):
    DIPLOMA = "diploma", _("diploma")
    PROFESSIONAL_TITLE = "professional_title", _("professional title")
    SCHOOL_CERTIFICATE = "school_certificate", _("certificate of competence")
    CHAIR = "chair", _("chair")


# Their students sit at a host; those of a certificate have their employer, and a chair has none.
HOSTED = (ProgrammeKind.DIPLOMA, ProgrammeKind.PROFESSIONAL_TITLE)
# Those whose content must be validated: a chair has activities instead.
WITH_CONTENT = (*HOSTED, ProgrammeKind.SCHOOL_CERTIFICATE)


class CurriculumState(models.TextChoices):
    DRAFT = "draft", _("Being written")
    SUBMITTED = "submitted", pgettext_lazy("content version", "Submitted")
    IN_REVIEW = "in_review", _("In review")
    CHANGES_REQUESTED = "changes_requested", _("Changes requested")
    VALIDATED = "validated", _("Validated")
    REFUSED = "refused", _("Refused")
    SUPERSEDED = "superseded", _("Superseded")


CURRICULUM_FLOW = {
    CurriculumState.DRAFT: (CurriculumState.SUBMITTED,),
    CurriculumState.SUBMITTED: (CurriculumState.IN_REVIEW, CurriculumState.DRAFT),
    CurriculumState.IN_REVIEW: (
        CurriculumState.VALIDATED,
        CurriculumState.CHANGES_REQUESTED,
        CurriculumState.REFUSED,
    ),
    CurriculumState.CHANGES_REQUESTED: (CurriculumState.SUBMITTED,),
    CurriculumState.VALIDATED: (CurriculumState.SUPERSEDED,),
    CurriculumState.REFUSED: (),
    CurriculumState.SUPERSEDED: (),
}
# Its author may write in it.
WRITABLE = (CurriculumState.DRAFT, CurriculumState.CHANGES_REQUESTED)
# Reviewers may give opinions on it.
REVIEWABLE = (CurriculumState.SUBMITTED, CurriculumState.IN_REVIEW)
# Applications may open on it; offers need a validated one.
OPENS_APPLICATIONS = (
    CurriculumState.SUBMITTED,
    CurriculumState.IN_REVIEW,
    CurriculumState.CHANGES_REQUESTED,
    CurriculumState.VALIDATED,
)


class Opinion(models.TextChoices):
    """A reviewer's opinion of a module; a comment is mandatory unless it is favourable."""

    FAVOURABLE = "favourable", _("Favourable")
    REMARK = "remark", _("Favourable with a remark")
    CHANGES = "changes", _("Changes requested")
    UNFAVOURABLE = "unfavourable", _("Unfavourable")


# It comes back: each asks for something, on a field or on the whole module, and waits for an answer.
ASKING_OPINIONS = (Opinion.CHANGES, Opinion.UNFAVOURABLE)
FAVOURABLE_OPINIONS = (Opinion.FAVOURABLE, Opinion.REMARK)


class Assigned(models.TextChoices):
    """Which reviewers a submitted version is given to."""

    EVERYBODY = "everybody", _("to all who may judge it")
    IN_TURN = "in_turn", _("in turn, as many as opinions are needed")
    BY_HAND = "by_hand", _("to those whom the coordinator chooses")


class InterestKind(models.TextChoices):
    """Why somebody may not judge a content; hosting its students is no interest."""

    WRITTEN = "written", _("I had a part in writing it")
    SELLS = "sells", _("I sell it, or am paid by somebody who does")
    EMPLOYED = "employed", _("I work for whoever teaches it")


class Outcome(models.TextChoices):
    """What a commission says of a whole version."""

    FAVOURABLE = "favourable", _("Favourable: the version is validated")
    CHANGES = "changes", _("Changes requested: it goes back to its authors")
    UNFAVOURABLE = "unfavourable", _("Unfavourable: the version is refused")


# -- the chair --------------------------------------------------------------------------------------------------------


class ActivityKind(models.TextChoices):
    """What a chair does (domain facts, §6.5)."""

    STUDY = "study", _("study")
    SEMINAR = "seminar", _("seminar")
    WORKING_GROUP = "working_group", _("working group")
    BAROMETER = "barometer", _("barometer")
    PUBLICATION = "publication", _("publication")
    PRIZE = "prize", _("prize")
    CONFERENCE = "conference", _("conference")


class ActivityState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("activity", "Planned")
    OPEN = "open", pgettext_lazy("activity", "Open")
    RUNNING = "running", pgettext_lazy("activity", "Under way")
    DELIVERED = "delivered", pgettext_lazy("activity", "Delivered")
    PUBLISHED = "published", pgettext_lazy("activity", "Published")
    CANCELLED = "cancelled", pgettext_lazy("activity", "Cancelled")


ACTIVITY_FLOW = {
    ActivityState.PLANNED: (ActivityState.OPEN, ActivityState.CANCELLED),
    ActivityState.OPEN: (ActivityState.RUNNING, ActivityState.CANCELLED),
    ActivityState.RUNNING: (ActivityState.DELIVERED, ActivityState.CANCELLED),
    ActivityState.DELIVERED: (ActivityState.PUBLISHED,),
    ActivityState.PUBLISHED: (),
    ActivityState.CANCELLED: (),
}
# What was promised of it is there.
ACTIVITY_DELIVERED = (ActivityState.DELIVERED, ActivityState.PUBLISHED)
# Its date, its place and its people may still change.
ACTIVITY_AHEAD = (ActivityState.PLANNED, ActivityState.OPEN, ActivityState.RUNNING)


class RegistrationState(models.TextChoices):
    REGISTERED = "registered", pgettext_lazy("registration", "Registered")
    WAITING = "waiting", pgettext_lazy("registration", "On the waiting list")
    CANCELLED = "cancelled", pgettext_lazy("registration", "Given up")


REGISTRATION_FLOW = {
    RegistrationState.REGISTERED: (RegistrationState.CANCELLED,),
    RegistrationState.WAITING: (RegistrationState.REGISTERED, RegistrationState.CANCELLED),
    RegistrationState.CANCELLED: (),
}


class Attendance(models.TextChoices):
    """Whether somebody registered was there; nothing until it is said."""

    PRESENT = "present", pgettext_lazy("attendance", "Present")
    ABSENT = "absent", pgettext_lazy("attendance", "Absent")


class ContributionState(models.TextChoices):
    RECEIVED = "received", pgettext_lazy("contribution", "Received")
    KEPT = "kept", pgettext_lazy("contribution", "Kept for the choice")
    ACCEPTED = "accepted", pgettext_lazy("contribution", "Accepted")
    DECLINED = "declined", pgettext_lazy("contribution", "Not kept")


CONTRIBUTION_FLOW = {
    ContributionState.RECEIVED: (
        ContributionState.KEPT,
        ContributionState.ACCEPTED,
        ContributionState.DECLINED,
    ),
    ContributionState.KEPT: (ContributionState.ACCEPTED, ContributionState.DECLINED),
    ContributionState.ACCEPTED: (),
    ContributionState.DECLINED: (),
}

# The purpose of a link: what somebody from outside has with a chair, a place or a contribution.
GUEST = "guest"

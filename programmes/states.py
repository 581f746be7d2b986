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


FAVOURABLE_OPINIONS = (Opinion.FAVOURABLE, Opinion.REMARK)

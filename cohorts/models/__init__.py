"""Who joins: intakes and cohorts, candidates and their applications, interviews, enrolments."""

from .applications import NO_RANK, RANK, Application, ApplicationQuerySet
from .bulk import Bulk, BulkLine, BulkQuerySet
from .calls import Call
from .conditions import Condition, ConditionQuerySet
from .enrolments import Enrolment, EnrolmentQuerySet
from .exchange import ColumnTemplate
from .intakes import RECRUITMENT, Cohort, CohortQuerySet, Intake, LetterParagraph
from .people import Candidate, Consent, plain
from .slots import CRITERIA, Booking, BookingQuerySet, Evaluation, Slot, SlotQuerySet

__all__ = [
    "NO_RANK",
    "RANK",
    "CRITERIA",
    "RECRUITMENT",
    "Application",
    "ApplicationQuerySet",
    "Booking",
    "BookingQuerySet",
    "Bulk",
    "BulkLine",
    "BulkQuerySet",
    "Call",
    "Candidate",
    "Cohort",
    "CohortQuerySet",
    "Condition",
    "ConditionQuerySet",
    "ColumnTemplate",
    "Consent",
    "Enrolment",
    "EnrolmentQuerySet",
    "Evaluation",
    "Intake",
    "LetterParagraph",
    "Slot",
    "SlotQuerySet",
    "plain",
]

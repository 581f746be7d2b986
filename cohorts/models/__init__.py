"""Who joins: intakes and cohorts, candidates and their applications, interviews, enrolments."""

from .absences import Absence, AbsenceQuerySet
from .applications import CAREER, NO_RANK, RANK, Application, ApplicationQuerySet
from .blocks import AcquiredBlock, CourseDay, CourseDayQuerySet, hours_by_block
from .bulk import Bulk, BulkLine, BulkQuerySet
from .calls import Call
from .conditions import Condition, ConditionQuerySet
from .dossiers import OF_AGE, Dossier, age_on, is_minor, is_minor_by, may_be_minor
from .enrolments import Enrolment, EnrolmentQuerySet
from .exchange import ColumnTemplate, Import, ImportRow, KnownHeadings
from .headcounts import Headcount
from .intakes import MOST_WEEKS, RECRUITMENT, SCHOOL_WEEKDAYS, Cohort, CohortQuerySet, Intake, LetterParagraph
from .papers import PaperKind, PaperKindQuerySet, PaperRequest, PaperRequestQuerySet, names_of
from .people import (
    FAR_AHEAD,
    LONG_AGO,
    Candidate,
    Consent,
    TwoPeople,
    dialled,
    kept_of_people,
    plain,
    same_name,
)
from .planning import PlanningRate
from .saved_views import SavedView, SavedViewQuerySet
from .slots import CRITERIA, Booking, BookingQuerySet, Evaluation, Slot, SlotQuerySet
from .sources import RecruitmentSource, RecruitmentSourceQuerySet

__all__ = [
    "CAREER",
    "FAR_AHEAD",
    "LONG_AGO",
    "MOST_WEEKS",
    "NO_RANK",
    "OF_AGE",
    "RANK",
    "CRITERIA",
    "RECRUITMENT",
    "SCHOOL_WEEKDAYS",
    "Absence",
    "AcquiredBlock",
    "CourseDay",
    "CourseDayQuerySet",
    "AbsenceQuerySet",
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
    "Dossier",
    "Enrolment",
    "EnrolmentQuerySet",
    "Evaluation",
    "Headcount",
    "Import",
    "ImportRow",
    "Intake",
    "KnownHeadings",
    "LetterParagraph",
    "RecruitmentSource",
    "RecruitmentSourceQuerySet",
    "SavedView",
    "SavedViewQuerySet",
    "PaperKind",
    "PaperKindQuerySet",
    "PaperRequest",
    "PaperRequestQuerySet",
    "PlanningRate",
    "Slot",
    "SlotQuerySet",
    "TwoPeople",
    "age_on",
    "dialled",
    "hours_by_block",
    "is_minor",
    "is_minor_by",
    "kept_of_people",
    "may_be_minor",
    "names_of",
    "plain",
    "same_name",
]

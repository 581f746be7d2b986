"""Who is too young for a course: one for professionals takes nobody who is under age on its first day."""

from datetime import date

from django.utils.translation import gettext as _

from partnership.templatetags.figures import longdate
from partnership.workflow import Refused

from ..models import Candidate, Cohort, is_minor


def only_of_age(starts_on: date) -> str:
    """The rule, for whoever meets it."""
    return _("This course is for professionals: one is 18 or older when it begins, on %(day)s.") % {
        "day": longdate(starts_on)
    }


def must_be_of_age(person: Candidate, cohort: Cohort) -> None:
    """Refused where a course for professionals would take a minor; of whom no age is known, nothing is said yet."""
    intake = cohort.intake
    if intake.programme.is_for_professionals and is_minor(person, intake.starts_on):
        raise Refused(only_of_age(intake.starts_on))

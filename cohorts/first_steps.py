"""What recruitment does first, and the cohort that the administration opens for it."""

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from partnership import first_steps
from partnership.first_steps import Step
from partnership.states import Role

from .models import Application, Call, Cohort, RecruitmentSource, Slot

OF_RECRUITERS = (
    Step(
        "contact",
        _("Take a first contact, and follow it"),
        "cohorts:contact_add",
        lambda user: Exists(Application.objects.filter(owner=user)),
    ),
    Step(
        "call",
        _("Make a first call, and note what it gave"),
        "cohorts:call_next",
        lambda user: Exists(Call.objects.filter(by=user)),
    ),
)
OF_HEADS = (
    Step(
        "source",
        _("Create a first recruitment source, with its code to print"),
        "cohorts:source_add",
        lambda user: Exists(RecruitmentSource.objects.filter(made_by=user)),
    ),
)
OF_BOTH = (
    Step(
        "slot",
        _("Open a first interview slot"),
        "cohorts:slot_add",
        lambda user: Exists(Slot.objects.filter(held_by=user)),
    ),
    Step(
        "decision",
        _("Take a first decision after an interview"),
        "cohorts:application_list",
        lambda user: Exists(Application.objects.filter(decided_by=user)),
    ),
)
OF_ADMINISTRATORS = (
    Step(
        "cohort",
        _("Open a first cohort"),
        "admin:cohorts_cohort_changelist",
        lambda user: Exists(Cohort.objects.all()),
    ),
)


def register() -> None:
    """Make the first steps of recruitment known."""
    first_steps.register(*OF_RECRUITERS, *OF_BOTH, roles=[Role.RECRUITER])
    first_steps.register(*OF_HEADS, *OF_BOTH, roles=[Role.HEAD_OF_RECRUITMENT])
    first_steps.register(*OF_ADMINISTRATORS, roles=[Role.ADMINISTRATOR])

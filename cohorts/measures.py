"""What recruitment counts for the convention, in one grouped statement."""

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.measures import Counts, Measure
from partnership.models import Convention, User
from programmes.models import Curriculum

from .models import Application, ApplicationQuerySet, Enrolment
from .states import AWAITING_OFFER, ApplicationState

_REGISTER = "cohorts:register"
MEASURES = (
    Measure("contacts", _("Contacts"), _("Everybody who asked or applied, drafts apart."), _REGISTER),
    Measure("applied", _("Applications"), _("Applications ever submitted."), _REGISTER),
    Measure(
        "admitted",
        pgettext_lazy("measure", "Admitted"),
        _("Applications to which a place was ever offered."),
        _REGISTER,
    ),
    Measure(
        "confirmed", pgettext_lazy("measure", "Confirmed"), _("Applications whose place is confirmed today."), _REGISTER
    ),
    Measure(
        "present",
        pgettext_lazy("measure", "Present"),
        _("Students seen to arrive, on the first day or after; those who left later as well."),
        _REGISTER,
    ),
    Measure(
        "waiting_for_content",
        _("Waiting for the content"),
        _("Applications under way to which no place can be offered before the content of the course is validated."),
        _REGISTER,
    ),
)
_VALIDATED = Curriculum.objects.validated().filter(programme=OuterRef("intake__programme"))
CONDITIONS = {
    "contacts": Q(),
    "applied": Q(submitted_at__isnull=False),
    "admitted": Q(offered_curriculum__isnull=False),
    "confirmed": Q(state=ApplicationState.CONFIRMED),
    "present": Q(pk__in=Enrolment.objects.filter(present_at__isnull=False).values("application")),
    "waiting_for_content": Q(state__in=AWAITING_OFFER) & ~Exists(_VALIDATED),
}


def behind(key: str, convention: Convention) -> ApplicationQuerySet:
    """The applications that a figure counts."""
    of_convention = Application.objects.submitted().filter(intake__programme__milestone__convention=convention)
    return of_convention.filter(CONDITIONS[key])


def counts(user: User | None, convention: Convention) -> Counts:
    """The figures by milestone and zone."""
    figures: Counts = {key: {} for key in CONDITIONS}
    rows = behind("contacts", convention).values_list("intake__programme__milestone", "cohort__zone")
    for milestone, zone, *numbers in rows.annotate(
        **{f"number_{key}": Count("pk", filter=condition) for key, condition in CONDITIONS.items()}
    ).order_by():
        for key, number in zip(CONDITIONS, numbers, strict=True):
            figures[key][milestone, zone] = number
    return figures

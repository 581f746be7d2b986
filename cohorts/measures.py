"""What recruitment counts for the convention: each figure's definition, and the files it counts."""

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from partnership.measures import Census, Measure
from programmes.measures import kinds_taught
from programmes.models import Curriculum
from programmes.states import HOSTED, ProgrammeKind

from .models import AcquiredBlock, Application, ApplicationQuerySet, Cohort, Enrolment
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
        "with_block",
        pgettext_lazy("measure", "With a block"),
        _("Students of a certificate who have acquired at least one block; those who left later as well."),
        _REGISTER,
    ),
    Measure(
        "certified",
        pgettext_lazy("measure", "Certified"),
        _("Students of a certificate who have acquired every block."),
        _REGISTER,
    ),
    Measure(
        "waiting_for_content",
        _("Waiting for the content"),
        _("Applications under way to which no place can be offered before the content of the course is validated."),
        _REGISTER,
    ),
)
_WITHOUT_CONTENT = Cohort.objects.exclude(intake__programme__in=Curriculum.objects.validated().values("programme"))
_OF_CERTIFICATES = Cohort.objects.filter(intake__programme__kind=ProgrammeKind.SCHOOL_CERTIFICATE)
_OFFERED = Q(offered_curriculum__isnull=False)


def _students(applications: QuerySet) -> Q:
    # Nobody is enrolled who was not offered a place: those who were are the short way to them.
    return _OFFERED & Q(pk__in=applications)


CONDITIONS = {
    "contacts": Q(),
    "applied": Q(submitted_at__isnull=False),
    "admitted": _OFFERED,
    "confirmed": Q(state=ApplicationState.CONFIRMED),
    "present": _students(Enrolment.objects.filter(present_at__isnull=False).values("application")),
    "with_block": _students(AcquiredBlock.objects.values("enrolment__application")),
    "certified": _students(Enrolment.objects.completed().values("application"))
    & Q(cohort__in=_OF_CERTIFICATES.values("pk")),
    "waiting_for_content": Q(state__in=AWAITING_OFFER, cohort__in=_WITHOUT_CONTENT.values("pk")),
}


# What the board says of courses with hosts alone, and of certificates alone.
OF_HOSTS, OF_CERTIFICATES = ("with_employer", "host_places", "placed"), ("present", "with_block", "certified")


def beside_the_point(census: Census) -> dict[int, frozenset[str]]:
    """The figures that do not apply to a milestone: no host to a certificate, no certified to a diploma."""
    kinds: dict[int, set[str]] = {}
    for milestone, kind in census.once(kinds_taught):
        kinds.setdefault(milestone, set()).add(kind)
    return {
        milestone: frozenset(
            [
                *(OF_HOSTS if found.isdisjoint(HOSTED) else ()),
                *(OF_CERTIFICATES if ProgrammeKind.SCHOOL_CERTIFICATE not in found else ()),
            ]
        )
        for milestone, found in kinds.items()
    }


def behind(key: str, cohorts: Collection[int]) -> ApplicationQuerySet:
    """The applications of some cohorts that a figure counts."""
    return Application.objects.submitted().filter(CONDITIONS[key], cohort__in=cohorts)

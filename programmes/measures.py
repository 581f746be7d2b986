"""What the board counts of the contents and of the chair."""

from collections.abc import Iterable

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from partnership import measures
from partnership.measures import Counts, Measure
from partnership.models import Convention, User

from . import past
from .models import ChairActivity, ChairActivityQuerySet, Curriculum, Programme, Registration, RegistrationQuerySet
from .states import ACTIVITY_DELIVERED, Attendance, CurriculumState, RegistrationState

CONTENTS = Measure(
    "contents",
    _("contents to validate"),
    _("Programmes of the milestone whose content must be validated; a chair has none."),
    "programmes:curriculum_list",
)
CONTENTS_VALIDATED = Measure(
    "contents_validated",
    _("contents validated"),
    _("Of these, the programmes that have a validated version of their content."),
    "programmes:curriculum_validated_list",
)


CONTENTS_LATE = Measure(
    "contents_late",
    _("contents judged late"),
    _("Of these, the versions that their reviewers were to have judged before today."),
)


def counts(user: User, convention: Convention) -> Counts:
    """Contents by milestone, in no zone: the same for whoever may read the board."""
    rows = (
        Programme.objects.with_content()
        .filter(milestone__convention=convention)
        .order_by()
        .values("milestone")
        .annotate(
            contents=Count("pk", distinct=True),
            # One validated version a programme, by law: counting versions counts programmes.
            validated=Count("curricula", filter=Q(curricula__state=CurriculumState.VALIDATED)),
            late=Count("curricula", filter=Q(curricula__in=Curriculum.objects.late().values("pk"))),
        )
    )
    figures: Counts = {CONTENTS.key: {}, CONTENTS_VALIDATED.key: {}, CONTENTS_LATE.key: {}}
    for row in rows:
        figures[CONTENTS.key][row["milestone"], None] = row["contents"]
        figures[CONTENTS_VALIDATED.key][row["milestone"], None] = row["validated"]
        figures[CONTENTS_LATE.key][row["milestone"], None] = row["late"]
    return figures


# -- the chair --------------------------------------------------------------------------------------------------------

_ACTIVITIES, _REGISTRATIONS = "programmes:activity_list", "programmes:registration_register"
CHAIR = (
    Measure(
        "activities",
        _("activities of the chair"),
        _("Activities on the programme of the chair, whatever their state; cancelled ones do not count."),
        _ACTIVITIES,
    ),
    Measure(
        "activities_delivered",
        _("activities delivered"),
        _("Of these, the activities of which what was promised is there, published or not yet."),
        _ACTIVITIES,
    ),
    Measure(
        "registrations",
        _("registrations to the chair"),
        _("Places taken in the activities of the chair; waiting lists and places given back do not count."),
        _REGISTRATIONS,
    ),
    Measure(
        "attendances",
        _("attendances at the chair"),
        _("Of these, whoever was seen to be there."),
        _REGISTRATIONS,
    ),
)


def activities_behind(key: str, conventions: Iterable[Convention]) -> ChairActivityQuerySet:
    """The activities that a figure counts."""
    activities = ChairActivity.objects.filter(programme__milestone__convention__in=conventions).counting()
    return activities.delivered() if key == "activities_delivered" else activities


def registrations_behind(key: str, conventions: Iterable[Convention]) -> RegistrationQuerySet:
    """The registrations that a figure counts."""
    found = Registration.objects.registered().filter(activity__in=activities_behind("activities", conventions))
    return found.filter(attendance=Attendance.PRESENT) if key == "attendances" else found


def chair_counts(user: User | None, convention: Convention) -> Counts:
    """What the chair does, by milestone, in no zone: the same for whoever may read the board."""
    held = Q(registrations__state=RegistrationState.REGISTERED)
    came = held & Q(registrations__attendance=Attendance.PRESENT)
    counted = {
        "activities": Count("pk", distinct=True),
        "activities_delivered": Count("pk", distinct=True, filter=Q(state__in=ACTIVITY_DELIVERED)),
        "registrations": Count("registrations", distinct=True, filter=held),
        "attendances": Count("registrations", distinct=True, filter=came),
    }
    rows = activities_behind("activities", [convention]).values_list("programme__milestone")
    figures: Counts = {key: {} for key in counted}
    for milestone, *numbers in rows.annotate(**{f"number_{key}": count for key, count in counted.items()}).order_by():
        for key, number in zip(counted, numbers, strict=True):
            figures[key][milestone, None] = number
    return figures


def register() -> None:
    """Make the measures of contents and of the chair known to the board."""
    measures.register(CONTENTS, CONTENTS_VALIDATED, CONTENTS_LATE, counts=counts, past=past.contents)
    measures.register(*CHAIR, counts=chair_counts, past=past.chair)

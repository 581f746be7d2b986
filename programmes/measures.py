"""What the board counts of the contents and of the chair."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership import measures
from partnership.measures import Behind, Census, Counts, Measure, counted_together
from partnership.models import Convention

from .models import (
    ChairActivity,
    ChairActivityQuerySet,
    Curriculum,
    CurriculumQuerySet,
    Programme,
    Registration,
    RegistrationQuerySet,
)
from .past import past
from .states import ACTIVITY_DELIVERED, WITH_CONTENT, Attendance

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


def kinds_taught(census: Census) -> list[tuple[int, str]]:
    """The milestone and the kind of each programme of a convention."""
    programmes = Programme.objects.filter(milestone__convention=census.convention).order_by()
    return list(programmes.values_list("milestone", "kind"))


def versions_behind(key: str, convention: Convention) -> CurriculumQuerySet:
    """The versions that a figure counts: those that are validated, or that are judged late."""
    versions = Curriculum.objects.filter(programme__kind__in=WITH_CONTENT, programme__milestone__convention=convention)
    # One validated version a programme, by law: counting versions counts programmes.
    return versions.validated() if key == CONTENTS_VALIDATED.key else versions.late()


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


# Which of all activities and of all registrations are counted by the second figure of each.
_DELIVERED, _ATTENDED = Q(state__in=ACTIVITY_DELIVERED), Q(attendance=Attendance.PRESENT)


def activities_behind(key: str, conventions: Iterable[Convention]) -> ChairActivityQuerySet:
    """The activities that a figure counts."""
    activities = ChairActivity.objects.filter(programme__milestone__convention__in=conventions).counting()
    return activities.filter(_DELIVERED) if key == "activities_delivered" else activities


def registrations_behind(key: str, conventions: Iterable[Convention]) -> RegistrationQuerySet:
    """The registrations that a figure counts."""
    found = Registration.objects.registered().filter(activity__in=activities_behind("activities", conventions))
    return found.filter(_ATTENDED) if key == "attendances" else found


# -- both together ----------------------------------------------------------------------------------------------------


def counts(census: Census) -> Counts:
    """What is counted of the contents and of the chair by milestone, in no zone: the same for whoever may read it."""
    convention = census.convention
    to_validate = Counter((milestone, None) for milestone, kind in census.once(kinds_taught) if kind in WITH_CONTENT)
    versions = {
        key: Behind(versions_behind(key, convention), "programme__milestone")
        for key in (CONTENTS_VALIDATED.key, CONTENTS_LATE.key)
    }
    activities = Behind(
        activities_behind("activities", [convention]),
        "programme__milestone",
        part=("activities_delivered", _DELIVERED),
    )
    registrations = Behind(
        registrations_behind("registrations", [convention]),
        "activity__programme__milestone",
        part=("attendances", _ATTENDED),
    )
    figures = {**versions, "activities": activities, "registrations": registrations}
    return {CONTENTS.key: dict(to_validate)} | counted_together(figures)


def register() -> None:
    """Make the measures of contents and of the chair known to the board."""
    measures.register(CONTENTS, CONTENTS_VALIDATED, CONTENTS_LATE, *CHAIR, counts=counts, past=past)

"""Who may do what with applications and students; each policy is a sentence."""

from datetime import timedelta

from django.db.models import QuerySet

from partnership import clock
from partnership.models import Job, User
from partnership.policies import is_administrator
from partnership.states import Role

from .models import (
    RECRUITMENT,
    Absence,
    Application,
    Booking,
    Cohort,
    Enrolment,
    Intake,
    RecruitmentSource,
    SavedView,
    Slot,
)

# Somebody still joins a course that has just begun.
DAYS_AFTER_THE_START = 60


def is_recruiter(user: User) -> bool:
    return user.has_role(*RECRUITMENT)


def is_head(user: User) -> bool:
    """Whoever heads the recruitment somewhere."""
    return user.has_role(Role.HEAD_OF_RECRUITMENT)


def oversees_data(user: User) -> bool:
    """Whoever heads the recruitment, and administrators, see what was taken out and whose file ends; no name."""
    return is_head(user) or is_administrator(user)


def zones_overseen(user: User) -> set[int] | None:
    """The zones whose ending files somebody is shown; None for all."""
    return None if is_administrator(user) else user.zones_as(Role.HEAD_OF_RECRUITMENT)


def can_erase(user: User, application: Application) -> bool:
    """The head of recruitment of its zone erases a person who asked for it otherwise than by their link."""
    zones = user.zones_as(Role.HEAD_OF_RECRUITMENT)
    return is_head(user) and (zones is None or application.cohort.zone_id in zones)


def can_read(user: User, application: Application) -> bool:
    """Recruitment reads the files of its zones."""
    return _covers(user.zones_as(*RECRUITMENT), application)


def can_decide(user: User, application: Application) -> bool:
    """Recruitment decides on the files of its zones; nobody else does."""
    return can_read(user, application)


def can_entrust(user: User, application: Application) -> bool:
    """Whoever heads the recruitment of its zone says who follows a file."""
    return is_head(user) and _covers(user.zones_as(Role.HEAD_OF_RECRUITMENT), application)


def can_plan_absence(user: User, person: User) -> bool:
    """Whoever recruits says when they are away; a head says it for whoever recruits in their zones."""
    if user.pk == person.pk:
        return is_recruiter(user)
    if not is_head(user) or not is_recruiter(person):
        return False
    mine, theirs = user.zones_as(Role.HEAD_OF_RECRUITMENT), person.zones_as(*RECRUITMENT)
    return mine is None or theirs is None or bool(mine & theirs)


def can_end_absence(user: User, absence: Absence) -> bool:
    """Whoever may plan an absence may end it; whoever stands in may not."""
    return can_plan_absence(user, absence.user)


def can_run(user: User, slot: Slot) -> bool:
    """Recruitment opens, changes and holds the slots of its zones."""
    zones = user.zones_as(*RECRUITMENT)
    return zones is None or slot.cohort.zone_id in zones


def can_attend(user: User, booking: Booking) -> bool:
    """Whoever runs a slot and decides on the file says who has come, and gives an appointment up."""
    return can_run(user, booking.slot) and can_decide(user, booking.application)


def cohorts_run_by(user: User) -> QuerySet[Cohort]:
    """The cohorts for which somebody opens slots and offers places: of their zones, not begun long ago."""
    zones = user.zones_as(*RECRUITMENT)
    rows = Cohort.objects.filter(intake__starts_on__gte=clock.today() - timedelta(days=DAYS_AFTER_THE_START))
    rows = rows if zones is None else rows.filter(zone__in=zones)
    return rows.select_related("zone", "intake__programme").order_by("intake__starts_on", "zone__order")


def can_read_places(user: User, cohort: Cohort) -> bool:
    """Recruitment sees who waits for the places of its zones, and ranks them."""
    zones = user.zones_as(*RECRUITMENT)
    return is_recruiter(user) and (zones is None or cohort.zone_id in zones)


def sees_cohorts(user: User) -> bool:
    """Whoever recruits, places or administers opens the pages of a cohort itself."""
    return user.has_role(*RECRUITMENT, Role.REGIONAL_LEAD, Role.ADMINISTRATOR)


def can_see_calendar(user: User, cohort: Cohort) -> bool:
    """Whoever sees a cohort sees its calendar: recruitment and the leads of its zone, and administrators."""
    zones = user.zones_as(*RECRUITMENT, Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
    return sees_cohorts(user) and (zones is None or cohort.zone_id in zones)


def can_rule_places(user: User, cohort: Cohort) -> bool:
    """The head of recruitment of its zone says how the places of a cohort go on by themselves."""
    zones = user.zones_as(Role.HEAD_OF_RECRUITMENT)
    return is_head(user) and (zones is None or cohort.zone_id in zones)


def can_write_paragraph(user: User, intake: Intake) -> bool:
    """Whoever recruits in every zone of an intake adds to its letters, which all its applicants read."""
    zones = user.zones_as(*RECRUITMENT)
    return zones is None or set(Cohort.objects.filter(intake=intake).values_list("zone", flat=True)) <= zones


def can_receive(user: User, enrolment: Enrolment) -> bool:
    """Recruitment says which of the students of its zones have come."""
    return can_decide(user, enrolment.application)


def can_plan(user: User, cohort: Cohort) -> bool:
    """Recruitment plans the days of class of its zones, and records there what its students have acquired."""
    return can_read_places(user, cohort)


def can_end(user: User, enrolment: Enrolment) -> bool:
    """Recruitment, or the lead of the student's own zone, records that a student leaves."""
    return can_decide(user, enrolment.application) or _covers(user.zones_as(Role.REGIONAL_LEAD), enrolment.application)


def can_take_export(user: User, job: Job) -> bool:
    """Whoever still recruits in every zone of which the file may hold rows."""
    now, then = user.zones_as(*RECRUITMENT), job.parameters.get("zones")
    return is_recruiter(user) and (now is None or (then is not None and set(then) <= now))


def can_change_view(user: User, view: SavedView) -> bool:
    """Whoever made a view; and a head of recruitment those that are shared."""
    return view.made_by_id == user.pk or (view.is_shared and user.has_role(Role.HEAD_OF_RECRUITMENT))


def can_change_source(user: User, source: RecruitmentSource) -> bool:
    """Whoever recruits in a source's zone; all of recruitment where it has none."""
    zones = user.zones_as(*RECRUITMENT)
    return is_recruiter(user) and (zones is None or source.zone_id is None or source.zone_id in zones)


def _covers(zones: set[int] | None, application: Application) -> bool:
    return zones is None or application.cohort.zone_id in zones

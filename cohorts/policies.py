"""Who may do what with applications and students; each policy is a sentence."""

from partnership.models import Job, User
from partnership.states import Role

from .models import RECRUITMENT, Application, Enrolment


def is_recruiter(user: User) -> bool:
    return user.has_role(*RECRUITMENT)


def can_read(user: User, application: Application) -> bool:
    """Recruitment reads the files of its zones."""
    return _covers(user.zones_as(*RECRUITMENT), application)


def can_decide(user: User, application: Application) -> bool:
    """Recruitment decides on the files of its zones; nobody else does."""
    return can_read(user, application)


def can_end(user: User, enrolment: Enrolment) -> bool:
    """Recruitment, or the lead of the student's own zone, records that a student leaves."""
    return can_decide(user, enrolment.application) or _covers(user.zones_as(Role.REGIONAL_LEAD), enrolment.application)


def can_take_export(user: User, job: Job) -> bool:
    """Whoever still recruits in every zone of which the file may hold rows."""
    now, then = user.zones_as(*RECRUITMENT), job.parameters.get("zones")
    return is_recruiter(user) and (now is None or (then is not None and set(then) <= now))


def _covers(zones: set[int] | None, application: Application) -> bool:
    return zones is None or application.cohort.zone_id in zones

"""What every page's frame needs: the menu of the role, the language, the demonstration's banner."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import User
from partnership.states import Role


@dataclass(frozen=True)
class Entry:
    """One entry of a menu: at most five a role."""

    label: str | Promise
    url: str
    current: bool = False


_ENTRIES: list[tuple[Promise, str, tuple[Role, ...]]] = [
    (_("To do"), "cohorts:worklist", (Role.RECRUITER, Role.HEAD_OF_RECRUITMENT)),
    (_("Applications"), "cohorts:application_list", (Role.RECRUITER, Role.HEAD_OF_RECRUITMENT)),
    (_("Slots"), "cohorts:slot_list", (Role.RECRUITER, Role.HEAD_OF_RECRUITMENT)),
    (_("Places"), "cohorts:place_list", (Role.RECRUITER, Role.HEAD_OF_RECRUITMENT)),
    (_("Placing"), "placements:home", (Role.REGIONAL_LEAD,)),
    (_("Hosts"), "placements:site_list", (Role.REGIONAL_LEAD,)),
    (_("Students"), "placements:student_list", (Role.REGIONAL_LEAD,)),
    (_("Course contents"), "programmes:curriculum_list", (Role.AUTHOR,)),
    (_("To review"), "admin:index", (Role.REVIEWER,)),
    (_("Convention"), "partnership:board", tuple(Role)),
    (_("Chair"), "programmes:activity_list", (Role.COORDINATOR, Role.AUTHOR, Role.REGIONAL_LEAD)),
    (_("Commitments"), "partnership:commitment_list", (Role.COORDINATOR,)),
    (_("Operations"), "partnership:operations", (Role.ADMINISTRATOR,)),
    (_("Team"), "partnership:person_list", (Role.ADMINISTRATOR,)),
    (_("Personal data"), "cohorts:retention_report", (Role.ADMINISTRATOR,)),
    (_("Administration"), "admin:index", (Role.ADMINISTRATOR,)),
]


# Pages about applications whose addresses do not begin with the list's.
_AMONG_APPLICATIONS = [
    "cohorts:import_list",
    "cohorts:template_list",
    "cohorts:source_list",
    "cohorts:duplicate_list",
    "cohorts:condition_list",
    "cohorts:view_list",
    "cohorts:bulk_choose",
]


def menu(user: User, path: str) -> list[Entry]:
    """The pages of the user's roles; the longest address that begins the present one is current."""
    entries = {reverse(name): label for label, name, roles in reversed(_ENTRIES) if user.has_role(*roles)}
    leads = {url: url for url in entries}
    leads |= dict.fromkeys(map(reverse, _AMONG_APPLICATIONS), reverse("cohorts:application_list"))
    here = leads.get(max((url for url in leads if path.startswith(url)), key=len, default=""), "")
    return [Entry(label, url, url == here) for url, label in reversed(entries.items())]


def role_label(user: User) -> str:
    """The first role of the user and its zone, for the top bar."""
    for membership in user.current_memberships():
        return str(membership)
    return ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The variables of templates/base*.html."""
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    return unsigned_frame(request) | {
        "menu": SimpleLazyObject(lambda: menu(user, request.path)) if known else [],
        "role_label": SimpleLazyObject(lambda: role_label(user)) if known else "",
    }


def unsigned_frame(request: HttpRequest) -> dict[str, Any]:
    """What a page needs that is drawn for nobody in particular, without a query: an error's."""
    other = "en" if (get_language() or "fr").startswith("fr") else "fr"
    # An address that only takes forms has nothing to show in another language.
    there = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("front")
    return {
        "demonstration": bool(settings.CLOCK_SHIFT),
        "development": settings.DEVELOPMENT,
        "clock_now": clock.now(),
        "other_language": {"code": other, "label": other.upper(), "url": translate_url(there, other)},
    }

"""The handbook: a page a role, in French and in English, which every person who signs in may read.

Its prose is a template a language, as that of letters and of the notice is: whole sentences are written in each, and
not put together from pieces. What it quotes of the other pages (buttons, states, figures) comes from them.
"""

from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cohorts.states import ApplicationState
from partnership.measures import MEASURES
from partnership.models import User
from partnership.states import ConventionState, MessageState, MilestoneStatus, Role
from placements.states import ContractState, IntroductionState, PlacementState
from programmes.states import CurriculumState, Opinion


@dataclass(frozen=True)
class Chapter:
    """A page of the handbook: of a role, or of those who come by a personal link."""

    slug: str
    name: str | Promise
    title: str | Promise
    role: Role | None = None

    def template(self, language: str) -> str:
        """Where its prose is, in French or in English."""
        return f"handbook/{self.slug}.{'fr' if language.startswith('fr') else 'en'}.html"


CHAPTERS = (
    Chapter("recruteur", _("Recruiter"), _("Nobody is left without a next step."), Role.RECRUITER),
    Chapter(
        "responsable-du-recrutement",
        _("Head of recruitment"),
        _("The team answers in time, whoever is away."),
        Role.HEAD_OF_RECRUITMENT,
    ),
    Chapter("auteur", _("Author"), _("You write a content, others judge it."), Role.AUTHOR),
    Chapter("relecteur", _("Reviewer"), _("You judge a content, module by module."), Role.REVIEWER),
    Chapter("referent-regional", _("Regional lead"), _("You find places, and seat each student."), Role.REGIONAL_LEAD),
    Chapter("coordinateur", _("Coordinator"), _("You see whether the convention is kept."), Role.COORDINATOR),
    Chapter(
        "administrateur", _("Administrator"), _("You give each person their role, and keep watch."), Role.ADMINISTRATOR
    ),
    Chapter("candidats", _("Applicants"), _("What an applicant sees by link, without an account.")),
    Chapter("entreprises", _("Hosts"), _("What a host sees by link, without an account.")),
)
# What the prose shows of the states, by the name it gives them.
STATES = {
    "Application": ApplicationState,
    "Content": CurriculumState,
    "Opinion": Opinion,
    "Placement": PlacementState,
    "Introduction": IntroductionState,
    "Contract": ContractState,
    "Milestone": MilestoneStatus,
    "Convention": ConventionState,
    "Letter": MessageState,
}


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Every page of the handbook, one's own first; what each figure counts."""
    context = {"chapters": _own_first(request.user), "measures": MEASURES.values()}
    return render(request, "handbook/index.html", context)


@require_safe
def guide_chapter(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the handbook; its links lead somewhere for whoever has the role."""
    chapter = next((one for one in CHAPTERS if one.slug == slug), None)
    if chapter is None:
        raise Http404
    language = get_language() or "fr"
    context = STATES | {
        "chapter": chapter,
        "chapters": CHAPTERS,
        "prose": chapter.template(language),
        "is_own": _is_own(chapter, request.user),
        "measures": MEASURES.values(),
        "silence_owner": settings.SILENCE_DAYS_OWNER,
        "silence_head": settings.SILENCE_DAYS_HEAD,
    }
    return render(request, "handbook/chapter.html", context)


def _is_own(chapter: Chapter, user: User) -> bool:
    return chapter.role is not None and user.has_role(chapter.role)


def _own_first(user: User) -> list[tuple[Chapter, bool]]:
    told = [(chapter, _is_own(chapter, user)) for chapter in CHAPTERS]
    return list(chain((one for one in told if one[1]), (one for one in told if not one[1])))

"""Which cohorts run on which version of a content: numbers alone, nobody's name."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partnership.policies import require
from partnership.templatetags.figures import number
from programmes.models import Curriculum, Programme
from programmes.policies import can_list_contents
from programmes.states import CurriculumState

from ..models import Application, Cohort


@dataclass(frozen=True)
class _Line:
    """A cohort beside a version: whether it opened on it, how many places it has offered on it."""

    cohort: Cohort
    has_opened: bool
    offers: int


@dataclass(frozen=True)
class _Version:
    """A version with the cohorts that opened on it, and those that only offered places on it."""

    curriculum: Curriculum
    lines: list[_Line] = field(default_factory=list)

    @property
    def offers(self) -> int:
        return sum(line.offers for line in self.lines)


@require_safe
def version_list(request: HttpRequest, slug: str) -> HttpResponse:
    """By version of a programme's content: the cohorts that opened on it, the offers made on it."""
    require(can_list_contents(request.user))
    programme = get_object_or_404(Programme.objects.visible_to(request.user).with_content(), slug=slug)
    curricula = list(programme.curricula.exclude(state=CurriculumState.DRAFT).order_by("-number"))
    cohorts = list(
        Cohort.objects.filter(intake__programme=programme)
        .select_related("zone", "intake")
        .order_by("-intake__starts_on", "zone__order")
    )
    offers = _offers(programme)
    context = {
        "programme": programme,
        "versions": [_version(curriculum, cohorts, offers) for curriculum in curricula],
        "verdict": _verdict(programme, curricula, cohorts),
        "without": [cohort for cohort in cohorts if cohort.curriculum_id is None],
        "readable": set(
            Curriculum.objects.visible_to(request.user).filter(programme=programme).values_list("pk", flat=True)
        ),
    }
    return render(request, "cohorts/version_list.html", context)


def _offers(programme: Programme) -> dict[tuple[Any, int], int]:
    """How many places were offered, by version and cohort."""
    rows = (
        Application.objects.filter(offered_curriculum__programme=programme)
        .order_by()
        .values_list("offered_curriculum", "cohort")
        .annotate(n=Count("pk"))
    )
    return {(version, cohort): n for version, cohort, n in rows}


def _version(curriculum: Curriculum, cohorts: list[Cohort], offers: dict[tuple[Any, int], int]) -> _Version:
    lines = [
        _Line(cohort, cohort.curriculum_id == curriculum.pk, offers.get((curriculum.pk, cohort.pk), 0))
        for cohort in cohorts
    ]
    return _Version(curriculum, [line for line in lines if line.has_opened or line.offers])


def _verdict(programme: Programme, curricula: list[Curriculum], cohorts: list[Cohort]) -> str:
    """How many cohorts run on the version in force, in a sentence."""
    if not cohorts:
        return _("%(programme)s: no cohort yet") % {"programme": programme}
    in_force = next((one for one in curricula if one.state == CurriculumState.VALIDATED), None)
    if in_force is None:
        words = ngettext(
            "%(n)s cohort, and no version in force", "%(n)s cohorts, and no version in force", len(cohorts)
        )
        return words % {"n": number(len(cohorts))}
    on_it = sum(cohort.curriculum_id == in_force.pk for cohort in cohorts)
    words = ngettext(
        "%(n)s cohort of %(total)s opened on version %(version)s, in force",
        "%(n)s cohorts of %(total)s opened on version %(version)s, in force",
        on_it,
    )
    return words % {"n": number(on_it), "total": number(len(cohorts)), "version": in_force.number}

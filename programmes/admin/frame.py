"""What the pages of a version share on the desk: the side list, where the reader is, what comes next."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnership.policies import get_allowed

from .. import policies, services
from ..models import Curriculum
from ..services import Standing
from ..states import REVIEWABLE, CurriculumState, Opinion


def fetch(request: HttpRequest, pk: str) -> Curriculum:
    """A version its reader may judge, with all the desk shows of it."""
    return get_allowed(services.with_opinions(Curriculum.objects.all()), policies.can_review, request.user, pk=pk)


def frame(request: HttpRequest, curriculum: Curriculum, module_pk: str | None = None) -> dict[str, Any]:
    """What the pages of a version share: the side list, where the reader is, what comes next."""
    lines = services.standings(curriculum, reader=request.user)
    here = next((index for index, line in enumerate(lines) if line.module.pk == module_pk), None)
    if module_pk is not None and here is None:
        raise Http404
    is_open = curriculum.state in REVIEWABLE
    interest = policies.interest(request.user, curriculum) if is_open else ""
    may_judge = is_open and not interest
    after = lines if here is None else lines[here + 1 :] + lines[:here]
    return admin.site.each_context(request) | {
        "curriculum": curriculum,
        "lines": lines,
        "side": [_mark(line, is_open=is_open, is_here=index == here) for index, line in enumerate(lines)],
        "judged": sum(line.mine is not None for line in lines),
        "hours": sum(line.module.hours for line in lines),
        "is_open": is_open,
        "interest": interest,
        "may_judge": may_judge,
        "line": None if here is None else lines[here],
        "before": lines[here - 1] if here else None,
        "following": next((line for line in after if line.mine is None), None) if may_judge else None,
    }


# What the side list says of a module: meaning and shape by the reader's opinion.
_MARKS = {
    Opinion.FAVOURABLE: ("done", "tick"),
    Opinion.REMARK: ("done", "arrow"),
    Opinion.CHANGES: ("risk", "triangle"),
    Opinion.UNFAVOURABLE: ("late", "refused"),
}


def _mark(line: Standing, *, is_open: bool, is_here: bool) -> dict[str, Any]:
    if line.mine is not None and line.is_kept:
        meaning, shape, label = "idle", "dashed", gettext("opinion kept")
    elif line.mine is not None:
        meaning, shape = _MARKS[Opinion(line.mine.opinion)]
        label = line.mine.get_opinion_display()
    elif not is_open:
        meaning, shape, label = "idle", "ring", gettext("without your opinion")
    elif line.prepared:
        meaning, shape, label = "go", "pencil", gettext("begun")
    elif line.is_unanswered:
        meaning, shape, label = "risk", "triangle", gettext("unchanged since your request")
    else:
        meaning, shape, label = "go", "half" if is_here else "ring", gettext("to read")
    return {"module": line.module, "meaning": meaning, "shape": shape, "label": label, "is_here": is_here}


def decided(curriculum: Curriculum) -> str:
    """What the last opinion decided, if it did."""
    told = {
        CurriculumState.VALIDATED: _("The content is validated; its authors are told."),
        CurriculumState.CHANGES_REQUESTED: _("Every module is judged: the changes are requested from the authors."),
        CurriculumState.REFUSED: _("The version is refused; its authors are told."),
    }
    return str(told.get(CurriculumState(curriculum.state), ""))

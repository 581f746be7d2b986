"""The public page of a course, and the same as a paper."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partnership import clock, pdf
from partnership.models import User
from partnership.policies import is_administrator
from partnership.templatetags.figures import longdate, number, phone
from programmes import publication
from programmes.models import Programme
from programmes.policies import can_list_contents
from programmes.publication import Content

from .. import sources
from ..handover import owner_for
from ..models import Cohort

# Of the PDF: whoever asks again within so many seconds is answered by what lies between.
KEPT = 600


@login_not_required
@require_safe
def programme_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What the course is, for whom, what one learns, where and when."""
    programme, cohorts, content = _course(slug)
    opened = set(Cohort.objects.open_on(clock.today()).filter(intake__programme=programme).values_list("pk", flat=True))
    context = {
        "programme": programme,
        "before": publication.before(programme),
        "after": publication.after(programme),
        "price": publication.price(programme) if programme.recruits else "",
        "duration": publication.duration(programme),
        "missing": _missing(request.user, programme),
        "cohorts": [(cohort, cohort.pk in opened) for cohort in cohorts],
        "open": any(cohort.pk in opened for cohort in cohorts),
        "opens_on": opens_on(cohorts),
        "content": content,
        "vouched": publication.vouched(programme, content.curriculum) if content.is_validated else "",
        "updated_on": publication.updated_on(programme, content),
        "contact": owner_for(cohorts[0]) if cohorts and not programme.contact else None,
        "carried": sources.carried(request),
    }
    return render(request, "cohorts/programme_detail.html", context)


@login_not_required
@require_safe
def programme_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The course as a paper to keep: the texts of every module of the content in force as well."""
    programme, cohorts, content = _course(slug)
    try:
        paper = pdf.render("cohorts/course", _paper(programme, cohorts, content))
    except pdf.Unset as refusal:
        messages.error(request, refusal.reason)
        return redirect("cohorts:programme_detail", slug)
    answer = pdf.answer(paper, programme.slug)
    patch_cache_control(answer, public=True, max_age=KEPT)
    return answer


def opens_on(cohorts: list[Cohort]) -> date | None:
    """The next day on which one of the cohorts takes applications."""
    return min((c.applications_from for c in cohorts if c.applications_from > clock.today()), default=None)


def _course(slug: str) -> tuple[Programme, list[Cohort], Content]:
    programme = get_object_or_404(Programme.objects.select_related("provider", "reviewer_party"), slug=slug)
    cohorts = list(
        Cohort.objects.filter(intake__programme=programme, intake__starts_on__gte=clock.today())
        .select_related("intake", "zone")
        .order_by("intake__starts_on", "zone__order")
    )
    return programme, cohorts, publication.content(programme)


def _missing(user: User, programme: Programme) -> dict[str, Any] | None:
    """What is to be completed, for those who answer for the contents; the public is shown what is known."""
    if not user.is_authenticated or not can_list_contents(user):
        return None
    labels = publication.missing(programme)
    if not labels:
        return None
    edit = reverse("admin:programmes_programme_change", args=[programme.pk]) if is_administrator(user) else ""
    return {"labels": ", ".join(labels), "edit": edit}


def _paper(programme: Programme, cohorts: list[Cohort], content: Content) -> dict[str, Any]:
    """What templates/pdf/cohorts/course.typ sets."""
    updated = publication.updated_on(programme, content)
    contact = programme.contact or _person(owner_for(cohorts[0]) if cohorts else None)
    facts = publication.facts(programme)
    if contact:
        facts.append({"label": _("Contact"), "text": contact})
    return {
        "title": programme.title,
        "eyebrow": capfirst(programme.get_kind_display()),
        "lead": pdf.lines(programme.pitch),
        "facts": facts,
        "before": _sections(publication.before(programme)),
        "after": _sections(publication.after(programme)),
        "learn": _learn(programme, content),
        "where": {
            "title": _("Where and when"),
            "head": [_("Zone"), _("Course starts"), _("Applications"), _("Places")],
            "rows": [_dates(cohort) for cohort in cohorts],
            "none": _("The next dates are not known yet.") if programme.recruits else "",
        },
        "foot": f"{programme.title}. {_said_on(updated)}" if updated else programme.title,
    }


def _sections(found: list[publication.Section]) -> list[dict[str, Any]]:
    return [{"title": section.title, "text": pdf.lines(section.text)} for section in found]


def _learn(programme: Programme, content: Content) -> dict[str, Any]:
    if not programme.recruits:
        return {"title": "", "sentences": [], "blocks": []}
    said = _("The content is being written; it will be shown here once it is validated.")
    if content.is_validated:
        said = publication.vouched(programme, content.curriculum)
    elif content.curriculum:
        said = _("Content being validated by %(party)s.") % {"party": programme.reviewer_party.name}
    return {
        "title": _("What you learn"),
        "sentences": [said, *([content_size(content)] if content.is_validated else [])],
        "blocks": [
            {
                "title": ", ".join([block.title, _hours(block.hours)]) if block.title else "",
                "modules": [
                    {
                        "title": f"{module.order}. {module.title}, {_hours(module.hours)}",
                        "texts": [
                            {"title": title, "text": pdf.prose(text)}
                            for title, text in (
                                (_("Objectives"), module.objectives),
                                (_("Content"), module.content),
                                (_("Assessment"), module.assessment),
                            )
                            if text
                        ],
                    }
                    for module in block.modules
                ],
            }
            for block in content.blocks
        ],
    }


def content_size(content: Content) -> str:
    """« 10 modules, 532 heures »."""
    words = ngettext("%(n)s module, %(hours)s hours", "%(n)s modules, %(hours)s hours", content.modules)
    return words % {"n": number(content.modules), "hours": number(content.hours)}


def _hours(hours: int) -> str:
    return _("%(n)s h") % {"n": number(hours)}


def _dates(cohort: Cohort) -> list[str]:
    return [
        ", ".join(filter(None, [str(cohort.zone), cohort.rhythm_words])),
        longdate(cohort.intake.starts_on),
        _("from %(first)s to %(last)s")
        % {"first": longdate(cohort.applications_from), "last": longdate(cohort.applications_until)},
        number(cohort.capacity),
    ]


def _person(contact: User | None) -> str:
    if contact is None:
        return ""
    return f"{contact.full_name}, {phone(contact.phone) if contact.phone else contact.email}"


def _said_on(day: date) -> str:
    return _("Last changed on %(day)s.") % {"day": longdate(day)}

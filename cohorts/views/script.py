"""The call script: what one says, asks and answers on the telephone, in order, on a page that fills the application."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from partnership.personal_data import NOTICE_VERSION
from partnership.templatetags.figures import longdate
from partnership.workflow import Refused, Stale, must_be_shown

from .. import services
from ..forms.calls import CallForm
from ..forms.script import (
    CAREER_ORIGIN,
    ORIGIN,
    PERSON,
    PROJECT,
    HeardCareerForm,
    HeardPersonForm,
    HeardProjectForm,
    NoticeForm,
)
from ..models import CAREER, Application
from ..states import EXITS, ApplicationState, SlotKind
from . import call_panel, story
from .applications import fetch

WHO, PLAN, SOURCE, NOTICE, HAND_IN = "qui", "projet", "origine", "donnees", "deposer"
# What a step is followed by, on the page.
_NEXT = {WHO: PLAN, PLAN: SOURCE, SOURCE: NOTICE, NOTICE: "suite", HAND_IN: "suite"}


@require_http_methods(["GET", "HEAD", "POST"])
def call_script(request: HttpRequest, pk: object) -> HttpResponse:
    """Read, ask, and keep each step as it is heard: 422 with its errors, 409 with what was typed if the file moved."""
    application = fetch(request, pk)
    if application.state in EXITS:
        messages.info(request, _("This file is closed: open it again first."))
        return redirect("cohorts:application_detail", pk=application.pk)
    step = (request.POST.get("step") or "?") if request.method == "POST" else ""
    steps = _steps(application, step, request.POST if step else None)
    if not step:
        return _show(request, application, steps)
    if step not in _NEXT:
        raise Http404
    form = steps.get(step)
    if form is None and step != HAND_IN:
        # Somebody else has just been told the same.
        return _show(request, application, steps, status=409)
    if form is not None and not (form.is_valid() and not getattr(form, "asks_commune", False)):
        return _show(request, application, steps, bound=form, status=422 if form.errors else 200)
    try:
        must_be_shown(application, request.POST.get("version", ""))
        _keep(application, step, form, request)
    except Stale:
        return _show(request, fetch(request, pk), steps, bound=form, status=409)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect(reverse("cohorts:call_script", args=[application.pk]) + f"#{_NEXT[step]}")


def _keep(application: Application, step: str, form: Any, request: HttpRequest) -> None:
    said = {"by": request.user, "version": application.version}
    if step == NOTICE:
        services.tell_notice(application, consents=form.consents, notice_version=NOTICE_VERSION, **said)
    elif step == HAND_IN:
        services.submit_by_telephone(application, **said)
        words = _("The application of %(who)s is submitted.") % {"who": application.candidate}
        messages.success(request, words)
    else:
        services.hear(application, answers=form.heard, **said)


def _steps(application: Application, step: str, sent: Any) -> dict[str, forms.Form]:
    """The forms of what is still to be heard, in the order in which one asks; the one that was sent is bound."""
    person, programme = application.candidate, application.intake.programme
    career = programme.is_for_professionals
    plan, origin = (CAREER, CAREER_ORIGIN) if career else (PROJECT, ORIGIN)
    lacking = {
        WHO: tuple(name for name in PERSON if getattr(person, name) in (None, "")),
        PLAN: tuple(name for name in plan if _lacks(application, name)),
        SOURCE: tuple(name for name in origin if not getattr(application, name)),
    }
    found: dict[str, forms.Form] = {}
    for key, asked in lacking.items():
        data = sent if key == step else None
        if key == WHO and asked:
            found[key] = HeardPersonForm(data, asked=asked, starts_on=application.intake.starts_on, of_age=career)
        elif asked and career:
            found[key] = HeardCareerForm(data, asked=asked)
        elif asked:
            found[key] = HeardProjectForm(data, asked=asked, is_hosted=programme.is_hosted)
    found = {key: form for key, form in found.items() if form.fields}
    if not application.notice_version:
        found[NOTICE] = NoticeForm(sent if step == NOTICE else None)
    return found


def _lacks(application: Application, name: str) -> bool:
    if name in ("diploma_month", "diploma_year"):
        return application.diploma_on is None
    return getattr(application, name) in (None, "", [])


def _show(
    request: HttpRequest,
    application: Application,
    steps: dict[str, forms.Form],
    *,
    bound: Any = None,
    status: int = 200,
) -> HttpResponse:
    calls, lacking = story.calls_of(application), services.lacks(application)
    if status == 409:
        steps = _steps(application, "", None) | ({request.POST["step"]: bound} if bound is not None else {})
    is_enquiry = application.state == ApplicationState.ENQUIRY
    context = {
        "application": application,
        "candidate": application.candidate,
        "steps": steps,
        "verdict": _verdict(application, steps),
        "questions": _questions(application),
        "panel": call_panel.panel(application, calls),
        "call_form": CallForm(prefix="call"),
        "may_hand_in": is_enquiry and not lacking and bool(application.notice_version),
        "is_enquiry": is_enquiry,
        "may_book": services.may_choose(application, SlotKind.INTERVIEW, by_link=False),
        "may_invite": services.may_choose(application, SlotKind.INTERVIEW),
        "form": bound if status == 422 else None,
        "conflict": status == 409,
    }
    return render(request, "cohorts/call_script.html", context, status=status)


def _verdict(application: Application, steps: dict[str, forms.Form]) -> str:
    number = sum(len(_asked(form)) for key, form in steps.items() if key != NOTICE)
    if number:
        words = ngettext("%(n)s question left for %(who)s.", "%(n)s questions left for %(who)s.", number)
        return words % {"n": number, "who": application.candidate}
    if NOTICE in steps:
        return _("Every answer is known: what becomes of their data is left to tell.")
    return _("Everything is known: fix what comes next with %(who)s.") % {"who": application.candidate}


def _asked(form: forms.Form) -> set[str]:
    """The questions of a form: a month and its year are one, and the commune belongs to its postcode."""
    return {name.removesuffix("_month").removesuffix("_year") for name in form.fields if name != "commune"}


def _questions(application: Application) -> list[dict[str, str]]:
    """What they usually ask, and what to answer: facts of their own course."""
    intake, programme = application.intake, application.intake.programme
    where = {"day": longdate(intake.starts_on), "zone": application.cohort.zone, "programme": programme}
    costs = _("In alternation the course costs the young person nothing, and the employer pays a wage.")
    follows = _("An interview of half an hour, then an answer within five days, whatever it is.")
    if programme.is_hosted:
        employer = _("No: if they have none, we look for one with them. Their own employer is welcome.")
    else:
        employer = _("They keep their post: the course takes place beside it, block by block.")
        costs = _("It is paid for by the employer, a skills operator (OPCO) or their own means: ask which they plan.")
        follows = _("Their file is read, without a waiting list; the answer comes by letter, whatever it is.")
    return [
        {"ask": _("When does it begin, and where?"), "say": _("%(programme)s, on %(day)s, in %(zone)s.") % where},
        {"ask": _("Must I find an employer myself?"), "say": employer},
        {
            "ask": _("What does it cost?"),
            "say": costs,
        },
        {
            "ask": _("What happens after this call?"),
            "say": follows,
        },
        {
            "ask": _("What if I need an adaptation?"),
            "say": _("A contact with the disability officer is offered; nobody asks for a medical detail."),
        },
    ]

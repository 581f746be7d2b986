"""The letters of a file: read, and while they are drafts changed, written anew, thrown away or sent."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import services as house
from partnership.models import OutgoingMessage, ref
from partnership.states import MessageState
from partnership.workflow import Refused, Stale, must_be_shown

from .. import bulk
from ..forms.letters import DraftForm, TellingForm
from ..letters import readable, short_of
from ..models import Application
from . import call_panel
from .applications import fetch


def _fetch(request: HttpRequest, pk: object, letter: int) -> tuple[Application, OutgoingMessage]:
    """A letter of a file that one may decide on."""
    application = fetch(request, pk)
    about = [ref(file) for file in application.line()]
    return application, get_object_or_404(OutgoingMessage, pk=letter, about__in=about)


@require_safe
def application_letter(request: HttpRequest, pk: object, letter: int) -> HttpResponse:
    """A letter of the file, to read; nobody but its reader ever sees the personal link."""
    application, found = _fetch(request, pk, letter)
    may_tell = found.state in house.BY_HAND and found.to_ref == ref(application.candidate)
    context = {"application": application, "letter": found, "text": readable(found.text), "may_tell": may_tell}
    return render(request, "cohorts/application_letter.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def letter_edit(request: HttpRequest, pk: object, letter: int) -> HttpResponse:
    """Change what a draft says; its link stays. What one typed comes back where somebody else was first."""
    application, found = _fetch(request, pk, letter)
    form, conflict = DraftForm(request.POST if request.method == "POST" else None, letter=found), False
    if request.method == "POST" and form.is_valid():
        try:
            must_be_shown(found, request.POST.get("version", ""))
            house.edit_letter(
                found,
                subject=form.cleaned_data["subject"],
                text=form.cleaned_data["text"],
                by=request.user,
                version=found.version,
            )
        except Stale:
            application, found = _fetch(request, pk, letter)
            # Once it has left there is nothing to change: the page of every conflict says so.
            if found.state != MessageState.DRAFT:
                raise
            form, conflict = form.anew(found), True
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect("cohorts:application_letter", pk=pk, letter=letter)
        else:
            messages.success(request, _("The draft is changed."))
            return redirect("cohorts:application_letter", pk=pk, letter=letter)
    context = {"application": application, "letter": found, "form": form, "conflict": conflict}
    context |= {"now": readable(found.text)} if conflict else {}
    status = 409 if conflict else 422 if form.is_bound else 200
    return render(request, "cohorts/letter_edit.html", context, status=status)


def _act(request: HttpRequest, pk: object, letter: int, deed: Callable[..., Any], done: str) -> HttpResponse:
    """Do something to a draft as it was shown: 409 if it has changed since, or back with what was done."""
    application, found = _fetch(request, pk, letter)
    must_be_shown(found, request.POST.get("version", ""))
    try:
        deed(found, by=request.user, version=found.version)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, done)
    return redirect("cohorts:application_letter", pk=application.pk, letter=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def letter_tell(request: HttpRequest, pk: object, letter: int) -> HttpResponse:
    """Tell what a letter says oneself, by telephone or by a message; once said, it leaves no more."""
    application, found = _fetch(request, pk, letter)
    person = application.candidate
    if found.to_ref != ref(person):
        raise Http404
    form = TellingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = _("It is written down: the letter leaves no more.")
        return _act(request, pk, letter, partial(house.tell_letter, way=form.cleaned_data["way"]), done)
    short = short_of(found)
    context = {
        "application": application,
        "letter": found,
        "form": form,
        "text": short,
        "may_tell": found.state in house.BY_HAND,
        "ways": call_panel.ways(person.phone, text=short),
    }
    return render(request, "cohorts/letter_tell.html", context, status=422 if form.is_bound else 200)


@require_POST
def letter_rewrite(request: HttpRequest, pk: object, letter: int) -> HttpResponse:
    """Write a draft anew, as its action would write it today."""
    return _act(request, pk, letter, bulk.rewrite, _("The draft is written anew."))


@require_POST
def letter_discard(request: HttpRequest, pk: object, letter: int) -> HttpResponse:
    """Throw a draft away."""
    return _act(request, pk, letter, house.discard_letter, _("The draft is thrown away: nothing leaves."))


@require_POST
def letter_send(request: HttpRequest, pk: object, letter: int) -> HttpResponse:
    """Let a draft leave."""
    return _act(request, pk, letter, house.send_letter, _("The letter leaves."))

"""A day that does not take place: which slots and why, then who is told and the very letter, then the deed."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from partnership import policies as house
from partnership.templatetags.figures import daydate, number, phone
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..forms.cancellations import CancellationForm
from ..letters import readable
from ..models import Candidate
from ..services import Fate


@require_http_methods(["GET", "HEAD", "POST"])
def day_cancel(request: HttpRequest, day: str) -> HttpResponse:
    """The slots of a day that are to be cancelled; what that does to whom is read before it is done."""
    house.require(policies.is_recruiter(request.user))
    on = _day_in(day)
    sent = request.POST if request.method == "POST" else None
    form = CancellationForm(sent, user=request.user, day=on, only=request.GET.getlist("creneau"))
    if not form.found:
        return render(request, "cohorts/day_cancel.html", {"day": on, "form": form, "nothing": True})
    if not form.is_bound or not form.is_valid():
        return _page(request, form, status=422 if form.is_bound else 200)
    slots, reason = list(form.cleaned_data["slots"]), form.cleaned_data["reason"]
    try:
        if "confirm" not in request.POST:
            return _page(request, form, fates=services.read_cancellation(slots, rebooking=form.rebooking()))
        gone, fates = services.cancel_slots(slots, reason=reason, by=request.user, rebooking=form.rebooking())
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _page(request, form, status=422)
    except Stale:
        form.add_error(None, _("Somebody else is at it: look again."))
        return _page(request, form, status=409)
    _report(request, len(gone), fates)
    return redirect(f"{reverse('cohorts:slot_list')}?du={on.isoformat()}")


def _day_in(typed: str) -> date:
    """The day that an address names, of this century."""
    try:
        found = parse_date(typed)
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year < 2200:
        raise Http404
    return found


def _page(
    request: HttpRequest, form: CancellationForm, *, fates: list[Fate] | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "day": form.day, "ready": fates is not None}
    if fates is None:
        chosen = form.found if form.is_bound else [one for one in form.found if str(one.pk) in form["slots"].initial]
        context["verdict"] = _question(form.day, sum(slot.taken for slot in chosen))
    else:
        chosen = list(form.cleaned_data["slots"])
        context |= {
            "answers": [(name, value) for name in form.fields for value in form.data.getlist(name)],
            "verdict": _verdict(len(chosen), fates),
            "fates": fates,
            "letters": _letters(fates, reason=form.cleaned_data["reason"], chosen=chosen),
            "unwritten": _unwritten(fates),
        }
    return render(request, "cohorts/day_cancel.html", context, status=status)


def _question(day: date, people: int) -> str:
    if not people:
        return _("Nothing is planned by anybody yet on %(day)s: why is it cancelled?") % {"day": daydate(day)}
    words = ngettext(
        "%(n)s appointment is planned on %(day)s: what becomes of it?",
        "%(n)s appointments are planned on %(day)s: what becomes of them?",
        people,
    )
    return words % {"n": number(people), "day": daydate(day)}


def _verdict(slots: int, fates: list[Fate]) -> str:
    what = ngettext("%(n)s slot will be cancelled", "%(n)s slots will be cancelled", slots) % {"n": number(slots)}
    if not fates:
        return _("%(what)s, and nobody had booked.") % {"what": what}
    return _("%(what)s: %(words)s.") % {"what": what, "words": _in_figures(fates)}


def _in_figures(fates: list[Fate]) -> str:
    moved, left = sum(not fate.left for fate in fates), sum(bool(fate.left) for fate in fates)
    parts = []
    if moved:
        parts.append(ngettext("%(n)s person is moved", "%(n)s people are moved", moved) % {"n": number(moved)})
    if left:
        words = ngettext("%(n)s person chooses another time", "%(n)s people choose another time", left)
        parts.append(words % {"n": number(left)})
    return ", ".join(parts)


def _letters(fates: list[Fate], *, reason: str, chosen: list) -> list[dict[str, Any]]:
    """One letter of each sort, as its first reader will get it; the others differ by their names and hours."""
    samples: dict[tuple[bool, bool], Fate] = {}
    for fate in fates:
        if fate.application.candidate.email:
            samples.setdefault((bool(fate.moved), bool(fate.left)), fate)
    letters = [services.letter_of_cancellation(fate, reason=reason, without=chosen) for fate in samples.values()]
    return [{"letter": letter, "text": readable(letter.text)} for letter in letters if letter]


def _unwritten(fates: list[Fate]) -> list[Candidate]:
    """Those to whom no letter can be written."""
    return [fate.application.candidate for fate in fates if not fate.application.candidate.email]


def _report(request: HttpRequest, slots: int, fates: list[Fate]) -> None:
    words = ngettext("%(n)s slot is cancelled", "%(n)s slots are cancelled", slots) % {"n": number(slots)}
    silent = _unwritten(fates)
    told = len(fates) - len(silent)
    if told:
        told_words = ngettext("%(n)s person is told by letter", "%(n)s people are told by letter", told)
        words = _("%(what)s, %(told)s.") % {"what": words, "told": told_words % {"n": number(told)}}
    else:
        words = _("%(what)s, no letter leaves.") % {"what": words}
    messages.success(request, words)
    if silent:
        names = ", ".join(f"{person} ({phone(person.phone)})" for person in silent)
        messages.warning(request, _("Without an e-mail address, so to be called: %(names)s.") % {"names": names})

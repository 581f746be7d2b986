"""A new contact: whoever is known already is found while one types, and offered before anybody is entered twice."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from partnership import clock
from partnership import policies as house
from partnership.fields import Impossible, key_in, tidy
from partnership.models import User
from partnership.workflow import Refused

from .. import known, policies, services
from ..forms.contacts import PERSON, ContactForm
from ..handover import colleagues_of
from ..models import Application, Candidate, Cohort, RecruitmentSource


@require_http_methods(["GET", "HEAD", "POST"])
def contact_add(request: HttpRequest) -> HttpResponse:
    """Enter somebody new; a search alone, or a part of the page for its script, enters nobody."""
    house.require(policies.is_recruiter(request.user))
    cohorts = _cohorts(request.user)
    sources = list(RecruitmentSource.objects.visible_to(request.user).in_use(clock.today()))
    choices = {"cohorts": cohorts, "owners": colleagues_of(request.user), "sources": sources}
    if request.method != "POST":
        initial = {"owner": request.user.pk, "cohort": cohorts[0].pk if cohorts else None}
        return _show(request, ContactForm(initial=initial, **choices))
    found = known.people(request.user, _typed(request))
    if "X-Part" in request.headers:
        described = _described(found, cohorts, request.POST.get("cohort", ""))
        return render(request, "cohorts/_known.html", {"found": described})
    if "search" in request.POST:
        form = ContactForm(initial=request.POST.dict(), **choices)
        return _show(request, form, found, searched=True)
    of = _chosen(request)
    form = ContactForm(request.POST, is_known=of is not None, **choices)
    if not form.is_valid():
        return _show(request, form, found, status=422)
    same = [one for one in found if one.same]
    if of is None and same and "anyway" not in request.POST:
        return _show(request, form, same, asks=True)
    try:
        enquiry = services.add_contact(of=of, identity=form.identity, by=request.user, **form.contact)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _show(request, form, found, status=422)
    messages.success(request, _("%(who)s is a contact now.") % {"who": enquiry.candidate})
    return redirect(reverse("cohorts:application_detail", args=[enquiry.pk]) + "#appel")


def _cohorts(user: User) -> list[Cohort]:
    """The cohorts that have not begun, those one applies to now first."""
    today = clock.today()
    ahead = Cohort.objects.visible_to(user).ahead_of(today)
    found = ahead.select_related("zone", "intake__programme").order_by("intake__starts_on", "zone__order")
    opened = set(Cohort.objects.open_on(today).values_list("pk", flat=True))
    return sorted(found, key=lambda cohort: cohort.pk not in opened)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What is typed of the person so far, however unfinished."""
    typed = {}
    for name in PERSON:
        try:
            typed[name] = tidy(request.POST.get(name, "")[:254])
        except Impossible:
            typed[name] = ""
    return typed


def _chosen(request: HttpRequest) -> Candidate | None:
    """Somebody known, to whom the contact is to be added."""
    typed = request.POST.get("person")
    if not typed:
        return None
    key = key_in(typed)
    if key is None:
        raise Http404
    seen = Application.objects.visible_to(request.user).values("candidate")
    return get_object_or_404(Candidate.objects.filter(pk__in=seen, erased_at=None), pk=key)


def _described(found: list[known.Known], cohorts: Iterable[Cohort], chosen: str) -> list[dict[str, Any]]:
    """What is shown of each: the newest file, and whether another may be opened for the chosen cohort's intake."""
    intake = next((cohort.intake_id for cohort in cohorts if str(cohort.pk) == chosen), None)
    return [
        {"known": one, "file": one.files[0], "may_add": intake is not None and not one.lives_in(intake)}
        for one in found
    ]


def _show(
    request: HttpRequest,
    form: ContactForm,
    found: list[known.Known] | None = None,
    *,
    searched: bool = False,
    asks: bool = False,
    status: int = 200,
) -> HttpResponse:
    described = _described(found or [], form.cohorts.values(), str(form["cohort"].value() or ""))
    context = {"form": form, "found": described, "searched": searched, "asks": asks}
    return render(request, "cohorts/contact_add.html", context, status=status)

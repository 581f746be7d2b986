"""How somebody is reached: corrected while one has them on the telephone, and what had stopped leaves again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from partnership.templatetags.figures import number
from partnership.workflow import Refused, Stale, must_be_shown

from .. import letters, services
from ..forms.apply import spoken
from ..forms.letters import AddressForm
from ..models import Application
from .applications import fetch


@require_http_methods(["GET", "HEAD", "POST"])
def address_correct(request: HttpRequest, pk: object) -> HttpResponse:
    """Correct a telephone or an address, which all the files of the person have in common."""
    application = fetch(request, pk)
    person = application.candidate
    stopped = letters.stopped_for(person, request.user)
    if request.method != "POST":
        known = {"phone": spoken(person.phone), "email": person.email, "again": [letter.pk for letter in stopped]}
        return _show(request, application, AddressForm(initial=known, stopped=stopped))
    form = AddressForm(request.POST, stopped=stopped)
    if not form.is_valid():
        return _show(request, application, form, status=422)
    said = form.cleaned_data
    again = list(said.get("again", ()))
    try:
        must_be_shown(application, request.POST.get("version", ""))
        services.correct_address(
            application,
            phone=said["phone"],
            email=said["email"],
            again=again,
            by=request.user,
            version=application.version,
        )
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _show(request, fetch(request, pk), form, status=422)
    except Stale:
        words = _("Somebody else has just changed this file: read it again, then save. What you typed is kept.")
        form.add_error(None, words)
        return _show(request, fetch(request, pk), form, status=409)
    words = _("%(who)s is reached so from now on.") % {"who": person}
    if again:
        leaves = ngettext("%(n)s letter leaves again.", "%(n)s letters leave again.", len(again))
        words = f"{words} {leaves % {'n': number(len(again))}}"
    messages.success(request, words)
    return redirect("cohorts:application_detail", pk=pk)


def _show(request: HttpRequest, application: Application, form: AddressForm, *, status: int = 200) -> HttpResponse:
    context = {"application": application, "form": form, "refused": letters.returned_to(application.candidate)}
    return render(request, "cohorts/address_correct.html", context, status=status)

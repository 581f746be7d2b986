"""Contacts at a site and calls to it: for the leads of its zone, and for no rival."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partnership.policies import require
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..forms import ContactForm, HostCallForm, facts_of_contact
from ..models import HostContact
from .hosts import followed_site_of

page = require_http_methods(["GET", "HEAD", "POST"])


@page
def site_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record what a call to a site gave."""
    site = followed_site_of(request, pk)
    form = HostCallForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.record_host_call(site, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, _("The call to %(site)s is recorded.") % {"site": site})
            return redirect("placements:site_detail", site.pk)
    calls = site.phone_calls.select_related("by")[:5]
    context = {"form": form, "site": site, "calls": calls, "contacts": site.contacts.all()}
    return render(request, "placements/site_call.html", context, status=422 if form.is_bound else 200)


def _contact(request: HttpRequest, pk: UUID) -> HostContact:
    require(policies.is_lead(request.user))
    return get_object_or_404(HostContact.objects.visible_to(request.user).select_related("site"), pk=pk)


@page
def contact_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record somebody else who is known at a site."""
    site = followed_site_of(request, pk)
    form = ContactForm(request.POST if request.method == "POST" else None, initial={"version": 0})
    if form.is_bound and form.is_valid():
        contact = services.add_contact(site, by=request.user, **form.record())
        messages.success(request, _("%(contact)s is recorded.") % {"contact": contact})
        return redirect("placements:site_detail", site.pk)
    context = {"form": form, "site": site}
    return render(request, "placements/contact_form.html", context, status=422 if form.is_bound else 200)


@page
def contact_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a contact."""
    contact = _contact(request, pk)
    form = ContactForm(request.POST if request.method == "POST" else None, initial=facts_of_contact(contact))
    status, conflict = 422, False
    if form.is_bound and form.is_valid():
        try:
            services.edit_contact(contact, by=request.user, version=form.cleaned_data["version"], **form.record())
        except Stale:
            form.data = form.data.copy()
            form.data["version"] = str(contact.version)
            status, conflict = 409, True
        else:
            messages.success(request, _("The record of %(contact)s is changed.") % {"contact": contact})
            return redirect("placements:site_detail", contact.site_id)
    context = {"form": form, "site": contact.site, "contact": contact, "conflict": conflict}
    return render(request, "placements/contact_form.html", context, status=status if form.is_bound else 200)


@require_POST
def contact_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Forget a contact who no longer works there."""
    contact = _contact(request, pk)
    services.remove_contact(contact, by=request.user)
    messages.success(request, _("%(contact)s is no longer kept.") % {"contact": contact})
    return redirect("placements:site_detail", contact.site_id)


@require_POST
def contact_answers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a contact answer for the site from now on."""
    contact = _contact(request, pk)
    try:
        services.let_contact_answer(contact, by=request.user)
        messages.success(
            request, _("%(contact)s answers for %(site)s from now on.") % {"contact": contact, "site": contact.site}
        )
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:site_detail", contact.site_id)

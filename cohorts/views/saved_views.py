"""Views of the list that one keeps: a name for what an address asks for, alone or shared."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import policies as house
from partnership.templatetags.figures import number
from partnership.workflow import Refused

from .. import policies, services
from ..forms.recruit import SavedViewForm
from ..models import SavedView
from .recruiters import chips_of, filters_of

page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def view_list(request: HttpRequest) -> HttpResponse:
    """One's own views and those that are shared."""
    house.require(policies.is_recruiter(request.user))
    views = list(SavedView.objects.visible_to(request.user).select_related("made_by"))
    for view in views:
        view.may_change = policies.can_change_view(request.user, view)
    words = ngettext("%(n)s saved view", "%(n)s saved views", len(views)) % {"n": number(len(views))}
    context = {"views": views, "verdict": words if views else _("No saved view yet")}
    return render(request, "cohorts/view_list.html", context)


@page
def view_add(request: HttpRequest) -> HttpResponse:
    """Keep the view that the address asks for."""
    house.require(policies.is_recruiter(request.user))
    filters = filters_of(request)
    query = filters.lasting()
    form = SavedViewForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            view = services.save_view(query=query, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("name", refusal.reason)
        else:
            messages.success(request, _("The view %(name)s is kept.") % {"name": view})
            return redirect(f"{reverse('cohorts:application_list')}?{query}")
    kept = {name: value for name, value in filters.kept().items() if name != "q"}
    context = {
        "form": form,
        "query": query,
        "heading": _("How is this view called?"),
        "said": [_("%(label)s: %(value)s") % chip for chip in chips_of(request.GET, filters, kept)],
        "drops_words": "q" in filters.kept(),
    }
    return render(request, "cohorts/view_form.html", context, status=422 if form.is_bound else 200)


@page
def view_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a view, share it or keep it for oneself."""
    view = _fetch(request, pk)
    initial = {"name": view.name, "is_shared": view.is_shared}
    form = SavedViewForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            services.change_view(view, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("name", refusal.reason)
        else:
            messages.success(request, _("The view %(name)s is kept.") % {"name": view})
            return redirect("cohorts:view_list")
    heading = _("Change the view %(name)s") % {"name": view}
    context = {"form": form, "query": view.query, "heading": heading}
    return render(request, "cohorts/view_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def view_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a view away."""
    view = _fetch(request, pk)
    services.remove_view(view, by=request.user)
    messages.success(request, _("The view %(name)s is taken away.") % {"name": view})
    return redirect("cohorts:view_list")


def _fetch(request: HttpRequest, pk: int) -> SavedView:
    house.require(policies.is_recruiter(request.user))
    return house.get_allowed(SavedView.objects, policies.can_change_view, request.user, pk=pk)

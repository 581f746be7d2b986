"""The list taken away: as CSV or XLSX, in our columns or by a template; and the templates themselves."""

from io import BytesIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock, jobs, sheets
from partnership import policies as house
from partnership.templatetags.figures import number
from partnership.workflow import Refused, Stale

from .. import exports, listing, policies, services
from ..exports import Layout
from ..forms.exports import ColumnTemplateForm
from ..models import ColumnTemplate
from .recruiters import filters_of

page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def application_export(request: HttpRequest, kind: str) -> HttpResponse:
    """The list as a file: the same filter, order and number of rows; a long one is written by the worker."""
    house.require(policies.is_recruiter(request.user))
    form = filters_of(request)
    kept = form.kept()
    order = listing.order_of(kept, form.cleaned_data.get("tri") or "")
    wanted = request.GET.get("modele", "")
    template = get_object_or_404(ColumnTemplate, pk=wanted[:9] if wanted.isdecimal() else 0) if wanted else None
    layout = Layout.of(kind, template)
    rows = listing.rows(request.user, kept, order)
    if rows.count() > exports.AT_ONCE:
        said = exports.parameters(kept, order, layout)
        return redirect("job_detail", pk=jobs.start("applications_export", by=request.user, **said).pk)
    file = BytesIO()
    written = exports.write(file, rows, layout)
    exports.note(written, kept, layout, by=request.user)
    name = _("applications-%(day)s") % {"day": clock.today().isoformat()}
    return HttpResponse(
        file.getvalue(),
        content_type=sheets.KINDS[kind],
        headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"', "X-Content-Type-Options": "nosniff"},
    )


# -- templates --------------------------------------------------------------------------------------------------------


@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The templates, each with the files it makes of the rows that the address asks for."""
    house.require(policies.is_recruiter(request.user))
    templates = list(ColumnTemplate.objects.select_related("made_by"))
    for template in templates:
        template.titles = ", ".join(Layout.of("csv", template).header)
    words = ngettext("%(n)s column template", "%(n)s column templates", len(templates))
    asked = request.GET.copy()
    asked.pop("modele", None)
    context = {
        "verdict": words % {"n": number(len(templates))} if templates else _("No column template yet"),
        "templates": templates,
        "asked": asked.urlencode(),
        "oversees": policies.oversees_data(request.user),
    }
    return render(request, "cohorts/template_list.html", context)


@page
def template_add(request: HttpRequest) -> HttpResponse:
    """Make a template; the usual columns are numbered already."""
    house.require(policies.is_recruiter(request.user))
    usual = ColumnTemplate(columns=[(key, "") for key, column in exports.COLUMNS.items() if column.usual])
    form = ColumnTemplateForm(request.POST if request.method == "POST" else None, template=usual)
    if form.is_bound and form.is_valid():
        try:
            made = services.make_template(by=request.user, **form.chosen())
        except Refused as refusal:
            form.add_error("name", refusal.reason)
        else:
            messages.success(request, _("The template %(name)s is kept.") % {"name": made})
            return redirect("cohorts:template_list")
    return render(request, "cohorts/template_form.html", {"form": form}, status=422 if form.is_bound else 200)


@page
def template_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a template; a newer state is shown beside what was typed."""
    house.require(policies.is_recruiter(request.user))
    template = get_object_or_404(ColumnTemplate, pk=pk)
    form = ColumnTemplateForm(request.POST if request.method == "POST" else None, template=template)
    context = {"template": template, "form": form}
    if not form.is_bound or not form.is_valid():
        return render(request, "cohorts/template_form.html", context, status=422 if form.is_bound else 200)
    version = form.cleaned_data["version"]
    try:
        services.change_template(template, by=request.user, version=version, **form.chosen())
    except Refused as refusal:
        form.add_error("name", refusal.reason)
        return render(request, "cohorts/template_form.html", context, status=422)
    except Stale:
        newer = get_object_or_404(ColumnTemplate, pk=pk)
        typed = form.said(ColumnTemplate(version=newer.version, **form.chosen()))
        context["form"] = ColumnTemplateForm(initial=typed, template=newer)
        context["newer"] = [{"label": newer.name, "value": ", ".join(Layout.of("csv", newer).header)}]
        return render(request, "cohorts/template_form.html", context, status=409)
    messages.success(request, _("The template %(name)s is kept.") % {"name": template})
    return redirect("cohorts:template_list")


@require_POST
def template_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a template away."""
    house.require(policies.is_recruiter(request.user))
    template = get_object_or_404(ColumnTemplate, pk=pk)
    services.remove_template(template, by=request.user)
    messages.success(request, _("The template %(name)s is taken away.") % {"name": template})
    return redirect("cohorts:template_list")

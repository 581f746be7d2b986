"""Personal data in the hands of staff: whose file ends, which lists were taken out, and what one person asked for."""

import re
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_safe

from partnership import clock
from partnership import policies as house
from partnership.models import JournalEntry, User, ref
from partnership.states import Channel
from partnership.templatetags.figures import longdate, number
from partnership.workflow import Refused

from .. import policies, retention, services
from ..forms.keeping import ConsentToldForm, ErasureToldForm
from ..forms.recruit import Filters
from ..models import Application, Cohort, RecruitmentSource
from ..states import ConsentPurpose, Kept
from .applications import fetch

A_PAGE = 50
# Nobody reads further: of more people, and of more files left open, there is no count.
MOST = 500
LEFT_OPEN_SHOWN = 20
page = require_http_methods(["GET", "HEAD", "POST"])


# -- whose file ends --------------------------------------------------------------------------------------------------


@require_safe
def retention_report(request: HttpRequest) -> HttpResponse:
    """Whose file ends soon, who is told of it and when it is erased: references only, nothing is done by reading it."""
    user: User = request.user
    house.require(policies.oversees_data(user))
    now, zones = clock.now(), policies.zones_overseen(user)
    by = now + timedelta(days=retention.DAYS_AHEAD)
    near = services.near(by, zones=zones)
    found = services.first_to_end(near, by, most=MOST + 1)
    shown = Paginator(found[:MOST], A_PAGE).get_page(request.GET.get("page"))
    people = near.filter(pk__in=list(shown)).order_by("ends_at", "pk")
    left_open = services.first_left_open(now, zones=zones, most=MOST + 1)
    first = Application.objects.filter(pk__in=[key for *_order, key in left_open[:LEFT_OPEN_SHOWN]])
    context = {
        "verdict": _of_the_report(len(found)),
        "are_more": len(found) > MOST,
        "most": MOST,
        "page": shown,
        "rows": [_row(person) for person in retention.files_that_end(people)],
        "left_open": list(retention.named(first).order_by("intake__starts_on", "number")),
        "left_open_count": min(len(left_open), MOST),
        "left_open_are_more": len(left_open) > MOST,
        "periods": retention.periods(),
        # Administrators look after the clock, they do not open files.
        "reads_files": policies.is_recruiter(user),
    }
    return render(request, "cohorts/retention_report.html", context)


def _of_the_report(n: int) -> str:
    days = {"days": retention.DAYS_AHEAD}
    if not n:
        return _("No file ends within %(days)s days.") % days
    if n > MOST:
        return _("More than %(n)s files end within %(days)s days.") % {"n": number(MOST), **days}
    words = ngettext("%(n)s file ends within %(days)s days.", "%(n)s files end within %(days)s days.", n)
    return words % {"n": number(n), **days}


def _row(person: Any) -> dict[str, Any]:
    told = pgettext("retention", "told on %(day)s") % {"day": longdate(person.told_at)}
    if not person.told_at:
        told = _("no address to write to") if not person.email else pgettext("retention", "told on the next morning")
        if person.email and person.ends_at == person.term:
            told = pgettext("retention", "told thirty days before")
    return {"file": person.files[0], "why": Kept(person.kept).label, "told": told, "ends_at": person.ends_at}


# -- which lists were taken out ---------------------------------------------------------------------------------------

_PAIR = re.compile(r"(\w+)=(.*?)(?=\s\w+=|$)")
# What the line says beside them (`exports.note`).
_NO_FILTERS = ("applications", "format", "template")


@require_safe
def export_log(request: HttpRequest) -> HttpResponse:
    """Who took which list out, when, by which filter and how many rows; of a search, only that there was one."""
    house.require(policies.oversees_data(request.user))
    users = {ref(user): user for user in User.objects.only("id", "full_name")}
    lines = JournalEntry.objects.filter(subject__in=users, after="exported").order_by("-at", "-pk")
    shown = Paginator(lines, A_PAGE).get_page(request.GET.get("page"))
    told = [(line, dict(_PAIR.findall(line.reason))) for line in shown]
    sources = RecruitmentSource.objects.filter(code__in={said.get("venu_par", "") for _line, said in told})
    cohorts = Cohort.objects.select_related("zone", "intake__programme")
    words_of = Filters(cohorts=list(cohorts), owners=list(users.values()), sources=sources)
    n = shown.paginator.count
    words = ngettext("%(n)s list was taken out.", "%(n)s lists were taken out.", n) % {"n": number(n)}
    context = {
        "verdict": words if n else _("No list was taken out."),
        "page": shown,
        "rows": [_export(line, said, words_of, users) for line, said in told],
    }
    return render(request, "cohorts/export_log.html", context)


def _export(line: JournalEntry, said: dict[str, str], form: Filters, users: dict[str, User]) -> dict[str, Any]:
    filters = [_filter(form, key, value) for key, value in said.items() if key not in _NO_FILTERS]
    return {
        "at": line.at,
        "who": users[line.subject],
        "rows": int(said["applications"]) if said.get("applications", "").isdecimal() else None,
        "filters": filters,
        "kind": said.get("format", ""),
        "template": said.get("template", ""),
        "reason": "" if said else line.reason,
    }


def _filter(form: Filters, key: str, value: str) -> str:
    """A filter in the words of the list's form; as it was written where the form does not know it any more."""
    if key == "q":
        return _("a search (its words are not kept)")
    if key not in form.fields:
        return f"{key} {value}"
    told = {"label": form.fields[key].label or key, "value": form.word_of(key, value)}
    return pgettext("filter and its value", "%(label)s: %(value)s") % told


# -- one person -------------------------------------------------------------------------------------------------------


@page
def application_data(request: HttpRequest, pk: object) -> HttpResponse:
    """What a person agreed to and how long they are kept; what they say of it on the telephone is written down here."""
    application = fetch(request, pk)
    form = ConsentToldForm(request.POST if request.method == "POST" else None, prefix="consent")
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        deed = services.give_consent if said["answer"] == "yes" else services.withdraw_consent
        try:
            deed(application, said["purpose"], by=request.user, channel=Channel(said["channel"]))
        except Refused as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _("It is noted, with your name and today’s date."))
        return redirect("cohorts:application_data", pk=application.pk)
    return _data_page(request, application, form, ErasureToldForm(prefix="erase"))


@page
def application_erase(request: HttpRequest, pk: object) -> HttpResponse:
    """Erase somebody who asked for it on the telephone or on paper: the head of recruitment makes sure of it."""
    house.require(policies.is_head(request.user))
    application = fetch(request, pk)
    house.require(policies.can_erase(request.user, application))
    if request.method != "POST":
        return redirect("cohorts:application_data", pk=application.pk)
    form = ErasureToldForm(request.POST, prefix="erase")
    if not form.is_valid():
        return _data_page(request, application, ConsentToldForm(prefix="consent"), form)
    try:
        services.erase_on_request(application, by=request.user, channel=Channel(form.cleaned_data["channel"]))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Erased: figures are left, without a name."))
    return redirect("cohorts:application_detail", pk=application.pk)


def _data_page(
    request: HttpRequest, application: Application, form: ConsentToldForm, erasure: ErasureToldForm
) -> HttpResponse:
    keeping, said = services.keeping_of(application.candidate), services.consents_of(application.candidate)
    wrong = next((one for one in (form, erasure) if one.is_bound), None)
    day = {"day": longdate(keeping.until) if keeping.until else ""}
    until = _("Kept until %(day)s.") % day if keeping.until else _("Kept while it is under way.")
    if application.candidate.erased_at:
        until = _("This person has been erased.")
    context = {
        "application": application,
        "verdict": until,
        "keeping": keeping,
        "why": Kept(keeping.why).label,
        "is_erased": application.candidate.erased_at is not None,
        "consents": [
            {"label": capfirst(str(label)), "said": said.get(purpose)} for purpose, label in ConsentPurpose.choices
        ],
        "consent_form": form,
        "erasure_form": erasure,
        "may_erase": policies.can_erase(request.user, application) and not keeping.is_by_law,
        "form": wrong,
    }
    return render(request, "cohorts/application_data.html", context, status=422 if wrong else 200)

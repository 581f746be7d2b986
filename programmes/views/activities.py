"""The team's pages of the chair: what it does, an activity and where it stands, what moves it on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock
from partnership import policies as house
from partnership.fields import order_in
from partnership.measures import MEASURES
from partnership.models import Convention, Membership, User
from partnership.policies import get_allowed, require
from partnership.templatetags.figures import longdate, number
from partnership.workflow import Refused, Stale

from .. import measures, policies, services
from ..forms.chair import ActivityForm, CancellationForm, DeliveryForm
from ..models import ChairActivity, ChairActivityQuerySet, Programme
from ..states import ACTIVITY_DELIVERED, ActivityState, ProgrammeKind

ROWS = 100
page = require_http_methods(["GET", "HEAD", "POST"])


def fetch(
    request: HttpRequest, pk: object, *, policy: Callable[[User, ChairActivity], bool] = policies.can_see_to_activity
) -> ChairActivity:
    """An activity one may see to, or only read."""
    activities = ChairActivity.objects.select_related("programme__milestone__convention", "lead", "lead_party")
    return get_allowed(activities, policy, request.user, pk=pk)


# -- lists ------------------------------------------------------------------------------------------------------------


@require_safe
def activity_list(request: HttpRequest) -> HttpResponse:
    """What the chair does, and where each activity stands: the list behind the board's figures."""
    require(policies.can_list_activities(request.user))
    chairs = Programme.objects.visible_to(request.user).filter(kind=ProgrammeKind.CHAIR)
    chairs = list(chairs.select_related("milestone__convention").order_by("milestone__order", "short_title"))
    order = order_in(request.GET.get("jalon"))
    activities = ChairActivity.objects.visible_to(request.user)
    if order is not None:
        activities = activities.filter(programme__milestone__order=order)
    counted = _with_places(activities)
    on_programme = [activity for activity in counted if activity.state != ActivityState.CANCELLED]
    delivered = [activity for activity in on_programme if activity.state in ACTIVITY_DELIVERED]
    only_delivered = request.GET.get("mesure") == "activities_delivered"
    context = {
        "rows": delivered if only_delivered else on_programme,
        "cancelled": [] if only_delivered else [one for one in counted if one.state == ActivityState.CANCELLED],
        "verdict": _verdict_of_all(len(on_programme), len(delivered)),
        "total": len(on_programme),
        "delivered": len(delivered),
        "only_delivered": only_delivered,
        "chairs": chairs,
        "may_plan": [chair for chair in chairs if policies.can_see_to_chair(request.user, chair)],
        "chips": [{"label": _("Milestone"), "value": order, "url": request.path}] if order is not None else [],
        "today": clock.today(),
    }
    return render(request, "programmes/activity_list.html", context)


def _with_places(activities: ChairActivityQuerySet) -> list[ChairActivity]:
    return list(activities.counted().select_related("programme", "lead", "lead_party").order_by("begins_at", "title"))


def _verdict_of_all(total: int, delivered: int) -> str:
    if not total:
        return _("Nothing is on the programme of the chair yet")
    if delivered == total:
        return ngettext("The only activity is delivered", "All %(n)s activities are delivered", total) % {"n": total}
    words = {"n": number(delivered), "total": number(total)}
    return (
        ngettext("%(n)s activity of %(total)s delivered", "%(n)s activities of %(total)s delivered", delivered) % words
    )


@require_safe
def registration_register(request: HttpRequest) -> HttpResponse:
    """The registrations behind a figure of the board: numbers, states and dates, no name."""
    require(house.can_read_register(request.user))
    key = request.GET.get("mesure", "")
    key = key if key in ("registrations", "attendances") else "registrations"
    order = order_in(request.GET.get("jalon"))
    found = measures.registrations_behind(key, Convention.objects.visible_to(request.user))
    if order is not None:
        found = found.filter(activity__programme__milestone__order=order)
    found = found.select_related("activity__programme").order_by("activity__begins_at", "activity", "number")
    pages = Paginator(found, ROWS)
    shown = pages.get_page(request.GET.get("page"))
    words = ngettext("%(n)s registration", "%(n)s registrations", pages.count)
    if key == "attendances":
        words = ngettext("%(n)s person came", "%(n)s people came", pages.count)
    context = {
        "measure": MEASURES[key],
        "verdict": words % {"n": number(pages.count)},
        "total": pages.count,
        "page": shown,
        "rows": list(shown),
    }
    return render(request, "programmes/registration_register.html", context)


# -- an activity ------------------------------------------------------------------------------------------------------


@require_safe
def activity_read(request: HttpRequest, pk: str) -> HttpResponse:
    """An activity: where it stands, what is due, its figures, its story; no name of whoever comes."""
    activity = fetch(request, pk, policy=policies.can_read_activity)
    counted = ChairActivity.objects.counted().get(pk=activity.pk)
    may_manage = policies.can_see_to_activity(request.user, activity)
    context = {
        "activity": activity,
        "places": counted,
        "contributions": activity.contributions.count(),
        "verdict": _verdict(activity, counted),
        "may_manage": may_manage,
        "due": _due(activity) if may_manage else None,
        "days": services.activity_story(activity),
    }
    return render(request, "programmes/activity_read.html", context)


def _verdict(activity: ChairActivity, counted: ChairActivity) -> str:
    """Where the activity stands, in a sentence."""
    day = longdate(activity.begins_at)
    if activity.state == ActivityState.CANCELLED:
        return _("Cancelled: %(reason)s") % {"reason": activity.cancelled_because}
    if activity.state == ActivityState.PUBLISHED:
        return _("Delivered on %(day)s and published.") % {"day": longdate(activity.delivered_on)}
    if activity.state == ActivityState.DELIVERED:
        return _("Delivered on %(day)s, not published yet.") % {"day": longdate(activity.delivered_on)}
    if activity.state == ActivityState.RUNNING:
        if activity.ends_at < clock.now():
            return _("It ended on %(day)s: what it delivers is awaited.") % {"day": longdate(activity.ends_at)}
        return _("Under way until %(day)s.") % {"day": longdate(activity.ends_at)}
    if activity.state == ActivityState.PLANNED:
        return _("Planned for %(day)s, not open yet.") % {"day": day}
    return _("On %(day)s: %(places)s.") % {"day": day, "places": places_words(counted)}


def places_words(counted: ChairActivity) -> str:
    """« 24 places prises sur 30, 3 personnes attendent », of an activity that is `counted`."""
    if counted.registrations_until is None:
        return _("open, without registration")
    if counted.capacity is None:
        return ngettext("%(n)s person registered", "%(n)s people registered", counted.taken) % {
            "n": number(counted.taken)
        }
    said = ngettext("%(n)s place taken of %(all)s", "%(n)s places taken of %(all)s", counted.taken) % {
        "n": number(counted.taken),
        "all": number(counted.capacity),
    }
    if counted.waiting:
        waiting = ngettext("%(n)s person waits", "%(n)s people wait", counted.waiting)
        said += ", " + waiting % {"n": number(counted.waiting)}
    return said


def _due(activity: ChairActivity) -> dict[str, Any]:
    """The one thing to do about an activity."""
    key = [activity.pk]
    due: dict[str, Any] = {"meaning": "go", "reason": "", "actions": []}
    if activity.state == ActivityState.PLANNED:
        due["title"] = _("Open it once its date is certain")
        due["reason"] = _("Registrations begin with it; the public agenda says so.")
        due["actions"] = [{"url": reverse("programmes:activity_open", args=key), "label": _("Open"), "primary": True}]
    elif activity.state == ActivityState.OPEN:
        due["title"] = _("Say when it begins")
        due["reason"] = _("From then on nobody registers any more.")
        url = reverse("programmes:activity_begin", args=key)
        due["actions"] = [{"url": url, "label": _("It is under way"), "primary": True}]
    elif activity.state == ActivityState.RUNNING:
        due["meaning"] = "risk" if activity.ends_at < clock.now() else "go"
        due["title"] = _("Say what it delivers")
        due["reason"] = _("It then counts as delivered for the convention.")
        url = reverse("programmes:activity_deliver", args=key)
        due["actions"] = [{"url": url, "label": _("It is delivered"), "primary": True, "get": True}]
    elif activity.state == ActivityState.DELIVERED and (activity.deliverable_url or activity.deliverable_text):
        due["title"] = _("Publish what it delivers")
        due["reason"] = _("Everybody then finds it in the public agenda.")
        url = reverse("programmes:activity_publish", args=key)
        due["actions"] = [{"url": url, "label": _("Publish"), "primary": True}]
    elif activity.state == ActivityState.DELIVERED:
        due["title"] = _("Add an address or a text before publishing")
        due["reason"] = _("What it delivers has a title, and nothing to read yet.")
        url = reverse("programmes:activity_edit", args=key)
        due["actions"] = [{"url": url, "label": _("Change"), "primary": True, "get": True}]
    elif activity.state == ActivityState.PUBLISHED:
        due["title"] = _("Everybody can read it")
        url = reverse("programmes:chair_activity", args=[activity.programme.slug, activity.pk])
        due["actions"] = [{"url": url, "label": _("See its public page"), "get": True}]
    else:
        due["meaning"] = "late"
        due["title"] = _("It does not take place")
        due["reason"] = _("Whoever was to come has been told.")
    return due


# -- planned, changed -------------------------------------------------------------------------------------------------


def _leads(programme: Programme) -> list[Membership]:
    """Whoever may lead an activity of a chair: of a party of its convention, and not only to review contents."""
    parties = programme.milestone.convention.signatures.values("party")
    held = policies.leaders().filter(party__in=parties)
    return list(held.select_related("user", "party").order_by("user__full_name"))


@page
def activity_plan(request: HttpRequest, slug: str) -> HttpResponse:
    """Put an activity on the programme of a chair."""
    chairs = Programme.objects.select_related("milestone__convention").filter(kind=ProgrammeKind.CHAIR)
    chair = get_allowed(chairs, policies.can_see_to_chair, request.user, slug=slug)
    form = ActivityForm(request.POST if request.method == "POST" else None, leads=_leads(chair))
    if form.is_bound and form.is_valid():
        try:
            activity = services.plan_activity(chair, by=request.user, **form.said())
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            messages.success(request, _("The activity is on the programme."))
            return redirect("programmes:activity_read", activity.pk)
    context = {"form": form, "chair": chair, "title": _("A new activity")}
    return render(request, "programmes/activity_edit.html", context, status=422 if form.is_bound else 200)


@page
def activity_edit(request: HttpRequest, pk: str) -> HttpResponse:
    """Change an activity; whoever is registered is told of another date or place."""
    activity = fetch(request, pk)
    if activity.state == ActivityState.CANCELLED:
        messages.error(request, _("This activity is cancelled: it changes no more."))
        return redirect("programmes:activity_read", pk)
    given = {
        "leads": _leads(activity.programme),
        "activity": activity,
        "chooses_lead": policies.can_see_to_chair(request.user, activity.programme),
    }
    form = ActivityForm(request.POST if request.method == "POST" else None, **given)
    context: dict[str, Any] = {"activity": activity, "chair": activity.programme, "title": activity.title}
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            told = services.edit_activity(activity, version=version, by=request.user, **form.said())
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        except Stale as conflict:
            context |= _conflict(request, conflict.thing, form, given)
            form, status = context["form"], 409
        else:
            messages.success(request, _recorded(told))
            return redirect("programmes:activity_read", pk)
    return render(request, "programmes/activity_edit.html", context | {"form": form}, status=status)


def _recorded(told: int) -> str:
    words = _("The activity is recorded.")
    if told:
        more = ngettext("%(n)s person is told by letter.", "%(n)s people are told by letter.", told)
        words += " " + more % {"n": number(told)}
    return words


def _conflict(request: HttpRequest, newer: ChairActivity, form: ActivityForm, given: dict[str, Any]) -> dict[str, Any]:
    """What somebody else has written, and the form with one's own: recording it again is then done knowingly."""
    theirs = [
        {"label": ChairActivity._meta.get_field(name).verbose_name, "value": str(getattr(newer, name) or _("empty"))}
        for name, value in form.said().items()
        if getattr(newer, name) != value
    ]
    answers = request.POST.copy()
    answers["version"] = newer.version
    return {"theirs": theirs, "form": ActivityForm(answers, **given)}


# -- moved on ---------------------------------------------------------------------------------------------------------


def _do(request: HttpRequest, pk: str, deed: Callable[..., object], told: str) -> HttpResponse:
    activity = fetch(request, pk)
    try:
        deed(activity, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except Stale:
        messages.warning(request, _("Somebody has changed this activity meanwhile: here is how it stands."))
    else:
        messages.success(request, told)
    return redirect("programmes:activity_read", pk)


@require_POST
def activity_open(request: HttpRequest, pk: str) -> HttpResponse:
    """Announce it: registrations begin."""
    return _do(request, pk, services.open_activity, _("The activity is open."))


@require_POST
def activity_begin(request: HttpRequest, pk: str) -> HttpResponse:
    """It is under way."""
    return _do(request, pk, services.begin_activity, _("The activity is under way."))


@require_POST
def activity_publish(request: HttpRequest, pk: str) -> HttpResponse:
    """Everybody may read what it delivers."""
    return _do(request, pk, services.publish_activity, _("It is published in the public agenda."))


@page
def activity_deliver(request: HttpRequest, pk: str) -> HttpResponse:
    """What it delivers, and since when."""
    activity = fetch(request, pk)
    _must_go_to(activity, ActivityState.DELIVERED)
    kept = ("deliverable", "deliverable_url", "deliverable_text", "version")
    initial = {name: getattr(activity, name) for name in kept} | {"on": clock.today()}
    form = DeliveryForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            services.deliver_activity(activity, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        except Stale as conflict:
            # What was typed stays; sent again, it is done knowing how the activity stands.
            answers = request.POST.copy()
            answers["version"] = conflict.thing.version
            form, status = DeliveryForm(answers), 409
            form.add_error(None, _shown_again(conflict))
        else:
            messages.success(request, _("The activity counts as delivered."))
            return redirect("programmes:activity_read", pk)
    return render(request, "programmes/activity_deliver.html", {"activity": activity, "form": form}, status=status)


@page
def activity_cancel(request: HttpRequest, pk: str) -> HttpResponse:
    """It does not take place: why, to whom it is told."""
    activity = fetch(request, pk)
    _must_go_to(activity, ActivityState.CANCELLED)
    form = CancellationForm(request.POST if request.method == "POST" else None, initial={"version": activity.version})
    if form.is_bound and form.is_valid():
        try:
            told = services.cancel_activity(activity, because=form.cleaned_data["because"], by=request.user)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        else:
            words = _("The activity is cancelled.")
            if told:
                more = ngettext("%(n)s person is told by letter.", "%(n)s people are told by letter.", told)
                words += " " + more % {"n": number(told)}
            messages.success(request, words)
            return redirect("programmes:activity_read", pk)
    expected = activity.registrations.live().count()
    context = {"activity": activity, "form": form, "expected": expected}
    return render(request, "programmes/activity_cancel.html", context, status=422 if form.is_bound else 200)


def _must_go_to(activity: ChairActivity, state: ActivityState) -> None:
    """A page that leads nowhere from here is none."""
    if state not in activity.FLOW[activity.state]:
        raise Http404


def _shown_again(conflict: Stale) -> str:
    words = _("Somebody has changed this activity meanwhile: it is “%(state)s” now. Read it again, then decide.")
    return words % {"state": capfirst(conflict.state)}

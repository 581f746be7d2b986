"""What anybody reaches of the chair without an account: its agenda, an activity, a place, a proposal, the way back."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock, guard, links, personal_data
from partnership.fields import key_in
from partnership.models import ref
from partnership.templatetags.figures import longdate, number
from partnership.workflow import Refused

from .. import calendars, services
from ..forms.chair import ContributionForm, ErasureForm, RegistrationForm
from ..models import ChairActivity, Contribution, Guest, Programme, Registration
from ..states import ACTIVITY_DELIVERED, GUEST, ActivityState, ProgrammeKind, RegistrationState

# An hour, from one address of the network: a school registers a class.
MOST_FORMS = 60
page = require_http_methods(["GET", "HEAD", "POST"])


def _chair(slug: str) -> Programme:
    return get_object_or_404(Programme.objects.filter(kind=ProgrammeKind.CHAIR), slug=slug)


def _activity(slug: str, pk: UUID) -> ChairActivity:
    activities = ChairActivity.objects.public().counted().select_related("programme", "lead", "lead_party")
    return get_object_or_404(activities, programme__slug=slug, programme__kind=ProgrammeKind.CHAIR, pk=pk)


# -- the agenda -------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def chair_agenda(request: HttpRequest, slug: str) -> HttpResponse:
    """What the chair does: what is to come, what is under way, what it has delivered."""
    chair, now = _chair(slug), clock.now()
    activities = list(chair.activities.public().counted().select_related("lead_party").order_by("begins_at", "title"))
    ahead = [one for one in activities if one.state not in ACTIVITY_DELIVERED and one.ends_at >= now]
    delivered = [one for one in activities if one.state in ACTIVITY_DELIVERED]
    context = {
        "chair": chair,
        "ahead": ahead,
        "delivered": delivered[::-1],
        "over": [one for one in activities if one not in ahead and one not in delivered],
        "verdict": _agenda_verdict([one for one in ahead if one.state != ActivityState.CANCELLED]),
    }
    return render(request, "programmes/chair_agenda.html", context)


def _agenda_verdict(ahead: list[ChairActivity]) -> str:
    to_come = [one for one in ahead if one.begins_at > clock.now()]
    if not ahead:
        return _("Nothing is announced for now.")
    if not to_come:
        return ngettext("One activity is under way.", "%(n)s activities are under way.", len(ahead)) % {
            "n": number(len(ahead))
        }
    words = ngettext(
        "One activity to come, on %(day)s.", "%(n)s activities to come, the next on %(day)s.", len(to_come)
    )
    return words % {"n": number(len(to_come)), "day": longdate(to_come[0].begins_at)}


@login_not_required
@require_safe
def chair_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The agenda for calendars that ask it every hour."""
    chair = _chair(slug)
    # The key of each activity takes the place of this one.
    anywhere = UUID(int=0)
    address = settings.PUBLIC_URL + reverse("programmes:chair_activity", args=[chair.slug, anywhere])
    activities = chair.activities.public().select_related("lead_party").order_by("begins_at")
    calendar = calendars.agenda(activities, name=chair.title, address=address.replace(str(anywhere), "{}"))
    return HttpResponse(calendar, content_type="text/calendar; charset=utf-8")


@login_not_required
@never_cache  # it says to whom a letter has just left
@require_safe
def chair_activity(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """An activity: what it is, when and where, how to come, what to propose, what it has brought."""
    activity = _activity(slug, pk)
    context = {"activity": activity, "chair": activity.programme, "is_full": _is_full(activity)}
    return render(request, "programmes/chair_activity.html", context)


def _is_full(activity: ChairActivity) -> bool:
    return activity.capacity is not None and activity.taken >= activity.capacity


# -- to come, to propose ----------------------------------------------------------------------------------------------


@login_not_required
@never_cache
@page
def chair_register(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Take a place, or once every place is taken, a rank on the waiting list."""
    activity = _activity(slug, pk)

    def deed(key: UUID, said: dict[str, str]) -> str:
        state = services.register(activity, submit_key=key, language=_language(), **said)
        return _registered(state, said["email"])

    context = {"activity": activity, "chair": activity.programme, "is_full": _is_full(activity)}
    is_open = activity.takes_registrations
    return _filled_in(request, "programmes/chair_register.html", RegistrationForm, deed, is_open, context)


def _registered(state: str, email: str) -> str:
    """What anybody may be told, whether or not the address was registered before."""
    words = {
        RegistrationState.REGISTERED: _("Your place is booked. A letter is on its way to %(email)s."),
        RegistrationState.WAITING: _(
            "Every place is taken: you are on the waiting list, and a letter on its way to %(email)s says at which "
            "rank. If a place becomes free it is yours, and you are told at once. If you had registered before, your "
            "place is still yours."
        ),
    }
    given_up = _("This form was sent before, and the place given back since: register again to come.")
    return words.get(RegistrationState(state), given_up) % {"email": email}


@login_not_required
@never_cache
@page
def chair_contribute(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Propose something to the call of an activity."""
    activity = _activity(slug, pk)

    def deed(key: UUID, said: dict[str, str]) -> str:
        services.contribute(activity, submit_key=key, language=_language(), **said)
        return _("Your proposal has arrived. A letter is on its way to %(email)s.") % {"email": said["email"]}

    context = {"activity": activity, "chair": activity.programme}
    is_open = activity.takes_contributions
    return _filled_in(request, "programmes/chair_contribute.html", ContributionForm, deed, is_open, context)


def _language() -> str:
    return (get_language() or "fr")[:2]


def _filled_in(
    request: HttpRequest,
    template: str,
    kind: type[RegistrationForm | ContributionForm],
    deed: Callable[[UUID, dict[str, str]], str],
    is_open: bool,
    context: dict[str, Any],
) -> HttpResponse:
    """A public form: shown, guarded, done once; what was typed stays whatever happens."""
    activity = context["activity"]
    form = kind(request.POST if request.method == "POST" else None)
    key = key_in(request.POST.get("submit_key")) or uuid.uuid4()
    status, hindrance = (422 if form.is_bound else 200), None
    if form.is_bound and form.is_valid():
        said = dict(form.cleaned_data)
        hindrance = guard.hinders(request, "chair", email=said["email"], most=MOST_FORMS)
        if hindrance is None:
            try:
                told = deed(key, said)
            except Refused as refusal:
                form.add_error(None, refusal.reason)
                status = 409
            else:
                messages.success(request, told)
                return redirect("programmes:chair_activity", slug=activity.programme.slug, pk=activity.pk)
    days = settings.RETENTION_DAYS["guests"]
    context |= {"form": form, "key": key, "is_open": is_open, "days": days}
    context |= {"shown": guard.moment(request), "hindrance": hindrance}
    response = render(request, template, context, status=hindrance.status if hindrance else status)
    if hindrance and hindrance.retry_after:
        response["Retry-After"] = str(hindrance.retry_after)
    return response


# -- by personal link -------------------------------------------------------------------------------------------------


def _by_link(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the guest behind a personal link; one that opens nothing any more says so."""

    @login_not_required
    @never_cache
    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            guest = _guest(request, token)
        except links.Unusable as problem:
            status = 404 if problem.why == "unknown" else 410
            return render(request, "programmes/guest_follow.html", {"guest": None}, status=status)
        return view(request, token, guest)

    return opened


def _guest(request: HttpRequest, token: str) -> Guest:
    request.link = links.find(token, GUEST)
    label, _colon, key = request.link.subject.partition(":")
    model = Registration if label == Registration._meta.label_lower else Contribution
    rows = model.objects.select_related("activity__programme", "activity__lead", "activity__lead_party")
    guest = rows.filter(pk=key, erased_at=None).first()
    if guest is None:
        raise links.Unusable("revoked", request.link)
    return guest


@_by_link
@require_safe
def guest_follow(request: HttpRequest, token: str, guest: Guest) -> HttpResponse:
    """One's own registration or proposal, and what is kept of it; looking changes nothing."""
    return render(request, "programmes/guest_follow.html", _follow(guest, token))


def _follow(guest: Guest, token: str) -> dict[str, Any]:
    activity, is_registration = guest.activity, isinstance(guest, Registration)
    is_ahead = activity.is_ahead and activity.begins_at > clock.now()
    return {
        "guest": guest,
        "token": token,
        "activity": activity,
        "chair": activity.programme,
        "is_registration": is_registration,
        "verdict": _verdict(guest) if is_registration else "",
        "may_give_up": is_registration and is_ahead and guest.state != RegistrationState.CANCELLED,
        "days": settings.RETENTION_DAYS["guests"],
    }


def _verdict(registration: Registration) -> str:
    if registration.activity.state == ActivityState.CANCELLED:
        return _("This activity does not take place.")
    if registration.state == RegistrationState.REGISTERED:
        return _("Your place is booked.")
    if registration.state == RegistrationState.CANCELLED:
        return _("You are not registered any more.")
    rank = registration.activity.registrations.waiting().filter(number__lte=registration.number).count()
    return _("You are on the waiting list, at rank %(rank)s.") % {"rank": number(rank)}


@_by_link
@require_POST
def guest_give_up(request: HttpRequest, token: str, guest: Guest) -> HttpResponse:
    """Give one's place back."""
    if isinstance(guest, Registration):
        try:
            services.give_up(guest, by=guest)
        except Refused as refusal:
            messages.error(request, refusal.reason)
        else:
            messages.success(request, _("Noted. Thank you for saying so: somebody else can come."))
    return redirect("programmes:guest_follow", token)


@_by_link
@page
def guest_erase(request: HttpRequest, token: str, guest: Guest) -> HttpResponse:
    """Have everything erased that was written with one's address; what is expected of one is given back first."""
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        chair = guest.activity.programme
        personal_data.erase(ref(guest), by=guest, even_if_live=True)
        messages.success(request, _("It is done: nothing here says who you are any more."))
        return redirect("programmes:chair_agenda", chair.slug)
    context = _follow(guest, token) | {"form": form}
    return render(request, "programmes/guest_erase.html", context, status=422 if form.is_bound else 200)

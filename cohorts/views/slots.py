"""Slots, day by day: opened alone or in a series, read, changed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from partnership import clock
from partnership import policies as house
from partnership.fields import address_of_any
from partnership.models import User, Zone
from partnership.templatetags.figures import daytime, longdate, number, shortdate
from partnership.workflow import Refused, Stale

from .. import policies, services
from ..forms.attendance import WalkInForm
from ..forms.slots import SeriesForm, SlotEditForm, SlotFilters, SlotForm
from ..models import Booking, Candidate, Slot, plain
from ..states import RATED, BookingState, SlotKind, SlotState

DAYS_A_PAGE = 28


def fetch(request: HttpRequest, pk: UUID) -> Slot:
    """A slot one may run: 403 for other roles, 404 for another zone's."""
    house.require(policies.is_recruiter(request.user))
    slots = Slot.objects.select_related("cohort__zone", "cohort__intake__programme", "held_by")
    return house.get_allowed(slots, policies.can_run, request.user, pk=pk)


# -- the list ---------------------------------------------------------------------------------------------------------


@require_safe
def slot_list(request: HttpRequest) -> HttpResponse:
    """Four weeks of slots, day by day, with who is expected and what is left."""
    house.require(policies.is_recruiter(request.user))
    zones = list(Zone.objects.filter(pk__in=policies.cohorts_run_by(request.user).values("zone")))
    filters = SlotFilters(request.GET, zones=zones)
    kept = filters.kept()
    first = kept.get("du") or clock.today()
    slots = list(_shown(request, kept, first))
    _say(slots)
    here = request.GET.copy()
    here.pop("du", None)
    turned = {name: here.copy() for name in ("earlier", "later")}
    turned["earlier"]["du"] = (first - timedelta(days=DAYS_A_PAGE)).isoformat()
    turned["later"]["du"] = (first + timedelta(days=DAYS_A_PAGE)).isoformat()
    context = {
        "verdict": _list_verdict(slots, first),
        "first": first,
        "last": first + timedelta(days=DAYS_A_PAGE - 1),
        "filters": filters,
        "ignored": [filters.fields[name].label for name in filters.errors],
        "days": _by_day(slots),
        "turned": {name: f"?{query.urlencode()}" for name, query in turned.items()},
        "today": clock.today(),
    }
    return render(request, "cohorts/slot_list.html", context)


def _shown(request: HttpRequest, kept: dict[str, Any], first: date) -> Iterable[Slot]:
    rows = Slot.objects.visible_to(request.user).between(first, first + timedelta(days=DAYS_A_PAGE - 1))
    if kept.get("nature"):
        rows = rows.filter(kind=kept["nature"])
    if kept.get("zone"):
        rows = rows.filter(cohort__zone__code=kept["zone"])
    rows = rows.counted().of_use()
    # Of an interview the name, of a meeting the number.
    alone = Booking.objects.visible_to(request.user).exclude(state=BookingState.CANCELLED).filter(slot__capacity=1)
    alone = alone.select_related("application__candidate").only(*_READ_OF_A_BOOKING)
    rows = rows.prefetch_related(Prefetch("bookings", alone, to_attr="alone"))
    rows = rows.select_related("cohort__zone", "held_by").only(*_READ_OF_A_SLOT)
    return rows.order_by("starts_at", "place", "id")


_READ_OF_A_SLOT = ("kind", "state", "starts_at", "place", "capacity", "cohort__zone__name", "held_by__full_name")
_READ_OF_A_BOOKING = ("slot", "state", "application__candidate__first_name", "application__candidate__last_name")


def _say(slots: Iterable[Slot]) -> None:
    """Put beside each slot the words that its row shows, looked up once for all the rows."""
    kinds = {kind: str(word) for kind, word in SlotKind.choices}
    taken_of_all = _("%(taken)s of %(all)s")
    a_slot, a_file = address_of_any("cohorts:slot_detail"), address_of_any("cohorts:application_detail")
    for slot in slots:
        slot.what = kinds[slot.kind]
        slot.url = a_slot.format(slot.pk)
        slot.filled = taken_of_all % {"taken": number(slot.taken), "all": number(slot.capacity)}
        slot.still_free = ""
        if slot.state == SlotState.OPEN and slot.left > 0:
            words = ngettext("%(figure)s place left", "%(figure)s places left", slot.left)
            slot.still_free = words % {"figure": number(slot.left)}
        for booking in slot.alone:
            booking.url = a_file.format(booking.application_id)


def _list_verdict(slots: list[Slot], first: date) -> str:
    if first < clock.today():
        present = sum(slot.present for slot in slots)
        words = ngettext(
            "From %(first)s to %(last)s, %(n)s person came.", "From %(first)s to %(last)s, %(n)s people came.", present
        )
        if not present:
            words = _("From %(first)s to %(last)s, nobody came.")
        last = first + timedelta(days=DAYS_A_PAGE - 1)
        return words % {"first": shortdate(first), "last": longdate(last), "n": number(present)}
    ahead = [slot for slot in slots if _is_ahead(slot)]
    if not ahead:
        return _("No slot is open in these four weeks.")
    free = sum(slot.capacity - slot.taken for slot in ahead)
    words = ngettext("%(n)s slot to come", "%(n)s slots to come", len(ahead)) % {"n": number(len(ahead))}
    if not free:
        return _("%(slots)s, all full.") % {"slots": words}
    left = ngettext("%(free)s place is free", "%(free)s places are free", free) % {"free": number(free)}
    return f"{words}, {left}."


def _by_day(slots: Iterable[Slot]) -> list[dict[str, Any]]:
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        days.setdefault(slot.day, []).append(slot)
    return [{"day": day, "slots": found, "is_ahead": any(map(_is_ahead, found))} for day, found in days.items()]


def _is_ahead(slot: Slot) -> bool:
    """Whether it may still be changed or cancelled."""
    return slot.state == SlotState.OPEN and slot.starts_at > clock.now()


# -- opening ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def slot_add(request: HttpRequest) -> HttpResponse:
    """Open one slot."""
    house.require(policies.is_recruiter(request.user))
    form = SlotForm(request.POST if request.method == "POST" else None, user=request.user)
    if form.is_bound and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("kind", "minutes", "place", "capacity", "held_by")}
        made = services.open_slots(
            form.cleaned_data["cohort"], [form.cleaned_data["starts_at"]], by=request.user, **said
        )
        if made:
            messages.success(request, _("The slot is open: applicants can choose it."))
            return redirect("cohorts:slot_detail", made[0].pk)
        messages.info(request, _("This very slot was open already."))
        return redirect("cohorts:slot_list")
    return render(request, "cohorts/slot_add.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def slot_series(request: HttpRequest) -> HttpResponse:
    """Open a series: what is asked for is read first, day by day, then opened."""
    house.require(policies.is_recruiter(request.user))
    if request.method == "POST":
        form = SeriesForm(request.POST, user=request.user)
        if form.is_valid():
            made = services.open_slots(
                form.cleaned_data["cohort"], form.cleaned_data["starts"], by=request.user, **form.told()
            )
            words = ngettext("%(n)s slot is open.", "%(n)s slots are open.", len(made)) % {"n": number(len(made))}
            already = len(form.cleaned_data["starts"]) - len(made)
            if already:
                words += " " + ngettext("%(n)s was open already.", "%(n)s were open already.", already) % {
                    "n": number(already)
                }
            messages.success(request, words)
            return redirect("cohorts:slot_list")
    else:
        form = SeriesForm(request.GET if "first" in request.GET else None, user=request.user)
    is_right = form.is_bound and form.is_valid()
    context = {"form": form}
    if is_right:
        starts = form.cleaned_data["starts"]
        context |= {
            # Without ids of their own: the labels belong to the form below.
            "answers": [(name, value) for name in form.fields for value in form.data.getlist(name)],
            "starts": starts,
            "days": _moments_by_day(starts),
            "left_out": form.left_out,
            "places": len(starts) * form.cleaned_data["capacity"],
            "kind": SlotKind(form.cleaned_data["kind"]),
        }
    return render(request, "cohorts/slot_series.html", context, status=422 if form.is_bound and not is_right else 200)


def _moments_by_day(starts: Iterable[datetime]) -> list[dict[str, Any]]:
    days: dict[date, list[datetime]] = {}
    for moment in starts:
        days.setdefault(moment.date(), []).append(moment)
    return [{"day": day, "starts": found} for day, found in days.items()]


# -- one slot ---------------------------------------------------------------------------------------------------------


@require_safe
def slot_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One slot: who is expected, and on its day who has come."""
    return show(request, fetch(request, pk))


def show(request: HttpRequest, slot: Slot, *, walk_in: WalkInForm | None = None, status: int = 200) -> HttpResponse:
    """The slot's page; `walk_in` is the form that came back."""
    bookings = people_of(request.user, slot)
    search = request.GET.get("q", "")[:100]
    in_state = {state: [one for one in bookings if one.state == state] for state in BookingState}
    is_attended = services.is_attended(slot)
    context = {
        "slot": slot,
        "verdict": verdict(slot, bookings),
        "bookings": bookings,
        "expected": _by_initial(one for one in in_state[BookingState.BOOKED] if _is_called(one, search)),
        "search": search,
        "awaited": len(in_state[BookingState.BOOKED]),
        "here": in_state[BookingState.ATTENDED],
        "missed": in_state[BookingState.MISSED],
        "is_attended": is_attended,
        "has_begun": slot.starts_at <= clock.now(),
        "is_rated": slot.kind in RATED,
        "may_change": _is_ahead(slot),
        "walk_in": (walk_in or WalkInForm()) if is_attended and slot.kind != SlotKind.INTERVIEW else None,
        "form": walk_in,
        **_just_said(bookings, request.GET.get("dernier", "")),
    }
    return render(request, "cohorts/slot_detail.html", context, status=status)


def _just_said(bookings: list[Booking], key: str) -> dict[str, Any]:
    """What was said last at the door, to be read and taken back wherever the page stands."""
    last = next((one for one in bookings if str(one.pk) == key), None)
    said = {
        BookingState.ATTENDED: _("%(who)s is here."),
        BookingState.MISSED: _("%(who)s has not come."),
        BookingState.BOOKED: _("%(who)s is expected."),
    }
    words = said.get(last.state, "") % {"who": last.application.candidate} if last else ""
    return {"last": last if words else None, "last_words": words}


def people_of(user: User, slot: Slot) -> list[Booking]:
    """Whoever is expected at a slot, has come or has not, as a list by name reads; who had booked a cancelled one."""
    people = (
        Booking.objects.visible_to(user)
        .filter(slot=slot)
        .select_related("application__candidate", "application__intake", "application__cohort__zone")
    )
    if slot.state != SlotState.CANCELLED:
        people = people.exclude(state=BookingState.CANCELLED)
    found = list(people)
    for booking in found:
        booking.called = _called(booking.application.candidate)
    return sorted(found, key=lambda booking: booking.called)


def _is_called(booking: Booking, typed: str) -> bool:
    """Whether each word that was typed begins a word of the name (as narrow.js does while one types)."""
    return all(f" {word}" in f" {booking.called}" for word in plain(typed).split())


def _called(person: Candidate) -> str:
    """Somebody's name as it is looked for: the last name first, without accents."""
    return plain(f"{person.last_name} {person.first_name}")


def initial_of(person: Candidate) -> str:
    """The letter under which somebody is looked for."""
    first = _called(person)[:1].upper()
    return first if first.isalpha() and first.isascii() else "0"


def _by_initial(bookings: Iterable[Booking]) -> list[dict[str, Any]]:
    groups = groupby(bookings, key=lambda booking: initial_of(booking.application.candidate))
    return [{"initial": initial, "bookings": list(found)} for initial, found in groups]


def verdict(slot: Slot, bookings: list[Booking]) -> str:
    """What there is to know of a slot first."""
    what = _("%(kind)s, %(moment)s") % {"kind": capfirst(slot.get_kind_display()), "moment": daytime(slot.starts_at)}
    if slot.state == SlotState.CANCELLED:
        return _("%(what)s: cancelled.") % {"what": what}
    came = sum(booking.state == BookingState.ATTENDED for booking in bookings)
    if came or slot.starts_at <= clock.now():
        words = ngettext("%(n)s of %(all)s is here.", "%(n)s of %(all)s are here.", came)
        return _("%(what)s: %(words)s") % {"what": what, "words": words % {"n": came, "all": len(bookings)}}
    if not bookings:
        return _("%(what)s: nobody yet.") % {"what": what}
    words = ngettext("%(n)s person expected", "%(n)s people expected", len(bookings)) % {"n": number(len(bookings))}
    left = slot.capacity - len(bookings)
    if not left:
        return _("%(what)s: %(words)s, it is full.") % {"what": what, "words": words}
    places = ngettext("%(left)s place left", "%(left)s places left", left) % {"left": number(left)}
    return _("%(what)s: %(words)s, %(places)s.") % {"what": what, "words": words, "places": places}


@require_http_methods(["GET", "HEAD", "POST"])
def slot_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another hour, place or number of places; whoever has booked is told by letter."""
    slot = fetch(request, pk)
    form = SlotEditForm(request.POST if request.method == "POST" else None, user=request.user, slot=slot)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            told = services.change_slot(slot, by=request.user, shown=request.POST.get("version", ""), **form.changes())
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        except Stale:
            slot, status = fetch(request, pk), 409
        else:
            words = _("The slot is changed.")
            if told:
                words += " " + ngettext("%(n)s person is told by letter.", "%(n)s people are told by letter.", told) % {
                    "n": number(told)
                }
            messages.success(request, words)
            return redirect("cohorts:slot_detail", pk)
    expected = Booking.objects.booked().filter(slot=slot).count()
    context = {"form": form, "slot": slot, "expected": expected, "conflict": status == 409}
    return render(request, "cohorts/slot_edit.html", context, status=status)

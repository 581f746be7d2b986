"""What recruitment looks at first: what is due, to oneself or to all, and what is agreed for later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partnership import clock
from partnership import policies as house
from partnership.models import User
from partnership.templatetags.ui import clocktime, daytime, number, shortdate

from .. import letters, policies
from .. import worklist as work
from ..handover import colleagues_of
from ..models import Application, Booking
from ..states import ApplicationState, SlotKind

S, Due = ApplicationState, work.Due
ROWS_A_PAGE, ROWS_AHEAD, DAYS_AHEAD = 50, 6, 7
EVERYBODY = "tous"


@dataclass(frozen=True)
class View:
    """Whose work is shown: one's own (with whom one stands in for), everybody's, or a colleague's."""

    owners: set[UUID] | None
    key: str = ""
    colleague: User | None = None

    def of(self) -> Q:
        return Q() if self.owners is None else work.of(self.owners)


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """What is due, the late ones first, each with how long it has waited."""
    user, now = request.user, clock.now()
    house.require(policies.is_recruiter(user))
    visible = Application.objects.visible_to(user)
    own = work.covered_by(user)
    view = _view(request, own)
    found = work.due_among(visible)
    totals = work.counts(found, own)
    shown = totals["all"] if view.owners is None else totals["mine"]
    late = totals["late_all"] if view.owners is None else totals["late_mine"]
    if view.colleague is not None:
        theirs = work.counts(found, view.owners)
        shown, late = theirs["mine"], theirs["late_mine"]
    related = found.filter(view.of()).select_related("candidate", "cohort__zone", "intake", "owner")
    paginator = Paginator(related, ROWS_A_PAGE)
    paginator.count = shown
    page = paginator.get_page(request.GET.get("page"))
    rows = [_row(application, user, now) for application in page.object_list]
    ahead = work.ahead(visible.filter(view.of()), until=now + timedelta(days=DAYS_AHEAD))
    later = list(ahead.select_related("candidate", "cohort__zone", "intake", "owner")[:ROWS_AHEAD])
    refused = letters.unreached(visible.filter(view.of()))
    refused = list(refused.select_related("candidate", "cohort__zone").order_by("state_since", "pk")[:ROWS_AHEAD])
    appointments = Booking.objects.booked().filter(
        kind=SlotKind.INTERVIEW, slot__starts_at__gt=now, application__in=visible.filter(view.of())
    )
    appointments = appointments.select_related("slot", "application__candidate", "application__cohort__zone")
    context = {
        "verdict": _verdict(view, shown, late, refused),
        "refused": refused,
        "late": [row for row in rows if row["application"].late],
        "now_due": [row for row in rows if not row["application"].late],
        "later": [_row(application, user, now) for application in later],
        "page": page,
        "tabs": _tabs(view, totals),
        "calls": totals["calls"],
        "is_head": policies.is_head(user),
        "agenda": _by_day(appointments.order_by("slot__starts_at")[:12]),
        "funnel": _funnel(visible.filter(view.of())),
        "now": now,
        "today": now.date(),
    }
    return render(request, "cohorts/worklist.html", context)


def _view(request: HttpRequest, own: set[UUID]) -> View:
    """The view an address asks for; an unknown one is one's own."""
    asked = request.GET.get("pour", "")
    if asked == EVERYBODY:
        return View(None, EVERYBODY)
    colleague = next((one for one in colleagues_of(request.user) if str(one.pk) == asked), None) if asked else None
    if colleague is not None and colleague != request.user:
        return View({colleague.pk}, asked, colleague)
    return View(own)


def _tabs(view: View, totals: dict[str, int]) -> list[dict[str, Any]]:
    tabs = [
        {"label": _("Mine"), "query": "?", "count": totals["mine"], "current": view.key == ""},
        {
            "label": _("Everybody’s"),
            "query": f"?pour={EVERYBODY}",
            "count": totals["all"],
            "current": view.key == EVERYBODY,
        },
    ]
    if view.colleague is not None:
        query = f"?pour={view.colleague.pk}"
        tabs.append({"label": view.colleague.full_name, "query": query, "count": None, "current": True})
    return tabs


def _verdict(view: View, total: int, late: int, refused: list[Application]) -> str:
    if refused and not total:
        return ngettext(
            "%(n)s person is not reached: their address takes none of our letters.",
            "%(n)s people are not reached: their addresses take none of our letters.",
            len(refused),
        ) % {"n": number(len(refused))}
    if not total:
        return _("Nothing is waiting for you: every application has its next step.")
    said = {"n": number(total)}
    if view.owners is None:
        words = ngettext("%(n)s file awaits the team", "%(n)s files await the team", total) % said
    elif view.colleague is not None:
        said["who"] = view.colleague.full_name
        words = ngettext("%(n)s file awaits %(who)s", "%(n)s files await %(who)s", total) % said
    else:
        words = ngettext("%(n)s file awaits you", "%(n)s files await you", total) % said
    if late:
        words += ngettext(", %(n)s of them past its time", ", %(n)s of them past their time", late) % {
            "n": number(late)
        }
    return words + "."


# -- one row ----------------------------------------------------------------------------------------------------------


def _row(application: Application, user: User, now: datetime) -> dict[str, Any]:
    due = work.what_is_due(application)
    owner = application.owner
    return {
        "application": application,
        "due": due,
        "waited": work.waited(application.due_at, now),
        "since": _since(application, due),
        "owner": owner if owner is not None and owner.pk != user.pk else None,
        "action": _actions()[due],
        "url": reverse("cohorts:application_detail", args=[application.pk]) + _anchor(due),
    }


def _since(application: Application, due: Due) -> str:
    if due == Due.CALL_BACK:
        return _("agreed for %(moment)s") % {"moment": daytime(application.due_at)}
    if due == Due.ANSWER:
        return _("expected by %(moment)s") % {"moment": daytime(application.due_at)}
    said = {"day": shortdate(application.due_at), "time": clocktime(application.due_at)}
    if due == Due.CONTACT and application.state == S.SUBMITTED and application.due_at == application.submitted_at:
        return _("submitted on %(day)s, %(time)s") % said
    return _("since %(day)s, %(time)s") % said


def _actions() -> dict[Due, str]:
    call = _("Call")
    return dict.fromkeys(work.CALLS, call) | {Due.RECORD: _("Record it"), Due.DECISION: _("Decide")}


def _anchor(due: Due) -> str:
    return "#appel" if due in work.CALLS else "#passe" if due == Due.RECORD else ""


# -- beside it --------------------------------------------------------------------------------------------------------


def _funnel(files: Any) -> list[dict[str, Any]]:
    steps = [
        S.ENQUIRY,
        S.SUBMITTED,
        S.INTERVIEW_SCHEDULED,
        S.INTERVIEWED,
        S.WAITLISTED,
        S.ADMITTED,
        S.CONFIRMED,
    ]
    totals = files.aggregate(**{state.value: Count("pk", filter=Q(state=state)) for state in steps})
    highest = max(totals.values()) or 1
    return [{"state": state, "number": totals[state.value], "highest": highest} for state in steps]


def _by_day(bookings: Iterable[Booking]) -> list[dict[str, Any]]:
    days: dict[Any, list[Booking]] = {}
    for booking in bookings:
        days.setdefault(booking.slot.starts_at.astimezone(clock.PARIS).date(), []).append(booking)
    return [{"day": day, "bookings": found} for day, found in days.items()]

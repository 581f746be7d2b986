"""What recruitment looks at first: what is due, to oneself or to all, and what is agreed for later."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from partnership import clock
from partnership import policies as house
from partnership.fields import key_in
from partnership.models import User
from partnership.templatetags.figures import clocktime, daytime, number, shortdate

from .. import letters, policies
from .. import worklist as work
from ..handover import colleagues_of
from ..listing import NOBODY
from ..models import Application, ApplicationQuerySet, Booking
from ..states import ApplicationState, SlotKind, Source

S, Due = ApplicationState, work.Due
ROWS_A_PAGE, ROWS_AHEAD, DAYS_AHEAD = 50, 6, 7
EVERYBODY = "tous"


@dataclass(frozen=True)
class View:
    """Whose work is shown: one's own (with whom one stands in for, and nobody's), everybody's, a colleague's."""

    of: Q
    key: str = ""
    colleague: User | None = None


@dataclass(frozen=True)
class Narrowing:
    """A part of what is due: how a list of it is called, and which files of some it holds."""

    label: str | Promise
    files: Callable[[ApplicationQuerySet], ApplicationQuerySet]


def _silent(files: ApplicationQuerySet) -> ApplicationQuerySet:
    return work.silent(files, days=settings.SILENCE_DAYS_OWNER)


def _interviews(files: ApplicationQuerySet) -> ApplicationQuerySet:
    since, until = work.this_week()
    return work.interviews(files, since=since, until=until)


CALLS, LATE, SILENT, INTERVIEWS = "appels", "retard", "silence", "entretiens"
# The value of `quoi`; the team's page counts by the same.
NARROWINGS: dict[str, Narrowing] = {
    CALLS: Narrowing(gettext_lazy("calls"), lambda files: work.due_among(files).filter(work.CALLED)),
    LATE: Narrowing(gettext_lazy("past their time"), lambda files: work.due_among(files).filter(late=True)),
    SILENT: Narrowing(gettext_lazy("silent for days"), _silent),
    INTERVIEWS: Narrowing(gettext_lazy("interviews of this week"), _interviews),
}


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """What is due, the late ones first, each with how long it has waited."""
    user, now = request.user, clock.now()
    house.require(policies.is_recruiter(user))
    visible = Application.objects.visible_to(user)
    own = work.covered_by(user)
    view, asked = _view(request, own), request.GET.get("quoi", "")
    of_all = work.due_among(visible)
    totals = work.counts(of_all, own)
    theirs, narrowing = visible.filter(view.of), NARROWINGS.get(asked)
    found = narrowing.files(theirs) if narrowing else of_all.filter(view.of)
    if narrowing or view.key not in ("", EVERYBODY):
        shown, late = work.total(found)
    else:
        whose = "all" if view.key else "mine"
        shown, late = totals[whose], totals[f"late_{whose}"]
    paginator = Paginator(_to_show(found), ROWS_A_PAGE)
    paginator.count = shown
    page = paginator.get_page(request.GET.get("page"))
    is_agenda = asked == INTERVIEWS
    row = partial(_row, user=user, now=now, due=Due.INTERVIEW if is_agenda else None)
    rows = [row(application) for application in page.object_list]
    later = rows if is_agenda else []
    if narrowing is None:
        ahead = work.ahead(theirs, until=now + timedelta(days=DAYS_AHEAD))
        later = [row(application) for application in _to_show(ahead)[:ROWS_AHEAD]]
    refused = letters.unreached(theirs) if narrowing is None else theirs.none()
    refused = list(_to_show(refused).order_by("state_since", "pk")[:ROWS_AHEAD])
    appointments = Booking.objects.booked().filter(
        kind=SlotKind.INTERVIEW, slot__starts_at__gt=now, application__in=theirs
    )
    appointments = appointments.select_related("slot", "application__candidate", "application__cohort__zone")
    appointments = appointments.only(*_BOOKED)
    context = {
        "verdict": _verdict(view, shown, late, refused=refused, narrowing=narrowing),
        "refused": refused,
        "late": [row for row in rows if row["application"].late],
        "now_due": [row for row in rows if not row["application"].late and not is_agenda],
        "later": later,
        "is_agenda": is_agenda,
        "narrowing": narrowing,
        "page": page,
        "tabs": _tabs(view, totals),
        "calls": totals["calls"],
        "is_head": policies.is_head(user),
        "agenda": _by_day(appointments.order_by("slot__starts_at")[:12]),
        "funnel": _funnel(theirs),
        "now": now,
        "today": now.date(),
    }
    return render(request, "cohorts/worklist.html", context)


# What a row says of a file, and what a line of the appointments says of one: no more is read.
_SHOWN = (
    "state",
    "next_at",
    "submitted_at",
    "source",
    "candidate__first_name",
    "candidate__last_name",
    "candidate__phone",
    "candidate__email",
    "owner__full_name",
)
_BOOKED = (
    "slot__starts_at",
    "slot__place",
    "application__candidate__first_name",
    "application__candidate__last_name",
    "application__cohort__zone__name",
)


def _to_show(files: ApplicationQuerySet) -> ApplicationQuerySet:
    return files.select_related("candidate", "owner").only(*_SHOWN).annotate(zone=F("cohort__zone__name"))


def _view(request: HttpRequest, own: set[UUID]) -> View:
    """The view an address asks for; an unknown one is one's own."""
    asked = request.GET.get("pour", "")
    if asked == EVERYBODY:
        return View(Q(), EVERYBODY)
    if asked == NOBODY:
        return View(Q(owner=None), NOBODY)
    colleague = _colleague(request.user, asked) if asked else None
    return View(Q(owner=colleague), asked, colleague) if colleague is not None else View(work.of(own))


def _colleague(user: User, asked: str) -> User | None:
    """Whoever recruits where somebody does, or still follows a file that they may see."""
    for one in colleagues_of(user):
        if str(one.pk) == asked:
            return one
    key = key_in(asked)
    known = User.objects.filter(pk=key, applications__in=Application.objects.visible_to(user)).distinct()
    return known.first() if key else None


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
    if view.key not in ("", EVERYBODY):
        label = view.colleague.full_name if view.colleague else _("Followed by nobody")
        tabs.append({"label": label, "query": f"?pour={view.key}", "count": None, "current": True})
    return tabs


def _verdict(view: View, total: int, late: int, *, refused: list[Application], narrowing: Narrowing | None) -> str:
    if refused and not total:
        return ngettext(
            "%(n)s person is not reached: their address takes none of our letters.",
            "%(n)s people are not reached: their addresses take none of our letters.",
            len(refused),
        ) % {"n": number(len(refused))}
    if not total and narrowing is None:
        return _("Nothing is waiting for you: every application has its next step.")
    said = {"n": number(total)}
    if narrowing is not None:
        return ngettext("%(n)s file: %(what)s.", "%(n)s files: %(what)s.", total) % {
            "n": number(total),
            "what": narrowing.label,
        }
    if view.key == EVERYBODY:
        words = ngettext("%(n)s file awaits the team", "%(n)s files await the team", total) % said
    elif view.key == NOBODY:
        words = ngettext("%(n)s file is followed by nobody", "%(n)s files are followed by nobody", total) % said
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


def _row(application: Application, *, user: User, now: datetime, due: Due | None = None) -> dict[str, Any]:
    due = due or work.what_is_due(application)
    owner = application.owner
    return {
        "application": application,
        "due": due,
        "waited": work.waited(application.due_at, now),
        "since": _since(application, due),
        "owner": owner if owner is not None and owner.pk != user.pk else None,
        "source": Source(application.source).label if application.source else "",
        "action": str(_ACTIONS[due]),
        "url": reverse("cohorts:application_detail", args=[application.pk]) + _anchor(due),
    }


def _since(application: Application, due: Due) -> str:
    if due == Due.INTERVIEW:
        return daytime(application.due_at)
    if due == Due.CALL_BACK:
        return _("agreed for %(moment)s") % {"moment": daytime(application.due_at)}
    if due == Due.ANSWER:
        return _("expected by %(moment)s") % {"moment": daytime(application.due_at)}
    said = {"day": shortdate(application.due_at), "time": clocktime(application.due_at)}
    if due == Due.CONTACT and application.state == S.SUBMITTED and application.due_at == application.submitted_at:
        return _("submitted on %(day)s, %(time)s") % said
    return _("since %(day)s, %(time)s") % said


_ACTIONS: dict[Due, str | Promise] = {
    **dict.fromkeys(work.CALLS, gettext_lazy("Call")),
    Due.RECORD: gettext_lazy("Record it"),
    Due.DECISION: gettext_lazy("Decide"),
    Due.INTERVIEW: gettext_lazy("Open"),
}


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
    counted = files.filter(state__in=steps).order_by().values_list("state").annotate(number=Count("pk"))
    totals = dict.fromkeys(steps, 0) | dict(counted)
    highest = max(totals.values()) or 1
    return [{"state": state, "number": totals[state], "highest": highest} for state in steps]


def _by_day(bookings: Iterable[Booking]) -> list[dict[str, Any]]:
    days: dict[Any, list[Booking]] = {}
    for booking in bookings:
        days.setdefault(booking.slot.starts_at.astimezone(clock.PARIS).date(), []).append(booking)
    return [{"day": day, "bookings": found} for day, found in days.items()]

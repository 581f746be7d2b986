"""What recruitment looks at first: what is due, to oneself or to all, and what is agreed for later."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from partnership import clock
from partnership import policies as house
from partnership.fields import address_of_any, key_in
from partnership.models import User
from partnership.templatetags.figures import clocktime, daytime, number, shortdate

from .. import letters, loads, policies
from .. import worklist as work
from ..handover import colleagues_of
from ..listing import NOBODY
from ..models import Application, ApplicationQuerySet, Booking
from ..states import ApplicationState, SlotKind, Source

S, Due = ApplicationState, work.Due
ROWS_A_PAGE, ROWS_AHEAD, DAYS_AHEAD = 20, 6, 7
EVERYBODY = "tous"


@dataclass(frozen=True)
class View:
    """Whose work is shown: one's own (with whom one stands in for, and nobody's), everybody's, a colleague's."""

    owners: frozenset[UUID | None] | None
    key: str = ""
    colleague: User | None = None

    @property
    def of(self) -> Q:
        """The files of the view."""
        return Q() if self.owners is None else work.of(self.owners)


@dataclass(frozen=True)
class Narrowing:
    """Some of what there is: how a list of it is called, which of the loads counts it, and which parts it holds."""

    label: str | Promise
    figure: str
    parts: Callable[[work.Parts], work.Parts] | None = None
    by_moment: bool = False


def _silent(found: work.Parts) -> work.Parts:
    return work.silent_in(found, days=settings.SILENCE_DAYS_OWNER)


INTERVIEWS = "entretiens"
# The value of `quoi`; the team's page counts by the same.
NARROWINGS: dict[str, Narrowing] = {
    "retard": Narrowing(gettext_lazy("past their time"), loads.LATE, work.past_their_time),
    "appels": Narrowing(gettext_lazy("calls"), loads.TO_CALL, work.to_call),
    "silence": Narrowing(gettext_lazy("silent for days"), loads.SILENT, _silent, by_moment=True),
    INTERVIEWS: Narrowing(gettext_lazy("interviews of this week"), loads.INTERVIEWS),
}
_ALL_THAT_IS_DUE = Narrowing("", loads.DUE, lambda found: found)


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """What is due, the late ones first, each with how long it has waited."""
    user, now = request.user, clock.now()
    house.require(policies.is_recruiter(user))
    visible = Application.objects.visible_to(user)
    own = frozenset({*work.covered_by(user), None})
    view, asked = _view(request, own), request.GET.get("quoi", "")
    found = work.parts(visible, at=now)
    counted = loads.loads(user, found)
    load, mine = loads.total(counted, view.owners), loads.total(counted, own)
    theirs, narrowing = visible.filter(view.of), NARROWINGS.get(asked)
    what = narrowing or _ALL_THAT_IS_DUE
    is_agenda = what.parts is None
    # The page knows how many there are; which they are is asked of the page alone.
    page = Paginator(range(load[what.figure]), ROWS_A_PAGE).get_page(request.GET.get("page"))
    shown = _interviews(theirs, page) if is_agenda else _shown(theirs, what.parts(found), view, what, page)
    known = {"user": user, "now": now, "address": address_of_any("cohorts:application_detail")}
    row = partial(_row, due=Due.INTERVIEW if is_agenda else None, **known)
    rows = [row(application) for application in shown]
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
        "verdict": _verdict(view, load[what.figure], load[loads.LATE], refused=refused, narrowing=narrowing),
        "refused": refused,
        "late": [row for row in rows if row["application"].late],
        "now_due": [row for row in rows if not row["application"].late and not is_agenda],
        "later": later,
        "is_agenda": is_agenda,
        "narrowing": narrowing,
        "page": page,
        "tabs": _tabs(view, mine=mine[loads.DUE], everybodys=loads.total(counted)[loads.DUE]),
        "calls": mine[loads.TO_CALL],
        "is_head": policies.is_head(user),
        "agenda": _by_day(appointments.order_by("slot__starts_at")[:12]),
        "funnel": _funnel(load),
        "now": now,
        "today": now.date(),
    }
    return render(request, "cohorts/worklist.html", context)


def _shown(files: ApplicationQuerySet, found: work.Parts, view: View, what: Narrowing, page: Page) -> list[Application]:
    """The files of one page of what is due."""
    start, stop = page.start_index() - 1, page.end_index()
    if not stop:
        return []
    rows = work.first_of(found, view.owners, start=start, stop=stop, by_moment=what.by_moment)
    return work.with_moments(rows, _to_show(files))


def _interviews(files: ApplicationQuerySet, page: Page) -> list[Application]:
    """The files of one page of this week's interviews."""
    since, until = work.this_week()
    found = _to_show(work.interviews(files, since=since, until=until))
    return list(found[max(page.start_index() - 1, 0) : page.end_index()])


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


def _view(request: HttpRequest, own: frozenset[UUID | None]) -> View:
    """The view an address asks for; an unknown one is one's own."""
    asked = request.GET.get("pour", "")
    if asked == EVERYBODY:
        return View(None, EVERYBODY)
    if asked == NOBODY:
        return View(frozenset({None}), NOBODY)
    colleague = _colleague(request.user, asked) if asked else None
    return View(frozenset({colleague.pk}), asked, colleague) if colleague is not None else View(own)


def _colleague(user: User, asked: str) -> User | None:
    """Whoever recruits where somebody does, or still follows a file that they may see."""
    for one in colleagues_of(user):
        if str(one.pk) == asked:
            return one
    key = key_in(asked)
    known = User.objects.filter(pk=key, applications__in=Application.objects.visible_to(user)).distinct()
    return known.first() if key else None


def _tabs(view: View, *, mine: int, everybodys: int) -> list[dict[str, Any]]:
    tabs = [
        {"label": _("Mine"), "query": "?", "count": mine, "current": view.key == ""},
        {
            "label": _("Everybody’s"),
            "query": f"?pour={EVERYBODY}",
            "count": everybodys,
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


def _row(
    application: Application, *, user: User, now: datetime, address: str, due: Due | None = None
) -> dict[str, Any]:
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
        "url": address.format(application.pk) + _anchor(due),
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


def _funnel(load: Counter[str]) -> list[dict[str, Any]]:
    steps = [
        S.ENQUIRY,
        S.SUBMITTED,
        S.INTERVIEW_SCHEDULED,
        S.INTERVIEWED,
        S.WAITLISTED,
        S.ADMITTED,
        S.CONFIRMED,
    ]
    highest = max(load[state.value] for state in steps) or 1
    return [{"state": state, "number": load[state.value], "highest": highest} for state in steps]


def _by_day(bookings: Iterable[Booking]) -> list[dict[str, Any]]:
    days: dict[Any, list[Booking]] = {}
    for booking in bookings:
        days.setdefault(booking.slot.starts_at.astimezone(clock.PARIS).date(), []).append(booking)
    return [{"day": day, "bookings": found} for day, found in days.items()]

"""The team's load: what each recruiter has in hand and what waits, each figure with the list it counts."""

from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partnership import clock
from partnership import policies as house
from partnership.models import User
from partnership.templatetags.figures import longdate, number

from .. import listing, policies, states
from .. import worklist as work
from ..handover import colleagues_of
from ..loads import IN_HAND, loads, oldest
from ..models import Absence
from .worklist import NARROWINGS


@require_safe
def team_load(request: HttpRequest) -> HttpResponse:
    """Who has how much in hand, whose files have waited longest, and which are silent."""
    house.require(policies.is_head(request.user))
    counted, now = loads(request.user), clock.now()
    first = oldest(request.user, counted)
    people = {person.pk: person for person in colleagues_of(request.user)}
    here = set(people)
    # Whoever no longer recruits here and still follows a file is whom the head looks for.
    gone = [key for key in counted if key is not None and key not in people]
    people |= {person.pk: person for person in User.objects.filter(pk__in=gone)} if gone else {}
    away = {absence.user_id: absence for absence in Absence.objects.on(clock.today()).select_related("cover")}
    rows = []
    for key in [*people, None]:
        load = counted.get(key, Counter())
        if key is None and not load[IN_HAND]:
            continue
        person = people.get(key)
        note = _note(away.get(key), key in here) if person else ""
        rows.append({"person": person, "note": note, **_row(key, load, first.get(key), now)})
    rows.sort(key=lambda row: (-row["silent"]["n"], -row["late"]["n"], -row["live"]["n"]))
    context = {
        "rows": rows,
        "steps": [state.label for state in states.LIVE],
        "verdict": _verdict(rows),
        "busiest": next((row for row in rows if row["live"]["n"]), None),
        "days": settings.SILENCE_DAYS_OWNER,
    }
    return render(request, "cohorts/team_load.html", context)


def _note(absence: Absence | None, recruits: bool) -> str:
    if not recruits:
        return _("no longer recruits here")
    if absence is None:
        return ""
    words = _("away until %(day)s, %(cover)s stands in")
    return words % {"day": longdate(absence.until), "cover": absence.cover}


def _row(key: Any, load: Counter[str], oldest: datetime | None, now: datetime) -> dict[str, Any]:
    whose = str(key) if key else listing.NOBODY

    def listed(state: str, figure: str) -> dict[str, Any]:
        query = urlencode({"responsable": whose, "etat": state})
        return {"n": load[figure], "url": f"{reverse('cohorts:application_list')}?{query}"}

    def due(what: str, figure: str) -> dict[str, Any]:
        query = urlencode({"pour": whose, "quoi": what})
        return {"n": load[figure], "url": f"{reverse('cohorts:worklist')}?{query}"}

    return {
        "live": listed(listing.IN_PROGRESS, IN_HAND),
        "steps": [listed(state.value, state.value) for state in states.LIVE],
        **{NARROWINGS[what].figure: due(what, NARROWINGS[what].figure) for what in NARROWINGS},
        "oldest": work.waited(oldest, now) if oldest else "",
        "oldest_url": f"{reverse('cohorts:worklist')}?{urlencode({'pour': whose})}",
    }


def _verdict(rows: list[dict[str, Any]]) -> str:
    silent, late, live = (sum(row[name]["n"] for row in rows) for name in ("silent", "late", "live"))
    if not live:
        return _("Nobody has a file in hand.")
    if silent:
        words = ngettext(
            "%(n)s file has had no deed for %(days)s working days or more",
            "%(n)s files have had no deed for %(days)s working days or more",
            silent,
        ) % {"n": number(silent), "days": settings.SILENCE_DAYS_OWNER}
        return words + _most_of(rows, "silent", silent)
    if late:
        words = ngettext("%(n)s file is past its time", "%(n)s files are past their time", late) % {"n": number(late)}
        return words + _most_of(rows, "late", late)
    words = ngettext(
        "Nothing is past its time: %(n)s file is in hand.", "Nothing is past its time: %(n)s files are in hand.", live
    )
    return words % {"n": number(live)}


def _most_of(rows: list[dict[str, Any]], name: str, total: int) -> str:
    """Whose most of them are, where they are several people's."""
    first = max(rows, key=lambda row: row[name]["n"])
    who = first["person"] or _("nobody")
    if first[name]["n"] == total:
        return _(", with %(who)s.") % {"who": who} if first["person"] else _(", followed by nobody.")
    return _(", %(n)s of them with %(who)s.") % {"n": number(first[name]["n"]), "who": who}

"""The zones of the convention on a map."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from .. import board as boards
from .. import clock, policies
from ..board import ZoneStanding
from ..measures import Census
from ..models import Convention, Zone
from ..states import ConventionState


@require_safe
def zone_map(request: HttpRequest) -> HttpResponse:
    """Which zone is furthest behind: the map, and the board's figures beside it."""
    convention = Convention.objects.visible_to(request.user).running()
    if convention is None:
        raise Http404
    policies.require(policies.can_read_board(request.user, convention))
    if convention.state == ConventionState.DRAFT:
        # Nothing is measured before the signature: the board says who must still sign.
        return redirect("partnership:board")
    zones = list(Zone.objects.prefetch_related("departments"))
    board = boards.open_for(Census(request.user, convention), zones)
    standings = boards.zone_standings(board, zones, today=clock.today())
    context = {
        "convention": convention,
        "board": board,
        "standings": standings,
        "title": boards.zone_verdict(standings),
        "lines": [line for standing in standings for line in _lines(standing)],
        "totals": [{"row": row, "cells": boards.mapped(row)} for row in board.totals],
        "today": clock.today(),
    }
    return render(request, "partnership/zone_map.html", context)


def _lines(standing: ZoneStanding) -> list[dict]:
    """A line for each milestone that concerns the zone; one that says so where none does."""
    if not standing.rows:
        return [{"standing": standing, "row": None, "cells": [], "first": True}]
    return [
        {"standing": standing, "row": row, "cells": boards.mapped(row), "first": n == 0}
        for n, row in enumerate(standing.rows)
    ]

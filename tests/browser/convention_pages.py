"""The pages on which a convention is drafted, signed, amended and ended, each with the record it needs."""

from collections.abc import Callable
from typing import Any

from partnership.states import Role

from .page import MAIN_FORM, Page
from .world import World

Args = Callable[[World], list[Any]]


def _page(name: str, args: Args = lambda world: [], **said: Any) -> Page:
    return Page(f"partnership:{name}", Role.COORDINATOR, args, **said)


def _form(name: str, args: Args = lambda world: []) -> Page:
    return _page(name, args, forms=MAIN_FORM)


def _signed(world: World) -> list[Any]:
    return [world.texts["signed"].pk]


def _draft(world: World) -> list[Any]:
    return [world.texts["draft"].pk]


def _amendment(world: World) -> list[Any]:
    return [world.texts["amendment"].pk]


def _drafted_milestone(world: World) -> list[Any]:
    return [world.texts["draft"].milestones.first().pk]


DRAFTING = [
    _page("convention_list"),
    _page("convention_history", _signed),
    _page("convention_detail", _draft, note="draft"),
    _form("convention_begin"),
    _form("convention_edit", _draft),
    _page("convention_discard", _draft),
    _form("convention_end", _signed),
    _form("milestone_add", _draft),
    _form("milestone_edit", _drafted_milestone),
    _form("objective_add", _drafted_milestone),
    _form("objective_edit", lambda world: [world.texts["draft"].milestones.first().objectives.first().pk]),
    _form("commitment_add", _draft),
    _form("commitment_edit", lambda world: [world.texts["draft"].commitments.first().pk]),
    _form("amendment_begin", _signed),
    _page("amendment_detail", _amendment),
    _form("amendment_edit", _amendment),
    _page("amendment_discard", _amendment),
    _form("amendment_promise", _amendment),
    _form(
        "amendment_objective",
        lambda world: [*_amendment(world), world.texts["signed"].milestones.first().objectives.first().pk],
    ),
    _form("amendment_milestone", lambda world: [*_amendment(world), world.texts["signed"].milestones.first().pk]),
    _form(
        "amendment_commitment",
        lambda world: [*_amendment(world), world.texts["signed"].commitments.filter(done_at=None).first().pk],
    ),
]

CONVENTION = [
    Page("partnership:board", Role.COORDINATOR),
    Page("partnership:report", Role.COORDINATOR),
    Page("partnership:convention", Role.COORDINATOR),
    Page("partnership:milestone_detail", Role.COORDINATOR, lambda world: [1]),
    Page("partnership:milestone_detail", Role.COORDINATOR, lambda world: [3], note="undated"),
    Page("partnership:zone_map", Role.COORDINATOR),
    Page("partnership:agenda", Role.COORDINATOR),
    Page("partnership:agenda_subscription", Role.COORDINATOR),
    Page("partnership:commitment_list", Role.COORDINATOR, forms=("main form[action$='/tenir/'] >> nth=0",)),
    Page("cohorts:history", Role.COORDINATOR),
    Page("cohorts:history", Role.COORDINATOR, query="?jalon=2", note="certificate"),
    *DRAFTING,
    Page("cohorts:forecast", Role.COORDINATOR),
    Page("cohorts:forecast", Role.COORDINATOR, query="?jalon=2", note="small"),
    Page("cohorts:forecast", Role.COORDINATOR, query="?arrivees=20&taux_admitted=80", note="supposed"),
    Page("cohorts:forecast", Role.COORDINATOR, query="?arrivees=beaucoup", status=422, note="wrong"),
    Page("cohorts:register", Role.COORDINATOR),
    Page("placements:register", Role.COORDINATOR),
]

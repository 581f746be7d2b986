"""Tutors: recorded, corrected, gone; and given a student, within what the law allows."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partnership import clock, outbox, workflow
from partnership.models import User
from partnership.workflow import Refused, edit, record

from ..models import HostSite, Placement, Tutor, TutorEligibility
from ..states import PLACEMENT_LIVE, ContractKind, PlacementState
from .placements import responsible_for
from .tutor_dates import release_tutor, tell_tutor

REFUSALS = {
    "a_tutor_has_room": gettext_lazy("An employer may have fewer students than this tutor has now."),
    "a_tutor_who_has_left_takes_nobody": gettext_lazy("This tutor has left the company: choose another one."),
    "a_tutor_serves_the_site": gettext_lazy("This tutor does not work on that site: choose one of the site."),
}


@transaction.atomic
def add_tutor(site: HostSite, *, by: User, also: Iterable[HostSite] = (), **fields: Any) -> Tutor:
    """Record a tutor of a site, and of other sites of its company; Refused for a site of another one."""
    sites = _of_company(site.company_id, {site, *also})
    tutor = Tutor.objects.create(company_id=site.company_id, **fields)
    tutor.sites.set(sites)
    record(tutor, "tutor_added", by=by)
    return tutor


@transaction.atomic
def edit_tutor(tutor: Tutor, *, by: User, version: int, sites: Iterable[HostSite], **fields: Any) -> None:
    """Correct a tutor's record; Refused for taking them from a site where they train somebody, Stale if it changed.

    `sites` are all the sites they serve from now on.
    """
    _hold(tutor)
    wanted = _of_company(tutor.company_id, set(sites))
    busy = tutor.placements.live().exclude(seat__site__in=wanted).select_related("seat__site").first()
    if busy is not None:
        raise Refused(
            _("%(tutor)s trains a student at %(site)s: give them another tutor first.")
            % {"tutor": tutor, "site": busy.seat.site}
        )
    changes = {name: value for name, value in fields.items() if getattr(tutor, name) != value}
    with workflow.refusing(REFUSALS):
        edit(tutor, by=by, version=version, deed="tutor_edited", **changes)
    tutor.sites.set(wanted)
    _follow_the_address(tutor)


@transaction.atomic
def let_tutor_go(tutor: Tutor, *, by: User) -> int:
    """Say that a tutor has left the company; how many students they still train there, who need another one."""
    _hold(tutor)
    if tutor.left_at:
        raise Refused(_("%(tutor)s has left already.") % {"tutor": tutor})
    edit(tutor, by=by, deed="tutor_left", reason="left_at", left_at=clock.now(), left_by=by)
    outbox.cancel(to=tutor)
    return tutor.placements.live().count()


def _follow_the_address(tutor: Tutor) -> None:
    """Letters that have not left go where the tutor is written to now, or nowhere."""
    if tutor.email:
        outbox.readdress(tutor)
    else:
        outbox.cancel(to=tutor)


def _hold(tutor: Tutor) -> None:
    """Let whoever is being given to this tutor finish first, or wait for us."""
    tutor.refresh_from_db(from_queryset=Tutor.objects.select_for_update(no_key=True))


def _of_company(company: Any, sites: set[HostSite]) -> set[HostSite]:
    if not sites:
        raise Refused(_("Choose a site at least."))
    if any(site.company_id != company for site in sites):
        raise Refused(_("A tutor works on sites of one company."))
    return sites


# -- given a student --------------------------------------------------------------------------------------------------


@transaction.atomic
def assign_tutor(
    placement: Placement,
    *,
    tutor: Tutor,
    contract_kind: str,
    by: User,
    repeats_year: bool | None = None,
    version: int | None = None,
) -> None:
    """Give a placement its tutor and, where it is known, its kind of contract (empty is not known yet).

    Refused, with the reason, for a tutor who is not eligible (R6223-22, D6325-6), has as many students as the law
    allows (R6223-6, D6325-9), has left, or does not work on the site. Of many at once the database lets in so many.
    A new tutor of somebody who has begun is told of the days to come, the former one that they are theirs no more.
    """
    if contract_kind and contract_kind not in ContractKind.values:
        raise Refused(_("Choose a kind of contract."))
    if placement.state not in PLACEMENT_LIVE:
        raise Refused(_("This placement has ended: nobody is trained by it."))
    if reason := why_not_eligible(tutor, placement=placement, contract_kind=contract_kind):
        raise Refused(reason)
    former = placement.tutor
    is_new = former != tutor
    changes = {"tutor": tutor, "contract_kind": contract_kind}
    if repeats_year is not None:
        changes["repeats_year"] = repeats_year
    try:
        with workflow.refusing(REFUSALS):
            edit(placement, by=by, version=version, deed="tutor_given", reason=contract_kind, **changes)
    except Refused as refusal:
        placement.refresh_from_db()
        if refusal.reason == str(REFUSALS["a_tutor_has_room"]):
            raise Refused(_too_many(tutor)) from refusal
        raise
    if is_new and placement.state == PlacementState.ACTIVE:
        lead, event = responsible_for(placement) or by, f"given:{placement.version}"
        release_tutor(placement, former, lead=lead, event=event, since=clock.today())
        tell_tutor(placement, lead=lead, event=event)


def _too_many(tutor: Tutor) -> str:
    """Whom a tutor trains already, site by site: one who serves two sites is full for both."""
    by_site = (
        tutor.placements.live().values_list("seat__site__name").annotate(n=Count("pk")).order_by("seat__site__name")
    )
    places = list(by_site)
    total = sum(n for _name, n in places)
    where = ", ".join(f"{name} ({n})" for name, n in places)
    return ngettext(
        "%(tutor)s already trains %(n)s student: %(where)s. The law allows no more of these contracts to one tutor: "
        "choose another one.",
        "%(tutor)s already trains %(n)s students: %(where)s. The law allows no more of these contracts to one tutor: "
        "choose another one.",
        total,
    ) % {"tutor": tutor, "n": total, "where": where}


def why_not_eligible(tutor: Tutor, *, placement: Placement, contract_kind: str) -> str:
    """Why a tutor may not train for a placement, by the rules in force as its intake starts; empty if they may.

    Without a kind of contract, the mildest rule: which one holds is asked again once the kind is known. A kind
    without a rule of that date asks for nothing.
    """
    intake = placement.seat.intake
    rules = eligibility_on(intake.starts_on)
    asked = [rules[contract_kind]] if contract_kind in rules else [] if contract_kind else list(rules.values())
    level = intake.programme.level
    reasons = [reason for rule in asked if (reason := _lacks(tutor, rule, level))]
    return reasons[0] if asked and len(reasons) == len(asked) else ""


def eligibility_on(day: date) -> dict[str, TutorEligibility]:
    """The rule of each kind of contract that is in force on a day."""
    return {rule.kind: rule for rule in TutorEligibility.objects.filter(since__lte=day).order_by("since")}


def _lacks(tutor: Tutor, rule: TutorEligibility, level: int | None) -> str:
    if rule.allows(tutor, level):
        return ""
    words = {"tutor": tutor, "years": rule.years, "source": rule.source}
    if tutor.years_in_job is None:
        return (
            _("Nothing says how long %(tutor)s has done this work: write it in their record first (%(source)s).")
            % words
        )
    if rule.years_with_diploma is None:
        return (
            _("%(tutor)s has done this work for less than %(years)s years (%(source)s): choose another tutor.") % words
        )
    return _(
        "%(tutor)s has done this work for less than %(years)s years, or %(fewer)s with a diploma of the field "
        "(%(source)s): choose another tutor."
    ) % {**words, "fewer": rule.years_with_diploma}

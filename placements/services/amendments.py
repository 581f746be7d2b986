"""A placement that changes its site or its tutor inside its company: an amendment, not a break."""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Enrolment
from partnership import clock, workflow
from partnership.models import User
from partnership.workflow import Refused, edit

from .. import emails
from ..models import Amendment, HostSite, Placement, Seat, Tutor
from ..states import PLACED, PlacementState
from . import tutors
from .fitting import check_hours
from .placements import FULL, MOST_TRIES, REFUSALS, hold_free_seat, responsible_for
from .places import let_go
from .tutor_dates import release_tutor, tell_tutor

# An amendment is told in advance, not a year ahead.
MOST_AHEAD = timedelta(days=183)
_REFUSALS = (
    REFUSALS
    | tutors.REFUSALS
    | {
        "a_tutor_has_room": gettext_lazy("This tutor has as many students as the law allows: choose another one."),
        "a_placement_stays_in_its_company": gettext_lazy(
            "This site belongs to another company: that is a new placement."
        ),
    }
)


def amend(
    placement: Placement,
    *,
    site: HostSite,
    tutor: Tutor | None,
    from_on: date,
    by: User,
    hours_reason: str = "",
    version: int | None = None,
) -> Amendment:
    """Move a student to another site of their company, or to another tutor, from a day on; host and student are told.

    So is the tutor of somebody who has begun, with the days from then on, and the former one, who has them no more.

    Another site takes one of its free places and gives the former one back; of many who want the last, one gets it.
    """
    for _attempt in range(MOST_TRIES):
        try:
            return _amend(placement, site, tutor, from_on, by, hours_reason, version)
        except IntegrityError as refusal:
            name = getattr(getattr(refusal.__cause__, "diag", None), "constraint_name", None)
            if name != "one_live_placement_per_seat":
                raise
    raise Refused(FULL)


@transaction.atomic
def _amend(
    placement: Placement,
    site: HostSite,
    tutor: Tutor | None,
    from_on: date,
    by: User,
    hours_reason: str,
    version: int | None,
) -> Amendment:
    if placement.state not in PLACED:
        raise Refused(_("Only a placement that the host has accepted is amended."))
    old_seat, old_site, old_tutor = placement.seat, placement.seat.site, placement.tutor
    if site == old_site and tutor == old_tutor:
        raise Refused(_("Nothing changes: choose another site or another tutor."))
    if from_on > clock.today() + MOST_AHEAD or (placement.started_on and from_on < placement.started_on):
        raise Refused(_("Choose a day between the first day at the host and six months from now."))
    if tutor is not None and (tutor.company_id != site.company_id or tutor.left_at):
        raise Refused(_("This tutor does not work for the company."))
    if tutor is not None and tutor != old_tutor:
        kind = placement.contract_kind
        if reason := tutors.why_not_eligible(tutor, placement=placement, contract_kind=kind):
            raise Refused(reason)
    changes: dict[str, Seat | Tutor | str | None] = {"tutor": tutor}
    if site != old_site:
        # The student, then the placement, as whoever ends it, then the site it leaves; a place, and by the law of the
        # zones the company, only after them: whoever changes a site or its records goes from the site to the company.
        Enrolment.objects.select_for_update(no_key=True).get(pk=placement.enrolment_id)
        Placement.objects.select_for_update(no_key=True).get(pk=placement.pk)
        HostSite.objects.select_for_update(no_key=True).get(pk=old_site.pk)
        changes["hours_reason"] = check_hours(placement.enrolment, site, reason=hours_reason)
        changes["seat"] = hold_free_seat(site, placement.enrolment.application.intake_id)
    shown = placement.version if version is None else version
    with workflow.refusing(_REFUSALS):
        edit(
            placement,
            by=by,
            version=shown,
            deed="amended",
            reason=str(site if site != old_site else tutor or ""),
            **changes,
        )
    if site != old_site:
        let_go(old_seat, by=by)
    amendment = Amendment.objects.create(
        placement=placement,
        from_site=old_site,
        to_site=site,
        from_tutor=old_tutor,
        to_tutor=tutor,
        from_on=from_on,
        amended_at=clock.now(),
        amended_by=by,
    )
    lead = responsible_for(placement) or by
    emails.placement_amended(amendment, lead=lead)
    for told in dict.fromkeys((site, old_site)):
        emails.amendment_told_host(amendment, to=told, lead=lead)
    if placement.state == PlacementState.ACTIVE:
        event = f"amendment:{amendment.pk}"
        if tutor != old_tutor:
            release_tutor(placement, old_tutor, lead=lead, event=event, since=from_on, site=old_site.name)
        tell_tutor(placement, lead=lead, event=event, since=from_on)
    return amendment

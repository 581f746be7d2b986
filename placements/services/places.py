"""The places of a site: opened when its host says so, said again, closed while nobody sits there."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from cohorts.models import Intake
from partnership import clock
from partnership.models import User
from partnership.workflow import Refused, Stale, record

from ..models import HostPledge, HostSite, Seat
from ..states import PledgeAnswer


@transaction.atomic
def open_seats(site: HostSite, intake: Intake, *, number: int, by: User, shown: int | None = None) -> list[Seat]:
    """Open so many places for an intake: the host has just said yes to them.

    Stale if others have been opened since a page that showed `shown` of them, by somebody else or by the same click.
    """
    if not intake.programme.is_hosted:
        raise Refused(_("This course needs no host: its students have their employer."))
    if shown is not None:
        HostSite.objects.select_for_update(no_key=True).get(pk=site.pk)
        if site.seats.count() != shown:
            raise Stale(site)
    now = clock.now()
    _pledge(site, intake, by=by)
    seats = [Seat.objects.create(site=site, intake=intake, opened_at=now, opened_by=by) for _number in range(number)]
    for seat in seats:
        record(seat, "opened", by=by)
    return seats


@transaction.atomic
def reconfirm(site: HostSite, intake: Intake, *, by: User) -> None:
    """The host says again that the places are open: they count for another ninety days."""
    _pledge(site, intake, by=by)


def _pledge(site: HostSite, intake: Intake, *, by: User) -> None:
    pledge, _created = HostPledge.objects.update_or_create(
        site=site, intake=intake, defaults={"answer": PledgeAnswer.YES, "answered_at": clock.now()}
    )
    record(pledge, PledgeAnswer.YES, by=by)


@transaction.atomic
def close_seat(seat: Seat, *, by: User) -> None:
    """Close a free place; Refused while somebody is proposed or sits there."""
    # The row's lock makes a placement that is being proposed at this moment wait for us, or us for it.
    seat = Seat.objects.select_for_update(no_key=True).get(pk=seat.pk)
    if seat.closed_at:
        raise Refused(_("This place is already closed."))
    if seat.placements.live().exists():
        raise Refused(_("Somebody is placed there: cancel the placement first."))
    Seat.objects.filter(pk=seat.pk).update(closed_at=clock.now(), closed_by=by)
    record(seat, "closed", by=by)


def close_free(seat: Seat, *, by: User, at: datetime) -> None:
    """Close a place that its student has just left, in the transaction that says so; one that is closed stays so."""
    if Seat.objects.filter(pk=seat.pk, closed_at=None).update(closed_at=at, closed_by=by):
        record(seat, "closed", by=by)

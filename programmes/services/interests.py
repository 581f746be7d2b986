"""Interests: a reviewer says why they must not judge a programme; what they said of it no longer counts."""

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.workflow import Refused, record

from ..models import Interest, Programme


@transaction.atomic
def declare_interest(programme: Programme, *, kind: str, note: str = "", by: User) -> Interest:
    """Declare an interest: its opinions on versions that are not decided no longer count, its reading ends."""
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if Interest.objects.in_force().filter(programme=programme, user=by).exists():
        raise Refused(_("You have declared an interest in this programme already."))
    declared = Interest.objects.create(
        programme=programme, user=by, kind=kind, note=note.strip(), declared_at=clock.now()
    )
    record(declared, "declared", by=by, reason=kind)
    return declared


@transaction.atomic
def end_interest(programme: Programme, *, by: User) -> None:
    """Say that an interest is over; Refused if there is none."""
    declared = Interest.objects.select_for_update().in_force().filter(programme=programme, user=by).first()
    if declared is None:
        raise Refused(_("You have declared no interest in this programme."))
    declared.ended_at = clock.now()
    declared.save(update_fields=["ended_at"])
    record(declared, "ended", by=by, reason=declared.kind)

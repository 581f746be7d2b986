"""Interests: a reviewer says why they must not judge a programme; what they said of it no longer counts."""

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.workflow import Refused, record

from ..models import Curriculum, Interest, Programme
from ..states import REVIEWABLE
from .assigning import replace


@transaction.atomic
def declare_interest(programme: Programme, *, kind: str, note: str = "", by: User) -> Interest:
    """Declare an interest: its opinions on versions that are not decided no longer count, and others are asked."""
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
    if Interest.objects.in_force().filter(programme=programme, user=by).exists():
        raise Refused(_("You have declared an interest in this programme already."))
    declared = Interest.objects.create(
        programme=programme, user=by, kind=kind, note=note.strip(), declared_at=clock.now()
    )
    record(declared, "declared", by=by, reason=kind)
    for version in Curriculum.objects.select_for_update().filter(programme=programme, state__in=REVIEWABLE):
        replace(version)
    return declared


@transaction.atomic
def end_interest(programme: Programme, *, interest: str, by: User) -> None:
    """Say that the interest of this key is over; Refused if it is not theirs, or over already."""
    theirs = Interest.objects.select_for_update().in_force().filter(programme=programme, user=by)
    declared = next((one for one in theirs if str(one.pk) == interest), None)
    if declared is None:
        raise Refused(_("You have declared no interest in this programme."))
    declared.ended_at = clock.now()
    declared.save(update_fields=["ended_at"])
    record(declared, "ended", by=by, reason=declared.kind)

"""What a lead leaves behind: proposals that a host has not answered."""

from django.utils.translation import gettext_lazy as _

from partnership.handover import Belonging, Left
from partnership.models import User

from .models import Placement
from .states import PlacementState


def proposals_of(person: User) -> Left:
    """The proposals somebody has made and that wait for the host's answer."""
    waiting = Placement.objects.filter(state=PlacementState.PROPOSED, proposed_by=person)
    return Left.of(waiting.values_list("seat__site__name", flat=True))


BELONGINGS = (
    Belonging(
        "proposals",
        _("Proposals waiting for a host"),
        _("The answer goes to another lead of the zone, who finds them on the zone’s board."),
        proposals_of,
    ),
)

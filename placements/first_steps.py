"""What a regional lead does first."""

from django.db.models import Exists
from django.utils.translation import gettext_lazy as _

from partnership import first_steps
from partnership.first_steps import Step
from partnership.states import Role

from .models import HostCall, Placement, Seat

OF_LEADS = (
    Step(
        "host_call",
        _("Call a first host, and note what it said"),
        "placements:site_list",
        lambda user: Exists(HostCall.objects.filter(by=user)),
    ),
    Step(
        "seat",
        _("Record a first place"),
        "placements:site_list",
        lambda user: Exists(Seat.objects.filter(opened_by=user)),
    ),
    Step(
        "placement",
        _("Place a first student"),
        "placements:home",
        lambda user: Exists(Placement.objects.filter(proposed_by=user)),
    ),
)


def register() -> None:
    """Make the first steps of regional leads known."""
    first_steps.register(*OF_LEADS, roles=[Role.REGIONAL_LEAD])

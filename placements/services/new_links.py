"""Personal links, sent again to whoever lost theirs."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from cohorts.models import Application
from cohorts.states import CONTINUED

from .. import emails
from ..models import Introduction, Placement, Presentation
from ..states import PlacementState
from .contracts import send_new_contract_link
from .placements import has_left

# Files of one address that get a new link at once: a family shares an address, a crowd does not.
MOST_LINKS = 5


@transaction.atomic
def send_new_follow_link(email: str) -> None:
    """Send whoever applied under an address the link of their page again, once a day; a stranger gets nothing."""
    for application in (
        Application.objects.submitted()
        .filter(candidate__email__iexact=email)
        # Its link would open the file that goes on with it, which has its own.
        .exclude(exit_reason__in=CONTINUED)
        .select_related("candidate", "cohort__intake__programme", "intake")[:MOST_LINKS]
    ):
        emails.follow_link(application)


@transaction.atomic
def send_new_answer_link(email: str) -> None:
    """Send a host the links of the answers and sheets they still owe, once a day; an unknown address gets nothing."""
    waiting = Placement.objects.filter(state=PlacementState.PROPOSED, seat__site__contact_email__iexact=email)
    for placement in waiting.select_related("seat__site__company", "proposed_by")[:MOST_LINKS]:
        # A proposal that can still be undone is nothing to the host yet.
        if has_left(placement):
            emails.answer_link(placement)
    send_new_contract_link(email, most=MOST_LINKS)


@transaction.atomic
def send_new_presentation_link(email: str) -> None:
    """Send a host the links of whoever is presented to them still, once a day; an unknown address gets nothing."""
    under_way = Introduction.objects.live().filter(presentation=OuterRef("pk"))
    shown = Presentation.objects.filter(Exists(under_way), site__contact_email__iexact=email)
    for presentation in shown.select_related("site__company", "sent_by", "intake__programme")[:MOST_LINKS]:
        emails.presentation_link(presentation)

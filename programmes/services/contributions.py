"""What is proposed to an activity's call for contributions, and what is decided about it."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.workflow import Refused, move, record

from .. import emails
from ..models import ChairActivity, Contribution
from ..states import ContributionState
from .registrations import WITH_ALL_A_LETTER_SAYS, held

_LETTERS = {
    ContributionState.KEPT: emails.contribution_kept,
    ContributionState.ACCEPTED: emails.contribution_accepted,
    ContributionState.DECLINED: emails.contribution_declined,
}


@transaction.atomic
def contribute(activity: ChairActivity, *, submit_key: UUID, email: str, **said: str) -> Contribution:
    """Propose something to a call that is open; the same form sent twice is one proposal."""
    activity = held(activity)
    sent_before = Contribution.objects.filter(submit_key=submit_key).first()
    if sent_before is not None:
        return sent_before
    if not activity.takes_contributions:
        raise Refused(_("The call for contributions is closed."))
    contribution = Contribution.objects.create(
        activity=activity, submit_key=submit_key, email=email.lower(), written_at=clock.now(), **said
    )
    record(contribution, ContributionState.RECEIVED, by=contribution)
    emails.contribution_received(contribution)
    return contribution


@transaction.atomic
def decide_contribution(contribution: Contribution, to: str, *, words: str, version: int, by: User) -> None:
    """Keep, accept or decline a proposal, and tell its author, with words of one's own if there are any."""
    if contribution.erased_at is not None:
        raise Refused(_("Whoever proposed this has had it erased."))
    contribution.activity = WITH_ALL_A_LETTER_SAYS.get(pk=contribution.activity_id)
    move(contribution, to, by=by, version=version, decided_at=clock.now(), decided_by=by)
    _LETTERS[ContributionState(to)](contribution, words=words)

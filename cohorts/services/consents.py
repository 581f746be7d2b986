"""What somebody agrees to apart from their application, given and taken back; and the notice they have read."""

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.personal_data import NOTICE_VERSION
from partnership.states import Channel
from partnership.workflow import Actor, Refused, record

from ..models import Application, Candidate, Consent
from ..states import ConsentPurpose
from .keeping import look_again
from .sameness import held


@transaction.atomic
def give_consent(application: Application, purpose: str, *, by: Actor, channel: Channel = Channel.WEB) -> None:
    """Record that somebody agrees, as of now; whoever agreed before is heard from again, if we had written to them.

    Their first date stays: a consent is proven by the day it was given. Refused once the person has been erased.
    """
    person = _in_turn(application)
    now = clock.now()
    if not person.consents.filter(purpose=purpose, withdrawn_at=None).exists():
        person.consents.create(
            purpose=purpose,
            text_version=NOTICE_VERSION,
            given_at=now,
            given_by=by if isinstance(by, User) else None,
            channel=channel,
        )
        record(application, "consent_given", by=by, channel=channel, reason=purpose)
    elif person.warned_at and (person.heard_at is None or person.heard_at < person.warned_at):
        record(application, "consent_renewed", by=by, channel=channel, reason=purpose)
    else:
        return
    Candidate.objects.filter(pk=person.pk).update(heard_at=now)


@transaction.atomic
def withdraw_consent(application: Application, purpose: str, *, by: Actor, channel: Channel = Channel.WEB) -> None:
    """Record that somebody no longer agrees; a second time is the same."""
    person = _in_turn(application)
    if person.consents.filter(purpose=purpose, withdrawn_at=None).update(withdrawn_at=clock.now()):
        record(application, "consent_withdrawn", by=by, channel=channel, reason=purpose)
        if purpose == ConsentPurpose.TALENT_POOL:
            look_again(person)


def consents_of(candidate: Candidate) -> dict[str, Consent]:
    """The last word on each purpose of which somebody ever said one: in force, or withdrawn."""
    return {consent.purpose: consent for consent in candidate.consents.select_related("given_by").order_by("given_at")}


@transaction.atomic
def read_notice(application: Application, *, by: Actor, channel: Channel = Channel.LINK) -> None:
    """Record that somebody has read the notice in force; a second time is the same."""
    unread = Application.objects.filter(pk=application.pk).exclude(notice_version=NOTICE_VERSION)
    # No new version of the file: nothing that a colleague reads or writes has changed.
    if unread.update(notice_version=NOTICE_VERSION):
        record(application, "notice_read", by=by, channel=channel, reason=NOTICE_VERSION)


def _in_turn(application: Application) -> Candidate:
    """The person, held until the commit: two taps at once are one."""
    person = held(application.candidate)
    if person.erased_at:
        raise Refused(_("This person has been erased."))
    return person

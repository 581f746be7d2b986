"""What people ask of their own data by link: to receive them, and to have them erased; each by a fresh link first.

The link of a letter may have been passed on: it shows where an application stands, and no more. All that is held, and
its end, need a link that was sent a moment ago to the address on file.
"""

from copy import copy

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, personal_data
from partnership.models import ref
from partnership.states import Channel
from partnership.workflow import Actor, Refused, record

from .. import emails
from ..models import Application
from .keeping import keeping_of


@transaction.atomic
def ask_for_data(application: Application) -> None:
    """Send to the address on file the link that opens everything held about its person; Refused without an address."""
    _must_be_reachable(application)
    record(application, "data_asked", by=application.candidate, channel=Channel.LINK)
    emails.data_link(application, event=f"data_link:{application.pk}:{clock.now().isoformat()}")


@transaction.atomic
def take_data(application: Application) -> personal_data.Held:
    """Everything held about the person, by section; that they took it is written down."""
    held = personal_data.collect(ref(application.candidate))
    record(application, "data_taken", by=application.candidate, channel=Channel.LINK)
    return held


@transaction.atomic
def ask_for_erasure(application: Application) -> None:
    """Send to the address on file the link that erases; Refused without an address, or while the law keeps the file."""
    _must_be_erasable(application)
    _must_be_reachable(application)
    record(application, "erasure_link_asked", by=application.candidate, channel=Channel.LINK)
    emails.erasure_link(application, event=f"erasure_link:{application.pk}:{clock.now().isoformat()}")


@transaction.atomic
def erase_on_request(application: Application, *, by: Actor, channel: Channel = Channel.LINK) -> None:
    """Erase the person, close what is open first, and tell them so in a last letter that names nobody.

    Refused while the law keeps the file. The letter's address goes with the next day's retention.
    """
    _must_be_erasable(application)
    record(application, "erasure_asked", by=by, channel=channel)
    nobody = copy(application.candidate)
    nobody.first_name = nobody.last_name = ""
    personal_data.erase(ref(nobody), by=by, even_if_live=True)
    if nobody.email:
        emails.file_erased(application, to=nobody)


def _must_be_reachable(application: Application) -> None:
    if application.candidate.erased_at:
        raise Refused(_("This person has been erased."))
    if not application.candidate.email:
        raise Refused(_("We have no e-mail address of yours: call us, we do it with you."))


def _must_be_erasable(application: Application) -> None:
    if application.candidate.erased_at:
        raise Refused(_("This person has been erased."))
    if keeping_of(application.candidate).is_by_law:
        raise Refused(_("The law obliges us to keep the proofs of a course that has begun."))

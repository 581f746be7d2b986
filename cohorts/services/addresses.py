"""How somebody is reached, corrected by whoever speaks with them; and who is told that an address takes no letter."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import OuterRef, TextField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils.translation import gettext as _

from partnership import links, outbox
from partnership import services as house
from partnership.models import OutgoingMessage, User
from partnership.reminders import Reminder, untold
from partnership.states import MessageState
from partnership.workflow import Refused, edit, move

from .. import emails, letters
from ..models import Application, ApplicationQuerySet
from ..states import FOLLOW, LIVE
from .sameness import close_fresh_links


@transaction.atomic
def correct_address(
    application: Application,
    *,
    phone: str,
    email: str,
    again: Iterable[OutgoingMessage] = (),
    by: User,
    version: int | None = None,
) -> None:
    """Correct somebody's telephone and e-mail address in all their files; the letters named leave once more.

    Refused for somebody who could no longer be reached; Stale if the file has changed since.
    """
    person = application.candidate
    if not (phone or email):
        raise Refused(_("Write a telephone number, or at least an e-mail address."))
    if person.erased_at:
        raise Refused(_("This person was erased: nothing is written to them."))
    former, again = person.email, list(again)
    if (phone, email) != (person.phone, former):
        edit(application, by=by, version=version, deed="readdressed")
        person.phone, person.email = phone, email
        person.save(update_fields=["phone", "email"])
    if email != former:
        _follow(application, former, again=again, by=by)
    for letter in again:
        house.send_letter_again(letter, by=by)


_CAME_BACK = (MessageState.DEAD, MessageState.BOUNCED)


def _follow(application: Application, former: str, *, again: list[OutgoingMessage], by: User) -> None:
    """What has not left goes to the new address; whoever has the former one must not read on."""
    person = application.candidate
    if former:
        files = list(person.applications.all())
        close_fresh_links(files)
        for file in files:
            links.revoke(FOLLOW, file)
    named = [letter.pk for letter in again]
    for letter in letters.stopped_for(person, by).filter(state__in=_CAME_BACK).exclude(pk__in=named):
        move(letter, MessageState.CANCELLED, by=by)
    if not person.email:
        outbox.cancel(to=person)
        return
    outbox.readdress(person, even_refused=False)
    OutgoingMessage.objects.filter(pk__in=named).update(to_email=person.email, to_name=person.called)
    if former and not named and application.state in LIVE:
        emails.application_link(application)


# -- who is told ------------------------------------------------------------------------------------------------------


def _refused() -> ApplicationQuerySet:
    """The files with an address that takes no letter, of which whoever follows them has not been told."""
    files = (
        letters.unreached().filter(owner__is_active=True).select_related("candidate", "owner", "cohort__zone", "intake")
    )
    key = Concat(
        Value("address_refused:"),
        Cast(OuterRef("pk"), TextField()),
        Value(":"),
        MD5(OuterRef("candidate__email")),
        output_field=TextField(),
    )
    return untold(files, key=key)


def _tell(application: Application) -> None:
    letter = letters.returned_to(application.candidate)
    if letter is not None:
        emails.address_refused(application, to=application.owner, letter=letter)


ADDRESSES = Reminder("addresses_refused", _refused, _tell)

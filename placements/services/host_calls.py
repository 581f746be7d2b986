"""Whom one speaks to at a site, and what calls gave: a lead's own notes, which no rival reads."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import User
from partnership.states import Channel
from partnership.workflow import Refused, edit, record

from ..models import HostCall, HostContact, HostSite
from ..states import HostCallResult


@transaction.atomic
def record_host_call(site: HostSite, *, result: str, by: User, note: str = "", next_on: date | None = None) -> HostCall:
    """Keep what a call to a site gave, and the day on which the next one is due, if one is."""
    if result not in HostCallResult.values:
        raise Refused(_("Say what the call gave."))
    if result == HostCallResult.CALL_BACK and next_on is None:
        raise Refused(_("Say on which day to call back."))
    if next_on is not None and next_on < clock.today():
        raise Refused(_("A next date is still to come."))
    call = HostCall.objects.create(site=site, by=by, at=clock.now(), result=result, note=note, next_on=next_on)
    record(call, "host_called", by=by, reason=result, channel=Channel.PHONE)
    return call


@transaction.atomic
def add_contact(site: HostSite, *, by: User, **fields: Any) -> HostContact:
    """Record somebody else who is known at a site."""
    contact = HostContact.objects.create(site=site, **fields)
    record(contact, "contact_added", by=by)
    return contact


@transaction.atomic
def edit_contact(contact: HostContact, *, by: User, version: int, **fields: Any) -> None:
    """Correct a contact; Stale if somebody else has."""
    changes = {name: value for name, value in fields.items() if getattr(contact, name) != value}
    edit(contact, by=by, version=version, deed="contact_edited", **changes)


@transaction.atomic
def remove_contact(contact: HostContact, *, by: User) -> None:
    """Forget a contact: whoever no longer works there has no reason to stay in a file."""
    record(contact, "contact_removed", by=by)
    contact.delete()


@transaction.atomic
def let_contact_answer(contact: HostContact, *, by: User) -> None:
    """The contact answers for the site from now on, and letters follow; whoever did so becomes a contact."""
    if not contact.email:
        raise Refused(_("%(contact)s has no e-mail address: proposals could not be sent.") % {"contact": contact})
    site = HostSite.objects.select_for_update(no_key=True).get(pk=contact.site_id)
    former = {"name": site.contact_name, "email": site.contact_email, "phone": site.contact_phone, "job": ""}
    edit(
        site,
        by=by,
        deed="contact_answers",
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=contact.phone,
    )
    contact.delete()
    if former["email"] or former["phone"]:
        HostContact.objects.create(site=site, **former)
    outbox.readdress(site)

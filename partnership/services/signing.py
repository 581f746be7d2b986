"""What a convention and its amendments share: a text is held while it is written or signed.

A text that somebody has signed does not change under the signature: whoever changes it takes the signatures back, and
whoever had given one is told. There is no deed to take back one's own, and no lock to wait for: one rule, no way round.
"""

from django.db.models import F
from django.utils.translation import gettext as _

from .. import clock, emails
from ..models import Amendment, AmendmentSignature, Convention, Signature, User
from ..states import Channel
from ..workflow import Refused, Stale, record

Text = Convention | Amendment
DRAFT = "draft"


def held(text: Text) -> Text:
    """A text that nobody else writes or signs before the commit."""
    found = type(text).objects.select_for_update().filter(pk=text.pk).first()
    if found is None:
        raise Refused(_("This draft has been discarded meanwhile."))
    return found


def must_be_read(text: Text, version: int | None) -> None:
    """Stale unless the text is as the page showed it; None where no page did."""
    if version is not None and version != text.version:
        raise Stale(text)


def reopened(text: Text, *, by: User, version: int | None = None, is_discarded: bool = False) -> Text:
    """A draft that is about to change or to go: no signature stands, the next version begins."""
    draft = held(text)
    if draft.state != DRAFT:
        raise Refused(_("This text has been signed: it changes by an amendment."))
    must_be_read(draft, version)
    given = draft.signatures.filter(signed_at__isnull=False)
    taken_back = list(given.select_related("party", "signed_by"))
    given.update(signed_at=None, signed_by=None)
    for signature in taken_back:
        record(draft, "signature_void", by=by, reason=signature.party.code)
        if signature.signed_by_id != by.pk:
            emails.signature_void(draft, to=signature.signed_by, is_discarded=is_discarded)
    type(draft).objects.filter(pk=draft.pk).update(version=F("version") + 1)
    draft.version += 1
    return draft


def put(signature: Signature | AmendmentSignature, *, under: Text, by: User, channel: Channel) -> bool:
    """Put a party's signature under a text that is held; True if it was the last."""
    rows = type(signature).objects.filter(pk=signature.pk, signed_at__isnull=True)
    if not rows.update(signed_at=clock.now(), signed_by=by):
        raise Refused(_("%(party)s has already signed.") % {"party": signature.party})
    record(under, "party_signed", by=by, reason=signature.party.code, channel=channel)
    signature.refresh_from_db()
    return not under.signatures.filter(signed_at__isnull=True).exists()

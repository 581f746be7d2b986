"""Who follows a file: given to a colleague, who is told in one letter however many they are given."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from partnership.models import User
from partnership.workflow import Refused, edit

from .. import emails
from ..handover import ENTRUSTED, follower_in
from ..models import Application
from ..states import LIVE


@transaction.atomic
def entrust(application: Application, *, to: User, by: User, version: int | None = None) -> None:
    """Let a colleague follow a file; Refused where they do not recruit in its zone.

    The applicant waits on: this is no deed for them. Whoever gives files tells of them all at once (`tell_entrusted`).
    """
    if application.state not in LIVE:
        raise Refused(_("This file is closed: open it again first."))
    if application.owner_id == to.pk:
        raise Refused(_("%(who)s follows this file already.") % {"who": to})
    if follower_in(application.cohort, to) != to:
        raise Refused(_("%(who)s does not recruit in %(zone)s.") % {"who": to, "zone": application.cohort.zone})
    edit(application, by=by, version=version, deed=ENTRUSTED, reason=str(to.pk), owner=to)


def tell_entrusted(files: Sequence[Application], *, to: User, by: User, event: str) -> None:
    """One letter about the files somebody now follows, unless they took them themselves."""
    if files and to != by:
        emails.files_entrusted(files, to=to, by=by, event=event)

"""What a file shows of its student: what they told of themselves, and their papers."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership.templatetags.ui import longdate, number, phone

from ..models import Application, Dossier, PaperRequest
from ..states import ApplicationState, PaperRequestState


def panel(application: Application) -> dict[str, Any] | None:
    """The dossier, and what is still missing of it; None where nothing is asked and nothing was told."""
    dossier = getattr(application.candidate, "dossier", None)
    if dossier is None and application.state != ApplicationState.CONFIRMED:
        return None
    return {"dossier": dossier, "facts": _facts(dossier) if dossier else []}


def _facts(dossier: Dossier) -> list[dict[str, Any]]:
    rows = [
        (_("Date of birth"), longdate(dossier.born_on), ""),
        (_("Address"), f"{dossier.street}\n{dossier.postcode} {dossier.town}", ""),
        (_("Guardian"), dossier.guardian_name, ""),
        (_("Telephone of the guardian"), phone(dossier.guardian_phone), f"tel:{dossier.guardian_phone}"),
        (_("E-mail of the guardian"), dossier.guardian_email, f"mailto:{dossier.guardian_email}"),
        (_("Contact person"), dossier.contact_name, ""),
        (_("Telephone of the contact person"), phone(dossier.contact_phone), f"tel:{dossier.contact_phone}"),
    ]
    return [{"label": label, "value": value, "url": url if value else ""} for label, value, url in rows]


def papers_verdict(asked: Iterable[PaperRequest]) -> str:
    """What is to be looked at and what is missing, in a sentence."""
    asked = [one for one in asked if one.state != PaperRequestState.DROPPED]
    if not asked:
        return _("No paper is asked for.")
    waiting, missing = (
        sum(one.state == PaperRequestState.RECEIVED for one in asked),
        sum(one.is_missing for one in asked),
    )
    said = []
    if waiting:
        said.append(ngettext("%(n)s paper to look at", "%(n)s papers to look at", waiting) % {"n": number(waiting)})
    if missing:
        words = ngettext("%(n)s missing of %(all)s", "%(n)s missing of %(all)s", missing)
        said.append(words % {"n": number(missing), "all": number(len(asked))})
    return ", ".join(said) + "." if said else _("Every paper is accepted.")

"""What a file shows of its student: what they told of themselves."""

from typing import Any

from django.utils.translation import gettext as _

from partnership.templatetags.ui import longdate, phone

from ..models import Application, Dossier
from ..states import ApplicationState


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

"""How a letter about a file is written: who signs it, what it greets with, where its answers go."""

from typing import Any

from django.utils import translation

from partnership import outbox
from partnership.templatetags.figures import phone

from ..models import Application
from ..states import FOLLOW, SlotKind


def post(
    application: Application,
    template: str,
    *,
    key: str = "",
    event: str = "",
    about: Application | None = None,
    **options: Any,
) -> None:
    """`event` is the whole key of a letter that no version of the file gives rise to."""
    contact = application.contact
    outbox.post(
        f"cohorts/{template}",
        key=event or f"{template}:{key or application.pk}:{application.version}",
        about=about or application,
        to=application.candidate,
        reply_to=contact.email if contact else "",
        contact=contact.full_name if contact else "",
        contact_phone=phone(contact.phone) if contact else "",
        programme=application.cohort.intake.programme.short_title,
        zone=application.cohort.zone.name,
        provider=application.cohort.intake.programme.provider.name,
        reference=application.reference,
        is_hosted=application.cohort.intake.programme.is_hosted,
        is_for_professionals=application.cohort.intake.programme.is_for_professionals,
        paragraph=_paragraph(application, template),
        **{"link": (FOLLOW, application), **options},
    )


def _paragraph(application: Application, template: str) -> str:
    """What recruitment adds to this letter for this intake, in the applicant's language."""
    kept = (one for one in application.cohort.intake.paragraphs.all() if one.template == template)
    return next((one.text_in(application.candidate.language) for one in kept), "")


def told(application: Application, field: str) -> str:
    """A choice in the words of the applicant's language, whoever's language the page is in."""
    with translation.override(application.candidate.language):
        return str(getattr(application, f"get_{field}_display")())


def kind_in_words(kind: str, application: Application) -> str:
    with translation.override(application.candidate.language):
        return str(SlotKind(kind).label)


def unmet(application: Application) -> str:
    """The conditions still to be met, in the words of the applicant's language."""
    with translation.override(application.candidate.language):
        return ", ".join(map(str, application.conditions.unmet()))

"""What recruitment adds to its letters."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import User
from partnership.workflow import Refused, Stale, edit, record

from ..models import Intake, LetterParagraph


@transaction.atomic
def write_paragraph(intake: Intake, template: str, *, text_fr: str, text_en: str, by: User, version: int) -> None:
    """Keep a paragraph of one's own for a letter of an intake, `version` being the one that was shown (0: none).

    Stale if somebody else was first; Refused if it is written in English alone: most read French.
    """
    if text_en and not text_fr:
        raise Refused(_("Write it in French too: most of its readers read French."))
    said = {"text_fr": text_fr, "text_en": text_en, "written_at": clock.now(), "written_by": by}
    kept = LetterParagraph.objects.filter(intake=intake, template=template).first()
    if kept is not None:
        edit(kept, by=by, version=version, **said)
        return
    try:
        with transaction.atomic():
            made = LetterParagraph.objects.create(intake=intake, template=template, **said)
    except IntegrityError:
        raise Stale(LetterParagraph.objects.get(intake=intake, template=template)) from None
    record(made, "written", by=by)

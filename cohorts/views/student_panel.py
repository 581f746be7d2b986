"""What a file shows of its student: what they told of themselves, their papers, whether they come."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership.templatetags.figures import longdate, number, phone

from .. import services
from ..models import Application, Dossier, Enrolment, PaperRequest
from ..services import Standing
from ..states import ApplicationState, Coming, EnrolmentState, PaperRequestState


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


def standing(application: Application) -> Standing | None:
    """What a student of a certificate has acquired, even if they have left since; None of anybody else."""
    if not (application.intake.programme.is_for_professionals and application.offered_curriculum_id):
        return None
    return services.standing_of(application)


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


# -- whether they still come ------------------------------------------------------------------------------------------


def enrolment_of(application: Application) -> Enrolment | None:
    """The student of a file, while they are one."""
    if application.state != ApplicationState.CONFIRMED:
        return None
    return application.enrolments.live().select_related("answered_by").first()


def is_awaited(enrolment: Enrolment | None) -> bool:
    return enrolment is not None and enrolment.state == EnrolmentState.EXPECTED


def coming(enrolment: Enrolment | None) -> list[dict[str, Any]]:
    """What was asked and answered; nothing of whoever is not awaited."""
    if enrolment is None or not is_awaited(enrolment):
        return []
    answer = ""
    if enrolment.answer:
        who = enrolment.answered_by or _("by personal link")
        answer = f"{enrolment.get_answer_display()}, {longdate(enrolment.answered_at)}, {who}"
    questions = ngettext("%(n)s question", "%(n)s questions", enrolment.unanswered) % {"n": enrolment.unanswered}
    rows = [
        (_("Last answer"), answer or _("nothing said yet")),
        (_("Last asked"), longdate(enrolment.asked_at)),
        (_("Without an answer"), questions if enrolment.unanswered else ""),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def risk_of(enrolment: Enrolment) -> str:
    """Why somebody may not come, in a sentence."""
    if enrolment.answer == Coming.HESITATES:
        return _("At risk: hesitates since %(day)s") % {"day": longdate(enrolment.answered_at)}
    words = ngettext("At risk: %(n)s question unanswered", "At risk: %(n)s questions unanswered", enrolment.unanswered)
    return words % {"n": number(enrolment.unanswered)}

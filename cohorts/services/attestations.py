"""The attestation of what a student has acquired: block by block, and of the whole certificate with the last."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock, pdf
from partnership.templatetags.figures import longdate, number
from partnership.workflow import Refused

from ..models import Application, Dossier, Enrolment
from ..states import EnrolmentState
from .blocks import Standing, standings


def standing_of(application: Application) -> Standing | None:
    """What the student of a file has acquired; of somebody who has left, what they keep."""
    enrolled = application.enrolments.select_related(
        "application__intake__programme__provider",
        "application__intake__programme__reviewer_party",
        "application__candidate",
        "application__offered_curriculum",
        "application__cohort__zone",
    )
    latest = max(enrolled, key=_weight, default=None)
    return standings([latest])[0] if latest is not None else None


def _weight(enrolment: Enrolment) -> tuple[bool, Any]:
    return enrolment.state != EnrolmentState.ENDED, enrolment.enrolled_at


def attestation(standing: Standing, *, language: str) -> bytes:
    """The PDF, in a language; Refused while no block is acquired."""
    if not standing.acquired and not standing.former:
        raise Refused(_("No block is acquired yet: there is nothing to attest."))
    with translation.override(language):
        return pdf.render("cohorts/attestation", _data(standing))


def _data(standing: Standing) -> dict[str, Any]:
    application = standing.enrolment.application
    programme, content = application.intake.programme, application.offered_curriculum
    person, words = str(application.candidate), {"provider": programme.provider.name, "title": programme.title}
    dossier = Dossier.objects.filter(candidate=application.candidate_id).first()
    if standing.is_complete:
        title = _("Certificate attestation")
        said = (
            _("%(provider)s attests that the person named below has acquired every block of the course %(title)s.")
            % words
        )
    else:
        title = _("Attestation of blocks acquired")
        said = (
            _("%(provider)s attests that the person named below has acquired these blocks of the course %(title)s.")
            % words
        )
    total = sum(block.hours for block, _row in standing.blocks)
    acquired = ngettext(
        "%(n)s block acquired of %(all)s, %(hours)s h of %(total)s.",
        "%(n)s blocks acquired of %(all)s, %(hours)s h of %(total)s.",
        len(standing.acquired),
    ) % {
        "n": number(len(standing.acquired)),
        "all": number(len(standing.blocks)),
        "hours": number(standing.hours),
        "total": number(total),
    }
    rows = [[block.name, f"{number(block.hours)} h", _on(row)] for block, row in standing.blocks]
    rows += [[row.block, "", _on(row)] for row in standing.former]
    version = _("Content, version %(n)s, validated by %(party)s on %(day)s.") % {
        "n": content.number,
        "party": programme.reviewer_party.name,
        "day": longdate(content.decided_at),
    }
    return {
        "title": title,
        "said": said,
        "person": person,
        "born": _("Born on %(day)s") % {"day": longdate(dossier.born_on)} if dossier else "",
        "reference": _("File %(reference)s") % {"reference": application.reference},
        "where": _("%(zone)s, intake of %(day)s")
        % {"zone": application.cohort.zone, "day": longdate(application.intake.starts_on)},
        "head": [_("Block"), _("Hours"), _("Acquired on")],
        "rows": rows,
        "acquired": acquired,
        "completed": _("Completed on %(day)s.") % {"day": longdate(standing.completed_on)}
        if standing.completed_on
        else "",
        "version": version,
        "kind": _("A certificate of competence of the school; it is not a diploma of the State."),
        "done": _("Done on %(day)s, for %(provider)s")
        % {"day": longdate(clock.today()), "provider": words["provider"]},
        "signature": _("Name, position and signature:"),
    }


def _on(row: Any) -> str:
    return longdate(row.acquired_on) if row else _("not yet")

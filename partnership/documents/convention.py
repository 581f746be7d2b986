"""The convention on paper: its text as it stands today, who signed it and when, what amended it."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from .. import pdf, wording
from ..board import date_words
from ..models import Amendment, AmendmentSignature, Commitment, Convention, Milestone, Signature
from ..states import AmendmentState, ConventionState
from ..templatetags.figures import longdate, number


def convention_paper(convention: Convention) -> bytes:
    """A convention as a PDF, with its amendments; Unset if it is too long to be set."""
    signatures = list(convention.signatures.select_related("party", "signed_by"))
    milestones = convention.milestones.select_related("owner").prefetch_related(
        "objectives__zone", "commitments__party"
    )
    whole = convention.commitments.filter(milestone=None).select_related("party")
    signed = convention.amendments.filter(state=AmendmentState.SIGNED)
    amendments = signed.prefetch_related("changes", "signatures__party", "signatures__signed_by")
    known = wording.parts(convention)
    between = " – ".join(signature.party.name for signature in signatures)
    told = {
        "title": convention.title,
        "foot": f"{convention.title}. {_standing(convention)}",
        "eyebrow": _standing(convention),
        "between": _("Between %(parties)s") % {"parties": between} if between else "",
        "purpose_title": _("Purpose"),
        "purpose": pdf.lines(convention.purpose or _("Not written yet.")),
        "milestones_title": _("Milestones"),
        "no_milestone": _("No milestone has been written yet."),
        "milestones": [_milestone(one) for one in milestones],
        "commitments_title": _("Commitments of the convention as a whole"),
        "commitments": _promises(whole),
        "signatures": _signatures(_("Signatures"), signatures),
        "amendments_title": _("Amendments"),
        "amendments": [_amendment(one, known) for one in amendments],
    }
    return pdf.render("partnership/convention", told)


def _standing(convention: Convention) -> str:
    if convention.state == ConventionState.DRAFT:
        return _("Draft, which nobody is bound by")
    words = _("Signed by every party on %(day)s") % {"day": longdate(convention.signed_at)}
    return f"{words}, {convention.get_state_display()}" if convention.state == ConventionState.ENDED else words


def _milestone(milestone: Milestone) -> dict[str, Any]:
    return {
        "title": f"{milestone.order}. {milestone.title}",
        "facts": [
            {"label": _("Owner"), "text": milestone.owner.name},
            {"label": _("Opens"), "text": date_words(milestone.opens_on, milestone.opens_precision)},
            {
                "label": _("Everything settled by"),
                "text": date_words(milestone.finalise_by, milestone.finalise_precision),
            },
        ],
        "objectives_head": [_("Objective"), _("Zone"), _("Target"), _("Due")],
        "objectives": [
            [
                wording.measure_words(objective.measure),
                objective.zone.name if objective.zone else _("every zone"),
                number(objective.target),
                longdate(objective.due_on) if objective.due_on else _("with the milestone"),
            ]
            for objective in milestone.objectives.all()
        ],
        "commitments": _promises(milestone.commitments.all()),
    }


def _promises(promises: Any) -> dict[str, Any]:
    return {"head": [_("Party"), _("Commitment"), _("Due"), _("State")], "rows": [_promise(one) for one in promises]}


def _promise(promise: Commitment) -> list[str]:
    kept = ""
    if promise.done_at is not None:
        kept = _("kept on %(day)s: %(evidence)s") % {"day": longdate(promise.done_at), "evidence": promise.evidence}
    return [
        promise.party.short_name,
        promise.text,
        longdate(promise.due_on) if promise.due_on else _("no date"),
        kept or _("to be kept"),
    ]


def _signatures(title: str, signatures: list[Signature] | list[AmendmentSignature]) -> dict[str, Any]:
    return {
        "title": title,
        "head": [_("Party"), _("Signed by"), capfirst(_("signed on"))],
        "rows": [
            [
                one.party.name,
                str(one.signed_by) if one.signed_by else "",
                longdate(one.signed_at) if one.signed_at else _("awaited"),
            ]
            for one in signatures
        ],
    }


def _amendment(amendment: Amendment, known: wording.Parts) -> dict[str, Any]:
    return {
        "title": str(amendment),
        "facts": [
            {"label": _("Takes effect on"), "text": longdate(amendment.effective_on)},
            {"label": _("Signed by every party on"), "text": longdate(amendment.signed_at)},
        ],
        "reason": pdf.lines(amendment.reason),
        "head": [_("What changes"), _("Before"), _("After")],
        "rows": [
            [f"{line.part}, {line.field}", line.old or "–", line.new]
            for _change, lines in wording.change_lines(amendment.changes.all(), known)
            for line in lines
        ],
        "signatures": _signatures("", list(amendment.signatures.all())),
    }

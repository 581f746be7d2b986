"""The convention's pages: its board, its text and signatures, its milestones, its commitments."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from .. import board as boards
from .. import clock, documents, measures, next_steps, pdf, policies, projections, services, wording
from ..convention_forms import ReasonForm
from ..forms import EvidenceForm
from ..models import Commitment, Convention, User
from ..states import ConventionState
from ..versions import VersionForm
from ..workflow import Refused

# The board says whose move it is in one line of three; the report tells more.
MOVES_SHOWN = 3


def _running(user: User) -> Convention | None:
    return Convention.objects.visible_to(user).running()


def _running_or_404(user: User) -> Convention:
    convention = _running(user)
    if convention is None:
        raise Http404
    policies.require(policies.can_read_board(user, convention))
    return convention


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The convention on one screen; while it is a draft, who must still sign."""
    convention = _running(request.user)
    if convention is None:
        context = {"may_begin": policies.can_begin_convention(request.user)}
        return render(request, "partnership/board_empty.html", context)
    policies.require(policies.can_read_board(request.user, convention))
    if convention.state == ConventionState.DRAFT:
        signatures = _signatures(request.user, convention)
        context = {
            "convention": convention,
            "signatures": signatures,
            "title": _awaited(signatures),
            "due": _due(signatures, _("Read and sign"), reverse("partnership:convention_detail", args=[convention.pk])),
        }
        return render(request, "partnership/board_draft.html", context)
    census, today = measures.Census(request.user, convention), clock.today()
    shown = boards.open_for(census)
    moves = boards.next_moves(boards.lines_of(shown), shown.commitments, next_steps.told(census), today=today)
    context = {"convention": convention, "board": shown, "today": today, "moves": moves[:MOVES_SHOWN]}
    return render(request, "partnership/board.html", context)


def _signatures(user: User, convention: Convention) -> list[dict]:
    return [
        {
            "signature": signature,
            "awaited": signature.signed_at is None,
            "mine": convention.state == ConventionState.DRAFT
            and signature.signed_at is None
            and policies.can_sign(user, signature),
        }
        for signature in convention.signatures.select_related("party", "signed_by")
    ]


def _awaited(signatures: list[dict]) -> str:
    waiting = [line["signature"].party.short_name for line in signatures if line["awaited"]]
    if not waiting:
        return _("Signed? Not yet: nobody has been named to sign.")
    return _("Signed? Not yet: awaited from %(parties)s.") % {"parties": ", ".join(waiting)}


def _due(signatures: list[dict], label: str = "", url: str = "") -> dict | None:
    # The signature that the reader owes: a link to the text first, a button beside the text.
    mine = next((line["signature"] for line in signatures if line["mine"]), None)
    if mine is None:
        return None
    action = {"url": url, "label": label, "primary": True, "get": True}
    if not url:
        label = _("Sign for %(party)s") % {"party": mine.party.short_name}
        action = {"url": reverse("partnership:signature_sign", args=[mine.pk]), "label": label, "primary": True}
    return {
        "title": _("Your signature is awaited for %(party)s") % {"party": mine.party.name},
        "reason": _("The last signature opens the board and is told to every coordinator; it cannot be undone."),
        "actions": [action],
    }


@require_safe
def convention(request: HttpRequest, pk: str | None = None) -> HttpResponse:
    """The convention's text, its parties and their signatures, its milestones as they were promised."""
    if pk is None:
        shown = _running_or_404(request.user)
    else:
        shown = policies.get_allowed(Convention.objects, policies.can_read_board, request.user, pk=pk)
    signatures = _signatures(request.user, shown)
    is_draft = shown.state == ConventionState.DRAFT
    may_draft = policies.can_draft(request.user, shown)
    lacks = services.missing_to_sign(shown) if is_draft else []
    milestones = [
        {
            "milestone": milestone,
            "opens": boards.date_words(milestone.opens_on, milestone.opens_precision),
            "settled": boards.date_words(milestone.finalise_by, milestone.finalise_precision),
            "objectives": [
                {"objective": objective, "words": wording.objective_words(objective)}
                for objective in milestone.objectives.all()
            ],
        }
        for milestone in shown.milestones.with_promises()
    ]
    context = {
        "convention": shown,
        "signatures": signatures,
        "milestones": milestones,
        "commitments": [
            {"commitment": promise, "late": _is_late(promise)}
            for promise in shown.commitments.select_related("party", "milestone")
        ],
        "amendments": _amendments(shown),
        "title": _awaited(signatures),
        "lacks": ", ".join(lacks),
        "due": None if lacks else _due(signatures),
        "may_write": is_draft and may_draft,
        "may_amend": shown.state == ConventionState.SIGNED and may_draft,
    }
    return render(request, "partnership/convention_detail.html", context)


def _amendments(convention: Convention) -> list[dict[str, Any]]:
    # What each changed, a line a field; a convention that was never amended costs one statement.
    amendments = list(convention.amendments.prefetch_related("changes"))
    known = wording.parts(convention) if amendments else {}
    return [
        {
            "amendment": amendment,
            "lines": [
                line for _change, lines in wording.change_lines(amendment.changes.all(), known) for line in lines
            ],
        }
        for amendment in amendments
    ]


@require_safe
def convention_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The convention as a paper to keep or to print."""
    shown = policies.get_allowed(Convention.objects, policies.can_read_board, request.user, pk=pk)
    try:
        content = documents.convention_paper(shown)
    except pdf.Unset as refusal:
        messages.error(request, refusal.reason)
        return redirect("partnership:convention_detail", pk)
    return pdf.answer(content, shown.title)


@require_POST
def signature_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign for one's party."""
    visible = Convention.objects.visible_to(request.user)
    shown = get_object_or_404(visible, signatures=pk)
    signature = shown.signatures.select_related("party").get(pk=pk)
    policies.require(policies.can_sign(request.user, signature))
    try:
        services.sign(signature, by=request.user, version=VersionForm.shown(request.POST))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        said = _("You have signed for %(party)s.") % {"party": signature.party.name}
        messages.success(request, said)
    return redirect("partnership:convention_detail", pk=shown.pk)


@require_safe
def milestone_detail(request: HttpRequest, order: int) -> HttpResponse:
    """A milestone: its status and why, each objective beside its figure, what each party promised."""
    convention = _running_or_404(request.user)
    milestone = get_object_or_404(convention.milestones.with_promises(), order=order)
    census = measures.Census(request.user, convention)
    card = boards.card_of(
        milestone,
        measures.counts_of(census),
        signed_on=convention.measured_from,
        today=clock.today(),
        reader=request.user,
        projections=projections.projections_of(census),
    )
    lines = [
        (reading, boards.list_url(reading.measure, milestone, reading.zone, reader=request.user))
        for reading in card.readings
    ]
    context = {
        "convention": convention,
        "milestone": milestone,
        "card": card,
        "lines": lines,
        "opens": boards.date_words(milestone.opens_on, milestone.opens_precision),
        "commitments": _promises(request.user, convention, milestone.commitments.all()),
        "today": clock.today(),
    }
    return render(request, "partnership/milestone_detail.html", context)


def _promises(
    user: User,
    convention: Convention,
    commitments: QuerySet[Commitment],
    *,
    answered: Commitment | None = None,
    form: EvidenceForm | ReasonForm | None = None,
) -> list[dict]:
    # Each open promise of the user's party has its own form; the one just sent keeps what was typed.
    lines = []
    for promise in commitments:
        mine = convention.state == ConventionState.SIGNED and policies.can_keep_commitment(user, promise)
        kind = ReasonForm if promise.done_at else EvidenceForm
        own = form if promise == answered else kind(auto_id=f"{promise.pk}_%s")
        lines.append({"commitment": promise, "form": own if mine else None, "late": _is_late(promise)})
    return lines


def _is_late(promise: Commitment) -> bool:
    return promise.done_at is None and promise.due_on is not None and promise.due_on < clock.today()


@require_safe
def commitment_list(request: HttpRequest) -> HttpResponse:
    """What each party promised beside the milestones, kept or not."""
    return _commitment_page(request, _running_or_404(request.user))


def _commitment_page(
    request: HttpRequest,
    convention: Convention,
    *,
    answered: Commitment | None = None,
    form: EvidenceForm | ReasonForm | None = None,
) -> HttpResponse:
    commitments = convention.commitments.select_related("party", "milestone")
    lines = _promises(request.user, convention, commitments, answered=answered, form=form)
    kept = sum(1 for line in lines if line["commitment"].done_at)
    context = {"convention": convention, "lines": lines, "kept": kept, "form": form}
    return render(request, "partnership/commitment_list.html", context, status=422 if form else 200)


def _promise(request: HttpRequest, pk: UUID) -> Commitment:
    visible = Commitment.objects.filter(convention__in=Convention.objects.visible_to(request.user))
    commitment = get_object_or_404(visible.select_related("convention", "party"), pk=pk)
    policies.require(policies.can_keep_commitment(request.user, commitment))
    return commitment


@require_POST
def commitment_keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a promise of one's party has been kept, with its evidence."""
    commitment = _promise(request, pk)
    form = EvidenceForm(request.POST, auto_id=f"{commitment.pk}_%s")
    if not form.is_valid():
        return _commitment_page(request, commitment.convention, answered=commitment, form=form)
    try:
        services.keep_commitment(commitment, evidence=form.cleaned_data["evidence"], by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Recorded: this commitment has been kept."))
    return redirect("partnership:commitment_list")


@require_POST
def commitment_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a promise of one's party had not been kept after all, and why."""
    commitment = _promise(request, pk)
    form = ReasonForm(request.POST, auto_id=f"{commitment.pk}_%s")
    if not form.is_valid():
        return _commitment_page(request, commitment.convention, answered=commitment, form=form)
    try:
        services.reopen_commitment(commitment, reason=form.cleaned_data["reason"], by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("Recorded: this commitment is to be kept."))
    return redirect("partnership:commitment_list")

"""Amending a signed convention: a draft that lists what changes, signed by every party."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from .. import policies, services, wording
from ..convention_forms import (
    AmendmentForm,
    CommitmentChangeForm,
    CommitmentForm,
    MilestoneChangeForm,
    ObjectiveChangeForm,
    TextForm,
    told,
)
from ..models import (
    Amendment,
    AmendmentChange,
    AmendmentSignature,
    Commitment,
    Convention,
    Milestone,
    Objective,
    Party,
    User,
)
from ..policies import get_allowed
from ..states import AmendmentState, ConventionState
from ..versions import VersionForm
from ..workflow import Refused
from .drafting import Page, page, write

# Which address lists a change of a part.
_CHANGING = {
    Milestone: "partnership:amendment_milestone",
    Objective: "partnership:amendment_objective",
    Commitment: "partnership:amendment_commitment",
}


def _amendments() -> Any:
    hands = AmendmentSignature.objects.select_related("party", "signed_by")
    return Amendment.objects.select_related("convention").prefetch_related(
        Prefetch("signatures", hands), "changes", "convention__signatures"
    )


def _draft(request: HttpRequest, pk: UUID) -> Amendment:
    return get_allowed(_amendments(), policies.can_draft_amendment, request.user, pk=pk)


def _page(amendment: Amendment, title: str, done: str, **more: Any) -> Page:
    back = reverse("partnership:amendment_detail", args=[amendment.pk])
    given = [one.party.short_name for one in amendment.signatures.all() if one.signed_at is not None]
    note = ""
    if given and amendment.state == AmendmentState.DRAFT:
        note = _("Signed already: %(parties)s. A change takes these signatures back, and whoever signed is told.")
        note %= {"parties": ", ".join(given)}
    return Page(title=title, back=back, back_to=str(amendment), act=_("Save"), done=done, note=note) | more


# -- the amendment ----------------------------------------------------------------------------------------------------


@require_safe
def amendment_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An amendment: its reason, what changes from what to what, who has signed, whose move it is."""
    amendment = get_allowed(_amendments(), _can_read, request.user, pk=pk)
    is_draft = amendment.state == AmendmentState.DRAFT
    may_write = is_draft and policies.can_draft_amendment(request.user, amendment)
    known = wording.parts(amendment.convention)
    signatures = [{"signature": one, "awaited": one.signed_at is None} for one in amendment.signatures.all()]
    context = {
        "amendment": amendment,
        "convention": amendment.convention,
        "title": _title(amendment),
        "changes": wording.change_lines(amendment.changes.all(), known),
        "signatures": signatures,
        "due": _due(request.user, amendment),
        "may_write": may_write,
        "changeable": _changeable(amendment, known) if may_write else [],
    }
    return render(request, "partnership/amendment_detail.html", context)


def _can_read(user: User, amendment: Amendment) -> bool:
    return policies.can_read_board(user, amendment.convention)


def _title(amendment: Amendment) -> str:
    """« Avenant n° 2 : il manque la signature de SMT. »"""
    if amendment.state == AmendmentState.SIGNED:
        count = len(amendment.changes.all())
        words = ngettext("%(amendment)s: %(n)s change, signed", "%(amendment)s: %(n)s changes, signed", count)
        return words % {"amendment": amendment, "n": count}
    if not amendment.changes.all():
        return _("%(amendment)s: nothing is listed yet") % {"amendment": amendment}
    waiting = ", ".join(one.party.short_name for one in amendment.signatures.all() if one.signed_at is None)
    return _("%(amendment)s: awaited from %(parties)s") % {"amendment": amendment, "parties": waiting}


def _due(user: User, amendment: Amendment) -> dict[str, Any] | None:
    """The signature that the reader owes."""
    if amendment.state != AmendmentState.DRAFT or not amendment.changes.all():
        return None
    if amendment.convention.state != ConventionState.SIGNED:
        return None
    for signature in amendment.signatures.all():
        if signature.signed_at is None and policies.can_sign(user, signature):
            url = reverse("partnership:amendment_sign", args=[signature.pk])
            label = _("Sign for %(party)s") % {"party": signature.party.short_name}
            return {
                "title": _("Your signature is awaited for %(party)s") % {"party": signature.party.name},
                "reason": _("With the last signature the convention says what is listed here; it cannot be undone."),
                "actions": [{"url": url, "label": label, "primary": True}],
            }
    return None


def _changeable(amendment: Amendment, known: wording.Parts) -> list[dict[str, str]]:
    """Every part that can still be changed, with the address that lists its change."""
    return [
        {
            "words": wording.part_words(part),
            "kind": type(part)._meta.verbose_name,
            "url": reverse(_CHANGING[type(part)], args=[amendment.pk, part.pk]),
        }
        for part in known.values()
        if type(part) in _CHANGING and getattr(part, "done_at", None) is None
    ]


@page
def amendment_begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin an amendment of a signed convention."""
    conventions = Convention.objects.prefetch_related("signatures__party")
    convention = get_allowed(conventions, policies.can_draft, request.user, pk=pk)

    def deed(said: dict[str, Any], _version: int) -> str:
        begun = services.begin_amendment(convention, by=request.user, **said)
        return reverse("partnership:amendment_detail", args=[begun.pk])

    about = Page(
        title=_("A new amendment"),
        back=reverse("partnership:convention_detail", args=[convention.pk]),
        back_to=convention.title,
        act=_("Begin the amendment"),
        done=_("The amendment is begun: now list what changes."),
    )
    return write(request, about, lambda data: AmendmentForm(data), deed)


@page
def amendment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the reason of an amendment, or the day it takes effect."""
    amendment = _draft(request, pk)

    def make(data: QueryDict | None) -> TextForm:
        return AmendmentForm(data, version=amendment.version, told=told(amendment, "reason", "effective_on"))

    return write(
        request,
        _page(amendment, _("Change the reason or the date"), _("The amendment is changed.")),
        make,
        lambda said, version: services.edit_amendment(amendment, by=request.user, version=version, **said),
    )


@page
def amendment_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw the draft of an amendment away, once asked again."""
    amendment = _draft(request, pk)

    def deed(_said: dict[str, Any], version: int) -> str:
        services.discard_amendment(amendment, by=request.user, version=version)
        return reverse("partnership:convention_detail", args=[amendment.convention_id])

    about = _page(amendment, _("Throw this amendment away?"), _("The amendment is thrown away."))
    about |= {"act": _("Throw the amendment away"), "is_danger": True}
    return write(request, about, lambda data: TextForm(data, version=amendment.version), deed)


# -- what it changes --------------------------------------------------------------------------------------------------


@page
def amendment_objective(request: HttpRequest, pk: UUID, part: int) -> HttpResponse:
    """List the new target or day of an objective."""
    amendment = _draft(request, pk)
    rows = Objective.objects.select_related("milestone__convention", "zone")
    objective = get_object_or_404(rows, milestone__convention=amendment.convention_id, pk=part)
    return _change(request, amendment, objective, ObjectiveChangeForm, ("target", "due_on"))


@page
def amendment_milestone(request: HttpRequest, pk: UUID, part: int) -> HttpResponse:
    """List the new dates of a milestone."""
    amendment = _draft(request, pk)
    rows = Milestone.objects.select_related("convention")
    milestone = get_object_or_404(rows, convention=amendment.convention_id, pk=part)
    dates = ("opens_on", "opens_precision", "finalise_by", "finalise_precision")
    return _change(request, amendment, milestone, MilestoneChangeForm, dates)


@page
def amendment_commitment(request: HttpRequest, pk: UUID, part: UUID) -> HttpResponse:
    """List the new text or day of a commitment."""
    amendment = _draft(request, pk)
    rows = Commitment.objects.select_related("convention")
    promise = get_object_or_404(rows, convention=amendment.convention_id, pk=part)
    return _change(request, amendment, promise, CommitmentChangeForm, ("text", "due_on"))


def _change(
    request: HttpRequest,
    amendment: Amendment,
    part: Milestone | Objective | Commitment,
    form: type[TextForm],
    names: tuple[str, ...],
) -> HttpResponse:
    title = _("What becomes of “%(part)s”?") % {"part": wording.part_words(part)}
    return write(
        request,
        _page(amendment, title, _("The change is listed."), act=_("List this change")),
        lambda data: form(data, version=amendment.version, told=told(part, *names)),
        lambda said, version: services.propose_change(amendment, part, by=request.user, version=version, **said),
    )


@page
def amendment_promise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """List a commitment that the amendment adds."""
    amendment = _draft(request, pk)
    parties = Party.objects.filter(signatures__convention=amendment.convention_id).order_by("signatures__order")

    def make(data: QueryDict | None) -> TextForm:
        milestones = amendment.convention.milestones.all()
        return CommitmentForm(data, version=amendment.version, parties=parties, milestones=milestones)

    return write(
        request,
        _page(amendment, _("A new commitment"), _("The change is listed."), act=_("List this commitment")),
        make,
        lambda said, version: services.propose_promise(amendment, by=request.user, version=version, **said),
    )


@require_POST
def amendment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a change out of an amendment."""
    visible = Amendment.objects.visible_to(request.user)
    rows = AmendmentChange.objects.select_related("amendment__convention").filter(amendment__in=visible)
    change = get_object_or_404(rows, pk=pk)
    policies.require(policies.can_draft_amendment(request.user, change.amendment))
    try:
        services.withdraw_change(change, by=request.user, version=VersionForm.shown(request.POST))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("The change is taken out."))
    return redirect("partnership:amendment_detail", change.amendment_id)


@require_POST
def amendment_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign an amendment for one's party."""
    visible = Amendment.objects.visible_to(request.user)
    rows = AmendmentSignature.objects.select_related("party", "amendment__convention").filter(amendment__in=visible)
    signature = get_object_or_404(rows, pk=pk)
    policies.require(policies.can_sign(request.user, signature))
    try:
        services.sign_amendment(signature, by=request.user, version=VersionForm.shown(request.POST))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("You have signed for %(party)s.") % {"party": signature.party.name})
    return redirect("partnership:amendment_detail", signature.amendment_id)

"""Drafting a convention: the list of conventions, the whole, its parts, until every party has signed."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import policies, services
from ..convention_forms import (
    CommitmentForm,
    ConventionForm,
    MilestoneForm,
    NewConventionForm,
    ObjectiveForm,
    ReasonForm,
    TextForm,
    told,
)
from ..models import Commitment, Convention, Milestone, Objective, Party, User
from ..policies import get_allowed, require
from ..states import ConventionState, Role
from ..templatetags.figures import longdate
from ..versions import VersionForm
from ..workflow import Refused, Stale

page = require_http_methods(["GET", "HEAD", "POST"])
_DATES = ("opens_on", "opens_precision", "finalise_by", "finalise_precision")
_MILESTONE = ("order", "title", "short_title", "owner", *_DATES)
_OBJECTIVE = ("measure", "zone", "target", "due_on")
_COMMITMENT = ("party", "text", "due_on", "milestone")


class Page(TypedDict, total=False):
    """What a page with a form says around it: where it leads back to, what its button does."""

    title: str
    back: str
    back_to: str
    act: str
    done: str
    note: str
    is_danger: bool


def write(
    request: HttpRequest,
    told_on: Page,
    make: Callable[[QueryDict | None], TextForm],
    deed: Callable[[dict[str, Any], int], object],
) -> HttpResponse:
    """A page with a form: what was typed is kept when it is refused, and stands beside what somebody else wrote.

    A deed that answers an address leads there, any other one back.
    """
    form = make(request.POST if request.method == "POST" else None)
    status, newer = (422 if form.is_bound else 200), None
    if form.is_bound and form.is_valid():
        try:
            done = deed(form.said(), form.cleaned_data["version"])
        except Refused as refusal:
            form.add_error(None, refusal.reason)
        except Stale as conflict:
            newer, status = _newer(make(None), form), 409
            answers = request.POST.copy()
            answers["version"] = str(conflict.thing.version)
            form = make(answers)
        else:
            messages.success(request, told_on["done"])
            return redirect(done if isinstance(done, str) else told_on["back"])
    return render(request, "partnership/text_form.html", {**told_on, "form": form, "newer": newer}, status=status)


def _newer(shown: TextForm, typed: TextForm) -> list[dict[str, str]]:
    """What the record says where it differs from what was typed."""
    lines = [
        {"label": str(typed.fields[name].label), "value": _words(typed.fields[name], shown.initial.get(name))}
        for name, value in typed.said().items()
        if shown.initial.get(name) != value
    ]
    same = {"label": _("This part"), "value": _("unchanged: something else in the text has changed")}
    return lines or [same]


def _words(field: forms.Field, value: Any) -> str:
    if isinstance(value, date):
        return longdate(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(field, forms.ModelChoiceField):
        return str(value or field.empty_label or "")
    return str(dict(getattr(field, "choices", ())).get(value, value) or _("empty"))


# -- the list ---------------------------------------------------------------------------------------------------------


@require_safe
def convention_list(request: HttpRequest) -> HttpResponse:
    """Every convention the reader sees: drafts first, then the one that runs, then those that ended."""
    require(policies.can_read_board(request.user))
    order = [ConventionState.DRAFT, ConventionState.SIGNED, ConventionState.ENDED]
    found = Convention.objects.visible_to(request.user).prefetch_related("signatures__party")
    conventions = sorted(found.order_by("-signed_at", "title"), key=lambda one: order.index(one.state))
    context = {"conventions": conventions, "may_begin": policies.can_begin_convention(request.user)}
    return render(request, "partnership/convention_list.html", context)


# -- the whole --------------------------------------------------------------------------------------------------------


def _draft(request: HttpRequest, pk: UUID) -> Convention:
    conventions = Convention.objects.prefetch_related("signatures__party")
    return get_allowed(conventions, policies.can_draft, request.user, pk=pk)


def _page(convention: Convention, title: str, done: str, **more: Any) -> Page:
    """A page about a draft; it says what becomes of the signatures that have been given."""
    back = reverse("partnership:convention_detail", args=[convention.pk])
    given = [one.party.short_name for one in convention.signatures.all() if one.signed_at is not None]
    note = ""
    if given and convention.state == ConventionState.DRAFT:
        note = _("Signed already: %(parties)s. A change takes these signatures back, and whoever signed is told.")
        note %= {"parties": ", ".join(given)}
    return Page(title=title, back=back, back_to=convention.title, act=_("Save"), done=done, note=note) | more


def _own(user: User) -> set[int] | None:
    """The parties one of which signs what the user writes; None for administrators."""
    if policies.is_administrator(user):
        return None
    return {one.party_id for one in user.current_memberships() if one.role == Role.COORDINATOR}


@page
def convention_begin(request: HttpRequest) -> HttpResponse:
    """Begin a draft, empty or as a copy of another convention."""
    require(policies.can_begin_convention(request.user))
    own, conventions = _own(request.user), Convention.objects.visible_to(request.user).order_by("-signed_at", "title")

    def make(data: QueryDict | None) -> TextForm:
        return NewConventionForm(data, own=own, conventions=conventions, told={"parties": list(own or ())})

    def deed(said: dict[str, Any], _version: int) -> str:
        begun = services.begin_convention(by=request.user, **said)
        return reverse("partnership:convention_detail", args=[begun.pk])

    about = Page(
        title=_("A new convention"),
        back=reverse("partnership:convention_list"),
        back_to=_("Conventions"),
        act=_("Begin the draft"),
        done=_("The draft is begun: now its milestones, objectives and commitments."),
    )
    return write(request, about, make, deed)


@page
def convention_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the title, the purpose or the parties of a draft."""
    convention = _draft(request, pk)

    def make(data: QueryDict | None) -> TextForm:
        parties = [signature.party for signature in convention.signatures.all()]
        said = told(convention, "title", "purpose") | {"parties": parties}
        return ConventionForm(data, own=_own(request.user), version=convention.version, told=said)

    return write(
        request,
        _page(convention, _("Change title, purpose and parties"), _("The draft is changed.")),
        make,
        lambda said, version: services.edit_convention(convention, by=request.user, version=version, **said),
    )


@page
def convention_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away, once asked again."""
    convention = _draft(request, pk)

    def deed(_said: dict[str, Any], version: int) -> str:
        services.discard_convention(convention, by=request.user, version=version)
        return reverse("partnership:convention_list")

    about = _page(convention, _("Throw this draft away?"), _("The draft is thrown away."))
    about |= {"act": _("Throw the draft away"), "is_danger": True}
    return write(request, about, lambda data: TextForm(data, version=convention.version), deed)


@page
def convention_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a signed convention, with the reason, once asked again."""
    convention = _draft(request, pk)
    note = _("Its milestones are measured no more, nothing in it is kept or amended. This cannot be undone.")
    about = _page(convention, _("End this convention?"), _("The convention has ended."))
    return write(
        request,
        about | {"act": _("End the convention"), "note": note, "is_danger": True},
        lambda data: ReasonForm(data, version=convention.version),
        lambda said, version: services.end_convention(
            convention, reason=said["reason"], by=request.user, version=version
        ),
    )


# -- its parts --------------------------------------------------------------------------------------------------------


def _parties(convention: Convention) -> QuerySet[Party]:
    return Party.objects.filter(signatures__convention=convention).order_by("signatures__order")


def _part(request: HttpRequest, rows: QuerySet, convention_of: str, **lookup: Any) -> models.Model:
    """A part of a convention the user sees and may write, with its convention."""
    convention = Convention.objects.visible_to(request.user)
    part = get_object_or_404(rows.filter(**{f"{convention_of}__in": convention}), **lookup)
    require(policies.can_draft(request.user, services.convention_of(part)))
    return part


def _milestone(request: HttpRequest, pk: int) -> Milestone:
    rows = Milestone.objects.select_related("convention", "owner")
    return _part(request, rows, "convention", pk=pk)


def _objective(request: HttpRequest, pk: int) -> Objective:
    rows = Objective.objects.select_related("milestone__convention", "zone")
    return _part(request, rows, "milestone__convention", pk=pk)


def _commitment(request: HttpRequest, pk: UUID) -> Commitment:
    rows = Commitment.objects.select_related("convention", "party", "milestone")
    return _part(request, rows, "convention", pk=pk)


@page
def milestone_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a milestone to a draft."""
    convention = _draft(request, pk)
    return write(
        request,
        _page(convention, _("A new milestone"), _("The milestone is added."), act=_("Add the milestone")),
        lambda data: MilestoneForm(data, parties=_parties(convention), is_new=True),
        lambda said, _version: services.add_milestone(convention, by=request.user, **said),
    )


@page
def milestone_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a milestone of a draft."""
    return _edit(
        request,
        _milestone(request, pk),
        _("Change a milestone"),
        lambda milestone, data, **said: MilestoneForm(data, parties=_parties(milestone.convention), **said),
        _MILESTONE,
    )


@page
def objective_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a target for a milestone of a draft."""
    milestone = _milestone(request, pk)
    title = _("A new objective of “%(milestone)s”") % {"milestone": milestone.short_title}
    return write(
        request,
        _page(milestone.convention, title, _("The objective is added."), act=_("Add the objective")),
        lambda data: ObjectiveForm(data),
        lambda said, _version: services.add_objective(milestone, by=request.user, **said),
    )


@page
def objective_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an objective of a draft."""
    return _edit(
        request,
        _objective(request, pk),
        _("Change an objective"),
        lambda _objective, data, **said: ObjectiveForm(data, **said),
        _OBJECTIVE,
    )


@page
def commitment_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down in a draft what a party promises."""
    convention = _draft(request, pk)
    return write(
        request,
        _page(convention, _("A new commitment"), _("The commitment is added."), act=_("Add the commitment")),
        lambda data: CommitmentForm(data, parties=_parties(convention), milestones=convention.milestones.all()),
        lambda said, _version: services.add_commitment(convention, by=request.user, **said),
    )


@page
def commitment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a commitment of a draft."""

    def form(promise: Commitment, data: QueryDict | None, **said: Any) -> TextForm:
        whole = promise.convention
        return CommitmentForm(data, parties=_parties(whole), milestones=whole.milestones.all(), **said)

    return _edit(request, _commitment(request, pk), _("Change a commitment"), form, _COMMITMENT)


def _edit(
    request: HttpRequest,
    part: Milestone | Objective | Commitment,
    title: str,
    form: Callable[..., TextForm],
    names: tuple[str, ...],
) -> HttpResponse:
    convention = services.convention_of(part)

    def make(data: QueryDict | None) -> TextForm:
        return form(part, data, version=convention.version, told=told(part, *names))

    def deed(said: dict[str, Any], version: int) -> None:
        try:
            services.edit_part(part, by=request.user, version=version, **said)
        except Stale:
            # Shown beside what was typed: the part as it has become; one that is gone cannot be changed.
            _read_again(part)
            raise

    done = _("%(part)s: changed.") % {"part": capfirst(part._meta.verbose_name)}
    return write(request, _page(convention, title, done), make, deed)


def _read_again(part: models.Model) -> None:
    try:
        part.refresh_from_db()
    except ObjectDoesNotExist as gone:
        raise Refused(_("This part has been taken out of the text meanwhile.")) from gone


def _remove(request: HttpRequest, part: Milestone | Objective | Commitment) -> HttpResponse:
    convention = services.convention_of(part)
    try:
        services.remove_part(part, by=request.user, version=VersionForm.shown(request.POST))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("%(part)s: taken out.") % {"part": capfirst(part._meta.verbose_name)})
    return redirect("partnership:convention_detail", convention.pk)


@require_POST
def milestone_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a milestone out of a draft, with its objectives."""
    return _remove(request, _milestone(request, pk))


@require_POST
def objective_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an objective out of a draft."""
    return _remove(request, _objective(request, pk))


@require_POST
def commitment_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a commitment out of a draft."""
    return _remove(request, _commitment(request, pk))

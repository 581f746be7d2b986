"""The team: who has an account, in which role, since when; inviting, changing, and seeing somebody off."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import clock, handover, policies, services
from ..forms import HeirsForm, InviteForm, MembershipForm, PersonFilter, PersonForm
from ..models import JournalEntry, Membership, User, Zone, ref
from ..policies import get_allowed, require
from ..states import ActorKind, Role
from ..templatetags.figures import daytime, longdate, phone
from ..workflow import Refused, Stale

A_PAGE = 50
NEWEST = 100
page = require_http_methods(["GET", "HEAD", "POST"])


def _people() -> QuerySet[User]:
    """Everybody, with their memberships, and whether they sign in with a second factor and need one."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    seeing = Membership.objects.current().filter(user=OuterRef("pk"), role__in=policies.PERSONAL_DATA_ROLES)
    memberships = Membership.objects.select_related("zone", "party").order_by("since", "pk")
    return User.objects.annotate(has_second_factor=Exists(factor), needs_second_factor=Exists(seeing)).prefetch_related(
        Prefetch("memberships", memberships)
    )


_UNPROTECTED = Q(is_active=True, needs_second_factor=True, has_second_factor=False)
_AWAITED = Q(is_active=True, invited_at__isnull=False, joined_at__isnull=True)


def _person(request: HttpRequest, pk: UUID) -> User:
    require(policies.is_administrator(request.user))
    return get_allowed(_people(), policies.can_manage, request.user, pk=pk)


# -- the list ---------------------------------------------------------------------------------------------------------


@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    """The team, and what of it needs a hand: invitations without an answer, second factors that are missing."""
    require(policies.is_administrator(request.user))
    zones = list(Zone.objects.all())
    form = PersonFilter(request.GET, zones=zones)
    form.is_valid()
    found = _filtered(_people(), form.cleaned_data)
    shown = Paginator(found.order_by("full_name", "pk"), A_PAGE).get_page(request.GET.get("page"))
    total = shown.paginator.count
    today = clock.today()
    context = {
        "page": shown,
        "lines": [{"person": one, "roles": _roles(one, today), "state": _state(one)} for one in shown],
        "verdict": _verdict(),
        "filter": form,
        "wrong": bool(form.errors),
        "count": ngettext("%(n)s person", "%(n)s people", total) % {"n": total},
        "chips": _chips(request, form),
    }
    return render(request, "partnership/person_list.html", context)


def _filtered(people: QuerySet[User], wanted: dict[str, Any]) -> QuerySet[User]:
    for word in (wanted.get("q") or "").split():
        people = people.filter(Q(full_name__icontains=word) | Q(email__icontains=word))
    held = Membership.objects.current().filter(user=OuterRef("pk"))
    if wanted.get("role"):
        people = people.filter(Exists(held.filter(role=wanted["role"])))
    if wanted.get("zone"):
        people = people.filter(Exists(held.filter(Q(zone__code=wanted["zone"]) | Q(zone=None))))
    states = {
        "awaited": _AWAITED,
        "unprotected": _UNPROTECTED,
        "roleless": Q(is_active=True) & ~Exists(held),
        "left": Q(is_active=False),
    }
    return people.filter(states.get(wanted.get("etat") or "", Q(is_active=True)))


def _roles(person: User, today: Any) -> list[Membership]:
    return [one for one in person.memberships.all() if one.until is None or one.until >= today]


def _verdict() -> str:
    """« 23 personnes, 2 invitations sans réponse, 1 sans second facteur. »"""
    told = (
        _people()
        .prefetch_related(None)
        .aggregate(
            people=Count("pk", filter=Q(is_active=True)),
            awaited=Count("pk", filter=_AWAITED),
            unprotected=Count("pk", filter=_UNPROTECTED & ~_AWAITED),
        )
    )
    people, awaited, unprotected = told["people"], told["awaited"], told["unprotected"]
    parts = [ngettext("%(n)s person", "%(n)s people", people) % {"n": people}]
    if awaited:
        words = ngettext("%(n)s invitation without an answer", "%(n)s invitations without an answer", awaited)
        parts.append(words % {"n": awaited})
    if unprotected:
        words = ngettext("%(n)s without a second factor", "%(n)s without a second factor", unprotected)
        parts.append(words % {"n": unprotected})
    return ", ".join(parts) + "."


def _chips(request: HttpRequest, form: PersonFilter) -> list[dict[str, str]]:
    chips = []
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name)
        if value:
            left = request.GET.copy()
            left.pop(name, None)
            left.pop("page", None)
            words = dict(getattr(field, "choices", [])).get(value, value)
            chips.append({"label": field.label, "value": words, "url": f"?{left.urlencode()}"})
    return chips


# -- one person -------------------------------------------------------------------------------------------------------


@require_safe
def person_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Somebody's record: who they are, what they may do and until when, how they sign in, what was done with it."""
    person = _person(request, pk)
    today = clock.today()
    memberships = [
        {"membership": one, "is_over": one.until is not None and one.until < today, "is_ahead": one.since > today}
        for one in person.memberships.all()
    ]
    context = {
        "person": person,
        "state": _state(person),
        "due": _due(person),
        "facts": _facts(person),
        "memberships": sorted(memberships, key=lambda line: line["is_over"]),
        "days": _story(person),
    }
    return render(request, "partnership/person_detail.html", context)


def _due(person: User) -> dict[str, Any] | None:
    """The one thing an administrator has to do for somebody, if there is any."""
    again = {"url": reverse("partnership:person_invite_again", args=[person.pk]), "label": _("Invite again")}
    if not person.is_active:
        back = {"url": reverse("partnership:person_reactivate", args=[person.pk]), "label": _("Let them come back")}
        reason = _("They would be invited anew, without a role and with nothing of their old sign-in.")
        return {"title": _("This person has left"), "reason": reason, "actions": [back]}
    if person.is_awaited:
        title = _("Invited on %(day)s, no answer yet") % {"day": longdate(person.invited_at)}
        return {
            "title": title,
            "reason": _("A new letter closes the link of the first."),
            "actions": [again | {"primary": True}],
        }
    if person.needs_second_factor and not person.has_second_factor:
        reason = _("Their role sees personal data: they are asked to set one up at their next sign-in.")
        return {"title": _("No second factor yet"), "reason": reason, "meaning": "risk", "actions": []}
    if person.last_login is None:
        return {"title": _("Has never signed in"), "reason": _("An invitation shows the way."), "actions": [again]}
    return None


def _facts(person: User) -> list[dict[str, str]]:
    factor = _("yes") if person.has_second_factor else _("no")
    return [
        {"label": _("E-mail"), "value": person.email, "url": f"mailto:{person.email}"},
        {"label": _("Telephone"), "value": phone(person.phone), "url": f"tel:{person.phone}"},
        {"label": _("Language"), "value": person.get_language_display()},
        {
            "label": _("Second factor"),
            "value": factor if person.needs_second_factor else f"{factor}, {_('not needed')}",
        },
        {"label": _("Last sign-in"), "value": daytime(person.last_login) or _("never")},
        {"label": _("Open sessions"), "value": str(_open_sessions(person))},
    ]


def _state(person: User) -> dict[str, str]:
    """A person's standing in a word, and the meaning and the shape that go with it."""
    if not person.is_active:
        return {"label": pgettext("person", "Has left"), "meaning": "idle", "shape": "refused"}
    if person.is_awaited:
        return {"label": _("Invited"), "meaning": "go", "shape": "half"}
    if person.needs_second_factor and not person.has_second_factor:
        return {"label": _("No second factor"), "meaning": "risk", "shape": "triangle"}
    return {"label": pgettext("person", "In the team"), "meaning": "done", "shape": "tick"}


def _open_sessions(person: User) -> int:
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=clock.now())
    return UserSession.objects.filter(Exists(alive), user=person).count()


def _story(person: User) -> list[dict[str, Any]]:
    """The journal of a person, newest first: words, never a name but of those who acted."""
    lines = list(JournalEntry.objects.filter(about=ref(person))[:NEWEST])
    keys = {line.actor_ref for line in lines if line.actor_kind == ActorKind.USER}
    names = {str(key): name for key, name in User.objects.filter(pk__in=keys).values_list("pk", "full_name")}
    roles = {ref(one): str(one) for one in person.memberships.all()}
    entries = [_told(line, names, roles) for line in lines]
    by_day = itertools.groupby(entries, key=lambda entry: entry["at"].astimezone(clock.PARIS).date())
    return [{"day": day, "entries": list(found)} for day, found in by_day]


def _told(line: JournalEntry, names: dict[str, str], roles: dict[str, str]) -> dict[str, Any]:
    of_role = line.subject.startswith("partnership.membership:")
    deeds = {
        "invited": _("Invitation sent"),
        "joined": _("Invitation accepted"),
        "added": _("Role given:") if of_role else _("Account opened"),
        "edited": _("Role changed:") if of_role else _("Record changed"),
        "ended": _("Role ended:"),
        "deleted": _("Role ended:"),
        "dismissed": _("Has left: every way in is closed"),
        "reactivated": _("Comes back"),
        "password_changed": _("Password changed"),
        "second_factor_added": _("Second factor set up"),
        "second_factor_removed": _("Second factor taken away"),
        "second_factor_reset": _("Second factor reset"),
        "recovery_codes_made": _("Recovery codes made"),
        "session_ended": _("A session ended"),
        "sessions_ended": _("Every session ended"),
        "first_steps_put_away": _("First steps put away"),
    }
    role = roles.get(line.subject, dict(Role.choices).get(line.before, "")) if of_role else ""
    ends = line.after in ("ended", "deleted", "dismissed")
    return {
        "at": line.at,
        "text": deeds.get(line.after, line.after),
        "after": role,
        "who": names.get(line.actor_ref, _("somebody who has left"))
        if line.actor_kind == ActorKind.USER
        else line.get_actor_kind_display(),
        "meaning": "late" if ends else "",
        "shape": "octagon" if ends else "disc",
    }


@page
def person_invite(request: HttpRequest) -> HttpResponse:
    """Open an account with its first role; the letter leaves at once."""
    require(policies.is_administrator(request.user))
    form = InviteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            person = services.invite(by=request.user, **form.invited())
        except Refused as refusal:
            form.add_error("email", refusal.reason)
        else:
            said = _("%(person)s is invited: the letter goes to %(email)s.") % {"person": person, "email": person.email}
            messages.success(request, said)
            return redirect("partnership:person_detail", person.pk)
    return render(request, "partnership/person_invite.html", {"form": form}, status=422 if form.is_bound else 200)


@page
def person_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change somebody's name, address, telephone or language; a newer state is shown beside what was typed."""
    person = _person(request, pk)
    form = PersonForm(request.POST if request.method == "POST" else None, person=person)
    context: dict[str, Any] = {"person": person, "form": form}
    if not form.is_bound or not form.is_valid():
        return render(request, "partnership/person_edit.html", context, status=422 if form.is_bound else 200)
    try:
        services.edit_person(person, by=request.user, version=form.cleaned_data["version"], **form.identity())
    except Refused as refusal:
        form.add_error("email", refusal.reason)
        return render(request, "partnership/person_edit.html", context, status=422)
    except Stale:
        return _person_changed_meanwhile(request, pk, form)
    messages.success(request, _("The record is changed."))
    return redirect("partnership:person_detail", person.pk)


def _person_changed_meanwhile(request: HttpRequest, pk: UUID, typed: PersonForm) -> HttpResponse:
    person = _person(request, pk)
    form = PersonForm(initial=typed.identity() | {"version": person.version}, person=person)
    newer = [{"label": form.fields[name].label, "value": getattr(person, name)} for name in typed.identity()]
    context = {"person": person, "form": form, "newer": newer}
    return render(request, "partnership/person_edit.html", context, status=409)


def _do(request: HttpRequest, service: Callable[..., Any], thing: Any, *, person: User, said: str) -> HttpResponse:
    """Do one deed and go back to the person's record, which tells what came of it."""
    try:
        service(thing, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, said)
    return redirect("partnership:person_detail", person.pk)


@require_POST
def person_invite_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send another invitation in the place of one that has not been answered."""
    person = _person(request, pk)
    said = _("Another invitation goes to %(email)s; the link of the first opens nothing any more.")
    return _do(request, services.invite_again, person, person=person, said=said % {"email": person.email})


@require_POST
def person_reset_second_factor(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take away the second factor of somebody who has lost it."""
    person = _person(request, pk)
    said = _("%(person)s sets up a second factor at the next sign-in; every session of theirs has ended.")
    return _do(request, services.reset_second_factor, person, person=person, said=said % {"person": person})


@require_POST
def person_reactivate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let somebody come back, invited anew."""
    person = _person(request, pk)
    said = _("%(person)s is invited again: now give them a role.") % {"person": person}
    return _do(request, services.reactivate, person, person=person, said=said)


@page
def person_dismiss(request: HttpRequest, pk: UUID) -> HttpResponse:
    """See somebody off: what they still have, to whom it goes, and what ends at once."""
    person = _person(request, pk)
    left = handover.left_by(person)
    offered = {belonging.key: belonging.heirs(person) for belonging, _left in left if belonging.heirs is not None}
    form = HeirsForm(request.POST if request.method == "POST" else None, offered=offered)
    if form.is_bound and form.is_valid():
        try:
            nobody = services.dismiss(person, by=request.user, heirs=form.cleaned_data)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect("partnership:person_detail", person.pk)
        messages.success(request, _("%(person)s has left: every way in is closed.") % {"person": person})
        if nobody:
            words = ngettext(
                "%(n)s thing has nobody yet: nobody recruits in its zone.",
                "%(n)s things have nobody yet: nobody recruits in their zone.",
                nobody,
            )
            messages.warning(request, words % {"n": nobody})
        return redirect("home" if person == request.user else "partnership:person_list")
    kinds = [
        {"belonging": belonging, "left": held, "field": form[belonging.key] if belonging.key in form.fields else None}
        for belonging, held in left
    ]
    context = {"person": person, "form": form, "kinds": kinds, "sessions": _open_sessions(person)}
    return render(request, "partnership/person_dismiss.html", context, status=422 if form.is_bound else 200)


# -- roles ------------------------------------------------------------------------------------------------------------


def _membership(request: HttpRequest, pk: int) -> Membership:
    require(policies.is_administrator(request.user))
    return get_object_or_404(Membership.objects.select_related("user", "party", "zone"), pk=pk)


@page
def membership_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give somebody a role."""
    person = _person(request, pk)
    form = MembershipForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            given = services.add_membership(person, by=request.user, **form.given())
        except Refused as refusal:
            form.add_error("role", refusal.reason)
        else:
            messages.success(request, _("%(role)s: given to %(person)s.") % {"role": given, "person": person})
            return redirect("partnership:person_detail", person.pk)
    context = {"person": person, "form": form}
    return render(request, "partnership/membership_form.html", context, status=422 if form.is_bound else 200)


@page
def membership_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a role's party, zone or dates; a newer state is shown beside what was typed."""
    membership = _membership(request, pk)
    form = MembershipForm(request.POST if request.method == "POST" else None, membership=membership)
    context: dict[str, Any] = {"person": membership.user, "membership": membership, "form": form}
    if not form.is_bound or not form.is_valid():
        return render(request, "partnership/membership_form.html", context, status=422 if form.is_bound else 200)
    try:
        services.edit_membership(membership, by=request.user, version=form.cleaned_data["version"], **form.given())
    except Refused as refusal:
        form.add_error("role", refusal.reason)
        return render(request, "partnership/membership_form.html", context, status=422)
    except Stale:
        newer = _membership(request, pk)
        context["form"] = MembershipForm(initial=form.given() | {"version": newer.version}, membership=newer)
        labels = context["form"].fields
        context["newer"] = [
            {"label": labels["role"].label, "value": newer.get_role_display()},
            {"label": labels["party"].label, "value": newer.party.name},
            {"label": labels["zone"].label, "value": newer.zone.name if newer.zone else _("every zone")},
            {"label": labels["since"].label, "value": str(newer.since)},
            {"label": labels["until"].label, "value": str(newer.until or "")},
        ]
        return render(request, "partnership/membership_form.html", context, status=409)
    messages.success(request, _("The role is changed."))
    return redirect("partnership:person_detail", membership.user_id)


@require_POST
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a role away, from now on."""
    membership = _membership(request, pk)
    said = _("%(role)s: ended for %(person)s.") % {"role": membership, "person": membership.user}
    return _do(request, services.end_membership, membership, person=membership.user, said=said)

"""The history of a convention: each deed of its file, when, by whom as a role of a party."""

import itertools
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .. import clock, policies, wording
from ..models import Amendment, Commitment, Convention, JournalEntry, Membership, Milestone, Objective, Party, ref
from ..policies import get_allowed
from ..states import ActorKind, MilestoneStatus, Role

A_PAGE = 100
_CONVENTION, _AMENDMENT = Convention._meta.label_lower, Amendment._meta.label_lower


@require_safe
def convention_history(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything that was done with a convention, newest first."""
    convention = get_allowed(Convention.objects, policies.can_read_board, request.user, pk=pk)
    lines = JournalEntry.objects.filter(about=ref(convention)).order_by("-pk")
    shown = Paginator(lines, A_PAGE).get_page(request.GET.get("page"))
    entries = _told(list(shown), convention)
    by_day = itertools.groupby(entries, key=lambda entry: entry["at"].astimezone(clock.PARIS).date())
    context = {
        "convention": convention,
        "page": shown,
        "days": [{"day": day, "entries": list(found)} for day, found in by_day],
    }
    return render(request, "partnership/convention_history.html", context)


def _told(lines: list[JournalEntry], convention: Convention) -> list[dict[str, Any]]:
    known = wording.parts(convention)
    hands = _hands({line.actor_ref for line in lines if line.actor_kind == ActorKind.USER})
    parties = dict(Party.objects.values_list("code", "short_name"))
    amendments = {ref(one): one for one in convention.amendments.all()}
    deeds = _deeds()
    return [
        {
            "at": line.at,
            "text": deeds.get((line.subject.partition(":")[0], line.after), line.after),
            "who": _who(line, hands),
            "meaning": "late" if line.after in ("ended", "discarded", "removed", "signature_void") else "",
            "shape": "octagon" if line.after in ("ended", "discarded", "removed", "signature_void") else "disc",
            **_what(line, known, parties, amendments),
        }
        for line in lines
    ]


def _deeds() -> dict[tuple[str, str], str]:
    """What was done, by the kind of thing it was done to."""
    milestone, objective = Milestone._meta.label_lower, Objective._meta.label_lower
    commitment = Commitment._meta.label_lower
    return {
        (_CONVENTION, "begun"): _("Draft begun"),
        (_CONVENTION, "added"): _("Draft begun"),
        (_CONVENTION, "edited"): _("Draft changed:"),
        (_CONVENTION, "party_signed"): _("Signed for"),
        (_CONVENTION, "signature_void"): _("The text has changed: signature taken back of"),
        (_CONVENTION, "signed"): _("Signed by every party"),
        (_CONVENTION, "ended"): _("Convention ended"),
        (milestone, "added"): _("Milestone added:"),
        (milestone, "edited"): _("Milestone changed:"),
        (milestone, "removed"): _("Milestone taken out:"),
        (milestone, "amended"): _("Milestone amended:"),
        **{(milestone, status.value): str(status.label) for status in MilestoneStatus},
        (objective, "added"): _("Objective added:"),
        (objective, "edited"): _("Objective changed:"),
        (objective, "removed"): _("Objective taken out:"),
        (objective, "amended"): _("Objective amended:"),
        (commitment, "added"): _("Commitment added:"),
        (commitment, "edited"): _("Commitment changed:"),
        (commitment, "removed"): _("Commitment taken out:"),
        (commitment, "amended"): _("Commitment amended:"),
        (commitment, "promised"): _("Commitment added by amendment:"),
        (commitment, "kept"): _("Commitment kept:"),
        (commitment, "reopened"): _("Commitment not kept after all:"),
        (_AMENDMENT, "begun"): _("Amendment begun:"),
        (_AMENDMENT, "edited"): _("Amendment changed:"),
        (_AMENDMENT, "discarded"): _("Amendment thrown away: no."),
        (_AMENDMENT, "change_listed"): _("Change listed in an amendment:"),
        (_AMENDMENT, "change_withdrawn"): _("Change taken out of an amendment:"),
        (_AMENDMENT, "party_signed"): _("Amendment signed for"),
        (_AMENDMENT, "signature_void"): _("The amendment has changed: signature taken back of"),
        (_AMENDMENT, "signed"): _("Amendment signed by every party:"),
    }


def _what(
    line: JournalEntry, known: wording.Parts, parties: dict[str, str], amendments: dict[str, Amendment]
) -> dict[str, str]:
    """What a line is about and what changed: a part, a field with what it was and is, a party."""
    label = line.subject.partition(":")[0]
    if line.after in ("party_signed", "signature_void"):
        return {"after": parties.get(line.reason, line.reason), "reason": _amendment_words(line, amendments)}
    if line.after in ("edited", "amended") and label in wording.MODELS and ": " in line.reason:
        said = wording.journal_words(wording.MODELS[label], line.reason)
        changed = _("%(field)s: %(old)s → %(new)s") % {"field": said.field, "old": said.old, "new": said.new}
        part = wording.part_words(known[line.subject]) if line.subject in known else ""
        return {"after": part, "reason": changed if said.field else said.new}
    if label == Objective._meta.label_lower and line.after in ("added", "removed"):
        return {"after": wording.objective_kept_words(line.reason)}
    if line.subject in known:
        words = wording.part_words(known[line.subject])
        return {"after": words, "reason": line.reason if line.after in ("kept", "reopened") else ""}
    if line.subject in amendments and line.after in ("begun", "edited", "signed"):
        return {"after": str(amendments[line.subject])}
    # What an amendment lists is named by its part, a promise that it adds by its text.
    part = known.get(line.reason)
    return {"after": wording.part_words(part)} if part is not None else {"reason": line.reason}


def _amendment_words(line: JournalEntry, amendments: dict[str, Amendment]) -> str:
    return str(amendments[line.subject]) if line.subject in amendments else ""


def _hands(keys: set[str]) -> dict[str, list[Membership]]:
    """What each person did for which party, and when."""
    hands: dict[str, list[Membership]] = {}
    for one in Membership.objects.filter(user__in=keys).select_related("party").order_by("pk"):
        hands.setdefault(str(one.user_id), []).append(one)
    return hands


def _who(line: JournalEntry, hands: dict[str, list[Membership]]) -> str:
    """« coordination, IGS » : the role and the party of whoever acted, as they were that day."""
    if line.actor_kind != ActorKind.USER:
        return line.get_actor_kind_display()
    day = line.at.astimezone(clock.PARIS).date()
    held = [
        one for one in hands.get(line.actor_ref, []) if one.since <= day and (one.until is None or one.until >= day)
    ]
    # A convention is the coordination's: somebody of several roles acted in that one.
    held.sort(key=lambda one: (one.role != Role.COORDINATOR, one.role != Role.ADMINISTRATOR))
    return f"{held[0].get_role_display()}, {held[0].party.short_name}" if held else _("somebody who has left")

"""Records that may be of one person: found, read side by side, then made one or told apart."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import policies as house
from partnership.fields import address_of_any
from partnership.models import ref
from partnership.templatetags.figures import number
from partnership.workflow import Refused

from .. import duplicates, listing, policies, services
from ..duplicates import Pair, Person
from ..forms.merging import LABELS, MergeForm, said
from ..models import Application, Booking, Call, Candidate
from ..states import ApplicationState
from . import story


@require_safe
def duplicate_list(request: HttpRequest) -> HttpResponse:
    """The records that may be of one person, the likeliest first."""
    house.require(policies.is_recruiter(request.user))
    pairs, are_more, lately = duplicates.pairs(request.user, of_many=listing.is_long())
    count = number(len(pairs))
    if are_more:
        verdict = _("More than %(n)s pairs of records may be one person") % {"n": count}
    elif pairs:
        verdict = ngettext(
            "%(n)s pair of records may be one person", "%(n)s pairs of records may be one person", len(pairs)
        ) % {"n": count}
    else:
        verdict = _("Nobody seems to be entered twice")
    context = {"verdict": verdict, "rows": _rows(pairs), "lately": lately}
    return render(request, "cohorts/duplicate_list.html", context)


def _rows(pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    """What the list says of each pair; words and addresses are looked up once for all of them."""
    a_file = address_of_any("cohorts:application_detail")
    states = {key: str(word) for key, word in ApplicationState.choices}

    def side(person: Person) -> dict[str, Any]:
        return {
            "name": str(person.candidate),
            "url": a_file.format(person.files[0].pk),
            "files": [f"{file.reference}, {states[file.state]}, {file.cohort.zone}" for file in person.files],
        }

    return [
        {
            "one": side(pair.one),
            "other": side(pair.other),
            "grounds": ", ".join(map(str, pair.grounds)),
            "url": reverse("cohorts:candidate_merge", args=[pair.one.candidate.pk, pair.other.candidate.pk]),
        }
        for pair in pairs
    ]


def _fetch(request: HttpRequest, pk: UUID, other: UUID) -> tuple[Person, Person] | HttpResponse:
    """Both people; where one of them is no longer there, the way to whoever they were merged into."""
    house.require(policies.is_recruiter(request.user))
    if pk == other:
        raise Http404
    merged = dict(Candidate.objects.filter(pk__in=(pk, other)).values_list("pk", "merged_into"))
    keys = [merged.get(key) or key for key in (pk, other)]
    found = duplicates.people(request.user, keys)
    if any(key not in found for key in keys):
        raise Http404
    if keys[0] == keys[1]:
        messages.info(request, _("These two records are one already: here it is."))
        return redirect("cohorts:application_detail", pk=found[keys[0]].files[0].pk)
    if any(merged.values()):
        return redirect("cohorts:candidate_merge", *keys)
    return found[pk], found[other]


@require_http_methods(["GET", "HEAD", "POST"])
def candidate_merge(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Two records side by side: what each says, what each has lived, and what becomes of it if they are made one."""
    both = _fetch(request, pk, other)
    if isinstance(both, HttpResponse):
        return both
    stays, goes = both
    people = {"stays": stays.candidate, "goes": goes.candidate}
    shown = services.as_shown(stays.candidate, goes.candidate, [*stays.files, *goes.files])
    form = MergeForm(request.POST if request.method == "POST" else None, initial={"shown": shown}, **people)
    status = 200
    if form.is_bound and not form.is_valid():
        status = 422
    elif form.is_bound:
        try:
            services.merge(**people, taken=form.taken, shown=form.cleaned_data["shown"], by=request.user)
        except Refused as refusal:
            # Read anew, with the choices kept: what is shown now may be merged.
            again = form.data.copy()
            again["shown"] = shown
            form = MergeForm(again, **people)
            form.add_error(None, refusal.reason)
            status = 409
        else:
            messages.success(request, _("%(who)s is one person now, with everything.") % {"who": stays.candidate})
            return redirect("cohorts:application_detail", pk=stays.files[0].pk)
    return render(request, "cohorts/candidate_merge.html", _side_by_side(form, stays, goes), status=status)


def _side_by_side(form: MergeForm, stays: Person, goes: Person) -> dict[str, Any]:
    one, other = stays.candidate, goes.candidate
    grounds = duplicates.grounds_of(one, other)
    stories = story.days_of_people([stays.files, goes.files])
    names = {"one": one, "other": other}
    verdict = _("Are %(one)s and %(other)s one person?") % names
    if grounds:
        names["why"] = ", ".join(map(str, grounds))
        verdict = _("%(one)s and %(other)s may be one person: %(why)s") % names
    return {
        "verdict": verdict,
        "form": form,
        "rows": list(_traits(form, one, other)),
        "sides": [
            {"person": person, "days": days, "left_out": left_out, "stays": person is stays}
            for person, (days, left_out) in zip((stays, goes), stories, strict=True)
        ],
        "stays": stays,
        "goes": goes,
        "rivals": services.rivals([*stays.files, *goes.files]),
        "moves": _what_moves(goes.files),
    }


def _traits(form: MergeForm, stays: Candidate, goes: Candidate) -> Iterable[dict[str, Any]]:
    """Each trait with what the two say of it, and its choice where there is one."""
    for trait in services.TRAITS:
        one, other = said(stays, trait), said(goes, trait)
        if one or other:
            field = form[trait] if trait in form.traits else None
            yield {"label": LABELS[trait], "field": field, "one": one, "other": other}


def _what_moves(files: list[Application]) -> list[str]:
    """What whoever goes hands over, in words: their files, and what belongs to these."""
    keys = [file.pk for file in files]
    calls = Call.objects.filter(application__in=keys).count()
    bookings = Booking.objects.filter(application__in=keys).count()
    letters = story.letters_about(map(ref, files)).count()
    return [str(file) for file in files] + [
        words % {"n": number(count)}
        for count, words in (
            (calls, ngettext("%(n)s call", "%(n)s calls", calls)),
            (bookings, ngettext("%(n)s appointment", "%(n)s appointments", bookings)),
            (letters, ngettext("%(n)s letter", "%(n)s letters", letters)),
        )
        if count
    ]


@require_POST
def candidate_tell_apart(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """They are two people: say so, and never ask again."""
    both = _fetch(request, pk, other)
    if isinstance(both, HttpResponse):
        return both
    try:
        services.tell_apart(*(person.candidate for person in both), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    else:
        names = {"one": both[0].candidate, "other": both[1].candidate}
        messages.success(request, _("%(one)s and %(other)s are two people: you will not be asked again.") % names)
    return redirect("cohorts:duplicate_list")

"""The same person entered twice: one record stays, with everything; the other is left blank and leads to it."""

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from partnership import clock, workflow
from partnership.models import AccessLink, OptOut, OutgoingMessage, User, ref
from partnership.states import MessageState
from partnership.workflow import Refused, record_all

from ..models import LONG_AGO, Application, Candidate, Consent, TwoPeople, kept_of_people
from ..states import LIVE, ApplicationState
from .moves import REFUSALS
from .sameness import close_fresh_links

# What is chosen together where the two differ: a postcode goes with its commune.
TRAITS: dict[str, tuple[str, ...]] = {
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "phone": ("phone",),
    "email": ("email",),
    "birth": ("birth_year", "birth_month"),
    "home": ("postcode", "commune_id"),
    "language": ("language",),
}
_BLANK: dict[str, Any] = {
    "first_name": "",
    "last_name": "",
    "phone": "",
    "email": "",
    "birth_year": None,
    "birth_month": None,
    "postcode": "",
    "commune": None,
    "language": "fr",
    "search_text": "",
    "heard_at": None,
    "warned_at": None,
}
# How often the locks are taken anew before somebody is asked to look again.
_TIMES = 5
# A letter that has not left goes where the person is written to from now on.
_NOT_LEFT = (MessageState.DRAFT, MessageState.PENDING, MessageState.HELD, MessageState.DEAD)


def trait(person: Candidate, name: str) -> tuple[Any, ...]:
    """What a record says of one trait; nothing (`()`) where it says nothing."""
    values = tuple(getattr(person, field) for field in TRAITS[name])
    return values if values[0] not in ("", None) else ()


def differing(stays: Candidate, goes: Candidate) -> list[str]:
    """The traits of which the two say different things: somebody has to choose."""
    said = ((name, trait(stays, name), trait(goes, name)) for name in TRAITS)
    return [name for name, one, other in said if one and other and one != other]


def as_shown(stays: Candidate, goes: Candidate, files: Iterable[Application]) -> str:
    """What a page shows of two people, as a mark that its form carries: nobody merges what they have not seen."""
    people = [[str(trait(person, name)) for name in TRAITS] for person in (stays, goes)]
    theirs = sorted(f"{file.pk} {file.candidate_id} {file.version}" for file in files)
    return hashlib.sha256(repr((people, theirs)).encode()).hexdigest()


def rivals(files: Iterable[Application]) -> tuple[Application, Application] | None:
    """Two files of different people, both under way for one intake: they can be no one person's."""
    under_way: dict[int, Application] = {}
    for file in files:
        if file.state in LIVE:
            first = under_way.setdefault(file.intake_id, file)
            if first.candidate_id != file.candidate_id:
                return first, file
    return None


def _hold(*people: Candidate) -> tuple[dict[Any, Candidate], list[Application]]:
    """Have people and their files to oneself until the commit: files first, as every deed does, each in key order.

    A file that another merge gives to one of them meanwhile would be locked out of order, and two merges could wait for
    each other: the locks are given back, and taken anew with it.
    """
    keys = [person.pk for person in people]
    files = Application.objects.filter(candidate__in=keys).order_by("pk")
    for _time in range(_TIMES):
        with transaction.atomic():
            locked = list(files.select_for_update(no_key=True).values_list("pk", flat=True))
            # Not `no_key`: whoever gives one of them something meanwhile waits here, and then follows (migration 0027).
            held = {one.pk: one for one in Candidate.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
            theirs = list(files.select_related("intake"))
            if {file.pk for file in theirs} <= set(locked):
                return held, theirs
            transaction.set_rollback(True)
    raise Refused(_("Somebody has just changed one of them: read them again, then merge."))


@transaction.atomic
def merge(
    stays: Candidate, goes: Candidate, *, by: User, taken: Collection[str] = (), shown: str | None = None
) -> Candidate:
    """Make one person of two; `taken` names the traits that are those of whoever goes, where the two differ.

    Files, letters, links, papers and consents are then of the one who stays. Refused where it would give one person two
    live files for an intake, where one of them is no longer there, or where they are not as they were `shown`.
    """
    held, files = _hold(stays, goes)
    if len(held) < 2 or any(person.merged_into_id or person.erased_at for person in held.values()):
        raise Refused(_("One of them is no longer there: they have been merged or erased meanwhile."))
    stays, goes = held[stays.pk], held[goes.pk]
    seen = [file for file in files if file.state != ApplicationState.DRAFT]
    if shown is not None and shown != as_shown(stays, goes, seen):
        raise Refused(_("Somebody has just changed one of them: read them again, then merge."))
    if both := rivals(files):
        raise Refused(
            _("%(one)s and %(other)s are both under way for the same intake: withdraw one of them first.")
            % {"one": both[0], "other": both[1]}
        )
    dropped = _join_identities(stays, goes, taken, by=by)
    with workflow.refusing(REFUSALS):
        Application.objects.filter(candidate__in=held).update(candidate=stays, version=F("version") + 1)
    _give_consents(stays, goes)
    _give_the_rest(stays, goes)
    _tell_letters_and_links(stays, goes, files)
    record_all([(file, dropped) for file in files], "merged", by=by)
    return stays


def _join_identities(stays: Candidate, goes: Candidate, taken: Collection[str], *, by: User) -> str:
    """Give whoever stays what is chosen, and what they lack; the other is blank from now on. What was dropped."""
    dropped = []
    for name, fields in TRAITS.items():
        one, other = trait(stays, name), trait(goes, name)
        from_other = bool(other) and (name in taken or not one)
        lost = one if from_other else other
        if lost and one and other and one != other:
            dropped.append(_in_words(stays if from_other else goes, name))
        if from_other:
            for field in fields:
                setattr(stays, field, getattr(goes, field))
    # Whichever record they told last that their file is to be kept.
    stays.heard_at = max(filter(None, [stays.heard_at, goes.heard_at]), default=None)
    # A consent to the pool may go with the merge, and a course come with it that ended long ago (services.keeping).
    stays.kept_at_least_until = LONG_AGO
    Candidate.objects.filter(merged_into=goes).update(merged_into=stays)
    gone = {"merged_into": stays, "merged_at": clock.now(), "merged_by": by}
    Candidate.objects.filter(pk=goes.pk).update(**_BLANK, **gone)
    stays.save()
    return ", ".join(filter(None, dropped))[:500]


def _in_words(person: Candidate, name: str) -> str:
    """A trait as the journal keeps it, for whoever looks for the telephone or the address of before."""
    if name == "birth":
        return f"{person.birth_month or 0:02}/{person.birth_year}"
    return "" if name == "language" else str(getattr(person, TRAITS[name][0]))


def _give_consents(stays: Candidate, goes: Candidate) -> None:
    """Of two consents to one purpose the later deed stays: one given first does not outlive its withdrawal."""
    last: dict[str, Consent] = {}
    for consent in Consent.objects.filter(candidate__in=(stays, goes)).order_by("pk"):
        former = last.get(consent.purpose)
        if former is not None and _done_at(former) > _done_at(consent):
            former, consent = consent, former
        last[consent.purpose] = consent
        if former is not None and former.withdrawn_at is None:
            former.delete()
    Consent.objects.filter(candidate=goes).update(candidate=stays)


def _done_at(consent: Consent) -> Any:
    return consent.withdrawn_at or consent.given_at


def _give_the_rest(stays: Candidate, goes: Candidate) -> None:
    """Whatever else is kept of a person, in whichever app; of what one has only once, that of whoever stays, completed.

    What is said of two people is said of whoever stays.
    """
    for pair in TwoPeople.objects.filter(models.Q(one=goes) | models.Q(other=goes)):
        others = {pair.one_id, pair.other_id} - {goes.pk, stays.pk}
        said = {"said_at": pair.said_at, "said_by_id": pair.said_by_id}
        pair.delete()
        for other in others:
            one, two = sorted((stays.pk, other))
            TwoPeople.objects.bulk_create([TwoPeople(one_id=one, other_id=two, **said)], ignore_conflicts=True)
    for relation in kept_of_people():
        model, field = relation.related_model, relation.field.name
        if model in (Application, Candidate, Consent, TwoPeople):
            continue
        theirs = model._base_manager.filter(**{field: goes.pk})
        kept = model._base_manager.filter(**{field: stays.pk}).first() if relation.one_to_one else None
        if kept is None:
            theirs.update(**{field: stays.pk})
        elif (gone := theirs.first()) is not None:
            for column in model._meta.concrete_fields:
                if not column.primary_key and getattr(kept, column.attname) in ("", None, []):
                    setattr(kept, column.attname, getattr(gone, column.attname))
            if hasattr(kept, "version"):
                kept.version += 1
            kept.save()
            gone.delete()


def _tell_letters_and_links(stays: Candidate, goes: Candidate, files: Collection[Application]) -> None:
    """Letters are to whoever stays, at their address if they have not left; personal links open what they opened."""
    readers = [ref(stays), ref(goes)]
    letters = OutgoingMessage.objects.filter(about__in=[*map(ref, files), *readers], to_ref__in=readers)
    if stays.email:
        letters.filter(state__in=_NOT_LEFT).update(to_email=stays.email, to_name=stays.called)
    letters.filter(link_subject=ref(goes)).update(link_subject=ref(stays))
    letters.update(to_ref=ref(stays))
    OutgoingMessage.objects.filter(about=ref(goes)).update(about=ref(stays))
    close_fresh_links(files)
    AccessLink.objects.filter(subject=ref(goes)).update(subject=ref(stays))
    # Whoever wanted no more letters of a kind, under either record, wants none.
    unwanted = OptOut.objects.filter(person=ref(goes))
    OptOut.objects.bulk_create(
        [OptOut(person=ref(stays), kind=one.kind, at=one.at) for one in unwanted], ignore_conflicts=True
    )
    unwanted.delete()


@transaction.atomic
def tell_apart(one: Candidate, other: Candidate, *, by: User) -> None:
    """Say that two who resemble each other are two people: they are not asked about again."""
    held, files = _hold(one, other)
    if len(held) < 2 or any(person.merged_into_id for person in held.values()):
        raise Refused(_("One of them is no longer there: they have been merged or erased meanwhile."))
    first, second = sorted(held)
    said = {"said_at": clock.now(), "said_by": by}
    if TwoPeople.objects.get_or_create(one_id=first, other_id=second, defaults=said)[1]:
        record_all([(file, "") for file in files if file.state != ApplicationState.DRAFT], "told_apart", by=by)

"""What the chair holds of somebody from outside: who they are, what they came to and proposed; the figures stay."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from partnership import clock, personal_data
from partnership.models import ref
from partnership.personal_data import Erased, Held, Holder
from partnership.workflow import Actor, record

from . import services
from .models import ChairActivity, Contribution, Guest, Registration
from .states import ACTIVITY_AHEAD

_NOBODY = {"name": "", "email": "", "organisation": ""}
_NO_WORDS = {"title": "", "abstract": ""}
_SAID = ("activity__title", "written_at", "state", "name", "email", "organisation", "language")


def _named(subject: str) -> Guest | None:
    """The record a reference names."""
    for model in (Registration, Contribution):
        key = personal_data.key_of(subject, model)
        if key:
            return model.objects.filter(pk=key).first()
    return None


def _of(subject: str) -> tuple[QuerySet[Registration], QuerySet[Contribution]]:
    """Everything of the same person: whoever has the address has what was written with it."""
    guest = _named(subject)
    found = []
    for model in (Registration, Contribution):
        if guest is None:
            found.append(model.objects.none())
        elif guest.email:
            found.append(model.objects.filter(email=guest.email))
        else:
            # Erased before: itself, so that what was written since goes too.
            found.append(model.objects.filter(pk=guest.pk))
    return found[0], found[1]


def _refs(*rows: QuerySet[Any]) -> list[str]:
    return [ref(guest) for guests in rows for guest in guests]


def aliases(subject: str) -> list[str]:
    """The other records of the same address: an older backup knows each of them."""
    return [name for name in _refs(*_of(subject)) if name != subject]


def hold(subject: str) -> None:
    """Their activities stand still until the commit, held in the order of their keys: a place may be given back."""
    registrations, _contributions = _of(subject)
    activities = ChairActivity.objects.filter(registrations__in=registrations).order_by("pk")
    keys = list(activities.values_list("pk", flat=True).distinct())
    list(ChairActivity.objects.filter(pk__in=keys).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _awaited(subject: str) -> QuerySet[Registration]:
    registrations, _contributions = _of(subject)
    return registrations.live().filter(activity__begins_at__gt=clock.now(), activity__state__in=ACTIVITY_AHEAD)


def is_live(subject: str) -> bool:
    """Whether they are expected somewhere."""
    return _awaited(subject).exists()


def close(subject: str, by: Actor) -> None:
    """They give their places back."""
    for registration in _awaited(subject).select_related("activity"):
        services.give_up(registration, by=by)


def note(subject: str, by: Actor) -> None:
    """A line of the journal for each record."""
    for guests in _of(subject):
        for guest in guests:
            record(guest, "erased", by=by)


def collect(subject: str) -> Held:
    """What they came to, what they proposed, what was written to them and done."""
    registrations, contributions = _of(subject)
    refs = _refs(registrations, contributions)
    return {
        "registrations": list(registrations.order_by("written_at").values(*_SAID, "attendance")),
        "contributions": list(contributions.order_by("written_at").values(*_SAID, *_NO_WORDS, "decided_at")),
        "guest letters": personal_data.letters_of(people=refs, files=refs),
        "guest journal": personal_data.journal_of(refs),
    }


def erase(subject: str, at: datetime) -> Erased:
    """Take away who they are and what they wrote."""
    registrations, contributions = _of(subject)
    keys = [list(guests.values_list("pk", flat=True)) for guests in (registrations, contributions)]
    return forget(Registration.objects.filter(pk__in=keys[0]), Contribution.objects.filter(pk__in=keys[1]), at)


def forget(registrations: QuerySet[Registration], contributions: QuerySet[Contribution], at: datetime) -> Erased:
    """Blank these records, with the letters to whoever wrote them; states, dates and presences stay."""
    refs = _refs(registrations, contributions)
    letters = personal_data.erase_letters(people=refs, files=refs, last="")
    links = personal_data.revoke_links(refs)
    # The version goes up: a page opened before must not mark or decide what is nobody's.
    gone: dict[str, Any] = {"erased_at": at, "version": F("version") + 1, **_NOBODY}
    # What they wrote first: once the address is gone nothing says whose it was.
    return {
        "contributions": contributions.filter(erased_at=None).update(**gone, **_NO_WORDS),
        "registrations": registrations.filter(erased_at=None).update(**gone),
        "guest letters": letters,
        "guest links": links,
    }


HOLDER = Holder(
    "chair", collect=collect, erase=erase, is_live=is_live, close=close, note=note, hold=hold, aliases=aliases
)

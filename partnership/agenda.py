"""The dates of a convention: each app registers its own, as it registers its measures; a page and a calendar list them.

Nobody is named: what has a date is owned by a party.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parseaddr

from django.conf import settings
from django.db import models
from django.db.models import Count, Prefetch
from django.urls import reverse
from django.utils.text import capfirst, get_text_list
from django.utils.translation import gettext as _

from . import calendars, clock
from .board import amount, date_words, last_day
from .calendars import Event, Organiser
from .models import Convention, JournalEntry, Milestone, Objective, User, ref
from .states import Precision
from .templatetags.figures import clocktime, longdate


@dataclass(frozen=True)
class Dated:
    """Something of the convention that has a date: a whole day, the last one of a month, or an hour.

    `key` names the business event and stays when its date changes, then `sequence` grows; `is_kept` is said of what
    somebody has to do by that day, and of nothing else.
    """

    key: str
    day: date
    kind: str
    title: str
    owner: str
    url: str = ""
    sequence: int = 0
    precision: str = Precision.DAY
    starts_at: datetime | None = None
    minutes: int = 0
    place: str = ""
    is_kept: bool | None = None
    is_cancelled: bool = False

    @property
    def what(self) -> str:
        """« engagement, Livrer le référentiel »."""
        return f"{self.kind}, {self.title}"

    @property
    def words(self) -> str:
        """Its date as precisely as it is known: « 30 juin 2027 », « juin 2027 », « 30 juin 2027, 14 h »."""
        if self.starts_at is not None:
            return f"{longdate(self.day)}, {clocktime(self.starts_at)}"
        return date_words(self.day, self.precision)

    @property
    def is_next(self) -> bool:
        """Whether it is still awaited: neither cancelled nor done before its day."""
        return not self.is_cancelled and not self.is_kept


# The dates that a user may read; a source asks the same number of statements however many there are.
Source = Callable[[User, Convention], Iterable[Dated]]
_SOURCES: list[Source] = []


def register(source: Source) -> None:
    """Let an app tell its dates; called where it gets ready."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def dates(user: User, convention: Convention) -> list[Dated]:
    """Every date of a convention that the user may read, the earliest first."""
    found = [dated for source in _SOURCES for dated in source(user, convention)]
    return sorted(
        found, key=lambda one: (one.day, one.starts_at.timestamp() if one.starts_at else 0, one.kind, one.key)
    )


def edits(things: Iterable[models.Model]) -> Counter[str]:
    """How many lines the journal has of each thing, by its reference: it only grows, and with each change."""
    lines = JournalEntry.objects.filter(subject__in=[ref(thing) for thing in things]).order_by().values_list("subject")
    return Counter(dict(lines.annotate(number=Count("pk"))))


def calendar(dated: Iterable[Dated], convention: Convention) -> str:
    """The dates as every calendar reads them."""
    return calendars.calendar([_event(one) for one in dated], convention.title)


def _event(one: Dated) -> Event:
    url = settings.PUBLIC_URL + one.url if one.url else ""
    if one.starts_at is not None:
        return calendars.event(
            one.key,
            sequence=one.sequence,
            starts_at=one.starts_at,
            minutes=one.minutes,
            summary=capfirst(one.what),
            organiser=Organiser(one.owner, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
            location=one.place,
            url=url,
            cancelled=one.is_cancelled,
        )
    # A month stands on its last day, and says that it is one.
    month = f" ({one.words})" if one.precision == Precision.MONTH else ""
    return calendars.whole_days(
        one.key,
        sequence=one.sequence,
        first=one.day,
        last=one.day,
        summary=capfirst(one.what) + month,
        description=f"{one.owner}\n{_('Done')}" if one.is_kept else one.owner,
        url=url,
    )


# -- what was promised ------------------------------------------------------------------------------------------------


def of_the_convention(user: User, convention: Convention) -> list[Dated]:
    """Its signature, the opening and the settlement of its milestones, objectives and commitments with their dates."""
    objectives = Prefetch("objectives", Objective.objects.filter(due_on__isnull=False).select_related("zone"))
    milestones = list(convention.milestones.select_related("owner").prefetch_related(objectives))
    # Milestones and commitments are edited on the page of their convention as well as on their own.
    edited = edits([convention, *milestones])
    all_told = edited[ref(convention)]
    found = [*_signature(convention, all_told), *_commitments(convention, all_told)]
    for milestone in milestones:
        found += _milestone(milestone, all_told + edited[ref(milestone)])
    return found


def _signature(convention: Convention, sequence: int) -> list[Dated]:
    if convention.signed_at is None:
        return []
    parties = [signature.party.short_name for signature in convention.signatures.select_related("party")]
    return [
        Dated(
            f"{ref(convention)}:signed",
            convention.signed_at.astimezone(clock.PARIS).date(),
            _("signature"),
            convention.title,
            get_text_list(parties, _("and")),
            reverse("partnership:convention_detail", args=[convention.pk]),
            sequence,
        )
    ]


def _commitments(convention: Convention, sequence: int) -> list[Dated]:
    page = reverse("partnership:commitment_list")
    return [
        Dated(
            f"{ref(promise)}:due",
            promise.due_on,
            _("commitment"),
            promise.text,
            promise.party.short_name,
            f"{page}#engagement-{promise.pk}",
            # Being kept is a line of its own, and no other of its dates changes.
            sequence + (promise.done_at is not None),
            is_kept=promise.done_at is not None,
        )
        for promise in convention.commitments.filter(due_on__isnull=False).select_related("party")
    ]


def _milestone(milestone: Milestone, sequence: int) -> list[Dated]:
    page = reverse("partnership:milestone_detail", args=[milestone.order])
    owner = milestone.owner.short_name
    own = (
        ("opens", _("opening"), milestone.opens_on, milestone.opens_precision),
        ("settled", _("everything settled"), milestone.finalise_by, milestone.finalise_precision),
    )
    found = [
        Dated(f"{ref(milestone)}:{key}", day, kind, milestone.short_title, owner, page, sequence, precision)
        for key, kind, known, precision in own
        if (day := last_day(known, precision))
    ]
    return found + [
        Dated(
            f"{ref(objective)}:due",
            objective.due_on,
            _("objective"),
            ", ".join(map(str, filter(None, _promised(objective, milestone)))),
            owner,
            page,
            sequence,
        )
        for objective in milestone.objectives.all()
    ]


def _promised(objective: Objective, milestone: Milestone) -> list[object]:
    return [amount(objective.measure, objective.target), objective.zone, milestone.short_title]

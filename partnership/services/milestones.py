"""Milestones that turn, by the figures or because a day has passed: a line in the journal, a word to the coordinators.

What is compared is where a milestone stands now with where it last stood: whatever passed unseen is told at the next
look, and looking twice tells nothing twice.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import translation

from .. import clock, emails, measures, projections
from ..board import Card, card_of
from ..models import Convention, JournalEntry, Milestone, ref
from ..states import ActorKind, ConventionState, MilestoneStatus
from ..workflow import THE_CLOCK, record
from .convention import coordinators

_WORRYING = (MilestoneStatus.AT_RISK, MilestoneStatus.LATE)


def notice_turns() -> int:
    """Journal and tell every milestone of a signed convention that stands elsewhere than before; how many turned."""
    signed = Convention.objects.filter(state=ConventionState.SIGNED).values_list("pk", flat=True)
    return sum(_notice(key) for key in list(signed))


def turns(milestones: Iterable[Milestone], *, since: datetime | None = None) -> list[JournalEntry]:
    """When and how these milestones turned, the first look at each included, the newest first."""
    lines = JournalEntry.objects.filter(
        subject__in=[ref(milestone) for milestone in milestones],
        after__in=MilestoneStatus.values,
        actor_kind=ActorKind.CLOCK,
    )
    return list((lines.filter(at__gte=since) if since else lines).order_by("-pk"))


@transaction.atomic
def _notice(key: object) -> int:
    # Whoever else looks at this moment tells what there is to tell.
    rows = Convention.objects.filter(pk=key, state=ConventionState.SIGNED)
    convention = rows.select_for_update(no_key=True, skip_locked=True).first()
    if convention is None:
        return 0
    milestones = list(convention.milestones.with_promises())
    before = {line.subject: line.after for line in reversed(turns(milestones))}
    look = _Look(convention)
    turned = 0
    for milestone in milestones:
        card, was = look.at(milestone), before.get(ref(milestone), "")
        if card.standing.status != was:
            record(milestone, card.standing.status, by=THE_CLOCK, before=was, reason=_figures(card))
            if was or card.standing.status in _WORRYING:
                look.tell(milestone, was)
            turned += 1
    return turned


class _Look:
    """The figures and the forecast of one moment, read in the language of each reader."""

    def __init__(self, convention: Convention):
        self.convention = convention
        census = measures.Census(None, convention)
        self.counts, self.projections = measures.counts_of(census), projections.projections_of(census)

    def at(self, milestone: Milestone) -> Card:
        return card_of(
            milestone,
            self.counts,
            signed_on=self.convention.measured_from,
            today=clock.today(),
            projections=self.projections,
        )

    def tell(self, milestone: Milestone, was: str) -> None:
        for reader in coordinators(self.convention):
            with translation.override(reader.language):
                standing = self.at(milestone).standing
            emails.milestone_turned(
                milestone,
                to=reader,
                was=was,
                status=standing.status,
                reason=standing.reason,
                next_date=standing.next_date.words if standing.next_date else "",
            )


def _figures(card: Card) -> str:
    """What it was judged by, without words: « confirmed:lyon 12/20, host_places 44/50 »."""
    figures = [
        f"{one.measure}{f':{one.zone.code}' if one.zone else ''} {one.figure}/{one.target}" for one in card.readings
    ]
    if card.contents.total:
        figures.append(f"contents {card.contents.validated}/{card.contents.total}")
    return ", ".join(figures)[:500]

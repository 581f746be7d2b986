"""What must always hold of contents and of the chair."""

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from partnership import invariants
from partnership.invariants import Invariant, journal_agrees, of, rows

from .models import ChairActivity, Contribution, Curriculum, Programme, Registration
from .states import REVIEWABLE, WRITABLE, CurriculumState, ProgrammeKind

TRIGGERS = {
    "validated_curriculum_is_immutable",
    "module_is_written_in_preparation",
    "attachment_is_written_in_preparation",
    "an_activity_holds_its_capacity",
    "an_activity_keeps_its_word",
}


def _texts_that_differ() -> list[str]:
    decided = Curriculum.objects.filter(state__in=[CurriculumState.VALIDATED, CurriculumState.SUPERSEDED])
    return of(
        Curriculum,
        (
            curriculum.pk
            for curriculum in decided.prefetch_related("modules").iterator(chunk_size=200)
            if curriculum.content_hash != curriculum.text_hash()
        ),
    )


def _several_at_once() -> list[str]:
    in_force = Count("curricula", filter=Q(curricula__state=CurriculumState.VALIDATED))
    prepared = Count("curricula", filter=Q(curricula__state__in=[*WRITABLE, *REVIEWABLE]))
    return rows(
        Programme.objects.annotate(in_force=in_force, prepared=prepared).filter(Q(in_force__gt=1) | Q(prepared__gt=1))
    )


def _decided_by_its_author() -> list[str]:
    return rows(Curriculum.objects.filter(decided_by__isnull=False, decided_by=F("submitted_by")))


def _overfull() -> list[str]:
    return rows(ChairActivity.objects.counted().filter(taken__gt=F("capacity")))


def _without_a_chair() -> list[str]:
    return rows(ChairActivity.objects.exclude(programme__kind=ProgrammeKind.CHAIR))


def register() -> None:
    """Make the promises of contents and of the chair known."""
    invariants.TRIGGERS.update(TRIGGERS)
    invariants.register(
        Invariant("validated_texts", _("a validated text is the one that was validated"), _texts_that_differ),
        Invariant("one_content_at_a_time", _("one content in force, one in preparation"), _several_at_once),
        Invariant("no_one_judges_themselves", _("nobody decides what they submitted"), _decided_by_its_author),
        journal_agrees(Curriculum),
        Invariant("activities_hold_their_places", _("an activity takes no more than its places"), _overfull),
        Invariant("activities_are_a_chairs", _("only a chair has activities"), _without_a_chair),
        journal_agrees(ChairActivity),
        journal_agrees(Registration),
        journal_agrees(Contribution),
    )

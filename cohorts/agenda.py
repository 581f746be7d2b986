"""The dates of recruitment that the agenda of the convention tells: rentrées, closings, meetings for many."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from partnership import clock
from partnership.agenda import Dated, edits
from partnership.models import Convention, User, ref

from .models import Cohort, Intake, Slot
from .states import SlotKind, SlotState

# What is held for many at once; an interview is one person's.
FOR_MANY = (SlotKind.INFORMATION, SlotKind.OPEN_DAY, SlotKind.JOB_DATING)
# Meetings are many: those long past are left out.
BEFORE = timedelta(days=30)


def of_recruitment(user: User, convention: Convention) -> Iterator[Dated]:
    """Rentrées and closings, which the pages of the courses tell everybody, and the meetings that the user sees."""
    intakes = list(
        Intake.objects.filter(programme__milestone__convention=convention).select_related("programme__provider")
    )
    cohorts = list(
        Cohort.objects.filter(intake__in=intakes).select_related("intake__programme__provider", "zone").order_by("pk")
    )
    edited = edits([*intakes, *cohorts])
    for intake in intakes:
        yield Dated(
            f"{ref(intake)}:starts",
            intake.starts_on,
            _("rentrée"),
            intake.programme.short_title,
            intake.programme.provider.short_name,
            _page(intake),
            edited[ref(intake)],
        )
    for cohort in cohorts:
        yield Dated(
            f"{ref(cohort)}:closes",
            cohort.applications_until,
            _("applications close"),
            f"{cohort.intake.programme.short_title}, {cohort.zone}",
            cohort.intake.programme.provider.short_name,
            _page(cohort.intake),
            edited[ref(cohort)],
        )
    yield from _meetings(user, convention)


def _meetings(user: User, convention: Convention) -> Iterator[Dated]:
    slots = Slot.objects.visible_to(user).filter(
        cohort__intake__programme__milestone__convention=convention,
        kind__in=FOR_MANY,
        is_offered=True,
        starts_at__gte=clock.now() - BEFORE,
    )
    for slot in slots.select_related("cohort__intake__programme__provider", "cohort__zone"):
        programme = slot.cohort.intake.programme
        yield Dated(
            # The key by which the calendar of whoever holds it knows it.
            ref(slot),
            slot.day,
            slot.get_kind_display(),
            f"{programme.short_title}, {slot.cohort.zone}",
            programme.provider.short_name,
            reverse("cohorts:slot_detail", args=[slot.pk]),
            slot.version,
            starts_at=slot.starts_at,
            minutes=slot.minutes,
            place=slot.place,
            is_cancelled=slot.state == SlotState.CANCELLED,
        )


def _page(intake: Intake) -> str:
    return reverse("cohorts:programme_detail", args=[intake.programme.slug])

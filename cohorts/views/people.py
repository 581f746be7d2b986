"""What else is known of the person of a file: their other applications, of last year or for another course."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.models import User

from ..models import RECRUITMENT, Application, Booking
from ..states import BookingState, SlotKind


@dataclass(frozen=True)
class Other:
    """Another application of the same person, its interviews, and how it is tied to the one that is shown."""

    file: Application
    interviews: list[Booking]
    url: str = ""
    tie: str = ""


def others_of(application: Application, user: User) -> tuple[list[Other], list[Booking], list[Booking]]:
    """The person's other applications that the user may see, the file's bookings, and those of its whole line.

    What a file continues belongs to it: its interviews are shown, in whichever zone they were held.
    """
    zones = user.zones_as(*RECRUITMENT)
    files = Application.objects.submitted().filter(candidate=application.candidate_id)
    known = {
        file.pk: file for file in files.select_related("cohort__zone", "intake__programme").order_by("-created_at")
    }
    line = _line(application, known)
    bookings: dict[UUID, list[Booking]] = {key: [] for key in [application.pk, *known]}
    rows = Booking.objects.filter(application__candidate=application.candidate_id)
    for booking in rows.select_related("slot__held_by").order_by("slot__starts_at"):
        bookings.setdefault(booking.application_id, []).append(booking)
    of_line = [one for key in line for one in bookings[key]]
    others = []
    for key, file in known.items():
        is_seen = zones is None or file.cohort.zone_id in zones
        if key == application.pk or not (is_seen or key in line):
            continue
        met = [one for one in bookings[key] if _is_held(one) and key not in line]
        url = reverse("cohorts:application_detail", args=[key]) if is_seen else ""
        others.append(Other(file, met, url, _tie(application, file)))
    return others, bookings[application.pk], sorted(of_line, key=lambda one: one.slot.starts_at)


def _is_held(booking: Booking) -> bool:
    return booking.kind == SlotKind.INTERVIEW and booking.state == BookingState.ATTENDED


def _line(application: Application, known: dict[UUID, Application]) -> set[UUID]:
    """The file and those it continues, among what is known of the person."""
    line, last = {application.pk}, application
    while last.continues_id in known:
        # Kept where it is asked for again: the story of a file is also that of those it continues.
        last.continues = known[last.continues_id]
        last = last.continues
        line.add(last.pk)
    return line


def _tie(application: Application, other: Application) -> str:
    if application.continues_id == other.pk:
        return _("continued by this one")
    if other.continues_id == application.pk:
        return _("continues this one")
    return ""

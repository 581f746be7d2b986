"""What the chair announces to everybody, in the agenda of the convention."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from partnership.agenda import Dated
from partnership.models import Convention, User, ref

from .models import ChairActivity
from .states import ACTIVITY_DELIVERED, ActivityState


def of_the_chair(user: User, convention: Convention) -> Iterator[Dated]:
    """Its public activities, and until when one registers or proposes."""
    activities = ChairActivity.objects.public().filter(programme__milestone__convention=convention)
    for activity in activities.select_related("programme", "lead_party"):
        yield Dated(
            # The key by which the public feed of the chair knows it.
            ref(activity),
            activity.begins_on,
            activity.get_kind_display(),
            activity.title,
            activity.lead_party.short_name,
            _page(activity),
            activity.version,
            starts_at=activity.begins_at,
            minutes=activity.minutes,
            place=activity.place,
            is_kept=activity.state in ACTIVITY_DELIVERED or None,
            is_cancelled=activity.state == ActivityState.CANCELLED,
        )
        if activity.state != ActivityState.CANCELLED:
            yield from _closings(activity)


def _closings(activity: ChairActivity) -> Iterator[Dated]:
    own: tuple[tuple[str, str, date | None], ...] = (
        ("registrations", _("registrations close"), activity.registrations_until),
        ("contributions", _("contributions close"), activity.contributions_until),
    )
    for key, kind, day in own:
        if day:
            yield Dated(
                f"{ref(activity)}:{key}",
                day,
                kind,
                activity.title,
                activity.lead_party.short_name,
                _page(activity),
                activity.version,
            )


def _page(activity: ChairActivity) -> str:
    return reverse("programmes:chair_activity", args=[activity.programme.slug, activity.pk])

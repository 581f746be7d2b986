"""The activities of a chair that somebody leads, and to whom they go when that person leaves."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnership import handover
from partnership.handover import Belonging, Left
from partnership.models import User
from partnership.states import Role
from partnership.workflow import edit

from . import emails, policies
from .models import ChairActivity
from .states import ACTIVITY_AHEAD


def _led_by(person: User) -> QuerySet[ChairActivity]:
    return ChairActivity.objects.filter(lead=person, state__in=ACTIVITY_AHEAD)


def _activities_of(person: User) -> Left:
    """The activities somebody leads that are still ahead."""
    return Left.of(_led_by(person).values_list("title", flat=True))


def _heirs_of(person: User) -> list[User]:
    """Whoever works today for a party of these activities, and does not only review contents."""
    parties = set(_led_by(person).values_list("lead_party", flat=True))
    return list(_leaders(Q(party__in=parties)).exclude(pk=person.pk))


def _leaders(of: Q) -> QuerySet[User]:
    return User.objects.filter(pk__in=policies.leaders().filter(of).values("user")).order_by("full_name")


@transaction.atomic
def _hand_over(person: User, *, heir: User | None, by: User) -> int:
    """Give each activity to the heir where they work for its party, else to its coordination; how many find nobody."""
    nobody = 0
    for activity in _led_by(person).select_related("programme", "lead_party").select_for_update(of=("self",)):
        able = _leaders(Q(party=activity.lead_party)).exclude(pk=person.pk)
        coordinators = _leaders(Q(party=activity.lead_party, role=Role.COORDINATOR)).exclude(pk=person.pk)
        lead = (heir and able.filter(pk=heir.pk).first()) or coordinators.first()
        if lead is None:
            nobody += 1
            continue
        edit(activity, by=by, lead=lead)
        emails.activity_entrusted(activity)
    return nobody


def register() -> None:
    """Make known what somebody leads."""
    handover.register(
        Belonging(
            "activities",
            _("activities of the chair"),
            _("They go to the colleague who is chosen, or else to the coordination of the same party."),
            _activities_of,
            _heirs_of,
            _hand_over,
        )
    )

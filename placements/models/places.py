"""The places that hosts announce, and the seats that are opened by them."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cohorts.models import Intake
from partnership import clock
from partnership.models import User
from partnership.states import Channel, Role

from ..states import PLACEMENT_LIVE, Chooser, PledgeAnswer
from .hosts import HostSite

# A place whose host has not said so again for longer is « à reconfirmer » and not counted.
PLEDGE_LIFE = timedelta(days=90)


class HostPledge(models.Model):
    """What a site last said about an intake: yes, perhaps or no, and how many places for sure."""

    site = models.ForeignKey(HostSite, models.CASCADE, related_name="pledges", verbose_name=_("host site"))
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="pledges", verbose_name=_("intake"))
    answer = models.CharField(_("answer"), max_length=5, choices=PledgeAnswer.choices, default=PledgeAnswer.YES)
    answered_at = models.DateTimeField(_("answered on"))
    places_sure = models.PositiveSmallIntegerField(_("places for sure"), default=0)
    places_possible = models.PositiveSmallIntegerField(_("possible places more"), default=0)
    ask_again_on = models.DateField(_("ask again on"), null=True, blank=True)
    chooser = models.CharField(_("who chooses"), max_length=4, choices=Chooser.choices, default=Chooser.LEAD)
    # Whoever answered for the site, where it was not by link; how it reached us.
    said_by = models.CharField(_("who answered"), max_length=120, blank=True)
    heard_through = models.CharField(_("heard"), max_length=5, choices=Channel.choices, default=Channel.WEB)
    version = models.PositiveIntegerField(default=1, editable=False)
    # When the lead was told that the answer has become old; empty again with each answer.
    told_old_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        constraints = [
            models.UniqueConstraint(fields=["site", "intake"], name="one_pledge_a_site_and_intake"),
            models.CheckConstraint(
                name="whoever_says_no_announces_no_place",
                condition=~Q(answer=PledgeAnswer.NO) | Q(places_sure=0, places_possible=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}, {self.intake}"

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"

    @property
    def is_old(self) -> bool:
        """Said so long ago that the free places it announces count no more."""
        return self.answered_at < clock.now() - PLEDGE_LIFE


class SeatQuerySet(models.QuerySet["Seat"]):
    def visible_to(self, user: User) -> "SeatQuerySet":
        zones = user.zones_as(Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
        return self if zones is None else self.filter(site__zone__in=zones)

    def open(self) -> "SeatQuerySet":
        return self.filter(closed_at__isnull=True)

    def free(self) -> "SeatQuerySet":
        """Open, and nobody proposed, accepted or sitting there."""
        return self.open().exclude(placements__state__in=PLACEMENT_LIVE)


class Seat(models.Model):
    """One place for one student of an intake: a row, never a counter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(HostSite, models.PROTECT, related_name="seats", verbose_name=_("host site"))
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="seats", verbose_name=_("intake"))
    opened_at = models.DateTimeField(_("opened on"))
    # Nobody of ours where the host did it by its link, or the end of a placement did: the journal says who.
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by"))
    closed_at = models.DateTimeField(_("closed on"), null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"))
    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("host place")
        verbose_name_plural = _("host places")
        ordering = ["site", "opened_at"]
        constraints = [
            models.CheckConstraint(
                name="a_seat_closed_by_somebody_is_closed_at_a_date",
                condition=Q(closed_by__isnull=True) | Q(closed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.site}"

    @property
    def about(self) -> str:
        return f"placements.hostsite:{self.site_id}"

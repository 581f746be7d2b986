"""Moments that can be booked, and who has booked them."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partnership.models import User

from ..states import (
    BOOKING_FLOW,
    BookingState,
    SlotKind,
)
from .applications import Application
from .intakes import Cohort


class Slot(models.Model):
    """A moment that can be booked: an interview has one place, a meeting many."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="slots", verbose_name=_("cohort"))
    kind = models.CharField(_("kind"), max_length=12, choices=SlotKind.choices, default=SlotKind.INTERVIEW)
    starts_at = models.DateTimeField(_("date and time"))
    minutes = models.PositiveSmallIntegerField(_("length, in minutes"), default=30)
    place = models.CharField(_("place"), max_length=160)
    capacity = models.PositiveSmallIntegerField(_("places"), default=1)
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("held by"))

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at"]
        constraints = [models.CheckConstraint(name="a_slot_has_a_place", condition=Q(capacity__gte=1))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.place}"


class Booking(models.Model):
    """An application's place in a slot; the database refuses more of them than the slot holds."""

    FLOW = BOOKING_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    application = models.ForeignKey(Application, models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=10, choices=BookingState.choices, default=BookingState.BOOKED)
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["slot__starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(state=BookingState.BOOKED), name="one_open_booking_per_application"
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot}"

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.application_id}"

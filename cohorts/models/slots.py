"""Moments that can be booked, and who has booked them."""

import uuid
from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import User

from ..states import (
    BOOKING_FLOW,
    SLOT_FLOW,
    BookingState,
    SlotKind,
    SlotState,
)
from .applications import Application
from .intakes import RECRUITMENT, Cohort


class SlotQuerySet(models.QuerySet["Slot"]):
    def visible_to(self, user: User) -> "SlotQuerySet":
        """Recruitment sees the slots of its zones."""
        zones = user.zones_as(*RECRUITMENT)
        return self if zones is None else self.filter(cohort__zone__in=zones)

    def open(self) -> "SlotQuerySet":
        return self.filter(state=SlotState.OPEN)

    def between(self, first: date, last: date) -> "SlotQuerySet":
        """Those that begin on a day of Paris from the first to the last."""
        begins, ends = (datetime.combine(day, time.min, clock.PARIS) for day in (first, last + timedelta(days=1)))
        return self.filter(starts_at__gte=begins, starts_at__lt=ends)

    def of_use(self) -> "SlotQuerySet":
        """Of those that are `counted`, all but a slot of one person's own that was given up: it is nobody's."""
        return self.filter(Q(is_offered=True) | Q(taken__gt=0))

    def counted(self) -> "SlotQuerySet":
        """With how many people each expects or has seen (`taken`), and how many have come (`present`)."""
        return self.annotate(
            taken=Count("bookings", filter=~Q(bookings__state=BookingState.CANCELLED)),
            present=Count("bookings", filter=Q(bookings__state=BookingState.ATTENDED)),
        )

    def to_choose(self, cohort: Cohort, *, after: datetime) -> "SlotQuerySet":
        """Those of a cohort that an applicant may choose: offered, to come, with a place left."""
        ahead = self.open().filter(cohort=cohort, is_offered=True, starts_at__gt=after)
        return ahead.counted().filter(taken__lt=F("capacity"))


class Slot(models.Model):
    """A moment that can be booked: an interview has one place, a meeting many."""

    FLOW = SLOT_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="slots", verbose_name=_("cohort"))
    kind = models.CharField(_("kind"), max_length=12, choices=SlotKind.choices, default=SlotKind.INTERVIEW)
    state = models.CharField(_("state"), max_length=10, choices=SlotState.choices, default=SlotState.OPEN)
    version = models.PositiveIntegerField(default=1, editable=False)
    starts_at = models.DateTimeField(_("date and time"))
    minutes = models.PositiveSmallIntegerField(_("length, in minutes"), default=30)
    place = models.CharField(_("place"), max_length=160)
    capacity = models.PositiveSmallIntegerField(_("places"), default=1)
    held_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("held by"))
    # An interview fixed with somebody has a slot of its own, which nobody else is offered.
    is_offered = models.BooleanField(_("chosen by applicants"), default=False)
    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["starts_at", "id"], name="slots_by_day")]
        constraints = [
            models.CheckConstraint(name="a_slot_has_a_place", condition=Q(capacity__gte=1)),
            # A booking names both: its slot's kind is a constraint of its own table as well.
            models.UniqueConstraint(fields=["id", "kind"], name="a_slot_keeps_its_kind"),
            models.UniqueConstraint(
                fields=["cohort", "kind", "starts_at", "held_by", "place"],
                condition=Q(is_offered=True, state=SlotState.OPEN),
                name="the_same_slot_is_offered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.place}"

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def left(self) -> int:
        """The places left, of a slot that is `counted`."""
        return self.capacity - self.taken

    @property
    def day(self) -> date:
        return self.starts_at.astimezone(clock.PARIS).date()


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, user: User) -> "BookingQuerySet":
        """Recruitment sees who has booked the slots of its zones, of the files of its zones."""
        zones = user.zones_as(*RECRUITMENT)
        if zones is None:
            return self
        return self.filter(slot__cohort__zone__in=zones, application__cohort__zone__in=zones)

    def booked(self) -> "BookingQuerySet":
        return self.filter(state=BookingState.BOOKED)


class Booking(models.Model):
    """An application's place in a slot; the database refuses more of them than the slot holds."""

    FLOW = BOOKING_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="bookings")
    application = models.ForeignKey(Application, models.PROTECT, related_name="bookings")
    # The slot's own, kept here because "one open booking an application and kind" is a constraint of this table.
    kind = models.CharField(max_length=12, choices=SlotKind.choices, default=SlotKind.INTERVIEW, editable=False)
    state = models.CharField(max_length=10, choices=BookingState.choices, default=BookingState.BOOKED)
    # Grows with each change of the hour or the place: calendars keep the newest.
    version = models.PositiveIntegerField(default=1, editable=False)
    booked_at = models.DateTimeField(default=clock.now, editable=False)
    note = models.TextField(_("note"), blank=True)
    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["slot__starts_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind"],
                condition=Q(state=BookingState.BOOKED),
                name="one_open_booking_per_application_and_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.slot}"

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.application_id}"

    def reminder_key(self, before: int) -> str:
        """The key of the letter that reminds of it, at the hour it has now, so many days before."""
        return f"appointment_near:{self.pk}:{self.version}:{before}"


MARKS = (0, 4)
CRITERIA = ("writing", "listening", "digital", "call", "motivation")


def _mark(label: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


class Evaluation(models.Model):
    """What one person saw in somebody they met: the same grid for all, two raters where possible, no rule behind it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="evaluations")
    rated_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("rated by"))
    rated_at = models.DateTimeField(_("rated on"))
    writing = _mark(_("reads and writes French"))
    listening = _mark(_("listens and rephrases"))
    digital = _mark(_("at ease with a computer"))
    call = _mark(_("simulated call: voice, calm, listening"))
    motivation = _mark(_("motivation, hours, mobility"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("marks")
        verbose_name_plural = _("marks")
        ordering = ["rated_at"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "rated_by"], name="one_grid_a_rater"),
            models.CheckConstraint(
                name="marks_go_from_zero_to_four",
                condition=Q(*(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": MARKS}) for name in CRITERIA)),
            ),
            models.CheckConstraint(
                name="a_grid_says_something",
                condition=Q(*(Q(**{f"{name}__isnull": False}) for name in CRITERIA), _connector=Q.OR) | ~Q(note=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking}"

    @property
    def about(self) -> str:
        return self.booking.about

    @property
    def marks(self) -> list[int | None]:
        """The marks in the order of the grid."""
        return [getattr(self, name) for name in CRITERIA]

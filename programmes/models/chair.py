"""The chair: its activities, who comes to them, and what is proposed to them."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import Party, User
from partnership.states import ActorKind, Role

from ..states import (
    ACTIVITY_AHEAD,
    ACTIVITY_DELIVERED,
    ACTIVITY_FLOW,
    CONTRIBUTION_FLOW,
    REGISTRATION_FLOW,
    ActivityKind,
    ActivityState,
    Attendance,
    ContributionState,
    ProgrammeKind,
    RegistrationState,
)
from .courses import Programme


class ChairActivityQuerySet(models.QuerySet["ChairActivity"]):
    def visible_to(self, user: User) -> "ChairActivityQuerySet":
        """The activities of the chairs of the conventions the user sees; who comes to them is another matter."""
        return self.filter(programme__in=Programme.objects.visible_to(user))

    def managed_by(self, user: User) -> "ChairActivityQuerySet":
        """Administrators see to all, coordinators to those of their party's conventions, a lead to their own.

        Whoever only reviews contents leads none: reviewers read no name of anybody.
        """
        if user.has_role(Role.ADMINISTRATOR):
            return self
        held = user.current_memberships()
        parties = [membership.party_id for membership in held if membership.role == Role.COORDINATOR]
        mine = Q(programme__milestone__convention__signatures__party__in=parties)
        if any(membership.role != Role.REVIEWER for membership in held):
            mine |= Q(lead=user)
        return self.filter(mine).distinct()

    def public(self) -> "ChairActivityQuerySet":
        """Those that the agenda shows to everybody."""
        return self.filter(is_public=True)

    def counting(self) -> "ChairActivityQuerySet":
        """Those that count for the convention: a cancelled one does not."""
        return self.exclude(state=ActivityState.CANCELLED)

    def counted(self) -> "ChairActivityQuerySet":
        """With how many hold a place (`taken`), wait for one (`waiting`), have come (`present`)."""
        held = Q(registrations__state=RegistrationState.REGISTERED)
        return self.annotate(
            taken=Count("registrations", filter=held),
            waiting=Count("registrations", filter=Q(registrations__state=RegistrationState.WAITING)),
            present=Count("registrations", filter=held & Q(registrations__attendance=Attendance.PRESENT)),
        )


class ChairActivity(models.Model):
    """Something a chair does: a study, a seminar, a prize…, led by one of the parties."""

    FLOW = ACTIVITY_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(
        Programme,
        models.PROTECT,
        related_name="activities",
        limit_choices_to={"kind": ProgrammeKind.CHAIR},
        verbose_name=_("chair"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=ActivityKind.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=ActivityState.choices, default=ActivityState.PLANNED, editable=False
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    title = models.CharField(_("title"), max_length=160)
    theme = models.CharField(_("theme"), max_length=120, blank=True)
    description = models.TextField(_("presentation"), blank=True)
    lead = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("led by"))
    lead_party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("for"))
    begins_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    place = models.CharField(_("place"), max_length=160, blank=True)
    is_public = models.BooleanField(_("shown in the public agenda"), default=False)
    # Until the end of that day; without one, one comes without registering.
    registrations_until = models.DateField(_("registrations until"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("places"), null=True, blank=True)
    contributions_until = models.DateField(_("contributions until"), null=True, blank=True)
    deliverable = models.CharField(_("deliverable"), max_length=160, blank=True)
    deliverable_url = models.URLField(_("address of the deliverable"), max_length=400, blank=True)
    deliverable_text = models.TextField(_("text of the deliverable"), blank=True)
    delivered_on = models.DateField(_("delivered on"), null=True, editable=False)
    cancelled_because = models.CharField(_("why it was cancelled"), max_length=240, blank=True, editable=False)
    objects = ChairActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity of the chair")
        verbose_name_plural = _("activities of the chair")
        ordering = ["begins_at", "title"]
        indexes = [models.Index(fields=["programme", "begins_at"], name="activities_by_date")]
        constraints = [
            models.CheckConstraint(name="an_activity_ends_after_it_began", condition=Q(ends_at__gt=F("begins_at"))),
            models.CheckConstraint(
                name="an_activity_has_a_place_or_no_limit", condition=Q(capacity__isnull=True) | Q(capacity__gte=1)
            ),
            models.CheckConstraint(
                name="a_delivered_activity_has_a_date",
                condition=Q(state__in=ACTIVITY_DELIVERED, delivered_on__isnull=False)
                | (~Q(state__in=ACTIVITY_DELIVERED) & Q(delivered_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_published_activity_has_something_to_read",
                condition=~Q(state=ActivityState.PUBLISHED)
                | (~Q(deliverable="") & (~Q(deliverable_url="") | ~Q(deliverable_text=""))),
            ),
            models.CheckConstraint(
                name="a_cancelled_activity_says_why",
                condition=Q(state=ActivityState.CANCELLED) & ~Q(cancelled_because="")
                | ~Q(state=ActivityState.CANCELLED) & Q(cancelled_because=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def begins_on(self) -> date:
        return self.begins_at.astimezone(clock.PARIS).date()

    @property
    def ends_on(self) -> date:
        return self.ends_at.astimezone(clock.PARIS).date()

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.begins_at).total_seconds()) // 60

    @property
    def is_ahead(self) -> bool:
        """Whether its date and its people may still change."""
        return self.state in ACTIVITY_AHEAD

    @property
    def takes_registrations(self) -> bool:
        """Whether one may register now: open, before its last day, and before it begins."""
        return (
            self.state == ActivityState.OPEN
            and self.registrations_until is not None
            and clock.today() <= self.registrations_until
            and clock.now() < self.begins_at
        )

    @property
    def takes_contributions(self) -> bool:
        """Whether the call for contributions is open today."""
        return self.is_ahead and self.contributions_until is not None and clock.today() <= self.contributions_until

    @property
    def has_come(self) -> bool:
        """Whether its first day is there: from then on one says who has come."""
        return self.state != ActivityState.CANCELLED and self.begins_on <= clock.today()


class GuestQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> "GuestQuerySet":
        """Whoever sees to an activity reads who comes to it and what is proposed to it; nobody else does."""
        return self.filter(activity__in=ChairActivity.objects.managed_by(user))


class Guest(models.Model):
    """Somebody without an account who has written in a form of the chair."""

    actor_kind = ActorKind.GUEST

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # One form, one record, however often it is sent.
    submit_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fr")
    written_at = models.DateTimeField(_("written on"), default=clock.now, editable=False)
    # The figures stay, the person goes.
    erased_at = models.DateTimeField(null=True, editable=False)
    objects = GuestQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def called(self) -> str:
        return self.name


def _guest_laws(of: str) -> list[models.BaseConstraint]:
    """What holds of a registration and of a contribution alike."""
    return [
        models.CheckConstraint(name=f"the_address_of_a_{of}_is_in_lower_case", condition=Q(email=Lower("email"))),
        models.CheckConstraint(
            name=f"a_{of}_is_somebodys_until_erased",
            condition=Q(erased_at__isnull=True) & ~Q(email="") & ~Q(name="")
            | Q(erased_at__isnull=False, email="", name="", organisation=""),
        ),
    ]


class RegistrationQuerySet(GuestQuerySet):
    def live(self) -> "RegistrationQuerySet":
        """Those with a place, and those who wait for one."""
        return self.exclude(state=RegistrationState.CANCELLED)

    def registered(self) -> "RegistrationQuerySet":
        return self.filter(state=RegistrationState.REGISTERED)

    def waiting(self) -> "RegistrationQuerySet":
        """Those who wait, in the order in which they came."""
        return self.filter(state=RegistrationState.WAITING).order_by("number")


class Registration(Guest):
    """A place in an activity, or a rank on its waiting list; the database refuses more places than there are."""

    FLOW = REGISTRATION_FLOW

    activity = models.ForeignKey(ChairActivity, models.PROTECT, related_name="registrations")
    # In the order in which they came: the waiting list is served by it, and lists without names say it.
    number = models.PositiveIntegerField(_("number"), editable=False)
    state = models.CharField(_("state"), max_length=10, choices=RegistrationState.choices, editable=False)
    attendance = models.CharField(_("attendance"), max_length=8, choices=Attendance.choices, blank=True, editable=False)
    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["activity", "number"]
        constraints = [
            *_guest_laws("registration"),
            models.UniqueConstraint(fields=["activity", "number"], name="a_registration_has_its_own_number"),
            models.UniqueConstraint(
                fields=["activity", "email"],
                condition=~Q(state=RegistrationState.CANCELLED) & ~Q(email=""),
                name="one_registration_per_address_and_activity",
            ),
            models.CheckConstraint(
                name="only_whoever_has_a_place_comes",
                condition=Q(attendance="") | Q(state=RegistrationState.REGISTERED),
            ),
        ]

    def __str__(self) -> str:
        return _("registration %(number)s") % {"number": self.number}


class Contribution(Guest):
    """Something proposed to an activity's call for contributions, and what became of it."""

    FLOW = CONTRIBUTION_FLOW

    activity = models.ForeignKey(ChairActivity, models.PROTECT, related_name="contributions")
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ContributionState.choices,
        default=ContributionState.RECEIVED,
        editable=False,
    )
    title = models.CharField(_("title"), max_length=160, blank=True)
    abstract = models.TextField(_("abstract"), blank=True)
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("decided by")
    )
    objects = GuestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ["written_at"]
        constraints = [
            *_guest_laws("contribution"),
            models.CheckConstraint(
                name="a_decided_contribution_has_a_hand_and_a_date",
                condition=Q(state=ContributionState.RECEIVED, decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state=ContributionState.RECEIVED) & Q(decided_at__isnull=False, decided_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return _("contribution of %(day)s") % {"day": f"{self.written_at.astimezone(clock.PARIS):%d/%m/%Y}"}

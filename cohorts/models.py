"""Who joins: intakes and cohorts, candidates and their applications, interviews, enrolments."""

import re
import unicodedata
import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower, Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnership.models import Commune, User, Zone
from partnership.states import ActorKind, Role
from programmes.models import Curriculum, Programme
from programmes.states import CurriculumState

from .states import (
    APPLICATION_FLOW,
    BOOKING_FLOW,
    ENROLMENT_FLOW,
    ENROLMENT_LIVE,
    EXITS,
    HOLDING,
    LIVE,
    ApplicationState,
    Availability,
    BookingState,
    ConsentPurpose,
    EnrolmentState,
    ExitReason,
    Level,
    SlotKind,
    Source,
)

RECRUITMENT = (Role.RECRUITER, Role.HEAD_OF_RECRUITMENT)


def plain(text: str) -> str:
    """Lower case, without accents, one space between words: how names are searched and compared."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae"))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"[\s'’\-]+", " ", letters).strip().casefold()


class Intake(models.Model):
    """A rentrée of a programme."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="intakes", verbose_name=_("programme"))
    starts_on = models.DateField(_("starts on"))

    class Meta:
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "starts_on"], name="one_intake_a_programme_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.programme}, {self.starts_on:%d/%m/%Y}"


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: User) -> "CohortQuerySet":
        zones = user.zones_as(*RECRUITMENT, Role.REGIONAL_LEAD, Role.ADMINISTRATOR)
        return self if zones is None else self.filter(zone__in=zones)

    def open_on(self, day: date) -> "CohortQuerySet":
        """Cohorts that take applications: a curriculum recorded, and within the dates."""
        return self.filter(curriculum__isnull=False, applications_from__lte=day, applications_until__gte=day).exclude(
            curriculum__state__in=[CurriculumState.DRAFT, CurriculumState.REFUSED]
        )


class Cohort(models.Model):
    """The promotion of an intake in a zone, with its places."""

    intake = models.ForeignKey(Intake, models.PROTECT, related_name="cohorts", verbose_name=_("intake"))
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="cohorts", verbose_name=_("zone"))
    groups = models.PositiveSmallIntegerField(_("class groups"), default=1)
    capacity = models.PositiveSmallIntegerField(_("places"))
    overbooking_percent = models.PositiveSmallIntegerField(_("over-booking, %"), default=0)
    rhythm = models.CharField(_("rhythm"), max_length=120, blank=True)
    applications_from = models.DateField(_("applications from"))
    applications_until = models.DateField(_("applications until"))
    curriculum = models.ForeignKey(
        Curriculum, models.PROTECT, null=True, blank=True, related_name="cohorts", verbose_name=_("content")
    )
    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["intake__starts_on", "zone__order"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "zone"], name="one_cohort_an_intake_and_zone"),
            models.CheckConstraint(
                name="applications_close_after_they_open",
                condition=Q(applications_until__gte=F("applications_from")),
                violation_error_message=_("Applications cannot close before they open."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.intake.programme}, {self.zone}"

    @property
    def places(self) -> int:
        """How many offers may be held at once: the capacity and its over-booking, rounded down."""
        return self.capacity * (100 + self.overbooking_percent) // 100


class Candidate(models.Model):
    """A young person: a name, and a phone or an e-mail; never an e-mail alone, for addresses are shared."""

    actor_kind = ActorKind.CANDIDATE

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    birth_year = models.PositiveSmallIntegerField(_("year of birth"), null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(_("month of birth"), null=True, blank=True)
    postcode = models.CharField(_("postcode"), max_length=5, blank=True)
    commune = models.ForeignKey(
        Commune, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("commune")
    )
    language = models.CharField(_("language"), max_length=2, default="fr")
    search_text = models.CharField(max_length=300, editable=False, default="")
    erased_at = models.DateTimeField(_("erased on"), null=True, editable=False)

    class Meta:
        verbose_name = _("applicant")
        verbose_name_plural = _("applicants")
        ordering = ["last_name", "first_name"]
        indexes = [
            models.Index(Lower("last_name"), Lower("first_name"), "id", name="applicants_by_name"),
            # A search is for a part of a word.
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="applicants_by_a_part"),
            # Whoever applies is looked for by these (services.submit).
            models.Index(fields=["phone"], name="applicants_by_phone"),
            models.Index(Upper("email"), name="applicants_by_email"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_candidate_can_be_reached",
                condition=~Q(phone="") | ~Q(email="") | Q(erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_birth_month_is_one_of_twelve",
                condition=Q(birth_month__isnull=True) | Q(birth_month__range=(1, 12)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or gettext("erased person")

    def save(self, **options) -> None:
        # Derived, but stored: a search must not recompute a million names.
        self.search_text = plain(f"{self.first_name} {self.last_name} {self.email} {self.phone}")[:300]
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "search_text"}
        super().save(**options)

    @property
    def called(self) -> str:
        return self.first_name


class _NextNumber(Func):
    function = "nextval"
    template = "nextval('cohorts_application_number')"
    arity = 0


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> "ApplicationQuerySet":
        """Recruitment sees the files of its zones, drafts apart."""
        zones = user.zones_as(*RECRUITMENT)
        rows = self.submitted()
        return rows if zones is None else rows.filter(cohort__zone__in=zones)

    def submitted(self) -> "ApplicationQuerySet":
        return self.exclude(state=ApplicationState.DRAFT)

    def live(self) -> "ApplicationQuerySet":
        return self.filter(state__in=LIVE)

    def holding(self) -> "ApplicationQuerySet":
        return self.filter(state__in=HOLDING)


class Application(models.Model):
    """Somebody's application to a cohort, from the first contact to the confirmed place."""

    FLOW = APPLICATION_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True, editable=False, db_default=_NextNumber())
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="applications", verbose_name=_("applicant"))
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="applications", verbose_name=_("cohort"))
    # The cohort's own, kept here because "one live application a person and intake" is a constraint of this table.
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="applications", editable=False)
    state = models.CharField(
        _("state"), max_length=20, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    submit_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("begun on"))
    submitted_at = models.DateTimeField(_("submitted on"), null=True)
    state_since = models.DateTimeField(_("in this state since"))
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="applications", verbose_name=_("followed by")
    )
    # the project
    level = models.CharField(_("highest diploma"), max_length=1, choices=Level.choices, blank=True)
    diploma_on = models.DateField(_("date of the diploma"), null=True, blank=True)
    other_zones = models.ManyToManyField(Zone, related_name="+", blank=True, verbose_name=_("other possible zones"))
    availability = ArrayField(models.CharField(max_length=12, choices=Availability.choices), default=list, blank=True)
    languages = models.CharField(_("languages spoken"), max_length=120, blank=True)
    has_employer = models.BooleanField(_("has an employer"), null=True, blank=True)
    source = models.CharField(_("heard of us through"), max_length=16, choices=Source.choices, blank=True)
    supported_by = models.CharField(_("supported by"), max_length=120, blank=True)
    # Somebody who already had a live application applied again: this draft stays as it was typed, beside that one.
    repeats = models.ForeignKey("self", models.CASCADE, null=True, related_name="repetitions", editable=False)
    notice_version = models.CharField(max_length=12, blank=True, editable=False)
    # the decision and the offer
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    offered_curriculum = models.ForeignKey(Curriculum, models.PROTECT, null=True, related_name="offers", editable=False)
    reply_by = models.DateField(_("answer expected by"), null=True, editable=False)
    waiting_rank = models.PositiveSmallIntegerField(_("rank on the waiting list"), null=True, editable=False)
    # the exit
    exit_reason = models.CharField(_("reason"), max_length=20, choices=ExitReason.choices, blank=True)
    left_from = models.CharField(max_length=20, choices=ApplicationState.choices, blank=True, editable=False)
    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["cohort", "state"], name="applications_by_state"),
            # Each order of the recruiter's list (listing.ORDERS) walks along one of these from wherever a page begins.
            models.Index(fields=["state_since", "id"], name="applications_by_wait"),
            models.Index(fields=["state", "state_since", "id"], name="applications_by_stage_and_wait"),
            # How many files each recruiter has in hand (handover.owner_for).
            models.Index(fields=["owner"], condition=Q(state__in=LIVE), name="live_applications_by_owner"),
            models.Index(Coalesce("submitted_at", "created_at"), "id", name="applications_by_submission"),
            models.Index(
                fields=["reply_by", "id"], condition=Q(state=ApplicationState.ADMITTED), name="applications_by_reply"
            ),
            models.Index(
                "cohort",
                Coalesce("waiting_rank", Value(32_767, output_field=models.PositiveSmallIntegerField())),
                "id",
                condition=Q(state=ApplicationState.WAITLISTED),
                name="applications_by_rank",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "intake"],
                condition=Q(state__in=LIVE),
                name="one_live_application_per_person_and_intake",
            ),
            models.CheckConstraint(
                name="a_decision_has_a_hand_and_a_date",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="an_offer_names_its_content_and_its_term",
                condition=~Q(state__in=HOLDING)
                | Q(offered_curriculum__isnull=False, reply_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="an_exit_has_a_reason_and_a_place_it_left",
                condition=(Q(state__in=EXITS) & ~Q(exit_reason="") & ~Q(left_from=""))
                | (~Q(state__in=EXITS) & Q(exit_reason="", left_from="")),
            ),
            models.CheckConstraint(
                name="an_application_is_dated_once_submitted",
                condition=Q(state__in=[ApplicationState.DRAFT, ApplicationState.ENQUIRY])
                | Q(submitted_at__isnull=False)
                | Q(left_from=ApplicationState.ENQUIRY),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        return f"CV-{self.intake.starts_on:%y}-{self.number:04d}"

    @property
    def contact(self) -> User | None:
        """Whoever follows the file, while they recruit in its zone: nobody is sent to somebody who has left."""
        if self.owner is None or not self.owner.has_role(*RECRUITMENT):
            return None
        zones = self.owner.zones_as(*RECRUITMENT)
        return self.owner if zones is None or self.cohort.zone_id in zones else None


class Consent(models.Model):
    """A consent, unticked until given, dated, revocable."""

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=16, choices=ConsentPurpose.choices)
    text_version = models.CharField(max_length=12)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_consent_in_force_per_purpose",
            )
        ]

    def __str__(self) -> str:
        return self.get_purpose_display()


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


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def visible_to(self, user: User) -> "EnrolmentQuerySet":
        """Students of the lead's zone, and those who said they could move to it; recruitment sees its own zones."""
        recruiting = user.zones_as(*RECRUITMENT)
        leading = user.zones_as(Role.REGIONAL_LEAD)
        if recruiting is None or leading is None:
            return self
        here = Q(application__cohort__zone__in=recruiting | leading)
        movable = Q(pk__in=Enrolment.objects.filter(application__other_zones__in=leading).values("pk"))
        return self.filter(here | movable)

    def live(self) -> "EnrolmentQuerySet":
        return self.filter(state__in=ENROLMENT_LIVE)


class Enrolment(models.Model):
    """A confirmed student, from the confirmation to the end of the course."""

    FLOW = ENROLMENT_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    application = models.ForeignKey(Application, models.PROTECT, related_name="enrolments")
    state = models.CharField(_("state"), max_length=10, choices=EnrolmentState.choices, default=EnrolmentState.EXPECTED)
    enrolled_at = models.DateTimeField(_("enrolled on"))
    ended_at = models.DateTimeField(_("ended on"), null=True)
    end_reason = models.CharField(_("reason"), max_length=20, choices=ExitReason.choices, blank=True)
    outcome = models.CharField(_("outcome"), max_length=60, blank=True)
    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["enrolled_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=ENROLMENT_LIVE),
                name="one_live_enrolment_per_application",
            ),
            models.CheckConstraint(
                name="an_ended_enrolment_has_a_date_and_a_reason",
                condition=(Q(state=EnrolmentState.ENDED, ended_at__isnull=False) & ~Q(end_reason=""))
                | (~Q(state=EnrolmentState.ENDED) & Q(ended_at__isnull=True, end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application.candidate}"

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.application_id}"

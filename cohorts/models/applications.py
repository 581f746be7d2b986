"""Applications, from the first contact to the confirmed place."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from partnership.models import User, Zone
from programmes.models import Curriculum

from ..states import (
    APPLICATION_FLOW,
    AWAITING,
    CONTINUED,
    EXITS,
    HOLDING,
    LIVE,
    ApplicationState,
    Availability,
    ExitReason,
    Funding,
    Level,
    Source,
)
from .intakes import RECRUITMENT, Cohort, Intake
from .people import Candidate
from .sources import RecruitmentSource

# What a professional is asked in place of the school's questions.
CAREER = ("employer_name", "employer_siret", "job", "management_years", "funding", "class_days")


class _NextNumber(Func):
    function = "nextval"
    template = "nextval('cohorts_application_number')"
    arity = 0


# Behind everybody who has one.
NO_RANK = 32_767
RANK = Coalesce("waiting_rank", Value(NO_RANK, output_field=models.PositiveSmallIntegerField()))


class ApplicationQuerySet(models.QuerySet["Application"]):
    def visible_to(self, user: User) -> "ApplicationQuerySet":
        """Recruitment sees the files of its zones, drafts apart."""
        zones = user.zones_as(*RECRUITMENT)
        rows = self.submitted()
        return rows if zones is None else rows.filter(cohort__zone__in=zones)

    def submitted(self) -> "ApplicationQuerySet":
        return self.exclude(state=ApplicationState.DRAFT)

    def for_letters(self) -> "ApplicationQuerySet":
        """With all that a letter says."""
        return self.select_related("candidate", "cohort__zone", "intake__programme__provider", "owner")

    def live(self) -> "ApplicationQuerySet":
        return self.filter(state__in=LIVE)

    def waiting(self) -> "ApplicationQuerySet":
        """Whoever is on a waiting list, list by list in the order of the ranks."""
        return self.filter(state=ApplicationState.WAITLISTED).order_by("cohort_id", RANK, "pk")

    def holding(self) -> "ApplicationQuerySet":
        return self.filter(state__in=HOLDING)


class Application(models.Model):
    """Somebody's application to a cohort, from the first contact to the confirmed place."""

    FLOW = APPLICATION_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True, editable=False, db_default=_NextNumber())
    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="applications", verbose_name=_("applicant"))
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="applications", verbose_name=_("cohort"))
    # The cohort's own, kept here because "one live application a person and intake" is a constraint of this table. An
    # index of several columns begins with it, as one does with the source.
    intake = models.ForeignKey(Intake, models.PROTECT, related_name="applications", editable=False, db_index=False)
    state = models.CharField(
        _("state"), max_length=20, choices=ApplicationState.choices, default=ApplicationState.DRAFT
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    submit_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("begun on"))
    submitted_at = models.DateTimeField(_("submitted on"), null=True)
    state_since = models.DateTimeField(_("in this state since"))
    # The last deed of ours; whoever waits has waited since then, or since the state, whichever is later.
    acted_at = models.DateTimeField(_("last deed of ours"), null=True, editable=False)
    # The next date that was agreed; without one, it follows from the state.
    next_at = models.DateTimeField(_("next date"), null=True, editable=False)
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
    # of a professional, in place of the school's questions
    employer_name = models.CharField(_("present employer"), max_length=120, blank=True)
    employer_siret = models.CharField(_("SIRET of the employer"), max_length=14, blank=True)
    job = models.CharField(_("position held"), max_length=120, blank=True)
    management_years = models.PositiveSmallIntegerField(_("years of management"), null=True, blank=True)
    funding = models.CharField(_("paid for by"), max_length=12, choices=Funding.choices, blank=True)
    class_days = models.CharField(_("days free for the course"), max_length=120, blank=True)
    # By whose link they came, or where recruitment met them; what they answer themselves is `source`.
    recruitment_source = models.ForeignKey(
        RecruitmentSource,
        models.PROTECT,
        null=True,
        editable=False,
        db_index=False,
        related_name="applications",
        verbose_name=_("recruitment source"),
    )
    # Somebody who already had a live application applied again: this draft stays as it was typed, beside that one.
    repeats = models.ForeignKey("self", models.CASCADE, null=True, related_name="repetitions", editable=False)
    # Postponed, or sent to another course: the file that was left for this one; answers and interviews come along.
    continues = models.ForeignKey("self", models.PROTECT, null=True, related_name="continuations", editable=False)
    notice_version = models.CharField(max_length=12, blank=True, editable=False)
    # the decision and the offer
    decided_at = models.DateTimeField(_("decided on"), null=True, editable=False)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    offered_curriculum = models.ForeignKey(Curriculum, models.PROTECT, null=True, related_name="offers", editable=False)
    reply_before = models.DateTimeField(_("answer expected before"), null=True, editable=False)
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
            # Whoever waits for us, by what is due (worklist.py).
            models.Index(
                Coalesce("next_at", Greatest("state_since", "acted_at")),
                "id",
                condition=Q(state__in=AWAITING),
                name="applications_by_due_date",
            ),
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="applications_by_next_date"),
            # What somebody follows, and what of it has waited longest.
            models.Index(
                "owner",
                Coalesce("next_at", Greatest("state_since", "acted_at")),
                "id",
                condition=Q(state__in=LIVE),
                name="live_applications_by_owner",
            ),
            models.Index(Coalesce("submitted_at", "created_at"), "id", name="applications_by_submission"),
            # An intake is over, a fair is past: theirs may lie far behind the newest files of all.
            models.Index("intake", Coalesce("submitted_at", "created_at"), "id", name="applications_by_intake"),
            models.Index(
                "recruitment_source",
                Coalesce("submitted_at", "created_at"),
                "id",
                condition=Q(recruitment_source__isnull=False),
                name="applications_by_source",
            ),
            models.Index(
                fields=["reply_before", "id"],
                condition=Q(state=ApplicationState.ADMITTED),
                name="applications_by_reply",
            ),
            models.Index(
                "cohort",
                RANK,
                "id",
                condition=Q(state=ApplicationState.WAITLISTED),
                name="applications_by_rank",
            ),
            # What the board counts beside the headcounts (tally.py): who came lately, and the students.
            models.Index(
                fields=["cohort", "created_at"],
                condition=Q(submitted_at__isnull=False),
                name="applications_by_beginning",
            ),
            models.Index(
                fields=["id"],
                include=["cohort", "state"],
                condition=Q(offered_curriculum__isnull=False),
                name="applications_offered_a_place",
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
                | Q(offered_curriculum__isnull=False, reply_before__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_draft_is_neither_submitted_nor_offered",
                condition=~Q(state=ApplicationState.DRAFT) | Q(submitted_at=None, offered_curriculum=None),
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
    def is_described(self) -> bool:
        """Whether the second step of the form was answered: the school's questions, or a professional's."""
        return bool(self.level or self.employer_name)

    @property
    def newest(self) -> "Application":
        """The file that goes on with this one: itself, unless it was postponed or sent to another course."""
        if self.exit_reason not in CONTINUED:
            return self
        following = self.continuations.order_by("created_at").last()
        return following.newest if following is not None else self

    def line(self) -> list["Application"]:
        """This file and those it continues, the newest first."""
        found = [self]
        while found[-1].continues_id:
            found.append(found[-1].continues)
        return found

    @property
    def position(self) -> int:
        """The present place on the waiting list: those who were before and have left are not counted."""
        rank = NO_RANK if self.waiting_rank is None else self.waiting_rank
        before = Q(rank__lt=rank) | Q(rank=rank, pk__lt=self.pk)
        return Application.objects.waiting().filter(cohort=self.cohort_id).alias(rank=RANK).filter(before).count() + 1

    @property
    def contact(self) -> User | None:
        """Whoever follows the file, while they recruit in its zone: nobody is sent to somebody who has left."""
        if self.owner is None or not self.owner.has_role(*RECRUITMENT):
            return None
        zones = self.owner.zones_as(*RECRUITMENT)
        return self.owner if zones is None or self.cohort.zone_id in zones else None

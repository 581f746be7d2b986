"""Who works together and what was promised; the journal, the letters, the links and the jobs that every app uses."""

import secrets
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from . import clock
from .states import (
    CONVENTION_FLOW,
    JOB_FLOW,
    MESSAGE_FLOW,
    STOPPED,
    ActorKind,
    Channel,
    ConventionState,
    JobState,
    MessageState,
    OnDoubt,
    Precision,
    Process,
    Role,
)


def ref(thing: models.Model) -> str:
    """The name by which the journal, letters and links know a record: `app.model:key`, without a foreign key."""
    return f"{thing._meta.label_lower}:{thing.pk}"


# -- people -------------------------------------------------------------------------------------------------------


def new_sign_in_key() -> str:
    return secrets.token_hex(16)


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: "User") -> "UserQuerySet":
        """Administrators see everybody; a colleague's record is nobody else's to read."""
        return self if user.has_role(Role.ADMINISTRATOR) else self.none()

    def awaited(self) -> "UserQuerySet":
        """Those who have been invited and have not come."""
        return self.filter(is_active=True, invited_at__isnull=False, joined_at__isnull=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Somebody with an account; what they may do comes from their memberships alone."""

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]
    actor_kind = ActorKind.USER

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fr")
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    # An invitation is answered by the first sign-in after it, by its link or otherwise.
    invited_at = models.DateTimeField(_("invited on"), null=True, editable=False)
    invited_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", editable=False)
    joined_at = models.DateTimeField(_("came on"), null=True, editable=False)
    # Part of every session: a new one ends them all, wherever they were opened.
    sign_in_key = models.CharField(max_length=32, default=new_sign_in_key, editable=False)
    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["full_name"]
        constraints = [
            models.CheckConstraint(name="an_address_is_kept_in_lower_case", condition=Q(email=Lower("email"))),
            models.CheckConstraint(
                name="an_invitation_has_a_date",
                condition=Q(invited_at__isnull=False) | Q(invited_by__isnull=True, joined_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def called(self) -> str:
        return self.full_name

    @property
    def is_awaited(self) -> bool:
        """Whether an invitation waits for its answer."""
        return self.is_active and self.invited_at is not None and self.joined_at is None

    def current_memberships(self) -> list["Membership"]:
        """Today's memberships, read once for each user object."""
        if not hasattr(self, "_memberships"):
            self._memberships = list(self.memberships.current().select_related("zone", "party"))
        return self._memberships

    def has_role(self, *roles: Role) -> bool:
        return self.is_active and any(membership.role in roles for membership in self.current_memberships())

    def zones_as(self, *roles: Role) -> set[int] | None:
        """The zones' keys in which the user has one of these roles; None means every zone."""
        held = [membership for membership in self.current_memberships() if membership.role in roles]
        if any(membership.zone_id is None for membership in held):
            return None
        return {membership.zone_id for membership in held}

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        key = f"{self.password}:{self.sign_in_key}"
        return salted_hmac("partnership.User.session", key, secret=secret, algorithm="sha256").hexdigest()

    # The stock admin asks these; the answers are the policies', given by AdministratorAdmin and the reviewers' desk.
    @property
    def is_staff(self) -> bool:
        return self.has_role(Role.REVIEWER, Role.ADMINISTRATOR)

    def has_perm(self, permission: str, obj: object = None) -> bool:
        return self.has_role(Role.ADMINISTRATOR)

    def has_module_perms(self, app_label: str) -> bool:
        return self.has_role(Role.ADMINISTRATOR)


class Party(models.Model):
    """An organisation that signs conventions."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    short_name = models.CharField(_("short name"), max_length=40)

    class Meta:
        verbose_name = _("signatory party")
        verbose_name_plural = _("signatory parties")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.short_name


class Zone(models.Model):
    """A free list of departments, not an administrative region: regions changed in 2016."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_pilot = models.BooleanField(_("pilot zone"), default=False)

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return self.name


class ZoneDepartment(models.Model):
    """A department of a zone; a department belongs to one zone at most."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="departments", verbose_name=_("zone"))
    department = models.CharField(_("department"), max_length=3, unique=True)
    is_core = models.BooleanField(_("core"), default=True)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["department"]

    def __str__(self) -> str:
        return self.department


class Commune(models.Model):
    """A commune and its postcodes; a postcode can serve several communes, so the person chooses."""

    insee_code = models.CharField(_("INSEE code"), max_length=5, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    department = models.CharField(_("department"), max_length=3, db_index=True)
    postcodes = ArrayField(models.CharField(max_length=5), verbose_name=_("postcodes"))

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        ordering = ["name"]
        indexes = [GinIndex(fields=["postcodes"], name="commune_by_postcode")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        return self.lasting().filter(since__lte=clock.today())

    def lasting(self) -> "MembershipQuerySet":
        """Held today, or to be held: not over."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=clock.today()))


class Membership(models.Model):
    """A user has a role for a party, in a zone (none: all of them), between two dates."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    party = models.ForeignKey(Party, models.PROTECT, related_name="memberships", verbose_name=_("signatory party"))
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="memberships", verbose_name=_("zone")
    )
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["role", "zone__order"]
        constraints = [
            models.CheckConstraint(
                name="a_membership_ends_after_it_began",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message=_("A membership cannot end before it began."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.zone or self.party})"

    @property
    def about(self) -> str:
        return f"partnership.user:{self.user_id}"


# -- what was promised --------------------------------------------------------------------------------------------


class ConventionQuerySet(models.QuerySet["Convention"]):
    def visible_to(self, user: User) -> "ConventionQuerySet":
        """Conventions of the parties the user belongs to; administrators see all."""
        if user.has_role(Role.ADMINISTRATOR):
            return self
        parties = {membership.party_id for membership in user.current_memberships()}
        return self.filter(signatures__party__in=parties).distinct()

    def running(self) -> "Convention | None":
        """The one whose pages are opened: the newest signed one, else a draft, else the last that ended."""
        order = [ConventionState.SIGNED, ConventionState.DRAFT, ConventionState.ENDED]
        newest_first = self.order_by(F("signed_at").desc(nulls_last=True), "pk")
        return min(newest_first, key=lambda convention: order.index(convention.state), default=None)


class Convention(models.Model):
    """A convention de partenariat: its parties sign it, then its milestones are due."""

    FLOW = CONVENTION_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=160)
    purpose = models.TextField(_("purpose"), blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=ConventionState.choices, default=ConventionState.DRAFT, editable=False
    )
    signed_at = models.DateTimeField(_("signed on"), null=True, editable=False)
    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = _("convention")
        verbose_name_plural = _("conventions")
        constraints = [
            models.CheckConstraint(
                name="a_convention_has_a_date_once_signed",
                condition=Q(state=ConventionState.DRAFT, signed_at__isnull=True)
                | (~Q(state=ConventionState.DRAFT) & Q(signed_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.title


class Signature(models.Model):
    """A party's signature, awaited until it is given."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="signatures")
    party = models.ForeignKey(Party, models.PROTECT, related_name="signatures", verbose_name=_("signatory party"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    signed_at = models.DateTimeField(_("signed on"), null=True, blank=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "party"], name="a_party_signs_once"),
            models.CheckConstraint(
                name="a_signature_has_a_hand_and_a_date",
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}"


class Commitment(models.Model):
    """Something a party promised to do, with its evidence once done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    convention = models.ForeignKey(Convention, models.CASCADE, related_name="commitments")
    milestone = models.ForeignKey(
        "Milestone", models.SET_NULL, null=True, blank=True, related_name="commitments", verbose_name=_("milestone")
    )
    party = models.ForeignKey(Party, models.PROTECT, related_name="commitments", verbose_name=_("signatory party"))
    text = models.CharField(_("commitment"), max_length=240)
    due_on = models.DateField(_("due"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=240, blank=True)
    done_at = models.DateTimeField(_("done on"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = [F("due_on").asc(nulls_last=True), "text"]
        constraints = [
            models.CheckConstraint(
                name="a_commitment_is_done_by_somebody_at_a_date",
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def about(self) -> str:
        return ref(self.convention)


class Milestone(models.Model):
    """A jalon of the convention; its status is computed by the board, never typed."""

    convention = models.ForeignKey(Convention, models.CASCADE, related_name="milestones")
    order = models.PositiveSmallIntegerField(_("order"))
    title = models.CharField(_("title"), max_length=120)
    short_title = models.CharField(_("short title"), max_length=40)
    owner = models.ForeignKey(Party, models.PROTECT, related_name="milestones", verbose_name=_("owner"))
    opens_on = models.DateField(_("opens"), null=True, blank=True)
    opens_precision = models.CharField(
        _("precision of the opening"), max_length=5, choices=Precision.choices, default=Precision.DAY
    )
    finalise_by = models.DateField(_("everything settled by"), null=True, blank=True)
    finalise_precision = models.CharField(
        _("precision of the settlement"), max_length=5, choices=Precision.choices, default=Precision.DAY
    )

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "order"], name="a_milestone_has_its_own_number"),
            models.CheckConstraint(
                name="an_opening_is_dated_unless_it_has_no_date",
                condition=Q(opens_precision=Precision.NONE, opens_on__isnull=True)
                | (~Q(opens_precision=Precision.NONE) & Q(opens_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="a_settlement_is_dated_unless_it_has_no_date",
                condition=Q(finalise_precision=Precision.NONE, finalise_by__isnull=True)
                | (~Q(finalise_precision=Precision.NONE) & Q(finalise_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Objective(models.Model):
    """A target for one measure of a milestone, in a zone or in all."""

    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="objectives", verbose_name=_("milestone"))
    measure = models.CharField(_("measure"), max_length=40)
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="objectives", verbose_name=_("zone")
    )
    target = models.PositiveIntegerField(_("target"))
    due_on = models.DateField(_("due"), null=True, blank=True)

    class Meta:
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")
        ordering = ["milestone", "measure", "zone__order"]
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "measure", "zone"],
                name="one_target_per_measure_and_zone",
                nulls_distinct=False,
                violation_error_message=_("This milestone already has a target for that measure and zone."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.milestone} : {self.measure} {self.zone or ''} = {self.target}"


# -- mechanisms ---------------------------------------------------------------------------------------------------


class JournalEntry(models.Model):
    """A line of the journal: append-only by trigger, no foreign key, no name."""

    at = models.DateTimeField(default=clock.now)
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_ref = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.WEB)
    subject = models.CharField(max_length=80)
    about = models.CharField(max_length=80)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["about", "-at"], name="journal_of_a_file"),
            models.Index(fields=["subject", "after"], name="journal_of_a_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.subject} {self.before} → {self.after}"


class OutgoingMessage(models.Model):
    """A letter, written with the deed; the worker or the relay sends it once it is due."""

    FLOW = MESSAGE_FLOW

    key = models.CharField(max_length=160, unique=True)
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=2)
    about = models.CharField(max_length=80, db_index=True)
    to_ref = models.CharField(max_length=80, blank=True)
    to_email = models.EmailField()
    to_name = models.CharField(max_length=160, blank=True)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    link_purpose = models.CharField(max_length=20, blank=True)
    link_subject = models.CharField(max_length=80, blank=True)
    # What only the recipient may read (a sign-in code): put in place of its mark as the letter leaves, then forgotten.
    secret = models.CharField(max_length=40, blank=True)
    on_doubt = models.CharField(max_length=6, choices=OnDoubt.choices, default=OnDoubt.RESEND)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.PENDING)
    written_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    # The three below belong to the sender and are compared with the database's clock, never with ours.
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    handed_over = models.BooleanField(default=False)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-written_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=MessageState.PENDING), name="letters_to_send"),
            models.Index(fields=["lease_until"], condition=Q(state=MessageState.SENDING), name="letters_leased"),
            models.Index(fields=["-id"], condition=Q(state__in=STOPPED), name="letters_stopped"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_letter_is_leased_exactly_while_it_is_sent",
                condition=Q(state=MessageState.SENDING, lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state=MessageState.SENDING) & Q(lease_token__isnull=True, lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_sent_letter_is_dated",
                condition=Q(
                    state__in=[MessageState.SENT, MessageState.DELIVERED, MessageState.BOUNCED], sent_at__isnull=False
                )
                | ~Q(state__in=[MessageState.SENT, MessageState.DELIVERED, MessageState.BOUNCED]),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.template  # blank once erased or past its time


class AccessLink(models.Model):
    """A personal link: only the hash of its token is kept."""

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=20)
    subject = models.CharField(max_length=80, db_index=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("personal link")
        verbose_name_plural = _("personal links")

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject}"


class Limit(models.Model):
    """How often something was tried within its window; the key is a keyed hash, so no address is stored."""

    key = models.CharField(max_length=64, primary_key=True)
    number = models.PositiveIntegerField()
    # On the database's clock.
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")

    def __str__(self) -> str:
        return f"{self.number} until {self.until:%H:%M}"


class Tombstone(models.Model):
    """Somebody who was erased, by reference; a restored backup erases them again."""

    subject = models.CharField(max_length=80, unique=True)
    erased_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        ordering = ["erased_at"]

    def __str__(self) -> str:
        return self.subject


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> "JobQuerySet":
        """The tasks that somebody started; administrators see all."""
        return self if user.has_role(Role.ADMINISTRATOR) else self.filter(started_by=user)


class Job(models.Model):
    """A long task as a row: whoever started it may leave the page and find it again."""

    FLOW = JOB_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.WAITING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    result = models.FileField(upload_to="jobs/", blank=True)
    started_by = models.ForeignKey(User, models.CASCADE, related_name="jobs")
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total}"


# -- how the machine is ---------------------------------------------------------------------------------------------


class Heartbeat(models.Model):
    """The last sign of life of a process on one machine."""

    process = models.CharField(max_length=8, choices=Process.choices)
    instance = models.CharField(max_length=80)
    version = models.CharField(max_length=20)
    # On the database's clock, like a lease: machines with a wrong clock agree on who is silent.
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("sign of life")
        verbose_name_plural = _("signs of life")
        ordering = ["process", "-at"]
        constraints = [
            models.UniqueConstraint(fields=["process", "instance"], name="a_process_of_a_machine_lives_once")
        ]

    def __str__(self) -> str:
        return f"{self.process}@{self.instance}"


class InvariantCheck(models.Model):
    """The last look at everything that must be true; only one row is kept."""

    at = models.DateTimeField()
    seconds = models.FloatField(default=0)
    broken = models.PositiveIntegerField(default=0)
    # What was found, by the name of the invariant: references only.
    findings = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("check of the invariants")
        verbose_name_plural = _("checks of the invariants")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.broken}"

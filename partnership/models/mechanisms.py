"""What every app uses: the journal, letters, links, limits, tombstones, tasks, and how the machine is."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..states import (
    JOB_FLOW,
    MESSAGE_FLOW,
    STOPPED,
    ActorKind,
    Channel,
    JobState,
    LetterKind,
    MessageState,
    OnDoubt,
    Process,
    Role,
    Way,
)
from .people import User


def ref(thing: models.Model) -> str:
    """The name by which the journal, letters and links know a record: `app.model:key`, without a foreign key."""
    return f"{thing._meta.label_lower}:{thing.pk}"


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
    # What its reader may want no more of; empty for what they have to know.
    kind = models.CharField(max_length=8, choices=LetterKind.choices, blank=True, default="")
    language = models.CharField(max_length=2)
    about = models.CharField(max_length=80, db_index=True)
    to_ref = models.CharField(max_length=80, blank=True)
    to_email = models.EmailField()
    to_name = models.CharField(max_length=160, blank=True)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField()
    # An appointment as calendars read it (calendars.py): attached, so that it is kept, moved or taken out there too.
    calendar = models.TextField(blank=True)
    link_purpose = models.CharField(max_length=20, blank=True)
    link_subject = models.CharField(max_length=80, blank=True)
    # What only the recipient may read (a sign-in code): put in place of its mark as the letter leaves, then forgotten.
    secret = models.CharField(max_length=40, blank=True)
    on_doubt = models.CharField(max_length=6, choices=OnDoubt.choices, default=OnDoubt.RESEND)
    state = models.CharField(max_length=10, choices=MessageState.choices, default=MessageState.PENDING)
    # Whoever told what it says in its stead, how and when.
    way = models.CharField(max_length=8, choices=Way.choices, default=Way.EMAIL)
    said_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    said_at = models.DateTimeField(null=True, editable=False)
    # Goes up with what people do to a letter, not with its sending.
    version = models.PositiveIntegerField(default=1, editable=False)
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
            models.Index(fields=["-id"], condition=Q(state=MessageState.DRAFT), name="letters_in_draft"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_letter_is_leased_exactly_while_it_is_sent",
                condition=Q(state=MessageState.SENDING, lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state=MessageState.SENDING) & Q(lease_token__isnull=True, lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="whoever_tells_a_letter_says_how_and_when",
                condition=Q(way=Way.EMAIL, said_by__isnull=True, said_at__isnull=True)
                | (~Q(way=Way.EMAIL) & Q(said_by__isnull=False, said_at__isnull=False)),
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


class OptOut(models.Model):
    """Somebody, by reference, wants no more letters of a kind."""

    person = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=LetterKind.choices)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("letters no longer wanted")
        verbose_name_plural = _("letters no longer wanted")
        constraints = [models.UniqueConstraint(fields=["person", "kind"], name="one_opt_out_a_person_and_kind")]

    def __str__(self) -> str:
        return self.get_kind_display()


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

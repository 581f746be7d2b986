"""What reviewers say of a content: opinions, requests and their threads, who was asked, who may not."""

import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from partnership import clock
from partnership.models import Membership, User
from partnership.papers import FOLDER
from partnership.states import Scan

from ..states import ASKING_OPINIONS, InterestKind, Opinion, Outcome
from .contents import Curriculum, Module
from .courses import Programme


class Field(models.TextChoices):
    """What a request is about: a field of the module, or the whole of it."""

    MODULE = "", _("the whole module")
    TITLE = "title", _("title")
    BLOCK = "block", _("competence block")
    HOURS = "hours", _("hours")
    OBJECTIVES = "objectives", _("objectives")
    CONTENT = "content", _("content")
    ASSESSMENT = "assessment", _("assessment")
    REGULATORY_REVIEW_ON = "regulatory_review_on", _("regulatory review")
    ATTACHMENTS = "attachments", _("attachments")


class ReviewQuerySet(models.QuerySet["Review"]):
    def disinterested(self) -> "ReviewQuerySet":
        """Those of people without an interest in the programme: at the decision, or today while there is none.

        Whoever has come to work for its teachers meanwhile judges it no more.
        """
        then = Coalesce(OuterRef("module__curriculum__decided_at"), Value(clock.now()))
        declared = Interest.objects.filter(
            Q(ended_at=None) | Q(ended_at__gt=then),
            user=OuterRef("given_by"),
            programme=OuterRef("module__curriculum__programme"),
            declared_at__lte=then,
        )
        teaching = Membership.objects.current().filter(
            user=OuterRef("given_by"), party=OuterRef("module__curriculum__programme__provider")
        )
        return self.filter(Q(module__curriculum__decided_at__isnull=False) | ~Exists(teaching), ~Exists(declared))


class Review(models.Model):
    """A reviewer's opinion on the exact text of a module; a later one on the same text takes its place."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    module = models.ForeignKey(Module, models.CASCADE, related_name="reviews", verbose_name=_("module"))
    opinion = models.CharField(_("opinion"), max_length=12, choices=Opinion.choices)
    # What a favourable opinion adds; the others speak by their requests.
    comment = models.TextField(_("comment"), blank=True)
    text_hash = models.CharField(max_length=64)
    # The text itself, by field: the next reading begins with what has changed since. Older opinions have none.
    read = models.JSONField(default=dict, editable=False)
    given_at = models.DateTimeField(_("given on"))
    given_by = models.ForeignKey(User, models.PROTECT, related_name="reviews", verbose_name=_("given by"))
    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        ordering = ["given_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["module", "given_by", "text_hash"], name="one_opinion_per_reviewer_and_text"
            ),
            models.CheckConstraint(
                name="a_remark_is_written_an_asking_opinion_asks",
                condition=Q(opinion=Opinion.FAVOURABLE)
                | (Q(opinion=Opinion.REMARK) & ~Q(comment=""))
                | Q(opinion__in=ASKING_OPINIONS, comment=""),
                violation_error_message=_("Say why: a comment is needed unless the opinion is favourable."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module}: {self.get_opinion_display()}"

    @property
    def about(self) -> str:
        return f"programmes.curriculum:{self.module.curriculum_id}"


class OpinionDraft(models.Model):
    """What a reviewer has begun to say of a module, for their eyes only until they give it."""

    module = models.ForeignKey(Module, models.CASCADE, related_name="drafts")
    reader = models.ForeignKey(User, models.CASCADE, related_name="+")
    opinion = models.CharField(max_length=12, choices=Opinion.choices, blank=True)
    comment = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft of an opinion")
        verbose_name_plural = _("drafts of opinions")
        constraints = [models.UniqueConstraint(fields=["module", "reader"], name="one_draft_per_reader_and_module")]

    def __str__(self) -> str:
        return str(self.module)


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def visible_to(self, user: User) -> "ChangeRequestQuerySet":
        """What was asked of the modules the user sees, and what they have in preparation themselves."""
        return self.filter(Q(asked_at__isnull=False) | Q(written_by=user), module__in=Module.objects.visible_to(user))


class ChangeRequest(models.Model):
    """What a reviewer asks to be changed; theirs alone until asked, then it waits for an answer until it is settled."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    module = models.ForeignKey(Module, models.CASCADE, related_name="requests", verbose_name=_("module"))
    field = models.CharField(_("about"), max_length=20, choices=Field.choices, blank=True)
    text = models.TextField(_("request"))
    written_at = models.DateTimeField(_("written on"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked on"), null=True)
    # What the field said then: the authors answer by another text, or in words.
    asked_of = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(_("settled on"), null=True)
    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["written_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["module", "written_by", "field"],
                condition=Q(asked_at=None),
                name="one_request_in_preparation_per_field",
            ),
            models.CheckConstraint(name="a_request_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="a_request_asked_says_of_what",
                condition=Q(asked_at=None, asked_of="") | (Q(asked_at__isnull=False) & ~Q(asked_of="")),
            ),
            models.CheckConstraint(
                name="only_what_was_asked_is_settled", condition=Q(settled_at=None) | Q(asked_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module}: {self.get_field_display()}"

    @property
    def about(self) -> str:
        return f"programmes.curriculum:{self.module.curriculum_id}"

    @property
    def is_open(self) -> bool:
        """Whether it was asked and its writer has not called it settled."""
        return self.asked_at is not None and self.settled_at is None


class Reply(models.Model):
    """A word in the thread of a request, by its authors or its reviewers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="replies")
    text = models.TextField(_("reply"))
    # By an author: an answer, after which the version may be submitted again.
    is_answer = models.BooleanField()
    written_at = models.DateTimeField(_("written on"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("written by"))

    class Meta:
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["written_at"]
        constraints = [models.CheckConstraint(name="a_reply_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def about(self) -> str:
        return self.request.about


class Assignment(models.Model):
    """A reviewer who is asked to judge a version, and whether they have read all of what was submitted last."""

    curriculum = models.ForeignKey(Curriculum, models.CASCADE, related_name="assignments")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="assignments", verbose_name=_("reviewer"))
    assigned_at = models.DateTimeField(_("asked on"))
    # Nobody, where the programme chooses by itself.
    assigned_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by"))
    read_at = models.DateTimeField(_("read on"), null=True)

    class Meta:
        verbose_name = _("reviewer asked")
        verbose_name_plural = _("reviewers asked")
        ordering = ["assigned_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["curriculum", "reviewer"], name="a_reviewer_is_asked_once_for_a_version")
        ]

    def __str__(self) -> str:
        return f"{self.curriculum}: {self.reviewer}"

    @property
    def about(self) -> str:
        return f"programmes.curriculum:{self.curriculum_id}"


class InterestQuerySet(models.QuerySet["Interest"]):
    def in_force(self) -> "InterestQuerySet":
        return self.filter(ended_at=None)


class Interest(models.Model):
    """Why somebody may read a programme's contents and judge none, as they declared it themselves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="interests", verbose_name=_("programme"))
    user = models.ForeignKey(User, models.PROTECT, related_name="interests", verbose_name=_("person"))
    kind = models.CharField(_("interest"), max_length=10, choices=InterestKind.choices)
    note = models.CharField(_("in other words"), max_length=300, blank=True)
    declared_at = models.DateTimeField(_("declared on"))
    ended_at = models.DateTimeField(_("ended on"), null=True)
    objects = InterestQuerySet.as_manager()

    class Meta:
        verbose_name = _("declared interest")
        verbose_name_plural = _("declared interests")
        ordering = ["-declared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "user"], condition=Q(ended_at=None), name="an_interest_is_declared_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.programme}"


class CommissionOpinion(models.Model):
    """What a commission said of a whole version at a meeting: it takes the place of the quorum."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    curriculum = models.ForeignKey(Curriculum, models.PROTECT, related_name="commissions", verbose_name=_("version"))
    held_on = models.DateField(_("held on"))
    present = models.TextField(_("those present"), help_text=_("One person a line, with what they do."))
    outcome = models.CharField(_("opinion"), max_length=12, choices=Outcome.choices)
    text = models.TextField(_("reasons"), blank=True)
    minutes = models.FileField(_("minutes of the meeting"), upload_to=FOLDER, max_length=80)
    pages = models.PositiveSmallIntegerField(_("pages"))
    scan = models.CharField(max_length=10, choices=Scan.choices)
    text_hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(_("recorded on"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("recorded by"))

    class Meta:
        verbose_name = _("opinion of a commission")
        verbose_name_plural = _("opinions of commissions")
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(
                name="a_commission_gives_its_reasons", condition=Q(outcome=Outcome.FAVOURABLE) | ~Q(text="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.curriculum}: {self.get_outcome_display()}"

    @property
    def about(self) -> str:
        return f"programmes.curriculum:{self.curriculum_id}"

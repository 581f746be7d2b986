"""How a signed convention is changed: an amendment lists what changes, and every party signs it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..states import AMENDMENT_FLOW, AmendmentState, ChangeKind
from .convention import Convention
from .mechanisms import ref
from .people import Party, User


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def visible_to(self, user: User) -> "AmendmentQuerySet":
        """The amendments of the conventions somebody sees."""
        return self.filter(convention__in=Convention.objects.visible_to(user))


class Amendment(models.Model):
    """An avenant: its reason, the day it takes effect, what it changes; applied with the last signature."""

    FLOW = AMENDMENT_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField(_("number"))
    reason = models.TextField(_("reason"))
    effective_on = models.DateField(_("takes effect on"))
    state = models.CharField(
        _("state"), max_length=12, choices=AmendmentState.choices, default=AmendmentState.DRAFT, editable=False
    )
    signed_at = models.DateTimeField(_("signed on"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["convention", "number"], name="an_amendment_has_its_own_number"),
            models.CheckConstraint(
                name="an_amendment_has_a_date_once_signed",
                condition=Q(state=AmendmentState.DRAFT, signed_at__isnull=True)
                | Q(state=AmendmentState.SIGNED, signed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Amendment no. %(n)s") % {"n": self.number}

    @property
    def about(self) -> str:
        return ref(self.convention)


class AmendmentSignature(models.Model):
    """A party's signature under an amendment, awaited until it is given."""

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="signatures")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name=_("signatory party"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    signed_at = models.DateTimeField(_("signed on"), null=True)
    signed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("signature of an amendment")
        verbose_name_plural = _("signatures of amendments")
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["amendment", "party"], name="a_party_signs_an_amendment_once"),
            models.CheckConstraint(
                name="a_signature_under_an_amendment_has_a_hand_and_a_date",
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party}"


class AmendmentChange(models.Model):
    """A part of the convention that an amendment changes, by reference, or a promise that it adds.

    `old` and `new` hold columns of that part's row as JSON says them: the database compares them with the row.
    """

    amendment = models.ForeignKey(Amendment, models.CASCADE, related_name="changes")
    kind = models.CharField(_("kind"), max_length=10, choices=ChangeKind.choices)
    subject = models.CharField(_("part"), max_length=80, blank=True)
    old = models.JSONField(_("before"), default=dict)
    new = models.JSONField(_("after"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["amendment", "subject"],
                condition=~Q(subject=""),
                name="an_amendment_changes_a_part_once",
            ),
            models.CheckConstraint(name="a_change_changes_something", condition=~Q(old=F("new"))),
            models.CheckConstraint(
                name="a_new_promise_changes_no_part",
                condition=Q(kind=ChangeKind.PROMISE, subject="", old={})
                | (~Q(kind=ChangeKind.PROMISE) & ~Q(subject="") & ~Q(old={})),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"

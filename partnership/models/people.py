"""Who works together: people and their dated roles, the parties, the zones and what lies in them."""

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

from .. import clock
from ..school_holidays import SchoolLetter
from ..states import ActorKind, Role


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
    # Put away by its reader, or once everything on the list was done; a role given later has steps of its own.
    first_steps_done_at = models.DateTimeField(_("first steps done on"), null=True, editable=False)
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


class SchoolZone(models.Model):
    """The school zone in which a zone lies, from a day on: the academies were dealt out anew in 2015."""

    zone = models.ForeignKey(Zone, models.CASCADE, related_name="school_zones", verbose_name=_("zone"))
    letter = models.CharField(_("school zone"), max_length=1, choices=SchoolLetter.choices)
    since = models.DateField(_("since"))

    class Meta:
        verbose_name = _("school zone")
        verbose_name_plural = _("school zones")
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "since"], name="one_school_zone_a_zone_and_day"),
            models.CheckConstraint(
                name="a_school_zone_is_a_b_or_c", condition=Q(letter__in=[letter.value for letter in SchoolLetter])
            ),
        ]

    def __str__(self) -> str:
        return self.letter


class Commune(models.Model):
    """A commune and its postcodes; a postcode can serve several communes, so the person chooses."""

    insee_code = models.CharField(_("INSEE code"), max_length=5, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    department = models.CharField(_("department"), max_length=3, db_index=True)
    postcodes = ArrayField(models.CharField(max_length=5), verbose_name=_("postcodes"))
    # In degrees; of its neighbours when it is approximate, unknown of a few overseas.
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    is_approximate = models.BooleanField(_("approximate position"), default=False)

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        ordering = ["name"]
        indexes = [GinIndex(fields=["postcodes"], name="commune_by_postcode")]
        constraints = [
            models.CheckConstraint(
                name="a_commune_has_both_coordinates_on_earth_or_neither",
                condition=Q(latitude__isnull=True, longitude__isnull=True, is_approximate=False)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
            )
        ]

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

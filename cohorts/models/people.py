"""Who joins: applicants, and what they agreed to."""

import re
import unicodedata
import uuid
from datetime import UTC, datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import ForeignObjectRel, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partnership.models import Commune, User
from partnership.states import ActorKind, Channel

from ..states import (
    ConsentPurpose,
)

# Until when somebody is kept at least (services.keeping): long ago where nobody has looked yet, so that they are among
# those who are asked about each time; far ahead while nothing runs.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(9999, 1, 1, tzinfo=UTC)


def plain(text: str) -> str:
    """Lower case, without accents, one space between words: how names are searched and compared."""
    decomposed = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae"))
    letters = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"[\s'’\-]+", " ", letters).strip().casefold()


def same_name(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two people (first name, last name) are called the same; of somebody one may know the first name alone."""
    if not (one[1] and other[1]):
        return plain(one[0]) == plain(other[0])
    # Forms and lists take the one for the other.
    return sorted(plain(" ".join(one)).split()) == sorted(plain(" ".join(other)).split())


def dialled(number: str) -> str:
    """The digits of a telephone as they stand in a stored one: 04 65…, 0033 4 65… and +33 (0)4 65… are +33465…"""
    digits = re.sub(r"[^\d+]", "", number.replace("(0)", ""))
    for prefix in ("+33", "0033", "+", "00", "0"):
        if digits.startswith(prefix) and digits != prefix:
            return digits.removeprefix(prefix)
    return digits


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
    # The last time they told us to keep their file, and the last time we told them that it ends (services.keeping).
    heard_at = models.DateTimeField(null=True, editable=False)
    warned_at = models.DateTimeField(null=True, editable=False)
    # Their term is not before this, as last looked at. Never null: one walk along it finds the unknown and the near.
    kept_at_least_until = models.DateTimeField(db_default=LONG_AGO, editable=False)
    # The same person entered twice: this record stays, blank, so that whoever knows its key finds the other one.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged", editable=False)
    merged_at = models.DateTimeField(_("merged on"), null=True, editable=False)
    merged_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)

    class Meta:
        verbose_name = _("applicant")
        verbose_name_plural = _("applicants")
        ordering = ["last_name", "first_name"]
        indexes = [
            # The order of the list by name; and whoever has a name and a month of birth (duplicates.py).
            models.Index(
                Lower("last_name"), Lower("first_name"), "id", "birth_year", "birth_month", name="applicants_by_name"
            ),
            # A search is for a part of a word.
            GinIndex(OpClass("search_text", "gin_trgm_ops"), name="applicants_by_a_part"),
            # Whoever applies is looked for by these (services.submit).
            models.Index(fields=["phone"], name="applicants_by_phone"),
            models.Index(Upper("email"), name="applicants_by_email"),
            # Each night looks at those who still have a file; whose file ends is asked of those whose term is near.
            models.Index(fields=["id"], condition=Q(erased_at__isnull=True), name="applicants_not_erased"),
            models.Index(
                fields=["kept_at_least_until", "id"],
                condition=Q(erased_at__isnull=True),
                name="applicants_by_their_end",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_candidate_can_be_reached",
                condition=~Q(phone="") | ~Q(email="") | Q(erased_at__isnull=False) | Q(merged_into__isnull=False),
            ),
            models.CheckConstraint(
                name="a_merged_person_is_blank_and_dated",
                condition=Q(merged_into=None, merged_at=None, merged_by=None)
                | Q(merged_at__isnull=False, merged_by__isnull=False, first_name="", phone="", email="")
                & Q(merged_into__isnull=False),
            ),
            models.CheckConstraint(
                name="a_birth_month_is_one_of_twelve",
                condition=Q(birth_month__isnull=True) | Q(birth_month__range=(1, 12)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or gettext("erased person")

    def save(self, **options) -> None:
        self.search_text = self.searched()
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "search_text"}
        super().save(**options)

    def searched(self) -> str:
        """What a search looks in: derived, but stored, so that it is not computed anew for a million people."""
        return plain(f"{self.first_name} {self.last_name} {self.email} {self.phone}")[:300]

    @property
    def called(self) -> str:
        return self.first_name


class Consent(models.Model):
    """A consent, unticked until given, dated, revocable."""

    candidate = models.ForeignKey(Candidate, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=16, choices=ConsentPurpose.choices)
    text_version = models.CharField(max_length=12)
    given_at = models.DateTimeField()
    # Who wrote it down, if they did not give it themselves, and how it reached us.
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.WEB)
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


def kept_of_people() -> list[ForeignObjectRel]:
    """The relations of every table, in whichever app, that names an applicant."""
    relations = Candidate._meta.get_fields(include_hidden=True)
    return [one for one in relations if isinstance(one, ForeignObjectRel) and not one.many_to_many]


class TwoPeople(models.Model):
    """Two who resemble each other and are two people, as somebody has seen: twins, a mother’s address."""

    # The one with the smaller key first: a pair is said once.
    one = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    other = models.ForeignKey(Candidate, models.CASCADE, related_name="+")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("two people")
        verbose_name_plural = _("two people")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_people_are_told_apart_once"),
            models.CheckConstraint(name="two_people_are_named_in_order", condition=Q(one__lt=models.F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id}"

"""The contract file of a placement: what was asked, said, signed and filed, each step with its date."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import Case, DateField, F, Q, When
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from partnership.models import User
from partnership.papers import FOLDER
from partnership.states import Role, Scan

from ..states import (
    CONTRACT_FLOW,
    CONTRACT_LIVE,
    CONTRACT_OPEN,
    BeyondAge,
    ContractKind,
    ContractPaperKind,
    ContractState,
)
from .hosts import FundingOperator
from .placements import Placement

S = ContractState
# An employer has so long to fill the sheet in, and the operator so long to answer (D6224-2, D6325-2).
DAYS_FOR_THE_SHEET = 10
DAYS_TO_ANSWER = 20
_WITH_ANSWER = [S.ACCEPTED, S.RETURNED, S.REFUSED]
_WITH_NUMBER = [S.FILED, *_WITH_ANSWER]
_SIGNED = [S.SIGNED, *_WITH_NUMBER]
_PREPARED = [S.PREPARED, *_SIGNED]
_RECEIVED = [S.RECEIVED, *_PREPARED]


class ContractFileQuerySet(models.QuerySet["ContractFile"]):
    def visible_to(self, user: User) -> "ContractFileQuerySet":
        """A lead sees the contract files of the sites of their zone."""
        zones = user.zones_as(Role.REGIONAL_LEAD)
        return self if zones is None else self.filter(placement__seat__site__zone__in=zones)

    def open(self) -> "ContractFileQuerySet":
        return self.filter(state__in=CONTRACT_OPEN)

    def live(self) -> "ContractFileQuerySet":
        return self.filter(state__in=CONTRACT_LIVE)

    def with_due(self) -> "ContractFileQuerySet":
        """Each with `due`, the day by which its next step is expected, if there is one: of its own columns alone."""
        sheet, answer = timedelta(days=DAYS_FOR_THE_SHEET), timedelta(days=DAYS_TO_ANSWER)
        due = Case(
            When(state=S.ASKED, then=Cast(F("asked_on") + sheet, DateField())),
            When(state__in=[S.RECEIVED, S.PREPARED, S.SIGNED, S.RETURNED], then=F("file_by")),
            # How long the operators of 2002 had is not known.
            When(state=S.FILED, kind=ContractKind.QUALIFICATION, then=None),
            When(state=S.FILED, then=Cast(F("filed_on") + answer, DateField())),
            default=None,
            output_field=DateField(),
        )
        return self.annotate(due=due)


class ContractFile(models.Model):
    """The contract of a placement: one that is live a placement; signed and filed outside of Tandem, told here."""

    FLOW = CONTRACT_FLOW

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    placement = models.ForeignKey(Placement, models.PROTECT, related_name="contracts")
    kind = models.CharField(_("contract"), max_length=20, choices=ContractKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=ContractState.choices, default=S.ASKED)
    version = models.PositiveIntegerField(default=1, editable=False)
    asked_on = models.DateField(_("employer sheet asked for on"))
    received_on = models.DateField(_("employer sheet received on"), null=True)
    prepared_on = models.DateField(_("prepared on"), null=True)
    signed_on = models.DateField(_("signed on"), null=True)
    # The last filing, and the first one, by which the legal deadline is kept or not.
    filed_on = models.DateField(_("filed on"), null=True)
    first_filed_on = models.DateField(_("first filed on"), null=True)
    number = models.CharField(_("filing number"), max_length=40, blank=True)
    answered_on = models.DateField(_("answered on"), null=True)
    answer_reason = models.CharField(_("reason of the operator"), max_length=300, blank=True)
    # The operator said nothing in time, and the law says what that means.
    is_silent = models.BooleanField(_("by silence"), default=False)
    cancelled_on = models.DateField(_("cancelled on"), null=True)

    # -- the employer sheet (domain.md, § 2.5: no social security number, nationality or bank account)
    employer_name = models.CharField(_("employer"), max_length=120, blank=True)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    idcc = models.CharField(_("IDCC"), max_length=4, blank=True)
    operator = models.ForeignKey(
        FundingOperator,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contracts",
        verbose_name=_("funding operator"),
    )
    headcount = models.PositiveIntegerField(_("headcount"), null=True, blank=True)
    habilitation = models.CharField(_("number of the habilitation"), max_length=40, blank=True)
    tutor_name = models.CharField(_("tutor"), max_length=120, blank=True)
    tutor_job = models.CharField(_("position held"), max_length=120, blank=True)
    tutor_email = models.EmailField(_("tutor’s e-mail address"), blank=True)
    second_tutor_name = models.CharField(_("second tutor"), max_length=120, blank=True)
    workplace = models.CharField(_("place of work"), max_length=160, blank=True)
    weekly_minutes = models.PositiveSmallIntegerField(_("minutes of work a week"), null=True, blank=True)
    starts_on = models.DateField(_("start of execution"), null=True, blank=True)
    works_from = models.DateField(_("practical training from"), null=True, blank=True)
    ends_on = models.DateField(_("end of the contract"), null=True, blank=True)
    # It follows from the start by a calendar that the database does not know (contract_law.filing_deadline).
    file_by = models.DateField(_("to file by"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    # -- what the school says of the course
    course_ends_on = models.DateField(_("end of the course or of the examination"), null=True, blank=True)
    training_hours = models.PositiveSmallIntegerField(_("hours of training"), null=True, blank=True)
    beyond_age = models.CharField(_("age beyond the bound"), max_length=12, choices=BeyondAge.choices, blank=True)
    medical_visit_on = models.DateField(_("medical visit on"), null=True, blank=True)
    objects = ContractFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract file")
        verbose_name_plural = _("contract files")
        ordering = ["asked_on", "pk"]
        indexes = [models.Index(fields=["state"], condition=Q(state__in=CONTRACT_OPEN), name="contracts_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["placement"], condition=Q(state__in=CONTRACT_LIVE), name="one_live_contract_a_placement"
            ),
            models.CheckConstraint(
                name="a_received_sheet_has_its_dates",
                condition=~Q(state__in=_RECEIVED)
                | Q(received_on__isnull=False, starts_on__isnull=False, ends_on__isnull=False),
            ),
            models.CheckConstraint(
                name="a_prepared_contract_is_dated", condition=~Q(state__in=_PREPARED) | Q(prepared_on__isnull=False)
            ),
            models.CheckConstraint(
                name="a_signed_contract_is_dated", condition=~Q(state__in=_SIGNED) | Q(signed_on__isnull=False)
            ),
            models.CheckConstraint(
                name="a_filed_contract_has_a_date_and_a_number",
                condition=~Q(state__in=_WITH_NUMBER)
                | Q(filed_on__isnull=False, first_filed_on__isnull=False) & ~Q(number=""),
            ),
            models.CheckConstraint(
                name="a_filed_contract_names_its_employer",
                condition=~Q(state__in=_WITH_NUMBER) | ~Q(siret="") & ~Q(tutor_name=""),
            ),
            models.CheckConstraint(
                name="an_operator_answers_at_a_date",
                condition=Q(state__in=_WITH_ANSWER, answered_on__isnull=False)
                | ~Q(state__in=_WITH_ANSWER) & Q(answered_on__isnull=True, is_silent=False),
            ),
            models.CheckConstraint(
                name="a_returned_or_refused_contract_says_why",
                condition=~Q(state__in=[S.RETURNED, S.REFUSED])
                | ~Q(answer_reason="")
                | Q(state=S.REFUSED, is_silent=True),
            ),
            models.CheckConstraint(
                name="an_operator_returns_nothing_by_silence", condition=~Q(state=S.RETURNED, is_silent=True)
            ),
            models.CheckConstraint(
                name="a_cancelled_contract_is_dated",
                condition=Q(state=S.CANCELLED, cancelled_on__isnull=False)
                | ~Q(state=S.CANCELLED) & Q(cancelled_on__isnull=True),
            ),
            models.CheckConstraint(
                name="the_steps_of_a_contract_come_in_order",
                condition=(
                    (Q(received_on=None) | Q(received_on__gte=F("asked_on")))
                    & (Q(prepared_on=None) | Q(prepared_on__gte=F("received_on")))
                    & (Q(signed_on=None) | Q(signed_on__gte=F("prepared_on")))
                    & (Q(first_filed_on=None) | Q(first_filed_on__gte=F("signed_on")))
                    & (Q(filed_on=None) | Q(filed_on__gte=F("first_filed_on")))
                    & (Q(answered_on=None) | Q(answered_on__gte=F("filed_on")))
                ),
            ),
            models.CheckConstraint(
                name="a_contract_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return _("the contract of %(student)s at %(site)s") % {
            "student": self.placement.enrolment.application.candidate,
            "site": self.placement.seat.site,
        }

    @property
    def about(self) -> str:
        return f"cohorts.application:{self.placement.enrolment.application_id}"


class ContractPaper(models.Model):
    """A paper of a contract file, signed or received elsewhere and kept here: one PDF of each kind."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(ContractFile, models.PROTECT, related_name="papers")
    kind = models.CharField(_("paper"), max_length=12, choices=ContractPaperKind.choices)
    file = models.FileField(upload_to=FOLDER, max_length=80)
    scan = models.CharField(max_length=10, choices=Scan.choices)
    pages = models.PositiveSmallIntegerField(_("pages"), default=0)
    sent_at = models.DateTimeField(_("sent on"))
    sent_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("sent by"))

    class Meta:
        verbose_name = _("paper of a contract")
        verbose_name_plural = _("papers of contracts")
        ordering = ["kind"]
        indexes = [
            models.Index(fields=["sent_at"], condition=Q(scan=Scan.PENDING), name="contract_papers_to_scan"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["contract", "kind"], name="one_paper_a_kind_and_contract"),
            models.CheckConstraint(name="a_contract_paper_is_there", condition=~Q(file="")),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def about(self) -> str:
        return self.contract.about

    @property
    def filename(self) -> str:
        """What its file is called for whoever saves it."""
        return f"{self.contract.placement.enrolment.application.reference}-{self.kind}.pdf"

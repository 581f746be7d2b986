"""The contract file: to the host who fills the employer sheet in, and to the lead who dates the steps."""

from datetime import date

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from partnership import clock, outbox
from partnership.models import OutgoingMessage, User
from partnership.templatetags.figures import phone

from ..contract_law import operator_word
from ..models import ContractFile
from ..states import CONTRACT, ContractKind, ContractState

_SHEET_LETTERS = ("placements/contract_sheet_asked", "placements/contract_sheet_reminder")


def _facts(contract: ContractFile, language: str) -> dict:
    placement = contract.placement
    application = placement.enrolment.application
    with translation.override(language):
        kind = str(ContractKind(contract.kind).label)
    return {
        "student": str(application.candidate),
        "programme": application.cohort.intake.programme.short_title,
        "first_day": application.cohort.intake.starts_on,
        "contract": kind,
        "site": placement.seat.site.name,
        "company": placement.seat.site.company.name,
        "operator": operator_word(contract.starts_on or application.cohort.intake.starts_on),
        "lead": placement.proposed_by.full_name,
        "lead_phone": phone(placement.proposed_by.phone),
    }


def _page(contract: ContractFile, language: str) -> str:
    with translation.override(language):
        return settings.PUBLIC_URL + reverse("placements:contract_detail", args=[contract.pk])


def last_told(contract: ContractFile) -> date | None:
    """The day on which the employer was last written to for the sheet."""
    letters = OutgoingMessage.objects.filter(
        Q(template__in=_SHEET_LETTERS), about=contract.about, link_subject=f"placements.contractfile:{contract.pk}"
    )
    last = letters.order_by("-written_at").values_list("written_at", flat=True).first()
    return last.astimezone(clock.PARIS).date() if last else None


def contract_sheet_asked(contract: ContractFile) -> None:
    """The employer is asked to fill the employer sheet in."""
    site = contract.placement.seat.site
    outbox.post(
        "placements/contract_sheet_asked",
        key=f"contract_sheet_asked:{contract.pk}",
        about=contract.about,
        to=site,
        link=(CONTRACT, contract),
        reply_to=contract.placement.proposed_by.email,
        **_facts(contract, site.language),
    )


def contract_sheet_reminder(contract: ContractFile, *, event: str) -> None:
    """The same again, with a new link and the date of the letter before; `event` is why."""
    site = contract.placement.seat.site
    outbox.post(
        "placements/contract_sheet_reminder",
        key=f"contract_sheet_reminder:{contract.pk}:{event}",
        about=contract.about,
        to=site,
        link=(CONTRACT, contract),
        reply_to=contract.placement.proposed_by.email,
        asked=not event.isdigit(),
        last_on=last_told(contract) or contract.asked_on,
        **_facts(contract, site.language),
    )


def contract_deadline(contract: ContractFile, *, to: User) -> None:
    """The lead learns that the last day to file a contract is near."""
    outbox.post(
        "placements/contract_deadline",
        key=f"contract_deadline:{contract.pk}:{contract.file_by}",
        about=contract.about,
        to=to,
        asked=False,
        file_by=contract.file_by,
        state=contract.state,
        address=_page(contract, to.language),
        **_facts(contract, to.language),
    )


def contract_step_late(contract: ContractFile, *, to: User, due: date, silence: str) -> None:
    """The lead learns that a step is late; `silence` is what the operator's silence means, if that is the step."""
    outbox.post(
        "placements/contract_step_late",
        key=f"contract_step_late:{contract.pk}:{contract.version}",
        about=contract.about,
        to=to,
        asked=False,
        state=contract.state,
        silence=silence,
        due_on=due,
        is_refused=silence == ContractState.REFUSED,
        address=_page(contract, to.language),
        **_facts(contract, to.language),
    )


def contract_returned(contract: ContractFile, *, lead: User | None = None) -> None:
    """The operator has sent the contract back: the employer, or a lead, learns why."""
    site = contract.placement.seat.site
    to = lead or site
    outbox.post(
        "placements/contract_returned",
        key=f"contract_returned:{contract.pk}:{contract.version}:{lead.pk if lead else 'host'}",
        about=contract.about,
        to=to,
        reply_to="" if lead else contract.placement.proposed_by.email,
        reason=contract.answer_reason,
        returned_on=contract.answered_on,
        number=contract.number,
        address=_page(contract, to.language) if lead else "",
        **_facts(contract, to.language),
    )

"""The contract file of a placement: the employer sheet asked for and received, then each step with its date.

Nothing is signed or filed here: what was done elsewhere is told, with the day on which it was.
"""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cohorts.models import Dossier
from partnership import clock, links, outbox, workflow
from partnership.models import User
from partnership.states import Channel
from partnership.workflow import Actor, Refused, move, record

from .. import contract_law as law
from .. import emails, policies
from ..models import ContractFile, HostSite, Placement
from ..states import CONTRACT, CONTRACT_OPEN, PLACED, ContractKind, ContractState
from .zone_leads import lead_of

_S = ContractState
# With all that a letter or the law says of a contract file.
WITH_ALL_IT_SAYS = ContractFile.objects.select_related(
    "operator",
    "placement__tutor",
    "placement__proposed_by",
    "placement__seat__site__company",
    "placement__seat__site__zone",
    "placement__seat__site__commune",
    "placement__enrolment__application__candidate",
    "placement__enrolment__application__cohort__intake__programme",
)
SHEET = (
    "employer_name",
    "siret",
    "idcc",
    "operator",
    "headcount",
    "habilitation",
    "tutor_name",
    "tutor_job",
    "tutor_email",
    "second_tutor_name",
    "workplace",
    "weekly_minutes",
    "starts_on",
    "works_from",
    "ends_on",
    "note",
)
_REFUSALS = {
    "one_live_contract_a_placement": gettext_lazy("This placement has its contract file already."),
    "a_contract_ends_after_it_starts": gettext_lazy("The contract ends before it starts."),
    "the_steps_of_a_contract_come_in_order": gettext_lazy("This day is before that of the step before it."),
}


def lead_for(placement: Placement) -> User | None:
    """Who is told of a placement's contract: whoever proposed it while they lead the zone, else a lead of today."""
    zone, lead = placement.seat.site.zone, placement.proposed_by
    return lead if policies.is_lead(lead) and policies.can_lead(lead, zone) else lead_of(zone)


def kinds_for(placement: Placement) -> list[ContractKind]:
    """The contracts that the first day of the placement's intake allows."""
    return law.kinds_on(placement.enrolment.application.intake.starts_on)


# -- asked for --------------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_for_sheet(placement: Placement, *, kind: str, by: User) -> ContractFile:
    """Open the contract file of a placement: its employer is asked, by personal link, for the employer sheet."""
    # Whoever ends the placement at this moment waits, and then finds the file; or we find the placement ended.
    state = Placement.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=placement.pk)
    if state not in PLACED:
        raise Refused(_("The host has not taken this student: there is no contract to prepare."))
    if kind not in kinds_for(placement):
        raise Refused(_("No such contract can begin on the first day of this course."))
    with workflow.refusing(_REFUSALS):
        contract = ContractFile.objects.create(placement=placement, kind=kind, asked_on=clock.today())
    record(contract, _S.ASKED, by=by)
    if placement.contract_kind != kind:
        workflow.edit(placement, by=by, contract_kind=kind)
    emails.contract_sheet_asked(contract)
    return contract


@transaction.atomic
def send_sheet_again(contract: ContractFile, *, by: User) -> None:
    """Send the employer another link to the sheet, once a day; Refused once it is received."""
    contract = _held(contract)
    if contract.state != _S.ASKED:
        raise Refused(_("The employer sheet is received already."))
    emails.contract_sheet_reminder(contract, event=f"again:{clock.today()}")
    record(contract, "sheet_asked_again", by=by)


@transaction.atomic
def send_new_contract_link(email: str, *, most: int) -> None:
    """Send an employer the links of the sheets that can still be filled in, once a day; a stranger gets nothing."""
    theirs = ContractFile.objects.filter(
        state__in=[_S.ASKED, _S.RECEIVED], placement__seat__site__contact_email__iexact=email
    )
    keys = list(theirs.order_by("asked_on", "pk").values_list("pk", flat=True)[:most])
    for contract in WITH_ALL_IT_SAYS.filter(pk__in=keys):
        emails.contract_sheet_reminder(contract, event=f"lost:{clock.today()}")


# -- received ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def receive_sheet(
    contract: ContractFile, *, by: Actor, channel: Channel = Channel.LINK, version: int | None = None, **sheet: Any
) -> None:
    """The employer has filled the sheet in, or filled it in again; Refused once the contract is prepared.

    What the records of the site and its company lack is completed by it; what they say is changed by nobody else.
    """
    unknown = sheet.keys() - set(SHEET)
    if unknown:
        raise TypeError(f"not of an employer sheet: {', '.join(sorted(unknown))}")
    contract = _held(contract)
    if contract.state not in (_S.ASKED, _S.RECEIVED):
        raise Refused(_("This contract is prepared already: call to change something in it."))
    sheet["file_by"] = law.filing_deadline(contract.kind, sheet["starts_on"])
    with workflow.refusing(_REFUSALS):
        if contract.state == _S.ASKED:
            move(contract, _S.RECEIVED, by=by, channel=channel, version=version, received_on=clock.today(), **sheet)
        else:
            workflow.edit(contract, by=by, channel=channel, version=version, deed="sheet_changed", **sheet)
    outbox.cancel(about=contract.about, template="placements/contract_sheet_reminder")
    _complete_the_records(contract)


def _complete_the_records(contract: ContractFile) -> None:
    site = contract.placement.seat.site
    company = site.company
    if contract.siret and not site.siret:
        try:
            with transaction.atomic():
                HostSite.objects.filter(pk=site.pk, siret="").update(siret=contract.siret)
        except IntegrityError:
            # It is that of another site: the lead sees both, and says which is right.
            pass
    blank = {"operator": contract.operator, "headcount": contract.headcount}
    for name, value in blank.items():
        if value is not None and getattr(company, name) is None:
            type(company).objects.filter(pk=company.pk, **{name: None}).update(**{name: value})


# -- the steps that a lead dates ----------------------------------------------------------------------------------


@transaction.atomic
def prepare_contract(
    contract: ContractFile,
    *,
    on: date,
    by: User,
    version: int | None = None,
    course_ends_on: date | None = None,
    training_hours: int | None = None,
    beyond_age: str = "",
    medical_visit_on: date | None = None,
) -> None:
    """The contract is written, with what the school says of the course; Refused where the law forbids it."""
    contract = _held(contract)
    said = {
        "course_ends_on": course_ends_on,
        "training_hours": training_hours,
        "beyond_age": beyond_age,
        "medical_visit_on": medical_visit_on,
    }
    for name, value in said.items():
        setattr(contract, name, value)
    _hold_to_the_law(contract)
    _step(contract, _S.PREPARED, on=on, by=by, version=version, prepared_on=on, **said)


@transaction.atomic
def sign_contract(contract: ContractFile, *, on: date, by: User, version: int | None = None) -> None:
    """Everybody has signed, elsewhere; Refused where the law forbids it."""
    contract = _held(contract)
    _hold_to_the_law(contract)
    _step(contract, _S.SIGNED, on=on, by=by, version=version, signed_on=on)


@transaction.atomic
def file_contract(contract: ContractFile, *, on: date, number: str, by: User, version: int | None = None) -> None:
    """The contract is filed with the operator, for the first time or again after it was returned.

    Refused without a SIRET and a tutor; too late, it is filed all the same and its page says so.
    """
    contract = _held(contract)
    if not contract.siret or not contract.tutor_name:
        raise Refused(_("The employer’s SIRET and the tutor are to be known before the contract is filed."))
    if not number:
        raise Refused(_("Write the number that the operator gave to the filing."))
    first = contract.first_filed_on or on
    said = {"filed_on": on, "first_filed_on": first, "number": number, "answered_on": None, "answer_reason": ""}
    _step(contract, _S.FILED, on=on, by=by, version=version, **said)


@transaction.atomic
def answer_contract(
    contract: ContractFile,
    to: str,
    *,
    on: date,
    by: User,
    reason: str = "",
    version: int | None = None,
) -> None:
    """The operator has accepted, returned or refused the contract; whoever must act on a return is told."""
    if to not in (_S.ACCEPTED, _S.RETURNED, _S.REFUSED):
        raise Refused(_("Choose what the operator answered."))
    contract = _held(contract)
    if to == _S.ACCEPTED:
        reason = ""
    elif not reason:
        raise Refused(_("Write the reason that the operator gives."))
    _step(contract, to, on=on, by=by, version=version, said=reason, answered_on=on, answer_reason=reason)
    if to == _S.RETURNED:
        emails.contract_returned(contract)
        lead = lead_for(contract.placement)
        if lead is not None and lead != by:
            emails.contract_returned(contract, lead=lead)


@transaction.atomic
def note_silence(contract: ContractFile, *, by: User, version: int | None = None) -> None:
    """The operator's time is over without a word: the contract is what the law makes of it; Refused before."""
    contract = _held(contract)
    meaning = law.silence_means(contract.kind, contract.filed_on) if contract.filed_on else None
    if contract.state != _S.FILED or meaning is None:
        raise Refused(_("What a silence means for this contract is not known."))
    last = law.answer_by(contract.kind, contract.filed_on)
    if clock.today() <= last:
        raise Refused(_("The operator still has time to answer."))
    on = last + timedelta(days=1)
    _step(contract, meaning, on=on, by=by, version=version, said="silence", answered_on=on, is_silent=True)


def _step(
    contract: ContractFile, to: str, *, on: date, by: User, version: int | None, said: str = "", **changes: Any
) -> None:
    if on > clock.today():
        raise Refused(_("This day is still to come."))
    with workflow.refusing(_REFUSALS):
        move(contract, to, by=by, reason=said, version=version, **changes)


def facts_of(contract: ContractFile, *, dossier: Dossier | None = None) -> law.Facts:
    """What is known of a contract, as the law asks for it."""
    application = contract.placement.enrolment.application
    if dossier is None:
        dossier = Dossier.objects.filter(candidate=application.candidate_id).first()
    return law.Facts(
        kind=contract.kind,
        on=clock.today(),
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        works_from=contract.works_from,
        course_from=application.cohort.intake.starts_on,
        course_until=contract.course_ends_on,
        born_on=dossier.born_on if dossier else None,
        training_hours=contract.training_hours,
        beyond_age=contract.beyond_age,
        guardian=dossier.guardian_name if dossier else "",
        medical_visit_on=contract.medical_visit_on,
        habilitation=contract.habilitation,
        filed_on=contract.first_filed_on,
        weekly_minutes=contract.weekly_minutes,
    )


def _hold_to_the_law(contract: ContractFile) -> None:
    forbidding = law.refusals(law.findings(facts_of(contract)))
    if forbidding:
        raise Refused(" ".join(with_article(finding) for finding in forbidding))


def with_article(finding: law.Finding) -> str:
    """A finding as a sentence that names its article."""
    if not finding.article:
        return str(finding.sentence)
    return _("%(sentence)s (%(article)s)") % {"sentence": finding.sentence, "article": finding.article}


# -- ended with its placement -------------------------------------------------------------------------------------


def cancel_contracts(placement: Placement, *, by: Actor) -> None:
    """A placement has ended: what of its contract is not accepted ends with it, in the same commit."""
    open_ones = WITH_ALL_IT_SAYS.filter(placement=placement, state__in=CONTRACT_OPEN)
    for contract in open_ones.select_for_update(of=("self",), no_key=True):
        move(
            contract,
            _S.CANCELLED,
            by=by,
            reason="placement_ended",
            cancelled_on=clock.today(),
            answered_on=None,
            answer_reason="",
        )
        links.revoke(CONTRACT, contract)
        for template in ("contract_sheet_asked", "contract_sheet_reminder", "contract_returned"):
            outbox.cancel(about=contract.about, template=f"placements/{template}")


def _held(contract: ContractFile) -> ContractFile:
    """The contract as it is now; whoever else dates a step of it waits."""
    return WITH_ALL_IT_SAYS.select_for_update(of=("self",), no_key=True).get(pk=contract.pk)

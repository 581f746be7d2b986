"""What time brings to a contract file: two reminders of the sheet, the eve of the deadline, a step that is late."""

from datetime import timedelta

from django.db.models import OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from partnership import clock
from partnership.reminders import Reminder, untold
from partnership.working_time import next_polite_moment

from .. import contract_law as law
from .. import emails
from ..models import DAYS_FOR_THE_SHEET, DAYS_TO_ANSWER, ContractFile
from ..states import ContractState
from .contracts import WITH_ALL_IT_SAYS, lead_for

_S = ContractState
# An employer hears again of the sheet after so many days; what is older than the last is dug up no more.
DAYS_BEFORE_A_WORD = (5, 10)
_TOO_OLD = timedelta(days=45)
DAYS_BEFORE_THE_DEADLINE = 2
TO_FILE = [_S.RECEIVED, _S.PREPARED, _S.SIGNED, _S.RETURNED]


def _is_quiet() -> bool:
    now = clock.now()
    return next_polite_moment(now) > now


def _key(template: str, *parts: str) -> Concat:
    """The key a letter about a file would have, made of its columns and of words of ours."""
    said = [Value(f"{template}:"), Cast(OuterRef("pk"), TextField())]
    for part in parts:
        said += [Value(":"), Value(part) if part.isdigit() else Cast(OuterRef(part), TextField())]
    return Concat(*said, output_field=TextField())


def _waiting_for_the_sheet(days: int) -> QuerySet[ContractFile]:
    """The files whose employer was asked so many days ago and has not answered; of two words the later one is said."""
    if _is_quiet():
        return ContractFile.objects.none()
    today = clock.today()
    later = next((other for other in DAYS_BEFORE_A_WORD if other > days), None)
    oldest = today - (timedelta(days=later) if later else _TOO_OLD)
    rows = WITH_ALL_IT_SAYS.filter(state=_S.ASKED, asked_on__lte=today - timedelta(days=days), asked_on__gt=oldest)
    return untold(rows, key=_key("contract_sheet_reminder", str(days)))


def _near_the_deadline() -> QuerySet[ContractFile]:
    """The files to be filed today or within two days, of which no lead has been told."""
    if _is_quiet():
        return ContractFile.objects.none()
    today = clock.today()
    last = today + timedelta(days=DAYS_BEFORE_THE_DEADLINE)
    rows = WITH_ALL_IT_SAYS.filter(state__in=TO_FILE, file_by__gte=today, file_by__lte=last)
    return untold(rows, key=_key("contract_deadline", "file_by"))


def _late() -> QuerySet[ContractFile]:
    """The files whose next step is late, of which no lead has been told; an employer's second reminder goes first."""
    if _is_quiet():
        return ContractFile.objects.none()
    rows = ContractFile.objects.open().with_due().filter(due__lt=clock.today())
    return untold(WITH_ALL_IT_SAYS.filter(pk__in=rows.values("pk")), key=_key("contract_step_late", "version"))


def _tell_deadline(contract: ContractFile) -> None:
    lead = lead_for(contract.placement)
    if lead is not None:
        emails.contract_deadline(contract, to=lead)


def _tell_late(contract: ContractFile) -> None:
    lead = lead_for(contract.placement)
    if lead is None:
        return
    due, silence = contract.file_by, ""
    if contract.state == _S.ASKED:
        due = contract.asked_on + timedelta(days=DAYS_FOR_THE_SHEET)
    elif contract.state == _S.FILED:
        due = contract.filed_on + timedelta(days=DAYS_TO_ANSWER)
        silence = law.silence_means(contract.kind, contract.filed_on) or ""
    emails.contract_step_late(contract, to=lead, due=due, silence=silence)


# The later word first: where both are due it is the one that is said.
CONTRACTS = (
    *(
        Reminder(
            f"contract_sheet_{days}",
            lambda days=days: _waiting_for_the_sheet(days),
            lambda contract, days=days: emails.contract_sheet_reminder(contract, event=str(days)),
        )
        for days in sorted(DAYS_BEFORE_A_WORD, reverse=True)
    ),
    Reminder("contract_deadline", _near_the_deadline, _tell_deadline),
    Reminder("contract_late", _late, _tell_late),
)

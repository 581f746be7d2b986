"""Contract files at a glance: what is due of each, what is late, and what a file's page answers."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock
from partnership.models import Zone
from partnership.templatetags.figures import daydate, longdate

from .. import contract_law as law
from ..models import DAYS_FOR_THE_SHEET, ContractFile, ContractFileQuerySet, Placement
from ..states import CONTRACT_OPEN, PLACED, ContractState

_S = ContractState
MOST_WITHOUT = 50
_TO_FILE = (_S.RECEIVED, _S.PREPARED, _S.SIGNED, _S.RETURNED)


def operator_of(contract: ContractFile) -> str:
    """What the operator of a contract is called at its time."""
    return law.operator_word(contract.starts_on or contract.asked_on)


def due_of(contract: ContractFile) -> date | None:
    """The day by which the next step of a contract is expected, the same as `with_due` says."""
    if contract.state == _S.ASKED:
        return contract.asked_on + timedelta(days=DAYS_FOR_THE_SHEET)
    if contract.state in _TO_FILE:
        return contract.file_by
    return law.answer_by(contract.kind, contract.filed_on) if contract.state == _S.FILED else None


def is_late(contract: ContractFile) -> bool:
    """Whether the next step of a contract was expected before today."""
    due = due_of(contract)
    return due is not None and due < clock.today()


def verdict(contract: ContractFile) -> str:
    """What the page of a contract file answers: where it stands and by when the next step is due."""
    said = {"operator": operator_of(contract), "number": contract.number}
    due = due_of(contract)
    match contract.state:
        case _S.ACCEPTED:
            words = _("Contract accepted on %(day)s")
            return words % (said | {"day": longdate(contract.answered_on)})
        case _S.REFUSED:
            words = _("Refused by the silence of the %(operator)s") if contract.is_silent else ""
            return (words or _("Refused by the %(operator)s: another file is to be opened")) % said
        case _S.CANCELLED:
            return _("Contract file closed: its placement has ended")
        case _S.ASKED:
            return _verdict_of_the_sheet(contract, due)
        case _S.FILED:
            return _verdict_of_the_filing(contract, due, said)
    if contract.state == _S.RETURNED:
        return _("Returned by the %(operator)s: to file again") % said
    if due is None:
        return _("To file: by when is not known here")
    if due < clock.today():
        return _("Filing late: it was due by %(day)s") % {"day": daydate(due)}
    words = _("To prepare, then to file by %(day)s") if contract.state == _S.RECEIVED else ""
    words = words or (
        _("To sign, then to file by %(day)s") if contract.state == _S.PREPARED else _("To file by %(day)s")
    )
    return words % {"day": daydate(due)}


def _verdict_of_the_sheet(contract: ContractFile, due: date) -> str:
    days = (clock.today() - contract.asked_on).days
    if due < clock.today():
        words = ngettext("Employer sheet awaited for %(n)s day", "Employer sheet awaited for %(n)s days", days)
        return words % {"n": days}
    return _("Employer sheet asked for on %(day)s") % {"day": longdate(contract.asked_on)}


def _verdict_of_the_filing(contract: ContractFile, due: date | None, said: dict[str, Any]) -> str:
    if due is None:
        return _("Filed on %(day)s, the answer is awaited") % {"day": longdate(contract.filed_on)}
    if due >= clock.today():
        words = _("Filed on %(filed)s, answer of the %(operator)s by %(day)s")
        return words % (said | {"filed": longdate(contract.filed_on), "day": longdate(due)})
    if law.silence_means(contract.kind, contract.filed_on) == _S.ACCEPTED:
        return _("The %(operator)s is silent: the contract is held to be accepted") % said
    return _("The %(operator)s is silent: the contract is held to be refused") % said


def next_step(contract: ContractFile) -> str:
    """What is to be done of a contract, in two words; empty once nothing is."""
    return {
        _S.ASKED: _("sheet to receive"),
        _S.RECEIVED: _("to prepare"),
        _S.PREPARED: _("to sign"),
        _S.SIGNED: _("to file"),
        _S.FILED: _("answer awaited"),
        _S.RETURNED: _("to file again"),
    }.get(contract.state, "")


@dataclass
class Step:
    """A step of the file, and its day once it is done."""

    label: str
    on: date | None
    note: str = ""


def steps(contract: ContractFile) -> list[Step]:
    """Every step of a contract file in order, those to come without a day."""
    operator = operator_of(contract)
    answered = _("Answer of the %(operator)s") % {"operator": operator}
    if contract.answered_on:
        answered = str(contract.get_state_display())
    note = _("by silence") if contract.is_silent else contract.answer_reason
    filed = contract.number and _("number %(number)s") % {"number": contract.number}
    found = [
        Step(_("Employer sheet asked for"), contract.asked_on),
        Step(_("Employer sheet received"), contract.received_on),
        Step(_("Prepared"), contract.prepared_on),
        Step(_("Signed, elsewhere"), contract.signed_on),
    ]
    if contract.first_filed_on and contract.first_filed_on != contract.filed_on:
        found.append(Step(_("First filed"), contract.first_filed_on))
    return [*found, Step(_("Filed"), contract.filed_on, filed), Step(answered, contract.answered_on, note)]


# -- the files of a zone --------------------------------------------------------------------------------------------


def of_zone(zone: Zone) -> ContractFileQuerySet:
    """The contract files of a zone's sites: three joins, whatever is shown of them."""
    return ContractFile.objects.filter(placement__seat__site__zone=zone)


def number_late(zone: Zone) -> int:
    """How many contract files of a zone are late, in one statement."""
    return of_zone(zone).open().with_due().filter(due__lt=clock.today()).count()


def filtered(files: ContractFileQuerySet, wanted: str) -> QuerySet[ContractFile]:
    """Those of a step, those that are late, or those about which something is to be done; the soonest due first."""
    files = files.with_due()
    if wanted == "late":
        files = files.filter(state__in=CONTRACT_OPEN, due__lt=clock.today())
    elif wanted in ContractState.values:
        files = files.filter(state=wanted)
    elif wanted != "all":
        files = files.filter(state__in=CONTRACT_OPEN)
    return files.order_by(F("due").asc(nulls_last=True), "asked_on", "pk")


def shown(files: QuerySet[ContractFile]) -> QuerySet[ContractFile]:
    """Files with the names their rows show, fetched apart: the statement that finds them keeps to its few joins.

    One statement with a dozen joins takes minutes where the planner knows nothing of the tables yet.
    """
    placements = Placement.objects.select_related("seat__site__company", "enrolment__application__candidate")
    return files.prefetch_related(Prefetch("placement", queryset=placements))


@dataclass
class ContractRow:
    """A contract file in a list."""

    contract: ContractFile
    due: date | None
    is_late: bool
    step: str


def rows(files: Any) -> list[ContractRow]:
    """What each line of a list shows."""
    return [ContractRow(one, due_of(one), is_late(one), next_step(one)) for one in files]


def without_contract(zone: Zone) -> list[Placement]:
    """The students who are placed in a zone and have no live contract file, the earliest first; the first fifty."""
    live = ContractFile.objects.live().filter(placement__seat__site__zone=zone)
    placed = Placement.objects.filter(state__in=PLACED, seat__site__zone=zone).exclude(pk__in=live.values("placement"))
    keys = list(placed.order_by("answered_at", "pk").values_list("pk", flat=True)[:MOST_WITHOUT])
    named = Placement.objects.select_related("seat__site", "enrolment__application__candidate")
    return list(named.filter(pk__in=keys).order_by("answered_at", "pk"))


def list_verdict(late: int, todo: int) -> str:
    """What the list of a zone answers: how many are late, how many wait for somebody."""
    if late:
        return ngettext("%(n)s contract file late", "%(n)s contract files late", late) % {"n": late}
    if todo:
        words = ngettext("%(n)s contract file under way, none late", "%(n)s contract files under way, none late", todo)
        return words % {"n": todo}
    return _("No contract file under way")

"""The papers of a contract file: kept as one PDF of each kind, opened once they are known as clean."""

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, papers
from partnership.models import User
from partnership.states import Scan
from partnership.workflow import THE_CLOCK, Refused, record

from ..models import ContractFile, ContractPaper
from ..states import CONTRACT_LIVE, ContractPaperKind

# At once; the next sweep goes on.
MOST_SCANS = 20


def keep_contract_paper(contract: ContractFile, kind: str, paper: papers.Paper, *, by: User) -> ContractPaper:
    """Keep a paper of a kind, in place of the one before; called outside of any transaction."""
    if kind not in ContractPaperKind.values:
        raise Refused(_("Choose which paper it is."))
    with papers.kept(paper) as name:
        held = ContractFile.objects.select_for_update(of=("self",), no_key=True).get(pk=contract.pk)
        if held.state not in CONTRACT_LIVE:
            raise Refused(_("This contract file is closed: nothing more is kept in it."))
        former = ContractPaper.objects.filter(contract=held, kind=kind).values_list("file", flat=True).first()
        kept, _is_new = ContractPaper.objects.update_or_create(
            contract=contract,
            kind=kind,
            defaults={
                "file": name,
                "scan": paper.scan,
                "pages": paper.pages,
                "sent_at": clock.now(),
                "sent_by": by,
            },
        )
        record(contract, "paper_kept", by=by, reason=kind)
        if former:
            papers.discard(former)
    return kept


@transaction.atomic
def drop_contract_paper(paper: ContractPaper, *, by: User) -> None:
    """A paper was kept by mistake: its file goes."""
    record(paper.contract, "paper_dropped", by=by, reason=paper.kind)
    name = paper.file.name
    ContractPaper.objects.filter(pk=paper.pk).delete()
    papers.discard(name)


def look_again_at_contract_papers() -> int:
    """Ask the virus scanner again about papers it did not answer for; how many it has now answered for."""
    answered = 0
    for paper in ContractPaper.objects.filter(scan=Scan.PENDING).order_by("?")[:MOST_SCANS]:
        scan = papers.look_again(paper.file.name)
        if scan == Scan.PENDING:
            break  # it is still away: the next sweep asks
        _note_scan(paper, scan)
        answered += 1
    return answered


@transaction.atomic
def _note_scan(paper: ContractPaper, scan: Scan) -> None:
    name = paper.file.name
    same = ContractPaper.objects.filter(pk=paper.pk, file=name)
    if scan != Scan.INFECTED:
        same.update(scan=scan)
    elif same.delete()[0]:
        # Whoever kept it finds it gone, and why in the story.
        contract = ContractFile.objects.select_related("placement__enrolment").get(pk=paper.contract_id)
        record(contract, "paper_infected", by=THE_CLOCK, reason=paper.kind)
        papers.discard(name)

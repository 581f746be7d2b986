"""Contract files: the list of a zone, a file and its steps, and the employer sheet by personal link."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Dossier
from partnership import links, papers, pdf
from partnership.policies import get_allowed, require
from partnership.states import Channel
from partnership.uploads import takes_files
from partnership.versions import VersionForm
from partnership.workflow import Actor, Refused, Stale

from .. import contract_law as law
from .. import policies, services
from ..board import contracts as boards
from ..board import story
from ..forms.contracts import STEP_FORMS, AskSheetForm, ContractFilter, ContractPaperForm, SheetForm
from ..models import ContractFile, ContractPaper
from ..states import CONTRACT, CONTRACT_LIVE, PLACED, ContractKind, ContractState
from .candidates import renew, unusable
from .leads import A_PAGE, chips, led_by, placement_of, zone_of

_S = ContractState
_LANGUAGES = ("fr", "en")
_SHEET_OPEN = (_S.ASKED, _S.RECEIVED)
page = require_http_methods(["GET", "HEAD", "POST"])


# -- the files of a zone --------------------------------------------------------------------------------------------


@require_safe
def contract_list(request: HttpRequest, zone: str) -> HttpResponse:
    """The contract files of a zone, the soonest due first; and who is placed without one."""
    here = zone_of(request, zone)
    form = ContractFilter(request.GET)
    form.is_valid()
    files = boards.of_zone(here)
    found = boards.filtered(files, form.cleaned_data.get("step", ""))
    pages = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    pages.object_list = list(boards.shown(pages.object_list))
    total = pages.paginator.count
    context = {
        "zone": here,
        "zones": led_by(request.user),
        "page": pages,
        "rows": boards.rows(pages.object_list),
        "without": boards.without_contract(here),
        "verdict": boards.list_verdict(boards.number_late(here), files.open().count()),
        "filter": form,
        "wrong": bool(form.errors),
        "count": ngettext("%(n)s contract file", "%(n)s contract files", total) % {"n": total},
        "chips": chips(request, form),
    }
    return render(request, "placements/contract_list.html", context)


@page
def contract_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the contract file of a placement: its employer is asked for the sheet."""
    placement = placement_of(request, pk)
    kinds = services.kinds_for(placement)
    usual = placement.contract_kind or (kinds[0] if kinds else "")
    form = AskSheetForm(request.POST if request.method == "POST" else None, kinds=kinds, initial={"kind": usual})
    if form.is_bound and form.is_valid():
        try:
            contract = services.ask_for_sheet(placement, kind=form.cleaned_data["kind"], by=request.user)
            words = _("%(site)s is asked for the employer sheet by letter.")
            messages.success(request, words % {"site": placement.seat.site})
            return redirect("placements:contract_detail", contract.pk)
        except Refused as refusal:
            form.add_error(None, refusal.reason)
    context = {"form": form, "placement": placement, "is_placed": placement.state in PLACED}
    return render(request, "placements/contract_ask.html", context, status=422 if form.is_bound else 200)


# -- a file -----------------------------------------------------------------------------------------------------------


def _contract(request: HttpRequest, pk: UUID) -> ContractFile:
    require(policies.is_lead(request.user))
    return get_allowed(services.WITH_ALL_IT_SAYS, policies.can_keep_contract, request.user, pk=pk)


@require_safe
def contract_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a contract stands, what is due, what the law says of it, its papers and its story."""
    return _page_of(request, _contract(request, pk))


def _page_of(
    request: HttpRequest,
    contract: ContractFile,
    *,
    step_form: Any = None,
    paper_form: ContractPaperForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """`step_form` and `paper_form` are those that came back."""
    dossier = Dossier.objects.filter(candidate=contract.placement.enrolment.application.candidate_id).first()
    found = law.findings(services.facts_of(contract, dossier=dossier))
    step = STEP_FORMS.get(contract.state)
    silence = law.silence_means(contract.kind, contract.filed_on) if contract.state == _S.FILED else None
    context = {
        "contract": contract,
        "placement": contract.placement,
        "application": contract.placement.enrolment.application,
        "verdict": boards.verdict(contract),
        "is_late": boards.is_late(contract),
        "operator": boards.operator_of(contract),
        "step": boards.next_step(contract),
        "step_form": step_form or (step(initial=_first_said(contract)) if step else None),
        "form": step_form or paper_form,
        "is_silent": boards.is_late(contract) and silence is not None,
        "silence_accepts": silence == _S.ACCEPTED,
        "refusals": law.refusals(found),
        "cautions": law.cautions(found),
        "steps": boards.steps(contract),
        "may_write_sheet": contract.state in _SHEET_OPEN,
        "may_open_again": contract.state in (_S.REFUSED,) and contract.placement.state in PLACED,
        "is_live": contract.state in CONTRACT_LIVE,
        "is_of_2002": contract.kind == ContractKind.QUALIFICATION,
        "pay": services.pay_steps(contract, dossier),
        "papers": contract.papers.all(),
        "paper_form": paper_form or ContractPaperForm(),
        "days": story.of_contract(contract),
    }
    return render(request, "placements/contract_detail.html", context, status=status)


def _first_said(contract: ContractFile) -> dict[str, Any]:
    """What the form of the next step opens with: what is known, and the version that was on the page."""
    return {
        "version": contract.version,
        "number": contract.number,
        "course_ends_on": contract.course_ends_on,
        "training_hours": contract.training_hours,
        "beyond_age": contract.beyond_age,
        "medical_visit_on": contract.medical_visit_on,
    }


@require_POST
def contract_step(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Date the next step of a contract file: prepared, signed, filed, answered."""
    contract = _contract(request, pk)
    kind = STEP_FORMS.get(contract.state)
    if kind is None:
        messages.error(request, _("Nothing is to be dated in this contract file now."))
        return redirect("placements:contract_detail", contract.pk)
    form = kind(request.POST)
    if not form.is_valid():
        return _page_of(request, contract, step_form=form, status=422)
    said = {**form.cleaned_data, "by": request.user}
    deeds = {
        _S.RECEIVED: services.prepare_contract,
        _S.PREPARED: services.sign_contract,
        _S.SIGNED: services.file_contract,
        _S.RETURNED: services.file_contract,
    }
    try:
        if contract.state == _S.FILED:
            services.answer_contract(contract, said.pop("answer"), **said)
        else:
            deeds[contract.state](contract, **said)
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return _page_of(request, contract, step_form=form, status=422)
    messages.success(request, _("Noted."))
    return redirect("placements:contract_detail", contract.pk)


@require_POST
def contract_silence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record what the operator's silence means."""
    contract = _contract(request, pk)
    try:
        services.note_silence(contract, by=request.user, version=VersionForm.shown(request.POST))
        messages.success(request, _("Noted."))
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:contract_detail", contract.pk)


@require_POST
def contract_remind(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send the employer another link to the sheet."""
    contract = _contract(request, pk)
    try:
        services.send_sheet_again(contract, by=request.user)
        messages.success(request, _("Another link leaves for %(site)s.") % {"site": contract.placement.seat.site})
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:contract_detail", contract.pk)


@page
def contract_sheet_write(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write the sheet down as the employer says it by telephone."""
    contract = _contract(request, pk)
    if contract.state not in _SHEET_OPEN:
        messages.error(request, _("This contract is prepared already: its sheet changes no more."))
        return redirect("placements:contract_detail", contract.pk)
    reads = policies.interests_of(request.user).reads_contacts(contract.placement.seat.site)
    form, status, is_done = _fill(request, contract, by=request.user, channel=Channel.PHONE, with_contacts=reads)
    if is_done:
        messages.success(request, _("The employer sheet is written down."))
        return redirect("placements:contract_detail", contract.pk)
    context = {"form": form, "contract": contract, "placement": contract.placement, "has_changed": status == 409}
    return render(request, "placements/contract_sheet_write.html", context, status=status)


def _fill(
    request: HttpRequest, contract: ContractFile, *, by: Actor, channel: Channel, with_contacts: bool = True
) -> tuple[SheetForm, int, bool]:
    """The form of a sheet, the status of its page, and whether what was sent is kept."""
    if request.method != "POST":
        return SheetForm.filled(contract, with_contacts=with_contacts), 200, False
    form = SheetForm(request.POST, contract=contract, with_contacts=with_contacts)
    if not form.is_valid():
        return form, 422, False
    try:
        version = form.cleaned_data["version"]
        services.receive_sheet(contract, by=by, channel=channel, version=version, **form.sheet())
    except Refused as refusal:
        form.add_error(None, refusal.reason)
        return form, 422, False
    except Stale as problem:
        # What was typed stays; sent again, it is on top of the newer sheet, knowingly.
        form.data = form.data.copy()
        form.data["version"] = str(problem.thing.version)
        return form, 409, False
    return form, 200, True


@require_safe
def contract_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The employer sheet as a PDF, to be signed elsewhere."""
    contract = _contract(request, pk)
    return _as_pdf(request, contract) or redirect("placements:contract_detail", contract.pk)


def _as_pdf(request: HttpRequest, contract: ContractFile) -> HttpResponse | None:
    asked = request.GET.get("langue", "")
    language = asked if asked in _LANGUAGES else (get_language() or "fr")[:2]
    try:
        made = services.employer_sheet(contract, language=language)
    except pdf.Unset as refusal:
        messages.error(request, refusal.reason)
        return None
    return pdf.answer(made, f"fiche-employeur-{contract.placement.enrolment.application.reference}")


# -- its papers -------------------------------------------------------------------------------------------------------


@takes_files(papers.ROOM)
@require_POST
def contract_paper_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep a paper of the file: one PDF, or photos of its pages."""
    contract = _contract(request, pk)
    form = ContractPaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page_of(request, contract, paper_form=form, status=422)
    try:
        kept = services.keep_contract_paper(
            contract, form.cleaned_data["kind"], form.cleaned_data["paper"], by=request.user
        )
        messages.success(request, _("Kept: %(paper)s.") % {"paper": kept})
    except Refused as refusal:
        messages.error(request, refusal.reason)
    return redirect("placements:contract_detail", contract.pk)


def _paper(request: HttpRequest, pk: UUID, paper: UUID) -> ContractPaper:
    rows = ContractPaper.objects.select_related("contract__placement__enrolment__application")
    return get_object_or_404(rows, contract=_contract(request, pk), pk=paper)


@require_safe
def contract_paper_open(request: HttpRequest, pk: UUID, paper: UUID) -> FileResponse:
    """A paper of the file."""
    found = _paper(request, pk, paper)
    return papers.serve(found.file.name, found.scan, filename=found.filename)


@require_POST
def contract_paper_drop(request: HttpRequest, pk: UUID, paper: UUID) -> HttpResponse:
    """Take a paper out of the file."""
    found = _paper(request, pk, paper)
    services.drop_contract_paper(found, by=request.user)
    messages.success(request, _("Taken out: %(paper)s.") % {"paper": found})
    return redirect("placements:contract_detail", pk)


# -- the employer sheet by personal link ------------------------------------------------------------------------------


def _behind(request: HttpRequest, token: str) -> ContractFile:
    """The contract behind a link; links.Unusable says why there is none. Opening it changes nothing."""
    request.link = links.find(token, CONTRACT)
    contract = services.WITH_ALL_IT_SAYS.filter(pk=links.key_of(request.link)).first()
    if contract is None:
        raise links.Unusable("unknown", request.link)
    if contract.state == _S.CANCELLED:
        raise links.Unusable("revoked", request.link)
    return contract


@login_not_required
@page
def contract_sheet(request: HttpRequest, token: str) -> HttpResponse:
    """The employer sheet: filled in and corrected until the contract is prepared, then read."""
    try:
        contract = _behind(request, token)
    except links.Unusable as problem:
        return unusable(request, token, CONTRACT, problem.why)
    is_open = contract.state in _SHEET_OPEN
    form, status = None, 200
    if request.method == "POST" and not is_open:
        messages.error(request, _("This contract is prepared already: call to change something in it."))
        return redirect("placements:contract_sheet", token)
    if is_open:
        form, status, is_done = _fill(request, contract, by=contract.placement.seat.site, channel=Channel.LINK)
        if is_done:
            messages.success(request, _("Thank you: the sheet is received. You may correct it here."))
            return redirect("placements:contract_sheet", token)
    context = {
        "token": token,
        "contract": contract,
        "placement": contract.placement,
        "application": contract.placement.enrolment.application,
        "operator": boards.operator_of(contract),
        "form": form,
        "is_open": is_open,
        "is_received": contract.state != _S.ASKED,
        "has_changed": status == 409,
        "cautions": law.findings(services.facts_of(contract)) if contract.state != _S.ASKED else [],
    }
    return render(request, "placements/contract_sheet.html", context, status=status)


@login_not_required
@require_safe
def contract_sheet_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same sheet as a PDF, for the employer."""
    try:
        contract = _behind(request, token)
    except links.Unusable as problem:
        return unusable(request, token, CONTRACT, problem.why)
    return _as_pdf(request, contract) or redirect("placements:contract_sheet", token)


@login_not_required
@require_POST
def contract_renew(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a new link to the sheets that an employer owes."""
    return renew(request, token, CONTRACT)

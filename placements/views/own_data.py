"""What people see and decide of their own data by personal link: consents, all that is held, and its end."""

import json
from collections.abc import Callable
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import services as recruitment
from cohorts.models import Application, PaperRequest
from cohorts.personal_data import papers_of
from cohorts.states import (
    ERASE,
    FOLLOW,
    HOLDING,
    LIVE,
    RESUME,
    TAKE,
    ApplicationState,
    BookingState,
    ConsentPurpose,
    Kept,
)
from partnership import clock, limits, links
from partnership.models import ref
from partnership.personal_data import Held
from partnership.states import Channel
from partnership.templatetags.figures import longdate
from partnership.workflow import Refused

from ..board import held as words
from ..forms import ErasureForm
from ..models import Placement
from .candidates import application_of, file_behind, unusable

DAY = 24 * 3600
# A day, of one person: letters with a link to their data, letters with a link that erases, and downloads.
MOST_ASKED, MOST_TAKEN = 3, 20


def _file(request: HttpRequest, token: str) -> Application:
    """The application behind the link of a letter, or of a draft; links.Unusable says why there is none."""
    try:
        return application_of(request, token)
    except links.Unusable as problem:
        if problem.why != "unknown":
            raise
    draft = file_behind(request, token, RESUME)
    if draft.state != ApplicationState.DRAFT:
        # Handed in, it may be somebody's whom we know: only what was sent to their address opens that.
        raise links.Unusable("unknown", request.link)
    return draft


# -- the page ---------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def follow_data(request: HttpRequest, token: str) -> HttpResponse:
    """How long the file is kept, what was agreed to, and the two things that may be asked."""
    try:
        application = _file(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    keeping = recruitment.keeping_of(application.candidate)
    said = recruitment.consents_of(application.candidate)
    title, text = _verdict(keeping)
    context = {
        "token": token,
        "application": application,
        "is_draft": application.state == ApplicationState.DRAFT,
        "title": title,
        "text": text,
        "keeping": keeping,
        "may_be_kept": keeping.told_at is not None and not keeping.is_by_law,
        "consents": [
            {"purpose": purpose, "label": capfirst(str(label)), "said": said.get(purpose)}
            for purpose, label in ConsentPurpose.choices
        ],
    }
    return render(request, "placements/own_data.html", context)


def _verdict(keeping: recruitment.Keeping) -> tuple[str, str]:
    """Until when the file is kept, and why, for its person."""
    day = longdate(keeping.until) if keeping.until else ""
    if keeping.told_at and keeping.until and not keeping.is_by_law:
        return (
            _("Your file will be erased on %(day)s.") % {"day": day},
            _("You have nothing to do for that. If you would like us to think of you for a later intake, say so."),
        )
    match keeping.why:
        case Kept.STUDIED if keeping.until:
            return (
                _("We must keep your file until %(day)s.") % {"day": day},
                _("You have followed a course: the proofs of attendance and the contract are kept for five years."),
            )
        case Kept.STUDIED:
            return (
                _("We keep your file while your course lasts, and five years after it."),
                _("The law obliges us to keep the proofs of attendance and the papers of the contract."),
            )
        case Kept.OPEN:
            return (
                _("We keep your file as long as your application is under way."),
                _("Once it is closed: three months, or two years if you agree to it below."),
            )
        case Kept.POOL:
            return (
                _("We keep your file until %(day)s, as you allowed.") % {"day": day},
                _("We may think of you for a later intake. You may change your mind at any time."),
            )
        case Kept.APPLIED:
            return (
                _("We keep your file until %(day)s.") % {"day": day},
                _("Your application is closed: for three months we can still explain our answer."),
            )
    return (
        _("What you began is kept until %(day)s.") % {"day": day} if day else _("What you began is kept for a while."),
        _("Nobody reads it until you send it. We write to you before we erase it."),
    )


def _act(request: HttpRequest, token: str, deed: Callable[[Application], None], thanks: str) -> HttpResponse:
    """Do what was asked and come back to the page with a sentence."""
    try:
        deed(_file(request, token))
        messages.success(request, thanks)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except limits.TooMany:
        messages.warning(request, _("You have asked for this several times today: look into your letters, or call us."))
    return redirect("placements:follow_data", token)


@login_not_required
@require_POST
def follow_notice(request: HttpRequest, token: str) -> HttpResponse:
    """The applicant has read what becomes of their data."""
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    recruitment.read_notice(application, by=application.candidate)
    return redirect("placements:application_follow", token)


@login_not_required
@require_POST
def follow_consent(request: HttpRequest, token: str) -> HttpResponse:
    """One purpose, given or taken back in one tap."""
    purpose, is_given = request.POST.get("purpose", ""), request.POST.get("answer") == "yes"

    def answer(application: Application) -> None:
        if purpose not in ConsentPurpose.values:
            raise Refused(_("Choose one of the lines of this page."))
        deed = recruitment.give_consent if is_given else recruitment.withdraw_consent
        deed(application, purpose, by=application.candidate, channel=Channel.LINK)

    thanks = _("It is noted: you agree.") if is_given else _("It is noted: you no longer agree.")
    return _act(request, token, answer, thanks)


@login_not_required
@require_POST
def follow_data_ask(request: HttpRequest, token: str) -> HttpResponse:
    """Send to the address on file the link that opens everything."""

    def ask(application: Application) -> None:
        limits.count(f"data asked by:{application.candidate_id}", most=MOST_ASKED, seconds=DAY)
        recruitment.ask_for_data(application)

    return _act(request, token, ask, _("A letter is on its way to you: its link opens all that we hold."))


# -- all that is held -------------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def data_take(request: HttpRequest, token: str) -> HttpResponse:
    """Everything held about a person, to read or to take away; a robot that opens the letter's link gets nothing."""
    try:
        application = file_behind(request, token, TAKE)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    if request.method != "POST":
        return render(request, "placements/data_take.html", {"token": token, "application": application})
    limits.count(f"data taken by:{application.candidate_id}", most=MOST_TAKEN, seconds=DAY)
    held = recruitment.take_data(application)
    context = {"token": token, "application": application, "now": clock.now(), "sections": words.sections(held)}
    if request.POST.get("how") == "read":
        return render(request, "placements/data_read.html", context)
    return FileResponse(
        _archive(held, papers_of(ref(application.candidate)), context),
        as_attachment=True,
        filename=f"tandem-{application.reference}.zip",
        content_type="application/zip",
        headers={"X-Content-Type-Options": "nosniff"},
    )


def _archive(held: Held, papers: list[PaperRequest], context: dict[str, Any]) -> IO[bytes]:
    """A page that anybody can read, the same for a machine, and the papers; on the disk, for they may be many."""
    file = TemporaryFile()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(_("my-data") + ".html", render_to_string("placements/data_file.html", context))
        plain = json.dumps(held, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        archive.writestr(_("my-data") + ".json", plain)
        for number, paper in enumerate(papers, 1):
            # Numbered: a person whose records were merged may have sent one of a name for each.
            name = f"{number:02d}-{paper.filename}"
            with paper.file.open() as sent, archive.open(_("my-papers") + "/" + name, "w") as kept:
                copyfileobj(sent, kept)
    file.seek(0)
    return file


# -- the end ----------------------------------------------------------------------------------------------------------


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_erase(request: HttpRequest, token: str) -> HttpResponse:
    """What erasing means for this person, said plainly; ticked, a letter with the last tap is sent."""
    try:
        application = _file(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():

        def ask(asking: Application) -> None:
            limits.count(f"erasure asked by:{asking.candidate_id}", most=MOST_ASKED, seconds=DAY)
            recruitment.ask_for_erasure(asking)

        return _act(request, token, ask, _("A letter is on its way to you: nothing is erased before you tap its link."))
    if recruitment.keeping_of(application.candidate).is_by_law:
        return redirect("placements:follow_data", token)
    context = {"form": form, "token": token, "application": application, "effects": _effects(application)}
    return render(request, "placements/own_data_erase.html", context, status=422 if form.is_bound else 200)


def _effects(application: Application) -> list[str]:
    """What happens to this person's own things, and who hears of it."""
    files = list(application.candidate.applications.select_related("cohort__intake__programme"))
    told = []
    for file in files:
        course = {"course": file.cohort.intake.programme.short_title}
        if file.state in HOLDING:
            told.append(_("Your place in %(course)s is given back, and goes to somebody else.") % course)
        elif file.state in LIVE:
            told.append(_("Your application to %(course)s is withdrawn.") % course)
        elif file.state == ApplicationState.DRAFT:
            told.append(_("What you began for %(course)s is thrown away.") % course)
    if application.candidate.applications.filter(bookings__state=BookingState.BOOKED).exists():
        told.append(_("Your appointments are cancelled: nobody waits for you."))
    if Placement.objects.live().filter(enrolment__application__in=[file.pk for file in files]).exists():
        told.append(_("The host company is told that you do not come, without the reason."))
    return [
        *told,
        _("Your name, your addresses, your answers, the notes about you, your papers and our letters are erased."),
        _("Your personal links open nothing any more, and we write to you once more, to tell you that it is done."),
        _("What is left has no name: that somebody applied in this zone, when, and what came of it."),
    ]


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def data_erase(request: HttpRequest, token: str) -> HttpResponse:
    """The last tap: the link is used once, and the person erased, in one transaction."""
    try:
        application = file_behind(request, token, ERASE)
        if request.method != "POST":
            context = {"token": token, "application": application, "effects": _effects(application)}
            return render(request, "placements/data_erase.html", context)
        with transaction.atomic():
            links.consume(request.link)
            recruitment.erase_on_request(application, by=application.candidate)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("front")
    return render(request, "placements/data_erased.html", {"provider": application.intake.programme.provider})

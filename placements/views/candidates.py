"""What is reached by personal link, without an account: the applicant's page, and the host's answer."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts import services as cohort_services
from cohorts.models import Application, CourseDay, Dossier, Enrolment
from cohorts.states import FOLLOW, HOLDING, LIVE, ApplicationState, BookingState, SlotKind
from partnership import clock, guard, links, notices
from partnership.models import AccessLink
from partnership.states import Channel
from partnership.workflow import Refused, Stale

from .. import services
from ..board import introductions, status
from ..board import zone as boards
from ..board.opening_hours import words_of
from ..forms import DeclineForm, LeaveForm, NewLinkForm
from ..models import Placement
from ..states import ANSWER, CONTRACT, INTRODUCTION, PLACED, PLEDGE, PlacementState

# An hour, from one address of the network.
_MOST_LINKS = 60
# Of the days of class, the next few; all of them have their own page.
_DAYS_AHEAD = 3
_RENEW = {
    FOLLOW: ("placements:follow_renew", services.send_new_follow_link),
    ANSWER: ("placements:answer_renew", services.send_new_answer_link),
    PLEDGE: ("placements:pledge_renew", services.send_new_pledge_link),
    CONTRACT: ("placements:contract_renew", services.send_new_answer_link),
    INTRODUCTION: ("placements:presentation_renew", services.send_new_presentation_link),
}


# -- links that open nothing ------------------------------------------------------------------------------------------


def unusable(
    request: HttpRequest,
    token: str,
    purpose: str,
    why: str,
    form: NewLinkForm | None = None,
    hindrance: guard.Hindrance | None = None,
) -> HttpResponse:
    context = {
        "shown": guard.moment(request),
        "hindrance": hindrance,
        "why": why,
        "is_host": purpose != FOLLOW,
        "form": form or NewLinkForm(),
        "renew_url": _RENEW[purpose][0],
        "token": token,
    }
    code = hindrance.status if hindrance else 422 if form else 404 if why == "unknown" else 410
    response = render(request, "placements/link_unusable.html", context, status=code)
    if hindrance and hindrance.retry_after:
        response["Retry-After"] = str(hindrance.retry_after)
    return response


def renew(request: HttpRequest, token: str, purpose: str) -> HttpResponse:
    """Send a new link to whoever is known under the address; the answer is the same for everybody."""
    form, hindrance = NewLinkForm(request.POST), None
    if form.is_valid():
        hindrance = guard.hinders(request, "link", email=form.cleaned_data["email"], most=_MOST_LINKS)
    if hindrance or not form.is_valid():
        try:
            links.find(token, purpose)
            why = ""
        except links.Unusable as problem:
            why = problem.why
        return unusable(request, token, purpose, why, form, hindrance)
    _RENEW[purpose][1](form.cleaned_data["email"])
    return render(
        request, "placements/link_sent.html", {"email": form.cleaned_data["email"], "is_host": purpose != FOLLOW}
    )


@login_not_required
@require_POST
def follow_renew(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a new link to the applicant's page."""
    return renew(request, token, FOLLOW)


@login_not_required
@require_POST
def answer_renew(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a new link to the answers that a host owes."""
    return renew(request, token, ANSWER)


@login_not_required
@require_POST
def pledge_renew(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for a new link to say how many places there are."""
    return renew(request, token, PLEDGE)


def file_behind(request: HttpRequest, token: str, purpose: str) -> Application:
    """The file behind a link; links.Unusable says why there is none, of one that was erased: that."""
    try:
        request.link, application = cohort_services.file_behind(token, purpose)
    except links.Unusable as problem:
        link = problem.link
        erased = Application.objects.filter(candidate__erased_at__isnull=False)
        if link is not None and link.revoked_at and erased.filter(pk=links.key_of(link)).exists():
            raise links.Unusable("erased", link) from problem
        raise
    return application


# -- the applicant's page -------------------------------------------------------------------------------------------


def application_of(request: HttpRequest, token: str) -> Application:
    """The application behind a link; links.Unusable says why there is none."""
    # A link follows its file to the intake or the course for which it goes on.
    return file_behind(request, token, FOLLOW).newest


def _current_placement(application: Application) -> Placement | None:
    return boards.named_apart(Placement.objects.live()).filter(enrolment__application=application).first()


@login_not_required
@require_safe
def application_follow(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands, what comes next, who to call."""
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    placement = _current_placement(application)
    bookings = list(application.bookings.select_related("slot").order_by("-slot__starts_at"))
    interview = next((one for one in bookings if one.kind == SlotKind.INTERVIEW), None)
    now, dossier = clock.now(), None
    if application.state in HOLDING:
        dossier = Dossier.objects.filter(candidate=application.candidate_id).first()
    standing, days_ahead = _course_of(application)
    context = {
        "token": token,
        "application": application,
        "status": status.of(application, placement, interview, now=now, standing=standing),
        "steps": status.steps(application, placement, interview),
        "appointments": [
            {"booking": one, "is_ahead": one.slot.starts_at > now}
            for one in reversed(bookings)
            if one.state == BookingState.BOOKED
        ],
        "choices": [choice for choice in cohort_services.kinds_to_choose(application) if choice.booking is None],
        "is_student": application.state == ApplicationState.CONFIRMED,
        "standing": standing,
        "days_ahead": days_ahead,
        "awaited": _awaited(application),
        "dossier": dossier,
        "pay": cohort_services.pay_lines(application, dossier) if application.state in HOLDING else [],
        "papers": application.papers.shown() if application.state in LIVE else [],
        "placement": placement,
        "having": introductions.having_the_file(application) if application.state in HOLDING else None,
        "is_placed": placement is not None and placement.state in PLACED,
        "hours": words_of(placement.seat.site) if placement is not None and placement.state in PLACED else "",
        "is_offer": application.state == ApplicationState.ADMITTED,
        "notice_is_unread": application.notice_version != notices.CURRENT.version,
        "notice_news": notices.unread_by(application.notice_version),
        "conditions": list(application.conditions.all()) if application.state in HOLDING else [],
        "may_withdraw": application.state != ApplicationState.ADMITTED
        and not (standing and standing.is_complete)
        and ApplicationState.WITHDRAWN in Application.FLOW[application.state],
    }
    return render(request, "placements/application_follow.html", context)


def _course_of(application: Application) -> tuple[cohort_services.Standing | None, list[CourseDay]]:
    """Of whoever studies block by block: what they have acquired, and their next days of class."""
    programme = application.cohort.intake.programme
    if not programme.is_for_professionals or application.offered_curriculum_id is None:
        return None, []
    standing, days = cohort_services.standing_of(application), []
    if application.state == ApplicationState.CONFIRMED and not (standing and standing.is_complete):
        days = list(application.cohort.days.ahead(clock.today())[:_DAYS_AHEAD])
    return standing, days


def _awaited(application: Application) -> Enrolment | None:
    """The student whose first day is still to come."""
    if application.state != ApplicationState.CONFIRMED or application.intake.starts_on <= clock.today():
        return None
    return application.enrolments.expected().first()


def _act(request: HttpRequest, token: str, deed: Callable[[Application], None], thanks: str) -> HttpResponse:
    try:
        deed(application_of(request, token))
        messages.success(request, thanks)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    except Refused as refusal:
        messages.error(request, refusal.reason)
    except Stale:
        messages.warning(request, _("Your application has just changed: here is where it stands now."))
    return redirect("placements:application_follow", token)


@login_not_required
@require_POST
def follow_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Take the offered place."""

    def confirm(application: Application) -> None:
        # A second tap is the same yes.
        if application.state != ApplicationState.CONFIRMED:
            cohort_services.confirm(application, by=application.candidate, channel=Channel.LINK)

    return _act(request, token, confirm, _("Thank you: your place is confirmed."))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_decline(request: HttpRequest, token: str) -> HttpResponse:
    """Give the offered place back, and say why."""
    return _leave(request, token, ApplicationState.DECLINED)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def follow_withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Withdraw the application, and say why."""
    return _leave(request, token, ApplicationState.WITHDRAWN)


def _leave(request: HttpRequest, token: str, to: ApplicationState) -> HttpResponse:
    form = LeaveForm(request.POST if request.method == "POST" else None, exit_state=to)
    if request.method == "POST" and form.is_valid():
        reason, is_offer = form.cleaned_data["reason"], to == ApplicationState.DECLINED

        def leave(application: Application) -> None:
            deed = cohort_services.decline if is_offer else cohort_services.withdraw
            deed(application, reason=reason, by=application.candidate, channel=Channel.LINK)

        thanks = _("Noted: your application is withdrawn.")
        if is_offer:
            thanks = _("Noted: the place goes to somebody else.")
        return _act(request, token, leave, thanks)
    try:
        application = application_of(request, token)
    except links.Unusable as problem:
        return unusable(request, token, FOLLOW, problem.why)
    if to not in Application.FLOW[application.state]:
        return redirect("placements:application_follow", token)
    context = {
        "form": form,
        "token": token,
        "application": application,
        "is_offer": to == ApplicationState.DECLINED,
        "is_student": application.state == ApplicationState.CONFIRMED,
    }
    return render(request, "placements/application_leave.html", context, status=422 if form.is_bound else 200)


# -- the host's answer ----------------------------------------------------------------------------------------------


def _asked(request: HttpRequest, token: str) -> tuple[AccessLink | None, Placement]:
    """The placement behind a link, and the link itself while it can still be used."""
    try:
        link = links.find(token, ANSWER)
        usable: AccessLink | None = link
    except links.Unusable as problem:
        if problem.why != "used" or problem.link is None:
            raise
        # The answer that was given stays to be read.
        link, usable = problem.link, None
    request.link = link
    placement = boards.with_names(Placement.objects.filter(pk=links.key_of(link))).first()
    if placement is None:
        raise links.Unusable("unknown", link)
    return usable, placement


@login_not_required
@require_safe
def placement_answer(request: HttpRequest, token: str) -> HttpResponse:
    """Who is proposed, and the two answers; or the answer that was given."""
    try:
        link, placement = _asked(request, token)
    except links.Unusable as problem:
        return unusable(request, token, ANSWER, problem.why)
    return _answer_page(request, token, link, placement)


def _answer_page(request: HttpRequest, token: str, link: AccessLink | None, placement: Placement) -> HttpResponse:
    context = {
        "token": token,
        "placement": placement,
        "application": placement.enrolment.application,
        "is_open": link is not None and placement.state == PlacementState.PROPOSED,
        "is_accepted": placement.state in PLACED,
        "is_declined": placement.state == PlacementState.DECLINED,
    }
    return render(request, "placements/placement_answer.html", context)


@login_not_required
@require_POST
def answer_accept(request: HttpRequest, token: str) -> HttpResponse:
    """The host takes the student: once, whoever opens the link."""

    def accept(placement: Placement) -> None:
        services.accept(placement, by=placement.seat.site, channel=Channel.LINK)

    return _answer(request, token, accept)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_decline(request: HttpRequest, token: str) -> HttpResponse:
    """The host does not take the student, and says why."""
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        reason, comment = form.cleaned_data["reason"], form.cleaned_data["comment"]

        def decline(placement: Placement) -> None:
            services.decline(placement, by=placement.seat.site, reason=reason, comment=comment, channel=Channel.LINK)

        return _answer(request, token, decline)
    try:
        link, placement = _asked(request, token)
    except links.Unusable as problem:
        return unusable(request, token, ANSWER, problem.why)
    if link is None or placement.state != PlacementState.PROPOSED:
        return redirect("placements:placement_answer", token)
    context = {"form": form, "token": token, "placement": placement, "application": placement.enrolment.application}
    return render(request, "placements/answer_decline.html", context, status=422 if form.is_bound else 200)


def _answer(request: HttpRequest, token: str, deed: Callable[[Placement], None]) -> HttpResponse:
    """Use the link and answer, in one transaction: of fifty openings one answers, the others read the answer."""
    try:
        link, placement = _asked(request, token)
        if link is not None:
            with transaction.atomic():
                links.consume(link)
                deed(placement)
            messages.success(request, _("Thank you: your answer is recorded."))
    except links.Unusable as problem:
        if problem.why != "used":
            return unusable(request, token, ANSWER, problem.why)
    except (Refused, Stale):
        # Answered or cancelled a moment ago by somebody else: the page says by what.
        pass
    return redirect("placements:placement_answer", token)

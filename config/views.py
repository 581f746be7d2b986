"""Pages of no single app: the public front page, the homes by role, health, the caught mail."""

from collections.abc import Iterable
from datetime import date

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cohorts import sources
from cohorts.models import Cohort
from partnership import board as boards
from partnership import clock, heartbeats, measures, notices, operations
from partnership.models import Convention, Party, Zone
from partnership.states import ConventionState, Process, Role
from programmes.models import Programme
from programmes.states import CurriculumState

from . import caught_mail, errors
from . import style as style_examples

# The first role that fits decides where somebody lands after signing in.
_HOMES: list[tuple[tuple[Role, ...], str]] = [
    ((Role.RECRUITER, Role.HEAD_OF_RECRUITMENT), "cohorts:worklist"),
    ((Role.REGIONAL_LEAD,), "placements:home"),
    ((Role.REVIEWER,), "admin:index"),
    ((Role.AUTHOR,), "programmes:curriculum_list"),
    ((Role.COORDINATOR,), "partnership:board"),
    ((Role.ADMINISTRATOR,), "admin:index"),
]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send whoever has signed in to what is due for their role."""
    for roles, name in _HOMES:
        if request.user.has_role(*roles):
            return redirect(name)
    return render(request, "home_without_role.html")


def to_sign_in(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """The admin has no door of its own; whoever has signed in and may not enter is told so."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = urlencode({"next": request.GET.get("next", request.get_full_path())})
    return HttpResponseRedirect(f"{reverse('account_login')}?{query}")


# -- health -------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """503 without PostgreSQL or its migrations; a dead broker only degrades: letters still leave by the relay."""
    try:
        unapplied = operations.unapplied_migrations()
    except Error:
        return JsonResponse({"database": "down"}, status=503)
    if unapplied:
        return JsonResponse({"database": "ok", "migrations": "unapplied"}, status=503)
    heartbeats.beat(Process.WEB)
    if not operations.ask_broker().answers:
        return JsonResponse({"database": "ok", "migrations": "ok", "broker": "down", "degraded": True})
    return JsonResponse({"database": "ok", "migrations": "ok", "broker": "ok"})


# -- public pages -------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """What can be learned, when and where, and how far the convention is: figures only."""
    today = clock.today()
    cohorts = list(
        Cohort.objects.filter(applications_until__gte=today)
        .select_related("intake__programme", "zone", "curriculum")
        .order_by("intake__programme__milestone__order", "intake__starts_on", "zone__order")
    )
    opened = set(Cohort.objects.open_on(today).values_list("pk", flat=True))
    context = {
        "offers": _offers([cohort for cohort in cohorts if cohort.pk in opened]),
        "dates": _dates(cohorts, opened, today),
        "today": today,
        "carried": sources.carried(request),
        **_so_far(today),
    }
    return render(request, "front.html", context)


def _offers(cohorts: list[Cohort]) -> list[dict]:
    """The programmes one can apply to now, each with its next intake, its zones and its closing day."""
    offers: dict[int, dict] = {}
    for cohort in cohorts:
        programme = cohort.intake.programme
        offer = offers.setdefault(
            cohort.intake_id,
            {"programme": programme, "starts_on": cohort.intake.starts_on, "zones": [], "pending": False},
        )
        offer["zones"].append(cohort.zone)
        offer["pending"] |= cohort.curriculum.state != CurriculumState.VALIDATED
    return [offer | {"where": _listed(offer["zones"])} for offer in offers.values()]


def _listed(names: Iterable) -> str:
    """« Paris, Lyon et Toulouse »."""
    return get_text_list(list(names), _("and"))


def _dates(cohorts: list[Cohort], opened: set[int], today: date) -> list[dict]:
    """The next dates of the year, the same day of several zones on one line."""
    lines: dict[tuple, dict] = {}
    for cohort in cohorts:
        events = [(cohort.intake.starts_on, "start")]
        if cohort.pk in opened:
            events.append((cohort.applications_until, "close"))
        elif cohort.applications_from > today:
            events.append((cohort.applications_from, "open"))
        for day, what in events:
            programme = cohort.intake.programme
            line = lines.setdefault(
                (day, what, programme.pk), {"day": day, "what": what, "programme": programme, "zones": []}
            )
            line["zones"].append(cohort.zone)
    return [line | {"where": _listed(line["zones"])} for line in sorted(lines.values(), key=lambda line: line["day"])]


def _so_far(today: date) -> dict:
    """The running convention and the totals of its first milestone that expects young people."""
    convention = Convention.objects.filter(state=ConventionState.SIGNED).order_by("-signed_at").first()
    if convention is None:
        return {}
    shown = boards.build(
        list(convention.milestones.with_promises()),
        list(Zone.objects.all()),
        measures.counts(None, convention),
        signed_on=convention.measured_from,
        today=today,
    )
    lines = [line for line in [*shown.totals, *shown.rows] if line.young_target]
    parties = convention.signatures.values_list("party__name", flat=True)
    return {"convention": convention, "parties": _listed(parties), "so_far": lines[0] if lines else None}


@login_not_required
@require_safe
def privacy(request: HttpRequest, version: str = "") -> HttpResponse:
    """The notice of article 13 of the GDPR: the version in force, or a former one by its day."""
    notice = notices.find(version) if version else notices.CURRENT
    if notice is None:
        raise Http404
    providers = Party.objects.filter(pk__in=Programme.objects.values("provider"))
    context = {
        "notice": notice,
        "text": notice.template(get_language() or "fr"),
        "until": notices.until(notice),
        "versions": notices.NOTICES[::-1],
        "providers": _listed(providers.values_list("name", flat=True)),
        "contact": settings.LEGAL_CONTACT,
        "guests": settings.RETENTION_DAYS["guests"],
    }
    return render(request, "privacy.html", context)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What everybody can count on, what is known to be missing, and whom to tell."""
    return render(request, "accessibility.html", {"contact": settings.LEGAL_CONTACT})


@login_not_required
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes and hosts the site, and where its data come from."""
    context = {
        "publisher": settings.LEGAL_PUBLISHER,
        "host": settings.LEGAL_HOST,
        "contact": settings.LEGAL_CONTACT,
    }
    return render(request, "legal.html", context)


# -- development ----------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def style(request: HttpRequest) -> HttpResponse:
    return render(request, "style.html", style_examples.examples())


@login_not_required
@require_safe
def style_error(request: HttpRequest, status: int) -> HttpResponse:
    """The page of a failure, to be looked at when nothing has failed."""
    if status not in style_examples.ERRORS:
        raise Http404
    shown = errors.page(request, status, **style_examples.ERRORS[status])
    shown.status_code = 200
    return shown


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The letters that really left, newest first; nobody outside development has this page."""
    wanted = request.GET.get("q", "").strip()
    return render(request, "mailbox.html", {"letters": caught_mail.newest(wanted), "wanted": wanted})


@login_not_required
@require_safe
def mailbox_letter(request: HttpRequest, name: str) -> HttpResponse:
    """One caught letter, as text whose links can be followed."""
    return render(request, "mailbox_letter.html", {"letter": _caught(name), "name": name})


@login_not_required
@require_safe
@csp({"default-src": [NONE], "style-src": [UNSAFE_INLINE], "base-uri": [NONE], "frame-ancestors": [NONE]})
def mailbox_letter_html(request: HttpRequest, name: str) -> HttpResponse:
    """The letter's HTML form, alone, with the inline styles of letters and nothing else allowed."""
    return HttpResponse(_caught(name).html)


def _caught(name: str) -> caught_mail.Letter:
    letter = caught_mail.read(name)
    if letter is None:
        raise Http404
    return letter

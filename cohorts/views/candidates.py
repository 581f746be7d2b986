"""What applicants reach without an account: the application in three steps, and the way back to it."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from partnership import clock, guard, links
from partnership.fields import key_in
from partnership.models import Zone, ZoneDepartment
from partnership.personal_data import NOTICE_VERSION
from partnership.templatetags.figures import monthdate, number
from partnership.workflow import Refused, Stale
from programmes.models import Programme
from programmes.states import ProgrammeKind

from .. import services, sources
from ..forms.apply import ConsentForm, IdentityForm, LinkForm, ProjectForm, age_on, spoken
from ..forms.career import CareerForm
from ..handover import owner_for
from ..models import CAREER, Application, Candidate, Cohort
from ..states import FOLLOW, RESUME, ApplicationState, Availability
from .courses import opens_on

# slug → the application begun in this browser, and the resume link shown with it.
SESSION_KEY = "begun"
USUAL_AGES = (16, 29)
# An hour, from one address of the network: a class applies from its school.
MOST_APPLICATIONS, MOST_LINKS = 120, 60
page = require_http_methods(["GET", "HEAD", "POST"])


# -- applying -----------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def apply(request: HttpRequest, slug: str) -> HttpResponse:
    """The short address of an application."""
    url = reverse("cohorts:apply_identity", args=[_recruiting(slug).slug])
    return redirect(url + sources.carried(request))


@login_not_required
@never_cache
@page
def apply_identity(request: HttpRequest, slug: str) -> HttpResponse:
    """Step 1: who applies."""
    programme = _recruiting(slug)
    cohorts = _open_cohorts(programme)
    if not cohorts:
        return _closed(request, programme)
    draft = None if "autre" in request.GET else _draft_of(request, slug)
    if draft is not None and _is_submitted(draft):
        draft = None
    starts_on, hindrance = cohorts[0].intake.starts_on, None
    asked = {"starts_on": starts_on, "of_age": programme.is_for_professionals}
    if request.method == "POST":
        key = _posted_key(request)
        form = IdentityForm(request.POST, **asked)
        is_complete = form.is_valid() and not form.asks_commune
        if is_complete and (draft is None or draft.submit_key != key):
            email = form.identity["email"]
            hindrance = guard.hinders(request, "application", email=email, most=MOST_APPLICATIONS)
        if is_complete and hindrance is None:
            cohort = _proposed(cohorts, form.identity["commune"].department)
            begun = draft
            if begun is None or begun.submit_key != key:
                begun = services.begin(
                    cohort,
                    submit_key=key,
                    identity=form.identity,
                    language=(get_language() or "fr")[:2],
                    came_by=sources.came_by(request),
                )
            _remember(request, programme, begun)
            try:
                services.correct_identity(begun, identity=form.identity)
            except Refused:
                return redirect("cohorts:apply_thanks", slug=slug)
            return redirect(_next_step(begun), slug=slug)
    else:
        key = draft.submit_key if draft else uuid.uuid4()
        form = IdentityForm(initial=_identity_of(draft), **asked)
    contact = owner_for(draft.cohort if draft else cohorts[0])
    context = {"programme": programme, "intake": cohorts[0].intake, "form": form, "key": key, "draft": draft}
    context["carried"] = sources.carried(request)
    status = 422 if form.is_bound and form.errors else 200
    return _guarded(request, "cohorts/apply_identity.html", context | {"contact": contact}, status, hindrance)


@login_not_required
@never_cache
@page
def apply_project(request: HttpRequest, slug: str) -> HttpResponse:
    """Step 2: what the applicant has in mind."""
    programme = _recruiting(slug)
    draft = _draft_of(request, slug)
    if draft is None:
        return redirect("cohorts:apply_identity", slug=slug)
    if _is_submitted(draft):
        return redirect("cohorts:apply_thanks", slug=slug)
    cohorts = _open_cohorts(programme)
    if not cohorts:
        return _closed(request, programme)
    home = _zone_of(draft)
    form = _second_form(programme, cohorts, request.POST if request.method == "POST" else None, draft, home)
    if form.is_bound:
        if form.is_valid():
            try:
                services.describe_project(
                    draft, cohort=form.chosen_cohort, other_zones=form.chosen_zones, project=form.project
                )
            except Refused:
                return redirect("cohorts:apply_thanks", slug=slug)
            return redirect("cohorts:apply_check", slug=slug)
    status = 422 if form.is_bound and form.errors else 200
    context = _frame(request, programme, draft) | {"form": form, "home": home}
    return render(request, "cohorts/apply_project.html", context, status=status)


def _second_form(
    programme: Programme, cohorts: list[Cohort], sent: Any, draft: Application, home: Zone | None
) -> ProjectForm | CareerForm:
    """What is asked of whoever applies to this course, with what they have answered."""
    if programme.is_for_professionals:
        return CareerForm(sent, initial=_career_of(draft, home), cohorts=cohorts)
    zones = Zone.objects.filter(cohorts__in=cohorts).distinct()
    return ProjectForm(
        sent, initial=_project_of(draft, home), cohorts=cohorts, zones=zones, is_hosted=programme.is_hosted
    )


@login_not_required
@never_cache
@page
def apply_check(request: HttpRequest, slug: str) -> HttpResponse:
    """Step 3: read again, agree or not to what is apart, send."""
    draft = _draft_of(request, slug)
    if draft is None:
        _recruiting(slug)
        return redirect("cohorts:apply_identity", slug=slug)
    if _is_submitted(draft):
        return redirect("cohorts:apply_thanks", slug=slug)
    if not draft.is_described:
        return redirect("cohorts:apply_project", slug=slug)
    form, status = ConsentForm(initial={"version": draft.version}), 200
    if request.method == "POST":
        form = ConsentForm(request.POST)
        form.full_clean()
        version = form.cleaned_data.get("version", 0)
        try:
            services.submit(draft, consents=form.consents, notice_version=NOTICE_VERSION, version=version)
        except Refused as refusal:
            messages.error(request, refusal.reason)
            return redirect("cohorts:apply_project", slug=slug)
        except Stale:
            words = _("Your answers have changed in another window. Here they are now: check them, then send.")
            messages.warning(request, words)
            form, status = ConsentForm(initial=form.cleaned_data | {"version": draft.version}), 409
        else:
            return redirect("cohorts:apply_thanks", slug=slug)
    programme = _recruiting(slug)
    person, starts_on = draft.candidate, draft.intake.starts_on
    age = age_on(starts_on, year=person.birth_year, month=person.birth_month)
    context = _frame(request, programme, draft) | {
        "form": form,
        "identity": _identity_answers(programme, draft, age),
        "project": _project_answers(programme, draft),
        "unusual_age": programme.is_hosted and not USUAL_AGES[0] <= age <= USUAL_AGES[1],
        "usual_ages": USUAL_AGES,
    }
    return render(request, "cohorts/apply_check.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def apply_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """The application has arrived: its reference, what happens next, by whom and when.

    The page is the same for somebody who had applied before: what is told to them alone is in their letter.
    """
    programme = _recruiting(slug)
    draft = _draft_of(request, slug)
    if draft is None or not _is_submitted(draft):
        return redirect("cohorts:apply_identity", slug=slug)
    context = {
        "programme": programme,
        "application": draft,
        "intake": draft.intake,
        "contact": draft.owner or owner_for(draft.cohort),
    }
    return render(request, "cohorts/apply_thanks.html", context)


# -- coming back --------------------------------------------------------------------------------------------------


@login_not_required
@never_cache
@page
def application_resume(request: HttpRequest, token: str) -> HttpResponse:
    """Go on where one stopped, on any device; a link that opens nothing any more offers another."""
    why = "unknown"
    try:
        request.link = links.find(token, RESUME)
    except links.Unusable as problem:
        why = problem.why
    else:
        draft = Application.objects.select_related("intake__programme").filter(pk=links.key_of(request.link)).first()
        if draft is not None:
            programme = draft.intake.programme
            if "donnees" in request.GET:
                # What is held of somebody who has sent nothing yet is seen, and erased, like anybody's.
                page = links.url(FOLLOW, token, language=(get_language() or "fr")[:2])
                return redirect(page.removeprefix(settings.PUBLIC_URL) + "donnees/")
            _remember(request, programme, draft)
            return redirect(_next_step(draft), slug=programme.slug)
    form, sent, status, hindrance = LinkForm(), False, 404 if why == "unknown" else 410, None
    if request.method == "POST":
        form, status = LinkForm(request.POST), 422
        if form.is_valid():
            email = form.cleaned_data["email"]
            hindrance = guard.hinders(request, "link", email=email, most=MOST_LINKS)
            if hindrance is None:
                services.send_links(email)
                sent, status = True, 200
    context = {"form": form, "sent": sent, "why": why}
    return _guarded(request, "cohorts/application_resume.html", context, status, hindrance)


# -- what the pages have in common -----------------------------------------------------------------------------------


def _guarded(
    request: HttpRequest, template: str, context: dict[str, Any], status: int, hindrance: guard.Hindrance | None
) -> HttpResponse:
    """A public form with what keeps machines out, and why it came back."""
    context |= {"shown": guard.moment(request), "hindrance": hindrance}
    response = render(request, template, context, status=hindrance.status if hindrance else status)
    if hindrance and hindrance.retry_after:
        response["Retry-After"] = str(hindrance.retry_after)
    return response


def _recruiting(slug: str) -> Programme:
    """A programme one applies to; a chair has none to apply to."""
    return get_object_or_404(Programme.objects.exclude(kind=ProgrammeKind.CHAIR).select_related("provider"), slug=slug)


def _open_cohorts(programme: Programme) -> list[Cohort]:
    return list(
        Cohort.objects.open_on(clock.today())
        .filter(intake__programme=programme)
        .select_related("intake", "zone")
        .order_by("intake__starts_on", "zone__order")
    )


def _closed(request: HttpRequest, programme: Programme) -> HttpResponse:
    cohorts = list(Cohort.objects.filter(intake__programme=programme).select_related("intake", "zone"))
    context = {
        "programme": programme,
        "opens_on": opens_on(cohorts),
        "contact": owner_for(cohorts[-1]) if cohorts else None,
    }
    return render(request, "cohorts/apply_closed.html", context)


def _proposed(cohorts: list[Cohort], department: str) -> Cohort:
    """The first open cohort of the applicant's own zone, else the first of all: step 2 asks."""
    zones = set(ZoneDepartment.objects.filter(department=department).values_list("zone", flat=True))
    return next((cohort for cohort in cohorts if cohort.zone_id in zones), cohorts[0])


def _zone_of(draft: Application) -> Zone | None:
    commune = draft.candidate.commune
    return commune and Zone.objects.filter(departments__department=commune.department).first()


def _posted_key(request: HttpRequest) -> uuid.UUID:
    return key_in(request.POST.get("submit_key")) or uuid.uuid4()


def _draft_of(request: HttpRequest, slug: str) -> Application | None:
    """The application begun in this browser, whatever became of it; to hand it in, nothing around it is needed."""
    begun = request.session.get(SESSION_KEY, {}).get(slug)
    if not begun:
        return None
    # Of somebody who had themselves erased nothing is left to go on with.
    drafts = Application.objects.filter(pk=begun["draft"], intake__programme__slug=slug, candidate__erased_at=None)
    if request.method != "POST":
        drafts = drafts.select_related("candidate__commune", "cohort__zone", "intake", "owner")
    return drafts.first()


def _remember(request: HttpRequest, programme: Programme, draft: Application) -> None:
    request.session[SESSION_KEY] = request.session.get(SESSION_KEY, {}) | {programme.slug: {"draft": str(draft.pk)}}


def _resume_url(request: HttpRequest, programme: Programme, draft: Application) -> str:
    """The personal link shown to copy: made once a session, for only its hash is kept in the database of links."""
    begun = request.session[SESSION_KEY][programme.slug]
    if "resume" not in begun:
        begun["resume"] = links.new_url(RESUME, draft, language=(get_language() or "fr")[:2])
        request.session.modified = True
    return begun["resume"]


def _is_submitted(draft: Application) -> bool:
    return draft.state != ApplicationState.DRAFT or draft.repeats_id is not None


def _next_step(draft: Application) -> str:
    if _is_submitted(draft):
        return "cohorts:apply_thanks"
    return "cohorts:apply_check" if draft.is_described else "cohorts:apply_project"


def _frame(request: HttpRequest, programme: Programme, draft: Application) -> dict[str, Any]:
    return {
        "programme": programme,
        "draft": draft,
        "intake": draft.intake,
        "contact": owner_for(draft.cohort),
        "resume_url": _resume_url(request, programme, draft),
    }


def _identity_of(draft: Application | None) -> dict[str, Any]:
    if draft is None:
        return {}
    person: Candidate = draft.candidate
    names = ("first_name", "last_name", "email", "birth_month", "birth_year", "postcode")
    return {name: getattr(person, name) for name in names} | {
        "phone": spoken(person.phone),
        "commune": person.commune_id,
    }


def _nearest(draft: Application, home: Zone | None) -> dict[str, Any]:
    """Before any answer, the zone of the postcode is proposed."""
    return {"cohort": str(draft.cohort_id) if home and draft.cohort.zone_id == home.pk else None}


def _career_of(draft: Application, home: Zone | None) -> dict[str, Any]:
    if not draft.is_described:
        return _nearest(draft, home)
    return {name: getattr(draft, name) for name in (*CAREER, "source")} | {"cohort": str(draft.cohort_id)}


def _project_of(draft: Application, home: Zone | None) -> dict[str, Any]:
    if not draft.is_described:
        return _nearest(draft, home)
    names = ("level", "availability", "languages", "source", "supported_by")
    return {name: getattr(draft, name) for name in names} | {
        "cohort": str(draft.cohort_id),
        "other_zones": [str(pk) for pk in draft.other_zones.values_list("pk", flat=True)],
        "has_employer": "yes" if draft.has_employer else "no",
        "diploma_month": draft.diploma_on and draft.diploma_on.month,
        "diploma_year": draft.diploma_on and draft.diploma_on.year,
    }


def _identity_answers(programme: Programme, draft: Application, age: int) -> list[dict[str, Any]]:
    person = draft.candidate
    answers = [
        (_("Name"), str(person), "first_name"),
        (_("E-mail"), person.email, "email"),
        (_("Telephone"), spoken(person.phone), "phone"),
        (_("Commune"), f"{person.postcode} {person.commune or ''}".strip(), "postcode"),
        (
            _("Age when the course starts"),
            ngettext("%(age)s year", "%(age)s years", age) % {"age": age},
            "birth_month",
        ),
    ]
    return _rows("cohorts:apply_identity", programme, answers)


def _project_answers(programme: Programme, draft: Application) -> list[dict[str, Any]]:
    if programme.is_for_professionals:
        return _career_answers(programme, draft)
    labels = dict(Availability.choices)
    hours = ", ".join(str(labels[key]).lower() for key in draft.availability)
    level = draft.get_level_display()
    if draft.diploma_on:
        level = f"{level}, {monthdate(draft.diploma_on)}"
    others = (_("Other possible zones"), ", ".join(zone.name for zone in draft.other_zones.all()), "other_zones_0")
    evenings = (_("Besides office hours"), capfirst(hours), "availability_0")
    answers = [
        (_("Highest diploma"), capfirst(level), "level_0"),
        (_("Zone"), draft.cohort.zone.name, "cohort_0"),
        *([others, evenings] if programme.is_hosted else []),
        (_("Languages"), draft.languages, "languages"),
        (_("Employer already found"), _("Yes") if draft.has_employer else _("No"), "has_employer_0"),
        (_("How you heard of us"), capfirst(draft.get_source_display()), "source"),
        (_("Who supports you"), draft.supported_by, "supported_by"),
    ]
    return _rows("cohorts:apply_project", programme, answers)


def _career_answers(programme: Programme, draft: Application) -> list[dict[str, Any]]:
    answers = [
        (_("Present employer"), draft.employer_name, "employer_name"),
        (_("SIRET of the employer"), draft.employer_siret, "employer_siret"),
        (_("Position held"), draft.job, "job"),
        (_("Years of management"), number(draft.management_years), "management_years"),
        (_("Paid for by"), capfirst(draft.get_funding_display()), "funding_0"),
        (_("Days free for the course"), draft.class_days, "class_days"),
        (_("Zone"), draft.cohort.zone.name, "cohort_0"),
        (_("How you heard of us"), capfirst(draft.get_source_display()), "source"),
    ]
    return _rows("cohorts:apply_project", programme, answers)


def _rows(step: str, programme: Programme, answers: list[tuple[Any, str, str]]) -> list[dict[str, Any]]:
    url = reverse(step, args=[programme.slug])
    return [{"label": label, "value": value, "url": f"{url}#id_{anchor}"} for label, value, anchor in answers]

"""Where else a file goes on: where to, then the very letter that will leave, then the deed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from partnership import clock
from partnership.models import OutgoingMessage
from partnership.templatetags.figures import daytime, longdate, number
from partnership.workflow import Refused, Stale, must_be_shown
from programmes.states import ProgrammeKind

from .. import policies, services
from ..forms.recruit import MoveForm
from ..models import Application, Cohort, CohortQuerySet
from ..states import LIVE, SlotKind
from .applications import fetch, show
from .review import READ, review

page = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Way:
    """A way to go on: the cohorts it leads to, the deed, its letter, and the words of its page."""

    cohorts: Callable[[Application], CohortQuerySet]
    deed: Callable[..., Any]
    letter: Callable[..., OutgoingMessage | None]
    question: Promise
    verdict: Promise
    silent: Promise
    nowhere: Promise
    button: Promise
    done: Promise
    keeps_interview: bool = False


def _other_zones(application: Application) -> CohortQuerySet:
    return Cohort.objects.filter(intake=application.intake_id).exclude(pk=application.cohort_id)


def _later(application: Application) -> CohortQuerySet:
    of_course = Cohort.objects.filter(intake__programme=application.intake.programme_id)
    return of_course.filter(intake__starts_on__gt=application.intake.starts_on)


def _other_courses(application: Application) -> CohortQuerySet:
    ahead = Cohort.objects.filter(intake__starts_on__gt=clock.today())
    return ahead.exclude(intake__programme=application.intake.programme_id).exclude(
        intake__programme__kind=ProgrammeKind.CHAIR
    )


TRANSFER = Way(
    _other_zones,
    services.transfer,
    services.letter_of_transfer,
    gettext_lazy("In which zone does %(who)s go on?"),
    gettext_lazy("This letter will leave: %(who)s goes on in %(where)s"),
    gettext_lazy("No letter will leave: %(who)s, who goes on in %(where)s, has no e-mail address"),
    gettext_lazy("This intake has no other zone: the file cannot be transferred."),
    gettext_lazy("Transfer"),
    gettext_lazy("%(who)s goes on in %(where)s."),
    keeps_interview=True,
)
POSTPONEMENT = Way(
    _later,
    services.postpone,
    services.letter_of_postponement,
    gettext_lazy("For which intake does %(who)s go on?"),
    gettext_lazy("This letter will leave: %(who)s goes on for the intake of %(day)s"),
    gettext_lazy("No letter will leave: %(who)s, who goes on for the intake of %(day)s, has no e-mail address"),
    gettext_lazy("This course has no later intake yet: the file cannot be postponed."),
    gettext_lazy("Postpone"),
    gettext_lazy("%(who)s goes on for the intake of %(day)s, under a new reference."),
)
REDIRECTION = Way(
    _other_courses,
    services.redirect,
    services.letter_of_redirection,
    gettext_lazy("For which course does %(who)s go on?"),
    gettext_lazy("This letter will leave: %(who)s goes on for %(course)s"),
    gettext_lazy("No letter will leave: %(who)s, who goes on for %(course)s, has no e-mail address"),
    gettext_lazy("No other course has an intake to come: the file cannot be redirected."),
    gettext_lazy("Redirect"),
    gettext_lazy("%(who)s goes on for %(course)s, under a new reference."),
)


@page
def application_transfer(request: HttpRequest, pk: object) -> HttpResponse:
    """To another zone of the same intake."""
    return _go_on(request, pk, TRANSFER)


@page
def application_postpone(request: HttpRequest, pk: object) -> HttpResponse:
    """To a later intake of the same course."""
    return _go_on(request, pk, POSTPONEMENT)


@page
def application_redirect(request: HttpRequest, pk: object) -> HttpResponse:
    """To another course."""
    return _go_on(request, pk, REDIRECTION)


def _go_on(request: HttpRequest, pk: object, way: Way) -> HttpResponse:
    application = fetch(request, pk)
    if application.state not in LIVE:
        messages.error(request, _("This file is closed: open it again first."))
        return redirect("cohorts:application_detail", pk=pk)
    cohorts = way.cohorts(application).with_places_left().select_related("zone", "intake__programme__provider")
    known = {cohort.pk: cohort for cohort in cohorts.order_by("intake__starts_on", "intake__programme", "zone__order")}
    said = request.POST if request.method == "POST" else request.GET
    asked = request.method == "POST" or READ in said or "cohort" in said
    form = MoveForm(said if asked else None, choices=_choices(application, known), booked=_booked(application, way))
    if asked and form.is_valid():
        cohort = known[form.cleaned_data["cohort"]]
        rest = {name: value for name, value in form.cleaned_data.items() if name != "cohort"}
        try:
            if request.method == "POST":
                return _done(request, application, way, cohort, rest)
            letter = way.letter(application, cohort=cohort, by=request.user, **rest)
            return _ask(request, application, way, form, cohort=cohort, letter=letter)
        except Refused as refusal:
            form.add_error("cohort", refusal.reason)
        except Stale:
            return show(request, fetch(request, pk), status=409)
    return _ask(request, application, way, form)


def _done(
    request: HttpRequest, application: Application, way: Way, cohort: Cohort, rest: dict[str, Any]
) -> HttpResponse:
    must_be_shown(application, request.POST.get("version", ""))
    following = (
        way.deed(application, cohort=cohort, by=request.user, version=application.version, **rest) or application
    )
    messages.success(request, way.done % _words(application, cohort))
    if not application.candidate.email:
        words = _("%(who)s has no e-mail address, so no letter leaves: call.")
        messages.warning(request, words % {"who": application.candidate})
    if policies.can_read(request.user, following):
        return redirect("cohorts:application_detail", pk=following.pk)
    messages.info(request, _("The file is now followed in another zone, which you do not see."))
    return redirect("cohorts:application_list")


def _ask(
    request: HttpRequest,
    application: Application,
    way: Way,
    form: MoveForm,
    *,
    cohort: Cohort | None = None,
    letter: OutgoingMessage | None = None,
) -> HttpResponse:
    leads_somewhere = bool(form.fields["cohort"].choices)
    heading = way.question if leads_somewhere else way.nowhere
    if cohort is not None:
        heading = way.verdict if letter is not None else way.silent
    return review(
        request,
        application,
        form,
        heading=heading % _words(application, cohort),
        button=way.button,
        asks=leads_somewhere,
        ready=cohort is not None,
        letter=letter,
    )


def _words(application: Application, cohort: Cohort | None) -> dict[str, str]:
    words = {"who": str(application.candidate)}
    if cohort is not None:
        programme, starts_on = cohort.intake.programme, cohort.intake.starts_on
        words |= {"where": str(cohort.zone), "day": longdate(starts_on), "course": programme.short_title}
    return words


def _choices(application: Application, cohorts: dict[int, Cohort]) -> list[tuple[int, str]]:
    """Each cohort by what tells it from the file's own, and its places left."""
    choices = []
    for key, cohort in cohorts.items():
        words = [cohort.zone.name]
        if cohort.intake_id != application.intake_id:
            words.append(longdate(cohort.intake.starts_on))
        if cohort.intake.programme_id != application.intake.programme_id:
            words.insert(0, cohort.intake.programme.short_title)
        left = ngettext("%(n)s place left", "%(n)s places left", cohort.left) % {"n": number(cohort.left)}
        choices.append((key, f"{', '.join(words)} ({left})"))
    return choices


def _booked(application: Application, way: Way) -> str:
    if not way.keeps_interview:
        return ""
    booking = application.bookings.booked().filter(kind=SlotKind.INTERVIEW).select_related("slot").first()
    return daytime(booking.slot.starts_at) if booking else ""

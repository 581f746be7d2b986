"""A file: the person, the one thing that is due, what else may be done, and the whole story."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partnership import clock
from partnership import policies as house
from partnership.models import OptOut
from partnership.states import LetterKind
from partnership.templatetags.figures import daydate, daytime, longdate, monthdate, number
from programmes.models import Curriculum

from .. import letters, policies, services
from ..forms.calls import CallForm
from ..forms.recruit import (
    ChannelForm,
    ComingForm,
    InterviewForm,
    LeavingForm,
    NoteForm,
    ReasonForm,
    RejectionForm,
    ReopeningForm,
)
from ..models import Application, Booking, Cohort, Enrolment, Evaluation, PaperRequest
from ..states import (
    APPLICATION_FLOW,
    EXITS,
    HOLDING,
    LIVE,
    ApplicationState,
    Availability,
    BookingState,
    PaperRequestState,
    SlotKind,
    Source,
)
from . import call_panel, people, story, student_panel
from .grid import grid_of

S = ApplicationState
INTERVIEW = SlotKind.INTERVIEW


def fetch(request: HttpRequest, pk: object) -> Application:
    """A file one may decide on: 403 for other roles, 404 for another zone's."""
    house.require(policies.is_recruiter(request.user))
    files = Application.objects.select_related(
        "candidate__commune",
        "candidate__dossier",
        "cohort__zone",
        "intake__programme__provider",
        "owner",
        "decided_by",
        "recruitment_source",
    )
    person = Concat(Value("cohorts.candidate:"), Cast(OuterRef("candidate"), TextField()), output_field=TextField())
    files = files.annotate(
        has_papers=Exists(PaperRequest.objects.filter(application=OuterRef("pk"))),
        is_unreached=letters.is_unreached(),
        unwanted=ArraySubquery(OptOut.objects.filter(person=person).order_by("at").values("kind")),
    )
    return house.get_allowed(files, policies.can_decide, request.user, pk=pk)


@require_safe
def application_detail(request: HttpRequest, pk: object) -> HttpResponse:
    """The file, with the one thing that is due first."""
    return show(request, fetch(request, pk))


def show(
    request: HttpRequest, application: Application, *, bound: dict[str, forms.Form] | None = None, status: int = 200
) -> HttpResponse:
    """The file's page; `bound` holds a form that came back, with a 422 for its errors or a 409 for a newer state."""
    others, bookings, of_line = people.others_of(application, request.user)
    calls = story.calls_of(application)
    papers = list(application.papers.shown()) if application.has_papers else []
    enrolment = student_panel.enrolment_of(application)
    named = [*of_line, *papers]
    days, left_out = story.days_of(application, calls, named, everything="histoire" in request.GET)
    bound = bound or {}
    offered = _forms(application, enrolment)
    typed = [
        {"label": field.label, "value": field.value()}
        for key, form in bound.items()
        if key not in offered
        for field in form
        if field.value()
    ]
    context = {
        "application": application,
        "candidate": application.candidate,
        "due": _due(application, bookings, papers, enrolment),
        "refused": letters.returned_to(application.candidate) if application.is_unreached else None,
        "facts": _facts(application),
        "interviews": [one for one in of_line if one.kind == INTERVIEW and one.state == BookingState.ATTENDED],
        "others": others,
        "goes_on": application.state in LIVE,
        "may_entrust": application.state in LIVE and policies.can_entrust(request.user, application),
        "booked": _booked_interview(bookings),
        "meetings": [one for one in bookings if one.kind != INTERVIEW],
        "invitations": [kind for kind in SlotKind if services.may_choose(application, kind)],
        "admits": S.ADMITTED in APPLICATION_FLOW[application.state] and application.state not in EXITS,
        "conditions": application.offered_curriculum_id and application.conditions.select_related("met_by"),
        "holds": application.state in HOLDING,
        "grid": grid_of(Evaluation.objects.filter(booking__in=of_line).select_related("rated_by") if of_line else []),
        "panel": call_panel.panel(application, calls),
        "student": student_panel.panel(application),
        "standing": student_panel.standing(application),
        "coming": student_panel.coming(enrolment),
        "is_at_risk": enrolment is not None and enrolment.is_at_risk(clock.now()),
        "papers": papers,
        "papers_verdict": student_panel.papers_verdict(papers),
        "forms": {**offered, **{key: form for key, form in bound.items() if key in offered}},
        # The base template says « Erreur » in the title for the form that came back with errors.
        "form": next(iter(bound.values()), None) if status == 422 else None,
        "conflict": status == 409,
        "typed": typed if status == 409 else [],
        "days": days,
        "left_out": left_out,
        "newest": story.NEWEST,
    }
    return render(request, "cohorts/application_detail.html", context, status=status)


def _forms(application: Application, enrolment: Enrolment | None) -> dict[str, forms.Form]:
    """The forms that the file's state allows, by the name its template knows."""
    next_states = APPLICATION_FLOW[application.state]
    found: dict[str, forms.Form] = {}
    if application.state in EXITS:
        return {"reopen": ReopeningForm(prefix="reopen")}
    found["call"] = CallForm(prefix="call")
    if S.INTERVIEW_SCHEDULED in next_states:
        found["schedule"] = InterviewForm(prefix="schedule")
    if S.INTERVIEWED in next_states:
        found["record"] = NoteForm(prefix="record")
    if S.CONFIRMED in next_states:
        found["confirm"] = ChannelForm(prefix="confirm")
    if student_panel.is_awaited(enrolment):
        found["coming"] = ComingForm(prefix="coming")
    if S.DECLINED in next_states:
        found["decline"] = LeavingForm(prefix="decline", to=S.DECLINED)
    if S.UNREACHABLE in next_states:
        found["unreachable"] = ReasonForm(prefix="unreachable", to=S.UNREACHABLE)
    if S.WITHDRAWN in next_states:
        found["withdraw"] = LeavingForm(prefix="withdraw", to=S.WITHDRAWN)
    if S.REJECTED in next_states:
        found["reject"] = RejectionForm(prefix="reject", confirmed=application.state == S.CONFIRMED)
    return found


# -- the one thing that is due ----------------------------------------------------------------------------------------


def _due(
    application: Application, bookings: list[Booking], papers: list[PaperRequest], enrolment: Enrolment | None
) -> dict[str, Any] | None:
    """What is due, since when, why, and at most three actions; once confirmed, a call or papers to look at."""
    here = {"pk": application.pk}
    since = daydate(application.state_since)

    def post(name: str, label: str, **look: bool) -> dict[str, Any]:
        return {"url": reverse(f"cohorts:{name}", kwargs=here), "label": label, **look}

    def go(anchor: str, label: str, **look: bool) -> dict[str, Any]:
        return {"url": f"#{anchor}", "label": label, "get": True, **look}

    reject = post("application_reject", _("Reject…"), danger=True) | {"get": True}
    waits = not application.intake.programme.is_for_professionals
    match application.state:
        case S.ENQUIRY:
            title = _("First contact due since %(day)s") % {"day": since}
            return _block(title, _("This person asked for information."), go("appel", _("Call"), primary=True))
        case S.SUBMITTED if application.intake.programme.is_for_professionals:
            return _block(
                _("Decision due since %(day)s") % {"day": since},
                _places(application),
                post("application_admit", _("Admit"), primary=True),
                go("entretien", _("Fix an interview")),
                reject,
            )
        case S.SUBMITTED:
            return _block(
                _("First contact due since %(day)s") % {"day": since},
                _("Call, then fix an interview or record the one you have just held."),
                go("entretien", _("Fix an interview"), primary=True),
                go("passe", _("Record an interview")),
            )
        case S.INTERVIEW_SCHEDULED:
            return _due_interview(bookings, post, go)
        case S.NO_SHOW:
            return _block(
                _("A new date is due since %(day)s") % {"day": since},
                _("The interview was missed; a letter offers another date the next morning."),
                go("entretien", _("Fix a new date"), primary=True),
                reject,
                meaning="late",
            )
        case S.INTERVIEWED:
            return _block(
                _("Decision due since %(day)s") % {"day": since},
                _places(application),
                post("application_admit", _("Admit"), primary=True),
                *([post("application_waitlist", _("Waiting list"))] if waits else []),
                reject,
            )
        case S.WAITLISTED:
            return _block(
                _("On the waiting list, rank %(rank)s") % {"rank": application.position},
                _places(application),
                post("application_admit", _("Admit"), primary=True),
                {
                    "url": reverse("cohorts:waiting_list", args=[application.cohort_id]),
                    "label": _("See the list"),
                    "get": True,
                },
                reject,
            )
        case S.ADMITTED:
            late = application.reply_before < clock.now()
            title = _("Answer expected by %(day)s") if not late else _("Answer expected since %(day)s: call back")
            return _block(
                title % {"day": daytime(application.reply_before)},
                _("The applicant answers by the link of the letter; you may record what they tell you."),
                go("reponse", _("Record their answer"), primary=True),
                meaning="late" if late else "",
            )
        case S.CONFIRMED if enrolment is not None and enrolment.is_at_risk(clock.now()):
            return _block(
                student_panel.risk_of(enrolment),
                _("Call: what keeps them away can often be settled. Then record what they say."),
                go("partant", _("Record their answer"), primary=True),
                meaning="risk",
            )
        case S.CONFIRMED if any(paper.state == PaperRequestState.RECEIVED for paper in papers):
            look = {"url": reverse("cohorts:application_papers", kwargs=here), "label": _("Look at the papers")}
            return _block(
                student_panel.papers_verdict(papers),
                _("Open each, then accept it, or refuse it and say why."),
                look | {"get": True, "primary": True},
            )
    return None


def _due_interview(bookings: list[Booking], post: Any, go: Any) -> dict[str, Any]:
    booking = _booked_interview(bookings)
    cancel = post("interview_cancel", _("Cancel the interview"))
    if booking is None or booking.slot.starts_at <= clock.now():
        return _block(
            _("Was the interview held?"),
            _booked(booking) if booking else "",
            go("passe", _("Record the interview"), primary=True),
            post("interview_miss", _("The applicant did not come")),
            cancel,
            meaning="risk",
        )
    return _block(
        _("Interview on %(moment)s") % {"moment": daytime(booking.slot.starts_at)},
        _booked(booking),
        go("passe", _("Record the interview")),
        cancel,
    )


def _booked_interview(bookings: list[Booking]) -> Booking | None:
    return next((one for one in bookings if one.kind == INTERVIEW and one.state == BookingState.BOOKED), None)


def _booked(booking: Booking) -> str:
    return _("%(moment)s, %(place)s, with %(who)s.") % {
        "moment": daytime(booking.slot.starts_at),
        "place": booking.slot.place,
        "who": booking.slot.held_by,
    }


def _block(title: str, reason: str, *actions: dict[str, Any], meaning: str = "") -> dict[str, Any]:
    return {"title": title, "reason": reason, "actions": list(actions), "meaning": meaning}


def _places(application: Application) -> str:
    cohort = application.cohort
    validated = Curriculum.objects.validated().filter(programme=application.intake.programme_id)
    asked = Cohort.objects.filter(pk=cohort.pk).with_places_left().annotate(validated=Exists(validated))
    is_validated, left = asked.values_list("validated", "left").get()
    if not is_validated:
        return _("No place can be offered before the content of the course is validated.")
    if not left:
        return _("No place is left in %(zone)s: all %(all)s are offered or confirmed.") % {
            "zone": cohort.zone,
            "all": cohort.places,
        }
    return ngettext(
        "%(left)s place of %(all)s is left in %(zone)s.", "%(left)s places of %(all)s are left in %(zone)s.", left
    ) % {"left": left, "all": cohort.places, "zone": cohort.zone}


# -- facts ------------------------------------------------------------------------------------------------------------


def _facts(application: Application) -> list[dict[str, Any]]:
    person = application.candidate
    unwanted = [str(LetterKind(kind).label) for kind in application.unwanted]
    rows = [
        (_("E-mail"), person.email, f"mailto:{person.email}"),
        (_("Telephone"), said_phone(person.phone), f"tel:{person.phone}"),
        (_("Commune"), " ".join(filter(None, [person.postcode, str(person.commune or "")])), ""),
        (_("Zone"), application.cohort.zone.name, ""),
        *(_career(application) if application.intake.programme.is_for_professionals else _project(application)),
        (_("Source"), dict(Source.choices).get(application.source, ""), ""),
        (
            _("Recruitment source"),
            str(application.recruitment_source or _("not known: say by which")),
            reverse("cohorts:application_source", args=[application.pk]),
        ),
        (_("Supported by"), application.supported_by, ""),
        (_("Submitted on"), longdate(application.submitted_at), ""),
        (_("Offer answered by"), daytime(application.reply_before) if application.state in HOLDING else "", ""),
        (_("Decided"), _decided(application), ""),
        (_("Letters no longer wanted"), "\n".join(unwanted), ""),
        (_("Closed because"), application.get_exit_reason_display(), ""),
    ]
    return [{"label": label, "value": value, "url": url if value else ""} for label, value, url in rows]


def _project(application: Application) -> list[tuple[str, str, str]]:
    moments = dict(Availability.choices)
    has_employer = {True: _("yes"), False: _("no"), None: ""}[application.has_employer]
    return [
        (_("Other possible zones"), ", ".join(zone.name for zone in application.other_zones.all()), ""),
        (_("Age"), _age(application), ""),
        (_("Level"), application.get_level_display(), ""),
        (_("Diploma"), monthdate(application.diploma_on) if application.diploma_on else "", ""),
        (_("Availability"), "\n".join(str(moments.get(moment, moment)) for moment in application.availability), ""),
        (_("Languages"), application.languages, ""),
        (_("Employer"), has_employer, ""),
    ]


def _career(application: Application) -> list[tuple[str, str, str]]:
    return [
        (_("Age"), _age(application), ""),
        (_("Present employer"), application.employer_name, ""),
        (_("SIRET of the employer"), application.employer_siret, ""),
        (_("Position held"), application.job, ""),
        (_("Years of management"), number(application.management_years), ""),
        (_("Paid for by"), application.get_funding_display(), ""),
        (_("Days free for the course"), application.class_days, ""),
    ]


def said_phone(number: str) -> str:
    """A French number as one says it, two figures at a time; any other as it is stored."""
    digits = number.removeprefix("+33")
    if number.startswith("+33") and len(digits) == 9:
        digits = f"0{digits}"
        return "\u00a0".join(digits[at : at + 2] for at in range(0, 10, 2))
    return number


def _age(application: Application) -> str:
    person, start = application.candidate, application.intake.starts_on
    if not person.birth_year:
        return ""
    years = start.year - person.birth_year - (start.month < (person.birth_month or 1))
    return ngettext("%(n)s year", "%(n)s years", years) % {"n": years}


def _decided(application: Application) -> str:
    day: date | None = application.decided_at
    return f"{longdate(day)}, {application.decided_by}" if day else ""

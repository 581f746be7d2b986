"""The places of the cohorts: who waits for one, in which order, and how a place that is given back goes on."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partnership import clock
from partnership import policies as house
from partnership.models import User
from partnership.templatetags.figures import longdate, number
from partnership.workflow import Refused, Stale, must_be_shown
from programmes.models import Curriculum

from .. import listing, policies, services
from ..forms.places import PositionForm, RulesForm
from ..models import Application, Cohort
from ..states import HOLDING, ApplicationState
from ..worklist import waited
from .applications import fetch

S = ApplicationState
# A longer list is ranked by its first rows: who is behind them waits for the others first.
ROWS_SHOWN = 150
_COHORTS = Cohort.objects.select_related("zone", "intake__programme", "cascade_by")


@dataclass(frozen=True)
class Situation:
    """A cohort's places and whoever wants one, at this moment."""

    cohort: Cohort
    held: int
    waiting: int
    overdue: int
    has_content: bool

    @property
    def free(self) -> int:
        return max(self.cohort.places - self.held, 0)

    @property
    def stands_still(self) -> bool:
        """Whether the cascade is on in the name of somebody who no longer heads the recruitment there."""
        return self.cohort.cascades and not policies.can_rule_places(self.cohort.cascade_by, self.cohort)

    @property
    def verdict(self) -> str:
        words = {"zone": self.cohort.zone, "n": number(self.free)}
        if self.waiting:
            free = (
                ngettext("%(n)s place is free", "%(n)s places are free", self.free) if self.free else _("none is free")
            )
            return _("In %(zone)s, %(people)s for a place: %(places)s.") % {
                "zone": self.cohort.zone,
                "people": ngettext("%(n)s person waits", "%(n)s people wait", self.waiting)
                % {"n": number(self.waiting)},
                "places": free % words,
            }
        if not self.free:
            return _("Every place in %(zone)s is offered or confirmed, and nobody waits.") % words
        free = ngettext(
            "%(n)s place is free in %(zone)s, and nobody waits for it.",
            "%(n)s places are free in %(zone)s, and nobody waits for them.",
            self.free,
        )
        return free % words


def _situations(cohorts: list[Cohort]) -> list[Situation]:
    counted = _counted(cohorts)
    taught = {cohort.intake.programme_id for cohort in cohorts}
    validated = set(Curriculum.objects.validated().filter(programme__in=taught).values_list("programme", flat=True))
    return [
        Situation(
            cohort,
            held=sum(counted[cohort.pk, state] for state in HOLDING),
            waiting=counted[cohort.pk, S.WAITLISTED],
            overdue=counted[cohort.pk, listing.OVERDUE],
            has_content=cohort.intake.programme_id in validated,
        )
        for cohort in cohorts
    ]


def _counted(cohorts: list[Cohort]) -> Counter[tuple[int, str]]:
    """By cohort, who holds a place or waits, by state, and whose offer is past its term; the others are not read."""
    files = Application.objects.filter(cohort__in=cohorts).order_by()
    here = files.filter(state__in=[*HOLDING, S.WAITLISTED]).values_list("cohort", "state")
    late = files.filter(listing.stages()[listing.OVERDUE]).values_list("cohort", Value(listing.OVERDUE))
    rows = here.annotate(n=Count("*")).union(late.annotate(n=Count("*")), all=True)
    return Counter({(cohort, what): n for cohort, what, n in rows})


@require_safe
def place_list(request: HttpRequest) -> HttpResponse:
    """Every cohort one recruits for: its places, who waits, and whether places go on by themselves."""
    house.require(policies.is_recruiter(request.user))
    situations = _situations(list(policies.cohorts_run_by(request.user).select_related("cascade_by")))
    context = {"situations": situations, "verdict": _verdict_of_all(situations)}
    return render(request, "cohorts/place_list.html", context)


def _verdict_of_all(situations: list[Situation]) -> str:
    if not situations:
        return _("No cohort yet.")
    idle = sum(min(one.free, one.waiting) for one in situations if not one.cohort.cascades or one.stands_still)
    if idle:
        words = ngettext(
            "%(n)s free place can be offered to somebody who waits.",
            "%(n)s free places can be offered to people who wait.",
            idle,
        )
        return words % {"n": number(idle)}
    free, waiting = (sum(getattr(one, name) for one in situations) for name in ("free", "waiting"))
    return _("%(free)s, %(waiting)s.") % {
        "free": ngettext("%(n)s free place", "%(n)s free places", free) % {"n": number(free)},
        "waiting": ngettext("%(n)s person waits", "%(n)s people wait", waiting) % {"n": number(waiting)},
    }


# -- one waiting list -------------------------------------------------------------------------------------------------


def _cohort(request: HttpRequest, pk: int) -> Cohort:
    house.require(policies.is_recruiter(request.user))
    return house.get_allowed(_COHORTS, policies.can_read_places, request.user, pk=pk)


@require_safe
def waiting_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Who waits for a place, first in rank first, and how the places of the cohort go on."""
    return _list_page(request, _cohort(request, pk))


def _list_page(
    request: HttpRequest, cohort: Cohort, *, form: PositionForm | None = None, conflict: bool = False, status: int = 200
) -> HttpResponse:
    (situation,) = _situations([cohort])
    rows = list(
        Application.objects.waiting().filter(cohort=cohort).select_related("candidate", "intake")[: ROWS_SHOWN + 1]
    )
    now = clock.now()
    for application in rows:
        application.waited = waited(application.state_since, now, brief=True)
    context = {
        "cohort": cohort,
        "situation": situation,
        "rows": rows[:ROWS_SHOWN],
        "left_out": len(rows) > ROWS_SHOWN,
        "shown": ROWS_SHOWN,
        "due": _due(situation, rows, request.user),
        "overdue_query": urlencode({"etat": listing.OVERDUE, "zone": cohort.zone.code, "tri": "reponse"}),
        "facts": _facts(situation),
        "may_rule": policies.can_rule_places(request.user, cohort),
        "form": form,
        "conflict": conflict,
    }
    return render(request, "cohorts/waiting_list.html", context, status=status)


def _due(situation: Situation, rows: list[Application], user: User) -> dict[str, Any] | None:
    """The one thing that is due: an offer to the first in rank, or somebody to answer for the cascade."""
    cohort = situation.cohort
    if not situation.waiting:
        return None
    if not situation.has_content:
        return {
            "title": _("No place can be offered yet"),
            "reason": _("No place can be offered before the content of the course is validated."),
            "meaning": "risk",
        }
    if situation.stands_still:
        rules = {"url": reverse("cohorts:places_rule", args=[cohort.pk]), "label": _("See the rules"), "get": True}
        return {
            "title": _("The cascade stands still"),
            "reason": _("%(who)s, who switched it on, no longer heads the recruitment here: somebody else takes over.")
            % {"who": cohort.cascade_by},
            "meaning": "risk",
            "actions": [rules] if policies.can_rule_places(user, cohort) else [],
        }
    if situation.free and not cohort.cascades:
        first = rows[0]
        admit = {
            "url": reverse("cohorts:application_admit", args=[first.pk]),
            "label": _("Offer the place to %(who)s") % {"who": first.candidate},
            "primary": True,
        }
        return {
            "title": _("%(who)s is first in rank, and a place is free") % {"who": first.candidate},
            "reason": _("A letter says until when they answer."),
            "actions": [admit],
            "version": first.version,
        }
    return None


def _facts(situation: Situation) -> list[dict[str, Any]]:
    cohort = situation.cohort
    cascade = _("off: a recruiter offers each place")
    if cohort.cascades:
        cascade = _("on since %(day)s, in the name of %(who)s") % {
            "day": longdate(cohort.cascade_at),
            "who": cohort.cascade_by,
        }
    rows = [
        (_("Places"), number(cohort.places)),
        (_("of which over-booked"), _over(cohort.places - cohort.capacity, cohort.overbooking_percent)),
        (_("Offered or confirmed"), number(situation.held)),
        (_("Time to answer"), _hours(cohort.hours_to_reply)),
        (_("Cascade"), cascade),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def _over(places: int, percent: int) -> str:
    return f"{number(places)} ({percent}\u202f%)" if percent else ""


def _hours(hours: int) -> str:
    return ngettext("%(n)s open hour", "%(n)s open hours", hours) % {"n": hours}


@require_POST
def application_rank(request: HttpRequest, pk: object) -> HttpResponse:
    """Put somebody at a position of the list they wait on."""
    application = fetch(request, pk)
    form = PositionForm(request.POST, auto_id=f"%s-{application.pk}")
    if not form.is_valid():
        return _list_page(request, _cohort(request, application.cohort_id), form=form, status=422)
    position, shown = form.cleaned_data["position"], form.cleaned_data["shown"]
    try:
        services.rank(application, position=position, shown=shown, by=request.user)
    except Stale:
        return _list_page(request, _cohort(request, application.cohort_id), conflict=True, status=409)
    words = _("%(who)s is now number %(n)s.") % {"who": application.candidate, "n": application.position}
    messages.success(request, words)
    return redirect("cohorts:waiting_list", pk=application.cohort_id)


# -- how places go on by themselves -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def places_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules are confirmed: what is wanted, then what it will do with the cohort as it is now, then the deed."""
    house.require(policies.is_head(request.user))
    cohort = house.get_allowed(_COHORTS, policies.can_rule_places, request.user, pk=pk)
    (situation,) = _situations([cohort])
    asked = "hours_to_reply" in request.GET
    typed = request.POST if request.method == "POST" else request.GET if asked else None
    form = RulesForm(typed, cohort=cohort, held=situation.held)
    if request.method != "POST":
        return _rules_page(request, situation, form, status=422 if asked and not form.is_valid() else 200)
    if not form.is_valid():
        return _rules_page(request, situation, form, status=422)
    try:
        must_be_shown(cohort, request.POST.get("version", ""))
        services.rule_places(cohort, by=request.user, version=cohort.version, **form.cleaned_data)
    except Stale:
        (situation,) = _situations([_cohort(request, pk)])
        return _rules_page(request, situation, form, conflict=True, status=409)
    except Refused as refusal:
        messages.error(request, refusal.reason)
        return redirect("cohorts:places_rule", pk=pk)
    messages.success(request, _("The rules of the places in %(zone)s are recorded.") % {"zone": cohort.zone})
    return redirect("cohorts:waiting_list", pk=pk)


def _rules_page(
    request: HttpRequest, situation: Situation, form: RulesForm, *, conflict: bool = False, status: int = 200
) -> HttpResponse:
    asked = form.is_bound and form.is_valid()
    context = {
        "cohort": situation.cohort,
        "form": form,
        "asked": asked,
        "effects": _effects(situation, form, request.user) if asked else [],
        "said": [(name, value) for name, value in form.cleaned_data.items() if value is not False] if asked else [],
        "conflict": conflict,
    }
    return render(request, "cohorts/places_rule.html", context, status=status)


def _effects(situation: Situation, form: RulesForm, user: User) -> list[str]:
    """What the rules will do: at once, then each time."""
    said, cohort = form.cleaned_data, situation.cohort
    places = form.places()
    free = places - situation.held
    found = []
    if said["cascades"]:
        at_once = min(free, situation.waiting) if situation.has_content else 0
        late = services.unanswered(Application.objects.filter(cohort=cohort)).count() if situation.has_content else 0
        ending = min(late, situation.waiting - at_once)
        if at_once + ending:
            words = ngettext(
                "At once, %(n)s person who waits is offered a place, by letter.",
                "At once, %(n)s people who wait are offered a place, by letter.",
                at_once + ending,
            )
            found.append(words % {"n": number(at_once + ending)})
        if ending:
            words = ngettext(
                "For that, %(n)s offer that nobody answered in its time ends, with a letter.",
                "For that, %(n)s offers that nobody answered in their time end, with a letter.",
                ending,
            )
            found.append(words % {"n": number(ending)})
        found += [
            _(
                "From then on, a place that is given back (declined, withdrawn, refused, unanswered, or added by"
                " over-booking) is offered within a minute to whoever is first in rank, until the list ends."
            ),
            _("%(who)s is the hand behind each of these offers: the file says so, with the name and the date.")
            % {"who": _hand(cohort, user)},
            _("These offers are made without conditions; those of an earlier offer that are not met stay."),
            _("Nobody’s offer ends unless somebody waits and no place is free: otherwise it is a call to make."),
            _("Letters leave between 8:30 and 20:00, never on a Sunday; the time to answer begins then."),
        ]
    else:
        found.append(_("Each place that is given back waits for a recruiter, and no offer ever ends by itself."))
    hours = _("Whoever is offered a place from now on has %(hours)s to answer; earlier offers keep their time.")
    found.append(hours % {"hours": _hours(said["hours_to_reply"])})
    over = places - cohort.capacity
    if over:
        words = ngettext(
            "%(n)s place more than the %(seats)s seats may be held: if everybody comes, %(n)s person has no seat.",
            "%(n)s places more than the %(seats)s seats may be held: if everybody comes, %(n)s people have no seat.",
            over,
        )
        found.append(words % {"n": number(over), "seats": number(cohort.capacity)})
    return found


def _hand(cohort: Cohort, user: User) -> User:
    """In whose name the places will be offered: whoever has switched the cascade on, else whoever does it now."""
    stays = cohort.cascades and policies.can_rule_places(cohort.cascade_by, cohort)
    return cohort.cascade_by if stays else user

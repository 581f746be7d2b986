"""How many young people will be there on the first day, how many applications that takes, and what would change it."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from partnership import clock
from partnership import policies as house
from partnership.fields import order_in
from partnership.measures import Census
from partnership.models import Convention, Milestone, Zone
from partnership.projections import Projection
from partnership.templatetags.figures import longdate, number

from .. import forecast as foreseen
from ..forms.forecast import SupposeForm
from ..projections import Recruitment, recruitments
from ..states import Origin


@dataclass(frozen=True)
class Line:
    """A zone, or all of them: what is to be expected, and what would be."""

    zone: Zone | None
    today: Projection
    supposed: Projection | None = None

    @property
    def places(self) -> int | None:
        return self.today.places

    @property
    def expected(self) -> str:
        return expected_words(self.today)

    @property
    def would_be(self) -> str:
        return expected_words(self.supposed) if self.supposed else ""

    @property
    def needed(self) -> str:
        return needed_words(self.today)

    @property
    def would_need(self) -> str:
        return needed_words(self.supposed) if self.supposed else ""

    @property
    def received(self) -> str:
        return _a_week(self.today.received_per_week)


@require_safe
def forecast(request: HttpRequest) -> HttpResponse:
    """What is to be expected of a milestone by zone, the rates behind it, and what something else would change."""
    convention = Convention.objects.visible_to(request.user).running()
    if convention is None:
        raise Http404
    house.require(house.can_read_board(request.user, convention))
    told = {one.milestone: one for one in recruitments(Census(request.user, convention))}
    milestones = [milestone for milestone in convention.milestones.all() if milestone.pk in told]
    asked = order_in(request.GET.get("jalon"))
    chosen = next((milestone for milestone in milestones if milestone.order == asked), None)
    chosen = chosen or next(iter(milestones), None)
    if chosen is None:
        return render(request, "cohorts/forecast.html", {"verdict": _("Nothing to forecast yet.")})
    return _page(request, milestones, chosen, told[chosen.pk])


def _page(
    request: HttpRequest, milestones: list[Milestone], chosen: Milestone, recruitment: Recruitment
) -> HttpResponse:
    here = set(recruitment.zones)
    zones = [zone for zone in Zone.objects.order_by("order", "name") if zone.pk in here]
    season = recruitment.season
    used = foreseen.rates_used(season) if season else []
    form = SupposeForm(request.GET, zones=zones, used=used) if season else None
    is_wrong = form is not None and not form.is_valid()
    supposed = None
    if form is not None and not is_wrong and (form.arrivals() or form.rates() or form.days()):
        supposed = foreseen.suppose(season, arrivals=form.arrivals(), rates=form.rates(), days=form.days())
    lines = _lines(recruitment, supposed, zones)
    total = lines[-1]
    context = {
        "milestones": milestones,
        "milestone": chosen,
        "verdict": verdict(total.supposed or total.today, is_supposed=total.supposed is not None),
        "meta": _meta(total),
        "lines": lines,
        "is_supposed": supposed is not None,
        "lacking_places": total.today.few_places,
        "intake": intake_words(total.supposed or total.today),
        "rates": [(one, _source(one)) for one in used],
        "form": form,
        "today": clock.today(),
        "known": not total.today.unknown,
    }
    return render(request, "cohorts/forecast.html", context, status=422 if is_wrong else 200)


def _lines(recruitment: Recruitment, supposed: foreseen.Season | None, zones: list[Zone]) -> list[Line]:
    season = recruitment.season
    now = foreseen.forecast(season) if season else {}
    then = foreseen.forecast(supposed) if supposed else {}
    lines = []
    for zone in (*zones, None):
        key = zone.pk if zone else None
        lines.append(
            Line(
                zone,
                recruitment.projection(key, now.get(key)),
                recruitment.projection(key, then[key]) if key in then else None,
            )
        )
    return lines


# -- in words ---------------------------------------------------------------------------------------------------------


def verdict(projection: Projection, *, is_supposed: bool = False) -> str:
    """« 80 jeunes présents le 15 septembre 2027, pour 100 attendus »; what is not known is said."""
    if projection.unknown:
        return projection.unknown
    said = ngettext("%(n)s young person present on %(day)s", "%(n)s young people present on %(day)s", projection.likely)
    if projection.is_small and projection.likely:
        said = ngettext(
            "About %(n)s young person present on %(day)s",
            "About %(n)s young people present on %(day)s",
            projection.likely,
        )
    said %= {"n": number(projection.likely), "day": longdate(projection.rentree)}
    if projection.target:
        said = _("%(present)s, for %(target)s expected") % {"present": said, "target": number(projection.target)}
    return _("So supposed: %(what)s.") % {"what": said[:1].lower() + said[1:]} if is_supposed else f"{said}."


def expected_words(projection: Projection) -> str:
    """« 80 (de 72 à 88) », or « environ 12, petit effectif »; nothing where it is not known."""
    if projection.unknown:
        return ""
    figures = {name: number(getattr(projection, name)) for name in ("low", "likely", "high")}
    if projection.is_small:
        return _("about %(likely)s, small sample") % figures
    return _("%(likely)s (from %(low)s to %(high)s)") % figures


def needed_words(projection: Projection) -> str:
    """The applications a week that the target takes; a dash where there is no target, or no number that does."""
    return "–" if projection.needed_per_week is None else number(projection.needed_per_week)


def _a_week(pace: Fraction) -> str:
    return number(ceil(pace) if pace == ceil(pace) else round(float(pace), 1))


def intake_words(projection: Projection) -> str:
    """« Pour en avoir 100 le 15 septembre : 14 candidatures par semaine… », or why no number does."""
    if projection.target is None:
        return _("Nobody has promised a number here: the convention gives no target to reach.")
    if projection.target == 0:
        return _("The target is zero: no application is needed.")
    words = {
        "target": number(projection.target),
        "day": longdate(projection.rentree),
        "received": _a_week(projection.received_per_week),
    }
    if projection.needed_per_week == 0:
        return _("The files that have come are enough to have %(target)s on %(day)s.") % words
    if projection.needed_per_week is None:
        if not projection.weeks_left:
            return _("Applications are closed: no intake brings %(target)s on %(day)s any more.") % words
        return _("At these rates, and in the time that is left, no intake brings %(target)s on %(day)s.") % words
    said = ngettext(
        "To have %(target)s on %(day)s: %(n)s application a week until the close; "
        "in the last 4 weeks %(received)s came a week.",
        "To have %(target)s on %(day)s: %(n)s applications a week until the close; "
        "in the last 4 weeks %(received)s came a week.",
        projection.needed_per_week,
    )
    return said % {**words, "n": number(projection.needed_per_week)}


def _meta(total: Line) -> str:
    if total.today.unknown:
        return ""
    if total.today.is_small:
        return _("Below 30 people an interval says more than is known: none is given.")
    said = _("Eight times in ten there will be from %(low)s to %(high)s.")
    shown = total.supposed or total.today
    return said % {"low": number(shown.low), "high": number(shown.high)}


def _source(one: foreseen.RateUsed) -> str:
    if one.origin == Origin.SUPPOSED or not one.seen:
        return one.origin.label
    seen = ngettext("%(n)s file of this season", "%(n)s files of this season", one.seen) % {"n": number(one.seen)}
    return _("%(seen)s, with the %(origin)s") % {"seen": seen, "origin": one.origin.label}

"""Introductions on pages: whom to present to a site, what waits in a zone, who has a student's file."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Application, Consent, Enrolment, Intake, PaperRequest
from cohorts.states import ConsentPurpose, PaperRequestState
from partnership import clock
from partnership.models import User
from partnership.states import Scan

from ..models import HostSite, Introduction, IntroductionQuerySet, Placement, Presentation, Seat
from ..states import INTRODUCTION_LIVE, PLACEMENT_LIVE, IntroductionState
from . import clocks

# A shortlist: so many students for a place, and no student on more lists than so many (matching.md).
STUDENTS_A_PLACE, SITES_A_STUDENT = 5, 3
_CV = "curriculum_vitae"


def with_names(introductions: IntroductionQuerySet) -> IntroductionQuerySet:
    """Introductions with everything their rows show."""
    return introductions.select_related(
        "site__company",
        "site__commune",
        "site__zone",
        "presentation__sent_by",
        "enrolment__application__candidate__commune",
        "enrolment__application__cohort__zone",
        "enrolment__application__cohort__intake__programme",
        "enrolment__application__intake",
    )


# -- whom to present --------------------------------------------------------------------------------------------------


def to_present(site: HostSite, intake: Intake, *, user: User) -> QuerySet[Enrolment]:
    """Students of an intake who may be presented to a site: without a place, and not presented there already."""
    lives_elsewhere = Placement.objects.filter(enrolment=OuterRef("pk"), state__in=PLACEMENT_LIVE)
    shown_here = Introduction.objects.live().filter(enrolment=OuterRef("pk"), site=site)
    movable = Exists(
        Application.other_zones.through.objects.filter(application=OuterRef("application"), zone=site.zone)
    )
    of_zone = Q(application__cohort__zone=site.zone) | movable
    return (
        clocks.with_clocks(Enrolment.objects.visible_to(user).live())
        .filter(of_zone, ~Exists(lives_elsewhere), ~Exists(shown_here), application__intake=intake)
        .select_related(
            "application__candidate__commune",
            "application__cohort__zone",
            "application__cohort__intake__programme",
            "application__intake__programme",
        )
        .order_by("enrolled_at", "pk")
    )


@dataclass
class Choice:
    """A student who may be presented, how many hosts have their file, and whether the shortlist proposes them."""

    enrolment: Enrolment
    sites: int
    is_proposed: bool = False


@dataclass
class Shortlist:
    """Whom to present to a site: everybody who may be, the proposed ones first."""

    site: HostSite
    intake: Intake
    places: int = 0
    under_way: int = 0
    choices: list[Choice] = field(default_factory=list)

    @property
    def proposed(self) -> list[Enrolment]:
        return [choice.enrolment for choice in self.choices if choice.is_proposed]

    @property
    def verdict(self) -> str:
        """The page's title: how many could come, for how many places."""
        who = len(self.choices)
        if not who:
            return _("Nobody to present to %(site)s.") % {"site": self.site}
        words = ngettext("%(n)s student to present", "%(n)s students to present", who) % {"n": who}
        places = self.places
        where = ngettext("%(n)s free place", "%(n)s free places", places) % {"n": places}
        return _("%(who)s, %(where)s at %(site)s") % {
            "who": words,
            "where": where if places else _("no free place"),
            "site": self.site,
        }


def shortlist(site: HostSite, intake: Intake, *, user: User) -> Shortlist:
    """Propose whom to present: so many a place, whoever is on the fewest lists first, then the nearest."""
    found = Shortlist(site, intake)
    found.places = Seat.objects.free().filter(site=site, intake=intake).count()
    found.under_way = Introduction.objects.live().filter(site=site, presentation__intake=intake).count()
    live = Count("introductions", filter=Q(introductions__state__in=INTRODUCTION_LIVE))
    choices = [Choice(one, one.sites) for one in to_present(site, intake, user=user).annotate(sites=live)]

    def rank(choice: Choice) -> tuple:
        commune = choice.enrolment.application.candidate.commune
        return (
            choice.sites,  # nobody on a second list before everybody is on one,
            commune is None or commune.insee_code != site.commune_id,  # the same commune first,
            commune is None or commune.department != site.commune.department,  # then the same department,
            choice.enrolment.enrolled_at,  # then the longest wait
        )

    choices.sort(key=rank)
    room = STUDENTS_A_PLACE * max(found.places, 1) - found.under_way
    for choice in choices[: max(room, 0)]:
        choice.is_proposed = choice.sites < SITES_A_STUDENT
    found.choices = choices
    return found


# -- what waits in a zone ---------------------------------------------------------------------------------------------


@dataclass
class IntroductionRow:
    """An introduction, and whether the host's day to reply is past."""

    introduction: Introduction
    is_late: bool


def rows_of(introductions: Iterable[Introduction]) -> list[IntroductionRow]:
    """Introductions as a lead reads them."""
    today = clock.today()
    return [
        IntroductionRow(one, one.state == IntroductionState.SENT and one.presentation.reply_by < today)
        for one in introductions
    ]


def verdict(introductions: IntroductionQuerySet) -> str:
    """What the zone's list answers: whose word is late, whose is awaited, who meets whom; one statement."""
    late = Q(state=IntroductionState.SENT, presentation__reply_by__lt=clock.today())
    counted = introductions.order_by().aggregate(
        late=Count("pk", filter=late),
        sent=Count("pk", filter=Q(state=IntroductionState.SENT)),
        meeting=Count("pk", filter=Q(state=IntroductionState.MEETING)),
    )
    words = []
    if counted["late"]:
        words.append(ngettext("%(n)s late answer", "%(n)s late answers", counted["late"]) % {"n": counted["late"]})
    if awaited := counted["sent"] - counted["late"]:
        words.append(ngettext("%(n)s answer awaited", "%(n)s answers awaited", awaited) % {"n": awaited})
    if counted["meeting"]:
        n = counted["meeting"]
        words.append(ngettext("%(n)s meeting fixed", "%(n)s meetings fixed", n) % {"n": n})
    return ", ".join(words) or _("Nobody is presented to a host at the moment")


# -- by personal link -------------------------------------------------------------------------------------------------


@dataclass
class Presented:
    """Somebody on a host's page, with the CV that they agreed to show."""

    introduction: Introduction
    cv: PaperRequest | None


def presented(presentation: Presentation) -> list[Presented]:
    """Everybody a presentation shows, those still to answer for first; two statements."""
    rows = list(with_names(presentation.introductions.all()).order_by("pk"))
    rows.sort(key=lambda one: (not one.is_live, one.state == IntroductionState.MEETING))
    cvs = cvs_of(row.enrolment.application_id for row in rows if _may_show_cv(row))
    return [Presented(row, cvs.get(row.enrolment.application_id)) for row in rows]


def _may_show_cv(introduction: Introduction) -> bool:
    return introduction.is_live or introduction.state == IntroductionState.CHOSEN


def cv_of(introduction: Introduction) -> PaperRequest | None:
    """The CV that a host may open: while it is to answer or has chosen, and the student agrees."""
    application = introduction.enrolment.application_id
    return cvs_of([application]).get(application) if _may_show_cv(introduction) else None


def cvs_of(applications: Iterable[object]) -> dict[object, PaperRequest]:
    """The CVs, by file, of whoever gave one and agrees that hosts see it."""
    agreed = Consent.objects.filter(
        candidate=OuterRef("application__candidate"), purpose=ConsentPurpose.SHARE_WITH_HOSTS, withdrawn_at=None
    )
    rows = _cvs().filter(Exists(agreed), application__in=list(applications))
    return {row.application_id: row for row in rows}


def _cvs() -> QuerySet[PaperRequest]:
    given = {"state__in": [PaperRequestState.RECEIVED, PaperRequestState.ACCEPTED], "scan": Scan.CLEAN}
    return PaperRequest.objects.filter(kind__code=_CV, **given).exclude(file="").select_related("kind")


def verdict_of_host(shown: list[Presented], presentation: Presentation) -> str:
    """The title of a host's page: for whom its answer is awaited."""
    waits = sum(one.introduction.state == IntroductionState.SENT for one in shown)
    meets = sum(one.introduction.state == IntroductionState.MEETING for one in shown)
    if waits:
        return ngettext("%(n)s young person awaits your answer.", "%(n)s young people await your answer.", waits) % {
            "n": waits
        }
    if meets:
        return ngettext("You meet %(n)s young person.", "You meet %(n)s young people.", meets) % {"n": meets}
    return _("You have answered for everybody: thank you.")


@dataclass
class HavingMyFile:
    """Who has a student's file, and whether a CV goes with it."""

    introductions: list[Introduction]
    has_cv: bool
    shows_cv: bool


def having_the_file(application: Application) -> HavingMyFile:
    """The hosts to whom a student was presented, and what they see; three statements, one while there are none."""
    rows = with_names(Introduction.objects.filter(enrolment__application=application))
    introductions = list(rows.order_by("-presentation__sent_at", "pk"))
    if not introductions:
        return HavingMyFile([], has_cv=False, shows_cv=False)
    agreed = Consent.objects.filter(
        candidate=application.candidate_id, purpose=ConsentPurpose.SHARE_WITH_HOSTS, withdrawn_at=None
    )
    has_cv = _cvs().filter(application=application).exists()
    return HavingMyFile(introductions, has_cv=has_cv, shows_cv=agreed.exists())

"""A page somebody opens: which record its address names, and what happens before."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from playwright.sync_api import Response

from cohorts.states import ApplicationState, ImportState, SlotKind
from cohorts.states import ApplicationState as S
from partnership.models import OutgoingMessage
from partnership.states import MessageState, Role
from placements.demonstration import PASSWORD
from placements.states import PlacementState

from .visitor import Visitor
from .world import World

# The one form of a page that has no other.
MAIN_FORM = ("main form[method=post]",)
FIRST_FORM = ("main form.form[method=post]",)


@dataclass(frozen=True)
class Page:
    """A page somebody opens, in one of its states."""

    name: str
    reader: Role | None = None
    args: Callable[[World], list[Any]] = lambda world: []
    zone: str | None = None
    query: str | Callable[[World], str] = ""
    status: int = 200
    # CSS selectors of forms that, sent empty, come back with what is wrong and status 422.
    forms: tuple[str, ...] = ()
    # What happens before, where an address alone does not open the page.
    before: Callable[[Visitor, World], Any] | None = None
    # The form whose answer the page is, where it has no address of its own.
    sent: Callable[[Visitor, World], Response] | None = None
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.note}".strip()

    def address(self, world: World) -> str:
        query = self.query(world) if callable(self.query) else self.query
        return reverse(self.name, args=self.args(world)) + query


def resumed(key: str) -> Callable[[Visitor, World], Any]:
    """Coming from the letter that resumes an application."""
    return lambda visitor, world: visitor.open(reverse("cohorts:application_resume", args=[world.tokens[key]]))


def asked_for_a_code(visitor: Visitor, world: World) -> None:
    visitor.context.clear_cookies()
    visitor.open(reverse("account_request_login_code"))
    visitor.page.locator("main input[type=email]").fill(world.user(Role.COORDINATOR).email)
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/saisir/")


def gave_the_password(visitor: Visitor, world: World) -> None:
    """Somebody with a second factor, half way in."""
    visitor.context.clear_cookies()
    visitor.open(reverse("account_login"))
    visitor.sign_in(world.user(Role.AUTHOR), PASSWORD, then="**/second-facteur/")


def sent_too_late(visitor: Visitor, world: World) -> None:
    """Signed in again after a session that ended in the middle of a form."""
    visitor.context.clear_cookies()
    visitor.enter_with(world.tokens["kept session"])


def placed_on_closed_days(visitor: Visitor, world: World) -> Response:
    """A lead places somebody at a site that is closed on days they spend in the company."""
    student = world.to_place()
    board = reverse("placements:zone_board", args=["lyon"], query={"rentree": student.application.intake_id})
    visitor.open(board)
    form = visitor.page.locator(f"form:has(#site-{student.pk})")
    form.locator("select").select_option(str(world.closed_on_fridays.pk))
    with visitor.page.expect_navigation() as arrival:
        form.locator("button").click()
    return arrival.value


def slug(world: World) -> list[Any]:
    return [world.acvd.slug]


def certificate_slug(world: World) -> list[Any]:
    return ["directeur-de-centres-de-clientele"]


def part_time(world: World) -> list[Any]:
    return [world.part_time.pk]


def follow(key: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.tokens[key]]


def application(state: ApplicationState) -> Callable[[World], list[Any]]:
    return lambda world: [world.application(state).pk]


def of_proposal(key: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.proposals[key].pk]


def of_placement(state: PlacementState) -> Callable[[World], list[Any]]:
    return lambda world: [world.placement(state).pk]


def of_introduction(world: World) -> list[Any]:
    return [world.introduced.pk]


def presented(key: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.tokens[key], world.introduced.pk]


def of_list(state: ImportState) -> Callable[[World], list[Any]]:
    return lambda world: [world.lists[state].pk]


def entered_twice(world: World) -> list[Any]:
    return [file.candidate_id for file in world.entered_twice]


def both_under_way(world: World) -> list[Any]:
    return [world.application(state).candidate_id for state in (S.SUBMITTED, S.INTERVIEWED)]


def file_letter(world: World) -> list[Any]:
    found = world.application(S.ADMITTED)
    return [found.pk, world.letter(found).pk]


def draft_letter(world: World) -> list[Any]:
    letter = OutgoingMessage.objects.filter(state=MessageState.DRAFT).order_by("pk").first()
    return [letter.about.rpartition(":")[2], letter.pk]


def bulk(key: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.bulks[key].pk]


def paper_by_link(key: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.tokens["papers"], world.papers[key].pk]


def slot(kind: SlotKind) -> Callable[[World], list[Any]]:
    return lambda world: [world.slot(kind).pk]


def series(world: World) -> str:
    """A series of tests over the fourteenth of July."""
    cohort, holder = world.cohort("lyon"), world.user(Role.RECRUITER)
    year = cohort.intake.starts_on.year
    days = "".join(f"&weekdays={number}" for number in range(5))
    return (
        f"?kind=tests&first={year}-07-10&last={year}-07-20{days}&start=09:00&end=11:00&minutes=30&pause=0&capacity=12"
        f"&place=Campus&cohort={cohort.pk}&held_by={holder.pk}"
    )


def cohort_of(zone: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.cohort(zone).pk]


def on_conditions(world: World) -> list[Any]:
    return [world.on_conditions.pk]


def with_papers(world: World) -> list[Any]:
    return [world.papers["received"].application_id]


def source(world: World) -> list[Any]:
    return [world.source.pk]


def poster(world: World) -> str:
    return f"?formation={world.acvd.slug}&papier=a4"


def by_source(world: World) -> str:
    return f"?venu_par={world.source.code}&atteint=applied"


def of_role(role: Role) -> Callable[[World], list[Any]]:
    return lambda world: [world.user(role).pk]


def activity(title: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.activity(title).pk]


def public_activity(title: str) -> Callable[[World], list[Any]]:
    return lambda world: [world.activity(title).programme.slug, world.activity(title).pk]

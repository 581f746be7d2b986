"""The first year of the chair: what it planned, who came, what was proposed and what it has delivered by then."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, UUID, uuid5

from partnership import clock
from partnership import services as partnership
from partnership.models import User
from partnership.states import Role
from programmes import services as teaching
from programmes.models import ChairActivity, Contribution, Registration
from programmes.states import Attendance

if TYPE_CHECKING:
    from .story import Story

# What the first year promises: the eight activities of the programme.
PROMISED = 8
# The steps of an activity, each with the month and day of the demonstration's data on which it was taken.
STEPS = ("opened", "begun", "delivered", "published")


class ChairYear:
    """The activities of the data file, each with its deeds in the diary."""

    def __init__(self, story: "Story"):
        self.story = story
        self.keys: dict[str, UUID] = {}

    def plan(self) -> None:
        """Write the year of the chair in the diary."""
        promised = {"measure": "activities_delivered", "target": PROMISED, "due_on": date(self.story.year + 1, 6, 30)}
        with clock.travel(self.story.at(3, 1)):
            partnership.add_objective(self.story.chair, by=self.lead("igs"), **promised)
        self.story.plan(self.story.at(4, 6, 10), self.put_on_the_programme)
        for said in self.story.data["activity"]:
            for step in STEPS:
                if step in said:
                    self.story.plan(self.story.at(*said[step], 9, 15), lambda a=said, deed=step: getattr(self, deed)(a))
            for place in range(said.get("guests", 0)):
                opened = self.story.at(*said["opened"], 12) + timedelta(hours=20 * place + 3)
                self.story.plan(opened, lambda a=said, n=place: self.register(a, n), office=False)
            if "gives_up" in said:
                self.story.plan(self.story.at(*said["gives_up"], 18), lambda a=said: self.give_up(a), office=False)
            if "met" in said:
                self.story.plan(self.story.at(*said["met"], 15), lambda a=said: self.mark(a))
        for said in self.story.data["proposal"]:
            self.story.plan(self.story.at(*said["sent"], 20), lambda p=said: self.propose(p), office=False)
            if "decided" in said:
                self.story.plan(self.story.at(*said["decided"], 11), lambda p=said: self.decide(p))

    # -- the team -------------------------------------------------------------------------------------------------

    def lead(self, party: str) -> User:
        """The coordination of a party."""
        return self.story.people[f"{Role.COORDINATOR}:"][party == "smt"]

    def put_on_the_programme(self) -> None:
        for said in self.story.data["activity"]:
            begins, ends = (self.moment(said, name) for name in ("begins", "ends"))
            dates = {
                name: self.day(said, key)
                for name, key in (("registrations_until", "register_until"), ("contributions_until", "propose_until"))
            }
            activity = teaching.plan_activity(
                self.story.chair.programmes.get(),
                kind=said["kind"],
                title=said["title"],
                theme=said["theme"],
                description=said["description"],
                lead=self.lead(said["party"]),
                lead_party=self.story.smt if said["party"] == "smt" else self.story.igs,
                begins_at=begins,
                ends_at=ends,
                place=said.get("place", ""),
                capacity=said.get("capacity"),
                is_public=True,
                by=self.lead(said["party"]),
                **dates,
            )
            self.keys[said["title"]] = activity.pk

    def moment(self, said: dict[str, Any], name: str) -> datetime:
        month, day, hour, minute = said[name]
        return self.story.at(month, day, hour, minute, years=said.get("years", [0, 0])[name == "ends"])

    def day(self, said: dict[str, Any], key: str) -> date | None:
        return date(self.story.year, *said[key]) if key in said else None

    def activity(self, said: dict[str, Any]) -> ChairActivity:
        return ChairActivity.objects.get(pk=self.keys[said.get("activity", said["title"])])

    def opened(self, said: dict[str, Any]) -> None:
        teaching.open_activity(self.activity(said), by=self.lead(said["party"]))

    def begun(self, said: dict[str, Any]) -> None:
        teaching.begin_activity(self.activity(said), by=self.lead(said["party"]))

    def delivered(self, said: dict[str, Any]) -> None:
        activity = self.activity(said)
        teaching.deliver_activity(
            activity,
            version=activity.version,
            on=clock.today(),
            deliverable=said["deliverable"],
            deliverable_text=said.get("text", ""),
            by=self.lead(said["party"]),
        )

    def published(self, said: dict[str, Any]) -> None:
        teaching.publish_activity(self.activity(said), by=self.lead(said["party"]))

    def mark(self, said: dict[str, Any]) -> None:
        """Who has come: all but the last of the list."""
        people = list(self.activity(said).registrations.registered().select_related("activity").order_by("number"))
        for place, registration in enumerate(people, start=1):
            seen = Attendance.ABSENT if place == len(people) else Attendance.PRESENT
            teaching.mark_attendance(registration, seen, version=registration.version, by=self.lead(said["party"]))

    def decide(self, said: dict[str, Any]) -> None:
        contribution = Contribution.objects.get(title=said["title"])
        teaching.decide_contribution(
            contribution,
            said["decision"],
            words=said.get("words", ""),
            version=contribution.version,
            by=contribution.activity.lead,
        )

    # -- from outside ---------------------------------------------------------------------------------------------

    def guest(self, place: int) -> dict[str, str]:
        guests = self.story.data["guest"]
        name, organisation, email = guests[place % len(guests)]
        return {"name": name, "organisation": organisation, "email": email, "language": "fr"}

    def register(self, said: dict[str, Any], place: int) -> None:
        key = uuid5(NAMESPACE_URL, f"{said['title']} {place}")
        teaching.register(self.activity(said), submit_key=key, **self.guest(place))

    def give_up(self, said: dict[str, Any]) -> None:
        """The second who had registered cannot come: the first who waits has the place."""
        registration = Registration.objects.get(activity=self.activity(said), number=2)
        teaching.give_up(registration, by=registration)

    def propose(self, said: dict[str, Any]) -> None:
        teaching.contribute(
            self.activity(said),
            submit_key=uuid5(NAMESPACE_URL, said["title"]),
            title=said["title"],
            abstract=said["abstract"],
            **self.guest(said["by"]),
        )

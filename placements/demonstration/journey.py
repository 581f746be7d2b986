"""One young person of the demonstration, from the first step to a seat."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q

from cohorts import services as recruitment
from cohorts.models import Application, plain
from cohorts.states import Availability, ConditionKind, Level, Source
from partnership.models import Commune, User
from partnership.personal_data import NOTICE_VERSION
from partnership.states import Role

from .. import services as placing
from ..models import Placement, Seat, Tutor
from ..states import PLACEMENT_LIVE, ContractKind
from . import contracts

if TYPE_CHECKING:
    from .story import Story


class Journey:
    """One young person's way, planned backwards from where they stand when the demonstration opens."""

    def __init__(self, story: "Story", zone: str, end: str, name: tuple[str, str], number: int, seat: str):
        self.story, self.zone, self.end, self.name, self.number, self.seat = story, zone, end, name, number, seat
        self.cohort = story.cohorts[zone]
        self.recruiter = story.somebody(Role.RECRUITER, "lyon" if zone == "lyon" else "")
        self.key = UUID(int=story.chance.getrandbits(128), version=4)

    @property
    def application(self) -> Application:
        return Application.objects.select_related(
            "cohort__intake__programme", "cohort__zone", "intake", "candidate", "owner"
        ).get(submit_key=self.key)

    def plan(self) -> None:
        chance, story = self.story.chance, self.story
        waits = {"submitted": (0, 3), "interview_scheduled": (2, 6), "unreachable": (12, 50), "no_show": (8, 12)}
        low, high = waits.get(self.end, (12, 20) if self.end in ("interviewed", "admitted") else (18, 62))
        begun = story.today - timedelta(days=chance.randint(low, high), hours=1)
        if begun.date() < story.today.date():
            begun = begun.replace(hour=chance.randint(8, 21), minute=chance.randint(0, 59))
        begun = max(begun, story.at(4, 13, chance.randint(8, 20)))
        story.plan(begun, self.apply, office=False)
        if self.end in ("submitted",):
            return
        if self.end == "unreachable":
            story.plan(
                begun + timedelta(days=9),
                lambda: recruitment.mark_unreachable(self.application, reason="no_answer", by=self.recruiter),
            )
            return
        if self.end == "withdrawn":
            story.plan(begun + timedelta(days=3), lambda: self.leave("withdraw", "other_course"))
            return
        called = begun + timedelta(days=1, hours=chance.randint(0, 4))
        meeting = (called + timedelta(days=chance.randint(3, 6))).replace(
            hour=chance.randint(9, 16), minute=chance.choice((0, 30)), second=0, microsecond=0
        )
        if self.end == "interview_scheduled":
            meeting = (story.today + timedelta(days=chance.randint(0, 4))).replace(
                hour=chance.randint(10, 17), minute=chance.choice((0, 30))
            )
        while meeting.weekday() > 4:
            meeting += timedelta(days=1)
        story.plan(called, lambda: self.invite(meeting))
        if self.end == "interview_scheduled":
            return
        if self.end == "no_show":
            story.plan(
                meeting + timedelta(hours=1), lambda: recruitment.record_absence(self.application, by=self.recruiter)
            )
            return
        story.plan(meeting + timedelta(hours=1), self.meet)
        decided = max(meeting + timedelta(days=chance.randint(1, 3), hours=2), story.at(4, 23, 10))
        decisions = {
            "waitlisted": lambda: recruitment.waitlist(self.application, by=self.recruiter),
            "rejected": lambda: recruitment.reject(self.application, reason="profile", by=self.recruiter),
        }
        if self.end in decisions:
            story.plan(decided, decisions[self.end])
        elif self.end != "interviewed":
            story.plan(decided, lambda: self.admit_then_answer(decided))

    def came_by(self) -> str:
        """The key of the source whose link was followed, or nothing: those of the missions locales stay more often."""
        stays = self.end in ("admitted", "confirmed")
        network, missions, forum = (3, 8, 9) if stays else (5, 7, 9)
        place = self.number % 10
        if place < network:
            return "network"
        return "missions" if place < missions else self.zone if place < forum else ""

    def apply(self) -> None:
        chance, names = self.story.chance, self.story.data["names"]
        first, last = self.name
        postcode = chance.choice(names["postcodes"][self.zone])
        draft = recruitment.begin(
            self.cohort,
            submit_key=self.key,
            language="fr",
            came_by=self.story.sources.get(self.came_by()),
            identity={
                "first_name": first,
                "last_name": last,
                "phone": f"{names['phones'][self.zone]}{self.number:04d}",
                "email": plain(f"{first}.{last}").replace(" ", "") + "@example.org",
                "birth_year": self.story.year - chance.randint(17, 26),
                "birth_month": chance.randint(1, 12),
                "postcode": postcode,
                "commune": commune_of(postcode),
            },
        )
        others = [zone for code, zone in self.story.zones.items() if code != self.zone and chance.random() < 0.12]
        recruitment.describe_project(
            draft,
            cohort=self.cohort,
            other_zones=others,
            project={
                "level": chance.choice([Level.BAC, Level.BAC, Level.BAC, Level.BAC_2]),
                "diploma_on": date(self.story.year - chance.randint(0, 2), 7, 1),
                "availability": [value for value in Availability.values if chance.random() < 0.6],
                "languages": chance.choice(("français", "français, anglais", "français, espagnol", "français, arabe")),
                "has_employer": False,
                "source": self.says(chance.choice(Source.values[:-1])),
                "supported_by": chance.choice(("", "", "", "Mission locale", "Professeur principal")),
            },
        )
        consents = ["talent_pool"] if chance.random() < 0.4 else []
        recruitment.submit(draft, consents=consents, notice_version=NOTICE_VERSION)

    def says(self, other: str) -> str:
        """What is answered to “How did you hear of us?”: the source, or anything else."""
        said = {source["key"]: source["said"] for source in self.story.data["source"]}
        return other if self.number % 5 == 0 else said.get(self.came_by(), other)

    def invite(self, meeting: datetime) -> None:
        place = f"Campus de {self.cohort.zone.name}, salle {self.story.chance.randint(1, 9)}"
        recruitment.schedule_interview(self.application, starts_at=meeting, place=place, by=self.recruiter)

    def meet(self) -> None:
        notes = (
            "Voix posée ; propose d’elle-même un rappel au client.",
            "Écoute attentive, à l’aise au téléphone ; tableur à consolider.",
            "Projet précis, stage en boutique ; disponible le samedi.",
            "Réservé au début, puis clair et calme devant la réclamation.",
        )
        recruitment.record_interview(self.application, note=self.story.chance.choice(notes), by=self.recruiter)

    def admit_then_answer(self, decided: datetime) -> None:
        # Every third of them takes the baccalauréat this summer.
        conditions = {ConditionKind.BAC: ""} if self.number % 3 == 0 else {}
        recruitment.admit(self.application, conditions=conditions, by=self.recruiter)
        answered = decided + timedelta(days=self.story.chance.randint(1, 4), hours=3)
        if self.end == "declined":
            self.story.plan(answered, lambda: self.leave("decline", "job"), office=False)
        elif self.end == "confirmed":
            # Whoever was admitted too late to have answered by today answers this morning.
            answered = min(answered, self.story.today - timedelta(minutes=30))
            self.story.plan(answered, lambda: self.confirm(answered), office=False)

    def leave(self, deed: str, reason: str) -> None:
        application = self.application
        getattr(recruitment, deed)(application, reason=reason, by=application.candidate, channel="link")

    def confirm(self, answered: datetime) -> None:
        application = self.application
        recruitment.confirm(application, by=application.candidate, channel="link")
        if self.seat:
            proposed = answered + timedelta(days=self.story.chance.randint(2, 6))
            if self.seat == "proposed" or proposed > self.story.today - timedelta(days=1):
                proposed = self.story.today - timedelta(minutes=self.story.chance.randint(3, 8))
            self.story.plan(proposed, lambda: self.take_a_seat(proposed))

    def take_a_seat(self, proposed: datetime) -> None:
        enrolment = self.application.enrolments.get()
        lead = self.story.somebody(Role.REGIONAL_LEAD, self.zone)
        free = Seat.objects.free().filter(intake=self.story.intake, site__zone=self.cohort.zone)
        seat = free.exclude(site__name="Confluence Télévente").order_by("site__siret").first()
        if seat is None:  # no host has answered yet: the lead looks again in three days
            self.story.plan(proposed + timedelta(days=3), lambda: self.take_a_seat(proposed + timedelta(days=3)))
            return
        placement = placing.propose(enrolment, site=seat.site, by=lead)
        answered = proposed + timedelta(days=self.story.chance.randint(1, 3))
        if self.seat == "placed":
            self.story.plan(answered, lambda: placing.accept(placement, by=seat.site))
            self.story.plan(answered + timedelta(days=1), lambda: self.find_a_tutor(placement, by=lead))
            contracts.plan(self.story, placement, number=self.number, accepted=answered, by=lead)

    def find_a_tutor(self, placement: Placement, *, by: User) -> None:
        """The host has named whoever trains fewest; by which contract is often said later."""
        placement.refresh_from_db()
        live = Count("placements", filter=Q(placements__state__in=PLACEMENT_LIVE))
        tutors = Tutor.objects.there().filter(sites=placement.seat.site).annotate(live=live).order_by("live", "name")
        tutor, kind = tutors.first(), ContractKind.APPRENTICESHIP if self.number % 3 else ""
        if tutor is not None and placement.state in PLACEMENT_LIVE:
            placing.assign_tutor(placement, tutor=tutor, contract_kind=kind, by=by)


def commune_of(postcode: str) -> Commune:
    """A commune that has this postcode."""
    return Commune.objects.filter(postcodes__contains=[postcode]).order_by("insee_code").first()

"""The young people of a season: how far each one comes, and what they and the team do until then.

Each life is told as a generator: it yields the moment of its next deed, and does it once that moment has come.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING
from uuid import uuid4

from cohorts import services
from cohorts.models import Application, Cohort, Slot
from cohorts.services.students import PERIOD
from cohorts.states import ApplicationState, CallResult, Coming, ExitReason, SlotKind, Source
from partnership import clock, working_time
from partnership.models import User
from partnership.states import Channel
from partnership.working_time import ONE_DAY
from tests import factories

if TYPE_CHECKING:
    from .season import Season


class End(Enum):
    """How far somebody comes."""

    UNREACHED = "called in vain"
    NOT_INTERESTED = "reached, and not interested"
    NEVER_APPLIED = "reached, and never applied"
    BELOW_LEVEL = "applied without the level"
    LEFT_BEFORE = "left before the interview"
    MISSED = "missed the interview, and was not reached again"
    REFUSED = "interviewed, and refused"
    DECLINED = "declined the offer"
    SILENT = "never answered the offer"
    LEFT_AFTER = "left while the offer stood"
    MELTED = "confirmed, and left in the summer"
    NOT_THERE = "confirmed, and not there on the first day"
    PRESENT = "present on the first day"


E = End
COMPLETE = (E.BELOW_LEVEL, E.LEFT_BEFORE, E.MISSED, E.REFUSED)
OFFERED = (E.DECLINED, E.SILENT, E.LEFT_AFTER, E.MELTED, E.NOT_THERE, E.PRESENT)
CONFIRMED = (E.MELTED, E.NOT_THERE, E.PRESENT)
# Of 620 contacts: 434 reached, 260 complete, 200 interviewed, 150 offered, 111 confirmed, 100 present.
OF_620 = {
    E.UNREACHED: 186,
    E.NOT_INTERESTED: 90,
    E.NEVER_APPLIED: 84,
    E.BELOW_LEVEL: 15,
    E.LEFT_BEFORE: 20,
    E.MISSED: 25,
    E.REFUSED: 50,
    E.DECLINED: 20,
    E.SILENT: 12,
    E.LEFT_AFTER: 7,
    E.MELTED: 6,
    E.NOT_THERE: 5,
    E.PRESENT: 100,
}


@dataclass
class Young:
    """One young person, as the season knows them."""

    season: "Season"
    number: int
    end: End
    cohort: Cohort
    begins: datetime

    def __post_init__(self) -> None:
        self.key = uuid4()
        self.name = (f"Prénom{self.number}", f"Fictif{self.number}")
        self.email = f"jeune{self.number}@exemple.test"
        # What this person must have had by the end, by template; written down by whoever does the deed, below.
        self.awaited: Counter[str] = Counter()

    # -- what is known of them ----------------------------------------------------------------------------------------

    @property
    def application(self) -> Application:
        """The file as it is now."""
        files = Application.objects.submitted().select_related(
            "candidate", "owner", "intake__programme__provider", "cohort__zone", "cohort__intake__programme__provider"
        )
        return files.get(candidate__email=self.email)

    @property
    def recruiter(self) -> User:
        return self.season.recruiters[self.cohort.zone.code]

    @property
    def odd(self) -> bool:
        """Half of them."""
        return self.number % 2 == 1

    # -- the life -----------------------------------------------------------------------------------------------------

    def life(self) -> Iterator[datetime]:
        """From the first word to the last."""
        yield self.begins
        applies = self.end in (*COMPLETE, *OFFERED)
        # Three of five who apply have never been spoken to; everybody else was met, or called first.
        if not applies or self.number % 5 in (0, 1):
            self.is_met()
            yield self.season.office(clock.now() + timedelta(hours=2))
            if self.end is E.UNREACHED:
                yield from self.is_called_in_vain()
                return
            if self.end is E.NOT_INTERESTED:
                self.is_called(CallResult.NOT_INTERESTED, reason=ExitReason.OTHER_COURSE)
                self.awaited["application_closed"] += 1
                return
            self.is_called(CallResult.REACHED, next_at=self.season.office(clock.now() + 7 * ONE_DAY))
            if self.end is E.NEVER_APPLIED:
                yield from self.never_applies()
                return
            yield clock.now() + ONE_DAY
        self.begins_a_form()
        self.hands_it_in()
        yield from self.goes_on()

    def goes_on(self) -> Iterator[datetime]:
        """From the application on."""
        yield self.season.office(clock.now() + timedelta(hours=3))
        if self.end is E.BELOW_LEVEL:
            services.reject(self.application, reason=ExitReason.LEVEL, by=self.recruiter)
            self.awaited["application_rejected"] += 1
            return
        services.invite(self.application, kind=SlotKind.INTERVIEW, by=self.recruiter)
        self.awaited["booking_invited"] += 1
        yield clock.now() + timedelta(hours=20)
        if self.end is E.LEFT_BEFORE:
            self.leaves()
            return
        slot = self.chooses(later=4 * ONE_DAY)
        if self.number % 4 == 0:
            yield clock.now() + timedelta(hours=5)
            slot = self.chooses(later=6 * ONE_DAY, other_than=slot)
        self.awaited["appointment_near"] += 2
        yield slot.starts_at + timedelta(hours=1)
        if self.end is E.MISSED or (self.end is E.PRESENT and self.number % 8 == 1):
            services.record_absence(self.application, by=self.recruiter)
            self.awaited["interview_missed"] += 1
            if self.end is E.MISSED:
                yield from self.is_called_in_vain()
                return
            yield clock.now() + ONE_DAY
            slot = self.chooses(later=4 * ONE_DAY)
            self.awaited["appointment_near"] += 2
            yield slot.starts_at + timedelta(hours=1)
        services.record_interview(self.application, note="Voix posée.", by=self.recruiter)
        yield self.season.office(clock.now() + ONE_DAY)
        if self.end is E.REFUSED:
            services.reject(self.application, reason=ExitReason.PROFILE, by=self.recruiter)
            self.awaited["application_rejected"] += 1
            return
        yield from self.is_offered_a_place()

    def is_offered_a_place(self) -> Iterator[datetime]:
        """A place, or a rank and then a place; and what becomes of it."""
        if self.season.has_a_place(self.cohort):
            services.admit(self.application, by=self.recruiter)
        else:
            services.waitlist(self.application, by=self.recruiter)
            self.awaited["application_waitlisted"] += 1
            while self.application.state == ApplicationState.WAITLISTED:
                yield clock.now() + timedelta(hours=1)
        self.awaited["application_admitted"] += 1
        # Whoever was offered a place in the night reads of it in the morning.
        offered = working_time.next_polite_moment(self.application.decided_at)
        if self.end is E.SILENT:
            yield from self.says_nothing(offered)
            return
        if self.odd:
            yield clock.now() + timedelta(hours=20)
        else:
            # Two working days are left on the fourth of five: the reminder has come.
            yield self.season.office(offered + timedelta(hours=1), days=4)
            self.awaited["offer_awaits"] += 1
        if self.end is E.DECLINED:
            self.declines(Channel.LINK)
        elif self.end is E.LEFT_AFTER:
            self.leaves()
        else:
            application = self.application
            services.confirm(application, by=application.candidate, channel=Channel.LINK)
            self.awaited["application_confirmed"] += 1
            yield from self.waits_for_the_first_day()

    def says_nothing(self, offered: datetime) -> Iterator[datetime]:
        """The offer ends if somebody waits for it; else it is a call, and told on the telephone."""
        self.awaited["offer_awaits"] += 1
        yield self.season.office(offered + timedelta(hours=1), days=12)
        if self.application.state == ApplicationState.EXPIRED:
            self.awaited["application_expired"] += 1
            return
        self.is_called(CallResult.NOT_INTERESTED, reason=ExitReason.JOB)
        self.awaited["application_closed"] += 1

    def waits_for_the_first_day(self) -> Iterator[datetime]:
        """The summer, in which each is asked every fortnight whether they still come, and the first day."""
        application = self.application
        enrolment, last = application.enrolments.get(), clock.now()
        leaves = self.season.at(date(self.season.year, 8, 20), 11)
        while (asked := self.season.tick_after(last + PERIOD)).date() < self.season.last_question:
            if self.end is E.MELTED and asked > leaves:
                break
            yield asked + timedelta(hours=2)
            self.awaited["still_coming"] += 1
            last = asked
            # The others say nothing, and are asked again.
            if self.odd:
                by, last = application.candidate, clock.now()
                services.answer_if_coming(enrolment, Coming.YES, by=by, channel=Channel.LINK)
        if self.end is E.MELTED:
            yield leaves
            self.leaves()
            return
        yield self.season.at(self.season.starts_on, 10)
        self.awaited["first_day"] += 1
        if self.end is E.PRESENT:
            services.arrive(enrolment, by=self.recruiter)

    # -- deeds --------------------------------------------------------------------------------------------------------

    def is_met(self) -> None:
        """At a fair, or on the telephone: a colleague types the name."""
        services.add_contact(
            self.cohort,
            by=self.season.head,
            owner=self.recruiter,
            identity=self.identity(),
            source=Source.FAIR if self.odd else Source.LYCEE,
        )
        self.season.entrusted[self.recruiter.email] += 1

    def identity(self) -> dict:
        first, last = self.name
        phone = f"+3346571{self.number:04d}"
        return {"first_name": first, "last_name": last, "phone": phone, "email": self.email}

    def is_called(self, result: CallResult, **said) -> None:
        services.record_call(self.application, result=result, by=self.recruiter, **said)

    def is_called_in_vain(self) -> Iterator[datetime]:
        """Three times, on three days; then a letter says how to come back."""
        for _ in range(3):
            self.is_called(CallResult.VOICEMAIL)
            yield self.season.office(clock.now(), days=1)
        services.mark_unreachable(self.application, reason=ExitReason.NO_ANSWER, by=self.recruiter)
        self.awaited["application_unreachable"] += 1

    def never_applies(self) -> Iterator[datetime]:
        """Half of them begin, and stop; all of them say so when they are called."""
        if self.odd:
            yield clock.now() + ONE_DAY
            self.begins_a_form()
            # The next day, and two days later.
            self.awaited["application_unfinished"] += 2
        yield self.season.office(clock.now(), days=6)
        self.is_called(CallResult.NOT_INTERESTED, reason=ExitReason.JOB)
        self.awaited["application_closed"] += 1

    def begins_a_form(self) -> None:
        """The first two steps, as the form sends them."""
        born = {"birth_year": self.season.year - 19, "birth_month": 5}
        place = factories.commune(self.cohort.zone.code)
        at = {"postcode": place.postcodes[0], "commune": place}
        draft = services.begin(self.cohort, submit_key=self.key, language="fr", identity=self.identity() | born | at)
        self.awaited["application_begun"] += 1
        services.describe_project(
            draft, cohort=self.cohort, other_zones=[], project={"level": "4", "has_employer": False, "source": "web"}
        )

    def hands_it_in(self) -> None:
        draft = Application.objects.get(submit_key=self.key)
        services.submit(draft, consents=["talent_pool"] if self.odd else [], notice_version="2026-1")
        self.awaited["application_received"] += 1

    def chooses(self, *, later: timedelta, other_than: Slot | None = None) -> Slot:
        """A slot of their own choice, by their link; another one moves the appointment."""
        application = self.application
        free = Slot.objects.to_choose(self.cohort, after=clock.now() + later).filter(kind=SlotKind.INTERVIEW)
        slot = free.exclude(pk=other_than.pk if other_than else None).order_by("starts_at", "pk").first()
        booked = application.bookings.booked().first()
        services.choose(application, slot, shown=str(booked.version if booked else 0))
        self.awaited["interview_moved" if booked else "interview_booked"] += 1
        return slot

    def leaves(self) -> None:
        """By their link."""
        application = self.application
        by = application.candidate
        services.withdraw(application, reason=ExitReason.OTHER_COURSE, by=by, channel=Channel.LINK)
        self.awaited["application_closed"] += 1

    def declines(self, channel: Channel) -> None:
        application = self.application
        services.decline(application, reason=ExitReason.JOB, by=application.candidate, channel=channel)
        self.awaited["application_closed"] += 1

"""A season of recruitment, from the first contact to the first day, under a travelled clock."""

import heapq
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from cohorts import services
from cohorts.models import Application, Cohort
from cohorts.services.students import DAYS_OF_THE_LETTER
from cohorts.states import SlotKind
from partnership import clock, projections, reminders, sending, sweeps, working_time
from partnership.models import Convention, User
from partnership.services import notice_turns
from partnership.states import Role
from partnership.working_time import ONE_DAY
from programmes.states import CurriculumState
from tests import factories

from . import foreseeing
from .lives import CONFIRMED, OF_620, End, Young

Forecasts = dict[foreseeing.Where, foreseeing.Said]
# Seven groups of sixteen; the zones take what fills them.
GROUPS = {"paris": 4, "lyon": 2, "toulouse": 1}
# The hours at which what time brings is looked at; in earnest it is every minute.
TICKS = (time(8, 31), time(13))


class Season:
    """The team, the cohorts, six hundred and twenty lives, and the machines that write for them."""

    def __init__(self, year: int, scale: int):
        """One in `scale` of everybody; fewer people come within fewer weeks."""
        self.year, self.scale = year, scale
        self.first, self.days = (date(year, 2, 1), 140) if scale == 1 else (date(year, 5, 31), 35)
        self.ticks = TICKS if scale == 1 else TICKS[:1]
        self.starts_on = date(year, 9, 13)
        # The week before the first day has a letter of its own.
        self.last_question = self.starts_on - DAYS_OF_THE_LETTER * ONE_DAY
        self.chance = random.Random(year)
        self.turn = count()
        self.entrusted: Counter[str] = Counter()
        # Each Monday and on the eve of the first day: what was forecast by zone, and what it should be by SQL.
        self.foreseen: dict[date, tuple[Forecasts, Forecasts]] = {}
        with clock.travel(self.at(self.first - 7 * ONE_DAY, 9)):
            self.found()

    # -- who and what -------------------------------------------------------------------------------------------------

    def found(self) -> None:
        """What is promised and planned, the validated course, its three cohorts, whoever recruits, the slots."""
        factories.planning_rates()
        self.milestone = factories.milestone(finalise_by=self.starts_on - 14 * ONE_DAY)
        programme = factories.programme(milestone=self.milestone)
        content = factories.curriculum(programme, state=CurriculumState.VALIDATED)
        intake = factories.intake(programme, starts_on=self.starts_on)
        self.head: User = factories.user(Role.HEAD_OF_RECRUITMENT, name="Odile Ferrand")
        self.recruiters: dict[str, User] = {}
        self.cohorts: dict[str, Cohort] = {}
        for code, groups in GROUPS.items():
            zone = factories.zone(code)
            self.recruiters[code] = factories.user(Role.RECRUITER, zone=zone, name=f"Recruteuse {zone.name}")
            self.cohorts[code] = cohort = factories.cohort(
                code,
                of=intake,
                content=content,
                groups=groups,
                capacity=max(groups * 16 // self.scale, 1),
                applications_from=date(self.year, 1, 15),
                applications_until=date(self.year, 9, 1),
            )
            services.rule_places(
                cohort,
                cascades=True,
                overbooking_percent=0,
                hours_to_reply=cohort.hours_to_reply,
                by=self.head,
                version=cohort.version,
            )
            moments, _left_out = services.moments(
                first=self.first + ONE_DAY,
                last=date(self.year, 8, 20),
                weekdays={1, 3},
                start=time(9),
                end=time(12),
                minutes=30,
            )
            services.open_slots(
                cohort,
                moments,
                by=self.recruiters[code],
                kind=SlotKind.INTERVIEW,
                minutes=30,
                place=f"Campus de {zone.name}",
                capacity=1,
                held_by=self.recruiters[code],
            )
        self.people = list(self.young_people())
        self.there = sum(young.end == End.PRESENT for young in self.people)
        factories.objective(milestone=self.milestone, measure="confirmed", target=self.there)

    def young_people(self) -> Iterator[Young]:
        """Each end as often as the planning rates say, in the zone whose places it takes; contacts come until June."""
        ends = [end for end, number in OF_620.items() for _ in range(number // self.scale)]
        self.chance.shuffle(ends)
        zones = {True: self.shared(End.PRESENT in ends and self.taken(ends)), False: self.spread()}
        for number, end in enumerate(ends, start=1):
            begins = self.at(self.first, 8) + timedelta(
                days=self.chance.randint(0, self.days), minutes=self.chance.randint(0, 14 * 60)
            )
            yield Young(self, number, end, self.cohorts[next(zones[end in CONFIRMED])], begins)

    def taken(self, ends: list[End]) -> int:
        """How many places will be confirmed."""
        return sum(end in CONFIRMED for end in ends)

    def shared(self, number: int) -> Iterator[str]:
        """Zones for those who confirm: no more of them in a zone than it has places."""
        room = [code for code, cohort in self.cohorts.items() for _ in range(cohort.capacity)]
        assert number <= len(room)
        self.chance.shuffle(room)
        return iter(room)

    def spread(self) -> Iterator[str]:
        """Zones for the others, as their groups."""
        while True:
            yield self.chance.choices(list(GROUPS), weights=GROUPS.values())[0]

    # -- hours --------------------------------------------------------------------------------------------------------

    def at(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(day, time(hour, minute), clock.PARIS)

    def office(self, moment: datetime, *, days: int = 0) -> datetime:
        """The moment itself, so many working days later, or the next at which somebody is there."""
        moment = moment.astimezone(clock.PARIS)
        if days:
            moment = datetime.combine(working_time.add_working_days(moment.date(), days), moment.time(), clock.PARIS)
        if working_time.is_working_day(moment.date()) and 9 <= moment.hour < 18:
            return moment
        if working_time.is_working_day(moment.date()) and moment.hour < 9:
            return moment.replace(hour=9, minute=10)
        return working_time.next_morning(moment) + timedelta(minutes=10)

    def tick_after(self, moment: datetime) -> datetime:
        """The first look, from a moment on, at what time brings, Sundays apart."""
        day = moment.astimezone(clock.PARIS).date()
        while True:
            ticks = (datetime.combine(day, hour, clock.PARIS) for hour in self.ticks)
            found = next((tick for tick in ticks if tick >= moment and day.weekday() != working_time.SUNDAY), None)
            if found:
                return found
            day += ONE_DAY

    # -- what happens -------------------------------------------------------------------------------------------------

    def pass_by(self) -> None:
        """Everybody's deeds in the order of their moments, and the machines' in between, until the day after."""
        until = self.at(self.starts_on + 2 * ONE_DAY, 21)
        diary = [(self.at(self.first, 7), next(self.turn), self.machines())]
        diary.append((self.at(date(self.year, 8, 30), 10), next(self.turn), self.first_days()))
        diary += [(young.begins, next(self.turn), young.life()) for young in self.people]
        heapq.heapify(diary)
        while diary and diary[0][0] < until:
            moment, _turn, life = heapq.heappop(diary)
            with clock.travel(moment):
                following = next(life, None)
                self.answer_the_bell()
            if following is not None:
                assert following >= moment
                heapq.heappush(diary, (following, next(self.turn), life))

    def first_days(self) -> Iterator[datetime]:
        """Where and when students are expected is said a fortnight before, once the summer is nearly over."""
        yield self.at(date(self.year, 8, 30), 10)
        for cohort in self.cohorts.values():
            cohort.refresh_from_db()
            services.say_first_day(
                cohort,
                first_day_time=time(9),
                first_day_place=f"Campus de {cohort.zone.name}",
                first_day_bring="un stylo",
                by=self.head,
                version=cohort.version,
            )

    def answer_the_bell(self) -> None:
        """What each deed rings for, within the minute: the places given back, and the letters."""
        sweeps.sweep()
        while sending.send_due():
            pass

    def machines(self) -> Iterator[datetime]:
        """What time brings, looked for by a worker; on Mondays by another as well, who finds it done."""
        day = self.first
        while True:
            for hour in self.ticks:
                yield datetime.combine(day, hour, clock.PARIS)
                for _worker in range(2 if self.scale == 1 and day.weekday() == 0 else 1):
                    reminders.remind(seconds=600)
                    notice_turns()
            if day.weekday() == 0 or day == self.starts_on - ONE_DAY:
                self.foreseen[day] = self.forecasts(), foreseeing.said_by_sql({self.milestone.order: self.there})
            day += ONE_DAY

    def forecasts(self) -> Forecasts:
        """What is forecast of the milestone, by zone and in all of them."""
        told = projections.projections(None, Convention.objects.get())
        codes = {cohort.zone_id: code for code, cohort in self.cohorts.items()} | {None: ""}
        return {(self.milestone.order, codes[zone]): foreseeing.told_of(one) for (_key, zone), one in told.items()}

    def has_a_place(self, cohort: Cohort) -> bool:
        """Whether somebody may be offered a place at once: one is free, and nobody waits for it."""
        held, waits = cohort.applications.holding().count(), Application.objects.waiting().filter(cohort=cohort)
        return held < cohort.places and not waits.exists()

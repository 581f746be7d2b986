"""A year of a convention in which everything happens that figures hang on, played by the services under the clock."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.db.models import Model
from django.forms import model_to_dict
from django.test import Client
from django.urls import reverse

from cohorts import services as recruitment
from cohorts.models import Application, Cohort, Enrolment
from cohorts.states import Coming
from partnership import clock, personal_data
from partnership import services as partnership
from partnership.measures import Cell, Counts
from partnership.models import Convention, User, ref
from partnership.personal_data import NOTICE_VERSION
from partnership.states import Role
from placements import services as placing
from placements.models import HostSite, Placement, Seat
from programmes import services as teaching
from programmes.models import ChairActivity, Curriculum, Programme, Registration
from programmes.states import ActivityKind, Opinion, ProgrammeKind

from .. import factories

YEAR = 2027
ZONES = ("paris", "lyon")


def at(month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = YEAR) -> datetime:
    return datetime.combine(date(year, month, day), time(hour, minute), clock.PARIS)


def phone_of(name: str) -> str:
    return f"+3346571{sum(map(ord, name)):04d}"


def told(figures: Counts) -> dict[tuple[str, Cell], int]:
    """Figures cell by cell, without the noughts."""
    return {(key, cell): number for key, cells in figures.items() for cell, number in cells.items() if number}


class Diary:
    """Who there is, what they do and when; `nights` plays it and stops at the end of each day."""

    def __init__(self, client_of: Callable[[User], Client]) -> None:
        self.client_of = client_of
        self.deeds: list[tuple[datetime, Callable[[], object]]] = []
        with clock.travel(at(3, 20)):
            self._found()
        self._write_contents()
        self._recruit()
        self._host()
        self._place()
        self._teach_directors()
        self._hold_the_chair()

    def plan(self, when: datetime, deed: Callable[[], object]) -> None:
        self.deeds.append((when, deed))

    def nights(self, *, until: date) -> Iterator[date]:
        """Play the diary; each day on which something happened, and the one after, at its end and on the clock."""
        self.deeds.sort(key=lambda deed: deed[0])
        days = {when.date() for when, _deed in self.deeds}
        day = min(days)
        while day <= until:
            for when, deed in self.deeds:
                if when.date() == day:
                    with clock.travel(when):
                        deed()
            if {day, day - timedelta(days=1)} & days:
                with clock.travel(datetime.combine(day, time(23, 55), clock.PARIS)):
                    yield day
            day += timedelta(days=1)

    # -- who there is -------------------------------------------------------------------------------------------------

    def _found(self) -> None:
        self.convention: Convention = factories.convention(signed=False)
        factories.planning_rates()
        self.coordinators = {code: factories.user(Role.COORDINATOR, party_code=code) for code in ("smt", "igs")}
        self.recruiter = factories.user(Role.HEAD_OF_RECRUITMENT)
        self.administrator = factories.user(Role.ADMINISTRATOR)
        self.author = factories.user(Role.AUTHOR)
        self.reviewer = factories.user(Role.REVIEWER, party_code="smt")
        self.leads = {
            code: factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=factories.zone(code)) for code in ZONES
        }
        milestones = [
            factories.milestone(self.convention, order=order, finalise_by=date(YEAR, 7, 31)) for order in (1, 2)
        ]
        self.diploma = factories.programme(milestone=milestones[0], review_days=10)
        self.directors = factories.programme(
            "directeur", milestone=milestones[1], kind=ProgrammeKind.SCHOOL_CERTIFICATE, review_days=10
        )
        self.chair = factories.chair(milestone=factories.milestone(self.convention, order=3))
        self.intake = factories.intake(self.diploma, starts_on=date(YEAR, 9, 13))
        self.next_intake = factories.intake(self.diploma, starts_on=date(YEAR + 1, 9, 13))
        self.certificate_intake = factories.intake(self.directors, starts_on=date(YEAR, 6, 7))
        for order, (code, signature) in enumerate(
            zip(("smt", "igs"), self.convention.signatures.order_by("order"), strict=True)
        ):
            by = self.coordinators[code]
            self.plan(at(3, 28, 9 + order), lambda signature=signature, by=by: partnership.sign(signature, by=by))

    def cohort(self, zone: str, intake: object = None) -> Cohort:
        return Cohort.objects.select_related("intake__programme", "zone").get(
            intake=intake or self.intake, zone=factories.zone(zone)
        )

    # -- contents -----------------------------------------------------------------------------------------------------

    def _version(self, of: Programme) -> Curriculum:
        return of.curricula.order_by("-number").first()

    def _write(self, of: Programme) -> None:
        version = teaching.create_curriculum(of, by=self.author)
        for title in ("Accueil", "Vente") if not version.modules.exists() else ():
            texts = {"objectives": "…", "content": "…", "block": title if of == self.directors else ""}
            teaching.add_module(version, by=self.author, title=title, hours=28, **texts)

    def _write_contents(self) -> None:
        def opine(of: Programme, opinion: str, **requests: str) -> None:
            module = self._version(of).modules.first()
            said = {"opinion": opinion, "requests": requests, "text_hash": module.text_hash()}
            teaching.review_module(module, by=self.reviewer, **said)

        def rework(of: Programme) -> None:
            module = self._version(of).modules.first()
            teaching.edit_module(module, version=module.version, by=self.author, objectives="Mieux dit.")

        def open_cohorts() -> None:
            content = self._version(self.diploma)
            for code, seats in (("paris", 3), ("lyon", 4)):
                dates = {"applications_from": date(YEAR, 4, 1), "applications_until": date(YEAR, 8, 31)}
                factories.cohort(code, of=self.intake, content=content, capacity=seats, **dates)
            factories.cohort("lyon", of=self.next_intake, content=content)

        acvd = self.diploma
        self.plan(at(3, 29), lambda: self._write(acvd))
        self.plan(at(3, 30), lambda: teaching.submit(self._version(acvd), by=self.author))
        self.plan(at(3, 30, 11), open_cohorts)
        # Late from 10 April to the 14th.
        self.plan(at(4, 14), lambda: opine(acvd, Opinion.CHANGES, objectives="À préciser."))
        self.plan(at(4, 14, 11), lambda: teaching.approve_rest(self._version(acvd), by=self.reviewer))
        self.plan(at(4, 16), lambda: rework(acvd))
        self.plan(at(4, 16, 11), lambda: teaching.submit(self._version(acvd), by=self.author))
        self.plan(at(4, 18), lambda: opine(acvd, Opinion.FAVOURABLE))
        # Superseded in the summer.
        self.plan(at(7, 1), lambda: self._write(acvd))
        self.plan(at(7, 1, 11), lambda: rework(acvd))
        self.plan(at(7, 2), lambda: teaching.submit(self._version(acvd), by=self.author))
        self.plan(at(7, 3), lambda: teaching.withdraw(self._version(acvd), by=self.author))
        self.plan(at(7, 5), lambda: teaching.submit(self._version(acvd), by=self.author))
        self.plan(at(7, 6), lambda: teaching.approve_rest(self._version(acvd), by=self.reviewer))

    # -- young people -------------------------------------------------------------------------------------------------

    def file(self, name: str) -> Application:
        """The newest file of somebody, by their first name."""
        rows = Application.objects.for_letters().exclude(repeats__isnull=False)
        return rows.filter(candidate__first_name=name).order_by("-created_at").first()

    def _meet(self, name: str, zone: str) -> None:
        identity = {"first_name": name, "last_name": "Fictif", "phone": phone_of(name)}
        recruitment.add_contact(self.cohort(zone), by=self.recruiter, owner=self.recruiter, identity=identity)

    def _apply(self, name: str, zone: str) -> None:
        cohort = self.cohort(zone)
        identity = {
            "first_name": name,
            "last_name": "Fictif",
            "phone": phone_of(name),
            "email": f"{name.lower()}@exemple.test",
            "birth_year": YEAR - 20,
            "birth_month": 5,
            "postcode": "69100",
            "commune": factories.commune(),
        }
        draft = recruitment.begin(cohort, submit_key=uuid4(), identity=identity, language="fr")
        project = {"level": "4", "languages": "français", "has_employer": False, "source": "lycee"}
        recruitment.describe_project(
            draft, cohort=cohort, other_zones=[factories.zone(code) for code in ZONES], project=project
        )
        recruitment.submit(draft, consents=[], notice_version=NOTICE_VERSION)

    def _admit(self, name: str) -> None:
        recruitment.record_interview(self.file(name), note="", by=self.recruiter)
        recruitment.admit(self.file(name), by=self.recruiter)

    def _confirm(self, name: str) -> None:
        file = self.file(name)
        recruitment.confirm(file, by=file.candidate)

    def _fix(self, name: str, starts_at: datetime) -> None:
        recruitment.schedule_interview(self.file(name), starts_at=starts_at, place="Campus", by=self.recruiter)

    def _answer(self, name: str, answer: Coming) -> None:
        """Whether a student still comes, as they say themselves."""
        recruitment.answer_if_coming(self._student(name), answer, by=self.file(name).candidate)

    def _recruit(self) -> None:
        by = self.recruiter
        for day, name, zone in ((2, "Ana", "paris"), (3, "Bob", "lyon"), (6, "Cléo", "lyon"), (8, "Dan", "paris")):
            self.plan(at(4, day), lambda name=name, zone=zone: self._apply(name, zone))
        self.plan(at(4, 7), lambda: self._meet("Eva", "paris"))
        self.plan(at(4, 9), lambda: self._meet("Fred", "lyon"))
        # The enquiry of Paris becomes an application to Lyon.
        self.plan(at(4, 20), lambda: self._apply("Eva", "lyon"))
        self.plan(at(4, 21), lambda: recruitment.mark_unreachable(self.file("Fred"), reason="no_answer", by=by))
        for day, name in ((22, "Ana"), (23, "Bob"), (24, "Cléo"), (25, "Dan"), (26, "Eva")):
            self.plan(at(4, day), lambda name=name: self._admit(name))
        self.plan(at(4, 27), lambda: self._confirm("Ana"))
        self.plan(at(4, 28), lambda: self._confirm("Bob"))
        self.plan(at(4, 29), lambda: self._confirm("Cléo"))
        self.plan(at(4, 30), lambda: recruitment.decline(self.file("Dan"), reason="job", by=self.file("Dan").candidate))
        self.plan(at(5, 2), lambda: self._confirm("Eva"))
        # Moves, returns, exits.
        self.plan(at(5, 4), lambda: recruitment.transfer(self.file("Bob"), cohort=self.cohort("paris"), by=by))
        self.plan(at(5, 10), lambda: recruitment.reopen(self.file("Dan"), reason="Il a rappelé.", by=by))
        self.plan(at(5, 12), lambda: self._confirm("Dan"))
        self.plan(at(5, 20), lambda: recruitment.transfer(self.file("Bob"), cohort=self.cohort("lyon"), by=by))
        self.plan(at(6, 1), lambda: recruitment.withdraw(self.file("Cléo"), reason="moved", by=by))
        self.plan(at(6, 20), lambda: recruitment.reopen(self.file("Cléo"), reason="Elle revient.", by=by))
        self.plan(at(6, 25), lambda: recruitment.reopen(self.file("Fred"), reason="Joint.", by=by))
        self.plan(at(6, 28), lambda: self._apply("Gil", "lyon"))
        self.plan(at(6, 29), lambda: self._fix("Gil", at(6, 30, 9)))
        self.plan(at(6, 30), lambda: recruitment.record_absence(self.file("Gil"), by=by))
        self.plan(at(7, 1, 12), lambda: self._fix("Gil", at(7, 2, 9)))
        self.plan(at(7, 2, 12), lambda: recruitment.record_interview(self.file("Gil"), note="", by=by))
        self.plan(at(7, 3, 12), lambda: recruitment.waitlist(self.file("Gil"), by=by))
        self.plan(
            at(7, 4),
            lambda: recruitment.postpone(self.file("Gil"), cohort=self.cohort("lyon", self.next_intake), by=by),
        )
        self.plan(at(7, 15), lambda: self._answer("Bob", Coming.HESITATES))
        self.plan(at(7, 18), lambda: self._answer("Bob", Coming.YES))
        # Somebody under way is erased: they leave, and count on.
        self.plan(at(8, 20), lambda: self._erase("Eva"))
        self.plan(at(9, 13), lambda: recruitment.arrive(self._student("Ana"), by=by))
        self.plan(at(9, 13, 11), lambda: recruitment.arrive(self._student("Dan"), by=by))
        self.plan(at(9, 14), lambda: recruitment.expect_student_again(self._student("Dan"), by=by))
        self.plan(at(9, 16), lambda: recruitment.withdraw(self.file("Ana"), reason="job", by=by))
        # Whoever was moved twice is erased after all of it.
        self.plan(at(9, 20), lambda: self._erase("Bob"))

    def _student(self, name: str) -> Enrolment:
        return self.file(name).enrolments.order_by("enrolled_at").last()

    def _erase(self, name: str) -> None:
        personal_data.erase(ref(self.file(name).candidate), by=self.recruiter, even_if_live=True)

    # -- hosts --------------------------------------------------------------------------------------------------------

    def _add_site(self, key: str, zone: str, *, is_partner: bool = True, company: str = "") -> None:
        place = factories.commune(zone)
        placing.add_site(
            company_name=company or f"{key} (fictif)",
            is_partner=is_partner,
            by=self.leads[zone],
            name=key,
            zone=factories.zone(zone),
            postcode=place.postcodes[0],
            commune=place,
            contact_name="Contact fictif",
            contact_email=f"{key.lower()}@exemple.test",
        )

    def site(self, key: str) -> HostSite:
        return HostSite.objects.select_related("zone", "company").get(name=key)

    def _pledge(self, key: str, answer: str, sure: int = 0) -> None:
        site = self.site(key)
        placing.pledge(site, self.intake, answer=answer, places_sure=sure, by=self.leads[site.zone.code])

    def _close_one(self, key: str) -> None:
        site = self.site(key)
        placing.close_seat(Seat.objects.free().filter(site=site).first(), by=self.leads[site.zone.code])

    def _host(self) -> None:
        for day, key, zone in ((5, "Alpha", "paris"), (6, "Beta", "lyon"), (7, "Gamma", "lyon")):
            self.plan(at(4, day), lambda key=key, zone=zone: self._add_site(key, zone))
        self.plan(at(4, 7, 11), lambda: self._add_site("Alpha-bis", "paris", company="Alpha (fictif)"))
        self.plan(at(4, 7, 12), lambda: self._add_site("Dehors", "lyon", is_partner=False))
        self.plan(at(4, 10), lambda: self._pledge("Alpha", "yes", 3))
        self.plan(at(4, 12), lambda: self._pledge("Beta", "yes", 2))
        self.plan(at(4, 13), lambda: self._pledge("Gamma", "yes", 2))
        self.plan(at(4, 13, 11), lambda: self._pledge("Dehors", "yes", 1))
        self.plan(at(4, 15), lambda: self._pledge("Alpha-bis", "yes", 1))
        self.plan(at(4, 19), lambda: self._close_one("Alpha"))
        self.plan(at(5, 25), lambda: self._pledge("Beta", "no"))
        self.plan(
            at(5, 28), lambda: placing.open_seats(self.site("Beta"), self.intake, number=1, by=self.leads["lyon"])
        )
        # Gamma's answer is ninety days old on 12 July, and said again in August.
        self.plan(at(7, 12), lambda: None)
        self.plan(at(8, 10), lambda: placing.reconfirm(self.site("Gamma"), self.intake, by=self.leads["lyon"]))
        self.plan(at(8, 12), self._move_gamma)
        # Beta’s company leaves the partnership, and the certificate goes to the first milestone.
        self.plan(at(8, 14), lambda: self._change(self.site("Beta").company, is_partner=""))
        self.plan(at(9, 24), lambda: self._change(self.directors, milestone=self.diploma.milestone_id))

    def _move_gamma(self) -> None:
        """Nobody sits there: the site is another zone's from now on."""
        site = self.site("Gamma")
        placing.edit_site(site, by=self.leads["lyon"], version=site.version, zone=factories.zone("paris"))

    def _change(self, thing: Model, **said: object) -> None:
        """An administrator saves a record's form with something else in it."""
        form = {name: value for name, value in model_to_dict(thing).items() if value not in (None, [], False)}
        address = reverse(f"admin:{thing._meta.app_label}_{thing._meta.model_name}_change", args=[thing.pk])
        saved = self.client_of(self.administrator).post(address, {**form, **said})
        assert saved.status_code == 302, saved.context and saved.context["errors"]

    def _placement(self, name: str) -> Placement:
        rows = Placement.objects.select_related("seat__site__zone", "enrolment__application__cohort__zone")
        return rows.filter(enrolment__application=self.file(name)).order_by("-proposed_at").first()

    def _propose(self, name: str, key: str) -> None:
        site = self.site(key)
        placing.propose(self._student(name), site=site, by=self.leads[site.zone.code])

    def _place(self) -> None:
        self.plan(at(5, 15), lambda: self._propose("Ana", "Alpha"))
        self.plan(at(5, 16), lambda: placing.accept(self._placement("Ana"), by=self.site("Alpha")))
        self.plan(at(5, 17), lambda: self._propose("Dan", "Dehors"))
        self.plan(at(5, 18), lambda: placing.accept(self._placement("Dan"), by=self.site("Dehors")))
        self.plan(at(5, 21), lambda: self._propose("Bob", "Beta"))
        self.plan(at(5, 21, 10, 5), lambda: placing.undo(self._placement("Bob"), by=self.leads["lyon"]))
        self.plan(at(5, 22), lambda: self._propose("Bob", "Gamma"))
        self.plan(at(5, 23), lambda: placing.decline(self._placement("Bob"), reason="other", by=self.site("Gamma")))
        self.plan(at(5, 30), lambda: self._propose("Eva", "Beta"))
        self.plan(at(5, 31), lambda: placing.accept(self._placement("Eva"), by=self.site("Beta")))
        self.plan(at(6, 10), lambda: self._amend("Ana", "Alpha-bis"))
        self.plan(
            at(9, 13, 14), lambda: placing.start(self._placement("Dan"), on=date(YEAR, 9, 13), by=self.leads["lyon"])
        )
        self.plan(
            at(9, 13, 15), lambda: placing.start(self._placement("Ana"), on=date(YEAR, 9, 13), by=self.leads["paris"])
        )
        self.plan(at(9, 15), lambda: self._break_off("Dan"))
        self.plan(at(9, 15, 10, 5), lambda: placing.undo_break(self._placement("Dan"), by=self.leads["lyon"]))
        self.plan(at(9, 18), lambda: self._break_off("Dan"))

    def _amend(self, name: str, key: str) -> None:
        placement, by = self._placement(name), self.leads["paris"]
        placing.amend(placement, site=self.site(key), tutor=None, from_on=clock.today(), by=by)

    def _break_off(self, name: str) -> None:
        said = {"cause": "agreement", "on": clock.today(), "reopen": False}
        placing.break_off(self._placement(name), by=self.leads["lyon"], **said)

    # -- the certificate and the chair --------------------------------------------------------------------------------

    def _teach_directors(self) -> None:
        of, by = self.directors, self.recruiter

        def open_cohort() -> None:
            dates = {"applications_from": date(YEAR, 4, 1), "applications_until": date(YEAR, 6, 5)}
            factories.cohort("paris", of=self.certificate_intake, content=self._version(of), **dates)

        def apply(name: str) -> None:
            who = {"first_name": name, "last_name": "Fictif", "phone": "+33465719999", "birth_year": YEAR - 40}
            cohort = self.cohort("paris", self.certificate_intake)
            who |= {"email": f"{name.lower()}@exemple.test", "birth_month": 2, "postcode": "75001"}
            draft = recruitment.begin(cohort, submit_key=uuid4(), identity=who, language="fr")
            recruitment.describe_project(draft, cohort=cohort, other_zones=[], project={"employer_name": "Fictif"})
            recruitment.submit(draft, consents=[], notice_version=NOTICE_VERSION)

        def blocks(acquired: tuple[str, ...] = (), taken_back: tuple[str, ...] = ()) -> None:
            key = self._student("Hal").pk
            recruitment.record_blocks(
                self.cohort("paris", self.certificate_intake),
                acquired=[(key, name) for name in acquired],
                taken_back=[(key, name) for name in taken_back],
                on=clock.today(),
                by=by,
            )

        self.plan(at(4, 4), lambda: self._write(of))
        self.plan(at(4, 5), lambda: teaching.submit(self._version(of), by=self.author))
        self.plan(at(4, 5, 11), open_cohort)
        self.plan(at(4, 12), lambda: apply("Hal"))
        self.plan(at(5, 3), lambda: teaching.approve_rest(self._version(of), by=self.reviewer))
        self.plan(at(5, 6), lambda: recruitment.admit(self.file("Hal"), by=by))
        self.plan(at(5, 7), lambda: self._confirm("Hal"))
        self.plan(at(6, 7), lambda: recruitment.arrive(self._student("Hal"), by=by))
        self.plan(at(6, 14), lambda: blocks(("Accueil",)))
        self.plan(at(6, 16), lambda: blocks(taken_back=("Accueil",)))
        self.plan(at(6, 18), lambda: blocks(("Accueil",)))
        self.plan(at(6, 22), lambda: blocks(("Vente",)))
        self.plan(at(6, 23), lambda: blocks(taken_back=("Vente",)))
        self.plan(at(6, 24), lambda: blocks(("Vente",)))

    def activity(self) -> ChairActivity:
        return ChairActivity.objects.select_related("programme").order_by("begins_at").first()

    def _hold_the_chair(self) -> None:
        by = self.coordinators["smt"]

        def plan_activity(title: str, begins: datetime) -> None:
            teaching.plan_activity(
                self.chair,
                by=by,
                kind=ActivityKind.SEMINAR,
                title=title,
                lead=by,
                lead_party=factories.party("smt"),
                begins_at=begins,
                ends_at=begins + timedelta(hours=2),
                place="12 rue de l’Exemple",
                is_public=True,
                capacity=2,
                registrations_until=begins.date(),
            )

        def register(name: str) -> None:
            who = {"name": name, "email": f"{name.lower()}@exemple.test"}
            teaching.register(self.activity(), submit_key=uuid4(), language="fr", **who)

        def guest(name: str) -> Registration:
            return Registration.objects.select_related("activity").get(name=name)

        def mark(name: str, attendance: str) -> None:
            found = guest(name)
            teaching.mark_attendance(found, attendance, version=found.version, by=by)

        def cancel() -> None:
            teaching.cancel_activity(ChairActivity.objects.order_by("begins_at").last(), because="Grève.", by=by)

        def deliver() -> None:
            said = {"deliverable": "Actes", "deliverable_text": "…", "on": clock.today()}
            teaching.deliver_activity(self.activity(), version=self.activity().version, by=by, **said)

        self.plan(at(5, 1), lambda: plan_activity("Séminaire", at(6, 15, 14)))
        self.plan(at(5, 1, 11), lambda: plan_activity("Étude", at(10, 1, 14)))
        self.plan(at(5, 3, 11), lambda: teaching.open_activity(self.activity(), by=by))
        for hour, name in enumerate(("Ida", "Jon", "Kim"), start=10):
            self.plan(at(5, 5, hour), lambda name=name: register(name))
        self.plan(at(6, 10), lambda: teaching.give_up(guest("Ida"), by=guest("Ida")))
        self.plan(at(6, 15, 14), lambda: teaching.begin_activity(self.activity(), by=by))
        self.plan(at(6, 15, 17), lambda: mark("Jon", "present"))
        self.plan(at(6, 15, 18), lambda: mark("Kim", "present"))
        self.plan(at(6, 17), lambda: mark("Kim", "absent"))
        self.plan(at(6, 19), lambda: mark("Jon", ""))
        self.plan(at(6, 21), lambda: mark("Jon", "present"))
        self.plan(at(7, 8), deliver)
        self.plan(at(7, 20), cancel)
        self.plan(at(8, 25), lambda: personal_data.erase(ref(guest("Jon")), by=by, even_if_live=True))

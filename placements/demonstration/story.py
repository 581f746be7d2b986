"""The demonstration's story: who and what there is, and everybody's deeds in the order of their dates."""

import calendar
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import F

from cohorts import services as recruitment
from cohorts.models import Application, Cohort, Enrolment, Intake, RecruitmentSource, Slot, plain
from cohorts.states import Coming, RhythmKind, SlotKind, Source
from partnership import clock
from partnership import services as partnership
from partnership.models import (
    Commitment,
    Membership,
    OutgoingMessage,
    Party,
    User,
    Zone,
)
from partnership.personal_data import NOTICE_VERSION
from partnership.states import Channel, MessageState, Precision, Role
from programmes import services as teaching
from programmes.models import Curriculum, Programme
from programmes.states import Opinion, ProgrammeKind

from .chair import ChairYear
from .hosts import open_host
from .journey import Journey, commune_of

PASSWORD = "tandem-demonstration"  # noqa: S105 (the demonstration's accounts, refused in production)
# From 16 September to 20 June in 2002 (domain facts, §2.7).
WEEKS_OF_TRAINING = 40
PLACES = {"paris": (2, 32), "lyon": (1, 16), "toulouse": (1, 16)}
OBJECTIVES = {
    "confirmed": {"paris": 64, "lyon": 20, "toulouse": 16},
    "host_places": {"paris": 26, "lyon": 12, "toulouse": 12},
}


class Story:
    """What happens, day after day, until the 15 June on which the demonstration opens."""

    def __init__(self, year: int, data: dict[str, Any]):
        self.year, self.data = year, data
        self.today = self.at(6, 15, 9, 30)
        self.chance = random.Random(year)  # noqa: S311 (a story, not a secret)
        self.deeds: list[tuple[datetime, int, Callable[[], None]]] = []
        self.turn = count()
        self.people: dict[str, list[User]] = {}
        self.sources: dict[str, RecruitmentSource] = {}

    def at(self, month: int, day: int, hour: int = 9, minute: int = 0, *, years: int = 0) -> datetime:
        return datetime.combine(date(self.year + years, month, day), time(hour, minute), clock.PARIS)

    def plan(self, when: datetime, deed: Callable[[], None], *, office: bool = True) -> None:
        """Write a deed in the diary; staff keep office days and hours, young people write when they can."""
        while office and when.weekday() > 4:
            when += timedelta(days=1)
        if office and not 8 <= when.hour < 19:
            when = when.replace(hour=9 + when.hour % 9)
        if when < self.today:
            self.deeds.append((when, next(self.turn), deed))

    def tell(self) -> None:
        """Found the partnership, plan everybody's deeds, then do them in the order of their dates."""
        with clock.travel(self.at(3, 1)):
            self.found()
        self.plan_convention()
        self.plan_contents()
        ChairYear(self).plan()
        self.plan_hosts()
        self.plan_applications()
        self.plan_directors()
        self.plan_slots()
        self.plan_first_day()
        while self.deeds:
            self.deeds.sort(key=lambda deed: deed[:2])
            when, _turn, deed = self.deeds.pop(0)
            self.settle(when)
            with clock.travel(when):
                deed()
        self.settle(self.today)
        self.keep_the_evenings()

    def keep_the_evenings(self) -> None:
        """The figures of each Sunday since the signature, from the journal; the worker rebuilds the other days."""
        signed = self.at(3, 28).date()
        for ago in range((self.today.date() - signed).days, 0, -1):
            day = self.today.date() - timedelta(days=ago)
            if day.weekday() == calendar.SUNDAY or day == signed or ago == 1:
                partnership.rebuild_snapshot(self.convention, day)

    def settle(self, until: datetime) -> None:
        """What was due had left by then: nothing of the past is cancelled, and none leaves in a burst today."""
        OutgoingMessage.objects.filter(state=MessageState.PENDING, due_at__lte=until).update(
            state=MessageState.SENT, sent_at=F("due_at")
        )

    def somebody(self, role: Role, zone: str = "") -> User:
        return self.people[f"{role}:{zone}"][0]

    # -- who and what ---------------------------------------------------------------------------------------------

    def found(self) -> None:
        self.smt = Party.objects.create(code="smt", name="Syndicat du marketing téléphonique", short_name="SMT")
        self.igs = Party.objects.create(code="igs", name="Groupe IGS", short_name="IGS")
        self.zones = {zone.code: zone for zone in Zone.objects.filter(code__in=PLACES)}
        password = make_password(PASSWORD)
        for account in self.data["account"]:
            user = User.objects.create(
                email=account["email"], full_name=account["name"], phone=account["phone"], password=password
            )
            Membership.objects.create(
                user=user,
                party=self.smt if account["party"] == "smt" else self.igs,
                role=account["role"],
                zone=self.zones.get(account.get("zone")),
                since=date(self.year, 1, 1),
            )
            self.people.setdefault(f"{account['role']}:{account.get('zone', '')}", []).append(user)
        self.found_convention()
        self.found_programmes()
        self.found_sources()

    def found_convention(self) -> None:
        by = self.somebody(Role.COORDINATOR)
        self.convention = partnership.begin_convention(
            title="Convention SMT – Groupe IGS",
            purpose="Former des jeunes en alternance aux métiers des centres d’appels : un diplôme, un certificat "
            "de directeur, une chaire. L’IGS recrute et enseigne ; le SMT valide les contenus et trouve les places.",
            parties=[self.smt, self.igs],
            by=by,
        )
        self.diploma, self.certificate, self.chair = (
            partnership.add_milestone(self.convention, by=by, owner=self.igs, **fields)
            for fields in (
                {
                    "title": "Certificat de spécialisation « Assistance, conseil, vente à distance »",
                    "short_title": "Diplôme ACVD",
                    "opens_on": date(self.year, 9, 15),
                    "finalise_by": date(self.year, 7, 31),
                },
                {
                    "title": "Certificat de directeur de centres de clientèle",
                    "short_title": "Certificat de directeur",
                    "opens_on": date(self.year + 1, 1, 1),
                    "opens_precision": Precision.MONTH,
                    "finalise_by": date(self.year, 12, 31),
                    "finalise_precision": Precision.MONTH,
                },
                {
                    "title": "Chaire de télémarketing",
                    "short_title": "Chaire de télémarketing",
                    "opens_precision": Precision.NONE,
                    "finalise_precision": Precision.NONE,
                },
            )
        )
        for measure, targets in OBJECTIVES.items():
            for code, target in targets.items():
                zone = self.zones[code]
                partnership.add_objective(self.diploma, by=by, measure=measure, zone=zone, target=target)
            partnership.add_objective(self.diploma, by=by, measure=measure, target=sum(targets.values()))
        partnership.add_objective(self.certificate, by=by, measure="confirmed", target=15)
        milestones = {1: self.diploma, 2: self.certificate, 3: self.chair}
        for promise in self.data["commitment"]:
            partnership.add_commitment(
                self.convention,
                by=by,
                milestone=milestones[promise["milestone"]],
                party=self.smt if promise["party"] == "smt" else self.igs,
                text=promise["text"],
                due_on=date(self.year, *promise["due"]) if "due" in promise else None,
            )

    def found_programmes(self) -> None:
        certificate = "Certificat de spécialisation" if self.year >= 2025 else "Mention complémentaire"
        common = {"provider": self.igs, "reviewer_party": self.smt}
        self.acvd = Programme.objects.create(
            milestone=self.diploma,
            slug="assistance-conseil-vente-a-distance",
            kind=ProgrammeKind.DIPLOMA,
            title=f"{certificate} « Assistance, conseil, vente à distance »",
            short_title="CS ACVD" if self.year >= 2025 else "MC ACVD",
            level=4,
            hours=532,
            months=12,
            pitch="Une année d’alternance, un diplôme reconnu, un salaire. L’école vous forme ; un plateau "
            "téléphonique vous accueille.",
            audience="Vous avez un bac ou l’obtiendrez cet été, de 16 à 29 ans. Aucune expérience demandée : on "
            "regarde l’écoute, la voix, l’envie.",
            outcome="Un diplôme de niveau 4 en un an, un métier qui recrute, et un salaire dès le premier mois.",
            prerequisites="Un diplôme de niveau 4 (bac ou équivalent), obtenu ou préparé cette année.",
            access_terms="Candidature en ligne, entretien, réponse sous cinq jours. Entrée en septembre, selon les "
            "places de la zone.",
            methods="Cours en centre, appels simulés sur un plateau pédagogique, mise en pratique chez l’employeur.",
            assessment="Contrôles en cours de formation, dossier d’activités, examens blancs.",
            accessibility="Les locaux, les supports et les épreuves s’aménagent : parlez-en dès la candidature.",
            **common,
        )
        self.directors = Programme.objects.create(
            milestone=self.certificate,
            slug="directeur-de-centres-de-clientele",
            kind=ProgrammeKind.SCHOOL_CERTIFICATE,
            title="Certificat de maîtrise de compétences « Directeur de centres de clientèle »",
            short_title="Certificat de directeur",
            hours=182,
            pitch="Vingt-six jours pour conduire un centre de contacts, sans quitter son poste.",
            audience="Vous encadrez des équipes de conseillers et visez la direction d’un centre.",
            outcome="Un certificat de maîtrise de compétences délivré par l’école.",
            prerequisites="Encadrer une équipe de conseillers.",
            access_terms="Admission sur dossier, réponse sous cinq jours.",
            methods="Vingt-six jours de cours, études de cas, mémoire tiré de son propre centre.",
            assessment="Une évaluation par bloc ; un bloc acquis le reste.",
            accessibility="Les locaux, les supports et les épreuves s’aménagent : parlez-en dès la candidature.",
            **common,
        )
        Programme.objects.create(
            milestone=self.chair,
            slug="chaire-de-telemarketing",
            kind=ProgrammeKind.CHAIR,
            title="Chaire de télémarketing",
            short_title="Chaire de télémarketing",
            pitch="Séminaires, études et baromètre des métiers de la relation à distance.",
            **common,
        )
        self.intake = Intake.objects.create(programme=self.acvd, starts_on=date(self.year, 9, 15))
        # On a weekend it begins the Monday after: the 16th in 2002.
        begins = self.intake.starts_on
        begins += timedelta(days=-begins.weekday() % 7 if begins.weekday() > 4 else 0)
        self.cohorts = {
            code: Cohort.objects.create(
                intake=self.intake,
                zone=self.zones[code],
                groups=groups,
                capacity=places,
                rhythm="une semaine en cours, une semaine en entreprise",
                rhythm_kind=RhythmKind.WEEKS,
                school_weeks=1,
                company_weeks=1,
                training_from=begins,
                training_until=begins + timedelta(weeks=WEEKS_OF_TRAINING, days=-3 - begins.weekday()),
                applications_from=date(self.year, 4, 5),
                applications_until=date(self.year, 8, 31),
            )
            for code, (groups, places) in PLACES.items()
        }
        self.directors_cohort = Cohort.objects.create(
            intake=Intake.objects.create(programme=self.directors, starts_on=date(self.year + 1, 1, 11)),
            zone=self.zones["paris"],
            capacity=15,
            rhythm="deux jours par quinzaine",
            applications_from=date(self.year, 6, 8),
            applications_until=date(self.year, 11, 30),
        )

    def found_sources(self) -> None:
        for source in self.data["source"]:
            first, last = source.get("days", (None, None))
            self.sources[source["key"]] = recruitment.open_source(
                name=source["name"],
                kind=source["kind"],
                zone=self.zones.get(source.get("zone")),
                begins_on=first and date(self.year, *first),
                ends_on=last and date(self.year, *last),
                by=self.somebody(Role.RECRUITER),
            )

    # -- the convention and the contents --------------------------------------------------------------------------

    def plan_convention(self) -> None:
        for hour, signature in enumerate(self.convention.signatures.select_related("party"), start=10):
            coordinator = next(
                user
                for user in self.people[f"{Role.COORDINATOR}:"]
                if user.memberships.filter(party=signature.party).exists()
            )
            signed = datetime.combine(date(self.year, 3, 28), time(hour), clock.PARIS)
            # The day of the signature is the article's, whatever the weekday.
            self.deeds.append((signed, next(self.turn), lambda s=signature, by=coordinator: partnership.sign(s, by=by)))
        for promise in self.data["commitment"]:
            if "done" not in promise:
                continue
            commitment = Commitment.objects.get(text=promise["text"])
            coordinator = self.people[f"{Role.COORDINATOR}:"][promise["party"] == "smt"]
            self.plan(
                self.at(*promise["done"], 17),
                lambda c=commitment, by=coordinator, said=promise["evidence"]: partnership.keep_commitment(
                    Commitment.objects.get(pk=c.pk), evidence=said, by=by
                ),
            )

    def plan_contents(self) -> None:
        author, (reviewer, second) = self.somebody(Role.AUTHOR), self.people[f"{Role.REVIEWER}:"]

        def write(programme: Programme, modules: list[dict[str, Any]]) -> Curriculum:
            version = teaching.create_curriculum(programme, by=author)
            for module in modules:
                texts = {key: value for key, value in module.items() if key != "regulatory_review"}
                if module.get("regulatory_review"):
                    texts["regulatory_review_on"] = date(self.year, 8, 11)
                teaching.add_module(version, by=author, **texts)
            return version

        def current(programme: Programme) -> Curriculum:
            return Curriculum.objects.filter(programme=programme).latest("number")

        def record_content(programme: Programme) -> None:
            Cohort.objects.filter(intake__programme=programme).update(curriculum=current(programme))

        def submit(programme: Programme) -> None:
            teaching.submit(current(programme), by=author)
            record_content(programme)

        def opine(
            programme: Programme, order: int, opinion: str, comment: str = "", *, by: User = reviewer, **requests: str
        ) -> None:
            module = current(programme).modules.get(order=order)
            said = {"opinion": opinion, "comment": comment, "requests": requests}
            teaching.review_module(module, text_hash=module.text_hash(), by=by, **said)

        def amend() -> None:
            module = current(self.acvd).modules.get(order=3)
            final = self.data["module"][2]["assessment"]
            teaching.edit_module(module, version=module.version, by=author, assessment=final)

        first_draft = [dict(module) for module in self.data["module"]]
        first_draft[2]["assessment"] = "Deux appels simulés de cinq minutes, dont un avec refus du client."
        self.plan(self.at(4, 2), lambda: write(self.acvd, first_draft))
        self.plan(self.at(4, 8), lambda: submit(self.acvd))
        for order in (1, 2, 4, 5, 6, 7, 8, 9, 10):
            self.plan(self.at(4, 14, 10, order * 4), lambda n=order: opine(self.acvd, n, Opinion.FAVOURABLE))
        self.plan(
            self.at(4, 14, 11),
            lambda: opine(
                self.acvd,
                3,
                Opinion.CHANGES,
                assessment="Préciser qui joue le client au second appel, et ce qui vaut zéro.",
            ),
        )
        self.plan(self.at(4, 15, 16), lambda: teaching.approve_rest(current(self.acvd), by=second))
        self.plan(self.at(4, 19), amend)
        self.plan(self.at(4, 19, 10), lambda: submit(self.acvd))
        self.plan(self.at(4, 21, 9), lambda: opine(self.acvd, 3, Opinion.FAVOURABLE, by=second))
        self.plan(self.at(4, 22, 15), lambda: opine(self.acvd, 3, Opinion.FAVOURABLE))
        self.plan(self.at(6, 3), lambda: write(self.directors, self.data["block"]))
        self.plan(self.at(6, 7), lambda: submit(self.directors))
        self.plan(self.at(6, 10, 14), lambda: opine(self.directors, 1, Opinion.FAVOURABLE))
        self.plan(
            self.at(6, 10, 14, 20),
            lambda: opine(self.directors, 2, Opinion.REMARK, "Ajouter un exemple à moins de vingt positions."),
        )

    # -- hosts ----------------------------------------------------------------------------------------------------

    def plan_hosts(self) -> None:
        for host in self.data["host"]:
            self.plan(self.at(*host["answered"], 11), lambda h=host: open_host(self, h))

    # -- young people ---------------------------------------------------------------------------------------------

    def plan_applications(self) -> None:
        names = [(first, last) for first in self.data["names"]["first"] for last in self.data["names"]["last"]]
        self.chance.shuffle(names)
        number = 0
        for zone, counts in self.data["story"].items():
            placed, proposed = counts["placed"], counts["proposed"]
            for state, how_many in counts.items():
                if state in ("placed", "proposed"):
                    continue
                for rank in range(how_many):
                    number += 1
                    seat = ""
                    if state == "confirmed":
                        seat = "placed" if rank < placed else "proposed" if rank < placed + proposed else ""
                    Journey(self, zone, state, names.pop(), number, seat).plan()

    def plan_directors(self) -> None:
        for place, person in enumerate(self.data["director"], start=1):
            month, day, hour = person["applied"]
            self.plan(self.at(month, day, hour), lambda p=person, n=place: self.apply_in_post(p, n), office=False)

    def apply_in_post(self, person: dict[str, Any], place: int) -> None:
        """A professional applies to the certificate, whose content is still under review."""
        first, last = person["name"]
        draft = recruitment.begin(
            Cohort.objects.get(pk=self.directors_cohort.pk),
            submit_key=UUID(int=self.year * 1000 + place),
            language="fr",
            identity={
                "first_name": first,
                "last_name": last,
                "phone": f"{self.data['names']['phones']['paris']}{9000 + place}",
                "email": plain(f"{first}.{last}").replace(" ", "") + "@example.org",
                "birth_year": self.year - person["age"],
                "birth_month": place,
                "postcode": person["postcode"],
                "commune": commune_of(person["postcode"]),
            },
        )
        career = {name: person[name] for name in ("job", "funding")}
        career |= {"employer_name": person["employer"], "employer_siret": "", "has_employer": True}
        career |= {"management_years": person["years"], "class_days": person["days"], "source": Source.WORD_OF_MOUTH}
        recruitment.describe_project(draft, cohort=draft.cohort, other_zones=[], project=career)
        recruitment.submit(draft, consents=[], notice_version=NOTICE_VERSION)

    def plan_slots(self) -> None:
        self.plan(self.at(6, 3, 15), self.open_meeting)
        self.plan(self.at(6, 10, 17, 10), self.hold_meeting)
        self.plan(self.at(6, 11, 16), self.open_slots)
        self.plan(self.at(6, 14, 18), self.fill_the_open_day)

    def plan_first_day(self) -> None:
        self.plan(self.at(6, 11, 15), self.say_first_day)
        self.plan(self.at(6, 14, 12), self.answer_if_coming)

    def say_first_day(self) -> None:
        cohort = Cohort.objects.get(pk=self.cohorts["lyon"].pk)
        recruitment.say_first_day(
            cohort,
            first_day_time=time(9, 30),
            first_day_place="Campus de Lyon, amphithéâtre",
            first_day_bring="une pièce d’identité, de quoi écrire",
            by=self.somebody(Role.RECRUITER, "lyon"),
            version=cohort.version,
        )

    def answer_if_coming(self) -> None:
        """Some of Lyon say by their link that they still come; one is not so sure."""
        awaited = Enrolment.objects.expected().filter(application__cohort=self.cohorts["lyon"])
        for place, enrolment in enumerate(awaited.order_by("application__number")[:5]):
            answer = Coming.HESITATES if place == 3 else Coming.YES
            person = enrolment.application.candidate
            recruitment.answer_if_coming(enrolment, answer, by=person, channel=Channel.LINK)

    def open_meeting(self) -> None:
        by, campus = self.somebody(Role.RECRUITER, "lyon"), "Campus de Lyon, amphithéâtre"
        meeting = {"kind": SlotKind.INFORMATION, "minutes": 60, "capacity": 20, "place": campus, "held_by": by}
        [slot] = recruitment.open_slots(self.cohorts["lyon"], [self.at(6, 10, 17)], by=by, **meeting)
        for application in Application.objects.live().filter(cohort=slot.cohort).order_by("number")[:8]:
            recruitment.choose(application, slot, shown="0")

    def hold_meeting(self) -> None:
        slot = Slot.objects.get(kind=SlotKind.INFORMATION)
        for booking in slot.bookings.booked().order_by("application__number")[:6]:
            recruitment.attend(booking, by=slot.held_by)
        recruitment.miss_the_others(slot, by=slot.held_by)

    def open_slots(self) -> None:
        for zone, cohort in self.cohorts.items():
            by = self.somebody(Role.RECRUITER, "lyon" if zone == "lyon" else "")
            campus = {"place": f"Campus de {cohort.zone.name}, salle 2", "held_by": by}
            starts, _holidays = recruitment.moments(
                first=date(self.year, 6, 21),
                last=date(self.year, 7, 2),
                weekdays={0, 2, 3},
                start=time(14),
                end=time(16),
                minutes=30,
            )
            recruitment.open_slots(cohort, starts, kind=SlotKind.INTERVIEW, minutes=30, capacity=1, by=by, **campus)
        open_day = {"kind": SlotKind.OPEN_DAY, "minutes": 180, "capacity": 140, "place": "Campus de Paris, grand hall"}
        recruiter = self.somebody(Role.RECRUITER, "")
        saturday = self.at(6, 26, 10)
        recruitment.open_slots(self.cohorts["paris"], [saturday], held_by=recruiter, by=recruiter, **open_day)

    def fill_the_open_day(self) -> None:
        slot = Slot.objects.get(kind=SlotKind.OPEN_DAY)
        young = Application.objects.live().filter(cohort=slot.cohort).order_by("number")
        for application in young[:30]:
            recruitment.choose(application, slot, shown="0")

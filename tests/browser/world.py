"""The demonstration and what it lacks to open every page: links, a draft, an export, a caught letter."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage, get_connection
from django.core.management import call_command
from django.db.models.functions import Now
from django.test import Client

from cohorts import bulk, emails
from cohorts import services as recruitment
from cohorts.models import (
    Application,
    Bulk,
    Cohort,
    Condition,
    Enrolment,
    Import,
    PaperKind,
    PaperRequest,
    RecruitmentSource,
    Slot,
)
from cohorts.states import ERASE, FOLLOW, RESUME, TAKE, ApplicationState, EnrolmentState, ImportState, Level, SlotKind
from config import caught_mail
from partnership import clock, jobs, links, papers
from partnership import services as team
from partnership.models import Amendment, Convention, Heartbeat, InvariantCheck, Job, OutgoingMessage, User, Zone, ref
from partnership.states import INVITATION, RESET, STOP, JobState, LetterKind, MessageState, Process, Role, Scan
from placements import services as placing
from placements.board import zone as zones
from placements.models import ContractFile, HostSite, Placement, ProposalRun
from placements.services import fitting
from placements.states import (
    ANSWER,
    CONTRACT,
    INTRODUCTION,
    PLACEMENT_LIVE,
    PLEDGE,
    ContractState,
    PlacementState,
    Signal,
    VisitKind,
)
from programmes import services as teaching
from programmes.models import ChairActivity, Contribution, Curriculum, Programme, Registration
from programmes.states import GUEST, ActivityState, ContributionState, CurriculumState, Opinion
from tests import factories
from tests.cohorts import certificates
from tests.placements import contract_factory as contracts

from .drafting import texts
from .proposing import proposals


@dataclass
class World:
    """A partnership in the middle of June, to be read only."""

    tokens: dict[str, str] = field(default_factory=dict)
    _users: dict[tuple[Role, str | None], User] = field(default_factory=dict)
    bulks: dict[str, Bulk] = field(default_factory=dict)
    papers: dict[str, PaperRequest] = field(default_factory=dict)
    proposals: dict[str, ProposalRun] = field(default_factory=dict)
    contracts: dict[str, ContractFile] = field(default_factory=dict)
    texts: dict[str, Convention | Amendment] = field(default_factory=dict)

    def found(self) -> None:
        """Add to the demonstration what only somebody at work would have left."""
        author = self.user(Role.AUTHOR)
        team.add_second_factor(author, secret=generate_totp_secret(), by=author)
        self.tokens["kept session"] = self._ended_session(self.user(Role.COORDINATOR))
        self.tokens["new password"] = links.mint(RESET, ref(self.user(Role.COORDINATOR)))
        self.draft_curriculum = teaching.create_curriculum(self.acvd, by=author)
        self.submitted_curriculum = Curriculum.objects.filter(state=CurriculumState.IN_REVIEW).first()
        module, reviewer = self.submitted_curriculum.modules.get(order=3), self.user(Role.REVIEWER)
        asked = {"content": "Préciser ce qui change pour un centre de vingt positions."}
        teaching.review_module(
            module, opinion=Opinion.CHANGES, requests=asked, text_hash=module.text_hash(), by=reviewer
        )
        self.request = module.requests.get()
        self.job = jobs.start("applications_export", by=self.user(Role.RECRUITER), filters={}, order="", language="fr")
        self.column_template = recruitment.make_template(
            name="Logiciel de vœux", columns=[("last_name", "NOM"), ("phone", "")], by=self.user(Role.RECRUITER)
        )
        self.source = RecruitmentSource.objects.get(zone__code="lyon")
        self.saved_view = recruitment.save_view(
            name="Lyon, à appeler", query="zone=lyon&etat=a_contacter", is_shared=True, by=self.user(Role.RECRUITER)
        )
        self.on_conditions = Application.objects.filter(conditions__kind="bac", state=ApplicationState.ADMITTED).first()
        recruiter = self.user(Role.RECRUITER)
        papers = Condition.objects.create(application=self.on_conditions, kind="papers")
        recruitment.meet(papers, by=recruiter)
        self.tokens["on conditions"] = links.mint(FOLLOW, ref(self.on_conditions))
        self.lists = {state: self._bring(state) for state in ImportState}
        self._ask_for_papers()
        self.entered_twice = self._enter_twice()
        self._stop_the_machine()
        self._choose_many()
        begun, described, sent = self._begin("Zoé"), self._begin("Nils"), self._begin("Ambre")
        for draft in (described, sent):
            self._describe(draft)
        recruitment.submit(sent, consents=[], notice_version="2026-1")
        for state in ApplicationState:
            if found := Application.objects.filter(state=state).first():
                self.tokens[state] = links.mint(FOLLOW, ref(found))
        self._certify()
        emails.application_unfinished(begun, days=1)
        nudge = OutgoingMessage.objects.get(about=ref(begun), kind=LetterKind.DRAFTS)
        self.tokens["no more"] = links.mint(STOP, ref(nudge))
        self.refused = self.application(ApplicationState.SUBMITTED)
        person = self.refused.candidate
        person.email = "marie-antoinette.de-la-roche-saint-andre@lycee-des-metiers.exemple.test"
        person.save(update_fields=["email"])
        returned = OutgoingMessage.objects.filter(about=ref(self.refused), to_ref=ref(self.refused.candidate))
        returned.update(state=MessageState.BOUNCED, sent_at=clock.now(), to_email=person.email)
        for key, draft in {"begun": begun, "described": described, "sent": sent}.items():
            self.tokens[key] = links.mint(RESUME, ref(draft))
        rejected = Application.objects.filter(state=ApplicationState.REJECTED).first()
        self.tokens |= {"data": links.mint(TAKE, ref(rejected)), "erasure": links.mint(ERASE, ref(rejected))}
        for state in (PlacementState.PROPOSED, PlacementState.ACCEPTED):
            placement = self.placement(state)
            self.tokens[f"answer {state}"] = links.mint(ANSWER, ref(placement))
            self.tokens[f"follow {state}"] = links.mint(FOLLOW, ref(placement.enrolment.application))
        self._ask_for_places()
        self._prepare_contracts()
        self._introduce()
        self._begin_at_a_host()
        self._know_hosts()
        self._close_on_fridays()
        self._hold_the_chair()
        self._meet_today()
        self.texts = texts(by=self.user(Role.COORDINATOR))
        self.proposals = proposals(self.cohort("lyon"), by=self.user(Role.REGIONAL_LEAD, "lyon"))
        visitor = self.slot(SlotKind.OPEN_DAY).bookings.booked().order_by("pk").first()
        self.tokens["visitor"] = links.mint(FOLLOW, ref(visitor.application))
        self.invited = team.invite(
            full_name="Nora Fictive",
            email="nora@exemple.test",
            language="fr",
            by=self.user(Role.ADMINISTRATOR),
            role=Role.RECRUITER,
            party=factories.party("igs"),
            zone=Zone.objects.get(code="lyon"),
        )
        self.tokens["invitation"] = links.mint(INVITATION, ref(self.invited))
        # The tests' own process writes letters to memory: this one leaves over SMTP like any other.
        smtp = get_connection("django.core.mail.backends.smtp.EmailBackend")
        EmailMessage("Une lettre arrivée", "Bonjour.", to=["quelqu.un@exemple.test"], connection=smtp).send()
        self.caught = caught_mail.newest("Une lettre arrivée")[0].name

    def _ask_for_places(self) -> None:
        """Hosts that were written to, one that has answered; others that would be written to; one passed over."""
        lead, intake = self.user(Role.REGIONAL_LEAD, "lyon"), self.cohort("lyon").intake
        silent, answers, next_one = (factories.site("lyon", contact_phone="+33465710013") for _number in range(3))
        report = placing.choose_hosts(lead.memberships.get().zone, intake, [silent, answers], by=lead)
        jobs.run_slice(str(placing.start_asking(report, version=1, by=lead).pk))
        placing.pledge(answers, intake, answer="yes", places_sure=2, places_possible=1, by=answers, channel="link")
        review = placing.choose_hosts(report.zone, intake, [next_one, answers], by=lead)
        self.asks = {"report": report, "review": review}
        for key, site in (("places asked", silent), ("places answered", answers)):
            self.tokens[key] = links.mint(PLEDGE, ref(report.lines.get(site=site)))

    def _prepare_contracts(self) -> None:
        """A contract file in each of its states, of students placed beside those of the demonstration."""
        site, intake = self.site(), self.placement(PlacementState.ACCEPTED).seat.intake
        cohort = Cohort.objects.get(intake=intake, zone=site.zone)
        Cohort.objects.filter(pk=cohort.pk).update(capacity=cohort.capacity + len(ContractState))
        lead = self.user(Role.REGIONAL_LEAD, "lyon")
        self.contracts = {}
        for state in ContractState:
            seat = factories.seat(site, of=intake, by=lead)
            student = factories.enrolment(cohort)
            placement = factories.placement(student, seat, state=PlacementState.ACCEPTED, by=lead)
            self.contracts[state] = contracts.contract(placement, state=state, by=lead)
        for state in (ContractState.ASKED, ContractState.RECEIVED, ContractState.SIGNED):
            self.tokens[f"contract {state}"] = links.mint(CONTRACT, ref(self.contracts[state]))

    def _introduce(self) -> None:
        """Three young people presented to a site of Lyon: one to be met, one not chosen, one awaits an answer."""
        waiting = Enrolment.objects.live().filter(application__cohort=self.cohort("lyon"), placements=None)
        students = waiting.select_related("application__intake", "application__candidate").order_by("enrolled_at")[:3]
        shown = placing.present(list(students), site=self.site(), by=self.user(Role.REGIONAL_LEAD, "lyon"))
        self.presentation = shown
        self.introduced, passed, met = shown.introductions.order_by("pk")
        soon = (clock.now() + timedelta(days=3)).replace(hour=14, minute=30)
        placing.fix_meeting(met, at=soon, by=met.site)
        placing.not_choose(passed, reason="hours", by=passed.site)
        self.tokens["presentation"] = links.mint(INTRODUCTION, ref(shown))
        self.tokens["introduced"] = links.mint(FOLLOW, ref(self.introduced.enrolment.application))

    def _know_hosts(self) -> None:
        """A second contact at a site; a list of hosts with a row of each kind, of which nothing is recorded."""
        lead, site = self.user(Role.REGIONAL_LEAD, "lyon"), self.site()
        said = {"name": "Odile Fictive", "job": "Planification", "phone": "+33465719911", "email": "odile@exemple.test"}
        self.contact = placing.add_contact(site, by=lead, **said)
        rows = (
            "Entreprise;SIRET;Code postal;Contact;Courriel;Places",
            "Centre du Parc (fictif);;69006;Ali Fictif;ali@exemple.test;2",
            f"{site.company};{site.siret};{site.postcode};Ali Fictif;ali@exemple.test;",
            f"{site.name};;{site.postcode};Ali Fictif;ali@exemple.test;",
            "Centre sans contact (fictif);12;69006;;ali@exemple.test;beaucoup",
        )
        sheet = ContentFile("\n".join(rows).encode())
        intake = self.cohort("lyon").intake
        self.host_list = placing.receive_host_list(sheet, name="salon-fictif.csv", by=lead, intake=intake)

    def _close_on_fridays(self) -> None:
        """A free place at a site that does not work on days which its students spend in the company."""
        lead, self.closed_on_fridays = self.user(Role.REGIONAL_LEAD, "lyon"), factories.site("lyon")
        factories.seat(self.closed_on_fridays, of=self.cohort("lyon").intake, by=lead)
        days = {weekday: (9 * 60, 19 * 60) for weekday in range(4)}
        placing.edit_site(self.closed_on_fridays, by=lead, version=1, opening=days)

    def _hold_the_chair(self) -> None:
        """Somebody with a place, somebody who waits, a proposal; an activity held today."""
        comes = Registration.objects.registered().filter(activity__state=ActivityState.OPEN).first()
        waits = Registration.objects.waiting().first()
        proposal = Contribution.objects.filter(state=ContributionState.RECEIVED).first()
        for key, guest in {"comes": comes, "waits": waits, "proposes": proposal}.items():
            self.tokens[key] = links.mint(GUEST, ref(guest))
        chair = comes.activity.programme
        met = {"title": "Petit déjeuner d’étude", "lead": comes.activity.lead, "lead_party": comes.activity.lead_party}
        self.held_today = factories.activity(chair, days=0, capacity=20, **met)
        for attendance in ("", "", "", "present", "absent"):
            factories.registration(self.held_today, name="Maud Corrazier", attendance=attendance)

    def _begin_at_a_host(self) -> None:
        """Somebody who has begun already, so that there is a visit to note."""
        lead, site = self.user(Role.REGIONAL_LEAD, "lyon"), self.site()
        waiting = Enrolment.objects.live().filter(
            application__cohort__zone=site.zone, application__intake__programme=self.acvd
        )
        student = waiting.exclude(placements__state__in=PLACEMENT_LIVE).order_by("enrolled_at").last()
        seat = factories.seat(site, of=student.application.intake, by=lead)
        since = clock.today() - timedelta(days=50)
        self.begun = factories.placement(student, seat, state=PlacementState.ACTIVE, by=lead, started_on=since)
        placing.record_visit(
            self.begun, kind=VisitKind.DAY_35, done_on=clock.today(), signal=Signal.ATTENTION, notes="Fatigue.", by=lead
        )

    def activity(self, title: str) -> ChairActivity:
        """An activity of the chair by a word of its title."""
        return ChairActivity.objects.select_related("programme").get(title__contains=title)

    def _choose_many(self) -> None:
        """What somebody would do to several files, before and after."""
        by, said = self.user(Role.RECRUITER), {"subject": "La réunion de mardi", "words": "Elle a lieu en salle 4."}
        submitted = Application.objects.filter(state=ApplicationState.SUBMITTED)[:3]
        out = Application.objects.filter(state=ApplicationState.REJECTED)[:1]
        self.bulks = {
            "write": bulk.choose("write", submitted, said={}, by=by),
            "invite": bulk.choose("invite", [*submitted, *out], said={}, by=by),
            "nobody": bulk.choose("invite", out, said={}, by=by),
            "drafts": bulk.choose("write", submitted, said=said, by=by),
        }
        drafts = self.bulks["drafts"]
        jobs.run_slice(str(bulk.start(drafts, version=drafts.version, as_drafts=True).pk))

    def _meet_today(self) -> None:
        """Tests that have begun: some are here, one is marked by two, one is absent, the others are expected."""
        by, cohort = self.user(Role.RECRUITER), self.cohort("lyon")
        self.today = factories.slot(
            cohort, kind=SlotKind.TESTS, starts_at=clock.now() - timedelta(minutes=5), held_by=by
        )
        young = Application.objects.live().filter(cohort=cohort).order_by("number")[:9]
        bookings = [factories.booking(self.today, application) for application in young]
        for booking in bookings[:3]:
            recruitment.attend(booking, by=by)
        recruitment.miss(bookings[3], by=by)
        self.met = bookings[0]
        self.met.refresh_from_db()
        marks = {"writing": 3, "listening": 4, "call": 2}
        for rater in (by, self.user(Role.RECRUITER, "lyon")):
            recruitment.rate(self.met, by=rater, marks=marks, note="Voix posée, écoute.")

    def _bring(self, state: ImportState) -> Import:
        """A list of a fair, as far as a state; nothing is written from it, so that the demonstration stays."""
        by, cohort = self.user(Role.RECRUITER), Cohort.objects.get(zone__code="lyon", intake__programme=self.acvd)
        rows = "Fictive;Zoé;04 65 71 99 01;zoe@exemple.test;69100\nFictif;Nils;12 34;;\nFictive;Zoé;0465719901;;"
        content = ContentFile(f"Nom;Prénom;Tél.;Mél.;CP;Remarque\n{rows}".encode())
        said = {"name": "forum-fictif.csv", "intake": cohort.intake, "zone": cohort.zone, "source": "fair"}
        received = recruitment.receive_list(content, by=by, **said)
        if state != ImportState.RECEIVED:
            recruitment.match_columns(received, columns=received.columns, by=by)
        if state not in (ImportState.RECEIVED, ImportState.CHECKING):
            jobs.run_slice(str(received.job_id))
            Import.objects.filter(pk=received.pk).update(state=state)
        return received

    def _ask_for_papers(self) -> None:
        """Somebody whose papers are in every state."""
        by, student = self.user(Role.RECRUITER), self.application(ApplicationState.CONFIRMED)
        recruitment.ask_papers(student, PaperKind.objects.all(), by=by)
        for name, paper in zip(["received", "accepted", "refused", "awaited"], student.papers.in_order(), strict=False):
            if name != "awaited":
                recruitment.send_paper(paper, papers.Paper(b"%PDF-1.7 (fictif)", 2), by=student.candidate)
                PaperRequest.objects.filter(pk=paper.pk).update(scan=Scan.CLEAN)
            if name == "accepted":
                recruitment.accept_paper(paper, by=by)
            if name == "refused":
                recruitment.refuse_paper(paper, reason="Le verso de la carte manque.", by=by)
            self.papers[name] = paper
        self.tokens["papers"] = links.mint(FOLLOW, ref(student))

    def _enter_twice(self) -> list[Application]:
        """Somebody entered twice, after two calls: the first enquiry is closed."""
        by, files = self.user(Role.RECRUITER), []
        for identity in (
            {"first_name": "Inès", "last_name": "Fictive", "email": "ines@exemple.test"},
            {"first_name": "Ines", "last_name": "Fictyve", "email": "mere@exemple.test"},
        ):
            said = identity | {"phone": "+33465719904"}
            files.append(recruitment.add_contact(self.cohort("lyon"), identity=said, owner=by, by=by))
            if len(files) == 1:
                recruitment.withdraw(files[0], reason="job", by=by)
        return files

    def _stop_the_machine(self) -> None:
        """Signs of life, letters and a task that stopped, data that contradict themselves."""
        for process, minutes in ((Process.RELAY, 0), (Process.QUICK, 1), (Process.JOBS, 1), (Process.BEAT, 12)):
            Heartbeat.objects.create(
                process=process, instance="tandem-1", version=settings.VERSION, at=Now() - timedelta(minutes=minutes)
            )
        refusal = "SMTPRecipientsRefused: {'quelqu.un@exemple.test': (550, b'5.1.1 No such user here')}"
        stopped = {MessageState.DEAD: refusal, MessageState.HELD: "sender lost after handing over"}
        for place, letter in enumerate(OutgoingMessage.objects.filter(state=MessageState.SENT).order_by("-pk")[:4]):
            state = MessageState.HELD if place == 1 else MessageState.DEAD
            OutgoingMessage.objects.filter(pk=letter.pk).update(
                state=state, sent_at=None, attempts=1, last_error=stopped[state]
            )
        self.failed_job = Job.objects.create(
            kind="applications_export",
            started_by=self.user(Role.RECRUITER),
            state=JobState.FAILED,
            ended_at=clock.now(),
            done=1200,
            total=3400,
            errors=["OSError: [Errno 28] No space left on device"],
        )
        findings = {"letters_leased": ["partnership.outgoingmessage:12", "partnership.outgoingmessage:15"]}
        InvariantCheck.objects.create(at=clock.now(), broken=2, seconds=0.4, findings=findings)

    def _ended_session(self, user: User) -> str:
        """The session of somebody who signed in again after theirs had ended in the middle of a form."""
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        session = client.session
        session["kept"] = {"user": str(user.pk), "path": "/fr/accueil/", "page": "/fr/accueil/", "files": True}
        session["kept"] |= {"fields": [["evidence", "Le compte rendu."]], "at": clock.now().timestamp()}
        session.save()
        return session.session_key

    def _begin(self, first_name: str) -> Application:
        cohort = Cohort.objects.get(zone__code="lyon", intake__programme=self.acvd)
        identity = {"first_name": first_name, "last_name": "Fictive", "phone": "+33465710099", "postcode": "69100"}
        identity |= {"commune": factories.commune()}
        identity |= {"email": "zoe@exemple.test", "birth_year": clock.today().year - 19, "birth_month": 3}
        return recruitment.begin(cohort, submit_key=uuid4(), identity=identity, language="fr")

    def _certify(self) -> None:
        """A certificate under way beside the one whose content is under review, and a form of each step of it."""
        milestone = Programme.objects.get(slug="directeur-de-centres-de-clientele").milestone
        self.part_time = certificates.cohort("paris", milestone=milestone)
        # The first days of the course are behind, the next ahead.
        days = [clock.today() + timedelta(days=n) for n in (-14, -13, 3, 10, 17)]
        for day in days:
            if not recruitment.is_closed(day):
                certificates.day(self.part_time, day, by=self.user(Role.RECRUITER))
        students = [certificates.student(self.part_time) for _n in range(3)]
        certificates.student(self.part_time, state=EnrolmentState.EXPECTED)
        names = [*certificates.BLOCKS]
        pairs = [(students[0].pk, name) for name in names] + [(students[1].pk, names[0])]
        said = {"on": clock.today(), "by": self.user(Role.RECRUITER)}
        recruitment.record_blocks(self.part_time, acquired=pairs, taken_back=[], **said)
        self.certified, self.in_class = students[0].application, students[1].application
        for key, file in {"certified": self.certified, "in class": self.in_class}.items():
            self.tokens[key] = links.mint(FOLLOW, ref(file))
        person = {"first_name": "Odette", "last_name": "Fictive", "phone": "+33199000177", "postcode": "75015"}
        person |= {"email": "odette@exemple.test", "birth_year": clock.today().year - 40, "birth_month": 3}
        person |= {"commune": factories.commune("paris")}
        career = {"employer_name": "Contact (fictif)", "employer_siret": "", "job": "Superviseuse", "source": "web"}
        career |= {"management_years": 4, "funding": "opco", "class_days": "", "has_employer": True}
        cohort = Cohort.objects.get(intake__programme__slug="directeur-de-centres-de-clientele")
        for key in ("in post", "career"):
            draft = recruitment.begin(cohort, submit_key=uuid4(), identity=person, language="fr")
            if key == "career":
                recruitment.describe_project(draft, cohort=cohort, other_zones=[], project=career)
            self.tokens[key] = links.mint(RESUME, ref(draft))

    def _describe(self, draft: Application) -> None:
        project = {"level": Level.BAC, "diploma_on": None, "availability": [], "languages": "français"}
        project |= {"has_employer": False, "source": "web", "supported_by": ""}
        recruitment.describe_project(draft, cohort=draft.cohort, other_zones=[], project=project)

    @property
    def acvd(self) -> Programme:
        return Programme.objects.get(slug="assistance-conseil-vente-a-distance")

    def user(self, role: Role, zone: str | None = None) -> User:
        """Somebody of a role, the same whoever joins the team later."""
        if (role, zone) not in self._users:
            theirs = User.objects.filter(memberships__role=role, memberships__zone__code=zone)
            self._users[role, zone] = theirs.order_by("pk").first()
        return User.objects.get(pk=self._users[role, zone].pk)

    def application(self, state: ApplicationState, zone: str = "lyon") -> Application:
        return Application.objects.filter(state=state, cohort__zone__code=zone).order_by("pk").first()

    def cohort(self, zone: str) -> Cohort:
        return Cohort.objects.get(zone__code=zone, intake__programme=self.acvd)

    def slot(self, kind: SlotKind) -> Slot:
        return Slot.objects.filter(kind=kind, starts_at__gt=clock.now()).order_by("starts_at").first()

    def letter(self, application: Application) -> OutgoingMessage:
        return OutgoingMessage.objects.filter(about=ref(application)).order_by("pk").first()

    def placement(self, state: PlacementState, zone: str = "lyon") -> Placement:
        return Placement.objects.filter(state=state, seat__site__zone__code=zone).order_by("pk").first()

    def to_place(self, zone: str = "lyon") -> Enrolment:
        """Who has waited longest in a zone for a place; of age, so that the law of minors bars no site."""
        waiting = zones.to_place(Enrolment.objects.filter(application__cohort__zone__code=zone))
        return next(student for student in waiting if fitting.age_of_a_minor(student) is None)

    def site(self, zone: str = "lyon") -> HostSite:
        return HostSite.objects.filter(zone__code=zone, seats__placements__isnull=False).order_by("pk").first()


def demonstration() -> World:
    """Tell the demonstration, and more; `CLOCK_SHIFT` must then be `shift()`."""
    call_command("load_reference", verbosity=0)
    call_command("demo", verbosity=0)
    return World()


def shift() -> int:
    """The seconds by which the demonstration is ahead of the machine."""
    return int((settings.DATA_DIR / "clock_shift").read_text())


def beginning() -> World:
    """A partnership before its first convention: people, zones, and nothing else."""
    for code in ("paris", "lyon"):
        Zone.objects.create(code=code, name=code.capitalize(), order=1)
    return World()

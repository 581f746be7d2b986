"""Plain functions with good defaults; each returns a saved record."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from cohorts.models import (
    Application,
    Booking,
    Candidate,
    Cohort,
    Enrolment,
    Intake,
    PaperKind,
    PaperRequest,
    PlanningRate,
    Slot,
)
from cohorts.services import load_planning_rates
from cohorts.states import EXITS, HOLDING, ApplicationState, BookingState, PaperRequestState, SlotKind
from partnership import clock
from partnership.models import (
    Commitment,
    Commune,
    Convention,
    Membership,
    Milestone,
    Objective,
    Party,
    Signature,
    User,
    Zone,
    ZoneDepartment,
)
from partnership.papers import FOLDER
from partnership.states import ConventionState, Precision, Role, Scan
from placements.models import HostCompany, HostPledge, HostSite, Placement, Seat
from placements.states import BEGUN, PlacementState, PledgeAnswer
from programmes.models import ChairActivity, Contribution, Curriculum, Module, Programme, Registration
from programmes.states import (
    ACTIVITY_DELIVERED,
    ActivityKind,
    ActivityState,
    ContributionState,
    CurriculumState,
    ProgrammeKind,
    RegistrationState,
)

PASSWORD = "une phrase assez longue"  # noqa: S105 (test accounts only)
_count = itertools.count(1)
_ZONES = {"paris": ("Paris", "75", 1), "lyon": ("Lyon", "69", 2), "toulouse": ("Toulouse", "31", 3)}
_COMMUNES = {
    "paris": ("75115", "Paris 15e Arrondissement", "75", ["75015"], 48.8412, 2.3003),
    "lyon": ("69266", "Villeurbanne", "69", ["69100"], 45.7660, 4.8795),
    "toulouse": ("31555", "Toulouse", "31", ["31000", "31100", "31200"], 43.6043, 1.4437),
}


@cache
def _password_hash() -> str:
    # Argon2 is slow on purpose: once for all the test accounts is enough.
    return make_password(PASSWORD)


def party(code: str = "igs") -> Party:
    names = {"igs": ("Groupe IGS", "IGS"), "smt": ("Syndicat du marketing téléphonique", "SMT")}
    name, short = names.get(code, (code, code))
    return Party.objects.get_or_create(code=code, defaults={"name": name, "short_name": short})[0]


def zone(code: str = "lyon") -> Zone:
    name, department, order = _ZONES[code]
    found, created = Zone.objects.get_or_create(code=code, defaults={"name": name, "order": order})
    if created:
        ZoneDepartment.objects.create(zone=found, department=department)
    return found


def commune(code: str = "lyon") -> Commune:
    insee, name, department, postcodes, latitude, longitude = _COMMUNES[code]
    facts = {"name": name, "department": department, "postcodes": postcodes}
    where = {"latitude": latitude, "longitude": longitude}
    return Commune.objects.get_or_create(insee_code=insee, defaults=facts | where)[0]


def user(
    role: Role | None = None,
    *,
    zone: Zone | None = None,
    party_code: str = "igs",
    email: str = "",
    name: str = "",
    language: str = "fr",
) -> User:
    number = next(_count)
    person = User.objects.create(
        email=email or f"personne{number}@exemple.test",
        password=_password_hash(),
        full_name=name or f"Personne {number}",
        language=language,
    )
    if role is not None:
        Membership.objects.create(
            user=person, party=party(party_code), role=role, zone=zone, since=clock.today() - timedelta(days=400)
        )
    return person


@contextmanager
def before_the_signature() -> Iterator[None]:
    """Write in a convention that is signed already, as if it had been before: the database would refuse it now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def convention(*, signed: bool = True) -> Convention:
    made = Convention.objects.create(title="Convention SMT – Groupe IGS", purpose="Former des jeunes en alternance.")
    for order, code in enumerate(("smt", "igs")):
        Signature.objects.create(convention=made, party=party(code), order=order)
    if signed:
        coordinator = user(Role.COORDINATOR)
        at = clock.now() - timedelta(days=80)
        made.signatures.update(signed_at=at, signed_by=coordinator)
        made.state, made.signed_at = ConventionState.SIGNED, at
        made.save()
    return made


def draft() -> Convention:
    """A draft with all it needs to be signed."""
    made = convention(signed=False)
    milestone(made)
    return made


def milestone(of: Convention | None = None, *, order: int = 1, finalise_by: date | None = None) -> Milestone:
    # A signed one before a draft: keys are random.
    of = of or Convention.objects.order_by("-state", "pk").first() or convention()
    found = of.milestones.filter(order=order).first()
    if found is not None:
        return found
    with before_the_signature():
        return Milestone.objects.create(
            convention=of,
            order=order,
            title=f"Jalon {order}",
            short_title=f"Jalon {order}",
            owner=party("igs"),
            opens_on=clock.today() + timedelta(days=90),
            finalise_by=finalise_by or clock.today() + timedelta(days=45),
            opens_precision=Precision.DAY,
            finalise_precision=Precision.DAY,
        )


def rewrite(of: Convention | Milestone, **fields: Any) -> None:
    """Let a convention or a milestone say something else, as if it had always said so."""
    with before_the_signature():
        type(of).objects.filter(pk=of.pk).update(**fields)
    of.refresh_from_db()


def objective(**fields: Any) -> Objective:
    """A target, as if it had been promised before the signature."""
    with before_the_signature():
        return Objective.objects.create(**fields)


def commitment(**fields: Any) -> Commitment:
    """A promise, as if it had been made before the signature."""
    with before_the_signature():
        return Commitment.objects.create(**fields)


def programme(slug: str = "acvd", **fields: Any) -> Programme:
    defaults = {
        "milestone": fields.pop("milestone", None) or milestone(),
        "kind": ProgrammeKind.DIPLOMA,
        "title": "Assistance, conseil, vente à distance",
        "short_title": "CS ACVD",
        "level": 4,
        "provider": party("igs"),
        "reviewer_party": party("smt"),
        # One reviewer decides, where a test does not say otherwise.
        "quorum": 1,
    }
    return Programme.objects.get_or_create(slug=slug, defaults=defaults | fields)[0]


def curriculum(
    of: Programme | None = None, *, state: str = CurriculumState.VALIDATED, modules: int = 2, by: User | None = None
) -> Curriculum:
    of = of or programme()
    author = by or user(Role.AUTHOR)
    number = of.curricula.count() + 1
    made = Curriculum.objects.create(programme=of, number=number, created_at=clock.now(), created_by=author)
    for order in range(1, modules + 1):
        Module.objects.create(
            curriculum=made,
            order=order,
            title=f"Module {order}",
            hours=28,
            objectives="Accueillir une personne au téléphone.",
            content="Écoute, reformulation, conclusion.",
            assessment="Un appel simulé de 5 minutes.",
        )
    changes: dict[str, Any] = {"state": state}
    if state != CurriculumState.DRAFT:
        changes |= {"submitted_at": clock.now(), "submitted_by": author}
    if state in (CurriculumState.VALIDATED, CurriculumState.SUPERSEDED, CurriculumState.REFUSED):
        changes |= {"decided_at": clock.now(), "decided_by": user(Role.REVIEWER, party_code="smt")}
        changes["content_hash"] = made.text_hash()
    Curriculum.objects.filter(pk=made.pk).update(**changes)
    made.refresh_from_db()
    return made


def chair(**fields: Any) -> Programme:
    """A chair, on a milestone of its own that has no date."""
    if "milestone" not in fields:
        fields["milestone"] = milestone(order=3)
        rewrite(
            fields["milestone"],
            finalise_by=None,
            finalise_precision=Precision.NONE,
            opens_on=None,
            opens_precision=Precision.NONE,
        )
    titles = {"title": "Chaire de télémarketing", "short_title": "Chaire", "level": None}
    return programme("chaire", kind=ProgrammeKind.CHAIR, **(titles | fields))


def activity(
    of: Programme | None = None,
    *,
    state: str = ActivityState.OPEN,
    days: float = 30,
    lead: User | None = None,
    **fields: Any,
) -> ChairActivity:
    """A public activity of a chair that takes registrations, so many days from now, for three hours."""
    begins_at = clock.now().replace(microsecond=0) + timedelta(days=days)
    defaults: dict[str, Any] = {
        "kind": ActivityKind.SEMINAR,
        "title": f"Séminaire {next(_count)}",
        "lead": lead or user(Role.COORDINATOR, party_code="smt"),
        "lead_party": party("smt"),
        "begins_at": begins_at,
        "ends_at": begins_at + timedelta(hours=3),
        "place": "12 rue de l’Exemple",
        "is_public": True,
        "registrations_until": begins_at.date(),
    }
    if state in ACTIVITY_DELIVERED:
        defaults |= {"delivered_on": clock.today(), "deliverable": "Actes", "deliverable_text": "Le texte."}
    if state == ActivityState.CANCELLED:
        defaults["cancelled_because"] = "La salle est fermée."
    return ChairActivity.objects.create(programme=of or chair(), state=state, **(defaults | fields))


def registration(
    to: ChairActivity | None = None, *, state: str = RegistrationState.REGISTERED, **fields: Any
) -> Registration:
    to, number = to or activity(), next(_count)
    defaults = {"name": f"Invité {number}", "email": f"invite{number}@exemple.test", "number": number}
    return Registration.objects.create(activity=to, state=state, **(defaults | fields))


def contribution(
    to: ChairActivity | None = None, *, state: str = ContributionState.RECEIVED, **fields: Any
) -> Contribution:
    to, number = to or activity(contributions_until=clock.today() + timedelta(days=20)), next(_count)
    defaults: dict[str, Any] = {"name": f"Autrice {number}", "email": f"autrice{number}@exemple.test"}
    defaults |= {"title": f"Proposition {number}", "abstract": "Ce que disent les conseillers de leur métier."}
    if state != ContributionState.RECEIVED:
        defaults |= {"decided_at": clock.now(), "decided_by": to.lead}
    return Contribution.objects.create(activity=to, state=state, **(defaults | fields))


def intake(of: Programme | None = None, *, starts_on: date | None = None) -> Intake:
    starts_on = starts_on or clock.today() + timedelta(days=90)
    return Intake.objects.get_or_create(programme=of or programme(), starts_on=starts_on)[0]


def cohort(zone_code: str = "lyon", *, of: Intake | None = None, content: Curriculum | None = None, **fields: Any):
    of = of or intake()
    content = content or of.programme.curricula.first() or curriculum(of.programme)
    defaults = {
        "capacity": 16,
        "applications_from": clock.today() - timedelta(days=60),
        "applications_until": clock.today() + timedelta(days=60),
        "curriculum": content,
    }
    return Cohort.objects.get_or_create(intake=of, zone=zone(zone_code), defaults=defaults | fields)[0]


def candidate(**fields: Any) -> Candidate:
    number = next(_count)
    defaults = {
        "first_name": f"Prénom{number}",
        "last_name": f"Fictif{number}",
        "phone": f"+3346571{number % 10000:04d}",
        "email": f"jeune{number}@exemple.test",
        "birth_year": clock.today().year - 20,
        "birth_month": 5,
        "postcode": "69100",
        "commune": commune(),
    }
    return Candidate.objects.create(**(defaults | fields))


def identity(postcode: str = "69100") -> dict[str, str]:
    """What somebody types of themselves in the form: twenty this year, of Lyon unless said otherwise."""
    return {
        "first_name": "Manon",
        "last_name": "Escoffray",
        "email": "manon.escoffray@exemple.test",
        "phone": "04 65 71 88 02",
        "birth_month": "5",
        "birth_year": str(clock.today().year - 20),
        "postcode": postcode,
    }


def application(
    in_cohort: Cohort | None = None,
    *,
    state: str = ApplicationState.SUBMITTED,
    of: Candidate | None = None,
    since: datetime | None = None,
    decided_by: User | None = None,
    **fields: Any,
) -> Application:
    in_cohort = in_cohort or cohort()
    since = since or clock.now()
    defaults: dict[str, Any] = {
        "created_at": since,
        "state_since": since,
        "acted_at": since,
        "submitted_at": None if state in (ApplicationState.DRAFT, ApplicationState.ENQUIRY) else since,
        "level": "4",
        "languages": "français",
        "has_employer": False,
        "source": "lycee",
    }
    if state in (*HOLDING, ApplicationState.WAITLISTED, ApplicationState.DECLINED):
        decided_by = decided_by or user(Role.RECRUITER)
    if state in (*HOLDING, ApplicationState.DECLINED):
        content = in_cohort.curriculum
        defaults |= {"offered_curriculum": content, "reply_before": clock.now() + timedelta(days=7)}
    if state == ApplicationState.WAITLISTED:
        defaults["waiting_rank"] = Application.objects.waiting().filter(cohort=in_cohort).count() + 1
    if decided_by:
        defaults |= {"decided_by": decided_by, "decided_at": since}
    if state in EXITS:
        defaults |= {"exit_reason": "other", "left_from": ApplicationState.SUBMITTED}
    return Application.objects.create(
        cohort=in_cohort, intake=in_cohort.intake, candidate=of or candidate(), state=state, **(defaults | fields)
    )


def slot(in_cohort: Cohort | None = None, *, kind: str = SlotKind.INTERVIEW, days: float = 3, **fields: Any) -> Slot:
    """A slot that applicants may choose, so many days from now."""
    in_cohort = in_cohort or cohort()
    defaults = {
        "starts_at": clock.now() + timedelta(days=days),
        "place": "12 rue de l’Exemple",
        "capacity": 1 if kind == SlotKind.INTERVIEW else 20,
        "is_offered": True,
    }
    holder = fields.pop("held_by", None) or user(Role.RECRUITER, zone=in_cohort.zone)
    return Slot.objects.create(cohort=in_cohort, kind=kind, held_by=holder, **(defaults | fields))


def booking(on: Slot | None = None, of: Application | None = None, *, state: str = BookingState.BOOKED) -> Booking:
    on = on or slot()
    waits = ApplicationState.INTERVIEW_SCHEDULED if on.kind == SlotKind.INTERVIEW else ApplicationState.SUBMITTED
    of = of or application(on.cohort, state=waits)
    return Booking.objects.create(slot=on, application=of, kind=on.kind, state=state)


def planning_rates() -> list[PlanningRate]:
    """The rates that the forecast needs, as they are first loaded."""
    list(load_planning_rates())
    return list(PlanningRate.objects.all())


def paper_kind(code: str = "identity", **fields: Any) -> PaperKind:
    """A kind of paper that is asked for by itself once a place is confirmed."""
    defaults = {"name": f"Pièce {code}", "name_en": f"Paper {code}"}
    return PaperKind.objects.get_or_create(code=code, defaults=defaults | fields)[0]


def paper(
    of: Application | None = None,
    *,
    state: str = PaperRequestState.ASKED,
    kind: PaperKind | None = None,
    content: bytes = b"%PDF-1.7 (fictif)\n%%EOF\n",
    **fields: Any,
) -> PaperRequest:
    """A paper asked of somebody; a received one has its file."""
    of = of or application(state=ApplicationState.CONFIRMED)
    defaults: dict[str, Any] = {"asked_at": clock.now()}
    if state not in (PaperRequestState.ASKED, PaperRequestState.DROPPED):
        name = default_storage.save(f"{FOLDER}{uuid4()}.pdf", ContentFile(content))
        defaults |= {"file": name, "scan": Scan.CLEAN, "pages": 1, "sent_at": clock.now()}
    if state in (PaperRequestState.ACCEPTED, PaperRequestState.REFUSED):
        defaults |= {"checked_at": clock.now(), "checked_by": user(Role.RECRUITER, zone=of.cohort.zone)}
    if state == PaperRequestState.REFUSED:
        defaults["refusal"] = "Le verso manque."
    return PaperRequest.objects.create(application=of, kind=kind or paper_kind(), state=state, **(defaults | fields))


def enrolment(in_cohort: Cohort | None = None, **fields: Any) -> Enrolment:
    confirmed = application(in_cohort, state=ApplicationState.CONFIRMED, **fields)
    return Enrolment.objects.create(application=confirmed, enrolled_at=clock.now())


def site(zone_code: str = "lyon", **fields: Any) -> HostSite:
    number = next(_count)
    company = fields.pop("company", None) or HostCompany.objects.create(name=f"Contact {number} (fictif)")
    place = commune(zone_code)
    defaults = {
        "name": f"Plateau {number} (fictif)",
        "siret": f"{number:014d}",
        "zone": zone(zone_code),
        "postcode": place.postcodes[0],
        "commune": place,
        "contact_name": "Contact fictif",
        "contact_email": f"plateau{number}@exemple.test",
        "hours": "lun.–ven. 9 h–19 h",
        "languages": ["fr"],
    }
    return HostSite.objects.create(company=company, **(defaults | fields))


def seat(at: HostSite | None = None, *, of: Intake | None = None, by: User | None = None) -> Seat:
    at = at or site()
    of = of or intake()
    HostPledge.objects.get_or_create(site=at, intake=of, defaults={"answered_at": clock.now()})
    made = Seat.objects.create(
        site=at, intake=of, opened_at=clock.now(), opened_by=by or user(Role.REGIONAL_LEAD, zone=at.zone)
    )
    HostPledge.objects.filter(site=at, intake=of).exclude(answer=PledgeAnswer.NO).update(
        places_sure=Seat.objects.open().filter(site=at, intake=of).count()
    )
    return made


def placement(
    of: Enrolment | None = None,
    on: Seat | None = None,
    *,
    state: str = PlacementState.PROPOSED,
    by: User | None = None,
    started_on: date | None = None,
) -> Placement:
    of = of or enrolment()
    on = on or seat(of=of.application.intake)
    silent = (PlacementState.PROPOSED, PlacementState.CANCELLED, PlacementState.LAPSED)
    answered = None if state in silent else clock.now()
    fields: dict[str, Any] = {}
    if state in BEGUN:
        fields |= {"started_on": started_on or clock.today(), "started_at": clock.now()}
    if state in (PlacementState.COMPLETED, PlacementState.BROKEN):
        fields |= {"ended_on": clock.today(), "ended_at": clock.now()}
    if state == PlacementState.BROKEN:
        fields["break_cause"] = "agreement"
    return Placement.objects.create(
        **fields,
        enrolment=of,
        seat=on,
        state=state,
        proposed_at=clock.now(),
        proposed_by=by or user(Role.REGIONAL_LEAD, zone=on.site.zone),
        answered_at=answered,
        decline_reason="other" if state == PlacementState.DECLINED else "",
    )

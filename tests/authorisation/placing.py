"""Where young people of each zone go: slots to choose, sites with seats, students and their papers."""

from datetime import timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cohorts import services as recruitment
from cohorts.models import Application, Cohort, Enrolment
from cohorts.states import AGENDA, FOLLOW, SlotKind
from cohorts.states import ApplicationState as S
from cohorts.states import PaperRequestState as P
from partnership import clock, links
from partnership.models import ref
from partnership.papers import FOLDER
from partnership.states import Scan
from placements import services as places
from placements.models import ContractFile, ContractPaper, HostCompany, HostSite, Seat
from placements.states import ANSWER, CONTRACT
from placements.states import ContractState as C

from .. import factories
from ..placements import contract_factory as contracts
from .recruiting import person
from .world import LYON, LYON_LEAD, PARIS, PARIS_LEAD, RECRUITER, World, marker, secret

LONG_AGO = clock.today() - timedelta(days=30)
# SIRETs that pass the check, by zone: of the site, and of the one a lead adds.
_SIRET = {LYON: ("73282932000074", "55210055400013"), PARIS: ("44306184100047", "35600000000048")}


def open_slots(world: World, zone: str, cohort: Cohort) -> None:
    """An interview and an open day to choose; somebody has booked the open day."""
    word, by = marker(zone, "jeune"), world.people[RECRUITER]
    soon = (clock.now() + timedelta(days=4)).replace(minute=0, second=0, microsecond=0)
    common = {"place": f"Hall {word}", "held_by": by, "by": by}
    [interview] = recruitment.open_slots(cohort, [soon], kind=SlotKind.INTERVIEW, minutes=30, capacity=1, **common)
    [day] = recruitment.open_slots(cohort, [soon], kind=SlotKind.OPEN_DAY, minutes=180, capacity=40, **common)
    visitor = factories.application(cohort, of=person(zone, "journee"), languages=f"français, {word}")
    booking = recruitment.book(visitor, day, by=by)
    world.things |= {("slot", zone): {"pk": day.pk}, ("booking", zone): {"pk": booking.pk}}
    today = factories.slot(cohort, kind=SlotKind.TESTS, starts_at=clock.now() - timedelta(minutes=1), held_by=by)
    awaited, met = (
        factories.booking(today, factories.application(cohort, of=person(zone, what))) for what in ("tests", "vu")
    )
    recruitment.attend(met, by=by)
    world.things |= {("slot today", zone): {"pk": today.pk}, ("somebody met", zone): {"pk": met.pk}}
    said = {"cohort": str(cohort.pk), "kind": "tests", "minutes": "60", "capacity": "12"}
    said |= {"place": "Salle 3 (fictif)", "held_by": str(by.pk)}
    later = (clock.today() + timedelta(days=9)).isoformat()
    series = {"first": later, "last": later, "weekdays": [str(day) for day in range(7)], "start": "09:00"}
    world.answers |= {
        ("cohorts:slot_add", zone): said | {"day": later, "time": "14:00"},
        ("cohorts:slot_series", zone): said | series | {"end": "11:00", "pause": "0"},
        ("cohorts:slot_edit", zone): said | {"day": later, "time": "10:00", "version": str(day.version)},
        ("cohorts:slot_attend", zone): {"present": str(awaited.pk)},
        ("cohorts:slot_walk_in", zone): {"first_name": "Lina", "last_name": "", "phone": "04 65 71 88 09"},
        ("cohorts:booking_rate", zone): {"call": "3", "note": "Voix posée."},
        ("cohorts:day_cancel", zone): {
            "slots": [str(day.pk)],
            "reason": "Salle fermée.",
            "way": "choose",
            "confirm": "1",
        },
        ("cohorts:slot_choose", zone): {"slot": str(interview.pk), "shown": "0"},
        ("cohorts:application_invite", zone): {"kind": "interview"},
    }
    if zone == LYON:
        world.things["day", zone] = {"day": day.day.isoformat()}
        waiting = world.things[S.SUBMITTED.value, zone]["pk"]
        world.things["appointment by link", zone] = {"token": links.mint(FOLLOW, f"cohorts.application:{waiting}")}
        world.things["calendar by link", zone] = {"token": links.mint(AGENDA, ref(by))}
        world.things["booked by link", zone] = {"token": links.mint(FOLLOW, ref(visitor)), "kind": "open_day"}
        world.answers["placements:follow_appointments", zone] = {"slot": str(interview.pk), "shown": "0"}
        world.answers["placements:follow_appointment_cancel", zone] = {"shown": str(booking.version)}


def site_of(zone: str) -> HostSite:
    """A site whose every trace says its zone."""
    word = secret(zone, "site")
    return factories.site(
        zone,
        company=HostCompany.objects.get_or_create(name=f"{word} SA (fictif)")[0],
        name=f"Plateau {marker(zone, 'site')}",
        siret=_SIRET[zone][0],
        contact_name=f"Contact {word}",
        contact_email=f"{word}@exemple.test".lower(),
        contact_phone="+33465710012",
    )


def student(zone: str, cohort: Cohort, what: str) -> Enrolment:
    """A confirmed student of a zone."""
    return factories.enrolment(cohort, of=person(zone, what), languages=f"français, {marker(zone, 'jeune')}")


def place(world: World, zone: str, cohort: Cohort) -> None:
    lead = world.people[LYON_LEAD if zone == LYON else PARIS_LEAD]
    site = site_of(zone)
    seats: list[Seat] = [factories.seat(site, of=cohort.intake, by=lead) for _number in range(3)]
    free = student(zone, cohort, "a-placer")
    asked = places.propose(student(zone, cohort, "propose"), site=site, by=lead)
    taken = places.propose(student(zone, cohort, "place"), site=site, by=lead)
    places.accept(taken, by=site)
    empty = next(seat for seat in seats if seat.pk not in (asked.seat_id, taken.seat_id))
    world.things |= {
        ("site", zone): {"pk": site.pk},
        ("seat", zone): {"pk": empty.pk},
        ("student", zone): {"pk": free.pk},
        ("placed student", zone): {"pk": taken.enrolment_id},
        ("proposal", zone): {"pk": asked.pk},
        ("placement", zone): {"pk": taken.pk},
    }
    world.things["confirmed", zone] = {"pk": free.application_id}
    told = {"born_on": "2006-05-14", "street": "3 rue fictive", "postcode": "69001", "town": "Lyon", "version": "0"}
    world.answers["cohorts:application_dossier", zone] = told | {"channel": "phone"}
    said = {"coming-answer": "still_coming", "coming-channel": "phone"}
    world.answers["cohorts:application_coming", zone] = said
    _ask_for_papers(world, zone, free.application)
    if zone == LYON:
        world.things["student by link", LYON] = {"token": links.mint(FOLLOW, ref(free.application))}
        world.answers["cohorts:follow_dossier", LYON] = told
        world.answers["cohorts:follow_coming", LYON] = {"answer": "hesitates"}
        world.things["proposal by link", LYON] = {"token": links.mint(ANSWER, ref(asked))}
        world.answers["placements:answer_decline", LYON] = {"reason": "other"}
        world.answers["placements:answer_renew", LYON] = {"email": "personne@exemple.test"}
    record = {
        "name": "Plateau changé",
        "siret": site.siret,
        "zone": str(site.zone_id),
        "postcode": site.postcode,
        "contact_name": "Dominique Fictif",
        "contact_email": "dominique@exemple.test",
        "contact_phone": "04 65 71 00 12",
        "contact_language": "fr",
        "hours": "",
        "languages": "fr",
        "calls": "",
        "workstations": "",
        "version": str(site.version),
    }
    _prepare_contracts(world, zone, cohort, site)
    intake = str(cohort.intake_id)
    world.answers |= {
        ("placements:site_edit", zone): record,
        ("placements:site_add", zone): record | {"company_name": "Nouvelle SA (fictif)", "siret": _SIRET[zone][1]},
        ("placements:seats_open", zone): {"number": "1", "intake": intake},
        ("placements:seats_reconfirm", zone): {"intake": intake},
        ("placements:placement_propose", zone): {"enrolment": str(free.pk), "site": str(site.pk), "rentree": intake},
        ("placements:placement_cancel", zone): {"reason": "Erreur de saisie.", "version": str(asked.version)},
        ("placements:placement_accept", zone): {"version": str(asked.version)},
        ("placements:placement_decline", zone): {"reason": "other", "version": str(asked.version)},
        ("placements:enrolment_end", zone): {
            "reason": "job",
            "channel": "phone",
            "version": str(free.application.version),
        },
    }


def _prepare_contracts(world: World, zone: str, cohort: Cohort, site: HostSite) -> None:
    """A sheet that is awaited, a signed contract with its paper, and one about which the operator is silent."""
    lead = world.people[LYON_LEAD if zone == LYON else PARIS_LEAD]
    made = {}
    for what, state in (("attendu", C.ASKED), ("signe", C.SIGNED), ("depose", C.FILED)):
        seat = factories.seat(site, of=cohort.intake, by=lead)
        placement = factories.placement(student(zone, cohort, what), seat, state="accepted", by=lead)
        made[what] = contracts.contract(placement, state=state, by=lead, siret=site.siret)
    ContractFile.objects.filter(pk=made["depose"].pk).update(
        **dict.fromkeys(("asked_on", "received_on", "prepared_on", "signed_on", "filed_on", "first_filed_on"), LONG_AGO)
    )
    name = default_storage.save(f"{FOLDER}{uuid4()}.pdf", ContentFile(b"%PDF-1.7 (fictif)\n%%EOF\n"))
    paper = ContractPaper.objects.create(
        contract=made["signe"], kind="contract", file=name, scan=Scan.CLEAN, pages=1, sent_at=clock.now(), sent_by=lead
    )
    world.things |= {
        ("contract", zone): {"pk": made["attendu"].pk},
        ("signed contract", zone): {"pk": made["signe"].pk},
        ("silent contract", zone): {"pk": made["depose"].pk},
        ("contract paper", zone): {"pk": made["signe"].pk, "paper": paper.pk},
    }
    today, next_year = clock.today(), clock.today() + timedelta(days=400)
    said = {"employer_name": site.company.name, "siret": site.siret, "tutor_name": "Tutrice Fictive", "version": "1"}
    said |= {"starts_on": today.isoformat(), "ends_on": next_year.isoformat()}
    world.answers |= {
        ("placements:contract_ask", zone): {"kind": "apprenticeship"},
        ("placements:contract_sheet_write", zone): said,
        ("placements:contract_step", zone): {
            "on": today.isoformat(),
            "number": "DEPOT-1",
            "version": str(made["signe"].version),
        },
        ("placements:contract_silence", zone): {"version": str(made["depose"].version)},
    }
    if zone == LYON:
        world.things["contract by link", LYON] = {"token": links.mint(CONTRACT, ref(made["attendu"]))}
        world.answers["placements:contract_sheet", LYON] = said
        world.answers["placements:contract_renew", LYON] = {"email": "personne@exemple.test"}


def _ask_for_papers(world: World, zone: str, application: Application) -> None:
    """One paper awaited, one received, one accepted, and a kind that can still be asked for."""
    of = {"awaited": P.ASKED, "received": P.RECEIVED, "accepted": P.ACCEPTED}
    papers = {
        state: factories.paper(application, state=of[state], kind=factories.paper_kind(code))
        for state, code in (("awaited", "photo"), ("received", "identity"), ("accepted", "diploma"))
    }
    here = {"pk": application.pk}
    world.things["paper", zone] = here | {"paper": papers["received"].pk}
    world.things["paper awaited", zone] = here | {"paper": papers["awaited"].pk}
    world.things["paper accepted", zone] = here | {"paper": papers["accepted"].pk}
    more = factories.paper_kind("school_report")
    shown = {"version": "1"}
    world.answers |= {
        ("cohorts:application_papers", zone): {"papers": str(more.pk), "words": ""},
        **{(f"cohorts:paper_{deed}", zone): shown for deed in ("accept", "receive", "drop", "take_back")},
        ("cohorts:paper_refuse", zone): shown | {"reason": "Le verso manque."},
    }
    if zone == LYON:
        token = links.mint(FOLLOW, ref(application))
        world.things["paper by link", LYON] = {"token": token, "paper": papers["awaited"].pk}

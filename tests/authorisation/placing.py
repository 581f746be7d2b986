"""Where young people of each zone go: slots to choose, sites with seats, students and their papers."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cohorts import services as recruitment
from cohorts.models import Application, Cohort, Enrolment, Intake
from cohorts.states import AGENDA, FOLLOW, ConsentPurpose, SlotKind
from cohorts.states import ApplicationState as S
from cohorts.states import PaperRequestState as P
from partnership import clock, links
from partnership.models import ref
from partnership.papers import FOLDER
from partnership.states import Scan
from placements import services as places
from placements.models import ContractFile, ContractPaper, HostCompany, HostSite, Placement, Seat, Tutor
from placements.states import ANSWER, CONTRACT, INTRODUCTION, ROUND, PlacementState
from placements.states import ContractState as C

from .. import factories
from ..placements import contract_factory as contracts
from ..placements import hosting_factory as hosting
from ..placements import introductions_factory as introduced
from ..placements.pledge_factory import asked, token
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


def tonight() -> datetime:
    """Hours from now: what can be undone for ten minutes still can, however long the tests of this world take."""
    return clock.now() + timedelta(hours=3)


def place(world: World, zone: str, cohort: Cohort) -> None:
    lead = world.people[LYON_LEAD if zone == LYON else PARIS_LEAD]
    site = site_of(zone)
    seats: list[Seat] = [factories.seat(site, of=cohort.intake, by=lead) for _number in range(3)]
    free, waits = student(zone, cohort, "a-placer"), student(zone, cohort, "propose")
    with clock.travel(tonight()):
        proposed = places.propose(waits, site=site, by=lead)
    taken = places.propose(student(zone, cohort, "place"), site=site, by=lead)
    places.accept(taken, by=site)
    empty = next(seat for seat in seats if seat.pk not in (proposed.seat_id, taken.seat_id))
    world.things |= {
        ("site", zone): {"pk": site.pk},
        ("seat", zone): {"pk": empty.pk},
        ("student", zone): {"pk": free.pk},
        ("placed student", zone): {"pk": taken.enrolment_id},
        ("proposal", zone): {"pk": proposed.pk},
        ("placement", zone): {"pk": taken.pk},
    }
    _begin(world, zone, cohort, site)
    world.things["confirmed", zone] = {"pk": free.application_id}
    told = {"born_on": "2006-05-14", "street": "3 rue fictive", "postcode": "69001", "town": "Lyon", "version": "0"}
    world.answers["cohorts:application_dossier", zone] = told | {"channel": "phone"}
    said = {"coming-answer": "still_coming", "coming-channel": "phone"}
    world.answers["cohorts:application_coming", zone] = said
    _ask_for_papers(world, zone, free.application)
    _ask_for_places(world, zone, site, cohort)
    if zone == LYON:
        world.things["student by link", LYON] = {"token": links.mint(FOLLOW, ref(free.application))}
        world.answers["cohorts:follow_dossier", LYON] = told
        world.answers["cohorts:follow_coming", LYON] = {"answer": "hesitates"}
        world.things["proposal by link", LYON] = {"token": links.mint(ANSWER, ref(proposed))}
        world.answers["placements:answer_decline", LYON] = {"reason": "other"}
        world.answers["placements:answer_renew", LYON] = {"email": "personne@exemple.test"}
    _introduce(world, zone, cohort, site, free)
    word = secret(zone, "site")
    tutor = hosting.tutor(site, name=f"Tuteur {word}", email=f"tuteur.{word}@exemple.test".lower())
    contact = hosting.contact(site, name=f"Second {word}", email=f"second.{word}@exemple.test".lower())
    hosting.call(site, lead, note=f"Note {word}")
    world.things |= {("tutor", zone): {"pk": tutor.pk}, ("host contact", zone): {"pk": contact.pk}}
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
        "day_0_0": "open",
        "day_0_1": "08:30",
        "day_0_2": "19:00",
        "languages": ["fr"],
        "calls": "",
        "workstations": "",
        "version": str(site.version),
    }
    _prepare_contracts(world, zone, cohort, site)
    intake = str(cohort.intake_id)
    world.answers |= {
        ("placements:site_edit", zone): record,
        ("placements:site_add", zone): record
        | {"company_name": "Nouvelle SA (fictif)", "siret": _SIRET[zone][1], "different": "on"},
        ("placements:company_edit", zone): {"headcount": "240", "version": "1"},
        ("placements:site_call", zone): {"result": "reached", "note": "Deux places."},
        ("placements:contact_add", zone): {"name": "Inès Fictive", "phone": "04 65 71 00 34"},
        ("placements:contact_edit", zone): {"name": "Inès Fictive", "phone": "04 65 71 00 35", "version": "1"},
        ("placements:tutor_add", zone): {"name": "Noé Fictif", "sites": [str(site.pk)]},
        ("placements:tutor_edit", zone): {"name": "Noé Fictif", "sites": [str(site.pk)], "version": "1"},
        ("placements:tutor_assign", zone): {"tutor": str(tutor.pk), "version": str(taken.version)},
        ("placements:seats_open", zone): {"number": "1", "intake": intake},
        ("placements:seats_reconfirm", zone): {"intake": intake},
        ("placements:placement_propose", zone): {"enrolment": str(free.pk), "site": str(site.pk), "rentree": intake},
        ("placements:placement_cancel", zone): {"reason": "Erreur de saisie.", "version": str(proposed.version)},
        ("placements:placement_accept", zone): {"version": str(proposed.version)},
        ("placements:placement_decline", zone): {"reason": "other", "version": str(proposed.version)},
        ("placements:enrolment_end", zone): {
            "reason": "job",
            "channel": "phone",
            "version": str(free.application.version),
        },
    }


def bring_hosts(world: World, intake: Intake) -> None:
    """A list of hosts that waits to be confirmed, with a row to correct."""
    by, word = world.people[LYON_LEAD], marker(LYON, "site")
    rows = (f"{word};;69100;Ali;ali@exemple.test", f"{word} 2;12;69100;Ali;ali@exemple.test")
    kept = places.receive_host_list(ContentFile(_HostSheet(*rows).read()), name=f"{word}.csv", by=by, intake=intake)
    world.things["list of hosts", LYON] = {"pk": kept.pk}
    # The zone of the row is the postcode's: each lead may bring it, to be corrected where it is another's.
    world.answers["placements:host_list_add", LYON] = {"file": _HostSheet("Parc;;69100;Ali;ali@exemple.test")}


class _HostSheet:
    """A list of hosts that can be sent as often as it is asked for."""

    name, content_type = "hotes.csv", "text/csv"

    def __init__(self, *rows: str):
        self.content = "\n".join(["Entreprise;SIRET;Code postal;Contact;Courriel", *rows]).encode()

    def read(self) -> bytes:
        return self.content


def _ask_for_places(world: World, zone: str, site: HostSite, cohort: Cohort) -> None:
    """A question to another host, not sent yet; and in Lyon one that was, with its link."""
    lead = world.people[LYON_LEAD if zone == LYON else PARIS_LEAD]
    other = factories.site(zone, name=f"Autre {marker(zone, 'site')}")
    question = places.choose_hosts(site.zone, cohort.intake, [other], by=lead)
    intake, answer = str(cohort.intake_id), {"answer": "yes", "places_sure": "2"}
    world.things |= {
        ("question", zone): {"pk": question.pk},
        ("host of a question", zone): {"pk": question.pk, "line": question.lines.get().pk},
    }
    world.answers |= {
        ("placements:pledge_record", zone): answer | {"rentree": intake, "version": "1"},
        ("placements:ask_choose", zone): {"site": str(site.pk), "intake": intake},
        ("placements:ask_detail", zone): {"words": "Surtout le mardi.", "version": "1"},
        ("placements:ask_start", zone): {"version": "1"},
    }
    if zone == LYON:
        third = factories.site(zone, name=f"Tiers {marker(zone, 'site')}")
        world.things["places by link", LYON] = {"token": token(asked(third, cohort.intake, by=lead))}
        world.answers["placements:pledge_answer", LYON] = answer | {"version": "0"}
        world.answers["placements:pledge_renew", LYON] = {"email": third.contact_email}


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


def _introduce(world: World, zone: str, cohort: Cohort, site: HostSite, free: Enrolment) -> None:
    """Two young people presented to a site, one of them with a CV to show; a third whose host is late."""
    lead = world.people[LYON_LEAD if zone == LYON else PARIS_LEAD]
    shown = places.present([student(zone, cohort, what) for what in ("presente", "montre")], site=site, by=lead)
    one = shown.introductions.order_by("pk")[0]
    yesterday = clock.today() - timedelta(days=1)
    late = introduced.presentation(site, by=lead, intake=cohort.intake, reply_by=yesterday)
    waited = introduced.introduction(student(zone, cohort, "attendu"), within=late)
    world.things |= {
        ("presentation", zone): {"pk": shown.pk},
        ("introduction", zone): {"pk": one.pk},
        ("late introduction", zone): {"pk": waited.pk},
    }
    meeting = {"day": (clock.today() + timedelta(days=3)).isoformat(), "time": "14:30", "place": "", "version": "1"}
    no = {"comment": "", "version": "1"}
    world.answers |= {
        ("placements:site_present", zone): {"students": [str(free.pk)], "way": "letter"},
        ("placements:introduction_meet", zone): meeting,
        ("placements:introduction_choose", zone): {"version": "1"},
        ("placements:introduction_pass", zone): no | {"reason": "hours"},
        ("placements:introduction_decline", zone): no | {"reason": "too_far"},
        ("placements:introduction_no_answer", zone): {"version": "1"},
        ("placements:introduction_take_back", zone): {"version": "1"},
    }
    if zone == LYON:
        application = one.enrolment.application
        cv = factories.paper_kind("curriculum_vitae")
        factories.paper(application, state=P.ACCEPTED, kind=cv)
        recruitment.give_consent(application, ConsentPurpose.SHARE_WITH_HOSTS, by=application.candidate)
        token = links.mint(INTRODUCTION, ref(shown))
        world.things |= {
            ("presentation by link", LYON): {"token": token},
            ("presented by link", LYON): {"token": token, "pk": one.pk},
            ("introduced by link", LYON): {"token": links.mint(FOLLOW, ref(application)), "pk": one.pk},
        }
        world.answers |= {
            ("placements:presentation_renew", LYON): {"email": site.contact_email},
            ("placements:presentation_meet", LYON): meeting,
            ("placements:presentation_pass", LYON): no | {"reason": "hours"},
            ("placements:follow_introduction_decline", LYON): no | {"reason": "too_far"},
        }


def _begin(world: World, zone: str, cohort: Cohort, site: HostSite) -> None:
    """Somebody at a host, somebody who has just lost their place, and a tutor to change to."""
    lead, today = world.people[LYON_LEAD if zone == LYON else PARIS_LEAD], clock.today()
    begun, lost = (
        factories.placement(
            student(zone, cohort, what),
            factories.seat(site, of=cohort.intake, by=lead),
            state=PlacementState.ACTIVE,
            by=lead,
        )
        for what in ("commence", "rompu")
    )
    with clock.travel(tonight()):
        places.break_off(lost, cause="resignation", on=today, reopen=True, by=lead)
    tutor = Tutor.objects.create(company=site.company, name=f"Tutrice {secret(zone, 'site')}", years_in_job=5)
    tutor.sites.add(site)
    taken = Placement.objects.get(pk=world.things["placement", zone]["pk"])
    world.things |= {("under way", zone): {"pk": begun.pk}, ("broken off", zone): {"pk": lost.pk}}
    day, version = today.isoformat(), str(begun.version)
    first_day = {"on": day, "version": str(taken.version)}
    world.answers |= {
        ("placements:placement_lapse", zone): {"version": "1"},
        ("placements:placement_start", zone): first_day,
        ("placements:placements_start", zone): {"on": day, "placements": str(taken.pk)},
        ("placements:placement_complete", zone): {"on": day, "version": version},
        ("placements:placement_break", zone): {
            "cause": "resignation",
            "on": day,
            "reopen": "yes",
            "note": "",
            "version": version,
        },
        ("placements:placement_amend", zone): {
            "site": str(site.pk),
            "tutor": str(tutor.pk),
            "from_on": day,
            "version": str(taken.version),
        },
        ("placements:visit_record", zone): {"kind": "phone", "done_on": day, "signal": "ok", "shown": "0"},
    }
    if zone == LYON:
        world.things["placed by link", LYON] = {"token": links.mint(FOLLOW, ref(begun.enrolment.application))}
        world.things["round by link", LYON] = {"token": links.mint(ROUND, ref(lead))}


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

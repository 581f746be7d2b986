"""Where young people of each zone go: slots to choose, sites with seats, students and their papers."""

from datetime import timedelta

from cohorts import services as recruitment
from cohorts.models import Application, Cohort, Enrolment
from cohorts.states import AGENDA, FOLLOW, SlotKind
from cohorts.states import ApplicationState as S
from cohorts.states import PaperRequestState as P
from partnership import clock, links
from partnership.models import ref
from placements import services as places
from placements.models import HostCompany, HostSite, Placement, Seat, Tutor
from placements.states import ANSWER, ROUND, PlacementState

from .. import factories
from .recruiting import person
from .world import LYON, LYON_LEAD, PARIS, PARIS_LEAD, RECRUITER, World, marker, secret

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
    _begin(world, zone, cohort, site)
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
        world.answers["placements:answer_renew", LYON] = {"email": site.contact_email}
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
    places.break_off(lost, cause="resignation", on=today, reopen=True, by=lead)
    tutor = Tutor.objects.create(company=site.company, name=f"Tutrice {secret(zone, 'site')}")
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

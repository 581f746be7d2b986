"""How the world of two zones is made: by services where there is one, each thing marked with its zone."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile

from cohorts import bulk, emails
from cohorts import services as recruitment
from cohorts.models import Application, Candidate, Cohort, Condition, Enrolment, Intake
from cohorts.states import AGENDA, ERASE, FOLLOW, RESUME, TAKE, SlotKind
from cohorts.states import ApplicationState as S
from cohorts.states import PaperRequestState as P
from partnership import clock, jobs, links, notices
from partnership import services as team
from partnership.models import (
    Commitment,
    Convention,
    Job,
    JournalEntry,
    Milestone,
    OutgoingMessage,
    Signature,
    Zone,
    ref,
)
from partnership.outbox import LINK_MARK
from partnership.states import INVITATION, RESET, STOP, JobState, MessageState, Role
from placements import services as places
from placements.models import HostCompany, HostSite, Seat
from placements.states import ANSWER
from programmes import services as contents
from programmes.models import Programme
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories
from .world import (
    ADMINISTRATOR,
    AUTHOR,
    COORDINATOR,
    LYON,
    LYON_HEAD,
    LYON_LEAD,
    LYON_RECRUITER,
    PARIS,
    PARIS_LEAD,
    RECRUITER,
    REVIEWER,
    STRANGER,
    ZONES,
    World,
    fingerprint,
    marker,
    secret,
)

_SIRET = {LYON: ("73282932000074", "55210055400013"), PARIS: ("44306184100047", "35600000000048")}
_POSTCODE = {LYON: "69100", PARIS: "75015"}


def build(mailbox: Path) -> World:
    """The convention, its contents, and in each zone a file in every state, a site, places, students."""
    world = World()
    _hire(world)
    _invite(world)
    milestone = _promise(world)
    acvd = _write(world, milestone)
    _catch_a_letter(world, mailbox)
    intake = factories.intake(acvd)
    for zone in ZONES:
        factories.commune(zone)
        cohort = factories.cohort(zone, of=intake)
        _recruit(world, zone, cohort)
        _open_slots(world, zone, cohort)
        _place(world, zone, cohort)
        _enter_twice(world, zone, cohort)
        world.things["zone", zone] = {"zone": zone}
    _choose_many(world)
    world.things["programme", LYON] = {"slug": acvd.slug}
    _keep_the_tables(world, intake)
    task = jobs.start("applications_export", by=world.people[LYON_RECRUITER], filters={}, order="", language="fr")
    jobs.run_slice(str(task.pk))
    world.things["task", LYON] = {"pk": task.pk}
    _bring(world, intake)
    _exchange(world)
    _stop_the_machine(world)
    _open_doors(world)
    world.sign_in()
    world.untouched = fingerprint()
    return world


def _hire(world: World) -> None:
    lyon, paris = factories.zone(LYON), factories.zone(PARIS)
    world.people |= {
        STRANGER: factories.user(name="Sans Rôle"),
        LYON_RECRUITER: factories.user(Role.RECRUITER, zone=lyon, name="Mehdi Ancelin"),
        RECRUITER: factories.user(Role.RECRUITER, name="Claire Devaux"),
        LYON_HEAD: factories.user(Role.HEAD_OF_RECRUITMENT, zone=lyon, name="Solène Baret"),
        LYON_LEAD: factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=lyon, name="Karim Sautel"),
        PARIS_LEAD: factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=paris, name="Anne Morvan"),
        AUTHOR: factories.user(Role.AUTHOR, name="Irène Castel"),
        REVIEWER: factories.user(Role.REVIEWER, party_code="smt", name="Paul Armangaud"),
        COORDINATOR: factories.user(Role.COORDINATOR, name="Hélène Brossard"),
        ADMINISTRATOR: factories.user(Role.ADMINISTRATOR, name="Odile Ferrand"),
    }


def _invite(world: World) -> None:
    """People who are nobody of the table: somebody with a role, somebody who is invited, somebody who has left."""
    by, role = world.people[ADMINISTRATOR], {"role": Role.AUTHOR, "party": factories.party("igs"), "zone": None}
    somebody = factories.user(Role.AUTHOR, name="Basile Rigaud")
    invited = team.invite(full_name="Nora Fictive", email="nora@exemple.test", language="fr", by=by, **role)
    gone = factories.user(Role.AUTHOR, name="Partie Fictive")
    team.dismiss(gone, by=by, heirs={})
    given = somebody.memberships.get()
    world.things |= {
        ("somebody", LYON): {"pk": somebody.pk},
        ("invited person", LYON): {"pk": invited.pk},
        ("somebody gone", LYON): {"pk": gone.pk},
        ("membership", LYON): {"pk": given.pk},
        ("invitation", LYON): {"token": links.mint(INVITATION, ref(invited))},
    }
    identity = {"full_name": "Basile Fictif", "email": "basile@exemple.test", "phone": "", "language": "en"}
    dates = {"since": clock.today().isoformat(), "until": ""}
    said = {"role": Role.COORDINATOR, "party": str(role["party"].pk), "zone": "", **dates}
    world.answers |= {
        ("partnership:person_invite", LYON): identity | said,
        ("partnership:person_edit", LYON): identity | {"version": "1"},
        ("partnership:membership_add", LYON): said,
        ("partnership:membership_edit", LYON): said | {"version": "1"},
    }


def _open_doors(world: World) -> None:
    coordinator, password = world.people[COORDINATOR], "une autre phrase assez longue"
    session = UserSession.objects.create(user=coordinator, ip="192.0.2.7", session_key="ailleurs", user_agent="Firefox")
    chosen = {"new_password1": password, "new_password2": password}
    world.things["session", LYON] = {"pk": session.pk}
    world.things["new password by link", LYON] = {"token": links.mint(RESET, ref(world.people[AUTHOR]))}
    world.answers["account_reset_password", LYON] = {"email": coordinator.email}
    world.answers["password_reset", LYON] = chosen
    world.answers["account_change_password", LYON] = chosen | {"old_password": factories.PASSWORD}


def _promise(world: World) -> Milestone:
    signed = factories.convention()
    milestone = factories.milestone(signed)
    promise = Commitment.objects.create(
        convention=signed, milestone=milestone, party=factories.party("igs"), text="Recruter les premiers jeunes"
    )
    draft = Convention.objects.create(title="Avenant fictif")
    mine = Signature.objects.create(convention=draft, party=factories.party("igs"), order=0)
    Signature.objects.create(convention=draft, party=factories.party("smt"), order=1)
    world.things |= {
        ("convention", LYON): {"pk": signed.pk},
        ("milestone", LYON): {"order": milestone.order},
        ("promise", LYON): {"pk": promise.pk},
        ("signature", LYON): {"pk": mine.pk},
    }
    world.answers["partnership:commitment_keep", LYON] = {"evidence": "Le compte rendu du 3 mars."}
    return milestone


def _write(world: World, milestone: Milestone) -> Programme:
    author = world.people[AUTHOR]
    acvd = factories.programme(milestone=milestone)
    validated = factories.curriculum(acvd)
    drafted = factories.programme(
        "crcd", milestone=milestone, kind=ProgrammeKind.PROFESSIONAL_TITLE, short_title="TP CRCD"
    )
    draft = factories.curriculum(drafted, state=CurriculumState.DRAFT, modules=3, by=author)
    school = factories.programme("cmc", milestone=milestone, kind=ProgrammeKind.SCHOOL_CERTIFICATE, short_title="CMC")
    submitted = factories.curriculum(school, state=CurriculumState.DRAFT, modules=2, by=author)
    contents.submit(submitted, by=author)
    middle, judged = draft.modules.get(order=2), submitted.modules.get(order=1)
    world.things |= {
        ("content to begin", LYON): {"slug": acvd.slug},
        ("validated content", LYON): {"pk": validated.pk},
        ("draft content", LYON): {"pk": draft.pk},
        ("draft module", LYON): {"pk": middle.pk},
        ("submitted content", LYON): {"pk": submitted.pk},
        ("submitted module", LYON): {"pk": submitted.pk, "module_pk": judged.pk},
    }
    texts = {
        "title": "Accueil à distance",
        "block": "",
        "hours": "84",
        "objectives": "Accueillir.",
        "content": "Écouter.",
        "assessment": "",
        "regulatory_review_on": "",
    }
    world.answers["programmes:module_add", LYON] = texts
    world.answers["programmes:module_edit", LYON] = texts | {"version": str(middle.version)}
    world.answers["admin:programmes_module_review", LYON] = {
        "opinion": "favourable",
        "comment": "",
        "text_hash": judged.text_hash(),
    }
    world.answers["admin:programmes_curriculum_approve_rest", LYON] = {"text_hash": submitted.text_hash()}
    return acvd


def _catch_a_letter(world: World, mailbox: Path) -> None:
    name = "1700000000000000000-0123456789ab"
    (mailbox / f"{name}.eml").write_text("To: jeune@exemple.test\nSubject: Essai\n\nBonjour.\n")
    world.things["failure", LYON] = {"status": 503}
    world.things["caught letter", LYON] = {"name": name}


def person(zone: str, what: str) -> Candidate:
    """Somebody whose every trace says their zone."""
    return factories.candidate(
        first_name=f"{secret(zone, 'jeune')} {what}",
        last_name=marker(zone, "jeune"),
        email=f"{secret(zone, 'jeune')}.{what}@exemple.test".lower(),
        postcode=_POSTCODE[zone],
        commune=factories.commune(zone),
    )


def _recruit(world: World, zone: str, cohort: Cohort) -> None:
    world.answers["cohorts:apply_identity", zone] = {
        "first_name": "Manon",
        "last_name": "Escoffray",
        "email": "manon.escoffray@exemple.test",
        "phone": "04 65 71 88 02",
        "birth_month": "5",
        "birth_year": str(clock.today().year - 20),
        "postcode": _POSTCODE[zone],
    }
    by = world.people[RECRUITER]
    if zone == LYON:
        mehdi, first = world.people[LYON_RECRUITER], clock.today() + timedelta(days=10)
        away = recruitment.plan_absence(mehdi, since=first, until=first + timedelta(days=4), cover=by, by=mehdi)
        world.things["absence", LYON] = {"pk": away.pk}
        later = first + timedelta(days=10)
        days = {"since": later.isoformat(), "until": later.isoformat()}
        cover = factories.user(Role.RECRUITER, name="Aya Fictive")
        world.answers["cohorts:absence_list", LYON] = days | {"cover": str(cover.pk)}
    world.answers["cohorts:contact_add", zone] = {
        "first_name": "Basma",
        "phone": "04 65 71 88 03",
        "cohort": str(cohort.pk),
        "owner": str(by.pk),
    }

    def file(state: S, **fields: Any) -> Application:
        word = marker(zone, "jeune")
        made = factories.application(
            cohort, state=state, of=person(zone, state), languages=f"français, {word}", supported_by=word, **fields
        )
        world.things[state.value, zone] = {"pk": made.pk}
        return made

    files = {
        state: file(state)
        for state in (S.ENQUIRY, S.DRAFT, S.SUBMITTED, S.NO_SHOW, S.INTERVIEWED, S.WAITLISTED, S.ADMITTED, S.REJECTED)
    }
    behind = person(zone, "attend derriere")
    factories.application(cohort, state=S.WAITLISTED, of=behind, languages=marker(zone, "jeune"))
    world.things["cohort", zone] = {"pk": cohort.pk}
    rules = {"cascades": "on", "overbooking_percent": "10", "hours_to_reply": "18", "version": str(cohort.version)}
    world.answers["cohorts:places_rule", zone] = rules
    first_day = {"first_day_time": "09:00", "first_day_place": "Campus", "first_day_bring": ""}
    world.answers["cohorts:first_day_edit", zone] = first_day | {"version": str(cohort.version)}
    world.answers["cohorts:application_rank", zone] = {"position": "2", "shown": "1"}
    met = file(S.INTERVIEW_SCHEDULED, submitted_at=clock.now())
    Application.objects.filter(pk=met.pk).update(state=S.SUBMITTED)
    met.refresh_from_db()
    recruitment.schedule_interview(
        met, starts_at=clock.now() + timedelta(days=2), place=f"Salle {marker(zone, 'jeune')}", by=by
    )
    letter = OutgoingMessage.objects.get(about=ref(met), template="cohorts/interview_booked")
    world.things["letter", zone] = {"pk": met.pk, "letter": letter.pk}
    offered = {"application": files[S.ADMITTED]}
    unmet = Condition.objects.create(kind="other", text=f"Permis {marker(zone, 'jeune')}", **offered)
    met = Condition.objects.create(kind="papers", met_at=clock.now(), met_by=by, **offered)
    world.things["condition", zone] = {"pk": files[S.ADMITTED].pk, "condition": unmet.pk}
    world.things["condition met", zone] = {"pk": files[S.ADMITTED].pk, "condition": met.pk}
    world.answers["cohorts:conditions_meet", zone] = {"ticked": str(unmet.pk), "confirm": "1"}
    if zone == LYON:
        world.things["way back", LYON] = {"token": links.mint(RESUME, ref(files[S.DRAFT]))}
        world.things["offer by link", LYON] = {"token": links.mint(FOLLOW, ref(files[S.ADMITTED]))}
        world.things["file by link", LYON] = {"token": links.mint(FOLLOW, ref(files[S.INTERVIEWED]))}
    if zone == LYON:
        emails.application_unfinished(files[S.DRAFT], days=1)
        nudge = OutgoingMessage.objects.get(about=ref(files[S.DRAFT]))
        world.things["letter to want no more of", LYON] = {"token": links.mint(STOP, ref(nudge))}
        world.things["data by link", LYON] = {"token": links.mint(TAKE, ref(files[S.INTERVIEWED]))}
        world.things["erasure by link", LYON] = {"token": links.mint(ERASE, ref(files[S.INTERVIEWED]))}
        world.things["notice", LYON] = {"version": notices.CURRENT.version}
    tomorrow = clock.today() + timedelta(days=1)
    forms = {
        "call_script": (S.ENQUIRY, {"step": "donnees", "told": "on"}),
        "call_record": (S.SUBMITTED, {"call-result": "voicemail", "call-note": "Message laissé."}),
        "interview_schedule": (
            S.SUBMITTED,
            {
                "schedule-day": tomorrow.isoformat(),
                "schedule-time": "14:30",
                "schedule-minutes": "30",
                "schedule-place": "Salle 3 (fictif)",
            },
        ),
        "interview_cancel": (S.INTERVIEW_SCHEDULED, {}),
        "interview_record": (S.INTERVIEW_SCHEDULED, {"record-note": "Voix posée."}),
        "interview_miss": (S.INTERVIEW_SCHEDULED, {}),
        "application_admit": (S.INTERVIEWED, {}),
        "application_waitlist": (S.INTERVIEWED, {}),
        "application_reject": (S.INTERVIEWED, {"reject-reason": "profile"}),
        "application_mark_unreachable": (S.SUBMITTED, {"unreachable-reason": "no_answer"}),
        "application_withdraw": (S.SUBMITTED, {"withdraw-reason": "job", "withdraw-channel": "phone"}),
        "application_reopen": (S.REJECTED, {"reopen-reason": "Elle a rappelé."}),
        "application_confirm": (S.ADMITTED, {"confirm-channel": "phone"}),
        "application_decline": (S.ADMITTED, {"decline-reason": "moved", "decline-channel": "paper"}),
    }
    forms["address_correct"] = (S.SUBMITTED, {"phone": "04 65 71 88 04", "email": "corrige@exemple.test"})
    for name, (state, said) in forms.items():
        version = Application.objects.get(pk=world.things[state.value, zone]["pk"]).version
        world.answers[f"cohorts:{name}", zone] = said | {"version": str(version)}
    told = {"consent-purpose": "sms", "consent-answer": "yes", "consent-channel": "phone"}
    world.answers["cohorts:application_data", zone] = told
    world.answers["cohorts:application_erase", zone] = {"erase-is_theirs": "on", "erase-channel": "paper"}
    _lead_elsewhere(world, zone, cohort)
    world.answers["placements:follow_decline", LYON] = {"reason": "moved"}
    world.answers["placements:follow_withdraw", LYON] = {"reason": "job"}
    world.answers["placements:follow_consent", LYON] = {"purpose": "talent_pool", "answer": "yes"}
    world.answers["placements:follow_erase", LYON] = {"understood": "on"}
    world.answers["placements:follow_renew", LYON] = {"email": files[S.ADMITTED].candidate.email}


def _lead_elsewhere(world: World, zone: str, cohort: Cohort) -> None:
    """A later intake and another course, which take no application yet, and the other zone."""
    dates = {"applications_from": clock.today() + timedelta(days=400)}
    dates["applications_until"] = dates["applications_from"] + timedelta(days=90)
    other = factories.cohort(PARIS if zone == LYON else LYON, of=cohort.intake)
    later = factories.intake(cohort.intake.programme, starts_on=clock.today() + timedelta(days=730))
    school = factories.intake(Programme.objects.get(slug="cmc"), starts_on=clock.today() + timedelta(days=730))
    for name, state, to in (
        ("transfer", S.SUBMITTED, other),
        ("postpone", S.INTERVIEWED, factories.cohort(zone, of=later, **dates)),
        ("redirect", S.INTERVIEWED, factories.cohort(zone, of=school, **dates)),
    ):
        version = Application.objects.get(pk=world.things[state.value, zone]["pk"]).version
        world.answers[f"cohorts:application_{name}", zone] = {"cohort": str(to.pk), "version": str(version)}


def _choose_many(world: World) -> None:
    """Files of both zones chosen by whoever recruits in both: one bulk action to start, one written as drafts."""
    by = world.people[RECRUITER]
    files = {zone: Application.objects.get(pk=world.things["submitted", zone]["pk"]) for zone in ZONES}
    said = {"subject": "Une question pour vous", "words": "Quand pouvons-nous vous appeler ?"}
    drafted = bulk.choose("write", files.values(), said=said, by=by)
    jobs.run_slice(str(bulk.start(drafted, version=drafted.version, as_drafts=True).pk))
    for zone, file in files.items():
        letter = OutgoingMessage.objects.get(key=bulk.event_of(drafted, file))
        world.things["draft letter", zone] = {"pk": file.pk, "letter": letter.pk}
        for deed in ("letter_edit", "letter_rewrite", "letter_discard", "letter_send"):
            world.answers[f"cohorts:{deed}", zone] = {"version": "1"}
        world.answers["cohorts:letter_tell", zone] = {"version": "1", "way": "phone"}
        world.answers["cohorts:letter_edit", zone] |= {"subject": "Objet", "text": f"Bonjour, {LINK_MARK} Claire"}
        world.answers["cohorts:bulk_choose", zone] = {"action": "invite", "who": "ticked", "file": str(file.pk)}
    world.things["kind of letter", LYON] = {"name": "application_received"}
    intake = files[LYON].intake_id
    world.answers["cohorts:letter_kind", LYON] = {"intake": str(intake), "version": "0", "text_fr": "À bientôt."}
    chosen = bulk.choose("invite", files.values(), said={}, by=by)
    world.things |= {
        ("bulk", LYON): {"pk": chosen.pk},
        ("bulk line", LYON): {"pk": chosen.pk, "line": chosen.lines.first().pk},
        ("bulk of drafts", LYON): {"pk": drafted.pk},
    }
    world.answers["cohorts:bulk_detail", LYON] = {"words": "À bientôt.", "version": "1"}
    world.answers["cohorts:bulk_start", LYON] = {"version": "1"}


def _open_slots(world: World, zone: str, cohort: Cohort) -> None:
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


def _place(world: World, zone: str, cohort: Cohort) -> None:
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


def _enter_twice(world: World, zone: str, cohort: Cohort) -> None:
    """Two records that may be one person’s; nobody waits for either."""
    files = [factories.application(cohort, state=S.REJECTED, of=person(zone, f"double {place}")) for place in (1, 2)]
    stays, goes = (file.candidate for file in files)
    goes.phone = stays.phone
    goes.save()
    world.things["pair", zone] = {"pk": stays.pk, "other": goes.pk}
    shown = recruitment.as_shown(stays, goes, files)
    world.answers["cohorts:candidate_merge", zone] = {"shown": shown, "first_name": "stays", "email": "goes"}


class Upload:
    """A file that can be sent as often as it is asked for."""

    name, content_type = "forum.csv", "text/csv"

    def __init__(self, *rows: str):
        self.content = "\n".join(["Nom;Prénom;Téléphone;E-mail;Code postal", *rows]).encode("cp1252")

    def read(self) -> bytes:
        return self.content


def _bring(world: World, intake: Intake) -> None:
    """A list that waits for its columns, and one that has been checked, with a row to correct."""
    by, word = world.people[LYON_RECRUITER], marker(LYON, "jeune")
    rows = (f"{word};Zoé;04 65 71 99 01;;69100", f"{word};Nils;12 34;;69100")
    said = {"name": f"{word}.csv", "intake": intake, "zone": factories.zone(LYON), "source": "fair", "by": by}
    lists = [recruitment.receive_list(ContentFile(Upload(*rows).read()), **said) for _number in range(2)]
    for received in lists[1:]:
        recruitment.match_columns(received, columns=received.columns, by=by)
        jobs.run_slice(str(received.job_id))
    world.things |= {
        ("list to match", LYON): {"pk": lists[0].pk},
        ("checked list", LYON): {"pk": lists[1].pk},
    }
    kinds = {f"column_{place}": kind for place, kind in enumerate(lists[0].columns)}
    file = Upload("Fictif;Tom;04 65 71 99 02;;69100")
    world.answers |= {
        ("cohorts:import_list", LYON): {"file": file, "intake": str(intake.pk), "zone": "", "source": "fair"},
        ("cohorts:import_columns", LYON): kinds,
    }


def _exchange(world: World) -> None:
    """What recruitment shares with other software."""
    columns, by = [("last_name", "NOM"), ("phone", "")], world.people[RECRUITER]
    template = recruitment.make_template(name="Logiciel de vœux", columns=columns, by=by)
    world.things["column template", LYON] = {"pk": template.pk}
    mine = world.people[LYON_RECRUITER]
    view = recruitment.save_view(name="À décider", query="etat=interviewed", is_shared=True, by=mine)
    world.things["shared view", LYON] = {"pk": view.pk}
    world.answers["cohorts:view_add", LYON] = {"name": "Pour moi"}
    world.answers["cohorts:view_edit", LYON] = {"name": "À décider vite", "is_shared": "on"}
    paris = Zone.objects.get(code=PARIS)
    source = recruitment.open_source(name="Forum de mars (fictif)", kind="fair", zone=paris, by=by)
    world.things["source", LYON] = {"pk": source.pk}
    world.answers["cohorts:source_add", LYON] = {"name": "Lycée Exemple (fictif)", "kind": "lycee", "zone": ""}
    world.answers["cohorts:source_edit", LYON] = {"name": "Forum de mai (fictif)", "kind": "fair", "version": "1"}
    for zone in ZONES:
        file = Application.objects.get(pk=world.things[S.SUBMITTED.value, zone]["pk"])
        world.answers["cohorts:application_source", zone] = {"came_by": source.code, "version": str(file.version)}
    said = {"place_last_name": "1", "title_last_name": "NOM"}
    world.answers |= {
        ("cohorts:template_add", LYON): said | {"name": "Autre logiciel"},
        ("cohorts:template_edit", LYON): said | {"name": "Logiciel de vœux", "version": "1"},
    }


def _stop_the_machine(world: World) -> None:
    """A letter in doubt and a task that failed."""
    failed = Job.objects.create(
        kind="applications_export",
        started_by=world.people[LYON_RECRUITER],
        state=JobState.FAILED,
        ended_at=clock.now(),
    )
    world.things["failed task", LYON] = {"pk": failed.pk}
    letter = OutgoingMessage.objects.order_by("pk").first()
    OutgoingMessage.objects.filter(pk=letter.pk).update(state=MessageState.HELD)
    for deed in ("letters_send_again", "letters_settle", "letters_cancel"):
        world.answers[f"partnership:{deed}", LYON] = {"letter": letter.pk}


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


def _keep_the_tables(world: World, intake: Intake) -> None:
    """A record of each table of the administration."""
    convention = Convention.objects.get(title="Avenant fictif")
    records = {
        "partnership_party": factories.party("tiers"),
        "partnership_zone": factories.zone("toulouse"),
        "partnership_convention": convention,
        "partnership_milestone": factories.milestone(convention, order=2),
        "partnership_journalentry": JournalEntry.objects.latest("at"),
        "partnership_outgoingmessage": OutgoingMessage.objects.latest("written_at"),
        "placements_hostcompany": HostCompany.objects.create(name="Sans site (fictif)"),
        "cohorts_intake": factories.intake(intake.programme, starts_on=clock.today() + timedelta(days=400)),
        "cohorts_cohort": factories.cohort("toulouse", of=intake),
        "cohorts_paperkind": factories.paper_kind("essai"),
        "programmes_programme": factories.programme("essai", milestone=intake.programme.milestone, short_title="Essai"),
        "programmes_curriculum": intake.programme.curricula.get(),
    }
    for name, thing in records.items():
        world.things[name, LYON] = {"object_id": thing.pk}
        world.answers[f"admin:{name}_delete", LYON] = {"post": "yes"}
    world.things["a page of the site", LYON] = {"content_type_id": "1", "object_id": str(convention.pk)}
    world.things["an app", LYON] = {"app_label": "partnership"}
    world.things["somewhere else", LYON] = {"url": "nulle-part/"}

"""What recruitment keeps in each zone: a file in every state, many chosen at once, lists, people entered twice."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from cohorts import bulk, emails
from cohorts import services as recruitment
from cohorts.models import Application, Candidate, Cohort, Condition, Intake
from cohorts.states import ERASE, FOLLOW, RESUME, TAKE
from cohorts.states import ApplicationState as S
from partnership import clock, jobs, links, notices
from partnership.models import OutgoingMessage, Zone, ref
from partnership.outbox import LINK_MARK
from partnership.states import STOP, Role
from programmes.models import Programme

from .. import factories
from .world import LYON, LYON_RECRUITER, PARIS, RECRUITER, ZONES, World, marker, secret

_POSTCODE = {LYON: "69100", PARIS: "75015"}


def person(zone: str, what: str) -> Candidate:
    """Somebody whose every trace says their zone."""
    return factories.candidate(
        first_name=f"{secret(zone, 'jeune')} {what}",
        last_name=marker(zone, "jeune"),
        email=f"{secret(zone, 'jeune')}.{what}@exemple.test".lower(),
        postcode=_POSTCODE[zone],
        commune=factories.commune(zone),
    )


def recruit(world: World, zone: str, cohort: Cohort) -> None:
    world.answers["cohorts:apply_identity", zone] = factories.identity(_POSTCODE[zone])
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
        world.things["chapter of the guide", LYON] = {"slug": "referent-regional"}
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


def choose_many(world: World) -> None:
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


def enter_twice(world: World, zone: str, cohort: Cohort) -> None:
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


def bring(world: World, intake: Intake) -> None:
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


def exchange(world: World) -> None:
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

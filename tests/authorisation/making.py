"""How the world of two zones is made: by services where there is one, each thing marked with its zone."""

from datetime import timedelta
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from cohorts.models import Intake
from partnership import clock, jobs, links, papers
from partnership import services as team
from partnership.models import (
    Commitment,
    Convention,
    Job,
    JournalEntry,
    Milestone,
    OutgoingMessage,
    Signature,
    User,
    ref,
)
from partnership.states import INVITATION, RESET, JobState, MessageState, Role, Scan
from placements.models import CollectiveAgreement, FundingOperator, HostCompany, TutorCeiling, TutorEligibility
from programmes import services as contents
from programmes.models import Attachment, ChangeRequest, CommissionOpinion, Curriculum, Module, Programme
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories
from ..cohorts import rhythms
from ..papers import corpus
from .certifying import certify
from .chairing import hold_the_chair
from .placing import bring_hosts, open_slots, place
from .proposing import propose_best
from .recruiting import bring, choose_many, enter_twice, exchange, recruit
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
)


def build(mailbox: Path) -> World:
    """The convention, its contents, and in each zone a file in every state, a site, places, students."""
    world = World()
    _hire(world)
    _invite(world)
    milestone = _promise(world)
    acvd = _write(world, milestone)
    hold_the_chair(world)
    _catch_a_letter(world, mailbox)
    intake = factories.intake(acvd)
    for zone in ZONES:
        factories.commune(zone)
        cohort = factories.cohort(zone, of=intake)
        rhythms.write(cohort)
        recruit(world, zone, cohort)
        open_slots(world, zone, cohort)
        place(world, zone, cohort)
        propose_best(world, zone, cohort)
        enter_twice(world, zone, cohort)
        certify(world, zone, milestone)
        world.things["zone", zone] = {"zone": zone}
    choose_many(world)
    world.things["programme", LYON] = {"slug": acvd.slug}
    _keep_the_tables(world, intake)
    task = jobs.start("applications_export", by=world.people[LYON_RECRUITER], filters={}, order="", language="fr")
    jobs.run_slice(str(task.pk))
    world.things["task", LYON] = {"pk": task.pk}
    bring(world, intake)
    bring_hosts(world, intake)
    exchange(world)
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
    reviewer = world.people[REVIEWER]
    attachment = _attach(middle, by=author)
    # The commission of another version: this one stays open to opinions.
    told = _commission(validated, by=reviewer)
    asked = ChangeRequest.objects.create(
        module=submitted.modules.get(order=2),
        text="Préciser la grille.",
        written_at=clock.now(),
        written_by=reviewer,
        asked_at=clock.now(),
        asked_of=submitted.modules.get(order=2).text_hash(),
    )
    world.things |= {
        ("content to begin", LYON): {"slug": acvd.slug},
        ("validated content", LYON): {"pk": validated.pk},
        ("draft content", LYON): {"pk": draft.pk},
        ("draft module", LYON): {"pk": middle.pk},
        ("submitted content", LYON): {"pk": submitted.pk},
        ("submitted module", LYON): {"pk": submitted.pk, "module_pk": judged.pk},
        ("draft attachment", LYON): {"pk": attachment.pk},
        ("minutes", LYON): {"pk": validated.pk, "commission_pk": told.pk},
        ("request", LYON): {"pk": asked.pk},
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
    world.answers["programmes:curriculum_assign", LYON] = {"reviewers": [str(reviewer.pk)]}
    world.answers["programmes:request_reply", LYON] = {"text": "Nous la joignons."}
    world.answers["admin:programmes_curriculum_interest", LYON] = {"kind": "sells", "note": ""}
    world.answers["admin:programmes_curriculum_approve_rest", LYON] = {"text_hash": submitted.text_hash()}
    return acvd


def _attach(module: Module, *, by: User) -> Attachment:
    name = default_storage.save(f"{papers.FOLDER}{module.pk}.pdf", ContentFile(corpus.saved(corpus.plain())))
    said = {"title": "Grille", "file": name, "sha256": "0" * 64, "pages": 1, "scan": Scan.CLEAN}
    return Attachment.objects.create(module=module, added_at=clock.now(), added_by=by, **said)


def _commission(version: Curriculum, *, by: User) -> CommissionOpinion:
    name = default_storage.save(f"{papers.FOLDER}{version.pk}.pdf", ContentFile(corpus.saved(corpus.plain())))
    said = {"held_on": clock.today(), "present": "La commission", "outcome": "favourable", "text_hash": "0" * 64}
    kept = {"minutes": name, "pages": 1, "scan": Scan.CLEAN, "recorded_at": clock.now(), "recorded_by": by}
    return CommissionOpinion.objects.create(curriculum=version, **said, **kept)


def _catch_a_letter(world: World, mailbox: Path) -> None:
    name = "1700000000000000000-0123456789ab"
    (mailbox / f"{name}.eml").write_text("To: jeune@exemple.test\nSubject: Essai\n\nBonjour.\n")
    world.things["failure", LYON] = {"status": 503}
    world.things["caught letter", LYON] = {"name": name}


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
        "placements_fundingoperator": FundingOperator.objects.create(code="essai", name="Essai"),
        "placements_collectiveagreement": CollectiveAgreement.objects.create(idcc="9999", name="Essai"),
        "placements_tutorceiling": TutorCeiling.objects.create(since=clock.today(), kind="apprenticeship", most=2),
        "placements_tutoreligibility": TutorEligibility.objects.create(
            since=clock.today(), kind="apprenticeship", years=2
        ),
        "cohorts_intake": factories.intake(intake.programme, starts_on=clock.today() + timedelta(days=400)),
        "cohorts_cohort": factories.cohort("toulouse", of=intake),
        "cohorts_paperkind": factories.paper_kind("essai"),
        "cohorts_planningrate": factories.planning_rates()[0],
        "programmes_programme": factories.programme("essai", milestone=intake.programme.milestone, short_title="Essai"),
        "programmes_curriculum": intake.programme.curricula.get(),
    }
    for name, thing in records.items():
        world.things[name, LYON] = {"object_id": thing.pk}
        world.answers[f"admin:{name}_delete", LYON] = {"post": "yes"}
    world.things["a page of the site", LYON] = {"content_type_id": "1", "object_id": str(convention.pk)}
    world.things["an app", LYON] = {"app_label": "partnership"}
    world.things["somewhere else", LYON] = {"url": "nulle-part/"}

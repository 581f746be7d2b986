"""Two conventions in the world of the table: one that is signed and amended, one that is being drafted."""

from datetime import timedelta

from partnership import clock, links, services
from partnership.models import Commitment, Milestone, ref
from partnership.states import DATES

from .. import factories
from .world import COORDINATOR, LYON, World


def promise(world: World) -> Milestone:
    signed = factories.convention()
    milestone = factories.milestone(signed)
    igs = factories.party("igs")
    promised = factories.commitment(
        convention=signed, milestone=milestone, party=igs, text="Recruter les premiers jeunes"
    )
    kept = factories.commitment(convention=signed, party=igs, text="Ouvrir le plateau pédagogique")
    services.keep_commitment(kept, evidence="Le compte rendu du 2 mars.", by=world.people[COORDINATOR])
    world.things |= {
        ("convention", LYON): {"pk": signed.pk},
        ("milestone", LYON): {"order": milestone.order},
        ("promise", LYON): {"pk": promised.pk},
        ("kept promise", LYON): {"pk": kept.pk},
        ("dates by link", LYON): {"token": links.mint(DATES, ref(world.people[COORDINATOR]))},
    }
    world.answers["partnership:commitment_keep", LYON] = {"evidence": "Le compte rendu du 3 mars."}
    world.answers["partnership:commitment_reopen", LYON] = {"reason": "Le plateau n’a pas ouvert."}
    world.answers["partnership:convention_end", LYON] = {"reason": "Une autre la remplace.", "version": "1"}
    _draft(world)
    _amend(world, milestone, promised)
    return milestone


def _draft(world: World) -> None:
    """A convention that two parties still write, with a part of each kind."""
    by, igs = world.people[COORDINATOR], factories.party("igs")
    said = {"title": "Projet fictif", "purpose": "Former des jeunes.", "parties": [igs, factories.party("smt")]}
    draft = services.begin_convention(by=by, **said)
    dates = {"opens_on": clock.today(), "finalise_by": clock.today()}
    titles = {"title": "Un diplôme", "short_title": "Diplôme"}
    milestone = services.add_milestone(draft, by=by, owner=igs, **titles, **dates)
    objective = services.add_objective(milestone, by=by, measure="confirmed", target=20)
    room = services.add_commitment(draft, by=by, party=igs, text="Ouvrir une salle")
    draft.refresh_from_db()
    world.things |= {
        ("draft convention", LYON): {"pk": draft.pk},
        ("draft milestone", LYON): {"pk": milestone.pk},
        ("draft objective", LYON): {"pk": objective.pk},
        ("draft promise", LYON): {"pk": room.pk},
        ("signature", LYON): {"pk": draft.signatures.get(party=igs).pk},
    }
    version = {"version": str(draft.version)}
    day = clock.today().isoformat()
    texts = titles | {"owner": str(igs.pk), "order": "2"}
    texts |= {"opens_on": day, "opens_precision": "day", "finalise_by": day, "finalise_precision": "day"}
    parties = [str(party.pk) for party in said["parties"]]
    target = {"measure": "applied", "zone": "", "target": "30", "due_on": ""}
    words = {"party": str(igs.pk), "text": "Ouvrir deux salles", "due_on": day, "milestone": ""}
    for deed in ("signature_sign", "milestone_remove", "objective_remove", "commitment_remove", "convention_discard"):
        world.answers[f"partnership:{deed}", LYON] = version
    written = {"title": "Un autre titre", "purpose": "Former.", "parties": parties}
    world.answers |= {
        ("partnership:convention_begin", LYON): written | {"copy_of": ""},
        ("partnership:convention_edit", LYON): written | version,
        ("partnership:milestone_add", LYON): texts,
        ("partnership:milestone_edit", LYON): texts | version,
        ("partnership:objective_add", LYON): target,
        ("partnership:objective_edit", LYON): target | version,
        ("partnership:commitment_add", LYON): words,
        ("partnership:commitment_edit", LYON): words | version,
    }


def _amend(world: World, milestone: Milestone, promised: Commitment) -> None:
    """An amendment that nobody has signed, with a change; the parts that it may change."""
    by = world.people[COORDINATOR]
    objective = factories.objective(milestone=milestone, measure="contacts", target=200)
    convention = milestone.convention
    amendment = services.begin_amendment(convention, reason="Un report.", effective_on=clock.today(), by=by)
    change = services.propose_change(amendment, objective, by=by, target=250)
    amendment.refresh_from_db()
    mine = amendment.signatures.get(party=factories.party("igs"))
    world.things |= {
        ("amendment", LYON): {"pk": amendment.pk},
        ("amendment change", LYON): {"pk": change.pk},
        ("amendment signature", LYON): {"pk": mine.pk},
        ("amended objective", LYON): {"pk": amendment.pk, "part": objective.pk},
        ("amended milestone", LYON): {"pk": amendment.pk, "part": milestone.pk},
        ("amended promise", LYON): {"pk": amendment.pk, "part": promised.pk},
    }
    version, day = {"version": str(amendment.version)}, (clock.today() + timedelta(days=200)).isoformat()
    dates = {"opens_on": day, "opens_precision": "day", "finalise_by": day, "finalise_precision": "month"}
    reason = {"reason": "Un autre report.", "effective_on": day}
    added = {"party": str(mine.party_id), "text": "Ouvrir une salle", "due_on": "", "milestone": ""}
    for deed in ("amendment_sign", "amendment_withdraw", "amendment_discard"):
        world.answers[f"partnership:{deed}", LYON] = version
    world.answers |= {
        ("partnership:amendment_begin", LYON): reason,
        ("partnership:amendment_edit", LYON): reason | version,
        ("partnership:amendment_objective", LYON): {"target": "300", "due_on": day} | version,
        ("partnership:amendment_milestone", LYON): dates | version,
        ("partnership:amendment_commitment", LYON): {"text": "Recruter vite", "due_on": day} | version,
        ("partnership:amendment_promise", LYON): added | version,
    }

"""The chair of the world: an activity in every state that somebody moves on, who comes to them, what is proposed."""

from datetime import timedelta
from typing import Any

from partnership import clock, links
from partnership.models import ref
from programmes.models import ChairActivity, Registration
from programmes.states import GUEST, ActivityState, Attendance

from .. import factories
from .world import AUTHOR, LYON, World, marker, secret


def hold_the_chair(world: World) -> None:
    """Activities led by the author, with people whose every trace says so."""
    chair, lead = factories.chair(), world.people[AUTHOR]
    said = {"lead": lead, "lead_party": factories.party("igs")}
    call = {"contributions_until": clock.today() + timedelta(days=9)}
    activities = {
        "planned activity": factories.activity(chair, state=ActivityState.PLANNED, **said),
        "open activity": factories.activity(chair, capacity=2, **said, **call),
        "activity today": factories.activity(chair, days=0, **said),
        "running activity": factories.activity(chair, state=ActivityState.RUNNING, days=-3, **said),
        "delivered activity": factories.activity(chair, state=ActivityState.DELIVERED, days=-9, **said),
    }
    for name, activity in activities.items():
        world.things[name, LYON] = {"pk": activity.pk}
    opened, today = activities["open activity"], activities["activity today"]
    comes, waits = (_guest(opened, who) for who in ("vient", "attend"))
    there = _guest(today, "est là")
    _guest(today, "est venu", attendance=Attendance.PRESENT)
    proposal = factories.contribution(opened, title=_word("titre"), abstract=_word("texte"), **_named("propose"))
    world.things |= {
        ("chair", LYON): {"slug": chair.slug},
        ("activity for all", LYON): {"slug": chair.slug, "pk": opened.pk},
        ("contribution", LYON): {"pk": proposal.pk},
        ("guest by link", LYON): {"token": links.mint(GUEST, ref(comes))},
    }
    day = (clock.today() + timedelta(days=30)).isoformat()
    texts = {"kind": "study", "title": "Étude", "lead": f"{lead.pk}:{said['lead_party'].pk}"}
    texts |= {"begins_on": day, "begins_time": "09:00", "ends_on": day, "ends_time": "18:00"}
    who = {"name": "Zoé Fictive", "email": "zoe@exemple.test", "organisation": ""}
    world.answers |= {
        ("programmes:activity_plan", LYON): texts,
        ("programmes:activity_edit", LYON): texts | {"version": "1"},
        ("programmes:activity_deliver", LYON): {
            "on": clock.today().isoformat(),
            "deliverable": "Rapport",
            "version": "1",
        },
        ("programmes:activity_cancel", LYON): {"because": "La salle est fermée."},
        ("programmes:activity_attend", LYON): {"present": str(there.pk)},
        ("programmes:activity_give_up", LYON): {"registration": str(waits.pk)},
        ("programmes:contribution_decide", LYON): {"to": "accepted", "words": "", "version": "1"},
        ("programmes:chair_register", LYON): who,
        ("programmes:chair_contribute", LYON): who | {"title": "Idée", "abstract": "Un texte."},
        ("programmes:guest_erase", LYON): {"understood": "on"},
    }


def _word(what: str) -> str:
    return f"{secret(LYON, 'invite')} {what}"


def _named(what: str) -> dict[str, str]:
    address = f"{secret(LYON, 'invite')}.{what.replace(' ', '')}@exemple.test".lower()
    return {"name": _word(what), "email": address, "organisation": marker(LYON, "invite")}


def _guest(activity: ChairActivity, what: str, **fields: Any) -> Registration:
    return factories.registration(activity, **_named(what), **fields)

"""What placements hold of a student: where they were proposed, how far they go, and what hosts said of them."""

from datetime import datetime

from cohorts import personal_data as recruitment
from cohorts.models import Application, Enrolment
from partnership import personal_data
from partnership.models import ref
from partnership.personal_data import Erased, Held, Holder

from .models import Mobility, Placement, ProposalRun, Wish
from .services import forget_inputs


def collect(subject: str) -> Held:
    """Each placement, with what the host said."""
    files = recruitment.files_of(subject)
    placements = Placement.objects.filter(enrolment__application__in=files)
    columns = ("seat__site__name", "state", "proposed_at", "answered_at", "decline_reason", "comment")
    return {"placements": list(placements.order_by("proposed_at").values(*columns))} | _wished(files)


def _wished(files: list[Application]) -> Held:
    """How far they go, the hosts they would rather have, and those that asked for them."""
    of_theirs = {"enrolment__application__in": files}
    said = ("enrolment__application__number", "near_km", "far_km", "said_at")
    wishes = Wish.objects.filter(**of_theirs).order_by("side", "rank", "said_at")
    return {
        "mobility": list(Mobility.objects.filter(**of_theirs).order_by("said_at").values(*said)),
        "wishes": [
            {"site__name": wish.site.name, "side": wish.side, "rank": wish.rank or None, "said_at": wish.said_at}
            for wish in wishes.select_related("site")
        ],
    }


def erase(subject: str, at: datetime) -> Erased:
    """Take away the hosts' comments, close the links by which they answer, and forget the proposals with them in."""
    files = recruitment.files_of(subject)
    placements = Placement.objects.filter(enrolment__application__in=files)
    of_theirs = {"enrolment__application__in": files}
    enrolments = Enrolment.objects.filter(application__in=files).values_list("pk", flat=True)
    return {
        "answer links": personal_data.revoke_links([ref(placement) for placement in placements]),
        "comments": placements.exclude(comment="").update(comment=""),
        "mobility": Mobility.objects.filter(**of_theirs).delete()[0],
        "wishes": Wish.objects.filter(**of_theirs).delete()[0],
        "proposals": forget_inputs(ProposalRun.objects.with_students(enrolments)),
    }


HOLDER = Holder("placements", collect=collect, erase=erase)

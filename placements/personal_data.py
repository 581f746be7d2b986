"""What placements hold of a student: wishes, where they were proposed, what hosts said of them, their contracts."""

from datetime import datetime

from django.db.models import Case, QuerySet, Value, When

from cohorts import personal_data as recruitment
from cohorts.models import Application, Enrolment
from partnership import papers, personal_data
from partnership.models import OutgoingMessage, ref
from partnership.personal_data import Erased, Held, Holder

from .models import (
    Amendment,
    ContractFile,
    ContractPaper,
    Introduction,
    IntroductionQuerySet,
    Mobility,
    Placement,
    ProposalRun,
    Visit,
    Wish,
)
from .services import forget_inputs

# What a contract file holds of its student; the employer's own facts are the employer's.
_CONTRACT = (
    "kind",
    "state",
    "asked_on",
    "prepared_on",
    "signed_on",
    "filed_on",
    "number",
    "answered_on",
    "answer_reason",
    "employer_name",
    "tutor_name",
    "workplace",
    "starts_on",
    "ends_on",
    "course_ends_on",
    "training_hours",
    "beyond_age",
    "medical_visit_on",
    "note",
)
# In the place of what a law of the table asks to be there.
_GONE = "-"
# Dates, kind and state are what figures are made of.
_NO_WORDS = {"note": "", "beyond_age": "", "medical_visit_on": None, "workplace": ""}


def collect(subject: str) -> Held:
    """Each placement and introduction with what the host said, what was noted and changed there, each contract."""
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    columns = ("seat__site__name", "state", "proposed_at", "answered_at", "decline_reason", "comment")
    columns += ("tutor__name", "hours_reason", "started_on", "ended_on", "break_cause", "break_note")
    visits = Visit.objects.filter(placement__in=placements.values("pk")).order_by("due_on", "pk")
    changes = Amendment.objects.filter(placement__in=placements.values("pk")).order_by("amended_at")
    changed = ("from_on", "from_site__name", "to_site__name", "from_tutor__name", "to_tutor__name")
    contracts = ContractFile.objects.filter(placement__in=placements.values("pk")).order_by("asked_on", "pk")
    shown = Introduction.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    of_shown = ("site__company__name", "site__name", "presentation__sent_at", "state", "meeting_at", "meeting_place")
    of_shown += ("answered_at", "end_reason", "comment", "ended_at")
    return {
        "placements": list(placements.order_by("proposed_at").values(*columns)),
        "introductions": list(shown.order_by("presentation__sent_at", "pk").values(*of_shown)),
        "visits": list(visits.values("kind", "due_on", "done_on", "signal", "notes")),
        "amendments": list(changes.values(*changed)),
        "contracts": list(contracts.values(*_CONTRACT)),
        "contract_papers": list(
            ContractPaper.objects.filter(contract__in=contracts.values("pk"))
            .order_by("sent_at")
            .values("kind", "sent_at", "pages")
        ),
        **_wished(recruitment.files_of(subject)),
    }


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
    """Take away the hosts' comments, the papers and words of contracts, and close the links of hosts.

    A link that shows others as well stays open: there is no name left for it to show. Its letter is blanked.
    """
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    contracts = ContractFile.objects.filter(placement__in=placements.values("pk"))
    kept = ContractPaper.objects.filter(contract__in=contracts.values("pk"))
    names = list(kept.values_list("file", flat=True))
    kept.delete()
    visits = Visit.objects.filter(placement__in=placements.values("pk"))
    shown = Introduction.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    for name in names:
        papers.discard(name)
    return {
        "presentations": _blank_presentations(shown),
        "answer links": personal_data.revoke_links([ref(placement) for placement in placements]),
        "contract links": personal_data.revoke_links([ref(contract) for contract in contracts]),
        "contract papers": len(names),
        "contract words": _silenced(contracts),
        "comments": placements.exclude(comment="", break_note="", hours_reason="").update(
            comment="", break_note="", hours_reason=""
        )
        + shown.exclude(comment="").update(comment=""),
        "notes of visits": visits.exclude(notes="").update(notes=""),
        **_forget_wishes(recruitment.files_of(subject)),
    }


def _forget_wishes(files: list[Application]) -> Erased:
    """Take away what they wished, and all that proposals say in which they were weighed: the counts stay."""
    of_theirs = {"enrolment__application__in": files}
    enrolments = Enrolment.objects.filter(application__in=files).values_list("pk", flat=True)
    return {
        "mobility": Mobility.objects.filter(**of_theirs).delete()[0],
        "wishes": Wish.objects.filter(**of_theirs).delete()[0],
        "proposals": forget_inputs(ProposalRun.objects.with_students(enrolments)),
    }


def _silenced(contracts: QuerySet[ContractFile]) -> int:
    """Blank what was written of a student in contract files; a filed one keeps that it had a number and a reason."""
    spoken = contracts.exclude(note="", beyond_age="", medical_visit_on=None, workplace="", number__in=["", _GONE])
    return spoken.update(
        **_NO_WORDS,
        number=Case(When(number="", then=Value("")), default=Value(_GONE)),
        answer_reason=Case(When(answer_reason="", then=Value("")), default=Value(_GONE)),
    )


def _blank_presentations(shown: IntroductionQuerySet) -> int:
    """The letters that presented somebody with others, which are about no file."""
    keys = [f"students_presented:{key}" for key in shown.values_list("presentation", flat=True).distinct()]
    keys += [f"{key}:{days}" for key in keys for days in (3, 5)]
    return personal_data.blank_letters(OutgoingMessage.objects.filter(key__in=keys))


HOLDER = Holder("placements", collect=collect, erase=erase)

"""What placements hold of a student: where they were proposed, and what hosts said of them."""

from datetime import datetime

from cohorts import personal_data as recruitment
from partnership import personal_data
from partnership.models import OutgoingMessage, ref
from partnership.personal_data import Erased, Held, Holder

from .models import Introduction, IntroductionQuerySet, Placement


def collect(subject: str) -> Held:
    """Each placement and each introduction, with what the host said."""
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    columns = ("seat__site__name", "state", "proposed_at", "answered_at", "decline_reason", "comment")
    shown = Introduction.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    of_shown = ("site__company__name", "site__name", "presentation__sent_at", "state", "meeting_at", "meeting_place")
    of_shown += ("answered_at", "end_reason", "comment", "ended_at")
    return {
        "placements": list(placements.order_by("proposed_at").values(*columns)),
        "introductions": list(shown.order_by("presentation__sent_at", "pk").values(*of_shown)),
    }


def erase(subject: str, at: datetime) -> Erased:
    """Take away the hosts' comments, and close the links by which they answer.

    A link that shows others as well stays open: there is no name left for it to show. Its letter is blanked.
    """
    placements = Placement.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    shown = Introduction.objects.filter(enrolment__application__in=recruitment.files_of(subject))
    return {
        "presentations": _blank_presentations(shown),
        "answer links": personal_data.revoke_links([ref(placement) for placement in placements]),
        "comments": placements.exclude(comment="").update(comment="") + shown.exclude(comment="").update(comment=""),
    }


def _blank_presentations(shown: IntroductionQuerySet) -> int:
    """The letters that presented somebody with others, which are about no file."""
    keys = [f"students_presented:{key}" for key in shown.values_list("presentation", flat=True).distinct()]
    keys += [f"{key}:{days}" for key in keys for days in (3, 5)]
    return personal_data.blank_letters(OutgoingMessage.objects.filter(key__in=keys))


HOLDER = Holder("placements", collect=collect, erase=erase)

"""A commission that meets judges a whole version at once: its opinion takes the place of the quorum."""

from datetime import date

from django.utils.translation import gettext as _

from partnership import clock, papers
from partnership.models import User
from partnership.workflow import Refused, Stale, record

from ..models import CommissionOpinion, Curriculum
from ..states import Outcome
from .decisions import begin_reading, close_as_refused, put_in_force, send_back
from .holding import hold_to_review


def record_commission(
    curriculum: Curriculum,
    *,
    held_on: date,
    present: str,
    outcome: str,
    text: str = "",
    minutes: papers.Paper,
    text_hash: str,
    by: User,
) -> CommissionOpinion:
    """Record what a commission said of a version, with its minutes, and decide; called outside of any transaction.

    Stale if the text is no longer the one it was about; Refused for a day to come, or before the submission.
    """
    with papers.kept(minutes) as name:
        hold_to_review(curriculum, by=by)
        if curriculum.text_hash() != text_hash:
            raise Stale(curriculum)
        if not curriculum.submitted_at.astimezone(clock.PARIS).date() <= held_on <= clock.today():
            raise Refused(_("The commission met between the day of the submission and today."))
        if outcome != Outcome.FAVOURABLE and not text.strip():
            raise Refused(_("Say why: the authors read it."))
        said = CommissionOpinion.objects.create(
            curriculum=curriculum,
            held_on=held_on,
            present=present.strip(),
            outcome=outcome,
            text=text.strip(),
            minutes=name,
            pages=minutes.pages,
            scan=minutes.scan,
            text_hash=text_hash,
            recorded_at=clock.now(),
            recorded_by=by,
        )
        record(said, outcome, by=by)
        _decide(curriculum, said, by=by)
    return said


def _decide(curriculum: Curriculum, said: CommissionOpinion, *, by: User) -> None:
    begin_reading(curriculum, by=by)
    if said.outcome == Outcome.FAVOURABLE:
        put_in_force(curriculum, by=by)
    elif said.outcome == Outcome.CHANGES:
        send_back(curriculum, reason=said.text, by=by)
    else:
        close_as_refused(curriculum, reason=said.text, by=by)

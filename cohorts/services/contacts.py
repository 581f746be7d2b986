"""New contacts: somebody met at a fair, who called, or whose name was passed on."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, workflow
from partnership.models import User
from partnership.workflow import Refused, record

from .. import emails
from ..handover import follower_in
from ..models import Application, Candidate, Cohort, RecruitmentSource
from ..states import ApplicationState
from .moves import REFUSALS
from .sameness import Turn, held, same_person


@transaction.atomic
def add_contact(
    cohort: Cohort,
    *,
    by: User,
    owner: User,
    identity: Mapping[str, Any] | None = None,
    of: Candidate | None = None,
    source: str = "",
    came_by: RecruitmentSource | None = None,
    note: str = "",
) -> Application:
    """Open an enquiry for somebody new, or `of` somebody known; whoever is to follow it is told, unless they did it.

    Refused where the person already has a live application for this intake, or where the owner does not recruit.
    """
    if follower_in(cohort, owner) != owner:
        raise Refused(_("%(who)s does not recruit in %(zone)s.") % {"who": owner, "zone": cohort.zone})
    person = of or Candidate(**(identity or {}))
    # Two colleagues who type the same person at once: the second one waits, and finds the first one's.
    list(Cohort.objects.filter(pk=cohort.pk).annotate(turn=Turn(person)).values_list("turn"))
    # After the turn, as whoever hands an application in takes them.
    if of is not None:
        of = person = held(of)
    known = of or same_person(person, cohort.intake)
    if known is not None and Application.objects.live().filter(candidate=known, intake=cohort.intake).exists():
        raise Refused(REFUSALS["one_live_application_per_person_and_intake"])
    if of is None:
        person.save(force_insert=True)
    now = clock.now()
    with workflow.refusing(REFUSALS):
        enquiry = Application.objects.create(
            candidate=person,
            cohort=cohort,
            intake=cohort.intake,
            state=ApplicationState.ENQUIRY,
            created_at=now,
            state_since=now,
            acted_at=now,
            owner=owner,
            source=source,
            recruitment_source=came_by,
        )
    enquiry.refresh_from_db(fields=["number"])
    record(enquiry, ApplicationState.ENQUIRY, by=by, reason=note)
    if owner != by:
        emails.file_entrusted(enquiry, to=owner, by=by)
    return enquiry

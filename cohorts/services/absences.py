"""Absences: planned with whoever stands in, and ended when somebody comes back."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock, workflow
from partnership.models import User, Zone
from partnership.workflow import Refused, record

from ..models import RECRUITMENT, Absence

DAYS_AHEAD = 366
_REFUSALS = {
    "one_absence_a_person_and_day": gettext_lazy("An absence is already planned for some of these days."),
}


@transaction.atomic
def plan_absence(person: User, *, since: date, until: date, cover: User, by: User) -> Absence:
    """Say when somebody is away and who does their work; Refused for a colleague who cannot."""
    if not clock.today() <= until <= clock.today() + timedelta(days=DAYS_AHEAD) or since > until:
        raise Refused(_("The last day is not before the first one, nor past, nor more than a year ahead."))
    if not cover.has_role(*RECRUITMENT) or cover == person:
        raise Refused(_("Somebody else of recruitment stands in."))
    zones = cover.zones_as(*RECRUITMENT)
    if zones is not None:
        theirs = Zone.objects.filter(cohorts__applications__in=person.applications.live()).exclude(pk__in=zones)
        if missing := list(theirs.distinct()):
            names = ", ".join(zone.name for zone in missing)
            raise Refused(_("%(who)s does not recruit in %(zone)s.") % {"who": cover, "zone": names})
    if Absence.objects.filter(user=cover, since__lte=until, until__gte=since).exists():
        raise Refused(_("%(who)s is away as well on some of these days.") % {"who": cover})
    with workflow.refusing(_REFUSALS):
        absence = Absence.objects.create(
            user=person, since=since, until=until, cover=cover, planned_at=clock.now(), planned_by=by
        )
    record(absence, "planned", by=by)
    return absence


@transaction.atomic
def end_absence(absence: Absence, *, by: User) -> None:
    """The person is back, or does not leave: from today on they do their own work."""
    yesterday = clock.today() - timedelta(days=1)
    record(absence, "ended", by=by)
    rows = Absence.objects.filter(pk=absence.pk)
    if absence.since > yesterday:
        rows.delete()
    else:
        rows.update(until=min(yesterday, absence.until))

"""The dossier of a student, filled in by them or told to us, and what their contract would pay at least."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnership import clock
from partnership.states import Channel
from partnership.workflow import Actor, Refused, Stale, record

from .. import pay
from ..models import OF_AGE, Application, Candidate, Dossier, age_on
from ..states import ApplicationState
from .ages import only_of_age
from .papers import ask_usual

# Only asked of minors, and not kept for anybody else.
OF_MINORS = ("guardian_name", "guardian_phone", "guardian_email", "contact_name", "contact_phone")
_CONTRACTS = {
    pay.Contract.APPRENTICESHIP: gettext_lazy("apprenticeship contract"),
    pay.Contract.PROFESSIONALISATION: gettext_lazy("professionalisation contract"),
}


@transaction.atomic
def save_dossier(
    application: Application,
    said: Mapping[str, Any],
    *,
    by: Actor,
    version: int,
    channel: Channel = Channel.WEB,
) -> Dossier:
    """Keep what a student says of themselves; Stale if somebody else has just changed it (0: nothing was there)."""
    # The file first, then its person, as a merge and an erasure take them; the person's row is the turn.
    rows = Application.objects.select_for_update(no_key=True)
    application.refresh_from_db(fields=["state", "candidate"], from_queryset=rows)
    if application.state != ApplicationState.CONFIRMED:
        raise Refused(_("The dossier is filled in once the place is confirmed."))
    people = Candidate.objects.select_for_update(no_key=True)
    candidate = application.candidate = people.get(pk=application.candidate_id)
    dossier = Dossier.objects.filter(candidate=candidate).first()
    if version != (dossier.version if dossier else 0):
        raise Stale(dossier or application)
    said = dict(said)
    intake = application.intake
    if intake.programme.is_for_professionals and age_on(intake.starts_on, born_on=said["born_on"]) < OF_AGE:
        raise Refused(only_of_age(intake.starts_on))
    if age_on(clock.today(), born_on=said["born_on"]) >= OF_AGE:
        said |= dict.fromkeys(OF_MINORS, "")
    dossier = Dossier(candidate=candidate, version=version + 1, saved_at=clock.now(), **said)
    dossier.save()
    born = {"birth_year": dossier.born_on.year, "birth_month": dossier.born_on.month}
    Candidate.objects.filter(pk=candidate.pk).update(**born)
    for name, value in born.items():
        setattr(application.candidate, name, value)
    record(application, "dossier", by=by, channel=channel)
    # Of whoever turns out to be a minor, more is asked.
    ask_usual(application, by=by)
    return dossier


class PayLine(NamedTuple):
    """What a kind of contract would pay a month, or why it is not known; `is_of_today`: by today's figures."""

    contract: str | Promise
    estimate: pay.Estimate | None
    why: str | Promise
    is_of_today: bool


def pay_lines(application: Application, dossier: Dossier | None) -> list[PayLine]:
    """The least each kind of contract pays on the first day, as far as figures are known; none without a host."""
    person, start = application.candidate, application.cohort.intake.starts_on
    if not application.cohort.intake.programme.is_hosted or not (dossier or person.birth_year):
        return []
    lines = []
    for contract, label in _CONTRACTS.items():
        found, is_of_today = _estimate(contract, application, dossier, start), False
        if found is pay.Unknown.DATE:
            found, is_of_today = _estimate(contract, application, dossier, clock.today()), True
        if found is pay.Unknown.DATE:
            # Neither day has figures: there is nothing to say.
            continue
        if isinstance(found, pay.Unknown):
            lines.append(PayLine(label, None, found.label, False))
        else:
            lines.append(PayLine(label, found, "", is_of_today))
    return lines


def _estimate(
    contract: pay.Contract, application: Application, dossier: Dossier | None, on: Any
) -> pay.Estimate | pay.Unknown:
    person = application.candidate
    if contract == pay.Contract.PROFESSIONALISATION and dossier:
        age = age_on(on, born_on=dossier.born_on)
    else:
        age = pay.age_for_pay(person.birth_year, person.birth_month or 12, on)
    return pay.estimate(contract, on=on, age=age, level=application.level)

"""What an applicant says on the telephone is kept as their answers, with who heard it; so is what they agree to."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import User
from partnership.states import Channel
from partnership.workflow import Refused, edit

from .. import emails
from ..models import Application, Candidate, Cohort
from ..states import EXITS, ApplicationState
from .ages import must_be_of_age
from .consents import give_consent
from .moves import go

# Without these nobody has applied; what else is asked may stay open.
_OF_THE_PERSON = ("last_name", "email", "birth_month", "birth_year", "postcode")
_OF_THE_FILE = ("level", "languages", "has_employer")
_OF_A_PROFESSIONAL = ("employer_name", "job", "management_years", "funding")
_PERSONS = {field.name for field in Candidate._meta.get_fields()}


@transaction.atomic
def hear(application: Application, *, answers: Mapping[str, Any], by: User, version: int | None = None) -> None:
    """Keep what the applicant has just said; Stale if the file has changed since it was asked."""
    if application.state in EXITS:
        raise Refused(_("This file is closed: open it again first."))
    if not answers:
        return
    of_the_file = {name: value for name, value in answers.items() if name not in _PERSONS}
    if of_the_file.get("employer_name"):
        of_the_file["has_employer"] = True
    said = ", ".join(sorted(answers))
    edit(application, by=by, version=version, channel=Channel.PHONE, deed="heard", reason=said, **of_the_file)
    # The file's row is held now: nobody else writes the person's answers by it.
    person = Candidate.objects.get(pk=application.candidate_id)
    for name, value in answers.items():
        if name in _PERSONS:
            setattr(person, name, value)
    if _PERSONS & answers.keys():
        person.save()
        outbox.readdress(person)
    application.candidate = person


@transaction.atomic
def tell_notice(
    application: Application, *, consents: Iterable[str], notice_version: str, by: User, version: int | None = None
) -> None:
    """Keep that the notice was told on the telephone, and each consent given there."""
    if application.state in EXITS:
        raise Refused(_("This file is closed: open it again first."))
    said = {"deed": "notice_told", "reason": notice_version, "channel": Channel.PHONE}
    edit(application, by=by, version=version, notice_version=notice_version, **said)
    for purpose in consents:
        give_consent(application, purpose, by=by, channel=Channel.PHONE)


def lacks(application: Application) -> list[str]:
    """The fields without which a contact is no application yet; whoever has a telephone needs no address."""
    person = application.candidate
    missing = [name for name in _OF_THE_PERSON if getattr(person, name) in (None, "")]
    programme = application.intake.programme
    asked = _OF_A_PROFESSIONAL if programme.is_for_professionals else _OF_THE_FILE
    missing += [name for name in asked if getattr(application, name) in (None, "")]
    return [name for name in missing if name != "email" or not person.phone]


@transaction.atomic
def submit_by_telephone(application: Application, *, by: User, version: int | None = None) -> None:
    """Hand in, for somebody on the telephone, what they have said; they are told as whoever applies by the site.

    Refused while an answer is missing, before they know what becomes of their data, and in a zone that is closed.
    """
    if application.state != ApplicationState.ENQUIRY:
        raise Refused(_("This application is already submitted."))
    if lacks(application):
        raise Refused(_("Some answers are still missing."))
    if not application.notice_version:
        raise Refused(_("Tell first what becomes of their data."))
    if not Cohort.objects.open_on(clock.today()).filter(pk=application.cohort_id).exists():
        raise Refused(_("Applications are closed in this zone."))
    must_be_of_age(application.candidate, application.cohort)
    now = clock.now()
    go(application, ApplicationState.SUBMITTED, by=by, version=version, channel=Channel.PHONE, submitted_at=now)
    emails.application_received(application)

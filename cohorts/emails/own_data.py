"""The letters to applicants about what is held of them."""

from datetime import date

from django.conf import settings

from partnership import clock, outbox

from ..models import Application, Candidate
from ..states import ERASE, TAKE
from .posting import post


def data_link(application: Application, *, event: str) -> None:
    """The link, for an hour, that opens everything held about somebody who asked for it."""
    post(application, "data_link", event=event, link=(TAKE, application))


def erasure_link(application: Application, *, event: str) -> None:
    """The link, for an hour and once, by which somebody has their file erased."""
    post(application, "erasure_link", event=event, link=(ERASE, application))


def file_erased(application: Application, *, to: Candidate) -> None:
    """The last letter: the file is erased. It names nobody and no course; its address is erased after it."""
    programme = application.cohort.intake.programme
    outbox.post(
        "cohorts/file_erased",
        key=f"file_erased:{to.pk}",
        about=application,
        to=to,
        day=clock.today(),
        provider=programme.provider.name,
        contact=settings.LEGAL_CONTACT,
    )


def file_ends(application: Application, *, event: str, on: date, why: str) -> None:
    """The file is erased on a day to come, unless its person has it kept; or at once, if they prefer."""
    post(application, "file_ends", event=event, asked=False, on=on, why=why)

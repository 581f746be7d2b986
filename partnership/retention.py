"""How long things are kept: each rule says what is past its time and takes it away, a slice at a time.

The files of applicants have a clock of their own, which calls `personal_data.erase`; logs belong to the platform.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db import DatabaseError, models, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import clock, doorbell, invariants, personal_data
from .models import AccessLink, Job, Limit, OutgoingMessage, Tombstone
from .states import JobState, MessageState
from .workflow import THE_CLOCK

log = logging.getLogger(__name__)

SLICE = 500
# A task is cut short after a minute; what it had no time for waits for the next ring.
SECONDS = 40
# A letter to a host about somebody who is being erased leaves within days, or never.
DAYS_OF_AN_ERASURE = 30


@dataclass(frozen=True)
class Rule:
    """What is past its time: how much of it there is, and a slice of it taken away (the number that went).

    `lines` names what goes soon, by reference, for whoever reads a dry run.
    """

    key: str
    label: str | Promise
    count: Callable[[], int]
    take: Callable[[int], int]
    lines: Callable[[], Iterable[str]] = tuple


RULES: dict[str, Rule] = {}


def register(*rules: Rule) -> None:
    """Make rules known; called where an app gets ready."""
    RULES.update({rule.key: rule for rule in rules})


def due() -> dict[str, int]:
    """How much is past its time, by rule."""
    return {key: rule.count() for key, rule in RULES.items()}


def apply(*, seconds: float | None = None) -> tuple[dict[str, int], bool]:
    """Take away what is past its time, for so many seconds; how much went by rule, and whether that was all."""
    until = time.monotonic() + (SECONDS if seconds is None else seconds)
    gone = {}
    for key, rule in RULES.items():
        gone[key] = 0
        try:
            while taken := rule.take(SLICE):
                gone[key] += taken
                if time.monotonic() > until:
                    return gone, False
        except (DatabaseError, OSError):
            # One rule that fails must not keep all the rest for ever.
            log.exception("what %s says is past its time could not be taken away", key)
    return gone, True


def ring() -> None:
    """Ask for the rest; without a broker it waits for tomorrow."""
    doorbell.ring("keep_no_longer", queue="jobs", otherwise="the rest waits for tomorrow")


def of_rows(key: str, label: str | Promise, past: Callable[[], models.QuerySet], **blank: object) -> Rule:
    """A rule for rows: those of `past` go, or where `blank` says so only lose these fields."""

    def take(limit: int) -> int:
        rows = past()
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
        # Asked again as it is taken: what somebody has just used again is no longer past its time.
        slice_ = past().filter(pk__in=keys).order_by()
        if blank:
            return slice_.update(**blank)
        return slice_.delete()[1].get(rows.model._meta.label, 0)

    return Rule(key, label, lambda: past().count(), take)


def _before(name: str) -> datetime:
    return clock.now() - timedelta(days=settings.RETENTION_DAYS[name])


# -- what the partnership keeps ---------------------------------------------------------------------------------------


def _letters() -> models.QuerySet:
    over = OutgoingMessage.objects.exclude(state__in=[MessageState.DRAFT, MessageState.PENDING, MessageState.SENDING])
    return over.annotate(last=Coalesce("sent_at", "written_at")).filter(last__lt=_before("letters")).exclude(text="")


def _stopped_letters() -> models.QuerySet:
    """Held or dead for so long that nobody sends them any more: their bodies are about to go."""
    return _letters().filter(state__in=[MessageState.HELD, MessageState.DEAD])


def _links() -> models.QuerySet:
    # A used link still shows what was answered, until its life ends; one that ended says so for a while.
    over = Q(expires_at__lt=clock.now(), used_at__isnull=False)
    return AccessLink.objects.filter(over | Q(expires_at__lt=_before("links")) | Q(revoked_at__lt=_before("links")))


def _sessions() -> models.QuerySet:
    return Session.objects.filter(expire_date__lt=Now())  # the library counts on the machine's clock


def _devices() -> models.QuerySet:
    return UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))


def _limits() -> models.QuerySet:
    return Limit.objects.filter(until__lte=Now())


def _attempts(model: str) -> Callable[[], models.QuerySet]:
    """Failed log-ins, as the library that counts them keeps them, on the machine's clock."""
    age = timedelta(days=settings.RETENTION_DAYS["attempts"])
    return lambda: apps.get_model("axes", model)._default_manager.filter(attempt_time__lt=Now() - age)


def _tasks() -> models.QuerySet:
    return Job.objects.filter(state__in=[JobState.DONE, JobState.FAILED], ended_at__lt=_before("tasks"))


def _take_tasks(limit: int) -> int:
    with transaction.atomic():
        tasks = dict(_tasks().order_by("pk").values_list("pk", "result")[:limit])
        number = Job.objects.filter(pk__in=tasks).delete()[1].get("partnership.Job", 0)
        transaction.on_commit(lambda: [default_storage.delete(name) for name in tasks.values() if name])
    return number


def _files() -> list[str]:
    """Files of which no row speaks, a day after they were written: what a kill left between a file and its row."""
    return [name.removeprefix("file:") for name in invariants.files_without_rows(younger=timedelta(days=1))]


def _take_files(limit: int) -> int:
    names = _files()[:limit]
    for name in names:
        default_storage.delete(name)
    return len(names)


def _erasures() -> list[str]:
    """The recently erased about whom a letter to somebody else has left since, or a list was taken out."""
    recent = Tombstone.objects.filter(erased_at__gte=clock.now() - timedelta(days=DAYS_OF_AN_ERASURE))
    return [
        subject
        for subject in recent.values_list("subject", flat=True)
        if personal_data.would_erase(subject, by=THE_CLOCK, even_if_live=True)
    ]


def _take_erasures(limit: int) -> int:
    subjects = _erasures()[:limit]
    for subject in subjects:
        personal_data.erase(subject, by=THE_CLOCK, even_if_live=True)
    return len(subjects)


def register_ours() -> None:
    """Make the partnership's own rules known."""
    blank = dict.fromkeys(("text", "html", "calendar", "secret"), "")
    register(
        of_rows("stopped_letters", _("letters nobody sent"), _stopped_letters, state=MessageState.CANCELLED),
        of_rows("letters", _("bodies of letters"), _letters, **blank),
        of_rows("links", _("personal links"), _links),
        of_rows("sessions", _("sessions"), _sessions),
        of_rows("devices", _("devices of sessions"), _devices),
        of_rows("limits", _("counted attempts"), _limits),
        Rule("tasks", _("tasks and their files"), lambda: _tasks().count(), _take_tasks),
        Rule("files", _("files without a row"), lambda: len(_files()), _take_files),
        *(
            of_rows(f"attempts_{model.lower()}", _("attempts to sign in"), _attempts(model))
            for model in ("AccessAttempt", "AccessLog", "AccessFailureLog")
            if apps.is_installed("axes")
        ),
        Rule("erasures", _("remains of the erased"), lambda: len(_erasures()), _take_erasures),
    )

"""What recruitment keeps no longer than it is of use: people past their time, and what was done to many at once."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnership import clock, personal_data, retention
from partnership.models import ref
from partnership.workflow import THE_CLOCK, Refused

from . import services
from .models import Application, Bulk, Candidate, Import
from .personal_data import hold

log = logging.getLogger(__name__)

# Erasing somebody touches a dozen tables and a file: a task must not be cut short in the middle of a slice.
MOST_PEOPLE = 50
# How far ahead the report looks.
DAYS_AHEAD = 60


def _bulks() -> QuerySet:
    """Bulk actions that were looked at and never started, as long as a task; the others as long as their letters."""
    days = settings.RETENTION_DAYS
    of_a_task, of_a_letter = (clock.now() - timedelta(days=days[name]) for name in ("tasks", "letters"))
    return Bulk.objects.filter(Q(started_at=None, created_at__lt=of_a_task) | Q(created_at__lt=of_a_letter))


def _lists() -> QuerySet:
    """Lists from elsewhere, which name people: as long as finished tasks and their files."""
    return Import.objects.filter(made_at__lt=clock.now() - timedelta(days=settings.RETENTION_DAYS["tasks"]))


# -- people -----------------------------------------------------------------------------------------------------------


def _night() -> str:
    # Where the cache keeps who was looked at last: a task is cut short, and any worker goes on. If this is lost, the
    # night begins again.
    return f"people_looked_at:{clock.today()}"


def _look_ahead(_limit: int) -> int:
    """Note until when the next people are kept at least, in slices of its own: hardly anybody's note has changed."""
    seen = services.look_ahead_at_some(cache.get(_night()))
    if seen:
        cache.set(_night(), seen[-1], timeout=24 * 3600)
        if cache.get(_night()) != seen[-1]:
            # Nobody would ever be erased if the night began again and again.
            log.error("the cache does not keep how far the night has come: it ends here")
            return 0
    return len(seen)


def _not_looked_at() -> int:
    people = Candidate.objects.filter(erased_at__isnull=True)
    last = cache.get(_night())
    return (people.filter(pk__gt=last) if last else people).count()


def _take_people(limit: int) -> int:
    """Erase some of those who are past their time, each in a transaction of their own; how many went."""
    # In the order of their terms as last looked at: in that of their ends all of them would be asked for each slice.
    people = services.over(clock.now()).order_by("kept_at_least_until", "pk")
    return sum(_take(key) for key in list(people.values_list("pk", flat=True)[: min(limit, MOST_PEOPLE)]))


@transaction.atomic
def _take(key: object) -> bool:
    # Files first, then the person, as a merge takes them; asked again once they are ours: who has just answered stays,
    # and whom another worker has erased meanwhile is not there any more.
    hold(f"{Candidate._meta.label_lower}:{key}")
    person = services.over(clock.now()).filter(pk=key).order_by().first()
    if person is None:
        return False
    try:
        with transaction.atomic():
            personal_data.erase(ref(person), by=THE_CLOCK)
    except Refused:
        log.warning("%s is past its time and still counted on", ref(person))
        return False
    return True


def files_that_end(people: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """These people with their files, the newest first: what a report names them by."""
    files = named(Application.objects.filter(repeats=None)).order_by("-created_at", "-pk")
    return people.only("email").prefetch_related(Prefetch("applications", files, to_attr="files"))


def named(files: QuerySet[Application]) -> QuerySet[Application]:
    """These files with no more of them than a report shows: the reference, the stage, the zone and the course."""
    return files.select_related("intake__programme", "cohort__zone").only(*_SHOWN)


_SHOWN = (
    "number",
    "state",
    "candidate",
    "cohort__zone__name",
    "intake__starts_on",
    "intake__programme__short_title",
)


def periods() -> list[dict[str, Any]]:
    """The periods in force, for whoever reads the report: settings, each with its word."""
    words = {
        "applicants": _("not admitted, withdrawn, without an answer, never sent: after the last contact"),
        "pool": _("kept for a later intake, with consent: after the last contact"),
        "students": _("course begun: after its end"),
        "warning": _("written to before that"),
    }
    return [{"label": words[key], "days": settings.RETENTION_DAYS[key]} for key in words]


def _lines() -> Iterator[str]:
    """Who would be told, and who erased, by reference: what a dry run says to the data protection officer."""
    now = clock.now()
    for person in files_that_end(services.coming(now, days=DAYS_AHEAD)).iterator(chunk_size=500):
        told = f"told {person.told_at:%Y-%m-%d}" if person.told_at else "no address" if not person.email else "to tell"
        yield f"{person.files[0].reference}  {person.kept}  {told}  erased {person.ends_at:%Y-%m-%d}"
    for file in services.left_open(now).select_related("intake").iterator():
        yield f"{file.reference}  open  close it first"


def register() -> None:
    """Make the rules of recruitment known."""
    retention.register(
        retention.of_rows("bulks", _("bulk actions and their reports"), _bulks),
        retention.of_rows("lists", _("lists from elsewhere"), _lists),
        # Before anybody is taken away: periods that have changed hold from the same night on.
        retention.Rule("terms", _("people whose term is worked out anew"), _not_looked_at, _look_ahead),
        retention.Rule(
            "people",
            _("people past their time"),
            # A dry run follows changed periods before a night has.
            lambda: services.over(clock.now(), of_everybody=True).count(),
            _take_people,
            lines=_lines,
        ),
    )

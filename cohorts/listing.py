"""The recruiter's list: one filter, one order, and one export that holds exactly what the page shows."""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import StringIO
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from partnership import clock
from partnership.models import Job, User
from partnership.workflow import record

from .models import Application, ApplicationQuerySet, Booking, plain
from .states import LIVE, ApplicationState, BookingState, Source

S = ApplicationState
# Values of the filter `etat` that say more, or less, than one state; every other value is a state.
IN_PROGRESS = "en_cours"
TO_CONTACT = "a_contacter"
TO_RECORD = "a_enregistrer"
OVERDUE = "a_relancer"
OFFERED = "offre_en_cours"
NOBODY = "personne"
# The value of `tri` → what it orders by; the key makes every order total, so that no row shows on two pages.
ORDERS: dict[str, tuple] = {
    "-deposee": (F("submitted_at").desc(nulls_last=True), "-id"),
    "deposee": (F("submitted_at").asc(nulls_last=True), "id"),
    # The longest wait is the oldest state.
    "-attente": ("state_since", "id"),
    "attente": ("-state_since", "-id"),
    "nom": (Lower("candidate__last_name"), Lower("candidate__first_name"), "id"),
    "-nom": (Lower("candidate__last_name").desc(), Lower("candidate__first_name").desc(), "-id"),
    "zone": ("cohort__zone__order", "cohort__zone__name", "state_since", "id"),
    "-zone": ("-cohort__zone__order", "-cohort__zone__name", "state_since", "id"),
    "reponse": ("reply_by", "id"),
    "-reponse": (F("reply_by").desc(nulls_last=True), "-id"),
    "rang": ("cohort", "waiting_rank", "id"),
}
FIRST_ORDER = "-deposee"
_REFERENCE = re.compile(r"(?:cv )?(\d{2}) (\d{1,9})")
_TELEPHONE = re.compile(r"\+?\d[\d .]*")


def stages() -> dict[str, Q]:
    """What each value of `etat` that is no state means now; the work list counts by the same conditions."""
    past = Booking.objects.filter(state=BookingState.BOOKED, slot__starts_at__lte=clock.now())
    return {
        IN_PROGRESS: Q(state__in=LIVE),
        TO_CONTACT: Q(state__in=[S.SUBMITTED, S.ENQUIRY]),
        TO_RECORD: Q(state=S.INTERVIEW_SCHEDULED, pk__in=past.values("application")),
        OVERDUE: Q(state=S.ADMITTED, reply_by__lt=clock.today()),
        OFFERED: Q(state=S.ADMITTED, reply_by__gte=clock.today()),
    }


def where(filters: Mapping[str, Any]) -> Q:
    """The condition that the filters describe: q, zone (code), etat, rentree (key), source, responsable (key)."""
    condition = Q()
    if words := filters.get("q"):
        condition &= _matching(words)
    if zone := filters.get("zone"):
        condition &= Q(cohort__zone__code=zone)
    if state := filters.get("etat"):
        condition &= stages().get(state) or Q(state=state)
    if intake := filters.get("rentree"):
        condition &= Q(intake=intake)
    if source := filters.get("source"):
        condition &= Q(source=source)
    if owner := filters.get("responsable"):
        condition &= Q(owner__isnull=True) if owner == NOBODY else Q(owner=owner)
    return condition


def _matching(words: str) -> Q:
    """Every word somewhere in the name, e-mail or telephone; or the reference; or the telephone as one says it."""
    text = plain(words)
    condition = Q()
    for word in text.split():
        condition &= Q(candidate__search_text__contains=word)
    if reference := _REFERENCE.fullmatch(text):
        year, number = reference.groups()
        condition |= Q(number=int(number), intake__starts_on__year=2000 + int(year))
    if _TELEPHONE.fullmatch(text):
        digits = re.sub(r"\D", "", text)
        # 04 65 … is stored as +33465…
        condition |= Q(candidate__search_text__contains=digits.removeprefix("0") or digits)
        if len(digits) <= 9:
            condition |= Q(number=int(digits))
    return condition


def rows(user: User, filters: Mapping[str, Any], order: str = "") -> ApplicationQuerySet:
    """The applications of the list, in order; an unknown order is the first one."""
    return (
        Application.objects.visible_to(user)
        .filter(where(filters))
        .select_related("candidate", "cohort__zone", "intake__programme", "owner")
        .order_by(*ORDERS.get(order, ORDERS[FIRST_ORDER]))
    )


def counts(user: User, filters: Mapping[str, Any]) -> dict[str, int]:
    """How many applications the list holds (`shown`), and how many are in each state, in one statement."""
    states = {state.value: Count("pk", filter=Q(state=state)) for state in ApplicationState}
    return Application.objects.visible_to(user).aggregate(
        shown=Count("pk", filter=where(filters)), all=Count("pk"), live=Count("pk", filter=Q(state__in=LIVE)), **states
    )


# -- the export ---------------------------------------------------------------------------------------------------

AT_ONCE = 5_000
BATCH = 2_000
# Spreadsheets run a cell that begins like this, after spaces; a telephone number is no formula.
_FORMULA = re.compile(r"\s*[=+\-@|＝＋－＠｜]|[ ]*[\t\r]")
_NUMBER = re.compile(r"\+\d{6,15}")
_FIELDS = (
    "intake__starts_on",
    "number",
    "candidate__last_name",
    "candidate__first_name",
    "candidate__phone",
    "candidate__email",
    "state",
    "state_since",
    "cohort__zone__name",
    "intake__programme__short_title",
    "source",
    "supported_by",
    "owner__full_name",
    "submitted_at",
)


def safe_cell(text: str) -> str:
    """The text, with a quote in front if a spreadsheet would run it; telephone numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def header() -> list[str]:
    """The titles of the columns, in the present language."""
    return [
        _("Reference"),
        _("Last name"),
        _("First name"),
        _("Telephone"),
        _("E-mail address"),
        _("State"),
        _("In this state since"),
        _("Zone"),
        _("Programme"),
        _("Intake"),
        _("Heard of us through"),
        _("Supported by"),
        _("Followed by"),
        _("Submitted on"),
    ]


def lines(applications: ApplicationQuerySet) -> Iterator[list[str]]:
    """The rows of the export, in the present language."""
    states = {value: str(label) for value, label in ApplicationState.choices}
    sources = {value: str(label) for value, label in Source.choices}
    for start, number, last, first, phone, email, state, since, zone, programme, source, support, owner, submitted in (
        applications.select_related(None).values_list(*_FIELDS).iterator(chunk_size=BATCH)
    ):
        cells = [
            f"CV-{start:%y}-{number:04d}",
            last,
            first,
            phone,
            email,
            states[state],
            _day(since),
            zone,
            programme,
            f"{start:%d/%m/%Y}",
            sources.get(source, ""),
            support,
            owner or "",
            _day(submitted),
        ]
        yield [safe_cell(cell) for cell in cells]


def _day(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d/%m/%Y}" if moment else ""


def csv_text(applications: ApplicationQuerySet, job: Job | None = None) -> tuple[str, int]:
    """The export as CSV for a spreadsheet (byte order mark, semicolons) and its number of rows; a job sees it grow."""
    page = StringIO()
    page.write("\ufeff")
    writer = csv.writer(page, delimiter=";", lineterminator="\r\n")
    writer.writerow(header())
    number = 0
    for number, line in enumerate(lines(applications), start=1):
        writer.writerow(line)
        if job is not None and number % BATCH == 0:
            Job.objects.filter(pk=job.pk).update(done=number)
    return page.getvalue(), number


def note_export(number: int, filters: Mapping[str, Any], *, by: User) -> None:
    """Journal who took how many rows away and by which filters; of a search, only that it was."""
    said = [f"{key}={'…' if key == 'q' else value}" for key, value in filters.items() if value]
    record(by, "exported", by=by, reason=" ".join([f"applications={number}", *said])[:500])


def export_step(job: Job) -> bool:
    """Write a long export to the job's file, as whoever asked for it sees the list now; always the last step."""
    if job.result:
        # Written and journalled by a worker that died before it could say so.
        return True
    filters = job.parameters["filters"]
    applications = rows(job.started_by, filters, job.parameters["order"])
    job.total = applications.count()
    Job.objects.filter(pk=job.pk).update(total=job.total, done=0)
    with translation.override(job.parameters["language"]):
        text, job.done = csv_text(applications, job)
    job.total = job.done
    job.result.save(f"candidatures-{job.pk}.csv", ContentFile(text.encode()), save=False)
    with transaction.atomic():
        note_export(job.done, filters, by=job.started_by)
        job.save(update_fields=["result", "done", "total"])
    return True

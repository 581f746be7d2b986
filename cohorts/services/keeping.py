"""How long a person's files are kept, the letter that tells when they end, and who is asked before.

Stored are two facts: when somebody was told that their file ends, and when they last told us to keep it. Sources of the
periods (settings.RETENTION_DAYS): CNIL, « Guide du recrutement » (2023), two years after the last contact for a pool of
candidates; five years for contracts and pay (Code civil, article 2224; Code du travail, article L3245-1), which covers
the three of proofs of attendance; three months to explain a refusal, our choice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    DurationField,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from partnership import clock
from partnership.models import JournalEntry
from partnership.reminders import Reminder
from partnership.workflow import THE_CLOCK, record

from .. import emails
from ..models import Application, Candidate, Consent, Enrolment
from ..states import LIVE, ApplicationState, ConsentPurpose, EnrolmentState, Kept

# People are told in the morning; looking through everybody each minute of the day would be for nothing.
HOUR_OF_THE_LETTERS = 9


def _days(name: str) -> timedelta:
    return timedelta(days=settings.RETENTION_DAYS[name])


# -- when a file ends -------------------------------------------------------------------------------------------------


def kept(people: QuerySet[Candidate]) -> QuerySet[Candidate]:
    """People who have not been erased, with why they are kept (`kept`) and, once nothing is open, until when.

    `heard` is the last deed on any of their files, or the last time they told us to keep them; `ends_at` is when the
    file goes: at its term, and never before they have been told for so long. Left out are those who have no file of
    their own: forms repeated by somebody known go with that person.
    """
    now = clock.now()
    own = Application.objects.filter(candidate=OuterRef("pk"), repeats=None).order_by()
    sent = own.exclude(state=ApplicationState.DRAFT)
    deeds = own.values("candidate").annotate(at=Max(Greatest("state_since", "acted_at"))).values("at")
    rows = people.filter(Exists(own), erased_at__isnull=True).annotate(
        heard=Greatest(Subquery(deeds, output_field=DateTimeField()), "heard_at"),
        studied_until=Subquery(_end_of_studies(), output_field=DateTimeField()),
    )
    # Somebody who began twice and sent one of them: what was never sent goes with the other.
    rows = rows.exclude(~Exists(sent), ~Q(email=""), Exists(_known_namesakes()))
    is_open = Exists(own.filter(state__in=LIVE).exclude(enrolments__state=EnrolmentState.COMPLETED))
    agreed = Consent.objects.filter(candidate=OuterRef("pk"), withdrawn_at__isnull=True)
    in_pool = Exists(agreed.filter(purpose=ConsentPurpose.TALENT_POOL))
    # Both are asked in this order, and of one person each question once: the end is what lists are filtered by, and
    # whatever is named twice in it is written, sent and answered twice.
    why = Case(
        When(is_open, then=Value(Kept.OPEN)),
        When(studied_until__isnull=False, then=Value(Kept.STUDIED)),
        When(in_pool, then=Value(Kept.POOL)),
        When(Exists(sent), then=Value(Kept.APPLIED)),
        default=Value(Kept.BEGUN),
        output_field=CharField(),
    )
    after_the_last_deed = Case(When(in_pool, then=_lasting("pool")), default=_lasting("applicants"))
    closing = Coalesce(_later("studied_until", _lasting("students")), _later("heard", after_the_last_deed))
    warned_enough = _later(Coalesce("told_at", Value(now)), _lasting("warning"))
    return rows.annotate(
        kept=why,
        told_at=Case(When(warned_at__gte=F("heard"), then=F("warned_at")), output_field=DateTimeField()),
        term=Case(When(is_open, then=Value(None)), default=closing),
        ends_at=Case(
            When(is_open, then=Value(None)),
            # The later of what there is: who gave no address is not waited for.
            default=Greatest(closing, Case(When(email="", then=Value(None)), default=warned_enough)),
        ),
    )


def _known_namesakes() -> QuerySet[Candidate]:
    """Other people of the same name and address who have handed an application in."""
    alike = Candidate.objects.filter(
        email__iexact=OuterRef("email"),
        first_name__iexact=OuterRef("first_name"),
        last_name__iexact=OuterRef("last_name"),
    )
    handed_in = Application.objects.submitted().filter(candidate=OuterRef("pk"))
    return alike.exclude(pk=OuterRef("pk")).filter(Exists(handed_in))


def _lasting(name: str) -> Value:
    return Value(_days(name), output_field=DurationField())


def _later(moment: Expression | str, lasting: Expression) -> ExpressionWrapper:
    at = F(moment) if isinstance(moment, str) else moment
    return ExpressionWrapper(at + lasting, output_field=DateTimeField())


def _end_of_studies() -> QuerySet:
    """When the last course ended that somebody had really begun."""
    over = Enrolment.objects.filter(
        application__candidate=OuterRef("pk"), state__in=[EnrolmentState.COMPLETED, EnrolmentState.ENDED]
    )
    # Seen from the journal, two queries below the enrolment: its own name is read there.
    lines = JournalEntry.objects.filter(
        subject=Concat(Value("cohorts.enrolment:"), Cast(OuterRef("pk"), TextField()), output_field=TextField())
    )
    ends = lines.filter(after__in=[EnrolmentState.COMPLETED, EnrolmentState.ENDED]).order_by("-pk").values("at")[:1]
    begun = over.filter(present_at__isnull=False)
    ended = begun.order_by().annotate(at=Coalesce("ended_at", Subquery(ends, output_field=DateTimeField())))
    return ended.order_by("-at").values("at")[:1]


@dataclass(frozen=True)
class Keeping:
    """Why somebody's files are kept and until when; `told_at` is when they were written that they end."""

    why: Kept
    until: datetime | None = None
    told_at: datetime | None = None

    @property
    def is_by_law(self) -> bool:
        """Whether they cannot be erased before their time: the proofs of a course that has begun."""
        return self.why == Kept.STUDIED


def keeping_of(candidate: Candidate) -> Keeping:
    """How long the files of a person are kept; of a form that repeats a known person's, as long as that one's."""
    person = kept(Candidate.objects.filter(pk=candidate.pk)).first()
    if person is None:
        return Keeping(Kept.BEGUN)
    begun = Enrolment.objects.filter(application__candidate=candidate, state=EnrolmentState.PRESENT)
    if person.kept == Kept.OPEN and (person.studied_until or begun.exists()):
        return Keeping(Kept.STUDIED)
    return Keeping(Kept(person.kept), person.ends_at, person.told_at)


# -- who is told, and who is over -------------------------------------------------------------------------------------


def to_tell(now: datetime) -> QuerySet[Candidate]:
    """Those whose file ends within the time of a warning, not told yet; who gave no address cannot be told."""
    near = kept(Candidate.objects.all()).filter(term__lte=now + _days("warning"), told_at__isnull=True)
    return near.exclude(email="")


def over(now: datetime) -> QuerySet[Candidate]:
    """Those whose files are past their time, and who were told long enough ago."""
    done = kept(Candidate.objects.all()).filter(ends_at__lte=now)
    return done.filter(Q(email="") | Q(told_at__isnull=False))


def coming(now: datetime, *, days: int, zones: Iterable[int] | None = None) -> QuerySet[Candidate]:
    """Whose files end within so many days, the first first; with `zones`, those who have a file in one of them."""
    rows = kept(Candidate.objects.all()).filter(ends_at__lte=now + timedelta(days=days))
    if zones is not None:
        rows = rows.filter(
            Exists(Application.objects.filter(candidate=OuterRef("pk"), cohort__zone__in=list(zones)).order_by())
        )
    return rows.order_by("ends_at", "pk")


def left_open(now: datetime, *, zones: Iterable[int] | None = None) -> QuerySet[Application]:
    """Files still under way long after their intake has begun: nobody's time runs until somebody closes them."""
    began = (now - _days("applicants")).astimezone(clock.PARIS).date()
    rows = Application.objects.live().exclude(state=ApplicationState.CONFIRMED).filter(intake__starts_on__lt=began)
    return rows if zones is None else rows.filter(cohort__zone__in=list(zones))


@transaction.atomic
def tell_that_it_ends(person: Candidate) -> None:
    """Write to somebody that their file ends, when, and how to have it kept or erased at once."""
    now = clock.now()
    file = person.applications.filter(repeats=None).select_related(
        "candidate", "owner", "intake", "cohort__zone", "cohort__intake__programme__provider"
    )
    newest = file.order_by("-created_at", "-pk")[0]
    Candidate.objects.filter(pk=person.pk).update(warned_at=now)
    record(newest, "told_it_ends", by=THE_CLOCK)
    ends = max(person.term, now + _days("warning")).astimezone(clock.PARIS).date()
    emails.file_ends(newest, event=f"file_ends:{person.pk}:{person.heard.isoformat()}", on=ends, why=person.kept)


def _due() -> QuerySet[Candidate]:
    now = clock.now()
    is_time = now.astimezone(clock.PARIS).hour == HOUR_OF_THE_LETTERS
    return to_tell(now) if is_time else Candidate.objects.none()


FILES_END = Reminder("files_end", _due, tell_that_it_ends)

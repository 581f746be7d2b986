"""How long a person's files are kept, the letter that tells when they end, and who is asked before.

Stored are two facts: when somebody was told that their file ends, and when they last told us to keep it. The end
follows from all that is known of a person. Each night notes a moment before which their term is not: whose end is near
is looked for along it, then asked of those who are found. A note that is wrong delays by a day, and takes nobody away.

Sources of the periods (settings.RETENTION_DAYS): CNIL, « Guide du recrutement » (2023), two years after the last
contact for a pool of candidates; five years for contracts and pay (Code civil, article 2224; Code du travail, article
L3245-1), which covers the three of proofs of attendance; three months to explain a refusal, our choice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
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
from ..models import FAR_AHEAD, LONG_AGO, Application, Candidate, Cohort, Consent, Enrolment
from ..states import LIVE, ApplicationState, ConsentPurpose, EnrolmentState, Kept

# People are told in the morning; looking through everybody each minute of the day would be for nothing.
HOUR_OF_THE_LETTERS = 9
# So many are looked at in less than a tenth of a second, and held for as long where all of them have changed.
PEOPLE_AT_ONCE = 2_000
# Among so many files of a zone one looks for people whose file ends; if there are more, among the people.
FEW = 10_000


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
    # Not whether it exists: PostgreSQL would read everybody's consents first, even for one page of people.
    in_pool = Q(agreed=ConsentPurpose.TALENT_POOL)
    rows = rows.alias(agreed=Subquery(agreed.filter(purpose=ConsentPurpose.TALENT_POOL).values("purpose")[:1]))
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
        # Of whoever was never told it is not asked when they were heard from.
        told_at=Case(
            When(warned_at__isnull=False, warned_at__gte=F("heard"), then=F("warned_at")), output_field=DateTimeField()
        ),
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


# -- looking ahead ----------------------------------------------------------------------------------------------------


def _may_end(by: datetime) -> QuerySet[Candidate]:
    """Those whose file may come to its term by then: everybody else was looked at, and does not."""
    return Candidate.objects.filter(kept_at_least_until__lte=by)


def look_again(person: Candidate) -> None:
    """Let the end of somebody's file be asked each time until the night: it may have come nearer."""
    Candidate.objects.filter(pk=person.pk).update(kept_at_least_until=LONG_AGO)


def look_ahead_at_some(after: UUID | None = None) -> list[UUID]:
    """Look until when the next people are kept at least, in the order of their keys: who they were, nobody at the end.

    What has changed is written, and nothing else. Each night goes through all of them (retention.py).
    """
    people = Candidate.objects.filter(erased_at__isnull=True).order_by()
    following = people.filter(pk__gt=after) if after else people
    seen = list(following.order_by("pk").values_list("pk", flat=True)[:PEOPLE_AT_ONCE])
    if seen:
        # Read first: to lock whoever has not changed would write to each row of the table, each night.
        looked_at = people.filter(pk__gte=seen[0], pk__lte=seen[-1]).alias(at_least=_at_least())
        _write_down(list(looked_at.filter(~Q(kept_at_least_until=F("at_least"))).values_list("pk", flat=True)))
    return seen


@transaction.atomic
def _write_down(keys: list[UUID]) -> None:
    # Whoever holds somebody is about to change when they end, or erases them: the next night sees, nobody waits.
    free = Candidate.objects.filter(pk__in=keys).select_for_update(no_key=True, skip_locked=True)
    held = list(free.values_list("pk", flat=True))
    # Asked again once they are ours, by a statement of its own: it sees what was written until then.
    Candidate.objects.filter(pk__in=held).update(kept_at_least_until=_at_least())


def _at_least() -> Coalesce:
    """The term of a person (OuterRef); of whom none runs, a moment before which it will not be.

    While a file is open, that is far ahead: the term will be the applicants' period after the closing, and nights lie
    between. A course that ended before counts from its own end, however late the other file is closed. Forms that go
    with somebody known have no term of their own; should an address tell them apart one day, the next night sees it.
    """
    person = kept(Candidate.objects.filter(pk=OuterRef("pk")).order_by())
    course = _later("studied_until", _lasting("students"))
    known = person.annotate(at_least=Coalesce("term", course)).values("at_least")
    return Coalesce(Subquery(known, output_field=DateTimeField()), Value(FAR_AHEAD))


# -- who is told, and who is over -------------------------------------------------------------------------------------


def to_tell(now: datetime) -> QuerySet[Candidate]:
    """Those whose file ends within the time of a warning, not told yet; who gave no address cannot be told."""
    by = now + _days("warning")
    return kept(_may_end(by)).filter(term__lte=by, told_at__isnull=True).exclude(email="")


def over(now: datetime, *, of_everybody: bool = False) -> QuerySet[Candidate]:
    """Those whose files are past their time, and who were told long enough ago.

    `of_everybody` asks whatever was noted last night: periods may have changed since.
    """
    people = Candidate.objects.all() if of_everybody else _may_end(now)
    # Whoever has an address and was not written to so long ago is not asked about: there may be a month of them.
    told = people.filter(Q(email="") | Q(warned_at__lte=now - _days("warning")))
    done = kept(told).filter(ends_at__lte=now)
    return done.filter(Q(email="") | Q(told_at__isnull=False))


def coming(now: datetime, *, days: int) -> QuerySet[Candidate]:
    """Whose files end within so many days, the first first; of everybody, whatever was noted last night."""
    return kept(Candidate.objects.all()).filter(ends_at__lte=now + timedelta(days=days)).order_by("ends_at", "pk")


def near(by: datetime, *, zones: Iterable[int] | None = None) -> QuerySet[Candidate]:
    """Whose files may end by then, and some that do not; with `zones`, those who have a file in one of them."""
    rows = kept(_may_end(by))
    if zones is None:
        return rows
    files = Application.objects.filter(cohort__in=_keys(Cohort.objects.filter(zone__in=list(zones)))).order_by()
    theirs: Any = Exists(files.filter(candidate=OuterRef("pk")))
    if files[:FEW].count() == FEW:
        # As a case it is asked before the end, which costs ten times as much; else it is where the search begins.
        theirs = Case(When(theirs, then=Value(True)), default=Value(False))
    return rows.filter(theirs)


def first_to_end(people: QuerySet[Candidate], by: datetime, *, most: int) -> list[UUID]:
    """Those of the `near` whose files do end by then, the first first; no more than so many are looked for.

    Of more, those whose term is first as it was last looked at: PostgreSQL walks along it and stops.
    """
    walk = people.order_by("kept_at_least_until", "pk").values_list("pk", "ends_at")
    sql, parameters = walk.query.sql_with_params()
    with connection.cursor() as cursor:
        # OFFSET 0: the end is worked out once a person, not once to be compared and once to be read.
        cursor.execute(
            f"SELECT id FROM (SELECT * FROM ({sql} OFFSET 0) AS person (id, ends_at) "  # noqa: S608 (ours, no input)
            "WHERE ends_at <= %s LIMIT %s) AS found ORDER BY ends_at, id",
            [*parameters, by, most],
        )
        return [key for (key,) in cursor.fetchall()]


def left_open(now: datetime, *, zones: Iterable[int] | None = None) -> QuerySet[Application]:
    """Files still under way long after their intake has begun: nobody's time runs until somebody closes them."""
    began = (now - _days("applicants")).astimezone(clock.PARIS).date()
    cohorts = Cohort.objects.filter(intake__starts_on__lt=began)
    if zones is not None:
        cohorts = cohorts.filter(zone__in=list(zones))
    under_way = [state for state in LIVE if state != ApplicationState.CONFIRMED]
    return Application.objects.filter(cohort__in=_keys(cohorts), state__in=under_way)


def _keys(cohorts: QuerySet[Cohort]) -> list[int]:
    # Cohorts are named by their keys, not by a zone or a day: of each PostgreSQL knows how many files it has.
    return list(cohorts.order_by().values_list("pk", flat=True))


def first_left_open(now: datetime, *, most: int, zones: Iterable[int] | None = None) -> list[tuple[date, int, UUID]]:
    """When their intake began, their number and their key, of the same files, the first first: no more than so many.

    Of more, those of the first numbers, along which PostgreSQL walks and stops.
    """
    files = left_open(now, zones=zones).order_by("number")
    return sorted(files.values_list("intake__starts_on", "number", "pk")[:most])


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

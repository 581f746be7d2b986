"""Databases of a given size, made by PostgreSQL itself from a fixed seed: the same rows each time, in seconds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from cohorts import services
from cohorts.models import FAR_AHEAD, Application, Cohort, Intake
from cohorts.states import EXITS, HOLDING, LIVE, ApplicationState, Source
from partnership import clock
from partnership.models import JournalEntry, User, Zone
from partnership.states import Role
from placements.models import HostPledge
from placements.states import PlacementState
from programmes.states import HOSTED
from tests import factories

FIRST_NAMES = (
    "Inès Malo Nour Jade Adam Lina Hugo Zoé Nils Ambre Yanis Chloé Théo Sarah Noé Louise Ilyès Maëlle Enzo Awa "
    "Rayan Élodie Tom Fatou Lucas Anaïs Mehdi Camille Kenza Bastien"
).split()
LAST_NAMES = (
    "Fictif Vasseur Imaginaire Morvan Ancelin Berthelot Diallo Castel Nguyen Perrin Lopez Garnier Traoré Marchand "
    "Lefèvre Benali Roche Da-Silva Kessler Moreau Petit Sautel Vernet Haddad Colin Roussel Keita Armangaud Blin Oury"
).split()
# Of a hundred applications, how many are in each state.
_SHARES = {
    "enquiry": 5,
    "submitted": 12,
    "interview_scheduled": 4,
    "no_show": 2,
    "interviewed": 5,
    "waitlisted": 3,
    "admitted": 4,
    "confirmed": 15,
    "rejected": 20,
    "declined": 8,
    "expired": 4,
    "withdrawn": 10,
    "unreachable": 6,
    "draft": 2,
}


# Of a hundred confirmed students, those with a place at a partner; of them and the others, those seen on the first day.
_PLACED, _CAME = 60, 90


def found() -> tuple[User, User]:
    """A partnership of eight intakes in three zones with its recruiters; the one of every zone and the one of Lyon.

    Of each course an intake began a year ago and another is to begin; the convention is signed, with its objectives.
    """
    for number in range(4):
        programme = factories.programme(f"cours-{number}", short_title=f"Cours {number}")
        for year in (-1, 1):
            intake = factories.intake(programme, starts_on=date(clock.today().year + year, 9, 1))
            for zone in ("paris", "lyon", "toulouse"):
                factories.cohort(zone, of=intake, capacity=32_000)
    milestone = factories.milestone()
    for measure in ("confirmed", "placed"):
        for code in (None, "paris", "lyon", "toulouse"):
            of = Zone.objects.get(code=code) if code else None
            factories.objective(milestone=milestone, measure=measure, zone=of, target=30_000 if of else 100_000)
    factories.planning_rates()
    everywhere = factories.user(Role.RECRUITER, name="Claire Devaux")
    in_lyon = factories.user(Role.RECRUITER, zone=Zone.objects.get(code="lyon"), name="Mehdi Ancelin")
    for number in range(10):
        factories.user(Role.RECRUITER, name=f"Recruteuse {number}")
    return everywhere, in_lyon


def coming_cohort() -> Cohort:
    """A cohort to which one may apply."""
    cohorts = Cohort.objects.select_related("intake__programme", "zone")
    return cohorts.filter(intake__starts_on__gt=clock.today()).first()


def _drawn(seed: int, below: int) -> str:
    """A number from 0 to `below` that a row's number `i` and a seed decide."""
    return f"mod(hashint4extended(i, {seed}) & 2147483647, {below})"


def _one_of(values: list[Any], seed: int, kind: str = "text") -> str:
    listed = ", ".join("'{}'".format(str(value).replace("'", "''")) for value in values)
    return f"((ARRAY[{listed}]::{kind}[])[1 + {_drawn(seed, len(values))}])"


def fill(number: int, *, seated: bool = True) -> None:
    """Add applications with their applicants and a line of the journal each; the students among them, and their places.

    Who is confirmed for an intake that has begun has mostly come; more than half have a place. Unless they are
    `seated`, nobody is offered a place: a class stays as large as it is, however many apply for it.
    """
    pattern = factories.application(of=factories.candidate(), state=ApplicationState.SUBMITTED)
    states = [state for state, share in _SHARES.items() for _ in range(share)]
    if not seated:
        states = ["rejected" if state in HOLDING else state for state in states]
    # A million students of the demonstration's certificates would have no place with a host.
    hosted = Cohort.objects.filter(intake__programme__kind__in=HOSTED)
    cohorts = list(hosted.order_by("pk").values_list("pk", "intake"))
    owners = list(
        User.objects.filter(memberships__role=Role.RECRUITER).values_list("pk", flat=True).order_by("full_name")
    )
    content = Cohort.objects.filter(curriculum__isnull=False).values_list("curriculum", flat=True).first()
    patterns_of_students = _students(cohorts) if seated else []
    exits, holding = _in(EXITS), _in(HOLDING)
    decided = _in([*HOLDING, ApplicationState.WAITLISTED, ApplicationState.DECLINED])
    drawn, cohort, day = (
        _one_of(states, 1),
        _drawn(2, len(cohorts)),
        f"({_drawn(3, 400 * 86_400)} * interval '1 second')",
    )
    moment = f"('{clock.now().isoformat()}'::timestamptz - {day})"
    state, since = "drawn.state", "drawn.since"
    first, last = _one_of(FIRST_NAMES, 4), f"{_one_of(LAST_NAMES, 5)} || '-' || {_one_of(LAST_NAMES, 6)}"
    person = {
        "id": "md5('candidate' || i)::uuid",
        "first_name": first,
        "last_name": last,
        "phone": "'+331' || (99000000 + i)::text",
        "email": "'jeune' || i || '@exemple.test'",
        # As the night would note it: to write a million rows again takes minutes.
        "kept_at_least_until": f"CASE WHEN {state} IN {_in(LIVE)} THEN '{FAR_AHEAD.isoformat()}'::timestamptz "
        f"ELSE {since} + interval '{settings.RETENTION_DAYS['applicants']} days' END",
        "search_text": f"translate(lower({first} || ' ' || {last}), 'éèêëïç-', 'eeeeic ') "
        "|| ' jeune' || i || '@exemple.test +331' || (99000000 + i)::text",
    }
    file = {
        "id": "md5('application' || i)::uuid",
        "number": "nextval('cohorts_application_number')",
        "candidate_id": "md5('candidate' || i)::uuid",
        "cohort_id": f"(ARRAY{[pk for pk, _ in cohorts]})[1 + {cohort}]",
        "intake_id": f"(ARRAY{[intake for _, intake in cohorts]})[1 + {cohort}]",
        "state": state,
        "submit_key": "md5('key' || i)::uuid",
        "state_since": since,
        "acted_at": since,
        "created_at": f"{since} - interval '9 days'",
        "submitted_at": f"CASE WHEN {state} NOT IN ('draft', 'enquiry') "
        f"THEN {since} - {_drawn(7, 8 * 86_400)} * interval '1 second' END",
        "owner_id": _one_of(owners, 8, "uuid"),
        "source": _one_of(Source.values, 9),
        "decided_at": f"CASE WHEN {state} IN {decided} THEN {since} END",
        "decided_by_id": f"CASE WHEN {state} IN {decided} THEN '{owners[0]}'::uuid END",
        "offered_curriculum_id": f"CASE WHEN {state} IN {holding} THEN '{content}'::uuid END",
        "reply_before": f"CASE WHEN {state} IN {holding} "
        f"THEN '{clock.now().isoformat()}'::timestamptz + ({_drawn(10, 60)} - 30) * interval '1 day' END",
        "waiting_rank": f"CASE WHEN {state} = 'waitlisted' THEN 1 + {_drawn(11, 900)} END",
        "exit_reason": f"CASE WHEN {state} IN {exits} THEN 'other' ELSE '' END",
        "left_from": f"CASE WHEN {state} IN {exits} THEN 'submitted' ELSE '' END",
    }
    line = _line_of(pattern)
    story = {"subject": "'cohorts.application:' || md5('application' || i)::uuid", "at": since}
    story["about"] = story["subject"]
    with transaction.atomic(), connection.cursor() as cursor:
        # Neither triggers nor foreign keys are asked row by row: what is made here obeys them.
        cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL maintenance_work_mem = '512MB'")
        draw = f"{drawn} AS state, {moment} AS since"
        for pattern_row, columns in ((pattern.candidate, person), (pattern, file), (line, story)):
            _multiply(cursor, pattern_row, columns, number, draw=draw)
        for pattern_row, columns, among in patterns_of_students:
            _multiply(cursor, pattern_row, columns, number, draw=draw, among=f"drawn.state = 'confirmed' AND {among}")
        cursor.execute("SET LOCAL session_replication_role = origin")
    services.count_again()


def _students(cohorts: list[tuple[int, int]]) -> list[tuple[Model, dict[str, str], str]]:
    """An enrolment, a place and its placement to copy, what each copy has of its own, and who has one."""
    placed = factories.placement(state=PlacementState.ACCEPTED)
    site = placed.seat.site
    for intake in Intake.objects.filter(programme__kind__in=HOSTED):
        HostPledge.objects.get_or_create(site=site, intake=intake, defaults={"answered_at": clock.now()})
    begun = [pk for pk in Cohort.objects.filter(intake__starts_on__lte=clock.today()).values_list("pk", flat=True)]
    cohort = f"(ARRAY{[pk for pk, _ in cohorts]})[1 + {_drawn(2, len(cohorts))}]"
    came = f"{cohort} = ANY (ARRAY{begun}) AND {_drawn(12, 100)} < {_CAME}"
    coordinator = User.objects.filter(memberships__role=Role.COORDINATOR).values_list("pk", flat=True)[0]
    student = {
        "id": "md5('enrolment' || i)::uuid",
        "application_id": "md5('application' || i)::uuid",
        "enrolled_at": "drawn.since",
        "present_at": f"CASE WHEN {came} THEN drawn.since END",
        "present_by_id": f"CASE WHEN {came} THEN '{coordinator}'::uuid END",
    }
    place = {
        "id": "md5('seat' || i)::uuid",
        "intake_id": f"(ARRAY{[intake for _, intake in cohorts]})[1 + {_drawn(2, len(cohorts))}]",
    }
    placement = {
        "id": "md5('placement' || i)::uuid",
        "enrolment_id": "md5('enrolment' || i)::uuid",
        "seat_id": "md5('seat' || i)::uuid",
    }
    hosted = f"{_drawn(13, 100)} < {_PLACED}"
    return [(placed.enrolment, student, "true"), (placed.seat, place, hosted), (placed, placement, hosted)]


def _line_of(application: Application) -> JournalEntry:
    """A line of the journal to copy."""
    return JournalEntry.objects.create(
        actor_kind="candidate", subject=f"cohorts.application:{application.pk}", about="", after="submitted"
    )


def _in(states) -> str:
    return "({})".format(", ".join(f"'{state.value}'" for state in states))


def _multiply(
    cursor, pattern: Model, columns: Mapping[str, str], number: int, *, draw: str, among: str = "true"
) -> None:
    """Copy a row many times, some of its columns computed from the number of the copy; indexes are made afterwards."""
    meta = pattern._meta
    names = [field.column for field in meta.concrete_fields if field.column in columns or not field.primary_key]
    values = [columns.get(name, f'pattern."{name}"') for name in names]
    indexes = _set_aside_indexes(cursor, meta.db_table) if number > 10_000 else []
    cursor.execute(
        f"INSERT INTO {meta.db_table} ({', '.join(names)}) SELECT {', '.join(values)} "
        # OFFSET 0: what is drawn is drawn once a row, however many columns speak of it.
        f"FROM generate_series(1, %s) AS i, LATERAL (SELECT {draw} OFFSET 0) AS drawn, "
        f"(SELECT * FROM {meta.db_table} WHERE {meta.pk.column} = %s) AS pattern WHERE {among}",
        [number, pattern.pk],
    )
    for definition in indexes:
        cursor.execute(definition)


def _set_aside_indexes(cursor, table: str) -> list[str]:
    """Drop the indexes that no constraint needs and return what makes them again."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN "
        "(SELECT conindid::regclass::text FROM pg_constraint WHERE conindid <> 0)",
        [table],
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]


def settle() -> None:
    """What the server does by itself after a while: the tables are vacuumed and their figures known."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")

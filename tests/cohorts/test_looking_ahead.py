"""Each night notes until when everybody is kept at least: whose end is near is found along it, and nobody is missed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import retention, services
from cohorts.models import FAR_AHEAD, LONG_AGO, Application, Candidate, Enrolment
from cohorts.services import keeping
from cohorts.states import ApplicationState
from cohorts.views import keeping as pages
from partnership import clock, personal_data, reminders, tasks
from partnership import retention as house
from partnership.models import OutgoingMessage, ref
from partnership.states import Role
from partnership.workflow import THE_CLOCK

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
S = ApplicationState
# A Tuesday, in the morning.
CLOSED = datetime(2027, 3, 2, 7, 0, tzinfo=clock.PARIS)


def on(days: float, hour: int = 9):
    """So many days after the files were closed, at an hour."""
    return clock.travel((CLOSED + timedelta(days=days)).replace(hour=hour, minute=20))


def night(days: float) -> None:
    """What the task of the night does, all of it."""
    with on(days, 3):
        services.look_ahead_at_some()


def told(days: float) -> int:
    with on(days):
        return reminders.remind()["files_end"]


@pytest.fixture
def cohort():
    return factories.cohort(of=factories.intake(starts_on=datetime(2027, 9, 14).date()))


@pytest.fixture
def later(cohort):
    """Another intake of the same course, a year on."""
    return factories.cohort(of=factories.intake(cohort.intake.programme, starts_on=datetime(2028, 9, 14).date()))


def closed(cohort, state=S.REJECTED, since=CLOSED, **said) -> Application:
    person = said.pop("of", None) or factories.candidate(**said)
    return factories.application(cohort, state=state, since=since, of=person)


def pooled(cohort) -> Application:
    file = closed(cohort)
    with on(1):
        services.give_consent(file, "talent_pool", by=file.candidate)
    return file


def studied(cohort, *, until: datetime, **said) -> Application:
    """Somebody whose course has ended, long after it began."""
    file = factories.application(cohort, state=S.WITHDRAWN, since=until, **said)
    began = until - timedelta(days=200)
    ended = {"state": "ended", "ended_at": until, "end_reason": "job"}
    Enrolment.objects.create(
        application=file, enrolled_at=began, present_at=began, present_by=factories.user(), **ended
    )
    return file


def note_of(file: Application) -> datetime:
    return Candidate.objects.get(pk=file.candidate_id).kept_at_least_until


@pytest.fixture
def everybody(cohort, later, recruiter) -> dict[str, Application]:
    """Somebody of each kind; of some nothing is near, of others the end is past."""
    long_ago = CLOSED - timedelta(days=5 * 365 - 20)
    found = {
        "open": closed(cohort, S.SUBMITTED),
        "closed": closed(cohort),
        "closed late": closed(cohort, since=CLOSED + timedelta(days=40)),
        "silent": closed(cohort, email=""),
        "begun": closed(cohort, S.DRAFT, since=CLOSED - timedelta(days=10)),
        "pooled": pooled(cohort),
        "student": factories.enrolment(cohort, since=CLOSED).application,
        "studied": studied(cohort, until=CLOSED - timedelta(days=100)),
        "studied long ago": studied(cohort, until=long_ago),
        "studied and back": studied(cohort, until=long_ago),
        "known": closed(cohort, first_name="Inès", last_name="Connue", email="ines@exemple.test"),
        "told": closed(cohort, since=CLOSED - timedelta(days=70)),
        "erased": closed(cohort),
        "merged": closed(cohort),
    }
    closed(later, S.SUBMITTED, of=found["studied and back"].candidate)
    found["twin"] = closed(cohort, S.DRAFT, first_name="Inès", last_name="Connue", email="ines@exemple.test")
    with on(0):
        assert services.to_tell(clock.now()).filter(pk=found["told"].candidate_id).exists()
        services.tell_that_it_ends(services.to_tell(clock.now()).get(pk=found["told"].candidate_id))
        personal_data.erase(ref(found["erased"].candidate), by=THE_CLOCK)
        services.merge(found["merged"].candidate, closed(later).candidate, by=recruiter, taken=["email"])
    return found


def _found() -> list[set]:
    now = clock.now()
    rows = services.to_tell(now), services.over(now), services.coming(now, days=retention.DAYS_AHEAD)
    return [set(people.values_list("pk", flat=True)) for people in rows]


# -- the note ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [0, 20, 31, 60, 95, 131, 400, 731, 1795])
def test_along_the_notes_the_same_people_are_found(everybody, days):
    assert set(Candidate.objects.values_list("kept_at_least_until", flat=True)) == {LONG_AGO}
    with on(days):
        without = _found()
        # Of the very moment, and a night old.
        for before in (0, 0.5):
            night(days - before)
            assert _found() == without
    assert any(without)


def test_no_term_is_before_its_note_and_only_what_may_end_is_near(everybody):
    with on(5):
        services.look_ahead_at_some()
        people = {person.pk: person for person in keeping.kept(Candidate.objects.all())}
    kept = {name: people[file.candidate_id] for name, file in everybody.items() if file.candidate_id in people}
    notes = {name: note_of(file) for name, file in everybody.items()}
    terms = {name: person.term for name, person in kept.items() if person.term}
    assert terms == {name: notes[name] for name in terms}
    assert kept.keys() - terms.keys() == {"open", "student", "studied and back"}
    assert notes["open"] == notes["student"] == notes["twin"] == FAR_AHEAD
    # Their term is that of the course, however much later the second file is closed.
    assert notes["studied and back"] == notes["studied long ago"] == terms["studied long ago"] < CLOSED.replace(month=4)
    assert notes["erased"] == LONG_AGO  # nobody looks at them any more


def test_whoever_began_again_long_after_a_course_is_found_as_soon_as_the_second_file_is_closed(everybody, recruiter):
    file = everybody["studied and back"]
    night(30)
    with on(30):
        assert file.candidate_id not in _found()[2]
        services.reject(file.candidate.applications.get(state=S.SUBMITTED), reason="profile", by=recruiter)
        assert file.candidate_id in _found()[2]


def test_a_night_writes_only_what_has_changed(everybody):
    night(10)
    with on(10), CaptureQueriesContext(connection) as asked:
        services.look_ahead_at_some()
    assert asked and not [query["sql"] for query in asked if "UPDATE" in query["sql"]]
    everybody["closed"].candidate.consents.create(purpose="talent_pool", text_version="1", given_at=CLOSED)
    with on(10), CaptureQueriesContext(connection) as asked:
        services.look_ahead_at_some()
    (written,) = [query["sql"] for query in asked if query["sql"].startswith("UPDATE")]
    assert everybody["closed"].candidate_id.hex in written and everybody["open"].candidate_id.hex not in written


def test_whoever_is_closed_after_the_night_is_found_by_the_next(cohort, recruiter):
    file = closed(cohort, S.SUBMITTED)
    night(0)
    with on(1):
        services.reject(file, reason="profile", by=recruiter)
    assert note_of(file) == FAR_AHEAD and told(62) == 0
    night(62)
    assert told(62) == 1


def test_whoever_is_new_is_asked_about_until_the_night(cohort):
    night(59)
    file = closed(cohort)
    assert note_of(file) == LONG_AGO and told(60) == 1


# -- what brings an end nearer ----------------------------------------------------------------------------------------


def test_whoever_takes_their_consent_back_is_asked_about_at_once(cohort):
    file = pooled(cohort)
    with on(1):
        services.give_consent(file, "sms", by=file.candidate)
    night(200)
    with on(200):
        services.withdraw_consent(file, "sms", by=file.candidate)
        assert note_of(file) > CLOSED + timedelta(days=700)  # nothing hangs on it
        services.withdraw_consent(file, "talent_pool", by=file.candidate)
    assert told(200) == 1


def test_whoever_is_merged_is_asked_about_at_once(cohort, later, recruiter):
    stays = pooled(cohort)
    goes = studied(later, until=CLOSED - timedelta(days=5 * 365 - 40))
    night(1)
    assert note_of(stays) > CLOSED + timedelta(days=700)
    with on(30):
        services.merge(stays.candidate, goes.candidate, by=recruiter)
        assert services.to_tell(clock.now()).get() == stays.candidate


def test_a_consent_that_a_merge_takes_away_brings_the_end_nearer(cohort, later, recruiter):
    stays, goes = pooled(cohort), pooled(later)
    with on(2):
        services.withdraw_consent(goes, "talent_pool", by=goes.candidate)
    night(3)
    with on(100):
        services.merge(stays.candidate, goes.candidate, by=recruiter)
    assert told(101) == 1
    assert OutgoingMessage.objects.get(template="cohorts/file_ends").to_ref == ref(stays.candidate)


def test_changed_periods_hold_from_the_next_night_on(cohort, settings):
    file = closed(cohort)
    night(0)
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"applicants": 20, "warning": 5}
    assert told(16) == 0
    night(16)
    assert told(16) == 1
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"applicants": 300}
    night(17)
    assert note_of(file) == CLOSED + timedelta(days=300)


# -- the night --------------------------------------------------------------------------------------------------------


@pytest.fixture
def slices(monkeypatch) -> Iterator[list[int]]:
    """A task has time for one slice of three people; how often it rang for the rest."""
    rung: list[int] = []
    monkeypatch.setattr(keeping, "PEOPLE_AT_ONCE", 3)
    monkeypatch.setattr(house, "SECONDS", -1)
    monkeypatch.setattr(house, "ring", lambda: rung.append(1))
    yield rung
    cache.clear()


def _noted() -> int:
    return Candidate.objects.exclude(kept_at_least_until=LONG_AGO).count()


def test_a_night_that_is_cut_short_goes_on_where_it_stopped_and_looks_at_each_once(cohort, slices):
    for _one in range(7):
        closed(cohort)
    noted = []
    with on(1, 3):
        assert house.due()["terms"] == 7
        for _time in range(4):
            tasks.keep_no_longer()
            noted.append(_noted())
        assert noted == [3, 6, 7, 7] and len(slices) == 3
        assert house.due()["terms"] == 0
    with on(2, 3):
        assert house.due()["terms"] == 7  # every night again


def test_the_night_looks_before_it_takes_away(cohort, settings):
    assert list(house.RULES).index("terms") < list(house.RULES).index("people")
    file = closed(cohort, email="")
    night(0)
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"applicants": 10}
    with on(11, 3):
        gone = house.apply()[0]
    assert gone["terms"] == gone["people"] == 1
    assert Candidate.objects.get(pk=file.candidate_id).erased_at


def test_a_night_whose_place_was_lost_begins_again(cohort, slices):
    for _one in range(4):
        closed(cohort)
    with on(1, 3):
        tasks.keep_no_longer()
        cache.clear()
        assert [house.RULES["terms"].take(500) for _time in range(3)] == [3, 1, 0]
    assert _noted() == 4


def test_without_a_place_to_note_how_far_it_has_come_a_night_ends_and_the_others_have_their_turn(
    cohort, slices, settings
):
    for _one in range(4):
        closed(cohort)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    with on(1, 3):
        gone, is_all = house.apply(seconds=float("inf"))
    assert (gone["terms"], is_all) == (0, True)


def test_a_dry_run_says_what_a_shorter_period_will_take_before_any_night_has(cohort, settings):
    file = closed(cohort, email="")
    night(1)
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"applicants": 10}
    with on(11):
        said, lines = house.due()["people"], list(house.RULES["people"].lines())
        gone, _is_all = house.apply(seconds=float("inf"))
    assert said == gone["people"] == 1
    assert [line.split()[0] for line in lines] == [file.reference]


# -- the report -------------------------------------------------------------------------------------------------------


@pytest.fixture
def read(client_of):
    """The report as somebody reads it, so many days after the files were closed."""

    def page(user, *, days: float = 61, **parameters) -> str:
        with on(days):
            return client_of(user).get(reverse("cohorts:retention_report"), parameters).content.decode()

    return page


@pytest.mark.parametrize("is_noted", [False, True])
def test_the_report_counts_up_to_its_most_and_says_that_there_are_more(
    cohort, read, administrator, monkeypatch, is_noted
):
    monkeypatch.setattr(pages, "MOST", 3)
    monkeypatch.setattr(pages, "A_PAGE", 2)
    files = [closed(cohort, since=CLOSED + timedelta(days=day)) for day in (3, 1, 2)]
    if is_noted:
        night(61)
    page = read(administrator)
    assert "3 dossiers prennent fin" in page and "premiers sont affichés" not in page
    # By their end, two a page.
    assert [file.reference in page for file in files] == [False, True, True]
    assert [file.reference in read(administrator, page=2) for file in files] == [True, False, False]
    files.append(closed(cohort, since=CLOSED))
    if is_noted:
        night(61)
    page = read(administrator)
    assert "Plus de 3 dossiers prennent fin" in page and "Les 3 premiers sont affichés" in page
    if is_noted:
        assert [file.reference in page for file in files] == [False, True, False, True]
        assert [file.reference in read(administrator, page=2) for file in files] == [False, False, True, False]


def test_the_report_counts_files_left_open_up_to_its_most(cohort, read, administrator, monkeypatch):
    monkeypatch.setattr(pages, "MOST", 3)
    for number, words in ((3, "3 dossiers n’ont jamais été clos"), (4, "Plus de 3 dossiers n’ont jamais été clos")):
        while Application.objects.count() < number:
            closed(cohort, S.SUBMITTED)
        page = read(administrator, days=1000)
        assert words in page and ("Plus de" in page) == (number > 3)


@pytest.mark.parametrize("few", [1, 100])
def test_a_head_finds_the_people_of_their_zone_whether_it_has_few_files_or_many(cohort, read, monkeypatch, few):
    monkeypatch.setattr(keeping, "FEW", few)
    mine, theirs = closed(cohort), closed(factories.cohort("paris", of=cohort.intake))
    page = read(factories.user(Role.HEAD_OF_RECRUITMENT, zone=cohort.zone))
    assert "1 dossier prend fin" in page and mine.reference in page and theirs.reference not in page


def test_the_report_walks_along_the_notes_and_stops(cohort):
    closed(cohort)
    by = CLOSED + timedelta(days=100)
    with CaptureQueriesContext(connection) as asked:
        assert len(services.first_to_end(services.near(by), by, most=1)) == 1
    (walk,) = (query["sql"] for query in asked)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {walk}")
        plan = [line.strip().removeprefix("->").strip() for (line,) in cursor.fetchall()]
    # What is sorted are those few that were found: between the limit and the index nothing is.
    steps = [line.split("  (")[0] for line in plan if "(cost" in line]
    limit, index = steps.index("Limit"), steps.index("Index Scan using applicants_by_their_end on cohorts_candidate")
    assert not [step for step in steps[limit:index] if "Sort" in step or "Hash" in step]
    assert any(line.startswith("Index Cond: (kept_at_least_until <=") for line in plan)

"""The dates of the convention: all of them, each by its owner, on a page and in calendars, and nobody's name."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from icalendar import Calendar

from cohorts.states import SlotKind, SlotState
from partnership import agenda, clock, links, services
from partnership.models import Commitment, Convention, Milestone, ref
from partnership.states import DATES, Precision, Role
from programmes.states import ActivityState

from .. import factories

NOW = datetime(2027, 6, 14, 10, 12, tzinfo=clock.PARIS)
SIGNED = datetime(2027, 3, 28, 12, tzinfo=clock.PARIS)


@pytest.fixture(autouse=True)
def june(db, settings):
    """Monday 14 June 2027."""
    settings.PUBLIC_URL = "https://tandem.example"
    with clock.travel(NOW):
        yield


@pytest.fixture
def convention():
    made = factories.convention()
    factories.rewrite(made, signed_at=SIGNED)
    return made


@pytest.fixture
def milestone(convention):
    """Opens on 15 September 2027 and is settled on 31 July 2027."""
    made = factories.milestone(convention, finalise_by=date(2027, 7, 31))
    factories.rewrite(made, opens_on=date(2027, 9, 15))
    return made


def _promise(convention, due_on: date | None, **fields) -> Commitment:
    return factories.commitment(
        convention=convention, party=factories.party("smt"), text="Livrer le référentiel", due_on=due_on, **fields
    )


def _told(user, convention) -> list[tuple[str, date, str]]:
    return [(one.kind, one.day, one.owner) for one in agenda.dates(user, convention)]


def _plain(text: str) -> str:
    return re.sub("[\u00a0\u202f]", " ", text)


def _events(text: str) -> dict[str, dict]:
    return {str(event["UID"]): event for event in Calendar.from_ical(text).walk("VEVENT")}


def _file(client) -> str:
    answer = client.get(reverse("partnership:agenda_file"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return answer.content.decode()


# -- which dates ------------------------------------------------------------------------------------------------------


def test_every_date_that_was_promised_is_told_in_order_with_its_owner(convention, milestone, coordinator):
    factories.objective(milestone=milestone, measure="confirmed", target=64, due_on=date(2027, 7, 1))
    # Due with the settlement, which says so itself.
    factories.objective(milestone=milestone, measure="host_places", target=26)
    _promise(convention, date(2027, 6, 30))
    _promise(convention, None)
    assert _told(coordinator, convention) == [
        ("signature", date(2027, 3, 28), "SMT et IGS"),
        ("engagement", date(2027, 6, 30), "SMT"),
        ("objectif", date(2027, 7, 1), "IGS"),
        ("tout finalisé", date(2027, 7, 31), "IGS"),
        ("ouverture", date(2027, 9, 15), "IGS"),
    ]
    objective = agenda.dates(coordinator, convention)[2]
    assert _plain(objective.title) == "64 jeunes, Jalon 1"


def test_an_objective_of_a_zone_names_it(convention, milestone, coordinator):
    factories.objective(
        milestone=milestone, measure="host_places", zone=factories.zone("lyon"), target=12, due_on=date(2027, 7, 1)
    )
    (objective,) = [one for one in agenda.dates(coordinator, convention) if one.kind == "objectif"]
    assert _plain(objective.title) == "12 places, Lyon, Jalon 1"


def test_a_month_stands_on_its_last_day_and_says_that_it_is_one(convention, milestone, coordinator, client_of):
    with factories.before_the_signature():
        Milestone.objects.filter(pk=milestone.pk).update(
            finalise_by=date(2028, 1, 1),
            finalise_precision=Precision.MONTH,
            opens_precision=Precision.NONE,
            opens_on=None,
        )
    _signature, settled = agenda.dates(coordinator, convention)
    assert settled.day == date(2028, 1, 31)
    assert settled.words == "janvier 2028"
    event = _events(_file(client_of(coordinator)))[f"partnership.milestone:{milestone.pk}:settled@tandem.example"]
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2028, 1, 31), date(2028, 2, 1))
    assert event["SUMMARY"] == "Tout finalisé, Jalon 1 (janvier 2028)"


def test_what_has_no_date_is_in_no_calendar_but_on_the_page(convention, coordinator, client_of):
    factories.chair(milestone=_undated(convention))
    client = client_of(coordinator)
    assert [event["SUMMARY"] for event in _events(_file(client)).values()] == ["Signature, Convention SMT – Groupe IGS"]
    text = client.get(reverse("partnership:agenda")).content.decode()
    assert '<a href="/fr/partenariat/jalons/3/">Jalon 3</a>' in text and "sans date" in text


def _undated(convention) -> Milestone:
    made = factories.milestone(convention, order=3)
    factories.rewrite(
        made, finalise_by=None, finalise_precision=Precision.NONE, opens_on=None, opens_precision=Precision.NONE
    )
    return made


def test_a_draft_has_the_dates_it_promises_and_no_signature(coordinator):
    draft = factories.convention(signed=False)
    _promise(draft, date(2027, 6, 30))
    assert [kind for kind, _day, _owner in _told(coordinator, draft)] == ["engagement"]


# -- those of other apps ----------------------------------------------------------------------------------------------


def test_recruitment_tells_its_rentrees_and_closings(convention, milestone, coordinator):
    intake = factories.intake(factories.programme(milestone=milestone), starts_on=date(2027, 9, 20))
    for code, until in (("lyon", date(2027, 7, 20)), ("paris", date(2027, 7, 10))):
        factories.cohort(code, of=intake, applications_from=date(2027, 4, 1), applications_until=until)
    told = [one for one in agenda.dates(coordinator, convention) if one.kind in ("rentrée", "clôture des candidatures")]
    assert [(one.title, one.day, one.owner, one.url) for one in told] == [
        ("CS ACVD, Paris", date(2027, 7, 10), "IGS", "/fr/formations/acvd/"),
        ("CS ACVD, Lyon", date(2027, 7, 20), "IGS", "/fr/formations/acvd/"),
        ("CS ACVD", date(2027, 9, 20), "IGS", "/fr/formations/acvd/"),
    ]


def test_meetings_for_many_are_told_to_whoever_sees_them_and_interviews_to_nobody(
    convention, milestone, coordinator, recruiter, lyon_recruiter
):
    intake = factories.intake(factories.programme(milestone=milestone))
    lyon, paris = (factories.cohort(code, of=intake) for code in ("lyon", "paris"))
    factories.slot(lyon, kind=SlotKind.INTERVIEW)
    factories.slot(lyon, kind=SlotKind.INFORMATION, days=-40)
    mine = factories.slot(lyon, kind=SlotKind.INFORMATION)
    other = factories.slot(paris, kind=SlotKind.OPEN_DAY)

    def seen(user) -> set[str]:
        return {one.key for one in agenda.dates(user, convention) if one.starts_at}

    assert seen(recruiter) == {ref(mine), ref(other)}
    assert seen(lyon_recruiter) == {ref(mine)}
    assert seen(coordinator) == set()


def test_a_cancelled_meeting_leaves_the_calendar_and_is_next_no_more(convention, milestone, recruiter, client_of):
    cohort = factories.cohort(of=factories.intake(factories.programme(milestone=milestone)))
    slot = factories.slot(cohort, kind=SlotKind.INFORMATION, days=1, state=SlotState.CANCELLED)
    client = client_of(recruiter)
    event = _events(_file(client))[f"{ref(slot)}@tandem.example"]
    assert event["STATUS"] == "CANCELLED"
    assert "réunion d’information" not in client.get(reverse("partnership:agenda")).context["title"]


def test_the_chair_tells_what_it_announces_to_everybody(convention, coordinator):
    chair = factories.chair(milestone=_undated(convention))
    at = datetime.combine(date(2027, 7, 5), time(14), clock.PARIS)
    activity = factories.activity(
        chair, title="Séminaire de juillet", begins_at=at, ends_at=at + timedelta(hours=3), days=21
    )
    factories.activity(chair, title="Interne", is_public=False)
    gone = factories.activity(chair, state=ActivityState.CANCELLED)
    told = {one.key: one for one in agenda.dates(coordinator, convention)}
    shown = told[ref(activity)]
    assert (shown.day, shown.starts_at, shown.minutes, shown.owner) == (date(2027, 7, 5), at, 180, "SMT")
    assert _plain(shown.words) == "5 juillet 2027, 14 h"
    assert shown.url == f"/fr/chaire/chaire/{activity.pk}/"
    assert told[f"{ref(activity)}:registrations"].kind == "clôture des inscriptions"
    assert told[ref(gone)].is_cancelled and f"{ref(gone)}:registrations" not in told
    assert not any("Interne" in one.title for one in told.values())


# -- the calendar ------------------------------------------------------------------------------------------------------


def test_the_calendar_is_read_by_another_library_and_names_nobody(convention, milestone, coordinator, client_of):
    _promise(convention, date(2027, 6, 30), done_at=NOW, done_by=coordinator)
    factories.activity(factories.chair(milestone=_undated(convention)))
    text = _file(client_of(coordinator))
    events = _events(text)
    assert len(events) == 6
    settled = events[f"partnership.milestone:{milestone.pk}:settled@tandem.example"]
    assert settled["DTSTART"].dt == date(2027, 7, 31) and settled["DTEND"].dt == date(2027, 8, 1)
    assert settled["SUMMARY"] == "Tout finalisé, Jalon 1"
    assert settled["DESCRIPTION"] == "IGS"
    assert settled["URL"] == "https://tandem.example/fr/partenariat/jalons/1/"
    promise = next(event for event in events.values() if event["SUMMARY"] == "Engagement, Livrer le référentiel")
    assert promise["DESCRIPTION"] == "SMT\nFait"
    for person in type(coordinator).objects.all():
        assert person.full_name not in text and person.email not in text


def _amended(milestone, day: date) -> None:
    """Every party agrees to another day of settlement."""
    hands = {code: factories.user(Role.COORDINATOR, party_code=code) for code in ("igs", "smt")}
    amendment = services.begin_amendment(milestone.convention, reason="Un report.", effective_on=day, by=hands["igs"])
    services.propose_change(amendment, milestone, finalise_by=day, finalise_precision=Precision.DAY, by=hands["igs"])
    for signature in amendment.signatures.select_related("party"):
        services.sign_amendment(signature, by=hands[signature.party.code])
    milestone.refresh_from_db()


def test_a_date_that_changes_keeps_its_name_and_its_number_grows(convention, milestone, coordinator, client_of):
    reader = client_of(coordinator)
    key = f"partnership.milestone:{milestone.pk}:settled@tandem.example"
    numbers = [int(_events(_file(reader))[key]["SEQUENCE"])]
    for day in (date(2027, 8, 15), date(2027, 7, 15)):
        _amended(milestone, day)
        after = _events(_file(reader))
        assert after[key]["DTSTART"].dt == day
        numbers.append(int(after[key]["SEQUENCE"]))
    assert numbers == sorted(set(numbers))


def test_a_promise_that_is_kept_tells_calendars_so(convention, coordinator, client_of):
    promise = factories.commitment(
        convention=convention, party=factories.party("igs"), text="Recruter", due_on=date(2027, 6, 30)
    )
    client = client_of(coordinator)
    key = f"partnership.commitment:{promise.pk}:due@tandem.example"
    open_ = _events(_file(client))[key]
    services.keep_commitment(promise, evidence="Le compte rendu.", by=coordinator)
    kept = _events(_file(client))[key]
    assert kept["SEQUENCE"] > open_["SEQUENCE"]
    assert kept["DESCRIPTION"] == "IGS\nFait" and open_["DESCRIPTION"] == "IGS"


def test_the_file_is_written_in_the_language_of_the_page(convention, milestone, coordinator, client_of):
    with translation.override("en"):
        text = _file(client_of(coordinator))
    assert "SUMMARY:Everything settled\\, Jalon 1" in text
    assert "/en/partenariat/jalons/1/" in text.replace("\r\n ", "")


# -- by a personal address ---------------------------------------------------------------------------------------------


def _feed(client, token: str):
    return client.get(reverse("partnership:agenda_feed", args=[token]))


@pytest.fixture
def token(coordinator):
    return services.open_feed(coordinator, DATES).split("/")[-2]


def test_the_address_gives_the_dates_without_signing_in(client, convention, milestone, token):
    answer = _feed(client, token)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store, private"
    assert len(_events(answer.content.decode())) == 3


@pytest.mark.parametrize("why", ["closed", "made anew", "left", "no role", "unknown", "no convention"])
def test_an_address_that_is_closed_finds_nothing(client, convention, coordinator, token, why):
    assert _feed(client, token).status_code == 200
    if why == "closed":
        services.close_feed(coordinator, DATES)
    elif why == "made anew":
        services.open_feed(coordinator, DATES)
    elif why == "left":
        type(coordinator).objects.filter(pk=coordinator.pk).update(is_active=False)
    elif why == "no role":
        coordinator.memberships.all().delete()
    elif why == "no convention":
        with factories.before_the_signature():
            Convention.objects.all().delete()
    else:
        token = "inconnu"  # noqa: S105
    assert _feed(client, token).status_code == 404


def test_the_address_is_shown_once_and_closed_by_a_button(convention, coordinator, client_of):
    client = client_of(coordinator)
    page, close = reverse("partnership:agenda_subscription"), reverse("partnership:agenda_subscription_close")
    shown = client.post(page)
    address = shown.context["address"]
    assert address in shown.content.decode()
    assert client.get(address.removeprefix("https://tandem.example")).status_code == 200
    assert address not in client.get(page).content.decode()
    assert len(services.open_feeds(coordinator, DATES)) == 1
    client.post(close)
    assert services.open_feeds(coordinator, DATES) == []
    assert links.PURPOSES[DATES].days > 365


def test_who_reads_no_board_opens_no_address(stranger, client_of):
    client = client_of(stranger)
    assert client.post(reverse("partnership:agenda_subscription")).status_code == 403
    for name in ("agenda", "agenda_file"):
        assert client.get(reverse(f"partnership:{name}")).status_code == 404


# -- the page ---------------------------------------------------------------------------------------------------------


def _page(client):
    return client.get(reverse("partnership:agenda"))


def test_the_title_is_the_next_date(convention, milestone, coordinator, client_of):
    client = client_of(coordinator)
    _promise(convention, date(2027, 6, 10))
    done = _promise(convention, date(2027, 6, 20), done_at=NOW, done_by=coordinator)
    assert _plain(_page(client).context["title"]) == "Prochaine date : 31 juillet 2027, tout finalisé, Jalon 1"
    _promise(convention, date(2027, 6, 30))
    assert _plain(_page(client).context["title"]) == (
        "Prochaine date : 30 juin 2027, engagement, Livrer le référentiel"
    )
    with factories.before_the_signature():
        Commitment.objects.exclude(pk=done.pk).update(due_on=NOW.date())
    assert _plain(_page(client).context["title"]).startswith("Prochaine date : aujourd’hui, engagement")


def test_the_title_says_when_nothing_is_to_come_and_when_nothing_has_a_date(coordinator, client_of):
    client = client_of(coordinator)
    draft = factories.convention(signed=False)
    answer = _page(client)
    assert answer.context["title"] == "La convention n’a pas encore de date."
    assert "Pas encore de date" in answer.content.decode()
    _promise(draft, date(2027, 6, 10))
    assert _plain(_page(client).context["title"]).startswith("Aucune date à venir")


def test_dates_stand_by_month_the_next_first_and_the_past_below_the_newest_first(
    convention, milestone, coordinator, client_of
):
    for day in (date(2027, 6, 30), date(2027, 6, 20), date(2027, 5, 2), date(2027, 4, 2)):
        _promise(convention, day)
    context = _page(client_of(coordinator)).context
    assert [(month, [one.day.day for one in dates]) for month, dates in context["ahead"]] == [
        (date(2027, 6, 1), [20, 30]),
        (date(2027, 7, 1), [31]),
        (date(2027, 9, 1), [15]),
    ]
    assert [month for month, _dates in context["past"]] == [date(2027, 5, 1), date(2027, 4, 1), date(2027, 3, 1)]


def test_a_promise_is_late_once_its_day_is_past_and_done_once_kept(convention, coordinator, client_of):
    client = client_of(coordinator)
    promise = _promise(convention, date(2027, 6, 10))
    text = _page(client).content.decode()
    assert "badge--late" in text
    assert f'<a href="/fr/partenariat/engagements/#engagement-{promise.pk}">Livrer le référentiel</a>' in text
    Commitment.objects.update(done_at=NOW, done_by=coordinator)
    text = _page(client).content.decode()
    assert "badge--late" not in text and "badge--done" in text


def test_what_somebody_typed_stays_a_text(convention, coordinator, client_of):
    _promise(convention, date(2027, 6, 30))
    with factories.before_the_signature():
        Commitment.objects.update(text="<b>Livrer</b>; tout, vite\\n")
    client = client_of(coordinator)
    assert "<b>Livrer" not in _page(client).content.decode()
    (event,) = [one for one in _events(_file(client)).values() if "Livrer" in one["SUMMARY"]]
    assert event["SUMMARY"] == "Engagement, <b>Livrer</b>; tout, vite\\n"


def test_the_page_and_the_calendar_ask_the_same_of_the_database_however_many_dates(
    convention, milestone, coordinator, client_of, django_assert_max_num_queries
):
    client, costs = client_of(coordinator), []
    for n in (1, 5):
        for _ in range(n):
            other = factories.milestone(convention, order=convention.milestones.count() + 1)
            factories.objective(
                milestone=other, measure="confirmed", zone=factories.zone(), target=9, due_on=date(2027, 7, 1)
            )
            _promise(convention, date(2027, 6, 30))
            starts_on = date(2027, 9, 1) + timedelta(days=other.order)
            factories.cohort(of=factories.intake(factories.programme(milestone=milestone), starts_on=starts_on))
        for name in ("agenda", "agenda_file"):
            with django_assert_max_num_queries(20) as counted:
                assert client.get(reverse(f"partnership:{name}")).status_code == 200
            costs.append(len(counted))
    assert costs[:2] == costs[2:]

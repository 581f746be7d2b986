"""The team's pages of the chair: what they answer first, who opens them, what a stale form meets."""

from datetime import timedelta

import pytest
from django.test import override_settings
from django.urls import reverse

from partnership import clock
from partnership import measures as board_measures
from partnership import services as team
from partnership.measures import Census
from partnership.models import OutgoingMessage
from partnership.states import MilestoneStatus, Role
from programmes import measures
from programmes.models import ChairActivity, Contribution, Registration
from programmes.states import ActivityState, Attendance, ContributionState, RegistrationState

from .. import factories

pytestmark = pytest.mark.django_db
S = ActivityState


@pytest.fixture
def chair():
    return factories.chair()


@pytest.fixture
def site(coordinator, client_of):
    return client_of(coordinator)


def page(name: str, *args: object) -> str:
    return reverse(f"programmes:{name}", args=args)


def filled_in(activity=None, **said):
    day = (clock.today() + timedelta(days=30)).isoformat()
    lead = activity.lead if activity else factories.user(Role.COORDINATOR, party_code="smt")
    answers = {"kind": "seminar", "title": "Séminaire", "lead": f"{lead.pk}:{factories.party('smt').pk}"}
    answers |= {"begins_on": day, "begins_time": "09:00", "ends_on": day, "ends_time": "12:00", "place": "Campus"}
    return answers | {"registrations_until": day, "capacity": "30", "is_public": "on"} | said


# -- the list and the board -------------------------------------------------------------------------------------------


def test_the_list_opens_with_how_many_are_delivered_and_counts_no_cancelled_one(chair, site):
    for state in (S.PLANNED, S.DELIVERED, S.PUBLISHED, S.CANCELLED):
        factories.activity(chair, state=state, days=-5)
    context = site.get(page("activity_list")).context
    assert (context["total"], context["delivered"], len(context["cancelled"])) == (3, 2, 1)
    assert "2" in context["verdict"] and "3" in context["verdict"]


@pytest.mark.parametrize(
    ("key", "figure"), [("activities", 3), ("activities_delivered", 1), ("registrations", 3), ("attendances", 2)]
)
def test_each_figure_equals_the_number_of_rows_of_its_list(chair, site, coordinator, key, figure):
    delivered = factories.activity(chair, state=S.DELIVERED, days=-5)
    for attendance in (Attendance.PRESENT, Attendance.PRESENT, Attendance.ABSENT):
        factories.registration(delivered, attendance=attendance)
    factories.registration(delivered, state=RegistrationState.WAITING)
    factories.registration(delivered, state=RegistrationState.CANCELLED)
    factories.activity(chair)
    factories.activity(chair, state=S.PLANNED)
    factories.activity(chair, state=S.CANCELLED)
    milestone = chair.milestone
    counted = board_measures.counts(coordinator, milestone.convention)[key][milestone.pk, None]
    answer = site.get(reverse(board_measures.MEASURES[key].url_name), {"mesure": key, "jalon": str(milestone.order)})
    assert len(answer.context["rows"]) == counted == figure


def test_the_chair_is_counted_in_one_statement_and_for_its_own_convention(
    chair, coordinator, django_assert_num_queries
):
    factories.registration(factories.activity(chair))
    convention = chair.milestone.convention
    census = Census(coordinator, convention)
    census.once(measures.kinds_taught)
    with django_assert_num_queries(1):
        figures = measures.counts(census)
    assert figures["registrations"] == {(chair.milestone.pk, None): 1}
    assert measures.counts(Census(coordinator, factories.convention()))["activities"] == {}


def test_the_board_has_a_line_for_the_chair_with_the_columns_that_apply(chair, site):
    factories.objective(milestone=chair.milestone, measure="activities_delivered", target=2)
    factories.activity(chair, state=S.DELIVERED, days=-5)
    board = site.get(reverse("partnership:board")).context["board"]
    (row,) = board.chair_rows
    assert [(cell.measure, cell.n, bool(cell.url)) for cell in row.cells] == [
        ("activities", 1, True),
        ("activities_delivered", 1, True),
        ("registrations", 0, True),
        ("attendances", 0, True),
    ]
    # No line of young people: a chair has none.
    assert not [line for line in board.rows + board.totals if line.milestone == chair.milestone]


@pytest.mark.parametrize(("delivered", "status"), [(0, MilestoneStatus.ON_TRACK), (2, MilestoneStatus.DONE)])
def test_the_milestone_of_a_chair_is_done_once_its_objective_is_reached(chair, site, delivered, status):
    factories.objective(milestone=chair.milestone, measure="activities_delivered", target=2)
    factories.activity(chair)
    for _number in range(delivered):
        factories.activity(chair, state=S.PUBLISHED, days=-5)
    answer = site.get(reverse("partnership:milestone_detail", args=[chair.milestone.order]))
    assert answer.context["card"].standing.status == status


def test_the_register_shows_no_name(chair, site, lyon_lead, client_of):
    registration = factories.registration(factories.activity(chair), name="Amina Fictive")
    for client in (site, client_of(lyon_lead)):
        text = client.get(page("registration_register")).content.decode()
        assert registration.activity.title in text
        assert "Amina" not in text and registration.email not in text


def test_the_lists_ask_the_same_of_the_database_for_one_line_and_for_thirty(
    chair, site, django_assert_num_queries, django_assert_max_num_queries
):
    opened = factories.activity(chair)
    factories.registration(opened)
    factories.contribution(opened)
    addresses = [page("activity_list"), page("registration_register"), reverse("partnership:board")]
    names = ("activity_read", "activity_registrations", "activity_sheet", "activity_contributions")
    addresses += [page(name, opened.pk) for name in names]
    few = []
    for address in addresses:
        with django_assert_max_num_queries(20) as asked:
            assert site.get(address).status_code == 200
        few.append(len(asked))
    for number in range(29):
        factories.registration(factories.activity(chair, lead=opened.lead, days=number - 3))
        factories.registration(opened, attendance="")
        factories.contribution(opened, state=ContributionState.KEPT)
    for address, number in zip(addresses, few, strict=True):
        with django_assert_num_queries(number):
            site.get(address)


# -- planned, changed -------------------------------------------------------------------------------------------------


def test_a_coordinator_of_either_party_plans_an_activity(chair, coordinator, smt_coordinator, client_of):
    for user in (coordinator, smt_coordinator):
        answer = client_of(user).post(page("activity_plan", chair.slug), filled_in())
        assert answer.status_code == 302
    assert ChairActivity.objects.count() == 2


def test_a_coordinator_of_another_convention_finds_no_chair(chair, client_of):
    other = client_of(factories.user(Role.COORDINATOR, party_code="ailleurs"))
    activity = factories.activity(chair)
    assert other.get(page("activity_plan", chair.slug)).status_code == 404
    assert other.get(page("activity_registrations", activity.pk)).status_code == 404
    assert other.get(page("activity_list")).context["rows"] == []


def test_no_activity_is_planned_in_a_course(site):
    assert site.get(page("activity_plan", factories.programme().slug)).status_code == 404


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", {"title": " "}),
        ("ends_on", {"ends_on": "2020-01-01"}),
        ("ends_on", {"ends_time": "08:00"}),
        ("begins_on", {"begins_on": "0001-01-01"}),
        ("capacity", {"capacity": "0"}),
        ("registrations_until", {"registrations_until": ""}),
        ("registrations_until", {"registrations_until": "2190-01-01"}),
        ("deliverable_url", {"deliverable_url": "javascript:alert(1)"}),
        ("lead", {"lead": "personne:1"}),
        ("kind", {"kind": "fête"}),
    ],
)
def test_what_makes_no_sense_comes_back_with_a_sentence_and_everything_else(chair, site, field, said):
    answer = site.post(page("activity_plan", chair.slug), filled_in(place="Campus de Lyon") | said)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert "Campus de Lyon" in answer.content.decode()


def test_two_who_change_it_the_second_sees_the_newer_state_and_keeps_their_own(chair, site):
    activity = factories.activity(chair, title="Avant")
    site.post(page("activity_edit", activity.pk), filled_in(activity, title="Pendant", version="1"))
    answer = site.post(page("activity_edit", activity.pk), filled_in(activity, title="Après", version="1"))
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Pendant" in text and "Après" in text
    again = site.post(page("activity_edit", activity.pk), filled_in(activity, title="Après", version="2"))
    assert again.status_code == 302
    activity.refresh_from_db()
    assert activity.title == "Après"


def test_fewer_places_than_people_are_refused_in_words(chair, site):
    activity = factories.activity(chair, capacity=30)
    for _number in range(2):
        factories.registration(activity)
    answer = site.post(page("activity_edit", activity.pk), filled_in(activity, capacity="1", version="1"))
    assert answer.status_code == 422 and "2 " in str(answer.context["form"].non_field_errors())


def test_a_lead_changes_theirs_but_not_who_leads_it(chair, author, client_of):
    activity = factories.activity(chair, lead=author, lead_party=factories.party("igs"))
    theirs = client_of(author)
    assert "lead" not in theirs.get(page("activity_edit", activity.pk)).context["form"].fields
    other = factories.activity(chair)
    assert theirs.get(page("activity_edit", other.pk)).status_code == 403
    assert theirs.get(page("activity_registrations", other.pk)).status_code == 403
    assert theirs.get(page("activity_plan", chair.slug)).status_code == 403


# -- moved on ---------------------------------------------------------------------------------------------------------


def test_an_activity_is_moved_on_from_its_page(chair, site):
    activity = factories.activity(chair, state=S.PLANNED, days=-3)
    for name in ("activity_open", "activity_begin"):
        site.post(page(name, activity.pk))
    activity.refresh_from_db()
    delivered = {"on": clock.today().isoformat(), "deliverable": "Actes", "version": str(activity.version)}
    stale = site.post(page("activity_deliver", activity.pk), delivered | {"version": "1"})
    assert stale.status_code == 409 and "Actes" in stale.content.decode()
    assert site.post(page("activity_deliver", activity.pk), delivered).status_code == 302
    # There is nothing to read yet: refused in words, and delivered all the same.
    site.post(page("activity_publish", activity.pk))
    activity.refresh_from_db()
    assert activity.state == S.DELIVERED
    texts = {"title": activity.title, "deliverable": "Actes", "deliverable_text": "Le texte.", "is_public": "on"}
    site.post(page("activity_edit", activity.pk), texts | {"version": str(activity.version)})
    site.post(page("activity_publish", activity.pk))
    activity.refresh_from_db()
    assert activity.state == S.PUBLISHED


def test_a_move_that_is_not_in_the_flow_is_refused_in_words(chair, site):
    activity = factories.activity(chair, state=S.PUBLISHED, days=-5)
    answer = site.post(page("activity_open", activity.pk), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert site.get(page("activity_cancel", activity.pk)).status_code == 404


def test_cancelling_asks_why_and_says_how_many_are_told(chair, site):
    activity = factories.activity(chair)
    factories.registration(activity)
    address = page("activity_cancel", activity.pk)
    assert site.get(address).context["expected"] == 1
    assert site.post(address, {"because": ""}).status_code == 422
    assert site.post(address, {"because": "La salle est fermée."}).status_code == 302
    assert OutgoingMessage.objects.get().template == "programmes/activity_cancelled"


# -- people from outside ----------------------------------------------------------------------------------------------


def test_presence_is_one_tap_and_can_be_taken_back(chair, site):
    activity = factories.activity(chair, days=0)
    registration = factories.registration(activity)
    for tap, attendance in (("present", "present"), ("undo", ""), ("absent", "absent")):
        answer = site.post(page("activity_attend", activity.pk), {tap: str(registration.pk)})
        assert answer.url.endswith(f"/inscrits/#r-{registration.number}")
        registration.refresh_from_db()
        assert registration.attendance == attendance


@pytest.mark.parametrize("key", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_a_tap_beside_nobody_is_not_found(chair, site, key):
    activity = factories.activity(chair, days=0)
    assert site.post(page("activity_attend", activity.pk), {"present": key}).status_code == 404


def test_a_tap_beside_somebody_of_another_activity_is_not_found(chair, site):
    activity, other = factories.activity(chair, days=0), factories.registration(factories.activity(chair, days=0))
    assert site.post(page("activity_attend", activity.pk), {"present": str(other.pk)}).status_code == 404


def test_somebody_who_calls_is_taken_off_and_the_first_who_waits_comes(chair, site):
    activity = factories.activity(chair, capacity=1)
    leaves = factories.registration(activity)
    waits = factories.registration(activity, state=RegistrationState.WAITING)
    site.post(page("activity_give_up", activity.pk), {"registration": str(leaves.pk)})
    waits.refresh_from_db()
    assert waits.state == RegistrationState.REGISTERED


def test_the_sheet_lists_who_has_a_place(chair, site):
    activity = factories.activity(chair)
    factories.registration(activity, name="Amina Fictive")
    factories.registration(activity, name="Basile Fictif", state=RegistrationState.WAITING)
    text = site.get(page("activity_sheet", activity.pk)).content.decode()
    assert "Amina Fictive" in text and "Basile" not in text


def test_a_proposal_is_decided_on_the_page(chair, site):
    contribution = factories.contribution(factories.activity(chair))
    address = page("contribution_decide", contribution.pk)
    assert site.post(address, {"to": "", "version": "1"}).status_code == 422
    said = {"to": "declined", "words": "Hors du thème.", "version": "1"}
    assert site.post(address, said).status_code == 302
    stale = site.post(address, {"to": "accepted", "words": "Bravo.", "version": "1"})
    assert stale.status_code == 422 and "Bravo." in stale.content.decode()
    assert Contribution.objects.get().state == ContributionState.DECLINED


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUTHOR, Role.RECRUITER, Role.REGIONAL_LEAD])
def test_no_other_role_reaches_a_name_by_any_url(chair, client_of, role):
    activity = factories.activity(chair)
    factories.registration(activity, name="Amina Fictive")
    contribution = factories.contribution(activity, name="Dora Fictive")
    other = client_of(factories.user(role, party_code="smt"))
    text = other.get(page("activity_read", activity.pk)).content.decode()
    assert "Fictive" not in text
    names = ("activity_registrations", "activity_sheet", "activity_contributions", "activity_edit", "activity_cancel")
    assert {other.get(page(name, activity.pk)).status_code for name in names} == {403}
    assert other.post(page("contribution_decide", contribution.pk)).status_code == 404


def test_whoever_leads_and_only_reviews_any_more_reads_no_name(chair, reviewer, client_of):
    activity = factories.activity(chair, lead=reviewer)
    factories.registration(activity)
    site = client_of(reviewer)
    assert site.get(page("activity_registrations", activity.pk)).status_code == 403
    assert Registration.objects.visible_to(reviewer).count() == 0


@override_settings(SECOND_FACTOR_REQUIRED=True)
def test_a_second_factor_is_asked_where_people_have_names_and_only_there(chair, coordinator, client_of):
    activity = factories.activity(chair)
    site = client_of(coordinator)
    assert site.get(page("activity_list")).status_code == 200
    assert site.get(page("activity_read", activity.pk)).status_code == 200
    for name in ("activity_registrations", "activity_sheet", "activity_contributions"):
        assert site.get(page(name, activity.pk)).url == reverse("second_factor_add")
    for name in ("activity_attend", "activity_give_up"):
        assert site.post(page(name, activity.pk)).url == reverse("second_factor_add")


def test_a_session_that_has_been_open_for_days_shows_no_name(chair, coordinator, client_of, settings):
    activity = factories.activity(chair)
    site = client_of(coordinator)
    site.get(page("activity_list"))
    with clock.travel(clock.now() + timedelta(seconds=settings.SESSION_AGES_WITH_PERSONAL_DATA[0] + 60)):
        assert site.get(page("activity_read", activity.pk)).status_code == 200
        session = site.session
        session["seen"] = session["since"]
        session.save()
        assert "/connexion/" in site.get(page("activity_registrations", activity.pk)).url


def test_whoever_leaves_hands_their_activities_over(chair, administrator, coordinator):
    leaves = factories.user(Role.AUTHOR)
    activity = factories.activity(chair, lead=leaves, lead_party=factories.party("igs"))
    assert team.dismiss(leaves, by=administrator, heirs={"activities": None}) == 0
    activity.refresh_from_db()
    assert activity.lead == coordinator
    assert OutgoingMessage.objects.filter(to_email=coordinator.email, template="programmes/activity_entrusted").exists()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_opens_in_both_languages(chair, site, language):
    activity = factories.activity(chair)
    factories.registration(activity)
    factories.contribution(activity)
    running = factories.activity(chair, state=S.RUNNING, days=-1)
    names = ("read", "edit", "cancel", "registrations", "sheet", "contributions")
    addresses = [page(f"activity_{name}", activity.pk) for name in names]
    addresses += [page("activity_deliver", running.pk), page("activity_plan", chair.slug), page("activity_list")]
    for address in [*addresses, page("registration_register")]:
        assert site.get(address.replace("/fr/", f"/{language}/", 1)).status_code == 200

"""The zone's board, the placements' actions, the students' files and the register, page by page."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cohorts import journal
from cohorts import services as recruitment
from cohorts.models import Enrolment
from cohorts.states import ApplicationState, Coming, EnrolmentState
from partnership import clock, measures
from partnership.models import JournalEntry, Membership, OutgoingMessage, Zone
from partnership.states import Channel, MessageState, Role
from partnership.templatetags.figures import phone
from partnership.workflow import THE_CLOCK, record
from placements import emails, services
from placements.board import zone_words
from placements.models import HostPledge, HostSite, Placement, Seat
from placements.states import PlacementState

from .. import factories

pytestmark = pytest.mark.django_db


def _board(zone: str = "lyon", **query: str) -> str:
    return reverse("placements:zone_board", args=[zone], query=query or None)


def _url(name: str, thing) -> str:
    return reverse(f"placements:{name}", args=[thing.pk])


# -- the verdict ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("students", "places", "anybody", "said"),
    [
        (0, 0, False, "No student and no place yet."),
        (0, 0, True, "Everybody is placed, every place is taken: met."),
        (0, 5, True, "No student to place, 5 free places: young people are what lacks."),
        (12, 0, True, "12 students to place, no free place: hosting is what lacks."),
        (12, 5, True, "12 students to place, 5 free places: hosting is what lacks."),
        (1, 1, True, "1 student to place, 1 free place: the count is right."),
        (2, 5, True, "2 students to place, 5 free places: there is room for everybody."),
    ],
)
def test_the_verdict_says_what_lacks(students, places, anybody, said):
    with translation.override("en"):
        assert zone_words.verdict(students, places, anybody=anybody) == said


# -- the board --------------------------------------------------------------------------------------------------------


def test_a_lead_lands_on_their_zone(lead, lyon):
    assert lead.get(reverse("placements:home")).url == _board()


def test_the_board_shows_who_waits_and_where_places_are_free(lead, student, seat):
    page = lead.get(_board())
    board = page.context["board"]
    assert [row.enrolment for row in board.students] == [student]
    assert (board.own, board.free, board.young, board.seats, board.linked) == (1, 1, 1, 1, 0)
    assert str(student) in page.content.decode()


def test_the_longest_wait_comes_first(lead, lyon):
    late, early = factories.enrolment(lyon), factories.enrolment(lyon)
    early.enrolled_at = clock.now() - timedelta(days=9)
    early.save()
    assert [row.enrolment for row in lead.get(_board()).context["board"].students] == [early, late]


def test_a_student_of_another_zone_who_could_come_is_marked_and_not_counted(lead, lyon, seat):
    parisian = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    assert lead.get(_board()).context["board"].students == []
    parisian.application.other_zones.add(lyon.zone)
    board = lead.get(_board()).context["board"]
    assert [row.comes_from.code for row in board.students] == ["paris"]
    assert board.own == 0


def test_the_young_of_a_zone_are_its_confirmed_students_placed_or_not(lead, lyon, student, site):
    parisians = [factories.enrolment(factories.cohort("paris", of=lyon.intake)) for _ in range(2)]
    for parisian in parisians:
        parisian.application.other_zones.add(lyon.zone)
    # One of Lyon waits; one of Lyon, one of Paris and one who has left are placed; one of Paris could come.
    gone = factories.enrolment(lyon)
    for placed in (factories.enrolment(lyon), parisians[0], gone):
        factories.placement(placed, factories.seat(site, of=lyon.intake))
    Enrolment.objects.filter(pk=gone.pk).update(state="ended", ended_at=clock.now(), end_reason="moved")
    board = lead.get(_board()).context["board"]
    counted = Enrolment.objects.live().filter(application__cohort__zone=lyon.zone, application__state="confirmed")
    assert (len(board.students), len(board.placements), board.young) == (2, 3, counted.count())
    assert board.young == 2


def test_a_place_not_said_again_for_ninety_days_is_not_offered(lead, student, seat):
    HostPledge.objects.update(answered_at=clock.now() - timedelta(days=91))
    board = lead.get(_board()).context["board"]
    assert (board.free, board.stale, board.seats) == (0, 1, 0)
    assert board.students[0].options == []


def test_the_objectives_of_the_zone_are_drawn(lead, lyon, student):
    milestone = lyon.intake.programme.milestone
    factories.objective(milestone=milestone, measure="confirmed", zone=lyon.zone, target=20)
    factories.objective(milestone=milestone, measure="host_places", zone=lyon.zone, target=12)
    board = lead.get(_board()).context["board"]
    assert (board.young_target, board.seats_target) == (20, 12)


def test_another_intake_can_be_chosen_and_nonsense_is_ignored(lead, lyon, student):
    later = factories.intake(lyon.intake.programme, starts_on=lyon.intake.starts_on + timedelta(days=365))
    factories.cohort("lyon", of=later)
    assert lead.get(_board(rentree=str(later.pk))).context["board"].intake == later
    for nonsense in ("abc", "999999999999999999999", "-1"):
        assert lead.get(_board(rentree=nonsense)).context["board"].intake == lyon.intake


def test_a_zone_without_an_intake_says_so(lead, lyon_lead):
    assert lead.get(_board()).status_code == 200


def test_the_board_asks_as_many_questions_with_one_student_as_with_thirty(lead, lyon, lyon_lead):
    _fill(lyon, lyon_lead, 1)
    with _counting() as few:
        lead.get(_board())
    _fill(lyon, lyon_lead, 29)
    with _counting() as many:
        lead.get(_board())
    assert len(few) == len(many) <= 20


def _fill(cohort, lead, number: int) -> None:
    for _one in range(number):
        site = factories.site("lyon")
        factories.seat(site, of=cohort.intake, by=lead)
        taken = factories.seat(site, of=cohort.intake, by=lead)
        factories.enrolment(cohort)
        factories.placement(factories.enrolment(cohort), taken, by=lead)


def _counting():
    return CaptureQueriesContext(connection)


# -- placing ----------------------------------------------------------------------------------------------------------


def _propose(lead, enrolment, site, zone: str = "lyon"):
    url = reverse("placements:placement_propose", args=[zone])
    return lead.post(url, {"enrolment": str(enrolment.pk), "site": str(site.pk)}, follow=True)


def test_a_student_is_placed_from_the_board_and_can_be_taken_back(lead, student, seat):
    page = _propose(lead, student, seat.site)
    placement = Placement.objects.get()
    assert page.status_code == 200
    assert [row.placement for row in page.context["board"].undoable] == [placement]
    assert _url("placement_undo", placement) in page.content.decode()
    page = lead.post(_url("placement_undo", placement), follow=True)
    assert page.context["board"].undoable == []
    assert [row.enrolment for row in page.context["board"].students] == [student]


def test_sending_now_ends_the_time_to_undo(lead, student, seat):
    _propose(lead, student, seat.site)
    page = lead.post(_url("placement_send", Placement.objects.get()), follow=True)
    assert page.context["board"].undoable == []
    assert OutgoingMessage.objects.get().due_at <= clock.now()


def test_undoing_too_late_is_refused_with_the_reason(lead, student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    OutgoingMessage.objects.filter(key=emails.proposal_key(placement)).update(
        state=MessageState.SENT, sent_at=clock.now()
    )
    page = lead.post(_url("placement_undo", placement), follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    placement.refresh_from_db()
    assert placement.state == PlacementState.PROPOSED


def test_a_full_site_is_refused_with_the_reason(lead, student, seat, lyon, lyon_lead):
    services.propose(factories.enrolment(lyon), site=seat.site, by=lyon_lead)
    page = _propose(lead, student, seat.site)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    assert Placement.objects.count() == 1


@pytest.mark.parametrize("chosen", ["", "pas-un-uuid"])
def test_no_site_chosen_is_422_with_the_board_and_the_reason(lead, student, seat, chosen):
    url = reverse("placements:placement_propose", args=["lyon"])
    page = lead.post(url, {"enrolment": str(student.pk), "site": chosen})
    assert page.status_code == 422
    assert 'class="errsum"' in page.content.decode()
    assert page.context["board"].students


def test_a_site_of_another_zone_is_404(lead, student, seat, lyon):
    elsewhere = factories.seat(factories.site("paris"), of=lyon.intake).site
    url = reverse("placements:placement_propose", args=["lyon"])
    assert lead.post(url, {"enrolment": str(student.pk), "site": str(elsewhere.pk)}).status_code == 404


def test_the_hosts_yes_by_telephone_is_recorded(lead, student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    lead.post(_url("placement_accept", placement), {"version": placement.version})
    placement.refresh_from_db()
    assert placement.state == PlacementState.ACCEPTED
    assert JournalEntry.objects.get(after=PlacementState.ACCEPTED).channel == Channel.PHONE


@pytest.mark.parametrize(
    ("name", "wrong", "right", "state"),
    [
        ("placement_decline", {"comment": "le soir"}, {"reason": "hours", "comment": "le soir"}, "declined"),
        ("placement_cancel", {"reason": " "}, {"reason": "erreur de saisie"}, "cancelled"),
    ],
)
def test_no_and_cancel_ask_for_a_reason(lead, student, seat, lyon_lead, name, wrong, right, state):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    url = _url(name, placement)
    assert lead.get(url).status_code == 200
    refused = lead.post(url, wrong | {"version": placement.version})
    assert refused.status_code == 422
    assert all(value.strip() in refused.content.decode() for value in wrong.values())
    assert lead.post(url, right | {"version": placement.version}).status_code == 302
    placement.refresh_from_db()
    assert placement.state == state


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("placement_accept", {}),
        ("placement_cancel", {"reason": "erreur"}),
        ("placement_decline", {"reason": "hours"}),
    ],
)
def test_a_stale_page_is_409(lead, student, seat, lyon_lead, name, data):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    Placement.objects.update(version=7)
    assert lead.post(_url(name, placement), data | {"version": 1}).status_code == 409


# -- who may ----------------------------------------------------------------------------------------------------------


def _everything_of(placement) -> list[tuple[str, str]]:
    """Each address of a lead with its method."""
    enrolment, seat = placement.enrolment, placement.seat
    pages = [
        ("get", reverse("placements:zone_board", args=["lyon"])),
        ("post", reverse("placements:placement_propose", args=["lyon"])),
        ("get", _url("site_detail", seat.site)),
        ("get", _url("site_edit", seat.site)),
        ("post", _url("seats_open", seat.site)),
        ("post", _url("seats_reconfirm", seat.site)),
        ("post", _url("seat_close", seat)),
        ("get", _url("student_detail", enrolment)),
        ("post", _url("enrolment_end", enrolment)),
    ]
    names = ("placement_send", "placement_undo", "placement_cancel", "placement_accept", "placement_decline")
    return pages + [("post", _url(name, placement)) for name in names]


def test_another_zone_is_404_everywhere(paris_lead, client_of, student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    browser = client_of(paris_lead)
    assert {getattr(browser, method)(url).status_code for method, url in _everything_of(placement)} == {404}
    placement.refresh_from_db()
    assert placement.state == PlacementState.PROPOSED


def test_a_zone_is_led_by_the_membership_of_a_lead_alone_while_it_lasts(lyon_lead, client_of, lyon):
    here = lyon_lead.memberships.get()
    zones = {code: factories.zone(code) for code in ("toulouse", "paris")}
    today = clock.today()

    def also(role, zone, **dates):
        Membership.objects.create(user=lyon_lead, party=here.party, role=role, zone=zones[zone], **dates)

    also(Role.RECRUITER, "paris", since=today)
    also(Role.REGIONAL_LEAD, "paris", since=today - timedelta(days=9), until=today - timedelta(days=2))
    also(Role.REGIONAL_LEAD, "toulouse", since=today)
    browser = client_of(lyon_lead)
    assert {code: browser.get(_board(code)).status_code for code in ("lyon", *zones)} == {
        "lyon": 200,
        "toulouse": 200,
        "paris": 404,
    }
    # Each by its place among the zones, whichever membership came first.
    led = Zone.objects.filter(code__in=["lyon", "toulouse"])
    assert browser.get(_board()).context["zones"] == list(led)


@pytest.mark.parametrize("persona", ["recruiter", "coordinator", "administrator", "reviewer", "stranger"])
def test_whoever_is_not_a_lead_is_403_everywhere(request, persona, client_of, student, seat, lyon_lead):
    browser = client_of(request.getfixturevalue(persona))
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    lists = [("get", reverse(f"placements:{name}")) for name in ("home", "site_list", "site_add", "student_list")]
    urls = _everything_of(placement) + lists
    assert {getattr(browser, method)(url).status_code for method, url in urls} == {403}


def test_nobody_is_served_without_signing_in(client, student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    assert {getattr(client, method)(url).status_code for method, url in _everything_of(placement)} == {302}


def test_no_name_of_another_zone_is_on_a_leads_pages(lead, lyon, student, seat, paris_lead):
    paris = factories.cohort("paris", of=lyon.intake)
    elsewhere = factories.seat(factories.site("paris", name="Plateau secret"), of=lyon.intake, by=paris_lead)
    hidden = factories.enrolment(paris, of=factories.candidate(last_name="Invisible"))
    services.propose(hidden, site=elsewhere.site, by=paris_lead)
    for url in (_board(), reverse("placements:site_list"), reverse("placements:student_list")):
        page = lead.get(url).content.decode()
        assert "Plateau secret" not in page and "Invisible" not in page


def test_a_movable_student_placed_elsewhere_does_not_show_where(lead, lyon, paris_lead):
    hidden = factories.seat(factories.site("paris", name="Plateau secret"), of=lyon.intake, by=paris_lead)
    student = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    student.application.other_zones.add(lyon.zone)
    placement = services.propose(student, site=hidden.site, by=paris_lead)
    services.decline(placement, reason="hours", by=hidden.site, comment="Note de Paris")
    services.propose(student, site=hidden.site, by=paris_lead)
    for url in (_url("student_detail", student), reverse("placements:student_list"), _board()):
        page = lead.get(url)
        assert page.status_code == 200
        assert "Plateau secret" not in page.content.decode() and "Note de Paris" not in page.content.decode()
    assert lead.get(_url("student_detail", student)).context["is_placed_elsewhere"]


# -- students ---------------------------------------------------------------------------------------------------------


def test_the_list_of_students_is_filtered(lead, lyon, seat, lyon_lead):
    placed = factories.enrolment(lyon, of=factories.candidate(first_name="Zoé", last_name="Fictive"))
    waiting = factories.enrolment(lyon)
    services.propose(placed, site=seat.site, by=lyon_lead)
    url = reverse("placements:student_list")

    def listed(**query: str) -> list:
        return list(lead.get(url, query).context["page"])

    assert listed() == [placed, waiting]
    assert listed(q="zoe FICT") == [placed]
    assert listed(q=phone(placed.application.candidate.phone)) == [placed]
    assert listed(situation="to_place") == [waiting]
    assert listed(situation="proposed") == [placed]
    assert listed(situation="placed") == []
    assert listed(situation="nonsense", page="x") == [placed, waiting]


def test_the_lists_ask_as_many_questions_with_one_row_as_with_thirty(lead, lyon, lyon_lead):
    urls = [reverse("placements:student_list"), reverse("placements:site_list")]
    _fill(lyon, lyon_lead, 1)
    few = [_queries(lead, url) for url in urls]
    _fill(lyon, lyon_lead, 15)
    assert [_queries(lead, url) for url in urls] == few
    assert max(few) <= 14


def _queries(client, url: str) -> int:
    with _counting() as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_whatever_the_journal_says_of_a_student_their_page_opens(lead, student, seat, lyon_lead):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    for word in (*journal.DEEDS, *EnrolmentState.values, *PlacementState.values, "letter_hastened"):
        for thing in (student.application, student, placement):
            record(thing, word, by=THE_CLOCK)
    assert lead.get(_url("student_detail", student)).status_code == 200


def test_a_lead_reads_whether_a_student_still_comes(lead, student):
    recruitment.answer_if_coming(student, Coming.HESITATES, by=student.application.candidate, channel=Channel.LINK)
    page = lead.get(_url("student_detail", student))
    (entry,) = (entry for day in page.context["days"] for entry in day["entries"])
    assert (entry.text, entry.meaning) == ("Inscription\u00a0: hésite", "late")


def test_a_students_file_shows_the_contact_the_project_and_the_story(lead, student, seat, lyon_lead):
    services.propose(student, site=seat.site, by=lyon_lead)
    page = lead.get(_url("student_detail", student))
    candidate, text = student.application.candidate, page.content.decode()
    assert f"tel:{candidate.phone}" in text and candidate.email in text
    assert seat.site.name in text
    assert page.context["days"]


def test_a_note_of_recruitment_is_not_in_a_leads_story(lead, student, recruiter):
    record(student.application, ApplicationState.INTERVIEWED, by=recruiter, reason="note interne de recrutement")
    assert "note interne" not in lead.get(_url("student_detail", student)).content.decode()


def test_ending_an_enrolment_asks_for_a_reason_and_frees_the_seat(lead, student, seat, lyon_lead):
    services.propose(student, site=seat.site, by=lyon_lead)
    url = _url("enrolment_end", student)
    assert lead.get(url).status_code == 200
    assert lead.post(url, {"channel": "phone"}).status_code == 422
    lead.post(url, {"reason": "moved", "channel": "phone", "version": student.application.version})
    assert list(Seat.objects.free()) == [seat]
    assert JournalEntry.objects.get(after=ApplicationState.WITHDRAWN).channel == Channel.PHONE


def test_a_student_of_another_zone_is_not_ended_here(lead, lyon):
    parisian = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    parisian.application.other_zones.add(lyon.zone)
    assert lead.get(_url("student_detail", parisian)).status_code == 200
    assert lead.post(_url("enrolment_end", parisian), {"reason": "moved"}).status_code == 403


# -- the register -----------------------------------------------------------------------------------------------------


def _register(client, **query: str):
    return client.get(reverse("placements:register"), query)


@pytest.mark.parametrize("key", ["host_places", "placed", "with_employer"])
def test_the_register_counts_what_the_board_counts(key, coordinator, client_of, lyon, seat, lyon_lead):
    milestone = lyon.intake.programme.milestone
    accepted = services.propose(factories.enrolment(lyon), site=seat.site, by=lyon_lead)
    services.accept(accepted, by=seat.site)
    factories.seat(seat.site, of=lyon.intake)
    stale = factories.seat(factories.site("lyon"), of=lyon.intake)
    HostPledge.objects.filter(site=stale.site).update(answered_at=clock.now() - timedelta(days=91))
    figures = measures.counts(coordinator, milestone.convention)[key]
    browser = client_of(coordinator)
    here = _register(browser, mesure=key, jalon=str(milestone.order), zone="lyon")
    assert here.context["page"].paginator.count == figures[milestone.pk, lyon.zone.pk] > 0
    assert _register(browser, mesure=key).context["page"].paginator.count == sum(figures.values())
    assert _register(browser, mesure=key, zone="paris").context["page"].paginator.count == 0


def test_the_register_names_no_student(coordinator, client_of, student, seat, lyon_lead):
    services.accept(services.propose(student, site=seat.site, by=lyon_lead), by=seat.site)
    text = _register(client_of(coordinator), mesure="placed").content.decode()
    assert seat.site.name in text
    assert student.application.candidate.last_name not in text


def test_a_lead_reads_the_register_of_their_own_zone_alone(lead, lyon, seat):
    factories.seat(factories.site("paris", name="Plateau secret"), of=lyon.intake)
    page = _register(lead)
    assert page.context["page"].paginator.count == 1
    assert "Plateau secret" not in page.content.decode()


def test_the_register_is_closed_to_whoever_has_no_role(stranger, client_of, seat):
    assert _register(client_of(stranger)).status_code == 403


def test_nonsense_in_the_registers_address_is_ignored(coordinator, client_of, seat):
    page = _register(client_of(coordinator), mesure="rien", jalon="²", zone="nulle-part", page="-4")
    assert page.status_code == 200


# -- several zones ----------------------------------------------------------------------------------------------------


def test_a_lead_of_every_zone_sees_every_zone(client_of, lyon, seat):
    everywhere = client_of(factories.user(Role.REGIONAL_LEAD))
    factories.site("paris")
    assert everywhere.get(_board()).status_code == 200
    assert everywhere.get(_board("paris")).status_code == 200
    assert len(everywhere.get(reverse("placements:site_list")).context["rows"]) == HostSite.objects.count()


def test_a_zone_that_does_not_exist_is_404(lead):
    assert lead.get(_board("atlantide")).status_code == 404
    assert lead.get(reverse("placements:site_detail", args=[uuid.uuid4()])).status_code == 404

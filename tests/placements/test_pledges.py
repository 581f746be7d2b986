"""What a host announces: places opened and closed by it, never under a student, by link or after a call."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cohorts import services as cohort_services
from partnership import clock, reminders
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Channel, MessageState
from partnership.workflow import Refused, Stale
from placements import measures, services
from placements.models import HostPledge, Placement, Seat
from placements.states import Chooser, PledgeAnswer
from tests.authorisation.world import fingerprint

from .. import factories
from . import pledge_factory as hosts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]
YES, MAYBE, NO = PledgeAnswer.YES, PledgeAnswer.MAYBE, PledgeAnswer.NO


@pytest.fixture
def say(site, lyon, lyon_lead):
    """The host's answer, as the lead heard it."""

    def hear(answer=YES, sure=0, **said):
        said = {"by": lyon_lead, "places_sure": sure} | said
        return services.pledge(site, lyon.intake, answer=answer, **said)

    return hear


def _open(site) -> int:
    return Seat.objects.open().filter(site=site).count()


def _place(site, lyon, lead, number) -> list[Placement]:
    return [services.propose(factories.enrolment(lyon), site=site, by=lead) for _student in range(number)]


# -- what opens and closes --------------------------------------------------------------------------------------------


def test_a_yes_opens_as_many_places_as_it_announces_and_a_lower_one_closes_the_free(say, site):
    assert (say(YES, 5).opened, _open(site)) == (5, 5)
    lower = say(YES, 2)
    assert (lower.closed, lower.kept, _open(site)) == (3, "", 2)
    assert say(YES, 4).opened == 2
    assert HostPledge.objects.get().places_sure == _open(site) == 4


def test_a_place_withdrawn_while_occupied_stays_and_whoever_answered_is_told(say, site, lyon, lyon_lead):
    say(YES, 5)
    _place(site, lyon, lyon_lead, 2)
    heard = say(YES, 1)
    assert (heard.closed, heard.announced, heard.taken, _open(site)) == (3, 1, 2, 2)
    assert heard.pledge.places_sure == 1
    assert "2" in heard.kept
    assert Placement.objects.live().count() == 2


def test_a_no_closes_what_is_free_and_keeps_what_is_taken(say, site, lyon, lyon_lead):
    say(YES, 4, places_possible=2)
    (placed,) = _place(site, lyon, lyon_lead, 1)
    heard = say(NO, 9, places_possible=9)
    assert (heard.closed, _open(site)) == (3, 1)
    assert heard.kept
    assert (heard.pledge.places_sure, heard.pledge.places_possible) == (0, 0)
    placed.refresh_from_db()
    assert placed.seat.closed_at is None


@pytest.mark.parametrize("end", ["cancel", "undo", "decline", "leave"])
def test_the_last_student_who_goes_closes_a_place_whose_host_has_said_no(say, site, lyon, lyon_lead, end):
    say(YES, 1)
    (placed,) = _place(site, lyon, lyon_lead, 1)
    say(NO)
    assert _open(site) == 1
    if end == "decline":
        services.decline(placed, reason="hours", by=site)
    elif end == "leave":
        cohort_services.withdraw(placed.enrolment.application, reason="moved", by=lyon_lead)
    else:
        getattr(services, end)(placed, by=lyon_lead)
    assert _open(site) == 0
    assert JournalEntry.objects.filter(subject=ref(placed.seat), after="closed").count() == 1


def test_a_place_kept_for_a_student_closes_when_they_go_and_those_announced_stay(say, site, lyon, lyon_lead):
    say(YES, 3)
    placed = _place(site, lyon, lyon_lead, 3)
    say(YES, 2)
    assert _open(site) == 3
    for left in (2, 2, 2):
        services.cancel(placed.pop(), by=lyon_lead, reason="Essai.")
        assert _open(site) == left
    assert HostPledge.objects.get().places_sure == 2


def test_a_perhaps_keeps_what_is_open(say, site):
    say(YES, 3)
    heard = say(MAYBE, 0, places_possible=2)
    assert (_open(site), heard.pledge.places_sure, heard.pledge.places_possible) == (3, 3, 2)
    assert (heard.opened, heard.closed, heard.kept) == (0, 0, "")


def test_one_place_more_raises_what_is_announced_and_a_closed_one_lowers_it(say, site, lyon, lyon_lead):
    say(YES, 2, places_possible=1, chooser=Chooser.HOST)
    services.open_seats(site, lyon.intake, number=1, by=lyon_lead)
    pledge = HostPledge.objects.get()
    assert (pledge.places_sure, pledge.places_possible, pledge.chooser, pledge.version) == (3, 1, Chooser.HOST, 2)
    services.close_seat(Seat.objects.first(), by=lyon_lead)
    pledge.refresh_from_db()
    assert (pledge.places_sure, _open(site)) == (2, 2)


def test_saying_it_again_makes_it_count_and_forgets_the_day_to_ask(say, site, lyon, lyon_lead):
    say(YES, 2, ask_again_on=clock.today() + timedelta(days=9))
    services.reconfirm(site, lyon.intake, by=lyon_lead)
    pledge = HostPledge.objects.get()
    assert (pledge.places_sure, pledge.ask_again_on, pledge.answer) == (2, None, YES)


def test_a_yes_without_a_place_is_refused(say):
    with pytest.raises(Refused):
        say(YES, 0)


def test_an_answer_on_top_of_another_that_was_not_seen_is_stale(say):
    say(YES, 2, version=0)
    with pytest.raises(Stale):
        say(YES, 3, version=0)
    assert say(YES, 3, version=1).pledge.version == 2


def test_the_journal_says_who_answered_and_how(say, site, lyon, lyon_lead):
    say(YES, 3, places_possible=1, channel=Channel.PHONE, said_by="Dominique Fictif")
    line = JournalEntry.objects.get(subject__startswith="placements.hostpledge:")
    assert (line.after, line.channel, line.reason, line.actor_kind) == ("yes", "phone", "3+1", "user")
    assert JournalEntry.objects.filter(after="opened", about=ref(site)).count() == 3
    assert "Dominique" not in "".join(JournalEntry.objects.values_list("reason", flat=True))


def test_the_database_takes_no_place_from_a_host_that_says_no(say):
    say(NO)
    for field in ("places_sure", "places_possible"):
        with pytest.raises(IntegrityError), transaction.atomic():
            HostPledge.objects.update(**{field: 1})


def test_the_figure_counts_places_announced_within_ninety_days(say, lyon):
    convention = lyon.intake.programme.milestone.convention
    hosts_before = measures.seats(convention).count()
    pledge = say(YES, 3, places_possible=5).pledge
    assert measures.seats(convention).count() == hosts_before + 3
    HostPledge.objects.filter(pk=pledge.pk).update(answered_at=clock.now() - timedelta(days=91))
    assert measures.seats(convention).count() == hosts_before


# -- by personal link -------------------------------------------------------------------------------------------------


@pytest.fixture
def line(site, lyon, lyon_lead):
    return hosts.asked(site, lyon.intake, by=lyon_lead)


@pytest.fixture
def url(line):
    return reverse("placements:pledge_answer", args=[hosts.token(line)])


def test_a_host_link_opened_by_a_mail_scanner_changes_nothing_and_is_not_used_up(client, url, site):
    before = fingerprint()
    for _opening in range(3):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert fingerprint() == before
    answer = client.post(url, {"answer": "yes", "places_sure": "3", "version": "0"}, follow=True)
    assert answer.status_code == 200
    assert _open(site) == 3


def test_a_host_answers_by_its_link_reads_what_was_understood_and_the_lead_is_told(client, url, site, lyon, lyon_lead):
    day = clock.today() + timedelta(days=30)
    said = {"answer": "yes", "places_sure": "3", "places_possible": "1", "chooser": "host", "version": "0"}
    page = client.post(url, said | {"ask_again_on": day.isoformat()}, follow=True)
    pledge = HostPledge.objects.get()
    assert (pledge.places_sure, pledge.places_possible, pledge.chooser, pledge.ask_again_on) == (3, 1, "host", day)
    assert (pledge.heard_through, _open(site)) == (Channel.LINK, 3)
    assert Seat.objects.filter(opened_by=None).count() == 3
    assert page.context["has_answered"]
    letter = OutgoingMessage.objects.get(template="placements/host_answered_places")
    assert letter.to_email == lyon_lead.email
    assert "3 places sûres" in letter.subject
    line = JournalEntry.objects.get(subject=ref(pledge))
    assert (line.actor_kind, line.channel) == ("host", "link")


def test_a_host_who_withdraws_an_occupied_place_reads_that_it_stays(client, url, site, lyon, lyon_lead):
    services.open_seats(site, lyon.intake, number=4, by=lyon_lead)
    _place(site, lyon, lyon_lead, 2)
    page = client.post(url, {"answer": "no", "version": "1"}, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["success", "warning"]
    assert "2" in str(list(page.context["messages"])[1])
    assert _open(site) == 2
    assert "2 places sont occupées" in OutgoingMessage.objects.get(template="placements/host_answered_places").text


def test_two_answers_from_one_page_are_one_and_the_newer_is_shown(client, url, say):
    said = {"answer": "yes", "places_sure": "3", "version": "0"}
    say(YES, 5)
    page = client.post(url, said)
    assert page.status_code == 409
    assert page.context["form"]["version"].value() == "1"
    assert page.context["form"]["places_sure"].value() == "3"
    assert client.post(url, said | {"version": "1"}).status_code == 302
    assert HostPledge.objects.get().places_sure == 3


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("answer", {}),
        ("places_sure", {"answer": "yes"}),
        ("places_sure", {"answer": "yes", "places_sure": "0"}),
        ("places_sure", {"answer": "yes", "places_sure": "-1"}),
        ("places_sure", {"answer": "yes", "places_sure": "61"}),
        ("places_sure", {"answer": "no", "places_sure": "2"}),
        ("places_sure", {"answer": "maybe", "places_sure": "2"}),
        ("places_possible", {"answer": "maybe", "places_possible": "beaucoup"}),
        ("ask_again_on", {"answer": "no", "ask_again_on": "2020-01-01"}),
        ("ask_again_on", {"answer": "no", "ask_again_on": "9999-01-01"}),
        ("chooser", {"answer": "yes", "places_sure": "1", "chooser": "dé"}),
    ],
)
def test_a_wrong_answer_is_422_beside_its_field(client, url, field, said):
    page = client.post(url, said | {"version": "0"})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not HostPledge.objects.exists()


def test_what_the_page_showed_itself_is_no_contradiction(client, url, site, lyon, lyon_lead):
    services.open_seats(site, lyon.intake, number=2, by=lyon_lead)
    assert client.get(url).context["form"]["places_sure"].value() == 2
    assert client.post(url, {"answer": "no", "places_sure": "2", "version": "1"}).status_code == 302
    assert _open(site) == 0


def test_a_link_too_old_offers_a_new_one_which_opens(client, url, line, site):
    with clock.travel(clock.now() + timedelta(days=91)):
        page = client.get(url)
    assert page.status_code == 410
    renew = page.context["renew_url"]
    assert renew == "placements:pledge_renew"
    said = {"email": site.contact_email.upper(), "shown": page.context["shown"]}
    with clock.travel(clock.now() + timedelta(seconds=30)):
        services.send_new_pledge_link(said["email"])
        services.send_new_pledge_link("personne@exemple.test")
    letter = OutgoingMessage.objects.get(template="placements/pledge_link")
    assert (letter.link_purpose, letter.link_subject) == ("pledge", ref(line))
    assert client.get(reverse("placements:pledge_answer", args=["inconnu"])).status_code == 404


def test_once_the_intake_has_begun_nothing_is_asked_any_more(client, url, lyon):
    type(lyon.intake).objects.update(starts_on=clock.today())
    page = client.get(url)
    assert (page.status_code, page.context["form"]) == (200, None)
    assert client.post(url, {"answer": "yes", "places_sure": "3", "version": "0"}).status_code == 302
    assert not HostPledge.objects.exists()


# -- as a lead heard it -----------------------------------------------------------------------------------------------


def _record(site) -> str:
    return reverse("placements:pledge_record", args=[site.pk])


def test_a_lead_records_a_call_and_comes_back_to_the_calls(lead, site, lyon):
    said = {"answer": "maybe", "places_possible": "2", "said_by": "Dominique Fictif", "version": "0"}
    answer = lead.post(_record(site), said | {"rentree": str(lyon.intake.pk), "back": "calls"})
    assert answer.url == f"{reverse('placements:call_list', args=['lyon'])}?rentree={lyon.intake.pk}"
    pledge = HostPledge.objects.get()
    assert (pledge.answer, pledge.heard_through, pledge.said_by) == (MAYBE, Channel.PHONE, "Dominique Fictif")


def test_a_call_recorded_while_the_host_answers_by_link_is_409_and_shows_its_answer(lead, site, lyon, line):
    services.pledge(site, lyon.intake, answer=YES, places_sure=4, by=site, channel=Channel.LINK)
    said = {"answer": "no", "version": "0", "rentree": str(lyon.intake.pk)}
    page = lead.post(_record(site), said)
    assert page.status_code == 409
    assert "4 places" in page.content.decode() or "4 sure" in page.content.decode()
    assert _open(site) == 4


def test_a_form_without_an_answer_is_422(lead, site, lyon):
    assert lead.get(_record(site)).status_code == 200
    assert lead.post(_record(site), {"rentree": str(lyon.intake.pk)}).status_code == 422


def test_one_tap_on_the_board_opens_one_place_and_a_double_click_no_more(lead, site, lyon):
    board = lead.get(reverse("placements:zone_board", args=["lyon"]))
    shown = str(board.context["board"].sites[0].site.seats_ever)
    said = {"number": "1", "intake": str(lyon.intake.pk), "shown": shown, "back": "board"}
    url = reverse("placements:seats_open", args=[site.pk])
    first, second = (lead.post(url, said) for _click in range(2))
    assert (first.status_code, second.status_code) == (302, 409)
    assert first.url == f"{reverse('placements:zone_board', args=['lyon'])}?rentree={lyon.intake.pk}"
    assert _open(site) == HostPledge.objects.get().places_sure == 1


def _called(lead) -> dict[str, str]:
    page = lead.get(reverse("placements:call_list", args=["lyon"]))
    assert page.status_code == 200
    return {call["row"].site.name: call["row"].asking for call in page.context["calls"]}


def test_the_calls_of_the_day_are_those_whom_nobody_has_asked_or_whose_answer_is_old(lead, lyon, lyon_lead):
    def host(name, days=0, **said):
        made = factories.site("lyon", name=name)
        if said:
            hosts.answered(made, lyon.intake, days=days, by=lyon_lead, **said)
        return made

    host("jamais")
    host("frais", 10, places_sure=2)
    host("ancien", 91, places_sure=2)
    full = host("ancien et plein", 91, places_sure=1)
    _place(full, lyon, lyon_lead, 1)
    host("peut-être ancien", 91, answer=MAYBE, places_sure=0, places_possible=2)
    host("non", 120, answer=NO, places_sure=0)
    host("aujourd’hui", 20, answer=NO, places_sure=0, ask_again_on=clock.today())
    host("plus tard", 100, places_sure=2, ask_again_on=clock.today() + timedelta(days=3))
    assert _called(lead) == {
        "aujourd’hui": "again",
        "ancien": "stale",
        "peut-être ancien": "stale",
        "jamais": "never",
    }


def test_the_calls_are_as_many_questions_for_one_host_as_for_twenty(
    lead, lyon, lyon_lead, django_assert_max_num_queries
):
    url = reverse("placements:call_list", args=["lyon"])
    for number in range(20):
        site = factories.site("lyon")
        if number % 2:
            hosts.answered(site, lyon.intake, days=95, by=lyon_lead)
    with django_assert_max_num_queries(20):
        page = lead.get(url)
    assert len(page.context["calls"]) == 20
    text = page.content.decode()
    assert text.count("tel:") == 0  # none of them has a number
    assert text.count('id="id_0_answer_0"') == text.count('id="id_19_answer_0"') == 1


def test_recording_an_answer_takes_few_statements(lead, site, lyon, django_assert_max_num_queries):
    said = {"answer": "yes", "places_sure": "30", "version": "0", "rentree": str(lyon.intake.pk)}
    url = _record(site)
    lead.post(url, said)
    with django_assert_max_num_queries(30):
        assert lead.post(url, said | {"version": "1", "places_sure": "1"}).status_code == 302


# -- letters ----------------------------------------------------------------------------------------------------------


def test_an_answer_stops_the_letters_that_have_not_left(say, line):
    OutgoingMessage.objects.update(state=MessageState.PENDING)
    say(YES, 1)
    assert OutgoingMessage.objects.get(template="placements/places_asked").state == MessageState.CANCELLED


def test_the_lead_hears_once_that_an_answer_is_ninety_days_old(lyon, lyon_lead):
    one, two = factories.site("lyon", name="Plateau un"), factories.site("lyon", name="Plateau deux")
    type(lyon.intake).objects.update(starts_on=clock.today() + timedelta(days=300))
    hosts.answered(one, lyon.intake, days=91, by=lyon_lead)
    hosts.answered(two, lyon.intake, days=89, by=lyon_lead)
    for _run in range(3):
        reminders.remind()
    letter = OutgoingMessage.objects.get(template="placements/places_to_reconfirm")
    assert (letter.to_email, "Plateau un" in letter.text, "Plateau deux" in letter.text) == (
        lyon_lead.email,
        True,
        False,
    )
    with clock.travel(clock.now() + timedelta(days=2)):
        reminders.remind()
    newest = OutgoingMessage.objects.filter(template="placements/places_to_reconfirm").latest("written_at")
    assert ("Plateau un" in newest.text, "Plateau deux" in newest.text) == (False, True)

"""The pages of introductions: the host's by link, the lead's, and what the student sees and decides."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cohorts import services as recruitment
from cohorts.states import ConsentPurpose, PaperRequestState
from partnership import clock, links, personal_data
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import ActorKind, Channel
from placements import services
from placements.board import held
from placements.models import Introduction, Placement
from placements.states import INTRODUCTION, IntroductionState

from .. import factories
from . import introductions_factory as introduced

pytestmark = pytest.mark.django_db
I = IntroductionState  # noqa: E741


@pytest.fixture
def phone() -> Client:
    return Client()


@pytest.fixture
def three(lyon):
    return [factories.enrolment(lyon, languages="français, portugais") for _number in range(3)]


@pytest.fixture
def presentation(three, seat, lyon_lead):
    return services.present(three, site=seat.site, by=lyon_lead)


@pytest.fixture
def token(presentation):
    return links.mint(INTRODUCTION, ref(presentation))


def of_host(token, name="presentation_answer", one=None):
    return reverse(f"placements:{name}", args=[token] if one is None else [token, one.pk])


def of_lead(name, thing):
    return reverse(f"placements:{name}", args=[thing.pk])


def first(presentation) -> Introduction:
    return presentation.introductions.order_by("pk")[0]


def in_days(days):
    return {"day": (clock.today() + timedelta(days=days)).isoformat(), "time": "14:30", "place": "Accueil"}


# -- the host ---------------------------------------------------------------------------------------------------------


def test_a_host_reads_who_is_presented_and_nothing_to_reach_them_by(phone, token, three):
    page = phone.get(of_host(token))
    text = page.content.decode()
    assert page.status_code == 200 and page["Cache-Control"] == "no-store, private"
    for student in three:
        person = student.application.candidate
        assert f"{person.first_name} {person.last_name[0]}." in text
        assert not any(word in text for word in (person.last_name, person.phone, person.email))
    assert "portugais" in text
    assert "/cv/" not in text


def test_reading_the_page_changes_nothing(phone, token, presentation):
    one = first(presentation)
    lines = JournalEntry.objects.count()
    for name in ("presentation_answer", "presentation_meet", "presentation_pass"):
        phone.get(of_host(token, name, None if name == "presentation_answer" else one))
    assert phone.get(of_host(token, "presentation_choose", one)).status_code == 405
    assert JournalEntry.objects.count() == lines
    assert set(Introduction.objects.values_list("state", flat=True)) == {I.SENT}


def test_a_host_answers_for_each_by_one_link(phone, token, presentation):
    met, passed, chosen = presentation.introductions.order_by("pk")
    assert phone.post(of_host(token, "presentation_meet", met), {"day": "", "time": ""}).status_code == 422
    assert phone.post(of_host(token, "presentation_meet", met), in_days(3) | {"version": "1"}).status_code == 302
    wrong = phone.post(of_host(token, "presentation_pass", passed), {"reason": "placed", "version": "1"})
    assert wrong.status_code == 422
    phone.post(of_host(token, "presentation_pass", passed), {"reason": "hours", "comment": "", "version": "1"})
    page = phone.post(of_host(token, "presentation_choose", chosen), follow=True)
    assert page.status_code == 200
    states = [Introduction.objects.get(pk=one.pk).state for one in (met, passed, chosen)]
    assert states == [I.MEETING, I.NOT_CHOSEN, I.CHOSEN]
    line = JournalEntry.objects.get(after=I.CHOSEN)
    assert (line.actor_kind, line.channel) == (ActorKind.HOST, Channel.LINK)
    # Whoever is to be met, or has been chosen, is named in full.
    met.refresh_from_db()
    assert str(met.enrolment.application.candidate) in page.content.decode()


def test_a_host_without_a_free_place_is_told_to_call(phone, token, presentation, lyon, site, lyon_lead):
    services.propose(factories.enrolment(lyon), site=site, by=lyon_lead)
    page = phone.get(of_host(token)).content.decode()
    assert "/choisir/" not in page
    answer = phone.post(of_host(token, "presentation_choose", first(presentation)), follow=True)
    assert {message.level_tag for message in answer.context["messages"]} == {"error"}
    assert Placement.objects.count() == 1


def test_a_host_that_comes_too_late_reads_why_on_its_page(phone, token, presentation, lyon, lyon_lead):
    one = first(presentation)
    elsewhere = factories.seat(factories.site(), of=lyon.intake)
    services.accept(services.propose(one.enrolment, site=elsewhere.site, by=lyon_lead), by=elsewhere.site)
    answer = phone.post(of_host(token, "presentation_choose", one), follow=True)
    [message] = answer.context["messages"]
    assert "autre" in str(message) or "another" in str(message)


def test_a_link_answers_for_nobody_of_another_presentation(phone, token, lyon):
    other = introduced.introduction(factories.enrolment(lyon))
    for name in ("presentation_meet", "presentation_pass", "presentation_choose", "presentation_cv"):
        post = name == "presentation_choose"
        answer = (phone.post if post else phone.get)(of_host(token, name, other))
        assert answer.status_code == 404, name
    follow = links.mint("follow", ref(other.enrolment.application))
    assert phone.get(of_host(follow)).status_code == 404


def test_a_cv_is_read_only_with_consent_and_while_the_host_may_answer(phone, folder, token, presentation):
    one = first(presentation)
    application = one.enrolment.application
    kind = factories.paper_kind("curriculum_vitae")
    factories.paper(application, state=PaperRequestState.RECEIVED, kind=kind)
    address = of_host(token, "presentation_cv", one)
    assert phone.get(address).status_code == 404
    purpose = ConsentPurpose.SHARE_WITH_HOSTS
    recruitment.give_consent(application, purpose, by=application.candidate)
    assert address in phone.get(of_host(token)).content.decode()
    answer = phone.get(address)
    assert answer.status_code == 200 and answer.getvalue().startswith(b"%PDF")
    recruitment.withdraw_consent(application, purpose, by=application.candidate)
    assert phone.get(address).status_code == 404
    recruitment.give_consent(application, purpose, by=application.candidate)
    services.not_choose(one, reason="hours", by=one.site)
    assert phone.get(address).status_code == 404


def test_a_lost_link_is_sent_again_to_the_contact_of_the_site_alone(phone, presentation):
    url = of_host("perdu", "presentation_renew")
    assert phone.get(of_host("perdu")).status_code == 404
    for address in (presentation.site.contact_email.upper(), "inconnu@exemple.test"):
        phone.post(url, {"email": address})
    letter = OutgoingMessage.objects.get(template="placements/presentation_link")
    assert letter.link_purpose == INTRODUCTION


# -- the lead ---------------------------------------------------------------------------------------------------------


def test_the_shortlist_is_ticked_and_the_letter_leaves_for_whoever_is_chosen(lead, lyon, site, seat):
    students = [factories.enrolment(lyon) for _number in range(7)]
    page = lead.get(of_lead("site_present", site))
    # Five for the one free place, the longest wait first among those of the same commune.
    assert page.context["ticked"] == {str(one.pk) for one in students[:5]}
    assert lead.post(of_lead("site_present", site), {"way": "letter"}).status_code == 422
    said = {"students": [str(one.pk) for one in students[5:]], "way": "letter"}
    answer = lead.post(of_lead("site_present", site), said)
    assert answer.url == reverse("placements:introduction_list", args=["lyon"])
    assert Introduction.objects.count() == 2
    # Somebody on fewer lists comes before somebody who is on one.
    other = lead.get(of_lead("site_present", factories.site()))
    assert [choice.sites for choice in other.context["shortlist"].choices] == [0] * 5 + [1] * 2


def test_a_student_on_three_lists_is_not_proposed_to_a_fourth(lead, lyon, site, seat, lyon_lead):
    busy = factories.enrolment(lyon)
    for _number in range(3):
        services.present([busy], site=factories.site(), by=lyon_lead)
    page = lead.get(of_lead("site_present", site))
    assert page.context["ticked"] == set() and len(page.context["shortlist"].choices) == 1


def test_nobody_of_another_zone_is_presented(lead, site, seat, lyon):
    parisian = factories.enrolment(factories.cohort("paris", of=lyon.intake))
    answer = lead.post(of_lead("site_present", site), {"students": [str(parisian.pk)], "way": "letter"})
    assert answer.status_code == 422 and not Introduction.objects.exists()
    assert lead.get(of_lead("site_present", factories.site("paris"))).status_code == 404


def test_a_handed_link_is_shown_once_and_opens_the_page_of_the_host(lead, phone, site, seat, student):
    answer = lead.post(of_lead("site_present", site), {"students": [str(student.pk)], "way": "handed"})
    presentation = Introduction.objects.get().presentation
    assert answer.url == of_lead("presentation_link", presentation)
    assert lead.get(answer.url).context["address"] == ""
    shown = lead.post(answer.url)
    address = shown.context["address"]
    assert "<svg" in shown.content.decode()
    assert phone.get(address.partition("://")[2].partition("/")[2].join(["/", ""])).status_code == 200
    assert JournalEntry.objects.filter(after="link_handed").count() == 1


@pytest.mark.parametrize(
    ("name", "said", "state"),
    [
        ("introduction_meet", in_days(2), I.MEETING),
        ("introduction_choose", {}, I.CHOSEN),
        ("introduction_pass", {"reason": "languages", "comment": ""}, I.NOT_CHOSEN),
        ("introduction_decline", {"reason": "too_far", "comment": ""}, I.STUDENT_DECLINED),
        ("introduction_take_back", {}, I.CLOSED),
    ],
)
def test_a_lead_records_what_was_said_by_telephone(lead, presentation, name, said, state):
    one = first(presentation)
    answer = lead.post(of_lead(name, one), said | {"version": str(one.version)})
    assert answer.status_code == 302
    one.refresh_from_db()
    assert one.state == state
    line = JournalEntry.objects.get(subject=ref(one), after=state)
    assert line.actor_kind == ActorKind.USER
    # A form of before that is told so.
    assert lead.post(of_lead(name, one), said | {"version": "1"}).status_code in (302, 409)


def test_a_host_is_given_up_once_its_day_is_past(lead, presentation):
    one = first(presentation)
    lead.post(of_lead("introduction_no_answer", one), {"version": "1"})
    one.refresh_from_db()
    assert one.state == I.SENT
    presentation.reply_by = clock.today() - timedelta(days=1)
    presentation.save()
    page = lead.get(reverse("placements:introduction_list", args=["lyon"]))
    assert [row.is_late for row in page.context["rows"]] == [True] * 3
    assert "3" in page.context["verdict"]
    lead.post(of_lead("introduction_no_answer", one), {"version": "1"})
    one.refresh_from_db()
    assert one.state == I.NO_ANSWER
    assert len(lead.get(reverse("placements:introduction_list", args=["lyon"])).context["rows"]) == 2
    assert len(lead.get(reverse("placements:introduction_list", args=["lyon"]) + "?etat=tout").context["rows"]) == 3


def test_another_zone_s_introductions_are_not_there(presentation, paris_lead, client_of):
    stranger = client_of(paris_lead)
    assert stranger.get(reverse("placements:introduction_list", args=["lyon"])).status_code == 404
    assert stranger.get(of_lead("introduction_pass", first(presentation))).status_code == 404
    assert stranger.post(of_lead("introduction_choose", first(presentation))).status_code == 404
    assert stranger.get(of_lead("presentation_link", presentation)).status_code == 404


def test_a_student_s_file_says_who_has_it(lead, presentation):
    one = first(presentation)
    page = lead.get(of_lead("student_detail", one.enrolment))
    assert page.context["introductions"] == [one]
    assert one.site.name in page.content.decode()


def test_a_page_asks_as_much_for_one_as_for_twenty(
    lead, phone, lyon, site, seat, lyon_lead, follow_token, django_assert_max_num_queries
):
    presentation = introduced.presentation(site, by=lyon_lead, intake=lyon.intake)
    student = introduced.introduction(factories.enrolment(lyon), within=presentation).enrolment
    factories.enrolment(lyon)
    addresses = {
        reverse("placements:introduction_list", args=["lyon"]): lead,
        of_lead("site_present", site): lead,
        of_lead("presentation_link", presentation): lead,
        of_lead("student_detail", student): lead,
        of_host(links.mint(INTRODUCTION, ref(presentation))): phone,
        reverse("placements:application_follow", args=[follow_token(student.application)]): phone,
    }
    asked = {}
    for address, browser in addresses.items():
        browser.get(address)
        with django_assert_max_num_queries(20) as counted:
            browser.get(address)
        asked[address] = len(counted)
    for _number in range(19):
        introduced.introduction(factories.enrolment(lyon), within=presentation)
        introduced.introduction(student, to=factories.site(), by=lyon_lead)
        factories.enrolment(lyon)
    for address, browser in addresses.items():
        with django_assert_max_num_queries(20) as counted:
            browser.get(address)
        assert len(counted) == asked[address], address


def test_a_host_s_choice_costs_few_statements(phone, token, presentation, django_assert_max_num_queries):
    one = first(presentation)
    # A placement proposed and accepted, with every letter of both, in one commit.
    with django_assert_max_num_queries(36):
        phone.post(of_host(token, "presentation_choose", one))
    with django_assert_max_num_queries(22):
        phone.post(of_host(token, "presentation_pass", presentation.introductions.filter(state=I.SENT)[0]), {})


# -- the student ------------------------------------------------------------------------------------------------------


def test_a_student_sees_who_has_their_file_and_declines_one(phone, presentation, follow_token, lyon_lead):
    one = first(presentation)
    person = one.enrolment.application.candidate
    services.present([one.enrolment], site=factories.site(), by=lyon_lead)
    token = follow_token(one.enrolment.application)
    page = phone.get(reverse("placements:application_follow", args=[token]))
    assert len(page.context["having"].introductions) == 2
    assert one.site.name in page.content.decode()
    address = reverse("placements:follow_introduction_decline", args=[token, one.pk])
    assert phone.get(address).status_code == 200
    assert phone.post(address, {"reason": ""}).status_code == 422
    phone.post(address, {"reason": "too_far", "comment": "", "version": "1"})
    one.refresh_from_db()
    assert (one.state, one.end_reason) == (I.STUDENT_DECLINED, "too_far")
    line = JournalEntry.objects.get(after=I.STUDENT_DECLINED)
    assert (line.actor_kind, line.actor_ref) == (ActorKind.CANDIDATE, str(person.pk))
    # Nobody declines for somebody else.
    other = presentation.introductions.exclude(pk=one.pk).first()
    elsewhere = reverse("placements:follow_introduction_decline", args=[token, other.pk])
    assert phone.post(elsewhere, {"reason": "too_far", "version": "1"}).status_code == 404


def test_an_erased_student_leaves_no_name_and_the_link_goes_on_for_the_others(
    phone, folder, token, presentation, recruiter
):
    one = first(presentation)
    person = one.enrolment.application.candidate
    services.not_choose(one, reason="other", comment="Un mot sur elle.", by=one.site)
    OutgoingMessage.objects.filter(template="placements/students_presented").update(state="sent", sent_at=clock.now())
    personal_data.erase(ref(person), by=recruiter, even_if_live=True)
    one.refresh_from_db()
    assert one.comment == ""
    letter = OutgoingMessage.objects.get(template="placements/students_presented")
    assert letter.text == "" and letter.state == "sent"
    page = phone.get(of_host(token))
    assert page.status_code == 200 and person.first_name not in page.content.decode()


def test_what_is_held_of_a_student_names_the_hosts_who_had_their_file(presentation):
    one = first(presentation)
    services.not_choose(one, reason="hours", by=one.site)
    collected = personal_data.collect(ref(one.enrolment.application.candidate))
    [section] = [part for part in held.sections(collected) if "introductions" in collected and _is_of(part, one)]
    told = dict(section.entries[0])
    assert one.site.name in told.values()
    assert str(I.NOT_CHOSEN.label) in told.values()


def _is_of(section, introduction):
    return any(introduction.site.company.name in dict(entry).values() for entry in section.entries)

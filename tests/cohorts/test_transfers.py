"""A file goes on in another zone, for a later intake or another course: what comes along, what is told, who sees it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from cohorts import services
from cohorts.models import Application, Cohort
from cohorts.states import LIVE, BookingState, EnrolmentState
from cohorts.states import ApplicationState as S
from partnership import clock, links
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import MessageState, Role
from partnership.workflow import Refused, Stale
from placements import services as places
from programmes.states import CurriculumState, ProgrammeKind

from .. import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]


@pytest.fixture
def lyon() -> Cohort:
    return factories.cohort("lyon")


@pytest.fixture
def paris(lyon) -> Cohort:
    return factories.cohort("paris", of=lyon.intake)


@pytest.fixture
def next_year(lyon) -> Cohort:
    later = factories.intake(lyon.intake.programme, starts_on=lyon.intake.starts_on + timedelta(days=365))
    return factories.cohort("lyon", of=later)


@pytest.fixture
def other_course(lyon) -> Cohort:
    programme = factories.programme("crcd", kind=ProgrammeKind.PROFESSIONAL_TITLE, short_title="TP CRCD")
    return factories.cohort("lyon", of=factories.intake(programme))


def letters(application: Application) -> list[str]:
    return [
        letter.template.removeprefix("cohorts/")
        for letter in OutgoingMessage.objects.filter(about=ref(application)).order_by("pk")
    ]


def interviewed(cohort, by, **fields) -> Application:
    application = factories.application(cohort, **fields)
    services.record_interview(application, note="Voix posée.", by=by)
    return application


# -- another zone -----------------------------------------------------------------------------------------------------


def test_a_transferred_file_is_the_same_file_in_another_zone_and_one_letter_says_so(lyon, paris, recruiter):
    application = factories.application(lyon)
    reference, version = application.reference, application.version
    services.transfer(application, cohort=paris, by=recruiter, version=version)
    application = Application.objects.get(pk=application.pk)
    assert (application.cohort, application.state, application.reference) == (paris, S.SUBMITTED, reference)
    assert application.version == version + 1
    line = JournalEntry.objects.get(subject=ref(application))
    assert (line.after, line.reason) == ("transferred", "Lyon → Paris")
    assert letters(application) == ["application_transferred"]


def test_whoever_recruits_in_both_zones_goes_on_following_a_file(lyon, paris, recruiter, lyon_recruiter):
    theirs, local = (factories.application(lyon, owner=owner) for owner in (recruiter, lyon_recruiter))
    for application in (theirs, local):
        services.transfer(application, cohort=paris, by=recruiter)
    assert (theirs.owner, local.owner) == (recruiter, recruiter)
    parisian = factories.user(Role.RECRUITER, zone=paris.zone)
    other = factories.application(lyon, owner=lyon_recruiter)
    services.transfer(other, cohort=paris, by=recruiter)
    # Whoever follows the fewest there.
    assert other.owner == parisian


def test_an_offered_place_is_transferred_only_where_one_is_free(lyon, paris, recruiter):
    Cohort.objects.filter(pk=paris.pk).update(capacity=1)
    first, second = (factories.application(lyon, state=S.ADMITTED) for _ in range(2))
    services.transfer(first, cohort=paris, by=recruiter)
    with pytest.raises(Refused, match="."):
        services.transfer(second, cohort=paris, by=recruiter)
    second.refresh_from_db()
    assert (first.cohort, second.cohort) == (paris, lyon)
    assert letters(second) == []


def test_the_law_of_the_places_holds_when_a_file_changes_cohort_by_hand(lyon, paris):
    Cohort.objects.filter(pk=paris.pk).update(capacity=0)
    confirmed = factories.application(lyon, state=S.CONFIRMED)
    with pytest.raises(IntegrityError, match="no place left"), transaction.atomic():
        Application.objects.filter(pk=confirmed.pk).update(cohort=paris)


def test_an_offer_made_on_a_former_content_moves_with_the_one_in_force(lyon, paris, recruiter):
    former = lyon.curriculum
    application = factories.application(lyon, state=S.ADMITTED)
    type(former).objects.filter(pk=former.pk).update(state=CurriculumState.SUPERSEDED)
    in_force = factories.curriculum(lyon.intake.programme)
    services.transfer(application, cohort=paris, by=recruiter)
    assert application.offered_curriculum == in_force


def test_somebody_who_waits_is_behind_whoever_waits_in_the_new_zone(lyon, paris, recruiter):
    there = interviewed(paris, recruiter)
    services.waitlist(there, by=recruiter)
    application = interviewed(lyon, recruiter)
    services.waitlist(application, by=recruiter)
    services.transfer(application, cohort=paris, by=recruiter)
    assert (there.waiting_rank, application.waiting_rank) == (1, 2)


@pytest.mark.parametrize("cancels", [False, True])
def test_a_booked_interview_stays_booked_unless_the_recruiter_says_otherwise(lyon, paris, recruiter, cancels):
    application = factories.application(lyon)
    at = clock.now() + timedelta(days=2)
    booking = services.schedule_interview(application, starts_at=at, place="Salle 3", by=recruiter)
    services.transfer(application, cohort=paris, by=recruiter, cancels_interview=cancels)
    booking.refresh_from_db()
    application.refresh_from_db()
    kept = (S.INTERVIEW_SCHEDULED, BookingState.BOOKED)
    assert (application.state, booking.state) == ((S.SUBMITTED, BookingState.CANCELLED) if cancels else kept)
    assert letters(application) == ["interview_booked", "application_transferred"]
    text = OutgoingMessage.objects.get(template="cohorts/application_transferred").text
    assert ("reste fixé" in text, "n’a plus lieu" in text) == (not cancels, cancels)


def test_a_zone_one_could_move_to_becomes_the_file_s_own(lyon, paris, recruiter):
    application = factories.application(lyon)
    application.other_zones.set([paris.zone, factories.zone("toulouse")])
    services.transfer(application, cohort=paris, by=recruiter)
    assert list(application.other_zones.all()) == [factories.zone("toulouse")]


def test_a_student_with_a_host_moves_only_to_a_zone_in_which_the_host_can_be(lyon, paris, recruiter, lyon_lead):
    student = factories.enrolment(lyon)
    site = factories.site("lyon")
    factories.seat(site, of=lyon.intake)
    placement = places.propose(student, site=site, by=lyon_lead)
    application = student.application
    with pytest.raises(Refused, match="."):
        services.transfer(application, cohort=paris, by=recruiter)
    application.other_zones.add(lyon.zone)
    application = Application.objects.get(pk=application.pk)
    services.transfer(application, cohort=paris, by=recruiter)
    placement.refresh_from_db()
    assert (application.cohort, placement.state) == (paris, "proposed")


@pytest.mark.parametrize("state", [S.REJECTED, S.WITHDRAWN, S.UNREACHABLE])
def test_a_closed_file_goes_nowhere(lyon, paris, next_year, other_course, recruiter, state):
    application = factories.application(lyon, state=state)
    for deed, cohort in (
        (services.transfer, paris),
        (services.postpone, next_year),
        (services.redirect, other_course),
    ):
        with pytest.raises(Refused, match="."):
            deed(application, cohort=cohort, by=recruiter)


def test_a_file_goes_only_where_its_way_leads(lyon, paris, next_year, other_course, recruiter):
    application = factories.application(lyon)
    for deed, wrong in (
        (services.transfer, (lyon, next_year, other_course)),
        (services.postpone, (lyon, paris, other_course)),
        (services.redirect, (lyon, paris, next_year)),
    ):
        for cohort in wrong:
            with pytest.raises(Refused, match="."):
                deed(application, cohort=cohort, by=recruiter)


def test_nobody_is_sent_to_a_course_that_has_begun(lyon, other_course, recruiter):
    type(other_course.intake).objects.filter(pk=other_course.intake_id).update(starts_on=clock.today())
    other_course.intake.refresh_from_db()
    with pytest.raises(Refused, match="."):
        services.redirect(factories.application(lyon), cohort=other_course, by=recruiter)


# -- a later intake, another course -----------------------------------------------------------------------------------


def test_a_postponed_file_is_left_for_a_new_one_that_knows_everything(lyon, next_year, recruiter):
    application = interviewed(
        lyon, recruiter, owner=recruiter, level="5", languages="français, arabe", supported_by="Mission locale"
    )
    application.other_zones.set([factories.zone("paris")])
    following = services.postpone(application, cohort=next_year, by=recruiter)
    application.refresh_from_db()
    assert (application.state, application.exit_reason) == (S.WITHDRAWN, "postponed")
    assert (following.candidate, following.continues) == (application.candidate, application)
    assert (following.cohort, following.intake, following.state) == (next_year, next_year.intake, S.INTERVIEWED)
    assert (following.level, following.languages, following.supported_by) == ("5", "français, arabe", "Mission locale")
    assert [zone.code for zone in following.other_zones.all()] == ["paris"]
    assert following.owner == recruiter
    assert following.reference != application.reference


@pytest.mark.parametrize(
    ("deed", "where", "template"),
    [
        (services.postpone, "next_year", "application_postponed"),
        (services.redirect, "other_course", "application_redirected"),
    ],
)
def test_one_letter_says_it_not_two_and_leads_to_the_new_file(deed, where, template, lyon, recruiter, request):
    application = factories.application(lyon)
    following = deed(application, cohort=request.getfixturevalue(where), by=recruiter)
    assert letters(application) == [template]
    assert letters(following) == []
    letter = OutgoingMessage.objects.get()
    assert letter.link_subject == ref(following)
    assert following.reference in letter.text


@pytest.mark.parametrize("state", LIVE)
def test_every_file_under_way_can_be_postponed(lyon, next_year, recruiter, state):
    application = factories.application(lyon, state=state)
    if state == S.WAITLISTED:
        Application.objects.filter(pk=application.pk).update(waiting_rank=1)
    following = services.postpone(application, cohort=next_year, by=recruiter)
    # No interview was held but in words: it is asked for again.
    assert following.state == (S.ENQUIRY if state == S.ENQUIRY else S.SUBMITTED)
    assert following.submitted_at == (None if state == S.ENQUIRY else following.created_at)


def test_a_student_who_postpones_gives_the_place_and_the_seat_back(lyon, next_year, recruiter, lyon_lead):
    application = interviewed(lyon, recruiter)
    services.admit(application, by=recruiter)
    services.confirm(application, by=application.candidate)
    student = application.enrolments.get()
    site = factories.site("lyon")
    factories.seat(site, of=lyon.intake)
    placement = places.propose(student, site=site, by=lyon_lead)
    following = services.postpone(application, cohort=next_year, by=recruiter)
    student.refresh_from_db()
    placement.refresh_from_db()
    assert (student.state, placement.state) == (EnrolmentState.ENDED, "cancelled")
    assert following.state == S.INTERVIEWED
    assert not following.enrolments.exists()


def test_a_booked_interview_is_given_up_and_the_letter_says_so(lyon, next_year, recruiter):
    application = factories.application(lyon)
    booking = services.schedule_interview(
        application, starts_at=clock.now() + timedelta(days=2), place="Salle 3", by=recruiter
    )
    services.postpone(application, cohort=next_year, by=recruiter)
    booking.refresh_from_db()
    assert booking.state == BookingState.CANCELLED
    assert OutgoingMessage.objects.get(template="cohorts/interview_booked").state == MessageState.CANCELLED
    assert "n’a plus lieu" in OutgoingMessage.objects.get(template="cohorts/application_postponed").text


def test_nobody_has_two_live_files_for_one_intake_by_being_postponed_into_it(lyon, next_year, recruiter):
    person = factories.candidate()
    factories.application(next_year, of=person)
    application = factories.application(lyon, of=person)
    with pytest.raises(Refused, match="."):
        services.postpone(application, cohort=next_year, by=recruiter)
    application.refresh_from_db()
    assert application.state == S.SUBMITTED
    assert not OutgoingMessage.objects.exists()


def test_a_file_postponed_twice_still_has_had_its_interview(lyon, next_year, recruiter):
    application = interviewed(lyon, recruiter)
    following = services.postpone(application, cohort=next_year, by=recruiter)
    later = factories.intake(next_year.intake.programme, starts_on=next_year.intake.starts_on + timedelta(days=365))
    last = services.postpone(following, cohort=factories.cohort("lyon", of=later), by=recruiter)
    assert last.state == S.INTERVIEWED
    assert [file.pk for file in last.line()] == [last.pk, following.pk, application.pk]
    application.refresh_from_db()
    assert application.newest == last


def test_a_file_that_goes_on_is_not_opened_again_beside_the_one_that_continues_it(lyon, next_year, recruiter):
    application = factories.application(lyon)
    following = services.postpone(application, cohort=next_year, by=recruiter)
    with pytest.raises(Refused, match=following.reference):
        services.reopen(application, reason="A changé d’avis.", by=recruiter)
    services.withdraw(following, reason="personal", by=recruiter)
    services.reopen(application, reason="A changé d’avis.", by=recruiter)
    assert (application.state, application.newest) == (S.SUBMITTED, application)


def test_nobody_withdraws_for_a_reason_that_promises_another_file(lyon):
    with pytest.raises(Refused, match="."):
        services.withdraw(factories.application(lyon), reason="postponed", by=factories.user(Role.RECRUITER))


def test_a_page_grown_old_sends_nobody_anywhere(lyon, paris, next_year, recruiter):
    application = factories.application(lyon)
    shown = application.version
    services.transfer(Application.objects.get(pk=application.pk), cohort=paris, by=recruiter)
    with pytest.raises(Stale):
        services.postpone(application, cohort=next_year, by=recruiter, version=shown)


# -- the pages --------------------------------------------------------------------------------------------------------

WAYS = {"transfer": "paris", "postpone": "next_year", "redirect": "other_course"}


def address(name: str, application: Application) -> str:
    with translation.override("en"):
        return reverse(f"cohorts:{name}", args=[application.pk])


@pytest.mark.parametrize("way", WAYS)
def test_the_letter_is_read_before_it_leaves_and_nothing_is_done_until_then(way, lyon, recruiter, client_of, request):
    cohort, client = request.getfixturevalue(WAYS[way]), client_of(recruiter)
    application = factories.application(lyon)
    url = address(f"application_{way}", application)
    asked = client.get(url)
    assert asked.status_code == 200 and "16 places left" in asked.content.decode()
    read = client.get(url, {"cohort": cohort.pk})
    assert not OutgoingMessage.objects.exists()
    assert read.context["letter"].subject in read.content.decode()
    assert read.context["heading"].startswith("This letter will leave:")
    done = client.post(url, {"cohort": cohort.pk, "version": application.version})
    sent = OutgoingMessage.objects.get()
    # The number of the file to come is not known before.
    assert sent.subject == read.context["letter"].subject
    application.refresh_from_db()
    assert done["Location"] == address("application_detail", application.newest)


def test_a_full_zone_is_told_on_the_page_before_anything_is_sent(lyon, paris, recruiter, client_of):
    Cohort.objects.filter(pk=paris.pk).update(capacity=0)
    application = factories.application(lyon, state=S.ADMITTED)
    client, url = client_of(recruiter), address("application_transfer", application)
    for answer in (
        client.get(url, {"cohort": paris.pk}),
        client.post(url, {"cohort": paris.pk, "version": application.version}),
    ):
        assert answer.status_code == 422
        assert "Every place of this cohort is already offered." in answer.content.decode()


@pytest.mark.parametrize("cohort", ["", "0", "-1", "x", "99999999999999999999"])
def test_a_cohort_that_is_not_offered_is_refused_with_a_sentence(lyon, paris, recruiter, client_of, cohort):
    application = factories.application(lyon)
    client, url = client_of(recruiter), address("application_transfer", application)
    for answer in (client.get(url, {"cohort": cohort}), client.post(url, {"cohort": cohort, "version": "1"})):
        assert answer.status_code == 422
        assert "Choose where the file goes on." in answer.content.decode()


def test_where_there_is_nowhere_to_go_the_page_says_so(lyon, recruiter, client_of):
    application = factories.application(lyon)
    for way in WAYS:
        page = client_of(recruiter).get(address(f"application_{way}", application))
        assert "the file cannot be" in page.context["heading"]
        assert 'type="radio"' not in page.content.decode()


def test_whoever_sends_a_file_to_a_zone_they_do_not_see_is_back_at_their_list(lyon, paris, lyon_recruiter, client_of):
    application = factories.application(lyon)
    client = client_of(lyon_recruiter)
    done = client.post(
        address("application_transfer", application), {"cohort": paris.pk, "version": application.version}, follow=True
    )
    assert done.redirect_chain[-1][0].endswith("/recrutement/candidatures/")
    assert "which you do not see" in done.content.decode()
    assert client.get(address("application_detail", application)).status_code == 404


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_is_out_of_date_is_answered_with_the_newer_state(way, lyon, recruiter, client_of, request):
    cohort, application = request.getfixturevalue(WAYS[way]), factories.application(lyon)
    for version in ("", "0", "x"):
        answer = client_of(recruiter).post(
            address(f"application_{way}", application), {"cohort": cohort.pk, "version": version}
        )
        assert answer.status_code == 409
    application.refresh_from_db()
    assert (application.cohort, application.state) == (lyon, S.SUBMITTED)


def test_a_closed_file_is_not_asked_where_it_goes(lyon, paris, recruiter, client_of):
    application = factories.application(lyon, state=S.REJECTED)
    answer = client_of(recruiter).get(address("application_transfer", application), follow=True)
    assert "This file is closed: open it again first." in answer.content.decode()


# -- what the file and the applicant's page show ----------------------------------------------------------------------


def test_the_new_file_shows_the_interview_and_the_story_of_the_one_it_continues(lyon, next_year, recruiter, client_of):
    application = interviewed(lyon, recruiter)
    following = services.postpone(application, cohort=next_year, by=recruiter)
    page = client_of(recruiter).get(address("application_detail", following))
    assert [booking.note for booking in page.context["interviews"]] == ["Voix posée."]
    told = [entry["after"] for day in page.context["days"] for entry in day["entries"] if "after" in entry]
    assert told[:3] == ["Interviewed", "Withdrawn", "Interviewed"]
    letter = OutgoingMessage.objects.get()
    with translation.override("en"):
        read = reverse("cohorts:application_letter", args=[following.pk, letter.pk])
    assert read in page.content.decode()
    assert client_of(recruiter).get(read).status_code == 200
    (other,) = page.context["others"]
    assert (other.file, other.tie, other.interviews) == (application, "continued by this one", [])


def test_last_years_file_is_shown_on_a_new_application_with_its_state_and_its_notes(lyon, recruiter, client_of):
    last_year = factories.intake(lyon.intake.programme, starts_on=lyon.intake.starts_on - timedelta(days=365))
    person = factories.candidate()
    earlier = interviewed(factories.cohort("lyon", of=last_year), recruiter, of=person)
    services.reject(earlier, reason="full", by=recruiter)
    again = factories.application(lyon, of=person)
    page = client_of(recruiter).get(address("application_detail", again))
    (other,) = page.context["others"]
    assert (other.file.state, other.tie, [note.note for note in other.interviews]) == (S.REJECTED, "", ["Voix posée."])
    body = page.content.decode()
    assert "Another application of this person" in body
    assert earlier.reference in body and "no place left" in body and "Voix posée." in body
    assert page.context["interviews"] == []


def test_the_file_of_another_zone_is_shown_to_whoever_sees_that_zone_alone(
    lyon, paris, recruiter, lyon_recruiter, client_of
):
    person = factories.candidate()
    factories.application(paris, state=S.REJECTED, of=person)
    here = factories.application(lyon, of=person)
    seen = {user: client_of(user).get(address("application_detail", here)) for user in (recruiter, lyon_recruiter)}
    assert [len(page.context["others"]) for page in seen.values()] == [1, 0]


def test_what_a_file_continues_comes_along_from_any_zone_but_does_not_open(paris, recruiter, lyon_recruiter, client_of):
    later = factories.intake(paris.intake.programme, starts_on=paris.intake.starts_on + timedelta(days=365))
    application = interviewed(paris, recruiter)
    following = services.postpone(application, cohort=factories.cohort("lyon", of=later), by=recruiter)
    page = client_of(lyon_recruiter).get(address("application_detail", following))
    assert [booking.note for booking in page.context["interviews"]] == ["Voix posée."]
    (other,) = page.context["others"]
    assert (other.file, other.url) == (application, "")


def test_the_number_of_other_files_costs_no_statement(lyon, recruiter, client_of, django_assert_max_num_queries):
    person = factories.candidate()
    here = factories.application(lyon, of=person)
    client = client_of(recruiter)
    with django_assert_max_num_queries(12) as alone:
        client.get(address("application_detail", here))
    for _file in range(8):
        factories.application(lyon, state=S.REJECTED, of=person)
    with django_assert_max_num_queries(12) as many:
        client.get(address("application_detail", here))
    assert len(alone) == len(many)


def test_the_link_of_a_postponed_file_opens_the_one_that_continues_it(lyon, next_year, recruiter, client):
    application = factories.application(lyon)
    token = links.mint("follow", ref(application))
    following = services.postpone(application, cohort=next_year, by=recruiter)
    page = client.get(reverse("placements:application_follow", args=[token]))
    assert following.reference in page.content.decode()
    left = client.post(reverse("placements:follow_withdraw", args=[token]), {"reason": "job"})
    assert left.status_code == 302
    following.refresh_from_db()
    assert following.state == S.WITHDRAWN


def test_a_link_asked_for_again_is_sent_for_the_file_that_goes_on_alone(lyon, next_year, recruiter):
    application = factories.application(lyon)
    following = services.postpone(application, cohort=next_year, by=recruiter)
    places.send_new_follow_link(application.candidate.email)
    letter = OutgoingMessage.objects.get(template="placements/follow_link")
    assert letter.about == ref(following)

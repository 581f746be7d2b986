"""What a candidate and a host do by personal link, without an account."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cohorts.models import Booking, Enrolment, Slot
from cohorts.states import EXIT_REASONS, ApplicationState
from partnership import clock, links, sending
from partnership.models import AccessLink, JournalEntry, OutgoingMessage
from partnership.states import ActorKind, Channel, MessageState
from partnership.templatetags.figures import daytime
from placements import emails, services
from placements.models import Placement
from placements.states import PlacementState

from .. import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone() -> Client:
    """A browser where nobody is signed in."""
    return Client(enforce_csrf_checks=False)


def _follow(token: str, name: str = "application_follow") -> str:
    return reverse(f"placements:{name}", args=[token])


# -- the applicant's page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("state", ApplicationState.values)
def test_every_state_has_its_sentence(phone, lyon, follow_token, state, language):
    application = factories.application(lyon, state=state)
    with translation.override(language):
        page = phone.get(_follow(follow_token(application)))
    assert page.status_code == 200
    assert page.context["status"].title and page.context["status"].text
    assert page.context["status"].title in page.content.decode().replace("&#x27;", "'")
    assert f'<html lang="{language}"' in page.content.decode()


def test_an_offer_says_before_when_to_answer(phone, lyon, follow_token):
    application = factories.application(lyon, state=ApplicationState.ADMITTED)
    page = phone.get(_follow(follow_token(application), "application_follow"))
    assert _follow_words(page, application.reply_before) in page.context["status"].title


def _follow_words(page, day) -> str:
    with translation.override("fr"):
        return daytime(day)


def test_an_offer_past_its_date_can_still_be_answered(phone, lyon, follow_token):
    application = factories.application(
        lyon, state=ApplicationState.ADMITTED, reply_before=clock.now() - timedelta(days=1)
    )
    token = follow_token(application)
    assert _follow(token, "follow_confirm") in phone.get(_follow(token)).content.decode()
    phone.post(_follow(token, "follow_confirm"))
    application.refresh_from_db()
    assert application.state == ApplicationState.CONFIRMED


def test_the_page_is_kept_out_of_caches(phone, lyon, follow_token):
    token = follow_token(factories.application(lyon))
    assert phone.get(_follow(token))["Cache-Control"] == "no-store, private"


def test_the_interview_is_shown_with_its_date_and_place(phone, lyon, follow_token, recruiter):
    application = factories.application(lyon, state=ApplicationState.INTERVIEW_SCHEDULED)
    slot = Slot.objects.create(
        cohort=lyon, starts_at=clock.now() + timedelta(days=2), place="12 rue Fictive, Lyon", held_by=recruiter
    )
    Booking.objects.create(slot=slot, application=application)
    assert "12 rue Fictive, Lyon" in phone.get(_follow(follow_token(application))).content.decode()


def test_confirming_by_link_enrols_and_says_who_did_it(phone, lyon, follow_token):
    application = factories.application(lyon, state=ApplicationState.ADMITTED)
    answer = phone.post(_follow(follow_token(application), "follow_confirm"), follow=True)
    assert answer.status_code == 200
    assert Enrolment.objects.filter(application=application).count() == 1
    line = JournalEntry.objects.get(after=ApplicationState.CONFIRMED)
    assert (line.actor_kind, line.channel) == (ActorKind.CANDIDATE, Channel.LINK)


def test_confirming_twice_enrols_once_and_is_the_same_yes(phone, lyon, follow_token):
    application = factories.application(lyon, state=ApplicationState.ADMITTED)
    url = _follow(follow_token(application), "follow_confirm")
    phone.post(url)
    answer = phone.post(url, follow=True)
    assert {message.level_tag for message in answer.context["messages"]} == {"success"}
    assert Enrolment.objects.filter(application=application).count() == 1


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("follow_decline", ApplicationState.ADMITTED, ApplicationState.DECLINED),
        ("follow_withdraw", ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN),
    ],
)
def test_leaving_asks_for_a_reason(phone, lyon, follow_token, name, before, after):
    application = factories.application(lyon, state=before)
    url = _follow(follow_token(application), name)
    assert phone.get(url).status_code == 200
    refused = phone.post(url, {"reason": ""})
    assert refused.status_code == 422
    assert 'class="errsum"' in refused.content.decode()
    assert phone.post(url, {"reason": "job"}).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.exit_reason) == (after, "job")


def test_only_the_reasons_that_fit_are_offered(phone, lyon, follow_token):
    application = factories.application(lyon, state=ApplicationState.ADMITTED)
    page = phone.get(_follow(follow_token(application), "follow_decline"))
    offered = [value for value, _label in page.context["form"].fields["reason"].choices]
    assert offered == [reason.value for reason in EXIT_REASONS[ApplicationState.DECLINED]]


def test_the_host_is_not_named_before_it_has_said_yes(phone, student, seat, lyon_lead, follow_token):
    placement = services.propose(student, site=seat.site, by=lyon_lead)
    token = follow_token(student.application)
    assert seat.site.name not in phone.get(_follow(token)).content.decode()
    services.accept(placement, by=seat.site)
    assert seat.site.name in phone.get(_follow(token)).content.decode()


# -- the host's answer ------------------------------------------------------------------------------------------------


def _answer(token: str, name: str = "placement_answer") -> str:
    return reverse(f"placements:{name}", args=[token])


@pytest.fixture
def proposed(student, seat, lyon_lead) -> Placement:
    return services.propose(student, site=seat.site, by=lyon_lead)


def test_the_host_reads_who_is_proposed_and_nothing_to_reach_them_by(phone, proposed, answer_token):
    page = phone.get(_answer(answer_token(proposed))).content.decode()
    candidate = proposed.enrolment.application.candidate
    assert str(candidate) in page and str(candidate.commune) in page
    assert candidate.phone not in page and candidate.email not in page


def test_reading_the_page_answers_nothing(phone, proposed, answer_token):
    token = answer_token(proposed)
    for _opening in range(3):
        phone.get(_answer(token))
        phone.head(_answer(token))
    proposed.refresh_from_db()
    assert proposed.state == PlacementState.PROPOSED
    assert AccessLink.objects.get(used_at__isnull=True)


def test_the_host_accepts_by_link_and_the_link_is_used(phone, proposed, answer_token):
    token = answer_token(proposed)
    page = phone.post(_answer(token, "answer_accept"), follow=True)
    proposed.refresh_from_db()
    assert proposed.state == PlacementState.ACCEPTED
    assert page.status_code == 200 and page.context["is_accepted"] and not page.context["is_open"]
    assert AccessLink.objects.get().used_at
    line = JournalEntry.objects.get(after=PlacementState.ACCEPTED)
    assert (line.actor_kind, line.channel) == (ActorKind.HOST, Channel.LINK)


def test_the_host_declines_with_a_reason(phone, proposed, answer_token):
    url = _answer(answer_token(proposed), "answer_decline")
    assert phone.get(url).status_code == 200
    wrong = phone.post(url, {"reason": "", "comment": "Nous fermons le soir."})
    assert wrong.status_code == 422
    assert "Nous fermons le soir." in wrong.content.decode()
    page = phone.post(url, {"reason": "hours", "comment": "Nous fermons le soir."}, follow=True)
    proposed.refresh_from_db()
    assert (proposed.state, proposed.decline_reason) == (PlacementState.DECLINED, "hours")
    assert page.context["is_declined"]


def test_a_second_answer_changes_nothing_and_shows_the_first(phone, proposed, answer_token):
    token = answer_token(proposed)
    phone.post(_answer(token, "answer_accept"))
    page = phone.post(_answer(token, "answer_decline"), {"reason": "hours"}, follow=True)
    proposed.refresh_from_db()
    assert proposed.state == PlacementState.ACCEPTED
    assert page.context["is_accepted"]


def test_the_link_of_an_earlier_attempt_also_works_until_the_answer(phone, proposed, answer_token):
    first, second = answer_token(proposed), answer_token(proposed)
    assert phone.get(_answer(first)).context["is_open"]
    phone.post(_answer(second, "answer_accept"))
    page = phone.get(_answer(first))
    assert page.status_code == 200
    assert page.context["is_accepted"] and not page.context["is_open"]
    phone.post(_answer(first, "answer_decline"), {"reason": "hours"})
    proposed.refresh_from_db()
    assert proposed.state == PlacementState.ACCEPTED


def test_a_cancelled_proposal_says_so(phone, proposed, answer_token, lyon_lead):
    services.cancel(proposed, by=lyon_lead, reason="erreur")
    page = phone.get(_answer(answer_token(proposed)))
    assert page.status_code == 200
    assert not (page.context["is_open"] or page.context["is_accepted"] or page.context["is_declined"])


# -- links that open nothing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["application_follow", "placement_answer"])
def test_a_tampered_link_is_404_and_offers_a_new_one(phone, name):
    page = phone.get(reverse(f"placements:{name}", args=["pas-un-jeton"]))
    assert page.status_code == 404
    assert "nouveau-lien/" in page.content.decode()


@pytest.mark.parametrize("name", ["follow_confirm", "answer_accept"])
def test_posting_to_a_tampered_link_is_404(phone, name):
    assert phone.post(reverse(f"placements:{name}", args=["pas-un-jeton"])).status_code == 404


def test_a_follow_link_does_not_answer_for_a_host(phone, proposed, follow_token):
    token = follow_token(proposed.enrolment.application)
    assert phone.post(_answer(token, "answer_accept")).status_code == 404


@pytest.mark.parametrize("change", ["expires_at", "revoked_at"])
def test_a_link_that_is_over_is_410_and_says_why(phone, lyon, follow_token, change):
    token = follow_token(factories.application(lyon))
    AccessLink.objects.update(**{change: clock.now() - timedelta(minutes=1)})
    page = phone.get(_follow(token))
    assert page.status_code == 410
    assert "nouveau-lien/" in page.content.decode()


def test_asking_for_a_new_link_answers_the_same_whoever_asks(phone, lyon):
    application = factories.application(lyon)
    url = _follow("perdu", "follow_renew")
    pages = [phone.post(url, {"email": email}) for email in (application.candidate.email, "inconnu@exemple.test")]
    assert [page.status_code for page in pages] == [200, 200]
    texts = {page.content.decode().replace(page.context["email"], "") for page in pages}
    assert len(texts) == 1
    assert OutgoingMessage.objects.get().to_email == application.candidate.email


def test_a_new_link_is_sent_once_a_day(phone, lyon):
    application = factories.application(lyon)
    for _time in range(3):
        phone.post(_follow("perdu", "follow_renew"), {"email": application.candidate.email.upper()})
    assert OutgoingMessage.objects.count() == 1


def test_an_address_that_is_none_is_422(phone):
    page = phone.post(_follow("perdu", "follow_renew"), {"email": "pas une adresse"})
    assert page.status_code == 422
    assert "pas une adresse" in page.content.decode()


def test_a_host_gets_a_new_link_only_for_what_it_was_asked(phone, proposed):
    url, email = _answer("perdu", "answer_renew"), {"email": proposed.seat.site.contact_email}
    phone.post(url, email)
    assert not OutgoingMessage.objects.filter(template="placements/answer_link").exists()
    OutgoingMessage.objects.filter(key=emails.proposal_key(proposed)).update(
        state=MessageState.SENT, sent_at=clock.now()
    )
    phone.post(url, email)
    assert OutgoingMessage.objects.get(template="placements/answer_link").link_purpose == "answer"


def test_a_new_link_opens_the_page(phone, lyon, mailoutbox):
    application = factories.application(lyon)
    phone.post(_follow("perdu", "follow_renew"), {"email": application.candidate.email})
    sending.send_due()
    token = mailoutbox[0].body.split("/suivi/")[1].split("/")[0]
    assert phone.get(_follow(token)).context["application"] == application


def test_an_erased_application_leaves_a_link_that_opens_nothing(phone, follow_token, lyon):
    application = factories.application(lyon)
    token = follow_token(application)
    application.delete()
    assert phone.get(_follow(token)).status_code == 404
    with pytest.raises(links.Unusable):
        links.find("perdu", "follow")

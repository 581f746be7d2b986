"""All my hosts asked at once: chosen, reviewed letter by letter, sent by a long task, reminded until they answer."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cohorts.states import BulkOutcome
from partnership import clock, jobs, reminders
from partnership.models import OutgoingMessage, ref
from partnership.states import MessageState
from partnership.workflow import Refused, Stale
from placements import services
from placements.models import AskLine, AskRound, HostSite
from placements.states import AskSkip

from .. import factories
from . import pledge_factory as hosts

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("promises_hold")]


@pytest.fixture
def choose(lead, lyon):
    """The lead ticks hosts; the page that comes next."""

    def tick(*sites: HostSite):
        said = {"site": [str(site.pk) for site in sites], "intake": str(lyon.intake.pk)}
        return lead.post(reverse("placements:ask_choose", args=["lyon"]), said, follow=True)

    return tick


def _run(lead, asked: AskRound) -> None:
    url = reverse("placements:ask_start", args=[asked.pk])
    assert lead.post(url, {"version": str(asked.version)}).status_code == 302
    asked.refresh_from_db()
    jobs.run_slice(str(asked.job_id))


def _reasons(asked: AskRound) -> dict[str, str]:
    return dict(asked.lines.values_list("site__name", "reason"))


def _letters(template: str = "places_asked") -> list[OutgoingMessage]:
    return list(OutgoingMessage.objects.filter(template=f"placements/{template}").order_by("pk"))


def test_the_hosts_that_are_due_are_ticked_when_the_page_opens(lead, lyon, lyon_lead):
    factories.site("lyon", name="jamais")
    hosts.answered(factories.site("lyon", name="frais"), lyon.intake, by=lyon_lead)
    hosts.answered(factories.site("lyon", name="ancien"), lyon.intake, days=91, by=lyon_lead)
    factories.site("paris", name="ailleurs")
    page = lead.get(reverse("placements:ask_choose", args=["lyon"]))
    ticked = {host["row"].site.name: not host["row"].skip for host in page.context["hosts"]}
    assert ticked == {"jamais": True, "frais": False, "ancien": True}
    assert page.content.decode().count("checked") == 2


def test_the_review_shows_each_letter_in_its_hosts_language_and_who_is_passed_over_and_why(choose, lyon, lyon_lead):
    french, english = factories.site("lyon"), factories.site("lyon", contact_language="en")
    fresh, said_no, later, without, lately = (factories.site("lyon", name=f"n{n}") for n in range(5))
    hosts.answered(fresh, lyon.intake, by=lyon_lead)
    hosts.answered(said_no, lyon.intake, by=lyon_lead, answer="no")
    hosts.answered(later, lyon.intake, days=95, by=lyon_lead, ask_again_on=clock.today() + timedelta(days=5))
    HostSite.objects.filter(pk=without.pk).update(contact_email="")
    hosts.asked(lately, lyon.intake, by=lyon_lead)
    before = OutgoingMessage.objects.count()
    page = choose(french, english, fresh, said_no, later, without, lately)
    text = page.content.decode()
    assert page.status_code == 200
    assert {one["line"].site: one["letter"].language for one in page.context["letters"]} == {
        french: "fr",
        english: "en",
    }
    assert "Combien d’étudiants" in text and "How many students can" in text
    assert {line.site.name: line.reason for line in page.context["skipped"]} == {
        "n0": AskSkip.ANSWERED,
        "n1": AskSkip.SAID_NO,
        "n2": AskSkip.LATER,
        "n3": AskSkip.NO_ADDRESS,
        "n4": AskSkip.LATELY,
    }
    assert OutgoingMessage.objects.count() == before


def test_the_letters_that_leave_are_those_that_were_shown(lead, choose, lyon):
    sites = [factories.site("lyon") for _number in range(3)]
    page = choose(*sites)
    url = page.redirect_chain[-1][0]
    lead.post(url, {"words": "Nous cherchons surtout le mardi.", "version": "1"})
    page = lead.get(url)
    shown = {one["letter"].to_email: one["letter"].text for one in page.context["letters"]}
    asked = AskRound.objects.get()
    _run(lead, asked)
    sent = {letter.to_email: letter.text for letter in _letters()}
    assert sent == shown and len(sent) == 3
    assert all("Nous cherchons surtout le mardi." in text for text in sent.values())
    assert {letter.link_purpose for letter in _letters()} == {"pledge"}
    report = lead.get(url)
    assert (len(report.context["silent"]), report.context["running"]) == (3, False)


def test_one_host_is_left_out_and_taken_in_again(lead, choose):
    one, two = factories.site("lyon"), factories.site("lyon")
    choose(one, two)
    asked = AskRound.objects.get()
    line = asked.lines.get(site=one)
    url = reverse("placements:ask_leave_out", args=[asked.pk, line.pk])
    lead.post(url)
    line.refresh_from_db()
    assert line.outcome == BulkOutcome.LEFT_OUT
    lead.post(url), lead.post(url)
    _run(lead, asked)
    assert [letter.to_ref for letter in _letters()] == [ref(two)]


def test_a_host_that_answers_between_the_review_and_the_letter_is_passed_over(lead, choose, lyon, lyon_lead):
    quick, slow = factories.site("lyon", name="vif"), factories.site("lyon", name="lent")
    choose(quick, slow)
    hosts.answered(quick, lyon.intake, by=lyon_lead)
    asked = AskRound.objects.get()
    _run(lead, asked)
    assert _reasons(asked) == {"vif": AskSkip.ANSWERED, "lent": ""}
    assert len(_letters()) == 1


def test_the_report_tells_who_has_answered_what_so_far(lead, choose, lyon):
    one, two = factories.site("lyon"), factories.site("lyon")
    url = choose(one, two).redirect_chain[-1][0]
    _run(lead, AskRound.objects.get())
    services.pledge(one, lyon.intake, answer="yes", places_sure=2, by=one)
    page = lead.get(url)
    assert [line.site for line in page.context["answered"]] == [one]
    assert [line.site for line in page.context["silent"]] == [two]


def test_the_letters_are_sent_once_however_often_the_button_is_pressed(lead, choose):
    choose(factories.site("lyon"))
    asked = AskRound.objects.get()
    url = reverse("placements:ask_start", args=[asked.pk])
    answers = [lead.post(url, {"version": "1"}).status_code for _click in range(2)]
    assert answers == [302, 409]
    asked.refresh_from_db()
    for _slice in range(2):
        jobs.run_slice(str(asked.job_id))
    assert len(_letters()) == 1


def test_words_changed_by_somebody_else_are_not_sent_unseen(lead, choose):
    choose(factories.site("lyon"))
    asked = AskRound.objects.get()
    services.say_to_hosts(asked, "Autre chose.", version=1)
    assert lead.post(reverse("placements:ask_start", args=[asked.pk]), {"version": "1"}).status_code == 409
    with pytest.raises(Stale):
        services.say_to_hosts(asked, "Encore.", version=1)


def test_no_host_and_too_many_are_refused(lead, lyon, lyon_lead, site):
    page = lead.post(reverse("placements:ask_choose", args=["lyon"]), {"intake": str(lyon.intake.pk)})
    assert page.status_code == 422
    with pytest.raises(Refused):
        services.choose_hosts(lyon.zone, lyon.intake, [site] * 201, by=lyon_lead)
    elsewhere = factories.site("paris")
    said = {"intake": str(lyon.intake.pk), "site": [str(elsewhere.pk)]}
    assert lead.post(reverse("placements:ask_choose", args=["lyon"]), said).status_code == 422
    assert not AskRound.objects.exists()


def test_twenty_hosts_cost_no_more_questions_than_one(lead, choose, lyon, django_assert_max_num_queries):
    sites = [factories.site("lyon") for _number in range(20)]
    url = choose(*sites).redirect_chain[-1][0]
    with django_assert_max_num_queries(20):
        assert len(lead.get(url).context["letters"]) == 20
    with django_assert_max_num_queries(20):
        lead.get(reverse("placements:ask_choose", args=["lyon"]))
    _run(lead, AskRound.objects.get())
    assert AskLine.objects.filter(outcome=BulkOutcome.CHOSEN).count() == 0
    with django_assert_max_num_queries(20):
        assert lead.get(url).status_code == 200


# -- reminders --------------------------------------------------------------------------------------------------------


def _remind_on(day: int, since) -> None:
    OutgoingMessage.objects.filter(state=MessageState.PENDING).update(state=MessageState.SENT, sent_at=clock.now())
    with clock.travel(since + timedelta(days=day, minutes=1)):
        for _run_again in range(2):
            reminders.remind()


def test_a_silent_host_is_reminded_after_five_and_ten_days_with_the_date_of_the_last_letter(site, lyon, lyon_lead):
    line = hosts.asked(site, lyon.intake, by=lyon_lead)
    counts = []
    for day in (4, 5, 6, 10, 11, 30):
        _remind_on(day, line.asked_at)
        counts.append(len(_letters("places_asked_again")))
    assert counts == [0, 1, 1, 2, 2, 2]
    letter = _letters("places_asked_again")[0]
    assert letter.subject.startswith("Rappel")
    assert str(line.asked_at.astimezone(clock.PARIS).year) in letter.text
    assert (letter.link_purpose, letter.link_subject) == ("pledge", ref(line))
    assert letter.reply_to == lyon_lead.email


@pytest.mark.parametrize("how", ["answered", "asked anew", "begun"])
def test_reminders_stop_once_nothing_is_owed(site, lyon, lyon_lead, how):
    line = hosts.asked(site, lyon.intake, by=lyon_lead)
    if how == "answered":
        services.pledge(site, lyon.intake, answer="maybe", by=site)
    elif how == "begun":
        type(lyon.intake).objects.update(starts_on=line.asked_at.date() + timedelta(days=2))
    else:
        with clock.travel(line.asked_at + timedelta(days=5)):
            hosts.asked(site, lyon.intake, by=lyon_lead)
    _remind_on(6, line.asked_at)
    assert not _letters("places_asked_again")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("last", [None, "yes", "no"])
def test_every_letter_about_places_is_written_in_both_languages_without_a_gap(site, lyon, lyon_lead, language, last):
    site.contact_language = lyon_lead.language = language
    site.save(), lyon_lead.save()
    if last:
        hosts.answered(site, lyon.intake, days=95, by=lyon_lead, answer=last, ask_again_on=clock.today())
    line = hosts.asked(site, lyon.intake, by=lyon_lead)
    _remind_on(5, line.asked_at)
    services.send_new_pledge_link(site.contact_email)
    for answer, sure in (("yes", 2), ("maybe", 0), ("no", 0)):
        day = clock.today() + timedelta(days=9)
        services.pledge(
            site,
            lyon.intake,
            answer=answer,
            places_sure=sure,
            places_possible=1,
            ask_again_on=day,
            chooser="host",
            by=site,
        )
    letters = OutgoingMessage.objects.filter(about=ref(site))
    assert len(letters) == 6
    for letter in letters:
        assert letter.language == language
        assert letter.subject and "{{" not in letter.text and "None" not in letter.text and "\n\n\n" not in letter.text

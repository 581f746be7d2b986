"""The pages of places: who waits, the order by buttons, and the rules that say first what they will do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts import emails, services
from cohorts.models import Application, Cohort
from cohorts.states import ApplicationState as S
from partnership import clock
from partnership.models import OutgoingMessage, ref
from partnership.states import MessageState, Role
from programmes.states import CurriculumState
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def head():
    return factories.user(Role.HEAD_OF_RECRUITMENT, zone=factories.zone("lyon"), name="Solène Baret")


@pytest.fixture
def browser(recruiter, client_of):
    return client_of(recruiter)


def waiting_for(cohort, number):
    return [factories.application(cohort, state=S.WAITLISTED) for _ in range(number)]


def words(page) -> str:
    return page.content.decode().replace("\xa0", " ").replace("\u202f", " ").replace("&#x27;", "'")


def list_url(cohort) -> str:
    return reverse("cohorts:waiting_list", args=[cohort.pk])


def rank_url(application) -> str:
    return reverse("cohorts:application_rank", args=[application.pk])


def rules_url(cohort) -> str:
    return reverse("cohorts:places_rule", args=[cohort.pk])


def row(cohort):
    return list(Application.objects.waiting().filter(cohort=cohort))


# -- the cohorts ------------------------------------------------------------------------------------------------------


def test_the_first_page_says_where_a_place_can_be_offered(browser):
    here = factories.cohort("lyon", capacity=3)
    waiting_for(here, 2)
    there = factories.cohort("paris", capacity=1)
    factories.application(there, state=S.CONFIRMED)
    page = browser.get(reverse("cohorts:place_list"))
    assert page.context["verdict"] == "2 places libres peuvent être proposées à des personnes qui attendent."
    assert [(one.free, one.waiting, one.held) for one in page.context["situations"]] == [(0, 0, 1), (3, 2, 0)]


def test_a_recruiter_of_a_zone_sees_its_cohorts_alone(lyon_recruiter, client_of):
    factories.cohort("lyon")
    factories.cohort("paris")
    page = client_of(lyon_recruiter).get(reverse("cohorts:place_list"))
    assert [one.cohort.zone.code for one in page.context["situations"]] == ["lyon"]


def test_without_a_cohort_the_page_says_what_will_appear(browser):
    assert "Aucune promotion à remplir" in words(browser.get(reverse("cohorts:place_list")))


def test_the_pages_cost_the_same_statements_for_one_and_for_thirty(browser):
    cohort = factories.cohort(capacity=5)
    waiting_for(cohort, 1)
    costs = []
    for _ in range(2):
        for address in (reverse("cohorts:place_list"), list_url(cohort)):
            with CaptureQueriesContext(connection) as sent:
                assert browser.get(address).status_code == 200
            costs.append(len(sent))
        waiting_for(cohort, 29)
    assert costs[:2] == costs[2:]


# -- one waiting list -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("capacity", "waiting", "verdict"),
    [
        (1, 2, "À Lyon, 2 personnes attendent une place : 1 est libre."),
        (0, 1, "À Lyon, 1 personne attend une place : aucune n’est libre."),
        (2, 0, "2 places sont libres à Lyon, et personne ne les attend."),
        (0, 0, "Toutes les places de Lyon sont proposées ou confirmées, et personne n’attend."),
    ],
)
def test_the_title_is_the_situation(browser, capacity, waiting, verdict):
    cohort = factories.cohort(capacity=capacity)
    waiting_for(cohort, waiting)
    assert f"<h1>{verdict}</h1>" in words(browser.get(list_url(cohort)))


def test_the_free_place_is_offered_to_the_first_in_rank_by_one_button(browser):
    cohort = factories.cohort(capacity=1)
    first, second = waiting_for(cohort, 2)
    due = browser.get(list_url(cohort)).context["due"]
    browser.post(due["actions"][0]["url"], {"version": due["version"]})
    assert [Application.objects.get(pk=one.pk).state for one in (first, second)] == [S.ADMITTED, S.WAITLISTED]
    assert browser.get(list_url(cohort)).context["due"] is None


def test_the_order_is_changed_by_buttons(browser):
    cohort = factories.cohort(capacity=0)
    first, second, third = waiting_for(cohort, 3)
    page = words(browser.get(list_url(cohort)))
    assert page.count("Monter") == 2 and page.count("Descendre") == 2
    answer = browser.post(rank_url(third), {"position": "2", "shown": "3"}, follow=True)
    assert row(cohort) == [first, third, second]
    assert f"{third.candidate} est maintenant au rang 2." in words(answer)


@pytest.mark.parametrize("position", ["", "0", "-3", "deux", "99999", "1e3"])
def test_a_position_that_is_none_is_told_and_changes_nothing(browser, position):
    cohort = factories.cohort(capacity=0)
    _first, second = waiting_for(cohort, 2)
    answer = browser.post(rank_url(second), {"position": position, "shown": "2"})
    assert answer.status_code == 422
    assert "Indiquez une position dans la liste : 1 est la première." in words(answer)
    assert f'href="#position-{second.pk}"' in words(answer)
    assert row(cohort)[1] == second


def test_a_page_that_is_no_longer_true_shows_the_list_as_it_is(browser, recruiter):
    cohort = factories.cohort(capacity=0)
    first, second, third = waiting_for(cohort, 3)
    services.withdraw(first, reason="job", by=first.candidate)
    answer = browser.post(rank_url(third), {"position": "1", "shown": "3"})
    assert answer.status_code == 409
    assert "La liste a changé entre-temps." in words(answer)
    assert row(cohort) == [second, third]


def test_offers_past_their_time_lead_to_the_calls_to_make(browser):
    cohort = factories.cohort(capacity=1)
    factories.application(cohort, state=S.ADMITTED, reply_before=clock.now() - timedelta(hours=2))
    page = browser.get(list_url(cohort))
    assert "1 proposition est sans réponse, délai passé." in words(page)
    called = browser.get(f"{reverse('cohorts:application_list')}?{page.context['overdue_query']}")
    assert called.context["total"] == 1


def test_before_the_content_is_validated_the_page_says_why_nobody_is_offered_anything(browser):
    unread = factories.intake(factories.programme("crcd"))
    cohort = factories.cohort(
        of=unread, content=factories.curriculum(unread.programme, state=CurriculumState.SUBMITTED)
    )
    waiting_for(cohort, 1)
    assert "Aucune place ne peut encore être proposée" in words(browser.get(list_url(cohort)))


def test_a_long_list_says_how_much_of_it_is_shown(browser, monkeypatch):
    monkeypatch.setattr("cohorts.views.places.ROWS_SHOWN", 2)
    cohort = factories.cohort(capacity=0)
    waiting_for(cohort, 3)
    page = words(browser.get(list_url(cohort)))
    assert "Les 2 premières personnes sont affichées." in page
    assert page.count("Descendre") == 2


def test_the_file_and_its_story_say_the_present_rank(browser, recruiter):
    cohort = factories.cohort(capacity=0)
    first, second, third = waiting_for(cohort, 3)
    services.withdraw(first, reason="job", by=first.candidate)
    services.rank(Application.objects.get(pk=third.pk), position=1, shown=2, by=recruiter)
    page = words(browser.get(reverse("cohorts:application_detail", args=[third.pk])))
    assert "En liste d’attente, rang 1" in page
    assert "Rang 2 de la liste d’attente" in page and "Rang 1 de la liste d’attente" in page


# -- the rules --------------------------------------------------------------------------------------------------------

ON = {"cascades": "on", "overbooking_percent": "0", "hours_to_reply": "45"}


def test_only_a_head_of_the_zone_says_how_places_go_on(head, recruiter, client_of):
    here, there = factories.cohort("lyon"), factories.cohort("paris")
    assert client_of(recruiter).get(rules_url(here)).status_code == 403
    assert client_of(head).get(rules_url(here)).status_code == 200
    assert client_of(head).get(rules_url(there)).status_code == 404
    assert rules_url(here) in words(client_of(head).get(list_url(here)))
    assert rules_url(here) not in words(client_of(recruiter).get(list_url(here)))


def test_the_page_says_what_the_rules_will_do_before_it_does_them(head, client_of):
    cohort = factories.cohort(capacity=10)
    late = [factories.application(cohort, state=S.ADMITTED) for _ in range(9)][:2]
    for application in late:
        emails.application_admitted(application)
        OutgoingMessage.objects.filter(about=ref(application)).update(state=MessageState.SENT, sent_at=clock.now())
    Application.objects.filter(pk__in=[one.pk for one in late]).update(reply_before=clock.now() - timedelta(hours=1))
    waiting_for(cohort, 4)
    page = client_of(head).get(rules_url(cohort), ON | {"overbooking_percent": "10"})
    text = words(page)
    assert "Tout de suite, une place est proposée par courriel à 4 personnes qui attendent." in text
    assert "2 propositions restées sans réponse dans leur délai prennent fin" in text
    assert "1 place de plus que les 10 sièges" in text
    assert "Solène Baret signe chacune de ces propositions" in text
    cohort.refresh_from_db()
    assert (cohort.cascades, cohort.overbooking_percent) == (False, 0)

    said = dict(page.context["said"]) | {"version": cohort.version}
    answer = client_of(head).post(rules_url(cohort), said, follow=True)
    assert answer.status_code == 200
    assert services.fill_places() == 4
    assert Application.objects.filter(state=S.EXPIRED).count() == 2


def test_without_the_cascade_the_page_promises_nothing(head, client_of):
    cohort = factories.cohort(capacity=2)
    waiting_for(cohort, 1)
    text = words(client_of(head).get(rules_url(cohort), {"overbooking_percent": "0", "hours_to_reply": "9"}))
    assert "aucune proposition ne prend fin d’elle-même" in text and "Tout de suite" not in text
    assert "laisse 9 heures ouvrées pour répondre" in text


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"overbooking_percent": "101"}, "Indiquez un pourcentage entre 0 et 100."),
        ({"overbooking_percent": "-1"}, "Indiquez un pourcentage entre 0 et 100."),
        ({"overbooking_percent": ""}, "Indiquez un pourcentage entre 0 et 100."),
        ({"hours_to_reply": "0"}, "Indiquez un nombre d’heures ouvrées entre 1 et 400."),
        ({"hours_to_reply": "dix"}, "Indiquez un nombre d’heures ouvrées entre 1 et 400."),
        ({"overbooking_percent": "10"}, "3 places sont déjà proposées ou confirmées."),
    ],
)
def test_rules_that_cannot_be_are_told_in_a_sentence(head, client_of, said, wrong):
    cohort = factories.cohort(capacity=2, overbooking_percent=50)
    for _ in range(3):
        factories.application(cohort, state=S.ADMITTED)
    for answer in (
        client_of(head).get(rules_url(cohort), ON | said),
        client_of(head).post(rules_url(cohort), ON | {"version": "1"} | said),
    ):
        assert answer.status_code == 422
        assert wrong in words(answer)
    cohort.refresh_from_db()
    assert not cohort.cascades


def test_rules_somebody_has_changed_meanwhile_are_shown_and_not_overwritten(head, client_of):
    cohort = factories.cohort()
    other = factories.user(Role.HEAD_OF_RECRUITMENT)
    services.rule_places(
        Cohort.objects.get(), cascades=True, overbooking_percent=5, hours_to_reply=9, by=other, version=1
    )
    answer = client_of(head).post(rules_url(cohort), ON | {"version": "1"})
    assert answer.status_code == 409
    assert "Quelqu’un a changé ces règles entre-temps." in words(answer)
    assert Cohort.objects.get().cascade_by == other


def test_a_cascade_without_its_head_is_taken_over_by_another(head, client_of):
    gone = factories.user(Role.HEAD_OF_RECRUITMENT)
    cohort = factories.cohort(capacity=1, cascade_by=gone, cascade_at=clock.now())
    waiting_for(cohort, 1)
    gone.memberships.update(until=clock.today() - timedelta(days=1))
    assert "La cascade est à l’arrêt" in words(client_of(head).get(list_url(cohort)))
    client_of(head).post(rules_url(cohort), ON | {"version": cohort.version})
    assert Cohort.objects.get().cascade_by == head
    assert services.fill_places() == 1

"""A morning of thirty calls without the mouse: each file opens on its call and leads to the next."""

from collections import Counter
from datetime import timedelta

import pytest

from cohorts.models import Application, Call
from cohorts.states import ApplicationState as S
from cohorts.states import CallResult as R
from partnership import clock
from partnership.states import Role
from tests import factories

from .keyboard import press, tab_to, type_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What the morning gives, over and over: most of the people do not answer.
MORNING = [R.VOICEMAIL, R.REACHED, R.VOICEMAIL, R.CALL_BACK, R.WRONG_NUMBER, R.NOT_INTERESTED]


@pytest.mark.parametrize("calls", [12, pytest.param(30, marks=pytest.mark.full)])
def test_a_morning_of_calls_is_made_without_a_pointer(visit, calls):
    cohort, recruiter = factories.cohort(capacity=60), factories.user(Role.RECRUITER)
    files = [factories.application(cohort, since=clock.now() - timedelta(days=40 - n)) for n in range(calls)]
    claire = visit()
    claire.enter_as(recruiter)
    claire.open("/fr/recrutement/appels/suivant/")
    ahead = (clock.today() + timedelta(days=n) for n in range(9, 60))
    # The same in every country's order.
    wanted = next(f"{day:%d%m%Y}" for day in ahead if day.day == day.month)
    for number, file in enumerate(files):
        assert claire.path.endswith(f"/{file.pk}/")
        # The page opens on the call: the number is the first thing that Tab reaches.
        claire.page.wait_for_selector("#appel:focus")
        claire.page.keyboard.press("Tab")
        assert claire.page.evaluate("document.activeElement.getAttribute('href')") == f"tel:{file.candidate.phone}"
        type_in(claire, "#id_call-note", f"Appel {number}")
        result = MORNING[number % len(MORNING)]
        press(claire, "[name=call-result]", "Space")
        for _step in range(R.values.index(result)):
            claire.page.keyboard.press("ArrowDown")
        assert claire.page.evaluate("document.activeElement.value") == result
        if result == R.CALL_BACK:
            type_in(claire, "#id_call-day", wanted)
        if result == R.NOT_INTERESTED:
            press(claire, "#id_call-reason", "ArrowDown")
            tab_to(claire, ".call [name=next]")
        claire.page.keyboard.press("Enter")
        claire.page.wait_for_url(lambda url, here=str(file.pk): here not in url)
    assert claire.path == "/fr/recrutement/"
    assert claire.clicks == 0
    assert list(Call.objects.order_by("at").values_list("note", flat=True)) == [f"Appel {n}" for n in range(calls)]
    assert Counter(Call.objects.values_list("result", flat=True)) == Counter(
        MORNING[n % len(MORNING)] for n in range(calls)
    )
    states = Counter(Application.objects.values_list("state", flat=True))
    assert states == {S.SUBMITTED: calls * 4 // 6, S.UNREACHABLE: calls // 6, S.WITHDRAWN: calls // 6}
    assert set(Application.objects.filter(state=S.SUBMITTED).values_list("next_at", flat=True)) != {None}

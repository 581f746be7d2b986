"""The same list twice at once, and somebody of it who applies at that moment: each person once, each file once."""

from cohorts import services
from cohorts.models import Application, Candidate
from cohorts.services import imports
from cohorts.states import ApplicationState, RowVerdict
from partnership.states import Role
from tests import factories
from tests.cohorts.lists import check, text, verdicts

from .crowd import at_once

ROWS = [["Fictive", f"Zoé{place}", f"04657190{place:02}", "", "69100"] for place in range(10, 40)]


def _confirmed(number):
    """The same list, brought and confirmed by several people."""
    factories.commune()
    intake, lists = factories.cohort().intake, []
    for _place in range(number):
        by = factories.user(Role.RECRUITER)
        lists.append(check(text(ROWS), by=by, intake=intake))
        services.confirm_list(lists[-1], by=by)
        lists[-1].refresh_from_db()
    return lists


def test_the_same_list_written_by_four_at_once_creates_nobody_twice(monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 7)
    lists = _confirmed(4)

    def write(place):
        while not imports.write_step(lists[place].job):
            pass

    assert at_once(4, write) == {"done": 4}
    assert Candidate.objects.count() == Application.objects.count() == len(ROWS)
    done = [list(verdicts(one).values()).count(RowVerdict.NEW) for one in lists]
    assert sum(done) == len(ROWS)


def test_whoever_applies_while_their_row_is_written_has_one_file():
    (imported,) = _confirmed(1)
    cohort = factories.cohort()
    drafts = [
        factories.application(
            cohort,
            state=ApplicationState.DRAFT,
            of=factories.candidate(first_name=first, last_name=last, phone=f"+33{phone[1:]}", email=""),
        )
        for last, first, phone, _email, _postcode in ROWS
    ]

    def deed(place):
        if place == 0:
            while not imports.write_step(imported.job):
                pass
        else:
            for draft in drafts[place - 1 :: 3]:
                services.submit(Application.objects.get(pk=draft.pk), consents=[], notice_version="2026-06")

    assert at_once(4, deed) == {"done": 4}
    live = Application.objects.live().filter(intake=cohort.intake)
    names = list(live.values_list("candidate__first_name", flat=True))
    assert len(names) == len(set(names)) == len(ROWS)

"""A student settled at a site or ruled out of it, and both taken back: by the service and on the page."""

from html.parser import HTMLParser

import pytest
from django.urls import reverse

from partnership.workflow import Refused
from placements import services
from placements.matching.plan import Reason
from placements.matching.rules import Rule
from placements.models import HostSite, Placement, ProposalRun
from placements.services import proposals

from .. import factories
from ..browser.proposing import worked

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(lyon, lyon_lead, seat):
    """A second site with a place, as near as the first."""
    there = factories.site("lyon")
    factories.seat(there, of=lyon.intake, by=lyon_lead)
    return there


@pytest.fixture
def asked(lyon, lyon_lead, student, other):
    """A proposal for a student who could go to two sites, made."""
    return worked(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))


@pytest.fixture
def key(student) -> str:
    return str(student.pk)


@pytest.fixture
def change(lyon_lead, key):
    """The same proposal with one thing changed about the student, made."""

    def made(run: ProposalRun, what: str, site: str = "") -> ProposalRun:
        return worked(services.ask_what_if(run, by=lyon_lead, what=what, student=key, site=site))

    return made


@pytest.fixture
def at(asked, site, other) -> tuple[str, str]:
    """Where the student is proposed, and the other site."""
    proposed = _where(asked)
    return proposed, next(str(one.pk) for one in (site, other) if str(one.pk) != proposed)


def _where(run: ProposalRun) -> str:
    [line] = services.plan_of(run).lines
    return line.site


def _said(run: ProposalRun) -> tuple:
    problem = proposals.problem_of_run(run)
    return problem.pins, problem.exclusions


# -- the service ------------------------------------------------------------------------------------------------------


def test_a_settled_student_goes_where_they_are_settled(asked, at, change, key):
    proposed, elsewhere = at
    before = (asked.inputs, asked.plan)
    pinned = change(asked, "pin", elsewhere)
    [line] = services.plan_of(pinned).lines
    assert (line.site, line.is_pinned, _said(pinned)) == (elsewhere, True, (((key, elsewhere),), ()))
    assert (pinned.based_on, pinned.change) == (asked, {"what": "pin", "student": key, "site": elsewhere})
    asked.refresh_from_db()
    assert (asked.inputs, asked.plan, _where(asked)) == (*before, proposed)
    assert not Placement.objects.exists()


def test_whoever_is_settled_elsewhere_is_settled_there_alone(asked, at, change, key):
    twice = change(change(asked, "pin", at[1]), "pin", at[0])
    assert (_where(twice), _said(twice)) == (at[0], (((key, at[0]),), ()))


def test_a_released_student_goes_where_they_fit_best(asked, at, change):
    released = change(change(asked, "pin", at[1]), "unpin")
    [line] = services.plan_of(released).lines
    assert (line.site, line.is_pinned, _said(released)) == (at[0], False, ((), ()))


def test_a_student_ruled_out_of_a_site_goes_to_the_other(asked, at, change, key):
    barred = change(asked, "exclude", at[0])
    assert (_where(barred), _said(barred)) == (at[1], ((), ((key, at[0]),)))


def test_ruled_out_where_they_were_settled_a_student_is_settled_no_more(asked, at, change, key):
    barred = change(change(asked, "pin", at[1]), "exclude", at[1])
    assert (_where(barred), _said(barred)) == (at[0], ((), ((key, at[1]),)))
    # And the other way round.
    settled = change(barred, "pin", at[1])
    assert (_where(settled), _said(settled)) == (at[1], (((key, at[1]),), ()))


def test_a_site_that_is_allowed_again_is_the_only_one_left(asked, at, change, key):
    nowhere = change(change(asked, "exclude", at[0]), "exclude", at[1])
    [left] = services.plan_of(nowhere).unplaced
    assert (left.reason, left.rules) == (Reason.RULES, ((Rule.EXCLUDED, 2),))
    allowed = change(nowhere, "allow", at[1])
    assert (_where(allowed), _said(allowed)) == (at[1], ((), ((key, at[0]),)))


def test_what_was_settled_and_ruled_out_is_kept_by_a_new_proposal(asked, at, change, key, lyon, lyon_lead, student):
    second = factories.enrolment(lyon)
    run = worked(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead))
    pinned = change(run, "pin", at[1])
    asking = {"what": "exclude", "student": str(second.pk), "site": at[0]}
    both = worked(services.ask_what_if(pinned, by=lyon_lead, **asking))
    again = worked(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead, like=both))
    assert _said(again) == (((key, at[1]),), ((str(second.pk), at[0]),)) == _said(both)
    assert _where(again) == at[1] and [one.student for one in services.plan_of(again).unplaced] == [str(second.pk)]
    # Whoever has their place by other means is neither settled nor ruled out any more.
    services.propose(student, site=HostSite.objects.get(pk=at[1]), by=lyon_lead)
    assert _said(worked(services.ask_for_proposal(lyon.intake, lyon.zone, by=lyon_lead, like=again)))[0] == ()


def test_settled_where_no_place_is_free_a_student_stays_without(asked, change, key):
    full = factories.site("lyon")
    run = worked(services.ask_for_proposal(asked.intake, asked.zone, by=asked.asked_by))
    [left] = services.plan_of(change(run, "pin", str(full.pk))).unplaced
    assert (left.student, left.reason, left.possible) == (key, Reason.PIN, (str(full.pk),))


def test_settled_against_a_rule_is_told_and_not_accepted(asked, at, change, key, lyon_lead):
    HostSite.objects.filter(pk=at[1]).update(languages_needed=["it"])
    run = worked(services.ask_for_proposal(asked.intake, asked.zone, by=lyon_lead))
    pinned = change(run, "pin", at[1])
    [line] = services.plan_of(pinned).lines
    assert (line.is_pinned, line.broken) == (True, Rule.LANGUAGES)
    with pytest.raises(Refused, match="langue"):
        services.accept_line(pinned, student=key, by=lyon_lead)
    assert not Placement.objects.exists()


@pytest.mark.parametrize("what", ["pin", "unpin", "exclude", "allow"])
def test_a_change_names_a_student_and_a_site_of_the_proposal(asked, at, key, lyon_lead, what):
    stranger = str(factories.enrolment(factories.cohort("paris", of=asked.intake)).pk)
    elsewhere = str(factories.site("paris").pk)
    wrong = [{"student": stranger, "site": at[0]}, {"student": "", "site": at[0]}]
    if what != "unpin":
        wrong += [{"student": key, "site": elsewhere}, {"student": key, "site": ""}]
    for said in wrong:
        with pytest.raises(Refused, match="ne fait pas partie de cette proposition"):
            services.ask_what_if(asked, by=lyon_lead, what=what, **said)
    assert ProposalRun.objects.count() == 1


# -- the page ---------------------------------------------------------------------------------------------------------


class _Buttons(HTMLParser):
    """What each button of the forms of a page would send, and where to."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._action, self._hidden = "", {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag == "form":
            self._action, self._hidden = said.get("action", ""), {}
        elif tag == "input" and said.get("type") == "hidden" and said["name"] != "csrfmiddlewaretoken":
            self._hidden[said["name"]] = said["value"]
        elif tag == "button" and said.get("name") == "what":
            self.found.append((self._action, self._hidden | {"what": said["value"]}))


def _page(run: ProposalRun, name: str = "proposal_detail") -> str:
    return reverse(f"placements:{name}", args=[run.pk])


def _offered(client, run: ProposalRun) -> list[str]:
    return sorted(said["what"] for _action, said in _Buttons(client.get(_page(run)).content.decode()).found)


@pytest.fixture
def press(lead):
    """Press a button of a proposal's page as it stands there; what is answered, once it is made."""

    def pressed(run: ProposalRun, what: str) -> ProposalRun:
        buttons = _Buttons(lead.get(_page(run)).content.decode()).found
        action, said = next(one for one in buttons if one[1]["what"] == what)
        answer = lead.post(action, said)
        made = ProposalRun.objects.get(based_on=run, change__what=what)
        assert (answer.status_code, answer["Location"]) == (302, _page(made))
        return worked(made)

    return pressed


def test_a_lead_settles_a_student_and_releases_them(lead, asked, at, press, key, student, lyon_lead):
    assert _offered(lead, asked) == ["exclude", "pin"]
    pinned = press(asked, "pin")
    assert (_said(pinned), pinned.asked_by) == ((((key, at[0]),), ()), lyon_lead)
    # On the line, and among what was settled.
    assert _offered(lead, pinned) == ["exclude", "unpin", "unpin"]
    text = lead.get(_page(pinned)).content.decode()
    name, site = str(student.application.candidate), HostSite.objects.get(pk=at[0]).name
    assert "Ce que vous avez fixé" in text and "fixé à la main" in text and f"{name} à {site}" in text
    assert f'href="{_page(asked)}"' in text
    released = press(pinned, "unpin")
    assert _said(released) == ((), ())
    assert _offered(lead, released) == ["exclude", "pin"]
    assert "Ce que vous avez fixé" not in lead.get(_page(released)).content.decode()
    assert not Placement.objects.exists()


def test_a_lead_rules_a_student_out_of_a_site_and_allows_it_again(lead, asked, at, press, key, student):
    barred = press(asked, "exclude")
    assert (_where(barred), _said(barred)) == (at[1], ((), ((key, at[0]),)))
    assert _offered(lead, barred) == ["allow", "exclude", "pin"]
    before, after = (HostSite.objects.get(pk=site).name for site in at)
    text = lead.get(_page(barred)).content.decode()
    # What follows, beside the proposal before.
    name = str(student.application.candidate)
    assert name in text and f"{name} : de {before} à {after}." in text.replace("\u00a0", " ")
    allowed = press(barred, "allow")
    assert (_where(allowed), _said(allowed)) == (at[0], ((), ()))
    assert _offered(lead, allowed) == ["exclude", "pin"]


def test_a_settled_line_is_accepted_like_any_other(lead, asked, at, press, key, student):
    pinned = press(asked, "pin")
    lead.post(_page(pinned, "proposal_accept"), {"line": [key]})
    placed = Placement.objects.get()
    assert (placed.enrolment, str(placed.seat.site_id), placed.proposal) == (student, at[0], pinned)
    # Nothing is left to change on the line; what was settled can still be released.
    assert _offered(lead, pinned) == ["unpin"]


@pytest.mark.parametrize("what", ["pin", "unpin", "exclude", "allow"])
def test_a_change_the_page_does_not_understand_is_told_and_asks_for_nothing(lead, asked, at, key, what):
    stranger = str(factories.enrolment(factories.cohort("paris", of=asked.intake)).pk)
    for said, told in (
        ({"what": what, "student": stranger, "site": at[0]}, "ne fait pas partie de cette proposition"),
        ({"what": what, "site": at[0]}, "ne fait pas partie de cette proposition"),
        ({"what": what, "student": "personne", "site": at[0]}, "Choisissez un étudiant"),
        ({"what": f"{what}s", "student": key, "site": at[0]}, "Choisissez ce qui doit changer"),
    ):
        answer = lead.post(_page(asked, "proposal_what_if"), said, follow=True)
        assert answer.redirect_chain == [(_page(asked), 302)] and told in answer.content.decode()
    assert ProposalRun.objects.count() == 1

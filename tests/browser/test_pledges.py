"""A lead on a phone: three calls recorded, one place more, all the other hosts asked; one answers by its link."""

import pytest

from partnership import jobs
from partnership.states import Role
from placements.models import AskRound, HostPledge, HostSite, Seat
from tests import factories

from .visitor import BOTH_WAYS, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
CALLED = {"Plateau A": ("yes", "3", ""), "Plateau B": ("maybe", "", "2"), "Plateau C": ("no", "", "")}
ASKED = ("Plateau D", "Plateau E")


@pytest.fixture
def lead(transactional_db, worker):
    """Five hosts of Lyon that nobody has asked yet."""
    cohort = factories.cohort("lyon")
    for number, name in enumerate([*CALLED, *ASKED]):
        mail = f"{name[-1].lower()}@exemple.test"
        factories.site("lyon", name=name, contact_email=mail, contact_phone=f"+3346571010{number}")
    return factories.user(Role.REGIONAL_LEAD, party_code="smt", zone=cohort.zone, name="Karim Sautel")


def _open() -> dict[str, int]:
    return {site.name: Seat.objects.open().filter(site=site).count() for site in HostSite.objects.all()}


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_lead_on_a_phone_calls_three_hosts_and_asks_the_others(lead, visit, post, javascript):
    karim = visit(width=PHONE, javascript=javascript)
    karim.enter_as(lead)
    karim.open("/fr/places/lyon/appels/")
    for name, (answer, sure, possible) in CALLED.items():
        host = karim.page.locator("main .calls > li", has_text=name)
        assert host.locator("a[href^='tel:']").first.is_visible()
        host.locator("summary").click()
        host.locator(f"input[name=answer][value={answer}]").check()
        host.locator("input[name=places_sure]").fill(sure)
        host.locator("input[name=places_possible]").fill(possible)
        host.locator("details button[type=submit]").click()
        karim.page.wait_for_selector(".alert--done")
        assert karim.page.locator("main .calls > li", has_text=name).count() == 0
        assert karim.path == "/fr/places/lyon/appels/"
    assert karim.page.locator("main .calls > li").count() == len(ASKED)
    assert karim.too_wide() == []

    karim.open("/fr/places/lyon/")
    karim.click("+1 place", "Plateau A")
    karim.page.wait_for_selector(".alert--done")
    assert _open() == {"Plateau A": 4, "Plateau B": 0, "Plateau C": 0, "Plateau D": 0, "Plateau E": 0}

    karim.click("Calls", role="link", inside="nav.views:has(a[href$='/appels/'])")
    karim.click("Ask all my hosts", role="link")
    assert karim.page.locator("input[name=site]:checked").count() == len(ASKED)
    karim.click("Read the letters first")
    assert karim.page.locator("pre.letter").count() == len(ASKED)
    karim.page.locator("main .form-acts button").click()
    karim.page.wait_for_selector("progress, .progress, [role=status]")
    karim.stay()
    asked = AskRound.objects.get()
    jobs.run_slice(str(asked.job_id))
    report = karim.page.url
    karim.open(report)
    karim.sees(*ASKED)

    post.hurry()
    letter = post.to("d@exemple.test", "Combien de places")
    host = visit(width=PHONE, javascript=javascript)
    host.follow(letter)
    host.page.locator("input[name=answer][value=yes]").check()
    host.page.locator("input[name=places_sure]").fill("2")
    host.page.locator("input[name=chooser][value=host]").check()
    host.click("Send this answer")
    host.page.wait_for_selector(".alert--done")
    assert host.too_wide() == []
    assert _open()["Plateau D"] == 2
    assert HostPledge.objects.get(site__name="Plateau D").chooser == "host"

    assert post.to(lead.email, "Plateau D")
    karim.open(report)
    karim.sees("Plateau D", inside="section[aria-labelledby=answered]")
    karim.sees("Plateau E", inside="section[aria-labelledby=silent]")

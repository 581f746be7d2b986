"""A name with each payload, all the way and back: nothing of it runs anywhere, and nothing of it is lost."""

import csv
import io
import re
from email import message_from_bytes, policy
from html import unescape

import pytest
from django.core import mail
from django.urls import reverse

from cohorts.models import Application
from partnership import sending, sheets
from partnership.fields import tidy
from partnership.models import JournalEntry, OutgoingMessage

from .. import factories
from .test_apply import STEP, identity, project

pytestmark = pytest.mark.django_db
PHONE = "+33465718802"
NAMES = [
    "<script>alert('x')</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("https://mal.example")',
    "\u00a0@SUM(A1)",
    "{{ 7*7 }} {% now 'Y' %} %(n)s %s {0}",
    "[lien](https://mal.example) **gras** _a_ # c",
    "a\r\nBcc: mal@mal.example",
    'a;b\nc,"d"',
    "\u202egnp.exe\u2066 \ufeffZo\u200be\u0301",
    "👩\u200d👧 می\u200cخواهم",
]
MORE = [
    "</textarea><svg/onload=alert(1)>",
    "&lt;b&gt;Zoé &amp; Cie",
    "+A1",
    "-1+A",
    "|calc A",
    "＝A1",
    "' OR 1=1 --a",
    '"); DROP TABLE a;--',
    "<https://mal.example>",
    "https://mal.example/a",
    "`b`",
    "../../etc/passwd",
    "§secret§ https://lien-personnel.invalid/",
]
EACH = [*NAMES, *(pytest.param(name, marks=pytest.mark.full) for name in MORE)]
RUNS = re.compile(r"<script>alert|<img src=x|<svg/onload|href=\"https://mal\.example|<https://mal", re.IGNORECASE)


def holds(page: str, name: str) -> bool:
    """Whether a page shows a name whole, and nothing of it as anything but text."""
    assert not RUNS.search(page)
    return name in unescape(page)


@pytest.fixture
def cohort(db):
    factories.commune("lyon")
    return factories.cohort("lyon")


@pytest.mark.parametrize("typed", EACH)
def test_a_name_goes_all_the_way_and_comes_back(
    client, client_of, recruiter, coordinator, administrator, cohort, typed
):
    name = tidy(typed)
    # The applicant types it, finds it again, checks it, sends it.
    client.post(STEP % "identite", identity(first_name=typed, last_name=typed))
    assert holds(client.get(STEP % "identite").content.decode(), name)
    client.post(STEP % "projet", project(cohort, languages=typed, supported_by=typed))
    assert holds(client.get(STEP % "verifier").content.decode(), name)
    client.post(STEP % "verifier")
    application = Application.objects.select_related("candidate").get()
    person = application.candidate
    assert (person.first_name, person.last_name, person.phone) == (name, name, PHONE)
    assert (application.languages, application.supported_by) == (name, name)
    assert holds(client.get(STEP % "merci").content.decode(), "")

    # The recruiter reads it in the file and in the list, finds it by its own words, and writes about it.
    desk = client_of(recruiter)
    file = reverse("cohorts:application_detail", args=[application.pk])
    assert holds(desk.get(file).content.decode(), f"{name} {name}")
    found = desk.get(reverse("cohorts:application_list"), {"q": typed[:100]}).content.decode()
    assert holds(found, name)
    withdrawn = {"version": application.version, "unreachable-reason": "no_answer"}
    desk.post(reverse("cohorts:application_mark_unreachable", args=[application.pk]), withdrawn)
    application.refresh_from_db()
    desk.post(
        reverse("cohorts:application_reopen", args=[application.pk]),
        {"version": application.version, "reopen-reason": typed},
    )
    assert JournalEntry.objects.filter(subject__endswith=str(application.pk), reason=name).exists()
    assert holds(desk.get(file + "?histoire=1").content.decode(), name)

    # The export runs in no spreadsheet, and reads as it was typed.
    export = desk.get(reverse("cohorts:application_export")).content.decode("utf-8-sig")
    (row,) = list(csv.reader(io.StringIO(export, newline=""), delimiter=";"))[1:]
    assert row[2:4] == [sheets.safe_cell(name), PHONE]
    assert row[2] in (name, f"'{name}")
    assert not re.match(r"\s*[=+\-@|＝＋－＠｜\t\r]", row[2])

    # The letters say it as it was typed, in one line of their heads, and link nowhere of its own.
    for letter in OutgoingMessage.objects.all():
        assert name in letter.text
        assert holds(letter.html, name if "`" not in name else "")
        assert "\n" not in letter.subject and "\r" not in letter.subject
        page = client_of(administrator).get(reverse("admin:partnership_outgoingmessage_change", args=[letter.pk]))
        assert not RUNS.search(page.content.decode())
        assert not RUNS.search(
            desk.get(reverse("cohorts:application_letter", args=[application.pk, letter.pk])).content.decode()
        )
    while sending.send_due():
        pass
    assert len(mail.outbox) > 1
    for sent in mail.outbox:
        read = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
        assert (read["Bcc"], read["Subject"].strip()) == (None, sent.subject)
        assert sent.recipients() == [person.email]

    # The board has no name to show.
    board = client_of(coordinator).get(reverse("partnership:board")).content.decode()
    assert not RUNS.search(board)


@pytest.mark.parametrize("typed", EACH)
def test_a_host_and_a_person_of_ours_may_be_called_so(client_of, administrator, lyon_lead, typed):
    name = tidy(typed)
    desk = client_of(administrator)
    answer = desk.post(reverse("admin:placements_hostcompany_add"), {"name": typed, "is_partner": "on"})
    assert answer.status_code == 302
    assert holds(desk.get(reverse("admin:placements_hostcompany_changelist")).content.decode(), name)
    factories.user(name=name)
    for address in ("partnership:person_list", "admin:partnership_journalentry_changelist"):
        assert not RUNS.search(desk.get(reverse(address)).content.decode())
    factories.site("lyon", name=name, contact_name=name, hours=name[:80])
    lead = client_of(lyon_lead)
    assert holds(lead.get(reverse("placements:site_list"), {"q": typed[:80]}).content.decode(), name)

"""A list from a fair in a real browser: brought, corrected, brought again, written; and the sheet it begins on."""

import io

import pikepdf
import pytest
from openpyxl import load_workbook

from cohorts.models import Application, Import
from cohorts.states import ApplicationState
from partnership import jobs
from partnership.states import JobState, Role
from tests import factories
from tests.cohorts.lists import text

from .visitor import BOTH_WAYS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
ROWS = [
    ["ESCOFFRAY", "Inès", "04 65 71 88 02", "ines@exemple.test", "69100"],
    ["MORVAN", "Nils", "04 65", "", "69100"],
    ["ESCOFFRAY", "Inès", "0465718802", "", "69100"],
]
HEADINGS = ["Nom", "Prénom", "Tél.", "Mél.", "Résidence"]


@pytest.fixture
def recruiter(transactional_db):
    factories.commune()
    factories.cohort("lyon")
    return factories.user(Role.RECRUITER, name="Claire Devaux")


def bring(visitor, name: str, content: bytes) -> None:
    """Choose a file and send it."""
    visitor.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    visitor.click("Read the list")


def let_the_worker_work(visitor) -> None:
    """The worker does what waits; then the page tells."""
    visitor.stay()
    for job in jobs.waiting():
        jobs.run_slice(str(job.pk))
        job.refresh_from_db()
        assert job.state == JobState.DONE
    visitor.page.reload()


@pytest.mark.parametrize("javascript", BOTH_WAYS)
def test_a_list_is_brought_corrected_and_brought_again(recruiter, visit, javascript):
    visitor = visit(javascript=javascript)
    visitor.enter_as(recruiter)
    visitor.open("/fr/recrutement/candidatures/")
    visitor.click("Import a list", role="link")
    bring(visitor, "forum.csv", text(ROWS, HEADINGS, encoding="cp1252"))
    visitor.sees("4 colonnes sur 5 sont reconnues")
    visitor.page.get_by_label("Résidence").select_option("postcode")
    visitor.click("Check every row")
    let_the_worker_work(visitor)
    visitor.sees("1 nouvelle demande, 1 ligne en double dans la liste, 1 ligne à corriger.", "« 04 65 »")
    assert not Application.objects.exists()
    with visitor.page.expect_download() as download:
        visitor.click("Prendre la ligne à corriger", role="link")
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    book.active["C2"] = "04 65 71 88 03"
    corrected = io.BytesIO()
    book.save(corrected)
    visitor.click("Créer 1 demande")
    let_the_worker_work(visitor)
    visitor.sees("1 demande créée")
    visitor.click("Bring another list", role="link")
    bring(visitor, "corrigee.xlsx", corrected.getvalue())
    visitor.page.get_by_label("Résidence").select_option("postcode")
    visitor.click("Check every row")
    let_the_worker_work(visitor)
    visitor.click("Créer 1 demande")
    let_the_worker_work(visitor)
    visitor.click("Nils MORVAN", role="link")
    visitor.sees("Nils MORVAN", ApplicationState.ENQUIRY.label, "corrigee.xlsx (2)")
    assert Application.objects.count() == 2
    assert Import.objects.count() == 2


def test_the_fair_sheet_is_one_page_of_a4_across(recruiter, visit):
    visitor = visit()
    visitor.enter_as(recruiter)
    visitor.open("/fr/recrutement/imports/feuille/")
    with pikepdf.open(io.BytesIO(visitor.page.pdf(prefer_css_page_size=True))) as printed:
        assert len(printed.pages) == 1
        _left, _bottom, width, height = map(float, printed.pages[0].mediabox)
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 210)

"""A commission's opinion on a whole version, with its minutes, takes the place of the quorum."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from partnership import clock, papers
from partnership.models import OutgoingMessage
from partnership.states import Role
from partnership.workflow import Refused, Stale
from programmes import services
from programmes.models import CommissionOpinion
from programmes.states import CurriculumState, Outcome

from .. import factories
from ..papers import corpus

pytestmark = pytest.mark.django_db


@pytest.fixture
def submitted(author):
    draft = factories.curriculum(factories.programme(quorum=2), state=CurriculumState.DRAFT, modules=2, by=author)
    services.submit(draft, by=author)
    return draft


def hold(curriculum, *, by, **said):
    minutes = papers.check([ContentFile(corpus.saved(corpus.plain(2)), name="pv.pdf")])
    said = {
        "held_on": clock.today(),
        "present": "Paul Armangaud, président",
        "outcome": Outcome.FAVOURABLE,
        "text": "",
        "text_hash": curriculum.text_hash(),
    } | said
    services.record_commission(curriculum, minutes=minutes, by=by, **said)
    curriculum.refresh_from_db()


@pytest.mark.parametrize(
    ("outcome", "state", "letter"),
    [
        (Outcome.FAVOURABLE, CurriculumState.VALIDATED, "curriculum_validated"),
        (Outcome.CHANGES, CurriculumState.CHANGES_REQUESTED, "curriculum_changes_requested"),
        (Outcome.UNFAVOURABLE, CurriculumState.REFUSED, "curriculum_refused"),
    ],
)
def test_its_opinion_decides_whatever_the_quorum_and_its_reasons_are_told(submitted, reviewer, outcome, state, letter):
    reasons = "" if outcome == Outcome.FAVOURABLE else "Le droit de la vente a changé."
    hold(submitted, by=reviewer, outcome=outcome, text=reasons)
    assert (submitted.state, CommissionOpinion.objects.get().pages) == (state, 2)
    assert reasons in OutgoingMessage.objects.get(template=f"programmes/{letter}").text


def test_what_is_not_favourable_gives_its_reasons(submitted, reviewer):
    with pytest.raises(Refused):
        hold(submitted, by=reviewer, outcome=Outcome.CHANGES, text="  ")
    assert not CommissionOpinion.objects.exists()


@pytest.mark.parametrize("days", [-1, 1])
def test_it_met_between_the_submission_and_today(submitted, reviewer, days):
    with pytest.raises(Refused):
        hold(submitted, by=reviewer, held_on=clock.today() + timedelta(days=days))


def test_it_speaks_of_the_text_it_read(submitted, reviewer, author):
    read = submitted.text_hash()
    services.withdraw(submitted, by=author)
    services.edit_module(submitted.modules.get(order=1), version=1, by=author, content="Autre chose.")
    services.submit(submitted, by=author)
    with pytest.raises(Stale):
        hold(submitted, by=reviewer, text_hash=read)
    assert not CommissionOpinion.objects.exists()


def test_whoever_wrote_in_it_records_no_commission(submitted, author):
    with pytest.raises(Refused):
        hold(submitted, by=author)


def test_it_is_recorded_on_the_desk_and_its_minutes_are_read_there(submitted, reviewer, client_of):
    site, url = client_of(reviewer), f"/fr/admin/programmes/curriculum/{submitted.pk}/relire/commission/"
    said = {
        "held_on": clock.today().isoformat(),
        "present": "Paul Armangaud, président",
        "outcome": "favourable",
        "text": "",
        "text_hash": submitted.text_hash(),
        "minutes": SimpleUploadedFile("pv.pdf", corpus.saved(corpus.plain()), "application/pdf"),
    }
    assert site.get(url).status_code == 200
    assert site.post(url, said | {"minutes": ""}).status_code == 422
    assert site.post(url, said | {"held_on": "2000-01-01"}).status_code == 409
    said["minutes"].seek(0)
    assert site.post(url, said).status_code == 302
    minutes = f"{url}{CommissionOpinion.objects.get().pk}/"
    assert site.get(minutes).getvalue().startswith(b"%PDF-")
    assert client_of(factories.user(Role.REVIEWER, party_code="ailleurs")).get(minutes).status_code == 404

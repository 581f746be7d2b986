"""A zone with an intake, a site with a free place, a student to place; and a link as a letter would carry it."""

import pytest

from cohorts.models import Cohort, Enrolment
from cohorts.states import FOLLOW
from partnership import links
from partnership.models import ref
from placements.models import HostSite, Placement, Seat
from placements.states import ANSWER

from .. import factories


@pytest.fixture
def lyon(db) -> Cohort:
    return factories.cohort("lyon", capacity=80)


@pytest.fixture
def site(lyon) -> HostSite:
    return factories.site("lyon")


@pytest.fixture
def seat(site, lyon, lyon_lead) -> Seat:
    return factories.seat(site, of=lyon.intake, by=lyon_lead)


@pytest.fixture
def student(lyon) -> Enrolment:
    return factories.enrolment(lyon)


@pytest.fixture
def lead(lyon_lead, client_of):
    """The Lyon lead's browser."""
    return client_of(lyon_lead)


@pytest.fixture
def follow_token():
    """The token of a link to an applicant's page."""

    def mint(application) -> str:
        return links.mint(FOLLOW, ref(application))

    return mint


@pytest.fixture
def answer_token():
    """The token of a link to a host's answer."""

    def mint(placement: Placement) -> str:
        return links.mint(ANSWER, ref(placement))

    return mint

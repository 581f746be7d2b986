"""What a personal link of an applicant opens: its file and all that its pages name, in one statement; or nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cohorts import services
from cohorts.states import FOLLOW, RESUME
from partnership import links
from partnership.models import ref
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_link_opens_its_file_and_what_the_pages_name():
    application = factories.application(owner=factories.user("recruiter"))
    token = links.mint(FOLLOW, ref(application))
    with CaptureQueriesContext(connection) as asked:
        link, file = services.file_behind(token, FOLLOW)
        assert file == application and file.owner and file.intake and file.candidate.commune
        assert file.cohort.zone and file.cohort.intake.programme.provider
    assert links.key_of(link) == str(application.pk) and len(asked) == 2


def test_a_link_of_another_purpose_or_to_a_file_that_is_gone_opens_nothing():
    application = factories.application()
    token = links.mint(FOLLOW, ref(application))
    with pytest.raises(links.Unusable) as problem:
        services.file_behind(token, RESUME)
    assert (problem.value.why, problem.value.link) == ("unknown", None)
    application.delete()
    with pytest.raises(links.Unusable) as problem:
        services.file_behind(token, FOLLOW)
    assert problem.value.why == "unknown" and problem.value.link

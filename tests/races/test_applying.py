"""A form is sent twice, ten times, from two telephones: one draft, one application, one letter."""

import uuid

from cohorts import services
from cohorts.models import Application, Candidate
from cohorts.states import LIVE, ApplicationState, ConsentPurpose
from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage
from tests import factories

from .crowd import at_once, naive, unique_index_of, without_index

TIMES = 10
IDENTITY = {
    "first_name": "Inès",
    "last_name": "Fictive",
    "phone": "+33465719999",
    "email": "ines@exemple.test",
    "birth_year": 2006,
    "birth_month": 5,
    "postcode": "69100",
}


def _letters(template):
    return OutgoingMessage.objects.filter(template=f"cohorts/{template}").count()


def test_the_first_step_sent_ten_times_begins_one_draft():
    cohort, key = factories.cohort(), uuid.uuid4()

    outcomes = at_once(TIMES, lambda place: services.begin(cohort, submit_key=key, identity=IDENTITY, language="fr"))

    assert outcomes == {"done": TIMES}
    assert Application.objects.filter(submit_key=key).count() == 1
    assert Candidate.objects.count() == 1
    assert _letters("application_begun") == 1


def test_without_the_law_of_the_key_a_double_click_begins_many_drafts():
    cohort, key = factories.cohort(), uuid.uuid4()
    with without_index("cohorts_application", unique_index_of("cohorts_application", "submit_key")):
        naive(
            TIMES,
            read=lambda place: not Application.objects.filter(submit_key=key).exists(),
            write=lambda place: factories.application(cohort, state=ApplicationState.DRAFT, submit_key=key),
        )
        assert Application.objects.filter(submit_key=key).count() > 1


def test_the_last_step_sent_ten_times_is_one_application():
    draft = factories.application(state=ApplicationState.DRAFT)

    def deed(place):
        services.submit(
            Application.objects.get(pk=draft.pk), consents=[ConsentPurpose.TALENT_POOL], notice_version="2026-06"
        )

    assert at_once(TIMES, deed) == {"done": TIMES}

    draft.refresh_from_db()
    assert draft.state == ApplicationState.SUBMITTED
    assert JournalEntry.objects.filter(after=ApplicationState.SUBMITTED).count() == 1
    assert draft.candidate.consents.count() == 1
    assert _letters("application_received") == 1


def test_without_compare_and_set_one_draft_is_submitted_many_times():
    draft = factories.application(state=ApplicationState.DRAFT)
    believed = naive(
        TIMES,
        read=lambda place: Application.objects.get(pk=draft.pk).state == ApplicationState.DRAFT,
        write=lambda place: Application.objects.filter(pk=draft.pk).update(
            state=ApplicationState.SUBMITTED, submitted_at=clock.now()
        ),
    )
    assert believed == TIMES


def _two_drafts_of_one_person():
    cohort = factories.cohort()
    drafts = []
    for phone, email in (("+33465719999", "ines@exemple.test"), ("+33465719999", "ines.autre@exemple.test")):
        person = factories.candidate(first_name="Inès", last_name="Fictive", phone=phone, email=email)
        drafts.append(factories.application(cohort, state=ApplicationState.DRAFT, of=person))
    return drafts


def test_two_forms_of_one_person_submitted_at_once_are_one_live_application():
    drafts = _two_drafts_of_one_person()

    def deed(place):
        services.submit(Application.objects.get(pk=drafts[place].pk), consents=[], notice_version="2026-06")

    assert at_once(2, deed) == {"done": 2}

    assert Application.objects.live().count() == 1
    assert Application.objects.filter(repeats__isnull=False).count() == 1
    assert _letters("application_received") == 1
    assert _letters("application_already_open") == 1


def test_without_waiting_for_each_other_one_person_has_two_live_applications():
    drafts = _two_drafts_of_one_person()
    naive(
        2,
        read=lambda place: not Application.objects.filter(state__in=LIVE).exists(),
        write=lambda place: Application.objects.filter(pk=drafts[place].pk).update(
            state=ApplicationState.SUBMITTED, submitted_at=clock.now()
        ),
    )
    assert Application.objects.live().count() == 2

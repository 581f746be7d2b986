"""Two reviewers and an author at the same moment: a content is decided once, on the text that was read."""

import pytest
from django.db import IntegrityError, transaction

from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Role
from partnership.workflow import Refused, record
from programmes import services
from programmes.models import ChangeRequest, Curriculum, Module, OpinionDraft
from programmes.states import CurriculumState, Opinion
from tests import factories

from .crowd import at_once, naive, without_index

DECIDED = (CurriculumState.VALIDATED, CurriculumState.REFUSED, CurriculumState.CHANGES_REQUESTED)


@pytest.fixture
def reviewers():
    return [factories.user(Role.REVIEWER, party_code="smt") for _ in range(2)]


@pytest.fixture
def content():
    return factories.curriculum(state=CurriculumState.SUBMITTED, modules=1)


def _give(content, reviewers, opinions):
    module = content.modules.get()

    def deed(place):
        services.review_module(
            Module.objects.select_related("curriculum__programme").get(pk=module.pk),
            opinion=opinions[place],
            comment="À revoir : la loi a changé.",
            text_hash=module.text_hash(),
            by=reviewers[place],
        )

    return deed


def _decisions(content):
    return JournalEntry.objects.filter(subject=ref(content), after__in=DECIDED).count()


@pytest.mark.parametrize(
    "opinions",
    [
        (Opinion.FAVOURABLE, Opinion.FAVOURABLE),
        (Opinion.FAVOURABLE, Opinion.UNFAVOURABLE),
        (Opinion.REMARK, Opinion.CHANGES),
    ],
)
def test_two_reviewers_at_once_decide_a_content_once(content, reviewers, opinions):
    outcomes = at_once(2, _give(content, reviewers, opinions))

    assert outcomes == {"done": 1, "Refused": 1}
    content.refresh_from_db()
    assert content.state in DECIDED
    assert _decisions(content) == 1
    assert OutgoingMessage.objects.filter(about=ref(content)).count() == 1


def test_two_reviewers_who_approve_the_rest_at_once_validate_once(content, reviewers):
    def deed(place):
        services.approve_rest(Curriculum.objects.get(pk=content.pk), by=reviewers[place])

    assert at_once(2, deed) == {"done": 1, "Refused": 1}
    assert _decisions(content) == 1
    assert OutgoingMessage.objects.filter(template="programmes/curriculum_validated").count() == 1


def test_without_holding_the_version_both_reviewers_decide(content, reviewers):
    verdicts = (CurriculumState.VALIDATED, CurriculumState.REFUSED)

    believed = naive(
        2,
        read=lambda place: Curriculum.objects.get(pk=content.pk).state == CurriculumState.SUBMITTED,
        write=lambda place: record(content, verdicts[place], by=reviewers[place]),
    )

    assert believed == 2
    assert _decisions(content) == 2


def test_a_text_withdrawn_while_it_is_read_is_withdrawn_or_read(content, reviewers):
    give = _give(content, reviewers, (Opinion.FAVOURABLE,))

    def deed(place):
        if place:
            services.withdraw(Curriculum.objects.get(pk=content.pk), by=content.submitted_by)
        else:
            give(0)

    assert at_once(2, deed) == {"done": 1, "Refused": 1}
    content.refresh_from_db()
    assert content.state in (CurriculumState.DRAFT, CurriculumState.VALIDATED)


def test_two_versions_begun_at_once_are_one():
    programme, author = factories.programme(), factories.user(Role.AUTHOR)

    outcomes = at_once(2, lambda place: services.create_curriculum(programme, by=author))

    assert outcomes == {"done": 1, "Refused": 1}
    assert programme.curricula.count() == 1


def test_without_the_law_of_the_version_two_are_in_preparation():
    programme, author = factories.programme(), factories.user(Role.AUTHOR)
    laws = ("one_version_at_a_time_in_preparation", "a_version_has_its_own_number")
    with without_index("programmes_curriculum", *laws):
        naive(
            2,
            read=lambda place: not programme.curricula.exists(),
            write=lambda place: factories.curriculum(programme, state=CurriculumState.DRAFT, by=author),
        )
        assert programme.curricula.filter(state=CurriculumState.DRAFT).count() == 2


def test_two_versions_put_in_force_at_once_are_one():
    programme = factories.programme()
    draft = factories.curriculum(programme, state=CurriculumState.DRAFT)

    def deed(place):
        with transaction.atomic():
            Curriculum.objects.create(
                programme=programme,
                number=2 + place,
                state=CurriculumState.VALIDATED,
                created_at=draft.created_at,
                created_by=draft.created_by,
                decided_at=draft.created_at,
                decided_by=draft.created_by,
            )

    assert at_once(2, deed, beaten=(IntegrityError,)) == {"done": 1, "IntegrityError": 1}
    assert programme.curricula.validated().count() == 1


def test_twenty_times_two_reviewers_at_once_leave_one_outcome_and_lose_no_word(content, reviewers):
    """Whoever comes too late is refused in a sentence, and what they wrote is kept as their draft."""
    for turn in range(20):
        version = content if turn == 0 else _again(content, reviewers)
        module = version.modules.get()
        said = f"Tour {turn} : la loi a changé."

        def deed(place, version=version, module=module, said=said):
            fresh = Module.objects.select_related("curriculum__programme").get(pk=module.pk)
            try:
                services.review_module(
                    fresh, opinion=Opinion.CHANGES, comment=said, text_hash=module.text_hash(), by=reviewers[place]
                )
            except Refused:
                services.save_draft(fresh, opinion=Opinion.CHANGES, comment=said, requests={}, by=reviewers[place])
                raise

        assert at_once(2, deed) == {"done": 1, "Refused": 1}
        assert ChangeRequest.objects.filter(text=said).count() == 1
        assert OpinionDraft.objects.filter(comment=said).count() == 1


def _again(content, reviewers):
    """The same version, answered and submitted once more."""
    content.refresh_from_db()
    for request in ChangeRequest.objects.filter(module__curriculum=content, settled_at=None):
        services.settle_request(request, by=request.written_by)
    OpinionDraft.objects.all().delete()
    services.submit(content, by=content.submitted_by)
    return content

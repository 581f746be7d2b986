"""A content is written, submitted, read module by module, and decided exactly once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from partnership import clock
from partnership.models import JournalEntry, OutgoingMessage, ref
from partnership.states import Role
from partnership.workflow import Refused, Stale
from programmes import services
from programmes.models import ChangeRequest, Curriculum, Module, Review
from programmes.states import CurriculumState, Opinion, ProgrammeKind

from .. import factories

pytestmark = pytest.mark.django_db
TEXTS = {"title": "Accueil à distance", "hours": 84, "objectives": "Accueillir.", "content": "Écouter."}


@pytest.fixture
def draft(author) -> Curriculum:
    return factories.curriculum(state=CurriculumState.DRAFT, modules=2, by=author)


@pytest.fixture
def submitted(draft, author, reviewer) -> Curriculum:
    services.submit(draft, by=author)
    return draft


def judge(curriculum, order, opinion=Opinion.FAVOURABLE, *, by, comment=""):
    module = curriculum.modules.get(order=order)
    comment = comment or ("" if opinion == Opinion.FAVOURABLE else "À préciser.")
    services.review_module(module, opinion=opinion, comment=comment, text_hash=module.text_hash(), by=by)
    curriculum.refresh_from_db()


def letters(template: str) -> list[str]:
    return sorted(OutgoingMessage.objects.filter(template=f"programmes/{template}").values_list("to_email", flat=True))


# -- writing --------------------------------------------------------------------------------------------------------


def test_the_first_version_of_a_content_is_empty(author):
    curriculum = services.create_curriculum(factories.programme(), by=author)
    assert (curriculum.number, curriculum.state, curriculum.modules.count()) == (1, CurriculumState.DRAFT, 0)
    assert JournalEntry.objects.get(subject=ref(curriculum)).actor_ref == str(author.pk)


def test_a_new_version_starts_as_a_copy_of_the_validated_one_with_its_lineage(author):
    in_force = factories.curriculum(modules=3)
    copy = services.create_curriculum(in_force.programme, by=author)
    assert copy.number == 2
    assert [m.lineage for m in copy.modules.all()] == [m.lineage for m in in_force.modules.all()]
    assert copy.text_hash() == in_force.text_hash()


def test_after_a_refusal_a_new_version_starts_as_a_copy_of_the_refused_one(author):
    refused = factories.curriculum(state=CurriculumState.REFUSED, modules=3)
    assert services.create_curriculum(refused.programme, by=author).text_hash() == refused.text_hash()


def test_only_one_version_is_prepared_at_a_time(draft, author):
    with pytest.raises(Refused):
        services.create_curriculum(draft.programme, by=author)


def test_a_chair_has_no_content_to_validate(author):
    chair = factories.programme("chaire", kind=ProgrammeKind.CHAIR)
    with pytest.raises(Refused):
        services.create_curriculum(chair, by=author)


def test_a_module_is_added_at_the_end_and_journaled_in_its_version(draft, author):
    module = services.add_module(draft, by=author, **TEXTS)
    assert module.order == 3
    assert JournalEntry.objects.get(subject=ref(module)).about == ref(draft)


def test_writing_on_an_older_text_is_stale_and_changes_nothing(draft, author):
    first, second = draft.modules.get(order=1), draft.modules.get(order=1)
    services.edit_module(first, version=first.version, by=author, title="Voix")
    with pytest.raises(Stale):
        services.edit_module(second, version=1, by=author, title="Écoute")
    assert draft.modules.get(order=1).title == "Voix"


def test_recording_a_module_unchanged_writes_nothing(draft, author):
    module = draft.modules.get(order=1)
    services.edit_module(module, version=1, by=author, title=module.title)
    assert module.version == 1
    assert not JournalEntry.objects.filter(subject=ref(module)).exists()


def test_removing_a_module_closes_the_gap_and_keeps_its_title_in_the_journal(author):
    draft = factories.curriculum(state=CurriculumState.DRAFT, modules=3, by=author)
    services.remove_module(draft.modules.get(order=2), by=author)
    assert list(draft.modules.values_list("order", "title")) == [(1, "Module 1"), (2, "Module 3")]
    assert JournalEntry.objects.get(after="removed").reason == "Module 2"


def test_a_module_removed_meanwhile_cannot_be_written(draft, author):
    module = draft.modules.get(order=2)
    services.remove_module(draft.modules.get(order=2), by=author)
    with pytest.raises(Refused):
        services.edit_module(module, version=1, by=author, title="Voix")


def test_modules_change_places(author):
    draft = factories.curriculum(state=CurriculumState.DRAFT, modules=3, by=author)
    services.move_module(draft.modules.get(order=3), up=True, by=author)
    services.move_module(draft.modules.get(order=1), up=False, by=author)
    services.move_module(draft.modules.get(order=1), up=True, by=author)
    assert [m.title for m in draft.modules.all()] == ["Module 3", "Module 1", "Module 2"]


@pytest.mark.parametrize(
    "state",
    sorted(set(CurriculumState) - {CurriculumState.DRAFT, CurriculumState.CHANGES_REQUESTED}),
)
def test_a_version_that_has_left_its_author_is_written_by_no_service(state, author):
    curriculum = factories.curriculum(state=state, by=author)
    module = curriculum.modules.get(order=1)
    for deed in (
        lambda: services.add_module(curriculum, by=author, **TEXTS),
        lambda: services.edit_module(module, version=1, by=author, title="Voix"),
        lambda: services.remove_module(module, by=author),
        lambda: services.move_module(module, up=False, by=author),
    ):
        with pytest.raises(Refused):
            deed()
    assert [m.title for m in curriculum.modules.all()] == ["Module 1", "Module 2"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programmes_module SET title = 'autre'",
        "DELETE FROM programmes_module",
        "UPDATE programmes_curriculum SET number = 9",
        "UPDATE programmes_curriculum SET state = 'draft'",
        "UPDATE programmes_curriculum SET state = 'superseded', content_hash = ''",
        "DELETE FROM programmes_curriculum",
    ],
)
def test_the_database_itself_keeps_a_validated_text_unchanged(statement):
    factories.curriculum(state=CurriculumState.VALIDATED)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_lets_a_validated_version_be_superseded():
    curriculum = factories.curriculum(state=CurriculumState.VALIDATED)
    assert Curriculum.objects.filter(pk=curriculum.pk).update(state=CurriculumState.SUPERSEDED) == 1


# -- submitting -----------------------------------------------------------------------------------------------------


def test_an_empty_content_is_not_submitted(author):
    with pytest.raises(Refused):
        services.submit(services.create_curriculum(factories.programme(), by=author), by=author)


def test_submitting_tells_each_reviewer_of_the_validating_party_once(draft, author, reviewer):
    other = factories.user(Role.REVIEWER, party_code="smt")
    factories.user(Role.REVIEWER, party_code="igs")
    services.submit(draft, by=author)
    assert letters("curriculum_submitted") == sorted([reviewer.email, other.email])
    assert (draft.state, draft.submitted_by) == (CurriculumState.SUBMITTED, author)


def test_the_letter_to_a_reviewer_opens_the_desk_in_their_language(draft, author):
    reader = factories.user(Role.REVIEWER, party_code="smt", language="en", name="Ada <b>Fictif</b>")
    services.submit(draft, by=author)
    letter = OutgoingMessage.objects.get(to_email=reader.email)
    assert letter.subject == "To review: CS ACVD, version 1"
    assert f"/en/admin/programmes/curriculum/{draft.pk}/relire/" in letter.text
    assert "<b>Fictif" not in letter.html
    assert letter.reply_to == author.email


def test_withdrawing_gives_the_text_back_and_stops_the_letters(submitted, author):
    services.withdraw(submitted, by=author)
    assert submitted.state == CurriculumState.DRAFT
    assert OutgoingMessage.objects.get(template="programmes/curriculum_submitted").state == "cancelled"


def test_submitting_again_tells_the_reviewers_again(submitted, author, reviewer):
    services.withdraw(submitted, by=author)
    services.submit(submitted, by=author)
    assert letters("curriculum_submitted") == [reviewer.email, reviewer.email]


def test_a_version_being_read_cannot_be_withdrawn(submitted, author, reviewer):
    judge(submitted, 1, by=reviewer)
    with pytest.raises(Refused):
        services.withdraw(submitted, by=author)


# -- judging --------------------------------------------------------------------------------------------------------


def test_the_first_opinion_begins_the_reading(submitted, reviewer):
    judge(submitted, 1, by=reviewer)
    assert submitted.state == CurriculumState.IN_REVIEW


def test_the_last_favourable_opinion_validates_and_tells_the_author_once(submitted, author, reviewer):
    judge(submitted, 1, by=reviewer)
    judge(submitted, 2, Opinion.REMARK, by=reviewer)
    assert submitted.state == CurriculumState.VALIDATED
    assert submitted.decided_by == reviewer
    assert submitted.content_hash == submitted.text_hash()
    assert letters("curriculum_validated") == [author.email]
    assert services.validated_curriculum(submitted.programme) == submitted


def test_validating_supersedes_the_version_in_force(author, reviewer):
    old = factories.curriculum(by=author)
    new = services.create_curriculum(old.programme, by=author)
    services.submit(new, by=author)
    services.approve_rest(new, by=reviewer)
    old.refresh_from_db()
    assert (old.state, new.state) == (CurriculumState.SUPERSEDED, CurriculumState.VALIDATED)


def test_one_request_for_changes_gives_the_text_back_once_every_module_is_judged(submitted, author, reviewer):
    judge(submitted, 1, Opinion.CHANGES, by=reviewer)
    assert submitted.state == CurriculumState.IN_REVIEW
    judge(submitted, 2, by=reviewer)
    assert submitted.state == CurriculumState.CHANGES_REQUESTED
    assert letters("curriculum_changes_requested") == [author.email]
    letter = OutgoingMessage.objects.get(template="programmes/curriculum_changes_requested")
    assert "Module 1 (1)" in letter.text


def test_an_unfavourable_opinion_blocks_until_it_is_answered(submitted, author, reviewer):
    judge(submitted, 1, by=reviewer)
    judge(submitted, 2, Opinion.UNFAVOURABLE, by=reviewer)
    assert (submitted.state, submitted.decided_by) == (CurriculumState.CHANGES_REQUESTED, None)
    with pytest.raises(Refused):
        services.submit(submitted, by=author)
    services.reply(ChangeRequest.objects.get(), text="Ce module est imposé par l’arrêté.", by=author)
    services.submit(submitted, by=author)
    judge(submitted, 2, by=reviewer)
    assert submitted.state == CurriculumState.VALIDATED


def test_who_is_unfavourable_to_a_module_may_refuse_the_version_for_a_reason(submitted, author, reviewer):
    with pytest.raises(Refused):
        services.refuse(submitted, reason="Hors sujet.", by=reviewer)
    judge(submitted, 2, Opinion.UNFAVOURABLE, by=reviewer)
    with pytest.raises(Refused):
        services.refuse(submitted, reason="  ", by=reviewer)
    services.refuse(submitted, reason="Hors sujet.", by=reviewer)
    assert (submitted.state, submitted.decided_by) == (CurriculumState.REFUSED, reviewer)
    assert letters("curriculum_refused") == [author.email]
    assert "Hors sujet" in OutgoingMessage.objects.get(template="programmes/curriculum_refused").text


def test_a_quorum_of_two_needs_two_reviewers_on_each_module(author, reviewer):
    curriculum = factories.curriculum(factories.programme(quorum=2), state=CurriculumState.SUBMITTED, by=author)
    services.approve_rest(curriculum, by=reviewer)
    judge(curriculum, 1, by=reviewer)
    assert curriculum.state == CurriculumState.IN_REVIEW
    services.approve_rest(curriculum, by=factories.user(Role.REVIEWER, party_code="smt"))
    assert curriculum.state == CurriculumState.VALIDATED


def test_a_later_opinion_on_the_same_text_takes_the_place_of_the_first(author, reviewer):
    curriculum = factories.curriculum(factories.programme(quorum=2), state=CurriculumState.SUBMITTED, by=author)
    judge(curriculum, 1, Opinion.CHANGES, by=reviewer)
    judge(curriculum, 1, by=reviewer)
    assert Review.objects.get().opinion == Opinion.FAVOURABLE


@pytest.mark.parametrize("opinion", [Opinion.REMARK, Opinion.CHANGES, Opinion.UNFAVOURABLE])
def test_an_opinion_that_is_not_favourable_says_why(submitted, reviewer, opinion):
    module = submitted.modules.get(order=1)
    with pytest.raises(Refused):
        services.review_module(module, opinion=opinion, comment="  ", text_hash=module.text_hash(), by=reviewer)
    assert not Review.objects.exists()


def test_an_opinion_on_another_text_than_the_present_one_is_stale(submitted, reviewer):
    module = submitted.modules.get(order=1)
    with pytest.raises(Stale):
        services.review_module(module, opinion=Opinion.FAVOURABLE, text_hash="0" * 64, by=reviewer)
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    "state",
    [CurriculumState.DRAFT, CurriculumState.CHANGES_REQUESTED, CurriculumState.VALIDATED, CurriculumState.REFUSED],
)
def test_a_version_nobody_submitted_or_already_decided_takes_no_opinion(state, reviewer):
    curriculum = factories.curriculum(state=state)
    with pytest.raises(Refused):
        judge(curriculum, 1, by=reviewer)
    with pytest.raises(Refused):
        services.approve_rest(curriculum, by=reviewer)


def test_whoever_began_or_submitted_a_version_does_not_judge_it(draft, author):
    second = factories.user(Role.REVIEWER, party_code="smt")
    services.submit(draft, by=second)
    for writer in (author, second):
        with pytest.raises(Refused):
            judge(draft, 1, by=writer)
    assert letters("curriculum_submitted") == []


def test_whoever_wrote_one_module_even_in_an_earlier_version_does_not_judge(author, reviewer):
    first = services.create_curriculum(factories.programme(), by=author)
    services.add_module(first, by=reviewer, **TEXTS)
    services.submit(first, by=author)
    other = factories.user(Role.REVIEWER, party_code="smt")
    services.approve_rest(first, by=other)
    second = services.create_curriculum(first.programme, by=author)
    services.submit(second, by=author)
    with pytest.raises(Refused):
        services.approve_rest(second, by=reviewer)
    assert letters("curriculum_submitted") == [other.email]


def test_favourable_opinions_stand_on_modules_left_unchanged(submitted, author, reviewer):
    judge(submitted, 1, by=reviewer)
    judge(submitted, 2, Opinion.CHANGES, by=reviewer)
    module = submitted.modules.get(order=2)
    services.edit_module(module, version=1, by=author, assessment="Deux appels simulés.")
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(submitted, by=author)
        kept, changed = services.standings(submitted, reader=reviewer)
        assert (kept.is_kept, kept.favourable) == (True, 1)
        assert (changed.mine, changed.opinions, changed.is_unanswered) == (None, [], False)
        judge(submitted, 2, by=reviewer)
    assert submitted.state == CurriculumState.VALIDATED


def test_a_request_answered_by_the_same_text_must_be_judged_again_and_by_itself(submitted, author, reviewer):
    judge(submitted, 1, by=reviewer)
    judge(submitted, 2, Opinion.CHANGES, by=reviewer)
    services.reply(ChangeRequest.objects.get(), text="Nous préférons le garder ainsi.", by=author)
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(submitted, by=author)
        assert services.standings(submitted, reader=reviewer)[1].is_unanswered
        assert services.approve_rest(submitted, by=reviewer) == 0
        assert submitted.state == CurriculumState.IN_REVIEW
        judge(submitted, 2, by=reviewer)
    assert submitted.state == CurriculumState.VALIDATED


def test_a_version_resubmitted_without_the_criticised_module_needs_only_a_confirmation(submitted, author, reviewer):
    judge(submitted, 1, by=reviewer)
    judge(submitted, 2, Opinion.CHANGES, by=reviewer)
    with pytest.raises(Refused):
        services.remove_module(submitted.modules.get(order=2), by=author)
    services.reply(ChangeRequest.objects.get(), text="Nous le retirons.", by=author)
    services.remove_module(submitted.modules.get(order=2), by=author)
    with clock.travel(clock.now() + timedelta(days=1)):
        services.submit(submitted, by=author)
        services.approve_rest(submitted, by=reviewer)
    assert submitted.state == CurriculumState.VALIDATED


def test_approving_the_rest_leaves_the_opinions_already_given(submitted, reviewer):
    judge(submitted, 1, Opinion.REMARK, by=reviewer)
    assert services.approve_rest(submitted, by=reviewer) == 1
    assert list(Review.objects.values_list("opinion", flat=True)) == [Opinion.REMARK, Opinion.FAVOURABLE]


# -- what others ask ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "opens"),
    [
        (CurriculumState.DRAFT, False),
        (CurriculumState.SUBMITTED, True),
        (CurriculumState.IN_REVIEW, True),
        (CurriculumState.CHANGES_REQUESTED, True),
        (CurriculumState.VALIDATED, True),
        (CurriculumState.REFUSED, False),
    ],
)
def test_applications_may_open_on_a_submitted_version_and_offers_on_a_validated_one(state, opens):
    curriculum = factories.curriculum(state=state)
    assert (services.curriculum_for_applications(curriculum.programme) == curriculum) is opens
    in_force = services.validated_curriculum(curriculum.programme)
    assert (in_force is not None) is (state == CurriculumState.VALIDATED)


def test_the_text_in_force_is_found_beside_the_new_one(author):
    old = factories.curriculum(by=author)
    new = services.create_curriculum(old.programme, by=author)
    added = services.add_module(new, by=author, **TEXTS)
    assert services.previous_text(new.modules.get(order=1)) == old.modules.get(order=1)
    assert services.previous_text(added) is None


def test_the_story_tells_each_step_once_with_who_did_it(submitted, author, reviewer):
    judge(submitted, 1, by=reviewer)
    told = [(event.text, event.who) for day in services.story(submitted) for event in day["entries"]]
    assert [who for _text, who in told] == [reviewer.full_name, reviewer.full_name, "", author.full_name]
    assert reviewer.full_name in told[2][0]


def test_writing_a_module_all_day_is_one_line_of_the_story(draft, author):
    module = draft.modules.get(order=1)
    for hours in (10, 20, 30):
        services.edit_module(module, version=module.version, by=author, hours=hours)
    assert Module.objects.get(pk=module.pk).version == 4
    assert len(services.story(draft)[0]["entries"]) == 1

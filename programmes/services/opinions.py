"""Opinions: each on the exact text of a module; the last of them decides the version, once."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock
from partnership.models import User
from partnership.workflow import Refused, Stale, record, record_all

from ..models import Assignment, ChangeRequest, Curriculum, Field, Module, OpinionDraft, Review
from ..states import ASKING_OPINIONS, Opinion
from .decisions import begin_reading, close_as_refused, put_in_force, send_back
from .holding import hold, hold_to_review, refresh
from .requests import add, ask, prepare, settle
from .standings import Standing, reviewers, standings


@transaction.atomic
def review_module(
    module: Module,
    *,
    opinion: str,
    comment: str = "",
    requests: Mapping[str, str] | None = None,
    text_hash: str,
    by: User,
) -> Review:
    """Give an opinion on a module's exact text; it may decide the version. Stale if the text is no longer that one.

    What is asked for stands in `requests`, by field, in place of those kept before; the comment of an opinion that
    asks is a request on the whole module.
    """
    curriculum = module.curriculum
    hold_to_review(curriculum, by=by)
    refresh(module)
    module.curriculum = curriculum
    prefetch_related_objects([module], "attachments")
    if module.text_hash() != text_hash:
        raise Stale(module)
    prepare(module, requests or {}, by=by)
    review = _give(module, opinion, comment.strip(), by=by)
    _read_on(curriculum, by=by)
    return review


@transaction.atomic
def approve_rest(curriculum: Curriculum, *, by: User, text_hash: str | None = None) -> int:
    """Give a favourable opinion on every module the reviewer has not commented; the number of opinions given.

    Stale if the text is no longer the one of `text_hash`: its author may have taken it back and submitted another.
    """
    hold_to_review(curriculum, by=by)
    if text_hash is not None and curriculum.text_hash() != text_hash:
        raise Stale(curriculum)
    lines = uncommented(curriculum, standings(curriculum, reader=by), reader=by)
    now = clock.now()
    given = Review.objects.bulk_create(
        Review(
            module=line.module,
            given_by=by,
            opinion=Opinion.FAVOURABLE,
            text_hash=line.module.text_hash(),
            read=line.module.texts(),
            given_at=now,
        )
        for line in lines
    )
    record_all([(review, review.module.title) for review in given], Opinion.FAVOURABLE, by=by)
    _read_on(curriculum, by=by)
    return len(lines)


@transaction.atomic
def refuse(curriculum: Curriculum, *, reason: str, by: User) -> None:
    """Refuse a whole version, for a reason its authors read; only who is unfavourable to one of its modules may."""
    hold_to_review(curriculum, by=by)
    lines = standings(curriculum, reader=by)
    if not (refused := [line for line in lines if line.mine and line.mine.opinion == Opinion.UNFAVOURABLE]):
        raise Refused(_("Say first to which module you are unfavourable, and why."))
    if not reason.strip():
        raise Refused(_("Say why the version is refused."))
    close_as_refused(curriculum, reason=reason.strip(), modules=titles(refused), by=by)


def uncommented(curriculum: Curriculum, lines: Iterable[Standing], *, reader: User) -> list[Standing]:
    """The modules on whose text a reader has said nothing, not even in a draft, and asks nothing."""
    drafts = OpinionDraft.objects.filter(module__curriculum=curriculum, reader=reader)
    begun = set(drafts.values_list("module", flat=True))
    return [
        line
        for line in lines
        if line.mine is None
        and not line.is_unanswered
        and not line.prepared
        and not any(request.written_by_id == reader.pk for request in line.requests)
        and line.module.pk not in begun
    ]


@transaction.atomic
def save_draft(module: Module, *, opinion: str = "", comment: str = "", requests: Mapping[str, str], by: User) -> None:
    """Keep what a reviewer has begun to say of a module until they give it, whatever becomes of the version.

    Nothing said is nothing kept; nobody else reads it.
    """
    hold(module.curriculum)
    refresh(module)
    prepare(module, requests, by=by)
    mine = {"module": module, "reader": by}
    if opinion or comment:
        said = {"opinion": opinion, "comment": comment, "saved_at": clock.now()}
        OpinionDraft.objects.update_or_create(**mine, defaults=said)
    else:
        OpinionDraft.objects.filter(**mine).delete()


def _give(module: Module, opinion: str, comment: str, *, by: User) -> Review:
    mine = ChangeRequest.objects.filter(module=module, written_by=by, settled_at=None)
    if opinion in ASKING_OPINIONS:
        if comment and not mine.filter(field=Field.MODULE, text=comment).exists():
            add(module, field=Field.MODULE, text=comment, by=by)
        if not ask(mine, module, by=by):
            raise Refused(_("Say what must change: a request is needed unless the opinion is favourable."))
        comment = ""
    else:
        if kept := mine.filter(asked_at=None).count():
            raise Refused(
                ngettext(
                    "You keep %(n)s request on this module: ask for the change, or take it away.",
                    "You keep %(n)s requests on this module: ask for the changes, or take them away.",
                    kept,
                )
                % {"n": kept}
            )
        if opinion == Opinion.REMARK and not comment:
            raise Refused(_("Say why: a comment is needed unless the opinion is favourable."))
        for request in mine:
            settle(request, by=by)
    review, _created = Review.objects.update_or_create(
        module=module,
        given_by=by,
        text_hash=module.text_hash(),
        defaults={"opinion": opinion, "comment": comment, "given_at": clock.now(), "read": module.texts()},
    )
    OpinionDraft.objects.filter(module=module, reader=by).delete()
    record(review, opinion, by=by, reason=module.title)
    return review


def _read_on(curriculum: Curriculum, *, by: User) -> None:
    """Note that reading has begun and, once each module has the opinions it needs, decide; the caller holds the row.

    An unfavourable opinion blocks like a request: the version comes back once its authors have answered it.
    """
    begin_reading(curriculum, by=by)
    lines = standings(curriculum, reader=by)
    if all(line.mine for line in lines):
        Assignment.objects.filter(curriculum=curriculum, reviewer=by, read_at=None).update(read_at=clock.now())
    if any(len(line.opinions) < curriculum.programme.quorum for line in lines) or _must_be_heard(curriculum, lines):
        return
    to_change = [line for line in lines if line.is_asked_to_change]
    if to_change:
        send_back(curriculum, modules=titles(to_change), by=by)
    else:
        put_in_force(curriculum, by=by)


def _must_be_heard(curriculum: Curriculum, lines: Iterable[Standing]) -> bool:
    """Whether somebody's request came back in words alone and they have not said what they think of them.

    Somebody who is still asked to judge, and may: whoever left, or whom the coordinator replaced, holds up nothing.
    """
    waiting = {
        request.written_by_id
        for line in lines
        for request in line.requests
        if request.asked_at < curriculum.submitted_at
        and line.module.field_hash(request.field) == request.asked_of
        and not any(review.given_by_id == request.written_by_id for review in line.opinions)
    }
    if not waiting:
        return False
    asked = set(curriculum.assignments.values_list("reviewer", flat=True))
    return any(user.pk in waiting & asked for user in reviewers(curriculum))


def titles(lines: Iterable[Standing]) -> str:
    """Modules by title and number, as a letter names them."""
    return ", ".join(f"{line.module.title} ({line.module.order})" for line in lines)

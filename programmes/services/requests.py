"""Requests: kept while a reviewer reads, asked with their opinion, answered by another text or in words, settled."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock
from partnership.models import User
from partnership.workflow import Actor, Refused, record

from .. import emails, policies
from ..models import ChangeRequest, Curriculum, Module, Reply
from ..states import ASKING_OPINIONS, REVIEWABLE, WRITABLE
from .holding import hold
from .standings import Standing, authors, standing_of, standings


def prepare(module: Module, texts: Mapping[str, str], *, by: User) -> None:
    """Keep what a reviewer will ask of each field, in place of what they kept of it; an empty text takes it away."""
    mine = ChangeRequest.objects.filter(module=module, written_by=by, settled_at=None)
    known = {request.field: request for request in mine if request.asked_at is None}
    asked = {(request.field, request.text) for request in mine if request.asked_at is not None}
    for field, text in texts.items():
        kept, text = known.get(field), text.strip()
        if (field, text) in asked:
            continue  # the form was sent twice
        if kept is not None and not text:
            kept.delete()
        elif kept is not None and kept.text != text:
            kept.text, kept.written_at = text, clock.now()
            kept.save(update_fields=["text", "written_at"])
        elif kept is None and text:
            add(module, field=field, text=text, by=by)


def add(module: Module, *, field: str, text: str, by: User) -> ChangeRequest:
    """Write a request that is not asked yet."""
    return ChangeRequest.objects.create(module=module, field=field, text=text, written_at=clock.now(), written_by=by)


def ask(requests: QuerySet[ChangeRequest], module: Module, *, by: User) -> int:
    """Ask, or ask again, what a reviewer has open on a module; how many requests that is."""
    now = clock.now()
    asked = list(requests)
    for request in asked:
        request.module = module
        request.asked_at, request.asked_of = now, module.field_hash(request.field)
        request.save(update_fields=["asked_at", "asked_of"])
        record(request, "asked", by=by, reason=module.title)
    return len(asked)


@transaction.atomic
def settle_request(request: ChangeRequest, *, by: User) -> None:
    """Call a request settled: its writer asks for nothing more there."""
    hold(request.module.curriculum)
    request.refresh_from_db()
    if not request.is_open or request.written_by_id != by.pk:
        raise Refused(_("This request is not open."))
    others = ChangeRequest.objects.filter(module=request.module_id, written_by=by, settled_at=None)
    if request.module.curriculum.state in REVIEWABLE and not others.exclude(pk=request.pk).exists():
        line = standing_of(request.module)
        if any(review.given_by_id == by.pk and review.opinion in ASKING_OPINIONS for review in line.opinions):
            raise Refused(_("It is all that your opinion asks for: give another opinion of the module instead."))
    settle(request, by=by)


def settle(request: ChangeRequest, *, by: Actor) -> None:
    """Close a request, and journal it; the caller holds the version's row."""
    request.settled_at = clock.now()
    request.save(update_fields=["settled_at"])
    record(request, "settled", by=by, reason=request.module.title)


@transaction.atomic
def reply(request: ChangeRequest, *, text: str, by: User) -> Reply:
    """Write in the thread of a request: from an author it is an answer, from a reviewer its authors hear of it."""
    curriculum = request.module.curriculum
    hold(curriculum)
    request.refresh_from_db()
    if curriculum.state not in (*REVIEWABLE, *WRITABLE) or not request.is_open:
        raise Refused(_("This request is closed: nothing more can be said of it."))
    if not text.strip():
        raise Refused(_("Write your reply."))
    is_answer = policies.can_write(by, curriculum)
    said = Reply.objects.create(
        request=request, text=text.strip(), is_answer=is_answer, written_at=clock.now(), written_by=by
    )
    record(request, "replied", by=by, reason=request.module.title)
    if not is_answer:
        for author in authors(curriculum):
            emails.change_request_replied(said, to=author)
    return said


def close_requests(curriculum: Curriculum, *, by: Actor) -> None:
    """Settle what is still open as a version is put in force: nothing waits for an answer any more."""
    still_open = ChangeRequest.objects.filter(module__curriculum=curriculum, asked_at__isnull=False, settled_at=None)
    for request in still_open.select_related("module"):
        settle(request, by=by)


def must_be_answered(curriculum: Curriculum) -> None:
    """Refused while a request has neither another text nor a word of the authors as its answer."""
    waiting = [line for line in standings(curriculum) if line.unanswered]
    if not waiting:
        return
    number = sum(len(line.unanswered) for line in waiting)
    raise Refused(
        ngettext(
            "%(n)s request has no answer yet: write the text again or reply. Modules: %(modules)s.",
            "%(n)s requests have no answer yet: write the texts again or reply. Modules: %(modules)s.",
            number,
        )
        % {"n": number, "modules": ", ".join(_named(line) for line in waiting)}
    )


def _named(line: Standing) -> str:
    return f"{line.module.order} ({line.module.title})"

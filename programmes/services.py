"""What happens to a content: it is written, submitted, read module by module, and decided exactly once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Prefetch
from django.utils.translation import gettext as _

from partnership import clock, outbox
from partnership.models import JournalEntry, Membership, User, ref
from partnership.states import ActorKind, Role
from partnership.workflow import Refused, Stale, edit, move, record

from . import emails, policies
from .models import Curriculum, CurriculumQuerySet, Module, Programme, Review
from .states import (
    FAVOURABLE_OPINIONS,
    OPENS_APPLICATIONS,
    REVIEWABLE,
    WRITABLE,
    CurriculumState,
    Opinion,
    ProgrammeKind,
)

TEXTS = ("block", *Module.TEXTS)

# -- what other apps ask --------------------------------------------------------------------------------------------


def validated_curriculum(programme: Programme) -> Curriculum | None:
    """The version in force: without one, no offer, no contract, no start."""
    return programme.curricula.validated().first()


def curriculum_for_applications(programme: Programme) -> Curriculum | None:
    """The version on which applications may open: the validated one, else the one being judged."""
    return validated_curriculum(programme) or programme.curricula.filter(state__in=OPENS_APPLICATIONS).first()


# -- writing --------------------------------------------------------------------------------------------------------


@transaction.atomic
def create_curriculum(programme: Programme, *, by: User) -> Curriculum:
    """Begin a version: a copy of the validated one (else of the last refused one), else empty; one at a time."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    if programme.kind == ProgrammeKind.CHAIR:
        raise Refused(_("A chair has activities, no content to validate."))
    if programme.curricula.filter(state__in=[*WRITABLE, *REVIEWABLE]).exists():
        raise Refused(_("A version of this content is already being prepared."))
    refused = programme.curricula.filter(state=CurriculumState.REFUSED)
    source = validated_curriculum(programme) or refused.first()
    last = programme.curricula.aggregate(last=Max("number"))["last"] or 0
    curriculum = Curriculum.objects.create(programme=programme, number=last + 1, created_at=clock.now(), created_by=by)
    if source is not None:
        Module.objects.bulk_create(
            Module(
                curriculum=curriculum,
                lineage=module.lineage,
                order=module.order,
                **{name: getattr(module, name) for name in TEXTS},
            )
            for module in source.modules.all()
        )
    record(curriculum, CurriculumState.DRAFT, by=by)
    return curriculum


@transaction.atomic
def add_module(curriculum: Curriculum, *, by: User, **texts: Any) -> Module:
    """Add a module at the end of a version its author holds."""
    _hold_to_write(curriculum)
    last = curriculum.modules.aggregate(last=Max("order"))["last"] or 0
    module = Module.objects.create(curriculum=curriculum, order=last + 1, **texts)
    record(module, "added", by=by)
    return module


@transaction.atomic
def edit_module(module: Module, *, version: int, by: User, **texts: Any) -> Module:
    """Write a module's texts; Stale if somebody else has written in it since `version`."""
    _hold_to_write(module.curriculum)
    _refresh(module)
    if module.version != version:
        raise Stale(module)
    changes = {name: value for name, value in texts.items() if getattr(module, name) != value}
    if changes:
        edit(module, by=by, version=version, **changes)
    return module


@transaction.atomic
def remove_module(module: Module, *, by: User) -> None:
    """Take a module out of a version its author holds; the journal keeps its title."""
    _hold_to_write(module.curriculum)
    _refresh(module)
    record(module, "removed", by=by, reason=module.title)
    module.curriculum.modules.filter(order__gt=module.order).update(order=F("order") - 1)
    module.delete()


@transaction.atomic
def move_module(module: Module, *, up: bool, by: User) -> None:
    """Swap a module with the one before it, or after it; nothing happens at either end."""
    _hold_to_write(module.curriculum)
    _refresh(module)
    step = -1 if up else 1
    modules = module.curriculum.modules
    if not modules.filter(order=module.order + step).update(order=module.order):
        return
    modules.filter(pk=module.pk).update(order=module.order + step)
    record(module, "moved", by=by)
    module.refresh_from_db()


@transaction.atomic
def submit(curriculum: Curriculum, *, by: User) -> None:
    """Hand a version over to the reviewers, and tell those who may judge it."""
    _hold(curriculum)
    if not curriculum.modules.exists():
        raise Refused(_("A content needs at least one module before it is submitted."))
    move(curriculum, CurriculumState.SUBMITTED, by=by, submitted_at=clock.now(), submitted_by=by)
    for reviewer in reviewers(curriculum):
        emails.curriculum_submitted(curriculum, to=reviewer)


@transaction.atomic
def withdraw(curriculum: Curriculum, *, by: User) -> None:
    """Take back a version nobody has read yet; letters that have not left do not leave."""
    _hold(curriculum)
    move(curriculum, CurriculumState.DRAFT, by=by)
    outbox.cancel(about=curriculum)


# -- judging --------------------------------------------------------------------------------------------------------


@transaction.atomic
def review_module(module: Module, *, opinion: str, comment: str = "", text_hash: str, by: User) -> Review:
    """Give an opinion on a module's exact text; it may decide the version. Stale if the text is no longer that one."""
    curriculum = module.curriculum
    _hold_to_review(curriculum, by=by)
    _refresh(module)
    if module.text_hash() != text_hash:
        raise Stale(module)
    review = _give(module, opinion, comment.strip(), by=by)
    _read_on(curriculum, by=by)
    return review


@transaction.atomic
def approve_rest(curriculum: Curriculum, *, by: User, text_hash: str | None = None) -> int:
    """Give a favourable opinion on every module the reviewer has not commented; the number of opinions given.

    Stale if the text is no longer the one of `text_hash`: its author may have taken it back and submitted another.
    """
    _hold_to_review(curriculum, by=by)
    if text_hash is not None and curriculum.text_hash() != text_hash:
        raise Stale(curriculum)
    lines = standings(curriculum, reader=by)
    to_read = [line.module for line in lines if line.mine is None and not line.is_unanswered]
    for module in to_read:
        _give(module, Opinion.FAVOURABLE, "", by=by)
    _read_on(curriculum, by=by)
    return len(to_read)


def _give(module: Module, opinion: str, comment: str, *, by: User) -> Review:
    if opinion != Opinion.FAVOURABLE and not comment:
        raise Refused(_("Say why: a comment is needed unless the opinion is favourable."))
    review, _created = Review.objects.update_or_create(
        module=module,
        given_by=by,
        text_hash=module.text_hash(),
        defaults={"opinion": opinion, "comment": comment, "given_at": clock.now(), "read": module.texts()},
    )
    record(review, opinion, by=by, reason=module.title)
    return review


def _read_on(curriculum: Curriculum, *, by: User) -> None:
    """Note that reading has begun and, once every module is judged, decide; the caller holds the version's row."""
    if curriculum.state == CurriculumState.SUBMITTED:
        move(curriculum, CurriculumState.IN_REVIEW, by=by)
    standing = standings(curriculum)
    if not all(line.opinions for line in standing):
        return
    refused = [line for line in standing if line.has(Opinion.UNFAVOURABLE)]
    to_change = [line for line in standing if line.has(Opinion.CHANGES)]
    if refused:
        move(curriculum, CurriculumState.REFUSED, by=by, decided_at=clock.now(), decided_by=by)
        for author in authors(curriculum):
            emails.curriculum_refused(curriculum, to=author, modules=_titles(refused))
    elif to_change:
        move(curriculum, CurriculumState.CHANGES_REQUESTED, by=by)
        for author in authors(curriculum):
            emails.curriculum_changes_requested(curriculum, to=author, by=by, modules=_titles(to_change))
    elif all(line.favourable >= curriculum.programme.quorum for line in standing):
        _validate(curriculum, by=by)


def _validate(curriculum: Curriculum, *, by: User) -> None:
    # The old version goes first: the database allows one validated version a programme at any moment.
    in_force = validated_curriculum(curriculum.programme)
    if in_force is not None:
        move(in_force, CurriculumState.SUPERSEDED, by=by)
    move(
        curriculum,
        CurriculumState.VALIDATED,
        by=by,
        decided_at=clock.now(),
        decided_by=by,
        content_hash=curriculum.text_hash(),
    )
    for author in authors(curriculum):
        emails.curriculum_validated(curriculum, to=author)


def _titles(lines: "Iterable[Standing]") -> str:
    return ", ".join(f"{line.module.title} ({line.module.order})" for line in lines)


# -- where a version stands -----------------------------------------------------------------------------------------


@dataclass
class Standing:
    """A module and the opinions that count on its present text."""

    module: Module
    opinions: list[Review] = field(default_factory=list)
    # The reader's own opinion on the present text, and what they last said of an earlier text or turn.
    mine: Review | None = None
    earlier: Review | None = None
    is_kept: bool = False

    @property
    def favourable(self) -> int:
        """How many reviewers are favourable, each counted once."""
        return sum(review.opinion in FAVOURABLE_OPINIONS for review in self.opinions)

    @property
    def is_unanswered(self) -> bool:
        """Whether the reader's request came back with the same text."""
        return self.earlier is not None and self.earlier.text_hash == self.module.text_hash()

    def has(self, opinion: Opinion) -> bool:
        return any(review.opinion == opinion for review in self.opinions)


def with_opinions(curricula: CurriculumQuerySet) -> CurriculumQuerySet:
    """Fetch versions with all that `standings` needs, in a constant number of queries."""
    reviews = Review.objects.select_related("given_by").order_by("given_at")
    modules = Module.objects.prefetch_related(Prefetch("reviews", queryset=reviews))
    return curricula.select_related(
        "programme__reviewer_party", "programme__provider", "created_by", "submitted_by", "decided_by"
    ).prefetch_related(Prefetch("modules", queryset=modules))


def standings(curriculum: Curriculum, *, reader: User | None = None) -> list[Standing]:
    """Every module with the opinions that count.

    An opinion counts on the text it was given on. A request that the author answered by submitting again without a
    change must be made again: only favourable opinions outlive a submission.
    """
    known = getattr(curriculum, "_prefetched_objects_cache", {})
    modules = (
        curriculum.modules.all() if "modules" in known else curriculum.modules.prefetch_related("reviews__given_by")
    )
    return [_standing(module, curriculum, reader) for module in modules]


def _standing(module: Module, curriculum: Curriculum, reader: User | None) -> Standing:
    standing = Standing(module)
    text_hash = module.text_hash()
    for review in module.reviews.all():
        is_mine = reader is not None and review.given_by_id == reader.pk
        is_recent = curriculum.submitted_at is None or review.given_at >= curriculum.submitted_at
        if review.text_hash == text_hash and (is_recent or review.opinion in FAVOURABLE_OPINIONS):
            standing.opinions.append(review)
            if is_mine:
                standing.mine, standing.is_kept = review, not is_recent
        elif is_mine:
            standing.earlier = review
    return standing


def previous_text(module: Module) -> Module | None:
    """The same module in the version in force, to be read beside the new text."""
    others = Module.objects.filter(lineage=module.lineage, curriculum__programme=module.curriculum.programme_id)
    in_force = others.filter(curriculum__state=CurriculumState.VALIDATED).exclude(curriculum=module.curriculum_id)
    return in_force.select_related("curriculum").first()


def last_reading(module: Module, *, reader: User) -> Review | None:
    """What somebody read when they last gave an opinion on another text of a module, in this version or before."""
    read = Review.objects.filter(
        given_by=reader, module__lineage=module.lineage, module__curriculum__programme=module.curriculum.programme_id
    )
    return read.exclude(read={}).exclude(text_hash=module.text_hash()).order_by("given_at").last()


def reviewers(curriculum: Curriculum) -> list[User]:
    """Those who may judge a version: reviewers of the validating party who have not written in it."""
    memberships = Membership.objects.current().filter(
        role=Role.REVIEWER, party=curriculum.programme.reviewer_party_id, user__is_active=True
    )
    people = {membership.user for membership in memberships.select_related("user")}
    return sorted((user for user in people if not policies.has_written(user, curriculum)), key=lambda user: user.email)


def authors(curriculum: Curriculum) -> list[User]:
    """Those who began, submitted or wrote in this version."""
    wrote = JournalEntry.objects.filter(
        about=ref(curriculum), actor_kind=ActorKind.USER, subject__startswith="programmes.module:"
    ).values_list("actor_ref", flat=True)
    keys = {curriculum.created_by_id, curriculum.submitted_by_id, *wrote} - {None}
    return list(User.objects.filter(pk__in=keys, is_active=True).order_by("email"))


# -- the story of a version -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """A line of a version's story, as the timeline shows it."""

    text: str
    at: datetime
    who: str
    shape: str = "disc"
    meaning: str = "go"


def story(curriculum: Curriculum, *, most: int = 60) -> list[dict[str, Any]]:
    """The journal of a version by day, newest first; writing the same module all day long is one line."""
    entries = list(JournalEntry.objects.filter(about=ref(curriculum))[: 5 * most])
    names = {
        str(user.pk): user.full_name
        for user in User.objects.filter(pk__in={e.actor_ref for e in entries if e.actor_kind == ActorKind.USER})
    }
    titles = {entry.subject: entry.reason for entry in entries if entry.after == "removed"}
    titles |= {ref(module): module.title for module in curriculum.modules.all()}
    days: list[dict[str, Any]] = []
    seen: set[tuple] = set()
    for entry in entries:
        day = entry.at.astimezone(clock.PARIS).date()
        line = (day, entry.subject, entry.after, entry.actor_ref)
        if entry.after in ("edited", "moved") and line in seen:
            continue
        seen.add(line)
        if len(seen) > most:
            break
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "entries": []})
        text, shape, meaning = _told(entry, titles)
        days[-1]["entries"].append(Event(text, entry.at, names.get(entry.actor_ref, ""), shape, meaning))
    return days


def _told(entry: JournalEntry, titles: dict[str, str]) -> tuple[str, str, str]:
    kind = entry.subject.partition(":")[0]
    if kind == "programmes.module":
        told = {
            "added": _("“%(module)s” added"),
            "edited": _("“%(module)s” rewritten"),
            "moved": _("“%(module)s” moved"),
            "removed": _("“%(module)s” removed"),
        }[entry.after]
        return told % {"module": titles.get(entry.subject, "")}, "pencil", "go"
    if kind == "programmes.review":
        words = {"module": entry.reason, "opinion": Opinion(entry.after).label}
        is_favourable = entry.after in FAVOURABLE_OPINIONS
        return _("“%(module)s”: %(opinion)s") % words, "disc" if is_favourable else "triangle", "go"
    if entry.after == CurriculumState.DRAFT:
        return (_("Withdrawn by its author") if entry.before else _("Version begun")), "ring", "go"
    told = {
        CurriculumState.SUBMITTED: (_("Submitted to the reviewers"), "arrow", "go"),
        CurriculumState.IN_REVIEW: (_("Reading begun"), "half", "go"),
        CurriculumState.CHANGES_REQUESTED: (_("Changes requested"), "triangle", "go"),
        CurriculumState.VALIDATED: (_("Content validated"), "tick", "go"),
        CurriculumState.REFUSED: (_("Content refused"), "refused", "late"),
        CurriculumState.SUPERSEDED: (_("Superseded by a newer version"), "disc", "go"),
    }
    return told[CurriculumState(entry.after)]


# -- holding a version's row ------------------------------------------------------------------------------------------


def _hold(curriculum: Curriculum) -> None:
    """Lock the version's row and read it again: writing, submitting and judging it happen one after the other."""
    curriculum.refresh_from_db(from_queryset=Curriculum.objects.select_for_update())


def _hold_to_write(curriculum: Curriculum) -> None:
    _hold(curriculum)
    if curriculum.state not in WRITABLE:
        raise Refused(
            _("%(version)s is “%(state)s”: its text can no longer be changed.")
            % {"version": curriculum, "state": curriculum.get_state_display()}
        )


def _hold_to_review(curriculum: Curriculum, *, by: User) -> None:
    _hold(curriculum)
    if curriculum.state not in REVIEWABLE:
        raise Refused(
            _("%(version)s is “%(state)s”: no opinion can be given on it now.")
            % {"version": curriculum, "state": curriculum.get_state_display()}
        )
    if policies.has_written(by, curriculum):
        raise Refused(_("You wrote part of this content: somebody else must judge it."))


def _refresh(module: Module) -> None:
    try:
        module.refresh_from_db()
    except Module.DoesNotExist:
        raise Refused(_("“%(module)s” has been removed meanwhile.") % {"module": module}) from None

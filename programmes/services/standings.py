"""Where a version stands: its modules with the opinions that count, who may judge it, who wrote it."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from partnership.models import Membership, User
from partnership.states import Role

from .. import policies
from ..models import ChangeRequest, Curriculum, CurriculumQuerySet, Interest, Module, ModuleQuerySet, Reply, Review
from ..states import ASKING_OPINIONS, FAVOURABLE_OPINIONS, CurriculumState


@dataclass
class Standing:
    """A module, the opinions that count on its present text, and what is asked of it."""

    module: Module
    opinions: list[Review] = field(default_factory=list)
    # The reader's own opinion on the present text, and what they last said of an earlier text or turn.
    mine: Review | None = None
    earlier: Review | None = None
    is_kept: bool = False
    # The reader has asked for a change of this very text, before it was submitted again.
    is_unanswered: bool = False
    # What was asked and is not settled; what the reader has in preparation.
    requests: list[ChangeRequest] = field(default_factory=list)
    prepared: list[ChangeRequest] = field(default_factory=list)

    @property
    def favourable(self) -> int:
        """How many reviewers are favourable, each counted once."""
        return sum(review.opinion in FAVOURABLE_OPINIONS for review in self.opinions)

    @property
    def is_asked_to_change(self) -> bool:
        """Whether an opinion on the present text asks for a change or refuses it."""
        return any(review.opinion in ASKING_OPINIONS for review in self.opinions)

    @property
    def unanswered(self) -> list[ChangeRequest]:
        """The open requests that neither another text nor a word of the authors has answered."""
        return [request for request in self.requests if not is_answered(request, self.module)]


def is_answered(request: ChangeRequest, module: Module) -> bool:
    """Whether what was asked of has another text now, or an author has replied since."""
    return module.field_hash(request.field) != request.asked_of or is_replied(request)


def is_replied(request: ChangeRequest) -> bool:
    """Whether an author has written in its thread since it was asked."""
    return any(reply.is_answer and reply.written_at >= request.asked_at for reply in request.replies.all())


def with_opinions(curricula: CurriculumQuerySet) -> CurriculumQuerySet:
    """Fetch versions with all that `standings` needs, in a constant number of queries."""
    return curricula.select_related(
        "programme__reviewer_party", "programme__provider", "created_by", "submitted_by", "decided_by"
    ).prefetch_related(Prefetch("modules", queryset=_with_words(Module.objects.all())))


def _with_words(modules: ModuleQuerySet) -> ModuleQuerySet:
    return modules.prefetch_related(*_words())


def _words() -> tuple[str | Prefetch, ...]:
    """All that is said of a module: its attachments are part of its text."""
    replies = Reply.objects.select_related("written_by")
    requests = ChangeRequest.objects.select_related("written_by").prefetch_related(Prefetch("replies", replies))
    reviews = Review.objects.disinterested().select_related("given_by").order_by("given_at")
    return "attachments", Prefetch("reviews", reviews), Prefetch("requests", requests)


def standings(curriculum: Curriculum, *, reader: User | None = None) -> list[Standing]:
    """Every module with the opinions that count.

    An opinion counts on the text it was given on, unless its reviewer has declared an interest since. A request that
    the author answered by submitting again without a change must be made again: only favourable opinions outlive a
    submission.
    """
    known = "modules" in getattr(curriculum, "_prefetched_objects_cache", {})
    modules = curriculum.modules.all() if known else _with_words(curriculum.modules.all())
    return [_standing(module, curriculum, reader) for module in modules]


def standing_of(module: Module) -> Standing:
    """One module with the opinions and the requests that count."""
    prefetch_related_objects([module], *_words())
    return _standing(module, module.curriculum, None)


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
            standing.is_unanswered |= review.text_hash == text_hash
    for request in module.requests.all():
        if request.is_open:
            standing.requests.append(request)
        elif request.asked_at is None and reader is not None and request.written_by_id == reader.pk:
            standing.prepared.append(request)
    return standing


def previous_text(module: Module) -> Module | None:
    """The same module in the version in force, to be read beside the new text."""
    others = Module.objects.filter(lineage=module.lineage, curriculum__programme=module.curriculum.programme_id)
    in_force = others.filter(curriculum__state=CurriculumState.VALIDATED).exclude(curriculum=module.curriculum_id)
    return in_force.select_related("curriculum").prefetch_related("attachments").first()


def last_reading(module: Module, *, reader: User) -> Review | None:
    """What somebody read when they last gave an opinion on another text of a module, in this version or before."""
    read = Review.objects.filter(
        given_by=reader, module__lineage=module.lineage, module__curriculum__programme=module.curriculum.programme_id
    )
    return read.exclude(read={}).exclude(text_hash=module.text_hash()).order_by("given_at").last()


def reviewers(curriculum: Curriculum) -> list[User]:
    """Those who may judge a version: reviewers of the validating party without an interest in it."""
    programme = curriculum.programme
    current = Membership.objects.current()
    reviewing = current.filter(role=Role.REVIEWER, party=programme.reviewer_party_id)
    of_its_teachers = current.filter(party=programme.provider_id, user=OuterRef("pk"))
    declared = Interest.objects.in_force().filter(programme=programme, user=OuterRef("pk"))
    people = User.objects.filter(~Exists(of_its_teachers), ~Exists(declared), is_active=True)
    wrote = policies.writers(Curriculum.objects.filter(programme=programme))
    theirs = people.filter(pk__in=reviewing.values("user")).order_by("email")
    return [user for user in theirs if str(user.pk) not in wrote]


def authors(curriculum: Curriculum) -> list[User]:
    """Those who began, submitted or wrote in this version."""
    return list(User.objects.filter(pk__in=policies.writers([curriculum]), is_active=True).order_by("email"))

"""Where a version stands: its modules with the opinions that count, who may judge it, who wrote it."""

from dataclasses import dataclass, field

from django.db.models import Prefetch

from partnership.models import JournalEntry, Membership, User, ref
from partnership.states import ActorKind, Role

from .. import policies
from ..models import Curriculum, CurriculumQuerySet, Module, Review
from ..states import FAVOURABLE_OPINIONS, CurriculumState, Opinion


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

"""What the public is told of a course: what it promises, and its content in force, of which no other text is public.

A training body says, before anybody enrols, what the course demands, teaches, costs and leads to (Code du travail,
art. L6353-8 and L6111-8; quality indicator 1). What is not known is not shown; staff are told what is missing.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partnership import clock
from partnership.models import JournalEntry, ref
from partnership.templatetags.figures import longdate, number

from . import services
from .models import Block, Curriculum, Programme, blocks_of
from .states import CurriculumState


@dataclass(frozen=True)
class Section:
    """Something told of a course under a title of its own; `key` names its place in the page."""

    key: str
    title: str
    text: str


@dataclass(frozen=True)
class Content:
    """What is taught: the version in force by its blocks; none of its text while it is still being judged."""

    curriculum: Curriculum | None
    is_validated: bool
    blocks: list[Block]

    @property
    def hours(self) -> int:
        return sum(block.hours for block in self.blocks)

    @property
    def modules(self) -> int:
        return sum(len(block.modules) for block in self.blocks)


# -- what it promises -------------------------------------------------------------------------------------------------


def before(programme: Programme) -> list[Section]:
    """What is told of a course before its content."""
    return _known(
        Section("whom", _("For whom"), programme.audience),
        Section("needs", _("What you need"), programme.prerequisites),
        Section("aims", _("What you will be able to do"), programme.objectives),
        Section("gain", _("What you gain"), programme.outcome),
    )


def after(programme: Programme) -> list[Section]:
    """What is told of a course after its content and its dates."""
    officer = programme.disability_contact
    reached = _("Disability officer: %(person)s") % {"person": officer} if officer else ""
    open_to_all = "\n\n".join(text for text in (programme.accessibility, reached) if text)
    return _known(
        Section("methods", _("How you learn"), programme.methods),
        Section("assessed", _("How it is assessed"), programme.assessment),
        Section("access", _("How to join, and how long it takes"), programme.access_terms),
        Section("for-all", _("For disabled people"), open_to_all),
        Section("results", _("Results of those before"), programme.results),
    )


def _known(*sections: Section) -> list[Section]:
    return [section for section in sections if section.text]


def price(programme: Programme) -> str:
    """What it costs; where a host employs the apprentice, nothing (Code du travail, art. L6211-1)."""
    if programme.price:
        return programme.price
    return _("Nothing: the employer pays you, and the training is paid for.") if programme.is_hosted else ""


def duration(programme: Programme) -> str:
    """How long it is: hours of class, months of a contract; what is known of them."""
    hours, months = programme.hours, programme.months
    said = []
    if hours:
        said.append(ngettext("%(n)s hour of class", "%(n)s hours of class", hours) % {"n": number(hours)})
    if months:
        said.append(ngettext("a contract of %(n)s month", "a contract of %(n)s months", months) % {"n": months})
    return capfirst(", ".join(said))


def missing(programme: Programme) -> list[str]:
    """What must be published of a course one can join and is not known yet, each by its name in the administration."""
    if not programme.recruits:
        return []
    wanted = [
        "prerequisites",
        "objectives",
        "hours",
        "access_terms",
        "methods",
        "assessment",
        "accessibility",
        "disability_contact",
    ]
    if not price(programme):
        wanted.append("price")
    fields = {name: programme._meta.get_field(name).verbose_name for name in wanted}
    return [str(label) for name, label in fields.items() if not getattr(programme, name)]


# -- what is taught ---------------------------------------------------------------------------------------------------


def content(programme: Programme) -> Content:
    """The content in force, or the one being judged, of which only its existence is public."""
    curriculum = services.curriculum_for_applications(programme) if programme.recruits else None
    is_validated = curriculum is not None and curriculum.state == CurriculumState.VALIDATED
    return Content(curriculum, is_validated, blocks_of(curriculum.modules.all()) if is_validated else [])


def vouched(programme: Programme, curriculum: Curriculum) -> str:
    """Who validated the content in force, when, and which version it is."""
    return _("Content validated by %(party)s on %(day)s, version %(n)s") % {
        "party": programme.reviewer_party.name,
        "day": longdate(curriculum.decided_at),
        "n": curriculum.number,
    }


def updated_on(programme: Programme, told: Content) -> date | None:
    """The day on which what is told of the course last changed; None if nobody has written it down."""
    written = JournalEntry.objects.filter(subject=ref(programme), after__in=("added", "edited"))
    moments = [written.aggregate(last=Max("at"))["last"]]
    if told.is_validated:
        moments.append(told.curriculum.decided_at)
    known = [moment.astimezone(clock.PARIS).date() for moment in moments if moment]
    return max(known, default=None)


# -- as a paper -------------------------------------------------------------------------------------------------------


def facts(programme: Programme) -> list[dict[str, str]]:
    """What is known of a course in a line each, for a paper."""
    said: list[tuple[str, Any]] = [
        (_("Taught by"), programme.provider.name),
        (_("Level"), programme.level),
        (_("Recognised by"), programme.recognised_by),
        ("RNCP", programme.rncp_code),
        (_("Duration"), duration(programme)),
        (_("What it costs"), price(programme) if programme.recruits else ""),
    ]
    return [{"label": label, "text": str(value)} for label, value in said if value]

"""A module's text beside an older one: what its reader read last, or the version in force."""

from dataclasses import dataclass, field
from datetime import date

from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext

from partnership.models import User
from partnership.templatetags.figures import longdate, number, shortdate

from .. import diff, services
from ..forms.contents import REQUEST, OpinionForm
from ..models import ATTACHMENTS, ChangeRequest, Field, Module

# Which older text the present one stands beside: the parameter of the address, and its values.
SINCE, READING, IN_FORCE = "depuis", "lecture", "version"


@dataclass(frozen=True)
class OlderText:
    """A text of the module that the present one is read against."""

    key: str
    label: str
    title: str
    texts: dict[str, str | int]


def older_texts(module: Module, reader: User) -> list[OlderText]:
    """What the reader has read of the module last, then the text in force; what is not there is left out."""
    found = []
    if read := services.last_reading(module, reader=reader):
        said = {"day": shortdate(read.given_at), "opinion": read.get_opinion_display()}
        label = gettext("My last opinion, %(day)s") % said
        found.append(OlderText(READING, label, gettext("Read on %(day)s: %(opinion)s") % said, read.read))
    if before := services.previous_text(module):
        said = {"n": before.curriculum.number, "day": longdate(before.curriculum.decided_at)}
        label = gettext("Version %(n)s, validated on %(day)s") % said
        found.append(OlderText(IN_FORCE, label, gettext("Version %(n)s, in force") % said, before.texts()))
    return found


@dataclass
class TextField:
    """A field of a module beside an older text of it, and what is asked of it.

    A long text is read even when there is nothing to compare.
    """

    name: str
    label: str | Promise
    value: str | int | date | None
    is_text: bool
    is_compared: bool
    gone: list[diff.Piece]
    come: list[diff.Piece]
    asked: list[ChangeRequest] = field(default_factory=list)
    # Where the reader writes what they ask of it; None while they may not.
    ask: BoundField | None = None

    @property
    def is_changed(self) -> bool:
        return any(piece.is_changed for piece in (*self.gone, *self.come))

    @property
    def is_asking(self) -> bool:
        """Whether the reader has written a request there."""
        return self.ask is not None and bool(self.ask.value() or self.ask.errors)

    @property
    def is_shown(self) -> bool:
        if self.asked or self.is_asking:
            return True
        return self.is_changed if self.is_compared else self.is_text and bool(self.value)

    @property
    def is_date(self) -> bool:
        return isinstance(self.value, date)


_LONG = ("objectives", "content", "assessment")
_DAY = "regulatory_review_on"


def fields_of(
    module: Module, older: OlderText | None, *, asked: list[ChangeRequest], form: OpinionForm | None
) -> list[TextField]:
    """Every field of a module that has a text, now or before; with its requests, and where to ask in the form."""
    fields, now = [], module.texts()
    for name in ("title", "block", "hours", *_LONG, _DAY, ATTACHMENTS):
        before = older.texts.get(name, "") if older else ""
        if name == ATTACHMENTS and not before and name not in now and form is None:
            continue
        gone, come = diff.words(_said(name, before), _said(name, now.get(name, ""))) if older else ([], [])
        is_text = name in (*_LONG, _DAY, ATTACHMENTS)
        value = now.get(name) if name == ATTACHMENTS else getattr(module, name)
        fields.append(
            TextField(
                name,
                Field(name).label,
                value,
                is_text,
                older is not None,
                gone,
                come,
                [request for request in asked if request.field == name],
                form[f"{REQUEST}{name}"] if form is not None else None,
            )
        )
    return fields


def changes(shown: list[TextField], total: int) -> str:
    """How much of a module has changed, in a sentence."""
    changed = sum(field.is_changed for field in shown)
    fields = ngettext("%(n)s field of %(total)s changed:", "%(n)s fields of %(total)s changed:", changed)
    come, gone = (sum(diff.count(getattr(field, side)) for field in shown) for side in ("come", "gone"))
    added = ngettext("%(n)s word added,", "%(n)s words added,", come) % {"n": number(come)}
    removed = ngettext("%(n)s removed.", "%(n)s removed.", gone) % {"n": number(gone)}
    return f"{fields % {'n': changed, 'total': total}} {added} {removed}"


def _said(name: str, value: str | int) -> str:
    return longdate(date.fromisoformat(str(value))) if name == _DAY and value else str(value)

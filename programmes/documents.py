"""Two papers on a version: the record of its validation, for an audit; and its text beside the one in force, marked."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from partnership import clock, pdf
from partnership.models import JournalEntry, User, ref
from partnership.states import ActorKind
from partnership.templatetags.figures import clocktime, longdate, number

from . import diff, services
from .models import ATTACHMENTS, ChangeRequest, Curriculum, Field, Module, Review
from .services import Standing
from .states import CurriculumState

# Versions whose text was in force once.
DECIDED = (CurriculumState.VALIDATED, CurriculumState.SUPERSEDED)
# A hash is read in groups.
GROUP = 8
LONG = ("objectives", "content", "assessment")


# -- the record -------------------------------------------------------------------------------------------------------


def record(curriculum: Curriculum) -> bytes:
    """Who said what on which text, who decided and when; with the text itself, whose hash can be made again.

    Takes a version fetched by `services.with_opinions`.
    """
    lines = services.standings(curriculum)
    title = _("Record of validation")
    told = {
        "eyebrow": title,
        "title": _verdict(curriculum),
        "foot": f"{title}. {curriculum}",
        "facts": _facts(curriculum),
        "parts": [
            _table(
                _("Modules"),
                [_("No."), _("Module"), _("Hours"), _("Favourable"), _("Hash of the text")],
                [0, 4, 0, 0, 4],
                [_module_row(line) for line in lines],
                none=_("No module yet."),
            ),
            _table(
                _("How it went"),
                [_("When"), _("What happened"), _("By")],
                [2, 3, 2],
                _moves(curriculum),
                none="",
            ),
            _table(
                _("Opinion of a commission"),
                [_("Held on"), _("Opinion"), _("Those present"), _("Recorded")],
                [2, 3, 3, 3],
                _commissions(curriculum),
                none="",
            ),
            _table(
                _("Versions before"),
                [_("Version"), _("State"), _("Decided"), _("Hash of the text")],
                [0, 2, 3, 4],
                [_before_row(version) for version in _versions_before(curriculum)],
                none=_("This is the first version."),
            ),
        ],
        "opinions": {
            "title": _("Opinions"),
            "none": _("No opinion has been given."),
            "modules": [said for line in lines if (said := _opinions(line))["opinions"]],
        },
        "annex": {
            "title": _("The text"),
            "words": _(
                "The hash of a module is the SHA-256 of its fields, in this order, each parted from the next by the "
                "character U+001F: competence block, title, hours, objectives, content, assessment, day of the "
                "regulatory review (YYYY-MM-DD) and, where there are some, its attachments, each in a line as shown "
                "here. That of the version is the SHA-256 of the hashes of its modules, one "
                "after the other."
            ),
            "modules": [_text_of(line.module) for line in lines],
        },
    }
    return pdf.render("programmes/record", told)


def _verdict(curriculum: Curriculum) -> str:
    party = curriculum.programme.reviewer_party.name
    words = {"version": curriculum, "party": party, "day": longdate(curriculum.decided_at)}
    if curriculum.state in DECIDED:
        return _("%(version)s: content validated by %(party)s on %(day)s") % words
    if curriculum.state == CurriculumState.REFUSED:
        return _("%(version)s: content refused by %(party)s on %(day)s") % words
    return _("%(version)s: not decided on %(day)s") % (words | {"day": longdate(clock.today())})


def _facts(curriculum: Curriculum) -> list[dict[str, str]]:
    programme = curriculum.programme
    quorum = programme.quorum
    said = [
        (_("Programme"), programme.title),
        (_("Kind"), capfirst(programme.get_kind_display())),
        (_("Taught by"), programme.provider.name),
        (_("Content validated by"), programme.reviewer_party.name),
        (_("Version"), str(curriculum.number)),
        (_("State"), curriculum.get_state_display()),
        (_("Begun"), _who_and_when(curriculum.created_by, curriculum.created_at)),
        (pgettext("content version", "Submitted"), _who_and_when(curriculum.submitted_by, curriculum.submitted_at)),
        (_("Decided"), _who_and_when(curriculum.decided_by, curriculum.decided_at)),
        (
            _("Quorum"),
            ngettext("%(n)s favourable opinion a module", "%(n)s favourable opinions a module", quorum)
            % {"n": number(quorum)},
        ),
        (_("Hash of the text"), _hash(curriculum.content_hash or curriculum.text_hash())),
        (_("Agreement of text and hash"), _agreement(curriculum)),
    ]
    return [{"label": label, "text": text} for label, text in said if text]


def _agreement(curriculum: Curriculum) -> str:
    """Whether the text that is kept is the one that was decided on."""
    if not curriculum.content_hash:
        return ""
    if curriculum.content_hash == curriculum.text_hash():
        return _("The text kept today has the hash that was written down with the decision.")
    return _("The text kept today does NOT have the hash that was written down with the decision.")


def _who_and_when(person: User | None, moment: Any) -> str:
    if person is None or moment is None:
        return ""
    return _("on %(day)s at %(time)s, by %(person)s") % {
        "day": longdate(moment),
        "time": clocktime(moment),
        "person": person.full_name,
    }


def _hash(value: str) -> str:
    """A hash in groups, so that it can be read and broken at the end of a line."""
    return " ".join(value[place : place + GROUP] for place in range(0, len(value), GROUP))


def _table(title: str, head: list[str], widths: list[int], rows: list[list[str]], *, none: str) -> dict[str, Any]:
    return {"title": title, "head": head, "widths": widths, "rows": rows, "none": none}


def _module_row(line: Standing) -> list[str]:
    module = line.module
    title = f"{module.title} ({module.block})" if module.block else module.title
    return [
        number(module.order),
        title,
        number(module.hours),
        number(line.favourable),
        _hash(module.text_hash()),
    ]


def _moves(curriculum: Curriculum) -> list[list[str]]:
    """What became of the version, the oldest first: its own lines of the journal."""
    entries = list(JournalEntry.objects.filter(subject=ref(curriculum)).order_by("at", "pk"))
    keys = {entry.actor_ref for entry in entries if entry.actor_kind == ActorKind.USER}
    names = {str(user.pk): user.full_name for user in User.objects.filter(pk__in=keys)}
    states = dict(CurriculumState.choices)
    return [
        [
            f"{longdate(entry.at)}, {clocktime(entry.at)}",
            str(states.get(entry.after, entry.after)),
            names.get(entry.actor_ref, ""),
        ]
        for entry in entries
    ]


def _versions_before(curriculum: Curriculum) -> list[Curriculum]:
    before = Curriculum.objects.filter(programme=curriculum.programme_id, number__lt=curriculum.number)
    return list(before.select_related("decided_by").order_by("-number"))


def _before_row(version: Curriculum) -> list[str]:
    return [
        number(version.number),
        version.get_state_display(),
        _who_and_when(version.decided_by, version.decided_at),
        _hash(version.content_hash),
    ]


def _opinions(line: Standing) -> dict[str, Any]:
    now = line.module.text_hash()
    return {
        "title": f"{line.module.order}. {line.module.title}",
        "opinions": [
            *(_opinion(review, now) for review in line.module.reviews.all()),
            *(_request(asked) for asked in line.module.requests.all() if asked.asked_at),
        ],
    }


def _request(asked: ChangeRequest) -> dict[str, Any]:
    """What was asked, with all that was said of it."""
    said = {"field": asked.get_field_display(), "person": asked.written_by.full_name, "day": longdate(asked.asked_at)}
    settled = _("settled on %(day)s") % {"day": longdate(asked.settled_at)} if asked.settled_at else _("open")
    replies = asked.replies.all()
    words = [
        asked.text,
        *(_("%(label)s: %(value)s") % {"label": reply.written_by.full_name, "value": reply.text} for reply in replies),
    ]
    return {
        "said": _("Request on %(field)s, %(person)s, on %(day)s") % said,
        "on": settled,
        "comment": pdf.lines("\n\n".join(words)),
    }


def _commissions(curriculum: Curriculum) -> list[list[str]]:
    return [
        [
            longdate(said.held_on),
            "\n".join(filter(None, [said.get_outcome_display(), said.text])),
            said.present,
            _who_and_when(said.recorded_by, said.recorded_at),
        ]
        for said in curriculum.commissions.select_related("recorded_by")
    ]


def _opinion(review: Review, now: str) -> dict[str, Any]:
    on = _("on the text below") if review.text_hash == now else _("on an earlier text")
    said = {"opinion": review.get_opinion_display(), "person": review.given_by.full_name}
    when = {"day": longdate(review.given_at), "time": clocktime(review.given_at)}
    return {
        "said": _("%(opinion)s, %(person)s, on %(day)s at %(time)s") % (said | when),
        "on": f"{on}, {_hash(review.text_hash)}",
        "comment": pdf.lines(review.comment),
    }


def _text_of(module: Module) -> dict[str, Any]:
    """A module as its readers see it."""
    texts = module.texts()
    return {
        "title": f"{module.order}. {module.title}",
        "facts": [
            {"label": _label(name), "text": _said(name, texts[name])}
            for name in ("block", "hours", "regulatory_review_on", ATTACHMENTS)
            if texts.get(name)
        ],
        "texts": [{"title": _label(name), "text": pdf.prose(str(texts[name]))} for name in LONG if texts[name]],
    }


# -- the submission, marked -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Change:
    """What became of a module since the version in force."""

    module: Module
    older: Module | None
    texts: dict[str, list[dict[str, Any]]]
    come: int
    gone: int

    @property
    def is_changed(self) -> bool:
        return bool(self.texts)


def submission(curriculum: Curriculum) -> bytes:
    """A version with what has come and what has gone since the version in force before it, word by word.

    Takes a version fetched by `services.with_opinions`.
    """
    base = in_force_before(curriculum)
    olders = {module.lineage: module for module in base.modules.all()} if base else {}
    changes = [_change(module, olders.get(module.lineage)) for module in curriculum.modules.all()]
    kept = {change.module.lineage for change in changes}
    removed = [module for lineage, module in olders.items() if lineage not in kept]
    told = {
        "eyebrow": str(curriculum),
        "title": _summary(base, changes, removed),
        "foot": _("%(version)s, marked") % {"version": curriculum},
        "legend": _legend(base),
        "list": _table(
            _("Modules"),
            [_("No."), _("Module"), _("Hours"), _("What has changed")],
            [0, 3, 0, 3],
            [_change_row(change) for change in changes]
            + [["", module.title, number(module.hours), pgettext("module", "removed")] for module in removed],
            none=_("No module yet."),
        ),
        "modules": [_marked_module(change) for change in changes] + [_removed_module(module) for module in removed],
    }
    return pdf.render("programmes/submission", told)


def in_force_before(curriculum: Curriculum) -> Curriculum | None:
    """The last version before this one that was in force, which its readers know."""
    before = Curriculum.objects.filter(
        programme=curriculum.programme_id, number__lt=curriculum.number, state__in=DECIDED
    )
    return before.prefetch_related("modules__attachments").order_by("-number").first()


def _change(module: Module, older: Module | None) -> _Change:
    texts: dict[str, list[dict[str, Any]]] = {}
    come = gone = 0
    if older is not None:
        before, now = older.texts(), module.texts()
        # Attachments are a text of those modules alone that have some.
        for name in now | before:
            was, has_become = before.get(name, ""), now.get(name, "")
            if str(was) != str(has_become):
                lost, gained = diff.words(_said(name, was), _said(name, has_become))
                texts[name] = _woven(lost, gained)
                come, gone = come + diff.count(gained), gone + diff.count(lost)
    return _Change(module, older, texts, come, gone)


def _said(name: str, value: str | int) -> str:
    return longdate(date.fromisoformat(str(value))) if name == "regulatory_review_on" and value else str(value)


def _woven(lost: list[diff.Piece], gained: list[diff.Piece]) -> list[dict[str, Any]]:
    """Both texts in one: what stands in both once, with what has gone and what has come at its place."""
    woven: list[dict[str, Any]] = []
    left = [[piece.text, piece.is_changed] for piece in reversed(lost)]
    right = [[piece.text, piece.is_changed] for piece in reversed(gained)]
    while left or right:
        if left and left[-1][1]:
            woven += _stretch(left.pop()[0], "gone")
        elif right and right[-1][1]:
            woven += _stretch(right.pop()[0], "come")
        else:
            # The same words in both, which either side may have cut elsewhere.
            same = min(left[-1][0], right[-1][0], key=len)
            for side in (left, right):
                side[-1][0] = side[-1][0][len(same) :]
                if not side[-1][0]:
                    side.pop()
            woven += _stretch(same, "same")
    return woven


def _stretch(text: str, mark: str) -> list[dict[str, Any]]:
    """A stretch line by line, its marks around the words alone: they span no line and no blank."""
    pieces: list[dict[str, Any]] = []
    for place, line in enumerate(text.split("\n")):
        if place:
            pieces.append({"break": True})
        words = line if mark == "same" else line.strip()
        before, _words, after = line.partition(words) if words else (line, "", "")
        told = [(before, "same"), (words, mark), (after, "same")]
        pieces += [{"text": text_, "mark": mark_} for text_, mark_ in told if text_]
    return pieces


def _legend(base: Curriculum | None) -> str:
    if base is None:
        return _("No version was in force before this one: all of it is new, and nothing is marked.")
    return _(
        "Against version %(n)s, validated on %(day)s. What has been added is underlined, between [+ and +]; what has "
        "been removed is struck through, between [− and −]. A text that has changed is shown as it was typed; one that "
        "has not is shown as it is read."
    ) % {"n": base.number, "day": longdate(base.decided_at)}


def _summary(base: Curriculum | None, changes: list[_Change], removed: list[Module]) -> str:
    """How much of the version has changed, in a sentence."""
    total = len(changes)
    if base is None:
        return ngettext("%(n)s module, all of it new", "%(n)s modules, all of them new", total) % {"n": number(total)}
    changed = sum(change.is_changed for change in changes)
    added = sum(change.older is None for change in changes)
    said = ngettext("%(n)s module of %(total)s changed", "%(n)s modules of %(total)s changed", changed)
    parts = [said % {"n": number(changed), "total": number(total)}]
    if added:
        parts.append(ngettext("%(n)s added", "%(n)s added", added) % {"n": number(added)})
    if removed:
        parts.append(ngettext("%(n)s removed", "%(n)s removed", len(removed)) % {"n": number(len(removed))})
    return ", ".join(parts)


def _change_row(change: _Change) -> list[str]:
    return [
        number(change.module.order),
        change.module.title,
        number(change.module.hours),
        _told(change),
    ]


def _told(change: _Change) -> str:
    if change.older is None:
        return pgettext("module", "new")
    parts = []
    if change.is_changed:
        added = ngettext("%(n)s word added,", "%(n)s words added,", change.come) % {"n": number(change.come)}
        removed = ngettext("%(n)s removed.", "%(n)s removed.", change.gone) % {"n": number(change.gone)}
        parts.append(f"{added} {removed}")
    if change.older.order != change.module.order:
        parts.append(_("It was module %(n)s.") % {"n": change.older.order})
    return " ".join(parts) or pgettext("module", "unchanged")


def _marked_module(change: _Change) -> dict[str, Any]:
    module, parts = change.module, []
    now = module.texts()
    # What has gone whole stands in the changes alone.
    for name in dict.fromkeys([*now, *change.texts]):
        value = now.get(name)
        if name in change.texts:
            parts.append({"title": _label(name), "pieces": change.texts[name]})
        elif name in LONG and value:
            parts.append({"title": _label(name), "text": pdf.prose(str(value))})
    return {"title": f"{module.order}. {module.title}", "status": _told(change), "parts": parts}


def _removed_module(module: Module) -> dict[str, Any]:
    """A module that the version no longer has, struck as a whole."""
    texts = [(name, _said(name, value)) for name, value in module.texts().items() if value and name != "title"]
    parts = [{"title": _label(name), "pieces": _stretch(text, "gone")} for name, text in texts]
    return {"title": module.title, "status": pgettext("module", "removed"), "parts": parts}


def _label(name: str) -> str:
    return capfirst(str(Field(name).label))

"""The journal of a file in words: for whoever follows it, and for the person it is about."""

from collections.abc import Mapping
from functools import cache

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from partnership.states import UNWANTED, LetterKind, Way

from .handover import ENTRUSTED, SILENCE
from .models import Application, Candidate
from .states import (
    ACQUIRED,
    NOT_ACQUIRED,
    TRANSFERRED,
    CallResult,
    Coming,
    ConditionKind,
    ConsentPurpose,
    ExitReason,
)

CALLED, HEARD = "called", "heard"
# Lines whose reason is the key of a colleague, and those whose reason is what was changed.
ABOUT_SOMEBODY, ABOUT_FIELDS = (ENTRUSTED, SILENCE), (HEARD, "edited")
# What is done without the thing changing its state.
DEEDS: dict[str, Promise] = {
    "edited": gettext_lazy("Changed"),
    CALLED: gettext_lazy("called"),
    "applied_again": gettext_lazy("The same person applied again"),
    "refused": pgettext_lazy("letters", "No more wanted"),
    "wanted": pgettext_lazy("letters", "Wanted again"),
    "readdressed": gettext_lazy("Telephone or address corrected"),
    TRANSFERRED: gettext_lazy("Moved to another zone"),
    "merged": gettext_lazy("Two records of this person are one"),
    "told_apart": gettext_lazy("Told apart from somebody who resembles them"),
    "invited": gettext_lazy("Invited to choose a date"),
    "source_set": gettext_lazy("Recruitment source said"),
    ENTRUSTED: gettext_lazy("Entrusted to a colleague"),
    SILENCE: gettext_lazy("Nothing done for days: told by letter"),
    HEARD: gettext_lazy("Answers heard"),
    "notice_told": gettext_lazy("Told what becomes of their data"),
    "asked": pgettext_lazy("condition", "asked for"),
    "met": pgettext_lazy("condition", "met"),
    "unmet": pgettext_lazy("condition", "still to be met"),
    "rated": gettext_lazy("given"),
    ACQUIRED: pgettext_lazy("block", "acquired"),
    NOT_ACQUIRED: pgettext_lazy("block", "no longer acquired"),
    "day_planned": pgettext_lazy("day", "planned"),
    "day_dropped": pgettext_lazy("day", "taken out of the plan"),
    "dossier": gettext_lazy("Dossier filled in"),
    "asked_if_coming": gettext_lazy("asked whether they still come"),
    **{value: label for value, label in Coming.choices},
    "consent_given": gettext_lazy("Agrees"),
    "consent_renewed": gettext_lazy("Agrees again"),
    "consent_withdrawn": gettext_lazy("No longer agrees"),
    "data_asked": gettext_lazy("Asked for their data"),
    "data_taken": gettext_lazy("Received their data"),
    "erasure_asked": gettext_lazy("Asked for the erasure of their file"),
    "erasure_link_asked": gettext_lazy("Asked for the link that erases their file"),
    "erased": gettext_lazy("Erased"),
    "notice_read": gettext_lazy("Read the notice on personal data"),
    "amended": gettext_lazy("Site or tutor changed"),
    "visited": gettext_lazy("Visit, check-in or call noted"),
    "visit_planned": gettext_lazy("Visit planned"),
    "told_it_ends": gettext_lazy("Told that their file ends"),
}
_REASONS: dict[str, str | Promise] = dict(
    [
        *CallResult.choices,
        *ExitReason.choices,
        *ConsentPurpose.choices,
        *ConditionKind.choices,
        *LetterKind.choices,
        *Way.choices,
    ]
)
_REASONS[UNWANTED] = gettext_lazy("such letters are no longer wanted")
_LABELS = {field.name: field.verbose_name for model in (Candidate, Application) for field in model._meta.fields}
# What is changed of other things, and what the models do not name.
_LABELS |= {
    "availability": gettext_lazy("availability"),
    "subject": gettext_lazy("subject"),
    "text": gettext_lazy("text"),
}
# The same words once more, dressed: nobody has changed it by itself.
_UNTOLD = ("html",)


def word(subject: str, said: str) -> str:
    """What a line says of the thing that a reference names: a state of its kind, or a deed."""
    verb, _space, figure = said.partition(" ")
    if verb == "rank":
        return _("Rank %(n)s on the waiting list") % {"n": figure}
    return str(_states(subject.partition(":")[0]).get(said) or DEEDS.get(said, said))


@cache
def _states(label: str) -> dict[str, str | Promise]:
    try:
        fields = apps.get_model(label)._meta.fields
    except (LookupError, ValueError):
        return {}
    return next((dict(field.flatchoices) for field in fields if field.name == "state"), {})


def reason(after: str, given: str, names: Mapping[str, str]) -> str:
    """The reason of a line; a colleague only by one of the names, by their key."""
    if after in ABOUT_SOMEBODY:
        return names.get(given, "")
    if after in ABOUT_FIELDS:
        return ", ".join(str(_LABELS.get(name, name)) for name in given.split(", ") if name not in _UNTOLD)
    return str(_REASONS.get(given, given))
